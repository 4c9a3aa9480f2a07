#pragma once
/* Words that the printer and the reader of the notation share. */

#include "wire/icmp.h"
#include "wire/notation.h"

enum { FLAG_COUNT = 8 };
struct flag_letter {
    char letter;
    uint8_t bit;
};
extern const struct flag_letter flag_letters[FLAG_COUNT]; /* in the order of printing */
extern const char *const arq_words[ARQ_NAK + 1];          /* by enum arq_kind */
extern const char *const code_words[ICMP_PORT + 1];       /* codes of ICMP_UNREACHABLE */
