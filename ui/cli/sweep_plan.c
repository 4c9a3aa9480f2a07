/* Which runs a sweep consists of. A run's number alone says its settings and seed, so that the rows
 * are the same in the same order whoever makes them and when. */
#include "ui/cli/sweep.h"

#include <string.h>

/* Bytes up to the comma that ends a value. */
static size_t value_length(const char *s)
{
    int depth = 0;
    char quote = '\0';
    size_t n = 0;
    for (; s[n] && (s[n] != ',' || depth > 0 || quote); n++) {
        if (quote) {
            quote = s[n] == quote ? '\0' : quote;
        } else if (s[n] == '"' || s[n] == '\'') {
            quote = s[n];
        } else if (s[n] == '[' || s[n] == '{') {
            depth++;
        } else if (s[n] == ']' || s[n] == '}') {
            depth--;
        }
    }
    return n;
}

static const char *trimmed(struct arena *arena, const char *s, size_t n)
{
    while (n > 0 && *s == ' ') {
        s++;
        n--;
    }
    while (n > 0 && s[n - 1] == ' ') {
        n--;
    }
    return arena_strndup(arena, s, n);
}

static bool add_values(struct sweep *s, struct sweep_set *set, const char *text)
{
    uint32_t cap = 1;
    for (const char *c = text; *c; c++) {
        cap += *c == ',';
    }
    if (cap > SWEEP_VALUES_MAX) {
        return false;
    }
    set->values = arena_alloc(&s->arena, cap * sizeof *set->values);
    for (;;) {
        size_t n = value_length(text);
        const char *value = trimmed(&s->arena, text, n);
        if (!*value) {
            return false;
        }
        set->values[set->count++] = value;
        if (!text[n]) {
            return true;
        }
        text += n + 1;
    }
}

bool sweep_add_set(struct sweep *s, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    if (s->set_count == SWEEP_SETS_MAX) {
        err_fail(err, "cli.sweep.too-many-sets", NULL);
        return false;
    }
    struct sweep_set *set = &s->sets[s->set_count];
    *set = (struct sweep_set){0};
    if (!equals || equals == text || !add_values(s, set, equals + 1)) {
        err_fail(err, "cli.sweep.not-set", "value", text, NULL);
        return false;
    }
    set->path = arena_strndup(&s->arena, text, (size_t)(equals - text));
    s->set_count++;
    return true;
}

static uint64_t seed_count(const struct sweep *s)
{
    return s->has_seeds ? s->seed_last - s->seed_first + 1 : 1;
}

uint64_t sweep_points(const struct sweep *s)
{
    uint64_t points = 1;
    for (uint32_t i = 0; i < s->set_count && points <= SWEEP_ROWS_MAX; i++) {
        points *= s->sets[i].count;
    }
    return points;
}

bool sweep_count(struct sweep *s, struct err *err)
{
    uint64_t points = sweep_points(s), seeds = seed_count(s);
    if (points > SWEEP_ROWS_MAX || seeds > SWEEP_ROWS_MAX || points * seeds > SWEEP_ROWS_MAX) {
        char most[24];
        snprintf(most, sizeof most, "%d", SWEEP_ROWS_MAX);
        err_fail(err, "cli.sweep.too-many-runs", "most", most, NULL);
        return false;
    }
    s->runs = points * seeds;
    return true;
}

uint64_t sweep_point(const struct sweep *s, uint64_t run)
{
    return run / seed_count(s);
}

bool sweep_seed(const struct sweep *s, uint64_t run, uint64_t *seed)
{
    *seed = s->seed_first + run % seed_count(s);
    return s->has_seeds;
}

const char *sweep_value(const struct sweep *s, uint64_t point, uint32_t set)
{
    for (uint32_t i = s->set_count; i-- > set + 1;) {
        point /= s->sets[i].count;
    }
    return s->sets[set].values[point % s->sets[set].count];
}

void sweep_overrides(const struct sweep *s, uint64_t point, struct arena *arena,
                     struct override out[SWEEP_SETS_MAX])
{
    for (uint32_t i = 0; i < s->set_count; i++) {
        out[i].text = arena_printf(arena, "%s=%s", s->sets[i].path, sweep_value(s, point, i));
    }
}
