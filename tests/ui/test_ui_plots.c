/* Plots and strips of bytes: the figures are those of the run, the same picture however an instant
 * was reached, and what is pointed at is what is lit. */
#include "ui/view/curves.h"
#include "ui/view/numbers.h"
#include "view_rig.h"

#include <math.h>

#define SLOW  "tcp/slow-start"
#define FAST  "tcp/fast-retransmit"
#define QUEUE "udp/queue-overflow"

static const struct rect whole = {12, 12, 776, 876};

struct plots_rig {
    struct view_rig *r;
    const struct view *view;
    void *self;
};

static struct plots_rig open_view(const char *name, const struct view *view)
{
    struct plots_rig p = {rig_open(name, 800, 900, THEME_LIGHT, 1), view, NULL};
    p.self = calloc(1, view->size + 1);
    return p;
}

static void close_view(struct plots_rig *p)
{
    free(p->self);
    rig_close(p->r);
}

static void draw_view(struct plots_rig *p)
{
    struct view_rig *r = p->r;
    r->scene.now = r->player.now;
    r->scene.is_relative = numbers_are_long(&r->trace);
    r->wish = (struct wish){0};
    ui_begin(&r->ui, r->canvas, &r->theme, r->lang, r->w, r->h, 1, r->seconds++);
    canvas_fill_box(r->canvas, (struct rect){0, 0, r->w, r->h}, 0, r->theme.bg);
    p->view->draw(p->self, &r->ui, &r->scene, whole);
    ui_end(&r->ui);
}

static void draw_at(struct plots_rig *p, sim_time t)
{
    player_go(&p->r->player, t);
    draw_view(p);
}

static void event(struct plots_rig *p, enum ui_event_kind kind, double x, double y)
{
    struct ui_event e = {.kind = kind, .x = x, .y = y, .button = UI_LEFT, .clicks = 1};
    ui_event(&p->r->ui, &e);
    draw_view(p);
}

static struct wish click(struct plots_rig *p, double x, double y)
{
    event(p, UI_MOVE, x, y);
    event(p, UI_PRESS, x, y);
    struct wish wish = p->r->wish;
    event(p, UI_RELEASE, x, y);
    wish.has_packet = wish.has_packet || p->r->wish.has_packet;
    wish.packet = p->r->wish.has_packet ? p->r->wish.packet : wish.packet;
    return wish;
}

static const struct curve *curve_of(const struct view_rig *r, const char *name)
{
    const struct curve *found = NULL;
    for (uint32_t i = 0; i < r->film->curves.count; i++) {
        const struct curve *c = &r->film->curves.all[i];
        if (strcmp(c->series->name, name) == 0 && (!found || c->count > found->count)) {
            found = c;
        }
    }
    ck_assert_msg(found != NULL, "no curve %s", name);
    return found;
}

/* The scenario's comment computes when each segment leaves; its window follows from RFC 5681 3.1:
 * one segment more for each acknowledgement. */
START_TEST(the_congestion_window_is_what_slow_start_makes_of_it)
{
    static const struct {
        double ms, cwnd;
    } rows[] = {{1000, 1},    {1106.15, 1}, {1106.16, 2}, {1212.32, 3}, {1218.32, 4},
                {1318.48, 5}, {1324.48, 6}, {1330.48, 7}, {1336.48, 8}};
    struct view_rig *r = rig_open(SLOW, 800, 600, THEME_LIGHT, 1);
    const struct curve *cwnd = curve_of(r, "cwnd");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct curve_point *p = curve_at(cwnd, (sim_time)llround(rows[i].ms * 1e6));
        ck_assert_ptr_nonnull(p);
        ck_assert_msg(fabs(p->value - rows[i].cwnd) < 1e-9, "%g segments at %g ms", p->value,
                      rows[i].ms);
    }
    ck_assert_double_eq_tol(cwnd->all.most, 16, 1e-9);
    const struct curve *rtt = curve_of(r, "rtt");
    const struct curve_point *first = curve_at(rtt, SIM_S + 107 * SIM_MS);
    ck_assert_double_eq_tol(first->value, 106.16e6, 1);
    rig_close(r);
}
END_TEST

START_TEST(a_queue_is_as_long_as_the_summary_says)
{
    struct view_rig *r = rig_open(QUEUE, 800, 600, THEME_LIGHT, 1);
    unsigned seen = 0;
    for (uint32_t i = 0; i < r->film->curves.count; i++) {
        const struct curve *c = &r->film->curves.all[i];
        if (strcmp(c->series->name, "queue") == 0) {
            const struct trace_link *l = &r->trace.links[r->trace.entities[c->owner].link];
            unsigned which = l->direction[1] == c->owner;
            size_t at = 2 * r->trace.entities[c->owner].link + which;
            ck_assert_double_eq_tol(c->all.most, r->trace.link_figures[at].queue_packets_max, 1e-9);
            ck_assert_double_eq_tol(c->points[c->count - 1].value, 0, 1e-9);
            seen++;
        }
    }
    ck_assert_uint_gt(seen, 0);
    rig_close(r);
}
END_TEST

START_TEST(extremes_of_a_stretch_are_found_over_its_blocks)
{
    struct view_rig *r = rig_open("rtp/jitter", 800, 600, THEME_LIGHT, 1);
    const struct curve *c = curve_of(r, "jitter");
    ck_assert_uint_gt(c->count, 2 * CURVE_BLOCK);
    for (uint32_t first = 0; first < c->count; first += 7) {
        for (uint32_t last = first + 1; last <= c->count; last += 29) {
            double least = INFINITY, most = -INFINITY;
            for (uint32_t i = first; i < last; i++) {
                least = fmin(least, c->points[i].value);
                most = fmax(most, c->points[i].value);
            }
            struct curve_range range = curve_range_of(c, first, last);
            ck_assert(range.least == least && range.most == most);
        }
    }
    rig_close(r);
}
END_TEST

static const struct {
    const char *file;
    const struct view *view;
} pictures[] = {{SLOW, &view_plots},
                {FAST, &view_plots},
                {FAST, &view_window},
                {QUEUE, &view_plots},
                {"arq/gbn-frame-lost", &view_plots},
                {"rtp/late-or-lost", &view_plots},
                {"tcp/two-streams", &view_window}};

START_TEST(a_plot_does_not_depend_on_the_way_to_its_instant)
{
    struct plots_rig p = open_view(pictures[_i].file, pictures[_i].view);
    sim_time end = p.r->film->plain.end;
    uint8_t *forward[5];
    struct pixels pixels;
    for (int i = 0; i < 5; i++) {
        draw_at(&p, end / 4 * i);
        pixels = canvas_cairo_pixels(p.r->canvas);
        forward[i] = malloc((size_t)pixels.stride * (size_t)pixels.h);
        memcpy(forward[i], pixels.data, (size_t)pixels.stride * (size_t)pixels.h);
    }
    for (int i = 5; i-- > 0;) {
        draw_at(&p, end / 4 * i);
        pixels = canvas_cairo_pixels(p.r->canvas);
        ck_assert_msg(memcmp(forward[i], pixels.data, (size_t)pixels.stride * (size_t)pixels.h) ==
                          0,
                      "%s differs at %d/4", pictures[_i].file, i);
        free(forward[i]);
    }
    close_view(&p);
}
END_TEST

/* Where the last picture had a chart's curves. */
static struct rect plot_rect(const struct plots_rig *p, int chart)
{
    char name[32];
    struct rect r;
    snprintf(name, sizeof name, "chart.%d.plot", chart);
    ck_assert_msg(ui_find(&p->r->ui, name, &r), "no %s", name);
    return (struct rect){r.x + 6, r.y + 6, r.w - 12, r.h - 36};
}

static double x_of(const struct plots_rig *p, struct rect r, sim_time t)
{
    const struct axis *a = p->r->player.axis;
    return r.x + axis_at(a, t) / a->length * r.w;
}

/* The packet that a hover down the column meets first; *y: there. */
static uint32_t hover_down(struct plots_rig *p, struct rect r, double x, double *y)
{
    for (*y = r.y; *y < r.y + r.h; *y += 3) {
        event(p, UI_MOVE, x, *y);
        draw_view(p);
        if (p->r->wish.hovered) {
            return p->r->wish.hovered;
        }
    }
    return 0;
}

START_TEST(a_point_lights_and_selects_the_packet_that_moved_the_curve)
{
    struct plots_rig p = open_view(SLOW, &view_plots);
    sim_time t = (sim_time)1106160000; /* the first ACK of data: cwnd 2 */
    double y;
    draw_at(&p, p.r->film->plain.end);
    struct rect r = plot_rect(&p, 0);
    uint32_t packet = hover_down(&p, r, x_of(&p, r, t), &y);
    ck_assert_uint_gt(packet, 0);
    const struct packet *ack = trace_packet(&p.r->trace, packet);
    ck_assert_uint_eq(ack->body.len, 0);
    ck_assert_uint_eq(packet_to_node(&p.r->trace, packet), 0);
    struct wish wish = click(&p, x_of(&p, r, t), y);
    ck_assert(wish.has_packet && !wish.has_time);
    ck_assert_uint_eq(wish.packet, packet);
    close_view(&p);
}
END_TEST

START_TEST(a_click_beside_the_curves_moves_the_playhead)
{
    struct plots_rig p = open_view(SLOW, &view_plots);
    draw_at(&p, 0);
    struct rect r = plot_rect(&p, 0);
    double x = r.x + r.w * 0.25;
    struct wish wish = click(&p, x, r.y + 4);
    ck_assert(wish.has_time && !wish.has_packet);
    const struct axis *a = p.r->player.axis;
    ck_assert_double_eq_tol((double)wish.time, (double)axis_time(a, a->length * 0.25), 1e6);
    close_view(&p);
}
END_TEST

START_TEST(a_segment_of_the_sequence_graph_is_its_packet)
{
    struct plots_rig p = open_view(FAST, &view_plots);
    sim_time again = (sim_time)1172320000; /* the scenario computes it */
    double y;
    draw_at(&p, p.r->film->plain.end);
    struct rect r = plot_rect(&p, 2);
    uint32_t packet = hover_down(&p, r, x_of(&p, r, again), &y);
    ck_assert_uint_gt(packet, 0);
    ck_assert_uint_ne(trace_packet(&p.r->trace, packet)->of, 0);
    ck_assert_uint_eq(click(&p, x_of(&p, r, again), y).packet, packet);
    close_view(&p);
}
END_TEST

START_TEST(the_wheel_chooses_a_part_and_gives_it_back)
{
    struct plots_rig p = open_view(SLOW, &view_plots);
    struct ui_event wheel = {.kind = UI_WHEEL, .wheel = 3, .mods = UI_CTRL};
    draw_at(&p, p.r->film->plain.end);
    struct rect r = plot_rect(&p, 0);
    double x = r.x + r.w * 0.8;
    struct wish before = click(&p, x, r.y + 4);
    wheel.x = x;
    wheel.y = r.y + 40;
    event(&p, UI_MOVE, x, r.y + 40);
    ui_event(&p.r->ui, &wheel);
    draw_view(&p);
    draw_view(&p);
    ck_assert_int_lt(llabs((long long)(click(&p, x, r.y + 4).time - before.time)), SIM_MS);
    ck_assert_int_gt(click(&p, r.x, r.y + 4).time, 100 * SIM_MS);
    wheel.wheel = -9;
    ui_event(&p.r->ui, &wheel);
    draw_view(&p);
    draw_view(&p);
    ck_assert_int_eq(click(&p, r.x, r.y + 4).time, 0);
    close_view(&p);
}
END_TEST

/* At 1.2 s of the scenario the client knows of 2920 acknowledged bytes, the third segment is sent
 * again, and seven wait behind the gap. */
START_TEST(the_send_strip_has_a_cell_for_each_unacknowledged_segment)
{
    struct plots_rig p = open_view(FAST, &view_window);
    unsigned cells = 0, again = 0;
    char name[40];
    struct rect r, first = {0};
    draw_at(&p, 1200 * SIM_MS);
    draw_view(&p);
    for (uint32_t id = 1; id <= p.r->trace.packets.count; id++) {
        snprintf(name, sizeof name, "stream.0.segment.%u", id);
        if (ui_find(&p.r->ui, name, &r)) {
            const struct packet *q = trace_packet(&p.r->trace, id);
            ck_assert_uint_gt(q->unit.at + q->unit.n, 2921);
            cells++;
            again += q->of != 0;
            first = q->of ? r : first;
        }
    }
    ck_assert_uint_eq(cells, 9); /* eight segments, one of them twice */
    ck_assert_uint_eq(again, 1);
    struct wish wish = click(&p, first.x + first.w / 2, first.y + first.h / 2);
    ck_assert(wish.has_packet);
    ck_assert_uint_ne(trace_packet(&p.r->trace, wish.packet)->of, 0);
    close_view(&p);
}
END_TEST

START_TEST(what_is_acknowledged_has_no_cell_and_nothing_has_one_at_the_end)
{
    struct plots_rig p = open_view(FAST, &view_window);
    char name[40];
    struct rect r;
    draw_at(&p, p.r->film->plain.end);
    draw_view(&p);
    for (uint32_t id = 1; id <= p.r->trace.packets.count; id++) {
        snprintf(name, sizeof name, "stream.0.segment.%u", id);
        ck_assert_msg(!ui_find(&p.r->ui, name, &r), "%s", name);
    }
    close_view(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plots");
    TCase *t = tcase_create("plots");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_congestion_window_is_what_slow_start_makes_of_it);
    tcase_add_test(t, a_queue_is_as_long_as_the_summary_says);
    tcase_add_test(t, extremes_of_a_stretch_are_found_over_its_blocks);
    tcase_add_loop_test(t, a_plot_does_not_depend_on_the_way_to_its_instant, 0,
                        sizeof pictures / sizeof *pictures);
    tcase_add_test(t, a_point_lights_and_selects_the_packet_that_moved_the_curve);
    tcase_add_test(t, a_click_beside_the_curves_moves_the_playhead);
    tcase_add_test(t, a_segment_of_the_sequence_graph_is_its_packet);
    tcase_add_test(t, the_wheel_chooses_a_part_and_gives_it_back);
    tcase_add_test(t, the_send_strip_has_a_cell_for_each_unacknowledged_segment);
    tcase_add_test(t, what_is_acknowledged_has_no_cell_and_nothing_has_one_at_the_end);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
