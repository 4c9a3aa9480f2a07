/* What both ends of RTSP call their reasons and their states (RFC 2326 appendix A). */
#include "app/rtsp.h"

#include <stddef.h>

const struct reason rtsp_reasons[] = {
    [RTSP_NO_WHY] = {0},
    [RTSP_ASKS_OPTIONS] = {"rtsp.asks-options", "RFC 2326 §10.1"},
    [RTSP_ASKS_DESCRIPTION] = {"rtsp.asks-description", "RFC 2326 §10.2"},
    [RTSP_ASKS_SETUP] = {"rtsp.asks-setup", "RFC 2326 §10.4"},
    [RTSP_ASKS_PLAY] = {"rtsp.asks-play", "RFC 2326 §10.5"},
    [RTSP_ASKS_PAUSE] = {"rtsp.asks-pause", "RFC 2326 §10.6"},
    [RTSP_ASKS_TEARDOWN] = {"rtsp.asks-teardown", "RFC 2326 §10.7"},
    [RTSP_ASKS_NOTHING] = {"rtsp.asks-nothing", "RFC 2326 §12.37"},
    [RTSP_ANSWERS] = {"rtsp.answers", "RFC 2326 §7"},
    [RTSP_REFUSES] = {"rtsp.refuses", "RFC 2326 §11.3"},
    [RTSP_HAS_READ] = {"rtsp.has-read", "RFC 2326 §4"},
    [RTSP_SESSION_SET_UP] = {"rtsp.session-set-up", "RFC 2326 §A.1"},
    [RTSP_SESSION_PLAYS] = {"rtsp.session-plays", "RFC 2326 §A.1"},
    [RTSP_SESSION_PAUSED] = {"rtsp.session-paused", "RFC 2326 §A.1"},
    [RTSP_SESSION_ENDS] = {"rtsp.session-ends", "RFC 2326 §A.1"},
    [RTSP_EXPIRED] = {"rtsp.expired", "RFC 2326 §12.37"},
    [RTSP_TRIES_UDP] = {"rtsp.tries-udp", "RFC 2326 §11.3.14"},
    [RTSP_GIVES_UP] = {"rtsp.gives-up", "RFC 2326 §11.3"},
    {0},
};
const char *const rtsp_states[] = {"INIT", "READY", "PLAYING", NULL};
const struct machine_edge rtsp_edges[] = {
    {RTSP_INIT, RTSP_READY, "rtsp.edge.setup"},      {RTSP_READY, RTSP_PLAYING, "rtsp.edge.play"},
    {RTSP_PLAYING, RTSP_READY, "rtsp.edge.pause"},   {RTSP_READY, RTSP_INIT, "rtsp.edge.teardown"},
    {RTSP_PLAYING, RTSP_INIT, "rtsp.edge.teardown"}, {-1, -1, NULL},
};
