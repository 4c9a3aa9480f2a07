#pragma once
/* Feedback between the reports (RFC 4585 6): what is missing, and that a picture cannot be shown.
 */

#include "wire/rtcp.h"

#define RTCP_NACK_FMT 1 /* of RTPFB (6.2.1) */
#define RTCP_PLI_FMT  1 /* of PSFB (6.3.1) */

/* One number that is lost, and which of the sixteen behind it are, too. */
struct rtcp_nack {
    uint16_t pid, blp;
};

/* ssrc: who says it; media: whose stream it is about. */
void rtcp_add_nack(struct buf *out, uint32_t ssrc, uint32_t media, const struct rtcp_nack *list,
                   unsigned count);
void rtcp_add_pli(struct buf *out, uint32_t ssrc, uint32_t media);
/* The i-th entry of a NACK, from 0; false: there are no more, or it is another packet. */
bool rtcp_nack(const struct rtcp_packet *p, unsigned i, struct rtcp_nack *out);
bool rtcp_is_nack(const struct rtcp_packet *p);
bool rtcp_is_pli(const struct rtcp_packet *p);
uint32_t rtcp_feedback_media(const struct rtcp_packet *p); /* 0: no feedback */
