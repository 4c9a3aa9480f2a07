"""The reader, scenarios/scenario.schema.json and scenarios/README.md never disagree.

Every bundled scenario and every example of the reference goes to `slowwire check` and to a JSON
Schema validator; the expectations of the examples hold in a run. Broken files go to the validator as
well: it refuses all but those whose mistake lies between values that are right by themselves. Every
key of the schema stands in the reference and has a description in both languages.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

SOURCE = os.environ["SOURCE_DIR"]
SLOWWIRE = os.environ["SLOWWIRE"]
SCENARIOS = os.path.join(SOURCE, "scenarios")

# Broken files that are right value by value: no schema can see what is wrong.
BEYOND_SCHEMA = {
    "address-of-network", "address-twice", "expect-flow", "group", "fault-cut-nothing", "fault-restart",
    "framed-escapes", "framed-roles", "frames-too-many",
    "full-width-quotes", "host-unknown", "host-unknown-near", "key-twice", "name-without-resolver", "number-too-fine", "number-too-large",
    "reserve-together", "router-name-twice", "stop-at-zero", "traffic-no-link", "traffic-no-route",
    "traffic-same-name", "traffic-to-itself", "traffic-window", "warning-nothing-sent", "warning-reserve-too-little",
    "warnings", "yaml-merge-key",
}

failures = []


def fail(where, what):
    failures.append(f"{where}: {what}")


def blocks(text):
    """The fenced yaml blocks of a page: (line, is the base, text)."""
    for found in re.finditer(r"^```yaml( base)?\n(.*?)^```$", text, re.S | re.M):
        yield text.count("\n", 0, found.start()) + 2, found[1] is not None, found[2]


def sections(text):
    """A scenario's text by its top-level keys."""
    parts, name = {}, None
    for line in text.splitlines(keepends=True):
        key = re.match(r"(\w+):", line)
        name = key[1] if key else name
        if name:
            parts[name] = parts.get(name, "") + line
    return parts


def whole(example, base):
    have = sections(example)
    return "".join(part for name, part in sections(base).items() if name not in have) + example


def say(arguments):
    done = subprocess.run([SLOWWIRE, *arguments], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def check(validator, where, path, text):
    for error in validator.iter_errors(yaml.safe_load(text)):
        fail(where, f"the schema refuses {list(error.path)}: {error.message[:200]}")
    status, output = say(["check", path])
    if status != 0:
        fail(where, f"the reader refuses it:\n{output}")
        return
    status, output = say(["run", "--format", "none", path])
    if status != 0:
        fail(where, f"running it gives status {status}:\n{output}")


def check_examples(validator, page):
    found = list(blocks(page))
    base = next(text for _, is_base, text in found if is_base)
    with tempfile.TemporaryDirectory() as folder:
        for line, _, text in found:
            path = os.path.join(folder, f"line-{line}.yaml")
            text = whole(text, base)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            check(validator, f"scenarios/README.md:{line}", path, text)
    if len(found) < 15:
        fail("scenarios/README.md", f"only {len(found)} examples were found")


def check_bundled(validator):
    for folder, _, names in sorted(os.walk(SCENARIOS)):
        for name in sorted(names):
            if name.endswith(".yaml"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    check(validator, os.path.relpath(path, SOURCE), path, file.read())


def check_broken(validator):
    folder = os.path.join(SOURCE, "tests", "broken")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".yaml"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            try:
                document = yaml.safe_load(file)
            except yaml.YAMLError:
                continue
        accepted = validator.is_valid(document)
        if accepted != (name[:-5] in BEYOND_SCHEMA):
            fail(f"tests/broken/{name}", "the schema accepts it" if accepted else "the schema refuses it")


def keys_of(schema, where, found):
    """Every key that a mapping of the schema has, with what describes it."""
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items() if isinstance(
                schema.get("properties"), dict) else []:
            found.append((key, f"{where}.{key}", value))
        for key, value in schema.items():
            keys_of(value, f"{where}.{key}", found)
    elif isinstance(schema, list):
        for i, value in enumerate(schema):
            keys_of(value, f"{where}.{i}", found)


def check_keys(schema, page):
    found = []
    keys_of(schema, "schema", found)
    code = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`[^`]+`|^```.*?^```", page, re.S | re.M))))
    for key, where, value in found:
        value = resolved(schema, value)
        text = value.get("description", "")
        if " / " not in text or not re.search(r"[\u4e00-\u9fff]", text):
            fail(where, "is not described in both languages")
        if "examples" not in value and key not in ("en", "zh"):
            fail(where, "has no example")
        if key not in code:
            fail(where, "does not stand in the reference")
    if len(found) < 80:
        fail("scenario.schema.json", f"only {len(found)} keys were found")


def resolved(schema, value):
    """What a bare reference refers to."""
    if "$ref" in value and "description" not in value:
        return schema["definitions"][value["$ref"].rsplit("/", 1)[1]]
    return value


def main():
    with open(os.path.join(SCENARIOS, "scenario.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    with open(os.path.join(SCENARIOS, "README.md"), encoding="utf-8") as file:
        page = file.read()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    check_examples(validator, page)
    check_bundled(validator)
    check_broken(validator)
    check_keys(schema, page)
    for failure in failures:
        print(f"reference: {failure}")
    return 1 if failures else 0


sys.exit(main())
