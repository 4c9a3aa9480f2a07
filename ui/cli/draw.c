/* slowwire draw: hands over to the program of pictures, which stands beside this one. */
#include "ui/cli/cli.h"

#include "base/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    (void)self;
    char lang[] = "--lang", code[8];
    snprintf(code, sizeof code, "%s", lang_code(err->lang));
    char **passed = os_alloc(((size_t)argc + 4) * sizeof *passed);
    passed[1] = lang;
    passed[2] = code;
    memcpy(passed + 3, argv, (size_t)argc * sizeof *passed);
    os_exec_beside("slowwire-draw", passed);
    err_fail(err, errno == ENOENT ? "cli.draw.missing" : "cli.draw.failed", "why", strerror(errno),
             NULL);
    free(passed);
    return cli_tell(err, STATUS_UNABLE);
}

/* For --help; slowwire-draw reads them. */
static const struct option options[] = {
    {"--output", 'o', "FILE"}, {"--view", 0, "NAMES"},
    {"--at", 0, "T"},          {"--from", 0, "T"},
    {"--to", 0, "T"},          {"--size", 0, "WxH"},
    {"--scale", 0, "N"},       {"--theme", 0, "light|dark"},
    {NULL, 0, NULL},
};

const struct command command_draw = {"draw", "FILE [B [C]] -o OUT", options, run};
