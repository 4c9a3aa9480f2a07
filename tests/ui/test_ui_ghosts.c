/* What an edit takes away is drawn as ghosts: which they are, and that they hide nothing that comes
 * and do not depend on how an instant was reached. */
#include "ui/session.h"
#include "ui/view/ghosts.h"

#include "shell_rig.h"

#define LOST SOURCE_DIR "/scenarios/arq/frame-lost.yaml"
#define GOOD SOURCE_DIR "/scenarios/arq/no-loss.yaml"

/* The run as the file has it, then without its fault: DATA 1 (28.064 ms) no longer dies, so that
 * what came after it (7 packets with itself) came at other times. */
struct edit {
    struct session s;
    struct film *film;
    struct ghosts ghosts;
};

static void begin(struct edit *r, const char *path, const char *value)
{
    struct err err = {0};
    *r = (struct edit){0};
    ck_assert(session_open(&r->s, LOST, &err));
    ck_assert(session_set(&r->s, path, value, false, &err));
    r->film = film_new(&r->s.trace);
    if (r->s.change.gone > 0) {
        ghosts_make(&r->ghosts, &r->s.trace, &r->s.before, r->s.change.is_gone);
    }
}

static void end(struct edit *r)
{
    ghosts_free(&r->ghosts);
    film_free(r->film);
    session_free(&r->s);
}

START_TEST(what_is_gone_becomes_ghosts)
{
    static const struct {
        sim_time at;
        const char *label;
        bool has_died, is_again, has_twin;
    } gone[] = {
        {28064 * SIM_US, "1", true, false, true},
        {136064 * SIM_US, "1", false, true, false},
        {154064 * SIM_US, "ACK 0", false, false, false},
        {164128 * SIM_US, "0", false, false, false},
        {182128 * SIM_US, "ACK 1", false, false, false},
        {192192 * SIM_US, "1", false, false, false},
        {210192 * SIM_US, "ACK 0", false, false, false},
    };
    struct edit r;
    begin(&r, "faults", "[]");
    ck_assert_uint_eq(r.ghosts.count, sizeof gone / sizeof *gone);
    for (uint32_t i = 0; i < r.ghosts.count; i++) {
        const struct ghost *g = &r.ghosts.all[i];
        ck_assert_int_eq(g->flight.hop.offered, gone[i].at);
        ck_assert_str_eq(g->label, gone[i].label);
        ck_assert_int_eq(g->flight.hop.died != SIM_NEVER, gone[i].has_died);
        ck_assert_int_eq(!g->flight.is_first, gone[i].is_again);
        ck_assert_int_eq(ghost_has_twin(r.film, g), gone[i].has_twin);
    }
    session_forget_before(&r.s); /* they are copies */
    ck_assert_str_eq(r.ghosts.all[0].label, "1");
    ck_assert_ptr_null(r.s.scenario_before);
    end(&r);
}
END_TEST

START_TEST(an_edit_that_changes_nothing_has_none)
{
    struct edit r;
    begin(&r, "about", "another");
    ck_assert_uint_eq(r.ghosts.count, 0);
    ck_assert_ptr_null(r.s.scenario_before);
    end(&r);
}
END_TEST

/* A host that has another name is another host: what went to it has no place to be drawn. */
START_TEST(what_stood_at_a_link_that_is_gone_is_left_out)
{
    struct edit r;
    struct err err = {0};
    begin(&r, "faults", "[]");
    ghosts_free(&r.ghosts);
    struct session other = {0};
    ck_assert(session_open(&other, SOURCE_DIR "/scenarios/tcp/handshake.yaml", &err));
    ghosts_make(&r.ghosts, &other.trace, &r.s.before, r.s.change.is_gone);
    ck_assert_uint_eq(r.ghosts.count, 0);
    session_free(&other);
    end(&r);
}
END_TEST

/* The window, with keys: DATA 1 is dropped, and what would have come after it stands as ghosts. */

static struct rig with_ghosts(void)
{
    struct rig r = rig_open(GOOD, 1280, 800);
    press_keys(&r, "down down del end");
    ck_assert_str_eq(ask(&r, "edited"), "yes");
    return r;
}

START_TEST(a_key_hides_and_shows_them)
{
    struct rig r = with_ghosts();
    size_t size;
    uint8_t *before = picture(&r, &size);
    ck_assert_int_gt(atoi(ask(&r, "ghosts")), 0);
    press_keys(&r, "shift+d");
    ck_assert_str_eq(ask(&r, "ghosts"), "0");
    ck_assert(memcmp(before, canvas_cairo_pixels(r.canvas).data, size) != 0);
    press_keys(&r, "shift+d");
    same_picture(&r, before, size, "shift+d twice");
    press_keys(&r, "ctrl+z");
    ck_assert_str_eq(ask(&r, "ghosts"), "0");
    press_keys(&r, "ctrl+shift+z");
    ck_assert_int_gt(atoi(ask(&r, "ghosts")), 0);
    free(before);
    rig_free(&r);
}
END_TEST

START_TEST(with_them_too_a_picture_does_not_depend_on_the_way_to_it)
{
    struct rig r = with_ghosts();
    size_t size;
    press_keys(&r, "home right right right right right");
    uint8_t *before = picture(&r, &size);
    press_keys(&r, "end home right right right right right right left");
    same_picture(&r, before, size, "there and back");
    free(before);
    rig_free(&r);
}
END_TEST

static void add_tests(TCase *c)
{
    tcase_add_test(c, what_is_gone_becomes_ghosts);
    tcase_add_test(c, an_edit_that_changes_nothing_has_none);
    tcase_add_test(c, what_stood_at_a_link_that_is_gone_is_left_out);
    tcase_add_test(c, a_key_hides_and_shows_them);
    tcase_add_test(c, with_them_too_a_picture_does_not_depend_on_the_way_to_it);
}

int main(void)
{
    return rig_suite("ghosts", add_tests);
}
