/* Reading arguments: long options with their value behind "=" or as the next word, short ones with
 * it behind the letter or as the next word. */
#include "ui/cli/cli.h"

#include "scenario/quantity.h"

#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 24 };

static int bad(struct args *a, const char *key, const char *option, const char *near)
{
    err_fail(a->err, key, "option", option, "command", a->command->name, "near", near, NULL);
    return ARGS_BAD;
}

static int unknown(struct args *a, const char *option)
{
    const char *words[OPTIONS_MAX + 4] = {"--help", "--version", "--lang"};
    size_t n = 3;
    for (const struct option *o = a->command->options; o->name && n < OPTIONS_MAX; o++) {
        words[n++] = o->name;
    }
    const char *near = nearest_word(option, words);
    return bad(a, near ? "cli.unknown-option-near" : "cli.unknown-option", option,
               near ? near : "");
}

/* The value behind `inside` ("" or "=x" or "x"), or the next word. */
static bool take_value(struct args *a, const char *inside)
{
    if (inside && *inside) {
        a->value = inside + (*inside == '=');
        return true;
    }
    if (a->at == a->count) {
        return false;
    }
    a->value = a->list[a->at++];
    return true;
}

static int take_option(struct args *a, int index, const char *name, const char *inside)
{
    const struct option *o = &a->command->options[index];
    if (!o->value) {
        return inside && *inside ? bad(a, "cli.needs-no-value", name, "") : index;
    }
    return take_value(a, inside) ? index : bad(a, "cli.needs-value", o->name, o->value);
}

static int long_option(struct args *a, const char *word)
{
    size_t n = strcspn(word, "=");
    if (n == 6 && strncmp(word, "--lang", n) == 0) {
        return take_value(a, word + n) ? args_next(a)
                                       : bad(a, "cli.needs-value", "--lang", "en|zh");
    }
    for (int i = 0; a->command->options[i].name; i++) {
        const char *name = a->command->options[i].name;
        if (strlen(name) == n && strncmp(name, word, n) == 0) {
            a->value = NULL;
            return take_option(a, i, name, word + n);
        }
    }
    char name[64];
    snprintf(name, sizeof name, "%.*s", n < 63 ? (int)n : 63, word);
    return unknown(a, name);
}

static int short_option(struct args *a, const char *word)
{
    for (int i = 0; a->command->options[i].name; i++) {
        if (a->command->options[i].letter == word[1]) {
            return take_option(a, i, word, word + 2);
        }
    }
    return unknown(a, word);
}

int args_next(struct args *a)
{
    if (a->at == a->count) {
        return ARGS_END;
    }
    const char *word = a->list[a->at++];
    if (!a->only_words && strcmp(word, "--") == 0) {
        a->only_words = true;
        return args_next(a);
    }
    if (a->only_words || word[0] != '-' || word[1] == '\0') {
        a->value = word;
        return ARGS_WORD;
    }
    return word[1] == '-' ? long_option(a, word) : short_option(a, word);
}

bool args_whole(struct args *a, uint64_t *out)
{
    char *end;
    size_t digits = strspn(a->value, "0123456789");
    unsigned long long n = strtoull(a->value, &end, 10);
    if (digits == 0 || a->value[digits] != '\0' || digits > 19) {
        err_fail(a->err, "cli.not-whole", "value", a->value, NULL);
        return false;
    }
    *out = n;
    return true;
}

static bool read_number(const char **at, uint64_t *out)
{
    size_t digits = strspn(*at, "0123456789");
    *out = strtoull(*at, NULL, 10);
    *at += digits;
    return digits > 0 && digits < 19;
}

bool args_range(struct args *a, uint64_t *first, uint64_t *last, uint64_t most)
{
    const char *at = a->value;
    bool good = read_number(&at, first);
    *last = *first;
    if (good && strncmp(at, "..", 2) == 0) {
        at += 2;
        good = read_number(&at, last);
    }
    if (good && !*at && *last >= *first && *last - *first < most) {
        return true;
    }
    err_fail(a->err, "cli.not-range", "value", a->value, NULL);
    return false;
}

bool args_time(struct args *a, sim_time *out)
{
    if (quantity_parse(a->value, QUANTITY_TIME, false, out, NULL) == VALUE_GOOD) {
        return true;
    }
    err_fail(a->err, "cli.not-time", "value", a->value, "units", quantity_unit_list(QUANTITY_TIME),
             NULL);
    return false;
}

const char *args_value_of(int argc, char **argv, const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], name, n) == 0 && argv[i][n] == '=') {
            return argv[i] + n + 1;
        }
        if (strcmp(argv[i], name) == 0 && i + 1 < argc) {
            return argv[i + 1];
        }
    }
    return NULL;
}

bool args_have(int argc, char **argv, const char *name)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return false;
}
