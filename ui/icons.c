/* The icons as path texts on the grid of 20, in the notation of SVG's path data: M L H V A Z,
 * capitals absolute, small letters relative. */

#include "ui/icons.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define PI 3.14159265358979323846

struct picture {
    const char *name;
    const char *line;  /* stroked; NULL: nothing */
    const char *solid; /* filled, and stroked with `edge` for its round corners */
    double edge;
};

static const struct picture pictures[ICON_COUNT] = {
    [ICON_NONE] = {.name = "none"},
    [ICON_FIRST] = {"first", "M3 5 V15", "M16 5 L10.5 10 L16 15 Z M10 5 L4.5 10 L10 15 Z", 1},
    [ICON_PREVIOUS] = {"previous", "M5 4.8 V15.2", "M15 4.8 L8 10 L15 15.2 Z", 1.2},
    [ICON_PLAY] = {"play", NULL, "M6.5 4.2 L15.8 10 L6.5 15.8 Z", 1.4},
    [ICON_PAUSE] = {"pause", NULL, "M6 4.5 H7.9 V15.5 H6 Z M12.1 4.5 H14 V15.5 H12.1 Z", 1.2},
    [ICON_NEXT] = {"next", "M15 4.8 V15.2", "M5 4.8 L12 10 L5 15.2 Z", 1.2},
    [ICON_LAST] = {"last", "M17 5 V15", "M4 5 L9.5 10 L4 15 Z M10 5 L15.5 10 L10 15 Z", 1},
    [ICON_LOOP] = {"loop",
                   "M4 9 V8 A3 3 0 0 1 7 5 H15 M12.6 2.6 L15 5 L12.6 7.4 "
                   "M16 11 V12 A3 3 0 0 1 13 15 H5 M7.4 12.6 L5 15 L7.4 17.4",
                   NULL, 0},
    [ICON_CLOCK] = {"clock", "M10 3 a7 7 0 1 0 .01 0 M10 6.2 V10 L12.8 11.8", NULL, 0},
    [ICON_AGAIN] = {"again", "M15.6 8.2 A6 6 0 1 0 16 10.8 M16.2 4.4 L15.8 8.4 L11.9 7.8", NULL, 0},
    [ICON_CHECK] = {"check", "M4.5 10.6 L8.4 14.4 L15.6 6", NULL, 0},
    [ICON_CROSS] = {"cross", "M5.2 5.2 L14.8 14.8 M14.8 5.2 L5.2 14.8", NULL, 0},
    [ICON_BULB] = {"bulb", "M10 2.6 A5 5 0 0 1 12.6 12 V14 H7.4 V12 A5 5 0 0 1 10 2.6 M8 17 H12",
                   NULL, 0},
    [ICON_CAMERA] = {"camera",
                     "M3 6 H6.2 L7.6 4 H12.4 L13.8 6 H17 V16 H3 Z M10 8.2 a2.8 2.8 0 1 0 .01 0",
                     NULL, 0},
    [ICON_PROJECTOR] = {"projector", "M3 4 H17 V13 H3 Z M10 13 V16.5 M6.5 17 H13.5", NULL, 0},
    [ICON_MOON] = {"moon", "M15.5 12.4 A6.4 6.4 0 1 1 8.2 4.2 A5.2 5.2 0 0 0 15.5 12.4 Z", NULL, 0},
    [ICON_SUN] = {"sun",
                  "M10 6.5 a3.5 3.5 0 1 0 .01 0 M10 2 V3.4 M10 16.6 V18 M2 10 H3.4 M16.6 10 H18 "
                  "M4.3 4.3 L5.3 5.3 M14.7 14.7 L15.7 15.7 M4.3 15.7 L5.3 14.7 M14.7 5.3 L15.7 4.3",
                  NULL, 0},
    [ICON_HELP] = {"help", "M7.3 7.4 A2.7 2.7 0 1 1 10 10.4 V12", "M10 14.4 a.6 .6 0 1 0 .01 0 Z",
                   1},
    [ICON_LAPTOP] = {"laptop", "M4 4.5 H16 V13 H4 Z M2 16 H18", NULL, 0},
    [ICON_SERVER] = {"server",
                     "M4 3 H16 V8.4 H4 Z M4 11.6 H16 V17 H4 Z M13 5.7 H13.1 M13 14.3 H13.1 "
                     "M6.4 5.7 H9 M6.4 14.3 H9",
                     NULL, 0},
    [ICON_ROUTER] = {"router",
                     "M3 10 a7 4.6 0 1 0 14 0 a7 4.6 0 1 0 -14 0 M6.4 10 H13.6 "
                     "M11.8 8.2 L13.6 10 L11.8 11.8 M8.2 8.2 L6.4 10 L8.2 11.8",
                     NULL, 0},
    [ICON_SWITCH] = {"switch",
                     "M2.6 6 H17.4 V14 H2.6 Z M5.4 9 H11 M9.4 7.6 L11 9 L9.4 10.4 "
                     "M14.6 11.4 H9 M10.6 10 L9 11.4 L10.6 12.8",
                     NULL, 0},
    [ICON_PHONE] = {"phone", "M6 2.5 H14 V17.5 H6 Z M9 15 H11", NULL, 0},
    [ICON_PRINTER] = {"printer", "M6 7 V3 H14 V7 M6 14 H3.5 V7 H16.5 V14 H14 M6 11.5 H14 V17 H6 Z",
                      NULL, 0},
    [ICON_MIC] = {"mic",
                  "M10 3 a2.6 2.6 0 0 1 2.6 2.6 V9 a2.6 2.6 0 0 1 -5.2 0 V5.6 A2.6 2.6 0 0 1 10 3 "
                  "M5 9.4 a5 5 0 0 0 10 0 M10 14.4 V17.2 M7.4 17.2 H12.6",
                  NULL, 0},
    [ICON_SPEAKER] =
        {"speaker",
         "M3.4 7.6 H6.4 L10.4 4.2 V15.8 L6.4 12.4 H3.4 Z M13 7.4 A3.6 3.6 0 0 1 13 12.6 "
         "M15 5.2 A6.6 6.6 0 0 1 15 14.8",
         NULL, 0},
    [ICON_CHEVRON_DOWN] = {"chevron-down", "M5.5 8 L10 12.5 L14.5 8", NULL, 0},
};

const char *icon_name(enum icon i)
{
    return pictures[i].name;
}

/* A reader of path data: where it stands, and the grid's place on the canvas. */
struct pen {
    struct canvas *c;
    double at_x, at_y, k; /* of the grid's origin, and its scale */
    double x, y, x0, y0;  /* present point and the start of the figure, on the grid */
};

static double px(const struct pen *p, double x)
{
    return p->at_x + x * p->k;
}

static double py(const struct pen *p, double y)
{
    return p->at_y + y * p->k;
}

static void line_to(struct pen *p, double x, double y)
{
    canvas_to(p->c, px(p, x), py(p, y));
    p->x = x;
    p->y = y;
}

/* An ellipse's quarter or less, centre (cx, cy), from angle a to b. */
static void ellipse_piece(const struct pen *p, double cx, double cy, double rx, double ry, double a,
                          double b)
{
    double k = 4.0 / 3.0 * tan((b - a) / 4);
    canvas_curve(p->c, px(p, cx + rx * (cos(a) - k * sin(a))),
                 py(p, cy + ry * (sin(a) + k * cos(a))), px(p, cx + rx * (cos(b) + k * sin(b))),
                 py(p, cy + ry * (sin(b) - k * cos(b))), px(p, cx + rx * cos(b)),
                 py(p, cy + ry * sin(b)));
}

/* From end points to centre and angles (SVG 1.1, appendix F.6.5, without rotation). */
static void arc_to(struct pen *p, double rx, double ry, bool large, bool sweep, double x, double y)
{
    double dx = (p->x - x) / 2 / rx, dy = (p->y - y) / 2 / ry;
    double d = fmax(dx * dx + dy * dy, 1e-12), grow = d > 1 ? sqrt(d) : 1;
    rx *= grow;
    ry *= grow;
    dx /= grow;
    dy /= grow;
    d = fmin(d, 1);
    double f = sqrt(fmax(0, (1 - d) / d)) * (large == sweep ? -1 : 1);
    double ux = f * dy, uy = -f * dx; /* centre, in radii from the middle of the chord */
    double a = atan2(dy - uy, dx - ux), b = atan2(-dy - uy, -dx - ux);
    if (sweep && b < a) {
        b += 2 * PI;
    } else if (!sweep && b > a) {
        b -= 2 * PI;
    }
    double cx = (p->x + x) / 2 + ux * rx, cy = (p->y + y) / 2 + uy * ry;
    int n = (int)fmax(1, ceil(fabs(b - a) / (PI / 2) - 1e-9));
    for (int i = 0; i < n; i++) {
        ellipse_piece(p, cx, cy, rx, ry, a + (b - a) * i / n, a + (b - a) * (i + 1) / n);
    }
    p->x = x;
    p->y = y;
}

static const char *read_numbers(const char *s, double *out, int n)
{
    for (int i = 0; i < n; i++) {
        char *end;
        out[i] = strtod(s, &end);
        s = end;
    }
    return s;
}

static int numbers_of(char verb)
{
    switch (verb) {
    case 'Z': return 0;
    case 'H':
    case 'V': return 1;
    case 'A': return 7;
    default: return 2;
    }
}

static void step(struct pen *p, char verb, const double *v, double ox, double oy)
{
    switch (verb) {
    case 'M':
        p->x = p->x0 = ox + v[0];
        p->y = p->y0 = oy + v[1];
        canvas_move(p->c, px(p, p->x), py(p, p->y));
        break;
    case 'L': line_to(p, ox + v[0], oy + v[1]); break;
    case 'H': line_to(p, ox + v[0], p->y); break;
    case 'V': line_to(p, p->x, oy + v[0]); break;
    case 'A': arc_to(p, v[0], v[1], v[3] != 0, v[4] != 0, ox + v[5], oy + v[6]); break;
    default:
        canvas_close(p->c);
        p->x = p->x0;
        p->y = p->y0;
        break;
    }
}

static void trace(struct pen *p, const char *s)
{
    canvas_begin(p->c);
    while (*s) {
        char c = *s++;
        if (!isalpha((unsigned char)c)) {
            continue;
        }
        double v[7];
        char verb = (char)toupper((unsigned char)c);
        bool relative = c != verb;
        s = read_numbers(s, v, numbers_of(verb));
        step(p, verb, v, relative ? p->x : 0, relative ? p->y : 0);
    }
}

void icon_draw_heavy(struct canvas *c, enum icon i, double x, double y, double size, double width,
                     struct color color)
{
    double k = size / 20;
    struct pen pen = {.c = c, .at_x = x - size / 2, .at_y = y - size / 2, .k = k};
    if (pictures[i].solid) {
        trace(&pen, pictures[i].solid);
        canvas_fill(c, color);
        canvas_stroke(c, color, (struct stroke){.width = pictures[i].edge * k, .cap = CAP_ROUND});
    }
    if (pictures[i].line) {
        trace(&pen, pictures[i].line);
        canvas_stroke(c, color, (struct stroke){.width = width * k, .cap = CAP_ROUND});
    }
}

void icon_draw(struct canvas *c, enum icon i, double x, double y, double size, struct color color)
{
    icon_draw_heavy(c, i, x, y, size, 1.7, color);
}

void logo_draw(struct canvas *c, double x, double y, double k, const struct theme *t)
{
    canvas_line(c, x - 14 * k, y, x + 14 * k, y, (struct stroke){.width = 3 * k, .cap = CAP_ROUND},
                t->wire);
    canvas_fill_box(c, (struct rect){x - 7 * k, y - 6 * k, 16 * k, 12 * k}, 6 * k, t->ink);
    struct point chevron[] = {
        {x + 1.2 * k, y - 2.6 * k}, {x + 4 * k, y}, {x + 1.2 * k, y + 2.6 * k}};
    canvas_polyline(c, chevron, 3, (struct stroke){.width = 1.6 * k, .cap = CAP_ROUND}, t->panel);
}
