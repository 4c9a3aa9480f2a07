"""The throughput of TCP under periodic loss, against closed forms.

A link loses every N-th packet that goes to the receiver. Both ends have SACK, no delayed
acknowledgements and 8 MB of receive buffer; the round trip takes 0.1 s, as in the tables of
RFC 9438 5.1; the link has no rate, so that nothing but loss limits the flow. Both formulas know
no timeouts: `min-rto` keeps them away, since a round trip that never varies leaves no margin to
the timeout of RFC 6298.

NewReno: Mathis et al. 1997, MSS / RTT * sqrt(1.5 N).
CUBIC: RFC 9438 5.1, AVG_W = (C (3 + b) / (4 (1 - b)))^(1/4) (RTT N)^(3/4) segments with C = 0.4
and b = 0.7; but where Reno's sqrt(1.5 N) is more, that (the Reno-friendly region, and what the
tables of 5.1 show there).

Throughput is what the sender puts on the wire, the N-th packets too: so count both derivations. It
is taken between two points of the same run, 20 and 60 losses from its start: slow start ends in a
window far too large, of which each loss takes only a part.
"""

import json
import math
import os
import subprocess
import sys
import tempfile

SLOWWIRE = os.environ["SLOWWIRE"]
MSS = 1460
RTT = 0.1
FROM, TO = 20, 60  # losses
TOLERANCE = 0.10

SCENARIO = """
hosts:
  a: {{address: 10.0.0.1, tcp: {{delayed-ack: off, sack: on, congestion: {control}, min-rto: 20 s, send-buffer: 64 MB}}}}
  b: {{address: 10.0.0.2, tcp: {{delayed-ack: off, sack: on, receive-buffer: 8 MB}}}}
links:
  - {{between: [a, b], delay: 50 ms, toward: {{b: {{loss: {{every: {n}}}}}}}}}
traffic:
  - tcp: {{from: a, to: b:80, bytes: {size} B}}
"""


def newreno(n):
    return math.sqrt(1.5 * n)


def cubic(n):
    c, b = 0.4, 0.7
    window = (c * (3 + b) / (4 * (1 - b))) ** 0.25 * (RTT * n) ** 0.75
    return max(window, newreno(n))


def run(control, n, losses):
    """Packets that were sent and seconds that it took, of a flow that ends with that loss."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(SCENARIO.format(control=control, n=n, size=n * losses * MSS))
        file.flush()
        done = subprocess.run([SLOWWIRE, "run", "--format", "summary", file.name],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{control}, N = {n}: {done.stdout}{done.stderr}")
    flow = json.loads(done.stdout)["flows"][0]
    return flow["packets"], flow["delivered_bytes"] * 8 / flow["goodput_bps"]


def measure(control, n):
    """Segments that are sent in a round trip, on average."""
    (packets, took), (more, longer) = run(control, n, FROM), run(control, n, TO)
    return (more - packets) / (longer - took) * RTT


def main():
    failures = 0
    sizes = [100, 300, 1000] + ([3000, 10000] if os.environ.get("SLOWWIRE_LONG") else [])
    for control, formula in (("newreno", newreno), ("cubic", cubic)):
        for n in sizes:
            found, wanted = measure(control, n), formula(n)
            ratio = found / wanted
            is_good = abs(ratio - 1) <= TOLERANCE
            failures += not is_good
            print(f"{control:8} N {n:6}: {found:7.2f} segments a round trip, "
                  f"{wanted:7.2f} by the formula, ratio {ratio:.3f}{'' if is_good else '  WRONG'}")
    sys.exit(failures > 0)


main()
