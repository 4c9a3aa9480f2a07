/* Names of the socket calls, as a script writes them. */
#include "actor/socket_call.h"

#define SET(option) [SOCKET_SET + (option)-CODE_OWN]

const char *const socket_call_names[] = {
    "listen",
    "accept",
    "connect",
    "send",
    "read",
    "shutdown",
    "close",
    "abort",
    "resolve",
    SET(OPTION_NODELAY) = "nagle",
    SET(OPTION_MAXSEG) = "mss",
    SET(OPTION_KEEPALIVE) = "SO_KEEPALIVE",
    SET(OPTION_KEEPIDLE) = "keep-alive",
    SET(OPTION_KEEPINTVL) = "keep-alive-interval",
    SET(OPTION_KEEPCNT) = "keep-alive-probes",
    SET(OPTION_USER_TIMEOUT) = "user-timeout",
    SET(OPTION_SNDBUF) = "send-buffer",
    SET(OPTION_RCVBUF) = "receive-buffer",
    SET(OPTION_LINGER) = "linger",
    SET(OPTION_TTL) = "ttl",
    SET(OPTION_COUNT) = NULL,
};
