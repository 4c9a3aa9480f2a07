/* Samples in integers, so that every machine writes the same bytes: a sine by a parabola of fifth
 * degree, right to a thousandth, which is finer than the eight bits of G.711. */
#include "proto/rtp/tone.h"

#include "proto/rtp/g711.h"
#include "wire/payload.h"

#define AMPLITUDE 8000 /* of 32767: as loud as speech */
#define ONE       (INT64_C(1) << 20)

/* sin(pi/2 * x / ONE) of -ONE <= x <= ONE, scaled by ONE: x (a - x² (b - x² c)) with a = pi/2,
 * b = pi - 5/2, c = pi/2 - 3/2, which meets value and slope at 0 and at 1. */
static int64_t sine_quarter(int64_t x)
{
    const int64_t a = 1647099, b = 672760, c = 74235;
    int64_t square = x * x / ONE;
    return x * (a - square * (b - square * c / ONE) / ONE) / ONE;
}

/* Of sample n out of `waves` whole waves in `samples` samples. */
static int16_t sample_of(int64_t n, int64_t waves, int64_t samples)
{
    int64_t quarters = n * waves % samples * 4 * ONE / samples; /* 0 .. 4 ONE */
    int64_t x = quarters <= ONE       ? quarters
                : quarters <= 3 * ONE ? 2 * ONE - quarters
                                      : quarters - 4 * ONE;
    return (int16_t)(sine_quarter(x) * AMPLITUDE / ONE);
}

static int64_t divisor(int64_t a, int64_t b)
{
    return b == 0 ? a : divisor(b, a % b);
}

bool tone_period(int64_t codec, int64_t hz, struct buf *out)
{
    if (codec != PAYLOAD_PCMU && codec != PAYLOAD_PCMA && codec != PAYLOAD_L16) {
        return false;
    }
    int64_t rate = payload_formats[codec].rate, common = divisor(rate, hz);
    for (int64_t n = 0; n < rate / common; n++) {
        int16_t sample = sample_of(n, hz / common, rate / common);
        if (codec == PAYLOAD_L16) {
            buf_char(out, (char)(sample >> 8));
            buf_char(out, (char)sample);
        } else {
            buf_char(out, (char)(codec == PAYLOAD_PCMU ? g711_ulaw(sample) : g711_alaw(sample)));
        }
    }
    return true;
}
