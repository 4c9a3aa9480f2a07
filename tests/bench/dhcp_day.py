"""A day of a large LAN: prints a scenario of CLIENTS DHCP clients and a pool of ADDRESSES for SECONDS.

    python3 tests/bench/dhcp_day.py 1000 500 86400 > day.yaml
    build/release/slowwire run --format summary --max-events 100000000000 day.yaml

Clients come one after another, lose their power at random (a tenth of them in any hour, for some
minutes), and 1 % of what they send is lost. Leases last an hour. tests/README.md has the figures.
"""
import random
import sys


def main():
    clients, addresses, seconds = map(int, sys.argv[1:4])
    lots = random.Random(2131)
    out = [f"seed: 1\nstop: {seconds} s\nhosts:"]
    last = f"10.0.{1 + (addresses - 1) // 256}.{(addresses - 1) % 256}"
    out.append(f"  home: {{address: 10.0.0.1/16, dhcp-server: "
               f"{{pool: 10.0.1.0 - {last}, lease: 1 h}}}}")
    out += [f"  h{i}: {{address: dhcp}}" for i in range(clients)]
    out.append("switches: {sw: {}}\nlinks:\n  - {between: [home, sw], rate: 1 Gbit/s, delay: 10 us}")
    out += [f"  - {{between: [h{i}, sw], rate: 1 Gbit/s, delay: 10 us, "
            f"toward: {{sw: {{loss: 1 %}}}}}}" for i in range(clients)]
    out.append("faults:")
    for i in range(clients):
        for hour in range(seconds // 3600):
            if lots.random() < 0.1:
                at = hour * 3600 + lots.randrange(60, 1800)
                out.append(f"  - {{at: {at} s, crash: h{i}}}")
                out.append(f"  - {{at: {at + lots.randrange(60, 1700)} s, restart: h{i}}}")
    out.append("script:")
    out += [f"  - {{at: {i * 100} ms, h{i}: dhcp-start}}" for i in range(clients)]
    print("\n".join(out))


if __name__ == "__main__":
    main()
