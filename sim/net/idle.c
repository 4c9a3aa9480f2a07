/* Timers of actors that keep no run open: what a table forgets after hours shall not make a run of
 * a second last for hours. They run out in time as long as an event of another kind is still to
 * come. */
#include "net/world.h"

#include "base/os.h"

#include <string.h>

static void take_out(struct world *w, uint32_t i)
{
    w->idle_count--;
    memmove(&w->idle[i], &w->idle[i + 1], (w->idle_count - i) * sizeof *w->idle);
}

void idle_arm(struct world *w, struct idle timer)
{
    for (uint32_t i = 0; i < w->idle_count; i++) {
        if (w->idle[i].row == timer.row && w->idle[i].slot == timer.slot &&
            w->idle[i].index == timer.index) {
            take_out(w, i);
            break;
        }
    }
    if (timer.at == SIM_NEVER) {
        return;
    }
    if (w->idle_count == w->idle_cap) {
        w->idle_cap = w->idle_cap ? 2 * w->idle_cap : 8;
        w->idle = os_realloc(w->idle, w->idle_cap * sizeof *w->idle);
    }
    uint32_t i = w->idle_count++;
    for (; i > 0 && w->idle[i - 1].at > timer.at; i--) {
        w->idle[i] = w->idle[i - 1];
    }
    w->idle[i] = timer;
}

void idle_forget(struct world *w, uint32_t row)
{
    for (uint32_t i = w->idle_count; i-- > 0;) {
        if (w->idle[i].row == row) {
            take_out(w, i);
        }
    }
}

bool idle_step(struct world *w, sim_time until)
{
    sim_time next = sched_peek(&w->sched);
    if (next == SIM_NEVER || w->idle[0].at > next || w->idle[0].at > until) {
        return false;
    }
    struct idle timer = w->idle[0];
    take_out(w, 0);
    sched_advance(&w->sched, timer.at);
    struct event ev = {.at = timer.at,
                       .target = timer.row,
                       .packet = timer.index,
                       .cause = timer.cause,
                       .what = EV_TIMER,
                       .slot = timer.slot};
    actor_timer(w, &ev);
    effects_apply(w);
    return true;
}
