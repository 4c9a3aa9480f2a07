/* slowwire draw and plot: hand over to the program of pictures, which stands beside this one. */
#include "ui/cli/cli.h"

#include "base/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int hand_over(struct err *err, const char *what, int argc, char **argv)
{
    char word_of[8]; /* "plot"; "draw" is what the program does by itself */
    char lang[] = "--lang", code[8];
    snprintf(code, sizeof code, "%s", lang_code(err->lang));
    size_t at = 1;
    char **passed = os_alloc(((size_t)argc + 5) * sizeof *passed);
    if (what) {
        snprintf(word_of, sizeof word_of, "%s", what);
        passed[at++] = word_of;
    }
    passed[at++] = lang;
    passed[at++] = code;
    memcpy(passed + at, argv, (size_t)argc * sizeof *passed);
    os_exec_beside("slowwire-draw", passed);
    err_fail(err, errno == ENOENT ? "cli.draw.missing" : "cli.draw.failed", "why", strerror(errno),
             NULL);
    free(passed);
    return cli_tell(err, STATUS_UNABLE);
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    (void)self;
    return hand_over(err, NULL, argc, argv);
}

static int plot(struct err *err, const struct command *self, int argc, char **argv)
{
    (void)self;
    return hand_over(err, "plot", argc, argv);
}

/* For --help; slowwire-draw reads them. */
static const struct option draw_options[] = {
    {"--output", 'o', "FILE"},  {"--view", 0, "NAMES"},
    {"--at", 0, "T"},           {"--from", 0, "T"},
    {"--to", 0, "T"},           {"--size", 0, "WxH"},
    {"--scale", 0, "N"},        {"--theme", 0, "light|dark"},
    {"--worksheet", 0, NULL},   {"--compare", 0, NULL},
    {"--set", 0, "PATH=VALUE"}, {NULL, 0, NULL},
};
static const struct option plot_options[] = {
    {"--output", 'o', "FILE"}, {"--x", 0, "COLUMN"}, {"--y", 0, "COLUMN"},
    {"--by", 0, "COLUMN"},     {"--size", 0, "WxH"}, {"--theme", 0, "light|dark"},
    {NULL, 0, NULL},
};

const struct command command_draw = {"draw", "FILE [B [C]] -o OUT", draw_options, run};
const struct command command_plot = {"plot", "OUT.csv -o PIC", plot_options, plot};
