#!/bin/sh
# Scenarios that are tests and nothing else: what they expect, and the invariants of every run.
cd "$SOURCE_DIR" || exit 1
"$SLOWWIRE" test tests/scenarios
