/* Opening and closing, call by call: the figures of RFC 9293 3.5 and 3.6, the options of the SYN,
 * initial sequence numbers, and what a call in the wrong state is told. */
#include "tcp_rig.h"

/* Figure 6, from the client's side. */
START_TEST(a_handshake_takes_three_segments)
{
    struct tcp_rig r = rig_closed();
    rig_call(&r, TCP_CALL_CONNECT, 0);
    ck_assert_str_eq(r.said, "S 0:0");
    ck_assert_int_eq(r.tcp.state, TCP_SYN_SENT);
    rig_hear(&r, "S. 0:0 ack 1 mss 1000");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    ck_assert_str_eq(r.told, "opened");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    ck_assert_uint_eq(r.tcp.snd_mss, 1000);
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_NEVER);
    rig_free(&r);
}
END_TEST

/* Figure 7: the SYNs cross, each end answers SYN+ACK, and no segment more is needed. */
START_TEST(two_syns_that_cross_make_one_connection)
{
    struct tcp_rig r = rig_closed();
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_hear(&r, "S 0:0");
    ck_assert_str_eq(r.said, "S. 0:0 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_SYN_RECEIVED);
    rig_hear(&r, "S. 0:0 ack 1");
    ck_assert_str_eq(r.said, "");
    ck_assert_str_eq(r.told, "opened");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_hear(&r, "S. 0:0 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_free(&r);
}
END_TEST

/* 3.10.7.4, seventh: text that comes with the crossing SYN+ACK begins behind the SYN. */
START_TEST(text_comes_with_the_crossing_answer)
{
    struct tcp_rig r = rig_closed();
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_hear(&r, "S 0:0");
    rig_hear(&r, "S. 0:10 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    ck_assert_uint_eq(r.got, 10);
    ck_assert_int_eq(r.tcp.rcv_nxt, 11);
    rig_free(&r);
}
END_TEST

START_TEST(a_listener_makes_a_child_for_each_syn)
{
    struct tcp_rig r = rig_closed();
    r.tcp.key.to = (struct addr){0};
    rig_call(&r, TCP_CALL_LISTEN, 0);
    ck_assert_int_eq(r.tcp.state, TCP_LISTEN);
    ck_assert(r.tcp.is_passive);
    rig_hear(&r, "S 0:0 mss 500");
    ck_assert_str_eq(r.said, "");
    ck_assert(r.has_spawned);
    ck_assert_uint_eq(r.child.from.port, 49152);
    ck_assert_uint_eq(r.child.from.ip, 0x0a000001);
    ck_assert_uint_eq(r.child.to.port, 80);
    ck_assert_uint_eq(r.child.to.ip, 0x0a000002);
    ck_assert_int_eq(r.tcp.state, TCP_LISTEN);
    rig_free(&r);
}
END_TEST

static struct tcp_rig rig_child(void)
{
    struct tcp_rig r = rig_closed();
    r.tcp.state = TCP_CLOSED;
    rig_step(&r, &(struct input){.kind = IN_START, .code = START_SPAWNED, .net = rig_key()});
    r.tcp.credit = UINT32_MAX;
    return r;
}

START_TEST(a_child_answers_the_syn_it_was_made_for)
{
    struct tcp_rig r = rig_child();
    r.shows_options = r.shows_window = true;
    ck_assert_int_eq(r.tcp.state, TCP_LISTEN);
    rig_hear(&r, "S 0:0 win 4000 mss 500");
    ck_assert_str_eq(r.said, "S. 0:0 ack 1 win 65535 mss 1460");
    ck_assert_int_eq(r.tcp.state, TCP_SYN_RECEIVED);
    ck_assert_uint_eq(r.tcp.iss.v, RIG_ISS);
    ck_assert_uint_eq(r.tcp.snd_wnd, 4000);
    ck_assert_uint_eq(r.tcp.irs.v, RIG_IRS);
    ck_assert_uint_eq(r.tcp.snd_mss, 500);
    rig_hear(&r, ". 1:1 ack 1 win 4000");
    ck_assert_str_eq(r.told, "opened");
    ck_assert_uint_eq(r.tcp.snd_wnd, 4000);
    rig_free(&r);
}
END_TEST

/* 3.10.7.2: text on a SYN is kept, and delivered when the connection stands. */
START_TEST(data_on_a_syn_waits_for_the_handshake)
{
    struct tcp_rig r = rig_child();
    rig_hear(&r, "S 0:10");
    ck_assert_str_eq(r.said, "S. 0:0 ack 1");
    ck_assert_uint_eq(r.got, 0);
    rig_hear(&r, "P. 11:21 ack 1");
    ck_assert_uint_eq(r.got, 0);
    rig_hear(&r, ". 1:11 ack 1");
    ck_assert_uint_eq(r.got, 20);
    rig_free(&r);
}
END_TEST

/* Options that the two SYNs agree on: .set is our shift (-1: off), .in the peer's SYN+ACK; then
 * the peer's window of 1000, and ours of 65535, count so much. */
static const struct {
    int64_t set;
    const char *in;
    uint32_t snd_wnd;
    unsigned rcv_shift;
} scales[] = {
    {0, "S. 0:0 ack 1 mss 1460", 1000, 0},
    {3, "S. 0:0 ack 1 mss 1460 wscale 7", 128000, 3},
    {3, "S. 0:0 ack 1 mss 1460", 1000, 0},
    {-1, "S. 0:0 ack 1 mss 1460 wscale 7", 1000, 0},
    {14, "S. 0:0 ack 1 mss 1460 wscale 15", 16384000, 14}, /* RFC 7323 2.3: at most 14 */
};

START_TEST(windows_are_scaled_if_both_syns_say_so)
{
    struct tcp_rig r = rig_closed();
    r.shows_options = true;
    r.tcp.set.window_scale = scales[_i].set;
    rig_call(&r, TCP_CALL_CONNECT, 0);
    char syn[64];
    snprintf(syn, sizeof syn, "S 0:0 mss 1460 wscale %d sackOK", (int)scales[_i].set);
    ck_assert_str_eq(r.said, scales[_i].set < 0 ? "S 0:0 mss 1460 sackOK" : syn);
    rig_hear(&r, scales[_i].in);
    ck_assert_uint_eq(r.tcp.snd_wnd, 65535); /* a SYN's window is not scaled */
    rig_hear(&r, ". 1:1 ack 1 win 1000");
    ck_assert_uint_eq(r.tcp.snd_wnd, scales[_i].snd_wnd);
    ck_assert_uint_eq(r.tcp.rcv_shift, scales[_i].rcv_shift);
    rig_free(&r);
}
END_TEST

/* The shift that is chosen when none is given: the least that announces the whole buffer. */
static const struct {
    int64_t buffer;
    unsigned shift;
} shifts[] = {{65535, 0}, {65536, 1}, {131071, 1}, {131072, 2}, {8000000, 7}, {1 << 30, 14}};

START_TEST(the_least_shift_that_announces_the_buffer_is_offered)
{
    struct tcp_rig r = rig_closed();
    struct tcp_seg syn = {0};
    r.tcp.set.receive_buffer = shifts[_i].buffer;
    tcp_offer_options(&r.tcp, &syn, false);
    ck_assert_uint_eq(syn.wscale, shifts[_i].shift);
    rig_free(&r);
}
END_TEST

/* RFC 9293 3.7.1: what we announce, and what we use of what the peer announced. */
static const struct {
    int64_t mtu, mss;
    const char *in;
    unsigned own, used;
} sizes[] = {
    {1500, -1, "S. 0:0 ack 1 mss 1460", 1460, 1460},
    {1500, -1, "S. 0:0 ack 1", 1460, 536},
    {1500, -1, "S. 0:0 ack 1 mss 9000", 1460, 1460},
    {1500, 500, "S. 0:0 ack 1 mss 1460", 500, 1460},
    {576, -1, "S. 0:0 ack 1 mss 1460", 536, 536},
    {1500, 2000, "S. 0:0 ack 1 mss 1", 1460, 1},
};

START_TEST(segments_fit_what_both_ends_take)
{
    struct tcp_rig r = rig_closed();
    r.tcp.set.mtu = r.tcp.path_mtu = (uint32_t)sizes[_i].mtu;
    r.tcp.set.mss = sizes[_i].mss;
    rig_call(&r, TCP_CALL_CONNECT, 0);
    ck_assert_uint_eq(tcp_own_mss(&r.tcp), sizes[_i].own);
    rig_hear(&r, sizes[_i].in);
    ck_assert_uint_eq(r.tcp.snd_mss, sizes[_i].used);
    rig_free(&r);
}
END_TEST

/* RFC 9293 3.1: a data offset lies between the header's least size and its end; what breaks that
 * belongs to nobody. .offset in words of 32 bits. */
static const struct {
    uint32_t len;
    uint8_t offset;
    bool has_key;
} heads[] = {{20, 5, true}, {24, 6, true}, {20, 4, false}, {20, 6, false}, {19, 5, false}};

START_TEST(only_whole_headers_have_a_key)
{
    uint8_t head[24] = {0x12, 0x34, 0, 80};
    struct net io = {0};
    head[12] = (uint8_t)(heads[_i].offset << 4);
    ck_assert_int_eq(tcp_proto.key(bytes_of(head, heads[_i].len), &io), heads[_i].has_key);
    ck_assert_uint_eq(io.from.port, heads[_i].has_key ? 0x1234 : 0);
    ck_assert_uint_eq(io.to.port, heads[_i].has_key ? 80 : 0);
}
END_TEST

/* RFC 6528 3: M counts four microseconds; F depends on both ends, and on the secret. */
START_TEST(isns_follow_the_clock_and_the_addresses)
{
    struct tcp_rig r = rig_closed();
    r.tcp.set.isn = -1;
    struct dice other = dice_make(2, "client.tcp1");
    struct input in = {.host_dice = &r.dice}, later = {.host_dice = &r.dice, .now = 4 * SIM_US},
                 soon = {.host_dice = &r.dice, .now = 4 * SIM_US - 1},
                 secret = {.host_dice = &other};
    uint32_t first = isn_choose(&r.tcp, &in).v;
    ck_assert_uint_eq(isn_choose(&r.tcp, &later).v, first + 1);
    ck_assert_uint_eq(isn_choose(&r.tcp, &soon).v, first);
    ck_assert_uint_ne(isn_choose(&r.tcp, &secret).v, first);
    r.tcp.key.to.port++;
    ck_assert_uint_ne(isn_choose(&r.tcp, &in).v, first);
    r.tcp.key.to.port--;
    r.tcp.key.from.port++;
    ck_assert_uint_ne(isn_choose(&r.tcp, &in).v, first);
    rig_free(&r);
}
END_TEST

START_TEST(a_given_isn_is_that_of_the_first_connection)
{
    struct tcp_rig r = rig_closed();
    struct input in = {.host_dice = &r.dice};
    ck_assert_uint_eq(isn_choose(&r.tcp, &in).v, RIG_ISS);
    r.tcp.is_first = false;
    ck_assert_uint_ne(isn_choose(&r.tcp, &in).v, RIG_ISS);
    rig_free(&r);
}
END_TEST

/* Both directions wrap within the first bytes. */
START_TEST(sequence_numbers_wrap_without_anybody_noticing)
{
    struct tcp_rig r = rig_closed();
    r.tcp.set.isn = UINT32_MAX - 1;
    r.irs = UINT32_MAX - 5;
    rig_call(&r, TCP_CALL_CONNECT, 0);
    rig_hear(&r, "S. 0:0 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_call(&r, CODE_SEND, 10);
    ck_assert_str_eq(r.said, "P. 1:11 ack 1");
    rig_hear(&r, "P. 1:21 ack 11");
    ck_assert_uint_eq(r.got, 20);
    ck_assert_int_eq(r.tcp.snd_una, 11);
    rig_hear(&r, "P. 41:61 ack 11");
    ck_assert_str_eq(r.said, ". 11:11 ack 21");
    rig_hear(&r, "P. 21:41 ack 11");
    ck_assert_str_eq(r.said, ". 11:11 ack 61");
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "F. 11:11 ack 61");
    ck_assert_uint_eq(r.unit.at, 11);
    rig_free(&r);
}
END_TEST

/* Figure 12, the closer's side: four segments. */
START_TEST(the_active_closer_ends_in_time_wait)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "F. 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_FIN_WAIT_1);
    rig_hear(&r, ". 1:1 ack 2");
    ck_assert_int_eq(r.tcp.state, TCP_FIN_WAIT_2);
    rig_hear(&r, "F. 1:1 ack 2");
    ck_assert_str_eq(r.said, ". 2:2 ack 2");
    ck_assert_str_eq(r.told, "end");
    rig_until(&r, 240 * SIM_S - 1);
    ck_assert_int_eq(r.tcp.state, TCP_TIME_WAIT);
    rig_until(&r, 240 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    ck_assert_str_eq(r.told, "end; closed");
    rig_free(&r);
}
END_TEST

START_TEST(the_passive_closer_ends_with_the_last_ack)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, "F. 1:1 ack 1");
    ck_assert_str_eq(r.said, ". 1:1 ack 2");
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "F. 1:1 ack 2");
    ck_assert_int_eq(r.tcp.state, TCP_LAST_ACK);
    rig_hear(&r, ". 2:2 ack 2");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    ck_assert_str_eq(r.told, "closed");
    rig_free(&r);
}
END_TEST

/* An application that closes in the instant of the FIN sends its own with the acknowledgement. */
START_TEST(a_close_at_once_makes_three_segments)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    struct tcp_seg fin = {.from = 80,
                          .to = 49152,
                          .seq = seq(RIG_IRS + 1),
                          .ack = seq(RIG_ISS + 1),
                          .flags = TCP_FIN | TCP_ACK,
                          .window = 65535};
    uint8_t head[TCP_HEADER_MAX];
    size_t len = tcp_encode(&fin, head);
    rig_forget(&r);
    rig_step(&r, &(struct input){.kind = IN_PACKET, .head = bytes_of(head, len)});
    ck_assert_str_eq(r.said, "");
    ck_assert_str_eq(r.told, "end");
    rig_step(&r, &(struct input){.kind = IN_REQUEST, .code = CODE_CLOSE});
    ck_assert_str_eq(r.said, "F. 1:1 ack 2");
    rig_until(&r, r.now);
    ck_assert_str_eq(r.said, "F. 1:1 ack 2");
    rig_free(&r);
}
END_TEST

/* The FIN waits behind the data, and rides with the last of it. */
START_TEST(a_fin_follows_the_data)
{
    struct tcp_rig r = rig_in(TCP_CLOSE_WAIT);
    r.tcp.cwnd = 1460;
    rig_call(&r, CODE_SEND, 2000);
    ck_assert_str_eq(r.said, ". 1:1461 ack 2");
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSE_WAIT);
    rig_hear(&r, ". 2:2 ack 1461");
    ck_assert_str_eq(r.said, "FP. 1461:2001 ack 2");
    ck_assert_int_eq(r.tcp.state, TCP_LAST_ACK);
    ck_assert_uint_eq(r.unit.n, 541);
    rig_free(&r);
}
END_TEST

/* 3.10.4, SYN-RECEIVED: without data the FIN goes at once. */
START_TEST(close_in_syn_received_goes_to_fin_wait_1)
{
    struct tcp_rig r = rig_child();
    rig_hear(&r, "S 0:0");
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "F. 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_FIN_WAIT_1);
    rig_hear(&r, ". 1:1 ack 2");
    ck_assert_int_eq(r.tcp.state, TCP_FIN_WAIT_2);
    rig_free(&r);
}
END_TEST

/* With data, CLOSE in SYN-RECEIVED waits for the handshake, and the FIN for the data. */
START_TEST(close_with_data_waits_for_the_handshake)
{
    struct tcp_rig r = rig_child();
    rig_hear(&r, "S 0:0");
    rig_call(&r, CODE_SEND, 10);
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_str_eq(r.said, "");
    ck_assert_int_eq(r.tcp.state, TCP_SYN_RECEIVED);
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_str_eq(r.said, "FP. 1:11 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_FIN_WAIT_1);
    rig_free(&r);
}
END_TEST

/* Calls by state (3.10.2 to 3.10.5): what is sent, told, and what becomes of the state. */
static const struct {
    enum tcp_state from;
    unsigned call;
    enum tcp_state to;
    const char *said, *told;
} calls[] = {
    {TCP_CLOSED, CODE_SEND, TCP_CLOSED, "", "result ENOTCONN"},
    {TCP_CLOSED, CODE_CLOSE, TCP_CLOSED, "", "result ENOTCONN"},
    {TCP_CLOSED, CODE_ABORT, TCP_CLOSED, "", "result ENOTCONN"},
    {TCP_LISTEN, CODE_SEND, TCP_LISTEN, "", "result ENOTCONN"},
    {TCP_LISTEN, CODE_CLOSE, TCP_CLOSED, "", "closed"},
    {TCP_LISTEN, CODE_ABORT, TCP_CLOSED, "", "closed ECONNABORTED"},
    {TCP_LISTEN, TCP_CALL_LISTEN, TCP_LISTEN, "", "result EISCONN"},
    {TCP_SYN_SENT, TCP_CALL_CONNECT, TCP_SYN_SENT, "", "result EISCONN"},
    {TCP_SYN_SENT, CODE_SEND, TCP_SYN_SENT, "", "accepted 10"},
    {TCP_SYN_SENT, CODE_CLOSE, TCP_CLOSED, "", "closed"},
    {TCP_SYN_SENT, CODE_ABORT, TCP_CLOSED, "", "closed ECONNABORTED"},
    {TCP_SYN_RECEIVED, CODE_SEND, TCP_SYN_RECEIVED, "", "accepted 10"},
    {TCP_SYN_RECEIVED, CODE_ABORT, TCP_CLOSED, "R 1:1", "closed ECONNABORTED"},
    {TCP_ESTABLISHED, CODE_SEND, TCP_ESTABLISHED, "P. 1:11 ack 1", "accepted 10"},
    {TCP_ESTABLISHED, CODE_ABORT, TCP_CLOSED, "R 1:1", "closed ECONNABORTED"},
    {TCP_ESTABLISHED, TCP_CALL_CONNECT, TCP_ESTABLISHED, "", "result EISCONN"},
    {TCP_FIN_WAIT_1, CODE_SEND, TCP_FIN_WAIT_1, "", "result EPIPE"},
    {TCP_FIN_WAIT_1, CODE_CLOSE, TCP_FIN_WAIT_1, "", ""},
    {TCP_FIN_WAIT_1, CODE_ABORT, TCP_CLOSED, "R 2:2", "closed ECONNABORTED"},
    {TCP_FIN_WAIT_2, CODE_SEND, TCP_FIN_WAIT_2, "", "result EPIPE"},
    {TCP_FIN_WAIT_2, CODE_ABORT, TCP_CLOSED, "R 2:2", "closed ECONNABORTED"},
    {TCP_CLOSE_WAIT, CODE_SEND, TCP_CLOSE_WAIT, "P. 1:11 ack 2", "accepted 10"},
    {TCP_CLOSE_WAIT, CODE_ABORT, TCP_CLOSED, "R 1:1", "closed ECONNABORTED"},
    {TCP_CLOSING, CODE_SEND, TCP_CLOSING, "", "result EPIPE"},
    {TCP_CLOSING, CODE_CLOSE, TCP_CLOSING, "", ""},
    {TCP_CLOSING, CODE_ABORT, TCP_CLOSED, "", "closed ECONNABORTED"},
    {TCP_LAST_ACK, CODE_SEND, TCP_LAST_ACK, "", "result EPIPE"},
    {TCP_LAST_ACK, CODE_ABORT, TCP_CLOSED, "", "closed ECONNABORTED"},
    {TCP_TIME_WAIT, CODE_SEND, TCP_TIME_WAIT, "", "result EPIPE"},
    {TCP_TIME_WAIT, CODE_ABORT, TCP_CLOSED, "", "closed ECONNABORTED"},
};

START_TEST(calls_by_state)
{
    struct tcp_rig r = rig_in(calls[_i].from);
    rig_call(&r, calls[_i].call, calls[_i].call == CODE_SEND ? 10 : 0);
    ck_assert_int_eq(r.tcp.state, calls[_i].to);
    ck_assert_str_eq(r.said, calls[_i].said);
    ck_assert_str_eq(r.told, calls[_i].told);
    rig_free(&r);
}
END_TEST

/* Data given before the handshake is over goes with its last segment. */
START_TEST(data_queued_in_syn_sent_goes_when_the_connection_stands)
{
    struct tcp_rig r = rig_in(TCP_SYN_SENT);
    rig_call(&r, CODE_SEND, 10);
    rig_hear(&r, "S. 0:0 ack 1");
    ck_assert_str_eq(r.said, "P. 1:11 ack 1");
    rig_free(&r);
}
END_TEST

/* RFC 9293 3.6.1: data for nobody is answered by a reset. */
START_TEST(data_that_nobody_will_read_resets)
{
    struct tcp_rig r = rig_in(TCP_FIN_WAIT_2);
    rig_call(&r, TCP_CALL_RELEASE, 0);
    ck_assert_str_eq(r.said, "");
    rig_hear(&r, "P. 1:11 ack 2");
    ck_assert_str_eq(r.said, "R 2:2");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
    r = rig_in(TCP_ESTABLISHED);
    r.tcp.credit = 0;
    rig_hear(&r, "P. 1:11 ack 1");
    rig_call(&r, TCP_CALL_RELEASE, 0);
    ck_assert_str_eq(r.said, "R 1:1");
    ck_assert_str_eq(r.told, "closed ECONNABORTED");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* Options of a call to set: before the connection opens, and while it stands. */
START_TEST(options_are_set_by_request)
{
    struct tcp_rig r = rig_closed();
    r.shows_window = r.shows_options = true;
    r.tcp.set.window_scale = -1;
    rig_set(&r, TCP_SET_RECEIVE_BUFFER, 5000);
    rig_set(&r, TCP_SET_MSS, 700);
    rig_set(&r, TCP_SET_SEND_BUFFER, 100);
    rig_set(&r, TCP_SET_USER_TIMEOUT, 10 * SIM_S);
    rig_call(&r, TCP_CALL_CONNECT, 0);
    ck_assert_str_eq(r.said, "S 0:0 win 5000 mss 700 sackOK");
    rig_hear(&r, "S. 0:0 ack 1 mss 1460");
    ck_assert_uint_eq(r.tcp.snd_mss, 700);
    rig_set(&r, TCP_SET_MSS, 60);
    rig_call(&r, CODE_SEND, 120);
    ck_assert_str_eq(r.told, "accepted 100");
    ck_assert_str_eq(r.said, ". 1:61 ack 1 win 5000");
    rig_until(&r, 10 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("open");
    tcase_add_test(c, a_handshake_takes_three_segments);
    tcase_add_test(c, two_syns_that_cross_make_one_connection);
    tcase_add_test(c, text_comes_with_the_crossing_answer);
    tcase_add_test(c, a_listener_makes_a_child_for_each_syn);
    tcase_add_test(c, a_child_answers_the_syn_it_was_made_for);
    tcase_add_test(c, data_on_a_syn_waits_for_the_handshake);
    tcase_add_loop_test(c, windows_are_scaled_if_both_syns_say_so, 0, ROWS(scales));
    tcase_add_loop_test(c, the_least_shift_that_announces_the_buffer_is_offered, 0, ROWS(shifts));
    tcase_add_loop_test(c, segments_fit_what_both_ends_take, 0, ROWS(sizes));
    tcase_add_test(c, isns_follow_the_clock_and_the_addresses);
    tcase_add_test(c, a_given_isn_is_that_of_the_first_connection);
    tcase_add_test(c, sequence_numbers_wrap_without_anybody_noticing);
    tcase_add_test(c, the_active_closer_ends_in_time_wait);
    tcase_add_test(c, the_passive_closer_ends_with_the_last_ack);
    tcase_add_test(c, a_close_at_once_makes_three_segments);
    tcase_add_test(c, a_fin_follows_the_data);
    tcase_add_test(c, close_in_syn_received_goes_to_fin_wait_1);
    tcase_add_test(c, close_with_data_waits_for_the_handshake);
    tcase_add_loop_test(c, calls_by_state, 0, ROWS(calls));
    tcase_add_test(c, data_queued_in_syn_sent_goes_when_the_connection_stands);
    tcase_add_test(c, data_that_nobody_will_read_resets);
    tcase_add_test(c, options_are_set_by_request);
    tcase_add_loop_test(c, only_whole_headers_have_a_key, 0, ROWS(heads));
    return rig_run("tcp-open", c);
}
