#pragma once
/* The window: input as events, presenting a picture. platform_sdl.c is the only file with SDL. */

#include "base/err.h"
#include "ui/canvas_cairo.h"
#include "ui/event.h"

#include <stdbool.h>

struct platform;

/* w, h in logical pixels. NULL: *err tells (no display is the usual cause). */
struct platform *platform_new(const char *title, int w, int h, struct err *err);
/* Once, at the end of the process: an open window goes with it. NULL is fine. */
void platform_free(struct platform *p);

/* Pixels of the window now, and how many of them make a logical pixel. */
void platform_size(const struct platform *p, int *w, int *h, double *scale);
/* The next event. wait_ms: how long to wait for one; 0: not at all. */
bool platform_event(struct platform *p, int wait_ms, struct ui_event *out);
/* Shows the picture; one of another size than the window is placed at the top left. */
void platform_present(struct platform *p, struct pixels picture);
/* Sleeps until the next 1/60 s has begun. */
void platform_pace(struct platform *p);
void platform_fullscreen(struct platform *p); /* on, off */
void platform_title(struct platform *p, const char *title);
