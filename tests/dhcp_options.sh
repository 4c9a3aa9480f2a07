#!/bin/bash
# Wireshark's opinion of a lease that brings every option along: each is known by its name, those that
# went on in other fields (option 52) and in parts (RFC 3396) are read whole, nothing is malformed.
set -u
cd "$SOURCE_DIR" || exit 1
if ! command -v tshark >/dev/null; then
    echo "dhcp_options: skipped: needs tshark"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "dhcp_options: $*"
    failures=$((failures + 1))
}

"$SLOWWIRE" run --format none --pcapng "$work/all.pcapng" --tap all scenarios/dhcp/every-option.yaml ||
    fail "the scenario's expectations do not hold"
bad=$(tshark -r "$work/all.pcapng" -Y '_ws.malformed or udp.checksum.status == 0' 2>/dev/null | wc -l)
[ "$bad" = 0 ] || fail "$bad frames are malformed or have a bad checksum"
tshark -r "$work/all.pcapng" -Y dhcp -O dhcp >"$work/words" 2>/dev/null

while read -r code name; do
    grep -q "Option: ($code) $name" "$work/words" || fail "option $code is not '$name'"
done <<'END'
1 Subnet Mask
3 Router
6 Domain Name Server
12 Host Name
15 Domain Name
28 Broadcast Address
43 Vendor-Specific Information
50 Requested IP Address
51 IP Address Lease Time
52 Option Overload
53 DHCP Message Type
54 DHCP Server Identifier
55 Parameter Request List
57 Maximum DHCP Message Size
58 Renewal Time Value
59 Rebinding Time Value
60 Vendor class identifier
61 Client identifier
82 Agent Information Option
255 End
END

fields()
{
    tshark -r "$work/all.pcapng" -Y "$1" -T fields -e "$2" 2>/dev/null | sort -u
}
[ "$(fields 'dhcp.option.dhcp == 5 and dhcp.option.ip_address_lease_time' \
    dhcp.option.ip_address_lease_time | tr '\n' ' ')" = "3600 600 " ] || fail "the leases are others"
fields 'dhcp.option.dhcp == 2' dhcp.option.domain_name | grep -qx example.org || fail "no domain"
fields 'dhcp.option.dhcp == 2' dhcp.option.renewal_time_value | grep -qx 240 || fail "T1 is not 240 s"
echo "dhcp_options: $failures findings"
[ "$failures" = 0 ]
