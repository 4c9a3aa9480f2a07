/* One row an option; what a value means is in its reader. */

#include "ui/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool read_lang(struct options *o, const char *value)
{
    return lang_parse(value, &o->shell.lang);
}

static bool read_theme(struct options *o, const char *value)
{
    o->shell.has_theme = true;
    return theme_parse(value, &o->shell.theme);
}

static bool read_number(const char *value, double min, double max, double *out)
{
    char *end;
    double v = strtod(value, &end);
    if (end == value || *end || !(v >= min && v <= max)) {
        return false;
    }
    *out = v;
    return true;
}

static bool read_projector(struct options *o, const char *value)
{
    double v;
    if (!read_number(value, 1, 2, &v) || (v != 1 && v != 1.5 && v != 2)) {
        return false;
    }
    o->shell.projector = v;
    o->shell.has_projector = true;
    return true;
}

/* "1.2s", "1.2 s", "250ms", "10us", "7ns"; without a unit, seconds. */
static bool read_at(struct options *o, const char *value)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    char *end;
    double v = strtod(value, &end);
    if (end == value || !(v >= 0)) {
        return false;
    }
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!strcmp(end, units[i].unit) && v * units[i].ns < 9e18) {
            o->shell.at = llround(v * units[i].ns);
            return true;
        }
    }
    return false;
}

static bool read_size(struct options *o, const char *value)
{
    char *end;
    long w = strtol(value, &end, 10);
    if (end == value || *end != 'x') {
        return false;
    }
    const char *second = end + 1;
    long h = strtol(second, &end, 10);
    if (end == second || *end || w < 320 || h < 240 || w > 8192 || h > 8192) {
        return false;
    }
    o->w = (int)w;
    o->h = (int)h;
    return true;
}

static bool read_scale(struct options *o, const char *value)
{
    return read_number(value, 0.5, 4, &o->scale);
}

static bool read_select(struct options *o, const char *value)
{
    double v;
    if (!read_number(value, 0, 4294967295.0, &v) || v != floor(v)) {
        return false;
    }
    o->shell.select = (int64_t)v;
    return true;
}

static bool read_screenshot(struct options *o, const char *value)
{
    o->screenshot = value;
    return *value != 0;
}

static bool read_tell(struct options *o, const char *value)
{
    o->tell = value;
    return *value != 0;
}

static bool read_script(struct options *o, const char *value)
{
    o->script = value;
    return *value != 0;
}

static bool read_help(struct options *o, const char *value)
{
    (void)value;
    return o->help = true;
}

static bool read_version(struct options *o, const char *value)
{
    (void)value;
    return o->version = true;
}

/* A script's clock is always the fixed one: the option says so aloud. */
static bool read_fixed_clock(struct options *o, const char *value)
{
    (void)o;
    (void)value;
    return true;
}

static const struct option {
    const char *name, *value; /* value: how help writes it; NULL: there is none */
    bool (*read)(struct options *o, const char *value);
    const char *want, *help; /* language keys; help NULL: not listed */
} options[] = {
    {"--lang", "en|zh", read_lang, "window.want.lang", "window.help.lang"},
    {"--theme", "light|dark", read_theme, "window.want.theme", "window.help.theme"},
    {"--projector", "1|1.5|2", read_projector, "window.want.projector", "window.help.projector"},
    {"--at", "TIME", read_at, "window.want.time", "window.help.at"},
    {"--select", "PACKET", read_select, "window.want.packet", "window.help.select"},
    {"--size", "WxH", read_size, "window.want.size", "window.help.size"},
    {"--scale", "S", read_scale, "window.want.scale", "window.help.scale"},
    {"--screenshot", "FILE.png", read_screenshot, "window.want.size", "window.help.screenshot"},
    {"--script", "FILE", read_script, "window.want.size", "window.help.script"},
    {"--tell", "FILE", read_tell, "window.want.size", "window.help.tell"},
    {"--fixed-clock", NULL, read_fixed_clock, NULL, NULL},
    {"--help", NULL, read_help, NULL, "window.help.help"},
    {"--version", NULL, read_version, NULL, "window.help.version"},
};
#define OPTIONS (sizeof options / sizeof *options)

/* The option that `arg` is, written "--size 1x2" or "--size=1x2". */
static const struct option *find(const char *arg, const char **value)
{
    size_t len = strcspn(arg, "=");
    *value = arg[len] ? arg + len + 1 : NULL;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strlen(options[i].name) == len && !strncmp(arg, options[i].name, len)) {
            return &options[i];
        }
    }
    return NULL;
}

static bool take(struct options *o, const struct option *option, const char *value, struct err *err)
{
    if (option->read(o, value)) {
        return true;
    }
    err_fail(err, "window.bad-option", "option", option->name, "value", value, "wanted",
             word(err->lang, option->want), NULL);
    return false;
}

/* The language first, so that what is wrong with the others is told in it. */
static enum lang language(int argc, char **argv)
{
    enum lang lang = lang_from_locale();
    for (int i = 1; i + 1 < argc; i++) {
        if (!strcmp(argv[i], "--lang")) {
            lang_parse(argv[i + 1], &lang);
        }
    }
    return lang;
}

static bool read_option(int argc, char **argv, int *i, struct options *o, struct err *err)
{
    const char *value;
    const struct option *option = find(argv[*i], &value);
    if (!option) {
        err_fail(err, "window.unknown-option", "option", argv[*i], NULL);
        return false;
    }
    if (option->value && !value) {
        if (*i + 1 >= argc) {
            err_fail(err, "window.no-value", "option", option->name, NULL);
            return false;
        }
        value = argv[++*i];
    }
    return take(o, option, value, err);
}

bool options_read(int argc, char **argv, struct options *o, struct err *err)
{
    err->lang = language(argc, argv);
    *o = (struct options){.w = 1440, .h = 900};
    o->shell = (struct shell_options){.lang = err->lang, .projector = 1, .at = -1, .select = -1};
    int files = 0;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' || !argv[i][1]) {
            o->file = argv[i];
            files++;
        } else if (!read_option(argc, argv, &i, o, err)) {
            return false;
        }
    }
    err->lang = o->shell.lang;
    if (files > 1 && !o->help && !o->version) {
        char count[12];
        snprintf(count, sizeof count, "%d", files);
        err_fail(err, "window.one-file", "count", count, NULL);
        return false;
    }
    return true;
}

void options_help(enum lang lang, FILE *out)
{
    fprintf(out, "%s\n\n", word(lang, "window.help.usage"));
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *o = &options[i];
        if (o->help) {
            char left[64];
            snprintf(left, sizeof left, "%s%s%s", o->name, o->value ? " " : "",
                     o->value ? o->value : "");
            fprintf(out, "  %-24s %s\n", left, word(lang, o->help));
        }
    }
}
