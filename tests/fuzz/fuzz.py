#!/usr/bin/python3
"""Runs the fuzz targets of the preset `fuzz`.

    tests/fuzz/fuzz.py quick SECONDS           all of them, SECONDS in all, from the corpora of the sources
    tests/fuzz/fuzz.py night [TARGET...]       each until five minutes have brought no new coverage, and
                                               for ten at least; then a line of figures
    tests/fuzz/fuzz.py keep [TARGET...]        what such a night has found out, made small, into the sources

A night goes on from what the one before it left in build/fuzz/corpus. What breaks a target is left in
build/fuzz/found/TARGET and ends with status 1; once it is mended it belongs into tests/fuzz/found/TARGET.
"""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build", "fuzz")
LEAST, QUIET, ROUND = 600, 300, 60  # seconds
KEPT_BYTES, KEPT_FILES = 60000, 120  # of a corpus in the sources
SEEDS = {"reader": ["scenarios", "tests/broken"], "run": ["scenarios"], "probe": ["tests/probe"]}
LENGTHS = {"reader": 4000, "run": 3000, "probe": 3000, "notation": 200, "wire": 800}


def targets(names):
    every = sorted(f[5:-2] for f in os.listdir(HERE) if f.startswith("fuzz_") and f.endswith(".c"))
    for name in names:
        if name not in every:
            sys.exit(f"fuzz.py: no target '{name}'; there are {' '.join(every)}")
    return names or every


def seeds(name):
    folders = [os.path.join(HERE, "corpus", name), os.path.join(HERE, "found", name)]
    folders += [os.path.join(ROOT, f) for f in SEEDS.get(name, [])]
    return [f for f in folders if os.path.isdir(f)]


def found(name):
    folder = os.path.join(BUILD, "found", name)
    os.makedirs(folder, exist_ok=True)
    return folder


def fuzz(name, seconds, into):
    """What libFuzzer printed; None: it broke."""
    words = os.path.join(HERE, name + ".dict")
    command = [os.path.join(BUILD, "fuzz_" + name), into, *seeds(name), f"-max_total_time={seconds}",
               f"-max_len={LENGTHS.get(name, 1500)}", "-timeout=20", "-rss_limit_mb=2048",
               "-print_final_stats=1", "-verbosity=1", f"-artifact_prefix={found(name)}/"]
    if os.path.exists(words):
        command.append(f"-dict={words}")
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          errors="replace")
    if done.returncode != 0:
        said = [x for x in done.stderr.splitlines() if not re.match(r"#\d+|\s+NEW_FUNC|INFO", x)]
        print("\n".join(said)[:4000], flush=True)
        print(f"fuzz.py: {name} broke; its input is in {found(name)}", flush=True)
        return None
    return done.stderr


def figures(said):
    runs = int(re.findall(r"stat::number_of_executed_units: (\d+)", said)[-1])
    edges, features = map(int, re.findall(r"cov: (\d+) ft: (\d+)", said)[-1])
    return runs, edges, features


def quick(seconds):
    """A share for each; a scratch corpus, so that every call begins alike."""
    names = targets([])
    scratch = os.path.join(BUILD, "scratch")
    broken = 0
    for name in names:
        shutil.rmtree(scratch, ignore_errors=True)
        os.makedirs(scratch)
        said = fuzz(name, max(1, seconds // len(names)), scratch)
        broken += said is None
        if said:
            print("{}: {} inputs, {} edges".format(name, *figures(said)[:2]), flush=True)
    return broken


def night(names):
    broken = 0
    for name in targets(names):
        into = os.path.join(BUILD, "corpus", name)
        os.makedirs(into, exist_ok=True)
        began, total, last, edges, features = time.time(), 0, time.time(), 0, 0
        while time.time() - began < LEAST or time.time() - last < QUIET:
            said = fuzz(name, ROUND, into)
            if said is None:
                broken += 1
                break
            runs, now, features = figures(said)
            total += runs
            if now > edges:
                edges, last = now, time.time()
        print(f"{name}: {(time.time() - began) / 60:.0f} minutes, {total} inputs, {edges} edges, "
              f"{features} features, {len(os.listdir(into))} kept, "
              f"{(time.time() - last) / 60:.0f} minutes without a new edge", flush=True)
    return broken


def keep(names):
    """The smallest inputs that reach all that is reached, as many as KEPT_BYTES allow."""
    for name in targets(names):
        into, small = os.path.join(BUILD, "corpus", name), os.path.join(BUILD, "small")
        shutil.rmtree(small, ignore_errors=True)
        os.makedirs(small)
        subprocess.run([os.path.join(BUILD, "fuzz_" + name), "-merge=1", "-use_value_profile=0", small,
                        into, *seeds(name)], check=True, stderr=subprocess.DEVNULL)
        home = os.path.join(HERE, "corpus", name)
        shutil.rmtree(home, ignore_errors=True)
        os.makedirs(home)
        size = 0
        files = sorted(os.listdir(small), key=lambda f: (os.path.getsize(os.path.join(small, f)), f))
        for file in files[::len(files) // KEPT_FILES + 1]:
            size += os.path.getsize(os.path.join(small, file))
            if size > KEPT_BYTES:
                break
            shutil.copy(os.path.join(small, file), os.path.join(home, file[:12]))
        print(f"{name}: {len(os.listdir(home))} inputs", flush=True)
    return 0


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "quick":
        return quick(int(sys.argv[2]))
    if len(sys.argv) >= 2 and sys.argv[1] in ("night", "keep"):
        return {"night": night, "keep": keep}[sys.argv[1]](sys.argv[2:])
    sys.exit(__doc__)


sys.exit(1 if main() else 0)
