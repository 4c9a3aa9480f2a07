/* `hidden:` and `diagnosis:`: what a class is to find out, and what a student takes it for. Either
 * is put into the document before its sections are read; none of what is sealed stands in a
 * message. */
#include "scenario/override.h"
#include "scenario/reader.h"
#include "scenario/seal.h"

#include <string.h>

static const char veil[] = "hidden"; /* what errors call a value that was sealed */

bool reader_is_hidden(const struct doc_node *n)
{
    bool is = n->set == veil;
    for (const struct doc_node *c = n->first; c && !is; c = c->next) {
        is = reader_is_hidden(c);
    }
    return is;
}

static struct doc_node *section_of(const struct reader *r, const char *key)
{
    struct doc_node *n = doc_get(r->doc->root, key);
    return n && !n->is_absent ? n : NULL;
}

/* Faults come to those that the file shows; any other value takes the place of what stands there.
 * False: err tells that the path leads nowhere. */
static bool put(struct reader *r, const char *path, struct doc_node *value, const char *name,
                struct err *err)
{
    struct doc doc = *r->doc;
    struct override_target target;
    const struct doc_node *said = value->key;
    if (!override_find(&doc, r->arena, path, name, &target, err)) {
        return false;
    }
    bool is_more = strcmp(path, "faults") == 0 && target.found && target.found->kind == DOC_LIST &&
                   value->kind == DOC_LIST;
    if (!is_more) {
        override_put(r->arena, &target, value);
        if (said && !target.found) { /* a key that is wrong is told where it stands */
            value->key->start = said->start;
            value->key->end = said->end;
        }
        return true;
    }
    struct doc_node *next;
    for (struct doc_node *item = value->first; item; item = next) {
        next = item->next;
        doc_append(target.found, item);
    }
    return true;
}

static bool put_line(struct reader *r, const char *line, struct err *err)
{
    size_t len = strcspn(line, "=");
    struct doc_node *value = line[len] ? override_value(r->arena, line + len + 1, veil, err) : NULL;
    return value && put(r, arena_strndup(r->arena, line, len), value, veil, err);
}

/* Each in turn. False: one does not fit this document, as when its host has another name. */
static bool put_lines(struct reader *r, const char *lines)
{
    struct err own = {.lang = r->err->lang}; /* would tell what is hidden */
    bool good = true;
    while (*lines && good) {
        size_t len = strcspn(lines, "\n");
        good = put_line(r, arena_strndup(r->arena, lines, len), &own);
        lines += len + (lines[len] != '\0');
    }
    err_free(&own);
    return good;
}

bool hidden_apply(struct reader *r)
{
    const struct doc_node *n = section_of(r, "hidden");
    struct buf text = {0};
    if (!n) {
        return true;
    }
    bool is_text = reader_is_text(r, n), is_whole = is_text && seal_open(n->text, &text);
    if (is_whole) {
        r->sc->hidden = arena_strdup(r->arena, buf_cstr(&text));
    }
    buf_free(&text);
    bool fits = is_whole && put_lines(r, r->sc->hidden);
    if (is_text && !fits) {
        wrong(r, n, is_whole ? "reader.hidden.misfit" : "reader.hidden.broken");
    }
    return fits;
}

bool diagnosis_apply(struct reader *r)
{
    struct doc_node *n = section_of(r, "diagnosis");
    bool good = !n || reader_is_map(r, n);
    struct doc_node *value = good && n ? n->first : NULL, *next;
    if (value) { /* the values move to where they belong; their place in the file stays known */
        n->first = n->last = NULL;
        n->count = 0;
    }
    for (; value; value = next) {
        const char *path = value->key->text;
        next = value->next;
        good &= put(r, path, value, arena_printf(r->arena, "diagnosis: %s", path), r->err);
    }
    return good;
}

void read_diagnosis(struct reader *r, const struct doc_node *n)
{
    if (!section_of(r, "hidden")) {
        suspect(r, n->key, "reader.diagnosis.of-nothing");
    }
    if (reader_is_map(r, n)) {
        r->sc->diagnosis = reader_place(r, n->key);
    }
}
