#pragma once
/* The run as a story: caption steps, each a headline and a reason in words. A step is one instant
 * of one actor (or link) that has a reason: a packet sent for a reason, a loss, a timeout, a state
 * change, a refusal, the end of a transfer. Texts are templates of the catalogue in which {node},
 * {peer}, {pkt}, {pkt.FIELD}, {cause.pkt}, {var}… are looked up in the trace at that record. */

#include "trace/trace.h"

/* A field of a packet's header by name: wire/dissect.h's packet_field. Passed in, since the trace
 * knows no wire format. label: packet_label. is_relative: sequence numbers count from the initial
 * ones. */
struct story_wire {
    bool (*field)(const char *proto, struct bytes head, const char *field, int64_t *value);
    char *(*label)(const char *proto, struct bytes head, uint32_t body_len, char buf[24]);
    bool is_relative; /* sequence numbers are told as counted from the start of their side */
};

struct story_step {
    sim_time at;
    uint32_t record; /* the record that tells it */
    uint32_t packet; /* the subject, 0: none */
};
struct story {
    struct story_step *steps;
    uint32_t count;
};

void story_make(const struct trace *t, struct story *out); /* free with story_free */
void story_free(struct story *s);
/* Step in force at t: its index, UINT32_MAX before the first. */
uint32_t story_at(const struct story *s, sim_time at);

/* The packet that a record is about: its own, or the nearest of its causes; 0: none. */
uint32_t story_packet(const struct trace *t, uint32_t record);

/* Text in which a packet stands as \x01 ID \x02 (decimal id), to be drawn as a capsule or printed
 * as its label. Appended to out. */
void story_headline(const struct trace *t, const struct story_wire *wire, uint32_t record,
                    enum lang lang, struct buf *out);
void story_reason(const struct trace *t, const struct story_wire *wire, uint32_t record,
                  enum lang lang, struct buf *out); /* may append nothing */
const char *story_reference(const struct trace *t,
                            uint32_t record); /* "RFC 9293 §3.5"; NULL: none */
/* The same with packets printed as their labels. */
void story_plain(const struct trace *t, const struct story_wire *wire, struct bytes marked,
                 struct buf *out);

/* Figures as people write them: 300 ms, 1.5 kB, 10 Mbit/s; unit as in struct var ("ns", "B",
 * "bit/s", "" ...). At most three decimals for times. Returns buf. */
char *value_print(int64_t value, const char *unit, char buf[32]);
/* What a node is called in a sentence: the short last word of its label if no other node has it
 * ("A" of "Client A"), else the label. */
const char *node_short(const struct trace *t, uint32_t node, enum lang lang);
/* Templates put spaces around names, for names may be Latin; between two Chinese characters there
 * is none. Returns the new length of the `len` bytes; text between them moves up. */
size_t text_close_gaps(char *text, size_t len);
