#pragma once
/* The one interface that protocols and applications implement. An actor is one endpoint (a
 * connection, a listener, an ARQ sender, an application): state x input -> effects. It sees no
 * clock, no network and no trace; time reaches it only as a field of its input. */

#include "actor/packet.h"
#include "base/bytes.h"
#include "base/draw.h"
#include "base/net.h"
#include "base/simtime.h"

enum in_kind {
    IN_START,
    IN_PACKET,
    IN_SENT,  /* CARRIER_LINK only: a packet of ours has left the transmitter */
    IN_ERROR, /* an ICMP error about a packet of ours: code = ICMP type << 8 | code */
    IN_TIMER,
    IN_REQUEST,    /* from the layer above */
    IN_INDICATION, /* from the layer below */
};

enum start_code { START_OPENED, START_SPAWNED };

/* Request and indication codes that every layer shares; an actor type's own begin at CODE_OWN and
 * are named by its `calls`. */
enum common_code {
    CODE_SEND = 1, /* down: body */
    CODE_CLOSE,    /* down: no more data from here */
    CODE_ABORT,    /* down */
    CODE_READ,     /* down: body.len bytes of credit, UINT32_MAX: no limit */
    CODE_DATA,     /* up: body; the engine records it as DELIVER */
    CODE_OPENED,   /* up: the connection stands */
    CODE_ACCEPTED, /* up: body.len bytes of a SEND were taken */
    CODE_WRITABLE, /* up: there is room again */
    CODE_END,      /* up: the other side sends no more */
    CODE_CLOSED,   /* up: it is over; body.len = errno_code */
    CODE_RESULT,   /* up: what a call led to; body.len = errno_code, 0: done */
    CODE_OWN = 32,
    CODE_INSIDE = 0x3000, /* from here on: between the endpoints of one service, no call of an
                             application and not recorded */
};

/* Everything an actor can learn, and all of it. */
struct input {
    enum in_kind kind;
    uint16_t code;           /* START: start_code. TIMER: which. REQUEST, INDICATION: its code */
    uint32_t index;          /* START: who opened. TIMER: its index. SENT: low 32 bits of unit.at.
                                REQUEST, INDICATION: handle of the neighbour */
    sim_time now;            /* ns since the run began */
    sim_time clock;          /* what the node's own clock reads: `now` with its offset and drift */
    const struct dice *dice; /* of this entity, for draw() */
    const struct dice *host_dice; /* of its host: the same for all that stand on it */
    void *host;                   /* what all endpoints of its type on its host share: host_size
                                     bytes, zero when the host starts; NULL if that is 0 */
    struct net net;               /* START: own key, with the port that the node chose */
    struct bytes head; /* header bytes, borrowed until the list of effects is empty. START, of
                     a source that takes groups: struct addr of each of its peers */
    struct span body;  /* START: stream is the actor's own, len the endpoints of its type that
                          its host opened before it */
    uint32_t told_by;  /* ERROR: address of who sent it */
    bool is_damaged;   /* PACKET: its CRC did not hold (CARRIER_LINK; a damaged IP packet never
                          gets this far) */
};

/* All of it, with nothing but this. Field by field: a compiler clears the whole of such a block at
 * once in a way that takes longer than the step of many an actor. */
static inline void input_begin(struct input *in, enum in_kind kind, unsigned code, uint32_t index)
{
    in->kind = kind;
    in->code = (uint16_t)code;
    in->index = index;
    in->now = in->clock = 0;
    in->dice = in->host_dice = NULL;
    in->host = NULL;
    in->net = (struct net){0};
    in->head = (struct bytes){0};
    in->body = (struct span){0};
    in->told_by = 0;
    in->is_damaged = false;
}

/* Why an endpoint refuses a packet, or the network loses it: `why` of a DROP record. */
enum drop_class {
    DROP_LOSS = 1,
    DROP_QUEUE,
    DROP_FAULT,
    DROP_CHECKSUM,
    DROP_LINK_DOWN,
    DROP_TTL,
    DROP_NO_ROUTE,
    DROP_TOO_BIG,
    DROP_NO_LISTENER,
    DROP_MALFORMED,
    DROP_UNRESOLVED,
    DROP_NODE_DOWN,
    DROP_POLICY,
    DROP_DUPLICATE,
    DROP_OUT_OF_WINDOW,
    DROP_LATE,
    DROP_EARLY, /* by a queue that is not full (RED) */
    DROP_CLASS_COUNT,
};
const char *drop_class_name(enum drop_class c); /* "loss", "link-down" …: CLI.md's words */

struct fx; /* the list of effects: actor/fx.h */

/* A wire format; types may share one (an ARQ sender and its receiver do). */
struct proto {
    const char *name; /* its name in wire/dissect.h */
    enum carrier carrier;
    uint16_t number; /* ethertype, IP protocol, UDP port */
    uint8_t trailer; /* bytes of a check that end the body, and are no data */
    /* Pure: adds the ports to what IP knows; false: malformed, dropped. */
    bool (*key)(struct bytes head, struct net *io);
    /* A packet that begins a space of sequence numbers (a SYN): its initial number. False: another
     * packet. NULL: the format has no such numbers. */
    bool (*initial)(struct bytes head, uint32_t *number);
    /* A packet for nobody: TCP answers RST; NULL (UDP): the node sends ICMP unreachable. */
    void (*orphan)(const struct input *in, struct fx *fx);
};

/* Tables of a type; each ends with a zero entry. */
struct machine {
    const char *name;                 /* "connection" */
    const char *const *states;        /* names, NULL-terminated; state 0 is the first */
    const struct machine_edge *edges; /* legal edges, ended by {-1, -1} */
};
struct machine_edge {
    int from, to;
    const char *label; /* language key of what causes it; NULL: none */
};
struct set {
    const char *name;          /* "frame" */
    const char *const *states; /* of an item, NULL-terminated; 0 is "absent" */
};
/* A set with these states holds messages: its keys are their numbers (fx_message, fx_heard). */
enum message_state { MESSAGE_ABSENT, MESSAGE_SENT, MESSAGE_RECEIVED };
extern const char *const message_states[];
enum timer_kind {
    TIMER_KIND_WAIT,
    TIMER_KIND_PACE, /* it paces what is sent: no wait that a reader should see */
    TIMER_KIND_IDLE, /* it runs out only if something else happens later: it keeps no run open */
};
struct timer {
    const char *name;
    uint32_t slots; /* index < slots; selective repeat uses frame % slots */
    uint8_t kind;   /* enum timer_kind */
};
struct reason {
    const char *key; /* message key: the languages translate it */
    const char *rfc; /* "RFC 9293 §3.5", "stop-and-wait": the reference shown beside it */
};
struct var {
    const char *name;  /* "cwnd", "snd.una" */
    const char *unit;  /* "B", "ns", "", or the words that the values 0, 1, … mean: "next|last" */
    const char *group; /* "window": variables of one group share a panel or plot */
};

enum param_kind {
    PARAM_COUNT, /* a bare whole number */
    PARAM_TIME,  /* ns */
    PARAM_BYTES,
    PARAM_RATE,      /* bit/s */
    PARAM_CHANCE,    /* parts per 10^9, written as a percentage */
    PARAM_SWITCH,    /* 0, 1 */
    PARAM_CHOICE,    /* index into choices */
    PARAM_ADDRESSES, /* one or two IPv4 addresses: first << 32 | second (0: none) */
    PARAM_POOL,      /* `A - B`, written in one text: first << 32 | last */
    PARAM_TEXT,      /* the scenario's, zero-terminated, `max` bytes at most: a pointer; 0: none */
    PARAM_PROTOCOL,  /* one that the scenario declares: a pointer to struct framed */
    PARAM_SAYINGS,   /* in that protocol: a pointer to struct framed_script; 0: none */
    PARAM_VALUES,    /* of its fields: a pointer to struct framed_values; 0: none */
    PARAM_FREQUENCY, /* per 10^9 seconds, written as a number per second (arrivals: 20 /s) */
};
/* What a scenario may set. The world writes values into the instance before IN_START: an int64_t at
 * `offset`. A test keeps the table and the language key param.TYPE.NAME.about together. */
struct param {
    const char *name;
    size_t offset;
    enum param_kind kind;
    bool may_be_off;                   /* `off` is accepted and stored as -1 */
    bool may_be_on;                    /* `on` is accepted and stored as `initial` */
    bool is_required;                  /* must be given */
    int64_t initial, min, max;         /* in the unit of kind; min and max inclusive */
    bool (*is_good)(const char *text); /* PARAM_TEXT: what the protocol can say; NULL: anything */
    const char *accepted;              /* language key of what that is */
    const char *const *choices;        /* PARAM_CHOICE, NULL-terminated. PARAM_COUNT: names that may
                                          stand for a number, stored as -2, -3 … */
};

/* A figure of the protocol's own in the summary ("utilization_theory"). */
struct path {
    int64_t rate_bps;  /* of the slowest link of the way; 0: no rate */
    sim_time delay_ns; /* one way, all links */
    int64_t back_bps;  /* of the way back */
    sim_time back_ns;
    int64_t loss_ppb; /* chance of a packet to be lost, where it is the same for each; else 0 */
};
struct figure {
    const char *name;
    double (*value)(const void *self, const struct path *path); /* at the end of the run */
};

/* What the packets of a source take of a network, as whole datagrams of IP. */
struct flow_need {
    int64_t rate, burst;  /* bytes a second; bytes that may go at one instant */
    uint32_t least, most; /* bytes of one */
};

/* What a trace of a route found at one distance. */
struct way_hop {
    uint32_t ip;             /* of who answered first; 0: nobody did */
    uint32_t asked, answers; /* probes sent, answers that came */
    sim_time rtt_min, rtt_max, rtt_sum;
    bool is_end; /* it is who was looked for */
    int refused; /* ICMP type << 8 | code of an error that ends the search there; -1: none */
};

struct actor_type {
    const char *name;                   /* "tcp": also its key in a scenario file */
    const struct proto *proto;          /* NULL: an application above another endpoint */
    size_t size;                        /* bytes of one instance, zeroed before IN_START */
    size_t host_size;                   /* bytes that all instances on one host share; 0: none */
    const struct actor_type *host_type; /* shares those of that type; NULL: its own */
    bool reads_bytes; /* DATA comes with its real bytes in `head`, borrowed for the step */
    const struct machine *machines;
    const struct set *sets;
    const struct timer *timers;
    const struct reason *reasons; /* [0] is {NULL}: no reason; ends with a NULL key after that */
    const struct var *vars;
    const struct param *params;
    const struct figure *figures;
    char *(*print_key)(int64_t key, char buf[48]); /* an item's in words; NULL: the number does */
    /* Hop i of the route that it found, from 0; false: there is none (any more). NULL: it finds
     * none. */
    bool (*hop)(const void *self, unsigned i, struct way_hop *out);
    const char *const *lowers; /* types that fx_open's second argument chooses from */
    const char *const *calls;  /* names of the own request and indication codes, from CODE_OWN */
    void (*step)(void *self, const struct input *in, struct fx *fx);
    void (*read)(const void *self, int64_t *vars); /* in the order of .vars */
    /* Appends what is on disk and outlives a loss of power; NULL: nothing. The node hands it back
     * by NODE_RESTORE. */
    void (*keep)(const void *self, struct buf *out);
    void (*host_free)(void *host); /* memory behind what is shared; NULL: none */
    void (*free)(void *self);      /* memory beyond the instance; NULL: none */
    /* What an instance, its params set, asks of the network; NULL: nothing is reserved for it. */
    void (*need)(const void *self, struct flow_need *out);
    /* A lower bound of the events that an instance, its params set, causes within `span`: traffic
     * that surely exceeds a run's budget is refused before it runs. NULL: unknown. */
    uint64_t (*least_events)(const void *self, sim_time span);
};

/* One key of `traffic:`: what it opens at either end. A setting goes to whichever of the types has
 * a param of that name. */
struct traffic_type {
    const char *name;
    const struct actor_type *source;       /* opened on `from` at `start` */
    const struct actor_type *sink;         /* opened on `to` at 0; NULL: the node itself answers */
    const struct actor_type *const *parts; /* what they open below them, set up by the same keys;
                                              NULL-terminated; NULL: nothing of the kind */
    bool has_port;                         /* `to: b:9` */
    bool takes_address;                    /* `to: 10.0.1.9`, be it there or not */
    bool shares_sink;     /* one port of a host has one, with what the first flow says of it */
    bool takes_group;     /* `to: 239.1.1.1`, `to: team`: its source speaks to many, and hears them
                             on the same port */
    bool keeps_to_peer;   /* where `to` is one host, its source hears nobody else */
    bool takes_next_port; /* ports are even, and the next one is taken as well (RTP) */
    uint16_t port;        /* where it goes unless `to` or `port` says; 0: must be given */
    uint16_t own_port;    /* its source takes what comes there from anybody; 0: it has one peer */
};

/* Its frames stand alone on a link: those of its source, or of what that opens below it. */
bool traffic_is_of_link(const struct traffic_type *t);

unsigned machine_count(const struct actor_type *t);
unsigned set_count(const struct actor_type *t);
unsigned timer_count(const struct actor_type *t);
unsigned var_count(const struct actor_type *t);
unsigned state_count(const char *const *states);
bool edge_allowed(const struct machine *m, unsigned from, unsigned to);
/* Of a PARAM_TEXT; "" if it was not given. */
static inline const char *param_text(int64_t value)
{
    return value ? (const char *)(intptr_t)value : "";
}
const struct param *param_find(const struct actor_type *t, const char *name);
/* Writes every param's initial value into an instance. */
void params_initial(const struct actor_type *t, void *self);
