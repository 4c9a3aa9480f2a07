#pragma once
/* Writes the picture that the shell was asked for. */

#include "ui/shell.h"

struct fonts;

/* The shell is told how it went. */
void export_write(struct shell *s, struct fonts *fonts);
