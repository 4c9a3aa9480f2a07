/* The ends of every link protocol alone: frames from a peer that keeps to nothing, damaged or not,
 * between its own timers and transmissions, told by the input in any order. */
#include "fuzz/fuzz.h"

#include "actor/fx.h"
#include "base/os.h"
#include "proto/arq/arq.h"
#include "proto/bluetooth/acl.h"
#include "wire/baseband.h"

#include <string.h>

enum { TIMERS_MAX = 64, SENT_MAX = 64, STEPS_MAX = 600 };

struct armed {
    uint16_t code;
    uint32_t index;
    sim_time at;
};

struct end {
    struct cursor c;
    const struct actor_type *type;
    void *self, *host;
    struct packets packets;
    struct fx fx;
    struct dice dice;
    sim_time now;
    struct armed timers[TIMERS_MAX];
    unsigned timer_count;
    uint32_t sent[SENT_MAX]; /* units handed to the link, not told of yet */
    unsigned sent_count;
    unsigned states[4];
    bool is_fed;
};

static const struct traffic_type *const kinds[] = {&arq_stop_and_wait, &arq_go_back_n,
                                                   &arq_selective_repeat, &bluetooth_acl};

static void arm(struct end *e, const struct effect *f)
{
    unsigned i = 0;
    while (i < e->timer_count && (e->timers[i].code != f->code || e->timers[i].index != f->index)) {
        i++;
    }
    CLAIM(f->code < timer_count(e->type) && f->index < e->type->timers[f->code].slots);
    if (i < e->timer_count) {
        e->timers[i] = e->timers[--e->timer_count];
    }
    if (f->value != SIM_NEVER && e->timer_count < TIMERS_MAX) {
        CLAIM(f->value >= e->now);
        e->timers[e->timer_count++] = (struct armed){f->code, f->index, f->value};
    }
}

static void apply(struct end *e, const struct effect *f)
{
    switch (f->kind) {
    case FX_TIMER: arm(e, f); break;
    case FX_SEND:
        if (e->sent_count < SENT_MAX) {
            e->sent[e->sent_count++] = (uint32_t)packet_at(&e->packets, f->index)->unit.at;
        }
        break;
    case FX_STATE:
        CLAIM(edge_allowed(&e->type->machines[f->code], f->index >> 16, f->index & 0xffff));
        CLAIM(e->states[f->code] == f->index >> 16);
        e->states[f->code] = f->index & 0xffff;
        break;
    case FX_ITEM: CLAIM(f->index < state_count(e->type->sets[f->code].states)); break;
    case FX_DROP: CLAIM(f->code > 0 && f->code < DROP_CLASS_COUNT); break;
    default: break;
    }
}

static void step(struct end *e, struct input in)
{
    const struct effect *f;
    int64_t vars[64];
    in.now = in.clock = e->now;
    in.dice = in.host_dice = &e->dice;
    in.host = e->host;
    e->type->step(e->self, &in, &e->fx);
    while (fx_next(&e->fx, &f)) {
        apply(e, f);
    }
    CLAIM(var_count(e->type) <= 64);
    e->type->read(e->self, vars);
}

static void fire(struct end *e)
{
    if (e->timer_count == 0) {
        return;
    }
    unsigned first = 0;
    for (unsigned i = 1; i < e->timer_count; i++) {
        first = e->timers[i].at < e->timers[first].at ? i : first;
    }
    struct armed t = e->timers[first];
    e->timers[first] = e->timers[--e->timer_count];
    e->now = t.at > e->now ? t.at : e->now;
    step(e, (struct input){.kind = IN_TIMER, .code = t.code, .index = t.index});
}

static void leave(struct end *e)
{
    if (e->sent_count > 0) {
        uint32_t unit = e->sent[0];
        memmove(e->sent, e->sent + 1, --e->sent_count * sizeof *e->sent);
        step(e, (struct input){.kind = IN_SENT, .index = unit});
    }
}

/* The layer above has a frame, or is done. */
static void carry(struct end *e)
{
    uint8_t how = take_u8(&e->c);
    unsigned code = how == 255 ? ACL_CALL_END : how & 1 ? ACL_CALL_SEND : ACL_CALL_SEND_FLUSHABLE;
    step(e, (struct input){.kind = IN_REQUEST,
                           .code = (uint16_t)code,
                           .body = {.at = how, .stream = 1, .len = 1u + 3u * how}});
}

static size_t make_frame(struct end *e, uint8_t head[BASEBAND_HEAD_MAX])
{
    static const enum baseband_type types[] = {BASEBAND_NULL, BASEBAND_POLL, BASEBAND_DH1,
                                               BASEBAND_DH3, BASEBAND_DH5};
    uint8_t how = take_u8(&e->c);
    if (e->type->proto == &bluetooth_proto) {
        struct baseband b = {.type = types[how % 5],
                             .lt_addr = 1,
                             .flow = how & 8,
                             .arqn = how & 16,
                             .seqn = how & 32,
                             .length = take_u8(&e->c) % 28};
        return baseband_encode(&b, head);
    }
    struct arq_frame f = {.kind = (enum arq_kind)(1 + how % 3),
                          .number = how & 8 ? take_u16(&e->c) : take_u8(&e->c) % 16,
                          .is_wide = how & 16 && how % 3 == 0,
                          .answer = how & 32 ? ARQ_ACK : (enum arq_kind)0,
                          .ack = take_u8(&e->c)};
    (f.is_wide ? arq_encode_wide : arq_encode)(&f, head);
    return f.is_wide ? ARQ_WIDE : ARQ_HEADER;
}

static void hear(struct end *e)
{
    uint8_t head[BASEBAND_HEAD_MAX], how = take_u8(&e->c);
    size_t len = make_frame(e, head);
    if (how & 1) {
        uint8_t at = take_u8(&e->c);
        head[at % len] ^= take_u8(&e->c);
    }
    struct input in = {.kind = IN_PACKET,
                       .head = bytes_of(head, len),
                       .is_damaged = how & 2,
                       .body = {.at = how & 4 ? take_u8(&e->c) * UINT64_C(992) : 0,
                                .len = how & 8 ? take_u16(&e->c) : 992}};
    e->now += how & 16 ? take_u16(&e->c) * SIM_US : 0;
    struct net net = {0};
    if (e->type->proto->key(in.head, &net)) {
        in.net = net;
        step(e, in);
    }
}

/* Settings within the limits that the reader keeps. */
static void set(struct end *e)
{
    params_initial(e->type, e->self);
    for (const struct param *p = e->type->params; p && p->name; p++) {
        uint8_t how = take_u8(&e->c);
        int64_t value = how % 2 ? p->initial : p->min + how / 2;
        value = value > p->max ? p->max : value;
        value = p->may_be_off && how > 250 ? -1 : value;
        if (p->kind != PARAM_TEXT && strcmp(p->name, "piggyback") != 0) {
            memcpy((char *)e->self + p->offset, &value, sizeof value);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct end e = {.c = {data, size, 0}, .dice = dice_make(1, "fuzz")};
    uint8_t which = take_u8(&e.c);
    const struct traffic_type *kind = kinds[which % 4];
    e.type = which & 4 ? kind->source : kind->sink;
    e.is_fed = kind == &bluetooth_acl && which & 8; /* below another layer */
    if (e.is_fed) {
        e.type = which & 4 ? &acl_master_type : &acl_slave_type;
    }
    e.self = os_alloc(e.type->size);
    e.host = e.type->host_size ? os_alloc(e.type->host_size) : NULL;
    e.fx.packets = &e.packets;
    e.fx.proto = e.type->proto;
    set(&e);
    step(&e, (struct input){.kind = IN_START, .index = e.is_fed});
    for (unsigned n = 0; n < STEPS_MAX && !cursor_is_over(&e.c); n++) {
        switch (take_u8(&e.c) % 4) {
        case 0: fire(&e); break;
        case 1: (e.is_fed ? carry : leave)(&e); break;
        default: hear(&e); break;
        }
    }
    if (e.type->free) {
        e.type->free(e.self);
    }
    if (e.host && e.type->host_free) {
        e.type->host_free(e.host);
    }
    free(e.self);
    free(e.host);
    fx_free(&e.fx);
    packets_free(&e.packets);
    return 0;
}
