/* slowwire dissector FILE: a Wireshark dissector for the protocols that the scenario declares. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/lua.h"
#include "registry.h"

#include <errno.h>

enum { OPTION_OUTPUT };
static const struct option options[] = {{"--output", 'o', "FILE"}, {0}};

static bool read_request(struct args *a, const char **file, const char **output)
{
    int what;
    while ((what = args_next(a)) != ARGS_END && what != ARGS_BAD) {
        if (what == OPTION_OUTPUT) {
            *output = a->value;
        } else {
            *file = a->value;
        }
    }
    if (what == ARGS_END && !*file) {
        err_fail(a->err, "cli.needs-file", "command", a->command->name, NULL);
        return false;
    }
    return what == ARGS_END;
}

static int write_out(const struct scenario *sc, const char *output, struct err *err)
{
    struct buf text = {0};
    struct os_out out;
    lua_dissector(sc, err->lang, &text);
    int status = STATUS_HELD;
    bool is_open = os_out_open(&out, output);
    if (is_open) {
        fwrite(text.data, 1, text.len, out.file);
    }
    if (!is_open || !(os_out_commit(&out) || errno == EPIPE)) {
        cli_cannot_write(err, output);
        status = cli_tell(err, STATUS_UNABLE);
    }
    buf_free(&text);
    return status;
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    const char *file = NULL, *output = "-";
    struct scenario *sc;
    if (!read_request(&a, &file, &output) || !scenario_read(file, registry(), NULL, 0, &sc, err)) {
        return cli_tell(err, STATUS_WRONG);
    }
    int status = STATUS_WRONG;
    if (sc->protocol_count == 0) {
        err_fail(err, "cli.dissector.none", "file", file, NULL);
        cli_tell(err, STATUS_WRONG);
    } else {
        status = write_out(sc, output, err);
    }
    scenario_free(sc);
    return status;
}

const struct command command_dissector = {"dissector", "[OPTION…] FILE", options, run};
