/* Where the states of a machine stand: as in its standard's figure, if machine_figures.c knows it;
 * those of any other machine on an oval, in the order of their table, with bowed ways. */

#include "ui/view/machine.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define BOX_H      36.0
#define LABEL_PART 0.36 /* of a bowed way: the way back has its words elsewhere */
#define TAU        6.283185307179586

static int state_named(const struct machine *m, const char *name)
{
    for (int i = 0; m->states[i]; i++) {
        if (strcmp(m->states[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_of(const struct drawing *f, const struct machine *m)
{
    for (const struct figure_box *b = f->boxes; b->state; b++) {
        if (state_named(m, b->state) < 0) {
            return false;
        }
    }
    return true;
}

static const struct drawing *figure_of(const struct machine *m)
{
    for (const struct drawing *f = machine_figures; f->boxes; f++) {
        if (is_of(f, m)) {
            return f;
        }
    }
    return NULL;
}

const struct diagram_box *diagram_box_of(const struct diagram *d, unsigned state, bool is_back)
{
    const struct diagram_box *found = NULL;

    for (unsigned i = 0; i < d->box_count; i++) {
        if (d->boxes[i].state == state && (!found || is_back)) {
            found = &d->boxes[i];
        }
    }
    return found;
}

/* Where the line from the middle of r to p leaves r. */
static struct point edge_toward(struct rect r, struct point p)
{
    double x = r.x + r.w / 2, y = r.y + r.h / 2, dx = p.x - x, dy = p.y - y;
    double share = fmax(fabs(dx) / (r.w / 2), fabs(dy) / (r.h / 2));

    share = share > 1e-9 ? 1 / share : 0;
    return (struct point){x + dx * share, y + dy * share};
}

/* A bowed way between two boxes. */
static void bow(struct diagram_route *r, struct rect a, struct rect b, double part)
{
    struct point from = {a.x + a.w / 2, a.y + a.h / 2}, to = {b.x + b.w / 2, b.y + b.h / 2};
    double dx = to.x - from.x, dy = to.y - from.y;
    struct point middle = {(from.x + to.x) / 2 - dy * part, (from.y + to.y) / 2 + dx * part};
    struct point start = edge_toward(a, middle), end = edge_toward(b, middle);

    r->is_curve = true;
    r->count = 4;
    r->p[0] = start;
    r->p[1] = (struct point){start.x + (middle.x - start.x) * 2 / 3,
                             start.y + (middle.y - start.y) * 2 / 3};
    r->p[2] =
        (struct point){end.x + (middle.x - end.x) * 2 / 3, end.y + (middle.y - end.y) * 2 / 3};
    r->p[3] = end;
    double t = LABEL_PART, a0 = (1 - t) * (1 - t), a1 = 2 * t * (1 - t), a2 = t * t;
    r->label = (struct point){a0 * start.x + a1 * middle.x + a2 * end.x,
                              a0 * start.y + a1 * middle.y + a2 * end.y};
}

static const struct figure_route *figure_route_of(const struct drawing *f, const struct machine *m,
                                                  const struct machine_edge *e)
{
    for (const struct figure_route *r = f->routes; r->from; r++) {
        if (strcmp(r->from, m->states[e->from]) == 0 && strcmp(r->to, m->states[e->to]) == 0) {
            return r;
        }
    }
    return NULL;
}

struct fit {
    double x, y, sx, sy; /* a place of the figure times s, from there */
    double w, h, last_h; /* of boxes */
};

static struct point fit_point(const struct fit *f, struct point p)
{
    return (struct point){f->x + p.x * f->sx, f->y + p.y * f->sy};
}

/* The end of a way at the edge of a box, where the way meets it: the figure's place was measured
 * with boxes of the figure's size. */
static struct point meet(struct rect r, struct point p, struct point before)
{
    if (fabs(before.x - p.x) < fabs(before.y - p.y)) {
        return (struct point){fmin(fmax(p.x, r.x + 8), r.x + r.w - 8),
                              before.y < p.y ? r.y : r.y + r.h};
    }
    return (struct point){before.x < p.x ? r.x : r.x + r.w,
                          fmin(fmax(p.y, r.y + 4), r.y + r.h - 4)};
}

static void add_figure_route(struct diagram *d, const struct fit *f, const struct figure_route *way,
                             const struct machine_edge *e)
{
    struct diagram_route *r = &d->routes[d->route_count++];
    const struct diagram_box *a = diagram_box_of(d, (unsigned)e->from, false);
    const struct diagram_box *b = diagram_box_of(d, (unsigned)e->to, true);

    assert(a && b);
    *r = (struct diagram_route){.from = (unsigned)e->from, .to = (unsigned)e->to, .key = e->label};
    if (!way) {
        bow(r, a->rect, b->rect, 0.25);
        r->is_side = true;
        return;
    }
    r->count = way->count;
    for (unsigned i = 0; i < way->count; i++) {
        r->p[i] = fit_point(f, way->p[i]);
    }
    r->label = fit_point(f, way->label);
    r->p[0] = meet(a->rect, r->p[0], r->p[1]);
    r->p[way->count - 1] = meet(b->rect, r->p[way->count - 1], r->p[way->count - 2]);
    if (way->count == 2) { /* straight, whatever the boxes did to its ends */
        bool is_level = fabs(r->p[0].y - r->p[1].y) < fabs(r->p[0].x - r->p[1].x);

        r->p[1].y = is_level ? r->p[0].y : r->p[1].y;
        r->p[1].x = is_level ? r->p[1].x : r->p[0].x;
    }
}

static void make_figure(struct diagram *d, const struct drawing *figure, const struct machine *m,
                        struct rect area, double widest, double k)
{
    struct fit f = {area.x, area.y, area.w / figure->w, area.h / figure->h, 0, 0, 0};

    d->has_room = figure->has_room;
    d->kind = figure->kind;
    d->scale = fmin(f.sx, f.sy) / k;
    f.w = fmin(fmax(figure->box_w * k * fmin(d->scale, 1), widest), area.w * 0.3);
    double least = fmin(21 * k, figure->row * f.sy); /* a name needs so much, rows give no more */
    f.h = fmax(figure->box_h * fmin(f.sy, k), least);
    f.last_h = fmax(figure->last_h * fmin(f.sy, k), least);
    for (const struct figure_box *b = figure->boxes; b->state; b++) {
        struct point p = fit_point(&f, b->at);
        double h = b->is_last ? f.last_h : f.h;
        double x = fmin(fmax(p.x - f.w / 2, area.x), area.x + area.w - f.w);
        double y = fmin(fmax(p.y - h / 2, area.y), area.y + area.h - h);

        d->boxes[d->box_count++] =
            (struct diagram_box){(unsigned)state_named(m, b->state), {x, y, f.w, h}, b->is_last};
    }
    for (const struct machine_edge *e = m->edges; e->from >= 0; e++) {
        if (d->route_count < DIAGRAM_ROUTES) {
            add_figure_route(d, &f, figure_route_of(figure, m, e), e);
        }
    }
}

static void make_oval(struct diagram *d, const struct machine *m, struct rect area, double widest,
                      double k)
{
    unsigned n = state_count(m->states);
    double discs = n > 4 ? 16 * k : 0; /* of two ends, one at either side of the name */
    double w = fmax(widest + discs, 90 * k), h = BOX_H * k, x = area.x + area.w / 2,
           y = area.y + area.h / 2;
    double rx = fmax(area.w / 2 - w / 2 - 30 * k, 0), ry = fmax(area.h / 2 - h, 0);

    n = n < DIAGRAM_BOXES ? n : DIAGRAM_BOXES;
    w = n == 3 ? fmin(w, area.w * 0.4) : w;
    d->scale = n == 3 && area.w > 320 * k && area.h > 150 * k
                   ? 1
                   : fmin(1, fmin(area.w / (3.2 * w), area.h / (n * 1.6 * h)));
    for (unsigned i = 0; i < n; i++) {
        double angle = TAU * i / n - TAU / 4 - (n == 2 ? TAU / 4 : n == 4 ? TAU / 8 : 0);
        struct point p = {x + rx * cos(angle), y + ry * sin(angle)};

        if (n == 3) { /* two on top, one below */
            p = (struct point){i == 2 ? x
                               : i    ? area.x + area.w - w / 2
                                      : area.x + w / 2,
                               i == 2 ? y + ry : y - ry};
        }

        d->boxes[d->box_count++] = (struct diagram_box){i, {p.x - w / 2, p.y - h / 2, w, h}, false};
    }
    for (const struct machine_edge *e = m->edges; e && e->from >= 0; e++) {
        if (d->route_count < DIAGRAM_ROUTES && e->from < (int)n && e->to < (int)n &&
            e->from != e->to) {
            struct diagram_route *r = &d->routes[d->route_count++];

            *r = (struct diagram_route){
                .from = (unsigned)e->from, .to = (unsigned)e->to, .key = e->label};
            bow(r, d->boxes[e->from].rect, d->boxes[e->to].rect, 0.14);
        }
    }
}

void diagram_make(struct diagram *d, const struct machine *m, struct rect area, double widest,
                  double k)
{
    const struct drawing *figure = figure_of(m);

    *d = (struct diagram){.scale = 1, .kind = PACKET_CONTROL};
    if (figure) {
        make_figure(d, figure, m, area, widest, k);
    } else {
        make_oval(d, m, area, widest, k);
    }
}
