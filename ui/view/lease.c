/* Lease bars: of each DHCP client the time for which its address is its own, plain until T1,
 * hatched until T2, densely until the end, what has gone of it as a solid edge; every renewal and
 * every attempt at one marked, and the times at which a server was off. */

#include "ui/view/lease.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABEL_W   86.0
#define AXIS_H    28.0
#define OUTAGE_H  20.0
#define ROW_MOST  66.0
#define ROW_LEAST 14.0
#define TICK_ROOM 78.0

/* All of the run, and of each client the whole of its first lease. */
static void choose_axis(struct lease_bars *b)
{
    b->from = 0;
    b->to = b->s->player->axis->end > 0 ? b->s->player->axis->end : SIM_S;
    for (uint32_t i = 0; i < b->l->client_count; i++) {
        const struct lease_client *c = &b->l->clients[i];
        sim_time end = c->span_count ? c->spans[0].end : 0;

        b->to = end != SIM_NEVER && end > b->to ? end : b->to;
    }
}

/* Seconds, minutes or hours, so that the numbers on the axis stay short. */
static sim_time axis_unit(const struct lease_bars *b)
{
    sim_time length = b->to - b->from;

    return length > 4 * 3600 * SIM_S ? 3600 * SIM_S : length > 3600 * SIM_S ? 60 * SIM_S : SIM_S;
}

static const char *axis_unit_key(sim_time unit)
{
    return unit == SIM_S ? "lease.seconds" : unit == 60 * SIM_S ? "lease.minutes" : "lease.hours";
}

static void draw_axis(const struct lease_bars *b)
{
    struct ui *ui = b->ui;
    double k = ui->k, most = fmax(2, floor(b->plot.w / (TICK_ROOM * k)));
    sim_time unit = axis_unit(b);
    double least = (double)(b->to - b->from) / (double)unit / most * 1000;
    sim_time step = view_step(least) * unit / 1000;
    char text[32];

    for (sim_time t = 0; t <= b->to; t += step) {
        double x = lease_x(b, t);

        canvas_vline(ui->c, x, b->plot.y, b->bottom, 1, ui->theme->hair2);
        view_time(t, unit, step, text);
        double near =
            ui_text_width(ui, TYPE_AXIS, text) / 2 + 32 * k; /* there is the flag of now */
        if (fabs(x - lease_x(b, b->s->now)) > near) {
            ui_text_center(ui, TYPE_AXIS, x, b->bottom + 18 * k, ui->theme->ink3, text);
        }
    }
}

static void draw_now(const struct lease_bars *b)
{
    struct ui *ui = b->ui;
    double k = ui->k, x = lease_x(b, b->s->now);
    sim_time unit = axis_unit(b);
    char text[32];

    canvas_vline(ui->c, x, b->plot.y - 4 * k, b->bottom + 4 * k, 1.8 * k, ui->theme->ink);
    view_time(b->s->now, unit, unit / 10, text);
    double w = ui_text_width(ui, TYPE_AXIS, text) + 16 * k;
    struct rect flag = {x - w / 2, b->bottom + 3 * k, w, 20 * k};

    flag.x = fmin(fmax(flag.x, b->plot.x - LABEL_W * k), b->plot.x + b->plot.w - w + 8 * k);
    canvas_fill_box(ui->c, flag, 4 * k, ui->theme->ink);
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), flag, ALIGN_CENTER, ui->theme->panel,
                   text);
}

/* When a server went off, a dotted line over all rows; when it came back, a thin one. */
static void draw_outages(const struct lease_bars *b)
{
    struct ui *ui = b->ui;
    double k = ui->k, last = -1e9;

    for (uint32_t i = 0; i < b->l->outage_count; i++) {
        const struct lease_outage *o = &b->l->outages[i];
        double x = lease_x(b, o->at), top = b->plot.y - OUTAGE_H * k;
        char words[80];

        if (o->at > b->s->now || o->at == 0) {
            continue;
        }
        canvas_line(ui->c, x, top + 8 * k, x, b->bottom,
                    (struct stroke){.width = 1.6 * k, .on = 2 * k, .off = (o->is_back ? 6 : 3) * k},
                    ui->theme->loss.fill);
        view_format(ui, words, sizeof words, o->is_back ? "lease.server-on" : "lease.server-off",
                    "node", view_node_label(ui, b->s->trace, o->node), NULL);
        double w = ui_text_width(ui, TYPE_TAG, words) + 18 * k;
        double at = fmin(x, b->plot.x + b->plot.w - w);

        if (at < last) {
            continue;
        }
        if (!o->is_back) {
            icon_draw_heavy(ui->c, ICON_CROSS, at, top + 7 * k, 14 * k, 2.6, ui->theme->loss.fill);
        }
        ui_text(ui, TYPE_TAG, at + 11 * k, top + 11 * k, ui->theme->loss.text, words);
        last = at + w;
    }
}

static void draw_name(const struct lease_bars *b, const struct lease_client *c, double y)
{
    struct ui *ui = b->ui;
    double k = ui->k, x = b->plot.x - LABEL_W * k;
    const struct lease_span *now = lease_span_at(c, b->s->now);
    struct rect name = {x, y - 8 * k, (LABEL_W - 8) * k, 16 * k};
    char ip[16], note[32];

    if (b->row < 18 * k) {
        return;
    }
    if (b->row < LEASE_ROW_WORDS * k) {
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), name, ALIGN_LEFT, ui->theme->ink,
                       view_node_label(ui, b->s->trace, c->node));
        return;
    }
    name.y -= 8 * k;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_TITLE), name, ALIGN_LEFT, ui->theme->ink,
                   view_node_label(ui, b->s->trace, c->node));
    if (now) {
        ip_print(now->ip, ip);
        snprintf(note, sizeof note, "… %s", strrchr(ip, '.'));
    } else {
        snprintf(note, sizeof note, "%s", ui_word(ui, "lease.no-address"));
    }
    name.y += 17 * k;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), name, ALIGN_LEFT, ui->theme->ink3,
                   note);
}

static void draw_client(const struct lease_bars *b, const struct lease_client *c, double top)
{
    double h = lease_bar_height(b),
           y = top + (b->row >= LEASE_ROW_WORDS * b->ui->k ? 22 * b->ui->k : (b->row - h) / 2);
    const struct lease_span *now = lease_span_at(c, b->s->now);
    bool has_words = b->row >= LEASE_ROW_WORDS * b->ui->k;

    draw_name(b, c, y + h / 2);
    if (now && c->node == b->focus && has_words) {
        lease_draw_rim(b, now, y, h);
    }
    for (uint32_t i = 0; i < c->span_count && c->spans[i].told <= b->s->now; i++) {
        sim_time next = i + 1 < c->span_count ? c->spans[i + 1].told : SIM_NEVER;
        lease_draw_span(b, &c->spans[i], next, y, h);
    }
    if (now && has_words) {
        lease_draw_ticks(b, now, y, h);
        if (c->node == b->focus && b->row >= LEASE_ROW_ALL * b->ui->k) {
            lease_draw_words(b, now, y + h + 15 * b->ui->k);
        }
    }
    lease_draw_tries(b, c, y, h);
}

/* The client of the present caption step, else of the first that holds an address. */
static uint32_t focus_of(const struct scene *s)
{
    const struct leases *l = &s->film->leases;

    if (s->step < s->story->count) {
        uint32_t record = s->story->steps[s->step].record;
        uint32_t node = record ? entity_node(s->trace, trace_record(s->trace, record)->where) : 0;

        if (record && lease_client_of(l, node)) {
            return node;
        }
    }
    return l->client_count ? l->clients[0].node : UINT32_MAX;
}

static void draw_bars(struct lease_bars *b, struct lease_view *self, struct rect r)
{
    double k = b->ui->k;
    struct rect area = r;

    rect_cut_top(&area, OUTAGE_H * k);
    rect_cut_bottom(&area, AXIS_H * k);
    b->row = fmin(fmax(area.h / b->l->client_count, ROW_LEAST * k), ROW_MOST * k);
    double content = b->row * b->l->client_count;
    b->plot = (struct rect){area.x + LABEL_W * k, area.y, area.w - (LABEL_W + 12) * k,
                            fmin(content, area.h)};
    b->bottom = area.y + b->plot.h;
    draw_axis(b);
    double y = ui_scroll_begin(b->ui, "bars", (struct rect){area.x, area.y, area.w, b->plot.h},
                               content, &self->scroll);
    for (uint32_t i = 0; i < b->l->client_count; i++) {
        double top = y + i * b->row;

        if (top + b->row >= area.y && top <= b->bottom) {
            draw_client(b, &b->l->clients[i], top);
        }
    }
    ui_scroll_end(b->ui);
    draw_outages(b);
    draw_now(b);
}

/* "600 s each", if all leases are of one length. */
static const char *note_of(const struct ui *ui, const struct leases *l, char *buf, size_t size)
{
    sim_time length = 0;
    char text[32];

    for (uint32_t i = 0; i < l->client_count; i++) {
        for (uint32_t k = 0; k < l->clients[i].span_count; k++) {
            const struct lease_span *p = &l->clients[i].spans[k];
            sim_time own = p->end == SIM_NEVER ? SIM_NEVER : p->end - p->start;

            if (own == SIM_NEVER || (length && own != length)) {
                return NULL;
            }
            length = own;
        }
    }
    return length
               ? view_format(ui, buf, size, "lease.each", "time", view_length(length, text), NULL)
               : NULL;
}

static void draw_lease(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct lease_bars b = {.ui = ui, .s = s, .l = &s->film->leases, .focus = focus_of(s)};
    char note[64];

    choose_axis(&b);
    struct rect r =
        part_panel(ui, area, ui_word(ui, "view.lease"), note_of(ui, b.l, note, sizeof note),
                   ui_word(ui, axis_unit_key(axis_unit(&b))));
    if (b.l->client_count == 0 && b.l->server_count == 0) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 16 * ui->k, ui->theme->ink3, ui_word(ui, "lease.none"));
        return;
    }
    double bars_least = (OUTAGE_H + AXIS_H + fmin(b.l->client_count, 3) * LEASE_ROW_ALL) * ui->k;
    double pool =
        lease_pool_height(ui, s, r.w, b.l->client_count ? fmax(r.h - bars_least, 0.26 * r.h) : r.h);
    struct rect below = rect_cut_bottom(&r, pool);
    if (b.l->client_count > 0) {
        draw_bars(&b, self, r);
    }
    if (pool > 0) {
        lease_pool_draw(ui, s, below);
    }
}

const struct view view_lease = {.name = "lease",
                                .title_key = "view.lease",
                                .size = sizeof(struct lease_view),
                                .draw = draw_lease};
