/* Captions from a trace built by hand: stop-and-wait, the first frame lost, later an ACK lost. */
#include "actor/packet.h"
#include "base/os.h"
#include "proto/arq/arq.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "trace/fate.h"
#include "trace/story.h"
#include "wire/arq.h"
#include "wire/dissect.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct story_wire wire = {packet_field, packet_label, true};

struct rig {
    struct trace t;
    sim_time now;
    uint32_t sender, receiver, flow;
};

static const uint32_t addresses[2] = {10, 11};

static void set_node(struct trace *t, uint32_t i, const char *name, const char *en, const char *zh)
{
    uint32_t e =
        trace_add_entity(t, &(struct entity){.kind = ENTITY_NODE, .name = name, .node = i});
    t->nodes[i] = (struct trace_node){
        .name = name, .label = {en, zh}, .entity = e, .ips = &addresses[i], .ip_count = 1};
}

static struct rig rig_new(void)
{
    struct rig rig = {0};
    struct trace *t = &rig.t;
    t->keep = t->packets.keep = true;
    t->nodes = calloc(2, sizeof *t->nodes);
    t->node_count = 2;
    set_node(t, 0, "a", "Sender A", "发送方 A");
    set_node(t, 1, "b", "Receiver B", "接收方 B");
    t->links = calloc(1, sizeof *t->links);
    t->link_count = 1;
    t->links[0] = (struct trace_link){.node = {0, 1}, .text = ""};
    for (uint32_t d = 0; d < 2; d++) {
        t->links[0].direction[d] = trace_add_entity(
            t, &(struct entity){.kind = ENTITY_DIRECTION, .name = d ? "b>a" : "a>b", .node = d});
    }
    rig.flow = trace_add_flow(t, "a.arq1", "stop-and-wait");
    t->flows[rig.flow].to = 1;
    rig.sender = trace_add_entity(t, &(struct entity){.kind = ENTITY_ACTOR,
                                                      .name = "a.arq1",
                                                      .type = arq_stop_and_wait.source,
                                                      .flow = rig.flow});
    rig.receiver = trace_add_entity(t, &(struct entity){.kind = ENTITY_ACTOR,
                                                        .name = "b.arq1",
                                                        .type = arq_stop_and_wait.sink,
                                                        .node = 1,
                                                        .flow = rig.flow});
    return rig;
}

static uint32_t note(struct rig *rig, struct record r)
{
    r.at = rig->now;
    return trace_add(&rig->t, &r);
}

static uint32_t add_packet(struct rig *rig, bool is_ack, uint16_t number, uint32_t of)
{
    uint8_t head[ARQ_HEADER];
    arq_encode(&(struct arq_frame){.kind = is_ack ? ARQ_ACK : ARQ_DATA, .number = number}, head);
    uint32_t id = packet_new(&rig->t.packets, bytes_of(head, sizeof head));
    struct packet *p = packet_at(&rig->t.packets, id);
    p->proto = &arq_proto;
    p->sender = is_ack ? rig->receiver : rig->sender;
    p->flow = rig->flow;
    p->net.from.ip = is_ack ? 11 : 10;
    p->net.to.ip = is_ack ? 10 : 11;
    p->of = of;
    p->copy = of ? 2 : 1;
    p->body.len = is_ack ? 0 : 992;
    return id;
}

/* SEND and TX at `at`; returns the SEND. */
static uint32_t send_at(struct rig *rig, sim_time at, uint32_t packet, unsigned why, uint32_t cause)
{
    uint32_t sender = packet_at(&rig->t.packets, packet)->sender;
    uint32_t d = rig->t.links[0].direction[sender == rig->receiver];
    rig->now = at;
    uint32_t n = note(rig, (struct record){.kind = REC_SEND,
                                           .packet = packet,
                                           .where = sender,
                                           .why = (uint8_t)why,
                                           .cause = cause});
    note(rig,
         (struct record){
             .kind = REC_TX, .packet = packet, .where = d, .cause = n, .value = at + 10 * SIM_MS});
    return n;
}

static uint32_t end_at(struct rig *rig, sim_time at, uint32_t packet, bool is_lost)
{
    uint32_t sender = packet_at(&rig->t.packets, packet)->sender;
    uint32_t d = rig->t.links[0].direction[sender == rig->receiver];
    rig->now = at;
    return note(rig, (struct record){.kind = is_lost ? REC_DROP : REC_ARRIVE,
                                     .code = is_lost ? DROP_LOSS : 0,
                                     .packet = packet,
                                     .where = d});
}

static uint32_t arm_at(struct rig *rig, sim_time at)
{
    rig->now = at;
    note(rig,
         (struct record){
             .kind = REC_STATE, .where = rig->sender, .code = 2, .value = 1, .why = WHY_TIMER});
    return note(
        rig, (struct record){.kind = REC_TIMER, .where = rig->sender, .value = at + 300 * SIM_MS});
}

static uint32_t fire_at(struct rig *rig, sim_time at, uint32_t cause)
{
    rig->now = at;
    return note(rig, (struct record){.kind = REC_FIRE, .where = rig->sender, .cause = cause});
}

/* [0] is lost and repeated; the ACK of [1] is lost, so [1] is repeated and known. */
static struct rig tale(void)
{
    struct rig rig = rig_new();
    uint32_t frame = add_packet(&rig, false, 0, 0);
    send_at(&rig, 0, frame, WHY_FIRST, 0);
    uint32_t armed = arm_at(&rig, 8 * SIM_MS);
    end_at(&rig, 10 * SIM_MS, frame, true);
    uint32_t again = add_packet(&rig, false, 0, frame);
    send_at(&rig, 308 * SIM_MS, again, WHY_TIMEOUT, fire_at(&rig, 308 * SIM_MS, armed));
    uint32_t got = end_at(&rig, 328 * SIM_MS, again, false);
    note(&rig,
         (struct record){.kind = REC_DELIVER, .where = rig.receiver, .value = 992, .cause = got});
    uint32_t ack = add_packet(&rig, true, 1, 0);
    send_at(&rig, 328 * SIM_MS, ack, WHY_ACK, got);
    uint32_t told = end_at(&rig, 348 * SIM_MS, ack, false);
    uint32_t next = add_packet(&rig, false, 1, 0);
    send_at(&rig, 348 * SIM_MS, next, WHY_NEXT, told);
    armed = arm_at(&rig, 356 * SIM_MS);
    got = end_at(&rig, 368 * SIM_MS, next, false);
    ack = add_packet(&rig, true, 0, 0);
    send_at(&rig, 368 * SIM_MS, ack, WHY_ACK, got);
    end_at(&rig, 378 * SIM_MS, ack, true);
    again = add_packet(&rig, false, 1, next);
    send_at(&rig, 656 * SIM_MS, again, WHY_TIMEOUT, fire_at(&rig, 656 * SIM_MS, armed));
    got = end_at(&rig, 676 * SIM_MS, again, false);
    ack = add_packet(&rig, true, 0, 0);
    send_at(&rig, 676 * SIM_MS, ack, WHY_ACK_AGAIN, got);
    told = end_at(&rig, 696 * SIM_MS, ack, false);
    note(&rig, (struct record){.kind = REC_STATE,
                               .where = rig.sender,
                               .code = 0,
                               .value = 2,
                               .why = WHY_ACKED,
                               .cause = told});
    note(&rig, (struct record){.kind = REC_STATE,
                               .where = rig.sender,
                               .code = 3,
                               .value = 0,
                               .why = WHY_DONE,
                               .cause = told});
    trace_finish(&rig.t);
    return rig;
}

static const struct {
    sim_time at_ms;
    const char *headline, *reason, *zh;
} told[] = {
    {0, "A sends [0], its first frame.",
     "Stop-and-wait: one frame is on its way at a time. The next one goes when this one is "
     "acknowledged.",
     "A 发出第一帧 [0]。"},
    {8, "The last bit of the frame has left A: its timer starts, 300 ms.",
     "If no acknowledgement comes before the timer runs out, A will send the same frame again.",
     "A 发完这一帧的最后一位，启动计时器：300 ms。"},
    {10, "[0] is lost between A and B.",
     "Nobody sees it happen: A believes it is on its way, B never hears of it.",
     "[0] 在 A 和 B 之间丢失。"},
    {308, "A's timer runs out: it sends [0] again.",
     "[0] was lost on the wire. A cannot see that: it only knows that 300 ms have passed without "
     "an answer.",
     "A 的计时器到点，重发 [0]。"},
    {328, "B takes [0] and answers [ACK 1].",
     "It is the number that B waited for, so the data is passed on, and A is told.",
     "B 收下 [0]，回答 [ACK 1]。"},
    {348, "[ACK 1] has reached A: it sends the next frame, [1].",
     "The acknowledgement says that the frame before arrived. So its timer stops and the line is "
     "free for the next one.",
     "A 收到 [ACK 1]，接着发下一帧 [1]。"},
    {368, "B takes [1] and answers [ACK 0].",
     "B passes the data on. Now the number that it waits for is 0.", "B 收下 [1]，回答 [ACK 0]。"},
    {378, "[ACK 0] is lost between B and A.",
     "Nobody sees it happen: B believes it is on its way, A never hears of it.",
     "[ACK 0] 在 B 和 A 之间丢失。"},
    {656, "A's timer runs out: it sends [1] again.",
     "[1] did arrive, but the answer [ACK 0] was lost. A cannot see that: it only knows that 300 "
     "ms have passed without an answer.",
     "A 的计时器到点，重发 [1]。"},
    {676, "B knows [1] already: it throws it away and answers [ACK 0].",
     "[1] did arrive, but the answer [ACK 0] was lost. The number gives the copy away, so the data "
     "is not passed on twice.",
     "B 已有 [1]：丢弃它，再答 [ACK 0]。"},
    {696, "A is done: every frame has been acknowledged.",
     "[ACK 0] was the last answer it waited for. Nothing is left to send.",
     "A 完成：所有帧都得到了确认。"},
};
enum { TOLD = sizeof told / sizeof *told };

static char *plain(const struct trace *t, uint32_t record, enum lang lang, bool is_reason,
                   struct buf *out)
{
    struct buf marked = {0};
    (is_reason ? story_reason : story_headline)(t, &wire, record, lang, &marked);
    buf_clear(out);
    story_plain(t, &wire, bytes_of(marked.data, marked.len), out);
    buf_free(&marked);
    return buf_cstr(out);
}

START_TEST(a_lost_frame_and_a_lost_ack_are_told_in_order)
{
    struct rig rig = tale();
    struct story story;
    story_make(&rig.t, &story);
    ck_assert_uint_eq(story.count, TOLD);
    const struct story_step *s = &story.steps[_i];
    struct buf out = {0};
    ck_assert_int_eq(s->at, told[_i].at_ms * SIM_MS);
    ck_assert_str_eq(plain(&rig.t, s->record, LANG_EN, false, &out), told[_i].headline);
    ck_assert_str_eq(plain(&rig.t, s->record, LANG_EN, true, &out), told[_i].reason);
    ck_assert_str_eq(plain(&rig.t, s->record, LANG_ZH, false, &out), told[_i].zh);
    buf_free(&out);
    story_free(&story);
    trace_free(&rig.t);
}
END_TEST

START_TEST(the_step_in_force_is_the_last_begun)
{
    struct rig rig = tale();
    struct story story;
    story_make(&rig.t, &story);
    ck_assert_uint_eq(story_at(&story, -1), UINT32_MAX);
    ck_assert_uint_eq(story_at(&story, 0), 0);
    ck_assert_uint_eq(story_at(&story, 307 * SIM_MS), 2);
    ck_assert_uint_eq(story_at(&story, 308 * SIM_MS), 3);
    ck_assert_uint_eq(story_at(&story, SIM_NEVER), TOLD - 1);
    story_free(&story);
    trace_free(&rig.t);
}
END_TEST

START_TEST(a_fate_is_what_was_known_by_then)
{
    struct rig rig = tale();
    const struct trace *t = &rig.t;
    struct list first = trace_of_packet(t, 1);
    ck_assert_int_eq(fate_of(t, 1, first.at[1]).kind, FATE_FLYING);
    ck_assert_int_eq(fate_of(t, 1, t->count).kind, FATE_LOST);
    ck_assert_int_eq(fate_of(t, 2, t->count).kind, FATE_ANSWERED);
    ck_assert_int_eq(fate_of(t, 4, t->count).kind, FATE_ANSWER_LOST);
    ck_assert_uint_eq(fate_of(t, 4, t->count).answer, 5);
    ck_assert(fate_of(t, 4, t->count).is_taken);
    ck_assert(!fate_of(t, 1, t->count).is_taken);
    ck_assert_uint_eq(packet_first_copy(t, 6), 4);
    trace_free(&rig.t);
}
END_TEST

static const struct {
    int64_t value;
    const char *unit, *text;
} values[] = {
    {300 * SIM_MS, "ns", "300 ms"},
    {SIM_S, "ns", "1 s"},
    {1500 * SIM_MS, "ns", "1.5 s"},
    {12345678, "ns", "12.346 ms"},
    {999999999, "ns", "1000 ms"},
    {0, "ns", "0 s"},
    {SIM_NEVER, "ns", "–"},
    {800, "ns", "800 ns"},
    {1000, "B", "1 kB"},
    {1500, "B", "1.5 kB"},
    {29160, "B", "29.16 kB"},
    {1234, "B", "1234 B"},
    {0, "B", "0 B"},
    {10000000, "bit/s", "10 Mbit/s"},
    {7, "", "7"},
    {-3, "", "-3"},
    {2500000000, "bit/s", "2.5 Gbit/s"},
    {2, "packets", "2 packets"},
};

START_TEST(figures_are_written_as_people_write_them)
{
    char text[32];
    ck_assert_str_eq(value_print(values[_i].value, values[_i].unit, text), values[_i].text);
}
END_TEST

START_TEST(a_node_is_called_by_the_letter_of_its_label)
{
    struct rig rig = rig_new();
    ck_assert_str_eq(node_short(&rig.t, 0, LANG_EN), "A");
    ck_assert_str_eq(node_short(&rig.t, 1, LANG_ZH), "B");
    rig.t.nodes[1].label[LANG_EN] = "tab";
    ck_assert_str_eq(node_short(&rig.t, 1, LANG_EN), "tab");
    rig.t.nodes[1].label[LANG_EN] = "Server A";
    ck_assert_str_eq(node_short(&rig.t, 1, LANG_EN), "Server A");
    ck_assert_str_eq(node_short(&rig.t, 0, LANG_EN), "Sender A");
    trace_free(&rig.t);
}
END_TEST

/* Characters that are drawn, a packet counting as its usual label. */
static size_t drawn_length(const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '{') {
            n += 4;
            p = strchr(p, '}');
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            n++;
        }
    }
    return n;
}

START_TEST(captions_keep_to_their_length)
{
    static const size_t limit[LANG_COUNT][2] = {{90, 170}, {40, 75}};
    for (size_t i = 0; i < word_count; i++) {
        const char *key = word_table[i].key;
        if (strncmp(key, "say.", 4) != 0) {
            continue;
        }
        bool is_why = strstr(key, ".why") != NULL;
        for (int l = 0; l < LANG_COUNT; l++) {
            size_t length = drawn_length(word_table[i].text[l]);
            ck_assert_msg(length <= limit[l][is_why], "%s is %zu long in %s", key, length,
                          lang_code((enum lang)l));
        }
    }
}
END_TEST

/* What a caption of a bundled run holds: numbers counted as the reader counts them, duplicates
 * numbered, a probe's answer told apart, a node's own answer with its paragraph. */
static const struct {
    const char *file, *at;
    enum lang lang;
    bool is_absolute, is_reason;
    const char *text;
} spoken[] = {
    {"tcp/first-syn-lost", "0", LANG_EN, true, true, "initial sequence number, 1000. It"},
    {"tcp/first-syn-lost", "0", LANG_EN, false, true, "number, 1000, counted from here as 0. It"},
    {"tcp/first-syn-lost", "0", LANG_ZH, false, true, "初始序号 1000（从这里起记作 0）"},
    {"tcp/first-syn-lost", "1.04", LANG_EN, true, true, "ack 1001 names"},
    {"tcp/first-syn-lost", "1.04", LANG_EN, false, true, "ack 1 names"},
    {"tcp/first-syn-lost", "1.04", LANG_EN, false, false, "offers its own, 5000."},
    {"tcp/fast-retransmit", "1.098", LANG_EN, false, false, "still asking for 2921."},
    {"tcp/fast-retransmit", "1.110", LANG_EN, false, true, "duplicate number 2 of this"},
    {"tcp/fast-retransmit", "1.134", LANG_ZH, false, true, "第 4 次重复"},
    {"tcp/fast-retransmit", "1.18", LANG_EN, false, false,
     "Third duplicate [ACK]: Client sends [DATA]"},
    {"tcp/fast-retransmit", "1.18", LANG_EN, false, true, "ssthresh is 5.84 kB now"},
    {"tcp/zero-window", "2.2", LANG_EN, false, false, "does not take the byte of [DATA]"},
    {"tcp/zero-window", "4.1", LANG_ZH, false, true, "4 s 之后再问一次"},
};

static struct trace run_of(const char *file, struct scenario **sc)
{
    char path[256];
    struct err err = {0};
    struct trace t = {0};
    const struct run_options watch = {.watch = true};
    snprintf(path, sizeof path, SOURCE_DIR "/scenarios/%s.yaml", file);
    ck_assert_msg(scenario_read(path, registry(), NULL, 0, sc, &err), "%s", path);
    ck_assert(run_scenario(*sc, &watch, &t, &err));
    err_free(&err);
    return t;
}

START_TEST(a_caption_says_why_in_the_readers_numbers)
{
    struct scenario *sc;
    struct trace t = run_of(spoken[_i].file, &sc);
    struct story story;
    struct buf marked = {0}, out = {0};
    struct story_wire how = wire;
    how.is_relative = !spoken[_i].is_absolute;
    story_make(&t, &story);
    uint32_t step = story_at(&story, (sim_time)(strtod(spoken[_i].at, NULL) * 1e9 + 5e5));
    ck_assert_uint_lt(step, story.count);
    (spoken[_i].is_reason ? story_reason : story_headline)(&t, &how, story.steps[step].record,
                                                           spoken[_i].lang, &marked);
    story_plain(&t, &how, (struct bytes){marked.data, marked.len}, &out);
    ck_assert_msg(strstr(buf_cstr(&out), spoken[_i].text) != NULL, "%s", buf_cstr(&out));
    buf_free(&marked);
    buf_free(&out);
    story_free(&story);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

START_TEST(what_a_node_does_by_itself_has_its_paragraph)
{
    struct scenario *sc;
    struct trace t = run_of("tcp/connection-refused", &sc);
    struct story story;
    story_make(&t, &story);
    uint32_t step = story_at(&story, 150 * SIM_MS);
    ck_assert_str_eq(story_reference(&t, story.steps[step].record), "RFC 9293 §3.10.7.1");
    story_free(&story);
    trace_free(&t);
    scenario_free(sc);
}
END_TEST

static unsigned stories; /* told by the walk below */

/* Every caption of a bundled run: whole, of the right length, without anything unfilled. */
static void look_at(const struct trace *t, const char *file)
{
    struct story story;
    struct buf out = {0};
    story_make(t, &story);
    ck_assert_msg(story.count > 2, "%s tells nothing", file);
    for (uint32_t i = 0; i < story.count; i++) {
        for (int l = 0; l < LANG_COUNT; l++) {
            for (int is_reason = 0; is_reason < 2; is_reason++) {
                /* with the names and numbers of this run: a sixth more than a template */
                static const size_t limit[LANG_COUNT][2] = {{105, 198}, {52, 88}};
                const char *text = plain(t, story.steps[i].record, (enum lang)l, is_reason, &out);
                ck_assert_msg(*text != '\0', "%s, step %u: empty", file, i + 1);
                ck_assert_msg(!strpbrk(text, "{}"), "%s, step %u: %s", file, i + 1, text);
                ck_assert_msg(!strstr(text, "[?]") && !strstr(text, "  "), "%s: %s", file, text);
                ck_assert_msg(drawn_length(text) <= limit[l][is_reason], "%s, step %u: %s", file,
                              i + 1, text);
            }
        }
    }
    buf_free(&out);
    story_free(&story);
}

static void tell_file(void *context, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", (const char *)context, name);
    struct err err = {0};
    struct scenario *sc;
    struct trace t = {0};
    const struct run_options watch = {.watch = true};
    if (!strstr(name, ".yaml")) {
        return; /* a rubric beside its scenario */
    }
    ck_assert_msg(scenario_read(path, registry(), NULL, 0, &sc, &err), "%s", path);
    ck_assert(run_scenario(sc, &watch, &t, &err));
    look_at(&t, path);
    trace_free(&t);
    scenario_free(sc);
    err_free(&err);
    stories++;
}

START_TEST(every_bundled_run_is_a_story)
{
    static char folders[3][256] = {SOURCE_DIR "/scenarios/arq", SOURCE_DIR "/scenarios/udp",
                                   SOURCE_DIR "/scenarios/tcp"};
    for (int i = 0; i < 3; i++) {
        ck_assert(os_list(folders[i], tell_file, folders[i]));
    }
    ck_assert_uint_ge(stories, 9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("story");
    TCase *c = tcase_create("story");
    suite_add_tcase(suite, c);
    tcase_add_loop_test(c, a_lost_frame_and_a_lost_ack_are_told_in_order, 0, TOLD);
    tcase_add_test(c, the_step_in_force_is_the_last_begun);
    tcase_add_test(c, a_fate_is_what_was_known_by_then);
    tcase_add_loop_test(c, figures_are_written_as_people_write_them, 0,
                        (int)(sizeof values / sizeof *values));
    tcase_add_test(c, a_node_is_called_by_the_letter_of_its_label);
    tcase_add_test(c, captions_keep_to_their_length);
    tcase_add_loop_test(c, a_caption_says_why_in_the_readers_numbers, 0,
                        sizeof spoken / sizeof *spoken);
    tcase_add_test(c, what_a_node_does_by_itself_has_its_paragraph);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, every_bundled_run_is_a_story);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
