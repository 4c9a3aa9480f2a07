#pragma once
/* What the operating system gives: memory, files, the terminal, the wall clock, processors.
 * os.c is the only file of sim/ that includes POSIX headers. */

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Memory that cannot be had ends the process: a message on standard error and exit status 3. */
void *os_alloc(size_t size); /* zeroed */
void *os_realloc(void *old, size_t size);
_Noreturn void os_out_of_memory(void);

/* The whole of a file ("-" is standard input) appended to `out`. False: errno says why. At most
 * `limit` bytes are read; a longer file fails with EFBIG. */
bool os_read_file(const char *path, size_t limit, struct buf *out);

/* Output that is written whole or not at all: os_out_open writes to a temporary file beside
 * `path` ("-" is standard output), os_out_commit renames it; os_out_abort removes it. Commit
 * returns false (errno set) when a write, the close or the rename failed, and has then removed the
 * temporary file. Both free `out`. */
struct os_out {
    FILE *file;
    char *path, *temporary; /* NULL for standard output */
};
bool os_out_open(struct os_out *out, const char *path);
bool os_out_commit(struct os_out *out);
void os_out_abort(struct os_out *out);

int64_t os_wall_ns(void);     /* monotonic; for wall_ns of the summary and the window */
unsigned os_processors(void); /* at least 1 */
bool os_is_terminal(FILE *f);
unsigned os_terminal_columns(void); /* of standard output; 80 if unknown */
bool os_is_directory(const char *path);
bool os_is_file(const char *path);

/* Calls `each` for the entries of a directory in byte order of their names ("." and ".." left out).
 * False: it could not be read (errno). */
bool os_list(const char *directory, void (*each)(void *context, const char *name), void *context);

/* Directory of the running program, without a final slash; "." if it cannot be known. */
void os_program_directory(char *out, size_t size);

/* Path of what comes with the program, as "scenarios" or "assets/fonts/Inter-Regular.ttf": beside
 * the program (in the build tree a link leads to the sources), else in ../share/slowwire. False: it
 * is in neither place, or the path is longer than `size` allows. */
bool os_find_bundled(const char *name, char *out, size_t size);

/* Replaces this process by another program, found beside the running one. Returns only on failure
 * (errno). argv[0] is set to the program's path. */
void os_exec_beside(const char *program, char **argv);

/* Runs `count` jobs with at most `parallel` worker processes, forked from this one. Job i writes to
 * `out`; its output and return value are handed to `done` in the order of i, in this process. A
 * worker that dies gives status -1. False: no process could be made (errno). */
typedef int (*os_job)(void *context, size_t i, struct buf *out);
typedef void (*os_done)(void *context, size_t i, int status, struct bytes out);
bool os_parallel(size_t count, unsigned parallel, os_job job, os_done done, void *context);
