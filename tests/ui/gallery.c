/* The sheet of components: every part, icon and widget in both themes, as a picture to look at.
 * usage: ui_gallery FILE.png [SCALE [dark]] */

#include "base/err.h"
#include "ui/canvas_cairo.h"
#include "ui/parts.h"

#include <stdio.h>
#include <stdlib.h>

#define W 1440
#define H 1240

static struct font sans(double px)
{
    return (struct font){FACE_SANS, px};
}

static struct font bold(double px)
{
    return (struct font){FACE_SANS_SEMIBOLD, px};
}

static void panel(struct ui *ui, struct rect r, const char *title, const char *note)
{
    canvas_fill_box(ui->c, r, 12, ui->theme->panel);
    canvas_stroke_box(ui->c, r, 12, 1, ui->theme->hair);
    double x = r.x + 20, y = r.y + 32;
    x += canvas_text(ui->c, bold(16), x, y, ALIGN_LEFT, ui->theme->ink, title);
    canvas_text(ui->c, sans(13), x + 10, y, ALIGN_LEFT, ui->theme->ink3, note);
}

static const struct {
    const char *name, *note, *label;
    enum packet_kind kind;
    bool repeats;
} kinds[] = {
    {"Control: SYN, FIN", "pill, filled", "SYN", PACKET_CONTROL, true},
    {"Data", "box with a seam", "DATA", PACKET_DATA, true},
    {"Bare acknowledgment", "pill, outline", "ACK", PACKET_ACK, true},
    {"Reset, error", "pointed ends", "RST", PACKET_RESET, false},
    {"DHCP, RTCP report", "pill, filled", "OFFER", PACKET_REPORT, true},
    {"RTP media", "box, number only", "12", PACKET_MEDIA, false},
};

static void kind_row(struct ui *ui, double x, double y, unsigned i)
{
    const struct theme *t = ui->theme;
    canvas_hline(ui->c, x + 20, x + 670, y - 27, 1, t->hair2);
    canvas_text(ui->c, bold(13), x + 20, y - 2, ALIGN_LEFT, t->ink, kinds[i].name);
    canvas_text(ui->c, sans(12), x + 20, y + 15, ALIGN_LEFT, t->ink3, kinds[i].note);
    struct capsule p = {.kind = kinds[i].kind, .label = kinds[i].label, .h = 24};
    capsule_draw(ui, x + 196, y, &p);
    p.motion.x = 1;
    capsule_draw(ui, x + 316, y, &p);
    p.no_echo = true;
    p.is_selected = true;
    capsule_draw(ui, x + 446, y, &p);
    p.is_selected = false;
    p.is_again = kinds[i].kind != PACKET_ACK;
    p.tries = 2;
    p.repeats = p.is_again ? 0 : 3;
    if (kinds[i].repeats) {
        capsule_draw(ui, x + 576, y, &p);
    } else {
        canvas_text(ui->c, sans(12), x + 576, y + 4, ALIGN_CENTER, t->ink3, "never");
    }
}

static void packets(struct ui *ui, double x)
{
    static const char *const heads[] = {"at rest", "moving", "selected", "sent again"};
    panel(ui, (struct rect){x, 72, 690, 392}, "Packets", theme_code(ui->theme->name));
    for (int i = 0; i < 4; i++) {
        canvas_text(ui->c, sans(12), x + (double[]){196, 316, 446, 576}[i], 104, ALIGN_CENTER,
                    ui->theme->ink3, heads[i]);
    }
    for (unsigned i = 0; i < 6; i++) {
        kind_row(ui, x, 144 + 54 * i, i);
    }
}

static void chip(struct ui *ui, struct rect r, struct color fill, struct color on, const char *name)
{
    char hex[16];
    snprintf(hex, sizeof hex, "#%02X%02X%02X", fill.r, fill.g, fill.b);
    canvas_fill_box(ui->c, r, 6, fill);
    canvas_stroke_box(ui->c, r, 6, 1, ui->theme->hair);
    canvas_text_in(ui->c, (struct font){FACE_MONO, 11}, r, ALIGN_CENTER, on, hex);
    canvas_text(ui->c, sans(12), r.x, r.y + r.h + 15, ALIGN_LEFT, ui->theme->ink2, name);
}

static void colours(struct ui *ui, double x)
{
    const struct theme *t = ui->theme;
    panel(ui, (struct rect){x, 484, 690, 170}, "Colour", theme_code(t->name));
    const struct hue *hues[] = {&t->control, &t->data, &t->retx, &t->loss, &t->report, &t->media};
    static const char *const names[] = {"control",     "data",       "sent again",
                                        "loss, timer", "DHCP, RTCP", "RTP"};
    for (int i = 0; i < 6; i++) {
        chip(ui, (struct rect){x + 20 + 94 * i, 528, 84, 36}, hues[i]->fill, hues[i]->on, names[i]);
    }
    chip(ui, (struct rect){x + 584, 528, 84, 36}, t->marker, t->on_marker, "focus");
    struct color inks[] = {t->bg, t->panel, t->tint, t->hair, t->wire, t->ink3, t->ink2, t->ink};
    static const char *const ink_names[] = {"bg",   "panel", "tint",  "hair",
                                            "wire", "ink-3", "ink-2", "ink"};
    for (int i = 0; i < 8; i++) {
        chip(ui, (struct rect){x + 20 + 82 * i, 592, 72, 24}, inks[i], i < 5 ? t->ink : t->panel,
             ink_names[i]);
    }
}

static void life_line(struct ui *ui, double x, const char *name)
{
    canvas_vline(ui->c, x, 744, 976, 1.8, ui->theme->ink);
    part_lifeline_head(ui, x, 732, ICON_NONE, name);
}

static void ladder(struct ui *ui)
{
    const struct theme *t = ui->theme;
    panel(ui, (struct rect){24, 674, 690, 316}, "Loss, repeat, timer, fold", "");
    life_line(ui, 174, "A");
    life_line(ui, 408, "B");
    part_flight(ui, (struct point){174, 762}, (struct point){294, 776}, t->data.fill, false);
    part_flight_dashed(ui, (struct point){294, 776}, (struct point){408, 791}, t->ink3);
    part_loss(ui, 294, 776, 11);
    ui_text(ui, TYPE_TAG, 312, 770, t->loss.text, "lost on the wire");
    capsule_draw(ui, 224, 768, &(struct capsule){.kind = PACKET_DATA, .label = "41", .h = 22});
    part_fold(ui, 84, 440, 834, "0.9 s folded");
    part_timer_bar(ui, 154, 774, 878, 0, true);
    ui_text_right(ui, TYPE_TAG, 140, 802, t->loss.text, "RTO 1.000 s");
    ui_text_right(ui, TYPE_TAG, 138, 882, t->loss.text, "expired");
    part_thread(ui, (struct point){224, 780}, (struct point){258, 882}, -22);
    part_flight(ui, (struct point){174, 878}, (struct point){408, 910}, t->retx.fill, true);
    capsule_draw(ui, 278, 892,
                 &(struct capsule){
                     .kind = PACKET_DATA, .label = "41", .h = 24, .is_again = true, .tries = 2});
    part_flight(ui, (struct point){408, 914}, (struct point){294, 942}, t->ack, false);
    part_flight_dashed(ui, (struct point){294, 942}, (struct point){174, 968}, t->ack);
    part_now(ui, 96, 468, 942, "1.118");
    capsule_draw(ui, 294, 942,
                 &(struct capsule){.kind = PACKET_ACK,
                                   .label = "ACK",
                                   .extra = "42",
                                   .h = 22,
                                   .motion = {-1, 0},
                                   .no_echo = true});
    part_timer_ring(ui, 520, 760, 21, 0.3, "1.95");
    part_timer_bar(ui, 600, 730, 780, 860, false);
    part_node(ui, 500, 880, 60, PART_HOST, ICON_LAPTOP, "Client A", "10.0.1.5");
    part_link(ui, (struct point){530, 880}, (struct point){640, 880});
    part_node(ui, 580, 880, 60, PART_ROUTER, ICON_ROUTER, "R1", "");
    part_node(ui, 660, 880, 60, PART_HOST, ICON_SERVER, "Server B", "10.0.2.9");
    part_mark(ui, 500, 960, MARK_PACKET, PACKET_CONTROL, false, 1);
    part_mark(ui, 530, 960, MARK_PACKET, PACKET_DATA, false, 1);
    part_mark(ui, 560, 960, MARK_PACKET, PACKET_ACK, false, 1);
    part_mark(ui, 590, 960, MARK_PACKET, PACKET_DATA, true, 1);
    part_mark(ui, 620, 960, MARK_LOSS, PACKET_DATA, false, 1);
    part_mark(ui, 650, 960, MARK_TIMEOUT, PACKET_DATA, false, 1);
    part_mark(ui, 680, 960, MARK_PACKET, PACKET_RESET, false, 1);
}

static void type(struct ui *ui)
{
    static const struct {
        enum type_role role;
        double y;
        const char *text;
    } lines[] = {
        {TYPE_HEADLINE, 744, "20/600 Caption headline"},
        {TYPE_REASON, 771, "15/400 Caption reason, buttons"},
        {TYPE_TITLE, 795.5, "13/600 Panel title, node name"},
        {TYPE_BODY, 819, "13/400 Body, table text"},
        {TYPE_LABEL, 842.5, "11.5/500 Axis note, label"},
        {TYPE_CLOCK, 869, "1.052 s"},
        {TYPE_CODE, 896, "13 mono 0x8541 10.0.1.5"},
        {TYPE_AXIS, 919, "11 mono 45 00 00 34"},
        {TYPE_BODY, 954, "三次握手，第一个 SYN 丢失。“再发一次” Noto"},
        {TYPE_TITLE, 976, "B 用 SYN ACK 回答：接受 A 的起始号"},
    };
    panel(ui, (struct rect){726, 674, 340, 316}, "Type", "Inter, JetBrains Mono");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ui_text(ui, lines[i].role, 746, lines[i].y, ui->theme->ink, lines[i].text);
    }
}

static void controls(struct ui *ui)
{
    static const char *const ab[] = {"A", "B"};
    static const struct ui_item items[] = {{"Stop-and-wait", "7 steps"}, {"Go-back-N", "24 steps"}};
    bool on = true, off = false;
    unsigned chosen = 0, row = 1;
    double ten = 0.6, scroll = 0;
    char text[16] = "0.250";
    panel(ui, (struct rect){1078, 674, 338, 316}, "Controls", "4 px grid, radius 6");
    ui_button(ui, "primary", (struct rect){1098, 724, 86, 32}, UI_PRIMARY, ICON_NONE, "Primary",
              false);
    ui_button(ui, "plain", (struct rect){1194, 724, 87, 32}, UI_PLAIN, ICON_NONE, "Plain", false);
    ui_button(ui, "focused", (struct rect){1291, 724, 86, 32}, UI_PLAIN, ICON_NONE, "Focused",
              false);
    ui_toggle(ui, "on", (struct rect){1098, 772, 76, 32}, "On", &on);
    ui_toggle(ui, "off", (struct rect){1184, 772, 76, 32}, "Off", &off);
    ui_segmented(ui, "ab", (struct rect){1278, 773, 102, 30}, ab, 2, &chosen, false);
    ui_slider(ui, "slider", (struct rect){1098, 816, 200, 32}, 0, 1, 0.1, &ten);
    ui_text(ui, TYPE_BODY, 1310, 836.5, ui->theme->ink3, "loss");
    ui_text_right(ui, TYPE_CODE, 1380, 836.5, ui->theme->ink, "10 %");
    ui_text_field(ui, "field", (struct rect){1098, 859, 150, 34}, text, sizeof text, "");
    ui_button(ui, "icon", (struct rect){1264, 859, 34, 34}, UI_GHOST, ICON_MOON, NULL, false);
    ui_button(ui, "tip", (struct rect){1304, 860, 84, 32}, UI_PLAIN, ICON_BULB, "Predict", false);
    ui_list(ui, "list", (struct rect){1098, 906, 282, 62}, items, 2, &row, &scroll);
}

static void cells(struct ui *ui)
{
    static const char *const names[] = {"acked", "sent",     "again",  "usable",
                                        "later", "expected", "thrown", "passed on"};
    ui_text(ui, TYPE_TITLE, 44, 1118, ui->theme->ink, "Window strip cells");
    for (unsigned i = 0; i < 8; i++) {
        char digit[2] = {(char)('0' + i), 0};
        part_cell(ui, (struct rect){44 + 84 * i, 1130, 40, 40}, (enum part_cell)i, digit);
        canvas_text(ui->c, sans(11.5), 64 + 84 * i, 1188, ALIGN_CENTER, ui->theme->ink2, names[i]);
    }
    ui_text(ui, TYPE_TITLE, 744, 1118, ui->theme->ink, "State");
    part_state(ui, (struct rect){744, 1134, 110, 30}, "SYN-RECEIVED", STATE_CURRENT);
    part_state(ui, (struct rect){866, 1134, 90, 30}, "LISTEN", STATE_VISITED);
    part_state(ui, (struct rect){968, 1134, 100, 30}, "CLOSED", STATE_NOT_YET);
    part_state_tag(ui, 744, 1188, ALIGN_LEFT, "ESTABLISHED", false, 1);
    part_state_tag(ui, 850, 1188, ALIGN_LEFT, "SYN-SENT", true, 1);
    part_tag(ui, 940, 1188, ALIGN_LEFT, "RFC 9293 §3.5", true);
}

static void icons(struct ui *ui)
{
    panel(ui, (struct rect){24, 1010, 1392, 206}, "Icons", "20 px grid, 1.7 px round stroke");
    for (int i = 1; i < ICON_COUNT; i++) {
        icon_draw(ui->c, (enum icon)i, 60 + 41 * (i - 1), 1076, 22, ui->theme->ink);
    }
    cells(ui);
    struct capsule in_text[] = {{.kind = PACKET_CONTROL, .label = "SYN ACK"},
                                {.kind = PACKET_CONTROL, .label = "SYN", .is_again = true}};
    rich_text(ui, (struct rect){1110, 1110, 290, 100}, TYPE_REASON, ui->theme->ink2,
              "B answers with \xEF\xBF\xBC: silence, so A sent \xEF\xBF\xBC again.", in_text, 2, 3,
              false);
}

static void other_half(struct ui *ui, const struct theme *other)
{
    const struct theme *own = ui->theme;
    ui->theme = other;
    packets(ui, 726);
    colours(ui, 726);
    ui->theme = own;
}

static void sheet(struct ui *ui, const struct theme *other)
{
    canvas_fill_box(ui->c, (struct rect){0, 0, W, H}, 0, ui->theme->bg);
    logo_draw(ui->c, 38, 40, 1, ui->theme);
    canvas_text(ui->c, bold(20), 64, 47.2, ALIGN_LEFT, ui->theme->ink, "slowwire");
    canvas_text(ui->c, sans(15), 168, 45.4, ALIGN_LEFT, ui->theme->ink2,
                "visual language: colour belongs to packets, the rest is ink and paper");
    packets(ui, 24);
    colours(ui, 24);
    other_half(ui, other);
    ladder(ui);
    type(ui);
    controls(ui);
    icons(ui);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct fonts *fonts = argc > 1 ? fonts_new(NULL, &err) : NULL;
    if (!fonts) {
        err_print(&err, stderr, false);
        return 2;
    }
    double scale = argc > 2 ? strtod(argv[2], NULL) : 1;
    bool is_dark = argc > 3;
    struct theme light = theme_make(is_dark ? THEME_DARK : THEME_LIGHT, 1);
    struct theme dark = theme_make(is_dark ? THEME_LIGHT : THEME_DARK, 1);
    struct canvas *c = canvas_cairo_new(fonts, (int)(W * scale), (int)(H * scale), scale);
    struct ui *ui = calloc(1, sizeof *ui);
    if (!ui) {
        return 2;
    }
    ui_init(ui);
    ui->focus = ui_name(ui, "focused");
    ui->shows_focus = true;
    ui_begin(ui, c, &light, LANG_EN, W, H, scale, 0);
    sheet(ui, &dark);
    ui_end(ui);
    bool good = canvas_cairo_png(c, argv[1], &err);
    err_print(&err, stderr, false);
    free(ui);
    canvas_free(c);
    fonts_free(fonts);
    return good ? 0 : 2;
}
