/* slowwire probe FILE: whoever can write a line of JSON can be the other end of the wire. */
#include "ui/cli/cli.h"
#include "ui/cli/probe_talk.h"

#include "registry.h"

static int probe(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    const char *file = NULL;
    for (int option; (option = args_next(&a)) != ARGS_END;) {
        if (option == ARGS_BAD) {
            return cli_tell(err, STATUS_WRONG);
        }
        file = a.value;
    }
    struct scenario *sc = NULL;
    if (!file) {
        err_fail(err, "cli.probe.no-file", NULL);
        return cli_tell(err, STATUS_WRONG);
    }
    if (!scenario_read(file, registry(), NULL, 0, &sc, err)) {
        return cli_tell(err, STATUS_WRONG);
    }
    struct trace t = {0};
    struct run_options o = {0};
    struct run *run = run_open(sc, &o, &t, err);
    int status = STATUS_HELD;
    if (!run || !run_is_raw(run)) {
        err_fail(err, "cli.probe.no-raw", "file", file, NULL);
        status = STATUS_WRONG;
    } else {
        probe_talk(run, stdin, stdout);
    }
    if (run) {
        run_close(run);
    }
    trace_free(&t);
    scenario_free(sc);
    return cli_tell(err, status);
}

static const struct option options[] = {{0}};
const struct command command_probe = {"probe", "FILE", options, probe};
