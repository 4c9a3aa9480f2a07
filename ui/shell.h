#pragma once
/* The window's inside: panes, commands, playback. It draws itself onto a canvas and hears events;
 * it knows no window and no clock but the one it is told. */

#include "base/err.h"
#include "base/simtime.h"
#include "ui/canvas.h"
#include "ui/event.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shell;

struct shell_options {
    struct fonts *fonts; /* borrowed */
    enum lang lang;
    enum theme_name theme;
    double projector; /* 1, 1.5 or 2; 0 means 1 */
    sim_time at;      /* where the playhead starts; below 0: at the start */
    int64_t select;   /* packet id selected at first; below 0: none */
    bool remembers;   /* what was opened last and how it was arranged, in the user's state folder */
    bool has_theme, has_projector; /* wanted so, whatever is remembered */
    bool is_settled;               /* a still picture: fades and slides are shown finished */
};

struct shell *shell_new(const struct shell_options *o);
void shell_free(struct shell *s);
/* Reads and runs a scenario. False: *err tells, and what was open stays. */
bool shell_open(struct shell *s, const char *path, struct err *err);

/* The first page: lessons by topic, to choose one. */
void shell_home(struct shell *s);

void shell_complain(struct shell *s, struct err *err); /* shows what err says, and empties it */

void shell_event(struct shell *s, const struct ui_event *e);
/* False: so many events wait for a picture that the next one would be lost. */
bool shell_hears(const struct shell *s);
/* Time goes on: wall_ns is monotonic. True: the picture has changed and wants drawing. */
bool shell_tick(struct shell *s, int64_t wall_ns);
/* Draws a picture of w x h pixels, `scale` of them to a logical pixel before the user's own zoom;
 * sets the canvas's scale to what comes out. Events that wait for the widgets are handled here. */
void shell_draw(struct shell *s, struct canvas *c, double w, double h, double scale);

/* What the shell wants from the window; taken once. */
enum shell_wish {
    SHELL_NOTHING,
    SHELL_QUIT,
    SHELL_FULLSCREEN,
    SHELL_SHOT,
    SHELL_EXPORT, /* a picture: of that size, drawn so, to that file, and how it went */
    SHELL_RECORD, /* a film of what the window shows from now until it stops playing */
    SHELL_RECORD_GIF,
    SHELL_RECORD_END,
};
enum shell_wish shell_take_wish(struct shell *s);
const char *shell_export_file(const struct shell *s);
void shell_export_size(const struct shell *s, double *w, double *h); /* logical pixels */
void shell_export_draw(struct shell *s, struct canvas *c, double w, double h, double scale);
void shell_export_done(struct shell *s, struct err *err);
void shell_record_done(struct shell *s, const char *file, struct err *err); /* or could not begin */
const char *shell_title(const struct shell *s); /* for the window's title bar */

/* For scripts: the value of "now" (seconds, as time_print), "selected" (packet id or "none"),
 * "playing" ("yes", "no"), "lang", "theme", "projector", "step" ("6"), "steps", "speed", "loop" …
 * False: no such name. */
bool shell_query(const struct shell *s, const char *name, char *buf, size_t size);
/* Middle of the widget called `id` in the last picture, in its pixels. False: it was not drawn. */
bool shell_place(const struct shell *s, const char *id, double *x, double *y);
