/* Probes of a route: sent with the TTL that is asked for; what comes back is told with the number
 * of the probe that it is about. A datagram's number is its port's distance from the first. */
#include "app/probe.h"

#include "actor/fx.h"
#include "actor/icmp_proto.h"
#include "app/traceroute.h"
#include "app/udp.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <string.h>

enum why { NO_REASON, PROBE };
static const struct reason reasons[] = {
    [NO_REASON] = {0}, [PROBE] = {"traceroute.probe", "RFC 1812 5.3.1"}, {0}};

struct prober {
    struct net key;
    uint32_t stream;
    uint16_t first_port;
};

static void send(struct prober *s, const struct probe *p, bool is_udp, struct fx *fx)
{
    uint8_t head[ICMP_HEADER];
    struct net net = s->key;
    net.ttl = p->ttl;
    s->first_port = p->port;
    if (is_udp) {
        net.to.port = (uint16_t)(p->port + p->number);
        udp_encode(net.from.port, net.to.port, p->size, head);
    } else {
        struct icmp m = {
            .type = ICMP_ECHO, .id = s->key.from.port, .number = (uint16_t)(p->number + 1)};
        icmp_encode(&m, head);
    }
    struct span body = {
        .at = (uint64_t)p->number * p->size, .stream = p->size ? s->stream : 0, .len = p->size};
    fx_send(fx, &net, bytes_of(head, sizeof head), body, (struct unit){p->number, 1}, PROBE);
}

static void tell(const struct probe_answer *a, struct fx *fx)
{
    fx_indicate(fx, 0, PROBE_ANSWER, bytes_of(a, sizeof *a), (struct span){0});
}

/* The number of the probe that an error quotes. */
static void hear_error(const struct prober *s, const struct input *in, bool is_udp, struct fx *fx)
{
    struct ipv4 ip;
    struct bytes quote = icmp_quote(in->head);
    if (!ipv4_decode(quote, &ip) || quote.len < (size_t)ip.header_len + ICMP_QUOTE) {
        return;
    }
    const uint8_t *head = quote.data + ip.header_len;
    struct probe_answer a = {.from = in->told_by, .error = in->code};
    a.number =
        is_udp ? (uint16_t)(get_u16(head + 2) - s->first_port) : (uint16_t)(get_u16(head + 6) - 1);
    tell(&a, fx);
}

static void hear_reply(const struct input *in, struct fx *fx)
{
    struct icmp m;
    if (icmp_decode(in->head, &m)) {
        struct probe_answer a = {.number = (uint16_t)(m.number - 1), .from = in->net.from.ip};
        tell(&a, fx);
    }
}

static void step(struct prober *s, const struct input *in, bool is_udp, struct fx *fx)
{
    struct probe p;
    if (in->kind == IN_START) {
        s->key = in->net;
        s->stream = in->body.stream;
    } else if (in->kind == IN_REQUEST && in->code == PROBE_SEND) {
        memcpy(&p, in->head.data, sizeof p);
        send(s, &p, is_udp, fx);
    } else if (in->kind == IN_ERROR) {
        hear_error(s, in, is_udp, fx);
    } else if (in->kind == IN_PACKET && !is_udp) {
        hear_reply(in, fx);
    }
}

static void udp_step(void *self, const struct input *in, struct fx *fx)
{
    step(self, in, true, fx);
}

static void icmp_step(void *self, const struct input *in, struct fx *fx)
{
    step(self, in, false, fx);
}

static void no_vars(const void *self, int64_t *out)
{
    (void)self;
    (void)out;
}

const struct actor_type probe_udp_type = {.name = "probe-udp",
                                          .proto = &udp_proto,
                                          .size = sizeof(struct prober),
                                          .reasons = reasons,
                                          .step = udp_step,
                                          .read = no_vars};
const struct actor_type probe_icmp_type = {.name = "probe-icmp",
                                           .proto = &icmp_proto,
                                           .size = sizeof(struct prober),
                                           .reasons = reasons,
                                           .step = icmp_step,
                                           .read = no_vars};
