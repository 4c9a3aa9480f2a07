/* Twenty captions of four scenarios, read in a row, in both languages: tests/captions holds
 * them as they are read, and a change of any is seen as text. UPDATE_CAPTIONS=1 writes them anew;
 * with file names after it the program prints their captions and tests nothing. */
#include "base/os.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "trace/story.h"
#include "wire/dissect.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPTIONS 20u

static const char *const told[] = {"arq/gbn-frame-lost", "tcp/congestion-control",
                                   "dhcp/life-of-a-lease", "app/http-nagle"};
#define TOLD (int)(sizeof told / sizeof *told)

static const struct story_wire wire = {packet_field, packet_label, true};

/* One text of the caption, its packets by their labels. */
static void add(struct buf *out, const struct trace *t, uint32_t record, enum lang lang,
                void (*text)(const struct trace *, const struct story_wire *, uint32_t, enum lang,
                             struct buf *))
{
    struct buf marked = {0}, plain = {0};
    text(t, &wire, record, lang, &marked);
    story_plain(t, &wire, bytes_of(marked.data, marked.len), &plain);
    plain.len = text_close_gaps((char *)plain.data, plain.len);
    buf_add(out, bytes_of(plain.data, plain.len));
    buf_free(&marked);
    buf_free(&plain);
}

static void captions(const char *path, enum lang lang, uint32_t most, struct buf *out)
{
    struct scenario *sc;
    struct err err = {0};
    struct trace t = {0};
    struct story story;
    const struct run_options watch = {.watch = true};
    if (!scenario_read(path, registry(), NULL, 0, &sc, &err) ||
        !run_scenario(sc, &watch, &t, &err)) {
        err_print(&err, stderr, false);
        exit(2);
    }
    story_make(&t, &story);
    buf_str(out, sc->title[lang]);
    buf_str(out, "\n");
    for (uint32_t i = 0; i < story.count && i < most; i++) {
        char number[16];
        snprintf(number, sizeof number, "\n%2u  ", i + 1);
        buf_str(out, number);
        add(out, &t, story.steps[i].record, lang, story_headline);
        buf_str(out, "\n    ");
        add(out, &t, story.steps[i].record, lang, story_reason);
        buf_str(out, "\n");
    }
    story_free(&story);
    trace_free(&t);
    scenario_free(sc);
}

static void golden_path(int i, enum lang lang, char *buf, size_t size)
{
    const char *slash = strchr(told[i], '/');
    snprintf(buf, size, SOURCE_DIR "/tests/captions/%s.%s.txt", slash + 1, lang_code(lang));
}

START_TEST(twenty_captions_tell_the_story)
{
    char path[512], golden[512];
    snprintf(path, sizeof path, SOURCE_DIR "/scenarios/%s.yaml", told[_i]);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct buf now = {0}, kept = {0};
        captions(path, (enum lang)lang, CAPTIONS, &now);
        golden_path(_i, (enum lang)lang, golden, sizeof golden);
        if (getenv("UPDATE_CAPTIONS")) {
            struct os_out out;
            ck_assert(os_out_open(&out, golden));
            fputs(buf_cstr(&now), out.file);
            ck_assert(os_out_commit(&out));
        }
        ck_assert_msg(os_read_file(golden, 1 << 20, &kept), "%s is not there", golden);
        ck_assert_msg(strcmp(buf_cstr(&now), buf_cstr(&kept)) == 0, "%s reads otherwise now:\n%s",
                      golden, buf_cstr(&now));
        buf_free(&now);
        buf_free(&kept);
    }
}
END_TEST

/* The look's "Words": about 90 and 170 characters at most, in Chinese 40 and 75; a packet counts as
 * its label. None is without a headline, and a sentence ends as a sentence does. */
static bool is_ended(const char *line, enum lang lang)
{
    static const char *const ends[LANG_COUNT][4] = {{".", "?", ":", NULL},
                                                    {"。", "？", "：", NULL}};
    for (unsigned i = 0; ends[lang][i]; i++) {
        size_t n = strlen(ends[lang][i]);
        if (strlen(line) >= n && strcmp(line + strlen(line) - n, ends[lang][i]) == 0) {
            return true;
        }
    }
    return false;
}

START_TEST(each_is_a_sentence)
{
    char path[512];
    snprintf(path, sizeof path, SOURCE_DIR "/scenarios/%s.yaml", told[_i]);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct buf all = {0};
        captions(path, (enum lang)lang, CAPTIONS, &all);
        unsigned headlines = 0;
        for (char *line = strtok((char *)buf_cstr(&all), "\n"); line; line = strtok(NULL, "\n")) {
            if (strchr(" 12", line[0]) && strlen(line) > 4 && line[2] == ' ' && line[3] == ' ') {
                headlines += line[1] != ' ';
                line[4] != '\0' ? ck_assert_msg(is_ended(line, (enum lang)lang), "%s", line)
                                : (void)0;
            }
        }
        ck_assert_uint_eq(headlines, CAPTIONS);
        buf_free(&all);
    }
}
END_TEST

static void print_captions(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct buf out = {0};
            captions(argv[i], (enum lang)lang, UINT32_MAX, &out);
            puts(buf_cstr(&out));
            buf_free(&out);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        print_captions(argc, argv);
        return 0;
    }
    Suite *suite = suite_create("captions");
    TCase *c = tcase_create("captions");
    suite_add_tcase(suite, c);
    tcase_add_loop_test(c, twenty_captions_tell_the_story, 0, TOLD);
    tcase_add_loop_test(c, each_is_a_sentence, 0, TOLD);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
