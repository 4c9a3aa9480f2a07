#!/bin/sh
# Is all that is read written before (valgrind's memcheck)? Every bundled scenario and case is run, and
# some of their files written. By hand also whole programs of tests (a hundred take an hour):
#
#     tests/memcheck.sh build/debug/test_tcp_open…
set -eu

command -v valgrind >/dev/null || {
    echo "skipped: no valgrind"
    exit 77
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

watched()
{
    valgrind -q --error-exitcode=99 --trace-children=yes "$@" >"$place/out" 2>"$place/said" || {
        echo "memcheck: status $? of: $*"
        cat "$place/said"
        exit 1
    }
}

if [ $# -gt 0 ]; then
    for unit in "$@"; do
        echo "$unit"
        CK_FORK=no CK_DEFAULT_TIMEOUT=0 watched "$unit"
    done
    exit 0
fi
cd "$SOURCE_DIR"
slowwire=${SLOWWIRE:?}
if ldd "$slowwire" | grep -q libasan; then
    echo "skipped: the sanitizer watches this build"
    exit 77
fi
watched "$slowwire" test -j1 scenarios tests/conformance
for topic in arq dhcp tcp rtp app; do
    for file in scenarios/"$topic"/*.yaml; do
        watched "$slowwire" run "$file" --format jsonl --pcapng "$place/a.pcapng"
        watched "$slowwire" run "$file" --format text --lang zh
        break
    done
done
