/* The server's endpoint for echoes (RFC 2131 3.1, step 2): it asks whether an address answers, and
 * tells the server above whose answer came. What nobody answers the server notices by its timer. */
#include "proto/dhcp/server.h"

#include "actor/icmp_proto.h"
#include "wire/icmp.h"

#include <string.h>

enum ping_why { PING_NO_REASON, PING_ASKS };
static const struct reason reasons[] = {
    [PING_NO_REASON] = {0}, [PING_ASKS] = {"dhcp.ping", "RFC 2131 3.1"}, {0}};

struct pinger {
    struct net key;
    uint16_t sent;
};

static void ask(struct pinger *p, uint32_t ip, struct fx *fx)
{
    uint8_t head[ICMP_HEADER];
    struct icmp m = {.type = ICMP_ECHO, .id = p->key.from.port, .number = ++p->sent};
    struct net net = {.from.port = p->key.from.port, .to.ip = ip};
    icmp_encode(&m, head);
    fx_send(fx, &net, bytes_of(head, sizeof head), (struct span){0}, (struct unit){0}, PING_ASKS);
}

static void pinger_step(void *self, const struct input *in, struct fx *fx)
{
    struct pinger *p = self;
    uint32_t ip;
    if (in->kind == IN_START) {
        p->key = in->net;
    } else if (in->kind == IN_REQUEST && in->code == SERVER_PING) {
        memcpy(&ip, in->head.data, sizeof ip);
        ask(p, ip, fx);
    } else if (in->kind == IN_PACKET) {
        ip = in->net.from.ip;
        fx_indicate(fx, 0, SERVER_PONG, bytes_of(&ip, sizeof ip), (struct span){0});
    }
}

const struct actor_type dhcp_ping_type = {.name = "dhcp-ping",
                                          .proto = &icmp_proto,
                                          .size = sizeof(struct pinger),
                                          .reasons = reasons,
                                          .step = pinger_step};
