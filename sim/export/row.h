#pragma once
/* One line of a terminal as cells: what is put later covers what was put earlier, wide characters
 * (Han) take two cells, control characters never get through. */

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define ROW_CELLS_MAX 400u

enum row_style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_CONTROL, /* STYLE_CONTROL + enum packet_kind */
    STYLE_DATA,
    STYLE_ACK,
    STYLE_RESET,
    STYLE_REPORT,
    STYLE_MEDIA,
    STYLE_AGAIN,
    STYLE_LOSS,
    STYLE_TIMER,
    STYLE_GOOD,
    STYLE_COUNT,
};

struct cell {
    char text[12]; /* UTF-8, with what combines; empty: the second half of a wide character */
    uint8_t len, style;
};
struct row {
    struct cell cells[ROW_CELLS_MAX];
    unsigned width;
};

void row_clear(struct row *r, unsigned width); /* clipped to ROW_CELLS_MAX */
void row_put(struct row *r, unsigned at, const char *glyph, enum row_style style); /* one cell */
void row_fill(struct row *r, unsigned from, unsigned end, const char *glyph, enum row_style style);
/* Text from cell `at` up to but not including `end`; what does not fit ends in "…". Returns the
 * cells used. */
unsigned row_text(struct row *r, unsigned at, unsigned end, const char *text, enum row_style style);
/* Appends the line without blanks at its end, and a newline. */
void row_print(const struct row *r, bool colour, struct buf *out);

unsigned text_cells(const char *text);
/* Bytes of `text` that fit in `cells`, cut at a space or beside a wide character if there is one;
 * never 0 for a text that is not empty. */
size_t text_wrap(const char *text, unsigned cells);
/* Escape sequences of a style; "" without colour. */
const char *style_on(enum row_style style, bool colour);
const char *style_off(bool colour);
