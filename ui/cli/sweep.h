#pragma once
/* A sweep: the product of settings and seeds, one run each, and the journal that survives a kill.
 */

#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/csv.h"

enum { SWEEP_SETS_MAX = 16, SWEEP_VALUES_MAX = 10000, SWEEP_ROWS_MAX = 10000000 };

struct sweep_set {
    const char *path;    /* "links.0.loss" */
    const char **values; /* as written */
    uint32_t count;
};

struct sweep {
    struct arena arena;
    const char *file;
    struct buf text; /* of the scenario, read once: all runs are of one text */
    struct sweep_set sets[SWEEP_SETS_MAX];
    uint32_t set_count;
    bool has_seeds;
    uint64_t seed_first, seed_last, max_events;
    uint64_t runs; /* the last setting and the seed change fastest */
    uint64_t jobs;
    const char *out;

    /* While it runs. */
    struct err *err;
    const char **rows; /* [runs]: NULL, not done yet; else name, value, name, value …, by tabs */
    uint64_t *missing; /* numbers of runs, missing_count */
    uint64_t missing_count, done, died;
    struct os_journal journal;
    bool has_trouble; /* the journal could not be written: errno is in trouble */
    int trouble;
    int64_t began_ns, shown_ns;
    bool shows_progress;
    uint64_t read_point; /* in a worker: scenario is of this point + 1; 0: none */
    struct scenario *scenario;
    /* Does the runs of `missing` and hands in each row by sweep_take_row. False: errno says why. */
    bool (*crew)(struct sweep *s);
};
extern const struct option sweep_options[];

/* A whole sweep is these in a row; each tells its mistakes in s->err. What sweep_read
 * has read lives as long as the arguments. */
bool sweep_read(struct args *a, struct sweep *s); /* the arguments */
bool sweep_load(struct sweep *s);                 /* the file, and whether each setting fits it */
int sweep_run(struct sweep *s);                   /* an enum status */
void sweep_free(struct sweep *s);
/* A run's row, appended to `out`. Not 0: the run was refused or came to no end of its own. */
int sweep_make_row(struct sweep *s, uint64_t run, struct buf *out);
/* A row for the table and the journal. Status below 0: the run died, and there is none. */
void sweep_take_row(struct sweep *s, uint64_t run, int status, struct bytes row);

/* PATH=V1,V2,…; false: err says. Commas inside brackets and quotes belong to a value. */
bool sweep_add_set(struct sweep *s, const char *text, struct err *err);
/* How many runs; false: too many. */
bool sweep_count(struct sweep *s, struct err *err);
/* The settings of a run's point (runs of one point differ in the seed alone): set_count overrides,
 * texts in `arena`. */
uint64_t sweep_points(const struct sweep *s);
void sweep_overrides(const struct sweep *s, uint64_t point, struct arena *arena,
                     struct override out[SWEEP_SETS_MAX]);
const char *sweep_value(const struct sweep *s, uint64_t point, uint32_t set);
uint64_t sweep_point(const struct sweep *s, uint64_t run);
bool sweep_seed(const struct sweep *s, uint64_t run, uint64_t *seed); /* false: the scenario's */

/* The journal: its first line names the sweep, the others are "RUN<tab>ROW". */
bool sweep_journal_open(struct sweep *s, const char *path, struct err *err);
void sweep_journal_add(struct sweep *s, uint64_t run, struct bytes row);
/* Every row of `rows` as a table. */
void sweep_table(const struct sweep *s, struct csv *out);
