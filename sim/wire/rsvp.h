#pragma once
/* RSVP messages (RFC 2205 3.1, appendix A) with the objects of integrated services (RFC 2210):
 * IPv4, straight over IP. A message is a common header and objects, each a length, a class and a
 * type, and a body of whole words. Rates and sizes of a token bucket are IEEE floats on the wire
 * and integers here: what is no integer is rounded to the nearest, infinity is INT64_MAX. */

#include "base/bytes.h"
#include "base/net.h"

struct format;

enum {
    IP_RSVP = 46,
    RSVP_HEADER = 8,
    RSVP_OBJECT = 4,       /* an object's own header */
    RSVP_FLOWS_MAX = 64,   /* flow descriptors of a message */
    RSVP_FILTERS_MAX = 64, /* of all of them together */
    RSVP_SCOPE_MAX = 64,
};
enum rsvp_type {
    RSVP_PATH = 1,
    RSVP_RESV,
    RSVP_PATH_ERR,
    RSVP_RESV_ERR,
    RSVP_PATH_TEAR,
    RSVP_RESV_TEAR,
    RSVP_RESV_CONF,
};
enum rsvp_class {
    RSVP_NULL = 0,
    RSVP_SESSION = 1,
    RSVP_HOP = 3,
    RSVP_INTEGRITY = 4,
    RSVP_TIME_VALUES = 5,
    RSVP_ERROR_SPEC = 6,
    RSVP_SCOPE = 7,
    RSVP_STYLE = 8,
    RSVP_FLOWSPEC = 9,
    RSVP_FILTER_SPEC = 10,
    RSVP_SENDER_TEMPLATE = 11,
    RSVP_SENDER_TSPEC = 12,
    RSVP_ADSPEC = 13,
    RSVP_POLICY = 14,
    RSVP_RESV_CONFIRM = 15,
};
/* Option vectors (A.7). */
enum rsvp_style { RSVP_WF = 0x11, RSVP_FF = 0x0a, RSVP_SE = 0x12 };
/* Service numbers (RFC 2210 3, RFC 2215). */
enum rsvp_service { RSVP_GENERAL = 1, RSVP_GUARANTEED = 2, RSVP_CONTROLLED_LOAD = 5 };
/* Error codes (appendix B). */
enum rsvp_error {
    RSVP_CONFIRMED = 0,
    RSVP_ADMISSION_FAILURE = 1,
    RSVP_NO_PATH = 3,
    RSVP_NO_SENDER = 4,
    RSVP_STYLE_CONFLICT = 5,
    RSVP_UNKNOWN_STYLE = 6,
    RSVP_DEST_PORTS = 7, /* some sessions of a destination have a port, others none */
    RSVP_SENDER_PORTS = 8,
    RSVP_UNKNOWN_CLASS = 13,
    RSVP_UNKNOWN_CTYPE = 14,
    RSVP_TRAFFIC_CONTROL = 21,
    RSVP_SYSTEM_ERROR = 23,
};
enum {
    RSVP_NO_BANDWIDTH = 2, /* values of ADMISSION_FAILURE */
    RSVP_TOO_LARGE = 3,    /* M does not fit the link */
    RSVP_BAD_FLOWSPEC = 3, /* value of TRAFFIC_CONTROL */
    RSVP_IN_PLACE = 1,     /* flag of ERROR_SPEC: what was reserved before stays */
    RSVP_NOT_GUILTY = 2,   /* to a receiver: it was more than you asked for that failed */
};

/* r, b, p, m, M (RFC 2215 3.6): bytes a second, bytes. */
struct rsvp_tspec {
    int64_t rate, bucket, peak;
    uint32_t min_unit, max_packet;
};
struct rsvp_flowspec {
    enum rsvp_service service;
    struct rsvp_tspec tspec;
    int64_t reserved; /* GUARANTEED: R */
    uint32_t slack;   /* GUARANTEED: S, microseconds */
};
/* What the path can do (RFC 2210 3.3): the default general parameters. */
struct rsvp_adspec {
    bool is_broken; /* a hop does not speak RSVP */
    uint32_t hops, latency_us, mtu;
    int64_t bandwidth; /* bytes a second, the least of the links */
    /* Guaranteed service, of all links and since the last that shaped the flow: how far each falls
     * behind a link of the rate reserved for the flow alone (RFC 2212): C / R + D. */
    bool has_guaranteed;
    uint32_t c_total, c_sum; /* bytes */
    uint32_t d_total, d_sum; /* microseconds */
};
struct rsvp_flow {
    struct rsvp_flowspec flowspec;
    uint16_t first, filter_count; /* of the message's filters; none: WF */
};
struct rsvp {
    enum rsvp_type type;
    uint8_t send_ttl;
    uint32_t given; /* bits 1 << class of the objects that stand there */
    struct addr session;
    uint8_t protocol, session_flags;
    uint32_t hop, lih; /* who sent it; the logical interface, said by the hop before */
    uint32_t refresh_ms;
    struct {
        uint32_t node;
        uint8_t flags, code;
        uint16_t value;
    } error;
    enum rsvp_style style;
    struct addr sender; /* SENDER_TEMPLATE */
    struct rsvp_tspec tspec;
    struct rsvp_adspec adspec;
    uint32_t confirm; /* RESV_CONFIRM: the receiver */
    struct rsvp_flow flows[RSVP_FLOWS_MAX];
    struct addr filters[RSVP_FILTERS_MAX];
    uint32_t scope[RSVP_SCOPE_MAX]; /* SCOPE: senders' addresses, ascending (A.6) */
    uint16_t flow_count, filter_count, scope_count;
};

enum rsvp_reading {
    RSVP_SOUND,
    RSVP_BROKEN,  /* cut, contradictory, or without an object that must be there */
    RSVP_FOREIGN, /* an object that must be understood is not, or there are more flows, filters or
                     scopes than fit: error.code and value say which */
};

/* Appends the whole message, checksum zero, objects in the order of 3.1; what `given` names of
 * those that the type may have. Flow descriptors follow STYLE. */
void rsvp_write(const struct rsvp *m, struct buf *out);
/* FOREIGN: all the rest of it has been read, and may be of use to who is told. */
enum rsvp_reading rsvp_read(struct bytes message, struct rsvp *out);

/* One object of a message, body without its header. */
struct rsvp_object {
    uint8_t class, ctype;
    size_t at; /* of its header in the message */
    struct bytes body;
};
/* The object at *at, which then stands behind it; false: the end, or what is there is no object. */
bool rsvp_next(struct bytes message, size_t *at, struct rsvp_object *out);
/* Header and objects fill the message. */
bool rsvp_is_sound(struct bytes message);

/* A descriptor of FF and SE names senders, one of WF none; there is one where there must be. */
bool rsvp_flows_fit(const struct rsvp *m);
/* False: there is no room. */
bool rsvp_add_flow(struct rsvp *m, const struct rsvp_flowspec *flowspec);
bool rsvp_add_filter(struct rsvp *m, struct addr sender); /* to the last flow */

/* The least flowspec that does for both (RFC 2205 2.2, RFC 2211, RFC 2212). */
struct rsvp_flowspec rsvp_merge(const struct rsvp_flowspec *a, const struct rsvp_flowspec *b);
/* The greatest that either does for (RFC 2205 3.5). */
struct rsvp_flowspec rsvp_least(const struct rsvp_flowspec *a, const struct rsvp_flowspec *b);
/* Bytes a second that it takes of a link: R, or r. */
int64_t rsvp_share(const struct rsvp_flowspec *f);
bool rsvp_same_flowspec(const struct rsvp_flowspec *a, const struct rsvp_flowspec *b);

/* A number in IEEE 754 single precision, and back; -1: it is negative or no number. */
uint32_t rsvp_float(int64_t value);
int64_t rsvp_unfloat(uint32_t bits);

const char *rsvp_type_name(unsigned type);   /* "PATH", "RESV-ERR"; "RSVP": another */
const char *rsvp_class_name(unsigned class); /* "SESSION"; NULL: another */
const char *rsvp_style_name(unsigned style); /* "FF"; NULL: another */

extern const struct format rsvp_format;
