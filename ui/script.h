#pragma once
/* A person in a text file: plays a script of input to a shell that shows itself nowhere. */

#include "base/err.h"
#include "ui/canvas_cairo.h"
#include "ui/shell.h"

/* A shell and the picture it draws itself onto; owns the canvas. */
struct show {
    struct shell *shell;
    struct fonts *fonts;
    struct canvas *canvas;
    double w, h, scale; /* logical size, pixels to a logical pixel */
    int64_t frame;      /* of the fixed clock, 1/60 s each */
};

void show_size(struct show *s, double w, double h); /* a new canvas if the size is another */
void show_draw(struct show *s);
void show_free(struct show *s);

/* Plays the file. Broken lines, expectations that fail and pictures that cannot be written go to
 * *err, in the order they come. Returns the exit status: 0, 1 (an expectation failed), 2 (the
 * script is wrong) or 3 (a picture could not be written). */
int script_run(struct show *s, const char *path, struct err *err);
