#pragma once
/* A YAML document as a tree of its own: what stands where. All that reads or edits a scenario works
 * on this tree; only read.c, which makes it, knows the parser. Aliases are already replaced by
 * copies of what they name. Lives in the arena it was read into. */

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOC_DEPTH_LIMIT 32     /* levels of nesting */
#define DOC_NODE_LIMIT  700000 /* nodes */
#define DOC_COPY_LIMIT  500000 /* with copies by aliases: a file grows tenfold with each level */
#define DOC_BLOCK       512u

/* The parser keeps a line, and all that brackets hold open, as tokens of some hundred bytes; so
 * that it never needs more than a small machine has, no line is longer and no more are open than
 * this. */
#define DOC_LINE_LIMIT     200000  /* bytes */
#define DOC_LINES_LIMIT    2000000 /* in a file */
#define DOC_BRACKETS_LIMIT 1000    /* open at once, wherever they stand: in a text, too */

enum doc_kind { DOC_SCALAR, DOC_LIST, DOC_MAP };

struct doc_node {
    enum doc_kind kind;
    bool is_quoted;       /* SCALAR: in quotes, or a block of text */
    bool is_flow;         /* LIST, MAP: in [] or {} */
    bool is_absent;       /* SCALAR: nothing stands there, as after `key:` */
    const char *text;     /* SCALAR: its text; else "" */
    const char *set;      /* what errors call the override that put it here; NULL: the file */
    size_t start, end;    /* bytes of the file's text; a block collection ends where its last item
                             does */
    struct doc_node *key; /* of a MAP's child: its key, a scalar */
    struct doc_node *parent;              /* NULL: the root */
    struct doc_node *first, *last, *next; /* children; next: brother */
    uint32_t count;                       /* of children */
};

struct doc {
    const char *file; /* what errors call it */
    const char *text; /* zero-terminated */
    size_t len;
    const uint32_t *lines; /* where each line starts */
    uint32_t line_count;
    const uint32_t *characters; /* before each DOC_BLOCK bytes: a line may be as long as the file */
    struct doc_node *root;      /* a MAP */
};

/* Parses YAML 1.2. `text` must outlive the document. False: err says what is wrong and where. */
bool doc_read(const char *file, const char *text, size_t len, struct arena *arena, struct doc *out,
              struct err *err);

/* Where a document lives: what its nodes say in one arena; the nodes and all that finds places in
 * another, or the same, which may go when nobody looks at the document any more. */
struct doc_room {
    struct arena *texts, *nodes;
    uint32_t node_limit; /* DOC_NODE_LIMIT, but for a text that is known to mean no harm */
};
bool doc_read_in(const char *file, const char *text, size_t len, const struct doc_room *room,
                 struct doc *out, struct err *err);

/* Children. NULL: no such key, or not a MAP. */
struct doc_node *doc_get(const struct doc_node *map, const char *key);
struct doc_node *doc_item(const struct doc_node *list, uint32_t n); /* from 0 */
void doc_append(struct doc_node *parent, struct doc_node *child);
void doc_replace(struct doc_node *old, struct doc_node *new); /* keeps the key; old has a parent */

void doc_remove_last(struct doc_node *parent);
/* They say the same: kinds, texts and keys, whatever the order of keys and the style. */
bool doc_same(const struct doc_node *a, const struct doc_node *b);

/* Where something stands, for err_add: with the source line (kept in the arena). */
struct err_place doc_place(const struct doc *d, struct arena *arena, size_t start, size_t end);
struct err_place doc_place_of(const struct doc *d, struct arena *arena, const struct doc_node *n);
void doc_count_characters(struct doc *d, struct arena *arena); /* once, before the first place */
/* Line and column from 1; the column counts characters. */
void doc_line_column(const struct doc *d, size_t at, uint32_t *line, uint32_t *column);
