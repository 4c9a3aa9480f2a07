/* What happened at the lifelines themselves: states, items, refusals; links cut and hosts down. */

#include "ui/view/actors.h"
#include "ui/view/ladder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RECORDS_MAX 20000u /* in a picture; more and the lifelines stay bare */

static struct color faded(const struct ladder_frame *f, struct color c, sim_time at)
{
    return at > f->s->now ? color_fade(c, 0.45) : c;
}

static bool is_hidden(const struct ladder_frame *f, sim_time at)
{
    return at > f->s->now && f->s->player->hides_future;
}

/* Outer edge of what stands at a lifeline beside timers. */
static double outer_x(const struct ladder_frame *f, int line, double gap, bool beside_timers)
{
    return f->x[line] + ladder_side(f, line) * (gap + (beside_timers ? 26 : 0)) * f->ui->k;
}

/* Of several changes of one instant the last is told. */
static bool goes_on(const struct ladder_frame *f, uint32_t number, const struct record *r)
{
    struct list l = trace_of_subject(f->s->trace, REC_STATE, r->where, r->code >> 8, 0);

    for (uint32_t i = l.count; i > 0 && l.at[i - 1] > number; i--) {
        if (trace_record(f->s->trace, l.at[i - 1])->at == r->at) {
            return true;
        }
    }
    return false;
}

static void draw_state(struct ladder_frame *f, uint32_t number, const struct record *r)
{
    const struct entity *e = &f->s->trace->entities[r->where];
    int line = ladder_line(f, e->node);
    unsigned machine = r->code >> 8;
    const char *name = e->type->machines[machine].states[r->code & 255u];
    bool is_current =
        number == trace_subject_at(f->s->trace, REC_STATE, r->where, machine, 0, f->s->now) &&
        r->where == actor_newest(f->s, e->type, e->node);
    struct ui *ui = f->ui;
    double y = ladder_y(f, r->at), w, x;
    struct ladder_label label = {.kind = LABEL_WORDS};

    if (line < 0 || machine > 0 || !f->has_tags || is_hidden(f, r->at) || goes_on(f, number, r)) {
        return; /* the first machine is what the type is about */
    }
    x = outer_x(f, line, 10, actor_has_timers(e->type));
    w = ui_text_width(ui, TYPE_TAG, name) + 20 * ui->k;
    label.rect = (struct rect){ladder_side(f, line) < 0 ? x - w : x, y - 11 * ui->k, w, 22 * ui->k};
    if (ladder_is_free(f, label.rect) && ladder_reserve(f, &label)) {
        part_state_tag(ui, x, y, ladder_side(f, line) < 0 ? ALIGN_RIGHT : ALIGN_LEFT, name,
                       is_current, r->at > f->s->now ? 0.45 : 1);
    }
}

double ladder_tags_left(const struct ladder_frame *f, double y, double high)
{
    const struct trace *t = f->s->trace;
    sim_time reach = (sim_time)(high / f->scale), now = f->s->now;
    double left = INFINITY;

    for (uint32_t n = trace_first_after(t, now - reach - 1);
         n <= t->count && trace_record(t, n)->at <= now + reach; n++) {
        const struct record *r = trace_record(t, n);
        const struct entity *e = &t->entities[r->where];
        if (r->kind != REC_STATE || r->code >> 8 != 0 || ladder_line(f, e->node) != 0 ||
            !f->has_tags || ladder_side(f, 0) > 0 || fabs(ladder_y(f, r->at) - y) > high) {
            continue;
        }
        const char *name = e->type->machines[0].states[r->code & 255u];
        double x = outer_x(f, 0, 10, actor_has_timers(e->type));
        left = fmin(left, x - ui_text_width(f->ui, TYPE_TAG, name) - 20 * f->ui->k);
    }
    return left;
}

/* A tick or a cross with words at the outer side of a lifeline. */
static void draw_mark(struct ladder_frame *f, int line, sim_time at, bool is_good,
                      const char *words)
{
    struct ui *ui = f->ui;
    int side = ladder_side(f, line);
    double y = ladder_y(f, at);
    double x = outer_x(f, line, 9, ladder_has_timers(f, f->node[line]));
    const struct hue *hue = is_good ? &ui->theme->data : &ui->theme->loss;
    struct color color = faded(f, hue->text, at);
    double icon = 13 * ui->k;

    if (ladder_words(f, TYPE_TAG, x + side * (icon + 3 * ui->k), y,
                     side < 0 ? ALIGN_RIGHT : ALIGN_LEFT, color, words)) {
        y = f->self->labels[f->self->label_count - 1].rect.y +
            f->self->labels[f->self->label_count - 1].rect.h / 2;
        icon_draw_heavy(ui->c, is_good ? ICON_CHECK : ICON_CROSS, x + side * icon / 2, y, icon, 3,
                        color);
    }
}

/* What the packet that led to a record is called on its capsule; "" if none did. */
static void cause_label(const struct ladder_frame *f, const struct record *r, char buf[24])
{
    const struct trace *t = f->s->trace;
    uint32_t packet = r->kind == REC_DROP ? r->packet : 0;

    if (packet == 0 && r->cause != 0) {
        packet = trace_record(t, r->cause)->packet;
    }
    buf[0] = 0;
    if (packet != 0 && packet <= t->packets.count) {
        struct capsule capsule = view_capsule(f->s, packet, 22, buf);

        if (capsule.label != buf) {
            snprintf(buf, 24, "%.23s", capsule.label);
        }
    }
}

/* The same instant of the same actor refused the packet: that says it better. */
static bool is_refused_too(const struct ladder_frame *f, uint32_t number, const struct record *r)
{
    uint32_t last = number + 3 < f->s->trace->count ? number + 3 : f->s->trace->count;

    for (uint32_t n = number > 3 ? number - 3 : 1; n <= last; n++) {
        const struct record *other = trace_record(f->s->trace, n);

        if (other->kind == REC_DROP && other->where == r->where && other->at == r->at) {
            return true;
        }
    }
    return false;
}

static void draw_item(struct ladder_frame *f, uint32_t number, const struct record *r)
{
    const struct entity *e = &f->s->trace->entities[r->where];
    int line = ladder_line(f, e->node);
    const struct set *set = &e->type->sets[r->code >> 8];
    const char *state = set->states[r->code & 255u];
    bool is_good = strcmp(state, "passed-on") == 0, is_bad = strcmp(state, "thrown") == 0;
    char label[24], key[32], words[64], digits[24];

    if (line < 0 || is_hidden(f, r->at) || !(is_good || is_bad) ||
        (is_bad && is_refused_too(f, number, r))) {
        return;
    }
    cause_label(f, r, label);
    snprintf(digits, sizeof digits, "%lld", (long long)r->value);
    snprintf(key, sizeof key, "item.%.20s", set->name);
    if (strcmp(label, digits) == 0 || !word_find(f->ui->lang, key)) {
        snprintf(words, sizeof words, "%s", digits);
    } else {
        view_format(f->ui, words, sizeof words, key, "n", digits, NULL);
    }
    if (f->s->is_worksheet) {
        view_blank(f->s, words, sizeof words);
    }
    draw_mark(f, line, r->at, is_good, words);
}

/* A node or an actor refused a packet that had arrived. */
static void draw_refusal(struct ladder_frame *f, const struct record *r)
{
    int line = ladder_line(f, entity_node(f->s->trace, r->where));
    char label[24], reason[96], words[128];

    if (line < 0 || is_hidden(f, r->at)) {
        return;
    }
    cause_label(f, r, label);
    view_drop_words(f->ui, f->s->trace, r, reason, sizeof reason);
    if (ladder_side(f, line) < 0) {
        label[0] = 0; /* there timers and states want the room */
    }
    snprintf(words, sizeof words, "%s%s%s", label, label[0] ? " " : "", reason);
    draw_mark(f, line, r->at, false, words);
}

/* A link cut or mended, a host down or up: words between or at the lifelines. */
static void draw_call(struct ladder_frame *f, const struct record *r)
{
    static const char *const keys[] = {"ladder.cut", "ladder.heal", "ladder.crash",
                                       "ladder.restart"};
    const struct trace *t = f->s->trace;
    const struct entity *e = &t->entities[r->where];
    bool is_bad = r->code == CALL_CUT || r->code == CALL_CRASH;
    int a = ladder_line(f, entity_node(t, r->where)), b = a;
    const char *words;

    if ((r->code & CALL_UP) != 0 || r->code < CALL_CUT || r->code > CALL_RESTART || a < 0 ||
        is_hidden(f, r->at)) {
        return;
    }
    words = ui_word(f->ui, keys[r->code - CALL_CUT]);
    if (e->kind == ENTITY_DIRECTION) {
        b = ladder_line(f, direction_to(t, r->where));
    }
    if (b < 0 || a == b) {
        draw_mark(f, a, r->at, !is_bad, words);
    } else if (a < b) { /* the other direction says the same */
        ladder_words(f, TYPE_TAG, (f->x[a] + f->x[b]) / 2, ladder_y(f, r->at), ALIGN_CENTER,
                     faded(f, is_bad ? f->ui->theme->loss.text : f->ui->theme->ink2, r->at), words);
    }
}

void ladder_draw_records(struct ladder_frame *f)
{
    const struct trace *t = f->s->trace;
    uint32_t first = trace_first_after(t, f->from - 1), last = trace_first_after(t, f->to);

    if (last - first > RECORDS_MAX) {
        return;
    }
    for (uint32_t n = first; n < last; n++) {
        const struct record *r = trace_record(t, n);

        if (r->kind == REC_STATE) {
            draw_state(f, n, r);
        } else if (r->kind == REC_ITEM) {
            draw_item(f, n, r);
        } else if (r->kind == REC_CALL) {
            draw_call(f, r);
        } else if (r->kind == REC_DROP && t->entities[r->where].kind != ENTITY_DIRECTION) {
            draw_refusal(f, r);
        }
    }
}
