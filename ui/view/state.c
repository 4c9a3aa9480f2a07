/* The state of every end, host by host: its machines as stacked states (been, now, not yet), the
 * timer that runs as a ring, its variables; what has just changed is marked. */
#include "ui/view/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STATES_MAX 5u

static void put_in_order(struct column *columns, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        for (unsigned k = i; k > 0 && columns[k - 1].node > columns[k].node; k--) {
            struct column other = columns[k];
            columns[k] = columns[k - 1];
            columns[k - 1] = other;
        }
    }
}

/* A listener says nothing more once a connection of its kind stands on its host. */
static bool is_listening(const struct scene *s, uint32_t actor)
{
    const struct actor_type *type = s->trace->entities[actor].type;
    if (machine_count(type) == 0) {
        return false;
    }
    unsigned now = trace_state_at(s->trace, actor, 0, s->now);
    return strcmp(type->machines[0].states[now], "LISTEN") == 0;
}

/* The ends of a host that exist by now; a newer one of the same type takes a listener's place. */
static void put_actor(const struct scene *s, struct column *c, uint32_t actor)
{
    const struct entity *all = s->trace->entities;
    for (unsigned i = 0; i < c->actor_count; i++) {
        if (all[c->actors[i]].type == all[actor].type && is_listening(s, c->actors[i])) {
            c->actors[i] = actor;
            return;
        }
    }
    if (c->actor_count < sizeof c->actors / sizeof *c->actors) {
        c->actors[c->actor_count++] = actor;
    }
}

/* What has neither states nor variables (ARP) says nothing beside what has. */
static void drop_silent(const struct scene *s, struct column *c)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < c->actor_count; i++) {
        const struct actor_type *type = s->trace->entities[c->actors[i]].type;
        if (machine_count(type) > 0 || var_count(type) > 0) {
            c->actors[kept++] = c->actors[i];
        }
    }
    c->actor_count = kept > 0 ? kept : c->actor_count;
}

static unsigned columns_of(const struct scene *s, struct column *out)
{
    unsigned count = 0;
    uint32_t by_now = trace_first_after(s->trace, s->now);
    for (uint32_t i = 0; s->film && i < s->film->actor_count; i++) {
        uint32_t actor = s->film->actors[i], node = entity_node(s->trace, actor);
        unsigned at = 0;
        while (at < count && out[at].node != node) {
            at++;
        }
        if (at == count && count == COLUMNS_MAX) {
            continue;
        }
        count += at == count;
        out[at].node = node;
        if (out[at].actor_count == 0 || s->trace->entities[actor].born < by_now) {
            put_actor(s, &out[at], actor);
        }
    }
    put_in_order(out, count);
    for (unsigned i = 0; i < count; i++) {
        drop_silent(s, &out[i]);
    }
    return count;
}

static bool was_in(const struct scene *s, uint32_t actor, unsigned machine, unsigned state)
{
    struct list l = trace_of_subject(s->trace, REC_STATE, actor, machine, 0);
    for (uint32_t i = 0; i < l.count; i++) {
        const struct record *r = trace_record(s->trace, l.at[i]);
        if (r->at > s->now) {
            break;
        }
        if ((r->code & 0xffu) == state || r->value == (int64_t)state) {
            return true;
        }
    }
    return l.count == 0 && state == 0;
}

/* The state that comes after the present one: as the run goes on, or, if that is hidden, as the
 * table allows. */
static unsigned next_state(const struct scene *s, uint32_t actor, unsigned machine, unsigned now)
{
    struct list l = trace_of_subject(s->trace, REC_STATE, actor, machine, 0);
    for (uint32_t i = 0; i < l.count && !s->player->hides_future; i++) {
        const struct record *r = trace_record(s->trace, l.at[i]);
        if (r->at > s->now) {
            return r->code & 0xffu;
        }
    }
    const struct machine_edge *e = s->trace->entities[actor].type->machines[machine].edges;
    while (e && e->from >= 0 && e->from != (int)now) {
        e++;
    }
    return e && e->from >= 0 ? (unsigned)e->to : now;
}

/* The states to show, in order: all of a small machine; of a large one before, now and next. */
static unsigned states_shown(const struct scene *s, uint32_t actor, unsigned machine, unsigned *out)
{
    const struct actor_type *type = s->trace->entities[actor].type;
    unsigned all = state_count(type->machines[machine].states), count = 0;
    for (unsigned i = 0; i < all && all <= STATES_MAX; i++) {
        out[count++] = i;
    }
    if (count) {
        return count;
    }
    unsigned now = trace_state_at(s->trace, actor, machine, s->now);
    uint32_t last = trace_subject_at(s->trace, REC_STATE, actor, machine, 0, s->now);
    unsigned before = last ? (unsigned)trace_record(s->trace, last)->value : now;
    unsigned next = next_state(s, actor, machine, now);
    if (before != now) {
        out[count++] = before;
    }
    out[count++] = now;
    if (next != now) {
        out[count++] = next;
    }
    return count;
}

static double row_height(const struct pen *p)
{
    return 31 * p->ui->k;
}

/* What an end without states does, in words; NULL: it has states, or another says the same. */
static const char *note_of(const struct pen *p, const struct column *c, unsigned i)
{
    const struct trace *t = p->s->trace;
    const char *note =
        machine_count(t->entities[c->actors[i]].type) ? NULL : actor_note(p->ui, t, c->actors[i]);
    for (unsigned k = 0; note && k < i; k++) {
        const char *before = note_of(p, c, k);
        note = before && strcmp(before, note) == 0 ? NULL : note;
    }
    return note;
}

static double note_height(const struct pen *p, const char *note, double width)
{
    return fmax(
               canvas_paragraph_height(p->ui->c, theme_font(p->ui->theme, TYPE_LABEL), width, note),
               16 * p->ui->k) +
           6 * p->ui->k;
}

static double stack_height(const struct pen *p, const struct column *c, double width)
{
    double h = 0;
    for (unsigned i = 0; i < c->actor_count; i++) {
        unsigned states[STATES_MAX];
        const struct actor_type *type = p->s->trace->entities[c->actors[i]].type;
        if (machine_count(type)) {
            h += states_shown(p->s, c->actors[i], 0, states) * row_height(p) + 6 * p->ui->k;
        }
        if (note_of(p, c, i)) {
            h += note_height(p, note_of(p, c, i), width);
        }
    }
    return h;
}

/* The way from the state before to the present one: an ink arrow on a marker stroke. */
static void draw_transition(const struct pen *p, double x, double from, double to)
{
    struct canvas *c = p->ui->c;
    const struct theme *t = p->ui->theme;
    double left = x - 9 * p->ui->k, end = x - 1;
    struct point way[] = {{x, from}, {left, from}, {left, to}, {end, to}};
    canvas_polyline(c, way, 4, (struct stroke){.width = 6 * p->ui->k, .cap = CAP_ROUND}, t->marker);
    way[3].x = end - 4 * p->ui->k;
    canvas_polyline(c, way, 4, (struct stroke){.width = 1.6 * p->ui->k, .cap = CAP_ROUND},
                    t->on_marker);
    canvas_arrow_head(c, end + 1, to, 1, 0, 7 * p->ui->k, t->on_marker);
}

static double draw_machine(const struct pen *p, uint32_t actor, unsigned machine, struct rect r)
{
    unsigned states[STATES_MAX], now = trace_state_at(p->s->trace, actor, machine, p->s->now);
    const struct machine *m = &p->s->trace->entities[actor].type->machines[machine];
    unsigned count = states_shown(p->s, actor, machine, states);
    uint32_t last = trace_subject_at(p->s->trace, REC_STATE, actor, machine, 0, p->s->now);
    bool is_news = actor_is_news(p->s, last);
    double from = -1, to = -1, step = row_height(p), h = 23 * p->ui->k;
    for (unsigned i = 0; i < count; i++) {
        bool is_now = states[i] == now, was = is_now || was_in(p->s, actor, machine, states[i]);
        struct rect box = {r.x, r.y + i * step, r.w, h};
        if (i + 1 < count) {
            bool goes_on = was && was_in(p->s, actor, machine, states[i + 1]);
            canvas_vline(p->ui->c, box.x + 12 * p->ui->k, box.y + h, box.y + step, 2 * p->ui->k,
                         goes_on ? p->ui->theme->ink : p->ui->theme->wire);
        }
        part_state(p->ui, box, m->states[states[i]],
                   is_now ? STATE_CURRENT
                   : was  ? STATE_VISITED
                          : STATE_NOT_YET);
        to = is_now ? box.y + h / 2 : to;
        bool is_from = is_news && trace_record(p->s->trace, last)->value == (int64_t)states[i];
        from = is_from ? box.y + h / 2 : from;
    }
    if (is_news && from >= 0 && to >= 0 && from != to) {
        draw_transition(p, r.x, from, to);
    }
    return count * step + 6 * p->ui->k;
}

static void draw_column(const struct pen *p, const struct column *c, unsigned index, struct rect r,
                        double stacks)
{
    struct ui *ui = p->ui;
    const char *label = p->s->trace->nodes[c->node].label[ui->lang];
    struct font bold = theme_font(ui->theme, TYPE_TITLE);
    canvas_text_in(ui->c, bold, rect_cut_top(&r, 26 * ui->k), ALIGN_LEFT, ui->theme->ink, label);
    bool is_narrow = r.w < 215 * ui->k; /* names of states come first */
    double radius = (is_narrow ? 16 : 21) * ui->k, margin = 11 * ui->k;
    double y = r.y, ring = r.x + r.w - (is_narrow ? 20 : 38) * ui->k;
    double w = fmin(140 * ui->k, r.w - (is_narrow ? 42 : 88) * ui->k);
    for (unsigned i = 0; i < c->actor_count; i++) {
        const struct actor_type *type = p->s->trace->entities[c->actors[i]].type;
        double top = y;
        if (machine_count(type)) {
            y += draw_machine(p, c->actors[i], 0, (struct rect){r.x + margin, y, w - margin, 0});
        }
        const char *note = note_of(p, c, i);
        if (note) {
            double high = note_height(p, note, r.w);
            canvas_paragraph(ui->c, theme_font(ui->theme, TYPE_LABEL),
                             (struct rect){r.x, y - 2 * ui->k, r.w, high}, ui->theme->ink3, note);
            y += high;
        }
        double middle = fmax(top + 22 * ui->k, (top + y) / 2 - 16 * ui->k);
        if (machine_count(type)) {
            actor_draw_ring(ui, p->s, c->actors[i], ring, middle, radius);
        }
    }
    rect_cut_top(&r, stacks + (stacks > 0 ? 8 * ui->k : 0));
    state_vars(p, c, index, r);
}

/* Projector: each end that has states as a ring and the present state, large and alone. */
static void draw_large(const struct pen *p, const struct column *columns, unsigned count,
                       struct rect r)
{
    struct ui *ui = p->ui;
    double k = ui->k, w = r.w / count, y = r.y + r.h / 2;
    for (unsigned i = 0; i < count; i++) {
        uint32_t actor = columns[i].actors[0];
        const struct actor_type *type = p->s->trace->entities[actor].type;
        double x = r.x + i * w;
        char text[96];
        if (!machine_count(type)) {
            continue;
        }
        view_format(ui, text, sizeof text, "machine.of", "node",
                    node_short(p->s->trace, columns[i].node, ui->lang), NULL);
        text[text_close_gaps(text, strlen(text))] = '\0';
        unsigned now = trace_state_at(p->s->trace, actor, 0, p->s->now);
        const char *state = type->machines[0].states[now];
        double words =
            fmax(ui_text_width(ui, TYPE_BODY, text), ui_text_width(ui, TYPE_TAG, state) + 16 * k);
        if (actor_wait(p->s, actor).name && 78 * k + words < w) {
            actor_draw_ring(ui, p->s, actor, x + 34 * k, y - 10 * k, 21 * k);
            x += 78 * k;
        }
        double room = r.x + (i + 1) * w - x - 10 * k;
        char cut[48];
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_BODY),
                       (struct rect){x, y - 28 * k, room, 22 * k}, ALIGN_LEFT, ui->theme->ink2,
                       text);
        part_state_tag(ui, x, y + 10 * k, ALIGN_LEFT,
                       text_ellipsis(ui->fonts, theme_font(ui->theme, TYPE_TAG), state,
                                     room - 16 * k, cut, sizeof cut),
                       true, 1);
    }
}

static void draw_state(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct column large[COLUMNS_MAX] = {0};
    if (ui->k > 1) {
        struct rect in = part_panel(ui, area, NULL, NULL, NULL);
        draw_large(&(struct pen){ui, s, self}, large, columns_of(s, large), in);
        return;
    }
    char time[32], note[64];
    view_format(ui, note, sizeof note, "machine.at", "time", view_time_unit(s->now, time), NULL);
    struct rect r = part_panel(ui, area, ui_word(ui, "view.state"), note, NULL);
    struct column columns[COLUMNS_MAX] = {0};
    struct pen p = {ui, s, self};
    unsigned count = columns_of(s, columns);
    if (count == 0) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * ui->k, ui->theme->ink3, ui_word(ui, "machine.none"));
        return;
    }
    double stacks = 0, gap = 16 * ui->k, w = (r.w - (count - 1) * gap) / count;
    for (unsigned i = 0; i < count; i++) {
        stacks = fmax(stacks, stack_height(&p, &columns[i], w));
    }
    canvas_clip(ui->c, (struct rect){area.x, r.y, area.w, r.h + SIZE_PADDING - 2});
    for (unsigned i = 0; i < count; i++) {
        double x = r.x + i * (w + gap);
        draw_column(&p, &columns[i], i, (struct rect){x, r.y, w, r.h}, stacks);
        if (i + 1 < count) {
            canvas_vline(ui->c, x + w + gap / 2, r.y, r.y + r.h, STROKE_BORDER, ui->theme->hair);
        }
    }
    canvas_unclip(ui->c);
}

const struct view view_state = {
    .name = "state", .title_key = "view.state", .size = sizeof(struct states), .draw = draw_state};
