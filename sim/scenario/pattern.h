#pragma once
/* Does a packet look like a pattern says? The same answer for faults and expectations. Pure: who
 * counts (`nth`), looks at the clock (`at`, `within`) or at a packet's fate (`lost`) does so
 * himself, with the packets that match here.
 *
 * When to ask. A pattern with `link` is about a packet that is offered to that link, in either
 * direction; one without is asked once for each packet, when it is sent. A packet made by
 * corruption, duplication, fragmentation or NAT (packet.parent != 0) is not what a pattern means;
 * but `is: FRAGMENT` means fragments, and a pattern with `link` what NAT has made, since beyond the
 * router nothing else of that packet is there. */

#include "base/bytes.h"
#include "scenario/model.h"

/* What is known of a packet when it is compared; borrowed for the call. */
struct packet_facts {
    uint32_t from, to; /* nodes it was born on and is addressed to; NO_NODE: none has the address */
    uint32_t link[2];  /* nodes at the ends of the link it is offered to; NO_NODE: of no interest */
    const char *proto; /* wire format, as dissect.h calls it */
    struct bytes head; /* its header */
    uint32_t body_len; /* payload */
    const char *flow;  /* name; NULL: none */
    uint32_t seq_base; /* numbers of patterns count from here unless `absolute` (the ISN of the */
    uint32_t ack_base; /* side that sends, and of the other side); 0 where numbers are absolute */
};

/* The number that a pattern calls `field` ("seq", "ack"): an ARQ frame has one of the two. False:
 * the packet has none. */
bool packet_number(const struct packet_facts *f, const char *field, int64_t *value);
bool pattern_may_mean(const struct pattern *p, const struct packet *packet);
bool pattern_matches(const struct pattern *p, const struct packet_facts *facts);
