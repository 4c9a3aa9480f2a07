/* Quantities: what is read as what, exactly; what is refused and why; printing reads back. */
#include "base/simtime.h"
#include "scenario/quantity.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))
#define MIN_        (60 * SIM_S)

/* One row = one sentence: .text as .q is .value of its base unit. */
static const struct {
    const char *text;
    enum quantity q;
    int64_t value;
} good[] = {
    {"20 ms", QUANTITY_TIME, 20 * SIM_MS},
    {"20ms", QUANTITY_TIME, 20 * SIM_MS},
    {"1.5 s", QUANTITY_TIME, 1500 * SIM_MS},
    {"1.5s", QUANTITY_TIME, 1500 * SIM_MS},
    {"0.1 ms", QUANTITY_TIME, 100 * SIM_US},
    {"0 s", QUANTITY_TIME, 0},
    {"0.0 ns", QUANTITY_TIME, 0},
    {".5 s", QUANTITY_TIME, 500 * SIM_MS},
    {"1 ns", QUANTITY_TIME, 1},
    {"7 us", QUANTITY_TIME, 7 * SIM_US},
    {"7 µs", QUANTITY_TIME, 7 * SIM_US},
    {"7 μs", QUANTITY_TIME, 7 * SIM_US},
    {"2 min", QUANTITY_TIME, 2 * MIN_},
    {"1 h", QUANTITY_TIME, 60 * MIN_},
    {"3 d", QUANTITY_TIME, 3 * 24 * 60 * MIN_},
    {"0.1 min", QUANTITY_TIME, 6 * SIM_S},
    {"0.000000001 s", QUANTITY_TIME, 1},
    {"1e3 ms", QUANTITY_TIME, SIM_S},
    {"1e-3 s", QUANTITY_TIME, SIM_MS},
    {"0.300000000 s", QUANTITY_TIME, 300 * SIM_MS},
    {"0.3000000000000000000000000000000 s", QUANTITY_TIME, 300 * SIM_MS},
    {"9223372036 s", QUANTITY_TIME, INT64_C(9223372036) * SIM_S},
    {"0000000000000000000000000000000000000001 s", QUANTITY_TIME, SIM_S},
    {"10 Mbit/s", QUANTITY_RATE, 10000000},
    {"1.544 Mbit/s", QUANTITY_RATE, 1544000},
    {"9600 bit/s", QUANTITY_RATE, 9600},
    {"100 kbit/s", QUANTITY_RATE, 100000},
    {"1 Gbit/s", QUANTITY_RATE, 1000000000},
    {"3 kB", QUANTITY_BYTES, 3000},
    {"3 KiB", QUANTITY_BYTES, 3072},
    {"1.5 KiB", QUANTITY_BYTES, 1536},
    {"1000 B", QUANTITY_BYTES, 1000},
    {"1 MB", QUANTITY_BYTES, 1000000},
    {"1 MiB", QUANTITY_BYTES, 1048576},
    {"2 GB", QUANTITY_BYTES, 2000000000},
    {"5 %", QUANTITY_CHANCE, 50000000},
    {"5%", QUANTITY_CHANCE, 50000000},
    {"0.1 %", QUANTITY_CHANCE, 1000000},
    {"50 ppm", QUANTITY_CHANCE, 50000},
    {"100 %", QUANTITY_CHANCE, 1000000000},
    {"0 %", QUANTITY_CHANCE, 0},
    {"1e-6", QUANTITY_BIT_ERROR, INT64_C(1000000000000)},
    {"0.000001", QUANTITY_BIT_ERROR, INT64_C(1000000000000)},
    {"1 ppm", QUANTITY_BIT_ERROR, INT64_C(1000000000000)},
    {"1", QUANTITY_BIT_ERROR, INT64_C(1000000000000000000)},
    {"1e-18", QUANTITY_BIT_ERROR, 1},
    {"20 packets", QUANTITY_PACKETS, 20},
    {"1 packet", QUANTITY_PACKETS, 1},
    {"20 /s", QUANTITY_FREQUENCY, INT64_C(20000000000)},
    {"0.5/s", QUANTITY_FREQUENCY, 500000000},
    {"50 ppm", QUANTITY_DRIFT, 50000},
    {"10", QUANTITY_COUNT, 10},
    {"1e3", QUANTITY_COUNT, 1000},
    {"2.0", QUANTITY_COUNT, 2},
    {"-0", QUANTITY_COUNT, 0},
    {"+5", QUANTITY_COUNT, 5},
};

START_TEST(a_quantity_is_read_exactly)
{
    int64_t value = -77;
    ck_assert_msg(quantity_parse(good[_i].text, good[_i].q, false, &value, NULL) == VALUE_GOOD,
                  "%s", good[_i].text);
    ck_assert_int_eq(value, good[_i].value);
}
END_TEST

START_TEST(a_printed_quantity_reads_back)
{
    char text[48];
    int64_t value = -77;
    quantity_print(good[_i].value, good[_i].q, text);
    ck_assert_msg(quantity_parse(text, good[_i].q, false, &value, NULL) == VALUE_GOOD, "%s", text);
    ck_assert_int_eq(value, good[_i].value);
}
END_TEST

static const struct {
    const char *text;
    enum quantity q;
    enum value_fault fault;
} bad[] = {
    {"20", QUANTITY_TIME, VALUE_NO_UNIT},
    {"0", QUANTITY_TIME, VALUE_NO_UNIT},
    {"0.05", QUANTITY_CHANCE, VALUE_NO_UNIT},
    {"20", QUANTITY_PACKETS, VALUE_NO_UNIT},
    {"20 mss", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"20 MS", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"20 m s", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"20 ms ", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"10 Mbps", QUANTITY_RATE, VALUE_BAD_UNIT},
    {"1 KB", QUANTITY_BYTES, VALUE_BAD_UNIT},
    {"1,5 s", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"1.5.2 s", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"1e s", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"0x10 s", QUANTITY_TIME, VALUE_BAD_UNIT},
    {"5 B", QUANTITY_COUNT, VALUE_HAS_UNIT},
    {"", QUANTITY_TIME, VALUE_NO_NUMBER},
    {"ms", QUANTITY_TIME, VALUE_NO_NUMBER},
    {"-", QUANTITY_COUNT, VALUE_NO_NUMBER},
    {"--5 s", QUANTITY_TIME, VALUE_NO_NUMBER},
    {". s", QUANTITY_TIME, VALUE_NO_NUMBER},
    {"e5 s", QUANTITY_TIME, VALUE_NO_NUMBER},
    {"nan", QUANTITY_TIME, VALUE_NOT_FINITE},
    {".NaN", QUANTITY_COUNT, VALUE_NOT_FINITE},
    {"-.inf", QUANTITY_RATE, VALUE_NOT_FINITE},
    {"Infinity", QUANTITY_RATE, VALUE_NOT_FINITE},
    {"-1 ms", QUANTITY_TIME, VALUE_NEGATIVE},
    {"-1", QUANTITY_COUNT, VALUE_NEGATIVE},
    {"9223372037 s", QUANTITY_TIME, VALUE_TOO_LARGE},
    {"9223372036854775807 ns", QUANTITY_TIME, VALUE_TOO_LARGE},
    {"9223372036854775808", QUANTITY_COUNT, VALUE_TOO_LARGE},
    {"99999999999999999999999999999999999999999", QUANTITY_COUNT, VALUE_TOO_LARGE},
    {"1e99999999999 s", QUANTITY_TIME, VALUE_TOO_LARGE},
    {"200000 d", QUANTITY_TIME, VALUE_TOO_LARGE},
    {"0.5 ns", QUANTITY_TIME, VALUE_TOO_FINE},
    {"1e-99999999999 s", QUANTITY_TIME, VALUE_TOO_FINE},
    {"0.1 B", QUANTITY_BYTES, VALUE_TOO_FINE},
    {"0.3333333333333 s", QUANTITY_TIME, VALUE_TOO_FINE},
    {"2.5", QUANTITY_COUNT, VALUE_TOO_FINE},
    {"0.00000001 %", QUANTITY_CHANCE, VALUE_TOO_FINE},
    {"101 %", QUANTITY_CHANCE, VALUE_NOT_CHANCE},
    {"1000001 ppm", QUANTITY_CHANCE, VALUE_NOT_CHANCE},
    {"1.5", QUANTITY_BIT_ERROR, VALUE_NOT_CHANCE},
};

START_TEST(what_is_no_quantity_is_refused_for_the_right_reason)
{
    int64_t value = -77;
    ck_assert_msg(quantity_parse(bad[_i].text, bad[_i].q, false, &value, NULL) == bad[_i].fault,
                  "%s", bad[_i].text);
    ck_assert_int_eq(value, -77);
}
END_TEST

START_TEST(only_clocks_run_behind)
{
    int64_t value;
    ck_assert_int_eq(quantity_parse("-20 ms", QUANTITY_TIME, true, &value, NULL), VALUE_GOOD);
    ck_assert_int_eq(value, -20 * SIM_MS);
    ck_assert_int_eq(quantity_parse("-0.5 ppm", QUANTITY_DRIFT, true, &value, NULL), VALUE_GOOD);
    ck_assert_int_eq(value, -500);
}
END_TEST

static const struct {
    int64_t value;
    enum quantity q;
    const char *text;
} printed[] = {
    {0, QUANTITY_TIME, "0 s"},
    {118 * SIM_MS, QUANTITY_TIME, "118 ms"},
    {1500 * SIM_MS, QUANTITY_TIME, "1.5 s"},
    {90 * SIM_S, QUANTITY_TIME, "90 s"},
    {1234567, QUANTITY_TIME, "1234.567 us"},
    {12345678901, QUANTITY_TIME, "12345678.901 us"},
    {1, QUANTITY_TIME, "1 ns"},
    {-20 * SIM_MS, QUANTITY_TIME, "-20 ms"},
    {10000000, QUANTITY_RATE, "10 Mbit/s"},
    {1000, QUANTITY_BYTES, "1 kB"},
    {1024, QUANTITY_BYTES, "1 KiB"},
    {65535, QUANTITY_BYTES, "65535 B"},
    {50000000, QUANTITY_CHANCE, "5 %"},
    {50000, QUANTITY_CHANCE, "50 ppm"},
    {12345, QUANTITY_COUNT, "12345"},
    {INT64_C(1000000000000), QUANTITY_BIT_ERROR, "1 ppm"},
    {INT64_MAX - 1, QUANTITY_TIME, "9223372036854775.806 us"},
};

START_TEST(a_quantity_is_printed_as_one_would_write_it)
{
    char text[48];
    ck_assert_str_eq(quantity_print(printed[_i].value, printed[_i].q, text), printed[_i].text);
}
END_TEST

static const struct {
    const char *text;
    double value;
    const char *rest;
} reals[] = {
    {"0.25", 0.25, ""}, {"1", 1, ""},     {"-3.5 x", -3.5, " x"}, {"1e3", 1000, ""},
    {"0.1", 0.1, ""},   {"5 %", 5, " %"}, {"1e-6", 1e-6, ""},     {"0.999999999", 0.999999999, ""},
    {"1e22", 1e22, ""},
};

START_TEST(a_real_number_is_the_nearest_double)
{
    double value = NAN;
    const char *rest = NULL;
    ck_assert(real_parse(reals[_i].text, &value, &rest));
    ck_assert(value == reals[_i].value);
    ck_assert_str_eq(rest, reals[_i].rest);
}
END_TEST

static const struct {
    const char *text;
    int on; /* -1: no switch */
} switches[] = {
    {"on", 1},    {"off", 0}, {"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {"On", 1},
    {"FALSE", 0}, {"Yes", 1}, {"", -1},   {"o", -1}, {"onn", -1}, {"0", -1},    {"y", -1},
};

START_TEST(switches_take_the_words_of_all_editors)
{
    bool on = false;
    bool good_word = switch_parse(switches[_i].text, &on);
    ck_assert_int_eq(good_word ? on : -1, switches[_i].on);
}
END_TEST

static const struct {
    enum quantity q;
    const char *unit, *meant;
} spellings[] = {
    {QUANTITY_RATE, "Mbps", "Mbit/s"}, {QUANTITY_RATE, "mbit/s", "Mbit/s"},
    {QUANTITY_TIME, "sec", "s"},       {QUANTITY_TIME, "Seconds", "s"},
    {QUANTITY_BYTES, "KB", "kB"},      {QUANTITY_BYTES, "bytes", "B"},
    {QUANTITY_CHANCE, "percent", "%"}, {QUANTITY_TIME, "Mbps", NULL},
    {QUANTITY_TIME, "parsec", NULL},
};

START_TEST(other_spellings_of_units_are_known)
{
    const char *meant = quantity_unit_meant(spellings[_i].q, spellings[_i].unit);
    ck_assert_pstr_eq(meant, spellings[_i].meant);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("quantity");
    TCase *t = tcase_create("tables");
    tcase_add_loop_test(t, a_quantity_is_read_exactly, 0, ROWS(good));
    tcase_add_loop_test(t, a_printed_quantity_reads_back, 0, ROWS(good));
    tcase_add_loop_test(t, what_is_no_quantity_is_refused_for_the_right_reason, 0, ROWS(bad));
    tcase_add_test(t, only_clocks_run_behind);
    tcase_add_loop_test(t, a_quantity_is_printed_as_one_would_write_it, 0, ROWS(printed));
    tcase_add_loop_test(t, a_real_number_is_the_nearest_double, 0, ROWS(reals));
    tcase_add_loop_test(t, switches_take_the_words_of_all_editors, 0, ROWS(switches));
    tcase_add_loop_test(t, other_spellings_of_units_are_known, 0, ROWS(spellings));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
