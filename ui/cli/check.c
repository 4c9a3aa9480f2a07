/* slowwire check FILE…: reads and validates, runs nothing. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "registry.h"

static const struct option options[] = {{0}};

static int check_file(struct err *err, const char *path, FILE *out)
{
    struct scenario *sc = NULL;
    bool good = scenario_read(path, registry(), NULL, 0, &sc, err);
    cli_tell(err, 0);
    err_free(err);
    if (good) {
        fprintf(out, "%s: %s\n", path, word(err->lang, "cli.check.good"));
        scenario_free(sc);
    }
    return good ? STATUS_HELD : STATUS_WRONG;
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    int what, status = STATUS_HELD;
    bool is_empty = true;
    while ((what = args_next(&a)) == ARGS_WORD) {
        int one = check_file(err, a.value, stdout);
        status = one > status ? one : status;
        is_empty = false;
    }
    if (what == ARGS_END && is_empty) {
        err_fail(err, "cli.needs-file", "command", self->name, NULL);
        what = ARGS_BAD;
    }
    return what == ARGS_BAD ? cli_tell(err, STATUS_WRONG) : status;
}

const struct command command_check = {"check", "FILE…", options, run};
