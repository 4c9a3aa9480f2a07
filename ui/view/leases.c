/* The records of DHCP clients, read once: VARs say what is held, TIMERs when it ends, STATEs why it
 * ended, SENDs what was tried. */
#include "ui/view/leases.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX

struct finder {
    const struct trace *t;
    struct leases *l;
    uint32_t *client_of; /* by entity: index of its client, NOBODY: none */
    bool *serves;        /* by node */
};

static bool is_type(const struct trace *t, uint32_t entity, const char *name)
{
    const struct entity *e = &t->entities[entity];

    return e->kind == ENTITY_ACTOR && strcmp(e->type->name, name) == 0;
}

static uint32_t client_at(struct leases *l, uint32_t node)
{
    uint32_t i = 0;

    while (i < l->client_count && l->clients[i].node < node) {
        i++;
    }
    if (i < l->client_count && l->clients[i].node == node) {
        return i;
    }
    l->clients = os_realloc(l->clients, (l->client_count + 1) * sizeof *l->clients);
    memmove(l->clients + i + 1, l->clients + i, (l->client_count - i) * sizeof *l->clients);
    l->clients[i] = (struct lease_client){.node = node};
    l->client_count++;
    return i;
}

static void find_ends(struct finder *f)
{
    for (uint32_t e = 1; e <= f->t->entity_count; e++) {
        f->client_of[e] = NOBODY;
        if (is_type(f->t, e, "dhcp-client")) {
            client_at(f->l, f->t->entities[e].node);
        } else if (is_type(f->t, e, "dhcp-server")) {
            f->l->servers =
                os_realloc(f->l->servers, (f->l->server_count + 1) * sizeof *f->l->servers);
            f->l->servers[f->l->server_count++] = e;
            f->serves[f->t->entities[e].node] = true;
        }
    }
    for (uint32_t e = 1; e <= f->t->entity_count; e++) {
        if (is_type(f->t, e, "dhcp-client")) {
            f->client_of[e] = client_at(f->l, f->t->entities[e].node);
        }
    }
}

static struct lease_span *open_span(const struct lease_client *c)
{
    struct lease_span *s = c->span_count ? &c->spans[c->span_count - 1] : NULL;

    return s && s->until == SIM_NEVER ? s : NULL;
}

static void close_span(struct lease_client *c, sim_time at, enum span_fate fate)
{
    struct lease_span *s = open_span(c);

    if (s) {
        s->until = at;
        s->fate = fate;
    }
}

static void begin_span(struct finder *f, struct lease_client *c, const struct record *r,
                       uint32_t number)
{
    int64_t ip = 0;

    close_span(c, r->at, SPAN_EXTENDED);
    if (c->try_count > 0) {
        c->tries[c->try_count - 1].is_answered |= c->tries[c->try_count - 1].at == r->value;
    }
    if (c->span_count == c->span_cap) {
        c->span_cap = c->span_cap ? 2 * c->span_cap : 4;
        c->spans = os_realloc(c->spans, c->span_cap * sizeof *c->spans);
    }
    const struct actor_type *type = f->t->entities[r->where].type;
    for (unsigned v = 0; v < var_count(type); v++) {
        if (strcmp(type->vars[v].name, "address") == 0) {
            trace_var_at(f->t, r->where, v, r->at, &ip);
        }
    }
    c->spans[c->span_count++] = (struct lease_span){.start = r->value,
                                                    .told = r->at,
                                                    .t1 = SIM_NEVER,
                                                    .t2 = SIM_NEVER,
                                                    .end = SIM_NEVER,
                                                    .until = SIM_NEVER,
                                                    .ip = (uint32_t)ip,
                                                    .record = number};
}

static void see_var(struct finder *f, struct lease_client *c, const struct record *r,
                    uint32_t number)
{
    const char *name = f->t->entities[r->where].type->vars[r->code].name;

    if (strcmp(name, "start") == 0 && r->value > 0) {
        begin_span(f, c, r, number);
    } else if (strcmp(name, "address") == 0 && r->value == 0) {
        close_span(c, r->at, SPAN_REFUSED); /* the change of state that follows may know better */
    }
}

static void see_timer(struct finder *f, struct lease_client *c, const struct record *r)
{
    const char *name = f->t->entities[r->where].type->timers[r->code].name;
    struct lease_span *s = open_span(c);

    if (!s || r->value == SIM_NEVER) {
        return;
    }
    if (strcmp(name, "t1") == 0) {
        s->t1 = r->value;
    } else if (strcmp(name, "t2") == 0) {
        s->t2 = r->value;
    } else if (strcmp(name, "expiry") == 0) {
        s->end = r->value;
    }
}

/* Why the span that has just ended did so. */
static void see_state(struct finder *f, struct lease_client *c, const struct record *r)
{
    struct lease_span *s = c->span_count ? &c->spans[c->span_count - 1] : NULL;
    const char *why = record_reason(f->t, r);

    if (!s || s->until != r->at || !why) {
        return;
    }
    if (strcmp(why, "dhcp.expired") == 0) {
        s->fate = SPAN_OVER;
    } else if (strcmp(why, "dhcp.released") == 0) {
        s->fate = SPAN_RELEASED;
    }
}

static void see_send(struct finder *f, struct lease_client *c, const struct record *r)
{
    const struct packet *p = trace_packet(f->t, r->packet);

    if (!open_span(c) ||
        strcmp(packet_is(p->proto->name, packet_head(p), p->body.len), "DHCPREQUEST") != 0) {
        return;
    }
    if (c->try_count == c->try_cap) {
        c->try_cap = c->try_cap ? 2 * c->try_cap : 4;
        c->tries = os_realloc(c->tries, c->try_cap * sizeof *c->tries);
    }
    c->tries[c->try_count++] = (struct lease_try){.at = r->at, .packet = r->packet};
}

static void see_call(struct finder *f, const struct record *r)
{
    uint32_t node = entity_node(f->t, r->where);
    bool is_crash = r->code == CALL_CRASH;

    if (f->t->entities[r->where].kind != ENTITY_NODE || (!is_crash && r->code != CALL_RESTART)) {
        return;
    }
    for (uint32_t i = 0; i < f->l->client_count && is_crash; i++) {
        if (f->l->clients[i].node == node) {
            close_span(&f->l->clients[i], r->at, SPAN_CRASHED);
        }
    }
    if (f->serves[node]) {
        f->l->outages = os_realloc(f->l->outages, (f->l->outage_count + 1) * sizeof *f->l->outages);
        f->l->outages[f->l->outage_count++] = (struct lease_outage){r->at, node, !is_crash};
    }
}

static void see(struct finder *f, uint32_t number)
{
    const struct record *r = trace_record(f->t, number);

    if (r->kind == REC_CALL) {
        see_call(f, r);
    }
    uint32_t who = f->client_of[r->where];
    if (who == NOBODY) {
        return;
    }
    struct lease_client *c = &f->l->clients[who];
    switch (r->kind) {
    case REC_VAR: see_var(f, c, r, number); break;
    case REC_TIMER: see_timer(f, c, r); break;
    case REC_STATE: see_state(f, c, r); break;
    case REC_SEND: see_send(f, c, r); break;
    default: break;
    }
}

void leases_make(struct leases *l, const struct trace *t)
{
    *l = (struct leases){0};
    struct finder f = {.t = t,
                       .l = l,
                       .client_of = os_alloc((t->entity_count + 1) * sizeof *f.client_of),
                       .serves = os_alloc(t->node_count + 1)};

    f.client_of[0] = NOBODY;
    find_ends(&f);
    for (uint32_t n = 1; n <= t->count && l->client_count + l->server_count > 0; n++) {
        see(&f, n);
    }
    free(f.client_of);
    free(f.serves);
}

void leases_free(struct leases *l)
{
    for (uint32_t i = 0; i < l->client_count; i++) {
        free(l->clients[i].spans);
        free(l->clients[i].tries);
    }
    free(l->clients);
    free(l->servers);
    free(l->outages);
    *l = (struct leases){0};
}

const struct lease_span *lease_span_at(const struct lease_client *c, sim_time now)
{
    for (uint32_t i = c->span_count; i > 0; i--) {
        const struct lease_span *s = &c->spans[i - 1];

        if (s->told <= now) {
            return s->until > now ? s : NULL;
        }
    }
    return NULL;
}

const struct lease_client *lease_client_of(const struct leases *l, uint32_t node)
{
    for (uint32_t i = 0; i < l->client_count; i++) {
        if (l->clients[i].node == node) {
            return &l->clients[i];
        }
    }
    return NULL;
}
