#pragma once
/* What an application asks of a TCP endpoint, beside actor.h's SEND, READ, CLOSE (the RFC's: no
 * more data from here) and ABORT. TCP answers with the common indications: OPENED (head: the bytes
 * of the connection's struct net), ACCEPTED, WRITABLE, DATA, END, CLOSED (body.len: errno_code),
 * and RESULT with an errno_code where it refuses a call. */

#include "actor/actor.h"

enum tcp_call {
    TCP_CALL_CONNECT = CODE_OWN, /* active OPEN of the key that the endpoint was opened with */
    TCP_CALL_LISTEN,       /* passive OPEN. body.len: the backlog, 0: the host's; body.at: 1 if
                              what stands waits until it is TAKEN */
    TCP_CALL_RELEASE,      /* nobody reads any more; with CLOSE it is a socket's close */
    TCP_CALL_SET,          /* body.len: a tcp_set_option, body.at: its value */
    TCP_CALL_READING,      /* body.len: 0: what READ grants and no more, 1: no limit */
    TCP_CALL_CONGESTION,   /* body.len: index of the algorithm; before CONNECT */
    TCP_CALL_SHUT_READING, /* what still comes is of no use once our own half is closed */
    TCP_CALL_BACKLOG,      /* as LISTEN's, of one that listens already */
    TCP_CALL_TAKEN = CODE_INSIDE, /* the application has accepted this connection */
    TCP_CALL_NO_DELAY,            /* as TCP_NODELAY, by an application that always wants it */
};

/* What may be set of a connection that stands; times in ns, -1 (as uint64_t) is off. */
enum tcp_set_option {
    TCP_SET_NAGLE, /* 0, 1 */
    TCP_SET_MSS,   /* bytes: no segment is longer from now on */
    TCP_SET_KEEP_ALIVE,
    TCP_SET_KEEP_INTERVAL,
    TCP_SET_KEEP_COUNT,
    TCP_SET_USER_TIMEOUT,
    TCP_SET_SEND_BUFFER,
    TCP_SET_RECEIVE_BUFFER,
    TCP_SET_TTL, /* off: the host's */
};
