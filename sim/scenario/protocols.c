/* `protocols`: framed protocols of one's own. The frame first, then the header, then the messages,
 * which may name each other in any order; then the rules. */
#include "scenario/protocols.h"

#include <assert.h>
#include <string.h>

#define PROTOCOL_LIMIT 16
#define MESSAGE_LIMIT  200

/* ---- the header ---- */

static void add_length(struct reader *r, struct framed *p, const struct frame_draft *d)
{
    struct framed_field *all = arena_alloc(r->arena, (p->header_count + 1) * sizeof *all);
    all[0] = (struct framed_field){.name = "length",
                                   .type = FRAMED_UINT,
                                   .width = (uint16_t)d->length_width,
                                   .is_little = d->length_is_little,
                                   .role = FRAMED_LENGTH};
    if (p->header_count) {
        memcpy(all + 1, p->header, p->header_count * sizeof *all);
    }
    p->header = all;
    p->header_count++;
}

static void read_header(struct reader *r, const struct doc_node *n, const struct doc_node *protocol,
                        const struct frame_draft *d)
{
    struct framed *p = d->p;
    if (n) {
        p->header = read_framed_fields(r, n, false, &p->header_count);
    }
    if (d->length_width && framed_header_role(p, FRAMED_LENGTH, NULL)) {
        assert(n);
        wrong(r, n->key, "reader.framed.length-twice");
    } else if (d->length_width) {
        add_length(r, p, d);
    }
    if (p->kind == FRAMED_BY_LENGTH && !framed_header_role(p, FRAMED_LENGTH, NULL)) {
        wrong(r, protocol->key, "reader.framed.no-length");
    }
    for (uint32_t i = 0; i < p->header_count; i++) {
        p->header_len += p->header[i].width;
    }
}

/* ---- messages ---- */

struct message_draft {
    struct framed *p;
    struct framed_message *m;
    const struct doc_node *answer;
};

static void read_id(struct reader *r, const struct doc_node *v, void *into)
{
    struct message_draft *d = into;
    const struct framed_field *f = framed_header_role(d->p, FRAMED_ID, NULL);
    if (!f) {
        wrong(r, v->key, "reader.framed.id-nowhere");
        return;
    }
    if (!read_framed_value(r, v, f, &d->m->id)) {
        return;
    }
    for (const struct framed_message *o = d->p->messages; o < d->m; o++) {
        if (bytes_equal(o->id, d->m->id)) {
            wrong(r, v, "reader.framed.id-twice", "found", v->text, "name", o->key);
        }
    }
}

static void read_label(struct reader *r, const struct doc_node *v, void *into)
{
    struct message_draft *d = into;
    reader_text_by_language(r, v, d->m->name);
}

static void read_body(struct reader *r, const struct doc_node *v, void *into)
{
    struct message_draft *d = into;
    d->m->fields = read_framed_fields(r, v, true, &d->m->field_count);
    for (const struct doc_node *c = v->kind == DOC_MAP ? v->first : NULL; c; c = c->next) {
        for (uint32_t i = 0; i < d->p->header_count; i++) {
            if (strcmp(d->p->header[i].name, c->key->text) == 0) {
                wrong(r, c->key, "reader.framed.name-twice", "found", c->key->text);
            }
        }
    }
}

static void take_answer(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    ((struct message_draft *)into)->answer = v;
}

static const struct key message_keys[] = {{"id", read_id},
                                          {"label", read_label},
                                          {"body", read_body},
                                          {"answer", take_answer},
                                          {NULL, NULL}};

static void read_message(struct reader *r, const struct doc_node *v, struct message_draft *d)
{
    static const struct key_reading how = {.keys = message_keys, .what = "reader.a.framed-message"};
    d->m->key = v->key->text;
    if (!v->is_absent && reader_map(r, v, &how, d) && !reader_has(v, "id") &&
        framed_header_role(d->p, FRAMED_ID, NULL)) {
        wrong(r, v->key, "reader.needs-key", "what", reader_quoted(r, d->m->key), "key", "id");
    }
    for (int l = 0; l < LANG_COUNT; l++) {
        d->m->name[l] = d->m->name[l] ? d->m->name[l] : d->m->key;
    }
}

const struct framed_message *read_framed_message(struct reader *r, const struct doc_node *n,
                                                 const struct framed *p)
{
    const char **names = arena_alloc(r->arena, (p->message_count + 1) * sizeof *names);
    uint32_t which = 0;
    for (uint32_t i = 0; i < p->message_count; i++) {
        names[i] = p->messages[i].key;
    }
    return reader_word_of(r, n, names, &which) ? &p->messages[which] : NULL;
}

static void read_messages(struct reader *r, const struct doc_node *n, struct framed *p)
{
    if (!reader_is_map(r, n) || !reader_is_short(r, n, MESSAGE_LIMIT)) {
        return;
    }
    struct framed_message *all = arena_alloc(r->arena, (n->count + 1) * sizeof *all);
    const struct doc_node **answers = arena_alloc(r->arena, (n->count + 1) * sizeof *answers);
    p->messages = all;
    for (const struct doc_node *v = n->first; v; v = v->next) {
        struct message_draft d = {.p = p, .m = &all[p->message_count]};
        read_message(r, v, &d);
        answers[p->message_count++] = d.answer;
    }
    for (uint32_t i = 0; i < p->message_count; i++) {
        all[i].answer = answers[i] ? read_framed_message(r, answers[i], p) : NULL;
    }
    if (p->message_count == 0) {
        wrong(r, n->key, "reader.framed.no-message");
    }
    if (p->message_count > 1 && !framed_header_role(p, FRAMED_ID, NULL)) {
        wrong(r, n->key, "reader.framed.no-id");
    }
}

/* ---- rules ---- */

static void read_retry_after(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct framed *)into)->retry);
}

static void read_retry_count(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t count;
    if (reader_count(r, v, 0, 100, &count)) {
        ((struct framed *)into)->retries = (uint32_t)count;
    }
}

static void read_retry(struct reader *r, const struct doc_node *v, struct framed *p)
{
    static const struct key keys[] = {
        {"after", read_retry_after}, {"count", read_retry_count}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.framed-retry"};
    p->retries = 3;
    if (reader_map(r, v, &how, p) && (!reader_has(v, "after") || p->retry < SIM_MS)) {
        wrong(r, v->key, "reader.framed.retry");
    }
}

static void read_heartbeat_every(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct framed *)into)->heartbeat_every);
}

static void read_heartbeat_message(struct reader *r, const struct doc_node *v, void *into)
{
    struct framed *p = into;
    p->heartbeat = read_framed_message(r, v, p);
}

static void read_heartbeat(struct reader *r, const struct doc_node *v, struct framed *p)
{
    static const struct key keys[] = {
        {"message", read_heartbeat_message}, {"every", read_heartbeat_every}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.framed-heartbeat"};
    if (reader_map(r, v, &how, p) && (!reader_has(v, "message") || p->heartbeat_every < SIM_MS)) {
        wrong(r, v->key, "reader.framed.heartbeat");
    }
}

static void read_done(struct reader *r, const struct doc_node *v, void *into)
{
    read_framed_number(r, v, &((struct framed *)into)->done);
}

static void read_unknown(struct reader *r, const struct doc_node *v, void *into)
{
    read_framed_number(r, v, &((struct framed *)into)->unknown);
}

static void read_results(struct reader *r, const struct doc_node *v, struct framed *p)
{
    static const struct key keys[] = {{"done", read_done}, {"unknown", read_unknown}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.framed-results"};
    reader_map(r, v, &how, p);
}

static void read_otherwise(struct reader *r, const struct doc_node *v, struct framed *p)
{
    p->otherwise = read_framed_message(r, v, p);
}

static void read_idle(struct reader *r, const struct doc_node *v, struct framed *p)
{
    int64_t idle;
    if (reader_quantity(r, v, QUANTITY_TIME, &idle)) {
        p->idle = idle > 0 ? idle : SIM_NEVER;
    }
}

/* ---- a protocol ---- */

/* Known keys, in the order in which they need each other. */
static const struct {
    const char *name;
    void (*read)(struct reader *r, const struct doc_node *v, struct framed *p);
} parts[] = {{"frame", NULL},
             {"header", NULL},
             {"check", read_framed_check},
             {"messages", read_messages},
             {"retry", read_retry},
             {"heartbeat", read_heartbeat},
             {"idle", read_idle},
             {"results", read_results},
             {"otherwise", read_otherwise}};
enum { PART_COUNT = sizeof parts / sizeof *parts, PART_FRAME = 0, PART_HEADER = 1, PART_CHECK = 2 };

static bool check_keys(struct reader *r, const struct doc_node *n)
{
    const char *names[PART_COUNT + 1] = {NULL};
    if (!reader_is_map(r, n)) {
        return false;
    }
    for (size_t i = 0; i < PART_COUNT; i++) {
        names[i] = parts[i].name;
    }
    for (const struct doc_node *v = n->first; v; v = v->next) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], v->key->text) != 0) {
            i++;
        }
        if (!names[i]) {
            wrong(r, v->key, "reader.unknown-key", "found", v->key->text, "what",
                  reader_word(r, "reader.a.protocol"), "hint", reader_hint(r, v->key->text, names));
        } else if (v->is_absent) {
            wrong(r, v->key, "reader.no-value", "key", v->key->text);
        }
    }
    for (const char *const *needed = (const char *const[]){"frame", "messages", NULL}; *needed;
         needed++) {
        if (!reader_has(n, *needed)) {
            wrong(r, n->key, "reader.needs-key", "what", reader_quoted(r, n->key->text), "key",
                  *needed);
            return false;
        }
    }
    return true;
}

static const struct doc_node *part_of(const struct doc_node *n, const char *name)
{
    const struct doc_node *v = doc_get(n, name);
    return v && !v->is_absent ? v : NULL;
}

/* A name becomes that of a dissector's fields, and of a traffic's key. */
static bool is_plain_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    return n > 0 && s[n] == '\0' && n <= 40 && s[0] >= 'a' && s[0] <= 'z';
}

static void check_names(struct reader *r, const struct doc_node *map)
{
    for (const struct doc_node *v = map && map->kind == DOC_MAP ? map->first : NULL; v;
         v = v->next) {
        if (!is_plain_name(v->key->text)) {
            wrong(r, v->key, "reader.framed.name", "found", v->key->text);
        }
    }
}

static void check_all_names(struct reader *r, const struct doc_node *n)
{
    const struct doc_node *messages = doc_get(n, "messages");
    check_names(r, doc_get(n, "header"));
    check_names(r, messages);
    for (const struct doc_node *m = messages && messages->kind == DOC_MAP ? messages->first : NULL;
         m; m = m->next) {
        check_names(r, doc_get(m, "body"));
    }
}

static void read_protocol(struct reader *r, const struct doc_node *n, struct framed *p)
{
    struct frame_draft d = {.p = p};
    *p = (struct framed){.name = n->key->text,
                         .size_max = 65536,
                         .retry = SIM_NEVER,
                         .idle = SIM_NEVER,
                         .unknown = 1};
    if (!check_keys(r, n)) {
        return;
    }
    check_all_names(r, n);
    unsigned before = r->err->errors;
    const struct doc_node *frame = part_of(n, "frame"), *check = part_of(n, "check");
    if (frame) {
        read_framed_frame(r, frame, &d);
    }
    if (check) {
        read_framed_check(r, check, p);
    }
    if (r->err->errors == before) {
        read_header(r, part_of(n, "header"), n, &d);
    }
    for (size_t i = PART_CHECK + 1; i < PART_COUNT && r->err->errors == before; i++) {
        const struct doc_node *v = part_of(n, parts[i].name);
        if (v) {
            parts[i].read(r, v, p);
        }
    }
}

void read_protocols(struct reader *r, const struct doc_node *n)
{
    assert(n);
    if (!reader_is_map(r, n) || !reader_is_short(r, n, PROTOCOL_LIMIT)) {
        return;
    }
    check_names(r, n);
    struct framed *all = arena_alloc(r->arena, (n->count + 1) * sizeof *all);
    r->sc->protocols = all;
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_protocol(r, v, &all[r->sc->protocol_count++]);
    }
}
