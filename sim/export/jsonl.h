#pragma once
/* The trace as JSON Lines: record n is line n, the header being line 0 (CLI.md). */

#include "export/json.h"
#include "trace/trace.h"

#include <stdio.h>

#define JSONL_FORMAT 1

/* The trace must have been kept. A write error stays in the FILE. */
void jsonl_write(const struct trace *t, FILE *out);
/* One record as an object, without the end of its line. */
void jsonl_record(const struct trace *t, uint32_t n, struct json *j);
