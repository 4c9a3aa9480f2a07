#pragma once
/* DNS messages (RFC 1035 4): names in labels, compressed when written, and read with care: a
 * pointer may only lead backwards. Over UDP a message stands behind the UDP header; over TCP its
 * length does before it (4.2.2). */

#include "base/bytes.h"
#include "base/net.h"

struct format;

enum {
    DNS_PORT = 53,
    DNS_HEADER = 12,
    DNS_UDP_MAX = 512,  /* RFC 1035 2.3.4 */
    DNS_NAME_MAX = 253, /* as text, without the last dot; 255 on the wire */
    DNS_LABEL_MAX = 63,
    DNS_RECORDS_MAX = 256,
};
enum dns_type { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_TXT = 16, DNS_AAAA = 28 };
enum dns_rcode {
    DNS_OK,
    DNS_FORMAT_ERROR,
    DNS_SERVER_FAILURE,
    DNS_NO_NAME,
    DNS_NOT_IMPLEMENTED,
    DNS_REFUSED
};

struct dns_record {
    char name[DNS_NAME_MAX + 1];
    uint16_t type;
    uint32_t ttl;      /* s */
    struct bytes data; /* borrowed */
};

/* What stands before the records. */
struct dns_head {
    uint16_t id;
    bool is_answer, is_authoritative, is_truncated, wants_recursion, can_recurse;
    uint8_t opcode, rcode;
    uint16_t counts[4];          /* questions, answers, authority, additional */
    char name[DNS_NAME_MAX + 1]; /* of the first question */
    uint16_t type;               /* of it */
};

/* Labels of 1 to 63 letters, digits, hyphens or underscores, joined by dots; case is kept. */
bool dns_is_name(const char *text);
bool dns_same_name(const char *a, const char *b);       /* without regard to case (2.3.3) */
const char *dns_type_name(unsigned type, char buf[12]); /* "A", "TYPE99" */
const char *dns_rcode_name(unsigned rcode);             /* "NXDOMAIN", "rcode 9" is "?" */

/* Appends header and question; counts are given. */
void dns_write_head(const struct dns_head *h, struct buf *out);
/* Appends a record; its name is a pointer to the question's where it is the same (4.1.4). */
void dns_write_record(const struct dns_record *r, const struct dns_head *h, struct buf *out);

/* False: it is no DNS message. *at: where its records begin. */
bool dns_read_head(struct bytes message, struct dns_head *out, size_t *at);
/* The record at *at, which then stands behind it. False: it is cut or contradictory. */
bool dns_read_record(struct bytes message, size_t *at, struct dns_record *out);
/* Every record that the counts promise can be read, and nothing follows. */
bool dns_is_sound(struct bytes message);

extern const struct format dns_format;
