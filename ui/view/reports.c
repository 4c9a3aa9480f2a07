/* What reports tell: a sender report, the answer that repeats its time, and the round trip that the
 * two give; then each field of the answer beside what it measured. The way down is drawn as far as
 * it has come. A compound may hold a block for each of several sources: one is shown at a time. */
#include "ui/parts.h"
#include "ui/view/actors.h"
#include "ui/view/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EPOCH   0x7e80u /* seconds of 1970-01-01 in the middle 32 bits of NTP */
#define ROW     25.0
#define FOOT    32.0
#define LEAST   150.0
#define CAPSULE 21.0
#define CHIP    26.0
#define CHIP_W  92.0

struct reports_view {
    uint32_t packet; /* whose block was chosen by hand; 0: none */
    unsigned block;
};

struct reports {
    struct ui *ui;
    const struct scene *s;
    const struct media *m;
    const struct media_report *r;
    double a, b;                   /* x of the two lifelines */
    double sent, came, left, back; /* y of the four instants */
};

/* The block that is shown of a compound: the one chosen by hand, else the first that has come back
 * to its own source. */
static bool is_better(const struct reports_view *self, const struct media_report *r,
                      const struct media_report *than)
{
    bool is_chosen = self->packet == r->packet && self->block == r->block;

    return !than || r->packet != than->packet || is_chosen || (r->is_own && !than->is_own);
}

/* The last that has left by now, if there are such among those that came back; the selected one, if
 * it has. */
static const struct media_report *choose(const struct reports_view *self, const struct scene *s)
{
    const struct media *m = &s->film->media;
    const struct media_report *last = NULL, *selected = NULL;

    for (uint32_t i = 0; i < m->report_count; i++) {
        const struct media_report *r = &m->reports[i];
        bool is_selected = s->selected && (r->packet == s->selected ||
                                           (r->is_own && r->lsr_packet == s->selected));
        if (r->sent > s->now) {
            continue;
        }
        if (is_selected && is_better(self, r, selected)) {
            selected = r;
        }
        bool is_later = !last || (r->is_own && !last->is_own) || r->sent >= last->sent;
        if ((r->is_own || !last || !last->is_own || r->packet == last->packet) && is_later &&
            is_better(self, r, last && last->packet == r->packet ? last : NULL)) {
            last = r;
        }
    }
    return selected ? selected : last;
}

/* Seconds since the run began, by the clock of who wrote them. */
static char *seconds(uint32_t middle, char buf[24])
{
    uint32_t since = middle - (EPOCH << 16);

    snprintf(buf, 24, "%.3f", (double)since / 65536);
    return buf;
}

/* Round trip in 1/65536 s, as the source worked it out; false: it has not. */
static bool round_trip(const struct reports *v, uint32_t *trip)
{
    const struct media_report *r = v->r;
    struct scene then = *v->s;
    int64_t ns = 0;

    then.now = r->arrived;
    if (r->lsr == 0 || !r->is_own || !actor_var(&then, r->source, "rtt", &ns)) {
        return false;
    }
    *trip = (uint32_t)muldiv(ns, 65536, SIM_S) + (muldiv(ns, 65536, SIM_S) * SIM_S / 65536 < ns);
    return true;
}

static void place(struct reports *v, struct rect r)
{
    double k = v->ui->k, top = r.y + 34 * k, h = r.h - 40 * k;

    v->a = r.x + 98 * k;
    v->b = r.x + r.w - 84 * k;
    v->sent = top + 0.1 * h;
    v->came = top + 0.34 * h;
    v->left = top + 0.66 * h;
    v->back = top + 0.92 * h;
}

static void draw_head(const struct reports *v, double x, double y, uint32_t node, enum icon icon)
{
    part_lifeline_head(v->ui, x, y, icon, node_short(v->s->trace, node, v->ui->lang));
}

static void draw_lifelines(const struct reports *v, struct rect r)
{
    struct ui *ui = v->ui;
    double k = ui->k, top = r.y + 14 * k;

    canvas_vline(ui->c, v->a, top, r.y + r.h, STROKE_LIFELINE * k, ui->theme->ink);
    canvas_vline(ui->c, v->b, top, r.y + r.h, STROKE_LIFELINE * k, ui->theme->ink);
    draw_head(v, v->a, top, v->r->to, ICON_MIC);
    draw_head(v, v->b, top, v->r->from, ICON_SPEAKER);
}

/* A report on its way, as far as it has come. */
static void draw_flight(const struct reports *v, uint32_t packet, sim_time sent, sim_time arrived,
                        struct point from, struct point to)
{
    struct ui *ui = v->ui;
    char buf[24];
    double share =
        v->s->now >= arrived ? 1 : (double)(v->s->now - sent) / fmax(1, (double)(arrived - sent));
    struct point at = {from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share};
    part_flight(ui, from, at, ui->theme->report.fill, share >= 1);
    struct capsule c = view_capsule(v->s, packet, CAPSULE, buf);
    double where = share >= 1 ? 0.5 : 1;
    capsule_draw(ui, from.x + (at.x - from.x) * where, from.y + (at.y - from.y) * where, &c);
}

static void say(const struct reports *v, double x, double y, bool is_right, const char *key,
                const char *value)
{
    struct ui *ui = v->ui;
    double k = ui->k;
    char blank[32];

    snprintf(blank, sizeof blank, "%s", value);
    view_blank(v->s, blank, sizeof blank);
    if (is_right) {
        ui_text(ui, TYPE_TAG, x, y - 3 * k, ui->theme->ink, ui_word(ui, key));
        ui_text(ui, TYPE_AXIS, x, y + 13 * k, ui->theme->ink2, blank);
    } else {
        ui_text_right(ui, TYPE_TAG, x, y - 3 * k, ui->theme->ink, ui_word(ui, key));
        ui_text_right(ui, TYPE_AXIS, x, y + 13 * k, ui->theme->ink2, blank);
    }
}

/* How long the sender report lay there before it was answered. */
static void draw_held(const struct reports *v)
{
    struct ui *ui = v->ui;
    double k = ui->k, x = v->b + 8 * k;
    struct rect bar = {x, v->came, 10 * k, v->left - v->came};
    char text[32];

    canvas_begin(ui->c);
    canvas_box(ui->c, bar, 4 * k);
    canvas_hatch(ui->c, ui->theme->report.fill, 5 * k, 1.2 * k);
    canvas_stroke_box(ui->c, bar, 4 * k, 1.4 * k, ui->theme->report.fill);
    snprintf(text, sizeof text, "%.3f s", (double)v->r->dlsr / 65536);
    say(v, x + 16 * k, (v->came + v->left) / 2, true, "reports.dlsr", text);
}

static void draw_round(const struct reports *v, struct rect r)
{
    const struct media_report *p = v->r;
    double k = v->ui->k;
    uint32_t trip = 0;
    char text[24];

    draw_lifelines(v, r);
    if (p->lsr_packet) {
        draw_flight(v, p->lsr_packet, p->lsr_sent, p->lsr_arrived, (struct point){v->a, v->sent},
                    (struct point){v->b, v->came});
        draw_held(v);
        say(v, v->a - 12 * k, v->sent, false, "reports.lsr", seconds(p->lsr, text));
    }
    draw_flight(v, p->packet, p->sent, p->arrived, (struct point){v->b, v->left},
                (struct point){v->a, v->back});
    if (p->arrived <= v->s->now && round_trip(v, &trip)) {
        say(v, v->a - 12 * k, v->back - 4 * k, false, "reports.arrives",
            seconds(p->lsr + p->dlsr + trip, text));
    }
}

/* RTT = A − LSR − DLSR, or why there is none. */
static void draw_result(const struct reports *v, struct rect r)
{
    struct ui *ui = v->ui;
    const struct theme *t = ui->theme;
    uint32_t trip = 0;
    char text[96], value[24];
    bool has = v->r->arrived <= v->s->now && round_trip(v, &trip);

    snprintf(value, sizeof value, "%.3f", (double)trip / 65536);
    if (has) {
        view_format(ui, text, sizeof text, "reports.rtt", "value", value, NULL);
        view_blank(v->s, text, sizeof text);
    } else {
        const char *why = v->r->arrived > v->s->now ? "reports.on-its-way"
                          : !v->r->is_own           ? "reports.of-another"
                          : v->r->lsr               ? "reports.no-trip"
                                                    : "reports.no-lsr";
        snprintf(text, sizeof text, "%s", ui_word(ui, why));
    }
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, has ? t->marker : t->sunk);
    canvas_text_in(ui->c, theme_font(t, has ? TYPE_TITLE : TYPE_LABEL), r, ALIGN_CENTER,
                   has ? t->on_marker : t->ink2, text);
}

/* The packets of the stream that had come when the report left, and the report before it. */
static const struct media_report *report_before(const struct reports *v)
{
    const struct media_report *last = NULL;

    for (uint32_t i = 0; i < v->m->report_count; i++) {
        const struct media_report *r = &v->m->reports[i];
        if (r->ssrc == v->r->ssrc && r->to == v->r->to && r->from == v->r->from &&
            r->sent < v->r->sent && (!last || r->sent > last->sent)) {
            last = r;
        }
    }
    return last;
}

static bool is_played(const struct reports *v)
{
    return v->r->stream < v->m->stream_count;
}

static const struct media_packet *highest(const struct reports *v)
{
    const struct media_stream *st = is_played(v) ? &v->m->streams[v->r->stream] : NULL;
    const struct media_packet *most = NULL;
    uint32_t n = st ? media_arrived_after(st, v->r->sent + 1) : 0;

    for (uint32_t i = 0; i < n && i < 200; i++) {
        const struct media_packet *p = &st->packets[st->arrivals[n - 1 - i]];
        most = !most || p->number > most->number ? p : most;
    }
    return most;
}

/* Where a sink plays the stream, else the packet that the number alone tells. */
static uint32_t highest_packet(const struct reports *v)
{
    const struct media_packet *p = highest(v);

    return p ? p->packet : v->r->highest_is;
}

static uint32_t last_lost(const struct reports *v)
{
    const struct media_packet *last = highest(v);
    const struct media_stream *st = last ? &v->m->streams[v->r->stream] : NULL;

    for (uint32_t i = last ? (uint32_t)(last - st->packets) : 0; i > 0; i--) {
        if (st->packets[i - 1].arrived > v->r->sent) {
            return st->packets[i - 1].packet;
        }
    }
    return 0;
}

/* One field: its name, what stands there, and what that is. A press shows the packet. */
static void draw_row(const struct reports *v, struct rect *area, const char *key, const char *value,
                     const char *meaning, uint32_t packet)
{
    struct ui *ui = v->ui;
    const struct theme *t = ui->theme;
    double k = ui->k;
    struct rect r = rect_cut_top(area, ROW * k), name = r, number = r, note = r;
    char blank[64], buf[24];

    canvas_hline(ui->c, r.x, r.x + r.w, r.y, STROKE_GRID, t->hair2);
    name.w = 0.34 * r.w;
    number.x += 0.34 * r.w;
    number.w = 0.24 * r.w;
    note.x += 0.58 * r.w;
    note.w = 0.42 * r.w;
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), name, ALIGN_LEFT, t->ink3, ui_word(ui, key));
    snprintf(blank, sizeof blank, "%s", value);
    canvas_text_in(ui->c, theme_font(t, TYPE_VALUE), number, ALIGN_LEFT, t->ink,
                   view_blank(v->s, blank, sizeof blank));
    if (packet) {
        struct capsule c = view_capsule(v->s, packet, 17, buf);
        double w = capsule_width(ui, &c);
        struct rect box = capsule_draw(ui, note.x + note.w - w / 2, r.y + r.h / 2, &c);
        note.w -= w + 6 * k;
        if (ui_region(ui, key, box, false).clicked) {
            v->s->wish->has_packet = true;
            v->s->wish->packet = packet;
        }
    }
    snprintf(blank, sizeof blank, "%s", meaning);
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), note, ALIGN_RIGHT, t->ink2,
                   view_blank(v->s, blank, sizeof blank));
}

static void draw_fraction(const struct reports *v, struct rect *area)
{
    const struct media_report *r = v->r, *before = report_before(v);
    const struct media_stream *st = is_played(v) ? &v->m->streams[r->stream] : NULL;
    uint32_t first =
        st && st->arrival_count ? (uint32_t)st->packets[st->arrivals[0]].number : r->first;
    uint32_t due = before ? r->highest - before->highest : r->highest - first + 1;
    char value[24], n[16], of[16], text[64];

    snprintf(value, sizeof value, "%u/256", r->fraction);
    snprintf(n, sizeof n, "%lld", (long long)(r->lost - (before ? before->lost : 0)));
    snprintf(of, sizeof of, "%u", due);
    view_format(v->ui, text, sizeof text, "reports.of", "n", n, "of", of, NULL);
    draw_row(v, area, "reports.fraction", value, text, 0);
}

static void draw_fields(const struct reports *v, struct rect area)
{
    const struct media_report *r = v->r;
    uint32_t lost = r->lost > 0 ? last_lost(v) : 0;
    char value[32], text[48];

    if (area.h >= ROW * v->ui->k) {
        draw_fraction(v, &area);
    }
    if (area.h >= ROW * v->ui->k) {
        snprintf(value, sizeof value, "%lld", (long long)r->lost);
        draw_row(v, &area, "reports.lost", value, lost ? ui_word(v->ui, "reports.last") : "", lost);
    }
    if (area.h >= ROW * v->ui->k) {
        unsigned cycles = r->highest >> 16, seq = r->highest & 0xffff;
        snprintf(value, sizeof value, cycles ? "%u + %u × 65536" : "%u", seq, cycles);
        uint32_t packet = highest_packet(v);
        draw_row(v, &area, "reports.highest", value,
                 packet ? ui_word(v->ui, "reports.came-last") : "", packet);
    }
    if (area.h >= ROW * v->ui->k) {
        snprintf(value, sizeof value, "%u", r->jitter);
        snprintf(text, sizeof text, "%u / %g = %.1f ms", r->jitter, (double)r->rate / 1000,
                 (double)r->jitter * 1000 / (double)r->rate);
        draw_row(v, &area, "reports.jitter", value, text, 0);
    }
}

/* Who a block is about: the host that speaks under that number. */
static void draw_chip(const struct reports *v, struct reports_view *self, struct rect r,
                      const struct media_report *block)
{
    struct ui *ui = v->ui;
    const struct theme *t = ui->theme;
    bool is_shown = block == v->r;
    char name[24];

    snprintf(name, sizeof name, "reports.block.%u", block->block);
    struct ui_touch touch = ui_region(ui, name, r, false);
    if (touch.clicked) {
        self->packet = block->packet;
        self->block = block->block;
    }
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, is_shown ? t->ink : t->sunk);
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), r, ALIGN_CENTER, is_shown ? t->panel : t->ink2,
                   node_short(v->s->trace, entity_node(v->s->trace, block->source), ui->lang));
}

/* The blocks of the compound, as they arrived where the one shown did. */
static void draw_chips(const struct reports *v, struct reports_view *self, struct rect r)
{
    double k = v->ui->k, w = fmin(CHIP_W * k, r.w / fmax(1, v->r->blocks) - 4 * k);
    struct rect chip = {r.x, r.y, w, r.h - 4 * k};

    for (uint32_t i = 0; i < v->m->report_count; i++) {
        const struct media_report *block = &v->m->reports[i];
        if (block->packet == v->r->packet && block->to == v->r->to &&
            block->arrived == v->r->arrived) {
            draw_chip(v, self, chip, block);
            chip.x += w + 4 * k;
        }
    }
}

static void draw_reports(void *state, struct ui *ui, const struct scene *s, struct rect area)
{
    struct reports_view *self = state;
    struct reports v = {.ui = ui, .s = s, .m = &s->film->media, .r = choose(self, s)};
    double k = ui->k;
    struct rect r =
        part_panel(ui, area, ui_word(ui, "reports.title"), ui_word(ui, "reports.note"), NULL);

    if (!v.r) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * k, ui->theme->ink2, ui_word(ui, "reports.none"));
        return;
    }
    if (v.r->blocks > 1) {
        draw_chips(&v, self, rect_cut_top(&r, CHIP * k));
    }
    struct rect foot = rect_cut_bottom(&r, FOOT * k);
    rect_cut_bottom(&r, 8 * k);
    double rows = floor(fmin(4, fmax(0, (r.h - LEAST * k) / (ROW * k))));
    struct rect fields = rect_cut_bottom(&r, rows * ROW * k);
    rect_cut_bottom(&r, rows > 0 ? 8 * k : 0);
    place(&v, r);
    draw_round(&v, r);
    draw_fields(&v, fields);
    draw_result(&v, foot);
}

const struct view view_reports = {.name = "reports",
                                  .title_key = "view.reports",
                                  .size = sizeof(struct reports_view),
                                  .draw = draw_reports};
