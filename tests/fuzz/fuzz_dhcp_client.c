/* A DHCP client on a LAN whose only server is the input. */
#include "fuzz/dhcp_words.h"

static const char scenario[] = "hosts:\n"
                               "  peer: {address: 192.168.1.1/24, raw: on}\n"
                               "  host: {address: dhcp}\n"
                               "switches: {sw: {}}\n"
                               "links:\n"
                               "  - {between: [peer, sw]}\n"
                               "  - {between: [host, sw]}\n"
                               "script:\n"
                               "  - {at: 0 s, host: dhcp-start}\n"
                               "  - {at: 5000 s, host: dhcp-renew}\n"
                               "  - {at: 6000 s, host: dhcp-release}\n"
                               "  - {at: 6100 s, host: power-off}\n"
                               "  - {at: 6200 s, host: power-on}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct peer_target target = {scenario,   NULL,       true,
                                              0xc0a80101, 0xc0a80164, dhcp_say};
    peer_play(&target, data, size);
    return 0;
}
