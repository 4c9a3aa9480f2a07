/* What one side of a mixer hears: whose it is, and where on the line of samples it stands.
 * Invariant: a voice is kept while the session knows it, and until its last words were mixed. */
#include "proto/rtp/mixer.h"

#include "actor/fx.h"
#include "base/os.h"
#include "proto/rtp/g711.h"
#include "wire/udp.h"

#include <stdlib.h>
#include <string.h>

struct rtp_mixer *rtp_mixer_other(const struct rtp_mixer *m, uint32_t side)
{
    return side == m->side ? NULL : m->crossing->sides[side].self;
}

/* NULL: too many speak. */
static struct mix_voice *voice_of(struct rtp_mixer *m, uint32_t ssrc)
{
    for (uint32_t i = 0; i < m->voice_count; i++) {
        if (m->voice_ssrcs[i] == ssrc) {
            return m->voices[i];
        }
    }
    if (m->voice_count == RTP_VOICES_MAX) {
        return NULL;
    }
    m->voices = os_realloc(m->voices, (m->voice_count + 1) * sizeof *m->voices);
    m->voice_ssrcs = os_realloc(m->voice_ssrcs, (m->voice_count + 1) * sizeof *m->voice_ssrcs);
    m->voices[m->voice_count] = os_alloc(sizeof **m->voices);
    m->voice_ssrcs[m->voice_count] = ssrc;
    return m->voices[m->voice_count++];
}

/* Who has left is forgotten once all that it said was mixed on every side. */
void rtp_mixer_forget_voices(struct rtp_mixer *m, int64_t place)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->voice_count; i++) {
        if (m->voices[i]->has_left && m->voices[i]->place + MIX_RATE < place) {
            free(m->voices[i]);
            continue;
        }
        m->voices[kept] = m->voices[i];
        m->voice_ssrcs[kept++] = m->voice_ssrcs[i];
    }
    m->voice_count = kept;
}

static void tell_session(uint32_t reporter, const struct rtp *rtp, struct addr from, struct fx *fx)
{
    struct rtcp_media media = {
        .ssrc = rtp->ssrc, .from = from, .contributor_count = rtp->csrc_count};
    memcpy(media.contributors, rtp->csrc, rtp->csrc_count * sizeof *rtp->csrc);
    if (reporter) {
        fx_request(fx, reporter, RTCP_CODE_MEDIA, bytes_of(&media, sizeof media), (struct span){0});
    }
}

struct rtp_mixer *rtp_mixer_own(const struct rtp_mixer *m, uint32_t ssrc)
{
    for (uint32_t i = 0; i < m->crossing->side_count; i++) {
        struct rtp_mixer *side = m->crossing->sides[i].self;
        if (side && side->ssrc == ssrc) {
            return side;
        }
    }
    return NULL;
}

/* Our own SSRC: of a source, another bears it, and the side that has it takes another; among the
 * contributors, what we have said comes back. */
static bool is_own(struct rtp_mixer *m, const struct rtp *rtp, const struct input *in,
                   struct fx *fx)
{
    const struct rtp_mixer *side = rtp_mixer_own(m, rtp->ssrc);
    if (side) {
        tell_session(side->reporter, rtp, in->net.from, fx);
        m->heard.refused++;
        fx_drop(fx, DROP_POLICY, RTP_COLLISION);
        return true;
    }
    for (unsigned i = 0; i < rtp->csrc_count; i++) {
        if (rtp_mixer_own(m, rtp->csrc[i])) {
            m->heard.refused++;
            fx_drop(fx, DROP_POLICY, RTP_LOOPED);
            return true;
        }
    }
    return false;
}

/* Each identifier belongs to one side and one address of it: a mix that names one of another side
 * has gone round. */
static bool is_looped(struct rtp_mixer *m, const struct rtp *rtp, const struct input *in,
                      struct fx *fx)
{
    struct rtp_crossing *c = m->crossing;
    bool good = rtp_crossing_meet(c, rtp->ssrc, m->side, in->net.from, true, in->now);
    for (unsigned i = 0; i < rtp->csrc_count && good; i++) {
        good = rtp_crossing_meet(c, rtp->csrc[i], m->side, in->net.from, true, in->now);
    }
    if (!good) {
        m->heard.refused++;
        fx_drop(fx, DROP_POLICY, RTP_LOOPED);
    }
    return !good;
}

int64_t rtp_mixer_place(sim_time clock)
{
    return muldiv(clock, MIX_RATE, SIM_S);
}

static uint32_t samples_of(int64_t codec, struct span body, struct fx *fx,
                           int16_t out[MIX_PACKET_MAX])
{
    struct buf bytes = {0};
    span_read(fx->streams, body, &bytes);
    uint32_t len = bytes.len < MIX_PACKET_MAX ? (uint32_t)bytes.len : MIX_PACKET_MAX;
    for (uint32_t i = 0; i < len; i++) {
        out[i] = g711_sample(codec, bytes.data[i]);
    }
    buf_free(&bytes);
    return len;
}

/* The coding of that payload type; -1: none whose samples anybody here can add. */
static int64_t codec_of(uint8_t type)
{
    return type == payload_formats[PAYLOAD_PCMU].type   ? PAYLOAD_PCMU
           : type == payload_formats[PAYLOAD_PCMA].type ? PAYLOAD_PCMA
                                                        : -1;
}

static void align(struct rtp_mixer *m, const struct rtp *rtp, struct span body,
                  const struct input *in, struct fx *fx)
{
    int16_t samples[MIX_PACKET_MAX];
    uint32_t len = samples_of(codec_of(rtp->payload_type), body, fx, samples);
    struct mix_voice *v = voice_of(m, rtp->ssrc);
    if (!v) {
        fx_drop(fx, DROP_POLICY, RTP_FOREIGN);
        return;
    }
    v->has_left = false;
    switch (mix_hear(v, rtp, samples, len, rtp_mixer_place(in->clock), rtp_mixer_place(m->delay))) {
    case MIX_TAKEN: break;
    case MIX_ALIGNED: fx_note(fx, RTP_ALIGNED); break;
    case MIX_LATE:
        m->late++;
        fx_drop(fx, DROP_LATE, RTP_TOO_LATE);
        return;
    }
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, body);
}

/* Somebody speaks: none of the sides is to end. */
static void note_heard(struct rtp_mixer *m)
{
    m->is_alone = false;
    for (uint32_t i = 0; i < m->crossing->side_count; i++) {
        struct rtp_mixer *side = m->crossing->sides[i].self;
        if (side) {
            side->is_ending = false;
        }
    }
}

void rtp_mixer_hear(struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    struct rtp rtp;
    struct span body = in->body;
    int64_t extended;
    if (rtp_decode(bytes_sub(in->head, UDP_HEADER, in->head.len), &rtp) == 0 ||
        !rtp_unfill(&rtp, &body, fx) || codec_of(rtp.payload_type) < 0) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    if (is_own(m, &rtp, in, fx) || is_looped(m, &rtp, in, fx)) {
        return;
    }
    struct rtp_heard *h = rtp_heard_find(&m->heard, rtp.ssrc);
    h = h ? h : rtp_heard_add(&m->heard, rtp.ssrc, in->net.from);
    if (!h || !rtp_reception_seq(&h->reception, rtp.seq, &extended)) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    note_heard(m);
    if (!h->is_told) {
        h->is_told = true;
        tell_session(m->reporter, &rtp, in->net.from, fx);
    }
    rtp_reception_jitter(&h->reception, rtp.timestamp, rtp_units(&m->medium, in->clock), in->now,
                         rtp_clock_rate(&m->medium));
    align(m, &rtp, body, in, fx);
}
