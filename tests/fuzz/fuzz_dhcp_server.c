/* A DHCP server, and a relay before another network of it; the input is whoever asks. */
#include "fuzz/dhcp_words.h"

static const char scenario[] =
    "hosts:\n"
    "  peer: {address: 192.168.1.50/24, raw: on}\n"
    "  host: {address: 192.168.1.1/24, dhcp-server: {pool: 192.168.1.100 - 192.168.1.102,\n"
    "    lease: 60 s, router: 192.168.1.1, ping: 200 ms}}\n"
    "  far: {address: 10.0.2.5/24, dhcp-server: {pool: 10.0.2.100 - 10.0.2.101, lease: 60 s,\n"
    "    subnets: [{network: 192.168.1.0/24, pool: 192.168.1.104 - 192.168.1.105,\n"
    "    router: 192.168.1.2}]}}\n"
    "routers:\n"
    "  R: {addresses: [192.168.1.2/24, 10.0.2.1/24],\n"
    "    dhcp-relay: {server: 10.0.2.5, option-82: on}}\n"
    "switches: {sw: {}, up: {}}\n"
    "links:\n"
    "  - {between: [peer, sw]}\n"
    "  - {between: [host, sw]}\n"
    "  - {between: [sw, R]}\n"
    "  - {between: [R, up]}\n"
    "  - {between: [up, far]}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct peer_target target = {scenario,   NULL,       true,
                                              0xc0a80132, 0xc0a80101, dhcp_say};
    peer_play(&target, data, size);
    return 0;
}
