#!/bin/bash
# What is installed and packed works where it lies: programs, manual, completion, library.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER
failures=0

wrong()
{
    echo "install: $*"
    failures=$((failures + 1))
}

command -v cmake >/dev/null || exit 77
# Sanitizers are for the build tree: a program that links their library must be built like it.
[ "$BUILD_TYPE" = Release ] || exit 77

# The tree below the given root: the program finds what comes with it, and nothing names the sources.
works_where_it_lies()
{
    local root=$1
    "$root/bin/slowwire" list >out 2>err || wrong "list: $(cat err)"
    grep -q arq/frame-lost out || wrong 'the bundled scenarios are not found'
    "$root/bin/slowwire" new arq/frame-lost mine.yaml >/dev/null || wrong 'new'
    "$root/bin/slowwire" run mine.yaml >out 2>err || wrong "run: $(cat err)"
    rm -f mine.yaml
    if [ -e "$root/bin/slowwire-draw" ]; then
        "$root/bin/slowwire" draw "$root/share/slowwire/scenarios/arq/frame-lost.yaml" -o picture.svg ||
            wrong 'draw'
        grep -q '<svg' picture.svg || wrong 'draw draws nothing'
        [ -e "$root/share/applications/slowwire.desktop" ] || wrong 'no desktop entry'
        [ -e "$root/share/icons/hicolor/scalable/apps/slowwire.svg" ] || wrong 'no icon'
    fi
    # (Link-time code in the archive remembers where the compiler ran.)
    ! grep -rlF --exclude='*.a' "$SOURCE_DIR" "$root" >found || wrong "$(cat found) names the sources' place"
}

the_manual_is_whole()
{
    local page command
    for page in man1 zh_CN/man1; do
        page=tree/share/man/$page/slowwire.1
        for command in run check test sweep plot why diff list new play draw probe; do
            grep -q "^\.SS $command\$" "$page" || wrong "$page lacks $command"
        done
        if command -v groff >/dev/null; then
            groff -K utf8 -man -Tutf8 -ww "$page" >text 2>err
            [ ! -s err ] || wrong "$page: $(head -c 300 err)"
            grep -q -e '--max-events' text || wrong "$page lacks options"
        fi
    done
    grep -q '退出状态' tree/share/man/zh_CN/man1/slowwire.1 || wrong 'the Chinese page is not Chinese'
}

# complete WORDS…: what bash offers for the last of them.
complete_words()
{
    PATH="$place/tree/bin:$PATH" bash -c '
        . "$1"; shift
        COMP_WORDS=(slowwire "$@"); COMP_CWORD=$#; _slowwire; printf "%s\n" "${COMPREPLY[@]}"
    ' - "$place/tree/share/bash-completion/completions/slowwire" "$@"
}

bash_completes()
{
    [ "$(complete_words sw)" = sweep ] || wrong "sw is completed to $(complete_words sw)"
    [ "$(complete_words sweep --se | sort | tr '\n' ' ')" = '--seeds --set ' ] ||
        wrong "sweep --se: $(complete_words sweep --se)"
    [ "$(complete_words run --format js)" = jsonl ] || wrong 'run --format js'
    [ "$(complete_words new arq/frame)" = arq/frame-lost ] || wrong "new: $(complete_words new arq/frame)"
    if command -v zsh >/dev/null; then
        zsh -n tree/share/zsh/site-functions/_slowwire || wrong 'zsh cannot read its completion'
    fi
}

a_program_of_ones_own_is_built()
{
    local libdir scenario=$SOURCE_DIR/scenarios/arq/frame-lost.yaml
    cp -r "$SOURCE_DIR/tests/example" example
    if ! { cmake -S example -B built -DCMAKE_PREFIX_PATH="$place/tree" &&
        cmake --build built; } >log 2>&1; then
        wrong "find_package: $(tail -n 5 log)"
    fi
    ./built/seeds "$scenario" 2 >one || wrong 'the example fails'
    [ "$(grep -c 'bit/s' one)" = 2 ] || wrong "the example says $(cat one)"
    libdir=$(dirname "$(find tree -name slowwire.pc)")
    # shellcheck disable=SC2046
    PKG_CONFIG_PATH="$place/$libdir" cc -std=c11 example/main.c -o two \
        $(PKG_CONFIG_PATH="$place/$libdir" pkg-config --cflags --libs slowwire) 2>log ||
        wrong "pkg-config: $(tail -n 5 log)"
    ./two "$scenario" 2 | cmp -s - one || wrong 'the two ways differ'
}

packages_hold_all_of_it()
{
    (cd "$BUILD_DIR" && cpack -B "$place/packed") >log 2>&1 || wrong "cpack: $(tail -n 5 log)"
    mkdir tar
    tar -xzf packed/*.tar.gz -C tar || wrong 'no tar.gz'
    works_where_it_lies "$(dirname "$(dirname "$(find "$place/tar" -name slowwire -path '*/bin/*')")")"
    if command -v dpkg-deb >/dev/null; then
        dpkg-deb -x packed/*.deb deb || wrong 'no .deb'
        works_where_it_lies "$place/deb/usr"
        dpkg-deb -f packed/*.deb Depends | grep -q libfyaml || wrong 'the .deb does not ask for libfyaml'
    fi
}

cmake --install "$BUILD_DIR" --prefix "$place/tree" >log 2>&1 || wrong "cmake --install: $(tail -n 3 log)"
works_where_it_lies "$place/tree"
the_manual_is_whole
bash_completes
a_program_of_ones_own_is_built
packages_hold_all_of_it
echo "install: $failures wrong"
[ $failures = 0 ]
