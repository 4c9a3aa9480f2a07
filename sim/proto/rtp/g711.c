/* ITU-T G.711 by its bits: a code of eight says a sample of sixteen to within a part in thirty. */
#include "proto/rtp/g711.h"

#include "wire/payload.h"

#define BIAS 132 /* puts the first of mu-law's eight pieces where the others are */

/* Sign, three bits of exponent, four of mantissa, all inverted. */
uint8_t g711_ulaw(int16_t sample)
{
    enum { CLIP = 32635 };
    int size = sample < 0 ? -(int)sample : sample, exponent = 7;
    size = (size > CLIP ? CLIP : size) + BIAS;
    while (exponent > 0 && !(size & 128 << exponent)) {
        exponent--;
    }
    int mantissa = size >> (exponent + 3) & 15;
    return (uint8_t) ~((sample < 0 ? 128 : 0) | exponent << 4 | mantissa);
}

/* The same with a straight piece at zero; every other bit is inverted. */
uint8_t g711_alaw(int16_t sample)
{
    int size = sample < 0 ? -(int)sample - 1 : sample, exponent = 7;
    while (exponent > 0 && !(size & 128 << exponent)) {
        exponent--;
    }
    int mantissa = size >> (exponent ? exponent + 3 : 4) & 15;
    return (uint8_t)(((sample < 0 ? 0 : 128) | exponent << 4 | mantissa) ^ 0x55);
}

int16_t g711_from_ulaw(uint8_t code)
{
    unsigned c = (uint8_t)~code;
    int size = (int)(((c & 15) << 3) + BIAS) << (c >> 4 & 7);
    return (int16_t)(c & 128 ? BIAS - size : size - BIAS);
}

/* Half a step above the least sample that has the code. */
int16_t g711_from_alaw(uint8_t code)
{
    unsigned c = code ^ 0x55u, exponent = c >> 4 & 7;
    int size = (int)(((c & 15) << 4) + 8 + (exponent ? 256 : 0));
    size = exponent > 1 ? size << (exponent - 1) : size;
    return (int16_t)(c & 128 ? size : -size);
}

bool g711_is(int64_t codec)
{
    return codec == PAYLOAD_PCMU || codec == PAYLOAD_PCMA;
}

uint8_t g711_code(int64_t codec, int16_t sample)
{
    return codec == PAYLOAD_PCMA ? g711_alaw(sample) : g711_ulaw(sample);
}

int16_t g711_sample(int64_t codec, uint8_t code)
{
    return codec == PAYLOAD_PCMA ? g711_from_alaw(code) : g711_from_ulaw(code);
}
