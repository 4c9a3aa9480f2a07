#pragma once
/* The arguments of slowwire-ui. */

#include "base/err.h"
#include "ui/shell.h"

struct options {
    struct shell_options shell; /* fonts not set */
    int w, h;                   /* logical pixels */
    double scale;               /* pixels to a logical pixel; 0: what the screen says */
    const char *tell;           /* file into which the window writes what it shows; NULL: none */
    const char *screenshot, *script, *file;
    bool help, version;
};

/* False: *err tells what is wrong with them. The language of *err becomes the chosen one. */
bool options_read(int argc, char **argv, struct options *o, struct err *err);
void options_help(enum lang lang, FILE *out);
