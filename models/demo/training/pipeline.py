"""The program's path from samples to words, marks and speakers in Python, for evaluation only: classic FunASR rules, offline."""

from dataclasses import dataclass

import numpy as np
import torch

import clustering
import grammar
import train_punctuation
from features import SAMPLE_RATE, filter_bank, recogniser_frames, vad_frames

SILENCE_LIMIT, END_SILENCE, LOOK_AHEAD, LATENCY, LONGEST = 0.2, 65, 10, 40, 6000   # posterior; the others in frames of 10 ms
WINDOW, ENTER = 20, 15
SPEAKER_WINDOW, SPEAKER_HOP, PUNCTUATION_CHUNK = 24000, 12000, 20
VOCABULARY = grammar.recogniser_vocabulary()


# ---------------------------------------------------------------- voice activity

def speech_frames(vad, normalise, mel):
    """mel [T, 80] -> bool [T]: the silence posterior is at most 0.2."""
    with torch.no_grad():
        posterior = vad(torch.from_numpy(normalise(vad_frames(mel)))[None], *vad.empty_caches(1))[0][0, :, 0].numpy()
    return posterior <= SILENCE_LIMIT


def vad_segments(speech):
    """bool [T] -> [(first ms, last ms)]: FunASR's state machine in its classic profile."""
    ring, total, smoothed = np.zeros(WINDOW, int), 0, False
    segments, given, last_speech, start, silence = [], 0, 0, -1, 0
    end_ms = 0

    def finish(frame):
        nonlocal ring, total, smoothed, given, last_speech, start, silence
        segments.append((start * 10, (frame + 1) * 10))
        given = max(given, last_speech, frame) + 1
        ring, total, smoothed, last_speech, start, silence = np.zeros(WINDOW, int), 0, False, 0, -1, 0

    position = 0
    for frame, is_speech in enumerate(speech):
        final = frame == len(speech) - 1
        total += int(is_speech) - ring[position % WINDOW]
        ring[position % WINDOW] = is_speech
        position += 1
        was = smoothed
        if not was and total >= ENTER:
            smoothed = True
        elif was and total <= ENTER:
            smoothed = False
        if was or smoothed:
            silence = 0
            if start < 0:
                if smoothed and not was:
                    start = max(given, frame - LATENCY)
                    given, last_speech = frame + 1, frame
                    if final:
                        segments.append((start * 10, (frame + 1) * 10))
            elif frame - start + 1 > LONGEST or final:
                finish(frame)
                position = 0
            else:
                last_speech, given = frame, frame + 1
        else:
            silence += 1
            if start < 0:
                given = max(given, frame - LATENCY)
            elif silence >= END_SILENCE:
                finish(frame - max(0, END_SILENCE - LOOK_AHEAD - 1))
                position = 0
            elif frame - start + 1 > LONGEST or final:
                finish(frame)
                position = 0
            elif silence <= LOOK_AHEAD:
                last_speech, given = frame, frame + 1
    return segments


# ---------------------------------------------------------------- recogniser

@dataclass
class Recognition:
    tokens: list          # strings, without </s>
    spans: list           # (start ms, end ms) per token
    token_num: int        # as the network counted, </s> included
    confidence: float     # mean probability of the best token, 1 for no tokens


def recognise(model, normalise, mel):
    """mel [T, 80] of one segment -> Recognition."""
    frames = torch.from_numpy(normalise(recogniser_frames(mel)))[None]
    with torch.no_grad():
        scores, count, fine, peaks = model(frames, torch.tensor([frames.shape[1]]))
    count = int(count[0])
    best, ids = scores[0, :count].max(-1)
    tokens, sure = [], []
    for token, probability in zip(ids.tolist(), best.exp().tolist()):
        if token not in (0, 1, 2):
            tokens.append(VOCABULARY[token])
            sure.append(probability)
    return Recognition(tokens, token_times(fine[0].numpy(), peaks[0].numpy(), len(tokens)), count, float(np.mean(sure)) if sure else 1.0)


def token_times(fine, peaks, count):
    """FunASR's rule: token i lies between peak i and peak i + 1, at most 12 frames of 20 ms, all 1.5 frames earlier -> [(ms, ms)]."""
    if count == 0:
        return []
    fires = np.where(peaks >= 1 - 1e-4)[0] - 1.5
    if len(fires) != count + 1:
        total, fires, fine = 0.0, [], fine / (fine.sum() / (count + 1))
        for frame, weight in enumerate(fine):
            total += weight
            if total >= 1 - 1e-4:
                fires.append(frame - 1.5)
                total -= 1 - 1e-4
    spans = [(fires[i] * 20, min(fires[i + 1], fires[i] + 12) * 20) for i in range(min(count, len(fires) - 1))]
    return spans + [spans[-1] if spans else (0, 0)] * (count - len(spans))


def join_words(tokens, spans):
    """Joins "@@" pieces -> words, spans."""
    words, times, begun, start = [], [], "", 0
    for token, (first, last) in zip(tokens, spans):
        if not begun:
            start = first
        if token.endswith("@@"):
            begun += token[:-2]
            continue
        words.append(begun + token)
        times.append((start, last))
        begun = ""
    return words, times


# ---------------------------------------------------------------- punctuation

def punctuate(model, words):
    """FunASR's decoding with a cache of unfinished sentences -> mark id per word."""
    marks, cache = [], []
    chunks = [words[i: i + PUNCTUATION_CHUNK] for i in range(0, len(words), PUNCTUATION_CHUNK)]
    for number, chunk in enumerate(chunks):
        current = cache + chunk
        ids = torch.tensor([[train_punctuation.WORD_ID.get(word, len(train_punctuation.WORDS) - 1) for word in current]])
        with torch.no_grad():
            found = model(ids, torch.tensor([len(current)]))[0].argmax(-1).tolist()
        cut = len(current)
        if number < len(chunks) - 1:
            ends = [i for i in range(len(current) - 2, 1, -1) if found[i] in (3, 4)]
            cut = ends[0] + 1 if ends else 0
        marks += found[:cut]
        cache = current[cut:]
    if marks and marks[-1] not in (3, 4):
        marks[-1] = 3
    return marks


def sentences(marks, spans):
    """Every mark closes a sentence -> [(first word, last word + 1, start ms, end ms)]."""
    result, first = [], 0
    for i, mark in enumerate(marks):
        if mark > 1 or i == len(marks) - 1:
            result.append((first, i + 1, spans[first][0], spans[i][1]))
            first = i + 1
    return result


# ---------------------------------------------------------------- speakers

def speaker_windows(segments, samples):
    """-> [(start s, end s)], windows [N, 148, 80] with the mean over time removed."""
    times, windows = [], []
    for begin, end in segments:
        part = samples[begin * 16: end * 16]
        done, start = 0, 0
        while start < len(part):
            stop = min(start + SPEAKER_WINDOW, len(part))
            if stop <= done:
                break
            done, first = stop, max(0, stop - SPEAKER_WINDOW)
            window = np.zeros(SPEAKER_WINDOW, np.float32)
            window[: stop - first] = part[first:stop]
            mel = filter_bank(window, "povey", 1.0)
            times.append((begin / 1000 + first / SAMPLE_RATE, begin / 1000 + stop / SAMPLE_RATE))
            windows.append(mel - mel.mean(0, keepdims=True))
            start += SPEAKER_HOP
    return times, np.array(windows, np.float32)


def embed(model, windows):
    """windows [N, T, 80] -> embeddings [N, 192]."""
    with torch.no_grad():
        return np.concatenate([model(torch.from_numpy(windows[i: i + 32])).numpy() for i in range(0, len(windows), 32)])


def speaker_turns(times, labels):
    """Windows with labels -> [(start s, end s, label)], renumbered by first appearance, overlaps shared, islands under 0.7 s removed."""
    order = {}
    turns = [[start, end, order.setdefault(label, len(order))] for (start, end), label in zip(times, labels)]

    def merged(turns):
        result = []
        for start, end, label in turns:
            if result and result[-1][2] == label and start <= result[-1][1]:
                result[-1][1] = end
            else:
                result.append([start, end, label])
        return result

    turns = merged(turns)
    for before, after in zip(turns, turns[1:]):
        if before[1] > after[0] + 1e-4:
            before[1] = after[0] = (before[1] + after[0]) / 2
    for i, turn in enumerate(turns):
        if turn[1] - turn[0] < 0.7 and len(turns) > 1:
            if i == 0:
                turn[2] = turns[1][2]
            elif i == len(turns) - 1 or turn[0] - turns[i - 1][1] <= turns[i + 1][0] - turn[1]:
                turn[2] = turns[i - 1][2]
            else:
                turn[2] = turns[i + 1][2]
    return merged(turns)


def speaker_of(start_ms, end_ms, turns):
    """The speaker with the largest overlap."""
    overlap = {}
    for start, end, label in turns:
        shared = min(end_ms, end * 1000) - max(start_ms, start * 1000)
        if shared > 0:
            overlap[label] = overlap.get(label, 0) + shared
    return max(overlap, key=overlap.get) if overlap else 0


# ---------------------------------------------------------------- everything

@dataclass
class Models:
    vad: object
    vad_normalise: object
    recogniser: object
    normalise: object
    punctuator: object
    speakers: object


def transcribe(models, samples, speakers=None):
    """-> dict with segments, words, spans, marks, sentences [(speaker, words, marks, start ms, end ms)], turns, confidence."""
    mel = filter_bank(samples)
    segments = [(begin, min(end, len(samples) // 16)) for begin, end in vad_segments(speech_frames(models.vad, models.vad_normalise, mel))]
    words, spans, sure = [], [], []
    for begin, end in segments:
        part = samples[begin * 16: end * 16]
        found = recognise(models.recogniser, models.normalise, filter_bank(part))
        joined, times = join_words(found.tokens, found.spans)
        words += joined
        spans += [(first + begin, last + begin) for first, last in times]
        sure += [found.confidence] * len(found.tokens)
    marks = punctuate(models.punctuator, words)
    times, windows = speaker_windows(segments, samples)
    labels = clustering.cluster(embed(models.speakers, windows), speakers) if len(windows) else []
    turns = speaker_turns(times, labels)
    lines = [(speaker_of(start, end, turns), words[first:last], marks[first:last], start, end) for first, last, start, end in sentences(marks, spans)]
    return dict(segments=segments, words=words, spans=spans, marks=marks, sentences=lines, turns=turns,
                confidence=float(np.mean(sure)) if sure else None)
