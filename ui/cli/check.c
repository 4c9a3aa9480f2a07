/* slowwire check FILE…: reads and validates; runs nothing, unless the file says what a hidden fault
 * is: then whether it is that. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "diagnose.h"
#include "registry.h"
#include "scenario/quantity.h"

static const struct option options[] = {{0}};

static void say(FILE *out, const char *path, enum lang lang, const char *key, sim_time from)
{
    char time[48];
    const char *pair[] = {"time",
                          quantity_print(from == SIM_NEVER ? 0 : from, QUANTITY_TIME, time)};
    struct buf text = {0};
    text_fill(&text, word(lang, key), pair, 1);
    fprintf(out, "%s: %s\n", path, buf_cstr(&text));
    buf_free(&text);
}

static int check_diagnosis(struct err *err, const char *path, const struct scenario *sc, FILE *out)
{
    struct trace trace = {0};
    const struct run_options watch = {.watch = true};
    sim_time from = SIM_NEVER;
    int status = STATUS_WRONG;
    if (run_scenario(sc, &watch, &trace, err)) {
        switch (diagnose(sc, &trace, 0, &from, err)) {
        case DIAGNOSIS_NONE: status = STATUS_HELD; break;
        case DIAGNOSIS_UNREADABLE: break;
        case DIAGNOSIS_RIGHT:
            say(out, path, err->lang, "cli.check.right", from);
            status = STATUS_HELD;
            break;
        case DIAGNOSIS_WRONG:
            say(out, path, err->lang, "cli.check.not-so", from);
            status = STATUS_FAILED;
            break;
        }
    }
    trace_free(&trace);
    cli_tell(err, 0);
    err_free(err);
    return status;
}

static int check_file(struct err *err, const char *path, FILE *out)
{
    struct scenario *sc = NULL;
    bool good = scenario_read(path, registry(), NULL, 0, &sc, err);
    cli_tell(err, 0);
    err_free(err);
    if (!good) {
        return STATUS_WRONG;
    }
    fprintf(out, "%s: %s\n", path, word(err->lang, "cli.check.good"));
    int status =
        sc->hidden && sc->diagnosis.line ? check_diagnosis(err, path, sc, out) : STATUS_HELD;
    scenario_free(sc);
    return status;
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
