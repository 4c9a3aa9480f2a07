/* What applications say, by the bytes that carry it. */
#include "base/draw.h"
#include "base/os.h"
#include "trace/trace.h"

#include <string.h>

static uint64_t end_key(uint32_t stream, uint64_t end)
{
    return hash_mix(stream, end);
}

/* The text after that one; NULL: it was the last. */
static const char *after(struct bytes texts, const char *text)
{
    const char *next = text + strlen(text) + 1;
    return next < (const char *)texts.data + texts.len ? next : NULL;
}

static void name_message(struct trace *t, struct app_message *m, struct bytes texts)
{
    char *own = arena_alloc(&t->arena, texts.len + 1);
    memcpy(own, texts.data, texts.len);
    struct bytes all = bytes_of(own, texts.len);
    const char *text = own;
    for (int l = 0; l < LANG_COUNT; l++) {
        m->name[l] = text ? text : m->name[0];
        text = text ? after(all, text) : NULL;
    }
    struct message_field *fields =
        text ? arena_alloc(&t->arena, (texts.len / 2 + 1) * sizeof *fields) : NULL;
    m->fields = fields;
    while (text) {
        const char *value = after(all, text);
        fields[m->field_count++] = (struct message_field){text, value ? value : ""};
        text = value ? after(all, value) : NULL;
    }
}

uint32_t trace_add_message(struct trace *t, const struct app_message *m, struct bytes texts)
{
    if (t->message_count + 1 >= t->message_cap) {
        t->message_cap = t->message_cap ? t->message_cap * 2 : 16;
        t->messages = os_realloc(t->messages, t->message_cap * sizeof *t->messages);
        t->messages[0] = (struct app_message){.sent = 0};
    }
    struct app_message *new = &t->messages[++t->message_count];
    *new = *m;
    name_message(t, new, texts);
    *map_put(&t->message_ends, end_key(m->body.stream, m->body.at + m->body.len)) =
        t->message_count;
    return t->message_count;
}

uint32_t trace_message_ending(const struct trace *t, uint32_t stream, uint64_t end)
{
    return stream ? (uint32_t)map_get(&t->message_ends, end_key(stream, end)) : 0;
}

const struct app_message *trace_message(const struct trace *t, uint32_t n)
{
    return n >= 1 && n <= t->message_count ? &t->messages[n] : NULL;
}

const struct app_message *record_message(const struct trace *t, const struct record *r)
{
    bool is_one = r->kind == REC_ITEM &&
                  t->entities[r->where].type->sets[r->code >> 8].states == message_states;
    return is_one ? trace_message(t, (uint32_t)r->value) : NULL;
}

static bool overlap(struct span a, struct span b)
{
    return a.stream == b.stream && a.at < b.at + b.len && b.at < a.at + a.len;
}

struct span packet_data(const struct packet *p)
{
    uint32_t check = p->body.len > p->proto->trailer ? p->proto->trailer : 0;
    return (struct span){p->body.at, p->body.stream, p->body.len - check};
}

uint32_t trace_message_in(const struct trace *t, uint32_t packet, uint32_t after)
{
    const struct packet *p = trace_packet(t, packet);
    for (uint32_t n = after + 1; p && n <= t->message_count; n++) {
        if (overlap(t->messages[n].body, packet_data(p))) {
            return n;
        }
    }
    return 0;
}
