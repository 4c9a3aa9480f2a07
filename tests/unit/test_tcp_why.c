/* Every segment has the reason that the caption tells: what leads to it, and which it is. */
#include "tcp_rig.h"

static const struct {
    enum tcp_state from;
    const char *in;
    enum tcp_why why;
} heard[] = {
    {TCP_CLOSED, "S 0:0", TCP_WHY_NOBODY},
    {TCP_LISTEN, ". 1:1 ack 1", TCP_WHY_NOBODY},
    {TCP_SYN_SENT, "S. 0:0 ack 1", TCP_WHY_SYN_ACK},
    {TCP_SYN_SENT, "S. 0:0 ack 2", TCP_WHY_BAD_ACK},
    {TCP_SYN_SENT, "S 0:0", TCP_WHY_SYN_CROSSED},
    {TCP_SYN_RECEIVED, ". 1:1 ack 2", TCP_WHY_BAD_ACK},
    {TCP_SYN_RECEIVED, "S 0:0", TCP_WHY_OLD},
    {TCP_ESTABLISHED, "R 100:100", TCP_WHY_CHALLENGE},
    {TCP_ESTABLISHED, "S 100:100", TCP_WHY_CHALLENGE},
    {TCP_ESTABLISHED, ". 0:1 ack 1", TCP_WHY_OLD},
    {TCP_ESTABLISHED, ". 1:1 ack 2", TCP_WHY_FUTURE_ACK},
    {TCP_ESTABLISHED, ". 1:1 ack -65600", TCP_WHY_OLD_ACK},
    {TCP_ESTABLISHED, ". 11:21 ack 1", TCP_WHY_GAP},
    {TCP_ESTABLISHED, "F. 11:21 ack 1", TCP_WHY_GAP},
    {TCP_ESTABLISHED, ". 1:1501 ack 1", TCP_WHY_ACK_DELAYED},
    {TCP_ESTABLISHED, "F. 1:1 ack 1", TCP_WHY_PEER_FIN},
    {TCP_FIN_WAIT_1, "F. 1:1 ack 1", TCP_WHY_FIN_CROSSED},
    {TCP_FIN_WAIT_1, "F. 1:1 ack 2", TCP_WHY_LAST_FIN},
    {TCP_FIN_WAIT_2, "F. 1:1 ack 2", TCP_WHY_LAST_FIN},
    {TCP_TIME_WAIT, "F. 1:1 ack 2", TCP_WHY_FIN_AGAIN},
};

START_TEST(answers_have_their_reason)
{
    struct tcp_rig r = rig_in(heard[_i].from);
    rig_hear(&r, heard[_i].in);
    rig_until(&r, 200 * SIM_MS);
    ck_assert_uint_eq(r.last_why, heard[_i].why);
    rig_free(&r);
}
END_TEST

static const struct {
    enum tcp_state from;
    unsigned call;
    enum tcp_why why;
} called[] = {
    {TCP_CLOSED, TCP_CALL_CONNECT, TCP_WHY_CONNECT}, {TCP_ESTABLISHED, CODE_SEND, TCP_WHY_DATA},
    {TCP_ESTABLISHED, CODE_CLOSE, TCP_WHY_CLOSE},    {TCP_ESTABLISHED, CODE_ABORT, TCP_WHY_ABORT},
    {TCP_CLOSE_WAIT, CODE_CLOSE, TCP_WHY_CLOSE},
};

START_TEST(calls_have_their_reason)
{
    struct tcp_rig r = rig_in(called[_i].from);
    rig_call(&r, called[_i].call, called[_i].call == CODE_SEND ? 10 : 0);
    ck_assert_uint_eq(r.last_why, called[_i].why);
    rig_free(&r);
}
END_TEST

START_TEST(repeats_have_their_reason)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 50000);
    for (int i = 0; i < 3; i++) {
        rig_hear(&r, ". 1:1 ack 1");
    }
    ck_assert_uint_eq(r.last_why, TCP_WHY_FAST);
    rig_until(&r, SIM_S);
    ck_assert_uint_eq(r.last_why, TCP_WHY_TIMEOUT);
    rig_hear(&r, ". 1:1 ack 1461");
    ck_assert_uint_eq(r.last_why, TCP_WHY_AFTER_TIMEOUT);
    rig_hear(&r, ". 1:1 ack 14601");
    ck_assert_uint_eq(r.last_why, TCP_WHY_ROOM);
    rig_free(&r);
}
END_TEST

START_TEST(acknowledgements_have_their_reason)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1461 ack 1");
    rig_hear(&r, ". 1461:2921 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_ACK);
    rig_hear(&r, ". 4381:5841 ack 1");
    rig_hear(&r, ". 2921:4381 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_FILLED);
    r.tcp.set.delayed_ack = -1;
    rig_hear(&r, ". 5841:5851 ack 1");
    ck_assert_uint_eq(r.last_why, TCP_WHY_ACK_AT_ONCE);
    rig_free(&r);
}
END_TEST

/* Reading that is switched on takes what waits, and tells the peer of the room. */
START_TEST(reading_opens_the_window)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.shows_window = true;
    r.tcp.set.receive_buffer = 1000;
    r.tcp.rcv_edge = 1001;
    rig_call(&r, TCP_CALL_READING, 0);
    rig_hear(&r, ". 1:1001 ack 1");
    ck_assert_str_eq(r.told, "");
    rig_until(&r, SIM_S);
    ck_assert_str_eq(r.said, ". 1:1 ack 1001 win 0");
    rig_call(&r, TCP_CALL_READING, 1);
    ck_assert_str_eq(r.told, "data 1000");
    ck_assert_str_eq(r.said, ". 1:1 ack 1001 win 1000");
    ck_assert_uint_eq(r.last_why, TCP_WHY_WINDOW_UPDATE);
    rig_free(&r);
}
END_TEST

/* A window of one byte is an open one. */
START_TEST(one_byte_of_window_ends_probing)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_hear(&r, ". 1:1 ack 1 win 0");
    rig_call(&r, CODE_SEND, 100);
    rig_until(&r, SIM_S);
    ck_assert_uint_eq(r.last_why, TCP_WHY_PROBE);
    rig_hear(&r, ". 1:1 ack 1 win 1");
    ck_assert_str_eq(r.said, ". 1:2 ack 1");
    ck_assert_int_eq(r.due[TCP_PERSIST], SIM_NEVER);
    ck_assert_int_eq(r.due[TCP_RETRANSMIT], 2 * SIM_S);
    rig_free(&r);
}
END_TEST

/* Every reason but the first has a text in both languages, or one that is told once. */
START_TEST(every_reason_has_words)
{
    const struct reason *reason = &tcp_type.reasons[_i];
    char key[64], once[64];
    snprintf(key, sizeof key, "say.%s", reason->key);
    snprintf(once, sizeof once, "say.once.%s", reason->key);
    for (enum lang l = 0; l < LANG_COUNT; l++) {
        ck_assert_msg(word_find(l, key) || word_find(l, once), "%s has no words", reason->key);
    }
    ck_assert(strncmp(reason->rfc, "RFC ", 4) == 0);
}
END_TEST

/* So has every arc that a diagram may draw. */
START_TEST(every_arc_has_words)
{
    for (const struct machine *m = tcp_machines; m->name; m++) {
        for (const struct machine_edge *e = m->edges; e->from >= 0; e++) {
            ck_assert(!e->label || word_find(LANG_ZH, e->label));
        }
    }
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("why");
    tcase_add_loop_test(c, answers_have_their_reason, 0, ROWS(heard));
    tcase_add_loop_test(c, calls_have_their_reason, 0, ROWS(called));
    tcase_add_test(c, repeats_have_their_reason);
    tcase_add_test(c, acknowledgements_have_their_reason);
    tcase_add_test(c, reading_opens_the_window);
    tcase_add_test(c, one_byte_of_window_ends_probing);
    tcase_add_loop_test(c, every_reason_has_words, 1, TCP_WHY_COUNT);
    tcase_add_test(c, every_arc_has_words);
    return rig_run("tcp-why", c);
}
