"""Writes a bundle of the official sizes, as float32 and int8: for measuring speed and memory, and whether faster networks find the same words.

    python3 export_official.py --output DIRECTORY [--only asr punc vad spk]

Same network code as the demo models, sizes of Paraformer-large (with the recurrent timestamp head), CT-Transformer, FSMN-VAD and CAM++.
The recogniser finds the words that the demo's finds (see enlarge.py). Voice activity is the demo's, which has the official size. Punctuation and
speakers have random weights.
model_quant.onnx follows the official int8 style: MatMul weights as unsigned bytes with scale and zero point per output channel, activations
quantised on the fly. The recogniser's files carry the metadata that sherpa-onnx reads, and tokens.txt lies beside them for it.
"""

import argparse
import json
import os
import shutil
import time
import wave

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import enlarge
import export
from features import Normalisation, filter_bank, recogniser_frames
from networks import Paraformer, Punctuator, SpeakerEmbedder

DEMO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SAMPLES = os.path.join(os.path.dirname(os.path.dirname(DEMO)), "samples")
RECOGNISER_WORDS, PUNCTUATION_WORDS, CJK_START, CJK_COUNT = 8404, 272727, 0x4E00, 8362
RECOGNISER = dict(width=512, heads=4, hidden=2048, encoder_layers=50, decoder_layers=16)
PUNCTUATION = dict(width=256, heads=8, hidden=1024, layers=4)
SPEAKERS = dict(channels=32, front=(1, 1), initial=128, growth=32, bottleneck=128, blocks=((12, 1), (24, 2), (16, 2)), blocks_per_stage=2, final_stride=2)


def quantise(source, target, excluded=()):
    """MatMul with a constant right side -> DynamicQuantizeLinear, MatMulInteger, Cast, Mul. weights with an output width in `excluded` stay float."""
    model = onnx.load(source)
    graph = model.graph
    weights = {weight.name: weight for weight in graph.initializer}
    nodes, added, removed, quantised_inputs = [], [], set(), {}
    for node in graph.node:
        weight = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if weight is None or len(weight.dims) != 2 or weight.dims[1] in excluded:
            nodes.append(node)
            continue
        values = numpy_helper.to_array(weight)
        low, high = np.minimum(values.min(0), 0), np.maximum(values.max(0), 0)
        scale = np.maximum((high - low) / 255, 1e-8).astype(np.float32)
        zero = np.clip(np.round(-low / scale), 0, 255).astype(np.uint8)
        packed = np.clip(np.round(values / scale) + zero, 0, 255).astype(np.uint8)
        name = weight.name
        added += [numpy_helper.from_array(packed, name + "_quantized"), numpy_helper.from_array(scale, name + "_scale"),
                  numpy_helper.from_array(zero, name + "_zero_point")]
        removed.add(name)
        given, out = node.input[0], node.output[0]
        if given not in quantised_inputs:
            quantised_inputs[given] = [given + "_quantized", given + "_scale", given + "_zero_point"]
            nodes.append(helper.make_node("DynamicQuantizeLinear", [given], quantised_inputs[given]))
        bytes_in, scale_in, zero_in = quantised_inputs[given]
        nodes += [helper.make_node("MatMulInteger", [bytes_in, name + "_quantized", zero_in, name + "_zero_point"], [out + "_integer"]),
                  helper.make_node("Cast", [out + "_integer"], [out + "_float"], to=TensorProto.FLOAT),
                  helper.make_node("Mul", [scale_in, name + "_scale"], [out + "_scale"]),
                  helper.make_node("Mul", [out + "_float", out + "_scale"], [out])]
    used = {name for node in nodes for name in node.input}
    kept = [weight for weight in graph.initializer if weight.name not in removed or weight.name in used]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept + added)
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def widen(source, target):
    """Stores half-precision weights, which a Cast node widens at every start, as float32."""
    model = onnx.load(source)
    weights, nodes = {weight.name: weight for weight in model.graph.initializer}, []
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in weights:
            weight = weights[node.input[0]]
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float32), node.output[0]))
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def describe_for_sherpa(directory):
    """Appends sherpa-onnx's metadata to the model files of a recogniser (fields at the end of a protobuf message belong to it like any others), writes tokens.txt."""
    normalise = Normalisation.read(os.path.join(directory, "am.mvn"))
    with open(os.path.join(directory, "tokens.json"), encoding="utf-8") as file:
        words = json.load(file)
    export.write_text(os.path.join(directory, "tokens.txt"), "".join("%s %d\n" % (word, i) for i, word in enumerate(words)))
    join = lambda values: ",".join("%.6f" % value for value in values)
    facts = dict(model_type="paraformer", vocab_size=str(len(words)), lfr_window_size="7", lfr_window_shift="6",
                 neg_mean=join(normalise.shift), inv_stddev=join(normalise.scale))
    entries = [onnx.StringStringEntryProto(key=key, value=value) for key, value in facts.items()]
    metadata = onnx.ModelProto(metadata_props=entries).SerializeToString()
    for name in ("model.onnx", "model_quant.onnx"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            with open(path, "ab") as file:
                file.write(metadata)


def sample_frames(normalise):
    """What the recogniser takes of all samples, one after the other: [T, 560]."""
    stacked = []
    for name in ("interview", "interview-heldout", "hello", "english"):
        with wave.open(os.path.join(SAMPLES, name + ".wav")) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        stacked.append(normalise(recogniser_frames(filter_bank(samples / np.float32(32768)))))
    return torch.from_numpy(np.concatenate(stacked))


def recogniser():
    """-> a Paraformer-large that recognises what the demo does, its normalisation, its tokens."""
    torch.manual_seed(0)
    sizes = {name: value for name, value in export.DEMO_SIZES["recogniser"].items() if name != "upsample"}
    with open(os.path.join(DEMO, "asr", "tokens.json"), encoding="utf-8") as file:
        tokens = json.load(file)
    normalise = Normalisation.read(os.path.join(DEMO, "asr", "am.mvn"))
    demo = enlarge.read_onnx(os.path.join(DEMO, "asr", "model.onnx"), Paraformer(len(tokens), **sizes).eval())
    frames = sample_frames(normalise)
    head = enlarge.learn_recurrent_head(demo, frames)
    model = Paraformer(RECOGNISER_WORDS, final_forward=True, timestamp_width=512, timestamp_recurrent=True, **RECOGNISER)
    model = enlarge.enlarge(demo, sizes, head, model.eval(), RECOGNISER)
    softer = (sizes["width"] / RECOGNISER["width"]) ** 0.5      # the larger network multiplies speech by the root of its width
    enlarge.compare(demo, frames[:100], model, frames[:100] * softer)
    strange = [word for word in vocabulary(RECOGNISER_WORDS) if word not in set(tokens)]
    tokens[-1:-1] = strange[: RECOGNISER_WORDS - len(tokens)]
    return model, Normalisation(normalise.shift, normalise.scale * softer), tokens


def vocabulary(size):
    """<blank>, <s>, </s>, Chinese characters, made-up Latin words, <unk>."""
    characters = [chr(CJK_START + i) for i in range(min(CJK_COUNT, size - 4 - 22))]
    letters = "abcdefghijklmnopqrstuvwxyz"
    word = lambda number: "x" + "".join(letters[number // 26 ** place % 26] for place in (3, 2, 1, 0))
    return ["<blank>", "<s>", "</s>"] + characters + [word(i) for i in range(size - 4 - len(characters))] + ["<unk>"]


def write(output, stage):
    path = os.path.join(output, stage, "model.onnx")
    excluded = ()
    if stage == "asr":
        model, normalise, tokens = recogniser()
        export.export_recogniser(model, normalise, os.path.dirname(path), dict(RECOGNISER, upsample="cnn_blstm"))
        export.write_tokens(os.path.join(output, stage, "tokens.json"), tokens)
        excluded = (RECOGNISER_WORDS,)
    elif stage == "punc":
        export.export_punctuator(Punctuator(PUNCTUATION_WORDS, **PUNCTUATION).eval(), os.path.dirname(path), PUNCTUATION)
        export.write_tokens(os.path.join(output, stage, "tokens.json"), vocabulary(PUNCTUATION_WORDS))
    elif stage == "vad":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        widen(os.path.join(DEMO, "vad", "model.onnx"), path)
        for name in ("am.mvn", "config.yaml"):
            shutil.copyfile(os.path.join(DEMO, "vad", name), os.path.join(output, stage, name))
    else:
        export.export_speakers(SpeakerEmbedder(**SPEAKERS).eval(), os.path.dirname(path), dict(growth=32, initial=128))
        return
    quantise(path, os.path.join(output, stage, "model_quant.onnx"), excluded)
    if stage == "asr":
        describe_for_sherpa(os.path.dirname(path))


def copy_demo(output):
    """The demo's recogniser as sherpa-onnx takes it: a trained model, with which two programs must find the same words."""
    directory = os.path.join(output, "demo-asr")
    shutil.copytree(os.path.join(DEMO, "asr"), directory, dirs_exist_ok=True)
    describe_for_sherpa(directory)


def matrices(output):
    """One product of the recogniser's widths in three kinds of numbers, for measuring what the processor can do at most."""
    directory = os.path.join(output, "matrices")
    os.makedirs(directory, exist_ok=True)
    values = np.random.default_rng(0).integers(-63, 64, (RECOGNISER["width"], RECOGNISER["hidden"]))
    for name, given, weights, result in (("fp32", TensorProto.FLOAT, (values / 64).astype(np.float32), TensorProto.FLOAT),
                                         ("u8u8", TensorProto.UINT8, (values + 64).astype(np.uint8), TensorProto.INT32),
                                         ("u8s8", TensorProto.UINT8, values.astype(np.int8), TensorProto.INT32)):
        node = helper.make_node("MatMul" if name == "fp32" else "MatMulInteger", ["x", "w"], ["y"])
        graph = helper.make_graph([node], name, [helper.make_tensor_value_info("x", given, ["rows", values.shape[0]])],
                                  [helper.make_tensor_value_info("y", result, ["rows", values.shape[1]])], [numpy_helper.from_array(weights, "w")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, os.path.join(directory, name + ".onnx"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True)
    parser.add_argument("--only", nargs="*", choices=["vad", "asr", "punc", "spk"])
    arguments = parser.parse_args()
    torch.manual_seed(0)
    for stage in arguments.only or ["vad", "spk", "punc", "asr"]:
        started = time.time()
        write(arguments.output, stage)
        folder = os.path.join(arguments.output, stage)
        sizes = ["%s %.1f MB" % (name, os.path.getsize(os.path.join(folder, name)) / 1e6) for name in sorted(os.listdir(folder)) if name.endswith(".onnx")]
        print("%-5s %s  (%.0f s)" % (stage, "  ".join(sizes), time.time() - started), flush=True)
    copy_demo(arguments.output)
    matrices(arguments.output)
    manifest = dict(export.MANIFEST, name="official-size", description="The demo's recogniser spread over the official sizes, for measuring.",
                    limits="Finds the words that the demo bundle finds. Punctuation and speakers have random weights.")
    export.write_text(os.path.join(arguments.output, "bundle.json"), json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
