/* slowwire run FILE: simulates; prints the ladder, the trace or the figures; checks `expect`. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/describe.h"
#include "export/jsonl.h"
#include "export/pcapng.h"
#include "export/summary.h"
#include "registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum format { FORMAT_TEXT, FORMAT_JSONL, FORMAT_SUMMARY, FORMAT_NONE, FORMAT_COUNT };
static const char *const formats[] = {"text", "jsonl", "summary", "none", NULL};

/* No longer packets does Wireshark read. */
enum { SETS_MAX = 64, WIDTH_PIPED = 100, SNAPLEN_MAX = 262144 };

struct request {
    const char *file, *out;
    enum format format;
    struct run_options run;
    bool has_at;
    sim_time at;
    bool is_whole;
    const char *pcapng, *tap; /* NULL: no capture; the first host */
    uint32_t snaplen;         /* 0: packets stand whole */
    const char *sdp;          /* NULL: none */
    struct override sets[SETS_MAX];
    uint32_t set_count;
};

enum {
    OPT_FORMAT,
    OPT_OUT,
    OPT_SEED,
    OPT_UNTIL,
    OPT_AT,
    OPT_SET,
    OPT_EVENTS,
    OPT_ALL,
    OPT_PCAPNG,
    OPT_TAP,
    OPT_SNAPLEN,
    OPT_SDP
};
static const struct option options[] = {
    [OPT_FORMAT] = {"--format", 0, "FORMAT"},
    [OPT_OUT] = {"--output", 'o', "FILE"},
    [OPT_SEED] = {"--seed", 0, "N"},
    [OPT_UNTIL] = {"--until", 0, "T"},
    [OPT_AT] = {"--at", 0, "T"},
    [OPT_SET] = {"--set", 0, "PATH=VALUE"},
    [OPT_EVENTS] = {"--max-events", 0, "N"},
    [OPT_ALL] = {"--all", 0, NULL},
    [OPT_PCAPNG] = {"--pcapng", 0, "FILE"},
    [OPT_TAP] = {"--tap", 0, "NODE|all"},
    [OPT_SNAPLEN] = {"--snaplen", 0, "N"},
    [OPT_SDP] = {"--sdp", 0, "FILE"},
    {0},
};

static bool take_format(struct args *a, struct request *r)
{
    for (int f = 0; f < FORMAT_COUNT; f++) {
        if (strcmp(a->value, formats[f]) == 0) {
            r->format = (enum format)f;
            return true;
        }
    }
    const char *near = nearest_word(a->value, formats);
    err_fail(a->err, near ? "cli.unknown-format-near" : "cli.unknown-format", "format", a->value,
             "near", near ? near : "", NULL);
    return false;
}

static bool take_set(struct args *a, struct request *r)
{
    if (r->set_count == SETS_MAX) {
        err_fail(a->err, "cli.too-many-sets", NULL);
        return false;
    }
    r->sets[r->set_count++].text = a->value;
    return true;
}

static bool take_events(struct args *a, struct request *r)
{
    if (!args_whole(a, &r->run.max_events)) {
        return false;
    }
    if (r->run.max_events == 0) {
        err_fail(a->err, "cli.not-whole", "value", a->value, NULL);
        return false;
    }
    return true;
}

static bool take_snaplen(struct args *a, struct request *r)
{
    uint64_t n;
    if (!args_whole(a, &n)) {
        return false;
    }
    if (n == 0 || n > SNAPLEN_MAX) {
        err_fail(a->err, "cli.not-snaplen", "value", a->value, NULL);
        return false;
    }
    r->snaplen = (uint32_t)n;
    return true;
}

static bool take(struct args *a, int what, struct request *r)
{
    switch (what) {
    case OPT_FORMAT: return take_format(a, r);
    case OPT_OUT: r->out = a->value; return true;
    case OPT_SEED: r->run.has_seed = true; return args_whole(a, &r->run.seed);
    case OPT_UNTIL: return args_time(a, &r->run.until);
    case OPT_AT: r->has_at = true; return args_time(a, &r->at);
    case OPT_SET: return take_set(a, r);
    case OPT_EVENTS: return take_events(a, r);
    case OPT_ALL: r->is_whole = true; return true;
    case OPT_PCAPNG: r->pcapng = a->value; return true;
    case OPT_TAP: r->tap = a->value; return true;
    case OPT_SNAPLEN: return take_snaplen(a, r);
    case OPT_SDP: r->sdp = a->value; return true;
    case ARGS_WORD:
        if (r->file) {
            err_fail(a->err, "cli.one-file", "file", a->value, NULL);
            return false;
        }
        r->file = a->value;
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
    if (!r->file) {
        err_fail(a->err, "cli.needs-file", "command", a->command->name, NULL);
        return false;
    }
    if (r->snaplen && !r->pcapng) {
        err_fail(a->err, "cli.snaplen-is-pcapng", NULL);
        return false;
    }
    if (r->has_at && r->format != FORMAT_TEXT) {
        err_fail(a->err, "cli.at-is-text", NULL);
        return false;
    }
    return true;
}

static struct text_options text_options_for(const struct request *r, enum lang lang)
{
    bool terminal = strcmp(r->out, "-") == 0 && os_is_terminal(stdout);
    unsigned columns = terminal ? os_terminal_columns() : WIDTH_PIPED;
    return (struct text_options){
        .lang = lang,
        .width = columns < TEXT_WIDTH_MIN ? TEXT_WIDTH_MIN : columns,
        .has_colour = terminal && cli_colour(stdout),
        .is_whole = r->is_whole,
    };
}

static void write_text(const struct request *r, const struct scenario *sc, const struct trace *t,
                       const struct verdict *v, enum lang lang, FILE *out)
{
    struct text_options o = text_options_for(r, lang);
    if (r->has_at) {
        text_state(t, r->at, &o, out);
        return;
    }
    text_ladder(t, &o, out);
    text_summary(t, &o, out);
    verdict_print(sc, v, &o, out);
}

static int write_all(const struct request *r, const struct scenario *sc, const struct trace *t,
                     const struct verdict *v, int64_t wall_ns, struct err *err)
{
    struct os_out out;
    if (!os_out_open(&out, r->out)) {
        cli_cannot_write(err, r->out);
        return STATUS_UNABLE;
    }
    switch (r->format) {
    case FORMAT_TEXT: write_text(r, sc, t, v, err->lang, out.file); break;
    case FORMAT_JSONL: jsonl_write(t, out.file); break;
    case FORMAT_SUMMARY: summary_write(t, wall_ns, out.file); break;
    case FORMAT_NONE:
    case FORMAT_COUNT: break;
    }
    if (!os_out_commit(&out)) {
        if (errno == EPIPE) {
            return STATUS_HELD;
        }
        cli_cannot_write(err, r->out);
        return STATUS_UNABLE;
    }
    return STATUS_HELD;
}

/* The node whose interfaces are captured; false: err says that there is none of that name. */
static bool find_tap(const struct request *r, const struct scenario *sc, struct err *err,
                     uint32_t *tap)
{
    *tap = r->tap && strcmp(r->tap, "all") == 0 ? PCAPNG_TAP_ALL : 0;
    if (!r->tap || *tap == PCAPNG_TAP_ALL) {
        return true;
    }
    const char **names = os_alloc((sc->node_count + 1) * sizeof *names);
    for (uint32_t i = 0; i < sc->node_count; i++) {
        names[i] = sc->nodes[i].name;
        if (strcmp(names[i], r->tap) == 0) {
            *tap = i;
            free(names);
            return true;
        }
    }
    const char *near = nearest_word(r->tap, names);
    err_fail(err, near ? "cli.unknown-tap-near" : "cli.unknown-tap", "node", r->tap, "near",
             near ? near : "", NULL);
    free(names);
    return false;
}

static int write_capture(const struct request *r, const struct scenario *sc, const struct trace *t,
                         struct err *err)
{
    struct pcapng_options o = {.lang = err->lang, .snaplen = r->snaplen};
    struct os_out out;
    find_tap(r, sc, err, &o.tap);
    if (os_out_open(&out, r->pcapng)) {
        pcapng_write(t, &o, out.file);
        if (os_out_commit(&out)) {
            return STATUS_HELD;
        }
    }
    cli_cannot_write(err, r->pcapng);
    return STATUS_UNABLE;
}

/* What a real receiver must know of the scenario's RTP streams. */
static int write_sdp(const struct request *r, const struct scenario *sc, struct err *err)
{
    struct sdp sdp;
    if (!describe_scenario(sc, err->lang, &sdp)) {
        err_fail(err, "cli.run.no-media", "file", r->file, NULL);
        return STATUS_WRONG;
    }
    return cli_write_sdp(&sdp, r->sdp, err) ? STATUS_HELD : STATUS_UNABLE;
}

/* Failures go to standard error too, unless the text told them where a person looks. */
static int judge(const struct request *r, const struct scenario *sc, const struct verdict *v,
                 enum lang lang)
{
    if (v->failed == 0) {
        return STATUS_HELD;
    }
    if (r->format != FORMAT_TEXT || strcmp(r->out, "-") != 0) {
        struct buf text = {0};
        verdict_print_failures(sc, v, lang, &text);
        fputs(buf_cstr(&text), stderr);
        buf_free(&text);
    }
    return STATUS_FAILED;
}

static int simulate(const struct request *r, const struct scenario *sc, struct err *err)
{
    struct trace t = {0};
    struct verdict v = {0};
    int64_t began = os_wall_ns();
    if (!run_scenario(sc, &r->run, &t, err)) {
        return cli_tell(err, STATUS_UNABLE);
    }
    int64_t wall_ns = os_wall_ns() - began;
    if (sc->expect_count > 0 && !r->has_at) {
        expect_check(sc, &t, err->lang, &v);
    }
    int status = write_all(r, sc, &t, &v, wall_ns, err);
    if (status == STATUS_HELD && r->pcapng) {
        status = write_capture(r, sc, &t, err);
    }
    if (status == STATUS_HELD && r->sdp) {
        status = write_sdp(r, sc, err);
    }
    if (status == STATUS_HELD && cli_limit_key(&t)) {
        err_fail(err, cli_limit_key(&t), NULL);
        status = STATUS_UNABLE;
    }
    if (status == STATUS_HELD) {
        status = judge(r, sc, &v, err->lang);
    }
    verdict_free(&v);
    trace_free(&t);
    return cli_tell(err, status);
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct request r = {.out = "-"};
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    if (!read_request(&a, &r)) {
        return cli_tell(err, STATUS_WRONG);
    }
    struct scenario *sc = NULL;
    bool good = scenario_read(r.file, registry(), r.sets, r.set_count, &sc, err);
    if (!good) {
        return cli_tell(err, STATUS_WRONG);
    }
    cli_tell(err, 0);
    err_free(err);
    r.run.watch =
        r.format == FORMAT_TEXT || r.format == FORMAT_JSONL || r.pcapng || sc->expect_count > 0;
    uint32_t tap;
    int status = find_tap(&r, sc, err, &tap) ? simulate(&r, sc, err) : cli_tell(err, STATUS_WRONG);
    scenario_free(sc);
    return status;
}

const struct command command_run = {"run", "[OPTION…] FILE", options, run};
