#pragma once
/* What a class is not to read by accident: `hidden:` of a scenario. A seal keeps nobody out who
 * wants to get in; it keeps a fault from being seen by who looks at the file for something else. */

#include "base/bytes.h"

#include <stdbool.h>

/* Text as one word of letters, digits, `-` and `_`, appended to out. */
void seal_close(const char *text, struct buf *out);
/* The text of a seal, appended to out. False: it was not made so, or a letter of it was changed. */
bool seal_open(const char *sealed, struct buf *out);
