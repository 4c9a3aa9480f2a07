/* Receivers on this node: what they want becomes a reservation of the node's own as soon as a PATH
 * has come of what they want it for, and goes up as any next hop's does (RFC 2205 2.1, 2.6). */
#include "proto/rsvp/inside.h"

static struct session session_of(const struct want *w)
{
    return (struct session){w->of.to, w->of.protocol};
}

static struct rsvp_flowspec flowspec_of(const struct node_reserve *of)
{
    struct rsvp_flowspec f = {.service = of->reserved ? RSVP_GUARANTEED : RSVP_CONTROLLED_LOAD,
                              .tspec = {of->spec.rate, of->spec.bucket, of->spec.peak,
                                        of->spec.min_unit, of->spec.max_packet}};
    f.reserved = of->reserved;
    f.slack = of->reserved ? of->slack_us : 0;
    return f;
}

/* The paths that it is for and that end here; none yet: 0. */
static uint64_t paths_for(struct rsvp_process *p, const struct want *w)
{
    struct session s = session_of(w);
    uint64_t all = paths_of(p, &s), found = 0;
    for (unsigned i = 0; i < PATHS_MAX; i++) {
        const struct path_state *path = &p->paths[i];
        bool is_named = w->of.style == RSVP_WF ||
                        (path->sender.ip == w->of.from.ip && path->sender.port == w->of.from.port);
        bool is_here = (all >> i & 1) && path->is_end && !path->is_local;
        found |= (uint64_t)(is_here && is_named) << i;
    }
    return found;
}

static bool has_other_style(const struct rsvp_process *p, const struct session *s,
                            enum rsvp_style style)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        const struct resv_state *r = &p->resvs[i];
        if (r->is_used && !r->is_stale && same_session(&r->session, s) && r->style != style) {
            return true;
        }
    }
    return false;
}

/* Several wishes for one session are one reservation, but for FF's. */
static void want_here(struct rsvp_process *p, struct want *w, uint64_t paths, struct fx *fx)
{
    struct resv_state like = {.is_used = true,
                              .is_local = true,
                              .session = session_of(w),
                              .iface = UINT16_MAX,
                              .style = w->of.style,
                              .flowspec = flowspec_of(&w->of),
                              .senders = w->of.style == RSVP_WF ? 0 : paths};
    struct resv_state *r = resv_find(p, &like);
    if (has_other_style(p, &like.session, like.style)) {
        w->has_failed = true;
        fx_note(fx, RSVP_FINDS_CONFLICT);
    } else if (!r && !(r = resv_add(p))) {
        fx_note(fx, RSVP_IS_FULL);
    } else if (!r->is_local) {
        *r = like;
        resv_enter(p, r, RSVP_ASKS, fx);
    } else if (r->is_stale) {
        like.key = r->key;
        *r = like;
    } else {
        r->flowspec = rsvp_merge(&r->flowspec, &like.flowspec);
        r->senders |= like.senders;
    }
}

void wants_gather(struct rsvp_process *p, const struct session *s, unsigned why, struct fx *fx)
{
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        struct resv_state *r = &p->resvs[i];
        r->is_stale = r->is_used && r->is_local && same_session(&r->session, s);
    }
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct want *w = &p->wants[i];
        struct session of = session_of(w);
        bool is_due = w->is_used && !w->has_failed && same_session(&of, s);
        uint64_t paths = is_due ? paths_for(p, w) : 0;
        if (paths) {
            want_here(p, w, paths, fx);
        }
    }
    for (unsigned i = 0; i < RESVS_MAX; i++) {
        if (p->resvs[i].is_used && p->resvs[i].is_stale) {
            p->resvs[i].is_stale = false;
            resv_leave(p, &p->resvs[i], why, fx);
        }
    }
}

static bool same_wish(const struct node_reserve *a, const struct node_reserve *b)
{
    return a->to.ip == b->to.ip && a->to.port == b->to.port && a->protocol == b->protocol &&
           a->from.ip == b->from.ip && a->from.port == b->from.port;
}

void want_receiver(struct rsvp_process *p, const struct node_reserve *of, const struct input *in,
                   struct fx *fx)
{
    struct session s = {of->to, of->protocol};
    struct want *place = NULL;
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct want *w = &p->wants[i];
        if (w->is_used && same_wish(&w->of, of)) {
            place = w;
            break;
        }
        place = place || w->is_used ? place : w;
    }
    if (!place) {
        fx_note(fx, RSVP_IS_FULL);
        return;
    }
    *place = (struct want){.is_used = !of->is_over, .of = *of};
    wants_gather(p, &s, RSVP_ENDS_RESV, fx);
    ask_upward(p, &s, IS_TOLD, RSVP_ASKS, in, fx);
}

/* ---- answers ---- */

/* Whether it is one of those that are told about: WF names none. */
static bool is_named(const struct rsvp *m, struct addr sender)
{
    for (unsigned i = 0; i < m->filter_count; i++) {
        if (m->filters[i].ip == sender.ip && m->filters[i].port == sender.port) {
            return true;
        }
    }
    return m->filter_count == 0;
}

/* What failed was more than it asked for (A.5, "NotGuilty"). */
static bool is_not_guilty(const struct rsvp *m, const struct want *w)
{
    struct rsvp_flowspec wish = flowspec_of(&w->of);
    return m->error.code == RSVP_ADMISSION_FAILURE && m->flow_count > 0 &&
           !is_blockaded(&m->flows[0].flowspec, &wish);
}

/* Who has forgotten is told again: that mends itself (2.3). */
static bool will_mend(const struct rsvp *m)
{
    return m->error.code == RSVP_NO_PATH || m->error.code == RSVP_NO_SENDER;
}

void wants_give_up(struct rsvp_process *p, const struct session *s, const struct rsvp *m,
                   struct fx *fx)
{
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct want *w = &p->wants[i];
        struct session of = session_of(w);
        if (!w->is_used || w->has_failed || !same_session(&of, s) || !is_named(m, w->of.from)) {
            continue;
        }
        w->has_failed = !will_mend(m) && !is_not_guilty(m, w);
        fx_note(fx, will_mend(m)    ? RSVP_KEEPS_ASKING
                    : w->has_failed ? RSVP_GIVES_UP
                                    : RSVP_IS_SPARED);
    }
}

void wants_confirmed(struct rsvp_process *p, const struct session *s)
{
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        struct session of = session_of(&p->wants[i]);
        p->wants[i].is_confirmed |= p->wants[i].is_used && same_session(&of, s);
    }
}

uint32_t want_confirm(const struct rsvp_process *p, const struct session *s, uint16_t iface)
{
    for (unsigned i = 0; i < WANTS_MAX; i++) {
        const struct want *w = &p->wants[i];
        struct session of = session_of(w);
        if (w->is_used && w->of.confirms && !w->is_confirmed && !w->has_failed &&
            same_session(&of, s)) {
            return p->links[iface % IFACES_MAX].ip;
        }
    }
    return 0;
}
