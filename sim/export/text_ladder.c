/* What gets a line of the ladder: each packet when it is sent, and of all else what a reader needs
 * to follow: changes of state (those of one instant in one line), timeouts, refusals, notes, calls.
 */
#include "export/ladder.h"

#include "base/os.h"
#include "export/say.h"
#include "trace/story.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A run of more lines shows its first and last ones unless the whole is asked for. */
enum { LINES_MAX = 240, LINES_FIRST = 160, LINES_LAST = 60 };

/* Where a DROP stands on the packet's own line: on a link, or before it reached its node. */
static bool is_refusal(const struct trace *t, const struct record *r)
{
    return t->entities[r->where].kind != ENTITY_DIRECTION && r->packet &&
           entity_node(t, r->where) == packet_to_node(t, r->packet);
}

static unsigned machine_of(const struct record *r)
{
    return r->code >> 8;
}

/* All changes of one machine at one instant are one line, at the first of them. */
static bool is_first_state(const struct trace *t, uint32_t n)
{
    const struct record *r = trace_record(t, n);
    struct list all = trace_of_subject(t, REC_STATE, r->where, machine_of(r), 0);
    uint32_t low = 0, high = all.count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (all.at[middle] < n) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 || trace_record(t, all.at[low - 1])->at != r->at;
}

/* What an application asks below because it was asked itself is told already. */
static bool passes_on_a_call(const struct trace *t, const struct record *r)
{
    return r->cause && trace_record(t, r->cause)->kind == REC_CALL &&
           !(trace_record(t, r->cause)->code & CALL_UP);
}

/* A link is cut and healed in both directions at once: the first one tells it. */
static bool is_shown_call(const struct trace *t, const struct record *r)
{
    unsigned code = r->code;
    if (t->entities[r->where].kind == ENTITY_DIRECTION) {
        return direction_which(t, r->where) == 0;
    }
    return call_error(r) || (!passes_on_a_call(t, r) && (code == CODE_CLOSE || code == CODE_ABORT ||
                                                         (code >= CODE_OWN && !(code & CALL_UP))));
}

static bool is_line(const struct trace *t, uint32_t n)
{
    const struct record *r = trace_record(t, n);
    switch ((enum record_kind)r->kind) {
    case REC_SEND: return packet_replaced_by(t, r->packet) == 0;
    case REC_FIRE: return t->entities[r->where].type->timers[r->code].kind == TIMER_KIND_WAIT;
    case REC_NOTE: return true;
    case REC_DROP: return is_refusal(t, r);
    case REC_STATE: return is_first_state(t, n);
    case REC_CALL: return is_shown_call(t, r);
    case REC_DELIVER: return r->code != DELIVER_RIGHT;
    case REC_ITEM: return record_message(t, r) != NULL;
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

/* A machine that begins by running through several states at once: where it came from is the state
 * after its first. */
static bool is_birth(const struct trace *t, struct list all, uint32_t n)
{
    return all.count > 1 && all.at[0] == n &&
           trace_record(t, all.at[1])->at == trace_record(t, n)->at && trace_record(t, n)->cause;
}

/* "IDLE → SENDING → WAIT-ACK"; machines beside a type's first are named. */
static void say_states(const struct trace *t, uint32_t n, struct buf *out)
{
    const struct record *r = trace_record(t, n);
    const struct actor_type *type = t->entities[r->where].type;
    const struct machine *m = &type->machines[machine_of(r)];
    struct list all = trace_of_subject(t, REC_STATE, r->where, machine_of(r), 0);
    if (machine_of(r) > 0) {
        buf_printf(out, "%s: ", m->name);
    }
    bool is_newborn = is_birth(t, all, n) && t->entities[r->where].type->proto->initial;
    if (!is_newborn) {
        buf_str(out, m->states[r->value]);
    }
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *next = trace_record(t, all.at[i]);
        if (all.at[i] >= n && next->at == r->at) {
            buf_printf(out, "%s%s", is_newborn && all.at[i] == n ? "" : " → ",
                       m->states[next->code & 0xff]);
        }
    }
}

static void say_call(const struct ladder *l, const struct record *r, struct buf *out)
{
    const struct trace *t = l->t;
    const struct entity *e = &t->entities[r->where];
    char key[48];
    if (e->kind == ENTITY_ACTOR && call_error(r)) {
        snprintf(key, sizeof key, "errno.%s", call_error(r));
        buf_printf(out, "%s: %s", call_error(r), word(l->o->lang, key));
        return;
    }
    if (e->kind == ENTITY_ACTOR) {
        call_print(t, r, out);
        return;
    }
    const char *to = "";
    if (e->kind == ENTITY_DIRECTION) {
        to = t->nodes[direction_to(t, r->where)].label[l->o->lang];
    }
    snprintf(key, sizeof key, "export.call.%s", call_name(t, r));
    say(out, l->o->lang, key, "node", t->nodes[entity_node(t, r->where)].label[l->o->lang], "to",
        to, NULL);
}

/* A sentence of the story, each packet in it by its name. False: the story says nothing of it. */
static bool say_story(const struct ladder *l, uint32_t n, struct buf *out)
{
    struct buf marked = {0};
    story_headline(l->t, &look_wire, n, l->o->lang, &marked);
    bool is_empty = marked.len == 0;
    look_named(l->t, buf_cstr(&marked), out);
    buf_free(&marked);
    return !is_empty;
}

/* Why the one it was for threw a packet away: in its own words if it gave a reason. */
static void say_refusal(const struct ladder *l, uint32_t n, struct buf *out)
{
    const struct record *r = trace_record(l->t, n);
    struct look look;
    char name[48], key[64];
    if (record_reason(l->t, r) && say_story(l, n, out)) {
        return;
    }
    look_at(trace_packet(l->t, r->packet), &look);
    snprintf(key, sizeof key, "export.refused.%s", drop_class_name((enum drop_class)r->code));
    say(out, l->o->lang, key, "pkt", look_name(&look, name), NULL);
}

/* A frame passed on wrongly, by the number that its sender counts it by. */
static void say_wrong(const struct ladder *l, const struct record *r, struct buf *out)
{
    const struct packet *p = trace_packet(l->t, r->packet);
    struct look look;
    char name[48], key[64], unit[24];
    look_at(p, &look);
    snprintf(key, sizeof key, "export.passed.%s", deliver_fault_name((enum deliver_fault)r->code));
    snprintf(unit, sizeof unit, "%" PRIu64, p->unit.at);
    say(out, l->o->lang, key, "pkt", look_name(&look, name), "unit", unit, NULL);
}

static void say_timer(const struct ladder *l, const struct record *r, struct buf *out)
{
    const struct actor_type *type = l->t->entities[r->where].type;
    const struct timer *timer = &type->timers[r->code];
    char index[16], key[64];
    snprintf(key, sizeof key, "timer.%s", timer->name);
    const char *name = word_find(l->o->lang, key);
    snprintf(index, sizeof index, "%u", r->packet);
    say(out, l->o->lang, timer->slots > 1 ? "export.fired-index" : "export.fired", "timer",
        name ? name : timer->name, "index", index, NULL);
}

static void print_line(struct ladder *l, uint32_t n)
{
    const struct record *r = trace_record(l->t, n);
    struct buf text = {0};
    const char *mark = "●";
    enum row_style style = STYLE_PLAIN;
    if (r->kind == REC_SEND) {
        ladder_print_packet(l, n);
        return;
    }
    if (r->kind == REC_STATE) {
        say_states(l->t, n, &text);
    } else if (r->kind == REC_FIRE) {
        say_timer(l, r, &text);
        mark = "◷";
        style = STYLE_TIMER;
    } else if (r->kind == REC_DROP) {
        say_refusal(l, n, &text);
        mark = "╳";
        style = STYLE_LOSS;
    } else if (r->kind == REC_DELIVER) {
        say_wrong(l, r, &text);
        mark = "!";
        style = STYLE_LOSS;
    } else if (r->kind == REC_ITEM) {
        buf_str(&text, record_message(l->t, r)->name[l->o->lang]);
        mark = (r->code & 0xff) == MESSAGE_SENT ? "»" : "«";
        style = STYLE_BOLD;
    } else if (r->kind == REC_CALL) {
        say_call(l, r, &text);
        mark = call_error(r) ? "◂" : "▸";
        style = STYLE_BOLD;
    } else {
        say_story(l, n, &text);
        mark = "·";
    }
    ladder_print_event(l, r->at, entity_node(l->t, r->where), mark, style, buf_cstr(&text));
    buf_free(&text);
}

static uint32_t count_lines(const struct trace *t)
{
    uint32_t lines = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        lines += is_line(t, n);
    }
    return lines;
}

/* Nothing happened for a quarter of the whole: a row says so, lest the wait be overlooked. */
static void print_wait(struct ladder *l, sim_time last, sim_time at)
{
    if (last >= 0 && at - last >= l->t->sim_ns / 4 && at > last) {
        ladder_print_wait(l, at - last);
    }
}

static void print_lines(struct ladder *l, uint32_t lines)
{
    bool cuts = !l->o->is_whole && lines > LINES_MAX;
    uint32_t line = 0, skip_end = cuts ? lines - LINES_LAST : 0, skip_start = LINES_FIRST;
    sim_time gap_from = 0, last = -1;
    for (uint32_t n = 1; n <= l->t->count; n++) {
        if (!is_line(l->t, n)) {
            continue;
        }
        sim_time at = trace_record(l->t, n)->at;
        if (line < skip_end && line >= skip_start) {
            gap_from = line == skip_start ? at : gap_from;
            if (line + 1 == skip_end) {
                ladder_print_gap(l, skip_end - skip_start, gap_from, at);
            }
        } else {
            print_wait(l, last, at);
            print_line(l, n);
        }
        last = at;
        line++;
    }
}

void text_ladder(const struct trace *t, const struct text_options *o, FILE *out)
{
    struct ladder *l = os_alloc(sizeof *l);
    *l = (struct ladder){.t = t, .o = o, .out = out};
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)t->seed);
    say(&l->line, o->lang, "export.seed", "file", t->scenario, "seed", seed, NULL);
    fprintf(out, "%s%s%s\n%s%s%s\n\n", style_on(STYLE_BOLD, o->has_colour), t->title[o->lang],
            style_off(o->has_colour), style_on(STYLE_DIM, o->has_colour), buf_cstr(&l->line),
            style_off(o->has_colour));
    buf_clear(&l->line);
    ladder_lay_out(l);
    ladder_print_heads(l);
    print_lines(l, count_lines(t));
    fputc('\n', out);
    buf_free(&l->line);
    free(l);
}

/* From six lines before the first one of `at` to five from it on. */
void text_ladder_around(const struct trace *t, sim_time at, const struct text_options *o, FILE *out)
{
    enum { BEFORE = 6, AFTER = 5 };
    struct ladder *l = os_alloc(sizeof *l);
    *l = (struct ladder){.t = t, .o = o, .out = out, .last = -1};
    uint32_t middle = trace_first_after(t, at - 1), first = middle, last = middle;
    for (unsigned lines = 0; first > 1 && lines < BEFORE; lines += is_line(t, first)) {
        first--;
    }
    for (unsigned lines = 0; last <= t->count && lines < AFTER; last++) {
        lines += is_line(t, last);
    }
    ladder_lay_out(l);
    ladder_print_heads(l);
    for (uint32_t n = first; n < last; n++) {
        if (is_line(t, n)) {
            print_line(l, n);
        }
    }
    buf_free(&l->line);
    free(l);
}
