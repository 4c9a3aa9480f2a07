/* Splices: find the place by the document's tree, write there, read the result again and compare.
 */
#include "scenario/edit.h"

#include "scenario/override.h"

#include <assert.h>
#include <string.h>

struct edit {
    struct arena arena;
    struct err *err;
    const char *text, *line_break;
    struct doc doc;  /* of the old text; changed to what the new text must say */
    size_t from, to; /* bytes replaced */
    struct buf insert;
};

static bool edit_open(struct edit *e, const char *text, struct err *err)
{
    *e = (struct edit){.err = err, .text = text};
    const char *first = strchr(text, '\n');
    e->line_break = first && first > text && first[-1] == '\r' ? "\r\n" : "\n";
    return doc_read("", text, strlen(text), &e->arena, &e->doc, err);
}

static void edit_close(struct edit *e)
{
    buf_free(&e->insert);
    arena_free(&e->arena);
}

static bool says_what_it_must(struct edit *e, struct buf *out)
{
    struct doc now;
    struct err own = {.lang = e->err->lang};
    const char *text = buf_cstr(out);
    bool good =
        doc_read("", text, out->len, &e->arena, &now, &own) && doc_same(e->doc.root, now.root);
    err_free(&own);
    return good;
}

static bool splice(struct edit *e, struct buf *out)
{
    buf_clear(out);
    buf_add(out, bytes_of(e->text, e->from));
    buf_add(out, bytes_of(e->insert.data, e->insert.len));
    buf_str(out, e->text + e->to);
    if (!says_what_it_must(e, out)) {
        err_fail(e->err, "reader.edit.cannot", NULL);
        return false;
    }
    return true;
}

/* Where the line that holds the last byte before `end` ends, its break included. */
static size_t after_line(const char *text, size_t end)
{
    while (end > 0 && strchr(" \t\r\n", text[end - 1])) {
        end--;
    }
    end += strcspn(text + end, "\n");
    return text[end] == '\n' ? end + 1 : end;
}

static size_t line_start(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n') {
        at--;
    }
    return at;
}

/* A line of its own at e->from; the break comes first where the text before has none. */
static void insert_line(struct edit *e, size_t indent, const char *dash, const char *content)
{
    bool is_after_break = e->insert.len ? e->insert.data[e->insert.len - 1] == '\n'
                                        : e->from == 0 || e->text[e->from - 1] == '\n';
    if (!is_after_break) {
        buf_str(&e->insert, e->line_break);
    }
    for (size_t i = 0; i < indent; i++) {
        buf_char(&e->insert, ' ');
    }
    buf_printf(&e->insert, "%s%s", dash, content);
    if (is_after_break) {
        buf_str(&e->insert, e->line_break);
    }
}

/* `{drop: …}`: in brackets, an item that is a mapping has braces. */
static const char *in_braces(struct edit *e, const char *item)
{
    return *item == '{' ? item : arena_printf(&e->arena, "{%s}", item);
}

static size_t column_of(const char *text, size_t at)
{
    return at - line_start(text, at);
}

static void append_to_list(struct edit *e, const struct doc_node *list, const char *item)
{
    if (!list->is_flow) {
        e->from = e->to = after_line(e->text, list->last->end);
        insert_line(e, column_of(e->text, list->start), "- ", item);
        return;
    }
    e->from = e->to = list->last ? list->last->end : list->start + 1;
    buf_printf(&e->insert, "%s%s", list->last ? ", " : "", in_braces(e, item));
}

/* Where a value may be written behind a key that has none. */
static size_t behind_colon(const struct edit *e, const struct doc_node *nothing)
{
    size_t at = nothing->key->end;
    at += strspn(e->text + at, " ");
    return e->text[at] == ':' ? at + 1 : at;
}

/* `faults:` and nothing behind it, or a `~`. */
static void fill_empty(struct edit *e, const struct doc_node *nothing, const char *item)
{
    e->from = nothing->start;
    e->to = nothing->end;
    if (e->from < e->to) {
        buf_printf(&e->insert, "[%s]", in_braces(e, item));
    } else if (nothing->parent->is_flow) {
        e->from = e->to = behind_colon(e, nothing);
        buf_printf(&e->insert, " [%s]", in_braces(e, item));
    } else {
        e->from = e->to = after_line(e->text, behind_colon(e, nothing));
        insert_line(e, column_of(e->text, nothing->key->start) + 2, "- ", item);
    }
}

/* Comment lines right above a section belong to it. */
static size_t above_comments(const char *text, size_t line)
{
    while (line > 0) {
        size_t above = line_start(text, line - 1);
        if (text[above + strspn(text + above, " ")] != '#') {
            break;
        }
        line = above;
    }
    return line;
}

/* Sections that edits add to, and before which of the others they are made. */
struct section {
    const char *name, *before[3];
};
static const struct section faults = {"faults", {"script", "expect", NULL}};
static const struct section expects = {"expect", {"lesson", "view", NULL}};

static bool comes_after(const struct section *section, const char *key)
{
    for (const char *const *b = section->before; *b; b++) {
        if (strcmp(*b, key) == 0) {
            return true;
        }
    }
    return false;
}

static void add_section(struct edit *e, const struct section *section, const char *item)
{
    const struct doc_node *root = e->doc.root, *next = root->first;
    const char *head = arena_printf(&e->arena, "%s:", section->name);
    if (root->is_flow) {
        e->from = e->to = root->last ? root->last->end : root->start + 1;
        buf_printf(&e->insert, "%s%s [%s]", root->last ? ", " : "", head, in_braces(e, item));
        return;
    }
    while (next && !comes_after(section, next->key->text)) {
        next = next->next;
    }
    assert(root->first);
    size_t indent = column_of(e->text, root->first->key->start);
    if (next) {
        e->from = e->to = above_comments(e->text, line_start(e->text, next->key->start));
        insert_line(e, indent, "", head);
        insert_line(e, indent + 2, "- ", item);
        buf_str(&e->insert, e->line_break);
        return;
    }
    e->from = e->to =
        after_line(e->text, root->last->is_absent ? root->last->key->end : root->last->end);
    bool is_ended = e->from == 0 || e->text[e->from - 1] == '\n';
    buf_printf(&e->insert, "%s%s", e->line_break, is_ended ? "" : e->line_break);
    insert_line(e, indent, "", head);
    insert_line(e, indent + 2, "- ", item);
}

static struct doc_node *parse_item(struct edit *e, const char *item)
{
    const char *list = arena_printf(&e->arena, "[%s]", in_braces(e, item));
    struct doc_node *n = override_value(&e->arena, list, item, e->err);
    return n && n->kind == DOC_LIST && n->count == 1 ? n : NULL;
}

static bool add_item(const struct section *section, const char *text, const char *item,
                     struct buf *out, struct err *err)
{
    struct edit e;
    bool good = edit_open(&e, text, err);
    struct doc_node *added = good ? parse_item(&e, item) : NULL;
    if (added) {
        struct doc_node *list = doc_get(e.doc.root, section->name);
        struct override_target target = {e.doc.root, list, section->name};
        if (!list) {
            add_section(&e, section, item);
            override_put(&e.arena, &target, added);
        } else if (list->is_absent || list->kind != DOC_LIST) {
            fill_empty(&e, list, item);
            override_put(&e.arena, &target, added);
        } else {
            append_to_list(&e, list, item);
            doc_append(list, added->first);
        }
        good = splice(&e, out);
    }
    edit_close(&e);
    return added && good;
}

bool edit_add_fault(const char *text, const char *item, struct buf *out, struct err *err)
{
    return add_item(&faults, text, item, out, err);
}

bool edit_add_expect(const char *text, const char *item, struct buf *out, struct err *err)
{
    return add_item(&expects, text, item, out, err);
}

static void remove_last(struct edit *e, const struct doc_node *list)
{
    const struct doc_node *last = list->last, *before = list->first;
    while (before->next && before->next != last) {
        before = before->next;
    }
    if (!list->is_flow) {
        size_t dash = last->start;
        while (dash > 0 && e->text[dash] != '-') {
            dash--;
        }
        e->from = line_start(e->text, dash);
        e->to = after_line(e->text, last->end);
        return;
    }
    e->from = before == last ? list->start + 1 : before->end;
    e->to = last->end;
}

bool edit_remove_last_fault(const char *text, struct buf *out, struct err *err)
{
    struct edit e;
    bool good = edit_open(&e, text, err);
    struct doc_node *list = good ? doc_get(e.doc.root, "faults") : NULL;
    if (list && list->kind == DOC_LIST && list->count > 0) {
        remove_last(&e, list);
        doc_remove_last(list);
        if (list->count == 0 && !list->is_flow) {
            list->kind = DOC_SCALAR;
            list->is_absent = true;
        }
        good = splice(&e, out);
    } else if (good) {
        err_fail(err, "reader.edit.no-fault", NULL);
        good = false;
    }
    edit_close(&e);
    return good;
}

static void add_key(struct edit *e, const struct doc_node *map, const char *key, const char *value)
{
    const char *entry = arena_printf(&e->arena, "%s: %s", key, value);
    if (map->is_flow || !map->last) {
        e->from = e->to = !map->last             ? map->start + 1
                          : map->last->is_absent ? map->last->key->end
                                                 : map->last->end;
        buf_printf(&e->insert, "%s%s", map->last ? ", " : "", entry);
        return;
    }
    e->from = e->to = after_line(e->text, map->last->end);
    insert_line(e, column_of(e->text, map->first->key->start), "", entry);
}

bool edit_set(const char *text, const char *path, const char *value, struct buf *out,
              struct err *err)
{
    struct edit e;
    struct override_target target;
    bool good =
        edit_open(&e, text, err) && override_find(&e.doc, &e.arena, path, path, &target, err);
    struct doc_node *node = good ? override_value(&e.arena, value, path, err) : NULL;
    if (node) {
        if (!target.found) {
            add_key(&e, target.in, target.last, value);
        } else if (target.found->is_absent && target.found->key &&
                   target.found->start == target.found->end) {
            e.from = e.to = behind_colon(&e, target.found);
            buf_printf(&e.insert, " %s", value);
        } else {
            e.from = target.found->start;
            e.to = target.found->end;
            buf_str(&e.insert, value);
        }
        override_put(&e.arena, &target, node);
        good = splice(&e, out);
    }
    edit_close(&e);
    return node && good;
}

/* The part of a path that is there already, as its length; 0: none of it. *at is what it names. */
static size_t known_part(const struct edit *e, const char *path, const struct doc_node **at)
{
    size_t known = 0;
    *at = e->doc.root;
    for (size_t end = strcspn(path, ".");; end += 1 + strcspn(path + end + 1, ".")) {
        struct override_target target;
        struct err quiet = {.lang = e->err->lang};
        struct doc doc = e->doc;
        struct arena arena = {0};
        bool is_there =
            override_find(&doc, &arena, arena_strndup(&arena, path, end), path, &target, &quiet) &&
            target.found;
        err_free(&quiet);
        if (is_there) {
            *at = target.found;
            known = end;
        }
        arena_free(&arena);
        if (!is_there || path[end] == '\0') {
            return known;
        }
    }
}

/* `{tcp: {mss: 500}}` for "tcp.mss"; the innermost value stays as it is. */
static const char *wrapped(struct edit *e, const char *path, const char *value)
{
    size_t len = strcspn(path, ".");
    const char *inner = path[len] ? wrapped(e, path + len + 1, value) : value;
    return arena_printf(&e->arena, "{%.*s: %s}", (int)len, path, inner);
}

bool edit_put(const char *text, const char *path, const char *value, struct buf *out,
              struct err *err)
{
    struct edit e;
    const struct doc_node *at;
    if (!edit_open(&e, text, err)) {
        edit_close(&e);
        return false;
    }
    size_t known = known_part(&e, path, &at), from = known ? known + 1 : 0;
    bool good;
    if (path[known] == '\0') {
        good = edit_set(text, path, value, out, err);
    } else if (at->kind == DOC_SCALAR && !at->is_absent) {
        const char *rest = wrapped(&e, path + from, value);
        const char *whole = arena_printf(&e.arena, "{address: %s, %s", at->text, rest + 1);
        good = edit_set(text, arena_strndup(&e.arena, path, known), whole, out, err);
    } else {
        size_t len = strcspn(path + from, ".");
        const char *rest = path[from + len] ? wrapped(&e, path + from + len + 1, value) : value;
        good = edit_set(text, arena_strndup(&e.arena, path, from + len), rest, out, err);
    }
    edit_close(&e);
    return good;
}
