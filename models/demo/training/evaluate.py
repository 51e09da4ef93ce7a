"""Measures the trained models and prints the tables of the model card.

    python3 evaluate.py --work WORK [--checkpoint recogniser.pt] [--only recogniser vad punctuation speakers samples confidence]
                        [--limit N] [--recordings FILE.wav ...]

Weights are rounded to float16 first, as the bundle stores them. `--recordings` adds real recordings (16 kHz mono) to the confidence table.
Results also go to WORK/evaluation.json; with recordings, the distributions of confidence and the threshold between known and unknown speech
go to confidence.json beside this file, which export.py copies into bundle.json.
"""

import argparse
import json
import os
import random

import numpy as np
import torch
from scipy.io import wavfile

import clustering
import export
import grammar
import make_data
import nonspeech
import pipeline
import train_punctuation
import train_recogniser
import train_speakers
import train_vad
from dataset import FrameSet, add_noise_at, random_noise
from features import FRAME, filter_bank

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SAMPLES = os.path.join(ROOT, "samples")
CONFIDENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confidence.json")


def edits(reference, found):
    """Levenshtein distance of two token lists."""
    row = list(range(len(found) + 1))
    for i, wanted in enumerate(reference):
        diagonal, row[0] = row[0], i + 1
        for j, token in enumerate(found):
            diagonal, row[j + 1] = row[j + 1], min(row[j] + 1, row[j + 1] + 1, diagonal + (wanted != token))
    return row[-1]


class ErrorRate:
    """Edit distance over reference length, per language: Chinese characters, English words."""

    def __init__(self):
        self.errors, self.words = {"zh": 0, "en": 0}, {"zh": 0, "en": 0}

    def add(self, reference, found):
        """Word lists; errors of a mixed text are counted per language by aligning the whole."""
        language = "en" if all(ord(word[0]) < 256 for word in reference) else "zh"
        self.errors[language] += edits(reference, found)
        self.words[language] += len(reference)

    def of(self, language=None):
        languages = [language] if language else ["zh", "en"]
        words = sum(self.words[language] for language in languages)
        return 100 * sum(self.errors[language] for language in languages) / words if words else None

    def row(self):
        return {"all": self.of(), "zh": self.of("zh"), "en": self.of("en"), "words": sum(self.words.values())}


def say(label, values):
    text = ["%s %s" % (name, "-" if value is None else "%.2f" % value if isinstance(value, float) else value) for name, value in values.items()]
    print("%-44s %s" % (label, "  ".join(text)), flush=True)


# ---------------------------------------------------------------- recogniser

def recogniser_list(models, data, chosen, decibels=None):
    """Error rate, exact token counts and time error over utterances of a set."""
    rng, rate, exact, offsets, sure = np.random.RandomState(0), ErrorRate(), 0, [], []
    for index in chosen:
        entry, mel = data.entries[index], data.mel(index)
        if decibels is not None:
            mel = add_noise_at(mel, random_noise(len(mel), rng), decibels)
        found = pipeline.recognise(models.recogniser, models.normalise, mel)
        rate.add(grammar.words(entry["text"]), pipeline.join_words(found.tokens, found.spans)[0])
        exact += found.token_num == len(entry["tokens"]) + 1
        if len(found.tokens) == len(entry["tokens"]):
            offsets += [abs(span[0] / 1000 - start) for span, start in zip(found.spans, entry["starts"])]
        sure.append(found.confidence)
    return dict(rate.row(), exact_count=100 * exact / len(chosen), time_error_ms=1000 * float(np.mean(offsets)) if offsets else None), sure


def evaluate_recogniser(models, work, limit):
    results = {}
    for name, label in (("test-heldout", "held-out voices"), ("test-trained", "trained voices"), ("test-rms", "flite rms, held out")):
        data = FrameSet(work, [name])
        for kind in ("grammar", "salad"):
            for decibels in ((None, 20, 10, 5) if (name, kind) == ("test-heldout", "grammar") else (None,)):
                chosen = [i for i, entry in enumerate(data.entries) if entry["kind"] == kind][:: max(1, len(data) // limit) if limit else 1]
                results["%s, %s%s" % (label, kind, ", %d dB" % decibels if decibels else "")] = recogniser_list(models, data, chosen, decibels)[0]
    silent = FrameSet(work, ["test-nonspeech"])
    chosen = list(range(len(silent)))[: limit or None]
    words = [(silent.entries[i]["kind"], len(pipeline.recognise(models.recogniser, models.normalise, silent.mel(i)).tokens)) for i in chosen]
    for kind in sorted({kind for kind, _ in words}):
        counts = [count for found, count in words if found == kind]
        results["no speech: " + kind] = dict(sounds=len(counts), with_text=sum(count > 0 for count in counts), tokens=sum(counts))
    for label, values in results.items():
        say(label, values)
    return results


# ---------------------------------------------------------------- voice activity

def evaluate_vad(models, work, limit):
    """Streams of held-out utterances with long gaps: missed and false frames, and how far segment ends lie from the speech."""
    data, rng = FrameSet(work, ["test-heldout"]), np.random.RandomState(3)
    results = {}
    for label, noise in (("digital silence between", None), ("noise 40 dB below", 40), ("noise 20 dB below", 20), ("noise 10 dB below", 10)):
        missed = spoken = false = quiet = lost = extra = matched = 0
        early, late = [], []
        for _ in range(limit or 12):
            mels, labels, truth, length = [], [], [], 0
            for index in rng.choice(len(data), 6):
                entry = data.entries[index]
                gap = rng.randint(120, 220)
                mels += [np.full((gap, 80), -15.942385, np.float32), data.mel(index)]
                labels += [np.zeros(gap, int), train_vad.speech_frames(entry["frames"], entry["starts"], entry["ends"])]
                truth.append((length + gap + 100 * entry["starts"][0], length + gap + 100 * entry["ends"][-1]))
                length += gap + entry["frames"]
            mel, labels = np.concatenate(mels), np.concatenate(labels)
            if noise is not None:
                mel = add_noise_at(mel, np.log(rng.gamma(4, 0.25, size=mel.shape) + 1e-6).astype(np.float32) + 0.02 * np.arange(80, dtype=np.float32), noise)
            speech = pipeline.speech_frames(models.vad, models.vad_normalise, mel)
            segments = pipeline.vad_segments(speech)
            covered = np.zeros(len(mel), bool)
            for begin, end in segments:
                covered[begin // 10: end // 10] = True
            missed, spoken = missed + (labels.astype(bool) & ~covered).sum(), spoken + labels.sum()
            false, quiet = false + ((labels == 0) & covered).sum(), quiet + (labels == 0).sum()
            for first, last in truth:
                hits = [(begin / 10, end / 10) for begin, end in segments if begin / 10 < last and end / 10 > first]
                lost += not hits
                if hits:
                    early.append(10 * (first - hits[0][0]))
                    late.append(10 * (hits[-1][1] - last))
        results[label] = dict(missed=100 * missed / spoken, covered_silence=100 * false / quiet, lost_utterances=int(lost), start_early_ms=float(np.mean(early)),
                              start_error_ms=float(np.mean(np.abs(early))), end_late_ms=float(np.mean(late)), end_error_ms=float(np.mean(np.abs(late))),
                              worst_ms=float(max(np.max(np.abs(early)), np.max(np.abs(late)))))
    noise, found = np.random.RandomState(4), {}
    for decibels in (-90, -70, -50, -30, -20, -10):
        samples = np.clip(noise.randn(160000) * 10 ** (decibels / 20), -1, 1).astype(np.float32)
        found["white noise %d dBFS" % decibels] = len(pipeline.vad_segments(pipeline.speech_frames(models.vad, models.vad_normalise, filter_bank(samples))))
    found["digital silence"] = len(pipeline.vad_segments(pipeline.speech_frames(models.vad, models.vad_normalise, filter_bank(np.zeros(160000, np.float32)))))
    results["segments in 10 s of"] = found
    kinds, sounds = random.Random(5), {}
    for _ in range(40):
        kind, samples = nonspeech.random_sound(kinds, noise, 6)
        segments = pipeline.vad_segments(pipeline.speech_frames(models.vad, models.vad_normalise, filter_bank(samples)))
        total = sounds.setdefault(kind, [0, 0])
        total[0] += 6
        total[1] += sum(end - begin for begin, end in segments) / 1000
    results["seconds taken for speech"] = {kind: "%.1f of %d" % (taken, total) for kind, (total, taken) in sounds.items()}
    for label, values in results.items():
        say("VAD, " + label, values)
    return results


# ---------------------------------------------------------------- punctuation

def evaluate_punctuation(models, work, limit):
    """Marks on the reference words of the 100 held-out documents."""
    with open(os.path.join(ROOT, "tests", "data", "punctuation-heldout.json"), encoding="utf-8") as file:
        documents = json.load(file)["documents"]
    table = np.zeros((6, 6), int)
    for document in documents:
        wanted = [train_punctuation.MARKS.index(mark) for mark in document["marks"]]
        for reference, found in zip(wanted, pipeline.punctuate(models.punctuator, document["words"])):
            table[reference, found] += 1
    both, found, wanted = table[2:, 2:].sum(), table[:, 2:].sum(), table[2:].sum()
    results = {"boundary": dict(precision=both / found, recall=both / wanted, f1=2 * both / (found + wanted))}
    for mark in (2, 3, 4):
        precision, recall = table[mark, mark] / max(1, table[:, mark].sum()), table[mark, mark] / max(1, table[mark].sum())
        results[train_punctuation.MARKS[mark]] = dict(precision=precision, recall=recall, f1=2 * precision * recall / max(1e-9, precision + recall))
    results = {label: {name: float(value) for name, value in row.items()} for label, row in results.items()}
    for label, values in results.items():
        say("punctuation " + label, values)
    return results


# ---------------------------------------------------------------- speakers

def equal_error(scores, same):
    order = np.argsort(-scores)
    same = same[order]
    refused, accepted = 1 - np.cumsum(same) / same.sum(), np.cumsum(1 - same) / (1 - same).sum()
    best = np.argmin(np.abs(refused - accepted))
    return 100 * (refused[best] + accepted[best]) / 2


def evaluate_speakers(models, work, limit):
    """Equal error rate of single windows, and clustering of random two-speaker dialogues of speakers never heard in training."""
    source = train_speakers.Source(work, "speakers-test", (1.0,))
    results, rng = {}, np.random.RandomState(0)
    for label, frames in (("1.5 s", 148), ("3 s", 296)):
        windows, owners = [], []
        for speaker, utterances in enumerate(source.utterances):
            for index in utterances:
                mel = source.speech(index)
                mel = np.tile(mel, (-(-frames // len(mel)), 1))[:frames]
                windows.append(mel - mel.mean(0, keepdims=True))
                owners.append(speaker)
        embeddings = pipeline.embed(models.speakers, np.array(windows, np.float32))
        embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
        upper = np.triu_indices(len(embeddings), 1)
        scores, same = (embeddings @ embeddings.T)[upper], (np.array(owners)[upper[0]] == np.array(owners)[upper[1]]).astype(float)
        results["windows of " + label] = dict(equal_error=float(equal_error(scores, same)), same=float(scores[same == 1].mean()), different=float(scores[same == 0].mean()))
    counts, wrong_given, wrong_found = {}, [], []
    for _ in range(limit or 40):
        first, second = rng.choice(len(source.utterances), 2, replace=False)
        windows, owners = [], []
        for turn in range(12):
            speaker = (first, second)[turn % 2]
            mel = source.set.mel(source.utterances[speaker][turn // 2])
            for start in range(0, max(1, len(mel) - 75), 75):
                window = mel[max(0, min(start, len(mel) - 148)):][:148]
                if len(window) < 148:
                    window = np.concatenate([window, np.full((148 - len(window), 80), -15.942385, np.float32)])
                windows.append(window - window.mean(0, keepdims=True))
                owners.append(int(speaker == second))
        embeddings, owners = pipeline.embed(models.speakers, np.array(windows, np.float32)), np.array(owners)
        given, found = clustering.cluster(embeddings, 2), clustering.cluster(embeddings)
        counts[int(found.max()) + 1] = counts.get(int(found.max()) + 1, 0) + 1
        wrong_given.append(min(np.mean(given != owners), np.mean(given == owners)))
        wrong_found.append(1 - sum(max(np.sum((found == k) & (owners == o)) for o in (0, 1)) for k in range(found.max() + 1)) / len(owners))
    results["dialogues of two"] = dict(dialogues=limit or 40, two_found=100 * counts.get(2, 0) / (limit or 40), found=json.dumps(dict(sorted(counts.items()))),
                                       wrong_windows_given=100 * float(np.mean(wrong_given)), impure_windows_automatic=100 * float(np.mean(wrong_found)))
    for label, values in results.items():
        say("speakers, " + label, values)
    return results


# ---------------------------------------------------------------- samples

def read_wav(path):
    rate, samples = wavfile.read(path)
    if rate != 16000:
        raise SystemExit("%s has %d Hz; 16000 are needed" % (path, rate))
    return (samples if samples.ndim == 1 else samples[:, 0]).astype(np.float32) / 32768


def diarisation_error(reference, found, collar, step=0.01):
    """Missed, false and confused time over reference speech time in per cent, two speakers at most, best matching of names."""
    end = max([stop for _, stop, _ in reference + found])
    times = np.arange(0, end + 1, step) + step / 2
    def track(turns, label):
        active = np.zeros(len(times), bool)
        for start, stop, name in turns:
            if name == label:
                active |= (times >= start) & (times < stop)
        return active
    scored = np.ones(len(times), bool)
    if collar:
        for start, stop, _ in reference:
            for edge in (start, stop):
                scored &= np.abs(times - edge) > collar
    names, labels = sorted({name for _, _, name in reference}), sorted({name for _, _, name in found})
    tracks, others = [track(reference, name) & scored for name in names], [track(found, label) & scored for label in labels]
    spoken, heard = sum(tracks), sum(others) if others else np.zeros(len(times), int)
    shared = np.array([[np.sum(a & b) for b in others] for a in tracks]) if others else np.zeros((len(names), 1))
    right = shared.max() if len(names) == 1 or shared.shape[1] == 1 else max(
        shared[0, i] + shared[1, j] for i in range(shared.shape[1]) for j in range(shared.shape[1]) if i != j)
    return 100 * float(np.maximum(spoken, heard).sum() - right) / float(spoken.sum())


def sample_truth(name):
    """-> [(speaker, words, text)] per turn, [(start, end, speaker)] per region."""
    with open(os.path.join(SAMPLES, name + ".txt"), encoding="utf-8") as file:
        turns = [line.rstrip("\n").split(": ", 1) for line in file]
    with open(os.path.join(SAMPLES, name + ".rttm")) as file:
        fields = [line.split() for line in file]
    return ([(speaker, grammar.words(text), text) for speaker, text in turns],
            [(float(field[3]), float(field[3]) + float(field[4]), field[7]) for field in fields])


def evaluate_sample(models, name, speakers=None):
    samples = read_wav(os.path.join(SAMPLES, name + ".wav"))
    turns, regions = sample_truth(name)
    result = pipeline.transcribe(models, samples, speakers)
    reference = [word for _, words, _ in turns for word in words]
    chinese = lambda words: [word for word in words if ord(word[0]) > 255]
    english = lambda words: [word for word in words if ord(word[0]) < 256]
    share = lambda pick: 100 * edits(pick(reference), pick(result["words"])) / len(pick(reference)) if pick(reference) else None
    found = [(start, end, str(label)) for start, end, label in result["turns"]]
    pure = 0
    if result["sentences"]:
        owner = lambda start, end: max(regions, key=lambda region: min(end, region[1] * 1000) - max(start, region[0] * 1000))[2]
        pairs = [(speaker, owner(start, end)) for speaker, _, _, start, end in result["sentences"]]
        names = sorted({name for _, name in pairs})
        mapping = {label: max(names, key=lambda name: pairs.count((label, name))) for label in {label for label, _ in pairs}}
        pure = 100 * sum(mapping[label] == name for label, name in pairs) / len(pairs)
    return dict(segments=len(result["segments"]), error=share(lambda words: words), zh=share(chinese), en=share(english),
                speakers=len({label for _, _, label in result["turns"]}), sentences_right_speaker=float(pure),
                der=diarisation_error(regions, found, 0), der_collar=diarisation_error(regions, found, 0.25),
                confidence=result["confidence"]), result


def evaluate_samples(models, work, limit):
    results = {}
    for name in ("interview", "interview-heldout", "hello", "english"):
        results[name], transcript = evaluate_sample(models, name)
        say("sample " + name, results[name])
        for speaker, words, marks, start, end in transcript["sentences"]:
            text = "".join((" " + word if ord(word[0]) < 256 else word) + (train_punctuation.MARKS[mark] if mark > 1 else "") for word, mark in zip(words, marks))
            print("    %6.2f %6.2f  Speaker%d: %s" % (start / 1000, end / 1000, speaker + 1, text.strip()))
    return results


# ---------------------------------------------------------------- confidence

def evaluate_confidence(models, work, recordings):
    """Mean probability of the best token on held-out synthetic speech (per utterance) and on real recordings (per VAD segment)."""
    data = FrameSet(work, ["test-heldout"])
    chosen = [i for i, entry in enumerate(data.entries) if entry["kind"] == "grammar"]
    clean, noisy = (recogniser_list(models, data, chosen, decibels)[1] for decibels in (None, 10))
    results = {}
    def describe(label, values):
        points = {"p%d" % q: round(float(np.percentile(values, q)), 3) for q in (1, 5, 25, 50, 75, 95)}
        results[label] = dict(count=len(values), mean=round(float(np.mean(values)), 3), **points)
        say("confidence, " + label, results[label])
    describe("held-out voices, clean", clean)
    describe("held-out voices, 10 dB", noisy)
    whole = []
    for path in recordings:
        samples, sure, count = read_wav(path), [], []
        for begin, end in pipeline.vad_segments(pipeline.speech_frames(models.vad, models.vad_normalise, filter_bank(samples))):
            found = pipeline.recognise(models.recogniser, models.normalise, filter_bank(samples[begin * 16: end * 16]))
            if found.tokens:
                sure.append(found.confidence)
                count.append(len(found.tokens))
        if sure:
            describe("real, " + os.path.basename(path), sure)
            whole.append(float(np.average(sure, weights=count)))
            results["real, " + os.path.basename(path)]["whole_recording"] = round(whole[-1], 3)
    if whole:
        known = min(results[label]["p5"] for label in ("held-out voices, clean", "held-out voices, 10 dB"))
        threshold = round((max(whole) + known) / 2, 2)
        print("threshold", threshold)
        with open(CONFIDENCE, "w") as file:
            json.dump(dict(out_of_domain_confidence=threshold, confidence=results), file, indent=1)
    return results


def load_models(work, checkpoint):
    recogniser, normalise, _ = train_recogniser.load(os.path.join(work, checkpoint))
    optional = lambda name, load: load(os.path.join(work, name)) if os.path.exists(os.path.join(work, name)) else None
    vad, vad_normalise = optional("vad.pt", train_vad.load) or (None, None)
    models = pipeline.Models(vad, vad_normalise, recogniser, normalise, optional("punctuation.pt", train_punctuation.load), optional("speakers.pt", train_speakers.load))
    for model in (models.vad, models.recogniser, models.punctuator, models.speakers):
        if model is not None:
            export.round_to_half(model)
    return models


PARTS = dict(recogniser=evaluate_recogniser, vad=evaluate_vad, punctuation=evaluate_punctuation, speakers=evaluate_speakers, samples=evaluate_samples)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--checkpoint", default="recogniser.pt")
    parser.add_argument("--only", nargs="*", choices=[*PARTS, "confidence"])
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--recordings", nargs="*", default=[])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    models = load_models(arguments.work, arguments.checkpoint)
    path = os.path.join(arguments.work, "evaluation.json")
    results = json.load(open(path)) if os.path.exists(path) else {}
    for part in arguments.only or [*PARTS, "confidence"]:
        results[part] = (evaluate_confidence(models, arguments.work, arguments.recordings) if part == "confidence"
                         else PARTS[part](models, arguments.work, arguments.limit))
        with open(path, "w") as file:
            json.dump(results, file, indent=1, ensure_ascii=False)
