/* slowwire play: hands over to the window's program, which stands beside this one. */
#include "ui/cli/cli.h"

#include "base/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_display(void)
{
    static const char *const names[] = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            return true;
        }
    }
    return false;
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    (void)self;
    if (!has_display() && !args_have(argc, argv, "--screenshot")) {
        err_fail(err, "cli.play.no-display", NULL);
        return cli_tell(err, STATUS_UNABLE);
    }
    char lang[] = "--lang", code[8];
    snprintf(code, sizeof code, "%s", lang_code(err->lang));
    char **passed = os_alloc(((size_t)argc + 4) * sizeof *passed);
    memcpy(passed + 1, argv, (size_t)argc * sizeof *passed);
    if (!args_value_of(argc, argv, "--lang") && err->lang != lang_from_locale()) {
        passed[argc + 1] = lang;
        passed[argc + 2] = code;
    }
    os_exec_beside("slowwire-ui", passed);
    err_fail(err, errno == ENOENT ? "cli.play.missing" : "cli.play.failed", "why", strerror(errno),
             NULL);
    free(passed);
    return cli_tell(err, STATUS_UNABLE);
}

const struct command command_play = {"play", "[FILE]", NULL, run};
