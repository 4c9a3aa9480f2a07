/* The shipped faces: they cover what people read, digits stand in columns, and one code point is
 * one glyph with one advance (no table substitutes glyphs, and pairs are kerned only by `kern`). */
#include "base/os.h"
#include "base/words.h"

#include <check.h>
#include <ft2build.h>
#include <stdlib.h>
#include <string.h>
#include FT_FREETYPE_H
#include FT_TRUETYPE_TABLES_H

static FT_Library library;

static void start(void)
{
    ck_assert_int_eq(FT_Init_FreeType(&library), 0);
}

static void stop(void)
{
    FT_Done_FreeType(library);
}

static FT_Face face_open(const char *name)
{
    char path[1024];
    FT_Face face = NULL;
    snprintf(path, sizeof path, "%s/assets/fonts/%s", SOURCE_DIR, name);
    ck_assert_msg(FT_New_Face(library, path, 0, &face) == 0, "%s cannot be opened", path);
    return face;
}

/* The next code point of zero-terminated UTF-8 that is known to be well formed. */
static FT_ULong next_point(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    unsigned more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc0 ? 1 : 0;
    FT_ULong point = more ? p[0] & (0x3fu >> more) : p[0];
    for (unsigned i = 1; i <= more; i++) {
        point = point << 6 | (p[i] & 0x3f);
    }
    *text += 1 + more;
    return point;
}

/* Adds what neither face has to `missing`, as " U+XXXX (where)". */
static void look_for(FT_Face latin, FT_Face han, const char *text, const char *where,
                     struct buf *missing)
{
    while (*text) {
        FT_ULong point = next_point(&text);
        if (point >= ' ' && !FT_Get_Char_Index(latin, point) && !FT_Get_Char_Index(han, point)) {
            buf_printf(missing, " U+%04lX (%s)", point, where);
        }
    }
}

/* A weight of text: the face of letters, and the one that Chinese falls back to. */
static const struct {
    const char *latin, *han;
} weights[] = {
    {"Inter-Regular.ttf", "NotoSansSC-Regular.otf"},
    {"Inter-Medium.ttf", "NotoSansSC-Regular.otf"},
    {"Inter-Medium.ttf", "NotoSansSC-Bold.otf"},
    {"Inter-SemiBold.ttf", "NotoSansSC-Bold.otf"},
    {"JetBrainsMono-Regular.ttf", "NotoSansSC-Regular.otf"},
    {"JetBrainsMono-SemiBold.ttf", "NotoSansSC-Bold.otf"},
};

START_TEST(every_text_of_the_catalogue_is_covered)
{
    FT_Face latin = face_open(weights[_i].latin), han = face_open(weights[_i].han);
    struct buf missing = {0};
    for (size_t i = 0; i < word_count; i++) {
        for (int l = 0; l < LANG_COUNT; l++) {
            look_for(latin, han, word_table[i].text[l], word_table[i].key, &missing);
        }
    }
    ck_assert_msg(missing.len == 0, "no glyph for%s", buf_cstr(&missing));
    buf_free(&missing);
    FT_Done_Face(latin);
    FT_Done_Face(han);
}
END_TEST

struct reading {
    const char *folder;
    FT_Face latin, han;
    struct buf *missing;
    unsigned files;
};

static void read_scenario(void *context, const char *name)
{
    struct reading *r = context;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    size_t n = strlen(name);
    if (os_is_directory(path)) {
        struct reading inner = *r;
        inner.folder = path;
        ck_assert(os_list(path, read_scenario, &inner));
        r->files = inner.files;
    } else if (n > 5 && strcmp(name + n - 5, ".yaml") == 0) {
        struct buf text = {0};
        ck_assert(os_read_file(path, 10000000, &text));
        look_for(r->latin, r->han, buf_cstr(&text), name, r->missing);
        buf_free(&text);
        r->files++;
    }
}

START_TEST(every_bundled_scenario_is_covered)
{
    struct buf missing = {0};
    struct reading r = {.folder = SOURCE_DIR "/scenarios",
                        .latin = face_open(weights[_i].latin),
                        .han = face_open(weights[_i].han),
                        .missing = &missing};
    ck_assert(os_list(r.folder, read_scenario, &r));
    ck_assert_uint_gt(r.files, 0);
    ck_assert_msg(missing.len == 0, "no glyph for%s", buf_cstr(&missing));
    buf_free(&missing);
    FT_Done_Face(r.latin);
    FT_Done_Face(r.han);
}
END_TEST

START_TEST(a_missing_glyph_is_noticed)
{
    FT_Face latin = face_open(weights[0].latin), han = face_open(weights[0].han);
    struct buf missing = {0};
    look_for(latin, han, "a慢→", "good", &missing);
    ck_assert_uint_eq(missing.len, 0);
    look_for(latin, han, "a\xf0\x93\x80\x80慢\xe1\x8e\xa0", "bad", &missing);
    ck_assert_str_eq(buf_cstr(&missing), " U+13000 (bad) U+13A0 (bad)");
    buf_free(&missing);
    FT_Done_Face(latin);
    FT_Done_Face(han);
}
END_TEST

static const char *const faces[] = {
    "Inter-Regular.ttf",         "Inter-Medium.ttf",           "Inter-SemiBold.ttf",
    "JetBrainsMono-Regular.ttf", "JetBrainsMono-SemiBold.ttf", "NotoSansSC-Regular.otf",
    "NotoSansSC-Bold.otf",
};

static FT_Pos advance_of(FT_Face face, FT_ULong point)
{
    ck_assert_int_eq(FT_Load_Char(face, point, FT_LOAD_NO_SCALE), 0);
    return face->glyph->metrics.horiAdvance;
}

START_TEST(digits_have_one_width)
{
    FT_Face face = face_open(faces[_i]);
    for (FT_ULong digit = '1'; digit <= '9'; digit++) {
        ck_assert_int_eq(advance_of(face, digit), advance_of(face, '0'));
    }
    FT_Done_Face(face);
}
END_TEST

/* Else a counter would jitter. */
START_TEST(no_digit_is_kerned)
{
    FT_Face face = face_open(faces[_i]);
    for (FT_ULong left = '!'; left <= '~'; left++) {
        for (FT_ULong digit = '0'; digit <= '9'; digit++) {
            FT_UInt a = FT_Get_Char_Index(face, left), b = FT_Get_Char_Index(face, digit);
            FT_Vector before, after;
            ck_assert_int_eq(FT_Get_Kerning(face, a, b, FT_KERNING_UNSCALED, &before), 0);
            ck_assert_int_eq(FT_Get_Kerning(face, b, a, FT_KERNING_UNSCALED, &after), 0);
            ck_assert(before.x == 0 && after.x == 0);
        }
    }
    FT_Done_Face(face);
}
END_TEST

START_TEST(nothing_replaces_a_glyph)
{
    static const char *const tables[] = {"GSUB", "GPOS"};
    FT_Face face = face_open(faces[_i]);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *t = tables[i];
        FT_ULong length = 0;
        FT_ULong tag = FT_MAKE_TAG(t[0], t[1], t[2], t[3]);
        ck_assert_int_ne(FT_Load_Sfnt_Table(face, tag, 0, NULL, &length), 0);
    }
    ck_assert_int_eq(FT_Get_FSType_Flags(face), FT_FSTYPE_INSTALLABLE_EMBEDDING);
    FT_Done_Face(face);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
    Suite *suite = suite_create("fonts");
    TCase *c = tcase_create("fonts");
    tcase_add_checked_fixture(c, start, stop);
    tcase_add_loop_test(c, every_text_of_the_catalogue_is_covered, 0, ROWS(weights));
    tcase_add_loop_test(c, every_bundled_scenario_is_covered, 0, ROWS(weights));
    tcase_add_test(c, a_missing_glyph_is_noticed);
    tcase_add_loop_test(c, digits_have_one_width, 0, ROWS(faces));
    tcase_add_loop_test(c, no_digit_is_kerned, 0, ROWS(faces));
    tcase_add_loop_test(c, nothing_replaces_a_glyph, 0, ROWS(faces));
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
