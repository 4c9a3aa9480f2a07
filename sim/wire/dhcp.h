#pragma once
/* DHCP (RFC 2131, options of RFC 2132): a BOOTP message in UDP between ports 67 and 68. The header
 * that the engine holds is the whole datagram, UDP header included; there is no payload behind it.
 */

#include "base/bytes.h"
#include "wire/format.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_FIXED       236 /* bytes before the magic cookie */
#define DHCP_MIN         300 /* BOOTP's size (RFC 1542 2.1): shorter messages are padded */
#define DHCP_ROOM        312 /* bytes of options, cookie included, that everyone must take */
#define DHCP_COOKIE      0x63825363u

enum dhcp_type {
    DHCP_NONE, /* plain BOOTP */
    DHCP_DISCOVER,
    DHCP_OFFER,
    DHCP_REQUEST,
    DHCP_DECLINE,
    DHCP_ACK,
    DHCP_NAK,
    DHCP_RELEASE,
    DHCP_INFORM,
};

enum dhcp_code {
    DHCP_OPT_PAD = 0,
    DHCP_OPT_MASK = 1,
    DHCP_OPT_ROUTER = 3,
    DHCP_OPT_DNS = 6,
    DHCP_OPT_HOST = 12,
    DHCP_OPT_DOMAIN = 15,
    DHCP_OPT_BROADCAST = 28,
    DHCP_OPT_VENDOR = 43,
    DHCP_OPT_REQUESTED = 50,
    DHCP_OPT_LEASE = 51,
    DHCP_OPT_OVERLOAD = 52,
    DHCP_OPT_TYPE = 53,
    DHCP_OPT_SERVER = 54,
    DHCP_OPT_PARAMS = 55,
    DHCP_OPT_MESSAGE = 56,
    DHCP_OPT_SIZE = 57,
    DHCP_OPT_T1 = 58,
    DHCP_OPT_T2 = 59,
    DHCP_OPT_CLASS = 60,
    DHCP_OPT_CLIENT = 61,
    DHCP_OPT_RELAY = 82,
    DHCP_OPT_END = 255,
};

/* Text or bytes of an option, copied. */
struct dhcp_text {
    uint16_t len;
    uint8_t data[510];
};

struct dhcp {
    bool is_reply; /* op */
    bool wants_broadcast;
    uint8_t hops;
    uint16_t secs;
    uint32_t xid;
    uint32_t ciaddr, yiaddr, siaddr, giaddr;
    uint64_t chaddr; /* 48 bits, first byte highest */
    enum dhcp_type type;
    uint32_t requested, server, mask, broadcast; /* addresses; 0: not given */
    uint32_t router[2], dns[2];                  /* 0: none (more) */
    bool has_lease;
    uint32_t lease, t1, t2; /* seconds; t1, t2 0: not given */
    uint16_t size;          /* the largest message it takes; 0: not given */
    struct dhcp_text host, domain, message, vendor, class_id, client_id, params, relay;
};

/* What is wrong with a message: it is refused. */
enum dhcp_fault {
    DHCP_SOUND,
    DHCP_TOO_SHORT,  /* shorter than BOOTP's fixed part and the cookie */
    DHCP_BAD_HEADER, /* op, or a hardware address that is none of Ethernet */
    DHCP_NO_COOKIE,  /* RFC 2132 section 2 */
    DHCP_CUT_OPTION, /* an option's length reaches beyond its field */
    DHCP_BAD_LENGTH, /* an option of fixed size has another; a text is empty */
    DHCP_BAD_TYPE,   /* a message type that does not exist */
};

/* Appends the datagram: UDP header (checksum zero), message, options, padded to 300 bytes. Options
 * that do not fit in 312 bytes (or m->size) go into the fields `file` and `sname` (option 52);
 * longer ones than 255 bytes are split (RFC 3396). */
void dhcp_encode(const struct dhcp *m, uint16_t from_port, uint16_t to_port, struct buf *out);
/* Of a datagram as the engine holds it. On a fault *out is not to be used. */
enum dhcp_fault dhcp_decode(struct bytes head, struct dhcp *out);
/* All parts of an option in the order of RFC 3396 section 7, joined; -1: it is not there. */
int dhcp_option(struct bytes head, enum dhcp_code code, uint8_t *out, size_t room);
/* What a relay agent sets in a message that passes it. */
struct dhcp_relaying {
    uint8_t hops;
    uint32_t giaddr;
    uint16_t to_port;  /* it sends from DHCP_SERVER_PORT */
    struct bytes info; /* of option 82, 255 bytes at most; empty: none, and what is there goes */
};
/* Appends the datagram with those changes; all else, unknown options too, stays as it is. */
void dhcp_relay(struct bytes head, const struct dhcp_relaying *how, struct buf *out);
const char *dhcp_type_name(enum dhcp_type t); /* "DHCPDISCOVER"; "BOOTP" */

extern const struct format dhcp_format;
