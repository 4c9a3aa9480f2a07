/* slowwire sweep FILE: the runs are shared out among processes of this machine. */
#include "ui/cli/sweep.h"

/* In a worker. */
static int make_row(void *context, size_t i, struct buf *out)
{
    struct sweep *s = context;
    return sweep_make_row(s, s->missing[i], out);
}

static void take_row(void *context, size_t i, int status, struct bytes row)
{
    struct sweep *s = context;
    sweep_take_row(s, s->missing[i], status, row);
}

static bool share_among_processes(struct sweep *s)
{
    unsigned jobs = s->jobs > 64 ? 64 : (unsigned)s->jobs;
    return os_parallel(s->missing_count, jobs, make_row, take_row, s);
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct sweep *s = os_alloc(sizeof *s);
    *s = (struct sweep){.err = err, .jobs = os_processors(), .crew = share_among_processes};
    int status = sweep_read(&a, s) && sweep_load(s) ? sweep_run(s) : STATUS_WRONG;
    sweep_free(s);
    return cli_tell(err, status);
}

const struct command command_sweep = {"sweep", "[OPTION…] FILE", sweep_options, run};
