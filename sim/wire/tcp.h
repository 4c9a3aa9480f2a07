#pragma once
/* The TCP header (RFC 9293 3.1) with its options: MSS (RFC 9293 3.2), window scale and timestamps
 * (RFC 7323), SACK (RFC 2018).
 *
 * Short names form a closed list. A segment has the first name of this list that fits:
 *   RST      the RST bit, whatever else is set
 *   SYN+ACK  SYN and ACK
 *   SYN      SYN without ACK
 *   FIN      the FIN bit, with or without data (it always carries ACK but in hand-made segments)
 *   DATA     payload
 *   ACK      the ACK bit and nothing else of this list
 *   EMPTY    none of these: only a hand-made segment has this name */

#include "base/seq.h"
#include "wire/format.h"

#define TCP_HEADER      20
#define TCP_HEADER_MAX  60
#define TCP_SACK_BLOCKS 4

enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80,
};

/* Which options stand in a header. */
enum tcp_option {
    TCP_OPT_MSS = 1,
    TCP_OPT_WSCALE = 2,
    TCP_OPT_SACK_OK = 4,
    TCP_OPT_SACK = 8,
    TCP_OPT_TIMESTAMPS = 16,
};

struct tcp_sack {
    seq32 left, right; /* right is the first number after the block */
};

struct tcp_seg {
    uint16_t from, to; /* ports */
    seq32 seq, ack;
    uint32_t len;    /* payload, bytes; not in the header */
    uint16_t window; /* as on the wire, unscaled */
    uint16_t urgent;
    uint16_t mss;
    uint8_t flags;   /* enum tcp_flag */
    uint8_t options; /* enum tcp_option: which of the following count */
    uint8_t wscale;  /* shift, as on the wire */
    uint8_t sack_count;
    struct tcp_sack sack[TCP_SACK_BLOCKS];
    uint32_t ts_val, ts_ecr;
};

/* Zero but for the blocks, of which there are none yet. */
static inline void tcp_seg_begin(struct tcp_seg *seg)
{
    seg->from = seg->to = 0;
    seg->seq = seg->ack = (seq32){0};
    seg->len = 0;
    seg->window = seg->urgent = seg->mss = 0;
    seg->flags = seg->options = seg->wscale = seg->sack_count = 0;
    seg->ts_val = seg->ts_ecr = 0;
}

/* The header, checksum zero; returns its length, a multiple of 4. Options stand in the order of
 * enum tcp_option, each padded in front with NOPs to four bytes, but timestamps before SACK, so
 * that SACK blocks which do not fit are the last ones and left out. */
size_t tcp_encode(const struct tcp_seg *seg, uint8_t out[TCP_HEADER_MAX]);
/* The same without options: 20 bytes. */
static inline void tcp_encode_bare(const struct tcp_seg *seg, uint8_t *out)
{
    put_u16(out, seg->from);
    put_u16(out + 2, seg->to);
    put_u32(out + 4, seg->seq.v);
    put_u32(out + 8, seg->ack.v);
    out[12] = TCP_HEADER / 4 << 4;
    out[13] = seg->flags;
    put_u16(out + 14, seg->window);
    put_u16(out + 16, 0);
    put_u16(out + 18, seg->urgent);
}
/* body_len goes into out->len. False: shorter than its header says, a header under 20 bytes, or an
 * option whose length is wrong or runs over the end. Unknown options are skipped by their length.
 */
bool tcp_decode(struct bytes head, uint32_t body_len, struct tcp_seg *out);
/* Walks options (the header from byte 20 on): *at is where to look and moves on. An END option is
 * given once and ends the walk. BROKEN: the option at *at has a wrong length. */
enum tcp_walk { TCP_OPTION_HERE, TCP_OPTIONS_OVER, TCP_OPTION_BROKEN };
enum tcp_option_kind {
    TCP_KIND_END = 0,
    TCP_KIND_NOP = 1,
    TCP_KIND_MSS = 2,
    TCP_KIND_WSCALE = 3,
    TCP_KIND_SACK_OK = 4,
    TCP_KIND_SACK = 5,
    TCP_KIND_TIMESTAMPS = 8,
};
enum tcp_walk tcp_option_next(struct bytes options, size_t *at, struct bytes *option);
/* The checksum over pseudo header, header and payload. */
void tcp_seal(uint8_t *segment, size_t len, const struct net *net);
/* With the payload's sum in its place (format.h). */
void tcp_seal_head(uint8_t *head, size_t head_len, uint16_t rest, size_t len,
                   const struct net *net);
/* Sequence numbers that a segment occupies: payload, SYN and FIN (RFC 9293 3.3.1: SEG.LEN). */
uint32_t tcp_seg_len(const struct tcp_seg *seg);
const char *tcp_is(uint8_t flags, uint32_t body_len);

extern const struct format tcp_format;
