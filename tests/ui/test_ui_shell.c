/* The shell as a person meets it: events in, a picture and answers out. */
#include "ui/session.h"

#include "shell_rig.h"

#include "base/os.h"

#include <unistd.h>

#define LOST SOURCE_DIR "/scenarios/arq/frame-lost.yaml"
#define GOOD SOURCE_DIR "/scenarios/arq/no-loss.yaml"

/* Two ways that lead to the same instant. */
static const struct {
    const char *file, *there, *away_and_back;
} ways[] = {
    {LOST, "right right right right right", "end home right right right right right"},
    {LOST, "right right right right right", "right right right left left left"},
    {LOST, "pgdn pgdn pgdn pgdn", "end pgup pgup home pgdn pgdn pgdn pgdn"},
    {LOST, "n n n . .", "right , end home n n n . ."},
    {LOST, "v right right", "v v v v v v end home right right"},
    {LOST, "v v right", "v v v v v v left right"},
    {LOST, "t g right", "t g t g left right"},
    {LOST, "p right right", "p p p left left right right"},
    {GOOD, "down down down", "end up up down home esc down down down"},
    {GOOD, "right right . .", "space space home right right . ."},
};

START_TEST(a_picture_does_not_depend_on_the_way_to_it)
{
    struct rig r = rig_open(ways[_i].file, 1280, 800);
    press_keys(&r, ways[_i].there);
    char now[64];
    snprintf(now, sizeof now, "%s", ask(&r, "now"));
    size_t size;
    uint8_t *before = picture(&r, &size);
    press_keys(&r, ways[_i].away_and_back);
    ck_assert_str_eq(ask(&r, "now"), now);
    same_picture(&r, before, size, ways[_i].away_and_back);
    free(before);
    rig_free(&r);
}
END_TEST

#define TWO    SOURCE_DIR "/scenarios/tcp/two-streams.yaml"
#define OPENED SOURCE_DIR "/scenarios/tcp/first-syn-lost.yaml"

START_TEST(a_diagram_opens_where_the_scenario_wants_it)
{
    struct rig r = rig_open(TWO, 1440, 900);
    ck_assert_str_eq(ask(&r, "main"), "machine");
    press_keys(&r, "v");
    ck_assert_str_eq(ask(&r, "panel"), "window");
    press_keys(&r, "v");
    ck_assert_str_eq(ask(&r, "main"), "plots");
    press_keys(&r, "v v");
    ck_assert_str_eq(ask(&r, "main"), "ladder");
    press_keys(&r, "shift+v shift+v shift+v");
    ck_assert_str_eq(ask(&r, "main"), "machine");
    ck_assert_str_eq(ask(&r, "panel"), "window");
    rig_free(&r);
    r = rig_open(OPENED, 1440, 900);
    ck_assert_str_eq(ask(&r, "main"), "ladder");
    ck_assert_str_eq(ask(&r, "panel"), "state");
    rig_free(&r);
}
END_TEST

START_TEST(r_counts_numbers_from_the_start_of_each_side)
{
    struct rig r = rig_open(OPENED, 1440, 900);
    size_t size;
    ck_assert_str_eq(ask(&r, "relative"), "no");
    uint8_t *before = picture(&r, &size);
    press_keys(&r, "r");
    ck_assert_str_eq(ask(&r, "relative"), "yes");
    struct pixels p = canvas_cairo_pixels(r.canvas);
    ck_assert(memcmp(before, p.data, size) != 0);
    press_keys(&r, "r");
    same_picture(&r, before, size, "r r");
    free(before);
    rig_free(&r);
}
END_TEST

START_TEST(an_undone_edit_leaves_no_trace)
{
    struct rig r = rig_open(GOOD, 1280, 800);
    press_keys(&r, "down down shift+right . . .");
    size_t size;
    uint8_t *before = picture(&r, &size);
    press_keys(&r, "del");
    ck_assert_str_eq(ask(&r, "edited"), "yes");
    press_keys(&r, "ctrl+z");
    ck_assert_str_eq(ask(&r, "edited"), "no");
    same_picture(&r, before, size, "undo");
    free(before);
    rig_free(&r);
}
END_TEST

START_TEST(a_dropped_packet_is_sent_again_and_the_playhead_stays)
{
    struct rig r = rig_open(GOOD, 1280, 800);
    press_keys(&r, "down down");
    ck_assert_str_eq(ask(&r, "selected"), "3");
    ck_assert_str_eq(ask(&r, "packets"), "8");
    ck_assert_str_eq(ask(&r, "now"), "0.028064");
    press_keys(&r, "del");
    ck_assert_str_eq(ask(&r, "now"), "0.028064");
    ck_assert_str_eq(ask(&r, "packets"), "9");
    press_keys(&r, "ctrl+z");
    ck_assert_str_eq(ask(&r, "packets"), "8");
    press_keys(&r, "ctrl+shift+z");
    ck_assert_str_eq(ask(&r, "packets"), "9");
    rig_free(&r);
}
END_TEST

/* Each fault of the menu, and how many packets the run has then: a copy and a flipped packet are
 * packets too; a late one is repeated if the timer is shorter. */
static const struct {
    const char *keys, *packets;
} menu[] = {
    {"m enter", "9"},
    {"m down enter", "8"},
    {"m down down enter", "10"},
    {"m down down down enter", "10"},
};

START_TEST(the_menu_makes_faults)
{
    struct rig r = rig_open(GOOD, 1280, 800);
    press_keys(&r, "down down");
    press_keys(&r, menu[_i].keys);
    ck_assert_str_eq(ask(&r, "box"), "none");
    ck_assert_str_eq(ask(&r, "edited"), "yes");
    ck_assert_str_eq(ask(&r, "packets"), menu[_i].packets);
    rig_free(&r);
}
END_TEST

static char *scratch(const char *name)
{
    static char path[256];
    const char *directory = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/slowwire-%ld-%s", directory ? directory : "/tmp",
             (long)getpid(), name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void drop_file(struct rig *r, const char *path)
{
    struct ui_event e = {.kind = UI_DROP};
    snprintf(e.text, sizeof e.text, "%s", path);
    hear(r, e);
}

START_TEST(a_wrong_file_is_told_and_what_was_open_stays)
{
    struct rig r = rig_open(GOOD, 1280, 800);
    press_keys(&r, "right right");
    char *path = scratch("wrong.yaml"), title[256], now[64];
    snprintf(title, sizeof title, "%s", ask(&r, "title"));
    snprintf(now, sizeof now, "%s", ask(&r, "now"));
    write_file(path, "hosts:\n  a: 10.0.0.1\n  b: 10.0.0.2\nlinks:\n"
                     "  - {between: [a, b], dealy: 3 ms}\n");
    drop_file(&r, path);
    ck_assert_str_eq(ask(&r, "box"), "error");
    const char *error = ask(&r, "error");
    ck_assert_ptr_nonnull(strstr(error, ":5:23: error: "));
    ck_assert_ptr_nonnull(strstr(error, "delay"));
    ck_assert_ptr_nonnull(strstr(error, "^~~~~"));
    press_keys(&r, "enter");
    ck_assert_str_eq(ask(&r, "box"), "none");
    ck_assert_str_eq(ask(&r, "title"), title);
    ck_assert_str_eq(ask(&r, "now"), now);
    drop_file(&r, "/nowhere/at-all.yaml");
    ck_assert_ptr_nonnull(strstr(ask(&r, "error"), "/nowhere/at-all.yaml"));
    remove(path);
    rig_free(&r);
}
END_TEST

START_TEST(another_file_can_be_dropped_on_the_window)
{
    struct rig r = rig_open(GOOD, 1280, 800);
    press_keys(&r, "down end");
    drop_file(&r, LOST);
    ck_assert_str_eq(ask(&r, "box"), "none");
    ck_assert_str_eq(ask(&r, "now"), "0.000");
    ck_assert_str_eq(ask(&r, "selected"), "none");
    ck_assert_str_eq(ask(&r, "file"), LOST);
    rig_free(&r);
}
END_TEST

START_TEST(saving_keeps_every_other_byte_and_runs_the_same)
{
    struct session s = {0}, again = {0};
    struct err err = {0};
    ck_assert(session_open(&s, GOOD, &err));
    ck_assert(session_fault(&s, FAULT_DROP, 3, 38 * SIM_MS, 0, &err));
    ck_assert(session_is_edited(&s));
    const char *path = scratch("saved.yaml");
    ck_assert(session_save(&s, path, &err));
    ck_assert(!session_is_edited(&s));
    ck_assert(session_open(&again, path, &err));
    ck_assert_str_eq(again.texts[0], s.texts[1]);
    ck_assert_uint_eq(again.trace.count, s.trace.count);
    for (uint32_t n = 1; n <= s.trace.count; n++) {
        ck_assert_mem_eq(trace_record(&s.trace, n), trace_record(&again.trace, n),
                         sizeof(struct record));
    }
    /* All lines of the original stand in the new text, in order. */
    const char *at = s.texts[1];
    char line[512];
    int used;
    for (const char *p = s.texts[0]; sscanf(p, "%511[^\n]%n", line, &used) == 1; p += used) {
        at = strstr(at, line);
        ck_assert_msg(at != NULL, "lost: %s", line);
        p += strspn(p + used, "\n");
    }
    remove(path);
    session_free(&s);
    session_free(&again);
    err_free(&err);
}
END_TEST

START_TEST(a_fault_names_the_packet_and_no_other)
{
    struct session s = {0};
    struct err err = {0};
    ck_assert(session_open(&s, GOOD, &err));
    for (uint32_t packet = 1; packet <= 8; packet++) {
        ck_assert(session_fault(&s, FAULT_DROP, packet, SIM_NEVER, 0, &err));
        unsigned drops = 0;
        for (uint32_t n = 1; n <= s.trace.count; n++) {
            const struct record *r = trace_record(&s.trace, n);
            if (r->kind == REC_DROP && r->code == DROP_FAULT) {
                ck_assert_uint_eq(r->packet, packet);
                drops++;
            }
        }
        ck_assert_uint_eq(drops, 1);
        ck_assert(session_undo(&s, &err));
    }
    ck_assert(!session_undo(&s, &err));
    ck_assert_uint_eq(err.errors, 0);
    session_free(&s);
}
END_TEST

START_TEST(a_failed_open_keeps_the_run)
{
    struct session s = {0};
    struct err err = {0};
    ck_assert(session_open(&s, GOOD, &err));
    uint32_t records = s.trace.count;
    ck_assert(!session_open(&s, "/nowhere/at-all.yaml", &err));
    ck_assert_uint_eq(err.errors, 1);
    ck_assert_uint_eq(s.trace.count, records);
    ck_assert_str_eq(s.path, GOOD);
    session_free(&s);
    err_free(&err);
}
END_TEST

/* Nothing is sent: no packet, no step, no actor, and yet a picture. */
START_TEST(a_run_without_packets_is_drawn)
{
    char *path = scratch("empty.yaml");
    write_file(path, "hosts:\n  a: 10.0.0.1\n  b: 10.0.0.2\nlinks:\n"
                     "  - {between: [a, b], delay: 3 ms}\n");
    struct rig r = rig_open(path, 1280, 800);
    press_keys(&r, "right left pgdn pgup n down up enter m del space end home v p p p i i");
    ck_assert_str_eq(ask(&r, "steps"), "0");
    ck_assert_str_eq(ask(&r, "step"), "0");
    ck_assert_str_eq(ask(&r, "selected"), "none");
    ck_assert_str_eq(ask(&r, "box"), "none");
    remove(path);
    rig_free(&r);
}
END_TEST

static const struct {
    int w, h;
} sizes[] = {{320, 200},  {640, 480},   {1024, 640}, {1199, 800},
             {1200, 800}, {1920, 1080}, {3000, 1600}};

/* Every size is drawn in every projector mode, language and theme, with every box. */
START_TEST(every_size_is_drawn)
{
    struct rig r = rig_open(LOST, sizes[_i].w, sizes[_i].h);
    press_keys(&r, "right right down");
    for (unsigned projector = 0; projector < 3; projector++) {
        press_keys(&r, "g t ? esc m esc i i v ctrl+s esc ctrl+o esc p");
    }
    ck_assert_str_eq(ask(&r, "projector"), "1");
    ck_assert_str_eq(ask(&r, "box"), "none");
    ck_assert_str_eq(ask(&r, "edited"), "no");
    rig_free(&r);
}
END_TEST

START_TEST(a_click_on_a_packet_selects_it_everywhere)
{
    struct rig r = rig_open(GOOD, 1440, 900);
    press_keys(&r, "right shift+right shift+right . . .");
    struct ui_event e = {.kind = UI_MOVE};
    char name[48];
    bool found = false;
    for (unsigned packet = 1; packet <= 8 && !found; packet++) {
        snprintf(name, sizeof name, "lower.0.pair.0.falls.%u", packet);
        found = shell_place(r.shell, name, &e.x, &e.y);
    }
    ck_assert_msg(found, "nothing falls between the strips");
    hear(&r, e);
    e.kind = UI_PRESS;
    e.button = UI_LEFT;
    e.clicks = 1;
    hear(&r, e);
    e.kind = UI_RELEASE;
    hear(&r, e);
    ck_assert_str_ne(ask(&r, "selected"), "none");
    rig_free(&r);
}
END_TEST

static void click(struct rig *r, const char *name)
{
    struct ui_event e = {.kind = UI_MOVE};
    ck_assert_msg(shell_place(r->shell, name, &e.x, &e.y), "there is no %s", name);
    hear(r, e);
    e.kind = UI_PRESS;
    e.button = UI_LEFT;
    e.clicks = 1;
    hear(r, e);
    e.kind = UI_RELEASE;
    hear(r, e);
}

static bool has_field(struct rig *r, const char *field)
{
    char name[64];
    double x, y;
    for (unsigned row = 0; row < 16; row++) {
        snprintf(name, sizeof name, "inspector.0.field.%s.%u", field, row);
        if (shell_place(r->shell, name, &x, &y)) {
            return true;
        }
    }
    return false;
}

/* Nine layers of a RESV: the way and four stand above, the others below. */
START_TEST(layers_in_a_second_row_are_chosen)
{
    struct rig r = rig_open(SOURCE_DIR "/scenarios/rtp/third-call.yaml", 1440, 900);
    double x, y;
    for (int i = 0; i < 40 && !shell_place(r.shell, "inspector.0.layers5.2", &x, &y); i++) {
        press_keys(&r, "down");
    }
    click(&r, "inspector.0.layers.2");
    ck_assert(!has_field(&r, "bucket") && has_field(&r, "send_ttl"));
    click(&r, "inspector.0.layers5.2"); /* FLOWSPEC, or a PATH's TSPEC */
    ck_assert(has_field(&r, "bucket") && !has_field(&r, "send_ttl"));
    click(&r, "inspector.0.layers5.0"); /* TIME */
    ck_assert(has_field(&r, "refresh") && !has_field(&r, "bucket"));
    click(&r, "inspector.0.layers.2");
    ck_assert(has_field(&r, "send_ttl") && !has_field(&r, "refresh"));
    rig_free(&r);
}
END_TEST

START_TEST(a_field_marks_itself_when_clicked)
{
    struct rig r = rig_open(GOOD, 1440, 900);
    struct ui_event e = {.kind = UI_MOVE};
    size_t size;
    uint8_t *before = picture(&r, &size), *after;
    ck_assert(shell_place(r.shell, "inspector.0.field.crc.1", &e.x, &e.y));
    hear(&r, e);
    e.kind = UI_PRESS;
    e.button = UI_LEFT;
    e.clicks = 1;
    hear(&r, e);
    e.kind = UI_RELEASE;
    hear(&r, e);
    e = (struct ui_event){.kind = UI_LEAVE};
    hear(&r, e);
    after = picture(&r, &size);
    ck_assert_mem_ne(before, after, size);
    free(before);
    free(after);
    rig_free(&r);
}
END_TEST

static void add_tests(TCase *c)
{
    tcase_add_loop_test(c, a_picture_does_not_depend_on_the_way_to_it, 0,
                        (int)(sizeof ways / sizeof *ways));
    tcase_add_test(c, an_undone_edit_leaves_no_trace);
    tcase_add_test(c, a_diagram_opens_where_the_scenario_wants_it);
    tcase_add_test(c, r_counts_numbers_from_the_start_of_each_side);
    tcase_add_test(c, a_dropped_packet_is_sent_again_and_the_playhead_stays);
    tcase_add_loop_test(c, the_menu_makes_faults, 0, (int)(sizeof menu / sizeof *menu));
    tcase_add_test(c, a_wrong_file_is_told_and_what_was_open_stays);
    tcase_add_test(c, another_file_can_be_dropped_on_the_window);
    tcase_add_test(c, saving_keeps_every_other_byte_and_runs_the_same);
    tcase_add_test(c, a_fault_names_the_packet_and_no_other);
    tcase_add_test(c, a_failed_open_keeps_the_run);
    tcase_add_test(c, a_run_without_packets_is_drawn);
    tcase_add_loop_test(c, every_size_is_drawn, 0, (int)(sizeof sizes / sizeof *sizes));
    tcase_add_test(c, a_click_on_a_packet_selects_it_everywhere);
    tcase_add_test(c, a_field_marks_itself_when_clicked);
    tcase_add_test(c, layers_in_a_second_row_are_chosen);
}

int main(void)
{
    return rig_suite("shell", add_tests);
}
