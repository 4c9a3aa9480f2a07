#pragma once
/* What the files of the states' view share: state.c (columns, machines, rings), state_vars.c (the
 * table of variables below). */

#include "ui/view/actors.h"

#define COLUMNS_MAX 3u

struct column {
    uint32_t node;
    uint32_t actors[4];
    unsigned actor_count;
};

struct states { /* how far the tables are scrolled */
    double scroll[COLUMNS_MAX];
};

struct pen {
    struct ui *ui;
    const struct scene *s;
    struct states *self;
};

/* The table of a column's variables; it scrolls if it is too long. */
void state_vars(const struct pen *p, const struct column *c, unsigned index, struct rect r);
