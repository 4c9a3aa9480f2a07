/* slowwire hide FILE: what goes wrong is sealed into the file, to be found by a class; --show opens
 * the seal again. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "registry.h"
#include "scenario/edit.h"
#include "scenario/seal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_SET, OPTION_OUTPUT, OPTION_SHOW };
static const struct option options[] = {
    {"--set", 0, "PATH=VALUE"}, {"--output", 'o', "FILE"}, {"--show", 0, NULL}, {0}};

struct request {
    const char *file, *output;
    struct buf lines; /* PATH=VALUE, one a line */
    bool is_show;
};

static bool read_request(struct args *a, struct request *r)
{
    int what;
    r->output = "-";
    while ((what = args_next(a)) != ARGS_END && what != ARGS_BAD) {
        switch (what) {
        case OPTION_SET: buf_printf(&r->lines, "%s\n", a->value); break;
        case OPTION_OUTPUT: r->output = a->value; break;
        case OPTION_SHOW: r->is_show = true; break;
        case ARGS_WORD: r->file = a->value; break;
        }
    }
    if (what == ARGS_END && !r->file) {
        err_fail(a->err, "cli.needs-file", "command", a->command->name, NULL);
        return false;
    }
    if (what == ARGS_END && !r->is_show && r->lines.len == 0) {
        err_fail(a->err, "cli.hide.nothing", NULL);
        return false;
    }
    return what == ARGS_END;
}

static int show(const struct request *r, struct err *err)
{
    struct scenario *sc;
    if (!scenario_read(r->file, registry(), NULL, 0, &sc, err)) {
        return cli_tell(err, STATUS_WRONG);
    }
    fputs(sc->hidden ? sc->hidden : "", stdout);
    scenario_free(sc);
    return STATUS_HELD;
}

/* The file's text with the seal in it, once more read: what does not fit is told with its own words
 * before it is sealed. */
static bool seal_into(const struct request *r, struct buf *lines, struct buf *out, struct err *err)
{
    struct buf text = {0}, sealed = {0};
    struct scenario *sc = NULL;
    bool good = os_read_file(r->file, SCENARIO_FILE_LIMIT, &text);
    if (!good) {
        err_fail(err, "cli.cannot-read", "file", r->file, "why", strerror(errno), NULL);
    }
    if (good) {
        seal_close(buf_cstr(lines), &sealed);
        good = edit_set(buf_cstr(&text), "hidden", buf_cstr(&sealed), out, err) &&
               scenario_read_text(r->file, buf_cstr(out), registry(), NULL, 0, &sc, err);
        scenario_free(sc);
    }
    buf_free(&text);
    buf_free(&sealed);
    return good;
}

/* Each value alone, as `run --set` would take it. */
static bool is_readable(const struct request *r, char *const *sets, uint32_t count, struct err *err)
{
    struct override *list = os_alloc((count + 1) * sizeof *list);
    struct scenario *sc = NULL;
    for (uint32_t i = 0; i < count; i++) {
        list[i].text = sets[i];
    }
    bool good = scenario_read(r->file, registry(), list, count, &sc, err);
    scenario_free(sc);
    free(list);
    return good;
}

static bool lines_are_readable(struct request *r, struct err *err)
{
    char *text = strcpy(os_alloc(r->lines.len + 1), buf_cstr(&r->lines)), *at = text;
    char **sets = os_alloc((r->lines.len + 1) * sizeof *sets);
    uint32_t count = 0;
    for (char *end; *at && (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        sets[count++] = at;
    }
    bool good = is_readable(r, sets, count, err);
    free(sets);
    free(text);
    return good;
}

static int write_sealed(struct request *r, struct err *err)
{
    struct buf text = {0};
    struct os_out out;
    if (!lines_are_readable(r, err) || !seal_into(r, &r->lines, &text, err)) {
        buf_free(&text);
        return cli_tell(err, STATUS_WRONG);
    }
    cli_tell(err, 0);
    int status = STATUS_HELD;
    bool is_open = os_out_open(&out, r->output);
    if (is_open) {
        fwrite(text.data, 1, text.len, out.file);
    }
    if (!is_open || !(os_out_commit(&out) || errno == EPIPE)) {
        cli_cannot_write(err, r->output);
        status = cli_tell(err, STATUS_UNABLE);
    }
    buf_free(&text);
    return status;
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct request r = {0};
    int status = !read_request(&a, &r) ? cli_tell(err, STATUS_WRONG)
                 : r.is_show           ? show(&r, err)
                                       : write_sealed(&r, err);
    buf_free(&r.lines);
    return status;
}

const struct command command_hide = {"hide", "[OPTION…] FILE", options, run};
