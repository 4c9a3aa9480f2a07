/* ARP and ICMP of a host that pings, traces a route and sends datagrams through a raw neighbour:
 * messages that lie about who has which address, errors that quote what was sent or was not. */
#include "fuzz/peer.h"

#include "wire/arp.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

static const char scenario[] =
    "hosts:\n"
    "  peer: {address: 10.0.0.1/24, raw: on}\n"
    "  host: {address: 10.0.0.2/24, gateway: 10.0.0.1}\n"
    "  third: {address: 10.0.0.3/24, gateway: 10.0.0.1}\n"
    "switches: {sw: {}}\n"
    "links:\n"
    "  - {between: [peer, sw]}\n"
    "  - {between: [host, sw]}\n"
    "  - {between: [third, sw]}\n"
    "traffic:\n"
    "  - ping: {from: host, to: 10.9.9.9, count: 5}\n"
    "  - ping: {from: host, to: third, count: 200}\n"
    "  - traceroute: {from: host, to: 10.9.9.8}\n"
    "  - udp: {from: third, to: host:9, rate: 10 kbit/s, size: 100 B, for: 10 s}\n"
    "  - tcp: {from: third, to: host:80, bytes: 20 kB, start: 1 s}\n";

static void say_arp(struct peer *p)
{
    uint8_t how = take_u8(&p->c);
    struct arp a = {.op = how & 1 ? ARP_REPLY : ARP_REQUEST,
                    .sender_mac = how & 2 ? p->other_mac : p->mac + (how >> 6),
                    .target_mac = how & 4 ? p->other_mac : 0,
                    .sender_ip = 0x0a000000u + take_u8(&p->c) % 8,
                    .target_ip = 0x0a000000u + take_u8(&p->c) % 8};
    if (how & 8) {
        p->other_mac = UINT64_C(0x020000000000) + take_u8(&p->c);
    }
    arp_encode(&a, buf_extend(&p->made, ARP_SIZE));
}

static void say_icmp(struct peer *p, uint8_t *protocol)
{
    static const uint8_t types[] = {ICMP_ECHO_REPLY, ICMP_UNREACHABLE, ICMP_ECHO,
                                    ICMP_TIME_EXCEEDED};
    uint8_t how = take_u8(&p->c), code = take_u8(&p->c) % 16;
    struct icmp m = {.type = how & 0x80 ? how : types[how % 4],
                     .code = code,
                     .id = take_u8(&p->c),
                     .number = take_u8(&p->c),
                     .mtu = take_u16(&p->c)};
    icmp_encode(&m, buf_extend(&p->made, ICMP_HEADER));
    if (how & 0x10) {
        buf_add(&p->made, bytes_sub(p->heard, 0, 20u + take_u8(&p->c) % 40));
    }
    for (unsigned n = how & 0x20 ? take_u8(&p->c) % 6 : 0; n > 0; n--) {
        uint8_t at = take_u8(&p->c);
        p->made.data[at % p->made.len] = take_u8(&p->c);
    }
    *protocol = IP_ICMP;
}

static void say(struct peer *p, uint8_t *protocol)
{
    if (take_u8(&p->c) & 1) {
        say_arp(p);
    } else {
        say_icmp(p, protocol);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct peer_target target = {scenario, "host", true, 0x0a000001, 0x0a000002, say};
    peer_play(&target, data, size);
    return 0;
}
