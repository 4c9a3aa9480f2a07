/* What a scenario expected, told: beside the ladder, and as errors of a compiler. */
#include "ui/cli/cli.h"

#include "export/row.h"

static void print_result(const struct scenario *sc, const struct expect_result *r,
                         const struct text_options *o, FILE *out)
{
    char when[32];
    fprintf(out, "  %s%-6s%s  %s:%u: %s\n",
            style_on(r->held ? STYLE_GOOD : STYLE_LOSS, o->has_colour), r->held ? "ok" : "FAILED",
            style_off(o->has_colour), sc->file, r->expect->place.line, r->expected);
    if (r->held) {
        return;
    }
    fprintf(out, "          %s %s\n", word(o->lang, "cli.seen"), r->seen);
    if (r->when != SIM_NEVER) {
        fprintf(out, "          %s %s s\n", word(o->lang, "cli.when"), time_print(r->when, when));
    }
}

void verdict_print(const struct scenario *sc, const struct verdict *v, const struct text_options *o,
                   FILE *out)
{
    if (v->count == 0) {
        return;
    }
    fprintf(out, "%s%s%s\n", style_on(STYLE_BOLD, o->has_colour), word(o->lang, "cli.expected"),
            style_off(o->has_colour));
    for (uint32_t i = 0; i < v->count; i++) {
        print_result(sc, &v->results[i], o, out);
    }
}

void verdict_print_failures(const struct scenario *sc, const struct verdict *v, enum lang lang,
                            struct buf *out)
{
    char when[32];
    for (uint32_t i = 0; i < v->count; i++) {
        const struct expect_result *r = &v->results[i];
        if (r->held) {
            continue;
        }
        buf_printf(out, "%s:%u: %s: %s\n  %s %s\n", sc->file, r->expect->place.line,
                   word(lang, "cli.failed"), r->expected, word(lang, "cli.seen"), r->seen);
        if (r->when != SIM_NEVER) {
            buf_printf(out, "  %s %s s\n", word(lang, "cli.when"), time_print(r->when, when));
        }
    }
}
