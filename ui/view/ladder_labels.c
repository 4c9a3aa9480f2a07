/* What text stands where in the ladder. Places are chosen for the whole page, in order of time, and
 * do not depend on now, so that no label moves while time goes on. */

#include "ui/view/ladder.h"
#include "ui/view/numbers.h"

#include <math.h>

#define FIRST_SHARE  0.2 /* of the way: where a capsule stands if it may */
#define NEXT_SHARE   0.07
#define MANY         60u  /* flights: then not each has a capsule */
#define MANY_GAP     20.0 /* between them, so that the other direction has room too, */
#define NARROW_GAP   46.0 /* the more where two do not stand side by side */
#define NARROW       200.0
#define CAPSULES_MAX 500u /* more are not legible anyway */

static bool overlap(struct rect a, struct rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

bool ladder_is_free(const struct ladder_frame *f, struct rect r)
{
    for (uint32_t i = f->self->label_count; i > 0; i--) {
        if (overlap(f->self->labels[i - 1].rect, r)) {
            return false;
        }
    }
    return true;
}

bool ladder_is_clear(const struct ladder_frame *f, struct rect r)
{
    for (uint32_t i = 0; i < f->bar_count; i++) {
        if (overlap(f->bar[i], r)) {
            return false;
        }
    }
    return ladder_is_free(f, r);
}

bool ladder_reserve(struct ladder_frame *f, const struct ladder_label *label)
{
    if (f->self->label_count == LADDER_LABELS) {
        return false;
    }
    f->self->labels[f->self->label_count++] = *label;
    return true;
}

const struct ladder_label *ladder_label_of(const struct ladder_frame *f, uint32_t packet,
                                           uint32_t nth)
{
    for (uint32_t i = 0; i < f->self->label_count; i++) {
        const struct ladder_label *label = &f->self->labels[i];

        if (label->kind == LABEL_CAPSULE && label->packet == packet && label->nth == nth) {
            return label;
        }
    }
    return NULL;
}

bool ladder_words(struct ladder_frame *f, enum type_role role, double x, double y, enum align align,
                  struct color color, const char *words)
{
    struct ui *ui = f->ui;
    struct font font = theme_font(ui->theme, role);
    double w = ui_text_width(ui, role, words), h = text_cap(ui->fonts, font) + 6 * ui->k;
    struct rect r = {x, y - h / 2, w, h};

    r.x -= align == ALIGN_RIGHT ? w : align == ALIGN_CENTER ? w / 2 : 0;
    if (r.x < f->panel.x + 3 || r.x + w > f->panel.x + f->panel.w - 3) {
        return false; /* half a word tells nothing */
    }
    for (int i = 0; i < 3; i++, r.y += h) {
        if (!overlap(f->flag, r) && ladder_is_free(f, r)) {
            struct ladder_label label = {.rect = r, .kind = LABEL_WORDS};

            if (!ladder_reserve(f, &label)) {
                return false;
            }
            canvas_fill_box(ui->c, rect_inset(r, -2 * ui->k, 0), 3 * ui->k,
                            color_fade(ui->theme->panel, 0.9));
            canvas_text_in(ui->c, font, r, ALIGN_LEFT, color, words);
            return true;
        }
    }
    return false;
}

/* The ring of a lost flight takes room before any capsule does. */
static void reserve_ring(struct ladder_frame *f, const struct flight *g)
{
    struct point p;
    double r = 11 * f->ui->k;
    struct ladder_label label = {.packet = g->packet, .kind = LABEL_RING};

    if (g->hop.died == SIM_NEVER) {
        return;
    }
    p = ladder_point(f, g, g->hop.died);
    label.rect = (struct rect){p.x - r, p.y - r, 2 * r, 2 * r};
    ladder_reserve(f, &label);
}

/* Words beside the ring if they fit before the next lifeline, else above it; they too come before
 * capsules, unless the words of another loss are near. */
static void reserve_loss_words(struct ladder_frame *f, const struct flight *g, double *last)
{
    double k = f->ui->k, h = text_cap(f->ui->fonts, theme_font(f->ui->theme, TYPE_TAG)) + 6 * k;
    struct ladder_label label = {.packet = g->packet, .nth = g->nth, .kind = LABEL_LOSS};
    struct point p;
    char words[128];
    double w, room;
    int from, to, side;

    if (g->hop.died == SIM_NEVER || !ladder_ends(f, g, &from, &to)) {
        return;
    }
    p = ladder_point(f, g, g->hop.died);
    if (p.y < *last + 56 * k) {
        return;
    }
    view_loss_words(f->ui, f->s->trace, &g->hop, words, sizeof words);
    w = ui_text_width(f->ui, TYPE_TAG, words);
    side = from < to ? 1 : -1;
    to = f->is_thin[to] ? ladder_next_line(f, to, from < to ? 1 : -1) : to;
    room = fabs(f->x[to] - p.x) - 15 * k;
    label.rect = (struct rect){p.x + 15 * k, p.y - 5 * k - h / 2, w, h};
    if (w + 8 * k > room) {
        label.rect.y -= 14 * k;
        label.rect.x = side > 0 ? f->x[to] - 8 * k - w : f->x[to] + 8 * k;
    } else if (side < 0) {
        label.rect.x = p.x - 15 * k - w;
    }
    *last = p.y;
    ladder_reserve(f, &label);
}

/* The share from a thin line at a, on the way to b, over which a capsule would lie on the lifeline
 * behind it. */
static double thin_limit(const struct ladder_frame *f, int thin, struct point a, struct point b,
                         double w)
{
    int direction = b.x > a.x ? 1 : -1;
    double behind = f->x[ladder_next_line(f, thin, -direction)], way = fabs(b.x - a.x);
    double lacks = w / 2 + 15 * f->ui->k - fabs(a.x - behind);

    return fmin(fmax(lacks / fmax(way, 1), 0), 0.5);
}

/* Shares of the way between which a capsule of width w may have its middle. */
static void limits(const struct ladder_frame *f, const struct flight *g, double w, double *low,
                   double *high)
{
    sim_time start = flight_start(g);
    struct point a = ladder_point(f, g, start), b = ladder_point(f, g, g->hop.arrive);
    double way = fabs(b.x - a.x), margin = (w / 2 + 15 * f->ui->k) / fmax(way, 1);

    margin = fmin(margin, 0.5); /* beyond the heads of other arrows at either end */
    int from, to;
    ladder_ends(f, g, &from, &to);
    *low = f->is_thin[from] ? thin_limit(f, from, a, b, w) : margin;
    *high = f->is_thin[to] ? 1 - thin_limit(f, to, b, a, w) : 1 - margin;
    *high = fmax(*high, *low);
    if (g->hop.died != SIM_NEVER && g->hop.tx) {
        double died = fabs(ladder_point(f, g, g->hop.died).x - a.x) / fmax(way, 1);

        *high = died - margin - 2 * f->ui->k / fmax(way, 1);
        *low = fmin(*low, *high);
    }
}

static struct point at_share(const struct ladder_frame *f, const struct flight *g, double share)
{
    sim_time start = flight_start(g);

    return ladder_point(f, g, start + (sim_time)(share * (double)(g->hop.arrive - start)));
}

static bool try_place(struct ladder_frame *f, const struct flight *g, double w, double h,
                      bool has_extra, bool has_disc)
{
    double low, high, gap = 1.5 * f->ui->k, share;
    struct ladder_label label = {
        .h = h, .packet = g->packet, .nth = g->nth, .has_extra = has_extra};
    double tall = h * f->ui->k;

    limits(f, g, w, &low, &high);
    share = fmax(low, FIRST_SHARE);
    for (share = fmin(share, fmax(high, low)); share <= fmax(high, low); share += NEXT_SHARE) {
        struct point p = at_share(f, g, share);

        label.rect =
            (struct rect){p.x - w / 2 - gap, p.y - tall / 2 - gap, w + 2 * gap, tall + 2 * gap};
        if (has_disc) { /* at its upper right corner */
            label.rect.y -= 6 * f->ui->k;
            label.rect.h += 6 * f->ui->k;
            label.rect.w += 5 * f->ui->k;
        }
        label.x = p.x;
        label.y = p.y;
        if (ladder_is_free(f, label.rect)) {
            return ladder_reserve(f, &label);
        }
    }
    return false;
}

/* Of a packet that goes on over a thin line, one capsule is enough. */
static bool has_label_before(const struct ladder_frame *f, const struct flight *g)
{
    int from, to;

    return ladder_ends(f, g, &from, &to) && f->is_thin[from] && g->nth > 0 &&
           ladder_label_of(f, g->packet, g->nth - 1) != NULL;
}

/* A hop to or from a router's place that is shorter than the capsule: another hop of the packet has
 * the room. */
static bool is_short(const struct ladder_frame *f, const struct flight *g, double w)
{
    struct hop hops[8];
    struct point a = ladder_point(f, g, flight_start(g)), b = ladder_point(f, g, g->hop.arrive);
    int from, to;

    if (!ladder_ends(f, g, &from, &to) || fabs(b.x - a.x) > w) {
        return false;
    }
    if (f->is_thin[from]) {
        return true;
    }
    uint32_t n = trace_hops(f->s->trace, g->packet, hops, 8);
    return f->is_thin[to] && g->nth + 1 < n && n <= 8 && hops[g->nth + 1].tx != 0;
}

static void place_capsule(struct ladder_frame *f, const struct flight *g)
{
    static const double shrink[] = {1, 1, 0.82};
    char buf[24], extra[24];
    struct capsule capsule = view_capsule(f->s, g->packet, f->capsule_h, buf);
    double middle = ladder_point(f, g, flight_start(g)).y;

    if (has_label_before(f, g) || g->hop.arrive == SIM_NEVER || middle > f->plot.y + f->plot.h ||
        ladder_point(f, g, g->hop.arrive).y < f->plot.y) {
        return;
    }
    if (is_short(f, g, capsule_width(f->ui, &capsule))) {
        return;
    }
    numbers_extra(f->s, g->packet, extra);
    for (unsigned i = *extra ? 0 : 1; i < 3; i++) {
        capsule.h = f->capsule_h * shrink[i];
        capsule.extra = i == 0 ? extra : NULL;
        if (try_place(f, g, capsule_width(f->ui, &capsule), capsule.h, i == 0,
                      capsule.tries > 1 || capsule.repeats > 0)) {
            return;
        }
    }
}

/* What goes again and what asks for it tell the story: they have the first choice of place. */
static bool comes_first(const struct ladder_frame *f, const struct flight *g)
{
    return !g->is_first || f->s->film->repeats[g->packet] == 3;
}

static double many_gap(const struct ladder_frame *f)
{
    double k = f->ui->k;

    return f->last - f->first <= MANY   ? 0
           : ladder_gap(f) < NARROW * k ? NARROW_GAP * k
                                        : MANY_GAP * k;
}

void ladder_place_labels(struct ladder_frame *f)
{
    const struct flight *flights = f->s->film->flights;
    double last = -1e9, least = many_gap(f);
    double labelled[LADDER_LINES]; /* y of the last one that left each lifeline */
    uint32_t n = 0;
    int from, to;

    if (f->is_dense) {
        return;
    }
    for (uint32_t i = 0; i < LADDER_LINES; i++) {
        labelled[i] = -1e9;
    }
    for (uint32_t i = f->first; i < f->last; i++) {
        if (ladder_ends(f, &flights[i], &from, &to)) {
            reserve_ring(f, &flights[i]);
            reserve_loss_words(f, &flights[i], &last);
        }
    }
    for (uint32_t i = f->first; i < f->last && n < CAPSULES_MAX; i++) {
        if (comes_first(f, &flights[i]) && ladder_ends(f, &flights[i], &from, &to)) {
            place_capsule(f, &flights[i]);
            n++;
        }
    }
    for (uint32_t i = f->first; i < f->last && n < CAPSULES_MAX; i++) {
        double y = ladder_y(f, flight_start(&flights[i]));

        if (!comes_first(f, &flights[i]) && ladder_ends(f, &flights[i], &from, &to) &&
            y - labelled[from] >= least) {
            place_capsule(f, &flights[i]);
            labelled[from] = y;
            n++;
        }
    }
}
