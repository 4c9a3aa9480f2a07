#pragma once
/* The first bytes of packets, made once for all the places where a capture sees them: between two
 * of them little else is captured, so that a small table remembers enough. */

#include "base/bytes.h"

enum { STARTS_BYTES = 118 }; /* what is remembered of a packet at most */

struct start;
struct starts {
    struct start *places; /* by the low bits of the packet's id; NULL: nothing is remembered */
    uint32_t keep;        /* bytes of each packet */
};

/* For a capture that keeps so many bytes of each packet. More than STARTS_BYTES: nothing is
 * remembered. */
struct starts starts_new(uint32_t keep);
void starts_free(struct starts *s);

/* What starts_put was given last for that packet, its first `keep` bytes if it was longer; empty:
 * it was forgotten, or that was another hop, which has a number of its own. Borrowed until the next
 * starts_put. */
struct bytes starts_get(const struct starts *s, uint32_t packet, uint32_t hop);
void starts_put(struct starts *s, uint32_t packet, uint32_t hop, struct bytes bytes);
