/* Why a packet was sent, in words; and which packet a person means. */
#include "export/why.h"

#include "base/err.h"
#include "export/chain.h"
#include "export/look.h"
#include "export/row.h"
#include "export/say.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 64 };

static bool same_word(const char *a, const char *b)
{
    while (*a && toupper((unsigned char)*a) == toupper((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static bool is_called(const struct trace *t, uint32_t id, const char *name)
{
    struct look look;
    char shown[48];
    const struct packet *p = trace_packet(t, id);
    look_at(p, &look);
    if (look.is_unreadable) {
        return false;
    }
    return same_word(look_name(&look, shown), name) ||
           same_word(packet_is(look.proto, look.head, look.body_len), name);
}

/* The nth packet of that name that a node sent (UINT32_MAX: any node). */
static uint32_t nth_called(const struct trace *t, uint32_t node, const char *name, uint64_t nth)
{
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        bool is_sender = node == UINT32_MAX || entity_node(t, trace_packet(t, id)->sender) == node;
        if (is_sender && !trace_packet(t, id)->parent && is_called(t, id, name) && --nth == 0) {
            return id;
        }
    }
    return 0;
}

/* A node's name at the start of *words, which then stands behind it. */
static uint32_t take_node(const struct trace *t, const char **words)
{
    size_t n = strcspn(*words, " ");
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (strlen(t->nodes[i].name) == n && strncmp(t->nodes[i].name, *words, n) == 0) {
            *words += n + strspn(*words + n, " ");
            return i;
        }
    }
    return UINT32_MAX;
}

static uint32_t by_id(const struct trace *t, const char *digits)
{
    char *end;
    unsigned long long id = strtoull(digits, &end, 10);
    bool is_number = *digits >= '0' && *digits <= '9' && *end == '\0';
    return is_number && id <= t->packets.count ? (uint32_t)id : 0;
}

static uint32_t collect_kinds(const struct trace *t, const char *kinds[KINDS_MAX])
{
    uint32_t count = 0;
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        struct look look;
        look_at(trace_packet(t, id), &look);
        const char *is =
            look.is_unreadable ? NULL : packet_is(look.proto, look.head, look.body_len);
        bool is_new = is && count + 1 < KINDS_MAX;
        for (uint32_t i = 0; is_new && i < count; i++) {
            is_new = strcmp(kinds[i], is) != 0;
        }
        if (is_new) {
            kinds[count++] = is;
        }
    }
    kinds[count] = NULL;
    return count;
}

/* The first packet of that name whose number in the ladder it is: its sequence number, or what an
 * ACK acknowledges, counted from the start of the connection. */
static uint32_t by_number(const struct trace *t, uint32_t node, const char *name, uint64_t number)
{
    bool is_ack = same_word(name, "ACK");
    uint32_t id;
    for (uint64_t nth = 1; (id = nth_called(t, node, name, nth)) != 0; nth++) {
        const struct packet *p = trace_packet(t, id);
        int64_t value;
        if (packet_field(p->proto->name, packet_head(p), is_ack ? "ack" : "seq", &value) &&
            (uint32_t)value - (is_ack ? p->ack_base : p->seq_base) == number) {
            return id;
        }
    }
    return 0;
}

/* "DATA 2", "DATA 2921:4381 ack 1": a name and a number, with or without more behind it. */
static uint32_t by_name(const struct trace *t, uint32_t node, const char *words)
{
    uint32_t found = nth_called(t, node, words, 1);
    const char *digit = words + strcspn(words, " ");
    while (*digit && !(digit[0] == ' ' && digit[1] >= '0' && digit[1] <= '9')) {
        digit += 1 + strcspn(digit + 1, " ");
    }
    if (found || !*digit) {
        return found;
    }
    char name[64], *end;
    snprintf(name, sizeof name, "%.*s", digit - words < 63 ? (int)(digit - words) : 63, words);
    uint64_t number = strtoull(digit + 1, &end, 10);
    found = *end == '\0' && number > 0 ? nth_called(t, node, name, number) : 0;
    return found ? found : by_number(t, node, name, number);
}

uint32_t packet_by_words(const struct trace *t, const char *words, const char **near)
{
    const char *kinds[KINDS_MAX];
    *near = NULL;
    words += strspn(words, " ");
    if (*words == '#') {
        return by_id(t, words + 1);
    }
    uint32_t node = take_node(t, &words);
    uint32_t found = by_name(t, node, words);
    if (!found) {
        char name[64];
        collect_kinds(t, kinds);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(words, " "), words);
        const char *likely = nearest_word(name, kinds);
        *near = likely && strcmp(likely, name) != 0 ? likely : NULL;
    }
    return found;
}

void packet_kinds(const struct trace *t, struct buf *out)
{
    const char *kinds[KINDS_MAX];
    uint32_t count = collect_kinds(t, kinds);
    for (uint32_t i = 0; i < count; i++) {
        buf_printf(out, "%s%s", i > 0 ? ", " : "", kinds[i]);
    }
}

static void print_head(const struct trace *t, const char *key, uint32_t packet,
                       const struct text_options *o, FILE *out)
{
    struct look look;
    struct buf line = {0};
    char name[48], numbers[LOOK_NUMBERS], whole[LOOK_NUMBERS + 48], id[16];
    look_at(trace_packet(t, packet), &look);
    look_numbers(&look, numbers);
    snprintf(whole, sizeof whole, "%s%s", look_name(&look, name), numbers);
    look_blocks(&look, numbers);
    snprintf(whole + strlen(whole), sizeof whole - strlen(whole), "%s", numbers);
    snprintf(id, sizeof id, "%u", packet);
    say(&line, o->lang, key, "pkt", whole, "id", id, NULL);
    fprintf(out, "%s%s%s\n", style_on(STYLE_BOLD, o->has_colour), buf_cstr(&line),
            style_off(o->has_colour));
    buf_free(&line);
}

/* Its death, or its arrival and what that led to at once. */
static void print_outcome(const struct trace *t, uint32_t packet, const struct text_options *o,
                          FILE *out)
{
    struct ending end;
    uint32_t last = 0;
    packet_ending(t, packet, &end);
    if (end.record == 0) {
        fprintf(out, "%14s%s\n", "", word(o->lang, "why.underway"));
        return;
    }
    chain_print(t, end.record, end.outcome == OUTCOME_DROPPED, o, out);
    struct list next = trace_of_cause(t, end.record);
    for (uint32_t i = 0; i < next.count; i++) {
        if (chain_is_told(t, next.at[i])) {
            last = next.at[i];
            chain_print(t, last, false, o, out);
        }
    }
}

void text_why(const struct trace *t, uint32_t packet, const struct text_options *o, FILE *out)
{
    struct list all = trace_of_packet(t, packet);
    print_head(t, "why.sent", packet, o, out);
    chain_print(t, all.at[0], true, o, out);
    chain_print_causes(t, all.at[0], o, out);
    fputc('\n', out);
    print_head(t, "why.came", packet, o, out);
    print_outcome(t, packet, o, out);
}
