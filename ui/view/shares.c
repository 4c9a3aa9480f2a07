/* What each node keeps of RSVP at this instant: its paths and its reservations, who told of them,
 * how much they ask for, and how long they hold unless somebody says so again. */

#include "ui/parts.h"
#include "ui/view/actors.h"
#include "ui/view/view.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

#define HEAD_H  26.0
#define ROW_H   40.0
#define BAR_W   74.0
#define BADGE_W 74.0

struct shares_view {
    double scroll;
};

struct list_frame {
    struct ui *ui;
    const struct scene *s;
    const struct reserves *all;
    struct rect r;
};

static unsigned count_at(const struct list_frame *f, uint32_t node)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < f->all->count; i++) {
        n += f->all->list[i].node == node && reserve_holds(&f->all->list[i], f->s->now);
    }
    return n;
}

static bool has_rsvp(const struct list_frame *f, uint32_t node)
{
    for (uint32_t i = 0; i < f->all->count; i++) {
        if (f->all->list[i].node == node) {
            return true;
        }
    }
    return false;
}

/* Name of the node, and what it has reserved altogether. */
static void draw_head(const struct list_frame *f, uint32_t node, double y)
{
    struct ui *ui = f->ui;
    const struct trace *t = f->s->trace;
    double k = ui->k;
    int64_t bps = 0;
    char rate[32], words[64], note[64] = "";

    for (uint32_t i = 0; i < t->link_count; i++) {
        for (unsigned d = 0; d < 2; d++) {
            uint32_t direction = t->links[i].direction[d];
            bps += direction_from(t, direction) == node
                       ? film_reserved(f->s->film, direction, f->s->now)
                       : 0;
        }
    }
    ui_text(ui, TYPE_TITLE, f->r.x, y + 18 * k, ui->theme->ink, view_node_label(ui, t, node));
    if (bps > 0) {
        value_print(bps, "bit/s", rate);
        view_format(ui, words, sizeof words, "stage.reserved", "rate", rate, NULL);
        ui_text_right(ui, TYPE_LABEL, f->r.x + f->r.w, y + 18 * k, ui->theme->report.text, words);
    } else if (count_at(f, node) == 0) {
        snprintf(note, sizeof note, "%s", ui_word(ui, "shares.empty"));
        ui_text_right(ui, TYPE_LABEL, f->r.x + f->r.w, y + 18 * k, ui->theme->ink3, note);
    }
}

/* How much of the time is left, as a bar that runs empty. */
static void draw_left(const struct list_frame *f, const struct reserve *one, double x, double y)
{
    struct ui *ui = f->ui;
    double k = ui->k;
    sim_time armed = 0, due = SIM_NEVER;
    char text[32];

    if (one->timer != UINT_MAX) {
        due = trace_timer_at(f->s->trace, one->actor, one->timer, one->index, f->s->now, &armed);
    }
    if (due == SIM_NEVER || due <= armed) {
        ui_text_right(ui, TYPE_LABEL, x + BAR_W * k, y + 12 * k, ui->theme->ink3,
                      ui_word(ui, "shares.own"));
        return;
    }
    double left = fmax((double)(due - f->s->now) / (double)(due - armed), 0);
    struct rect bar = {x, y + 20 * k, BAR_W * k, 7 * k};
    view_length(due - f->s->now, text);
    ui_text_right(ui, TYPE_VALUE, x + BAR_W * k, y + 14 * k, ui->theme->ink, text);
    canvas_fill_box(ui->c, bar, 3 * k, ui->theme->hair);
    bar.w *= left;
    canvas_fill_box(ui->c, bar, 3 * k, left < 0.25 ? ui->theme->loss.fill : ui->theme->report.fill);
}

/* "from R1, 80 kbit/s" */
static void say_origin(const struct list_frame *f, const struct reserve *one, char *out,
                       size_t size)
{
    const struct trace *t = f->s->trace;
    char rate[32] = "", from[48] = "";

    if (one->packet) {
        view_format(f->ui, from, sizeof from, "shares.from", "node",
                    view_node_label(f->ui, t, packet_from_node(t, one->packet)), NULL);
    } else {
        snprintf(from, sizeof from, "%s",
                 ui_word(f->ui, one->is_path ? "shares.sender" : "shares.receiver"));
    }
    if (one->bps) {
        value_print(one->bps, "bit/s", rate);
    }
    snprintf(out, size, "%.47s%s%.31s", from, *rate ? " · " : "", rate);
}

static void draw_badge(const struct list_frame *f, const struct reserve *one, struct rect r)
{
    struct ui *ui = f->ui;
    char buf[24];

    if (one->packet) {
        struct capsule c = view_capsule(f->s, one->packet, 18, buf);
        struct rect box = capsule_draw(ui, r.x + capsule_width(ui, &c) / 2, r.y + 14 * ui->k, &c);
        if (ui_hovers(ui, box)) {
            f->s->wish->hovered = one->packet;
            f->s->wish->has_packet = ui->in.pressed;
            f->s->wish->packet = ui->in.pressed ? one->packet : f->s->wish->packet;
        }
        return;
    }
    ui_text(ui, TYPE_LABEL, r.x, r.y + 17 * ui->k, ui->theme->ink2,
            ui_word(ui, one->is_path ? "shares.path" : "shares.share"));
}

static void draw_row(const struct list_frame *f, const struct reserve *one, double y)
{
    struct ui *ui = f->ui;
    double k = ui->k, right = f->r.x + f->r.w - BAR_W * k;
    const struct actor_type *type = f->s->trace->entities[one->actor].type;
    struct rect row = {f->r.x, y, f->r.w, ROW_H * k};
    struct rect key = {f->r.x + BADGE_W * k, y + 2 * k, right - 8 * k - f->r.x - BADGE_W * k,
                       16 * k};
    char text[48], origin[96];

    if (actor_is_news(f->s, one->record)) {
        canvas_fill_box(ui->c, (struct rect){row.x - 4 * k, y, row.w + 8 * k, row.h - 2 * k}, 4 * k,
                        ui->theme->marker);
    }
    draw_badge(f, one, row);
    type->print_key(one->key, text);
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_AXIS), key, ALIGN_LEFT, ui->theme->ink, text);
    say_origin(f, one, origin, sizeof origin);
    key.y += 17 * k;
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_LABEL), key, ALIGN_LEFT, ui->theme->ink2,
                   origin);
    draw_left(f, one, right, y);
    canvas_hline(ui->c, row.x, row.x + row.w, y + row.h - k, STROKE_GRID, ui->theme->hair2);
}

/* Paths first: without one there is nothing to be reserved. */
static double draw_node(const struct list_frame *f, uint32_t node, double y)
{
    double k = f->ui->k;

    draw_head(f, node, y);
    y += HEAD_H * k;
    for (unsigned kind = 0; kind < 2; kind++) {
        for (uint32_t i = 0; i < f->all->count; i++) {
            const struct reserve *one = &f->all->list[i];

            if (one->node == node && one->is_path == (kind == 0) && reserve_holds(one, f->s->now)) {
                draw_row(f, one, y);
                y += ROW_H * k;
            }
        }
    }
    return y + 6 * k;
}

static void draw_shares(void *memory, struct ui *ui, const struct scene *s, struct rect area)
{
    struct shares_view *self = memory;
    struct list_frame f = {.ui = ui, .s = s, .all = &s->film->reserves};
    double content = 0, k = ui->k;

    f.r = part_panel(ui, area, ui_word(ui, "shares.title"), ui_word(ui, "shares.note"), NULL);
    if (f.all->count == 0) {
        ui_text(ui, TYPE_BODY, f.r.x, f.r.y + 16 * k, ui->theme->ink2, ui_word(ui, "shares.none"));
        return;
    }
    for (uint32_t i = 0; i < s->trace->node_count; i++) {
        content += has_rsvp(&f, i) ? (HEAD_H + 6 + ROW_H * count_at(&f, i)) * k : 0;
    }
    struct rect clip = {f.r.x, f.r.y, f.r.w, f.r.h + SIZE_PADDING / 2};
    double y = ui_scroll_begin(ui, "shares", clip, content, &self->scroll);
    f.r.w -= content > clip.h ? 12 * k : 0;
    for (uint32_t i = 0; i < s->trace->node_count; i++) {
        uint32_t node = s->film->order[i];

        if (has_rsvp(&f, node)) {
            y = draw_node(&f, node, y);
        }
    }
    ui_scroll_end(ui);
}

const struct view view_shares = {.name = "shares",
                                 .title_key = "view.shares",
                                 .size = sizeof(struct shares_view),
                                 .draw = draw_shares};
