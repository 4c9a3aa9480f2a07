/* `lesson`: questions. An item says at which packet the run stops and what is asked there; the
 * answer stands nowhere, it is looked up in the run. */
#include "scenario/reader.h"

/* In the order of enum ask. */
static const char *const asks[] = {"ack", "seq", "flags", "next", "state", "time", NULL};

struct item {
    struct question q;
    const struct doc_node *before, *after, *of;
    bool has_ask;
};

static void read_before(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    ((struct item *)into)->before = v;
}

static void read_after(struct reader *r, const struct doc_node *v, void *into)
{
    (void)r;
    ((struct item *)into)->after = v;
}

static void read_ask(struct reader *r, const struct doc_node *v, void *into)
{
    struct item *i = into;
    uint32_t which;
    i->has_ask = true;
    if (reader_word_of(r, v, asks, &which)) {
        i->q.ask = (enum ask)which;
    }
}

static void read_of(struct reader *r, const struct doc_node *v, void *into)
{
    struct item *i = into;
    i->of = v;
    reader_node(r, v, &i->q.of);
}

static void finish(struct reader *r, const struct doc_node *n, struct item *i)
{
    if (!i->before == !i->after) {
        wrong(r, n, i->before ? "reader.lesson.both" : "reader.lesson.no-moment");
        return;
    }
    i->q.is_after = i->after != NULL;
    read_pattern(r, i->after ? i->after : i->before, &(struct pattern_reading){0}, &i->q.pattern);
    if (!i->has_ask) {
        wrong(r, n, "reader.lesson.no-ask", "accepted", reader_join(r, asks));
    } else if (i->of && i->q.ask != ASK_STATE) {
        wrong(r, i->of->key, "reader.lesson.of");
    }
}

static void read_item(struct reader *r, const struct doc_node *n)
{
    static const struct key keys[] = {{"before", read_before},
                                      {"after", read_after},
                                      {"ask", read_ask},
                                      {"of", read_of},
                                      {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.question"};
    struct item i = {.q = {.of = NO_NODE, .place = reader_place(r, n)}};
    unsigned before = r->err->errors;
    if (!reader_map(r, n, &how, &i)) {
        return;
    }
    if (r->err->errors == before) {
        finish(r, n, &i);
    }
    if (r->err->errors == before) {
        r->sc->questions[r->sc->question_count++] = i.q;
    }
}

void read_lesson(struct reader *r, const struct doc_node *n)
{
    if (!reader_is_list(r, n) || !reader_is_short(r, n, LESSON_LIMIT)) {
        return;
    }
    r->sc->questions = arena_alloc(r->arena, n->count * sizeof *r->sc->questions);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_item(r, v);
    }
}
