/* Looking words up. The table (words_table.c) is made by words_gen from assets/lang. */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

static const char *const codes[LANG_COUNT] = {[LANG_EN] = "en", [LANG_ZH] = "zh"};

const char *lang_code(enum lang l)
{
    return codes[l];
}

bool lang_parse(const char *code, enum lang *out)
{
    for (int l = 0; l < LANG_COUNT; l++) {
        size_t n = strlen(codes[l]);
        if (strncmp(code, codes[l], n) == 0 && (code[n] == '\0' || strchr("_-.@", code[n]))) {
            *out = (enum lang)l;
            return true;
        }
    }
    return false;
}

enum lang lang_from_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            enum lang l;
            return lang_parse(value, &l) ? l : LANG_EN;
        }
    }
    return LANG_EN;
}

static int compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct word_row *)row)->key);
}

const char *word_find(enum lang l, const char *key)
{
    const struct word_row *row = bsearch(key, word_table, word_count, sizeof *word_table, compare);
    return row ? row->text[l] : NULL;
}

const char *word(enum lang l, const char *key)
{
    const char *text = word_find(l, key);
    return text ? text : key;
}
