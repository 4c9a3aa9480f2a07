/* Flights on the ladder: their ways, bands and threads. */

#include "ui/view/ladder.h"
#include "ui/view/numbers.h"

#include <math.h>

#define FUTURE_WAY    0.8  /* of a dashed way, which is faint by itself */
#define CROWD         160u /* flights: of more, those whose lines lie on each other are left out */
#define CROWD_GAP     2.2  /* so near that they do */
#define CROWD_WAYS    64u  /* directions that are told apart */
#define DENSE_SAMPLES 12u  /* flights looked at for two rows of pixels */

static struct color flight_color(const struct ladder_frame *f, const struct flight *g)
{
    char buf[24];
    struct capsule capsule;

    if (!g->is_first) {
        return f->ui->theme->retx.fill;
    }
    capsule = view_capsule(f->s, g->packet, 1, buf);
    return capsule.kind == PACKET_ACK ? f->ui->theme->ack
                                      : packet_hue(f->ui->theme, capsule.kind).fill;
}

/* The first edge of a fold later than t; SIM_NEVER: none. */
static sim_time next_edge(const struct axis *a, sim_time t)
{
    uint32_t i = axis_fold_after(a, t);

    if (i == a->count) {
        return SIM_NEVER;
    }
    return a->folds[i].from > t ? a->folds[i].from : a->folds[i].to;
}

static bool is_crowd(const struct ladder_frame *f)
{
    return f->last - f->first > CROWD;
}

void ladder_draw_way(struct ladder_frame *f, const struct flight *g, sim_time from, sim_time to,
                     struct color color, bool has_head, bool is_dashed)
{
    struct point a = ladder_point(f, g, from);

    while (from < to) {
        sim_time edge = next_edge(f->axis, from), corner = edge < to ? edge : to;
        struct point b = ladder_point(f, g, corner);

        if (is_dashed && is_crowd(f)) { /* dashes of many make no pattern, and take their time */
            canvas_line(f->ui->c, a.x, a.y, b.x, b.y, (struct stroke){.width = 1.2 * f->ui->k},
                        color_fade(color, 0.35));
        } else if (is_dashed && !(has_head && corner == to)) {
            canvas_line(f->ui->c, a.x, a.y, b.x, b.y,
                        (struct stroke){.width = 1.4 * f->ui->k,
                                        .cap = CAP_ROUND,
                                        .on = 3 * f->ui->k,
                                        .off = 5 * f->ui->k},
                        color_fade(color, 0.55));
        } else if (is_dashed) {
            part_flight_dashed(f->ui, a, b, color);
        } else {
            part_flight(f->ui, a, b, color, has_head && corner == to);
        }
        a = b;
        from = corner;
    }
}

/* What the transmitter takes: a pale band from the first bit to the last, as far as it came. */
static void draw_band(struct ladder_frame *f, const struct flight *g, struct color color)
{
    sim_time tx = g->hop.sent - g->hop.start, first_way = g->hop.arrive - tx - g->hop.start;
    struct canvas *c = f->ui->c;
    double high = (double)tx * f->scale, x0 = ladder_point(f, g, flight_start(g)).x, x1, share = 1;
    sim_time first_bit;

    if (!g->hop.tx || high < 3 * f->ui->k || g->hop.arrive == SIM_NEVER ||
        g->hop.start > f->s->now) {
        return;
    }
    x1 = ladder_point(f, g, flight_end(g) < g->hop.arrive ? flight_end(g) : g->hop.arrive).x;
    if (g->hop.died != SIM_NEVER) {
        share = (double)(g->hop.died - g->hop.start) / (double)(g->hop.arrive - g->hop.start);
    }
    first_bit = g->hop.start + (sim_time)(share * (double)first_way);
    canvas_begin(c);
    canvas_move(c, x0, ladder_y(f, g->hop.start));
    canvas_to(c, x1, ladder_y(f, first_bit));
    canvas_to(c, x1, ladder_y(f, first_bit + tx));
    canvas_to(c, x0, ladder_y(f, g->hop.sent));
    canvas_close(c);
    canvas_fill(c, color_fade(color, 0.13));
}

/* Waiting in the queue of the transmitter, beside its lifeline. */
static void draw_wait(struct ladder_frame *f, const struct flight *g, struct color color)
{
    sim_time until = g->hop.start < f->s->now ? g->hop.start : f->s->now;
    double k = f->ui->k, x, side;
    int from, to;

    if (!g->hop.tx || g->hop.offered >= until || !ladder_ends(f, g, &from, &to)) {
        return;
    }
    side = to < from ? -1 : 1;
    x = f->x[from] + side * 4 * k;
    canvas_line(f->ui->c, x, ladder_y(f, g->hop.offered), x, ladder_y(f, until),
                (struct stroke){.width = 2 * k, .on = 1 * k, .off = 3 * k, .cap = CAP_ROUND},
                color);
}

/* It ends at a thin line, where the next hop goes on. */
static bool goes_on(const struct ladder_frame *f, const struct flight *g)
{
    int from, to;

    return ladder_ends(f, g, &from, &to) && f->is_thin[to] && g->hop.died == SIM_NEVER;
}

/* What a lost packet would have gone on to, over thin lines to the next one that is drawn. */
static void draw_rest(struct ladder_frame *f, const struct flight *g)
{
    struct color color = color_fade(f->ui->theme->ink3, 0.6);
    struct point a = ladder_point(f, g, flight_end(g)), b = ladder_point(f, g, g->hop.arrive);
    int from, to;

    if (!ladder_ends(f, g, &from, &to) || !f->is_thin[to] || fabs(b.x - a.x) < 1) {
        ladder_draw_way(f, g, flight_end(g), g->hop.arrive, color, true, true);
        return;
    }
    double end = f->x[ladder_next_line(f, to, from < to ? 1 : -1)];
    b.y = a.y + (b.y - a.y) * (end - a.x) / (b.x - a.x);
    b.x = end;
    part_flight_dashed(f->ui, a, b, color);
}

static void draw_future(struct ladder_frame *f, const struct flight *g, sim_time from,
                        struct color color)
{
    sim_time end = flight_end(g);

    if (!f->s->player->hides_future && end != SIM_NEVER && end > from) {
        ladder_draw_way(f, g, from, end, color_fade(color, FUTURE_WAY), !goes_on(f, g), true);
    }
}

static void draw_flight(struct ladder_frame *f, const struct flight *g)
{
    struct color color = flight_color(f, g);
    sim_time start = flight_start(g), end = flight_end(g), now = f->s->now;

    if (g->hop.arrive == SIM_NEVER && g->hop.tx) {
        return;
    }
    draw_wait(f, g, color);
    if (!g->hop.tx || start > now) {
        if (g->hop.tx) {
            draw_future(f, g, start, color);
        }
        return;
    }
    if (end > now) {
        struct point head = ladder_point(f, g, now);

        ladder_draw_way(f, g, start, now, color, false, false);
        draw_future(f, g, now, color);
        canvas_fill_circle(f->ui->c, head.x, head.y, 3.4 * f->ui->k, color);
        return;
    }
    ladder_draw_way(f, g, start, end, color, g->hop.died == SIM_NEVER && !goes_on(f, g), false);
    if (g->hop.died != SIM_NEVER && g->hop.arrive > end) {
        draw_rest(f, g);
    }
}

/* The dotted thread from the first copy to this one. */
static void draw_thread(struct ladder_frame *f, const struct flight *g)
{
    const struct packet *p = trace_packet(f->s->trace, g->packet);
    const struct ladder_label *a, *b = ladder_label_of(f, g->packet, g->nth);
    struct point from, to, head = ladder_point(f, g, f->s->now);
    double k = f->ui->k, side;

    if (p->of == 0 || g->nth != 0 || !b || flight_start(g) > f->s->now) {
        return;
    }
    a = ladder_label_of(f, p->of, 0);
    from = (struct point){b->x, f->plot.y - 4 * k};
    if (a) {
        from = (struct point){a->x, a->y + (a->h / 2 + 2) * k};
    }
    to = (struct point){b->x, b->y - (b->h / 2 + 2) * k};
    if (flight_end(g) > f->s->now && (g->packet == f->s->selected || head.y < b->y)) {
        to = (struct point){head.x, head.y - (b->h / 2 + 3) * k};
    }
    side = to.x < (f->x[0] + f->x[f->count - 1]) / 2 ? -1 : 1;
    if (to.y > from.y + 20 * k) {
        part_thread(f->ui, from, to, side * fmin(26 * k, (to.y - from.y) * 0.25));
    }
}

/* One of very many: a faint line, so that many of them make a surface. */
static void draw_faint(struct ladder_frame *f, const struct flight *g)
{
    sim_time start = flight_start(g), end = flight_end(g);
    bool is_future = start > f->s->now;
    struct color color = flight_color(f, g);
    struct point a, b;

    if (!g->hop.tx || end == SIM_NEVER || (is_future && f->s->player->hides_future)) {
        return;
    }
    if (g->hop.died != SIM_NEVER && end <= f->s->now) {
        color = f->ui->theme->loss.fill;
    }
    a = ladder_point(f, g, start);
    b = ladder_point(f, g, is_future || end < f->s->now ? end : f->s->now);
    canvas_line(f->ui->c, a.x, a.y, b.x, b.y, (struct stroke){.width = 1.4 * f->ui->k},
                color_fade(color, is_future ? 0.15 : 0.5));
}

/* Of very many flights, one in each direction for two rows of pixels. */
static void draw_dense(struct ladder_frame *f)
{
    const struct film *film = f->s->film;
    double row = 2 / f->scale;

    for (double at = f->top - 20 / f->scale; at < f->top + f->plot.h / f->scale; at += row) {
        sim_time from = axis_time(f->axis, at), to = axis_time(f->axis, at + row);
        uint32_t n = 0, seen = 0;

        for (uint32_t i = film_first_offered(film, from);
             i < film->flight_count && n < DENSE_SAMPLES; i++, n++) {
            const struct flight *g = &film->flights[i];
            uint32_t bit = 1u << (g->hop.direction % 16 * 2 + (g->hop.died != SIM_NEVER));
            int a, b;

            if (g->hop.offered > to) {
                break;
            }
            if ((seen & bit) == 0 && ladder_ends(f, g, &a, &b)) {
                draw_faint(f, g);
                seen |= bit;
            }
        }
    }
}

void ladder_each_flight(struct ladder_frame *f,
                        void (*show)(struct ladder_frame *, const struct flight *))
{
    int from, to;

    for (uint32_t i = f->first; i < f->last; i++) {
        if (ladder_ends(f, &f->s->film->flights[i], &from, &to)) {
            show(f, &f->s->film->flights[i]);
        }
    }
}

/* In a crowd, one whose line would lie on the line of the one before: same way, same fate. */
static bool lies_on_another(const struct ladder_frame *f, const struct flight *g,
                            double drawn[CROWD_WAYS])
{
    double y = ladder_y(f, flight_start(g)), *last = &drawn[g->hop.direction % CROWD_WAYS];

    if (!is_crowd(f) || !g->is_first || !g->hop.tx || g->hop.died != SIM_NEVER ||
        g->packet == f->s->selected || g->packet == f->s->hovered ||
        fabs(y - *last) >= CROWD_GAP * f->ui->k) {
        *last = y;
        return false;
    }
    return true;
}

/* Each but those that nobody would see. */
static void most_flights(struct ladder_frame *f,
                         void (*show)(struct ladder_frame *, const struct flight *))
{
    double drawn[CROWD_WAYS];
    int from, to;

    for (unsigned i = 0; i < CROWD_WAYS; i++) {
        drawn[i] = -INFINITY;
    }
    for (uint32_t i = f->first; i < f->last; i++) {
        const struct flight *g = &f->s->film->flights[i];

        if (ladder_ends(f, g, &from, &to) && !lies_on_another(f, g, drawn)) {
            show(f, g);
        }
    }
}

static void draw_one_band(struct ladder_frame *f, const struct flight *g)
{
    draw_band(f, g, flight_color(f, g));
}

void ladder_draw_flights(struct ladder_frame *f)
{
    if (f->is_dense) {
        draw_dense(f);
        return;
    }
    canvas_clip(f->ui->c, (struct rect){f->plot.x, 0, f->plot.w, ladder_y(f, f->s->now)});
    most_flights(f, draw_one_band);
    canvas_unclip(f->ui->c);
    most_flights(f, draw_flight);
    ladder_each_flight(f, draw_thread);
}
