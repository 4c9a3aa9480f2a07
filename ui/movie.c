/* Pictures go through a pipe to ffmpeg, which writes into a file that gets its name when all is
 * well: whatever ends either of them, no part of a film stays. */
#include "ui/movie.h"

#include "base/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct movie {
    struct os_pipe *pipe;
    int w, h;
    bool is_short; /* ffmpeg has not taken all */
    char *path;
    struct os_out out;
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
    struct buf name = {0};
    buf_printf(&name, "file:"); /* what follows is neither an option nor another protocol */
    os_out_name(&m->out, OS_PIPE_OUT, &name);
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
                    buf_cstr(&name),
                    NULL};
    m->pipe = os_pipe_open(argv, m->out.file);
    int reason = errno;
    buf_free(&name);
    errno = reason;
}

static void free_movie(struct movie *m)
{
    free(m->path);
    free(m);
}

/* Nothing was begun. */
static struct movie *refuse(struct movie *m, const char *key, struct err *err)
{
    err_fail(err, key, "file", m->path, "why", strerror(errno), NULL);
    free_movie(m);
    return NULL;
}

struct movie *movie_open(const char *path, int w, int h, unsigned rate, struct err *err)
{
    struct movie *m = os_alloc(sizeof *m);
    m->w = w;
    m->h = h;
    m->path = os_alloc(strlen(path) + 1);
    memcpy(m->path, path, strlen(path));
    if (!os_out_open(&m->out, path)) {
        return refuse(m, "cli.cannot-write", err);
    }
    start(m, rate, ends_in(path, ".gif"));
    if (!m->pipe) {
        int reason = errno;
        os_out_abort(&m->out);
        errno = reason;
        return refuse(m, errno == ENOENT ? "movie.no-ffmpeg" : "movie.failed", err);
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
            m->is_short = true;
            return false;
        }
    }
    return true;
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Boxes follow one another to the very end, and one tells of the others (ISO/IEC 14496-12). */
static bool is_whole_mp4(FILE *f)
{
    uint8_t head[16];
    bool has_index = false;
    long at = 0;
    while (fread(head, 1, 8, f) == 8) {
        uint64_t size = big_endian(head);
        if (size == 1 && fread(head + 8, 1, 8, f) == 8) {
            size = (uint64_t)big_endian(head + 8) << 32 | big_endian(head + 12);
        }
        has_index |= memcmp(head + 4, "moov", 4) == 0;
        at += (long)size;
        if (size < 8 || fseek(f, at, SEEK_SET) != 0) {
            return false;
        }
    }
    return has_index && fseek(f, 0, SEEK_END) == 0 && ftell(f) == at;
}

/* ffmpeg ends with status 0 though the last bytes found no room. What went to a device cannot be
 * looked at. */
static bool is_whole(const struct movie *m)
{
    struct buf name = {0};
    if (!m->out.temporary) {
        return true;
    }
    os_out_name(&m->out, -1, &name);
    FILE *f = fopen(buf_cstr(&name), "rb");
    buf_free(&name);
    bool is_good = f && (ends_in(m->path, ".gif")
                             ? fseek(f, -1, SEEK_END) == 0 && fgetc(f) == ';' /* its trailer */
                             : is_whole_mp4(f));
    if (f) {
        fclose(f);
    }
    return is_good;
}

bool movie_close(struct movie *m, struct err *err)
{
    int status = os_pipe_close(m->pipe);
    bool is_made = status == 0 && !m->is_short && is_whole(m);
    bool is_good = is_made && os_out_commit(&m->out);
    if (!is_made) {
        char number[16];
        snprintf(number, sizeof number, "%d", status);
        err_fail(err, "movie.broken", "file", m->path, "status", number, NULL);
        os_out_abort(&m->out);
    } else if (!is_good) {
        err_fail(err, "cli.cannot-write", "file", m->path, "why", strerror(errno), NULL);
    }
    free_movie(m);
    return is_good;
}

void movie_abort(struct movie *m)
{
    os_pipe_close(m->pipe);
    os_out_abort(&m->out);
    free_movie(m);
}
