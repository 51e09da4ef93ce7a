#!/bin/sh
# Makes the demo bundles from nothing: speech, models, samples, evaluation data, measurements. Downloads nothing.
#
#   models/demo/training/make_demo.sh [WORK]                        default: models/demo/training/work
#   models/demo/training/make_demo.sh --size official DIRECTORY     the official sizes, for measuring
#
# Debian 12 packages: python3-torch python3-torchaudio python3-onnx python3-scipy libopenblas0-pthread libespeak-ng1 flite1-dev gcc ffmpeg.
# Without libopenblas0-pthread training is 15 to 40 times slower. About three hours on two cores.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

if [ "${1:-}" = "--size" ]; then
  [ "${2:-}" = official ] && [ -n "${3:-}" ] || { echo "usage: make_demo.sh --size official DIRECTORY" >&2; exit 2; }
  exec "$python" "$here/export_official.py" --output "$3"
fi

work=${1:-$here/work}
mkdir -p "$work"
gcc -O2 "$here/flite_words.c" -o "$work/flite_words" -lflite_cmu_us_kal16 -lflite_cmu_us_awb -lflite_cmu_us_rms -lflite_cmu_us_slt \
  -lflite_usenglish -lflite_cmulex -lflite -lm
"$python" "$here/make_data.py" --work "$work" --processes 2
"$python" "$root/samples/make_samples.py"
"$python" "$root/samples/make_samples.py" --held-out

# One core for the recogniser, the other for the rest.
"$python" "$here/train_recogniser.py" --work "$work" > "$work/recogniser.log" &
recogniser=$!
"$python" "$here/train_punctuation.py" --work "$work" > "$work/punctuation.log"
"$python" "$here/train_vad.py" --work "$work" > "$work/vad.log"
"$python" "$here/train_speakers.py" --work "$work" > "$work/speakers.log"
wait "$recogniser"

"$python" "$here/evaluate.py" --work "$work"
"$python" "$here/export.py" --work "$work" --bundle "$root/models/demo" --references "$work/references"
if [ -d "$root/node_modules/onnxruntime-node" ]; then
  (cd "$root" && node "$here/verify_onnx.mjs" "$root/models/demo" "$work/references")
fi

# The same with a SenseVoice network, which begins with the encoder of the recogniser.
"$python" "$here/train_sensevoice.py" --work "$work" > "$work/sensevoice.log"
"$python" "$here/evaluate_sensevoice.py" --work "$work"
"$python" "$here/export_sensevoice.py" --work "$work" --demo "$root/models/demo" --bundle "$root/models/demo-sensevoice" --references "$work/references-sensevoice"
if [ -d "$root/node_modules/onnxruntime-node" ]; then
  (cd "$root" && node "$here/verify_onnx.mjs" "$root/models/demo-sensevoice" "$work/references-sensevoice")
fi
