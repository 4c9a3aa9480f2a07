#pragma once
/* Two or three runs side by side in the window, on one clock. */

#include "base/err.h"

/* The arguments of `slowwire play --compare A B [C]`; returns the program's exit status. */
int compare_run(int argc, char **argv, struct err *err);
