/* The DHCP server (RFC 2131 4.3): pools, the books of its leases, and when a line in them changes
 * by itself. The books outlive a loss of power unless the scenario says otherwise. */
#include "proto/dhcp/server.h"

#include <stdlib.h>
#include <string.h>

static const char *const lease_states[] = {"free",     "offered",  "bound", "expired",
                                           "released", "declined", NULL};

uint32_t server_slot(const struct server *s, const struct lease *l)
{
    return (uint32_t)(l - s->leases.list) % DHCP_POOL_MAX;
}

void server_enter(struct server *s, struct lease *l, enum dhcp_lease_state state, unsigned why,
                  struct fx *fx)
{
    uint32_t slot = server_slot(s, l);
    bool is_running = state == LEASE_OFFERED || state == LEASE_BOUND || state == LEASE_DECLINED;
    if (l->state != state || state == LEASE_BOUND) {
        fx_item(fx, 0, l->ip, state, why);
    }
    l->state = state;
    fx_timer(fx, TIMER_LEASE, slot, is_running ? l->until : SIM_NEVER);
}

static void add_pool(struct server *s, uint32_t first, uint32_t last)
{
    if (s->first == 0) {
        s->first = first;
        s->last = last;
    }
    for (uint32_t ip = first; ip && ip <= last && s->leases.count < DHCP_POOL_MAX; ip++) {
        if (!lease_of_ip(&s->leases, ip)) {
            lease_add(&s->leases, ip);
        }
    }
}

/* An offer lapses, a lease is over, a quarantine ends. */
static void over(struct server *s, uint32_t slot, sim_time now, struct fx *fx)
{
    struct lease *l = slot < s->leases.count ? &s->leases.list[slot] : NULL;
    if (!l || l->until > now) {
        return;
    }
    l->left = now;
    switch (l->state) {
    case LEASE_OFFERED: server_enter(s, l, LEASE_FREE, OFFER_LAPSED, fx); break;
    case LEASE_DECLINED: server_enter(s, l, LEASE_FREE, USABLE, fx); break;
    case LEASE_BOUND:
        s->expired++;
        server_enter(s, l, LEASE_EXPIRED, LEASE_OVER, fx);
        break;
    case LEASE_FREE:
    case LEASE_EXPIRED:
    case LEASE_RELEASED: break;
    }
}

static void reserve(struct server *s, const struct node_neighbour *who)
{
    struct lease *l = lease_of_ip(&s->leases, who->ip);
    if (!l && s->leases.count < DHCP_POOL_MAX) {
        l = lease_add(&s->leases, who->ip);
    }
    if (l) {
        l->reserved = who->mac;
    }
}

static void add_subnet(struct server *s, const struct node_subnet *n)
{
    if (s->subnet_count < SERVER_SUBNETS) {
        s->subnets[s->subnet_count++] = *n;
        add_pool(s, n->first, n->last);
    }
}

/* On disk stands the whole list; what was only offered nobody writes down (RFC 2131 2.1). */
static void server_keep(const void *self, struct buf *out)
{
    const struct server *s = self;
    for (uint32_t i = 0; i < s->leases.count; i++) {
        struct lease l = s->leases.list[i];
        if (l.state == LEASE_OFFERED) {
            l.state = LEASE_FREE;
        }
        buf_add(out, bytes_of(&l, sizeof l));
    }
}

static void restore(struct server *s, const struct input *in, struct fx *fx)
{
    for (size_t at = 0; at + sizeof(struct lease) <= in->head.len; at += sizeof(struct lease)) {
        struct lease kept;
        memcpy(&kept, in->head.data + at, sizeof kept);
        struct lease *l = lease_of_ip(&s->leases, kept.ip);
        if (!l) {
            continue;
        }
        uint32_t slot = (uint32_t)(l - s->leases.list);
        l->who = kept.who;
        l->until = kept.until;
        l->left = kept.left;
        l->state = kept.state;
        if (kept.until <= in->now) {
            over(s, slot, in->now, fx); /* it ended while the power was off */
        } else if (kept.state == LEASE_BOUND || kept.state == LEASE_DECLINED) {
            server_enter(s, l, kept.state, RESTORED, fx);
        }
    }
}

static void called(struct server *s, const struct input *in, struct fx *fx)
{
    struct node_interface i;
    struct node_neighbour who;
    struct node_subnet subnet;
    switch (in->code) {
    case NODE_INTERFACE:
        memcpy(&i, in->head.data, sizeof i);
        if (i.iface < SERVER_IFACES) {
            s->ifaces[i.iface] = i;
        }
        break;
    case NODE_RESERVE:
        memcpy(&who, in->head.data, sizeof who);
        reserve(s, &who);
        break;
    case NODE_SUBNET:
        memcpy(&subnet, in->head.data, sizeof subnet);
        add_subnet(s, &subnet);
        break;
    case NODE_RESTORE: restore(s, in, fx); break;
    }
}

static void server_step(void *self, const struct input *in, struct fx *fx)
{
    struct server *s = self;
    if (in->kind == IN_START) {
        add_pool(s, (uint32_t)((uint64_t)s->pool >> 32), (uint32_t)s->pool);
        s->pinger = s->ping > 0 ? fx_open(fx, 0, (struct net){0}) : 0;
    } else if (in->kind == IN_PACKET) {
        server_hear(s, in, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_PING) {
        server_check_over(s, in->index, in, fx);
    } else if (in->kind == IN_INDICATION && in->code == SERVER_PONG) {
        server_check_failed(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        over(s, in->index, in->now, fx);
    } else if (in->kind == IN_REQUEST) {
        called(s, in, fx);
    }
}

static const struct var vars[] = {{"offers", "", "server"},      {"acks", "", "server"},
                                  {"naks", "", "server"},        {"declined", "", "server"},
                                  {"expired", "", "server"},     {"pool.first", "ip", "server"},
                                  {"pool.last", "ip", "server"}, {0}};

static void server_read(const void *self, int64_t *out)
{
    const struct server *s = self;
    out[0] = (int64_t)s->offers;
    out[1] = (int64_t)s->acks;
    out[2] = (int64_t)s->naks;
    out[3] = (int64_t)s->declines;
    out[4] = (int64_t)s->expired;
    out[5] = s->first;
    out[6] = s->last;
}

static double figure_offers(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct server *)self)->offers;
}

static double figure_acks(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct server *)self)->acks;
}

static double figure_naks(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct server *)self)->naks;
}

static double figure_declined(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct server *)self)->declines;
}

static double figure_expired(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct server *)self)->expired;
}

static double figure_bound(const void *self, const struct path *path)
{
    const struct server *s = self;
    unsigned bound = 0;
    (void)path;
    for (uint32_t i = 0; i < s->leases.count; i++) {
        bound += s->leases.list[i].state == LEASE_BOUND;
    }
    return bound;
}

static const struct figure figures[] = {
    {"offers", figure_offers},
    {"acks", figure_acks},
    {"naks", figure_naks},
    {"declined", figure_declined},
    {"expired", figure_expired},
    {"bound", figure_bound},
    {0},
};

static void server_free(void *self)
{
    struct server *s = self;
    free(s->leases.list);
    free(s->checking);
}

#define SERVER(member) offsetof(struct server, member)
#define LEASE_LONGEST  (INT64_C(4294967294) * SIM_S)
#define A_TIME         .min = SIM_S, .max = LEASE_LONGEST
static const struct param params[] = {
    {"pool", SERVER(pool), PARAM_POOL, .initial = 0},
    {"lease", SERVER(lease), PARAM_TIME, .initial = 3600 * SIM_S, A_TIME},
    {"max-lease", SERVER(max_lease), PARAM_TIME, .may_be_off = true, .initial = -1, A_TIME},
    {"router", SERVER(router), PARAM_ADDRESSES, .initial = 0},
    {"dns", SERVER(dns), PARAM_ADDRESSES, .initial = 0},
    {"domain", SERVER(domain), PARAM_TEXT, .max = 255},
    {"vendor", SERVER(vendor), PARAM_TEXT, .max = 510},
    {"broadcast-address", SERVER(broadcast), PARAM_SWITCH, .initial = 0, .max = 1},
    {"ping", SERVER(ping), PARAM_TIME, .may_be_off = true, .initial = -1, .min = SIM_MS,
     .max = 60 * SIM_S},
    {"t1", SERVER(t1), PARAM_TIME, .may_be_off = true, .initial = -1, A_TIME},
    {"t2", SERVER(t2), PARAM_TIME, .may_be_off = true, .initial = -1, A_TIME},
    {"hold", SERVER(hold), PARAM_TIME, .initial = 60 * SIM_S, A_TIME},
    {"quarantine", SERVER(quarantine), PARAM_TIME, .initial = 86400 * SIM_S, A_TIME},
    {"authoritative", SERVER(authoritative), PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};

const struct actor_type dhcp_server_type = {
    .name = "dhcp-server",
    .proto = &dhcp_proto,
    .size = sizeof(struct server),
    .sets = (const struct set[]){{"lease", lease_states}, {0}},
    .timers =
        (const struct timer[]){{"lease", DHCP_POOL_MAX, true}, {"ping", DHCP_POOL_MAX, false}, {0}},
    .reasons = server_reasons,
    .vars = vars,
    .params = params,
    .figures = figures,
    .lowers = (const char *const[]){"dhcp-ping", NULL},
    .step = server_step,
    .read = server_read,
    .keep = server_keep,
    .free = server_free,
};
