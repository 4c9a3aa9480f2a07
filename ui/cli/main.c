/* slowwire: simulates network protocols for people who learn them. One file a command; this one
 * finds the command and answers --help and --version. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &command_run,    &command_check, &command_test,   &command_list,
    &command_new,    &command_play,  &command_draw,   &command_plot,
    &command_sweep,  &command_why,   &command_diff,   &command_probe,
    &command_lesson, &command_hide,  &command_replay, &command_dissector,
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void help_all(enum lang lang)
{
    printf("%s\n\n%s slowwire %s\n\n", word(lang, "cli.about"), word(lang, "cli.usage"),
           word(lang, "cli.command-usage"));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char left[64], key[64];
        snprintf(left, sizeof left, "%s %s", commands[i]->name, commands[i]->usage);
        const char *rest = strstr(left, "[OPTION…] ");
        if (rest) {
            char *at = left + (rest - left);
            memmove(at, at + strlen("[OPTION…] "), strlen(at + strlen("[OPTION…] ")) + 1);
        }
        snprintf(key, sizeof key, "cli.%s.line", commands[i]->name);
        cli_help_line(left, word(lang, key));
    }
    printf("\n%s\n", word(lang, "cli.more-help"));
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int unknown_command(struct err *err, const char *name)
{
    const char *words[COMMAND_COUNT + 1] = {NULL};
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        words[i] = commands[i]->name;
    }
    const char *near = nearest_word(name, words);
    err_fail(err, near ? "cli.unknown-command-near" : "cli.unknown-command", "command", name,
             "near", near ? near : "", NULL);
    return cli_tell(err, STATUS_WRONG);
}

/* Whatever a command prints, it is an error if it does not arrive; a reader that has gone is none.
 */
static int printed(struct err *err, int status)
{
    if (status == STATUS_UNABLE || os_flush(stdout) || errno == EPIPE) {
        return status;
    }
    err_free(err); /* what stands there has been told */
    cli_cannot_write(err, "-");
    return cli_tell(err, STATUS_UNABLE);
}

static int dispatch(struct err *err, int argc, char **argv)
{
    if (argc < 2) {
        help_all(err->lang);
        return STATUS_WRONG;
    }
    if (args_have(argc, argv, "--version")) {
        printf("slowwire %s\n", SLOWWIRE_VERSION);
        return STATUS_HELD;
    }
    int at = 1;
    while (at < argc && strncmp(argv[at], "--lang", 6) == 0) {
        at += strchr(argv[at], '=') ? 1 : 2;
    }
    const char *name = at < argc ? argv[at] : "--help";
    const struct command *c =
        find(strcmp(name, "help") == 0 && at + 1 < argc ? argv[at + 1] : name);
    bool wants_help = args_have(argc, argv, "--help") || args_have(argc, argv, "-h");
    if (wants_help || strcmp(name, "help") == 0) {
        if (c) {
            cli_help(c, err->lang);
        } else {
            help_all(err->lang);
        }
        return STATUS_HELD;
    }
    if (!c) {
        return unknown_command(err, name);
    }
    return c->run(err, c, argc - at - 1, argv + at + 1);
}

int main(int argc, char **argv)
{
    os_fill_standard();
    struct err err = {.lang = lang_from_locale()};
    const char *lang = args_value_of(argc, argv, "--lang");
    int status;
    if (lang && !lang_parse(lang, &err.lang)) {
        err_fail(&err, "cli.unknown-lang", "lang", lang, NULL);
        status = cli_tell(&err, STATUS_WRONG);
    } else {
        status = printed(&err, dispatch(&err, argc, argv));
    }
    err_free(&err);
    return status;
}
