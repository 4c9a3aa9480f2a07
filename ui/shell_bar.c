/* The top bar: mark, topic, title and what the scenario is about; language, theme, projector,
 * picture, help at the right. */
#include "ui/shell_inside.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The protocol of the first endpoint that does not merely serve others (ARP), as standards write
 * it: "ARQ". */
static void topic(const struct shell *s, char *buf, size_t size)
{
    buf[0] = '\0';
    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        const struct actor_type *type = s->session.trace.entities[s->film->actors[i]].type;
        if (type->proto && (buf[0] == '\0' || strcmp(buf, "arp") == 0)) {
            snprintf(buf, size, "%s", type->proto->name);
        }
    }
    for (char *c = buf; *c; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
}

static double draw_mark(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    double k = ui->k, middle = r.y + r.h / 2, x = r.x + 18;
    struct rect hit = {r.x + 8, middle - 16 * k, 48 * k, 32 * k};
    if (ui_region(ui, "home", hit, false).clicked && !s->at_home) {
        shell_home(s);
    }
    ui_tooltip(ui, ui_word(ui, "help.home"), "Ctrl H");
    logo_draw(ui->c, x + 14 * k, middle, k, t);
    x += 28 * k + 10;
    if (k <= 1) {
        struct font font = {FACE_SANS_SEMIBOLD, 16};
        x += canvas_text(ui->c, font, x, middle + 5.8, ALIGN_LEFT, t->ink, "slowwire") + 17;
        canvas_vline(ui->c, x, middle - 11, middle + 11, STROKE_BORDER, t->hair);
        x += 18;
    }
    return x;
}

/* Bytes of the sentence at s with its stop and the space behind it. */
static size_t sentence_len(const char *s)
{
    static const char *const stops[] = {". ", "? ", "! ", "。", "？", "！"};
    size_t least = strlen(s);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        const char *at = strstr(s, stops[i]);
        size_t len = at ? (size_t)(at - s) + strlen(stops[i]) : least;
        least = len < least ? len : least;
    }
    return least;
}

/* As many whole sentences of `about` as fit; one alone without its full stop. */
static const char *subtitle(const struct shell *s, double room, char *buf, size_t size)
{
    const char *about = s->session.scenario->about[s->lang];
    struct font font = theme_font(&s->theme, TYPE_REASON);
    size_t used = 0;
    *buf = '\0';
    while (about[used]) {
        size_t len = used + sentence_len(about + used);
        char longer[256];
        snprintf(longer, sizeof longer, "%.*s", (int)len, about);
        if (len >= size || text_width(s->ui.fonts, font, longer) > room) {
            break;
        }
        memcpy(buf, longer, len + 1);
        used = len;
    }
    size_t len = used;
    while (len > 0 && buf[len - 1] == ' ') {
        buf[--len] = '\0';
    }
    if (len > 0 && sentence_len(about) == used && buf[len - 1] == '.') {
        buf[len - 1] = '\0';
    } else if (len > 2 && sentence_len(about) == used && strcmp(buf + len - 3, "。") == 0) {
        buf[len - 3] = '\0';
    }
    return buf;
}

/* The title and what it is about open the list of scenarios; a chevron says so. Returns what is
 * left of r. */
static struct rect draw_chooser(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    struct font bold = theme_font(t, TYPE_SCENARIO), plain = theme_font(t, TYPE_REASON);
    const char *title = s->session.scenario->title[s->lang];
    char note[256] = "";
    double name = fmin(text_width(ui->fonts, bold, title), r.w - 20 * ui->k), gap = 12;
    double tags = (s->session.change.from != SIM_NEVER ? 350 : 110) * ui->k;
    tags += s->session.scenario->hidden ? 240 * ui->k : 0;
    subtitle(s, r.w - name - gap - tags, note, sizeof note);
    double w = name + (*note ? gap + text_width(ui->fonts, plain, note) : 0);
    struct rect hit = {r.x - 6, r.y, w + 30 * ui->k, r.h};
    struct ui_touch touch = ui_region(ui, "title", hit, true);
    if (touch.hover) {
        canvas_fill_box(ui->c, hit, RADIUS_CONTROL, t->tint);
    }
    if (touch.focused) {
        ui_focus_ring(ui, hit, RADIUS_CONTROL);
    }
    if (touch.clicked) {
        shell_open_list(s);
    }
    ui_tooltip(ui, ui_word(ui, "help.open"), "Ctrl O");
    canvas_text_in(ui->c, bold, (struct rect){r.x, r.y, name + 1, r.h}, ALIGN_LEFT, t->ink, title);
    canvas_text_in(ui->c, plain, (struct rect){r.x + name + gap, r.y, w - name, r.h}, ALIGN_LEFT,
                   t->ink3, note);
    icon_draw(ui->c, ICON_CHEVRON_DOWN, r.x + w + 12 * ui->k, r.y + r.h / 2, 14 * ui->k, t->ink3);
    rect_cut_left(&r, w + 32 * ui->k);
    return r;
}

/* What the last edit changed; pressed, the head goes there. */
static void draw_change(struct shell *s, struct rect r, double middle)
{
    struct ui *ui = &s->ui;
    const struct session_change *c = &s->session.change;
    char new[16], gone[16], time[32], words[96];
    if (c->from == SIM_NEVER) {
        return;
    }
    snprintf(new, sizeof new, "%u", c->count);
    snprintf(gone, sizeof gone, "%u", c->gone);
    view_format(ui, words, sizeof words, "bar.changed", "new", new, "gone", gone, "time",
                view_time_unit(c->from, time), NULL);
    if (ui_text_width(ui, TYPE_LABEL, words) + 24 * ui->k > r.w) {
        return;
    }
    struct rect tag = part_tag(ui, r.x, middle, ALIGN_LEFT, words, false);
    if (ui_region(ui, "changed", tag, true).clicked) {
        s->player.is_playing = false;
        player_go(&s->player, c->from);
        ui->wants_frame = true;
    }
    ui_tooltip(ui, ui_word(ui, "help.changed"), "D");
}

static void draw_title(struct shell *s, double x, double end, double middle)
{
    struct ui *ui = &s->ui;
    char name[24];
    topic(s, name, sizeof name);
    if (*name) {
        struct rect tag = part_tag(ui, x, middle, ALIGN_LEFT, name, false);
        x = tag.x + tag.w + 10;
    }
    struct rect r = draw_chooser(s, (struct rect){x, middle - 16 * ui->k, end - x, 32 * ui->k});
    if (session_is_edited(&s->session) && r.w > 60) {
        struct rect tag = part_tag(ui, r.x, middle, ALIGN_LEFT, ui_word(ui, "bar.edited"), false);
        ui_region(ui, "edited", tag, false);
        ui_tooltip(ui, ui_word(ui, "help.undo"), "Ctrl Z");
        rect_cut_left(&r, tag.w + 12);
    }
    shell_draw_hidden_tag(s, &r, middle);
    draw_change(s, r, middle);
}

static bool draw_icon(struct shell *s, struct rect *r, const char *name, enum icon icon, bool is_on,
                      const char *key)
{
    struct ui *ui = &s->ui;
    double size = SIZE_CONTROL * ui->k, middle = r->y + r->h / 2;
    struct rect at = rect_cut_right(r, size);
    rect_cut_right(r, 4);
    char word[48];
    snprintf(word, sizeof word, "help.%s", name);
    at = (struct rect){at.x, middle - size / 2, size, size};
    bool pressed = ui_button(ui, name, at, is_on ? UI_PRIMARY : UI_GHOST, icon, NULL, false);
    ui_tooltip(ui, ui_word(ui, word), key);
    return pressed;
}

static void draw_language(struct shell *s, struct rect *r)
{
    static const char *const labels[] = {"EN", "中"};
    struct ui *ui = &s->ui;
    unsigned chosen = s->lang == LANG_ZH;
    double w = fmax(76 * ui->k, ui_segmented_width(ui, labels, 2, false)), h = 30 * ui->k;
    struct rect at = rect_cut_right(r, w);
    at = (struct rect){at.x, r->y + r->h / 2 - h / 2, w, h};
    if (ui_segmented(ui, "lang", at, labels, 2, &chosen, false)) {
        shell_lang(s);
    }
    ui_tooltip(ui, ui_word(ui, "help.lang"), "G");
    rect_cut_right(r, 12);
}

static void draw_predict(struct shell *s, struct rect *r)
{
    struct ui *ui = &s->ui;
    bool is_on = s->quiz.mode != PREDICT_OFF;
    const char *word = ui_word(ui, s->quiz.mode == PREDICT_QUIZ ? "bar.quiz" : "bar.predict");
    double w = ui_button_width(ui, ICON_BULB, word), h = 32 * ui->k;
    struct rect at = rect_cut_right(r, w);
    at = (struct rect){at.x, r->y + r->h / 2 - h / 2, w, h};
    if (ui_button(ui, "predict", at, is_on ? UI_PRIMARY : UI_PLAIN, ICON_BULB, word, false)) {
        quiz_choose_mode(s, is_on ? PREDICT_OFF : PREDICT_LESSON);
    }
    ui_tooltip(ui, ui_word(ui, "help.predict"), "Q");
    rect_cut_right(r, 12);
}

void shell_bar(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    bool is_dark = s->theme_name == THEME_DARK;
    canvas_fill_box(ui->c, r, 0, s->theme.panel);
    canvas_hline(ui->c, r.x, r.x + r.w, r.y + r.h - 0.5, STROKE_BORDER, s->theme.hair);
    double middle = r.y + r.h / 2, x = draw_mark(s, r);
    struct rect right = {x, r.y, r.x + r.w - 14 - x, r.h};
    if (draw_icon(s, &right, "help", ICON_HELP, false, "?")) {
        s->box = s->box == BOX_HELP ? BOX_NONE : BOX_HELP;
    }
    if (ui->k <= 1 && !s->at_home && draw_icon(s, &right, "shot", ICON_CAMERA, false, "F12")) {
        s->wish_out = SHELL_SHOT;
    }
    if (draw_icon(s, &right, "projector", ICON_PROJECTOR, s->projector > 1, "P")) {
        shell_projector(s);
    }
    if (draw_icon(s, &right, "theme", is_dark ? ICON_SUN : ICON_MOON, false, "T")) {
        shell_theme(s);
    }
    rect_cut_right(&right, 4);
    draw_language(s, &right);
    if (s->at_home) {
        ui_text(ui, TYPE_SCENARIO, x, middle + 5 * ui->k, s->theme.ink, ui_word(ui, "home.title"));
        return;
    }
    draw_predict(s, &right);
    draw_title(s, x, right.x + right.w - 12, middle);
}
