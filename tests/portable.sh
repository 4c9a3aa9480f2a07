#!/bin/sh
# The programs know no path of the machine that built them, work wherever they are put, and load
# no more than they need.
set -eu

fail()
{
    echo "portable: $*"
    exit 1
}

# Sanitizers keep the names of sources on purpose; what is shipped is a release build.
for program in "$SLOWWIRE" "$SLOWWIRE_UI"; do
    if [ "$BUILD_TYPE" = Release ] && [ -x "$program" ] && grep -qF "$SOURCE_DIR" "$program"; then
        fail "$program holds the path of its sources"
    fi
done

# What is shipped is hardened: an address that nobody can guess, no stack that runs, tables of functions
# that cannot be written once it has begun, checked copies, a guard where foreign bytes are read.
hardened()
{
    readelf -Whld "$1" >"$elf"
    grep -Eq 'Type: +DYN' "$elf" || fail "$1 is not position independent"
    grep -Eq 'GNU_STACK .* RW +0x' "$elf" || fail "$1 has a stack that can be run"
    grep -q 'GNU_RELRO' "$elf" || fail "$1 has no tables that become read-only"
    grep -Eq 'FLAGS.* NOW' "$elf" || fail "$1 looks up its functions while it runs"
    readelf -Ws "$1" >"$elf"
    grep -q '__stack_chk_fail@' "$elf" || fail "$1 has no guard on its stack"
    grep -q '_chk@' "$elf" || fail "$1 checks no copies"
}
elf=$(mktemp)
if [ "$BUILD_TYPE" = Release ]; then
    for program in "$SLOWWIRE" "$SLOWWIRE_UI" "$(dirname "$SLOWWIRE")/slowwire-draw"; do
        [ ! -x "$program" ] || hardened "$program"
    done
fi
rm "$elf"

# Parallel runs are processes: where there is one thread, nothing can race.
if [ "$BUILD_TYPE" = Release ] && nm -D "$SLOWWIRE" | grep -E 'pthread_create|thrd_create'; then
    fail "$SLOWWIRE makes threads"
fi

# A headless run loads nothing of the window.
if ldd "$SLOWWIRE" | grep -E 'SDL|cairo|freetype'; then
    fail "$SLOWWIRE loads libraries of the window"
fi

# Installed as bin/ and share/slowwire/, in a folder whose name has a space.
place="$(mktemp -d)/a place"
trap 'rm -r "$(dirname "$place")"' EXIT
mkdir -p "$place/bin" "$place/share/slowwire"
cp "$SLOWWIRE" "$place/bin/"
cp -r "$SOURCE_DIR/scenarios" "$SOURCE_DIR/assets" "$place/share/slowwire/"
cd /
"$SLOWWIRE" list --lang en >"$place/expected"
"$place/bin/slowwire" list --lang en >"$place/found" || fail "the moved program cannot list"
cmp "$place/expected" "$place/found" || fail "the moved program lists other scenarios"
[ "$(wc -l <"$place/found")" -gt 1 ] || fail "the list is empty"
