"""Makes the tiny VAD and ASR models that the tests run. Needs the python package onnx (Debian: python3-onnx); writes beside itself.

vad*.onnx   silence score = sigmoid(-mean of the middle frame over the last four rows); in_cache0 holds three rows, in_cache1 counts runs
asr*.onnx   row by row, from the first of the seven stacked frames: bins 0-7 are the logits of a place, bin 20 above one half counts a token,
            bins 24-26 are us_alphas, bins 27-29 us_cif_peak
asr-free-classes.onnx   the same; the runtime cannot know the number of classes before a run
sensevoice*.onnx   bins 0-15 of the first of the seven stacked frames are the scores of a frame; before them stand tags: the language asked for
            (Chinese for "auto"), neutral, speech, and with or without inverse text normalisation
asr-quantized.onnx      the same through a product of 8-bit numbers, as the official exporter quantises: inputs as they come, weights by column
asr-external.onnx, asr-external.bin   the same, with weights in a file of their own
asr-seaco.onnx, asr-seaco-eb.onnx   the same; every row of bias_embed is added to the logits, and a hotword's row is 5 for its last token (none: zeros)
asr-hotwords.onnx, asr-hotwords-eb.onnx   the same; class 7 gains the sum of the first row of bias_embed, which is the token number times 1, 2, 3, 4
"""
import os

import numpy as np
from onnx import TensorProto, checker, helper, load, numpy_helper, save

HERE = os.path.dirname(os.path.abspath(__file__))
OPSET = 13
CLASSES = 8
FLOAT, INT32, INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


def write(name, nodes, inputs, outputs, weights):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(item, key) for key, item in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="parley-tests")
    model.ir_version = 8
    checker.check_model(model)
    save(model, os.path.join(HERE, name + ".onnx"))


def ints(*numbers):
    return np.array(numbers, dtype=np.int64)


def vad(name, caches=True):
    node = helper.make_node
    nodes = [
        node("Slice", ["speech", "at160", "at240", "axis2"], ["middle"]),
        node("ReduceMean", ["middle"], ["level"], axes=[2], keepdims=0),  # [1, T]
        node("Reshape", ["in_cache0" if caches else "zeros", "row"], ["before"]),
        node("Concat", ["before", "level"], ["levels"], axis=1),  # [1, 3 + T]
        node("Reshape", ["levels", "channel"], ["signal"]),
        node("AveragePool", ["signal"], ["mean"], kernel_shape=[4]),
        node("Sigmoid", ["mean"], ["speech_score"]),
        node("Sub", ["one", "speech_score"], ["silence_score"]),
        node("Concat", ["silence_score", "speech_score"], ["scores"], axis=1),  # [1, 2, T]
        node("Transpose", ["scores"], ["logits"], perm=[0, 2, 1]),
    ]
    inputs, outputs = [value("speech", FLOAT, 1, "T", 400)], [value("logits", FLOAT, 1, "T", 2)]
    if caches:
        nodes += [
            node("Slice", ["levels", "last3", "end", "axis1"], ["tail"]),
            node("Reshape", ["tail", "cache"], ["out_cache0"]),
            node("Add", ["in_cache1", "one"], ["out_cache1"]),
        ]
        inputs += [value("in_cache0", FLOAT, 1, 1, 3, 1), value("in_cache1", FLOAT, 1, 2, 1, 1)]
        outputs += [value("out_cache0", FLOAT, 1, 1, 3, 1), value("out_cache1", FLOAT, 1, 2, 1, 1)]
    weights = {
        "at160": ints(160), "at240": ints(240), "axis1": ints(1), "axis2": ints(2), "row": ints(1, 3), "channel": ints(1, 1, -1),
        "one": np.array(1, dtype=np.float32), "last3": ints(-3), "end": ints(2 ** 31), "cache": ints(1, 1, 3, 1), "zeros": np.zeros((1, 3), np.float32),
    }
    write(name, nodes, inputs, outputs, weights)


def asr(name, timestamps=True, count_type=INT32, classes=CLASSES, hotwords=False, last=None):
    node = helper.make_node
    nodes = [
        node("Slice", ["speech", "at0", "at8" if classes == CLASSES else "last_bin", "axis2"], ["plain" if hotwords or last else "logits"]),
        node("Slice", ["speech", "at20", "at21", "axis2"], ["counted"]),
        node("Greater", ["counted", "half"], ["is_token"]),
        node("Cast", ["is_token"], ["tokens"], to=count_type),
        node("ReduceSum", ["tokens", "axes12"], ["token_num"], keepdims=0),
    ]
    inputs = [value("speech", FLOAT, "B", "T", 560), value("speech_lengths", INT32, "B")]
    outputs = [value("logits", FLOAT, "B", "N", classes), value("token_num", count_type, "B")]
    nodes += last or []
    if hotwords == "seaco":
        inputs.append(value("bias_embed", FLOAT, "B", "H", CLASSES))
        nodes += [node("ReduceSum", ["bias_embed", "axis1"], ["gains"], keepdims=1), node("Add", ["plain", "gains"], ["logits"])]
    elif hotwords:
        inputs.append(value("bias_embed", FLOAT, "B", "H", 4))
        nodes += [
            node("Slice", ["bias_embed", "at0", "at1", "axis1"], ["first_word"]),
            node("ReduceSum", ["first_word", "axis2"], ["gain"], keepdims=1),
            node("Mul", ["gain", "last_class"], ["gains"]),
            node("Add", ["plain", "gains"], ["logits"]),
        ]
    if classes != CLASSES:
        nodes = [
            node("Cast", ["speech_lengths"], ["lengths"], to=INT64),
            node("Mul", ["lengths", "at0"], ["nothing"]),
            node("ReduceMax", ["nothing"], ["zero"], axes=[0], keepdims=1),
            node("Add", ["zero", "at8"], ["last_bin"]),
            *nodes,
        ]
    if timestamps:
        for output, first, last in (("us_alphas", "at24", "at27"), ("us_cif_peak", "at27", "at30")):
            nodes += [
                node("Slice", ["speech", first, last, "axis2"], [output + "_rows"]),
                node("Reshape", [output + "_rows", "flat"], [output]),
            ]
            outputs.append(value(output, FLOAT, "B", "U"))
    weights = {
        "at0": ints(0), "at1": ints(1), "at8": ints(8), "at20": ints(20), "at21": ints(21), "at24": ints(24), "at27": ints(27), "at30": ints(30),
        "axis1": ints(1), "axis2": ints(2), "axes12": ints(1, 2), "flat": ints(0, -1),
        "half": np.array(0.5, np.float32), "last_class": np.eye(CLASSES, dtype=np.float32)[CLASSES - 1].reshape(1, 1, CLASSES),
    }
    if name == "asr-quantized":
        weights |= {"weights": np.full((CLASSES, CLASSES), 100, np.uint8) + 100 * np.eye(CLASSES, dtype=np.uint8), "zeros": np.full(CLASSES, 100, np.uint8), "scales": np.full(CLASSES, 0.01, np.float32)}
    if name == "asr-external":
        weights |= {"ones": np.ones(CLASSES, np.float32)}
    write(name, nodes, inputs, outputs, weights)


def put_outside(name, weight):
    """Moves a weight of a model into a file beside it."""
    path = os.path.join(HERE, name + ".onnx")
    model = load(path)
    tensor = next(item for item in model.graph.initializer if item.name == weight)
    with open(os.path.join(HERE, name + ".bin"), "wb") as file:
        file.write(tensor.raw_data)
    for key, text in (("location", name + ".bin"), ("offset", "0"), ("length", str(len(tensor.raw_data)))):
        tensor.external_data.add(key=key, value=text)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


def hotword_embedding(name):
    node = helper.make_node
    write(
        name,
        [node("Cast", ["hotword"], ["numbers"], to=FLOAT),
         node("Transpose", ["numbers"], ["by_time"], perm=[1, 0]),
         node("Unsqueeze", ["by_time", "axis2"], ["column"]),
         node("Mul", ["column", "factors"], ["hw_embed"])],
        [value("hotword", INT32, "H", 10)],
        [value("hw_embed", FLOAT, 10, "H", 4)],
        {"axis2": ints(2), "factors": np.array([1, 2, 3, 4], np.float32)})


def sensevoice(name, integer=INT32):
    node, classes = helper.make_node, 16
    chinese, english, nothing, neutral, speech, with_itn, without_itn = range(9, 16)
    rows = np.eye(classes, dtype=np.float32) * 3
    languages = [chinese if i in (0, 3) else english if i == 4 else nothing for i in range(16)]
    nodes = [
        node("Slice", ["speech", "at0", "at16", "axis2"], ["spoken"]),
        node("Gather", ["languages", "language"], ["first"], axis=0),  # [B, 1, 16]
        node("Gather", ["norms", "textnorm"], ["fourth"], axis=0),
        node("Mul", ["first", "zero"], ["none"]),
        node("Add", ["none", "neutral"], ["second"]),
        node("Add", ["none", "speech_tag"], ["third"]),
        node("Concat", ["first", "second", "third", "fourth", "spoken"], ["ctc_logits"], axis=1),
        node("Add", ["speech_lengths", "four"], ["encoder_out_lens"]),
    ]
    weights = {
        "at0": ints(0), "at16": ints(16), "axis2": ints(2), "zero": np.zeros((1, 1, classes), np.float32),
        "languages": rows[languages][:, None], "norms": rows[[with_itn if i == 14 else without_itn for i in range(16)]][:, None],
        "neutral": rows[neutral].reshape(1, 1, classes), "speech_tag": rows[speech].reshape(1, 1, classes),
        "four": np.array([4], np.int64 if integer == INT64 else np.int32),
    }
    write(name, nodes,
          [value("speech", FLOAT, "B", "T", 560), value("speech_lengths", integer, "B"), value("language", integer, "B"), value("textnorm", integer, "B")],
          [value("ctc_logits", FLOAT, "B", "F", classes), value("encoder_out_lens", integer, "B")], weights)


def seaco_embedding(name):
    node = helper.make_node
    write(
        name,
        [node("Transpose", ["hotword"], ["by_time"], perm=[1, 0]),
         node("OneHot", ["by_time", "depth", "off_on"], ["hot"]),
         node("Mul", ["hot", "words_only"], ["hw_embed"])],
        [value("hotword", INT32, "H", 10)],
        [value("hw_embed", FLOAT, 10, "H", CLASSES)],
        {"depth": np.array(CLASSES, np.int32), "off_on": np.array([0, 5], np.float32), "words_only": np.array([0, 0, 0] + [1] * (CLASSES - 3), np.float32)})


vad("vad")
vad("vad-no-caches", caches=False)
asr("asr")
asr("asr-plain", timestamps=False)
asr("asr-int64", count_type=INT64)
asr("asr-free-classes", classes="V")
asr("asr-hotwords", hotwords=True)
hotword_embedding("asr-hotwords-eb")
sensevoice("sensevoice")
sensevoice("sensevoice-int64", integer=INT64)
asr("asr-quantized", last=[
    helper.make_node("DynamicQuantizeLinear", ["plain"], ["bytes", "scale", "zero"]),
    helper.make_node("MatMulInteger", ["bytes", "weights", "zero", "zeros"], ["products"]),
    helper.make_node("Cast", ["products"], ["numbers"], to=FLOAT),
    helper.make_node("Mul", ["scale", "scales"], ["steps"]),
    helper.make_node("Mul", ["numbers", "steps"], ["logits"]),
])
asr("asr-external", last=[helper.make_node("Mul", ["plain", "ones"], ["logits"])])
put_outside("asr-external", "ones")
asr("asr-seaco", hotwords="seaco")
seaco_embedding("asr-seaco-eb")
