/* The time-sequence graph: each segment a bar from its first byte to its last where it was sent,
 * the acknowledged bytes as a line that climbs below them, the edge of the peer's window above, and
 * what acknowledgements report out of order as outlined bars. */
#include "ui/view/plots.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BLOCKS_A_COLUMN 6u
#define REACH           14.0

bool plot_is_sequence(const struct plot_frame *f)
{
    return strcmp(f->chart->row->name, "sequence") == 0;
}

static bool spans_of(const struct plot_frame *f, const struct plot_spans **sent,
                     const struct plot_spans **reported)
{
    return curves_spans(&f->s->film->curves, f->chart->owner, sent, reported);
}

/* First and one past the last of what is shown. */
static void shown(const struct plot_frame *f, const struct plot_spans *s, uint32_t *first,
                  uint32_t *last)
{
    *first = spans_at_or_after(s, f->from);
    *last = f->to == SIM_NEVER ? s->count : spans_at_or_after(s, f->to + 1);
}

void plot_scale_sequence(struct plot_frame *f)
{
    const struct plot_spans *sent, *reported;
    uint32_t first, last;
    double least = INFINITY, most = 0;
    if (spans_of(f, &sent, &reported)) {
        shown(f, sent, &first, &last);
        for (uint32_t i = first; i < last; i++) {
            least = fmin(least, (double)sent->spans[i].from);
            most = fmax(most, (double)sent->spans[i].to);
        }
    }
    least = f->self->is_zoomed && isfinite(least) ? least : 0;
    most = fmax(most, least + 1);
    double margin = 0.06 * (most - least), rows = fmax(2, floor(f->plot.h / (46 * f->ui->k)));
    f->unit = most >= 1e7 ? 1e6 : most >= 1e5 ? 1000 : 1;
    f->step = (double)view_step((most - least) / rows);
    f->least = least > 0 ? least - margin : 0;
    f->most = most + margin;
}

/* Lines: a 32-bit variable of the sender as an offset from its start, climbing over wraps. */

struct line {
    struct list una, wnd;
    uint32_t base;
};

static struct list var_list(const struct plot_frame *f, const char *name)
{
    const struct actor_type *type = f->s->trace->entities[f->chart->owner].type;
    for (unsigned i = 0; i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, name) == 0) {
            return trace_of_subject(f->s->trace, REC_VAR, f->chart->owner, i, 0);
        }
    }
    return (struct list){0};
}

static uint32_t list_before(const struct plot_frame *f, struct list l, sim_time at)
{
    uint32_t low = 0, high = l.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace_record(f->s->trace, l.at[middle])->at < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Value of the list at t, `or` before its first. */
static int64_t list_value(const struct plot_frame *f, struct list l, sim_time t, int64_t otherwise)
{
    uint32_t n = list_before(f, l, t == SIM_NEVER ? t : t + 1);
    assert(l.at || n == 0);
    return n ? trace_record(f->s->trace, l.at[n - 1])->value : otherwise;
}

/* How far the acknowledged bytes and the window reach at t. The numbers have 32 bits; the segments
 * that were sent by then tell how often they went round. */
static double edge_at(const struct plot_frame *f, const struct line *l,
                      const struct plot_spans *sent, sim_time t, bool has_window)
{
    uint32_t una = (uint32_t)list_value(f, l->una, t, l->base) - l->base;
    uint32_t n = spans_at_or_after(sent, t == SIM_NEVER ? t : t + 1);
    double value = una, near = n ? (double)sent->spans[n - 1].to : 0;
    value += 4294967296.0 * fmax(0, floor((near - value) / 4294967296.0 + 0.5));
    return value + (has_window ? (double)list_value(f, l->wnd, t, 0) : 0);
}

static void stroke_line(const struct plot_frame *f, const struct line *l,
                        const struct plot_spans *sent, bool has_window, bool is_past)
{
    double now = plot_x(f, f->s->now), right = f->plot.x + f->plot.w;
    double x0 = is_past ? f->plot.x : fmax(now, f->plot.x), x1 = is_past ? fmin(now, right) : right;
    double k = f->ui->k, before = NAN;
    struct color color = has_window ? f->ui->theme->ink3 : f->ui->theme->ink;
    canvas_begin(f->ui->c);
    for (double x = x0; x <= x1; x += 1) {
        sim_time t = plot_time(f, x);
        double y = plot_y(f, edge_at(f, l, sent, t, has_window));
        y = fmax(y, f->plot.y - 40);
        if (isnan(before)) {
            canvas_move(f->ui->c, x, y);
        } else if (y != before) {
            canvas_to(f->ui->c, x, before);
            canvas_to(f->ui->c, x, y);
        }
        before = y;
    }
    if (isnan(before)) {
        return;
    }
    canvas_to(f->ui->c, x1, before);
    canvas_stroke(f->ui->c, color_fade(color, is_past ? 1 : 0.42),
                  (struct stroke){.width = (has_window ? 1.4 : 2) * k});
}

static void draw_lines(const struct plot_frame *f, const struct plot_spans *sent)
{
    int64_t iss = 0;
    struct line l = {.una = var_list(f, "snd.una"), .wnd = var_list(f, "snd.wnd")};
    struct list start = var_list(f, "iss");
    iss = start.count ? trace_record(f->s->trace, start.at[start.count - 1])->value : 0;
    l.base = (uint32_t)iss;
    for (int window = 0; window < 2; window++) {
        stroke_line(f, &l, sent, window, true);
        if (!f->s->player->hides_future) {
            stroke_line(f, &l, sent, window, false);
        }
    }
}

/* Segments. */

static void draw_bar(const struct plot_frame *f, double x, double from, double to,
                     struct color color, double width, bool has_caps)
{
    double y0 = plot_y(f, from), y1 = plot_y(f, to), cap = 3 * f->ui->k;
    canvas_vline(f->ui->c, x, fmin(y1, y0 - 1), y0, width, color);
    if (has_caps && y0 - y1 > 5 * f->ui->k) {
        canvas_hline(f->ui->c, x - cap, x + cap, y0, 1.2, color);
        canvas_hline(f->ui->c, x - cap, x + cap, y1, 1.2, color);
    }
}

static bool is_lost(const struct plot_frame *f, uint32_t packet)
{
    struct list l = trace_of_packet(f->s->trace, packet);
    const struct record *r = l.count ? trace_record(f->s->trace, l.at[l.count - 1]) : NULL;
    return r && r->kind == REC_DROP && r->code < DROP_DUPLICATE && r->at <= f->s->now;
}

static void draw_one(const struct plot_frame *f, const struct plot_span *s)
{
    const struct theme *t = f->ui->theme;
    double x = plot_x(f, s->at), k = f->ui->k, alpha = s->at > f->s->now ? 0.42 : 1;
    struct color color = s->is_again ? t->hatch : t->data.fill;
    if (s->packet == f->s->selected) {
        draw_bar(f, x, (double)s->from, (double)s->to, t->ink, 9 * k, false);
        draw_bar(f, x, (double)s->from, (double)s->to, t->marker, 6.5 * k, false);
    }
    draw_bar(f, x, (double)s->from, (double)s->to, color_fade(color, alpha),
             (s->packet == f->s->hovered ? 4 : 2.2) * k, true);
}

/* Of those that stand close only the first has its ring. */
static void mark_lost(const struct plot_frame *f, const struct plot_span *s, struct point *last)
{
    double k = f->ui->k, x = plot_x(f, s->at);
    double y = plot_y(f, ((double)s->from + (double)s->to) / 2);
    if (is_lost(f, s->packet)) {
        draw_bar(f, x, (double)s->from, (double)s->to, f->ui->theme->loss.fill, 2.2 * k, true);
        if (hypot(x - last->x, y - last->y) > 12 * k) {
            part_loss(f->ui, x, y, 5 * k);
            *last = (struct point){x, y};
        }
    }
}

/* A column in which too many were sent: one bar for all first copies, one for the repeats. */
static void draw_many(const struct plot_frame *f, const struct plot_spans *sent, uint32_t first,
                      uint32_t last)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {0, 0};
    double x = plot_x(f, sent->spans[first].at);
    double alpha = sent->spans[first].at > f->s->now ? 0.42 : 1;
    for (uint32_t i = first; i < last; i++) {
        const struct plot_span *s = &sent->spans[i];
        low[s->is_again] = fmin(low[s->is_again], (double)s->from);
        high[s->is_again] = fmax(high[s->is_again], (double)s->to);
    }
    for (int again = 0; again < 2; again++) {
        if (high[again] > 0) {
            const struct theme *t = f->ui->theme;
            draw_bar(f, x, low[again], high[again],
                     color_fade(again ? t->hatch : t->data.fill, alpha), 1.6 * f->ui->k, false);
        }
    }
}

static void draw_segments(const struct plot_frame *f, const struct plot_spans *sent)
{
    struct point lost = {-1000, 0};
    uint32_t i, last;
    shown(f, sent, &i, &last);
    while (i < last) {
        uint32_t next = spans_at_or_after(sent, plot_time(f, plot_x(f, sent->spans[i].at) + 1));
        next = next > last ? last : next > i ? next : i + 1;
        if (sent->spans[i].at > f->s->now && f->s->player->hides_future) {
            return;
        }
        if (next - i > 48) {
            draw_many(f, sent, i, next);
            i = next;
            continue;
        }
        for (; i < next; i++) {
            draw_one(f, &sent->spans[i]);
            mark_lost(f, &sent->spans[i], &lost);
        }
    }
}

/* Blocks of SACK: outlined, as acknowledgements are. */
static void draw_reported(const struct plot_frame *f, const struct plot_spans *reported)
{
    uint32_t i, last;
    double k = f->ui->k;
    shown(f, reported, &i, &last);
    while (i < last) {
        const struct plot_span *s = &reported->spans[i];
        uint32_t next = spans_at_or_after(reported, plot_time(f, plot_x(f, s->at) + 3));
        bool is_future = s->at > f->s->now;
        if (is_future && f->s->player->hides_future) {
            return;
        }
        for (uint32_t n = 0; i < last && n < BLOCKS_A_COLUMN && i < (next > i ? next : i + 1);
             n++) {
            s = &reported->spans[i++];
            double y0 = plot_y(f, (double)s->from), y1 = plot_y(f, (double)s->to);
            struct rect r = {plot_x(f, s->at) - 2.5 * k, y1, 5 * k, fmax(y0 - y1, 2)};
            canvas_fill_box(f->ui->c, r, 1.5 * k, f->ui->theme->panel);
            canvas_stroke_box(f->ui->c, r, 1.5 * k, 1.3 * k,
                              color_fade(f->ui->theme->ack, is_future ? 0.42 : 1));
        }
        i = next > i ? next : i;
    }
}

/* The words at the lines where now is. */
static void name_line(struct plot_frame *f, const char *key, double value, struct color color)
{
    double k = f->ui->k, x = plot_x(f, f->s->now), y = fmax(plot_y(f, value), f->plot.y + 8 * k);
    char words[96], number[32];
    snprintf(words, sizeof words, "%s %s", ui_word(f->ui, key), plot_value(f, value, number));
    double w = ui_text_width(f->ui, TYPE_TAG, words);
    bool is_left = x + w + 20 * k > f->area.x + f->area.w;
    struct rect r = {is_left ? x - w - 12 * k : x + 12 * k, y - 8 * k, w, 16 * k};
    if (f->s->now < f->from || f->s->now > f->to) {
        return;
    }
    for (int i = 0; i < 3 && !plot_reserve(f, r); i++) {
        r.y += 17 * k;
    }
    canvas_fill_box(f->ui->c, r, 3 * k, color_fade(f->ui->theme->panel, 0.86));
    ui_text(f->ui, TYPE_TAG, r.x, r.y + 12 * k, color, words);
}

void plot_draw_sequence(struct plot_frame *f)
{
    const struct plot_spans *sent, *reported;
    if (!spans_of(f, &sent, &reported)) {
        return;
    }
    draw_lines(f, sent);
    draw_segments(f, sent);
    draw_reported(f, reported);
    struct line l = {.una = var_list(f, "snd.una"), .wnd = var_list(f, "snd.wnd")};
    struct list start = var_list(f, "iss");
    l.base =
        start.count ? (uint32_t)trace_record(f->s->trace, start.at[start.count - 1])->value : 0;
    const struct theme *t = f->ui->theme;
    name_line(f, "plots.edge", edge_at(f, &l, sent, f->s->now, true), t->ink3);
    name_line(f, "plots.acked", edge_at(f, &l, sent, f->s->now, false), t->ink);
}

uint32_t plot_segment_at(const struct plot_frame *f, double x, double y, double *distance)
{
    const struct plot_spans *sent, *reported;
    double reach = REACH * f->ui->k;
    uint32_t found = 0;
    if (!plot_is_sequence(f) || !spans_of(f, &sent, &reported)) {
        return 0;
    }
    uint32_t i = spans_at_or_after(sent, plot_time(f, x - reach));
    uint32_t last = spans_at_or_after(sent, plot_time(f, x + reach));
    for (; i < last; i++) {
        const struct plot_span *s = &sent->spans[i];
        double y0 = plot_y(f, (double)s->from), y1 = plot_y(f, (double)s->to);
        double dy = y > y0 ? y - y0 : y < y1 ? y1 - y : 0, d = hypot(plot_x(f, s->at) - x, dy);
        if (d < reach && d < *distance && (s->at <= f->s->now || !f->s->player->hides_future)) {
            *distance = d;
            found = s->packet;
        }
    }
    return found;
}
