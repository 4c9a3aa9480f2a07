#pragma once
/* RTCP (RFC 3550 6.4 to 6.7): packets that always travel as a compound of several. The engine's
 * head is the UDP header and the whole compound. */

#include "wire/format.h"

enum rtcp_type {
    RTCP_SR = 200,
    RTCP_RR = 201,
    RTCP_SDES = 202,
    RTCP_BYE = 203,
    RTCP_APP = 204,
    RTCP_RTPFB = 205, /* about the transport: NACK (RFC 4585) */
    RTCP_PSFB = 206,  /* about the pictures: PLI */
};

struct rtcp_sender_info {
    uint64_t ntp;       /* 32 bits of seconds since 1900, 32 of fraction */
    uint32_t timestamp; /* RTP time of the same instant, the random base included */
    uint32_t packets, bytes;
};

struct rtcp_block {
    uint32_t ssrc; /* of the source reported on */
    uint8_t fraction;
    int32_t lost;     /* 24 bits, signed */
    uint32_t highest; /* extended highest sequence number */
    uint32_t jitter;  /* timestamp units */
    uint32_t lsr;     /* middle 32 bits of the last SR's NTP time; 0: none yet */
    uint32_t dlsr;    /* since that SR arrived, 1/65536 s */
};

/* Appending to a compound; count of blocks <= 31. */
void rtcp_add_sr(struct buf *out, uint32_t ssrc, const struct rtcp_sender_info *info,
                 const struct rtcp_block *blocks, unsigned count);
void rtcp_add_rr(struct buf *out, uint32_t ssrc, const struct rtcp_block *blocks, unsigned count);
void rtcp_add_cname(struct buf *out, uint32_t ssrc, const char *cname); /* SDES */
/* Of several sources in one SDES, 1 to 31: a mixer's way (RFC 3550 7.3). */
struct rtcp_named {
    uint32_t ssrc;
    struct bytes cname;
};
void rtcp_add_names(struct buf *out, const struct rtcp_named *list, unsigned count);
void rtcp_add_bye(struct buf *out, uint32_t ssrc);
void rtcp_add_byes(struct buf *out, const uint32_t *ssrcs, unsigned count); /* 1 to 31 */
void rtcp_add_app(struct buf *out, uint32_t ssrc, unsigned subtype, const char name[4],
                  struct bytes data); /* data: whole words */

/* One packet of a compound. */
struct rtcp_packet {
    uint8_t type, count; /* enum rtcp_type; RC, SC or subtype */
    uint32_t ssrc;       /* of whoever it is about; 0: an empty one */
    struct bytes whole;  /* header included, borrowed */
};
/* Takes the next packet off *rest; false: the end, or what follows is no RTCP packet. */
bool rtcp_next(struct bytes *rest, struct rtcp_packet *out);
/* Appendix A.2: version, first an SR or RR without padding, lengths that add up. */
bool rtcp_is_valid(struct bytes compound);
bool rtcp_sender_info(const struct rtcp_packet *p, struct rtcp_sender_info *out);
bool rtcp_block(const struct rtcp_packet *p, unsigned i, struct rtcp_block *out); /* from 0 */
/* Who leaves, from 0: a mixer says it for several. */
bool rtcp_bye_source(const struct rtcp_packet *p, unsigned i, uint32_t *ssrc);
/* Names of sources, from 0: the SSRC of a chunk of SDES and its CNAME, borrowed. */
bool rtcp_name(const struct rtcp_packet *p, unsigned i, uint32_t *ssrc, struct bytes *cname);

/* Time since 1970 as NTP's 64 bits. The run begins at 1970-01-01, as its captures do. */
uint64_t ntp_of(int64_t ns);
int64_t ntp_ns(uint64_t ntp); /* back, to the nearest ns */
uint32_t ntp_middle(uint64_t ntp);

extern const struct format rtcp_format;
