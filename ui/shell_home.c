/* The first page: what was opened last, and every bundled scenario, lesson by lesson, each on a
 * card with a picture of its run. A card is drawn when it is seen, one new picture a frame. */
#include "ui/shell_inside.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CARD_WIDE    228.0
#define CARD_HIGH    178.0
#define PICTURE_HIGH 92.0
#define GAP          14.0

void shell_home(struct shell *s)
{
    session_list_free(&s->list);
    if (s->o.remembers) {
        session_list_recent(&s->list);
    }
    session_list_fill(&s->list);
    s->at_home = true;
    s->home_at = 0;
    s->box_scroll = 0;
    s->box = BOX_NONE;
    s->ui.focus = 0;
    s->player.is_playing = false;
    s->wants_draw = true;
    if (s->o.remembers && !s->film) {
        shell_offer_rescue(s);
    }
}

static struct color flight_color(const struct theme *t, const struct sketch_flight *f)
{
    struct hue hue = packet_hue(t, (enum packet_kind)f->kind);
    if (f->is_again) {
        return t->retx.fill;
    }
    return f->kind == PACKET_ACK ? t->ack : hue.fill;
}

static void draw_sketch(struct shell *s, const struct session_sketch *k, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    struct rect in = rect_inset(r, 34 * ui->k, 12 * ui->k);
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, t->sunk);
    for (unsigned i = 0; i < k->lines; i++) {
        double x = in.x + (k->lines > 1 ? in.w * i / (k->lines - 1) : in.w / 2);
        canvas_vline(ui->c, x, r.y + 7 * ui->k, r.y + r.h - 7 * ui->k, 1.4 * ui->k, t->ink2);
    }
    for (unsigned i = 0; i < k->count; i++) {
        const struct sketch_flight *f = &k->flights[i];
        double x0 = in.x + f->x0 * in.w, y0 = in.y + f->y0 * in.h;
        double x1 = in.x + f->x1 * in.w, y1 = in.y + f->y1 * in.h;
        struct color color = flight_color(t, f);
        canvas_line(ui->c, x0, y0, x1, y1, (struct stroke){.width = 1.8 * ui->k}, color);
        if (f->is_lost) {
            icon_draw_heavy(ui->c, ICON_CROSS, x1, y1, 10 * ui->k, 4, t->loss.fill);
        } else {
            canvas_arrow_head(ui->c, x1, y1, x1 - x0, y1 - y0, 6 * ui->k, color);
        }
    }
}

static void draw_card(struct shell *s, unsigned i, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    struct session_entry *e = &s->list.entries[i];
    struct rect in = rect_inset(r, 8 * ui->k, 8 * ui->k);
    char name[24];
    snprintf(name, sizeof name, "card.%u", i);
    struct ui_touch touch = ui_region(ui, name, r, false);
    bool is_at = i == s->home_at;
    canvas_fill_box(ui->c, r, RADIUS_PANEL, touch.hover ? t->tint : t->panel);
    canvas_stroke_box(ui->c, r, RADIUS_PANEL, is_at ? 2 : 1, is_at ? t->ink : t->hair);
    if (!e->sketch->is_made && !s->has_sketched) {
        session_list_sketch(e);
        s->has_sketched = true;
    }
    ui->wants_frame |= !e->sketch->is_made;
    draw_sketch(s, e->sketch, rect_cut_top(&in, PICTURE_HIGH * ui->k));
    rect_cut_top(&in, 6 * ui->k);
    canvas_text_in(ui->c, theme_font(t, TYPE_TITLE), rect_cut_top(&in, 22 * ui->k), ALIGN_LEFT,
                   t->ink, e->title[s->lang]);
    canvas_paragraph(ui->c, theme_font(t, TYPE_LABEL), in, t->ink3, e->about[s->lang]);
    if (touch.pressed) {
        s->home_at = i;
    }
    if (touch.clicked) {
        s->home_opens = true;
    }
}

/* "1  Why protocols exist"; what is in no lesson, by its topic with the words of `slowwire list`.
 */
static void draw_topic(struct shell *s, const struct session_entry *e, double x, double y)
{
    struct ui *ui = &s->ui;
    const char *topic = e->topic;
    char key[48], name[24];
    if (e->heading[s->lang]) {
        x += ui_text(ui, TYPE_SCENARIO, x, y, s->theme.ink3, topic) + 10 * ui->k;
        ui_text(ui, TYPE_SCENARIO, x, y, s->theme.ink, e->heading[s->lang]);
        return;
    }
    snprintf(key, sizeof key, "cli.topic.%s", topic);
    const char *words = word_find(s->lang, key);
    snprintf(name, sizeof name, "%s", topic);
    for (char *c = name; *c; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    if (strcmp(topic, "recent") == 0) {
        ui_text(ui, TYPE_SCENARIO, x, y, s->theme.ink, ui_word(ui, "home.recent"));
        return;
    }
    x += ui_text(ui, TYPE_SCENARIO, x, y, s->theme.ink, name) + 10 * ui->k;
    ui_text(ui, TYPE_REASON, x, y, s->theme.ink3, words ? words : "");
}

/* Where the cards stand: topics below each other, each in rows. */
static double place_cards(struct shell *s, struct rect r, unsigned columns, bool is_drawn, double y)
{
    struct ui *ui = &s->ui;
    double w = (r.w - (columns - 1) * GAP) / columns, h = CARD_HIGH * ui->k;
    const char *topic = "";
    unsigned column = 0;
    for (unsigned i = 0; i < s->list.count; i++) {
        const struct session_entry *e = &s->list.entries[i];
        if (strcmp(topic, e->topic) != 0) {
            y += i == 0 ? 0 : h + 2 * GAP;
            if (is_drawn && y + 40 * ui->k > r.y && y < r.y + r.h) {
                draw_topic(s, e, r.x, y + 26 * ui->k);
            }
            y += 40 * ui->k;
            topic = e->topic;
            column = 0;
        } else if (column == columns) {
            y += h + GAP;
            column = 0;
        }
        struct rect card = {r.x + column * (w + GAP), y, w, h};
        s->card[i] = card;
        if (is_drawn && card.y + card.h > r.y && card.y < r.y + r.h) {
            draw_card(s, i, card);
        }
        column++;
    }
    return y + h + GAP;
}

/* The card nearest in a direction. */
static void move(struct shell *s, double dx, double dy)
{
    const struct rect *at = &s->card[s->home_at];
    unsigned best = s->home_at;
    double least = INFINITY;
    for (unsigned i = 0; i < s->list.count; i++) {
        double x = s->card[i].x - at->x, y = s->card[i].y - at->y;
        double ahead = dy != 0 ? y * dy : x * dx, aside = dy != 0 ? fabs(x) : fabs(y) * 1000;
        if (ahead > 1 && ahead * 4 + aside < least) {
            least = ahead * 4 + aside;
            best = i;
        }
    }
    if (best == s->home_at && dx != 0) { /* on to the next row */
        best = dx > 0 && best + 1 < s->list.count ? best + 1 : dx < 0 && best > 0 ? best - 1 : best;
    }
    s->home_at = best;
    s->home_follows = true;
    s->ui.wants_frame = true;
}

static void take_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    if (ui_take_key(ui, UI_KEY_RIGHT, 0)) {
        move(s, 1, 0);
    } else if (ui_take_key(ui, UI_KEY_LEFT, 0)) {
        move(s, -1, 0);
    } else if (ui_take_key(ui, UI_KEY_DOWN, 0)) {
        move(s, 0, 1);
    } else if (ui_take_key(ui, UI_KEY_UP, 0)) {
        move(s, 0, -1);
    } else if (ui_take_key(ui, UI_KEY_ENTER, 0)) {
        s->home_opens = true;
    } else if (s->film && ui_take_key(ui, UI_KEY_ESCAPE, 0)) {
        s->at_home = false;
        ui->wants_frame = true;
    }
}

/* Keeps the chosen card in sight. */
static void follow(struct shell *s, struct rect r)
{
    const struct rect *at = &s->card[s->home_at];
    if (at->y < r.y + 44 * s->ui.k) {
        s->box_scroll -= r.y + 44 * s->ui.k - at->y;
    } else if (at->y + at->h > r.y + r.h - 8) {
        s->box_scroll += at->y + at->h - (r.y + r.h - 8);
    }
    s->box_scroll = fmax(s->box_scroll, 0);
    s->home_follows = false;
    s->ui.wants_frame = true;
}

void shell_home_draw(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    double k = ui->k;
    if (s->box == BOX_NONE) {
        take_keys(s);
    }
    struct rect bar = rect_cut_top(&root, 52 + 22 * (k - 1));
    shell_bar(s, bar);
    struct rect r = {root.x + 28, root.y + 8, root.w - 56, root.h - 8};
    struct rect foot = rect_cut_bottom(&r, 34 * k);
    ui_text(ui, TYPE_LABEL, foot.x, foot.y + 22 * k, s->theme.ink3, ui_word(ui, "home.keys"));
    unsigned columns = (unsigned)fmax(1, floor((r.w - 12 + GAP) / (CARD_WIDE * k + GAP)));
    struct rect inner = {r.x, r.y, r.w - 12, r.h};
    double all = place_cards(s, inner, columns, false, 0);
    double y = ui_scroll_begin(ui, "home", r, all, &s->box_scroll);
    s->has_sketched = false;
    place_cards(s, inner, columns, true, y);
    if (s->home_follows) {
        follow(s, r);
    }
    ui_scroll_end(ui);
    if (s->list.count == 0) {
        ui_text(ui, TYPE_BODY, r.x, r.y + 40 * k, s->theme.ink2, ui_word(ui, "home.none"));
    }
    if (s->home_opens && s->home_at < s->list.count) {
        shell_go_to_file(s, s->list.entries[s->home_at].path);
    }
    s->home_opens = false;
}
