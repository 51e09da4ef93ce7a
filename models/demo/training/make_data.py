"""Makes the training and evaluation sets: filter banks, tokens and token times, no audio.

    python3 make_data.py --work WORK [--processes 2] [--only NAME ...]

Every set has its own seed, so sets can be made in any order and give the same bytes.
"""

import argparse
import json
import os
import random
import time
from multiprocessing import Pool

import numpy as np
import torch

import dialogues
import grammar
import nonspeech
import synthesis
import voices
from features import filter_bank

SALAD_SHARE = {"zh": 0.32, "en": 0.27}
SAMPLE_VOICE_SHARE = 0.2
TEST_SENTENCES, TEST_SALAD = {"zh": 180, "en": 120}, {"zh": 60, "en": 40}
HELD_OUT_FILE_SENTENCES = {"zh": 60, "en": 40}


def test_texts():
    """(language, text, kind) of the evaluation sets; the first 60 + 40 grammar sentences are the shipped held-out list."""
    reserved = dialogues.reserved_sentences()
    texts = []
    for language in ("zh", "en"):
        texts += [(language, text, "grammar") for text in
                  grammar.evaluation_texts(TEST_SENTENCES[language], language, 777, reserved)]
        texts += [(language, text, "salad") for text in
                  grammar.evaluation_texts(TEST_SALAD[language], language, 778, reserved, grammar.salad)]
    return texts


def shipped_held_out_texts():
    """The 60 Mandarin and 40 English sentences of tests/data/heldout."""
    return [(language, text) for language in ("zh", "en") for text in
            [text for found, text, kind in test_texts() if found == language and kind == "grammar"][: HELD_OUT_FILE_SENTENCES[language]]]


def excluded_texts():
    """Spoken forms that no training set may contain."""
    return {grammar.spoken(text) for text in dialogues.reserved_sentences()} | {grammar.spoken(text) for _, text, _ in test_texts()}


def training_text(rng, language, excluded):
    while True:
        text = grammar.salad(rng, language) if rng.random() < SALAD_SHARE[language] else grammar.sentence(rng, language)
        if grammar.spoken(text) not in excluded:
            return text


class Shard:
    """Collects utterances and writes NAME.npy (frames of all, float16 [T, 80]) and NAME.json (one entry per utterance)."""

    def __init__(self):
        self.frames, self.entries, self.seconds = [], [], 0.0

    def add(self, mel, **entry):
        self.frames.append(mel.astype(np.float16))
        self.entries.append(dict(entry, frames=len(mel)))
        self.seconds += len(mel) * 0.01

    def add_speech(self, speech, **entry):
        self.add(filter_bank(speech.samples), tokens=speech.tokens, starts=[round(float(t), 4) for t in speech.starts],
                 ends=[round(float(t), 4) for t in speech.ends], **entry)

    def write(self, path):
        np.save(path + ".npy", np.concatenate(self.frames))
        with open(path + ".json", "w") as file:
            json.dump(self.entries, file, ensure_ascii=False)


def spoken_by_espeak(espeak, text, language, voice, rng, noise, coloured=True):
    speech = espeak.speak(text.rstrip("。？.?"), language, voice)
    if speech is None or len(speech.samples) < 4000:
        return None
    speech = synthesis.resample(speech, voice.stretch)
    if coloured:
        speech.samples = synthesis.colour(speech.samples, rng, noise)
    return synthesis.place(speech, rng, noise)


def espeak_set(shard, rng, noise, language, hours, **_):
    """Training speech: random voices, and a share in the two sample voices at their exact settings."""
    espeak, excluded = synthesis.espeak(), excluded_texts()
    while shard.seconds < hours * 3600:
        text = training_text(rng, language, excluded)
        own = rng.random() < SAMPLE_VOICE_SHARE
        voice = rng.choice(voices.SAMPLE_VOICES) if own else voices.random_voice(rng, voices.TRAINING_VARIANTS)
        speech = spoken_by_espeak(espeak, text, language, voice, rng, noise, coloured=not own or rng.random() < 0.5)
        if speech:
            shard.add_speech(speech, language=language, voice=voice.variant, text=text)


def flite_set(shard, rng, noise, voice, minutes, copies, program, **_):
    """English training speech of a flite voice, each utterance used `copies` times at different stretches."""
    excluded, unique = excluded_texts(), 0.0
    while unique < minutes * 60:
        texts = [training_text(rng, "en", excluded).rstrip(".?") for _ in range(40)]
        for text, speech in synthesis.flite_utterances(program, voice, texts, rng):
            unique += len(speech.samples) / speech.rate
            for _ in range(copies):
                copy = synthesis.resample(speech, rng.uniform(0.86, 1.18))
                copy.samples = synthesis.colour(copy.samples, rng, noise)
                shard.add_speech(synthesis.place(copy, rng, noise), language="en", voice=voice, text=text)


def espeak_test_set(shard, rng, noise, variants, **_):
    """All test texts, each in one random voice of the list."""
    espeak = synthesis.espeak()
    for language, text, kind in test_texts():
        speech = None
        while speech is None:
            speech = spoken_by_espeak(espeak, text, language, voices.random_voice(rng, variants), rng, noise)
        shard.add_speech(speech, language=language, kind=kind, text=text)


def flite_test_set(shard, rng, noise, voice, program, **_):
    texts = [(text.rstrip(".?"), kind) for language, text, kind in test_texts() if language == "en"]
    kinds = dict(texts)
    for text, speech in synthesis.flite_utterances(program, voice, [text for text, _ in texts], rng):
        copy = synthesis.resample(speech, rng.uniform(0.86, 1.18))
        copy.samples = synthesis.colour(copy.samples, rng, noise)
        shard.add_speech(synthesis.place(copy, rng, noise), language="en", kind=kinds[text], voice=voice, text=text)


def nonspeech_set(shard, rng, noise, minutes, **_):
    """Noise, music, hum, clicks and silence: nothing to recognise."""
    while shard.seconds < minutes * 60:
        kind, samples = nonspeech.random_sound(rng, noise, rng.uniform(1.5, 10))
        shard.add(filter_bank(samples), kind=kind, tokens=[], starts=[], ends=[])


def speaker_set(shard, rng, noise, variants, speakers, utterances, flite, stretches, program, **_):
    """Pseudo-speakers: a variant with its own stretch, pitch, range and pace; every utterance moves them a little."""
    espeak, excluded = synthesis.espeak(), excluded_texts()
    for speaker in range(speakers + 2):
        if speaker < speakers:
            base = voices.Voice(rng.choice(variants), rng.randint(140, 215), rng.randint(20, 80), rng.randint(25, 80), rng.uniform(0.80, 1.25))
        elif variants is voices.TRAINING_VARIANTS:
            base = voices.SAMPLE_VOICES[speaker - speakers]
        else:
            break
        limited = lambda value, low=0, high=99: max(low, min(high, int(value)))
        made = 0
        while made < utterances:
            language = "zh" if rng.random() < 0.6 else "en"
            text = training_text(rng, language, excluded)
            voice = voices.Voice(base.variant, int(base.rate * rng.uniform(0.88, 1.12)), limited(base.pitch + rng.randint(-9, 9)),
                                 limited(base.range + rng.randint(-15, 15), 5), base.stretch)
            if len(grammar.words(text)) < 5:
                continue
            speech = spoken_by_espeak(espeak, text, language, voice, rng, noise)
            if speech is None:
                continue
            made += 1
            shard.add(filter_bank(speech.samples, "povey", 1.0), speaker=speaker, variant=base.variant, language=language)
    label = speakers + 2
    for voice in flite:
        texts = [training_text(rng, "en", excluded).rstrip(".?") for _ in range(40)]
        texts = [text for text in texts if len(grammar.words(text)) >= 4]
        spoken = synthesis.flite_utterances(program, voice, texts, rng)
        for stretch in stretches:
            for _, speech in rng.sample(spoken, min(utterances + 5, len(spoken))):
                copy = synthesis.resample(speech, stretch * rng.uniform(0.99, 1.01))
                copy.samples = synthesis.colour(copy.samples, rng, noise)
                shard.add(filter_bank(synthesis.place(copy, rng, noise).samples, "povey", 1.0), speaker=label, variant=voice, language="en")
            label += 1


SETS = {
    "asr-zh-0": (espeak_set, 101, dict(language="zh", hours=2.75)),
    "asr-en-0": (espeak_set, 103, dict(language="en", hours=1.9)),
    "asr-zh-1": (espeak_set, 102, dict(language="zh", hours=2.75)),
    "asr-en-1": (espeak_set, 104, dict(language="en", hours=1.9)),
    "asr-kal16": (flite_set, 111, dict(voice="kal16", minutes=12, copies=3)),
    "asr-slt": (flite_set, 112, dict(voice="slt", minutes=10, copies=4)),
    "asr-awb": (flite_set, 113, dict(voice="awb", minutes=9, copies=4)),
    "nonspeech": (nonspeech_set, 121, dict(minutes=40)),
    "test-heldout": (espeak_test_set, 201, dict(variants=voices.HELD_OUT_VARIANTS)),
    "test-trained": (espeak_test_set, 202, dict(variants=voices.TRAINING_VARIANTS)),
    "test-rms": (flite_test_set, 203, dict(voice="rms")),
    "test-nonspeech": (nonspeech_set, 204, dict(minutes=8)),
    "speakers-train": (speaker_set, 301, dict(variants=voices.TRAINING_VARIANTS, speakers=300, utterances=10, flite=voices.FLITE_TRAINING,
                                              stretches=[0.82, 0.9, 0.97, 1.05, 1.13, 1.22])),
    "speakers-test": (speaker_set, 302, dict(variants=voices.HELD_OUT_VARIANTS, speakers=28, utterances=10, flite=voices.FLITE_HELD_OUT,
                                             stretches=[0.9, 1.12])),
}
TRAINING_SETS = ["asr-zh-0", "asr-zh-1", "asr-en-0", "asr-en-1", "asr-kal16", "asr-slt", "asr-awb"]


def make(name, work):
    torch.set_num_threads(1)
    recipe, seed, options = SETS[name]
    started, shard = time.time(), Shard()
    recipe(shard, random.Random(seed), np.random.RandomState(seed), program=os.path.join(work, "flite_words"), **options)
    shard.write(os.path.join(work, name))
    return "%-16s %6d utterances %6.2f h  %4.0f s" % (name, len(shard.entries), shard.seconds / 3600, time.time() - started)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=list(SETS))
    arguments = parser.parse_args()
    missing = [name for name in (arguments.only or SETS) if not os.path.exists(os.path.join(arguments.work, name + ".json"))]
    # A fresh process per set: espeak-ng remembers earlier utterances, and a set must not depend on the one before it.
    with Pool(arguments.processes, maxtasksperchild=1) as pool:
        for line in pool.starmap(make, [(name, arguments.work) for name in missing], chunksize=1):
            print(line, flush=True)
