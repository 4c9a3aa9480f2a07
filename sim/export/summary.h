#pragma once
/* The figures of a run as one JSON object (CLI.md). */

#include "export/json.h"
#include "trace/trace.h"

/* A line. wall_ns < 0: without it, as in the trace, where no clock but the run's has a place. */
void summary_write(const struct trace *t, int64_t wall_ns, FILE *out);
/* reason, events, flows and links, as fields of an object that is open. */
void summary_fields(const struct trace *t, struct json *j);
