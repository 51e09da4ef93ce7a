#!/usr/bin/env bash
# What the server adds to a job: uploads in MB/s, answers from the cache a second, and a recording's way through it against the pipeline's own time.
# Usage: eng/bench-server.sh [OPTION ...]
#   --rounds N        default 5
#   --megabytes N     size of the uploads, default 512
#   --answers N       answers a round, default 5000
#   --minutes N       length of the recording, default 10
#   --models DIR      bundle, default models/demo
#   --output DIR      where server.md goes, default artifacts/bench
# Needs Node.js. Takes about two minutes with the demo models.
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=eng/setup.sh
. "$root/eng/setup.sh"
models=$root/models/demo
output=$artifacts/bench
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --models) models=$(realpath -m "${2:?--models needs a directory}") ;;
        --output) output=$(realpath -m "${2:?--output needs a directory}") ;;
        --rounds | --megabytes | --answers | --minutes) options+=("$1" "${2:?$1 needs a value}") ;;
        *) die "Unknown option $1. Known: --rounds N, --megabytes N, --answers N, --minutes N, --models DIRECTORY, --output DIRECTORY." ;;
    esac
    shift 2
done

"$root/parley" --version >/dev/null # builds, if need be, before anything is measured
dotnet=dotnet
exec node --experimental-websocket --no-warnings "$root/benchmarks/server/bench.mjs" --root "$root" --dotnet "$(command -v "$dotnet" || echo "$dotnet")" --models "$models" --output "$output" ${options[@]+"${options[@]}"}
