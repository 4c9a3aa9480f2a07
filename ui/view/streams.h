#pragma once
/* A connection's bytes as two strips, what the sender and what the receiver know of each: sent and
 * acknowledged, in flight, usable, beyond; read, buffered, out of order, room. Numbers are offsets
 * from the initial sequence number. streams.c finds the ends and places the rows, streams_strips.c
 * draws the strips, streams_between.c what flies between them and the legend. */

#include "ui/view/actors.h"

/* One direction of a connection. */
struct way {
    uint32_t sender, receiver; /* entities; receiver 0: it is not there yet */
    const struct plot_spans *sent, *reported;
};

/* What holds at the scene's time, in offsets. */
struct stream_now {
    double una, nxt, window; /* window: right edge of the peer's */
    double usable;           /* right edge of what may be sent: the lesser of window and cwnd */
    double cwnd;
    double read, rcv_nxt, rcv_edge;
};

struct stream_frame {
    struct ui *ui;
    const struct scene *s;
    struct way stream;
    struct stream_now now;
    double first, shown; /* bytes: at the left edge, and how many */
    double x, w;
    double top, bottom, cell; /* y of the strips, their height */
    bool has_pointers, has_between;
};

/* Draws the strips of the connection that is looked at into r. False: there is none. */
bool streams_draw(struct ui *ui, const struct scene *s, struct rect r);

double stream_x(const struct stream_frame *f, double byte);
/* The number that stands on the wire for an offset, or the offset itself (key R). */
uint32_t stream_number(const struct stream_frame *f, double byte);

/* streams_strips.c */
void stream_draw_sender(const struct stream_frame *f);
void stream_draw_receiver(const struct stream_frame *f);

/* streams_between.c */
void stream_draw_between(const struct stream_frame *f);
/* From (r.x, r.y) down; returns the height. With is_measured nothing is drawn. */
double stream_legend(struct ui *ui, struct rect r, bool has_sack, bool is_measured);
enum stream_look {
    STREAM_ACKED,
    STREAM_FLIGHT,
    STREAM_AGAIN,
    STREAM_REPORTED,
    STREAM_USABLE,
    STREAM_BEYOND,
    STREAM_BUFFERED,
    STREAM_EARLY,
    STREAM_LOOKS,
};
/* Bytes of one kind. */
void stream_cell(struct ui *ui, struct rect r, enum stream_look look);
