/* The journal of a sweep, and its rows as a table. A line counts once its end is there: whatever
 * was being written when the program was killed is cut off and done again. */
#include "ui/cli/sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3); /* FNV-1a */
    } while (*text++);
    return hash;
}

/* The same line for the same runs only: version, scenario, settings, seeds, limit. */
static void name_sweep(const struct sweep *s, struct buf *out)
{
    char numbers[96];
    uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), (const char *)s->text.data);
    for (uint32_t i = 0; i < s->set_count; i++) {
        hash = hash_text(hash, s->sets[i].path);
        for (uint32_t v = 0; v < s->sets[i].count; v++) {
            hash = hash_text(hash, s->sets[i].values[v]);
        }
        hash = hash_text(hash, "");
    }
    snprintf(numbers, sizeof numbers, "%d %" PRIu64 " %" PRIu64 " %" PRIu64, s->has_seeds,
             s->seed_first, s->seed_last, s->max_events);
    buf_printf(out, "slowwire sweep %s %016" PRIx64 "\n", SLOWWIRE_VERSION,
               hash_text(hash, numbers));
}

/* Takes over a line without its end. False: it is none of this sweep. */
static bool take_line(struct sweep *s, const char *line, size_t len)
{
    char *end;
    uint64_t run = strtoull(line, &end, 10);
    size_t digits = (size_t)(end - line);
    if (digits == 0 || *end != '\t' || run >= s->runs || s->rows[run]) {
        return false;
    }
    s->rows[run] = arena_strndup(&s->arena, end + 1, len - digits - 1);
    s->done++;
    return true;
}

/* How many bytes of the journal hold. */
static size_t take_lines(struct sweep *s, const struct buf *before, size_t at)
{
    const char *text = (const char *)before->data;
    for (const char *end; (end = memchr(text + at, '\n', before->len - at));) {
        if (!take_line(s, text + at, (size_t)(end - text) - at)) {
            break;
        }
        at = (size_t)(end - text) + 1;
    }
    return at;
}

bool sweep_journal_open(struct sweep *s, const char *path, struct err *err)
{
    struct buf before = {0}, name = {0};
    if (!os_journal_open(&s->journal, path, &before)) {
        err_fail(err, errno == EAGAIN ? "cli.sweep.busy" : "cli.cannot-write", "file", path, "why",
                 strerror(errno), NULL);
        buf_free(&before);
        return false;
    }
    name_sweep(s, &name);
    buf_cstr(&before);
    bool is_whole = before.len >= name.len;
    bool is_ours = memcmp(before.data, name.data, is_whole ? name.len : before.len) == 0;
    bool good = is_ours;
    if (!is_ours) {
        err_fail(err, "cli.sweep.another", "file", path, NULL);
    } else if (is_whole) {
        good = os_journal_cut(&s->journal, take_lines(s, &before, name.len));
    } else {
        good = os_journal_cut(&s->journal, 0) &&
               os_journal_add(&s->journal, bytes_of(name.data, name.len));
    }
    if (is_ours && !good) {
        cli_cannot_write(err, path);
    }
    if (!good) {
        os_journal_close(&s->journal);
    }
    buf_free(&before);
    buf_free(&name);
    return good;
}

void sweep_journal_add(struct sweep *s, uint64_t run, struct bytes row)
{
    struct buf line = {0};
    buf_printf(&line, "%" PRIu64 "\t", run);
    buf_add(&line, row);
    buf_char(&line, '\n');
    if (!s->has_trouble && !os_journal_add(&s->journal, bytes_of(line.data, line.len))) {
        s->has_trouble = true;
        s->trouble = errno;
    }
    buf_free(&line);
}

/* A cause of drops that some run has and others have not stands beside the sum. */
static uint32_t place_of(const struct csv *c, const char *name, uint32_t after)
{
    const char *dot = strstr(name, ".drops.");
    size_t n = dot ? (size_t)(dot - name) + strlen(".drops") : 0;
    for (uint32_t i = c->column_count; dot && i-- > 0;) {
        if (strncmp(c->columns[i], name, n) == 0) {
            return i + 1;
        }
    }
    return after;
}

typedef void (*figure_taker)(struct csv *c, const char *name, const char *value, uint32_t *after);

/* Calls `each` for the names and values of a row. */
static void each_figure(const char *row, figure_taker each, struct csv *c)
{
    struct buf name = {0}, value = {0};
    uint32_t after = 0;
    while (*row) {
        buf_clear(&name);
        buf_clear(&value);
        size_t n = strcspn(row, "\t");
        buf_add(&name, bytes_of(row, n));
        row += n + (row[n] == '\t');
        n = strcspn(row, "\t");
        buf_add(&value, bytes_of(row, n));
        row += n + (row[n] == '\t');
        each(c, buf_cstr(&name), buf_cstr(&value), &after);
    }
    buf_free(&name);
    buf_free(&value);
}

static void learn_column(struct csv *c, const char *name, const char *value, uint32_t *after)
{
    (void)value;
    bool is_next = *after < c->column_count && strcmp(c->columns[*after], name) == 0;
    uint32_t at = is_next ? *after : csv_column(c, name, place_of(c, name, c->column_count));
    *after = at + 1;
}

static void take_cell(struct csv *c, const char *name, const char *value, uint32_t *after)
{
    uint32_t column = csv_column(c, name, *after);
    csv_put(c, column, value);
    *after = column + 1;
}

/* In a run that was made a cause that it does not name dropped nothing. */
static void fill_zeros(struct csv *c)
{
    uint32_t row = c->row_count - 1, last = c->column_count;
    bool was_made = false;
    for (uint32_t i = 0; i < last; i++) {
        was_made |= strncmp(c->columns[i], "sim_ns ", 7) == 0 && *csv_cell(c, row, i);
    }
    for (uint32_t i = 0; was_made && i < last; i++) {
        if (strstr(c->columns[i], ".drops.") && !*csv_cell(c, row, i)) {
            csv_put(c, i, "0");
        }
    }
}

static void put_settings(const struct sweep *s, uint64_t run, struct csv *c)
{
    for (uint32_t i = 0; i < s->set_count; i++) {
        csv_put(c, i, sweep_value(s, sweep_point(s, run), i));
    }
}

void sweep_table(const struct sweep *s, struct csv *out)
{
    for (uint32_t i = 0; i < s->set_count; i++) {
        csv_column(out, s->sets[i].path, out->column_count);
    }
    for (uint64_t run = 0; run < s->runs; run++) {
        each_figure(s->rows[run], learn_column, out);
    }
    for (uint64_t run = 0; run < s->runs; run++) {
        csv_add_row(out);
        put_settings(s, run, out);
        each_figure(s->rows[run], take_cell, out);
        fill_zeros(out);
    }
}
