/* From a fault to the new picture: for each scenario that is named, three of its packets (the
 * first, the one in the middle, the last) are dropped by key, each from the scenario as it is; what
 * counts is the time from the key until the window of 1280 x 800 is drawn again: the text edited
 * and read, the run repeated, compared with the one before, its film made. Milliseconds of the
 * processor, one thread. With --limit MS the status is 1 if one takes longer. */

#include "ui/canvas_cairo.h"
#include "ui/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { W = 1280, H = 800, DROPS = 3 };

static double limit_ms; /* 0: none */
static unsigned slow, edited, refused;
static double worst;

/* Of this process alone: what else the machine does is not counted. */
static double cpu_ms(void)
{
    return (double)clock() * 1000 / CLOCKS_PER_SEC;
}

static void press(struct shell *shell, struct canvas *c, int key, unsigned mods)
{
    shell_event(shell, &(struct ui_event){.kind = UI_KEY, .key = key, .mods = mods});
    shell_draw(shell, c, W, H, 1);
}

static const char *value(const struct shell *shell, const char *name)
{
    static char buf[256];
    return shell_query(shell, name, buf, sizeof buf) ? buf : "";
}

/* By the box that goes to a place. */
static void select_packet(struct shell *shell, struct canvas *c, unsigned packet)
{
    struct ui_event text = {.kind = UI_TEXT};
    snprintf(text.text, sizeof text.text, "#%u", packet);
    press(shell, c, '/', 0);
    shell_event(shell, &text);
    shell_draw(shell, c, W, H, 1);
    press(shell, c, UI_KEY_ENTER, 0);
}

/* Milliseconds; below 0: this packet cannot be dropped. */
static double drop(struct shell *shell, struct canvas *c, unsigned packet)
{
    select_packet(shell, c, packet);
    double start = cpu_ms();
    press(shell, c, UI_KEY_DELETE, 0);
    double ms = cpu_ms() - start;
    bool is_done = strcmp(value(shell, "edited"), "yes") == 0;
    if (is_done) {
        press(shell, c, 'z', UI_CTRL);
    } else {
        press(shell, c, UI_KEY_ESCAPE, 0);
    }
    return is_done ? ms : -1;
}

static void measure(struct fonts *fonts, struct canvas *c, const char *path)
{
    struct shell_options o = {.fonts = fonts, .at = -1, .select = -1, .is_settled = true};
    struct shell *shell = shell_new(&o);
    struct err err = {0};
    if (!shell_open(shell, path, &err)) {
        err_print(&err, stderr, false);
        err_free(&err);
        shell_free(shell);
        slow++;
        return;
    }
    err_free(&err);
    shell_draw(shell, c, W, H, 1);
    while (strcmp(value(shell, "predict"), "off") != 0) {
        press(shell, c, 'q', 0);
    }
    unsigned last = (unsigned)atoi(value(shell, "packets"));
    const unsigned packets[DROPS] = {1, (last + 1) / 2, last};
    double most = -1;
    for (unsigned i = 0; i < DROPS && last > 0; i++) {
        double ms = drop(shell, c, packets[i]);
        most = ms > most ? ms : most;
    }
    if (most < 0) {
        printf("%-48s %7u packets  cannot be dropped\n", path, last);
        refused++;
    } else {
        printf("%-48s %7u packets %7.1f ms\n", path, last, most);
        edited++;
        slow += limit_ms > 0 && most > limit_ms;
        worst = most > worst ? most : worst;
    }
    shell_free(shell);
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct fonts *fonts = fonts_new(NULL, &err);
    int i = 1;
    if (!fonts) {
        err_print(&err, stderr, false);
        return 3;
    }
    if (i + 1 < argc && strcmp(argv[i], "--limit") == 0) {
        limit_ms = atof(argv[i + 1]);
        i += 2;
    }
    struct canvas *c = canvas_cairo_new(fonts, W, H, 1);
    for (; i < argc; i++) {
        measure(fonts, c, argv[i]);
    }
    printf("%u scenarios, worst %.1f ms; %u without an edit\n", edited, worst, refused);
    canvas_free(c);
    fonts_free(fonts);
    return slow > 0;
}
