/* The document's tree: finding children, and places in the text. */
#include "scenario/doc.h"

#include <string.h>

struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
    for (struct doc_node *n = map->kind == DOC_MAP ? map->first : NULL; n; n = n->next) {
        if (strcmp(n->key->text, key) == 0) {
            return n;
        }
    }
    return NULL;
}

struct doc_node *doc_item(const struct doc_node *list, uint32_t n)
{
    struct doc_node *item = list->first;
    while (item && n > 0) {
        item = item->next;
        n--;
    }
    return item;
}

void doc_append(struct doc_node *parent, struct doc_node *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last) {
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
    parent->count++;
}

void doc_replace(struct doc_node *old, struct doc_node *new)
{
    struct doc_node *parent = old->parent;
    new->key = old->key;
    new->next = old->next;
    new->parent = parent;
    if (parent->last == old) {
        parent->last = new;
    }
    if (parent->first == old) {
        parent->first = new;
        return;
    }
    struct doc_node *before = parent->first;
    while (before->next != old) {
        before = before->next;
    }
    before->next = new;
}

void doc_remove_last(struct doc_node *parent)
{
    struct doc_node *before = parent->first;
    while (before != parent->last && before->next != parent->last) {
        before = before->next;
    }
    bool is_only = parent->first == parent->last;
    before->next = NULL;
    parent->last = is_only ? NULL : before;
    parent->first = is_only ? NULL : parent->first;
    parent->count--;
}

bool doc_same(const struct doc_node *a, const struct doc_node *b)
{
    if (a->kind != b->kind || a->count != b->count || a->is_absent != b->is_absent ||
        strcmp(a->text, b->text) != 0) {
        return false;
    }
    const struct doc_node *y = b->first;
    for (const struct doc_node *x = a->first; x; x = x->next, y = y->next) {
        const struct doc_node *other = a->kind == DOC_MAP ? doc_get(b, x->key->text) : y;
        if (!other || !doc_same(x, other)) {
            return false;
        }
    }
    return true;
}

/* The last line that starts at or before `at`. */
static uint32_t line_of(const struct doc *d, size_t at)
{
    uint32_t low = 0, high = d->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (d->lines[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static unsigned characters(const char *from, const char *to)
{
    unsigned n = 0;
    for (; from < to; from++) {
        n += ((unsigned char)*from & 0xc0) != 0x80;
    }
    return n;
}

static unsigned characters_before(const struct doc *d, size_t at)
{
    size_t block = at / DOC_BLOCK;
    return d->characters[block] + characters(d->text + block * DOC_BLOCK, d->text + at);
}

void doc_count_characters(struct doc *d, struct arena *arena)
{
    size_t blocks = strlen(d->text) / DOC_BLOCK + 1;
    uint32_t *before = arena_alloc(arena, blocks * sizeof *before);
    for (size_t i = 1; i < blocks; i++) {
        const char *start = d->text + (i - 1) * DOC_BLOCK;
        before[i] = before[i - 1] + characters(start, start + DOC_BLOCK);
    }
    d->characters = before;
}

void doc_line_column(const struct doc *d, size_t at, uint32_t *line, uint32_t *column)
{
    uint32_t l = line_of(d, at);
    *line = l + 1;
    *column = characters_before(d, at) - characters_before(d, d->lines[l]) + 1;
}

#define SOURCE_MAX 400 /* bytes of a source line shown */

/* The line's text without its break; a line too long to be read is shown from its beginning. */
static const char *line_text(const struct doc *d, struct arena *arena, uint32_t line)
{
    const char *start = d->text + d->lines[line];
    size_t n = 0;
    while (n <= SOURCE_MAX && start[n] && start[n] != '\r' && start[n] != '\n') {
        n++;
    }
    if (n > SOURCE_MAX) {
        for (n = SOURCE_MAX; ((unsigned char)start[n] & 0xc0) == 0x80;) {
            n--;
        }
    }
    return arena_strndup(arena, start, n);
}

struct err_place doc_place(const struct doc *d, struct arena *arena, size_t start, size_t end)
{
    uint32_t line = line_of(d, start);
    const char *source = line_text(d, arena, line);
    size_t line_end = d->lines[line] + strlen(source);
    struct err_place place = {.file = d->file, .source = source};
    doc_line_column(d, start, &place.line, &place.column);
    if (start > line_end) {
        place.source = NULL;
    }
    end = end < line_end ? end : line_end;
    place.width = end > start ? characters(d->text + start, d->text + end) : 1;
    return place;
}

struct err_place doc_place_of(const struct doc *d, struct arena *arena, const struct doc_node *n)
{
    if (n->set) {
        return (struct err_place){.file = n->set};
    }
    return doc_place(d, arena, n->start, n->end);
}
