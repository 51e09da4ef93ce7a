"""The five networks, with the inputs and outputs of FunASR's exports. B batch, T frames, N tokens, V vocabulary, D width.

Every network takes its sizes as arguments: the demo sizes are the defaults of the training scripts, the official sizes are in
export_official.py.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


# ---------------------------------------------------------------- SANM blocks (recogniser and punctuation)

def add_positions(x):
    """[B, T, D] -> the same plus sine and cosine positions counted from 1."""
    length, width = x.shape[1], x.shape[2]
    position = torch.arange(1, length + 1, dtype=x.dtype, device=x.device)
    scale = torch.exp(torch.arange(width // 2, dtype=x.dtype, device=x.device) * (-math.log(10000.0) / (width // 2 - 1)))
    angle = position[:, None] * scale[None]
    return x + torch.cat([angle.sin(), angle.cos()], 1)[None]


def masks(x, lengths):
    """x [B, T, *], lengths [B] -> mask [B, T] (1 inside), additive attention mask [B, 1, 1, T]."""
    mask = (torch.arange(x.shape[1], device=x.device)[None] < lengths[:, None]).to(x.dtype)
    return mask, ((1 - mask) * -10000.0)[:, None, None, :]


def attend(query, key, value, heads, attention_mask):
    """query [B, N, D], key and value [B, T, D], mask [B, 1, 1, T] -> [B, N, D]."""
    size = query.shape[-1] // heads
    split = lambda x: x.reshape(x.shape[0], -1, heads, size).transpose(1, 2)
    weights = torch.softmax(split(query * size ** -0.5) @ split(key).transpose(-2, -1) + attention_mask, -1)
    return (weights @ split(value)).transpose(1, 2).reshape(query.shape[0], -1, heads * size)


class Memory(nn.Module):
    """FSMN memory: a depthwise convolution over time plus its input."""

    def __init__(self, width, kernel):
        super().__init__()
        self.convolution = nn.Conv1d(width, width, kernel, padding=(kernel - 1) // 2, groups=width, bias=False)

    def forward(self, x, mask):
        """x [B, T, D], mask [B, T, 1] -> [B, T, D]."""
        x = x * mask
        if self.training:    # the same sum as shifted copies: four times faster on a processor, and backwards too
            taps = self.convolution.weight[:, 0]
            half = taps.shape[1] // 2
            padded = F.pad(x, (0, 0, half, half))
            y = sum(padded[:, k: k + x.shape[1]] * taps[:, k] for k in range(taps.shape[1]))
        else:
            y = self.convolution(x.transpose(1, 2)).transpose(1, 2)
        return (y + x) * mask


class EncoderLayer(nn.Module):
    """Self-attention with memory, then a feed-forward part; both residual and normalised first."""

    def __init__(self, inputs, width, heads, hidden, kernel=11, dropout=0.1):
        super().__init__()
        self.heads, self.residual = heads, inputs == width
        self.attention_norm, self.forward_norm = nn.LayerNorm(inputs), nn.LayerNorm(width)
        self.query_key_value, self.out = nn.Linear(inputs, 3 * width), nn.Linear(width, width)
        self.memory = Memory(width, kernel)
        self.expand, self.contract = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask, attention_mask):
        """x [B, T, inputs], mask [B, T, 1] -> [B, T, D]."""
        query, key, value = self.query_key_value(self.attention_norm(x)).chunk(3, -1)
        y = self.dropout(self.out(attend(query, key, value, self.heads, attention_mask)) + self.memory(value, mask))
        x = x + y if self.residual else y
        return x + self.dropout(self.contract(F.relu(self.expand(self.forward_norm(x)))))


class DecoderLayer(nn.Module):
    """Feed-forward part, memory over the tokens, attention to the encoder."""

    def __init__(self, width, heads, hidden, kernel=11, dropout=0.1):
        super().__init__()
        self.heads = heads
        self.forward_part = DecoderForward(width, hidden)
        self.memory_norm, self.source_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.memory = Memory(width, kernel)
        self.query, self.key_value, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask, encoded, attention_mask):
        """x [B, N, D], mask [B, N, 1], encoded [B, T, D] -> [B, N, D]."""
        x = x + self.dropout(self.memory(self.memory_norm(self.forward_part(x)), mask))
        key, value = self.key_value(encoded).chunk(2, -1)
        return x + self.dropout(self.out(attend(self.query(self.source_norm(x)), key, value, self.heads, attention_mask)))


class DecoderForward(nn.Module):
    """The decoder's feed-forward part: normalised before and inside, no bias on the way out."""

    def __init__(self, width, hidden):
        super().__init__()
        self.norm, self.expand, self.inner_norm = nn.LayerNorm(width), nn.Linear(width, hidden), nn.LayerNorm(hidden)
        self.contract = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.contract(self.inner_norm(F.relu(self.expand(self.norm(x)))))


# ---------------------------------------------------------------- recogniser

class Paraformer(nn.Module):
    """Non-autoregressive recogniser with token count and token times.

    The encoder's frames are weighted by alpha; where the running sum of alpha passes a whole number, one token ends and the next begins
    ("continuous integrate and fire"). In closed form the weight of frame t in token n is the overlap of the interval
    (sum before t, sum after t) with (n, n + 1), so no loop is needed, neither in training nor in the exported graph.
    """

    TAIL = 0.45          # weight added after the last frame: rounds the token count
    FIRE = 1.0 - 1e-4    # threshold of the timestamp peaks

    def __init__(self, vocabulary, width=128, heads=2, hidden=512, encoder_layers=6, decoder_layers=2, final_forward=False,
                 timestamp_width=64, timestamp_recurrent=False, dropout=0.0, inputs=560):
        super().__init__()
        self.width = width
        self.encoder = nn.ModuleList([EncoderLayer(inputs if i == 0 else width, width, heads, hidden, dropout=dropout)
                                      for i in range(encoder_layers)])
        self.encoder_norm = nn.LayerNorm(width)
        self.alpha_convolution, self.alpha_out = nn.Conv1d(width, width, 3, padding=1), nn.Linear(width, 1)
        self.upsample = nn.ConvTranspose1d(width, timestamp_width, 3, 3)
        if timestamp_recurrent:
            self.timestamp_recurrent = nn.LSTM(timestamp_width, timestamp_width, batch_first=True, bidirectional=True)
            self.timestamp_out = nn.Linear(2 * timestamp_width, 1)
        else:
            self.timestamp_recurrent = None
            self.timestamp_convolution = nn.Conv1d(timestamp_width, timestamp_width, 5, padding=2)
            self.timestamp_out = nn.Linear(timestamp_width, 1)
        self.decoder = nn.ModuleList([DecoderLayer(width, heads, hidden, dropout=dropout) for _ in range(decoder_layers)])
        self.final_forward = DecoderForward(width, hidden) if final_forward else None
        self.decoder_norm, self.out = nn.LayerNorm(width), nn.Linear(width, vocabulary)
        nn.init.constant_(self.alpha_out.bias, -1.5)
        nn.init.constant_(self.timestamp_out.bias, -2.0)

    def encode(self, speech, lengths):
        """speech [B, T, 560], lengths [B] -> encoded [B, T, D], mask [B, T], attention mask."""
        mask, attention_mask = masks(speech, lengths)
        x = add_positions(speech * self.width ** 0.5)
        for layer in self.encoder:
            x = layer(x, mask[:, :, None], attention_mask)
        return self.encoder_norm(x), mask, attention_mask

    def weights(self, encoded, mask):
        """-> alpha [B, T] per 60 ms frame (tokens begun), timestamp alpha [B, 3T] per 20 ms."""
        masked = (encoded * mask[:, :, None]).transpose(1, 2)
        alpha = torch.sigmoid(self.alpha_out(F.relu(self.alpha_convolution(masked)).transpose(1, 2)))[..., 0] * mask
        fine = F.relu(self.upsample(masked))
        if self.timestamp_recurrent is not None:
            fine = self.timestamp_recurrent(fine.transpose(1, 2))[0]
        else:
            fine = F.relu(self.timestamp_convolution(fine)).transpose(1, 2)
        fine_mask = mask[:, :, None].expand(-1, -1, 3).reshape(mask.shape[0], -1)
        return alpha, torch.sigmoid(self.timestamp_out(fine))[..., 0] * fine_mask

    @staticmethod
    def integrate(encoded, alpha, count):
        """encoded [B, T, D], alpha [B, T], count N -> acoustic embeddings [B, N, D]."""
        after = torch.cumsum(alpha, 1)
        before = after - alpha
        token = torch.arange(count, device=alpha.device).to(alpha.dtype)[None, :, None]
        return (torch.minimum(after[:, None, :], token + 1) - torch.maximum(before[:, None, :], token)).clamp(min=0.0) @ encoded

    def decode(self, acoustic, token_counts, encoded, attention_mask):
        """acoustic [B, N, D], token_counts [B] -> unnormalised scores [B, N, V]."""
        mask, _ = masks(acoustic, token_counts)
        for layer in self.decoder:
            acoustic = layer(acoustic, mask[:, :, None], encoded, attention_mask)
        if self.final_forward is not None:
            acoustic = self.final_forward(acoustic)
        return self.out(self.decoder_norm(acoustic))

    def forward(self, speech, speech_lengths):
        """The exported function -> log-probabilities [B, N, V], token_num [B], us_alphas [B, 3T], us_cif_peak [B, 3T].

        N is the largest token count of the batch and at least 1; token_num may be 0.
        """
        encoded, mask, attention_mask = self.encode(speech, speech_lengths)
        alpha, fine = self.weights(encoded, mask)
        none = torch.zeros_like(alpha[:, :1])
        after_last = torch.cat([torch.ones_like(none), mask], 1) - torch.cat([mask, none], 1)
        alpha = torch.cat([alpha, none], 1) + after_last * self.TAIL
        extended = torch.cat([encoded * mask[:, :, None], torch.zeros_like(encoded[:, :1])], 1)
        counts = torch.floor(alpha.sum(1) + 1e-4)
        acoustic = self.integrate(extended, alpha, counts.max().to(torch.int64).clamp(min=1))
        token_num = counts.to(torch.int32)
        scores = torch.log_softmax(self.decode(acoustic, token_num, encoded, attention_mask), -1)
        fine = fine * (counts / (fine.sum(1) + 1e-6))[:, None]
        total = torch.cumsum(fine, 1)
        peaks = total - self.FIRE * torch.floor((total - fine) / self.FIRE)
        return scores, token_num, fine, peaks


# ---------------------------------------------------------------- recogniser with tags and marks

class SenseVoice(nn.Module):
    """Recogniser that also names language, emotion and sound, and can write marks: an encoder and one label per frame (CTC).

    Four learned frames stand before the speech: the wanted language, "event", "emotion", and whether to write marks. The encoder's
    answers at these four places are the tags language, emotion, event and writing, in this order; the other frames give the text.
    """

    PROMPTS = 16                        # rows of the table of prompt frames
    EVENT, EMOTION = 1, 2               # the rows that are always asked for
    LANGUAGES = {"auto": 0, "zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12, "nospeech": 13}
    WITH_MARKS, WITHOUT_MARKS = 14, 15

    def __init__(self, vocabulary, width=128, heads=2, hidden=512, encoder_layers=6, later_layers=2, dropout=0.0, inputs=560):
        super().__init__()
        self.width = width
        self.prompts = nn.Embedding(self.PROMPTS, inputs)
        self.encoder = nn.ModuleList([EncoderLayer(inputs if i == 0 else width, width, heads, hidden, dropout=dropout)
                                      for i in range(encoder_layers)])
        self.later = nn.ModuleList([EncoderLayer(width, width, heads, hidden, dropout=dropout) for _ in range(later_layers)])
        self.encoder_norm, self.later_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, speech, speech_lengths, language, textnorm):
        """speech [B, T, 560], the others [B] -> scores [B, T + 4, V] without normalisation, lengths [B] + 4.

        The exported function.
        """
        fixed = torch.tensor([[self.EVENT, self.EMOTION]], dtype=torch.int64, device=speech.device).expand(speech.shape[0], -1)
        asked = torch.cat([language.to(torch.int64)[:, None], fixed, textnorm.to(torch.int64)[:, None]], 1)
        x = torch.cat([self.prompts(asked), speech], 1)
        lengths = speech_lengths + 4
        mask, attention_mask = masks(x, lengths)
        x = add_positions(x * self.width ** 0.5)
        for layer in self.encoder:
            x = layer(x, mask[:, :, None], attention_mask)
        x = self.encoder_norm(x)
        for layer in self.later:
            x = layer(x, mask[:, :, None], attention_mask)
        return self.out(self.later_norm(x)), lengths.to(torch.int32)


# ---------------------------------------------------------------- punctuation

class Punctuator(nn.Module):
    """CT-Transformer: a mark (or none) after every word."""

    def __init__(self, vocabulary, width=96, heads=4, hidden=256, layers=2, marks=6, dropout=0.1):
        super().__init__()
        self.width = width
        self.embedding = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList([EncoderLayer(width, width, heads, hidden, dropout=dropout) for _ in range(layers)])
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, marks)

    def forward(self, inputs, text_lengths):
        """inputs [B, T] word ids, text_lengths [B] -> scores [B, T, 6]."""
        x = self.embedding(inputs.to(torch.int64))
        mask, attention_mask = masks(x, text_lengths)
        x = add_positions(x * self.width ** 0.5)
        for layer in self.layers:
            x = layer(x, mask[:, :, None], attention_mask)
        return self.out(self.norm(x))


# ---------------------------------------------------------------- voice activity

class FsmnBlock(nn.Module):
    """Projection, causal memory of `order` frames with a cache, expansion."""

    def __init__(self, width, projection, order):
        super().__init__()
        self.project, self.expand = nn.Linear(width, projection, bias=False), nn.Linear(projection, width)
        self.memory = nn.Conv2d(projection, projection, [order, 1], groups=projection, bias=False)
        self.kept = order - 1

    def forward(self, x, cache):
        """x [B, T, width], cache [B, projection, order - 1, 1] -> the same shapes."""
        projected = self.project(x).transpose(1, 2).unsqueeze(-1)
        history = torch.cat([cache, projected], 2)
        projected = projected + self.memory(history)
        return F.relu(self.expand(projected.squeeze(-1).transpose(1, 2))), history[:, :, -self.kept:, :]


class FsmnVad(nn.Module):
    """The official FSMN-VAD network, at its official size: it is small already. Class 0 is silence."""

    def __init__(self, inputs=400, affine=140, width=250, projection=128, order=20, layers=4, classes=248):
        super().__init__()
        self.in1, self.in2 = nn.Linear(inputs, affine), nn.Linear(affine, width)
        self.blocks = nn.ModuleList([FsmnBlock(width, projection, order) for _ in range(layers)])
        self.out1, self.out2 = nn.Linear(width, affine), nn.Linear(affine, classes)
        self.cache_shape = (projection, order - 1, 1)

    def empty_caches(self, batch):
        return [torch.zeros(batch, *self.cache_shape) for _ in self.blocks]

    def scores(self, speech, caches):
        """speech [B, T, 400] -> unnormalised scores [B, T, 248], new caches."""
        x, kept = F.relu(self.in2(self.in1(speech))), []
        for block, cache in zip(self.blocks, caches):
            x, new = block(x, cache)
            kept.append(new)
        return self.out2(self.out1(x)), kept

    def forward(self, speech, *caches):
        scores, kept = self.scores(speech, caches)
        return (torch.softmax(scores, -1), *kept)


# ---------------------------------------------------------------- speakers

class ResidualBlock(nn.Module):
    """Two 3x3 convolutions over (mel, time); `stride` shortens the mel axis only."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.convolution1 = nn.Conv2d(inputs, outputs, 3, (stride, 1), 1, bias=False)
        self.convolution2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, (stride, 1), bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.norm2(self.convolution2(F.relu(self.norm1(self.convolution1(x))))) + self.shortcut(x))


class ContextLayer(nn.Module):
    """Densely connected TDNN layer whose output is masked by its context (mean of all and of 100 frames)."""

    SEGMENT = 100

    def __init__(self, inputs, growth, bottleneck, dilation):
        super().__init__()
        self.norm1, self.narrow = nn.BatchNorm1d(inputs), nn.Conv1d(inputs, bottleneck, 1, bias=False)
        self.norm2 = nn.BatchNorm1d(bottleneck)
        self.local = nn.Conv1d(bottleneck, growth, 3, padding=dilation, dilation=dilation, bias=False)
        self.context1, self.context2 = nn.Conv1d(bottleneck, bottleneck // 2, 1), nn.Conv1d(bottleneck // 2, growth, 1)

    def segment_mean(self, x):
        mean = F.avg_pool1d(x, self.SEGMENT, self.SEGMENT, ceil_mode=True)
        spread = mean.unsqueeze(-1).expand(-1, -1, -1, self.SEGMENT).reshape(x.shape[0], x.shape[1], -1)
        return spread[..., : x.shape[-1]]

    def forward(self, x):
        """x [B, C, T] -> [B, C + growth, T]."""
        hidden = F.relu(self.norm2(self.narrow(F.relu(self.norm1(x)))))
        context = hidden.mean(-1, keepdim=True) + self.segment_mean(hidden)
        return torch.cat([x, self.local(hidden) * torch.sigmoid(self.context2(F.relu(self.context1(context))))], 1)


class SpeakerEmbedder(nn.Module):
    """CAM++: a small 2D convolution front, densely connected TDNN layers with context masking, statistics pooling."""

    def __init__(self, channels=8, front=(1, 2), initial=80, growth=20, bottleneck=80, blocks=((5, 1), (7, 2), (5, 2)), blocks_per_stage=1,
                 embedding=192, final_stride=1):
        super().__init__()
        self.convolution, self.norm = nn.Conv2d(1, channels, 3, (2 if final_stride == 1 else 1, 1), 1, bias=False), nn.BatchNorm2d(channels)
        stages, wide = [], channels
        for factor in front:
            for i in range(blocks_per_stage):
                stages.append(ResidualBlock(wide, channels * factor, 2 if i == 0 else 1))
                wide = channels * factor
        self.front = nn.Sequential(*stages)
        # 80 bins are divided by 8 in all: either first convolution + two stages, or two stages + one last strided convolution.
        self.front_last = None if final_stride == 1 else nn.Sequential(
            nn.Conv2d(wide, wide, 3, (final_stride, 1), 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU())
        self.tdnn, self.tdnn_norm = nn.Conv1d(wide * 10, initial, 5, 2, 2, bias=False), nn.BatchNorm1d(initial)
        layers, count = [], initial
        for length, dilation in blocks:
            for _ in range(length):
                layers.append(ContextLayer(count, growth, bottleneck, dilation))
                count += growth
            layers += [nn.BatchNorm1d(count), nn.ReLU(), nn.Conv1d(count, count // 2, 1, bias=False)]
            count //= 2
        self.layers, self.last_norm = nn.Sequential(*layers), nn.BatchNorm1d(count)
        self.dense, self.dense_norm = nn.Linear(2 * count, embedding, bias=False), nn.BatchNorm1d(embedding, affine=False)

    def forward(self, x):
        """x [B, T, 80] with the mean over time removed -> embedding [B, 192]."""
        x = self.front(F.relu(self.norm(self.convolution(x.transpose(1, 2).unsqueeze(1)))))
        if self.front_last is not None:
            x = self.front_last(x)
        x = F.relu(self.tdnn_norm(self.tdnn(x.reshape(x.shape[0], -1, x.shape[-1]))))
        x = F.relu(self.last_norm(self.layers(x)))
        mean = x.mean(-1)
        deviation = ((x - mean.unsqueeze(-1)) ** 2).mean(-1).add(1e-5).sqrt()
        return self.dense_norm(self.dense(torch.cat([mean, deviation], 1)))
