#pragma once
/* Socket options, the one table of them: what setsockopt calls each, by which key a script's `set`
 * means it, and which values it takes. IEEE Std 1003.1, 2.10.16; tcp(7) for those of TCP. */

#include "actor/actor.h"

enum socket_option_name {
    OPTION_NODELAY,
    OPTION_MAXSEG,
    OPTION_KEEPALIVE, /* 0, 1 */
    OPTION_KEEPIDLE,  /* s */
    OPTION_KEEPINTVL, /* s */
    OPTION_KEEPCNT,
    OPTION_USER_TIMEOUT, /* ms; 0: TCP's own */
    OPTION_SNDBUF,
    OPTION_RCVBUF,
    OPTION_LINGER, /* seconds; -1: off */
    OPTION_TTL,    /* -1: the host's */
    OPTION_REUSEADDR,
    OPTION_ERROR,
    OPTION_COUNT,
};

#define SOCKET_OPTION_OWN    (-1) /* TCP hears nothing of it */
#define SOCKET_OPTION_NO_OFF INT64_MIN

struct socket_option {
    const char *name;   /* setsockopt's */
    struct param param; /* its key in `set` and its limits; name NULL: it has no key */
    int set;            /* a tcp_set_option; or SOCKET_OPTION_OWN */
    int64_t unit;       /* what setsockopt's number counts, in the param's unit */
    int64_t off;        /* setsockopt's number for off; SOCKET_OPTION_NO_OFF: there is none */
};

extern const struct socket_option socket_options[OPTION_COUNT];

/* Whether setsockopt takes this number. */
bool socket_option_takes(enum socket_option_name option, int64_t number);
/* The number in the param's unit; off is -1. */
int64_t socket_option_value(enum socket_option_name option, int64_t number);
/* By the key of `set`; OPTION_COUNT: there is none. */
enum socket_option_name socket_option_called(const char *key);
