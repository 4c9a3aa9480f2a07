#pragma once
/* The inside of expect_check: what a host's condition and a packet pattern see in a trace, and how
 * they are told in words. */

#include "expect/expect.h"

/* Records of all packets that patterns may match, in the order they were sent: copies (with a
 * parent) match nothing. */
struct sends {
    uint32_t *at;
    uint32_t count;
};
/* with_made: also what was cut, copied or translated on the way (pattern_may_mean tells). */
void sends_make(const struct trace *t, bool with_made, struct sends *out);
void sends_free(struct sends *s);

struct judge {
    const struct scenario *sc;
    const struct trace *t;
    enum lang lang;
    struct sends sends;
};

/* The pattern without nth, at, within and lost. */
bool send_matches(const struct judge *j, const struct pattern *p, uint32_t send);
bool send_is_lost(const struct judge *j, uint32_t send); /* it never got where it goes, as it was */
/* at, within and lost of a packet of an exchange. */
bool send_in_time(const struct pattern *p, const struct record *send);
bool send_fits(const struct judge *j, const struct pattern *p, uint32_t send);
/* The first match at or after index `from` of the sends, as an index; sends.count if none. `seen`
 * counts matches before it for `nth`, zero at the start of the trace. */
uint32_t next_match(const struct judge *j, const struct pattern *p, uint32_t from, uint32_t *seen);

/* What a condition compares, at the end of the instant `at`. */
struct host_facts {
    const char *state; /* NULL: the host has no connection */
    int64_t received, sent, retransmissions, reserve[RESERVE_FIGURES];
    bool has_packet;
};
/* The newest connection of a host whose machine knows `state`, or else the newest at all; 0: the
 * host has none. NULL: any flow; any state (then the first machine). */
struct seat {
    uint32_t node;
    const char *flow, *state, *machine; /* NULL: any */
};
uint32_t host_machine(const struct trace *t, const struct seat *seat, sim_time at,
                      unsigned *machine);
void host_look(const struct judge *j, const struct condition *c, sim_time at,
               struct host_facts *out);
bool condition_holds(const struct condition *c, const struct host_facts *f);

/* In the scenario's own notation: "{from: a, is: DATA, nth: 2}", "client: ESTABLISHED". */
void tell_pattern(const struct judge *j, const struct pattern *p, struct buf *out);
void tell_condition(const struct judge *j, const struct condition *c, struct buf *out);
/* The same condition with what was found instead. */
void tell_host(const struct judge *j, const struct condition *c, const struct host_facts *f,
               struct buf *out);
/* "0.158 a>b DATA 1 len 992" */
void tell_packet(const struct judge *j, uint32_t send, struct buf *out);
/* Adds the catalogue's text, its {names} replaced: pairs ended by NULL. */
void tell(const struct judge *j, struct buf *out, const char *key, ...) __attribute__((sentinel));
