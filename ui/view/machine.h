#pragma once
/* The diagram of a state machine: boxes and ways between them, laid out for a rectangle. machine.c
 * chooses which, machine_picture.c draws it; machine_layout.c lays it out, as machine_figures.c has
 * it if a standard prints one. */

#include "ui/view/view.h"

#define DIAGRAM_BOXES  32u
#define DIAGRAM_ROUTES 96u
#define ROUTE_POINTS   4u

struct diagram_box {
    unsigned state;
    struct rect rect;
    bool is_last; /* the end drawn apart from the beginning, though it is the same state */
};

struct diagram_route {
    unsigned from, to; /* states */
    struct point p[ROUTE_POINTS];
    unsigned count;
    bool is_curve; /* p[1] and p[2] are its control points */
    bool is_side;  /* shown only once it was taken */
    struct point label;
    const char *key; /* of its words; NULL: none */
};

struct diagram {
    struct diagram_box boxes[DIAGRAM_BOXES];
    struct diagram_route routes[DIAGRAM_ROUTES];
    unsigned box_count, route_count;
    double scale;          /* of the drawing that it was made from; below 0.8 few words fit */
    enum packet_kind kind; /* of the capsules on its ways */
    bool has_room;         /* at the bottom right */
};

/* A figure of a standard; its lists end with a NULL. A way runs from one box to another over
 * corners; x or y of an end is given, the rest follows from the box. */
struct figure_box {
    const char *state;
    struct point at;
    bool is_last;
};
struct figure_route {
    const char *from, *to;
    unsigned count;
    struct point p[ROUTE_POINTS], label;
};
struct drawing {
    const struct figure_box *boxes; /* NULL ends the list of figures */
    const struct figure_route *routes;
    double w, h, box_w, box_h, last_h;
    double row; /* what two rows of boxes need, in the figure's height */
    enum packet_kind kind;
    bool has_room;
};
extern const struct drawing machine_figures[];

/* widest: of the names of the states, in pixels, padding included. */
void diagram_make(struct diagram *d, const struct machine *m, struct rect area, double widest,
                  double k);
/* The box of a state; a machine that came back to its beginning stands in the last one. */
const struct diagram_box *diagram_box_of(const struct diagram *d, unsigned state, bool is_back);
