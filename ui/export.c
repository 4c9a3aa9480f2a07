/* The shell draws, the canvas of the wanted form keeps, its file is written whole or not at all. */
#include "ui/export.h"

#include "ui/form.h"

#define PNG_SCALE 2.0 /* pixels to a logical one: sharp on a slide */

void export_write(struct shell *s, struct fonts *fonts)
{
    struct err err = {0};
    const char *file = shell_export_file(s);
    enum form form = picture_form(file);
    if (form == FORM_NONE) {
        err_fail(&err, "draw.unknown-format", "file", file, NULL);
    } else {
        double w, h, scale = form == FORM_PNG ? PNG_SCALE : 1;
        shell_export_size(s, &w, &h);
        struct canvas *c = picture_canvas(form, fonts, w, h, scale);
        shell_export_draw(s, c, w, h, scale);
        picture_write(form, c, file, &err);
        canvas_free(c);
    }
    shell_export_done(s, &err);
    err_free(&err);
}
