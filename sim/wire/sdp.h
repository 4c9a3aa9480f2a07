#pragma once
/* The session description (SDP, RFC 8866): which media there are, in which coding, and where they
 * go. RTSP's DESCRIBE carries one; a real receiver opens one from a file. */

#include "base/bytes.h"
#include "wire/payload.h"

#define SDP_ELEMENT "urn:x-slowwire:text" /* what the elements of our headers are */
enum { SDP_MEDIA_MAX = 16, SDP_NAME_MAX = 31, SDP_TEXT_MAX = 95 };

struct sdp_media {
    bool is_video;
    uint16_t port;               /* 0: whoever sets it up chooses (RFC 2326 C.1.3) */
    uint8_t type;                /* payload type */
    char name[SDP_NAME_MAX + 1]; /* of the coding, "PCMU" */
    int64_t rate;                /* of the timestamp, 1/s; 0: not told */
    unsigned channels;
    unsigned ptime_ms;              /* 0: not told */
    bool has_nack, has_pli;         /* feedback that is welcome (RFC 4585 4.2): RTP/AVPF */
    unsigned trr_int_ms;            /* of that; 0: not told */
    uint8_t repair;                 /* payload type of what is sent again (RFC 4588 8); 0: none */
    unsigned rtx_time_ms;           /* for how long; 0: not told */
    unsigned element;               /* id of a header's element (RFC 8285 5); 0: none */
    uint32_t to;                    /* IPv4; 0: where the session goes */
    char control[SDP_TEXT_MAX + 1]; /* RTSP's name of the stream, "": none */
};

struct sdp {
    char title[SDP_TEXT_MAX + 1];
    uint32_t id;         /* of the session, with its origin unique in the world */
    uint32_t origin, to; /* IPv4; to 0: whoever sets it up says */
    char control[SDP_TEXT_MAX + 1];
    struct sdp_media media[SDP_MEDIA_MAX];
    unsigned count;
};

/* A medium of one of our payload formats. */
struct sdp_media sdp_media_of(const struct payload_format *f, uint16_t port);
/* Appends the text; what would break a line in title or control is left out. */
void sdp_write(const struct sdp *s, struct buf *out);
/* False: it is no description, or describes nothing. Lines that are unknown are passed over (5). */
bool sdp_read(struct bytes text, struct sdp *out);
