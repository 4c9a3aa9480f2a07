/* slowwire-mpi sweep FILE: a sweep whose runs are shared out among the ranks of an MPI job. The
 * same options and the same table as of slowwire sweep, whatever the number of ranks. */
#include "ui/mpi/crew.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

static const struct command command_mpi = {"sweep", "[OPTION…] FILE", sweep_options, NULL};

static int own_rank(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

/* Rank 0 reads the scenario, so that the others need not see the same files. False: it cannot be
 * run. */
static bool share_text(struct sweep *s)
{
    uint64_t length = 0; /* 0: it cannot be run */
    if (own_rank() == 0 && sweep_load(s)) {
        length = s->text.len + 1;
    }
    MPI_Bcast(&length, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    if (length == 0) {
        return false;
    }
    if (own_rank() != 0) {
        char *text = os_alloc(length);
        MPI_Bcast(text, (int)length, MPI_BYTE, 0, MPI_COMM_WORLD);
        buf_add(&s->text, bytes_of(text, length - 1));
        buf_cstr(&s->text);
        free(text);
    } else {
        MPI_Bcast(s->text.data, (int)length, MPI_BYTE, 0, MPI_COMM_WORLD);
    }
    return true;
}

/* An orderly end waits for everybody, those that are lost too: so everybody is ended instead. */
static void end_all(struct err *err, int status)
{
    cli_tell(err, 0);
    fflush(NULL);
    MPI_Abort(MPI_COMM_WORLD, status);
}

static int lead(struct sweep *s)
{
    int status = sweep_run(s);
    if (!crew_dismiss()) {
        err_add(s->err, ERR_WARNING, (struct err_place){0}, "cli.mpi.lost", NULL);
        end_all(s->err, status);
    }
    return status;
}

static int follow(struct sweep *s)
{
    if (!crew_follow(s)) {
        err_fail(s->err, "cli.mpi.no-leader", NULL);
        end_all(s->err, STATUS_UNABLE);
    }
    return STATUS_HELD;
}

static int work(struct sweep *s)
{
    if (!share_text(s)) {
        return STATUS_WRONG;
    }
    return own_rank() == 0 ? lead(s) : follow(s);
}

static int sweep(struct err *err, int argc, char **argv)
{
    struct args a = {.command = &command_mpi, .err = err, .list = argv, .count = argc};
    struct sweep *s = os_alloc(sizeof *s);
    *s = (struct sweep){.err = err, .jobs = 1, .crew = crew_lead};
    int status = sweep_read(&a, s) ? work(s) : STATUS_WRONG;
    sweep_free(s);
    return status;
}

static int help(struct err *err)
{
    if (own_rank() == 0) {
        printf("%s\n\n", word(err->lang, "cli.mpi.about"));
        cli_help(&command_mpi, err->lang);
    }
    return STATUS_HELD;
}

static int dispatch(struct err *err, int argc, char **argv)
{
    const char *lang = args_value_of(argc, argv, "--lang");
    if (lang && !lang_parse(lang, &err->lang)) {
        err_fail(err, "cli.unknown-lang", "lang", lang, NULL);
        return STATUS_WRONG;
    }
    if (args_have(argc, argv, "--help") || args_have(argc, argv, "-h")) {
        return help(err);
    }
    if (args_have(argc, argv, "--version")) {
        if (own_rank() == 0) {
            printf("slowwire %s\n", SLOWWIRE_VERSION);
        }
        return STATUS_HELD;
    }
    if (argc < 2 || strcmp(argv[1], "sweep") != 0) {
        err_fail(err, "cli.mpi.only-sweep", NULL);
        return STATUS_WRONG;
    }
    return sweep(err, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    struct err err = {.lang = lang_from_locale()};
    MPI_Init(&argc, &argv);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    int rank = own_rank(), status = dispatch(&err, argc, argv);
    if (rank == 0) {
        cli_tell(&err, 0);
    }
    MPI_Finalize();
    err_free(&err);
    return rank == 0 ? status : STATUS_HELD;
}
