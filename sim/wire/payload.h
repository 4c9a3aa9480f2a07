#pragma once
/* Kinds of media as the profile numbers and names them (RFC 3551 6; Opus: RFC 7587; pictures have a
 * dynamic type). */

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
/* NULL: none of ours has that number. */
const struct payload_format *payload_by_type(uint8_t type);
