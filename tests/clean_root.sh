#!/bin/bash
# The packages on a machine that has nothing: a Debian of its own, without compilers and without the
# sources, made for this test. apt installs the .deb there with what it asks for; the .tar.gz runs
# beside it. It needs a mirror of Debian and the right to change roots, and takes a minute or two: with
# SLOWWIRE_LONG=1, of a release build.
set -u
export LC_ALL=C.UTF-8

skip()
{
    echo "skipped: $*"
    exit 77
}

[ -n "${SLOWWIRE_LONG:-}" ] || skip 'long'
[ "$BUILD_TYPE" = Release ] || skip 'no release build'
[ "$(id -u)" = 0 ] || skip 'not root'
command -v mmdebstrap >/dev/null || skip 'no mmdebstrap'
# shellcheck source=/dev/null
. /etc/os-release
[ "${ID:-}" = debian ] || skip 'the packages are for the Debian that they were made on'
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
failures=0

wrong()
{
    echo "clean root: $*"
    failures=$((failures + 1))
}

# inside COMMAND…: in the clean root, with nothing of this environment.
inside()
{
    chroot root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
}

# works PROGRAM FOLDER: what the programs do there; FOLDER holds scenarios/.
works()
{
    local program=$1 share=$2
    inside "$program" list --lang zh >out 2>err || wrong "$program list: $(head -c 300 err)"
    grep -q '三次握手' out || wrong "$program list does not find the lessons"
    inside "$program" run "$share/scenarios/tcp/handshake.yaml" >out 2>err ||
        wrong "$program run: $(head -c 300 err)"
    grep -q 'SYN+ACK' out || wrong "$program run prints $(head -c 300 out)"
    inside "$program" test -j2 "$share/scenarios" >out 2>err || wrong "$program test: $(grep '^not ok' out)"
    inside "$program" sweep "$share/scenarios/arq/frame-lost.yaml" --seeds 1..20 -o /tmp/sweep.csv 2>err ||
        wrong "$program sweep: $(head -c 300 err)"
    if [ -e "root$(dirname "$program")/slowwire-draw" ]; then
        inside "$program" draw --lang zh "$share/scenarios/tcp/handshake.yaml" -o /tmp/ladder.pdf 2>err ||
            wrong "$program draw: $(head -c 300 err)"
        [ "$(head -c 5 root/tmp/ladder.pdf)" = '%PDF-' ] || wrong 'no PDF was drawn'
        inside "$program" plot /tmp/sweep.csv -o /tmp/sweep.svg 2>err || wrong "$program plot: $(head -c 300 err)"
        inside "$program" play "$share/scenarios/tcp/handshake.yaml" >out 2>err
        [ $? = 3 ] || wrong "$program play without a display: $(head -c 300 err)"
        ! grep -q 'shared libraries' err || wrong "$program play: $(head -c 300 err)"
    fi
    rm -f root/tmp/sweep* root/tmp/ladder.pdf
}

(cd "$BUILD_DIR" && cpack -B "$place/packed") >log 2>&1 || wrong "cpack: $(tail -n 5 log)"
deb=$(echo packed/*.deb)
# shellcheck disable=SC2016 # mmdebstrap's shell is the one to expand it
mmdebstrap --mode=root --variant=minbase --include=ca-certificates "$VERSION_CODENAME" root \
    --customize-hook="copy-in $deb /tmp" \
    --customize-hook='chroot "$1" sh -c "apt-get install -y --no-install-recommends /tmp/*.deb"' >log 2>&1 ||
    if grep -qE 'Setting up (slowwire|libc-bin)|Depends' log; then
        wrong "the .deb does not install: $(tail -n 8 log)"
    else
        skip "no mirror of Debian: $(tail -n 2 log)"
    fi
inside sh -c '! command -v cc && ! command -v gcc && ! command -v cmake' >/dev/null || wrong 'the root is not clean'
works /usr/bin/slowwire /usr/share/slowwire
[ -e root/usr/share/man/man1/slowwire.1 ] || wrong 'no manual'

mkdir root/opt/tar
tar -xzf packed/*.tar.gz -C root/opt/tar --strip-components=1 || wrong 'the .tar.gz does not unpack'
inside dpkg --purge slowwire >log 2>&1 || wrong "the .deb does not go again: $(tail -n 3 log)"
if [ -e root/usr/bin/slowwire ] || [ -e root/usr/share/slowwire ]; then
    wrong 'the .deb leaves something'
fi
program=$(cd root && find opt/tar -name slowwire -path '*/bin/*')
works "/$program" "/$(dirname "$(dirname "$program")")/share/slowwire"
echo "clean root: $failures wrong"
[ $failures = 0 ]
