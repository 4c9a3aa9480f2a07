/* The table of a node's endpoints: who gets a packet, by its wire format, addresses and ports. */
#include "net/world.h"

#include "base/os.h"
#include "wire/ipv4.h"

#include <stdlib.h>

/* (protocol, local, remote), most exact first: remote.port 0 is any port of that address, no remote
 * a listener, local.ip 0 any address. */
struct endpoint {
    const struct proto *proto;
    struct addr local, remote;
    uint32_t row;  /* 0: a free place */
    bool is_stale; /* removed: searches go on */
};

static uint64_t hash_of(const struct proto *proto, struct addr local, struct addr remote)
{
    uint64_t ports = (uint64_t)local.port << 16 | remote.port;
    return hash_mix((uint64_t)local.ip << 32 | remote.ip, (uint64_t)proto->number << 32 | ports);
}

static bool is_same(struct addr a, struct addr b)
{
    return a.ip == b.ip && a.port == b.port;
}

/* The place of that key, or a free one. */
static struct endpoint *place_of(const struct node *n, const struct proto *proto, struct addr local,
                                 struct addr remote)
{
    for (uint64_t i = hash_of(proto, local, remote);; i++) {
        struct endpoint *e = &n->table[i & (n->table_size - 1)];
        if (e->row == 0 && !e->is_stale) {
            return e;
        }
        if (e->row && e->proto == proto && is_same(e->local, local) && is_same(e->remote, remote)) {
            return e;
        }
    }
}

static void grow_table(struct node *n)
{
    struct endpoint *old = n->table;
    uint32_t size = n->table_size, alive = 0;
    for (uint32_t i = 0; i < size; i++) {
        alive += old[i].row != 0;
    }
    n->table_size = size == 0 ? 2 : 4 * alive > size ? size * 2 : size;
    n->table = os_alloc(n->table_size * sizeof *n->table);
    n->endpoint_count = 0;
    for (uint32_t i = 0; i < size; i++) {
        if (old[i].row) {
            *place_of(n, old[i].proto, old[i].local, old[i].remote) = old[i];
            n->endpoint_count++;
        }
    }
    free(old);
}

/* Who speaks to a group hears what is sent to it, from anybody. */
static struct addr local_of(const struct row *r)
{
    const struct net *key = &sure_life(r)->key;
    return ip_is_multicast(key->to.ip) ? key->to : key->from;
}

static struct addr remote_of(const struct row *r)
{
    const struct net *key = &sure_life(r)->key;
    return ip_is_multicast(key->to.ip) ? (struct addr){0} : key->to;
}

bool node_add_endpoint(struct world *w, uint32_t node, uint32_t row)
{
    struct node *n = &w->nodes[node];
    const struct row *r = &w->rows[row];
    if (2 * n->endpoint_count >= n->table_size) {
        grow_table(n);
    }
    struct endpoint *e = place_of(n, r->type->proto, local_of(r), remote_of(r));
    if (e->row) {
        return false;
    }
    *e = (struct endpoint){
        .proto = r->type->proto, .local = local_of(r), .remote = remote_of(r), .row = row};
    n->endpoint_count++;
    return true;
}

void node_remove_endpoint(struct world *w, uint32_t node, uint32_t row)
{
    struct node *n = &w->nodes[node];
    const struct row *r = &w->rows[row];
    if (n->table_size == 0) {
        return;
    }
    struct endpoint *e = place_of(n, r->type->proto, local_of(r), remote_of(r));
    if (e->row == row) {
        e->row = 0;
        e->is_stale = true;
    }
}

static uint32_t find(const struct node *n, const struct proto *proto, struct addr local,
                     struct addr remote)
{
    const struct endpoint *e = place_of(n, proto, local, remote);
    return e->row;
}

/* The most exact key, and mostly it is whoever heard the packet before. */
static uint32_t find_exactly(struct node *n, const struct proto *proto, const struct net *in)
{
    const struct endpoint *e = &n->table[n->heard];
    if (!e->row || e->proto != proto || !is_same(e->local, in->to) ||
        !is_same(e->remote, in->from)) {
        e = place_of(n, proto, in->to, in->from);
        n->heard = (uint32_t)(e - n->table);
    }
    return e->row;
}

uint32_t node_lookup(struct world *w, uint32_t node, const struct proto *proto,
                     const struct net *in)
{
    struct node *n = &w->nodes[node];
    if (n->table_size == 0) {
        return 0;
    }
    uint32_t row = find_exactly(n, proto, in);
    if (row) {
        return row;
    }
    struct addr any = {.port = in->to.port};
    row = find(n, proto, in->to, (struct addr){.ip = in->from.ip});
    row = row ? row : find(n, proto, in->to, (struct addr){0});
    return row ? row : find(n, proto, any, (struct addr){0});
}

static unsigned ip_protocol_of(const struct proto *p)
{
    return p->carrier == CARRIER_UDP ? IP_UDP : p->carrier == CARRIER_IP ? p->number : 0;
}

uint32_t node_lookup_sender(struct world *w, uint32_t node, unsigned protocol, const struct net *in)
{
    const struct node *n = &w->nodes[node];
    const struct proto *tried = NULL;
    uint32_t row = 0;
    for (uint32_t i = 0; i < n->table_size && row == 0; i++) {
        const struct endpoint *e = &n->table[i];
        if (e->row && e->proto != tried && ip_protocol_of(e->proto) == protocol) {
            tried = e->proto;
            row = node_lookup(w, node, tried, in);
        }
    }
    return row;
}

void endpoints_free(struct node *n)
{
    free(n->table);
}
