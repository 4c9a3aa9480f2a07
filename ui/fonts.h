#pragma once
/* Between fonts.c and text.c: one code point to its glyph. */

#include "ui/text.h"

struct slot {
    enum face face;
    uint32_t index;
    double em; /* advance, in em */
};
/* The glyph of `code` when `face` is wanted: from that face, else from one that has it. */
struct slot fonts_slot(struct fonts *f, enum face face, uint32_t code);

/* What stands between two neighbours beyond their advances, in em: negative pulls them together. */
double fonts_kern(struct fonts *f, enum face face, uint32_t left, uint32_t right);

struct face_metrics {
    double ascent, descent, cap; /* in em */
};
struct face_metrics fonts_metrics(const struct fonts *f, enum face face);
