#pragma once
/* What the operating system gives: memory, files, the terminal, the wall clock, processors.
 * os.c, os_out.c, os_pool.c, os_pipe.c and os_udp.c are the only files of sim/ that include POSIX
 * headers. */

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Memory that cannot be had ends the process: a message on standard error and exit status 3. */
void *os_alloc(size_t size); /* zeroed */
void *os_realloc(void *old, size_t size);
/* Uninitialised, aligned to 64; in large pages where it is large and the system has them. */
void *os_alloc_pages(size_t size);
_Noreturn void os_out_of_memory(void);

/* The whole of a file ("-" is standard input) appended to `out`. False: errno says why. At most
 * `limit` bytes are read; a longer file fails with EFBIG. */
bool os_read_file(const char *path, size_t limit, struct buf *out);

/* Standard input, output and error exist from then on, whoever started the program without one:
 * else the next file that is opened would take its place. Reading or writing that one fails. */
void os_fill_standard(void);
bool os_flush(FILE *f); /* false: something did not arrive, now or before, and errno says why */

/* Output that is written whole or not at all: os_out_open writes to a file without a name, or to a
 * temporary one beside `path` ("-" is standard output), os_out_commit puts it there; os_out_abort
 * removes it. Commit
 * returns false (errno set) when a write, the close or the rename failed, and has then removed the
 * temporary file. Both free `out`. */
struct os_out {
    FILE *file;
    char *path, *temporary; /* NULL for standard output */
    bool is_unnamed;        /* nothing stands at `temporary` yet */
};
bool os_out_open(struct os_out *out, const char *path);
bool os_out_commit(struct os_out *out);
void os_out_abort(struct os_out *out);
/* Appends what opens the file before it has its name; `fd` is its descriptor in the program that
 * does so, -1: this one. */
void os_out_name(const struct os_out *out, int fd, struct buf *name);

enum { OS_DATE_SIZE = 20 };
int64_t os_wall_ns(void);             /* monotonic; for wall_ns of the summary and the window */
void os_date(char out[OS_DATE_SIZE]); /* of the calendar, UTC: "2026-01-31T23:59:59" */
unsigned os_processors(void);         /* at least 1 */
void os_pause(int64_t ns);            /* about so long, less if a signal comes */
bool os_is_terminal(FILE *f);
unsigned os_terminal_columns(void); /* of standard output; 80 if unknown */
bool os_is_directory(const char *path);
bool os_is_file(const char *path);
/* Tells whether a file is another than before: whoever saves changes one of these. False: no such
 * file. */
struct os_stamp {
    int64_t changed_ns, size, number;
};
bool os_stamp_of(const char *path, struct os_stamp *out);
bool os_is_link(const char *path); /* symbolic */

/* Calls `each` for the entries of a directory in byte order of their names ("." and ".." left out).
 * False: it could not be read (errno). */
bool os_list(const char *directory, void (*each)(void *context, const char *name), void *context);

/* Directory of the running program, without a final slash; "." if it cannot be known. */
void os_program_directory(char *out, size_t size);

/* Path of what comes with the program, as "scenarios" or "assets/fonts/Inter-Regular.ttf": beside
 * the program (in the build tree a link leads to the sources), else in ../share/slowwire. False: it
 * is in neither place, or the path is longer than `size` allows. */
bool os_find_bundled(const char *name, char *out, size_t size);

/* A file of the user's in which a program remembers something: $XDG_STATE_HOME/slowwire/NAME, else
 * ~/.local/state/slowwire/NAME. makes: its folders are made. False: there is no place for it. */
bool os_state_file(const char *name, bool makes, char *out, size_t size);
bool os_full_path(const char *path, char *out,
                  size_t size); /* from the root; false: no such file */

/* Replaces this process by another program, found beside the running one. Returns only on failure
 * (errno). argv[0] is set to the program's path. */
void os_exec_beside(const char *program, char **argv);

/* Starts a program of the PATH, which reads from standard input what is written here and prints to
 * nobody but on standard error. NULL: it cannot be started (errno; ENOENT: there is none). */
enum { OS_PIPE_OUT = 3 }; /* a descriptor */
struct os_pipe;
struct os_pipe *os_pipe_open(char **argv, FILE *out); /* which is the program's OS_PIPE_OUT */
bool os_pipe_write(struct os_pipe *p, const void *data, size_t size); /* false: it reads no more */
int os_pipe_close(struct os_pipe *p); /* waits for its end; its exit status, or 128 + the signal */

/* A file that only grows, a line at a time, so that whoever is killed loses at most the line being
 * written. One process has it at a time (a lock): open fails with EAGAIN while another has it. What
 * stood in it is appended to `before`. False: errno says why. (To read it by another way in the
 * same process ends the lock.) */
struct os_journal {
    int fd;
};
bool os_journal_open(struct os_journal *j, const char *path, struct buf *before);
bool os_journal_cut(struct os_journal *j, size_t len); /* only the first `len` bytes stay */
bool os_journal_add(struct os_journal *j, struct bytes line);
void os_journal_close(struct os_journal *j);
bool os_remove(const char *path);

/* Datagrams to the real network. A receiver that is not there is no failure: UDP does not know. */
struct os_udp {
    int fd;
};
bool os_udp_open(struct os_udp *u); /* false: errno says why */
bool os_udp_send(struct os_udp *u, uint32_t ip, uint16_t port, struct bytes datagram);
void os_udp_close(struct os_udp *u);
void os_sleep_until(int64_t wall_ns); /* by os_wall_ns; not at all if that is over */

/* Runs `count` jobs with at most `parallel` worker processes, forked from this one; a worker does
 * one job after the other. Job i writes to `out`; its output and return value (0 to 127) are handed
 * to `done` in the order of i, in this process. A worker that ends before its job is replaced, and
 * the job's status says how it ended. False: no process could be made (errno). */
enum os_end {
    OS_DIED = -1,     /* a crash, or killed from outside */
    OS_TOO_LONG = -2, /* over os_budget.wall_ns */
    OS_TOO_BIG = -3,  /* out of memory, its budget's or the machine's */
};
struct os_budget {
    int64_t wall_ns;  /* of one job; 0: as long as it takes */
    size_t memory;    /* bytes of address space of a worker; 0: what there is */
    bool is_isolated; /* each job has a process of its own */
};
typedef int (*os_job)(void *context, size_t i, struct buf *out);
typedef void (*os_done)(void *context, size_t i, int status, struct bytes out);
bool os_pool(size_t count, unsigned parallel, const struct os_budget *budget, os_job job,
             os_done done, void *context);
bool os_parallel(size_t count, unsigned parallel, os_job job, os_done done, void *context);
