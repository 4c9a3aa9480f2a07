/* The diagram of a protocol's states (RFC 9293 figure 5 for TCP): where each end stands, which ways
 * they took, the way just taken. An end is a disc with a letter on its state. */

#include "ui/view/machine_picture.h"

#include "ui/view/actors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What was gone through. */

static int route_of(const struct diagram *d, unsigned from, unsigned to)
{
    for (unsigned i = 0; i < d->route_count; i++) {
        if (d->routes[i].from == from && d->routes[i].to == to) {
            return (int)i;
        }
    }
    return -1;
}

static void follow_end(struct machine_picture *p, unsigned end, uint32_t last)
{
    struct end *e = &p->ends[end];
    const struct trace *t = p->s->trace;
    struct list l = trace_of_subject(t, REC_STATE, e->actor, p->which, 0);

    e->state = trace_state_at(t, e->actor, p->which, p->s->now);
    for (uint32_t i = 0; i < l.count; i++) {
        const struct record *r = trace_record(t, l.at[i]);
        int route = route_of(&p->d, (unsigned)r->value, r->code & 0xffu);

        if (r->at > p->s->now) {
            break;
        }
        e->is_back = true;
        if (route >= 0) {
            p->taken[route] |= (uint8_t)(1u << end);
            p->is_new[route] =
                p->is_new[route] || (last != 0 && r->at == p->news && r->where == e->actor &&
                                     trace_record(t, last)->where == e->actor);
        }
    }
}

static void follow(struct machine_picture *p)
{
    uint32_t last = 0; /* the latest change of either end, if it is news */

    p->news = -1;
    for (unsigned i = 0; i < p->end_count; i++) {
        uint32_t r =
            trace_subject_at(p->s->trace, REC_STATE, p->ends[i].actor, p->which, 0, p->s->now);

        last = r > last && actor_is_news(p->s, r) ? r : last;
    }
    if (last != 0) {
        p->news = trace_record(p->s->trace, last)->at;
    }
    for (unsigned i = 0; i < p->end_count; i++) {
        follow_end(p, i, last);
    }
}

static bool was_in(const struct machine_picture *p, unsigned end, const struct diagram_box *box)
{
    for (unsigned i = 0; i < p->d.route_count; i++) {
        const struct diagram_route *r = &p->d.routes[i];
        bool is_there =
            box->is_last ? r->to == box->state
                         : r->from == box->state ||
                               (r->to == box->state && diagram_box_of(&p->d, r->to, true) == box);

        if ((p->taken[i] & 1u << end) && is_there) {
            return true;
        }
    }
    return false;
}

/* Drawing. */

#define LABELS_MAX 64u

struct labels { /* where they stand */
    struct rect rect[LABELS_MAX];
    unsigned count;
};

static bool overlap(struct rect a, struct rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void trace_route(struct canvas *c, const struct diagram_route *r)
{
    canvas_begin(c);
    canvas_move(c, r->p[0].x, r->p[0].y);
    if (r->is_curve) {
        canvas_curve(c, r->p[1].x, r->p[1].y, r->p[2].x, r->p[2].y, r->p[3].x, r->p[3].y);
        return;
    }
    for (unsigned i = 1; i < r->count; i++) {
        canvas_to(c, r->p[i].x, r->p[i].y);
    }
}

/* The way ends a little before the box, under its arrow head. */
static void draw_route(const struct machine_picture *p, unsigned i)
{
    struct ui *ui = p->ui;
    struct diagram_route r = p->d.routes[i];
    struct point tip = r.p[r.count - 1], before = r.p[r.count - 2];
    double k = ui->k, len = fmax(hypot(tip.x - before.x, tip.y - before.y), 0.1);
    struct point step = {(tip.x - before.x) / len, (tip.y - before.y) / len};
    bool is_taken = p->taken[i] != 0, is_dashed = p->taken[i] == 2;
    struct color color = is_taken ? ui->theme->ink : ui->theme->ink3;
    struct stroke s = {.width = (is_taken ? 2.2 : 1.4) * k};

    if (is_dashed) {
        s.on = 6 * k;
        s.off = 4 * k;
    }
    tip.x -= step.x * k;
    tip.y -= step.y * k;
    r.p[r.count - 1] = (struct point){tip.x - step.x * 6 * k, tip.y - step.y * 6 * k};
    trace_route(ui->c, &r);
    if (p->is_new[i]) {
        canvas_stroke(ui->c, ui->theme->marker, (struct stroke){.width = 8 * k, .cap = CAP_ROUND});
        color = ui->theme->name == THEME_DARK ? ui->theme->on_marker : ui->theme->ink;
    }
    canvas_stroke(ui->c, color, s);
    canvas_arrow_head(ui->c, tip.x, tip.y, step.x, step.y, (is_taken ? 9 : 7.5) * k,
                      p->is_new[i] ? ui->theme->ink : color);
}

/* A name of what is sent: "ACK" is a bare one, all else controls. */
static struct capsule sent_capsule(const char *name, enum packet_kind kind)
{
    bool is_tcp = kind == PACKET_CONTROL;

    return (struct capsule){.kind = is_tcp && strcmp(name, "ACK") == 0   ? PACKET_ACK
                                    : is_tcp && strcmp(name, "RST") == 0 ? PACKET_RESET
                                                                         : kind,
                            .label = name,
                            .h = 16,
                            .no_rim = true};
}

/* "SYN+ACK" as on a capsule. */
static void plus_to_space(char *s)
{
    for (; *s; s++) {
        *s = *s == '+' ? ' ' : *s;
    }
}

/* "close / FIN": what happens, and what is sent; "/ ACK": what is sent or heard, alone. */
static void split_label(const char *text, char event[64], char sent[32])
{
    bool is_bare = strncmp(text, "/ ", 2) == 0;
    const char *slash = strstr(text, " / ");
    size_t len = is_bare ? 0 : slash ? (size_t)(slash - text) : strlen(text);

    snprintf(event, 64, "%.*s", (int)len, text);
    snprintf(sent, 32, "%s", is_bare ? text + 2 : slash ? slash + 3 : "");
    plus_to_space(event);
    plus_to_space(sent);
}

/* Over no box, and over no label that stands already. */
static bool is_free(const struct machine_picture *p, struct rect r, const struct labels *all)
{
    bool is = true;

    for (unsigned i = 0; i < p->d.box_count; i++) {
        is = is && !overlap(p->d.boxes[i].rect, r);
    }
    for (unsigned i = 0; i < all->count; i++) {
        is = is && !overlap(all->rect[i], r);
    }
    return is;
}

static void draw_label(const struct machine_picture *p, unsigned i, struct labels *all)
{
    struct ui *ui = p->ui;
    const struct diagram_route *r = &p->d.routes[i];
    const char *text = r->key ? word_find(ui->lang, r->key) : NULL;
    char event[64], sent[32];
    double k = ui->k, h = 18 * k;

    if (!text) {
        return;
    }
    split_label(text, event, sent);
    struct capsule capsule = sent_capsule(sent, p->d.kind);
    double w = ui_text_width(ui, TYPE_LABEL, event), space = *event && *sent ? 5 * k : 0;
    double wide = w + space + (*sent ? capsule_width(ui, &capsule) : 0);
    double x = r->label.x - wide / 2;
    struct rect room = {x - 3 * k, r->label.y - h / 2, wide + 6 * k, h};
    if (!is_free(p, room, all) || all->count == LABELS_MAX) {
        return;
    }
    all->rect[all->count++] = room;
    canvas_fill_box(ui->c, room, 4 * k, ui->theme->panel);
    struct font font = theme_font(ui->theme, TYPE_LABEL);
    canvas_text(ui->c, font, x, r->label.y + text_cap(ui->fonts, font) / 2, ALIGN_LEFT,
                p->is_new[i] ? ui->theme->ink : ui->theme->ink2, event);
    if (*sent) {
        capsule_draw(ui, x + w + space + capsule_width(ui, &capsule) / 2, r->label.y, &capsule);
    }
}

static bool shows_label(const struct machine_picture *p, unsigned i)
{
    bool has_room = p->d.scale >= 0.72;

    return !(p->d.routes[i].is_side && !p->taken[i]) && (has_room || p->is_new[i]);
}

/* A machine whose states have no names in a standard may have its own words for them. */
static const char *state_word(const struct machine_picture *p, unsigned state, const char *suffix)
{
    char key[96];

    snprintf(key, sizeof key, "diagram.state.%s%s", p->machine->states[state], suffix);
    return word_find(p->ui->lang, key);
}

static double disc_radius(const struct machine_picture *p, const struct diagram_box *b)
{
    return fmin(14 * p->ui->k, fmax(b->rect.h * 0.44, 9 * p->ui->k));
}

/* Both ends stand there, one at each side. */
static bool is_shared(const struct machine_picture *p, const struct diagram_box *b)
{
    unsigned count = 0;

    for (unsigned i = 0; i < p->end_count; i++) {
        count += diagram_box_of(&p->d, p->ends[i].state, p->ends[i].is_back) == b;
    }
    return count > 1;
}

static void draw_box(const struct machine_picture *p, const struct diagram_box *b)
{
    struct ui *ui = p->ui;
    struct canvas *c = ui->c;
    const struct theme *t = ui->theme;
    double k = ui->k, radius = fmin(9 * k, b->rect.h / 3);
    struct font font = theme_font(t, TYPE_TAG);
    bool is_now = false, was = false;

    for (unsigned i = 0; i < p->end_count; i++) {
        is_now = is_now || diagram_box_of(&p->d, p->ends[i].state, p->ends[i].is_back) == b;
        was = was || was_in(p, i, b);
    }
    font.px = fmax(11 * k, fmin(font.px * 1.04, b->rect.h * 0.62));
    canvas_fill_box(c, b->rect, radius, is_now ? t->ink : t->panel);
    if (!is_now && was) {
        canvas_stroke_box(c, b->rect, radius, 1.6 * k, t->ink);
    } else if (!is_now) {
        canvas_dash_box(c, b->rect, radius,
                        (struct stroke){.width = 1.5 * k, .on = 4 * k, .off = 3 * k}, t->wire);
    }
    struct rect words = b->rect;
    if (is_now) { /* beside the discs */
        double disc = disc_radius(p, b) + 1;
        words.x += disc;
        words.w -= disc * (is_shared(p, b) ? 2 : 1);
    }
    struct color color = is_now ? t->panel : was ? t->ink : t->ink3;
    const char *note = state_word(p, b->state, ".note");
    if (note && b->rect.h >= 30 * k) {
        struct rect below = rect_cut_bottom(&words, b->rect.h * 0.46);

        below.y -= 2 * k;
        words.y += 2 * k;
        canvas_text_in(c, theme_font(t, TYPE_AXIS), below, ALIGN_CENTER, color_fade(color, 0.75),
                       note);
    }
    const char *name = state_word(p, b->state, "");
    canvas_text_in(c, font, words, ALIGN_CENTER, color, name ? name : p->machine->states[b->state]);
}

static void draw_token(const struct machine_picture *p, unsigned end)
{
    struct ui *ui = p->ui;
    const struct theme *t = ui->theme;
    const struct end *e = &p->ends[end];
    const struct diagram_box *b = diagram_box_of(&p->d, e->state, e->is_back);
    double k = ui->k, r = disc_radius(p, b);
    bool is_second = end > 0 && p->ends[0].state == e->state && p->ends[0].is_back == e->is_back;
    double x = is_second ? b->rect.x + b->rect.w : b->rect.x, y = b->rect.y + b->rect.h / 2;
    struct font font = {FACE_SANS_SEMIBOLD, r * 0.94};

    canvas_fill_circle(ui->c, x, y, r, t->marker);
    canvas_ring(ui->c, x, y, r - k, 2 * k, t->on_marker);
    canvas_text(ui->c, font, x, y + text_cap(ui->fonts, font) / 2, ALIGN_CENTER, t->on_marker,
                e->letter);
}

/* What the strokes mean, at the bottom left. */
static void draw_strokes(const struct machine_picture *p, double x, double y, double right,
                         const struct labels *labels)
{
    struct ui *ui = p->ui;
    double k = ui->k;

    for (unsigned i = 0; i <= p->end_count; i++) {
        bool is_way = i < p->end_count;
        char words[64];
        struct stroke s = {.width = (is_way ? 2.2 : 1.4) * k};

        s.on = i == 1 && is_way ? 6 * k : 0;
        s.off = 4 * k;
        view_format(ui, words, sizeof words, is_way ? "diagram.way" : "diagram.not-taken", "end",
                    is_way ? p->ends[i].letter : "", NULL);
        struct rect room = {x, y - 8 * k, 36 * k + ui_text_width(ui, TYPE_LABEL, words), 16 * k};
        if (room.x + room.w > right || !is_free(p, room, labels)) {
            return;
        }
        canvas_line(ui->c, x, y, x + 27 * k, y, s, is_way ? ui->theme->ink : ui->theme->ink3);
        x += 36 * k;
        x += ui_text(ui, TYPE_LABEL, x, y + 4 * k, ui->theme->ink3, words) + 20 * k;
    }
}

static double widest_name(const struct machine_picture *p)
{
    double widest = 0;

    for (unsigned i = 0; p->machine->states[i]; i++) {
        const char *name = state_word(p, i, ""), *note = state_word(p, i, ".note");
        double under = note ? ui_text_width(p->ui, TYPE_AXIS, note) : 0;

        name = name ? name : p->machine->states[i];
        widest = fmax(widest, fmax(ui_text_width(p->ui, TYPE_TAG, name), under));
    }
    return widest * 1.04 + 22 * p->ui->k;
}

void machine_picture_draw(struct machine_picture *p, struct rect r)
{
    double k = p->ui->k, y = r.y + r.h - 6 * k;
    struct rect area = {r.x + 16 * k, r.y, r.w - 32 * k, r.h - 22 * k};

    struct labels labels;

    labels.count = 0;
    diagram_make(&p->d, p->machine, area, widest_name(p), k);
    follow(p);
    for (int pass = 0; pass < 2; pass++) { /* what was taken over what was not */
        for (unsigned i = 0; i < p->d.route_count; i++) {
            if ((p->taken[i] != 0) == (pass == 1) && !(pass == 0 && p->d.routes[i].is_side)) {
                draw_route(p, i);
            }
        }
    }
    for (int pass = 0; pass < 2; pass++) { /* what has just been taken is told first */
        for (unsigned i = 0; i < p->d.route_count; i++) {
            if (shows_label(p, i) && p->is_new[i] == (pass == 0)) {
                draw_label(p, i, &labels);
            }
        }
    }
    for (unsigned i = 0; i < p->d.box_count; i++) {
        draw_box(p, &p->d.boxes[i]);
    }
    for (unsigned i = 0; i < p->end_count; i++) {
        draw_token(p, i);
    }
    bool has_tabs = p->end_count && machine_count(p->s->trace->entities[p->ends[0].actor].type) > 1;
    draw_strokes(p, r.x, y, r.x + r.w * (has_tabs ? 0.5 : p->d.has_room ? 0.6 : 1), &labels);
}
