#pragma once
/* Sequence numbers as the views write them: as they stand on the wire, or counted from the start of
 * their side (key R). */

#include "ui/view/view.h"

/* Numbers of the run are so long that a reader is better served by relative ones. */
bool numbers_are_long(const struct trace *t);
/* What a packet is told apart by, beside its label: a SYN's or FIN's number, the number that an
 * acknowledgement names, the length of data; of RSVP whom the flow is for. buf; empty: nothing. */
const char *numbers_extra(const struct scene *s, uint32_t packet, char buf[24]);
/* The lines above a packet on the stage ("seq 5000", "ack 1001"); returns how many, at most 2. */
unsigned numbers_lines(const struct ui *ui, const struct scene *s, uint32_t packet,
                       char lines[2][48]);
/* "286844930:286846390 (4381:5841)": a SACK block, and counted from where its side began. */
const char *numbers_block_note(const struct packet *p, const char *text, char buf[48]);
/* What a field of the packet's header means in words: "1000 + 1", "B's first number". buf; empty:
 * nothing. */
const char *numbers_note(const struct ui *ui, const struct scene *s, const struct packet *p,
                         const char *field, char buf[48]);
