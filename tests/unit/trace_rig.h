#pragma once
/* A trace written by hand, record by record: two hosts, one link of 1 Mbit/s and 10 ms, and two
 * frames of stop-and-wait of which the first one is lost once:
 *
 *      0      a sends DATA 0 (packet 1), which dies on the wire at 13 ms
 *    108 ms   the timer runs out; a sends DATA 0 again (packet 2), which arrives at 126 ms
 *    126 ms   992 bytes are delivered; b sends ACK 1 (packet 3), which arrives at 136.064 ms
 *    136.064  a sends DATA 1 (packet 4), under way when the run is stopped at 140 ms */

#include "actor/packet.h"
#include "base/os.h"
#include "proto/arq/arq.h"
#include "trace/trace.h"
#include "wire/arq.h"

#include <stdlib.h>

enum { IDLE, SENDING, WAIT_ACK, DONE }; /* states of the sender */
enum { RIG_A = 0x0a000001, RIG_B = 0x0a000002 };

struct trace_rig {
    struct trace t;
    sim_time now;
    uint32_t sender, receiver, flow, ab, ba;
};

static inline uint32_t rig_note(struct trace_rig *rig, struct record r)
{
    r.at = rig->now;
    return trace_add(&rig->t, &r);
}

static inline void rig_tables(struct trace_rig *rig)
{
    static const uint32_t addresses[2] = {RIG_A, RIG_B};
    static const char *const names[2] = {"a", "b"}, *const texts[2] = {"10.0.0.1", "10.0.0.2"};
    struct trace *t = &rig->t;
    t->keep = t->packets.keep = true;
    t->scenario = "rig.yaml";
    t->title[LANG_EN] = "A \"rig\"\n";
    t->title[LANG_ZH] = "试验";
    t->seed = 7;
    t->node_count = 2;
    t->nodes = os_alloc(2 * sizeof *t->nodes);
    t->link_count = 1;
    t->links = os_alloc(sizeof *t->links);
    t->link_figures = os_alloc(2 * sizeof *t->link_figures);
    t->link_figures[0].drops = t->link_figures[1].drops = trace_no_drops;
    for (uint32_t i = 0; i < 2; i++) {
        struct entity e = {.kind = ENTITY_NODE, .name = names[i], .node = i};
        t->nodes[i] = (struct trace_node){.name = names[i],
                                          .label = {names[i], i ? "乙" : "甲"},
                                          .entity = trace_add_entity(t, &e),
                                          .ips = &addresses[i],
                                          .ip_count = 1,
                                          .addresses = texts[i]};
    }
    for (uint32_t i = 0; i < 2; i++) {
        struct entity e = {.kind = ENTITY_DIRECTION, .name = i ? "b>a" : "a>b", .node = i};
        t->links[0].node[i] = i;
        t->links[0].direction[i] = trace_add_entity(t, &e);
        t->links[0].rate_bps[i] = 1000000;
        t->links[0].delay[i] = 10 * SIM_MS;
    }
    t->links[0].text = "1 Mbit/s · 10 ms";
    rig->ab = t->links[0].direction[0];
    rig->ba = t->links[0].direction[1];
}

static inline void rig_actors(struct trace_rig *rig)
{
    rig->flow = trace_add_flow(&rig->t, "a.arq1", "stop-and-wait");
    struct entity sender = {.kind = ENTITY_ACTOR,
                            .name = "a.arq1",
                            .type = arq_stop_and_wait.source,
                            .flow = rig->flow,
                            .local = {RIG_A, 1},
                            .remote = {RIG_B, 1}};
    struct entity receiver = {.kind = ENTITY_ACTOR,
                              .name = "b.arq1",
                              .type = arq_stop_and_wait.sink,
                              .node = 1,
                              .flow = rig->flow,
                              .local = {RIG_B, 1},
                              .remote = {RIG_A, 1}};
    rig->sender = trace_add_entity(&rig->t, &sender);
    rig->receiver = trace_add_entity(&rig->t, &receiver);
}

/* SEND and TX of a frame; returns the packet's id. */
static inline uint32_t rig_send(struct trace_rig *rig, bool is_ack, uint16_t number, uint32_t of,
                                uint32_t cause)
{
    uint8_t head[ARQ_HEADER];
    arq_encode(&(struct arq_frame){.kind = is_ack ? ARQ_ACK : ARQ_DATA, .number = number}, head);
    uint32_t id = packet_new(&rig->t.packets, bytes_of(head, sizeof head));
    struct packet *p = packet_at(&rig->t.packets, id);
    p->proto = &arq_proto;
    p->sender = is_ack ? rig->receiver : rig->sender;
    p->flow = rig->flow;
    p->net.from.ip = is_ack ? RIG_B : RIG_A;
    p->net.to.ip = is_ack ? RIG_A : RIG_B;
    p->of = of;
    p->copy = of ? 2 : 1;
    p->body.len = is_ack ? 0 : 992;
    p->size = p->body.len + ARQ_HEADER;
    uint32_t n = rig_note(
        rig, (struct record){.kind = REC_SEND, .packet = id, .where = p->sender, .cause = cause});
    rig_note(rig, (struct record){.kind = REC_TX,
                                  .packet = id,
                                  .where = is_ack ? rig->ba : rig->ab,
                                  .cause = n,
                                  .code = 64 << 8,
                                  .value = rig->now + p->size * 8 * SIM_US + 10 * SIM_MS});
    return id;
}

static inline uint32_t rig_end(struct trace_rig *rig, enum record_kind kind, uint32_t packet)
{
    bool is_back = packet_at(&rig->t.packets, packet)->sender == rig->receiver;
    return rig_note(rig, (struct record){.kind = (uint8_t)kind,
                                         .packet = packet,
                                         .where = is_back ? rig->ba : rig->ab,
                                         .code = kind == REC_DROP ? DROP_LOSS : 0});
}

static inline void rig_state(struct trace_rig *rig, unsigned from, unsigned to, uint32_t cause)
{
    rig_note(rig, (struct record){.kind = REC_STATE,
                                  .where = rig->sender,
                                  .code = (uint16_t)to,
                                  .value = from,
                                  .cause = cause});
}

static inline uint32_t rig_arm(struct trace_rig *rig, sim_time due)
{
    return rig_note(rig, (struct record){.kind = REC_TIMER, .where = rig->sender, .value = due});
}

static inline void rig_tale(struct trace_rig *rig)
{
    rig_state(rig, IDLE, SENDING, 0);
    uint32_t lost = rig_send(rig, false, 0, 0, 0);
    rig->now = 8 * SIM_MS;
    rig_state(rig, SENDING, WAIT_ACK, 0);
    uint32_t armed = rig_arm(rig, 108 * SIM_MS);
    rig->now = 13 * SIM_MS;
    rig_end(rig, REC_DROP, lost);
    rig->now = 108 * SIM_MS;
    uint32_t fired =
        rig_note(rig, (struct record){.kind = REC_FIRE, .where = rig->sender, .cause = armed});
    rig_state(rig, WAIT_ACK, SENDING, fired);
    uint32_t again = rig_send(rig, false, 0, lost, fired);
    rig->now = 116 * SIM_MS;
    rig_state(rig, SENDING, WAIT_ACK, 0);
    rig_arm(rig, 216 * SIM_MS);
    rig->now = 126 * SIM_MS;
    uint32_t got = rig_end(rig, REC_ARRIVE, again);
    rig_note(rig,
             (struct record){.kind = REC_VAR, .where = rig->receiver, .value = 1, .cause = got});
    rig_note(rig, (struct record){.kind = REC_DELIVER,
                                  .where = rig->receiver,
                                  .packet = again,
                                  .value = 992,
                                  .cause = got});
    uint32_t ack = rig_send(rig, true, 1, 0, got);
    rig->now = 136064 * SIM_US;
    got = rig_end(rig, REC_ARRIVE, ack);
    rig_arm(rig, SIM_NEVER);
    rig_state(rig, WAIT_ACK, IDLE, got);
    rig_state(rig, IDLE, SENDING, got);
    rig_send(rig, false, 1, 0, got);
}

static inline void rig_figures(struct trace_rig *rig)
{
    struct flow *f = &rig->t.flows[rig->flow];
    f->to = 1;
    f->packets = 3;
    f->bytes = 1984;
    f->retransmissions = 1;
    f->delivered_bytes = 992;
    f->delivered_bits = 8000;
    trace_count_drop(&rig->t, &f->drops, DROP_LOSS);
    f->rate_bps = 1000000;
    f->last_delivery = 126 * SIM_MS;
    f->end = 136064 * SIM_US;
    trace_add_figure(f, "utilization_theory", 0.25);
    rig->t.link_figures[0].busy = 24 * SIM_MS;
    trace_count_drop(&rig->t, &rig->t.link_figures[0].drops, DROP_LOSS);
    rig->t.link_figures[1].busy = 64 * SIM_US;
    rig->t.sim_ns = 140 * SIM_MS;
    rig->t.events = 9;
    rig->t.end = END_STOP;
}

static inline void trace_rig_init(struct trace_rig *rig)
{
    *rig = (struct trace_rig){0};
    rig_tables(rig);
    rig_actors(rig);
    rig_tale(rig);
    rig_figures(rig);
    trace_finish(&rig->t);
}

/* What `write` puts into a file, as text; free() it. */
static inline char *rig_written(void (*write)(const struct trace *t, FILE *out),
                                const struct trace *t)
{
    FILE *f = tmpfile();
    write(t, f);
    long size = ftell(f);
    char *text = os_alloc((size_t)size + 1);
    rewind(f);
    size_t got = fread(text, 1, (size_t)size, f);
    text[got] = '\0';
    fclose(f);
    return text;
}
