/* A packet's layers and fields for the inspector. Reads only what is there: a packet cut short,
 * bent or foreign ends in a "payload" layer. */
#include "wire/eth.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <stdio.h>
#include <string.h>

struct layer *dissect_add_layer(struct dissection *out, const char *proto, size_t at, size_t len)
{
    static const unsigned room = sizeof out->layers / sizeof *out->layers;
    if (out->layer_count == room) {
        return NULL;
    }
    struct layer *layer = &out->layers[out->layer_count++];
    *layer = (struct layer){
        .proto = proto, .at = (uint32_t)at, .len = (uint32_t)len, .first = out->field_count};
    return layer;
}

struct field *dissect_add_field(struct dissection *out, const struct field_spec *spec,
                                uint64_t value)
{
    static const unsigned room = sizeof out->fields / sizeof *out->fields;
    if (out->layer_count == 0 || out->field_count == room) {
        return NULL;
    }
    out->layers[out->layer_count - 1].count++;
    struct field *field = &out->fields[out->field_count++];
    *field = (struct field){.name = spec->name,
                            .form = spec->form,
                            .bit = spec->bit,
                            .bits = spec->bits,
                            .value = value};
    return field;
}

static void add_fields(struct dissection *out, const struct format *f,
                       const struct field_spec *specs, struct bytes head)
{
    for (const struct field_spec *s = specs; s->name; s++) {
        if ((s->bit + s->bits + 7u) / 8 > head.len) {
            continue;
        }
        struct field *field = dissect_add_field(out, s, bits_read(head, s->bit, s->bits));
        if (field && f->describe) {
            f->describe(head, field);
        }
    }
}

struct layer *dissect_add_header(struct dissection *out, const struct format *f, size_t at,
                                 struct bytes head)
{
    struct layer *layer = dissect_add_layer(out, f->name, at, head.len);
    if (layer) {
        add_fields(out, f, f->fields, head);
    }
    if (layer && f->more) {
        add_fields(out, f, f->more(head), head);
    }
    return layer;
}

static void add_payload(struct dissection *out, size_t at, size_t len)
{
    if (len > 0) {
        dissect_add_layer(out, "payload", at, len);
    }
}

/* A format over UDP holds the whole datagram; its own layer begins behind the UDP header. */
static void leave_udp_out(struct layer *layer, struct dissection *out)
{
    layer->at += UDP_HEADER;
    layer->len -= UDP_HEADER;
    for (unsigned i = layer->first; i < (unsigned)layer->first + layer->count; i++) {
        out->fields[i].bit -= 8 * UDP_HEADER;
    }
}

/* Bytes behind `from` that layers have shown already. */
static size_t shown_behind(const struct dissection *out, size_t from)
{
    unsigned n = out->layer_count;
    size_t end = n ? (size_t)out->layers[n - 1].at + out->layers[n - 1].len : 0;
    return end > from ? end - from : 0;
}

/* A message of format `f`. Quoted: its check covers bytes that are not there. */
static void dissect_message(const struct format *f, struct bytes message, uint32_t at,
                            const struct net *net, bool is_quoted, struct dissection *out)
{
    size_t head_len, body_len;
    f->split(message, &head_len, &body_len);
    if (head_len == 0 && is_quoted) {
        head_len = message.len;
    }
    if (head_len == 0) {
        add_payload(out, at, message.len);
        return;
    }
    struct layer *layer = dissect_add_header(out, f, at, bytes_sub(message, 0, head_len));
    if (layer && !is_quoted) {
        layer->is_damaged = !f->intact(message, net);
    }
    if (layer && f->carrier == CARRIER_UDP) {
        leave_udp_out(layer, out);
    }
    if (f->inner && !is_quoted) {
        f->inner(message, at, out);
    }
    size_t shown = shown_behind(out, at + head_len);
    size_t rest = is_quoted ? message.len - head_len : body_len;
    add_payload(out, at + head_len + shown, rest > shown ? rest - shown : 0);
}

/* Options are skipped on receipt, so they are shown as one run of bytes. */
static void add_ip_options(const struct ipv4 *h, struct dissection *out)
{
    if (h->header_len > IPV4_HEADER) {
        struct field_spec options = {"options", FIELD_BYTES, IPV4_HEADER * 8,
                                     (uint16_t)((h->header_len - IPV4_HEADER) * 8)};
        struct field *f = dissect_add_field(out, &options, 0);
        if (f && h->alert) {
            snprintf(f->text, sizeof f->text, "Router Alert");
        }
    }
}

void dissect_ipv4(struct bytes packet, uint32_t at, bool is_quoted, struct dissection *out)
{
    struct ipv4 h;
    if (!ipv4_decode(packet, &h)) {
        add_payload(out, at, packet.len);
        return;
    }
    struct layer *layer =
        dissect_add_header(out, &ipv4_format, at, bytes_sub(packet, 0, h.header_len));
    if (layer) {
        layer->is_damaged = !ipv4_intact(packet);
    }
    add_ip_options(&h, out);
    size_t len =
        h.total_len >= h.header_len && h.total_len <= packet.len ? h.total_len : packet.len;
    struct bytes message = bytes_sub(packet, h.header_len, len - h.header_len);
    const struct format *f = ipv4_is_fragment(&h) ? NULL : format_by_number(CARRIER_IP, h.protocol);
    struct net net = {.from.ip = h.from, .to.ip = h.to};
    const struct format *in_udp =
        f && h.protocol == IP_UDP && !is_quoted ? format_in_udp(message) : NULL;
    if (in_udp) {
        dissect_add_header(out, f, at + h.header_len, bytes_sub(message, 0, UDP_HEADER));
        dissect_message(in_udp, message, at + h.header_len, &net, false, out);
    } else if (f) {
        dissect_message(f, message, at + h.header_len, &net, is_quoted, out);
    } else {
        add_payload(out, at + h.header_len, message.len);
    }
}

void dissect(struct bytes wire, enum link_form form, struct dissection *out)
{
    *out = (struct dissection){0};
    uint32_t at = 0;
    uint16_t type = form == LINK_FORM_IP         ? ETHERTYPE_IPV4
                    : form == LINK_FORM_ARP      ? ETHERTYPE_ARP
                    : form == LINK_FORM_BASEBAND ? ETHERTYPE_BASEBAND
                                                 : ETHERTYPE_ARQ;
    struct eth h;
    if (form == LINK_FORM_ETHERNET) {
        if (!eth_decode(wire, &h)) {
            add_payload(out, 0, wire.len);
            return;
        }
        dissect_add_header(out, &eth_format, 0, bytes_sub(wire, 0, ETH_HEADER));
        at = ETH_HEADER;
        type = h.type;
    }
    struct bytes message = bytes_sub(wire, at, wire.len);
    const struct format *f = format_by_number(CARRIER_LINK, type);
    if (type == ETHERTYPE_IPV4) {
        dissect_ipv4(message, at, false, out);
    } else if (f) {
        dissect_message(f, message, at, &(struct net){0}, false, out);
    } else {
        add_payload(out, at, message.len);
    }
}
