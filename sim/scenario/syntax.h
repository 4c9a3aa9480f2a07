#pragma once
/* What is wrong with a text before it is a document: characters that no text holds, and the YAML
 * parser's complaints in words that a student can act on. */

#include "scenario/doc.h"

/* Fills lines and line_count. */
/* False: the text is larger than any scenario in some way (DOC_…_LIMIT); told. */
bool syntax_check_size(const struct doc *d, struct err *err);
void syntax_find_lines(struct doc *d, struct arena *arena);
/* False, with an error: a NUL byte, a control character, or bytes that are no UTF-8. */
bool syntax_check_characters(const struct doc *d, struct arena *arena, struct err *err);
/* Adds the error for what the parser said of this place. */
void syntax_error(const struct doc *d, struct arena *arena, uint32_t line, uint32_t column,
                  const char *said, struct err *err);

/* The first full-width punctuation mark of a text (`：`, `，`, an ideographic space …), NULL: none.
 * It looks like YAML's own and is not. */
const char *full_width_in(const char *text);
