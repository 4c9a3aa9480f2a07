#pragma once
/* What a source of sound says: a tone of 440 Hz, as PCMU, PCMA and L16 write it. */

#include "base/bytes.h"

#define TONE_HZ 440

/* Appends one period of the stream, after which it begins again: whole samples, whole waves. False:
 * in that coding (an index of wire/payload.h) nobody here can write a tone. */
bool tone_period(int64_t codec, struct buf *out);
uint8_t tone_ulaw(int16_t sample); /* ITU-T G.711 */
uint8_t tone_alaw(int16_t sample);
