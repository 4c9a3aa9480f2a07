"""The generated dissector reads what the trace says: declared.py LUA CAPTURE TRACE.

Every message that the trace has as received stands in the capture with the same fields, its check
good; and no other does. Prints what differs, how many were compared, and what was found beside them.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as tree


def told(path):
    """The fields of all that was received; of an empty one tshark shows nothing."""
    sent, received = {}, []
    with open(path, encoding="utf-8") as file:
        for record in map(json.loads, file):
            if record["ev"] == "item" and record["set"] == "message":
                sent.setdefault(record["key"], record)
                if record["new"] == "received" and "fields" in sent[record["key"]]:
                    fields = sent[record["key"]]["fields"]
                    received.append({name: text for name, text in fields.items() if text})
    return received


def value(field):
    """Name and value as the trace has them: bytes as pairs of digits."""
    name, show = field.get("name").rsplit(".", 1)[1].replace("_", "-"), field.get("show")
    return name, show.replace(":", "") if set(show[2::3]) == {":"} else show


def is_complaint(name):
    last = name.rsplit(".", 1)[-1]
    return last in ("no_frame", "bad_escape", "bad_check", "bad_length", "unfit", "too_long", "lost", "unknown")


def frame(proto):
    """The fields of one frame, and what is wrong with it."""
    fields, wrong = {}, []
    for field in proto.iter("field"):
        name = field.get("name") or ""
        if is_complaint(name):
            wrong.append(name.rsplit(".", 1)[-1])
        elif name.endswith(".check.good"):
            wrong += [] if field.get("show") in ("1", "True") else ["check.good"]
        elif name.startswith("slowwire_") and not name.endswith((".message", ".check", ".garbage")):
            fields.update([value(field)] if field.get("show") else [])
    return fields, wrong


def shown(lua, capture):
    """The fields of each frame that is good, and how often what else was found."""
    done = subprocess.run(["tshark", "-X", f"lua_script:{lua}", "-r", capture, "-T", "pdml"],
                          capture_output=True, text=True, check=False)
    frames, others = [], {}
    for proto in tree.fromstring(done.stdout).iter("proto"):
        if proto.get("name").startswith("slowwire_"):
            fields, wrong = frame(proto)
            if not wrong:
                frames.append(fields)
            for what in wrong:
                others[what] = others.get(what, 0) + 1
        elif proto.get("name") == "_ws.malformed":
            others["malformed"] = others.get("malformed", 0) + 1
    return frames, others, done.stderr


def main():
    lua, capture, trace = sys.argv[1:4]
    frames, others, said = shown(lua, capture)
    if "lua:" in said.lower():
        print(said)
    want = sorted(json.dumps(m, sort_keys=True) for m in told(trace))
    have = sorted(json.dumps(m, sort_keys=True) for m in frames)
    wrong, count = 0, len(want)
    for m in want:
        if m in have:
            have.remove(m)
        else:
            wrong += 1
            print("not in the capture:", m)
    for m in have:
        wrong += 1
        print("only in the capture:", m)
    print(f"{count} messages, {wrong} wrong" + "".join(f", {k} {v}" for k, v in sorted(others.items())))


main()
