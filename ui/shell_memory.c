/* How the window was arranged last: read when it opens, written when it closes, a line a value.
 * What cannot be read or written is as if there had been nothing. */
#include "ui/shell_inside.h"

#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_LIMIT 4096u

static double part(double value)
{
    return value > 0.05 && value < 0.95 ? value : 0;
}

static void take(struct shell *s, const char *name, const char *value)
{
    double v = strtod(value, NULL);
    const struct {
        const char *name;
        double *part;
    } parts[] = {{"left", &s->part_left},
                 {"right", &s->part_right},
                 {"lower", &s->part_lower},
                 {"above", &s->part_lease}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, name) == 0) {
            *parts[i].part = part(v);
        }
    }
    if (strcmp(name, "theme") == 0 && !s->o.has_theme) {
        theme_parse(value, &s->theme_name);
    } else if (strcmp(name, "projector") == 0 && !s->o.has_projector &&
               (v == 1 || v == 1.5 || v == 2)) {
        s->projector = v;
    } else if (strcmp(name, "scale") == 0 && v >= -2 && v <= 3) {
        s->zoom = (int)v;
    } else if (strcmp(name, "inspector") == 0) {
        s->no_inspector = strcmp(value, "no") == 0;
    } else if (strcmp(name, "alone") == 0) {
        s->is_alone = strcmp(value, "yes") == 0;
    } else if (strcmp(name, "full") == 0) {
        s->is_full = strcmp(value, "yes") == 0;
        s->wish_out = s->is_full ? SHELL_FULLSCREEN : SHELL_NOTHING;
    } else if (strcmp(name, "ghosts") == 0) {
        s->hides_ghosts = strcmp(value, "no") == 0;
    } else if (strcmp(name, "predict") == 0) {
        s->quiz.is_unwanted = strcmp(value, "no") == 0;
    }
}

void shell_remember(struct shell *s)
{
    char path[1024], name[32], value[32];
    struct buf text = {0};
    int used = 0;
    if (os_state_file("window", false, path, sizeof path) &&
        os_read_file(path, MEMORY_LIMIT, &text)) {
        const char *at = buf_cstr(&text);
        while (sscanf(at, "%31s %31s%n", name, value, &used) == 2) {
            take(s, name, value);
            at += used;
        }
    }
    buf_free(&text);
}

void shell_keep(const struct shell *s)
{
    char path[1024];
    struct os_out out;
    if (!os_state_file("window", true, path, sizeof path) || !os_out_open(&out, path)) {
        return;
    }
    fprintf(out.file, "theme %s\nprojector %g\nscale %d\n", theme_code(s->theme_name), s->projector,
            s->zoom);
    fprintf(out.file, "left %.4f\nright %.4f\nlower %.4f\nabove %.4f\n", s->part_left,
            s->part_right, s->part_lower, s->part_lease);
    fprintf(out.file, "inspector %s\npredict %s\nalone %s\nghosts %s\nfull %s\n",
            s->no_inspector ? "no" : "yes", s->quiz.is_unwanted ? "no" : "yes",
            s->is_alone ? "yes" : "no", s->hides_ghosts ? "no" : "yes", s->is_full ? "yes" : "no");
    os_out_commit(&out);
}
