/* The backend of pixels. cairo fills and strokes; text is laid on by hand from the glyphs'
 * coverage, so that a glyph stands on a quarter of a pixel (cairo 1.16 would round it to a whole
 * one) and a window and a picture written without a display are equal to the byte. */

#include "ui/canvas_cairo.h"

#include "base/os.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cairo-ft.h>
#include <cairo-pdf.h>

#define CLIPS_MAX  16
#define GLYPHS_MAX 512

struct pixel_rect {
    int x0, y0, x1, y1;
};

struct canvas_cairo {
    struct canvas base;
    cairo_surface_t *surface;
    cairo_t *cr;
    int w, h;
    struct pixel_rect clip[CLIPS_MAX + 1]; /* what text knows of the clips */
    unsigned clip_count;
    struct buf pdf; /* a PDF's bytes, once the surface is finished */
    cairo_font_face_t *face[FACE_COUNT];
};

static struct canvas_cairo *of(struct canvas *c)
{
    return (struct canvas_cairo *)c;
}

static void set_color(cairo_t *cr, struct color c)
{
    cairo_set_source_rgba(cr, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
}

static void replay(struct canvas *c)
{
    cairo_t *cr = of(c)->cr;
    double k = c->scale;
    const struct point *p = c->point;
    cairo_new_path(cr);
    for (size_t i = 0; i < c->op_count; i++) {
        switch ((enum path_op)c->op[i]) {
        case PATH_MOVE:
            cairo_move_to(cr, p[0].x * k, p[0].y * k);
            p += 1;
            break;
        case PATH_LINE:
            cairo_line_to(cr, p[0].x * k, p[0].y * k);
            p += 1;
            break;
        case PATH_CURVE:
            cairo_curve_to(cr, p[0].x * k, p[0].y * k, p[1].x * k, p[1].y * k, p[2].x * k,
                           p[2].y * k);
            p += 3;
            break;
        case PATH_CLOSE: cairo_close_path(cr); break;
        }
    }
}

static void fill(struct canvas *c, struct color color)
{
    replay(c);
    set_color(of(c)->cr, color);
    cairo_fill(of(c)->cr);
}

static void stroke(struct canvas *c, struct color color, const struct stroke *s)
{
    cairo_t *cr = of(c)->cr;
    replay(c);
    set_color(cr, color);
    cairo_set_line_width(cr, s->width * c->scale);
    cairo_set_line_cap(cr, s->cap == CAP_ROUND ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    double dash[2] = {s->on * c->scale, s->off * c->scale};
    cairo_set_dash(cr, dash, s->on > 0 ? 2 : 0, s->phase * c->scale);
    cairo_stroke(cr);
}

/* Clips. */

static void push(struct canvas_cairo *c, struct pixel_rect r)
{
    if (c->clip_count < CLIPS_MAX) {
        c->clip[++c->clip_count] = r;
    }
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* On whole pixels, so that a clip costs no mask. */
static void clip_rect(struct canvas *base, struct rect r)
{
    struct canvas_cairo *c = of(base);
    struct pixel_rect now = c->clip[c->clip_count];
    double k = base->scale;
    struct pixel_rect p = {larger(now.x0, (int)lround(r.x * k)),
                           larger(now.y0, (int)lround(r.y * k)),
                           smaller(now.x1, (int)lround((r.x + r.w) * k)),
                           smaller(now.y1, (int)lround((r.y + r.h) * k))};
    p.x1 = larger(p.x0, p.x1);
    p.y1 = larger(p.y0, p.y1);
    push(c, p);
    cairo_save(c->cr);
    cairo_new_path(c->cr);
    cairo_rectangle(c->cr, p.x0, p.y0, p.x1 - p.x0, p.y1 - p.y0);
    cairo_clip(c->cr);
}

static void clip_path(struct canvas *base)
{
    struct canvas_cairo *c = of(base);
    push(c, c->clip[c->clip_count]);
    cairo_save(c->cr);
    replay(base);
    cairo_clip(c->cr);
}

static void unclip(struct canvas *base)
{
    struct canvas_cairo *c = of(base);
    c->clip_count -= c->clip_count > 0;
    cairo_restore(c->cr);
}

/* Text. */

static uint32_t lay(uint32_t under, struct color color, unsigned cover)
{
    unsigned a = cover * color.a;
    a = (a + 128 + (a >> 8)) >> 8; /* / 255, rounded */
    unsigned rest = 255 - a;
    unsigned r = (under >> 16 & 255) * rest + color.r * a + 127;
    unsigned g = (under >> 8 & 255) * rest + color.g * a + 127;
    unsigned b = (under & 255) * rest + color.b * a + 127;
    return 0xFF000000u | r / 255 << 16 | g / 255 << 8 | b / 255;
}

static void lay_glyph(uint8_t *pixels, int stride, struct pixel_rect clip, struct coverage g, int x,
                      int y, struct color color)
{
    x += g.left;
    y -= g.top;
    int x0 = larger(clip.x0, x), x1 = smaller(clip.x1, x + g.w);
    int y0 = larger(clip.y0, y), y1 = smaller(clip.y1, y + g.h);
    for (int row = y0; row < y1; row++) {
        uint32_t *to = (uint32_t *)(void *)(pixels + (ptrdiff_t)row * stride);
        const uint8_t *from = g.data + (ptrdiff_t)(row - y) * g.w;
        for (int col = x0; col < x1; col++) {
            unsigned cover = from[col - x];
            if (cover) {
                to[col] = lay(to[col], color, cover);
            }
        }
    }
}

static void text(struct canvas *base, struct font font, double x, double baseline,
                 struct color color, const char *s, size_t len)
{
    struct canvas_cairo *c = of(base);
    struct glyph glyphs[GLYPHS_MAX];
    double width, k = base->scale;
    size_t n = text_layout(base->fonts, font, s, len, glyphs, GLYPHS_MAX, &width);
    cairo_surface_flush(c->surface);
    uint8_t *pixels = cairo_image_surface_get_data(c->surface);
    int stride = cairo_image_surface_get_stride(c->surface), y = (int)lround(baseline * k);
    for (size_t i = 0; i < n; i++) {
        long quarters = lround((x + glyphs[i].x) * k * 4);
        long quarter = ((quarters % 4) + 4) % 4;
        struct coverage g = text_coverage(base->fonts, glyphs[i].face, font.px * k, glyphs[i].index,
                                          (unsigned)quarter);
        lay_glyph(pixels, stride, c->clip[c->clip_count], g, (int)((quarters - quarter) / 4), y,
                  color);
    }
    cairo_surface_mark_dirty(c->surface);
}

static void free_cairo(struct canvas *base)
{
    cairo_destroy(of(base)->cr);
    cairo_surface_destroy(of(base)->surface);
    for (int i = 0; i < FACE_COUNT; i++) {
        if (of(base)->face[i]) {
            cairo_font_face_destroy(of(base)->face[i]);
        }
    }
    buf_free(&of(base)->pdf);
    free(base);
}

struct canvas *canvas_cairo_new(struct fonts *fonts, int w, int h, double scale)
{
    static const struct canvas_ops ops = {
        .fill = fill,
        .stroke = stroke,
        .clip_rect = clip_rect,
        .clip_path = clip_path,
        .unclip = unclip,
        .text = text,
        .free = free_cairo,
    };
    struct canvas_cairo *c = os_alloc(sizeof *c);
    c->base = (struct canvas){.ops = &ops, .fonts = fonts, .scale = scale};
    c->w = w;
    c->h = h;
    c->clip[0] = (struct pixel_rect){0, 0, w, h};
    c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    c->cr = cairo_create(c->surface);
    if (cairo_status(c->cr)) {
        os_out_of_memory();
    }
    cairo_set_antialias(c->cr, CAIRO_ANTIALIAS_GOOD);
    return &c->base;
}

struct pixels canvas_cairo_pixels(struct canvas *base)
{
    struct canvas_cairo *c = of(base);
    cairo_surface_flush(c->surface);
    return (struct pixels){cairo_image_surface_get_data(c->surface), c->w, c->h,
                           cairo_image_surface_get_stride(c->surface)};
}

static cairo_status_t write_some(void *closure, const unsigned char *data, unsigned length)
{
    return fwrite(data, 1, length, closure) == length ? CAIRO_STATUS_SUCCESS
                                                      : CAIRO_STATUS_WRITE_ERROR;
}

bool canvas_cairo_png(struct canvas *c, const char *path, struct err *err)
{
    struct os_out out;
    bool good = os_out_open(&out, path);
    if (good) {
        cairo_surface_flush(of(c)->surface);
        good = !cairo_surface_write_to_png_stream(of(c)->surface, write_some, out.file);
        if (good) {
            good = os_out_commit(&out);
        } else {
            os_out_abort(&out);
        }
    }
    if (!good) {
        err_fail(err, "window.no-write", "file", path, "why", strerror(errno), NULL);
    }
    return good;
}

/* PDF: the same shapes; text by glyphs of embedded faces. */

static void text_pdf(struct canvas *base, struct font font, double x, double baseline,
                     struct color color, const char *s, size_t len)
{
    struct canvas_cairo *c = of(base);
    struct glyph glyphs[GLYPHS_MAX];
    double width;
    size_t n = text_layout(base->fonts, font, s, len, glyphs, GLYPHS_MAX, &width);
    set_color(c->cr, color);
    cairo_set_font_size(c->cr, font.px);
    for (size_t i = 0; i < n; i++) {
        enum face f = glyphs[i].face;
        cairo_glyph_t glyph = {glyphs[i].index, x + glyphs[i].x, baseline};
        if (!c->face[f]) {
            c->face[f] = cairo_ft_font_face_create_for_ft_face(fonts_face(base->fonts, f), 0);
        }
        cairo_set_font_face(c->cr, c->face[f]);
        cairo_show_glyphs(c->cr, &glyph, 1);
    }
}

static cairo_status_t keep_some(void *closure, const unsigned char *data, unsigned length)
{
    buf_add(closure, bytes_of(data, length));
    return CAIRO_STATUS_SUCCESS;
}

struct canvas *canvas_cairo_pdf_new(struct fonts *fonts, double w, double h)
{
    static const struct canvas_ops ops = {
        .fill = fill,
        .stroke = stroke,
        .clip_rect = clip_rect,
        .clip_path = clip_path,
        .unclip = unclip,
        .text = text_pdf,
        .free = free_cairo,
    };
    struct canvas_cairo *c = os_alloc(sizeof *c);
    c->base = (struct canvas){.ops = &ops, .fonts = fonts, .scale = 1};
    c->clip[0] = (struct pixel_rect){0, 0, (int)ceil(w), (int)ceil(h)};
    c->surface = cairo_pdf_surface_create_for_stream(keep_some, &c->pdf, w, h);
    /* The same picture gives the same bytes, whenever it is made. */
    cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   "2000-01-01T00:00:00Z");
    c->cr = cairo_create(c->surface);
    if (cairo_status(c->cr)) {
        os_out_of_memory();
    }
    return &c->base;
}

bool canvas_cairo_pdf(struct canvas *c, const char *path, struct err *err)
{
    struct os_out out;
    const struct buf *b = &of(c)->pdf;
    cairo_surface_finish(of(c)->surface);
    bool good = !cairo_surface_status(of(c)->surface) && os_out_open(&out, path);
    if (good) {
        good = fwrite(b->data, 1, b->len, out.file) == b->len;
        if (good) {
            good = os_out_commit(&out);
        } else {
            os_out_abort(&out);
        }
    }
    if (!good) {
        err_fail(err, "window.no-write", "file", path, "why", strerror(errno), NULL);
    }
    return good;
}
