#pragma once
/* The catalogue of assets/lang, compiled in at build: every text a person reads, by key, in every
 * language. The build fails when a key stands in one language only. */

#include <stdbool.h>
#include <stddef.h>

enum lang { LANG_EN, LANG_ZH, LANG_COUNT };

const char *lang_code(enum lang l);                /* "en", "zh" */
bool lang_parse(const char *code, enum lang *out); /* "en", "zh", "zh_CN.UTF-8", … */
enum lang lang_from_locale(void);                  /* LC_ALL, LC_MESSAGES, LANG; English else */

/* The text of `key`; NULL when there is none (word: the key itself then). Static storage. */
const char *word_find(enum lang l, const char *key);
const char *word(enum lang l, const char *key);

/* The whole table, sorted by key, for tests that look at every text. */
struct word_row {
    const char *key;
    const char *text[LANG_COUNT];
};
extern const struct word_row word_table[];
extern const size_t word_count;
