#pragma once
/* What the views draw alike: the packet capsule and its friends. Sizes are logical pixels; strokes
 * and default sizes are multiplied by ui->k here, heights and radii given by the caller are not. */

#include "ui/widgets.h"
#include "wire/dissect.h"

/* PACKET_ACK: fill panel, on ink, text ink-2, pale tint. */
struct hue packet_hue(const struct theme *t, enum packet_kind kind);

struct capsule {
    enum packet_kind kind;
    const char *label;
    const char *extra;   /* mono, after the label ("1000"); NULL: none */
    double h;            /* height: 18 dense ladder, 22 ladder, 24..26 in focus; times ui->k */
    struct point motion; /* direction of flight, zero at rest; gives the chevron and the echoes */
    bool no_echo;        /* chevron without echoes (ladder) */
    bool is_selected, is_hovered;
    bool
        differs; /* it has no equal in the run beside or before this one: a diamond at its corner */
    bool is_marked;   /* a queue has marked it (CE): a flag at its lower corner */
    bool is_again;    /* sent again: amber, hatched, loop arrow */
    unsigned tries;   /* number in the corner disc: 2 = second copy; 0: no disc */
    unsigned repeats; /* duplicate ACK count in the corner disc; 0: no disc */
    double alpha;     /* 0 means 1; the future is 0.45 */
    bool is_ghost;    /* only the run before had it: a dashed outline, faint words */
    bool no_rim;      /* inline in text */
};
double capsule_width(struct ui *ui, const struct capsule *p);
/* Centred on (x, y). Returns its box without rim and disc. */
struct rect capsule_draw(struct ui *ui, double x, double y, const struct capsule *p);
/* The mark of what differs between runs side by side. */
void part_diamond(struct ui *ui, double x, double y, double radius);

/* Text with packets in it: each U+FFFC ("\xEF\xBF\xBC") is the next of `capsules` (their h is set
 * by the font). Broken into lines of r.w, at most max_lines (then "…"). Returns the height used;
 * with is_measured only that. */
double rich_text(struct ui *ui, struct rect r, enum type_role role, struct color color,
                 const char *s, struct capsule *capsules, unsigned count, unsigned max_lines,
                 bool is_measured);

/* Ring with a cross where a packet died; radius 0: the default, 10. */
void part_loss(struct ui *ui, double x, double y, double radius);
void part_clock(struct ui *ui, double x, double y, double radius); /* disc where a timer fires */
/* A flight over the ladder: a line with an arrow head at its end (head = false: none yet). */
void part_flight(struct ui *ui, struct point from, struct point to, struct color color, bool head);
/* The way not gone (the rest of a lost packet's, or the future): dashes, small arrow head. */
void part_flight_dashed(struct ui *ui, struct point from, struct point to, struct color color);
/* The dotted amber thread from a first copy to its repeat, bulging to `bulge` pixels at the side.
 */
void part_thread(struct ui *ui, struct point from, struct point to, double bulge);

/* Timer beside a lifeline: hatched from y0 to y1, planned to y2 as a dashed outline (y2 <= y1:
 * none), clock disc at y1 when it fired. Its width is part_timer_width. */
void part_timer_bar(struct ui *ui, double x, double y0, double y1, double y2, bool fired);
double part_timer_width(const struct ui *ui); /* 10 */
/* Ring that fills clockwise with what has gone (0..1), text inside; pulse 1..1.15. */
void part_timer_ring(struct ui *ui, double x, double y, double radius, double gone,
                     const char *text);

enum part_state { STATE_CURRENT, STATE_VISITED, STATE_NOT_YET };
/* State of a machine in a box. */
void part_state(struct ui *ui, struct rect r, const char *name, enum part_state look);
/* Small state tag of the ladder: height 22·k; x is its left or right edge or its middle. */
struct rect part_state_tag(struct ui *ui, double x, double y, enum align align, const char *name,
                           bool is_current, double alpha);
/* A grey tag (protocol name, RFC reference). Returns its box. */
struct rect part_tag(struct ui *ui, double x, double y, enum align align, const char *text,
                     bool is_mono);
/* A number in a dark disc. */
void part_disc(struct ui *ui, double x, double y, double radius, unsigned number);

/* Time flag whose tip points right at x, and the ink line from x to x1. */
void part_now(struct ui *ui, double x, double x1, double y, const char *label);
/* Double zigzag from x0 to x1 around y over what lies below, its words in the middle. */
void part_fold(struct ui *ui, double x0, double x1, double y, const char *words);
double part_fold_height(const struct ui *ui); /* of the band that the fold covers */

enum part_node { PART_HOST, PART_ROUTER, PART_SWITCH }; /* switch: a low box */
/* Host: rounded square of `size`, router: circle of size * 0.75, switch: size wide, half as high.
 * Name and note stand below. */
void part_node(struct ui *ui, double x, double y, double size, enum part_node shape, enum icon icon,
               const char *name, const char *note);
/* Pill with icon and name on top of a lifeline, centred on (x, y). Returns its box. */
struct rect part_lifeline_head(struct ui *ui, double x, double y, enum icon icon, const char *name);
/* The body of a link between two points. */
void part_link(struct ui *ui, struct point a, struct point b);

/* Panel with title, grey note after it and note at the right (NULL: none). Returns the inside. */
struct rect part_panel(struct ui *ui, struct rect r, const char *title, const char *note,
                       const char *right);
/* Explanation box: sunk, yellow left edge. Returns the inside. */
struct rect part_explanation(struct ui *ui, struct rect r);

enum part_cell {
    CELL_ACKED,
    CELL_SENT,
    CELL_AGAIN,
    CELL_USABLE,
    CELL_LATER,
    CELL_EXPECTED,
    CELL_THROWN,
    CELL_PASSED
};
void part_cell(struct ui *ui, struct rect r, enum part_cell look, const char *label);
/* The dark frame of a window over cells, with a name on its top edge (NULL: none). */
void part_window_frame(struct ui *ui, struct rect r, const char *name);
/* Small mark of an event above a scrubber: the packet's shape, a cross, a clock. */
enum part_mark { MARK_PACKET, MARK_LOSS, MARK_TIMEOUT };
void part_mark(struct ui *ui, double x, double y, enum part_mark mark, enum packet_kind kind,
               bool is_again, double alpha);
