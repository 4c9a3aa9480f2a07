#pragma once
/* AVDTP 1.3, the signalling of sound and pictures over L2CAP (8): in a single packet LABEL 4 |
 * PACKET TYPE 2 | MESSAGE TYPE 2, then 2 unused bits | SIGNAL 6, then what belongs to that signal.
 * Messages in several packets are not read here: all of ours fit the least MTU. */

#include "base/bytes.h"
#include "wire/sbc.h"

#define AVDTP_HEADER        2
#define AVDTP_LABELS        16
#define AVDTP_SEID_LEAST    1
#define AVDTP_SEID_MOST     62
#define AVDTP_ENDPOINTS_MAX 8 /* that one DISCOVER tells of; more are passed over */
#define AVDTP_CODEC_MAX     16

enum avdtp_kind { AVDTP_COMMAND, AVDTP_GENERAL_REJECT, AVDTP_ACCEPT, AVDTP_REJECT };
enum avdtp_signal {
    AVDTP_DISCOVER = 1,
    AVDTP_GET_CAPABILITIES,
    AVDTP_SET_CONFIGURATION,
    AVDTP_GET_CONFIGURATION,
    AVDTP_RECONFIGURE,
    AVDTP_OPEN,
    AVDTP_START,
    AVDTP_CLOSE,
    AVDTP_SUSPEND,
    AVDTP_ABORT,
    AVDTP_SECURITY_CONTROL,
    AVDTP_GET_ALL_CAPABILITIES,
    AVDTP_DELAY_REPORT,
};
enum avdtp_category { /* 8.21.1 */
                      AVDTP_MEDIA_TRANSPORT = 1,
                      AVDTP_REPORTING,
                      AVDTP_RECOVERY,
                      AVDTP_CONTENT_PROTECTION,
                      AVDTP_HEADER_COMPRESSION,
                      AVDTP_MULTIPLEXING,
                      AVDTP_MEDIA_CODEC,
                      AVDTP_DELAY_REPORTING,
};
enum avdtp_error { /* 8.20.6.2; from 0xc1 on A2DP's (A2DP 5.1.3) */
                   AVDTP_NO_ERROR = 0,
                   AVDTP_BAD_HEADER = 0x01,
                   AVDTP_BAD_LENGTH = 0x11,
                   AVDTP_BAD_SEID = 0x12,
                   AVDTP_SEP_IN_USE = 0x13,
                   AVDTP_SEP_NOT_IN_USE = 0x14,
                   AVDTP_BAD_CATEGORY = 0x17,
                   AVDTP_BAD_PAYLOAD = 0x18,
                   AVDTP_NOT_SUPPORTED = 0x19,
                   AVDTP_INVALID_CAPABILITIES = 0x1a,
                   AVDTP_UNSUPPORTED_CONFIGURATION = 0x29,
                   AVDTP_BAD_STATE = 0x31,
                   A2DP_INVALID_CODEC = 0xc1,
                   A2DP_NOT_SUPPORTED_CODEC = 0xc2,
                   A2DP_INVALID_SAMPLING = 0xc3,
                   A2DP_NOT_SUPPORTED_SAMPLING = 0xc4,
                   A2DP_NOT_SUPPORTED_BITPOOL = 0xce,
};
enum avdtp_codec_type { AVDTP_SBC, AVDTP_MPEG_1_2, AVDTP_AAC }; /* A2DP's assigned numbers */

struct avdtp_endpoint { /* 8.6.2 */
    uint8_t seid;
    bool is_used, is_sink;
    uint8_t media; /* 0: audio */
};
/* Capabilities, or a configuration: the services that stand there. */
struct avdtp_services {
    bool has_transport, has_codec;
    uint8_t bad_category; /* one that stands there and is none of the above; 0: none */
    uint8_t codec, info_len;
    uint8_t info[AVDTP_CODEC_MAX]; /* of the codec */
};
struct avdtp {
    uint8_t label;
    enum avdtp_kind kind;
    uint8_t signal;    /* enum avdtp_signal, or another number */
    uint8_t seid;      /* of the acceptor; of a rejected START or SUSPEND: which */
    uint8_t own_seid;  /* SET_CONFIGURATION: the initiator's */
    uint8_t category;  /* rejected SET_CONFIGURATION: which service */
    uint8_t error;     /* rejected */
    uint8_t endpoints; /* accepted DISCOVER: how many of them */
    struct avdtp_endpoint endpoint[AVDTP_ENDPOINTS_MAX];
    struct avdtp_services services;
};

void avdtp_write(const struct avdtp *m, struct buf *out);
/* BAD_LENGTH: label, kind and signal are told, the rest is too short or too long. NOT_ONE: too
 * short for a header, or a packet of several. */
enum avdtp_got { AVDTP_READ, AVDTP_READ_BAD_LENGTH, AVDTP_READ_NOT_ONE };
enum avdtp_got avdtp_read(struct bytes message, struct avdtp *out);

const char *avdtp_signal_name(unsigned signal); /* "DISCOVER"; "?": no such signal */
const char *avdtp_error_name(unsigned error);   /* "NOT SUPPORTED CODEC TYPE"; "?" */
const char *avdtp_category_name(unsigned category);
