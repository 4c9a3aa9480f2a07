/* Questions and answers in words. */
#include "expect/lesson_inside.h"

#include "scenario/pattern.h"
#include "scenario/quantity.h"
#include "wire/dissect.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct trace *t, uint32_t node, enum lang lang)
{
    return node < t->node_count ? node_short(t, node, lang) : "?";
}

static char *marked(uint32_t packet, char buf[16])
{
    snprintf(buf, 16, "\x01%" PRIu32 "\x02", packet);
    return buf;
}

static void end(struct buf *out, size_t from)
{
    out->len = from + text_close_gaps((char *)out->data + from, out->len - from);
}

void lesson_ask(const struct trace *t, const struct lesson_question *q, enum lang lang,
                struct buf *out)
{
    struct judge j = {.lang = lang};
    char key[48], packet[16];
    bool is_kind = q->ask == ASK_FLAGS && !q->has_flags;
    bool of_other = q->ask == ASK_STATE && q->of != q->node;
    bool is_again = q->ask == ASK_TIME && !q->is_after && trace_packet(t, q->packet)->of;
    struct packet_facts p = lesson_facts(t, q->packet);
    snprintf(key, sizeof key, "lesson.%s.%s%s", q->is_after ? "after" : "before",
             is_kind ? "kind" : ask_name(q->ask),
             of_other   ? ".of"
             : is_again ? ".again"
                        : "");
    size_t from = out->len;
    tell(&j, out, key, "node", name_of(t, q->node, lang), "is",
         packet_is(p.proto, p.head, p.body_len), "pkt", marked(q->packet, packet), "of",
         name_of(t, q->of, lang), NULL);
    end(out, from);
}

void lesson_tell(const struct trace *t, const struct lesson_question *q, unsigned option,
                 bool is_relative, enum lang lang, struct buf *out)
{
    const struct lesson_option *o = &q->options[option];
    struct judge j = {.lang = lang};
    char text[48];
    size_t from = out->len;
    switch (q->ask) {
    case ASK_ACK:
    case ASK_SEQ: buf_printf(out, "%" PRId64, is_relative ? o->relative : o->number); return;
    case ASK_FLAGS:
    case ASK_STATE: buf_str(out, o->text); return;
    case ASK_TIME: buf_str(out, value_print(o->number, "ns", text)); return;
    case ASK_NEXT:
        tell(&j, out, o->packet ? "lesson.option.sends" : "lesson.option.nothing", "node",
             name_of(t, o->node, lang), "pkt", marked(o->packet, text), NULL);
        end(out, from);
        return;
    case ASK_COUNT: return;
    }
}

void lesson_why(const struct trace *t, const struct lesson_question *q,
                const struct story_wire *wire, enum lang lang, struct buf *out)
{
    if (q->record) {
        story_headline(t, wire, q->record, lang, out);
        buf_str(out, lang == LANG_EN ? " " : "");
        story_reason(t, wire, q->record, lang, out);
    } else if (q->ask == ASK_NEXT) {
        buf_str(out, word(lang, "lesson.nothing"));
    }
}

static bool same_word(const char *a, const char *b)
{
    while (*a && toupper((unsigned char)*a) == toupper((unsigned char)*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

bool lesson_is_right(const struct lesson_question *q, const char *typed, bool is_relative)
{
    const struct lesson_option *o = &q->options[q->right];
    int64_t value;
    char a[32], b[32];
    switch (q->ask) {
    case ASK_ACK:
    case ASK_SEQ:
        return quantity_parse(typed, QUANTITY_COUNT, false, &value, NULL) == VALUE_GOOD &&
               value == (is_relative ? o->relative : o->number);
    case ASK_TIME: /* as exactly as it is shown */
        return quantity_parse(typed, QUANTITY_TIME, false, &value, NULL) == VALUE_GOOD &&
               strcmp(value_print(value, "ns", a), value_print(o->number, "ns", b)) == 0;
    case ASK_FLAGS:
    case ASK_STATE: return same_word(typed, o->text);
    case ASK_NEXT:
    case ASK_COUNT: return false;
    }
    return false;
}
