/* A packet as text, in the order of the grammar; notation_read.c is the way back. */
#include "wire/notation.h"
#include "wire/notation_words.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <string.h>

const struct flag_letter flag_letters[FLAG_COUNT] = {
    {'S', TCP_SYN}, {'F', TCP_FIN}, {'R', TCP_RST}, {'P', TCP_PSH},
    {'.', TCP_ACK}, {'E', TCP_ECE}, {'W', TCP_CWR}, {'U', TCP_URG},
};
const char *const arq_words[ARQ_NAK + 1] = {"", "DATA", "ACK", "NAK"};
const char *const code_words[ICMP_PORT + 1] = {"net", "host", "protocol", "port"};

static void print_number(seq32 n, seq32 isn, struct buf *out)
{
    uint32_t relative = n.v - isn.v;
    bool is_below = isn.v != 0 && relative > UINT32_MAX - 65535;
    buf_printf(out, is_below ? "-%" PRIu32 : "%" PRIu32, is_below ? 0 - relative : relative);
}

static void print_pair(seq32 a, seq32 b, seq32 isn, struct buf *out)
{
    print_number(a, isn, out);
    buf_char(out, ':');
    print_number(b, isn, out);
}

static void print_options(const struct tcp_seg *seg, seq32 peer_isn, struct buf *out)
{
    if (seg->options & TCP_OPT_MSS) {
        buf_printf(out, " mss %u", seg->mss);
    }
    if (seg->options & TCP_OPT_WSCALE) {
        buf_printf(out, " wscale %u", seg->wscale);
    }
    if (seg->options & TCP_OPT_SACK_OK) {
        buf_str(out, " sackOK");
    }
    if (seg->options & TCP_OPT_TIMESTAMPS) {
        buf_printf(out, " ts %" PRIu32 ":%" PRIu32, seg->ts_val, seg->ts_ecr);
    }
    for (unsigned i = 0; (seg->options & TCP_OPT_SACK) && i < seg->sack_count; i++) {
        buf_str(out, i ? "," : " sack ");
        print_pair(seg->sack[i].left, seg->sack[i].right, peer_isn, out);
    }
}

static void print_tcp(const struct notation *n, struct notation_style style, struct buf *out)
{
    const struct tcp_seg *seg = &n->tcp;
    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        if (seg->flags & flag_letters[i].bit) {
            buf_char(out, flag_letters[i].letter);
        }
    }
    buf_str(out, seg->flags ? " " : "- ");
    print_pair(seg->seq, seq_add(seg->seq, n->len), style.isn, out);
    if ((seg->flags & TCP_ACK) || seg->ack.v) {
        buf_str(out, " ack ");
        print_number(seg->ack, style.peer_isn, out);
    }
    if (style.window) {
        buf_printf(out, " win %u", seg->window);
    }
    if ((seg->flags & TCP_URG) || seg->urgent) {
        buf_printf(out, " urg %u", seg->urgent);
    }
    if (style.options) {
        print_options(seg, style.peer_isn, out);
    }
}

static void print_len(uint32_t len, struct buf *out)
{
    if (len > 0) {
        buf_printf(out, " len %" PRIu32, len);
    }
}

static void print_arq(const struct notation *n, struct buf *out)
{
    buf_printf(out, "%s %u", arq_words[n->arq.kind], n->arq.number);
    if (n->arq.channel) {
        buf_printf(out, " ch %u", n->arq.channel);
    }
    print_len(n->len, out);
}

static void print_icmp(const struct notation *n, struct buf *out)
{
    const struct icmp *m = &n->icmp;
    uint8_t head[ICMP_HEADER];
    icmp_encode(m, head);
    buf_printf(out, "icmp %s", packet_is("icmp", bytes_of(head, sizeof head), n->len));
    if (!icmp_is_error(m)) {
        buf_printf(out, " id %u seq %u", m->id, m->number);
        print_len(n->len, out);
    } else if (m->type == ICMP_UNREACHABLE && m->code == ICMP_TOO_BIG) {
        buf_printf(out, " mtu %u", m->mtu);
    } else if (m->type == ICMP_UNREACHABLE && m->code <= ICMP_PORT) {
        buf_printf(out, " %s", code_words[m->code]);
    } else if (m->type == ICMP_UNREACHABLE || m->code) {
        buf_printf(out, " code %u", m->code);
    }
}

void notation_print(const struct notation *n, struct notation_style style, struct buf *out)
{
    char seconds[32];
    if (n->has_time) {
        buf_printf(out, "%s ", time_print(n->at, seconds));
    }
    if (n->from[0]) {
        buf_printf(out, "%s>%s ", n->from, n->to);
    }
    switch (n->kind) {
    case NOTATION_TCP: print_tcp(n, style, out); return;
    case NOTATION_ARQ: print_arq(n, out); return;
    case NOTATION_UDP:
        buf_printf(out, "udp %u>%u", n->src_port, n->dst_port);
        print_len(n->len, out);
        return;
    case NOTATION_ICMP: print_icmp(n, out); return;
    }
}

static const char *const protos[] = {"tcp", "arq", "udp", "icmp"};

const char *notation_proto(const struct notation *n)
{
    return protos[n->kind];
}

/* Other messages of ICMP have names that do not tell all of them. */
static bool has_words(const struct icmp *m)
{
    return icmp_is_error(m) || m->type == ICMP_ECHO || m->type == ICMP_ECHO_REPLY;
}

static bool read_head(struct bytes head, struct notation *out)
{
    struct udp udp;
    switch (out->kind) {
    case NOTATION_TCP: return tcp_decode(head, out->len, &out->tcp);
    case NOTATION_ARQ: return arq_decode(head, &out->arq);
    case NOTATION_UDP:
        if (!udp_decode(head, &udp)) {
            return false;
        }
        out->src_port = udp.from;
        out->dst_port = udp.to;
        return true;
    case NOTATION_ICMP: return icmp_decode(head, &out->icmp) && has_words(&out->icmp);
    }
    return false;
}

bool notation_of(const char *proto, struct bytes head, uint32_t body_len, struct notation *out)
{
    for (unsigned kind = 0; kind < sizeof protos / sizeof *protos; kind++) {
        if (strcmp(protos[kind], proto) == 0) {
            *out = (struct notation){
                .kind = (enum notation_kind)kind, .len = body_len, .has_window = true};
            return read_head(head, out);
        }
    }
    return false;
}

void notation_head(const struct notation *n, struct buf *out)
{
    uint8_t tcp[TCP_HEADER_MAX];
    switch (n->kind) {
    case NOTATION_TCP: buf_add(out, bytes_of(tcp, tcp_encode(&n->tcp, tcp))); return;
    case NOTATION_ARQ: arq_encode(&n->arq, buf_extend(out, ARQ_HEADER)); return;
    case NOTATION_UDP:
        udp_encode(n->src_port, n->dst_port, n->len, buf_extend(out, UDP_HEADER));
        return;
    case NOTATION_ICMP: icmp_encode(&n->icmp, buf_extend(out, ICMP_HEADER)); return;
    }
}

void notation_packet(const char *proto, struct bytes head, uint32_t body_len,
                     struct notation_style style, struct buf *out)
{
    struct notation n;
    if (notation_of(proto, head, body_len, &n)) {
        notation_print(&n, style, out);
        return;
    }
    buf_printf(out, "%s %s", proto, packet_is(proto, head, body_len));
    if (body_len > 0) {
        buf_printf(out, " len %" PRIu32, body_len);
    }
}
