/* Names of hosts, addresses, and texts in several languages. */
#include "scenario/reader.h"

#include "base/draw.h"

#include <string.h>

/* The map holds the first node of each name; of two names with one hash it holds one, and the list
 * is gone through. */
uint32_t reader_find_node(struct reader *r, const char *name)
{
    const struct scenario *sc = r->sc;
    for (; r->mapped_count < sc->node_count; r->mapped_count++) {
        uint64_t *node = map_put(&r->nodes, dice_make(0, sc->nodes[r->mapped_count].name).key);
        *node = *node ? *node : r->mapped_count + 1;
    }
    uint64_t found = map_get(&r->nodes, dice_make(0, name).key);
    if (found && strcmp(sc->nodes[found - 1].name, name) == 0) {
        return (uint32_t)(found - 1);
    }
    for (uint32_t i = 0; found && i < sc->node_count; i++) {
        if (strcmp(sc->nodes[i].name, name) == 0) {
            return i;
        }
    }
    return NO_NODE;
}

bool reader_has_node(struct reader *r, const char *name)
{
    return reader_find_node(r, name) != NO_NODE;
}

bool reader_node(struct reader *r, const struct doc_node *n, uint32_t *out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    uint32_t node = reader_find_node(r, n->text);
    if (node == NO_NODE && reader_tell_full_width(r, n)) {
        return false;
    }
    if (node == NO_NODE && r->sc->node_count > 0) { /* without hosts, that is the one error */
        wrong(r, n, "reader.no-host", "found", n->text, "hint",
              reader_hint(r, n->text, r->node_names));
    }
    *out = node;
    return node != NO_NODE;
}

bool reader_node_pair(struct reader *r, const struct doc_node *n, uint32_t out[2])
{
    bool is_one = n->kind == DOC_LIST && n->count == 1;
    if (is_one && reader_tell_full_width(r, n->first)) {
        return false;
    }
    if (n->kind != DOC_LIST || n->count != 2) {
        wrong(r, n, "reader.not-two-hosts", "key", n->key ? n->key->text : "");
        return false;
    }
    uint32_t a = NO_NODE, b = NO_NODE;
    bool good = reader_node(r, n->first, &a);
    good &= reader_node(r, n->last, &b);
    if (good && a == b) {
        wrong(r, n, "reader.link-to-itself", "name", n->first->text);
        return false;
    }
    out[0] = a;
    out[1] = b;
    return good;
}

/* Why a host cannot have this address; NULL: it can. */
static const char *address_fault(uint32_t ip, uint8_t prefix)
{
    uint32_t host_bits = prefix == 0 || prefix >= 31 ? 0 : UINT32_MAX >> prefix;
    if (ip >> 24 == 0 || ip >> 24 == 127 || ip >= 0xe0000000) {
        return "reader.address.not-for-hosts";
    }
    if (host_bits && (ip & host_bits) == 0) {
        return "reader.address.network";
    }
    return host_bits && (ip & host_bits) == host_bits ? "reader.address.broadcast" : NULL;
}

static bool parse_prefix(const char *text, uint8_t *prefix)
{
    int64_t value;
    if (strlen(text) > 2 ||
        quantity_parse(text, QUANTITY_COUNT, false, &value, NULL) != VALUE_GOOD || value < 1 ||
        value > 32) {
        return false;
    }
    *prefix = (uint8_t)value;
    return true;
}

bool reader_address(struct reader *r, const struct doc_node *n, struct scenario_address *out)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    struct scenario_address a = {0, 0};
    const char *slash = strchr(n->text, '/');
    const char *ip = slash ? arena_strndup(r->arena, n->text, (size_t)(slash - n->text)) : n->text;
    if (reader_tell_full_width(r, n)) {
        return false;
    }
    if (!ip_parse(ip, &a.ip) || (slash && !parse_prefix(slash + 1, &a.prefix))) {
        wrong(r, n, "reader.address.bad", "found", n->text);
        return false;
    }
    const char *fault = address_fault(a.ip, a.prefix);
    if (fault) {
        wrong(r, n, fault, "found", n->text);
        return false;
    }
    *out = a;
    return true;
}

/* A hash right before a word, after a space, begins a comment: rarely meant in a sentence. */
static void look_for_hash(struct reader *r, const struct doc_node *n)
{
    if (n->is_quoted || n->set) {
        return;
    }
    const char *after = r->doc->text + n->end;
    const char *hash = after + strspn(after, " ");
    if (hash > after && hash[0] == '#' && hash[1] != ' ' && hash[1] != '\n' && hash[1] != '\r') {
        suspect(r, n, "reader.hash-in-text");
    }
}

void reader_text_by_language(struct reader *r, const struct doc_node *n,
                             const char *out[LANG_COUNT])
{
    if (n->kind == DOC_SCALAR) {
        if (reader_is_text(r, n)) {
            look_for_hash(r, n);
            out[LANG_EN] = out[LANG_ZH] = n->text;
        }
        return;
    }
    if (!reader_is_map(r, n)) {
        return;
    }
    const char *codes[LANG_COUNT + 1] = {NULL};
    for (int l = 0; l < LANG_COUNT; l++) {
        codes[l] = lang_code((enum lang)l);
    }
    for (const struct doc_node *c = n->first; c; c = c->next) {
        enum lang l = LANG_EN;
        if (c->is_absent && n->is_flow && c != n->first) {
            wrong(r, c->key, "reader.stray-text", "found", c->key->text);
        } else if (strlen(c->key->text) != 2 || !lang_parse(c->key->text, &l)) {
            wrong(r, c->key, "reader.unknown-key", "found", c->key->text, "what",
                  reader_word(r, "reader.a.text"), "hint", reader_accepted(r, codes));
        } else if (reader_is_text(r, c)) {
            look_for_hash(r, c);
            out[l] = c->text;
        }
    }
    for (int l = 0; l < LANG_COUNT; l++) {
        out[l] = out[l] ? out[l] : out[LANG_EN] ? out[LANG_EN] : out[LANG_ZH];
    }
}
