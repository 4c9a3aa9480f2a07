/* Every state against every kind of segment: what RFC 9293 3.10.7 says, check by check. One row is
 * one sentence: in state .from, segment .in leaves us in .to and makes us say .out. */
#include "tcp_rig.h"

struct row {
    enum tcp_state from;
    const char *in;
    enum tcp_state to;
    const char *out;
};

static void hold(const struct row *row)
{
    struct tcp_rig r = rig_in(row->from);
    rig_hear(&r, row->in);
    ck_assert_msg(r.tcp.state == row->to && strcmp(r.said, row->out) == 0,
                  "%s hears %s: goes to %s, not %s; says '%s', not '%s'", tcp_state_name(row->from),
                  row->in, tcp_state_name(r.tcp.state), tcp_state_name(row->to), r.said, row->out);
    rig_free(&r);
}

/* 3.10.7.1. Nothing is known of the peer: numbers are absolute, ours 1000, the peer's 5000. */
static const struct row closed[] = {
    {TCP_CLOSED, "R 1:1", TCP_CLOSED, ""},
    {TCP_CLOSED, "R. 1:1 ack 1", TCP_CLOSED, ""},
    {TCP_CLOSED, "S 0:0", TCP_CLOSED, "R. 0:0 ack 5001"},
    {TCP_CLOSED, "S. 0:0 ack 1", TCP_CLOSED, "R 1001:1001"},
    {TCP_CLOSED, ". 1:1 ack 1", TCP_CLOSED, "R 1001:1001"},
    {TCP_CLOSED, "P. 1:11 ack 1", TCP_CLOSED, "R 1001:1001"},
    {TCP_CLOSED, "F. 1:1 ack 1", TCP_CLOSED, "R 1001:1001"},
    {TCP_CLOSED, "- 1:11", TCP_CLOSED, "R. 0:0 ack 5011"},
    {TCP_CLOSED, "SF 0:10", TCP_CLOSED, "R. 0:0 ack 5012"},
};

/* 3.10.7.2: first RST, then ACK, then SYN, then all else. */
static const struct row listening[] = {
    {TCP_LISTEN, "R 1:1", TCP_LISTEN, ""},
    {TCP_LISTEN, "R. 1:1 ack 1", TCP_LISTEN, ""},
    {TCP_LISTEN, "SR 0:0", TCP_LISTEN, ""},
    {TCP_LISTEN, ". 1:1 ack 1", TCP_LISTEN, "R 1001:1001"},
    {TCP_LISTEN, "S. 0:0 ack 1", TCP_LISTEN, "R 1001:1001"},
    {TCP_LISTEN, "F. 1:1 ack 1", TCP_LISTEN, "R 1001:1001"},
    {TCP_LISTEN, "F 1:1", TCP_LISTEN, ""},
    {TCP_LISTEN, "- 1:11", TCP_LISTEN, ""},
};

/* 3.10.7.3: first ACK, then RST, then SYN. */
static const struct row syn_sent[] = {
    {TCP_SYN_SENT, "S. 0:0 ack 1", TCP_ESTABLISHED, ". 1:1 ack 1"},
    {TCP_SYN_SENT, "S. 0:0 ack 0", TCP_SYN_SENT, "R 0:0"},
    {TCP_SYN_SENT, "S. 0:0 ack 2", TCP_SYN_SENT, "R 2:2"},
    {TCP_SYN_SENT, ". 1:1 ack 0", TCP_SYN_SENT, "R 0:0"},
    {TCP_SYN_SENT, ". 1:1 ack 2", TCP_SYN_SENT, "R 2:2"},
    {TCP_SYN_SENT, "R. 0:0 ack 0", TCP_SYN_SENT, ""},
    {TCP_SYN_SENT, "R. 0:0 ack 2", TCP_SYN_SENT, ""},
    {TCP_SYN_SENT, "R. 0:0 ack 1", TCP_CLOSED, ""},
    {TCP_SYN_SENT, "SR. 0:0 ack 1", TCP_CLOSED, ""},
    {TCP_SYN_SENT, "R 0:0", TCP_SYN_SENT, ""},
    {TCP_SYN_SENT, "S 0:0", TCP_SYN_RECEIVED, "S. 0:0 ack 1"},
    {TCP_SYN_SENT, ". 1:1 ack 1", TCP_SYN_SENT, ""},
    {TCP_SYN_SENT, "F. 1:1 ack 1", TCP_SYN_SENT, ""},
    {TCP_SYN_SENT, "- 1:11", TCP_SYN_SENT, ""},
    {TCP_SYN_SENT, "SF. 0:0 ack 1", TCP_CLOSE_WAIT, ". 1:1 ack 2"},
    {TCP_SYN_SENT, "SF. 0:10 ack 1", TCP_CLOSE_WAIT, ". 1:1 ack 12"},
};

/* 3.10.7.4, SYN-RECEIVED of a passive open. Back to LISTEN means that this endpoint is gone. */
static const struct row syn_received[] = {
    {TCP_SYN_RECEIVED, "S 0:0", TCP_SYN_RECEIVED, ". 1:1 ack 1"},
    {TCP_SYN_RECEIVED, "S. 0:0 ack 1", TCP_SYN_RECEIVED, ". 1:1 ack 1"},
    {TCP_SYN_RECEIVED, "S 1:1", TCP_CLOSED, ""},
    {TCP_SYN_RECEIVED, "S 100:100", TCP_CLOSED, ""},
    {TCP_SYN_RECEIVED, "R 1:1", TCP_CLOSED, ""},
    {TCP_SYN_RECEIVED, "R 100:100", TCP_SYN_RECEIVED, ". 1:1 ack 1"},
    {TCP_SYN_RECEIVED, "R 65536:65536", TCP_SYN_RECEIVED, ""},
    {TCP_SYN_RECEIVED, "- 1:1", TCP_SYN_RECEIVED, ""},
    {TCP_SYN_RECEIVED, ". 1:1 ack 0", TCP_SYN_RECEIVED, "R 0:0"},
    {TCP_SYN_RECEIVED, ". 1:1 ack 2", TCP_SYN_RECEIVED, "R 2:2"},
    {TCP_SYN_RECEIVED, ". 1:1 ack 1", TCP_ESTABLISHED, ""},
    {TCP_SYN_RECEIVED, "P. 1:11 ack 1", TCP_ESTABLISHED, ""},
    {TCP_SYN_RECEIVED, ". 65537:65547 ack 1", TCP_SYN_RECEIVED, ". 1:1 ack 1"},
    {TCP_SYN_RECEIVED, "F. 1:1 ack 1", TCP_CLOSE_WAIT, ". 1:1 ack 2"},
};

/* The fifth and the eighth check, where they change the state. */
static const struct row closing[] = {
    {TCP_ESTABLISHED, "F. 1:1 ack 1", TCP_CLOSE_WAIT, ". 1:1 ack 2"},
    {TCP_ESTABLISHED, "F. 11:11 ack 1", TCP_ESTABLISHED, ". 1:1 ack 1"},
    {TCP_FIN_WAIT_1, ". 1:1 ack 1", TCP_FIN_WAIT_1, ""},
    {TCP_FIN_WAIT_1, ". 1:1 ack 2", TCP_FIN_WAIT_2, ""},
    {TCP_FIN_WAIT_1, "F. 1:1 ack 1", TCP_CLOSING, ". 2:2 ack 2"},
    {TCP_FIN_WAIT_1, "F. 1:1 ack 2", TCP_TIME_WAIT, ". 2:2 ack 2"},
    {TCP_FIN_WAIT_1, "F. 11:11 ack 2", TCP_FIN_WAIT_2, ". 2:2 ack 1"},
    {TCP_FIN_WAIT_2, ". 1:1 ack 2", TCP_FIN_WAIT_2, ""},
    {TCP_FIN_WAIT_2, "F. 1:1 ack 2", TCP_TIME_WAIT, ". 2:2 ack 2"},
    {TCP_FIN_WAIT_2, "F. 1:11 ack 2", TCP_TIME_WAIT, ". 2:2 ack 12"},
    {TCP_CLOSE_WAIT, ". 2:2 ack 1", TCP_CLOSE_WAIT, ""},
    {TCP_CLOSE_WAIT, "F. 1:1 ack 1", TCP_CLOSE_WAIT, ". 1:1 ack 2"},
    {TCP_CLOSING, ". 2:2 ack 1", TCP_CLOSING, ""},
    {TCP_CLOSING, ". 2:2 ack 2", TCP_TIME_WAIT, ""},
    {TCP_CLOSING, "F. 1:1 ack 1", TCP_CLOSING, ". 2:2 ack 2"},
    {TCP_LAST_ACK, ". 2:2 ack 1", TCP_LAST_ACK, ""},
    {TCP_LAST_ACK, ". 2:2 ack 2", TCP_CLOSED, ""},
    {TCP_LAST_ACK, "F. 1:1 ack 1", TCP_LAST_ACK, ". 2:2 ack 2"},
    {TCP_TIME_WAIT, ". 2:2 ack 2", TCP_TIME_WAIT, ""},
    {TCP_TIME_WAIT, "F. 1:1 ack 2", TCP_TIME_WAIT, ". 2:2 ack 2"},
};

#define TABLE_TEST(name, table)                                                                    \
    START_TEST(name)                                                                               \
    {                                                                                              \
        hold(&table[_i]);                                                                          \
    }                                                                                              \
    END_TEST

TABLE_TEST(a_closed_port_answers_rst, closed)
TABLE_TEST(a_listener_checks_rst_ack_syn, listening)
TABLE_TEST(syn_sent_checks_ack_rst_syn, syn_sent)
TABLE_TEST(syn_received_checks_in_order, syn_received)
TABLE_TEST(closing_moves_on, closing)

/* What is the same in every synchronized state, with %N for SND.NXT and %R for RCV.NXT. */
static const struct {
    const char *in, *out;
    bool ends;
} common[] = {
    {". 70000:70010 ack 1", ". %N:%N ack %R", false}, /* first: outside the window */
    {". 0:1 ack 1", ". %N:%N ack %R", false},         /* old data */
    {"S. 0:0 ack 1", ". %N:%N ack %R", false},        /* the SYN+ACK again */
    {". 65538:65538 ack 1", ". %N:%N ack %R", false}, /* beyond the right edge */
    {"R 70000:70000", "", false},                     /* a reset outside is not believed */
    {"R 0:0", "", false},                             /* nor an old one */
    {"R %R:%R", "", true},                            /* second: RFC 5961 3.2, exactly RCV.NXT */
    {"R 100:100", ". %N:%N ack %R", false},           /* in the window, but not exact */
    {"S 100:100", ". %N:%N ack %R", false},           /* fourth: RFC 5961 4.2 */
    {"S %R:%R", ". %N:%N ack %R", false},
    {"- %R:%R", "", false}, /* fifth: no ACK */
    {"- 5:15", "", false},
    {". %R:%R ack 3", ". %N:%N ack %R", false},      /* acknowledges what was never sent */
    {". %R:%R ack -65600", ". %N:%N ack %R", false}, /* RFC 5961 5.2: too old */
    {".U %R:%R ack 1 urg 1", "", false},             /* sixth: accepted */
};

static void fill(const char *pattern, const struct tcp *t, char *out)
{
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            *out++ = *pattern;
            continue;
        }
        out += sprintf(out, "%d", (int)(*++pattern == 'N' ? t->snd_nxt : t->rcv_nxt));
    }
    *out = '\0';
}

START_TEST(synchronized_states_share_their_checks)
{
    enum tcp_state state = TCP_ESTABLISHED + (unsigned)_i % 7;
    int row = _i / 7;
    struct tcp_rig r = rig_in(state);
    char in[64], out[64];
    fill(common[row].in, &r.tcp, in);
    fill(common[row].out, &r.tcp, out);
    rig_hear(&r, in);
    enum tcp_state to = common[row].ends ? TCP_CLOSED : state;
    ck_assert_msg(r.tcp.state == to && strcmp(r.said, out) == 0,
                  "%s hears %s: goes to %s; says '%s', not '%s'", tcp_state_name(state), in,
                  tcp_state_name(r.tcp.state), r.said, out);
    ck_assert_uint_eq(r.got, 0);
    rig_free(&r);
}
END_TEST

/* The seventh check: text is taken where the peer may still send, and passed over elsewhere. */
START_TEST(text_is_taken_while_the_peer_may_send)
{
    enum tcp_state state = TCP_ESTABLISHED + (unsigned)_i;
    struct tcp_rig r = rig_in(state);
    bool takes = state == TCP_ESTABLISHED || state == TCP_FIN_WAIT_1 || state == TCP_FIN_WAIT_2;
    rig_hear(&r, "P. 1:11 ack 1");
    ck_assert_uint_eq(r.got, takes ? 10 : 0);
    ck_assert_int_eq(r.tcp.state, state);
    ck_assert_int_eq(r.tcp.rcv_nxt, takes ? 11 : 2);
    rig_free(&r);
}
END_TEST

/* RFC 5961 5.2 and 7: one challenge a period is a limit, not the end of the check. */
START_TEST(a_limit_of_one_still_refuses_old_acknowledgements)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.challenge_acks = 1;
    rig_hear(&r, ". 1:11 ack -65600");
    ck_assert_str_eq(r.said, ". 1:1 ack 1");
    rig_hear(&r, ". 1:11 ack -65600");
    ck_assert_str_eq(r.said, "");
    ck_assert_uint_eq(r.got, 0);
    rig_free(&r);
}
END_TEST

/* With challenge ACKs off: RFC 793's rules. */
START_TEST(without_challenges_any_reset_in_the_window_resets)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.challenge_acks = 0;
    rig_hear(&r, "R 100:100");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    ck_assert_str_eq(r.told, "closed ECONNRESET");
    rig_free(&r);
    r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.challenge_acks = 0;
    rig_hear(&r, "S 100:100");
    ck_assert_str_eq(r.said, "R 1:1");
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    rig_free(&r);
}
END_TEST

/* What the application is told when a reset comes. */
static const struct {
    enum tcp_state state;
    const char *in, *told;
} resets[] = {
    {TCP_SYN_SENT, "R. 0:0 ack 1", "closed ECONNREFUSED"},
    {TCP_SYN_RECEIVED, "R 1:1", "closed ECONNRESET"},
    {TCP_ESTABLISHED, "R 1:1", "closed ECONNRESET"},
    {TCP_FIN_WAIT_1, "R 1:1", "closed ECONNRESET"},
    {TCP_FIN_WAIT_2, "R 1:1", "closed ECONNRESET"},
    {TCP_CLOSE_WAIT, "R 2:2", "closed ECONNRESET"},
    {TCP_CLOSING, "R 2:2", "closed"},
    {TCP_LAST_ACK, "R 2:2", "closed"},
    {TCP_TIME_WAIT, "R 2:2", "closed"},
};

START_TEST(a_reset_is_told_to_the_application)
{
    struct tcp_rig r = rig_in(resets[_i].state);
    r.tcp.running = 1 << TCP_GIVE_UP;
    rig_hear(&r, resets[_i].in);
    ck_assert_str_eq(r.told, resets[_i].told);
    ck_assert(r.has_ended);
    ck_assert_uint_eq(r.tcp.running, 0);
    rig_free(&r);
}
END_TEST

START_TEST(a_refused_active_simultaneous_open_is_told_as_refused)
{
    struct tcp_rig r = rig_in(TCP_SYN_SENT);
    rig_hear(&r, "S 0:0");
    rig_hear(&r, "R 1:1");
    ck_assert_str_eq(r.told, "closed ECONNREFUSED");
    rig_free(&r);
}
END_TEST

/* The FIN that comes again in TIME-WAIT starts the two MSL anew; nothing else does. */
START_TEST(a_repeated_fin_restarts_2msl)
{
    struct tcp_rig r = rig_in(TCP_FIN_WAIT_2);
    rig_hear(&r, "F. 1:1 ack 2");
    ck_assert_int_eq(r.due[TCP_2MSL], 240 * SIM_S);
    rig_until(&r, 100 * SIM_S);
    rig_hear(&r, ". 2:2 ack 2");
    ck_assert_int_eq(r.due[TCP_2MSL], 240 * SIM_S);
    rig_hear(&r, "F. 1:1 ack 2");
    ck_assert_str_eq(r.said, ". 2:2 ack 2");
    ck_assert_int_eq(r.due[TCP_2MSL], 340 * SIM_S);
    rig_until(&r, 340 * SIM_S);
    ck_assert_int_eq(r.tcp.state, TCP_CLOSED);
    ck_assert(r.has_ended);
    rig_free(&r);
}
END_TEST

/* Both ways into TIME-WAIT last two MSL. */
START_TEST(time_wait_after_closing_lasts_two_msl)
{
    struct tcp_rig r = rig_in(TCP_CLOSING);
    rig_hear(&r, ". 2:2 ack 2");
    ck_assert_int_eq(r.due[TCP_2MSL], 240 * SIM_S);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("states");
    tcase_add_loop_test(c, a_closed_port_answers_rst, 0, ROWS(closed));
    tcase_add_loop_test(c, a_listener_checks_rst_ack_syn, 0, ROWS(listening));
    tcase_add_loop_test(c, syn_sent_checks_ack_rst_syn, 0, ROWS(syn_sent));
    tcase_add_loop_test(c, syn_received_checks_in_order, 0, ROWS(syn_received));
    tcase_add_loop_test(c, closing_moves_on, 0, ROWS(closing));
    tcase_add_loop_test(c, synchronized_states_share_their_checks, 0, 7 * ROWS(common));
    tcase_add_loop_test(c, text_is_taken_while_the_peer_may_send, 0, 7);
    tcase_add_test(c, a_limit_of_one_still_refuses_old_acknowledgements);
    tcase_add_test(c, without_challenges_any_reset_in_the_window_resets);
    tcase_add_loop_test(c, a_reset_is_told_to_the_application, 0, ROWS(resets));
    tcase_add_test(c, a_refused_active_simultaneous_open_is_told_as_refused);
    tcase_add_test(c, a_repeated_fin_restarts_2msl);
    tcase_add_test(c, time_wait_after_closing_lasts_two_msl);
    return rig_run("tcp-states", c);
}
