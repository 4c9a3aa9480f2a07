#pragma once
/* Quantities and counted things in words, for people: three or four digits and a unit. Exact
 * figures stand in the trace and the summary. */

#include "base/bytes.h"
#include "base/simtime.h"
#include "base/words.h"

void say_time(struct buf *out, sim_time t);       /* "300 ms", "1.25 s", "12.5 µs" */
void say_bytes(struct buf *out, uint64_t n);      /* "1000 B", "12.3 kB" */
void say_rate(struct buf *out, double bps);       /* "79.4 kbit/s" */
void say_bits(struct buf *out, double bits);      /* "10 kbit" */
void say_percent(struct buf *out, double of_one); /* "12.34 %" */
void say_value(struct buf *out, int64_t value, const char *unit); /* of a variable */
/* A template of the catalogue with pairs (name, value) ended by NULL, like err_add. */
void say(struct buf *out, enum lang lang, const char *key, ...) __attribute__((sentinel));
/* The template KEY with {n}; KEY.one if there is one and n is 1. */
void say_count(struct buf *out, enum lang lang, const char *key, uint64_t n);
