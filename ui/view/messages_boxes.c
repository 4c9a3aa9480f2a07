/* A message is a box as long as its bytes ask for; below it stand the packets that carry them, each
 * under its part. What goes again stands in a row of its own. */
#include "ui/view/messages.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDEST 0.62 /* of the body: what a message takes at most */

static char *label_of(const struct messages_frame *f, uint32_t message, char *buf, size_t size)
{
    snprintf(buf, size, "#%u %s", message + 1, f->k->messages[message].name[f->ui->lang]);
    return buf;
}

static uint32_t first_copies(const struct messages_frame *f, const struct talk_message *m)
{
    uint32_t n = 0;
    for (uint32_t i = m->first; i < m->first + m->piece_count; i++) {
        n += !f->k->pieces[i].is_again;
    }
    return n;
}

double messages_width(const struct messages_frame *f, uint32_t message)
{
    const struct talk_message *m = &f->k->messages[message];
    char label[80];
    double k = f->ui->k;
    double w = ui_text_width(f->ui, TYPE_TAG, label_of(f, message, label, sizeof label)) + 26 * k;
    w = fmax(w, 22 * k * log2(1 + m->bytes / 16.0));
    w = fmax(w, 34 * k * first_copies(f, m));
    return fmin(w, WIDEST * f->body.w);
}

struct rect messages_box(const struct messages_frame *f, uint32_t message, double x)
{
    const struct talk_message *m = &f->k->messages[message];
    return (struct rect){x, f->body.y + m->side * f->lane_h, messages_width(f, message), f->box_h};
}

/* How a packet fares by now. */
enum piece_fate { PIECE_LATER, PIECE_UNDER_WAY, PIECE_ARRIVED, PIECE_LOST };

static enum piece_fate fate_of(const struct scene *s, uint32_t packet)
{
    struct hop hops[16];
    uint32_t n = trace_hops(s->trace, packet, hops, 16);
    const struct hop *last = n > 0 && n <= 16 ? &hops[n - 1] : NULL;
    if (film_packet_sent(s->film, packet) > s->now) {
        return PIECE_LATER;
    }
    if (last && last->died <= s->now) {
        return PIECE_LOST;
    }
    return last && last->end && last->died == SIM_NEVER && last->arrive <= s->now ? PIECE_ARRIVED
                                                                                  : PIECE_UNDER_WAY;
}

static void add_hit(struct messages_frame *f, struct rect r, uint32_t packet, uint32_t message)
{
    struct messages *self = f->self;
    if (self->hit_count < MESSAGES_HITS) {
        self->hits[self->hit_count].rect = r;
        self->hits[self->hit_count].packet = packet;
        self->hits[self->hit_count++].message = message + 1;
    }
}

/* The marker below what is selected. */
static void draw_rim(const struct messages_frame *f, struct rect r)
{
    double k = f->ui->k;
    canvas_fill_box(f->ui->c, rect_inset(r, -3.5 * k, -3.5 * k), RADIUS_CELL * k + 3,
                    f->ui->theme->marker);
}

static void draw_outline(const struct messages_frame *f, struct rect r, bool is_selected)
{
    double k = f->ui->k;
    canvas_begin(f->ui->c);
    canvas_box(f->ui->c, r, RADIUS_CELL * k);
    canvas_stroke(f->ui->c, is_selected ? f->ui->theme->on_marker : f->ui->theme->ink,
                  (struct stroke){.width = (is_selected ? 2 : 1.5) * k});
}

struct look {
    struct color fill, on, edge;
    bool is_dashed;
};

static struct look look_of(const struct theme *t, enum piece_fate fate, const struct hue *hue)
{
    switch (fate) {
    case PIECE_LATER: return (struct look){t->panel, t->ink3, t->ink3, true};
    case PIECE_LOST: return (struct look){t->panel, t->loss.text, t->loss.fill, true};
    case PIECE_ARRIVED: return (struct look){hue->pale, hue->text, hue->fill, false};
    case PIECE_UNDER_WAY: break;
    }
    return (struct look){hue->fill, hue->on, hue->fill, false};
}

static void draw_body(const struct messages_frame *f, struct rect r, const struct look *look)
{
    double k = f->ui->k;
    canvas_fill_box(f->ui->c, r, RADIUS_CELL * k, look->fill);
    if (look->is_dashed) {
        canvas_dash_box(f->ui->c, r, RADIUS_CELL * k,
                        (struct stroke){.width = 1.2 * k, .on = 3 * k, .off = 3 * k}, look->edge);
    } else {
        canvas_stroke_box(f->ui->c, r, RADIUS_CELL * k, 1.2 * k, look->edge);
    }
}

/* "1461–2103", or as much of it as there is room for; before it what the packet is numbered. */
static void draw_piece_words(const struct messages_frame *f, const struct talk_piece *p,
                             struct rect r, struct color color)
{
    struct font font = theme_font(f->ui->theme, TYPE_AXIS);
    char whole[64], bytes[32], end[32], label[24];
    struct capsule capsule = view_capsule(f->s, p->packet, 18, label);
    bool is_numbered = capsule.label[strcspn(capsule.label, "0123456789")] != 0;
    snprintf(bytes, sizeof bytes, "%u–%u", p->from + 1, p->to);
    snprintf(end, sizeof end, "–%u", p->to);
    snprintf(whole, sizeof whole, "%s · %s", capsule.label, bytes);
    const char *texts[] = {whole, bytes, end};
    for (unsigned i = is_numbered ? 0 : 1; i < sizeof texts / sizeof *texts; i++) {
        if (text_width(f->ui->fonts, font, texts[i]) + 6 * f->ui->k <= r.w) {
            char text[64];
            snprintf(text, sizeof text, "%s", texts[i]);
            canvas_text_in(f->ui->c, font, r, ALIGN_CENTER, color,
                           view_blank(f->s, text, sizeof text));
            return;
        }
    }
}

static struct rect piece_box(const struct messages_frame *f, const struct talk_message *m,
                             const struct talk_piece *p, struct rect r)
{
    double k = f->ui->k, all = m->bytes > 0 ? m->bytes : 1;
    double x0 = r.x + r.w * p->from / all, x1 = r.x + r.w * p->to / all;
    double y = r.y + r.h + 3 * k + (p->is_again ? f->piece_h + 2 * k : 0);
    return (struct rect){x0, y, fmax(x1 - x0 - (p->to < m->bytes ? 2 * k : 0), 3 * k), f->piece_h};
}

static void draw_piece(struct messages_frame *f, const struct talk_message *m,
                       const struct talk_piece *p, struct rect box)
{
    const struct theme *t = f->ui->theme;
    enum piece_fate fate = fate_of(f->s, p->packet);
    struct look look = look_of(t, fate, p->is_again ? &t->retx : &t->data);
    struct rect r = piece_box(f, m, p, box);
    bool is_selected = p->packet == f->s->selected;
    if (fate == PIECE_LATER && f->s->player->hides_future) {
        return;
    }
    if (is_selected) {
        draw_rim(f, r);
    }
    draw_body(f, r, &look);
    if (p->is_again && fate != PIECE_LATER) {
        canvas_begin(f->ui->c);
        canvas_box(f->ui->c, r, RADIUS_CELL * f->ui->k);
        canvas_hatch(f->ui->c, color_fade(t->hatch, 0.5), 7 * f->ui->k, 1.4 * f->ui->k);
    }
    draw_piece_words(f, p, r, look.on);
    if (fate == PIECE_LOST) {
        icon_draw_heavy(f->ui->c, ICON_CROSS, r.x + r.w, r.y, 11 * f->ui->k, 3, t->loss.fill);
    }
    if (is_selected || p->packet == f->s->hovered) {
        draw_outline(f, r, is_selected);
    }
    add_hit(f, r, p->packet, p->message);
}

static bool is_carried_by(const struct messages_frame *f, uint32_t message, uint32_t packet)
{
    return packet && talks_carries(f->k, packet, message);
}

static void draw_message(struct messages_frame *f, uint32_t message, struct rect r)
{
    const struct talk_message *m = &f->k->messages[message];
    const struct theme *t = f->ui->theme;
    double k = f->ui->k;
    enum piece_fate fate = m->number == 0             ? fate_of(f->s, f->k->pieces[m->first].packet)
                           : m->sent > f->s->now      ? PIECE_LATER
                           : m->received <= f->s->now ? PIECE_ARRIVED
                                                      : PIECE_UNDER_WAY;
    struct look look = look_of(t, fate, &t->data);
    bool is_selected = f->s->message == message + 1;
    char label[80];
    if (is_selected) {
        draw_rim(f, r);
    }
    draw_body(f, r, &look);
    struct rect words = {r.x + 6 * k, r.y, r.w - (fate == PIECE_ARRIVED ? 20 : 10) * k, r.h};
    canvas_text_in(f->ui->c, theme_font(t, TYPE_TAG), words, ALIGN_LEFT, look.on,
                   label_of(f, message, label, sizeof label));
    if (fate == PIECE_ARRIVED) {
        icon_draw_heavy(f->ui->c, ICON_CHECK, r.x + r.w - 10 * k, r.y + r.h / 2, 11 * k, 3,
                        t->data.text);
    }
    if (is_selected || is_carried_by(f, message, f->s->selected) ||
        is_carried_by(f, message, f->s->hovered)) {
        draw_outline(f, r, is_selected);
    }
}

void messages_draw_box(struct messages_frame *f, uint32_t message, struct rect r)
{
    const struct talk_message *m = &f->k->messages[message];
    if (m->sent > f->s->now && f->s->player->hides_future) {
        return;
    }
    draw_message(f, message, r);
    add_hit(f, r, m->piece_count ? f->k->pieces[m->first].packet : 0, message);
    for (uint32_t i = m->first; i < m->first + m->piece_count; i++) {
        draw_piece(f, m, &f->k->pieces[i], r);
    }
}

/* Beside the answer, from the height of the question: a bracket with a head. */
void messages_draw_tie(struct messages_frame *f, uint32_t answer, struct rect question,
                       struct rect r)
{
    const struct talk_message *m = &f->k->messages[answer];
    double k = f->ui->k, x = r.x - 7 * k, y0 = question.y + question.h / 2, y1 = r.y + r.h / 2;
    bool is_later = m->sent > f->s->now;
    bool is_lit = f->s->message == answer + 1 || f->s->message == m->answers + 1;
    struct color color = is_lit ? f->ui->theme->ink : f->ui->theme->ink3;
    double from = x < question.x ? question.x : fmin(question.x + question.w, x);
    struct point way[] = {{from, y0}, {x, y0}, {x, y1}, {r.x - 2 * k, y1}};
    if (is_later && f->s->player->hides_future) {
        return;
    }
    struct stroke stroke = {.width = (is_lit ? 2 : 1.4) * k, .cap = CAP_ROUND};
    if (is_later) {
        stroke.on = 3 * k;
        stroke.off = 4 * k;
    }
    canvas_polyline(f->ui->c, way, 4, stroke, color);
    canvas_arrow_head(f->ui->c, r.x, y1, 1, 0, 6 * k, color);
}

char *messages_piece_words(const struct ui *ui, const struct scene *s,
                           const struct talk_piece *piece, char *buf, size_t size)
{
    const struct talk_message *m = &s->film->talks.messages[piece->message];
    char from[16], to[16], number[16], all[16];
    bool is_whole = piece->from == 0 && piece->to == m->bytes;
    snprintf(from, sizeof from, "%u", piece->from + 1);
    snprintf(to, sizeof to, "%u", piece->to);
    snprintf(number, sizeof number, "%u", piece->message + 1);
    snprintf(all, sizeof all, "%u", m->bytes);
    view_format(ui, buf, size, is_whole ? "message.whole" : "message.part", "from", from, "to", to,
                "number", number, "name", m->name[ui->lang], "all", all, NULL);
    return view_blank(s, buf, size);
}
