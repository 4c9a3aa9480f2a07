/* The variables of an end: names, values, and what has just changed. */
#include "ui/view/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const first_vars[] = {"snd.una", "snd.nxt", "rcv.nxt", "rto"};
#define FIRST_VARS (sizeof first_vars / sizeof *first_vars)

/* A row of the table: name, value, and whether it has just changed. */
static void draw_row(const struct pen *p, struct rect r, const char *name, const char *value,
                     bool is_news)
{
    struct ui *ui = p->ui;
    const struct theme *t = ui->theme;
    struct font left = theme_font(t, TYPE_CODE), right = theme_font(t, TYPE_VALUE);
    left.px = fmax(11, left.px - 1);
    canvas_hline(ui->c, r.x, r.x + r.w, r.y, STROKE_GRID, t->hair2);
    struct rect room = r; /* the value comes first */
    room.w = fmax(r.w - text_width(ui->fonts, right, value) - 8 * ui->k, 0);
    if (room.w > 12 * ui->k) {
        canvas_text_in(ui->c, left, room, ALIGN_LEFT, t->ink3, name);
    }
    if (is_news) {
        double w = text_width(ui->fonts, right, value) + 10 * ui->k;
        canvas_fill_box(
            ui->c, (struct rect){r.x + r.w - w + 5 * ui->k, r.y + 3 * ui->k, w, r.h - 5 * ui->k},
            4 * ui->k, t->marker);
    }
    canvas_text_in(ui->c, right, r, ALIGN_RIGHT, is_news ? t->on_marker : t->ink, value);
}

/* "SND.UNA" where the standard writes it so. */
static const char *var_label(const struct pen *p, uint32_t actor, const struct var *v)
{
    char key[96];
    snprintf(key, sizeof key, "var.%s.%s", p->s->trace->entities[actor].type->name, v->name);
    const char *word = word_find(p->ui->lang, key);
    return word ? word : v->name;
}

/* Sequence numbers as the reader wants them: those of the own side, or of the other. */
static int64_t shown_value(const struct scene *s, uint32_t actor, const struct var *v,
                           int64_t value)
{
    bool is_own = strcmp(v->name, "snd.una") == 0 || strcmp(v->name, "snd.nxt") == 0;
    int64_t base = 0;
    if (s->is_relative && (is_own || strcmp(v->name, "rcv.nxt") == 0) &&
        actor_var(s, actor, is_own ? "iss" : "irs", &base)) {
        return (int64_t)(uint32_t)(value - base);
    }
    return value;
}

/* The other side has not told its numbers yet. */
static bool is_unheard(const struct scene *s, uint32_t actor, const struct var *v)
{
    int64_t start, value;
    return strcmp(v->name, "rcv.nxt") == 0 && actor_var(s, actor, "irs", &start) && start == 0 &&
           actor_var(s, actor, v->name, &value) && value == 0;
}

/* A first reading is no change, nor is what the same instant adds to it. */
static bool is_first(const struct trace *t, uint32_t actor, unsigned var, uint32_t record)
{
    struct list l = trace_of_subject(t, REC_VAR, actor, var, 0);
    return l.count > 0 && record != 0 &&
           trace_record(t, l.at[0])->at == trace_record(t, record)->at;
}

static void draw_var(const struct pen *p, uint32_t actor, unsigned var, struct rect r)
{
    const struct var *v = &p->s->trace->entities[actor].type->vars[var];
    uint32_t record = trace_subject_at(p->s->trace, REC_VAR, actor, var, 0, p->s->now);
    char text[32] = "–";
    if (record && !is_unheard(p->s, actor, v)) {
        value_print(shown_value(p->s, actor, v, trace_record(p->s->trace, record)->value), v->unit,
                    text);
    }
    view_blank(p->s, text, sizeof text);
    bool is_news = record != 0 && actor_is_news(p->s, record);
    draw_row(p, r, var_label(p, actor, v), text,
             is_news && !is_first(p->s->trace, actor, var, record));
}

/* The machines beside the first (congestion …) have a row each, with the state they are in. */
static void draw_state_row(const struct pen *p, uint32_t actor, unsigned machine, struct rect r)
{
    const struct machine *m = &p->s->trace->entities[actor].type->machines[machine];
    unsigned now = trace_state_at(p->s->trace, actor, machine, p->s->now);
    uint32_t record = trace_subject_at(p->s->trace, REC_STATE, actor, machine, 0, p->s->now);
    draw_row(p, r, m->name, m->states[now], actor_is_news(p->s, record));
}

static unsigned row_count(const struct pen *p, const struct column *c)
{
    unsigned rows = 0;
    for (unsigned i = 0; i < c->actor_count; i++) {
        const struct actor_type *type = p->s->trace->entities[c->actors[i]].type;
        rows += var_count(type) + (machine_count(type) > 1 ? machine_count(type) - 1 : 0);
    }
    return rows;
}

/* Place of a variable in the table: those that every textbook has come first. */
static unsigned rank_of(const struct actor_type *type, unsigned var)
{
    for (unsigned i = 0; i < FIRST_VARS; i++) {
        if (strcmp(type->vars[var].name, first_vars[i]) == 0) {
            return i;
        }
    }
    return FIRST_VARS + var;
}

static void draw_table(const struct pen *p, const struct column *c, struct rect r)
{
    for (unsigned i = 0; i < c->actor_count; i++) {
        const struct actor_type *type = p->s->trace->entities[c->actors[i]].type;
        unsigned count = var_count(type);
        for (unsigned rank = 0; rank < count + FIRST_VARS; rank++) {
            for (unsigned v = 0; v < count; v++) {
                if (rank_of(type, v) == rank) {
                    draw_var(p, c->actors[i], v, r);
                    r.y += r.h;
                }
            }
        }
        for (unsigned m = 1; m < machine_count(type); m++, r.y += r.h) {
            draw_state_row(p, c->actors[i], m, r);
        }
    }
}

/* Scrolled if there are more rows than room; the edge of the marker needs the 5 pixels at the
 * right.
 */
void state_vars(const struct pen *p, const struct column *c, unsigned index, struct rect r)
{
    double step = 24 * p->ui->k, content = row_count(p, c) * step;
    char name[16];
    snprintf(name, sizeof name, "vars.%u", index);
    double bar = content > r.h ? 8 * p->ui->k : 0;
    double y = ui_scroll_begin(p->ui, name, r, content, &p->self->scroll[index]);
    draw_table(p, c, (struct rect){r.x, y, r.w - 5 * p->ui->k - bar, step});
    ui_scroll_end(p->ui);
}
