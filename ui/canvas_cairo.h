#pragma once
/* A canvas of pixels: 32-bit, 0xXXRRGGBB in native byte order, opaque. */

#include "base/err.h"
#include "ui/canvas.h"

#include <stdint.h>

/* Never NULL: memory that cannot be had ends the process. `fonts` is borrowed. */
struct canvas *canvas_cairo_new(struct fonts *fonts, int w, int h, double scale);

struct pixels {
    const uint8_t *data;
    int w, h, stride; /* stride in bytes */
};
/* What has been drawn; valid until the canvas draws again or is freed. */
struct pixels canvas_cairo_pixels(struct canvas *c);
/* False: *err tells. The same picture gives the same bytes. */
bool canvas_cairo_png(struct canvas *c, const char *path, struct err *err);

/* A page of a PDF, w x h logical pixels (a point each), text as text. Written by canvas_cairo_pdf.
 */
struct canvas *canvas_cairo_pdf_new(struct fonts *fonts, double w, double h);
bool canvas_cairo_pdf(struct canvas *c, const char *path, struct err *err);
