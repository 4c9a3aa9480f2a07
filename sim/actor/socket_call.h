#pragma once
/* What a script or a probe asks of a host's socket application, the one actor of a host that owns
 * its connections: an IN_REQUEST whose code is a socket_call, whose head is the bytes of a struct
 * socket_args, and whose body is SEND's data. The application tells the result of a call by
 * fx_indicate(0, CODE_RESULT, …) with body.len = errno_code (0: done) where it is known at once. */

#include "actor/socket_option.h"

enum socket_call {
    SOCKET_LISTEN = CODE_OWN, /* key.from: own address (ip 0: any) and port */
    SOCKET_ACCEPT,            /* the listener `handle` gives its next connection */
    SOCKET_CONNECT,           /* key.to; key.from.port 0: the node chooses */
    SOCKET_SEND,              /* body; what does not fit waits in the application */
    SOCKET_READ,              /* amount bytes more; UINT64_MAX: whatever comes */
    SOCKET_SHUTDOWN,          /* amount: 0 read, 1 write, 2 both */
    SOCKET_CLOSE,
    SOCKET_ABORT,
    SOCKET_RESOLVE, /* what a program asks before it can CONNECT by name: the node does it */
    SOCKET_SET,     /* + a socket_option_name; amount: its value in the param's unit */
    SOCKET_CALL_END = SOCKET_SET + OPTION_COUNT,
};

struct socket_args {
    uint32_t handle; /* the connection (or listener) that is meant; 0: none, for LISTEN, CONNECT */
    struct net key;
    uint64_t amount;
    uint32_t backlog; /* LISTEN; 0: the default */
    bool is_by_hand;  /* LISTEN: connections wait for ACCEPT */
    bool reads;       /* LISTEN, CONNECT: the application takes whatever comes (`reading: on`) */
};

/* Names in the order of the calls, for actor_type.calls of the socket application: "listen" …;
 * SET's are the keys of the options. */
extern const char *const socket_call_names[];
