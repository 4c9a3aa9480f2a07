#pragma once
/* What the commands share: exit statuses, arguments, the way to files and messages. */

#include "base/err.h"
#include "expect/expect.h"
#include "export/text.h"
#include "run.h"
#include "scenario/read.h"

enum status {
    STATUS_HELD = 0,   /* all held */
    STATUS_FAILED = 1, /* an expectation failed */
    STATUS_WRONG = 2,  /* the scenario or the arguments are wrong */
    STATUS_UNABLE = 3, /* the program could not do its work */
};

struct option {
    const char *name;  /* "--seed" */
    char letter;       /* 'o' for -o, 0: none */
    const char *value; /* placeholder of its value for the help, NULL: it takes none */
};

struct command {
    const char *name;
    const char *usage;            /* what follows the name */
    const struct option *options; /* ends with a NULL name; NULL: passed on unread */
    int (*run)(struct err *err, const struct command *self, int argc, char **argv);
};
extern const struct command command_run, command_check, command_test, command_list, command_new,
    command_play, command_draw, command_plot, command_probe, command_sweep, command_why,
    command_lesson, command_diff, command_hide, command_replay, command_dissector;

/* Arguments one by one. --lang is skipped: main has obeyed it already. */
struct args {
    const struct command *command;
    struct err *err;
    char **list;
    int count, at;
    bool only_words;   /* after "--" */
    const char *value; /* of the option, or the word */
};
enum { ARGS_END = -1, ARGS_WORD = -2, ARGS_BAD = -3 };
/* Index of an option in the command's table, ARGS_WORD, ARGS_END; ARGS_BAD: err says what is wrong.
 */
int args_next(struct args *a);
bool args_whole(struct args *a, uint64_t *out); /* the value as a whole number; false: err says */
/* "A..B" or "A", at most `most` numbers. */
bool args_range(struct args *a, uint64_t *first, uint64_t *last, uint64_t most);
bool args_time(struct args *a, sim_time *out); /* the value as a time, "1.2 s" */
const char *args_value_of(int argc, char **argv, const char *name); /* of a long option; NULL */
bool args_have(int argc, char **argv, const char *name);

const char *cli_limit_key(const struct trace *t); /* what ended a run too soon; NULL: nothing */
int cli_tell(struct err *err, int status);        /* prints err on standard error, returns status */
void cli_cannot_write(struct err *err, const char *file); /* errno says why */
struct sdp;
/* What a real receiver must know, into a file. False: *err tells. */
bool cli_write_sdp(const struct sdp *sdp, const char *file, struct err *err);
void cli_help(const struct command *c, enum lang lang);
void cli_help_line(const char *left, const char *right);
bool cli_colour(FILE *f);

/* "/usr/share/slowwire/scenarios"; false: not found. */
bool cli_scenarios(char *out, size_t size);
/* Every scenario below a path, directories first to last in byte order. */
struct paths {
    char **list;
    size_t count, cap;
};
bool paths_add(struct paths *p, const char *path); /* false: no such file or directory */
void paths_free(struct paths *p);
/* "arq/lost-frame" of "…/scenarios/arq/lost-frame.yaml"; appended to out. */
void path_title(const char *root, const char *path, struct buf *out);

void verdict_print(const struct scenario *sc, const struct verdict *v, const struct text_options *o,
                   FILE *out);
/* The failed ones only, as compilers report errors. */
void verdict_print_failures(const struct scenario *sc, const struct verdict *v, enum lang lang,
                            struct buf *out);
