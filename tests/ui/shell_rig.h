#pragma once
/* The shell with keys pressed and pictures taken, on a clock of its own. */

#include "ui/canvas_cairo.h"
#include "ui/shell.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fonts *fonts;

struct rig {
    struct shell *shell;
    struct canvas *canvas;
    double w, h;
    int64_t wall;
};

static inline void draw_once(struct rig *r)
{
    r->wall += 16666667;
    shell_tick(r->shell, r->wall);
    shell_draw(r->shell, r->canvas, r->w, r->h, 1);
}

static inline struct rig rig_open(const char *path, double w, double h)
{
    struct shell_options o = {.fonts = fonts, .at = -1, .select = -1, .is_settled = true};
    struct rig r = {.shell = shell_new(&o), .w = w, .h = h};
    struct err err = {0};
    r.canvas = canvas_cairo_new(fonts, (int)w, (int)h, 1);
    ck_assert(shell_open(r.shell, path, &err));
    err_free(&err);
    draw_once(&r);
    return r;
}

static inline void rig_free(struct rig *r)
{
    shell_free(r->shell);
    canvas_free(r->canvas);
}

static inline void hear(struct rig *r, struct ui_event e)
{
    shell_event(r->shell, &e);
    draw_once(r);
    draw_once(r);
}

static inline void press_keys(struct rig *r, const char *names)
{
    char name[32];
    int used;
    for (; sscanf(names, "%31s%n", name, &used) == 1; names += used) {
        struct ui_event e = {.kind = UI_KEY};
        ck_assert_msg(ui_key_parse(name, &e.key, &e.mods), "no key %s", name);
        hear(r, e);
    }
}

static inline const char *ask(const struct rig *r, const char *name)
{
    static char answer[512];
    ck_assert_msg(shell_query(r->shell, name, answer, sizeof answer), "no answer %s", name);
    return answer;
}

/* A picture as bytes, owned. */
static inline uint8_t *picture(struct rig *r, size_t *size)
{
    draw_once(r);
    struct pixels p = canvas_cairo_pixels(r->canvas);
    *size = (size_t)p.stride * (size_t)p.h;
    return memcpy(malloc(*size), p.data, *size);
}

static inline void same_picture(struct rig *r, const uint8_t *before, size_t size, const char *how)
{
    size_t now;
    uint8_t *after = picture(r, &now);
    ck_assert_uint_eq(now, size);
    ck_assert_msg(memcmp(before, after, size) == 0, "another picture after %s", how);
    free(after);
}

/* The whole of a program of tests: its fonts, one case of these tests, the status to end with. */
static inline int rig_suite(const char *name, void (*add_tests)(TCase *c))
{
    struct err err = {0};
    fonts = fonts_new(SOURCE_DIR "/assets/fonts", &err);
    if (!fonts) {
        err_print(&err, stderr, false);
        return 1;
    }
    Suite *suite = suite_create(name);
    TCase *c = tcase_create(name);
    tcase_set_timeout(c, 60);
    suite_add_tcase(suite, c);
    add_tests(c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    fonts_free(fonts);
    return failed != 0;
}
