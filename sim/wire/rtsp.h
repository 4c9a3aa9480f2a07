#pragma once
/* RTSP/1.0 messages (RFC 2326): text like HTTP's, over one connection that either end may also fill
 * with media, each piece behind a `$`, its channel and its length (10.12). Written as text, read
 * from a byte stream that may be cut anywhere. */

#include "base/bytes.h"

enum rtsp_method {
    RTSP_UNKNOWN,
    RTSP_OPTIONS,
    RTSP_DESCRIBE,
    RTSP_SETUP,
    RTSP_PLAY,
    RTSP_PAUSE,
    RTSP_TEARDOWN,
    RTSP_GET_PARAMETER, /* empty: only to be heard of (10.8) */
};
const char *rtsp_method_name(enum rtsp_method m);

enum rtsp_status {
    RTSP_OK = 200,
    RTSP_BAD_REQUEST = 400,
    RTSP_NOT_FOUND = 404,
    RTSP_TOO_LARGE = 413,
    RTSP_NO_SESSION = 454,
    RTSP_WRONG_STATE = 455,
    RTSP_NOT_AGGREGATE = 459,
    RTSP_ONLY_AGGREGATE = 460,
    RTSP_NO_TRANSPORT = 461,
    RTSP_NOT_IMPLEMENTED = 501,
    RTSP_BAD_VERSION = 505,
};
const char *rtsp_reason(unsigned status); /* "Session Not Found"; "" if it is none of ours */

enum {
    RTSP_LINE_MAX = 1024,
    RTSP_LINES_MAX = 64,
    RTSP_BODY_MAX = 16384,
    RTSP_TEXT_MAX = 159,
    RTSP_FRAME_HEADER = 4,
};

/* What the Transport field offers or agrees on (12.39). */
struct rtsp_transport {
    bool is_given;
    bool is_known; /* RTP/AVP or AVPF by UDP unicast, or interleaved */
    bool is_interleaved;
    bool has_feedback;                 /* RTP/AVPF (RFC 4585) */
    uint16_t client_port, server_port; /* of RTP; 0: not told */
    uint8_t channel;                   /* of RTP; RTCP has the next */
    uint32_t ssrc;                     /* 0: not told */
};

struct rtsp_message {
    bool is_request;
    enum rtsp_method method;         /* request */
    unsigned status;                 /* response */
    enum rtsp_status fault;          /* request: the status that refuses it; RTSP_OK: it is sound */
    char target[RTSP_TEXT_MAX + 1];  /* request: "rtsp://10.0.0.2/live" */
    int64_t cseq;                    /* -1: not told */
    char session[RTSP_TEXT_MAX + 1]; /* "": not told */
    int64_t timeout_s;               /* of the session; 0: not told */
    struct rtsp_transport transport;
    char base[RTSP_TEXT_MAX + 1]; /* Content-Base */
    char range[RTSP_TEXT_MAX + 1];
    bool closes;       /* Connection: close */
    struct bytes body; /* of the reader; valid until it reads on */
};

enum rtsp_found { RTSP_NOTHING, RTSP_MESSAGE, RTSP_MEDIA, RTSP_BROKEN };

/* Zero is the start. Owned: rtsp_free. */
struct rtsp_reader {
    struct buf text;    /* what has come of the present message or frame */
    size_t scanned;     /* of its head, for the empty line */
    size_t head, whole; /* bytes of its head, of all of it; 0: not known yet */
    uint64_t taken;     /* bytes of the stream up to the end of what was found last */
    bool is_found;      /* the next call begins the next one */
    bool is_broken;
};

/* Takes bytes from the front of *in until a message or a frame is whole, or none are left. BROKEN:
 * what comes cannot be told apart any more. */
enum rtsp_found rtsp_read(struct rtsp_reader *r, struct bytes *in, struct rtsp_message *out);
/* After RTSP_MEDIA: what the frame carries, and on which channel. */
struct bytes rtsp_frame(const struct rtsp_reader *r, uint8_t *channel);
void rtsp_free(struct rtsp_reader *r);

/* "Transport: ..." with its line's end. */
void rtsp_write_transport(const struct rtsp_transport *t, struct buf *out);
void rtsp_write_frame(uint8_t channel, struct bytes packet, struct buf *out); /* under 64 KiB */
