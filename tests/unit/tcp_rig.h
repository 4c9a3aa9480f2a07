#pragma once
/* One TCP endpoint with nothing around it: segments go in as notation and come out as notation,
 * calls go in as requests, timers run when the test says so. Numbers are relative to the ISNs, ours
 * RIG_ISS and the peer's RIG_IRS, so a first byte of data is 1. */

#include "actor/errno_code.h"
#include "base/words.h"
#include "proto/tcp/cc.h"
#include "proto/tcp/host.h"
#include "wire/notation.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RIG_ISS    1000u
#define RIG_IRS    5000u
#define RIG_STREAM 7u /* of the peer's data: byte n of the connection is byte n - 1 of it */
#define RIG_OWN    8u /* of our own data */

struct tcp_rig {
    struct tcp tcp;
    struct packets packets;
    struct fx fx;
    struct dice dice;
    struct tcp_host host;
    sim_time now;
    sim_time due[TCP_TIMER_COUNT]; /* SIM_NEVER: stopped */
    struct buf said_text, told_text, drop_text, item_text;
    const char *said;    /* segments sent since the last call or segment, "; " between them */
    const char *told;    /* indications */
    const char *dropped; /* refusals: class and reason */
    const char *items;   /* "KEY STATE" of out-of-order pieces */
    uint64_t got;        /* bytes delivered, in order and of the right content */
    uint64_t given;      /* bytes given to SEND */
    bool has_ended, has_spawned;
    bool shows_window, shows_options;
    unsigned shown[2]; /* states of the two machines as the trace knows them */
    struct unit unit;  /* of the last packet */
    struct net child;  /* of the last FX_SPAWN */
    unsigned last_why;
    sim_time rtt;                /* last measured */
    uint8_t heard_ecn, said_ecn; /* ECN bits of what it hears, of what it sent last */
    uint32_t irs;                /* the peer's ISN */
};

static inline struct net rig_key(void)
{
    return (struct net){.from = {0x0a000001, 49152}, .to = {0x0a000002, 80}};
}

static inline void rig_separate(struct buf *b)
{
    buf_str(b, b->len ? "; " : "");
}

static inline void rig_send(struct tcp_rig *r, const struct effect *e)
{
    const struct packet *p = packet_at(&r->packets, e->index);
    struct notation_style style = {.isn = r->tcp.iss,
                                   .peer_isn = r->tcp.irs,
                                   .window = r->shows_window,
                                   .options = r->shows_options};
    struct notation n;
    ck_assert(notation_of("tcp", packet_head(p), p->body.len, &n));
    n.has_window = true;
    rig_separate(&r->said_text);
    notation_print(&n, style, &r->said_text);
    r->unit = p->unit;
    r->said_ecn = p->net.ecn;
    r->last_why = e->why;
    if (p->body.len) {
        int64_t at = tcp_offset(r->tcp.iss, r->tcp.snd_una, n.tcp.seq);
        ck_assert_uint_eq(p->body.stream, RIG_OWN);
        ck_assert_int_eq((int64_t)p->body.at, at - 1);
    }
    packet_release(&r->packets, e->index);
}

static inline void rig_tell(struct tcp_rig *r, const struct effect *e)
{
    static const char *const common[] = {
        [CODE_DATA] = "data",         [CODE_OPENED] = "opened", [CODE_ACCEPTED] = "accepted",
        [CODE_WRITABLE] = "writable", [CODE_END] = "end",       [CODE_CLOSED] = "closed",
        [CODE_RESULT] = "result"};
    bool is_error = e->code == CODE_CLOSED || e->code == CODE_RESULT;
    rig_separate(&r->told_text);
    buf_str(&r->told_text,
            e->code >= CODE_OWN ? tcp_type.calls[e->code - CODE_OWN] : common[e->code]);
    if (is_error && e->body.len) {
        buf_printf(&r->told_text, " %s", errno_code_name(e->body.len));
    } else if (e->body.len) {
        buf_printf(&r->told_text, " %u", e->body.len);
    }
    if (e->code == CODE_DATA) {
        ck_assert_uint_eq(e->body.stream, RIG_STREAM);
        ck_assert_uint_eq(e->body.at, r->got);
        r->got += e->body.len;
    }
}

static inline void rig_apply(struct tcp_rig *r, const struct effect *e)
{
    switch (e->kind) {
    case FX_SEND: rig_send(r, e); break;
    case FX_TIMER: r->due[e->code] = e->value; break;
    case FX_SPAWN:
        r->has_spawned = true;
        r->child = e->net;
        break;
    case FX_END: r->has_ended = true; break;
    case FX_INDICATE: rig_tell(r, e); break;
    case FX_STATE:
        ck_assert(edge_allowed(&tcp_machines[e->code], e->index >> 16, e->index & 0xffff));
        ck_assert_uint_eq(r->shown[e->code], e->index >> 16);
        r->shown[e->code] = e->index & 0xffff;
        break;
    case FX_ITEM:
        rig_separate(&r->item_text);
        buf_printf(&r->item_text, "%lld %s", (long long)e->value,
                   tcp_type.sets[e->code].states[e->index]);
        break;
    case FX_DROP:
        rig_separate(&r->drop_text);
        buf_str(&r->drop_text, drop_class_name(e->code));
        break;
    case FX_MESSAGE:
    case FX_HEARD:
    case FX_NOTE: break;
    case FX_RTT: r->rtt = e->value; break;
    case FX_OPEN:
    case FX_REQUEST: ck_abort_msg("TCP opens nothing below itself"); break;
    }
}

/* One input, and everything that follows from it. */
static inline void rig_step(struct tcp_rig *r, struct input *in)
{
    const struct effect *e;
    in->now = in->clock = r->now;
    in->dice = in->host_dice = &r->dice;
    in->host = &r->host;
    r->fx.packets = &r->packets;
    r->fx.proto = &tcp_proto;
    r->shown[TCP_CONNECTION] = r->tcp.state;
    r->shown[TCP_CONTROL] = r->tcp.congestion;
    tcp_type.step(&r->tcp, in, &r->fx);
    while (fx_next(&r->fx, &e)) {
        rig_apply(r, e);
    }
    ck_assert_uint_eq(r->shown[TCP_CONNECTION], r->tcp.state); /* no change goes untold */
    ck_assert_uint_eq(r->shown[TCP_CONTROL], r->tcp.congestion);
    r->said = buf_cstr(&r->said_text);
    r->told = buf_cstr(&r->told_text);
    r->dropped = buf_cstr(&r->drop_text);
    r->items = buf_cstr(&r->item_text);
}

static inline void rig_forget(struct tcp_rig *r)
{
    buf_clear(&r->said_text);
    buf_clear(&r->told_text);
    buf_clear(&r->drop_text);
    buf_clear(&r->item_text);
    r->said = r->told = r->dropped = r->items = "";
}

/* Timers that are due up to `t` run, in the order of time; the clock stops at `t`. */
static inline void rig_until(struct tcp_rig *r, sim_time t)
{
    for (;;) {
        unsigned next = 0;
        for (unsigned i = 1; i < TCP_TIMER_COUNT; i++) {
            next = r->due[i] < r->due[next] ? i : next;
        }
        if (r->due[next] > t || r->has_ended) {
            break;
        }
        r->now = r->due[next];
        r->due[next] = SIM_NEVER;
        rig_step(r, &(struct input){.kind = IN_TIMER, .code = (uint16_t)next});
    }
    r->now = t;
}

/* A segment of the peer's in notation, and what this instant still brings. Without `win` its window
 * is 65535. */
static inline void rig_hear(struct tcp_rig *r, const char *text)
{
    struct notation n;
    struct err err = {0};
    struct buf head = {0};
    struct notation_style style = {
        .isn = seq(r->irs), .peer_isn = r->tcp.state > TCP_LISTEN ? r->tcp.iss : seq(RIG_ISS)};
    rig_forget(r);
    ck_assert_msg(notation_parse(text, style, &n, &err), "%s does not read", text);
    n.tcp.window = n.has_window ? n.tcp.window : 65535;
    n.tcp.from = 80;
    n.tcp.to = 49152;
    int64_t at = seq_diff(style.isn, n.tcp.seq) + !!(n.tcp.flags & TCP_SYN) - 1;
    notation_head(&n, &head);
    uint8_t bytes[TCP_HEADER_MAX];
    size_t len = tcp_encode(&n.tcp, bytes);
    ck_assert_uint_eq(len, head.len);
    struct net key = rig_key();
    struct input in = {.kind = IN_PACKET,
                       .net = {.from = key.to, .to = key.from, .ecn = r->heard_ecn},
                       .head = bytes_of(bytes, len),
                       .body = {.at = (uint64_t)at, .stream = RIG_STREAM, .len = n.len}};
    in.body.stream = n.len ? RIG_STREAM : 0;
    buf_free(&head);
    rig_step(r, &in);
    rig_until(r, r->now);
}

static inline void rig_call(struct tcp_rig *r, unsigned code, uint32_t len)
{
    struct input in = {.kind = IN_REQUEST, .code = (uint16_t)code, .body = {.len = len}};
    if (code == CODE_SEND) {
        in.body = (struct span){.at = r->given, .stream = RIG_OWN, .len = len};
        r->given += len;
    }
    rig_forget(r);
    rig_step(r, &in);
    rig_until(r, r->now);
}

static inline void rig_set(struct tcp_rig *r, enum tcp_set_option which, int64_t value)
{
    struct input in = {
        .kind = IN_REQUEST, .code = TCP_CALL_SET, .body = {.at = (uint64_t)value, .len = which}};
    rig_forget(r);
    rig_step(r, &in);
    rig_until(r, r->now);
}

/* A CLOSED endpoint that knows its key, with the settings' defaults. */
static inline struct tcp_rig rig_closed(void)
{
    struct tcp_rig r = {.dice = dice_make(1, "client.tcp1"), .irs = RIG_IRS};
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        r.due[i] = SIM_NEVER;
    }
    params_initial(&tcp_type, &r.tcp);
    r.tcp.set.isn = RIG_ISS;
    rig_step(&r, &(struct input){.kind = IN_START, .net = rig_key()});
    r.tcp.credit = UINT32_MAX; /* the application takes whatever comes */
    rig_forget(&r);
    return r;
}

static inline void rig_stand(struct tcp *t)
{
    t->iss = seq(RIG_ISS);
    t->irs = seq(RIG_IRS);
    t->snd_una = t->snd_nxt = t->snd_at = 1;
    t->rcv_nxt = t->rcv_acked = 1;
    t->rcv_edge = 1 + 65535;
    t->snd_wnd = t->snd_wnd_max = 65535;
    t->snd_mss = 1460;
    t->rcv_full = 536;
    cc_initial_window(t);
}

/* Our FIN is sent, and acknowledged or not; the peer's has come or not. */
static inline void rig_close(struct tcp *t, bool sent, bool acked, bool got)
{
    t->fin_wanted = t->fin_sent = sent;
    t->snd_at = t->snd_nxt = sent ? 2 : 1;
    t->snd_una = acked ? 2 : 1;
    t->rcv_fin = got;
    t->rcv_nxt = t->rcv_acked = got ? 2 : 1;
    t->end_told = got;
}

/* An endpoint in that state, with nothing under way but what the state itself means. */
static inline struct tcp_rig rig_in(enum tcp_state state)
{
    struct tcp_rig r = rig_closed();
    struct tcp *t = &r.tcp;
    t->state = state;
    switch (state) {
    case TCP_CLOSED: return r;
    case TCP_LISTEN:
        t->is_passive = true;
        t->key.to = (struct addr){0};
        return r;
    case TCP_SYN_SENT:
        t->iss = seq(RIG_ISS);
        t->snd_nxt = t->snd_at = 1;
        return r;
    case TCP_SYN_RECEIVED:
        rig_stand(t);
        t->snd_una = 0;
        t->is_passive = true;
        t->cwnd = t->ssthresh = 0;
        return r;
    case TCP_ESTABLISHED: rig_stand(t); return r;
    case TCP_FIN_WAIT_1: rig_stand(t), rig_close(t, true, false, false); return r;
    case TCP_FIN_WAIT_2: rig_stand(t), rig_close(t, true, true, false); return r;
    case TCP_CLOSE_WAIT: rig_stand(t), rig_close(t, false, false, true); return r;
    case TCP_CLOSING:
    case TCP_LAST_ACK: rig_stand(t), rig_close(t, true, false, true); return r;
    case TCP_TIME_WAIT: rig_stand(t), rig_close(t, true, true, true); return r;
    case TCP_STATE_COUNT: break;
    }
    return r;
}

static inline void rig_free(struct tcp_rig *r)
{
    tcp_type.free(&r->tcp);
    tcp_host_free(&r->host);
    packets_free(&r->packets);
    fx_free(&r->fx);
    buf_free(&r->said_text);
    buf_free(&r->told_text);
    buf_free(&r->drop_text);
    buf_free(&r->item_text);
}

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static inline int rig_run(const char *name, TCase *c)
{
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
