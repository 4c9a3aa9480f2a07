/* Messages of applications enter the trace: once when they are said, once when they are read. */
#include "net/world.h"

static void keep_record(struct world *w, const struct effect *e, uint32_t number,
                        enum message_state state)
{
    world_record(w, REC_ITEM, e->author, e->packet, (unsigned)e->code << 8 | state, number,
                 e->cause, e->why);
}

void message_said(struct world *w, const struct effect *e)
{
    struct app_message m = {.sender = e->author,
                            .body = e->body,
                            .answers = trace_message_ending(w->trace, e->mark.stream, e->mark.at),
                            .sent = sched_now(&w->sched),
                            .received = SIM_NEVER};
    keep_record(w, e, trace_add_message(w->trace, &m, e->head), MESSAGE_SENT);
}

void message_heard(struct world *w, const struct effect *e)
{
    uint32_t number = trace_message_ending(w->trace, e->mark.stream, e->mark.at);
    if (number) {
        w->trace->messages[number].received = sched_now(&w->sched);
        w->trace->messages[number].receiver = e->author;
        keep_record(w, e, number, MESSAGE_RECEIVED);
    }
}
