#!/usr/bin/env bash
# Compares Parley with sherpa-onnx on this machine, and measures the whole pipeline and the workers. Writes report.md and results.json.
# Usage: eng/bench.sh [OPTION ...]
#   --rounds N    rounds of each program in the comparison, default 3
#   --weights     fp32,int8 (default) or one of them, for the comparison
#   --parts       recognition,pipeline,workers (default) or some of them
#   --minutes     lengths of speech for the pipeline, default 1,10
#   --long        an hour of speech as well: --minutes 1,10,60
#   --models      from eng/bench-models.sh; default: artifacts/bench/official, made if it is not there (eight minutes more, once)
#   --output      default: artifacts/bench
# Six to nine minutes on two quiet cores. Linux; needs Node.js with npm. On a quiet machine figures mean more: the report says how busy it was.
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=eng/setup.sh
. "$root/eng/setup.sh"
models=$artifacts/bench/official
output=$artifacts/bench
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --models) models=$(realpath -m "${2:?--models needs a directory}") && shift ;;
        --output) output=$(realpath -m "${2:?--output needs a directory}") && shift ;;
        --rounds | --weights | --parts | --minutes) options+=("$1" "${2:?$1 needs a value}") && shift ;;
        --long) options+=(--minutes "1,10,60") ;;
        *) die "Unknown option $1. Known: --rounds N, --weights KINDS, --parts PARTS, --minutes LENGTHS, --long, --models DIRECTORY, --output DIRECTORY." ;;
    esac
    shift
done

need_npm
"$root/parley" --version >/dev/null # builds, if need be, before anything is measured
dotnet=dotnet
ensure benchmarks benchmarks/Parley.Benchmarks "$artifacts/bin/Parley.Benchmarks/release/Parley.Benchmarks.dll" "${program_sources[@]}" benchmarks/Parley.Benchmarks
"$root/eng/bench-models.sh" "$models" >&2
packages=$artifacts/bench/sherpa-onnx
if ! cmp -s "$root/benchmarks/comparison/package-lock.json" "$packages/package-lock.json" || [ ! -d "$packages/node_modules/sherpa-onnx-node" ]; then
    say "Fetching sherpa-onnx ..."
    mkdir -p "$packages"
    cp "$root"/benchmarks/comparison/package*.json "$packages/"
    (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
fi

exec node "$root/benchmarks/comparison/bench.mjs" --root "$root" --dotnet "$(command -v "$dotnet" || echo "$dotnet")" --models "$models" --packages "$packages" \
    --output "$output" ${options[@]+"${options[@]}"}
