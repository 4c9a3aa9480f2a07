#pragma once
/* Socket descriptors: POSIX calls, never blocking, on the TCP of one host. One actor a host; a call
 * is an IN_REQUEST whose code is a descriptor_call and whose head is a struct descriptor_args; its
 * answer stands in `result` when the list of effects is empty. */

#include "actor/actor.h"
#include "actor/errno_code.h"
#include "actor/socket_option.h"

enum descriptor_call {
    DESCRIPTOR_SOCKET = CODE_OWN,
    DESCRIPTOR_BIND,
    DESCRIPTOR_LISTEN,
    DESCRIPTOR_CONNECT,
    DESCRIPTOR_ACCEPT,
    DESCRIPTOR_SEND, /* body: what to send */
    DESCRIPTOR_RECV,
    DESCRIPTOR_SHUTDOWN,
    DESCRIPTOR_CLOSE,
    DESCRIPTOR_ABORT,
    DESCRIPTOR_SET,
    DESCRIPTOR_GET,
};

struct descriptor_args {
    int32_t fd;
    struct addr addr; /* BIND, CONNECT */
    uint32_t max;     /* RECV. LISTEN: backlog */
    bool shuts_read, shuts_write;
    enum socket_option_name option;
    int64_t value; /* SET */
};

enum descriptor_state { FD_FREE, FD_FRESH, FD_LISTENING, FD_CONNECTING, FD_OPEN, FD_OVER };

struct descriptor {
    enum descriptor_state state;
    uint32_t handle; /* of the endpoint; 0: none */
    struct addr local;
    bool is_bound, has_ended; /* ended: the peer sends no more */
    bool is_shut_read, is_shut_write;
    enum errno_code error; /* pending: the next call gets it */
    int64_t options[OPTION_COUNT];
    uint32_t is_set;   /* options that were set, a bit each */
    bool has_stood;    /* it was connected once */
    struct span *left; /* what nobody had read when the connection ended; owned */
    uint32_t left_count;
};

/* A connection that stands and waits for accept. */
struct backlog_entry {
    uint32_t handle;
    int32_t listener; /* its fd */
    struct addr local;
    bool has_ended, is_over;
    enum errno_code error;
};

#define DESCRIPTORS_MAX 1024
#define BACKLOG_MAX     1024

struct descriptors {
    struct descriptor list[DESCRIPTORS_MAX];
    struct backlog_entry backlog[BACKLOG_MAX];
    uint32_t backlog_count;
    int32_t caller;    /* fd of the call that runs now */
    uint32_t receiver; /* the endpoint whose data it gets; 0: it is no RECV */
    /* Of the last call. */
    int64_t value;
    enum errno_code error;
    struct span *taken; /* RECV: the data, in order; owned */
    uint32_t taken_count, taken_cap;
};

extern const struct actor_type descriptors_type;

/* After the list of effects of a RECV is empty: 0 at the end of the stream, an error, or EAGAIN
 * when nothing is there. */
void descriptors_settle(struct descriptors *d, enum descriptor_call call);
