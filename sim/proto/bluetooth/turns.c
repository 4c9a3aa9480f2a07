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
    a->is_fed = in->index != 0;
    a->heard_at = in->now;
    a->reading = a->is_fed ? -1 : a->reading;
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
               : !has_heard     ? (a->is_fed ? ACL_NEXT : ACL_ASSUMED)
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

/* ---- below another layer, which says what is sent ---- */

enum { ASK_AGAIN = 3 }; /* polls in a row, before it waits for the next interval */

static void rest(struct acl *a, sim_time until, struct fx *fx)
{
    a->is_resting = true;
    a->silent = 0;
    fx_timer(fx, ACL_TIMER_SLOT, 0, until);
}

static void take_turn(struct acl *a, sim_time now, unsigned slots, struct fx *fx)
{
    a->is_resting = false;
    fx_timer(fx, ACL_TIMER_SLOT, 0, now + (slots + 1) * BASEBAND_SLOT);
}

/* The slave may have more: its data wait for their ACK, or nothing readable came. */
static bool owes_turn(const struct acl *a, bool has_heard)
{
    return has_heard ? !a->was_idle : a->silent <= ASK_AGAIN;
}

static void fed_slot(struct acl *a, sim_time now, struct fx *fx)
{
    bool has_heard = a->has_heard, was_resting = a->is_resting;
    if (acl_supervise(a, now, fx)) {
        rest(a, SIM_NEVER, fx);
        return;
    }
    if (!has_heard) {
        a->arqn = false;
        a->may_go = true;
        a->silent++;
    } else if (!was_resting) {
        a->silent = 0;
    }
    acl_queue_flush(a, now, fx);
    if (acl_has_data(a) && a->may_go) {
        take_turn(a, now, baseband_slots(acl_piece_next(a).type), fx);
        acl_send_data(a, data_reason(a, has_heard), fx);
    } else if (was_resting || owes_turn(a, has_heard)) {
        take_turn(a, now, 1, fx);
        acl_send_empty(a, BASEBAND_POLL, acl_has_data(a) ? ACL_STOPPED : ACL_POLL, fx);
    } else if (a->is_ending) {
        fx_note(fx, ACL_DONE);
    } else {
        rest(a, even_slot(now + a->poll), fx);
    }
}

static void obey(struct acl *a, const struct input *in, struct fx *fx)
{
    if (in->code == ACL_CALL_END) {
        a->is_ending = true;
        if (a->is_resting && a->queue_count == 0) {
            fx_timer(fx, ACL_TIMER_SLOT, 0, SIM_NEVER);
        }
        if (a->is_watching) {
            fx_timer(fx, ACL_TIMER_SUPERVISION, 0, SIM_NEVER);
            a->is_watching = false;
        }
        return;
    }
    a->is_ending = false;
    acl_queue_add(a, in->body, in->code == ACL_CALL_SEND_FLUSHABLE, in->now);
    if (a->is_master && a->is_resting) {
        fx_timer(fx, ACL_TIMER_SLOT, 0, even_slot(in->now));
    }
}

static void begin_master(struct acl *a, const struct input *in, struct fx *fx)
{
    begin(a, in, true);
    a->has_heard = true; /* nothing was sent yet */
    a->was_idle = true;
    if (a->is_fed) {
        rest(a, even_slot(in->now), fx);
        return;
    }
    enter(a, ACL_ACTIVE, ACL_NO_REASON, fx);
    fx_timer(fx, ACL_TIMER_SLOT, 0, even_slot(in->now));
}

void acl_master_step(void *self, const struct input *in, struct fx *fx)
{
    struct acl *a = self;
    if (in->kind == IN_START) {
        begin_master(a, in, fx);
    } else if (in->kind == IN_PACKET) {
        acl_hear(a, in, fx);
    } else if (in->kind == IN_REQUEST) {
        obey(a, in, fx);
    } else if (in->kind == IN_TIMER && in->code == ACL_TIMER_SLOT && a->is_fed) {
        fed_slot(a, in->now, fx);
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

/* The timer runs on, and looks again when it fires: a master notices in its own slots. */
static void watch(struct acl *a, struct fx *fx)
{
    a->is_watching = a->is_fed && a->supervision >= 0 && !a->is_ending;
    if (a->is_watching) {
        fx_timer(fx, ACL_TIMER_SUPERVISION, 0, time_add(a->heard_at, a->supervision));
    }
}

static void supervision_fires(struct acl *a, sim_time now, struct fx *fx)
{
    if (acl_supervise(a, now, fx)) {
        a->is_watching = false;
    } else {
        watch(a, fx);
    }
}

static void slave_hears(struct acl *a, const struct input *in, struct fx *fx)
{
    if (!acl_hear(a, in, fx)) {
        return;
    }
    fx_timer(fx, ACL_TIMER_SLOT, 0, (in->now / BASEBAND_SLOT + 1) * BASEBAND_SLOT);
    if (!a->is_watching) {
        watch(a, fx);
    }
}

void acl_slave_step(void *self, const struct input *in, struct fx *fx)
{
    struct acl *a = self;
    switch (in->kind) {
    case IN_START: begin(a, in, false); break;
    case IN_REQUEST: obey(a, in, fx); break;
    case IN_PACKET: slave_hears(a, in, fx); break;
    case IN_TIMER:
        if (in->code == ACL_TIMER_SLOT) {
            slave_slot(a, fx);
        } else if (in->code == ACL_TIMER_SUPERVISION) {
            supervision_fires(a, in->now, fx);
        } else {
            acl_read_on(a, in->now, fx);
        }
        break;
    case IN_SENT:
    case IN_ERROR:
    case IN_INDICATION: break;
    }
}
