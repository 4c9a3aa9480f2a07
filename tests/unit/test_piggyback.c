/* Piggybacking at one host: the receiver of one flow (channel 0) and the sender of the other
 * (channel 1) share what waits. Time in ms; the answer waits 50. */
#include "arq_rig.h"
#include "proto/arq/arq.h"

#include <check.h>

static struct arq_rig in, out; /* they receive, they send */

static void open_host(const struct traffic_type *type)
{
    arq_rig_open(&in, type->sink);
    arq_rig_open(&out, type->source);
    in.host = out.host = calloc(1, arq_host_type.host_size);
    in.fx.author = 1;
    out.fx.author = 2;
    arq_rig_set(&in, "piggyback", 1);
    arq_rig_set(&out, "piggyback", 1);
    arq_rig_set(&out, "frames", 8);
}

static void close_host(void)
{
    free(in.host);
    arq_rig_close(&in);
    arq_rig_close(&out);
}

static const char *start(struct arq_rig *r, uint16_t channel)
{
    struct input input = {.kind = IN_START};
    input.net.from.port = input.net.to.port = (uint16_t)(channel + 1);
    return arq_rig_step(r, input);
}

/* The frame that left told the receiver that its answer rode along. */
static const char *rode(void)
{
    return arq_rig_step(&in, (struct input){.kind = IN_REQUEST, .code = CODE_INSIDE + 0x40});
}

static void says(struct arq_rig *r, const char *told, const char *want)
{
    const char *said = arq_rig_tell(r, told);
    ck_assert_msg(strcmp(said, want) == 0, "told '%s', it says '%s' instead of '%s'", told, said,
                  want);
}

START_TEST(an_answer_rides_in_the_next_frame_once)
{
    open_host(&arq_go_back_n);
    start(&in, 0);
    says(&in, "@18 DATA 0", "pass on, ack 0.068");
    out.now = 20 * SIM_MS;
    ck_assert_str_eq(start(&out, 1), ">ACTIVE, DATA 0 + ACK 1");
    ck_assert_str_eq(rode(), "ack -");
    says(&out, "@28 sent 0", "timeout 1.028, DATA 1");
    close_host();
}
END_TEST

START_TEST(without_a_frame_in_time_it_goes_alone)
{
    open_host(&arq_go_back_n);
    start(&in, 0);
    says(&in, "@18 DATA 0", "pass on, ack 0.068");
    says(&in, "@26 DATA 1", "pass on"); /* the later answer takes the place, and its time */
    says(&in, "@68 timeout", "ACK 2");
    out.now = 70 * SIM_MS;
    ck_assert_str_eq(start(&out, 1), ">ACTIVE, DATA 0");
    close_host();
}
END_TEST

START_TEST(what_no_later_answer_says_goes_alone)
{
    open_host(&arq_selective_repeat);
    start(&in, 0);
    says(&in, "@18 DATA 0", "pass on, ack 0.068");
    says(&in, "@26 DATA 1", "pass on, ACK 0, ack 0.076");
    says(&in, "@27 DATA 1", "throw away"); /* the same answer still waits */
    out.now = 30 * SIM_MS;
    ck_assert_str_eq(start(&out, 1), ">ACTIVE, DATA 0 + ACK 1");
    close_host();
}
END_TEST

START_TEST(an_answer_may_wait_for_ever)
{
    open_host(&arq_stop_and_wait);
    arq_rig_set(&in, "ack-delay", -1);
    start(&in, 0);
    says(&in, "@18 DATA 0", "pass on");
    out.now = 20 * SIM_MS;
    ck_assert_str_eq(start(&out, 1), ">SENDING, DATA 0 + ACK 1");
    close_host();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("piggyback");
    TCase *c = tcase_create("one host");
    tcase_add_test(c, an_answer_rides_in_the_next_frame_once);
    tcase_add_test(c, without_a_frame_in_time_it_goes_alone);
    tcase_add_test(c, what_no_later_answer_says_goes_alone);
    tcase_add_test(c, an_answer_may_wait_for_ever);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
