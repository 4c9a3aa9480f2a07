/* Effects of actors, applied in the order of the list until it is empty (ENGINE.md). */
#include "net/world.h"

#include "actor/errno_code.h"
#include "base/os.h"

#include <assert.h>
#include <string.h>

/* What its author has sent, while somebody asks. */
static struct units *units_of(struct life *life)
{
    if (!life->units) {
        life->units = os_alloc(sizeof *life->units);
    }
    return life->units;
}

static uint32_t timer_slot(const struct row *r, unsigned timer, uint32_t index)
{
    const struct timer *timers = r->type->timers;
    uint32_t slot = index % timers[timer].slots;
    for (unsigned i = 0; i < timer; i++) {
        slot += timers[i].slots;
    }
    return slot;
}

static void apply_timer(struct world *w, const struct effect *e)
{
    const struct row *r = &w->rows[e->author];
    struct life *life = life_of(r);
    if (!life) {
        return;
    }
    uint32_t slot = life->has_plain_timers ? e->code : timer_slot(r, e->code, e->index);
    if (!life->has_plain_timers && r->type->timers[e->code].kind == TIMER_KIND_IDLE) {
        uint32_t told =
            world_record(w, REC_TIMER, e->author, e->index, e->code, e->value, e->cause, e->why);
        idle_arm(w, (struct idle){e->value, e->author, e->index, told, e->code});
        return;
    }
    if (life->timers[slot] == 0) {
        if (e->value == SIM_NEVER) {
            return; /* it never ran */
        }
        life->timers[slot] = sched_timer_new(&w->sched, e->author, e->code, e->index);
    }
    if (!life->has_plain_timers) {
        sched_timer_index(&w->sched, life->timers[slot], e->index);
    }
    uint32_t record =
        world_record(w, REC_TIMER, e->author, e->index, e->code, e->value, e->cause, e->why);
    sched_arm(&w->sched, life->timers[slot], e->value, record);
}

/* A send repeats another iff its unit begins below the highest that this entity has sent; true: it
 * does. */
static bool name_unit(struct world *w, struct row *r, struct packet *p, uint32_t id)
{
    p->copy = 1;
    if (p->unit.n == 0) {
        p->unit.at = r->unnamed++;
        return false;
    }
    bool repeats = p->unit.at < r->unit_top;
    uint64_t end = p->unit.at + p->unit.n;
    r->unit_top = end > r->unit_top ? end : r->unit_top;
    struct life *life = w->asks_units ? life_of(r) : NULL;
    if (life && repeats) {
        p->of = units_note_again(units_of(life), p->unit.at, id, units_horizon(w, p), &p->copy);
    } else if (life && w->trace->keep) {
        units_note_new(units_of(life), p->unit.at, id, units_horizon(w, p));
    }
    if (repeats) {
        r->retransmissions++;
        w->trace->flows[p->flow].retransmissions++;
    }
    return repeats;
}

static void apply_send(struct world *w, const struct effect *e)
{
    struct packet *p = e->sent;
    struct row *r = &w->rows[e->author];
    uint32_t trailer = p->proto->trailer;
    uint32_t data = p->body.len > trailer ? p->body.len - trailer : 0;
    bool on_link = p->proto->carrier == CARRIER_LINK;
    if (p->flow == 0 && e->packet && !on_link) {
        /* who has no flow of its own answers in that of the question */
        p->flow = packet_at(&w->trace->packets, e->packet)->flow;
    }
    bool repeats = name_unit(w, r, p, e->index);
    struct flow *flow = &w->trace->flows[p->flow];
    if (p->flow && r->node == flow->from) {
        flow->packets++;
        flow->bytes += repeats ? 0 : data;
    } else if (p->flow) {
        flow->bytes_back += repeats ? 0 : data;
    }
    r->sent += repeats ? 0 : data;
    if (on_link && p->unit.n) {
        r->unit_bytes = data;
    }
    if (!hop_send(w, r->node, e->index, p)) {
        node_send(w, e->index, e->why, e->cause);
    }
}

static const struct actor_type *type_called(const struct actor_type *const *list, const char *name)
{
    for (; list && *list; list++) {
        if (strcmp((*list)->name, name) == 0) {
            return *list;
        }
    }
    return NULL;
}

/* What the author's traffic has as parts; NULL: it is no end of any, or has none. */
static const struct scenario_traffic *traffic_with_parts(const struct world *w, uint32_t author)
{
    /* what serves a node opens its own before there is any traffic */
    for (uint32_t i = 0; w->has_parts && w->traffic_sources && i < w->sc->traffic_count; i++) {
        bool is_end = w->traffic_sources[i] == author || w->traffic_sinks[i] == author;
        if (is_end && w->sc->traffic[i].type->parts) {
            return &w->sc->traffic[i];
        }
    }
    return NULL;
}

void key_complete(struct world *w, uint32_t node, const struct proto *proto, struct net *key)
{
    struct node *n = &w->nodes[node];
    uint32_t peer = node_of_ip(w, key->to.ip);
    key->iface = peer == NO_NODE || peer == node ? UINT16_MAX : route_to(w, node, peer);
    if (key->from.ip == 0 && key->to.ip && n->iface_count > 0) {
        key->from.ip = n->ifaces[key->iface == UINT16_MAX ? 0 : key->iface].ip;
    }
    for (unsigned tries = 0; key->from.port == 0 && tries < 65536 - WORLD_PORT_FIRST; tries++) {
        struct net in = {.from = key->to, .to = key->from};
        in.to.port = n->next_port;
        n->next_port = n->next_port == 65535 ? WORLD_PORT_FIRST : (uint16_t)(n->next_port + 1);
        if (node_lookup(w, node, proto, &in) == 0) {
            key->from.port = in.to.port;
        }
    }
}

/* A flow is born when an application opens an endpoint toward a remote address. */
static uint32_t birth_of_flow(struct world *w, uint32_t node, const struct actor_type *type,
                              const struct net *key)
{
    const char *name = w->next_flow ? w->next_flow : world_flow_name(w, node, type->name);
    uint32_t number = trace_add_flow(w->trace, name, type->name);
    struct flow *flow = &w->trace->flows[number];
    uint32_t peer = node_of_ip(w, key->to.ip);
    flow->from = node;
    flow->to = peer == NO_NODE ? node : peer;
    flow->start = flow->end = sched_now(&w->sched);
    flow->rate_bps = traffic_rate(w, node, flow->to);
    w->next_flow = NULL;
    return number;
}

/* Both ends open toward each other: it is one conversation, and the first to open named it. */
static uint32_t flow_of_peer(struct world *w, const struct actor_type *type, const struct net *key)
{
    uint32_t peer = node_of_ip(w, key->to.ip);
    if (w->next_flow || peer == NO_NODE || !type->proto || key->to.port == 0) {
        return 0;
    }
    struct net seen = {.from = key->from, .to = key->to};
    const struct row *r = &w->rows[node_lookup(w, peer, type->proto, &seen)];
    return r->type == type && sure_life(r)->key.to.port ? r->flow : 0;
}

/* Another endpoint of the node has these very addresses and ports: the new one would hear nothing.
 */
static bool is_taken(struct world *w, uint32_t row)
{
    const struct row *r = &w->rows[row];
    const struct net *key = &sure_life(r)->key;
    struct net seen = {.from = key->to, .to = key->from};
    return r->type->proto && r->type->proto->initial && key->to.port &&
           node_lookup(w, r->node, r->type->proto, &seen) != row;
}

static void refuse_open(struct world *w, const struct effect *e, uint32_t row)
{
    struct input in = {
        .kind = IN_INDICATION, .code = CODE_CLOSED, .index = row, .body = {.len = ERR_EADDRINUSE}};
    uint32_t record =
        world_record(w, REC_CALL, e->author, 0, CODE_CLOSED | CALL_UP, ERR_EADDRINUSE, e->cause, 0);
    actor_end(w, row);
    actor_step(w, e->author, &in, 0, record);
}

static void apply_open(struct world *w, const struct effect *e)
{
    const struct row *author = &w->rows[e->author];
    const char *name = author->type->lowers[e->code];
    const struct scenario_traffic *t = traffic_with_parts(w, e->author);
    const struct actor_type *part = type_called(t ? t->type->parts : NULL, name);
    const struct actor_type *type = part ? part : type_called(w->known->actors, name);
    assert(type && (!part || t));
    uint32_t node = author->node, flow = author->flow;
    struct net key = e->net;
    key_complete(w, node, type->proto, &key);
    flow = flow ? flow : flow_of_peer(w, type, &key);
    if (flow == 0 && key.to.ip) {
        flow = birth_of_flow(w, node, type, &key);
    }
    const struct settings *set = part ? &t->settings : NULL;
    uint32_t row = actor_open(w, type, node, key, flow, e->author, set, e->index);
    if (is_taken(w, row)) {
        refuse_open(w, e, row);
    } else {
        actor_start(w, row, START_OPENED, e->author, e->cause);
    }
}

/* The child inherits the flow of the packet it was made for, and gets that packet next. */
static void apply_spawn(struct world *w, const struct effect *e)
{
    const struct row *author = &w->rows[e->author];
    uint32_t flow = e->packet ? packet_at(&w->trace->packets, e->packet)->flow : author->flow;
    uint32_t row =
        actor_open(w, author->type, author->node, e->net, flow, author->upper, NULL, e->index);
    actor_start(w, row, START_SPAWNED, e->author, e->cause);
    if (w->heard) {
        struct input in = *w->heard;
        node_numbers_heard(w, row, e->packet);
        actor_step(w, row, &in, e->packet, e->cause);
    }
}

/* A connection is over, and not because it was closed. */
static void note_error(struct world *w, const struct effect *e)
{
    const struct row *author = &w->rows[e->author];
    struct flow *flow = &w->trace->flows[author->flow];
    bool is_from = author->node == flow->from;
    if (e->body.len && author->flow && (is_from || !flow->error)) {
        flow->error = e->body.len;
    }
}

static struct bytes real_bytes(struct world *w, struct span body)
{
    buf_clear(&w->read);
    span_read(&w->trace->streams, body, &w->read);
    return bytes_of(w->read.data, w->read.len);
}

static void step_above(struct world *w, const struct effect *e, uint32_t above, struct bytes head,
                       uint32_t record)
{
    struct input in;
    input_begin(&in, IN_INDICATION, e->code, e->author);
    in.head = head;
    in.body = e->body;
    actor_step(w, above, &in, e->packet, record);
}

/* DATA to an application is a delivery. */
static void apply_data(struct world *w, const struct effect *e, uint32_t above)
{
    uint32_t target = above ? above : e->author, packet = e->packet;
    unsigned code = delivery_count(w, e, &packet);
    uint32_t record =
        world_record(w, REC_DELIVER, target, packet, code, e->body.len, e->cause, e->why);
    if (w->watch && w->trace->witness) {
        w->trace->witness->got(w->trace->witness->self, w->trace, e->author, e->body);
    }
    struct row *r = &w->rows[target];
    r->received += e->body.len;
    if (above) {
        step_above(w, e, above, r->type->reads_bytes ? real_bytes(w, e->body) : e->head, record);
    }
}

/* With nobody above, an indication is recorded and ends there. */
static void apply_indicate(struct world *w, const struct effect *e)
{
    uint32_t above = e->index ? e->index : w->rows[e->author].upper;
    if (!above && service_told(w, e)) {
        return;
    }
    if (e->code == CODE_DATA) {
        apply_data(w, e, above);
        return;
    }
    uint32_t record = e->cause;
    if (e->code < CODE_INSIDE) {
        record = world_record(w, REC_CALL, above ? above : e->author, e->packet, e->code | CALL_UP,
                              e->body.len, e->cause, e->why);
    }
    if (e->code == CODE_CLOSED) {
        note_error(w, e);
    }
    if (above) {
        step_above(w, e, above, e->head, record);
    }
}

static void apply_request(struct world *w, const struct effect *e)
{
    uint32_t record = e->cause; /* what serves the node is no call of an application */
    if (e->code < CODE_INSIDE) {
        record =
            world_record(w, REC_CALL, e->index, e->packet, e->code, e->body.len, e->cause, e->why);
    }
    struct input in;
    input_begin(&in, IN_REQUEST, e->code, e->author);
    in.head = e->head;
    in.body = e->body;
    actor_step(w, e->index, &in, e->packet, record);
}

static void apply_state(struct world *w, const struct effect *e)
{
    unsigned from = e->index >> 16, to = e->index & 0xffff;
    w->rows[e->author].state[e->code & 3] = (uint8_t)to;
    world_record(w, REC_STATE, e->author, 0, (unsigned)e->code << 8 | to, from, e->cause, e->why);
}

static void apply_drop(struct world *w, const struct effect *e)
{
    world_record(w, REC_DROP, e->author, e->packet, e->code, 0, e->cause, e->why);
    struct flow *flow = &w->trace->flows[w->rows[e->author].flow];
    trace_count_drop(w->trace, &flow->drops, (enum drop_class)e->code);
}

static void apply_rtt(struct world *w, const struct effect *e)
{
    struct flow *f = &w->trace->flows[w->rows[e->author].flow];
    f->rtt_min = e->value < f->rtt_min ? e->value : f->rtt_min;
    f->rtt_max = e->value > f->rtt_max ? e->value : f->rtt_max;
    f->rtt_sum += e->value;
    f->rtt_count++;
}

static void apply(struct world *w, const struct effect *e)
{
    switch (e->kind) {
    case FX_SEND: apply_send(w, e); break;
    case FX_TIMER: apply_timer(w, e); break;
    case FX_OPEN: apply_open(w, e); break;
    case FX_SPAWN: apply_spawn(w, e); break;
    case FX_END: actor_end(w, e->author); break;
    case FX_REQUEST: apply_request(w, e); break;
    case FX_INDICATE: apply_indicate(w, e); break;
    case FX_STATE: apply_state(w, e); break;
    case FX_ITEM:
        world_record(w, REC_ITEM, e->author, e->packet, (unsigned)e->code << 8 | e->index, e->value,
                     e->cause, e->why);
        break;
    case FX_DROP: apply_drop(w, e); break;
    case FX_RTT: apply_rtt(w, e); break;
    case FX_MESSAGE: message_said(w, e); break;
    case FX_HEARD: message_heard(w, e); break;
    case FX_NOTE: world_record(w, REC_NOTE, e->author, e->packet, 0, 0, e->cause, e->why); break;
    }
}

static void tell_what_is_over(struct world *w)
{
    for (uint32_t i = 0; i < w->done_count; i++) {
        w->trace->witness->over(w->trace->witness->self, w->trace, w->done[i]);
    }
}

void effects_apply_all(struct world *w)
{
    const struct effect *e;
    while (fx_next(&w->fx, &e)) {
        apply(w, e);
    }
    if (w->trace->witness) {
        tell_what_is_over(w);
    }
    for (uint32_t i = 0; i < w->done_count; i++) {
        packet_release(&w->trace->packets, w->done[i]);
    }
    w->done_count = 0;
}
