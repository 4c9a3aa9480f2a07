#pragma once
/* The summary's figures as a flat list, for tables: a name is the summary's keys joined by dots
 * behind the flow's name or the direction's ("a>b"), a unit stands beside it. */

#include "trace/trace.h"

typedef void (*flat_each)(void *context, const char *name, const char *unit, const char *value);

/* In the order of the summary. What nobody could measure is left out; of drops the sum is told
 * always, a cause only if it happened. Of two flows of one name the second is called NAME#2. */
void flat_figures(const struct trace *t, flat_each each, void *context);
