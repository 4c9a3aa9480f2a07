#!/bin/sh
# Conformance cases: a raw host says what the RFC's paragraph is about, and the endpoint's answer is
# compared packet by packet.
cd "$SOURCE_DIR" || exit 1
"$SLOWWIRE" test tests/conformance
