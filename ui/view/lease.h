#pragma once
/* What the two halves of the lease panel share: lease.c lays out the bars of the clients,
 * lease_bar.c draws one, lease_pool.c the books of the servers. */

#include "ui/view/view.h"

#define LEASE_ROW_WORDS 42.0 /* below this a row has no words of its own */
#define LEASE_ROW_ALL   56.0 /* below this none under its bar */

struct lease_bars {
    struct ui *ui;
    const struct scene *s;
    const struct leases *l;
    struct rect plot;  /* of the bars, left and right the ends of the axis */
    sim_time from, to; /* of the axis */
    double row;        /* height of a row */
    double bottom;     /* of the last bar */
    uint32_t focus;    /* node that the present caption step is about; UINT32_MAX: none */
};

struct lease_view {
    double scroll; /* of the bars */
};

/* The height that the servers' books want in a panel of that width; 0: there are none. */
double lease_pool_height(struct ui *ui, const struct scene *s, double width, double room);
void lease_pool_draw(struct ui *ui, const struct scene *s, struct rect r);

/* lease_bar.c: a span of a client's bar, its top at y. */
double lease_x(const struct lease_bars *b, sim_time t);
double lease_bar_height(const struct lease_bars *b);
/* next: where the bar behind it begins, SIM_NEVER: none. */
void lease_draw_span(const struct lease_bars *b, const struct lease_span *p, sim_time next,
                     double y, double h);
void lease_draw_rim(const struct lease_bars *b, const struct lease_span *p, double y, double h);
void lease_draw_ticks(const struct lease_bars *b, const struct lease_span *p, double y, double h);
void lease_draw_words(const struct lease_bars *b, const struct lease_span *p, double y);
void lease_draw_tries(const struct lease_bars *b, const struct lease_client *c, double y, double h);
