/* Edits that were not saved when the window went down are offered again: when their scenario is
 * opened, and on the first page that is shown. */
#include "ui/shell_inside.h"

#include <stdio.h>

void shell_offer_rescue(struct shell *s)
{
    if (s->film && session_rescue_is_left(&s->session)) {
        snprintf(s->rescued, sizeof s->rescued, "%s", s->session.path);
        s->box = BOX_RESCUE;
    } else if (!s->film && !s->has_looked && session_rescue_any(s->rescued, sizeof s->rescued)) {
        s->box = BOX_RESCUE;
    }
    s->has_looked = true;
}

static void take(struct shell *s)
{
    struct err err = {.lang = s->lang};
    bool is_open = s->film && session_rescue_is_left(&s->session);
    s->box = BOX_NONE;
    s->ui.focus = 0;
    if (!is_open) { /* from the first page: the offer that opening makes is answered already */
        char path[sizeof s->rescued];
        snprintf(path, sizeof path, "%s", s->rescued);
        is_open = shell_open(s, path, &err);
        s->box = BOX_NONE;
    }
    if (is_open && session_rescue_take(&s->session, &err)) {
        shell_rerun(s, false);
    } else {
        shell_show_error(s, &err);
    }
    err_free(&err);
}

void shell_draw_rescue(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    const char *words[] = {ui_word(ui, "box.rescue.take"), ui_word(ui, "box.rescue.drop"),
                           ui_word(ui, "box.rescue.later")};
    static const char *const names[] = {"rescue-take", "rescue-drop", "rescue-later"};
    char note[1200];
    struct rect r =
        shell_begin_box(s, root, 560 * ui->k, 170 * ui->k, ui_word(ui, "box.rescue.title"));
    view_format(ui, note, sizeof note, "box.rescue.note", "file", s->rescued, NULL);
    canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_BODY), rect_cut_top(&r, 60 * ui->k),
                     s->theme.ink2, note);
    int chosen = ui_take_key(ui, 'r', 0) || ui_take_key(ui, UI_KEY_ENTER, 0) ? 0
                 : ui_take_key(ui, 'd', 0)                                   ? 1
                                                                             : -1;
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
        take(s);
    } else if (chosen == 1) {
        session_rescue_drop(s->rescued);
    }
    if (chosen > 0) {
        s->box = BOX_NONE;
        ui->focus = 0;
    }
    ui->wants_frame |= chosen >= 0;
}
