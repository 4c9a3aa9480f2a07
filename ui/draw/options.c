/* slowwire-draw's arguments: FILE [B [C]] -o OUT with options, values behind "=" or as the next
 * word. */
#include "ui/draw/draw.h"

#include "scenario/quantity.h"

#include <stdlib.h>
#include <string.h>

static const struct view *const known[] = {
    &view_ladder,   &view_window, &view_stage,   &view_machine,  &view_inspector, &view_playout,
    &view_reports,  &view_jitter, &view_members, &view_sync,     &view_plots,     &view_lease,
    &view_messages, &view_shares, &view_state,   &view_timeline, &view_caption};

static bool read_views(struct draw_options *o, const char *value)
{
    o->view_count = 0;
    for (const char *s = value; *s;) {
        size_t n = strcspn(s, ","), i = 0;
        while (i < sizeof known / sizeof *known &&
               (strlen(known[i]->name) != n || strncmp(known[i]->name, s, n) != 0)) {
            i++;
        }
        if (i == sizeof known / sizeof *known || o->view_count == DRAW_VIEWS) {
            return false;
        }
        o->views[o->view_count++] = known[i];
        s += n + (s[n] == ',');
    }
    o->has_views = o->view_count > 0;
    return o->has_views;
}

static bool read_size(struct draw_options *o, const char *value)
{
    char *end;
    o->w = strtod(value, &end);
    if (*end != 'x') {
        return false;
    }
    o->h = strtod(end + 1, &end);
    return !*end && o->w >= 320 && o->h >= 240 && o->w <= 8192 && o->h <= 8192;
}

static bool read_scale(struct draw_options *o, const char *value)
{
    char *end;
    o->scale = strtod(value, &end);
    return end != value && !*end && o->scale >= 0.5 && o->scale <= 4;
}

static bool read_at(struct draw_options *o, const char *value)
{
    return quantity_parse(value, QUANTITY_TIME, false, &o->at, NULL) == VALUE_GOOD;
}

static bool read_from(struct draw_options *o, const char *value)
{
    return quantity_parse(value, QUANTITY_TIME, false, &o->from, NULL) == VALUE_GOOD;
}

static bool read_to(struct draw_options *o, const char *value)
{
    return quantity_parse(value, QUANTITY_TIME, false, &o->to, NULL) == VALUE_GOOD;
}

static bool read_output(struct draw_options *o, const char *value)
{
    o->output = value;
    return true;
}

static bool read_theme(struct draw_options *o, const char *value)
{
    return theme_parse(value, &o->theme);
}

static bool read_lang(struct draw_options *o, const char *value)
{
    return lang_parse(value, &o->lang);
}

static bool read_set(struct draw_options *o, const char *value)
{
    return draw_set_add(o, value);
}

static bool read_screenshot(struct draw_options *o, const char *value)
{
    o->screenshot = value;
    return true;
}

static const struct {
    const char *name, *wanted;
    bool (*read)(struct draw_options *, const char *);
} options[] = {
    {"-o", "draw.want.output", read_output},
    {"--output", "draw.want.output", read_output},
    {"--view", "draw.want.view", read_views},
    {"--at", "window.want.time", read_at},
    {"--from", "window.want.time", read_from},
    {"--to", "window.want.time", read_to},
    {"--size", "window.want.size", read_size},
    {"--scale", "window.want.scale", read_scale},
    {"--theme", "window.want.theme", read_theme},
    {"--lang", "window.want.lang", read_lang},
    {"--set", "draw.want.set", read_set},
    {"--screenshot", "draw.want.output", read_screenshot},
};
enum { OPTION_COUNT = sizeof options / sizeof *options };

static bool read_option(struct draw_options *o, int argc, char **argv, int *at, struct err *err)
{
    const char *given = argv[*at], *equals = strchr(given, '=');
    size_t n = equals ? (size_t)(equals - given) : strlen(given), i = 0;
    while (i < OPTION_COUNT &&
           (strlen(options[i].name) != n || strncmp(options[i].name, given, n) != 0)) {
        i++;
    }
    if (i == OPTION_COUNT) {
        err_fail(err, "draw.unknown-option", "option", given, NULL);
        return false;
    }
    const char *value = equals ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
    if (!value) {
        err_fail(err, "window.no-value", "option", options[i].name, NULL);
        return false;
    }
    if (!options[i].read(o, value)) {
        err_fail(err, "window.bad-option", "option", options[i].name, "value", value, "wanted",
                 word(err->lang, options[i].wanted), NULL);
        return false;
    }
    return true;
}

bool draw_options_read(int argc, char **argv, struct draw_options *o, struct err *err)
{
    *o = (struct draw_options){.at = SIM_NEVER,
                               .from = SIM_NEVER,
                               .to = SIM_NEVER,
                               .scale = 1,
                               .lang = lang_from_locale()};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--version") == 0) {
            *(argv[i][2] == 'h' ? &o->help : &o->version) = true;
        } else if (strcmp(argv[i], "--compare") == 0) {
            o->is_compare = true;
        } else if (strcmp(argv[i], "--worksheet") == 0) {
            o->is_worksheet = true;
        } else if (argv[i][0] == '-') {
            if (!read_option(o, argc, argv, &i, err)) {
                return false;
            }
            err->lang = o->lang;
        } else if (o->file_count < DRAW_RUNS) {
            o->files[o->file_count++] = argv[i];
        } else {
            err_fail(err, "draw.many-files", NULL);
            return false;
        }
    }
    if ((o->from != SIM_NEVER || o->to != SIM_NEVER) &&
        (o->from == SIM_NEVER ? 0 : o->from) >= o->to) {
        err_fail(err, "draw.no-time", NULL);
        return false;
    }
    if (!o->view_count) {
        o->views[o->view_count++] = &view_ladder;
    }
    if (!o->help && !o->version && !o->file_count) {
        err_fail(err, "draw.no-file", NULL);
        return false;
    }
    return draw_runs_plan(o, err);
}
