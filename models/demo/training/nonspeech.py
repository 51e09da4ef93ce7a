"""Sounds without speech, made from arithmetic: what the models must answer with nothing."""

import numpy as np
from scipy.signal import lfilter

from features import SAMPLE_RATE


def _noise(rng, noise, count):
    """White, pink-like or brown-like noise, sometimes swelling."""
    samples = noise.randn(count)
    if rng.random() < 0.6:
        samples = lfilter([1], [1, -rng.choice([0.5, 0.9, 0.98])], samples)
    if rng.random() < 0.4:
        samples *= 1 + 0.9 * np.sin(2 * np.pi * rng.uniform(0.2, 6) * np.arange(count) / SAMPLE_RATE + rng.uniform(0, 6))
    return samples


def _tone(frequency, count, harmonics, decay):
    time = np.arange(count) / SAMPLE_RATE
    return sum(np.sin(2 * np.pi * frequency * h * time) / h ** 1.2 for h in range(1, harmonics + 1) if frequency * h < 7500) * np.exp(-decay * time)


def _music(rng, noise, count):
    """Random notes of a scale, one to three at a time, over a soft rhythm."""
    samples, position = np.zeros(count), 0
    root = rng.uniform(90, 350)
    while position < count:
        length = int(rng.choice([0.15, 0.25, 0.4, 0.6]) * SAMPLE_RATE)
        for _ in range(rng.randint(1, 3)):
            note = _tone(root * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 11, 12]) / 12), length, rng.randint(2, 10), rng.uniform(0.5, 8))
            end = min(count, position + length)
            samples[position:end] += note[: end - position]
        if rng.random() < 0.3:
            end = min(count, position + 800)
            samples[position:end] += noise.randn(end - position) * np.exp(-np.arange(end - position) / 150)
        position += length
    return samples


def _clicks(rng, noise, count):
    samples = np.zeros(count)
    for _ in range(rng.randint(2, 12)):
        position, length = rng.randrange(count), rng.randint(40, 900)
        end = min(count, position + length)
        samples[position:end] += noise.randn(end - position) * np.exp(-np.arange(end - position) / (length / 4))
    return samples


def _hum(rng, noise, count):
    return _tone(rng.choice([50, 60, 100, 120, 440, 1000]) * rng.uniform(0.98, 1.02), count, rng.randint(1, 12), 0)


KINDS = {"noise": _noise, "music": _music, "clicks": _clicks, "hum": _hum}


def random_sound(rng, noise, seconds):
    """-> (kind, float32 samples at 16 kHz). One in eight is digital silence."""
    count = int(seconds * SAMPLE_RATE)
    if rng.random() < 0.125:
        return "silence", np.zeros(count, np.float32)
    kind = rng.choice(sorted(KINDS))
    samples = KINDS[kind](rng, noise, count)
    samples = samples / (np.abs(samples).max() + 1e-9) * 10 ** (rng.uniform(-50, -1) / 20)
    samples = samples + noise.randn(count) * 10 ** (rng.uniform(-95, -45) / 20)
    return kind, samples.clip(-1, 1).astype(np.float32)
