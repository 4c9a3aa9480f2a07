#!/usr/bin/python3
"""How many small mistakes would the tests notice?

    tests/mutants.py [--count 100] [--seed 1] [--tree build/mutants] [--tests REGEX] [FOLDER…]

Makes seeded mutants of the C files below the FOLDERs (sim/proto and sim/net): one flips an operator,
shifts a constant, negates a branch or drops a statement. Each is built in a build folder of its own and
the tests (those whose names match REGEX) are run until one fails. Prints a line a mutant and,
after each round (what slowwire shows; the unit tests of that folder; all others), the share that was
caught; what is left at the end are the rows that the tests lack, or changes that mean the same. The
sources are mutated in a copy of the tree, never in place.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys

FLIPS = [("<=", "<"), (">=", ">"), ("==", "!="), ("!=", "=="), ("&&", "||"), ("||", "&&"),
         (" < ", " <= "), (" > ", " >= "), (" + ", " - "), (" - ", " + "), ("true", "false"),
         ("false", "true"), (" & ", " | "), ("++", "--")]


CHEAP = "^(golden|conformance|scenario_checks|probe)$"
QUICK = ["-LE", "long|once"]
# Who includes these runs whole networks.
NETWORK_SIGNS = ['"world_rig.h"', '"world_check.h"', '"run.h"']

CLAMP = re.compile(r"(\S+) [<>] ([^?]+?) \? [^:]*\b(\1|\2)\b")


def places(text):
    """Every place of the code (not of comments, strings or declarations' tables) that can change."""
    code = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    code = re.sub(r'"(\\.|[^"\\])*"', lambda m: '"' + " " * (len(m.group()) - 2) + '"', code)
    code = re.sub(r"^#.*$", lambda m: " " * len(m.group()), code, flags=re.M)
    code = re.sub(r"\bassert\([^;]*;", lambda m: " " * len(m.group()), code)
    found = []
    for old, new in FLIPS:
        for m in re.finditer(re.escape(old), code):
            if new in (" <= ", " >= ") and CLAMP.match(code, code.rfind(" ", 0, m.start()) + 1):
                continue  # a > b ? b : a is the same with >=
            found.append((m.start(), old, new))
    for m in re.finditer(r"(?<![\w.])(\d+)(?![\w.])", code):
        if code[m.start() - 1:m.end() + 1] == "{0}":
            continue  # a zero initialiser says "nothing given"
        found.append((m.start(), m.group(1), str(int(m.group(1)) + 1)))
    for m in re.finditer(r"\bif \((?=[^;{]*\) \{)", code):
        end = code.index(") {", m.end())
        whole = text[m.start():end + 1]
        found.append((m.start(), whole, "if (!(" + whole[4:-1] + "))"))
    for m in re.finditer(r"^ +[a-z][\w.>\[\]-]* (?:[-+|]?=) [^;{]*;$|^ +[a-z]\w*\([^;{]*\);$", code,
                         flags=re.M):
        found.append((m.start(), text[m.start():m.end()], "    ;"))
    return sorted(set(found))


def own_tests(tree, file):
    """The programs that look at the folder of that file: by their name, or by what they include."""
    folder = os.path.dirname(file)[len("sim/"):]
    unit = os.path.join(tree, "tests/unit")
    signs = [f'#include "{folder}/'] + (NETWORK_SIGNS if folder == "net" else [])
    return sorted(name[:-2] for name in os.listdir(unit) if re.fullmatch(r"test_.*\.c", name) and (
        os.path.basename(folder) in name
        or any(sign in content(os.path.join(unit, name)) for sign in signs)))


def cheap_round(_tree, _mutant):
    """What one program shows; with the seconds after which a mutant runs for ever."""
    return ["slowwire"], ["-R", CHEAP, *QUICK], 150


def own_round(tree, mutant):
    names = own_tests(tree, mutant[0])
    return names, ["-R", "^(" + "|".join(names) + ")$", *QUICK], 300


def last_round(_tree, _mutant):
    """All that the others know."""
    return ["all"], ["-E", CHEAP, *QUICK], 1500


def content(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run(command, folder, seconds):
    """A mutant may run for ever: whatever it has started ends with it."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return -1
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def mutate(tree, mutant, judge):
    """What judge says of the tree with that one mistake in it."""
    file, at, old, new = mutant
    path = os.path.join(tree, file)
    text = content(path)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text[:at] + new + text[at + len(old):])
    try:
        return judge()
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def verdict(build, targets, tests, seconds):
    if run(["ninja", "-C", build, *targets], build, 900) != 0:
        return "does not build"
    good = run(["ctest", "--stop-on-failure", "-j2", *tests], build, seconds) == 0
    return "SURVIVED" if good else "caught"


def tell(tree, said, mutant):
    file, at, old, new = mutant
    line = content(os.path.join(tree, file)).count("\n", 0, at) + 1
    shown = re.sub(r"\s+", " ", old), re.sub(r"\s+", " ", new)
    print(f"{said:8} {file}:{line}: {shown[0]!r} -> {shown[1]!r}", flush=True)


def judge_all(tree, mutants, count, how):
    """The first `count` that build; those that survive are returned."""
    left, total = [], 0
    for mutant in mutants:
        if total == count:
            break
        said = mutate(tree, mutant, lambda: verdict(os.path.join(tree, "out"), *how(tree, mutant)))
        total += said != "does not build"
        if said == "SURVIVED":
            left.append(mutant)
        elif said == "caught":
            tell(tree, said, mutant)
    return left, total


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("folders", nargs="*", default=["sim/proto", "sim/net"], metavar="FOLDER")
    parse.add_argument("--tests", default="")
    parse.add_argument("--count", type=int, default=100)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--tree", default="build/mutants")
    a = parse.parse_args()
    shutil.rmtree(a.tree, ignore_errors=True)
    os.makedirs(a.tree)
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        os.makedirs(os.path.join(a.tree, os.path.dirname(name)), exist_ok=True)
        shutil.copy2(name, os.path.join(a.tree, name))
    files = [name for name in listed.splitlines()
             if name.endswith(".c") and any(name.startswith(f + "/") for f in a.folders)]
    all_places = [(name, *p) for name in files for p in places(content(os.path.join(a.tree, name)))]
    chosen = random.Random(a.seed).sample(all_places, min(3 * a.count, len(all_places)))
    flags = ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=-O2 -g0 -w", "-DSLOWWIRE_UI=OFF", "-GNinja"]
    rounds = [cheap_round, own_round, last_round]
    if a.tests:
        rounds = [lambda *_: (["all"], ["-R", a.tests, *QUICK], 1500)]
    out = os.path.join(a.tree, "out")
    if run(["cmake", "-B", "out", *flags], a.tree, 600) != 0:
        sys.exit("no build")
    if any(verdict(out, *each(a.tree, chosen[0])) != "SURVIVED" for each in rounds):
        sys.exit("the tests fail without any mutant")
    total = None
    for each in rounds:
        chosen, built = judge_all(a.tree, chosen, total or a.count, each)
        total = total or built
        print(f"{total - len(chosen)} of {total} mutants caught", flush=True)
        for mutant in chosen:
            tell(a.tree, "left", mutant)


main()
