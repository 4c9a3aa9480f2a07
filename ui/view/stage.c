/* The stage: nodes, links and the legend; where everything stands. */

#include "ui/view/stage.h"
#include "ui/view/theory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZE_HOST   60.0
#define SIZE_SMALL  44.0 /* in more than one row */
#define PARTS_APART " · "
#define NEAR_MAX    64u /* nodes whose distances are looked at */

struct point stage_node(const struct stage_frame *f, uint32_t node)
{
    struct spot spot = f->s->film->spots[node];

    return (struct point){f->net.x + spot.x * f->net.w, f->net.y + spot.y * f->net.h};
}

/* From the middle of a node to its edge along the unit vector (ux, uy). */
static double reach(const struct stage_frame *f, uint32_t node, double ux, double uy)
{
    double half = f->size / 2;

    switch (f->s->trace->nodes[node].kind) {
    case NODE_HOST: return half / fmax(fmax(fabs(ux), fabs(uy)), 0.1);
    case NODE_ROUTER: return half * 0.75;
    case NODE_SWITCH: return half;
    }
    return half;
}

struct point stage_way(const struct stage_frame *f, uint32_t direction, double share)
{
    uint32_t from = direction_from(f->s->trace, direction),
             to = direction_to(f->s->trace, direction);
    struct point a = stage_node(f, from), b = stage_node(f, to);
    double length = fmax(hypot(b.x - a.x, b.y - a.y), 1);
    double ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
    double near = reach(f, from, ux, uy), far = length - reach(f, to, ux, uy);
    double inset = fmin(14 * f->ui->k, (far - near) / 6);
    double at = near + inset + (far - near - 2 * inset) * share;

    return (struct point){a.x + ux * at, a.y + uy * at};
}

bool stage_is_off(const struct stage_frame *f, uint32_t entity)
{
    const struct film *film = f->s->film;
    bool is_off = false;

    for (uint32_t i = 0; i < film->call_count; i++) {
        const struct record *r = trace_record(f->s->trace, film->calls[i]);

        if (r->at > f->s->now) {
            break;
        }
        if (r->where == entity) {
            is_off = r->code == CALL_CUT || r->code == CALL_CRASH;
        }
    }
    return is_off;
}

/* Sizes. */

static double least_distance(const struct stage_frame *f)
{
    uint32_t n = f->s->trace->node_count;
    double least = hypot(f->net.w, f->net.h);

    if (n > NEAR_MAX) {
        return sqrt(f->net.w * f->net.h / n) * 0.7;
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = i + 1; j < n; j++) {
            struct point a = stage_node(f, i), b = stage_node(f, j);

            least = fmin(least, hypot(a.x - b.x, a.y - b.y));
        }
    }
    return least;
}

static bool has_legend(const struct stage_frame *f)
{
    return f->ui->k <= 1 && f->panel.h >= 190;
}

/* Nodes with the words below them stand in the middle of what title and legend leave; one row a
 * little lower, since what is told of losses stands above it. */
static void fit(struct stage_frame *f, struct rect in)
{
    bool has_one = f->s->film->is_one_row;
    double k = f->ui->k, words = 40 * k, high = in.h;
    double host = fmin((has_one ? SIZE_HOST : SIZE_SMALL) * k, fmax(high - words, 20));
    double side = host / 2 + 14 * k;

    f->net = (struct rect){in.x + side, in.y + host / 2, fmax(in.w - 2 * side, 40 * k),
                           fmax(high - words - host, 1)};
    f->size = fmin(host, fmax(least_distance(f) * 0.5, 8 * k));
    if (f->net.h > 90 * k && (has_one || f->s->film->has_queues)) {
        f->net.y += 24 * k; /* for what is told above: losses, queues */
        f->net.h -= 24 * k;
    }
}

/* Links. */

static bool texts_are_equal(const struct trace *t)
{
    for (uint32_t i = 1; i < t->link_count; i++) {
        if (strcmp(t->links[i].text, t->links[0].text) != 0) {
            return false;
        }
    }
    return t->link_count > 0;
}

static void draw_cut(const struct stage_frame *f, struct point a, struct point b)
{
    struct ui *ui = f->ui;
    double k = ui->k, x = (a.x + b.x) / 2, y = (a.y + b.y) / 2;
    struct stroke dash = {.width = 3 * k, .on = 6 * k, .off = 6 * k};

    canvas_line(ui->c, a.x, a.y, b.x, b.y, dash, ui->theme->wire);
    canvas_fill_circle(ui->c, x, y, 9 * k, ui->theme->panel);
    icon_draw_heavy(ui->c, ICON_CROSS, x, y, 18 * k, 3, ui->theme->loss.fill);
}

/* How many parts a text like "10 Mbit/s · 5 ms" has. */
static unsigned count_parts(const char *s)
{
    unsigned n = 1;

    while ((s = strstr(s, PARTS_APART)) != NULL) {
        s += strlen(PARTS_APART);
        n++;
    }
    return n;
}

/* Do words centred at x on a baseline stand on the name below an end of their link? */
static bool is_on_name(const struct stage_frame *f, const struct trace_link *link, double x,
                       double y, double w)
{
    for (unsigned i = 0; i < 2; i++) {
        struct point p = stage_node(f, link->node[i]);
        double name =
            ui_text_width(f->ui, TYPE_TITLE, view_node_label(f->ui, f->s->trace, link->node[i]));
        double top = p.y + f->size / 4, low = p.y + f->size / 2 + 40 * f->ui->k;
        if (fabs(x - p.x) < (w + name) / 2 && y > top && y < low) {
            return true;
        }
    }
    return false;
}

/* Rate, delay and what goes wrong beside the middle of a link, on its outer side, one below the
 * other. */
static void draw_link_words(const struct stage_frame *f, const struct trace_link *link,
                            bool has_text)
{
    struct ui *ui = f->ui;
    struct point a = stage_way(f, link->direction[0], 0), b = stage_way(f, link->direction[0], 1);
    double k = ui->k, line = 14 * k, x = (a.x + b.x) / 2, y = (a.y + b.y) / 2 + 24 * k;
    double slope = fabs(b.y - a.y) / fmax(fabs(b.x - a.x), 1);
    const char *s = has_text ? link->text : "";
    char buf[64];
    const char *share = stage_share_words(f, link, buf);
    unsigned parts = (*s ? count_parts(s) : 0) + (*share ? 1 : 0);

    if (slope > 0.08 && (a.y + b.y) / 2 < f->net.y + f->net.h / 2) {
        y -= 26 * k + parts * line + slope * 20 * k;
    } else {
        y += slope * 20 * k;
    }
    while (*s) {
        const char *dot = strstr(s, PARTS_APART);
        char part[48];

        snprintf(part, sizeof part, "%.*s", (int)(dot ? dot - s : (long)strlen(s)), s);
        double w = ui_text_width(ui, TYPE_AXIS, part);
        if (w < fabs(b.x - a.x) + 20 * k && !is_on_name(f, link, x, y, w)) {
            ui_text_center(ui, TYPE_AXIS, x, y, ui->theme->ink3, part);
        }
        y += line;
        s = dot ? dot + strlen(PARTS_APART) : s + strlen(s);
    }
    double w = ui_text_width(ui, TYPE_AXIS, share);
    if (w < fabs(b.x - a.x) + 40 * k && !is_on_name(f, link, x, y, w)) {
        ui_text_center(ui, TYPE_AXIS, x, y, ui->theme->report.text, share);
    }
}

static void draw_links(const struct stage_frame *f)
{
    const struct trace *t = f->s->trace;
    bool has_text = t->link_count > 1 && !texts_are_equal(t);

    for (uint32_t i = 0; i < t->link_count; i++) {
        const struct trace_link *link = &t->links[i];
        struct point a = stage_node(f, link->node[0]), b = stage_node(f, link->node[1]);

        if (stage_is_off(f, link->direction[0]) || stage_is_off(f, link->direction[1])) {
            draw_cut(f, a, b);
        } else {
            part_link(f->ui, a, b);
            stage_draw_share(f, link);
        }
        if (f->ui->k <= 1) {
            draw_link_words(f, link, has_text);
        }
    }
}

/* Nodes. */

static const char *node_note(const struct stage_frame *f, uint32_t node, char buf[16])
{
    const struct trace_node *n = &f->s->trace->nodes[node];
    const struct lease_client *c = lease_client_of(&f->s->film->leases, node);

    if (c && strcmp(n->addresses, "dhcp") == 0) {
        const struct lease_span *span = lease_span_at(c, f->s->now);

        return span ? ip_print(span->ip, buf) : ui_word(f->ui, "lease.no-address");
    }

    return n->ip_count > 0 && n->kind == NODE_HOST ? ip_print(n->ips[0], buf) : NULL;
}

bool stage_is_beset(const struct stage_frame *f, uint32_t node, double up, double down)
{
    struct point p = stage_node(f, node);

    for (uint32_t i = 0; i < f->s->trace->node_count; i++) {
        struct point q = stage_node(f, i);
        if (i != node && fabs(q.x - p.x) < f->size && q.y >= p.y + up && q.y <= p.y + down) {
            return true;
        }
    }
    return false;
}

static void draw_off(const struct stage_frame *f, struct point p)
{
    struct ui *ui = f->ui;
    double half = f->size / 2 + 2 * ui->k;

    canvas_fill_box(ui->c, (struct rect){p.x - half, p.y - half, 2 * half, 2 * half}, RADIUS_PANEL,
                    color_fade(ui->theme->panel, 0.7));
    icon_draw_heavy(ui->c, ICON_CROSS, p.x + half, p.y - half, 18 * ui->k, 3, ui->theme->loss.fill);
}

static void draw_node(const struct stage_frame *f, uint32_t node)
{
    static const enum part_node shapes[] = {
        [NODE_HOST] = PART_HOST, [NODE_ROUTER] = PART_ROUTER, [NODE_SWITCH] = PART_SWITCH};
    struct ui *ui = f->ui;
    const struct trace_node *n = &f->s->trace->nodes[node];
    struct point p = stage_node(f, node);
    bool is_off = stage_is_off(f, n->entity), has_name = f->size >= 28 * ui->k;
    char buf[16];
    bool has_room = f->size >= 44 * ui->k && !stage_is_beset(f, node, 0, f->size + 46 * ui->k);
    const char *note = has_room ? node_note(f, node, buf) : NULL;

    if (is_off) {
        note = ui_word(ui, "stage.crashed");
    }
    part_node(ui, p.x, p.y, f->size, shapes[n->kind], view_node_icon(f->s->trace, node),
              has_name ? view_node_label(ui, f->s->trace, node) : "", note);
    if (is_off) {
        draw_off(f, p);
    }
}

/* The strip that says what the shapes mean. */

struct legend {
    uint32_t packet; /* shown as an example */
    const char *key;
};

/* The name of a protocol whose shape all its messages share, else what the shape means. */
static const char *legend_word(const struct stage_frame *f, const struct legend *l)
{
    char key[48];
    const struct packet *p = trace_packet(f->s->trace, l->packet);

    snprintf(key, sizeof key, "legend.%s", p->proto->name);
    const char *name = p->of == 0 ? word_find(f->ui->lang, key) : NULL;
    return name ? name : ui_word(f->ui, l->key);
}

static double legend_entry(const struct stage_frame *f, const struct legend *l, double x, double y,
                           bool is_measured)
{
    struct ui *ui = f->ui;
    const char *word = legend_word(f, l);
    char buf[24];
    struct capsule capsule = view_capsule(f->s, l->packet, 18, buf);
    double w = capsule_width(ui, &capsule);

    capsule.tries = 0;
    capsule.is_selected = capsule.is_hovered = capsule.differs = false;
    if (!is_measured) {
        capsule_draw(ui, x + w / 2, y, &capsule);
        ui_text(ui, TYPE_LABEL, x + w + 7 * ui->k, y + 4 * ui->k, ui->theme->ink3, word);
    }
    return w + 7 * ui->k + ui_text_width(ui, TYPE_LABEL, word) + 16 * ui->k;
}

static void draw_legend(const struct stage_frame *f)
{
    static const char *const keys[] = {"legend.control", "legend.data",   "legend.ack",
                                       "legend.reset",   "legend.report", "legend.media"};
    const struct film *film = f->s->film;
    struct ui *ui = f->ui;
    double x = f->panel.x + SIZE_PADDING, right = f->panel.x + f->panel.w - SIZE_PADDING;
    double y = f->panel.y + f->panel.h - 24.5;

    canvas_hline(ui->c, x, right, y - 21, 1, ui->theme->hair2);
    x += stage_ghost_legend(f, x, y, right);
    for (unsigned i = 0; i <= PACKET_MEDIA + 1; i++) {
        struct legend entry = {film->sample_again, "legend.again"};

        if (i <= PACKET_MEDIA) {
            entry = (struct legend){film->sample[i], keys[i]};
        }
        if (entry.packet == 0 || x + legend_entry(f, &entry, x, y, true) > right) {
            continue;
        }
        x += legend_entry(f, &entry, x, y, false);
    }
    if (film->sample_lost != 0 &&
        x + 26 + ui_text_width(ui, TYPE_LABEL, ui_word(ui, "legend.lost")) < right) {
        part_loss(ui, x + 9, y, 8);
        ui_text(ui, TYPE_LABEL, x + 24, y + 4, ui->theme->ink3, ui_word(ui, "legend.lost"));
    }
}

/* Distance to the body of a link. */
static double off_link(const struct stage_frame *f, const struct trace_link *l, double x, double y)
{
    struct point a = stage_node(f, l->node[0]), b = stage_node(f, l->node[1]);
    double dx = b.x - a.x, dy = b.y - a.y, square = fmax(dx * dx + dy * dy, 1);
    double share = fmin(fmax(((x - a.x) * dx + (y - a.y) * dy) / square, 0), 1);

    return hypot(a.x + share * dx - x, a.y + share * dy - y);
}

/* What stands there beside packets: a host, else a link. */
static void press_thing(struct stage_frame *f, double x, double y)
{
    const struct trace *t = f->s->trace;

    for (uint32_t i = 0; i < t->node_count; i++) {
        struct point p = stage_node(f, i);

        if (fabs(p.x - x) < f->size / 2 && fabs(p.y - y) < f->size / 2) {
            f->s->wish->kind = "node";
            f->s->wish->thing = i;
            return;
        }
    }
    for (uint32_t i = 0; i < t->link_count; i++) {
        if (off_link(f, &t->links[i], x, y) < 9 * f->ui->k) {
            f->s->wish->kind = "link";
            f->s->wish->thing = i;
            return;
        }
    }
}

static void use_pointer(struct stage_frame *f)
{
    struct ui *ui = f->ui;
    struct ui_touch touch = ui_region(ui, "stage", f->panel, false);
    uint32_t packet = 0;

    if (!touch.hover) {
        return;
    }
    for (uint32_t i = 0; i < f->self->hit_count; i++) {
        if (rect_has(f->self->hits[i].rect, ui->in.x, ui->in.y)) {
            packet = f->self->hits[i].packet;
        }
    }
    if (packet != 0) {
        f->s->wish->hovered = packet;
    }
    if (touch.pressed && packet != 0) {
        f->s->wish->has_packet = true;
        f->s->wish->packet = packet;
    } else if (touch.pressed) {
        press_thing(f, ui->in.x, ui->in.y);
    }
}

static void stage_draw(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct stage_frame f = {.ui = ui, .s = s, .self = self, .panel = area};
    const char *right = texts_are_equal(s->trace) ? s->trace->links[0].text : NULL;
    struct rect in = part_panel(ui, area, ui_word(ui, "view.stage"), NULL, right);

    f.self->hit_count = 0;
    in.h = area.y + area.h - (has_legend(&f) ? 46 : 4) - in.y;
    if (has_legend(&f)) {
        theory_draw(ui, s->trace, &in, 104 * ui->k);
    }
    fit(&f, in);
    canvas_clip(ui->c, rect_inset(area, 1, 1));
    draw_links(&f);
    for (uint32_t i = 0; i < s->trace->node_count; i++) {
        draw_node(&f, i);
    }
    stage_draw_queues(&f);
    stage_draw_losses(&f);
    stage_draw_ghosts(&f);
    stage_draw_packets(&f);
    if (has_legend(&f)) {
        draw_legend(&f);
    }
    canvas_unclip(ui->c);
    use_pointer(&f);
}

const struct view view_stage = {"stage", "view.stage", sizeof(struct stage), stage_draw};
