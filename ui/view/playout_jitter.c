/* The jitter J of RFC 3550 A.8, a point each arrival, and the sum that led to one of them. */
#include "ui/view/playout.h"

#include <math.h>
#include <stdio.h>

static double ms_of(const struct playout_frame *f, double units)
{
    return units / (double)f->st->rate * 1000;
}

static double top_of(const struct playout_frame *f)
{
    double most = fmax(ms_of(f, (double)f->st->jitter_most / 16), 0.2);
    double power = pow(10, floor(log10(most))), lead = most / power;

    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 4 ? 4 : lead <= 5 ? 5 : 10);
}

static struct point point_of(const struct playout_frame *f, struct rect r, double top,
                             const struct media_packet *p)
{
    double j = ms_of(f, (double)p->jitter16 / 16);

    return (struct point){playout_x(f, p->arrived), r.y + r.h * (1 - fmin(j / top, 1))};
}

const struct media_packet *playout_measured(const struct playout_frame *f)
{
    const struct media_stream *st = f->st;
    const struct media_packet *p = f->s->selected ? media_find(st, f->s->selected) : NULL;
    uint32_t n = media_arrived_after(st, f->s->now + 1);

    if (p && p->arrived <= f->s->now) {
        return p;
    }
    return n ? &st->packets[st->arrivals[n - 1]] : NULL;
}

/* One picture's packets share an instant of sampling; their points stand as close as they came. */
static void draw_points(const struct playout_frame *f, struct rect r, double top)
{
    const struct media_stream *st = f->st;
    struct ui *ui = f->ui;
    const struct media_packet *chosen = playout_measured(f);
    uint32_t n = media_arrived_after(st, f->from);
    struct point last = {0}, at;
    double k = ui->k, dot = -INFINITY;

    for (uint32_t i = n ? n - 1 : 0; i < st->arrival_count; i++) {
        const struct media_packet *p = &st->packets[st->arrivals[i]];
        if (p->arrived > f->to || p->arrived > f->s->now) {
            break;
        }
        at = point_of(f, r, top, p);
        if (last.x != 0) {
            canvas_line(ui->c, last.x, last.y, at.x, at.y,
                        (struct stroke){.width = 2.2 * k, .cap = CAP_ROUND}, ui->theme->ink);
        }
        last = at;
    }
    for (uint32_t i = n; i < st->arrival_count; i++) {
        const struct media_packet *p = &st->packets[st->arrivals[i]];
        if (p->arrived > f->to || p->arrived > f->s->now) {
            break;
        }
        at = point_of(f, r, top, p);
        if (p == chosen && p->packet && p->packet == f->s->selected) {
            canvas_fill_circle(ui->c, at.x, at.y, 8 * k, ui->theme->marker);
        }
        if (at.x - dot > 5 * k || p == chosen) {
            canvas_fill_circle(ui->c, at.x, at.y, 3.4 * k, ui->theme->panel);
            canvas_ring(ui->c, at.x, at.y, 3.4 * k, 1.5 * k, ui->theme->ink);
            dot = at.x;
        }
    }
}

/* "J = 7.1 ms" beside now, at its left where there is no room at its right. */
static void draw_value(const struct playout_frame *f, struct rect r)
{
    struct ui *ui = f->ui;
    const struct media_stream *st = f->st;
    uint32_t n = media_arrived_after(st, f->s->now + 1);
    double k = ui->k, x = playout_x(f, f->s->now) + 10 * k;
    char number[16], text[48];

    if (n == 0) {
        return;
    }
    const struct media_packet *p = &st->packets[st->arrivals[n - 1]];
    snprintf(number, sizeof number, "%.1f", ms_of(f, (double)p->jitter16 / 16));
    snprintf(text, sizeof text, "J = %s ms", number);
    view_blank(f->s, text, sizeof text);
    double w = fmax(ui_text_width(ui, TYPE_TITLE, text),
                    ui_text_width(ui, TYPE_AXIS, "J += (|D| − J) / 16"));
    x = x + w > f->right ? x - w - 20 * k : x;
    if (x < f->left) {
        return;
    }
    ui_text(ui, TYPE_TITLE, x, r.y + 4 * k, ui->theme->ink, text);
    ui_text(ui, TYPE_AXIS, x, r.y + 20 * k, ui->theme->ink3, "J += (|D| − J) / 16");
}

void playout_jitter(struct playout_frame *f, struct rect r)
{
    double top = top_of(f), k = f->ui->k;

    playout_values(f, r, top, ui_word(f->ui, "playout.jitter"), "ms");
    canvas_clip(f->ui->c, (struct rect){f->left - 5 * k, r.y - 8 * k, f->right - f->left + 10 * k,
                                        r.h + 16 * k});
    draw_points(f, r, top);
    canvas_unclip(f->ui->c);
    draw_value(f, r);
}

/* "10: D = (95.1 − 20) ms = 75.1 ms, J = 3.5 + (75.1 − 3.5) / 16 = 8.0 ms": the arrival's gap less
 * that of the timestamps. */
void playout_step(struct playout_frame *f, struct rect r)
{
    const struct media_packet *p = playout_measured(f);
    struct ui *ui = f->ui;
    double k = ui->k;
    char text[80], sum[96], name[16];

    if (!p || p->before == UINT32_MAX) {
        return;
    }
    const struct media_packet *q = &f->st->packets[p->before];
    double d = ms_of(f, (double)p->difference), before = ms_of(f, (double)q->jitter16 / 16);
    double apart = ms_of(f, (double)(int32_t)(p->timestamp - q->timestamp));
    snprintf(text, sizeof text, "D = %.1f − %.1f = %.1f ms", apart + d, apart, d);
    snprintf(sum, sizeof sum, "J = %.1f + (%.1f − %.1f) / 16 = %.1f ms", before, fabs(d), before,
             ms_of(f, (double)p->jitter16 / 16));
    view_blank(f->s, text, sizeof text);
    view_blank(f->s, sum, sizeof sum);
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, ui->theme->sunk);
    if (p->packet && p->packet == f->s->selected) {
        canvas_fill_box(ui->c, (struct rect){r.x, r.y, 4 * k, r.h}, 0, ui->theme->marker);
    }
    struct capsule c = {.kind = PACKET_MEDIA, .label = playout_number(f, p, name), .h = 18};
    double w = capsule_width(ui, &c);
    capsule_draw(ui, r.x + 14 * k + w / 2, r.y + r.h / 2, &c);
    struct rect words = {r.x + 24 * k + w, r.y + 3 * k, r.w - 34 * k - w, 0.5 * r.h - 3 * k};
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), words, ALIGN_LEFT, ui->theme->ink2,
                   text);
    words.y += words.h;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), words, ALIGN_LEFT, ui->theme->ink2,
                   sum);
}
