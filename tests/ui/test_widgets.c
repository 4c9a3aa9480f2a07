/* Widgets by events: a table of what a person does, and what has come of it. The screen holds one
 * of each; a word of the script is an event, and each is drawn before the next. */

#include "ui/canvas_cairo.h"
#include "ui/widgets.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W 400
#define H 300

/* What the widgets work on. */
struct screen {
    struct ui ui;
    struct theme theme;
    struct canvas *c;
    double time;
    unsigned plays, stops, disabled, rows, enters, below;
    bool on;
    unsigned segment, tab, row;
    double level, split, scroll, list_scroll, wheel;
    char text[16];
    bool has_menu;
    unsigned space_left_over;
};

static struct fonts *fonts;
static struct screen *s;

static void widgets(struct ui *ui)
{
    static const char *const speeds[] = {"0.25", "1", "4"};
    static const char *const tabs[] = {"IP", "ARQ"};
    static const struct ui_item items[] = {
        {"one", "1"}, {"two", NULL}, {"three", NULL}, {"four", NULL}, {"five", NULL}};
    s->plays +=
        ui_button(ui, "play", (struct rect){10, 10, 80, 32}, UI_PRIMARY, ICON_PLAY, "Play", false);
    ui_tooltip(ui, "Play, pause", "Space");
    s->stops += ui_round_button(ui, "stop", 120, 26, 10, ICON_PAUSE);
    s->disabled +=
        ui_button(ui, "off", (struct rect){150, 10, 60, 32}, UI_PLAIN, ICON_NONE, "Off", true);
    ui_toggle(ui, "loop", (struct rect){220, 10, 90, 32}, "Loop", &s->on);
    ui_segmented(ui, "speed", (struct rect){10, 60, 120, 30}, speeds, 3, &s->segment, true);
    ui_tabs(ui, "layer", (struct rect){140, 60, 100, 30}, tabs, 2, &s->tab);
    ui_slider(ui, "level", (struct rect){10, 100, 118, 32}, 0, 10, 1, &s->level);
    s->enters += ui_text_field(ui, "goto", (struct rect){140, 100, 100, 32}, s->text,
                               sizeof s->text, "time");
    s->rows +=
        ui_list(ui, "list", (struct rect){10, 140, 120, 90}, items, 5, &s->row, &s->list_scroll);
    ui_splitter(ui, "split", (struct rect){300, 60, 12, 200}, true, 280, 360, &s->split);
    double y = ui_scroll_begin(ui, "pane", (struct rect){140, 140, 100, 60}, 300, &s->scroll);
    s->below += ui_button(ui, "deep", (struct rect){150, y + 100, 60, 32}, UI_PLAIN, ICON_NONE,
                          "Deep", false);
    ui_scroll_end(ui);
    if (s->has_menu) {
        ui_overlay_begin(ui, (struct rect){0, 0, 100, 100});
        ui_overlay_end(ui);
    }
}

static void frame(void)
{
    do {
        ui_begin(&s->ui, s->c, &s->theme, LANG_EN, W, H, 1, s->time);
        widgets(&s->ui);
        s->space_left_over += ui_take_key(&s->ui, UI_KEY_SPACE, 0);
        s->wheel += s->ui.in.wheel;
        ui_end(&s->ui);
    } while (s->ui.queue_count);
}

static void open_screen(void)
{
    fonts = fonts_new(SOURCE_DIR "/assets/fonts", &(struct err){0});
    ck_assert_ptr_nonnull(fonts);
    s = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    ui_init(&s->ui);
    s->theme = theme_make(THEME_LIGHT, 1);
    s->c = canvas_cairo_new(fonts, W, H, 1);
    s->split = 306;
    frame();
}

static void close_screen(void)
{
    canvas_free(s->c);
    free(s);
    fonts_free(fonts);
}

/* The words: "X,Y" moves, "press", "release", "click", "wheel:N", "type:TEXT", a key's name. */

static void tell(struct ui_event e)
{
    ui_event(&s->ui, &e);
    frame();
}

static void press(bool is_down)
{
    tell((struct ui_event){.kind = is_down ? UI_PRESS : UI_RELEASE,
                           .button = UI_LEFT,
                           .clicks = 1,
                           .x = s->ui.in.x,
                           .y = s->ui.in.y});
}

static void act(const char *word)
{
    struct ui_event e = {.kind = UI_MOVE};
    if (sscanf(word, "%lf,%lf", &e.x, &e.y) == 2) {
        tell(e);
    } else if (!strcmp(word, "press") || !strcmp(word, "release")) {
        press(word[0] == 'p');
    } else if (!strcmp(word, "click")) {
        press(true);
        press(false);
    } else if (!strncmp(word, "wheel:", 6)) {
        tell((struct ui_event){
            .kind = UI_WHEEL, .wheel = strtod(word + 6, NULL), .x = s->ui.in.x, .y = s->ui.in.y});
    } else if (!strncmp(word, "type:", 5)) {
        e.kind = UI_TEXT;
        snprintf(e.text, sizeof e.text, "%s", word + 5);
        tell(e);
    } else {
        e.kind = UI_KEY;
        ck_assert_msg(ui_key_parse(word, &e.key, &e.mods), "no key %s", word);
        tell(e);
    }
}

static void play(const char *script)
{
    char words[256];
    snprintf(words, sizeof words, "%s", script);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        act(word);
    }
}

static void describe(char *out, size_t size)
{
    const char *focus = "";
    static const char *const names[] = {"play",  "stop", "loop", "speed", "layer",
                                        "level", "goto", "list", "split", "deep"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        focus = s->ui.focus == ui_name(&s->ui, names[i]) ? names[i] : focus;
    }
    snprintf(out, size,
             "play%u stop%u on%d seg%u tab%u row%u/%u level%g split%g text[%s]%u deep%u @%s",
             s->plays, s->stops, s->on, s->segment, s->tab, s->row, s->rows, s->level, s->split,
             s->text, s->enters, s->below, focus);
}

#define START "play0 stop0 on0 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @"

/* What a person does, and what differs then from the start: one change a row, as written above. */
static const struct {
    const char *doing, *from, *to;
} acts[] = {
    {"50,20", "", ""},
    {"50,20 click", "play0", "play1"},
    {"50,20 click click", "play0", "play2"},
    {"50,20 press", "", ""},
    {"50,20 press 50,200 release", "", ""},
    {"50,200 press 50,20 release", "row0/0", "row0/0"},
    {"50,20 press 50,200 50,25 release", "play0", "play1"},
    {"106,12 click", "stop0", "stop1"}, /* outside the disc, inside 32 x 32 */
    {"103,26 click", "", ""},
    {"180,20 click", "", ""}, /* disabled */
    {"230,20 click", "on0", "on1"},
    {"300,20 click click", "", ""},
    {"70,70 click", "seg0", "seg1"},
    {"125,75 click", "seg0", "seg2"},
    {"220,70 click", "tab0", "tab1"},
    {"69,116 click", "level0", "level5"},
    {"19,116 press 100,40 release", "level0", "level8"},
    {"19,116 press 900,116 release", "level0", "level10"},
    {"20,175 click", "row0/0", "row1/1"},
    {"306,100 press 330,100 release", "split306", "split330"},
    {"310,100 press 200,100 release", "split306", "split280"},
    {"306,100 press 900,100 release", "split306", "split360"},
    {"180,150 click", "", ""}, /* deep is scrolled out of sight: */
    {"180,250 click", "", ""}, /* hit neither where it would stand */
    {"180,150 wheel:-2 180,156 click", "deep0", "deep1"},
    {"tab", "@", "@play"},
    {"tab space", "play0 stop0 on0 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @",
     "play1 stop0 on0 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @play"},
    {"tab tab enter", "stop0 on0 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @",
     "stop1 on0 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @stop"},
    {"tab tab tab space", "on0 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @",
     "on1 seg0 tab0 row0/0 level0 split306 text[]0 deep0 @loop"},
    {"tab tab tab tab right right right left", "seg0 tab0 row0/0 level0 split306 text[]0 deep0 @",
     "seg1 tab0 row0/0 level0 split306 text[]0 deep0 @speed"},
    {"tab tab tab tab tab right", "tab0 row0/0 level0 split306 text[]0 deep0 @",
     "tab1 row0/0 level0 split306 text[]0 deep0 @layer"},
    {"tab tab tab tab tab tab right up left up", "level0 split306 text[]0 deep0 @",
     "level2 split306 text[]0 deep0 @level"},
    {"shift+tab", "@", "@deep"},
    {"shift+tab shift+tab", "@", "@split"},
    {"tab shift+tab", "@", "@deep"},
    {"shift+tab tab", "@", "@play"},
    {"tab 50,250 click", "", ""},
    {"shift+tab shift+tab right", "split306 text[]0 deep0 @", "split314 text[]0 deep0 @split"},
    {"shift+tab shift+tab shift+tab down down enter", "row0/0 level0 split306 text[]0 deep0 @",
     "row2/1 level0 split306 text[]0 deep0 @list"},
    {"shift+tab shift+tab shift+tab end up", "row0/0 level0 split306 text[]0 deep0 @",
     "row3/0 level0 split306 text[]0 deep0 @list"},
    {"180,116 click type:1.2s", "text[]0 deep0 @", "text[1.2s]0 deep0 @goto"},
    {"180,116 click type:12 left type:. enter", "text[]0 deep0 @", "text[1.2]1 deep0 @goto"},
    {"180,116 click type:abc home del end backspace", "text[]0 deep0 @", "text[b]0 deep0 @goto"},
    {"180,116 click type:中文 backspace", "text[]0 deep0 @", "text[中]0 deep0 @goto"},
    {"180,116 click type:中文 home right del type:x", "text[]0 deep0 @", "text[中x]0 deep0 @goto"},
    {"180,116 click type:0123456789 type:0123456789", "text[]0 deep0 @",
     "text[0123456789]0 deep0 @goto"},
    {"180,116 click p space type:x esc", "text[]0", "text[x]0"},
    {"type:lost", "", ""},
};

static void expect(const char *from, const char *to, char *out, size_t size)
{
    const char *at = strstr(START, from);
    ck_assert_msg(at, "%s is no part of the start", from);
    if (from[0] == '@' || !from[1]) {
        at = &START[sizeof START - 2];
    }
    snprintf(out, size, "%.*s%s%s", (int)(at - START), START, to, at + strlen(from));
}

START_TEST(doing_this_gives_that)
{
    char seen[256], wanted[256];
    play(acts[_i].doing);
    describe(seen, sizeof seen);
    if (acts[_i].from[0]) {
        expect(acts[_i].from, acts[_i].to, wanted, sizeof wanted);
    } else {
        snprintf(wanted, sizeof wanted, "%s", START);
    }
    ck_assert_msg(!strcmp(seen, wanted), "%s\n gives %s\n not   %s", acts[_i].doing, seen, wanted);
}
END_TEST

START_TEST(events_that_come_at_once_are_heard_one_after_the_other)
{
    struct ui_event e = {.kind = UI_MOVE, .x = 50, .y = 20, .button = UI_LEFT, .clicks = 1};
    ui_event(&s->ui, &e);
    for (int i = 0; i < 6; i++) {
        e.kind = i % 2 ? UI_RELEASE : UI_PRESS;
        ui_event(&s->ui, &e);
    }
    frame();
    ck_assert_uint_eq(s->plays, 3);
}
END_TEST

START_TEST(a_key_that_no_widget_wants_is_left_over)
{
    play("space");
    ck_assert_uint_eq(s->space_left_over, 1);
    play("tab space");
    ck_assert_uint_eq(s->space_left_over, 1);
    ck_assert_uint_eq(s->plays, 1);
}
END_TEST

START_TEST(typing_into_a_field_reaches_nobody_else)
{
    play("180,116 click space p");
    ck_assert_uint_eq(s->space_left_over, 0);
}
END_TEST

START_TEST(a_click_gives_a_button_no_focus)
{
    play("50,20 click space");
    ck_assert_uint_eq(s->plays, 1);
    ck_assert_uint_eq(s->space_left_over, 1);
}
END_TEST

START_TEST(the_wheel_goes_to_what_is_under_the_pointer)
{
    play("180,150 wheel:-1");
    ck_assert_double_eq(s->scroll, 48);
    ck_assert_double_eq(s->wheel, 0);
    play("wheel:-100");
    ck_assert_double_eq(s->scroll, 240);
    play("380,280 wheel:3");
    ck_assert_double_eq(s->wheel, 3);
}
END_TEST

START_TEST(an_overlay_shields_what_lies_below)
{
    s->has_menu = true;
    frame();
    play("50,20 click");
    ck_assert_uint_eq(s->plays, 0);
    ck_assert(!ui_hovers(&s->ui, (struct rect){10, 10, 80, 32}));
    play("120,26 click");
    ck_assert_uint_eq(s->stops, 1);
    s->has_menu = false;
    frame();
    play("50,20 click");
    ck_assert_uint_eq(s->plays, 1);
}
END_TEST

START_TEST(a_tooltip_waits_half_a_second)
{
    play("50,20");
    ck_assert_str_eq(s->ui.tip, "");
    ck_assert_double_eq_tol(s->ui.wakes_at, 0.5, 1e-9);
    s->time = 0.49;
    frame();
    ck_assert_str_eq(s->ui.tip, "");
    s->time = 0.5;
    frame();
    ck_assert_str_eq(s->ui.tip, "Play, pause  Space");
    play("380,280");
    ck_assert_str_eq(s->ui.tip, "");
    ck_assert(isinf(s->ui.wakes_at));
}
END_TEST

START_TEST(a_press_takes_the_tooltip_away)
{
    play("50,20");
    s->time = 1;
    frame();
    play("click");
    s->time = 9;
    frame();
    ck_assert_str_eq(s->ui.tip, "");
}
END_TEST

START_TEST(widgets_are_found_by_their_names)
{
    struct rect r;
    ck_assert(ui_find(&s->ui, "play", &r));
    ck_assert_double_eq(r.w, 80);
    ck_assert(ui_find(&s->ui, "speed.2", &r));
    ck_assert_double_gt(r.x, 80);
    ck_assert(ui_find(&s->ui, "row.1.item", &r));
    ck_assert_double_eq(r.y, 170);
    ck_assert(!ui_find(&s->ui, "pause", &r));
}
END_TEST

START_TEST(an_animation_ends_and_asks_for_frames_until_then)
{
    s->time = 10.12;
    ui_begin(&s->ui, s->c, &s->theme, LANG_EN, W, H, 1, s->time);
    double half = ui_ease(&s->ui, 10, 0.24);
    ck_assert_double_eq_tol(half, 1 - 0.125, 1e-9);
    ck_assert(s->ui.wants_frame);
    s->ui.wants_frame = false;
    ck_assert_double_eq(ui_ease(&s->ui, 9, 0.24), 1);
    s->ui.is_settled = true;
    ck_assert_double_eq(ui_ease(&s->ui, 10, 0.24), 1);
    ck_assert(!s->ui.wants_frame);
    ui_end(&s->ui);
}
END_TEST

/* Keys by name. */
static const struct {
    const char *name;
    int key;
    unsigned mods;
} keys[] = {
    {"space", UI_KEY_SPACE, 0},
    {"shift+tab", UI_KEY_TAB, UI_SHIFT},
    {"ctrl+shift+z", 'z', UI_CTRL | UI_SHIFT},
    {"ctrl++", '+', UI_CTRL},
    {"N", 'n', UI_SHIFT},
    {"?", '?', 0},
    {"+", '+', 0},
    {"f1", UI_KEY_F1, 0},
    {"f12", UI_KEY_F12, 0},
    {"pgdn", UI_KEY_PAGE_DOWN, 0},
    {"f13", -1, 0},
    {"f", 'f', 0},
    {"spade", -1, 0},
    {"", -1, 0},
};

START_TEST(keys_have_names)
{
    int key = -1;
    unsigned mods;
    bool known = ui_key_parse(keys[_i].name, &key, &mods);
    ck_assert_int_eq(known, keys[_i].key >= 0);
    if (known) {
        ck_assert_int_eq(key, keys[_i].key);
        ck_assert_uint_eq(mods, keys[_i].mods);
    }
}
END_TEST

/* Shift is needed to type "?" on some keyboards and not on others; for letters and arrows it is a
 * key of its own. */
static const struct {
    const char *pressed;
    int key;
    unsigned mods;
    bool taken;
} wanted[] = {
    {"?", '?', 0, true},
    {"shift+?", '?', 0, true},
    {"n", 'n', 0, true},
    {"N", 'n', 0, false},
    {"N", 'n', UI_SHIFT, true},
    {"ctrl+n", 'n', 0, false},
    {"left", UI_KEY_LEFT, 0, true},
    {"shift+left", UI_KEY_LEFT, 0, false},
    {"ctrl++", '+', UI_CTRL, true},
    {"+", '+', UI_CTRL, false},
};

START_TEST(a_key_is_taken_with_its_modifiers)
{
    struct ui_event e = {.kind = UI_KEY};
    ck_assert(ui_key_parse(wanted[_i].pressed, &e.key, &e.mods));
    ui_event(&s->ui, &e);
    ui_begin(&s->ui, s->c, &s->theme, LANG_EN, W, H, 1, 0);
    ck_assert_int_eq(ui_take_key(&s->ui, wanted[_i].key, wanted[_i].mods), wanted[_i].taken);
    ck_assert(!wanted[_i].taken || !ui_take_key(&s->ui, wanted[_i].key, wanted[_i].mods));
    ui_end(&s->ui);
}
END_TEST

#define ROWS(table) (int)(sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("widgets");
    TCase *t = tcase_create("widgets");
    tcase_add_checked_fixture(t, open_screen, close_screen);
    tcase_add_loop_test(t, doing_this_gives_that, 0, ROWS(acts));
    tcase_add_test(t, events_that_come_at_once_are_heard_one_after_the_other);
    tcase_add_test(t, a_key_that_no_widget_wants_is_left_over);
    tcase_add_test(t, typing_into_a_field_reaches_nobody_else);
    tcase_add_test(t, a_click_gives_a_button_no_focus);
    tcase_add_test(t, the_wheel_goes_to_what_is_under_the_pointer);
    tcase_add_test(t, an_overlay_shields_what_lies_below);
    tcase_add_test(t, a_tooltip_waits_half_a_second);
    tcase_add_test(t, a_press_takes_the_tooltip_away);
    tcase_add_test(t, widgets_are_found_by_their_names);
    tcase_add_test(t, an_animation_ends_and_asks_for_frames_until_then);
    tcase_add_loop_test(t, keys_have_names, 0, ROWS(keys));
    tcase_add_loop_test(t, a_key_is_taken_with_its_modifiers, 0, ROWS(wanted));
    suite_add_tcase(suite, t);
    SRunner *r = srunner_create(suite);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
