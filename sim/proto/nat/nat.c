/* One mapping for each address and port inside, whoever it speaks to (endpoint-independent mapping,
 * RFC 4787 REQ-1), with a session for each remote end. A mapping lives as long as one of its
 * sessions. The port outside is the one inside if that is free, else the next free one. The table
 * forgets by an idle timer: nothing keeps a run open only to be forgotten. */
#include "proto/nat/nat.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "base/map.h"
#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ICMP = 1, TCP = 6, UDP = 17 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };
enum filtering { BY_NOTHING, BY_ADDRESS, BY_PORT };
enum mapping_state { ABSENT, OPENING, OPEN, CLOSING };

enum why {
    NO_REASON,
    NEW,
    ESTABLISHED,
    CLOSES,
    FORGOTTEN,
    NOBODY,   /* from outside, to a port without a mapping */
    STRANGER, /* to a mapping that has not spoken to that end */
    TOO_LATE, /* from inside: a connection that the table does not know */
    FULL
};
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [NEW] = {"nat.new", "RFC 3022 3.1"},
    [ESTABLISHED] = {"nat.established", "RFC 5382 5"},
    [CLOSES] = {"nat.closes", "RFC 5382 5"},
    [FORGOTTEN] = {"nat.forgotten", "RFC 4787 4.3"},
    [NOBODY] = {"nat.nobody", "RFC 4787 5"},
    [STRANGER] = {"nat.stranger", "RFC 4787 5"},
    [TOO_LATE] = {"nat.too-late", "RFC 5382 5"},
    [FULL] = {"nat.full", "RFC 4787 4.2"},
    {0},
};

struct session {
    struct addr remote;
    sim_time until;
    uint8_t seen; /* directions in which something but a SYN passed; then those with a FIN */
    uint8_t fins;
    uint8_t state; /* enum mapping_state */
};

struct mapping {
    struct addr inside;
    uint16_t port; /* outside */
    uint8_t protocol, state;
    struct session *sessions; /* owned */
    uint32_t count, cap;      /* count 0: the place is free */
};

struct nat {
    int64_t udp, icmp, established, transitory, filtering; /* settings */
    uint32_t outside;
    struct mapping *mappings; /* owned */
    uint32_t count, cap, in_use;
    struct map by_inside;  /* hash of protocol, address, port -> 1 + index; 0: none */
    struct map by_outside; /* protocol << 16 | port -> 1 + index; 0: none */
    uint32_t next[2];      /* where the search for a free port goes on: from 1024, below */
    sim_time armed;
};

static uint64_t inside_key(uint8_t protocol, struct addr a)
{
    return (uint64_t)protocol << 48 | (uint64_t)a.ip << 16 | a.port;
}

static uint64_t outside_key(uint8_t protocol, uint16_t port)
{
    return (uint64_t)protocol << 16 | port;
}

/* For the trace: protocol, address inside and port outside. */
static int64_t item_key(const struct mapping *m)
{
    return (int64_t)((uint64_t)m->protocol << 48 | (uint64_t)m->inside.ip << 16 | m->port);
}

/* "tcp 192.168.1.5 = :49152" */
static char *print_key(int64_t key, char buf[48])
{
    unsigned protocol = (unsigned)(key >> 48);
    char ip[16];
    snprintf(buf, 48, "%s %s = :%u",
             protocol == TCP   ? "tcp"
             : protocol == UDP ? "udp"
                               : "icmp",
             ip_print((uint32_t)(key >> 16), ip), (unsigned)key & 0xffff);
    return buf;
}

static struct mapping *find(const struct map *map, uint64_t key, const struct nat *n)
{
    uint64_t found = map_get(map, key);
    return found ? &n->mappings[found - 1] : NULL;
}

static void enter(struct mapping *m, enum mapping_state state, enum why why, struct fx *fx)
{
    if (m->state != state) {
        m->state = (uint8_t)state;
        fx_item(fx, 0, item_key(m), state, why);
    }
}

/* The port inside if it is free outside; else the next free one, privileged or not as that is. */
static uint16_t free_port(struct nat *n, uint8_t protocol, uint16_t wanted)
{
    bool is_low = wanted < 1024;
    uint32_t low = is_low ? 1 : 1024, count = is_low ? 1023 : 64512;
    if (wanted && !map_get(&n->by_outside, outside_key(protocol, wanted))) {
        return wanted;
    }
    uint32_t *next = &n->next[is_low];
    *next = *next ? *next : wanted;
    for (uint32_t i = 0; i < count; i++) {
        *next = *next + 1 < low + count && *next >= low ? *next + 1 : low;
        if (!map_get(&n->by_outside, outside_key(protocol, (uint16_t)*next))) {
            return (uint16_t)*next;
        }
    }
    return 0;
}

static struct mapping *free_place(struct nat *n)
{
    for (uint32_t i = 0; n->in_use < n->count && i < n->count; i++) {
        if (n->mappings[i].count == 0) {
            return &n->mappings[i];
        }
    }
    if (n->count == n->cap) {
        n->cap = n->cap ? 2 * n->cap : 8;
        n->mappings = os_realloc(n->mappings, n->cap * sizeof *n->mappings);
    }
    n->mappings[n->count] = (struct mapping){0};
    return &n->mappings[n->count++];
}

static struct mapping *add_mapping(struct nat *n, uint8_t protocol, struct addr inside,
                                   struct fx *fx)
{
    uint16_t port = free_port(n, protocol, inside.port);
    if (port == 0) {
        fx_note(fx, FULL);
        return NULL;
    }
    struct mapping *m = free_place(n);
    struct session *kept = m->sessions;
    uint32_t cap = m->cap;
    *m = (struct mapping){
        .inside = inside, .port = port, .protocol = protocol, .sessions = kept, .cap = cap};
    n->in_use++;
    *map_put(&n->by_inside, inside_key(protocol, inside)) = (uint64_t)(m - n->mappings) + 1;
    *map_put(&n->by_outside, outside_key(protocol, port)) = (uint64_t)(m - n->mappings) + 1;
    enter(m, protocol == TCP ? OPENING : OPEN, NEW, fx);
    return m;
}

static struct session *session_with(const struct mapping *m, struct addr remote)
{
    for (uint32_t i = 0; m && i < m->count; i++) {
        if (m->sessions[i].remote.ip == remote.ip && m->sessions[i].remote.port == remote.port) {
            return &m->sessions[i];
        }
    }
    return NULL;
}

static struct session *add_session(struct mapping *m, struct addr remote)
{
    if (m->count == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 2;
        m->sessions = os_realloc(m->sessions, m->cap * sizeof *m->sessions);
    }
    m->sessions[m->count] =
        (struct session){.remote = remote, .state = m->protocol == TCP ? OPENING : OPEN};
    return &m->sessions[m->count++];
}

/* RFC 5382 5: a connection is established when both ends have acknowledged, and closes with a FIN
 * from both or a RST. */
static void follow_tcp(struct session *s, uint8_t flags, bool is_inbound)
{
    uint8_t way = is_inbound ? 2 : 1;
    s->seen |= flags & ACK ? way : 0;
    s->fins |= flags & FIN ? way : 0;
    if (flags & RST || s->fins == 3) {
        s->state = CLOSING;
    } else if ((flags & (SYN | ACK)) == SYN && !is_inbound) {
        s->state = OPENING; /* the ports are used again */
        s->seen = s->fins = 0;
    } else if (s->seen == 3 && s->state == OPENING) {
        s->state = OPEN;
    }
}

static sim_time lifetime(const struct nat *n, const struct mapping *m, const struct session *s)
{
    return m->protocol == UDP    ? n->udp
           : m->protocol == ICMP ? n->icmp
           : s->state == OPEN    ? n->established
                                 : n->transitory;
}

/* What the mapping as a whole is: open if one of its sessions is. */
static void show(struct mapping *m, struct fx *fx)
{
    enum mapping_state state = CLOSING;
    for (uint32_t i = 0; i < m->count; i++) {
        if (m->sessions[i].state != CLOSING && state != OPEN) {
            state = (enum mapping_state)m->sessions[i].state;
        }
    }
    enter(m, state, state == OPEN ? ESTABLISHED : state == CLOSING ? CLOSES : NEW, fx);
}

static void arm(struct nat *n, sim_time until, struct fx *fx)
{
    if (n->armed == 0 || until < n->armed) {
        n->armed = until;
        fx_timer(fx, 0, 0, until);
    }
}

/* Something passed: the session lives on. */
static void refresh(struct nat *n, struct mapping *m, struct session *s,
                    const struct node_translate *t, sim_time now, struct fx *fx)
{
    if (m->protocol == TCP) {
        follow_tcp(s, t->flags, t->is_inbound);
    }
    s->until = time_add(now, lifetime(n, m, s));
    show(m, fx);
    arm(n, s->until, fx);
}

static void answer(const struct node_translate *t, bool is_good, struct addr from, struct addr to,
                   struct fx *fx)
{
    struct node_translate out = *t;
    out.is_good = is_good;
    out.from = from;
    out.to = to;
    fx_indicate(fx, 0, NODE_TRANSLATED, bytes_of(&out, sizeof out), (struct span){0});
}

static void refuse(const struct node_translate *t, enum why why, struct fx *fx)
{
    fx_note(fx, why);
    answer(t, false, t->from, t->to, fx);
}

/* Only a SYN begins a connection; what belongs to one that is not known is too late. */
static bool may_begin(const struct node_translate *t)
{
    return !t->is_error && (t->protocol != TCP || (t->flags & (SYN | ACK | RST)) == SYN);
}

/* The mapping by which a packet from inside leaves; NULL: refused, and told. */
static struct mapping *leave(struct nat *n, const struct node_translate *t, sim_time now,
                             struct fx *fx)
{
    struct mapping *m = find(&n->by_inside, inside_key(t->protocol, t->from), n);
    struct session *s = session_with(m, t->to);
    if (!s && !may_begin(t)) {
        refuse(t, TOO_LATE, fx);
        return NULL;
    }
    if (t->is_error) {
        return m;
    }
    m = m ? m : add_mapping(n, t->protocol, t->from, fx);
    if (!m) {
        answer(t, false, t->from, t->to, fx);
        return NULL;
    }
    s = s ? s : add_session(m, t->to);
    refresh(n, m, s, t, now, fx);
    return m;
}

static bool is_filtered(const struct nat *n, const struct mapping *m, struct addr remote)
{
    bool knows = n->filtering == BY_NOTHING;
    for (uint32_t i = 0; i < m->count && !knows; i++) {
        const struct addr *r = &m->sessions[i].remote;
        knows = r->ip == remote.ip && (n->filtering == BY_ADDRESS || r->port == remote.port);
    }
    return !knows;
}

/* Who inside gets what comes to a port outside; NULL: refused, and told. */
static struct mapping *come_in(struct nat *n, const struct node_translate *t, sim_time now,
                               struct fx *fx)
{
    struct mapping *m = find(&n->by_outside, outside_key(t->protocol, t->to.port), n);
    if (!m) {
        refuse(t, NOBODY, fx);
        return NULL;
    }
    if (is_filtered(n, m, t->from)) {
        refuse(t, STRANGER, fx);
        return NULL;
    }
    struct session *s = session_with(m, t->from);
    if (!t->is_error && (s || m->protocol != TCP)) {
        refresh(n, m, s ? s : add_session(m, t->from), t, now, fx);
    }
    return m;
}

/* RFC 4787 REQ-9: from inside to a port outside goes out and comes in again. */
static void translate(struct nat *n, struct node_translate t, sim_time now, struct fx *fx)
{
    struct addr from = t.from, to = t.to;
    bool turns_back = t.is_inbound && t.is_from_inside;
    if (!t.is_inbound || turns_back) {
        t.is_inbound = false;
        const struct mapping *m = leave(n, &t, now, fx);
        if (!m) {
            return;
        }
        from = (struct addr){n->outside, m->port};
        t.is_inbound = turns_back;
        t.from = from;
    }
    if (t.is_inbound) {
        const struct mapping *m = come_in(n, &t, now, fx);
        if (!m) {
            return;
        }
        to = m->inside;
    }
    answer(&t, true, from, to, fx);
}

static void forget(struct nat *n, struct mapping *m, struct fx *fx)
{
    n->in_use--;
    *map_put(&n->by_inside, inside_key(m->protocol, m->inside)) = 0;
    *map_put(&n->by_outside, outside_key(m->protocol, m->port)) = 0;
    enter(m, ABSENT, NO_REASON, fx);
    fx_note(fx, FORGOTTEN);
}

/* Sessions whose time is over go, and with the last of them the mapping. */
static void expire(struct nat *n, sim_time now, struct fx *fx)
{
    sim_time next = SIM_NEVER;
    for (uint32_t i = 0; i < n->count; i++) {
        struct mapping *m = &n->mappings[i];
        uint32_t kept = 0;
        for (uint32_t k = 0; k < m->count; k++) {
            if (m->sessions[k].until > now) {
                next = m->sessions[k].until < next ? m->sessions[k].until : next;
                m->sessions[kept++] = m->sessions[k];
            }
        }
        bool is_over = m->count > 0 && kept == 0;
        m->count = kept;
        if (is_over) {
            forget(n, m, fx);
        }
    }
    n->armed = 0;
    if (next != SIM_NEVER) {
        arm(n, next, fx);
    }
}

static void nat_step(void *self, const struct input *in, struct fx *fx)
{
    struct nat *n = self;
    struct node_translate t;
    struct node_interface i;
    if (in->kind == IN_REQUEST && in->code == NODE_TRANSLATE) {
        memcpy(&t, in->head.data, sizeof t);
        translate(n, t, in->now, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_INTERFACE) {
        memcpy(&i, in->head.data, sizeof i);
        n->outside = i.ip;
    } else if (in->kind == IN_TIMER) {
        expire(n, in->now, fx);
    }
}

static void nat_free(void *self)
{
    struct nat *n = self;
    for (uint32_t i = 0; i < n->count; i++) {
        free(n->mappings[i].sessions);
    }
    free(n->mappings);
    map_free(&n->by_inside);
    map_free(&n->by_outside);
}

static const struct var vars[] = {{"mappings", "", "table"}, {0}};

static void nat_read(const void *self, int64_t *out)
{
    out[0] = ((const struct nat *)self)->in_use;
}

#define OF(FIELD)  offsetof(struct nat, FIELD)
#define SPAN(TIME) .initial = (TIME), .min = 1, .max = SIM_NEVER / 4
static const struct param params[] = {
    {"udp-timeout", OF(udp), PARAM_TIME, SPAN(300 * SIM_S)},           /* RFC 4787 REQ-5 */
    {"icmp-timeout", OF(icmp), PARAM_TIME, SPAN(60 * SIM_S)},          /* RFC 5508 REQ-2 */
    {"tcp-timeout", OF(established), PARAM_TIME, SPAN(7440 * SIM_S)},  /* RFC 5382 REQ-5 */
    {"tcp-transitory", OF(transitory), PARAM_TIME, SPAN(240 * SIM_S)}, /* RFC 5382 REQ-5 */
    {"filtering", OF(filtering), PARAM_CHOICE, .initial = BY_ADDRESS, .max = BY_PORT,
     .choices = (const char *const[]){"none", "address", "port", NULL}},
    {0},
};

const struct actor_type nat_type = {
    .name = "nat",
    .size = sizeof(struct nat),
    .sets =
        (const struct set[]){
            {"mapping", (const char *const[]){"absent", "opening", "open", "closing", NULL}}, {0}},
    .timers = (const struct timer[]){{"expiry", 1, TIMER_KIND_IDLE}, {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .print_key = print_key,
    .step = nat_step,
    .read = nat_read,
    .free = nat_free,
};
