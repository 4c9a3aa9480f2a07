#pragma once
/* A DHCP message of the input's choice, about the lease that was last talked of. */

#include "fuzz/peer.h"

#include "wire/dhcp.h"
#include "wire/ipv4.h"

static inline uint32_t some_address(struct peer *p)
{
    static const uint32_t all[] = {0,          0xc0a80101, 0xc0a80164, 0xc0a80165,
                                   0xc0a80163, 0xc0a801ff, 0x0a000001, 0xffffffff};
    uint8_t which = take_u8(&p->c);
    return which < 8 * 30 ? all[which % 8] : take_u32(&p->c);
}

static inline void some_text(struct peer *p, struct dhcp_text *out)
{
    out->len = take_u8(&p->c) % 40;
    for (unsigned i = 0; i < out->len; i++) {
        out->data[i] = take_u8(&p->c);
    }
}

static inline void dhcp_say(struct peer *p, uint8_t *protocol)
{
    uint8_t how = take_u8(&p->c), times = take_u8(&p->c);
    struct dhcp m = {.is_reply = how & 1,
                     .wants_broadcast = how & 2,
                     .type = (enum dhcp_type)(take_u8(&p->c) % (DHCP_INFORM + 1)),
                     .xid = how & 4 ? take_u8(&p->c) : p->xid,
                     .chaddr = how & 8 ? p->mac + (how >> 5) : p->other_mac,
                     .has_lease = times & 1};
    m.ciaddr = some_address(p);
    m.yiaddr = some_address(p);
    m.requested = some_address(p);
    m.server = some_address(p);
    m.giaddr = how & 16 ? some_address(p) : 0;
    m.mask = how & 32 ? 0xffffff00u : 0;
    m.router[0] = some_address(p);
    m.lease = times & 2 ? take_u32(&p->c) : take_u8(&p->c);
    m.t1 = times & 4 ? take_u8(&p->c) : 0;
    m.t2 = times & 8 ? take_u8(&p->c) : 0;
    m.hops = take_u8(&p->c);
    if (times & 16) {
        some_text(p, &m.client_id);
        some_text(p, &m.host);
        some_text(p, &m.params);
        some_text(p, &m.relay);
    }
    dhcp_encode(&m, m.is_reply ? DHCP_SERVER_PORT : DHCP_CLIENT_PORT,
                m.is_reply ? DHCP_CLIENT_PORT : DHCP_SERVER_PORT, &p->made);
    for (unsigned n = take_u8(&p->c) % 4; n > 0; n--) { /* options as nobody should write them */
        uint16_t at = take_u16(&p->c);
        p->made.data[8 + at % (p->made.len - 8)] = take_u8(&p->c);
    }
    *protocol = IP_UDP;
}
