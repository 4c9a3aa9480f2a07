/* slowwire lesson FILE…: the questions that a scenario asks, what could be answered, and what is
 * right in its run. As text for a worksheet, as JSON for whoever checks them. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "expect/lesson.h"
#include "export/json.h"
#include "export/look.h"
#include "registry.h"

#include <stdlib.h>
#include <string.h>

enum { QUESTIONS_MAX = 8 };

enum { OPT_FORMAT, OPT_QUIZ, OPT_SEED, OPT_BLANK };
static const struct option options[] = {
    [OPT_FORMAT] = {"--format", 0, "F"},
    [OPT_QUIZ] = {"--quiz", 0, NULL},
    [OPT_SEED] = {"--seed", 0, "N"},
    [OPT_BLANK] = {"--blank", 0, NULL},
    {0},
};

struct request {
    bool is_json, is_quiz, is_blank;
    bool has_seed;
    uint64_t seed; /* of the quiz; the run keeps the scenario's */
    const char **files;
    unsigned file_count;
};

/* What every line needs. */
struct teller {
    const struct request *r;
    const struct scenario *sc;
    const struct trace *t;
    enum lang lang;
};

static bool read_format(struct args *a, struct request *r)
{
    r->is_json = strcmp(a->value, "json") == 0;
    if (!r->is_json && strcmp(a->value, "text") != 0) {
        err_fail(a->err, "cli.lesson.unknown-format", "format", a->value, NULL);
        return false;
    }
    return true;
}

static bool read_request(struct args *a, struct request *r)
{
    int what;
    while ((what = args_next(a)) != ARGS_END) {
        switch (what) {
        case OPT_FORMAT:
            if (!read_format(a, r)) {
                return false;
            }
            break;
        case OPT_QUIZ: r->is_quiz = true; break;
        case OPT_BLANK: r->is_blank = true; break;
        case OPT_SEED:
            r->has_seed = true;
            if (!args_whole(a, &r->seed)) {
                return false;
            }
            break;
        case ARGS_WORD: r->files[r->file_count++] = a->value; break;
        default: return false;
        }
    }
    return true;
}

/* A text of the lesson or the story, its packets by their names. */
static const char *plain(const struct teller *k, struct buf *marked, struct buf *out)
{
    buf_clear(out);
    look_named(k->t, buf_cstr(marked), out);
    buf_clear(marked);
    return buf_cstr(out);
}

static const char *question_of(const struct teller *k, const struct lesson_question *q,
                               struct buf *marked, struct buf *out)
{
    lesson_ask(k->t, q, k->lang, marked);
    return plain(k, marked, out);
}

static const char *option_of(const struct teller *k, const struct lesson_question *q, unsigned i,
                             struct buf *marked, struct buf *out)
{
    lesson_tell(k->t, q, i, true, k->lang, marked);
    return plain(k, marked, out);
}

static const char *why_of(const struct teller *k, const struct lesson_question *q,
                          struct buf *marked, struct buf *out)
{
    lesson_why(k->t, q, &look_wire, k->lang, marked);
    return plain(k, marked, out);
}

static void print_text(const struct teller *k, uint32_t n, const struct lesson_question *q)
{
    struct buf marked = {0}, text = {0};
    char time[48];
    if (q->fault) {
        printf("%u. %s\n\n", n, word(k->lang, q->fault));
        return;
    }
    bool is_early = q->ask == ASK_TIME && !q->is_after; /* asked at an instant of its own */
    printf("%u. [%s] %s\n", n, value_print(q->moment + !is_early, "ns", time),
           question_of(k, q, &marked, &text));
    for (unsigned i = 0; i < q->option_count; i++) {
        bool is_marked = i == q->right && !k->r->is_blank;
        printf("   %c %c  %s\n", is_marked ? '>' : ' ', 'A' + (int)i,
               option_of(k, q, i, &marked, &text));
    }
    if (!k->r->is_blank) {
        printf("   %s\n", why_of(k, q, &marked, &text));
    }
    printf("\n");
    buf_free(&marked);
    buf_free(&text);
}

static void write_answer(struct json *j, const struct lesson_question *q)
{
    const struct lesson_option *o = &q->options[q->right];
    if (q->ask == ASK_ACK || q->ask == ASK_SEQ) {
        json_number(j, "value", o->number);
        json_number(j, "relative", o->relative);
    } else if (q->ask == ASK_TIME) {
        json_number(j, "value", o->number);
    }
}

static void print_json(struct json *j, const struct teller *k, uint32_t n,
                       const struct lesson_question *q)
{
    struct buf marked = {0}, text = {0};
    json_open(j, "{");
    json_text(j, "scenario", k->sc->file);
    json_number(j, "question", n);
    json_number(j, "line", q->from ? q->from->place.line : 0);
    json_text(j, "ask", ask_name(q->ask));
    if (q->fault) {
        json_text(j, "fault", word(k->lang, q->fault));
    } else {
        json_number(j, "moment", q->moment);
        json_number(j, "reveal", q->reveal);
        json_number(j, "pkt", q->packet);
        json_text(j, "text", question_of(k, q, &marked, &text));
        json_key(j, "options");
        json_open(j, "[");
        for (unsigned i = 0; i < q->option_count; i++) {
            json_string(j, option_of(k, q, i, &marked, &text));
        }
        json_close(j, "]");
    }
    if (!q->fault && !k->r->is_blank) {
        json_number(j, "right", q->right);
        json_text(j, "answer", option_of(k, q, q->right, &marked, &text));
        write_answer(j, q);
        json_text(j, "why", why_of(k, q, &marked, &text));
    }
    json_close(j, "}");
    json_line(j);
    buf_free(&marked);
    buf_free(&text);
}

/* Status 1: a question has no answer. */
static int print_lesson(const struct teller *k, const struct lesson *l)
{
    struct json j = {.to = stdout};
    int status = STATUS_HELD;
    if (!k->r->is_json) {
        printf("%s: %s\n\n", k->sc->file, k->sc->title[k->lang]);
        if (!l->count) {
            printf("%s\n\n", word(k->lang, "cli.lesson.none"));
        }
    }
    for (uint32_t i = 0; i < l->count; i++) {
        if (k->r->is_json) {
            print_json(&j, k, i + 1, &l->questions[i]);
        } else {
            print_text(k, i + 1, &l->questions[i]);
        }
        status = l->questions[i].fault ? STATUS_FAILED : status;
    }
    json_flush(&j);
    return status;
}

static int tell_run(const struct request *r, const struct scenario *sc, const struct trace *t,
                    enum lang lang)
{
    struct teller k = {r, sc, t, lang};
    struct lesson l;
    if (r->is_quiz) {
        lesson_quiz(t, r->has_seed ? r->seed : sc->seed, QUESTIONS_MAX, &l);
    } else {
        lesson_make(sc, t, &l);
    }
    int status = print_lesson(&k, &l);
    lesson_free(&l);
    return status;
}

static int tell_file(const struct request *r, const char *path, struct err *err)
{
    struct scenario *sc = NULL;
    struct trace t = {0};
    const struct run_options watch = {.watch = true};
    int status = STATUS_WRONG;
    if (scenario_read(path, registry(), NULL, 0, &sc, err)) {
        status = run_scenario(sc, &watch, &t, err) ? tell_run(r, sc, &t, err->lang) : STATUS_UNABLE;
        trace_free(&t);
        scenario_free(sc);
    }
    cli_tell(err, 0);
    err_free(err);
    return status;
}

static int lesson(struct err *err, const struct command *self, int argc, char **argv)
{
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct request r = {.files = os_alloc(((size_t)argc + 1) * sizeof *r.files)};
    int status = STATUS_HELD;
    if (!read_request(&a, &r)) {
        status = cli_tell(err, STATUS_WRONG);
    } else if (r.file_count == 0) {
        err_fail(err, "cli.needs-file", "command", self->name, NULL);
        status = cli_tell(err, STATUS_WRONG);
    }
    for (unsigned i = 0; status != STATUS_WRONG && i < r.file_count; i++) {
        int one = tell_file(&r, r.files[i], err);
        status = one > status ? one : status;
    }
    free(r.files);
    return status;
}

const struct command command_lesson = {"lesson", "[OPTION…] FILE…", options, lesson};
