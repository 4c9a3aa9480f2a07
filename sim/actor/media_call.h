#pragma once
/* What a source or sink of media and whoever has opened it say to each other, as RTSP steers them:
 * a source that was opened by another actor waits for PLAY. Each head is the bytes of a struct, or
 * what is named. */

#include "actor/actor.h"

enum media_call {
    MEDIA_SETUP =
        CODE_INSIDE + 0x900, /* down: struct media_setup, before anything else; to a source
                                with an agreed format: behind it what all its packets hold */
    MEDIA_PLAY,  /* down, to a source: from now on. Up: struct media_start, its answer */
    MEDIA_PAUSE, /* down, to a source: nothing until the next PLAY; its clock goes on */
    MEDIA_STOP,  /* down: BYE, and the end */
    MEDIA_RTP,   /* carried. Up: the head is a packet that is to go. Down: one that came; the body
                    is its payload, where it lies in the connection's stream */
    MEDIA_RTCP,  /* carried: the same with a compound */
    MEDIA_ENDED, /* up, from a source: there is no more */
};

struct media_setup {
    bool is_carried; /* by a connection of the opener's, not in datagrams of its own */
    bool is_sound;   /* though there are pictures: those go in another stream */
    const struct payload_format *agreed; /* between the openers, and no RTCP; NULL: as the settings
                                            say. Each packet of that many timestamp units: */
    uint32_t units;
};

/* The first packet that follows. */
struct media_start {
    uint32_t ssrc, timestamp;
    uint16_t seq;
};
