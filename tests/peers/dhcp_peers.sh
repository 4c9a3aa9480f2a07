#!/bin/sh
# DHCP against real implementations: dnsmasq serves our client, udhcpc and ISC dhclient are served by
# our server, in a network namespace of the test's own.
set -eu
python=/usr/bin/python3
if [ "$(id -u)" != 0 ]; then
    echo "dhcp_peers: skipped: only root may make a network namespace and a TAP interface"
    exit 77
fi
if ! unshare -n true 2>/dev/null || ! [ -c /dev/net/tun ]; then
    echo "dhcp_peers: skipped: no network namespace or no TAP interface can be made here"
    exit 77
fi
PATH=$PATH:/usr/sbin:/sbin
for tool in dnsmasq udhcpc dhclient tshark ip; do
    if ! command -v $tool >/dev/null; then
        echo "dhcp_peers: '$tool' is missing"
        exit 1
    fi
done
exec $python "$SOURCE_DIR/tests/peers/dhcp_peers.py"
