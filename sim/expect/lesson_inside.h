#pragma once
/* The inside of lessons: finding what is asked about, and what else could be answered. */

#include "expect/judge.h"
#include "expect/lesson.h"

struct asking {
    struct judge judge; /* sc NULL for a quiz */
    struct arena *arena;
    uint64_t seed;
};

/* Fills q from a moment: BEFORE: the SEND record of a packet. AFTER: an ARRIVE record. `number`
 * tells questions of one lesson apart. Sets q->fault if it has no answer. */
void question_fill(struct asking *a, struct lesson_question *q, uint32_t record, uint32_t number);
/* The options, once packet, node, reveal and the answering packet are known. */
void options_fill(struct asking *a, struct lesson_question *q, uint32_t answer, uint32_t number);
/* The endpoint whose state is asked, and which of its machines; 0: the host has none. */
uint32_t question_machine(const struct trace *t, const struct lesson_question *q,
                          unsigned *machine);
/* What is known of a packet, for its numbers. */
struct packet_facts lesson_facts(const struct trace *t, uint32_t packet);
bool has_flags(const struct trace *t, uint32_t packet); /* a segment of TCP */
