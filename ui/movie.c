/* Pictures go through a pipe to ffmpeg, which writes beside the wanted name; the name is given when
 * all is well. */
#include "ui/movie.h"

#include "base/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LONGEST 4096

struct movie {
    struct os_pipe *pipe;
    int w, h;
    char path[PATH_LONGEST], part[PATH_LONGEST + 8];
};

static bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

bool movie_is(const char *path)
{
    return ends_in(path, ".mp4") || ends_in(path, ".gif");
}

unsigned movie_rate(const char *path)
{
    return ends_in(path, ".gif") ? 12 : 30;
}

/* A palette of its own for a GIF; what every player shows for an MP4, whose sides are even. */
static void start(struct movie *m, unsigned rate, bool is_gif)
{
    static char gif[] = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=none";
    static char mp4[] = "pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p";
    char size[32], fps[16];
    snprintf(size, sizeof size, "%dx%d", m->w, m->h);
    snprintf(fps, sizeof fps, "%u", rate);
    char *argv[] = {"ffmpeg",
                    "-hide_banner",
                    "-loglevel",
                    "error",
                    "-y",
                    "-f",
                    "rawvideo",
                    "-pix_fmt",
                    "bgr0",
                    "-s",
                    size,
                    "-r",
                    fps,
                    "-i",
                    "-",
                    "-vf",
                    is_gif ? gif : mp4,
                    "-f",
                    is_gif ? "gif" : "mp4",
                    m->part,
                    NULL};
    m->pipe = os_pipe_open(argv);
}

struct movie *movie_open(const char *path, int w, int h, unsigned rate, struct err *err)
{
    struct movie *m = os_alloc(sizeof *m);
    m->w = w;
    m->h = h;
    snprintf(m->path, sizeof m->path, "%s", path);
    snprintf(m->part, sizeof m->part, "%s.part", m->path);
    start(m, rate, ends_in(path, ".gif"));
    if (!m->pipe) {
        err_fail(err, errno == ENOENT ? "movie.no-ffmpeg" : "movie.failed", "file", path, "why",
                 strerror(errno), NULL);
        free(m);
        return NULL;
    }
    return m;
}

bool movie_fits(const struct movie *m, struct pixels picture)
{
    return picture.w == m->w && picture.h == m->h;
}

bool movie_add(struct movie *m, struct pixels picture)
{
    for (int y = 0; y < m->h; y++) {
        if (!os_pipe_write(m->pipe, picture.data + (size_t)y * (size_t)picture.stride,
                           (size_t)m->w * 4)) {
            return false;
        }
    }
    return true;
}

bool movie_close(struct movie *m, struct err *err)
{
    int status = os_pipe_close(m->pipe);
    bool is_good = status == 0 && os_rename(m->part, m->path);
    if (!is_good) {
        char number[16];
        snprintf(number, sizeof number, "%d", status);
        err_fail(err, "movie.broken", "file", m->path, "status", number, NULL);
        os_remove(m->part);
    }
    free(m);
    return is_good;
}

void movie_abort(struct movie *m)
{
    os_pipe_close(m->pipe);
    os_remove(m->part);
    free(m);
}
