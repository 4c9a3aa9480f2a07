/* The small sections: title, about, seed, stop, view; and numbers that are no quantities. */
#include "scenario/reader.h"

#include <string.h>

void read_title(struct reader *r, const struct doc_node *n)
{
    reader_text_by_language(r, n, r->sc->title);
}

void read_about(struct reader *r, const struct doc_node *n)
{
    reader_text_by_language(r, n, r->sc->about);
}

void read_seed(struct reader *r, const struct doc_node *n)
{
    int64_t seed;
    if (reader_count(r, n, 0, INT64_MAX - 1, &seed)) {
        r->sc->seed = (uint64_t)seed;
    }
}

void read_stop(struct reader *r, const struct doc_node *n)
{
    if (reader_quantity(r, n, QUANTITY_TIME, &r->sc->stop) && r->sc->stop == 0) {
        wrong(r, n, "reader.stop.zero");
    }
}

/* Without an exponent and without needless zeros: 0.000001, 1000000. */
static const char *plain(const struct reader *r, double value)
{
    char *text = arena_printf(r->arena, "%.6f", value);
    char *end = text + strlen(text);
    while (end[-1] == '0') {
        *--end = '\0';
    }
    if (end[-1] == '.') {
        end[-1] = '\0';
    }
    return text;
}

bool reader_real(struct reader *r, const struct doc_node *n, double min, double max, double *out)
{
    const char *rest = "";
    double value = 0;
    if (!reader_is_text(r, n)) {
        return false;
    }
    if (!real_parse(n->text, &value, &rest) || *rest != '\0') {
        wrong(r, n, "reader.value.not-a-number", "found", n->text);
        return false;
    }
    if (value < min || value > max) {
        wrong(r, n, "reader.value.out-of-range", "found", n->text, "min", plain(r, min), "max",
              plain(r, max));
        return false;
    }
    *out = value;
    return true;
}

bool reader_figure(struct reader *r, const struct doc_node *n, double *out)
{
    static const enum quantity quantities[] = {QUANTITY_TIME, QUANTITY_RATE, QUANTITY_BYTES,
                                               QUANTITY_PACKETS};
    const char *rest = "";
    double value = 0;
    int64_t whole;
    if (!reader_is_text(r, n)) {
        return false;
    }
    if (real_parse(n->text, &value, &rest)) {
        rest += strspn(rest, " ");
        if (*rest == '\0' || strcmp(rest, "%") == 0) {
            *out = *rest ? value / 100 : value;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++) {
        if (quantity_parse(n->text, quantities[i], false, &whole, NULL) == VALUE_GOOD) {
            *out = (double)whole;
            return true;
        }
    }
    wrong(r, n, "reader.value.not-a-figure", "found", n->text);
    return false;
}

/* The names of `--view`, in the order of the window. */
static const char *const panels[] = {"stage",    "ladder", "inspector", "state",    "machine",
                                     "window",   "plots",  "lease",     "playout",  "reports",
                                     "jitter",   "sync",   "members",   "messages", "shares",
                                     "timeline", NULL};

static void read_panels(struct reader *r, const struct doc_node *v, void *into)
{
    (void)into;
    if (!reader_is_list(r, v)) {
        return;
    }
    r->sc->view_panels = arena_alloc(r->arena, (v->count + 1) * sizeof *r->sc->view_panels);
    uint32_t count = 0, which;
    for (const struct doc_node *c = v->first; c; c = c->next) {
        if (reader_word_of(r, c, panels, &which)) {
            r->sc->view_panels[count++] = panels[which];
        }
    }
}

#define SPEED_MIN 1e-6
#define SPEED_MAX 1e6

static void read_speed(struct reader *r, const struct doc_node *v, void *into)
{
    (void)into;
    reader_real(r, v, SPEED_MIN, SPEED_MAX, &r->sc->view_speed);
}

void read_view(struct reader *r, const struct doc_node *n)
{
    static const struct key keys[] = {{"panels", read_panels}, {"speed", read_speed}, {NULL, NULL}};
    static const struct key_reading how = {.keys = keys, .what = "reader.a.view"};
    if (n->kind == DOC_LIST) {
        read_panels(r, n, NULL);
    } else {
        reader_map(r, n, &how, NULL);
    }
}
