/* ARP: an entry is asked for, then known until its time is over; it ages when the node looks for it
 * again, so that nothing happens for addresses that nobody needs. Whatever a packet says of its
 * sender brings an entry up to date that is there (RFC 826: "merge"). */
#include "proto/arp/arp.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "base/os.h"
#include "wire/arp.h"
#include "wire/eth.h"

#include <stdlib.h>
#include <string.h>

enum entry_state { ENTRY_ABSENT, ENTRY_ASKED, ENTRY_KNOWN };
enum timers { TIMER_RETRY, TIMER_PROBE, TIMER_ANNOUNCE };
enum why {
    NO_REASON,
    WHO_HAS,
    AGAIN,
    AGED,
    IT_IS_ME,
    LEARNT,
    GAVE_UP,
    PROBE,
    ANNOUNCE,
    IN_USE,
    IS_FREE,
    ANNOUNCE_AGAIN,
    TWICE,
    DEFEND
};
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [WHO_HAS] = {"arp.who-has", "RFC 826"},
    [AGAIN] = {"arp.again", "RFC 1122 2.3.2.1"},
    [AGED] = {"arp.aged", "RFC 1122 2.3.2.1"},
    [IT_IS_ME] = {"arp.it-is-me", "RFC 826"},
    [LEARNT] = {"arp.learnt", "RFC 826"},
    [GAVE_UP] = {"arp.gave-up", "RFC 1122 2.3.2.2"},
    [PROBE] = {"arp.probe", "RFC 5227 2.1.1"},
    [ANNOUNCE] = {"arp.announce", "RFC 5227 2.3"},
    [IN_USE] = {"arp.in-use", "RFC 5227 2.1.1"},
    [IS_FREE] = {"arp.free", "RFC 5227 2.1.1"},
    [ANNOUNCE_AGAIN] = {"arp.announce-again", "RFC 5227 2.3"},
    [TWICE] = {"arp.twice", "RFC 5227 2.4"},
    [DEFEND] = {"arp.defend", "RFC 5227 2.4"},
    {0},
};

struct entry {
    uint64_t mac;
    sim_time until; /* KNOWN: how long it is good. ASKED: when it is asked for again */
    uint32_t ip;
    uint16_t iface;
    uint8_t state, tries;
};

struct probing {
    struct node_probe what; /* count 0: none is under way */
    uint32_t asker, sent;
};

/* An interface of the node, and what is said of its address unasked. */
struct own {
    struct node_interface is;
    sim_time again;     /* when it is announced once more; 0: it is not */
    sim_time contested; /* when it was last defended */
    bool was_contested;
};

struct arp_actor {
    int64_t lifetime; /* param */
    struct own *own;  /* owned, by interface */
    uint32_t own_count;
    struct entry *entries; /* owned; a place is never used for another address */
    uint32_t count, cap;
    struct probing probing;
};

static bool arp_key(struct bytes head, struct net *io)
{
    struct arp a;
    io->from.port = io->to.port = 1;
    return arp_decode(head, &a);
}

static const struct proto arp_proto = {
    .name = "arp", .carrier = CARRIER_LINK, .number = ETHERTYPE_ARP, .key = arp_key};

static void send(const struct arp *a, uint16_t iface, uint64_t to, unsigned why, struct fx *fx)
{
    uint8_t head[ARP_SIZE];
    arp_encode(a, head);
    struct net net = {.from.ip = a->sender_ip, .to.ip = a->target_ip, .iface = iface, .mac = to};
    if (a->sender_ip == a->target_ip) {
        net.to.ip = IP_BROADCAST; /* an announcement is for all */
    }
    fx_send(fx, &net, bytes_of(head, sizeof head), (struct span){0}, (struct unit){0}, why);
}

static void request(const struct arp_actor *self, uint16_t iface, uint32_t from, uint32_t ip,
                    unsigned why, struct fx *fx)
{
    struct arp a = {.op = ARP_REQUEST,
                    .sender_mac = self->own[iface].is.mac,
                    .sender_ip = from,
                    .target_ip = ip};
    send(&a, iface, MAC_BROADCAST, why, fx);
}

static struct entry *find(struct arp_actor *self, uint32_t ip)
{
    for (uint32_t i = 0; i < self->count; i++) {
        if (self->entries[i].ip == ip) {
            return &self->entries[i];
        }
    }
    return NULL;
}

static struct entry *add(struct arp_actor *self, uint32_t ip, uint16_t iface)
{
    if (self->count == self->cap) {
        self->cap = self->cap ? self->cap * 2 : 8;
        self->entries = os_realloc(self->entries, self->cap * sizeof *self->entries);
    }
    struct entry *e = &self->entries[self->count++];
    *e = (struct entry){.ip = ip, .iface = iface};
    return e;
}

static void enter(struct entry *e, enum entry_state state, unsigned why, struct fx *fx)
{
    e->state = (uint8_t)state;
    fx_item(fx, 0, e->ip, state, why);
}

static void tell_node(const struct entry *e, struct fx *fx)
{
    struct node_neighbour n = {.until = e->until, .mac = e->mac, .ip = e->ip, .iface = e->iface};
    fx_indicate(fx, 0, NODE_NEIGHBOUR, bytes_of(&n, sizeof n), (struct span){0});
}

/* For the entry that is to be asked for again first. */
static void arm(const struct arp_actor *self, struct fx *fx)
{
    sim_time next = SIM_NEVER;
    for (uint32_t i = 0; i < self->count; i++) {
        const struct entry *e = &self->entries[i];
        next = e->state == ENTRY_ASKED && e->until < next ? e->until : next;
    }
    fx_timer(fx, TIMER_RETRY, 0, next);
}

static void ask(struct arp_actor *self, struct entry *e, unsigned why, sim_time now, struct fx *fx)
{
    request(self, e->iface, self->own[e->iface].is.ip, e->ip, why, fx);
    e->until = now + ARP_RETRY;
    arm(self, fx);
}

static void resolve(struct arp_actor *self, const struct node_neighbour *who, sim_time now,
                    struct fx *fx)
{
    struct entry *e = find(self, who->ip);
    if (!e) {
        e = add(self, who->ip, who->iface);
    }
    if (e->state == ENTRY_ASKED) {
        return;
    }
    if (e->state == ENTRY_KNOWN && e->until > now) {
        tell_node(e, fx);
        return;
    }
    bool has_aged = e->state == ENTRY_KNOWN;
    e->tries = 1;
    e->iface = who->iface;
    enter(e, ENTRY_ASKED, has_aged ? AGED : WHO_HAS, fx);
    ask(self, e, WHO_HAS, now, fx);
}

static void give_up(struct entry *e, struct fx *fx)
{
    e->mac = 0;
    e->until = 0;
    enter(e, ENTRY_ABSENT, GAVE_UP, fx);
    tell_node(e, fx);
}

static void retry(struct arp_actor *self, sim_time now, struct fx *fx)
{
    for (uint32_t i = 0; i < self->count; i++) {
        struct entry *e = &self->entries[i];
        if (e->state != ENTRY_ASKED || e->until > now) {
            continue;
        }
        if (e->tries < ARP_TRIES) {
            e->tries++;
            ask(self, e, AGAIN, now, fx);
        } else {
            give_up(e, fx);
        }
    }
    arm(self, fx);
}

static void learn(struct arp_actor *self, struct entry *e, uint64_t mac, sim_time now,
                  struct fx *fx)
{
    bool is_news = e->state != ENTRY_KNOWN || e->mac != mac, was_asked = e->state == ENTRY_ASKED;
    e->mac = mac;
    e->until = now + self->lifetime;
    if (is_news) {
        enter(e, ENTRY_KNOWN, LEARNT, fx);
    }
    e->state = ENTRY_KNOWN;
    if (was_asked) {
        arm(self, fx);
    }
    tell_node(e, fx);
}

/* Sends the next probe, or says that nobody answered. */
static void probe_on(struct arp_actor *self, sim_time now, struct fx *fx)
{
    struct probing *p = &self->probing;
    if (p->sent < p->what.count) {
        p->sent++;
        request(self, p->what.iface, 0, p->what.ip, PROBE, fx);
        fx_timer(fx, TIMER_PROBE, 0, now + p->what.wait);
        return;
    }
    struct node_neighbour answer = {.ip = p->what.ip, .iface = p->what.iface};
    p->what.count = 0;
    fx_note(fx, IS_FREE);
    fx_indicate(fx, p->asker, NODE_PROBED, bytes_of(&answer, sizeof answer), (struct span){0});
}

/* RFC 5227 2.1.1: a packet from that address, or another's probe for it. */
static void look_for_conflict(struct arp_actor *self, const struct arp *a, struct fx *fx)
{
    struct probing *p = &self->probing;
    bool is_about = a->sender_ip == p->what.ip || (a->sender_ip == 0 && a->target_ip == p->what.ip);
    if (p->what.count == 0 || !is_about || a->sender_mac == self->own[p->what.iface].is.mac) {
        return;
    }
    struct node_neighbour answer = {.mac = a->sender_mac, .ip = p->what.ip, .iface = p->what.iface};
    p->what.count = 0;
    fx_timer(fx, TIMER_PROBE, 0, SIM_NEVER);
    fx_note(fx, IN_USE);
    fx_indicate(fx, p->asker, NODE_PROBED, bytes_of(&answer, sizeof answer), (struct span){0});
}

/* RFC 5227 2.4 (c): it keeps its address and says so, but not more often than each DEFEND_INTERVAL,
 * so that two who both insist do not fill the network. */
static void defend(struct arp_actor *self, uint16_t iface, sim_time now, struct fx *fx)
{
    struct own *own = &self->own[iface];
    bool is_first = !own->was_contested || now - own->contested >= ARP_DEFEND_INTERVAL;
    own->was_contested = true;
    fx_note(fx, TWICE);
    if (is_first) {
        own->contested = now;
        request(self, iface, own->is.ip, own->is.ip, DEFEND, fx);
    }
}

static void hear(struct arp_actor *self, const struct input *in, struct fx *fx)
{
    struct arp a;
    if (!arp_decode(in->head, &a)) {
        fx_drop(fx, DROP_MALFORMED, NO_REASON);
        return;
    }
    look_for_conflict(self, &a, fx);
    if (in->net.iface >= self->own_count) {
        return;
    }
    const struct node_interface *own = &self->own[in->net.iface].is;
    bool is_for_me = own->ip && a.target_ip == own->ip;
    struct entry *e = a.sender_ip ? find(self, a.sender_ip) : NULL;
    if (own->ip && a.sender_ip == own->ip && a.sender_mac != own->mac) {
        defend(self, in->net.iface, in->now, fx);
        return;
    }
    if (!e && is_for_me && a.sender_ip) {
        e = add(self, a.sender_ip, in->net.iface);
    }
    if (e) {
        e->iface = in->net.iface;
        learn(self, e, a.sender_mac, in->now, fx);
    }
    if (is_for_me && a.op == ARP_REQUEST) {
        struct arp reply = {ARP_REPLY, own->mac, a.sender_mac, own->ip, a.sender_ip};
        send(&reply, in->net.iface, a.sender_mac, IT_IS_ME, fx);
    }
}

static void arm_announcement(const struct arp_actor *self, struct fx *fx)
{
    sim_time next = SIM_NEVER;
    for (uint32_t i = 0; i < self->own_count; i++) {
        next = self->own[i].again && self->own[i].again < next ? self->own[i].again : next;
    }
    fx_timer(fx, TIMER_ANNOUNCE, 0, next);
}

/* A new address is announced twice (RFC 5227 2.3). */
static void take_interface(struct arp_actor *self, const struct node_interface *i, sim_time now,
                           struct fx *fx)
{
    if (i->iface >= self->own_count) {
        uint32_t count = i->iface + 1u;
        self->own = os_realloc(self->own, count * sizeof *self->own);
        memset(&self->own[self->own_count], 0, (count - self->own_count) * sizeof *self->own);
        self->own_count = count;
    }
    struct own *own = &self->own[i->iface];
    bool had_announcement = own->again != 0;
    *own = (struct own){.is = *i, .again = i->is_new && i->ip ? now + ARP_ANNOUNCE_INTERVAL : 0};
    if (i->is_new && i->ip) {
        request(self, i->iface, i->ip, i->ip, ANNOUNCE, fx);
    }
    if (own->again || had_announcement) {
        arm_announcement(self, fx);
    }
}

static void announce_again(struct arp_actor *self, sim_time now, struct fx *fx)
{
    for (uint32_t i = 0; i < self->own_count; i++) {
        struct own *own = &self->own[i];
        if (own->again && own->again <= now) {
            own->again = 0;
            request(self, own->is.iface, own->is.ip, own->is.ip, ANNOUNCE_AGAIN, fx);
        }
    }
    arm_announcement(self, fx);
}

static void begin_probe(struct arp_actor *self, const struct input *in, struct fx *fx)
{
    memcpy(&self->probing.what, in->head.data, sizeof self->probing.what);
    self->probing.asker = in->index;
    self->probing.sent = 0;
    probe_on(self, in->now, fx);
}

static void arp_step(void *instance, const struct input *in, struct fx *fx)
{
    struct arp_actor *self = instance;
    struct node_interface i;
    struct node_neighbour n;
    if (in->kind == IN_PACKET) {
        hear(self, in, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_RETRY) {
        retry(self, in->now, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMER_ANNOUNCE) {
        announce_again(self, in->now, fx);
    } else if (in->kind == IN_TIMER) {
        probe_on(self, in->now, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_INTERFACE) {
        memcpy(&i, in->head.data, sizeof i);
        take_interface(self, &i, in->now, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_RESOLVE) {
        memcpy(&n, in->head.data, sizeof n);
        resolve(self, &n, in->now, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_PROBE) {
        begin_probe(self, in, fx);
    }
}

static void arp_free(void *instance)
{
    free(((struct arp_actor *)instance)->entries);
    free(((struct arp_actor *)instance)->own);
}

static const char *const entry_states[] = {"absent", "asked", "known", NULL};

static const struct param params[] = {
    {"lifetime", offsetof(struct arp_actor, lifetime), PARAM_TIME, .initial = ARP_VALID_FOR,
     .min = SIM_S, .max = 86400 * SIM_S},
    {0},
};

static char *print_key(int64_t key, char buf[48])
{
    return ip_print((uint32_t)key, buf);
}

const struct actor_type arp_type = {
    .name = "arp",
    .proto = &arp_proto,
    .size = sizeof(struct arp_actor),
    .sets = (const struct set[]){{"neighbour", entry_states}, {0}},
    .timers = (const struct timer[]){{"retry", 1, TIMER_KIND_WAIT},
                                     {"probe", 1, TIMER_KIND_WAIT},
                                     {"announce", 1, TIMER_KIND_PACE},
                                     {0}},
    .reasons = reasons,
    .params = params,
    .print_key = print_key,
    .step = arp_step,
    .free = arp_free,
};
