#pragma once
/* What a teacher expects of a submission: checks with points, in a file of their own. */

#include "ui/cli/test.h"

#include "scenario/doc.h"

enum { RUBRIC_CHECKS_MAX = 200, RUBRIC_SETS_MAX = 16 };

struct check {
    const char *name; /* in the teacher's words */
    double points;
    struct override sets[RUBRIC_SETS_MAX]; /* [0] is "expect=[…]", then the check's own */
    uint32_t set_count;
    const char *exercise, *exercise_file; /* `find`: text and name of a file that hides something */
};
struct rubric {
    struct arena arena; /* owns every text */
    struct buf text;
    const char *file;
    struct check checks[RUBRIC_CHECKS_MAX];
    uint32_t count;
    double points; /* of all checks */
    uint64_t max_events;
    struct os_budget budget;
};

/* False: err says what is wrong with the file, and where. */
bool rubric_read(struct rubric *r, const char *file, struct err *err);
void rubric_free(struct rubric *r);
/* A tree of YAML on one line. */
void rubric_print(const struct doc_node *n, struct buf *out);
