#pragma once
/* The RTP sessions that a capture holds: where media goes to, and which datagrams belong to it. A
 * datagram counts as RTP by what it looks like, once a second one of its source follows it in
 * order; RTCP goes to the next port, or to the same (RFC 5761). */

#include "export/pcapng_read.h"

#include "base/map.h"
#include "base/net.h"

/* A UDP datagram of the capture. */
struct datagram {
    sim_time at;
    uint32_t iface;
    struct addr from, to;
    struct bytes payload; /* of the file */
};

/* What goes to one address and port. */
struct media_session {
    struct addr to, from; /* from: the first source's */
    uint32_t ssrc;        /* the first source's */
    uint8_t payload_type; /* of its first packet */
    uint32_t packets, reports, sources;
    uint32_t first; /* datagram */
    uint32_t iface; /* the one nearest to the receiver: it saw the first packet last */
};

struct sessions {
    struct datagram *datagrams; /* in the file's order; owned */
    uint32_t datagram_count, datagram_cap;
    struct media_session *list; /* in the order of their first packets; owned */
    uint32_t count, cap;
    uint32_t fragments; /* pieces of datagrams, which are left out */
    uint32_t cut;       /* datagrams that were not kept whole, which are left out too */
    struct map places;  /* address and port -> 1 + index of the session */
};

/* Reads the whole capture. False: reader->wrong says what is wrong with it. */
bool sessions_read(struct sessions *s, struct capture_reader *reader);
void sessions_free(struct sessions *s);
/* Does the datagram belong to the session, and stand on that interface? */
bool session_has(const struct media_session *m, uint32_t iface, const struct datagram *d);
bool datagram_is_report(const struct datagram *d); /* RTCP, by its second byte (RFC 5761 4) */
