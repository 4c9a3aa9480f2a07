/* A header as the standards draw it: rows of 32 bits below a ruler, small label over the value, a
 * note at the right; flags as cells of one bit. A field that crosses rows keeps its words in its
 * widest part. */
#include "ui/view/inspector.h"
#include "ui/view/numbers.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW_BITS 32u
#define ROWS_MAX 200u /* a report of 31 blocks has 193 */

struct grid {
    struct ui *ui;
    struct inspection *in;
    const struct layer *layer;
    double x, y, bit, row; /* left, top, width of a bit, height of a row */
    unsigned rows;
};

/* The part of a field in one row; false: none there. */
static bool part_of(const struct grid *g, const struct field *f, unsigned row, struct rect *out)
{
    unsigned from = row * ROW_BITS, to = from + ROW_BITS;
    unsigned a = f->bit > from ? f->bit : from, b = (unsigned)(f->bit + f->bits);
    b = b < to ? b : to;
    if (a >= b) {
        return false;
    }
    *out = (struct rect){g->x + (a - from) * g->bit, g->y + row * g->row, (b - a) * g->bit, g->row};
    return true;
}

static struct rect widest_part(const struct grid *g, const struct field *f)
{
    struct rect widest = {0}, r;
    for (unsigned row = 0; row < g->rows; row++) {
        if (part_of(g, f, row, &r) && r.w > widest.w + 0.5) {
            widest = r;
        }
    }
    return widest;
}

static void draw_ruler(const struct grid *g)
{
    static const unsigned numbers[] = {0, 4, 8, 16, 24, 31};
    const struct theme *t = g->ui->theme;
    struct font font = theme_font(t, TYPE_AXIS);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[8];
        snprintf(text, sizeof text, "%u", numbers[i]);
        canvas_text(g->ui->c, font, g->x + (numbers[i] + 0.5) * g->bit, g->y - 7 * g->ui->k,
                    ALIGN_CENTER, t->ink3, text);
    }
    for (unsigned i = 0; i <= ROW_BITS; i += 4) {
        canvas_vline(g->ui->c, g->x + i * g->bit, g->y - 4 * g->ui->k, g->y, STROKE_GRID, t->hair);
    }
}

static bool is_shown(const struct grid *g, const struct field *f)
{
    return g->in->shown >= 0 && f == &g->in->d.fields[g->in->shown];
}

/* Presses and the pointer; called before anything is drawn, so that one picture shows one field. */
static void hear(struct grid *g)
{
    for (unsigned i = g->layer->first; i < (unsigned)(g->layer->first + g->layer->count); i++) {
        struct rect r;
        for (unsigned row = 0; row < g->rows; row++) {
            if (!part_of(g, &g->in->d.fields[i], row, &r)) {
                continue;
            }
            char name[32];
            snprintf(name, sizeof name, "field.%s.%u", g->in->d.fields[i].name, row);
            struct ui_touch touch = ui_region(g->ui, name, r, false);
            if (touch.clicked) {
                inspection_choose_field(g->in, (int)i);
            }
            if (touch.hover) {
                g->in->shown = (int)i;
            }
        }
    }
}

static void draw_ground(const struct grid *g, const struct field *f)
{
    const struct theme *t = g->ui->theme;
    struct rect r;
    for (unsigned row = 0; row < g->rows; row++) {
        if (!part_of(g, f, row, &r)) {
            continue;
        }
        if (is_shown(g, f)) {
            canvas_fill_box(g->ui->c, r, 0, t->marker);
        } else if (f->form == FIELD_UNUSED) {
            canvas_fill_box(g->ui->c, r, 0, t->sunk);
        }
    }
}

static void draw_edges(const struct grid *g, const struct field *f, bool is_in_group)
{
    const struct theme *t = g->ui->theme;
    struct rect r;
    for (unsigned row = 0; row < g->rows; row++) {
        if (!part_of(g, f, row, &r)) {
            continue;
        }
        if (r.x > g->x + 0.5 && !is_in_group) {
            canvas_vline(g->ui->c, r.x, r.y, r.y + r.h, STROKE_GRID, t->hair);
        }
        bool goes_on = (unsigned)(f->bit + f->bits) > (row + 1) * ROW_BITS && f->bits > ROW_BITS;
        if (row + 1 < g->rows && !goes_on) {
            canvas_hline(g->ui->c, r.x, r.x + r.w, r.y + r.h, STROKE_GRID, t->hair);
        }
    }
}

static void draw_flag(const struct grid *g, const struct field *f)
{
    const struct theme *t = g->ui->theme;
    struct hue hue = packet_hue(
        t, packet_kind(g->in->p->proto->name, packet_head(g->in->p), g->in->p->body.len));
    bool is_outline =
        packet_kind(g->in->p->proto->name, packet_head(g->in->p), g->in->p->body.len) == PACKET_ACK;
    struct rect r = widest_part(g, f);
    char name[64], letter[2] = {(char)toupper((unsigned char)f->name[0]), '\0'};
    const char *word = inspection_label(g->ui, g->in, f, "", name, sizeof name);
    letter[0] = word[0] && !word[1] ? word[0] : letter[0]; /* X is for extension */
    struct font font = theme_font(t, TYPE_AXIS);
    font.px = fmin(font.px, g->bit * 0.95);
    struct rect cell = {r.x + 0.8, r.y + r.h * 0.43, r.w - 1.6, r.h * 0.41};
    struct color on = is_shown(g, f) ? t->on_marker : t->ink3;
    if (f->value) {
        canvas_fill_box(g->ui->c, cell, 3 * g->ui->k, is_outline ? t->ink : hue.fill);
        on = is_outline ? t->panel : hue.on;
        font.face = FACE_MONO_SEMIBOLD;
    }
    canvas_text_in(g->ui->c, font, cell, ALIGN_CENTER, on, letter);
}

static struct color note_color(const struct grid *g, const struct field *f, bool is_bad)
{
    const struct theme *t = g->ui->theme;
    return is_shown(g, f) ? t->on_marker : is_bad ? t->loss.text : t->ink3;
}

/* Whose address it is; "" if nobody here has it. */
static const char *owner_of(const struct grid *g, const struct field *f)
{
    const struct trace *t = g->in->scene->trace;
    for (uint32_t n = 0; n < t->node_count && f->bits == 32; n++) {
        for (uint32_t i = 0; i < t->nodes[n].ip_count; i++) {
            if (t->nodes[n].ips[i] == f->value) {
                return node_short(t, n, g->ui->lang);
            }
        }
    }
    return "";
}

/* Whose an SSRC is; empty: nobody's, or no SSRC. */
static const char *speaker_of(const struct grid *g, const struct field *f)
{
    static const char *const fields[] = {"ssrc", "csrc", "source", "media"};
    const struct scene *s = g->in->scene;
    const struct packet *p = g->in->p;
    bool is_ssrc = false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        is_ssrc = is_ssrc || strcmp(f->name, fields[i]) == 0;
    }
    bool is_media = strcmp(g->layer->proto, "rtp") == 0 || strcmp(g->layer->proto, "rtcp") == 0;
    if (!is_ssrc || !is_media || !s->film) {
        return "";
    }
    uint32_t node =
        media_speaker(&s->film->media, (uint32_t)f->value, entity_node(s->trace, p->sender));
    return node == UINT32_MAX ? "" : node_short(s->trace, node, g->ui->lang);
}

/* The note: what a number means, whose an address is, or whether the check holds. A sequence number
 * is told with the number of the frame that it stands for. */
static const char *note_of(const struct grid *g, const struct field *f, bool *is_bad, char buf[48])
{
    bool is_check = strstr(f->name, "checksum") || strstr(f->name, "crc");
    *is_bad = g->layer->is_damaged && is_check;
    if (is_check && !f->text[0]) {
        return ui_word(g->ui, *is_bad ? "inspector.wrong" : "inspector.right");
    }
    bool is_note = *numbers_note(g->ui, g->in->scene, g->in->p, f->name, buf) != '\0';
    const char *speaker = speaker_of(g, f);
    if (*speaker) {
        return speaker;
    }
    if (f->form == FIELD_ADDRESS) {
        return is_note ? buf : owner_of(g, f);
    }
    if (strcmp(f->name, "number") == 0 && g->in->p->unit.n) {
        char frame[24];
        snprintf(frame, sizeof frame, "%llu", (unsigned long long)g->in->p->unit.at);
        return view_format(g->ui, buf, 48, "inspector.frame", "n", frame, NULL);
    }
    if (strcmp(f->name, "sack") == 0) {
        return numbers_block_note(g->in->p, f->text, buf);
    }
    if (is_note) {
        return buf;
    }
    return f->form == FIELD_NAMED || f->form == FIELD_NUMBER || f->form == FIELD_HEX ? f->text : "";
}

/* The name, or, where it does not fit, its short form if there is one. */
static const char *label_of(const struct grid *g, const struct field *f, struct font font, double w,
                            char *buf, size_t size)
{
    const char *name = inspection_label(g->ui, g->in, f, "", buf, size);
    if (text_width(g->ui->fonts, font, name) <= w) {
        return name;
    }
    const char *brief = inspection_label(g->ui, g->in, f, ".short", buf, size);
    return *brief ? brief : name;
}

static void draw_words(const struct grid *g, const struct field *f)
{
    const struct ui *ui = g->ui;
    const struct theme *t = ui->theme;
    struct rect r = widest_part(g, f);
    double pad = fmin(7 * ui->k, r.w * 0.12);
    struct font small = theme_font(t, TYPE_LABEL), value = theme_font(t, TYPE_VALUE);
    small.px = fmax(11, small.px - 1);
    small.face = is_shown(g, f) ? FACE_SANS_SEMIBOLD : FACE_SANS;
    char key[96], text[64];
    bool is_bad;
    struct rect in = {r.x + pad, r.y, r.w - 2 * pad + 3, r.h};
    struct rect top = {in.x, r.y + 3 * ui->k, in.w, r.h * 0.4};
    struct rect low = {in.x, r.y + r.h * 0.42, in.w, r.h * 0.46};
    const char *label = label_of(g, f, small, top.w, key, sizeof key);
    if (r.w > 30 * ui->k || text_width(ui->fonts, small, label) <= top.w) {
        canvas_text_in(ui->c, small, top, ALIGN_LEFT, is_shown(g, f) ? t->on_marker : t->ink3,
                       label);
    }
    inspection_value(g->in, f, text, sizeof text);
    canvas_text_in(ui->c, value, low, ALIGN_LEFT,
                   is_shown(g, f)            ? t->on_marker
                   : f->form == FIELD_UNUSED ? t->ink3
                                             : t->ink,
                   text);
    char frame[48];
    const char *note = note_of(g, f, &is_bad, frame);
    double left = in.w - text_width(ui->fonts, value, text) - 10 * ui->k;
    if (*note && text_width(ui->fonts, small, note) <= left) {
        low.w -= 3;
        canvas_text_in(ui->c, small, low, ALIGN_RIGHT, note_color(g, f, is_bad), note);
    }
}

/* Neighbouring flags share a label if it fits above them. */
static void draw_flags_label(const struct grid *g, const struct field *first, unsigned count)
{
    const struct theme *t = g->ui->theme;
    struct rect r = widest_part(g, first);
    struct font small = theme_font(t, TYPE_LABEL);
    small.px = fmax(11, small.px - 1);
    small.face = FACE_SANS;
    struct rect top = {r.x + 3 * g->ui->k, r.y + 3 * g->ui->k, count * g->bit - 4 * g->ui->k,
                       r.h * 0.4};
    const char *word = ui_word(g->ui, "inspector.flags");
    if (text_width(g->ui->fonts, small, word) <= top.w + 2) {
        canvas_text_in(g->ui->c, small, top, ALIGN_LEFT, t->ink3, word);
    }
}

static void draw_fields(const struct grid *g)
{
    const struct field *all = g->in->d.fields + g->layer->first;
    for (unsigned i = 0; i < g->layer->count; i++) {
        draw_ground(g, &all[i]);
    }
    for (unsigned i = 0, run = 0; i < g->layer->count; i++) {
        bool is_flag = all[i].form == FIELD_FLAG && all[i].bits == 1;
        bool is_in_group = is_flag && run > 0;
        draw_edges(g, &all[i], is_in_group);
        run = is_flag ? run + 1 : 0;
        if (!is_flag) {
            draw_words(g, &all[i]);
            continue;
        }
        draw_flag(g, &all[i]);
        bool ends = i + 1 == g->layer->count || all[i + 1].form != FIELD_FLAG;
        if (ends) {
            draw_flags_label(g, &all[i + 1 - run], run);
        }
    }
}

static unsigned rows_of(const struct inspection *in, const struct layer *l)
{
    unsigned bits = 0;
    for (unsigned i = l->first; i < (unsigned)(l->first + l->count); i++) {
        const struct field *f = &in->d.fields[i];
        unsigned end =
            (unsigned)(f->bit +
                       (f->form == FIELD_BYTES && f->bits > ROW_BITS ? ROW_BITS : f->bits));
        bits = end > bits ? end : bits;
    }
    unsigned rows = (bits + ROW_BITS - 1) / ROW_BITS;
    return rows < ROWS_MAX ? rows : ROWS_MAX;
}

/* A layer without fields: the payload. */
static double draw_plain_layer(struct ui *ui, const struct layer *l, struct rect r,
                               bool is_measured)
{
    char text[96], count[16];
    snprintf(count, sizeof count, "%u", l->len);
    view_format(ui, text, sizeof text, "inspector.payload", "n", count, NULL);
    struct font font = theme_font(ui->theme, TYPE_BODY);
    double h = canvas_paragraph_height(ui->c, font, r.w, text);
    if (!is_measured) {
        canvas_paragraph(ui->c, font, (struct rect){r.x, r.y, r.w, h + 4}, ui->theme->ink2, text);
    }
    return h;
}

double inspector_header(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    const struct layer *l = inspection_layer(in);
    if (!l) {
        return 0;
    }
    if (l->count == 0) {
        return draw_plain_layer(ui, l, r, is_measured);
    }
    double ruler = 20 * ui->k;
    struct grid g = {.ui = ui,
                     .in = in,
                     .layer = l,
                     .x = r.x,
                     .y = r.y + ruler,
                     .bit = r.w / ROW_BITS,
                     .row = 42 * ui->k,
                     .rows = rows_of(in, l)};
    if (!is_measured) {
        hear(&g);
        draw_ruler(&g);
        draw_fields(&g);
        canvas_stroke_box(ui->c, (struct rect){r.x, g.y, r.w, g.rows * g.row},
                          RADIUS_CONTROL * ui->k, 1.2 * ui->k, ui->theme->ink);
    }
    return ruler + g.rows * g.row;
}
