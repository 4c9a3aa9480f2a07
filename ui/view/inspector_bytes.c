/* The bytes of the packet panel, and the way the packet went. A field marks its bytes; a byte
 * chooses its field. */
#include "ui/view/inspector.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 512u /* bytes of a long payload that are listed */

struct dump {
    struct ui *ui;
    struct inspection *in;
    struct font font;
    double x, y, pitch, line, first; /* first: x of the first byte */
    unsigned columns, shown;
};

static unsigned shown_bytes(const struct inspection *in)
{
    return in->bytes.len < SHOWN_MAX ? (unsigned)in->bytes.len : SHOWN_MAX;
}

static struct rect cell_of(const struct dump *d, unsigned i)
{
    unsigned column = i % d->columns, row = i / d->columns;
    double gap = column >= 8 ? d->pitch * 0.45 : 0;
    return (struct rect){d->first + column * d->pitch + gap - d->pitch * 0.11, d->y + row * d->line,
                         d->pitch, d->line};
}

/* The layer and field that byte i belongs to; -1: none. */
static int field_at(const struct inspection *in, unsigned i, unsigned *layer)
{
    for (unsigned l = 0; l < in->d.layer_count; l++) {
        const struct layer *at = &in->d.layers[l];
        if (i < at->at || i >= at->at + at->len) {
            continue;
        }
        *layer = l;
        for (unsigned f = at->first; f < (unsigned)(at->first + at->count); f++) {
            unsigned from = at->at + in->d.fields[f].bit / 8u;
            unsigned to = at->at + (in->d.fields[f].bit + in->d.fields[f].bits + 7u) / 8u;
            if (i >= from && i < to) {
                return (int)f;
            }
        }
    }
    return -1;
}

/* By the field that is shown; where a message is chosen, by that. */
static bool is_marked(const struct inspection *in, unsigned i)
{
    bool is_chosen = false;
    if (in->scene->message) {
        return inspection_message_has(in, i, &is_chosen) && is_chosen;
    }
    const struct layer *l = inspection_layer(in);
    if (!l || in->shown < l->first || in->shown >= l->first + l->count) {
        return false;
    }
    const struct field *f = &in->d.fields[in->shown];
    return i >= l->at + f->bit / 8u && i < l->at + (f->bit + f->bits + 7u) / 8u;
}

static void draw_byte(struct dump *d, unsigned i)
{
    const struct theme *t = d->ui->theme;
    const struct layer *l = inspection_layer(d->in);
    struct rect r = cell_of(d, i);
    bool is_own = l && i >= l->at && i < l->at + l->len;
    char text[4];
    snprintf(text, sizeof text, "%02x", d->in->bytes.data[i]);
    bool is_chosen, goes_on_pale = i % d->columns != 7 && (i + 1) % d->columns != 0;
    if (!is_marked(d->in, i) && inspection_message_has(d->in, i, &is_chosen)) {
        canvas_fill_box(d->ui->c,
                        (struct rect){r.x, r.y + 1, goes_on_pale ? r.w + 1 : r.w, r.h - 2}, 3,
                        t->data.pale);
    }
    if (is_marked(d->in, i)) {
        bool goes_on = i % d->columns != 7 && (i + 1) % d->columns != 0 && is_marked(d->in, i + 1);
        canvas_fill_box(d->ui->c, (struct rect){r.x, r.y + 1, goes_on ? r.w + 1 : r.w, r.h - 2}, 3,
                        t->marker);
    }
    struct font font = d->font;
    font.face = is_marked(d->in, i) ? FACE_MONO_SEMIBOLD : font.face;
    canvas_text_in(d->ui->c, font, r, ALIGN_CENTER,
                   is_marked(d->in, i) ? t->on_marker
                   : is_own            ? t->ink2
                                       : t->ink3,
                   text);
}

/* One region for all bytes, so that a long packet stays cheap. */
static void hear_bytes(struct dump *d, double w, unsigned lines)
{
    struct ui_touch touch =
        ui_region(d->ui, "bytes", (struct rect){d->x, d->y, w, lines * d->line}, false);
    if (!touch.hover) {
        return;
    }
    for (unsigned i = 0; i < d->shown; i++) {
        unsigned layer = 0;
        int field = rect_has(cell_of(d, i), touch.x, touch.y) ? field_at(d->in, i, &layer) : -1;
        if (field >= 0 && touch.clicked) {
            d->in->self->tab = layer + 1;
            inspection_choose_field(d->in, field);
            d->ui->wants_frame = true;
        }
    }
}

static void draw_lines(struct dump *d, unsigned lines)
{
    for (unsigned row = 0; row < lines; row++) {
        char text[8];
        snprintf(text, sizeof text, "%04x", row * d->columns);
        canvas_text_in(d->ui->c, d->font,
                       (struct rect){d->x, d->y + row * d->line, d->first - d->x, d->line},
                       ALIGN_LEFT, d->ui->theme->ink3, text);
    }
    for (unsigned i = 0; i < d->shown; i++) {
        draw_byte(d, i);
    }
}

/* "IPv4, UDP, data": the layers in the order of the bytes. */
static void layers_text(const struct ui *ui, const struct inspection *in, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = '\0';
    for (unsigned i = 0; i < in->d.layer_count && used + 1 < size; i++) {
        char key[48];
        snprintf(key, sizeof key, "proto.%s", in->d.layers[i].proto);
        used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? " · " : "", ui_word(ui, key));
    }
}

static double draw_heading(struct ui *ui, const struct inspection *in, struct rect r)
{
    const struct theme *t = ui->theme;
    struct font bold = theme_font(t, TYPE_TAG), plain = theme_font(t, TYPE_LABEL);
    char layers[160];
    const char *title = ui_word(ui, "inspector.dump");
    layers_text(ui, in, layers, sizeof layers);
    double baseline = r.y + 15 * ui->k;
    double w = canvas_text(ui->c, bold, r.x, baseline, ALIGN_LEFT, t->ink, title);
    canvas_text(ui->c, plain, r.x + w + 10 * ui->k, baseline, ALIGN_LEFT, t->ink3, layers);
    return 24 * ui->k;
}

double inspector_bytes(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    struct dump d = {.ui = ui, .in = in, .font = theme_font(ui->theme, TYPE_AXIS)};
    d.x = r.x;
    d.y = r.y + 24 * ui->k;
    d.line = fmax(18 * ui->k, d.font.px * 1.5);
    d.pitch = text_width(ui->fonts, d.font, "00") * 1.3;
    d.first = r.x + text_width(ui->fonts, d.font, "0000") + 12 * ui->k;
    d.columns = d.first + 16.6 * d.pitch <= r.x + r.w ? 16 : 8;
    d.shown = shown_bytes(in);
    unsigned lines = (d.shown + d.columns - 1) / d.columns;
    bool is_cut = d.shown < in->bytes.len;
    double h = 24 * ui->k + lines * d.line + (is_cut ? d.line : 0) + 6 * ui->k;
    if (is_measured) {
        return h;
    }
    draw_heading(ui, in, r);
    hear_bytes(&d, r.w, lines);
    draw_lines(&d, lines);
    if (is_cut) {
        char text[64], count[16];
        snprintf(count, sizeof count, "%zu", in->bytes.len - d.shown);
        view_format(ui, text, sizeof text, "inspector.more", "n", count, NULL);
        ui_text(ui, TYPE_LABEL, d.first, d.y + (lines + 0.75) * d.line, ui->theme->ink3, text);
    }
    return h;
}

static double draw_row(struct ui *ui, struct rect r, double y, const char *label, const char *value)
{
    const struct theme *t = ui->theme;
    double h = 24 * ui->k;
    canvas_hline(ui->c, r.x, r.x + r.w, y, STROKE_GRID, t->hair2);
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL), (struct rect){r.x, y, r.w * 0.55, h},
                   ALIGN_LEFT, t->ink3, label);
    canvas_text_in(ui->c, theme_font(t, TYPE_VALUE),
                   (struct rect){r.x + r.w * 0.4, y, r.w * 0.6, h}, ALIGN_RIGHT, t->ink, value);
    return h;
}

static double draw_hop(struct ui *ui, const struct inspection *in, const struct hop *hop,
                       struct rect r)
{
    const struct trace *t = in->scene->trace;
    char title[64], value[32];
    snprintf(title, sizeof title, "%s → %s",
             node_short(t, direction_from(t, hop->direction), ui->lang),
             node_short(t, direction_to(t, hop->direction), ui->lang));
    ui_text(ui, TYPE_TITLE, r.x, r.y + 15 * ui->k, ui->theme->ink, title);
    double y = r.y + 24 * ui->k;
    y += draw_row(ui, r, y, ui_word(ui, "inspector.link"),
                  t->links[t->entities[hop->direction].link].text);
    if (hop->start > hop->offered) {
        y += draw_row(ui, r, y, ui_word(ui, "inspector.queued"),
                      value_print(hop->start - hop->offered, "ns", value));
    }
    y += draw_row(ui, r, y, ui_word(ui, "inspector.start"), view_time_unit(hop->start, value));
    y += draw_row(ui, r, y, ui_word(ui, "inspector.sent"), view_time_unit(hop->sent, value));
    bool is_dead = hop->died <= in->scene->now; /* what is to come is not told */
    y += draw_row(ui, r, y, ui_word(ui, is_dead ? "inspector.ends" : "inspector.arrives"),
                  view_time_unit(is_dead ? hop->died : hop->arrive, value));
    if (hop->tx && proto_carrier(in->p->proto->name) != CARRIER_LINK) {
        snprintf(value, sizeof value, "%d", trace_record(t, hop->tx)->code >> 8);
        y += draw_row(ui, r, y, ui_word(ui, "inspector.ttl"), value);
    }
    return y - r.y + 14 * ui->k;
}

double inspector_way(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    bool is_frame = proto_carrier(in->p->proto->name) == CARRIER_LINK;
    double y = r.y + 6 * ui->k;
    for (uint32_t i = 0; i < in->hop_count; i++) {
        const struct hop *hop = &in->hops[i];
        unsigned rows = 4u + (hop->start > hop->offered) + (hop->tx && !is_frame);
        struct rect at = {r.x, y, r.w, 0};
        y += is_measured ? (24 * (1 + rows) + 14) * ui->k : draw_hop(ui, in, hop, at);
    }
    return y - r.y;
}
