"""The demo's recogniser in larger sizes: the same function, spread over more dimensions and more layers.

Every vector of the large network is the demo's vector repeated, so normalisation, ReLU, depthwise convolution and residual sums do to it what
they did. A linear map W meets each of its inputs c times and gives each copy W / c plus Gaussian noise that sums to zero over the copies:
the product is the demo's, and the matrix looks like any trained one. Rounded weights or activations break the repetition a little, and then
the noise passes on what rounding did, as the other dimensions of a trained network would.

Layers that the demo has not are echoes of the kept layer that follows them: they attend to the same places and light the same hidden units,
but what they add to the residual sum is made of cancelling noise alone.

Only the recurrent timestamp head has no model in the demo: one of the demo's size learns the demo's answers on the samples, and is spread, too.
"""

import re
from copy import deepcopy

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from networks import DecoderForward, Paraformer

ECHO = 0.2        # the noise that an echo adds to the residual sum, over a kept layer's
VARIED = 0.1      # how much the vectors of an echo differ from those of its kept layer: an export stores equal ones but once
NOTHING = 1e-6    # deviation of biases that must add nothing, for the same reason
ABSENT = -20.0    # bias of the classes that the demo has not: below every score that counts
HEAD_STEPS, HEAD_RATE, HEAD_BATCH, HEAD_LENGTH = 500, 1e-2, 128, 20    # how the recurrent head learns; length in places of 20 ms


def read_onnx(path, model):
    """Loads the weights of an exported network back into `model`, in place. Matrices lost their names in the export; their nodes bear them."""
    graph = onnx.load(path).graph
    values = {re.sub("_half$", "", weight.name): numpy_helper.to_array(weight) for weight in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in values:
            module = re.fullmatch(r"/(.*)/MatMul_output_0", node.output[0]).group(1).replace("/", ".")
            values[module + ".weight"] = values.pop(node.input[1]).T
    state = model.state_dict()
    model.load_state_dict({name: torch.from_numpy(values[name].astype(np.float32)) for name in state})
    return model


def repeated(large, small, large_heads=1, small_heads=1):
    """-> [large]: which dimension of the small network each of the large one repeats. A head repeats dimensions of one head."""
    place = torch.arange(large)
    return place // (large // large_heads) % small_heads * (small // small_heads) + place % (small // small_heads)


class Enlargement:
    """Fills layers of a large network from layers of a small one. `keep` False makes an echo."""

    def __init__(self, small_sizes, sizes):
        self.width = repeated(sizes["width"], small_sizes["width"], sizes["heads"], small_sizes["heads"])
        self.hidden = repeated(sizes["hidden"], small_sizes["hidden"])
        self.small_width = small_sizes["width"]
        # The product of query and key has more terms, and its scale follows the size of a head.
        self.query_scale = (small_sizes["width"] / small_sizes["heads"] / (sizes["width"] / sizes["heads"])) ** 0.5

    @staticmethod
    def spread(weight, rows, columns, deviation=None):
        """weight [out, in, ...] -> [rows, columns, ...] for inputs repeated like `columns` and outputs like `rows`.

        The noise looks like a trained matrix with so many inputs when the small matrix has this standard deviation; default: its own.
        """
        copies = len(columns) // weight.shape[1]
        if copies == 1:
            return weight[rows]
        noise = torch.randn(len(rows), len(columns), *weight.shape[2:])
        mean = torch.zeros(len(rows), *weight.shape[1:]).index_add_(1, columns, noise) / copies
        scale = (weight.std() if deviation is None else deviation) * (copies - 1) ** -0.5    # more inputs, smaller weights; the mean took some
        return weight[rows][:, columns] / copies + scale * (noise - mean[:, columns])

    def echo(self, weight, rows, columns):
        return self.spread(torch.zeros_like(weight), rows, columns, ECHO * weight.std())

    def linear(self, target, source, rows, columns, keep=True):
        """Linear and Conv1d."""
        target.weight.copy_((self.spread if keep else self.echo)(source.weight, rows, columns))
        if target.bias is not None:
            target.bias.copy_(source.bias[rows] if keep else NOTHING * torch.randn(len(rows)))

    @staticmethod
    def norm(target, source, places):
        target.weight.copy_(source.weight[places])
        target.bias.copy_(source.bias[places])

    def encoder_layer(self, target, source, keep):
        width, size = self.width, self.small_width
        inputs = width if target.residual else torch.arange(source.attention_norm.weight.shape[0])
        self.norm(target.attention_norm, source.attention_norm, inputs)
        self.norm(target.forward_norm, source.forward_norm, width)
        self.linear(target.query_key_value, source.query_key_value, torch.cat([width, size + width, 2 * size + width]), inputs)
        query, value = slice(0, len(width)), slice(2 * len(width), None)
        target.query_key_value.weight[query] *= self.query_scale
        target.query_key_value.bias[query] *= self.query_scale
        if not keep:    # the memory adds values as they are, so they must be nothing themselves
            target.query_key_value.weight[value] = self.echo(source.query_key_value.weight[2 * size:], width, inputs)
            target.query_key_value.bias[value] *= NOTHING
        target.memory.convolution.weight.copy_(source.memory.convolution.weight[width])
        self.linear(target.out, source.out, width, width, keep)
        self.linear(target.expand, source.expand, self.hidden, width)
        self.linear(target.contract, source.contract, width, self.hidden, keep)

    def decoder_forward(self, target, source):
        self.norm(target.norm, source.norm, self.width)
        self.linear(target.expand, source.expand, self.hidden, self.width)
        self.norm(target.inner_norm, source.inner_norm, self.hidden)
        self.linear(target.contract, source.contract, self.width, self.hidden)

    def decoder_layer(self, target, source, keep):
        width = self.width
        self.decoder_forward(target.forward_part, source.forward_part)
        self.norm(target.memory_norm, source.memory_norm, width)
        if not keep:
            self.silence_memory(target, source)
        self.norm(target.source_norm, source.source_norm, width)
        target.memory.convolution.weight.copy_(source.memory.convolution.weight[width])
        self.linear(target.query, source.query, width, width)
        target.query.weight *= self.query_scale
        target.query.bias *= self.query_scale
        self.linear(target.key_value, source.key_value, torch.cat([width, self.small_width + width]), width)
        self.linear(target.out, source.out, width, width, keep)

    def silence_memory(self, target, source):
        """Lets the memory of a decoder's echo add nothing.

        The normalisation before the memory would make much of next to nothing. So the feed-forward part answers with one and the same vector
        at different lengths: how far its hidden units lie in one direction, where a bias keeps them. The normalisation takes the
        length away, and its bias the vector.
        """
        part, contract = target.forward_part, source.forward_part.contract
        direction, vector = torch.randn(contract.in_features), F.layer_norm(torch.randn(contract.out_features), (contract.out_features,))
        part.inner_norm.bias += direction[self.hidden]
        length = contract.weight.std() * contract.in_features ** 0.5     # of a kept layer's answers, about
        part.contract.weight.copy_(self.spread(torch.outer(vector, direction / direction.square().sum()) * length, self.width, self.hidden,
                                               contract.weight.std()))
        target.memory_norm.weight *= ECHO
        target.memory_norm.bias.copy_(-target.memory_norm.weight * vector[self.width])

    def recurrent_head(self, target, source):
        """Of a whole Paraformer; in both, upsampled frames have as many channels as the recurrent layers have cells."""
        fine, size = repeated(target.upsample.out_channels, source.upsample.out_channels), source.upsample.out_channels
        target.upsample.weight.copy_(self.spread(source.upsample.weight.transpose(0, 1), fine, self.width).transpose(0, 1))
        target.upsample.bias.copy_(source.upsample.bias[fine])
        gates = torch.cat([gate * size + fine for gate in range(4)])
        for name, values in source.timestamp_recurrent.named_parameters():
            getattr(target.timestamp_recurrent, name).copy_(self.spread(values, gates, fine) if values.dim() == 2 else values[gates])
        self.linear(target.timestamp_out, source.timestamp_out, torch.zeros(1, dtype=torch.int64), torch.cat([fine, size + fine]))


def pass_through(width, hidden):
    """A decoder's feed-forward part that gives its input normalised and scaled, which one more normalisation cannot tell from the input.

    ReLU of Gx and of -Gx differ by Gx; G has a left inverse. The inner normalisation's shift is the same for both halves and cancels.
    """
    part, half = DecoderForward(width, hidden), torch.randn(hidden // 2, width)
    part.expand.weight.copy_(torch.cat([half, -half]) / width ** 0.5)
    part.expand.bias.normal_(std=NOTHING)
    inverse = torch.linalg.pinv(half.double()).float()
    part.contract.weight.copy_(torch.cat([inverse, -inverse], 1) * width ** 0.5)
    return part


def varied(layer):
    """A copy with somewhat other biases, gains and memory."""
    copy = deepcopy(layer)
    for name, values in copy.named_parameters():
        if values.dim() == 1 or "memory" in name:
            values *= 1 + VARIED * torch.randn(values.shape)
    return copy


def plan(layers, count):
    """-> [(layer of the demo, whether it is kept or an echo)] for `count` layers: the kept ones at equal distances, echoes before each."""
    sources = [place * len(layers) // count for place in range(count)]
    kept = [after != source for source, after in zip(sources, sources[1:] + [len(layers)])]
    return [(layers[source] if keep else varied(layers[source]), keep) for source, keep in zip(sources, kept)]


def learn_recurrent_head(demo, frames):
    """A Paraformer of the demo's size whose recurrent head answers what the convolution of `demo` does. Only its head is filled.

    frames [T, 560]: normalised speech. Takes half a minute, because few places at a time suffice.
    """
    model = Paraformer(demo.out.out_features, demo.width, timestamp_recurrent=True)
    speech = frames[: len(frames) // 100 * 100].reshape(-1, 100, frames.shape[1])
    with torch.no_grad():
        encoded, mask, _ = demo.encode(speech, torch.full((len(speech),), 100))
        fine = F.relu(demo.upsample(encoded.transpose(1, 2))).transpose(1, 2).reshape(-1, HEAD_LENGTH, demo.upsample.out_channels)
        wanted = demo.weights(encoded, mask)[1].reshape(-1, HEAD_LENGTH)
        for name in ("weight", "bias"):
            getattr(model.upsample, name).copy_(getattr(demo.upsample, name))
    inside = slice(2, -2)     # the demo looks two places further to both sides
    learnt = [*model.timestamp_recurrent.parameters(), *model.timestamp_out.parameters()]
    optimiser = torch.optim.Adam(learnt)
    for step in range(HEAD_STEPS):
        optimiser.param_groups[0]["lr"] = HEAD_RATE * min(1, (step + 1) / 10) * (1 - step / HEAD_STEPS)
        chosen = torch.randperm(len(fine))[:HEAD_BATCH]
        scores = model.timestamp_out(model.timestamp_recurrent(fine[chosen])[0])[..., 0]
        loss = F.binary_cross_entropy_with_logits(scores[:, inside], wanted[chosen][:, inside])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
    return model


@torch.no_grad()
def enlarge(small, small_sizes, head, model, sizes):
    """Makes `model`, a Paraformer of larger sizes with final_forward and recurrent head, compute what `small` does; `head` gives its token times.

    The large network multiplies speech by the root of its larger width: it must be given speech that is softer by as much.
    """
    to = Enlargement(small_sizes, sizes)
    to.encoder_layer(model.encoder[0], small.encoder[0], True)   # the only one with other inputs
    for layer, (source, keep) in zip(model.encoder[1:], plan(small.encoder[1:], len(model.encoder) - 1)):
        to.encoder_layer(layer, source, keep)
    to.norm(model.encoder_norm, small.encoder_norm, to.width)
    to.linear(model.alpha_convolution, small.alpha_convolution, to.width, to.width)
    to.linear(model.alpha_out, small.alpha_out, torch.zeros(1, dtype=torch.int64), to.width)
    to.recurrent_head(model, head)
    for layer, (source, keep) in zip(model.decoder, plan(small.decoder, len(model.decoder))):
        to.decoder_layer(layer, source, keep)
    to.decoder_forward(model.final_forward, pass_through(small_sizes["width"], small_sizes["hidden"]))
    to.norm(model.decoder_norm, small.decoder_norm, to.width)
    known, classes = small.out.out_features, model.out.out_features
    strange, rows = slice(known - 1, classes - 1), torch.arange(classes)
    rows[strange], rows[-1] = 0, known - 1                       # <unk> is the last class of both
    to.linear(model.out, small.out, rows, to.width)
    model.out.weight[strange] = to.spread(torch.zeros_like(small.out.weight), rows[strange], to.width, small.out.weight.std())
    model.out.bias[strange] = ABSENT
    return model


@torch.no_grad()
def compare(small, frames, model, softer):
    """Fails unless both find the same tokens, as certainly, in the same speech [T, 560], which the large network is given softer."""
    length = torch.tensor([len(frames)])
    wanted, found = (network(speech[None], length)[0][0].max(-1) for network, speech in ((small, frames), (model, softer)))
    tokens = torch.where(found.indices == model.out.out_features - 1, small.out.out_features - 1, found.indices)
    if not torch.equal(tokens, wanted.indices) or (wanted.values - found.values).abs().max() > 0.05:
        raise ValueError("the enlarged recogniser does not find what the demo's finds")
