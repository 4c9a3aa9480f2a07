/* One lease bar: plain until T1, hatched until T2, densely until the end, what has gone as a solid
 * edge; its ticks, its words, how it ended, and the attempts to extend it. */

#include "ui/view/lease.h"

#include <math.h>
#include <stdio.h>

#define HATCH_WIDE 9.0
#define HATCH_THIN 4.5

double lease_x(const struct lease_bars *b, sim_time t)
{
    double share = (double)(t - b->from) / fmax(1, (double)(b->to - b->from));

    return b->plot.x + b->plot.w * fmin(fmax(share, 0), 1);
}

double lease_bar_height(const struct lease_bars *b)
{
    return fmin(26 * b->ui->k, b->row * (b->row > LEASE_ROW_WORDS * b->ui->k ? 0.42 : 0.7));
}

static void hatch(const struct lease_bars *b, double x0, double x1, double y, double h, double step)
{
    if (x1 - x0 < 1) {
        return;
    }
    canvas_begin(b->ui->c);
    canvas_box(b->ui->c, (struct rect){x0, y, x1 - x0, h}, 0);
    canvas_hatch(b->ui->c, b->ui->theme->report.fill, step * b->ui->k, 1.1 * b->ui->k);
}

/* Where the bar of a span ends: cut where the next one goes on or the address was lost. */
static sim_time shown_end(const struct lease_bars *b, const struct lease_span *p)
{
    sim_time end = p->end == SIM_NEVER ? b->to : p->end;

    return p->until <= b->s->now && p->until < end ? p->until : end;
}

static void fill_span(const struct lease_bars *b, const struct lease_span *p, double y, double h)
{
    struct ui *ui = b->ui;
    const struct hue *hue = &ui->theme->report;
    sim_time end = shown_end(b, p), gone = b->s->now < end ? b->s->now : end;
    double x0 = lease_x(b, p->start), x1 = lease_x(b, end), radius = fmin(4 * ui->k, h / 3);
    double t1 = p->t1 < end ? lease_x(b, p->t1) : x1, t2 = p->t2 < end ? lease_x(b, p->t2) : x1;
    struct rect r = {x0, y, fmax(x1 - x0, 1) + (end > b->to ? 12 * ui->k : 0), h};

    canvas_clip(ui->c,
                (struct rect){x0 - 4, y - 4, fmax(x1 - x0, 1) + 5, h + 8}); /* beyond: open */
    canvas_begin(ui->c);
    canvas_box(ui->c, r, radius);
    canvas_clip_path(ui->c);
    canvas_fill_box(ui->c, r, 0, hue->pale);
    hatch(b, fmin(t1, t2), t2, y, h, HATCH_WIDE);
    hatch(b, t2, x1, y, h, HATCH_THIN);
    canvas_fill_box(ui->c, (struct rect){x0, y, lease_x(b, gone) - x0, fmax(h * 0.24, 2)}, 0,
                    hue->fill);
    canvas_unclip(ui->c);
    canvas_stroke_box(ui->c, r, radius, fmin(1.5 * ui->k, h / 4), hue->fill);
    canvas_unclip(ui->c);
}

/* The tick of T1 or T2 with its name and its share of the lease. */
static void draw_tick(const struct lease_bars *b, const struct lease_span *p, sim_time at,
                      const char *name, double y, double h, double room)
{
    struct ui *ui = b->ui;
    double k = ui->k, x = lease_x(b, at);
    char share[24];
    double percent = 100 * (double)(at - p->start) / fmax(1, (double)(p->end - p->start));

    canvas_vline(ui->c, x, y - 5 * k, y + h + 5 * k, 2 * k, ui->theme->ink);
    double w = ui_text_width(ui, TYPE_TAG, name);
    snprintf(share, sizeof share, "%.4g %%", percent);
    double with_share = w + 5 * k + ui_text_width(ui, TYPE_LABEL, share);
    if (room > with_share + 4 * k) {
        ui_text(ui, TYPE_LABEL, x - w / 2 + w + 5 * k, y - 9 * k, ui->theme->ink3, share);
    }
    if (room > w + 4 * k) {
        ui_text_center(ui, TYPE_TAG, x, y - 9 * k, ui->theme->ink, name);
    }
}

void lease_draw_ticks(const struct lease_bars *b, const struct lease_span *p, double y, double h)
{
    sim_time end = shown_end(b, p);
    bool both = p->t1 < end && p->t2 < end;
    double between = both ? fabs(lease_x(b, p->t2) - lease_x(b, p->t1)) : b->plot.w;

    if (p->t1 < end) {
        draw_tick(b, p, p->t1, "T1", y, h, between);
    }
    if (p->t2 < end) {
        draw_tick(b, p, p->t2, "T2", y, h, both ? fmax(between, 60 * b->ui->k) : b->plot.w);
    }
}

/* What the client does in each part, below the bar. */
void lease_draw_words(const struct lease_bars *b, const struct lease_span *p, double y)
{
    struct ui *ui = b->ui;
    const char *keys[] = {"lease.bound", "lease.renewing", "lease.rebinding"};
    sim_time end = shown_end(b, p), at[] = {p->start, p->t1, p->t2, end};
    double right = -1e9;

    for (int i = 0; i < 3; i++) {
        const char *words = ui_word(ui, keys[i]);
        double x = at[i] < end ? lease_x(b, at[i]) + 4 * ui->k : 1e9;

        if (x > b->plot.x + b->plot.w - 20 * ui->k || x < right) {
            continue;
        }
        double next = i < 2 && at[i + 1] < end ? lease_x(b, at[i + 1]) : b->plot.x + b->plot.w + 30;
        if (ui_text_width(ui, TYPE_TAG, words) < next - x) {
            right = x + ui_text(ui, TYPE_TAG, x, y, ui->theme->report.text, words);
        }
    }
}

/* How the address was lost, at the end of its bar. */
static void draw_fate(const struct lease_bars *b, const struct lease_span *p, double next, double y,
                      double h)
{
    static const char *const keys[] = {[SPAN_OVER] = "lease.over",
                                       [SPAN_REFUSED] = "lease.refused",
                                       [SPAN_RELEASED] = "lease.released",
                                       [SPAN_CRASHED] = "lease.crashed"};
    struct ui *ui = b->ui;
    double k = ui->k, x = lease_x(b, p->until);

    if (p->until > b->s->now || p->fate == SPAN_EXTENDED || p->fate == SPAN_HOLDS) {
        return;
    }
    bool is_loss = p->fate != SPAN_RELEASED;
    if (is_loss) {
        part_loss(ui, x, y + h / 2, fmin(8 * k, h / 2));
    } else {
        canvas_ring(ui->c, x, y + h / 2, fmin(5 * k, h / 3), 2 * k, ui->theme->report.fill);
    }
    const char *words = ui_word(ui, keys[p->fate]);
    double w = ui_text_width(ui, TYPE_TAG, words);
    bool fits = x + 14 * k + w < fmin(b->plot.x + b->plot.w, next);
    struct color color = is_loss ? ui->theme->loss.text : ui->theme->report.text;
    if (b->row >= LEASE_ROW_WORDS * k && fits) {
        ui_text(ui, TYPE_TAG, x + 13 * k, y + h / 2 + 4 * k, color, words);
    }
}

void lease_draw_span(const struct lease_bars *b, const struct lease_span *p, sim_time next,
                     double y, double h)
{
    fill_span(b, p, y, h);
    draw_fate(b, p, next == SIM_NEVER ? INFINITY : lease_x(b, next), y, h);
}

/* Requests to extend a lease: the answered ones as the ACK that came, others as a cross. */
void lease_draw_tries(const struct lease_bars *b, const struct lease_client *c, double y, double h)
{
    struct ui *ui = b->ui;
    double k = ui->k, last = -1e9;

    for (uint32_t i = 0; i < c->try_count; i++) {
        const struct lease_try *t = &c->tries[i];
        double x = lease_x(b, t->at);
        struct capsule ack = {.kind = PACKET_REPORT, .label = "ACK", .h = 14};
        bool is_wide = b->row >= LEASE_ROW_WORDS * k;
        double half = is_wide ? capsule_width(ui, &ack) / 2 : 4 * k;

        if (t->at > b->s->now) {
            break;
        }
        if (!t->is_answered) {
            part_mark(ui, x, y + h + 6 * k, MARK_LOSS, PACKET_REPORT, false, 1);
        } else if (is_wide && x - half > last) {
            capsule_draw(ui, x, y - 10 * k, &ack);
        } else {
            part_mark(ui, x, y - 5 * k, MARK_PACKET, PACKET_REPORT, false, 1);
        }
        last = x + half;
    }
}

/* The span that the caption is about has the marker's rim. */
void lease_draw_rim(const struct lease_bars *b, const struct lease_span *p, double y, double h)
{
    double k = b->ui->k, x0 = lease_x(b, p->start), x1 = lease_x(b, shown_end(b, p));
    struct rect r = {x0 - 4 * k, y - 4 * k, x1 - x0 + 8 * k, h + 8 * k};

    canvas_fill_box(b->ui->c, r, 7 * k, b->ui->theme->marker);
    canvas_stroke_box(b->ui->c, rect_inset(r, 2 * k, 2 * k), 6 * k, 2 * k,
                      b->ui->theme->name == THEME_DARK ? b->ui->theme->on_marker
                                                       : b->ui->theme->ink);
}
