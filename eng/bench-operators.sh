#!/usr/bin/env bash
# What the processor can do at most, and what the networks need: matrix products in 32 and 8 bit, operations of each network, and which operators take its time.
# Usage: eng/bench-operators.sh [DIRECTORY]        from eng/bench-models.sh; default: artifacts/bench/official, made if it is not there
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=eng/setup.sh
. "$root/eng/setup.sh"
models=${1:-$artifacts/bench/official}
dotnet=dotnet
dll=$artifacts/bin/Parley.Benchmarks/release/Parley.Benchmarks.dll
ensure benchmarks benchmarks/Parley.Benchmarks "$dll" "${program_sources[@]}" benchmarks/Parley.Benchmarks
"$root/eng/bench-models.sh" "$models" >&2
for threads in 1 2; do
    "$dotnet" "$dll" matrices --matrices "$models/matrices" --threads "$threads"
    echo
done
for weights in "" --quantized; do
    printf '%s weights, one thread:\n\n' "$([ -n "$weights" ] && echo 8-bit || echo 32-bit)"
    "$dotnet" "$dll" operators --models "$models" ${weights:+"$weights"}
    echo
done
printf 'Voices of windows that share work, trained model (demo), cosine with the true ones:\n\n'
"$dotnet" "$dll" windows --models "$root/models/demo" --audio "$root/samples/interview.wav"
