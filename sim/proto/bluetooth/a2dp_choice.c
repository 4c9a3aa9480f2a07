/* What a source asks for: first, if it insists, what it would like; else what both can, as near to
 * that as may be. */
#include "proto/bluetooth/a2dp_source.h"

static const uint32_t samplings[] = {44100, 48000, 32000, 16000}; /* the order of its choices */

static uint8_t wished_sampling(const struct a2dp_source *s)
{
    return sbc_sampling_bit(samplings[s->sampling]);
}

/* What both can, as near as may be to what is wished for. */
static uint8_t common_sampling(const struct a2dp_source *s)
{
    if (wished_sampling(s) & s->offer.samplings) {
        return wished_sampling(s);
    }
    for (unsigned i = 0; i < 4; i++) {
        if (sbc_sampling_bit(samplings[i]) & s->offer.samplings) {
            return sbc_sampling_bit(samplings[i]);
        }
    }
    return 0;
}

static bool insists(const struct a2dp_source *s)
{
    return s->insists && s->refusals == 0;
}

static struct sbc_info choose_sbc(const struct a2dp_source *s)
{
    uint8_t most = (uint8_t)s->bitpool;
    if (!insists(s) && s->offer.bitpool_most < most) {
        most = s->offer.bitpool_most;
    }
    return (struct sbc_info){.samplings = insists(s) ? wished_sampling(s) : common_sampling(s),
                             .modes = 1,
                             .blocks = 1,
                             .subbands = 1,
                             .allocations = 1,
                             .bitpool_least = 2,
                             .bitpool_most = most};
}

/* MPEG-2 AAC LC at one rate, two channels, 256 kbit/s (A2DP 4.5.2). */
static void write_aac(const struct a2dp_source *s, struct avdtp_services *out)
{
    static const uint16_t rates[] = {0x0100, 0x0080, 0x0020, 0x0002}; /* bits of 12: 44.1 ... 16 */
    const uint32_t bps = 256000;
    uint16_t rate = rates[s->sampling];
    const uint8_t info[] = {0x80,
                            (uint8_t)(rate >> 4),
                            (uint8_t)((rate & 15) << 4 | 0x04),
                            (uint8_t)(bps >> 16 & 0x7f),
                            (uint8_t)(bps >> 8),
                            (uint8_t)bps};
    out->codec = AVDTP_AAC;
    out->info_len = sizeof info;
    for (unsigned i = 0; i < sizeof info; i++) {
        out->info[i] = info[i];
    }
}

bool a2dp_choose(const struct a2dp_source *s, struct avdtp_services *out, struct sbc *sbc)
{
    struct sbc_info wish = choose_sbc(s);
    *out = (struct avdtp_services){
        .has_transport = true, .has_codec = true, .codec = AVDTP_SBC, .info_len = SBC_INFO};
    sbc_info_write(&wish, out->info);
    if (s->codec != AVDTP_SBC && insists(s)) {
        write_aac(s, out);
        return true;
    }
    return sbc_of(&wish, sbc);
}
