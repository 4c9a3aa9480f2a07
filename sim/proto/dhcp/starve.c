/* Starvation, as a lesson: a host that asks for one address after another under hardware addresses
 * that it makes up, until the pool is empty. The frames bear its own MAC address, by which a switch
 * that looks into the messages can tell. */
#include "proto/dhcp/dhcp.h"

#include "actor/fx.h"

#define FORGED (UINT64_C(2) << 40) /* locally administered, one station */

enum timers { TIMER_NEXT };
enum why { NO_REASON, FORGES, TAKES, HAS };
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [FORGES] = {"dhcp.forges", "RFC 2131 7"},
    [TAKES] = {"dhcp.takes", "RFC 2131 7"},
    [HAS] = {"dhcp.has-taken", "RFC 2131 7"},
    {0},
};

struct starver {
    int64_t clients, rate; /* params; rate in 10^-9 Hz */
    sim_time began;
    uint16_t iface;
    uint64_t asked, taken;
};

static uint64_t forged_mac(const struct starver *s, const struct input *in, uint64_t n)
{
    (void)s;
    return FORGED | (draw(in->dice, DRAW_XID, (uint32_t)n) & 0xffffffffffu);
}

static void send(const struct starver *s, const struct dhcp *m, unsigned why, struct fx *fx)
{
    struct buf head = {0};
    struct net net = {
        .from.port = DHCP_CLIENT_PORT, .to = {IP_BROADCAST, DHCP_SERVER_PORT}, .iface = s->iface};
    dhcp_encode(m, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, &head);
    fx_send(fx, &net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0}, why);
    buf_free(&head);
}

/* It wants its answers by broadcast, since no frame would come to a MAC address that is none. */
static void ask(struct starver *s, const struct input *in, struct fx *fx)
{
    struct dhcp m = {.type = DHCP_DISCOVER,
                     .xid = (uint32_t)s->asked + 1,
                     .wants_broadcast = true,
                     .chaddr = forged_mac(s, in, s->asked)};
    send(s, &m, FORGES, fx);
    s->asked++;
    if (s->asked < (uint64_t)s->clients) {
        sim_time next = muldiv((int64_t)s->asked, SIM_S * SIM_S, s->rate);
        fx_timer(fx, TIMER_NEXT, 0, time_add(s->began, next));
    }
}

static bool is_own(const struct starver *s, const struct dhcp *m, const struct input *in)
{
    return m->is_reply && m->xid > 0 && m->xid <= s->asked &&
           m->chaddr == forged_mac(s, in, m->xid - 1);
}

static void hear(struct starver *s, const struct input *in, struct fx *fx)
{
    struct dhcp m;
    if (dhcp_decode(in->head, &m) != DHCP_SOUND || !is_own(s, &m, in)) {
        return;
    }
    if (m.type == DHCP_OFFER) {
        struct dhcp take = {.type = DHCP_REQUEST,
                            .xid = m.xid,
                            .wants_broadcast = true,
                            .chaddr = m.chaddr,
                            .requested = m.yiaddr,
                            .server = m.server};
        send(s, &take, TAKES, fx);
    } else if (m.type == DHCP_ACK) {
        s->taken++;
        fx_note(fx, HAS);
    }
}

static void starver_step(void *self, const struct input *in, struct fx *fx)
{
    struct starver *s = self;
    if (in->kind == IN_START) {
        s->began = in->now;
        s->iface = in->net.iface;
        ask(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        ask(s, in, fx);
    } else if (in->kind == IN_PACKET) {
        hear(s, in, fx);
    }
}

static const struct var vars[] = {{"asked", "", "starvation"}, {"taken", "", "starvation"}, {0}};

static void starver_read(const void *self, int64_t *out)
{
    const struct starver *s = self;
    out[0] = (int64_t)s->asked;
    out[1] = (int64_t)s->taken;
}

static const struct param params[] = {
    {"clients", offsetof(struct starver, clients), PARAM_COUNT, .initial = 20, .min = 1,
     .max = 100000},
    {"rate", offsetof(struct starver, rate), PARAM_FREQUENCY, .initial = 10 * SIM_S, .min = 1,
     .max = 100000 * SIM_S},
    {0},
};

static const struct actor_type starver_type = {
    .name = "dhcp-starver",
    .proto = &dhcp_proto,
    .size = sizeof(struct starver),
    .timers = (const struct timer[]){{"next", 1, true}, {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .step = starver_step,
    .read = starver_read,
};

const struct traffic_type dhcp_starvation = {
    .name = "dhcp-starvation", .source = &starver_type, .own_port = DHCP_CLIENT_PORT};
