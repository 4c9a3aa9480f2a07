#pragma once
/* The ladder's inside: lifelines in columns, rows drawn one by one. text_ladder.c decides what is a
 * line; ladder_rows.c draws it. */

#include "export/look.h"
#include "export/row.h"
#include "export/text.h"

#define LADDER_COLUMNS_MAX 24u

struct ladder {
    const struct trace *t;
    const struct text_options *o;
    FILE *out;
    uint32_t node[LADDER_COLUMNS_MAX]; /* index into nodes, left to right */
    unsigned at[LADDER_COLUMNS_MAX];   /* cell of its lifeline */
    unsigned column_count;             /* 0: they do not fit, lines name both ends */
    unsigned left, right, notes;       /* first and last lifeline; where notes begin */
    unsigned decimals;                 /* of times */
    sim_time last;                     /* time of the row above, -1: none */
    struct row row;
    struct buf line;
};

void ladder_lay_out(struct ladder *l);
void ladder_print_heads(struct ladder *l);
void ladder_print_packet(struct ladder *l, uint32_t record);
/* An event of a node's lifeline: a mark and a text. */
void ladder_print_event(struct ladder *l, sim_time at, uint32_t node, const char *mark,
                        enum row_style style, const char *text);
/* A row that says how long nothing happened. */
void ladder_print_wait(struct ladder *l, sim_time wait);
/* A row that says that `lines` are left out up to `until`. */
void ladder_print_gap(struct ladder *l, uint32_t lines, sim_time from, sim_time until);
