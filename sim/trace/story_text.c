/* The words of a step: templates of the catalogue, filled from the trace as it stood at the step's
 * record, so that a sentence never tells what comes later. A headline is say.REASON, or, where the
 * catalogue has none, the one of the record's kind; its reason is say.REASON.why, or up to two
 * links of the chain of causes. */
#include "trace/telling.h"

#include <stdio.h>
#include <string.h>

enum { LINKS = 8, MORE = 3 };

static uint32_t other_packet(const struct trace *t, const struct record *r, uint32_t packet)
{
    uint32_t record = r->cause;
    for (unsigned links = 0; record && links < LINKS; links++) {
        uint32_t found = story_packet(t, record);
        if (found != packet) {
            return found;
        }
        record = trace_record(t, record)->cause;
    }
    return 0;
}

static struct telling telling_of(const struct trace *t, const struct story_wire *wire,
                                 uint32_t record, enum lang lang, struct buf *out)
{
    struct telling k = {.t = t, .wire = wire, .n = record, .lang = lang, .out = out};
    k.r = trace_record(t, record);
    k.packet = story_packet(t, record);
    bool is_own = k.packet && k.r->packet == k.packet && k.r->kind <= REC_DROP;
    k.cause_packet = is_own ? other_packet(t, k.r, k.packet) : k.packet;
    uint32_t before = packet_copy_before(t, k.packet);
    before = before ? before : packet_copy_before(t, k.cause_packet);
    if (before) {
        k.fate = fate_of(t, before, record);
    }
    return k;
}

/* The text of PREFIX.KEY.SUFFIX; NULL: there is none. */
static const char *text_of(enum lang lang, const char *prefix, const char *key, const char *suffix)
{
    char whole[128];
    snprintf(whole, sizeof whole, "%s.%s%s", prefix, key, suffix);
    return word_find(lang, whole);
}

/* The last delivery of a flow tells how it ended. */
static const char *delivery_variant(const struct telling *k)
{
    const struct flow *f = telling_flow(k);
    if (!k->packet) {
        return ".read"; /* the application asked, nothing has just come */
    }
    if (!f || f->last_delivery != k->r->at) {
        return "";
    }
    return f->delivered_bytes < f->bytes ? ".last" : ".all";
}

/* Sent to the whole LAN or to a group; a question for a hardware address is, whomever it names. */
static bool is_for_all(const struct telling *k)
{
    const struct packet *p = k->packet ? trace_packet(k->t, k->packet) : NULL;
    uint32_t ip = p ? p->net.to.ip : 0;
    int64_t op;
    bool asks = p && strcmp(p->proto->name, "arp") == 0 &&
                k->wire->field("arp", packet_head(p), "op", &op) && op == 1;
    return asks || ip == IP_BROADCAST || ip >> 28 == 14;
}

/* Cases of one reason that read differently: what led here was a packet of one's own, or something
 * was passed on wrongly on this occasion. */
static const char *variant(const struct telling *k)
{
    static const char *const wrong[] = {"", ".twice", ".disorder", ".damaged"};
    if (k->r->kind == REC_DELIVER) {
        return delivery_variant(k);
    }
    if (k->r->kind == REC_STATE) {
        return ".state"; /* what somebody has said puts somebody else into it */
    }
    if (k->r->kind == REC_DROP && is_for_all(k)) {
        return ".all";
    }
    if (k->r->kind != REC_SEND || !k->cause_packet) {
        return "";
    }
    uint32_t sender = trace_packet(k->t, k->cause_packet)->sender;
    if (entity_node(k->t, sender) == entity_node(k->t, k->r->where)) {
        return ".own";
    }
    const struct record *fault = telling_fault(k);
    return fault ? wrong[fault->code] : "";
}

/* ".probe" of "tcp.probe", the reason for which what led here was sent; "": none is known. */
static const char *cause_variant(const struct telling *k)
{
    struct list l = k->cause_packet ? trace_of_packet(k->t, k->cause_packet) : (struct list){0};
    const struct record *sent = l.count ? trace_record(k->t, l.at[0]) : NULL;
    const char *reason = sent && sent->kind == REC_SEND ? record_reason(k->t, sent) : NULL;
    const char *last = reason ? strrchr(reason, '.') : NULL;
    return last ? last : "";
}

/* The variant that the catalogue has a headline for; "": it reads like the others. */
static const char *variant_told(const struct telling *k, const char *key)
{
    const char *v = variant(k);
    if (*v && text_of(k->lang, "say", key, v)) {
        return v;
    }
    v = k->r->kind == REC_SEND ? cause_variant(k) : "";
    return *v && text_of(k->lang, "say", key, v) ? v : "";
}

static const char *text_of_key(const struct telling *k, const char *key, const char *suffix)
{
    char special[32];
    const char *v = variant_told(k, key);
    snprintf(special, sizeof special, "%s%s", v, suffix);
    const char *text = *v ? text_of(k->lang, "say", key, special) : NULL;
    text = text ? text : text_of(k->lang, "say", key, suffix);
    return text ? text : text_of(k->lang, "say.once", key, suffix);
}

/* A reason with a headline of its own does not borrow the kind's explanation; a kind may read
 * otherwise for one protocol (say.deliver.udp). */
static const char *say_text(const struct telling *k, const char *suffix)
{
    const char *reason = record_reason(k->t, k->r);
    if (reason && text_of_key(k, reason, "")) {
        return text_of_key(k, reason, suffix);
    }
    char buf[48], own[96];
    const char *key = story_kind_key(k->t, k->r, buf);
    const struct packet *p = k->packet ? trace_packet(k->t, k->packet) : NULL;
    snprintf(own, sizeof own, "%s.%s", key, p && p->proto ? p->proto->name : "");
    return text_of_key(k, text_of_key(k, own, "") ? own : key, suffix);
}

/* Has this place done the same for the same reason before? A reason is explained once, and then
 * says what is particular. */
static bool is_again(const struct telling *k)
{
    for (uint32_t n = k->n - 1; n >= 1; n--) {
        const struct record *r = trace_record(k->t, n);
        if (r->kind == k->r->kind && r->where == k->r->where && r->why == k->r->why) {
            return true;
        }
    }
    return false;
}

/* A character of Chinese text ends before (begins at) s: its lead byte is E3 .. E9, or EF for full
 * forms. */
static bool is_han(uint8_t lead)
{
    return (lead >= 0xe3 && lead <= 0xe9) || lead == 0xef;
}

size_t text_close_gaps(char *text, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        bool is_gap = text[i] == ' ' && kept >= 3 && i + 1 < len &&
                      is_han((uint8_t)text[kept - 3]) && is_han((uint8_t)text[i + 1]);
        if (!is_gap) {
            text[kept++] = text[i];
        }
    }
    return kept;
}

static void close_gaps(struct buf *out, size_t from)
{
    if (out->len > from && out->data[from] == ' ') { /* a name that turned out empty */
        memmove(out->data + from, out->data + from + 1, --out->len - from);
    }
    if (out->len > from) {
        out->len = from + text_close_gaps((char *)out->data + from, out->len - from);
    }
}

void story_headline(const struct trace *t, const struct story_wire *wire, uint32_t record,
                    enum lang lang, struct buf *out)
{
    if (record >= 1 && record <= t->count) {
        struct telling k = telling_of(t, wire, record, lang, out);
        const char *text = say_text(&k, "");
        size_t from = out->len;
        telling_expand(&k, text ? text : "{node}");
        close_gaps(out, from);
    }
}

/* Sentences of the causes that have one, nearest first. */
static void say_causes(struct telling *k)
{
    uint32_t record = k->r->cause;
    for (unsigned links = 0, said = 0; record && links < LINKS && said < 2; links++) {
        struct telling cause = telling_of(k->t, k->wire, record, k->lang, k->out);
        char buf[48];
        const char *reason = record_reason(k->t, cause.r);
        const char *text = reason ? text_of(k->lang, "because", reason, "") : NULL;
        text = text ? text : text_of(k->lang, "because", story_kind_key(k->t, cause.r, buf), "");
        if (text) {
            buf_str(k->out, said++ && k->lang == LANG_EN ? " " : "");
            telling_expand(&cause, text);
        }
        record = cause.r->cause;
    }
}

void story_reason(const struct trace *t, const struct story_wire *wire, uint32_t record,
                  enum lang lang, struct buf *out)
{
    if (record < 1 || record > t->count) {
        return;
    }
    struct telling k = telling_of(t, wire, record, lang, out);
    size_t from = out->len;
    const char *reason = record_reason(t, k.r);
    bool is_special = *variant_told(&k, reason ? reason : "") != '\0';
    const char *text = is_special ? NULL : say_text(&k, ".why.again");
    text = text && is_again(&k) ? text : say_text(&k, ".why");
    const char *more = is_special ? NULL : say_text(&k, ".why.more");
    text = more && telling_repeats(&k) > MORE ? more : text;
    if (text) {
        telling_expand(&k, text);
    } else {
        say_causes(&k);
    }
    close_gaps(out, from);
}

/* What a node does by itself has its paragraph in the catalogue: say.orphan.tcp.rfc. */
const char *story_reference(const struct trace *t, uint32_t record)
{
    if (record < 1 || record > t->count) {
        return NULL;
    }
    const struct record *r = trace_record(t, record);
    const char *rfc = record_rfc(t, r);
    uint32_t packet = rfc ? 0 : story_packet(t, record);
    const struct packet *p = packet ? trace_packet(t, packet) : NULL;
    if (rfc || !p || !p->proto) {
        return rfc;
    }
    char kind[48], own[96];
    snprintf(own, sizeof own, "%s.%s", story_kind_key(t, r, kind), p->proto->name);
    return text_of(LANG_EN, "say", own, ".rfc");
}

void story_plain(const struct trace *t, const struct story_wire *wire, struct bytes marked,
                 struct buf *out)
{
    for (size_t i = 0; i < marked.len; i++) {
        if (marked.data[i] != 1) {
            buf_char(out, (char)marked.data[i]);
            continue;
        }
        uint32_t id = 0;
        for (i++; i < marked.len && marked.data[i] != 2; i++) {
            id = id * 10 + (uint32_t)(marked.data[i] - '0');
        }
        const struct packet *p = trace_packet(t, packet_before_damage(t, id));
        char label[24];
        buf_printf(out, "[%s]",
                   p ? wire->label(p->proto->name, packet_head(p), p->body.len, label) : "?");
    }
}
