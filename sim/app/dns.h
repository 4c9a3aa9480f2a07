#pragma once
/* A stub resolver and a name server (RFC 1034, 1035, 7766): questions over UDP, asked again when
 * nothing comes, and over TCP when the answer did not fit. */

#include "actor/fx.h"
#include "wire/dns.h"

extern const struct traffic_type dns_traffic;
extern const struct actor_type dns_client_type, dns_server_type;
extern const struct actor_type resolver_type; /* of a host: it looks up what others name */
extern const struct proto dns_proto;

enum dns_why {
    DNS_NO_WHY,
    DNS_ASKS,
    DNS_ASKS_AGAIN,
    DNS_ASKS_BY_TCP,
    DNS_ANSWERS,
    DNS_ANSWERS_BY_TCP,
    DNS_TRUNCATES,
    DNS_KNOWS_NOT,
    DNS_FOUND,
    DNS_NOT_FOUND,
    DNS_NO_SUCH_RECORD, /* the name is there, but has none of that type */
    DNS_CACHED,
    DNS_GIVES_UP,
    DNS_NOT_FOR_ME, /* another identifier or question, or no answer at all */
};
extern const struct reason dns_reasons[];

#define DNS_NAME_INITIAL "www.example.net"

/* A DNS message as a datagram of its own: header and all. */
void dns_send(const struct net *net, struct bytes message, unsigned why, struct fx *fx);
/* With its length before it, as TCP carries it (RFC 7766 8). */
void dns_frame(struct bytes message, struct buf *out);
/* The first message of a byte stream; false: it is not whole yet. */
bool dns_unframe(struct bytes in, struct bytes *message);
