"""Makes the tiny models that the tests run. Needs the python package onnx (Debian: python3-onnx); writes beside itself.

punc*.onnx   the class of a token is its id modulo the number of classes; token 7 gives "not a number"
spk*.onnx    maximum over time of the 80 bins, the same negated, and the first 32 again: 192 values per window
"""
import os

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = os.path.dirname(os.path.abspath(__file__))
OPSET = 13
TOKENS, NAN_TOKEN = 12, 7


def write(name, nodes, inputs, outputs, weights):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(value, key) for key, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="parley-tests")
    model.ir_version = 8
    checker.check_model(model)
    save(model, os.path.join(HERE, name + ".onnx"))


def punctuation(name, classes=6, id_type=TensorProto.INT32):
    table = np.full((TOKENS, classes), -1, dtype=np.float32)
    for token in range(TOKENS):
        table[token, token % classes] = 2
    table[NAN_TOKEN] = np.nan
    write(
        name,
        [helper.make_node("Gather", ["table", "inputs"], ["logits"], axis=0)],
        [helper.make_tensor_value_info("inputs", id_type, ["batch", "length"]),
         helper.make_tensor_value_info("text_lengths", TensorProto.INT32, ["batch"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "length", classes])],
        {"table": table})


def speaker(name, feature="x", batch_label="batch"):
    write(
        name,
        [helper.make_node("ReduceMax", [feature], ["peak"], axes=[1], keepdims=0),
         helper.make_node("Neg", ["peak"], ["negative"]),
         helper.make_node("Slice", ["peak", "first", "thirty_two", "bins"], ["low"]),
         helper.make_node("Concat", ["peak", "negative", "low"], ["embedding"], axis=1)],
        [helper.make_tensor_value_info(feature, TensorProto.FLOAT, ["batch", "frames", 80])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch_label, 192])],
        {"first": np.array([0]), "thirty_two": np.array([32]), "bins": np.array([1])})


punctuation("punc")
punctuation("punc-five-classes", classes=5)
punctuation("punc-int64", id_type=TensorProto.INT64)
speaker("spk")
speaker("spk-feature-name", feature="feature")
speaker("spk-misspelt-batch", batch_label="bacth")
speaker("spk-static-batch", batch_label=1)
