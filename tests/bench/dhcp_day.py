"""A day of a large LAN: prints a scenario of CLIENTS DHCP clients, a pool of ADDRESSES, for SECONDS.

    python3 tests/bench/dhcp_day.py 1000 500 86400 > day.yaml
    build/release/slowwire run --format summary --max-events 100000000000 day.yaml

Clients come one after another; a tenth of them is without power once in any hour, for a minute to
half an hour; 1 % of what they send is lost. Leases last an hour. A fourth argument, in seconds, lets
outages last so long, longer than a lease if need be. tests/README.md has the figures.
"""
import random
import sys


def short(lots, seconds):
    """When one client is off: in a tenth of all hours, for less than half of them."""
    for hour in range(seconds // 3600):
        if lots.random() < 0.1:
            at = hour * 3600 + lots.randrange(60, 1800)
            yield at, at + lots.randrange(60, 1700)


def long(lots, seconds, longest):
    """The same with outages that may take hours."""
    at = lots.randrange(60, 3600)
    while at < seconds:
        length = lots.randrange(60, longest)
        if lots.random() < 0.1 and at + length < seconds:
            yield at, at + length
            at += length
        at += 3600


def main():
    clients, addresses, seconds = map(int, sys.argv[1:4])
    longest = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    lots = random.Random(2131)
    last = f"10.0.{1 + (addresses - 1) // 256}.{(addresses - 1) % 256}"
    out = [f"seed: 1\nstop: {seconds} s\nhosts:",
           f"  home: {{address: 10.0.0.1/16, dhcp-server: {{pool: 10.0.1.0 - {last}, lease: 1 h}}}}"]
    out += [f"  h{i}: {{address: dhcp}}" for i in range(clients)]
    out.append("switches: {sw: {}}\nlinks:\n  - {between: [home, sw], rate: 1 Gbit/s, delay: 10 us}")
    out += [f"  - {{between: [h{i}, sw], rate: 1 Gbit/s, delay: 10 us, "
            f"toward: {{sw: {{loss: 1 %}}}}}}" for i in range(clients)]
    out.append("faults:")
    for i in range(clients):
        for off, on in long(lots, seconds, longest) if longest else short(lots, seconds):
            out.append(f"  - {{at: {off} s, crash: h{i}}}\n  - {{at: {on} s, restart: h{i}}}")
    out.append("script:")
    out += [f"  - {{at: {i * 100} ms, h{i}: dhcp-start}}" for i in range(clients)]
    print("\n".join(out))


if __name__ == "__main__":
    main()
