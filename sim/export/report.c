/* TAP (testanything.org) and the JUnit XML that CI servers read. Nothing here needs a later TAP
 * than 13, and more consumers know that. The XML has all that the schema of Ant's reports requires.
 */
#include "export/report.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { MESSAGE_MAX = 250 };

void report_tap_plan(size_t count, FILE *out)
{
    fprintf(out, "TAP version 13\n1..%zu\n", count);
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

/* Bytes of the character of XML 1.0 that `text` begins with; 0: it begins with none. */
static size_t xml_char(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t len = *c < 0x80 ? 1 : *c < 0xC2 ? 0 : *c < 0xE0 ? 2 : *c < 0xF0 ? 3 : *c < 0xF5 ? 4 : 0;
    uint32_t point = len < 2 ? *c : *c & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((c[i] & 0xC0) != 0x80) {
            return 0;
        }
        point = point << 6 | (c[i] & 0x3F);
    }
    bool is_long = (len == 3 && point < 0x800) || (len == 4 && point < 0x10000);
    bool is_none = (point >= 0xD800 && point < 0xE000) || point == 0xFFFE || point == 0xFFFF ||
                   point > 0x10FFFF || (point < 0x20 && point != '\t' && point != '\n');
    return is_long || is_none ? 0 : len;
}

/* Text of an attribute or element, at most `most` bytes of it and whole characters; what is none
 * becomes a question mark. */
static void xml_text(const char *text, size_t most, FILE *out)
{
    size_t at = 0;
    for (size_t len; at < most && text[at]; at += len > 0 ? len : 1) {
        len = xml_char(text + at);
        if (at + len > most) {
            return;
        }
        switch (text[at]) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\n': fputs("&#10;", out); break;
        default: fprintf(out, "%.*s", len > 0 ? (int)len : 1, len > 0 ? text + at : "?");
        }
    }
}

/* Rounded to milliseconds: Jenkins takes no more than three decimals. */
static void junit_seconds(int64_t wall_ns, FILE *out)
{
    int64_t ms = (wall_ns + 500000) / 1000000;
    fprintf(out, " time=\"%" PRId64 ".%03" PRId64 "\"", ms / 1000, ms % 1000);
}

static void junit_case(const struct report_row *row, FILE *out)
{
    fputs("    <testcase classname=\"slowwire\" name=\"", out);
    xml_text(row->name, SIZE_MAX, out);
    fputc('"', out);
    junit_seconds(row->wall_ns, out);
    if (row->result == REPORT_HELD) {
        fputs("/>\n", out);
        return;
    }
    bool is_failure = row->result == REPORT_FAILED;
    fprintf(out, ">\n      <%s type=\"%s\" message=\"", is_failure ? "failure" : "error",
            is_failure ? "expectation" : "run");
    size_t line = strcspn(row->detail, "\n");
    xml_text(row->detail, line < MESSAGE_MAX ? line : MESSAGE_MAX, out);
    fputs("\">", out);
    xml_text(row->detail, SIZE_MAX, out);
    fprintf(out, "</%s>\n    </testcase>\n", is_failure ? "failure" : "error");
}

void report_junit(const struct report_row *rows, size_t count, const char *began, FILE *out)
{
    size_t failures = 0, errors = 0;
    int64_t wall_ns = 0;
    for (size_t i = 0; i < count; i++) {
        failures += rows[i].result == REPORT_FAILED;
        errors += rows[i].result == REPORT_BROKEN;
        wall_ns += rows[i].wall_ns;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    fprintf(out,
            "  <testsuite name=\"slowwire\" package=\"slowwire\" id=\"0\" hostname=\"localhost\" "
            "timestamp=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\"",
            began, count, failures, errors);
    junit_seconds(wall_ns, out);
    fputs(">\n    <properties/>\n", out);
    for (size_t i = 0; i < count; i++) {
        junit_case(&rows[i], out);
    }
    fputs("    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n", out);
}
