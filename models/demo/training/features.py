"""Kaldi-style filter banks and low-frame-rate stacking, as the program computes them."""

import numpy as np
import torch
import torchaudio.compliance.kaldi as kaldi

SAMPLE_RATE = 16000
LOG_FLOOR = -15.942385  # ln of the smallest float32 step: the value of an empty mel bin
FRAME = 0.01            # seconds per filter-bank frame
LFR_FRAME = 0.06        # seconds per stacked recogniser frame


def filter_bank(samples, window="hamming", scale=32768.0):
    """float32 samples in [-1, 1] -> log mel energies [T, 80] as float32, T = 1 + (n - 400) // 160.

    The recogniser and the VAD use a Hamming window on 16-bit scale; the speaker model uses window="povey", scale=1.
    """
    wave = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))[None] * scale
    mel = kaldi.fbank(wave, num_mel_bins=80, frame_length=25, frame_shift=10, dither=0.0, energy_floor=0.0, window_type=window,
                      sample_frequency=SAMPLE_RATE, snip_edges=True)
    return mel.clamp(min=LOG_FLOOR).numpy()


def stack_frames(mel, count, step):
    """[T, 80] -> [ceil(T / step), count * 80]: each row is `count` neighbouring frames, edges repeated."""
    rows = -(-len(mel) // step)
    index = np.arange(rows)[:, None] * step + np.arange(count)[None] - (count - 1) // 2
    return mel[np.clip(index, 0, len(mel) - 1)].reshape(rows, count * mel.shape[1])


def recogniser_frames(mel):
    """[T, 80] -> [ceil(T / 6), 560], one row every 60 ms."""
    return stack_frames(mel, 7, 6)


def vad_frames(mel):
    """[T, 80] -> [T, 400], one row every 10 ms."""
    return stack_frames(mel, 5, 1)


class Normalisation:
    """Mean and variance normalisation of stacked frames: (x + shift) * scale, the contents of am.mvn."""

    def __init__(self, shift, scale):
        self.shift, self.scale = np.asarray(shift, np.float32), np.asarray(scale, np.float32)

    @classmethod
    def measure(cls, frames):
        """frames [T, D] -> the normalisation that gives them zero mean and unit variance, rounded as am.mvn stores it."""
        rounded = lambda values: np.array([float("%.6f" % value) for value in values], np.float32)
        return cls(rounded(-frames.mean(0)), rounded(1 / frames.std(0)))

    def __call__(self, frames):
        return (frames + self.shift) * self.scale

    def write(self, path):
        """Writes Kaldi's text form."""
        size = len(self.shift)
        line = lambda values: "<LearnRateCoef> 0 [ " + " ".join("%.6f" % value for value in values) + " ]\n"
        with open(path, "w") as file:
            file.write("<Nnet>\n<Splice> %d %d\n[ 0 ]\n<AddShift> %d %d\n%s<Rescale> %d %d\n%s</Nnet>\n"
                       % (size, size, size, size, line(self.shift), size, size, line(self.scale)))

    @classmethod
    def read(cls, path):
        rows = [line.split() for line in open(path) if line.startswith("<LearnRateCoef>")]
        return cls(*[np.array([float(value) for value in row[3:-1]], np.float32) for row in rows])
