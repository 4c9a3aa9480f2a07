/* Any scenario that can be read is run for a while, twice; the trace keeps the invariants of every
 * run, both are equal, and every exporter gets through it. */
#define _POSIX_C_SOURCE 200809L /* streams in memory */
#include "fuzz/fuzz.h"

#include "base/os.h"
#include "expect/expect.h"
#include "export/jsonl.h"
#include "export/pcapng.h"
#include "export/summary.h"
#include "export/text.h"
#include "export/why.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <string.h>

enum { EVENTS_MAX = 2000 };

static void run(const struct scenario *sc, struct trace *t, char **json, size_t *len)
{
    struct err err = {0};
    struct run_options o = {.watch = true, .max_events = EVENTS_MAX};
    *json = NULL;
    if (run_scenario(sc, &o, t, &err)) {
        FILE *out = open_memstream(json, len);
        jsonl_write(t, out);
        fclose(out);
    }
    err_free(&err);
}

static void export_all(const struct scenario *sc, const struct trace *t)
{
    char *all = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&all, &len);
    struct text_options o = {.lang = LANG_ZH, .width = 80};
    struct verdict v = {0};
    text_ladder(t, &o, out);
    text_summary(t, &o, out);
    text_state(t, t->sim_ns / 2, &o, out);
    summary_write(t, -1, out);
    pcapng_write(t, &(struct pcapng_options){.tap = PCAPNG_TAP_ALL}, out);
    if (t->packets.count > 0) {
        text_why(t, t->packets.count, &o, out);
    }
    expect_check(sc, t, LANG_EN, &v);
    verdict_free(&v);
    fclose(out);
    free(all);
}

static void run_twice(const struct scenario *sc)
{
    struct trace t = {0}, again = {0};
    char *json, *same;
    size_t len = 0, same_len = 0;
    run(sc, &t, &json, &len);
    if (json) {
        struct buf what = {0};
        if (!trace_invariants(&t, &what)) {
            fprintf(stderr, "%s\n", buf_cstr(&what));
            abort();
        }
        buf_free(&what);
        run(sc, &again, &same, &same_len);
        CLAIM(same && len == same_len && memcmp(json, same, len) == 0);
        free(same);
        export_all(sc, &t);
    }
    free(json);
    trace_free(&t);
    trace_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = {0};
    struct err err = {0};
    struct scenario *sc = NULL;
    buf_add(&text, bytes_of(data, size));
    if (scenario_read_text("fuzz", buf_cstr(&text), registry(), NULL, 0, &sc, &err)) {
        run_twice(sc);
    }
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
    return 0;
}
