/* The RTCP port of a translator's side: what comes is handed up, what is handed down goes out. It
 * keeps no session: reports are those of others. */
#include "actor/fx.h"
#include "proto/rtp/rtp.h"
#include "proto/rtp/translator.h"
#include "wire/udp.h"

#include <string.h>

struct relay {
    struct net key;
    uint32_t peer_count;
    struct addr peers[RTCP_PEERS_MAX];
    uint64_t heard, sent;
};

static void hear(struct relay *r, const struct input *in, struct fx *fx)
{
    struct bytes compound = bytes_sub(in->head, UDP_HEADER, in->head.len);
    struct buf all = {0};
    if (!rtcp_is_valid(compound)) {
        fx_drop(fx, DROP_MALFORMED, RTP_MALFORMED);
        return;
    }
    r->heard++;
    buf_add(&all, bytes_of(&in->net.from, sizeof in->net.from));
    buf_add(&all, compound);
    fx_indicate(fx, 0, RELAY_HEARD, bytes_of(all.data, all.len), (struct span){0});
    buf_free(&all);
}

static void send_on(struct relay *r, struct bytes compound, struct fx *fx)
{
    struct buf head = {0};
    buf_extend(&head, UDP_HEADER);
    buf_add(&head, compound);
    for (uint32_t i = 0; i < r->peer_count; i++) {
        struct net net = r->key;
        net.to = r->peers[i];
        udp_encode(net.from.port, net.to.port, (uint32_t)compound.len, head.data);
        fx_send(fx, &net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0},
                RTP_PASSED_ON);
        r->sent++;
    }
    buf_free(&head);
}

static void obey(struct relay *r, const struct input *in, struct fx *fx)
{
    switch (in->code) {
    case RELAY_PEERS:
        r->peer_count = (uint32_t)(in->head.len / sizeof *r->peers);
        memcpy(r->peers, in->head.data, in->head.len);
        break;
    case RELAY_SEND: send_on(r, in->head, fx); break;
    case RELAY_DOUBT: fx_drop(fx, DROP_POLICY, RTP_LOOPED); break;
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct relay *r = self;
    if (in->kind == IN_START) {
        r->key = in->net;
    } else if (in->kind == IN_PACKET) {
        hear(r, in, fx);
    } else if (in->kind == IN_REQUEST) {
        obey(r, in, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct relay *r = self;
    vars[0] = (int64_t)r->heard;
    vars[1] = (int64_t)r->sent;
}

const struct actor_type rtcp_relay_type = {
    .name = "rtcp-relay",
    .proto = &rtcp_proto,
    .size = sizeof(struct relay),
    .reasons = rtp_reasons,
    .vars = (const struct var[]){{"heard", "", "rtcp"}, {"sent", "", "rtcp"}, {0}},
    .step = step,
    .read = read,
};
