/* TCP headers in both directions. */
#include "wire/tcp.h"

#include "wire/checksum.h"
#include "wire/ipv4.h"

#include <string.h>

/* Where options are written: the header under way and its length so far. */
struct writer {
    uint8_t *out;
    size_t len;
};

/* Room for an option of `len` bytes at an end that is a multiple of four, NOPs in front. */
static uint8_t *option_begin(struct writer *w, enum tcp_option_kind kind, size_t len)
{
    size_t pad = (4 - len % 4) % 4;
    memset(w->out + w->len, TCP_KIND_NOP, pad);
    uint8_t *at = w->out + w->len + pad;
    at[0] = (uint8_t)kind;
    at[1] = (uint8_t)len;
    w->len += pad + len;
    return at + 2;
}

static void write_sack(struct writer *w, const struct tcp_seg *seg)
{
    size_t room = (TCP_HEADER_MAX - w->len - 4) / 8;
    size_t count = seg->sack_count < room ? seg->sack_count : room;
    if (count == 0) {
        return;
    }
    uint8_t *at = option_begin(w, TCP_KIND_SACK, 2 + 8 * count);
    for (size_t i = 0; i < count; i++) {
        put_u32(at + 8 * i, seg->sack[i].left.v);
        put_u32(at + 8 * i + 4, seg->sack[i].right.v);
    }
}

static void write_options(struct writer *w, const struct tcp_seg *seg)
{
    if (seg->options & TCP_OPT_MSS) {
        put_u16(option_begin(w, TCP_KIND_MSS, 4), seg->mss);
    }
    if (seg->options & TCP_OPT_WSCALE) {
        *option_begin(w, TCP_KIND_WSCALE, 3) = seg->wscale;
    }
    if (seg->options & TCP_OPT_SACK_OK) {
        option_begin(w, TCP_KIND_SACK_OK, 2);
    }
    if (seg->options & TCP_OPT_TIMESTAMPS) {
        uint8_t *at = option_begin(w, TCP_KIND_TIMESTAMPS, 10);
        put_u32(at, seg->ts_val);
        put_u32(at + 4, seg->ts_ecr);
    }
    if (seg->options & TCP_OPT_SACK) {
        write_sack(w, seg);
    }
}

size_t tcp_encode(const struct tcp_seg *seg, uint8_t out[TCP_HEADER_MAX])
{
    struct writer w = {out, TCP_HEADER};
    write_options(&w, seg);
    tcp_encode_bare(seg, out);
    out[12] = (uint8_t)(w.len / 4 << 4);
    return w.len;
}

enum tcp_walk tcp_option_next(struct bytes options, size_t *at, struct bytes *option)
{
    if (*at >= options.len) {
        return TCP_OPTIONS_OVER;
    }
    const uint8_t *p = options.data + *at;
    size_t left = options.len - *at, len = 1;
    if (*p > TCP_KIND_NOP) {
        len = left > 1 ? p[1] : 0;
        if (len < 2 || len > left) {
            return TCP_OPTION_BROKEN;
        }
    }
    *option = bytes_of(p, len);
    *at = *p == TCP_KIND_END ? options.len : *at + len;
    return TCP_OPTION_HERE;
}

static bool read_sack(struct bytes option, struct tcp_seg *out)
{
    size_t count = (option.len - 2) / 8;
    if (option.len != 2 + 8 * count || count == 0 || count > TCP_SACK_BLOCKS) {
        return false;
    }
    out->options |= TCP_OPT_SACK;
    out->sack_count = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        out->sack[i].left = seq(get_u32(option.data + 2 + 8 * i));
        out->sack[i].right = seq(get_u32(option.data + 6 + 8 * i));
    }
    return true;
}

/* False: the length is not that of its kind. */
static bool read_option(struct bytes option, struct tcp_seg *out)
{
    const uint8_t *value = option.data + 2;
    switch (option.data[0]) {
    case TCP_KIND_MSS:
        out->options |= TCP_OPT_MSS;
        out->mss = option.len == 4 ? get_u16(value) : 0;
        return option.len == 4;
    case TCP_KIND_WSCALE:
        out->options |= TCP_OPT_WSCALE;
        out->wscale = option.len == 3 ? *value : 0;
        return option.len == 3;
    case TCP_KIND_SACK_OK: out->options |= TCP_OPT_SACK_OK; return option.len == 2;
    case TCP_KIND_SACK: return read_sack(option, out);
    case TCP_KIND_TIMESTAMPS:
        out->options |= TCP_OPT_TIMESTAMPS;
        out->ts_val = option.len == 10 ? get_u32(value) : 0;
        out->ts_ecr = option.len == 10 ? get_u32(value + 4) : 0;
        return option.len == 10;
    }
    return true;
}

static void decode_fixed(const uint8_t *p, uint32_t body_len, struct tcp_seg *out)
{
    tcp_seg_begin(out);
    out->from = get_u16(p);
    out->to = get_u16(p + 2);
    out->seq = seq(get_u32(p + 4));
    out->ack = seq(get_u32(p + 8));
    out->len = body_len;
    out->flags = p[13];
    out->window = get_u16(p + 14);
    out->urgent = get_u16(p + 18);
}

bool tcp_decode(struct bytes head, uint32_t body_len, struct tcp_seg *out)
{
    size_t len = head.len < TCP_HEADER ? 0 : (head.data[12] >> 4) * 4u;
    if (len < TCP_HEADER || len > head.len) {
        return false;
    }
    decode_fixed(head.data, body_len, out);
    if (len == TCP_HEADER) {
        return true;
    }
    struct bytes options = bytes_sub(head, TCP_HEADER, len - TCP_HEADER), option;
    enum tcp_walk walk;
    size_t at = 0;
    while ((walk = tcp_option_next(options, &at, &option)) == TCP_OPTION_HERE) {
        if (!read_option(option, out)) {
            return false;
        }
    }
    return walk == TCP_OPTIONS_OVER;
}

void tcp_seal_head(uint8_t *head, size_t head_len, uint16_t rest, size_t len, const struct net *net)
{
    struct checksum c = {.sum = rest};
    put_u16(head + 16, 0);
    checksum_add_pseudo(&c, net->from.ip, net->to.ip, IP_TCP, len);
    checksum_add(&c, bytes_of(head, head_len));
    put_u16(head + 16, checksum_end(&c));
}

void tcp_seal(uint8_t *segment, size_t len, const struct net *net)
{
    tcp_seal_head(segment, len, 0, len, net);
}

uint32_t tcp_seg_len(const struct tcp_seg *seg)
{
    return seg->len + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
}

const char *tcp_is(uint8_t flags, uint32_t body_len)
{
    if (flags & TCP_RST) {
        return "RST";
    }
    if (flags & TCP_SYN) {
        return flags & TCP_ACK ? "SYN+ACK" : "SYN";
    }
    if (flags & TCP_FIN) {
        return "FIN";
    }
    return body_len > 0 ? "DATA" : flags & TCP_ACK ? "ACK" : "EMPTY";
}
