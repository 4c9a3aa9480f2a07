/* What an edit changed: packets that only this run has, and those that only the run before had. */
#include "ui/session_inside.h"

#include "base/os.h"
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
        c->gone++;
    }
}

void session_compare(struct session *s, const struct trace *before)
{
    const struct trace *now = &s->trace;
    free(s->change.is_new);
    s->change = (struct session_change){.from = SIM_NEVER};
    if (!before) {
        return;
    }
    s->change.is_new = os_alloc(now->packets.count + 1);
    struct likeness *a = likeness_all(now), *b = likeness_all(before);
    likeness_compare(a, now->packets.count, b, before->packets.count, note, &s->change);
    free(a);
    free(b);
}
