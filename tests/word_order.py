"""The order in which a file names things says nothing: every bundled scenario gives the same trace when the
keys of its mappings stand the other way round (lists keep their order, which means something, and
so do the tables that number or place what they hold: hosts, routers, switches, a server's reservations,
the fields of a declared frame).

    word_order.py PROGRAM SCENARIO...
"""
import hashlib
import os
import subprocess
import sys
import tempfile

import yaml

NUMBERED = ("hosts", "routers", "switches", "reserve", "header", "body")


class Text(yaml.SafeLoader):
    """Scalars stay the text that they are."""


class Out(yaml.SafeDumper):
    """No anchors: what stood twice is written twice."""

    def ignore_aliases(self, data):
        return True


def keep_style(loader, node):
    return loader.construct_scalar(node) if node.style is None else Quoted(loader.construct_scalar(node))


class Quoted(str):
    """Stood in quotes, so that it is no word of the language."""


def plain(dumper, data):
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(data), style=None)


Text.yaml_implicit_resolvers = {}
Text.add_constructor("tag:yaml.org,2002:str", keep_style)
Out.yaml_implicit_resolvers = {}
Out.add_representer(Quoted, lambda d, s: d.represent_scalar("tag:yaml.org,2002:str", str(s), style='"'))
Out.add_representer(str, plain)


def turned(value, key=""):
    if isinstance(value, dict):
        pairs = [(k, turned(v, k)) for k, v in value.items()]
        return dict(pairs if key in NUMBERED else reversed(pairs))
    return [turned(v) for v in value] if isinstance(value, list) else value


def trace(program, path):
    """Without the header's name of the file; the lines of a host's own title stay."""
    done = subprocess.run([program, "run", "--format", "jsonl", path], capture_output=True)
    if done.returncode not in (0, 1) or not done.stdout:
        return None, done.stderr[:300].decode(errors="replace")
    return hashlib.sha256(done.stdout).hexdigest(), ""


def main():
    program, *paths = map(os.path.abspath, sys.argv[1:])
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            with open(path, encoding="utf-8") as f:
                text = f.read()
            same, other = os.path.join(folder, "a"), os.path.join(folder, "b")
            os.makedirs(same, exist_ok=True)
            os.makedirs(other, exist_ok=True)
            name = os.path.basename(path)
            with open(os.path.join(same, name), "w", encoding="utf-8") as f:
                f.write(text)
            with open(os.path.join(other, name), "w", encoding="utf-8") as f:
                yaml.dump(turned(yaml.load(text, Text)), f, Out, sort_keys=False, allow_unicode=True, width=1000)
            os.chdir(same)
            first, why = trace(program, name)
            os.chdir(other)
            second, why_not = trace(program, name)
            if first is None or first != second:
                differing += 1
                print(f"{path}: another trace with its words in another order {why}{why_not}", flush=True)
    print(f"{len(paths)} scenarios in two orders, {differing} differing traces")
    return 1 if differing else 0


sys.exit(main())
