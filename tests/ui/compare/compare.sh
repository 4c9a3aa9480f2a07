#!/bin/bash
# Puts the program beside the drawings of its look: a sheet for each drawing, a row for each feature,
# the drawing's crop at the left, the program's at the right.
#
#   SLOWWIRE_UI=build/release/slowwire-ui tests/ui/compare/compare.sh LOOK_DIR
#
# LOOK_DIR holds the drawings as PNG of 1440 x 900 (1-handshake.png …). Needs ImageMagick.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
look=${1:?directory of the drawings}
ui=${SLOWWIRE_UI:-$root/build/release/slowwire-ui}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

shot()
{
    local sheet=$1 scenario=$2
    shift 2
    "$ui" --screenshot "$work/$sheet.png" --size 1440x900 "$@" "$root/scenarios/$scenario.yaml"
}

shot 1-handshake tcp/first-syn-lost --at 1.052s --select 3
# The fourth question, three answered.
cat >"$work/2-go-back-n.script" <<END
key shift+q
key d
key shift+q
key b
key shift+q
key d
key shift+q
at 200 shot $work/2-go-back-n.png
END
"$ui" --script "$work/2-go-back-n.script" --fixed-clock --size 1440x900 --lang en \
    "$root/scenarios/arq/gbn-frame-lost.yaml"
shot 3-congestion tcp/congestion-control --at 4022650476ns
shot 4-dhcp-lease dhcp/life-of-a-lease --at 413600200us --select 31
shot 5-rtp rtp/jittery-path --at 1625274959ns --select 85
shot 6-dark-projector-zh tcp/first-syn-lost --at 1.052s --select 3 --theme dark --projector 1.5 \
    --lang zh
shot 7-tcp-states tcp/two-streams --at 209ms --select 10

"${SLOWWIRE_GALLERY:-${ui%/*}/ui_gallery}" "$work/0-components.png"
printf 'key space\nat 600 expect asking yes\nmove 1200 250\nat 640 shot %s/2-predict.png\n' "$work" \
    >"$work/predict.script"
"$ui" --lang en --size 1440x900 --script "$work/predict.script" "$root/scenarios/tcp/handshake.yaml"

crop()
{
    convert "$1" -crop "$2" +repage -resize '600x>' -bordercolor '#888888' -border 1 "$3"
}

number=0
while IFS='|' read -r sheet feature left right; do
    case $sheet in '' | \#*) continue ;; esac
    sheet=${sheet// /}
    number=$((number + 1))
    row=$(printf '%s/%s.row.%03d.png' "$work" "$sheet" "$number")
    drawing=${sheet/2-predict/2-go-back-n} # the panel of that drawing
    crop "$look/$drawing.png" "${left// /}" "$work/left.png"
    crop "$work/$sheet.png" "${right// /}" "$work/right.png"
    convert -size 1220x20 xc:white -font "$root/assets/fonts/Inter-Medium.ttf" -pointsize 13 \
        -fill '#171B22' -annotate +4+15 "${feature# }" "$work/name.png"
    convert \( "$work/left.png" -background white -gravity northwest -extent 610x \) \
        "$work/right.png" -background white -gravity northwest +append -extent 1220x "$work/pair.png"
    convert "$work/name.png" "$work/pair.png" -background white -append "$row"
done < "$here/features.txt"

for sheet in 0-components 2-predict 1-handshake 2-go-back-n 3-congestion 4-dhcp-lease 5-rtp 6-dark-projector-zh 7-tcp-states; do
    convert "$work/$sheet".row.*.png -background white -append -colors 128 \
        -define png:compression-level=9 "PNG8:$here/$sheet.png"
    ls -l "$here/$sheet.png"
done
