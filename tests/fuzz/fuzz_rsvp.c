/* Any bytes as an RSVP message: objects lie within it, what is read is written so that it reads the
 * same, and the inspector keeps within the datagram. Then the same bytes to a router that knows a
 * path and a reservation: it never reads beyond, and says only what it can read itself. */
#include "fuzz/fuzz.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "proto/rsvp/rsvp.h"
#include "wire/dissect.h"
#include "wire/ipv4.h"
#include "wire/rsvp.h"

#include <stdlib.h>
#include <string.h>

static void check_objects(struct bytes message)
{
    struct rsvp_object o;
    size_t at = RSVP_HEADER;
    while (message.len >= RSVP_HEADER && rsvp_next(message, &at, &o)) {
        CLAIM(at <= message.len && at >= o.at + RSVP_OBJECT);
        CLAIM(o.body.len == 0 || (o.body.data >= message.data &&
                                  o.body.data + o.body.len <= message.data + message.len));
    }
}

/* What stands behind the last whole flow is not compared: floats are rounded once. */
static void check_again(const struct rsvp *m)
{
    static struct rsvp back;
    struct buf out = {0};
    rsvp_write(m, &out);
    CLAIM(rsvp_read(bytes_of(out.data, out.len), &back) == RSVP_SOUND);
    CLAIM(back.type == m->type && back.session.ip == m->session.ip && back.style == m->style);
    CLAIM(back.flow_count == m->flow_count && back.filter_count == m->filter_count);
    CLAIM(back.scope_count == m->scope_count && back.error.code == m->error.code);
    CLAIM(memcmp(back.filters, m->filters, sizeof back.filters) == 0);
    for (unsigned i = 0; i < m->flow_count; i++) {
        CLAIM(back.flows[i].filter_count == m->flows[i].filter_count);
        CLAIM(rsvp_same_flowspec(&back.flows[i].flowspec, &m->flows[i].flowspec));
    }
    buf_free(&out);
}

static void check_message(struct bytes message)
{
    static struct rsvp m;
    enum rsvp_reading r = rsvp_read(message, &m);
    check_objects(message);
    CLAIM(r == RSVP_BROKEN || rsvp_is_sound(message));
    CLAIM(m.flow_count <= RSVP_FLOWS_MAX && m.filter_count <= RSVP_FILTERS_MAX);
    if (r == RSVP_SOUND) {
        check_again(&m);
    }
}

static void check_picture(struct bytes message)
{
    static struct dissection d;
    struct buf wire = {0};
    struct ipv4 ip = {.total_len = (uint16_t)(IPV4_HEADER + message.len),
                      .ttl = 1,
                      .protocol = IP_RSVP,
                      .from = 1,
                      .to = 2};
    ipv4_encode(&ip, buf_extend(&wire, IPV4_HEADER));
    buf_add(&wire, message);
    dissect(bytes_of(wire.data, wire.len), LINK_FORM_IP, &d);
    for (unsigned i = 0; i < d.layer_count; i++) {
        CLAIM(d.layers[i].at + (size_t)d.layers[i].len <= wire.len);
        CLAIM(d.layers[i].first + d.layers[i].count <= d.field_count);
    }
    buf_free(&wire);
}

/* ---- a node ---- */

struct node {
    void *self;
    struct packets packets;
    struct fx fx;
    struct dice dice;
    sim_time now;
};

static void step(struct node *n, struct input *in);

static void answer_ways(struct node *n, const struct node_ways *ask)
{
    struct node_ways ways = *ask;
    struct input in;
    ways.count = 2;
    ways.is_end = ask->to & 1;
    for (uint16_t i = 0; i < 2; i++) {
        ways.list[i] = (struct node_one_way){1000000, SIM_MS, 0x0a000001u + i, 1500, i};
    }
    input_begin(&in, IN_REQUEST, NODE_WAYS_ARE, 0);
    in.head = bytes_of(&ways, sizeof ways);
    step(n, &in);
}

static void said(struct node *n, const struct effect *e)
{
    static struct rsvp m;
    const struct packet *p = packet_at(&n->packets, e->index);
    CLAIM(rsvp_is_sound(packet_head(p)));
    CLAIM(rsvp_read(packet_head(p), &m) == RSVP_SOUND);
    packet_release(&n->packets, e->index);
}

static void step(struct node *n, struct input *in)
{
    const struct effect *e;
    struct node_ways asks[4];
    unsigned count = 0;
    in->now = n->now += SIM_MS;
    in->dice = &n->dice;
    rsvp_type.step(n->self, in, &n->fx);
    while (fx_next(&n->fx, &e)) {
        if (e->kind == FX_SEND) {
            said(n, e);
        } else if (e->kind == FX_INDICATE && e->code == NODE_WAYS && count < 4) {
            memcpy(&asks[count++], e->head.data, sizeof asks[0]);
        }
    }
    for (unsigned i = 0; i < count; i++) {
        answer_ways(n, &asks[i]);
    }
}

static void hear(struct node *n, struct bytes message, unsigned iface)
{
    struct input in;
    input_begin(&in, IN_PACKET, 0, 0);
    in.net = (struct net){.from.ip = 1, .to.ip = 2, .ttl = 9, .iface = (uint16_t)iface};
    in.head = message;
    step(n, &in);
}

/* Its bytes, then the timers: nothing that it kept trips it up. */
static void check_node(struct bytes all)
{
    struct node n = {0};
    int64_t values[8];
    struct cursor c = {all.data, all.len, 0};
    n.self = calloc(1, rsvp_type.size);
    params_initial(&rsvp_type, n.self);
    n.fx.packets = &n.packets;
    n.fx.proto = &rsvp_proto;
    while (all.len - c.at >= RSVP_HEADER) { /* one message behind another */
        size_t len = (size_t)(all.data[c.at + 6] << 8 | all.data[c.at + 7]);
        len = len < RSVP_HEADER || len > all.len - c.at ? all.len - c.at : len;
        hear(&n, bytes_of(all.data + c.at, len), (unsigned)len & 1);
        c.at += len;
    }
    for (unsigned timer = 0; rsvp_type.timers[timer].name; timer++) {
        for (uint32_t i = 0; i < 64; i++) {
            struct input in;
            input_begin(&in, IN_TIMER, timer, i);
            step(&n, &in);
        }
    }
    rsvp_type.read(n.self, values);
    free(n.self);
    fx_free(&n.fx);
    packets_free(&n.packets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes message = bytes_of(data, size);
    if (size <= 4000) {
        check_message(message);
        check_picture(message);
        check_node(message);
    }
    return 0;
}
