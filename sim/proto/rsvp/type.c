/* RSVP's process as an actor: who calls, what comes, its timers and tables. */
#include "proto/rsvp/inside.h"

#include <stdio.h>
#include <string.h>

sim_time rsvp_lifetime(sim_time refresh, int64_t lost)
{
    return muldiv(refresh, 3 * (2 * lost + 1), 4);
}

sim_time rsvp_refresh_after(sim_time refresh, uint64_t lot)
{
    return refresh / 2 + (sim_time)(lot % (uint64_t)(refresh + 1));
}

void rsvp_say(const struct rsvp *m, const struct net *net, unsigned why, struct fx *fx)
{
    struct buf out = {0};
    rsvp_write(m, &out);
    fx_send(fx, net, bytes_of(out.data, out.len), (struct span){0}, (struct unit){0}, why);
    buf_free(&out);
}

/* ---- input ---- */

static void hear_sound(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                       struct fx *fx)
{
    switch (m->type) {
    case RSVP_PATH: path_hear(p, m, in, fx); break;
    case RSVP_RESV: resv_hear(p, m, in, fx); break;
    case RSVP_PATH_ERR: path_hear_error(p, m, fx); break;
    case RSVP_RESV_ERR: resv_hear_error(p, m, in, fx); break;
    case RSVP_PATH_TEAR: path_hear_tear(p, m, in, fx); break;
    case RSVP_RESV_TEAR: resv_hear_tear(p, m, in, fx); break;
    case RSVP_RESV_CONF: resv_hear_confirm(p, m, in, fx); break;
    }
}

static void hear(struct rsvp_process *p, const struct input *in, struct fx *fx)
{
    struct rsvp m;
    switch (rsvp_read(in->head, &m)) {
    case RSVP_SOUND: hear_sound(p, &m, in, fx); break;
    case RSVP_BROKEN: fx_drop(fx, DROP_MALFORMED, RSVP_CANNOT_READ); break;
    case RSVP_FOREIGN:
        fx_drop(fx, DROP_MALFORMED, RSVP_UNKNOWN);
        if (m.type == RSVP_PATH) {
            path_refuse(p, &m, RSVP_UNKNOWN, in, fx);
        } else if (m.type == RSVP_RESV) {
            resv_refuse(&m, NULL, RSVP_UNKNOWN, in, fx);
        }
        break;
    }
}

static void note_interface(struct rsvp_process *p, const struct input *in)
{
    struct node_interface own;
    memcpy(&own, in->head.data, sizeof own);
    if (own.iface < IFACES_MAX) {
        p->links[own.iface].ip = own.ip;
        p->links[own.iface].iface = own.iface;
    }
}

static void hear_node(struct rsvp_process *p, const struct input *in, struct fx *fx)
{
    struct node_reserve of;
    struct node_ways ways;
    switch (in->code) {
    case NODE_INTERFACE: note_interface(p, in); break;
    case NODE_SENDER:
        memcpy(&of, in->head.data, sizeof of);
        path_sender(p, &of, in, fx);
        break;
    case NODE_RECEIVER:
        memcpy(&of, in->head.data, sizeof of);
        want_receiver(p, &of, in, fx);
        break;
    case NODE_WAYS_ARE:
        memcpy(&ways, in->head.data, sizeof ways);
        path_ways(p, &ways, in, fx);
        break;
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rsvp_process *p = self;
    if (in->kind == IN_PACKET) {
        hear(p, in, fx);
    } else if (in->kind == IN_REQUEST) {
        hear_node(p, in, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_PATH_REFRESH) {
        path_refresh(p, in->index, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_PATH_LIFETIME) {
        path_runs_out(p, in->index, in, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_RESV_REFRESH) {
        resv_refresh(p, in->index, in, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_RESV_LIFETIME) {
        resv_runs_out(p, in->index, in, fx);
    }
}

/* ---- tables ---- */

/* All reservations of its interfaces together. */
static int64_t reserved(const struct rsvp_process *p)
{
    int64_t bits = 0;
    for (unsigned i = 0; i < IFACES_MAX; i++) {
        bits += p->links[i].ip ? reserved_on(p, (uint16_t)i) : 0;
    }
    return bits;
}

static void read(const void *self, int64_t *vars)
{
    const struct rsvp_process *p = self;
    vars[0] = vars[1] = 0;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        vars[0] += p->paths[i].is_used;
    }
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        vars[1] += p->resvs[i].is_used;
    }
    vars[2] = reserved(p);
    vars[3] = (int64_t)p->refused;
    vars[4] = (int64_t)p->expired;
}

static const struct var vars[] = {{"paths", "", "state"},        {"reservations", "", "state"},
                                  {"reserved", "bit/s", "link"}, {"refused", "", "state"},
                                  {"expired", "", "state"},      {0}};

/* "10.0.1.1:5004 → :5004": sender, and the port of the session. */
static char *print_key(int64_t key, char buf[48])
{
    char ip[16];
    uint64_t k = (uint64_t)key;
    if (k >> 16 == 0) {
        snprintf(buf, 48, "* → :%u", (unsigned)(k & 0xffff));
    } else {
        snprintf(buf, 48, "%s:%u → :%u", ip_print((uint32_t)(k >> 32), ip),
                 (unsigned)(k >> 16 & 0xffff), (unsigned)(k & 0xffff));
    }
    return buf;
}

static bool key(struct bytes head, struct net *io)
{
    (void)head;
    io->from.port = io->to.port = 1; /* there is one process a node */
    return true;
}

const struct proto rsvp_proto = {
    .name = "rsvp", .carrier = CARRIER_IP, .number = IP_RSVP, .key = key};

static const struct reason reasons[] = {
    [RSVP_NO_WHY] = {0},
    [RSVP_ANNOUNCES] = {"rsvp.announces", "RFC 2205 §2.1"},
    [RSVP_PASSES_PATH] = {"rsvp.passes-path", "RFC 2205 §3.1.3"},
    [RSVP_REFRESHES_PATH] = {"rsvp.refreshes-path", "RFC 2205 §3.7"},
    [RSVP_ASKS] = {"rsvp.asks", "RFC 2205 §2.1"},
    [RSVP_PASSES_RESV] = {"rsvp.passes-resv", "RFC 2205 §3.1.4"},
    [RSVP_REFRESHES_RESV] = {"rsvp.refreshes-resv", "RFC 2205 §3.7"},
    [RSVP_ADMITS] = {"rsvp.admits", "RFC 2205 §3.1.4"},
    [RSVP_REFUSES] = {"rsvp.refuses", "RFC 2205 §3.1.8"},
    [RSVP_FINDS_NO_PATH] = {"rsvp.finds-no-path", "RFC 2205 §B"},
    [RSVP_FINDS_CONFLICT] = {"rsvp.finds-conflict", "RFC 2205 §1.3"},
    [RSVP_FINDS_PORTS] = {"rsvp.finds-ports", "RFC 2205 §3.2"},
    [RSVP_UNKNOWN] = {"rsvp.unknown", "RFC 2205 §3.10"},
    [RSVP_PASSES_ERROR] = {"rsvp.passes-error", "RFC 2205 §3.1.8"},
    [RSVP_GIVES_UP] = {"rsvp.gives-up", "RFC 2205 §2.5"},
    [RSVP_ENDS_PATH] = {"rsvp.ends-path", "RFC 2205 §3.1.5"},
    [RSVP_ENDS_RESV] = {"rsvp.ends-resv", "RFC 2205 §3.1.6"},
    [RSVP_PATH_RUNS_OUT] = {"rsvp.path-runs-out", "RFC 2205 §2.3"},
    [RSVP_RESV_RUNS_OUT] = {"rsvp.resv-runs-out", "RFC 2205 §2.3"},
    [RSVP_CONFIRMS] = {"rsvp.confirms", "RFC 2205 §3.1.9"},
    [RSVP_IS_CONFIRMED] = {"rsvp.is-confirmed", "RFC 2205 §2.6"},
    [RSVP_KEEPS_ASKING] = {"rsvp.keeps-asking", "RFC 2205 §2.3"},
    [RSVP_IS_SPARED] = {"rsvp.is-spared", "RFC 2205 §3.5"},
    [RSVP_PATH_FAILS] = {"rsvp.path-fails", "RFC 2205 §3.1.7"},
    [RSVP_IS_FULL] = {"rsvp.is-full", "RFC 2205 §B"},
    [RSVP_CANNOT_READ] = {"rsvp.cannot-read", "RFC 2205 §B"},
    {0},
};

static const char *const item_states[] = {"ABSENT", "THERE", NULL};

#define OF(FIELD) offsetof(struct rsvp_process, FIELD)
static const struct param params[] = {
    {"share", OF(share), PARAM_CHANCE, .initial = 750000000, .min = 0, .max = 1000000000},
    {"refresh", OF(refresh), PARAM_TIME, .initial = 30 * SIM_S, .min = SIM_MS, .max = 3600 * SIM_S},
    {"lost", OF(lost), PARAM_COUNT, .initial = 3, .min = 1, .max = 100},
    {"adspec", OF(adspec), PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};

const struct actor_type rsvp_type = {
    .name = "rsvp",
    .proto = &rsvp_proto,
    .size = sizeof(struct rsvp_process),
    .sets = (const struct set[]){{"path", item_states}, {"reservation", item_states}, {0}},
    .timers =
        (const struct timer[]){
            [TIMER_PATH_REFRESH] = {"path-refresh", PATHS_MAX, TIMER_KIND_PACE},
            [TIMER_PATH_LIFETIME] = {"path-lifetime", PATHS_MAX, TIMER_KIND_WAIT},
            [TIMER_RESV_REFRESH] = {"resv-refresh", PATHS_MAX, TIMER_KIND_PACE},
            [TIMER_RESV_LIFETIME] = {"resv-lifetime", RESVS_MAX, TIMER_KIND_WAIT},
            {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .print_key = print_key,
    .step = step,
    .read = read,
};
