/* Streams as the views find them in a trace: fates, turns, the jitter by appendix A.8 once more,
 * reports tied to what they answer, the error of lip sync; and pictures that depend on nothing but
 * the instant they show. */
#include "view_rig.h"

#include "wire/dissect.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const struct media_stream *stream(const struct view_rig *r, uint32_t i)
{
    ck_assert_uint_gt(r->film->media.stream_count, i);
    return &r->film->media.streams[i];
}

/* Packet 3 comes 50 ms too late for a buffer of 40 ms: 10 ms after its turn; 7 dies half-way. */
START_TEST(late_and_lost_are_told_apart)
{
    struct view_rig *r = rig_open("rtp/late-or-lost", 600, 400, THEME_LIGHT, 1);
    const struct media_stream *s = stream(r, 0);
    ck_assert_uint_eq(s->count, 10);
    ck_assert_uint_eq(s->arrival_count, 9);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct media_packet *p = &s->packets[i];
        enum media_fate want = i == 2 ? MEDIA_LATE : i == 6 ? MEDIA_LOST : MEDIA_PLAYED;
        ck_assert_int_eq(p->fate, want);
        ck_assert_int_eq(p->number, i + 1);
        ck_assert_int_eq(p->sent, i * 20 * SIM_MS);
        ck_assert_int_eq(p->due, (i * 20 + 60) * SIM_MS);
    }
    ck_assert_int_eq(s->packets[2].arrived, 110 * SIM_MS);
    ck_assert_int_eq(s->packets[6].died, 130 * SIM_MS);
    ck_assert_int_eq(s->packets[6].lost_at, 140 * SIM_MS);
    ck_assert_uint_eq(media_count_until(&s->late, 109 * SIM_MS), 0);
    ck_assert_uint_eq(media_count_until(&s->late, 110 * SIM_MS), 1);
    ck_assert_uint_eq(media_count_until(&s->filled, SIM_S), 2);
    rig_close(r);
}
END_TEST

/* The level is what has come and was not played. */
START_TEST(the_level_is_what_waits)
{
    struct view_rig *r = rig_open("rtp/jittery-path", 600, 400, THEME_LIGHT, 1);
    const struct media_stream *s = stream(r, 0);
    for (sim_time t = 0; t < 16 * SIM_S; t += 7 * SIM_MS) {
        int64_t waiting = 0;
        for (uint32_t i = 0; i < s->count; i++) {
            const struct media_packet *p = &s->packets[i];
            waiting += p->fate == MEDIA_PLAYED && p->arrived <= t && p->due > t;
        }
        ck_assert_int_eq(media_level_at(s, t), waiting);
    }
    rig_close(r);
}
END_TEST

/* 24 packets die and come again (the figure `recovered` of the second flow): each in its own place,
 * of which the jitter knows nothing. */
START_TEST(what_is_sent_again_has_the_place_of_the_first_copy)
{
    struct view_rig *r = rig_open("rtp/nack", 600, 400, THEME_LIGHT, 1);
    const struct media_stream *s = stream(r, 1);
    ck_assert_uint_eq(s->count, 500);
    ck_assert_uint_eq(s->repair_count, 24);
    ck_assert_uint_eq(s->arrival_count, 500 - 24);
    for (uint32_t i = 0; i < s->repair_count; i++) {
        const struct media_packet *p = &s->packets[s->repairs[i]];
        int64_t number;
        ck_assert(p->is_repaired && p->fate == MEDIA_PLAYED);
        ck_assert(p->sent < p->died && p->died < p->again_at && p->again_at < p->arrived);
        const struct packet *again = trace_packet(&r->trace, p->again);
        ck_assert(packet_field("rtp", packet_head(again), "osn", &number));
        ck_assert_int_eq(number, p->number & 0xffff);
        ck_assert_ptr_eq(media_find(s, p->again), p);
        ck_assert_uint_eq(p->before, UINT32_MAX);
    }
    ck_assert_uint_eq(media_count_until(&s->lost, 6 * SIM_S), 24);
    ck_assert_uint_eq(media_count_until(&s->recovered, 6 * SIM_S), 24);
    ck_assert_uint_eq(media_count_until(&s->filled, 6 * SIM_S), 0);
    for (uint32_t i = 1; i < s->arrival_count; i++) {
        ck_assert_uint_eq(s->packets[s->arrivals[i]].before, s->arrivals[i - 1]);
    }
    ck_assert_uint_eq(stream(r, 0)->repair_count, 0);
    rig_close(r);
}
END_TEST

/* The sum that the picture shows ends in what the receiver reports. */
static const char *const jittery[] = {"rtp/jitter", "rtp/jitter-step-by-step", "rtp/jittery-path",
                                      "rtp/clock-drift", "rtp/video-frame"};

START_TEST(j_is_what_the_receiver_has)
{
    struct view_rig *r = rig_open(jittery[_i], 600, 400, THEME_LIGHT, 1);
    const struct media_stream *s = stream(r, 0);
    const struct actor_type *type = r->trace.entities[s->sink].type;
    unsigned var = 0;
    while (strcmp(type->vars[var].name, "jitter") != 0) {
        var++;
    }
    for (uint32_t i = 0; i < s->arrival_count; i++) {
        const struct media_packet *p = &s->packets[s->arrivals[i]];
        bool is_last =
            i + 1 == s->arrival_count || s->packets[s->arrivals[i + 1]].arrived > p->arrived;
        int64_t value = -1;
        if (is_last) {
            ck_assert(trace_var_at(&r->trace, s->sink, var, p->arrived, &value));
            ck_assert_int_eq(p->jitter16 >> 4, value);
        }
    }
    rig_close(r);
}
END_TEST

/* 100 ms there, 150 ms back, and clocks that are three seconds apart: the trace knows both ways. */
START_TEST(a_report_is_tied_to_the_one_it_answers)
{
    struct view_rig *r = rig_open("rtp/round-trip", 600, 400, THEME_LIGHT, 1);
    const struct media *m = &r->film->media;
    uint32_t tied = 0;
    for (uint32_t i = 0; i < m->report_count; i++) {
        const struct media_report *p = &m->reports[i];
        ck_assert_uint_eq(p->stream, 0);
        ck_assert_int_eq(p->arrived - p->sent, 150 * SIM_MS);
        ck_assert_int_eq(p->lost, 0);
        if (p->lsr == 0) {
            ck_assert_uint_eq(p->lsr_packet, 0);
            continue;
        }
        tied++;
        ck_assert_int_eq(p->lsr_arrived - p->lsr_sent, 100 * SIM_MS);
        double held = (double)(p->sent - p->lsr_arrived) / SIM_S;
        ck_assert_double_eq_tol((double)p->dlsr / 65536, held, 2.0 / 65536);
    }
    ck_assert_uint_ge(tied, 1);
    rig_close(r);
}
END_TEST

/* In a mesh of three each tells each of both others: one of the two blocks is for whoever gets it,
 * the other is another's business. */
START_TEST(a_compound_tells_of_each_source_in_a_block_of_its_own)
{
    struct view_rig *r = rig_open("rtp/mixer", 600, 400, THEME_LIGHT, 1);
    const struct media *m = &r->film->media;
    uint32_t own[3] = {0}, others = 0;
    for (uint32_t i = 0; i < m->report_count; i++) {
        const struct media_report *p = &m->reports[i];
        uint32_t about = r->trace.entities[p->source].node;
        if (p->blocks != 2) {
            continue;
        }
        ck_assert_uint_lt(p->block, 2);
        ck_assert_uint_ne(about, p->from); /* nobody reports on himself */
        ck_assert(p->is_own == (about == p->to));
        ck_assert_int_eq(p->lost, 0);
        ck_assert_uint_ne(p->highest_is, 0);
        ck_assert(!p->is_own || about < 3);
        own[p->is_own ? about : 0] += p->is_own;
        others += !p->is_own;
    }
    ck_assert(own[0] == 2 && own[1] == 2 && own[2] == 2); /* two report to each */
    ck_assert_uint_eq(others, 6);
    rig_close(r);
}
END_TEST

/* A report that a translator has passed on: it comes from there, and is about the one who reads it.
 */
START_TEST(a_translated_report_is_about_the_one_who_reads_it)
{
    struct view_rig *r = rig_open("rtp/translator", 600, 400, THEME_LIGHT, 1);
    const struct media *m = &r->film->media;
    uint32_t tied = 0;
    for (uint32_t i = 0; i < m->report_count; i++) {
        const struct media_report *p = &m->reports[i];
        const struct packet *bearer = p->highest_is ? trace_packet(&r->trace, p->highest_is) : NULL;
        int64_t seq = 0;
        if (!p->is_own) {
            continue;
        }
        ck_assert_str_eq(r->trace.nodes[r->trace.entities[p->source].node].name, "alice");
        ck_assert(bearer && packet_field("rtp", packet_head(bearer), "seq", &seq));
        ck_assert_int_eq(seq, p->highest & 0xffff);
        ck_assert_uint_eq(bearer->sender, p->source); /* hers, not the translator's */
        tied += p->lsr_packet != 0;
    }
    ck_assert_uint_ge(tied, 3);
    rig_close(r);
}
END_TEST

/* Whose a number is, in the header as the RFC draws it: in a collision each of the two is told by
 * its own packets. */
START_TEST(a_number_is_told_with_who_speaks_under_it)
{
    struct view_rig *r = rig_open("rtp/two-halls", 600, 400, THEME_LIGHT, 1);
    const struct media *m = &r->film->media;
    uint32_t first = media_speaker(m, 4660, UINT32_MAX);
    ck_assert_str_eq(r->trace.nodes[first].name, "xenia");
    for (uint32_t n = 0; n < r->trace.node_count; n++) {
        bool is_yuri = strcmp(r->trace.nodes[n].name, "yuri") == 0;
        ck_assert_uint_eq(media_speaker(m, 4660, n), is_yuri ? n : first);
    }
    ck_assert_uint_eq(media_speaker(m, 4661, 0), UINT32_MAX);
    rig_close(r);
}
END_TEST

/* 140 ms until both reports have come, and the millisecond that a picture's packets take; then a
 * unit of the timestamp at most. */
START_TEST(lips_and_voice_come_together_after_the_reports)
{
    struct view_rig *r = rig_open("rtp/lip-sync", 600, 400, THEME_LIGHT, 1);
    const struct media *m = &r->film->media;
    const struct media_stream *video = stream(r, 0);
    video = video->rate == 90000 ? video : stream(r, video->mate);
    const struct media_stream *sound = stream(r, video->mate);
    sim_time known = sound->mapped > video->mapped ? sound->mapped : video->mapped, error = 0;
    ck_assert_int_gt(known, SIM_S);
    ck_assert_int_lt(known, 8 * SIM_S);
    ck_assert(!media_sync_at(m, video, 10 * SIM_MS, &error));
    ck_assert(media_sync_at(m, video, known - SIM_MS, &error));
    ck_assert_double_eq_tol((double)error / SIM_MS, 141, 0.5);
    ck_assert(media_sync_at(m, video, known + SIM_S, &error));
    ck_assert_double_eq_tol((double)error / SIM_MS, 0, 1);
    rig_close(r);
}
END_TEST

/* Within a connection there are no packets of its own, but the same three lanes: nothing is lost,
 * and what waited behind a lost segment came at one instant. */
START_TEST(a_voice_within_a_connection_has_its_lanes)
{
    struct view_rig *r = rig_open("rtp/voice-over-tcp", 600, 400, THEME_LIGHT, 1);
    const struct media *m = &r->film->media;
    const struct media_stream *carried = NULL;
    for (uint32_t i = 0; i < m->stream_count; i++) {
        const char *flow = r->trace.flows[m->streams[i].flow].name;
        carried = strcmp(flow, "connection") == 0 ? &m->streams[i] : carried;
    }
    ck_assert_ptr_nonnull(carried);
    ck_assert_uint_eq(carried->arrival_count, carried->count);
    ck_assert_uint_eq(carried->lost.count, 0);
    ck_assert_uint_ge(carried->late.count, 60);
    unsigned together = 0;
    for (uint32_t i = 1; i < carried->count; i++) {
        const struct media_packet *p = &carried->packets[i], *q = p - 1;
        ck_assert_int_eq(p->number, q->number + 1);
        ck_assert_int_eq(p->timestamp - q->timestamp, 160);
        ck_assert_int_ge(p->arrived - p->sent, 40 * SIM_MS);
        ck_assert_int_ge(p->arrived, q->arrived);
        together += p->arrived == q->arrived;
    }
    ck_assert_uint_ge(together, 30);
    rig_close(r);
}
END_TEST

/* ---- pictures ---- */

static const struct {
    const char *scenario;
    const struct view *view;
} pictures[] = {
    {"rtp/late-or-lost", &view_playout},       {"rtp/video-frame", &view_playout},
    {"rtp/jittery-path", &view_playout},       {"rtp/jittery-path", &view_reports},
    {"rtp/jitter-step-by-step", &view_jitter}, {"rtp/lip-sync", &view_sync},
    {"rtp/lip-sync", &view_members},           {"rtp/third-call", &view_shares},
    {"tcp/handshake", &view_playout},          {"tcp/handshake", &view_reports},
    {"tcp/handshake", &view_jitter},           {"tcp/handshake", &view_sync},
    {"tcp/handshake", &view_members},          {"tcp/handshake", &view_shares},
};

static uint64_t drawn(struct view_rig *r, const struct view *v, void *self, sim_time t)
{
    uint64_t hash = 1469598103934665603u;
    player_go(&r->player, t);
    r->scene.now = r->player.now;
    ui_begin(&r->ui, r->canvas, &r->theme, r->lang, r->w, r->h, 1, r->seconds++);
    canvas_fill_box(r->canvas, (struct rect){0, 0, r->w, r->h}, 0, r->theme.bg);
    v->draw(self, &r->ui, &r->scene, (struct rect){0, 0, r->w, r->h});
    ui_end(&r->ui);
    struct pixels p = canvas_cairo_pixels(r->canvas);
    for (int y = 0; y < p.h; y++) {
        const uint32_t *row =
            (const uint32_t *)((const uint8_t *)p.data + (size_t)y * (size_t)p.stride);
        for (int x = 0; x < p.w; x++) {
            hash = (hash ^ row[x]) * 1099511628211u;
        }
    }
    return hash;
}

START_TEST(a_picture_depends_on_its_instant_alone)
{
    struct view_rig *r = rig_open(pictures[_i].scenario, 620, 560, THEME_LIGHT, 1);
    const struct view *v = pictures[_i].view;
    void *self = calloc(1, v->size + 1), *other = calloc(1, v->size + 1);
    sim_time end = r->film->plain.end;
    uint64_t first[8];
    for (int i = 0; i < 8; i++) {
        first[i] = drawn(r, v, self, end * i / 7);
    }
    for (int i = 7; i >= 0; i--) {
        ck_assert_uint_eq(drawn(r, v, self, end * i / 7), first[i]);
        ck_assert_uint_eq(drawn(r, v, other, end * i / 7), first[i]);
    }
    bool is_media = r->film->media.stream_count > 0;
    ck_assert(!is_media || first[0] != first[4]);
    free(self);
    free(other);
    rig_close(r);
}
END_TEST

/* Every size, theme and language is drawn without a fault (the sanitizers look on). */
START_TEST(any_size_is_drawn)
{
    static const double sizes[][2] = {{280, 200}, {390, 320}, {900, 800}};
    struct view_rig *r = rig_open(pictures[_i].scenario, 900, 800, THEME_DARK, 1.5);
    const struct view *v = pictures[_i].view;
    void *self = calloc(1, v->size + 1);
    for (int i = 0; i < ROWS(sizes); i++) {
        r->w = sizes[i][0];
        r->h = sizes[i][1];
        r->lang = i % 2 ? LANG_ZH : LANG_EN;
        drawn(r, v, self, r->film->plain.end / 2);
        r->scene.selected = 2;
        r->scene.is_worksheet = i == 1;
        drawn(r, v, self, r->film->plain.end);
    }
    free(self);
    rig_close(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("media");
    TCase *c = tcase_create("found"), *p = tcase_create("pictures");
    tcase_set_timeout(c, 60);
    tcase_set_timeout(p, 120);
    tcase_add_test(c, late_and_lost_are_told_apart);
    tcase_add_test(c, the_level_is_what_waits);
    tcase_add_test(c, what_is_sent_again_has_the_place_of_the_first_copy);
    tcase_add_loop_test(c, j_is_what_the_receiver_has, 0, ROWS(jittery));
    tcase_add_test(c, a_report_is_tied_to_the_one_it_answers);
    tcase_add_test(c, a_compound_tells_of_each_source_in_a_block_of_its_own);
    tcase_add_test(c, a_number_is_told_with_who_speaks_under_it);
    tcase_add_test(c, a_translated_report_is_about_the_one_who_reads_it);
    tcase_add_test(c, lips_and_voice_come_together_after_the_reports);
    tcase_add_test(c, a_voice_within_a_connection_has_its_lanes);
    tcase_add_loop_test(p, a_picture_depends_on_its_instant_alone, 0, ROWS(pictures));
    tcase_add_loop_test(p, any_size_is_drawn, 0, ROWS(pictures));
    suite_add_tcase(s, c);
    suite_add_tcase(s, p);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
