"""Reading the sets of make_data.py, and changing filter banks the way recordings differ."""

import json
import os

import numpy as np

from features import LOG_FLOOR

NEPERS_PER_DECIBEL = np.log(10) / 10   # log mel energies are natural logarithms of power


class FrameSet:
    """One or more sets of make_data.py. `entries[i]` describes utterance i, `mel(i)` gives its frames."""

    def __init__(self, work, names):
        self.entries, self._frames, self._places = [], [], []
        for name in names:
            with open(os.path.join(work, name + ".json")) as file:
                entries = json.load(file)
            ends = np.cumsum([entry["frames"] for entry in entries])
            self._places += [(len(self._frames), end - entry["frames"], end) for entry, end in zip(entries, ends)]
            self._frames.append(np.load(os.path.join(work, name + ".npy"), mmap_mode="r"))
            self.entries += entries

    def __len__(self):
        return len(self.entries)

    def mel(self, index):
        """-> float32 [T, 80]."""
        shard, start, end = self._places[index]
        return np.array(self._frames[shard][start:end], dtype=np.float32)


def random_noise(count, rng):
    """Noise as log mel energies [count, 80]: a random smooth spectrum, sometimes swelling. The loudest bin is about 0."""
    spectrum = np.cumsum(rng.randn(80)) * rng.uniform(0, 0.35) + rng.uniform(-0.05, 0.05) * np.arange(80)
    noise = spectrum - spectrum.max() + np.log(rng.gamma(4, 0.25, size=(count, 80)) + 1e-6)
    if rng.rand() < 0.4:
        noise = noise + (np.sin(np.arange(count) / rng.uniform(5, 60) + rng.rand() * 6) * rng.uniform(0, 2))[:, None]
    return noise.astype(np.float32)


def speech_level(mel):
    """Mean log energy of the loud frames."""
    return np.percentile(mel.mean(1), 90)


def add_noise(mel, noise, decibels):
    """Adds `noise` [T, 80] so that loud speech frames lie `decibels` above it."""
    return np.logaddexp(mel, noise - noise.mean() + speech_level(mel) - decibels * NEPERS_PER_DECIBEL)


def add_noise_at(mel, noise, decibels):
    """Adds noise at a signal-to-noise ratio defined on the mean energies of the whole utterance (for evaluation)."""
    mean_energy = lambda x: np.log(np.exp(x.astype(np.float64)).mean())
    return np.logaddexp(mel, noise - mean_energy(noise) + mean_energy(mel) - decibels * NEPERS_PER_DECIBEL).astype(np.float32)


def warp(mel, factor, offset=0.0):
    """Stretches the mel axis: another vocal tract."""
    source = np.clip(np.arange(80) * factor + offset, 0, 79)
    low = np.floor(source).astype(int)
    high = np.minimum(low + 1, 79)
    part = (source - low).astype(np.float32)
    return mel[:, low] * (1 - part) + mel[:, high] * part


def floor(mel):
    return np.maximum(mel, LOG_FLOOR).astype(np.float32)
