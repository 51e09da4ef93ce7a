#!/usr/bin/env bash
# What parley models optimize gains on this machine, with networks in the official sizes: original and optimised in turn,
# medians of processor time of one thread.
# Usage: eng/bench-optimize.sh [DIRECTORY]        networks of an earlier run; without it they are made in a temporary directory (python3-torch, python3-torchaudio, python3-onnx)
# RUNS (default 9) is the number of runs of each network.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ $# -gt 0 ]; then
    bundle=$1
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    bundle=$work/official
    "$root/models/demo/training/make_demo.sh" --size official "$bundle"
fi
"$root/parley" --version >/dev/null # builds, if need be, before anything is measured
echo "8-bit weights:"
"$root/parley" models optimize "$bundle" --quantized --again --runs "${RUNS:-9}"
echo "32-bit weights:"
"$root/parley" models optimize "$bundle" --again --runs "${RUNS:-9}"
