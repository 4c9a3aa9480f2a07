#!/bin/sh
# The bundled scenarios as a course: see course.py. UPDATE_COURSE=1 writes the list of
# scenarios/README.md anew from scenarios/course.txt.
command -v python3 >/dev/null || { echo "skipped: no python3" && exit 77; }
python3 -c 'import yaml' 2>/dev/null || { echo "skipped: no python3-yaml" && exit 77; }
exec python3 "$SOURCE_DIR/tests/course.py"
