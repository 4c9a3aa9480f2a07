/* What a layer above has given to be sent: whole frames, each cut into as few packets as the types
 * allow. The first packet of a frame is marked (LLID), so that a receiver finds the next one also
 * where one was given up. Invariant: the first `sent` bytes of the first frame are acknowledged;
 * what the next packet holds depends on nothing else, so that a repetition holds the same. */
#include "actor/fx.h"
#include "base/os.h"
#include "proto/bluetooth/acl.h"

#include <stdlib.h>
#include <string.h>

/* The shortest packet that holds the rest, else the longest that is allowed. A slave has little to
 * say, and keeps to single slots, so that its master knows when the next turn is its own. */
static enum baseband_type type_for(const struct acl *a, uint32_t rest)
{
    enum baseband_type longest = a->is_master ? acl_type(a) : BASEBAND_DH1;
    enum baseband_type fits = rest <= baseband_most(BASEBAND_DH1)   ? BASEBAND_DH1
                              : rest <= baseband_most(BASEBAND_DH3) ? BASEBAND_DH3
                                                                    : BASEBAND_DH5;
    return baseband_slots(fits) < baseband_slots(longest) ? fits : longest;
}

struct acl_piece acl_piece_next(const struct acl *a)
{
    struct span frame = a->queue[0].body;
    uint32_t rest = frame.len - a->sent;
    enum baseband_type type = type_for(a, rest);
    uint32_t most = baseband_most(type);
    return (struct acl_piece){.body = {frame.at + a->sent, frame.stream, rest < most ? rest : most},
                              .type = type,
                              .llid = a->sent == 0 ? BASEBAND_BEGINS : BASEBAND_GOES_ON};
}

static void take_out(struct acl *a, uint32_t i)
{
    a->queue_count--;
    memmove(&a->queue[i], &a->queue[i + 1], (a->queue_count - i) * sizeof *a->queue);
    a->sent = i == 0 ? 0 : a->sent;
}

void acl_piece_done(struct acl *a)
{
    a->sent += acl_piece_next(a).body.len;
    if (a->sent == a->queue[0].body.len) {
        take_out(a, 0);
    }
}

void acl_queue_add(struct acl *a, struct span frame, bool is_flushable, sim_time now)
{
    if (a->queue_count == a->queue_cap) {
        a->queue_cap = a->queue_cap ? 2 * a->queue_cap : 8;
        a->queue = os_realloc(a->queue, a->queue_cap * sizeof *a->queue);
    }
    a->queue[a->queue_count++] = (struct acl_frame){frame, now, is_flushable};
}

/* A packet that was heard and answered by NAK is surely not there, and may be given up; one that
 * was not answered may be, and the next one, under the same SEQN, would be taken for it. */
static bool may_be_there(const struct acl *a, uint32_t i)
{
    return i == 0 && a->copy > 0 && !a->has_heard;
}

void acl_queue_flush(struct acl *a, sim_time now, struct fx *fx)
{
    for (uint32_t i = a->queue_count; a->flush >= 0 && i-- > 0;) {
        const struct acl_frame *f = &a->queue[i];
        if (!f->is_flushable || now - f->since < a->flush || may_be_there(a, i)) {
            continue;
        }
        if (i == 0 && a->copy > 0) {
            acl_give_up(a, fx);
        }
        take_out(a, i);
        a->flushed++;
        fx_note(fx, ACL_FLUSHED);
    }
}

bool acl_supervise(struct acl *a, sim_time now, struct fx *fx)
{
    if (!a->is_fed || a->supervision < 0 || now - a->heard_at < a->supervision) {
        return false;
    }
    a->heard_at = now;
    a->queue_count = a->sent = a->copy = 0;
    a->seqn = true;
    a->seqn_old = a->arqn = false;
    fx_note(fx, ACL_LOST);
    fx_indicate(fx, 0, ACL_CALL_LOST, (struct bytes){0}, (struct span){0});
    return true;
}

static double flushed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct acl *)self)->flushed;
}

static void let_go(void *self)
{
    free(((struct acl *)self)->queue);
}

#define OF(field) offsetof(struct acl, field)
#define SUPERVISION                                                                                \
    {                                                                                              \
        "supervision", OF(supervision), PARAM_TIME, .may_be_off = true, .initial = 20 * SIM_S,     \
                                                    .min = BASEBAND_SLOT,                          \
                                                    .max = INT64_C(40959375) * SIM_US              \
    }
static const struct param params[] = {
    {"packet", OF(type), PARAM_CHOICE, .initial = 2, .max = 2, .choices = acl_type_names},
    {"poll", OF(poll), PARAM_TIME, .initial = 25 * SIM_MS, .min = 2 * BASEBAND_SLOT,
     .max = 40 * SIM_S},
    {"flush", OF(flush), PARAM_TIME, .may_be_off = true, .initial = -1, .min = BASEBAND_SLOT,
     .max = 1279375 * SIM_US}, /* HCI: 1 to 2047 slots */
    SUPERVISION,
    {0}};
/* A table each: a setting belongs to one end's. */
static const struct param slave_params[] = {SUPERVISION, {0}};

const struct actor_type acl_master_type = {.name = "acl-master",
                                           .proto = &bluetooth_proto,
                                           .size = sizeof(struct acl),
                                           .sets = acl_sets,
                                           .timers = acl_timers,
                                           .reasons = acl_reasons,
                                           .vars = acl_vars,
                                           .params = params,
                                           .figures =
                                               (const struct figure[]){{"flushed", flushed}, {0}},
                                           .step = acl_master_step,
                                           .read = acl_read_vars,
                                           .free = let_go};
const struct actor_type acl_slave_type = {.name = "acl-slave",
                                          .proto = &bluetooth_proto,
                                          .size = sizeof(struct acl),
                                          .sets = acl_sets,
                                          .timers = acl_timers,
                                          .reasons = acl_reasons,
                                          .vars = acl_vars,
                                          .params = slave_params,
                                          .step = acl_slave_step,
                                          .read = acl_read_vars,
                                          .free = let_go};
