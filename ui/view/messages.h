#pragma once
/* Messages of applications above the packets that carry them. messages.c: which talks and which
 * exchanges are shown, and where; messages_boxes.c: a message, its pieces, its tie to what it
 * answers. */

#include "ui/view/view.h"

#define MESSAGES_HITS 512u

struct messages {
    struct { /* of the last picture, for the pointer; message: from 1 */
        struct rect rect;
        uint32_t packet, message;
    } hits[MESSAGES_HITS];
    uint32_t hit_count;
};

struct messages_frame {
    struct ui *ui;
    const struct scene *s;
    struct messages *self;
    const struct talks *k;
    struct rect body; /* of the talk that is drawn, right of its names */
    bool has_again;   /* some of it was sent again: there is a second row of pieces */
    double lane_h;    /* a side's: messages, pieces */
    double box_h, piece_h;
};

/* How long a message is drawn. */
double messages_width(const struct messages_frame *f, uint32_t message);
struct rect messages_box(const struct messages_frame *f, uint32_t message, double x);
void messages_draw_box(struct messages_frame *f, uint32_t message, struct rect r);
/* From what is answered to its answer. */
void messages_draw_tie(struct messages_frame *f, uint32_t answer, struct rect question,
                       struct rect r);
/* "bytes 1–1460 of message #2 200 OK". Returns buf. */
char *messages_piece_words(const struct ui *ui, const struct scene *s,
                           const struct talk_piece *piece, char *buf, size_t size);
