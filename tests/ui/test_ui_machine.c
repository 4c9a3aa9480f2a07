/* The diagram of states, the numbers of segments and what else TCP adds to the views. */
#include "view_rig.h"

#include "ui/view/machine.h"
#include "ui/view/numbers.h"

#include <math.h>

/* Layouts. */

static bool overlap(struct rect a, struct rect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static bool is_inside(struct rect in, struct rect r)
{
    return r.x >= in.x - 0.5 && r.y >= in.y - 0.5 && r.x + r.w <= in.x + in.w + 0.5 &&
           r.y + r.h <= in.y + in.h + 0.5;
}

/* How far p is from the border of r. */
static double off_border(struct rect r, struct point p)
{
    double dx = fmax(fabs(p.x - (r.x + r.w / 2)) - r.w / 2, -r.w);
    double dy = fmax(fabs(p.y - (r.y + r.h / 2)) - r.h / 2, -r.h);

    return fabs(fmax(dx, dy));
}

static void check_diagram(const struct diagram *d, const struct machine *m, struct rect area)
{
    unsigned edges = 0;

    while (m->edges[edges].from >= 0) {
        edges++;
    }
    ck_assert_uint_eq(d->route_count, edges);
    for (unsigned i = 0; i < d->box_count; i++) {
        ck_assert_msg(is_inside(area, d->boxes[i].rect), "%s leaves its panel",
                      m->states[d->boxes[i].state]);
        for (unsigned j = 0; j < i; j++) {
            ck_assert_msg(!overlap(d->boxes[i].rect, d->boxes[j].rect), "%s lies over %s",
                          m->states[d->boxes[i].state], m->states[d->boxes[j].state]);
        }
    }
    for (unsigned i = 0; i < d->route_count; i++) {
        const struct diagram_route *r = &d->routes[i];

        ck_assert(off_border(diagram_box_of(d, r->from, false)->rect, r->p[0]) < 1);
        ck_assert(off_border(diagram_box_of(d, r->to, d->has_room)->rect, r->p[r->count - 1]) < 1);
    }
}

static const struct rect areas[] = {
    {20, 30, 900, 560}, {0, 0, 640, 520}, {10, 10, 420, 260}, {0, 0, 560, 200}};

/* The first machine of the first endpoint that has one; NULL: none. */
static const struct machine *machine_of(const struct view_rig *r)
{
    for (uint32_t i = 0; i < r->film->actor_count; i++) {
        const struct actor_type *type = r->trace.entities[r->film->actors[i]].type;

        if (machine_count(type) > 0) {
            return &type->machines[0];
        }
    }
    return NULL;
}

START_TEST(the_figure_of_the_rfc_has_a_place_for_every_state)
{
    struct view_rig *r = rig_open("tcp/two-streams", 400, 300, THEME_LIGHT, 1);
    const struct machine *m = machine_of(r);
    struct diagram d;

    diagram_make(&d, m, areas[_i], 110, 1);
    ck_assert(d.has_room);
    ck_assert_uint_eq(d.box_count, 12); /* eleven, and CLOSED again at the end */
    check_diagram(&d, m, areas[_i]);
    for (unsigned i = 0; i < d.route_count; i++) {
        /* LISTEN and SYN-SENT fall back to CLOSED on a close: not among the main arcs */
        bool is_back = strcmp(m->states[d.routes[i].to], "CLOSED") == 0 && d.routes[i].from < 4;
        ck_assert_msg(!d.routes[i].key || !d.routes[i].is_side || is_back, "%s to %s has no way",
                      m->states[d.routes[i].from], m->states[d.routes[i].to]);
    }
    rig_close(r);
}
END_TEST

START_TEST(any_other_machine_has_a_layout)
{
    struct view_rig *r = rig_open(bundled[_i], 400, 300, THEME_LIGHT, 1);
    const struct machine *m = machine_of(r);
    struct diagram d;

    for (unsigned i = 0; m && i < 3; i++) {
        diagram_make(&d, m, areas[i], 90, 1);
        ck_assert(!d.has_room);
        ck_assert_uint_eq(d.box_count, state_count(m->states));
        check_diagram(&d, m, areas[i]);
    }
    rig_close(r);
}
END_TEST

/* Pictures. */

static const char *const runs[] = {
    "tcp/first-syn-lost", "tcp/two-streams",        "tcp/teardown-simultaneous",
    "tcp/host-down",      "tcp/connection-refused", "tcp/segment-lost",
    "arq/frame-lost"};
#define RUNS  (sizeof runs / sizeof *runs)
#define TIMES 40

static const struct view *const views[] = {&view_stage, &view_ladder,    &view_machine,
                                           &view_state, &view_inspector, &view_timeline};
#define VIEWS (sizeof views / sizeof *views)

struct album {
    struct view_rig *r;
    struct story story;
    void *self[VIEWS];
};

static void open_album(struct album *a, unsigned run)
{
    a->r =
        rig_open(runs[run], 900, 560, run % 2 ? THEME_DARK : THEME_LIGHT, run % 3 == 2 ? 1.5 : 1);
    a->r->lang = run % 2 ? LANG_ZH : LANG_EN;
    story_make(&a->r->trace, &a->story);
    a->r->scene.story = &a->story;
    a->r->scene.is_relative = numbers_are_long(&a->r->trace);
    for (unsigned v = 0; v < VIEWS; v++) {
        a->self[v] = calloc(1, views[v]->size + 1);
    }
}

static void close_album(struct album *a)
{
    for (unsigned v = 0; v < VIEWS; v++) {
        free(a->self[v]);
    }
    story_free(&a->story);
    rig_close(a->r);
}

static uint64_t picture_of(struct album *a, unsigned v, sim_time t)
{
    struct view_rig *r = a->r;
    uint64_t hash = 14695981039346656037u;

    player_go(&r->player, t);
    r->scene.now = r->player.now;
    r->scene.step = story_at(&a->story, r->scene.now);
    r->wish = (struct wish){0};
    ui_begin(&r->ui, r->canvas, &r->theme, r->lang, r->w, r->h, 1, r->seconds++);
    canvas_fill_box(r->canvas, (struct rect){0, 0, r->w, r->h}, 0, r->theme.bg);
    views[v]->draw(a->self[v], &r->ui, &r->scene, (struct rect){10, 10, r->w - 20, r->h - 20});
    ui_end(&r->ui);
    struct pixels p = canvas_cairo_pixels(r->canvas);
    const uint8_t *bytes = (const uint8_t *)p.data;
    for (size_t i = 0; i < (size_t)p.stride * (size_t)p.h; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return hash;
}

START_TEST(every_view_is_the_same_from_both_sides)
{
    struct album a = {0};

    open_album(&a, (unsigned)_i);
    for (unsigned v = 0; v < VIEWS; v++) {
        uint64_t forward[TIMES + 1];
        unsigned differing = 0;

        for (int i = 0; i <= TIMES; i++) {
            forward[i] = picture_of(&a, v, a.r->film->plain.end * i / TIMES);
            differing += i > 0 && forward[i] != forward[i - 1];
        }
        ck_assert_msg(differing > 0, "%s of %s stands still", views[v]->name, runs[_i]);
        for (int i = TIMES; i >= 0; i--) {
            ck_assert_msg(picture_of(&a, v, a.r->film->plain.end * i / TIMES) == forward[i],
                          "%s of %s differs at %d/40", views[v]->name, runs[_i], i);
        }
    }
    close_album(&a);
}
END_TEST

/* Numbers. */

START_TEST(segments_have_numbers)
{
    static const struct {
        uint32_t packet;
        bool is_relative;
        const char *extra, *first, *second;
    } rows[] = {
        {1, false, "1000", "seq 1000", NULL}, {3, false, "5000", "seq 5000", "ack 1001"},
        {4, false, "5001", "ack 5001", NULL}, {1, true, "0", "seq 0", NULL},
        {3, true, "0", "seq 0", "ack 1"},     {4, true, "1", "ack 1", NULL},
    };
    struct view_rig *r = rig_open("tcp/first-syn-lost", 400, 300, THEME_LIGHT, 1);

    ck_assert(!numbers_are_long(&r->trace));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char buf[24], lines[2][48];
        unsigned count = rows[i].second ? 2 : 1;

        r->scene.is_relative = rows[i].is_relative;
        ck_assert_str_eq(numbers_extra(&r->scene, rows[i].packet, buf), rows[i].extra);
        ck_assert_uint_eq(numbers_lines(&r->ui, &r->scene, rows[i].packet, lines), count);
        ck_assert_str_eq(lines[0], rows[i].first);
        ck_assert_str_eq(count > 1 ? lines[1] : "", count > 1 ? rows[i].second : "");
    }
    rig_close(r);
}
END_TEST

START_TEST(a_number_is_told_by_what_it_counts_from)
{
    struct view_rig *r = rig_open("tcp/first-syn-lost", 400, 300, THEME_LIGHT, 1);
    const struct packet *syn = trace_packet(&r->trace, 1), *answer = trace_packet(&r->trace, 3);
    char buf[48];

    ck_assert_str_eq(numbers_note(&r->ui, &r->scene, syn, "seq", buf), "A's first number");
    ck_assert_str_eq(numbers_note(&r->ui, &r->scene, syn, "ack", buf), "");
    ck_assert_str_eq(numbers_note(&r->ui, &r->scene, answer, "seq", buf), "B's first number");
    ck_assert_str_eq(numbers_note(&r->ui, &r->scene, answer, "ack", buf), "1000 + 1");
    ck_assert_str_eq(numbers_block_note(answer, "2001:3001", buf), "2001:3001 (1001:2001)");
    ck_assert_str_eq(numbers_block_note(syn, "2001:3001", buf), "2001:3001");
    ck_assert_str_eq(numbers_note(&r->ui, &r->scene, answer, "win", buf), "");
    rig_close(r);
}
END_TEST

START_TEST(drawn_numbers_are_long_where_nobody_chose_them)
{
    struct view_rig *r = rig_open("tcp/segment-lost", 400, 300, THEME_LIGHT, 1);

    ck_assert(numbers_are_long(&r->trace));
    rig_close(r);
}
END_TEST

/* The ladder. */

static unsigned capsules_of(const struct view_rig *r, uint32_t packet)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < r->ladder.label_count; i++) {
        n += r->ladder.labels[i].kind == LABEL_CAPSULE && r->ladder.labels[i].packet == packet;
    }
    return n;
}

START_TEST(over_a_router_a_segment_has_one_capsule_and_a_datagram_two)
{
    static const struct {
        const char *run;
        unsigned capsules;
    } rows[] = {{"tcp/first-syn-lost", 1}, {"udp/over-a-router", 2}};
    struct view_rig *r = rig_open(rows[_i].run, 1440, 900, THEME_LIGHT, 1);

    rig_draw(r, r->film->plain.end / 50);
    ck_assert_uint_eq(capsules_of(r, 2), rows[_i].capsules);
    rig_close(r);
}
END_TEST

/* Motion. */

static bool is_same(const uint8_t *a, const struct view_rig *r)
{
    struct pixels p = canvas_cairo_pixels(r->canvas);

    return memcmp(a, p.data, (size_t)p.stride * (size_t)p.h) == 0;
}

static uint8_t *keep(const struct view_rig *r)
{
    struct pixels p = canvas_cairo_pixels(r->canvas);
    size_t size = (size_t)p.stride * (size_t)p.h;

    return memcpy(malloc(size), p.data, size);
}

START_TEST(a_loss_shrinks_and_a_clock_pulses_only_while_time_goes_on)
{
    static const sim_time before[] = {17500 * SIM_US, 999900 * SIM_US};
    static const sim_time after[] = {18000 * SIM_US, 1010 * SIM_MS};
    struct view_rig *r = rig_open("tcp/first-syn-lost", 1440, 900, THEME_LIGHT, 1);
    uint8_t *settled, *moving;

    r->ui.is_settled = false;
    rig_draw(r, r->film->plain.end);
    rig_draw(r, after[_i]); /* a jump back */
    settled = keep(r);
    rig_draw(r, 0);
    rig_draw(r, before[_i]);
    r->seconds += 0.1;
    rig_draw(r, after[_i]); /* played: the motion begins */
    ck_assert(r->ui.wants_frame);
    r->seconds -= 0.9; /* a tenth of a second later */
    rig_draw(r, after[_i]);
    moving = keep(r);
    ck_assert(!is_same(settled, r));
    rig_draw(r, after[_i]); /* and a second later it is over */
    ck_assert(is_same(settled, r));
    free(moving);
    free(settled);
    rig_close(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("machine");
    TCase *tc = tcase_create("machine");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, the_figure_of_the_rfc_has_a_place_for_every_state, 0,
                        sizeof areas / sizeof *areas);
    tcase_add_loop_test(tc, any_other_machine_has_a_layout, 0, BUNDLED);
    tcase_add_loop_test(tc, every_view_is_the_same_from_both_sides, 0, RUNS);
    tcase_add_test(tc, segments_have_numbers);
    tcase_add_test(tc, a_number_is_told_by_what_it_counts_from);
    tcase_add_test(tc, drawn_numbers_are_long_where_nobody_chose_them);
    tcase_add_loop_test(tc, over_a_router_a_segment_has_one_capsule_and_a_datagram_two, 0, 2);
    tcase_add_loop_test(tc, a_loss_shrinks_and_a_clock_pulses_only_while_time_goes_on, 0, 2);
    suite_add_tcase(s, tc);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
