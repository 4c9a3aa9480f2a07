#pragma once
/* What the resolver that traffic declares and the one of a host share: one question at a time. */

#include "app/dns.h"
#include "app/talk.h"

enum { DNS_IDLE, DNS_BY_UDP, DNS_BY_TCP, DNS_STATE_FOUND, DNS_STATE_FAILED };
enum { DNS_TYPE_A, DNS_TYPE_TXT, DNS_TYPE_AAAA };
enum { DNS_TCP_FALLBACK, DNS_TCP_ONLY, DNS_TCP_OFF };

struct dns_client {
    int64_t name, type, timeout, attempts, count, interval, cache,
        by_tcp; /* settings; name: a text */
    struct net key;
    struct talk talk;
    uint16_t id;
    unsigned state;
    int64_t looked; /* names looked up so far, this one included */
    uint32_t tries;
    uint32_t drawn;
    sim_time began, took, fresh_until;
    uint32_t found; /* the first address of the last answer, 0: it had none */
    bool is_sure;   /* the last failure: the name has no address, says who knows */
    uint64_t queries, answers, over_tcp, from_cache, failed;
};

void dns_client_look_up(struct dns_client *s, const struct input *in, struct fx *fx);
/* Packets, what TCP says, the timer. */
void dns_client_hear(struct dns_client *s, const struct input *in, struct fx *fx);
void dns_client_free(void *self);
void dns_client_read(const void *self, int64_t *out);
extern const struct machine dns_client_machines[];
extern const struct timer dns_client_timers[];
extern const struct var dns_client_vars[];
