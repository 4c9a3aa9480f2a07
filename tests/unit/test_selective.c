/* Selective repeat as tables: what is told, and what the endpoint does. A frame takes 8 ms to
 * leave, the timeout is 100 ms, the window 4, the numbers have 3 bits; an ACK names the frame that
 * came (acks: last). Each frame has a timer of its own. */
#include "arq_story.h"
#include "proto/arq/arq.h"

static const struct arq_story sender[] = {
    {"the window lets four frames out, each with a timer of its own",
     "frames 8",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116, DATA 2"},
      {"@24 sent 2", "timeout 0.124, DATA 3"},
      {"@32 sent 3", "timeout 0.132"},
      {"@60 ACK 0", "timeout -, DATA 4"}}},
    {"an acknowledgement inside the window moves nothing; that of the oldest moves all",
     "frames 8",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116, DATA 2"},
      {"@24 sent 2", "timeout 0.124, DATA 3"},
      {"@32 sent 3", "timeout 0.132"},
      {"@60 ACK 1", "timeout -"},
      {"@68 ACK 2", "timeout -"},
      {"@76 ACK 0", "timeout -, DATA 4"},
      {"@84 sent 4", "timeout 0.184, DATA 5"},
      {"@92 sent 5", "timeout 0.192, DATA 6"},
      {"@100 sent 6", "timeout 0.200"}}},
    {"only the frame whose timer ran out goes again",
     "frames 4",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116, DATA 2"},
      {"@24 sent 2", "timeout 0.124, DATA 3"},
      {"@32 sent 3", "timeout 0.132"},
      {"@60 ACK 0", "timeout -"},
      {"@68 ACK 2", "timeout -"},
      {"@76 ACK 3", "timeout -"},
      {"@116 timeout 1", "DATA 1"},
      {"@124 sent 1", "timeout 0.224"},
      {"@150 ACK 1", "timeout -, >IDLE, >DONE"}}},
    {"several that must go again wait for the link, the oldest first",
     "frames 8 timeout 10",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.018, DATA 1"},
      {"@16 sent 1", "timeout 0.026, DATA 2"},
      {"@18 timeout 0", ""},
      {"@24 sent 2", "timeout 0.034, DATA 0"},
      {"@26 timeout 1", ""},
      {"@32 sent 0", "timeout 0.042, DATA 1"}}},
    {"an acknowledgement spares a copy that has not left yet",
     "frames 8 timeout 10",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.018, DATA 1"},
      {"@18 timeout 0", ""},
      {"@19 ACK 0", "timeout -"},
      {"@20 sent 1", "timeout 0.030, DATA 2"}}},
    {"a cumulative acknowledgement stands for all before it",
     "frames 4 cumulative 1 acks 0",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116, DATA 2"},
      {"@24 sent 2", "timeout 0.124, DATA 3"},
      {"@32 sent 3", "timeout 0.132"},
      {"@60 ACK 0", "throw away"},
      {"@68 ACK 3", "timeout -, timeout -, timeout -"},
      {"@76 ACK 4", "timeout -, >IDLE, >DONE"}}},
    {"an old acknowledgement moves nothing",
     "frames 8",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@10 ACK 0", "timeout -"},
      {"@11 ACK 0", "throw away"},
      {"@12 ACK 5", "throw away"},
      {"@13 bad ACK 1", "throw away"},
      {"@16 sent 1", "timeout 0.116, DATA 2"}}},
    {"acks: next names the frame behind the one that came",
     "frames 8 acks 0",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116, DATA 2"},
      {"@20 ACK 2", "timeout -"},
      {"@21 ACK 1", "timeout -"},
      {"@24 sent 2", "timeout 0.124, DATA 3"}}},
    {"a NAK sends that frame again at once, and its timer waits until it has left",
     "frames 8 naks 1",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116, DATA 2"},
      {"@24 sent 2", "timeout 0.124, DATA 3"},
      {"@32 sent 3", "timeout 0.132"},
      {"@44 NAK 1", "timeout -, DATA 1"},
      {"@52 sent 1", "timeout 0.152"}}},
    {"a NAK of a frame that is acknowledged, or was never sent, means nothing",
     "frames 8 naks 1",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@10 ACK 0", "timeout -"},
      {"@12 NAK 0", "throw away"},
      {"@13 NAK 6", "throw away"},
      {"@16 sent 1", "timeout 0.116, DATA 2"}}},
    {"numbers wrap: with 2 bits 0 follows 3",
     "frames 8 sequence-bits 2 window 2",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, DATA 1"},
      {"@16 sent 1", "timeout 0.116"},
      {"@20 ACK 0", "timeout -, DATA 2"},
      {"@28 sent 2", "timeout 0.128"},
      {"@30 ACK 1", "timeout -, DATA 3"},
      {"@38 sent 3", "timeout 0.138"},
      {"@40 ACK 2", "timeout -, DATA 0"},
      {"@48 sent 4", "timeout 0.148"},
      {"@50 ACK 3", "timeout -, DATA 1"}}},
    {"frames that arrive 100 a second wait for themselves",
     "frames 3 arrivals 100000000000",
     {{"start", ">ACTIVE, DATA 0"},
      {"@8 sent 0", "timeout 0.108, arrival 0.010"},
      {"@10 arrival", "DATA 1"},
      {"@18 sent 1", "timeout 0.118, arrival 0.020"}}},
};

static const struct arq_story receiver[] = {
    {"frames in order are passed on, and each is answered",
     "",
     {{"start", ""}, {"DATA 0", "pass on, ACK 0"}, {"DATA 1", "pass on, ACK 1"}}},
    {"a frame out of order is kept and answered; the gap filled, all are passed on",
     "",
     {{"start", ""},
      {"DATA 0", "pass on, ACK 0"},
      {"DATA 2", "ACK 2"},
      {"DATA 3", "ACK 3"},
      {"DATA 1", "pass on, pass on, pass on, ACK 1"},
      {"DATA 4", "pass on, ACK 4"}}},
    {"a copy is thrown away and answered again, passed on or kept",
     "",
     {{"start", ""},
      {"DATA 0", "pass on, ACK 0"},
      {"DATA 0", "throw away, ACK 0"},
      {"DATA 2", "ACK 2"},
      {"DATA 2", "throw away, ACK 2"}}},
    {"outside both windows nothing is answered",
     "sequence-bits 4",
     {{"start", ""}, {"DATA 4", "throw away"}, {"DATA 12", "throw away"}, {"DATA 3", "ACK 3"}}},
    {"a smaller buffer keeps less",
     "receiver-buffer 2",
     {{"start", ""},
      {"DATA 1", "ACK 1"},
      {"DATA 2", "throw away"},
      {"DATA 0", "pass on, pass on, ACK 0"},
      {"DATA 3", "ACK 3"}}},
    {"a damaged frame gets no answer",
     "",
     {{"start", ""}, {"bad DATA 0", "throw away"}, {"DATA 0", "pass on, ACK 0"}}},
    {"with the check off it is passed on",
     "crc 0",
     {{"start", ""}, {"bad DATA 0", "pass on, ACK 0"}}},
    {"acks: next names the frame behind the one that came",
     "acks 0",
     {{"start", ""},
      {"DATA 0", "pass on, ACK 1"},
      {"DATA 2", "ACK 3"},
      {"DATA 0", "throw away, ACK 1"}}},
    {"a NAK asks once for each missing frame",
     "naks 1",
     {{"start", ""},
      {"DATA 2", "NAK 0, NAK 1, ACK 2"},
      {"DATA 3", "ACK 3"},
      {"DATA 1", "ACK 1"},
      {"DATA 0", "pass on, pass on, pass on, pass on, ACK 0"},
      {"DATA 5", "NAK 4, ACK 5"}}},
    {"numbers wrap: with 2 bits 0 follows 3",
     "sequence-bits 2 window 2",
     {{"start", ""},
      {"DATA 0", "pass on, ACK 0"},
      {"DATA 1", "pass on, ACK 1"},
      {"DATA 3", "ACK 3"},
      {"DATA 1", "throw away, ACK 1"},
      {"DATA 2", "pass on, pass on, ACK 2"},
      {"DATA 0", "pass on, ACK 0"}}},
    {"W > 2^(n-1): the copy of an old frame is taken for a new one",
     "sequence-bits 2 window 3",
     {{"start", ""},
      {"DATA 0", "pass on, ACK 0"},
      {"DATA 1", "pass on, ACK 1"},
      {"DATA 2", "pass on, ACK 2"},
      {"DATA 0", "ACK 0"},
      {"DATA 3", "pass on, pass on, ACK 3"}}},
    {"cumulative: what is behind a gap is kept, and cannot be told",
     "cumulative 1 acks 0",
     {{"start", ""},
      {"DATA 1", "ACK 0"},
      {"DATA 2", "ACK 0"},
      {"DATA 0", "pass on, pass on, pass on, ACK 3"},
      {"DATA 1", "throw away, ACK 3"}}},
    {"cumulative, the last received: before the first frame there is nothing to name",
     "cumulative 1 acks 1",
     {{"start", ""}, {"DATA 1", ""}, {"DATA 0", "pass on, pass on, ACK 1"}}},
    {"an acknowledgement is not for a receiver", "", {{"start", ""}, {"ACK 0", "throw away"}}},
};

START_TEST(the_sender)
{
    arq_story_tell(arq_selective_repeat.source, &sender[_i]);
}
END_TEST

START_TEST(the_receiver)
{
    arq_story_tell(arq_selective_repeat.sink, &receiver[_i]);
}
END_TEST

/* 1: passed on, 3: kept. */
START_TEST(what_becomes_of_each_frame_is_shown)
{
    struct arq_rig rig;
    arq_rig_open(&rig, arq_selective_repeat.sink);
    arq_rig_tell(&rig, "start");
    arq_rig_tell(&rig, "DATA 0");
    arq_rig_tell(&rig, "DATA 2");
    arq_rig_tell(&rig, "DATA 3");
    arq_rig_tell(&rig, "DATA 1");
    ck_assert_str_eq(rig.shown, "0:1 2:3 3:3 1:1 2:1 3:1 ");
    arq_rig_close(&rig);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("selective repeat");
    TCase *c = tcase_create("tables");
    tcase_add_test(c, what_becomes_of_each_frame_is_shown);
    tcase_add_loop_test(c, the_sender, 0, (int)(sizeof sender / sizeof *sender));
    tcase_add_loop_test(c, the_receiver, 0, (int)(sizeof receiver / sizeof *receiver));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
