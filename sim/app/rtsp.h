#pragma once
/* RTSP (RFC 2326) over the project's own TCP: a viewer that finds out what a camera has, sets up
 * its tracks and steers them together, and the camera. The media are an rtp-source and an rtp-sink
 * that they open below them (actor/media_call.h): in datagrams of their own, or interleaved with
 * the text (10.12).
 */

#include "actor/actor.h"

extern const struct actor_type rtsp_client_type, rtsp_server_type;

/* Reasons of both ends. */
enum rtsp_why {
    RTSP_NO_WHY,
    RTSP_ASKS_OPTIONS,
    RTSP_ASKS_DESCRIPTION,
    RTSP_ASKS_SETUP,
    RTSP_ASKS_PLAY,
    RTSP_ASKS_PAUSE,
    RTSP_ASKS_TEARDOWN,
    RTSP_ASKS_NOTHING, /* only to be heard of */
    RTSP_ANSWERS,
    RTSP_REFUSES,
    RTSP_HAS_READ,
    RTSP_SESSION_SET_UP,
    RTSP_SESSION_PLAYS,
    RTSP_SESSION_PAUSED,
    RTSP_SESSION_ENDS,
    RTSP_EXPIRED,
    RTSP_TRIES_UDP,
    RTSP_GIVES_UP,
};
extern const struct reason rtsp_reasons[];

/* Appendix A: both ends keep the same three. */
enum rtsp_state { RTSP_INIT, RTSP_READY, RTSP_PLAYING };
extern const char *const rtsp_states[];
extern const struct machine_edge rtsp_edges[];

/* Of pictures with sound the pictures are the first track, and the sound is the second. */
#define RTSP_TRACK "track"
enum { RTSP_TRACKS = 2 };
