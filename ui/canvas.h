#pragma once
/* Where everything is drawn: paths, strokes, hatches, clips and text in logical pixels, y down. The
 * canvas multiplies by its scale once. A canvas is a handful of operations on a recorded path, so a
 * backend is small: canvas_cairo draws the window's pixels and PNG. Text reaches a backend as text.
 */

#include "ui/text.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>

struct point {
    double x, y;
};

struct rect {
    double x, y, w, h;
};

static inline struct rect rect_inset(struct rect r, double dx, double dy)
{
    return (struct rect){r.x + dx, r.y + dy, r.w - 2 * dx, r.h - 2 * dy};
}

static inline bool rect_has(struct rect r, double x, double y)
{
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

/* The first `size` pixels of *r from the top (left, bottom, right), taken off *r. */
struct rect rect_cut_top(struct rect *r, double size);
struct rect rect_cut_left(struct rect *r, double size);
struct rect rect_cut_bottom(struct rect *r, double size);
struct rect rect_cut_right(struct rect *r, double size);

enum cap { CAP_BUTT, CAP_ROUND };

struct stroke {
    double width;
    enum cap cap;
    double on, off; /* dash; on = 0: solid */
    double phase;
};

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

enum path_op { PATH_MOVE, PATH_LINE, PATH_CURVE, PATH_CLOSE };

struct canvas;

/* What a backend does with the path that the canvas holds. */
struct canvas_ops {
    void (*fill)(struct canvas *c, struct color color);
    void (*stroke)(struct canvas *c, struct color color, const struct stroke *s);
    void (*clip_rect)(struct canvas *c, struct rect r); /* inside the present clip */
    void (*clip_path)(struct canvas *c);
    void (*unclip)(struct canvas *c);
    void (*text)(struct canvas *c, struct font font, double x, double baseline, struct color color,
                 const char *s, size_t len);
    void (*free)(struct canvas *c);
};

struct canvas {
    const struct canvas_ops *ops;
    struct fonts *fonts;
    double scale;      /* device pixels to a logical pixel */
    unsigned char *op; /* the path being built: path_op, and its points */
    struct point *point;
    size_t op_count, op_cap, point_count, point_cap;
};

void canvas_free(struct canvas *c);

/* The value nearest to v that lies on a device pixel's edge. */
double canvas_snap(const struct canvas *c, double v);

/* Paths. canvas_begin forgets the old one; fill, stroke and hatch keep it. */
void canvas_begin(struct canvas *c);
void canvas_move(struct canvas *c, double x, double y);
void canvas_to(struct canvas *c, double x, double y);
void canvas_curve(struct canvas *c, double x1, double y1, double x2, double y2, double x, double y);
void canvas_close(struct canvas *c);
/* Clockwise on screen from angle a to b (radians, 0 = right, b > a). Joined to the path by a line.
 */
void canvas_arc(struct canvas *c, double x, double y, double r, double a, double b);
void canvas_circle(struct canvas *c, double x, double y, double r);
void canvas_box(struct canvas *c, struct rect r, double radius); /* radius is held to half a side */
void canvas_fill(struct canvas *c, struct color color);
void canvas_stroke(struct canvas *c, struct color color, struct stroke s);
/* Lines rising to the right, `step` apart (measured across) and `width` wide, inside the path. */
void canvas_hatch(struct canvas *c, struct color color, double step, double width);

/* Shapes at once (each begins a path). */
void canvas_fill_box(struct canvas *c, struct rect r, double radius, struct color color);
/* The border lies inside r, its edges on whole device pixels. */
void canvas_stroke_box(struct canvas *c, struct rect r, double radius, double width,
                       struct color color);
void canvas_dash_box(struct canvas *c, struct rect r, double radius, struct stroke s,
                     struct color color);
void canvas_line(struct canvas *c, double x0, double y0, double x1, double y1, struct stroke s,
                 struct color color);
/* Crisp one-device-pixel-aligned lines. */
void canvas_hline(struct canvas *c, double x0, double x1, double y, double width,
                  struct color color);
void canvas_vline(struct canvas *c, double x, double y0, double y1, double width,
                  struct color color);
void canvas_fill_circle(struct canvas *c, double x, double y, double r, struct color color);
void canvas_ring(struct canvas *c, double x, double y, double r, double width, struct color color);
/* A filled head with its tip at (x, y), pointing along (dx, dy); `size` is its length. */
void canvas_arrow_head(struct canvas *c, double x, double y, double dx, double dy, double size,
                       struct color color);
void canvas_polyline(struct canvas *c, const struct point *p, size_t n, struct stroke s,
                     struct color color);

/* Clips nest; every push has its pop. Text knows rectangular clips only. */
void canvas_clip(struct canvas *c, struct rect r);
void canvas_clip_path(struct canvas *c);
void canvas_unclip(struct canvas *c);

/* Text on a baseline; x is the left end, middle or right end. Returns the width. */
double canvas_text(struct canvas *c, struct font font, double x, double baseline, enum align align,
                   struct color color, const char *s);
double canvas_text_n(struct canvas *c, struct font font, double x, double baseline,
                     struct color color, const char *s, size_t len);
/* One line in r, centred in height by its capitals, with an ellipsis if r is too narrow. */
void canvas_text_in(struct canvas *c, struct font font, struct rect r, enum align align,
                    struct color color, const char *s);
/* Broken into lines of r.w from r.y down, not below r.y + r.h (the last line then ends in "…").
 * Returns the height used. */
double canvas_paragraph(struct canvas *c, struct font font, struct rect r, struct color color,
                        const char *s);
double canvas_paragraph_height(struct canvas *c, struct font font, double width, const char *s);
