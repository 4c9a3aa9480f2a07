#pragma once
/* The index of a finished trace: which records speak of a packet, of a subject (a state machine, a
 * variable, a timer, an item), or were caused by a record. Lists of record numbers, ascending, all
 * in one array a kind (compressed rows), made in two passes over the records. */

#include "trace/trace.h"

struct trace_index;
struct trace_index *index_new(const struct trace *t);
void index_free(struct trace_index *x); /* NULL is fine */
