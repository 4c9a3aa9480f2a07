#pragma once
/* What `slowwire test` and its grading share: what is to be run, within which budget. */

#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/report.h"

struct test_plan {
    struct paths paths;
    enum lang lang;
    uint64_t jobs;
    bool has_seeds;
    uint64_t seed_first, seed_last;
    uint64_t max_events; /* 0: the default */
    struct os_budget budget;
    const char *golden; /* directory of golden traces; NULL: none are compared */
    bool updates;       /* the golden traces are written instead */
    const char *junit, *rubric, *output, *json; /* NULL: none */
};

/* Runs are the paths times the seeds, the seed changing fastest. */
size_t test_count(const struct test_plan *p);
const char *test_path(const struct test_plan *p, size_t i);
bool test_seed(const struct test_plan *p, size_t i, uint64_t *seed);

/* Runs one scenario and says what is wrong with it; in a worker. */
enum report_result test_scenario(const struct test_plan *p, size_t i, struct buf *out);
/* How a worker ended before it was done, in words. */
const char *test_ending(enum lang lang, int status);

int grade(struct test_plan *p, struct err *err);
