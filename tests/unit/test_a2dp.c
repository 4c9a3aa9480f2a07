/* Bluetooth audio: channels and their refusals, the answers of a sink in each state, the order in
 * which a source asks, and that all is read whole whatever is lost. */
#include "hex.h"
#include "world_rig.h"

#include "base/err.h"
#include "base/os.h"
#include "proto/bluetooth/a2dp.h"
#include "proto/bluetooth/acl.h"
#include "registry.h"
#include "scenario/read.h"
#include "wire/l2cap.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* ---- an end by itself: what it is given, and what it says ---- */

struct end {
    const struct actor_type *type;
    void *self;
    struct packets packets;
    struct streams streams;
    struct fx fx;
    struct dice dice;
    sim_time now;
    uint64_t at; /* in the other side's stream */
    unsigned state[3];
    struct buf said; /* names of messages, a line each */
    struct buf pdu;  /* the last one */
};
enum { LINK = 1 };

static void apply(struct end *e, const struct effect *f)
{
    if (f->kind == FX_MESSAGE) {
        buf_printf(&e->said, "%s\n", (const char *)f->head.data);
        buf_clear(&e->pdu);
        span_read(&e->streams, f->body, &e->pdu);
    } else if (f->kind == FX_STATE) {
        ck_assert_uint_eq(e->state[f->code], f->index >> 16);
        ck_assert(edge_allowed(&e->type->machines[f->code], f->index >> 16, f->index & 0xffff));
        e->state[f->code] = f->index & 0xffff;
    }
}

static void step(struct end *e, struct input in)
{
    const struct effect *f;
    in.now = in.clock = e->now;
    in.dice = in.host_dice = &e->dice;
    buf_clear(&e->said);
    e->type->step(e->self, &in, &e->fx);
    while (fx_next(&e->fx, &f)) {
        apply(e, f);
    }
}

static void end_begin(struct end *e, const struct actor_type *type)
{
    *e = (struct end){.type = type, .self = os_alloc(type->size), .dice = dice_make(1, "end")};
    e->packets.keep = true;
    e->fx.packets = &e->packets;
    e->fx.streams = &e->streams;
    e->fx.next_handle = LINK;
    params_initial(type, e->self);
    step(e, (struct input){.kind = IN_START});
}

static void end_free(struct end *e)
{
    e->type->free(e->self);
    free(e->self);
    fx_free(&e->fx);
    packets_free(&e->packets);
    streams_free(&e->streams);
    buf_free(&e->said);
    buf_free(&e->pdu);
}

static void hear_piece(struct end *e, struct bytes piece, bool begins)
{
    if (begins) {
        step(e, (struct input){.kind = IN_INDICATION, .code = ACL_CALL_BEGIN, .index = LINK});
    }
    struct span body = {.at = e->at, .stream = 99, .len = (uint32_t)piece.len};
    e->at += piece.len;
    step(e,
         (struct input){
             .kind = IN_INDICATION, .code = CODE_DATA, .index = LINK, .head = piece, .body = body});
}

static void hear(struct end *e, const char *pdu)
{
    uint8_t room[256];
    hear_piece(e, unhex(pdu, room), true);
}

/* A signal on channel 0x40. */
static void hear_signal(struct end *e, const char *hex)
{
    uint8_t room[256];
    struct buf pdu = {0};
    l2cap_write(0x40, unhex(hex, room), &pdu);
    hear_piece(e, bytes_of(pdu.data, pdu.len), true);
    buf_free(&pdu);
}

static void expect_signal(const struct end *e, const char *want)
{
    if (!want) {
        ck_assert_uint_eq(e->said.len, 0);
        return;
    }
    ck_assert_uint_ge(e->pdu.len, L2CAP_HEADER);
    ck_assert_uint_gt(e->said.len, 0);
    expect_hex(bytes_of(e->pdu.data + L2CAP_HEADER, e->pdu.len - L2CAP_HEADER), want);
}

static void open_channel(struct end *e, bool is_media)
{
    hear(e,
         is_media ? "08 00 01 00 02 03 04 00 19 00 51 00" : "08 00 01 00 02 01 04 00 19 00 50 00");
    hear(e, is_media ? "0c 00 01 00 04 04 08 00 41 00 00 00 01 02 a0 02"
                     : "0c 00 01 00 04 02 08 00 40 00 00 00 01 02 a0 02");
    hear(e, is_media ? "0e 00 01 00 05 02 0a 00 41 00 00 00 00 00 01 02 a0 02"
                     : "0e 00 01 00 05 01 0a 00 40 00 00 00 00 00 01 02 a0 02");
    ck_assert_uint_eq(e->state[is_media ? 2 : 1], L2CAP_OPEN);
}

START_TEST(a_channel_is_open_when_both_directions_are_agreed_on)
{
    struct end e;
    end_begin(&e, &a2dp_sink_type);
    hear(&e, "08 00 01 00 02 01 04 00 19 00 50 00");
    ck_assert_str_eq(buf_cstr(&e.said), "L2CAP CONNECTION RESPONSE\nL2CAP CONFIGURATION REQUEST\n");
    expect_hex(bytes_of(e.pdu.data, e.pdu.len), "0c 00 01 00 04 01 08 00 50 00 00 00 01 02 a0 02");
    hear(&e, "0c 00 01 00 04 02 08 00 40 00 00 00 01 02 00 04");
    expect_hex(bytes_of(e.pdu.data, e.pdu.len),
               "0e 00 01 00 05 02 0a 00 50 00 00 00 00 00 01 02 00 04");
    ck_assert_uint_eq(e.state[1], L2CAP_CONFIG);
    hear(&e, "0a 00 01 00 05 01 06 00 40 00 00 00 00 00");
    ck_assert_uint_eq(e.state[1], L2CAP_OPEN);
    end_free(&e);
}
END_TEST

/* One row, one PDU to a sink whose signalling channel is open, and the PDU that answers it. */
static const struct {
    const char *heard, *answer;
} refusals[] = {
    {"08 00 01 00 02 07 04 00 01 00 51 00", /* PSM 1: nobody */
     "0c 00 01 00 03 07 08 00 00 00 51 00 02 00 00 00"},
    {"08 00 01 00 02 07 04 00 19 00 51 00", /* AVDTP, but no stream is open: no resources */
     "0c 00 01 00 03 07 08 00 00 00 51 00 04 00 00 00"},
    {"05 00 01 00 99 07 01 00 00", "06 00 01 00 01 07 02 00 00 00"}, /* not understood */
    {"08 00 01 00 06 07 04 00 77 00 50 00",                          /* no such channel */
     "0a 00 01 00 01 07 06 00 02 00 77 00 50 00"},
    {"0c 00 01 00 04 07 08 00 40 00 00 00 01 02 10 00", /* MTU 16: less than may be */
     "0e 00 01 00 05 07 0a 00 50 00 00 00 01 00 01 02 30 00"},
    {"0b 00 01 00 04 07 07 00 40 00 00 00 44 01 00", /* option 0x44 */
     "0c 00 01 00 05 07 08 00 50 00 00 00 03 00 44 00"},
    {"06 00 01 00 08 07 02 00 aa bb", "06 00 01 00 09 07 02 00 aa bb"}, /* an echo */
    {"06 00 01 00 0a 07 02 00 02 00", "08 00 01 00 0b 07 04 00 02 00 01 00"},
    {"08 00 01 00 06 07 04 00 40 00 50 00", "08 00 01 00 07 07 04 00 40 00 50 00"},
};

START_TEST(a_command_has_its_answer)
{
    struct end e;
    end_begin(&e, &a2dp_sink_type);
    open_channel(&e, false);
    hear(&e, refusals[_i].heard);
    expect_hex(bytes_of(e.pdu.data, e.pdu.len), refusals[_i].answer);
    end_free(&e);
}
END_TEST

/* One row, one sentence: in state .state, signal .heard is answered by .answer and leads to .to. */
#define CONFIGURE "30 03 04 04 01 00 07 06 00 00 21 15 02 35"
static const struct {
    enum av_state state;
    const char *heard, *answer;
    enum av_state to;
} judged[] = {
    {AV_IDLE, "00 01", "02 01 04 08", AV_IDLE},
    {AV_OPEN, "00 01", "02 01 06 08", AV_OPEN}, /* in use */
    {AV_IDLE, "10 02 04", "12 02 01 00 07 06 00 00 ff ff 02 35", AV_IDLE},
    {AV_IDLE, "10 0c 04", "12 0c 01 00 07 06 00 00 ff ff 02 35", AV_IDLE},
    {AV_IDLE, "10 02 08", "13 02 12", AV_IDLE}, /* SEID 2 */
    {AV_IDLE, "10 02", "13 02 11", AV_IDLE},    /* no SEID */
    {AV_IDLE, CONFIGURE, "32 03", AV_CONFIGURED},
    {AV_CONFIGURED, CONFIGURE, "33 03 00 13", AV_CONFIGURED},
    {AV_IDLE, "30 03 04 04 01 00 07 08 00 02 80 01 04 03 e8 00", "33 03 07 c2", AV_IDLE}, /* AAC */
    {AV_IDLE, "30 03 04 04 01 00 07 06 00 00 21 15 02 fa", "33 03 07 ce", AV_IDLE},
    {AV_IDLE, "30 03 04 04 01 00 07 06 00 00 ff ff 02 35", "33 03 07 29", AV_IDLE},
    {AV_IDLE, "30 03 04 04 07 06 00 00 21 15 02 35", "33 03 01 1a", AV_IDLE},
    {AV_IDLE, "30 03 04 04 01 00", "33 03 07 1a", AV_IDLE},
    {AV_IDLE, "30 03 04 04 01 00 55 00 07 06 00 00 21 15 02 35", "33 03 55 17", AV_IDLE},
    {AV_CONFIGURED, "40 04 04", "42 04 01 00 07 06 00 00 21 15 02 35", AV_CONFIGURED},
    {AV_IDLE, "40 04 04", "43 04 31", AV_IDLE},
    {AV_IDLE, "40 06 04", "43 06 31", AV_IDLE},
    {AV_CONFIGURED, "40 06 04", "42 06", AV_OPEN},
    {AV_CONFIGURED, "50 07 04", "53 07 04 31", AV_CONFIGURED},
    {AV_OPEN, "50 07 04", "52 07", AV_STREAMING},
    {AV_STREAMING, "50 07 04", "53 07 04 31", AV_STREAMING},
    {AV_STREAMING, "60 09 04", "62 09", AV_OPEN},
    {AV_OPEN, "60 09 04", "63 09 04 31", AV_OPEN},
    {AV_OPEN, "60 05 04 07 06 00 00 21 15 02 20", "62 05", AV_OPEN},
    {AV_STREAMING, "60 05 04 07 06 00 00 21 15 02 20", "63 05 00 31", AV_STREAMING},
    {AV_STREAMING, "70 08 04", "72 08", AV_CLOSING},
    {AV_OPEN, "70 08 04", "72 08", AV_CLOSING},
    {AV_CONFIGURED, "70 08 04", "73 08 31", AV_CONFIGURED},
    {AV_CONFIGURED, "70 0a 04", "72 0a", AV_IDLE}, /* no media channel has to go first */
    {AV_STREAMING, "70 0a 04", "72 0a", AV_ABORTING},
    {AV_CLOSING, "70 0a 04", "72 0a", AV_ABORTING},
    {AV_STREAMING, "70 0a 08", NULL, AV_STREAMING}, /* SEID 2: ABORT is never refused */
    {AV_OPEN, "70 0b 04 00", "73 0b 19", AV_OPEN},
    {AV_OPEN, "70 0d 04 00 10", "73 0d 19", AV_OPEN},
    {AV_OPEN, "70 2a 04", "71 2a", AV_OPEN}, /* no such signal */
    {AV_OPEN, "72 07", NULL, AV_OPEN},       /* an answer to nothing */
};

static void lead_to(struct end *e, enum av_state state)
{
    open_channel(e, false);
    if (state != AV_IDLE) {
        hear_signal(e, CONFIGURE);
    }
    if (state > AV_CONFIGURED) {
        hear_signal(e, "40 06 04");
        open_channel(e, true);
    }
    if (state == AV_STREAMING) {
        hear_signal(e, "50 07 04");
    } else if (state == AV_CLOSING) {
        hear_signal(e, "50 08 04");
    }
    ck_assert_uint_eq(e->state[0], state);
}

START_TEST(a_sink_answers_each_signal_in_each_state)
{
    struct end e;
    end_begin(&e, &a2dp_sink_type);
    lead_to(&e, judged[_i].state);
    hear_signal(&e, judged[_i].heard);
    expect_signal(&e, judged[_i].answer);
    ck_assert_uint_eq(e.state[0], judged[_i].to);
    end_free(&e);
}
END_TEST

/* When the media channel goes the endpoint is free, whether CLOSE came before or not. */
START_TEST(without_its_media_channel_a_stream_is_idle)
{
    static const enum av_state before[] = {AV_OPEN, AV_STREAMING, AV_CLOSING};
    for (int i = 0; i < ROWS(before); i++) {
        struct end e;
        end_begin(&e, &a2dp_sink_type);
        lead_to(&e, before[i]);
        hear(&e, "08 00 01 00 06 07 04 00 41 00 51 00");
        ck_assert_uint_eq(e.state[0], AV_IDLE);
        ck_assert_uint_eq(e.state[2], L2CAP_CLOSED);
        hear_signal(&e, CONFIGURE);
        ck_assert_uint_eq(e.state[0], AV_CONFIGURED);
        end_free(&e);
    }
}
END_TEST

/* A source that is told one thing after the other, in bytes. */
START_TEST(a_source_asks_in_the_order_of_the_profile)
{
    struct end e;
    end_begin(&e, &a2dp_source_type);
    ck_assert_str_eq(buf_cstr(&e.said), "L2CAP CONNECTION REQUEST\n");
    expect_hex(bytes_of(e.pdu.data, e.pdu.len), "08 00 01 00 02 01 04 00 19 00 40 00");
    hear(&e, "0c 00 01 00 03 01 08 00 50 00 40 00 00 00 00 00");
    hear(&e, "0c 00 01 00 04 09 08 00 40 00 00 00 01 02 a0 02");
    hear(&e, "0a 00 01 00 05 02 06 00 40 00 00 00 00 00");
    expect_signal(&e, "10 01");
    hear_signal(&e, "12 01 06 08 08 08"); /* SEID 1 is in use */
    expect_signal(&e, "20 02 08");
    hear_signal(&e, "22 02 01 00 07 06 00 00 3f ff 02 25"); /* 44.1 and 48 kHz, bitpool to 37 */
    expect_signal(&e, "30 03 08 04 01 00 07 06 00 00 21 15 02 25");
    hear_signal(&e, "33 03 07 29");
    ck_assert_str_eq(buf_cstr(&e.said), "L2CAP DISCONNECTION REQUEST\n");
    end_free(&e);
}
END_TEST

/* Its answer never comes. */
START_TEST(a_source_does_not_wait_for_ever)
{
    struct end e;
    end_begin(&e, &a2dp_source_type);
    e.now = 4 * SIM_S;
    step(&e, (struct input){.kind = IN_TIMER, .code = 1});
    ck_assert_uint_eq(e.state[1], L2CAP_CLOSED);
    end_free(&e);
}
END_TEST

START_TEST(a_pdu_cut_anywhere_is_read_whole)
{
    uint8_t room[256];
    struct bytes pdu = unhex("02 00 40 00 00 01", room);
    for (size_t cut = 1; cut < pdu.len; cut++) {
        struct end e;
        end_begin(&e, &a2dp_sink_type);
        open_channel(&e, false);
        hear_piece(&e, bytes_sub(pdu, 0, cut), true);
        ck_assert_uint_eq(e.said.len, 0);
        hear_piece(&e, bytes_sub(pdu, cut, pdu.len), false);
        expect_signal(&e, "02 01 04 08");
        end_free(&e);
    }
}
END_TEST

/* The rest of the first frame was given up; a piece without its beginning is nobody's. */
START_TEST(a_frame_of_which_a_part_is_missing_is_thrown_away)
{
    uint8_t room[256];
    struct bytes pdu = unhex("02 00 40 00 00 01", room);
    struct end e;
    end_begin(&e, &a2dp_sink_type);
    open_channel(&e, false);
    hear_piece(&e, bytes_sub(pdu, 0, 3), true);
    hear_piece(&e, pdu, true);
    expect_signal(&e, "02 01 04 08");
    hear_piece(&e, bytes_sub(pdu, 3, 3), false);
    ck_assert_uint_eq(e.said.len, 0);
    int64_t vars[3];
    a2dp_sink_type.read(e.self, vars);
    ck_assert_int_eq(vars[2], 1);
    end_free(&e);
}
END_TEST

/* ---- both ends over a radio that loses ---- */

struct heard {
    uint64_t said, heard;
};

static struct heard run(int64_t type, int64_t loss_ppb, int64_t bitpool, uint64_t seed)
{
    struct rig r;
    struct heard out = {0};
    rig_init(&r);
    uint32_t a = rig_node(&r, "a", SCENARIO_HOST), b = rig_node(&r, "b", SCENARIO_HOST);
    rig_link(&r, a, b, 1000000, 0);
    for (int i = 0; i < 2; i++) {
        r.links[0].direction[i].loss = (struct loss){.kind = LOSS_CHANCE, .chance = loss_ppb};
    }
    struct scenario_traffic *t = rig_traffic(&r, "a2dp", a, b);
    rig_set(t, "packet", type);
    rig_set(t, "bitpool", bitpool);
    rig_set(t, "suspend", 300 * SIM_MS);
    rig_set(t, "resume", 500 * SIM_MS);
    rig_set(t, "for", SIM_S);
    r.sc.seed = seed;
    r.sc.stop = 100 * SIM_S;
    rig_run(&r, true);
    for (uint32_t n = 1; n <= r.trace.count; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        if (record_message(&r.trace, rec)) {
            out.said += (rec->code & 255) == MESSAGE_SENT;
            out.heard += (rec->code & 255) == MESSAGE_RECEIVED;
        }
    }
    for (uint32_t e = 1; e <= r.trace.entity_count; e++) {
        bool is_end = r.trace.entities[e].type && r.trace.entities[e].type->machines == av_machines;
        for (unsigned m = 0; is_end && m < 3; m++) { /* IDLE, CLOSED, CLOSED */
            ck_assert_uint_eq(trace_state_at(&r.trace, e, m, r.sc.stop), 0);
        }
    }
    rig_free(&r);
    return out;
}

START_TEST(whatever_is_lost_all_that_is_said_is_heard)
{
    static const int64_t bitpools[] = {14, 35, 53}; /* what DH1, DH3, DH5 carry at such a loss */
    struct heard h =
        run(_i % 3, 250000000, bitpools[_i % 3] / (_i % 3 == 0 ? 2 : 1), (uint64_t)_i + 1);
    ck_assert_uint_gt(h.said, 40);
    ck_assert_uint_eq(h.said, h.heard);
}
END_TEST

/* What is wrong in a file is told with the place and the nearest word. */
static const struct {
    const char *traffic, *expect, *told;
} wrong_files[] = {
    {"{from: a, to: b, suspand: 1 s}", "a: IDLE", "did you mean 'suspend'?"},
    {"{from: a, to: b, ending: abrt}", "a: IDLE", "did you mean 'abort'?"},
    {"{from: a, to: b, codec: aptX}", "a: IDLE", "accepted: SBC, AAC"},
    {"{from: a, to: b, bitpool: 1}", "a: IDLE", "it takes 2 to 250"},
    {"{from: a, to: b, frames: 3}", "a: IDLE", "unknown key 'frames' in 'a2dp'"},
    {"{from: a, to: b}", "a: STREEMING", "did you mean 'STREAMING'?"},
    {"{from: a, to: b}", "a: {state: OPEN, machine: medium}", "did you mean 'media'?"},
    {"{from: a, to: c}", "a: IDLE", "a2dp runs on one link, and none joins 'a' and 'c' directly"},
    {"{from: a, to: b}", "a: {state: WAIT_DISCONNECT, machine: media}", NULL},
};

START_TEST(a_wrong_word_is_told_with_the_nearest)
{
    struct buf text = {0}, said = {0};
    struct err err = {.lang = LANG_EN};
    struct scenario *sc = NULL;
    buf_printf(&text,
               "hosts: {a: 10.0.0.1, b: 10.0.0.2, c: 10.0.0.3}\n"
               "links: [{between: [a, b], rate: 1 Mbit/s}, {between: [b, c]}]\n"
               "traffic: [a2dp: %s]\nexpect: [{at: 1 s, %s}]\n",
               wrong_files[_i].traffic, wrong_files[_i].expect);
    bool good = scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    err_format(&err, &said);
    const char *told = wrong_files[_i].told;
    ck_assert_ptr_null(strstr(buf_cstr(&said), "leave their slots"));
    ck_assert_msg(good == !told && (!told || strstr(buf_cstr(&said), told)), "%s", buf_cstr(&said));
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
    buf_free(&said);
}
END_TEST

/* With a delay of 10 ms the answer comes when it means another packet. */
START_TEST(a_link_on_which_slots_are_missed_is_warned_of)
{
    static const char *const links[] = {"rate: 1 Mbit/s, delay: 10 ms", "rate: 100 kbit/s",
                                        "rate: 1 Mbit/s, jitter: 1 ms"};
    for (int i = 0; i < ROWS(links); i++) {
        struct buf text = {0}, said = {0};
        struct err err = {.lang = LANG_EN};
        struct scenario *sc = NULL;
        buf_printf(&text,
                   "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b], %s}]\n"
                   "traffic: [a2dp: {from: a, to: b}]\n",
                   links[i]);
        ck_assert(scenario_read_text("x", buf_cstr(&text), registry(), NULL, 0, &sc, &err));
        err_format(&err, &said);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&said), "leave their slots of 625 us"));
        scenario_free(sc);
        err_free(&err);
        buf_free(&text);
        buf_free(&said);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("a2dp");
    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 60);
    tcase_add_test(ends, a_channel_is_open_when_both_directions_are_agreed_on);
    tcase_add_loop_test(ends, a_command_has_its_answer, 0, ROWS(refusals));
    tcase_add_loop_test(ends, a_sink_answers_each_signal_in_each_state, 0, ROWS(judged));
    tcase_add_test(ends, without_its_media_channel_a_stream_is_idle);
    tcase_add_test(ends, a_source_asks_in_the_order_of_the_profile);
    tcase_add_test(ends, a_source_does_not_wait_for_ever);
    tcase_add_test(ends, a_pdu_cut_anywhere_is_read_whole);
    tcase_add_test(ends, a_frame_of_which_a_part_is_missing_is_thrown_away);
    tcase_add_loop_test(ends, whatever_is_lost_all_that_is_said_is_heard, 0, 6);
    tcase_add_test(ends, a_link_on_which_slots_are_missed_is_warned_of);
    tcase_add_loop_test(ends, a_wrong_word_is_told_with_the_nearest, 0, ROWS(wrong_files));
    suite_add_tcase(s, ends);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
