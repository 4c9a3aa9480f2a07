#pragma once
/* The simulated world: nodes with their interfaces and endpoints, link directions, the actors, and
 * the one loop that takes events and applies effects. Built from a scenario, writes a trace.
 * The entities of the trace come in this order: nodes, link directions, actors. */

#include "actor/fx.h"
#include "base/map.h"
#include "core/sched.h"
#include "scenario/model.h"
#include "trace/trace.h"

#include <assert.h>
#include <stdalign.h>

#define WORLD_TTL        64u
#define WORLD_MTU        1500u  /* of a link that gives none */
#define WORLD_QUEUE      100u   /* packets, of a link that gives none */
#define WORLD_PORT_FIRST 49152u /* ephemeral ports (RFC 6335) */

/* A frame's Ethernet addresses, 48 bits, first byte highest. */
struct macs {
    uint64_t to, from;
};

/* One packet on a direction, from hand-over to its end there. There are as many as are under way,
 * so what few have stands beside them; what a hop must know of a plain packet (hop.c) stands here,
 * so that the packet itself is not looked at before it is where it is for. */
struct flight {
    sim_time start, arrive;
    uint64_t tie;
    uint32_t turn;   /* in the line */
    uint32_t packet; /* 0: over */
    uint32_t cause;  /* record that its ARRIVE or DROP will name */
    uint32_t size;   /* bytes on the link */
    uint32_t ip;     /* is_plain: where it is for */
    uint8_t ttl;
    uint8_t why; /* is_lost: enum drop_class */
    union {
        struct {
            bool in_line : 1;   /* it arrives in order, and has not; else an event of its own says
                                   when */
            bool is_lost : 1;   /* half-way */
            bool is_queued : 1; /* its bytes are among those that wait */
            bool is_plain : 1;
        };
        uint8_t bits; /* all of them: who writes one first reads, and waits for memory */
    };
};

struct flight_side {
    event_id arrival, tx; /* 0: none */
    struct macs macs;     /* on a LAN */
};

struct copies; /* copies.c */

struct shares; /* shares.c */

/* One direction of a link: a queue, a transmitter, a wire (MODEL.md). A run with many links is as
 * slow as memory is: an arrival looks at the first 64 bytes, what is handed over at 128. */
struct direction {
    alignas(64) struct flight *flights; /* a ring: head .. head + count - 1 */
    struct flight_side *sides;          /* of each flight; NULL: none has anything to put there */
    uint32_t head, count, cap;
    uint32_t in_line; /* flights that are */
    uint32_t waiting; /* index behind head of the first flight that has not started */
    uint32_t line;    /* the scheduler's, of those that arrive in order */
    uint32_t to;      /* node */
    uint16_t iface_to;
    bool is_lan;     /* one end is a switch: Ethernet frames pass */
    bool is_last;    /* it leads to a host: packets are for that, and are looked at there */
    bool has_chance; /* what passes may be lost, bent, doubled, late or marked */
    bool loses_only; /* or rather, lost, and nothing else, each packet by itself */
    bool is_odd;     /* is_lan, or has_chance without loses_only */
    uint32_t mtu;
    uint32_t cuts;         /* that hold now; they may overlap */
    struct shares *shares; /* what is reserved there; NULL: nothing ever was */

    sim_time busy_until;   /* the transmitter's */
    sim_time busy;         /* so long, up to then */
    sim_time last_arrival; /* of those that keep order */
    sim_time delay;        /* where nothing changes it by chance */
    sim_time lasts_before; /* the last transmission, and of how many bytes */
    uint32_t size_before;
    uint32_t queue_packets; /* that may wait */
    uint64_t queue_bytes;   /* 0: not limited in bytes */
    uint64_t waiting_bytes;

    uint32_t entity;
    uint32_t index; /* 2 * link + side: into world.directions and trace.link_figures */
    struct link_figures *figures;
    const struct scenario_direction *set;
    uint32_t from; /* node */
    uint16_t iface_from;
    bool is_bad;      /* Gilbert-Elliott's state */
    uint64_t offered; /* packets offered so far, where chance asks */
    struct dice dice;
    struct copies *copies; /* offers of each unit, where loss is random; NULL: none yet */
    int64_t red_mean;      /* packets that wait, parts of 2^20 */
    int64_t red_count;     /* that passed since one was chosen */
};

struct iface {
    uint32_t ip;
    uint8_t prefix;
    uint32_t out;  /* index of the outgoing direction; UINT32_MAX: no link */
    uint32_t peer; /* node */
    uint64_t mac;
    bool is_lan;
};

/* A packet that waits for the MAC address of its next hop. */
struct held {
    uint32_t packet, cause;
    uint32_t ip; /* of the next hop */
    uint16_t iface;
    uint8_t ttl;
};

struct endpoint; /* endpoint.c */
struct police;   /* police.c */
struct node_neighbour;
struct routes;      /* route.c */
struct assemblings; /* fragment.c */

/* What the endpoints of one type on a node have in common: it lasts until the node crashes. */
struct shared {
    const struct actor_type *type;
    void *state; /* type->host_size bytes */
    struct shared *next;
};

/* Where packets for an address go from a node: way.c. */
struct way {
    uint32_t ip;
    uint32_t out;   /* direction of that interface; UINT32_MAX: none */
    uint16_t iface; /* UINT16_MAX: nowhere, or it is the node's own */
    bool is_own;
    bool is_known; /* this place of the table is taken */
};

/* What each packet touches stands first. */
struct node {
    enum scenario_node_kind kind;
    bool is_raw;
    bool is_down;
    bool has_clock;    /* that goes wrong */
    bool has_buckets;  /* packets that leave may have to ask */
    uint8_t way_shift; /* of a hash of 32 bits to a place of `ways` */
    struct way *ways;  /* what was found, by a hash of the address; NULL: nobody has asked yet */
    struct iface *ifaces;
    struct endpoint *table; /* open addressing */
    uint32_t endpoint_count, table_size;
    uint32_t heard;       /* place of the endpoint that was looked for last */
    uint32_t arp;         /* entity of its ARP, 0: on no LAN */
    uint32_t nat, nat_ip; /* entity of its address translation, 0: none; its address outside */
    uint32_t entity;
    struct dice dice;
    const struct scenario_node *set;
    uint32_t iface_count;
    uint16_t nat_iface; /* that has nat_ip */
    uint16_t next_ip_id, next_port;
    struct shared *shared;
    uint32_t lease;       /* entity of its DHCP client, 0: none */
    uint32_t server;      /* entity of its DHCP server, 0: none */
    uint32_t name_server; /* entity of its name server, 0: none */
    uint32_t rsvp;        /* entity of its RSVP process, 0: none */
    struct buf disk;      /* what its server keeps over a loss of power */
    uint32_t remembered;  /* the address that its DHCP client had last: it outlives a crash */
    bool has_begun;       /* its DHCP client was started */
    uint32_t gateway;     /* where to send what is for no network of its own; 0: none */
    struct held *held;    /* in the order in which they came */
    uint32_t held_count, held_cap;
    struct assemblings *assemblings; /* datagrams of which parts are there; NULL: never any */
    struct map neighbours;           /* what ARP told: address -> MAC; address | 1 << 32 -> until */
    struct map learned;      /* a switch's: MAC -> 1 + interface; MAC | LEARNED_AT -> when */
    struct map snooped;      /* a switch's: snoop.c */
    struct police *police;   /* by bucket of its set; NULL: none was opened */
    struct held police_asks; /* about which a bucket is being asked */
    sim_time icmp_due;       /* of the next ICMP error, if they were sent at their highest rate */
    uint8_t channels;        /* ARQ channels in use on this node's links */
};

struct new_unit {
    uint64_t at;
    uint32_t packet;
};

/* What an entity has sent: units.c. */
struct units {
    struct new_unit *list; /* units sent for the first time, ascending; owned */
    uint32_t count, cap;
    struct map again;  /* unit.at -> latest packet << 32 | copies, of what was sent again */
    struct map before; /* the same, of what was sent again before `turned` was */
    uint64_t turned;
};

/* What the world keeps of an entity, and what of an actor conditions and figures ask for when it is
 * long over: connections come and go, so a row is small. */
struct row {
    const struct actor_type *type; /* NULL: a node or a direction */
    void *self;                    /* its instance; NULL: ended */
    uint32_t node, flow, upper;
    uint8_t state[4];  /* of each machine */
    uint64_t unit_top; /* highest unit.at + unit.n sent */
    uint64_t unnamed;  /* packets with nothing to repeat, sent so far */
    uint64_t received, sent;
    uint64_t delivered_top; /* end of what it passed on, in its stream */
    uint32_t retransmissions;
    uint32_t unit_bytes; /* data of the last frame sent (link protocols) */
};

struct hole {
    uint64_t from, to;
};

enum { OWN, PEER };
/* What lasts as long as the instance, right before which it stands. */
struct life {
    void *host;       /* what it shares with those of its type on its node */
    uint32_t *timers; /* scheduler's numbers, 0: not made yet; slots of all timers in a row */
    int64_t *vars;    /* last reading, then the new one; NULL: nobody watches */
    struct dice dice;
    struct net key;
    uint32_t elders; /* endpoints of its type that its node opened before it, toward somebody */
    uint32_t timer_count, var_count;
    uint32_t stream;       /* of what it passes on (link protocols), 0: nothing yet */
    uint32_t initial[2];   /* sequence numbers with which it and its peer began: OWN, PEER */
    uint8_t has_initial;   /* bits of these */
    bool has_plain_timers; /* a timer's slot is its number */
    bool was_read;
    uint32_t hole_count, hole_cap;
    struct hole *holes;  /* what it left out below its row's delivered_top, ascending */
    struct units *units; /* kept while somebody asks */
};

enum { LIFE_SIZE = (sizeof(struct life) + 15) / 16 * 16 }; /* the instance is aligned to 16 */

/* NULL: it is over, or no actor. */
static inline struct life *life_of(const struct row *r)
{
    return r->self ? (struct life *)(void *)((char *)r->self - LIFE_SIZE) : NULL;
}

/* Of an actor that is there. */
static inline struct life *sure_life(const struct row *r)
{
    assert(r->self);
    return (struct life *)(void *)((char *)r->self - LIFE_SIZE);
}

/* What the faults of the scenario do to one packet. */
struct armed {
    uint32_t packet, fault;
};

/* A step of the script that waits for its condition. */
struct waiting {
    uint32_t step;
    bool packet_came; /* the condition's packet, at this instant */
};

struct idle {
    sim_time at;
    uint32_t row, index, cause;
    uint16_t slot;
};

/* A packet that reached the raw host, as bytes. */
struct raw_packet {
    sim_time at;
    size_t start; /* into world.raw_bytes */
    uint32_t len;
    const char *is; /* its short name */
};

/* Who waits for a name's address: a step of the script or a flow. */
struct lookup {
    uint32_t row; /* the resolver that looks it up */
    uint32_t number;
    bool is_traffic;
};

struct world {
    const struct scenario *sc;
    const struct catalogue *known;
    struct trace *trace;
    struct sched sched;
    struct fx fx;
    uint64_t seed;
    bool watch;     /* somebody looks on, or keeps the trace */
    bool has_parts; /* some traffic is made of parts */
    bool is_quiet;  /* nobody does, and no fault waits for a packet */
    struct node *nodes;
    struct direction *directions;
    struct multicast *multicast; /* NULL: nothing was sent to a group yet */
    struct routes *routes;       /* route.c */
    struct row *rows;            /* by entity */
    uint32_t row_count, row_cap;
    uint32_t *traffic_flows, *traffic_sinks, *traffic_sources; /* by traffic: flow, entities */
    struct net *traffic_keys;                                  /* the source's key */
    bool *traffic_is_due;                                      /* its start has passed */
    struct reserving *reserving; /* by traffic: reserve.c; NULL: none reserves */
    struct map ips;              /* address -> node + 1 */
    uint32_t *fault_hits;        /* by fault: matching packets so far */
    bool has_packet_faults, asks_units;
    bool asks_numbers; /* somebody reads from which numbers those of a packet count */
    struct armed *armed;
    uint32_t armed_count, armed_cap;
    uint32_t *done; /* packets to release when the list of effects is empty */
    uint32_t done_count, done_cap;
    struct idle *idle; /* actors' timers that keep no run open, the earliest first */
    uint32_t idle_count, idle_cap;
    struct map births;         /* how many of a kind each node has had */
    const struct input *heard; /* the packet that is delivered now, for a listener's child */
    bool keeps_raw;            /* what reaches the raw host is kept for who asks */
    struct buf read;           /* the data that an application reads now */
    struct buf raw_heard;      /* struct raw_packet one after the other */
    struct buf raw_bytes;
    size_t raw_given; /* bytes of raw_heard that were handed out; more than that pauses the run */
    bool is_stuck;    /* WORLD_INSTANT_MAX events and more happened at one instant */
    struct map raw_flows; /* addresses and ports -> flow */
    uint32_t *sockets;    /* by node: its socket application, 0: none */
    uint64_t *name_keys;  /* of flows, for draws: 2 * flow + has a unit; 0: not asked yet */
    uint32_t name_key_cap;
    struct map copy_macs;  /* of copies that come late: 2 * packet -> to, 2 * packet + 1 -> from */
    uint64_t horizon;      /* bytes of a connection that may be sent again */
    bool has_nat;          /* some router translates addresses */
    bool has_leases;       /* addresses may move while it runs */
    const char *next_flow; /* `as:` of the call that runs now, NULL: none */
    struct waiting *waiting;
    uint32_t waiting_count;
    struct lookup *lookups;
    uint32_t lookup_count;
    uint64_t *script_sent; /* by node: bytes that its calls have sent, for their content */
    uint32_t *script_streams;
    struct arena arena;
    uint64_t events;
};

/* delivery.c: counts what an endpoint passes on; the fault of it, if it is a link protocol's, and
 * then in *packet the packet that the data came in. */
enum deliver_fault delivery_count(struct world *w, const struct effect *e, uint32_t *packet);
void deliveries_finish(struct world *w); /* what was sent, and never passed on */

/* world.c */
struct world *world_new(const struct scenario *sc, const struct catalogue *known, uint64_t seed,
                        struct trace *out);
/* Handles every event up to and including `until`; false: none is left after that. Stops early,
 * returning true, when `max_events` were handled, a kept packet has reached the raw host, or time
 * stands still: nothing that a network does takes so many events and no time. */
#define WORLD_INSTANT_MAX (UINT64_C(1) << 20)
bool world_run(struct world *w, sim_time until, uint64_t max_events);
/* Writes the run's end into the trace: `stop`, or the last event if it is SIM_NEVER. */
void world_finish(struct world *w, sim_time stop);
void world_free(struct world *w);
uint32_t world_write(struct world *w, enum record_kind kind, uint32_t where, uint32_t packet,
                     unsigned code, int64_t value, uint32_t cause, unsigned why);
/* Its number; 0 where nobody watches. */
static inline uint32_t world_record(struct world *w, enum record_kind kind, uint32_t where,
                                    uint32_t packet, unsigned code, int64_t value, uint32_t cause,
                                    unsigned why)
{
    return w->watch ? world_write(w, kind, where, packet, code, value, cause, why) : 0;
}
/* A node or a direction gets its row; returns the entity. */
uint32_t world_add_row(struct world *w, uint32_t entity);

/* actors.c: stepping and applying. */
uint32_t actor_open(struct world *w, const struct actor_type *type, uint32_t node, struct net key,
                    uint32_t flow, uint32_t upper, const struct settings *set, uint32_t handle);
void actor_start(struct world *w, uint32_t row, enum start_code code, uint32_t opener,
                 uint32_t cause);
/* The same; peers: struct addr of each of those a source speaks to. */
void actor_start_told(struct world *w, uint32_t row, enum start_code code, uint32_t opener,
                      struct bytes peers, uint32_t cause);
void actor_step(struct world *w, uint32_t row, struct input *in, uint32_t packet, uint32_t cause);
void actor_end(struct world *w, uint32_t row);
void actors_forget(struct world *w, uint32_t node); /* what they shared there is gone */
void actor_timer(struct world *w, const struct event *ev);
/* idle.c: timers that run out only if something else happens later. */
void idle_arm(struct world *w, struct idle timer); /* at SIM_NEVER: stops it */
void idle_forget(struct world *w, uint32_t row);
/* Lets those run out that are due before the next event; false: none is. */
bool idle_step(struct world *w, sim_time until);
/* A SYN that an endpoint is about to hear tells where the numbers of its peer begin. */
void node_numbers_heard(struct world *w, uint32_t row, uint32_t packet);
/* message.c: an application has said something, has read something whole. */
void message_said(struct world *w, const struct effect *e);
void message_heard(struct world *w, const struct effect *e);
/* effects.c: until the list is empty; then what is over by then is let go. */
void effects_apply_all(struct world *w);
static inline void effects_apply(struct world *w)
{
    if (w->fx.front != w->fx.back || w->done_count > 0) {
        effects_apply_all(w);
    }
}
/* The name of the next flow of that type on the node: "client.tcp1". */
const char *world_flow_name(struct world *w, uint32_t node, const char *type);

/* node.c: sending, receiving, forwarding. */
void node_send(struct world *w, uint32_t packet, unsigned why, uint32_t cause);
void node_hear(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
               struct macs macs, uint32_t cause);
void node_drop(struct world *w, uint32_t node, uint32_t packet, enum drop_class why,
               uint32_t cause);
/* way.c. The interface by which a packet for that address leaves; UINT16_MAX: none, or it is its
 * own. way_of finds the same, and remembers. */
uint16_t node_iface_to(const struct world *w, uint32_t node, uint32_t ip);
struct way way_find(struct world *w, uint32_t node, uint32_t ip);
static inline uint32_t way_place(const struct node *n, uint32_t ip)
{
    return ip * UINT32_C(0x9e3779b1) >> n->way_shift;
}
/* What was found before; it may be at either of two places. NULL: nobody has asked, or too many. */
static inline const struct way *way_kept(const struct node *n, uint32_t ip)
{
    if (!n->ways) {
        return NULL;
    }
    uint32_t place = way_place(n, ip);
    const struct way *way = &n->ways[place];
    way = way->ip == ip ? way : &n->ways[place ^ 1];
    return way->ip == ip && way->is_known ? way : NULL;
}
static inline struct way way_of(struct world *w, uint32_t node, uint32_t ip)
{
    const struct way *kept = way_kept(&w->nodes[node], ip);
    return kept ? *kept : way_find(w, node, ip);
}
void node_forward(struct world *w, uint32_t node, uint32_t packet, uint32_t ip, unsigned ttl,
                  uint32_t cause);
/* Out of that interface, cut if it must be; UINT16_MAX: refused. */
void node_output(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                 uint32_t cause);
/* Out of that interface; it fits the link. Onto the link, whatever buckets say. */
void node_let_go(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                 uint32_t cause);
void node_offer(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                uint32_t cause);

/* endpoint.c: who gets what, on a node. */
void endpoints_free(struct node *n);
bool node_add_endpoint(struct world *w, uint32_t node, uint32_t row);
void node_remove_endpoint(struct world *w, uint32_t node, uint32_t row);
/* Who gets a packet with these addresses and ports, as received; 0: nobody. */
uint32_t node_lookup(struct world *w, uint32_t node, const struct proto *proto,
                     const struct net *in);
/* Whose packet an ICMP error of that IP protocol is about; several formats may ride on UDP. */
uint32_t node_lookup_sender(struct world *w, uint32_t node, unsigned protocol,
                            const struct net *in);
/* Own address by the route, own port the next that is free: what bind leaves open. */
void key_complete(struct world *w, uint32_t node, const struct proto *proto, struct net *key);
uint32_t node_of_ip(const struct world *w, uint32_t ip); /* NO_NODE: none */
void packet_is_over(struct world *w, uint32_t packet);   /* recycled when nobody can see it */

/* icmp.c: the errors that nodes send, the echoes that they answer, and what they get. */
void icmp_send_error(struct world *w, uint32_t node, uint32_t packet, unsigned type, unsigned code,
                     unsigned mtu, unsigned ttl, uint32_t cause);
void icmp_hear(struct world *w, uint32_t node, uint32_t packet, const struct input *in,
               uint32_t cause);

/* lan.c: switches, and what a node does before a packet becomes a frame. */
bool lan_is_broadcast(const struct world *w, uint32_t node, uint32_t ip);
static inline bool node_is_broadcast(const struct world *w, uint32_t node, uint32_t ip)
{
    return ip == IP_BROADCAST || (w->nodes[node].arp && lan_is_broadcast(w, node, ip));
}
/* The interface of a LAN whose network holds the address; UINT16_MAX: none. */
uint16_t lan_iface_to(const struct world *w, uint32_t node, uint32_t ip);
void lan_send(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
              uint32_t cause);
void lan_resolved(struct world *w, uint32_t node, const struct node_neighbour *found,
                  uint32_t cause);
void lan_forget(struct world *w, uint32_t node, uint32_t cause); /* the node stops */
void switch_hear(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                 struct macs macs, uint32_t cause);

/* multicast.c: one packet for many, along the tree of shortest ways (RFC 1112). */
/* The interfaces by which it leaves that node; at most `max` are written, all are counted. */
uint32_t multicast_ways(struct world *w, uint32_t node, uint32_t from, uint32_t group,
                        uint16_t *out, uint32_t max);
bool multicast_has(const struct world *w, uint32_t node, uint32_t ip); /* a declared member */
/* Out of every interface that leads to members, as seen from whoever sends. */
void multicast_send(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint32_t cause);
/* The same at a router that it reaches. True: the node is a member, and has it, too. */
bool multicast_pass(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint32_t cause);
void multicast_free(struct world *w);

/* snoop.c: a switch that looks into DHCP lets this not through. */
bool snoop_refuses(struct world *w, const struct direction *d, uint32_t packet, struct macs macs);

/* service.c: the actors that serve a node: ARP, DHCP. */
void services_open(struct world *w);
/* With the host: what it learnt and what waited is gone. */
void services_stop(struct world *w, uint32_t node, uint32_t cause);
void services_keep(struct world *w, uint32_t node); /* before it stops: what is on disk */
/* forgets: its disk is lost with it: the client's last address, the server's books. */
void services_restart(struct world *w, uint32_t node, bool forgets, uint32_t cause);
/* An indication with nobody above: true if it was meant for the node. */
bool service_told(struct world *w, const struct effect *e);
/* A script's dhcp-start, -renew, -release, -inform; false: it is another verb. */
bool service_call(struct world *w, const struct step *s);

/* hop.c: the short way. False: this packet has to go the long one. */
bool hop_send(struct world *w, uint32_t node, uint32_t packet, struct packet *p); /* its own */
bool hop_offer(struct world *w, struct direction *d, uint32_t packet, unsigned ttl);
bool hop_pass(struct world *w, struct direction *d, struct flight *f); /* it has arrived */
bool hop_hear(struct world *w, struct direction *d, struct flight *f); /* and is for the node */
/* What it says stands beside it, it is no part of another, and no router looks into it. */
bool packet_is_plain(const struct packet *p);

/* link.c: a packet's life on one hop. */
/* macs: on a LAN; else NULL. */
void link_offer(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                const struct macs *macs, uint32_t cause);
uint32_t link_size(const struct direction *d, const struct packet *p); /* bytes on that link */
/* EV_LINE. True: all that it leads to is done, and there is nothing to apply. */
bool link_line_due(struct world *w, struct direction *d);
void link_event(struct world *w, const struct event *ev);     /* EV_ARRIVE, EV_LOST, EV_TX */
void link_late_copy(struct world *w, const struct event *ev); /* EV_FAULT of a direction */
/* Onto the transmitter, which is free; number: the how manieth it was of those offered. */
void link_take(struct world *w, struct direction *d, uint32_t packet, uint64_t number, unsigned ttl,
               const struct macs *macs, uint32_t cause);
void link_refuse(struct world *w, struct direction *d, uint32_t packet, enum drop_class why,
                 uint32_t cause);
/* The queue's choice (RED) while so many wait: the packet is dropped, or goes on, marked or not. */
bool link_turns_away(struct world *w, struct direction *d, uint32_t packet, uint32_t waiting);
/* shares.c: reserved flows before all others. */
struct node_share;
void shares_open(struct direction *d); /* from now on it keeps them apart */
void shares_told(struct world *w, uint32_t node, const struct node_share *s, uint32_t cause);
void shares_hear(struct world *w, struct direction *d, uint32_t packet, unsigned ttl,
                 const struct macs *macs, uint32_t cause);
void shares_event(struct world *w, const struct event *ev); /* the transmitter is free */
void shares_drop(struct world *w, struct direction *d, enum drop_class why, uint32_t cause);
/* Its RSVP process is gone. */
void shares_forget(struct world *w, uint32_t node, uint32_t cause);
void shares_free(struct direction *d);
struct direction *direction_of(const struct world *w, uint32_t entity);
void link_cut(struct world *w, struct direction *d, uint32_t cause);
/* The queue of a host that stops vanishes; what is on the wire goes on. */
void link_forget_queue(struct world *w, struct direction *d, uint32_t cause);

/* red.c: a packet arrives while so many wait. */
enum red_verdict { RED_PASSES, RED_MARKS, RED_DROPS };
enum red_verdict red_judge(struct direction *d, const struct packet *p, uint32_t waiting,
                           sim_time now);

/* impair.c: what goes wrong on a link, as pure draws. */
uint64_t impair_key(struct world *w, const struct packet *p, uint64_t copy);
bool impair_is_lost(struct direction *d, uint64_t key, const struct packet *p, uint64_t copy);
bool impair_is_any(
    const struct scenario_direction *set); /* losses, too; and a queue that chooses */
bool impair_loses_only(const struct scenario_direction *set); /* by chance, each packet by itself */
bool impair_asks_copies(const struct scenario_direction *set);
/* The first flipped bit of `bits`, or -1: none is. */
int64_t impair_bit(const struct direction *d, uint64_t key, uint64_t bits);
sim_time impair_delay(const struct direction *d, uint64_t key);

/* copies.c: the how-many-th offer of that unit of the flow; forgets what lies `horizon` units
 * behind the flow's highest, and what was not offered for four hours. */
uint64_t copies_count(struct copies **all, uint64_t flow, uint64_t at, uint64_t horizon,
                      sim_time now);
uint32_t copies_kept(const struct copies *c);
void copies_free(struct copies *c);

/* units.c: a unit that begins beyond all that its sender sent; and one that does not: the packet
 * that it repeats, the latest with the same beginning, else the first that held it, and in *copy
 * the how-many-th of its beginning it is, where what first held it counts as one. What lies more
 * than `horizon` before a new unit is never sent again, and may be forgotten. */
/* How far below the highest of its flow a unit may be sent again. */
uint64_t units_horizon(const struct world *w, const struct packet *p);
void units_note_new(struct units *u, uint64_t at, uint32_t packet, uint64_t horizon);
uint32_t units_note_again(struct units *u, uint64_t at, uint32_t packet, uint64_t horizon,
                          uint32_t *copy);
void units_free(struct units *u);

/* fault.c: the scenario's faults. */
void fault_schedule(struct world *w);
void fault_event(struct world *w, const struct event *ev);
void fault_crash(struct world *w, uint32_t node, uint32_t cause);
void fault_restart(struct world *w, uint32_t node, bool forgets_leases, uint32_t cause);
/* d: the link it is offered to, NULL: none. */
struct packet_facts;
void facts_of(const struct world *w, uint32_t packet, const struct direction *d,
              struct packet_facts *out);
/* Which faults mean this packet? d: the link it is offered to, NULL: it is born. */
void fault_look(struct world *w, uint32_t packet, const struct direction *d);
/* The next armed fault that strikes `packet` on `d` now; NULL: none (more). *cursor starts at 0. */
const struct fault *fault_on(struct world *w, const struct direction *d, uint32_t packet,
                             uint32_t *cursor);
void fault_forget(struct world *w, uint32_t packet); /* the packet is over */

/* born.c: new packets out of old ones; `where` (a direction or node) is recorded as their
 * birthplace. */
extern const struct proto ipv4_proto; /* of fragments, and of protocols that nobody here speaks */
void packet_bytes(const struct world *w, uint32_t packet, unsigned ttl, struct buf *out);
/* All that a packet has of its parent; for the caller to change what differs. */
void packet_inherit(struct packet *made, const struct packet *p, uint32_t parent,
                    enum packet_birth birth);

/* names.c: names before addresses. */
struct node_found;
void names_serve(struct world *w, uint32_t node, uint32_t cause); /* it opens its name server */
void names_ask(struct world *w, uint32_t node, const char *name, struct lookup asker,
               uint32_t cause);
void names_told(struct world *w, uint32_t row, const struct node_found *found, uint32_t cause);

/* reserve.c: what traffic reserves. */
struct node_ways;
void reserve_prepare(struct world *w);                             /* before any flow begins */
void reserve_open(struct world *w, uint32_t node, uint32_t cause); /* its RSVP process */
void reserve_asked(struct world *w, uint32_t row, const struct node_ways *ask, uint32_t cause);
/* The flow has begun: its sender announces it, its receivers ask. */
void reserve_begin(struct world *w, uint32_t traffic, uint32_t cause);
void reserve_event(struct world *w, const struct event *ev);
void reserve_restart(struct world *w, uint32_t node, uint32_t cause); /* its receivers ask again */
/* Addresses of the node's interfaces are others. */
void reserve_tell_interfaces(struct world *w, uint32_t node, uint32_t cause);

/* translate.c: at a router that translates addresses. */
struct node_translate;
/* False: the packet does not pass the table. */
bool nat_hear(struct world *w, const struct direction *in, uint32_t packet, unsigned ttl,
              uint32_t cause);
bool nat_wants_whole(const struct world *w, const struct direction *in, uint32_t ip);
void nat_told(struct world *w, uint32_t node, const struct node_translate *t);

/* police.c: token buckets of a router. */
struct node_passage;
/* A bucket means it, and decides; false: none does. */
bool police_hear(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                 uint32_t cause);
void police_told(struct world *w, uint32_t node, const struct node_passage *p, uint32_t cause);
void police_open(struct world *w, uint32_t node, uint32_t row, uint32_t number);
void police_stop(struct world *w, uint32_t node, uint32_t cause); /* the node stops */
void police_end(struct node *n);                                  /* the run is over */

/* fragment.c */
/* Cuts it for a link of that MTU and sends the pieces; false: it cannot be cut. */
bool fragment_send(struct world *w, uint32_t node, uint32_t packet, unsigned ttl, uint16_t iface,
                   uint32_t mtu, uint32_t cause);
struct ipv4;
bool packet_is_fragment(const struct packet *p, struct ipv4 *ip);
/* A fragment has reached the node that puts it together: the packet that is whole with it; 0: it
 * waits for others, or was thrown away. */
uint32_t assembly_hear(struct world *w, uint32_t node, uint32_t packet, unsigned ttl,
                       uint32_t cause);
void assembly_timeout(struct world *w, uint32_t node, uint32_t number);
void assembly_stop(struct world *w, uint32_t node, uint32_t cause); /* the node stops */
void assembly_end(struct node *n);                                  /* the run is over */
uint32_t packet_flipped(struct world *w, uint32_t where, uint32_t packet, unsigned ttl,
                        uint64_t bit, uint32_t cause);
uint32_t packet_copied(struct world *w, uint32_t where, uint32_t packet, uint32_t cause);

/* EV_CALL: whose call it is, in the event's slot. */
enum call_of { CALL_OF_TRAFFIC, CALL_OF_SCRIPT, CALL_OF_ASSEMBLY, CALL_OF_SHARES, CALL_OF_RESERVE };

/* script.c: the steps of a script are calls to the socket application of their host. */
void script_open(struct world *w);
void script_event(struct world *w, const struct event *ev); /* EV_CALL: a step's time has come */
void script_look(struct world *w); /* the list of effects is empty: which conditions hold? */
void script_hear(struct world *w, uint32_t packet); /* it has reached the node it is for */
/* The address that a step has waited for; error: an errno_code, and there is none. */
void script_named(struct world *w, uint32_t step, uint32_t ip, uint32_t error, uint32_t cause);
void script_host_is_up(struct world *w, uint32_t node); /* after a restart */

/* raw.c: a host that has no protocols: bytes in and out. base: what its numbers count from, else
 * its last SYN. */
/* A packet made of bytes: an ordinary one if they are as they should be. */
uint32_t packet_of_bytes(struct world *w, struct bytes wire);
void raw_inject(struct world *w, uint32_t node, struct bytes wire, const uint32_t *base);
/* On a LAN: a whole Ethernet frame; false: neither IPv4 nor ARP. */
bool raw_inject_frame(struct world *w, uint32_t node, struct bytes frame);
/* The initial sequence number of whoever has a connection with the raw host's end `net`; 0: none.
 */
uint32_t raw_peer_initial(const struct world *w, uint32_t node, const struct net *net);
/* lan: the frame's addresses, on a LAN; else NULL. */
void raw_hear(struct world *w, uint32_t node, uint32_t packet, unsigned ttl,
              const struct macs *lan);

/* route.c: the interface by which a packet leaves toward a node or an address; UINT16_MAX: none. */
uint16_t route_to(const struct world *w, uint32_t node, uint32_t target);
uint16_t route_to_ip(const struct world *w, uint32_t node, uint32_t ip);
/* Who gets, in its place, what is for an address that nobody has; NO_NODE: nobody does. */
uint32_t route_stand_in(const struct world *w, uint32_t node, uint32_t ip);
void routes_prepare(struct world *w);
void routes_free(struct world *w);

/* traffic.c: what the scenario's flows open. */
void traffic_open(struct world *w);
/* The sink of the packet's flow on that node, whatever address NAT has given its source; 0: none.
 */
uint32_t traffic_sink_of(const struct world *w, uint32_t node, uint32_t packet,
                         const struct proto *proto);
int64_t traffic_rate(const struct world *w, uint32_t from, uint32_t to); /* slowest link; 0: none */
void traffic_start(struct world *w, uint32_t traffic, uint32_t cause);
/* The address that a flow has waited for. */
void traffic_named(struct world *w, uint32_t traffic, uint32_t ip, uint32_t error, uint32_t cause);
void traffic_restart(struct world *w, uint32_t node, uint32_t cause);
/* A DHCP host's address is gone, or there. */
void traffic_address_lost(struct world *w, uint32_t node);
void traffic_address_found(struct world *w, uint32_t node, uint32_t ip, uint32_t cause);
/* Its way through the network, for the figures that a protocol adds of its own. */
void traffic_path(const struct world *w, uint32_t traffic, struct path *path);
