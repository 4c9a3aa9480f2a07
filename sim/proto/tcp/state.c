/* The states of a connection (RFC 9293 figure 5), the edges between them, and the one way from one
 * to another. Invariant: no state changes but over an edge of this table. */
#include "actor/errno_code.h"
#include "proto/tcp/host.h"

#include <assert.h>

static const char *const state_names[] = {
    [TCP_CLOSED] = "CLOSED",           [TCP_LISTEN] = "LISTEN",
    [TCP_SYN_SENT] = "SYN-SENT",       [TCP_SYN_RECEIVED] = "SYN-RECEIVED",
    [TCP_ESTABLISHED] = "ESTABLISHED", [TCP_FIN_WAIT_1] = "FIN-WAIT-1",
    [TCP_FIN_WAIT_2] = "FIN-WAIT-2",   [TCP_CLOSE_WAIT] = "CLOSE-WAIT",
    [TCP_CLOSING] = "CLOSING",         [TCP_LAST_ACK] = "LAST-ACK",
    [TCP_TIME_WAIT] = "TIME-WAIT",     [TCP_STATE_COUNT] = NULL,
};

/* With a label: the arcs of figure 5. Without: what resets, aborts and time-outs add. */
static const struct machine_edge edges[] = {
    {TCP_CLOSED, TCP_LISTEN, "tcp.edge.passive-open"},
    {TCP_CLOSED, TCP_SYN_SENT, "tcp.edge.active-open"},
    {TCP_LISTEN, TCP_SYN_RECEIVED, "tcp.edge.syn"},
    {TCP_LISTEN, TCP_CLOSED, "tcp.edge.close"},
    {TCP_SYN_SENT, TCP_SYN_RECEIVED, "tcp.edge.syn-crossed"},
    {TCP_SYN_SENT, TCP_ESTABLISHED, "tcp.edge.syn-ack"},
    {TCP_SYN_SENT, TCP_CLOSED, "tcp.edge.close"},
    {TCP_SYN_RECEIVED, TCP_ESTABLISHED, "tcp.edge.ack-of-syn"},
    {TCP_SYN_RECEIVED, TCP_FIN_WAIT_1, "tcp.edge.close-fin"},
    {TCP_SYN_RECEIVED, TCP_CLOSED, NULL},
    {TCP_ESTABLISHED, TCP_FIN_WAIT_1, "tcp.edge.close-fin"},
    {TCP_ESTABLISHED, TCP_CLOSE_WAIT, "tcp.edge.fin"},
    {TCP_ESTABLISHED, TCP_CLOSED, NULL},
    {TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, "tcp.edge.ack-of-fin"},
    {TCP_FIN_WAIT_1, TCP_CLOSING, "tcp.edge.fin"},
    {TCP_FIN_WAIT_1, TCP_TIME_WAIT, "tcp.edge.fin-ack-of-fin"},
    {TCP_FIN_WAIT_1, TCP_CLOSED, NULL},
    {TCP_FIN_WAIT_2, TCP_TIME_WAIT, "tcp.edge.fin"},
    {TCP_FIN_WAIT_2, TCP_CLOSED, NULL},
    {TCP_CLOSE_WAIT, TCP_LAST_ACK, "tcp.edge.close-fin"},
    {TCP_CLOSE_WAIT, TCP_CLOSED, NULL},
    {TCP_CLOSING, TCP_TIME_WAIT, "tcp.edge.ack-of-fin"},
    {TCP_CLOSING, TCP_CLOSED, NULL},
    {TCP_LAST_ACK, TCP_CLOSED, "tcp.edge.ack-of-fin"},
    {TCP_TIME_WAIT, TCP_CLOSED, "tcp.edge.2msl"},
    {-1, -1, NULL},
};

static const char *const congestion_names[] = {
    [TCP_SLOW_START] = "SLOW-START",
    [TCP_AVOIDANCE] = "CONGESTION-AVOIDANCE",
    [TCP_RECOVERY] = "FAST-RECOVERY",
    [TCP_RECOVERY + 1] = NULL,
};

static const struct machine_edge congestion_edges[] = {
    {TCP_SLOW_START, TCP_AVOIDANCE, "tcp.edge.threshold"},
    {TCP_SLOW_START, TCP_RECOVERY, "tcp.edge.three-duplicates"},
    {TCP_AVOIDANCE, TCP_SLOW_START, "tcp.edge.timeout"},
    {TCP_AVOIDANCE, TCP_RECOVERY, "tcp.edge.three-duplicates"},
    {TCP_RECOVERY, TCP_AVOIDANCE, "tcp.edge.recovered"},
    {TCP_RECOVERY, TCP_SLOW_START, "tcp.edge.timeout"},
    {-1, -1, NULL},
};

const struct machine tcp_machines[] = {
    [TCP_CONNECTION] = {"connection", state_names, edges},
    [TCP_CONTROL] = {"congestion", congestion_names, congestion_edges},
    {0},
};

const char *tcp_state_name(enum tcp_state s)
{
    return state_names[s];
}

bool tcp_edge_allowed(enum tcp_state from, enum tcp_state to)
{
    return edge_allowed(&tcp_machines[TCP_CONNECTION], from, to);
}

void tcp_enter(struct tcp *t, enum tcp_state to, enum tcp_why why, struct fx *fx)
{
    assert(tcp_edge_allowed(t->state, to));
    fx_state(fx, TCP_CONNECTION, t->state, to, why);
    t->state = to;
}

/* No timer outlives the connection: fx_end stops what still runs. */
void tcp_end(struct tcp *t, enum tcp_why why, unsigned error, struct fx *fx)
{
    if (t->state == TCP_LISTEN && t->key.to.port == 0) {
        tcp_queue_close(t);
    }
    tcp_queue_leave(t);
    if (error == ERR_NONE && tcp_is_synchronized(t->state)) {
        t->credit = UINT32_MAX; /* what the application has not read yet is its own */
        tcp_deliver(t, fx);
    }
    tcp_enter(t, TCP_CLOSED, why, fx);
    t->running = 0;
    t->ack_now = TCP_NO_REASON;
    fx_indicate(fx, 0, CODE_CLOSED, (struct bytes){0}, (struct span){.len = error});
    fx_end(fx);
}

bool tcp_is_synchronized(enum tcp_state s)
{
    return s >= TCP_ESTABLISHED;
}

bool tcp_still_receiving(enum tcp_state s)
{
    return s == TCP_SYN_RECEIVED || s == TCP_ESTABLISHED || s == TCP_FIN_WAIT_1 ||
           s == TCP_FIN_WAIT_2;
}
