/* What an edit changed: packets that only this run has, and those that only the run before had. */
#include "ui/session_inside.h"

#include "base/os.h"
#include "scenario/read.h"
#include "trace/likeness.h"

#include <stdlib.h>

static void note(void *into, const struct likeness *l, bool is_new)
{
    struct session_change *c = into;
    c->from = l->at < c->from ? l->at : c->from;
    if (is_new) {
        c->is_new[l->packet] = 1;
        c->count++;
    } else {
        c->is_gone[l->packet] = 1;
        c->gone++;
    }
}

static void free_run(struct scenario *scenario, struct trace *trace)
{
    if (scenario) {
        trace_free(trace); /* it borrows from the scenario */
        scenario_free(scenario);
    }
}

void session_forget_before(struct session *s)
{
    free_run(s->scenario_before, &s->before);
    s->scenario_before = NULL;
    s->before = (struct trace){0};
}

static void compare(struct session_change *c, const struct trace *now, const struct trace *before)
{
    c->is_new = os_alloc(now->packets.count + 1);
    c->is_gone = os_alloc(before->packets.count + 1);
    struct likeness *a = likeness_all(now), *b = likeness_all(before);
    likeness_compare(a, now->packets.count, b, before->packets.count, note, c);
    free(a);
    free(b);
}

void session_compare(struct session *s, struct scenario *scenario_before, struct trace *before,
                     bool is_edit)
{
    session_forget_before(s);
    free(s->change.is_new);
    free(s->change.is_gone);
    s->change = (struct session_change){.from = SIM_NEVER};
    if (scenario_before && is_edit) {
        compare(&s->change, &s->trace, before);
    }
    if (s->change.gone > 0) {
        s->scenario_before = scenario_before;
        s->before = *before;
    } else {
        free_run(scenario_before, before);
    }
}
