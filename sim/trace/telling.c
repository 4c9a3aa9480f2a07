/* The names that a template may hold: nodes, packets, and figures of the record's actor. All are
 * looked up at the record, so that a value set later in the same instant is not told too early. */
#include "trace/telling.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PACKETS_NAMED = 4, REPEATS_LOOKED = 10000 };

uint32_t packet_copy_before(const struct trace *t, uint32_t packet)
{
    const struct packet *p = packet ? trace_packet(t, packet) : NULL;
    return p ? p->of : 0;
}

const struct flow *telling_flow(const struct telling *k)
{
    uint32_t flow = k->packet ? trace_packet(k->t, k->packet)->flow : 0;
    flow = flow ? flow : k->t->entities[k->r->where].flow;
    return flow ? &k->t->flows[flow] : NULL;
}

const struct record *telling_fault(const struct telling *k)
{
    struct list all = trace_of_cause(k->t, k->r->cause);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(k->t, all.at[i]);
        if (r->kind == REC_DELIVER && r->code != DELIVER_RIGHT && r->where == k->r->where) {
            return r;
        }
    }
    return NULL;
}

static uint32_t subject_node(const struct telling *k)
{
    return entity_node(k->t, k->r->where);
}

static uint32_t peer_node(const struct telling *k)
{
    const struct entity *e = &k->t->entities[k->r->where];
    uint32_t self = subject_node(k);
    if (e->kind == ENTITY_DIRECTION) {
        return direction_to(k->t, k->r->where);
    }
    if (e->kind == ENTITY_ACTOR && e->flow) {
        const struct flow *f = &k->t->flows[e->flow];
        return f->from == self ? f->to : f->from;
    }
    if (k->packet) {
        uint32_t from = packet_from_node(k->t, k->packet);
        return from == self ? packet_to_node(k->t, k->packet) : from;
    }
    return UINT32_MAX;
}

static void say_node(struct telling *k, uint32_t node)
{
    buf_str(k->out, node_short(k->t, node, k->lang));
}

/* Where no node has the address, as of a group, the address is all there is to say. */
static void say_goal(struct telling *k, uint32_t node)
{
    char ip[16];
    if (node < k->t->node_count || !k->packet) {
        say_node(k, node);
    } else {
        ip_print(trace_packet(k->t, k->packet)->net.to.ip, ip);
        buf_str(k->out, ip);
    }
}

static void say_packet(struct telling *k, uint32_t packet)
{
    if (packet) {
        buf_printf(k->out, "\x01%" PRIu32 "\x02", packet);
    }
}

/* All packets that this actor sends in this instant for the same reason. */
static void say_packets(struct telling *k)
{
    unsigned said = 0;
    for (uint32_t n = k->n; n <= k->t->count; n++) {
        const struct record *r = trace_record(k->t, n);
        if (r->at != k->r->at) {
            return;
        }
        if (r->kind != k->r->kind || r->where != k->r->where || r->why != k->r->why) {
            continue;
        }
        if (said++ == PACKETS_NAMED) {
            buf_str(k->out, " …");
            return;
        }
        buf_str(k->out, said > 1 ? " " : "");
        say_packet(k, r->packet);
    }
}

/* "seq" and "ack" as the reader counts them; "isn": the number on the wire with which its side
 * began; "start": the same, and what it counts as. */
static bool say_number(struct telling *k, const struct packet *p, const char *field)
{
    bool is_start = strcmp(field, "isn") == 0 || strcmp(field, "start") == 0;
    bool is_ack = strcmp(field, "ack") == 0;
    int64_t value;
    if ((!is_start && !is_ack && strcmp(field, "seq") != 0) ||
        !k->wire->field(p->proto->name, packet_head(p), is_start ? "seq" : field, &value)) {
        return false;
    }
    if (!is_start && k->wire->is_relative) {
        value = (uint32_t)value - (is_ack ? p->ack_base : p->seq_base);
    }
    buf_printf(k->out, "%" PRId64, value);
    if (strcmp(field, "start") == 0 && k->wire->is_relative && (uint32_t)value == p->seq_base) {
        buf_str(k->out, word(k->lang, "story.counted"));
    }
    return true;
}

static bool say_field(struct telling *k, uint32_t packet, const char *field)
{
    const struct packet *p = packet ? trace_packet(k->t, packet_before_damage(k->t, packet)) : NULL;
    int64_t value;
    if (!p) {
        return false;
    }
    if (strcmp(field, "len") == 0) {
        char text[32];
        buf_str(k->out, value_print(packet_body_len(p), "B", text));
    } else if (strcmp(field, "size") == 0) {
        char text[32];
        buf_str(k->out, value_print(p->size, "B", text));
    } else if (say_number(k, p, field)) {
        return true;
    } else if (k->wire->field(p->proto->name, packet_head(p), field, &value)) {
        buf_printf(k->out, "%" PRId64, value);
    } else {
        return false;
    }
    return true;
}

/* Last record of a list at or before `record`. */
static uint32_t last_of(struct list l, uint32_t record)
{
    while (l.count && l.at[l.count - 1] > record) {
        l.count--;
    }
    return l.count ? l.at[l.count - 1] : 0;
}

static const struct actor_type *type_of(const struct telling *k)
{
    return k->t->entities[k->r->where].type;
}

static void say_var(struct telling *k, const char *name)
{
    const struct actor_type *type = type_of(k);
    for (unsigned i = 0; type && i < var_count(type); i++) {
        uint32_t at = 0;
        if (strcmp(type->vars[i].name, name) == 0) {
            at = last_of(trace_of_subject(k->t, REC_VAR, k->r->where, i, 0), k->n);
            char text[32];
            buf_str(k->out,
                    value_print(at ? trace_record(k->t, at)->value : 0, type->vars[i].unit, text));
            return;
        }
    }
}

/* The TIMER record that armed what fires in the record `fire`; NULL: it stands no more. */
static const struct record *armed_by(const struct trace *t, uint32_t fire)
{
    const struct record *r = trace_record(t, fire);
    struct list l = trace_of_subject(t, REC_TIMER, r->where, r->code, r->packet);
    for (uint32_t i = l.count; i-- > 0;) {
        const struct record *set = trace_record(t, l.at[i]);
        if (l.at[i] < fire && set->kind == REC_TIMER && set->value != SIM_NEVER) {
            return set;
        }
    }
    return NULL;
}

/* The FIRE among this record and its nearest causes; 0: none. */
static uint32_t fire_before(const struct trace *t, uint32_t record)
{
    for (unsigned links = 0; record && links < 3; links++) {
        const struct record *r = trace_record(t, record);
        if (r->kind == REC_FIRE) {
            return record;
        }
        record = r->cause;
    }
    return 0;
}

/* How long it waited: the timer that fired, else since the copy before or the cause. */
static sim_time waited(const struct telling *k)
{
    uint32_t fire = fire_before(k->t, k->n);
    const struct record *armed = fire ? armed_by(k->t, fire) : NULL;
    uint32_t before = packet_copy_before(k->t, k->packet);
    struct list of_it = before ? trace_of_packet(k->t, before) : (struct list){0};
    if (armed) {
        return trace_record(k->t, fire)->at - armed->at;
    }
    if (of_it.count) {
        return k->r->at - trace_record(k->t, of_it.at[0])->at;
    }
    return k->r->cause ? k->r->at - trace_record(k->t, k->r->cause)->at : k->r->at;
}

/* Since the last bit of the copy before had left. */
static sim_time unanswered(const struct telling *k)
{
    struct hop hop;
    uint32_t before = packet_copy_before(k->t, k->packet);
    return before && trace_hops(k->t, before, &hop, 1) > 0 ? k->r->at - hop.sent : waited(k);
}

/* From the sending of what the cause answers until now. */
static sim_time round_trip(const struct telling *k)
{
    struct list answer =
        k->cause_packet ? trace_of_packet(k->t, k->cause_packet) : (struct list){0};
    uint32_t cause = answer.count ? trace_record(k->t, answer.at[0])->cause : 0;
    uint32_t asked = cause ? story_packet(k->t, cause) : 0;
    struct list question = asked ? trace_of_packet(k->t, asked) : (struct list){0};
    return question.count ? k->r->at - trace_record(k->t, question.at[0])->at : 0;
}

static void say_time(struct telling *k, sim_time t)
{
    char text[32];
    buf_str(k->out, value_print(t, "ns", text));
}

/* The length of the named timer of this actor, as last armed. */
static void say_timer(struct telling *k, const char *name)
{
    const struct actor_type *type = type_of(k);
    for (unsigned i = 0; type && i < timer_count(type); i++) {
        if (strcmp(type->timers[i].name, name) != 0) {
            continue;
        }
        uint32_t from = k->n; /* what is armed in this very instant counts */
        while (from < k->t->count && trace_record(k->t, from + 1)->at == k->r->at) {
            from++;
        }
        uint32_t at = last_of(trace_of_subject(k->t, REC_TIMER, k->r->where, i, 0), from);
        const struct record *r = at ? trace_record(k->t, at) : NULL;
        if (r && r->kind == REC_TIMER && r->value != SIM_NEVER) {
            say_time(k, r->value - r->at);
        }
        return;
    }
}

/* Bytes of the whole flow: handed to it, or got out of it. */
static void say_bytes(struct telling *k, bool is_sent)
{
    const struct flow *f = telling_flow(k);
    char text[32];
    if (f) {
        uint64_t bytes = is_sent ? f->bytes : f->delivered_bytes;
        buf_str(k->out, value_print((int64_t)bytes, "B", text));
    }
}

static const char *state_name(const struct telling *k, unsigned machine, int64_t state)
{
    const struct actor_type *type = type_of(k);
    if (!type || machine >= machine_count(type)) {
        return "?";
    }
    const char *const *states = type->machines[machine].states;
    return state >= 0 && state < (int64_t)state_count(states) ? states[state] : "?";
}

static void say_value(struct telling *k)
{
    char text[48];
    const char *unit = k->r->kind == REC_DELIVER ? "B" : "";
    const struct actor_type *type = k->r->kind == REC_ITEM ? type_of(k) : NULL;
    bool has_words = type && type->print_key;
    buf_str(k->out,
            has_words ? type->print_key(k->r->value, text) : value_print(k->r->value, unit, text));
}

static void say_name_of_timer(struct telling *k)
{
    const struct actor_type *type = type_of(k);
    if (type && k->r->kind == REC_FIRE && k->r->code < timer_count(type)) {
        char key[48];
        snprintf(key, sizeof key, "timer.%s", type->timers[k->r->code].name);
        const char *name = word_find(k->lang, key);
        buf_str(k->out, name ? name : type->timers[k->r->code].name);
    }
}

/* What became of the copy before, as a sentence of its own. */
static void say_fate(struct telling *k)
{
    if (k->fate.kind != FATE_UNKNOWN) {
        char key[48];
        snprintf(key, sizeof key, "fate.%s", fate_name(k->fate.kind));
        telling_expand(k, word(k->lang, key));
    }
}

static bool say_of_packets(struct telling *k, const char *name)
{
    if (strncmp(name, "pkt.", 4) == 0) {
        return say_field(k, k->packet, name + 4);
    }
    if (strncmp(name, "cause.pkt.", 10) == 0) {
        return say_field(k, k->cause_packet, name + 10);
    }
    const struct packet *p = k->packet ? trace_packet(k->t, k->packet) : NULL;
    if (strcmp(name, "pkt") == 0) {
        say_packet(k, k->packet);
    } else if (strcmp(name, "pkts") == 0) {
        say_packets(k);
    } else if (strcmp(name, "cause.pkt") == 0) {
        say_packet(k, k->cause_packet);
    } else if (strcmp(name, "first.pkt") == 0) {
        say_packet(k, packet_first_copy(k->t, k->packet));
    } else if (strcmp(name, "fate.pkt") == 0) {
        say_packet(k, k->fate.packet);
    } else if (strcmp(name, "fate.answer") == 0) {
        say_packet(k, k->fate.answer);
    } else if (strcmp(name, "wrong.pkt") == 0) {
        const struct record *wrong = telling_fault(k);
        say_packet(k, wrong ? wrong->packet : 0);
    } else if (strcmp(name, "wrong.unit") == 0) {
        const struct record *wrong = telling_fault(k);
        buf_printf(k->out, "%" PRIu64, wrong ? trace_packet(k->t, wrong->packet)->unit.at : 0);
    } else if (strcmp(name, "n") == 0) {
        buf_printf(k->out, "%" PRIu32, p ? p->copy : 0);
    } else {
        return false;
    }
    return true;
}

unsigned telling_repeats(const struct telling *k)
{
    const struct packet *p = k->packet ? trace_packet(k->t, k->packet) : NULL;
    int64_t ack = 0, other = 0;
    unsigned count = 1;
    if (!p || !k->wire->field(p->proto->name, packet_head(p), "ack", &ack)) {
        return 0;
    }
    for (uint32_t n = k->n - 1; n >= 1 && k->n - n < REPEATS_LOOKED; n--) {
        const struct record *r = trace_record(k->t, n);
        if (r->kind != REC_SEND || r->where != k->r->where) {
            continue;
        }
        const struct packet *q = trace_packet(k->t, r->packet);
        if (r->why != k->r->why || q->is_raw ||
            !k->wire->field(q->proto->name, packet_head(q), "ack", &other) || other != ack) {
            break;
        }
        count++;
    }
    return count;
}

/* A message by its name; `answered`: the one that it answers. */
static void say_message(struct telling *k, bool answered)
{
    const struct app_message *m = record_message(k->t, k->r);
    if (m && answered) {
        m = trace_message(k->t, m->answers);
    }
    buf_str(k->out, m ? m->name[k->lang] : "");
}

static bool say_of_record(struct telling *k, const char *name)
{
    if (strcmp(name, "value") == 0) {
        say_value(k);
    } else if (strcmp(name, "time") == 0) {
        say_time(k, k->r->at);
    } else if (strcmp(name, "since") == 0) {
        say_time(k, waited(k));
    } else if (strcmp(name, "unanswered") == 0) {
        say_time(k, unanswered(k));
    } else if (strcmp(name, "trip") == 0) {
        say_time(k, round_trip(k));
    } else if (strcmp(name, "sent") == 0 || strcmp(name, "delivered") == 0) {
        say_bytes(k, name[0] == 's');
    } else if (strcmp(name, "state") == 0) {
        buf_str(k->out, state_name(k, k->r->code >> 8, k->r->code & 0xff));
    } else if (strcmp(name, "old") == 0) {
        buf_str(k->out, state_name(k, k->r->code >> 8, k->r->value));
    } else if (strcmp(name, "timer") == 0) {
        say_name_of_timer(k);
    } else if (strcmp(name, "message") == 0 || strcmp(name, "answered") == 0) {
        say_message(k, name[0] == 'a');
    } else if (strncmp(name, "timer ", 6) == 0) {
        say_timer(k, name + 6);
    } else if (strncmp(name, "var ", 4) == 0) {
        say_var(k, name + 4);
    } else if (strcmp(name, "fate") == 0) {
        say_fate(k);
    } else if (strcmp(name, "repeats") == 0) {
        buf_printf(k->out, "%u", telling_repeats(k));
    } else {
        return false;
    }
    return true;
}

static bool say_of_nodes(struct telling *k, const char *name)
{
    if (strcmp(name, "node") == 0) {
        say_node(k, subject_node(k));
    } else if (strcmp(name, "peer") == 0) {
        say_goal(k, peer_node(k));
    } else if (strcmp(name, "from") == 0) {
        say_node(k, k->packet ? packet_from_node(k->t, k->packet) : UINT32_MAX);
    } else if (strcmp(name, "to") == 0) {
        say_goal(k, k->packet ? packet_to_node(k->t, k->packet) : UINT32_MAX);
    } else {
        return false;
    }
    return true;
}

static void say(struct telling *k, const char *name)
{
    if (!say_of_nodes(k, name) && !say_of_packets(k, name) && !say_of_record(k, name)) {
        buf_printf(k->out, "{%s}", name);
    }
}

void telling_expand(struct telling *k, const char *text)
{
    for (const char *p = text; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        char name[48];
        if (!end || (size_t)(end - p) > sizeof name) {
            buf_char(k->out, *p);
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)(end - p - 1), p + 1);
        say(k, name);
        p = end;
    }
}
