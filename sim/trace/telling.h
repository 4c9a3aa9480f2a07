#pragma once
/* Filling a template of the catalogue from the trace as it stood at a record. */

#include "trace/fate.h"
#include "trace/story.h"

/* What a template is filled from. */
struct telling {
    const struct trace *t;
    const struct story_wire *wire;
    uint32_t n; /* record */
    const struct record *r;
    enum lang lang;
    uint32_t packet, cause_packet; /* 0: none */
    struct fate fate; /* of the copy before, if the packet (or its cause) is sent again */
    struct buf *out;
};

uint32_t packet_copy_before(const struct trace *t, uint32_t packet); /* 0: it is the first */
const struct flow *telling_flow(const struct telling *k);            /* NULL: none */
/* The DELIVER of the same occasion in which something was wrong; NULL: none. */
const struct record *telling_fault(const struct telling *k);
/* The how manieth of this actor's packets in a row that say the same acknowledgement number for the
 * same reason; 0: the packet has none. */
unsigned telling_repeats(const struct telling *k);
/* Appends `text` with its {names} replaced; an unknown name stays as it stands. */
void telling_expand(struct telling *k, const char *text);
/* What a record without a reason of its own is told by: "send", "drop.loss", "forward", "cut" … */
const char *story_kind_key(const struct trace *t, const struct record *r, char buf[48]);
