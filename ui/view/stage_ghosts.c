/* What only the run before had, on the stage: a dashed capsule where it was at that instant. */
#include "ui/view/stage.h"

#include <math.h>

static void draw_ghost(struct stage_frame *f, const struct ghost *g)
{
    const struct hop *hop = &g->flight.hop;
    double way = (double)(hop->arrive - hop->start);
    struct point p =
        stage_way(f, hop->direction, way > 0 ? (double)(f->s->now - hop->start) / way : 1);
    struct point a = stage_way(f, hop->direction, 0), b = stage_way(f, hop->direction, 1);
    struct capsule capsule = {.kind = g->kind,
                              .label = g->label,
                              .h = 18,
                              .motion = {b.x - a.x, b.y - a.y},
                              .no_echo = true,
                              .is_ghost = true};
    capsule_draw(f->ui, p.x, p.y, &capsule);
}

void stage_draw_ghosts(struct stage_frame *f)
{
    const struct ghosts *ghosts = f->s->ghosts;
    for (uint32_t i = 0; ghosts && i < ghosts->count; i++) {
        const struct ghost *g = &ghosts->all[i];
        bool is_flying = g->flight.hop.start <= f->s->now && flight_end(&g->flight) > f->s->now &&
                         flight_end(&g->flight) != SIM_NEVER;
        if (is_flying && !ghost_has_twin(f->s->film, g)) {
            draw_ghost(f, g);
        }
    }
}

double stage_ghost_legend(const struct stage_frame *f, double x, double y, double right)
{
    struct ui *ui = f->ui;
    const char *word = ui_word(ui, "legend.before");
    struct capsule capsule = {.h = 18, .is_ghost = true};
    if (!f->s->ghosts) {
        return 0;
    }
    capsule.kind = f->s->ghosts->all[0].kind;
    capsule.label = f->s->ghosts->all[0].label;
    double w = capsule_width(ui, &capsule);
    double wide = w + 7 * ui->k + ui_text_width(ui, TYPE_LABEL, word) + 16 * ui->k;
    if (x + wide > right) {
        return 0;
    }
    capsule_draw(ui, x + w / 2, y, &capsule);
    ui_text(ui, TYPE_LABEL, x + w + 7 * ui->k, y + 4 * ui->k, ui->theme->ink3, word);
    return wide;
}
