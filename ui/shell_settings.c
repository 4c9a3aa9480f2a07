/* Settings: every link with sliders for rate, delay and loss, every host and flow with what its
 * protocols may be set to. What is changed is written into the scenario's text and runs at once;
 * the playhead stays. */
#include "ui/shell_inside.h"

#include "scenario/quantity.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW_HIGH  34.0
#define DELAY_MIN 1e3 /* ns, the left end of the slider; below stands 0 */
#define DELAY_MAX 1e10
#define RATE_MIN  1e3
#define RATE_MAX  1e10

/* The panel being drawn: rows from y downward, those outside are left out. */
struct pen {
    struct shell *s;
    struct rect r; /* what is seen */
    double x, w, y;
    unsigned n; /* row */
};

static bool is_seen(const struct pen *p, double h)
{
    return p->y + h > p->r.y && p->y < p->r.y + p->r.h;
}

void shell_open_settings(struct shell *s, const char *where)
{
    s->settings.is_open = true;
    s->settings.editing[0] = '\0';
    snprintf(s->settings.wanted, sizeof s->settings.wanted, "%s", where);
    s->wants_draw = true;
}

/* Done once all rows are drawn: the run, and the scenario that the rows look at, will be others. */
static void set(struct shell *s, const char *path, const char *value, bool is_drag)
{
    struct settings_panel *panel = &s->settings;
    snprintf(panel->set_path, sizeof panel->set_path, "%s", path);
    snprintf(panel->set_value, sizeof panel->set_value, "%s", value);
    panel->is_drag = is_drag;
}

static void set_now(struct shell *s)
{
    struct settings_panel *panel = &s->settings;
    struct err err = {.lang = s->lang};
    if (!panel->set_path[0]) {
        return;
    }
    if (session_set(&s->session, panel->set_path, panel->set_value, panel->is_drag, &err)) {
        shell_rerun(s, false);
    } else {
        shell_show_error(s, &err);
    }
    err_free(&err);
    panel->set_path[0] = '\0';
    s->ui.wants_frame = true;
}

/* Two figures, so that a slider gives numbers that a person would write. */
static double rounded(double value)
{
    double power = pow(10, floor(log10(fmax(value, 1)))) / 10;
    return round(value / power) * power;
}

static void head(struct pen *p, const char *id, const char *title, const char *note)
{
    struct ui *ui = &p->s->ui;
    struct settings_panel *panel = &p->s->settings;
    double h = 34 * ui->k;
    if (panel->wanted[0] && strcmp(panel->wanted, id) == 0) {
        panel->scroll += p->y - p->r.y;
        panel->wanted[0] = '\0';
        ui->wants_frame = true;
    }
    if (is_seen(p, h)) {
        double x = p->x + ui_text(ui, TYPE_TITLE, p->x, p->y + 23 * ui->k, p->s->theme.ink, title);
        if (note) {
            ui_text(ui, TYPE_LABEL, x + 8 * ui->k, p->y + 23 * ui->k, p->s->theme.ink3, note);
        }
    }
    p->y += h;
}

static void label_of(const struct pen *p, const char *label, const char *value)
{
    struct ui *ui = &p->s->ui;
    double baseline = p->y + ROW_HIGH * ui->k / 2 + 4.5 * ui->k;
    canvas_text_in(ui->c, theme_font(&p->s->theme, TYPE_BODY),
                   (struct rect){p->x, p->y, 0.4 * p->w, ROW_HIGH * ui->k}, ALIGN_LEFT,
                   p->s->theme.ink2, label);
    if (value) {
        ui_text_right(ui, TYPE_VALUE, p->x + p->w, baseline, p->s->theme.ink, value);
    }
}

/* A slider over the logarithm of a value; its left end is nothing. True: *value has moved. */
static bool log_slider(struct pen *p, const char *name, double min, double max, double *value)
{
    struct ui *ui = &p->s->ui;
    double low = log10(min) - 0.1, at = *value >= min ? log10(*value) : low;
    struct rect r = {p->x + 0.3 * p->w, p->y, 0.42 * p->w, ROW_HIGH * ui->k};
    at = fmin(at, log10(max));
    if (!ui_slider(ui, name, r, low, log10(max), 0.05, &at)) {
        return false;
    }
    double now = at < log10(min) ? 0 : rounded(pow(10, at));
    bool has_moved = now != *value;
    *value = now;
    return has_moved;
}

/* A value that is to be found: a question mark, and nothing to be moved. True: it is one. */
static bool is_covered(struct pen *p, const char *path, const char *label)
{
    bool is = shell_covers(p->s, path);
    if (is) {
        label_of(p, label, "?");
    }
    return is;
}

static void rate_row(struct pen *p, uint32_t link, int64_t rate)
{
    struct ui *ui = &p->s->ui;
    char text[48], path[64], word[64];
    double value = rate > 0 ? (double)rate : RATE_MAX;
    snprintf(path, sizeof path, "links.%u.rate", link);
    if (is_covered(p, path, ui_word(ui, "settings.rate"))) {
        return;
    }
    snprintf(word, sizeof word, "%s", ui_word(ui, "settings.no-rate"));
    label_of(p, ui_word(ui, "settings.rate"),
             rate > 0 ? quantity_print(rate, QUANTITY_RATE, text) : word);
    if (log_slider(p, "rate", RATE_MIN, RATE_MAX, &value)) {
        value = fmax(value, RATE_MIN);
        set(p->s, path, quantity_print((int64_t)value, QUANTITY_RATE, text), true);
    }
}

static void delay_row(struct pen *p, uint32_t link, sim_time delay)
{
    char text[48], path[64];
    double value = (double)delay;
    snprintf(path, sizeof path, "links.%u.delay", link);
    if (is_covered(p, path, ui_word(&p->s->ui, "settings.delay"))) {
        return;
    }
    label_of(p, ui_word(&p->s->ui, "settings.delay"), quantity_print(delay, QUANTITY_TIME, text));
    if (log_slider(p, "delay", DELAY_MIN, DELAY_MAX, &value)) {
        set(p->s, path, quantity_print((int64_t)value, QUANTITY_TIME, text), true);
    }
}

static void loss_row(struct pen *p, uint32_t link, const struct loss *loss)
{
    struct ui *ui = &p->s->ui;
    char text[48], path[64];
    bool is_chance = loss->kind == LOSS_NONE || loss->kind == LOSS_CHANCE;
    double value = loss->kind == LOSS_CHANCE ? (double)loss->chance / 1e7 : 0;
    struct rect r = {p->x + 0.3 * p->w, p->y, 0.42 * p->w, ROW_HIGH * ui->k};
    snprintf(path, sizeof path, "links.%u.loss", link);
    if (is_covered(p, path, ui_word(ui, "settings.loss"))) {
        return;
    }
    snprintf(text, sizeof text, "%g %%", value);
    label_of(p, ui_word(ui, "settings.loss"),
             is_chance ? text : ui_word(ui, "settings.as-written"));
    if (ui_slider(ui, "loss", r, 0, 50, 1, &value)) {
        snprintf(text, sizeof text, "%g %%", value);
        set(p->s, path, text, true);
    }
}

static void link_rows(struct pen *p, uint32_t i)
{
    struct shell *s = p->s;
    char id[32], title[160];
    const struct scenario_link *l = &s->session.scenario->links[i];
    snprintf(id, sizeof id, "link.%u", i);
    snprintf(title, sizeof title, "%s – %s", view_node_label(&s->ui, &s->session.trace, l->node[0]),
             view_node_label(&s->ui, &s->session.trace, l->node[1]));
    head(p, id, title, ui_word(&s->ui, "settings.link"));
    if (!is_seen(p, 3 * ROW_HIGH * s->ui.k)) {
        p->y += 3 * ROW_HIGH * s->ui.k;
        return;
    }
    const struct scenario_direction *d = &l->direction[0];
    ui_push(&s->ui, "link", i);
    rate_row(p, i, d->rate_bps);
    p->y += ROW_HIGH * s->ui.k;
    delay_row(p, i, d->delay);
    p->y += ROW_HIGH * s->ui.k;
    loss_row(p, i, &d->loss);
    p->y += ROW_HIGH * s->ui.k;
    ui_pop(&s->ui);
}

/* Values of a protocol's params. */

static bool param_quantity(const struct param *p, enum quantity *out)
{
    switch (p->kind) {
    case PARAM_COUNT: *out = QUANTITY_COUNT; return true;
    case PARAM_TIME: *out = QUANTITY_TIME; return true;
    case PARAM_BYTES: *out = QUANTITY_BYTES; return true;
    case PARAM_RATE: *out = QUANTITY_RATE; return true;
    case PARAM_CHANCE: *out = QUANTITY_CHANCE; return true;
    case PARAM_FREQUENCY: *out = QUANTITY_FREQUENCY; return true;
    case PARAM_SWITCH:
    case PARAM_CHOICE:
    case PARAM_ADDRESSES:
    case PARAM_POOL:
    case PARAM_PROTOCOL:
    case PARAM_SAYINGS:
    case PARAM_VALUES:
    case PARAM_TEXT: break;
    }
    return false;
}

/* What can be changed here: addresses, pools, texts and what is declared are for the file. */
static bool is_shown(const struct param *p)
{
    enum quantity q;
    return p->kind == PARAM_SWITCH || p->kind == PARAM_CHOICE || param_quantity(p, &q);
}

static int64_t value_of(const struct settings *given, const struct param *p)
{
    for (uint32_t i = given->count; i > 0; i--) {
        if (strcmp(given->list[i - 1].param->name, p->name) == 0) {
            return given->list[i - 1].value;
        }
    }
    return p->initial;
}

static void print_param(const struct param *p, int64_t value, char buf[48])
{
    enum quantity q;
    if (p->may_be_off && value == -1) {
        snprintf(buf, 48, "off");
    } else if (p->kind == PARAM_SWITCH) {
        snprintf(buf, 48, value ? "on" : "off");
    } else if (p->kind == PARAM_CHOICE) {
        snprintf(buf, 48, "%s", p->choices[value]);
    } else if (param_quantity(p, &q)) {
        quantity_print(value, q, buf);
    }
}

/* A switch flips, a choice goes on to the next, anything else is typed. */
static void change(struct shell *s, const char *path, const struct param *p, int64_t value)
{
    struct settings_panel *panel = &s->settings;
    if (p->kind == PARAM_SWITCH) {
        set(s, path, value ? "off" : "on", false);
        return;
    }
    if (p->kind == PARAM_CHOICE) {
        const char *next = p->choices[value + 1] ? p->choices[value + 1] : p->choices[0];
        set(s, path, next, false);
        return;
    }
    snprintf(panel->editing, sizeof panel->editing, "%s", path);
    print_param(p, value, panel->text);
    s->ui.focus = 0;
    s->ui.wants_frame = true;
}

static void field(struct pen *p, const char *path)
{
    struct settings_panel *panel = &p->s->settings;
    struct rect r = {p->x + 0.5 * p->w, p->y + 2 * p->s->ui.k, 0.5 * p->w, 30 * p->s->ui.k};
    if (!p->s->ui.focus) { /* typed into from the first picture on */
        p->s->ui.focus = ui_name(&p->s->ui, "value");
        p->s->ui.caret = strlen(panel->text);
    }
    if (ui_text_field(&p->s->ui, "value", r, panel->text, sizeof panel->text, "")) {
        char value[64];
        snprintf(value, sizeof value, "%s", panel->text);
        panel->editing[0] = '\0';
        p->s->ui.focus = 0;
        if (value[0]) {
            set(p->s, path, value, false);
        }
    }
}

static void param_row(struct pen *p, const char *path, const struct param *param, int64_t value,
                      bool is_given)
{
    struct shell *s = p->s;
    struct ui *ui = &s->ui;
    double h = ROW_HIGH * ui->k;
    char text[48] = "";
    ui_push(ui, "row", p->n++);
    if (is_seen(p, h) && !is_covered(p, path, param->name)) {
        bool is_editing = strcmp(s->settings.editing, path) == 0;
        struct rect r = {p->x - 6, p->y, p->w + 12, h};
        print_param(param, value, text);
        if (is_editing) {
            label_of(p, param->name, NULL);
            field(p, path);
        } else {
            struct ui_touch touch = ui_region(ui, "set", r, true);
            if (touch.hover || touch.focused) {
                canvas_fill_box(ui->c, r, RADIUS_CONTROL, s->theme.tint);
            }
            label_of(p, param->name, text);
            if (is_given) { /* the file says so */
                canvas_fill_circle(ui->c, p->x - 3, p->y + h / 2, 2 * ui->k, s->theme.ink);
            }
            if (touch.clicked) {
                change(s, path, param, value);
            }
        }
    }
    ui_pop(ui);
    p->y += h;
}

static bool is_given(const struct settings *given, const struct param *p)
{
    for (uint32_t i = 0; i < given->count; i++) {
        if (strcmp(given->list[i].param->name, p->name) == 0) {
            return true;
        }
    }
    return false;
}

static void param_rows(struct pen *p, const char *prefix, const struct actor_type *type,
                       const struct settings *given)
{
    for (const struct param *param = type->params; param && param->name; param++) {
        char path[96];
        if (is_shown(param)) {
            snprintf(path, sizeof path, "%s.%s", prefix, param->name);
            param_row(p, path, param, value_of(given, param), is_given(given, param));
        }
    }
}

/* Does an endpoint of that type run there, whose settings stand at the host? */
static bool runs_there(const struct shell *s, uint32_t node, const struct actor_type *type)
{
    const struct trace *t = &s->session.trace;
    for (uint32_t i = 1; i <= t->entity_count; i++) {
        if (t->entities[i].kind == ENTITY_ACTOR && t->entities[i].node == node &&
            t->entities[i].type == type) {
            return true;
        }
    }
    return false;
}

static void host_rows(struct pen *p, uint32_t node)
{
    struct shell *s = p->s;
    const struct scenario_node *n = &s->session.scenario->nodes[node];
    const struct actor_type *const *types = session_actor_types();
    for (; *types; types++) {
        char id[32], prefix[96];
        if (!(*types)->params || !runs_there(s, node, *types)) {
            continue;
        }
        snprintf(id, sizeof id, "node.%u", node);
        snprintf(prefix, sizeof prefix, "hosts.%s.%s", n->name, (*types)->name);
        head(p, id, view_node_label(&s->ui, &s->session.trace, node), (*types)->name);
        param_rows(p, prefix, *types, &n->settings);
    }
}

static void traffic_rows(struct pen *p, uint32_t i)
{
    struct shell *s = p->s;
    const struct scenario_traffic *t = &s->session.scenario->traffic[i];
    char id[32], prefix[96], title[160];
    snprintf(id, sizeof id, "traffic.%u", i);
    snprintf(prefix, sizeof prefix, "traffic.%u.%s", i, t->type->name);
    snprintf(title, sizeof title, "%s → %s", view_node_label(&s->ui, &s->session.trace, t->from),
             view_node_label(&s->ui, &s->session.trace, t->to));
    head(p, id, title, t->type->name);
    param_rows(p, prefix, t->type->source, &t->settings);
    for (const struct param *q = t->type->sink->params; q && q->name; q++) {
        char path[96];
        if (is_shown(q) && !param_find(t->type->source, q->name)) {
            snprintf(path, sizeof path, "%s.%s", prefix, q->name);
            param_row(p, path, q, value_of(&t->settings, q), is_given(&t->settings, q));
        }
    }
}

static void draw_rows(struct pen *p)
{
    const struct scenario *sc = p->s->session.scenario;
    for (uint32_t i = 0; i < sc->link_count; i++) {
        link_rows(p, i);
    }
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        traffic_rows(p, i);
    }
    for (uint32_t i = 0; i < sc->node_count; i++) {
        host_rows(p, i);
    }
}

void shell_settings(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    ui_push(ui, "settings", 0);
    struct rect in =
        part_panel(ui, r, ui_word(ui, "settings.title"), NULL, ui_word(ui, "settings.note"));
    double y = ui_scroll_begin(ui, "rows", in, s->settings.high, &s->settings.scroll);
    struct pen p = {.s = s, .r = in, .x = in.x + 8, .w = in.w - 28, .y = y};
    draw_rows(&p);
    s->settings.high = p.y - y + 16;
    s->settings.wanted[0] = '\0';
    ui_scroll_end(ui);
    ui_pop(ui);
    set_now(s);
}
