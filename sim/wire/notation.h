#pragma once
/* The one text form of a packet, for golden files, failures, labels, the terminal and table tests:
 *
 *    0.100 client>server S 0:0 win 65535 mss 1460
 *
 *    packet  = [TIME] [HOST ">" HOST] (tcp | arq | udp | icmp)
 *    tcp     = FLAGS SEQ ":" END ["ack" N] ["win" N] ["urg" N] {option}
 *    option  = "mss" N | "wscale" N | "sackOK" | "ts" VAL ":" ECR | "sack" A ":" B {"," A ":" B}
 *    arq     = ("DATA" | "ACK" | "NAK") N ["ch" N] ["len" N]
 *    udp     = "udp" PORT ">" PORT ["len" N]
 *    icmp    = "icmp" ("ECHO" | "ECHO-REPLY") "id" N "seq" N ["len" N]
 *            | "icmp" "UNREACHABLE" ("net" | "host" | "protocol" | "port" | "code" N)
 *            | "icmp" "TOO-BIG" "mtu" N  |  "icmp" "TIME-EXCEEDED" ["code" N]
 *
 * TIME is seconds with up to nine decimals. FLAGS are letters in the order S F R P . E W U (a dot
 * is ACK; E is ECE, W is CWR), or "-" for none. END - SEQ is the payload's length: SYN and FIN do
 * not count. Words are separated by spaces; optional parts that are printed stand in this order,
 * and are read in any.
 *
 * Sequence numbers are printed less the sender's ISN, acknowledgements and SACK blocks less the
 * peer's; up to 65535 below it as -N. With ISNs of zero the numbers are absolute. */

#include "base/err.h"
#include "base/simtime.h"
#include "wire/arq.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

#define NOTATION_NAME 64 /* bytes of a host's name and the final zero */

enum notation_kind { NOTATION_TCP, NOTATION_ARQ, NOTATION_UDP, NOTATION_ICMP };

struct notation {
    bool has_time;
    sim_time at;
    char from[NOTATION_NAME], to[NOTATION_NAME]; /* empty: not said */
    enum notation_kind kind;
    uint32_t len;       /* payload, bytes */
    bool has_window;    /* tcp.window was said */
    struct tcp_seg tcp; /* absolute numbers; len as above */
    struct arq_frame arq;
    uint16_t src_port, dst_port; /* udp */
    struct icmp icmp;            /* an error without its quote */
};

/* What numbers are told against, and how much of a TCP segment is told. */
struct notation_style {
    seq32 isn, peer_isn;
    bool window, options;
};

/* False: err says which word is wrong and what would be right. */
bool notation_parse(const char *text, struct notation_style style, struct notation *out,
                    struct err *err);
void notation_print(const struct notation *n, struct notation_style style, struct buf *out);

/* From a packet: everything but time and hosts. False: its header does not read, or its protocol
 * has no notation of its own. */
bool notation_of(const char *proto, struct bytes head, uint32_t body_len, struct notation *out);
/* The name of the wire format it is a packet of. */
const char *notation_proto(const struct notation *n);
/* Appends the header bytes it stands for, checks zero. */
void notation_head(const struct notation *n, struct buf *out);

/* A packet of any protocol: its notation, or "dhcp DHCPOFFER len 300". */
void notation_packet(const char *proto, struct bytes head, uint32_t body_len,
                     struct notation_style style, struct buf *out);
