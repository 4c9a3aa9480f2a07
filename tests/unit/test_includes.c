/* Who may include whom: the table of the architecture, kept by reading every #include of sim/ and
 * ui/. Also who may speak to which foreign library, and which words a folder must not use. */
#include "base/os.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A file is ruled by the row with the longest `who` that its path begins with. `may` are the
 * beginnings of what it includes, apart by spaces; what begins like `who` itself is always allowed.
 */
static const struct rule {
    const char *who, *may;
} rules[] = {
    {"sim/base/", ""},
    {"sim/core/", "sim/base/"},
    {"sim/wire/", "sim/base/"},
    {"sim/actor/", "sim/base/"},
    {"sim/proto/arp/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/arq/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/bluetooth/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/bucket/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/dhcp/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/nat/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/rsvp/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/rtp/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/proto/tcp/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/app/", "sim/base/ sim/wire/ sim/actor/"},
    {"sim/trace/", "sim/base/ sim/actor/"},
    {"sim/scenario/", "sim/base/ sim/actor/ sim/wire/"},
    {"sim/net/", "sim/base/ sim/core/ sim/wire/ sim/actor/ sim/trace/ sim/scenario/"},
    {"sim/export/", "sim/base/ sim/wire/ sim/actor/ sim/trace/ sim/scenario/"},
    {"sim/expect/", "sim/base/ sim/wire/ sim/actor/ sim/trace/ sim/scenario/"},
    {"sim/run", "sim/"},
    {"sim/diagnose", "sim/"},
    {"sim/registry", "sim/"},
    {"ui/theme", "sim/base/"},
    {"ui/event", "sim/base/"},
    {"ui/fonts", "sim/base/ ui/theme ui/text"},
    {"ui/text", "sim/base/ ui/theme ui/fonts"},
    {"ui/canvas", "sim/base/ ui/theme ui/text"},
    {"ui/icons", "sim/base/ ui/theme ui/text ui/canvas"},
    {"ui/widgets", "sim/base/ ui/theme ui/text ui/canvas ui/icons ui/event"},
    {"ui/parts",
     "sim/base/ sim/wire/dissect ui/theme ui/text ui/canvas. ui/icons ui/widgets ui/parts"},
    {"ui/capsule",
     "sim/base/ sim/wire/dissect ui/theme ui/text ui/canvas. ui/icons ui/widgets ui/parts"},
    {"ui/rich",
     "sim/base/ sim/wire/dissect ui/theme ui/text ui/canvas. ui/icons ui/widgets ui/parts"},
    {"ui/player", "sim/base/"},
    {"ui/view/", "sim/base/ sim/trace/ sim/wire/dissect ui/theme ui/text ui/canvas. ui/icons "
                 "ui/widgets ui/parts ui/event ui/player"},
    {"ui/session",
     "sim/base/ sim/run sim/diagnose sim/registry sim/scenario/ sim/trace/ sim/expect/expect "
     "sim/wire/dissect"},
    {"ui/shell", "sim/base/ sim/trace/ sim/scenario/ sim/expect/lesson ui/session ui/player "
                 "ui/view/ ui/widgets "
                 "ui/parts ui/icons ui/event ui/canvas. ui/text ui/theme"},
    {"ui/cli/", "sim/"},
    {"ui/mpi/", "sim/ ui/cli/"},
    {"ui/movie", "sim/base/ ui/canvas_cairo"},
    {"ui/form", "sim/base/ ui/canvas"},
    {"ui/export", "sim/base/ ui/shell.h ui/form"},
    {"ui/draw/", "sim/ ui/view/ ui/canvas ui/text ui/theme ui/player ui/parts ui/movie "
                 "ui/form"},
    {"ui/compare", "sim/base/ ui/draw/draw.h ui/platform.h"},
    {"ui/main.c", "sim/base/ ui/compare ui/shell ui/session ui/platform.h ui/options ui/script "
                  "ui/export ui/movie"},
    {"ui/options", "sim/base/ ui/shell"},
    {"ui/script", "sim/base/ ui/shell ui/canvas_cairo ui/export"},
    {"ui/platform.h", "sim/base/err.h ui/canvas_cairo ui/event"},
    {"ui/platform_sdl.c", "ui/platform.h ui/canvas_cairo ui/text ui/event"},
};

/* Headers of angle brackets beyond C11's (and time.h, the clock): .header begins so, and only .who
 * may include it. */
static const struct foreign {
    const char *header, *who;
} foreigners[] = {
    {"libfyaml.h", "sim/scenario/read"},
    {"cairo", "ui/canvas_cairo"},
    {"ft2build.h", "ui/text"},
    {"ft2build.h", "ui/fonts"},
    {"SDL", "ui/platform_sdl.c"},
    {"mpi.h", "ui/mpi/"},
    {"", "sim/base/os"},
    {"", "ui/platform_sdl.c"},
};

static const char standard[] =
    " assert.h complex.h ctype.h errno.h fenv.h float.h inttypes.h iso646.h limits.h locale.h "
    "math.h setjmp.h signal.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h "
    "stdlib.h stdnoreturn.h string.h tgmath.h threads.h uchar.h wchar.h wctype.h ";

/* Words that files below .who do not use: no rounding in what decides, no clock but the run's, no
 * randomness but the drawn one. */
static const struct ban {
    const char *who, *words;
} bans[] = {
    {"sim/core/", "float double"},   {"sim/net/", "float double"}, {"sim/base/", "float double"},
    {"sim/", "rand srand"},          {"sim/core/", "os_wall_ns"},  {"sim/net/", "os_wall_ns"},
    {"sim/proto/", "os_wall_ns"},    {"sim/app/", "os_wall_ns"},   {"sim/trace/", "os_wall_ns"},
    {"ui/view/", "os_wall_ns rand"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool begins(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static const struct rule *rule_of(const char *path)
{
    const struct rule *best = NULL;
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (begins(path, rules[i].who) && (!best || strlen(best->who) < strlen(rules[i].who))) {
            best = &rules[i];
        }
    }
    return best;
}

/* Does `s` begin with one of the words of `list`? */
static bool begins_with_any(const char *s, const char *list)
{
    while (*list) {
        size_t n = strcspn(list, " ");
        if (n > 0 && strncmp(s, list, n) == 0) {
            return true;
        }
        list += n + strspn(list + n, " ");
    }
    return false;
}

static bool may_include(const char *path, const char *header)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", begins(header, "ui/") ? "" : "sim/", header);
    const struct rule *rule = rule_of(path);
    return rule && (begins(full, rule->who) || begins_with_any(full, rule->may));
}

static bool may_include_system(const char *path, const char *header)
{
    char word[256];
    snprintf(word, sizeof word, " %s ", header);
    if (strstr(standard, word)) {
        return true;
    }
    for (size_t i = 0; i < COUNT(foreigners); i++) {
        if (begins(header, foreigners[i].header) && begins(path, foreigners[i].who)) {
            return true;
        }
    }
    return false;
}

static void check_include(const char *path, unsigned line, const char *text, struct buf *out)
{
    text += strspn(text, " \t");
    char open = *text, close = open == '<' ? '>' : '"';
    const char *end = open == '<' || open == '"' ? strchr(text + 1, close) : NULL;
    if (!end) {
        return; /* FreeType includes by macro: FT_FREETYPE_H comes after ft2build.h */
    }
    char header[128];
    snprintf(header, sizeof header, "%.*s", (int)(end - text - 1), text + 1);
    bool good = open == '<' ? may_include_system(path, header) : may_include(path, header);
    if (!good) {
        buf_printf(out, "%s:%u: may not include %s\n", path, line, header);
    }
}

static bool is_banned(const char *path, const char *word, size_t n)
{
    for (size_t i = 0; i < COUNT(bans); i++) {
        for (const char *w = bans[i].words; begins(path, bans[i].who) && *w;) {
            size_t length = strcspn(w, " ");
            if (length == n && strncmp(w, word, n) == 0) {
                return true;
            }
            w += length + strspn(w + length, " ");
        }
    }
    return false;
}

static void check_words(const char *path, unsigned line, const char *text, struct buf *out)
{
    while (*text) {
        size_t n = 0;
        while (isalnum((unsigned char)text[n]) || text[n] == '_') {
            n++;
        }
        bool is_member = n > 0 && (text[-1] == '.' || text[-1] == '>');
        if (n > 0 && !is_member && is_banned(path, text, n)) {
            buf_printf(out, "%s:%u: may not use '%.*s'\n", path, line, (int)n, text);
        }
        text += n ? n : 1;
    }
}

/* Comments, and the insides of literals, become spaces; line ends stay. */
static void blank_out(char *s)
{
    enum { CODE, LINE, BLOCK } in = CODE;
    for (; *s; s++) {
        if (in == CODE && (*s == '"' || *s == '\'')) {
            for (char quote = *s++; *s && *s != quote && *s != '\n'; s++) {
                bool is_escape = *s == '\\' && s[1];
                *s = ' ';
                if (is_escape) {
                    *++s = ' ';
                }
            }
            if (!*s) {
                return;
            }
        } else if (in == CODE && *s == '/' && (s[1] == '*' || s[1] == '/')) {
            in = s[1] == '*' ? BLOCK : LINE;
            s[0] = s[1] = ' ';
            s++;
        } else if (in == BLOCK && *s == '*' && s[1] == '/') {
            in = CODE;
            s[0] = s[1] = ' ';
            s++;
        } else if (in == LINE && *s == '\n') {
            in = CODE;
        } else if (in != CODE && *s != '\n') {
            *s = ' ';
        }
    }
}

/* Adds a line to `out` for each violation in the C text of the file at `path` (from the root). */
static void check_text(const char *path, const char *text, struct buf *out)
{
    if (!rule_of(path)) {
        buf_printf(out, "%s:1: no rule says what this file may include\n", path);
        return;
    }
    struct buf code = {0};
    buf_char(&code, ' ');
    buf_str(&code, text);
    blank_out(buf_cstr(&code));
    unsigned line = 1;
    for (char *at = buf_cstr(&code) + 1; *at; line++) {
        char *end = at + strcspn(at, "\n");
        bool is_last = *end == '\0';
        *end = '\0';
        const char *raw = text + (at - (char *)code.data - 1);
        if (begins(at, "#include")) {
            check_include(path, line, raw + strlen("#include"), out);
        } else {
            check_words(path, line, at, out);
        }
        at = is_last ? end : end + 1;
    }
    buf_free(&code);
}

struct walk {
    const char *folder; /* from the root, with a final slash */
    struct buf *out;
    unsigned *files;
};

static void visit(void *context, const char *name)
{
    const struct walk *w = context;
    char path[512], full[1024];
    snprintf(path, sizeof path, "%s%s", w->folder, name);
    snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
    size_t n = strlen(name);
    if (os_is_directory(full)) {
        strcat(path, "/");
        ck_assert(os_list(full, visit, &(struct walk){path, w->out, w->files}));
    } else if (n > 2 && (strcmp(name + n - 2, ".c") == 0 || strcmp(name + n - 2, ".h") == 0)) {
        struct buf text = {0};
        ck_assert(os_read_file(full, 10000000, &text));
        check_text(path, buf_cstr(&text), w->out);
        buf_free(&text);
        ++*w->files;
    }
}

START_TEST(every_file_keeps_the_table)
{
    struct buf out = {0};
    unsigned files = 0;
    visit(&(struct walk){"", &out, &files}, "sim");
    visit(&(struct walk){"", &out, &files}, "ui");
    ck_assert_uint_gt(files, 20);
    ck_assert_msg(out.len == 0, "\n%s", buf_cstr(&out));
    buf_free(&out);
}
END_TEST

/* One row = one sentence: .text in the file .path is told as .told. */
static const struct {
    const char *path, *text, *told;
} samples[] = {
    {"sim/base/os.c", "#include <unistd.h>\n", ""},
    {"sim/base/err.c", "#include <unistd.h>\n", "sim/base/err.c:1: may not include unistd.h\n"},
    {"sim/base/err.c", "#include \"core/sched.h\"\n",
     "sim/base/err.c:1: may not include core/sched.h\n"},
    {"sim/core/sched.c", "\n\n#include \"wire/udp.h\"\n",
     "sim/core/sched.c:3: may not include wire/udp.h\n"},
    {"sim/proto/arq/x.c", "#include \"proto/arq/arq.h\"\n#include \"actor/fx.h\"\n", ""},
    {"sim/proto/arq/x.c", "#include \"proto/tcp/tcp.h\"\n#include \"trace/trace.h\"\n",
     "sim/proto/arq/x.c:1: may not include proto/tcp/tcp.h\n"
     "sim/proto/arq/x.c:2: may not include trace/trace.h\n"},
    {"sim/net/link.c", "#include \"core/sched.h\"\n#include \"export/text.h\"",
     "sim/net/link.c:2: may not include export/text.h\n"},
    {"sim/net/link.c", "int a; /* a double\nfloat */ // double\nfloat b = '\"'; double c;\n",
     "sim/net/link.c:3: may not use 'float'\nsim/net/link.c:3: may not use 'double'\n"},
    {"sim/net/link.c",
     "say(\"double \\\" float\"); doubled(); x.rand = y->rand; now = rand(NULL);\n",
     "sim/net/link.c:1: may not use 'rand'\n"},
    {"sim/net/link.c", "#include <time.h>\n", "sim/net/link.c:1: may not include time.h\n"},
    {"sim/scenario/read.c", "#include <libfyaml.h>\n", ""},
    {"sim/scenario/check.c", "#include <libfyaml.h>\n",
     "sim/scenario/check.c:1: may not include libfyaml.h\n"},
    {"sim/run.c", "#include \"net/world.h\"\n#include \"ui/view/view.h\"\n",
     "sim/run.c:2: may not include ui/view/view.h\n"},
    {"ui/view/stage.c", "#include <SDL2/SDL.h>\n#include <cairo.h>\n#include \"net/world.h\"\n",
     "ui/view/stage.c:1: may not include SDL2/SDL.h\nui/view/stage.c:2: may not include cairo.h\n"
     "ui/view/stage.c:3: may not include net/world.h\n"},
    {"ui/view/stage.c", "#include \"trace/trace.h\"\n#include \"ui/canvas.h\"\n", ""},
    {"ui/view/stage.c", "#include \"ui/session.h\"\n#include \"ui/canvas_cairo.h\"\n",
     "ui/view/stage.c:1: may not include ui/session.h\n"
     "ui/view/stage.c:2: may not include ui/canvas_cairo.h\n"},
    {"ui/text.c", "#include \"ui/canvas.h\"\n#include <ft2build.h>\n#include FT_FREETYPE_H\n",
     "ui/text.c:1: may not include ui/canvas.h\n"},
    {"ui/canvas_cairo.c", "#include <cairo/cairo.h>\n", ""},
    {"ui/platform_sdl.c", "#include <SDL2/SDL.h>\n#include <unistd.h>\n", ""},
    {"ui/main.c", "#include <SDL.h>\n", "ui/main.c:1: may not include SDL.h\n"},
    {"ui/cli/main.c", "#include \"run.h\"\n#include \"ui/view/view.h\"\n",
     "ui/cli/main.c:2: may not include ui/view/view.h\n"},
    {"sim/new/x.c", "int a;\n", "sim/new/x.c:1: no rule says what this file may include\n"},
};

START_TEST(a_violation_is_told_with_its_place)
{
    struct buf out = {0};
    check_text(samples[_i].path, samples[_i].text, &out);
    ck_assert_str_eq(buf_cstr(&out), samples[_i].told);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("includes");
    TCase *c = tcase_create("includes");
    tcase_add_test(c, every_file_keeps_the_table);
    tcase_add_loop_test(c, a_violation_is_told_with_its_place, 0, (int)COUNT(samples));
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
