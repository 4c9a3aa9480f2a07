#pragma once
/* How exporters look at a packet of the trace: its header wherever it stands, its name, its ends.
 */

#include "trace/story.h"
#include "trace/trace.h"
#include "wire/dissect.h"

struct look {
    const struct packet *packet;
    const char *proto;
    struct bytes head; /* of `proto` */
    uint32_t body_len;
    bool is_unreadable; /* a raw packet that no dissector understands: head is empty */
};
void look_at(const struct packet *p, struct look *out);

/* "DATA 3", "ACK 4", "SYN+ACK": its kind, and the number that its label has. buf holds 48 bytes. */
char *look_name(const struct look *l, char buf[48]);

#define LOOK_NUMBERS 100
/* " 1:1461 ack 1": the numbers of a format that counts bytes, relative to where each side began. A
 * bare acknowledgement shows what it acknowledges alone. */
void look_numbers(const struct look *look, char out[LOOK_NUMBERS]);
/* " sack 2921:4381,5841:7301": its SACK blocks, counted alike; "": it has none. */
void look_blocks(const struct look *look, char out[LOOK_NUMBERS]);

/* What became of a packet. */
enum outcome { OUTCOME_ARRIVED, OUTCOME_DROPPED, OUTCOME_UNDERWAY };
struct ending {
    enum outcome outcome;
    uint32_t node;     /* where it arrived (index into nodes) */
    uint32_t from, to; /* nodes of the hop it died or is on; of a drop at a node both are that */
    bool waited;       /* it never got onto that hop's wire */
    enum drop_class why;
    uint32_t record; /* ARRIVE or DROP, 0: under way */
};
/* A packet that reached the node it is for has arrived, whatever that made of it. */
void packet_ending(const struct trace *t, uint32_t packet, struct ending *out);

/* The packet with a flipped bit that left in place of this one before it got onto any link; 0:
 * none. */
uint32_t packet_replaced_by(const struct trace *t, uint32_t packet);

sim_time tx_end(const struct trace *t,
                const struct record *tx); /* of a TX record: last bit leaves */
/* Which of a link's two directions an entity is: 0 or 1. */
unsigned direction_which(const struct trace *t, uint32_t direction);
/* The name of the errno that an application was told, "ECONNREFUSED"; NULL: none. */
const char *call_error(const struct record *r);
const char *call_name(const struct trace *t, const struct record *r); /* never NULL */
/* As a ladder says it: the name, of a `set` with its value ("set mss: 500 B"). */
void call_print(const struct trace *t, const struct record *r, struct buf *out);

/* How the story looks at headers, and its sentence with each packet by its name. */
extern const struct story_wire look_wire;
void look_named(const struct trace *t, const char *marked, struct buf *out);
