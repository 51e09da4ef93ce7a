"""Writes the bundle: four ONNX models with official inputs, outputs and files, weights stored as float16.

    python3 export.py --work WORK --bundle models/demo [--checkpoint recogniser.pt] [--references DIRECTORY]

`--references` also stores inputs with PyTorch's outputs, for verify_onnx.mjs.
"""

import argparse
import hashlib
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import grammar
import train_punctuation
import train_recogniser
import train_speakers
import train_vad

OPSET = 13
SMALLEST_HALF = 256     # elements; smaller weights stay float32

RECOGNISER_IO = dict(
    input_names=["speech", "speech_lengths"], output_names=["logits", "token_num", "us_alphas", "us_cif_peak"],
    dynamic_axes={"speech": {0: "batch_size", 1: "feats_length"}, "speech_lengths": {0: "batch_size"},
                  "logits": {0: "batch_size", 1: "logits_length"}, "token_num": {0: "batch_size"},
                  "us_alphas": {0: "batch_size", 1: "alphas_length"}, "us_cif_peak": {0: "batch_size", 1: "alphas_length"}})
PUNCTUATION_IO = dict(
    input_names=["inputs", "text_lengths"], output_names=["logits"],
    dynamic_axes={"inputs": {0: "batch_size", 1: "feats_length"}, "text_lengths": {0: "batch_size"},
                  "logits": {0: "batch_size", 1: "logits_length"}})
VAD_IO = dict(
    input_names=["speech"] + ["in_cache%d" % i for i in range(4)], output_names=["logits"] + ["out_cache%d" % i for i in range(4)],
    dynamic_axes={"speech": {1: "feats_length"}, "logits": {1: "feats_length"}})
SPEAKER_IO = dict(input_names=["x"], output_names=["embedding"], dynamic_axes={"x": {0: "N", 1: "T"}, "embedding": {0: "N"}})


def save_onnx(model, inputs, io, path):
    """Exports one network in evaluation mode."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    torch.onnx.export(model.eval(), inputs, path, opset_version=OPSET, **io)


def store_half(path):
    """Rewrites a model so that its larger weights are stored as float16 and cast when it is loaded; it computes in float32."""
    model = onnx.load(path)
    graph, kept, casts = model.graph, [], []
    for weight in graph.initializer:
        if weight.data_type == TensorProto.FLOAT and np.prod(weight.dims) >= SMALLEST_HALF:
            kept.append(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), weight.name + "_half"))
            casts.append(helper.make_node("Cast", [weight.name + "_half"], [weight.name], to=TensorProto.FLOAT))
        else:
            kept.append(weight)
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_text(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def write_tokens(path, tokens):
    """One token a line, so that a change can be read."""
    write_text(path, "[\n" + ",\n".join(json.dumps(token, ensure_ascii=False) for token in tokens) + "\n]\n")


FRONTEND = """frontend_conf:
  fs: 16000
  window: hamming
  n_mels: 80
  frame_length: 25
  frame_shift: 10
  dither: 0.0
  lfr_m: %d
  lfr_n: %d
"""

VAD_CONFIG = """frontend: WavFrontendOnline
""" + FRONTEND % (5, 1) + """model: FsmnVADStreaming
model_conf:
  sample_rate: 16000
  detect_mode: 1
  snr_mode: 0
  max_end_silence_time: 800
  max_start_silence_time: 3000
  do_start_point_detection: true
  do_end_point_detection: true
  window_size_ms: 200
  sil_to_speech_time_thres: 150
  speech_to_sil_time_thres: 150
  speech_2_noise_ratio: 1.0
  do_extend: 1
  lookback_time_start_point: 200
  lookahead_time_end_point: 100
  max_single_segment_time: 60000
  snr_thres: -100.0
  noise_frame_num_used_for_snr: 100
  decibel_thres: -100.0
  speech_noise_thres: 0.6
  fe_prior_thres: 0.0001
  silence_pdf_num: 1
  sil_pdf_ids: [0]
  speech_noise_thresh_low: -0.1
  speech_noise_thresh_high: 0.3
  output_frame_probs: false
  frame_in_ms: 10
  frame_length_ms: 25
encoder: FSMN
encoder_conf:
  input_dim: 400
  input_affine_dim: 140
  fsmn_layers: 4
  linear_dim: 250
  proj_dim: 128
  lorder: 20
  rorder: 0
  lstride: 1
  rstride: 0
  output_affine_dim: 140
  output_dim: 248
"""

RECOGNISER_CONFIG = """model: BiCifParaformer
model_conf:
  ctc_weight: 0.0
  lsm_weight: 0.05
  length_normalized_loss: true
  predictor_weight: 1.0
  predictor_bias: 1
  sos: 1
  eos: 2
encoder: SANMEncoder
encoder_conf:
  output_size: %(width)d
  attention_heads: %(heads)d
  linear_units: %(hidden)d
  num_blocks: %(encoder_layers)d
  input_layer: pe
  pos_enc_class: SinusoidalPositionEncoder
  normalize_before: true
  kernel_size: 11
  sanm_shfit: 0
  selfattention_layer_type: sanm
decoder: ParaformerSANMDecoder
decoder_conf:
  attention_heads: %(heads)d
  linear_units: %(hidden)d
  num_blocks: %(decoder_layers)d
  att_layer_num: %(decoder_layers)d
  kernel_size: 11
  sanm_shfit: 0
predictor: CifPredictorV3
predictor_conf:
  idim: %(width)d
  threshold: 1.0
  l_order: 1
  r_order: 1
  tail_threshold: 0.45
  upsample_times: 3
  use_cif1_cnn: false
  upsample_type: %(upsample)s
frontend: WavFrontend
""" + FRONTEND % (7, 6) + """tokenizer: CharTokenizer
tokenizer_conf:
  unk_symbol: <unk>
  split_with_space: true
lang: zh-cn
"""

PUNCTUATION_CONFIG = """model: CTTransformer
model_conf:
  ignore_id: 0
  embed_unit: %(width)d
  att_unit: %(width)d
  dropout_rate: 0.1
  punc_list:
  - <unk>
  - _
  - ，
  - 。
  - ？
  - 、
  punc_weight: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
  sentence_end_id: 3
encoder: SANMEncoder
encoder_conf:
  input_size: %(width)d
  output_size: %(width)d
  attention_heads: %(heads)d
  linear_units: %(hidden)d
  num_blocks: %(layers)d
  kernel_size: 11
  sanm_shfit: 0
tokenizer: CharTokenizer
tokenizer_conf:
  unk_symbol: <unk>
"""

SPEAKER_CONFIG = """model: CAMPPlus
model_conf:
  feat_dim: 80
  embedding_size: 192
  growth_rate: %(growth)d
  init_channels: %(initial)d
frontend: WavFrontend
frontend_conf:
  fs: 16000
  window: povey
  n_mels: 80
  frame_length: 25
  frame_shift: 10
  dither: 0.0
"""

DEMO_SIZES = dict(
    recogniser=dict(width=128, heads=2, hidden=512, encoder_layers=6, decoder_layers=2, upsample="cnn"),
    punctuation=dict(width=96, heads=4, hidden=256, layers=2), speakers=dict(growth=20, initial=80))

MANIFEST = dict(
    name="demo", description="Small models trained by this project on synthesised speech, for trying out and testing the program.", licence="MIT",
    stages=dict(vad="vad", asr="asr", punctuation="punc", speakers="spk"),
    limits="Understands only synthetic voices (espeak-ng, flite) speaking a few hundred Mandarin and English words about meetings and "
           "interviews. Real speech gives random words; use the official weights for it.",
    known_voice_similarity=0.9)  # between one voice and two; a test measures both over the samples


def export_recogniser(model, normalise, directory, config=DEMO_SIZES["recogniser"]):
    save_onnx(model, (torch.randn(2, 40, 560), torch.tensor([30, 40], dtype=torch.int32)), RECOGNISER_IO, os.path.join(directory, "model.onnx"))
    normalise.write(os.path.join(directory, "am.mvn"))
    write_text(os.path.join(directory, "config.yaml"), RECOGNISER_CONFIG % config)


def export_punctuator(model, directory, config=DEMO_SIZES["punctuation"]):
    inputs = (torch.ones(2, 12, dtype=torch.int32), torch.tensor([12, 9], dtype=torch.int32))
    save_onnx(model, inputs, PUNCTUATION_IO, os.path.join(directory, "model.onnx"))
    write_text(os.path.join(directory, "config.yaml"), PUNCTUATION_CONFIG % config)


def export_vad(model, normalise, directory):
    save_onnx(model, (torch.randn(1, 30, 400), *model.empty_caches(1)), VAD_IO, os.path.join(directory, "model.onnx"))
    normalise.write(os.path.join(directory, "am.mvn"))
    write_text(os.path.join(directory, "config.yaml"), VAD_CONFIG)


def export_speakers(model, directory, config=DEMO_SIZES["speakers"]):
    save_onnx(model, torch.randn(2, 148, 80), SPEAKER_IO, os.path.join(directory, "model.onnx"))
    write_text(os.path.join(directory, "config.yaml"), SPEAKER_CONFIG % config)


def round_to_half(model):
    """The weights as the bundle stores them."""
    with torch.no_grad():
        for tensor in list(model.parameters()) + list(model.buffers()):
            if tensor.is_floating_point() and tensor.numel() >= SMALLEST_HALF:
                tensor.copy_(tensor.half().float())
    return model


class References:
    """Inputs and PyTorch's outputs as raw little-endian files, listed in references.json for verify_onnx.mjs."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.directory, self.cases, self.generator = directory, [], torch.Generator().manual_seed(7)

    def normal(self, *shape):
        return torch.randn(*shape, generator=self.generator)

    def store(self, name, array):
        array.tofile(os.path.join(self.directory, name))
        return dict(file=name, shape=list(array.shape), type=str(array.dtype))

    def case(self, stage, model, feeds, outputs, label):
        with torch.no_grad():
            results = model(*feeds.values())
        results = results if isinstance(results, tuple) else (results,)
        entry = dict(stage=stage, case=label, inputs={}, outputs={})
        for name, tensor in feeds.items():
            entry["inputs"][name] = self.store("%s-%s-%s.bin" % (stage, label, name), tensor.numpy())
        for name, tensor in zip(outputs, results):
            entry["outputs"][name] = self.store("%s-%s-out-%s.bin" % (stage, label, name), tensor.numpy())
        self.cases.append(entry)

    def write(self):
        write_text(os.path.join(self.directory, "references.json"), json.dumps(self.cases, indent=1))


def write_references(directory, recogniser, punctuator, vad, speakers):
    """Random inputs for the four networks of the demo bundle."""
    references = References(directory)
    for label, shape, lengths in (("one", (1, 60, 560), [60]), ("batch", (3, 90, 560), [90, 40, 7]), ("tiny", (1, 3, 560), [3])):
        feeds = dict(speech=references.normal(*shape), speech_lengths=torch.tensor(lengths, dtype=torch.int32))
        references.case("asr", recogniser, feeds, RECOGNISER_IO["output_names"], label)
    for label, shape, lengths in (("one", (1, 20), [20]), ("batch", (2, 33), [33, 8])):
        ids = torch.randint(3, len(train_punctuation.WORDS), shape, generator=references.generator, dtype=torch.int32)
        references.case("punc", punctuator, dict(inputs=ids, text_lengths=torch.tensor(lengths, dtype=torch.int32)), ["logits"], label)
    caches = {"in_cache%d" % i: references.normal(1, 128, 19, 1) for i in range(4)}
    references.case("vad", vad, dict(speech=references.normal(1, 50, 400), **caches), VAD_IO["output_names"], "one")
    references.case("spk", speakers, dict(x=references.normal(5, 148, 80)), ["embedding"], "five")
    references.case("spk", speakers, dict(x=references.normal(1, 260, 80)), ["embedding"], "long")
    references.write()


def write_manifest(bundle, facts, manifest=MANIFEST):
    """bundle.json with a checksum per file; `facts` are added as they are."""
    checksums = {}
    for stage in manifest["stages"].values():
        for name in sorted(os.listdir(os.path.join(bundle, stage))):
            with open(os.path.join(bundle, stage, name), "rb") as file:
                checksums["%s/%s" % (stage, name)] = hashlib.sha256(file.read()).hexdigest()
    write_text(os.path.join(bundle, "bundle.json"), json.dumps(dict(manifest, **facts, sha256=checksums), ensure_ascii=False, indent=2) + "\n")


def export(work, bundle, checkpoint, references):
    torch.set_num_threads(1)
    place = lambda *names: os.path.join(bundle, *names)
    recogniser, normalise, _ = train_recogniser.load(os.path.join(work, checkpoint))
    del recogniser.frame_labels
    punctuator, speakers = train_punctuation.load(os.path.join(work, "punctuation.pt")), train_speakers.load(os.path.join(work, "speakers.pt"))
    vad, vad_normalise = train_vad.load(os.path.join(work, "vad.pt"))
    export_recogniser(recogniser, normalise, place("asr"))
    write_tokens(place("asr", "tokens.json"), grammar.recogniser_vocabulary())
    export_punctuator(punctuator, place("punc"))
    write_tokens(place("punc", "tokens.json"), train_punctuation.WORDS)
    export_vad(vad, vad_normalise, place("vad"))
    export_speakers(speakers, place("spk"))
    for stage in MANIFEST["stages"].values():
        store_half(place(stage, "model.onnx"))
    if references:
        write_references(references, *map(round_to_half, (recogniser, punctuator, vad, speakers)))
    measured = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confidence.json")
    facts = json.load(open(measured)) if os.path.exists(measured) else {}
    write_manifest(bundle, facts)
    for stage in MANIFEST["stages"].values():
        print("%-5s %9d bytes" % (stage, os.path.getsize(place(stage, "model.onnx"))))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--checkpoint", default="recogniser.pt")
    parser.add_argument("--references")
    arguments = parser.parse_args()
    export(arguments.work, arguments.bundle, arguments.checkpoint, arguments.references)
