/* RESV as it comes from next hops: each descriptor is admitted to the link that it came by, or
 * refused; then what that changes further up is asked for (RFC 2205 3.1.4, RFC 2209 2). */
#include "proto/rsvp/inside.h"

void resv_refuse(const struct rsvp *m, const struct rsvp_flow *flow, unsigned why,
                 const struct input *in, struct fx *fx)
{
    uint32_t own = in->net.to.ip, must = 1u << RSVP_SESSION | 1u << RSVP_HOP | 1u << RSVP_STYLE;
    struct net net = {.from.ip = own, .to.ip = m->hop, .ttl = SENT_TTL};
    struct rsvp error = *m;
    if ((m->given & must) != must) {
        return; /* nobody is known to be told, or about what */
    }
    error.type = RSVP_RESV_ERR;
    error.send_ttl = SENT_TTL;
    error.hop = error.error.node = own;
    error.given = must | 1u << RSVP_ERROR_SPEC | (m->given & 1u << RSVP_SCOPE);
    if (flow) {
        error.flow_count = error.filter_count = 0;
        rsvp_add_flow(&error, &flow->flowspec);
        for (unsigned i = 0; i < flow->filter_count; i++) {
            rsvp_add_filter(&error, m->filters[flow->first + i]);
        }
    }
    if (!rsvp_flows_fit(&error)) { /* what is unknown stood among them */
        error.flow_count = error.filter_count = 0;
    }
    rsvp_say(&error, &net, why, fx);
}

static void refuse(const struct rsvp *m, const struct rsvp_flow *flow, enum rsvp_error code,
                   unsigned why, const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    error.error.code = (uint8_t)code;
    error.error.value = 0;
    error.error.flags = 0;
    resv_refuse(&error, flow, why, in, fx);
}

/* A rate that no link has, or none at all. */
static bool is_bad(const struct rsvp_flowspec *f)
{
    const int64_t most = INT64_C(1) << 50; /* bytes a second */
    bool has_peak = f->tspec.peak != INT64_MAX;
    return f->tspec.rate < 1 || rsvp_share(f) > most || f->tspec.bucket < 1 ||
           (has_peak && (f->tspec.peak < f->tspec.rate || f->tspec.peak > most));
}

static void refuse_as_bad(const struct rsvp *m, const struct rsvp_flow *flow,
                          const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    error.error.code = RSVP_TRAFFIC_CONTROL;
    error.error.value = RSVP_BAD_FLOWSPEC;
    error.error.flags = 0;
    resv_refuse(&error, flow, RSVP_REFUSES, in, fx);
}

static void refuse_to_admit(const struct rsvp *m, const struct rsvp_flow *flow, unsigned value,
                            bool is_in_place, const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    error.error.code = RSVP_ADMISSION_FAILURE;
    error.error.value = (uint16_t)value;
    error.error.flags = is_in_place ? RSVP_IN_PLACE : 0;
    resv_refuse(&error, flow, RSVP_REFUSES, in, fx);
}

/* ---- admission ---- */

/* What stands in the way of it on that link (appendix B, code 1); 0: nothing. */
static unsigned obstacle(const struct rsvp_process *p, const struct resv_state *like)
{
    const struct node_one_way *way = &p->links[like->iface];
    if (way->mtu && like->flowspec.tspec.max_packet > way->mtu) {
        return RSVP_TOO_LARGE; /* its packets would go as fragments */
    }
    return reserved_on(p, like->iface) > capacity_of(p, like->iface) ? RSVP_NO_BANDWIDTH : 0;
}

/* Replaces what stands there by what is asked for; not 0: that is in the way, and all is as before
 * (3.1.8: what was reserved stays). */
static unsigned put(struct rsvp_process *p, struct resv_state *r, const struct resv_state *like)
{
    struct resv_state before = *r;
    *r = *like;
    r->key = before.key;
    r->given = before.given;
    unsigned value = obstacle(p, like);
    if (value) {
        *r = before;
    }
    return value;
}

static bool admit(struct rsvp_process *p, const struct resv_state *like, const struct rsvp *m,
                  const struct rsvp_flow *flow, const struct input *in, struct fx *fx)
{
    struct resv_state *r = resv_find(p, like);
    bool is_new = !r;
    r = r ? r : resv_add(p);
    if (!r) {
        refuse(m, flow, RSVP_SYSTEM_ERROR, RSVP_IS_FULL, in, fx);
        return false;
    }
    unsigned value = put(p, r, like);
    if (value) {
        r->is_used = !is_new;
        p->refused++;
        refuse_to_admit(m, flow, value, !is_new, in, fx);
        return false;
    }
    if (is_new) {
        resv_enter(p, r, RSVP_ADMITS, fx);
    }
    fx_timer(fx, TIMER_RESV_LIFETIME, resv_number(p, r),
             time_add(in->now, rsvp_lifetime(m->refresh_ms * SIM_MS, p->lost)));
    return true;
}

/* ---- hearing ---- */

static bool is_in_scope(const struct rsvp *m, uint32_t ip)
{
    for (unsigned i = 0; i < m->scope_count; i++) {
        if (m->scope[i] == ip) {
            return true;
        }
    }
    return false;
}

/* The paths of the senders that it names, or that its scope does. */
static uint64_t named(struct rsvp_process *p, const struct session *s, const struct rsvp *m,
                      const struct rsvp_flow *flow)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < flow->filter_count; i++) {
        const struct path_state *path = path_find(p, s, m->filters[flow->first + i]);
        found |= path ? UINT64_C(1) << path_number(p, path) : 0;
    }
    for (unsigned i = 0; m->style == RSVP_WF && i < PATHS_MAX; i++) {
        found |= (uint64_t)is_in_scope(m, p->paths[i].sender.ip) << i;
    }
    return found;
}

static bool take_flow(struct rsvp_process *p, const struct rsvp *m, const struct rsvp_flow *flow,
                      const struct input *in, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    struct resv_state like = {.is_used = true,
                              .is_scoped = m->given >> RSVP_SCOPE & 1,
                              .session = s,
                              .hop = m->hop,
                              .iface = (uint16_t)m->lih,
                              .style = m->style,
                              .flowspec = flow->flowspec,
                              .senders = named(p, &s, m, flow)};
    like.senders &= paths_by(p, &s, like.iface);
    if (resv_senders(p, &like) == 0) {
        refuse(m, flow, RSVP_NO_SENDER, RSVP_FINDS_NO_PATH, in, fx);
        return false;
    }
    if (is_bad(&flow->flowspec)) {
        p->refused++;
        refuse_as_bad(m, flow, in, fx);
        return false;
    }
    return admit(p, &like, m, flow, in, fx);
}

static bool has_other_style(const struct rsvp_process *p, const struct session *s,
                            enum rsvp_style style)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        if (r->is_used && same_session(&r->session, s) && r->style != style) {
            return true;
        }
    }
    return false;
}

/* What is wrong with all of it; 0: nothing (appendix B). */
static enum rsvp_error fault_of(const struct rsvp_process *p, const struct rsvp *m)
{
    struct session s = {m->session, m->protocol};
    if (m->lih >= IFACES_MAX || !paths_by(p, &s, (uint16_t)m->lih)) {
        return RSVP_NO_PATH;
    }
    if (!rsvp_style_name(m->style)) {
        return RSVP_UNKNOWN_STYLE;
    }
    return has_other_style(p, &s, m->style) ? RSVP_STYLE_CONFLICT : RSVP_CONFIRMED;
}

void resv_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    enum rsvp_error fault = fault_of(p, m);
    bool is_any = false;
    if (fault) {
        refuse(m, NULL, fault, fault == RSVP_NO_PATH ? RSVP_FINDS_NO_PATH : RSVP_FINDS_CONFLICT, in,
               fx);
        return;
    }
    for (unsigned i = 0; i < m->flow_count; i++) { /* each by itself (3.1.8) */
        is_any |= take_flow(p, m, &m->flows[i], in, fx);
    }
    bool confirms = is_any && m->given >> RSVP_RESV_CONFIRM & 1;
    p->confirm = confirms ? m->confirm : 0;
    shares_update(p, fx);
    if (!ask_upward(p, &s, IS_TOLD, RSVP_PASSES_RESV, in, fx) && confirms) {
        resv_confirm(m, in, fx); /* nobody further up has to be asked (2.6) */
    }
}

static bool is_that_hop(const struct resv_state *r, const struct session *s, const struct rsvp *m)
{
    return r->is_used && !r->is_local && same_session(&r->session, s) && r->hop == m->hop &&
           r->iface == m->lih && r->style == m->style;
}

/* 3.1.6: what matches session, style, interface and senders. */
void resv_hear_tear(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                    struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    uint64_t torn = 0;
    for (unsigned i = 0; i < m->flow_count; i++) {
        torn |= named(p, &s, m, &m->flows[i]);
    }
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        if (!is_that_hop(r, &s, m)) {
            continue;
        }
        r->senders &= ~torn;
        if (r->style == RSVP_WF || r->senders == 0) {
            resv_leave(p, r, RSVP_ENDS_RESV, fx);
        }
    }
    shares_update(p, fx);
    ask_upward(p, &s, IS_TOLD, RSVP_PASSES_RESV, in, fx);
}

void resv_paths_changed(struct rsvp_process *p, const struct session *s, enum asking how,
                        const struct input *in, struct fx *fx)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        if (r->is_used && !r->is_local && same_session(&r->session, s) && resv_senders(p, r) == 0) {
            resv_leave(p, r, RSVP_ENDS_PATH, fx);
        }
    }
    wants_gather(p, s, RSVP_ENDS_PATH, fx);
    shares_update(p, fx);
    ask_upward(p, s, how, RSVP_ASKS, in, fx);
}

void resv_runs_out(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx)
{
    struct session s = p->resvs[number].session;
    if (p->resvs[number].is_used) {
        p->expired++;
        resv_leave(p, &p->resvs[number], RSVP_RESV_RUNS_OUT, fx);
        shares_update(p, fx);
        ask_upward(p, &s, IS_TOLD, RSVP_PASSES_RESV, in, fx);
    }
}
