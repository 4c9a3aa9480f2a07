/* How the commands speak: messages, help, colour. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/row.h"
#include "wire/sdp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cli_tell(struct err *err, int status)
{
    err_print(err, stderr, cli_colour(stderr));
    return status;
}

const char *cli_limit_key(const struct trace *t)
{
    switch (t->end) {
    case END_EVENTS: return "cli.events-reached";
    case END_RECORDS: return "cli.records-reached";
    case END_INSTANT: return "cli.instant-reached";
    case END_NOTHING_LEFT:
    case END_STOP: break;
    }
    return NULL;
}

void cli_cannot_write(struct err *err, const char *file)
{
    const char *why = strerror(errno);
    bool is_standard = strcmp(file, "-") == 0;
    err_fail(err, "cli.cannot-write", "file",
             is_standard ? word(err->lang, "cli.standard-output") : file, "why", why, NULL);
}

bool cli_write_sdp(const struct sdp *sdp, const char *file, struct err *err)
{
    struct buf text = {0};
    struct os_out out;
    sdp_write(sdp, &text);
    bool is_open = os_out_open(&out, file);
    if (is_open) {
        fwrite(text.data, 1, text.len, out.file);
    }
    buf_free(&text);
    if (is_open && os_out_commit(&out)) {
        return true;
    }
    cli_cannot_write(err, file);
    return false;
}

bool cli_colour(FILE *f)
{
    const char *term = getenv("TERM"), *none = getenv("NO_COLOR");
    return os_is_terminal(f) && !(none && *none) && !(term && strcmp(term, "dumb") == 0);
}

void cli_help_line(const char *left, const char *right)
{
    unsigned cells = text_cells(left);
    printf("  %s%*s%s\n", left, cells < 22 ? (int)(22 - cells) : 1, "", right);
}

static void help_option(const struct command *c, const struct option *o, enum lang lang)
{
    char left[64], key[64];
    char letter[8] = "";
    if (o->letter) {
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    }
    snprintf(left, sizeof left, "%s%s%s%s", letter, o->name, o->value ? " " : "",
             o->value ? o->value : "");
    snprintf(key, sizeof key, "cli.%s.%s", c->name, o->name + 2);
    cli_help_line(left, word(lang, key));
}

void cli_help(const struct command *c, enum lang lang)
{
    char key[64];
    printf("%s slowwire %s %s\n\n", word(lang, "cli.usage"), c->name, c->usage);
    snprintf(key, sizeof key, "cli.%s.about", c->name);
    printf("%s\n\n", word(lang, key));
    for (const struct option *o = c->options; o && o->name; o++) {
        help_option(c, o, lang);
    }
    cli_help_line("--lang en|zh", word(lang, "cli.lang"));
    cli_help_line("--help", word(lang, "cli.help"));
}
