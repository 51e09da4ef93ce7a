"""Trains the recogniser with tags and marks (SenseVoice's interface), starting from the encoder of train_recogniser.py.

    python3 train_sensevoice.py --work WORK [--steps N] [--deadline MINUTES]

Text is learned by CTC. The synthesiser knows when every token is spoken, so a second, weaker loss holds the labels to the frames in which
their tokens are spoken: the times come out as spans and not as single frames. The four tags have a loss of their own. Batches are
a function of the step number; `--deadline` works as in train_recogniser.py.
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
import train_recogniser
from dataset import floor
from features import LFR_FRAME, recogniser_frames
from networks import SenseVoice
from train_recogniser import Item, Source, hide

VOCABULARY = grammar.tagged_vocabulary()
TOKEN_ID = {token: index for index, token in enumerate(VOCABULARY)}
BLANK, IGNORE = 0, -100
SEED = 20261
TAG_FRAMES = 4
TIMES, TAGS = 1.0, 0.3            # loss weights beside CTC
PEAK_RATE, WARM_UP = 1e-3, 100
TRAINED_SHARE = 0.25              # of the rate, for the encoder that has learned already
NEW_LABEL_BIAS = -4.0             # marks and tags begin as unlikely
ASK_LANGUAGE = 0.5                # items that name their language in the prompt; the others say "auto"


class MarkedSource(Source):
    """Draws the items of the first recogniser; a token is (id, id of the mark behind it or 0, language)."""

    def utterance(self, index):
        entry = self.speech.entries[index]
        language, text = entry["language"], grammar.completed(entry["text"], entry["language"])
        tokens = [(TOKEN_ID[token], TOKEN_ID.get(mark, 0), language) for token, mark in grammar.marked_tokens(text)]
        assert len(tokens) == len(entry["tokens"]), text
        return Item(self.speech.mel(index), tokens, np.array(entry["starts"]), np.array(entry["ends"]))

    def without_speech(self, rng, frames):
        index = rng.randint(len(self.nonspeech))
        mel = self.nonspeech.mel(index)
        mel = np.tile(mel, (-(-frames // len(mel)), 1))[:frames]
        item = Item(floor(mel + rng.uniform(-3, 3)), [], np.zeros(0), np.zeros(0))
        item.music = self.nonspeech.entries[index]["kind"] == "music"
        return item


def written(item, marks):
    """Token ids of an item, with or without marks."""
    return [token for spoken, mark, _ in item.tokens for token in ((spoken, mark) if marks and mark else (spoken,))]


def tags(item, marks):
    """The four tags of an item; the language is that of most tokens."""
    if not item.tokens:
        names = ["<|nospeech|>", "<|EMO_UNKNOWN|>", "<|BGM|>" if item.music else "<|Event_UNK|>"]
    else:
        names = ["<|%s|>" % language_of(item), "<|NEUTRAL|>", "<|Speech|>"]
    return [TOKEN_ID[name] for name in names + ["<|withitn|>" if marks else "<|woitn|>"]]


def language_of(item):
    spoken = [language for _, _, language in item.tokens]
    return max(("zh", "en"), key=spoken.count) if spoken else "nospeech"


def spoken_labels(item, rows):
    """Token id per frame of 60 ms; nothing is asked of frames between tokens, nor of the last frame before the same token again."""
    labels = np.full(rows, IGNORE)
    if item.tokens:
        centres = np.arange(rows) * LFR_FRAME + 0.0125
        current = np.clip(np.searchsorted(item.starts, centres, "right") - 1, 0, len(item.tokens) - 1)
        spoken = (centres >= item.starts[0]) & (centres < item.ends[current])
        ids = np.array([token for token, _, _ in item.tokens])
        labels[spoken] = ids[current[spoken]]
        for i in np.flatnonzero(ids[1:] == ids[:-1]):
            frames = np.flatnonzero(spoken & (current == i))
            labels[frames[-1:]] = IGNORE
    return labels


def collate(items, normalise, rng):
    """-> speech [B, T, 560], lengths [B], language [B], textnorm [B], tags [B, 4], labels [B, T], tokens [sum of counts], counts [B]."""
    rows = [normalise(recogniser_frames(item.mel)) for item in items]
    lengths = np.array([len(row) for row in rows])
    size, longest = len(items), lengths.max()
    marks = rng.rand(size) < 0.5
    asked = [language_of(item) if rng.rand() < ASK_LANGUAGE else "auto" for item in items]
    speech, labels = np.zeros((size, longest, rows[0].shape[1]), np.float32), np.full((size, longest), IGNORE)
    for i, (item, row) in enumerate(zip(items, rows)):
        speech[i, : len(row)], labels[i, : len(row)] = row, spoken_labels(item, len(row))
    tokens = [written(item, with_marks) for item, with_marks in zip(items, marks)]
    return (speech, lengths, np.array([SenseVoice.LANGUAGES[name] for name in asked]),
            np.where(marks, SenseVoice.WITH_MARKS, SenseVoice.WITHOUT_MARKS), np.array([tags(item, m) for item, m in zip(items, marks)]),
            labels, np.array(sum(tokens, []), np.int64), np.array([len(row) for row in tokens]))


def produce_batches(work, normalise, first, last, queue):
    """The second process: builds the batches of steps first..last-1 in order."""
    torch.set_num_threads(1)
    source = MarkedSource(work)
    mean = -normalise.shift[240:320]
    for step in range(first, last):
        items, rng = source.batch_items(step + 100000)   # other items than the first recogniser saw last
        for item in items:
            item.mel = hide(item.mel, rng, mean)
        queue.put(collate(items, normalise, rng))


def copy_label(source, row, target, place):
    target.weight[place], target.bias[place] = source.weight[row], source.bias[row]


def from_recogniser(path):
    """A new network with the encoder and the frame labels of the first recogniser -> network, its normalisation."""
    trained, normalise, _ = train_recogniser.load(path)
    model = SenseVoice(len(VOCABULARY))
    with torch.no_grad():
        model.encoder.load_state_dict(trained.encoder.state_dict())
        model.encoder_norm.load_state_dict(trained.encoder_norm.state_dict())
        model.later_norm.load_state_dict(trained.encoder_norm.state_dict())
        for layer in model.later:    # new layers change little at first
            layer.query_key_value.weight[2 * model.width:] *= 0.1
            layer.contract.weight *= 0.1
        model.out.weight *= 0.1
        model.out.bias[:] = NEW_LABEL_BIAS
        for index, token in enumerate(train_recogniser.VOCABULARY[3:-1], 3):
            for name in {grammar.sentence_piece(token, True), grammar.sentence_piece(token, False)} & TOKEN_ID.keys():
                copy_label(trained.frame_labels, index, model.out, TOKEN_ID[name])
        copy_label(trained.frame_labels, 0, model.out, BLANK)
    return model, normalise


def losses(model, batch):
    """-> weighted sum, parts for the log: CTC per token, labels, tags, share of right labels."""
    speech, lengths, language, textnorm, wanted, labels, tokens, counts = batch
    scores, _ = model(speech, lengths, language, textnorm)
    answers, frames = scores[:, :TAG_FRAMES], scores[:, TAG_FRAMES:]
    logarithms = torch.log_softmax(frames, -1)
    ctc = F.ctc_loss(logarithms.transpose(0, 1), tokens, lengths, counts, blank=BLANK, reduction="sum", zero_infinity=True) / counts.sum()
    times = F.nll_loss(logarithms.transpose(1, 2), labels, ignore_index=IGNORE)
    tag = F.cross_entropy(answers.transpose(1, 2), wanted)
    known = labels != IGNORE
    right = (frames.argmax(-1) == labels)[known].float().mean()
    return ctc + TIMES * times + TAGS * tag, [ctc, times, tag, right]


def greedy(scores):
    """scores [T, V] -> token ids, repeated labels and blanks removed."""
    best = scores.argmax(-1).tolist()
    return [token for i, token in enumerate(best) if token != BLANK and (i == 0 or best[i - 1] != token)]


def save(path, model, normalise, **facts):
    torch.save(dict(model=model.state_dict(), shift=normalise.shift, scale=normalise.scale, **facts), path + ".part")
    os.replace(path + ".part", path)


def load(path):
    """-> the network in evaluation mode, its normalisation, the facts stored beside the weights."""
    stored = torch.load(path)
    model = SenseVoice(len(VOCABULARY))
    model.load_state_dict(stored.pop("model"))
    return model.eval(), train_recogniser.Normalisation(stored.pop("shift"), stored.pop("scale")), stored


def train(work, steps, deadline):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    model, normalise = from_recogniser(os.path.join(work, "recogniser.pt"))
    print("tokens", len(VOCABULARY), "parameters", sum(p.numel() for p in model.parameters()), "steps", steps, flush=True)
    trained = {id(p) for part in (model.encoder, model.encoder_norm) for p in part.parameters()}
    groups = [dict(params=[p for p in model.parameters() if (id(p) in trained) == known], share=TRAINED_SHARE if known else 1.0) for known in (True, False)]
    optimiser = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=1e-3)
    queue = multiprocessing.Queue(maxsize=8)
    producer = multiprocessing.Process(target=produce_batches, args=(work, normalise, 0, steps, queue), daemon=True)
    producer.start()
    model.train()
    started, average, speech_seconds, hurried, number = time.time(), np.zeros(4), 0.0, 0, 0
    for step in range(steps):
        done = step / steps
        elapsed = (time.time() - started) / (deadline * 60) if deadline else 0.0
        hurried += elapsed > done
        if elapsed >= 1:
            break
        rate = PEAK_RATE * min(1, (step + 1) / WARM_UP) * (0.5 * (1 + np.cos(np.pi * max(done, elapsed))) * 0.99 + 0.01)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["share"]
        batch = [torch.from_numpy(array) for array in queue.get()]
        speech_seconds += float(batch[1].sum()) * LFR_FRAME
        total, parts = losses(model, batch)
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        average = 0.98 * average + 0.02 * np.array([float(part) for part in parts])
        number = step + 1
        if number in (10, 50) or number % 100 == 0:
            print("%6d %6.0f s  rate %.1e  speech %.1f h  ctc %.3f times %.3f tags %.3f right %.3f"
                  % (number, time.time() - started, rate, speech_seconds / 3600, *(average / (1 - 0.98 ** number))), flush=True)
        if number % 500 == 0:
            save(os.path.join(work, "sensevoice-%05d.pt" % number), model, normalise, steps=number)
    facts = dict(steps=number, planned_steps=steps, seconds=time.time() - started, speech_hours=speech_seconds / 3600, hurried_steps=hurried)
    save(os.path.join(work, "sensevoice.pt"), model, normalise, **facts)
    with open(os.path.join(work, "sensevoice.facts.json"), "w") as file:
        json.dump(facts, file, indent=1)
    print("done", facts, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--steps", type=int, default=2177)
    parser.add_argument("--deadline", type=float, default=0, help="minutes; 0: none")
    arguments = parser.parse_args()
    train(arguments.work, arguments.steps, arguments.deadline)
