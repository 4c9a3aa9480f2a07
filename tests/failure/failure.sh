#!/bin/bash
# What fails is made to fail: each request for memory in turn, each write, and the program itself amid
# its output. It says what is wrong, ends with the right status, and leaves no part of a file.
set -u
export LC_ALL=C.UTF-8
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place" || exit 1
scenarios=$SOURCE_DIR/scenarios
lost=$scenarios/arq/frame-lost.yaml
declared=$(grep -l '^protocols:' "$scenarios"/*/*.yaml | head -n 1)
failures=0

wrong()
{
    echo "failure: $*"
    failures=$((failures + 1))
}

says()
{
    grep -qF -- "$2" "$1" || wrong "$3: $1 does not say '$2' but: $(head -c 300 "$1")"
}

# Nothing but these files is in the folder.
only()
{
    local found
    found=$(find . -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')
    [ "$found" = "${1:+$1 }" ] || wrong "$2 leaves '$found', not '$1'"
}

# A sanitizer brings an allocator of its own.
memory=$BUILD_DIR/tests/libno_memory.so
grep -q __asan_init "$SLOWWIRE" && memory=

starve()
{
    { env "$1=$2" LD_PRELOAD="$memory" "$SLOWWIRE" run "$3" -o out 2>err 9>/dev/null; } 2>/dev/null
}

# Two requests of libfyaml's own, for its first buffers, end in a crash there. Before they are made
# so much memory is asked for that they cannot fail unless they alone are refused.
every_request_for_memory()
{
    local file=$1 n status i crashed=0
    n=$(LD_PRELOAD=$memory "$SLOWWIRE" run "$file" -o whole 9>&1 >/dev/null)
    [ "${n:-0}" -gt 100 ] || wrong "$file: only '$n' requests for memory were counted"
    for ((i = 1; i <= n; i++)); do
        rm -f out
        starve FAIL_AT "$i" "$file"
        status=$?
        case $status in
        0) cmp -s out whole || wrong "$file, request $i: status 0 and another output" ;;
        3) grep -qE 'out of memory|Cannot allocate memory' err || wrong "$file, request $i: $(head -c 200 err)" ;;
        139) crashed=$((crashed + 1)) ;;
        *) wrong "$file, request $i: status $status: $(head -c 200 err)" ;;
        esac
        [ ! -e out ] || cmp -s out whole || wrong "$file, request $i: a part of the output"
    done
    for ((i = 1; i <= n; i += 5)); do
        rm -f out
        starve FAIL_FROM "$i" "$file"
        status=$?
        [ $status = 3 ] || [ $status = 139 ] || { [ $status = 0 ] && cmp -s out whole; } ||
            wrong "$file, no memory from request $i on: status $status: $(head -c 200 err)"
        [ $status != 139 ] || crashed=$((crashed + 1))
        [ ! -e out ] || cmp -s out whole || wrong "$file, no memory from request $i on: a part of the output"
    done
    [ $crashed -le 3 ] || wrong "$file: $crashed crashes"
    rm -f out whole err
    only '' "want of memory"
}

# must STATUS WORDS ARGUMENTS…: what it prints goes nowhere.
must()
{
    local status=$1 words=$2 got
    shift 2
    "$SLOWWIRE" "$@" 2>"$place/err"
    got=$?
    [ $got = "$status" ] || wrong "$*: status $got, not $status: $(head -c 300 "$place/err")"
    [ -z "$words" ] || says "$place/err" "$words" "$*"
}

commands=("run $lost" "run --format jsonl $lost" "run --format summary $lost" "run --at 40ms $lost"
    "check $lost" "list" "test $lost" "why $lost DATA" "diff $lost $scenarios/arq/no-loss.yaml"
    "lesson $lost" "lesson --quiz --format json $lost" "dissector $declared" "hide $lost --set links.0.loss=5%"
    "--help" "run --help" "--version" "new arq/frame-lost -")

nowhere_to_print()
{
    local command
    for command in "${commands[@]}"; do
        # shellcheck disable=SC2086 # a list of words
        must 3 'standard output: No space left on device' $command >/dev/full
        # shellcheck disable=SC2086
        must 3 'standard output: Bad file descriptor' $command >&-
    done
    echo '{"op":"now"}' | must 3 'No space left on device' probe "$SOURCE_DIR/tests/probe/example.yaml" >/dev/full
}

# The reader goes after the first byte. (With SIGPIPE as it is the signal ends the writer.)
nobody_reads()
{
    local command status
    for command in "${commands[@]}"; do
        # shellcheck disable=SC2086
        { trap '' PIPE; "$SLOWWIRE" $command 2>err; echo $? >status; } | true
        status=$(cat status)
        [ "$status" = 0 ] || [ "$status" = 1 ] || wrong "$command into a closed pipe: status $status"
        [ ! -s err ] || wrong "$command into a closed pipe says $(head -c 200 err)"
    done
    rm -f err status
}

device_is_full()
{
    must 3 '/dev/full: No space left on device' run "$lost" -o /dev/full
    must 3 '/dev/full: No space left on device' run --format jsonl "$lost" -o /dev/full
    must 3 '/dev/full: No space left on device' run --format none "$lost" --pcapng /dev/full
    must 3 '/dev/full: No space left on device' test "$lost" --junit /dev/full >/dev/null
    must 3 '/dev/full: No space left on device' new arq/frame-lost /dev/full
    must 3 '/dev/full: No space left on device' dissector "$declared" -o /dev/full
    must 3 '/dev/full: No space left on device' hide "$lost" --set links.0.loss=5% -o /dev/full
    if [ -x "$BUILD_DIR/slowwire-draw" ]; then
        for form in svg png pdf; do
            ln -s /dev/full "full.$form"
            must 3 'No space left on device' draw "$lost" -o "full.$form"
            rm "full.$form"
        done
    fi
    rm -f err
    only '' "a full device"
}

# A limit on the size of files is a disk that fills up, at every kilobyte of the output.
disk_fills_up()
{
    local file=$scenarios/tcp/slow-start.yaml kind size n
    for kind in jsonl pcapng csv lua yaml; do
        case $kind in
        lua) set -- dissector "$declared" -o out.lua ;;
        yaml) set -- hide "$file" --set links.0.loss=5% -o out.yaml ;;
        jsonl) set -- run --format jsonl "$file" -o out.jsonl ;;
        pcapng) set -- run --format none "$file" --pcapng out.pcapng ;;
        csv) set -- sweep "$lost" --seeds 1..99 -j 1 -o out.csv ;;
        esac
        must 0 '' "$@"
        size=$(($(stat -c %s "out.$kind") / 1024))
        rm -f "out.$kind" err
        for ((n = 1; n < size; n += size / 12 + 1)); do
            (trap '' XFSZ; ulimit -f $n; must 3 'File too large' "$@"; exit $failures) || failures=$?
            rm -f err out.csv.part
            only '' "$kind on a disk of $n kB"
        done
    done
}

# Films are ffmpeg's, which ends with status 0 though the last bytes found no room, and may end at any time.
films()
{
    local form n status pid size
    for form in gif mp4; do
        must 0 '' draw "$lost" --to 10ms --size 400x300 -o whole.$form
        size=$(($(stat -c %s whole.$form) / 1024))
        for n in 1 $((size / 2)) $((size - 1)); do
            (trap '' XFSZ; ulimit -f $n; must 3 'No film was written' draw "$lost" --to 10ms --size 400x300 -o out.$form
                exit $failures) || failures=$?
        done
        must 3 'none/out' draw "$lost" -o none/out.$form
        mkdir bin
        for status in 0 7; do
            printf '#!/bin/sh\nexit %d\n' $status >bin/ffmpeg
            chmod +x bin/ffmpeg
            PATH=$PWD/bin:$PATH must 3 "ended with status $status" draw "$lost" -o out.$form
        done
        # shellcheck disable=SC2016 # for the program
        printf '#!/bin/sh\nhead -c 9 >/dev/null\nkill -KILL $$\n' >bin/ffmpeg
        PATH=$PWD/bin:$PATH must 3 'ended with status 137' draw "$lost" -o out.$form
        rm -r bin err
        only "whole.$form" "a film of $form"
        "$BUILD_DIR/slowwire-draw" "$scenarios/tcp/slow-start.yaml" -o out.$form 2>err &
        pid=$!
        until [ -n "$(find /proc/$pid/fd -lname "$place/*" 2>/dev/null)" ] || ! kill -0 $pid 2>/dev/null; do
            :
        done
        kill $pid
        wait $pid 2>/dev/null
        status=$?
        [ $status = 143 ] || wrong "TERM amid a film of $form: status $status: $(cat err)"
        rm -f err
        only "whole.$form" "TERM amid a film of $form"
        rm -f whole.$form
    done
}

no_right_to_write()
{
    mkdir -m 755 closed
    echo old >closed/old
    chmod 555 closed
    local as=()
    [ "$(id -u)" != 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 755 .
    for target in new old; do
        "${as[@]}" "$SLOWWIRE" run "$lost" -o closed/$target 2>err
        [ $? = 3 ] || wrong "a closed folder: status $?"
        says err "closed/$target: Permission denied" 'a closed folder'
    done
    [ "$(cat closed/old)" = old ] || wrong 'a closed folder: the old file is another'
    must 3 'none/out: No such file or directory' run "$lost" -o none/out
    must 3 'Is a directory' run "$lost" -o closed
    chmod 755 closed
    rm -rf closed err
    only '' 'a closed folder'
}

# ended SIGNAL FORM: killed as soon as the file is being written. It is there whole or not at all.
ended()
{
    local pid tries=0 amid=
    "$SLOWWIRE" run --format "$2" big.yaml -o big.out 2>err &
    pid=$!
    # Of an output under way the process has a file open that no name leads to, or a temporary one.
    while [ -z "$amid" ] && kill -0 $pid 2>/dev/null && [ $tries -lt 100000 ]; do
        amid=$(find /proc/$pid/fd -lname "$place/*" -printf x 2>/dev/null)
        tries=$((tries + 1))
    done
    kill -s "$1" $pid 2>/dev/null && killed=$((killed + ${#amid}))
    wait $pid 2>/dev/null
    status=$?
    [ $status = 0 ] || [ $status -gt 128 ] || wrong "$1 amid $2: status $status"
    [ ! -e big.out ] || cmp -s big.out "whole.$2" || wrong "$1 amid $2: a part of the output"
    rm -f big.out err
    only "big.yaml whole.jsonl whole.text" "$1 amid $2"
}

interrupted()
{
    killed=0
    cat >big.yaml <<'END'
hosts: {a: 10.0.0.1, b: 10.0.0.2}
links: [{between: [a, b], rate: 100 Mbit/s, delay: 5 ms}]
traffic: [{tcp: {from: a, to: b:80, bytes: 9 MB}}]
END
    for form in jsonl text; do
        "$SLOWWIRE" run --format $form big.yaml -o whole.$form
    done
    for signal in INT TERM KILL HUP; do
        for form in jsonl text; do
            ended $signal $form
        done
    done 2>/dev/null
    [ $killed -gt 0 ] || wrong 'no run was caught amid its output'
    rm -f big.yaml whole.*
}

if [ -n "$memory" ]; then
    every_request_for_memory "$lost"
    every_request_for_memory "$scenarios/dhcp/four-messages.yaml"
    every_request_for_memory "$scenarios/tcp/sack-two-holes.yaml"
fi
nowhere_to_print
nobody_reads
device_is_full
disk_fills_up
no_right_to_write
interrupted
if [ -x "$BUILD_DIR/slowwire-draw" ] && command -v ffmpeg >/dev/null; then
    films
else
    echo 'skipped: films, for want of slowwire-draw or ffmpeg'
fi

[ $failures = 0 ] && echo 'failure: everything failed as it should'
exit $((failures > 0))
