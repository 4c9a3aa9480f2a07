#pragma once
/* What one wire format tells dissect about itself. A protocol's codec file fills one `struct
 * format` and gets one line in the table of dissect.c; nothing else learns about it.
 *
 * A header is described by a table of fields, so that JSON, patterns and the inspector read the
 * same bits; only what is not a plain run of bits (options, a flag word) needs a function. */

#include "wire/dissect.h"

/* A run of bits of the header; the table ends with a NULL name. */
struct field_spec {
    const char *name;
    enum field_form form;
    uint16_t bit, bits; /* bits <= 64 */
};

/* How a message (all that the carrier below delivered) falls apart. */
struct format {
    const char *name;
    enum carrier carrier;
    uint16_t number; /* IP protocol or UDP port */
    const struct field_spec *fields;
    /* Fields that stand there for some kinds of header only. NULL: none. */
    const struct field_spec *(*more)(struct bytes head);
    const char *const *json; /* fields worth a line of JSON, NULL-terminated */

    /* Those of `json` that this header has, in one go; returns how many. 0, or NULL: they are asked
     * for one by one. */
    size_t (*all)(struct bytes head, struct field_value *out);

    const char *(*is)(struct bytes head, uint32_t body_len);
    enum packet_kind (*kind)(struct bytes head, uint32_t body_len);
    void (*label)(struct bytes head, uint32_t body_len,
                  char buf[24]); /* NULL: is, '+' as a space */
    /* A value that no single run of bits holds. NULL: none. */
    bool (*value)(struct bytes head, const char *field, int64_t *value);
    /* Ports into net (both already hold addresses). NULL: none. head is a whole header. */
    void (*key)(struct bytes head, struct net *net);

    /* Lengths of header and payload in `message`. False: too short or contradictory; the lengths
     * are then the best guess and lie within the message. */
    bool (*split)(struct bytes message, size_t *head_len, size_t *body_len);
    void (*seal)(uint8_t *message, size_t len, const struct net *net); /* fills in the check */
    /* The same with nothing there but the header, of an even length: what follows it makes the
     * message `len` bytes long and sums up to `rest` (base/stream_sum.h). NULL: the check needs all
     * bytes. */
    void (*seal_head)(uint8_t *head, size_t head_len, uint16_t rest, size_t len,
                      const struct net *net);
    bool (*intact)(struct bytes message, const struct net *net);

    /* Puts a field into words (f->text); NULL: numbers do. */
    void (*describe)(struct bytes head, struct field *f);
    /* Adds layers that stand inside the message beside header and payload: options, quoted packets;
     * at is the place of `message` in the packet. NULL: none. */
    void (*inner)(struct bytes message, uint32_t at, struct dissection *out);
};

/* NULL: no such format. */
const struct format *format_find(const char *name);
const struct format *format_by_number(enum carrier carrier, uint16_t number);

/* The format that speaks on a datagram's ports; NULL: plain UDP. */
const struct format *format_in_udp(struct bytes datagram);

/* `bits` bits of head from bit `bit`; 0 beyond its end. */
uint64_t bits_read(struct bytes head, unsigned bit, unsigned bits);

/* Building a dissection; what does not fit in its arrays is left out. */
struct layer *dissect_add_layer(struct dissection *out, const char *proto, size_t at, size_t len);
struct field *dissect_add_field(struct dissection *out, const struct field_spec *spec,
                                uint64_t value);
/* A layer with those fields of `f` that lie within the first `len` bytes of `head`. */
struct layer *dissect_add_header(struct dissection *out, const struct format *f, size_t at,
                                 struct bytes head);
/* An IPv4 packet that begins at `at`; quoted: only its first bytes are there (an ICMP error). */
void dissect_ipv4(struct bytes packet, uint32_t at, bool is_quoted, struct dissection *out);
