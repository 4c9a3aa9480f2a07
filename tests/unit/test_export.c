/* Exports of a trace written by hand: JSON Lines, summary, ladder, state, TAP, JUnit, and the
 * pieces they are made of. */
#include "export/json.h"
#include "export/jsonl.h"
#include "export/report.h"
#include "export/row.h"
#include "export/say.h"
#include "export/summary.h"
#include "export/text.h"
#include "trace_rig.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *in, *out;
} strings[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
    {"小明 é 𝄞", "\"小明 é 𝄞\""},
    {"\xff\xc3", "\"\xef\xbf\xbd\xef\xbf\xbd\""}, /* no UTF-8 begins so, or ends so */
    {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""}, /* overlong */
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* a surrogate */
};

START_TEST(a_string_is_escaped_as_rfc_8259_says)
{
    struct json j = {0};
    json_string(&j, strings[_i].in);
    ck_assert_str_eq(buf_cstr(&j.text), strings[_i].out);
    buf_free(&j.text);
}
END_TEST

static const int64_t integers[] = {0,   1,   -1,  9,    10,         -10,       99,       100,
                                   101, 109, 110, -999, 1000000007, INT64_MAX, INT64_MIN};

START_TEST(an_integer_is_printed_as_printf_does)
{
    struct json j = {0};
    char text[32];
    json_int(&j, integers[_i]);
    snprintf(text, sizeof text, "%lld", (long long)integers[_i]);
    ck_assert_str_eq(buf_cstr(&j.text), text);
    buf_free(&j.text);
}
END_TEST

static const double reals[] = {
    0,   0.1, 1.0 / 3, 1e300, 5e-324, DBL_MAX, -2.5e-7, 123456789.123456789, 0.28506271379703535,
    1e21};

START_TEST(a_number_reads_back_as_itself)
{
    struct json j = {0};
    json_double(&j, reals[_i]);
    ck_assert(strtod(buf_cstr(&j.text), NULL) == reals[_i]);
    ck_assert_ptr_null(strchr(buf_cstr(&j.text), ','));
    buf_free(&j.text);
}
END_TEST

START_TEST(what_is_no_number_is_null)
{
    struct json j = {0};
    json_open(&j, "[");
    json_double(&j, NAN);
    json_double(&j, HUGE_VAL);
    json_close(&j, "]");
    ck_assert_str_eq(buf_cstr(&j.text), "[null,null]");
    buf_free(&j.text);
}
END_TEST

/* Line n of the trace, counted from the header, which is 0. */
static const struct {
    unsigned line;
    const char *text;
} lines[] = {
    {0, "{\"ev\":\"run\",\"format\":1,\"scenario\":\"rig.yaml\",\"title\":\"A \\\"rig\\\"\\n\","
        "\"seed\":7,\"nodes\":[{\"node\":\"a\",\"kind\":\"host\",\"addresses\":\"10.0.0.1\"},"
        "{\"node\":\"b\",\"kind\":\"host\",\"addresses\":\"10.0.0.2\"}],"
        "\"links\":[{\"link\":\"a>b\",\"from\":\"a\",\"to\":\"b\",\"rate_bps\":1000000,"
        "\"delay_ns\":10000000},{\"link\":\"b>a\",\"from\":\"b\",\"to\":\"a\","
        "\"rate_bps\":1000000,\"delay_ns\":10000000}]}"},
    {1, "{\"ev\":\"state\",\"t\":0,\"cause\":0,\"node\":\"a\",\"proto\":\"stop-and-wait-sender\","
        "\"flow\":\"a.arq1\",\"machine\":\"sender\",\"old\":\"IDLE\",\"new\":\"SENDING\"}"},
    {2, "{\"ev\":\"send\",\"t\":0,\"cause\":0,\"pkt\":1,\"node\":\"a\",\"link\":\"a>b\","
        "\"from\":\"a\",\"to\":\"b\",\"proto\":\"arq\",\"is\":\"DATA\",\"flow\":\"a.arq1\","
        "\"len\":992,\"size\":1000,\"arq\":{\"kind\":1,\"channel\":0,\"number\":0}}"},
    {3, "{\"ev\":\"transmit\",\"t\":0,\"cause\":2,\"pkt\":1,\"link\":\"a>b\",\"start\":0,"
        "\"end\":8000000,\"arrive\":18000000,\"ttl\":64,\"ecn\":0}"},
    {5, "{\"ev\":\"timer\",\"t\":8000000,\"cause\":0,\"node\":\"a\","
        "\"proto\":\"stop-and-wait-sender\",\"flow\":\"a.arq1\",\"name\":\"timeout\",\"index\":0,"
        "\"do\":\"set\",\"due\":108000000}"},
    {6, "{\"ev\":\"drop\",\"t\":13000000,\"cause\":0,\"pkt\":1,\"link\":\"a>b\",\"why\":\"loss\"}"},
    {7, "{\"ev\":\"timer\",\"t\":108000000,\"cause\":5,\"node\":\"a\","
        "\"proto\":\"stop-and-wait-sender\",\"flow\":\"a.arq1\",\"name\":\"timeout\",\"index\":0,"
        "\"do\":\"fire\",\"due\":108000000}"},
    {9, "{\"ev\":\"send\",\"t\":108000000,\"cause\":7,\"pkt\":2,\"node\":\"a\",\"link\":\"a>b\","
        "\"from\":\"a\",\"to\":\"b\",\"proto\":\"arq\",\"is\":\"DATA\",\"flow\":\"a.arq1\","
        "\"len\":992,\"size\":1000,\"arq\":{\"kind\":1,\"channel\":0,\"number\":0},\"of\":1}"},
    {13, "{\"ev\":\"arrive\",\"t\":126000000,\"cause\":0,\"pkt\":2,\"node\":\"b\","
         "\"link\":\"a>b\"}"},
    {14, "{\"ev\":\"var\",\"t\":126000000,\"cause\":13,\"node\":\"b\","
         "\"proto\":\"stop-and-wait-receiver\",\"flow\":\"a.arq1\",\"name\":\"expected\","
         "\"value\":1}"},
    {15, "{\"ev\":\"deliver\",\"t\":126000000,\"cause\":13,\"node\":\"b\",\"flow\":\"a.arq1\","
         "\"bytes\":992}"},
    {19, "{\"ev\":\"timer\",\"t\":136064000,\"cause\":0,\"node\":\"a\","
         "\"proto\":\"stop-and-wait-sender\",\"flow\":\"a.arq1\",\"name\":\"timeout\",\"index\":0,"
         "\"do\":\"stop\"}"},
};

static const char *line_of(const char *text, unsigned n, size_t *len)
{
    while (n-- > 0) {
        text = strchr(text, '\n');
        ck_assert_ptr_nonnull(text);
        text++;
    }
    *len = strcspn(text, "\n");
    return text;
}

START_TEST(a_record_is_the_line_of_its_number)
{
    struct trace_rig rig;
    size_t len;
    trace_rig_init(&rig);
    char *text = rig_written(jsonl_write, &rig.t);
    const char *line = line_of(text, lines[_i].line, &len);
    ck_assert_msg(len == strlen(lines[_i].text) && strncmp(line, lines[_i].text, len) == 0,
                  "line %u: %.*s", lines[_i].line, (int)len, line);
    free(text);
    trace_free(&rig.t);
}
END_TEST

static void summary(const struct trace *t, FILE *out)
{
    summary_write(t, -1, out);
}

static const char figures[] =
    "\"sim_ns\":140000000,\"events\":9,\"reason\":\"stop\",\"flows\":[{\"flow\":\"a.arq1\","
    "\"proto\":\"stop-and-wait\",\"from\":\"a\",\"to\":\"b\",\"packets\":3,\"bytes\":1984,"
    "\"delivered_bytes\":992,\"retransmissions\":1,\"drops\":{\"loss\":1},\"start_ns\":0,"
    "\"end_ns\":136064000,\"goodput_bps\":62984.12698412698,\"utilization\":0.05879586077140169,"
    "\"utilization_theory\":0.25}],\"links\":[{\"link\":\"a-b\",\"toward\":\"b\","
    "\"utilization\":0.17142857142857143,\"queue_packets_max\":0,\"drops\":{\"loss\":1}},"
    "{\"link\":\"a-b\",\"toward\":\"a\",\"utilization\":0.00045714285714285713,"
    "\"queue_packets_max\":0,\"drops\":{}}]}\n";

START_TEST(the_summary_holds_the_figures)
{
    struct trace_rig rig;
    trace_rig_init(&rig);
    char *text = rig_written(summary, &rig.t);
    ck_assert_int_eq(text[0], '{');
    ck_assert_str_eq(text + 1, figures);
    free(text);
    trace_free(&rig.t);
}
END_TEST

START_TEST(the_trace_ends_with_the_summary)
{
    static const char start[] = "{\"ev\":\"end\",\"t\":140000000,\"cause\":0,";
    struct trace_rig rig;
    size_t len;
    trace_rig_init(&rig);
    char *text = rig_written(jsonl_write, &rig.t);
    const char *line = line_of(text, rig.t.count + 1, &len);
    ck_assert(strncmp(line, start, strlen(start)) == 0);
    ck_assert_str_eq(line + strlen(start), figures);
    free(text);
    trace_free(&rig.t);
}
END_TEST

static void ladder(const struct trace *t, FILE *out)
{
    text_ladder(t, &(struct text_options){.width = 80}, out);
}

/* The hand-written tale, as a reader should see it. */
static const char tale[] =
    "A \"rig\"\n"
    "rig.yaml · seed 7\n"
    "\n"
    "  time (s)    a                                     b\n"
    "           10.0.0.1                              10.0.0.2\n"
    "   0.000      ● IDLE → SENDING                      │\n"
    "              ├── DATA 0 ────────╳                  │  lost on the wire\n"
    "   0.008      ● SENDING → WAIT-ACK                  │\n"
    "              ⋮                                     ⋮  100 ms later\n"
    "   0.108      ◷ timer runs out                      │\n"
    "              ● WAIT-ACK → SENDING                  │\n"
    "              ├── ↻ DATA 0 ────────────────────────►│  again: arrives 0.126\n"
    "   0.116      ● SENDING → WAIT-ACK                  │\n"
    "   0.126      │◄─────────────────────────── ACK 1 ──┤  arrives 0.136064\n"
    "   0.136064   ● WAIT-ACK → IDLE → SENDING           │\n"
    "              ├── DATA 1 ────────╴                  │  under way at the end\n"
    "\n";

START_TEST(the_ladder_reads_aloud)
{
    struct trace_rig rig;
    trace_rig_init(&rig);
    rig.t.title[LANG_EN] = "A \"rig\"";
    char *text = rig_written(ladder, &rig.t);
    ck_assert_str_eq(text, tale);
    free(text);
    trace_free(&rig.t);
}
END_TEST

static void state_at_120(const struct trace *t, FILE *out)
{
    text_state(t, 120 * SIM_MS, &(struct text_options){.width = 80}, out);
}

static const char state[] = "rig, at 0.120 s\n"
                            "\n"
                            "a  10.0.0.1\n"
                            "  a.arq1  stop-and-wait-sender\n"
                            "    sender            WAIT-ACK\n"
                            "    timeout           96 ms left, due at 0.216 s\n"
                            "b  10.0.0.2\n"
                            "  b.arq1  stop-and-wait-receiver\n"
                            "Under way\n"
                            "    DATA 0            a → b, sent at 0.108 s, arrives at 0.126 s\n";

START_TEST(the_state_at_a_time_is_told)
{
    struct trace_rig rig;
    trace_rig_init(&rig);
    rig.t.title[LANG_EN] = "rig";
    char *text = rig_written(state_at_120, &rig.t);
    ck_assert_str_eq(text, state);
    free(text);
    trace_free(&rig.t);
}
END_TEST

static void long_ladder(const struct trace *t, FILE *out)
{
    text_ladder(t, &(struct text_options){.width = 80}, out);
}
static void whole_ladder(const struct trace *t, FILE *out)
{
    text_ladder(t, &(struct text_options){.width = 80, .is_whole = true}, out);
}

static unsigned count_lines(const char *text)
{
    unsigned n = 0;
    for (; *text; text++) {
        n += *text == '\n';
    }
    return n;
}

START_TEST(a_long_run_is_left_out_in_the_middle_unless_the_whole_is_asked_for)
{
    struct trace_rig rig = {0};
    rig_tables(&rig);
    rig_actors(&rig);
    for (unsigned i = 0; i < 1000; i++) {
        rig.now = i * SIM_MS;
        rig_send(&rig, false, (uint16_t)i, 0, 0);
    }
    rig_figures(&rig);
    trace_finish(&rig.t);
    char *cut = rig_written(long_ladder, &rig.t), *whole = rig_written(whole_ladder, &rig.t);
    ck_assert_uint_eq(count_lines(whole), 1000 + 7);
    ck_assert_uint_lt(count_lines(cut), 240);
    ck_assert_ptr_nonnull(strstr(cut, "780 lines are left out here"));
    ck_assert_ptr_nonnull(strstr(cut, "DATA 159 "));
    ck_assert_ptr_null(strstr(cut, "DATA 160 "));
    ck_assert_ptr_null(strstr(cut, "DATA 939 "));
    ck_assert_ptr_nonnull(strstr(cut, "DATA 940 "));
    ck_assert_ptr_nonnull(strstr(whole, "DATA 500 "));
    free(cut);
    free(whole);
    trace_free(&rig.t);
}
END_TEST

static const struct {
    const char *text;
    unsigned cells;
} widths[] = {{"", 0},     {"abc", 3},  {"é", 1},      {"e\u0301", 1}, {"小明", 4},
              {"한국", 4}, {"ＡＢ", 4}, {"├─►╳◷●", 6}, {"🙂", 2},    {"\xff", 1}};

START_TEST(a_wide_character_takes_two_cells)
{
    ck_assert_uint_eq(text_cells(widths[_i].text), widths[_i].cells);
}
END_TEST

static const struct {
    const char *text;
    unsigned from, end;
    const char *line;
} puts_[] = {
    {"abc", 0, 10, "abc..."}, {"abcdef", 2, 5, "..ab…"}, {"小明", 0, 10, "小明.."},
    {"小明", 0, 3, "小…..."}, {"小明", 1, 3, ".…...."},  {"a\033[31mb", 0, 10, "a�[31…"},
    {"xy", 6, 10, "......"},  {"", 2, 4, "......"},
};

START_TEST(text_stays_within_its_cells)
{
    struct row row;
    struct buf out = {0};
    row_clear(&row, 6);
    row_fill(&row, 0, 6, ".", STYLE_PLAIN);
    row_text(&row, puts_[_i].from, puts_[_i].end, puts_[_i].text, STYLE_PLAIN);
    row_print(&row, false, &out);
    out.len--; /* the newline */
    const char *line = buf_cstr(&out);
    ck_assert_msg(strncmp(line, puts_[_i].line, strlen(puts_[_i].line)) == 0, "%s", line);
    ck_assert_uint_eq(text_cells(line), 6);
    buf_free(&out);
}
END_TEST

static const struct {
    const char *text;
    unsigned cells;
    const char *line;
} wraps[] = {
    {"", 5, ""},
    {"short", 5, "short"},
    {"two words", 5, "two"},
    {"two words", 3, "two"},
    {"endless", 3, "end"},
    {"发送方发出一帧", 6, "发送方"},
    {"发送方发出一帧", 7, "发送方"},
    {"重发，到达", 4, "重"}, /* a comma begins no line */
    {"小", 1, "小"},         /* something is always taken */
};

START_TEST(a_line_breaks_at_a_blank_or_between_wide_characters)
{
    size_t n = text_wrap(wraps[_i].text, wraps[_i].cells);
    ck_assert_msg(n == strlen(wraps[_i].line), "%.*s", (int)n, wraps[_i].text);
}
END_TEST

START_TEST(half_a_covered_wide_character_becomes_a_blank)
{
    struct row row;
    struct buf out = {0};
    row_clear(&row, 4);
    row_text(&row, 0, 4, "小明", STYLE_PLAIN);
    row_put(&row, 1, "x", STYLE_PLAIN);
    row_put(&row, 2, "y", STYLE_PLAIN);
    row_print(&row, false, &out);
    ck_assert_str_eq(buf_cstr(&out), " xy\n");
    buf_free(&out);
}
END_TEST

START_TEST(colour_is_for_terminals)
{
    struct row row;
    struct buf out = {0};
    row_clear(&row, 4);
    row_text(&row, 1, 4, "ab", STYLE_DATA);
    row_print(&row, true, &out);
    ck_assert_str_eq(buf_cstr(&out), " \033[32mab\033[0m\n");
    buf_clear(&out);
    row_print(&row, false, &out);
    ck_assert_str_eq(buf_cstr(&out), " ab\n");
    buf_free(&out);
}
END_TEST

static const struct {
    sim_time t;
    const char *text;
} times[] = {{0, "0 s"},
             {1, "1 ns"},
             {12500, "12.5 µs"},
             {999999, "1000 µs"},
             {1000000, "1 ms"},
             {20064000, "20.06 ms"},
             {300000000, "300 ms"},
             {1250000000, "1.25 s"},
             {3600 * SIM_S, "3600 s"}};

START_TEST(a_time_is_told_in_a_fitting_unit)
{
    struct buf out = {0};
    say_time(&out, times[_i].t);
    ck_assert_str_eq(buf_cstr(&out), times[_i].text);
    buf_free(&out);
}
END_TEST

static const struct report_row rows[] = {
    {"one.yaml", REPORT_HELD, "", 1500000000},
    {"two #2.yaml", REPORT_FAILED, "two.yaml:3: expected a < b\n  seen: \"c\"\n", 1600000},
    {"three.yaml", REPORT_BROKEN, "it died\001", 0},
};

static void tap(const struct trace *t, FILE *out)
{
    (void)t;
    report_tap_plan(3, out);
    for (size_t i = 0; i < 3; i++) {
        report_tap_row(i + 1, &rows[i], out);
    }
}

START_TEST(results_are_tap)
{
    char *text = rig_written(tap, NULL);
    ck_assert_str_eq(text, "TAP version 13\n1..3\nok 1 - one.yaml\nnot ok 2 - two \\#2.yaml\n"
                           "# two.yaml:3: expected a < b\n#   seen: \"c\"\n"
                           "not ok 3 - three.yaml\n# it died\001\n");
    free(text);
}
END_TEST

static void junit(const struct trace *t, FILE *out)
{
    (void)t;
    report_junit(rows, 3, "2026-01-31T23:59:59", out);
}

START_TEST(results_are_junit_xml)
{
    char *text = rig_written(junit, NULL);
    ck_assert_str_eq(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"slowwire\" package=\"slowwire\" id=\"0\" hostname=\"localhost\""
        " timestamp=\"2026-01-31T23:59:59\" tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\""
        " time=\"1.502\">\n    <properties/>\n"
        "    <testcase classname=\"slowwire\" name=\"one.yaml\" time=\"1.500\"/>\n"
        "    <testcase classname=\"slowwire\" name=\"two #2.yaml\" time=\"0.002\">\n"
        "      <failure type=\"expectation\" message=\"two.yaml:3: expected a &lt; b\">two.yaml:3: "
        "expected a &lt; b"
        "&#10;  seen: &quot;c&quot;&#10;</failure>\n    </testcase>\n"
        "    <testcase classname=\"slowwire\" name=\"three.yaml\" time=\"0.000\">\n"
        "      <error type=\"run\" message=\"it died?\">it died?</error>\n    </testcase>\n"
        "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
    free(text);
}
END_TEST

/* What a name or message may be made of, and what stands in the report. */
static const struct {
    const char *text, *written;
} xml_texts[] = {
    {"小爱", "小爱"},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
    {"a\x80z", "a?z"},            /* goes on without a beginning */
    {"a\xE5\xB0", "a??"},         /* cut in the middle */
    {"\xC0\xAF", "??"},           /* longer than it need be */
    {"\xE0\x80\xAF", "???"},      /* so is this */
    {"\xED\xA0\x80", "???"},      /* half of a pair of UTF-16 */
    {"\xEF\xBF\xBE", "???"},      /* U+FFFE */
    {"\xF4\x90\x80\x80", "????"}, /* beyond the last */
    {"\t\x1B[1m", "\t?[1m"},
};

static void junit_text(const struct trace *t, FILE *out)
{
    const char *text = (const void *)t;
    const struct report_row row = {text, REPORT_HELD, "", 0};
    report_junit(&row, 1, "2026-01-31T23:59:59", out);
}

START_TEST(xml_holds_characters_only)
{
    char *text = rig_written(junit_text, (const void *)xml_texts[_i].text);
    struct buf name = {0};
    buf_printf(&name, "classname=\"slowwire\" name=\"%s\"", xml_texts[_i].written);
    ck_assert_msg(strstr(text, buf_cstr(&name)), "%s", text);
    buf_free(&name);
    free(text);
}
END_TEST

static void junit_long(const struct trace *t, FILE *out)
{
    const struct report_row row = {"a", REPORT_FAILED, (const void *)t, 0};
    report_junit(&row, 1, "2026-01-31T23:59:59", out);
}

/* A message is cut between characters: 83 of three bytes fit in 250 bytes. */
START_TEST(a_message_is_cut_between_characters)
{
    struct buf detail = {0}, message = {0};
    for (int i = 0; i < 100; i++) {
        buf_printf(&detail, "字");
        buf_printf(&message, i < 83 ? "字" : "");
    }
    buf_printf(&message, "\">");
    char *text = rig_written(junit_long, (const void *)buf_cstr(&detail));
    const char *at = strstr(text, "message=\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(strncmp(at + 9, buf_cstr(&message), message.len), 0);
    buf_free(&detail);
    buf_free(&message);
    free(text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

static void add_pieces(TCase *c)
{
    tcase_add_loop_test(c, a_string_is_escaped_as_rfc_8259_says, 0, COUNT(strings));
    tcase_add_loop_test(c, an_integer_is_printed_as_printf_does, 0, COUNT(integers));
    tcase_add_loop_test(c, a_number_reads_back_as_itself, 0, COUNT(reals));
    tcase_add_test(c, what_is_no_number_is_null);
    tcase_add_loop_test(c, a_wide_character_takes_two_cells, 0, COUNT(widths));
    tcase_add_loop_test(c, text_stays_within_its_cells, 0, COUNT(puts_));
    tcase_add_loop_test(c, a_line_breaks_at_a_blank_or_between_wide_characters, 0, COUNT(wraps));
    tcase_add_test(c, half_a_covered_wide_character_becomes_a_blank);
    tcase_add_test(c, colour_is_for_terminals);
    tcase_add_loop_test(c, a_time_is_told_in_a_fitting_unit, 0, COUNT(times));
    tcase_add_test(c, results_are_tap);
    tcase_add_test(c, results_are_junit_xml);
    tcase_add_loop_test(c, xml_holds_characters_only, 0, COUNT(xml_texts));
    tcase_add_test(c, a_message_is_cut_between_characters);
}

int main(void)
{
    Suite *s = suite_create("export");
    TCase *c = tcase_create("export");
    add_pieces(c);
    tcase_add_loop_test(c, a_record_is_the_line_of_its_number, 0, COUNT(lines));
    tcase_add_test(c, the_summary_holds_the_figures);
    tcase_add_test(c, the_trace_ends_with_the_summary);
    tcase_add_test(c, the_ladder_reads_aloud);
    tcase_add_test(c, the_state_at_a_time_is_told);
    tcase_add_test(c, a_long_run_is_left_out_in_the_middle_unless_the_whole_is_asked_for);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
