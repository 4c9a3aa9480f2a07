/* Appendix B of A2DP. A frame is SYNC 8 | sampling 2 | blocks 2 | mode 2 | allocation 1 | subbands
 * 1 | bitpool 8 | check 8 | join flags | scale factors of four bits | samples. */
#include "wire/sbc.h"

enum { SYNC = 0x9c, HEADER = 4, CHECK_AT = 3, POLYNOMIAL = 0x1d, START = 0x0f };

void sbc_info_write(const struct sbc_info *i, uint8_t out[SBC_INFO])
{
    out[0] = (uint8_t)(i->samplings << 4 | i->modes);
    out[1] = (uint8_t)(i->blocks << 4 | i->subbands << 2 | i->allocations);
    out[2] = i->bitpool_least;
    out[3] = i->bitpool_most;
}

void sbc_info_read(const uint8_t in[SBC_INFO], struct sbc_info *out)
{
    *out = (struct sbc_info){.samplings = in[0] >> 4,
                             .modes = in[0] & 15,
                             .blocks = in[1] >> 4,
                             .subbands = in[1] >> 2 & 3,
                             .allocations = in[1] & 3,
                             .bitpool_least = in[2],
                             .bitpool_most = in[3]};
}

/* The place of the only bit of a set of four, counted from the highest; -1: not exactly one. */
static int place_of(unsigned set, int width)
{
    for (int i = 0; i < width; i++) {
        if (set == 1u << (width - 1 - i)) {
            return i;
        }
    }
    return -1;
}

static const uint32_t samplings[] = {16000, 32000, 44100, 48000};

uint8_t sbc_sampling_bit(uint32_t hz)
{
    for (unsigned i = 0; i < 4; i++) {
        if (samplings[i] == hz) {
            return (uint8_t)(8u >> i);
        }
    }
    return 0;
}

bool sbc_of(const struct sbc_info *i, struct sbc *out)
{
    int sampling = place_of(i->samplings, 4), mode = place_of(i->modes, 4);
    int blocks = place_of(i->blocks, 4), subbands = place_of(i->subbands, 2);
    int allocation = place_of(i->allocations, 2);
    if (sampling < 0 || mode < 0 || blocks < 0 || subbands < 0 || allocation < 0) {
        return false;
    }
    *out = (struct sbc){.sampling = samplings[sampling],
                        .mode = (enum sbc_mode)mode,
                        .blocks = 4 + 4 * (unsigned)blocks,
                        .subbands = 4 + 4 * (unsigned)subbands,
                        .bitpool = i->bitpool_most,
                        .by_snr = allocation == 0};
    return true;
}

static unsigned channels(const struct sbc *s)
{
    return s->mode == SBC_MONO ? 1 : 2;
}

/* Each channel of mono and dual has the bitpool for itself. */
static unsigned sample_bits(const struct sbc *s)
{
    unsigned bits = s->blocks * s->bitpool;
    return s->mode == SBC_DUAL ? 2 * bits : bits;
}

static unsigned join_bits(const struct sbc *s)
{
    return s->mode == SBC_JOINT ? s->subbands : 0;
}

uint32_t sbc_frame_bytes(const struct sbc *s)
{
    return HEADER + 4 * s->subbands * channels(s) / 8 + (join_bits(s) + sample_bits(s) + 7) / 8;
}

uint32_t sbc_frame_samples(const struct sbc *s)
{
    return s->blocks * s->subbands;
}

/* D^8 + D^4 + D^3 + D^2 + 1 over so many bits, the highest of a byte first. */
static uint8_t check_on(uint8_t reg, const uint8_t *data, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++) {
        unsigned feeds = (reg >> 7 ^ data[i / 8] >> (7 - i % 8)) & 1;
        reg = (uint8_t)(reg << 1 ^ (feeds ? POLYNOMIAL : 0));
    }
    return reg;
}

uint8_t sbc_check(const uint8_t *frame, unsigned side)
{
    return check_on(check_on(START, frame + 1, 16), frame + HEADER, side);
}

static unsigned side_bits(const struct sbc *s)
{
    return join_bits(s) + 4 * s->subbands * channels(s);
}

/* Scale factors of zero, and samples in the middle of their range: nobody hears anything. */
void sbc_add_frame(const struct sbc *s, struct buf *out)
{
    uint32_t len = sbc_frame_bytes(s);
    uint8_t *f = buf_extend(out, len);
    unsigned sampling = 0;
    while (sampling < 3 && samplings[sampling] != s->sampling) {
        sampling++;
    }
    f[0] = SYNC;
    f[1] = (uint8_t)(sampling << 6 | (s->blocks / 4 - 1) << 4 | (unsigned)s->mode << 2 |
                     (unsigned)s->by_snr << 1 | (s->subbands == 8));
    f[2] = (uint8_t)s->bitpool;
    for (uint32_t i = HEADER; i < len; i++) {
        f[i] = 0;
    }
    f[CHECK_AT] = sbc_check(f, side_bits(s));
}

uint8_t sbc_payload_header(unsigned frames)
{
    return (uint8_t)(frames & 15);
}

bool sbc_frame_read(struct bytes frame, struct sbc *out)
{
    if (frame.len < HEADER || frame.data[0] != SYNC) {
        return false;
    }
    unsigned b = frame.data[1];
    *out = (struct sbc){.sampling = samplings[b >> 6],
                        .mode = (enum sbc_mode)(b >> 2 & 3),
                        .blocks = 4 + 4 * (b >> 4 & 3),
                        .subbands = b & 1 ? 8 : 4,
                        .bitpool = frame.data[2],
                        .by_snr = b >> 1 & 1};
    return frame.len >= sbc_frame_bytes(out) &&
           sbc_check(frame.data, side_bits(out)) == frame.data[CHECK_AT];
}
