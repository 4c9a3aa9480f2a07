#pragma once
/* Tables as CSV (RFC 4180, lines end in a line feed), written and read. All columns are made before
 * the first row. */

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>

struct csv_row {
    const char **cells; /* by column; NULL: none; shorter than the columns: the rest is none */
    uint32_t count, cap;
};
struct csv {
    struct arena arena; /* owns every text */
    const char **columns;
    uint32_t column_count, column_cap;
    struct csv_row *rows;
    uint32_t row_count, row_cap;
};

/* The number of the column of that name; if there is none it becomes number `after` (at most
 * column_count), and those from there on move by one. */
uint32_t csv_column(struct csv *c, const char *name, uint32_t after);
void csv_add_row(struct csv *c);
void csv_put(struct csv *c, uint32_t column, const char *value);          /* into the last row */
const char *csv_cell(const struct csv *c, uint32_t row, uint32_t column); /* "" if none */
void csv_write(const struct csv *c, FILE *out);
/* One row of texts, quoted where they must be. */
void csv_write_row(const char *const *cells, uint32_t count, FILE *out);
/* The first line names the columns. False: a quote is not closed. */
bool csv_read(struct csv *c, const char *text);
void csv_free(struct csv *c);
