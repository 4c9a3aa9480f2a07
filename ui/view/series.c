/* The rows. Of a chart the first is what events stand on; labels stand beside in this order. */
#include "ui/view/series.h"

#include <stddef.h>

const struct chart chart_table[] = {
    {"tcp", "window", "congestion", "retransmit", "per", 1.6},
    {"tcp", "time", NULL, NULL, "ns", 1},
    {"tcp", "sequence", NULL, NULL, "", 1.6},
    {"stop-and-wait-sender", "frames", NULL, "timeout", "", 1},
    {"go-back-n-sender", "frames", NULL, "timeout", "", 1},
    {"selective-repeat-sender", "frames", NULL, "timeout", "", 1},
    {"stop-and-wait-receiver", "utilization", NULL, NULL, "%", 1},
    {"go-back-n-receiver", "utilization", NULL, NULL, "%", 1},
    {"selective-repeat-receiver", "utilization", NULL, NULL, "%", 1},
    {"rtp-sink", "playout", NULL, NULL, "", 1},
    {"rtp-sink", "jitter", NULL, NULL, "", 1},
    {"rtp-source", "rtt", NULL, NULL, "ns", 1},
    {"rtcp", "interval", NULL, NULL, "ns", 1},
    {"link", "queue", NULL, NULL, "", 1},
    {0},
};

const struct series series_table[] = {
    {"tcp", "window", SERIES_VAR, "cwnd", SERIES_CURVE, SERIES_DATA, "mss"},
    {"tcp", "window", SERIES_VAR, "ssthresh", SERIES_LIMIT, SERIES_GREY, "mss"},
    {"tcp", "window", SERIES_VAR, "flight", SERIES_AREA, SERIES_DATA, "mss"},
    {"tcp", "window", SERIES_VAR, "snd.wnd", SERIES_LIMIT, SERIES_INK, "mss"},
    {"tcp", "time", SERIES_VAR, "srtt", SERIES_CURVE, SERIES_INK, NULL},
    {"tcp", "time", SERIES_VAR, "rto", SERIES_LIMIT, SERIES_LOSS, NULL},
    {"tcp", "time", SERIES_VAR, "rtt", SERIES_DOTS, SERIES_DATA, NULL},
    {"tcp", "time", SERIES_VAR, "rttvar", SERIES_LINE, SERIES_GREY, NULL},
    {"stop-and-wait-sender", "frames", SERIES_VAR, "copy", SERIES_CURVE, SERIES_DATA, NULL},
    {"go-back-n-sender", "frames", SERIES_VAR, "used", SERIES_CURVE, SERIES_DATA, NULL},
    {"go-back-n-sender", "frames", SERIES_VAR, "window", SERIES_LIMIT, SERIES_GREY, NULL},
    {"selective-repeat-sender", "frames", SERIES_VAR, "used", SERIES_CURVE, SERIES_DATA, NULL},
    {"selective-repeat-sender", "frames", SERIES_VAR, "window", SERIES_LIMIT, SERIES_GREY, NULL},
    {"stop-and-wait-receiver", "utilization", SERIES_UTILIZATION, "utilization", SERIES_CURVE,
     SERIES_DATA, NULL},
    {"go-back-n-receiver", "utilization", SERIES_UTILIZATION, "utilization", SERIES_CURVE,
     SERIES_DATA, NULL},
    {"selective-repeat-receiver", "utilization", SERIES_UTILIZATION, "utilization", SERIES_CURVE,
     SERIES_DATA, NULL},
    {"rtp-sink", "playout", SERIES_VAR, "buffer", SERIES_CURVE, SERIES_MEDIA, NULL},
    {"rtp-sink", "playout", SERIES_VAR, "late", SERIES_LINE, SERIES_LOSS, NULL},
    {"rtp-sink", "jitter", SERIES_VAR, "jitter", SERIES_CURVE, SERIES_MEDIA, NULL},
    {"rtp-source", "rtt", SERIES_VAR, "rtt", SERIES_CURVE, SERIES_INK, NULL},
    {"rtcp", "interval", SERIES_VAR, "interval", SERIES_CURVE, SERIES_INK, NULL},
    {"link", "queue", SERIES_QUEUE, "queue", SERIES_CURVE, SERIES_DATA, NULL},
    {0},
};
