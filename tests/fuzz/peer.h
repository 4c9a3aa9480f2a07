#pragma once
/* The other end of the wire, moved by bytes: it sends packets of its own making, answers what it
 * heard by something like it, lets time pass and makes the host call its sockets. At the end the
 * trace must keep the invariants of every run. */

#include "fuzz/fuzz.h"

#include "run.h"
#include "scenario/model.h"
#include "wire/tcp.h"

enum { PEER_HEARD = 16, PEER_BYTES = 2048 };

struct peer {
    struct run *run;
    struct cursor c;
    const char *host;   /* whose sockets are called; NULL: nobody's */
    bool is_lan;        /* whole Ethernet frames are sent and heard */
    uint32_t ip, other; /* its own address, and the host's */
    uint64_t mac, other_mac;
    struct bytes heard; /* the last IPv4 packet or ARP message that came; empty: none yet */
    uint8_t bytes[PEER_BYTES];
    uint32_t seq, next; /* what it says next, and what it has heard up to (TCP) */
    uint16_t port, other_port;
    uint32_t xid; /* of the last DHCP message heard */
    struct buf made;
};

/* What only this target's peer says: appends to p->made a message of IP protocol `*protocol`
 * (0: p->made is a whole packet or frame already). */
typedef void (*peer_words)(struct peer *p, uint8_t *protocol);

struct peer_target {
    const char *scenario; /* its text */
    const char *host;
    bool is_lan;
    uint32_t ip, other;
    peer_words say;
};

void peer_play(const struct peer_target *target, const uint8_t *data, size_t size);
