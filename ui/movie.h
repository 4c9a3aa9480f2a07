#pragma once
/* A film of pictures, made by ffmpeg: MP4 or GIF, as the file's name ends. Written whole or not at
 * all. */

#include "base/err.h"
#include "ui/canvas_cairo.h"

#include <stdbool.h>

struct movie;

bool movie_is(const char *path); /* .mp4 or .gif */
/* Pictures a second that are usual for it: a GIF has fewer. */
unsigned movie_rate(const char *path);
/* All pictures have w x h pixels. NULL: *err tells, above all that there is no ffmpeg. */
struct movie *movie_open(const char *path, int w, int h, unsigned rate, struct err *err);
bool movie_fits(const struct movie *m, struct pixels picture); /* it has the film's size */
bool movie_add(struct movie *m, struct pixels picture);        /* false: ffmpeg takes no more */
/* Frees it. False: *err tells, and there is no file. */
bool movie_close(struct movie *m, struct err *err);
void movie_abort(struct movie *m); /* frees it and leaves no file */
