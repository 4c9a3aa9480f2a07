#pragma once
/* Causes in words: why a packet was sent, and where two runs part. The sentences are the story's
 * (trace/story.h); what it has none for is told by name and value. */

#include "export/text.h"

/* The packet that a person means: "#42", its id; "client SYN 2", the second SYN that `client` sent;
 * "DATA 3", by the name that the ladder prints, else the third DATA; "DATA 2921:4381", as the
 * ladder numbers it; the node and the number may be left out. 0: none; *near is then the kind that
 * was probably meant (may be NULL). */
uint32_t packet_by_words(const struct trace *t, const char *words, const char **near);
/* "SYN, SYN+ACK, ACK": the kinds of packets in a run, in the order they first appear. */
void packet_kinds(const struct trace *t, struct buf *out);

/* The packet's sending, and the chain of what led to it, nearest first, with what came of it. At
 * most `o->is_whole ? all : 12` links. The traces must have been kept. */
void text_why(const struct trace *t, uint32_t packet, const struct text_options *o, FILE *out);

/* Where two runs first differ: what happened in each, why, and which figures came out otherwise.
 * Returns whether they differ. */
bool text_diff(const struct trace *a, const struct trace *b, const struct text_options *o,
               FILE *out);
