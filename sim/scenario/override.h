#pragma once
/* `--set PATH=VALUE`: puts a value into the document before it is checked. */

#include "scenario/doc.h"
#include "scenario/read.h"

/* PATH is keys and item numbers (from 0) joined by dots. The last key may be new. Names of keys may
 * hold no dot. VALUE is YAML: `5 %`, `[a, b]`, `{every: 10}`. False: err says what was not found.
 */
bool override_apply(struct doc *doc, struct arena *arena, const struct override *sets,
                    uint32_t set_count, struct err *err);
