#!/usr/bin/env bash
# Time and memory of the program's own computations (features, decoding, sentences, clustering, formats, edits, reading WAV), briefly.
# Usage: eng/bench-kernels.sh [OPTION ...]        options of BenchmarkDotNet, such as --filter '*Clustering*'; default: all, a short job
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=eng/setup.sh
. "$root/eng/setup.sh"
dotnet=dotnet
dll=$artifacts/bin/Parley.Benchmarks/release/Parley.Benchmarks.dll
ensure benchmarks benchmarks/Parley.Benchmarks "$dll" "${program_sources[@]}" benchmarks/Parley.Benchmarks
[ $# -gt 0 ] || set -- --filter '*'
log=$artifacts/bench/kernels.log
mkdir -p "$artifacts/bench"
rm -rf "$artifacts/bench/kernels"
say "Running; what happens is in $log ..."
"$dotnet" "$dll" --job short --inProcess --join --artifacts "$artifacts/bench/kernels" "$@" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "The benchmarks failed."
}
cat "$artifacts"/bench/kernels/results/*-github.md
