/* Two tracks in one RTSP session (RFC 2326 10.4 to 10.7, C.2, C.3): each set up by itself, both
 * steered by the address of the whole; what is refused where there are two. */
#include "world_rig.h"

#include "wire/rtp.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

enum { BY_UDP, INTERLEAVED };
enum { NO_MISTAKE, SETUP_ALL = 5, PLAY_ONE };

static struct scenario_traffic *watch(struct rig *r, int64_t transport, bool has_sound)
{
    rig_init(r);
    uint32_t a = rig_node(r, "viewer", SCENARIO_HOST), b = rig_node(r, "camera", SCENARIO_HOST);
    rig_link(r, a, b, 0, 10 * SIM_MS);
    struct scenario_traffic *t = rig_traffic(r, "rtsp", a, b);
    t->port = 554;
    rig_set(t, "transport", transport);
    rig_set(t, "video.fps", 25 * SIM_S);
    rig_set(t, "sound", has_sound);
    rig_set(t, "play", SIM_S);
    return t;
}

static bool was_said(const struct rig *r, const char *name)
{
    for (uint32_t n = 1; n <= r->trace.message_count; n++) {
        if (strcmp(r->trace.messages[n].name[LANG_EN], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The text of the nth message of that name. */
static void text_of(const struct rig *r, const char *name, unsigned nth, struct buf *out)
{
    for (uint32_t n = 1; n <= r->trace.message_count; n++) {
        const struct app_message *m = &r->trace.messages[n];
        if (strcmp(m->name[LANG_EN], name) == 0 && --nth == 0) {
            span_read(&r->trace.streams, m->body, out);
        }
    }
    ck_assert_uint_gt(out->len, 0);
}

static double figure(const struct rig *r, const char *name)
{
    const struct flow *f = &r->trace.flows[1];
    for (unsigned i = 0; i < f->figure_count; i++) {
        if (strcmp(f->figures[i].name, name) == 0) {
            return f->figures[i].value;
        }
    }
    ck_abort_msg("no figure %s", name);
    return 0;
}

static const struct {
    int64_t transport;
    bool has_sound;
    int64_t mistake;
    unsigned requests; /* OPTIONS, DESCRIBE, a SETUP each, PLAY, TEARDOWN, and what was refused */
    const char *refusal;
} visits[] = {
    {BY_UDP, true, NO_MISTAKE, 6, NULL},
    {INTERLEAVED, true, NO_MISTAKE, 6, NULL},
    {BY_UDP, true, SETUP_ALL, 7, "459 Aggregate Operation Not Allowed"},      /* 11.3.10 */
    {INTERLEAVED, true, PLAY_ONE, 7, "460 Only Aggregate Operation Allowed"}, /* 11.3.11 */
    {BY_UDP, false, SETUP_ALL, 5, NULL}, /* of one track all is the one */
    {BY_UDP, false, PLAY_ONE, 5, NULL},
};

START_TEST(two_tracks_are_set_up_one_by_one_and_steered_together)
{
    struct rig r;
    struct scenario_traffic *t = watch(&r, visits[_i].transport, visits[_i].has_sound);
    rig_set(t, "mistake", visits[_i].mistake);
    rig_run(&r, true);
    ck_assert_double_eq(figure(&r, "requests"), visits[_i].requests);
    ck_assert_double_eq(figure(&r, "refused"), visits[_i].refusal != NULL);
    ck_assert(!visits[_i].refusal || was_said(&r, visits[_i].refusal));
    ck_assert_double_eq(figure(&r, "lost"), 0);
    unsigned sources = 0, sinks = 0;
    for (uint32_t e = 1; e <= r.trace.entity_count; e++) {
        const struct entity *x = &r.trace.entities[e];
        sources += x->kind == ENTITY_ACTOR && strcmp(x->type->name, "rtp-source") == 0;
        sinks += x->kind == ENTITY_ACTOR && strcmp(x->type->name, "rtp-sink") == 0;
    }
    ck_assert_uint_eq(sources, 1 + visits[_i].has_sound);
    ck_assert_uint_eq(sinks, 1 + visits[_i].has_sound);
    rig_free(&r);
}
END_TEST

/* 12.33: of each track an address, a number and a timestamp, with commas between; C.2: the tracks'
 * own addresses below that of the whole. */
START_TEST(the_answer_to_play_tells_where_both_begin)
{
    struct rig r;
    struct buf text = {0}, info = {0};
    struct scenario_traffic *t = watch(&r, INTERLEAVED, true);
    rig_set(t, "seq", 7);
    rig_set(t, "timestamp", 9000);
    rig_run(&r, true);
    text_of(&r, "DESCRIBE", 1, &text);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "DESCRIBE rtsp://10.0.0.2/live RTSP/1.0"));
    buf_clear(&text);
    text_of(&r, "SETUP", 2, &text);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "SETUP rtsp://10.0.0.2/live/track2 RTSP/1.0"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "interleaved=2-3"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "Session: "));
    buf_clear(&text);
    text_of(&r, "PLAY", 1, &text);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "PLAY rtsp://10.0.0.2/live RTSP/1.0"));
    buf_clear(&text);
    text_of(&r, "200 OK", 5, &text);
    buf_str(&info, "RTP-Info: url=rtsp://10.0.0.2/live/track1;seq=7;rtptime=9000,"
                   "url=rtsp://10.0.0.2/live/track2;seq=7;rtptime=9000\r\n");
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), buf_cstr(&info)));
    buf_free(&text);
    buf_free(&info);
    rig_free(&r);
}
END_TEST

/* Pictures to 5004, sound to 5006, by 90 kHz and by 8 kHz: 25 and 50 a second. */
START_TEST(each_track_has_its_own_ports_and_clock)
{
    struct rig r;
    struct scenario_traffic *t = watch(&r, BY_UDP, true);
    rig_set(t, "video.frame", 1000);
    rig_run(&r, true);
    unsigned pictures = 0, sound = 0;
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        const struct packet *p = trace_packet(&r.trace, id);
        bool is_media = strcmp(packet_is(p->proto->name, packet_head(p), p->body.len), "RTP") == 0;
        pictures += is_media && p->net.to.port == 5004 && p->body.len == 1000;
        sound += is_media && p->net.to.port == 5006 && p->body.len == 160;
        ck_assert(!is_media || p->net.to.port == 5004 || p->net.to.port == 5006);
    }
    ck_assert_uint_ge(pictures, 25);
    ck_assert_uint_le(pictures, 27);
    ck_assert_uint_ge(sound, 50);
    ck_assert_uint_le(sound, 53);
    rig_free(&r);
}
END_TEST

/* The profile with feedback is described, offered and agreed on (RFC 4585 4). */
START_TEST(feedback_is_agreed_on)
{
    struct rig r;
    struct buf text = {0};
    struct scenario_traffic *t = watch(&r, BY_UDP, false);
    rig_set(t, "feedback.nack", 1);
    rig_set(t, "retransmission", 500 * SIM_MS);
    rig_run(&r, true);
    text_of(&r, "200 OK", 2, &text);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "m=video 0 RTP/AVPF 96 97\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "a=rtcp-fb:96 nack\r\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "a=fmtp:97 apt=96;rtx-time=500\r\n"));
    buf_clear(&text);
    text_of(&r, "200 OK", 3, &text);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "Transport: RTP/AVPF;unicast;client_port="));
    buf_free(&text);
    rig_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rtsp tracks");
    TCase *t = tcase_create("tracks");
    tcase_add_loop_test(t, two_tracks_are_set_up_one_by_one_and_steered_together, 0, ROWS(visits));
    tcase_add_test(t, the_answer_to_play_tells_where_both_begin);
    tcase_add_test(t, each_track_has_its_own_ports_and_clock);
    tcase_add_test(t, feedback_is_agreed_on);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
