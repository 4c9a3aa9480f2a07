/* How the window is arranged is the same when it opens again: what is dragged, turned on, hidden.
 */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "shell_rig.h"

#include "base/os.h"

#include <unistd.h>

#define LEASE SOURCE_DIR "/scenarios/dhcp/life-of-a-lease.yaml"

static char folder[256];

static struct rig open_remembering(void)
{
    struct shell_options o = {
        .fonts = fonts, .at = -1, .select = -1, .is_settled = true, .remembers = true};
    struct rig r = {.shell = shell_new(&o), .w = 1440, .h = 900};
    struct err err = {0};
    r.canvas = canvas_cairo_new(fonts, 1440, 900, 1);
    ck_assert(shell_open(r.shell, LEASE, &err));
    draw_once(&r);
    draw_once(&r);
    return r;
}

static void point(struct rig *r, enum ui_event_kind kind, double x, double y)
{
    hear(r, (struct ui_event){.kind = kind, .x = x, .y = y, .button = UI_LEFT, .clicks = 1});
}

static void drag(struct rig *r, const char *what, double by_x, double by_y)
{
    double x, y;
    ck_assert_msg(shell_place(r->shell, what, &x, &y), "no %s", what);
    point(r, UI_MOVE, x, y);
    point(r, UI_PRESS, x, y);
    point(r, UI_MOVE, x + by_x, y + by_y);
    point(r, UI_RELEASE, x + by_x, y + by_y);
}

/* .what is dragged by so many pixels, or .keys are pressed: .name is another then, and stays so. */
static const struct {
    const char *what;
    double x, y;
    const char *keys, *name;
} arranged[] = {
    {"split-left", 40, 0, NULL, "split-left"},
    {"split-right", -40, 0, NULL, "split-right"},
    {"split-lower", 0, 30, NULL, "split-lower"},
    {"split-lease", 0, 50, NULL, "split-lease"},
    {NULL, 0, 0, "f", "alone"},
    {NULL, 0, 0, "f11", "full"},
    {NULL, 0, 0, "shift+d", "ghosts-hidden"},
    {NULL, 0, 0, "i", "inspector"},
    {NULL, 0, 0, "t", "theme"},
    {NULL, 0, 0, "p", "projector"},
    {NULL, 0, 0, "ctrl++", "scale"},
    {NULL, 0, 0, "q q", "predict"},
};

START_TEST(it_is_as_it_was_left)
{
    char before[64], after[64], file[300];
    snprintf(file, sizeof file, "%s/slowwire/window", folder);
    remove(file);
    struct rig r = open_remembering();
    snprintf(before, sizeof before, "%s", ask(&r, arranged[_i].name));
    if (arranged[_i].what) {
        drag(&r, arranged[_i].what, arranged[_i].x, arranged[_i].y);
    } else {
        press_keys(&r, arranged[_i].keys);
    }
    snprintf(after, sizeof after, "%s", ask(&r, arranged[_i].name));
    rig_free(&r);
    r = open_remembering();
    ck_assert_str_eq(ask(&r, arranged[_i].name), after);
    ck_assert_str_ne(after, before);
    rig_free(&r);
}
END_TEST

/* What the windows left. */
static void forget(void)
{
    static const char *const left[] = {"slowwire/window", "slowwire/recent", "slowwire", ""};
    char path[300];
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, left[i]);
        remove(path);
    }
}

static void add_tests(TCase *c)
{
    tcase_add_loop_test(c, it_is_as_it_was_left, 0, (int)(sizeof arranged / sizeof *arranged));
}

int main(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/slowwire-memory-%ld", temporary ? temporary : "/tmp",
             (long)getpid());
    setenv("XDG_STATE_HOME", folder, 1);
    int failed = rig_suite("memory", add_tests);
    forget();
    return failed;
}
