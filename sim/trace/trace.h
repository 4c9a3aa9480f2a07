#pragma once
/* The trace: all that happened, append-only, in time order, and the only thing that exporters,
 * expectations and views look at. Records are numbered from 1; 0 is "the scenario". Entities
 * (nodes, link directions, actors), packets, flows and links are tables beside the records. */

#include "actor/actor.h"
#include "base/arena.h"
#include "base/fresh.h"
#include "base/map.h"
#include "base/stream.h"
#include "base/words.h"
#include "trace/record.h"

enum entity_kind { ENTITY_NONE, ENTITY_NODE, ENTITY_DIRECTION, ENTITY_ACTOR };
enum node_kind { NODE_HOST, NODE_ROUTER, NODE_SWITCH };

struct entity {
    enum entity_kind kind;
    uint32_t born;                 /* trace_count when it was made */
    const char *name;              /* node: its name. direction: "a>b". actor: "client.tcp1" */
    const struct actor_type *type; /* actor only */
    uint32_t node;                 /* index into nodes: actor: its host; direction: sender's end */
    uint32_t link;                 /* direction only: index into links */
    uint32_t flow;                 /* actor: number of its flow, 0: none */
    uint32_t upper;                /* actor: entity above it, 0: none */
    struct addr local, remote;     /* actor: its key */
};

struct trace_node {
    const char *name;
    const char *label[LANG_COUNT]; /* what the screen shows; never NULL */
    enum node_kind kind;
    uint32_t entity;
    const uint32_t *ips; /* of all its interfaces */
    uint32_t ip_count;
    const char *addresses; /* "10.0.1.1/24, 10.0.2.1/24" */
    float x, y;            /* `place`; both negative: none given */
};

/* A LAN hop's Ethernet addresses: they belong to the hop, as the TTL does. */
struct lan_hop {
    uint32_t record;   /* its TX */
    uint64_t to, from; /* 48 bits, first byte highest */
};

struct trace_link {
    uint32_t node[2];      /* indices into nodes, in the order of `between` */
    uint32_t direction[2]; /* entities: [0] from node[0] to node[1] */
    int64_t rate_bps[2];   /* per direction; 0: transmission takes no time */
    sim_time delay[2];
    bool is_lan;      /* Ethernet frames pass, else IP packets as they are */
    const char *text; /* "10 Mbit/s · 50 ms", as the scenario gives it */
};

/* What an application said: which bytes of its stream hold it. Packets whose body overlaps them
 * carry it. */
struct message_field {
    const char *name, *value; /* "serial", "3" */
};
struct app_message {
    const char *name[LANG_COUNT];       /* "GET /a.css"; never NULL */
    const struct message_field *fields; /* of a declared protocol; NULL: none are told */
    uint32_t field_count;
    uint32_t sender; /* entity */
    struct span body;
    uint32_t answers;        /* message, 0: none */
    sim_time sent, received; /* SIM_NEVER: not received whole */
    uint32_t receiver;       /* entity that read it whole, 0: none */
};

struct own_figure {
    const char *name;
    double value;
};

/* A flow, with the figures that the engine counts whether or not anybody watches. */
enum { FLOW_NEVER_MAX = 8 };
struct flow {
    const char *name;
    const char *proto;   /* actor type or traffic key */
    uint32_t from, to;   /* nodes */
    const char *group;   /* that it goes to: an address or a mesh's name; NULL: none */
    uint32_t to_ip;      /* where it goes if no node has that address, 0: to `to` */
    uint32_t initial[2]; /* sequence numbers with which `from` and `to` began last; 0: none seen */
    uint64_t packets, bytes, delivered_bytes, retransmissions;
    uint64_t bytes_back; /* of applications, from `to` to `from` */
    uint32_t
        error; /* errno_code with which its connection ended, `from`'s before `to`'s; 0: none */
    const uint64_t *drops;                /* by drop_class; of many flows all zero */
    uint64_t marks;                       /* packets that queues have marked (RFC 3168) */
    uint64_t faults[DELIVER_DAMAGED + 1]; /* deliveries by deliver_fault */
    uint64_t never_count;                 /* frames sent, and never passed on (link protocols) */
    uint64_t never[FLOW_NEVER_MAX];       /* the first of them */
    uint64_t delivered_bits;              /* first copies delivered in order, in bits on the wire */
    sim_time start, end; /* end: last delivery, or last arrival of an answer at the sender */
    sim_time last_delivery;
    int64_t rate_bps; /* of the slowest link of its way; 0: none */
    sim_time rtt_min, rtt_max, rtt_sum;
    uint64_t rtt_count;
    struct own_figure *figures; /* the protocol's own, owned */
    unsigned figure_count;
    struct way_hop *hops; /* of the route that it found, owned */
    unsigned hop_count;
};

/* The figures of an actor that serves a node and belongs to no flow, if its type has any. */
struct service {
    uint32_t node;
    const struct actor_type *type;
    double *values; /* in the order of type->figures; owned */
};

struct link_figures { /* one a direction, in the order of links, [0] before [1] */
    sim_time busy;
    uint32_t queue_packets_max;
    const uint64_t *drops; /* by drop_class; of many links all zero */
    uint64_t marks;
};

enum end_reason { END_NOTHING_LEFT, END_STOP, END_EVENTS, END_RECORDS, END_INSTANT };

struct trace_index;
struct trace;

/* Whoever looks on while it happens, also where nothing is kept: then a packet's number is another
 * packet's once it was over, no record names its cause, no packet the one that it repeats. */
struct witness {
    void *self;
    void (*saw)(void *self, const struct trace *t, const struct record *r);
    /* The endpoint has just passed these bytes on. */
    void (*got)(void *self, const struct trace *t, uint32_t endpoint, struct span body);
    /* Nobody has the packet any more; not told where packets are kept. */
    void (*over)(void *self, const struct trace *t, uint32_t packet);
};

struct trace {
    bool keep;                     /* set before the run: records, packets and the index are kept */
    const struct witness *witness; /* set before the run; NULL: none */

    const char *scenario;          /* file name as given */
    const char *title[LANG_COUNT]; /* never NULL */
    uint64_t seed;

    struct record **chunks;
    struct fresh memory; /* of the chunks */
    uint32_t count;      /* records: 1 .. count */
    bool has_drops;      /* one of them is a DROP */

    struct entity *entities; /* [0] unused; 1 .. entity_count */
    uint32_t entity_count, entity_cap;
    struct trace_node *nodes;
    uint32_t node_count;
    struct trace_link *links;
    uint32_t link_count;
    struct link_figures *link_figures; /* 2 * link_count */
    struct service *services;
    uint32_t service_count;
    struct flow *flows; /* [0] unused; 1 .. flow_count */
    uint32_t flow_count, flow_cap;
    struct packets packets;
    struct streams streams;
    struct app_message *messages; /* [0] unused; 1 .. message_count; of one stream, ascending */
    uint32_t message_count, message_cap;
    struct map message_ends;  /* by stream and end */
    struct lan_hop *lan_hops; /* in the order of their records */
    uint32_t lan_hop_count, lan_hop_cap;

    sim_time sim_ns; /* time of the last event, or `stop` if that ended the run */
    uint64_t events;
    enum end_reason end;
    bool *step_ran; /* by step of the script; a step that never ran is worth a warning */
    uint32_t step_count;

    struct arena arena;        /* owns every text above */
    struct trace_index *index; /* made by trace_finish */
};

/* Writing (sim/net and sim/run). */
uint32_t trace_add(struct trace *t, const struct record *r); /* its number; 0 without keep */
uint32_t trace_add_entity(struct trace *t, const struct entity *e);
/* One more of a flow's or link's drops. What has none yet has trace_no_drops. */
extern const uint64_t trace_no_drops[DROP_CLASS_COUNT];
void trace_count_drop(struct trace *t, const uint64_t **drops, enum drop_class why);
void trace_add_figure(struct flow *f, const char *name, double value);
void trace_add_lan_hop(struct trace *t, struct lan_hop hop);
uint32_t trace_add_flow(struct trace *t, const char *name, const char *proto);
/* texts: as fx_message_told has them; copied into names and fields. */
uint32_t trace_add_message(struct trace *t, const struct app_message *m, struct bytes texts);
uint32_t trace_message_ending(const struct trace *t, uint32_t stream, uint64_t end); /* 0: none */
void trace_finish(struct trace *t); /* after the run: builds the index */
void trace_free(struct trace *t);
const char *end_reason_name(enum end_reason r); /* "done", "stop", "events", "records", "instant" */
const char *deliver_fault_name(enum deliver_fault f); /* "again", "out-of-order", "damaged" */
const char *record_kind_name(unsigned kind); /* "send", "transmit", "var" …: CLI.md's words */

/* Reading. Numbers of records are 1 .. count; nothing is returned for others. */
#define TRACE_CHUNK 8192u
static inline const struct record *trace_record(const struct trace *t, uint32_t n)
{
    assert(n >= 1 && n <= t->count);
    return &t->chunks[(n - 1) / TRACE_CHUNK][(n - 1) % TRACE_CHUNK];
}
uint32_t trace_first_after(const struct trace *t, sim_time at); /* first record later than `at`,
                                                                   count + 1 if none */
/* Lists of record numbers, ascending. Borrowed from the index. */
struct list {
    const uint32_t *at;
    uint32_t count;
};
struct list trace_of_packet(const struct trace *t, uint32_t packet);
struct list trace_of_cause(const struct trace *t, uint32_t record); /* what it led to directly */
/* STATE (which = machine), VAR, TIMER, FIRE (which = number; key = index), ITEM (which = set; key =
 * item) of one entity. FIRE stands in the list of its TIMER. */
struct list trace_of_subject(const struct trace *t, enum record_kind kind, uint32_t entity,
                             unsigned which, int64_t key);
/* Keys of all items of a set that ever had a record, ascending. */
struct keys {
    const int64_t *at;
    uint32_t count;
};
struct keys trace_item_keys(const struct trace *t, uint32_t entity, unsigned set);

/* The message of that number; NULL: there is none. */
const struct app_message *trace_message(const struct trace *t, uint32_t n);
/* The message that an ITEM record is about; NULL: it is about something else. */
const struct app_message *record_message(const struct trace *t, const struct record *r);
/* The next message after `after` (0: the first) of which the packet carries a byte; 0: no more. */
/* Its body without the check that ends it. */
struct span packet_data(const struct packet *p);
uint32_t trace_message_in(const struct trace *t, uint32_t packet, uint32_t after);

/* State at t: what holds after the last event of time t. */
unsigned trace_state_at(const struct trace *t, uint32_t entity, unsigned machine, sim_time at);
bool trace_var_at(const struct trace *t, uint32_t entity, unsigned var, sim_time at,
                  int64_t *value);
unsigned trace_item_at(const struct trace *t, uint32_t entity, unsigned set, int64_t key,
                       sim_time at);
/* The timer's deadline, SIM_NEVER if it is not running; *armed the time it was armed (may be NULL).
 */
sim_time trace_timer_at(const struct trace *t, uint32_t entity, unsigned timer, uint32_t index,
                        sim_time at, sim_time *armed);
/* What of that type serves the node by itself (struct actor_type's name), as "rsvp"; 0: nothing, or
 * the node has crashed since. */
uint32_t trace_service_at(const struct trace *t, uint32_t node, const char *type, sim_time at);
/* The record of that subject in force at `at`, 0 if none yet. */
uint32_t trace_subject_at(const struct trace *t, enum record_kind kind, uint32_t entity,
                          unsigned which, int64_t key, sim_time at);

/* A packet on one hop. */
struct hop {
    uint32_t direction;       /* entity */
    uint32_t queued, tx, end; /* records: QUEUE (0 if none), TX (0: dropped before), ARRIVE or DROP
                                 (0: the run ended before) */
    sim_time offered, start, sent, arrive; /* handed over; first bit leaves; last bit leaves;
                                              arrives (or would have arrived) */
    sim_time died;                         /* SIM_NEVER: it arrived */
    enum drop_class why;                   /* 0: it arrived */
};
/* Fills `out` with the hops of a packet in order; returns how many there are. */
uint32_t trace_hops(const struct trace *t, uint32_t packet, struct hop *out, uint32_t cap);

/* Names of an entity's tables, for records that name them. NULL where the record has none. */
const char *record_reason(const struct trace *t, const struct record *r); /* message key */
const char *record_rfc(const struct trace *t, const struct record *r);
const struct packet *trace_packet(const struct trace *t, uint32_t id);
/* The Ethernet addresses of a hop, by its TX or by the ARRIVE after it; NULL: not on a LAN. */
const struct lan_hop *trace_lan_hop(const struct trace *t, uint32_t record);
/* Bytes that a packet takes on a link: its frame's on a LAN. */
uint32_t trace_wire_size(const struct trace *t, uint32_t packet, uint32_t direction);
/* Nodes at the two ends of a direction. */
uint32_t direction_from(const struct trace *t, uint32_t direction);
uint32_t direction_to(const struct trace *t, uint32_t direction);
/* Node an entity belongs to (a direction: its sending end). */
uint32_t entity_node(const struct trace *t, uint32_t entity);
/* Nodes that a packet comes from and is for; UINT32_MAX if no node has the address. */
uint32_t packet_from_node(const struct trace *t, uint32_t packet);
uint32_t packet_to_node(const struct trace *t, uint32_t packet);
