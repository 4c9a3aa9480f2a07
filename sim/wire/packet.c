/* From what the engine holds to the bytes on a link, and back. */
#include "wire/checksum.h"
#include "wire/eth.h"
#include "wire/ipv4.h"

#include <string.h>

/* The engine's packet stands behind an IPv4 header that it does not hold itself. */
static bool needs_ipv4(const struct packet_view *p, const struct format *f)
{
    return !p->is_raw && f && f != &ipv4_format &&
           (f->carrier == CARRIER_IP || f->carrier == CARRIER_UDP);
}

static uint32_t size_of(const struct packet_view *p, const struct format *f)
{
    if (p->is_raw) {
        return (uint32_t)p->head.len;
    }
    uint32_t header = IPV4_HEADER + (p->net.alert ? IPV4_ALERT : 0);
    uint32_t ip = needs_ipv4(p, f) ? header : 0;
    return ip + (uint32_t)p->head.len + p->body.len;
}

uint32_t packet_size(const struct packet_view *p)
{
    return size_of(p, format_find(p->proto));
}

static void add_ipv4(const struct packet_view *p, const struct format *f, struct buf *out)
{
    struct ipv4 h = {.from = p->net.from.ip,
                     .to = p->net.to.ip,
                     .total_len = (uint16_t)size_of(p, f),
                     .id = p->ip_id,
                     .ecn = p->net.ecn,
                     .ttl = p->net.ttl ? p->net.ttl : IPV4_DEFAULT_TTL,
                     .protocol = (uint8_t)(f->carrier == CARRIER_UDP ? IP_UDP : f->number),
                     .df = p->net.df};
    if (p->net.alert) {
        ipv4_encode_alert(&h, buf_extend(out, IPV4_HEADER + IPV4_ALERT));
    } else {
        ipv4_encode(&h, buf_extend(out, IPV4_HEADER));
    }
}

/* The first `len` bytes of it. */
static void add_body(const struct packet_view *p, uint32_t len, struct buf *out)
{
    if (p->streams && p->body.stream) {
        span_read(p->streams, span_sub(p->body, 0, len), out);
    } else if (len) {
        memset(buf_extend(out, len), 0, len);
    }
}

/* Routers have taken from the TTL since the bytes were made; the checksum follows as they would
 * have it follow (RFC 1624), so that a wrong one stays wrong. */
static void age_raw(const struct packet_view *p, const struct format *f, uint8_t *wire)
{
    bool is_ip = f && f->carrier != CARRIER_LINK && p->head.len >= IPV4_HEADER;
    if (!is_ip || p->raw_ttl == p->net.ttl) {
        return;
    }
    uint16_t before = get_u16(wire + 8);
    wire[8] = (uint8_t)(wire[8] + p->net.ttl - p->raw_ttl);
    put_u16(wire + 10, checksum_adjust(get_u16(wire + 10), before, get_u16(wire + 8)));
}

void packet_build(const struct packet_view *p, struct buf *out)
{
    const struct format *f = format_find(p->proto);
    if (needs_ipv4(p, f)) {
        add_ipv4(p, f, out);
    }
    size_t start = out->len;
    buf_add(out, p->head);
    if (p->is_raw) {
        age_raw(p, f, out->data + start);
        return;
    }
    if (f == &ipv4_format && p->net.ttl && p->head.len >= IPV4_HEADER) {
        out->data[start + 1] = (uint8_t)((out->data[start + 1] & 0xfc) | (p->net.ecn & 3));
        out->data[start + 8] = p->net.ttl;
    }
    add_body(p, p->body.len, out);
    if (f && f->seal) {
        f->seal(out->data + start, out->len - start, &p->net);
    }
}

/* Can the check be made without the bytes of the payload? */
static bool is_summed(const struct packet_view *p, const struct format *f)
{
    return !p->is_raw && f && f->seal_head && p->head.len % 2 == 0;
}

void packet_build_start(const struct packet_view *p, uint32_t keep, struct stream_sums *sums,
                        struct buf *out)
{
    const struct format *f = format_find(p->proto);
    if (!is_summed(p, f) || size_of(p, f) <= keep) {
        packet_build(p, out);
        return;
    }
    uint32_t heads = IPV4_HEADER + (uint32_t)p->head.len;
    bool is_real = p->streams && p->body.stream;
    uint16_t rest = is_real ? span_sum(sums, p->streams, p->body) : 0;
    add_ipv4(p, f, out);
    size_t start = out->len;
    buf_add(out, p->head);
    f->seal_head(out->data + start, p->head.len, rest, p->head.len + p->body.len, &p->net);
    add_body(p, keep > heads ? keep - heads : 0, out);
}

/* A message of format `f` that makes up all of `message`; earlier damage is kept. */
static enum packet_state parse_message(const struct format *f, struct bytes message, bool damaged,
                                       struct packet_view *out, struct bytes *payload)
{
    size_t head_len, body_len;
    bool fits = f->split(message, &head_len, &body_len);
    if (head_len == 0) {
        return damaged ? PACKET_DAMAGED : PACKET_MALFORMED;
    }
    damaged = !f->intact(message, &out->net) || damaged;
    if (!fits && !damaged) {
        return PACKET_MALFORMED;
    }
    out->proto = f->name;
    out->head = bytes_sub(message, 0, head_len);
    *payload = bytes_sub(message, head_len, body_len);
    out->body = (struct span){.len = (uint32_t)payload->len};
    if (f->key) {
        f->key(out->head, &out->net);
    }
    return damaged ? PACKET_DAMAGED : PACKET_INTACT;
}

static enum packet_state parse_ipv4(struct bytes wire, struct packet_view *out,
                                    struct bytes *payload)
{
    enum packet_state state = parse_message(&ipv4_format, wire, false, out, payload);
    struct ipv4 h;
    if (state == PACKET_MALFORMED || !ipv4_decode(wire, &h)) {
        return PACKET_MALFORMED;
    }
    out->net = (struct net){
        .from.ip = h.from, .to.ip = h.to, .ttl = h.ttl, .ecn = h.ecn, .df = h.df, .alert = h.alert};
    out->ip_id = h.id;
    const struct format *f = format_by_number(CARRIER_IP, h.protocol);
    if (!f || ipv4_is_fragment(&h)) {
        return state;
    }
    const struct format *in_udp = h.protocol == IP_UDP ? format_in_udp(*payload) : NULL;
    return parse_message(in_udp ? in_udp : f, *payload, state == PACKET_DAMAGED, out, payload);
}

enum packet_state packet_parse(struct bytes wire, enum link_form form, struct packet_view *out,
                               struct bytes *payload)
{
    *out = (struct packet_view){0};
    *payload = (struct bytes){0};
    uint16_t type = form == LINK_FORM_IP         ? ETHERTYPE_IPV4
                    : form == LINK_FORM_ARP      ? ETHERTYPE_ARP
                    : form == LINK_FORM_BASEBAND ? ETHERTYPE_BASEBAND
                                                 : ETHERTYPE_ARQ;
    if (form == LINK_FORM_ETHERNET) {
        struct eth h;
        if (!eth_decode(wire, &h)) {
            return PACKET_MALFORMED;
        }
        type = h.type;
        wire = bytes_sub(wire, ETH_HEADER, wire.len);
    }
    if (type == ETHERTYPE_IPV4) {
        return parse_ipv4(wire, out, payload);
    }
    const struct format *f = format_by_number(CARRIER_LINK, type);
    return f ? parse_message(f, wire, false, out, payload) : PACKET_MALFORMED;
}
