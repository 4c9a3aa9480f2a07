/* slowwire-ui: opens a scenario in a window, writes a picture of it, or plays a script to it. Input
 * becomes events, events go to the shell, the shell draws when something changed, the picture is
 * presented: 60 times a second at most, never when nothing happens. */

#include "base/os.h"
#include "ui/compare.h"
#include "ui/export.h"
#include "ui/movie.h"
#include "ui/options.h"
#include "ui/platform.h"
#include "ui/script.h"
#include "ui/shell.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_HELD = 0, EXIT_WRONG = 2, EXIT_UNABLE = 3 };

#define SETTLED_FRAMES 300 /* of a screenshot */
#define IDLE_MS        50  /* how long nothing is looked at while nothing moves */

/* Without a window. */

static int screenshot(struct show *s, const char *path, struct err *err)
{
    unsigned frames = 0;
    do { /* the first picture tells widgets where they are; the first page makes one after another
          */
        show_draw(s);
    } while ((shell_tick(s->shell, 0) || frames < 1) && ++frames < SETTLED_FRAMES);
    show_draw(s);
    return canvas_cairo_png(s->canvas, path, err) ? EXIT_HELD : EXIT_UNABLE;
}

static int without_window(struct shell *shell, const struct options *o, struct err *err)
{
    struct show s = {.shell = shell, .fonts = o->shell.fonts, .scale = o->scale > 0 ? o->scale : 1};
    show_size(&s, o->w, o->h);
    int status = o->script ? script_run(&s, o->script, err) : EXIT_HELD;
    if (!status && o->screenshot) {
        status = screenshot(&s, o->screenshot, err);
    }
    show_free(&s);
    return status;
}

/* With one. */

struct window {
    struct platform *platform;
    struct shell *shell;
    struct canvas *canvas;
    struct fonts *fonts;
    int w, h;         /* pixels of the canvas */
    double scale;     /* from the command line; 0: the platform's */
    const char *tell; /* file, NULL: none */
    unsigned shots;
    struct movie *movie; /* being recorded, NULL: none */
    char film[32];
    int64_t film_from; /* its clock: pictures come evenly, however long each takes */
    unsigned film_frames;
    bool is_open;
};

static void draw(struct window *win)
{
    int w, h;
    double scale;
    platform_size(win->platform, &w, &h, &scale);
    if (!win->canvas || w != win->w || h != win->h) {
        canvas_free(win->canvas);
        win->canvas = canvas_cairo_new(win->fonts, w, h, scale);
        win->w = w;
        win->h = h;
    }
    shell_draw(win->shell, win->canvas, w, h, win->scale > 0 ? win->scale : scale);
    platform_present(win->platform, canvas_cairo_pixels(win->canvas));
}

/* slowwire-1.png and so on, in the folder where the program was started; none is overwritten. */
static void shoot(struct window *win)
{
    char path[32];
    do {
        snprintf(path, sizeof path, "slowwire-%u.png", ++win->shots);
    } while (os_is_file(path));
    struct err err = {0};
    if (!canvas_cairo_png(win->canvas, path, &err)) {
        shell_complain(win->shell, &err);
    }
    err_free(&err);
}

/* "now 0.150", "playing no" …, and where some controls are; whole or not at all. */
static void tell(const struct window *win)
{
    static const char *const names[] = {
        "home",      "card",         "title",    "file",      "now",    "playing",  "step",
        "steps",     "packets",      "selected", "lang",      "theme",  "speed",    "box",
        "edited",    "changed",      "gone",     "asking",    "ask",    "right",    "predict",
        "settings",  "error",        "main",     "moving",    "panel",  "relative", "folded",
        "projector", "expectations", "hides",    "diagnosis", "drawer", "alone",    "full",
        "ghosts",    "message",      "misplaced"};
    static const char *const places[] = {
        "timeline.0.play", "timeline.0.scrubber", "title", "theme", "predict", "write",
        "worksheet"};
    struct os_out out;
    char value[1024];
    double x, y;
    if (!win->tell || !os_out_open(&out, win->tell)) {
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (shell_query(win->shell, names[i], value, sizeof value)) {
            value[strcspn(value, "\n")] = '\0';
            fprintf(out.file, "%s %s\n", names[i], value);
        }
    }
    fprintf(out.file, "size %dx%d\n", win->w, win->h);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (shell_place(win->shell, places[i], &x, &y)) {
            fprintf(out.file, "@%s %.0f %.0f\n", places[i], x, y);
        }
    }
    os_out_commit(&out);
}

/* slowwire-1.mp4 (or .gif) and so on: all that the window shows, until it stops playing. */
static void record(struct window *win, const char *kind)
{
    struct err err = {0};
    do {
        snprintf(win->film, sizeof win->film, "slowwire-%u.%s", ++win->shots, kind);
    } while (os_is_file(win->film));
    win->movie = movie_open(win->film, win->w, win->h, movie_rate(win->film), &err);
    win->film_from = os_wall_ns();
    win->film_frames = 0;
    if (!win->movie) {
        shell_record_done(win->shell, win->film, &err);
    }
    err_free(&err);
}

static void end_record(struct window *win)
{
    struct err err = {0};
    if (win->movie) {
        movie_close(win->movie, &err);
        win->movie = NULL;
        shell_record_done(win->shell, win->film, &err);
    }
    err_free(&err);
}

/* A window of another size ends the film. */
static void add_to_film(struct window *win)
{
    struct pixels picture = canvas_cairo_pixels(win->canvas);
    if (win->movie && (!movie_fits(win->movie, picture) || !movie_add(win->movie, picture))) {
        end_record(win);
    }
}

/* The clock of the shell: the wall's, or the film's. */
static int64_t clock_of(struct window *win)
{
    int64_t rate = movie_rate(win->film);
    return win->movie ? win->film_from + win->film_frames++ * INT64_C(1000000000) / rate
                      : os_wall_ns();
}

static void obey(struct window *win)
{
    switch (shell_take_wish(win->shell)) {
    case SHELL_NOTHING: break;
    case SHELL_QUIT: win->is_open = false; break;
    case SHELL_FULLSCREEN: platform_fullscreen(win->platform); break;
    case SHELL_SHOT: shoot(win); break;
    case SHELL_EXPORT: export_write(win->shell, win->fonts); break;
    case SHELL_RECORD: record(win, "mp4"); break;
    case SHELL_RECORD_GIF: record(win, "gif"); break;
    case SHELL_RECORD_END: end_record(win); break;
    }
}

/* True: something happened. */
static bool hear(struct window *win, int wait_ms)
{
    struct ui_event e;
    bool any = false;
    while (shell_hears(win->shell) && platform_event(win->platform, any ? 0 : wait_ms, &e)) {
        shell_event(win->shell, &e);
        any = true;
    }
    return any;
}

static void show_title(struct window *win, char *shown, size_t size)
{
    const char *title = shell_title(win->shell);
    if (strncmp(title, shown, size - 1) != 0) {
        snprintf(shown, size, "%s", title);
        platform_title(win->platform, shown);
    }
}

static void loop(struct window *win)
{
    char title[256] = "";
    bool busy = true;
    win->is_open = true;
    while (win->is_open) {
        bool heard = hear(win, busy ? 0 : IDLE_MS);
        busy = shell_tick(win->shell, clock_of(win)) || heard || win->movie;
        if (busy) {
            draw(win);
            add_to_film(win);
            show_title(win, title, sizeof title);
            obey(win);
            tell(win);
            platform_pace(win->platform);
        }
    }
}

static int with_window(struct shell *shell, const struct options *o, struct err *err)
{
    struct platform *platform = platform_new(shell_title(shell), o->w, o->h, err);
    if (!platform) {
        return EXIT_UNABLE;
    }
    struct window win = {.platform = platform,
                         .shell = shell,
                         .fonts = o->shell.fonts,
                         .scale = o->scale,
                         .tell = o->tell};
    loop(&win);
    end_record(&win);
    canvas_free(win.canvas);
    platform_free(platform);
    return EXIT_HELD;
}

static int run(struct options *o, struct err *err)
{
    struct fonts *fonts = fonts_new(NULL, err);
    if (!fonts) {
        return EXIT_UNABLE;
    }
    o->shell.fonts = fonts;
    o->shell.is_settled = o->screenshot && !o->script;
    bool has_window = !o->screenshot && !o->script;
    o->shell.remembers = has_window;
    struct shell *shell = shell_new(&o->shell);
    int status = EXIT_WRONG;
    if (!o->file) {
        shell_home(shell);
    }
    if (!o->file || shell_open(shell, o->file, err)) {
        status = has_window ? with_window(shell, o, err) : without_window(shell, o, err);
    }
    shell_free(shell);
    fonts_free(fonts);
    return status;
}

static bool wants_comparison(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--compare") == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    os_fill_standard();
    struct err err = {0};
    struct options o;
    int status = EXIT_HELD;
    if (wants_comparison(argc, argv)) {
        status = compare_run(argc, argv, &err);
    } else if (!options_read(argc, argv, &o, &err)) {
        status = EXIT_WRONG;
    } else if (o.help) {
        options_help(err.lang, stdout);
    } else if (o.version) {
        printf("slowwire-ui %s\n", SLOWWIRE_VERSION);
    } else {
        status = run(&o, &err);
    }
    err_print(&err, stderr, os_is_terminal(stderr));
    err_free(&err);
    return status;
}
