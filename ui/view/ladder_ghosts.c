/* What only the run before had, on the ladder: a dashed way, and a dashed capsule where there is
 * room beside what is there now. */
#include "ui/view/ladder.h"

static bool is_seen(const struct ladder_frame *f, const struct ghost *g)
{
    bool is_future = g->flight.hop.offered > f->s->now;
    int from, to;
    return flight_end(&g->flight) != SIM_NEVER && flight_end(&g->flight) >= f->from &&
           g->flight.hop.offered <= f->to && ladder_ends(f, &g->flight, &from, &to) &&
           !(is_future && f->s->player->hides_future);
}

static void draw_way(struct ladder_frame *f, const struct ghost *g)
{
    const struct hop *hop = &g->flight.hop;
    struct color color = color_fade(f->ui->theme->ink3, 0.9);
    sim_time end = flight_end(&g->flight), now = f->s->now;
    bool is_cut = f->s->player->hides_future && end > now;
    ladder_draw_way(f, &g->flight, hop->start, is_cut ? now : end, color, false, true);
    if (hop->died != SIM_NEVER && !is_cut) {
        struct point p = ladder_point(f, &g->flight, hop->died);
        icon_draw(f->ui->c, ICON_CROSS, p.x, p.y, 12 * f->ui->k, color);
    }
}

static struct capsule capsule_of(const struct ghost *g)
{
    return (struct capsule){.kind = g->kind, .label = g->label, .h = 18, .is_ghost = true};
}

/* Along its way, wherever there is room. */
static void place(struct ladder_frame *f, const struct ghost *g)
{
    static const double shares[] = {0.35, 0.5, 0.65, 0.8, 0.2};
    struct capsule capsule = capsule_of(g);
    double k = f->ui->k, w = capsule_width(f->ui, &capsule), h = capsule.h * k;
    sim_time start = g->flight.hop.start, way = flight_end(&g->flight) - start;
    if (g->flight.nth > 0 || ghost_has_twin(f->s->film, g)) {
        return;
    }
    for (unsigned i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct point p = ladder_point(f, &g->flight, start + (sim_time)(shares[i] * (double)way));
        struct ladder_label label = {.kind = LABEL_GHOST,
                                     .nth = (uint32_t)(g - f->s->ghosts->all),
                                     .x = p.x,
                                     .y = p.y,
                                     .h = capsule.h,
                                     .rect = {p.x - w / 2 - 2, p.y - h / 2 - 1, w + 4, h + 2}};
        if (ladder_is_free(f, label.rect)) {
            ladder_reserve(f, &label);
            return;
        }
    }
}

static void each(struct ladder_frame *f, void (*show)(struct ladder_frame *, const struct ghost *))
{
    const struct ghosts *ghosts = f->s->ghosts;
    for (uint32_t i = 0; ghosts && i < ghosts->count && !f->is_dense; i++) {
        if (is_seen(f, &ghosts->all[i])) {
            show(f, &ghosts->all[i]);
        }
    }
}

void ladder_place_ghosts(struct ladder_frame *f)
{
    each(f, place);
}

void ladder_draw_ghosts(struct ladder_frame *f)
{
    each(f, draw_way);
}

/* Where the future is hidden, a ghost that ends in it has no name yet. */
void ladder_draw_ghost_capsules(struct ladder_frame *f)
{
    for (uint32_t i = 0; i < f->self->label_count; i++) {
        const struct ladder_label *label = &f->self->labels[i];
        const struct ghost *g = label->kind == LABEL_GHOST ? &f->s->ghosts->all[label->nth] : NULL;
        if (g && !(f->s->player->hides_future && flight_end(&g->flight) > f->s->now)) {
            struct capsule capsule = capsule_of(g);
            capsule_draw(f->ui, label->x, label->y, &capsule);
        }
    }
}
