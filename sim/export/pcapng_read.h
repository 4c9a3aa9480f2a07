#pragma once
/* Reading a capture file (pcapng, draft-ietf-opsawg-pcapng), whoever wrote it: either byte order,
 * several sections, packets of interfaces with clocks of their own. Whatever the bytes are, a
 * reader ends: with the file, or with what is wrong and where. */

#include "base/bytes.h"
#include "base/simtime.h"

#define CAPTURE_NAME_MAX 63u /* bytes of an interface's name that are kept */

/* As their writers number them: https://www.tcpdump.org/linktypes.html. */
enum linktype {
    LINKTYPE_ETHERNET = 1,
    LINKTYPE_RAW = 101,
    LINKTYPE_SLL = 113,
    LINKTYPE_USER0 = 147,
    LINKTYPE_HCI = 201, /* H4 with a pseudo-header */
    LINKTYPE_IPV4 = 228,
    LINKTYPE_RADIO = 255,
};

struct capture_iface {
    uint16_t linktype;
    uint8_t resolution; /* if_tsresol: bit 7 says powers of 2, else of 10 */
    int64_t offset;     /* if_tsoffset, seconds */
    char name[CAPTURE_NAME_MAX + 1];
};

struct capture_packet {
    sim_time at;    /* ns, since whatever moment the file counts from */
    uint32_t iface; /* index into the reader's list */
    struct bytes data;
    uint32_t len; /* on the wire; more than data.len: the capture cut it */
};

struct capture_reader {
    struct bytes file; /* borrowed */
    size_t at;
    bool is_big; /* byte order of this section */
    struct capture_iface *ifaces;
    uint32_t iface_count, iface_cap;
    uint32_t first_iface; /* of this section */
    sim_time last;        /* simple packets have no time: that of the packet before */
    const char *wrong;    /* message key, NULL: nothing */
    size_t where;         /* byte at which the block begins that is wrong */
};

/* False: it is no pcapng file. */
bool capture_open(struct capture_reader *r, struct bytes file);
/* The next packet; false: the file is over, or r->wrong says what is wrong with it. */
bool capture_next(struct capture_reader *r, struct capture_packet *out);
void capture_close(struct capture_reader *r);
/* The IPv4 packet inside, without what the link put around it; false: none. */
bool capture_ipv4(const struct capture_reader *r, const struct capture_packet *p,
                  struct bytes *out);
