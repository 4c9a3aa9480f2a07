#pragma once
/* What an actor that serves its node says to it, and what the node says to that actor. Down: an
 * IN_REQUEST to the actor. Up: fx_indicate(0, ...) of an actor with nobody above, which the node
 * takes itself. Either way head is the bytes of a struct. */

#include "actor/actor.h"

enum node_call {
    /* Down, to ARP. */
    NODE_INTERFACE = 0x3001, /* struct node_interface: an interface is there, or has changed */
    NODE_RESOLVE,            /* struct node_neighbour: whose is this address? */
    NODE_PROBE,              /* struct node_probe, from another actor: is this address in use? */
    NODE_RESERVE,   /* struct node_neighbour, to a DHCP server: this one gets that address */
    NODE_SUBNET,    /* struct node_subnet, to a DHCP server: it lends there too, through a relay */
    NODE_RESTORE,   /* to an actor that keeps something on disk: the bytes that it kept */
    NODE_TRANSLATE, /* struct node_translate, to address translation: a packet is to pass */
    NODE_BUCKET,    /* struct node_bucket, to a token bucket: how it is */
    NODE_PASS,      /* struct node_passage, to a token bucket: a packet of so many bytes is there */
    NODE_NAME,      /* struct node_name, to a name server: it has that one, too */
    NODE_LOOK_UP,   /* the zero-terminated name, to a resolver */
    NODE_SENDER,    /* struct node_reserve, to RSVP: a flow begins, or ends here */
    NODE_RECEIVER,  /* struct node_reserve, to RSVP: it is to be reserved, or no longer */
    NODE_WAYS_ARE,  /* struct node_ways, to RSVP: what it asked */
    /* Up. */
    NODE_NEIGHBOUR,  /* struct node_neighbour: to the node; mac 0: nobody answered */
    NODE_PROBED,     /* struct node_neighbour: to who asked; mac 0: it is free */
    NODE_ADDRESS,    /* struct node_interface: this is my address now; ip 0: I have none */
    NODE_GATEWAY,    /* struct node_neighbour: my way out; ip 0: none */
    NODE_PASSED,     /* struct node_passage: what becomes of it, or of the first that waits */
    NODE_TRANSLATED, /* struct node_translate: with the addresses that it has from now on */
    NODE_WAYS,       /* struct node_ways: by which interfaces does one go there? */
    NODE_SHARE,      /* struct node_share: a flow's own share of an interface, or its end */
    NODE_LOOKED_UP,  /* struct node_found: what a resolver has learnt */
};

/* What a script asks of a host's DHCP client, also what the node itself asks at its start. */
enum lease_call {
    LEASE_START = CODE_OWN, /* struct node_interface: ip is the address it had before, 0: none */
    LEASE_RENEW,
    LEASE_RELEASE,
    LEASE_INFORM, /* struct node_interface: its own address */
};

struct node_neighbour {
    sim_time until; /* NEIGHBOUR: how long the answer may be trusted */
    uint64_t mac;
    uint32_t ip;
    uint16_t iface;
};

struct node_subnet {
    uint32_t network, first, last; /* first, last: the pool */
    uint32_t router;               /* 0: none is told */
    uint8_t prefix;
};

/* A flow as its token bucket describes it (RFC 2215): bytes a second, bytes. */
struct node_bucket_spec {
    int64_t rate, bucket, peak; /* peak INT64_MAX: no limit */
    uint32_t min_unit, max_packet;
};

/* A flow for which something is reserved; of a receiver with what it asks for. */
struct node_reserve {
    struct addr from, to; /* the sender's, the session's */
    struct node_bucket_spec spec;
    int64_t reserved; /* guaranteed: bytes a second; 0: controlled load */
    uint32_t slack_us;
    uint8_t protocol; /* of IP */
    uint8_t style;    /* wire/rsvp.h */
    bool confirms;    /* it wants to be told that the reservation stands */
    bool is_over;
};

enum { NODE_WAYS_MAX = 64, NODE_SHARE_SENDERS = 64 };
struct node_ways {
    uint32_t number; /* whose question: given back */
    uint32_t from, to;
    bool is_end;       /* the node is it, or a member of it */
    uint32_t count;    /* of ways */
    uint32_t left_out; /* of which there is no room */
    struct node_one_way {
        int64_t rate_bps; /* 0: no limit */
        sim_time delay;
        uint32_t ip, mtu; /* own address there */
        uint16_t iface;
    } list[NODE_WAYS_MAX];
};

/* Packets of that flow go before all others there, as long as they keep to their bucket. */
struct node_share {
    uint32_t number; /* the node's name for it: an earlier one of that number is replaced */
    uint16_t iface;
    uint8_t protocol;
    bool is_over;
    struct addr to, from[NODE_SHARE_SENDERS];
    uint32_t from_count; /* 0: any sender */
    struct node_bucket_spec spec;
};

struct node_name {
    uint32_t ip;
    char name[254]; /* zero-terminated */
};

struct node_found {
    uint32_t ip;
    uint32_t error; /* enum errno_code; 0: ip is the address */
};

struct node_probe {
    sim_time wait;  /* after each probe */
    uint32_t count; /* of probes */
    uint32_t ip;
    uint16_t iface;
};

struct node_interface {
    uint64_t mac;
    uint32_t ip; /* 0: none yet */
    uint16_t iface;
    uint8_t prefix;
    bool is_new; /* the address was just taken: tell the neighbours */
};

struct node_bucket {
    int64_t rate_bps, burst; /* bit/s; bytes */
    uint32_t room;           /* packets that may wait, at least 1 */
    uint32_t number;         /* the node's own affair: given back in each node_passage */
    bool waits;              /* what is too much waits; else it is dropped */
};
enum node_verdict { VERDICT_PASS, VERDICT_DROP, VERDICT_WAIT, VERDICT_RELEASE };
struct node_passage {
    uint32_t number, bytes;
    enum node_verdict verdict;
};

/* A packet before and after its translation. Of an ICMP error the ends are those of the packet that
 * it quotes, turned round: as if that had come from where it was going. */
struct node_translate {
    struct addr from, to;
    uint32_t packet, cause; /* the node's own affair: given back as they were */
    uint8_t ttl;
    uint8_t protocol;    /* of IP */
    uint8_t flags;       /* of TCP */
    bool is_inbound;     /* it is for the address outside */
    bool is_from_inside; /* with is_inbound: it turns back */
    bool is_error;       /* an ICMP error: it begins nothing */
    bool is_good;        /* back: it may pass */
};
