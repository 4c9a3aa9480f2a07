/* A listener's two queues, SYN cookies (RFC 4987 3), the budget of challenges (RFC 5961 7), numbers
 * out of TIME-WAIT (RFC 9293 3.6.1). */
#include "tcp_rig.h"

static struct tcp_rig rig_listening(uint32_t backlog, bool cookies)
{
    struct tcp_rig r = rig_closed();
    r.tcp.key.to = (struct addr){0};
    r.tcp.set.syn_cookies = cookies;
    rig_call(&r, TCP_CALL_LISTEN, backlog);
    return r;
}

static struct tcp_queue *queue_of(struct tcp_rig *r)
{
    return tcp_queue_of(&r->host, r->tcp.key.from);
}

/* RFC 4987 3.1: what finds no room is dropped in silence. */
static const struct {
    uint32_t half_open, waiting;
    bool is_by_hand, gets_in;
} loads[] = {
    {0, 0, true, true},  {1, 1, true, true},  {2, 0, true, false},
    {0, 2, true, false}, {0, 2, false, true}, {2, 0, false, false},
};

START_TEST(each_queue_holds_as_many_as_the_backlog)
{
    struct tcp_rig r = rig_listening(2, false);
    struct tcp_queue *q = queue_of(&r);
    ck_assert_uint_eq(q->backlog, 2);
    q->half_open = loads[_i].half_open;
    q->waiting = loads[_i].waiting;
    q->is_by_hand = loads[_i].is_by_hand;
    rig_hear(&r, "S 0:0");
    ck_assert_int_eq(r.has_spawned, loads[_i].gets_in);
    ck_assert_str_eq(r.said, "");
    ck_assert_str_eq(r.dropped, loads[_i].gets_in ? "" : "policy");
    rig_free(&r);
}
END_TEST

START_TEST(a_backlog_that_is_not_given_is_the_hosts)
{
    struct tcp_rig r = rig_listening(0, false);
    ck_assert_uint_eq(queue_of(&r)->backlog, 128);
    rig_call(&r, TCP_CALL_BACKLOG, 7);
    ck_assert_uint_eq(queue_of(&r)->backlog, 7);
    ck_assert_uint_eq(r.host.queue_count, 1);
    rig_call(&r, CODE_CLOSE, 0);
    ck_assert_ptr_null(queue_of(&r));
    rig_free(&r);
}
END_TEST

/* The address of a listener goes before any address. */
START_TEST(the_most_exact_listener_counts)
{
    struct tcp_rig r = rig_listening(3, false);
    struct tcp any = r.tcp;
    any.host = r.tcp.host = &r.host;
    any.key.from.ip = 0;
    tcp_queue_open(&any, 4, false);
    ck_assert_uint_eq(queue_of(&r)->backlog, 3);
    struct addr other = {.ip = 0x0a000099, .port = r.tcp.key.from.port};
    ck_assert_uint_eq(tcp_queue_of(&r.host, other)->backlog, 4);
    other.port++;
    ck_assert_ptr_null(tcp_queue_of(&r.host, other));
    tcp_queue_close(&r.tcp);
    ck_assert_uint_eq(queue_of(&r)->backlog, 4);
    rig_free(&r);
}
END_TEST

/* A child of a listener on its port, with what that shares. */
static struct tcp_rig rig_child(bool by_hand)
{
    struct tcp_rig r = rig_closed();
    struct tcp listener = r.tcp;
    listener.host = &r.host;
    listener.key.to = (struct addr){0};
    listener.set.nagle = 0;
    tcp_queue_open(&listener, 1, by_hand);
    rig_step(&r, &(struct input){.kind = IN_START, .code = START_SPAWNED, .net = rig_key()});
    r.tcp.set.isn = RIG_ISS;
    rig_hear(&r, "S 0:0 mss 1460");
    return r;
}

START_TEST(a_connection_is_counted_on_its_way)
{
    struct tcp_rig r = rig_child(true);
    ck_assert_int_eq(r.tcp.set.nagle, 0); /* as of its listener */
    ck_assert_uint_eq(queue_of(&r)->half_open, 1);
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    ck_assert_uint_eq(queue_of(&r)->half_open, 0);
    ck_assert_uint_eq(queue_of(&r)->waiting, 1);
    rig_call(&r, TCP_CALL_TAKEN, 0);
    ck_assert_uint_eq(queue_of(&r)->waiting, 0);
    rig_call(&r, CODE_ABORT, 0);
    ck_assert_uint_eq(queue_of(&r)->waiting, 0);
    rig_free(&r);
}
END_TEST

START_TEST(who_ends_on_its_way_makes_room)
{
    struct tcp_rig r = rig_child(true);
    rig_hear(&r, "R 1:1");
    ck_assert_uint_eq(queue_of(&r)->half_open, 0);
    rig_free(&r);
    r = rig_child(true);
    rig_hear(&r, ". 1:1 ack 1");
    rig_hear(&r, "R 1:1");
    ck_assert_uint_eq(queue_of(&r)->waiting, 0);
    rig_free(&r);
    r = rig_child(false);
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_uint_eq(queue_of(&r)->waiting, 0); /* accepted at once */
    rig_free(&r);
}
END_TEST

START_TEST(a_full_accept_queue_passes_the_ack_over)
{
    struct tcp_rig r = rig_child(true);
    queue_of(&r)->waiting = 1;
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_SYN_RECEIVED);
    ck_assert_str_eq(r.dropped, "policy");
    ck_assert_str_eq(r.said, "");
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, "S. 0:0 ack 1");
    queue_of(&r)->waiting = 0;
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_free(&r);
}
END_TEST

START_TEST(without_its_listener_it_ends)
{
    struct tcp_rig r = rig_child(true);
    queue_of(&r)->is_used = false;
    rig_hear(&r, ". 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    ck_assert_str_eq(r.said, "R 1:1");
    rig_free(&r);
}
END_TEST

/* ---- cookies ---- */

static const struct {
    uint16_t told, kept; /* of the eight, the largest that is not larger */
} sizes[] = {
    {1, 64},     {64, 64},     {511, 64},    {512, 512},   {535, 512},   {536, 536},
    {1023, 536}, {1024, 1024}, {1459, 1440}, {1460, 1460}, {4312, 4312}, {65535, 8960},
};

static struct tcp_seg seg_of(uint32_t number, uint32_t ack, uint16_t mss)
{
    return (struct tcp_seg){
        .seq = seq(number), .ack = seq(ack), .options = mss ? TCP_OPT_MSS : 0, .mss = mss};
}

START_TEST(a_cookie_remembers_the_size)
{
    struct dice host = dice_make(1, "server");
    struct input in = {.net = rig_key(), .host_dice = &host, .now = 1000 * SIM_S};
    struct tcp_seg syn = seg_of(77, 0, sizes[_i].told);
    struct tcp_seg ack = seg_of(78, tcp_cookie_make(&syn, &in).v + 1, 0);
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &in), sizes[_i].kept);
    syn.options = 0;
    ack.ack = seq(tcp_cookie_make(&syn, &in).v + 1);
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &in), 536); /* RFC 9293 3.7.1 */
}
END_TEST

/* Whoever did not get it cannot make one. */
START_TEST(a_cookie_is_of_one_syn_alone)
{
    struct dice host = dice_make(1, "server"), another = dice_make(2, "server");
    struct input in = {.net = rig_key(), .host_dice = &host, .now = 1000 * SIM_S}, other = in;
    struct tcp_seg syn = seg_of(77, 0, 1460);
    struct tcp_seg ack = seg_of(78, tcp_cookie_make(&syn, &in).v + 1, 0), wrong = ack;
    wrong.seq = seq(79);
    ck_assert_uint_eq(tcp_cookie_mss(&wrong, &in), 0);
    wrong = ack;
    wrong.ack.v++;
    ck_assert_uint_eq(tcp_cookie_mss(&wrong, &in), 0);
    other.net.from.port++;
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &other), 0);
    other = in;
    other.net.from.ip++;
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &other), 0);
    other = in;
    other.net.to.port++;
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &other), 0);
    other = in;
    other.net.to.ip++;
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &other), 0);
    other = in;
    other.host_dice = &another;
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &other), 0);
}
END_TEST

/* Made in the tick of 64 s that begins at 960 s: it holds in this one and the next two. */
static const struct {
    int64_t seconds;
    bool holds;
} ages[] = {{0, false},   {959, false},  {960, true},  {1023, true},
            {1151, true}, {1152, false}, {3008, false}};

START_TEST(a_cookie_grows_old)
{
    struct dice host = dice_make(1, "server");
    struct input in = {.net = rig_key(), .host_dice = &host, .now = 1000 * SIM_S};
    struct tcp_seg syn = seg_of(77, 0, 1460);
    struct tcp_seg ack = seg_of(78, tcp_cookie_make(&syn, &in).v + 1, 0);
    in.now = ages[_i].seconds * SIM_S;
    ck_assert_int_eq(tcp_cookie_mss(&ack, &in) > 0, ages[_i].holds);
}
END_TEST

/* In the first ticks there is no tick before. */
START_TEST(the_first_cookies_hold)
{
    struct dice host = dice_make(1, "server");
    struct input in = {.net = rig_key(), .host_dice = &host};
    struct tcp_seg syn = seg_of(77, 0, 1460);
    struct tcp_seg ack = seg_of(78, tcp_cookie_make(&syn, &in).v + 1, 0);
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &in), 1460);
    in.now = 191 * SIM_S;
    ck_assert_uint_eq(tcp_cookie_mss(&ack, &in), 1460);
}
END_TEST

START_TEST(a_full_queue_answers_with_a_cookie)
{
    struct tcp_rig r = rig_listening(1, true);
    r.shows_options = true;
    queue_of(&r)->half_open = 1;
    rig_hear(&r, "S 0:0 mss 1460 wscale 3 sackOK");
    ck_assert(!r.has_spawned);
    ck_assert(strstr(r.said, "S. ") == r.said);
    ck_assert(strstr(r.said, "mss 1460") && !strstr(r.said, "wscale") && !strstr(r.said, "sack"));
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_NEVER);
    rig_until(&r, 128 * SIM_S);
    rig_hear(&r, ". 1:1 ack 5"); /* not that number */
    ck_assert(!r.has_spawned);
    ck_assert_str_eq(r.said, "R 1005:1005"); /* its own ISS is 0 */
    rig_free(&r);
}
END_TEST

START_TEST(nobody_asked_for_a_cookie)
{
    struct tcp_rig r = rig_listening(1, true);
    struct net net = {.from = rig_key().to, .to = rig_key().from};
    struct input in = {.net = net, .host_dice = &r.dice};
    struct tcp_seg syn = seg_of(RIG_IRS, 0, 1460);
    char text[64];
    snprintf(text, sizeof text, ". 1:1 ack %d",
             seq_diff(seq(RIG_ISS), tcp_cookie_make(&syn, &in)) + 1);
    rig_hear(&r, text);
    ck_assert(!r.has_spawned);
    queue_of(&r)->cookies_until = 1;
    rig_hear(&r, text);
    ck_assert(r.has_spawned);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

/* ---- challenges ---- */

START_TEST(so_many_challenges_in_five_seconds)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.challenge_acks = 2;
    r.now = SIM_S;
    rig_hear(&r, "R 2:2");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    r.now = 3 * SIM_S;
    rig_hear(&r, "S 2:2");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    r.now = 6 * SIM_S - 1;
    rig_hear(&r, "R 2:2");
    ck_assert_str_eq(r.said, "");
    ck_assert_str_eq(r.dropped, "out-of-window");
    rig_hear(&r, ". 1:1 ack 9"); /* of what was never sent: the same budget */
    ck_assert_str_eq(r.said, "");
    r.now = 6 * SIM_S;
    rig_hear(&r, "R 2:2");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_free(&r);
}
END_TEST

/* A budget of one is a budget. */
static const char *const suspects[] = {"R 2:2", "S 2:2", ". 1:1 ack -65600", ". 1:1 ack 9"};

START_TEST(one_challenge_is_enough)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.challenge_acks = 1;
    rig_hear(&r, suspects[_i]);
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_hear(&r, suspects[_i]);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

/* ---- a shut window (RFC 9293 3.10.7.4, first) ---- */

static const struct {
    const char *in, *dropped;
    uint32_t window; /* that counts afterwards */
} shut[] = {
    {". 101:101 ack 1 win 99", "", 99}, /* at RCV.NXT */
    {". 101:102 ack 1 win 99", "", 99}, /* its acknowledgement counts, its text does not */
    {". 100:100 ack 1 win 99", "duplicate", 65535}, /* before it */
    {". 100:101 ack 1 win 99", "duplicate", 65535},
    {". 102:102 ack 1 win 99", "out-of-window", 65535}, /* behind it */
    {"P 101:102 win 99", "out-of-window", 65535},       /* no ACK */
};

START_TEST(a_shut_window_lets_acknowledgements_in)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.receive_buffer = 100;
    r.tcp.set.delayed_ack = -1;
    r.tcp.rcv_edge = 101;
    r.tcp.credit = 0;
    rig_hear(&r, "P. 1:101 ack 1");
    rig_hear(&r, shut[_i].in);
    ck_assert_str_eq(r.dropped, shut[_i].dropped);
    ck_assert_uint_eq(r.tcp.snd_wnd, shut[_i].window);
    ck_assert_str_eq(r.said, _i == 0 ? "" : ". 1:1 ack 101");
    ck_assert_uint_eq(r.got, 0);
    rig_free(&r);
}
END_TEST

/* A probe that is taken begins the intervals anew (RFC 9293 3.8.6.1). */
START_TEST(an_accepted_probe_is_progress)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1 ack 1 win 0");
    rig_call(&r, CODE_SEND, 100);
    rig_until(&r, 1100 * SIM_MS);
    ck_assert_int_eq(r.due[TCP_PERSIST], 3 * SIM_S);
    rig_hear(&r, ". 1:1 ack 2 win 0");
    ck_assert_int_eq(r.due[TCP_PERSIST], 2100 * SIM_MS);
    rig_free(&r);
}
END_TEST

/* Figure 7: after the crossing SYN+ACK the peer's next number is 1, and its windows count. */
START_TEST(after_simultaneous_open_windows_count)
{
    struct tcp_rig r = rig_in(TCP_SYN_SENT);
    rig_hear(&r, "S 0:0 win 1000");
    rig_hear(&r, "S. 0:0 ack 1 win 1000");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1 ack 1 win 500");
    ck_assert_uint_eq(r.tcp.snd_wnd, 500);
    ck_assert_int_eq(r.tcp.rcv_nxt, 1);
    rig_free(&r);
}
END_TEST

/* RFC 9293 3.10.7.4, sixth: RCV.UP = max(RCV.UP, SEG.UP), while the peer may still send. */
static const struct {
    enum tcp_state state;
    const char *in;
    int64_t up; /* RCV.UP afterwards; it was 3 */
} urgent[] = {
    {TCP_ESTABLISHED, "U. 1:11 ack 1 urg 5", 6}, {TCP_ESTABLISHED, "U. 1:11 ack 1 urg 1", 3},
    {TCP_ESTABLISHED, ". 1:11 ack 1 urg 5", 3},  {TCP_FIN_WAIT_2, "U. 1:11 ack 2 urg 5", 6},
    {TCP_CLOSE_WAIT, "U. 2:2 ack 1 urg 5", 3},   {TCP_ESTABLISHED, "U. 1:1 ack 1 urg 3", 4},
};

START_TEST(the_urgent_pointer_only_moves_forward)
{
    struct tcp_rig r = rig_in(urgent[_i].state);
    r.tcp.rcv_up = 3;
    rig_hear(&r, urgent[_i].in);
    ck_assert_int_eq(r.tcp.rcv_up, urgent[_i].up);
    rig_free(&r);
}
END_TEST

/* A header that contradicts itself names nobody. */
START_TEST(a_broken_header_has_no_key)
{
    uint8_t head[TCP_HEADER] = {0, 80, 0, 81, [12] = 5 << 4};
    struct net io = {0};
    ck_assert(tcp_proto.key(bytes_of(head, sizeof head), &io));
    ck_assert_uint_eq(io.from.port, 80);
    ck_assert_uint_eq(io.to.port, 81);
    ck_assert(!tcp_proto.key(bytes_of(head, sizeof head - 1), &io));
    head[12] = 4 << 4;
    ck_assert(!tcp_proto.key(bytes_of(head, sizeof head), &io));
    head[12] = 6 << 4;
    ck_assert(!tcp_proto.key(bytes_of(head, sizeof head), &io));
}
END_TEST

/* ---- out of TIME-WAIT ---- */

static const struct {
    const char *in;
    bool listens, opens;
} news[] = {
    {"S 2:2", true, true},   {"S 100000:100000", true, true}, {"S 1:1", true, false},
    {"S 2:2", false, false}, {"S. 2:2 ack 2", true, false},
};

START_TEST(a_new_syn_ends_time_wait)
{
    struct tcp_rig r = rig_in(TCP_TIME_WAIT);
    struct tcp listener = r.tcp;
    listener.host = &r.host;
    tcp_queue_open(&listener, 1, false);
    r.host.queues[0].is_used = news[_i].listens;
    rig_hear(&r, news[_i].in);
    ck_assert_int_eq(r.has_spawned, news[_i].opens);
    ck_assert_int_eq(r.tcp.state, news[_i].opens ? TCP_CLOSED : TCP_TIME_WAIT);
    ck_assert_str_eq(r.said, news[_i].opens ? "" : ". 2:2 ack 2");
    ck_assert_int_eq(r.host.has_least, news[_i].opens);
    if (news[_i].opens) {
        ck_assert_uint_eq(r.host.least.v, RIG_ISS + 3); /* beyond SND.NXT */
        ck_assert_uint_eq(r.child.to.port, 80);
    }
    rig_free(&r);
}
END_TEST

/* RFC 6191 2. */
static const struct {
    uint32_t stamp;
    const char *numbers;
    bool opens;
} stamps[] = {
    {101, "S 1:1", true},
    {100, "S 2:2", true},
    {100, "S 1:1", false},
    {99, "S 100:100", false},
};

START_TEST(timestamps_tell_a_new_syn)
{
    struct tcp_rig r = rig_in(TCP_TIME_WAIT);
    struct tcp listener = r.tcp;
    char text[64];
    listener.host = &r.host;
    tcp_queue_open(&listener, 1, false);
    r.tcp.ts_on = true;
    r.tcp.ts_recent = 100;
    snprintf(text, sizeof text, "%s ts %u:0", stamps[_i].numbers, stamps[_i].stamp);
    rig_hear(&r, text);
    ck_assert_int_eq(r.has_spawned, stamps[_i].opens);
    rig_free(&r);
}
END_TEST

START_TEST(its_numbers_lie_beyond_the_old_ones)
{
    struct tcp_rig r = rig_child(false);
    struct tcp listener = r.tcp;
    ck_assert_uint_eq(r.tcp.iss.v, RIG_ISS);
    rig_free(&r);
    r = rig_closed();
    listener.host = &r.host;
    tcp_queue_open(&listener, 1, false);
    r.host.has_least = true;
    r.host.least = seq(RIG_ISS + 500);
    rig_step(&r, &(struct input){.kind = IN_START, .code = START_SPAWNED, .net = rig_key()});
    rig_hear(&r, "S 0:0");
    ck_assert_uint_eq(r.tcp.iss.v, RIG_ISS + 500);
    ck_assert(!r.host.has_least);
    rig_free(&r);
}
END_TEST

/* ---- two segments only ---- */

START_TEST(a_two_way_handshake_believes_the_syn)
{
    struct tcp_rig r = rig_closed();
    struct tcp listener = r.tcp;
    listener.host = &r.host;
    listener.set.handshake = TCP_TWO_WAY;
    tcp_queue_open(&listener, 1, false);
    rig_step(&r, &(struct input){.kind = IN_START, .code = START_SPAWNED, .net = rig_key()});
    rig_hear(&r, "S 0:0 mss 1460");
    ck_assert_str_eq(r.said, "S. 0:0 ack 1");
    ck_assert_str_eq(r.told, "opened");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], SIM_NEVER);
    rig_call(&r, CODE_SEND, 10);
    ck_assert_str_eq(r.said, "P. 1:11 ack 1");
    rig_free(&r);
    r = rig_in(TCP_SYN_SENT);
    r.tcp.set.handshake = TCP_TWO_WAY;
    rig_hear(&r, "S. 0:0 ack 1");
    ck_assert_str_eq(r.said, "");
    ck_assert_int_eq(r.tcp.state, TCP_ESTABLISHED);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("queue");
    tcase_add_loop_test(c, each_queue_holds_as_many_as_the_backlog, 0, ROWS(loads));
    tcase_add_test(c, a_backlog_that_is_not_given_is_the_hosts);
    tcase_add_test(c, the_most_exact_listener_counts);
    tcase_add_test(c, a_connection_is_counted_on_its_way);
    tcase_add_test(c, who_ends_on_its_way_makes_room);
    tcase_add_test(c, a_full_accept_queue_passes_the_ack_over);
    tcase_add_test(c, without_its_listener_it_ends);
    tcase_add_loop_test(c, a_cookie_remembers_the_size, 0, ROWS(sizes));
    tcase_add_test(c, a_cookie_is_of_one_syn_alone);
    tcase_add_loop_test(c, a_cookie_grows_old, 0, ROWS(ages));
    tcase_add_test(c, the_first_cookies_hold);
    tcase_add_test(c, a_full_queue_answers_with_a_cookie);
    tcase_add_test(c, nobody_asked_for_a_cookie);
    tcase_add_test(c, so_many_challenges_in_five_seconds);
    tcase_add_loop_test(c, one_challenge_is_enough, 0, ROWS(suspects));
    tcase_add_loop_test(c, a_shut_window_lets_acknowledgements_in, 0, ROWS(shut));
    tcase_add_test(c, an_accepted_probe_is_progress);
    tcase_add_test(c, after_simultaneous_open_windows_count);
    tcase_add_loop_test(c, the_urgent_pointer_only_moves_forward, 0, ROWS(urgent));
    tcase_add_test(c, a_broken_header_has_no_key);
    tcase_add_loop_test(c, a_new_syn_ends_time_wait, 0, ROWS(news));
    tcase_add_loop_test(c, timestamps_tell_a_new_syn, 0, ROWS(stamps));
    tcase_add_test(c, its_numbers_lie_beyond_the_old_ones);
    tcase_add_test(c, a_two_way_handshake_believes_the_syn);
    return rig_run("tcp-queue", c);
}
