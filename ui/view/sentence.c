/* Text with capsules: what stands between the marks is looked up in the trace. */
#include "ui/view/sentence.h"

#include "ui/view/numbers.h"
#include "wire/dissect.h"

#include <stdio.h>

static uint32_t take_id(const uint8_t **at, const uint8_t *end)
{
    uint32_t id = 0;
    while (*at < end && **at != 2) {
        id = id * 10 + (uint32_t)(*(*at)++ - '0');
    }
    return id;
}

/* What an acknowledgement names and where data that goes again begins belongs to its name. */
static const char *extra_of(const struct scene *s, uint32_t packet, const struct capsule *c,
                            char buf[24])
{
    const struct packet *p = trace_packet(s->trace, packet);
    int64_t seq;
    if (c->kind == PACKET_ACK) {
        return numbers_extra(s, packet, buf);
    }
    if (c->kind != PACKET_DATA || !c->is_again || p->is_raw ||
        !packet_field(p->proto->name, packet_head(p), "ack", &seq) ||
        !packet_field(p->proto->name, packet_head(p), "seq", &seq)) {
        return "";
    }
    snprintf(buf, 24, "%u", (uint32_t)seq - (s->is_relative ? p->seq_base : 0));
    return buf;
}

static void add_capsule(struct sentence *out, const struct scene *s, uint32_t packet, double alpha)
{
    if (out->count == SENTENCE_CAPSULES) {
        return;
    }
    struct capsule *c = &out->capsules[out->count];
    *c = view_capsule(s, packet, 22, out->labels[out->count]);
    c->label = c->label ? c->label : out->labels[out->count];
    c->extra = extra_of(s, packet, c, out->extras[out->count]);
    c->extra = *c->extra ? c->extra : NULL;
    c->motion = (struct point){0, 0};
    c->tries = c->repeats = 0;
    c->is_selected = false;
    c->no_rim = true;
    c->alpha = alpha;
    out->count++;
    buf_str(&out->text, "\xEF\xBF\xBC");
}

void sentence_of(const struct scene *s, const struct buf *marked, double alpha,
                 struct sentence *out)
{
    const uint8_t *end = marked->data + marked->len;
    for (const uint8_t *p = marked->data; p < end; p++) {
        if (*p == 1) {
            p++;
            add_capsule(out, s, take_id(&p, end), alpha);
        } else {
            buf_char(&out->text, (char)*p);
        }
    }
}

double sentence_draw(struct ui *ui, struct sentence *text, struct rect r, enum type_role role,
                     struct color color, unsigned lines, bool is_measured)
{
    if (text->text.len == 0) {
        return 0;
    }
    return rich_text(ui, r, role, color, buf_cstr(&text->text), text->capsules, text->count, lines,
                     is_measured);
}

void sentence_free(struct sentence *s)
{
    buf_free(&s->text);
}
