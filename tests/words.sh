#!/bin/bash
# Every text that the window and the commands name by its key is in the catalogue; the build sees to it
# that both languages have the same keys. A literal counts as a key if the catalogue has keys that begin
# alike; reasons of protocols (tcp.gap) are no texts, and run.h is a file.
set -u
export LC_ALL=C
cd "$SOURCE_DIR" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat assets/lang/en.*.txt | sed -n 's/^\([a-z][A-Za-z0-9.+-]*\) = .*/\1/p' | sort -u >"$work/keys"
heads=$(cut -d. -f1 "$work/keys" | sort -u | paste -sd'|')
grep -rhoE "\"($heads)(\.[a-z0-9-]+)+\"" ui --include='*.c' --include='*.h' | tr -d '"' |
    grep -vE '^(tcp|dhcp)\.|\.h$' | sort -u >"$work/named"
named=$(wc -l <"$work/named")
[ "$named" -gt 300 ] || { echo "words: only $named keys are seen" && exit 1; }
missing=$(comm -23 "$work/named" "$work/keys")
[ -z "$missing" ] || { echo "words: the catalogue lacks" && echo "$missing" && exit 1; }
echo "words: $named keys"
