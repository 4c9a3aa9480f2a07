/* Nothing flashes more than three times a second (WCAG 2.3.1): while a run plays, the picture is
 * cut into cells, and the changes of their mean luminance are counted. A flash is a rise and a
 * fall, or a fall and a rise, of a tenth of full luminance. */
#include "ui/canvas_cairo.h"
#include "ui/shell.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define W       960
#define H       640
#define ACROSS  24
#define DOWN    16
#define CELLS   (ACROSS * DOWN)
#define FPS     60
#define SECONDS 4
#define FLASH   0.1 /* of full luminance */

static struct fonts *fonts;

static double linear[256];

static void measure(struct pixels p, double *cells)
{
    for (int i = 0; i < CELLS; i++) {
        int x0 = i % ACROSS * (W / ACROSS), y0 = i / ACROSS * (H / DOWN);
        double sum = 0;
        for (int y = y0; y < y0 + H / DOWN; y += 2) {
            const uint8_t *row = (const uint8_t *)p.data + (size_t)y * (size_t)p.stride;
            for (int x = x0; x < x0 + W / ACROSS; x += 2) {
                const uint8_t *c = row + 4 * x; /* blue, green, red */
                sum += 0.0722 * linear[c[0]] + 0.7152 * linear[c[1]] + 0.2126 * linear[c[2]];
            }
        }
        cells[i] = sum / ((W / ACROSS / 2) * (H / DOWN / 2));
    }
}

/* What a cell has done: its last turning point, and when it turned. */
struct cell {
    double turn;
    int direction;            /* 1 up, -1 down, 0 nothing yet */
    int turns[FPS * SECONDS]; /* frames */
    int count;
};

static void follow(struct cell *c, double now, int frame)
{
    double way = now - c->turn;
    int direction = way > 0 ? 1 : -1;
    if (fabs(way) >= FLASH && direction != c->direction) {
        c->turns[c->count++] = frame;
        c->direction = direction;
        c->turn = now;
    } else if (direction == c->direction) {
        c->turn = now; /* further the same way */
    }
}

/* Flashes in the worst second: two turns make one. */
static int worst_second(const struct cell *c)
{
    int worst = 0;
    for (int i = 0; i < c->count; i++) {
        int n = 0;
        while (i + n < c->count && c->turns[i + n] < c->turns[i] + FPS) {
            n++;
        }
        worst = n / 2 > worst ? n / 2 : worst;
    }
    return worst;
}

static const char *const scenarios[] = {"tcp/handshake", "tcp/fast-retransmit",
                                        "arq/gbn-frame-lost", "rtp/voice"};

START_TEST(nothing_flashes_more_than_three_times_a_second)
{
    char path[256];
    double now[CELLS];
    struct cell *cells = calloc(CELLS, sizeof *cells);
    struct shell_options o = {.fonts = fonts, .at = -1, .select = -1};
    struct shell *shell = shell_new(&o);
    struct canvas *canvas = canvas_cairo_new(fonts, W, H, 1);
    struct err err = {0};
    struct ui_event space = {.kind = UI_KEY, .key = UI_KEY_SPACE}, q = {.kind = UI_KEY, .key = 'q'};
    int loud = 0;
    ck_assert(cells != NULL);
    snprintf(path, sizeof path, SOURCE_DIR "/scenarios/%s.yaml", scenarios[_i]);
    ck_assert(shell_open(shell, path, &err));
    for (int i = 0; i < 2; i++) {
        shell_event(shell, &q);
        shell_draw(shell, canvas, W, H, 0.75);
    }
    shell_event(shell, &space);
    for (int frame = 0; frame < FPS * SECONDS; frame++) {
        shell_tick(shell, (int64_t)frame * 1000000000 / FPS);
        shell_draw(shell, canvas, W, H, 0.75);
        measure(canvas_cairo_pixels(canvas), now);
        for (int i = 0; i < CELLS; i++) {
            if (frame < 2) { /* the first pictures are not yet a change */
                cells[i].turn = now[i];
            } else {
                follow(&cells[i], now[i], frame);
            }
        }
    }
    for (int i = 0; i < CELLS; i++) {
        loud += worst_second(&cells[i]) > 3;
    }
    ck_assert_msg(loud == 0, "%s: %d of %d cells flash", scenarios[_i], loud, CELLS);
    canvas_free(canvas);
    shell_free(shell);
    free(cells);
}
END_TEST

/* A cell that goes black and white at 10 Hz is noticed. */
START_TEST(flashing_is_noticed)
{
    struct cell *c = calloc(1, sizeof *c);
    ck_assert(c != NULL);
    for (int frame = 0; frame < FPS; frame++) {
        follow(c, frame / 3 % 2 ? 0.9 : 0.2, frame);
    }
    ck_assert_int_gt(worst_second(c), 3);
    free(c);
}
END_TEST

int main(void)
{
    struct err err = {0};
    for (int i = 0; i < 256; i++) {
        double v = i / 255.0;
        linear[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
    fonts = fonts_new(SOURCE_DIR "/assets/fonts", &err);
    if (!fonts) {
        err_print(&err, stderr, false);
        return 1;
    }
    Suite *suite = suite_create("flash");
    TCase *c = tcase_create("flash");
    tcase_set_timeout(c, 120);
    suite_add_tcase(suite, c);
    tcase_add_loop_test(c, nothing_flashes_more_than_three_times_a_second, 0,
                        (int)(sizeof scenarios / sizeof *scenarios));
    tcase_add_test(c, flashing_is_noticed);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    fonts_free(fonts);
    return failed != 0;
}
