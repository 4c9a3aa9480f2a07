#pragma once
/* The congestion controls of TCP, by the names that scenarios use: a line here and a file
 * sim/proto/tcp/NAME.c that defines `const struct cc_algorithm cc_NAME` is all that one takes. The
 * first is the default. */

#define TCP_CONGESTION_CONTROLS(ROW)                                                               \
    ROW(newreno)                                                                                   \
    ROW(reno)                                                                                      \
    ROW(tahoe)                                                                                     \
    ROW(cubic)

#define TCP_CONGESTION_INDEX(name) TCP_CC_##name,
enum { TCP_CONGESTION_CONTROLS(TCP_CONGESTION_INDEX) TCP_CC_COUNT };
#undef TCP_CONGESTION_INDEX

extern const char *const tcp_congestion_names[]; /* NULL-terminated */
