/* slowwire why FILE PACKET: the chain of causes in words. slowwire diff A B: where two runs first
 * differ, and why. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/why.h"
#include "registry.h"

enum { SETS_MAX = 64, WORDS_MAX = 8, WIDTH_PIPED = 100 };

enum { OPT_SET, OPT_SEED, OPT_ALL };
static const struct option options[] = {
    [OPT_SET] = {"--set", 0, "PATH=VALUE"},
    [OPT_SEED] = {"--seed", 0, "N"},
    [OPT_ALL] = {"--all", 0, NULL},
    {0},
};

struct request {
    const char *words[WORDS_MAX];
    unsigned word_count;
    struct override sets[SETS_MAX];
    uint32_t set_count;
    struct run_options run;
    bool is_whole;
};

static bool take(struct args *a, int what, struct request *r)
{
    switch (what) {
    case OPT_SET:
        if (r->set_count == SETS_MAX) {
            err_fail(a->err, "cli.too-many-sets", NULL);
            return false;
        }
        r->sets[r->set_count++].text = a->value;
        return true;
    case OPT_SEED: r->run.has_seed = true; return args_whole(a, &r->run.seed);
    case OPT_ALL: r->is_whole = true; return true;
    case ARGS_WORD:
        if (r->word_count == WORDS_MAX) {
            err_fail(a->err, "cli.why.too-many-words", NULL);
            return false;
        }
        r->words[r->word_count++] = a->value;
        return true;
    }
    return false;
}

static bool read_request(struct args *a, struct request *r)
{
    int what;
    while ((what = args_next(a)) != ARGS_END) {
        if (!take(a, what, r)) {
            return false;
        }
    }
    return true;
}

/* A scenario and its run. */
struct told {
    struct scenario *sc;
    struct trace trace;
};

static int make(struct told *t, const char *file, const struct request *r, struct err *err)
{
    struct run_options o = {.watch = true};
    if (r) {
        o.has_seed = r->run.has_seed;
        o.seed = r->run.seed;
    }
    if (!scenario_read(file, registry(), r ? r->sets : NULL, r ? r->set_count : 0, &t->sc, err)) {
        return STATUS_WRONG;
    }
    return run_scenario(t->sc, &o, &t->trace, err) ? STATUS_HELD : STATUS_UNABLE;
}

static void unmake(struct told *t)
{
    trace_free(&t->trace);
    if (t->sc) {
        scenario_free(t->sc);
    }
}

static struct text_options text_options_for(const struct request *r, enum lang lang)
{
    bool is_terminal = os_is_terminal(stdout);
    unsigned columns = is_terminal ? os_terminal_columns() : WIDTH_PIPED;
    return (struct text_options){
        .lang = lang,
        .width = columns < TEXT_WIDTH_MIN ? TEXT_WIDTH_MIN : columns,
        .has_colour = is_terminal && cli_colour(stdout),
        .is_whole = r->is_whole,
    };
}

static int why_packet(const struct trace *t, const char *words, const struct request *r,
                      struct err *err)
{
    struct text_options o = text_options_for(r, err->lang);
    const char *near;
    uint32_t packet = packet_by_words(t, words, &near);
    if (packet == 0) {
        struct buf kinds = {0};
        packet_kinds(t, &kinds);
        err_fail(err, near ? "cli.why.unknown-near" : "cli.why.unknown", "packet", words, "near",
                 near ? near : "", "kinds", buf_cstr(&kinds), NULL);
        buf_free(&kinds);
        return STATUS_WRONG;
    }
    text_why(t, packet, &o, stdout);
    return STATUS_HELD;
}

static int why(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct request r = {0};
    struct told t = {0};
    if (!read_request(&a, &r)) {
        return cli_tell(err, STATUS_WRONG);
    }
    if (r.word_count < 2) {
        err_fail(err, "cli.why.needs", NULL);
        return cli_tell(err, STATUS_WRONG);
    }
    struct buf words = {0};
    for (unsigned i = 1; i < r.word_count; i++) {
        buf_printf(&words, "%s%s", i > 1 ? " " : "", r.words[i]);
    }
    int status = make(&t, r.words[0], &r, err);
    if (status == STATUS_HELD) {
        status = why_packet(&t.trace, buf_cstr(&words), &r, err);
    }
    buf_free(&words);
    unmake(&t);
    return cli_tell(err, status);
}

/* The settings are the second run's: one file can be compared with itself. */
static int diff(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct request r = {0};
    struct told one = {0}, other = {0};
    if (!read_request(&a, &r)) {
        return cli_tell(err, STATUS_WRONG);
    }
    bool changes = r.set_count > 0 || r.run.has_seed;
    if (r.word_count > 2 || r.word_count + changes < 2 || r.word_count == 0) {
        err_fail(err, "cli.diff.needs", NULL);
        return cli_tell(err, STATUS_WRONG);
    }
    int status = make(&one, r.words[0], NULL, err);
    if (status == STATUS_HELD) {
        status = make(&other, r.words[r.word_count - 1], &r, err);
    }
    if (status == STATUS_HELD) {
        struct text_options o = text_options_for(&r, err->lang);
        bool differ = text_diff(&one.trace, &other.trace, &o, stdout);
        status = differ ? STATUS_FAILED : STATUS_HELD;
    }
    unmake(&one);
    unmake(&other);
    return cli_tell(err, status);
}

const struct command command_why = {"why", "[OPTION…] FILE PACKET", options, why};
const struct command command_diff = {"diff", "[OPTION…] A B", options, diff};
