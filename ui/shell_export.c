/* Taking pictures home: what is shown in the middle, the whole ladder, or the window, as SVG, PNG
 * or PDF of the size of a slide, with the numbers or without. The box chooses; whoever owns the
 * window writes the file. */
#include "ui/shell_inside.h"

#include "base/os.h"
#include "ui/view/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLIDE_W  1280.0 /* 16 : 9 */
#define SLIDE_H  720.0
#define LADDER_W 760.0
#define TALLEST  6000.0 /* of a whole ladder */
#define MARGIN   12.0
#define TITLE    34.0

static const char *const endings[] = {"svg", "png", "pdf"};

/* "first-syn-lost-1.svg": none that is there already. */
static void free_name(struct shell *s)
{
    struct exporting *e = &s->exporting;
    const char *path = s->session.path ? s->session.path : "picture";
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    int len = (int)strcspn(name, ".");
    for (unsigned i = 1; i < 1000; i++) {
        snprintf(e->file, sizeof e->file, "%.*s-%u.%s", len, name, i, endings[e->form]);
        if (!os_is_file(e->file)) {
            return;
        }
    }
}

void shell_open_export(struct shell *s)
{
    s->box = BOX_EXPORT;
    s->ui.focus = 0;
    s->exporting.done[0] = '\0';
    free_name(s);
}

/* The ending of the name follows the choice, and the choice the ending. */
static void follow_ending(struct exporting *e)
{
    const char *dot = strrchr(e->file, '.');
    for (unsigned i = 0; dot && i < 3; i++) {
        e->form = strcmp(dot + 1, endings[i]) == 0 ? i : e->form;
    }
}

static void change_ending(struct exporting *e)
{
    char *dot = strrchr(e->file, '.');
    size_t len = dot ? (size_t)(dot - e->file) : strlen(e->file);
    if (len + 5 < sizeof e->file) {
        snprintf(e->file + len, 5, ".%s", endings[e->form]);
    }
}

static void choose(struct shell *s, struct rect *r, const char *name, const char *const *keys,
                   unsigned count, unsigned *chosen)
{
    struct ui *ui = &s->ui;
    const char *labels[4];
    for (unsigned i = 0; i < count; i++) {
        labels[i] = ui_word(ui, keys[i]);
    }
    struct rect at = rect_cut_top(r, 30 * ui->k);
    at.w = fmin(ui_segmented_width(ui, labels, count, false), at.w);
    ui_segmented(ui, name, at, labels, count, chosen, false);
    rect_cut_top(r, 12 * ui->k);
}

static bool draw_buttons(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const char *word = ui_word(ui, "export.write"), *sheet = ui_word(ui, "export.worksheet");
    struct rect button = rect_cut_right(&r, ui_button_width(ui, ICON_NONE, word));
    struct rect toggle = rect_cut_left(&r, ui_text_width(ui, TYPE_BODY, sheet) + 70 * ui->k);
    button.h = toggle.h = SIZE_CONTROL * ui->k;
    ui_toggle(ui, "worksheet", toggle, sheet, &s->exporting.is_worksheet);
    return ui_button(ui, "write", button, UI_PRIMARY, ICON_NONE, word, false);
}

void shell_draw_export(struct shell *s, struct rect root)
{
    static const char *const what[] = {"export.view", "export.ladder", "export.window"};
    static const char *const forms[] = {"export.svg", "export.png", "export.pdf"};
    struct ui *ui = &s->ui;
    struct exporting *e = &s->exporting;
    unsigned form = e->form;
    struct rect r = shell_begin_box(s, root, 560 * ui->k, 292 * ui->k, ui_word(ui, "export.title"));
    choose(s, &r, "what", what, 3, &e->what);
    choose(s, &r, "form", forms, 3, &e->form);
    if (e->form != form) {
        change_ending(e);
        if (os_is_file(e->file)) {
            free_name(s);
        }
    }
    shell_focus_field(ui, "file", e->file);
    bool is_asked = ui_text_field(ui, "file", rect_cut_top(&r, SIZE_CONTROL * ui->k), e->file,
                                  sizeof e->file, "picture.svg");
    follow_ending(e);
    rect_cut_top(&r, 14 * ui->k);
    is_asked |= draw_buttons(s, rect_cut_top(&r, SIZE_CONTROL * ui->k));
    rect_cut_top(&r, 8 * ui->k);
    canvas_paragraph(ui->c, theme_font(&s->theme, TYPE_LABEL),
                     (struct rect){r.x, r.y, r.w, 40 * ui->k}, s->theme.ink3,
                     e->done[0] ? e->done : ui_word(ui, "export.note"));
    shell_end_box(s);
    if (is_asked && e->file[0]) {
        s->wish_out = SHELL_EXPORT;
    }
}

void shell_export_done(struct shell *s, struct err *err)
{
    struct exporting *e = &s->exporting;
    if (err && err->errors) {
        shell_show_error(s, err);
        return;
    }
    view_format(&s->ui, e->done, sizeof e->done, "export.done", "file", e->file, NULL);
    free_name(s);
    s->wants_draw = true;
}

/* ---- the picture ---- */

/* The ladder shows all of the run, so high that its arrows stand as far apart as in the window. */
static double ladder_height(const struct shell *s)
{
    const struct axis *a = s->player.axis;
    double pages = a->span > 0 ? a->length / a->span : 1;
    return fmin(fmax(140 + 520 * pages, SLIDE_H), TALLEST);
}

const char *shell_export_file(const struct shell *s)
{
    return s->exporting.file;
}

void shell_export_size(const struct shell *s, double *w, double *h)
{
    bool is_ladder = s->exporting.what == EXPORT_LADDER;
    *w = is_ladder ? LADDER_W : SLIDE_W;
    *h = is_ladder ? ladder_height(s) : SLIDE_H;
}

static void draw_title(struct ui *ui, const struct shell *s, struct rect r)
{
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_SCENARIO), r, ALIGN_LEFT, ui->theme->ink,
                   s->session.scenario->title[s->lang]);
    if (s->exporting.is_worksheet) {
        canvas_text_in(ui->c, theme_font(ui->theme, TYPE_BODY), r, ALIGN_RIGHT, ui->theme->ink2,
                       ui_word(ui, "draw.worksheet"));
    }
}

/* One view under the title, drawn by a pen of its own, so that the window hears nothing of it. */
static void draw_view(struct shell *s, struct canvas *c, double w, double h, double scale)
{
    struct ui *ui = os_alloc(sizeof *ui);
    struct wish wish = {0};
    struct scene scene = shell_scene(s);
    struct player player = s->player;
    const struct view *v = shell_main_view(s);
    if (s->exporting.what == EXPORT_LADDER) {
        v = &view_ladder;
        player.zoom = 0;
        player_go(&player, player.axis->end);
        scene.player = &player;
        scene.now = player.now;
    }
    scene.wish = &wish;
    scene.is_worksheet = s->exporting.is_worksheet;
    struct theme theme = theme_make(s->theme_name, 1);
    void *self = os_alloc(v->size + 1);
    ui_init(ui);
    ui->is_settled = true;
    ui_begin(ui, c, &theme, s->lang, w, h, scale, 0);
    struct rect r = {MARGIN, MARGIN / 2, w - 2 * MARGIN, h - 1.5 * MARGIN};
    canvas_fill_box(c, (struct rect){0, 0, w, h}, 0, theme.bg);
    draw_title(ui, s, rect_cut_top(&r, TITLE));
    v->draw(self, ui, &scene, r);
    ui_end(ui);
    free(self);
    free(ui);
}

void shell_export_draw(struct shell *s, struct canvas *c, double w, double h, double scale)
{
    enum shell_box box = s->box;
    if (s->exporting.what != EXPORT_WINDOW) {
        draw_view(s, c, w, h, scale);
        return;
    }
    s->box = BOX_NONE;
    s->is_worksheet = s->exporting.is_worksheet;
    shell_draw(s, c, w * scale, h * scale, scale);
    s->is_worksheet = false;
    s->box = box;
    s->wants_draw = true;
}

/* ---- films ---- */

void shell_record(struct shell *s, enum shell_wish how)
{
    s->is_recording = !s->is_recording;
    s->wish_out = s->is_recording ? how : SHELL_RECORD_END;
    if (s->is_recording && s->player.now >= s->player.axis->end) {
        player_go(&s->player, 0);
    }
    s->player.is_playing = s->is_recording;
    s->box = BOX_NONE;
}

void shell_record_done(struct shell *s, const char *file, struct err *err)
{
    s->is_recording = s->player.is_playing = false;
    if (err && err->errors) {
        shell_show_error(s, err);
        return;
    }
    shell_open_export(s);
    view_format(&s->ui, s->exporting.done, sizeof s->exporting.done, "export.done", "file", file,
                NULL);
    s->wants_draw = true;
}
