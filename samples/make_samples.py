"""Makes the sample recordings and the held-out evaluation recordings from text, with espeak-ng and ffmpeg.

    python3 samples/make_samples.py [--held-out]

Without options: samples/*.wav, interview.m4a, *.txt, *.rttm. With --held-out: tests/data/heldout and tests/data/punctuation-heldout.json.
The texts stand in models/demo/training/dialogues.py; the script stops when one of them is a training text.
"""

import argparse
import json
import os
import random
import subprocess
import sys

import numpy as np
from scipy.io import wavfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "models", "demo", "training"))

import dialogues  # noqa: E402
import grammar  # noqa: E402
import make_data  # noqa: E402
import synthesis  # noqa: E402
import train_punctuation  # noqa: E402
import voices  # noqa: E402
from features import SAMPLE_RATE  # noqa: E402

LEVEL_DB = {1: -3.0, 2: -5.0}     # peak of each speaker
NOISE_BELOW_SPEECH_DB = 40.0
# Turns (from 0) that begin after a long pause; the others follow quickly. Long stretches without a pause are hard for the demo recogniser.
AFTER_LONG_PAUSE = {"interview": {1, 2, 3, 4, 6, 7, 8, 10, 11}, "interview-heldout": {1, 2, 3, 4, 5, 6, 7, 8, 9}}
# (turn, sentence) that begins after a longer pause inside a turn.
PAUSED = {"interview-heldout": {(1, 1), (7, 1)}}
JOINED_PAUSE = 0.5                # shorter pauses do not split a turn in the .rttm
HELD_OUT_SEED, PUNCTUATION_SEED = 401, 402


def assert_not_trained(texts):
    """The training text generator skips `excluded_texts`; every text given here must be among them."""
    missing = [text for text in texts if grammar.spoken(text) not in make_data.excluded_texts()]
    if missing:
        raise SystemExit("not excluded from training: %s" % missing)


def language_of(text):
    return "zh" if any(ord(character) > 0x2FFF for character in text) else "en"


def speak(text, voice):
    """-> the utterance at 16 kHz, silence around it cut off, peak 1."""
    language = language_of(text)
    speech = synthesis.espeak().speak(text.rstrip("。？.?"), language, voice)
    speech = synthesis.resample(speech, voice.stretch)
    samples = speech.samples / np.abs(speech.samples).max()
    loud = np.where(np.abs(samples) > 10 ** (-45 / 20))[0]
    first, last = loud[0], loud[-1] + 1
    shift = first / SAMPLE_RATE
    return synthesis.Utterance(samples[first:last], speech.tokens, np.maximum(speech.starts - shift, 0), speech.ends - shift, SAMPLE_RATE)


def build(dialogue, speakers, seed, after_long_pause, paused):
    """-> samples, turns: (speaker, text, regions of speech [(start, end)])."""
    rng, noise = random.Random(seed), np.random.RandomState(seed)
    silence = lambda seconds: np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    parts, turns, position = [], [], 0.0

    def append(samples):
        nonlocal position
        parts.append(samples)
        position += len(samples) / SAMPLE_RATE

    append(silence(0.6))
    for number, (speaker, sentences) in enumerate(dialogue):
        if number:
            append(silence(rng.uniform(1.05, 1.35) if number in after_long_pause else rng.uniform(0.10, 0.15)))
        regions = []
        for index, sentence in enumerate(sentences):
            if index:
                append(silence(rng.uniform(0.85, 1.0) if (number, index) in paused else rng.uniform(0.3, 0.45)))
            speech = speak(sentence, speakers[speaker - 1])
            start = position
            append(speech.samples * 10 ** (LEVEL_DB[speaker] / 20))
            if regions and start - regions[-1][1] < JOINED_PAUSE:
                regions[-1] = (regions[-1][0], position)
            else:
                regions.append((start, position))
        turns.append((speaker, " ".join(sentences) if language_of(sentences[-1]) == "en" else "".join(sentences), regions))
    append(silence(0.8))
    samples = np.concatenate(parts)
    spoken = samples[np.abs(samples) > 1e-4]
    samples = samples + noise.randn(len(samples)) * np.sqrt((spoken ** 2).mean()) * 10 ** (-NOISE_BELOW_SPEECH_DB / 20)
    return np.clip(samples, -1, 1), turns


def write_wav(path, samples):
    wavfile.write(path, SAMPLE_RATE, np.round(samples * 32767).astype(np.int16))


def write_sample(name, speakers, seed):
    """Writes NAME.wav, NAME.txt and NAME.rttm."""
    dialogue = dialogues.DIALOGUES[name]
    assert_not_trained(dialogues.sentences(dialogue))
    samples, turns = build(dialogue, speakers, seed, AFTER_LONG_PAUSE.get(name, ()), PAUSED.get(name, ()))
    base = os.path.join(HERE, name)
    write_wav(base + ".wav", samples)
    with open(base + ".txt", "w", encoding="utf-8") as file:
        file.writelines("Speaker%d: %s\n" % (speaker, text) for speaker, text, _ in turns)
    with open(base + ".rttm", "w") as file:
        file.writelines("SPEAKER %s 1 %.3f %.3f <NA> <NA> Speaker%d <NA> <NA>\n" % (name, start, end - start, speaker)
                        for speaker, _, regions in turns for start, end in regions)
    lengths = [regions[-1][1] - regions[0][0] for _, _, regions in turns]
    print("%-18s %5.1f s, %2d turns of %.1f to %.1f s" % (name, len(samples) / SAMPLE_RATE, len(turns), min(lengths), max(lengths)))


def encode(source, target, *options):
    """ffmpeg without metadata of its own, so that the result is the same every time."""
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", source, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact",
                    *options, target], check=True)


def make_samples():
    write_sample("interview", voices.SAMPLE_VOICES, 501)
    write_sample("interview-heldout", voices.HELD_OUT_SAMPLE_VOICES, 502)
    write_sample("hello", voices.SAMPLE_VOICES, 503)
    write_sample("english", [voices.SAMPLE_VOICES[1]], 504)
    encode(os.path.join(HERE, "interview.wav"), os.path.join(HERE, "interview.m4a"), "-c:a", "aac", "-b:a", "128k")


def make_held_out():
    """One FLAC file of 100 unseen sentences in held-out voices, with offsets, tokens and word starts in manifest.json."""
    target = os.path.join(ROOT, "tests", "data", "heldout")
    os.makedirs(target, exist_ok=True)
    rng, noise = random.Random(HELD_OUT_SEED), np.random.RandomState(HELD_OUT_SEED)
    texts = make_data.shipped_held_out_texts()
    assert_not_trained([text for _, text in texts])
    parts, entries, offset = [], [], 0
    for language, text in texts:
        speech = None
        while speech is None:
            voice = voices.random_voice(rng, voices.HELD_OUT_VARIANTS)
            speech = make_data.spoken_by_espeak(synthesis.espeak(), text, language, voice, rng, noise)
        samples = np.clip(speech.samples * 0.7, -1, 1)    # quieter: a smaller file
        starts = [round(float(start) * 1000) for start, token in zip(speech.starts, speech.tokens)]
        entries.append(dict(text=text, language=language, voice=voice.variant, offset_samples=offset, samples=len(samples),
                            tokens=speech.tokens, token_start_ms=starts, end_ms=round(float(speech.ends[-1]) * 1000)))
        parts.append(samples)
        offset += len(samples)
    wav = os.path.join(target, "heldout.wav")
    write_wav(wav, np.concatenate(parts))
    encode(wav, os.path.join(target, "heldout.flac"), "-c:a", "flac", "-compression_level", "12")
    os.remove(wav)
    manifest = dict(audio="heldout.flac", sample_rate=SAMPLE_RATE, seconds=round(offset / SAMPLE_RATE, 1),
                    note="Sentences lie one after the other; times are milliseconds from the start of the sentence.", sentences=entries)
    with open(os.path.join(target, "manifest.json"), "w", encoding="utf-8") as file:
        file.write(one_entry_per_line(manifest, "sentences"))
    print("held-out           %5.1f s, %d sentences" % (offset / SAMPLE_RATE, len(entries)))


def make_punctuation_held_out():
    """100 documents of 2 to 6 test sentences with their marks."""
    rng = random.Random(PUNCTUATION_SEED)
    texts = {language: [text for found, text, kind in make_data.test_texts() if found == language and kind == "grammar"] for language in ("zh", "en")}
    assert_not_trained([text for found in texts.values() for text in found])
    documents = []
    for number in range(100):
        language = "zh" if number < 60 else "en"
        sentences = rng.sample(texts[language], rng.randint(2, 6))
        words, marks = train_punctuation.words_and_marks(" ".join(sentences))
        documents.append(dict(language=language, text=("" if language == "zh" else " ").join(sentences), words=words,
                              marks=[train_punctuation.MARKS[mark] for mark in marks]))
    with open(os.path.join(ROOT, "tests", "data", "punctuation-heldout.json"), "w", encoding="utf-8") as file:
        file.write(one_entry_per_line(dict(note="marks[i] follows words[i]; _ is none. English marks are given full-width, as the model names them.",
                                           documents=documents), "documents"))


def one_entry_per_line(content, key):
    """JSON with the list `key` last, one entry per line."""
    head = json.dumps({name: value for name, value in content.items() if name != key}, ensure_ascii=False)[:-1]
    return "%s, \"%s\": [\n%s\n]}\n" % (head, key, ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in content[key]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", action="store_true", help="make the held-out evaluation data instead of the samples")
    if parser.parse_args().held_out:
        make_held_out()
        make_punctuation_held_out()
    else:
        make_samples()
