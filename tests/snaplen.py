"""A capture cut by --snaplen against the whole one, block by block, of every bundled scenario:
the same packets at the same times, each with the first bytes of the whole, checksums and all, and
its true length; the interfaces say where they were cut.

    snaplen.py SLOWWIRE SCENARIOS
"""

import os
import struct
import subprocess
import sys
import tempfile

# Inside and behind each header; Ethernet, IPv4 and TCP with all their options take 134.
LENGTHS = (1, 14, 33, 40, 54, 66, 96, 134, 1000)


def blocks(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert struct.unpack_from("<I", data, at + size - 4)[0] == size, f"lengths differ at {at}"
        yield kind, data[at + 8:at + size - 4]
        at += size


def packet(body):
    number, high, low, kept, size = struct.unpack_from("<IIIII", body)
    end = 20 + kept
    assert not any(body[end:end + -kept % 4]), "padding that is not zero"
    return (number, high, low, size, body[end + -kept % 4:]), body[20:end]


def compare(whole, cut, snaplen):
    """What is wrong, or None; how many packets were cut."""
    shorter = 0
    first, second = list(blocks(whole)), list(blocks(cut))
    if len(first) != len(second):
        return f"{len(second)} blocks instead of {len(first)}", 0
    for (kind, one), (other_kind, other) in zip(first, second):
        if kind != other_kind:
            return f"block {other_kind} instead of {kind}", 0
        if kind == 1:
            if struct.unpack_from("<I", one, 4)[0] != 0 or struct.unpack_from("<I", other, 4)[0] != snaplen:
                return "an interface with another snapshot length", 0
            if one[:4] + one[8:] != other[:4] + other[8:]:
                return "another interface", 0
        elif kind == 6:
            (head, data), (other_head, other_data) = packet(one), packet(other)
            if head != other_head or head[3] != len(data):
                return f"{other_head} instead of {head}", 0
            if other_data != data[:snaplen]:
                return f"bytes {other_data.hex()} instead of {data[:snaplen].hex()}", 0
            shorter += len(data) > snaplen
        elif one != other:
            return "another section", 0
    return None, shorter


def main():
    slowwire, scenarios = sys.argv[1:3]
    failures = count = shorter = 0
    with tempfile.TemporaryDirectory() as folder:
        whole, cut = os.path.join(folder, "whole"), os.path.join(folder, "cut")

        def capture(path, file, *more):
            done = subprocess.run([slowwire, "run", "--format", "none", "--tap", "all", "--pcapng", path,
                                   *more, file], stderr=subprocess.DEVNULL, check=False)
            assert done.returncode in (0, 1), f"{file}: status {done.returncode}"

        for place, _, names in sorted(os.walk(scenarios)):
            for name in sorted(n for n in names if n.endswith(".yaml")):
                file, snaplen = os.path.join(place, name), LENGTHS[count % len(LENGTHS)]
                capture(whole, file)
                capture(cut, file, "--snaplen", str(snaplen))
                wrong, n = compare(whole, cut, snaplen)
                if wrong:
                    failures += 1
                    print(f"{file}, {snaplen} bytes: {wrong}")
                count += 1
                shorter += n
    print(f"snaplen: {count} scenarios, {shorter} packets cut, {failures} wrong")
    sys.exit(failures > 0 or count < 100 or shorter < 10000)


main()
