/* Timers beside the lifeline of their owner: armed, and stopped, fired or still running. */

#include "ui/view/actors.h"
#include "ui/view/ladder.h"

#include <math.h>
#include <string.h>

#define SLOTS_MAX 64u  /* of one timer that are looked at */
#define COLUMNS   4u   /* bars side by side */
#define BARS_MAX  400u /* of one timer in a picture */
#define WORDS_MAX 256u
#define COLUMN    14.0 /* from one bar to the next */

struct bar {
    sim_time from, due, until; /* until: stopped, armed anew or fired; SIM_NEVER: the run ended */
    bool fired;
    uint32_t end;    /* record that ended it */
    bool after_fire; /* the clock of the one before stands where it begins */
};

/* Words of a bar, placed when all bars are drawn. */
struct bar_words {
    int line, side;
    unsigned column;
    double top, bottom; /* room beside the bar */
    const char *name;   /* NULL: it fired there */
    char length[32];
};

struct timer_words {
    struct bar_words list[WORDS_MAX];
    unsigned count;
    unsigned taken[LADDER_LINES]; /* columns of bars at each lifeline */
};

/* The place of timers at one lifeline. */
struct timer_lane {
    struct timer_words *words;
    int line, side;
    unsigned column;
    double x;
    uint32_t actor;
    unsigned timer; /* its number in the type */
    const char *name;
    bool is_labelled; /* words stand beside one of its bars already */
};

bool actor_has_timers(const struct actor_type *type)
{
    for (unsigned i = 0; i < timer_count(type); i++) {
        if (type->timers[i].kind == TIMER_KIND_WAIT) {
            return true;
        }
    }
    return false;
}

double ladder_timer_label_width(const struct ladder_frame *f)
{
    return ui_text_width(f->ui, TYPE_TAG, ui_word(f->ui, "ladder.expired")) + 14 * f->ui->k;
}

/* The bar that begins with record list.at[i]; false: that record begins none. */
static bool bar_at(const struct trace *t, struct list list, uint32_t i, struct bar *out)
{
    const struct record *r = trace_record(t, list.at[i]);

    if (r->kind != REC_TIMER || r->value == SIM_NEVER) {
        return false;
    }
    *out = (struct bar){.from = r->at, .due = r->value, .until = SIM_NEVER};
    if (i > 0) {
        const struct record *before = trace_record(t, list.at[i - 1]);

        out->after_fire = before->kind == REC_FIRE && before->at == r->at;
    }
    if (i + 1 < list.count) {
        const struct record *next = trace_record(t, list.at[i + 1]);

        out->until = next->at;
        out->fired = next->kind == REC_FIRE;
        out->end = list.at[i + 1];
    }
    return true;
}

static struct bar_words *add_words(const struct timer_lane *lane, double top, double bottom)
{
    struct timer_words *all = lane->words;

    if (all->count == WORDS_MAX) {
        return NULL;
    }
    all->list[all->count] = (struct bar_words){.line = lane->line,
                                               .side = lane->side,
                                               .column = lane->column,
                                               .top = top,
                                               .bottom = bottom};
    return &all->list[all->count++];
}

static void say_length(struct ladder_frame *f, struct timer_lane *lane, const struct bar *b,
                       double y0, double y1)
{
    double high = y1 - y0, line = 15 * f->ui->k, y = y0 + fmax(high * 0.25, 12 * f->ui->k);

    if (high < 2.4 * line) {
        return;
    }
    struct bar_words *w = y + line > y1 ? NULL : add_words(lane, y, y1);
    if (w) {
        w->name = lane->name;
        view_length(b->due - b->from, w->length);
        lane->is_labelled = true;
    }
}

/* Left of x, or right of it: room for words whose middle is at y, and for a second line. */
static struct rect words_rect(const struct ladder_frame *f, const struct bar_words *w, double x,
                              double y, const char *first, const char *second)
{
    double wide = ui_text_width(f->ui, TYPE_TAG, first), line = 15 * f->ui->k;

    wide = second ? fmax(wide, ui_text_width(f->ui, TYPE_LABEL, second)) : wide;
    return (struct rect){w->side < 0 ? x - wide : x, y - line / 2, wide, second ? 2 * line : line};
}

static bool place_at(struct ladder_frame *f, const struct bar_words *w, double x, double y,
                     const char *first, const char *second)
{
    struct rect r = words_rect(f, w, x, y, first, second);
    enum align align = w->side < 0 ? ALIGN_RIGHT : ALIGN_LEFT;
    struct color color = f->ui->theme->loss.text;

    if (r.x < f->panel.x + 3 || r.x + r.w > f->panel.x + f->panel.w - 3 || !ladder_is_clear(f, r)) {
        return false;
    }
    ladder_words(f, TYPE_TAG, x, y, align, color, first);
    if (second) {
        ladder_words(f, TYPE_LABEL, x, y + 15 * f->ui->k, align, color, second);
    }
    return true;
}

/* Beside its bar, else beyond those that stand further out, else lower; the length goes first. */
static void place_words(struct ladder_frame *f, const struct timer_words *all,
                        const struct bar_words *w)
{
    double k = f->ui->k, line = 15 * k, bar = part_timer_width(f->ui) / 2 + (w->name ? 5 : 9) * k;
    const char *first =
        w->name ? actor_timer_word(f->ui, w->name) : ui_word(f->ui, "ladder.expired");

    for (unsigned lines = w->name ? 2 : 1; lines > 0; lines--) {
        const char *second = lines == 2 ? w->length : NULL;
        for (unsigned column = w->column; column < all->taken[w->line]; column++) {
            double x = f->x[w->line] + w->side * ((20 + COLUMN * column) * k + bar);
            for (double y = w->top; y <= w->bottom + line / 2 && y < w->top + 4 * line; y += line) {
                if (place_at(f, w, x, y, first, second)) {
                    return;
                }
            }
        }
    }
}

/* The words where a timer fired. */
static void say_fired(const struct timer_lane *lane, double y)
{
    add_words(lane, y, y);
}

/* What is seen of a bar. */
static void keep_clear(struct ladder_frame *f, double x, double y0, double y1)
{
    double w = part_timer_width(f->ui), top = fmax(y0, f->plot.y);

    if (f->bar_count < LADDER_BARS && y1 > top) {
        f->bar[f->bar_count++] = (struct rect){x - w / 2, top, w, y1 - top};
    }
}

/* A bar that has begun; what lies after now is planned. */
static void draw_begun(struct ladder_frame *f, struct timer_lane *lane, const struct bar *b)
{
    sim_time now = f->s->now;
    bool is_over = b->until <= now;
    sim_time end = is_over ? b->until : now;
    double y0 = fmax(ladder_y(f, b->from), f->plot.y - 40), y1 = ladder_y(f, end), y2 = y1;
    double bottom = f->plot.y + f->plot.h + 40;

    if (!is_over && !f->s->player->hides_future) {
        y2 = fmin(ladder_y(f, b->due), bottom);
    }
    if (y1 - y0 < 1 && y2 - y0 < 1) {
        return;
    }
    y1 = fmin(y1, bottom);
    if (b->after_fire) {
        y0 = fmin(y0 + 13 * f->ui->k, fmax(y1, y2));
    }
    part_timer_bar(f->ui, lane->x, y0 + 1.5 * f->ui->k, y1, y2, is_over && b->fired);
    keep_clear(f, lane->x, y0, fmax(y1, y2));
    if (is_over && b->fired && b->end == f->pulsing) {
        part_clock(f->ui, lane->x, y1, 10 * f->ui->k * f->pulse);
    }
    if (!lane->is_labelled || !is_over || b->fired) {
        say_length(f, lane, b, fmax(y0, f->plot.y), fmin(fmax(y1, y2), f->plot.y + f->plot.h));
    }
    if (is_over && b->fired) {
        say_fired(lane, y1);
    }
}

static void draw_planned(struct ladder_frame *f, const struct timer_lane *lane, const struct bar *b)
{
    double bottom = f->plot.y + f->plot.h + 40; /* a dash takes its time, seen or not */
    double y0 = ladder_y(f, b->from);
    double y1 = fmin(ladder_y(f, b->until < b->due ? b->until : b->due), bottom);
    double w = part_timer_width(f->ui);
    struct rect r = {lane->x - w / 2, y0 + 2, w, y1 - y0 - 4};
    struct stroke dash = {.width = 1.2 * f->ui->k, .on = 3 * f->ui->k, .off = 3 * f->ui->k};

    if (r.h > 3 && !f->s->player->hides_future) {
        keep_clear(f, lane->x, y0, y1);
        canvas_dash_box(f->ui->c, r, w / 2, dash, color_fade(f->ui->theme->loss.fill, 0.45));
    }
}

static void draw_bar(struct ladder_frame *f, struct timer_lane *lane, const struct bar *b)
{
    if (b->from <= f->s->now) {
        draw_begun(f, lane, b);
    } else {
        draw_planned(f, lane, b);
    }
}

/* Index of the last record of the list at or before t; 0 if none is. */
static uint32_t last_before(const struct trace *t, struct list list, sim_time at)
{
    uint32_t low = 0, high = list.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (trace_record(t, list.at[middle])->at > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low > 0 ? low - 1 : 0;
}

/* Armed together with another timer of its owner that is due sooner (the end of all patience,
 * beside the next try): no bar, and a clock only where it fires. */
static bool is_behind(const struct ladder_frame *f, const struct timer_lane *lane,
                      const struct bar *b)
{
    const struct trace *t = f->s->trace;
    const struct actor_type *type = t->entities[lane->actor].type;

    for (unsigned i = 0; i < timer_count(type); i++) {
        sim_time armed = 0, due;

        if (i == lane->timer || type->timers[i].kind != TIMER_KIND_WAIT) {
            continue;
        }
        due = trace_timer_at(t, lane->actor, i, 0, b->from, &armed);
        if (due < b->due && armed == b->from) {
            return true;
        }
    }
    return false;
}

static void draw_behind(const struct ladder_frame *f, const struct timer_lane *lane,
                        const struct bar *b)
{
    double y = ladder_y(f, b->until < f->s->now ? b->until : f->s->now);

    if (b->fired && b->until <= f->s->now) {
        part_clock(f->ui, lane->x, y, 0);
        say_fired(lane, y);
    }
}

/* A host that stops takes its timers with it. */
static void end_at_crash(const struct ladder_frame *f, const struct timer_lane *lane, struct bar *b)
{
    const struct trace *t = f->s->trace;
    uint32_t node = t->nodes[entity_node(t, lane->actor)].entity;

    for (uint32_t i = 0; i < f->s->film->call_count; i++) {
        const struct record *r = trace_record(t, f->s->film->calls[i]);

        if (r->code == CALL_CRASH && r->where == node && r->at >= b->from && r->at < b->until) {
            b->until = r->at;
            b->fired = false;
            b->end = f->s->film->calls[i];
            return;
        }
    }
}

static void draw_timer(struct ladder_frame *f, struct timer_lane *lane, struct list list,
                       bool *drawn)
{
    const struct trace *t = f->s->trace;
    struct bar bar;
    sim_time plan = 0;
    uint32_t n = 0;

    for (uint32_t i = last_before(t, list, f->from); i < list.count && n < BARS_MAX; i++, n++) {
        if (trace_record(t, list.at[i])->at > f->to) {
            break;
        }
        if (!bar_at(t, list, i, &bar) || bar.from < plan) {
            continue;
        }
        end_at_crash(f, lane, &bar);
        if (is_behind(f, lane, &bar)) {
            draw_behind(f, lane, &bar);
            continue;
        }
        draw_bar(f, lane, &bar);
        *drawn = true;
        if (bar.from <= f->s->now && bar.until > f->s->now) {
            plan = bar.due; /* its outline shows that far: nothing over it */
        }
    }
}

/* All timers of an actor, beside those that stand at its lifeline already. */
static void draw_actor(struct ladder_frame *f, uint32_t actor, struct timer_words *words)
{
    const struct trace *t = f->s->trace;
    const struct entity *e = &t->entities[actor];
    int line = ladder_line(f, e->node);
    unsigned *column = line >= 0 ? &words->taken[line] : NULL;

    for (unsigned i = 0; line >= 0 && i < timer_count(e->type); i++) {
        const struct timer *timer = &e->type->timers[i];

        for (uint32_t slot = 0; slot < timer->slots && slot < SLOTS_MAX; slot++) {
            struct list list = trace_of_subject(t, REC_TIMER, actor, i, slot);
            struct timer_lane lane = {.words = words,
                                      .line = line,
                                      .column = *column,
                                      .side = ladder_side(f, line),
                                      .name = timer->name,
                                      .actor = actor,
                                      .timer = i};
            bool is_drawn = false;

            if (timer->kind != TIMER_KIND_WAIT || list.count == 0 || *column == COLUMNS) {
                continue;
            }
            lane.x = f->x[line] + lane.side * (20 + COLUMN * *column) * f->ui->k;
            draw_timer(f, &lane, list, &is_drawn);
            *column += is_drawn;
        }
    }
}

void ladder_draw_timers(struct ladder_frame *f)
{
    const struct film *film = f->s->film;
    struct timer_words words;
    double part = motion_part(&f->self->pulse, f->ui, f->s, MARK_FIRED, MOTION_PULSE, &f->pulsing);

    words.count = 0;
    memset(words.taken, 0, sizeof words.taken);
    f->bar[f->bar_count++] = f->flag;
    f->pulse = 1 + 0.15 * sin(part * acos(-1));
    for (uint32_t i = 0; i < film->actor_count; i++) {
        draw_actor(f, film->actors[i], &words);
    }
    for (unsigned i = 0; i < words.count; i++) {
        place_words(f, &words, &words.list[i]);
    }
}
