/* The backend of SVG. Each clip opens a group that its pop closes. */
#include "ui/canvas_svg.h"

#include "base/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct canvas_svg {
    struct canvas base;
    struct buf out;
    unsigned clips, open; /* made; open now */
};

static struct canvas_svg *of(struct canvas *c)
{
    return (struct canvas_svg *)c;
}

static void number(struct buf *out, double v)
{
    char text[32];
    snprintf(text, sizeof text, "%.2f", v);
    char *end = text + strlen(text);
    while (end[-1] == '0') {
        *--end = '\0';
    }
    if (end[-1] == '.') {
        *--end = '\0';
    }
    buf_str(out, strcmp(text, "-0") == 0 ? "0" : text);
}

static void points(struct buf *out, char op, const struct point *p, unsigned count)
{
    buf_char(out, op);
    for (unsigned i = 0; i < count; i++) {
        buf_str(out, i ? " " : "");
        number(out, p[i].x);
        buf_char(out, ' ');
        number(out, p[i].y);
    }
}

static void path(struct canvas *c)
{
    struct buf *out = &of(c)->out;
    const struct point *p = c->point;
    buf_str(out, "<path d=\"");
    for (size_t i = 0; i < c->op_count; i++) {
        switch ((enum path_op)c->op[i]) {
        case PATH_MOVE: points(out, 'M', p++, 1); break;
        case PATH_LINE: points(out, 'L', p++, 1); break;
        case PATH_CURVE:
            points(out, 'C', p, 3);
            p += 3;
            break;
        case PATH_CLOSE: buf_char(out, 'Z'); break;
        }
    }
    buf_char(out, '"');
}

static void paint(struct buf *out, const char *what, struct color c)
{
    buf_printf(out, " %s=\"#%02x%02x%02x\"", what, c.r, c.g, c.b);
    if (c.a != 255) {
        buf_printf(out, " %s-opacity=\"", what);
        number(out, c.a / 255.0);
        buf_char(out, '"');
    }
}

static void fill(struct canvas *c, struct color color)
{
    path(c);
    paint(&of(c)->out, "fill", color);
    buf_str(&of(c)->out, "/>\n");
}

static void stroke(struct canvas *c, struct color color, const struct stroke *s)
{
    struct buf *out = &of(c)->out;
    path(c);
    buf_str(out, " fill=\"none\"");
    paint(out, "stroke", color);
    buf_str(out, " stroke-width=\"");
    number(out, s->width);
    buf_printf(out, "\" stroke-linejoin=\"round\"%s",
               s->cap == CAP_ROUND ? " stroke-linecap=\"round\"" : "");
    if (s->on > 0) {
        buf_str(out, " stroke-dasharray=\"");
        number(out, s->on);
        buf_char(out, ' ');
        number(out, s->off);
        buf_str(out, "\" stroke-dashoffset=\"");
        number(out, s->phase);
        buf_char(out, '"');
    }
    buf_str(out, "/>\n");
}

static void clip_path(struct canvas *c)
{
    struct canvas_svg *s = of(c);
    s->open++;
    buf_printf(&s->out, "<clipPath id=\"c%u\">", ++s->clips);
    path(c);
    buf_printf(&s->out, "/></clipPath>\n<g clip-path=\"url(#c%u)\">\n", s->clips);
}

static void clip_rect(struct canvas *c, struct rect r)
{
    struct canvas_svg *s = of(c);
    const double v[] = {r.x, r.y, r.w > 0 ? r.w : 0, r.h > 0 ? r.h : 0};
    static const char *const names[] = {"x", "y", "width", "height"};
    s->open++;
    buf_printf(&s->out, "<clipPath id=\"c%u\"><rect", ++s->clips);
    for (int i = 0; i < 4; i++) {
        buf_printf(&s->out, " %s=\"", names[i]);
        number(&s->out, v[i]);
        buf_char(&s->out, '"');
    }
    buf_printf(&s->out, "/></clipPath>\n<g clip-path=\"url(#c%u)\">\n", s->clips);
}

static void unclip(struct canvas *c)
{
    if (of(c)->open > 0) {
        of(c)->open--;
        buf_str(&of(c)->out, "</g>\n");
    }
}

static void escaped(struct buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char *as = s[i] == '&' ? "&amp;" : s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;" : NULL;
        if (as) {
            buf_str(out, as);
        } else {
            buf_char(out, s[i]);
        }
    }
}

static const char *family(enum face f)
{
    return f == FACE_MONO || f == FACE_MONO_SEMIBOLD ? "'JetBrains Mono', 'Noto Sans SC', monospace"
                                                     : "Inter, 'Noto Sans SC', sans-serif";
}

static int weight(enum face f)
{
    bool is_bold = f == FACE_SANS_SEMIBOLD || f == FACE_MONO_SEMIBOLD || f == FACE_CJK_BOLD;
    return is_bold ? 600 : f == FACE_SANS_MEDIUM ? 500 : 400;
}

static void text(struct canvas *c, struct font font, double x, double baseline, struct color color,
                 const char *s, size_t len)
{
    struct buf *out = &of(c)->out;
    if (len == 0) {
        return;
    }
    buf_str(out, "<text xml:space=\"preserve\" x=\"");
    number(out, x);
    buf_str(out, "\" y=\"");
    number(out, baseline);
    buf_printf(out, "\" font-family=\"%s\" font-weight=\"%d\" font-size=\"", family(font.face),
               weight(font.face));
    number(out, font.px);
    buf_str(out, "\" textLength=\"");
    number(out, text_width_n(c->fonts, font, s, len));
    buf_char(out, '"');
    paint(out, "fill", color);
    buf_char(out, '>');
    escaped(out, s, len);
    buf_str(out, "</text>\n");
}

static void free_svg(struct canvas *c)
{
    buf_free(&of(c)->out);
    free(c);
}

struct canvas *canvas_svg_new(struct fonts *fonts, double w, double h)
{
    static const struct canvas_ops ops = {.fill = fill,
                                          .stroke = stroke,
                                          .clip_rect = clip_rect,
                                          .clip_path = clip_path,
                                          .unclip = unclip,
                                          .text = text,
                                          .free = free_svg};
    struct canvas_svg *c = os_alloc(sizeof *c);
    c->base = (struct canvas){.ops = &ops, .fonts = fonts, .scale = 1};
    buf_printf(&c->out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
               "viewBox=\"0 0 %.0f %.0f\">\n",
               w, h, w, h);
    return &c->base;
}

bool canvas_svg_write(struct canvas *c, const char *path_out, struct err *err)
{
    struct os_out out;
    const struct buf *b = &of(c)->out;
    bool good = os_out_open(&out, path_out);
    if (good) {
        good = fwrite(b->data, 1, b->len, out.file) == b->len && fputs("</svg>\n", out.file) != EOF;
        if (good) {
            good = os_out_commit(&out);
        } else {
            os_out_abort(&out);
        }
    }
    if (!good) {
        err_fail(err, "window.no-write", "file", path_out, "why", strerror(errno), NULL);
    }
    return good;
}
