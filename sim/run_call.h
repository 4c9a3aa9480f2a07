#pragma once
/* Socket calls on a simulated host, one by one, at the current time and never blocking (probe). */

#include "actor/errno_code.h"
#include "run.h"

struct run_call {
    const char *host;
    const char *name; /* "socket", "connect" … as CLI.md's table has them */
    int64_t fd;
    const char *to; /* connect: "peer:8080", a host's name or an address */
    int64_t port;
    const char *addr; /* bind; NULL: any */
    int64_t backlog;  /* listen; 0: not given */
    const char *hex;  /* send: the bytes; NULL: len of a pattern */
    int64_t len, max;
    bool peek;
    const char *how;    /* shutdown: "RD", "WR", "RDWR" */
    const char *option; /* "TCP_NODELAY" … */
    const char *value;  /* setsockopt: a whole number, or "off" */
};

struct run_answer {
    enum errno_code error; /* ERR_NONE: value counts */
    int64_t value;
    const char *word; /* getsockopt SO_ERROR: an errno's name instead of the value; else NULL */
    struct buf data;  /* recv: the bytes; owned by the caller */
    bool has_data;
};

/* False: the call itself makes no sense (an unknown host, name or argument); `what` says so. */
bool run_make_call(struct run *r, const struct run_call *call, struct run_answer *out,
                   struct buf *what);

/* State and variables of a host's connection: `flow` names it, NULL: the newest. False: none. */
struct run_state {
    const char *state;
    const struct actor_type *type;
    int64_t vars[64];
};
bool run_state(struct run *r, const char *host, const char *flow, struct run_state *out,
               struct buf *what);
