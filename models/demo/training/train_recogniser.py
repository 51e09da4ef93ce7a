"""Trains the recogniser from scratch, in one run of a fixed number of steps.

    python3 train_recogniser.py --work WORK [--steps N] [--deadline MINUTES]

Batches are a function of the step number alone and are built by a second process. With one thread the result is reproducible on the
same machine and libraries. `--deadline` only protects a machine that turns out too slow: when elapsed time runs ahead of the steps,
the learning rate follows the time instead, and the log says so.
"""

import argparse
import json
import multiprocessing
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import grammar
from dataset import FrameSet, add_noise, floor, random_noise, speech_level, warp
from features import FRAME, LFR_FRAME, LOG_FLOOR, Normalisation, recogniser_frames
from make_data import TRAINING_SETS
from networks import Paraformer
from voices import SAMPLE_VOICES

VOCABULARY = grammar.recogniser_vocabulary()
TOKEN_ID = {token: index for index, token in enumerate(VOCABULARY)}
END, IGNORE = 2, -100
SEED = 20260

BATCH_SECONDS = 62.0        # speech per batch
CONCATENATED_SHARE = 0.42   # batches of several utterances one after the other
EARLY_STEPS, EARLY_SHARE = 1200, 0.15   # fewer of them at the beginning
LONGEST = 15.0              # seconds of a concatenation
NONSPEECH_SHARE = 0.05      # items without any speech
ALIGNMENT, CUMULATIVE, TIMES, TIMES_CUMULATIVE, COUNT, FRAMES = 1.0, 0.5, 0.7, 0.1, 0.15, 0.5   # loss weights
PEAK_RATE, WARM_UP = 2e-3, 200


# ---------------------------------------------------------------- what one item looks like

class Item:
    """Frames [T, 80] with token ids and token times in seconds. No tokens: nothing was said."""

    def __init__(self, mel, tokens, starts, ends):
        self.mel, self.tokens, self.starts, self.ends = mel, tokens, starts, ends


class Source:
    """Draws training items."""

    def __init__(self, work):
        self.speech, self.nonspeech = FrameSet(work, TRAINING_SETS), FrameSet(work, ["nonspeech"])
        entries = self.speech.entries
        self.by_length = np.argsort([entry["frames"] for entry in entries], kind="stable")
        self.by_language = {language: [i for i, entry in enumerate(entries) if entry["language"] == language] for language in ("zh", "en")}
        own = {voice.variant for voice in SAMPLE_VOICES}
        self.in_sample_voices = [i for i, entry in enumerate(entries) if entry["voice"] in own]

    def utterance(self, index):
        entry = self.speech.entries[index]
        return Item(self.speech.mel(index), [TOKEN_ID[token] for token in entry["tokens"]], np.array(entry["starts"]), np.array(entry["ends"]))

    def silence(self, rng, frames):
        """A gap: digital silence or a faint noise floor."""
        gap = np.full((frames, 80), LOG_FLOOR, np.float32)
        return gap if rng.rand() < 0.6 or frames == 0 else floor(random_noise(frames, rng) + rng.uniform(-14, 2))

    def without_speech(self, rng, frames):
        mel = self.nonspeech.mel(rng.randint(len(self.nonspeech)))
        mel = np.tile(mel, (-(-frames // len(mel)), 1))[:frames]
        return Item(floor(mel + rng.uniform(-3, 3)), [], np.zeros(0), np.zeros(0))

    def similar_length(self, rng):
        """Indices of utterances of similar length that fill a batch."""
        place = rng.randint(len(self.by_length))
        seconds = self.speech.entries[self.by_length[place]]["frames"] * FRAME
        count = int(np.clip(BATCH_SECONDS / seconds, 4, 40))
        low, high = max(0, place - 250), min(len(self.by_length), place + 250)
        return self.by_length[rng.choice(np.arange(low, high), count, replace=False)]

    def concatenation(self, rng, seconds):
        """Utterances one after the other up to about `seconds`: one language or both, random voices or the two of the sample."""
        choice = rng.rand()
        pool = (self.in_sample_voices if choice < 0.3 else self.by_language["zh"] if choice < 0.45 else self.by_language["en"] if choice < 0.6
                else None)
        mels, tokens, starts, ends, frames, level = [], [], [], [], 0, None
        while True:
            index = rng.randint(len(self.speech)) if pool is None else pool[rng.randint(len(pool))]
            item = self.utterance(index)
            if mels and (frames + len(item.mel)) * FRAME > seconds:
                break
            if mels and rng.rand() < 0.5:
                gap = self.silence(rng, int(rng.uniform(0, 0.8) / FRAME))
                mels.append(gap)
                frames += len(gap)
            level = item.mel.max() if level is None else level
            mels.append(item.mel - item.mel.max() + level + rng.uniform(-0.8, 0.8))
            tokens += item.tokens
            starts.append(item.starts + frames * FRAME)
            ends.append(item.ends + frames * FRAME)
            frames += len(item.mel)
            if frames * FRAME > seconds - 1.2:
                break
        return Item(np.concatenate(mels), tokens, np.concatenate(starts), np.concatenate(ends))

    def batch_items(self, step):
        """The items of one step: a function of the step number."""
        rng = np.random.RandomState(SEED * 100003 % (1 << 31) + step)
        if rng.rand() < (EARLY_SHARE if step < EARLY_STEPS else CONCATENATED_SHARE):
            seconds = rng.uniform(4, LONGEST)
            count = max(4, int(BATCH_SECONDS / seconds))
            items = [self.concatenation(rng, seconds) for _ in range(count)]
        else:
            items = [self.utterance(index) for index in self.similar_length(rng)]
        for position, item in enumerate(items):
            if rng.rand() < NONSPEECH_SHARE:
                items[position] = self.without_speech(rng, len(item.mel))
            elif rng.rand() < 0.3:
                before, after = (self.silence(rng, int(rng.uniform(0, 0.4) / FRAME)) for _ in range(2))
                shift = len(before) * FRAME
                items[position] = Item(np.concatenate([before, item.mel, after]), item.tokens, item.starts + shift, item.ends + shift)
        for item in items:
            item.mel = self.change(item.mel, rng) if item.tokens else item.mel
        return items, rng

    def change(self, mel, rng):
        """Another vocal tract, noise or babble, another level."""
        if rng.rand() < 0.4:
            mel = warp(mel, rng.uniform(0.91, 1.10), rng.uniform(-1, 1))
        choice = rng.rand()
        if choice < 0.15:
            babble = self.speech.mel(rng.randint(len(self.speech)))
            babble = np.tile(babble, (-(-len(mel) // len(babble)), 1))[: len(mel)]
            babble = babble - speech_level(babble) + speech_level(mel)
            mel = np.logaddexp(mel, babble - rng.uniform(8, 22) * 0.2303)
        elif choice < 0.7:
            quietest = 26 if choice < 0.5 else 45
            mel = add_noise(mel, random_noise(len(mel), rng), rng.uniform(quietest - 24, quietest))
        return floor(mel + rng.uniform(-1.5, 1.5))


def hide(mel, rng, mean):
    """SpecAugment: up to two bands and one short moment are replaced by the mean."""
    mel = mel.copy()
    for _ in range(2):
        if rng.rand() < 0.6:
            width = rng.randint(1, 10)
            start = rng.randint(0, 80 - width)
            mel[:, start:start + width] = mean[start:start + width]
    if rng.rand() < 0.4:
        width = rng.randint(2, 9)
        start = rng.randint(0, max(1, len(mel) - width))
        mel[start:start + width] = mean
    return mel


# ---------------------------------------------------------------- targets from the token times

def tokens_elapsed(times, item):
    """How many tokens have passed at each time, as a piecewise linear function."""
    count = len(item.tokens)
    at = np.stack([item.starts, item.ends], 1).reshape(-1)
    at = np.maximum.accumulate(at + np.arange(len(at)) * 1e-7)
    return np.interp(times, at, np.stack([np.arange(count), np.arange(count) + 1], 1).reshape(-1), left=0, right=count)


def targets(item, rows):
    """-> alpha [rows], timestamp alpha [3 rows], token id per row.

    alpha: each token's unit of weight lies evenly over its duration, the unit of </s> over the 120 ms after the last token.
    Timestamp alpha: one unit in the 60 ms before the first token, then one per token, so that peak i stands at the start of token i and
    the last peak at the end. The grid is shifted so that FunASR's fixed correction of -1.5 frames lands on the true time.
    """
    count = len(item.tokens)
    if count == 0:
        return np.zeros(rows, np.float32), np.zeros(3 * rows, np.float32), np.zeros(rows, np.int64)
    edges = np.arange(rows + 1) * LFR_FRAME - 0.0175
    total = tokens_elapsed(edges, item) + np.clip((edges - item.ends[-1]) / 0.12, 0, 1)
    total[0], total[-1] = 0, count + 1
    fine_edges = np.arange(3 * rows + 1) * LFR_FRAME / 3 - 0.04
    fine = np.clip((fine_edges - (item.starts[0] - 0.06)) / 0.06, 0, 1) + tokens_elapsed(fine_edges, item)
    fine[0], fine[-1] = 0, count + 1
    centres = np.arange(rows) * LFR_FRAME + 0.0125
    current = np.clip(np.searchsorted(item.starts, centres, "right") - 1, 0, count - 1)
    spoken = (centres >= item.starts[0]) & (centres < item.ends[current])
    labels = np.where(spoken, np.array(item.tokens)[current], 0)
    return np.minimum(np.diff(total), 1).astype(np.float32), np.minimum(np.diff(fine), 1).astype(np.float32), labels


def collate(items, normalise, rng):
    """-> arrays of one batch: frames [B, T, 560], lengths [B], alpha [B, T], fine [B, 3T], labels [B, T], tokens [B, N], counts [B],
    decoder alpha [B, T]."""
    rows = [normalise(recogniser_frames(item.mel)) for item in items]
    lengths = np.array([len(row) for row in rows])
    size, longest = len(items), lengths.max()
    # Without speech the decoder is asked for </s> one to three times, in case the weights ever reach a token.
    wanted = [item.tokens + [END] if item.tokens else [END] * rng.randint(1, 4) for item in items]
    speech, alpha = np.zeros((size, longest, rows[0].shape[1]), np.float32), np.zeros((size, longest), np.float32)
    fine, labels = np.zeros((size, 3 * longest), np.float32), np.full((size, longest), IGNORE)
    tokens, forced = np.full((size, max(map(len, wanted))), IGNORE), np.zeros((size, longest), np.float32)
    for i, (item, row) in enumerate(zip(items, rows)):
        speech[i, : len(row)] = row
        alpha[i, : len(row)], fine[i, : 3 * len(row)], labels[i, : len(row)] = targets(item, len(row))
        tokens[i, : len(wanted[i])] = wanted[i]
        forced[i, : len(row)] = alpha[i, : len(row)] if item.tokens else len(wanted[i]) / len(row)
    counts = np.array([len(tokens) for tokens in wanted])
    silent = np.array([not item.tokens for item in items])
    return speech, lengths, alpha, fine, labels, tokens, counts, forced, silent


def produce_batches(work, normalise, first, last, queue):
    """The second process: builds the batches of steps first..last-1 in order."""
    torch.set_num_threads(1)
    source = Source(work)
    mean = -normalise.shift[240:320]
    for step in range(first, last):
        items, rng = source.batch_items(step)
        for item in items:
            item.mel = hide(item.mel, rng, mean)
        queue.put(collate(items, normalise, rng))


# ---------------------------------------------------------------- training

def losses(model, batch, step, generator):
    """-> weighted sum, parts for the log."""
    speech, lengths, alpha, fine, labels, tokens, counts, forced, silent = batch
    encoded, mask, attention_mask = model.encode(speech, lengths)
    predicted, predicted_fine = model.weights(encoded, mask)
    frames = mask.sum()
    fine_mask = mask[:, :, None].expand(-1, -1, 3).reshape(mask.shape[0], -1)
    drift = ((torch.cumsum(predicted, 1) - torch.cumsum(alpha, 1)).abs() * mask).sum() / frames
    fine_drift = ((torch.cumsum(predicted_fine, 1) - torch.cumsum(fine, 1)).abs() * fine_mask).sum() / frames
    alignment = (predicted - alpha).abs().sum() / frames
    times = (predicted_fine - fine).abs().sum() / frames
    count = (predicted.sum(1) - torch.where(silent, torch.zeros_like(counts), counts)).abs().mean()
    frame_labels = F.cross_entropy(model.frame_labels(encoded).transpose(1, 2), labels, ignore_index=IGNORE)
    # The decoder sees predicted weights, scaled to the true count; true weights at first, for one item in ten, and for silence.
    use_true = (torch.rand(len(counts), generator=generator) < (0.1 if step >= 200 else 1.0)) | silent
    used = torch.where(use_true[:, None], forced, predicted)
    used = used * (counts / (used.sum(1) + 1e-6))[:, None]
    scores = model.decode(model.integrate(encoded, used, int(counts.max())), counts, encoded, attention_mask)
    decoder = F.cross_entropy(scores.transpose(1, 2), tokens, ignore_index=IGNORE, label_smoothing=0.05)
    right = (scores.argmax(-1) == tokens).float().sum() / counts.sum()
    total = (decoder + FRAMES * frame_labels + ALIGNMENT * alignment + CUMULATIVE * drift + TIMES * times + TIMES_CUMULATIVE * fine_drift
             + COUNT * count)
    return total, [decoder, frame_labels, alignment, drift, times, count, right]


class TrainedParaformer(Paraformer):
    """The recogniser with the auxiliary output that only training uses."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.frame_labels = torch.nn.Linear(self.width, self.out.out_features)


def measure_normalisation(work):
    """Mean and variance of 300 changed training items."""
    source = Source(work)
    rng = np.random.RandomState(SEED)
    return Normalisation.measure(np.concatenate(
        [recogniser_frames(source.change(source.utterance(rng.randint(len(source.speech))).mel, rng)) for _ in range(300)]))


def save(path, model, normalise, **facts):
    torch.save(dict(model=model.state_dict(), shift=normalise.shift, scale=normalise.scale, **facts), path + ".part")
    os.replace(path + ".part", path)


def load(path):
    """-> the recogniser in evaluation mode, its normalisation, the facts stored beside the weights."""
    stored = torch.load(path)
    model = TrainedParaformer(len(VOCABULARY))
    model.load_state_dict(stored.pop("model"))
    return model.eval(), Normalisation(stored.pop("shift"), stored.pop("scale")), stored


def train(work, steps, deadline):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    normalise = measure_normalisation(work)
    model = TrainedParaformer(len(VOCABULARY))
    print("tokens", len(VOCABULARY), "parameters", sum(p.numel() for p in model.parameters()) - sum(p.numel() for p in model.frame_labels.parameters()), "steps", steps, flush=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=1e-3)
    queue = multiprocessing.Queue(maxsize=8)
    producer = multiprocessing.Process(target=produce_batches, args=(work, normalise, 0, steps, queue), daemon=True)
    producer.start()
    started, average, speech_seconds, hurried, number = time.time(), np.zeros(7), 0.0, 0, 0
    for step in range(steps):
        done = step / steps
        elapsed = (time.time() - started) / (deadline * 60) if deadline else 0.0
        hurried += elapsed > done
        if elapsed >= 1:
            break
        rate = PEAK_RATE * min(1, (step + 1) / WARM_UP) * (0.5 * (1 + np.cos(np.pi * max(done, elapsed))) * 0.99 + 0.01)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = [torch.from_numpy(array) for array in queue.get()]
        speech_seconds += float(batch[1].sum()) * LFR_FRAME
        total, parts = losses(model, batch, step, generator)
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        average = 0.98 * average + 0.02 * np.array([float(part) for part in parts])
        number = step + 1
        if number in (10, 50) or number % 100 == 0:
            print("%6d %6.0f s  rate %.1e  speech %.1f h  decoder %.3f frames %.3f alignment %.3f drift %.3f times %.3f count %.3f right %.3f"
                  % (number, time.time() - started, rate, speech_seconds / 3600, *(average / (1 - 0.98 ** number))), flush=True)
        if number % 500 == 0:
            save(os.path.join(work, "recogniser-%05d.pt" % number), model, normalise, steps=number)
    facts = dict(steps=number, planned_steps=steps, seconds=time.time() - started, speech_hours=speech_seconds / 3600, hurried_steps=hurried)
    save(os.path.join(work, "recogniser.pt"), model, normalise, **facts)
    with open(os.path.join(work, "recogniser.facts.json"), "w") as file:
        json.dump(facts, file, indent=1)
    print("done", facts, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--steps", type=int, default=5087)
    parser.add_argument("--deadline", type=float, default=0, help="minutes; 0: none")
    arguments = parser.parse_args()
    train(arguments.work, arguments.steps, arguments.deadline)
