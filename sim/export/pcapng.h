#pragma once
/* A trace as a capture file that Wireshark opens (pcapng, draft-ietf-opsawg-pcapng): real bytes,
 * simulated time to the nanosecond, and each packet's fate as its comment. */

#include "base/words.h"
#include "trace/trace.h"

#include <stdio.h>

#define PCAPNG_TAP_ALL UINT32_MAX

struct pcapng_options {
    uint32_t
        tap; /* node whose interfaces are captured, or PCAPNG_TAP_ALL: both ends of each link */
    enum lang lang;
    uint32_t snaplen; /* bytes kept of each packet, from its link's header on; 0: all */
};

/* Captured when a packet's first bit leaves the tap, or its last one arrives there. The trace must
 * have been kept. Errors of writing show in ferror(out). */
void pcapng_write(const struct trace *t, const struct pcapng_options *opt, FILE *out);
