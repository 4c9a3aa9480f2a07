/* Text to packet, a function a rule of the grammar. The present word is looked at; what takes it
 * moves on to the next. */
#include "wire/notation.h"
#include "wire/notation_words.h"

#include <string.h>

/* A text under way: the present word, empty at the end, and the one before it. */
struct reader {
    const char *rest;
    char word[128], before[128];
    struct err *err;
};

static void next(struct reader *r)
{
    memcpy(r->before, r->word, sizeof r->before);
    r->rest += strspn(r->rest, " \t");
    size_t len = strcspn(r->rest, " \t");
    size_t kept = len < sizeof r->word ? len : sizeof r->word - 1;
    memcpy(r->word, r->rest, kept);
    r->word[kept] = '\0';
    if (kept < len) {
        r->word[kept - 1] = '?'; /* no word of the grammar is as long: it must not read as one */
    }
    r->rest += len;
}

static bool is_word(const struct reader *r, const char *word)
{
    return strcmp(r->word, word) == 0;
}

static bool refuse(struct reader *r, const char *key)
{
    err_fail(r->err, r->word[0] ? key : "notation.end", "word", r->word[0] ? r->word : r->before,
             NULL);
    return false;
}

/* Digits at *text that make at most `max`; *text moves behind them. */
static bool digits(const char **text, uint64_t max, uint64_t *value)
{
    const char *p = *text;
    *value = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        *value = *value * 10 + (uint64_t)(*p - '0');
        if (*value > max) {
            return false;
        }
    }
    bool some = p > *text;
    *text = p;
    return some;
}

/* The present word is a number of at most `max`; moves on. */
static bool number(struct reader *r, uint32_t max, uint32_t *value)
{
    const char *text = r->word;
    uint64_t n = 0;
    if (!digits(&text, max, &n) || *text) {
        return refuse(r, "notation.number");
    }
    *value = (uint32_t)n;
    next(r);
    return true;
}

/* "word N": the number behind the present word. */
static bool named(struct reader *r, uint32_t max, uint32_t *value)
{
    next(r);
    return number(r, max, value);
}

static bool small(struct reader *r, uint16_t *value)
{
    uint32_t n = 0;
    if (!named(r, UINT16_MAX, &n)) {
        return false;
    }
    *value = (uint16_t)n;
    return true;
}

/* A number told against `isn`. */
static bool sequence(const char **text, seq32 isn, seq32 *out)
{
    bool is_below = **text == '-';
    uint64_t n;
    *text += is_below;
    if (!digits(text, UINT32_MAX, &n)) {
        return false;
    }
    *out = seq_add(isn, is_below ? 0 - (uint32_t)n : (uint32_t)n);
    return true;
}

static bool pair(const char **text, seq32 isn, seq32 *a, seq32 *b)
{
    if (!sequence(text, isn, a) || **text != ':') {
        return false;
    }
    ++*text;
    return sequence(text, isn, b);
}

/* The present word is A:B; moves on. */
static bool whole_pair(struct reader *r, seq32 isn, seq32 *a, seq32 *b)
{
    const char *text = r->word;
    if (!pair(&text, isn, a, b) || *text) {
        return refuse(r, "notation.pair");
    }
    next(r);
    return true;
}

static bool read_ack(struct reader *r, seq32 peer_isn, struct tcp_seg *seg)
{
    next(r);
    const char *text = r->word;
    if (!sequence(&text, peer_isn, &seg->ack) || *text) {
        return refuse(r, "notation.number");
    }
    next(r);
    return true;
}

static bool read_sack(struct reader *r, seq32 peer_isn, struct tcp_seg *seg)
{
    next(r);
    const char *text = r->word;
    seg->options |= TCP_OPT_SACK;
    seg->sack_count = 0;
    do {
        struct tcp_sack *block = &seg->sack[seg->sack_count];
        text += seg->sack_count > 0;
        if (seg->sack_count == TCP_SACK_BLOCKS ||
            !pair(&text, peer_isn, &block->left, &block->right)) {
            return refuse(r, "notation.sack");
        }
        seg->sack_count++;
    } while (*text == ',');
    if (*text) {
        return refuse(r, "notation.sack");
    }
    next(r);
    return true;
}

static bool read_timestamps(struct reader *r, struct tcp_seg *seg)
{
    seq32 val, ecr;
    next(r);
    if (!whole_pair(r, seq(0), &val, &ecr)) {
        return false;
    }
    seg->options |= TCP_OPT_TIMESTAMPS;
    seg->ts_val = val.v;
    seg->ts_ecr = ecr.v;
    return true;
}

/* One part of a segment behind SEQ:END. */
static bool read_part(struct reader *r, struct notation_style style, struct notation *out)
{
    struct tcp_seg *seg = &out->tcp;
    uint32_t n = 0;
    if (is_word(r, "ack")) {
        return read_ack(r, style.peer_isn, seg);
    }
    if (is_word(r, "win")) {
        out->has_window = true;
        return small(r, &seg->window);
    }
    if (is_word(r, "urg")) {
        return small(r, &seg->urgent);
    }
    if (is_word(r, "mss")) {
        seg->options |= TCP_OPT_MSS;
        return small(r, &seg->mss);
    }
    if (is_word(r, "wscale")) {
        seg->options |= TCP_OPT_WSCALE;
        bool is_right = named(r, UINT8_MAX, &n);
        seg->wscale = (uint8_t)n;
        return is_right;
    }
    if (is_word(r, "sackOK")) {
        seg->options |= TCP_OPT_SACK_OK;
        next(r);
        return true;
    }
    if (is_word(r, "ts")) {
        return read_timestamps(r, seg);
    }
    return is_word(r, "sack") ? read_sack(r, style.peer_isn, seg) : refuse(r, "notation.tcp-word");
}

/* False: not all letters are flags, one stands twice, or there is none. */
static bool read_flags(const char *word, uint8_t *flags)
{
    *flags = 0;
    for (const char *p = strcmp(word, "-") ? word : ""; *p; p++) {
        unsigned i = 0;
        while (i < FLAG_COUNT && flag_letters[i].letter != *p) {
            i++;
        }
        if (i == FLAG_COUNT || (*flags & flag_letters[i].bit)) {
            return false;
        }
        *flags |= flag_letters[i].bit;
    }
    return word[0] != '\0';
}

static bool read_tcp(struct reader *r, struct notation_style style, struct notation *out)
{
    seq32 end;
    out->kind = NOTATION_TCP;
    if (!read_flags(r->word, &out->tcp.flags)) {
        return refuse(r, "notation.first");
    }
    next(r);
    if (!whole_pair(r, style.isn, &out->tcp.seq, &end)) {
        return false;
    }
    if (seq_lt(end, out->tcp.seq)) {
        err_fail(r->err, "notation.backwards", NULL);
        return false;
    }
    out->len = out->tcp.len = end.v - out->tcp.seq.v;
    while (r->word[0]) {
        if (!read_part(r, style, out)) {
            return false;
        }
    }
    return true;
}

static bool read_len(struct reader *r, uint32_t *len)
{
    return !is_word(r, "len") || named(r, UINT32_MAX, len);
}

static bool read_arq(struct reader *r, enum arq_kind kind, struct notation *out)
{
    uint32_t channel = 0;
    out->kind = NOTATION_ARQ;
    out->arq.kind = kind;
    if (!small(r, &out->arq.number) ||
        (is_word(r, "ch") && !named(r, ARQ_CHANNELS - 1, &channel))) {
        return false;
    }
    out->arq.channel = (uint8_t)channel;
    return read_len(r, &out->len);
}

static bool read_udp(struct reader *r, struct notation *out)
{
    uint64_t from, to;
    out->kind = NOTATION_UDP;
    next(r);
    const char *text = r->word;
    if (!digits(&text, UINT16_MAX, &from) || *text++ != '>' || !digits(&text, UINT16_MAX, &to) ||
        *text) {
        return refuse(r, "notation.ports");
    }
    out->src_port = (uint16_t)from;
    out->dst_port = (uint16_t)to;
    next(r);
    return read_len(r, &out->len);
}

static bool read_echo(struct reader *r, struct notation *out)
{
    next(r);
    if (!is_word(r, "id")) {
        return refuse(r, "notation.echo");
    }
    if (!small(r, &out->icmp.id)) {
        return false;
    }
    if (!is_word(r, "seq")) {
        return refuse(r, "notation.echo");
    }
    return small(r, &out->icmp.number) && read_len(r, &out->len);
}

static bool read_code(struct reader *r, struct icmp *m)
{
    uint32_t code = 0;
    for (uint8_t i = 0; m->type == ICMP_UNREACHABLE && i <= ICMP_PORT; i++) {
        if (is_word(r, code_words[i])) {
            m->code = i;
            next(r);
            return true;
        }
    }
    if (!is_word(r, "code")) {
        return refuse(r, "notation.code");
    }
    bool is_right = named(r, UINT8_MAX, &code);
    m->code = (uint8_t)code;
    return is_right;
}

static bool read_icmp(struct reader *r, struct notation *out)
{
    struct icmp *m = &out->icmp;
    out->kind = NOTATION_ICMP;
    next(r);
    if (is_word(r, "ECHO") || is_word(r, "ECHO-REPLY")) {
        m->type = is_word(r, "ECHO") ? ICMP_ECHO : ICMP_ECHO_REPLY;
        return read_echo(r, out);
    }
    if (is_word(r, "TOO-BIG")) {
        *m = (struct icmp){.type = ICMP_UNREACHABLE, .code = ICMP_TOO_BIG};
        next(r);
        return is_word(r, "mtu") ? small(r, &m->mtu) : refuse(r, "notation.mtu");
    }
    if (is_word(r, "UNREACHABLE") || is_word(r, "TIME-EXCEEDED")) {
        m->type = is_word(r, "UNREACHABLE") ? ICMP_UNREACHABLE : ICMP_TIME_EXCEEDED;
        next(r);
        return (m->type == ICMP_TIME_EXCEEDED && !r->word[0]) || read_code(r, m);
    }
    return refuse(r, "notation.icmp");
}

/* The present word, if it is one, is the time; moves on. */
static bool read_time(struct reader *r, struct notation *out)
{
    const char *text = r->word;
    uint64_t seconds, fraction = 0;
    if (*text < '0' || *text > '9' || strchr(text, '>')) {
        return true; /* an address may tell a host */
    }
    if (!digits(&text, SIM_NEVER / SIM_S - 1, &seconds)) {
        return refuse(r, "notation.time");
    }
    if (*text == '.') {
        const char *first = ++text;
        if (!digits(&text, SIM_S - 1, &fraction) || text - first > 9) {
            return refuse(r, "notation.time");
        }
        for (ptrdiff_t i = text - first; i < 9; i++) {
            fraction *= 10;
        }
    }
    if (*text) {
        return refuse(r, "notation.time");
    }
    out->has_time = true;
    out->at = (sim_time)seconds * SIM_S + (sim_time)fraction;
    next(r);
    return true;
}

/* The present word, if it has a '>' in it, tells the hosts; moves on. */
static bool read_hosts(struct reader *r, struct notation *out)
{
    const char *middle = strchr(r->word, '>');
    if (!middle) {
        return true;
    }
    size_t from = (size_t)(middle - r->word), to = strlen(middle + 1);
    if (from == 0 || to == 0 || from >= NOTATION_NAME || to >= NOTATION_NAME ||
        strchr(middle + 1, '>')) {
        return refuse(r, "notation.hosts");
    }
    memcpy(out->from, r->word, from);
    memcpy(out->to, middle + 1, to);
    next(r);
    return true;
}

static bool read_body(struct reader *r, struct notation_style style, struct notation *out)
{
    for (int kind = ARQ_DATA; kind <= ARQ_NAK; kind++) {
        if (is_word(r, arq_words[kind])) {
            return read_arq(r, (enum arq_kind)kind, out);
        }
    }
    if (is_word(r, "udp")) {
        return read_udp(r, out);
    }
    return is_word(r, "icmp") ? read_icmp(r, out) : read_tcp(r, style, out);
}

bool notation_parse(const char *text, struct notation_style style, struct notation *out,
                    struct err *err)
{
    struct reader r = {.rest = text, .err = err};
    *out = (struct notation){0};
    next(&r);
    if (!r.word[0]) {
        err_fail(err, "notation.empty", NULL);
        return false;
    }
    return read_time(&r, out) && read_hosts(&r, out) && read_body(&r, style, out) &&
           (!r.word[0] || refuse(&r, "notation.left-over"));
}
