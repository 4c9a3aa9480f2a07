/* A link of the chain is told when the story has a sentence for it; of several at one place and
 * instant the one nearest to the effect, for its sentence tells the others. */
#include "export/chain.h"

#include "export/look.h"
#include "export/row.h"
#include "export/say.h"
#include "trace/story.h"

#include <string.h>

enum { TIME_CELLS = 12 };

bool chain_is_told(const struct trace *t, uint32_t n)
{
    const struct record *r = trace_record(t, n);
    switch ((enum record_kind)r->kind) {
    case REC_SEND: return packet_replaced_by(t, r->packet) == 0;
    case REC_DROP:
    case REC_FIRE:
    case REC_NOTE:
    case REC_CALL: return true;
    case REC_STATE:
    case REC_ITEM: return r->why != 0;
    case REC_DELIVER: return r->code != DELIVER_RIGHT;
    case REC_NONE:
    case REC_QUEUE:
    case REC_TX:
    case REC_ARRIVE:
    case REC_VAR:
    case REC_TIMER:
    case REC_SHARE:
    case REC_KIND_COUNT: break;
    }
    return false;
}

static const char *label(const struct trace *t, uint32_t node, enum lang lang)
{
    return node < t->node_count ? node_short(t, node, lang) : "?";
}

static void say_value_of(const struct trace *t, const struct record *r, const char *node,
                         enum lang lang, struct buf *out)
{
    const struct actor_type *type = t->entities[r->where].type;
    struct buf value = {0};
    if (r->kind == REC_VAR) {
        say_value(&value, r->value, type->vars[r->code].unit);
        say(out, lang, "why.var", "node", node, "name", type->vars[r->code].name, "value",
            buf_cstr(&value), NULL);
    } else if (r->kind == REC_TIMER) {
        say_time(&value, r->value == SIM_NEVER ? 0 : r->value - r->at);
        say(out, lang, r->value == SIM_NEVER ? "why.timer-stop" : "why.timer-set", "node", node,
            "name", type->timers[r->code].name, "value", buf_cstr(&value), NULL);
    } else {
        buf_printf(&value, "%u", r->packet);
        say(out, lang, "why.state", "node", node, "name", type->name, NULL);
    }
    buf_free(&value);
}

/* What the story has no sentence for. */
static void say_plainly(const struct trace *t, uint32_t n, enum lang lang, struct buf *out)
{
    const struct record *r = trace_record(t, n);
    const char *node = label(t, entity_node(t, r->where), lang), *to = "";
    char name[48] = "";
    struct look look;
    if (r->kind == REC_VAR || r->kind == REC_TIMER) {
        say_value_of(t, r, node, lang, out);
        return;
    }
    if (r->kind == REC_CALL) {
        struct buf call = {0};
        call_print(t, r, &call);
        say(out, lang, r->code & CALL_UP ? "why.told" : "why.call", "node", node, "name",
            buf_cstr(&call), NULL);
        buf_free(&call);
        return;
    }
    if (r->packet) {
        look_at(trace_packet(t, r->packet), &look);
        look_name(&look, name);
    }
    if (t->entities[r->where].kind == ENTITY_DIRECTION) {
        to = label(t, direction_to(t, r->where), lang);
    }
    const char *key = r->kind == REC_ARRIVE  ? "why.arrive"
                      : r->kind == REC_QUEUE ? "why.queue"
                      : r->kind == REC_TX    ? "why.transmit"
                      : r->kind == REC_SHARE ? "why.share"
                                             : "why.change";
    char rate[48];
    value_print(r->kind == REC_SHARE ? r->value : 0, "bit/s", rate);
    say(out, lang, key, "node", node, "to", to, "pkt", name, "rate", rate, NULL);
}

/* The catalogue's kinds without a protocol's own words are told by the story, too. */
static bool story_tells(const struct trace *t, const struct record *r)
{
    bool is_world = t->entities[r->where].kind != ENTITY_ACTOR;
    return r->kind != REC_VAR && r->kind != REC_TIMER && r->kind != REC_ARRIVE &&
           r->kind != REC_QUEUE && r->kind != REC_SHARE && r->kind != REC_TX &&
           (r->kind != REC_CALL || is_world);
}

void chain_say(const struct trace *t, uint32_t n, enum lang lang, struct buf *out)
{
    struct buf marked = {0};
    if (story_tells(t, trace_record(t, n))) {
        story_headline(t, &look_wire, n, lang, &marked);
    }
    if (marked.len > 0) {
        look_named(t, buf_cstr(&marked), out);
    } else {
        size_t from = out->len;
        say_plainly(t, n, lang, out);
        out->len = from + text_close_gaps((char *)out->data + from, out->len - from);
    }
    buf_free(&marked);
}

static void print_wrapped(const char *lead, const char *text, enum row_style style,
                          const struct text_options *o, FILE *out)
{
    unsigned room = o->width - TIME_CELLS - 2;
    do {
        size_t n = text_wrap(text, room);
        fprintf(out, "%*s%s  %s%.*s%s\n", (int)(TIME_CELLS - text_cells(lead)), "", lead,
                style_on(style, o->has_colour), (int)n, text, style_off(o->has_colour));
        text += n + strspn(text + n, " ");
        lead = "";
    } while (*text);
}

static void print_reason(const struct trace *t, uint32_t n, const struct text_options *o, FILE *out)
{
    struct buf marked = {0}, text = {0};
    const char *rfc = story_reference(t, n);
    story_reason(t, &look_wire, n, o->lang, &marked);
    look_named(t, buf_cstr(&marked), &text);
    if (rfc) {
        buf_printf(&text, "%s(%s)", text.len > 0 ? " " : "", rfc);
    }
    if (text.len > 0) {
        print_wrapped("", buf_cstr(&text), STYLE_DIM, o, out);
    }
    buf_free(&marked);
    buf_free(&text);
}

void chain_print(const struct trace *t, uint32_t n, bool has_reason, const struct text_options *o,
                 FILE *out)
{
    struct buf text = {0};
    char at[32];
    chain_say(t, n, o->lang, &text);
    print_wrapped(time_print(trace_record(t, n)->at, at), buf_cstr(&text), STYLE_PLAIN, o, out);
    if (has_reason && story_tells(t, trace_record(t, n))) {
        print_reason(t, n, o, out);
    }
    buf_free(&text);
}

static bool same_occasion(const struct trace *t, uint32_t a, uint32_t b)
{
    const struct record *x = trace_record(t, a), *y = trace_record(t, b);
    return x->at == y->at && entity_node(t, x->where) == entity_node(t, y->where);
}

uint32_t chain_next(const struct trace *t, uint32_t n)
{
    uint32_t up = trace_record(t, n)->cause;
    while (up && (!chain_is_told(t, up) || same_occasion(t, n, up))) {
        up = trace_record(t, up)->cause;
    }
    return up;
}

void chain_print_causes(const struct trace *t, uint32_t n, const struct text_options *o, FILE *out)
{
    uint32_t left = 0;
    unsigned links = 0;
    while ((n = chain_next(t, n)) != 0) {
        if (links == CHAIN_LINKS && !o->is_whole) {
            left++;
        } else {
            chain_print(t, n, true, o, out);
            links++;
        }
    }
    struct buf text = {0};
    if (left > 0) {
        say_count(&text, o->lang, "why.earlier", left);
        print_wrapped("…", buf_cstr(&text), STYLE_DIM, o, out);
    } else {
        print_wrapped("", word(o->lang, "why.scenario"), STYLE_DIM, o, out);
    }
    buf_free(&text);
}
