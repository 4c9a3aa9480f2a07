#pragma once
/* What the two halves of the lease panel share: lease.c draws the bars of the clients, lease_pool.c
 * the books of the servers. */

#include "ui/view/view.h"

struct lease_view {
    double scroll; /* of the bars */
};

/* The height that the servers' books want in a panel of that width; 0: there are none. */
double lease_pool_height(struct ui *ui, const struct scene *s, double width, double room);
void lease_pool_draw(struct ui *ui, const struct scene *s, struct rect r);
