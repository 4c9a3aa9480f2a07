/* PATH: from the sender down to the session, leaving in each node the way back (RFC 2205 2.1,
 * 3.1.3, RFC 2209 2). It carries the sender's address, and router alert lets each router look. */
#include "proto/rsvp/inside.h"

/* Before any link. */
static const struct rsvp_adspec unknown = {
    .bandwidth = INT64_MAX, .mtu = UINT32_MAX, .has_guaranteed = true};

static struct rsvp message_of(const struct path_state *path, enum rsvp_type type)
{
    struct rsvp m = {.type = type,
                     .send_ttl = path->ttl,
                     .session = path->session.to,
                     .protocol = path->session.protocol,
                     .sender = path->sender,
                     .tspec = path->tspec,
                     .given =
                         1u << RSVP_SESSION | 1u << RSVP_SENDER_TEMPLATE | 1u << RSVP_SENDER_TSPEC};
    return m;
}

static uint32_t sum(uint32_t a, uint64_t b)
{
    return b < UINT32_MAX - a ? a + (uint32_t)b : UINT32_MAX;
}

/* The node's scheduler is one packet of the flow, and one of another at the link's rate, behind a
 * link of the flow's own (RFC 2212: C and D of weighted fair queueing, as of a virtual clock). */
static void add_error_terms(const struct path_state *path, const struct node_one_way *way,
                            struct rsvp_adspec *out)
{
    sim_time one = way->rate_bps ? time_of_bytes(way->mtu, way->rate_bps) : 0;
    uint64_t us = (uint64_t)((one + 999) / 1000);
    out->c_total = sum(out->c_total, path->tspec.max_packet);
    out->c_sum = sum(out->c_sum, path->tspec.max_packet);
    out->d_total = sum(out->d_total, us);
    out->d_sum = sum(out->d_sum, us);
}

/* What the path can do, one link further (RFC 2215 3). */
static struct rsvp_adspec further(const struct path_state *path, const struct node_one_way *way)
{
    struct rsvp_adspec out = path->adspec;
    int64_t bytes = way->rate_bps ? way->rate_bps / 8 : INT64_MAX;
    out.hops += !path->is_local; /* hops that speak it, of routers */
    out.bandwidth = bytes < out.bandwidth ? bytes : out.bandwidth;
    out.mtu = way->mtu < out.mtu ? way->mtu : out.mtu;
    out.latency_us = sum(out.latency_us, (uint64_t)(way->delay / 1000));
    add_error_terms(path, way, &out);
    return out;
}

static void send_out(const struct rsvp_process *p, const struct path_state *path,
                     enum rsvp_type type, const struct node_one_way *way, unsigned why,
                     struct fx *fx)
{
    struct rsvp m = message_of(path, type);
    struct net net = {.from.ip = path->sender.ip,
                      .to.ip = path->session.to.ip,
                      .iface = way->iface,
                      .ttl = path->ttl,
                      .alert = true};
    m.hop = way->ip;
    m.lih = way->iface;
    m.given |= 1u << RSVP_HOP;
    if (type == RSVP_PATH) {
        m.refresh_ms = (uint32_t)(p->refresh / SIM_MS);
        m.adspec = further(path, way);
        m.given |= 1u << RSVP_TIME_VALUES;
        m.given |= path->has_adspec && p->adspec ? 1u << RSVP_ADSPEC : 0;
    }
    rsvp_say(&m, &net, why, fx);
}

static void send_all(const struct rsvp_process *p, const struct path_state *path,
                     enum rsvp_type type, unsigned why, struct fx *fx)
{
    for (unsigned i = 0; path->ttl > 0 && i < IFACES_MAX; i++) {
        if (path->ifaces >> i & 1) {
            send_out(p, path, type, &p->links[i], why, fx);
        }
    }
}

static void ask_ways(const struct rsvp_process *p, const struct path_state *path, struct fx *fx)
{
    struct node_ways ask = {
        .number = path_number(p, path), .from = path->sender.ip, .to = path->session.to.ip};
    fx_indicate(fx, 0, NODE_WAYS, bytes_of(&ask, sizeof ask), (struct span){0});
}

static void arm_refresh(struct rsvp_process *p, const struct path_state *path,
                        const struct input *in, struct fx *fx)
{
    sim_time after = rsvp_refresh_after(p->refresh, draw(in->dice, 1, p->draws++));
    fx_timer(fx, TIMER_PATH_REFRESH, path_number(p, path), time_add(in->now, after));
}

/* The ways that it has room for; *left_out: how many it has not. */
static uint64_t note_links(struct rsvp_process *p, const struct node_ways *ways, uint32_t *left_out)
{
    uint64_t ifaces = 0;
    *left_out = ways->left_out;
    for (uint32_t i = 0; i < ways->count; i++) {
        const struct node_one_way *way = &ways->list[i];
        if (way->iface < IFACES_MAX) {
            p->links[way->iface] = *way;
            ifaces |= UINT64_C(1) << way->iface;
        } else {
            ++*left_out;
        }
    }
    return ifaces;
}

/* Another way is announced at once (3.6). */
void path_ways(struct rsvp_process *p, const struct node_ways *ways, const struct input *in,
               struct fx *fx)
{
    struct path_state *path = &p->paths[ways->number % PATHS_MAX];
    if (!path->is_used) {
        return;
    }
    uint32_t left_out;
    uint64_t ifaces = note_links(p, ways, &left_out);
    bool is_other = ifaces != path->ifaces || path->is_end != ways->is_end;
    bool is_due = path->is_pending;
    path->ifaces = ifaces;
    path->is_end = ways->is_end;
    path->is_pending = false;
    if (is_due || is_other) {
        unsigned why = !is_other        ? RSVP_REFRESHES_PATH
                       : path->is_local ? RSVP_ANNOUNCES
                                        : RSVP_PASSES_PATH;
        send_all(p, path, RSVP_PATH, why, fx);
        arm_refresh(p, path, in, fx);
    }
    if (is_other && left_out > 0) {
        fx_note(fx, RSVP_IS_FULL); /* they get its packets, and cannot ask */
    }
    if (is_other) {
        struct session s = path->session;
        resv_paths_changed(p, &s, IS_TOLD, in, fx);
    }
}

void path_refresh(struct rsvp_process *p, uint32_t number, struct fx *fx)
{
    struct path_state *path = &p->paths[number];
    if (path->is_used) {
        path->is_pending = true;
        ask_ways(p, path, fx);
    }
}

/* ---- beginning and end ---- */

static struct path_state *enter(struct rsvp_process *p, const struct session *s, struct addr sender,
                                unsigned why, struct fx *fx)
{
    struct path_state *path = path_add(p);
    if (!path) {
        fx_note(fx, RSVP_IS_FULL);
        return NULL;
    }
    path->session = *s;
    path->sender = sender;
    fx_item(fx, SET_PATH, path_key(s, sender), ITEM_THERE, why);
    return path;
}

static void forget_senders(struct rsvp_process *p, uint64_t senders)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        p->resvs[i].senders &= ~senders;
    }
}

static void leave(struct rsvp_process *p, struct path_state *path, unsigned why,
                  const struct input *in, struct fx *fx)
{
    uint32_t number = path_number(p, path);
    struct session s = path->session;
    send_all(p, path, RSVP_PATH_TEAR, why, fx);
    fx_item(fx, SET_PATH, path_key(&s, path->sender), ITEM_GONE, why);
    fx_timer(fx, TIMER_PATH_REFRESH, number, SIM_NEVER);
    fx_timer(fx, TIMER_PATH_LIFETIME, number, SIM_NEVER);
    fx_timer(fx, TIMER_RESV_REFRESH, number, SIM_NEVER);
    *path = (struct path_state){.is_used = false};
    forget_senders(p, UINT64_C(1) << number);
    resv_paths_changed(p, &s, IS_QUIET, in, fx);
}

void path_sender(struct rsvp_process *p, const struct node_reserve *of, const struct input *in,
                 struct fx *fx)
{
    struct session s = {of->to, of->protocol};
    struct path_state *path = path_find(p, &s, of->from);
    if (of->is_over) {
        if (path) {
            leave(p, path, RSVP_ENDS_PATH, in, fx);
        }
        return;
    }
    path = path ? path : enter(p, &s, of->from, RSVP_ANNOUNCES, fx);
    if (path) {
        const struct node_bucket_spec *b = &of->spec;
        path->is_local = path->is_pending = true;
        path->ttl = SENT_TTL;
        path->tspec = (struct rsvp_tspec){b->rate, b->bucket, b->peak, b->min_unit, b->max_packet};
        path->adspec = unknown;
        path->has_adspec = true;
        ask_ways(p, path, fx);
    }
}

/* ---- hearing ---- */

static bool same_tspec(const struct rsvp_tspec *a, const struct rsvp_tspec *b)
{
    return a->rate == b->rate && a->bucket == b->bucket && a->peak == b->peak &&
           a->min_unit == b->min_unit && a->max_packet == b->max_packet;
}

static bool same_adspec(const struct rsvp_adspec *a, const struct rsvp_adspec *b)
{
    return a->is_broken == b->is_broken && a->hops == b->hops && a->latency_us == b->latency_us &&
           a->mtu == b->mtu && a->bandwidth == b->bandwidth &&
           a->has_guaranteed == b->has_guaranteed && a->c_total == b->c_total &&
           a->d_total == b->d_total && a->c_sum == b->c_sum && a->d_sum == b->d_sum;
}

/* A hop that has not lowered Send_TTL has not looked at the message, and gives nothing (3.8). */
static struct rsvp_adspec adspec_of(const struct rsvp *m, const struct input *in)
{
    struct rsvp_adspec out = m->given >> RSVP_ADSPEC & 1 ? m->adspec : unknown;
    out.is_broken |= m->send_ttl != in->net.ttl;
    return out;
}

/* True: something is other than it was. */
static bool note_what_it_says(struct path_state *path, const struct rsvp *m, const struct input *in)
{
    struct rsvp_adspec adspec = adspec_of(m, in);
    uint8_t ttl = (uint8_t)(in->net.ttl - 1);
    bool is_other = path->hop != m->hop || path->lih != m->lih || path->ttl != ttl ||
                    path->iface != in->net.iface || !same_tspec(&path->tspec, &m->tspec) ||
                    !same_adspec(&path->adspec, &adspec);
    path->hop = m->hop;
    path->lih = m->lih;
    path->ttl = ttl;
    path->iface = in->net.iface;
    path->tspec = m->tspec;
    path->adspec = adspec;
    path->has_adspec = m->given >> RSVP_ADSPEC & 1;
    return is_other;
}

static bool is_one_zero(uint16_t a, uint16_t b)
{
    return (a == 0) != (b == 0);
}

/* 3.2: a port of zero means all of them, and cannot stand beside others. 0: nothing is wrong. */
static enum rsvp_error port_conflict(const struct rsvp_process *p, const struct rsvp *m)
{
    if (m->session.port == 0 && m->sender.port != 0) {
        return RSVP_SENDER_PORTS;
    }
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        const struct path_state *path = &p->paths[i];
        if (!path->is_used || path->session.to.ip != m->session.ip ||
            path->session.protocol != m->protocol) {
            continue;
        }
        if (is_one_zero(path->session.to.port, m->session.port)) {
            return RSVP_DEST_PORTS;
        }
        if (path->session.to.port == m->session.port && path->sender.ip == m->sender.ip &&
            is_one_zero(path->sender.port, m->sender.port)) {
            return RSVP_SENDER_PORTS;
        }
    }
    return 0;
}

static void refuse(const struct rsvp_process *p, const struct rsvp *m, enum rsvp_error code,
                   unsigned why, const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    error.error.code = (uint8_t)code;
    error.error.value = 0;
    path_refuse(p, &error, why, in, fx);
}

void path_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    struct path_state *path = path_find(p, &s, m->sender);
    bool is_new = !path;
    if (path && path->is_local) {
        return;
    }
    enum rsvp_error conflict = is_new ? port_conflict(p, m) : 0;
    if (conflict) {
        refuse(p, m, conflict, RSVP_FINDS_PORTS, in, fx);
        return;
    }
    path = path ? path : enter(p, &s, m->sender, RSVP_PASSES_PATH, fx);
    if (!path) {
        refuse(p, m, RSVP_SYSTEM_ERROR, RSVP_IS_FULL, in, fx);
        return;
    }
    bool is_other = note_what_it_says(path, m, in);
    fx_timer(fx, TIMER_PATH_LIFETIME, path_number(p, path),
             time_add(in->now, rsvp_lifetime(m->refresh_ms * SIM_MS, p->lost)));
    if (is_new || is_other) {
        path->is_pending = true;
        ask_ways(p, path, fx);
    }
    if (is_other && !is_new) { /* another previous hop is asked at once (3.6) */
        resv_paths_changed(p, &s, IS_TOLD, in, fx);
    }
}

void path_hear_tear(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                    struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    struct path_state *path = path_find(p, &s, m->sender);
    if (path && !path->is_local && path->hop == m->hop) { /* 3.1.5 */
        leave(p, path, RSVP_ENDS_PATH, in, fx);
    }
}

void path_runs_out(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx)
{
    if (p->paths[number].is_used) {
        p->expired++;
        leave(p, &p->paths[number], RSVP_PATH_RUNS_OUT, in, fx);
    }
}

/* ---- errors: back toward the sender ---- */

void path_refuse(const struct rsvp_process *p, const struct rsvp *m, unsigned why,
                 const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    struct net net = {.to.ip = m->hop, .ttl = SENT_TTL};
    if (!(m->given >> RSVP_HOP & 1) || !(m->given >> RSVP_SESSION & 1)) {
        return; /* nobody is known to be told */
    }
    error.type = RSVP_PATH_ERR;
    error.send_ttl = SENT_TTL;
    error.error.node = p->links[in->net.iface % IFACES_MAX].ip;
    error.error.flags = 0;
    error.given = (m->given & (1u << RSVP_SENDER_TEMPLATE | 1u << RSVP_SENDER_TSPEC)) |
                  1u << RSVP_SESSION | 1u << RSVP_ERROR_SPEC;
    rsvp_say(&error, &net, why, fx);
}

void path_hear_error(struct rsvp_process *p, const struct rsvp *m, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    const struct path_state *path = path_find(p, &s, m->sender);
    if (path && path->is_local) {
        fx_note(fx, RSVP_PATH_FAILS);
    }
    if (!path || path->is_local) {
        return;
    }
    struct net net = {.to.ip = path->hop, .ttl = SENT_TTL};
    struct rsvp on = *m;
    on.send_ttl = SENT_TTL;
    rsvp_say(&on, &net, RSVP_PASSES_ERROR, fx);
}
