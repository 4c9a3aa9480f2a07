/* Looking at packets and records: names and ends, from the trace alone. */
#include "export/look.h"

#include "actor/errno_code.h"
#include "actor/socket_call.h"
#include "scenario/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct story_wire look_wire = {packet_field, packet_label, true};

void look_at(const struct packet *p, struct look *out)
{
    *out = (struct look){.packet = p,
                         .proto = p->proto->name,
                         .head = packet_head(p),
                         .body_len = packet_body_len(p)};
    if (!p->is_raw) {
        return;
    }
    enum link_form form = packet_form(p->proto->name);
    struct packet_view view;
    struct bytes payload;
    if (packet_parse(out->head, form, &view, &payload) == PACKET_MALFORMED) {
        *out = (struct look){.packet = p, .proto = p->proto->name, .is_unreadable = true};
        return;
    }
    out->proto = view.proto;
    out->head = view.head;
    out->body_len = (uint32_t)payload.len;
}

static bool is_number(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && (text[n] == '\0' || text[n] == ' ');
}

char *look_name(const struct look *l, char buf[48])
{
    if (l->is_unreadable) {
        snprintf(buf, 48, "%s ?", l->proto);
        return buf;
    }
    char label[24];
    const char *is = packet_is(l->proto, l->head, l->body_len);
    packet_label(l->proto, l->head, l->body_len, label);
    size_t n = strlen(is);
    if (is_number(label)) {
        snprintf(buf, 48, "%.20s %s", is, label);
    } else if (strncmp(label, is, n) == 0 && label[n] == ' ') {
        snprintf(buf, 48, "%s", label);
    } else {
        snprintf(buf, 48, "%.47s", is);
    }
    return buf;
}

void look_numbers(const struct look *look, char out[LOOK_NUMBERS])
{
    int64_t seq, ack, offset;
    out[0] = '\0';
    if (look->packet->birth == PACKET_FRAGMENT &&
        packet_field(look->proto, look->head, "offset", &offset)) {
        unsigned at = (unsigned)offset * 8;
        snprintf(out, LOOK_NUMBERS, " %u:%u", at, at + look->body_len);
    }
    if (!look->packet->proto->initial || !packet_field(look->proto, look->head, "seq", &seq)) {
        return;
    }
    int64_t is_valid = 0;
    packet_field(look->proto, look->head, "ack_flag", &is_valid);
    bool has_ack = is_valid && packet_field(look->proto, look->head, "ack", &ack);
    const char *is = packet_is(look->proto, look->head, look->body_len);
    unsigned first = (uint32_t)seq - look->packet->seq_base;
    unsigned acked = has_ack ? (uint32_t)ack - look->packet->ack_base : 0;
    if (strcmp(is, "ACK") == 0) {
        snprintf(out, LOOK_NUMBERS, " %u", acked);
    } else if (look->body_len > 0) {
        snprintf(out, LOOK_NUMBERS, has_ack ? " %u:%u ack %u" : " %u:%u", first,
                 first + look->body_len, acked);
    } else {
        snprintf(out, LOOK_NUMBERS, has_ack ? " %u ack %u" : " %u", first, acked);
    }
}

void look_blocks(const struct look *look, char out[LOOK_NUMBERS])
{
    char left[] = "sack1_left", right[] = "sack1_right";
    int64_t from, to;
    size_t len = 0;
    out[0] = '\0';
    while (packet_field(look->proto, look->head, left, &from) &&
           packet_field(look->proto, look->head, right, &to) && len < LOOK_NUMBERS) {
        uint32_t base = look->packet->ack_base;
        len += (size_t)snprintf(out + len, LOOK_NUMBERS - len, "%s%u:%u", len ? "," : " sack ",
                                (uint32_t)from - base, (uint32_t)to - base);
        left[4]++;
        right[4]++;
    }
}

static void end_at_node(const struct trace *t, const struct record *r, struct ending *out)
{
    out->from = out->to = out->node = entity_node(t, r->where);
    out->waited = true;
}

static void end_on_link(const struct trace *t, uint32_t direction, struct ending *out)
{
    out->from = direction_from(t, direction);
    out->to = direction_to(t, direction);
}

void packet_ending(const struct trace *t, uint32_t packet, struct ending *out)
{
    struct list all = trace_of_packet(t, packet);
    uint32_t goal = packet_to_node(t, packet);
    *out = (struct ending){.outcome = OUTCOME_UNDERWAY, .waited = true};
    out->from = out->to = out->node = entity_node(t, trace_packet(t, packet)->sender);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        if (r->kind == REC_QUEUE || r->kind == REC_TX) {
            end_on_link(t, r->where, out);
            *out = (struct ending){OUTCOME_UNDERWAY,     out->node,          out->from, out->to,
                                   r->kind == REC_QUEUE, (enum drop_class)0, 0};
        } else if (r->kind == REC_ARRIVE) {
            out->outcome = OUTCOME_ARRIVED;
            out->node = direction_to(t, r->where);
            out->record = all.at[i];
            if (out->node == goal) {
                return;
            }
        } else if (r->kind == REC_DROP) {
            bool on_link = t->entities[r->where].kind == ENTITY_DIRECTION;
            bool had_left = out->outcome == OUTCOME_UNDERWAY && !out->waited;
            if (on_link) {
                end_on_link(t, r->where, out);
                out->waited = !had_left;
            } else {
                end_at_node(t, r, out);
            }
            out->outcome = OUTCOME_DROPPED;
            out->why = (enum drop_class)r->code;
            out->record = all.at[i];
            return;
        }
    }
}

uint32_t packet_replaced_by(const struct trace *t, uint32_t packet)
{
    struct list all = trace_of_packet(t, packet);
    for (uint32_t i = 1; i < all.count; i++) {
        unsigned kind = trace_record(t, all.at[i])->kind;
        if (kind == REC_QUEUE || kind == REC_TX || kind == REC_ARRIVE || kind == REC_DROP) {
            return 0; /* it has been somewhere itself */
        }
    }
    struct list next = trace_of_cause(t, all.at[0]);
    for (uint32_t i = 0; i < next.count; i++) {
        const struct record *r = trace_record(t, next.at[i]);
        const struct packet *p = r->kind == REC_SEND ? trace_packet(t, r->packet) : NULL;
        if (p && p->parent == packet && (p->is_raw || p->birth == PACKET_FRAGMENT)) {
            return r->packet;
        }
    }
    return 0;
}

unsigned direction_which(const struct trace *t, uint32_t direction)
{
    return t->links[t->entities[direction].link].direction[0] == direction ? 0 : 1;
}

sim_time tx_end(const struct trace *t, const struct record *tx)
{
    const struct trace_link *link = &t->links[t->entities[tx->where].link];
    int64_t rate = link->rate_bps[direction_which(t, tx->where)];
    uint32_t size = trace_wire_size(t, tx->packet, tx->where);
    return rate > 0 ? time_add(tx->at, time_of_bytes(size, rate)) : tx->at;
}

static const char *world_call(unsigned code)
{
    static const char *const names[] = {"cut", "heal", "crash", "restart"};
    return code >= CALL_CUT && code <= CALL_RESTART ? names[code - CALL_CUT] : NULL;
}

static const char *common_call(unsigned code)
{
    static const char *const names[] = {
        [CODE_SEND] = "send",         [CODE_CLOSE] = "close",       [CODE_ABORT] = "abort",
        [CODE_READ] = "read",         [CODE_DATA] = "data",         [CODE_OPENED] = "opened",
        [CODE_ACCEPTED] = "accepted", [CODE_WRITABLE] = "writable", [CODE_END] = "end",
        [CODE_CLOSED] = "closed",
    };
    return code < sizeof names / sizeof *names ? names[code] : NULL;
}

const char *call_name(const struct trace *t, const struct record *r)
{
    unsigned code = r->code & ~CALL_UP;
    const struct actor_type *type = t->entities[r->where].type;
    const char *name = world_call(code) ? world_call(code) : common_call(code);
    for (unsigned i = 0; !name && type && type->calls && type->calls[i]; i++) {
        if (CODE_OWN + i == code) {
            name = type->calls[i];
        }
    }
    return name ? name : "call";
}

static void option_print(const struct param *p, int64_t value, struct buf *out)
{
    static const enum quantity of[] = {
        [PARAM_TIME] = QUANTITY_TIME, [PARAM_BYTES] = QUANTITY_BYTES};
    char text[48];
    if (p->kind == PARAM_SWITCH || (p->may_be_off && value < 0)) {
        buf_str(out, value > 0 ? "on" : "off");
    } else if (p->kind == PARAM_COUNT) {
        buf_printf(out, "%lld", (long long)value);
    } else {
        buf_str(out, quantity_print(value, of[p->kind], text));
    }
}

void call_print(const struct trace *t, const struct record *r, struct buf *out)
{
    const struct actor_type *type = t->entities[r->where].type;
    bool is_socket = type && type->calls == socket_call_names;
    if (is_socket && r->code >= SOCKET_SET && r->code < SOCKET_CALL_END) {
        buf_printf(out, "set %s: ", call_name(t, r));
        option_print(&socket_options[r->code - SOCKET_SET].param, r->value, out);
    } else {
        buf_str(out, call_name(t, r));
    }
}

const char *call_error(const struct record *r)
{
    bool tells = r->code == (CALL_UP | CODE_CLOSED) || r->code == (CALL_UP | CODE_RESULT);
    return tells && r->value > 0 ? errno_code_name((unsigned)r->value) : NULL;
}

void look_named(const struct trace *t, const char *marked, struct buf *out)
{
    while (*marked) {
        size_t len = strcspn(marked, "\x01");
        buf_add(out, bytes_of(marked, len));
        marked += len;
        if (*marked) {
            char *end;
            struct look look;
            char name[48];
            look_at(trace_packet(t, (uint32_t)strtoul(marked + 1, &end, 10)), &look);
            buf_str(out, look_name(&look, name));
            marked = end + (*end == '\x02');
        }
    }
}
