/* The packet panel: one packet taken apart as it stands on the wire now. Layers as tabs; a header
 * in rows of 32 bits; what the chosen field means; the bytes. Nothing selected: the packet of the
 * present step, so that the panel goes along with the story. */
#include "ui/view/inspector.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TAB_H 30.0
enum { TABS_IN_ROW = 5, TAB_ROWS = 4 };

const struct layer *inspection_layer(const struct inspection *in)
{
    unsigned tab = in->self->tab;
    return tab >= 1 && tab <= in->d.layer_count ? &in->d.layers[tab - 1] : NULL;
}

static const char *layer_word(const struct ui *ui, const char *proto, char *buf, size_t size)
{
    snprintf(buf, size, "proto.%s", proto);
    const char *text = word_find(ui->lang, buf);
    return text ? text : proto;
}

const char *inspection_label(const struct ui *ui, const struct inspection *in,
                             const struct field *f, const char *suffix, char *buf, size_t size)
{
    const struct layer *l = inspection_layer(in);
    snprintf(buf, size, "field.%s.%s%s", l ? l->proto : "", f->name, suffix);
    const char *text = word_find(ui->lang, buf);
    return text ? text : *suffix ? "" : f->name;
}

static char *blob(const struct inspection *in, const struct field *f, char *buf, size_t size)
{
    const struct layer *l = inspection_layer(in);
    assert(l);
    size_t at = l->at + f->bit / 8u, n = (f->bits + 7u) / 8u, used = 0;
    for (size_t i = 0; i < n && at + i < in->bytes.len && used + 6 < size; i++) {
        used += (size_t)snprintf(buf + used, size - used, "%s%02x", i ? " " : "",
                                 in->bytes.data[at + i]);
    }
    if (used == 0) {
        snprintf(buf, size, "–");
    }
    return buf;
}

char *inspection_value(const struct inspection *in, const struct field *f, char *buf, size_t size)
{
    if (in->scene->is_worksheet && f->form != FIELD_FLAG && f->form != FIELD_UNUSED) {
        snprintf(buf, size, "%s", "________");
        return buf;
    }
    switch (f->form) {
    case FIELD_HEX: snprintf(buf, size, "0x%0*" PRIx64, (f->bits + 3) / 4, f->value); return buf;
    case FIELD_BYTES:
        if (!f->text[0]) {
            return blob(in, f, buf, size);
        }
        snprintf(buf, size, "%s", f->text);
        return buf;
    case FIELD_ADDRESS: snprintf(buf, size, "%s", f->text); return buf;
    case FIELD_NUMBER:
    case FIELD_FLAG:
    case FIELD_NAMED:
    case FIELD_UNUSED: break;
    }
    snprintf(buf, size, "%" PRIu64, f->value);
    return buf;
}

/* Time to live and ECN bits as they stand on the hop under way. */
static void look_at_hop(const struct inspection *in, struct net *net)
{
    for (uint32_t i = 0; i < in->hop_count; i++) {
        if (in->hops[i].tx && in->hops[i].start <= in->scene->now) {
            unsigned code = trace_record(in->scene->trace, in->hops[i].tx)->code;
            net->ttl = (uint8_t)(code >> 8);
            net->ecn = code & ECN_CE;
        }
    }
}

static void take_apart(struct inspection *in)
{
    const struct trace *t = in->scene->trace;
    in->p = trace_packet(t, in->packet);
    uint32_t most = sizeof in->hops / sizeof *in->hops;
    uint32_t hops = trace_hops(t, in->packet, in->hops, most);
    in->hop_count = hops < most ? hops : most;
    const char *proto = in->p->proto->name;
    struct packet_view v = {.proto = proto,
                            .net = in->p->net,
                            .ip_id = in->p->ip_id,
                            .is_raw = in->p->is_raw,
                            .raw_ttl = in->p->net.ttl,
                            .head = packet_head(in->p),
                            .body = in->p->body,
                            .streams = &t->streams};
    look_at_hop(in, &v.net);
    packet_build(&v, &in->bytes);
    dissect(bytes_of(in->bytes.data, in->bytes.len), packet_form(proto), &in->d);
}

/* The header of the protocol that sent the packet; of a compound the first, which it is called by.
 */
static unsigned own_tab(const struct inspection *in)
{
    for (unsigned i = 0; i < in->d.layer_count; i++) {
        if (strcmp(in->d.layers[i].proto, in->p->proto->name) == 0) {
            return i + 1;
        }
    }
    return in->d.layer_count ? 1 : 0;
}

/* The field that a reader looks for first. */
static int own_field(const struct inspection *in)
{
    static const char *const first[] = {"giaddr",      "ciaddr", "yiaddr", "number", "dlsr", "ack",
                                        "ntp_seconds", "seq",    "to",     "ttl",    NULL};
    const struct layer *l = inspection_layer(in);
    for (const char *const *name = first; l && *name; name++) {
        for (unsigned i = l->first; i < (unsigned)(l->first + l->count); i++) {
            const struct field *f = &in->d.fields[i];
            bool is_empty = name - first < 3 && f->value == 0; /* an address that is not told */
            if (strcmp(f->name, *name) == 0 && f->form != FIELD_FLAG && !is_empty) {
                return (int)i;
            }
        }
    }
    return l && l->count ? l->first : -1;
}

static void choose(struct inspection *in)
{
    struct inspector *self = in->self;
    if (self->packet == 0 || self->tab > in->d.layer_count) {
        self->tab = own_tab(in);
        self->field = own_field(in);
    }
    if (self->packet != in->packet) {
        self->scroll = 0;
        self->field = self->field < in->d.field_count ? self->field : own_field(in);
    }
    uint32_t message = in->scene->message;
    if (message && (message != self->message || self->packet != in->packet)) {
        self->tab = in->d.layer_count; /* what its bytes belong to */
        self->scroll = 0;
    }
    self->packet = in->packet;
    self->message = message;
    in->shown = message ? -1 : self->field;
}

void inspection_choose_field(struct inspection *in, int field)
{
    in->self->field = field;
    if (in->scene->message) { /* one subject is marked at a time */
        in->scene->wish->has_packet = true;
        in->scene->wish->packet = in->packet;
    }
}

/* The way and the layers; more than fit side by side stand in rows. */
static unsigned tab_rows(const struct inspection *in)
{
    unsigned count = in->d.layer_count + 1u, rows = (count + TABS_IN_ROW - 1) / TABS_IN_ROW;
    return rows < TAB_ROWS ? rows : TAB_ROWS;
}

static void take_tab(struct inspection *in, unsigned tab)
{
    in->self->tab = tab;
    in->self->field = in->shown = own_field(in);
    in->self->scroll = 0;
}

static void draw_tab_row(struct ui *ui, struct inspection *in, unsigned first, unsigned count,
                         struct rect r)
{
    const char *labels[TABS_IN_ROW];
    char names[TABS_IN_ROW][40], row[16];
    unsigned chosen = in->self->tab - first; /* beyond `count`: it stands in another row */
    for (unsigned i = 0; i < count; i++) {
        labels[i] = first + i == 0 ? ui_word(ui, "inspector.way")
                                   : layer_word(ui, in->d.layers[first + i - 1].proto, names[i],
                                                sizeof names[i]);
    }
    snprintf(row, sizeof row, first ? "layers%u" : "layers", first);
    if (ui_tabs(ui, row, r, labels, count, &chosen) && chosen < count) {
        take_tab(in, first + chosen);
    }
}

static void draw_tabs(struct ui *ui, struct inspection *in, struct rect r)
{
    unsigned rows = tab_rows(in), all = in->d.layer_count + 1u;
    all = all < rows * TABS_IN_ROW ? all : rows * TABS_IN_ROW;
    unsigned each = (all + rows - 1) / rows;
    for (unsigned first = 0; first < all; first += each) {
        unsigned count = all - first < each ? all - first : each;
        struct rect at = rect_cut_top(&r, TAB_H * ui->k);
        draw_tab_row(ui, in, first, count, (struct rect){at.x, at.y, at.w * count / each, at.h});
    }
}

/* What became of it so far, in words and a sign. */
static double draw_fate(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    double h = 26 * ui->k;
    if (is_measured || in->hop_count == 0) {
        return in->hop_count ? h : 0;
    }
    const struct scene *s = in->scene;
    const struct hop *hop = &in->hops[0];
    for (uint32_t i = 0; i < in->hop_count && in->hops[i].offered <= s->now; i++) {
        hop = &in->hops[i];
    }
    char text[160], when[32], loss[96];
    const char *to = node_short(s->trace, direction_to(s->trace, hop->direction), ui->lang);
    bool is_dead = hop->died <= s->now, has_come = !is_dead && hop->arrive <= s->now && hop->tx;
    view_time_unit(is_dead ? hop->died : hop->arrive, when);
    if (is_dead) {
        view_loss_words(ui, s->trace, hop, loss, sizeof loss);
        view_format(ui, text, sizeof text, "inspector.died", "how", loss, "time", when, NULL);
    } else {
        view_format(ui, text, sizeof text,
                    has_come                ? "inspector.arrived"
                    : hop->offered > s->now ? "inspector.future"
                    : hop->start > s->now   ? "inspector.waits"
                                            : "inspector.flies",
                    "node", to, "time", when, NULL);
    }
    text[text_close_gaps(text, strlen(text))] = '\0';
    const struct theme *t = ui->theme;
    double y = r.y + h / 2;
    icon_draw_heavy(ui->c,
                    is_dead    ? ICON_CROSS
                    : has_come ? ICON_CHECK
                               : ICON_CLOCK,
                    r.x + 8 * ui->k, y, 14 * ui->k, 2.4, is_dead ? t->loss.text : t->ink2);
    canvas_text_in(ui->c, theme_font(t, TYPE_LABEL),
                   (struct rect){r.x + 22 * ui->k, r.y, r.w - 22 * ui->k, h}, ALIGN_LEFT,
                   is_dead ? t->loss.text : t->ink2, text);
    return h;
}

static double draw_explanation(struct ui *ui, struct inspection *in, struct rect r,
                               bool is_measured)
{
    const struct layer *l = inspection_layer(in);
    if (!l || in->shown < l->first || in->shown >= l->first + l->count) {
        return 0;
    }
    const struct field *f = &in->d.fields[in->shown];
    char key[96], value[64], title[200];
    inspection_value(in, f, value, sizeof value);
    bool has_name = f->form == FIELD_NAMED && f->text[0];
    bool is_told = has_name && strncmp(f->text, value, strlen(value)) == 0; /* by its name too */
    snprintf(title, sizeof title, "%s = %s%s%s", inspection_label(ui, in, f, "", key, sizeof key),
             is_told ? "" : value, has_name && !is_told ? ", " : "", has_name ? f->text : "");
    struct font bold = theme_font(ui->theme, TYPE_TITLE), plain = theme_font(ui->theme, TYPE_BODY);
    const char *about = inspection_label(ui, in, f, ".about", key, sizeof key);
    double text = *about ? canvas_paragraph_height(ui->c, plain, r.w - 32, about) : 0;
    double h = 24 + bold.px * 1.45 + (text > 0 ? 4 * ui->k + text : 0);
    if (!is_measured) {
        struct rect inside = part_explanation(ui, (struct rect){r.x, r.y, r.w, h});
        canvas_text_in(ui->c, bold, rect_cut_top(&inside, bold.px * 1.45), ALIGN_LEFT,
                       ui->theme->ink, title);
        rect_cut_top(&inside, 4 * ui->k);
        inside.h += 8;
        canvas_paragraph(ui->c, plain, inside, ui->theme->ink2, about);
    }
    return h;
}

static double draw_content(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    double gap = 12 * ui->k, y = r.y;
    struct rect at = r;
    if (in->self->tab == 0) {
        y += inspector_why(ui, in, at, is_measured);
        at.y = y;
        y += inspector_way(ui, in, at, is_measured) + gap;
    } else {
        y += inspector_header(ui, in, at, is_measured) + gap;
        at.y = y;
        double h = draw_explanation(ui, in, at, is_measured);
        y += h > 0 ? h + gap / 2 : 0;
    }
    at.y = y;
    y += draw_fate(ui, in, at, is_measured);
    at.y = y + 4 * ui->k;
    double messages = inspector_messages(ui, in, at, is_measured);
    y += messages > 0 ? messages + 4 * ui->k : 0;
    at.y = y + 4 * ui->k;
    y = at.y + inspector_bytes(ui, in, at, is_measured);
    return y - r.y;
}

/* What the panel calls it: as its capsule does, but a bare number says what it numbers. A damaged
 * packet is called by what it was. Returns the word before the label. */
static const char *name_of(const struct inspection *in, char label[24])
{
    const struct packet *p = in->p;
    while (p->is_raw && p->parent) {
        p = trace_packet(in->scene->trace, p->parent);
    }
    packet_label(p->proto->name, packet_head(p), p->body.len, label);
    bool is_number = label[0] >= '0' && label[0] <= '9';
    return is_number ? "DATA " : "";
}

static bool is_for_all(const struct trace *t, uint32_t packet)
{
    return trace_packet(t, packet)->net.to.ip == IP_BROADCAST;
}

/* A group has no node of its own: its address is its name. */
static const char *goal_of(const struct trace *t, uint32_t packet, const struct ui *ui, char ip[16])
{
    uint32_t to = packet_to_node(t, packet);
    return is_for_all(t, packet) ? ui_word(ui, "inspector.everyone")
           : to < t->node_count  ? node_short(t, to, ui->lang)
                                 : ip_print(trace_packet(t, packet)->net.to.ip, ip);
}

static void draw_packet(struct ui *ui, struct inspection *in, struct rect area)
{
    char label[24], note[96], size[48], bytes[16], ip[16];
    const struct trace *t = in->scene->trace;
    const char *kind = name_of(in, label);
    snprintf(note, sizeof note, "%s%s, %s → %s", kind, label,
             node_short(t, packet_from_node(t, in->packet), ui->lang),
             goal_of(t, in->packet, ui, ip));
    snprintf(bytes, sizeof bytes, "%zu", in->bytes.len);
    view_format(ui, size, sizeof size, "inspector.bytes", "n", bytes, NULL);
    struct rect r = part_panel(ui, area, ui_word(ui, "view.inspector"), note, size);
    draw_tabs(ui, in, rect_cut_top(&r, TAB_H * tab_rows(in) * ui->k));
    rect_cut_top(&r, 8 * ui->k);
    r.h += SIZE_PADDING - 6;
    struct rect narrow = {r.x, r.y, r.w - 12, r.h};
    double content = draw_content(ui, in, narrow, true);
    double y = ui_scroll_begin(ui, "packet", r, content, &in->self->scroll);
    double bar = content > r.h ? 12 : 0; /* beside the content, not above it */
    draw_content(ui, in, (struct rect){r.x, y, r.w - bar, content}, false);
    ui_scroll_end(ui);
}

static uint32_t shown_packet(const struct scene *s)
{
    if (s->selected) {
        return s->selected;
    }
    return s->story && s->step < s->story->count ? s->story->steps[s->step].packet : 0;
}

static void draw_inspector(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    uint32_t packet = shown_packet(s);
    if (packet == 0 || packet > s->trace->packets.count || !trace_packet(s->trace, packet)->proto) {
        struct rect r = part_panel(ui, area, ui_word(ui, "view.inspector"), NULL, NULL);
        canvas_paragraph(ui->c, theme_font(ui->theme, TYPE_BODY), r, ui->theme->ink3,
                         ui_word(ui, "inspector.empty"));
        return;
    }
    struct inspection in = {.self = self, .scene = s, .packet = packet};
    take_apart(&in);
    choose(&in);
    draw_packet(ui, &in, area);
    buf_free(&in.bytes);
}

const struct view view_inspector = {.name = "inspector",
                                    .title_key = "view.inspector",
                                    .size = sizeof(struct inspector),
                                    .draw = draw_inspector};
