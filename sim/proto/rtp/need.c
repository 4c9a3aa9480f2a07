/* What a source's packets take of a network: from its coding alone, before one is sent. */
#include "proto/rtp/ends.h"
#include "wire/ipv4.h"
#include "wire/payload.h"
#include "wire/udp.h"

#include <string.h>

#define PPB INT64_C(1000000000)

/* All that stands before the payload. */
static uint32_t header_of(const struct rtp_source *s)
{
    size_t element = strlen(param_text(s->element)), data = strlen(param_text(s->extension));
    size_t words = element ? (element + 4) / 4 : (data + 3) / 4;
    return IPV4_HEADER + UDP_HEADER + RTP_HEADER + (uint32_t)(words ? 4 + 4 * words : 0) +
           rtp_is_coded(&s->medium);
}

static uint32_t packet_with(const struct rtp_source *s, uint32_t payload)
{
    uint32_t beyond = s->pad > 0 ? payload % (uint32_t)s->pad : 0;
    return header_of(s) + payload + (beyond ? (uint32_t)s->pad - beyond : 0);
}

/* Bytes of the packets of a picture of that size. */
static int64_t picture_with(const struct rtp_source *s, int64_t bytes)
{
    uint32_t rest = (uint32_t)(bytes % RTP_VIDEO_PACKET);
    int64_t whole = bytes / RTP_VIDEO_PACKET * packet_with(s, RTP_VIDEO_PACKET);
    return whole + (rest ? packet_with(s, rest) : 0);
}

static void need_of_sound(const struct rtp_source *s, struct flow_need *out)
{
    uint32_t packet = packet_with(s, rtp_payload_bytes(&s->medium));
    out->rate = muldiv_up(packet, SIM_S, s->medium.ptime);
    out->burst = out->least = out->most = packet;
}

/* The largest picture goes at one instant; the mean rate counts pictures of the usual size. */
static void need_of_pictures(const struct rtp_source *s, struct flow_need *out)
{
    const struct rtp_medium *m = &s->medium;
    int64_t largest = rtp_is_coded(m) && m->intra > m->frame ? m->intra : m->frame;
    int64_t most = largest + muldiv(largest, m->vary, PPB), count = 1;
    int64_t bytes = picture_with(s, m->frame);
    if (rtp_is_coded(m) && m->intra_every > 0) {
        count = m->intra_every;
        bytes = picture_with(s, m->intra) + (count - 1) * bytes;
    }
    out->rate = muldiv_up(bytes, m->fps, count * PPB);
    out->burst = picture_with(s, most);
    out->least = packet_with(s, 1);
    out->most = packet_with(s, (uint32_t)(most < RTP_VIDEO_PACKET ? most : RTP_VIDEO_PACKET));
}

void rtp_source_need(const void *self, struct flow_need *out)
{
    const struct rtp_source *s = self;
    if (s->medium.fps >= 0) {
        need_of_pictures(s, out);
    } else {
        need_of_sound(s, out);
    }
}
