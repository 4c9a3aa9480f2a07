/* What the window reads of RSVP in a trace: which path and which share a node keeps, from when
 * until when, who told of it, which timer forgets it; what is reserved on a link, and which packets
 * wait in the queue of what is reserved. */
#include "ui/view/numbers.h"
#include "view_rig.h"

#include <check.h>
#include <limits.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static uint32_t node_called(const struct view_rig *r, const char *name)
{
    uint32_t i = 0;
    while (i < r->trace.node_count && strcmp(r->trace.nodes[i].name, name) != 0) {
        i++;
    }
    ck_assert_uint_lt(i, r->trace.node_count);
    return i;
}

static const struct reserve *nth_of(const struct view_rig *r, const char *node, bool is_path,
                                    unsigned n)
{
    const struct reserves *all = &r->film->reserves;
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->list[i].node == node_called(r, node) && all->list[i].is_path == is_path &&
            n-- == 0) {
            return &all->list[i];
        }
    }
    ck_abort_msg("%s keeps no such thing", node);
    return NULL;
}

/* Paths and shares of scenarios whose files say when each comes and goes. */
static const struct {
    const char *scenario, *node;
    bool is_path;
    unsigned nth;
    sim_time holds, gone; /* some time at which it does, and one at which it does no more */
    const char *from;     /* NULL: of its own */
} lives[] = {
    {"rtp/reserved-for-nobody", "R1", true, 0, 157501 * SIM_MS, 157502 * SIM_MS, "alice"},
    {"rtp/reserved-for-nobody", "R1", false, 0, 157501 * SIM_MS, 157502 * SIM_MS, "R2"},
    {"rtp/reserved-for-nobody", "alice", true, 0, 9999 * SIM_MS, 10001 * SIM_MS, NULL},
    {"rtp/reserved-for-nobody", "alice", false, 0, 9999 * SIM_MS, 10001 * SIM_MS, "R1"},
    {"rtp/reserved-for-nobody", "bob", false, 0, 100 * SIM_S, 158 * SIM_S, NULL},
    {"rtp/third-call", "R2", false, 2, 2040 * SIM_MS, 3 * SIM_S, "bob"},
    {"rtp/third-call", "R1", true, 2, 3 * SIM_S, 11 * SIM_S, "alice"},
    {"rtp/router-forgets", "R1", true, 0, 3900 * SIM_MS, 4100 * SIM_MS, "alice"},
    {"rtp/router-forgets", "R1", true, 1, 6 * SIM_S, 15 * SIM_S, "alice"},
};

START_TEST(what_is_kept_comes_and_goes)
{
    struct view_rig *r = rig_open(lives[_i].scenario, 600, 400, THEME_LIGHT, 1);
    const struct reserve *one = nth_of(r, lives[_i].node, lives[_i].is_path, lives[_i].nth);
    ck_assert(reserve_holds(one, lives[_i].holds));
    ck_assert(!reserve_holds(one, lives[_i].gone));
    ck_assert(!reserve_holds(one, one->from - 1));
    if (lives[_i].from) {
        ck_assert_uint_eq(packet_from_node(&r->trace, one->packet), node_called(r, lives[_i].from));
        ck_assert_int_eq(one->bps, 80000);
    } else {
        ck_assert_uint_eq(one->packet, 0);
    }
    rig_close(r);
}
END_TEST

/* 157.5 s after the PATH that came at 1.288 ms. */
START_TEST(its_timer_is_the_one_that_forgets_it)
{
    struct view_rig *r = rig_open("rtp/reserved-for-nobody", 600, 400, THEME_LIGHT, 1);
    const struct reserve *path = nth_of(r, "R1", true, 0), *own = nth_of(r, "alice", true, 0);
    sim_time armed;
    ck_assert_uint_ne(path->timer, UINT_MAX);
    sim_time due =
        trace_timer_at(&r->trace, path->actor, path->timer, path->index, 100 * SIM_S, &armed);
    ck_assert_int_eq(armed, path->from);
    ck_assert_int_eq(due, path->from + 157500 * SIM_MS);
    ck_assert_int_eq(path->until, due);
    ck_assert_uint_eq(own->timer, UINT_MAX);
    rig_close(r);
}
END_TEST

static const struct {
    const char *from, *to;
    sim_time at;
    int64_t bps;
} shares[] = {
    {"R1", "R2", 500 * SIM_MS, 80000},    {"R1", "R2", 1500 * SIM_MS, 160000},
    {"R1", "R2", 3 * SIM_S, 160000},      {"R2", "R1", 3 * SIM_S, 0},
    {"R2", "bob", 2040 * SIM_MS, 240000}, {"R2", "bob", 3 * SIM_S, 160000},
    {"alice", "R1", 3 * SIM_S, 160000},   {"R1", "R2", 12 * SIM_S, 0},
    {"heavy", "R1", 3 * SIM_S, 0},
};

START_TEST(a_link_tells_what_is_reserved_on_it)
{
    struct view_rig *r = rig_open("rtp/third-call", 600, 400, THEME_LIGHT, 1);
    uint32_t direction = 0;
    for (uint32_t i = 0; i < 2 * r->trace.link_count; i++) {
        uint32_t d = r->trace.links[i / 2].direction[i % 2];
        if (direction_from(&r->trace, d) == node_called(r, shares[_i].from) &&
            direction_to(&r->trace, d) == node_called(r, shares[_i].to)) {
            direction = d;
        }
    }
    ck_assert_int_eq(film_reserved(r->film, direction, shares[_i].at), shares[_i].bps);
    rig_close(r);
}
END_TEST

/* Once it is admitted every packet of the voice that waits at R1 does so apart from the film. */
START_TEST(the_voice_waits_apart)
{
    struct view_rig *r = rig_open("rtp/reserved-voice", 600, 400, THEME_LIGHT, 1);
    unsigned voice = 0, film = 0;
    for (uint32_t i = 0; i < r->film->flight_count; i++) {
        const struct flight *g = &r->film->flights[i];
        const struct packet *p = trace_packet(&r->trace, g->packet);
        bool is_waiting = g->hop.queued && p->flow && g->hop.offered > 100 * SIM_MS;
        if (!is_waiting || direction_from(&r->trace, g->hop.direction) != node_called(r, "R1")) {
            continue;
        }
        bool is_voice = strcmp(r->trace.flows[p->flow].name, "voice") == 0;
        ck_assert(!is_voice || p->net.to.port != 5004 || flight_is_reserved(r->film, g));
        ck_assert(is_voice || !flight_is_reserved(r->film, g));
        voice += is_voice;
        film += !is_voice;
    }
    ck_assert_uint_gt(voice, 400);
    ck_assert_uint_gt(film, 900);
    rig_close(r);
}
END_TEST

/* Beside its name a message has whom the flow is for; above it on the stage also who sends it, and
 * how fast. */
static const struct {
    const char *label, *extra, *first, *second; /* second NULL: one line */
} words[] = {
    {"PATH", "10.0.2.2:5004", "10.0.1.2:49152 → 10.0.2.2:5004", "80 kbit/s"},
    {"RESV FF", "10.0.2.2:5004", "10.0.1.2:49152 → 10.0.2.2:5004", "80 kbit/s"},
    {"RESV-ERR", "10.0.2.2:5008", "10.0.1.2:49156 → 10.0.2.2:5008", "80 kbit/s"},
    {"1", "", NULL, NULL},
};

START_TEST(a_message_tells_whose_it_is)
{
    struct view_rig *r = rig_open("rtp/third-call", 600, 400, THEME_LIGHT, 1);
    uint32_t id = 1;
    char label[24], extra[24], lines[2][48];
    ui_begin(&r->ui, r->canvas, &r->theme, r->lang, r->w, r->h, 1, 0);
    while (id < r->trace.packets.count &&
           strcmp(view_capsule(&r->scene, id, 20, label).label, words[_i].label) != 0) {
        id++;
    }
    ck_assert_str_eq(numbers_extra(&r->scene, id, extra), words[_i].extra);
    unsigned count = numbers_lines(&r->ui, &r->scene, id, lines);
    ck_assert_uint_eq(count, words[_i].second ? 2 : words[_i].first ? 1 : 0);
    if (count == 2) {
        ck_assert_str_eq(lines[0], words[_i].first);
        ck_assert_str_eq(lines[1], words[_i].second);
    }
    ui_end(&r->ui);
    rig_close(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("reserves");
    TCase *c = tcase_create("found");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, what_is_kept_comes_and_goes, 0, ROWS(lives));
    tcase_add_test(c, its_timer_is_the_one_that_forgets_it);
    tcase_add_loop_test(c, a_link_tells_what_is_reserved_on_it, 0, ROWS(shares));
    tcase_add_test(c, the_voice_waits_apart);
    tcase_add_loop_test(c, a_message_tells_whose_it_is, 0, ROWS(words));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
