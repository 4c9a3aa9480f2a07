/* One function a kind of record. Fields stand in the order of CLI.md's table. */
#include "export/jsonl.h"

#include "export/look.h"
#include "export/summary.h"
#include "wire/tcp.h"

#include <string.h>

static const char *node_name(const struct trace *t, uint32_t entity)
{
    return t->nodes[entity_node(t, entity)].name;
}

/* A node by its name; an address that no node has as it is. */
static void end_of_packet(struct json *j, const struct trace *t, const char *key, uint32_t node,
                          uint32_t ip)
{
    char text[16];
    if (node != UINT32_MAX) {
        json_text(j, key, t->nodes[node].name);
    } else if (ip != 0) {
        json_text(j, key, ip_print(ip, text));
    }
}

/* One of the fields that were read, less what it counts from, as a textbook has it. */
static void relative_field(struct json *j, const char *key, const struct field_value *fields,
                           size_t count, const char *name, uint32_t base)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            json_number(j, key, (uint32_t)fields[i].value - base);
            return;
        }
    }
}

struct edges {
    uint32_t at[8]; /* of SACK blocks: left, right, left … */
    size_t count;
};

static void read_edges(const struct look *look, struct edges *out)
{
    char left[] = "sack1_left", right[] = "sack1_right";
    int64_t from, to;
    out->count = 0;
    if (look->head.len <= TCP_HEADER) {
        return; /* no options */
    }
    for (; out->count < 8 && packet_field(look->proto, look->head, left, &from) &&
           packet_field(look->proto, look->head, right, &to);
         left[4]++, right[4]++) {
        out->at[out->count++] = (uint32_t)from;
        out->at[out->count++] = (uint32_t)to;
    }
}

/* [[left, right], …], less `base`. */
static void sack_field(struct json *j, const char *key, const struct edges *edges, uint32_t base)
{
    if (edges->count == 0) {
        return;
    }
    json_key(j, key);
    json_open(j, "[");
    for (size_t i = 0; i < edges->count; i += 2) {
        json_open(j, "[");
        json_int(j, edges->at[i] - base);
        json_int(j, edges->at[i + 1] - base);
        json_close(j, "]");
    }
    json_close(j, "]");
}

static void header_fields(struct json *j, const struct look *look)
{
    struct field_value fields[PACKET_FIELDS_MAX];
    size_t count = packet_fields(look->proto, look->head, fields);
    json_key(j, look->proto);
    json_open(j, "{");
    for (size_t i = 0; i < count; i++) {
        json_number(j, fields[i].name, fields[i].value);
    }
    if (look->packet->proto->initial) {
        struct edges edges;
        read_edges(look, &edges);
        sack_field(j, "sack", &edges, 0);
        relative_field(j, "rseq", fields, count, "seq", look->packet->seq_base);
        relative_field(j, "rack", fields, count, "ack", look->packet->ack_base);
        sack_field(j, "rsack", &edges, look->packet->ack_base);
    }
    json_close(j, "}");
}

/* The link that a new packet is handed to: that of its first hop. */
static void first_link(struct json *j, const struct trace *t, uint32_t packet)
{
    struct list all = trace_of_packet(t, packet);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        if (r->kind != REC_SEND && t->entities[r->where].kind == ENTITY_DIRECTION) {
            json_text(j, "link", t->entities[r->where].name);
            return;
        }
    }
}

static void send(struct json *j, const struct trace *t, const struct record *r)
{
    const struct packet *p = trace_packet(t, r->packet);
    struct look look;
    look_at(p, &look);
    json_number(j, "pkt", r->packet);
    json_text(j, "node", node_name(t, r->where));
    first_link(j, t, r->packet);
    end_of_packet(j, t, "from", packet_from_node(t, r->packet), p->net.from.ip);
    end_of_packet(j, t, "to", packet_to_node(t, r->packet), p->net.to.ip);
    json_text(j, "proto", look.proto);
    if (!look.is_unreadable) {
        json_text(j, "is", packet_is(look.proto, look.head, look.body_len));
    }
    if (p->flow) {
        json_text(j, "flow", t->flows[p->flow].name);
    }
    json_number(j, "len", look.body_len);
    json_number(j, "size", p->size);
    if (!look.is_unreadable) {
        header_fields(j, &look);
    }
    if (p->of) {
        json_number(j, "of", p->of);
    }
    if (p->parent) {
        json_number(j, "parent", p->parent);
    }
}

static void transmit(struct json *j, const struct trace *t, const struct record *r)
{
    json_number(j, "pkt", r->packet);
    json_text(j, "link", t->entities[r->where].name);
    json_number(j, "start", r->at);
    json_number(j, "end", tx_end(t, r));
    json_number(j, "arrive", r->value);
    json_number(j, "ttl", r->code >> 8);
    json_number(j, "ecn", r->code & 0xff);
}

static void drop(struct json *j, const struct trace *t, const struct record *r)
{
    bool on_link = t->entities[r->where].kind == ENTITY_DIRECTION;
    json_number(j, "pkt", r->packet);
    json_text(j, on_link ? "link" : "node",
              on_link ? t->entities[r->where].name : node_name(t, r->where));
    json_text(j, "why", drop_class_name((enum drop_class)r->code));
}

/* node, proto and flow of the actor that a record is about. */
static void actor(struct json *j, const struct trace *t, const struct record *r)
{
    const struct entity *e = &t->entities[r->where];
    json_text(j, "node", node_name(t, r->where));
    if (e->type) {
        json_text(j, "proto", e->type->name);
    }
    if (e->flow) {
        json_text(j, "flow", t->flows[e->flow].name);
    }
}

static void state(struct json *j, const struct trace *t, const struct record *r)
{
    const struct machine *m = &t->entities[r->where].type->machines[r->code >> 8];
    actor(j, t, r);
    json_text(j, "machine", m->name);
    json_text(j, "old", m->states[r->value]);
    json_text(j, "new", m->states[r->code & 0xff]);
}

static void message(struct json *j, const struct app_message *m)
{
    json_text(j, "message", m->name[LANG_EN]);
    json_number(j, "at", (int64_t)m->body.at);
    json_number(j, "bytes", m->body.len);
    if (m->answers) {
        json_number(j, "answers", m->answers);
    }
    if (m->field_count) {
        json_key(j, "fields");
        json_open(j, "{");
        for (uint32_t i = 0; i < m->field_count; i++) {
            json_text(j, m->fields[i].name, m->fields[i].value);
        }
        json_close(j, "}");
    }
}

static void item(struct json *j, const struct trace *t, const struct record *r)
{
    const struct set *s = &t->entities[r->where].type->sets[r->code >> 8];
    actor(j, t, r);
    json_text(j, "set", s->name);
    json_number(j, "key", r->value);
    json_text(j, "new", s->states[r->code & 0xff]);
    const struct app_message *m = record_message(t, r);
    if (m) {
        message(j, m);
    }
}

static void var(struct json *j, const struct trace *t, const struct record *r)
{
    actor(j, t, r);
    json_text(j, "name", t->entities[r->where].type->vars[r->code].name);
    json_number(j, "value", r->value);
}

static void timer(struct json *j, const struct trace *t, const struct record *r)
{
    bool fires = r->kind == REC_FIRE, stops = !fires && r->value == SIM_NEVER;
    actor(j, t, r);
    json_text(j, "name", t->entities[r->where].type->timers[r->code].name);
    json_number(j, "index", r->packet);
    json_text(j, "do", fires ? "fire" : stops ? "stop" : "set");
    if (!stops) {
        json_number(j, "due", fires ? r->at : r->value);
    }
}

static void call(struct json *j, const struct trace *t, const struct record *r)
{
    const struct entity *e = &t->entities[r->where];
    if (e->kind == ENTITY_DIRECTION) {
        json_text(j, "link", e->name);
    }
    json_text(j, "node", node_name(t, r->where));
    if (e->flow) {
        json_text(j, "flow", t->flows[e->flow].name);
    }
    json_text(j, "call", call_name(t, r));
    if (call_error(r)) {
        json_text(j, "errno", call_error(r));
    } else {
        json_number(j, "value", r->value);
    }
}

static void deliver(struct json *j, const struct trace *t, const struct record *r)
{
    const struct entity *e = &t->entities[r->where];
    json_text(j, "node", node_name(t, r->where));
    if (e->flow) {
        json_text(j, "flow", t->flows[e->flow].name);
    }
    json_number(j, "bytes", r->value);
    if (r->code != DELIVER_RIGHT) {
        json_text(j, "wrong", deliver_fault_name((enum deliver_fault)r->code));
        json_number(j, "pkt", r->packet);
        json_number(j, "unit", (int64_t)trace_packet(t, r->packet)->unit.at);
    }
}

static void fields(struct json *j, const struct trace *t, const struct record *r)
{
    switch ((enum record_kind)r->kind) {
    case REC_SEND: send(j, t, r); break;
    case REC_QUEUE:
        json_number(j, "pkt", r->packet);
        json_text(j, "link", t->entities[r->where].name);
        json_number(j, "packets", r->value);
        if (r->code) {
            json_number(j, "reserved", 1);
        }
        break;
    case REC_TX: transmit(j, t, r); break;
    case REC_ARRIVE:
        json_number(j, "pkt", r->packet);
        json_text(j, "node", t->nodes[direction_to(t, r->where)].name);
        json_text(j, "link", t->entities[r->where].name);
        break;
    case REC_DROP: drop(j, t, r); break;
    case REC_STATE: state(j, t, r); break;
    case REC_ITEM: item(j, t, r); break;
    case REC_VAR: var(j, t, r); break;
    case REC_TIMER:
    case REC_FIRE: timer(j, t, r); break;
    case REC_CALL: call(j, t, r); break;
    case REC_DELIVER: deliver(j, t, r); break;
    case REC_NOTE: actor(j, t, r); break;
    case REC_SHARE:
        json_text(j, "link", t->entities[r->where].name);
        json_number(j, "reserved_bps", r->value);
        break;
    case REC_NONE:
    case REC_KIND_COUNT: break;
    }
}

void jsonl_record(const struct trace *t, uint32_t n, struct json *j)
{
    const struct record *r = trace_record(t, n);
    const char *reason = record_reason(t, r);
    json_open(j, "{");
    json_text(j, "ev", record_kind_name(r->kind == REC_FIRE ? REC_TIMER : r->kind));
    json_number(j, "t", r->at);
    json_number(j, "cause", r->cause);
    fields(j, t, r);
    if (reason) {
        json_text(j, "reason", reason);
    }
    json_close(j, "}");
}

static void node(struct json *j, const struct trace_node *n)
{
    static const char *const kinds[] = {
        [NODE_HOST] = "host", [NODE_ROUTER] = "router", [NODE_SWITCH] = "switch"};
    json_open(j, "{");
    json_text(j, "node", n->name);
    json_text(j, "kind", kinds[n->kind]);
    json_text(j, "addresses", n->addresses ? n->addresses : "");
    json_close(j, "}");
}

static void link(struct json *j, const struct trace *t, const struct trace_link *l, unsigned which)
{
    json_open(j, "{");
    json_text(j, "link", t->entities[l->direction[which]].name);
    json_text(j, "from", t->nodes[l->node[which]].name);
    json_text(j, "to", t->nodes[l->node[1 - which]].name);
    json_number(j, "rate_bps", l->rate_bps[which]);
    json_number(j, "delay_ns", l->delay[which]);
    json_close(j, "}");
}

static void header(struct json *j, const struct trace *t)
{
    json_open(j, "{");
    json_text(j, "ev", "run");
    json_number(j, "format", JSONL_FORMAT);
    json_text(j, "scenario", t->scenario);
    json_text(j, "title", t->title[LANG_EN]);
    json_key(j, "seed");
    json_uint(j, t->seed);
    json_key(j, "nodes");
    json_open(j, "[");
    for (uint32_t i = 0; i < t->node_count; i++) {
        node(j, &t->nodes[i]);
    }
    json_close(j, "]");
    json_key(j, "links");
    json_open(j, "[");
    for (uint32_t i = 0; i < t->link_count; i++) {
        link(j, t, &t->links[i], 0);
        link(j, t, &t->links[i], 1);
    }
    json_close(j, "]");
    json_close(j, "}");
    json_line(j);
}

void jsonl_write(const struct trace *t, FILE *out)
{
    struct json j = {.to = out};
    header(&j, t);
    for (uint32_t n = 1; n <= t->count; n++) {
        jsonl_record(t, n, &j);
        json_line(&j);
    }
    json_open(&j, "{");
    json_text(&j, "ev", "end");
    json_number(&j, "t", t->sim_ns);
    json_number(&j, "cause", 0);
    summary_fields(t, &j);
    json_close(&j, "}");
    json_line(&j);
    json_flush(&j);
}
