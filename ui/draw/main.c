/* slowwire-draw: the views of a run, or of two or three side by side, to a file. */
#include "ui/draw/draw.h"

#include "base/os.h"
#include "ui/form.h"
#include "ui/draw/plot.h"
#include "ui/movie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_HELD = 0, EXIT_WRONG = 2, EXIT_UNABLE = 3 };

static int paint(const struct draw_options *o, struct drawn *runs, struct fonts *fonts,
                 struct err *err)
{
    enum form form = picture_form(o->output);
    double w, h, scale = form == FORM_PNG ? o->scale : 1;
    picture_size(o, runs, &w, &h);
    struct canvas *c = picture_canvas(form, fonts, w, h, scale);
    struct theme theme = theme_make(o->theme, 1);
    struct ui *ui = os_alloc(sizeof *ui);
    ui_init(ui);
    ui->is_settled = true;
    ui_begin(ui, c, &theme, o->lang, w, h, scale, 0);
    picture_draw(ui, o, runs, (struct rect){0, 0, w, h});
    ui_end(ui);
    bool good = picture_write(form, c, o->output, err);
    canvas_free(c);
    free(ui);
    return good ? EXIT_HELD : EXIT_UNABLE;
}

static int make(const struct draw_options *o, struct err *err)
{
    struct drawn runs[DRAW_RUNS] = {0};
    int status = EXIT_HELD;
    for (unsigned i = 0; i < o->run_count && !status; i++) {
        status = drawn_open(&runs[i], &o->runs[i], err) ? EXIT_HELD : EXIT_WRONG;
    }
    struct fonts *fonts = status ? NULL : fonts_new(NULL, err);
    if (fonts) {
        drawn_share_clock(runs, o->run_count);
        drawn_differ(runs, o->run_count);
        status = !movie_is(o->output)                 ? paint(o, runs, fonts, err)
                 : reel_make(o, &runs[0], fonts, err) ? EXIT_HELD
                                                      : EXIT_UNABLE;
        fonts_free(fonts);
    } else if (!status) {
        status = EXIT_UNABLE;
    }
    for (unsigned i = 0; i < o->run_count; i++) {
        drawn_free(&runs[i]);
    }
    return status;
}

int main(int argc, char **argv)
{
    os_fill_standard();
    struct err err = {.lang = lang_from_locale()};
    struct draw_options o;
    int status = EXIT_HELD;
    if (argc > 1 && strcmp(argv[1], "plot") == 0) {
        return plot_main(argc - 1, argv + 1);
    }
    if (!draw_options_read(argc, argv, &o, &err)) {
        status = EXIT_WRONG;
    } else if (o.help) {
        printf("%s\n", word(o.lang, "draw.help"));
    } else if (o.version) {
        printf("slowwire-draw %s\n", SLOWWIRE_VERSION);
    } else if (!o.output) {
        err_fail(&err, "draw.no-output", NULL);
        status = EXIT_WRONG;
    } else if (picture_form(o.output) == FORM_NONE && !movie_is(o.output)) {
        err_fail(&err, "draw.unknown-format", "file", o.output, NULL);
        status = EXIT_WRONG;
    } else {
        status = make(&o, &err);
    }
    draw_options_free(&o);
    err_print(&err, stderr, os_is_terminal(stderr));
    err_free(&err);
    return status;
}
