"""Writes the bundle demo-sensevoice: the recogniser with tags and marks, and voice activity and speakers of the demo bundle.

    python3 export_sensevoice.py --work WORK --demo models/demo --bundle models/demo-sensevoice [--references DIRECTORY]

`--references` also stores inputs with PyTorch's outputs, for verify_onnx.mjs.
"""

import argparse
import json
import os
import shutil

import torch

import train_sensevoice
from export import DEMO_SIZES, FRONTEND, MANIFEST, References, round_to_half, save_onnx, store_half, write_manifest, write_tokens, write_text
from networks import SenseVoice

IO = dict(
    input_names=["speech", "speech_lengths", "language", "textnorm"], output_names=["ctc_logits", "encoder_out_lens"],
    dynamic_axes={"speech": {0: "batch_size", 1: "feats_length"}, "speech_lengths": {0: "batch_size"}, "language": {0: "batch_size"},
                  "textnorm": {0: "batch_size"}, "ctc_logits": {0: "batch_size", 1: "logits_length"}, "encoder_out_lens": {0: "batch_size"}})

CONFIG = """model: SenseVoiceSmall
model_conf:
  length_normalized_loss: true
  sos: 1
  eos: 2
  ignore_id: -1
encoder: SenseVoiceEncoderSmall
encoder_conf:
  output_size: %(width)d
  attention_heads: %(heads)d
  linear_units: %(hidden)d
  num_blocks: %(encoder_layers)d
  tp_blocks: 2
  input_layer: pe
  pos_enc_class: SinusoidalPositionEncoder
  normalize_before: true
  kernel_size: 11
  sanm_shfit: 0
  selfattention_layer_type: sanm
frontend: WavFrontend
""" + FRONTEND % (7, 6) + """tokenizer: SentencepiecesTokenizer
tokenizer_conf:
  unk_symbol: <unk>
  split_with_space: true
"""

SENSEVOICE_MANIFEST = dict(
    name="demo-sensevoice",
    description="A small SenseVoice network trained by this project on synthesised speech, for trying out and testing the program.", licence="MIT",
    stages=dict(vad="vad", asr="asr", speakers="spk"), limits=MANIFEST["limits"], known_voice_similarity=MANIFEST["known_voice_similarity"])


def integers(*values):
    return torch.tensor(values, dtype=torch.int32)


def write_sensevoice_references(directory, model):
    references = References(directory)
    chinese, english, auto = (SenseVoice.LANGUAGES[name] for name in ("zh", "en", "auto"))
    for label, shape, lengths, languages, marks in (
            ("one", (1, 60, 560), [60], [auto], [SenseVoice.WITH_MARKS]), ("tiny", (1, 1, 560), [1], [chinese], [SenseVoice.WITHOUT_MARKS]),
            ("batch", (3, 90, 560), [90, 40, 7], [auto, english, chinese], [SenseVoice.WITH_MARKS, SenseVoice.WITHOUT_MARKS, SenseVoice.WITH_MARKS])):
        feeds = dict(speech=references.normal(*shape), speech_lengths=integers(*lengths), language=integers(*languages), textnorm=integers(*marks))
        references.case("asr", model, feeds, IO["output_names"], label)
    references.write()


def export(work, demo, bundle, directory):
    torch.set_num_threads(1)
    model, normalise, _ = train_sensevoice.load(os.path.join(work, "sensevoice.pt"))
    asr = os.path.join(bundle, "asr")
    example = (torch.randn(2, 40, 560), integers(30, 40), integers(0, 3), integers(14, 15))
    save_onnx(model, example, IO, os.path.join(asr, "model.onnx"))
    store_half(os.path.join(asr, "model.onnx"))
    normalise.write(os.path.join(asr, "am.mvn"))
    write_text(os.path.join(asr, "config.yaml"), CONFIG % DEMO_SIZES["recogniser"])
    write_tokens(os.path.join(asr, "tokens.json"), train_sensevoice.VOCABULARY)
    for stage in ("vad", "spk"):
        shutil.copytree(os.path.join(demo, stage), os.path.join(bundle, stage), dirs_exist_ok=True)
    if directory:
        write_sensevoice_references(directory, round_to_half(model))
    measured = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sensevoice_confidence.json")
    write_manifest(bundle, json.load(open(measured)) if os.path.exists(measured) else {}, SENSEVOICE_MANIFEST)
    print("asr %9d bytes" % os.path.getsize(os.path.join(asr, "model.onnx")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--demo", required=True)
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--references")
    arguments = parser.parse_args()
    export(arguments.work, arguments.demo, arguments.bundle, arguments.references)
