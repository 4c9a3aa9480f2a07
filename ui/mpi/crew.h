#pragma once
/* The ranks of a sweep under MPI. Rank 0 leads: it keeps the journal and the table, shares out the
 * runs in handfuls, and does runs itself. The others ask for a handful while they still have one,
 * and send each row as soon as it is made.
 *
 * A lost rank loses no row: what it was asked for and has not sent is run again by rank 0, once
 * nothing else is left to do. A row depends on nothing but its run, so it does not matter who made
 * it, nor if two did. */

#include "ui/cli/sweep.h"

/* The crew of rank 0, as sweep_run asks for it; ends when every row is there. */
bool crew_lead(struct sweep *s);
/* Rank 0, when the table is written: sends the others home. False: some rank does not answer. */
bool crew_dismiss(void);
/* The other ranks: works until rank 0 says that it is enough. False: rank 0 does not answer. */
bool crew_follow(struct sweep *s);
