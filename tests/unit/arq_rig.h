#pragma once
/* One ARQ endpoint outside any world: told what happens, it says what it does, in words:
 * "DATA 0", "ACK 1", "timer 0.136" (stopped: "timer -"), "pass on", "throw away", ">WAIT-ACK". */

#include "actor/fx.h"
#include "wire/arq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arq_rig {
    const struct actor_type *type;
    void *self;
    struct packets packets;
    struct fx fx;
    sim_time now;
    void *host; /* what ends of one host share; NULL: nothing */
    char said[512];
    char shown[256]; /* all that became of frames: "FRAME:STATE ", by the type's numbers */
};

static inline void arq_rig_set(struct arq_rig *r, const char *param, int64_t value)
{
    const struct param *p = param_find(r->type, param);
    if (p) {
        memcpy((char *)r->self + p->offset, &value, sizeof value);
    }
}

static inline void arq_rig_open(struct arq_rig *r, const struct actor_type *type)
{
    *r = (struct arq_rig){.type = type, .self = calloc(1, type->size)};
    params_initial(type, r->self);
    r->fx.packets = &r->packets;
    r->fx.proto = type->proto;
}

static inline void arq_rig_close(struct arq_rig *r)
{
    if (r->type->free) {
        r->type->free(r->self);
    }
    free(r->self);
    fx_free(&r->fx);
    packets_free(&r->packets);
}

static inline void arq_rig_add(struct arq_rig *r, const char *text)
{
    size_t at = strlen(r->said);
    snprintf(r->said + at, sizeof r->said - at, "%s%s", at ? ", " : "", text);
}

static inline void arq_rig_send(struct arq_rig *r, const struct effect *e)
{
    static const char *const kinds[] = {"?", "DATA", "ACK", "NAK"};
    const struct packet *p = packet_at(&r->packets, e->index);
    struct arq_frame frame = {0};
    char text[64], rides[24] = "";
    arq_decode(packet_head(p), &frame);
    if (frame.answer) {
        snprintf(rides, sizeof rides, " + %s %u", kinds[frame.answer], frame.ack);
    }
    snprintf(text, sizeof text, "%s %u%s", kinds[frame.kind], frame.number, rides);
    arq_rig_add(r, text);
}

static inline void arq_rig_hear_effect(struct arq_rig *r, const struct effect *e)
{
    char text[64], time[32];
    switch (e->kind) {
    case FX_SEND: arq_rig_send(r, e); break;
    case FX_TIMER:
        snprintf(text, sizeof text, "%s %s", r->type->timers[e->code].name,
                 e->value == SIM_NEVER ? "-" : time_print(e->value, time));
        arq_rig_add(r, text);
        break;
    case FX_INDICATE: arq_rig_add(r, "pass on"); break;
    case FX_DROP: arq_rig_add(r, "throw away"); break;
    case FX_STATE:
        snprintf(text, sizeof text, ">%s", r->type->machines[e->code].states[e->index & 0xffff]);
        arq_rig_add(r, text);
        break;
    case FX_ITEM:
        snprintf(text, sizeof text, "%lld:%u ", (long long)e->value, (unsigned)e->index);
        strncat(r->shown, text, sizeof r->shown - strlen(r->shown) - 1);
        break;
    default: break; /* notes are the trace's */
    }
}

static inline const char *arq_rig_step(struct arq_rig *r, struct input in)
{
    const struct effect *e;
    in.now = r->now;
    in.host = r->host;
    r->said[0] = '\0';
    r->type->step(r->self, &in, &r->fx);
    while (fx_next(&r->fx, &e)) {
        arq_rig_hear_effect(r, e);
    }
    return r->said;
}

/* "start", "sent N", "timeout [N]", "arrival", "DATA 0", "ACK 1", "NAK 1", "bad DATA 0", each after
 * an optional "@SECONDS.MILLISECONDS ". */
static inline const char *arq_rig_tell(struct arq_rig *r, const char *what)
{
    struct input in = {.net = {.from.port = 1, .to.port = 1}};
    uint8_t head[ARQ_HEADER];
    long ms;
    int used;
    unsigned n = 0;
    char word[16] = "";
    if (sscanf(what, "@%ld %n", &ms, &used) == 1) {
        r->now = ms * SIM_MS;
        what += used;
    }
    if (strncmp(what, "bad ", 4) == 0) {
        in.is_damaged = true;
        what += 4;
    }
    sscanf(what, "%15s %u", word, &n);
    in.index = n;
    if (strcmp(word, "start") == 0) {
        in.kind = IN_START;
    } else if (strcmp(word, "sent") == 0) {
        in.kind = IN_SENT;
    } else if (strcmp(word, "timeout") == 0 || strcmp(word, "arrival") == 0) {
        in.kind = IN_TIMER;
        in.code = strcmp(word, "arrival") == 0;
    } else {
        enum arq_kind kind = word[0] == 'D' ? ARQ_DATA : word[0] == 'A' ? ARQ_ACK : ARQ_NAK;
        arq_encode(&(struct arq_frame){.kind = kind, .number = (uint16_t)n}, head);
        in.kind = IN_PACKET;
        in.head = bytes_of(head, sizeof head);
        in.body = (struct span){.len = kind == ARQ_DATA ? 992 : 0};
    }
    return arq_rig_step(r, in);
}
