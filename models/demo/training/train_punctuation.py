"""Trains the punctuation model on text drawn from the grammar while it runs.

    python3 train_punctuation.py --work WORK [--steps N]
"""

import argparse
import json
import os
import random
import re
import time

import numpy as np
import torch
import torch.nn.functional as F

import grammar
from make_data import excluded_texts
from networks import Punctuator

MARKS = ["<unk>", "_", "，", "。", "？", "、"]
NONE, IGNORE, SEED = 1, -100, 31
MARK_ID = {"": NONE, "，": 2, ",": 2, "。": 3, ".": 3, "？": 4, "?": 4}
WORDS = grammar.punctuation_vocabulary()
WORD_ID = {word: index for index, word in enumerate(WORDS)}
WORD_AND_MARK = re.compile(r"([a-z]+|[\u4e00-\u9fff])\s*([，。？,.?]?)")


def words_and_marks(text):
    """-> word list, mark id after each word."""
    found = WORD_AND_MARK.findall(text.lower())
    return [word for word, _ in found], [MARK_ID[mark] for _, mark in found]


def random_document(rng, sentences, excluded):
    """Several sentences, mostly of one language, none of them excluded -> list of sentences."""
    language, texts = ("zh" if rng.random() < 0.6 else "en"), []
    while len(texts) < sentences:
        if rng.random() < 0.15:
            language = "en" if language == "zh" else "zh"
        text = grammar.sentence(rng, language)
        if grammar.spoken(text) not in excluded:
            texts.append(text)
    return texts


def example(rng, excluded):
    """-> word ids, mark ids; some words are replaced the way recognition errors replace them."""
    words, marks = words_and_marks(" ".join(random_document(rng, rng.randint(1, 7), excluded)))
    if rng.random() < 0.25:      # the model also sees text cut off anywhere: it works on pieces of 20 words
        cut = rng.randint(3, max(3, len(words)))
        words, marks = words[:cut], marks[:cut]
    changed = [word if (dice := rng.random()) > 0.05 else "<unk>" if dice > 0.02 else rng.choice(WORDS[3:]) for word in words]
    return [WORD_ID[word] for word in changed], marks


def batch(rng, size, excluded):
    """-> ids [B, T], lengths [B], marks [B, T]."""
    examples = [example(rng, excluded) for _ in range(size)]
    longest = max(len(ids) for ids, _ in examples)
    ids, marks = torch.zeros(size, longest, dtype=torch.int64), torch.full((size, longest), IGNORE)
    for i, (row, mark) in enumerate(examples):
        ids[i, : len(row)], marks[i, : len(mark)] = torch.tensor(row), torch.tensor(mark)
    return ids, torch.tensor([len(row) for row, _ in examples]), marks


def load(path):
    model = Punctuator(len(WORDS))
    model.load_state_dict(torch.load(path)["model"])
    return model.eval()


def train(work, steps):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng, excluded = random.Random(SEED), excluded_texts()
    model = Punctuator(len(WORDS))
    print("words", len(WORDS), "parameters", sum(p.numel() for p in model.parameters()), flush=True)
    optimiser = torch.optim.AdamW(model.parameters(), 1.5e-3)
    importance = torch.tensor([0.1, 1.0, 1.2, 1.2, 2.0, 1.0])
    started = time.time()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * min(1, (step + 1) / 80) * (0.5 + 0.5 * np.cos(np.pi * step / steps) + 0.01)
        ids, lengths, marks = batch(rng, 16, excluded)
        loss = F.cross_entropy(model(ids, lengths).transpose(1, 2), marks, ignore_index=IGNORE, weight=importance)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        if (step + 1) % 200 == 0:
            print("%5d %5.0f s  loss %.4f" % (step + 1, time.time() - started, float(loss)), flush=True)
    torch.save(dict(model=model.state_dict()), os.path.join(work, "punctuation.pt"))
    with open(os.path.join(work, "punctuation.facts.json"), "w") as file:
        json.dump(dict(steps=steps, seconds=time.time() - started), file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    parser.add_argument("--steps", type=int, default=3000)
    arguments = parser.parse_args()
    train(arguments.work, arguments.steps)
