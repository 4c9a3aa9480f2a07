#pragma once
/* The chain of causes as lines of text: the inside of why.h. */

#include "export/text.h"

enum { CHAIN_LINKS = 12 };

/* Is a record worth a sentence of its own, and not only a link between two that are? */
bool chain_is_told(const struct trace *t, uint32_t record);
/* One record in a sentence, without its time. Appended. */
void chain_say(const struct trace *t, uint32_t record, enum lang lang, struct buf *out);
/* "  0.087341  SENTENCE", wrapped; its reason and RFC below it if asked for. */
void chain_print(const struct trace *t, uint32_t record, bool has_reason,
                 const struct text_options *o, FILE *out);
/* What led to a record, nearest first, up to the scenario. */
void chain_print_causes(const struct trace *t, uint32_t record, const struct text_options *o,
                        FILE *out);
/* The first link that it prints; 0: the scenario. */
uint32_t chain_next(const struct trace *t, uint32_t record);
