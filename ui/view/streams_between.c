/* Segments that fall from strip to strip, each as wide as its bytes; acknowledgements that rise
 * where they point. And what the looks mean. */
#include "ui/view/streams.h"

#include <math.h>
#include <stdio.h>

#define LABELS_MAX 64u

/* How far a packet has come on its whole way, 0 .. 1. What dies is measured by the usual way. */
static double way_part(const struct scene *s, const struct flight *g)
{
    struct list l = trace_of_packet(s->trace, g->packet);
    sim_time sent = trace_record(s->trace, l.at[0])->at, end = sent + s->film->round_trip / 2;
    const struct record *last = trace_record(s->trace, l.at[l.count - 1]);
    if (last->kind == REC_ARRIVE) {
        end = last->at;
    } else if (last->kind == REC_TX) {
        end = last->value;
    }
    return fmin(fmax((double)(s->now - sent) / fmax(1, (double)(end - sent)), 0), 1);
}

/* The byte that an acknowledgement names, as an offset. */
static double acked_byte(const struct stream_frame *f, const struct packet *p)
{
    int64_t ack = 0;
    packet_field(p->proto->name, packet_head(p), "ack", &ack);
    double offset = (uint32_t)((uint32_t)ack - p->ack_base), wrap = 4294967296.0;
    return offset + wrap * fmax(0, floor((f->now.nxt - offset) / wrap + 0.5));
}

static void touch_packet(const struct stream_frame *f, struct rect r, uint32_t packet)
{
    char name[24];
    snprintf(name, sizeof name, "flies.%u", packet);
    struct ui_touch touch = ui_region(f->ui, name, r, false);
    if (touch.hover) {
        f->s->wish->hovered = packet;
    }
    if (touch.clicked) {
        f->s->wish->has_packet = true;
        f->s->wish->packet = packet;
    }
}

/* A box as wide as its bytes, with its length if that fits. */
static void draw_falling(const struct stream_frame *f, const struct packet *p, uint32_t id,
                         double y)
{
    struct ui *ui = f->ui;
    double k = ui->k, from = (double)p->unit.at, to = from + (double)p->unit.n, h = 16 * k;
    if (to < f->first || from > f->first + f->shown) {
        return;
    }
    double x0 = stream_x(f, from), w = fmax(stream_x(f, to) - x0 - 1, 5 * k);
    struct rect r = {x0, y - h / 2, w, h};
    bool is_chosen = id == f->s->selected;
    if (is_chosen || id == f->s->hovered) {
        struct rect rim = rect_inset(r, -3 * k, -3 * k);
        canvas_fill_box(ui->c, rim, 5 * k, is_chosen ? ui->theme->marker : ui->theme->ink);
    }
    stream_cell(ui, r, p->of ? STREAM_AGAIN : STREAM_FLIGHT);
    char length[16];
    struct font mono = theme_font(ui->theme, TYPE_AXIS);
    snprintf(length, sizeof length, "%u B", p->body.len);
    if (p->body.len && text_width(ui->fonts, mono, length) + 6 * k < w) {
        canvas_text_in(ui->c, mono, r, ALIGN_CENTER,
                       p->of ? ui->theme->retx.on : ui->theme->data.on, length);
    }
    touch_packet(f, r, id);
}

static void draw_rising(const struct stream_frame *f, const struct packet *p, uint32_t id, double y)
{
    double k = f->ui->k, byte = acked_byte(f, p);
    char label[24];
    if (byte < f->first || byte > f->first + f->shown) {
        return;
    }
    struct capsule c = view_capsule(f->s, id, 16, label);
    c.motion = (struct point){0, 0};
    double x = stream_x(f, byte), half = capsule_width(f->ui, &c) / 2;
    x = fmin(fmax(x, f->x + half), f->x + f->w - half);
    touch_packet(f, capsule_draw(f->ui, x, y, &c), id);
    canvas_vline(f->ui->c, stream_x(f, byte), y - 12 * k, y - 9 * k, 1.4 * k, f->ui->theme->ack);
}

/* A line where the answer points and a box where the bytes are, as far as they have come. */
static void draw_flying(const struct stream_frame *f, const struct flight *g)
{
    const struct packet *p = trace_packet(f->s->trace, g->packet);
    double k = f->ui->k, part = way_part(f->s, g);
    double y0 = f->top + f->cell + 30 * k, y1 = f->bottom - 28 * k;
    if (p->is_raw) {
        return;
    }
    if (p->sender == f->stream.sender && p->unit.n > 0) {
        draw_falling(f, p, g->packet, y0 + (y1 - y0) * part);
    } else if (p->sender == f->stream.receiver && p->unit.n == 0) {
        draw_rising(f, p, g->packet, y1 + (y0 - y1) * part);
    }
}

void stream_draw_between(const struct stream_frame *f)
{
    uint32_t first, last, drawn = 0;
    film_flights(f->s->film, f->s->now, f->s->now, &first, &last);
    for (uint32_t i = first; i < last && drawn < LABELS_MAX; i++) {
        const struct flight *g = &f->s->film->flights[i];
        if (g->hop.offered <= f->s->now && flight_end(g) > f->s->now) {
            draw_flying(f, g);
            drawn++;
        }
    }
}

double stream_legend(struct ui *ui, struct rect r, bool has_sack, bool is_measured)
{
    static const char *const keys[STREAM_LOOKS] = {
        [STREAM_ACKED] = "streams.acked",   [STREAM_FLIGHT] = "streams.flight",
        [STREAM_AGAIN] = "streams.again",   [STREAM_REPORTED] = "streams.reported",
        [STREAM_USABLE] = "streams.usable", [STREAM_BEYOND] = "streams.beyond",
        [STREAM_EARLY] = "streams.early",
    };
    double k = ui->k, x = r.x, y = 0, line = 18 * k;
    for (unsigned i = 0; i < STREAM_LOOKS; i++) {
        const char *word = keys[i] ? ui_word(ui, keys[i]) : NULL;
        double w = word ? 24 * k + ui_text_width(ui, TYPE_LABEL, word) : 0;
        if (!word || (i == STREAM_REPORTED && !has_sack)) {
            continue; /* what is buffered looks as what is in flight: one word tells both */
        }
        if (x > r.x && x + w > r.x + r.w) {
            x = r.x;
            y += line;
        }
        if (!is_measured) {
            stream_cell(ui, (struct rect){x, r.y + y + 4 * k, 17 * k, 11 * k}, (enum stream_look)i);
            ui_text(ui, TYPE_LABEL, x + 23 * k, r.y + y + 13.5 * k, ui->theme->ink3, word);
        }
        x += w + 12 * k;
    }
    return y + line;
}
