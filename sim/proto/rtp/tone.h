#pragma once
/* What a source of sound says: a pure tone, as PCMU, PCMA and L16 write it. */

#include "base/bytes.h"

#define TONE_HZ 440 /* unless something else is asked for */

/* Appends one period of the stream, after which it begins again: whole samples, whole waves of `hz`
 * (1 up to half the rate). False: in that coding (an index of wire/payload.h) nobody here can write
 * a tone. */
bool tone_period(int64_t codec, int64_t hz, struct buf *out);
