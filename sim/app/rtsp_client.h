#pragma once
/* Inside the viewer: what it asks (rtsp_ask.c), and what it makes of the answers (rtsp_client.c).
 */

#include "actor/fx.h"
#include "app/outbox.h"
#include "app/rtsp.h"
#include "wire/rtsp.h"

enum rtsp_mistake {
    NO_MISTAKE,
    WRONG_PATH,
    PLAY_FIRST,
    PAUSE_EARLY,
    WRONG_SESSION,
    SETUP_ALL,
    PLAY_ONE
};

struct rtsp_track {
    uint32_t sink; /* 0: not set up */
    struct rtsp_transport agreed;
    char control[RTSP_TEXT_MAX + 1];
    bool is_sound, has_feedback;
};

struct rtsp_client {
    int64_t transport, port, path, play, pause_after, pause_for, keep_alive, mistake; /* settings */
    struct net key;
    uint32_t handle, stream;
    struct outbox out;
    struct rtsp_reader reader;
    struct mark got;
    enum rtsp_method asked; /* RTSP_UNKNOWN: nothing waits for an answer */
    struct mark question;
    int64_t cseq;
    enum rtsp_state state;
    struct rtsp_track tracks[RTSP_TRACKS];
    unsigned track_count, track; /* those described; the one that is being set up */
    char session[RTSP_TEXT_MAX + 1];
    sim_time timeout, began, started, left;                   /* left: still to be watched */
    bool uses_udp, has_paused, was_renewed, is_leaving, errs; /* errs: is making its mistake */
    uint64_t requests, refusals, frames;
};

/* Sends a request; what comes next is decided when its answer is there. */
void rtsp_ask(struct rtsp_client *c, enum rtsp_method method, struct fx *fx);
/* Bytes go; name: of a request, NULL: it is none. */
void rtsp_say(struct rtsp_client *c, struct bytes text, const char *name, enum rtsp_why why,
              struct fx *fx);
