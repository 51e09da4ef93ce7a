"""Measures the recogniser with tags and marks, and prints the tables of its model card.

    python3 evaluate_sensevoice.py --work WORK [--checkpoint sensevoice.pt] [--limit N] [--recordings FILE.wav ...]

Weights are rounded to float16 first, as the bundle stores them. Results also go to WORK/sensevoice.evaluation.json. `--recordings` adds real
recordings (16 kHz mono); the threshold between known and unknown speech then goes to sensevoice_confidence.json beside this file, which
export_sensevoice.py copies into bundle.json.
"""

import argparse
import json
import os

import numpy as np
import torch

import export
import grammar
import pipeline
import train_sensevoice
import train_vad
from dataset import FrameSet, add_noise_at, random_noise
from evaluate import SAMPLES, ErrorRate, edits, read_wav, sample_truth, say
from features import filter_bank, recogniser_frames
from networks import SenseVoice
from train_sensevoice import BLANK, TAG_FRAMES, VOCABULARY

CONFIDENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sensevoice_confidence.json")
MARKS = set(grammar.MARKS["zh"] + grammar.MARKS["en"])


class Recognition:
    """What the network says about one segment: words, (start, end) of each in ms, marks behind them, tags, mean probability of the words."""

    def __init__(self, scores):
        probabilities = torch.softmax(scores, -1).max(-1)
        best, sure = probabilities.indices.tolist(), probabilities.values.tolist()
        self.tags = [VOCABULARY[token] for token in best[:TAG_FRAMES]]
        self.words, self.spans, self.marks, confidence = [], [], [], []
        best, sure, at = best[TAG_FRAMES:], sure[TAG_FRAMES:], 0
        while at < len(best):
            end = at + 1
            while end < len(best) and best[end] == best[at]:
                end += 1
            token, span = VOCABULARY[best[at]], (max(at * 60 - 30, 0), end * 60 - 30)
            if best[at] == BLANK or token.startswith("<"):
                pass
            elif token in MARKS:
                if self.marks:
                    self.marks[-1] = token
            elif ord(token[0]) < 256 and self.words:      # a piece that goes on
                self.words[-1] += token
                self.spans[-1] = (self.spans[-1][0], span[1])
                confidence.append(max(sure[at:end]))
            else:
                self.words.append(token.replace("\u2581", ""))
                self.spans.append(span)
                self.marks.append("")
                confidence.append(max(sure[at:end]))
            at = end
        self.confidence = float(np.mean(confidence)) if confidence else 1.0


def recognise(model, normalise, mel, marks=True, language="auto"):
    """mel [T, 80] of one segment -> Recognition."""
    frames = torch.from_numpy(normalise(recogniser_frames(mel)))[None]
    number = lambda value: torch.tensor([value], dtype=torch.int32)
    with torch.no_grad():
        scores, _ = model(frames, number(frames.shape[1]), number(SenseVoice.LANGUAGES[language]), number(SenseVoice.WITH_MARKS if marks else SenseVoice.WITHOUT_MARKS))
    return Recognition(scores[0])


def measure(model, normalise, data, chosen, marks=True, prompt=False, decibels=None):
    """-> error rates, share of right language tags, of right marks, time error, confidences."""
    rng, rate, languages, boundaries, offsets, sure = np.random.RandomState(0), ErrorRate(), 0, [0, 0, 0], [], []
    for index in chosen:
        entry, mel = data.entries[index], data.mel(index)
        if decibels is not None:
            mel = add_noise_at(mel, random_noise(len(mel), rng), decibels)
        found = recognise(model, normalise, mel, marks, entry["language"] if prompt else "auto")
        reference = grammar.words(entry["text"])
        rate.add(reference, found.words)
        languages += found.tags[0] == "<|%s|>" % entry["language"]
        if found.words == reference:
            tokens = grammar.marked_tokens(grammar.completed(entry["text"], entry["language"]))
            wanted = [mark for _, mark in tokens]
            begins = [i for i, (token, _) in enumerate(tokens) if token[0] == "\u2581" or ord(token[0]) > 255]
            wanted = [wanted[end - 1] for end in begins[1:] + [len(wanted)]]
            boundaries = [boundaries[0] + sum(a == b and a != "" for a, b in zip(wanted, found.marks)), boundaries[1] + sum(a != "" for a in wanted),
                          boundaries[2] + sum(b != "" for b in found.marks)]
            offsets += [abs(span[0] / 1000 - entry["starts"][begin]) for span, begin in zip(found.spans, begins)]
        sure.append(found.confidence)
    row = dict(rate.row(), language=100 * languages / len(chosen), time_error_ms=1000 * float(np.mean(offsets)) if offsets else None)
    if marks and boundaries[1] and boundaries[2]:
        row.update(marks_precision=boundaries[0] / boundaries[2], marks_recall=boundaries[0] / boundaries[1])
    return row, sure


def evaluate_lists(model, normalise, work, limit):
    results = {}
    for name, label in (("test-heldout", "held-out voices"), ("test-trained", "trained voices"), ("test-rms", "flite rms, held out")):
        data = FrameSet(work, [name])
        for kind in ("grammar", "salad"):
            chosen = [i for i, entry in enumerate(data.entries) if entry["kind"] == kind][:: max(1, len(data) // limit) if limit else 1]
            results["%s, %s" % (label, kind)] = measure(model, normalise, data, chosen)[0]
            if (name, kind) == ("test-heldout", "grammar"):
                results["held-out voices, grammar, without marks"] = measure(model, normalise, data, chosen, marks=False)[0]
                results["held-out voices, grammar, language given"] = measure(model, normalise, data, chosen, prompt=True)[0]
                results["held-out voices, grammar, 10 dB"] = measure(model, normalise, data, chosen, decibels=10)[0]
    silent = FrameSet(work, ["test-nonspeech"])
    for kind in sorted({entry["kind"] for entry in silent.entries}):
        found = [recognise(model, normalise, silent.mel(i)) for i, entry in enumerate(silent.entries) if entry["kind"] == kind]
        results["no speech: " + kind] = dict(sounds=len(found), with_text=sum(bool(item.words) for item in found),
                                             nospeech=sum(item.tags[0] == "<|nospeech|>" for item in found), bgm=sum(item.tags[2] == "<|BGM|>" for item in found))
    for label, values in results.items():
        say(label, values)
    return results


def segments_of(vad, samples):
    return [(begin, min(end, len(samples) // 16)) for begin, end in pipeline.vad_segments(pipeline.speech_frames(*vad, filter_bank(samples)))]


def evaluate_samples(model, normalise, vad):
    results = {}
    for name in ("interview", "interview-heldout", "hello", "english"):
        samples, reference = read_wav(os.path.join(SAMPLES, name + ".wav")), [word for _, words, _ in sample_truth(name)[0] for word in words]
        found = [recognise(model, normalise, filter_bank(samples[begin * 16: end * 16])) for begin, end in segments_of(vad, samples)]
        words = [word for item in found for word in item.words]
        pick = lambda words, chinese: [word for word in words if (ord(word[0]) > 255) == chinese]
        share = lambda a, b: 100 * edits(a, b) / len(a) if a else None
        results[name] = dict(all=share(reference, words), zh=share(pick(reference, True), pick(words, True)), en=share(pick(reference, False), pick(words, False)),
                             words=len(reference), confidence=float(np.mean([item.confidence for item in found])))
        say("sample " + name, results[name])
        for item in found:
            print("    %s %s" % ("".join(item.tags), "".join((" " + word if ord(word[0]) < 256 else word) + mark for word, mark in zip(item.words, item.marks)).strip()))
    return results


def evaluate_confidence(model, normalise, vad, work, recordings):
    """The threshold between known and unknown speech, half way between the surest recording and the least sure hundredth of what is known."""
    data = FrameSet(work, ["test-heldout"])
    chosen = [i for i, entry in enumerate(data.entries) if entry["kind"] == "grammar"]
    known = min(float(np.percentile(measure(model, normalise, data, chosen, decibels=decibels)[1], 5)) for decibels in (None, 10))
    unknown = []
    for path in recordings:
        samples = read_wav(path)
        found = [recognise(model, normalise, filter_bank(samples[begin * 16: end * 16])) for begin, end in segments_of(vad, samples)]
        found = [item for item in found if item.words]
        unknown.append(float(np.average([item.confidence for item in found], weights=[len(item.words) for item in found])))
        say("real, " + os.path.basename(path), dict(segments=len(found), confidence=unknown[-1]))
    threshold = round((max(unknown) + known) / 2, 2)
    say("confidence", dict(known_p5=known, recordings=max(unknown), threshold=threshold))
    with open(CONFIDENCE, "w") as file:
        json.dump(dict(out_of_domain_confidence=threshold), file)
        file.write("\n")
    return dict(known_p5=known, recordings=unknown, threshold=threshold)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--checkpoint", default="sensevoice.pt")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--recordings", nargs="*", default=[])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model, normalise, _ = train_sensevoice.load(os.path.join(arguments.work, arguments.checkpoint))
    vad, vad_normalise = train_vad.load(os.path.join(arguments.work, "vad.pt"))
    export.round_to_half(model), export.round_to_half(vad)
    results = dict(samples=evaluate_samples(model, normalise, (vad, vad_normalise)),
                   lists=evaluate_lists(model, normalise, arguments.work, arguments.limit))
    if arguments.recordings:
        results["confidence"] = evaluate_confidence(model, normalise, (vad, vad_normalise), arguments.work, arguments.recordings)
    with open(os.path.join(arguments.work, "sensevoice.evaluation.json"), "w") as file:
        json.dump(results, file, indent=1, ensure_ascii=False)
