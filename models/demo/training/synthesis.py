"""Speech from text, with the time of every token: espeak-ng through its C library, flite through flite_words.c."""

import ctypes
import functools
import os
import subprocess
import tempfile
from ctypes import POINTER, Structure, Union, c_char_p, c_int, c_short, c_size_t, c_uint, c_void_p
from dataclasses import dataclass
from math import gcd

import numpy as np
from scipy.io import wavfile
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

import grammar
from features import SAMPLE_RATE
from voices import ESPEAK_LANGUAGE

ESPEAK_RATE, WORD_EVENT, PHONEME_EVENT = 22050, 1, 7


@dataclass
class Utterance:
    """Speech of one text. `starts` and `ends` are seconds per recogniser token."""

    samples: np.ndarray
    tokens: list
    starts: np.ndarray
    ends: np.ndarray
    rate: int


class _EventId(Union):
    _fields_ = [("number", c_int), ("name", c_char_p), ("string", ctypes.c_char * 8)]


class _Event(Structure):
    _fields_ = [("type", c_int), ("unique_identifier", c_uint), ("text_position", c_int), ("length", c_int),
                ("audio_position", c_int), ("sample", c_int), ("user_data", c_void_p), ("id", _EventId)]


class Espeak:
    """espeak-ng in this process: one call per utterance instead of one program per utterance."""

    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        retrieve_audio, phoneme_events = 1, 1
        if self.library.espeak_Initialize(retrieve_audio, 0, None, phoneme_events) != ESPEAK_RATE:
            raise RuntimeError("espeak-ng did not start")
        self.audio, self.events = [], []
        self.callback = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(_Event))(self._collect)
        self.library.espeak_SetSynthCallback(self.callback)

    def _collect(self, wave, count, events):
        if count > 0 and wave:
            self.audio.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type:
            event = events[index]
            name = event.id.string if event.type == PHONEME_EVENT else b""
            self.events.append((event.type, event.text_position, event.audio_position / 1000, name))
            index += 1
        return 0

    def speak(self, text, language, voice):
        """Speaks `text` (no final mark) -> Utterance at 22050 Hz, or None when the word events do not fit the text."""
        self.audio.clear()
        self.events.clear()
        self.library.espeak_SetVoiceByName((ESPEAK_LANGUAGE[language] + "+" + voice.variant).encode())
        for parameter, value in ((1, voice.rate), (2, 100), (3, voice.pitch), (4, voice.range), (7, 0)):
            self.library.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        self.library.espeak_Synth(data, c_size_t(len(data) + 1), c_uint(0), c_int(1), c_uint(0), c_uint(1), None, None)
        self.library.espeak_Synchronize()
        if not self.audio:
            return None
        samples = np.concatenate(self.audio)
        starts_at = {position - 1: time for kind, position, time, _ in self.events if kind == WORD_EVENT}
        pauses = [time for kind, _, time, name in self.events if kind == PHONEME_EVENT and name.startswith(b"_:")]
        spoken = [(match.group(), starts_at.get(match.start())) for match in grammar.WORD.finditer(text.lower())]
        if not spoken or spoken[0][1] is None:
            return None
        timed, length = [], len(samples) / ESPEAK_RATE
        for start, group in _groups(spoken):
            limit = min([known for _, known in spoken if known is not None and known > start], default=length)
            end = min([pause for pause in pauses if start < pause < limit], default=limit)
            per_letter = (end - start) / sum(map(len, group))
            for word in group:
                timed.append((word, start, start + per_letter * len(word)))
                start += per_letter * len(word)
        return utterance(samples.astype(np.float32) / 32768, ESPEAK_RATE, timed)


def _groups(spoken):
    """Words with start or None -> [(start, words)]: espeak-ng speaks "on the" or "there are" as one word with one event."""
    groups = []
    for word, start in spoken:
        if start is None:
            groups[-1][1].append(word)
        else:
            groups.append((start, [word]))
    return groups


@functools.lru_cache(maxsize=None)
def espeak():
    """The one Espeak of this process: the library does not survive a second start."""
    return Espeak()


def utterance(samples, rate, timed_words):
    """Words with times -> tokens with times; the pieces of a split word share its time by their letters."""
    tokens, starts, ends = [], [], []
    for word, start, end in timed_words:
        pieces = grammar.WORD_PIECES.get(word, [word])
        per_letter = (end - start) / sum(map(len, pieces))
        for piece in pieces:
            tokens.append(piece)
            starts.append(start)
            start += per_letter * len(piece)
            ends.append(start)
    return Utterance(samples, tokens, np.array(starts), np.array(ends), rate)


def flite_utterances(program, voice, texts, rng):
    """Speaks English texts with a flite voice -> a list of Utterance, leaving out those whose words flite rewrote."""
    result = []
    with tempfile.TemporaryDirectory() as directory:
        lines = "".join("%.2f %s\n" % (rng.uniform(0.8, 1.25), text) for text in texts)
        report = subprocess.run([program, voice, directory], input=lines, capture_output=True, text=True, check=True).stdout
        for line in report.splitlines():
            number, *fields = line.split("\t")
            timed = [(word, float(start), float(end)) for word, start, end in (field.split() for field in fields)]
            if [word for word, _, _ in timed] != grammar.words(texts[int(number)]):
                continue
            rate, samples = wavfile.read(os.path.join(directory, "%06d.wav" % int(number)))
            result.append((texts[int(number)], utterance(samples.astype(np.float32) / 32768, rate, timed)))
    return result


def resample(speech, stretch):
    """-> the utterance at 16 kHz, as if a voice `stretch` times smaller (higher, faster) had spoken."""
    pretended = int(round(speech.rate * stretch / 50) * 50)
    divisor = gcd(SAMPLE_RATE, pretended)
    samples = resample_poly(speech.samples, SAMPLE_RATE // divisor, pretended // divisor).astype(np.float32)
    factor = speech.rate / pretended
    return Utterance(samples, speech.tokens, speech.starts * factor, speech.ends * factor, SAMPLE_RATE)


def room_response(rng, noise):
    """A simple reverberation: decaying noise after a direct pulse."""
    decay = rng.uniform(0.08, 0.45)
    count = int(decay * SAMPLE_RATE)
    response = noise.randn(count) * np.exp(-6.9 * np.arange(count) / count)
    response *= rng.uniform(0.05, 0.35) / np.sqrt((response ** 2).sum() + 1e-9)
    response[0] = 1
    return response.astype(np.float32)


def colour(samples, rng, noise):
    """Random room, telephone band or gentle filter, as recordings have them."""
    samples = samples / (np.abs(samples).max() + 1e-6)
    if rng.random() < 0.35:
        samples = fftconvolve(samples, room_response(rng, noise))[: len(samples) + 1600]
    choice = rng.random()
    if choice < 0.1:
        samples = sosfilt(butter(4, [250, 3600], "band", fs=SAMPLE_RATE, output="sos"), samples)
    elif choice < 0.3:
        samples = sosfilt(butter(1, rng.choice([800, 2000, 3500]), rng.choice(["low", "high"]), fs=SAMPLE_RATE, output="sos"), samples)
    return samples.astype(np.float32)


def place(speech, rng, noise):
    """Sets a random level, puts silence around the speech and a white noise floor under it. 16 kHz in, 16 kHz out."""
    samples = speech.samples / (np.abs(speech.samples).max() + 1e-6) * 10 ** (rng.uniform(-18, -0.5) / 20)
    lead = rng.uniform(0.0, 0.5) if rng.random() < 0.8 else 0.02
    tail = rng.uniform(0.02, 0.5)
    silence = lambda seconds: np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    samples = np.concatenate([silence(lead), samples, silence(tail)])
    samples = samples + noise.randn(len(samples)) * 10 ** (rng.uniform(-85, -55) / 20)
    return Utterance(samples.astype(np.float32), speech.tokens, speech.starts + lead, speech.ends + lead, SAMPLE_RATE)
