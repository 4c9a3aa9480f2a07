/* The commands of slowwire probe: one JSON object a line in, one out, in virtual time. */
#include "ui/cli/probe_talk.h"

#include "export/json.h"
#include "run_call.h"
#include "scenario/doc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (4u << 20)

/* A command being answered. */
struct probe {
    struct run *run;
    const struct doc_node *root; /* the command's object */
    struct json out;
};

static const char *text_of(const struct doc_node *map, const char *key)
{
    const struct doc_node *n = map ? doc_get(map, key) : NULL;
    return n && n->kind == DOC_SCALAR && !n->is_absent ? n->text : NULL;
}

static bool number_of(const struct doc_node *map, const char *key, int64_t *out)
{
    const char *text = text_of(map, key);
    char *end;
    if (!text) {
        return false;
    }
    *out = strtoll(text, &end, 10);
    return *text && *end == '\0';
}

static void complain(struct probe *p, const char *what)
{
    json_text(&p->out, "error", what);
}

static void op_now(struct probe *p)
{
    json_number(&p->out, "t", run_now(p->run));
}

static void op_inject(struct probe *p)
{
    const char *hex = text_of(p->root, "hex");
    struct buf wire = {0};
    size_t n = hex ? strlen(hex) : 1;
    for (size_t i = 0; hex && i + 1 < n; i += 2) {
        char pair[3] = {hex[i], hex[i + 1], '\0'};
        char *end;
        buf_char(&wire, (char)strtol(pair, &end, 16));
        if (end != pair + 2) {
            n = 1; /* not hexadecimal */
        }
    }
    if (n == 0 || n % 2) {
        complain(p, "inject needs \"hex\": the bytes of a packet, two digits each");
    } else if (!run_inject(p->run, bytes_of(wire.data, wire.len))) {
        complain(p, "on a LAN inject takes an Ethernet frame that holds IPv4 or ARP");
    } else {
        op_now(p);
    }
    buf_free(&wire);
}

static void op_next(struct probe *p)
{
    int64_t until;
    struct raw_view got;
    if (!number_of(p->root, "until", &until)) {
        complain(p, "next needs \"until\": a time in nanoseconds");
        return;
    }
    if (!run_next(p->run, until, &got)) {
        op_now(p);
        json_key(&p->out, "none");
        buf_str(&p->out.text, "true");
        p->out.needs_comma = true;
        return;
    }
    struct buf hex = {0};
    for (size_t i = 0; i < got.wire.len; i++) {
        buf_printf(&hex, "%02x", got.wire.data[i]);
    }
    json_number(&p->out, "t", got.at);
    json_text(&p->out, "hex", buf_cstr(&hex));
    json_text(&p->out, "is", got.is);
    buf_free(&hex);
}

static void op_run_until(struct probe *p)
{
    int64_t t;
    if (!number_of(p->root, "t", &t)) {
        complain(p, "run_until needs \"t\": a time in nanoseconds");
        return;
    }
    run_advance(p->run, t);
    op_now(p);
}

static void tell_answer(struct probe *p, const struct run_answer *a)
{
    if (a->error != ERR_NONE) {
        json_text(&p->out, "errno", errno_code_name(a->error));
    } else if (a->word) {
        json_text(&p->out, "value", a->word);
    } else {
        json_number(&p->out, "value", a->value);
    }
    if (a->has_data && a->error == ERR_NONE) {
        struct buf hex = {0};
        for (size_t i = 0; i < a->data.len; i++) {
            buf_printf(&hex, "%02x", a->data.data[i]);
        }
        json_text(&p->out, "hex", buf_cstr(&hex));
        buf_free(&hex);
    }
}

/* SO_LINGER may come as C has it, {"l_onoff": 1, "l_linger": 0}: seconds, or off. */
static const char *value_of(const struct doc_node *args, char text[32])
{
    const struct doc_node *value = args ? doc_get(args, "value") : NULL;
    int64_t on = 0, seconds = 0;
    if (!value || value->kind != DOC_MAP) {
        return text_of(args, "value");
    }
    number_of(value, "l_onoff", &on);
    number_of(value, "l_linger", &seconds);
    snprintf(text, 32, "%" PRId64, on ? seconds : -1);
    return text;
}

static void op_call(struct probe *p)
{
    const struct doc_node *args = doc_get(p->root, "args");
    const char *peek = text_of(args, "peek");
    struct run_call call = {
        .host = text_of(p->root, "host"), .name = text_of(p->root, "call"), .fd = -1, .len = -1};
    number_of(args, "fd", &call.fd);
    number_of(args, "port", &call.port);
    number_of(args, "backlog", &call.backlog);
    number_of(args, "len", &call.len);
    call.max = INT32_MAX;
    number_of(args, "max", &call.max);
    call.to = text_of(args, "to");
    call.addr = text_of(args, "addr");
    call.hex = text_of(args, "hex");
    call.how = text_of(args, "how");
    call.option = text_of(args, "name");
    char linger[32];
    call.value = value_of(args, linger);
    call.peek = peek && strcmp(peek, "true") == 0;
    struct run_answer answer;
    struct buf what = {0};
    if (run_make_call(p->run, &call, &answer, &what)) {
        tell_answer(p, &answer);
        buf_free(&answer.data);
    } else {
        complain(p, buf_cstr(&what));
    }
    buf_free(&what);
}

static void op_state(struct probe *p)
{
    struct run_state state;
    struct buf what = {0};
    if (!run_state(p->run, text_of(p->root, "host"), text_of(p->root, "flow"), &state, &what)) {
        complain(p, buf_cstr(&what));
    } else {
        json_text(&p->out, "state", state.state);
        for (unsigned i = 0; state.type && i < var_count(state.type); i++) {
            json_number(&p->out, state.type->vars[i].name, state.vars[i]);
        }
    }
    buf_free(&what);
}

static const struct {
    const char *name;
    void (*obey)(struct probe *p);
} ops[] = {
    {"now", op_now},   {"inject", op_inject}, {"next", op_next}, {"run_until", op_run_until},
    {"call", op_call}, {"state", op_state},
};

static void obey(struct probe *p)
{
    const char *op = text_of(p->root, "op");
    for (size_t i = 0; op && i < sizeof ops / sizeof *ops; i++) {
        if (strcmp(ops[i].name, op) == 0) {
            ops[i].obey(p);
            return;
        }
    }
    complain(p, "a command has \"op\": now, inject, next, run_until, call or state");
}

/* JSON is YAML: the reader of scenarios takes the line apart. False: nobody gets the answer. */
static bool take_line(struct probe *p, const char *line, size_t len)
{
    struct arena arena = {0};
    struct err err = {0};
    struct doc doc;
    json_open(&p->out, "{");
    if (doc_read("line", line, len, &arena, &doc, &err)) {
        p->root = doc.root;
        obey(p);
    } else {
        complain(p, err.count ? err.items[0].what : "this is no JSON object");
    }
    json_close(&p->out, "}");
    json_line(&p->out);
    json_flush(&p->out);
    err_free(&err);
    arena_free(&arena);
    return fflush(p->out.to) == 0;
}

void probe_talk(struct run *run, FILE *in, FILE *out)
{
    struct probe p = {.run = run, .out = {.to = out}};
    struct buf line = {0};
    for (int c; (c = getc(in)) != EOF;) {
        if (c != '\n' && line.len < LINE_MAX_BYTES) {
            buf_char(&line, (char)c);
        } else if (c == '\n' && line.len > 0) {
            if (!take_line(&p, buf_cstr(&line), line.len)) {
                break;
            }
            buf_clear(&line);
        }
    }
    buf_free(&line);
}
