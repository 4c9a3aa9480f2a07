/* Another program that reads what this one writes. POSIX calls stand here and in os.c and os_pool.c
 * only. */
#define _POSIX_C_SOURCE 200809L
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct os_pipe {
    pid_t program;
    int to;
};

/* Standard input is the pipe; what it prints on standard output is nobody's; OS_PIPE_OUT is `out`.
 */
static int spawn(char **argv, const int ends[2], int out, pid_t *program)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        return error;
    }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, OS_PIPE_OUT);
    error = posix_spawnp(program, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

struct os_pipe *os_pipe_open(char **argv, FILE *out)
{
    int ends[2];
    pid_t program;
    if (pipe(ends) != 0) {
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN); /* a program that ends early makes writing fail, no more */
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int error = spawn(argv, ends, fileno(out), &program);
    close(ends[0]);
    if (error) {
        close(ends[1]);
        errno = error;
        return NULL;
    }
    struct os_pipe *p = os_alloc(sizeof *p);
    *p = (struct os_pipe){program, ends[1]};
    return p;
}

bool os_pipe_write(struct os_pipe *p, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = write(p->to, at, size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        at += n;
        size -= (size_t)n;
    }
    return true;
}

int os_pipe_close(struct os_pipe *p)
{
    int status = 0;
    close(p->to);
    while (waitpid(p->program, &status, 0) < 0 && errno == EINTR) {
    }
    free(p);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
