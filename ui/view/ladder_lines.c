/* Which nodes have a lifeline, and where: the busiest, from left to right as on the stage, with
 * room at the outer sides for what stands there. */

#include "ui/view/ladder.h"

#include <math.h>

void ladder_choose_lines(struct ladder_frame *f, double width)
{
    const struct film *film = f->s->film;
    const struct trace *t = f->s->trace;
    double room = fmax(floor(width / (54 * f->ui->k)), 2);
    uint32_t most = room < LADDER_LINES ? (uint32_t)room : LADDER_LINES;
    uint32_t least = film_busy_limit(film, most);

    for (uint32_t i = 0; i < t->node_count && f->count < most; i++) {
        uint32_t node = film->order[i];

        if (film->busy[node] >= least && (film->busy[node] > 0 || t->node_count <= most)) {
            f->node[f->count++] = node;
        }
    }
}

static bool node_shows(const struct ladder_frame *f, uint32_t node,
                       bool (*has)(const struct actor_type *type))
{
    const struct film *film = f->s->film;

    for (uint32_t i = 0; i < film->actor_count; i++) {
        const struct entity *e = &f->s->trace->entities[film->actors[i]];

        if (e->node == node && has(e->type)) {
            return true;
        }
    }
    return false;
}

static bool has_items(const struct actor_type *type)
{
    return set_count(type) > 0;
}

bool ladder_has_timers(const struct ladder_frame *f, uint32_t node)
{
    return node_shows(f, node, actor_has_timers);
}

/* The widest words with which a node refuses a packet in this run; 0: none does. */
static double widest_refusal(const struct ladder_frame *f, uint32_t node)
{
    double widest = 0;
    char words[128];

    for (unsigned class = 1; class < DROP_CLASS_COUNT; class ++) {
        struct record drop = {.where = f->s->trace->nodes[node].entity, .code = (uint16_t) class};

        if (f->s->film->refusals[node] & (1u << class)) {
            view_drop_words(f->ui, f->s->trace, &drop, words, sizeof words);
            widest = fmax(widest, ui_text_width(f->ui, TYPE_TAG, words));
        }
    }
    return widest > 0 ? widest + 44 * f->ui->k : 0;
}

/* The widest state tag that may stand at a node; 0: none. */
static double widest_state(const struct ladder_frame *f, uint32_t node)
{
    const struct film *film = f->s->film;
    double widest = 0;

    for (uint32_t i = 0; i < film->actor_count; i++) {
        const struct entity *e = &f->s->trace->entities[film->actors[i]];

        for (unsigned m = 0; e->node == node && m < machine_count(e->type); m++) {
            for (unsigned j = 0; j < state_count(e->type->machines[m].states); j++) {
                widest =
                    fmax(widest, ui_text_width(f->ui, TYPE_TAG, e->type->machines[m].states[j]));
            }
        }
    }
    return widest > 0 && f->has_tags ? widest + 20 * f->ui->k : 0;
}

/* Room beside the outermost lifelines for what stands there. */
static double outer_room(const struct ladder_frame *f, uint32_t node)
{
    double k = f->ui->k, room = 60 * k, states = widest_state(f, node);
    bool has_timers = ladder_has_timers(f, node);

    if (node_shows(f, node, has_items)) {
        room = fmax(78 * k, widest_refusal(f, node));
    }
    if (has_timers) {
        room = fmax(room, 30 * k + ladder_timer_label_width(f));
    }
    if (states > 0) {
        room = fmax(room, states + (has_timers ? 40 : 14) * k);
    }
    return room;
}

void ladder_place_lines(struct ladder_frame *f, struct rect in)
{
    double k = f->ui->k, left = in.x + 40 * k, right = in.x + in.w;

    if (f->count > 0) {
        left += outer_room(f, f->node[0]);
        left += widest_state(f, f->node[0]) > 0    ? 36 * k
                : ladder_has_timers(f, f->node[0]) ? 26 * k
                                                   : 0; /* for the flag of now */
        right -= f->count > 1 ? outer_room(f, f->node[f->count - 1]) : 0;
    }
    right = fmax(right, left + 60 * k);
    for (uint32_t i = 0; i < f->count; i++) {
        f->x[i] = f->count > 1 ? left + (right - left) * i / (f->count - 1) : (left + right) / 2;
        f->x[i] = canvas_snap(f->ui->c, f->x[i]) + 0.5 / f->ui->factor;
    }
}

void ladder_draw_lines(struct ladder_frame *f, double head_y)
{
    struct ui *ui = f->ui;

    for (uint32_t i = 0; i < f->count; i++) {
        struct color ink = color_fade(ui->theme->ink, 0.9);

        canvas_vline(ui->c, f->x[i], head_y, f->plot.y + f->plot.h, STROKE_LIFELINE * ui->k, ink);
    }
}

void ladder_draw_heads(struct ladder_frame *f, double y)
{
    double gap = f->count > 1 ? f->x[1] - f->x[0] : f->panel.w;
    char name[64];

    for (uint32_t i = 0; i < f->count; i++) {
        struct font font = theme_font(f->ui->theme, TYPE_TITLE);
        bool is_narrow = gap < 118 * f->ui->k;
        double room = gap - (is_narrow ? 30 : 58) * f->ui->k;

        text_ellipsis(f->ui->fonts, font, view_node_label(f->ui, f->s->trace, f->node[i]),
                      fmax(room, 20), name, sizeof name);
        part_lifeline_head(f->ui, f->x[i], y,
                           is_narrow ? ICON_NONE : view_node_icon(f->s->trace, f->node[i]), name);
    }
}
