/* From the text of a file to the document's tree: the only user of libfyaml. Events come out of the
 * parser one by one; a stack of open collections takes them. What the parser refuses is told in our
 * own words, at the parser's place. */
#include "scenario/doc.h"

#include "base/os.h"
#include "scenario/syntax.h"

#include <assert.h>
#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

struct anchor {
    const char *name;
    struct doc_node *node;
    struct anchor *next;
};

struct builder {
    struct arena *arena, *nodes;
    struct doc *doc;
    struct err *err;
    struct doc_node *open; /* the innermost collection that is not closed */
    unsigned depth;
    struct doc_node *key; /* in a MAP: read, and waiting for its value */
    struct anchor *anchors;
    uint32_t node_count, document_count;
    bool failed;
    uint32_t node_limit;
};

static void fail(struct builder *b, size_t start, size_t end, const char *key, const char *text)
{
    if (!b->failed) {
        err_add(b->err, ERR_ERROR, doc_place(b->doc, b->arena, start, end), key, "text", text,
                NULL);
    }
    b->failed = true;
}

static struct doc_node *node_new(struct builder *b, enum doc_kind kind, size_t start, size_t end)
{
    struct doc_node *n = arena_alloc(b->nodes, sizeof *n);
    *n = (struct doc_node){.kind = kind, .text = "", .start = start, .end = end};
    if (++b->node_count > b->node_limit) {
        fail(b, start, end, "reader.yaml.too-many", "");
    }
    return n;
}

/* Puts a finished or opened node where it belongs: the root, an item, a key, or a key's value. */
static void place(struct builder *b, struct doc_node *n)
{
    struct doc_node *in = b->open;
    if (!in) {
        b->doc->root = n;
    } else if (in->kind == DOC_MAP && !b->key) {
        if (n->kind != DOC_SCALAR) {
            fail(b, n->start, n->end, "reader.yaml.key-not-text", "");
        }
        b->key = n;
    } else {
        n->key = in->kind == DOC_MAP ? b->key : NULL;
        b->key = NULL;
        doc_append(in, n);
    }
}

static char *token_text(struct builder *b, struct fy_token *token)
{
    size_t len = 0;
    const char *text = token ? fy_token_get_text(token, &len) : NULL;
    return text ? arena_strndup(b->arena, text, len) : arena_strdup(b->arena, "");
}

static void remember(struct builder *b, struct fy_token *anchor, struct doc_node *n)
{
    if (anchor) {
        struct anchor *a = arena_alloc(b->nodes, sizeof *a);
        *a = (struct anchor){token_text(b, anchor), n, b->anchors};
        b->anchors = a;
    }
}

static void take_scalar(struct builder *b, struct fy_event *e)
{
    struct fy_token *value = e->scalar.value;
    if (!value) {
        size_t at = b->key ? b->key->end : b->open ? b->open->start : 0;
        struct doc_node *n = node_new(b, DOC_SCALAR, at, at);
        n->is_absent = true;
        place(b, n);
        return;
    }
    enum fy_scalar_style style = fy_token_scalar_style(value);
    bool in_quotes = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    size_t start = fy_event_start_mark(e)->input_pos, end = fy_event_end_mark(e)->input_pos;
    struct doc_node *n = node_new(b, DOC_SCALAR, start - in_quotes, end + in_quotes);
    n->is_quoted = style != FYSS_PLAIN;
    n->text = token_text(b, value);
    n->is_absent = !n->is_quoted && (*n->text == '\0' || strcmp(n->text, "~") == 0);
    remember(b, e->scalar.anchor, n);
    place(b, n);
}

static void take_open(struct builder *b, struct fy_event *e, enum doc_kind kind)
{
    size_t start = fy_event_start_mark(e)->input_pos;
    struct doc_node *n = node_new(b, kind, start, start);
    n->is_flow = start < b->doc->len && strchr("[{", b->doc->text[start]) != NULL;
    remember(b, kind == DOC_MAP ? e->mapping_start.anchor : e->sequence_start.anchor, n);
    place(b, n);
    n->parent = b->open;
    b->open = n;
    if (++b->depth > DOC_DEPTH_LIMIT) {
        fail(b, start, start + 1, "reader.yaml.too-deep", "");
    }
}

static size_t end_of_last(const struct doc_node *n)
{
    return n->last ? n->last->end : n->end;
}

static void take_close(struct builder *b, struct fy_event *e)
{
    struct doc_node *n = b->open;
    assert(n);
    n->end = n->is_flow ? fy_event_end_mark(e)->input_pos : end_of_last(n);
    b->open = n->parent;
    b->depth--;
    b->key = NULL;
}

static struct doc_node *copy_tree(struct builder *b, const struct doc_node *from)
{
    struct doc_node *n = node_new(b, from->kind, from->start, from->end);
    n->is_quoted = from->is_quoted;
    n->is_flow = from->is_flow;
    n->is_absent = from->is_absent;
    n->text = from->text;
    for (const struct doc_node *c = from->first; c && !b->failed; c = c->next) {
        struct doc_node *copy = copy_tree(b, c);
        copy->key = c->key;
        doc_append(n, copy);
    }
    return n;
}

static bool is_open(const struct builder *b, const struct doc_node *n)
{
    const struct doc_node *o = b->open;
    while (o && o != n) {
        o = o->parent;
    }
    return o != NULL;
}

static uint32_t weight(const struct doc_node *n)
{
    uint32_t all = 1;
    for (const struct doc_node *c = n->first; c; c = c->next) {
        all += weight(c);
    }
    return all;
}

static unsigned height(const struct doc_node *n)
{
    unsigned most = 0;
    for (const struct doc_node *c = n->first; c; c = c->next) {
        unsigned h = height(c);
        most = h > most ? h : most;
    }
    return most + (n->kind != DOC_SCALAR);
}

static void take_alias(struct builder *b, struct fy_event *e)
{
    const char *name = token_text(b, e->alias.anchor);
    size_t start = fy_event_start_mark(e)->input_pos, end = start + strlen(name);
    start -= start > 0;
    const struct anchor *a = b->anchors;
    while (a && strcmp(a->name, name) != 0) {
        a = a->next;
    }
    if (!a || is_open(b, a->node)) {
        fail(b, start, end, a ? "reader.yaml.alias-of-itself" : "reader.yaml.no-anchor", name);
    } else if (b->depth + height(a->node) > DOC_DEPTH_LIMIT) {
        fail(b, start, end, "reader.yaml.too-deep", "");
    } else if (b->node_count + weight(a->node) > DOC_COPY_LIMIT) {
        fail(b, start, end, "reader.yaml.too-many", "");
    } else {
        place(b, copy_tree(b, a->node));
    }
}

static void take(struct builder *b, struct fy_event *e)
{
    switch (e->type) {
    case FYET_DOCUMENT_START:
        if (++b->document_count == 2) {
            const struct fy_mark *mark = fy_event_start_mark(e);
            fail(b, mark ? mark->input_pos : 0, 0, "reader.yaml.two-documents", "");
        }
        return;
    case FYET_SCALAR: take_scalar(b, e); return;
    case FYET_ALIAS: take_alias(b, e); return;
    case FYET_MAPPING_START: take_open(b, e, DOC_MAP); return;
    case FYET_SEQUENCE_START: take_open(b, e, DOC_LIST); return;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END: take_close(b, e); return;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END: return;
    }
}

static void tell_refusal(struct builder *b, struct fy_diag *diag)
{
    void *iterator = NULL;
    struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iterator);
    uint32_t line = e && e->line > 0 ? (uint32_t)e->line : 1;
    uint32_t column = e && e->column > 0 ? (uint32_t)e->column : 1;
    syntax_error(b->doc, b->arena, line, column, e && e->msg ? e->msg : "", b->err);
    b->failed = true;
}

static void read_events(struct builder *b, struct fy_parser *parser)
{
    struct fy_event *e;
    while (!b->failed && (e = fy_parser_parse(parser)) != NULL) {
        take(b, e);
        fy_parser_event_free(parser, e);
    }
}

/* The library takes memory that it does not get for a fault of the text, or goes on without a part
 * of it, and for its first buffers it does not look at all: they are known to be there. */
static void need_memory(size_t size)
{
    free(os_alloc(size));
    errno = 0;
}

static void claim_memory_was_there(void)
{
    if (errno == ENOMEM) {
        os_out_of_memory();
    }
}

static bool parse(struct builder *b)
{
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.level = FYET_ERROR;
    struct fy_diag *diag = fy_diag_create(&quiet);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2 |
                                        FYPCF_SLOPPY_FLOW_INDENTATION,
                               .diag = diag};
    struct fy_parser *parser = fy_parser_create(&cfg);
    if (!parser || fy_parser_set_string(parser, b->doc->text, b->doc->len) != 0) {
        fail(b, 0, 1, "reader.yaml.syntax", "");
    } else {
        read_events(b, parser);
        if (!b->failed && fy_parser_get_stream_error(parser)) {
            tell_refusal(b, diag);
        }
    }
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return !b->failed;
}

bool doc_read(const char *file, const char *text, size_t len, struct arena *arena, struct doc *out,
              struct err *err)
{
    const struct doc_room room = {arena, arena, DOC_NODE_LIMIT};
    return doc_read_in(file, text, len, &room, out, err);
}

bool doc_read_in(const char *file, const char *text, size_t len, const struct doc_room *room,
                 struct doc *out, struct err *err)
{
    struct arena *arena = room->texts;
    *out = (struct doc){.file = file, .text = text, .len = len};
    if (!syntax_check_size(out, err)) {
        return false;
    }
    syntax_find_lines(out, room->nodes);
    if (!syntax_check_characters(out, arena, err)) {
        return false;
    }
    struct builder b = {.arena = arena,
                        .nodes = room->nodes,
                        .doc = out,
                        .err = err,
                        .node_limit = room->node_limit};
    need_memory(65536 + len);
    bool good = parse(&b);
    claim_memory_was_there();
    if (!good) {
        return false;
    }
    if (!out->root || out->root->kind != DOC_MAP) {
        err_add(
            err, ERR_ERROR,
            doc_place(out, arena, out->root ? out->root->start : 0, out->root ? out->root->end : 0),
            out->root && !out->root->is_absent ? "reader.yaml.not-a-map" : "reader.yaml.empty",
            NULL);
        return false;
    }
    return true;
}
