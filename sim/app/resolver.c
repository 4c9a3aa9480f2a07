/* The resolver of a host (RFC 1034 5.3.1): it looks up the name that a program gives in the place
 * of an address. One instance looks one name up; what they learn the host keeps together, as long
 * as the records say. */
#include "actor/errno_code.h"
#include "actor/node_call.h"
#include "app/dns_inside.h"

#include <stdio.h>
#include <string.h>

#define NAMES_KEPT 16u

struct kept {
    char name[DNS_NAME_MAX + 1];
    uint32_t ip;
    sim_time until;
};

/* What a host knows; the oldest goes when there is no room. */
struct names_kept {
    struct kept list[NAMES_KEPT];
    uint32_t next;
};

struct resolver {
    struct dns_client client;
    char asked[DNS_NAME_MAX + 1];
    bool is_due; /* somebody waits for the answer */
};

static const struct kept *find_kept(const struct names_kept *names, const char *name, sim_time now)
{
    for (uint32_t i = 0; i < NAMES_KEPT; i++) {
        if (names->list[i].until > now && dns_same_name(names->list[i].name, name)) {
            return &names->list[i];
        }
    }
    return NULL;
}

static void keep(struct names_kept *names, const struct resolver *s)
{
    struct kept *k = &names->list[names->next++ % NAMES_KEPT];
    memcpy(k->name, s->asked, sizeof k->name);
    k->ip = s->client.found;
    k->until = s->client.fresh_until;
}

static void look_up(struct resolver *s, const struct input *in, struct fx *fx)
{
    snprintf(s->asked, sizeof s->asked, "%.*s", (int)in->head.len, (const char *)in->head.data);
    const struct kept *k = find_kept(in->host, s->asked, in->now);
    s->client.name = (int64_t)(intptr_t)s->asked;
    s->client.fresh_until = k ? k->until : 0;
    s->client.found = k ? k->ip : 0;
    s->is_due = true;
    dns_client_look_up(&s->client, in, fx);
}

static void tell(struct resolver *s, const struct input *in, struct fx *fx)
{
    bool is_found = s->client.state == DNS_STATE_FOUND && s->client.found;
    bool is_sure = s->client.is_sure || s->client.state == DNS_STATE_FOUND;
    struct node_found found = {.ip = s->client.found,
                               .error = is_found  ? ERR_NONE
                                        : is_sure ? ERR_EAI_NONAME
                                                  : ERR_EAI_AGAIN};
    s->is_due = false;
    if (is_found && !s->client.from_cache) {
        keep(in->host, s);
    }
    fx_indicate(fx, 0, NODE_LOOKED_UP, bytes_of(&found, sizeof found), (struct span){0});
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct resolver *s = self;
    if (in->kind == IN_START) {
        s->client.key = in->net;
    } else if (in->kind == IN_REQUEST && in->code == NODE_LOOK_UP) {
        look_up(s, in, fx);
    } else {
        dns_client_hear(&s->client, in, fx);
    }
    bool is_over = s->client.state == DNS_STATE_FOUND || s->client.state == DNS_STATE_FAILED;
    if (s->is_due && is_over) {
        tell(s, in, fx);
    }
}

#define OF(FIELD) offsetof(struct resolver, client.FIELD)
static const struct param params[] = {
    {"timeout", OF(timeout), PARAM_TIME, .initial = 5 * SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"attempts", OF(attempts), PARAM_COUNT, .initial = 2, .min = 1, .max = 100},
    {"cache", OF(cache), PARAM_SWITCH, .initial = 1, .max = 1},
    {"tcp", OF(by_tcp), PARAM_CHOICE, .initial = DNS_TCP_FALLBACK, .max = DNS_TCP_OFF,
     .choices = (const char *const[]){"fallback", "only", "never", NULL}},
    {0},
};

const struct actor_type resolver_type = {
    .name = "resolver",
    .proto = &dns_proto,
    .size = sizeof(struct resolver),
    .host_size = sizeof(struct names_kept),
    .reads_bytes = true,
    .machines = dns_client_machines,
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = dns_client_timers,
    .reasons = dns_reasons,
    .vars = dns_client_vars,
    .params = params,
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = dns_client_read,
    .free = dns_client_free,
};
