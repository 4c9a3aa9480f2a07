/* One packet of a source: its header with what extends it (RFC 3550 5.1, 5.3.1, RFC 8285), its
 * payload and what fills it up, to each peer or within the connection of those above. What is sent
 * again is a packet of another stream, with a number of its own and the original one before the
 * payload (RFC 4588 4). */
#include "actor/fx.h"
#include "actor/media_call.h"
#include "proto/rtp/ends.h"
#include "wire/payload.h"
#include "wire/udp.h"

#include <string.h>

#define HEAD_MAX (UDP_HEADER + RTP_HEADER_MAX + 3)

/* By a connection of those above, and so as real bytes. */
static void carry(struct bytes header, struct span body, struct fx *fx)
{
    struct buf packet = {0};
    buf_add(&packet, header);
    span_read(fx->streams, body, &packet);
    fx_indicate(fx, 0, MEDIA_RTP, bytes_of(packet.data, packet.len), body);
    buf_free(&packet);
}

/* room: of RTP_EXTENSION_MAX bytes. */
static void extend(const struct rtp_source *s, struct rtp *rtp, uint8_t *room)
{
    const char *element = param_text(s->element), *data = param_text(s->extension);
    if (*element) {
        rtp->extension_profile = RTP_ONE_BYTE;
        rtp->extension_words = (uint16_t)rtp_one_byte_write(
            (unsigned)s->element_id, bytes_of(element, strlen(element)), room);
    } else if (*data) {
        memset(room, 0, RTP_EXTENSION_MAX);
        memcpy(room, data, strlen(data));
        rtp->extension_profile = (uint16_t)s->profile;
        rtp->extension_words = (uint16_t)((strlen(data) + 3) / 4);
    }
    rtp->has_extension = *element || *data;
    rtp->extension = room;
}

/* The last byte tells how many are filling (5.1). */
static struct span fill(struct rtp_source *s, struct span body, struct fx *fx)
{
    struct buf filled = {0};
    uint32_t more = (uint32_t)s->pad - body.len % (uint32_t)s->pad;
    span_read(fx->streams, body, &filled);
    memset(buf_extend(&filled, more), 0, more);
    filled.data[filled.len - 1] = (uint8_t)more;
    struct span out = fx_bytes(fx, &s->filled_stream, bytes_of(filled.data, filled.len));
    buf_free(&filled);
    return out;
}

bool rtp_unfill(const struct rtp *rtp, struct span *body, struct fx *fx)
{
    struct buf last = {0};
    if (!rtp->has_padding || body->len == 0) {
        return !rtp->has_padding;
    }
    span_read(fx->streams, (struct span){body->at + body->len - 1, body->stream, 1}, &last);
    uint32_t filling = (uint32_t)rtp_padding(last.data[0], body->len);
    body->len -= filling;
    buf_free(&last);
    return filling > 0;
}

static size_t write_head(struct rtp_source *s, const struct rtp_sent *p, bool again, bool is_filled,
                         uint8_t *out)
{
    uint8_t room[RTP_EXTENSION_MAX];
    struct rtp rtp = {.has_padding = is_filled,
                      .marker = p->marker,
                      .payload_type =
                          again ? rtp_repair_type(&s->medium) : rtp_payload_type(&s->medium),
                      .seq = again ? s->repairs.seq++ : p->seq,
                      .timestamp = p->timestamp,
                      .ssrc = again ? s->repairs.ssrc : s->ssrc};
    extend(s, &rtp, room);
    size_t len = rtp_encode(&rtp, out);
    if (again) {
        put_u16(out + len, p->seq);
        len += 2;
    }
    if (rtp_is_coded(&s->medium)) {
        out[len++] = p->picture;
    }
    return len;
}

void rtp_source_send(struct rtp_source *s, const struct rtp_sent *p, bool again, enum rtp_why why,
                     struct fx *fx)
{
    uint8_t head[HEAD_MAX];
    bool is_filled = s->pad > 0 && p->body.len % (uint32_t)s->pad;
    size_t header = write_head(s, p, again, is_filled, head + UDP_HEADER);
    struct span body = is_filled ? fill(s, p->body, fx) : p->body;
    if (s->medium.is_carried) {
        carry(bytes_of(head + UDP_HEADER, header), body, fx);
    }
    uint32_t copies = s->medium.is_carried ? 0 : s->peer_count ? s->peer_count : 1;
    for (uint32_t i = 0; i < copies; i++) {
        struct net net = s->key;
        net.to = s->peer_count ? s->peers[i] : net.to;
        udp_encode(net.from.port, net.to.port, (uint32_t)header + body.len, head);
        /* the same to another peer is no retransmission */
        struct unit unit = {.at = p->index, .n = copies == 1};
        fx_send(fx, &net, bytes_of(head, UDP_HEADER + header), body, unit, why);
    }
}
