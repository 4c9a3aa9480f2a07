/* Feedback packets of RTP/AVPF: build and read. */
#include "wire/rtcp_feedback.h"

#include "wire/rtp.h"

#define COMMON 12u /* header, SSRC of the sender, SSRC of the source */

static uint8_t *add(struct buf *out, unsigned fmt, enum rtcp_type type, unsigned words,
                    uint32_t ssrc, uint32_t media)
{
    uint8_t *p = buf_extend(out, 4 * words);
    p[0] = (uint8_t)(RTP_VERSION << 6 | fmt);
    p[1] = (uint8_t)type;
    put_u16(p + 2, words - 1);
    put_u32(p + 4, ssrc);
    put_u32(p + 8, media);
    return p + COMMON;
}

void rtcp_add_nack(struct buf *out, uint32_t ssrc, uint32_t media, const struct rtcp_nack *list,
                   unsigned count)
{
    uint8_t *p = add(out, RTCP_NACK_FMT, RTCP_RTPFB, 3 + count, ssrc, media);
    for (unsigned i = 0; i < count; i++, p += 4) {
        put_u16(p, list[i].pid);
        put_u16(p + 2, list[i].blp);
    }
}

void rtcp_add_pli(struct buf *out, uint32_t ssrc, uint32_t media)
{
    add(out, RTCP_PLI_FMT, RTCP_PSFB, 3, ssrc, media);
}

bool rtcp_is_nack(const struct rtcp_packet *p)
{
    return p->type == RTCP_RTPFB && p->count == RTCP_NACK_FMT && p->whole.len >= COMMON;
}

bool rtcp_is_pli(const struct rtcp_packet *p)
{
    return p->type == RTCP_PSFB && p->count == RTCP_PLI_FMT && p->whole.len >= COMMON;
}

bool rtcp_nack(const struct rtcp_packet *p, unsigned i, struct rtcp_nack *out)
{
    size_t at = COMMON + 4u * i;
    if (!rtcp_is_nack(p) || p->whole.len < at + 4) {
        return false;
    }
    *out = (struct rtcp_nack){get_u16(p->whole.data + at), get_u16(p->whole.data + at + 2)};
    return true;
}

uint32_t rtcp_feedback_media(const struct rtcp_packet *p)
{
    return rtcp_is_nack(p) || rtcp_is_pli(p) ? get_u32(p->whole.data + 8) : 0;
}
