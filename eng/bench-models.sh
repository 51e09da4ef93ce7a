#!/usr/bin/env bash
# Makes what eng/bench.sh measures with: networks in the official sizes (32 and 8 bit; voice activity works, the recogniser finds what the demo's finds, the
# others have random weights), matrices, and what `parley models optimize` makes of them on this machine; in DIRECTORY-rounded the same with --round-weights.
# Usage: eng/bench-models.sh [DIRECTORY]        default: artifacts/bench/official; about six minutes and 2 GB
# Needs Debian's python3-torch, python3-torchaudio and python3-onnx. A directory that is complete is left as it is.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=${1:-$root/artifacts/bench/official}
if [ ! -e "$directory/bundle.json" ]; then
    "${PYTHON:-/usr/bin/python3}" -c 'import torch, torchaudio, onnx' 2>/dev/null || {
        echo "Python with PyTorch, torchaudio and onnx is needed to make the networks, and was not found. Install it: apt-get install python3-torch python3-torchaudio python3-onnx" >&2
        exit 1
    }
    mkdir -p "$(dirname "$directory")"
    rm -rf "$directory.part"
    "$root/models/demo/training/make_demo.sh" --size official "$directory.part"
    mv "$directory.part" "$directory"
fi
rounded=$directory-rounded
if [ ! -e "$rounded/bundle.json" ]; then
    rm -rf "$rounded"
    cp -al "$directory" "$rounded" # links: no more disk but for what is rewritten
    rm -rf "$rounded"/*/.parley
fi
# Without result this time: networks as they are serve, too.
for weights in --quantized ""; do
    "$root/parley" models optimize "$directory" ${weights:+"$weights"} || true
done
"$root/parley" models optimize "$rounded" --quantized --round-weights || true
