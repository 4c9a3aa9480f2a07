#!/bin/sh
# The reader, the schema and the reference of the scenario language agree: see reference.py.
set -eu
python=/usr/bin/python3
if ! $python -W ignore -c 'import jsonschema, yaml' 2>/dev/null; then
    echo "reference: skipped: needs Debian's python3-jsonschema and python3-yaml"
    exit 77
fi
exec $python -W ignore "$SOURCE_DIR/tests/reference.py"
