#pragma once
/* The wire's formats by name: what a packet is called, its fields, its bytes. One line a protocol
 * in dissect.c; everything that shows packets (exporters, patterns, the inspector) comes here and
 * handles a protocol it has never heard of. */

#include "base/bytes.h"
#include "base/net.h"
#include "base/stream_sum.h"

/* A packet as the engine holds it: what IP knows, header bytes, payload by reference. Its real
 * bytes are made here, by whoever reads bytes, as an offloading network card does. */
struct packet_view {
    const char *proto; /* name of the wire format: "udp", "arq", "tcp" */
    struct net net;
    uint16_t ip_id;    /* IPv4 identification, given by whoever captures */
    bool is_raw;       /* head holds the whole packet as it stands on the wire, headers,
                          payload, flipped bits and all; body is empty */
    uint8_t raw_ttl;   /* is_raw: the TTL in those bytes; built with net.ttl in its place */
    struct bytes head; /* header of `proto`, checksum or CRC fields zero */
    struct span body;
    const struct streams *streams; /* NULL: payload bytes are zero */
};

/* The kinds that the look distinguishes by shape and colour. */
enum packet_kind {
    PACKET_CONTROL, /* SYN, FIN */
    PACKET_DATA,
    PACKET_ACK,    /* bare acknowledgement */
    PACKET_RESET,  /* RST, errors, NAK */
    PACKET_REPORT, /* DHCP, RTCP */
    PACKET_MEDIA,
};

/* How a wire format stands on a link. */
enum link_form {
    LINK_FORM_IP,
    LINK_FORM_FRAME,
    LINK_FORM_ETHERNET,
    LINK_FORM_ARP,
    LINK_FORM_BASEBAND,
};
/* A packet of that format as packet_build makes it: without an Ethernet header. */
enum link_form packet_form(const char *proto);

/* The wire format called `name` exists. */
bool proto_known(const char *name);
/* All names, NULL-terminated (for the reader's closed lists). */
const char *const *proto_names(void);
enum carrier proto_carrier(const char *name);

/* Short name from the closed list of SCENARIO.md: "SYN", "SYN+ACK", "ACK", "DATA"… body_len is the
 * payload's length. Never NULL. */
const char *packet_is(const char *proto, struct bytes head, uint32_t body_len);
enum packet_kind packet_kind(const char *proto, struct bytes head, uint32_t body_len);
/* All short names, NULL-terminated. */
const char *const *packet_is_names(void);
/* What the capsule prints: "SYN ACK", an ARQ frame's number, "DATA". buf holds 24 bytes. */
char *packet_label(const char *proto, struct bytes head, uint32_t body_len, char buf[24]);

/* A header field by its name in JSON ("seq", "ack", "number", …); false: no such field there. */
bool packet_field(const char *proto, struct bytes head, const char *field, int64_t *value);
/* The fields worth a line of JSON, in the header's order, NULL-terminated; at most
 * PACKET_FIELDS_MAX. */
const char *const *packet_field_names(const char *proto);
#define PACKET_FIELDS_MAX 16
struct field_value {
    const char *name;
    int64_t value;
};
/* Those of them that this header has; returns how many. */
size_t packet_fields(const char *proto, struct bytes head, struct field_value *out);

/* Size on a point-to-point link: IPv4 header (unless the format stands alone), header, payload. */
uint32_t packet_size(const struct packet_view *p);
/* Appends the whole packet as it stands on a point-to-point link, with real checksums. */
void packet_build(const struct packet_view *p, struct buf *out);

/* Appends at least the first `keep` bytes of that, or all if it has fewer, with the checksums of
 * the whole; `sums` is the caller's, for one set of streams. */
void packet_build_start(const struct packet_view *p, uint32_t keep, struct stream_sums *sums,
                        struct buf *out);

/* Takes real bytes apart again. DAMAGED: a checksum or CRC does not hold, the rest of *out is what
 * the header says all the same. MALFORMED: too short or contradictory; *out is undefined. On
 * success out->head points into `wire`, and *payload tells where the payload stands. A UDP checksum
 * of zero is not checked (RFC 768). */
enum packet_state { PACKET_INTACT, PACKET_DAMAGED, PACKET_MALFORMED };
enum packet_state packet_parse(struct bytes wire, enum link_form form, struct packet_view *out,
                               struct bytes *payload);

/* Fields for the inspector: layers outside in, fields in the order of the header. */
enum field_form {
    FIELD_NUMBER,
    FIELD_HEX,
    FIELD_ADDRESS,
    FIELD_FLAG,   /* one bit; drawn as a cell of a row of flags */
    FIELD_NAMED,  /* a number whose `text` says what it means */
    FIELD_BYTES,  /* a blob: options, padding */
    FIELD_UNUSED, /* reserved: drawn sunk */
};
struct field {
    const char *name; /* language key is field.PROTO.NAME; its meaning field.PROTO.NAME.about */
    enum field_form form;
    uint16_t bit, bits; /* place in the layer's header, first bit is 0 */
    uint64_t value;
    char text[48]; /* the value in words or the protocol's notation; empty: print the number */
};
struct layer {
    const char *proto;     /* "ipv4", "udp", "arq", "tcp" …, "payload" */
    uint32_t at, len;      /* bytes of its header in the packet (of the payload: its length) */
    uint16_t first, count; /* fields[first .. first + count - 1] */
    bool is_damaged;       /* its checksum does not hold */
};
struct dissection {
    struct layer layers[24];
    struct field fields[256];
    uint16_t layer_count, field_count;
};
/* Never fails: what cannot be read ends in a "payload" layer. */
void dissect(struct bytes wire, enum link_form form, struct dissection *out);
