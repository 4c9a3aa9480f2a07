/* The check before an offer (RFC 2131 3.1, step 2): the address is asked for an echo; if none comes
 * within the time given, it is offered, else it is marked, and the next one is tried. */
#include "proto/dhcp/server.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static struct checking *checking_of(struct server *s, uint32_t ip)
{
    for (uint32_t i = 0; i < s->checking_count; i++) {
        if (s->checking[i].ip == ip) {
            return &s->checking[i];
        }
    }
    return NULL;
}

bool server_is_checking(struct server *s, uint32_t ip)
{
    return checking_of(s, ip) != NULL;
}

void server_check(const struct question *q, struct lease *l)
{
    struct server *s = q->s;
    if (s->checking_count == s->checking_cap) {
        s->checking_cap = s->checking_cap ? 2 * s->checking_cap : 4;
        s->checking = os_realloc(s->checking, s->checking_cap * sizeof *s->checking);
    }
    s->checking[s->checking_count++] =
        (struct checking){.ip = l->ip, .m = *q->m, .net = q->in->net};
    l->until = q->in->now + s->ping + s->hold;
    server_enter(s, l, LEASE_OFFERED, CHECKING, q->fx);
    fx_timer(q->fx, TIMER_PING, server_slot(s, l), q->in->now + s->ping);
    fx_request(q->fx, s->pinger, SERVER_PING, bytes_of(&l->ip, sizeof l->ip), (struct span){0});
}

/* Takes it out and answers the question that had led to it. */
static void resume(struct server *s, struct checking *c, const struct input *in, struct fx *fx,
                   void (*answer)(const struct question *q, struct lease *l))
{
    struct checking done = *c;
    struct input then = *in;
    struct question q;
    *c = s->checking[--s->checking_count];
    then.net = done.net;
    if (server_question(s, &done.m, &then, fx, &q)) {
        answer(&q, lease_of_ip(&s->leases, done.ip));
    }
}

void server_check_over(struct server *s, uint32_t slot, const struct input *in, struct fx *fx)
{
    const struct lease *l = slot < s->leases.count ? &s->leases.list[slot] : NULL;
    struct checking *c = l ? checking_of(s, l->ip) : NULL;
    if (c) {
        resume(s, c, in, fx, server_offer);
    }
}

static void mark(const struct question *q, struct lease *l)
{
    l->who = 0;
    l->until = q->in->now + q->s->quarantine;
    q->s->declines++;
    server_enter(q->s, l, LEASE_DECLINED, ANSWERED, q->fx);
    fx_timer(q->fx, TIMER_PING, server_slot(q->s, l), SIM_NEVER);
    server_discover(q);
}

void server_check_failed(struct server *s, const struct input *in, struct fx *fx)
{
    uint32_t ip;
    memcpy(&ip, in->head.data, sizeof ip);
    struct checking *c = checking_of(s, ip);
    if (c) {
        resume(s, c, in, fx, mark);
    }
}
