/* Which nodes have a lifeline, and where: the busiest, from left to right as on the stage, with
 * room at the outer sides for what stands there. */

#include "ui/view/ladder.h"

#include <math.h>

#define STATES_LOOKED 400u /* changes of one endpoint */

int ladder_next_line(const struct ladder_frame *f, int line, int direction)
{
    do {
        line += direction;
    } while (line > 0 && line + 1 < (int)f->count && f->is_thin[line]);
    return line < 0 ? 0 : line < (int)f->count ? line : (int)f->count - 1;
}

double ladder_gap(const struct ladder_frame *f)
{
    return f->count > 1 ? f->x[ladder_next_line(f, 0, 1)] - f->x[0] : f->panel.w;
}

/* Where ends have states the story is theirs, and routers are places on the way. */
static bool ends_have_states(const struct film *film)
{
    for (uint32_t i = 0; i < film->actor_count; i++) {
        if (machine_count(film->trace->entities[film->actors[i]].type) == 0) {
            return false;
        }
    }
    return film->actor_count > 0;
}

static void choose_thin(struct ladder_frame *f)
{
    bool may_be = ends_have_states(f->s->film), has_leases = f->s->film->leases.client_count > 0;

    for (uint32_t i = 1; i + 1 < f->count; i++) {
        enum node_kind kind = f->s->trace->nodes[f->node[i]].kind;

        f->is_thin[i] = (may_be && kind == NODE_ROUTER) || (has_leases && kind == NODE_SWITCH);
    }
}

/* What a direction between two neighbours takes, for the place of thin lines; 1 if they are none.
 */
static double delay_between(const struct trace *t, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < t->link_count; i++) {
        const struct trace_link *l = &t->links[i];

        if ((l->node[0] == a && l->node[1] == b) || (l->node[0] == b && l->node[1] == a)) {
            return fmax((double)l->delay[0], 1);
        }
    }
    return 1;
}

/* Weights of the gaps before lines: equal between drawn ones, parts of that by delay within. */
static void weigh_gaps(const struct ladder_frame *f, double *weight)
{
    for (uint32_t i = 1; i < f->count;) {
        uint32_t end = (uint32_t)ladder_next_line(f, (int)i - 1, 1);
        double sum = 0;

        for (uint32_t j = i; j <= end; j++) {
            weight[j] = delay_between(f->s->trace, f->node[j - 1], f->node[j]);
            sum += weight[j];
        }
        for (; i <= end; i++) {
            weight[i] /= sum;
        }
    }
}

/* Routers on the way of ends that have states take no room of their own; true if all that is busy
 * besides fits. */
static bool choose_ends(struct ladder_frame *f, uint32_t most)
{
    const struct film *film = f->s->film;
    uint32_t lines = 0;

    if (!ends_have_states(film)) {
        return false;
    }
    for (uint32_t i = 0; i < f->s->trace->node_count && f->count < LADDER_LINES; i++) {
        uint32_t node = film->order[i];

        if (film->busy[node] > 0) {
            f->node[f->count++] = node;
            lines += f->s->trace->nodes[node].kind != NODE_ROUTER;
        }
    }
    if (lines < 2 || lines > most || f->count == LADDER_LINES) {
        f->count = 0;
    }
    return f->count > 0;
}

void ladder_choose_lines(struct ladder_frame *f, double width)
{
    const struct film *film = f->s->film;
    const struct trace *t = f->s->trace;
    double room = fmax(floor(width / (54 * f->ui->k)), 2);
    uint32_t most = room < LADDER_LINES ? (uint32_t)room : LADDER_LINES;
    uint32_t least = film_busy_limit(film, most);
    bool has_ends = choose_ends(f, most);

    for (uint32_t i = 0; i < t->node_count && f->count < most && !has_ends; i++) {
        uint32_t node = film->order[i];

        if (film->busy[node] >= least && (film->busy[node] > 0 || t->node_count <= most)) {
            f->node[f->count++] = node;
        }
    }
    choose_thin(f);
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

/* One of its timers that a reader should see runs at some time. */
static bool waits(const struct trace *t, uint32_t actor)
{
    const struct actor_type *type = t->entities[actor].type;

    for (unsigned i = 0; i < timer_count(type); i++) {
        if (type->timers[i].kind == TIMER_KIND_WAIT &&
            trace_of_subject(t, REC_TIMER, actor, i, 0).count > 0) {
            return true;
        }
    }
    return false;
}

bool ladder_has_timers(const struct ladder_frame *f, uint32_t node)
{
    const struct film *film = f->s->film;

    for (uint32_t i = 0; i < film->actor_count; i++) {
        const struct entity *e = &f->s->trace->entities[film->actors[i]];

        if (e->node == node && actor_has_timers(e->type) && waits(f->s->trace, film->actors[i])) {
            return true;
        }
    }
    return false;
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
    return widest > 0 ? widest + (ladder_has_timers(f, node) ? 80 : 44) * f->ui->k : 0;
}

/* The widest tag of the states that a node goes through in this run; 0: none. */
static double widest_state(const struct ladder_frame *f, uint32_t node)
{
    const struct film *film = f->s->film;
    double widest = 0;

    for (uint32_t i = 0; i < film->actor_count && f->has_tags; i++) {
        const struct entity *e = &f->s->trace->entities[film->actors[i]];
        struct list l = trace_of_subject(f->s->trace, REC_STATE, film->actors[i], 0, 0);
        uint32_t seen = 0;

        for (uint32_t j = 0; e->node == node && j < l.count && j < STATES_LOOKED; j++) {
            unsigned state = trace_record(f->s->trace, l.at[j])->code & 0xffu;

            if (state < 32 && (seen & 1u << state) == 0) {
                seen |= 1u << state;
                widest = fmax(widest,
                              ui_text_width(f->ui, TYPE_TAG, e->type->machines[0].states[state]));
            }
        }
    }
    return widest > 0 ? widest + 16 * f->ui->k : 0;
}

/* Room beside the outermost lifelines for what stands there. */
static double outer_room(const struct ladder_frame *f, uint32_t node)
{
    double k = f->ui->k, room = 60 * k, states = widest_state(f, node);
    bool has_timers = ladder_has_timers(f, node);

    if (f->is_narrow) {
        return has_timers ? 62 * k : room;
    }
    room = fmax(node_shows(f, node, has_items) ? 78 * k : room, widest_refusal(f, node));
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
        left += f->is_narrow                       ? -6 * k
                : widest_state(f, f->node[0]) > 0  ? 10 * k
                : ladder_has_timers(f, f->node[0]) ? 26 * k
                                                   : 0; /* for the flag of now */
        right -= f->count > 1 ? outer_room(f, f->node[f->count - 1]) : 0;
    }
    right = fmax(right, left + 60 * k);
    double weight[LADDER_LINES] = {0}, all = 0, at = 0;
    weigh_gaps(f, weight);
    for (uint32_t i = 1; i < f->count; i++) {
        all += weight[i];
    }
    for (uint32_t i = 0; i < f->count; i++) {
        at += weight[i];
        f->x[i] = f->count > 1 ? left + (right - left) * at / all : (left + right) / 2;
        f->x[i] = canvas_snap(f->ui->c, f->x[i]) + 0.5 / f->ui->factor;
    }
}

/* While its host is down, a lifeline is dashed. */
static void draw_down(struct ladder_frame *f, uint32_t line, double y0, double y1)
{
    struct canvas *c = f->ui->c;
    double k = f->ui->k, x = f->x[line];

    y0 = fmax(y0, f->plot.y);
    y1 = fmin(y1, f->plot.y + f->plot.h);
    if (y0 < y1) {
        canvas_vline(c, x, y0, y1, 4 * k, f->ui->theme->panel);
        canvas_line(c, x, y0, x, y1,
                    (struct stroke){.width = STROKE_LIFELINE * k, .on = 5 * k, .off = 5 * k},
                    f->ui->theme->ink3);
    }
}

static void draw_crashes(struct ladder_frame *f, uint32_t line)
{
    const struct trace *t = f->s->trace;
    sim_time down = SIM_NEVER;

    for (uint32_t i = 0; i < f->s->film->call_count; i++) {
        const struct record *r = trace_record(t, f->s->film->calls[i]);

        if (r->where != t->nodes[f->node[line]].entity ||
            (r->at > f->s->now && f->s->player->hides_future)) {
            continue;
        }
        if (r->code == CALL_CRASH && down == SIM_NEVER) {
            down = r->at;
        } else if (r->code == CALL_RESTART && down != SIM_NEVER) {
            draw_down(f, line, ladder_y(f, down), ladder_y(f, r->at));
            down = SIM_NEVER;
        }
    }
    if (down != SIM_NEVER) {
        draw_down(f, line, ladder_y(f, down), f->plot.y + f->plot.h);
    }
}

void ladder_draw_lines(struct ladder_frame *f, double head_y)
{
    struct ui *ui = f->ui;

    for (uint32_t i = 0; i < f->count; i++) {
        struct color ink = color_fade(ui->theme->ink, 0.9);

        if (f->is_thin[i]) {
            continue;
        }
        canvas_vline(ui->c, f->x[i], head_y, f->plot.y + f->plot.h, STROKE_LIFELINE * ui->k, ink);
        draw_crashes(f, i);
    }
}

void ladder_draw_heads(struct ladder_frame *f, double y)
{
    double gap = ladder_gap(f);
    char name[64];

    for (uint32_t i = 0; i < f->count; i++) {
        if (f->is_thin[i]) {
            continue;
        }
        struct font font = theme_font(f->ui->theme, TYPE_TITLE);
        const char *label = view_node_label(f->ui, f->s->trace, f->node[i]);
        const char *brief = node_short(f->s->trace, f->node[i], f->ui->lang);
        bool is_brief = text_width(f->ui->fonts, font, label) > gap - 58 * f->ui->k;
        bool is_narrow = is_brief && text_width(f->ui->fonts, font, brief) > gap - 58 * f->ui->k;
        double room = gap - (is_narrow ? 30 : 58) * f->ui->k;

        text_ellipsis(f->ui->fonts, font, is_brief ? brief : label, fmax(room, 20), name,
                      sizeof name);
        part_lifeline_head(f->ui, f->x[i], y,
                           is_narrow ? ICON_NONE : view_node_icon(f->s->trace, f->node[i]), name);
    }
}
