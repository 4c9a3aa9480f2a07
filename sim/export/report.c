/* TAP (testanything.org, version 14) and the JUnit XML that CI systems read. */
#include "export/report.h"

#include <inttypes.h>
#include <string.h>

void report_tap_plan(size_t count, FILE *out)
{
    fprintf(out, "TAP version 14\n1..%zu\n", count);
}

/* A description must not hold what begins a directive or an escape. */
static void tap_name(const char *name, FILE *out)
{
    for (; *name; name++) {
        if (*name == '#' || *name == '\\') {
            fputc('\\', out);
        }
        fputc(*name == '\n' ? ' ' : *name, out);
    }
}

void report_tap_row(size_t number, const struct report_row *row, FILE *out)
{
    fprintf(out, "%sok %zu - ", row->result == REPORT_HELD ? "" : "not ", number);
    tap_name(row->name, out);
    fputc('\n', out);
    for (const char *line = row->detail; *line;) {
        size_t n = strcspn(line, "\n");
        fprintf(out, "# %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

/* Text of an attribute or element: XML 1.0 knows no control characters but tab and line ends. */
static void xml_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        switch (c) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\n': fputs("&#10;", out); break;
        default: fputc(c < 0x20 && c != '\t' ? '?' : c, out);
        }
    }
}

static void junit_seconds(int64_t wall_ns, FILE *out)
{
    fprintf(out, " time=\"%" PRId64 ".%06" PRId64 "\"", wall_ns / 1000000000,
            wall_ns / 1000 % 1000000);
}

static void junit_case(const struct report_row *row, FILE *out)
{
    fputs("    <testcase classname=\"slowwire\" name=\"", out);
    xml_text(row->name, out);
    fputc('"', out);
    junit_seconds(row->wall_ns, out);
    if (row->result == REPORT_HELD) {
        fputs("/>\n", out);
        return;
    }
    const char *element = row->result == REPORT_FAILED ? "failure" : "error";
    size_t n = strcspn(row->detail, "\n");
    char first[256];
    snprintf(first, sizeof first, "%.*s", n < 255 ? (int)n : 255, row->detail);
    fprintf(out, ">\n      <%s message=\"", element);
    xml_text(first, out);
    fputs("\">", out);
    xml_text(row->detail, out);
    fprintf(out, "</%s>\n    </testcase>\n", element);
}

void report_junit(const struct report_row *rows, size_t count, FILE *out)
{
    size_t failures = 0, errors = 0;
    int64_t wall_ns = 0;
    for (size_t i = 0; i < count; i++) {
        failures += rows[i].result == REPORT_FAILED;
        errors += rows[i].result == REPORT_BROKEN;
        wall_ns += rows[i].wall_ns;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    fprintf(out, "  <testsuite name=\"slowwire\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"",
            count, failures, errors);
    junit_seconds(wall_ns, out);
    fputs(">\n", out);
    for (size_t i = 0; i < count; i++) {
        junit_case(&rows[i], out);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
}
