/* Any lines as commands of slowwire probe: each is answered by one line, and the run behind them
 * keeps its invariants. */
#define _POSIX_C_SOURCE 200809L /* streams in memory */
#include "fuzz/fuzz.h"

#include "expect/expect.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "ui/cli/probe_talk.h"

#include <string.h>

enum { EVENTS_MAX = 20000 };

static const char scenario[] = "hosts:\n"
                               "  peer: {address: 192.0.2.1, raw: on}\n"
                               "  server: {address: 192.0.2.2, tcp: {isn: 5000}}\n"
                               "links:\n"
                               "  - {between: [peer, server]}\n"
                               "script:\n"
                               "  - {at: 0 s, server: listen 8080}\n";

/* Lines that are not empty. */
static size_t count_lines(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0, start = 0; i < len; i++) {
        if (text[i] == '\n') {
            count += i > start;
            start = i + 1;
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scenario *sc;
    struct err err = {0};
    struct trace t = {0};
    struct run_options o = {.watch = true, .max_events = EVENTS_MAX};
    char *answers = NULL;
    size_t len = 0;
    if (size == 0) {
        return 0;
    }
    CLAIM(sc || scenario_read_text("probe", scenario, registry(), NULL, 0, &sc, &err));
    struct run *run = run_open(sc, &o, &t, &err);
    CLAIM(run && run_is_raw(run));
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "r"), *out = open_memstream(&answers, &len);
    probe_talk(run, in, out);
    fclose(in);
    fclose(out);
    CLAIM(count_lines(answers, len) == count_lines((const char *)data, size));
    run_close(run);
    struct buf what = {0};
    CLAIM(trace_invariants(&t, &what));
    buf_free(&what);
    trace_free(&t);
    free(answers);
    err_free(&err);
    return 0;
}
