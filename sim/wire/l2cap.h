#pragma once
/* L2CAP (Core specification, volume 3, part A) on a classic link, in basic mode: a PDU is LENGTH 2
 * | CHANNEL ID 2 | information (3.1), low bytes first. Channel 1 carries commands: CODE 1 |
 * IDENTIFIER 1 | LENGTH 2 | data (4). */

#include "base/bytes.h"

#define L2CAP_HEADER         4
#define L2CAP_COMMAND_HEADER 4
#define L2CAP_SIGNALLING     0x0001 /* channel */
#define L2CAP_DYNAMIC        0x0040 /* the first of the channels that are given out */
#define L2CAP_PSM_AVDTP      0x0019
#define L2CAP_MTU_DEFAULT    672 /* 5.1 */
#define L2CAP_MTU_LEAST      48

enum l2cap_code {
    L2CAP_REJECT = 1,
    L2CAP_CONNECT,
    L2CAP_CONNECT_ANSWER,
    L2CAP_CONFIGURE,
    L2CAP_CONFIGURE_ANSWER,
    L2CAP_DISCONNECT,
    L2CAP_DISCONNECT_ANSWER,
    L2CAP_ECHO,
    L2CAP_ECHO_ANSWER,
    L2CAP_INFORMATION,
    L2CAP_INFORMATION_ANSWER,
};
enum l2cap_reject { L2CAP_NOT_UNDERSTOOD, L2CAP_MTU_EXCEEDED, L2CAP_NO_SUCH_CHANNEL };
enum l2cap_connect_result { L2CAP_CONNECTED, L2CAP_PENDING, L2CAP_NO_SUCH_PSM };
enum l2cap_configure_result {
    L2CAP_AGREED,
    L2CAP_UNACCEPTABLE,
    L2CAP_REFUSED,
    L2CAP_UNKNOWN_OPTION
};
enum l2cap_information_result { L2CAP_INFORMED, L2CAP_NOT_SUPPORTED };

/* Which fields count depends on the code: */
struct l2cap_command {
    enum l2cap_code code;
    uint8_t id;
    uint16_t psm;      /* CONNECT */
    uint16_t channel;  /* CONNECT_ANSWER, CONFIGURE, DISCONNECT and its answer: the destination's */
    uint16_t source;   /* CONNECT and its answer, CONFIGURE_ANSWER, DISCONNECT and its answer */
    uint16_t result;   /* of an answer; REJECT: the reason */
    uint16_t status;   /* CONNECT_ANSWER */
    uint16_t flags;    /* CONFIGURE and its answer: 1: more follows */
    uint16_t mtu;      /* the same; 0: not said */
    uint16_t info;     /* INFORMATION and its answer: type */
    bool has_unknown;  /* CONFIGURE: an option that is not known here and is no hint */
    uint8_t unknown;   /* its type */
    struct bytes data; /* ECHO and its answer, INFORMATION_ANSWER: borrowed */
};

/* Appends header and information. */
void l2cap_write(uint16_t channel, struct bytes information, struct buf *out);
/* False: it is not as long as its header says. *information: borrowed. */
bool l2cap_read(struct bytes pdu, uint16_t *channel, struct bytes *information);

/* Appends one command, what the signalling channel carries. */
void l2cap_write_command(const struct l2cap_command *c, struct buf *out);
/* The next command of *rest, which it is taken from. OVER: nothing is left. UNKNOWN: of a code that
 * is not understood here, id is told. BROKEN: it contradicts itself; nothing behind it can be read.
 */
enum l2cap_got { L2CAP_OVER, L2CAP_COMMAND, L2CAP_UNKNOWN, L2CAP_BROKEN };
enum l2cap_got l2cap_next(struct bytes *rest, struct l2cap_command *out);

/* "CONNECTION REQUEST", "CONFIGURATION RESPONSE" ...; "?": no such code. */
const char *l2cap_code_name(unsigned code);
