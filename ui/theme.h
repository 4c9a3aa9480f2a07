#pragma once
/* The look in numbers: every colour for light and dark, the type roles, the projector scales.
 * Colour belongs to packets, their traces and timers; all else is ink on paper. */

#include <stdbool.h>
#include <stdint.h>

struct color {
    uint8_t r, g, b, a; /* not premultiplied; a = 255 is opaque */
};

struct color color_fade(struct color c, double alpha);            /* alpha 0..1, multiplied */
struct color color_mix(struct color a, struct color b, double t); /* t = 0: a, 1: b */
double color_contrast(struct color a, struct color b);            /* WCAG ratio, 1..21 */

enum face {
    FACE_SANS,
    FACE_SANS_MEDIUM,
    FACE_SANS_SEMIBOLD,
    FACE_MONO,
    FACE_MONO_SEMIBOLD,
    FACE_CJK, /* the two CJK faces are chosen by text, run by run */
    FACE_CJK_BOLD,
    FACE_COUNT
};

struct font {
    enum face face;
    double px; /* em size in logical pixels */
};

enum type_role {
    TYPE_HEADLINE, /* caption headline 20/600 */
    TYPE_CLOCK,    /* time readout 22 mono 600 */
    TYPE_SCENARIO, /* scenario title 15/600 */
    TYPE_REASON,   /* caption reason 15/400 */
    TYPE_TITLE,    /* panel title, node name 13/600 */
    TYPE_BODY,     /* body, table 13/400 */
    TYPE_VALUE,    /* field value 13 mono 600 */
    TYPE_CODE,     /* address, plain mono value 13 mono 400 */
    TYPE_LABEL,    /* label, note 11.5/500 */
    TYPE_TAG,      /* state tag, strong label 11.5/600 */
    TYPE_AXIS,     /* axis, bytes 11 mono 400 */
    TYPE_COUNT
};

/* A packet kind or a meaning: the fill and what stands on it, the word on a panel, the band. */
struct hue {
    struct color fill, on, text, pale;
};

enum theme_name { THEME_LIGHT, THEME_DARK, THEME_COUNT };

struct theme {
    enum theme_name name;
    struct color bg, panel, sunk, tint, hair, hair2, wire, wire2, ink, ink2, ink3;
    struct color marker, on_marker;
    struct hue control, data, retx, loss, report, media; /* loss: also RST, errors and timers */
    struct color ack;   /* outline of a bare ACK; its fill is panel, its word ink */
    struct color hatch; /* on retx.fill */
    double projector;   /* 1, 1.5 or 2: type and strokes are multiplied by it */
};

/* projector: 1, 1.5 or 2. */
struct theme theme_make(enum theme_name name, double projector);
const char *theme_code(enum theme_name name); /* "light", "dark" */
bool theme_parse(const char *code, enum theme_name *out);

/* The font of a role, projector scale and minimum size (11; 18 at 1.5; 24 at 2) applied. */
struct font theme_font(const struct theme *t, enum type_role role);

/* Sizes in logical pixels at projector 1. */
#define SIZE_UNIT       4.0
#define SIZE_GAP        12.0 /* window margin and gap between panels */
#define SIZE_PADDING    16.0 /* inside a panel */
#define RADIUS_PANEL    10.0
#define RADIUS_CONTROL  6.0
#define RADIUS_CELL     5.0
#define STROKE_BORDER   1.0
#define STROKE_NODE     2.0
#define STROKE_LIFELINE 1.8
#define STROKE_FLIGHT   2.2
#define STROKE_CURVE    3.0
#define STROKE_GRID     1.0
#define SIZE_CONTROL    32.0 /* height of a control and least hit area */
#define SIZE_TRANSPORT  38.0
