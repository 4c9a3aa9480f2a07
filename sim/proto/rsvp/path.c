/* PATH: from the sender down to the session, leaving in each node the way back (RFC 2205 2.3,
 * 3.1.3, RFC 2209 2). It carries the sender's address, and router alert lets each router look. */
#include "proto/rsvp/inside.h"

enum { SENT_TTL = 64 };

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

/* What the path can do, one hop further (RFC 2215 3). */
static struct rsvp_adspec further(const struct rsvp_adspec *a, const struct node_one_way *way)
{
    struct rsvp_adspec out = *a;
    int64_t bytes = way->rate_bps ? way->rate_bps / 8 : INT64_MAX;
    out.hops++;
    out.bandwidth = bytes < a->bandwidth ? bytes : a->bandwidth;
    out.mtu = way->mtu < a->mtu ? way->mtu : a->mtu;
    out.latency_us = a->latency_us + (uint32_t)(way->delay / 1000);
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
        m.adspec = further(&path->adspec, way);
        m.adspec.hops -= path->is_local; /* of routers */
        m.given |= 1u << RSVP_TIME_VALUES | (p->adspec ? 1u << RSVP_ADSPEC : 0);
    }
    rsvp_say(&m, &net, why, fx);
}

static void send_all(const struct rsvp_process *p, const struct path_state *path,
                     enum rsvp_type type, unsigned why, struct fx *fx)
{
    for (uint32_t i = 0; i < path->ways.count; i++) {
        send_out(p, path, type, &path->ways.list[i], why, fx);
    }
}

static void ask_ways(const struct rsvp_process *p, const struct path_state *path, struct fx *fx)
{
    struct node_ways ask = {
        .number = path_number(p, path), .from = path->sender.ip, .to = path->session.to.ip};
    fx_indicate(fx, 0, NODE_WAYS, bytes_of(&ask, sizeof ask), (struct span){0});
}

static void arm_refresh(struct rsvp_process *p, const struct path_state *path, sim_time now,
                        const struct dice *dice, struct fx *fx)
{
    sim_time after = rsvp_refresh_after(p->refresh, draw(dice, 1, p->draws++));
    fx_timer(fx, TIMER_PATH_REFRESH, path_number(p, path), time_add(now, after));
}

static bool same_ways(const struct node_ways *a, const struct node_ways *b)
{
    bool same = a->count == b->count && a->is_end == b->is_end;
    for (uint32_t i = 0; same && i < a->count; i++) {
        same = a->list[i].iface == b->list[i].iface;
    }
    return same;
}

void path_ways(struct rsvp_process *p, const struct node_ways *ways, const struct input *in,
               struct fx *fx)
{
    struct path_state *path = &p->paths[ways->number % PATHS_MAX];
    if (!path->is_used) {
        return;
    }
    bool is_other = !same_ways(&path->ways, ways), is_due = path->is_pending;
    path->ways = *ways;
    path->is_pending = false;
    if (is_due || is_other) { /* another way is a way to announce at once (3.6) */
        unsigned why = !is_other        ? RSVP_REFRESHES_PATH
                       : path->is_local ? RSVP_ANNOUNCES
                                        : RSVP_PASSES_PATH;
        send_all(p, path, RSVP_PATH, why, fx);
        if (path->ways.count > 0) {
            arm_refresh(p, path, in->now, in->dice, fx);
        }
    }
    if (is_other) {
        struct session s = path->session;
        resv_paths_changed(p, &s, in, fx);
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

/* ---- beginning ---- */

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
    path->is_pending = true;
    fx_item(fx, SET_PATH, path_key(s, sender), ITEM_THERE, why);
    return path;
}

static struct rsvp_tspec tspec_of(const struct node_bucket_spec *b)
{
    return (struct rsvp_tspec){b->rate, b->bucket, b->peak, b->min_unit, b->max_packet};
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
    path->is_used = false;
    resv_paths_changed(p, &s, in, fx);
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
        path->is_local = path->is_pending = true;
        path->ttl = SENT_TTL;
        path->tspec = tspec_of(&of->spec);
        path->adspec = (struct rsvp_adspec){.bandwidth = INT64_MAX, .mtu = UINT32_MAX};
        ask_ways(p, path, fx);
    }
}

/* ---- hearing ---- */

static bool says_other(const struct path_state *path, const struct rsvp *m, const struct input *in)
{
    return path->hop != m->hop || path->lih != m->lih || path->tspec.rate != m->tspec.rate ||
           path->tspec.bucket != m->tspec.bucket || path->tspec.peak != m->tspec.peak ||
           path->tspec.min_unit != m->tspec.min_unit ||
           path->tspec.max_packet != m->tspec.max_packet || path->ttl + 1 != in->net.ttl;
}

static void note_what_it_says(struct path_state *path, const struct rsvp *m, const struct input *in)
{
    path->hop = m->hop;
    path->lih = m->lih;
    path->tspec = m->tspec;
    path->ttl = (uint8_t)(in->net.ttl - 1);
    path->iface = in->net.iface;
    path->adspec = m->adspec;
    path->adspec.is_broken |= m->send_ttl != in->net.ttl; /* 2.9: a hop has not looked at it */
    if (!(m->given >> RSVP_ADSPEC & 1)) {
        path->adspec = (struct rsvp_adspec){.bandwidth = INT64_MAX, .mtu = UINT32_MAX};
    }
}

void path_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    struct path_state *path = path_find(p, &s, m->sender);
    bool is_new = !path;
    if ((path && path->is_local) || in->net.ttl <= 1) {
        return;
    }
    path = path ? path : enter(p, &s, m->sender, RSVP_PASSES_PATH, fx);
    if (!path) {
        return;
    }
    bool is_other = is_new || says_other(path, m, in);
    note_what_it_says(path, m, in);
    fx_timer(fx, TIMER_PATH_LIFETIME, path_number(p, path),
             time_add(in->now, rsvp_lifetime(m->refresh_ms * SIM_MS, p->lost)));
    if (is_other) {
        path->is_pending = true;
        path->ways.count = is_new ? 0 : path->ways.count;
        ask_ways(p, path, fx);
    }
    if (is_other && !is_new) {
        resv_paths_changed(p, &s, in, fx);
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

void path_refuse(const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    struct net net = {.from.ip = 0, .to.ip = m->hop, .ttl = SENT_TTL};
    if (!m->hop || !(m->given >> RSVP_SESSION & 1)) {
        return;
    }
    error.type = RSVP_PATH_ERR;
    error.send_ttl = net.ttl;
    error.error.node = in->net.to.ip;
    error.given = 1u << RSVP_SESSION | 1u << RSVP_ERROR_SPEC | 1u << RSVP_SENDER_TEMPLATE |
                  1u << RSVP_SENDER_TSPEC;
    rsvp_say(&error, &net, RSVP_UNKNOWN, fx);
}

void path_hear_error(struct rsvp_process *p, const struct rsvp *m, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    const struct path_state *path = path_find(p, &s, m->sender);
    if (!path || path->is_local) {
        fx_note(fx, RSVP_UNKNOWN);
        return;
    }
    struct net net = {.to.ip = path->hop, .ttl = SENT_TTL};
    struct rsvp on = *m;
    on.send_ttl = net.ttl;
    rsvp_say(&on, &net, RSVP_PASSES_ERROR, fx);
}
