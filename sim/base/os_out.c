/* Output that is there whole or not at all. Where the system can, the file has no name until it is
 * whole: then nothing is left of it whatever ends the process, SIGKILL too. Elsewhere it stands
 * beside its place under another name. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "base/os.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUFFIX = 24, NAMES_TRIED = 100 };

static bool is_special(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && !S_ISREG(what.st_mode);
}

/* A file without a name in the directory of `path`; -1: the system has none. */
static int open_unnamed(const char *path)
{
#ifdef O_TMPFILE
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) + (slash == path) : 1;
    char *directory = os_alloc(n + 1);
    memcpy(directory, slash ? path : ".", n);
    int fd = access("/proc/self/fd", X_OK) == 0
                 ? open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666)
                 : -1;
    free(directory);
    return fd;
#else
    (void)path;
    return -1;
#endif
}

static int open_beside(char *temporary)
{
    int fd = mkstemp(temporary);
    if (fd >= 0) {
        mode_t mask = umask(0);
        umask(mask);
        if (fchmod(fd, 0666 & ~mask) != 0) {
            close(fd);
            unlink(temporary);
            return -1;
        }
    }
    return fd;
}

static FILE *open_new(struct os_out *out, size_t n)
{
    out->temporary = os_alloc(n + SUFFIX);
    snprintf(out->temporary, n + SUFFIX, "%s.XXXXXX", out->path);
    int fd = open_unnamed(out->path);
    out->is_unnamed = fd >= 0;
    fd = out->is_unnamed ? fd : open_beside(out->temporary);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (fd >= 0 && !file) {
        close(fd);
        if (!out->is_unnamed) {
            unlink(out->temporary);
        }
    }
    return file;
}

static void forget(struct os_out *out)
{
    int reason = errno;
    free(out->path);
    free(out->temporary);
    *out = (struct os_out){0};
    errno = reason;
}

bool os_out_open(struct os_out *out, const char *path)
{
    *out = (struct os_out){0};
    if (strcmp(path, "-") == 0) {
        out->file = stdout;
        return true;
    }
    size_t n = strlen(path);
    out->path = os_alloc(n + 1);
    memcpy(out->path, path, n);
    /* A device or a pipe is no file that another could take the place of. */
    out->file = is_special(path) ? fopen(path, "wb") : open_new(out, n);
    if (!out->file) {
        forget(out);
        return false;
    }
    return true;
}

/* A name for what has none, from which it can be renamed over what stands in its place. */
static bool give_name(struct os_out *out)
{
    char self[SUFFIX + 16];
    size_t n = strlen(out->path) + SUFFIX;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(out->file));
    for (unsigned i = 0; i < NAMES_TRIED; i++) {
        snprintf(out->temporary, n, "%s.%lx-%u", out->path, (unsigned long)getpid(), i);
        if (linkat(AT_FDCWD, self, AT_FDCWD, out->temporary, AT_SYMLINK_FOLLOW) == 0) {
            out->is_unnamed = false;
            return true;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return false;
}

void os_out_name(const struct os_out *out, int fd, struct buf *name)
{
    if (out->is_unnamed) {
        buf_printf(name, "/proc/self/fd/%d", fd < 0 ? fileno(out->file) : fd);
    } else {
        buf_printf(name, "%s", out->temporary ? out->temporary : out->path);
    }
}

void os_fill_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            int got = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
            assert(got == fd || got < 0);
        }
    }
}

/* Why an earlier write failed is forgotten by now: the system is asked again. */
bool os_flush(FILE *f)
{
    errno = 0;
    if (fflush(f) == 0 && !ferror(f)) {
        return true;
    }
    if (errno == 0 && write(fileno(f), "\n", 1) == 1) {
        errno = EIO;
    }
    return false;
}

bool os_out_commit(struct os_out *out)
{
    bool good = os_flush(out->file);
    if (!out->path) {
        *out = (struct os_out){0};
        return good;
    }
    good = good && (!out->is_unnamed || give_name(out));
    int reason = errno;
    if (fclose(out->file) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (good && out->temporary && rename(out->temporary, out->path) != 0) {
        good = false;
        reason = errno;
    }
    if (!good && out->temporary && !out->is_unnamed) {
        unlink(out->temporary);
    }
    errno = reason;
    forget(out);
    return good;
}

void os_out_abort(struct os_out *out)
{
    if (out->path) {
        fclose(out->file);
        if (out->temporary && !out->is_unnamed) {
            unlink(out->temporary);
        }
    }
    forget(out);
}
