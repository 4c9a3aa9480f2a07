/* Who may send, and when (part B, 2.2.5 and 4.4): the master begins in even slots, the slave
 * answers in the slot behind the packet that addressed it. The piconet's clock counts slots from
 * the beginning of the run. Invariant: a slave that could not read the header was not addressed,
 * and stays silent; silence counts as NAK. */
#include "actor/fx.h"
#include "proto/bluetooth/acl.h"

#include <assert.h>

static void begin(struct acl *a, const struct input *in, bool is_master)
{
    a->is_master = is_master;
    a->key = in->net;
    a->stream = in->body.stream;
    a->seqn = true; /* 7.6.2: the first packet with a CRC has SEQN 1 */
    a->may_go = true;
    a->buffer = a->reading < 0 ? ACL_BUFFER_MAX : a->buffer;
}

/* The first slot at or after a time that is even. */
static sim_time even_slot(sim_time at)
{
    const sim_time pair = 2 * BASEBAND_SLOT;
    return (at + pair - 1) / pair * pair;
}

static void enter(struct acl *a, unsigned to, enum acl_why why, struct fx *fx)
{
    fx_state(fx, 0, a->state, to, why);
    a->state = to;
}

/* Why the frame at hand is sent now. */
static enum acl_why data_reason(const struct acl *a, bool has_heard)
{
    if (a->copy == 0) {
        return a->frame == 0    ? ACL_FIRST
               : !has_heard     ? ACL_ASSUMED
               : a->was_stopped ? ACL_GO
                                : ACL_NEXT;
    }
    return has_heard ? ACL_NAKED : ACL_SILENCE;
}

/* All is sent, and the slave has shown that it has nothing (more). */
static bool is_over(const struct acl *a, bool has_heard)
{
    bool has_all = a->got >= (uint64_t)a->frames[1];
    return !acl_has_data(a) && has_all && (a->frames[1] == 0 || (has_heard && a->was_idle));
}

static void master_slot(struct acl *a, sim_time now, struct fx *fx)
{
    bool has_heard = a->has_heard;
    unsigned back = a->got < (uint64_t)a->frames[1] ? baseband_slots(acl_type(a)) : 1, forth = 1;
    if (!has_heard) { /* nothing readable in the slave's slot: NAK, and GO is assumed */
        a->arqn = false;
        a->may_go = true;
    }
    if (is_over(a, has_heard)) {
        enter(a, ACL_DONE_STATE, ACL_DONE, fx);
        return;
    }
    if (acl_has_data(a) && a->may_go) {
        forth = baseband_slots(acl_type(a));
        acl_send_data(a, data_reason(a, has_heard), fx);
    } else {
        acl_send_empty(a, BASEBAND_POLL, acl_has_data(a) ? ACL_STOPPED : ACL_POLL, fx);
    }
    fx_timer(fx, ACL_TIMER_SLOT, 0, now + (forth + back) * BASEBAND_SLOT);
}

void acl_master_step(void *self, const struct input *in, struct fx *fx)
{
    struct acl *a = self;
    if (in->kind == IN_START) {
        begin(a, in, true);
        a->has_heard = true; /* nothing was sent yet */
        enter(a, ACL_ACTIVE, ACL_NO_REASON, fx);
        fx_timer(fx, ACL_TIMER_SLOT, 0, even_slot(in->now));
    } else if (in->kind == IN_PACKET) {
        acl_hear(a, in, fx);
    } else if (in->kind == IN_TIMER && in->code == ACL_TIMER_SLOT) {
        master_slot(a, in->now, fx);
    } else if (in->kind == IN_TIMER) {
        acl_read_on(a, in->now, fx);
    }
}

static void slave_slot(struct acl *a, struct fx *fx)
{
    if (acl_has_data(a) && a->may_go) {
        acl_send_data(a, ACL_RODE, fx);
    } else {
        acl_send_empty(a, BASEBAND_NULL, a->answer, fx);
    }
}

void acl_slave_step(void *self, const struct input *in, struct fx *fx)
{
    struct acl *a = self;
    if (in->kind == IN_START) {
        begin(a, in, false);
    } else if (in->kind == IN_PACKET && acl_hear(a, in, fx)) {
        fx_timer(fx, ACL_TIMER_SLOT, 0, (in->now / BASEBAND_SLOT + 1) * BASEBAND_SLOT);
    } else if (in->kind == IN_TIMER && in->code == ACL_TIMER_SLOT) {
        slave_slot(a, fx);
    } else if (in->kind == IN_TIMER) {
        acl_read_on(a, in->now, fx);
    }
}
