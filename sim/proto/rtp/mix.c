/* Sounds added up. Invariant: a place of the line holds one sample of a voice at most, however
 * often and in whatever order its packets came. */
#include "proto/rtp/mix.h"

void mix_name(struct mix_speakers *who, uint32_t ssrc)
{
    for (uint32_t i = 0; i < who->count; i++) {
        if (who->ssrcs[i] == ssrc) {
            return;
        }
    }
    if (who->count < RTP_CSRC_MAX) {
        who->ssrcs[who->count++] = ssrc;
    }
}

static void align(struct mix_voice *v, uint32_t timestamp, int64_t place)
{
    v->is_aligned = true;
    v->timestamp = timestamp;
    v->place = place;
}

/* Timestamps wrap: the nearest is meant. */
static int64_t place_of(const struct mix_voice *v, uint32_t timestamp)
{
    return v->place + (int32_t)(timestamp - v->timestamp);
}

static void keep(struct mix_voice *v, const struct rtp *rtp, const int16_t *samples, uint32_t len,
                 int64_t at)
{
    struct mix_piece *p = &v->pieces[v->next++ % MIX_PIECES];
    *p = (struct mix_piece){.at = at, .len = len};
    for (uint32_t i = 0; i < rtp->csrc_count; i++) { /* a mix of others' names them, not itself */
        mix_name(&p->who, rtp->csrc[i]);
    }
    if (rtp->csrc_count == 0) {
        mix_name(&p->who, rtp->ssrc);
    }
    for (uint32_t i = 0; i < len; i++) {
        uint64_t place = (uint64_t)(at + i);
        v->ring[place % MIX_RING] = samples[i];
        v->places[place % MIX_RING] = (uint32_t)place + 1;
    }
}

enum mix_verdict mix_hear(struct mix_voice *v, const struct rtp *rtp, const int16_t *samples,
                          uint32_t len, int64_t now, int64_t delay)
{
    int64_t at = place_of(v, rtp->timestamp);
    bool is_far = at - now > 2 * delay + MIX_RATE / 5;
    bool begins = !v->is_aligned || rtp->marker || is_far;
    if (begins) {
        at = now + delay;
        align(v, rtp->timestamp, at);
    }
    if (at + len <= now) {
        v->is_aligned = false;
        return MIX_LATE;
    }
    keep(v, rtp, samples, len, at);
    align(v, rtp->timestamp, at);
    return begins ? MIX_ALIGNED : MIX_TAKEN;
}

static void find_speakers(const struct mix_voice *v, int64_t at, uint32_t len,
                          struct mix_speakers *who)
{
    for (uint32_t p = 0; p < MIX_PIECES; p++) {
        const struct mix_piece *piece = &v->pieces[p];
        if (piece->at < at + len && at < piece->at + piece->len) {
            for (uint32_t i = 0; i < piece->who.count; i++) {
                mix_name(who, piece->who.ssrcs[i]);
            }
        }
    }
}

bool mix_add(const struct mix_voice *v, int64_t at, uint32_t len, int32_t *sum,
             struct mix_speakers *who)
{
    bool speaks = false;
    for (uint32_t i = 0; i < len; i++) {
        uint64_t place = (uint64_t)at + i;
        if (v->places[place % MIX_RING] == (uint32_t)place + 1) {
            sum[i] += v->ring[place % MIX_RING];
            speaks = true;
        }
    }
    if (speaks) {
        find_speakers(v, at, len, who);
    }
    return speaks;
}

int16_t mix_saturate(int32_t sum)
{
    return (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
}
