/* DHCP snooping, as switches offer it: answers of servers come only from trusted ports; a client
 * speaks for the MAC address of its frames alone; a port has so many clients; and what is given
 * back or declined must come from where it was lent. */
#include "net/world.h"

#include "wire/dhcp.h"

#define PORT_SHIFT 48u                 /* a client: port << 48 | MAC address */
#define COUNT_AT   (UINT64_C(1) << 63) /* | port: how many clients it has had */
#define LENT_AT    (UINT64_C(1) << 62) /* | address: 1 + port of its client */

static bool is_trusted(const struct scenario_node *set, uint32_t neighbour)
{
    for (uint32_t i = 0; i < set->snoop.trusted_count; i++) {
        if (set->snoop.trusted[i] == neighbour) {
            return true;
        }
    }
    return false;
}

static bool is_dhcp(const struct packet *p)
{
    return !p->is_raw && p->proto->carrier == CARRIER_UDP && p->proto->number == DHCP_SERVER_PORT;
}

/* One client more than the port may have? Those that were let through are counted. */
static bool is_one_too_many(struct node *n, uint16_t port, uint64_t mac)
{
    uint64_t *seen = map_put(&n->snooped, (uint64_t)port << PORT_SHIFT | mac);
    if (*seen) {
        return false;
    }
    uint64_t count = map_get(&n->snooped, COUNT_AT | port);
    if (n->set->snoop.clients && count >= n->set->snoop.clients) {
        return true;
    }
    *map_put(&n->snooped, (uint64_t)port << PORT_SHIFT | mac) = 1;
    *map_put(&n->snooped, COUNT_AT | port) = count + 1;
    return false;
}

static bool comes_from_elsewhere(const struct node *n, uint16_t port, const struct dhcp *m)
{
    uint32_t ip = m->type == DHCP_DECLINE ? m->requested : m->ciaddr;
    uint64_t lent = map_get(&n->snooped, LENT_AT | ip);
    return (m->type == DHCP_RELEASE || m->type == DHCP_DECLINE) && lent && lent != port + 1u;
}

/* The port behind which a client is was noted when it asked. */
static void note_lent(struct node *n, const struct dhcp *m)
{
    for (uint32_t port = 0; port < n->iface_count; port++) {
        if (map_get(&n->snooped, (uint64_t)port << PORT_SHIFT | m->chaddr)) {
            *map_put(&n->snooped, LENT_AT | m->yiaddr) = port + 1u;
        }
    }
}

bool snoop_refuses(struct world *w, const struct direction *d, uint32_t packet, struct macs macs)
{
    struct node *n = &w->nodes[d->to];
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct dhcp m;
    if (!n->set->snoop.is_on || !is_dhcp(p) || dhcp_decode(packet_head(p), &m) != DHCP_SOUND) {
        return false;
    }
    if (is_trusted(n->set, d->from)) {
        if (m.type == DHCP_ACK && m.yiaddr) {
            note_lent(n, &m);
        }
        return false;
    }
    return m.is_reply || m.giaddr || m.chaddr != macs.from ||
           comes_from_elsewhere(n, d->iface_to, &m) || is_one_too_many(n, d->iface_to, m.chaddr);
}
