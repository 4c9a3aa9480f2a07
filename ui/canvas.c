/* The recorded path and the shapes made of it. All of it is backend-free. */

#include "ui/canvas.h"

#include "base/os.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

struct rect rect_cut_top(struct rect *r, double size)
{
    struct rect cut = {r->x, r->y, r->w, fmin(size, r->h)};
    r->y += cut.h;
    r->h -= cut.h;
    return cut;
}

struct rect rect_cut_left(struct rect *r, double size)
{
    struct rect cut = {r->x, r->y, fmin(size, r->w), r->h};
    r->x += cut.w;
    r->w -= cut.w;
    return cut;
}

struct rect rect_cut_bottom(struct rect *r, double size)
{
    double h = fmin(size, r->h);
    r->h -= h;
    return (struct rect){r->x, r->y + r->h, r->w, h};
}

struct rect rect_cut_right(struct rect *r, double size)
{
    double w = fmin(size, r->w);
    r->w -= w;
    return (struct rect){r->x + r->w, r->y, w, r->h};
}

void canvas_free(struct canvas *c)
{
    if (c) {
        free(c->op);
        free(c->point);
        c->ops->free(c);
    }
}

double canvas_snap(const struct canvas *c, double v)
{
    return round(v * c->scale) / c->scale;
}

/* The path. */

void canvas_begin(struct canvas *c)
{
    c->op_count = c->point_count = 0;
}

static void add(struct canvas *c, enum path_op op, const struct point *p, size_t n)
{
    if (c->op_count == c->op_cap) {
        c->op_cap = c->op_cap ? 2 * c->op_cap : 256;
        c->op = os_realloc(c->op, c->op_cap);
    }
    if (c->point_count + n > c->point_cap) {
        c->point_cap = c->point_cap ? 2 * c->point_cap : 512;
        c->point = os_realloc(c->point, c->point_cap * sizeof *c->point);
    }
    c->op[c->op_count++] = (unsigned char)op;
    for (size_t i = 0; i < n; i++) {
        c->point[c->point_count++] = p[i];
    }
}

void canvas_move(struct canvas *c, double x, double y)
{
    add(c, PATH_MOVE, &(struct point){x, y}, 1);
}

void canvas_to(struct canvas *c, double x, double y)
{
    add(c, PATH_LINE, &(struct point){x, y}, 1);
}

void canvas_curve(struct canvas *c, double x1, double y1, double x2, double y2, double x, double y)
{
    add(c, PATH_CURVE, (struct point[]){{x1, y1}, {x2, y2}, {x, y}}, 3);
}

void canvas_close(struct canvas *c)
{
    add(c, PATH_CLOSE, NULL, 0);
}

/* A quarter or less of a circle as one cubic: its handles are 4/3 tan(angle/4) long. */
static void arc_piece(struct canvas *c, double x, double y, double r, double a, double b)
{
    double k = 4.0 / 3.0 * tan((b - a) / 4) * r;
    canvas_curve(c, x + r * cos(a) - k * sin(a), y + r * sin(a) + k * cos(a),
                 x + r * cos(b) + k * sin(b), y + r * sin(b) - k * cos(b), x + r * cos(b),
                 y + r * sin(b));
}

void canvas_arc(struct canvas *c, double x, double y, double r, double a, double b)
{
    bool is_new = !c->op_count || c->op[c->op_count - 1] == PATH_CLOSE;
    (is_new ? canvas_move : canvas_to)(c, x + r * cos(a), y + r * sin(a));
    int pieces = (int)fmax(1, ceil((b - a) / (PI / 2) - 1e-9));
    for (int i = 0; i < pieces; i++) {
        arc_piece(c, x, y, r, a + (b - a) * i / pieces, a + (b - a) * (i + 1) / pieces);
    }
}

void canvas_circle(struct canvas *c, double x, double y, double r)
{
    canvas_move(c, x + r, y);
    canvas_arc(c, x, y, r, 0, 2 * PI);
    canvas_close(c);
}

void canvas_box(struct canvas *c, struct rect r, double radius)
{
    double k = fmin(fmin(radius, r.w / 2), r.h / 2), x1 = r.x + r.w, y1 = r.y + r.h;
    if (k <= 0) {
        canvas_move(c, r.x, r.y);
        canvas_to(c, x1, r.y);
        canvas_to(c, x1, y1);
        canvas_to(c, r.x, y1);
    } else {
        canvas_move(c, x1 - k, r.y);
        canvas_arc(c, x1 - k, r.y + k, k, -PI / 2, 0);
        canvas_arc(c, x1 - k, y1 - k, k, 0, PI / 2);
        canvas_arc(c, r.x + k, y1 - k, k, PI / 2, PI);
        canvas_arc(c, r.x + k, r.y + k, k, PI, 1.5 * PI);
    }
    canvas_close(c);
}

void canvas_fill(struct canvas *c, struct color color)
{
    c->ops->fill(c, color);
}

void canvas_stroke(struct canvas *c, struct color color, struct stroke s)
{
    c->ops->stroke(c, color, &s);
}

static struct rect path_bounds(const struct canvas *c)
{
    if (!c->point_count) {
        return (struct rect){0, 0, 0, 0};
    }
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (size_t i = 0; i < c->point_count; i++) {
        x0 = fmin(x0, c->point[i].x);
        y0 = fmin(y0, c->point[i].y);
        x1 = fmax(x1, c->point[i].x);
        y1 = fmax(y1, c->point[i].y);
    }
    return (struct rect){x0, y0, x1 - x0, y1 - y0};
}

/* The phase hangs on the shape's left top corner, so that a moving shape keeps its picture. */
void canvas_hatch(struct canvas *c, struct color color, double step, double width)
{
    struct rect b = path_bounds(c);
    struct canvas saved = *c;
    canvas_clip_path(c);
    c->op = NULL;
    c->point = NULL;
    c->op_cap = c->point_cap = 0;
    canvas_begin(c);
    double across = step * sqrt(2);
    for (double x = b.x - width; x < b.x + b.w + b.h + width; x += across) {
        canvas_move(c, x + width, b.y - width);
        canvas_to(c, x - b.h - width, b.y + b.h + width);
    }
    canvas_stroke(c, color, (struct stroke){.width = width});
    canvas_unclip(c);
    free(c->op);
    free(c->point);
    *c = saved;
}

/* Shapes at once. */

void canvas_fill_box(struct canvas *c, struct rect r, double radius, struct color color)
{
    canvas_begin(c);
    canvas_box(c, r, radius);
    canvas_fill(c, color);
}

static struct rect snapped(const struct canvas *c, struct rect r)
{
    double x0 = canvas_snap(c, r.x), y0 = canvas_snap(c, r.y);
    return (struct rect){x0, y0, canvas_snap(c, r.x + r.w) - x0, canvas_snap(c, r.y + r.h) - y0};
}

void canvas_dash_box(struct canvas *c, struct rect r, double radius, struct stroke s,
                     struct color color)
{
    canvas_begin(c);
    canvas_box(c, rect_inset(snapped(c, r), s.width / 2, s.width / 2), radius - s.width / 2);
    canvas_stroke(c, color, s);
}

void canvas_stroke_box(struct canvas *c, struct rect r, double radius, double width,
                       struct color color)
{
    canvas_dash_box(c, r, radius, (struct stroke){.width = width}, color);
}

void canvas_line(struct canvas *c, double x0, double y0, double x1, double y1, struct stroke s,
                 struct color color)
{
    canvas_begin(c);
    canvas_move(c, x0, y0);
    canvas_to(c, x1, y1);
    canvas_stroke(c, color, s);
}

/* Thickness in whole device pixels, at least one. */
static double whole(const struct canvas *c, double width)
{
    return fmax(1, round(width * c->scale)) / c->scale;
}

void canvas_hline(struct canvas *c, double x0, double x1, double y, double width,
                  struct color color)
{
    double w = whole(c, width);
    canvas_fill_box(c, (struct rect){x0, canvas_snap(c, y - w / 2), x1 - x0, w}, 0, color);
}

void canvas_vline(struct canvas *c, double x, double y0, double y1, double width,
                  struct color color)
{
    double w = whole(c, width);
    canvas_fill_box(c, (struct rect){canvas_snap(c, x - w / 2), y0, w, y1 - y0}, 0, color);
}

void canvas_fill_circle(struct canvas *c, double x, double y, double r, struct color color)
{
    canvas_begin(c);
    canvas_circle(c, x, y, r);
    canvas_fill(c, color);
}

void canvas_ring(struct canvas *c, double x, double y, double r, double width, struct color color)
{
    canvas_begin(c);
    canvas_circle(c, x, y, r);
    canvas_stroke(c, color, (struct stroke){.width = width});
}

void canvas_arrow_head(struct canvas *c, double x, double y, double dx, double dy, double size,
                       struct color color)
{
    double len = hypot(dx, dy);
    if (len <= 0) {
        return;
    }
    double ux = dx / len, uy = dy / len, half = size * 0.43;
    double bx = x - ux * size, by = y - uy * size;
    canvas_begin(c);
    canvas_move(c, x, y);
    canvas_to(c, bx - uy * half, by + ux * half);
    canvas_to(c, bx + uy * half, by - ux * half);
    canvas_close(c);
    canvas_fill(c, color);
}

void canvas_polyline(struct canvas *c, const struct point *p, size_t n, struct stroke s,
                     struct color color)
{
    canvas_begin(c);
    for (size_t i = 0; i < n; i++) {
        (i ? canvas_to : canvas_move)(c, p[i].x, p[i].y);
    }
    canvas_stroke(c, color, s);
}

void canvas_clip(struct canvas *c, struct rect r)
{
    c->ops->clip_rect(c, r);
}

void canvas_clip_path(struct canvas *c)
{
    c->ops->clip_path(c);
}

void canvas_unclip(struct canvas *c)
{
    c->ops->unclip(c);
}

/* Text. */

double canvas_text_n(struct canvas *c, struct font font, double x, double baseline,
                     struct color color, const char *s, size_t len)
{
    c->ops->text(c, font, x, baseline, color, s, len);
    return text_width_n(c->fonts, font, s, len);
}

double canvas_text(struct canvas *c, struct font font, double x, double baseline, enum align align,
                   struct color color, const char *s)
{
    double w = align == ALIGN_LEFT ? 0 : text_width(c->fonts, font, s);
    x -= align == ALIGN_CENTER ? w / 2 : w;
    return canvas_text_n(c, font, x, baseline, color, s, strlen(s));
}

void canvas_text_in(struct canvas *c, struct font font, struct rect r, enum align align,
                    struct color color, const char *s)
{
    char buf[512];
    text_ellipsis(c->fonts, font, s, r.w, buf, sizeof buf);
    double x = align == ALIGN_LEFT ? r.x : align == ALIGN_CENTER ? r.x + r.w / 2 : r.x + r.w;
    canvas_text(c, font, x, r.y + r.h / 2 + text_cap(c->fonts, font) / 2, align, color, buf);
}

#define LINES_MAX 64

static void last_line(struct canvas *c, struct font font, struct rect r, double baseline,
                      struct color color, const char *rest)
{
    char buf[512];
    text_ellipsis(c->fonts, font, rest, r.w, buf, sizeof buf);
    canvas_text(c, font, r.x, baseline, ALIGN_LEFT, color, buf);
}

double canvas_paragraph(struct canvas *c, struct font font, struct rect r, struct color color,
                        const char *s)
{
    struct text_line lines[LINES_MAX];
    size_t all = text_lines(c->fonts, font, s, r.w, NULL, lines, LINES_MAX);
    double step = text_line_height(font);
    size_t room = (size_t)fmax(1, floor(r.h / step + 0.01));
    size_t shown = all < room ? all : room;
    shown = shown < LINES_MAX ? shown : LINES_MAX;
    for (size_t i = 0; i < shown; i++) {
        double baseline = r.y + step * (double)i + (step + text_cap(c->fonts, font)) / 2;
        if (i + 1 == shown && all > shown) {
            last_line(c, font, r, baseline, color, s + lines[i].at);
        } else {
            canvas_text_n(c, font, r.x, baseline, color, s + lines[i].at, lines[i].len);
        }
    }
    return step * (double)shown;
}

double canvas_paragraph_height(struct canvas *c, struct font font, double width, const char *s)
{
    return text_line_height(font) * (double)text_lines(c->fonts, font, s, width, NULL, NULL, 0);
}
