/* The scenario's faults: exact interventions. A packet fault is armed when its packet is born, and
 * strikes on the link that its pattern names (else on the first hop), or, with `at`, on the hop on
 * which the packet is at that time. */
#include "net/world.h"

#include "base/os.h"
#include "scenario/pattern.h"

#include <string.h>

static bool is_packet_fault(const struct fault *f)
{
    return f->kind == FAULT_DROP || f->kind == FAULT_DELAY || f->kind == FAULT_DUPLICATE ||
           f->kind == FAULT_CORRUPT;
}

static void schedule(struct world *w, uint32_t fault, sim_time at, unsigned slot)
{
    struct event ev = {.at = at, .packet = fault, .what = EV_FAULT, .slot = (uint16_t)slot};
    sched_at(&w->sched, ev, sched_tie(&w->sched));
}

enum { BEGIN, END };

void fault_schedule(struct world *w)
{
    w->fault_hits = arena_alloc(&w->arena, (w->sc->fault_count + 1) * sizeof *w->fault_hits);
    for (uint32_t i = 0; i < w->sc->fault_count; i++) {
        const struct fault *f = &w->sc->faults[i];
        if (is_packet_fault(f)) {
            w->has_packet_faults = true;
            continue;
        }
        schedule(w, i, f->at, BEGIN);
        if (f->kind == FAULT_CUT && f->by != SIM_NEVER) {
            schedule(w, i, time_add(f->at, f->by), END);
        }
    }
}

static void set_cut(struct world *w, const struct fault *f, bool is_cut)
{
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        struct direction *d = &w->directions[i];
        bool along = d->from == f->node[0] && d->to == f->node[1];
        bool against = d->from == f->node[1] && d->to == f->node[0];
        if (!along && !against) {
            continue;
        }
        uint32_t cause =
            world_record(w, REC_CALL, d->entity, 0, is_cut ? CALL_CUT : CALL_HEAL, 0, 0, 0);
        d->cuts += is_cut ? 1 : -1u;
        if (is_cut) {
            link_cut(w, d, cause);
        }
    }
}

void fault_crash(struct world *w, uint32_t node, uint32_t cause)
{
    if (w->nodes[node].is_down) {
        return;
    }
    cause = world_record(w, REC_CALL, w->nodes[node].entity, 0, CALL_CRASH, 0, cause, 0);
    services_keep(w, node);
    w->nodes[node].is_down = true;
    for (uint32_t row = 1; row < w->row_count; row++) {
        if (w->rows[row].type && w->rows[row].node == node && w->rows[row].self) {
            actor_end(w, row);
        }
    }
    actors_forget(w, node);
    for (uint32_t i = 0; i < 2 * w->sc->link_count; i++) {
        if (w->directions[i].from == node) {
            link_forget_queue(w, &w->directions[i], cause);
        }
    }
    services_stop(w, node, cause);
}

void fault_restart(struct world *w, uint32_t node, bool forgets_leases, uint32_t cause)
{
    if (!w->nodes[node].is_down) {
        return;
    }
    cause = world_record(w, REC_CALL, w->nodes[node].entity, 0, CALL_RESTART, 0, cause, 0);
    w->nodes[node].is_down = false;
    services_restart(w, node, forgets_leases, cause);
    script_host_is_up(w, node);
    traffic_restart(w, node, cause);
}

static bool forgets(const struct fault *f, const char *what)
{
    for (const char **name = f->forget; name && *name; name++) {
        if (strcmp(*name, what) == 0) {
            return true;
        }
    }
    return false;
}

void fault_event(struct world *w, const struct event *ev)
{
    const struct fault *f = &w->sc->faults[ev->packet];
    switch (f->kind) {
    case FAULT_CUT: set_cut(w, f, ev->slot == BEGIN); break;
    case FAULT_CRASH: fault_crash(w, f->node[0], 0); break;
    case FAULT_RESTART: fault_restart(w, f->node[0], forgets(f, "leases"), 0); break;
    case FAULT_DROP:
    case FAULT_DELAY:
    case FAULT_DUPLICATE:
    case FAULT_CORRUPT: break;
    }
}

static void arm(struct world *w, uint32_t packet, uint32_t fault)
{
    if (w->armed_count == w->armed_cap) {
        w->armed_cap = w->armed_cap ? w->armed_cap * 2 : 16;
        w->armed = os_realloc(w->armed, w->armed_cap * sizeof *w->armed);
    }
    w->armed[w->armed_count++] = (struct armed){packet, fault};
}

void facts_of(const struct world *w, uint32_t packet, const struct direction *d,
              struct packet_facts *out)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    *out = (struct packet_facts){.from = w->trace->entities[p->sender].node,
                                 .to = node_of_ip(w, p->net.to.ip),
                                 .link = {d ? d->from : NO_NODE, d ? d->to : NO_NODE},
                                 .proto = p->proto->name,
                                 .head = packet_head(p),
                                 .body_len = packet_body_len(p),
                                 .flow = w->trace->flows[p->flow].name,
                                 .seq_base = p->seq_base,
                                 .ack_base = p->ack_base};
}

/* A pattern with `link` is asked when the packet is offered to a link, any other when the packet is
 * born (d is NULL). nth counts the packets that match all the rest. */
void fault_look(struct world *w, uint32_t packet, const struct direction *d)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct packet_facts facts;
    facts_of(w, packet, d, &facts);
    for (uint32_t i = 0; i < w->sc->fault_count; i++) {
        const struct fault *f = &w->sc->faults[i];
        bool asks_link = f->pattern.given & PATTERN_LINK;
        if (!is_packet_fault(f) || asks_link != (d != NULL) || !pattern_may_mean(&f->pattern, p) ||
            !pattern_matches(&f->pattern, &facts)) {
            continue;
        }
        w->fault_hits[i]++;
        if (!(f->pattern.given & PATTERN_NTH) || w->fault_hits[i] == f->pattern.nth) {
            arm(w, packet, i);
        }
    }
}

/* Where a fault without `link` strikes: where the packet is at `at`, else on the first hop. */
static bool is_its_hop(const struct world *w, const struct fault *f, const struct direction *d,
                       uint32_t packet)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    const uint32_t *ends = f->pattern.link;
    if (f->pattern.given & PATTERN_LINK) {
        return (d->from == ends[0] && d->to == ends[1]) || (d->from == ends[1] && d->to == ends[0]);
    }
    if (f->kind != FAULT_DROP || f->at == SIM_NEVER) {
        return p->birth == PACKET_FRAGMENT || /* which is asked where it is cut */
               d->from == w->trace->entities[p->sender].node;
    }
    return f->at >= sched_now(&w->sched); /* the link knows whether it arrives before */
}

/* Takes an entry out; the others keep their order. */
static void disarm(struct world *w, uint32_t i)
{
    w->armed_count--;
    for (; i < w->armed_count; i++) {
        w->armed[i] = w->armed[i + 1];
    }
}

const struct fault *fault_on(struct world *w, const struct direction *d, uint32_t packet,
                             uint32_t *cursor)
{
    for (; *cursor < w->armed_count; ++*cursor) {
        const struct armed *a = &w->armed[*cursor];
        const struct fault *f = &w->sc->faults[a->fault];
        if (a->packet != packet || !is_its_hop(w, f, d, packet)) {
            continue;
        }
        if (f->kind == FAULT_DROP && f->at != SIM_NEVER) {
            ++*cursor; /* its moment may come on a later hop */
        } else {
            disarm(w, *cursor); /* once: the packet may come this way again */
        }
        return f;
    }
    return NULL;
}

void fault_forget(struct world *w, uint32_t packet)
{
    for (uint32_t i = w->armed_count; i-- > 0;) {
        if (w->armed[i].packet == packet) {
            disarm(w, i);
        }
    }
}
