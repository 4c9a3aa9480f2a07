/* Data in both directions: acknowledgements, reassembly, windows, Nagle, the buffers. */
#include "tcp_rig.h"

/* RFC 9293 3.8.6.3: at least every second full segment, and nothing waits longer than 200 ms. */
START_TEST(every_second_segment_is_acknowledged)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1461 ack 1");
    ck_assert_str_eq(r.said, "");
    ck_assert_int_eq(r.due[TCP_DELAYED_ACK], 200 * SIM_MS);
    rig_hear(&r, ". 1461:2921 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 2921");
    ck_assert_int_eq(r.due[TCP_DELAYED_ACK], SIM_NEVER);
    rig_hear(&r, ". 2921:4381 ack 1");
    ck_assert_str_eq(r.said, "");
    rig_until(&r, 200 * SIM_MS);
    ck_assert_str_eq(r.said, ". 1:1 ack 4381");
    rig_free(&r);
}
END_TEST

START_TEST(the_first_of_two_does_not_move_the_delay)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:101 ack 1");
    rig_until(&r, 150 * SIM_MS);
    rig_hear(&r, ". 101:201 ack 1");
    ck_assert_int_eq(r.due[TCP_DELAYED_ACK], 200 * SIM_MS);
    rig_free(&r);
}
END_TEST

START_TEST(without_delay_every_segment_is_acknowledged)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.delayed_ack = -1;
    rig_hear(&r, ". 1:2 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 2");
    rig_free(&r);
}
END_TEST

START_TEST(data_carries_the_acknowledgement)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:11 ack 1");
    rig_call(&r, CODE_SEND, 5);
    ck_assert_str_eq(r.said, "P. 1:6 ack 11");
    ck_assert_int_eq(r.due[TCP_DELAYED_ACK], SIM_NEVER);
    rig_free(&r);
}
END_TEST

/* RFC 5681 4.2: a gap is reported at once, and so is its filling. */
START_TEST(a_gap_is_reported_at_once)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 11:21 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    ck_assert_str_eq(r.items, "11 waiting");
    rig_hear(&r, ". 31:41 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_hear(&r, ". 1:11 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 21");
    ck_assert_str_eq(r.items, "11 taken");
    ck_assert_uint_eq(r.got, 20);
    rig_hear(&r, ". 21:31 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 41");
    ck_assert_uint_eq(r.got, 40);
    rig_free(&r);
}
END_TEST

/* Part of a gap is filled while another stays open: told at once as well. */
START_TEST(part_of_a_gap_is_acknowledged_at_once)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 21:31 ack 1");
    rig_hear(&r, ". 1:11 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 11");
    rig_free(&r);
}
END_TEST

/* Four pieces that overlap, in every order: 1 to 40, each byte once. */
static const char *const pieces[] = {". 1:11 ack 1", ". 8:21 ack 1", ". 21:31 ack 1",
                                     ". 25:41 ack 1"};

START_TEST(pieces_join_in_every_order)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    int left[] = {0, 1, 2, 3}, code = _i;
    for (int n = 4; n > 0; n--) {
        int pick = code % n;
        code /= n;
        rig_hear(&r, pieces[left[pick]]);
        memmove(left + pick, left + pick + 1, (size_t)(3 - pick) * sizeof *left);
    }
    ck_assert_uint_eq(r.got, 40);
    ck_assert_int_eq(r.tcp.rcv_nxt, 41);
    ck_assert_ptr_null(pieces_first(&r.tcp.waiting));
    rig_free(&r);
}
END_TEST

/* A piece that covers several others and the gaps between them. */
START_TEST(a_large_piece_fills_what_lies_between)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 11:16 ack 1");
    rig_hear(&r, ". 21:26 ack 1");
    rig_hear(&r, ". 6:31 ack 1");
    ck_assert_str_eq(r.items, "6 waiting; 16 waiting; 26 waiting");
    rig_hear(&r, ". 1:8 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 31");
    ck_assert_uint_eq(r.got, 30);
    rig_free(&r);
}
END_TEST

START_TEST(an_early_fin_is_remembered)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, "F. 11:21 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_hear(&r, ". 1:11 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSE_WAIT);
    ck_assert_str_eq(r.told, "data 20; end");
    ck_assert_str_eq(r.said, ". 1:1 ack 22");
    rig_free(&r);
}
END_TEST

/* Only what lies in the window is taken, from either end. */
START_TEST(text_is_trimmed_to_the_window)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.rcv_edge = 11;
    r.tcp.set.receive_buffer = 10;
    r.tcp.credit = 0;
    rig_hear(&r, ". -4:6 ack 1");
    ck_assert_int_eq(r.tcp.rcv_nxt, 6);
    rig_hear(&r, ". 6:21 ack 1");
    ck_assert_int_eq(r.tcp.rcv_nxt, 11);
    rig_call(&r, CODE_READ, 100);
    ck_assert_str_eq(r.told, "data 10");
    rig_free(&r);
}
END_TEST

/* ---- the receive window ---- */

/* 3.8.6.2.2: the right edge stays until a full segment or half the buffer has become free. */
START_TEST(the_window_shrinks_by_little_and_opens_by_much)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.shows_window = true;
    r.tcp.set.delayed_ack = -1;
    rig_hear(&r, ". 1:101 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 101 win 65435");
    rig_hear(&r, ". 101:1461 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1461 win 65535");
    rig_free(&r);
}
END_TEST

START_TEST(unread_data_shuts_the_window_and_reading_opens_it)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.shows_window = true;
    r.tcp.set.receive_buffer = 2000;
    r.tcp.rcv_edge = 2001;
    r.tcp.credit = 0;
    rig_hear(&r, ". 1:1461 ack 1");
    rig_hear(&r, ". 1461:2001 ack 1");
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, ". 1:1 ack 2001 win 0");
    ck_assert_str_eq(r.told, "");
    rig_call(&r, CODE_READ, 999);
    ck_assert_str_eq(r.told, "data 999");
    ck_assert_str_eq(r.said, "");
    rig_call(&r, CODE_READ, 1);
    ck_assert_str_eq(r.told, "data 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 2001 win 1000");
    rig_call(&r, CODE_READ, UINT32_MAX);
    ck_assert_str_eq(r.told, "data 1000");
    rig_free(&r);
}
END_TEST

static struct tcp_rig rig_with_full_buffer(void)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 10);
    r.tcp.rcv_edge = r.tcp.rcv_nxt;
    r.tcp.set.receive_buffer = 1;
    r.tcp.credit = 0;
    pieces_append(&r.tcp.unread, 0, (struct span){.stream = RIG_STREAM, .len = 1});
    return r;
}

/* 3.10.7.4: a shut window takes no text, but acknowledgements still count. */
START_TEST(a_shut_window_still_takes_acknowledgements)
{
    struct tcp_rig r = rig_with_full_buffer();
    rig_hear(&r, ". 1:2 ack 11");
    ck_assert_str_eq(r.said, ". 11:11 ack 1");
    ck_assert_int_eq(r.tcp.snd_una, 11);
    ck_assert_int_eq(r.tcp.rcv_nxt, 1);
    rig_free(&r);
}
END_TEST

/* 3.4 table 6: what stands elsewhere than at RCV.NXT is not acceptable while the window is shut,
 * and nor is its acknowledgement; a reset at RCV.NXT is. */
START_TEST(a_shut_window_refuses_what_stands_elsewhere)
{
    struct tcp_rig r = rig_with_full_buffer();
    rig_hear(&r, ". 0:1 ack 11");
    ck_assert_int_eq(r.tcp.snd_una, 1);
    rig_hear(&r, ". 2:3 ack 11");
    ck_assert_int_eq(r.tcp.snd_una, 1);
    rig_hear(&r, "R 1:1");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* A peer that has filled the window acknowledges from its right edge, though a segment is missing.
 */
START_TEST(acknowledgements_at_the_right_edge_count)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 10);
    rig_hear(&r, ". 65536:65536 ack 11");
    ck_assert_int_eq(r.tcp.snd_una, 11);
    rig_hear(&r, "R 65536:65536"); /* a reset there is outside, as table 6 says */
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

START_TEST(what_reads_grant_adds_up)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.credit = 0;
    rig_call(&r, CODE_READ, 5);
    rig_call(&r, CODE_READ, 3);
    rig_hear(&r, ". 1:21 ack 1");
    ck_assert_str_eq(r.told, "data 8");
    rig_call(&r, CODE_READ, UINT32_MAX);
    rig_call(&r, CODE_READ, 7);
    ck_assert_uint_eq(r.tcp.credit, UINT32_MAX);
    rig_free(&r);
}
END_TEST

/* A buffer that was made smaller than what it holds takes nothing; before the handshake it is as
 * large as after it. */
START_TEST(the_buffer_counts_what_is_not_acknowledged)
{
    struct tcp_rig r = rig_in(TCP_SYN_SENT);
    r.tcp.set.send_buffer = 10;
    rig_call(&r, CODE_SEND, 20);
    ck_assert_str_eq(r.told, "accepted 10");
    rig_set(&r, TCP_SET_SEND_BUFFER, 5);
    rig_call(&r, CODE_SEND, 20);
    ck_assert_str_eq(r.told, "accepted");
    rig_free(&r);
}
END_TEST

START_TEST(the_end_is_told_behind_the_data)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.credit = 0;
    rig_hear(&r, "F. 1:11 ack 1");
    ck_assert_str_eq(r.told, "");
    rig_call(&r, CODE_READ, 4);
    ck_assert_str_eq(r.told, "data 4");
    rig_call(&r, CODE_READ, 6);
    ck_assert_str_eq(r.told, "data 6; end");
    rig_call(&r, CODE_READ, 6);
    ck_assert_str_eq(r.told, "");
    rig_free(&r);
}
END_TEST

/* ---- sending ---- */

/* 3.7.4, Nagle: a small segment waits for what is under way; a full one never. */
START_TEST(nagle_keeps_small_segments_back)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 10);
    ck_assert_str_eq(r.said, "P. 1:11 ack 1");
    rig_call(&r, CODE_SEND, 10);
    ck_assert_str_eq(r.said, "");
    rig_call(&r, CODE_SEND, 1455);
    ck_assert_str_eq(r.said, ". 11:1471 ack 1"); /* and 5 bytes wait */
    rig_free(&r);
}
END_TEST

START_TEST(without_nagle_small_segments_go_at_once)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 10);
    rig_call(&r, CODE_SEND, 10);
    rig_set(&r, TCP_SET_NAGLE, 0);
    ck_assert_str_eq(r.said, "P. 11:21 ack 1");
    rig_call(&r, CODE_SEND, 10);
    ck_assert_str_eq(r.said, "P. 21:31 ack 1");
    rig_free(&r);
}
END_TEST

START_TEST(an_acknowledgement_lets_the_small_segment_go)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 10);
    rig_call(&r, CODE_SEND, 10);
    rig_hear(&r, ". 1:1 ack 11");
    ck_assert_str_eq(r.said, "P. 11:21 ack 1");
    rig_free(&r);
}
END_TEST

/* 3.8.6.2.1: no more than the window, and no silly piece of it while something is under way. */
START_TEST(the_window_bounds_what_is_sent)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1 ack 1 win 3000");
    rig_call(&r, CODE_SEND, 5000);
    ck_assert_str_eq(r.said, ". 1:1461 ack 1; . 1461:2921 ack 1");
    rig_hear(&r, ". 1:1 ack 1461 win 3000");
    ck_assert_str_eq(r.said, ". 2921:4381 ack 1");
    rig_free(&r);
}
END_TEST

/* (3): with nothing under way, half of the largest window is worth a segment. */
START_TEST(half_the_largest_window_is_worth_a_segment)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.snd_wnd_max = 1000;
    r.tcp.snd_wnd = 500;
    rig_call(&r, CODE_SEND, 5000);
    ck_assert_str_eq(r.said, ". 1:501 ack 1");
    rig_free(&r);
    r = rig_in(TCP_ESTABLISHED);
    r.tcp.snd_wnd_max = 1002;
    r.tcp.snd_wnd = 500;
    rig_call(&r, CODE_SEND, 5000);
    ck_assert_str_eq(r.said, "");
    ck_assert_int_eq(r.due[TCP_PERSIST], SIM_S);
    rig_free(&r);
}
END_TEST

START_TEST(the_largest_window_is_remembered)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.snd_wnd_max = 100;
    rig_hear(&r, ". 1:1 ack 1 win 5000");
    rig_hear(&r, ". 1:1 ack 1 win 1000");
    ck_assert_uint_eq(r.tcp.snd_wnd_max, 5000);
    ck_assert_uint_eq(r.tcp.snd_wnd, 1000);
    rig_free(&r);
}
END_TEST

/* 3.10.7.4: SND.WL1 and SND.WL2 keep an old segment from changing the window. */
static const struct {
    const char *in;
    uint32_t wnd;
} updates[] = {
    {". 21:21 ack 5 win 500", 500},  /* a newer segment */
    {". 11:21 ack 6 win 500", 500},  /* the same number, a newer acknowledgement */
    {". 11:21 ack 5 win 500", 500},  /* the same numbers again */
    {". 1:11 ack 5 win 500", 4000},  /* an older segment */
    {". 21:21 ack 4 win 500", 4000}, /* it acknowledges less than SND.UNA */
};

START_TEST(an_old_segment_does_not_change_the_window)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 20);
    rig_hear(&r, ". 11:21 ack 5 win 4000");
    rig_hear(&r, updates[_i].in);
    ck_assert_uint_eq(r.tcp.snd_wnd, updates[_i].wnd);
    rig_free(&r);
}
END_TEST

/* The send buffer: what does not fit is not accepted, and half of it free is told. */
START_TEST(a_full_buffer_takes_less_and_says_when_there_is_room)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.send_buffer = 1000;
    rig_call(&r, CODE_SEND, 1500);
    ck_assert_str_eq(r.told, "accepted 1000");
    ck_assert_str_eq(r.said, "P. 1:1001 ack 1");
    rig_hear(&r, ". 1:1 ack 500");
    ck_assert_str_eq(r.told, "");
    rig_hear(&r, ". 1:1 ack 501");
    ck_assert_str_eq(r.told, "writable");
    ck_assert_int_eq(pieces_bytes(&r.tcp.unsent), 500); /* what is acknowledged is forgotten */
    rig_hear(&r, ". 1:1 ack 1001");
    ck_assert_str_eq(r.told, "");
    rig_free(&r);
}
END_TEST

/* What is sent again is cut anew: two small segments become one. */
START_TEST(a_repeat_is_cut_anew)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.nagle = 0;
    rig_call(&r, CODE_SEND, 10);
    rig_call(&r, CODE_SEND, 10);
    rig_forget(&r);
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, "P. 1:21 ack 1");
    rig_free(&r);
}
END_TEST

/* Two sends of different streams cannot share a segment; the bytes stay in order. */
START_TEST(a_segment_holds_one_stream)
{
    struct tcp_pieces p = {0};
    pieces_append(&p, 1, (struct span){.at = 0, .stream = 1, .len = 10});
    pieces_append(&p, 11, (struct span){.at = 10, .stream = 1, .len = 5});
    pieces_append(&p, 16, (struct span){.at = 0, .stream = 2, .len = 5});
    ck_assert_uint_eq(p.count, 2);
    ck_assert_uint_eq(pieces_at(&p, 5, 100).len, 11);
    ck_assert_uint_eq(pieces_at(&p, 5, 100).at, 4);
    ck_assert_uint_eq(pieces_at(&p, 5, 3).len, 3);
    ck_assert_uint_eq(pieces_at(&p, 16, 100).stream, 2);
    ck_assert_uint_eq(pieces_at(&p, 21, 100).len, 0); /* nothing is there yet */
    ck_assert_int_eq(pieces_bytes(&p), 20);
    pieces_append(&p, 21, (struct span){.at = 15, .stream = 1, .len = 5}); /* another stream */
    pieces_append(&p, 26, (struct span){.at = 30, .stream = 1, .len = 5}); /* not the next bytes */
    pieces_append(&p, 31, (struct span){.at = 35, .stream = 1, .len = 0}); /* nothing */
    ck_assert_uint_eq(p.count, 4);
    ck_assert_uint_eq(pieces_at(&p, 30, 100).at, 34);
    ck_assert_int_eq(pieces_bytes(&p), 30);
    pieces_cut(&p, 13);
    ck_assert_int_eq(pieces_first(&p)->at, 13);
    ck_assert_uint_eq(pieces_first(&p)->body.at, 12);
    ck_assert_int_eq(pieces_bytes(&p), 18);
    pieces_cut(&p, 31);
    ck_assert_ptr_null(pieces_first(&p));
    pieces_free(&p);
}
END_TEST

/* What the trace reads: numbers as on the wire, the rest in bytes and nanoseconds. */
static const struct {
    const char *name;
    int64_t value;
} readings[] = {
    {"snd.una", 1101}, {"snd.nxt", 3000},   {"snd.wnd", 5000}, {"rcv.nxt", 5011}, {"rcv.wnd", 990},
    {"cwnd", 14601},   {"ssthresh", 65535}, {"flight", 1899},  {"rto", 1500},     {"srtt", 500},
    {"rttvar", 250},   {"iss", 1000},       {"irs", 5000},     {"mss", 1460},     {"retries", 3},
    {"dup-acks", 2},   {"unread", 7},       {"rtt", 400},      {"sacked", 100},   {"ts.recent", 77},
};

START_TEST(variables_are_read_by_name)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    struct tcp *t = &r.tcp;
    int64_t values[ROWS(readings)];
    t->snd_una = 101;
    t->snd_nxt = 2000;
    t->snd_wnd = 5000;
    t->rcv_nxt = 11;
    t->rcv_edge = 1001;
    t->cwnd = 14601;
    t->rto = 1500;
    t->srtt = 500;
    t->rttvar = 250;
    t->rtt = 400;
    t->ts_recent = 77;
    ranges_add(&t->sacked, 201, 301);
    t->retries = 3;
    t->dup_acks = 2;
    pieces_append(&t->unread, 4, (struct span){.stream = RIG_STREAM, .len = 7});
    ck_assert_uint_eq(var_count(&tcp_type), ROWS(readings));
    tcp_type.read(t, values);
    ck_assert_str_eq(tcp_type.vars[_i].name, readings[_i].name);
    ck_assert_int_eq(values[_i], readings[_i].value);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("data");
    tcase_add_test(c, every_second_segment_is_acknowledged);
    tcase_add_test(c, the_first_of_two_does_not_move_the_delay);
    tcase_add_test(c, without_delay_every_segment_is_acknowledged);
    tcase_add_test(c, data_carries_the_acknowledgement);
    tcase_add_test(c, a_gap_is_reported_at_once);
    tcase_add_test(c, part_of_a_gap_is_acknowledged_at_once);
    tcase_add_loop_test(c, pieces_join_in_every_order, 0, 24);
    tcase_add_test(c, a_large_piece_fills_what_lies_between);
    tcase_add_test(c, an_early_fin_is_remembered);
    tcase_add_test(c, text_is_trimmed_to_the_window);
    tcase_add_test(c, the_window_shrinks_by_little_and_opens_by_much);
    tcase_add_test(c, unread_data_shuts_the_window_and_reading_opens_it);
    tcase_add_test(c, a_shut_window_still_takes_acknowledgements);
    tcase_add_test(c, a_shut_window_refuses_what_stands_elsewhere);
    tcase_add_test(c, acknowledgements_at_the_right_edge_count);
    tcase_add_test(c, what_reads_grant_adds_up);
    tcase_add_test(c, the_buffer_counts_what_is_not_acknowledged);
    tcase_add_test(c, the_end_is_told_behind_the_data);
    tcase_add_test(c, nagle_keeps_small_segments_back);
    tcase_add_test(c, without_nagle_small_segments_go_at_once);
    tcase_add_test(c, an_acknowledgement_lets_the_small_segment_go);
    tcase_add_test(c, the_largest_window_is_remembered);
    tcase_add_test(c, the_window_bounds_what_is_sent);
    tcase_add_test(c, half_the_largest_window_is_worth_a_segment);
    tcase_add_loop_test(c, an_old_segment_does_not_change_the_window, 0, ROWS(updates));
    tcase_add_test(c, a_full_buffer_takes_less_and_says_when_there_is_room);
    tcase_add_test(c, a_repeat_is_cut_anew);
    tcase_add_test(c, a_segment_holds_one_stream);
    tcase_add_loop_test(c, variables_are_read_by_name, 0, ROWS(readings));
    return rig_run("tcp-data", c);
}
