#pragma once
/* The icons, drawn by code on a grid of 20 with round strokes of 1.7. */

#include "ui/canvas.h"

enum icon {
    ICON_NONE,
    ICON_FIRST,
    ICON_PREVIOUS,
    ICON_PLAY,
    ICON_PAUSE,
    ICON_NEXT,
    ICON_LAST,
    ICON_LOOP,
    ICON_CLOCK,
    ICON_AGAIN,
    ICON_CHECK,
    ICON_CROSS,
    ICON_BULB,
    ICON_CAMERA,
    ICON_PROJECTOR,
    ICON_MOON,
    ICON_SUN,
    ICON_HELP,
    ICON_LAPTOP,
    ICON_SERVER,
    ICON_ROUTER,
    ICON_SWITCH,
    ICON_PHONE,
    ICON_PRINTER,
    ICON_MIC,
    ICON_SPEAKER,
    ICON_CHEVRON_DOWN,
    ICON_COUNT
};

const char *icon_name(enum icon i); /* "first", "chevron-down", …, for the gallery and tests */

/* Centred on (x, y), `size` pixels for the 20 of the grid; strokes scale with it. */
void icon_draw(struct canvas *c, enum icon i, double x, double y, double size, struct color color);
/* The same with strokes of `width` on the grid of 20 (small icons need heavier ones). */
void icon_draw_heavy(struct canvas *c, enum icon i, double x, double y, double size, double width,
                     struct color color);
/* The mark, 28 x 12: a packet on a wire; (x, y) is its middle, k scales it. */
void logo_draw(struct canvas *c, double x, double y, double k, const struct theme *t);
