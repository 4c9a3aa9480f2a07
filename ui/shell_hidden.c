/* What a scenario hides is covered until somebody asks for it: its values in the settings, what a
 * link says of itself. The bar tells that there is something to be found, and whether the diagnosis
 * in the file explains what is seen. */
#include "ui/shell_inside.h"

#include <stdio.h>
#include <string.h>

static const char *hidden_of(const struct shell *s)
{
    return s->film ? s->session.scenario->hidden : NULL;
}

bool shell_hides(const struct shell *s)
{
    return hidden_of(s) && !s->is_revealed;
}

/* The one leads to what the other leads to, or into it. */
static bool is_inside(const char *path, size_t len, const char *other, size_t other_len)
{
    size_t least = len < other_len ? len : other_len;
    const char *longer = len < other_len ? other : path;
    return memcmp(path, other, least) == 0 && (len == other_len || longer[least] == '.');
}

bool shell_covers(const struct shell *s, const char *path)
{
    const char *line = shell_hides(s) ? hidden_of(s) : "";
    while (*line) {
        size_t all = strcspn(line, "\n"), len = strcspn(line, "=");
        const char *one_way = strstr(line, ".toward");
        if (one_way && one_way < line + len) { /* of one direction: what is shown is of both */
            len = (size_t)(one_way - line);
        }
        if (is_inside(line, len, path, strlen(path))) {
            return true;
        }
        line += all + (line[all] != '\0');
    }
    return false;
}

void shell_reveal(struct shell *s)
{
    if (!hidden_of(s)) {
        return;
    }
    s->is_revealed = !s->is_revealed;
    s->box = s->is_revealed ? BOX_HIDDEN : BOX_NONE;
    s->ui.focus = 0;
    s->wants_draw = true;
}

static const char *verdict(const struct shell *s, char *buf, size_t size)
{
    char time[32];
    switch (s->session.diagnosis) {
    case DIAGNOSIS_RIGHT: return ui_word(&s->ui, "bar.hidden.right");
    case DIAGNOSIS_WRONG:
        return view_format(&s->ui, buf, size, "bar.hidden.wrong", "time",
                           view_time_unit(s->session.diagnosed_from, time), NULL);
    case DIAGNOSIS_NONE:
    case DIAGNOSIS_UNREADABLE: break;
    }
    return ui_word(&s->ui, "bar.hidden");
}

/* Pressed, the head goes where a wrong diagnosis first says something else. */
void shell_draw_hidden_tag(struct shell *s, struct rect *r, double middle)
{
    struct ui *ui = &s->ui;
    char buf[96];
    if (!hidden_of(s)) {
        return;
    }
    const char *words = verdict(s, buf, sizeof buf);
    if (ui_text_width(ui, TYPE_LABEL, words) + 24 * ui->k > r->w) {
        return;
    }
    bool is_right = s->session.diagnosis == DIAGNOSIS_RIGHT;
    struct rect tag = part_tag(ui, r->x, middle, ALIGN_LEFT, words, is_right);
    bool is_pressed = ui_region(ui, "hidden", tag, true).clicked;
    if (is_pressed && s->session.diagnosis == DIAGNOSIS_WRONG) {
        s->player.is_playing = false;
        player_go(&s->player, s->session.diagnosed_from);
        ui->wants_frame = true;
    }
    ui_tooltip(ui, ui_word(ui, "help.hidden"), "Shift H");
    rect_cut_left(r, tag.w + 12);
}

void shell_draw_hidden(struct shell *s, struct rect root)
{
    struct ui *ui = &s->ui;
    struct font font = theme_font(&s->theme, TYPE_CODE);
    double line = font.px * 1.7;
    unsigned count = 0;
    char buf[96];
    for (const char *c = hidden_of(s) ? hidden_of(s) : ""; *c; c++) {
        count += *c == '\n';
    }
    struct rect r = shell_begin_box(s, root, 720 * ui->k, count * line + 150 * ui->k,
                                    ui_word(ui, "box.hidden"));
    struct rect foot = rect_cut_bottom(&r, 44 * ui->k);
    if (s->session.diagnosis != DIAGNOSIS_NONE) {
        canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_BODY), rect_cut_top(&r, 28 * ui->k),
                         s->theme.ink2, verdict(s, buf, sizeof buf));
    }
    double y = ui_scroll_begin(ui, "lines", r, (count + 0.5) * line, &s->box_scroll);
    for (const char *at = hidden_of(s) ? hidden_of(s) : ""; *at;) {
        size_t len = strcspn(at, "\n");
        y += line;
        canvas_text_n(ui->c, font, r.x, y - line * 0.3, s->theme.ink, at, len);
        at += len + (at[len] != '\0');
    }
    ui_scroll_end(ui);
    shell_close_button(s, (struct rect){foot.x, foot.y + 10, foot.w, foot.h});
    shell_end_box(s);
}
