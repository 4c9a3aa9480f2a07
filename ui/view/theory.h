#pragma once
/* What theory says beside a run: the idealised utilization, what it takes for granted, and the
 * window that fills the pipe. The window strips and the table of a race tell it in the same words.
 */

#include "ui/view/view.h"

/* The first flow whose protocol has a theory; NULL: none. */
const struct flow *theory_flow(const struct trace *t);
/* False: the figure could not be computed. 0 .. 1. */
bool theory_ideal(const struct flow *f, double *share);
void theory_percent(double share, char buf[24]);
/* "The line holds 10 kbit one way …; a window of 4 frames keeps it busy." Appended to out; nothing
 * without a rate. */
void theory_pipe(enum lang lang, const struct flow *f, struct buf *out);
/* A few sentences at the foot of r, taken off its height: what the whole run measured, the
 * idealised figure and, where r has room for it, what that takes for granted. The rest of r stays
 * at least `keep` high; nothing is drawn if it would not. */
void theory_draw(struct ui *ui, const struct trace *t, struct rect *r, double keep);
