/* Worker processes. Each has a socket to this one: a job's number comes down, its status and output
 * go up. A worker whose socket ends is gone, whatever the reason, and so is its parent for it: no
 * worker outlives whom it works for. */
#define _POSIX_C_SOURCE 200809L
#include "base/os.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS_MAX = 64, EXIT_NO_MEMORY = 3 };

struct worker {
    pid_t pid; /* 0: none */
    int fd;
    bool is_busy;
    size_t job;
    int64_t deadline; /* wall clock; 0: none */
    struct buf in;    /* of the job's answer, so far */
};

struct answer { /* what precedes a job's output */
    int status;
    size_t len;
};

struct result {
    struct buf out;
    int status;
    bool is_done;
};

struct pool {
    const struct os_budget *budget;
    os_job job;
    void *context;
    struct worker workers[WORKERS_MAX];
    unsigned size;
    struct result *results;
    size_t count, next;
};

static bool write_all(int fd, const void *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = send(fd, (const char *)data + at, len - at, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool read_job(int fd, size_t *job)
{
    ssize_t n;
    while ((n = recv(fd, job, sizeof *job, MSG_WAITALL)) < 0 && errno == EINTR) {
    }
    return n == (ssize_t)sizeof *job;
}

/* A sanitizer's shadow memory is address space, too: there is no limit then. */
static void limit_memory(size_t memory)
{
#ifndef __SANITIZE_ADDRESS__
    struct rlimit limit = {memory, memory};
    if (memory > 0) {
        setrlimit(RLIMIT_AS, &limit);
    }
#else
    (void)memory;
#endif
}

_Noreturn static void work(const struct pool *p, int fd)
{
    struct buf out = {0};
    size_t job;
    limit_memory(p->budget->memory);
    while (read_job(fd, &job)) {
        buf_clear(&out);
        struct answer a = {.status = p->job(p->context, job, &out) & 127};
        a.len = out.len;
        if (!write_all(fd, &a, sizeof a) || !write_all(fd, out.data, out.len)) {
            break;
        }
    }
    _exit(0);
}

static bool start(struct pool *p, struct worker *w)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return false;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        for (unsigned i = 0; i < p->size; i++) {
            if (p->workers[i].pid) {
                close(p->workers[i].fd);
            }
        }
        work(p, ends[1]);
    }
    int why = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = why;
        return false;
    }
    w->pid = pid;
    w->fd = ends[0];
    return true;
}

static int reap(struct worker *w)
{
    int status = 0;
    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
    }
    w->pid = 0;
    return status;
}

static void finish(struct pool *p, struct worker *w, int status, struct bytes out)
{
    struct result *r = &p->results[w->job];
    buf_add(&r->out, out);
    r->status = status;
    r->is_done = true;
    w->is_busy = false;
    buf_clear(&w->in);
    if (w->pid && p->budget->is_isolated) {
        reap(w);
    }
}

static void lose(struct pool *p, struct worker *w)
{
    int status = reap(w);
    bool is_memory = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_MEMORY;
    finish(p, w, is_memory ? OS_TOO_BIG : OS_DIED, (struct bytes){0});
}

static void hear(struct pool *p, struct worker *w)
{
    uint8_t *room = buf_extend(&w->in, 65536);
    ssize_t n = read(w->fd, room, 65536);
    w->in.len -= 65536 - (n > 0 ? (size_t)n : 0);
    if (n < 0 && errno == EINTR) {
        return;
    }
    if (n <= 0) {
        lose(p, w);
        return;
    }
    struct answer a;
    struct bytes in = bytes_of(w->in.data, w->in.len);
    if (in.len < sizeof a) {
        return;
    }
    memcpy(&a, in.data, sizeof a);
    if (in.len == sizeof a + a.len) {
        finish(p, w, a.status, bytes_sub(in, sizeof a, a.len));
    }
}

/* Gives the next job to an idle worker. False: it has no process and cannot get one. */
static bool employ(struct pool *p, struct worker *w)
{
    if (!w->pid && !start(p, w)) {
        return false;
    }
    w->job = p->next++;
    w->is_busy = true;
    w->deadline = p->budget->wall_ns > 0 ? os_wall_ns() + p->budget->wall_ns : 0;
    write_all(w->fd, &w->job, sizeof w->job); /* if it is gone, reading says so */
    return true;
}

static int wait_ms(const struct pool *p)
{
    int64_t wait = -1, now = p->budget->wall_ns > 0 ? os_wall_ns() : 0;
    for (unsigned i = 0; i < p->size; i++) {
        const struct worker *w = &p->workers[i];
        int64_t left = w->is_busy && w->deadline ? (w->deadline - now) / 1000000 + 1 : -1;
        if (left >= 0 && (wait < 0 || left < wait)) {
            wait = left;
        }
    }
    return wait > 3600000 ? 3600000 : (int)wait;
}

static void end_late(struct pool *p, struct worker *w)
{
    if (w->is_busy && w->deadline && os_wall_ns() >= w->deadline) {
        kill(w->pid, SIGKILL);
        reap(w);
        finish(p, w, OS_TOO_LONG, (struct bytes){0});
    }
}

static void attend(struct pool *p)
{
    struct pollfd polls[WORKERS_MAX];
    for (unsigned i = 0; i < p->size; i++) {
        const struct worker *w = &p->workers[i];
        polls[i] = (struct pollfd){.fd = w->is_busy ? w->fd : -1, .events = POLLIN};
    }
    poll(polls, p->size, wait_ms(p));
    for (unsigned i = 0; i < p->size; i++) {
        if (polls[i].fd >= 0 && polls[i].revents) {
            hear(p, &p->workers[i]);
        }
        end_late(p, &p->workers[i]);
    }
}

/* Employs whoever is idle; false: nobody is at work and nobody can be. */
static bool employ_all(struct pool *p)
{
    bool is_busy = false;
    for (unsigned i = 0; i < p->size; i++) {
        struct worker *w = &p->workers[i];
        if (!w->is_busy && p->next < p->count) {
            employ(p, w);
        }
        is_busy |= w->is_busy;
    }
    return is_busy;
}

static void dismiss(struct pool *p)
{
    for (unsigned i = 0; i < p->size; i++) {
        struct worker *w = &p->workers[i];
        if (w->pid) {
            shutdown(w->fd, SHUT_WR);
            reap(w);
        }
        buf_free(&w->in);
    }
    for (size_t i = 0; i < p->count; i++) {
        buf_free(&p->results[i].out);
    }
    free(p->results);
    free(p);
}

bool os_pool(size_t count, unsigned parallel, const struct os_budget *budget, os_job job,
             os_done done, void *context)
{
    struct pool *p = os_alloc(sizeof *p);
    *p = (struct pool){.budget = budget, .job = job, .context = context, .count = count};
    p->size = parallel > WORKERS_MAX ? WORKERS_MAX : parallel ? parallel : 1;
    p->size = count < p->size ? (unsigned)count : p->size;
    p->results = os_alloc(count * sizeof *p->results);
    size_t told = 0;
    while (told < count && employ_all(p)) {
        attend(p);
        for (; told < count && p->results[told].is_done; told++) {
            struct result *r = &p->results[told];
            done(context, told, r->status, bytes_of(r->out.data, r->out.len));
            buf_free(&r->out);
        }
    }
    int why = errno;
    dismiss(p);
    errno = why;
    return told == count;
}

bool os_parallel(size_t count, unsigned parallel, os_job job, os_done done, void *context)
{
    return os_pool(count, parallel, &(struct os_budget){0}, job, done, context);
}
