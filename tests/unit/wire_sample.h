#pragma once
/* Packets for tests, made from their notation. */

#include "wire/dissect.h"
#include "wire/notation.h"

#include <check.h>

static const struct net sample_net = {
    .from = {0x0a000209, 80}, .to = {0x0a000105, 49152}, .df = true};

/* A packet from its notation; the payload comes from a stream of pattern. Owned by the caller. */
struct sample {
    struct packet_view view;
    struct streams streams;
    struct buf head, wire;
    enum link_form form;
};

static inline void sample_make(struct sample *s, const char *text)
{
    struct err err = {0};
    struct notation n;
    *s = (struct sample){0};
    ck_assert_msg(notation_parse(text, (struct notation_style){0}, &n, &err), "%s", text);
    n.tcp.from = 80;
    n.tcp.to = 49152;
    notation_head(&n, &s->head);
    s->view = (struct packet_view){.proto = notation_proto(&n),
                                   .net = sample_net,
                                   .ip_id = 7,
                                   .head = bytes_of(s->head.data, s->head.len),
                                   .streams = &s->streams};
    s->view.body = (struct span){11, stream_add_pattern(&s->streams, 99), n.len};
    s->form = proto_carrier(s->view.proto) == CARRIER_LINK ? LINK_FORM_FRAME : LINK_FORM_IP;
    packet_build(&s->view, &s->wire);
    err_free(&err);
}

static inline void sample_free(struct sample *s)
{
    buf_free(&s->head);
    buf_free(&s->wire);
    streams_free(&s->streams);
}

static inline struct bytes wire_of(const struct sample *s)
{
    return bytes_of(s->wire.data, s->wire.len);
}

/* The SYN+ACK that the drawings show: 10.0.2.9:80 to 10.0.1.5:49152, one router behind it.
 * IPv4: 4500 + 0034 + 4000 + 3f06 + 0a00 + 0209 + 0a00 + 0105 = db48, complement 24b7.
 * TCP: pseudo header 0a00 + 0209 + 0a00 + 0105 + 0006 + 0020 = 1734; header 0050 + c000 + 1388 +
 * 03e9
 * + 8012 + faf0 = 252c3; options 0204 + 05b4 + 0103 + 0307 + 0101 + 0402 = 10c5; together 27abc,
 * folded 7abe, complement 8541. */
static const uint8_t synack[] = {
    0x45, 0x00, 0x00, 0x34, 0x00, 0x00, 0x40, 0x00, 0x3f, 0x06, 0x24, 0xb7, 0x0a,
    0x00, 0x02, 0x09, 0x0a, 0x00, 0x01, 0x05, 0x00, 0x50, 0xc0, 0x00, 0x00, 0x00,
    0x13, 0x88, 0x00, 0x00, 0x03, 0xe9, 0x80, 0x12, 0xfa, 0xf0, 0x85, 0x41, 0x00,
    0x00, 0x02, 0x04, 0x05, 0xb4, 0x01, 0x03, 0x03, 0x07, 0x01, 0x01, 0x04, 0x02,
};
