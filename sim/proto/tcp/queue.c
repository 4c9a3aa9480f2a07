/* The two queues of a listener: half-open connections, and those that stand and wait for accept.
 * Each holds as many as the backlog says; what does not fit is dropped in silence, so that the
 * other end tries again. Invariant: a connection counts in at most one queue, the one that `queued`
 * names.
 */
#include "proto/tcp/host.h"

#include "base/os.h"

#include <stdlib.h>

void tcp_host_free(void *host)
{
    struct tcp_host *h = host;
    free(h->queues);
    free(h->paths);
    *h = (struct tcp_host){0};
}

static struct tcp_queue *find(struct tcp_host *h, struct addr local)
{
    for (uint32_t i = 0; h && i < h->queue_count; i++) {
        struct tcp_queue *q = &h->queues[i];
        if (q->is_used && q->local.ip == local.ip && q->local.port == local.port) {
            return q;
        }
    }
    return NULL;
}

struct tcp_queue *tcp_queue_of(struct tcp_host *h, struct addr local)
{
    struct tcp_queue *exact = find(h, local);
    return exact ? exact : find(h, (struct addr){.port = local.port});
}

static struct tcp_queue *free_place(struct tcp_host *h)
{
    for (uint32_t i = 0; i < h->queue_count; i++) {
        if (!h->queues[i].is_used) {
            return &h->queues[i];
        }
    }
    h->queues = os_realloc(h->queues, (h->queue_count + 1) * sizeof *h->queues);
    return &h->queues[h->queue_count++];
}

void tcp_queue_open(struct tcp *t, uint32_t backlog, bool is_by_hand)
{
    struct tcp_queue *q = t->host ? find(t->host, t->key.from) : NULL;
    if (!t->host) {
        return;
    }
    if (!q) {
        q = free_place(t->host);
        *q = (struct tcp_queue){.local = t->key.from, .is_used = true};
    }
    q->set = t->set;
    q->backlog = backlog ? backlog : (uint32_t)t->set.backlog;
    q->is_by_hand = is_by_hand;
}

void tcp_queue_close(struct tcp *t)
{
    struct tcp_queue *q = find(t->host, t->key.from);
    if (q) {
        q->is_used = false;
    }
}

/* A connection begins with what was set of its listener. */
void tcp_queue_settings(struct tcp *t)
{
    const struct tcp_queue *q = tcp_queue_of(t->host, t->key.from);
    if (q) {
        t->set = q->set;
    }
}

void tcp_queue_leave(struct tcp *t)
{
    struct tcp_queue *q = t->queued ? tcp_queue_of(t->host, t->key.from) : NULL;
    if (q && t->queued == TCP_HALF_OPEN) {
        q->half_open -= q->half_open > 0;
    } else if (q) {
        q->waiting -= q->waiting > 0;
    }
    t->queued = TCP_NOT_QUEUED;
}

void tcp_queue_syn(struct tcp *t)
{
    struct tcp_queue *q = tcp_queue_of(t->host, t->key.from);
    if (q) {
        q->half_open++;
        t->queued = TCP_HALF_OPEN;
    }
}

void tcp_queue_stands(struct tcp *t)
{
    if (t->queued == TCP_NOT_QUEUED) {
        return;
    }
    tcp_queue_leave(t);
    struct tcp_queue *q = tcp_queue_of(t->host, t->key.from);
    if (q && q->is_by_hand) {
        q->waiting++;
        t->queued = TCP_UNACCEPTED;
    }
}

#define CHALLENGE_INTERVAL (5 * SIM_S)

bool tcp_may_challenge(struct tcp *t, sim_time now)
{
    struct tcp_host *h = t->host;
    if (!h) {
        return true;
    }
    if (h->challenged == 0 || now - h->challenged_since >= CHALLENGE_INTERVAL) {
        h->challenged_since = now;
        h->challenged = 0;
    }
    if (h->challenged >= t->set.challenge_acks) {
        return false;
    }
    h->challenged++;
    return true;
}

bool tcp_syn_queue_is_full(const struct tcp_queue *q)
{
    return q && q->half_open >= q->backlog;
}

bool tcp_accept_queue_is_full(const struct tcp_queue *q)
{
    return q && q->is_by_hand && q->waiting >= q->backlog;
}
