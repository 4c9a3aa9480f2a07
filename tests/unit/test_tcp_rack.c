/* Recovery by time (RACK-TLP, RFC 8985) and needless timeouts (F-RTO, RFC 5682), instant by
 * instant. Segments have 1000 bytes, the round trip takes 100 ms. */
#include "proto/tcp/recovery.h"
#include "tcp_rig.h"

#define RTT (100 * SIM_MS)

static struct tcp_rig rig_made(int64_t recovery, bool sack, bool f_rto)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    struct tcp *t = &r.tcp;
    t->snd_mss = 1000;
    t->sack_ok = sack;
    t->set.recovery = recovery;
    t->set.f_rto = f_rto;
    t->srtt = RTT;
    t->rttvar = 0;
    cc_initial_window(t);
    rack_start(t);
    return r;
}

static struct tcp_rig rig_with_rack(uint32_t bytes)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_RACK, true, false);
    rig_call(&r, CODE_SEND, bytes);
    return r;
}

/* What is heard, or what the timers bring, at `at` ms. */
static const char *at(struct tcp_rig *r, int64_t ms, const char *in)
{
    rig_forget(r);
    rig_until(r, ms * SIM_MS - (in != NULL));
    if (in) {
        ck_assert_str_eq(r->said, "");
        r->now = ms * SIM_MS;
        rig_hear(r, in);
    }
    return r->said;
}

/* RFC 8985 3.4: of P0 to P3 the last three are lost, and so is the first retransmission of P1. */
START_TEST(the_example_of_the_rfc)
{
    struct tcp_rig r = rig_with_rack(4000);
    ck_assert_str_eq(at(&r, 100, ". 1:1 ack 1001"), "");
    ck_assert_str_eq(at(&r, 300, NULL), "P. 3001:4001 ack 1"); /* the probe, 2 SRTT later */
    ck_assert_uint_eq(r.last_why, TCP_WHY_TLP);
    ck_assert_str_eq(at(&r, 400, ". 1:1 ack 1001 sack 3001:4001"),
                     ". 1001:2001 ack 1; . 2001:3001 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_RACK);
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    /* P2 left together with P1, and behind it: P1 is lost once more */
    ck_assert_str_eq(at(&r, 500, ". 1:1 ack 1001 sack 2001:4001"), ". 1001:2001 ack 1");
    ck_assert_str_eq(at(&r, 600, ". 1:1 ack 4001"), "");
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    ck_assert_uint_eq(r.tcp.rack->count, 0);
    rig_free(&r);
}
END_TEST

/* 6.2 step 5: a quarter of the shortest round trip is left for reordering. */
START_TEST(the_reordering_window_passes_first)
{
    struct tcp_rig r = rig_with_rack(4000);
    ck_assert_str_eq(at(&r, 100, ". 1:1 ack 1 sack 1001:2001"), "");
    ck_assert_int_eq(r.due[TCP_REORDERING], 125 * SIM_MS);
    ck_assert_int_eq(r.tcp.rack->min_rtt, RTT);
    ck_assert_str_eq(at(&r, 124, NULL), "");
    ck_assert_str_eq(at(&r, 125, NULL), ". 1:1001 ack 1");
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    rig_free(&r);
}
END_TEST

/* Step 3: what arrives late after all has been overtaken. From then on three do not make it lost.
 */
START_TEST(reordering_is_learnt)
{
    struct tcp_rig r = rig_with_rack(12000);
    ck_assert(!r.tcp.rack->reordering_seen);
    at(&r, 100, ". 1:1 ack 1 sack 1001:2001");
    at(&r, 110, ". 1:1 ack 2001");
    ck_assert(r.tcp.rack->reordering_seen);
    ck_assert_int_eq(r.due[TCP_REORDERING], SIM_NEVER);
    ck_assert_str_eq(at(&r, 120, ". 1:1 ack 2001 sack 3001:6001"), "");
    ck_assert_int_eq(r.due[TCP_REORDERING], 145 * SIM_MS); /* 0 + 120 + 25 */
    rig_free(&r);
}
END_TEST

/* Step 4: without reordering so far, three segments that have arrived are enough. */
START_TEST(three_are_enough_where_nothing_was_reordered)
{
    struct tcp_rig r = rig_with_rack(4000);
    ck_assert_str_eq(at(&r, 100, ". 1:1 ack 1 sack 1001:4001"), ". 1:1001 ack 1");
    ck_assert_int_eq(r.tcp.congestion, TCP_RECOVERY);
    ck_assert_uint_eq(r.tcp.ssthresh, 2000); /* RFC 5681 (4): half of what was under way */
    ck_assert_uint_eq(r.tcp.cwnd, 2000);
    rig_free(&r);
}
END_TEST

/* What is acknowledged in part goes again without that part. */
START_TEST(only_what_lacks_goes_again)
{
    struct tcp_rig r = rig_with_rack(4000);
    ck_assert_str_eq(at(&r, 100, ". 1:1 ack 501 sack 1001:4001"), ". 501:1001 ack 1");
    rig_free(&r);
}
END_TEST

/* Step 4: each round that reports a duplicate widens the window by a quarter, SRTT at most; sixteen
 * recoveries without one narrow it again. */
START_TEST(duplicates_widen_the_window)
{
    struct tcp_rig r = rig_with_rack(30000);
    struct tcp_rack *rack = r.tcp.rack;
    at(&r, 100, ". 1:1 ack 1001");
    at(&r, 101, ". 1:1 ack 1001 sack 1:501");
    ck_assert_uint_eq(rack->reo_wnd_mult, 2);
    at(&r, 102, ". 1:1 ack 1001 sack 1:501"); /* the same round */
    ck_assert_uint_eq(rack->reo_wnd_mult, 2);
    ck_assert_int_eq(rack->dsack_round, r.tcp.snd_nxt);
    ck_assert_uint_eq(rack->reo_wnd_persist, 16);
    ck_assert_int_eq(rack->reo_wnd, 50 * SIM_MS);
    char in[64];
    snprintf(in, sizeof in, ". 1:1 ack %d sack 1:501", (int)r.tcp.snd_nxt);
    at(&r, 103, in);
    ck_assert_uint_eq(rack->reo_wnd_mult, 3);
    rack->reo_wnd_persist = 1;
    rack->dsack_round = 0;
    r.tcp.recover = r.tcp.snd_una + 1;
    rack->in_rto = true;
    snprintf(in, sizeof in, ". 1:1 ack %d", (int)r.tcp.snd_una + 1000);
    at(&r, 104, in);
    ck_assert_uint_eq(rack->reo_wnd_mult, 1);
    rig_free(&r);
}
END_TEST

/* RFC 2883 5: only what lies below the acknowledgement has come twice; a block that begins there
 * has not. */
START_TEST(a_block_at_the_acknowledgement_is_no_duplicate)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 100, ". 1:1 ack 1001 sack 1001:1501");
    ck_assert_uint_eq(r.tcp.rack->reo_wnd_mult, 1);
    at(&r, 101, ". 1:1 ack 1001 sack 1000:1001");
    ck_assert_uint_eq(r.tcp.rack->reo_wnd_mult, 2);
    rig_free(&r);
}
END_TEST

/* Step 2: an answer that comes sooner than any is one to the first copy, and teaches nothing. */
START_TEST(an_early_answer_to_a_copy_teaches_nothing)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 100, ". 1:1 ack 1001");
    at(&r, 300, NULL); /* the probe, P3 again */
    at(&r, 350, ". 1:1 ack 1001 sack 3001:4001");
    ck_assert_int_eq(r.tcp.rack->xmit_at, 0);
    ck_assert_int_eq(r.tcp.rack->end_seq, 1001);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_free(&r);
}
END_TEST

/* 6.3: a timeout makes the first lost, and all that have had their time; they go again as the
 * window allows. */
START_TEST(a_timeout_goes_by_time)
{
    struct tcp_rig r = rig_with_rack(4000);
    ck_assert_str_eq(at(&r, 200, NULL), "P. 3001:4001 ack 1");
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], 1200 * SIM_MS); /* 7.3: its turn begins anew */
    ck_assert_str_eq(at(&r, 1200, NULL), ". 1:1001 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_TIMEOUT);
    ck_assert_uint_eq(r.tcp.rack->lost, 3);
    ck_assert_str_eq(at(&r, 1300, ". 1:1 ack 1001"), ". 1001:2001 ack 1; . 2001:3001 ack 1");
    ck_assert_str_eq(at(&r, 1400, ". 1:1 ack 4001"), "");
    ck_assert(!r.tcp.rack->in_rto);
    rig_free(&r);
}
END_TEST

/* 6.3: what has left less than a round trip ago may still arrive. 6.2 step 4: while the losses of a
 * timeout are repaired nothing is left for reordering. */
START_TEST(a_timeout_spares_what_has_just_left)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 100, ". 1:1 ack 1001");
    rig_until(&r, r.due[TCP_LOSS_PROBE]);
    rig_until(&r, r.due[TCP_RETRANSMIT] - 50 * SIM_MS);
    rig_forget(&r);
    rig_call(&r, CODE_SEND, 1000);
    ck_assert_str_eq(r.said, "P. 4001:5001 ack 1");
    rig_forget(&r);
    rig_until(&r, r.due[TCP_RETRANSMIT]);
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1");
    ck_assert_uint_eq(r.tcp.rack->lost, 2); /* 2001:4001 */
    rig_until(&r, r.now + RTT);
    rig_hear(&r, ". 1:1 ack 2001");
    ck_assert_int_eq(r.tcp.rack->min_rtt, RTT);
    ck_assert_int_eq(r.tcp.rack->reo_wnd, 0);
    rig_free(&r);
}
END_TEST

/* RFC 2018 8: after a timeout all SACKed bits go, so that everything is sent once more. */
START_TEST(what_was_reported_and_thrown_away_goes_again)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 100, ". 1:1 ack 1 sack 1001:3001");
    at(&r, 110, ". 1:1 ack 1001 sack 1001:3001");
    rig_forget(&r);
    rig_until(&r, r.due[TCP_RETRANSMIT]);
    ck_assert_uint_eq(r.last_why, TCP_WHY_TIMEOUT);
    ck_assert_uint_eq(r.tcp.rack->sacked, 0);
    rig_until(&r, r.now + RTT);
    rig_hear(&r, ". 1:1 ack 2001");
    ck_assert_str_eq(r.said, ". 2001:3001 ack 1; P. 3001:4001 ack 1");
    rig_free(&r);
}
END_TEST

/* RFC 2018 8: the peer has thrown away what it reported. */
START_TEST(a_scoreboard_that_contradicts_itself_is_forgotten)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 100, ". 1:1 ack 1 sack 1001:2001");
    at(&r, 110, ". 1:1 ack 1001");
    ck_assert_uint_eq(r.tcp.sacked.count, 1);
    rig_until(&r, 10 * SIM_S);
    ck_assert_uint_eq(r.tcp.sacked.count, 0);
    rig_hear(&r, ". 1:1 ack 4001");
    ck_assert_int_eq(r.tcp.snd_una, 4001);
    rig_free(&r);
}
END_TEST

/* ---- probes: section 7 ---- */

START_TEST(a_probe_prefers_new_data)
{
    struct tcp_rig r = rig_with_rack(20000);
    ck_assert_int_eq(r.due[TCP_LOSS_PROBE], 200 * SIM_MS);
    ck_assert_str_eq(at(&r, 200, NULL), ". 10001:11001 ack 1"); /* beyond cwnd */
    ck_assert_uint_eq(r.last_why, TCP_WHY_TLP_NEW);
    ck_assert_int_eq(r.tcp.rack->tlp_end, 11001);
    ck_assert_int_eq(r.due[TCP_LOSS_PROBE], SIM_NEVER); /* one at a time */
    at(&r, 300, ". 1:1 ack 11001");
    ck_assert_int_eq(r.tcp.rack->tlp_end, 0);
    rig_free(&r);
}
END_TEST

/* 7.2: for a single segment the peer's delayed acknowledgement is waited for. */
START_TEST(a_single_segment_has_more_time)
{
    struct tcp_rig r = rig_with_rack(500);
    ck_assert_int_eq(r.due[TCP_LOSS_PROBE], 400 * SIM_MS);
    r.tcp.srtt = 0;
    rig_free(&r);
    r = rig_made(TCP_RECOVER_RACK, true, false);
    r.tcp.rto = 150 * SIM_MS; /* sooner than the probe: none */
    rig_call(&r, CODE_SEND, 4000);
    ck_assert_int_eq(r.due[TCP_LOSS_PROBE], SIM_NEVER);
    rig_free(&r);
}
END_TEST

START_TEST(no_probe_while_something_is_out_of_order)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 100, ". 1:1 ack 1 sack 1001:2001");
    ck_assert_int_eq(r.due[TCP_LOSS_PROBE], SIM_NEVER);
    rig_free(&r);
}
END_TEST

/* 7.4: what the answer to a probe that was a copy says. .in comes after ACK of everything before.
 */
static const struct {
    const char *in;
    bool is_over;
    uint32_t cwnd; /* 0: not reduced */
} answers[] = {
    {". 1:1 ack 4001", false, 0},               /* either copy */
    {". 1:1 ack 4001 sack 3001:4001", true, 0}, /* both copies */
    {". 1:1 ack 5001", true, 2000},             /* one copy: a loss, repaired */
    {". 1:1 ack 2001", false, 0},
};

START_TEST(the_answer_to_a_probe_tells)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 200, NULL);
    ck_assert_int_eq(r.tcp.rack->tlp_end, 4001);
    rig_call(&r, CODE_SEND, 1000);
    uint32_t before = r.tcp.cwnd;
    at(&r, 300, answers[_i].in);
    ck_assert_int_eq(r.tcp.rack->tlp_end == 0, answers[_i].is_over);
    if (answers[_i].cwnd) {
        ck_assert_uint_eq(r.tcp.cwnd, answers[_i].cwnd);
        ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    } else {
        ck_assert_uint_ge(r.tcp.cwnd, before);
    }
    rig_free(&r);
}
END_TEST

START_TEST(a_peer_without_d_sack_answers_a_needless_probe_plainly)
{
    struct tcp_rig r = rig_with_rack(4000);
    at(&r, 200, NULL);
    at(&r, 210, ". 1:1 ack 4001");
    rig_call(&r, CODE_SEND, 1000);
    at(&r, 300, ". 1:1 ack 4001");
    ck_assert_int_eq(r.tcp.rack->tlp_end, 0);
    ck_assert_int_eq(r.tcp.congestion, TCP_SLOW_START);
    rig_free(&r);
}
END_TEST

/* Without SACK there is no RACK. */
START_TEST(rack_needs_sack)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_RACK, false, false);
    rig_call(&r, CODE_SEND, 4000);
    ck_assert_ptr_null(r.tcp.rack);
    ck_assert_int_eq(r.due[TCP_LOSS_PROBE], SIM_NEVER);
    rig_free(&r);
}
END_TEST

/* ---- F-RTO: RFC 5682 ---- */

/* Ten segments, a timeout at 1 s; then .first and .second, what they let go, and what it was taken
 * for. */
static const struct {
    bool sack;
    uint32_t bytes;
    const char *first, *first_out, *second, *second_out;
    bool is_spurious;
    uint32_t cwnd;
} timeouts[] = {
    /* 2.1 (3b): what went once is acknowledged: 10000 under way and 1000 just gone */
    {false, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1", ". 1:1 ack 2001",
     ". 12001:13001 ack 1", true, 11000},
    /* (3a): a duplicate: the new ones have arrived, the old ones have not */
    {false, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1", ". 1:1 ack 1001",
     ". 1001:2001 ack 1; . 2001:3001 ack 1; . 3001:4001 ack 1", false, 3000},
    /* (2a): a duplicate at once, or everything: nothing can be told */
    {false, 50000, ". 1:1 ack 1", "", ". 1:1 ack 1001", ". 1001:2001 ack 1; . 2001:3001 ack 1",
     false, 2000},
    {false, 50000, ". 1:1 ack 10001", ". 10001:11001 ack 1; . 11001:12001 ack 1", ". 1:1 ack 12001",
     ". 12001:13001 ack 1; . 13001:14001 ack 1; . 14001:15001 ack 1", false, 3000},
    /* (2b) without new data: as ever */
    {false, 10000, ". 1:1 ack 1001", ". 1001:2001 ack 1; . 2001:3001 ack 1", ". 1:1 ack 10001", "",
     false, 3000},
    /* 3.1 (3b), by SACK: bytes below the end of what was sent before */
    {true, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1",
     ". 1:1 ack 1001 sack 2001:3001", ". 12001:13001 ack 1", true, 11000},
    /* (3a): only the new ones */
    {true, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1",
     ". 1:1 ack 1001 sack 10001:11001", ". 1001:2001 ack 1; . 2001:3001 ack 1; . 3001:4001 ack 1",
     false, 3000},
    /* (3b): up to the end of what was sent before, and no further */
    {true, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1", ". 1:1 ack 10001",
     ". 12001:13001 ack 1; . 13001:14001 ack 1; . 14001:15001 ack 1; . 15001:16001 ack 1; "
     ". 16001:17001 ack 1; . 17001:18001 ack 1; . 18001:19001 ack 1; . 19001:20001 ack 1; "
     ". 20001:21001 ack 1",
     true, 11000},
    {true, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1",
     ". 1:1 ack 1001 sack 9001:10001", ". 12001:13001 ack 1", true, 11000},
    /* a duplicate that reports nothing proves nothing */
    {true, 50000, ". 1:1 ack 1001", ". 10001:11001 ack 1; . 11001:12001 ack 1", ". 1:1 ack 1001",
     ". 1001:2001 ack 1; . 2001:3001 ack 1; . 3001:4001 ack 1", false, 3000},
    /* (2): duplicates are waited out */
    {true, 50000, ". 1:1 ack 1 sack 1001:2001", "", ". 1:1 ack 2001",
     ". 10001:11001 ack 1; . 11001:12001 ack 1", false, 1000},
};

START_TEST(a_needless_timeout_is_taken_back)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_AUTO, timeouts[_i].sack, true);
    rig_call(&r, CODE_SEND, timeouts[_i].bytes);
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, ". 1:1001 ack 1");
    ck_assert_int_eq(r.tcp.rto, 2 * SIM_S);
    rig_hear(&r, timeouts[_i].first);
    ck_assert_str_eq(r.said, timeouts[_i].first_out);
    rig_hear(&r, timeouts[_i].second);
    ck_assert_str_eq(r.said, timeouts[_i].second_out);
    ck_assert_uint_eq(r.tcp.cwnd, timeouts[_i].cwnd);
    ck_assert_uint_eq(r.tcp.ssthresh, timeouts[_i].is_spurious ? 65535 : 5000);
    if (timeouts[_i].is_spurious) {
        ck_assert_int_eq(r.tcp.rto, SIM_S);
        ck_assert_int_eq(r.tcp.frto, 0);
    }
    rig_free(&r);
}
END_TEST

/* RFC 4015 3.2 and RFC 6298 2.3: ssthresh is what it was, and at ssthresh slow start is over; the
 * timeout is SRTT + 4 RTTVAR again. */
START_TEST(what_was_known_before_the_timeout_counts_again)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_AUTO, false, true);
    r.tcp.ssthresh = 11000;
    r.tcp.rttvar = 300 * SIM_MS;
    rig_call(&r, CODE_SEND, 50000);
    rig_until(&r, SIM_S);
    rig_hear(&r, ". 1:1 ack 1001");
    rig_hear(&r, ". 1:1 ack 2001");
    ck_assert_uint_eq(r.tcp.cwnd, 11000);
    ck_assert_uint_eq(r.tcp.ssthresh, 11000);
    ck_assert_int_eq(r.tcp.congestion, TCP_AVOIDANCE);
    ck_assert_int_eq(r.tcp.rto, 1300 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* A second timeout of the same data proves nothing; nor is anything looked at unless asked for. */
START_TEST(only_a_first_timeout_is_doubted)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_AUTO, true, true);
    rig_call(&r, CODE_SEND, 50000);
    rig_until(&r, SIM_S);
    ck_assert_int_eq(r.tcp.frto, 1);
    rig_until(&r, 3 * SIM_S);
    ck_assert_int_eq(r.tcp.frto, 0);
    rig_free(&r);
    r = rig_made(TCP_RECOVER_AUTO, true, false);
    rig_call(&r, CODE_SEND, 50000);
    rig_until(&r, SIM_S);
    ck_assert_int_eq(r.tcp.frto, 0);
    rig_free(&r);
}
END_TEST

/* RFC 5682 2.1 (2b): a FIN alone is no unsent data, so the losses are repaired as ever. */
START_TEST(a_fin_alone_asks_nothing)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_AUTO, false, true);
    rig_call(&r, CODE_SEND, 10000);
    rig_until(&r, SIM_S);
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "");
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_str_eq(r.said, ". 1001:2001 ack 1; . 2001:3001 ack 1");
    ck_assert_int_eq(r.tcp.frto, 0);
    rig_free(&r);
}
END_TEST

/* With RACK: what it had given up at the timeout is not lost after all. */
START_TEST(f_rto_and_rack_agree)
{
    struct tcp_rig r = rig_made(TCP_RECOVER_RACK, true, true);
    rig_call(&r, CODE_SEND, 50000);
    rig_until(&r, 1200 * SIM_MS); /* a probe at 0.2 s, 10001:11001 */
    ck_assert_uint_gt(r.tcp.rack->lost, 0);
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_str_eq(r.said, ". 11001:12001 ack 1; . 12001:13001 ack 1");
    rig_hear(&r, ". 1:1 ack 2001");
    ck_assert_str_eq(r.said, ". 13001:14001 ack 1"); /* 11000 under way, and nothing lost */
    ck_assert_uint_eq(r.tcp.rack->lost, 0);
    ck_assert(!r.tcp.rack->in_rto);
    ck_assert_uint_eq(r.tcp.cwnd, 12000);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("rack");
    tcase_add_test(c, the_example_of_the_rfc);
    tcase_add_test(c, the_reordering_window_passes_first);
    tcase_add_test(c, reordering_is_learnt);
    tcase_add_test(c, three_are_enough_where_nothing_was_reordered);
    tcase_add_test(c, only_what_lacks_goes_again);
    tcase_add_test(c, a_block_at_the_acknowledgement_is_no_duplicate);
    tcase_add_test(c, duplicates_widen_the_window);
    tcase_add_test(c, an_early_answer_to_a_copy_teaches_nothing);
    tcase_add_test(c, a_timeout_goes_by_time);
    tcase_add_test(c, a_timeout_spares_what_has_just_left);
    tcase_add_test(c, what_was_reported_and_thrown_away_goes_again);
    tcase_add_test(c, a_scoreboard_that_contradicts_itself_is_forgotten);
    tcase_add_test(c, a_probe_prefers_new_data);
    tcase_add_test(c, a_single_segment_has_more_time);
    tcase_add_test(c, no_probe_while_something_is_out_of_order);
    tcase_add_loop_test(c, the_answer_to_a_probe_tells, 0, ROWS(answers));
    tcase_add_test(c, a_peer_without_d_sack_answers_a_needless_probe_plainly);
    tcase_add_test(c, rack_needs_sack);
    tcase_add_loop_test(c, a_needless_timeout_is_taken_back, 0, ROWS(timeouts));
    tcase_add_test(c, what_was_known_before_the_timeout_counts_again);
    tcase_add_test(c, only_a_first_timeout_is_doubted);
    tcase_add_test(c, a_fin_alone_asks_nothing);
    tcase_add_test(c, f_rto_and_rack_agree);
    return rig_run("tcp-rack", c);
}
