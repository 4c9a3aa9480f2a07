/* What the ends of the protocols have in common: the states of a sender with a window, the names of
 * what a trace records of either end, and the receiver's figures. */
#include "actor/fx.h"
#include "proto/arq/arq.h"

#include <assert.h>

static const struct machine_edge window_edges[] = {
    {ARQ_IDLE, ARQ_ACTIVE, "arq.edge.send"},
    {ARQ_ACTIVE, ARQ_IDLE, "arq.edge.all-acked"},
    {ARQ_IDLE, ARQ_DONE, "arq.edge.done"},
    {-1, -1, NULL},
};

const struct machine arq_window_machines[] = {
    {"sender", (const char *const[]){"IDLE", "ACTIVE", "DONE", NULL}, window_edges}, {0}};

void arq_window_enter(enum arq_window_state *state, enum arq_window_state to, enum arq_why why,
                      struct fx *fx)
{
    if (*state != to) {
        assert(edge_allowed(&arq_window_machines[0], *state, to));
        fx_state(fx, 0, *state, to, why);
        *state = to;
    }
}

const struct set arq_sent_sets[] = {
    {"frame", (const char *const[]){"absent", "sent", "again", "acked", NULL}}, {0}};
const struct set arq_got_sets[] = {
    {"frame", (const char *const[]){"absent", "passed-on", "thrown", "buffered", NULL}}, {0}};
const struct timer arq_receiver_timers[] = {{"ack", 1, TIMER_KIND_WAIT}, {0}};
const struct timer arq_sender_timers[] = {
    {"timeout", 1, TIMER_KIND_WAIT}, {"arrival", 1, TIMER_KIND_PACE}, {0}};

enum { WINDOW_BASE, WINDOW_NEXT, WINDOW_SIZE, WINDOW_USED, WINDOW_TIMEOUT };
const struct var arq_window_vars[] = {
    [WINDOW_BASE] = {"base", "", "window"},        [WINDOW_NEXT] = {"next", "", "window"},
    [WINDOW_SIZE] = {"window", "", "window"},      [WINDOW_USED] = {"used", "", "window"},
    [WINDOW_TIMEOUT] = {"timeout", "ns", "timer"}, {0},
};

void arq_window_read(const struct arq_end *end, uint64_t base, uint64_t next, uint64_t top,
                     int64_t *vars)
{
    vars[WINDOW_BASE] = (int64_t)base;
    vars[WINDOW_NEXT] = (int64_t)next;
    vars[WINDOW_SIZE] = end->window;
    vars[WINDOW_USED] = (int64_t)(top - base);
    vars[WINDOW_TIMEOUT] = arq_timeout(end);
}

enum { RECEIVER_EXPECTED, RECEIVER_NUMBER, RECEIVER_ACKS };
const struct var arq_receiver_vars[] = {
    [RECEIVER_EXPECTED] = {"expected", "", "window"},
    [RECEIVER_NUMBER] = {"number", "", "window"},
    [RECEIVER_ACKS] = {"acks", "next|last", "answers"},
    {0},
};

void arq_receiver_read(const void *self, int64_t *vars)
{
    const struct arq_receiver *r = self;
    vars[RECEIVER_EXPECTED] = (int64_t)r->expected;
    vars[RECEIVER_NUMBER] = arq_number(&r->end, r->expected);
    vars[RECEIVER_ACKS] = r->end.acks;
}

/* Cumulative: all before `expected` are in. With `acks: last` and nothing received there is nothing
 * to name. */
void arq_receiver_ack(struct arq_receiver *r, enum arq_why why, struct fx *fx)
{
    if (r->expected > 0 || r->end.acks == ARQ_ACKS_NEXT) {
        arq_answer(&r->end, r->expected - (r->end.acks == ARQ_ACKS_LAST), true, why, fx);
    }
}

void arq_receiver_pass_on(struct arq_receiver *r, struct span body, struct fx *fx)
{
    fx_item(fx, 0, (int64_t)r->expected, GOT_PASSED_ON, WHY_DELIVERED);
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, body);
    r->expected++;
}

bool arq_receiver_hears(struct arq_receiver *r, const struct input *in, struct arq_frame *out,
                        struct fx *fx)
{
    if (in->kind == IN_START) {
        arq_start(&r->end, in);
    }
    r->end.now = in->now;
    if (in->kind != IN_PACKET) {
        arq_piggyback_step(&r->end, in, fx);
        return false;
    }
    if (!arq_hear(&r->end, in, ARQ_DATA, ARQ_DATA, out, fx)) {
        return false;
    }
    arq_piggyback_tell(&r->end, out, fx);
    return true;
}
