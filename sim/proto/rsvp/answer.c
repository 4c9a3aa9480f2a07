/* What becomes of what was asked: errors go down to all who asked for what has failed (RFC 2205
 * 3.1.8, 3.5), confirmations to the receiver that wanted one (2.6, 3.1.9). */
#include "proto/rsvp/inside.h"

/* The paths from that previous hop of whose reservations it tells. */
static uint64_t told_about(struct rsvp_process *p, const struct session *s, const struct rsvp *m)
{
    uint64_t from = paths_from(p, s, m->hop), found = 0;
    for (unsigned i = 0; i < m->filter_count; i++) {
        const struct path_state *path = path_find(p, s, m->filters[i]);
        found |= path ? UINT64_C(1) << path_number(p, path) : 0;
    }
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        for (unsigned k = 0; k < m->scope_count; k++) {
            found |= (uint64_t)(p->paths[i].sender.ip == m->scope[k]) << i;
        }
    }
    return m->filter_count || m->scope_count ? found & from : from;
}

/* What has failed is kept out of what is asked for a while. */
static void blockade(struct rsvp_process *p, uint64_t paths, const struct rsvp_flowspec *failed,
                     sim_time now)
{
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (paths >> i & 1) {
            p->paths[i].blockade.flowspec = *failed;
            p->paths[i].blockade.until = time_add(now, BLOCKADE_PERIODS * p->refresh);
        }
    }
}

static bool is_among(const struct rsvp_process *p, uint64_t paths, uint32_t sender)
{
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if ((paths >> i & 1) && p->paths[i].sender.ip == sender) {
            return true;
        }
    }
    return false;
}

/* Only the senders that it asked for; a scope's only those whose packets go there (3.4). */
static void pass_on(const struct rsvp_process *p, const struct resv_state *r, uint64_t paths,
                    const struct rsvp *m, struct fx *fx)
{
    struct net net = {
        .from.ip = p->links[r->iface % IFACES_MAX].ip, .to.ip = r->hop, .ttl = SENT_TTL};
    struct rsvp on = *m;
    on.hop = net.from.ip;
    on.lih = r->iface;
    on.send_ttl = SENT_TTL;
    on.flow_count = on.filter_count = on.scope_count = 0;
    if (m->flow_count) {
        rsvp_add_flow(&on, &m->flows[0].flowspec);
    }
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if ((paths >> i & 1) && on.style != RSVP_WF) {
            rsvp_add_filter(&on, p->paths[i].sender);
        }
    }
    for (unsigned k = 0; k < m->scope_count; k++) {
        if (is_among(p, paths, m->scope[k])) {
            on.scope[on.scope_count++] = m->scope[k];
        }
    }
    rsvp_say(&on, &net, RSVP_PASSES_ERROR, fx);
}

void resv_hear_error(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                     struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    uint64_t paths = told_about(p, &s, m);
    bool has_receiver = false;
    bool is_for_room = m->error.code == RSVP_ADMISSION_FAILURE && m->flow_count > 0;
    if (is_for_room) {
        blockade(p, paths, &m->flows[0].flowspec, in->now);
    }
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        uint64_t about =
            r->is_used && same_session(&r->session, &s) ? resv_senders(p, r) & paths : 0;
        bool is_spared = is_for_room && m->error.flags & RSVP_IN_PLACE &&
                         !is_blockaded(&m->flows[0].flowspec, &r->flowspec);
        if (!about || is_spared) {
            continue;
        }
        has_receiver |= r->is_local;
        if (!r->is_local) {
            pass_on(p, r, about, m, fx);
        }
    }
    if (has_receiver) {
        wants_give_up(p, &s, m, fx);
        wants_gather(p, &s, RSVP_GIVES_UP, fx);
    }
    ask_upward(p, &s, IS_TOLD, RSVP_PASSES_RESV, in, fx);
}

void resv_confirm(const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct rsvp c = *m;
    struct net net = {.to.ip = m->confirm, .ttl = SENT_TTL, .alert = true};
    c.type = RSVP_RESV_CONF;
    c.send_ttl = SENT_TTL;
    c.error.node = in->net.to.ip;
    c.error.flags = 0;
    c.error.code = RSVP_CONFIRMED;
    c.error.value = 0;
    c.given =
        1u << RSVP_SESSION | 1u << RSVP_ERROR_SPEC | 1u << RSVP_RESV_CONFIRM | 1u << RSVP_STYLE;
    rsvp_say(&c, &net, RSVP_CONFIRMS, fx);
}

/* Hop by hop, though none of them changes anything (3.1.9). */
void resv_hear_confirm(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                       struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    bool is_mine = false;
    for (unsigned i = 0; i < IFACES_MAX; i++) {
        is_mine |= p->links[i].ip && p->links[i].ip == m->confirm;
    }
    if (is_mine) {
        wants_confirmed(p, &s);
        fx_note(fx, RSVP_IS_CONFIRMED);
    } else if (in->net.ttl > 1) {
        struct net net = {.from = in->net.from,
                          .to.ip = m->confirm,
                          .ttl = (uint8_t)(in->net.ttl - 1),
                          .alert = true};
        struct rsvp on = *m;
        on.send_ttl = net.ttl;
        rsvp_say(&on, &net, RSVP_CONFIRMS, fx);
    }
}
