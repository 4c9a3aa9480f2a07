#pragma once
/* What applications say, and which bytes of which packet hold it. A talk is what one flow says
 * between two nodes; in it each question stands with its answers. */

#include "trace/trace.h"

/* Part of a message in a packet. Bytes count from 0; `to` is the first that is no more in it. */
struct talk_piece {
    uint32_t message, packet;
    uint32_t from, to; /* bytes of the message */
    uint32_t at;       /* of the packet's body: where they begin */
    bool is_again;     /* the packet was sent again */
};

struct talk_message {
    char name[LANG_COUNT][64];
    uint32_t talk;
    unsigned side;               /* of the talk's two nodes: who says it */
    uint32_t bytes;              /* how long it is */
    uint32_t answers;            /* message, UINT32_MAX: none */
    uint32_t root;               /* the first question of its exchange; itself: it is one */
    uint32_t next;               /* message of that exchange, UINT32_MAX: it is the last */
    sim_time sent, received;     /* SIM_NEVER: not received whole */
    uint32_t first, piece_count; /* pieces */
    uint32_t number;             /* of the trace; 0: a datagram that is a message by itself */
};

struct talk {
    uint32_t flow;
    uint32_t node[2];
    uint32_t count; /* messages */
};

struct talks {
    struct talk_message *messages; /* ascending by sent; people count them from 1 */
    struct talk_piece *pieces;     /* those of a message together, ascending by packet */
    uint32_t *by_packet;           /* pieces, ascending by packet, then by message */
    struct talk *talks;
    uint32_t message_count, piece_count, talk_count;
};

void talks_make(struct talks *k, const struct trace *t);
void talks_free(struct talks *k);
/* The first entry of by_packet that tells of this packet, and how many do. */
uint32_t talks_of_packet(const struct talks *k, uint32_t packet, uint32_t *count);
/* A byte of the message lies in the packet. */
bool talks_carries(const struct talks *k, uint32_t packet, uint32_t message);
