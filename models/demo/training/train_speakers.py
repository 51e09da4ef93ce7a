"""Trains the speaker embedder on pseudo-speakers, with an additive angular margin.

    python3 train_speakers.py --work WORK [--steps N]
"""

import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from dataset import NEPERS_PER_DECIBEL, FrameSet, floor, random_noise, warp
from networks import SpeakerEmbedder

SEED, BATCH, SCALE, MARGIN, PEAK_RATE = 51, 24, 24.0, 0.2, 2e-3
WARPS = (1.0,)    # more factors make each speaker with a stretched mel axis one more speaker; 960 classes were slow to learn


def voiced(mel):
    """Drops the quiet frames of an utterance."""
    energy = mel.mean(1)
    loud = energy > max(np.percentile(energy, 95) - 5.5, np.percentile(energy, 5) + 0.8)
    return mel[loud] if loud.sum() > 40 else mel


class Source:
    """Draws crops of speech of one speaker."""

    def __init__(self, work, name, warps=WARPS):
        self.set, self.warps = FrameSet(work, [name]), warps
        labels = sorted({entry["speaker"] for entry in self.set.entries})
        self.utterances = [[i for i, entry in enumerate(self.set.entries) if entry["speaker"] == label] for label in labels]
        self.speakers = len(labels) * len(warps)
        self._voiced = {}

    def speech(self, index):
        if index not in self._voiced:
            self._voiced[index] = voiced(self.set.mel(index)).astype(np.float16)
        return self._voiced[index].astype(np.float32)

    def crop(self, rng, speaker, frames, channel=None):
        """-> mean-normalised [frames, 80] of two utterances of the speaker, in a room and channel of their own."""
        label, factor = divmod(speaker, len(self.warps))
        mel = np.concatenate([self.speech(i) for i in rng.choice(self.utterances[label], 2)])
        mel = np.tile(mel, (-(-frames // len(mel)), 1))
        start = rng.randint(0, len(mel) - frames + 1)
        mel = mel[start: start + frames]
        if self.warps[factor] != 1.0:
            mel = warp(mel, self.warps[factor])
        if rng.rand() < 0.15:                # a window may hold a pause, or the padding of a short segment
            length = rng.randint(5, frames // 2)
            at = rng.randint(0, frames - length)
            mel = mel.copy()
            mel[at: at + length] = mel.min(0) - rng.uniform(0, 3)
        if rng.rand() < 0.6:
            noise = random_noise(frames, rng)
            mel = np.logaddexp(mel, noise - noise.mean() + np.percentile(mel.mean(1), 80) - rng.uniform(3, 40) * NEPERS_PER_DECIBEL)
        if rng.rand() < 0.5:
            mel = mel + np.cumsum(rng.randn(80) * 0.15)[None]
        mel = floor(mel + rng.uniform(-2, 2))
        mel = mel - mel.mean(0, keepdims=True)
        if rng.rand() < 0.4:
            width = rng.randint(1, 8)
            at = rng.randint(0, 80 - width)
            mel[:, at: at + width] = 0
        return mel.astype(np.float32)


def load(path):
    model = SpeakerEmbedder()
    model.load_state_dict(torch.load(path)["model"])
    return model.eval()


def train(work, steps, deadline):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng, source = np.random.RandomState(SEED), Source(work, "speakers-train")
    model = SpeakerEmbedder()
    centres = torch.nn.Parameter(torch.randn(source.speakers, 192) * 0.05)
    print("speakers", source.speakers, "parameters", sum(p.numel() for p in model.parameters()), flush=True)
    optimiser = torch.optim.AdamW(list(model.parameters()) + [centres], PEAK_RATE, weight_decay=1e-3)
    started, accuracy, number = time.time(), 0.0, 0
    for step in range(steps):
        elapsed = (time.time() - started) / (deadline * 60) if deadline else 0.0
        if elapsed >= 1:
            break
        done = max(step / steps, elapsed)
        for group in optimiser.param_groups:
            group["lr"] = PEAK_RATE * min(1, (step + 1) / 100) * (0.5 + 0.5 * np.cos(np.pi * done) + 0.005)
        frames = int(rng.choice([100, 120, 148]))
        chosen = rng.choice(source.speakers, BATCH)
        crops = torch.from_numpy(np.stack([source.crop(rng, speaker, frames) for speaker in chosen]))
        labels = torch.from_numpy(np.asarray(chosen, dtype=np.int64))
        cosine = F.normalize(model(crops), dim=1) @ F.normalize(centres, dim=1).t()
        margin = MARGIN * min(1, max(0, step - 300) / 600)
        right_class = F.one_hot(labels, source.speakers).bool()
        angle = torch.acos(cosine.clamp(-0.9999, 0.9999))
        loss = F.cross_entropy(SCALE * torch.where(right_class, torch.cos(angle + margin), cosine), labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        accuracy = 0.97 * accuracy + 0.03 * float((cosine.argmax(1) == labels).float().mean())
        number = step + 1
        if number % 100 == 0:
            print("%5d %5.0f s  loss %.3f  right %.3f" % (number, time.time() - started, float(loss), accuracy), flush=True)
        if number % 500 == 0:
            torch.save(dict(model=model.state_dict()), os.path.join(work, "speakers.part.pt"))
    torch.save(dict(model=model.state_dict()), os.path.join(work, "speakers.pt"))
    with open(os.path.join(work, "speakers.facts.json"), "w") as file:
        json.dump(dict(steps=number, planned_steps=steps, seconds=time.time() - started), file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--steps", type=int, default=948)
    parser.add_argument("--deadline", type=float, default=0, help="minutes; 0: none")
    arguments = parser.parse_args()
    train(arguments.work, arguments.steps, arguments.deadline)
