#pragma once
/* What an application asks of a TCP endpoint, beside actor.h's SEND, READ, CLOSE (the RFC's: no
 * more data from here) and ABORT. TCP answers with the common indications: OPENED (head: the bytes
 * of the connection's struct net), ACCEPTED, WRITABLE, DATA, END, CLOSED (body.len: errno_code),
 * and RESULT with an errno_code where it refuses a call. */

#include "actor/actor.h"

enum tcp_call {
    TCP_CALL_CONNECT = CODE_OWN, /* active OPEN of the key that the endpoint was opened with */
    TCP_CALL_LISTEN,             /* passive OPEN */
    TCP_CALL_RELEASE,            /* nobody reads any more; with CLOSE it is a socket's close */
    TCP_CALL_NAGLE,              /* body.len: 0 off, 1 on */
    TCP_CALL_READING,            /* body.len: 0: what READ grants and no more, 1: no limit */
    TCP_CALL_CONGESTION,         /* body.len: index of the algorithm; before CONNECT */
};
