#!/bin/sh
# Makes the clips that ship inside the gateway, `builtin:demo` and `builtin:slate`, and writes them as text into
# this folder. Needs ffmpeg with libx264 and the DejaVu fonts. To look at one:
# headgate's own file input, or `sed -n 's/^ *"\(.*\)"$/\1/p' DemoClip.swift | base64 -d | ffplay -`.
#
# Both loop without a seam: their duration is a whole number of video frames and of AAC frames (a multiple of 0.32 s at
# 25 frames and 48,000 samples a second), the tone has a whole number of periods, and what is kept is cut out of the
# middle of a longer encode, so that neither encoder's start is in it.
set -eu
cd "$(dirname "$0")"
clips=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
font=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf
[ -f "$font" ] || font=$(fc-match -f '%{file}' monospace:bold)

# encode NAME VIDEO AUDIO GOP CRF AUDIO_BITRATE: 12 s of both, every GOP closed.
encode() {
    ffmpeg -hide_banner -loglevel error -y -f lavfi -i "$2" -f lavfi -i "$3" -t 12 \
        -c:v libx264 -preset veryslow -profile:v main -pix_fmt yuv420p -crf "$5" \
        -g "$4" -keyint_min "$4" -sc_threshold 0 -bf 0 -flags +cgop \
        -c:a aac -b:a "$6" -ar 48000 -ac 2 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact "$work/$1.nut"
}

# cut_loop NAME VIDEO_FRAMES AUDIO_FRAMES MUXRATE SERVICE: from the second GOP on, as a constant-rate TS with close PCRs.
cut_loop() {
    # Each stream by itself first: together, the end of one ends the other early.
    ffmpeg -hide_banner -loglevel error -y -ss 2 -i "$work/$1.nut" \
        -map 0:v -c copy -frames:v "$2" "$work/$1-video.nut" -map 0:a -c copy -frames:a "$3" "$work/$1-audio.nut"
    ffmpeg -hide_banner -loglevel error -y -i "$work/$1-video.nut" -i "$work/$1-audio.nut" -map 0:v -map 1:a -c copy \
        -muxrate "$4" -pcr_period 20 -pat_period 0.2 -sdt_period 1 -muxdelay 0.3 -muxpreload 0.3 \
        -metadata service_provider=headgate -metadata service_name="$5" -fflags +bitexact -f mpegts "$work/$1.ts"
}

# embed NAME TYPE: the clip as base64 in a static string, which compiles in no time.
embed() {
    {
        printf '// swift-format-ignore-file\n// Written by generate.sh.\n\n/// `builtin:%s`\n' "$1"
        printf 'enum %s {\n    static let base64: StaticString =\n        "' "$2"
        base64 -w 0 "$work/$1.ts"
        printf '"\n}\n'
    } > "$clips/$2.swift"
}

# 8 s of moving bars with a running clock and a 440 Hz tone.
encode demo "color=c=0x10202c:s=640x360:r=25,drawgrid=w=80:h=72:t=1:c=0x2c4a5c,\
drawbox=x=40:y=272:w=80:h=40:c=0xc0c0c0:t=fill,drawbox=x=120:y=272:w=80:h=40:c=0xc0c000:t=fill,\
drawbox=x=200:y=272:w=80:h=40:c=0x00c0c0:t=fill,drawbox=x=280:y=272:w=80:h=40:c=0x00c000:t=fill,\
drawbox=x=360:y=272:w=80:h=40:c=0xc000c0:t=fill,drawbox=x=440:y=272:w=80:h=40:c=0xc00000:t=fill,\
drawbox=x=520:y=272:w=80:h=40:c=0x0000c0:t=fill,\
drawtext=fontfile=$font:text='HEADGATE':x=40:y=40:fontsize=36:fontcolor=white,\
drawtext=fontfile=$font:text='demo clip  640x360  25 fps':x=40:y=88:fontsize=18:fontcolor=0x9fb8c8,\
drawtext=fontfile=$font:text='%{pts\\:hms\\:-2}':x=(w-tw)/2:y=150:fontsize=64:fontcolor=white,\
drawtext=fontfile=$font:text='%{eif\\:mod(n\\,25)\\:d\\:2}':x=556:y=40:fontsize=36:fontcolor=0xffc040[bg];\
color=c=0xffc040:s=24x24:r=25[ball];[bg][ball]overlay=x='308+268*sin(2*PI*t/4)':y=236" \
    "sine=frequency=440:sample_rate=48000,volume=0.25" 25 24 64k
cut_loop demo 200 375 300k "Headgate demo"

# 1.92 s of a still card and silence.
encode slate "color=c=0x10202c:s=640x360:r=25,\
drawtext=fontfile=$font:text='NO SIGNAL':x=(w-tw)/2:y=140:fontsize=64:fontcolor=white,\
drawtext=fontfile=$font:text='headgate':x=(w-tw)/2:y=226:fontsize=24:fontcolor=0x9fb8c8" \
    "anullsrc=r=48000:cl=stereo" 24 26 32k
cut_loop slate 48 90 150k "Headgate slate"

embed demo DemoClip
embed slate SlateClip
ls -l "$work"/*.ts "$clips"/*Clip.swift
