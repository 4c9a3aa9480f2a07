/* Files, the terminal, the clock and memory by POSIX; os_out.c has what is written whole or not at
 * all, os_pool.c the processes. No other file of sim/ knows POSIX. */
#define _XOPEN_SOURCE   700
#define _DEFAULT_SOURCE /* madvise */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

_Noreturn void os_out_of_memory(void)
{
    static const char message[] = "slowwire: error: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(3);
}

void *os_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p) {
        os_out_of_memory();
    }
    return p;
}

void *os_realloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);
    if (!p) {
        os_out_of_memory();
    }
    return p;
}

/* A large page is faulted in whole: only what is surely going to be filled asks for them. */
void *os_alloc_pages(size_t size)
{
    const size_t large = (size_t)1 << 21;
    void *p = NULL;
    if (posix_memalign(&p, size >= 2 * large ? large : 64, size ? size : 1) != 0) {
        os_out_of_memory();
    }
#ifdef MADV_HUGEPAGE
    if (size >= 2 * large) {
        madvise(p, size, MADV_HUGEPAGE); /* a wish: without it pages are small */
    }
#endif
    return p;
}

bool os_read_file(const char *path, size_t limit, struct buf *out)
{
    bool is_standard = strcmp(path, "-") == 0;
    FILE *f = is_standard ? stdin : fopen(path, "rb");
    if (!f && errno == ENOMEM) {
        os_out_of_memory();
    }
    if (!f) {
        return false;
    }
    size_t start = out->len;
    bool good = true;
    for (;;) {
        uint8_t *room = buf_extend(out, 65536);
        size_t n = fread(room, 1, 65536, f);
        out->len -= 65536 - n;
        if (n == 0) {
            break;
        }
        if (out->len - start > limit) {
            errno = EFBIG;
            good = false;
            break;
        }
    }
    int reason = ferror(f) ? (errno ? errno : EIO) : good ? 0 : errno;
    if (!is_standard) {
        fclose(f);
    }
    errno = reason;
    return reason == 0;
}

int64_t os_wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void os_date(char out[OS_DATE_SIZE])
{
    time_t now = time(NULL);
    struct tm parts = {0};
    gmtime_r(&now, &parts);
    strftime(out, OS_DATE_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
}

void os_pause(int64_t ns)
{
    struct timespec span = {.tv_sec = (time_t)(ns / 1000000000),
                            .tv_nsec = (long)(ns % 1000000000)};
    nanosleep(&span, NULL);
}

unsigned os_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}

bool os_is_terminal(FILE *f)
{
    return isatty(fileno(f)) == 1;
}

unsigned os_terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

bool os_is_directory(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && S_ISDIR(what.st_mode);
}

bool os_is_file(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && S_ISREG(what.st_mode);
}

bool os_stamp_of(const char *path, struct os_stamp *out)
{
    struct stat what;
    if (stat(path, &what) != 0) {
        return false;
    }
    *out = (struct os_stamp){.changed_ns = (int64_t)what.st_mtim.tv_sec * INT64_C(1000000000) +
                                           what.st_mtim.tv_nsec,
                             .size = (int64_t)what.st_size,
                             .number = (int64_t)what.st_ino};
    return true;
}

bool os_is_link(const char *path)
{
    struct stat what;
    return lstat(path, &what) == 0 && S_ISLNK(what.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool os_list(const char *directory, void (*each)(void *context, const char *name), void *context)
{
    DIR *d = opendir(directory);
    if (!d) {
        return false;
    }
    char **names = NULL;
    size_t count = 0, cap = 0;
    for (struct dirent *entry; (entry = readdir(d));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (count == cap) {
            cap = cap ? cap * 2 : 32;
            names = os_realloc(names, cap * sizeof *names);
        }
        size_t n = strlen(entry->d_name) + 1;
        names[count] = os_alloc(n);
        memcpy(names[count++], entry->d_name, n);
    }
    closedir(d);
    if (count) {
        qsort(names, count, sizeof *names, by_name);
    }
    for (size_t i = 0; i < count; i++) {
        each(context, names[i]);
        free(names[i]);
    }
    free(names);
    return true;
}

/* Where /proc is not there, as in a bare root, the kernel still says by which path it was started.
 */
static bool program_path(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    if (n > 0) {
        out[n] = '\0';
        return true;
    }
    const char *started = (const char *)getauxval(AT_EXECFN);
    char *whole = started ? realpath(started, NULL) : NULL;
    bool good = whole && strlen(whole) < size;
    if (good) {
        strcpy(out, whole);
    }
    free(whole);
    return good;
}

void os_program_directory(char *out, size_t size)
{
    if (!program_path(out, size)) {
        snprintf(out, size, ".");
        return;
    }
    char *slash = strrchr(out, '/');
    if (slash) {
        slash[slash == out] = '\0';
    }
}

bool os_find_bundled(const char *name, char *out, size_t size)
{
    static const char *const places[] = {"", "/../share/slowwire"};
    char directory[4096];
    os_program_directory(directory, sizeof directory);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(out, size, "%s%s/%s", directory, places[i], name);
        struct stat what;
        if (n > 0 && (size_t)n < size && stat(out, &what) == 0) {
            return true;
        }
    }
    return false;
}

void os_exec_beside(const char *program, char **argv)
{
    char directory[4096], path[4200];
    os_program_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/%s", directory, program);
    argv[0] = path;
    fflush(NULL);
    execv(path, argv);
}

bool os_journal_open(struct os_journal *j, const char *path, struct buf *before)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (j->fd < 0) {
        return false;
    }
    if (fcntl(j->fd, F_SETLK, &whole) != 0) {
        int why = errno == EACCES ? EAGAIN : errno;
        close(j->fd);
        errno = why;
        return false;
    }
    for (;;) {
        uint8_t *room = buf_extend(before, 65536);
        ssize_t n = read(j->fd, room, 65536);
        before->len -= 65536 - (n > 0 ? (size_t)n : 0);
        if (n <= 0) {
            return n == 0;
        }
    }
}

bool os_journal_cut(struct os_journal *j, size_t len)
{
    return ftruncate(j->fd, (off_t)len) == 0;
}

bool os_journal_add(struct os_journal *j, struct bytes line)
{
    while (line.len > 0) {
        ssize_t n = write(j->fd, line.data, line.len);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        line = bytes_sub(line, n > 0 ? (size_t)n : 0, line.len);
    }
    return true;
}

void os_journal_close(struct os_journal *j)
{
    close(j->fd);
}

bool os_remove(const char *path)
{
    return unlink(path) == 0;
}

/* Makes every folder above the last part of a path. */
static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!good) {
            return false;
        }
    }
    return true;
}

bool os_state_file(const char *name, bool makes, char *out, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n = state && *state == '/' ? snprintf(out, size, "%s/slowwire/%s", state, name)
            : home && *home == '/' ? snprintf(out, size, "%s/.local/state/slowwire/%s", home, name)
                                   : -1;
    return n > 0 && (size_t)n < size && (!makes || make_folders(out));
}

bool os_full_path(const char *path, char *out, size_t size)
{
    char *full = realpath(path, NULL);
    bool fits = full && strlen(full) < size;
    if (fits) {
        memcpy(out, full, strlen(full) + 1);
    }
    free(full);
    return fits;
}
