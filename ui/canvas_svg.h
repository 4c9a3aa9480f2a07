#pragma once
/* A canvas that writes SVG: shapes as paths, text as <text>, so that it can be searched, edited and
 * set in whatever face is at hand. */

#include "base/bytes.h"
#include "base/err.h"
#include "ui/canvas.h"

/* w, h in logical pixels. `fonts` is borrowed. */
struct canvas *canvas_svg_new(struct fonts *fonts, double w, double h);
/* False: *err tells. The same picture gives the same bytes. */
bool canvas_svg_write(struct canvas *c, const char *path, struct err *err);
