#pragma once
/* The conversation of slowwire probe. */

#include "run.h"

#include <stdio.h>

/* Obeys the commands of `in`, a line each, until it ends; one answer a line goes to `out`. */
void probe_talk(struct run *run, FILE *in, FILE *out);
