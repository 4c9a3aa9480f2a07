#pragma once
/* What the files of the window strips share. */

#include "ui/view/actors.h"

#define WINDOW_COLUMNS 64

/* Both ends of one flow; 0: that end keeps no set. */
struct pair {
    uint32_t flow, top, bottom;
};

struct strip {
    struct ui *ui;
    const struct scene *s;
    struct pair pair;
    int64_t first; /* key of the left column */
    unsigned columns;
    double x, cell, pitch, right; /* right: where the room of the columns ends */
    double top, bottom;           /* y of the cells */
    double below;                 /* room under the upper cells for what points at them */
    char label[WINDOW_COLUMNS][16];
};

double windows_column_x(const struct strip *g, double key); /* left edge of a column */
/* What flies between the rows of the strip. */
void windows_between(const struct strip *g);
/* The newest answer that came back, around x at the right of the strips. */
void windows_answer(const struct strip *g, double x);
bool windows_is_thrown(const struct strip *g, int64_t key); /* its lower cell says so now */
void windows_thrown(const struct strip *g, double x, double y);
