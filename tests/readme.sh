#!/bin/sh
# The README keeps its word: each line of its sh blocks runs here, in their order, in a fresh folder;
# `play` is run without a display and must say so; its scenario holds what it expects; its links and
# its two commands exist.
set -eu

fail()
{
    echo "readme: $*"
    exit 1
}

readme=$SOURCE_DIR/README.md
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cp -r "$SOURCE_DIR/scenarios" "$folder/"
mkdir "$folder/tests"
cp -r "$SOURCE_DIR/tests/probe" "$folder/tests/"
cd "$folder"
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER
PATH=$BUILD_DIR:$PATH

# block LANGUAGE: the lines of the fenced blocks of that language.
block()
{
    awk -v open="\`\`\`$1" '/^```/ { inside = ($0 == open); next } inside' "$readme"
}

block sh >lines
[ "$(grep -c '^slowwire ' lines)" -ge 8 ] || fail "the blocks of commands were not found"
while IFS= read -r line; do
    status=0
    case $line in
    "export PATH="*) continue ;;
    "slowwire plot "* | "slowwire draw "*)
        [ -x "$BUILD_DIR/slowwire-draw" ] || continue # a headless build has no pictures
        sh -c "$line" >output 2>&1 </dev/null || fail "'$line': $(cat output)"
        ;;
    "slowwire play "*)
        sh -c "$line" >output 2>&1 </dev/null || status=$?
        [ "$status" -eq 3 ] || fail "'$line' without a display: status $status, not 3"
        ;;
    "slowwire "*)
        sh -c "$line" >output 2>&1 </dev/null || status=$?
        expected=0
        case $line in *"# exit status "*) expected=${line##*# exit status } ;; esac
        [ "$status" -eq "${expected%%:*}" ] || fail "'$line' ends with status $status: $(cat output)"
        ;;
    *) fail "'$line': this test cannot run it" ;;
    esac
done <lines

block yaml >readme.yaml
slowwire run readme.yaml >output 2>&1 || fail "its scenario: $(cat output)"

"$SOURCE_DIR/bootstrap" --help >help
grep -o '\./bootstrap [a-z]*\( all\)\?' "$readme" | sort -u >commands
[ "$(wc -l <commands)" -ge 3 ] || fail "its bootstrap commands were not found"
while read -r _ command; do
    grep -q "^  $command " help || fail "./bootstrap --help knows no '$command'"
done <commands

grep -o '](\([^)]*\))' "$readme" | sed 's/^](//; s/)$//' >links
while IFS= read -r link; do
    [ -e "$SOURCE_DIR/$link" ] || fail "its link $link leads nowhere"
done <links
echo "readme: $(wc -l <lines) lines hold"
