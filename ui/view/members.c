/* Who takes part, and when each reports: a row for every RTCP endpoint with its reports over the
 * run, the wait until the next one, how many members it counts, and the interval that comes of them
 * (RFC 3550 6.2, 6.3). */
#include "ui/parts.h"
#include "ui/view/actors.h"
#include "ui/view/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_W      132.0
#define SIDE_W      66.0
#define HEAD_H      20.0
#define AXIS_H      26.0
#define ROW         38.0
#define ROW_MOST    120.0 /* with a curve below the reports */
#define CURVE_LEAST 64.0
#define ROW_LOW     14.0 /* below this a row has no words */

struct members_view {
    double scroll;
};

struct rows {
    struct ui *ui;
    const struct scene *s;
    const struct media *m;
    struct rect plot;
    sim_time end;
    double row;
};

static double at_x(const struct rows *v, sim_time t)
{
    return v->plot.x + v->plot.w * (double)t / fmax(1, (double)v->end);
}

static void draw_axis(const struct rows *v, double bottom)
{
    struct ui *ui = v->ui;
    sim_time unit = view_unit(v->end);
    sim_time step = view_step((double)v->end / fmax(2, v->plot.w / 70 / ui->k));
    double now = at_x(v, v->s->now), k = ui->k;
    char text[32];

    for (sim_time t = 0; t <= v->end; t += step) {
        double x = at_x(v, t);
        canvas_vline(ui->c, x, v->plot.y, bottom, STROKE_GRID, ui->theme->hair2);
        if (fabs(x - now) > 30 * k) {
            view_time(t, unit, step, text);
            ui_text_center(ui, TYPE_AXIS, x, bottom + 17 * k, ui->theme->ink3, text);
        }
    }
    canvas_vline(ui->c, now, v->plot.y - 3 * k, bottom + 4 * k, STROKE_LIFELINE * k,
                 ui->theme->ink);
    view_time(v->s->now, unit, unit / 10, text);
    double w = ui_text_width(ui, TYPE_AXIS, text) + 14 * k;
    struct rect flag = {now - w / 2, bottom + 4 * k, w, 20 * k};
    canvas_fill_box(ui->c, flag, 4 * k, ui->theme->ink);
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), flag, ALIGN_CENTER, ui->theme->panel,
                   text);
}

static int timer_of(const struct actor_type *type, const char *name)
{
    for (unsigned i = 0; i < timer_count(type); i++) {
        if (strcmp(type->timers[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* The wait under way: hatched as far as it has gone, its planned end outlined. */
static void draw_wait(const struct rows *v, const struct media_member *m, double y, double h)
{
    const struct trace *t = v->s->trace;
    struct ui *ui = v->ui;
    int timer = timer_of(t->entities[m->entity].type, "report");
    sim_time armed = 0, due = SIM_NEVER, last = 0;

    if (timer >= 0) {
        due = trace_timer_at(t, m->entity, (unsigned)timer, 0, v->s->now, &armed);
    }
    for (uint32_t i = 0; i < m->sent_count && m->sent[i].at <= v->s->now; i++) {
        last = m->sent[i].at;
    }
    if (due == SIM_NEVER) {
        return;
    }
    double x0 = at_x(v, last), x1 = fmin(at_x(v, due), v->plot.x + v->plot.w);
    double gone = at_x(v, v->s->now);
    struct rect whole = {x0, y - h / 2, fmax(x1 - x0, 2), h};
    canvas_begin(ui->c);
    canvas_box(ui->c, (struct rect){x0, y - h / 2, fmax(gone - x0, 1), h}, 0);
    canvas_hatch(ui->c, ui->theme->loss.fill, 5 * ui->k, 1.1 * ui->k);
    canvas_dash_box(ui->c, whole, 2 * ui->k,
                    (struct stroke){.width = 1.2 * ui->k, .on = 3 * ui->k, .off = 3 * ui->k},
                    ui->theme->loss.fill);
}

static void draw_sent(const struct rows *v, const struct media_member *m, double y, double h)
{
    struct ui *ui = v->ui;
    double last = -INFINITY, k = ui->k;
    char buf[24];

    for (uint32_t i = 0; i < m->sent_count && m->sent[i].at <= v->s->now; i++) {
        double x = at_x(v, m->sent[i].at);
        struct capsule c = view_capsule(v->s, m->sent[i].packet, fmin(16, h / k), buf);
        double w = capsule_width(ui, &c);
        bool has_room = h >= ROW_LOW * k && x - w / 2 > last;
        if (has_room) {
            struct rect box = capsule_draw(ui, x, y, &c);
            last = x + w / 2 + 2;
            if (ui_hovers(ui, box)) {
                v->s->wish->hovered = m->sent[i].packet;
                v->s->wish->has_packet = ui->in.pressed;
                v->s->wish->packet = ui->in.pressed ? m->sent[i].packet : v->s->wish->packet;
            }
        } else {
            canvas_vline(ui->c, x, y - h / 2, y + h / 2, 2 * k, ui->theme->report.fill);
        }
    }
}

/* The flow that it belongs to, where others stand on the same host; "": none does. */
static const char *flow_of(const struct rows *v, const struct media_member *m)
{
    const struct trace *t = v->s->trace;
    uint32_t node = entity_node(t, m->entity), flow = t->entities[m->entity].flow;

    for (uint32_t i = 0; i < v->m->member_count; i++) {
        const struct media_member *other = &v->m->members[i];
        if (other != m && entity_node(t, other->entity) == node && flow) {
            return t->flows[flow].name;
        }
    }
    return "";
}

static void draw_name(const struct rows *v, const struct media_member *m, struct rect r)
{
    struct ui *ui = v->ui;
    const char *name = view_node_label(ui, v->s->trace, entity_node(v->s->trace, m->entity));
    double w = fmin(ui_text_width(ui, TYPE_TITLE, name), r.w);

    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), r, ALIGN_LEFT, ui->theme->ink, name);
    struct rect rest = {r.x + w + 6 * ui->k, r.y, r.w - w - 6 * ui->k, r.h};
    if (rest.w > 20 * ui->k) {
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), rest, ALIGN_LEFT, ui->theme->ink3,
                       flow_of(v, m));
    }
}

/* Members, and of them senders, as this endpoint counts them; the interval it reckons with. */
static void draw_words(const struct rows *v, const struct media_member *m, double y)
{
    struct ui *ui = v->ui;
    const struct theme *t = ui->theme;
    double k = ui->k, x = v->plot.x - NAME_W * k;
    int64_t members = 0, senders = 0, interval = 0;
    char n[16], of[16], text[48], length[32];
    struct rect name = {x, y - 16 * k, NAME_W * k - 8 * k, 16 * k}, note = name;

    actor_var(v->s, m->entity, "members", &members);
    actor_var(v->s, m->entity, "senders", &senders);
    actor_var(v->s, m->entity, "interval", &interval);
    snprintf(n, sizeof n, "%lld", (long long)members);
    snprintf(of, sizeof of, "%lld", (long long)senders);
    view_format(ui, text, sizeof text, "members.count", "n", n, "senders", of, NULL);
    bool has_note = v->row >= 30 * k;
    name.y += has_note ? 0 : 8 * k;
    draw_name(v, m, name);
    note.y += 16 * k;
    if (has_note) {
        canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), note, ALIGN_LEFT, t->ink3,
                       view_blank(v->s, text, sizeof text));
    }
    struct rect side = {v->plot.x + v->plot.w + 8 * k, y - 8 * k, SIDE_W * k - 8 * k, 16 * k};
    canvas_text_in(ui->c, theme_font(t, TYPE_CODE), side, ALIGN_RIGHT, t->ink2,
                   view_blank(v->s, view_length(interval, length), sizeof length));
}

static int var_of(const struct actor_type *type, const char *name)
{
    for (unsigned i = 0; i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* How many members it counted, as a filled step curve up to now; the scale is that of the whole
 * run. */
static void draw_curve(const struct rows *v, const struct media_member *m, struct rect r)
{
    const struct trace *t = v->s->trace;
    struct ui *ui = v->ui;
    int var = var_of(t->entities[m->entity].type, "members");
    struct list all =
        var < 0 ? (struct list){0} : trace_of_subject(t, REC_VAR, m->entity, (unsigned)var, 0);
    int64_t most = 2;
    char text[16];

    if (all.count == 0 || trace_record(t, all.at[0])->at > v->s->now) {
        return;
    }
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *rec = trace_record(t, all.at[i]);
        most = rec->value > most ? rec->value : most;
    }
    canvas_begin(ui->c);
    double bottom = r.y + r.h, y = bottom;
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *rec = trace_record(t, all.at[i]);
        double x = at_x(v, rec->at);
        if (rec->at > v->s->now) {
            break;
        }
        if (i == 0) {
            canvas_move(ui->c, x, bottom);
        } else {
            canvas_to(ui->c, x, y);
        }
        y = bottom - r.h * fmin((double)rec->value / (double)most, 1);
        canvas_to(ui->c, x, y);
    }
    canvas_to(ui->c, at_x(v, v->s->now), y);
    canvas_stroke(ui->c, ui->theme->report.fill, (struct stroke){.width = 2 * ui->k});
    canvas_to(ui->c, at_x(v, v->s->now), bottom);
    canvas_close(ui->c);
    canvas_fill(ui->c, color_fade(ui->theme->report.fill, 0.16));
    snprintf(text, sizeof text, "%lld", (long long)most);
    ui_text_right(ui, TYPE_AXIS, r.x - 5 * ui->k, r.y + 8 * ui->k, ui->theme->ink3, text);
    ui_text_right(ui, TYPE_AXIS, r.x - 5 * ui->k, r.y + r.h, ui->theme->ink3, "0");
}

static void draw_row(const struct rows *v, const struct media_member *m, double top)
{
    double k = v->ui->k, upper = v->row >= CURVE_LEAST * k ? ROW * k : v->row;
    double y = top + upper / 2, h = fmin(18 * k, 0.7 * upper);

    if (upper < v->row) {
        draw_curve(v, m, (struct rect){v->plot.x, top + upper, v->plot.w, v->row - upper - 8 * k});
    }

    canvas_hline(v->ui->c, v->plot.x, v->plot.x + v->plot.w, top + v->row, STROKE_GRID,
                 v->ui->theme->hair2);
    draw_wait(v, m, y, h);
    draw_sent(v, m, y, h);
    if (v->row >= ROW_LOW * k) {
        draw_words(v, m, y);
    }
}

static void draw_heads(const struct rows *v, double y)
{
    struct ui *ui = v->ui;
    double k = ui->k;
    struct rect side = {v->plot.x + v->plot.w + 8 * k - 30 * k, y, SIDE_W * k + 22 * k, HEAD_H * k};

    double interval = ui_text_width(ui, TYPE_LABEL, ui_word(ui, "members.interval"));
    struct rect words = {v->plot.x, y, side.x + side.w - interval - 8 * k - v->plot.x, HEAD_H * k};
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), words, ALIGN_LEFT, ui->theme->ink3,
                   ui_word(ui, "members.reports"));
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), side, ALIGN_RIGHT, ui->theme->ink3,
                   ui_word(ui, "members.interval"));
}

static void draw_members(void *memory, struct ui *ui, const struct scene *s, struct rect area)
{
    struct members_view *self = memory;
    struct rows v = {.ui = ui, .s = s, .m = &s->film->media, .end = s->player->axis->end};
    double k = ui->k;
    struct rect r =
        part_panel(ui, area, ui_word(ui, "members.title"), ui_word(ui, "members.note"), NULL);

    if (v.m->member_count == 0) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * k, ui->theme->ink2, ui_word(ui, "members.none"));
        return;
    }
    r.h += SIZE_PADDING / 2;
    rect_cut_bottom(&r, AXIS_H * k);
    struct rect head = rect_cut_top(&r, HEAD_H * k);
    v.row = fmin(fmax(r.h / v.m->member_count, 22 * k), ROW_MOST * k);
    double content = v.row * v.m->member_count;
    v.plot = (struct rect){r.x + NAME_W * k, r.y, r.w - (NAME_W + SIDE_W) * k, fmin(content, r.h)};
    draw_heads(&v, head.y);
    double bottom = v.plot.y + v.plot.h;
    draw_axis(&v, bottom);
    double y = ui_scroll_begin(ui, "members", (struct rect){r.x, r.y, r.w, v.plot.h}, content,
                               &self->scroll);
    for (uint32_t i = 0; i < v.m->member_count; i++) {
        double top = y + i * v.row;
        if (top + v.row >= r.y && top <= bottom) {
            draw_row(&v, &v.m->members[i], top);
        }
    }
    ui_scroll_end(ui);
}

const struct view view_members = {.name = "members",
                                  .title_key = "view.members",
                                  .size = sizeof(struct members_view),
                                  .draw = draw_members};
