/* RTCP packets: build a compound, walk one. */
#include "wire/rtcp.h"

#include "base/simtime.h"
#include "wire/rtp.h"

#include <string.h>

#define BLOCK       24u
#define SENDER_INFO 20u
#define SDES_CNAME  1
#define UNIX_IN_NTP UINT64_C(2208988800) /* seconds from 1900 to 1970 */

/* `words` is the whole packet, header included. */
static void add_header(struct buf *out, unsigned count, enum rtcp_type type, unsigned words)
{
    uint8_t *p = buf_extend(out, 4);
    p[0] = (uint8_t)(RTP_VERSION << 6 | (count & 31));
    p[1] = (uint8_t)type;
    put_u16(p + 2, words - 1);
}

static void add_u32(struct buf *out, uint32_t v)
{
    put_u32(buf_extend(out, 4), v);
}

static void add_blocks(struct buf *out, const struct rtcp_block *blocks, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct rtcp_block *b = &blocks[i];
        add_u32(out, b->ssrc);
        add_u32(out, (uint32_t)b->fraction << 24 | ((uint32_t)b->lost & 0xffffff));
        add_u32(out, b->highest);
        add_u32(out, b->jitter);
        add_u32(out, b->lsr);
        add_u32(out, b->dlsr);
    }
}

void rtcp_add_sr(struct buf *out, uint32_t ssrc, const struct rtcp_sender_info *info,
                 const struct rtcp_block *blocks, unsigned count)
{
    add_header(out, count, RTCP_SR, 7 + 6 * count);
    add_u32(out, ssrc);
    add_u32(out, (uint32_t)(info->ntp >> 32));
    add_u32(out, (uint32_t)info->ntp);
    add_u32(out, info->timestamp);
    add_u32(out, info->packets);
    add_u32(out, info->bytes);
    add_blocks(out, blocks, count);
}

void rtcp_add_rr(struct buf *out, uint32_t ssrc, const struct rtcp_block *blocks, unsigned count)
{
    add_header(out, count, RTCP_RR, 2 + 6 * count);
    add_u32(out, ssrc);
    add_blocks(out, blocks, count);
}

static size_t name_len(const struct rtcp_named *n)
{
    return n->cname.len > 255 ? 255 : n->cname.len;
}

/* The list of items ends with at least one zero byte, and with a whole word. */
static void add_chunk(struct buf *out, const struct rtcp_named *n)
{
    add_u32(out, n->ssrc);
    size_t start = out->len;
    buf_char(out, SDES_CNAME);
    buf_char(out, (char)name_len(n));
    buf_add(out, bytes_sub(n->cname, 0, name_len(n)));
    do {
        buf_char(out, 0);
    } while ((out->len - start) % 4);
}

void rtcp_add_names(struct buf *out, const struct rtcp_named *list, unsigned count)
{
    size_t words = 1;
    for (unsigned i = 0; i < count; i++) {
        words += 1 + (name_len(&list[i]) + 3 + 3) / 4;
    }
    add_header(out, count, RTCP_SDES, (unsigned)words);
    for (unsigned i = 0; i < count; i++) {
        add_chunk(out, &list[i]);
    }
}

void rtcp_add_cname(struct buf *out, uint32_t ssrc, const char *cname)
{
    struct rtcp_named one = {ssrc, bytes_of(cname, strlen(cname))};
    rtcp_add_names(out, &one, 1);
}

void rtcp_add_bye(struct buf *out, uint32_t ssrc)
{
    rtcp_add_byes(out, &ssrc, 1);
}

void rtcp_add_byes(struct buf *out, const uint32_t *ssrcs, unsigned count)
{
    add_header(out, count, RTCP_BYE, 1 + count);
    for (unsigned i = 0; i < count; i++) {
        add_u32(out, ssrcs[i]);
    }
}

void rtcp_add_app(struct buf *out, uint32_t ssrc, unsigned subtype, const char name[4],
                  struct bytes data)
{
    add_header(out, subtype, RTCP_APP, (unsigned)(3 + data.len / 4));
    add_u32(out, ssrc);
    buf_add(out, bytes_of(name, 4));
    buf_add(out, bytes_sub(data, 0, data.len / 4 * 4));
}

bool rtcp_next(struct bytes *rest, struct rtcp_packet *out)
{
    if (rest->len < 4 || rest->data[0] >> 6 != RTP_VERSION) {
        return false;
    }
    size_t len = 4u * (get_u16(rest->data + 2) + 1u);
    if (len > rest->len) {
        return false;
    }
    *out = (struct rtcp_packet){.type = rest->data[1],
                                .count = rest->data[0] & 31,
                                .ssrc = len >= 8 ? get_u32(rest->data + 4) : 0,
                                .whole = bytes_sub(*rest, 0, len)};
    *rest = bytes_sub(*rest, len, rest->len);
    return true;
}

bool rtcp_is_valid(struct bytes compound)
{
    struct rtcp_packet p;
    if (!rtcp_next(&compound, &p) || (p.type != RTCP_SR && p.type != RTCP_RR) ||
        p.whole.data[0] >> 5 & 1) {
        return false;
    }
    while (compound.len > 0) {
        if (!rtcp_next(&compound, &p)) {
            return false;
        }
    }
    return true;
}

bool rtcp_sender_info(const struct rtcp_packet *p, struct rtcp_sender_info *out)
{
    if (p->type != RTCP_SR || p->whole.len < 8 + SENDER_INFO) {
        return false;
    }
    const uint8_t *d = p->whole.data + 8;
    *out = (struct rtcp_sender_info){.ntp = (uint64_t)get_u32(d) << 32 | get_u32(d + 4),
                                     .timestamp = get_u32(d + 8),
                                     .packets = get_u32(d + 12),
                                     .bytes = get_u32(d + 16)};
    return true;
}

bool rtcp_block(const struct rtcp_packet *p, unsigned i, struct rtcp_block *out)
{
    size_t at = 8 + (p->type == RTCP_SR ? SENDER_INFO : 0) + BLOCK * i;
    bool has_blocks = p->type == RTCP_SR || p->type == RTCP_RR;
    if (!has_blocks || i >= p->count || p->whole.len < at + BLOCK) {
        return false;
    }
    const uint8_t *d = p->whole.data + at;
    uint32_t lost = get_u32(d + 4) & 0xffffff;
    *out = (struct rtcp_block){.ssrc = get_u32(d),
                               .fraction = d[4],
                               .lost = (int32_t)(lost ^ 0x800000) - 0x800000,
                               .highest = get_u32(d + 8),
                               .jitter = get_u32(d + 12),
                               .lsr = get_u32(d + 16),
                               .dlsr = get_u32(d + 20)};
    return true;
}

bool rtcp_bye_source(const struct rtcp_packet *p, unsigned i, uint32_t *ssrc)
{
    size_t at = 4 + 4u * i;
    if (p->type != RTCP_BYE || i >= p->count || p->whole.len < at + 4) {
        return false;
    }
    *ssrc = get_u32(p->whole.data + at);
    return true;
}

/* Items up to the zero that ends a chunk; the next chunk begins with a whole word. */
static size_t walk_items(struct bytes all, size_t at, struct bytes *cname)
{
    *cname = (struct bytes){0};
    while (at + 2 <= all.len && all.data[at]) {
        size_t len = all.data[at + 1];
        if (all.data[at] == SDES_CNAME && at + 2 + len <= all.len) {
            *cname = bytes_sub(all, at + 2, len);
        }
        at += 2 + len;
    }
    return (at + 4) / 4 * 4;
}

bool rtcp_name(const struct rtcp_packet *p, unsigned i, uint32_t *ssrc, struct bytes *cname)
{
    if (p->type != RTCP_SDES || i >= p->count) {
        return false;
    }
    for (size_t at = 4; at + 4 <= p->whole.len; i--) {
        *ssrc = get_u32(p->whole.data + at);
        at = walk_items(p->whole, at + 4, cname);
        if (i == 0) {
            return true;
        }
    }
    return false;
}

uint64_t ntp_of(int64_t ns)
{
    int64_t seconds = ns / SIM_S - (ns % SIM_S < 0);
    uint64_t rest = (uint64_t)(ns - seconds * SIM_S);
    return (UNIX_IN_NTP + (uint64_t)seconds) << 32 | (rest << 32) / (uint64_t)SIM_S;
}

int64_t ntp_ns(uint64_t ntp)
{
    int64_t seconds = (int64_t)(ntp >> 32) - (int64_t)UNIX_IN_NTP;
    uint64_t rest = (ntp & UINT32_MAX) * (uint64_t)SIM_S;
    return seconds * SIM_S + (int64_t)((rest + (UINT64_C(1) << 31)) >> 32);
}

uint32_t ntp_middle(uint64_t ntp)
{
    return (uint32_t)(ntp >> 16);
}
