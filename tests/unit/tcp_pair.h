#pragma once
/* Two endpoints joined by a channel that loses, doubles, delays, reorders, damages and marks, and
 * two applications that send, read, change settings, close and abort as a seed says. */

#include "proto/tcp/cc.h"
#include "proto/tcp/host.h"
#include "proto/tcp/recovery.h"
#include "actor/errno_code.h"
#include "wire/dissect.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { END_COUNT = 2, FLYING_MAX = 20000 };

struct flying {
    sim_time at;
    uint64_t order;
    uint32_t packet; /* of the sender's table */
    unsigned to;
};

struct end {
    struct tcp tcp;
    struct packets packets;
    struct dice dice;
    struct tcp_host host;
    sim_time due[TCP_TIMER_COUNT];
    uint64_t to_send, given, got;
    bool has_ended, was_opened, has_closed;
    bool reads_by_hand,
        is_released;           /* takes what READ grants; at its close nobody reads any more */
    bool was_woken;            /* it reads whatever comes, since nothing else happened */
    unsigned turns, aborts_at; /* the turn at which it aborts; 0: never */
    unsigned error;
};

struct pair {
    struct end end[END_COUNT];
    struct fx fx;
    struct flying *flying;
    unsigned flying_count;
    sim_time now;
    uint64_t draws, orders;
    struct dice dice;
    int64_t loss, twice, marked, bent; /* parts per 10^9 */
    sim_time delay, spread;
    uint64_t steps;
    bool has_scripts;           /* applications do more than send and close */
    bool by_the_book;           /* no segment goes the short way */
    uint64_t story;             /* a hash of all effects, in their order */
    int64_t highest[END_COUNT]; /* snd_una only moves forward */
};

static uint64_t roll(struct pair *p, uint64_t range)
{
    return draw_below(draw(&p->dice, DRAW_LOSS, (uint32_t)p->draws++), range);
}

static void fly(struct pair *p, unsigned to, uint32_t packet)
{
    ck_assert_uint_lt(p->flying_count, FLYING_MAX);
    sim_time at = p->now + p->delay + (sim_time)roll(p, (uint64_t)p->spread + 1);
    p->flying[p->flying_count++] = (struct flying){at, p->orders++, packet, to};
}

static void step(struct pair *p, unsigned who, struct input *in);

static void call(struct pair *p, unsigned who, unsigned code, struct span body)
{
    step(p, who, &(struct input){.kind = IN_REQUEST, .code = (uint16_t)code, .body = body});
}

static void change_setting(struct pair *p, unsigned who)
{
    static const unsigned which[] = {TCP_SET_NAGLE, TCP_SET_MSS, TCP_SET_SEND_BUFFER};
    unsigned i = (unsigned)roll(p, 3);
    uint64_t value = i == 0 ? roll(p, 2) : i == 1 ? 100 + roll(p, 1000) : 1000 + roll(p, 50000);
    call(p, who, TCP_CALL_SET, (struct span){.at = value, .len = which[i]});
}

static void send_more(struct pair *p, unsigned who)
{
    struct end *e = &p->end[who];
    uint64_t left = e->to_send - e->given;
    uint64_t n = 1 + roll(p, left < 5000 ? left : 5000);
    n = n > left ? left : n;
    call(p, who, CODE_SEND, (struct span){.at = e->given, .stream = who + 1, .len = (uint32_t)n});
}

static void close_end(struct pair *p, unsigned who)
{
    struct end *e = &p->end[who];
    e->has_closed = true;
    if (e->is_released) {
        call(p, who, TCP_CALL_RELEASE, (struct span){0});
    }
    if (!e->has_ended) {
        call(p, who, CODE_CLOSE, (struct span){0});
    }
}

/* The application's turn. */
static void give(struct pair *p, unsigned who)
{
    struct end *e = &p->end[who];
    if (e->tcp.state == TCP_LISTEN || e->has_ended) {
        return;
    }
    if (++e->turns == e->aborts_at) {
        call(p, who, CODE_ABORT, (struct span){0});
        return;
    }
    if (e->reads_by_hand && roll(p, 3) == 0) {
        call(p, who, CODE_READ, (struct span){.len = 1 + (uint32_t)roll(p, 5000)});
    }
    if (p->has_scripts && !e->has_ended && roll(p, 40) == 0) {
        change_setting(p, who);
    }
    if (!e->has_ended && e->given < e->to_send) {
        send_more(p, who);
    }
    if (!e->has_ended && e->given == e->to_send && !e->has_closed && e->tcp.state > TCP_SYN_SENT) {
        close_end(p, who);
    }
}

static void hear_indication(struct pair *p, unsigned who, const struct effect *e)
{
    struct end *end = &p->end[who];
    switch (e->code) {
    case CODE_OPENED: end->was_opened = true; break;
    case CODE_ACCEPTED: end->given += e->body.len; break;
    case CODE_CLOSED: end->error = e->body.len; break;
    case CODE_DATA:
        ck_assert_uint_eq(e->body.stream, 2 - who); /* the other's stream, in order, once */
        ck_assert_uint_eq(e->body.at, end->got);
        end->got += e->body.len;
        break;
    default: break;
    }
}

static void tell(struct pair *p, uint64_t a, uint64_t b)
{
    p->story = hash_mix(hash_mix(p->story, a), b);
}

static void tell_packet(struct pair *p, unsigned who, const struct effect *e)
{
    const struct packet *packet = packet_at(&p->end[who].packets, e->index);
    struct bytes head = packet_head(packet);
    for (size_t i = 0; i < head.len; i++) {
        tell(p, i, head.data[i]);
    }
    tell(p, packet->body.at, packet->body.len);
    tell(p, packet->unit.at, packet->unit.n);
    tell(p, packet->net.ecn, packet->net.to.ip);
}

/* Fields that the kind does not define are left out. */
static void tell_effect(struct pair *p, unsigned who, const struct effect *e)
{
    tell(p, who, e->kind);
    tell(p, e->why, (uint64_t)p->now);
    switch (e->kind) {
    case FX_SEND: tell_packet(p, who, e); break;
    case FX_TIMER:
    case FX_ITEM: tell(p, e->code, (uint64_t)e->value); break;
    case FX_INDICATE: tell(p, e->code, e->body.at << 32 | e->body.len); break;
    case FX_STATE: tell(p, e->code, e->index); break;
    case FX_RTT: tell(p, 0, (uint64_t)e->value); break;
    default: break;
    }
}

static void apply(struct pair *p, unsigned who, const struct effect *e)
{
    tell_effect(p, who, e);
    switch (e->kind) {
    case FX_SEND:
        if (roll(p, 1000000000) >= (uint64_t)p->loss) {
            fly(p, !who, e->index);
            if (roll(p, 1000000000) < (uint64_t)p->twice) {
                fly(p, !who, e->index);
            }
        }
        break;
    case FX_TIMER: p->end[who].due[e->code] = e->value; break;
    case FX_END: p->end[who].has_ended = true; break;
    case FX_INDICATE: hear_indication(p, who, e); break;
    default: break;
    }
}

/* Sorted, without gaps, from SND.UNA (but behind the SYN) to SND.NXT; and counted right. */
static void check_segments(const struct tcp *t)
{
    const struct tcp_rack *r = t->rack;
    uint32_t lost = 0, sacked = 0;
    int64_t at = t->snd_una > 0 ? t->snd_una : 1;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct rack_segment *s = segments_at(r, i);
        ck_assert_int_eq(s->from, at);
        ck_assert_int_gt(s->to, s->from);
        lost += s->is_lost;
        sacked += s->is_sacked;
        at = s->to;
    }
    ck_assert_int_eq(at, t->snd_nxt);
    ck_assert_uint_eq(lost, r->lost);
    ck_assert_uint_eq(sacked, r->sacked);
}

static void check_numbers(struct pair *p, unsigned who)
{
    const struct tcp *t = &p->end[who].tcp;
    ck_assert_int_le(t->snd_una, t->snd_at);
    ck_assert_int_le(t->snd_at, t->snd_nxt);
    ck_assert_int_ge(t->snd_una, p->highest[who]);
    ck_assert_int_ge(t->rcv_edge, t->rcv_nxt);
    p->highest[who] = t->snd_una;
    if (t->rack) {
        check_segments(t);
    }
}

static void step(struct pair *p, unsigned who, struct input *in)
{
    const struct effect *e;
    in->now = in->clock = p->now;
    in->dice = in->host_dice = &p->end[who].dice;
    in->host = &p->end[who].host;
    p->fx.packets = &p->end[who].packets;
    p->fx.proto = &tcp_proto;
    if (p->end[who].has_ended) {
        if (in->kind == IN_PACKET) {
            tcp_orphan(in, &p->fx);
        }
    } else {
        tcp_type.step(&p->end[who].tcp, in, &p->fx);
        check_numbers(p, who);
    }
    while (fx_next(&p->fx, &e)) {
        apply(p, who, e);
    }
}

/* What breaks off is noticed by the other end's keep-alive at the latest. */
static void start_script(struct pair *p, struct end *e)
{
    if (p->has_scripts) {
        e->reads_by_hand = roll(p, 3) == 0;
        e->is_released = roll(p, 5) == 0;
        e->aborts_at = roll(p, 4) ? 0 : 1 + (unsigned)roll(p, 60);
        e->tcp.set.keep_alive = 50 * SIM_S;
    }
}

static void start(struct pair *p, unsigned who, bool is_spawned)
{
    struct net key = {.from = {10 + who, (uint16_t)(1000 + who)},
                      .to = {11 - who, (uint16_t)(1001 - who)}};
    struct end *e = &p->end[who];
    params_initial(&tcp_type, &e->tcp);
    e->tcp.set.user_timeout = 3600 * SIM_S;
    e->tcp.set.msl = 30 * SIM_S;
    e->tcp.set.isn = (int64_t)(UINT32_MAX - roll(p, 3000)); /* the numbers wrap on the way */
    e->tcp.set.congestion = (int64_t)roll(p, TCP_CC_COUNT);
    e->tcp.set.timestamps = roll(p, 3) > 0;
    e->tcp.set.ecn = roll(p, 3) > 0;
    e->tcp.set.sack = roll(p, 4) > 0;
    e->tcp.set.f_rto = (int64_t)roll(p, 2);
    e->tcp.set.recovery = (int64_t)roll(p, TCP_RECOVER_TAHOE + 1);
    e->tcp.set.nagle = (int64_t)roll(p, 2);
    e->tcp.set.delayed_ack = roll(p, 2) ? 200 * SIM_MS : -1;
    e->tcp.set.receive_buffer = roll(p, 3) ? 65535 : 1 + (int64_t)roll(p, 8000);
    e->tcp.set.send_buffer = 1000 + (int64_t)roll(p, 100000);
    e->tcp.set.mss = roll(p, 2) ? -1 : 64 + (int64_t)roll(p, 1396);
    e->tcp.set.initial_window = roll(p, 2) ? 10 : -2 - (int64_t)roll(p, 2);
    start_script(p, e);
    e->tcp.credit = e->reads_by_hand ? 0 : UINT32_MAX;
    e->tcp.by_the_book = p->by_the_book;
    e->dice = dice_make(p->draws, who ? "b" : "a");
    e->to_send = roll(p, 4) ? roll(p, 60000) : 0;
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        e->due[i] = SIM_NEVER;
    }
    struct input in = {
        .kind = IN_START, .code = is_spawned ? START_SPAWNED : START_OPENED, .net = key};
    step(p, who, &in);
    if (!is_spawned) {
        step(p, who, &(struct input){.kind = IN_REQUEST, .code = TCP_CALL_CONNECT});
    }
}

static unsigned next_flight(const struct pair *p)
{
    unsigned best = UINT32_MAX;
    for (unsigned i = 0; i < p->flying_count; i++) {
        const struct flying *f = &p->flying[i];
        if (best == UINT32_MAX || f->at < p->flying[best].at ||
            (f->at == p->flying[best].at && f->order < p->flying[best].order)) {
            best = i;
        }
    }
    return best;
}

static bool next_timer(const struct pair *p, unsigned *who, unsigned *timer)
{
    sim_time at = SIM_NEVER;
    for (unsigned w = 0; w < END_COUNT; w++) {
        for (unsigned i = 0; i < TCP_TIMER_COUNT && !p->end[w].has_ended; i++) {
            if (p->end[w].due[i] < at) {
                at = p->end[w].due[i];
                *who = w;
                *timer = i;
            }
        }
    }
    return at != SIM_NEVER;
}

/* A flipped bit shows in a checksum, wherever it is. */
static void bend(struct pair *p, const struct packet *packet)
{
    struct packet_view view = {.proto = "tcp",
                               .net = packet->net,
                               .head = packet_head(packet),
                               .body = packet->body},
                       read;
    struct bytes payload;
    struct buf wire = {0};
    packet_build(&view, &wire);
    uint64_t bit = roll(p, wire.len * 8);
    wire.data[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    ck_assert_int_ne(packet_parse(bytes_of(wire.data, wire.len), LINK_FORM_IP, &read, &payload),
                     PACKET_INTACT);
    buf_free(&wire);
}

static void arrive(struct pair *p, unsigned i)
{
    struct flying f = p->flying[i];
    const struct packet *packet = packet_at(&p->end[!f.to].packets, f.packet);
    p->flying[i] = p->flying[--p->flying_count];
    p->now = f.at;
    if (roll(p, 1000000000) < (uint64_t)p->bent) {
        bend(p, packet);
        return;
    }
    struct net net = packet->net;
    if (net.ecn && roll(p, 1000000000) < (uint64_t)p->marked) {
        net.ecn = ECN_CE;
    }
    step(p, f.to,
         &(struct input){
             .kind = IN_PACKET, .net = net, .head = packet_head(packet), .body = packet->body});
}

/* False: nothing is left to happen. */
static bool go_on(struct pair *p)
{
    unsigned who = 0, timer = 0, i = next_flight(p);
    bool has_timer = next_timer(p, &who, &timer);
    if (i != UINT32_MAX && (!has_timer || p->flying[i].at <= p->end[who].due[timer])) {
        arrive(p, i);
    } else if (has_timer) {
        p->now = p->end[who].due[timer];
        p->end[who].due[timer] = SIM_NEVER;
        step(p, who, &(struct input){.kind = IN_TIMER, .code = (uint16_t)timer});
    } else {
        return false;
    }
    give(p, 0);
    give(p, 1);
    return true;
}

/* Nothing is left to happen: who reads by hand takes all that there is. */
static bool wake(struct pair *p)
{
    for (unsigned w = 0; w < END_COUNT; w++) {
        struct end *e = &p->end[w];
        if (e->reads_by_hand && !e->was_woken && !e->has_ended) {
            e->was_woken = true;
            call(p, w, CODE_READ, (struct span){.len = UINT32_MAX});
            return true;
        }
    }
    return false;
}

static void free_pair(struct pair *p)
{
    for (unsigned w = 0; w < END_COUNT; w++) {
        tcp_type.free(&p->end[w].tcp);
        tcp_host_free(&p->end[w].host);
        packets_free(&p->end[w].packets);
    }
    fx_free(&p->fx);
    free(p);
}
