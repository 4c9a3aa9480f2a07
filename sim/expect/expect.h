#pragma once
/* What a scenario expects, looked up in the trace of its run; and invariants of every run. */

#include "base/words.h"
#include "scenario/model.h"
#include "trace/trace.h"

struct expect_result {
    const struct expect *expect; /* its place in the file */
    bool held;
    sim_time when;         /* of what was seen; SIM_NEVER: no one moment */
    char *expected, *seen; /* in words, when it did not hold */
};
struct verdict {
    struct arena arena;
    struct expect_result *results; /* one an `expect` line, in order */
    uint32_t count, failed;
};

/* The trace must have been kept. Owned by *out until verdict_free. */
void expect_check(const struct scenario *sc, const struct trace *t, enum lang lang,
                  struct verdict *out);
void verdict_free(struct verdict *v);

/* An address that two DHCP clients held at once. */
struct address_twice {
    sim_time at;
    uint32_t ip;
    uint32_t node[2]; /* who had it, who got it as well */
};
/* Who holds which, told record by record; zero is nobody. */
struct address_holders {
    struct map of_ip;  /* address -> node + 1 */
    uint32_t *held_by; /* by node: its address, 0: none; owned */
};
/* True: with this record one is held twice. */
bool address_holders_see(struct address_holders *h, const struct trace *t, const struct record *r,
                         struct address_twice *out);
void address_holders_free(struct address_holders *h);
bool trace_address_twice(const struct trace *t, struct address_twice *out); /* false: none */

/* What holds of every run: each packet sent arrives, is dropped, or is under way at the end, once
 * on every hop; what an application got is a prefix of what was sent to it. False: `what` says. */
bool trace_invariants(const struct trace *t, struct buf *what);
