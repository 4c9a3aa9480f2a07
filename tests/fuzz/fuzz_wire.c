/* Any bytes as a packet: each codec reads or refuses them, what it has read it writes so that it
 * reads the same again, and whoever shows packets gets through. The first byte chooses. */
#include "fuzz/fuzz.h"

#include "wire/arp.h"
#include "wire/arq.h"
#include "wire/assembly.h"
#include "wire/baseband.h"
#include "wire/checksum.h"
#include "wire/dhcp.h"
#include "wire/eth.h"
#include "wire/ipv4.h"
#include "wire/notation.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"
#include "wire/translate.h"
#include "wire/udp.h"

#include <string.h>

#define SAME(a, b) CLAIM(memcmp(&(a), &(b), sizeof(a)) == 0)

static void show(const char *proto, struct bytes head, uint32_t body_len)
{
    char label[24];
    int64_t value;
    struct buf text = {0};
    struct notation_style style = {.window = true, .options = true};
    CLAIM(packet_is(proto, head, body_len) != NULL);
    CLAIM(packet_kind(proto, head, body_len) <= PACKET_MEDIA);
    CLAIM(strlen(packet_label(proto, head, body_len, label)) < sizeof label);
    for (const char *const *f = packet_field_names(proto); f && *f; f++) {
        packet_field(proto, head, *f, &value);
    }
    notation_packet(proto, head, body_len, style, &text);
    buf_free(&text);
}

/* Sums and CRCs are filled in, so that what stands behind them is reached. */
static void mend(uint8_t *wire, size_t len, enum link_form form)
{
    struct ipv4 ip;
    if (form == LINK_FORM_FRAME && len >= ARQ_HEADER) {
        arq_seal(wire, len);
    }
    if (form != LINK_FORM_IP || len < IPV4_HEADER || !ipv4_decode(bytes_of(wire, len), &ip)) {
        return;
    }
    if (len < 65536) {
        put_u16(wire + 2, (uint16_t)len);
    }
    put_u16(wire + 10, 0);
    put_u16(wire + 10, checksum_of(bytes_of(wire, ip.header_len)));
    const struct format *f = format_by_number(CARRIER_IP, ip.protocol);
    size_t head, body;
    struct net net = {.from.ip = ip.from, .to.ip = ip.to};
    struct bytes message = bytes_of(wire + ip.header_len, len - ip.header_len);
    if (ip.protocol == IP_UDP && message.len >= UDP_HEADER && message.len < 65536) {
        put_u16(wire + ip.header_len + 4, (uint16_t)message.len);
    }
    if (f && f->split(message, &head, &body)) {
        f->seal(wire + ip.header_len, message.len, &net);
    }
}

/* What is intact is built again of its parts, byte by byte. */
static void claim_rebuilt(const struct packet_view *view, struct bytes payload, struct bytes wire,
                          enum link_form form)
{
    struct streams streams = {0};
    struct packet_view p = *view;
    struct packet_view again;
    struct bytes again_payload;
    struct buf built = {0};
    p.streams = &streams;
    if (payload.len > 0) {
        p.body.stream = stream_add_bytes(&streams, payload);
        p.body.len = (uint32_t)payload.len;
    }
    packet_build(&p, &built);
    struct bytes bytes = bytes_of(built.data, built.len);
    CLAIM(form != LINK_FORM_IP || built.len <= wire.len);
    CLAIM(packet_size(&p) == built.len);
    CLAIM(packet_parse(bytes, form, &again, &again_payload) == PACKET_INTACT);
    CLAIM(strcmp(again.proto, view->proto) == 0);
    CLAIM(bytes_equal(again_payload, payload));
    CLAIM(again.head.len == view->head.len);
    buf_free(&built);
    streams_free(&streams);
}

static void parse(struct cursor *c)
{
    enum link_form form = (enum link_form)(take_u8(c) % (LINK_FORM_BASEBAND + 1));
    bool mends = take_u8(c) & 1;
    size_t len = c->len - c->at;
    uint8_t *wire = malloc(len ? len : 1);
    memcpy(wire, c->data + c->at, len);
    if (mends) {
        mend(wire, len, form);
    }
    struct dissection d;
    struct packet_view view = {0};
    struct bytes payload = {0};
    dissect(bytes_of(wire, len), form, &d);
    for (unsigned i = 0; i < d.layer_count; i++) {
        CLAIM(d.layers[i].at <= len && d.layers[i].len <= len - d.layers[i].at);
        CLAIM(d.layers[i].first + d.layers[i].count <= d.field_count);
    }
    enum packet_state state = packet_parse(bytes_of(wire, len), form, &view, &payload);
    if (state != PACKET_MALFORMED) {
        show(view.proto, view.head, (uint32_t)payload.len);
    }
    if (state == PACKET_INTACT && (form == LINK_FORM_IP || form == LINK_FORM_FRAME)) {
        claim_rebuilt(&view, payload, bytes_of(wire, len), form);
    }
    free(wire);
}

static void tcp(struct bytes in)
{
    struct tcp_seg seg, again;
    uint8_t head[TCP_HEADER_MAX];
    if (!tcp_decode(in, 5, &seg)) {
        return;
    }
    size_t len = tcp_encode(&seg, head);
    CLAIM(len >= TCP_HEADER && len <= TCP_HEADER_MAX);
    CLAIM(tcp_decode(bytes_of(head, len), 5, &again));
    CLAIM(again.flags == seg.flags && again.seq.v == seg.seq.v && again.ack.v == seg.ack.v);
    CLAIM(again.window == seg.window && again.urgent == seg.urgent);
    CLAIM(!(seg.options & TCP_OPT_MSS) || again.mss == seg.mss);
    CLAIM(!(seg.options & TCP_OPT_TIMESTAMPS) ||
          (again.ts_val == seg.ts_val && again.ts_ecr == seg.ts_ecr));
    CLAIM((again.options & ~TCP_OPT_SACK) == (seg.options & ~TCP_OPT_SACK));
    CLAIM(again.sack_count <= seg.sack_count);
}

static void same_text(const struct dhcp_text *a, const struct dhcp_text *b)
{
    CLAIM(bytes_equal(bytes_of(a->data, a->len), bytes_of(b->data, b->len)));
}

static void claim_same_lease(const struct dhcp *m, const struct dhcp *again)
{
    CLAIM(again->type == m->type && again->xid == m->xid && again->chaddr == m->chaddr);
    CLAIM(again->ciaddr == m->ciaddr && again->yiaddr == m->yiaddr);
    CLAIM(again->siaddr == m->siaddr && again->giaddr == m->giaddr);
    CLAIM(again->requested == m->requested && again->server == m->server);
    CLAIM(again->mask == m->mask && again->lease == m->lease);
    same_text(&m->host, &again->host);
    same_text(&m->client_id, &again->client_id);
    same_text(&m->params, &again->params);
}

static void dhcp(struct bytes in)
{
    struct dhcp m, again;
    struct buf out = {0}, relayed = {0};
    uint8_t option[600];
    if (dhcp_decode(in, &m) != DHCP_SOUND) {
        return;
    }
    dhcp_encode(&m, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, &out);
    struct bytes datagram = bytes_of(out.data, out.len);
    CLAIM(out.len >= DHCP_MIN);
    enum dhcp_fault fault = dhcp_decode(datagram, &again);
    CLAIM(fault == DHCP_SOUND);
    bool fits = out.len < UDP_HEADER + DHCP_FIXED + DHCP_ROOM; /* else some options were left out */
    if (fits) {
        claim_same_lease(&m, &again);
    }
    for (int code = 0; code < 256; code++) {
        dhcp_option(in, (enum dhcp_code)code, option, sizeof option);
    }
    uint8_t info[] = {1, 2, 0, 3};
    struct dhcp_relaying how = {.hops = 1,
                                .giaddr = 0x0a000001,
                                .to_port = DHCP_SERVER_PORT,
                                .info = bytes_of(info, in.len % 5)};
    dhcp_relay(in, &how, &relayed);
    CLAIM(dhcp_decode(bytes_of(relayed.data, relayed.len), &again) == DHCP_SOUND);
    CLAIM(again.giaddr == 0x0a000001 && again.type == m.type);
    buf_free(&out);
    buf_free(&relayed);
}

static void rtcp(struct bytes in)
{
    struct rtcp_packet p;
    struct rtcp_sender_info info;
    struct rtcp_block block;
    struct bytes rest = in;
    bool is_valid = rtcp_is_valid(in);
    size_t seen = 0;
    while (rtcp_next(&rest, &p)) {
        seen += p.whole.len;
        CLAIM(p.whole.len >= 4 && seen <= in.len);
        rtcp_sender_info(&p, &info);
        for (unsigned i = 0; i <= p.count; i++) {
            rtcp_block(&p, i, &block);
        }
    }
    CLAIM(!is_valid || rest.len == 0);
}

static void rtp(struct bytes in)
{
    struct rtp h, again;
    uint8_t head[RTP_HEADER_MAX];
    size_t len = rtp_decode(in, &h);
    if (len == 0) {
        return;
    }
    CLAIM(len <= in.len);
    size_t written = rtp_encode(&h, head);
    CLAIM(rtp_decode(bytes_of(head, written), &again) == written);
    CLAIM(again.seq == h.seq && again.timestamp == h.timestamp && again.ssrc == h.ssrc);
    CLAIM(again.csrc_count == h.csrc_count && again.payload_type == h.payload_type);
    SAME(again.csrc, h.csrc);
}

static void small(struct bytes in)
{
    struct arp a;
    struct arq_frame f;
    struct baseband b;
    uint8_t arp_bytes[ARP_SIZE], arq_bytes[ARQ_WIDE], band[BASEBAND_HEAD_MAX];
    if (arp_decode(in, &a)) {
        arp_encode(&a, arp_bytes);
        CLAIM(memcmp(arp_bytes, in.data, ARP_SIZE) == 0);
    }
    if (arq_decode(in, &f)) {
        (f.is_wide ? arq_encode_wide : arq_encode)(&f, arq_bytes);
        CLAIM(memcmp(arq_bytes, in.data, 4) == 0);
        CLAIM(!f.is_wide || memcmp(arq_bytes + 8, in.data + 8, f.answer ? 4 : 1) == 0);
    }
    if (baseband_decode(in, &b) && b.hec_holds) {
        struct baseband again;
        size_t len = baseband_encode(&b, band);
        CLAIM(baseband_decode(bytes_of(band, len), &again) && again.hec_holds);
        CLAIM(again.type == b.type && again.channel == b.channel && again.lt_addr == b.lt_addr);
        CLAIM(again.flow == b.flow && again.arqn == b.arqn && again.seqn == b.seqn);
    }
}

/* A packet between other ends, and back: the bytes that it was. */
static void translate(struct bytes in)
{
    struct ends ends, none = {{0x0a010203, 4444}, {0xc0a80105, 80}}, found;
    uint8_t protocol;
    bool is_error;
    if (!translate_read(in, &ends, &protocol, &is_error)) {
        return;
    }
    struct ipv4 ip;
    CLAIM(ipv4_decode(in, &ip));
    struct ends outer = {{.ip = ip.from}, {.ip = ip.to}};
    uint8_t *wire = malloc(in.len);
    memcpy(wire, in.data, in.len);
    translate_write(wire, in.len, &none, is_error ? &outer : &none);
    CLAIM(translate_read(bytes_of(wire, in.len), &found, &protocol, &is_error));
    CLAIM(found.from.ip == none.from.ip && found.to.ip == none.to.ip);
    free(wire);
}

static void assemble(struct cursor *c)
{
    struct assembly a = {0};
    enum assembly_result r = ASSEMBLY_WAITS;
    for (uint32_t n = 1; r == ASSEMBLY_WAITS || r == ASSEMBLY_KNOWN; n++) {
        uint32_t from = take_u16(c) % 512 * 8u, len = take_u8(c) * 8u;
        if (cursor_is_over(c) || n > 400) {
            break;
        }
        r = assembly_add(&a, (struct assembly_piece){from, from + len, n}, take_u8(c) & 1);
        for (uint32_t i = 1; i < a.count; i++) {
            CLAIM(a.pieces[i - 1].to <= a.pieces[i].from);
        }
        CLAIM(r != ASSEMBLY_WHOLE || a.bytes == a.end);
    }
    assembly_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = {data, size, 0};
    uint8_t which = take_u8(&c) % 8;
    struct bytes rest = bytes_of(data + c.at, size - c.at);
    switch (which) {
    case 0: parse(&c); break;
    case 1: tcp(rest); break;
    case 2: dhcp(rest); break;
    case 3: rtcp(rest); break;
    case 4: rtp(rest); break;
    case 5: small(rest); break;
    case 6: translate(rest); break;
    case 7: assemble(&c); break;
    }
    return 0;
}
