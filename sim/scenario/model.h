#pragma once
/* A scenario as the program holds it: what the file says, checked, in base units (ns, bytes, bit/s,
 * parts per 10^9). Made by read.c, looked at by the world, the expectations and the window.
 * Everything lives in the scenario's arena. Nodes are numbered in the order of the file: hosts,
 * routers, switches. */

#include "actor/actor.h"
#include "base/arena.h"
#include "base/words.h"
#include "base/net.h"

#define NO_NODE UINT32_MAX

struct place { /* where something stands in the file; line 0: nowhere */
    uint32_t line, column;
};

/* A value given for a param of an actor type. */
struct setting {
    const struct actor_type *type; /* whose */
    const struct param *param;
    int64_t value;
};
struct settings {
    struct setting *list;
    uint32_t count;
};

enum scenario_node_kind { SCENARIO_HOST, SCENARIO_ROUTER, SCENARIO_SWITCH };

struct scenario_address {
    uint32_t ip;
    uint8_t prefix; /* 0: none given (a point-to-point host) */
};
struct scenario_route {
    uint32_t network;
    uint8_t prefix;
    uint32_t via;
};
struct scenario_reservation {
    uint64_t mac;  /* 0: that of a host's first interface */
    uint32_t node; /* that host */
    uint32_t ip;
};
/* A network behind a relay in which a DHCP server lends addresses. */
struct scenario_subnet {
    struct scenario_address network;
    uint32_t first, last; /* the pool */
    uint32_t router;      /* 0: none is told */
};
/* A host, or an address that may be nobody's. */
struct scenario_host {
    uint32_t node; /* NO_NODE: it is an address */
    uint32_t ip;
};
/* What a name server knows. */
struct scenario_name {
    const char *name;
    struct scenario_host host;
};
#define BUCKET_LIMIT    64
#define BUCKET_ROOM_MAX 100000 /* packets */
struct scenario_node {
    enum scenario_node_kind kind;
    const char *name;
    const char *label[LANG_COUNT];
    struct scenario_address *addresses;
    uint32_t address_count;
    struct scenario_route *routes;
    uint32_t route_count;
    uint32_t gateway; /* 0: none */
    float x, y;       /* both -1: none given */
    bool is_raw;
    uint32_t raw_isn; /* a raw host's own initial sequence number */
    bool is_hub;
    bool has_nat;         /* `nat: on` */
    uint32_t nat_outside; /* its address outside */
    struct {              /* a switch that looks into DHCP */
        bool is_on;
        uint32_t *trusted; /* neighbours from which servers may answer */
        uint32_t trusted_count;
        uint32_t clients; /* on any other port; 0: as many as come */
    } snoop;
    bool has_resolver;             /* `resolver: …` */
    struct scenario_host resolver; /* the name server that it asks */
    bool serves_names;             /* `dns-server: {…}` */
    struct scenario_name *names;
    uint32_t name_count;
    bool is_dhcp;                              /* `address: dhcp` */
    bool serves_dhcp;                          /* `dhcp-server: {…}` */
    uint64_t mac;                              /* of its first interface; 0: made from its name */
    struct scenario_reservation *reservations; /* of its DHCP server */
    uint32_t reservation_count;
    struct scenario_subnet *subnets; /* of its DHCP server */
    uint32_t subnet_count;
    struct scenario_bucket *buckets; /* `token-buckets` of a router */
    uint32_t bucket_count;
    bool relays_dhcp;   /* `dhcp-relay: …` of a router */
    bool has_no_rsvp;   /* `rsvp: off` */
    bool reads_by_hand; /* `reading: off`: its applications take only what `read` grants */
    sim_time clock_offset;
    int64_t clock_drift_ppb;
    struct settings settings; /* per protocol: `tcp: {…}` */
    struct place place;
};

enum loss_kind { LOSS_NONE, LOSS_CHANCE, LOSS_EVERY, LOSS_LIST, LOSS_GILBERT_ELLIOTT };
struct loss_entry {
    bool is_unit;
    uint64_t n;    /* the n-th packet offered to the direction, from 1; or the unit */
    uint32_t copy; /* with is_unit: which copy, from 1; 0: each */
};
struct loss {
    enum loss_kind kind;
    int64_t chance; /* ppb */
    uint64_t every;
    struct loss_entry *list;
    uint32_t list_count;
    int64_t good_to_bad, bad_to_good, loss_good, loss_bad; /* ppb */
};
/* Random early detection: of the mean number of packets that wait. */
struct red {
    bool is_on, marks; /* marks: what may be marked is not dropped (RFC 3168) */
    uint32_t min, max; /* packets */
    int64_t chance;    /* of a packet at `max`, ppb */
    int64_t weight;    /* of the newest length in the mean, ppb */
};
#define RED_PACKETS_MAX 1000000u
struct scenario_direction {
    int64_t rate_bps; /* 0: none */
    sim_time delay, jitter;
    uint32_t queue_packets; /* default 100 */
    uint64_t queue_bytes;   /* 0: not limited in bytes */
    struct red red;
    uint32_t mtu; /* 0: none given (1500) */
    struct loss loss;
    int64_t bit_errors;     /* probability of one bit, parts per 10^18 (1e-6 = 10^12) */
    int64_t duplicate;      /* ppb */
    int64_t reorder_chance; /* ppb */
    sim_time reorder_by;
};
struct scenario_link {
    uint32_t node[2];
    struct scenario_direction direction[2]; /* [0]: from node[0] toward node[1] */
    const char *text; /* rate, delay and what goes wrong, as the stage shows them */
    struct place place;
};

/* Who hears what is sent to it. */
struct scenario_group {
    const char *name; /* a multicast address, or the name of a mesh */
    uint32_t ip;      /* 0: a mesh */
    uint32_t *members;
    uint32_t member_count;
    struct place place;
};

/* What the receivers of a flow ask of RSVP: bytes a second and bytes, of IP datagrams. */
struct scenario_reserve {
    int64_t rate, bucket, peak;    /* peak: INT64_MAX unless given */
    uint32_t min_unit, max_packet; /* smaller packets count as that; larger ones are not meant */
    int64_t reserved;              /* of guaranteed service; 0: controlled load */
    sim_time slack;                /* of guaranteed service */
    uint8_t style;                 /* wire/rsvp.h's enum rsvp_style */
    bool confirms;
    sim_time start, until; /* of what they ask; 0 and SIM_NEVER unless given */
};

struct scenario_traffic {
    const struct traffic_type *type;
    const struct scenario_group *group; /* that `to` names; NULL: a node or an address */
    uint32_t from, to;   /* to: `from` itself if it is for a group, or nobody has `to_ip` */
    uint32_t to_ip;      /* the address that `to` names; 0: it names a node */
    const char *to_name; /* what is looked up for that address, first; NULL: nothing */
    uint16_t port;       /* of `to`; 0: the type has none */
    uint16_t from_port;  /* 0: the node chooses */
    sim_time start;
    const char *name; /* `as:`, NULL: none */
    struct settings settings;
    const struct scenario_reserve *reserve; /* NULL: nothing is reserved */
    struct place place;
};

/* TCP options of a hand-made segment, or those that a pattern asks for. Bits are wire/tcp.h's
 * enum tcp_option. */
struct tcp_options {
    uint32_t given;  /* these, with these values */
    uint32_t absent; /* a pattern: these must not stand there */
    bool exactly;    /* a pattern: no option beside those given (`options: {}`) */
    uint16_t mss;
    uint8_t wscale;
    uint32_t ts_val, ts_ecr;
    int64_t sack[8]; /* left and right edges, relative unless `absolute` */
    unsigned sack_count;
};

/* What a packet must look like; only what `given` names is compared. */
enum pattern_key {
    PATTERN_FROM = 1 << 0,
    PATTERN_TO = 1 << 1,
    PATTERN_LINK = 1 << 2,
    PATTERN_PROTO = 1 << 3,
    PATTERN_IS = 1 << 4,
    PATTERN_FLAGS = 1 << 5,
    PATTERN_SEQ = 1 << 6,
    PATTERN_ACK = 1 << 7,
    PATTERN_LEN = 1 << 8,
    PATTERN_WINDOW = 1 << 9,
    PATTERN_OPTIONS = 1 << 10,
    PATTERN_ABSOLUTE = 1 << 11,
    PATTERN_FLOW = 1 << 12,
    PATTERN_NTH = 1 << 13,
    PATTERN_AT = 1 << 14, /* the three of `exchange` */
    PATTERN_WITHIN = 1 << 15,
    PATTERN_LOST = 1 << 16,
    PATTERN_WITHOUT = 1 << 17,
    PATTERN_URGENT = 1 << 18,
};
struct pattern {
    uint32_t given;
    uint32_t from, to; /* nodes */
    uint32_t link[2];  /* nodes */
    const char *proto, *is, *flags, *without, *flow;
    int64_t seq, ack, len, window, urgent;
    struct tcp_options options;
    uint32_t nth; /* from 1 */
    sim_time at, within;
    bool lost;
    struct place place;
};

/* A token bucket of a router. */
struct scenario_bucket {
    struct pattern of;
    bool has_pattern;        /* else it means every packet */
    int64_t rate_bps, burst; /* bit/s; bytes */
    bool waits;              /* what is too much; else it is dropped */
    uint32_t room;           /* packets that may wait */
};

enum fault_kind {
    FAULT_DROP,
    FAULT_DELAY,
    FAULT_DUPLICATE,
    FAULT_CORRUPT,
    FAULT_CUT,
    FAULT_CRASH,
    FAULT_RESTART,
};
struct fault {
    enum fault_kind kind;
    struct pattern pattern; /* DROP, DELAY, DUPLICATE, CORRUPT */
    sim_time at;         /* DROP: where it dies, SIM_NEVER: half-way. CUT, CRASH, RESTART: when */
    sim_time by;         /* DELAY: by. DUPLICATE: after. CUT: for, SIM_NEVER: for good */
    int64_t bit;         /* CORRUPT: counted from the first bit of the packet; -1: drawn */
    uint32_t node[2];    /* CUT: both ends. CRASH, RESTART: [0] */
    const char **forget; /* RESTART, NULL-terminated */
    struct place place;
};

/* Figures of a node's RSVP process that a condition may name, as its variables are called. */
enum reserve_figure { RESERVE_PATHS, RESERVE_RESERVATIONS, RESERVE_RESERVED, RESERVE_FIGURES };
extern const char *const reserve_figures[RESERVE_FIGURES];

/* What must be true of one host; only what is given is compared. */
struct condition {
    uint32_t node;
    const char *state;       /* NULL: not given */
    const char *machine;     /* of which of several; NULL: the first that knows the state */
    const char *flow;        /* NULL: the newest */
    int64_t received, sent;  /* application bytes; -1: not given */
    int64_t retransmissions; /* -1: not given */
    int64_t reserve[RESERVE_FIGURES]; /* -1: not given */
    const struct pattern *packet;     /* a matching packet has arrived; NULL: not given */
    struct place place;
};

enum expect_kind {
    EXPECT_AT,
    EXPECT_EXCHANGE,
    EXPECT_COUNT,
    EXPECT_NONE,
    EXPECT_END,
    EXPECT_FIGURE,
    EXPECT_UNIQUE /* addresses */
};
struct expect {
    enum expect_kind kind;
    struct place place;
    sim_time at;                  /* AT */
    struct condition *conditions; /* AT: one. END: one a host */
    struct pattern *patterns;     /* EXCHANGE: in order. COUNT, NONE: one */
    uint32_t count;               /* of conditions or patterns */
    uint32_t only;                /* EXCHANGE: this node sends nothing else; NO_NODE: not said */
    int64_t equals, at_least, at_most; /* COUNT; -1: not given */
    sim_time from, until;              /* NONE; 0 and SIM_NEVER unless given */
    const char *figure, *flow; /* FIGURE: its name in the summary's flow; flow NULL: the only one */
    double figure_equals, figure_within, figure_at_least, figure_at_most; /* NAN: not given */
};

/* The socket calls that a script may make (SCENARIO.md, Verbs). */
enum verb {
    VERB_LISTEN,
    VERB_ACCEPT,
    VERB_CONNECT,
    VERB_SEND,
    VERB_READ,
    VERB_SHUTDOWN,
    VERB_CLOSE,
    VERB_ABORT,
    VERB_SET,
    VERB_INJECT,
    VERB_DHCP_START,
    VERB_DHCP_RENEW,
    VERB_DHCP_RELEASE,
    VERB_DHCP_INFORM,
    VERB_POWER_OFF, /* the faults crash and restart as calls */
    VERB_POWER_ON,
    VERB_COUNT,
};
enum shutdown_how { SHUTDOWN_READ, SHUTDOWN_WRITE, SHUTDOWN_BOTH };
/* A segment made by hand, sent by a raw host. */
struct hand_made {
    uint16_t port; /* own */
    uint32_t to_ip;
    uint16_t to_port;
    uint8_t flags;    /* wire/tcp.h's enum tcp_flag */
    int64_t seq, ack; /* relative to the two sides' initial numbers unless is_absolute */
    bool is_absolute, has_bad_checksum;
    uint32_t window, len, urgent;
    struct tcp_options options;
};
struct call {
    enum verb verb;
    struct hand_made inject; /* INJECT */
    const char *flow;        /* the connection it is for; NULL: the host's newest */
    const char *as;          /* CONNECT, ACCEPT, LISTEN: name of what it opens; NULL: none */
    uint16_t port;           /* LISTEN: where. CONNECT: own port, 0: the node chooses */
    uint32_t to_ip;          /* CONNECT */
    const char *to_name;     /* CONNECT: what is looked up in its place; NULL: nothing */
    uint16_t to_port;
    bool is_by_hand;       /* LISTEN: connections wait for `accept` */
    uint32_t backlog;      /* LISTEN; 0: not given */
    uint64_t bytes;        /* SEND: how many. READ: how many more, UINT64_MAX: without limit */
    const char *text;      /* SEND: real content, `bytes` long; NULL: a pattern */
    enum shutdown_how how; /* SHUTDOWN */
    struct settings set;   /* SET */
};
enum step_kind { STEP_AT, STEP_AFTER, STEP_WHEN };
struct step {
    enum step_kind kind;
    sim_time time;         /* AT: absolute. AFTER: since the step above ran */
    struct condition when; /* WHEN */
    uint32_t node;         /* whose call */
    struct call call;
    struct place place;
};

/* What a question of `lesson` asks, about the packet at whose sending it stops (`before`) or, as
 * that packet arrives (`after`), about what the host does that got it. */
enum ask { ASK_ACK, ASK_SEQ, ASK_FLAGS, ASK_NEXT, ASK_STATE, ASK_TIME, ASK_COUNT };
struct question {
    enum ask ask;
    bool is_after;
    struct pattern pattern; /* the first packet that matches, unless it says which */
    uint32_t of; /* STATE: whose; NO_NODE: the sender's (before), the receiver's (after) */
    struct place place;
};

struct framed; /* wire/framed.h */
struct scenario {
    struct arena arena;
    const char *file;              /* as given, "-" for standard input */
    const char *text;              /* the whole file, zero-terminated */
    const char *title[LANG_COUNT]; /* never NULL: the file's name if none is given */
    const char *about[LANG_COUNT]; /* never NULL, may be empty */
    uint64_t seed;
    sim_time stop; /* SIM_NEVER unless given (then at most 1 h: SCENARIO.md) */
    struct scenario_node *nodes;
    uint32_t node_count;
    struct scenario_link *links;
    uint32_t link_count;
    struct scenario_group *groups;
    uint32_t group_count;
    const struct framed *protocols; /* declared; in the arena */
    uint32_t protocol_count;
    struct scenario_traffic *traffic;
    uint32_t traffic_count;
    bool has_reservations; /* some flow's */
    struct fault *faults;
    uint32_t fault_count;
    struct step *steps;
    uint32_t step_count;
    struct expect *expects;
    uint32_t expect_count;
    struct question *questions;
    uint32_t question_count;
    const char **view_panels; /* `view: {panels: [stage, ladder]}`, NULL-terminated or NULL */
    double view_speed;        /* simulated seconds a second; 0: not given */
    const char *hidden;       /* what `hidden:` holds, a PATH=VALUE a line; NULL: nothing */
    struct place diagnosis;   /* where what is hidden is guessed at; line 0: nowhere */
};

/* groups.c; NULL: none. */
const struct scenario_group *group_of_ip(const struct scenario *sc, uint32_t ip);
const struct scenario_group *group_named(const struct scenario *sc, const char *name);
bool group_holds(const struct scenario_group *g, uint32_t node);
/* An instance of the flow's source, its params set, to be asked and freed; nothing was done with
 * it. */
void *traffic_sample(const struct scenario_traffic *t);

#define SCENARIO_STOP_DEFAULT (INT64_C(3600) * SIM_S)

/* What the reader may name: the registry's tables, both NULL-terminated lists. */
struct catalogue {
    const struct actor_type *const *actors;
    const struct traffic_type *const *traffic;
    uint32_t node_limit; /* nodes of a document; 0: DOC_NODE_LIMIT */
};
