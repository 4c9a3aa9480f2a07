/* Flights on the ladder: their ways, losses, threads and capsules. */

#include "ui/view/ladder.h"

#include <math.h>

#define FUTURE        0.45
#define DENSE_SAMPLES 12u /* flights looked at for two rows of pixels */

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

/* The way between two instants, with a corner where it enters or leaves a fold. */
static void draw_way(struct ladder_frame *f, const struct flight *g, sim_time from, sim_time to,
                     struct color color, bool has_head, bool is_dashed)
{
    struct point a = ladder_point(f, g, from);

    while (from < to) {
        sim_time edge = next_edge(f->axis, from), corner = edge < to ? edge : to;
        struct point b = ladder_point(f, g, corner);

        if (is_dashed && corner == to) {
            part_flight_dashed(f->ui, a, b, color);
        } else {
            part_flight(f->ui, a, b, color, has_head && corner == to);
        }
        a = b;
        from = corner;
    }
}

/* What the transmitter takes: a pale band from the first bit to the last. */
static void draw_band(struct ladder_frame *f, const struct flight *g, struct color color)
{
    sim_time tx = g->hop.sent - g->hop.start;
    struct canvas *c = f->ui->c;
    double high = (double)tx * f->scale;
    int from, to;

    if (!g->hop.tx || high < 3 * f->ui->k || g->hop.died != SIM_NEVER ||
        flight_end(g) > f->s->now || !ladder_ends(f, g, &from, &to)) {
        return;
    }
    canvas_begin(c);
    canvas_move(c, f->x[from], ladder_y(f, g->hop.start));
    canvas_to(c, f->x[to], ladder_y(f, g->hop.arrive - tx));
    canvas_to(c, f->x[to], ladder_y(f, g->hop.arrive));
    canvas_to(c, f->x[from], ladder_y(f, g->hop.sent));
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

static void draw_future(struct ladder_frame *f, const struct flight *g, sim_time from,
                        struct color color)
{
    sim_time end = flight_end(g);

    if (!f->s->player->hides_future && end != SIM_NEVER && end > from) {
        draw_way(f, g, from, end, color_fade(color, FUTURE), true, true);
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

        draw_way(f, g, start, now, color, false, false);
        draw_future(f, g, now, color);
        canvas_fill_circle(f->ui->c, head.x, head.y, 3.4 * f->ui->k, color);
        return;
    }
    draw_way(f, g, start, end, color, g->hop.died == SIM_NEVER, false);
    if (g->hop.died != SIM_NEVER && g->hop.arrive > end) {
        draw_way(f, g, end, g->hop.arrive, color_fade(f->ui->theme->ink3, 0.6), true, true);
    }
}

static void draw_loss(struct ladder_frame *f, const struct flight *g)
{
    struct ui *ui = f->ui;
    struct point p = ladder_point(f, g, g->hop.died);
    const struct record *drop;
    char words[128];
    int from, to;

    if (g->hop.died > f->s->now || p.y < f->plot.y || !ladder_ends(f, g, &from, &to)) {
        return;
    }
    part_loss(ui, p.x, p.y, 0);
    drop = trace_record(f->s->trace, g->hop.end);
    view_drop_words(ui, f->s->trace, drop, words, sizeof words);
    if (from < to) {
        ladder_words(f, TYPE_TAG, p.x + 15 * ui->k, p.y - 5 * ui->k, ALIGN_LEFT,
                     ui->theme->loss.text, words);
    } else {
        ladder_words(f, TYPE_TAG, p.x - 15 * ui->k, p.y - 5 * ui->k, ALIGN_RIGHT,
                     ui->theme->loss.text, words);
    }
}

/* The dotted thread from the first copy to this one. */
static void draw_thread(struct ladder_frame *f, const struct flight *g)
{
    const struct packet *p = trace_packet(f->s->trace, g->packet);
    const struct ladder_label *a, *b = ladder_label_of(f, g->packet, g->nth);
    double k = f->ui->k, side;
    struct point from, to;

    if (p->of == 0 || g->nth != 0 || !b || flight_start(g) > f->s->now) {
        return;
    }
    a = ladder_label_of(f, p->of, 0);
    from = (struct point){b->x, f->plot.y - 4 * k};
    if (a) {
        from = (struct point){a->x, a->y + a->h / 2 + 2 * k};
    }
    to = (struct point){b->x, b->y - b->h / 2 - 2 * k};
    side = b->x < (f->x[0] + f->x[f->count - 1]) / 2 ? -1 : 1;
    if (to.y > from.y + 8 * k) {
        part_thread(f->ui, from, to, side * fmin(26 * k, (to.y - from.y) * 0.25));
    }
}

static void draw_capsule(struct ladder_frame *f, const struct flight *g)
{
    const struct ladder_label *place = ladder_label_of(f, g->packet, g->nth);
    bool is_flying = flight_start(g) <= f->s->now && flight_end(g) > f->s->now;
    bool is_selected = g->packet == f->s->selected;
    bool is_future = flight_start(g) > f->s->now;
    struct capsule capsule;
    struct point p;
    struct rect r;
    char buf[24];

    if ((!place && !is_selected) || (is_future && f->s->player->hides_future)) {
        return;
    }
    p = place ? (struct point){place->x, place->y} : ladder_point(f, g, flight_start(g));
    capsule = view_capsule(f->s, g->packet, place ? place->h : f->capsule_h, buf);
    if (is_flying && (is_selected || f->s->player->hides_future)) {
        struct point head = ladder_point(f, g, f->s->now);

        p = is_selected || head.y < p.y ? head : p;
    }
    if (is_flying) {
        int from = 0, to = 0;

        ladder_ends(f, g, &from, &to);
        capsule.motion = (struct point){to < from ? -1 : 1, 0};
        capsule.no_echo = true;
        capsule.h += is_selected ? 3 * f->ui->k : 0;
    }
    capsule.alpha = is_future ? FUTURE : 1;
    r = capsule_draw(f->ui, p.x, p.y, &capsule);
    if (view_is_damaged(f->s->trace, g->packet) && !is_future) {
        view_flash(f->ui, r.x + r.w, r.y + 2 * f->ui->k);
    }
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
                draw_flight(f, g);
                seen |= bit;
            }
        }
    }
}

static void each_flight(struct ladder_frame *f,
                        void (*show)(struct ladder_frame *, const struct flight *))
{
    int from, to;

    for (uint32_t i = f->first; i < f->last; i++) {
        if (ladder_ends(f, &f->s->film->flights[i], &from, &to)) {
            show(f, &f->s->film->flights[i]);
        }
    }
}

static void draw_one_band(struct ladder_frame *f, const struct flight *g)
{
    draw_band(f, g, flight_color(f, g));
}

static void draw_one_loss(struct ladder_frame *f, const struct flight *g)
{
    if (g->hop.died != SIM_NEVER) {
        draw_loss(f, g);
    }
}

static void draw_rest_capsule(struct ladder_frame *f, const struct flight *g)
{
    if (g->packet != f->s->selected) {
        draw_capsule(f, g);
    }
}

static void draw_selected_capsule(struct ladder_frame *f, const struct flight *g)
{
    if (g->packet == f->s->selected) {
        draw_capsule(f, g);
    }
}

void ladder_draw_flights(struct ladder_frame *f)
{
    if (f->is_dense) {
        draw_dense(f);
        return;
    }
    each_flight(f, draw_one_band);
    each_flight(f, draw_flight);
    each_flight(f, draw_thread);
}

void ladder_draw_capsules(struct ladder_frame *f)
{
    if (!f->is_dense) {
        each_flight(f, draw_one_loss);
        each_flight(f, draw_rest_capsule);
    }
}

void ladder_draw_selected(struct ladder_frame *f)
{
    if (f->s->selected != 0 && !f->is_dense) {
        each_flight(f, draw_selected_capsule);
    }
}
