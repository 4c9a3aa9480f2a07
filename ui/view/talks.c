/* Finding the pieces: the messages of a stream stand in the order of its bytes, so each packet
 * finds its own by halving. */
#include "ui/view/talks.h"

#include "base/os.h"
#include "wire/dissect.h"

#include <stdlib.h>
#include <string.h>

/* While they are made: where each message lies. */
struct making {
    struct talks *k;
    const struct trace *t;
    uint32_t *number; /* of the trace's messages, by stream and place */
    uint32_t cap_messages, cap_pieces, cap_talks;
};

static bool has_messages(const struct actor_type *type)
{
    for (unsigned i = 0; type && i < set_count(type); i++) {
        if (type->sets[i].states == message_states) {
            return true;
        }
    }
    return false;
}

/* Head and no body, from somebody who speaks in messages: the datagram is one. */
static bool is_message_itself(const struct trace *t, uint32_t packet)
{
    const struct packet *p = trace_packet(t, packet);
    return p->parent == 0 && !p->is_raw && p->body.len == 0 && strcmp(p->proto->name, "tcp") != 0 &&
           t->entities[p->sender].kind == ENTITY_ACTOR && has_messages(t->entities[p->sender].type);
}

static void add_message(struct making *m, const struct talk_message *message)
{
    struct talks *k = m->k;
    if (k->message_count == m->cap_messages) {
        m->cap_messages = m->cap_messages ? 2 * m->cap_messages : 64;
        k->messages = os_realloc(k->messages, m->cap_messages * sizeof *k->messages);
    }
    k->messages[k->message_count++] = *message;
}

static void take_messages(struct making *m)
{
    const struct trace *t = m->t;
    for (uint32_t n = 1; n <= t->message_count; n++) {
        const struct app_message *a = &t->messages[n];
        struct talk_message message = {
            .bytes = (uint32_t)a->body.len, .sent = a->sent, .received = a->received, .number = n};
        for (int l = 0; l < LANG_COUNT; l++) {
            strncpy(message.name[l], a->name[l], sizeof message.name[l] - 1);
        }
        add_message(m, &message);
    }
}

static sim_time arrival(const struct trace *t, uint32_t packet)
{
    struct hop hops[16];
    uint32_t n = trace_hops(t, packet, hops, 16);
    const struct hop *last = n > 0 && n <= 16 ? &hops[n - 1] : NULL;
    return last && last->died == SIM_NEVER && last->end ? last->arrive : SIM_NEVER;
}

static void take_datagrams(struct making *m)
{
    const struct trace *t = m->t;
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        if (!is_message_itself(t, id)) {
            continue;
        }
        const struct packet *p = trace_packet(t, id);
        char buf[24];
        struct talk_message message = {.bytes = (uint32_t)packet_head(p).len,
                                       .sent = trace_record(t, trace_of_packet(t, id).at[0])->at,
                                       .received = arrival(t, id),
                                       .first = id};
        packet_label(p->proto->name, packet_head(p), 0, buf);
        for (int l = 0; l < LANG_COUNT; l++) {
            strncpy(message.name[l], buf, sizeof message.name[l] - 1);
        }
        add_message(m, &message);
    }
}

static int by_sent(const void *a, const void *b)
{
    const struct talk_message *x = a, *y = b;
    if (x->sent != y->sent) {
        return x->sent < y->sent ? -1 : 1;
    }
    return x->number != y->number ? (x->number < y->number ? -1 : 1)
                                  : (x->first > y->first) - (x->first < y->first);
}

/* Where a message of the trace lies. */
struct place {
    struct span body;
    uint32_t message;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->body.stream != y->body.stream) {
        return x->body.stream < y->body.stream ? -1 : 1;
    }
    return x->body.at != y->body.at ? (x->body.at < y->body.at ? -1 : 1) : 0;
}

static struct place *places_of(const struct making *m, uint32_t *count)
{
    struct place *all = os_alloc((m->k->message_count + 1) * sizeof *all);
    *count = 0;
    for (uint32_t i = 0; i < m->k->message_count; i++) {
        uint32_t number = m->k->messages[i].number;
        if (number) {
            all[(*count)++] = (struct place){m->t->messages[number].body, i};
        }
    }
    qsort(all, *count, sizeof *all, by_place);
    return all;
}

/* First place that ends after the beginning of the span. */
static uint32_t place_after(const struct place *all, uint32_t count, struct span s)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct span b = all[middle].body;
        bool is_before = b.stream != s.stream ? b.stream < s.stream : b.at + b.len <= s.at;
        if (is_before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void add_piece(struct making *m, struct talk_piece piece)
{
    struct talks *k = m->k;
    if (k->piece_count == m->cap_pieces) {
        m->cap_pieces = m->cap_pieces ? 2 * m->cap_pieces : 64;
        k->pieces = os_realloc(k->pieces, m->cap_pieces * sizeof *k->pieces);
    }
    piece.is_again = trace_packet(m->t, piece.packet)->of != 0;
    k->messages[piece.message].piece_count++;
    k->pieces[k->piece_count++] = piece;
}

static void cut_packet(struct making *m, const struct place *all, uint32_t count, uint32_t packet)
{
    const struct span s = packet_data(trace_packet(m->t, packet));
    for (uint32_t i = place_after(all, count, s);
         i < count && all[i].body.stream == s.stream && all[i].body.at < s.at + s.len; i++) {
        struct span b = all[i].body;
        uint64_t from = s.at > b.at ? s.at : b.at;
        uint64_t to = s.at + s.len < b.at + b.len ? s.at + s.len : b.at + b.len;
        add_piece(m, (struct talk_piece){.message = all[i].message,
                                         .packet = packet,
                                         .from = (uint32_t)(from - b.at),
                                         .to = (uint32_t)(to - b.at),
                                         .at = (uint32_t)(from - s.at)});
    }
}

static int by_message(const void *a, const void *b)
{
    const struct talk_piece *x = a, *y = b;
    if (x->message != y->message) {
        return x->message < y->message ? -1 : 1;
    }
    return x->packet < y->packet ? -1 : x->packet > y->packet;
}

/* Pieces come by packet; they are put in the order of messages, and an index keeps the other. */
static void index_pieces(struct talks *k)
{
    uint32_t *next = os_alloc((k->message_count + 1) * sizeof *next);
    struct talk_piece *came = k->pieces;
    k->by_packet = os_alloc((k->piece_count + 1) * sizeof *k->by_packet);
    for (uint32_t i = 0, first = 0; i < k->message_count; i++) {
        k->messages[i].first = next[i] = first;
        first += k->messages[i].piece_count;
    }
    for (uint32_t i = 0; i < k->piece_count; i++) {
        k->by_packet[i] = next[came[i].message]++;
    }
    qsort(came, k->piece_count, sizeof *came, by_message);
    free(next);
}

static void cut(struct making *m)
{
    uint32_t count, *datagram = os_alloc((m->t->packets.count + 1) * sizeof *datagram);
    struct place *all = places_of(m, &count);
    for (uint32_t i = 0; i < m->k->message_count; i++) {
        if (m->k->messages[i].number == 0) {
            datagram[m->k->messages[i].first] = i + 1;
        }
    }
    for (uint32_t id = 1; id <= m->t->packets.count; id++) {
        const struct packet *p = trace_packet(m->t, id);
        if (datagram[id]) {
            uint32_t whole = m->k->messages[datagram[id] - 1].bytes;
            add_piece(m, (struct talk_piece){datagram[id] - 1, id, 0, whole, 0, false});
        } else if (p->parent == 0 && p->body.stream && p->body.len > 0) {
            cut_packet(m, all, count, id);
        }
    }
    free(datagram);
    free(all);
}

/* The talk of a flow between two nodes, in either order. */
static uint32_t talk_between(struct making *m, uint32_t flow, uint32_t from, uint32_t to)
{
    struct talks *k = m->k;
    for (uint32_t i = 0; i < k->talk_count; i++) {
        const struct talk *at = &k->talks[i];
        if (at->flow == flow && ((at->node[0] == from && at->node[1] == to) ||
                                 (at->node[0] == to && at->node[1] == from))) {
            return i;
        }
    }
    if (k->talk_count == m->cap_talks) {
        m->cap_talks = m->cap_talks ? 2 * m->cap_talks : 8;
        k->talks = os_realloc(k->talks, m->cap_talks * sizeof *k->talks);
    }
    bool is_back = flow && m->t->flows[flow].to == from;
    k->talks[k->talk_count] =
        (struct talk){.flow = flow, .node = {is_back ? to : from, is_back ? from : to}};
    return k->talk_count++;
}

/* Between whom: whoever sent the packet that carries it, and whom that was for. What was never sent
 * belongs to its sender's flow. */
static void join_talk(struct making *m, struct talk_message *at)
{
    const struct trace *t = m->t;
    uint32_t sender = at->number ? t->messages[at->number].sender : 0;
    uint32_t flow = sender ? t->entities[sender].flow : 0;
    uint32_t from = sender ? entity_node(t, sender) : 0, to = from;
    if (at->piece_count > 0) {
        uint32_t packet = m->k->pieces[at->first].packet;
        flow = trace_packet(t, packet)->flow;
        from = packet_from_node(t, packet);
        to = packet_to_node(t, packet);
        to = to < t->node_count ? to : from;
    } else if (flow) {
        to = t->flows[flow].from == from ? t->flows[flow].to : t->flows[flow].from;
    }
    at->talk = talk_between(m, flow, from, to);
    at->side = m->k->talks[at->talk].node[0] == from ? 0 : 1;
    m->k->talks[at->talk].count++;
}

/* A datagram's answer was sent because the datagram had come. */
static uint32_t datagram_answered(const struct trace *t, uint32_t packet)
{
    uint32_t record = trace_record(t, trace_of_packet(t, packet).at[0])->cause;
    const struct record *r = record ? trace_record(t, record) : NULL;
    bool has_come = r && r->kind == REC_ARRIVE;
    return has_come && is_message_itself(t, r->packet) ? r->packet : 0;
}

/* Who answers whom. A first question is its own root; an answer has the root of what it answers. */
static void tie(struct making *m)
{
    struct talks *k = m->k;
    uint32_t *of_number = os_alloc((m->t->message_count + 1) * sizeof *of_number);
    uint32_t *of_packet = os_alloc((m->t->packets.count + 1) * sizeof *of_packet);
    uint32_t *last = os_alloc((k->message_count + 1) * sizeof *last); /* of an exchange */
    for (uint32_t i = 0; i < k->message_count; i++) {
        struct talk_message *at = &k->messages[i];
        uint32_t answered;
        at->root = i;
        at->next = UINT32_MAX;
        if (at->number) {
            of_number[at->number] = i;
            answered = m->t->messages[at->number].answers;
            at->answers = answered ? of_number[answered] : UINT32_MAX;
        } else {
            of_packet[k->pieces[at->first].packet] = i;
            answered = datagram_answered(m->t, k->pieces[at->first].packet);
            at->answers = answered ? of_packet[answered] : UINT32_MAX;
        }
        if (at->answers != UINT32_MAX && k->messages[at->answers].talk == at->talk) {
            at->root = k->messages[at->answers].root;
            k->messages[last[at->root]].next = i;
        }
        last[at->root] = i;
    }
    free(of_number);
    free(of_packet);
    free(last);
}

void talks_make(struct talks *k, const struct trace *t)
{
    struct making m = {.k = k, .t = t};
    *k = (struct talks){0};
    take_messages(&m);
    take_datagrams(&m);
    if (k->message_count == 0) {
        return;
    }
    qsort(k->messages, k->message_count, sizeof *k->messages, by_sent);
    cut(&m);
    index_pieces(k);
    for (uint32_t i = 0; i < k->message_count; i++) {
        join_talk(&m, &k->messages[i]);
    }
    tie(&m);
}

void talks_free(struct talks *k)
{
    free(k->messages);
    free(k->pieces);
    free(k->by_packet);
    free(k->talks);
    *k = (struct talks){0};
}

uint32_t talks_of_packet(const struct talks *k, uint32_t packet, uint32_t *count)
{
    uint32_t low = 0, high = k->piece_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (k->pieces[k->by_packet[middle]].packet < packet) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *count = 0;
    while (low + *count < k->piece_count &&
           k->pieces[k->by_packet[low + *count]].packet == packet) {
        ++*count;
    }
    return low;
}

bool talks_carries(const struct talks *k, uint32_t packet, uint32_t message)
{
    uint32_t count, first = talks_of_packet(k, packet, &count);
    for (uint32_t i = first; i < first + count; i++) {
        if (k->pieces[k->by_packet[i]].message == message) {
            return true;
        }
    }
    return false;
}
