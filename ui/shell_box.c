/* Boxes above the rest: the keys, what is wrong with a file, saving, and the menu of a packet. Esc
 * closes each. */
#include "ui/shell_inside.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Dims the rest and draws a panel of that size in the middle. */
struct rect shell_begin_box(struct shell *s, struct rect root, double w, double h,
                            const char *title)
{
    struct ui *ui = &s->ui;
    ui_overlay_begin(ui, root);
    canvas_fill_box(ui->c, root, 0,
                    color_fade(s->theme.ink, s->theme_name == THEME_DARK ? 0.14 : 0.32));
    w = fmin(w, root.w - 24);
    h = fmin(h, root.h - 24);
    struct rect r = {round(root.x + (root.w - w) / 2), round(root.y + (root.h - h) / 2), w, h};
    return part_panel(ui, r, title, NULL, NULL);
}

void shell_end_box(struct shell *s)
{
    ui_overlay_end(&s->ui);
}

/* One line a key: name of the key, what it does. */
static const struct key_row {
    const char *keys, *word;
} rows[] = {
    {"Space", "help.play"},
    {"→  ←", "help.event"},
    {"PgDn  PgUp", "help.step"},
    {"N  Shift N", "help.trouble"},
    {"/", "help.goto"},
    {",  .", "help.tick"},
    {"Home  End", "help.ends"},
    {"[  ]", "help.speed"},
    {"L  Shift L", "help.loop"},
    {"+  −  0", "help.zoom"},
    {"Z", "help.fold"},
    {"H", "help.future"},
    {"Shift H", "help.hidden"},
    {"↑  ↓", "help.packet"},
    {"Shift ↑  ↓", "help.message"},
    {"Enter", "help.show"},
    {"Q", "help.predict"},
    {"Shift Q", "help.predict-next"},
    {"I", "help.inspector"},
    {"V  Shift V", "help.view"},
    {"F", "help.alone"},
    {"R", "help.relative"},
    {"Del", "help.drop"},
    {"M", "help.menu"},
    {"Ctrl Z", "help.undo"},
    {"Ctrl Shift Z", "help.redo"},
    {"Ctrl S", "help.save"},
    {"Ctrl T", "help.freeze"},
    {"E", "help.settings"},
    {"D", "help.changed"},
    {"Shift D", "help.ghosts"},
    {"Ctrl O", "help.open"},
    {"Ctrl H", "help.home"},
    {"T", "help.theme"},
    {"G", "help.lang"},
    {"P", "help.projector"},
    {"Ctrl +  Ctrl −", "help.scale"},
    {"F11", "help.full"},
    {"F12", "help.shot"},
    {"Ctrl E", "help.export"},
    {"Ctrl R", "help.record"},
    {"Ctrl Shift R", "help.record-gif"},
    {"B", "help.blank"},
    {"Tab", "help.focus"},
    {"?", "help.help"},
    {"Esc", "help.close"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void draw_key(struct shell *s, const struct key_row *row, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    double baseline = r.y + r.h / 2 + 4.5 * ui->k, key = 118 * ui->k;
    ui_text_right(ui, TYPE_VALUE, r.x + key, baseline, t->ink, row->keys);
    canvas_text_in(ui->c, theme_font(t, TYPE_BODY),
                   (struct rect){r.x + key + 14 * ui->k, r.y, r.w - key - 14 * ui->k, r.h},
                   ALIGN_LEFT, t->ink2, ui_word(ui, row->word));
}

static void draw_help(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    double line = 26 * ui->k;
    unsigned columns = root.w > 760 * ui->k ? 2 : 1, lines = (ROWS + columns - 1) / columns;
    struct rect r = shell_begin_box(s, root, (columns == 2 ? 800 : 460) * ui->k, lines * line + 96,
                                    ui_word(ui, "help.title"));
    struct rect foot = rect_cut_bottom(&r, 32);
    double y = ui_scroll_begin(ui, "keys", r, lines * line, &s->box_scroll);
    for (unsigned i = 0; i < ROWS; i++) {
        unsigned column = i / lines;
        double w = r.w / columns, x = r.x + column * w;
        draw_key(s, &rows[i], (struct rect){x, y + i % lines * line, w - 12, line});
    }
    ui_scroll_end(ui);
    ui_text(ui, TYPE_LABEL, foot.x, foot.y + 22, s->theme.ink3, ui_word(ui, "help.mouse"));
    shell_end_box(s);
}

void shell_close_button(struct shell *s, struct rect foot)
{
    struct ui *ui = &s->ui;
    const char *word = ui_word(ui, "box.close");
    double w = ui_button_width(ui, ICON_NONE, word);
    struct rect r = {foot.x + foot.w - w, foot.y, w, SIZE_CONTROL * ui->k};
    if (ui_button(ui, "close", r, UI_PRIMARY, ICON_NONE, word, false) ||
        ui_take_key(ui, UI_KEY_ENTER, 0)) {
        s->box = BOX_NONE;
        ui->wants_frame = true;
    }
}

static unsigned line_count(const char *text)
{
    unsigned count = 1;
    for (; *text; text++) {
        count += *text == '\n' && text[1];
    }
    return count;
}

static void draw_error_lines(struct shell *s, double x, double y, double line)
{
    struct font font = theme_font(&s->theme, TYPE_CODE);
    const char *error = s->lang == LANG_ZH ? "错误:" : "error:";
    for (const char *p = s->error; *p;) {
        size_t n = strcspn(p, "\n");
        const char *at = strstr(p, error);
        y += line;
        canvas_text_n(s->ui.c, font, x, y - line * 0.3,
                      at && at < p + n ? s->theme.loss.text : s->theme.ink, p, n);
        p += n + (p[n] != '\0');
    }
}

/* As the terminal shows it: place, message, the line, a caret under the word. */
static void draw_error(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    struct font font = theme_font(&s->theme, TYPE_CODE);
    double line = font.px * 1.5;
    unsigned lines = line_count(s->error);
    struct rect r = shell_begin_box(s, root, 780 * ui->k, (lines + 0.6) * line + 150 * ui->k,
                                    ui_word(ui, "box.error"));
    struct rect foot = rect_cut_bottom(&r, 44 * ui->k);
    canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_BODY), rect_cut_top(&r, 28 * ui->k),
                     s->theme.ink3, ui_word(ui, "box.error.stays"));
    double y = ui_scroll_begin(ui, "text", r, (lines + 0.4) * line, &s->box_scroll);
    draw_error_lines(s, r.x, y, line);
    ui_scroll_end(ui);
    shell_close_button(s, (struct rect){foot.x, foot.y + 10, foot.w, foot.h});
    shell_end_box(s);
}

/* The same beside the last good run: nothing is dimmed, and every key still works. */
static void draw_beside(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    struct font font = theme_font(&s->theme, TYPE_CODE);
    double line = font.px * 1.5,
           high = fmin((line_count(s->error) + 0.6) * line + 84 * ui->k, root.h * 0.5);
    struct rect r = {root.x + SIZE_GAP, root.y + root.h - high - SIZE_GAP - 114 * ui->k,
                     fmin(root.w - 2 * SIZE_GAP, 860 * ui->k), high};
    ui_overlay_begin(ui, r);
    canvas_fill_box(ui->c, rect_inset(r, -3, -3), RADIUS_PANEL + 2, color_fade(s->theme.ink, 0.12));
    struct rect in = part_panel(ui, r, ui_word(ui, "box.error"), ui_word(ui, "box.beside"), NULL);
    double y =
        ui_scroll_begin(ui, "beside", in, (line_count(s->error) + 0.4) * line, &s->box_scroll);
    draw_error_lines(s, in.x, y, line);
    ui_scroll_end(ui);
    ui_overlay_end(ui);
}

/* The only field of a box has the keyboard from the first picture on. */
void shell_focus_field(struct ui *ui, const char *name, const char *text)
{
    if (!ui->focus) {
        ui->focus = ui_name(ui, name);
        ui->caret = strlen(text);
    }
}

static void save(struct shell *s)
{
    struct err err = {.lang = s->lang};
    s->box = BOX_NONE;
    bool goes_on = s->goes_on;
    s->goes_on = false;
    if (!session_save(&s->session, s->file, &err)) {
        shell_show_error(s, &err);
    } else if (goes_on) {
        shell_go_to_file(s, s->next[0] ? s->next : NULL);
    }
    err_free(&err);
    s->wants_draw = true;
}

static void draw_save(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    struct rect r =
        shell_begin_box(s, root, 560 * ui->k, 144 * ui->k, ui_word(ui, "box.save.title"));
    struct rect field = rect_cut_top(&r, SIZE_CONTROL * ui->k);
    shell_focus_field(ui, "file", s->file);
    bool is_done = ui_text_field(ui, "file", field, s->file, sizeof s->file, "scenario.yaml");
    rect_cut_top(&r, 16);
    const char *word = ui_word(ui, "box.save");
    struct rect button = rect_cut_right(&r, ui_button_width(ui, ICON_NONE, word));
    button.h = SIZE_CONTROL * ui->k;
    is_done |= ui_button(ui, "save", button, UI_PRIMARY, ICON_NONE, word, false);
    canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_LABEL),
                     (struct rect){r.x, r.y, r.w - 16, 40 * ui->k}, s->theme.ink3,
                     ui_word(ui, "box.save.note"));
    shell_end_box(s);
    if (is_done) {
        save(s);
    }
}

/* Leaving with edits: saved, thrown away, or not left. */
static void draw_unsaved(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    const char *words[] = {ui_word(ui, "box.unsaved.save"), ui_word(ui, "box.unsaved.discard"),
                           ui_word(ui, "box.unsaved.stay")};
    static const char *const names[] = {"unsaved-save", "unsaved-discard", "unsaved-stay"};
    struct rect r =
        shell_begin_box(s, root, 560 * ui->k, 150 * ui->k, ui_word(ui, "box.unsaved.title"));
    canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_BODY), rect_cut_top(&r, 40 * ui->k),
                     s->theme.ink2, ui_word(ui, "box.unsaved.note"));
    int chosen = ui_take_key(ui, 's', 0) ? 0 : ui_take_key(ui, 'd', 0) ? 1 : -1;
    for (int i = 0; i < 3; i++) {
        double w = ui_button_width(ui, ICON_NONE, words[i]);
        struct rect b = rect_cut_left(&r, w);
        rect_cut_left(&r, 10 * ui->k);
        b.h = SIZE_CONTROL * ui->k;
        if (ui_button(ui, names[i], b, i == 0 ? UI_PRIMARY : UI_PLAIN, ICON_NONE, words[i],
                      false)) {
            chosen = i;
        }
    }
    shell_end_box(s);
    if (chosen == 0) {
        s->box = BOX_SAVE;
        ui->focus = 0;
        s->goes_on = true;
        snprintf(s->file, sizeof s->file, "%s", s->session.path);
    } else if (chosen == 1) {
        s->box = BOX_NONE;
        s->is_leaving = true;
        session_rescue_forget(&s->session);
        shell_go_to_file(s, s->next[0] ? s->next : NULL);
        s->is_leaving = false;
    } else if (chosen == 2) {
        s->box = BOX_NONE;
    }
    ui->wants_frame |= chosen >= 0;
}

static const struct {
    const char *word;
    enum fault_kind kind;
} faults[] = {{"menu.drop", FAULT_DROP},
              {"menu.delay", FAULT_DELAY},
              {"menu.duplicate", FAULT_DUPLICATE},
              {"menu.corrupt", FAULT_CORRUPT}};
enum { FAULTS = sizeof faults / sizeof *faults };

void shell_open_menu(struct shell *s, double x, double y)
{
    s->box = BOX_MENU;
    s->ui.focus = 0;
    s->menu = (struct point){x, y};
    s->menu_row = 0;
    s->box_scroll = 0;
    s->wants_draw = true;
}

static void draw_goto(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    struct rect r = shell_begin_box(s, root, 460 * ui->k, 136 * ui->k, ui_word(ui, "box.goto"));
    struct rect field = rect_cut_top(&r, SIZE_CONTROL * ui->k);
    shell_focus_field(ui, "place", s->place);
    if (!s->place[0] && strcmp(ui->in.text, "/") == 0) {
        ui->in.text[0] = '\0'; /* the key that opened the box also types */
    }
    bool is_done = ui_text_field(ui, "place", field, s->place, sizeof s->place, "1.2 s");
    rect_cut_top(&r, 12);
    canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_LABEL),
                     (struct rect){r.x, r.y, r.w, 40 * ui->k},
                     s->misplaced[0] ? s->theme.loss.text : s->theme.ink3,
                     s->misplaced[0] ? s->misplaced : ui_word(ui, "box.goto.note"));
    shell_end_box(s);
    if (is_done) {
        s->box = shell_goto(s, s->place) ? BOX_NONE : BOX_GOTO;
        ui->wants_frame = true;
    }
}

void shell_open_list(struct shell *s)
{
    session_list_fill(&s->list);
    s->box = BOX_OPEN;
    s->ui.focus = 0;
    s->menu_row = 0;
    s->box_scroll = 0;
    for (unsigned i = 0; i < s->list.count && s->film; i++) {
        if (strcmp(s->list.entries[i].title[s->lang], s->session.scenario->title[s->lang]) == 0) {
            s->menu_row = i;
        }
    }
    s->wants_draw = true;
}

static void draw_open(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    static const char none[] = "";
    struct ui_item items[SESSION_LIST_MAX];
    char topics[SESSION_LIST_MAX][12];
    for (unsigned i = 0; i < s->list.count; i++) {
        const struct session_entry *e = &s->list.entries[i];
        bool is_first = i == 0 || strcmp(e->topic, s->list.entries[i - 1].topic) != 0;
        for (size_t k = 0; k < sizeof topics[i]; k++) {
            topics[i][k] = (char)toupper((unsigned char)e->topic[k]);
            if (!e->topic[k]) {
                break;
            }
        }
        topics[i][sizeof topics[i] - 1] = '\0';
        items[i] = (struct ui_item){e->title[s->lang], is_first ? topics[i] : none};
    }
    double h = fmin(s->list.count * 30 * ui->k + 62, root.h - 120);
    struct rect r = shell_begin_box(s, root, 520 * ui->k, h, ui_word(ui, "box.open.title"));
    if (!ui->focus) {
        ui->focus = ui_name(ui, "scenarios");
        ui->wants_frame = true;
    }
    bool is_chosen =
        ui_list(ui, "scenarios", r, items, s->list.count, &s->menu_row, &s->box_scroll);
    shell_end_box(s);
    if (is_chosen) {
        s->box = BOX_NONE;
        ui->focus = 0;
        shell_go_to_file(s, s->list.entries[s->menu_row].path);
        ui->wants_frame = true;
    }
}

static void draw_menu(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    struct ui_item items[FAULTS];
    for (unsigned i = 0; i < FAULTS; i++) {
        items[i] = (struct ui_item){ui_word(ui, faults[i].word), i == 0 ? "Del" : NULL};
    }
    double w = 236 * ui->k, h = FAULTS * 30 * ui->k + 12;
    struct rect r = {fmin(s->menu.x, root.w - w - 8), fmin(s->menu.y, root.h - h - 8), w, h};
    ui_overlay_begin(ui, root);
    canvas_fill_box(ui->c, rect_inset(r, -3, -3), RADIUS_PANEL + 2, color_fade(s->theme.ink, 0.1));
    canvas_fill_box(ui->c, r, RADIUS_PANEL, s->theme.panel);
    canvas_stroke_box(ui->c, r, RADIUS_PANEL, STROKE_BORDER, s->theme.hair);
    struct rect in = rect_inset(r, 6, 6);
    if (!ui->focus) {
        ui->focus = ui_name(ui, "menu");
    }
    bool is_chosen = ui_list(ui, "menu", in, items, FAULTS, &s->menu_row, &s->box_scroll);
    bool is_away = ui->in.pressed && !rect_has(r, ui->in.x, ui->in.y);
    ui_overlay_end(ui);
    if (is_chosen || is_away) {
        s->box = BOX_NONE;
        ui->focus = 0;
        ui->wants_frame = true;
    }
    if (is_chosen) {
        shell_edit(s, faults[s->menu_row].kind);
    }
}

void shell_boxes(struct shell *s, struct rect root)
{
    switch (s->box) {
    case BOX_NONE: break;
    case BOX_HELP: draw_help(s, root); break;
    case BOX_ERROR: draw_error(s, root); break;
    case BOX_SAVE: draw_save(s, root); break;
    case BOX_MENU: draw_menu(s, root); break;
    case BOX_OPEN: draw_open(s, root); break;
    case BOX_GOTO: draw_goto(s, root); break;
    case BOX_BESIDE: draw_beside(s, root); break;
    case BOX_UNSAVED: draw_unsaved(s, root); break;
    case BOX_EXPORT: shell_draw_export(s, root); break;
    case BOX_HIDDEN: shell_draw_hidden(s, root); break;
    case BOX_RESCUE: shell_draw_rescue(s, root); break;
    }
}
