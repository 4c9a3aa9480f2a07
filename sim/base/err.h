#pragma once
/* What is wrong, where, and what would be right: told once, at the top, in the user's language.
 * Zero is an empty list in English. */

#include "base/arena.h"
#include "base/words.h"

#include <stdbool.h>
#include <stdio.h>

#define ERR_LIMIT 20 /* errors kept of one file; further ones are counted */

enum err_kind { ERR_ERROR, ERR_WARNING };

struct err_item {
    enum err_kind kind;
    const char *file;      /* NULL: no place */
    unsigned line, column; /* from 1, column in characters; 0: unknown */
    unsigned width;        /* characters to underline, at least 1 */
    const char *what;      /* the message, with its hint */
    const char *source;    /* the source line, NULL if unknown */
};

struct err {
    enum lang lang;
    struct arena arena;                   /* owns every text below */
    struct err_item items[2 * ERR_LIMIT]; /* errors and warnings in the order found */
    unsigned count, errors, warnings;     /* errors, warnings: all, also those not kept */
};

/* Where something stands in a file. file and source are borrowed for the call. */
struct err_place {
    const char *file, *source;
    unsigned line, column, width;
};

/* Adds the catalogue's text for `key`, in which {name} is replaced; the arguments are pairs of
 * (const char *name, const char *value), ended by NULL. */
void err_add(struct err *e, enum err_kind kind, struct err_place at, const char *key, ...)
    __attribute__((sentinel));
/* An error without a place. */
#define err_fail(e, ...) err_add((e), ERR_ERROR, (struct err_place){0}, __VA_ARGS__)

/* FILE:LINE:COLUMN: error: MESSAGE, the source line and a caret, as compilers do. */
void err_print(const struct err *e, FILE *out, bool colour);
void err_format(const struct err *e, struct buf *out); /* the same without colour */
void err_free(struct err *e);                          /* back to zero, language kept */

/* The template `text` with {name} replaced by the value of the pair of that name. */
void text_fill(struct buf *out, const char *text, const char *const *pairs, size_t pair_count);

/* The nearest of `words` (NULL-terminated) to a misspelt `found`: at most two edits (insert,
 * delete, change, swap of neighbours; in characters) away and no more than half of its length; NULL
 * if none. */
const char *nearest_word(const char *found, const char *const *words);
