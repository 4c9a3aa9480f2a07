#pragma once
/* One machine of two ends as a picture: the panel chooses which, machine_picture.c follows what the
 * ends went through and draws. */

#include "ui/view/machine.h"

#define ENDS_MAX 2u

struct end {
    uint32_t node, actor;
    char letter[8];
    unsigned state;
    bool is_back; /* it has left its first state before */
};

struct machine_picture {
    struct ui *ui;
    const struct scene *s;
    const struct machine *machine;
    unsigned which; /* machine's number in its type */
    struct end ends[ENDS_MAX];
    unsigned end_count;
    struct diagram d;
    uint8_t taken[DIAGRAM_ROUTES]; /* bit of each end that went there */
    sim_time news;                 /* when the way just taken was taken; -1: none */
    bool is_new[DIAGRAM_ROUTES];
};

/* p: zero but for ui, s, machine, which and its ends; the rest is filled here. */
void machine_picture_draw(struct machine_picture *p, struct rect r);
