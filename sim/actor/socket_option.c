/* The table of socket options. */
#include "actor/socket_option.h"

#include "actor/tcp_call.h"

#include <string.h>

#define NONE       SOCKET_OPTION_NO_OFF
#define TIME_MAX   (SIM_NEVER / 4)
#define BUFFER_MAX (INT64_C(1) << 30)

const struct socket_option socket_options[OPTION_COUNT] = {
    [OPTION_NODELAY] =
        {"TCP_NODELAY", {.name = "nagle", .kind = PARAM_SWITCH, .max = 1}, TCP_SET_NAGLE, 1, NONE},
    [OPTION_MAXSEG] = {"TCP_MAXSEG",
                       {.name = "mss", .kind = PARAM_BYTES, .min = 1, .max = 65495},
                       TCP_SET_MSS,
                       1,
                       NONE},
    [OPTION_KEEPALIVE] =
        {"SO_KEEPALIVE", {.kind = PARAM_SWITCH, .max = 1}, TCP_SET_KEEP_ALIVE, 1, NONE},
    [OPTION_KEEPIDLE] = {"TCP_KEEPIDLE",
                         {.name = "keep-alive",
                          .kind = PARAM_TIME,
                          .may_be_off = true,
                          .min = SIM_S,
                          .max = 32767 * SIM_S},
                         TCP_SET_KEEP_ALIVE,
                         SIM_S,
                         NONE},
    [OPTION_KEEPINTVL] =
        {"TCP_KEEPINTVL",
         {.name = "keep-alive-interval", .kind = PARAM_TIME, .min = SIM_S, .max = 32767 * SIM_S},
         TCP_SET_KEEP_INTERVAL,
         SIM_S,
         NONE},
    [OPTION_KEEPCNT] = {"TCP_KEEPCNT",
                        {.name = "keep-alive-probes", .kind = PARAM_COUNT, .min = 1, .max = 127},
                        TCP_SET_KEEP_COUNT,
                        1,
                        NONE},
    [OPTION_USER_TIMEOUT] = {"TCP_USER_TIMEOUT",
                             {.name = "user-timeout",
                              .kind = PARAM_TIME,
                              .may_be_off = true,
                              .min = 1,
                              .max = TIME_MAX},
                             TCP_SET_USER_TIMEOUT,
                             SIM_MS,
                             0},
    [OPTION_SNDBUF] = {"SO_SNDBUF",
                       {.name = "send-buffer", .kind = PARAM_BYTES, .min = 1, .max = BUFFER_MAX},
                       TCP_SET_SEND_BUFFER,
                       1,
                       NONE},
    [OPTION_RCVBUF] = {"SO_RCVBUF",
                       {.name = "receive-buffer", .kind = PARAM_BYTES, .min = 1, .max = BUFFER_MAX},
                       TCP_SET_RECEIVE_BUFFER,
                       1,
                       NONE},
    [OPTION_LINGER] = {"SO_LINGER",
                       {.name = "linger", .kind = PARAM_TIME, .may_be_off = true, .max = TIME_MAX},
                       SOCKET_OPTION_OWN,
                       SIM_S,
                       -1},
    [OPTION_TTL] = {"IP_TTL",
                    {.name = "ttl", .kind = PARAM_COUNT, .may_be_off = true, .min = 1, .max = 255},
                    TCP_SET_TTL,
                    1,
                    -1},
    [OPTION_REUSEADDR] =
        {"SO_REUSEADDR", {.kind = PARAM_SWITCH, .max = 1}, SOCKET_OPTION_OWN, 1, NONE},
    [OPTION_ERROR] = {"SO_ERROR", {.kind = PARAM_COUNT}, SOCKET_OPTION_OWN, 1, NONE},
};

bool socket_option_takes(enum socket_option_name option, int64_t number)
{
    const struct socket_option *o = &socket_options[option];
    return o->param.kind == PARAM_SWITCH || number == o->off ||
           (number >= 0 && number <= o->param.max / o->unit && number * o->unit >= o->param.min);
}

int64_t socket_option_value(enum socket_option_name option, int64_t number)
{
    const struct socket_option *o = &socket_options[option];
    return number == o->off ? -1 : number * o->unit;
}

enum socket_option_name socket_option_called(const char *key)
{
    unsigned i = 0;
    while (i < OPTION_COUNT &&
           (!socket_options[i].param.name || strcmp(socket_options[i].param.name, key) != 0)) {
        i++;
    }
    return i;
}
