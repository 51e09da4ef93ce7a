#!/usr/bin/env bash
# What a worker process costs: time until it is ready, memory, and what a job takes beyond the pipeline's own time.
# Usage: eng/bench-workers.sh [JOBS]                 medians over so many starts and jobs, default 9
#        eng/bench-workers.sh memory [MINUTES ...]   peaks for recordings of these lengths, default 10 60 180, at batches of 60 and 300 s
# Workers are started and asked as a server does it: orders on standard input, HTTP on a socket. Linux only; needs curl, jq and, for memory, ffmpeg.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
pid=
stop() { # the end of its input is the end of a worker
    [ -z "$pid" ] && return
    exec 9>&-
    wait "$pid" 2>/dev/null || true
    pid=
}
trap 'stop; rm -rf "$work"' EXIT

"$root/parley" --version >/dev/null # builds, if need be, before anything is measured
program="$root/artifacts/bin/Parley.Cli/release/Parley.Cli.dll"
sample="$root/samples/interview.wav"
mkfifo "$work/orders"

ask() { curl --silent --unix-socket "$work/socket" "$@"; }
memory() { awk -v field="$1:" '$1 == field { printf "%d", $2 / 1024 }' "/proc/$pid/status"; }
median() { sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
start() { # BATCH_SECONDS
    rm -f "$work/socket"
    dotnet "$program" worker <"$work/orders" 2>"$work/log" &
    pid=$!
    exec 9>"$work/orders"
    jq -nc --arg bundle "$root/models/demo" --arg socket "$work/socket" --argjson server "$$" --argjson batch "$1" \
        '{setup: {bundle: $bundle, stage_directories: {}, optimize: true, batch_seconds: $batch, devices: {device: "cpu", priority: ["cpu"]}, number: 1, pipelines: 1}, socket_path: $socket, server_process_id: $server}' >&9
    until [ "$(ask http://worker/status 2>/dev/null | jq -r .state 2>/dev/null)" = idle ]; do
        kill -0 "$pid"
        if [ "$(ask http://worker/status 2>/dev/null | jq -r .state 2>/dev/null)" = broken ]; then
            ask http://worker/status >&2
            exit 1
        fi
        sleep 0.02
    done
}
job() { # FILE: prints seconds of the whole call, and of the pipeline in it
    jq -nc --arg path "$1" --arg id "$(cat /proc/sys/kernel/random/uuid)" '{job_id: $id, audio_path: $path, file_name: "recording", speakers: {}, recognition: {hotwords: []}}' |
        ask --data-binary @- --output "$work/answer" --write-out '%{time_total} ' http://worker/jobs
    tail -n 1 "$work/answer" | jq -r .transcript.receipt.wall_seconds
}

if [ "${1:-}" = memory ]; then
    shift
    minutes=("$@")
    [ ${#minutes[@]} -gt 0 ] || minutes=(10 60 180)
    printf '| batch | recording | idle before | peak | more |\n|---|---|---|---|---|\n'
    for batch in 60 300; do
        for length in "${minutes[@]}"; do
            ffmpeg -v error -nostdin -stream_loop -1 -i "$sample" -t $((length * 60)) "$work/$length.flac"
            start "$batch"
            before=$(memory VmRSS)
            job "$work/$length.flac" >/dev/null
            peak=$(memory VmHWM)
            printf '| %d s | %d min | %d MB | %d MB | %d MB |\n' "$batch" "$length" "$before" "$peak" $((peak - before))
            stop
            rm -f "$work/$length.flac"
        done
    done
    exit
fi

count=${1:-9}
for ((i = 0; i < count; i++)); do
    start 60
    ask http://worker/status | jq -r .start_seconds >>"$work/starts"
    memory VmRSS >>"$work/idle"
    echo >>"$work/idle"
    stop
done
printf 'ready after %.2f s, idle with %d MB (medians of %d starts)\n' "$(median <"$work/starts")" "$(median <"$work/idle")" "$count"

start 60
for ((i = 0; i < count; i++)); do
    job "$sample"
done >"$work/jobs"
printf 'in a worker: %.3f s a job, of which %.4f s are not the pipeline (medians of %d jobs with %s)\n' \
    "$(awk '{ print $1 }' "$work/jobs" | median)" "$(awk '{ print $1 - $2 }' "$work/jobs" | median)" "$count" "$(basename "$sample")"
printf 'idle after them with %d MB, at most %d MB\n' "$(memory VmRSS)" "$(memory VmHWM)"
stop

for ((i = 0; i < count; i++)); do
    cp "$sample" "$work/$i.wav"
done
"$root/parley" transcribe "$work"/[0-9]*.wav --device cpu --quiet -f json -o "$work/results"
printf 'in one process: %.3f s a job (median of %d)\n' "$(jq -r .receipt.wall_seconds "$work"/results/*.json | median)" "$count"
