/* The short way of plain segments against the long way by the RFC's checks: the same effects in the
 * same order, and the same variables after each step, whatever happens around them. And that the
 * short way is taken by what it is for, and by nothing else. */
#include "proto/tcp/input.h"
#include "tcp_pair.h"

/* Every variable of both ends, into the story. */
static void tell_variables(struct pair *p)
{
    int64_t vars[32];
    unsigned count = var_count(&tcp_type);
    for (unsigned w = 0; w < END_COUNT; w++) {
        tcp_type.read(&p->end[w].tcp, vars);
        for (unsigned i = 0; i < count; i++) {
            tell(p, i, (uint64_t)vars[i]);
        }
        tell(p, p->end[w].tcp.running, (uint64_t)p->end[w].tcp.rcv_edge);
    }
}

/* Calm: nothing is negotiated that keeps segments off the short way, and there is much to send. */
static void calm_down(struct pair *p)
{
    for (unsigned w = 0; w < END_COUNT; w++) {
        struct tcp_settings *set = &p->end[w].tcp.set;
        set->timestamps = set->ecn = 0;
        set->sack = 1;
        set->recovery = roll(p, 3) ? TCP_RECOVER_AUTO : TCP_RECOVER_SACK;
        set->receive_buffer = 3000 + (int64_t)roll(p, 200000);
        p->end[w].to_send = roll(p, 3) ? roll(p, 400000) : 0;
    }
}

static struct pair *pair_of(unsigned seed, bool by_the_book)
{
    static struct flying flying[FLYING_MAX];
    struct pair *p = calloc(1, sizeof *p);
    p->flying = flying;
    p->dice = dice_make(seed, "straight");
    p->by_the_book = by_the_book;
    p->has_scripts = roll(p, 3) == 0;
    p->end[0].packets.keep = p->end[1].packets.keep = true;
    p->loss = roll(p, 3) ? (int64_t)roll(p, 30000000) : 0;
    p->twice = roll(p, 3) ? 0 : (int64_t)roll(p, 30000000);
    p->delay = (sim_time)(roll(p, 50) + 1) * SIM_MS;
    p->spread = roll(p, 3) ? 0 : (sim_time)roll(p, 30 * SIM_MS);
    start(p, 0, false);
    start(p, 1, true);
    if (roll(p, 4)) {
        calm_down(p);
    }
    return p;
}

enum { STEPS_MAX = 200000 };
static uint64_t stories[STEPS_MAX];

START_TEST(the_short_way_does_what_the_long_one_does)
{
    unsigned runs = getenv("SLOWWIRE_LONG") ? 400 : 100;
    for (unsigned seed = 1; seed <= runs; seed++) {
        struct pair *p = pair_of(seed, true);
        uint64_t steps = 0;
        do {
            tell_variables(p);
            ck_assert_uint_lt(steps, STEPS_MAX);
            stories[steps++] = p->story;
        } while (go_on(p) || wake(p));
        free_pair(p);
        p = pair_of(seed, false);
        uint64_t step = 0;
        do {
            tell_variables(p);
            ck_assert_msg(step < steps && p->story == stories[step],
                          "seed %u: after step %llu at %lld ns something is different", seed,
                          (unsigned long long)step, (long long)p->now);
            step++;
        } while (go_on(p) || wake(p));
        ck_assert_uint_eq(step, steps);
        free_pair(p);
    }
}
END_TEST

/* ---- who takes it ---- */

/* An endpoint in ESTABLISHED with two segments of 1000 bytes under way, and room for more. */
static void stand(struct tcp *t)
{
    params_initial(&tcp_type, t);
    t->state = TCP_ESTABLISHED;
    t->iss = seq(1000);
    t->irs = seq(5000);
    t->sack_ok = true;
    t->snd_una = 1;
    t->snd_nxt = t->snd_at = t->snd_end = 2001;
    t->rcv_nxt = t->rcv_acked = 1;
    t->rcv_edge = 1 + 65535;
    t->snd_wnd = t->snd_wnd_max = 65535;
    t->snd_mss = 1000;
    t->credit = UINT32_MAX;
    t->rto = SIM_S;
    cc_initial_window(t);
}

static void in_recovery(struct tcp *t)
{
    t->congestion = TCP_RECOVERY;
}
static void with_duplicates(struct tcp *t)
{
    t->dup_acks = 1;
}
static void with_timestamps(struct tcp *t)
{
    t->ts_on = true;
}
static void with_ecn(struct tcp *t)
{
    t->ecn_on = true;
}
static void with_a_gap(struct tcp *t)
{
    sack_hold(t, 3001, 1000);
}
static void with_a_fin_ahead(struct tcp *t)
{
    t->rcv_fin = 1001;
}
static void probing(struct tcp *t)
{
    t->running |= 1u << TCP_PERSIST;
}
static void after_our_fin(struct tcp *t)
{
    t->state = TCP_FIN_WAIT_1;
    t->fin_wanted = t->fin_sent = true;
}
static void closing(struct tcp *t)
{
    t->state = TCP_FIN_WAIT_1;
    t->fin_wanted = true;
}
static void read_by_hand(struct tcp *t)
{
    t->credit = 5000;
}
static void with_a_small_window(struct tcp *t)
{
    t->rcv_edge = 1000;
}
static void by_the_book(struct tcp *t)
{
    t->by_the_book = true;
}

/* Segments: 0 for an acknowledgement of all that is under way, else so many bytes. */
static const struct {
    const char *name;
    void (*change)(struct tcp *t);
    uint32_t seq, ack, len;
    unsigned flags;
    bool is_straight;
} arriving[] = {
    {"the next data", NULL, 5001, 1001, 1000, TCP_ACK, true},
    {"the same with PSH", NULL, 5001, 1001, 1000, TCP_ACK | TCP_PSH, true},
    {"an acknowledgement", NULL, 5001, 3001, 0, TCP_ACK, true},
    {"an acknowledgement of a part", NULL, 5001, 1002, 0, TCP_ACK, true},
    {"the next data, when we have closed", closing, 5001, 1001, 1000, TCP_ACK, true},
    {"data that acknowledges", NULL, 5001, 2001, 1000, TCP_ACK, false},
    {"data behind a gap", NULL, 5002, 1001, 1000, TCP_ACK, false},
    {"old data", NULL, 5000, 1001, 1000, TCP_ACK, false},
    {"a duplicate", NULL, 5001, 1001, 0, TCP_ACK, false},
    {"an acknowledgement of the future", NULL, 5001, 3002, 0, TCP_ACK, false},
    {"an acknowledgement with another number", NULL, 5002, 3001, 0, TCP_ACK, false},
    {"data with FIN", NULL, 5001, 1001, 1000, TCP_ACK | TCP_FIN, false},
    {"data with URG", NULL, 5001, 1001, 1000, TCP_ACK | TCP_URG, false},
    {"a SYN", NULL, 5001, 1001, 0, TCP_SYN, false},
    {"a RST", NULL, 5001, 1001, 0, TCP_RST | TCP_ACK, false},
    {"a RST with data", NULL, 5001, 1001, 1000, TCP_RST, false},
    {"ECE", NULL, 5001, 3001, 0, TCP_ACK | TCP_ECE, false},
    {"data without ACK", NULL, 5001, 1001, 1000, 0, false},
    {"an acknowledgement in a recovery", in_recovery, 5001, 3001, 0, TCP_ACK, false},
    {"an acknowledgement behind a duplicate", with_duplicates, 5001, 3001, 0, TCP_ACK, false},
    {"data where timestamps are", with_timestamps, 5001, 1001, 1000, TCP_ACK, false},
    {"data where ECN is", with_ecn, 5001, 1001, 1000, TCP_ACK, false},
    {"data where some waits", with_a_gap, 5001, 1001, 1000, TCP_ACK, false},
    {"data up to a FIN", with_a_fin_ahead, 5001, 1001, 1000, TCP_ACK, false},
    {"an acknowledgement of a probe", probing, 5001, 3001, 0, TCP_ACK, false},
    {"an acknowledgement behind our FIN", after_our_fin, 5001, 3001, 0, TCP_ACK, false},
    {"data for who reads by hand", read_by_hand, 5001, 1001, 1000, TCP_ACK, false},
    {"data beyond the window", with_a_small_window, 5001, 1001, 1000, TCP_ACK, false},
    {"anything by the book", by_the_book, 5001, 1001, 1000, TCP_ACK, false},
};

START_TEST(the_short_way_is_for_plain_segments)
{
    struct tcp t = {0}, before;
    struct packets packets = {0};
    struct fx fx = {.packets = &packets};
    uint8_t head[TCP_HEADER_MAX];
    stand(&t);
    if (arriving[_i].change) {
        arriving[_i].change(&t);
    }
    struct tcp_seg seg = {.seq = seq(arriving[_i].seq),
                          .ack = seq(arriving[_i].ack),
                          .flags = (uint8_t)arriving[_i].flags,
                          .window = 65535};
    size_t len = tcp_encode(&seg, head);
    struct input in = {.kind = IN_PACKET,
                       .head = bytes_of(head, len),
                       .body = {.stream = arriving[_i].len ? 1 : 0, .len = arriving[_i].len}};
    before = t;
    ck_assert_msg(tcp_arrives_straight(&t, &in, &fx) == arriving[_i].is_straight, "%s",
                  arriving[_i].name);
    if (!arriving[_i].is_straight) {
        ck_assert_mem_eq(&t, &before, sizeof t);
        ck_assert_ptr_eq(fx.front, fx.back);
    }
    tcp_type.free(&t);
    packets_free(&packets);
    fx_free(&fx);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp-straight");
    TCase *c = tcase_create("straight");
    tcase_set_timeout(c, 1200);
    tcase_add_test(c, the_short_way_does_what_the_long_one_does);
    tcase_add_loop_test(c, the_short_way_is_for_plain_segments, 0,
                        (int)(sizeof arriving / sizeof *arriving));
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
