"""Trains the voice activity model (the official FSMN-VAD network) on synthesised speech, noise and silence.

    python3 train_vad.py --work WORK [--steps N]
"""

import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from dataset import NEPERS_PER_DECIBEL, FrameSet, floor, random_noise, speech_level
from features import LOG_FLOOR, Normalisation, vad_frames
from make_data import TRAINING_SETS
from networks import FsmnVad

SEED, FRAMES, BATCH, BRIDGED_GAP = 41, 700, 8, 15


def speech_frames(count, starts, ends):
    """Token times -> 1 where somebody speaks, [count]. Gaps up to 150 ms belong to the speech."""
    labels = np.zeros(count, np.int64)
    for start, end in zip(starts, ends):
        labels[max(0, int(start * 100) - 1): int(end * 100) + 1] = 1
    spoken = np.where(labels)[0]
    for before, after in zip(spoken[:-1], spoken[1:]):
        if after - before <= BRIDGED_GAP:
            labels[before:after] = 1
    return labels


def stream(speech, nonspeech, rng, frames=FRAMES):
    """-> mel [frames, 80], labels [frames]: utterances with gaps, level changes, a noise floor, clicks and sounds that are not speech."""
    mels, labels, length = [], [], 0
    only_noise = rng.rand() < 0.12
    while length < frames:
        if rng.rand() < 0.6 or only_noise:
            gap = rng.randint(15, 250)
            if rng.rand() < (0.7 if only_noise else 0.15):
                piece = nonspeech.mel(rng.randint(len(nonspeech)))[:gap] + rng.uniform(-3, 2)
            else:
                piece = np.full((gap, 80), LOG_FLOOR, np.float32)
            mels.append(floor(piece))
            labels.append(np.zeros(len(piece), np.int64))
            length += len(piece)
        if not only_noise:
            index = rng.randint(len(speech))
            entry = speech.entries[index]
            mels.append(speech.mel(index) + rng.uniform(-2.5, 1))
            labels.append(speech_frames(len(mels[-1]), entry["starts"], entry["ends"]))
            length += len(mels[-1])
    mel, labels = np.concatenate(mels)[:frames], np.concatenate(labels)[:frames]
    level = speech_level(mel) if labels.any() else rng.uniform(0, 15)
    noise = random_noise(frames, rng) if rng.rand() < 0.7 else np.log(rng.gamma(4, 0.25, size=(frames, 80)) + 1e-6) + 0.03 * np.arange(80)
    choice = rng.rand()
    if choice < 0.7:
        mel = np.logaddexp(mel, noise - noise.mean() + level - rng.uniform(5, 45) * NEPERS_PER_DECIBEL)
    elif choice < 0.85:
        mel = np.logaddexp(mel, noise - noise.mean() + rng.uniform(-13, 2))
    if rng.rand() < 0.3:
        for _ in range(rng.randint(1, 5)):
            at = rng.randint(0, frames - 6)
            click = level + rng.uniform(-3, 1) + np.cumsum(rng.randn(80) * 0.1)
            mel[at: at + rng.randint(1, 5)] = np.logaddexp(mel[at: at + 1], click)
    return floor(mel + rng.uniform(-2, 2)), labels


def two_classes(scores):
    """[B, T, 248] -> [B, T, 2]: silence (class 0) against all others together."""
    return torch.stack([scores[..., 0], torch.logsumexp(scores[..., 1:], -1)], -1)


def load(path):
    stored = torch.load(path)
    model = FsmnVad()
    model.load_state_dict(stored["model"])
    return model.eval(), Normalisation(stored["shift"], stored["scale"])


def train(work, steps):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    speech, nonspeech = FrameSet(work, TRAINING_SETS), FrameSet(work, ["nonspeech"])
    rng = np.random.RandomState(SEED)
    normalise = Normalisation.measure(np.concatenate([vad_frames(stream(speech, nonspeech, rng)[0]) for _ in range(40)]))
    model = FsmnVad()
    print("parameters", sum(p.numel() for p in model.parameters()), flush=True)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    caches, started = model.empty_caches(BATCH), time.time()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * min(1, (step + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * step / steps) + 0.01)
        streams = [stream(speech, nonspeech, rng) for _ in range(BATCH)]
        frames = torch.from_numpy(np.stack([normalise(vad_frames(mel)) for mel, _ in streams]))
        labels = torch.from_numpy(np.stack([labels for _, labels in streams]))
        scores = two_classes(model.scores(frames, caches)[0])
        loss = F.cross_entropy(scores.reshape(-1, 2), labels.reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        if (step + 1) % 50 == 0:
            right = (scores.argmax(-1) == labels).float().mean()
            print("%5d %5.0f s  loss %.4f  right %.3f" % (step + 1, time.time() - started, float(loss), float(right)), flush=True)
    torch.save(dict(model=model.state_dict(), shift=normalise.shift, scale=normalise.scale), os.path.join(work, "vad.pt"))
    with open(os.path.join(work, "vad.facts.json"), "w") as file:
        json.dump(dict(steps=steps, seconds=time.time() - started), file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--steps", type=int, default=240)
    arguments = parser.parse_args()
    train(arguments.work, arguments.steps)
