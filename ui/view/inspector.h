#pragma once
/* What the parts of the packet panel share. */

#include "ui/parts.h"
#include "ui/view/view.h"
#include "wire/dissect.h"

/* What the panel keeps between two pictures. */
struct inspector {
    uint32_t packet;  /* shown last */
    unsigned tab;     /* 0: the way, n: layer n - 1 */
    int field;        /* index into the dissection's fields, -1: none */
    uint32_t message; /* chosen last */
    double scroll;
};

/* A packet taken apart, for one picture. */
struct inspection {
    struct inspector *self;
    const struct scene *scene;
    uint32_t packet;
    const struct packet *p;
    struct buf bytes; /* as they are on the wire now */
    struct dissection d;
    struct hop hops[16];
    uint32_t hop_count;
    int shown; /* field under the pointer, else the chosen one; -1: none */
};

const struct layer *inspection_layer(const struct inspection *in); /* NULL: the way */
/* The value as it stands in the cell. Returns buf. */
char *inspection_value(const struct inspection *in, const struct field *f, char *buf, size_t size);
/* "Acknowledgment number", or the name that the format gives it. Returns buf or static text. */
const char *inspection_label(const struct ui *ui, const struct inspection *in,
                             const struct field *f, const char *suffix, char *buf, size_t size);

/* The field is marked from now on, and no message. */
void inspection_choose_field(struct inspection *in, int field);
/* Of the messages of applications that it carries: the first entry of talks.by_packet, how many. */
uint32_t inspection_pieces(const struct inspection *in, uint32_t *count);
/* A byte of the packet belongs to a message; and to the one that is chosen. */
bool inspection_message_has(const struct inspection *in, unsigned byte, bool *is_chosen);

/* Each draws from (r.x, r.y) down, r.w wide, and returns the height used; with is_measured nothing
 * is drawn. */
double inspector_header(struct ui *ui, struct inspection *in, struct rect r, bool is_measured);
double inspector_messages(struct ui *ui, struct inspection *in, struct rect r, bool is_measured);
double inspector_bytes(struct ui *ui, struct inspection *in, struct rect r, bool is_measured);
double inspector_why(struct ui *ui, struct inspection *in, struct rect r, bool is_measured);
double inspector_way(struct ui *ui, struct inspection *in, struct rect r, bool is_measured);
