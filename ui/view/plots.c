/* The view: which charts there are, which fit, and what is common to all. */
#include "ui/view/plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_HEIGHT 235.0
#define WIDE         520.0 /* the choice of charts stands in the title line */
#define TIME_ROOM    30.0  /* below a plot */

double plot_x(const struct plot_frame *f, sim_time t)
{
    return f->plot.x + (axis_at(f->axis, t) - f->left) * f->scale;
}

double plot_y(const struct plot_frame *f, double value)
{
    double share = (value - f->least) / (f->most - f->least);
    return f->plot.y + f->plot.h * (1 - share);
}

sim_time plot_time(const struct plot_frame *f, double x)
{
    return axis_time(f->axis, f->left + (x - f->plot.x) / f->scale);
}

bool plot_reserve(struct plot_frame *f, struct rect r)
{
    for (unsigned i = 0; i < f->word_count; i++) {
        const struct rect *w = &f->words[i];
        if (r.x < w->x + w->w && w->x < r.x + r.w && r.y < w->y + w->h && w->y < r.y + r.h) {
            return false;
        }
    }
    if (f->word_count == PLOT_WORDS) {
        return false;
    }
    f->words[f->word_count++] = r;
    return true;
}

struct color plot_color(const struct ui *ui, const struct series *s, bool is_text)
{
    const struct theme *t = ui->theme;
    switch (s->color) {
    case SERIES_DATA: return is_text ? t->data.text : t->data.fill;
    case SERIES_INK: return t->ink;
    case SERIES_GREY: return t->ink3;
    case SERIES_LOSS: return is_text ? t->loss.text : t->loss.fill;
    case SERIES_MEDIA: return is_text ? t->media.text : t->media.fill;
    }
    return t->ink;
}

char *plot_value(const struct plot_frame *f, double value, char buf[32])
{
    double v = value / f->unit, step = f->step / f->unit;
    int decimals = step >= 10 ? 0 : step >= 1 ? 1 : 2 + (step < 0.1) + (step < 0.01);
    snprintf(buf, 32, "%.*f", decimals, v);
    if (strchr(buf, '.')) {
        size_t n = strlen(buf);
        while (buf[n - 1] == '0') {
            buf[--n] = 0;
        }
        buf[n - (buf[n - 1] == '.')] = 0;
    }
    return buf;
}

/* ---- which charts ---- */

/* The flow that is looked at: the selected packet's, the one chosen, else the busiest. */
static uint32_t flow_of(const struct plots *self, const struct scene *s)
{
    const struct trace *t = s->trace;
    uint32_t selected = s->selected ? trace_packet(t, s->selected)->flow : 0, best = 0;
    uint64_t most = 0;
    if (selected || self->flow) {
        return selected ? selected : self->flow;
    }
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        if (t->flows[i].packets > most) {
            most = t->flows[i].packets;
            best = i;
        }
    }
    return best;
}

/* The owner of the row whose figures change most: of two ends the one that sends. */
static uint32_t owner_of(const struct scene *s, const struct chart *row, uint32_t flow)
{
    const struct curves *c = &s->film->curves;
    uint32_t owner = 0, most = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct curve *x = &c->all[i];
        bool is_ours = strcmp(x->series->type, row->type) == 0 &&
                       strcmp(x->series->chart, row->name) == 0 &&
                       (x->flow == flow || x->flow == 0);
        if (is_ours && x->count > most) {
            most = x->count;
            owner = x->owner;
        }
    }
    return owner;
}

static void collect_curves(const struct scene *s, struct plot_chart *chart)
{
    const struct curves *c = &s->film->curves;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct curve *x = &c->all[i];
        if (x->owner == chart->owner && strcmp(x->series->type, chart->row->type) == 0 &&
            strcmp(x->series->chart, chart->row->name) == 0 && chart->count < PLOT_CURVES) {
            chart->curves[chart->count++] = x;
        }
    }
}

/* The sender of segments of a flow that sent most; 0: none. */
static uint32_t sender_of(const struct scene *s, const struct chart *row, uint32_t flow)
{
    const struct curves *c = &s->film->curves;
    uint32_t owner = 0, most = 0;
    for (uint32_t i = 0; i < c->sender_count; i++) {
        const struct entity *e = &s->trace->entities[c->sent[i].owner];
        if (e->flow == flow && strcmp(e->type->name, row->type) == 0 && c->sent[i].count > most) {
            most = c->sent[i].count;
            owner = c->sent[i].owner;
        }
    }
    return owner;
}

static unsigned charts_of(const struct scene *s, uint32_t flow, struct plot_chart *out)
{
    unsigned n = 0;
    for (const struct chart *row = chart_table; row->type && n < PLOT_CHARTS; row++) {
        bool is_sequence = strcmp(row->name, "sequence") == 0;
        uint32_t owner = is_sequence ? sender_of(s, row, flow) : owner_of(s, row, flow);
        out[n] = (struct plot_chart){.row = row, .owner = owner, .flow = flow};
        if (owner && !is_sequence) {
            collect_curves(s, &out[n]);
        }
        n += owner != 0;
    }
    return n;
}

/* ---- one chart ---- */

static void set_time(struct plot_frame *f)
{
    const struct plots *p = f->self;
    double from = p->is_zoomed ? axis_at(f->axis, p->from) : 0;
    double to = p->is_zoomed ? axis_at(f->axis, p->to) : f->axis->length;
    f->left = from;
    f->scale = f->plot.w / fmax(to - from, 1);
    f->from = axis_time(f->axis, from);
    f->to = axis_time(f->axis, fmax(to, from + 1));
}

static void draw_content(struct plot_frame *f)
{
    struct canvas *c = f->ui->c;
    plot_draw_axes(f);
    canvas_clip(c, (struct rect){f->plot.x - 1, f->plot.y - 4, f->plot.w + 2, f->plot.h + 8});
    plot_draw_bands(f);
    if (plot_is_sequence(f)) {
        plot_draw_sequence(f);
    }
    plot_draw_curves(f);
    plot_draw_hidden(f);
    plot_draw_folds(f);
    canvas_unclip(c);
    plot_draw_now(f);
    plot_draw_events(f);
    plot_draw_labels(f);
}

/* Names of the flows that have charts; one that is chosen by its name stays until the next. */
static void choose_flow(struct plot_frame *f, uint32_t next, struct rect r)
{
    struct ui *ui = f->ui;
    const char *name = f->s->trace->flows[f->chart->flow].name;
    double w = ui_button_width(ui, ICON_CHEVRON_DOWN, name);
    struct rect at = {r.x + r.w - w, r.y, w, 26 * ui->k};
    if (ui_button(ui, "flow", at, UI_GHOST, ICON_CHEVRON_DOWN, name, false)) {
        f->self->flow = next;
        f->s->wish->has_packet = f->s->selected != 0; /* it would hold the old flow */
        f->s->wish->packet = 0;
        ui->wants_frame = true;
    }
    ui_tooltip(ui, ui_word(ui, "plots.flow"), NULL);
}

static void title_words(struct plot_frame *f, char *title, char *note, size_t size)
{
    char key[64], unit[64];
    snprintf(key, sizeof key, "plots.%s", f->chart->row->name);
    snprintf(title, size, "%s", ui_word(f->ui, key));
    plot_unit(f, unit, sizeof unit);
    snprintf(note, size, "%s", unit);
}

static void draw_chart(struct plot_frame *f, unsigned index, double top)
{
    double k = f->ui->k;
    char title[96], note[96], right[96] = "";
    f->axis = f->s->player->axis;
    f->unit = f->step = 1;
    f->most = 1;
    struct rect in = f->area;
    rect_cut_top(&in, 42 * k + top);
    in.h -= TIME_ROOM * k;
    f->plot = (struct rect){in.x + 52 * k, in.y, in.w - 74 * k, fmax(in.h, 20)};
    if (f->chart->row->machine) {
        f->plot.y += 26 * k; /* names of bands */
        f->plot.h -= 26 * k;
    }
    set_time(f);
    (plot_is_sequence(f) ? plot_scale_sequence : plot_scale)(f);
    title_words(f, title, note, sizeof title);
    const struct entity *e = &f->s->trace->entities[f->chart->owner];
    bool is_link = e->kind == ENTITY_DIRECTION;
    if (f->s->trace->node_count > 0 && f->area.w > WIDE * k && index > 0 && !f->has_flow) {
        uint32_t node = is_link ? direction_from(f->s->trace, f->chart->owner) : e->node;
        snprintf(right, sizeof right, "%s", view_node_label(f->ui, f->s->trace, node));
    }
    part_panel(f->ui, f->area, title, note, *right ? right : NULL);
    canvas_clip(f->ui->c, f->area);
    draw_content(f);
    plot_use_pointer(f, index);
    canvas_unclip(f->ui->c);
}

/* ---- the whole ---- */

struct page {
    struct ui *ui;
    const struct scene *s;
    struct plots *self;
    struct plot_chart charts[PLOT_CHARTS];
    unsigned count, slots;
    bool has_choice;
};

static void draw_choice(struct page *p, struct rect r, bool is_wide)
{
    const char *labels[PLOT_CHARTS];
    char key[64];
    for (unsigned i = 0; i < p->count; i++) {
        snprintf(key, sizeof key, "plots.%s.short", p->charts[i].row->name);
        labels[i] = ui_word(p->ui, key);
    }
    double k = p->ui->k, w = ui_segmented_width(p->ui, labels, p->count, false);
    struct rect at = {r.x + r.w - w - 12, r.y + 9, w, 28 * k};
    if (!is_wide) {
        at = (struct rect){r.x + 12, r.y + 42 * k, fmin(w, r.w - 24), 26 * k};
    }
    ui_segmented(p->ui, "charts", at, labels, p->count, &p->self->chosen, false);
}

/* The next flow after `flow` that has a chart; itself if there is no other. */
static uint32_t next_flow(const struct scene *s, uint32_t flow)
{
    for (uint32_t i = 1; i < s->trace->flow_count; i++) {
        uint32_t next = (flow - 1 + i) % s->trace->flow_count + 1;
        for (uint32_t k = 0; k < s->film->curves.count; k++) {
            if (s->film->curves.all[k].flow == next) {
                return next;
            }
        }
    }
    return flow;
}

static void draw_slots(struct page *p, struct rect r, uint32_t flow)
{
    double shares = 0, gap = SIZE_GAP, k = p->ui->k;
    bool is_wide = r.w > WIDE * k;
    uint32_t next = next_flow(p->s, flow);
    for (unsigned i = 0; i < p->slots; i++) {
        shares += p->charts[(p->self->chosen + i) % p->count].row->height;
    }
    double room = r.h - gap * (p->slots - 1);
    for (unsigned i = 0; i < p->slots; i++) {
        struct plot_frame f = {.ui = p->ui, .s = p->s, .self = p->self};
        f.chart = &p->charts[(p->self->chosen + i) % p->count];
        f.area = rect_cut_top(&r, room * f.chart->row->height / shares);
        rect_cut_top(&r, gap);
        f.has_flow = next != flow && is_wide && i + 1 == p->slots && (i > 0 || !p->has_choice);
        ui_push(p->ui, "chart", i);
        draw_chart(&f, i, i == 0 && p->has_choice && !is_wide ? 32 * k : 0);
        if (f.has_flow) {
            choose_flow(&f, next, (struct rect){f.area.x, f.area.y + 8, f.area.w - 12, 0});
        }
        ui_pop(p->ui);
        if (i == 0 && p->has_choice) {
            draw_choice(p, f.area, is_wide);
        }
    }
}

static void draw_plots(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct plots *own = self;
    struct page p = {.ui = ui, .s = s, .self = own};
    if (own->trace != s->trace || own->flow > s->trace->flow_count) {
        *own = (struct plots){.trace = s->trace};
    }
    uint32_t flow = flow_of(own, s);
    p.count = s->film ? charts_of(s, flow, p.charts) : 0;
    if (p.count == 0) {
        struct rect r = part_panel(ui, area, ui_word(ui, "view.plots"), NULL, NULL);
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * ui->k, ui->theme->ink3, ui_word(ui, "plots.none"));
        return;
    }
    double slots = floor((area.h + SIZE_GAP) / (LEAST_HEIGHT * ui->k + SIZE_GAP));
    p.slots = slots < 1 ? 1 : slots < p.count ? (unsigned)slots : p.count;
    p.has_choice = p.count > p.slots;
    own->chosen = p.has_choice ? own->chosen % p.count : 0;
    draw_slots(&p, area, flow);
}

const struct view view_plots = {
    .name = "plots", .title_key = "view.plots", .size = sizeof(struct plots), .draw = draw_plots};
