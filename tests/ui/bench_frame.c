/* What a frame costs: the sheet of the drawing notes (300 lines, 60 capsules, 150 runs of text,
 * five panels) at 1280 x 800, drawn again and again; and the whole window, playing each scenario
 * that is named, with the ladder in the middle and with plots. Prints milliseconds a frame. */

#include "base/os.h"
#include "ui/canvas_cairo.h"
#include "ui/parts.h"
#include "ui/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W      1280
#define H      800
#define FRAMES 200

static double ms_since(int64_t start)
{
    return (double)(os_wall_ns() - start) / 1e6;
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

/* Presses V until that view stands in the middle; false: it has no such. */
static bool turn_to(struct shell *shell, struct canvas *c, const char *main)
{
    struct ui_event v = {.kind = UI_KEY, .key = 'v'};
    char now[32];
    for (int i = 0; i < 16; i++) {
        if (shell_query(shell, "main", now, sizeof now) && strcmp(now, main) == 0) {
            return true;
        }
        shell_event(shell, &v);
        shell_draw(shell, c, W, H, 1);
    }
    return false;
}

/* The window at evenly spaced instants of the run. */
static void window(struct fonts *fonts, struct canvas *c, const char *path, const char *main)
{
    struct shell_options o = {.fonts = fonts, .at = -1, .select = -1, .is_settled = true};
    struct shell *shell = shell_new(&o);
    struct ui_event play = {.kind = UI_KEY, .key = UI_KEY_SPACE};
    struct err err = {0};
    double sum = 0, worst = 0;
    if (!shell_open(shell, path, &err)) {
        err_print(&err, stderr, false);
    }
    err_free(&err);
    if (!turn_to(shell, c, main)) {
        shell_free(shell);
        return;
    }
    shell_event(shell, &play);
    for (int i = 0; i < FRAMES; i++) {
        int64_t start = os_wall_ns();
        shell_tick(shell, (int64_t)i * 16666667);
        shell_draw(shell, c, W, H, 1);
        double ms = ms_since(start);
        sum += ms;
        worst = ms > worst ? ms : worst;
    }
    printf("%s  %-7s %.2f ms a frame, the worst %.2f\n", path, main, sum / FRAMES, worst);
    shell_free(shell);
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
        int64_t start = os_wall_ns();
        panels(ui);
        part[0] += ms_since(start);
        start = os_wall_ns();
        lines(ui);
        part[1] += ms_since(start);
        start = os_wall_ns();
        capsules(ui, i);
        part[2] += ms_since(start);
        start = os_wall_ns();
        words(ui);
        part[3] += ms_since(start);
        ui_end(ui);
    }
    printf("panels %.2f  lines %.2f  capsules %.2f  text %.2f  all %.2f ms a frame\n",
           part[0] / FRAMES, part[1] / FRAMES, part[2] / FRAMES, part[3] / FRAMES,
           (part[0] + part[1] + part[2] + part[3]) / FRAMES);
    for (int i = 1; i < argc; i++) {
        window(fonts, c, argv[i], "ladder");
        window(fonts, c, argv[i], "plots");
    }
    canvas_free(c);
    fonts_free(fonts);
    free(ui);
    return 0;
}
