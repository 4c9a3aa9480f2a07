/* Packets between the strips: frames fall in their own column, answers rise in that of what they
 * answer. */
#include "ui/view/windows.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The column of a packet: its own unit, or, of an answer, that of what it answers. -1: none. */
static int64_t column_of(const struct strip *g, uint32_t packet)
{
    const struct trace *t = g->s->trace;
    const struct packet *p = trace_packet(t, packet);
    if (p->unit.n) {
        return (int64_t)p->unit.at;
    }
    struct list l = trace_of_packet(t, packet);
    uint32_t cause = l.count ? trace_record(t, l.at[0])->cause : 0;
    uint32_t asked = cause ? story_packet(t, cause) : 0;
    return asked && trace_packet(t, asked)->unit.n ? (int64_t)trace_packet(t, asked)->unit.at : -1;
}

static void draw_falling(const struct strip *g, const struct flight *f)
{
    const struct packet *p = trace_packet(g->s->trace, f->packet);
    int64_t key = column_of(g, f->packet);
    bool is_answer = p->sender == g->pair.bottom;
    if (p->flow != g->pair.flow || key < g->first || key >= g->first + g->columns ||
        f->hop.start > g->s->now) {
        return;
    }
    double part =
        (double)(g->s->now - f->hop.start) / fmax(1, (double)(f->hop.arrive - f->hop.start));
    double h = 20, room = h * g->ui->k / 2 + 2;
    double y0 = g->top + g->cell + g->below + room, y1 = g->bottom - room;
    double y = is_answer ? y1 + (y0 - y1) * part : y0 + (y1 - y0) * part;
    char label[24];
    struct capsule c = view_capsule(g->s, f->packet, h, label);
    c.motion = (struct point){0, 0};
    double x = windows_column_x(g, (double)key) + g->cell / 2;
    struct rect box = capsule_draw(g->ui, x, y, &c);
    char name[24];
    snprintf(name, sizeof name, "falls.%u", f->packet);
    struct ui_touch touch = ui_region(g->ui, name, box, false);
    if (touch.hover) {
        g->s->wish->hovered = f->packet;
    }
    if (touch.clicked) {
        g->s->wish->has_packet = true;
        g->s->wish->packet = f->packet;
    }
}

void windows_between(const struct strip *g)
{
    struct canvas *c = g->ui->c;
    for (unsigned i = 0; i < g->columns; i++) {
        double x = windows_column_x(g, (double)(g->first + i)) + g->cell / 2;
        canvas_line(c, x, g->top + g->cell + 24 * g->ui->k, x, g->bottom - 6 * g->ui->k,
                    (struct stroke){.width = 1.2, .on = 2, .off = 5}, g->ui->theme->hair);
    }
    uint32_t first, last;
    film_flights(g->s->film, g->s->now, g->s->now, &first, &last);
    for (uint32_t i = first; i < last; i++) {
        const struct flight *f = &g->s->film->flights[i];
        if (f->hop.offered <= g->s->now && flight_end(f) > g->s->now) {
            draw_falling(g, f);
        }
    }
}

/* Answers of the same words that came back so far. */
static unsigned answers_like(const struct strip *g, uint32_t packet)
{
    uint32_t first, last;
    unsigned count = 0;
    char wanted[24], label[24];
    snprintf(wanted, sizeof wanted, "%s", view_capsule(g->s, packet, 22, label).label);
    film_flights(g->s->film, 0, g->s->now, &first, &last);
    for (uint32_t i = first; i < last; i++) {
        const struct flight *f = &g->s->film->flights[i];
        bool has_come = f->hop.tx && f->hop.died == SIM_NEVER && f->hop.arrive <= g->s->now;
        count += has_come && trace_packet(g->s->trace, f->packet)->sender == g->pair.bottom &&
                 strcmp(view_capsule(g->s, f->packet, 22, label).label, wanted) == 0;
    }
    return count;
}

/* "3, 4, 5 were thrown away": the cells that say so now, right of what points below the strip. */
void windows_thrown(const struct strip *g, double x, double y)
{
    char list[96] = "";
    unsigned count = 0;
    for (unsigned i = 0; i < g->columns; i++) {
        if (windows_is_thrown(g, g->first + i) && count++ < 6) {
            size_t at = strlen(list);
            snprintf(list + at, sizeof list - at, "%s%s", at ? ", " : "", g->label[i]);
        }
    }
    if (count) {
        char text[160];
        view_format(g->ui, text, sizeof text, count == 1 ? "window.thrown.1" : "window.thrown",
                    "list", list, NULL);
        ui_text(g->ui, TYPE_LABEL, x, y, g->ui->theme->loss.text, text);
    }
}

/* The newest answer that came back, at the right between the rows. */
void windows_answer(const struct strip *g, double x)
{
    uint32_t first, last, found = 0;
    film_flights(g->s->film, 0, g->s->now, &first, &last);
    for (uint32_t i = last; i-- > first && !found;) {
        const struct flight *f = &g->s->film->flights[i];
        const struct packet *p = trace_packet(g->s->trace, f->packet);
        bool has_come = f->hop.tx && f->hop.died == SIM_NEVER && f->hop.arrive <= g->s->now;
        found = p->sender == g->pair.bottom && has_come ? f->packet : 0;
    }
    double ring = g->top + g->cell / 2 + 48 * g->ui->k; /* and its word end there */
    double y = fmax((g->top + g->cell + g->bottom) / 2, ring + 22 * g->ui->k);
    if (!found || y + 26 * g->ui->k > g->bottom + g->cell) {
        return;
    }
    ui_text_center(g->ui, TYPE_LABEL, x, y - 8 * g->ui->k, g->ui->theme->ink3,
                   ui_word(g->ui, "window.last"));
    char label[24];
    struct capsule c = view_capsule(g->s, found, 22, label);
    c.motion = (struct point){0, 0};
    double end = g->right + 76 * g->ui->k; /* a long label stays in the panel */
    capsule_draw(g->ui, fmin(x, end - capsule_width(g->ui, &c) / 2), y + 12 * g->ui->k, &c);
    unsigned count = answers_like(g, found);
    if (count > 1 && y + 44 * g->ui->k < g->bottom + g->cell) {
        char number[12], text[48];
        snprintf(number, sizeof number, "%u", count);
        view_format(g->ui, text, sizeof text, "window.times", "n", number, NULL);
        ui_text_center(g->ui, TYPE_LABEL, x, y + 40 * g->ui->k, g->ui->theme->ink3, text);
    }
}
