/* What a node asks of its previous hops: a RESV for each of them and session, into which all that
 * was asked here is merged (RFC 2205 2.2, 3.1.4, RFC 2209 2). Each path remembers what was told
 * for it. Invariant: while a previous hop has been asked for anything, one timer reminds it. */
#include "proto/rsvp/inside.h"

/* What is to be said to one previous hop, and to be taken back. */
struct demand {
    struct rsvp m;
    uint64_t wanted, gone; /* paths */
    bool is_news;
};

bool is_blockaded(const struct rsvp_flowspec *failed, const struct rsvp_flowspec *wish)
{
    return rsvp_share(failed) <= rsvp_share(wish); /* it was bandwidth that was lacking */
}

/* The first path of its session by that previous hop: its place holds the hop's timer. */
static struct path_state *speaker_of(struct rsvp_process *p, struct path_state *path)
{
    uint64_t all = paths_from(p, &path->session, path->hop);
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (all >> i & 1) {
            return &p->paths[i];
        }
    }
    return path;
}

/* What all reservations for that sender come to (3.5): those that have not failed, merged; of
 * nothing but such as failed the least that does for one. False: there is none. */
static bool merge_for(const struct rsvp_process *p, const struct path_state *path, sim_time now,
                      struct rsvp_flowspec *out, enum rsvp_style *style)
{
    uint64_t bit = UINT64_C(1) << path_number(p, path);
    bool has_any = false, has_sound = false, blockades = path->blockade.until > now;
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        if (!r->is_used || !same_session(&r->session, &path->session) ||
            !(resv_senders(p, r) & bit)) {
            continue;
        }
        bool is_sound = !blockades || !is_blockaded(&path->blockade.flowspec, &r->flowspec);
        if (!has_any || (is_sound && !has_sound)) {
            *out = r->flowspec;
        } else if (is_sound == has_sound) {
            *out = is_sound ? rsvp_merge(out, &r->flowspec) : rsvp_least(out, &r->flowspec);
        }
        *style = r->style;
        has_any = true;
        has_sound |= is_sound;
    }
    return has_any;
}

/* A descriptor for each sender (FF), or one for all (SE, WF). */
static void add_demand(struct demand *d, const struct path_state *path,
                       const struct rsvp_flowspec *spec)
{
    struct rsvp *m = &d->m;
    if (m->style != RSVP_FF && m->flow_count > 0) {
        m->flows[0].flowspec = rsvp_merge(&m->flows[0].flowspec, spec);
    } else {
        rsvp_add_flow(m, spec);
    }
    if (m->style != RSVP_WF) {
        rsvp_add_filter(m, path->sender);
    }
}

static void add_scope(struct rsvp *m, uint32_t ip)
{
    unsigned at = m->scope_count;
    for (unsigned i = 0; i < m->scope_count; i++) {
        if (m->scope[i] == ip) {
            return;
        }
    }
    for (; at > 0 && m->scope[at - 1] > ip; at--) { /* ascending (A.6) */
        m->scope[at] = m->scope[at - 1];
    }
    m->scope[at] = ip;
    m->scope_count++;
}

/* A wildcard that goes to several previous hops says whom it means (3.4). */
static void scope(const struct rsvp_process *p, const struct path_state *first, struct demand *d)
{
    uint64_t mine = paths_from(p, &first->session, first->hop);
    uint64_t others = paths_of(p, &first->session) & ~mine;
    bool has_others = false;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        has_others |= (others >> i & 1) && !p->paths[i].is_local;
    }
    if (d->m.style != RSVP_WF || !has_others) {
        return;
    }
    d->m.given |= 1u << RSVP_SCOPE;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (d->wanted >> i & 1) {
            add_scope(&d->m, p->paths[i].sender.ip);
        }
    }
}

/* Of FF each sender's own flowspec, of the others that of all. */
static const struct rsvp_flowspec *spec_for(const struct demand *d, unsigned nth)
{
    return &d->m.flows[d->m.style == RSVP_FF ? nth : 0].flowspec;
}

static bool was_told(const struct demand *d, const struct path_state *path,
                     const struct rsvp_flowspec *spec)
{
    return path->told.is_told && path->told.hop == path->hop && path->told.style == d->m.style &&
           rsvp_same_flowspec(&path->told.flowspec, spec);
}

/* A wildcard without a scope means a new sender as well. */
static bool is_covered(const struct demand *d, const struct rsvp_process *p, uint64_t all)
{
    bool is_open = d->wanted && d->m.style == RSVP_WF && !(d->m.given >> RSVP_SCOPE & 1);
    for (unsigned i = 0; is_open && i < PATHS_MAX; i++) {
        if ((all >> i & 1) && was_told(d, &p->paths[i], spec_for(d, 0))) {
            return true;
        }
    }
    return false;
}

static void compare(struct demand *d, const struct rsvp_process *p, const struct path_state *first)
{
    uint64_t all = paths_from(p, &first->session, first->hop);
    unsigned nth = 0;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        const struct path_state *path = &p->paths[i];
        bool is_wanted = d->wanted >> i & 1;
        bool was = (all >> i & 1) && path->told.is_told && path->told.hop == path->hop;
        d->gone |= (uint64_t)(was && !is_wanted) << i;
        d->is_news |= is_wanted && !was_told(d, path, spec_for(d, nth++));
    }
    d->is_news |= d->gone && d->m.style != RSVP_FF; /* one descriptor, with fewer in it */
    d->is_news = d->is_news && !is_covered(d, p, all);
}

static void find_demand(const struct rsvp_process *p, const struct path_state *first, sim_time now,
                        struct demand *d)
{
    uint64_t all = paths_from(p, &first->session, first->hop);
    *d = (struct demand){.m = {.type = RSVP_RESV,
                               .send_ttl = SENT_TTL,
                               .session = first->session.to,
                               .protocol = first->session.protocol,
                               .hop = p->links[first->iface % IFACES_MAX].ip,
                               .lih = first->lih,
                               .refresh_ms = (uint32_t)(p->refresh / SIM_MS),
                               .given = 1u << RSVP_SESSION | 1u << RSVP_HOP |
                                        1u << RSVP_TIME_VALUES | 1u << RSVP_STYLE}};
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        struct rsvp_flowspec spec;
        if ((all >> i & 1) && merge_for(p, &p->paths[i], now, &spec, &d->m.style)) {
            d->wanted |= UINT64_C(1) << i;
            add_demand(d, &p->paths[i], &spec);
        }
    }
    scope(p, first, d);
    compare(d, p, first);
}

static void note_told(struct rsvp_process *p, const struct demand *d)
{
    unsigned nth = 0;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        struct path_state *path = &p->paths[i];
        if (d->wanted >> i & 1) {
            path->told.is_told = true;
            path->told.style = (uint8_t)d->m.style;
            path->told.hop = path->hop;
            path->told.flowspec = *spec_for(d, nth++);
        } else if (d->gone >> i & 1) {
            path->told.is_told = false;
        }
    }
}

/* ---- saying it ---- */

static void send_up(const struct rsvp_process *p, const struct path_state *first, struct rsvp *m,
                    unsigned why, struct fx *fx)
{
    struct net net = {.from.ip = m->hop, .to.ip = first->hop, .ttl = SENT_TTL};
    uint32_t confirm = p->confirm ? p->confirm : want_confirm(p, &first->session, first->iface);
    if (m->type == RSVP_RESV && confirm) {
        m->given |= 1u << RSVP_RESV_CONFIRM;
        m->confirm = confirm;
    }
    rsvp_say(m, &net, why, fx);
}

/* Those senders that nothing is asked for any more (3.1.6). */
static void tear_up(const struct rsvp_process *p, const struct path_state *first,
                    const struct demand *d, struct fx *fx)
{
    struct rsvp m = d->m;
    m.type = RSVP_RESV_TEAR;
    m.given = 1u << RSVP_SESSION | 1u << RSVP_HOP | 1u << RSVP_STYLE;
    m.flow_count = m.filter_count = 0;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        const struct path_state *path = &p->paths[i];
        if (!(d->gone >> i & 1)) {
            continue;
        }
        m.style = path->told.style;
        if (m.flow_count == 0 || m.style == RSVP_FF) {
            rsvp_add_flow(&m, &path->told.flowspec);
        }
        if (m.style != RSVP_WF) {
            rsvp_add_filter(&m, path->sender);
        }
    }
    send_up(p, first, &m, RSVP_ENDS_RESV, fx);
}

static void arm(struct rsvp_process *p, struct path_state *first, const struct input *in,
                struct fx *fx)
{
    sim_time after = rsvp_refresh_after(p->refresh, draw(in->dice, 2, p->draws++));
    fx_timer(fx, TIMER_RESV_REFRESH, path_number(p, first), time_add(in->now, after));
    first->refreshes = true;
}

static void disarm(struct rsvp_process *p, struct path_state *first, struct fx *fx)
{
    fx_timer(fx, TIMER_RESV_REFRESH, path_number(p, first), SIM_NEVER);
    first->refreshes = false;
}

/* True: that hop was asked. */
static bool ask_hop(struct rsvp_process *p, struct path_state *first, enum asking how, unsigned why,
                    const struct input *in, struct fx *fx)
{
    struct demand d;
    find_demand(p, first, in->now, &d);
    bool tears = d.gone && how == IS_TOLD && (d.m.style == RSVP_FF || !d.wanted);
    bool asks = d.wanted && (d.is_news && how == IS_TOLD);
    if (tears) {
        tear_up(p, first, &d, fx);
    }
    if (asks) {
        send_up(p, first, &d.m, why, fx);
    }
    note_told(p, &d);
    if (asks || (d.wanted && !first->refreshes)) {
        arm(p, first, in, fx);
    } else if (!d.wanted && first->refreshes) {
        disarm(p, first, fx);
    }
    return asks;
}

bool ask_upward(struct rsvp_process *p, const struct session *s, enum asking how, unsigned why,
                const struct input *in, struct fx *fx)
{
    bool has_asked = false;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        struct path_state *path = &p->paths[i];
        if (path->is_used && !path->is_local && same_session(&path->session, s) &&
            speaker_of(p, path) == path) {
            has_asked |= ask_hop(p, path, how, why, in, fx);
        }
    }
    p->confirm = 0;
    return has_asked;
}

/* A blockade may have ended since: what is said is what is wanted now. */
void resv_refresh(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx)
{
    struct path_state *path = &p->paths[number];
    path->refreshes = false;
    if (!path->is_used || path->is_local) {
        return;
    }
    struct path_state *first = speaker_of(p, path);
    struct demand d;
    find_demand(p, first, in->now, &d);
    if (d.wanted && !first->refreshes) {
        send_up(p, first, &d.m, RSVP_REFRESHES_RESV, fx);
        note_told(p, &d);
        arm(p, first, in, fx);
    }
}
