/* What a frame costs: the sheet of the drawing notes (300 lines, 60 capsules, 150 runs of text,
 * five panels) at 1280 x 800, drawn again and again; and the whole window for each scenario that is
 * named, as it opens and with the ladder and with plots in the middle: opening it (simulation
 * included), playing it (median, 99th percentile, worst frame), going to instants all over it.
 * Milliseconds of the processor, software only, one thread. With --limits FRAME OPEN SEEK (ms) the
 * status is 1 if a 99th percentile, an opening or a seek takes longer; with --median the median
 * counts instead. */

#include "ui/canvas_cairo.h"
#include "ui/parts.h"
#include "ui/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define W      1280
#define H      800
#define FRAMES 120
#define SEEKS  40

/* Of this process alone: what else the machine does is not counted. */
static int64_t cpu_ns(void)
{
    return (int64_t)clock() * (INT64_C(1000000000) / CLOCKS_PER_SEC);
}

static double ms_since(int64_t start)
{
    return (double)(cpu_ns() - start) / 1e6;
}

static void panels(struct ui *ui)
{
    canvas_fill_box(ui->c, (struct rect){0, 0, W, H}, 0, ui->theme->bg);
    for (int i = 0; i < 5; i++) {
        part_panel(ui, (struct rect){12 + 250 * i, 12, 240, 776}, "Panel", "note", "right");
    }
}

static void lines(struct ui *ui)
{
    for (int i = 0; i < 300; i++) {
        double x = 20 + i % 30 * 40, y = 60 + i / 30 * 70;
        canvas_line(ui->c, x, y, x + 168, y + 48, (struct stroke){.width = 2.2},
                    ui->theme->data.fill);
    }
}

static void capsules(struct ui *ui, int frame)
{
    for (int i = 0; i < 60; i++) {
        struct capsule p = {.kind = (enum packet_kind)(i % 6),
                            .label = "SYN ACK",
                            .extra = "5000",
                            .h = 24,
                            .motion = {1, 0},
                            .is_again = i % 9 == 0};
        capsule_draw(ui, 60 + i % 10 * 120 + frame % 40, 90 + i / 10 * 110, &p);
    }
}

static void words(struct ui *ui)
{
    for (int i = 0; i < 150; i++) {
        ui_text(ui, TYPE_BODY, 20 + i % 10 * 125, 40 + i / 10 * 50, ui->theme->ink2,
                "Sequence number 18");
    }
}

/* Presses V until that view stands in the middle (NULL: what it opens with); false: it has no such,
 * or opens with it. */
static bool turn_to(struct shell *shell, struct canvas *c, const char *main)
{
    struct ui_event v = {.kind = UI_KEY, .key = 'v'};
    char now[32];
    bool is_first = shell_query(shell, "main", now, sizeof now) && main && strcmp(now, main) == 0;
    if (!main || is_first) {
        return !main;
    }
    for (int i = 0; i < 16; i++) {
        if (shell_query(shell, "main", now, sizeof now) && strcmp(now, main) == 0) {
            return true;
        }
        shell_event(shell, &v);
        shell_draw(shell, c, W, H, 1);
    }
    return false;
}

/* Milliseconds; 0: no limit. */
static struct {
    double frame, open, seek;
    bool is_median;
} limit;
static bool is_slow;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Nothing is asked while it is measured. */
static void ask_nothing(struct shell *shell, struct canvas *c)
{
    struct ui_event q = {.kind = UI_KEY, .key = 'q'};
    char mode[32];
    for (int i = 0; i < 3; i++) {
        if (shell_query(shell, "predict", mode, sizeof mode) && strcmp(mode, "off") == 0) {
            return;
        }
        shell_event(shell, &q);
        shell_draw(shell, c, W, H, 1);
    }
}

static void play(struct shell *shell, struct canvas *c, double *ms)
{
    struct ui_event space = {.kind = UI_KEY, .key = UI_KEY_SPACE};
    char playing[8];
    shell_tick(shell, 0);
    for (int i = 0; i < FRAMES; i++) {
        bool is_over =
            !shell_query(shell, "playing", playing, sizeof playing) || strcmp(playing, "yes") != 0;
        if (is_over) {
            shell_event(shell, &space);
        }
        int64_t start = cpu_ns();
        shell_tick(shell, (int64_t)(i + 1) * 16666667);
        shell_draw(shell, c, W, H, 1);
        ms[i] = ms_since(start);
    }
    qsort(ms, FRAMES, sizeof *ms, by_size);
}

/* The slowest of going to instants all over the run, first and last ones included, and drawing. */
static double seek(struct shell *shell, struct canvas *c)
{
    struct ui_event e = {.button = UI_LEFT, .clicks = 1};
    double x, y, worst = 0;
    if (!shell_place(shell, "timeline.0.scrubber", &x, &y)) {
        return 0;
    }
    for (int i = 0; i < SEEKS; i++) {
        double share = (i * 37 % SEEKS) / (double)(SEEKS - 1);
        e.x = 40 + share * (W - 80);
        e.y = y;
        static const enum ui_event_kind kinds[] = {UI_MOVE, UI_PRESS, UI_RELEASE};
        for (int k = 0; k < 3; k++) {
            e.kind = kinds[k];
            int64_t start = cpu_ns();
            shell_event(shell, &e);
            shell_draw(shell, c, W, H, 1);
            double ms = ms_since(start);
            worst = ms > worst ? ms : worst;
        }
    }
    return worst;
}

static void judge(double open, double frame, double seek_ms)
{
    is_slow |= (limit.frame > 0 && frame > limit.frame) || (limit.open > 0 && open > limit.open) ||
               (limit.seek > 0 && seek_ms > limit.seek);
}

static void window(struct fonts *fonts, struct canvas *c, const char *path, const char *main)
{
    struct shell_options o = {.fonts = fonts, .at = -1, .select = -1};
    struct shell *shell = shell_new(&o);
    struct err err = {0};
    double ms[FRAMES];
    int64_t start = cpu_ns();
    if (!shell_open(shell, path, &err)) {
        err_print(&err, stderr, false);
        err_free(&err);
        shell_free(shell);
        is_slow = true;
        return;
    }
    shell_tick(shell, 0);
    shell_draw(shell, c, W, H, 1);
    double open = ms_since(start);
    err_free(&err);
    if (turn_to(shell, c, main)) {
        ask_nothing(shell, c);
        play(shell, c, ms);
        char view[32] = "";
        shell_query(shell, "main", view, sizeof view);
        double worst = seek(shell, c), p99 = ms[FRAMES * 99 / 100], median = ms[FRAMES / 2];
        printf("%-44s %-7s open %7.1f  frame %5.2f  p99 %5.2f  worst %5.2f  seek %5.1f ms\n", path,
               view, open, median, p99, ms[FRAMES - 1], worst);
        judge(open, limit.is_median ? median : p99, worst);
    }
    shell_free(shell);
}

static int read_limits(int argc, char **argv)
{
    int i = 1;
    if (i + 3 < argc && strcmp(argv[i], "--limits") == 0) {
        limit.frame = atof(argv[i + 1]);
        limit.open = atof(argv[i + 2]);
        limit.seek = atof(argv[i + 3]);
        i += 4;
    }
    if (i < argc && strcmp(argv[i], "--median") == 0) {
        limit.is_median = true;
        i++;
    }
    return i;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct fonts *fonts = fonts_new(NULL, &err);
    struct ui *ui = calloc(1, sizeof *ui);
    if (!fonts || !ui) {
        err_print(&err, stderr, false);
        return 3;
    }
    struct theme theme = theme_make(THEME_LIGHT, 1);
    struct canvas *c = canvas_cairo_new(fonts, W, H, 1);
    double part[4] = {0};
    ui_init(ui);
    for (int i = 0; i < FRAMES; i++) {
        ui_begin(ui, c, &theme, LANG_EN, W, H, 1, i / 60.0);
        int64_t start = cpu_ns();
        panels(ui);
        part[0] += ms_since(start);
        start = cpu_ns();
        lines(ui);
        part[1] += ms_since(start);
        start = cpu_ns();
        capsules(ui, i);
        part[2] += ms_since(start);
        start = cpu_ns();
        words(ui);
        part[3] += ms_since(start);
        ui_end(ui);
    }
    printf("panels %.2f  lines %.2f  capsules %.2f  text %.2f  all %.2f ms a frame\n",
           part[0] / FRAMES, part[1] / FRAMES, part[2] / FRAMES, part[3] / FRAMES,
           (part[0] + part[1] + part[2] + part[3]) / FRAMES);
    for (int i = read_limits(argc, argv); i < argc; i++) {
        window(fonts, c, argv[i], NULL);
        window(fonts, c, argv[i], "ladder");
        window(fonts, c, argv[i], "plots");
    }
    canvas_free(c);
    fonts_free(fonts);
    free(ui);
    return is_slow;
}
