#pragma once
/* The two codings of ITU-T G.711: samples of 16 bits, 8000 a second, to a byte each and back. */

#include <stdbool.h>
#include <stdint.h>

uint8_t g711_ulaw(int16_t sample);
uint8_t g711_alaw(int16_t sample);
int16_t g711_from_ulaw(uint8_t code);
int16_t g711_from_alaw(uint8_t code);

/* By the coding's index in wire/payload.h. */
bool g711_is(int64_t codec);
uint8_t g711_code(int64_t codec, int16_t sample);
int16_t g711_sample(int64_t codec, uint8_t code);
