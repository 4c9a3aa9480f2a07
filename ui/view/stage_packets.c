/* What moves over the stage: a packet stands at the share of its way that its time has used, from
 * its first bit leaving to its last bit arriving. */

#include "ui/view/numbers.h"
#include "ui/view/stage.h"

#include <math.h>
#include <stdio.h>

#define SCARS_MAX   24u /* losses that are still shown */
#define HOPS_MAX    64u
#define QUEUES_MAX  16u
#define BOXES_MAX   12u
#define UPRIGHT_MAX 6u  /* as many as a node is high */
#define LANES_MAX   64u /* directions; more share the last place */

static double share_at(const struct hop *h, sim_time t)
{
    sim_time start = h->tx ? h->start : h->offered;

    if (!h->tx || h->arrive <= start) {
        return h->tx && t >= h->arrive ? 1 : 0;
    }
    return fmin(fmax((double)(t - start) / (double)(h->arrive - start), 0), 1);
}

/* Losses. */

/* The hop on which a packet died at that record. */
static bool hop_of_drop(const struct trace *t, uint32_t record, struct hop *out)
{
    struct hop hops[HOPS_MAX];
    uint32_t n = trace_hops(t, trace_record(t, record)->packet, hops, HOPS_MAX);

    for (uint32_t i = 0; i < n; i++) {
        if (hops[i].end == record) {
            *out = hops[i];
            return true;
        }
    }
    return false;
}

/* Above the place of a loss; of what never left its queue beside that, on the side of the link. */
static void draw_loss_words(const struct stage_frame *f, const struct mark *m, struct point p,
                            const struct hop *hop)
{
    bool has_left = hop->tx != 0;
    double side = stage_way(f, hop->direction, 1).x < stage_way(f, hop->direction, 0).x ? -1 : 1;
    struct ui *ui = f->ui;
    double k = ui->k, w, x;
    sim_time unit = view_unit(f->s->player->axis->end);
    char buf[24], time[32], words[80], line[48];
    struct capsule capsule = view_capsule(f->s, m->packet, 10, buf);

    view_format(ui, words, sizeof words, "stage.lost", "packet", capsule.label, NULL);
    snprintf(line, sizeof line, "%s %s", view_time(m->at, unit, f->s->player->tick, time),
             view_unit_name(unit));
    w = ui_text_width(ui, TYPE_TAG, words) / 2 + 4;
    x = has_left ? p.x : p.x + side * (38 * k + w);
    x = fmin(fmax(x, f->panel.x + SIZE_PADDING + w), f->panel.x + f->panel.w - SIZE_PADDING - w);
    p.y = fmax(p.y - (has_left ? 0 : 4 * k), f->panel.y + 104 * k);
    if (has_left) {
        canvas_line(ui->c, p.x, p.y - 12 * k, p.x, p.y - 42 * k,
                    (struct stroke){.width = 1.2 * k, .on = 2 * k, .off = 3 * k},
                    ui->theme->loss.fill);
    }
    canvas_fill_box(ui->c, (struct rect){x - w, p.y - 74 * k, 2 * w, 30 * k}, 3 * k,
                    color_fade(ui->theme->panel, 0.85));
    ui_text_center(ui, TYPE_TAG, x, p.y - 62 * k, ui->theme->loss.text, words);
    ui_text_center(ui, TYPE_AXIS, x, p.y - 48 * k, ui->theme->loss.text, line);
}

/* A packet that has just got lost shrinks to the ring. */
static void draw_shrinking(struct stage_frame *f)
{
    uint32_t record;
    double part = motion_part(&f->self->loss, f->ui, f->s, MARK_LOST, MOTION_LOSS, &record);
    struct hop hop;

    if (part < 1 && hop_of_drop(f->s->trace, record, &hop) && hop.tx) {
        char buf[24];
        struct point p = stage_way(f, hop.direction, share_at(&hop, hop.died));
        struct capsule capsule = view_capsule(f->s, trace_record(f->s->trace, record)->packet,
                                              fmax(23 * (1 - part), 6), buf);

        capsule_draw(f->ui, p.x, p.y, &capsule);
    }
}

static bool is_near_others(const struct point *points, uint32_t n, struct point p, double least)
{
    for (uint32_t i = 0; i < n; i++) {
        if (hypot(points[i].x - p.x, points[i].y - p.y) < least) {
            return true;
        }
    }
    return false;
}

/* The latest loss has its ring and words; those before keep a small scar. */
void stage_draw_losses(struct stage_frame *f)
{
    const struct player *p = f->s->player;
    struct point drawn[SCARS_MAX];
    uint32_t n = 0, looked = 0;
    struct hop hop;

    for (uint32_t i = player_mark_after(p, f->s->now); i > 0 && n < SCARS_MAX; i--) {
        const struct mark *m = &p->marks[i - 1];
        struct point at;

        if (m->kind != MARK_LOST || ++looked > 4 * SCARS_MAX ||
            !hop_of_drop(f->s->trace, m->record, &hop)) {
            continue;
        }
        at = stage_way(f, hop.direction, share_at(&hop, hop.died));
        if (is_near_others(drawn, n, at, 18 * f->ui->k)) {
            continue;
        }
        if (n == 0) {
            part_loss(f->ui, at.x, at.y, 9 * f->ui->k);
            draw_loss_words(f, m, at, &hop);
        } else {
            part_mark(f->ui, at.x, at.y, MARK_LOSS, PACKET_DATA, false, 0.55);
        }
        drawn[n++] = at;
    }
    draw_shrinking(f);
}

/* Queues. */

struct waiting {
    uint32_t direction, count;
    bool is_reserved;            /* it has a queue of its own */
    uint32_t packets[BOXES_MAX]; /* the first of them */
};

static void count_waiting(struct waiting *queues, uint32_t *n, const struct flight *g,
                          bool is_reserved)
{
    uint32_t i = 0;

    while (i < *n &&
           (queues[i].direction != g->hop.direction || queues[i].is_reserved != is_reserved)) {
        i++;
    }
    if (i == *n) {
        if (*n == QUEUES_MAX) {
            return;
        }
        queues[(*n)++] =
            (struct waiting){.direction = g->hop.direction, .is_reserved = is_reserved};
    }
    if (queues[i].count < BOXES_MAX) {
        queues[i].packets[queues[i].count] = g->packet;
    }
    queues[i].count++;
}

static struct color box_color(const struct stage_frame *f, uint32_t packet)
{
    char buf[24];
    struct capsule capsule = view_capsule(f->s, packet, 10, buf);

    if (capsule.is_again) {
        return f->ui->theme->retx.fill;
    }
    return capsule.kind == PACKET_ACK ? f->ui->theme->ack
                                      : packet_hue(f->ui->theme, capsule.kind).fill;
}

/* Words beside a box, away from the link if there is room: there losses are told. */
static void draw_beside(const struct stage_frame *f, double x, double w, double y, double side,
                        const char *words)
{
    struct ui *ui = f->ui;
    double k = ui->k, wide = ui_text_width(ui, TYPE_LABEL, words) + 12 * k;
    bool fits_left = x - wide > f->panel.x, fits_right = x + w + wide < f->panel.x + f->panel.w;

    x = (side > 0 && fits_left) || !fits_right ? x - wide : x + w;
    canvas_fill_box(ui->c, (struct rect){x, y - 9 * k, wide, 18 * k}, 3 * k,
                    color_fade(ui->theme->panel, 0.85));
    ui_text(ui, TYPE_LABEL, x + 6 * k, y + 4 * k, ui->theme->ink2, words);
}

static void draw_box_frame(const struct stage_frame *f, struct rect r, bool is_reserved)
{
    const struct theme *t = f->ui->theme;

    canvas_fill_box(f->ui->c, r, RADIUS_CONTROL, is_reserved ? t->report.pale : t->panel);
    canvas_stroke_box(f->ui->c, r, RADIUS_CONTROL, (is_reserved ? 2 : 1.4) * f->ui->k,
                      is_reserved ? t->report.fill : t->ink3);
}

/* At the node's side away from the link, where there is no room for words; the next to go is at
 * the top. */
static void draw_upright_queue(const struct stage_frame *f, const struct waiting *q, unsigned level)
{
    double k = f->ui->k;
    struct point p = stage_node(f, direction_from(f->s->trace, q->direction));
    double side = stage_node(f, direction_to(f->s->trace, q->direction)).x < p.x ? 1 : -1;
    uint32_t boxes = q->count < UPRIGHT_MAX ? q->count : UPRIGHT_MAX;
    struct rect r = {.w = 24 * k, .h = boxes * 8 * k + 10 * k};

    r.x = p.x + side * (f->size / 2 + (18 + 28 * level) * k) - r.w / 2;
    r.x = fmin(fmax(r.x, f->panel.x + 4 * k), f->panel.x + f->panel.w - 4 * k - r.w);
    r.y = p.y - r.h / 2;
    draw_box_frame(f, r, q->is_reserved);
    for (uint32_t i = 0; i < boxes; i++) {
        struct rect box = {r.x + 4 * k, r.y + (6 + 8 * i) * k, 16 * k, 6 * k};

        canvas_fill_box(f->ui->c, box, 1.5 * k, box_color(f, q->packets[i]));
    }
    if (q->count > boxes) {
        char digits[16];
        snprintf(digits, sizeof digits, "%u", q->count);
        ui_text(f->ui, TYPE_LABEL, r.x, r.y + r.h + 16 * k, f->ui->theme->ink2, digits);
    }
}

/* Small boxes in a frame above the transmitter; the next to go is at the side of the link. */
static void draw_queue(const struct stage_frame *f, const struct waiting *q, unsigned level)
{
    struct ui *ui = f->ui;
    const struct trace *t = f->s->trace;
    uint32_t from = direction_from(t, q->direction), to = direction_to(t, q->direction);
    struct point p = stage_node(f, from);
    double k = ui->k, side = stage_node(f, to).x < p.x ? -1 : 1;
    uint32_t boxes = q->count < BOXES_MAX ? q->count : BOXES_MAX;
    double w = boxes * 8 * k + 10 * k, h = 24 * k;
    double y = p.y - f->size / 2 - (32 + 30 * level) * k, x = p.x - w / 2;
    char words[48], digits[16];

    if (stage_is_beset(f, from, -f->size - 92 * k, 0)) { /* it would cover a name */
        draw_upright_queue(f, q, level);
        return;
    }
    x = fmin(fmax(x, f->panel.x + SIZE_PADDING), f->panel.x + f->panel.w - SIZE_PADDING - w);
    y = fmax(y, f->panel.y + 44 * k + h / 2); /* below the title */
    canvas_line(ui->c, p.x, y + h / 2, p.x, p.y - f->size / 2 - 3 * k, (struct stroke){.width = k},
                ui->theme->ink3);
    draw_box_frame(f, (struct rect){x, y - h / 2, w, h}, q->is_reserved);
    for (uint32_t i = 0; i < boxes; i++) {
        uint32_t place = side > 0 ? boxes - 1 - i : i;
        struct rect r = {x + 6 * k + place * 8 * k, y - 8 * k, 6 * k, 16 * k};

        canvas_fill_box(ui->c, r, 1.5 * k, box_color(f, q->packets[i]));
    }
    snprintf(digits, sizeof digits, "%u", q->count);
    view_format(ui, words, sizeof words,
                q->is_reserved ? "stage.waiting.reserved" : "stage.waiting", "n", digits, NULL);
    draw_beside(f, x, w, y, side, words);
}

void stage_draw_queues(struct stage_frame *f)
{
    struct waiting queues[QUEUES_MAX];
    uint32_t n = 0, first, last;

    film_flights(f->s->film, f->s->now, f->s->now, &first, &last);
    for (uint32_t i = first; i < last; i++) {
        const struct flight *g = &f->s->film->flights[i];

        if (g->hop.tx && g->hop.start > f->s->now && flight_end(g) > f->s->now) {
            count_waiting(queues, &n, g, flight_is_reserved(f->s->film, g));
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        unsigned level = 0;

        for (uint32_t j = 0; j < i; j++) {
            level += direction_from(f->s->trace, queues[j].direction) ==
                     direction_from(f->s->trace, queues[i].direction);
        }
        draw_queue(f, &queues[i], level);
    }
}

/* Packets. */

static bool is_under_way(const struct stage_frame *f, const struct flight *g)
{
    return g->hop.tx && g->hop.start <= f->s->now && flight_end(g) > f->s->now &&
           g->hop.arrive != SIM_NEVER;
}

/* Height of the capsules on a direction: smaller when they are many; 0: so many that labels would
 * cover each other, a small box each. */
static double capsule_height(const struct stage_frame *f, const struct flight *g, uint32_t first,
                             uint32_t last)
{
    static const double heights[] = {23, 18};
    struct point a = stage_way(f, g->hop.direction, 0), b = stage_way(f, g->hop.direction, 1);
    double length = hypot(b.x - a.x, b.y - a.y);
    uint32_t n = 0;
    char buf[24];

    for (uint32_t i = first; i < last && n <= 100; i++) {
        const struct flight *other = &f->s->film->flights[i];

        n += other->hop.direction == g->hop.direction && is_under_way(f, other);
    }
    if (f->ui->k > 1) {
        return n <= 40 ? 24 : 0;
    }
    for (unsigned i = 0; i < 2; i++) {
        struct capsule capsule = view_capsule(f->s, g->packet, heights[i], buf);

        capsule.motion = (struct point){1, 0};
        if (n < 2 || (capsule_width(f->ui, &capsule) + 4 * f->ui->k) * n < length * 1.1) {
            return heights[i];
        }
    }
    return 0;
}

static void add_hit(struct stage_frame *f, struct rect r, uint32_t packet)
{
    if (f->self->hit_count < STAGE_HITS) {
        f->self->hits[f->self->hit_count].rect = r;
        f->self->hits[f->self->hit_count++].packet = packet;
    }
}

/* in_row: right behind another small box, so that many make one bar. */
static void draw_packet(struct stage_frame *f, const struct flight *g, double h, bool in_row)
{
    struct ui *ui = f->ui;
    struct point p = stage_way(f, g->hop.direction, share_at(&g->hop, f->s->now));
    struct point a = stage_way(f, g->hop.direction, 0), b = stage_way(f, g->hop.direction, 1);
    double k = ui->k;
    char buf[24];
    struct capsule capsule = view_capsule(f->s, g->packet, h > 0 ? h : 23, buf);
    struct rect r = {p.x - 3 * k, p.y - 7 * k, 6 * k, 14 * k};

    if (h == 0 && !capsule.is_selected) {
        if (!in_row) {
            canvas_fill_box(ui->c, rect_inset(r, -1.5 * k, -1.5 * k), 2 * k, ui->theme->panel);
        }
        canvas_fill_box(ui->c, r, 1.5 * k, box_color(f, g->packet));
        add_hit(f, rect_inset(r, -2, -2), g->packet);
        return;
    }
    capsule.motion = (struct point){b.x - a.x, b.y - a.y};
    r = capsule_draw(ui, p.x, p.y, &capsule);
    if (view_is_damaged(f->s->trace, g->packet)) {
        view_flash(ui, r.x + r.w - 2 * k, r.y);
    }
    add_hit(f, r, g->packet);
}

/* Numbers of the packet in focus, above it. */
static void draw_numbers(const struct stage_frame *f, const struct flight *g)
{
    struct ui *ui = f->ui;
    struct point p = stage_way(f, g->hop.direction, share_at(&g->hop, f->s->now));
    double k = ui->k, line = 14 * k, w = 0, x;
    char lines[2][48];
    unsigned count = numbers_lines(ui, f->s, g->packet, lines);

    for (unsigned i = 0; i < count; i++) {
        w = fmax(w, ui_text_width(ui, TYPE_AXIS, lines[i]) / 2 + 3 * k);
    }
    x = fmin(fmax(p.x, f->panel.x + SIZE_PADDING + w), f->panel.x + f->panel.w - SIZE_PADDING - w);
    p.y -= 22 * k + (count - 1) * line;
    if (count > 0) {
        canvas_fill_box(ui->c, (struct rect){x - w, p.y - 11 * k, 2 * w, count * line}, 3 * k,
                        color_fade(ui->theme->panel, 0.85));
    }
    for (unsigned i = 0; i < count; i++) {
        ui_text_center(ui, TYPE_AXIS, x, p.y + i * line, ui->theme->ink2, lines[i]);
    }
}

/* The selected packet, else what the caption tells of. */
static uint32_t focus_of(const struct scene *s)
{
    if (s->selected != 0 || !s->story || s->step >= s->story->count) {
        return s->selected;
    }
    return s->story->steps[s->step].packet;
}

/* What is drawn on a direction: how high its capsules are, and where the last one stands. */
struct lane {
    uint32_t direction;
    double h, x, y;
};

static struct lane *lane_of(struct lane *lanes, uint32_t *n, uint32_t direction)
{
    for (uint32_t i = 0; i < *n; i++) {
        if (lanes[i].direction == direction) {
            return &lanes[i];
        }
    }
    struct lane *new = &lanes[*n < LANES_MAX ? (*n)++ : LANES_MAX - 1];
    *new = (struct lane){.direction = direction, .h = -1, .x = -INFINITY};
    return new;
}

/* A small box beside which the next would not be seen: one of very many. */
static bool covers_last(const struct stage_frame *f, const struct flight *g, struct lane *lane)
{
    struct point p = stage_way(f, g->hop.direction, share_at(&g->hop, f->s->now));

    if (lane->h == 0 && g->packet != f->s->hovered &&
        hypot(p.x - lane->x, p.y - lane->y) < 1.5 * f->ui->k) {
        return true;
    }
    lane->x = p.x;
    lane->y = p.y;
    return false;
}

static void draw_under_way(struct stage_frame *f, uint32_t first, uint32_t last)
{
    struct lane lanes[LANES_MAX];
    uint32_t n = 0;

    for (uint32_t i = first; i < last; i++) {
        const struct flight *g = &f->s->film->flights[i];

        if (g->packet == f->s->selected || !is_under_way(f, g)) {
            continue;
        }
        struct lane *lane = lane_of(lanes, &n, g->hop.direction);
        lane->h = lane->h < 0 ? capsule_height(f, g, first, last) : lane->h;
        double x = lane->x, y = lane->y;
        if (!covers_last(f, g, lane)) {
            draw_packet(f, g, lane->h, hypot(lane->x - x, lane->y - y) < 7 * f->ui->k);
        }
    }
}

void stage_draw_packets(struct stage_frame *f)
{
    const struct flight *selected = NULL;
    uint32_t first, last;

    film_flights(f->s->film, f->s->now, f->s->now, &first, &last);
    draw_under_way(f, first, last);
    for (uint32_t i = first; i < last && f->s->selected; i++) {
        const struct flight *g = &f->s->film->flights[i];

        selected = g->packet == f->s->selected && is_under_way(f, g) ? g : selected;
    }
    if (selected) {
        draw_packet(f, selected, 24, false);
    }
    for (uint32_t i = first; i < last; i++) {
        const struct flight *g = &f->s->film->flights[i];

        if (is_under_way(f, g) && g->packet == focus_of(f->s)) {
            draw_numbers(f, g);
        }
    }
}
