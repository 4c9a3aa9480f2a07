/* The ladder's frame: lifelines, the page of time that is shown, ticks, folds, now, and the
 * flights. What is drawn is a function of the trace and of now (and of the wheel). */

#include "ui/view/ladder.h"

#include <math.h>
#include <stdio.h>

#define PAGE       0.6   /* of the view: what a page turns by */
#define PAGE_AHEAD 0.95  /* now stands above this share of the view, unless it is the last page */
#define LEAST_GAP  170.0 /* between lifelines, if there are to be state tags */
#define DENSE      3000u /* flights: more are drawn sampled, without capsules */

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

/* Lifelines. */

static void choose_lines(struct ladder_frame *f, double width)
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

static void place_lines(struct ladder_frame *f, struct rect in)
{
    double k = f->ui->k, left = in.x + 40 * k, right = in.x + in.w;

    if (f->count > 0) {
        left += outer_room(f, f->node[0]) + (widest_state(f, f->node[0]) > 0 ? 36 * k : 0);
        right -= f->count > 1 ? outer_room(f, f->node[f->count - 1]) : 0;
    }
    right = fmax(right, left + 60 * k);
    for (uint32_t i = 0; i < f->count; i++) {
        f->x[i] = f->count > 1 ? left + (right - left) * i / (f->count - 1) : (left + right) / 2;
        f->x[i] = canvas_snap(f->ui->c, f->x[i]) + 0.5 / f->ui->factor;
    }
}

static void draw_lines(struct ladder_frame *f, double head_y)
{
    struct ui *ui = f->ui;

    for (uint32_t i = 0; i < f->count; i++) {
        struct color ink = color_fade(ui->theme->ink, 0.9);

        canvas_vline(ui->c, f->x[i], head_y, f->plot.y + f->plot.h, STROKE_LIFELINE * ui->k, ink);
    }
}

static void draw_heads(struct ladder_frame *f, double y)
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

/* The page of time. */

static double page_top(const struct axis *a, double now, double view)
{
    double turned = floor((now - (PAGE_AHEAD - PAGE) * view) / (PAGE * view));
    double top = fmax(turned, 0) * PAGE * view;

    return fmax(fmin(top, a->length - view), 0);
}

static void set_page(struct ladder_frame *f)
{
    const struct player *p = f->s->player;
    double k = f->ui->k, above = 22 * k, below = 16 * k;
    double high = fmax(f->plot.h - above - below, 20), view = f->axis->span / p->zoom;

    if (view <= 0) {
        view = (double)SIM_MS;
    }
    f->scale = high / view;
    f->y0 = f->plot.y + above;
    f->top = page_top(f->axis, axis_at(f->axis, f->s->now), view);
    if (f->self->scroll != 0) {
        double last = fmax(f->axis->length - view, 0);

        f->self->scroll = fmin(fmax(f->self->scroll, -f->top), last - f->top);
        f->top += f->self->scroll;
    }
    f->from = axis_time(f->axis, f->top - above / f->scale);
    f->to = axis_time(f->axis, f->top + view + below / f->scale);
}

/* Ticks, folds, now. */

/* Whether t is inside a fold or too near to its band to be told from it. */
static bool is_in_fold(const struct ladder_frame *f, sim_time t, sim_time *after)
{
    uint32_t i = axis_fold_after(f->axis, t);

    if (i == f->axis->count || t <= f->axis->folds[i].from) {
        return false;
    }
    *after = f->axis->folds[i].to;
    return true;
}

static void draw_tick(struct ladder_frame *f, sim_time t, double y_now)
{
    struct ui *ui = f->ui;
    double y = ladder_y(f, t), k = ui->k, x = f->panel.x + SIZE_PADDING + 36 * k;
    struct color color = ui->theme->ink3;
    char text[32];

    if (y < f->plot.y || y > f->plot.y + f->plot.h) {
        return;
    }
    canvas_hline(ui->c, x + 6 * k, f->x[f->count - 1], y, STROKE_GRID, ui->theme->hair2);
    if (fabs(y - y_now) < 18 * k) {
        return;
    }
    ui_text_right(ui, TYPE_AXIS, x, y + 4 * k, t > f->s->now ? color_fade(color, 0.6) : color,
                  view_time(t, f->unit, f->step, text));
}

static void draw_ticks(struct ladder_frame *f)
{
    double y_now = ladder_y(f, f->s->now);
    sim_time t = f->from > 0 ? (f->from + f->step - 1) / f->step * f->step : 0, after;

    for (; t <= f->to && t <= f->axis->end; t += f->step) {
        if (is_in_fold(f, t, &after)) {
            t = (after + f->step - 1) / f->step * f->step;
        }
        draw_tick(f, t, y_now);
    }
}

static double fold_middle(const struct ladder_frame *f, const struct fold *fold)
{
    return f->y0 + (fold->at + f->axis->width / 2 - f->top) * f->scale;
}

static void fold_words(const struct ladder_frame *f, const struct fold *fold, char *buf,
                       size_t size)
{
    char length[32];

    view_length(fold->to - fold->from, length);
    view_format(f->ui, buf, size, "ladder.fold", "time", length, NULL);
}

static double fold_left(const struct ladder_frame *f)
{
    return f->panel.x + SIZE_PADDING + 38 * f->ui->k;
}

static double fold_right(const struct ladder_frame *f)
{
    return fmin(f->x[f->count - 1] + 22 * f->ui->k, f->panel.x + f->panel.w - 8);
}

/* Between the outer lifelines, or right of the first if it is narrow there. */
static struct rect fold_words_box(const struct ladder_frame *f, const struct fold *fold,
                                  const char *words)
{
    double k = f->ui->k, w = ui_text_width(f->ui, TYPE_LABEL, words) + 20 * k, h = 22 * k;
    double left = f->x[0] + (ladder_has_timers(f, f->node[0]) && f->count == 1 ? 32 : 10) * k;
    double x = fmax((f->x[0] + f->x[f->count - 1]) / 2 - w / 2, left);

    return (struct rect){x, fold_middle(f, fold) - h / 2, w, h};
}

/* The words of folds take their room before any capsule does. */
static void reserve_folds(struct ladder_frame *f)
{
    char words[96];

    for (uint32_t i = axis_fold_after(f->axis, f->from);
         i < f->axis->count && f->axis->folds[i].from < f->to; i++) {
        struct ladder_label label = {.kind = LABEL_WORDS};

        fold_words(f, &f->axis->folds[i], words, sizeof words);
        label.rect = fold_words_box(f, &f->axis->folds[i], words);
        ladder_reserve(f, &label);
    }
}

static void draw_folds(struct ladder_frame *f)
{
    for (uint32_t i = axis_fold_after(f->axis, f->from);
         i < f->axis->count && f->axis->folds[i].from < f->to; i++) {
        part_fold(f->ui, fold_left(f), fold_right(f), fold_middle(f, &f->axis->folds[i]), NULL);
    }
}

/* Over everything else, so that nothing strikes them out. */
static void draw_fold_words(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    struct rect r;
    char words[96];

    for (uint32_t i = axis_fold_after(f->axis, f->from);
         i < f->axis->count && f->axis->folds[i].from < f->to; i++) {
        const struct fold *fold = &f->axis->folds[i];

        if (fold->from > f->s->now && f->s->player->hides_future) {
            continue;
        }
        fold_words(f, fold, words, sizeof words);
        r = fold_words_box(f, fold, words);
        canvas_fill_box(ui->c, r, r.h / 2, ui->theme->panel);
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), r, ALIGN_CENTER, ui->theme->ink3,
                       words);
    }
}

static void draw_now(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    double y = ladder_y(f, f->s->now), k = ui->k;
    double right = f->panel.x + f->panel.w - SIZE_PADDING / 2;
    sim_time tick = f->s->player->tick;
    char time[32], label[48];

    if (y < f->plot.y || y > f->plot.y + f->plot.h) {
        return;
    }
    view_time(f->s->now, f->unit, tick < f->unit ? tick : f->unit / 10, time);
    if (f->unit == SIM_S) {
        snprintf(label, sizeof label, "%s s", time);
    } else {
        snprintf(label, sizeof label, "%s", time);
    }
    part_now(ui, fold_left(f) + 32 * k, right, y, label);
}

/* What is to come is not told. */
static void draw_hidden(struct ladder_frame *f)
{
    struct ui *ui = f->ui;
    double k = ui->k, y = fmax(ladder_y(f, f->s->now), f->plot.y) + 8 * k, w;
    struct rect r = {f->panel.x + 10 * k, y, f->panel.w - 20 * k, f->plot.y + f->plot.h - y};
    const char *words = ui_word(ui, "ladder.hidden");

    if (!f->s->player->hides_future || r.h < 4) {
        return;
    }
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, ui->theme->sunk);
    canvas_begin(ui->c);
    canvas_box(ui->c, r, RADIUS_CONTROL);
    canvas_hatch(ui->c, ui->theme->hair2, 9 * k, 1.6 * k);
    w = ui_text_width(ui, TYPE_TAG, words) + 24 * k;
    if (r.h > 40 * k) {
        struct rect pill = {r.x + r.w / 2 - w / 2, r.y + fmin(r.h / 2, 44 * k) - 12 * k, w, 24 * k};

        canvas_fill_box(ui->c, pill, 12 * k, ui->theme->panel);
        canvas_stroke_box(ui->c, pill, 12 * k, 1, ui->theme->hair);
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TAG), pill, ALIGN_CENTER, ui->theme->ink2,
                       words);
    }
}

static void draw_now_word(struct ladder_frame *f)
{
    double y = ladder_y(f, f->s->now), k = f->ui->k;

    if (y >= f->plot.y && y < f->plot.y + f->plot.h - 20 * k) {
        double x = f->panel.x + f->panel.w - SIZE_PADDING / 2, w;
        const char *word = ui_word(f->ui, "ladder.now");

        w = ui_text_width(f->ui, TYPE_TAG, word);
        if (ladder_is_free(f, (struct rect){x - w, y + 5 * k, w, 16 * k})) {
            ladder_words(f, TYPE_TAG, x, y + 13 * k, ALIGN_RIGHT, f->ui->theme->ink, word);
        }
    }
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
        if (f->self->labels[i].kind != LABEL_WORDS && rect_has(f->self->labels[i].rect, x, y)) {
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
    choose_lines(f, in.w - 140 * k);
    place_lines(f, in);
    if (f->count > 1 && f->x[1] - f->x[0] < LEAST_GAP * k) {
        f->has_tags = false;
        place_lines(f, in);
    }
    set_page(f);
    f->step = view_step(fmax(34 * k / f->scale, 1));
    film_flights(f->s->film, f->from, f->to, &f->first, &f->last);
    f->is_dense = f->last - f->first > DENSE;
}

static void ladder_content(struct ladder_frame *f, struct rect in)
{
    struct ui *ui = f->ui;

    draw_ticks(f);
    canvas_clip(ui->c, f->plot);
    draw_lines(f, f->plot.y - 10);
    reserve_folds(f);
    ladder_place_labels(f);
    ladder_draw_flights(f);
    draw_folds(f);
    draw_hidden(f);
    draw_now(f);
    ladder_draw_timers(f);
    draw_fold_words(f);
    ladder_draw_capsules(f);
    ladder_draw_records(f);
    ladder_draw_selected(f);
    draw_now_word(f);
    canvas_unclip(ui->c);
    for (uint32_t i = 0; i < f->count; i++) {
        canvas_vline(ui->c, f->x[i], in.y + 14 * ui->k, f->plot.y, STROKE_LIFELINE * ui->k,
                     color_fade(ui->theme->ink, 0.9));
    }
    draw_heads(f, in.y + 14 * ui->k);
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
