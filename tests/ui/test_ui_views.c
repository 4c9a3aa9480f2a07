/* Stage, ladder and transport as pictures: the same at t however it was reached, nothing over
 * anything else, nothing that breaks them. */
#include "view_rig.h"

#include <math.h>

/* The end of the run in eighths. */
static sim_time eighth(const struct view_rig *r, int i)
{
    return r->film->plain.end * i / 8;
}

static uint8_t *copy_pixels(const struct view_rig *r, size_t *size)
{
    struct pixels p = canvas_cairo_pixels(r->canvas);
    uint8_t *copy;

    *size = (size_t)p.stride * (size_t)p.h;
    copy = malloc(*size);
    memcpy(copy, p.data, *size);
    return copy;
}

START_TEST(the_picture_does_not_depend_on_the_way)
{
    struct view_rig *r = rig_open(bundled[_i], 1000, 640, THEME_LIGHT, 1);
    uint8_t *forward[9];
    size_t size = 0;

    for (int i = 0; i < 9; i++) {
        rig_draw(r, eighth(r, i));
        forward[i] = copy_pixels(r, &size);
    }
    for (int i = 8; i >= 0; i--) {
        uint8_t *back;

        rig_draw(r, eighth(r, i));
        back = copy_pixels(r, &size);
        ck_assert_msg(memcmp(forward[i], back, size) == 0, "%s differs at %d/8", bundled[_i], i);
        free(back);
        free(forward[i]);
    }
    rig_close(r);
}
END_TEST

static bool overlap(struct rect a, struct rect b)
{
    return a.x + 0.01 < b.x + b.w && b.x + 0.01 < a.x + a.w && a.y + 0.01 < b.y + b.h &&
           b.y + 0.01 < a.y + a.h;
}

static void check_labels(const struct view_rig *r, const char *name)
{
    struct rect panel = rig_ladder(r);

    ck_assert_uint_gt(r->ladder.label_count, 4);
    for (uint32_t i = 0; i < r->ladder.label_count; i++) {
        const struct ladder_label *a = &r->ladder.labels[i];

        ck_assert_msg(a->kind == LABEL_RING || (a->rect.x >= panel.x &&
                                                a->rect.x + a->rect.w <= panel.x + panel.w + 0.01),
                      "%s: a label leaves the panel at %.0f", name, a->rect.x);
        for (uint32_t j = 0; j < i; j++) {
            const struct ladder_label *b = &r->ladder.labels[j];

            ck_assert_msg(
                (a->kind == LABEL_RING && b->kind == LABEL_RING) || !overlap(a->rect, b->rect),
                "%s at %lld: labels %u (kind %d) and %u (kind %d) overlap at %.0f, %.0f", name,
                (long long)r->scene.now, i, a->kind, j, b->kind, a->rect.x, a->rect.y);
        }
    }
}

START_TEST(no_label_of_the_ladder_covers_another)
{
    for (int look = 0; look < 2; look++) {
        struct view_rig *r = rig_open(bundled[_i], look ? 1900 : 1440, look ? 1000 : 900,
                                      THEME_DARK, look ? 1.5 : 1);

        r->lang = look ? LANG_ZH : LANG_EN;
        for (int i = 0; i < 9; i++) {
            rig_draw(r, eighth(r, i));
            check_labels(r, bundled[_i]);
        }
        rig_close(r);
    }
}
END_TEST

/* A ladder of 340 pixels, as it stands beside plots and diagrams. */
static const char *const crowded[] = {
    "tcp/congestion-control", "tcp/fast-retransmit",     "tcp/two-streams",    "tcp/first-syn-lost",
    "tcp/sack-two-holes",     "tcp/reordering-needless", "arq/gbn-frame-lost", "udp/over-a-router"};

START_TEST(no_label_covers_another_in_a_narrow_ladder)
{
    struct view_rig *r = rig_open(crowded[_i], 900, 900, THEME_LIGHT, 1);

    for (int i = 0; i < 25; i++) {
        r->lang = i % 2 ? LANG_ZH : LANG_EN;
        rig_draw(r, r->film->plain.end * i / 24);
        if (r->ladder.label_count > 4) {
            check_labels(r, crowded[_i]);
        }
    }
    rig_close(r);
}
END_TEST

/* Capsules of this packet in the ladder. */
static const struct ladder_label *capsule_of(const struct view_rig *r, uint32_t packet)
{
    for (uint32_t i = 0; i < r->ladder.label_count; i++) {
        if (r->ladder.labels[i].kind == LABEL_CAPSULE && r->ladder.labels[i].packet == packet) {
            return &r->ladder.labels[i];
        }
    }
    return NULL;
}

/* What goes again is seen, however much flies beside it. */
START_TEST(a_repeat_has_its_capsule_in_a_crowd)
{
    struct view_rig *r = rig_open("tcp/congestion-control", 900, 900, THEME_LIGHT, 1);
    unsigned seen = 0, repeats = 0;

    for (uint32_t id = 1; id <= r->trace.packets.count; id++) {
        if (trace_packet(&r->trace, id)->of != 0) {
            rig_draw(r, film_packet_sent(r->film, id) + 40 * SIM_MS);
            repeats++;
            seen += capsule_of(r, id) != NULL;
        }
    }
    ck_assert_uint_gt(repeats, 3);
    ck_assert_uint_ge(seen, repeats - 1);
    rig_close(r);
}
END_TEST

START_TEST(every_packet_of_a_short_run_has_its_capsule)
{
    struct view_rig *r = rig_open("arq/frame-lost", 1440, 900, THEME_LIGHT, 1);

    player_do(&r->player, PLAYER_ZOOM_FIT, false);
    rig_draw(r, 0);
    for (uint32_t i = 0; i < r->film->flight_count; i++) {
        ck_assert_ptr_nonnull(capsule_of(r, r->film->flights[i].packet));
    }
    rig_close(r);
}
END_TEST

START_TEST(labels_stand_still_while_time_goes_on_within_a_page)
{
    struct view_rig *r = rig_open("arq/no-loss", 1440, 900, THEME_LIGHT, 1);
    struct ladder_label before;

    rig_draw(r, 1 * SIM_MS);
    before = *capsule_of(r, 2);
    rig_draw(r, 40 * SIM_MS);
    ck_assert_double_eq(capsule_of(r, 2)->x, before.x);
    ck_assert_double_eq(capsule_of(r, 2)->y, before.y);
    rig_close(r);
}
END_TEST

static double middle_of_hit(const struct view_rig *r)
{
    ck_assert_uint_eq(r->stage.hit_count, 1);
    return r->stage.hits[0].rect.x + r->stage.hits[0].rect.w / 2;
}

/* A flight of 18 ms: the place at its middle is the middle of the places at a third and two. */
START_TEST(a_packet_moves_evenly)
{
    struct view_rig *r = rig_open("arq/no-loss", 1440, 900, THEME_LIGHT, 1);
    double third, half, two_thirds;

    rig_draw(r, 6 * SIM_MS);
    third = middle_of_hit(r);
    rig_draw(r, 9 * SIM_MS);
    half = middle_of_hit(r);
    rig_draw(r, 12 * SIM_MS);
    two_thirds = middle_of_hit(r);
    ck_assert_double_eq_tol(half, (third + two_thirds) / 2, 0.01);
    ck_assert_double_gt(two_thirds, third + 20);
    rig_close(r);
}
END_TEST

START_TEST(a_click_on_a_capsule_selects_its_packet)
{
    struct view_rig *r = rig_open("arq/no-loss", 1440, 900, THEME_LIGHT, 1);
    struct ladder_label place;
    struct wish wish;

    rig_draw(r, 30 * SIM_MS);
    place = *capsule_of(r, 2);
    wish = rig_click(r, place.x, place.y);
    ck_assert(wish.has_packet);
    ck_assert_uint_eq(wish.packet, 2);
    ck_assert(!wish.has_time);
    rig_close(r);
}
END_TEST

START_TEST(a_click_beside_goes_to_that_instant)
{
    struct view_rig *r = rig_open("arq/no-loss", 1440, 900, THEME_LIGHT, 1);
    struct ladder_label first, second;
    double share;
    struct wish wish;

    rig_draw(r, 5 * SIM_MS);
    first = *capsule_of(r, 1);
    second = *capsule_of(r, 3); /* the next frame, 28.064 ms later, stands at the same share */
    wish = rig_click(r, rig_ladder(r).x + 12, first.y + (second.y - first.y) / 2);
    ck_assert(wish.has_time && !wish.has_packet);
    rig_draw(r, 5 * SIM_MS);
    share = (double)wish.time / 1e6;
    wish = rig_click(r, rig_ladder(r).x + 12, first.y);
    ck_assert_double_eq_tol(share - (double)wish.time / 1e6, 28.064 / 2, 0.2);
    rig_close(r);
}
END_TEST

START_TEST(the_scrubber_goes_where_it_is_pressed)
{
    struct view_rig *r = rig_open("arq/no-loss", 1440, 900, THEME_LIGHT, 1);
    struct rect area = rig_timeline(r);
    struct wish wish;

    rig_draw(r, 0);
    wish = rig_click(r, area.x + area.w / 2, area.y + 32);
    ck_assert(wish.has_time);
    ck_assert_int_le(llabs(wish.time - r->film->plain.end / 2), r->film->plain.end / 1000);
    rig_close(r);
}
END_TEST

/* One row: the key asks for the command. */
static const struct {
    int key;
    unsigned mods;
    enum player_command command;
} keys[] = {
    {UI_KEY_SPACE, 0, PLAYER_TOGGLE},
    {UI_KEY_RIGHT, 0, PLAYER_NEXT},
    {UI_KEY_LEFT, 0, PLAYER_PREVIOUS},
    {'n', 0, PLAYER_NEXT_TROUBLE},
    {'n', UI_SHIFT, PLAYER_PREVIOUS_TROUBLE},
    {'.', 0, PLAYER_TICK},
    {',', 0, PLAYER_TICK_BACK},
    {UI_KEY_HOME, 0, PLAYER_START},
    {UI_KEY_END, 0, PLAYER_END},
    {'[', 0, PLAYER_SLOWER},
    {']', 0, PLAYER_FASTER},
    {'l', 0, PLAYER_LOOP},
    {'l', UI_SHIFT, PLAYER_LOOP_END},
    {'z', 0, PLAYER_FOLD},
    {'h', 0, PLAYER_FUTURE},
    {'+', UI_SHIFT, PLAYER_ZOOM_IN},
    {'-', 0, PLAYER_ZOOM_OUT},
    {'0', 0, PLAYER_ZOOM_FIT},
};

START_TEST(keys_do_what_the_table_says)
{
    struct view_rig *r = rig_open("arq/no-loss", 800, 600, THEME_LIGHT, 1);

    rig_draw(r, 0);
    rig_event(r, (struct ui_event){.kind = UI_KEY, .key = keys[_i].key, .mods = keys[_i].mods});
    ck_assert_int_eq(r->wish.command, keys[_i].command);
    rig_close(r);
}
END_TEST

START_TEST(down_and_up_walk_over_the_packets)
{
    struct view_rig *r = rig_open("arq/no-loss", 800, 600, THEME_LIGHT, 1);

    rig_draw(r, 0);
    rig_event(r, (struct ui_event){.kind = UI_KEY, .key = UI_KEY_DOWN});
    ck_assert(wish_obey(&r->wish, &r->player, &r->scene.selected, true));
    ck_assert_uint_eq(r->scene.selected, 2); /* the first was sent at 0 */
    ck_assert_int_eq(r->player.now, 18 * SIM_MS);
    rig_event(r, (struct ui_event){.kind = UI_KEY, .key = UI_KEY_UP});
    wish_obey(&r->wish, &r->player, &r->scene.selected, true);
    ck_assert_uint_eq(r->scene.selected, 1);
    ck_assert_int_eq(r->player.now, 0);
    rig_close(r);
}
END_TEST

static void draw_everywhere(struct view_rig *r)
{
    static const double zooms[] = {1, 1e-3, 1e6};

    for (unsigned i = 0; i < 3; i++) {
        r->player.zoom = zooms[i];
        rig_draw_at(r, -5 * SIM_MS);
        rig_draw(r, 0);
        rig_draw(r, r->film->plain.end / 2);
        rig_draw(r, r->film->plain.end);
        rig_draw_at(r, r->film->plain.end + SIM_S);
        r->player.hides_future = !r->player.hides_future;
    }
}

START_TEST(an_empty_trace_is_drawn)
{
    struct view_rig *r = calloc(1, sizeof *r);

    rig_init(r, 800, 600, THEME_LIGHT, 1);
    draw_everywhere(r);
    rig_close(r);
}
END_TEST

START_TEST(any_size_is_drawn)
{
    static const double sizes[][2] = {{40, 30}, {200, 150}, {330, 900}, {2600, 400}};

    for (unsigned i = 0; i < 4; i++) {
        struct view_rig *r =
            rig_open("arq/frame-lost", sizes[i][0], sizes[i][1], THEME_DARK, i % 2 ? 2 : 1);

        draw_everywhere(r);
        rig_close(r);
    }
}
END_TEST

START_TEST(one_host_is_drawn)
{
    struct view_rig *r = rig_text("hosts: {lonely: 10.0.0.1}\n", 800, 600);

    draw_everywhere(r);
    rig_close(r);
}
END_TEST

START_TEST(two_hundred_hosts_are_drawn)
{
    struct buf text = {0};
    struct view_rig *r;

    buf_str(&text, "hosts:\n");
    for (int i = 0; i < 200; i++) {
        buf_printf(&text, "  h%d: 10.%d.1.2\n", i, i);
    }
    buf_str(&text, "routers:\n  hub: {addresses: [");
    for (int i = 0; i < 200; i++) {
        buf_printf(&text, "%s10.%d.1.1/24", i ? ", " : "", i);
    }
    buf_str(&text, "]}\nlinks:\n");
    for (int i = 0; i < 200; i++) {
        buf_printf(&text, "  - {between: [h%d, hub], rate: 1 Mbit/s, delay: 5 ms}\n", i);
    }
    buf_str(&text, "traffic:\n");
    for (int i = 0; i < 100; i++) {
        buf_printf(&text,
                   "  - udp: {from: h%d, to: h%d:9, rate: 80 kbit/s, size: 500 B, for: 1 s}\n", i,
                   i + 100);
    }
    r = rig_text(buf_cstr(&text), 1440, 900);
    draw_everywhere(r);
    rig_close(r);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("views");
    TCase *look = tcase_create("look"), *hands = tcase_create("hands"), *odd = tcase_create("odd");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_loop_test(look, the_picture_does_not_depend_on_the_way, 0, BUNDLED);
    tcase_add_loop_test(look, no_label_of_the_ladder_covers_another, 0, BUNDLED);
    tcase_add_loop_test(look, no_label_covers_another_in_a_narrow_ladder, 0,
                        sizeof crowded / sizeof *crowded);
    tcase_add_test(look, a_repeat_has_its_capsule_in_a_crowd);
    tcase_add_test(look, every_packet_of_a_short_run_has_its_capsule);
    tcase_add_test(look, labels_stand_still_while_time_goes_on_within_a_page);
    tcase_add_test(look, a_packet_moves_evenly);
    tcase_set_timeout(look, 60);
    suite_add_tcase(s, look);
    tcase_add_test(hands, a_click_on_a_capsule_selects_its_packet);
    tcase_add_test(hands, a_click_beside_goes_to_that_instant);
    tcase_add_test(hands, the_scrubber_goes_where_it_is_pressed);
    tcase_add_loop_test(hands, keys_do_what_the_table_says, 0, sizeof keys / sizeof *keys);
    tcase_add_test(hands, down_and_up_walk_over_the_packets);
    suite_add_tcase(s, hands);
    tcase_add_test(odd, an_empty_trace_is_drawn);
    tcase_add_test(odd, any_size_is_drawn);
    tcase_add_test(odd, one_host_is_drawn);
    tcase_add_test(odd, two_hundred_hosts_are_drawn);
    tcase_set_timeout(odd, 60);
    suite_add_tcase(s, odd);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
