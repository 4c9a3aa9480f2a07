#pragma once
/* The bundled scenarios in the order in which a class takes them: scenarios/course.txt.
 *
 * A line "= TITLE | 标题" opens a lesson; a line "TOPIC/NAME | BELIEF | 想法" is a scenario of it,
 * with what is often believed and what the scenario shows to be otherwise. Lines that begin with
 * "#" and empty ones say nothing. */

#include "base/err.h"

#include <stdint.h>

enum { COURSE_LESSONS_MAX = 100, COURSE_ITEMS_MAX = 1000 };

struct course_item {
    const char *name; /* "tcp/handshake" */
    const char *belief[LANG_COUNT];
    uint32_t lesson; /* which */
};
struct course_lesson {
    const char *title[LANG_COUNT];
    uint32_t first, count; /* its items */
};
struct course {
    struct arena arena; /* owns every text */
    struct course_lesson lessons[COURSE_LESSONS_MAX];
    struct course_item items[COURSE_ITEMS_MAX];
    uint32_t lesson_count, item_count;
};

/* Zero before the call, freed by course_free whatever came of it. False: err says what is wrong. */
bool course_read(const char *path, struct course *out, struct err *err);
void course_free(struct course *c); /* back to zero */
/* The item of "tcp/handshake"; NULL: it stands in no lesson. */
const struct course_item *course_find(const struct course *c, const char *name);
