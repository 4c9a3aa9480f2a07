/* Window strips: what each side knows of every frame. One cell a number, sender above receiver in
 * the same columns; packets fall from row to row, answers rise. Drawn from the sets of items that
 * an actor type declares, so that any protocol with a set has its strip. */
#include "ui/view/windows.h"

#include "ui/view/streams.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAIRS_MAX 2u

struct windows { /* the frame's slide */
    int64_t base[PAIRS_MAX], before[PAIRS_MAX];
    double since[PAIRS_MAX];
};

/* Its numbers are bytes: they have strips of their own (streams.h). */
static bool keeps_bytes(const struct actor_type *type)
{
    for (unsigned i = 0; i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, "snd.una") == 0) {
            return true;
        }
    }
    return false;
}

/* Of a pair both ends keep the same sets. */
static bool is_alike(const struct scene *s, const struct pair *p, const struct actor_type *type)
{
    const struct set *sets = s->trace->entities[p->top ? p->top : p->bottom].type->sets;
    return strcmp(sets->name, type->sets->name) == 0;
}

static unsigned pairs_of(const struct scene *s, struct pair *out)
{
    unsigned count = 0;
    for (uint32_t i = 0; s->film && i < s->film->actor_count; i++) {
        uint32_t actor = s->film->actors[i];
        const struct entity *e = &s->trace->entities[actor];
        unsigned at = 0;
        if (set_count(e->type) == 0 || keeps_bytes(e->type)) {
            continue;
        }
        while (at < count && out[at].flow != e->flow) {
            at++;
        }
        if (at == PAIRS_MAX) {
            continue;
        }
        if (at < count && !is_alike(s, &out[at], e->type)) {
            continue; /* what stands above those that count packets */
        }
        count += at == count;
        out[at].flow = e->flow;
        bool is_top = s->trace->flows[e->flow].from == e->node;
        *(is_top ? &out[at].top : &out[at].bottom) = actor;
    }
    return count;
}

static int64_t highest_key(const struct scene *s, const struct pair *p)
{
    int64_t most = 0;
    uint32_t ends[2] = {p->top, p->bottom};
    for (unsigned i = 0; i < 2; i++) {
        struct keys k = ends[i] ? trace_item_keys(s->trace, ends[i], 0) : (struct keys){0};
        most = k.count && k.at[k.count - 1] > most ? k.at[k.count - 1] : most;
    }
    return most;
}

static int64_t var_or(const struct scene *s, uint32_t actor, const char *name, const char *other,
                      int64_t otherwise)
{
    int64_t value;
    if (actor && (actor_var(s, actor, name, &value) || actor_var(s, actor, other, &value))) {
        return value;
    }
    return otherwise;
}

static int64_t window_base(const struct scene *s, const struct pair *p)
{
    return var_or(s, p->top, "base", "frame", 0);
}

static int64_t window_size(const struct scene *s, const struct pair *p)
{
    return var_or(s, p->top, "window", "window", 1);
}

/* Pages of 60 % of what is visible, so that the columns are a function of the time shown. */
static void choose_columns(struct strip *g, double width)
{
    int64_t all = highest_key(g->s, &g->pair) + 1, base = window_base(g->s, &g->pair);
    int64_t visible = (int64_t)fmax(1, floor(width / g->pitch));
    visible = visible < WINDOW_COLUMNS ? visible : WINDOW_COLUMNS;
    g->columns = (unsigned)(all < visible ? all : visible);
    g->first = 0;
    if (all > visible) {
        int64_t page = visible * 6 / 10 ? visible * 6 / 10 : 1;
        g->first = base / page * page - 1;
        g->first = g->first > all - visible ? all - visible : g->first;
        g->first = g->first < 0 ? 0 : g->first;
    }
}

/* The packet that first carried `key`: it is sent in the step that takes note of it. 0: none yet.
 */
static uint32_t carrier_of(const struct strip *g, int64_t key)
{
    const struct trace *t = g->s->trace;
    struct list l = trace_of_subject(t, REC_ITEM, g->pair.top, 0, key);
    for (uint32_t n = l.count ? l.at[0] : t->count, i = 0; i < 8 && n <= t->count; i++, n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_SEND && r->where == g->pair.top &&
            (int64_t)trace_packet(t, r->packet)->unit.at == key) {
            return r->packet;
        }
    }
    return 0;
}

/* A cell is named as its packet is: by the number on the wire. */
static void name_columns(struct strip *g)
{
    for (unsigned i = 0; i < g->columns; i++) {
        int64_t key = g->first + i;
        uint32_t packet = g->pair.top ? carrier_of(g, key) : 0;
        char label[24];
        snprintf(label, sizeof label, "%lld", (long long)key);
        if (packet) {
            const struct packet *p = trace_packet(g->s->trace, packet);
            packet_label(p->proto->name, packet_head(p), p->body.len, label);
            label[strcspn(label, " ")] = '\0';      /* without what rides along */
            if (label[0] < '0' || label[0] > '9') { /* it tells kinds, not numbers */
                snprintf(label, sizeof label, "%lld", (long long)key);
            }
        }
        view_blank(g->s, label, sizeof label);
        snprintf(g->label[i], sizeof g->label[i], "%.15s", label);
    }
}

double windows_column_x(const struct strip *g, double key)
{
    return g->x + (key - (double)g->first) * g->pitch;
}

static struct rect cell_box(const struct strip *g, int64_t key, double y)
{
    return (struct rect){windows_column_x(g, (double)key), y, g->cell, g->cell};
}

static const char *item_state(const struct strip *g, uint32_t actor, int64_t key)
{
    unsigned state = trace_item_at(g->s->trace, actor, 0, key, g->s->now);
    return g->s->trace->entities[actor].type->sets[0].states[state];
}

static enum part_cell look_above(const struct strip *g, int64_t key)
{
    static const struct {
        const char *name;
        enum part_cell look;
    } looks[] = {{"acked", CELL_ACKED}, {"sent", CELL_SENT}, {"again", CELL_AGAIN}};
    const char *state = item_state(g, g->pair.top, key);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (strcmp(looks[i].name, state) == 0) {
            return looks[i].look;
        }
    }
    int64_t base = window_base(g->s, &g->pair);
    return key >= base && key < base + window_size(g->s, &g->pair) ? CELL_USABLE : CELL_LATER;
}

/* A copy that was thrown away shows so while it is news; then the cell says again that the data was
 * passed on. */
static enum part_cell look_below(const struct strip *g, int64_t key)
{
    uint32_t actor = g->pair.bottom;
    const char *state = item_state(g, actor, key);
    struct list l = trace_of_subject(g->s->trace, REC_ITEM, actor, 0, key);
    uint32_t last = trace_subject_at(g->s->trace, REC_ITEM, actor, 0, key, g->s->now);
    if (strcmp(state, "passed-on") == 0) {
        return CELL_PASSED;
    }
    if (strcmp(state, "thrown") == 0) {
        const char *const *names = g->s->trace->entities[actor].type->sets[0].states;
        unsigned first = l.count ? trace_record(g->s->trace, l.at[0])->code & 0xffu : 0;
        bool was_passed = strcmp(names[first], "passed-on") == 0;
        return was_passed && !actor_is_news(g->s, last) ? CELL_PASSED : CELL_THROWN;
    }
    if (strcmp(state, "absent") != 0) {
        return CELL_SENT; /* kept until what comes before it is there */
    }
    return key == var_or(g->s, actor, "expected", "base", 0) ? CELL_EXPECTED : CELL_LATER;
}

bool windows_is_thrown(const struct strip *g, int64_t key)
{
    return g->pair.bottom && look_below(g, key) == CELL_THROWN;
}

static void draw_cells(const struct strip *g)
{
    for (unsigned i = 0; i < g->columns; i++) {
        int64_t key = g->first + i;
        if (g->pair.top) {
            part_cell(g->ui, cell_box(g, key, g->top), look_above(g, key), g->label[i]);
        }
        if (g->pair.bottom) {
            part_cell(g->ui, cell_box(g, key, g->bottom), look_below(g, key), g->label[i]);
        }
    }
}

/* The dark frame; it slides when the base moves on. */
static void draw_frame(const struct strip *g, struct windows *self, unsigned index)
{
    int64_t base = window_base(g->s, &g->pair), size = window_size(g->s, &g->pair);
    if (self->base[index] != base) {
        self->before[index] = self->base[index];
        self->base[index] = base;
        self->since[index] = g->ui->time;
    }
    double part = ui_ease(g->ui, self->since[index], 0.24);
    double at = (double)self->before[index] + (double)(base - self->before[index]) * part;
    double left = fmax(at, (double)g->first);
    double right = fmin(at + (double)size, (double)g->first + g->columns);
    if (right <= left) {
        return;
    }
    double pad = g->cell * 0.14;
    struct rect r = {windows_column_x(g, left) - pad, g->top - g->cell * 0.2,
                     (right - left) * g->pitch - (g->pitch - g->cell) + 2 * pad, g->cell * 1.4};
    bool has_name = size > 1 || right - left >= 2;
    part_window_frame(g->ui, r, has_name ? ui_word(g->ui, "window.frame") : NULL);
}

/* A triangle below a cell with the name and value of the variable that points there. Returns where
 * its words end, 0: it points nowhere. */
static double draw_pointer(const struct strip *g, uint32_t actor, const char *name, double y,
                           bool is_left)
{
    int64_t value;
    if (!actor || !actor_var(g->s, actor, name, &value) || value < g->first ||
        value >= g->first + g->columns) {
        return 0;
    }
    struct canvas *c = g->ui->c;
    const struct theme *t = g->ui->theme;
    double k = g->ui->k, x = windows_column_x(g, (double)value) + g->cell / 2;
    char key[48], text[24];
    snprintf(key, sizeof key, "window.var.%s", name);
    snprintf(text, sizeof text, "%lld", (long long)value);
    view_blank(g->s, text, sizeof text);
    canvas_begin(c);
    canvas_move(c, x, y + 2 * k);
    canvas_to(c, x - 6 * k, y + 11 * k);
    canvas_to(c, x + 6 * k, y + 11 * k);
    canvas_close(c);
    canvas_fill(c, t->ink);
    const char *word = ui_word(g->ui, key);
    struct font bold = theme_font(t, TYPE_TAG), mono = theme_font(t, TYPE_AXIS);
    double w = text_width(g->ui->fonts, bold, word), all = w + 5 * k;
    all += text_width(g->ui->fonts, mono, text);
    is_left = is_left || x + 11 * k + all > g->right;
    double at = is_left ? x - 11 * k - all : x + 11 * k;
    canvas_text(c, bold, at, y + 14 * k, ALIGN_LEFT, t->ink, word);
    canvas_text(c, mono, at + w + 5 * k, y + 14 * k, ALIGN_LEFT, t->ink2, text);
    return is_left ? x + 11 * k : at + all;
}

/* Whose strip it is, the state that end is in, and what it does. */
static void draw_owner(const struct strip *g, uint32_t actor, double y)
{
    if (!actor) {
        return;
    }
    struct ui *ui = g->ui;
    const struct entity *e = &g->s->trace->entities[actor];
    double x = g->x + 10 * ui->k +
               ui_text(ui, TYPE_TITLE, g->x, y, ui->theme->ink,
                       g->s->trace->nodes[e->node].label[ui->lang]);
    if (machine_count(e->type)) {
        unsigned state = trace_state_at(g->s->trace, actor, 0, g->s->now);
        struct rect tag = part_state_tag(ui, x, y - 4.5 * ui->k, ALIGN_LEFT,
                                         e->type->machines[0].states[state], true, 1);
        x += tag.w + 10 * ui->k;
    }
    const char *note = actor_note(ui, g->s->trace, actor);
    if (note) {
        x += ui_text(ui, TYPE_LABEL, x, y, ui->theme->ink3, note);
    }
    int64_t names; /* textbooks differ in what an ACK names */
    if (actor_var(g->s, actor, "acks", &names)) {
        double h = 16 * ui->k;
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL),
                       (struct rect){x, y - 4 * ui->k - h / 2, g->right + 76 * ui->k - x, h},
                       ALIGN_LEFT, ui->theme->ink3,
                       ui_word(ui, names ? "window.acks.last" : "window.acks.next"));
    }
}

/* Where the rows lie. A low panel keeps the two strips and leaves out what stands around them. */
static bool place_rows(struct strip *g, struct rect r)
{
    double k = g->ui->k;
    bool is_low = r.h < 150 * k;
    g->cell = is_low ? 24 * k : fmax(24 * k, fmin(40 * k, (r.h - 120 * k) / 3));
    g->pitch = g->cell * 1.1625;
    g->top = r.y + 22 * k + g->cell * 0.34;
    g->bottom = r.y + r.h - (is_low ? 4 : 42) * k - g->cell;
    g->below = g->bottom - g->top - g->cell > 90 * k ? 20 * k : 0;
    return is_low;
}

static void draw_pointers(const struct strip *g)
{
    int64_t base, next;
    double y = g->top + g->cell * 1.2;
    if (g->below > 0 && g->pair.top) {
        bool has_both = actor_var(g->s, g->pair.top, "base", &base) &&
                        actor_var(g->s, g->pair.top, "next", &next);
        draw_pointer(g, g->pair.top, "base", y, has_both && next == base + 1 && base > g->first);
        draw_pointer(g, g->pair.top, "frame", y, false);
        if (!has_both || next != base) {
            draw_pointer(g, g->pair.top, "next", y, false);
        }
    }
    double end = draw_pointer(g, g->pair.bottom, "expected", g->bottom + g->cell, false);
    windows_thrown(g, fmax(end, g->x) + 14 * g->ui->k, g->bottom + g->cell + 14 * g->ui->k);
}

static void draw_pair(struct windows *self, struct ui *ui, const struct scene *s, struct pair pair,
                      unsigned index, struct rect r)
{
    double k = ui->k, side = 76 * k, right = r.x + r.w - side / 2 + 6 * k;
    struct strip g = {.ui = ui, .s = s, .pair = pair, .x = r.x + 6 * k};
    g.right = r.x + r.w - side;
    bool is_low = place_rows(&g, r);
    choose_columns(&g, r.w - side - 6 * k);
    name_columns(&g);
    draw_owner(&g, pair.top, r.y + 13 * k);
    draw_frame(&g, self, index);
    draw_cells(&g);
    if (g.bottom - g.top - g.cell > 34 * k) {
        windows_between(&g);
    }
    if (is_low && pair.bottom) {
        ui_text(ui, TYPE_LABEL, windows_column_x(&g, (double)(g.first + g.columns)) + 4 * k,
                g.bottom + g.cell / 2 + 4 * k, ui->theme->ink3,
                s->trace->nodes[s->trace->entities[pair.bottom].node].label[ui->lang]);
    }
    if (!is_low) {
        draw_pointers(&g);
        draw_owner(&g, pair.bottom, r.y + r.h - 6 * k);
    }
    if (pair.top) {
        actor_draw_ring(ui, s, pair.top, right, g.top + fmax(g.cell / 2, 12 * k), 21 * k);
    }
    if (pair.bottom && !is_low) {
        windows_answer(&g, right);
    }
}

static void draw_windows(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct rect r =
        part_panel(ui, area, ui_word(ui, "view.window"), ui_word(ui, "window.note"), NULL);
    struct pair pairs[PAIRS_MAX] = {0};
    unsigned count = pairs_of(s, pairs);
    if (count == 0 && s->film && streams_draw(ui, s, r)) {
        return;
    }
    if (count == 0) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * ui->k, ui->theme->ink3, ui_word(ui, "window.none"));
        return;
    }
    canvas_clip(ui->c, (struct rect){area.x, r.y - 4, area.w, r.h + SIZE_PADDING});
    double h = r.h / count;
    for (unsigned i = 0; i < count; i++) {
        ui_push(ui, "pair", i);
        draw_pair(self, ui, s, pairs[i], i,
                  (struct rect){r.x, r.y + i * h, r.w, h - (i + 1 < count ? 12 : 0)});
        ui_pop(ui);
    }
    canvas_unclip(ui->c);
}

const struct view view_window = {.name = "window",
                                 .title_key = "view.window",
                                 .size = sizeof(struct windows),
                                 .draw = draw_windows};
