/* What a whole process costs, started again and again: `bench_start TIMES PROGRAM ARGUMENTS…`
 * prints the median and the least of the wall time and of the processor time, and the largest
 * resident memory of one. Its own memory is small, since a child inherits what its parent holds. */
#define _DEFAULT_SOURCE /* wait4 */
#include "base/os.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES_MAX = 100000 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* False: it did not end with status 0. */
static bool start(char **command, double *wall_ms, double *cpu_ms, long *rss_kb)
{
    struct rusage use;
    int status;
    int64_t began = os_wall_ns();
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        execv(command[0], command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) != child || status != 0) {
        return false;
    }
    *wall_ms = (double)(os_wall_ns() - began) / 1e6;
    *cpu_ms = ms(use.ru_utime) + ms(use.ru_stime);
    *rss_kb = use.ru_maxrss;
    return true;
}

int main(int argc, char **argv)
{
    long times = argc > 2 ? atol(argv[1]) : 0, rss_kb = 0;
    if (times < 1 || times > TIMES_MAX) {
        fprintf(stderr, "bench_start TIMES PROGRAM ARGUMENTS…\n");
        return 2;
    }
    double *wall = os_alloc((size_t)times * sizeof *wall),
           *cpu = os_alloc((size_t)times * sizeof *cpu);
    for (long i = 0; i < times; i++) {
        long rss = 0;
        if (!start(argv + 2, &wall[i], &cpu[i], &rss)) {
            fprintf(stderr, "bench_start: %s did not end with status 0\n", argv[2]);
            return 1;
        }
        rss_kb = rss > rss_kb ? rss : rss_kb;
    }
    qsort(wall, (size_t)times, sizeof *wall, by_size);
    qsort(cpu, (size_t)times, sizeof *cpu, by_size);
    printf("wall_ms=%.2f wall_min_ms=%.2f cpu_ms=%.2f cpu_min_ms=%.2f rss_kb=%ld\n",
           wall[times / 2], wall[0], cpu[times / 2], cpu[0], rss_kb);
    free(wall);
    free(cpu);
    return 0;
}
