/* The three forms of a picture, told by its file's name. */
#include "ui/form.h"

#include "ui/canvas_cairo.h"
#include "ui/canvas_svg.h"

#include <string.h>

static bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

enum form picture_form(const char *path)
{
    return ends_in(path, ".png")   ? FORM_PNG
           : ends_in(path, ".svg") ? FORM_SVG
           : ends_in(path, ".pdf") ? FORM_PDF
                                   : FORM_NONE;
}

struct canvas *picture_canvas(enum form form, struct fonts *fonts, double w, double h, double scale)
{
    switch (form) {
    case FORM_SVG: return canvas_svg_new(fonts, w, h);
    case FORM_PDF: return canvas_cairo_pdf_new(fonts, w, h);
    case FORM_NONE:
    case FORM_PNG: break;
    }
    return canvas_cairo_new(fonts, (int)(w * scale), (int)(h * scale), scale);
}

bool picture_write(enum form form, struct canvas *c, const char *path, struct err *err)
{
    switch (form) {
    case FORM_SVG: return canvas_svg_write(c, path, err);
    case FORM_PDF: return canvas_cairo_pdf(c, path, err);
    case FORM_NONE:
    case FORM_PNG: break;
    }
    return canvas_cairo_png(c, path, err);
}
