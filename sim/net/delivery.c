/* What endpoints pass on to the layer above: counted, and, where an endpoint passes on whole frames
 * of one stream, held against what it has passed on before. Below delivered_top all was passed on
 * but for the holes. */
#include "net/world.h"

#include "base/os.h"

#include <string.h>

/* First copies in order, in bits on the wire: the payload and the headers of the packets it came
 * in. */
static void count_first(const struct packet *p, const struct effect *e, struct flow *flow)
{
    flow->delivered_bits += (uint64_t)e->body.len * 8;
    if (p) {
        uint32_t per = p->body.len ? p->body.len : 1;
        uint64_t pieces = e->body.len == per ? 1 : (e->body.len + per - 1) / per;
        flow->delivered_bits += pieces * (p->size - p->body.len + p->proto->trailer) * 8;
    }
}

static void leave_hole(struct life *l, uint64_t from, uint64_t to)
{
    if (l->hole_count == l->hole_cap) {
        l->hole_cap = l->hole_cap ? 2 * l->hole_cap : 8;
        l->holes = os_realloc(l->holes, l->hole_cap * sizeof *l->holes);
    }
    l->holes[l->hole_count++] = (struct hole){from, to};
}

/* Frames fill a hole from either end or cut it in two; false: `at` lies in none. */
static bool fill_hole(struct life *l, uint64_t at, uint64_t end)
{
    for (uint32_t i = l->hole_count; i-- > 0;) {
        struct hole h = l->holes[i];
        if (at < h.from || at >= h.to) {
            continue;
        }
        memmove(&l->holes[i], &l->holes[i + 1], (l->hole_count - i - 1) * sizeof *l->holes);
        l->hole_count--;
        if (h.from < at) {
            leave_hole(l, h.from, at);
        }
        if (end < h.to) {
            leave_hole(l, end, h.to);
        }
        return true;
    }
    return false;
}

/* The latest packet that brought those bytes to this node. */
static uint32_t carrier_of(const struct packets *all, struct span body, uint32_t latest,
                           uint32_t node)
{
    for (uint32_t id = latest; id > 0; id--) {
        const struct packet *p = packet_at(all, id);
        if (!p->is_raw && p->heard_by == node + 1 && p->body.len && p->body.stream == body.stream &&
            p->body.at == body.at) {
            return id;
        }
    }
    return latest;
}

static enum deliver_fault fault_of(const struct row *r, const struct span *body)
{
    if (body->at > r->delivered_top) {
        leave_hole(sure_life(r), r->delivered_top, body->at);
        return DELIVER_OUT_OF_ORDER;
    }
    if (body->at < r->delivered_top) {
        bool fills = fill_hole(sure_life(r), body->at, body->at + body->len);
        return fills ? DELIVER_OUT_OF_ORDER : DELIVER_AGAIN;
    }
    return DELIVER_RIGHT;
}

/* A flipped bit makes the bytes a stream of their own: the frame's number tells where they belong.
 * What was kept from earlier frames is of the sender's stream. */
static bool is_damaged(struct life *l, const struct packet *p, struct span *body)
{
    if (!p->is_raw) {
        l->stream = body->stream;
        return false;
    }
    if (body->stream == l->stream) {
        return false;
    }
    body->at = p->unit.at * body->len;
    return true;
}

static enum deliver_fault judge(struct world *w, const struct row *r, const struct effect *e,
                                struct span *body, uint32_t *packet)
{
    bool damaged = is_damaged(sure_life(r), packet_at(&w->trace->packets, e->packet), body);
    enum deliver_fault fault = fault_of(r, body);
    if (damaged && fault == DELIVER_RIGHT) {
        return DELIVER_DAMAGED;
    }
    if (fault != DELIVER_RIGHT && !damaged && w->trace->keep) {
        *packet = carrier_of(&w->trace->packets, *body, e->packet, r->node);
    }
    return fault;
}

/* TCP's and UDP's bytes come from streams that several connections share: what they pass on is not
 * judged here, and no more what a link carries for a layer above, which may give up what is old. */
static bool is_judged(const struct row *author, const struct effect *e)
{
    const struct proto *proto = author->type->proto;
    return proto && proto->carrier == CARRIER_LINK && e->packet && !author->upper && author->self;
}

/* The flow's figures are of one direction, also where a link protocol serves both. */
static enum deliver_fault count_judged(struct world *w, struct row *author, const struct packet *p,
                                       const struct effect *e, struct flow *flow, uint32_t *packet)
{
    struct span body = e->body;
    enum deliver_fault fault = judge(w, author, e, &body, packet);
    bool is_first = body.at >= author->delivered_top;
    author->delivered_top = is_first ? body.at + body.len : author->delivered_top;
    if (author->node != w->trace->flows[author->flow].to) {
        return fault;
    }
    flow->faults[fault]++;
    flow->delivered_bytes += body.len;
    flow->last_delivery = flow->end;
    if (is_first && fault != DELIVER_DAMAGED) {
        count_first(p, e, flow);
    }
    return fault;
}

enum deliver_fault delivery_count(struct world *w, const struct effect *e, uint32_t *packet)
{
    struct row *author = &w->rows[e->author];
    const struct packet *p = e->packet ? packet_at(&w->trace->packets, e->packet) : NULL;
    /* of the packet, also when that belongs to a connection that is long over */
    struct flow *flow = &w->trace->flows[p && p->flow ? p->flow : author->flow];
    flow->end = sched_now(&w->sched);
    if (is_judged(author, e)) {
        return count_judged(w, author, p, e, flow, packet);
    }
    flow->faults[DELIVER_RIGHT]++;
    flow->delivered_bytes += e->body.len;
    flow->last_delivery = flow->end;
    if (e->body.at >= author->delivered_top) {
        author->delivered_top = e->body.at + e->body.len;
        count_first(p, e, flow);
    }
    return DELIVER_RIGHT;
}

/* The first frame at or after `from` that is in none of the deliveries; `top`: there is none. */
static uint64_t next_never(const struct row *sink, uint64_t from, uint64_t top, uint32_t bytes)
{
    const struct life *life = life_of(sink);
    uint64_t least = sink->delivered_top / bytes;
    least = least > from ? least : from;
    for (uint32_t i = 0; life && i < life->hole_count; i++) {
        uint64_t first = life->holes[i].from / bytes, end = life->holes[i].to / bytes;
        uint64_t at = first > from ? first : from;
        least = at < end && at < least ? at : least;
    }
    return least < top ? least : top;
}

static void find_never(const struct row *source, const struct row *sink, struct flow *flow)
{
    uint64_t top = source->unit_top, below = sink->delivered_top / source->unit_bytes;
    const struct life *life = life_of(sink);
    flow->never_count = top > below ? top - below : 0;
    for (uint32_t i = 0; life && i < life->hole_count; i++) {
        flow->never_count += (life->holes[i].to - life->holes[i].from) / source->unit_bytes;
    }
    for (uint64_t n = 0, i = 0; i < FLOW_NEVER_MAX && i < flow->never_count; i++, n++) {
        n = next_never(sink, n, top, source->unit_bytes);
        flow->never[i] = n;
    }
}

void deliveries_finish(struct world *w)
{
    for (uint32_t i = 0; i < w->sc->traffic_count; i++) {
        const struct row *source = &w->rows[w->traffic_sources[i]];
        const struct row *sink = &w->rows[w->traffic_sinks[i]];
        if (w->traffic_sources[i] && w->traffic_sinks[i] && source->unit_bytes) {
            find_never(source, sink, &w->trace->flows[w->traffic_flows[i]]);
        }
    }
}
