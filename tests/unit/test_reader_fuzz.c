/* Whatever bytes come, the reader ends, says something or reads, and loses no memory (the sanitizer
 * presets watch). Valid and broken files are mutated at random, always in the same way. With
 * SLOWWIRE_LONG set, fifty times as often. */
#include "base/draw.h"
#include "base/os.h"
#include "registry.h"
#include "scenario/edit.h"
#include "scenario/read.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 300

static struct buf files[MAX_FILES];
static unsigned file_count;

struct chance {
    struct dice dice;
    uint32_t n;
};

static uint64_t below(struct chance *c, uint64_t range)
{
    return draw_below(draw(&c->dice, 1, c->n++), range);
}

static void collect(void *context, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", (const char *)context, name);
    if (os_is_directory(buf_cstr(&path))) {
        os_list(buf_cstr(&path), collect, buf_cstr(&path));
    } else if (strstr(name, ".yaml") && file_count < MAX_FILES) {
        os_read_file(buf_cstr(&path), SCENARIO_FILE_LIMIT, &files[file_count++]);
    }
    buf_free(&path);
}

static const char *const pieces[] = {
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "- ",
    "\n",
    "\n  ",
    "\n- ",
    "#",
    " #",
    "\"",
    "'",
    "|",
    ">\n",
    "&a ",
    "*a",
    "!!x ",
    "---",
    "...",
    "%",
    "?",
    "~",
    "\t",
    "\r\n",
    "<<:",
    "1e999",
    "-1",
    "nan",
    "0",
    " ms",
    " Mbit/s",
    "日本",
    "\xff",
    "a",
    "from",
    "faults",
    "&a [*a]",
    "99999999999999999999",
    "\\",
    "@",
    "`",
    "\xef\xbb\xbf",
};

/* Replaces a stretch by a piece, by a stretch from elsewhere, or by nothing. */
static void mutate(struct buf *text, struct chance *c)
{
    struct buf out = {0};
    size_t at = below(c, text->len + 1), cut = below(c, 3) ? below(c, 8) : below(c, 200);
    const char *piece = pieces[below(c, sizeof pieces / sizeof *pieces)];
    const struct buf *other = &files[below(c, file_count)];
    size_t from = below(c, other->len + 1), len = below(c, 60);
    buf_add(&out, bytes_of(text->data, at));
    switch (below(c, 3)) {
    case 0: buf_str(&out, piece); break;
    case 1: buf_add(&out, bytes_sub(bytes_of(other->data, other->len), from, len)); break;
    default: break;
    }
    struct bytes rest = bytes_sub(bytes_of(text->data, text->len), at + cut, text->len);
    buf_add(&out, rest);
    buf_free(text);
    *text = out;
}

static void read_and_edit(const char *text)
{
    struct scenario *sc = NULL;
    struct err err = {.lang = LANG_ZH}, editing = {0};
    struct buf said = {0}, out = {0};
    bool good = scenario_read_text("fuzz.yaml", text, registry(), NULL, 0, &sc, &err);
    err_format(&err, &said);
    ck_assert_int_eq(good, err.errors == 0);
    ck_assert_int_eq(good, sc != NULL);
    ck_assert_msg(good || said.len > 0, "refused without a word:\n%s", text);
    if (good && edit_add_fault(text, "drop: {nth: 3}", &out, &editing)) {
        struct scenario *now = NULL;
        ck_assert_msg(
            scenario_read_text("fuzz.yaml", buf_cstr(&out), registry(), NULL, 0, &now, &editing),
            "edited:\n%s", buf_cstr(&out));
        ck_assert_uint_eq(now->fault_count, sc->fault_count + 1);
        scenario_free(now);
    }
    scenario_free(sc);
    err_free(&err);
    err_free(&editing);
    buf_free(&said);
    buf_free(&out);
}

START_TEST(no_mutation_breaks_the_reader)
{
    unsigned rounds = getenv("SLOWWIRE_LONG") ? 100000 : 2000;
    ck_assert_uint_ge(file_count, 60);
    for (unsigned i = 0; i < rounds; i++) {
        struct chance c = {.dice = dice_make(i, "fuzz")};
        struct buf text = {0};
        const struct buf *start = &files[below(&c, file_count)];
        buf_add(&text, bytes_of(start->data, start->len));
        for (uint64_t n = 1 + below(&c, 4); n > 0; n--) {
            mutate(&text, &c);
        }
        read_and_edit(buf_cstr(&text));
        buf_free(&text);
    }
}
END_TEST

/* Files that are large or deep in one way; each must be read or refused within a moment. */
static const struct {
    const char *before, *repeated, *after;
    unsigned times;
} large[] = {
    {"", "[", "", 1000000},
    {"a: ", "{a: ", "", 300000},
    {"", "- ", "", 500000},
    {"", "a", "", 4000000},
    {"a: \"", "\\\"", "", 1000000},
    {"hosts: {a: 10.0.0.1}\nlinks: [", "{between: [a, b]},", "]\n", 100000},
    {"hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks:\n", "  - {between: [a, b], delya: 5}\n", "", 9000},
    {"hosts:\n", "  a: 10.0.0.1\n", "", 100000},
    {"hosts: {a: 10.0.0.1}\n", "x: y\n", "", 200000},
    {"hosts: {a: 10.0.0.1}\nrouters: {R: {addresses: [", "10.1.1.1, ", "10.1.1.2]}}\n", 200000},
    {"hosts: {a: 10.0.0.1}\nscript:\n", "  - {at: 1 s, a: connect a:80}\n", "", 90000},
    {"", "\n", "", 4000000},
    {"", "# c\n", "", 1000000},
    {"a: &a [", "*a,", "]", 100000},
    {"a: &a 1\nb: [", "*a,", "]", 400000},
    {"hosts: {a: 10.0.0.1, b: 10.0.0.2}\nfaults:\n", "  - drop: {from: a, nth: 1}\n", "", 9000},
    {"hosts: {a: 10.0.0.1}\nexpect:\n  - exchange:\n", "      - {from: a, at: 1 s}\n", "", 50000},
};

START_TEST(large_files_are_told_at_once)
{
    struct buf text = {0};
    buf_str(&text, large[_i].before);
    for (unsigned n = 0; n < large[_i].times; n++) {
        buf_str(&text, large[_i].repeated);
    }
    buf_str(&text, large[_i].after);
    int64_t begin = os_wall_ns();
    struct scenario *sc = NULL;
    struct err err = {0};
    scenario_read_text("large.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    ck_assert_int_lt(os_wall_ns() - begin, INT64_C(20000000000));
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
}
END_TEST

int main(void)
{
    os_list(SOURCE_DIR "/scenarios", collect, SOURCE_DIR "/scenarios");
    os_list(SOURCE_DIR "/tests/broken", collect, SOURCE_DIR "/tests/broken");
    Suite *s = suite_create("reader fuzz");
    TCase *t = tcase_create("bytes");
    tcase_set_timeout(t, 1200);
    tcase_add_test(t, no_mutation_breaks_the_reader);
    tcase_add_loop_test(t, large_files_are_told_at_once, 0, (int)(sizeof large / sizeof *large));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    for (unsigned i = 0; i < file_count; i++) {
        buf_free(&files[i]);
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
