/* The receiver's waiting: what an adaptive buffer learns of the ways it has seen, by hand and for
 * any seed, and streams of one sender that are played in step. */
#include "world_rig.h"

#include "proto/rtp/rtp.h"
#include "wire/rtcp.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* Transits in ms; mean and mean deviation as they come out by hand: the n-th weighs 1/n. */
static const struct {
    sim_time transit[4];
    unsigned count;
    sim_time mean, deviation; /* us */
} lessons[] = {
    {{30}, 1, 30000, 0},
    {{30, 30, 30}, 3, 30000, 0},
    {{30, 50}, 2, 40000, 5000},                /* (0 + |50 - 40|) / 2 */
    {{30, 50, 40}, 3, 40000, 3333},            /* 5000 + (0 - 5000) / 3 */
    {{-10, 10, 0, 40}, 4, 10000, 3333 + 6666}, /* 3333 + (30000 - 3333) / 4 */
};

START_TEST(mean_and_deviation_are_running_means)
{
    struct playout_estimate e = {0};
    for (unsigned i = 0; i < lessons[_i].count; i++) {
        playout_learn(&e, lessons[_i].transit[i] * SIM_MS);
    }
    ck_assert_int_le(llabs(e.transit - lessons[_i].mean * SIM_US), 2 * SIM_US);
    ck_assert_int_le(llabs(e.deviation - lessons[_i].deviation * SIM_US), 2 * SIM_US);
    ck_assert_int_eq(playout_advice(&e), e.transit + 4 * e.deviation);
}
END_TEST

/* After a step of 100 ms the gain is 1/128: 1 - (127/128)^n of it has come in after n packets. */
START_TEST(a_change_of_the_way_comes_in_by_a_128th)
{
    struct playout_estimate e = {0};
    for (int i = 0; i < 1000; i++) {
        playout_learn(&e, 0);
    }
    for (int i = 0; i < 128; i++) {
        playout_learn(&e, 100 * SIM_MS);
    }
    ck_assert_double_eq_tol((double)e.transit / SIM_MS, 100 * (1 - pow(127.0 / 128, 128)), 0.01);
}
END_TEST

static double figure(const struct rig *r, uint32_t flow, const char *name)
{
    const struct flow *f = &r->trace.flows[flow];
    for (unsigned i = 0; i < f->figure_count; i++) {
        if (strcmp(f->figures[i].name, name) == 0) {
            return f->figures[i].value;
        }
    }
    ck_abort_msg("no figure %s", name);
    return 0;
}

static struct scenario_traffic *stream(struct rig *r, uint16_t port)
{
    struct scenario_traffic *t = rig_traffic(r, "rtp", 0, 1);
    t->port = port;
    return t;
}

/* A jitter of 5 to 55 ms: from the second talkspurt on nothing is late. */
START_TEST(an_adaptive_buffer_learns_in_one_talkspurt_whatever_the_seed)
{
    struct rig r;
    rig_init(&r);
    rig_link(&r, rig_node(&r, "alice", SCENARIO_HOST), rig_node(&r, "bob", SCENARIO_HOST), 0,
             30 * SIM_MS)
        ->direction[0]
        .jitter = 25 * SIM_MS;
    struct scenario_traffic *t = stream(&r, 5004);
    rig_set(t, "for", 10 * SIM_S);
    rig_set(t, "silence.talk", SIM_S);
    rig_set(t, "silence.pause", SIM_S);
    rig_set(t, "playout.delay", 0);
    rig_set(t, "playout.adaptive", 1);
    rig_set(t, "rtcp", 0);
    r.sc.seed = (uint64_t)_i + 1;
    rig_run(&r, true);
    for (uint32_t n = 1; n <= r.trace.count; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        ck_assert_msg(rec->kind != REC_DROP || rec->at < 1100 * SIM_MS, "late at %lld ns",
                      (long long)rec->at);
    }
    ck_assert_double_eq(figure(&r, 1, "lost"), 0);
    rig_free(&r);
}
END_TEST

/* Without silences the delay stays as it is: nothing is cut within a talkspurt. */
START_TEST(within_a_talkspurt_the_delay_stays)
{
    struct rig r;
    rig_init(&r);
    rig_link(&r, rig_node(&r, "alice", SCENARIO_HOST), rig_node(&r, "bob", SCENARIO_HOST), 0,
             30 * SIM_MS)
        ->direction[0]
        .jitter = 25 * SIM_MS;
    struct scenario_traffic *t = stream(&r, 5004);
    rig_set(t, "for", 4 * SIM_S);
    rig_set(t, "playout.adaptive", 1);
    rig_set(t, "rtcp", 0);
    rig_run(&r, true);
    sim_time last = -1;
    unsigned played = 0;
    for (uint32_t n = 1; n <= r.trace.count; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        if (rec->kind == REC_DELIVER) {
            ck_assert(last < 0 || (rec->at - last) % (20 * SIM_MS) == 0);
            last = rec->at;
            played++;
        }
    }
    ck_assert_uint_ge(played, 100);
    rig_free(&r);
}
END_TEST

/* Voice waits 40 ms, pictures are coded for 80 ms and wait 100 ms: 140 ms apart, until both have
 * been told what time it was. The receiver's clock may say what it likes. */
static const sim_time offsets[] = {0, 20 * SIM_S, -3 * SIM_S};

START_TEST(sound_and_pictures_are_played_in_step_after_their_reports)
{
    struct rig r;
    rig_init(&r);
    rig_link(&r, rig_node(&r, "alice", SCENARIO_HOST), rig_node(&r, "bob", SCENARIO_HOST), 0,
             30 * SIM_MS);
    r.nodes[1].clock_offset = offsets[_i];
    struct scenario_traffic *voice = stream(&r, 5004), *video = stream(&r, 5006);
    rig_set(voice, "playout.delay", 40 * SIM_MS);
    rig_set(voice, "playout.in-step", 1);
    rig_set(voice, "for", 12 * SIM_S);
    rig_set(video, "video.fps", 25 * SIM_S);
    rig_set(video, "encode", 80 * SIM_MS);
    rig_set(video, "playout.delay", 100 * SIM_MS);
    rig_set(video, "playout.in-step", 1);
    rig_set(video, "for", 12 * SIM_S);
    rig_run(&r, true);
    ck_assert_double_eq_tol(figure(&r, 1, "sync.alone_ms"), -140, 0.2);
    ck_assert_double_eq_tol(figure(&r, 2, "sync.alone_ms"), 140, 0.2);
    ck_assert_double_eq_tol(figure(&r, 1, "sync.error_ms"), 0, 1);
    ck_assert_double_eq_tol(figure(&r, 2, "sync.error_ms"), 0, 1);
    ck_assert_double_eq(figure(&r, 1, "late"), 0);
    ck_assert_double_eq(figure(&r, 1, "concealed"), 0);
    rig_free(&r);
}
END_TEST

START_TEST(streams_of_different_senders_do_not_wait_for_each_other)
{
    struct sync_host h = {0};
    struct sync_stream *a = sync_join(&h, 1), *b = sync_join(&h, 2), *c = sync_join(&h, 1);
    struct sync_apart apart;
    *a = (struct sync_stream){.sender = 1, .is_mapped = true, .wants = 40, .plays = 40};
    *b = (struct sync_stream){.sender = 2, .is_mapped = true, .wants = 900, .plays = 900};
    ck_assert_int_eq(sync_wait(&h, a), 0);
    ck_assert(!sync_error(&h, a, &apart));
    *c = (struct sync_stream){.sender = 1, .is_mapped = true, .wants = 100, .plays = 100};
    ck_assert_int_eq(sync_wait(&h, a), 60);
    ck_assert_int_eq(sync_wait(&h, c), 0);
    ck_assert(sync_error(&h, a, &apart));
    ck_assert_int_eq(apart.alone, -60);
}
END_TEST

START_TEST(a_host_keeps_so_many_streams_in_step_and_no_more)
{
    struct sync_host h = {0};
    for (unsigned i = 0; i < SYNC_STREAMS; i++) {
        ck_assert_ptr_nonnull(sync_join(&h, 1));
    }
    ck_assert_ptr_null(sync_join(&h, 1));
}
END_TEST

/* NTP's fraction is finer than a nanosecond: nothing is lost on the way there and back. */
START_TEST(ntp_time_comes_back_as_it_went)
{
    static const int64_t times[] = {0, 1, 999999999, 1500000000, -1, INT64_C(172800000000001)};
    ck_assert_int_eq(ntp_ns(ntp_of(times[_i])), times[_i]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rtp playout");
    TCase *c = tcase_create("receiver");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, mean_and_deviation_are_running_means, 0, ROWS(lessons));
    tcase_add_test(c, a_change_of_the_way_comes_in_by_a_128th);
    tcase_add_loop_test(c, an_adaptive_buffer_learns_in_one_talkspurt_whatever_the_seed, 0, 100);
    tcase_add_test(c, within_a_talkspurt_the_delay_stays);
    tcase_add_loop_test(c, sound_and_pictures_are_played_in_step_after_their_reports, 0,
                        ROWS(offsets));
    tcase_add_test(c, streams_of_different_senders_do_not_wait_for_each_other);
    tcase_add_test(c, a_host_keeps_so_many_streams_in_step_and_no_more);
    tcase_add_loop_test(c, ntp_time_comes_back_as_it_went, 0, 6);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
