#pragma once
/* Pictures to files: what a name's ending asks for. */

#include "base/err.h"
#include "ui/canvas.h"

enum form { FORM_NONE, FORM_PNG, FORM_SVG, FORM_PDF };

enum form picture_form(const char *path); /* FORM_NONE: none of .png, .svg, .pdf */
/* w, h in logical pixels; scale: device pixels to one, for PNG. `fonts` is borrowed. */
struct canvas *picture_canvas(enum form form, struct fonts *fonts, double w, double h,
                              double scale);
bool picture_write(enum form form, struct canvas *c, const char *path, struct err *err);
