/* The ladder's frame: the page of time that is shown, the order of drawing, the pointer. What is
 * drawn is a function of the trace and of now (and of the wheel). */

#include "ui/view/ladder.h"

#include <math.h>

#define PAGE        0.6   /* of the view: what a page turns by */
#define PAGE_AHEAD  0.95  /* now stands above this share of the view, unless it is the last page */
#define LADDER_HIGH 460.0 /* where axis->span fits at zoom 1 */
#define LEAST_GAP   150.0 /* between lifelines, if there are to be state tags */
#define NARROW_GAP  130.0 /* capsules with numbers need so much */
#define DENSE       3000u /* flights: more are drawn sampled, without capsules */

double ladder_y(const struct ladder_frame *f, sim_time t)
{
    return f->y0 + (axis_at(f->axis, t) - f->top) * f->scale;
}

int ladder_line(const struct ladder_frame *f, uint32_t node)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->node[i] == node) {
            return (int)i;
        }
    }
    return -1;
}

int ladder_side(const struct ladder_frame *f, int line)
{
    return line == 0 && f->count > 1 ? -1 : 1;
}

sim_time flight_start(const struct flight *g)
{
    return g->hop.tx ? g->hop.start : g->hop.offered;
}

bool ladder_ends(const struct ladder_frame *f, const struct flight *g, int *from, int *to)
{
    *from = ladder_line(f, direction_from(f->s->trace, g->hop.direction));
    *to = ladder_line(f, direction_to(f->s->trace, g->hop.direction));
    return *from >= 0 && *to >= 0;
}

struct point ladder_point(const struct ladder_frame *f, const struct flight *g, sim_time t)
{
    sim_time start = flight_start(g), way = g->hop.tx ? g->hop.arrive - start : 0;
    double share = way > 0 ? (double)(t - start) / (double)way : t > start ? 1 : 0;
    int from = 0, to = 0;

    ladder_ends(f, g, &from, &to);
    if (!g->hop.tx) { /* it died where it stood: a little off the lifeline, to be seen */
        double side = to < from ? -1 : 1;

        return (struct point){f->x[from] + side * 16 * f->ui->k, ladder_y(f, t)};
    }
    return (struct point){f->x[from] + (f->x[to] - f->x[from]) * share, ladder_y(f, t)};
}

/* The page of time. */

double ladder_page_top(const struct axis *a, double now, double view)
{
    double turned = floor((now - (PAGE_AHEAD - PAGE) * view) / (PAGE * view));
    double top = fmax(turned, 0) * PAGE * view;

    return fmax(fmin(top, a->length - view), 0);
}

static void set_page(struct ladder_frame *f)
{
    const struct player *p = f->s->player;
    double k = f->ui->k, above = 22 * k, below = 16 * k;
    double high = fmax(f->plot.h - above - below, 20), view = f->axis->length;

    if (p->zoom > 0) { /* a low ladder shows less, so that capsules have room */
        view = f->s->film->span * fmin(high / (LADDER_HIGH * k), 1);
        view = fmin(view, f->axis->length) / p->zoom;
    }
    if (view <= 0) {
        view = (double)SIM_MS;
    }
    f->scale = high / view;
    f->y0 = f->plot.y + above;
    f->top = ladder_page_top(f->axis, axis_at(f->axis, f->s->now), view);
    if (f->self->scroll != 0) {
        double last = fmax(f->axis->length - view, 0);

        f->self->scroll = fmin(fmax(f->self->scroll, -f->top), last - f->top);
        f->top += f->self->scroll;
    }
    f->from = axis_time(f->axis, f->top - above / f->scale);
    f->to = axis_time(f->axis, f->top + view + below / f->scale);
}

/* The pointer. */

/* Distance of a point to the way of a flight, in pixels. */
static double distance(const struct ladder_frame *f, const struct flight *g, double x, double y)
{
    struct point a = ladder_point(f, g, flight_start(g)), b = ladder_point(f, g, flight_end(g));
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy, share;

    share = length > 0 ? fmin(fmax(((x - a.x) * dx + (y - a.y) * dy) / length, 0), 1) : 0;
    return hypot(a.x + share * dx - x, a.y + share * dy - y);
}

static uint32_t packet_under(const struct ladder_frame *f, double x, double y)
{
    double best = 5 * f->ui->k;
    uint32_t packet = 0;
    int from, to;

    for (uint32_t i = 0; i < f->self->label_count; i++) {
        if (f->self->labels[i].packet != 0 && rect_has(f->self->labels[i].rect, x, y)) {
            return f->self->labels[i].packet;
        }
    }
    for (uint32_t i = f->first; i < f->last && !f->is_dense; i++) {
        const struct flight *g = &f->s->film->flights[i];

        if (flight_end(g) != SIM_NEVER && ladder_ends(f, g, &from, &to) &&
            distance(f, g, x, y) < best) {
            best = distance(f, g, x, y);
            packet = g->packet;
        }
    }
    return packet;
}

static void use_pointer(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    struct wish *wish = f->s->wish;
    struct ui_touch touch = ui_region(ui, "ladder", f->plot, false);
    uint32_t packet = touch.hover || touch.held ? packet_under(f, ui->in.x, ui->in.y) : 0;

    if (touch.hover) {
        wish->hovered = packet;
    }
    if (touch.pressed && packet != 0) {
        wish->has_packet = true;
        wish->packet = packet;
    } else if (touch.held && packet == 0) {
        wish->has_time = true;
        wish->time = axis_time(f->axis, f->top + (ui->in.y - f->y0) / f->scale);
    }
    if (ui->in.wheel != 0 && ui_hovers(ui, f->plot)) {
        if (ui->in.mods & UI_CTRL) {
            wish->command = ui->in.wheel > 0 ? PLAYER_ZOOM_IN : PLAYER_ZOOM_OUT;
        } else {
            f->self->scroll -= ui->in.wheel * 48 * ui->k / f->scale;
            f->self->scroll_now = f->s->now;
            ui->wants_frame = true;
        }
        ui->in.wheel = 0;
    }
}

static void frame_init(struct ladder_frame *f, struct rect in)
{
    double k = f->ui->k, head = 32 * k;

    f->axis = f->s->player->axis;
    f->unit = view_unit(f->axis->end);
    f->plot = (struct rect){f->panel.x + 1, in.y + head, f->panel.w - 2, in.h - head};
    f->has_tags = true;
    f->capsule_h = k > 1 ? 24 : 22;
    if (f->self->scroll_now != f->s->now) {
        f->self->scroll = 0;
    }
    f->self->label_count = 0;
    ladder_choose_lines(f, in.w - 140 * k);
    ladder_place_lines(f, in);
    if (ladder_gap(f) < LEAST_GAP * k) {
        f->has_tags = false;
        ladder_place_lines(f, in);
        if (ladder_gap(f) < NARROW_GAP * k) {
            f->is_narrow = true;
            ladder_place_lines(f, in);
        }
    }
    set_page(f);
    f->step = view_step(fmax(34 * k / f->scale, 1));
    f->self->y_now = ladder_y(f, f->s->now);
    film_flights(f->s->film, f->from, f->to, &f->first, &f->last);
    f->is_dense = f->last - f->first > DENSE;
}

static void ladder_content(struct ladder_frame *f, struct rect in)
{
    struct ui *ui = f->ui;

    ladder_draw_ticks(f);
    canvas_clip(ui->c, f->plot);
    ladder_draw_lines(f, f->plot.y - 10);
    ladder_reserve_folds(f);
    ladder_place_labels(f);
    ladder_place_ghosts(f);
    ladder_draw_ghosts(f);
    ladder_draw_flights(f);
    ladder_draw_folds(f);
    ladder_draw_hidden(f);
    f->flag = ladder_flag(f);
    ladder_draw_timers(f);
    ladder_draw_now(f);
    ladder_draw_fold_words(f);
    ladder_draw_ghost_capsules(f);
    ladder_draw_capsules(f);
    ladder_draw_records(f);
    ladder_draw_tick_words(f);
    ladder_draw_selected(f);
    ladder_draw_now_word(f);
    canvas_unclip(ui->c);
    for (uint32_t i = 0; i < f->count; i++) {
        if (f->is_thin[i]) {
            continue;
        }
        canvas_vline(ui->c, f->x[i], in.y + 14 * ui->k, f->plot.y, STROKE_LIFELINE * ui->k,
                     color_fade(ui->theme->ink, 0.9));
    }
    ladder_draw_heads(f, in.y + 14 * ui->k);
    use_pointer(f);
}

static void ladder_draw(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct ladder_frame f = {.ui = ui, .s = s, .self = self, .panel = area};
    const char *unit = ui_word(ui, s->player->axis->end >= SIM_S    ? "ladder.unit.s"
                                   : s->player->axis->end >= SIM_MS ? "ladder.unit.ms"
                                                                    : "ladder.unit.us");
    struct rect in = part_panel(ui, area, ui_word(ui, "view.ladder"),
                                ui->k > 1 ? NULL : ui_word(ui, "ladder.note"), unit);

    frame_init(&f, in);
    if (f.count == 0) {
        return;
    }
    ladder_content(&f, in);
}

const struct view view_ladder = {"ladder", "view.ladder", sizeof(struct ladder), ladder_draw};
