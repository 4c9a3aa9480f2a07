/* What a host had done, and what state it was in, at an instant: read from the trace. */
#include "expect/judge.h"

#include <string.h>

static bool has_state(const struct machine *m, const char *state)
{
    for (unsigned i = 0; m->states[i]; i++) {
        if (strcmp(m->states[i], state) == 0) {
            return true;
        }
    }
    return false;
}

/* The machine that a condition's state is about: the one of that name, or that has such a state,
 * else the first. */
static unsigned machine_for(const struct actor_type *type, const struct seat *seat, bool *is_known)
{
    for (unsigned m = 0; m < machine_count(type); m++) {
        const struct machine *one = &type->machines[m];
        bool is_named = !seat->machine || strcmp(one->name, seat->machine) == 0;
        if (is_named && (!seat->state || has_state(one, seat->state))) {
            *is_known = true;
            return m;
        }
    }
    *is_known = false;
    return 0;
}

/* A listener has nobody at the other end, and opened nothing. */
static bool is_connection(const struct entity *e)
{
    if (e->kind != ENTITY_ACTOR || machine_count(e->type) == 0) {
        return false;
    }
    bool connects = !e->type->proto || e->type->proto->carrier != CARRIER_UDP;
    return !connects || e->local.port == 0 || e->remote.ip != 0 || e->remote.port != 0;
}

static bool is_listener(const struct entity *e)
{
    return e->kind == ENTITY_ACTOR && machine_count(e->type) > 0 && !is_connection(e);
}

static bool is_of_flow(const struct trace *t, uint32_t flow, const char *name)
{
    return !name || (flow && strcmp(t->flows[flow].name, name) == 0);
}

static uint32_t newest(const struct trace *t, const struct seat *seat, sim_time at,
                       bool (*is_meant)(const struct entity *), unsigned *machine)
{
    uint32_t records = trace_first_after(t, at) - 1, fallback = 0;
    *machine = 0;
    for (uint32_t i = t->entity_count; i > 0; i--) {
        const struct entity *e = &t->entities[i];
        bool is_known;
        if (e->born > records || !is_meant(e) || e->node != seat->node ||
            !is_of_flow(t, e->flow, seat->flow)) {
            continue;
        }
        unsigned m = machine_for(e->type, seat, &is_known);
        if (is_known) {
            *machine = m;
            return i;
        }
        fallback = fallback ? fallback : i;
    }
    return fallback;
}

/* A host that has no connection yet is in the state of its listener. */
uint32_t host_machine(const struct trace *t, const struct seat *seat, sim_time at,
                      unsigned *machine)
{
    uint32_t connection = newest(t, seat, at, is_connection, machine);
    return connection ? connection : newest(t, seat, at, is_listener, machine);
}

/* State of the newest connection, of those that know the state looked for if there is one. */
static const char *state_at(const struct judge *j, const struct condition *c, sim_time at)
{
    const struct seat seat = {c->node, c->flow, c->state, c->machine};
    unsigned machine;
    uint32_t entity = host_machine(j->t, &seat, at, &machine);
    if (!entity) {
        return NULL;
    }
    const struct machine *m = &j->t->entities[entity].type->machines[machine];
    return m->states[trace_state_at(j->t, entity, machine, at)];
}

static bool is_here(const struct judge *j, const struct condition *c, const struct record *r)
{
    const struct entity *e = &j->t->entities[r->where];
    return e->kind == ENTITY_ACTOR && e->node == c->node && is_of_flow(j->t, e->flow, c->flow);
}

/* New data of a sender: what it was asked to send if it has applications above, else what the first
 * copies of its packets carried. */
static void count_sent(const struct judge *j, const struct record *r, struct host_facts *out,
                       int64_t *asked)
{
    if (r->kind == REC_CALL && r->code == CODE_SEND) {
        *asked = (*asked < 0 ? 0 : *asked) + r->value;
        return;
    }
    if (r->kind != REC_SEND) {
        return;
    }
    const struct packet *p = trace_packet(j->t, r->packet);
    out->retransmissions += p->of != 0;
    bool is_source = p->flow && j->t->flows[p->flow].from == j->t->entities[r->where].node;
    out->sent += is_source && p->of == 0 && p->parent == 0 ? p->body.len : 0;
}

static void count(const struct judge *j, const struct condition *c, sim_time at,
                  struct host_facts *out)
{
    int64_t asked = -1;
    uint32_t end = trace_first_after(j->t, at);
    for (uint32_t n = 1; n < end; n++) {
        const struct record *r = trace_record(j->t, n);
        if (r->kind == REC_DELIVER && is_here(j, c, r)) {
            out->received += r->value;
        } else if ((r->kind == REC_SEND || r->kind == REC_CALL) && is_here(j, c, r)) {
            count_sent(j, r, out, &asked);
        }
    }
    out->sent = asked >= 0 ? asked : out->sent;
}

static bool has_arrived(const struct judge *j, const struct condition *c, sim_time at)
{
    for (uint32_t i = 0; i < j->sends.count; i++) {
        uint32_t send = j->sends.at[i], id = trace_record(j->t, send)->packet;
        if (!send_matches(j, c->packet, send)) {
            continue;
        }
        struct list all = trace_of_packet(j->t, id);
        uint32_t goal = c->node != NO_NODE ? c->node : packet_to_node(j->t, id);
        for (uint32_t k = 0; k < all.count; k++) {
            const struct record *r = trace_record(j->t, all.at[k]);
            if (r->kind == REC_ARRIVE && r->at <= at && direction_to(j->t, r->where) == goal) {
                return true;
            }
        }
    }
    return false;
}

/* A node that knows no RSVP, or has crashed, keeps nothing. */
static int64_t reserve_at(const struct judge *j, uint32_t node, const char *figure, sim_time at)
{
    uint32_t entity = trace_service_at(j->t, node, "rsvp", at);
    const struct actor_type *type = entity ? j->t->entities[entity].type : NULL;
    int64_t value = 0;
    for (unsigned i = 0; type && i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, figure) == 0) {
            trace_var_at(j->t, entity, i, at, &value);
        }
    }
    return value;
}

void host_look(const struct judge *j, const struct condition *c, sim_time at,
               struct host_facts *out)
{
    *out = (struct host_facts){0};
    if (c->state) {
        out->state = state_at(j, c, at);
    }
    if (c->received >= 0 || c->sent >= 0 || c->retransmissions >= 0) {
        count(j, c, at, out);
    }
    for (unsigned i = 0; i < RESERVE_FIGURES; i++) {
        out->reserve[i] = c->reserve[i] >= 0 ? reserve_at(j, c->node, reserve_figures[i], at) : 0;
    }
    if (c->packet) {
        out->has_packet = has_arrived(j, c, at);
    }
}

static bool reserve_holds(const struct condition *c, const struct host_facts *f)
{
    bool holds = true;
    for (unsigned i = 0; i < RESERVE_FIGURES; i++) {
        holds &= c->reserve[i] < 0 || c->reserve[i] == f->reserve[i];
    }
    return holds;
}

bool condition_holds(const struct condition *c, const struct host_facts *f)
{
    return (!c->state || (f->state && strcmp(f->state, c->state) == 0)) &&
           (c->received < 0 || c->received == f->received) && (c->sent < 0 || c->sent == f->sent) &&
           (c->retransmissions < 0 || c->retransmissions == f->retransmissions) &&
           reserve_holds(c, f) && (!c->packet || f->has_packet);
}
