#pragma once
/* Kinds of media as the profile numbers and names them (RFC 3551 6; Opus: RFC 7587; pictures have a
 * dynamic type). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAYLOAD_PCMU,
    PAYLOAD_PCMA,
    PAYLOAD_G722,
    PAYLOAD_L16,
    PAYLOAD_OPUS,
    PAYLOAD_COUNT, /* those of sound */
};

struct payload_format {
    const char *name;
    uint8_t type;     /* its number in the RTP header */
    uint8_t channels; /* as SDP names them: Opus always says 2 (RFC 7587 7) */
    int64_t rate; /* of the timestamp, 1/s: G722 says 8000 and samples at 16000 (RFC 3551 4.5.2) */
    int64_t bits; /* a second */
};
extern const struct payload_format payload_formats[]; /* ends with a NULL name */
extern const char *const payload_names[];             /* as scenarios call them */
extern const struct payload_format payload_pictures;
extern const struct payload_format payload_coded; /* pictures that build on those before */
/* Of packets that are sent again (RFC 4588), for those that are no coded pictures, and for them:
 * their payload begins with the original number. */
#define PAYLOAD_RTX       97
#define PAYLOAD_RTX_CODED 99
bool payload_is_repair(uint8_t type);
uint8_t payload_repair_of(uint8_t type);
/* The format of a medium; codec: PAYLOAD_…, of sound. */
const struct payload_format *payload_of(int64_t codec, bool is_video, bool is_coded);
/* The byte before the data of a coded picture: these bits. */
#define PICTURE_INTRA  0x80 /* it builds on no other */
#define PICTURE_BEGINS 0x40 /* its first packet */
/* Bytes of the payload that are of its format, not of the medium. */
size_t payload_header(uint8_t type);
/* What Bluetooth's audio carries (A2DP 4.3), by sampling rate: 16, 32, 44.1, 48 kHz. */
extern const struct payload_format payload_sbc[4];
/* NULL: none of ours has that number. */
const struct payload_format *payload_by_type(uint8_t type);
