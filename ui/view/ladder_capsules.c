/* Packets on the ladder as capsules: at their places, or riding on the line of now; and the rings
 * of those that were lost. */
#include "ui/view/ladder.h"
#include "ui/view/numbers.h"

#include <math.h>

#define FLAG   114.0 /* the flag of now, and half a capsule that goes again */
#define FUTURE 0.45

static void draw_loss(struct ladder_frame *f, const struct flight *g)
{
    struct ui *ui = f->ui;
    struct point p = ladder_point(f, g, g->hop.died);
    char words[128];

    if (g->hop.died > f->s->now || p.y < f->plot.y) {
        return;
    }
    part_loss(ui, p.x, p.y, 0);
    for (uint32_t i = 0; i < f->self->label_count; i++) {
        const struct ladder_label *label = &f->self->labels[i];

        if (label->kind == LABEL_LOSS && label->packet == g->packet && label->nth == g->nth) {
            view_loss_words(ui, f->s->trace, &g->hop, words, sizeof words);
            canvas_fill_box(ui->c, label->rect, 3, color_fade(ui->theme->panel, 0.85));
            canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TAG), label->rect, ALIGN_LEFT,
                           ui->theme->loss.text, words);
        }
    }
}

/* The capsule of a flight at p. What is yet to come is faint. */
static void show_capsule(struct ladder_frame *f, const struct flight *g, struct point p, double h,
                         bool is_moving, bool is_future)
{
    const struct ladder_label *place = ladder_label_of(f, g->packet, g->nth);
    struct capsule capsule;
    struct rect r;
    char buf[24], extra[24];
    int from = 0, to = 0;

    capsule = view_capsule(f->s, g->packet, h, buf);
    if (is_moving) {
        ladder_ends(f, g, &from, &to);
        capsule.motion = (struct point){to < from ? -1 : 1, 0};
        capsule.no_echo = true;
        capsule.h += capsule.is_selected ? 3 : 0;
    } else if (place && place->has_extra) {
        capsule.extra = numbers_extra(f->s, g->packet, extra);
    }
    capsule.alpha = is_future && !capsule.is_selected ? FUTURE : 1;
    r = capsule_draw(f->ui, p.x, p.y, &capsule);
    if (view_is_damaged(f->s->trace, g->packet) && !is_future) {
        view_flash(f->ui, r.x + r.w, r.y + 2 * f->ui->k);
    }
}

/* Room for one more capsule at x on the line of now. */
static bool take_seat(struct ladder_frame *f, double x)
{
    for (uint32_t i = 0; i < f->rider_count; i++) {
        if (fabs(f->rider[i] - x) < 48 * f->ui->k) {
            return false;
        }
    }
    if (f->rider_count == LADDER_RIDERS) {
        return false;
    }
    f->rider[f->rider_count++] = x;
    return true;
}

/* The selected packet of several hops is shown once: where it rides, or where it has its place. */
static bool rides_elsewhere(const struct ladder_frame *f, const struct flight *g)
{
    bool is_flying = g->hop.tx && flight_start(g) <= f->s->now && flight_end(g) > f->s->now;
    int from, to;

    if (g->packet != f->s->selected || is_flying || !ladder_ends(f, g, &from, &to)) {
        return false;
    }
    if (f->is_thin[from] && !ladder_label_of(f, g->packet, g->nth)) {
        return true;
    }
    for (uint32_t i = f->first; i < f->last && (f->is_thin[from] || f->is_thin[to]); i++) {
        const struct flight *other = &f->s->film->flights[i];

        if (other->packet == g->packet && other->hop.tx && flight_start(other) <= f->s->now &&
            flight_end(other) > f->s->now) {
            return true;
        }
    }
    return false;
}

/* A packet under way rides on the line of now until it comes to its place; the selected one rides
 * to the end. */
static void draw_capsule(struct ladder_frame *f, const struct flight *g)
{
    const struct ladder_label *place = ladder_label_of(f, g->packet, g->nth);
    sim_time start = flight_start(g), now = f->s->now;
    bool is_selected = g->packet == f->s->selected, hides = f->s->player->hides_future;
    bool is_flying = g->hop.tx && start <= now && flight_end(g) > now;
    double h = place ? place->h : f->capsule_h;
    struct point p = ladder_point(f, g, start), head = ladder_point(f, g, now);

    if (!place && !g->is_first && is_flying && !is_selected) {
        if (f->is_narrow) { /* beside the flag of now, not over its time */
            head.x = fmax(head.x, f->panel.x + SIZE_PADDING + FLAG * f->ui->k);
        }
        show_capsule(f, g, head, h, true, false); /* what goes again is seen on every hop */
        return;
    }
    if ((!place && !is_selected) || (start > now && hides) || rides_elsewhere(f, g)) {
        return;
    }
    if (place) {
        p = (struct point){place->x, place->y};
    }
    if (!is_flying) {
        show_capsule(f, g, p, h, false, start > now);
    } else if (!is_selected && head.y >= p.y) {
        show_capsule(f, g, p, h, false, false);
    } else {
        if (!is_selected && !hides) {
            show_capsule(f, g, p, h, false, true);
        }
        if (is_selected || take_seat(f, head.x)) {
            show_capsule(f, g, head, h, true, false);
        }
    }
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

void ladder_draw_capsules(struct ladder_frame *f)
{
    if (!f->is_dense) {
        ladder_each_flight(f, draw_one_loss);
        ladder_each_flight(f, draw_rest_capsule);
    }
}

void ladder_draw_selected(struct ladder_frame *f)
{
    if (f->s->selected != 0 && !f->is_dense) {
        ladder_each_flight(f, draw_selected_capsule);
    }
}
