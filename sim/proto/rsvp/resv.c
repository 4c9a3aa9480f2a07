/* RESV: from the receiver up along the paths, hop by hop, admitted or refused at each link and
 * merged where it meets others (RFC 2205 2.2, 3.1.4, RFC 2209 2). */
#include "proto/rsvp/inside.h"

enum { SENT_TTL = 64 };

static int64_t key_of(const struct resv_state *r)
{
    struct addr none = {0};
    return path_key(&r->session, r->flow.filter_count ? r->flow.filters[0] : none);
}

static void forget(struct rsvp_process *p, struct resv_state *r, unsigned why, struct fx *fx)
{
    fx_item(fx, SET_RESV, key_of(r), ITEM_GONE, why);
    fx_timer(fx, TIMER_RESV_LIFETIME, resv_number(p, r), SIM_NEVER);
    r->is_used = false;
}

/* ---- upward ---- */

/* The first path of its session by that previous hop speaks for all of them. */
static bool speaks(const struct rsvp_process *p, uint32_t number)
{
    const struct path_state *path = &p->paths[number];
    for (uint32_t i = 0; i < number; i++) {
        const struct path_state *other = &p->paths[i];
        if (other->is_used && !other->is_local && other->hop == path->hop &&
            same_session(&other->session, &path->session)) {
            return false;
        }
    }
    return path->is_used && !path->is_local;
}

static void add_filter(struct rsvp_flow *flow, struct addr sender)
{
    if (flow->filter_count < RSVP_FILTERS_MAX) {
        flow->filters[flow->filter_count++] = sender;
    }
}

/* What all reservations for that sender come to; false: there is none. */
static bool merge_for(const struct rsvp_process *p, const struct path_state *path,
                      struct rsvp_flowspec *out, enum rsvp_style *style)
{
    bool has_any = false;
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        if (r->is_used && same_session(&r->session, &path->session) &&
            resv_names(r, path->sender)) {
            *out = has_any ? rsvp_merge(out, &r->flow.flowspec) : r->flow.flowspec;
            *style = r->style;
            has_any = true;
        }
    }
    return has_any;
}

/* A descriptor for each sender (FF), or one for all (SE, WF). */
static void add_demand(struct rsvp *m, const struct path_state *path,
                       const struct rsvp_flowspec *spec)
{
    bool is_shared = m->style != RSVP_FF && m->flow_count > 0;
    if (!is_shared && m->flow_count == RSVP_FLOWS_MAX) {
        return;
    }
    struct rsvp_flow *flow = is_shared ? &m->flows[0] : &m->flows[m->flow_count++];
    flow->flowspec = is_shared ? rsvp_merge(&flow->flowspec, spec) : *spec;
    if (m->style != RSVP_WF) {
        add_filter(flow, path->sender);
    }
}

static struct rsvp demand_of(const struct rsvp_process *p, const struct path_state *first)
{
    struct rsvp m = {.type = RSVP_RESV,
                     .send_ttl = SENT_TTL,
                     .session = first->session.to,
                     .protocol = first->session.protocol,
                     .hop = p->own[first->iface % IFACES_MAX],
                     .lih = first->lih,
                     .refresh_ms = (uint32_t)(p->refresh / SIM_MS),
                     .given = 1u << RSVP_SESSION | 1u << RSVP_HOP | 1u << RSVP_TIME_VALUES |
                              1u << RSVP_STYLE};
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        const struct path_state *path = &p->paths[i];
        struct rsvp_flowspec spec;
        if (path->is_used && !path->is_local && path->hop == first->hop &&
            same_session(&path->session, &first->session) && merge_for(p, path, &spec, &m.style)) {
            add_demand(&m, path, &spec);
        }
    }
    return m;
}

static bool same_flow(const struct rsvp_flow *a, const struct rsvp_flow *b)
{
    bool same =
        rsvp_same_flowspec(&a->flowspec, &b->flowspec) && a->filter_count == b->filter_count;
    for (unsigned i = 0; same && i < a->filter_count; i++) {
        same = a->filters[i].ip == b->filters[i].ip && a->filters[i].port == b->filters[i].port;
    }
    return same;
}

static bool is_told(const struct path_state *first, const struct rsvp *m)
{
    bool same =
        first->told_count == m->flow_count &&
        (m->flow_count == 0 || (first->told_hop == first->hop && first->told_style == m->style));
    for (unsigned i = 0; same && i < m->flow_count; i++) {
        same = same_flow(&first->told[i], &m->flows[i]);
    }
    return same;
}

static void note_told(struct path_state *first, const struct rsvp *m)
{
    first->told_hop = first->hop;
    first->told_style = m->style;
    first->told_count = m->flow_count;
    for (unsigned i = 0; i < m->flow_count; i++) {
        first->told[i] = m->flows[i];
    }
}

static void send_up(struct rsvp_process *p, const struct path_state *first, struct rsvp *m,
                    unsigned why, struct fx *fx)
{
    struct net net = {.from.ip = m->hop, .to.ip = first->hop, .ttl = SENT_TTL};
    if (m->type == RSVP_RESV && p->confirm) {
        m->given |= 1u << RSVP_RESV_CONFIRM;
        m->confirm = p->confirm;
        p->confirm = 0;
    }
    rsvp_say(m, &net, why, fx);
}

static void arm_refresh(struct rsvp_process *p, uint32_t number, const struct input *in,
                        struct fx *fx)
{
    sim_time after = rsvp_refresh_after(p->refresh, draw(in->dice, 2, p->draws++));
    fx_timer(fx, TIMER_RESV_REFRESH, number, time_add(in->now, after));
}

/* Nothing is asked for any more: what was is torn down (3.1.6). */
static void tear_up(struct rsvp_process *p, struct path_state *first, struct rsvp *m, struct fx *fx)
{
    m->type = RSVP_RESV_TEAR;
    m->given &= ~(1u << RSVP_TIME_VALUES);
    m->style = first->told_style;
    m->flow_count = first->told_count;
    for (unsigned i = 0; i < first->told_count; i++) {
        m->flows[i] = first->told[i];
    }
    first->told_count = 0;
    send_up(p, first, m, RSVP_ENDS_RESV, fx);
    fx_timer(fx, TIMER_RESV_REFRESH, path_number(p, first), SIM_NEVER);
}

/* What the previous hops of the session should know by now, and do not (3.5: at once). */
static void ask_upward(struct rsvp_process *p, const struct session *s, unsigned why,
                       const struct input *in, struct fx *fx)
{
    for (uint32_t i = 0; i < PATHS_MAX; i++) {
        struct path_state *first = &p->paths[i];
        if (!speaks(p, i) || !same_session(&first->session, s)) {
            continue;
        }
        struct rsvp m = demand_of(p, first);
        if (is_told(first, &m)) {
            continue;
        }
        if (m.flow_count == 0) {
            tear_up(p, first, &m, fx);
            continue;
        }
        note_told(first, &m);
        send_up(p, first, &m, why, fx);
        arm_refresh(p, i, in, fx);
    }
}

void resv_refresh(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx)
{
    struct path_state *first = &p->paths[number];
    if (!speaks(p, number)) {
        return;
    }
    struct rsvp m = demand_of(p, first);
    if (m.flow_count > 0) {
        send_up(p, first, &m, RSVP_REFRESHES_RESV, fx);
        arm_refresh(p, number, in, fx);
    }
}

/* ---- receivers on this node ---- */

static struct rsvp_flow flow_of(const struct node_reserve *of)
{
    struct rsvp_flow f = {.flowspec.tspec = {of->spec.rate, of->spec.bucket, of->spec.peak,
                                             of->spec.min_unit, of->spec.max_packet}};
    f.flowspec.service = of->reserved ? RSVP_GUARANTEED : RSVP_CONTROLLED_LOAD;
    f.flowspec.reserved = of->reserved;
    f.flowspec.slack = of->reserved ? of->slack_us : 0;
    if (of->style != RSVP_WF) {
        add_filter(&f, of->from);
    }
    return f;
}

static bool has_path(struct rsvp_process *p, const struct session *s, const struct addr *sender)
{
    if (sender) {
        const struct path_state *path = path_find(p, s, *sender);
        return path && !path->is_local;
    }
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (p->paths[i].is_used && !p->paths[i].is_local && same_session(&p->paths[i].session, s)) {
            return true;
        }
    }
    return false;
}

/* Several receivers' wishes for one session are one reservation, but FF's. */
static void want_here(struct rsvp_process *p, struct want *want, struct fx *fx)
{
    struct resv_state like = {.is_local = true,
                              .session = {want->of.to, want->of.protocol},
                              .iface = UINT16_MAX,
                              .style = want->of.style,
                              .flow = flow_of(&want->of)};
    struct resv_state *r = resv_find(p, &like);
    if (!r && !(r = resv_add(p))) {
        fx_note(fx, RSVP_IS_FULL);
        return;
    }
    bool is_new = !r->is_local;
    if (is_new || r->is_stale) {
        like.is_used = true;
        *r = like;
    } else {
        r->flow.flowspec = rsvp_merge(&r->flow.flowspec, &like.flow.flowspec);
        if (r->style != RSVP_WF) {
            add_filter(&r->flow, want->of.from);
        }
    }
    if (is_new) {
        fx_item(fx, SET_RESV, key_of(r), ITEM_THERE, RSVP_ASKS);
    }
    if (want->of.confirms && !want->has_asked) {
        want->has_asked = true;
        p->confirm = want->of.to.ip;
    }
}

static void gather_wants(struct rsvp_process *p, const struct session *s, unsigned why,
                         struct fx *fx)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        r->is_stale = r->is_used && r->is_local && same_session(&r->session, s);
    }
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct want *w = &p->wants[i];
        struct session of = {w->of.to, w->of.protocol};
        if (w->is_used && !w->has_failed && same_session(&of, s) &&
            has_path(p, s, w->of.style == RSVP_WF ? NULL : &w->of.from)) {
            want_here(p, w, fx);
        }
    }
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        if (p->resvs[i].is_used && p->resvs[i].is_stale) {
            forget(p, &p->resvs[i], why, fx);
        }
    }
}

static bool same_wish(const struct node_reserve *a, const struct node_reserve *b)
{
    return a->to.ip == b->to.ip && a->to.port == b->to.port && a->protocol == b->protocol &&
           a->from.ip == b->from.ip && a->from.port == b->from.port;
}

void resv_receiver(struct rsvp_process *p, const struct node_reserve *of, const struct input *in,
                   struct fx *fx)
{
    struct session s = {of->to, of->protocol};
    struct want *place = NULL;
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct want *w = &p->wants[i];
        bool is_it = w->is_used && same_wish(&w->of, of);
        place = is_it || (!place && !w->is_used) ? w : place;
    }
    if (!place) {
        fx_note(fx, RSVP_IS_FULL);
        return;
    }
    *place = (struct want){.is_used = !of->is_over, .of = *of};
    gather_wants(p, &s, RSVP_ENDS_RESV, fx);
    ask_upward(p, &s, RSVP_ASKS, in, fx);
}

/* ---- what has no path any more ---- */

static void drop_filters(struct rsvp_process *p, struct resv_state *r)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < r->flow.filter_count; i++) {
        if (path_find(p, &r->session, r->flow.filters[i])) {
            r->flow.filters[kept++] = r->flow.filters[i];
        }
    }
    r->flow.filter_count = kept;
}

static bool has_any_path(const struct rsvp_process *p, const struct session *s)
{
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        if (p->paths[i].is_used && same_session(&p->paths[i].session, s)) {
            return true;
        }
    }
    return false;
}

void resv_paths_changed(struct rsvp_process *p, const struct session *s, const struct input *in,
                        struct fx *fx)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        if (!r->is_used || r->is_local || !same_session(&r->session, s)) {
            continue;
        }
        struct resv_state before = *r;
        drop_filters(p, r);
        bool is_over = r->style == RSVP_WF ? !has_any_path(p, s) : r->flow.filter_count == 0;
        if (is_over) {
            r->flow = before.flow;
            forget(p, r, RSVP_ENDS_PATH, fx);
        }
    }
    gather_wants(p, s, RSVP_ENDS_PATH, fx);
    shares_update(p, fx);
    ask_upward(p, s, RSVP_ASKS, in, fx);
}

/* ---- hearing ---- */

static void refuse(const struct rsvp_process *p, const struct rsvp *m, const struct rsvp_flow *flow,
                   unsigned code, unsigned value, unsigned flags, unsigned why, struct fx *fx)
{
    uint32_t own = p->own[m->lih % IFACES_MAX];
    struct rsvp error = {.type = RSVP_RESV_ERR,
                         .send_ttl = SENT_TTL,
                         .session = m->session,
                         .protocol = m->protocol,
                         .hop = own,
                         .lih = m->lih,
                         .error = {own, (uint8_t)flags, (uint8_t)code, (uint16_t)value},
                         .style = m->style,
                         .given = 1u << RSVP_SESSION | 1u << RSVP_HOP | 1u << RSVP_ERROR_SPEC |
                                  1u << RSVP_STYLE};
    struct net net = {.from.ip = own, .to.ip = m->hop, .ttl = SENT_TTL};
    if (flow) {
        error.flows[error.flow_count++] = *flow;
    }
    rsvp_say(&error, &net, why, fx);
}

void resv_refuse(const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct rsvp error = *m;
    struct net net = {.to.ip = m->hop, .ttl = SENT_TTL};
    uint32_t must = 1u << RSVP_SESSION | 1u << RSVP_HOP | 1u << RSVP_STYLE;
    if ((m->given & must) != must) {
        return;
    }
    error.type = RSVP_RESV_ERR;
    error.send_ttl = net.ttl;
    error.error.node = error.hop = in->net.to.ip;
    error.given = must | 1u << RSVP_ERROR_SPEC;
    rsvp_say(&error, &net, RSVP_UNKNOWN, fx);
}

static bool has_other_style(const struct rsvp_process *p, const struct session *s,
                            const struct rsvp *m)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        if (r->is_used && same_session(&r->session, s) && r->style != m->style) {
            return true;
        }
    }
    return false;
}

/* RFC 2209: senders that no path is of are left out; without any there is nothing to reserve. */
static bool keep_known(struct rsvp_process *p, const struct session *s, struct rsvp_flow *flow)
{
    unsigned kept = 0, count = flow->filter_count;
    for (unsigned i = 0; i < count; i++) {
        if (path_find(p, s, flow->filters[i])) {
            flow->filters[kept++] = flow->filters[i];
        }
    }
    flow->filter_count = kept;
    return count == 0 || kept > 0;
}

/* Whether the link has room for it; what was reserved before stays if it has not. */
static bool admit(struct rsvp_process *p, const struct resv_state *like,
                  const struct node_one_way *way, const struct rsvp *m, const struct input *in,
                  struct fx *fx)
{
    struct resv_state *r = resv_find(p, like);
    bool is_new = !r;
    r = r ? r : resv_add(p);
    if (!r) {
        refuse(p, m, &like->flow, RSVP_SYSTEM_ERROR, 0, 0, RSVP_IS_FULL, fx);
        return false;
    }
    struct resv_state before = *r;
    *r = *like;
    r->is_used = true;
    r->is_installed = before.is_installed;
    r->share = before.share;
    if (reserved_on(p, like->iface, NULL) > capacity_of(p, way)) {
        *r = before;
        r->is_used = !is_new;
        p->refused++;
        refuse(p, m, &like->flow, RSVP_ADMISSION_FAILURE, RSVP_NO_BANDWIDTH,
               is_new ? 0 : RSVP_IN_PLACE, RSVP_REFUSES, fx);
        return false;
    }
    if (is_new) {
        fx_item(fx, SET_RESV, key_of(r), ITEM_THERE, RSVP_ADMITS);
    }
    fx_timer(fx, TIMER_RESV_LIFETIME, resv_number(p, r),
             time_add(in->now, rsvp_lifetime(m->refresh_ms * SIM_MS, p->lost)));
    return true;
}

/* As far as it went it is reserved (3.1.8): the receiver is told, which is the end of the way. */
static void confirm(struct rsvp_process *p, const struct rsvp *m, struct fx *fx)
{
    struct rsvp c = *m;
    struct net net = {.to.ip = m->confirm, .ttl = SENT_TTL, .alert = true};
    c.type = RSVP_RESV_CONF;
    c.send_ttl = SENT_TTL;
    c.error.node = p->own[m->lih % IFACES_MAX];
    c.error.flags = c.error.code = 0;
    c.error.value = RSVP_CONFIRMED;
    c.given =
        1u << RSVP_SESSION | 1u << RSVP_ERROR_SPEC | 1u << RSVP_RESV_CONFIRM | 1u << RSVP_STYLE;
    p->confirm = 0;
    rsvp_say(&c, &net, RSVP_CONFIRMS, fx);
}

static bool take_flow(struct rsvp_process *p, const struct rsvp *m, unsigned i,
                      const struct node_one_way *way, const struct input *in, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    struct resv_state like = {
        .session = s, .hop = m->hop, .iface = way->iface, .style = m->style, .flow = m->flows[i]};
    if (!keep_known(p, &s, &like.flow)) {
        refuse(p, m, &m->flows[i], RSVP_NO_SENDER, 0, 0, RSVP_FINDS_NO_PATH, fx);
        return false;
    }
    return admit(p, &like, way, m, in, fx);
}

void resv_hear(struct rsvp_process *p, const struct rsvp *m, const struct input *in, struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    const struct node_one_way *way = m->lih < IFACES_MAX ? way_by(p, &s, (uint16_t)m->lih) : NULL;
    const struct rsvp_flow *first = m->flow_count ? &m->flows[0] : NULL;
    bool is_any = false;
    if (!way) {
        refuse(p, m, first, RSVP_NO_PATH, 0, 0, RSVP_FINDS_NO_PATH, fx);
        return;
    }
    if (!rsvp_style_name(m->style)) {
        refuse(p, m, first, RSVP_UNKNOWN_STYLE, 0, 0, RSVP_FINDS_CONFLICT, fx);
        return;
    }
    if (has_other_style(p, &s, m)) {
        refuse(p, m, first, RSVP_STYLE_CONFLICT, 0, 0, RSVP_FINDS_CONFLICT, fx);
        return;
    }
    for (unsigned i = 0; i < m->flow_count; i++) {
        is_any |= take_flow(p, m, i, way, in, fx);
    }
    p->confirm = is_any && m->given >> RSVP_RESV_CONFIRM & 1 ? m->confirm : 0;
    shares_update(p, fx);
    ask_upward(p, &s, RSVP_PASSES_RESV, in, fx);
    if (p->confirm) { /* nobody further up had to be asked */
        confirm(p, m, fx);
    }
}

/* ---- tears, errors, confirmations ---- */

static void drop_named(struct resv_state *r, const struct rsvp_flow *torn)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < r->flow.filter_count; i++) {
        struct resv_state one = {.style = RSVP_SE, .flow = *torn};
        if (!resv_names(&one, r->flow.filters[i])) {
            r->flow.filters[kept++] = r->flow.filters[i];
        }
    }
    r->flow.filter_count = kept;
}

static void tear_flow(struct rsvp_process *p, const struct rsvp *m, const struct rsvp_flow *torn,
                      struct fx *fx)
{
    struct resv_state like = {.session = {m->session, m->protocol},
                              .hop = m->hop,
                              .iface = (uint16_t)m->lih,
                              .style = m->style,
                              .flow = *torn};
    struct resv_state *r = resv_find(p, &like);
    if (!r) {
        return;
    }
    struct resv_state before = *r;
    drop_named(r, torn);
    if (r->style == RSVP_WF || r->flow.filter_count == 0) {
        r->flow = before.flow;
        forget(p, r, RSVP_ENDS_RESV, fx);
    }
}

void resv_hear_tear(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                    struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    static const struct rsvp_flow all = {.filter_count = 0};
    for (unsigned i = 0; i < m->flow_count; i++) {
        tear_flow(p, m, &m->flows[i], fx);
    }
    if (m->flow_count == 0 && m->style == RSVP_WF) {
        tear_flow(p, m, &all, fx);
    }
    shares_update(p, fx);
    ask_upward(p, &s, RSVP_PASSES_RESV, in, fx);
}

static bool is_about(const struct resv_state *r, const struct session *s, const struct rsvp *m)
{
    bool is_named = m->flow_count == 0 || m->flows[0].filter_count == 0;
    for (unsigned i = 0; !is_named && i < m->flows[0].filter_count; i++) {
        is_named = resv_names(r, m->flows[0].filters[i]);
    }
    return r->is_used && same_session(&r->session, s) && is_named &&
           (m->flow_count == 0 || m->error.code != RSVP_ADMISSION_FAILURE ||
            rsvp_share(&r->flow.flowspec) >= rsvp_share(&m->flows[0].flowspec));
}

/* A receiver that was refused asks no more, and takes back what was reserved on the way. */
static void give_up(struct rsvp_process *p, const struct session *s, const struct rsvp *m,
                    struct fx *fx)
{
    fx_note(fx, RSVP_GIVES_UP);
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct want *w = &p->wants[i];
        struct session of = {w->of.to, w->of.protocol};
        struct resv_state one = {.style = m->style};
        one.flow.filter_count = m->flow_count ? m->flows[0].filter_count : 0;
        for (unsigned f = 0; f < one.flow.filter_count; f++) {
            one.flow.filters[f] = m->flows[0].filters[f];
        }
        if (w->is_used && same_session(&of, s) && resv_names(&one, w->of.from)) {
            w->has_failed = true;
        }
    }
}

/* Down again, to those who asked for as much (3.1.7). */
void resv_hear_error(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                     struct fx *fx)
{
    struct session s = {m->session, m->protocol};
    bool has_receiver = false;
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        if (!is_about(r, &s, m)) {
            continue;
        }
        if (r->is_local) {
            has_receiver = true;
            continue;
        }
        struct rsvp on = *m;
        struct net net = {
            .from.ip = p->own[r->iface % IFACES_MAX], .to.ip = r->hop, .ttl = SENT_TTL};
        on.hop = net.from.ip;
        on.lih = r->iface;
        on.send_ttl = SENT_TTL;
        rsvp_say(&on, &net, RSVP_PASSES_ERROR, fx);
    }
    if (has_receiver && !(m->error.flags & RSVP_IN_PLACE)) {
        give_up(p, &s, m, fx);
        gather_wants(p, &s, RSVP_GIVES_UP, fx);
        ask_upward(p, &s, RSVP_ASKS, in, fx);
    }
}

void resv_hear_confirm(struct rsvp_process *p, const struct rsvp *m, const struct input *in,
                       struct fx *fx)
{
    bool is_mine = false;
    for (unsigned i = 0; i < IFACES_MAX; i++) {
        is_mine |= p->own[i] == m->confirm;
    }
    if (is_mine) {
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

void resv_runs_out(struct rsvp_process *p, uint32_t number, const struct input *in, struct fx *fx)
{
    struct session s = p->resvs[number].session;
    if (p->resvs[number].is_used) {
        p->expired++;
        forget(p, &p->resvs[number], RSVP_RESV_RUNS_OUT, fx);
        shares_update(p, fx);
        ask_upward(p, &s, RSVP_PASSES_RESV, in, fx);
    }
}
