/* `script`: timed calls, one host a step. A step says when (`at`, `after` or `when`), which host,
 * and which call: a word, a phrase (`send 3 kB`) or a mapping (`{connect: {to: server:80, as:
 * c2}}`). A phrase is the mapping's short form: what follows the verb is its chief argument. */
#include "actor/socket_option.h"
#include "scenario/reader.h"

#include <string.h>

#define STEP_LIMIT 10000

/* What is being read: the step, and where its call stands. */
struct reading {
    struct step step;
    const struct doc_node *timing; /* at, after or when; NULL: not yet */
    const struct doc_node *call;   /* value of the host's key; NULL: not yet */
};

static void read_text_argument(struct reader *r, const struct doc_node *v, void *into)
{
    struct call *c = into;
    if (reader_is_text(r, v)) {
        c->text = v->text;
        c->bytes = strlen(v->text);
    }
}

static void read_bytes(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t bytes;
    if (reader_quantity(r, v, QUANTITY_BYTES, &bytes)) {
        if (bytes > UINT32_MAX) {
            wrong(r, v, "reader.step.too-much", "found", v->text);
        }
        ((struct call *)into)->bytes = (uint64_t)bytes;
    }
}

static void read_credit(struct reader *r, const struct doc_node *v, void *into)
{
    if (v->kind == DOC_SCALAR && strcmp(v->text, "all") == 0) {
        ((struct call *)into)->bytes = UINT64_MAX;
    } else {
        read_bytes(r, v, into);
    }
}

static bool read_port_text(struct reader *r, const struct doc_node *v, const char *text,
                           uint16_t *out)
{
    int64_t number;
    if (quantity_parse(text, QUANTITY_COUNT, false, &number, NULL) != VALUE_GOOD || number < 1 ||
        number > 65535) {
        wrong(r, v, "reader.port.bad", "found", text);
        return false;
    }
    *out = (uint16_t)number;
    return true;
}

bool reader_port(struct reader *r, const struct doc_node *n, uint16_t *port)
{
    return reader_is_text(r, n) && read_port_text(r, n, n->text, port);
}

bool reader_destination(struct reader *r, const struct doc_node *n, uint32_t *ip, uint16_t *port)
{
    if (!reader_is_text(r, n)) {
        return false;
    }
    const char *colon = strrchr(n->text, ':');
    if (!colon) {
        wrong(r, n, "reader.port.missing", "name", n->text);
        return false;
    }
    struct doc_node name = *n;
    name.text = arena_strndup(r->arena, n->text, (size_t)(colon - n->text));
    uint32_t node;
    if (!read_port_text(r, n, colon + 1, port)) {
        return false;
    }
    if (ip_parse(name.text, ip)) {
        return true;
    }
    if (reader_node(r, &name, &node) && r->sc->nodes[node].address_count > 0) {
        *ip = r->sc->nodes[node].addresses[0].ip;
        return true;
    }
    return false;
}

static void read_port(struct reader *r, const struct doc_node *v, void *into)
{
    reader_port(r, v, &((struct call *)into)->port);
}

static void read_destination(struct reader *r, const struct doc_node *v, void *into)
{
    struct call *c = into;
    const char *colon = v->kind == DOC_SCALAR ? strrchr(v->text, ':') : NULL;
    if (colon && reader_is_dns_name(v->text, (size_t)(colon - v->text))) {
        c->to_name = arena_strndup(r->arena, v->text, (size_t)(colon - v->text));
        read_port_text(r, v, colon + 1, &c->to_port);
    } else {
        reader_destination(r, v, &c->to_ip, &c->to_port);
    }
}

static void read_backlog(struct reader *r, const struct doc_node *v, void *into)
{
    int64_t backlog;
    if (reader_count(r, v, 1, 65535, &backlog)) {
        ((struct call *)into)->backlog = (uint32_t)backlog;
    }
}

static void read_accept_way(struct reader *r, const struct doc_node *v, void *into)
{
    static const char *const ways[] = {"at-once", "by-hand", NULL};
    uint32_t way;
    if (reader_word_of(r, v, ways, &way)) {
        ((struct call *)into)->is_by_hand = way == 1;
    }
}

static void read_how(struct reader *r, const struct doc_node *v, void *into)
{
    static const char *const hows[] = {"read", "write", "both", NULL};
    uint32_t how;
    if (reader_word_of(r, v, hows, &how)) {
        ((struct call *)into)->how = (enum shutdown_how)how;
    }
}

static void read_as(struct reader *r, const struct doc_node *v, void *into)
{
    struct call *c = into;
    if (!reader_is_text(r, v)) {
        return;
    }
    c->as = v->text;
    bool is_taken = false;
    for (uint32_t i = 0; i < r->sc->step_count; i++) {
        const char *other = r->sc->steps[i].call.as;
        is_taken |= other && strcmp(other, v->text) == 0;
    }
    for (uint32_t i = 0; i < r->sc->traffic_count; i++) {
        const char *other = r->sc->traffic[i].name;
        is_taken |= other && strcmp(other, v->text) == 0;
    }
    if (is_taken) {
        wrong(r, v, "reader.traffic.same-name", "name", v->text);
    }
}

static void read_flow(struct reader *r, const struct doc_node *v, void *into)
{
    reader_flow(r, v, &((struct call *)into)->flow);
}

/* `set: {nagle: off}`: any socket option. */
static bool read_option(struct reader *r, const struct doc_node *v, void *into)
{
    enum socket_option_name option = socket_option_called(v->key->text);
    int64_t value;
    if (option == OPTION_COUNT) {
        return false;
    }
    const struct param *p = &socket_options[option].param;
    if (v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", v->key->text);
    } else if (reader_param(r, v, p, &value)) {
        settings_add(r, &((struct call *)into)->set, (struct setting){.param = p, .value = value});
    }
    return true;
}

static const char *const *option_keys(struct reader *r)
{
    const char **keys = arena_alloc(r->arena, (OPTION_COUNT + 1) * sizeof *keys);
    unsigned count = 0;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (socket_options[i].param.name) {
            keys[count++] = socket_options[i].param.name;
        }
    }
    keys[count] = NULL;
    return keys;
}

static const struct key listen_keys[] = {
    {"port", read_port}, {"accept", read_accept_way}, {"backlog", read_backlog}, {NULL, NULL}};
static const struct key accept_keys[] = {{"flow", read_flow}, {NULL, NULL}};
static const struct key connect_keys[] = {
    {"to", read_destination}, {"port", read_port}, {"as", read_as}, {NULL, NULL}};
static const struct key send_keys[] = {
    {"bytes", read_bytes}, {"text", read_text_argument}, {"flow", read_flow}, {NULL, NULL}};
static const struct key read_keys[] = {{"bytes", read_credit}, {"flow", read_flow}, {NULL, NULL}};
static const struct key shutdown_keys[] = {{"how", read_how}, {"flow", read_flow}, {NULL, NULL}};
static const struct key close_keys[] = {{"flow", read_flow}, {NULL, NULL}};
static const struct key set_keys[] = {{"flow", read_flow}, {NULL, NULL}};
static const struct key power_keys[] = {{NULL, NULL}};

/* A verb: its arguments, which of them a phrase gives, and which must be there. */
static const struct verb_words {
    const char *name;
    enum verb verb;
    const struct key *keys;
    const char *chief; /* NULL: the word stands alone */
    bool needs_chief;
    const char *example;
} verbs[] = {
    {"listen", VERB_LISTEN, listen_keys, "port", true, "listen 80"},
    {"accept", VERB_ACCEPT, accept_keys, NULL, false, "accept"},
    {"connect", VERB_CONNECT, connect_keys, "to", true, "connect server:80"},
    {"send", VERB_SEND, send_keys, "bytes", false, "send 3 kB"},
    {"read", VERB_READ, read_keys, "bytes", false, "read 1 kB"},
    {"shutdown", VERB_SHUTDOWN, shutdown_keys, "how", false, "shutdown write"},
    {"close", VERB_CLOSE, close_keys, NULL, false, "close"},
    {"abort", VERB_ABORT, close_keys, NULL, false, "abort"},
    {"set", VERB_SET, set_keys, NULL, false, "set: {nagle: off}"},
    {"inject", VERB_INJECT, inject_keys, NULL, false,
     "inject: {port: 80, to: client:5000, flags: SYN+ACK, seq: 0, ack: 1}"},
    {"dhcp-start", VERB_DHCP_START, power_keys, NULL, false, "dhcp-start"},
    {"dhcp-renew", VERB_DHCP_RENEW, power_keys, NULL, false, "dhcp-renew"},
    {"dhcp-release", VERB_DHCP_RELEASE, power_keys, NULL, false, "dhcp-release"},
    {"dhcp-inform", VERB_DHCP_INFORM, power_keys, NULL, false, "dhcp-inform"},
    {"power-off", VERB_POWER_OFF, power_keys, NULL, false, "power-off"},
    {"power-on", VERB_POWER_ON, power_keys, NULL, false, "power-on"},
};
#define VERBS (sizeof verbs / sizeof *verbs)

static const char *const verb_names[] = {
    "listen",     "accept",     "connect",      "send",        "read",      "shutdown",
    "close",      "abort",      "set",          "inject",      "power-off", "power-on",
    "dhcp-start", "dhcp-renew", "dhcp-release", "dhcp-inform", NULL};

static const struct verb_words *verb_of(const char *text, size_t len)
{
    for (size_t i = 0; i < VERBS; i++) {
        if (strlen(verbs[i].name) == len && strncmp(verbs[i].name, text, len) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

static void tell_unknown_verb(struct reader *r, const struct doc_node *v, const char *found)
{
    wrong(r, v, "reader.verb.unknown", "found", found, "hint", reader_hint(r, found, verb_names));
}

static const struct key *key_called(const struct key *keys, const char *name)
{
    while (keys->name && strcmp(keys->name, name) != 0) {
        keys++;
    }
    return keys;
}

static void begin_call(struct call *c, const struct verb_words *w)
{
    *c = (struct call){.verb = w->verb};
    c->bytes = w->verb == VERB_READ ? UINT64_MAX : 0;
    c->how = SHUTDOWN_BOTH;
}

/* `send 3 kB`: the chief argument reads as if it stood alone. */
static void read_phrase(struct reader *r, const struct doc_node *v, struct call *c)
{
    size_t len = strcspn(v->text, " ");
    const char *rest = v->text + len + strspn(v->text + len, " ");
    const struct verb_words *w = verb_of(v->text, len);
    if (!w) {
        tell_unknown_verb(r, v, arena_strndup(r->arena, v->text, len));
        return;
    }
    begin_call(c, w);
    if (*rest && !w->chief) {
        wrong(r, v, "reader.verb.alone", "verb", w->name, "found", rest);
    } else if (*rest) {
        struct doc_node argument = *v;
        argument.text = rest;
        key_called(w->keys, w->chief)->read(r, &argument, c);
    }
    if (!*rest && (w->needs_chief || w->verb == VERB_SEND || w->verb == VERB_SET)) {
        wrong(r, v, "reader.verb.needs", "verb", w->name, "example", w->example);
    }
}

static void read_arguments(struct reader *r, const struct doc_node *v, const struct verb_words *w,
                           struct call *c)
{
    struct key_reading how = {.keys = w->keys, .what = reader_quoted(r, w->name)};
    unsigned before = r->err->errors;
    if (w->verb == VERB_SET) {
        how.other = read_option;
        how.more = option_keys(r);
    }
    if (v->kind == DOC_MAP) {
        reader_map(r, v, &how, c);
        bool sends_nothing =
            w->verb == VERB_SEND && !reader_has(v, "bytes") && !reader_has(v, "text");
        bool lacks_chief = w->needs_chief && !reader_has(v, w->chief);
        bool sets_nothing = w->verb == VERB_SET && c->set.count == 0;
        if (r->err->errors == before && (sends_nothing || lacks_chief || sets_nothing)) {
            wrong(r, v, "reader.verb.needs", "verb", w->name, "example", w->example);
        }
    } else if (w->chief && !v->is_absent) {
        key_called(w->keys, w->chief)->read(r, v, c);
    } else {
        wrong(r, v->key, "reader.verb.needs", "verb", w->name, "example", w->example);
    }
}

/* `{connect: {to: server:80}}`, or `{send: 3 kB}`. */
static void read_call_map(struct reader *r, const struct doc_node *v, struct call *c)
{
    const struct doc_node *only = v->first;
    if (v->count != 1) {
        wrong(r, v, "reader.verb.one", "accepted", reader_join(r, verb_names));
        return;
    }
    const struct verb_words *w = verb_of(only->key->text, strlen(only->key->text));
    if (!w) {
        tell_unknown_verb(r, only->key, only->key->text);
        return;
    }
    begin_call(c, w);
    read_arguments(r, only, w, c);
}

static void read_any_call(struct reader *r, const struct doc_node *v, struct call *c)
{
    if (v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", v->key->text);
    } else if (v->kind == DOC_MAP) {
        read_call_map(r, v, c);
    } else if (reader_is_text(r, v)) {
        read_phrase(r, v, c);
    }
}

static void read_call(struct reader *r, const struct doc_node *v, struct call *c)
{
    unsigned before = r->err->errors;
    read_any_call(r, v, c);
    if (r->err->errors == before && c->verb == VERB_INJECT) {
        finish_inject(r, v, c);
    }
}

static void set_timing(struct reader *r, const struct doc_node *v, struct reading *into,
                       enum step_kind kind)
{
    if (into->timing) {
        wrong(r, v->key, "reader.step.one-time");
        return;
    }
    into->timing = v;
    into->step.kind = kind;
}

static void read_at(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *s = into;
    set_timing(r, v, s, STEP_AT);
    reader_quantity(r, v, QUANTITY_TIME, &s->step.time);
}

static void read_after(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *s = into;
    set_timing(r, v, s, STEP_AFTER);
    reader_quantity(r, v, QUANTITY_TIME, &s->step.time);
}

/* What the condition is about: a host, or a packet that has arrived. */
static bool read_when_part(struct reader *r, const struct doc_node *v, void *into)
{
    struct condition *c = into;
    if (strcmp(v->key->text, "packet") == 0) {
        struct pattern *p = arena_alloc(r->arena, sizeof *p);
        if (read_pattern(r, v, &(struct pattern_reading){0}, p)) {
            c->packet = p;
        }
        return true;
    }
    if (!reader_has_node(r, v->key->text)) {
        return false;
    }
    const struct pattern *packet = c->packet;
    if (c->node != NO_NODE) {
        wrong(r, v->key, "reader.step.one-host");
    } else if (v->is_absent) {
        wrong(r, v->key, "reader.no-value", "key", v->key->text);
    } else {
        reader_node(r, v->key, &c->node);
        read_condition(r, v, c);
        c->packet = packet;
    }
    return true;
}

static void read_when(struct reader *r, const struct doc_node *v, void *into)
{
    static const struct key none[] = {{NULL, NULL}};
    struct reading *s = into;
    struct key_reading how = {
        .keys = none, .what = "reader.a.condition", .other = read_when_part, .more = r->node_names};
    set_timing(r, v, s, STEP_WHEN);
    s->step.when = reader_condition(NO_NODE);
    if (reader_is_map(r, v)) {
        reader_map(r, v, &how, &s->step.when);
    }
}

static bool read_host(struct reader *r, const struct doc_node *v, void *into)
{
    struct reading *s = into;
    if (!reader_has_node(r, v->key->text)) {
        return false;
    }
    if (s->call) {
        wrong(r, v->key, "reader.step.one-host");
        return true;
    }
    s->call = v;
    reader_node(r, v->key, &s->step.node);
    read_call(r, v, &s->step.call);
    if (s->step.call.to_name && s->step.node != NO_NODE) {
        check_resolver(r, reader_place(r, v), s->step.node, s->step.call.to_name);
    }
    if (s->step.call.verb == VERB_INJECT && !r->sc->nodes[s->step.node].is_raw) {
        wrong(r, v->key, "reader.inject.not-raw", "name", v->key->text);
    }
    return true;
}

static void read_step(struct reader *r, const struct doc_node *item)
{
    static const struct key keys[] = {
        {"at", read_at}, {"after", read_after}, {"when", read_when}, {NULL, NULL}};
    struct reading s = {.step = {.node = NO_NODE, .place = reader_place(r, item)}};
    struct key_reading how = {
        .keys = keys, .what = "reader.a.step", .other = read_host, .more = r->node_names};
    unsigned before = r->err->errors;
    if (!reader_map(r, item, &how, &s)) {
        return;
    }
    if (r->err->errors == before && !s.timing) {
        wrong(r, item, "reader.step.no-time");
    }
    if (r->err->errors == before && !s.call) {
        wrong(r, item, "reader.step.no-host");
    }
    if (r->err->errors == before) {
        r->sc->steps[r->sc->step_count++] = s.step;
    }
}

void read_script(struct reader *r, const struct doc_node *n)
{
    if (!reader_is_list(r, n) || !reader_is_short(r, n, STEP_LIMIT)) {
        return;
    }
    r->sc->steps = arena_alloc(r->arena, n->count * sizeof *r->sc->steps);
    for (const struct doc_node *v = n->first; v; v = v->next) {
        read_step(r, v);
    }
}
