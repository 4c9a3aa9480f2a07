#pragma once
/* Results of many scenarios, for machines: TAP as they come in, JUnit XML at the end. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum report_result {
    REPORT_HELD,
    REPORT_FAILED, /* an expectation */
    REPORT_BROKEN, /* it could not be read or run to its end */
};
struct report_row {
    const char *name;
    enum report_result result;
    const char *detail; /* lines, may be empty */
    int64_t wall_ns;
};

void report_tap_plan(size_t count, FILE *out);
void report_tap_row(size_t number, const struct report_row *row, FILE *out); /* from 1 */
/* `began`: when the first was run, as os_date writes it. */
void report_junit(const struct report_row *rows, size_t count, const char *began, FILE *out);
