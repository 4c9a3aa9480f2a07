/* The faces and their glyphs: FreeType stays in this file. Two tables grow as text is met: code
 * point to glyph and advance, and glyph at a size to coverage. Advances are the font's own,
 * unhinted; hinting moves outlines up and down only, so that it never changes where a glyph stands.
 */

#include "ui/fonts.h"

#include "base/os.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#define ASCII          128
#define POOL_BYTES_MAX (8u << 20) /* coverage kept before the cache starts anew */

struct code_row {
    uint32_t key; /* face and code point, plus one; 0: free */
    struct slot slot;
};

struct cover_row {
    uint64_t key; /* 0: free */
    size_t at;    /* in the pool */
    int left, top, w, h;
};

struct fonts {
    FT_Library library;
    FT_Face face[FACE_COUNT];
    struct face_metrics metrics[FACE_COUNT];
    int16_t *kern[FACE_COUNT][ASCII]; /* font units by left and right; NULL: not read yet */
    struct code_row *code;
    size_t code_count, code_cap; /* cap is a power of two */
    struct cover_row *cover;
    size_t cover_count, cover_cap;
    struct buf pool;
};

static const char *const files[FACE_COUNT] = {
    [FACE_SANS] = "Inter-Regular.ttf",
    [FACE_SANS_MEDIUM] = "Inter-Medium.ttf",
    [FACE_SANS_SEMIBOLD] = "Inter-SemiBold.ttf",
    [FACE_MONO] = "JetBrainsMono-Regular.ttf",
    [FACE_MONO_SEMIBOLD] = "JetBrainsMono-SemiBold.ttf",
    [FACE_CJK] = "NotoSansSC-Regular.otf",
    [FACE_CJK_BOLD] = "NotoSansSC-Bold.otf",
};

/* Opening. */

static double height_of(FT_Face face, FT_ULong letter)
{
    if (FT_Load_Char(face, letter, FT_LOAD_NO_SCALE)) {
        return 0.72 * face->units_per_EM;
    }
    return (double)face->glyph->metrics.horiBearingY;
}

static bool open_face(struct fonts *f, int i, const char *directory)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/%s", directory, files[i]);
    FT_Face face;
    if (FT_New_Face(f->library, path, 0, &face)) {
        return false;
    }
    f->face[i] = face;
    double em = face->units_per_EM;
    f->metrics[i] = (struct face_metrics){face->ascender / em, -face->descender / em,
                                          height_of(face, 'H') / em};
    return true;
}

/* Where assets/fonts may lie, seen from the program: installed, or in the build tree. */
static bool find_directory(char *out, size_t size)
{
    static const char *const places[] = {
        "assets/fonts",
        "../share/slowwire/fonts",
        "../share/slowwire/assets/fonts",
        "../assets/fonts",
        "../../assets/fonts",
        "../../../assets/fonts",
        "../../../../assets/fonts",
    };
    char program[768];
    os_program_directory(program, sizeof program);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(out, size, "%s/%s", program, places[i]);
        if (os_is_directory(out)) {
            return true;
        }
    }
    return false;
}

struct fonts *fonts_new(const char *directory, struct err *err)
{
    char found[1024] = "";
    if (!directory && !find_directory(found, sizeof found)) {
        err_fail(err, "window.no-fonts", NULL);
        return NULL;
    }
    directory = directory ? directory : found;
    struct fonts *f = os_alloc(sizeof *f);
    if (FT_Init_FreeType(&f->library)) {
        os_out_of_memory();
    }
    for (int i = 0; i < FACE_COUNT; i++) {
        if (!open_face(f, i, directory)) {
            err_fail(err, "window.bad-font", "file", files[i], "directory", directory, NULL);
            fonts_free(f);
            return NULL;
        }
    }
    return f;
}

void fonts_free(struct fonts *f)
{
    if (!f) {
        return;
    }
    FT_Done_FreeType(f->library);
    for (int i = 0; i < FACE_COUNT * ASCII; i++) {
        free(f->kern[i / ASCII][i % ASCII]);
    }
    free(f->code);
    free(f->cover);
    buf_free(&f->pool);
    free(f);
}

void *fonts_face(const struct fonts *f, enum face face)
{
    return f->face[face];
}

struct face_metrics fonts_metrics(const struct fonts *f, enum face face)
{
    return f->metrics[face];
}

/* Code point to glyph. */

static size_t mix(uint64_t key)
{
    key ^= key >> 31;
    key *= UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(key >> 20);
}

static struct code_row *code_find(struct code_row *rows, size_t cap, uint32_t key)
{
    size_t i = mix(key) & (cap - 1);
    while (rows[i].key && rows[i].key != key) {
        i = (i + 1) & (cap - 1);
    }
    return &rows[i];
}

static void code_grow(struct fonts *f)
{
    size_t cap = f->code_cap ? f->code_cap * 2 : 1024;
    struct code_row *rows = os_alloc(cap * sizeof *rows);
    for (size_t i = 0; i < f->code_cap; i++) {
        if (f->code[i].key) {
            *code_find(rows, cap, f->code[i].key) = f->code[i];
        }
    }
    free(f->code);
    f->code = rows;
    f->code_cap = cap;
}

static enum face cjk_face(enum face wanted)
{
    return wanted == FACE_SANS_SEMIBOLD || wanted == FACE_MONO_SEMIBOLD || wanted == FACE_CJK_BOLD
               ? FACE_CJK_BOLD
               : FACE_CJK;
}

/* Faces in the order in which they are asked: Han from the CJK faces, all else from the wanted one;
 * the bold CJK face has fewer characters than the regular one. */
static struct slot slot_make(struct fonts *f, enum face wanted, uint32_t code)
{
    enum face order[] = {text_is_cjk(code) ? cjk_face(wanted) : wanted, FACE_SANS, cjk_face(wanted),
                         FACE_CJK};
    struct slot s = {wanted, 0, 0};
    for (size_t i = 0; i < sizeof order / sizeof *order && !s.index; i++) {
        s.index = FT_Get_Char_Index(f->face[order[i]], code);
        s.face = s.index ? order[i] : wanted;
    }
    FT_Face face = f->face[s.face];
    if (!FT_Load_Glyph(face, s.index, FT_LOAD_NO_SCALE)) {
        s.em = (double)face->glyph->metrics.horiAdvance / face->units_per_EM;
    }
    return s;
}

struct slot fonts_slot(struct fonts *f, enum face face, uint32_t code)
{
    if (2 * f->code_count >= f->code_cap) {
        code_grow(f);
    }
    uint32_t key = ((uint32_t)face << 21 | code) + 1;
    struct code_row *row = code_find(f->code, f->code_cap, key);
    if (!row->key) {
        *row = (struct code_row){key, slot_make(f, face, code)};
        f->code_count++;
    }
    return row->slot;
}

/* Kerning: the faces have pairs of ASCII only. A row is read when its left letter is first met. */
static int16_t *kern_row(FT_Face face, uint32_t left)
{
    int16_t *row = os_alloc(ASCII * sizeof *row);
    FT_UInt from = FT_Get_Char_Index(face, left);
    for (uint32_t right = '!'; right < ASCII; right++) {
        FT_Vector v;
        if (!FT_Get_Kerning(face, from, FT_Get_Char_Index(face, right), FT_KERNING_UNSCALED, &v)) {
            row[right] = (int16_t)v.x;
        }
    }
    return row;
}

double fonts_kern(struct fonts *f, enum face face, uint32_t left, uint32_t right)
{
    FT_Face from = f->face[face];
    if (left <= ' ' || left >= ASCII || right <= ' ' || right >= ASCII || !FT_HAS_KERNING(from)) {
        return 0;
    }
    int16_t **row = &f->kern[face][left];
    if (!*row) {
        *row = kern_row(from, left);
    }
    return (double)(*row)[right] / from->units_per_EM;
}

/* Coverage. */

static struct cover_row *cover_find(struct cover_row *rows, size_t cap, uint64_t key)
{
    size_t i = mix(key) & (cap - 1);
    while (rows[i].key && rows[i].key != key) {
        i = (i + 1) & (cap - 1);
    }
    return &rows[i];
}

static void cover_grow(struct fonts *f)
{
    size_t cap = f->cover_cap ? f->cover_cap * 2 : 1024;
    struct cover_row *rows = os_alloc(cap * sizeof *rows);
    for (size_t i = 0; i < f->cover_cap; i++) {
        if (f->cover[i].key) {
            *cover_find(rows, cap, f->cover[i].key) = f->cover[i];
        }
    }
    free(f->cover);
    f->cover = rows;
    f->cover_cap = cap;
}

static void cover_clear(struct fonts *f)
{
    memset(f->cover, 0, f->cover_cap * sizeof *f->cover);
    f->cover_count = 0;
    buf_clear(&f->pool);
}

static void keep_bitmap(struct fonts *f, struct cover_row *row, FT_GlyphSlot g)
{
    row->at = f->pool.len;
    row->left = g->bitmap_left;
    row->top = g->bitmap_top;
    row->w = (int)g->bitmap.width;
    row->h = (int)g->bitmap.rows;
    for (int y = 0; y < row->h; y++) {
        buf_add(&f->pool, bytes_of(g->bitmap.buffer + y * g->bitmap.pitch, (size_t)row->w));
    }
}

static void render(struct fonts *f, struct cover_row *row, FT_Face face, FT_F26Dot6 size,
                   uint32_t index, unsigned quarter)
{
    if (FT_Set_Char_Size(face, 0, size, 72, 72) ||
        FT_Load_Glyph(face, index, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP)) {
        return;
    }
    FT_Outline_Translate(&face->glyph->outline, (FT_Pos)quarter * 16, 0);
    if (!FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL)) {
        keep_bitmap(f, row, face->glyph);
    }
}

struct coverage text_coverage(struct fonts *f, enum face face, double px, uint32_t index,
                              unsigned quarter)
{
    if (2 * f->cover_count >= f->cover_cap) {
        cover_grow(f);
    }
    if (f->pool.len > POOL_BYTES_MAX) {
        cover_clear(f);
    }
    uint64_t size = (uint64_t)lround(fmin(px, 1000) * 64);
    uint64_t key =
        1 | (uint64_t)face << 1 | (uint64_t)(quarter & 3) << 8 | size << 16 | (uint64_t)index << 40;
    struct cover_row *row = cover_find(f->cover, f->cover_cap, key);
    if (!row->key) {
        *row = (struct cover_row){.key = key, .at = f->pool.len};
        f->cover_count++;
        render(f, row, f->face[face], (FT_F26Dot6)size, index, quarter & 3);
    }
    return (struct coverage){f->pool.data + row->at, row->left, row->top, row->w, row->h};
}
