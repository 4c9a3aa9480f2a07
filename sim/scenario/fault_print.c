/* A fault, and its packet pattern, in the scenario language. Reading the text gives the fault back.
 */
#include "scenario/edit.h"
#include "scenario/quantity.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* One mapping being written: `{a: 1, b: 2}`. */
struct writer {
    const struct scenario *sc;
    struct buf *out;
    bool has_key;
};

static void write_key(struct writer *w, const char *key)
{
    buf_printf(w->out, "%s%s: ", w->has_key ? ", " : "", key);
    w->has_key = true;
}

/* Plain if no YAML reader could misunderstand it, else in quotes. */
static void write_text(struct writer *w, const char *key, const char *text)
{
    bool is_plain = isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80;
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        is_plain &= isalnum(c) || c >= 0x80 || strchr("-_+.", c) != NULL;
    }
    write_key(w, key);
    if (is_plain) {
        buf_str(w->out, text);
        return;
    }
    buf_char(w->out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            buf_char(w->out, '\\');
        }
        buf_char(w->out, *text);
    }
    buf_char(w->out, '"');
}

static void write_quantity(struct writer *w, const char *key, int64_t value, enum quantity q)
{
    char text[48];
    write_key(w, key);
    buf_str(w->out, quantity_print(value, q, text));
}

static void write_node(struct writer *w, const char *key, uint32_t node)
{
    write_key(w, key);
    buf_str(w->out, w->sc->nodes[node].name);
}

static void write_pair(struct writer *w, const char *key, const uint32_t node[2])
{
    write_key(w, key);
    buf_printf(w->out, "[%s, %s]", w->sc->nodes[node[0]].name, w->sc->nodes[node[1]].name);
}

static void write_ends(struct writer *w, const struct pattern *p)
{
    if (p->given & PATTERN_FROM) {
        write_node(w, "from", p->from);
    }
    if (p->given & PATTERN_TO) {
        write_node(w, "to", p->to);
    }
    if (p->given & PATTERN_LINK) {
        write_pair(w, "link", p->link);
    }
    if (p->given & PATTERN_FLOW) {
        write_text(w, "flow", p->flow);
    }
}

static void write_pattern(struct writer *w, const struct pattern *p)
{
    const struct {
        enum pattern_key given;
        const char *key, *text;
    } texts[] = {{PATTERN_PROTO, "proto", p->proto},
                 {PATTERN_IS, "is", p->is},
                 {PATTERN_FLAGS, "flags", p->flags},
                 {PATTERN_ABSOLUTE, "absolute", "true"}};
    const struct {
        enum pattern_key given;
        const char *key;
        int64_t value;
    } numbers[] = {{PATTERN_SEQ, "seq", p->seq},
                   {PATTERN_ACK, "ack", p->ack},
                   {PATTERN_LEN, "len", p->len},
                   {PATTERN_WINDOW, "window", p->window},
                   {PATTERN_NTH, "nth", p->nth}};
    write_ends(w, p);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (p->given & texts[i].given) {
            write_text(w, texts[i].key, texts[i].text);
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (p->given & numbers[i].given) {
            write_quantity(w, numbers[i].key, numbers[i].value, QUANTITY_COUNT);
        }
    }
}

static void write_packet_fault(struct writer *w, const struct fault *f, const char *name)
{
    buf_printf(w->out, "%s: {", name);
    write_pattern(w, &f->pattern);
    if (f->kind == FAULT_DROP && f->at != SIM_NEVER) {
        write_quantity(w, "at", f->at, QUANTITY_TIME);
    } else if (f->kind == FAULT_DELAY) {
        write_quantity(w, "by", f->by, QUANTITY_TIME);
    } else if (f->kind == FAULT_DUPLICATE && f->by != 0) {
        write_quantity(w, "after", f->by, QUANTITY_TIME);
    } else if (f->kind == FAULT_CORRUPT && f->bit >= 0) {
        write_quantity(w, "bit", f->bit, QUANTITY_COUNT);
    }
    buf_char(w->out, '}');
}

static void write_forget(struct writer *w, const char *const *names)
{
    struct writer list = {w->sc, w->out, false};
    write_key(w, "forget");
    buf_char(w->out, '[');
    for (; *names; names++) {
        buf_printf(list.out, "%s%s", list.has_key ? ", " : "", *names);
        list.has_key = true;
    }
    buf_char(w->out, ']');
}

/* `{at: …, cut: …}` without the braces: an item of a block list needs none. */
static void write_timed_fault(struct writer *w, const struct fault *f, const char *name)
{
    write_quantity(w, "at", f->at, QUANTITY_TIME);
    if (f->kind != FAULT_CUT) {
        write_node(w, name, f->node[0]);
    } else {
        write_pair(w, name, f->node);
    }
    if (f->kind == FAULT_CUT && f->by != SIM_NEVER) {
        write_quantity(w, "for", f->by, QUANTITY_TIME);
    }
    if (f->forget) {
        write_forget(w, (const char *const *)f->forget);
    }
}

void fault_print(const struct scenario *sc, const struct fault *f, struct buf *out)
{
    static const char *const names[] = {
        [FAULT_DROP] = "drop",       [FAULT_DELAY] = "delay", [FAULT_DUPLICATE] = "duplicate",
        [FAULT_CORRUPT] = "corrupt", [FAULT_CUT] = "cut",     [FAULT_CRASH] = "crash",
        [FAULT_RESTART] = "restart",
    };
    struct writer w = {sc, out, false};
    if (f->kind <= FAULT_CORRUPT) {
        write_packet_fault(&w, f, names[f->kind]);
    } else {
        buf_char(out, '{');
        write_timed_fault(&w, f, names[f->kind]);
        buf_char(out, '}');
    }
}
