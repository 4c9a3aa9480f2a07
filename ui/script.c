/* The window played from a file, with a fixed clock: one frame is 1/60 s, and nothing else passes.
 *
 *   # a comment
 *   at FRAME key NAME          "space", "shift+tab", "ctrl+z", "pgdn", "f11", "?"
 *   at FRAME click PLACE       press and release the left button; PLACE is X Y in logical pixels,
 *   at FRAME menu PLACE        or @NAME, the middle of that widget; the right button
 *   at FRAME move PLACE
 *   at FRAME drag PLACE PLACE  press, four moves, release
 *   at FRAME wheel PLACE N     N notches, positive is up
 *   at FRAME text STRING       typed; the rest of the line
 *   at FRAME size W H          in logical pixels
 *   at FRAME shot FILE.png
 *   at FRAME expect NAME VALUE of the shell's queries; VALUE is the rest of the line
 *   at FRAME quit
 *
 * FRAME counts from 0 and never falls. "at FRAME" may be left out: the frame of the line before. A
 * command is drawn before the next one is read. */

#include "ui/script.h"

#include "base/os.h"
#include "ui/export.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRIPT_BYTES_MAX (1u << 20)
#define FRAMES_MAX       1000000

/* The show. */

void show_size(struct show *s, double w, double h)
{
    if (s->canvas && s->w == w && s->h == h) {
        return;
    }
    canvas_free(s->canvas);
    s->w = w;
    s->h = h;
    s->canvas =
        canvas_cairo_new(s->fonts, (int)lround(w * s->scale), (int)lround(h * s->scale), s->scale);
}

void show_draw(struct show *s)
{
    shell_draw(s->shell, s->canvas, round(s->w * s->scale), round(s->h * s->scale), s->scale);
}

void show_free(struct show *s)
{
    canvas_free(s->canvas);
    s->canvas = NULL;
}

static int64_t frame_ns(int64_t frame)
{
    return frame * INT64_C(1000000000) / 60;
}

/* A line that is being obeyed. */
struct reader {
    struct show *show;
    struct err *err;
    const char *path, *line; /* line: whole, for messages */
    unsigned number;
    char *rest; /* what has not been read of it */
    int status;
    bool done;
};

static struct err_place place_of(const struct reader *r)
{
    return (struct err_place){r->path, r->line, r->number, 1, 1};
}

static void wrong(struct reader *r, const char *word)
{
    err_add(r->err, ERR_ERROR, place_of(r), "window.script-line", "word", word, NULL);
    r->status = 2;
    r->done = true;
}

static char *next_word(struct reader *r)
{
    r->rest += strspn(r->rest, " \t");
    char *word = r->rest;
    r->rest += strcspn(r->rest, " \t");
    if (*r->rest) {
        *r->rest++ = 0;
    }
    return word;
}

static bool number(struct reader *r, double *out)
{
    char *word = next_word(r), *end;
    *out = strtod(word, &end);
    if (end == word || *end) {
        wrong(r, word);
        return false;
    }
    return true;
}

static bool place(struct reader *r, struct ui_event *e)
{
    r->rest += strspn(r->rest, " \t");
    if (*r->rest == '@') {
        char *name = next_word(r);
        if (!shell_place(r->show->shell, name + 1, &e->x, &e->y)) {
            wrong(r, name);
            return false;
        }
        return true;
    }
    if (!number(r, &e->x) || !number(r, &e->y)) {
        return false;
    }
    e->x *= r->show->scale;
    e->y *= r->show->scale;
    return true;
}

/* The shell hears it and shows what has come of it. */
static void say(struct reader *r, const struct ui_event *e)
{
    shell_event(r->show->shell, e);
    shell_tick(r->show->shell, frame_ns(r->show->frame));
    show_draw(r->show);
    if (shell_take_wish(r->show->shell) == SHELL_EXPORT) { /* what else it wants needs a window */
        export_write(r->show->shell, r->show->fonts);
        show_draw(r->show);
    }
}

static void say_kind(struct reader *r, struct ui_event e, enum ui_event_kind kind)
{
    e.kind = kind;
    say(r, &e);
}

/* The commands. */

static void do_key(struct reader *r)
{
    struct ui_event e = {.kind = UI_KEY};
    char *name = next_word(r);
    if (ui_key_parse(name, &e.key, &e.mods)) {
        say(r, &e);
    } else {
        wrong(r, name);
    }
}

static void press_and_release(struct reader *r, enum ui_button button)
{
    struct ui_event e = {.button = button, .clicks = 1};
    if (place(r, &e)) {
        say_kind(r, e, UI_MOVE);
        say_kind(r, e, UI_PRESS);
        say_kind(r, e, UI_RELEASE);
    }
}

static void do_click(struct reader *r)
{
    press_and_release(r, UI_LEFT);
}

static void do_menu(struct reader *r)
{
    press_and_release(r, UI_RIGHT);
}

static void do_move(struct reader *r)
{
    struct ui_event e = {0};
    if (place(r, &e)) {
        say_kind(r, e, UI_MOVE);
    }
}

static void do_drag(struct reader *r)
{
    struct ui_event from = {.button = UI_LEFT, .clicks = 1}, to = from;
    if (!place(r, &from) || !place(r, &to)) {
        return;
    }
    say_kind(r, from, UI_MOVE);
    say_kind(r, from, UI_PRESS);
    for (int i = 1; i <= 4; i++) {
        struct ui_event e = to;
        e.x = from.x + (to.x - from.x) * i / 4;
        e.y = from.y + (to.y - from.y) * i / 4;
        say_kind(r, e, UI_MOVE);
    }
    say_kind(r, to, UI_RELEASE);
}

static void do_wheel(struct reader *r)
{
    struct ui_event e = {0};
    if (place(r, &e) && number(r, &e.wheel)) {
        say_kind(r, e, UI_MOVE);
        say_kind(r, e, UI_WHEEL);
    }
}

static void do_text(struct reader *r)
{
    struct ui_event e = {.kind = UI_TEXT};
    snprintf(e.text, sizeof e.text, "%s", r->rest);
    say(r, &e);
}

static void do_size(struct reader *r)
{
    double w, h;
    struct ui_event e = {.kind = UI_RESIZE};
    if (number(r, &w) && number(r, &h)) {
        if (w < 1 || h < 1 || w > 8192 || h > 8192) {
            wrong(r, "size");
            return;
        }
        show_size(r->show, w, h);
        say(r, &e);
    }
}

static void do_shot(struct reader *r)
{
    show_draw(r->show);
    if (!canvas_cairo_png(r->show->canvas, next_word(r), r->err)) {
        r->status = 3;
        r->done = true;
    }
}

static void do_expect(struct reader *r)
{
    char seen[256], *name = next_word(r);
    if (!shell_query(r->show->shell, name, seen, sizeof seen)) {
        wrong(r, name);
        return;
    }
    r->rest += strspn(r->rest, " \t");
    if (strcmp(seen, r->rest) != 0) {
        err_add(r->err, ERR_ERROR, place_of(r), "window.script-expect", "name", name, "wanted",
                r->rest, "seen", seen, NULL);
        r->status = 1;
    }
}

static void do_quit(struct reader *r)
{
    r->done = true;
}

static const struct {
    const char *name;
    void (*obey)(struct reader *r);
} commands[] = {
    {"key", do_key},   {"click", do_click},   {"menu", do_menu}, {"move", do_move},
    {"drag", do_drag}, {"wheel", do_wheel},   {"text", do_text}, {"size", do_size},
    {"shot", do_shot}, {"expect", do_expect}, {"quit", do_quit},
};

/* Lines. */

static void advance(struct reader *r, int64_t frame)
{
    struct show *s = r->show;
    while (s->frame < frame) {
        s->frame++;
        if (shell_tick(s->shell, frame_ns(s->frame))) {
            show_draw(s);
        }
    }
}

static void obey(struct reader *r)
{
    char *word = next_word(r);
    if (!*word || *word == '#') {
        return;
    }
    if (!strcmp(word, "at")) {
        double frame;
        if (!number(r, &frame)) {
            return;
        }
        if (frame < (double)r->show->frame || frame > FRAMES_MAX) {
            wrong(r, "at");
            return;
        }
        advance(r, (int64_t)frame);
        word = next_word(r);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (!strcmp(word, commands[i].name)) {
            commands[i].obey(r);
            return;
        }
    }
    wrong(r, word);
}

int script_run(struct show *s, const char *path, struct err *err)
{
    struct buf file = {0};
    struct reader r = {.show = s, .err = err, .path = path};
    if (!os_read_file(path, SCRIPT_BYTES_MAX, &file)) {
        err_fail(err, "window.no-read", "file", path, "why", strerror(errno), NULL);
        buf_free(&file);
        return 2;
    }
    shell_tick(s->shell, 0);
    show_draw(s);
    char *at = buf_cstr(&file), work[1024];
    while (*at && !r.done) {
        size_t len = strcspn(at, "\n");
        bool is_last = !at[len];
        at[len] = 0;
        r.line = at;
        r.number++;
        snprintf(work, sizeof work, "%s", at);
        work[strcspn(work, "\r")] = 0;
        r.rest = work;
        obey(&r);
        at += len + !is_last;
    }
    buf_free(&file);
    return r.status;
}
