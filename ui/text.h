#pragma once
/* Text: faces, advances, line breaking, glyph coverage. Advances are unhinted and scale linearly,
 * so that lines break and labels stand at the same place at every scale and in every output. A code
 * point that the wanted face lacks comes from the CJK face, on the same baseline. */

#include "base/err.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fonts; /* the faces, the advance table and the coverage cache; FreeType hides behind it */

/* The faces of assets/fonts in `directory`, or NULL and *err. NULL directory: found beside the
 * program, in ../share/slowwire, in the source tree, else the system's own copies. */
struct fonts *fonts_new(const char *directory, struct err *err);
void fonts_free(struct fonts *f);

/* Measuring, in logical pixels. Strings are UTF-8; bad bytes count as U+FFFD. */
double text_width(struct fonts *f, struct font font, const char *s);
double text_width_n(struct fonts *f, struct font font, const char *s, size_t len);
double text_ascent(struct fonts *f, struct font font);  /* of the Latin face, above the baseline */
double text_descent(struct fonts *f, struct font font); /* positive, below it */
double text_cap(struct fonts *f, struct font font);     /* height of a capital: centre text by it */
double text_line_height(struct font font);              /* 1.45 em */

/* Bytes of `s` (a whole number of code points) that fit into `width`. */
size_t text_fit(struct fonts *f, struct font font, const char *s, size_t len, double width);
/* `s`, or its start and "…" if it is wider than `width`. Returns buf. */
char *text_ellipsis(struct fonts *f, struct font font, const char *s, double width, char *buf,
                    size_t size);

/* One code point from s[0..len): its bytes are returned, 0 at the end. */
size_t utf8_next(const char *s, size_t len, uint32_t *code);
bool text_is_cjk(uint32_t code); /* Han, kana, hangul, full-width forms and CJK punctuation */
/* A line may break between these neighbours of the text: after a space, after a hyphen between
 * letters, and beside Han except before ，。、；：！？）」 and their like and after （「 and
 * theirs. */
bool text_may_break(uint32_t before, uint32_t after);

struct text_line {
    size_t at, len; /* bytes; the spaces at the break belong to no line */
    double width;
};
/* Breaks `s` into lines of at most `width` (a word wider than that is cut), also at '\n'. The i-th
 * U+FFFC of the string is an inline box of box_width[i] (NULL: no boxes). Returns how many lines
 * the text has; at most `max` are stored. */
size_t text_lines(struct fonts *f, struct font font, const char *s, double width,
                  const double *box_width, struct text_line *out, size_t max);

/* For canvases. A run laid out: which glyph of which face at which x (logical, from the start). */
struct glyph {
    enum face face;
    uint32_t index;
    double x;
};
size_t text_layout(struct fonts *f, struct font font, const char *s, size_t len, struct glyph *out,
                   size_t max, double *width);

/* Coverage of a glyph at `px` device pixels to the em, moved right by quarter/4 of a pixel. `data`
 * is w x h bytes, stride w; its first byte stands at (left, -top) from the pen. Borrowed from the
 * cache, valid until the next call. */
struct coverage {
    const uint8_t *data;
    int left, top, w, h;
};
struct coverage text_coverage(struct fonts *f, enum face face, double px, uint32_t index,
                              unsigned quarter);
/* The face as FreeType knows it (an FT_Face), for cairo, which embeds it in a PDF. */
void *fonts_face(const struct fonts *f, enum face face);
