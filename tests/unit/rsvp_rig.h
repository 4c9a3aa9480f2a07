#pragma once
/* One RSVP process with nothing around it: a router with links 0, 1, 2 … whose own addresses are
 * 10.0.0.1, 10.0.1.1, 10.0.2.1 …, neighbours 10.0.N.2. Messages go in as structures; what comes of
 * them is words: "PATH 1" (by link 1), "RESV 10.0.0.2 FF 10000{a}" (to whom, flows, their senders
 * a, b …), "share 1 10000{a}", "!reason". */

#include "actor/fx.h"
#include "actor/node_call.h"
#include "base/words.h"
#include "proto/rsvp/rsvp.h"
#include "wire/rsvp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { RSVP_RIG_TIMERS = 4, RSVP_RIG_PLACES = 64, RSVP_RIG_LINKS = 4 };

struct rsvp_rig {
    void *self;
    struct packets packets;
    struct fx fx;
    struct dice dice;
    sim_time now;
    sim_time due[RSVP_RIG_TIMERS][RSVP_RIG_PLACES]; /* SIM_NEVER: stopped */
    uint32_t left_out;                              /* ways to the group for which no room is */
    uint32_t ways[2]; /* to the group and the host: links, a bit each */
    bool is_end;      /* of the group: it is a member */
    int64_t rate_bps; /* of each link */
    struct rsvp last; /* what was said last */
    struct net last_net;
    struct buf said;
    unsigned ended;
};

#define RIG_GROUP UINT32_C(0xe0000101)
#define RIG_HOST  UINT32_C(0x0a000202) /* 10.0.2.2 */

static inline uint32_t rig_own(unsigned link)
{
    return 0x0a000001u + (link << 8);
}

static inline uint32_t rig_neighbour(unsigned link)
{
    return 0x0a000002u + (link << 8);
}

static inline struct addr rig_sender(char name)
{
    return (struct addr){0x0a000900u + (unsigned)(name - 'a'), (uint16_t)(5000 + name - 'a')};
}

static inline struct rsvp_flowspec rig_wish(int64_t rate)
{
    return (struct rsvp_flowspec){.service = RSVP_CONTROLLED_LOAD,
                                  .tspec = {rate, 400, INT64_MAX, 100, 200}};
}

static inline void rig_apart(struct rsvp_rig *r)
{
    buf_str(&r->said, r->said.len ? "; " : "");
}

static inline void rig_say_senders(struct rsvp_rig *r, const struct addr *list, unsigned count)
{
    buf_str(&r->said, count ? "{" : "");
    for (unsigned i = 0; i < count; i++) {
        buf_printf(&r->said, "%c", 'a' + (int)(list[i].ip & 0xff));
    }
    buf_str(&r->said, count ? "}" : "");
}

static inline void rig_say_flows(struct rsvp_rig *r, const struct rsvp *m)
{
    buf_printf(&r->said, " %s", rsvp_style_name(m->style) ? rsvp_style_name(m->style) : "?");
    for (unsigned i = 0; i < m->flow_count; i++) {
        buf_printf(&r->said, " %lld", (long long)rsvp_share(&m->flows[i].flowspec));
        rig_say_senders(r, m->filters + m->flows[i].first, m->flows[i].filter_count);
    }
    for (unsigned i = 0; i < m->scope_count; i++) {
        buf_printf(&r->said, "%s%c", i ? "" : " of ", 'a' + (int)(m->scope[i] & 0xff));
    }
    if (m->given >> RSVP_RESV_CONFIRM & 1) {
        char ip[16];
        buf_printf(&r->said, " confirm %s", ip_print(m->confirm, ip));
    }
}

static inline void rig_sent(struct rsvp_rig *r, const struct effect *e)
{
    const struct packet *p = packet_at(&r->packets, e->index);
    struct rsvp *m = &r->last;
    char ip[16];
    ck_assert_int_eq(rsvp_read(packet_head(p), m), RSVP_SOUND);
    r->last_net = p->net;
    rig_apart(r);
    buf_str(&r->said, rsvp_type_name(m->type));
    bool goes_down = m->type == RSVP_PATH || m->type == RSVP_PATH_TEAR;
    if (goes_down) {
        ck_assert(p->net.alert && p->net.from.ip == m->sender.ip); /* 3.1.3 */
        ck_assert_uint_eq(m->send_ttl, p->net.ttl);
        buf_printf(&r->said, " %u", p->net.iface);
    } else {
        buf_printf(&r->said, " %s", ip_print(p->net.to.ip, ip));
    }
    if (m->given >> RSVP_ERROR_SPEC & 1) {
        buf_printf(&r->said, " %u/%u/%u", m->error.code, m->error.value, m->error.flags);
    }
    if (m->given >> RSVP_STYLE & 1) {
        rig_say_flows(r, m);
    }
    packet_release(&r->packets, e->index);
}

static inline void rig_step(struct rsvp_rig *r, struct input *in);

static inline void rig_answer_ways(struct rsvp_rig *r, const struct node_ways *ask)
{
    struct node_ways ways = {.number = ask->number, .from = ask->from, .to = ask->to};
    bool is_group = ask->to == RIG_GROUP;
    ways.is_end = is_group && r->is_end;
    ways.left_out = is_group ? r->left_out : 0;
    for (unsigned i = 0; i < RSVP_RIG_LINKS; i++) {
        if (r->ways[!is_group] >> i & 1) {
            ways.list[ways.count++] = (struct node_one_way){.rate_bps = r->rate_bps,
                                                            .delay = 2 * SIM_MS,
                                                            .ip = rig_own(i),
                                                            .mtu = 1500,
                                                            .iface = (uint16_t)i};
        }
    }
    struct input in;
    input_begin(&in, IN_REQUEST, NODE_WAYS_ARE, 0);
    in.head = bytes_of(&ways, sizeof ways);
    rig_step(r, &in);
}

static inline void rig_indicated(struct rsvp_rig *r, const struct effect *e, struct node_ways *ask,
                                 bool *asks)
{
    struct node_share share;
    if (e->code == NODE_WAYS) {
        memcpy(ask, e->head.data, sizeof *ask);
        *asks = true;
        return;
    }
    ck_assert_uint_eq(e->code, NODE_SHARE);
    memcpy(&share, e->head.data, sizeof share);
    rig_apart(r);
    buf_printf(&r->said, share.is_over ? "unshare %u" : "share %u %lld", share.iface,
               (long long)share.spec.rate);
    if (!share.is_over) {
        rig_say_senders(r, share.from, share.from_count);
    }
}

static inline void rig_effect(struct rsvp_rig *r, const struct effect *e, struct node_ways *ask,
                              bool *asks)
{
    switch (e->kind) {
    case FX_SEND: rig_sent(r, e); break;
    case FX_TIMER: r->due[e->code][e->index] = e->value; break;
    case FX_INDICATE: rig_indicated(r, e, ask, asks); break;
    case FX_NOTE:
    case FX_DROP:
        rig_apart(r);
        buf_printf(&r->said, "!%s", rsvp_type.reasons[e->why].key + strlen("rsvp."));
        break;
    default: break;
    }
}

/* One input, and what follows from it; what it asks of the node is answered at once. */
static inline void rig_step(struct rsvp_rig *r, struct input *in)
{
    const struct effect *e;
    struct node_ways ask = {0};
    bool asks = false;
    in->now = r->now;
    in->dice = &r->dice;
    rsvp_type.step(r->self, in, &r->fx);
    while (fx_next(&r->fx, &e)) {
        bool asks_now = false;
        rig_effect(r, e, &ask, &asks_now);
        asks |= asks_now;
    }
    if (asks) {
        rig_answer_ways(r, &ask);
    }
}

static inline void rig_open(struct rsvp_rig *r)
{
    *r = (struct rsvp_rig){.self = calloc(1, rsvp_type.size), .rate_bps = 1000000};
    params_initial(&rsvp_type, r->self);
    r->fx.packets = &r->packets;
    r->fx.proto = &rsvp_proto;
    r->ways[0] = 1 << 1 | 1 << 2;
    r->ways[1] = 1 << 2;
    for (unsigned i = 0; i < RSVP_RIG_TIMERS * RSVP_RIG_PLACES; i++) {
        r->due[i / RSVP_RIG_PLACES][i % RSVP_RIG_PLACES] = SIM_NEVER;
    }
    for (unsigned i = 0; i < RSVP_RIG_LINKS; i++) {
        struct node_interface own = {.iface = (uint16_t)i, .ip = rig_own(i)};
        struct input in;
        input_begin(&in, IN_REQUEST, NODE_INTERFACE, 0);
        in.head = bytes_of(&own, sizeof own);
        rig_step(r, &in);
    }
}

static inline void rig_close(struct rsvp_rig *r)
{
    free(r->self);
    fx_free(&r->fx);
    packets_free(&r->packets);
    buf_free(&r->said);
}

/* Since it was asked last. */
static inline void rig_expect(struct rsvp_rig *r, const char *want)
{
    ck_assert_str_eq(buf_cstr(&r->said), want);
    r->said.len = 0;
}

static inline int64_t rig_var(const struct rsvp_rig *r, const char *name)
{
    int64_t values[8];
    rsvp_type.read(r->self, values);
    for (unsigned i = 0; rsvp_type.vars[i].name; i++) {
        if (strcmp(rsvp_type.vars[i].name, name) == 0) {
            return values[i];
        }
    }
    ck_abort_msg("no %s", name);
    return 0;
}

static inline void rig_set(struct rsvp_rig *r, const char *name, int64_t value)
{
    const struct param *p = param_find(&rsvp_type, name);
    memcpy((char *)r->self + p->offset, &value, sizeof value);
}

static inline void rig_hear(struct rsvp_rig *r, const struct rsvp *m, const struct net *net)
{
    struct buf bytes = {0};
    struct input in;
    rsvp_write(m, &bytes);
    input_begin(&in, IN_PACKET, 0, 0);
    in.net = *net;
    in.head = bytes_of(bytes.data, bytes.len);
    rig_step(r, &in);
    buf_free(&bytes);
}

/* A message of that type by which the neighbour of a link names itself. */
static inline struct rsvp rig_message(enum rsvp_type type, unsigned link, uint32_t to)
{
    return (struct rsvp){.type = type,
                         .send_ttl = 60,
                         .session = {to, 5004},
                         .protocol = 17,
                         .hop = rig_neighbour(link),
                         .lih = link,
                         .refresh_ms = 30000,
                         .given = 1u << RSVP_SESSION | 1u << RSVP_HOP};
}

static inline void rig_hear_path_of(struct rsvp_rig *r, enum rsvp_type type, unsigned link,
                                    uint32_t to, char sender)
{
    struct rsvp m = rig_message(type, link, to);
    struct rsvp_flowspec wish = rig_wish(10000);
    struct net net = {.from.ip = rig_sender(sender).ip,
                      .to.ip = to,
                      .ttl = 60,
                      .iface = (uint16_t)link,
                      .alert = true};
    m.sender = rig_sender(sender);
    m.tspec = wish.tspec;
    m.given |= 1u << RSVP_SENDER_TEMPLATE | 1u << RSVP_SENDER_TSPEC;
    m.given |= type == RSVP_PATH ? 1u << RSVP_TIME_VALUES | 1u << RSVP_ADSPEC : 0;
    m.adspec = (struct rsvp_adspec){.hops = 2,
                                    .latency_us = 5000,
                                    .mtu = 9000,
                                    .bandwidth = 1000000000,
                                    .has_guaranteed = true,
                                    .c_total = 400,
                                    .c_sum = 200,
                                    .d_total = 700,
                                    .d_sum = 300};
    m.lih = 7; /* the neighbour's own */
    rig_hear(r, &m, &net);
}

static inline void rig_hear_path(struct rsvp_rig *r, unsigned link, uint32_t to, char sender)
{
    rig_hear_path_of(r, RSVP_PATH, link, to, sender);
}

/* RESV or RESVTEAR of the neighbour behind `link` for each of `senders` (FF), or all of them. */
static inline struct rsvp rig_resv(enum rsvp_type type, unsigned link, uint32_t to,
                                   enum rsvp_style style, int64_t rate, const char *senders)
{
    struct rsvp m = rig_message(type, link, to);
    struct rsvp_flowspec wish = rig_wish(rate);
    m.style = style;
    m.given |= 1u << RSVP_STYLE;
    m.given |= type == RSVP_RESV ? 1u << RSVP_TIME_VALUES : 0;
    m.given |= type == RSVP_RESV_ERR ? 1u << RSVP_ERROR_SPEC : 0;
    if (style == RSVP_WF) {
        rsvp_add_flow(&m, &wish);
    }
    for (const char *s = senders; *s; s++) {
        if (m.flow_count == 0 || style == RSVP_FF) {
            rsvp_add_flow(&m, &wish);
        }
        rsvp_add_filter(&m, rig_sender(*s));
    }
    return m;
}

static inline void rig_hear_from(struct rsvp_rig *r, const struct rsvp *m, unsigned link)
{
    struct net net = {
        .from.ip = rig_neighbour(link), .to.ip = rig_own(link), .ttl = 63, .iface = (uint16_t)link};
    rig_hear(r, m, &net);
}

static inline void rig_hear_resv(struct rsvp_rig *r, unsigned link, uint32_t to,
                                 enum rsvp_style style, int64_t rate, const char *senders)
{
    struct rsvp m = rig_resv(RSVP_RESV, link, to, style, rate, senders);
    rig_hear_from(r, &m, link);
}

static inline void rig_fire(struct rsvp_rig *r, unsigned timer, uint32_t index)
{
    struct input in;
    input_begin(&in, IN_TIMER, timer, index);
    r->now = r->due[timer][index];
    ck_assert_int_ne(r->now, SIM_NEVER);
    r->due[timer][index] = SIM_NEVER;
    rig_step(r, &in);
}

/* A flow begins or ends on this node, or a receiver on it wants one. */
static inline void rig_call(struct rsvp_rig *r, unsigned code, uint32_t to, char sender,
                            enum rsvp_style style, int64_t rate, bool is_over)
{
    struct node_reserve of = {.from = rig_sender(sender),
                              .to = {to, 5004},
                              .spec = {rate, 400, INT64_MAX, 100, 200},
                              .protocol = 17,
                              .style = (uint8_t)style,
                              .confirms = true,
                              .is_over = is_over};
    struct input in;
    input_begin(&in, IN_REQUEST, code, 0);
    in.head = bytes_of(&of, sizeof of);
    rig_step(r, &in);
}
