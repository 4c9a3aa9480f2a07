/* Stop-and-wait as tables: what is told, and what the endpoint does. Timeout 100 ms, 1 bit. */
#include "arq_rig.h"
#include "proto/arq/arq.h"

#include <check.h>

struct row {
    const char *told, *says;
};
struct story {
    const char *name;
    int64_t bits, acks, frames, arrivals;
    struct row rows[16];
};

static const struct story sender[] = {
    {"frames follow their acknowledgements",
     1,
     ARQ_ACKS_NEXT,
     3,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@28 ACK 1", "timeout -, >IDLE, >SENDING, DATA 1"},
      {"@36 sent 1", ">WAIT-ACK, timeout 0.136"},
      {"@56 ACK 0", "timeout -, >IDLE, >SENDING, DATA 0"},
      {"@64 sent 2", ">WAIT-ACK, timeout 0.164"},
      {"@84 ACK 1", "timeout -, >IDLE, >DONE"}}},
    {"a timeout sends the same frame again, as often as it takes",
     1,
     ARQ_ACKS_NEXT,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@108 timeout", ">SENDING, DATA 0"},
      {"@116 sent 0", ">WAIT-ACK, timeout 0.216"},
      {"@216 timeout", ">SENDING, DATA 0"},
      {"@224 sent 0", ">WAIT-ACK, timeout 0.324"},
      {"@244 ACK 1", "timeout -, >IDLE, >SENDING, DATA 1"}}},
    {"an old acknowledgement moves nothing",
     1,
     ARQ_ACKS_NEXT,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@20 ACK 0", "throw away"},
      {"@28 ACK 1", "timeout -, >IDLE, >SENDING, DATA 1"},
      {"@30 ACK 1", "throw away"}}},
    {"a damaged acknowledgement is none",
     1,
     ARQ_ACKS_NEXT,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@28 bad ACK 1", "throw away"},
      {"@108 timeout", ">SENDING, DATA 0"}}},
    {"an acknowledgement while a needless copy leaves lets it finish",
     1,
     ARQ_ACKS_NEXT,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@108 timeout", ">SENDING, DATA 0"},
      {"@110 ACK 1", "timeout -"},
      {"@112 ACK 1", "throw away"},
      {"@116 sent 0", ">IDLE, >SENDING, DATA 1"}}},
    {"acks: last names the frame itself",
     1,
     ARQ_ACKS_LAST,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@20 ACK 1", "throw away"},
      {"@28 ACK 0", "timeout -, >IDLE, >SENDING, DATA 1"}}},
    {"three bits count to seven",
     3,
     ARQ_ACKS_NEXT,
     9,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@28 ACK 1", "timeout -, >IDLE, >SENDING, DATA 1"},
      {"@36 sent 1", ">WAIT-ACK, timeout 0.136"},
      {"@56 ACK 2", "timeout -, >IDLE, >SENDING, DATA 2"}}},
    {"without a number any acknowledgement will do",
     0,
     ARQ_ACKS_NEXT,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@28 ACK 0", "timeout -, >IDLE, >SENDING, DATA 0"}}},
    {"data is no answer to a sender",
     1,
     ARQ_ACKS_NEXT,
     2,
     -1,
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@28 DATA 1", "throw away"}}},
    {"frames that arrive 20 a second are sent when they are there",
     1,
     ARQ_ACKS_NEXT,
     3,
     INT64_C(20000000000),
     {{"start", ">SENDING, DATA 0"},
      {"@8 sent 0", ">WAIT-ACK, timeout 0.108"},
      {"@28 ACK 1", "timeout -, >IDLE, arrival 0.050"},
      {"@50 arrival", ">SENDING, DATA 1"},
      {"@58 sent 1", ">WAIT-ACK, timeout 0.158"},
      {"@118 ACK 0", "timeout -, >IDLE, >SENDING, DATA 0"}}},
};

static const struct story receiver[] = {
    {"frames in order are passed on and answered",
     1,
     ARQ_ACKS_NEXT,
     0,
     0,
     {{"start", ""}, {"DATA 0", "pass on, ACK 1"}, {"DATA 1", "pass on, ACK 0"}}},
    {"a repeated frame is thrown away and answered again",
     1,
     ARQ_ACKS_NEXT,
     0,
     0,
     {{"start", ""},
      {"DATA 0", "pass on, ACK 1"},
      {"DATA 0", "throw away, ACK 1"},
      {"DATA 0", "throw away, ACK 1"},
      {"DATA 1", "pass on, ACK 0"}}},
    {"a damaged frame gets no answer",
     1,
     ARQ_ACKS_NEXT,
     0,
     0,
     {{"start", ""}, {"bad DATA 0", "throw away"}, {"DATA 0", "pass on, ACK 1"}}},
    {"acks: last names the frame that came",
     1,
     ARQ_ACKS_LAST,
     0,
     0,
     {{"start", ""},
      {"DATA 0", "pass on, ACK 0"},
      {"DATA 0", "throw away, ACK 0"},
      {"DATA 1", "pass on, ACK 1"}}},
    {"acks: last has nothing to name before the first frame",
     1,
     ARQ_ACKS_LAST,
     0,
     0,
     {{"start", ""}, {"DATA 1", "throw away"}, {"DATA 0", "pass on, ACK 0"}}},
    {"without a number a copy is taken for the next frame",
     0,
     ARQ_ACKS_NEXT,
     0,
     0,
     {{"start", ""}, {"DATA 0", "pass on, ACK 0"}, {"DATA 0", "pass on, ACK 0"}}},
    {"an acknowledgement is not for a receiver",
     1,
     ARQ_ACKS_NEXT,
     0,
     0,
     {{"start", ""}, {"ACK 0", "throw away"}}},
};

static void tell(const struct actor_type *type, const struct story *s)
{
    struct arq_rig rig;
    arq_rig_open(&rig, type);
    arq_rig_set(&rig, "frames", s->frames);
    arq_rig_set(&rig, "timeout", 100 * SIM_MS);
    arq_rig_set(&rig, "sequence-bits", s->bits);
    arq_rig_set(&rig, "acks", s->acks);
    arq_rig_set(&rig, "arrivals", s->arrivals);
    for (const struct row *row = s->rows; row->told; row++) {
        const char *said = arq_rig_tell(&rig, row->told);
        ck_assert_msg(strcmp(said, row->says) == 0, "%s: told '%s', it says '%s' instead of '%s'",
                      s->name, row->told, said, row->says);
    }
    arq_rig_close(&rig);
}

START_TEST(the_sender)
{
    tell(arq_stop_and_wait.source, &sender[_i]);
}
END_TEST

START_TEST(the_receiver)
{
    tell(arq_stop_and_wait.sink, &receiver[_i]);
}
END_TEST

START_TEST(without_a_timer_it_waits_for_ever)
{
    struct arq_rig rig;
    arq_rig_open(&rig, arq_stop_and_wait.source);
    arq_rig_set(&rig, "timeout", -1);
    arq_rig_tell(&rig, "start");
    ck_assert_str_eq(arq_rig_tell(&rig, "@8 sent 0"), ">WAIT-ACK, timeout -");
    arq_rig_close(&rig);
}
END_TEST

START_TEST(deaf_to_numbers_it_takes_any_acknowledgement)
{
    struct arq_rig rig;
    arq_rig_open(&rig, arq_stop_and_wait.source);
    arq_rig_set(&rig, "ack-numbers", 0);
    arq_rig_tell(&rig, "start");
    arq_rig_tell(&rig, "@8 sent 0");
    ck_assert_str_eq(arq_rig_tell(&rig, "@28 ACK 0"), "timeout -, >IDLE, >SENDING, DATA 1");
    arq_rig_close(&rig);
}
END_TEST

/* RFC 6298: the first answer after 20 ms makes RTO = 20 + 4 x 10 = 60 ms, the second 20 + 4 x 7.5 =
 * 50 ms; a timeout doubles it, and the answer to a frame that was sent twice tells nothing. One
 * after 16 ms makes 19.5 + 4 x 6.625 = 46 ms. */
START_TEST(an_adaptive_timeout_follows_the_answers)
{
    struct arq_rig rig;
    arq_rig_open(&rig, arq_stop_and_wait.source);
    arq_rig_set(&rig, "timeout", SIM_S);
    arq_rig_set(&rig, "adaptive-timeout", 1);
    arq_rig_tell(&rig, "start");
    ck_assert_str_eq(arq_rig_tell(&rig, "@10 sent 0"), ">WAIT-ACK, timeout 1.010");
    arq_rig_tell(&rig, "@30 ACK 1");
    ck_assert_str_eq(arq_rig_tell(&rig, "@40 sent 1"), ">WAIT-ACK, timeout 0.100");
    arq_rig_tell(&rig, "@60 ACK 0");
    ck_assert_str_eq(arq_rig_tell(&rig, "@70 sent 2"), ">WAIT-ACK, timeout 0.120");
    ck_assert_str_eq(arq_rig_tell(&rig, "@120 timeout"), ">SENDING, DATA 0");
    ck_assert_str_eq(arq_rig_tell(&rig, "@130 sent 2"), ">WAIT-ACK, timeout 0.230");
    arq_rig_tell(&rig, "@135 ACK 1");
    ck_assert_str_eq(arq_rig_tell(&rig, "@145 sent 3"), ">WAIT-ACK, timeout 0.245");
    arq_rig_tell(&rig, "@161 ACK 0");
    ck_assert_str_eq(arq_rig_tell(&rig, "@170 sent 4"), ">WAIT-ACK, timeout 0.216");
    arq_rig_close(&rig);
}
END_TEST

START_TEST(with_the_check_off_a_damaged_frame_is_passed_on)
{
    struct arq_rig rig;
    arq_rig_open(&rig, arq_stop_and_wait.sink);
    arq_rig_set(&rig, "crc", 0);
    arq_rig_tell(&rig, "start");
    ck_assert_str_eq(arq_rig_tell(&rig, "bad DATA 0"), "pass on, ACK 1");
    arq_rig_close(&rig);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stop-and-wait");
    TCase *c = tcase_create("tables");
    tcase_add_loop_test(c, the_sender, 0, (int)(sizeof sender / sizeof *sender));
    tcase_add_loop_test(c, the_receiver, 0, (int)(sizeof receiver / sizeof *receiver));
    tcase_add_test(c, without_a_timer_it_waits_for_ever);
    tcase_add_test(c, deaf_to_numbers_it_takes_any_acknowledgement);
    tcase_add_test(c, an_adaptive_timeout_follows_the_answers);
    tcase_add_test(c, with_the_check_off_a_damaged_frame_is_passed_on);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
