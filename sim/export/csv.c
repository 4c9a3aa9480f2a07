/* Cells are stored by their column's number: all columns come before the first cell. */
#include "export/csv.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static void add_column(struct csv *c, const char *name, uint32_t at)
{
    if (c->column_count == c->column_cap) {
        c->column_cap = c->column_cap ? 2 * c->column_cap : 32;
        c->columns = os_realloc(c->columns, c->column_cap * sizeof *c->columns);
    }
    memmove(c->columns + at + 1, c->columns + at, (c->column_count - at) * sizeof *c->columns);
    c->columns[at] = arena_strdup(&c->arena, name);
    c->column_count++;
}

uint32_t csv_column(struct csv *c, const char *name, uint32_t after)
{
    if (after < c->column_count && strcmp(c->columns[after], name) == 0) {
        return after; /* cells mostly come in the order of their columns */
    }
    for (uint32_t i = 0; i < c->column_count; i++) {
        if (strcmp(c->columns[i], name) == 0) {
            return i;
        }
    }
    add_column(c, name, after);
    return after;
}

void csv_add_row(struct csv *c)
{
    if (c->row_count == c->row_cap) {
        c->row_cap = c->row_cap ? 2 * c->row_cap : 64;
        c->rows = os_realloc(c->rows, c->row_cap * sizeof *c->rows);
    }
    c->rows[c->row_count++] = (struct csv_row){0};
}

void csv_put(struct csv *c, uint32_t column, const char *value)
{
    struct csv_row *row = &c->rows[c->row_count - 1];
    if (column >= row->cap) {
        uint32_t cap = column + 1 > c->column_count ? column + 1 : c->column_count;
        row->cells = os_realloc(row->cells, cap * sizeof *row->cells);
        memset(row->cells + row->cap, 0, (cap - row->cap) * sizeof *row->cells);
        row->cap = cap;
    }
    row->cells[column] = arena_strdup(&c->arena, value);
    row->count = column + 1 > row->count ? column + 1 : row->count;
}

const char *csv_cell(const struct csv *c, uint32_t row, uint32_t column)
{
    const struct csv_row *r = &c->rows[row];
    return column < r->count && r->cells[column] ? r->cells[column] : "";
}

static void write_cell(const char *text, FILE *out)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        fputs(*text == '"' ? "\"\"" : (char[2]){*text, '\0'}, out);
    }
    fputc('"', out);
}

void csv_write_row(const char *const *cells, uint32_t count, FILE *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) {
            fputc(',', out);
        }
        write_cell(cells[i], out);
    }
    fputc('\n', out);
}

void csv_write(const struct csv *c, FILE *out)
{
    const char **cells = os_alloc(c->column_count * sizeof *cells);
    csv_write_row(c->columns, c->column_count, out);
    for (uint32_t r = 0; r < c->row_count; r++) {
        for (uint32_t i = 0; i < c->column_count; i++) {
            cells[i] = csv_cell(c, r, i);
        }
        csv_write_row(cells, c->column_count, out);
    }
    free(cells);
}

/* One cell from *at on, which then stands behind it. False: its quote is not closed. */
static bool read_cell(const char **at, struct buf *out)
{
    const char *s = *at;
    buf_clear(out);
    if (*s != '"') {
        size_t n = strcspn(s, ",\r\n");
        buf_add(out, bytes_of(s, n));
        *at = s + n;
        return true;
    }
    for (s++; *s; s++) {
        if (*s == '"' && *++s != '"') {
            *at = s;
            return true;
        }
        buf_char(out, *s);
    }
    return false;
}

static void take_cell(struct csv *c, bool is_head, uint32_t column, const char *text)
{
    if (is_head) {
        add_column(c, text, c->column_count);
    } else if (column < c->column_count) {
        csv_put(c, column, text);
    }
}

bool csv_read(struct csv *c, const char *text)
{
    struct buf cell = {0};
    bool is_head = true, good = true;
    while (good && *text) {
        uint32_t column = 0;
        if (!is_head) {
            csv_add_row(c);
        }
        while ((good = read_cell(&text, &cell))) {
            take_cell(c, is_head, column++, buf_cstr(&cell));
            if (*text != ',') {
                break;
            }
            text++;
        }
        text += strcspn(text, "\n");
        text += *text == '\n';
        is_head = false;
    }
    buf_free(&cell);
    return good;
}

void csv_free(struct csv *c)
{
    for (uint32_t r = 0; r < c->row_count; r++) {
        free(c->rows[r].cells);
    }
    free(c->rows);
    free(c->columns);
    arena_free(&c->arena);
    *c = (struct csv){0};
}
