#!/usr/bin/env bash
# Peak memory of one transcription against the length of the recording: memory must not grow with it.
# Usage: eng/bench-memory.sh [MINUTES ...]        default: 20 180
# The shipped interview is repeated to each length (as FLAC, through ffmpeg), transcribed once each, and the peak of the
# resident set (VmHWM) is read from /proc while it runs. Linux only.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
minutes=("$@")
[ ${#minutes[@]} -gt 0 ] || minutes=(20 180)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$root/parley" --version >/dev/null # builds, if need be, before anything is measured
printf '| recording | peak memory | wall time | times real time |\n|---|---|---|---|\n'
for length in "${minutes[@]}"; do
    ffmpeg -v error -nostdin -stream_loop -1 -i "$root/samples/interview.wav" -t $((length * 60)) "$work/$length.flac"
    start=$(date +%s.%N)
    "$root/parley" transcribe "$work/$length.flac" --quiet -f json -o "$work/$length.json" &
    pid=$!
    peak=0
    while kill -0 "$pid" 2>/dev/null; do
        # The largest process of the tree: the launcher becomes the program, ffmpeg stands beside it.
        for process in "$pid" $(pgrep -P "$pid" || true); do
            kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status" 2>/dev/null || true)
            [ "${kib:-0}" -le "$peak" ] || peak=$kib
        done
        sleep 0.1
    done
    wait "$pid"
    wall=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')
    awk -v m="$length" -v p="$peak" -v w="$wall" 'BEGIN { printf "| %d min | %.0f MB | %.1f s | %.0f |\n", m, p / 1024, w, m * 60 / w }'
    rm -f "$work/$length.flac"
done
