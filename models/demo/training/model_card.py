"""Writes the model card, models/demo/README.md, from the facts of the trainers and the results of evaluate.py.

    python3 model_card.py --work WORK
"""

import argparse
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))

TEXT = """# The demo models

Four small networks with the inputs, outputs and files of FunASR's ONNX exports, trained by this project from scratch on synthesised speech.
They let the program run, and be tested, without fetching anything. `{total:.1f} MB` in all, weights stored as float16.

**They understand only what they were made from**: espeak-ng and flite voices saying sentences about meetings and interviews, {characters} Chinese
characters and {english} English words. Real speech gives random words. For real recordings use FunASR's official weights; they go into the same
places. How well voice activity and speakers work on real voices was not measured.

| stage | directory | network | parameters | file |
| --- | --- | --- | --- | --- |
| voice activity | `vad` | FSMN, the official size | 0.43 M | {vad:.2f} MB |
| recogniser | `asr` | Paraformer, 6 + 2 layers, width 128, {tokens} tokens, with timestamps | 1.93 M | {asr:.2f} MB |
| punctuation | `punc` | CT-Transformer, 2 layers, width 96 | 0.23 M | {punc:.2f} MB |
| speakers | `spk` | CAM++, narrow | 0.53 M | {spk:.2f} MB |

## Data

No recordings of people. Speech comes from espeak-ng 1.51 (Mandarin voice `cmn-latn-pinyin`, English voice `en-us`, 68 variants, 10 more held out)
and flite 2.2 (`kal16`, `slt`, `awb`; `rms` held out), with random pitch, pace and formants, simple rooms, filters, noise. About
{speech_hours:.1f} h for the recogniser, half Mandarin, half English, plus noise, music, hum, clicks and silence that must yield nothing. A fifth of
the espeak-ng speech is spoken by the two voices of the shipped sample `interview` at their exact settings; the samples show the models at
their best, and `interview-heldout` shows voices that no model heard. Three in ten utterances are random words, so that the recogniser hears
and does not guess. No sentence of the samples or of the evaluation sets is in the training text (exact match, checked by the scripts).

## Training

One run per network, fixed seeds, one thread each, on two cores shared with much other work, no GPU; see [`training`](training/README.md). The
scripts take the numbers of steps done here as their defaults.

| network | steps | time | remark |
| --- | --- | --- | --- |
| recogniser | {asr_steps} of 62 s of speech | {asr_minutes:.0f} min | {asr_remark} |
| voice activity | {vad_steps} | {vad_minutes:.0f} min | |
| punctuation | {punc_steps} | {punc_minutes:.0f} min | |
| speakers | {spk_steps} | {spk_minutes:.0f} min | {spk_remark} |

## Measured quality

By `training/evaluate.py`, with weights rounded as they are stored. Held-out voices are espeak-ng variants that no model heard. Errors in per
cent: characters for Mandarin, words for English.

### Recogniser

{recogniser}

Time error: mean absolute distance of token starts, over utterances whose token count is right. Noise is synthetic.

Sounds without speech, given to the recogniser directly (in the program the voice activity model stands before it):

{silence}

### Samples, whole pipeline

Classic FunASR rules in Python (`training/pipeline.py`), number of speakers found automatically. DER: diarisation error rate from speaker turns,
without collar and with 0.25 s. Texts and pauses of the two interviews were chosen with the finished models at hand: earlier drafts, with sentences
outside the grammar and stretches of 11 to 14 s without a pause, had 3 to 4 % errors (`interview`) and 11 to 13 % (`interview-heldout`). The
tables above are the ones that nothing was chosen for.

{samples}

### Voice activity

Streams of held-out utterances with gaps of 1.2 s and more. Segments begin early by design: the rules of the program look back.

{vad_table}

{vad_noise}

### Punctuation

On the reference words of `tests/data/punctuation-heldout.json`.

{punctuation}

### Speakers

30 pseudo-speakers that training never heard, some of them much alike. Random dialogues of two: each utterance has a room and filter of its own, which
is harder than a conversation recorded with one microphone.

{speakers}

## Knowing what they do not know

Mean probability of the best token. The program warns when a recording falls below `out_of_domain_confidence` of `bundle.json`, here **{threshold}**.
Three real clips (a conversation of two, two other recordings), by
`training/evaluate.py --only confidence --recordings …`; per voice segment, `whole` for the whole recording.

{confidence}

## Licence

The weights, the synthetic samples and the training code are new works of this project under its MIT licence. espeak-ng (GPL-3.0) and flite with its
voices (BSD-style) were used as programs; nothing of theirs is distributed here.

## Checksums

SHA-256, also in `bundle.json`:

| file | SHA-256 |
| --- | --- |
{checksums}
"""


def cell(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return "%.1f" % value if abs(value) >= 1 or value == 0 else "%.2f" % value
    return str(value)


def table(rows, columns, first):
    """rows {label: {key: value}}, columns [(key, heading)] -> a Markdown table."""
    lines = ["| %s | %s |" % (first, " | ".join(heading for _, heading in columns)), "|" + " --- |" * (len(columns) + 1)]
    return "\n".join(lines + ["| %s | %s |" % (label, " | ".join(cell(row.get(key)) for key, _ in columns)) for label, row in rows.items()])


def write(work, bundle):
    load = lambda *names: json.load(open(os.path.join(*names), encoding="utf-8"))
    results, manifest, confidence = load(work, "evaluation.json"), load(bundle, "bundle.json"), load(HERE, "confidence.json")
    facts = {name: load(work, name + ".facts.json") for name in ("recogniser", "vad", "punctuation", "speakers")}
    size = {stage: os.path.getsize(os.path.join(bundle, stage, "model.onnx")) / 1e6 for stage in ("vad", "asr", "punc", "spk")}
    tokens = load(bundle, "asr", "tokens.json")
    speech = [entry for name in ("asr-zh-0", "asr-zh-1", "asr-en-0", "asr-en-1", "asr-kal16", "asr-slt", "asr-awb") for entry in load(work, name + ".json")]
    spoken = {label: row for label, row in results["recogniser"].items() if not label.startswith("no speech")}
    silent = {label[11:]: row for label, row in results["recogniser"].items() if label.startswith("no speech")}
    streams = {label: row for label, row in results["vad"].items() if "missed" in row}
    found, taken = results["vad"]["segments in 10 s of"], results["vad"]["seconds taken for speech"]
    recogniser, speakers = facts["recogniser"], facts["speakers"]
    late = lambda fact: "" if not fact.get("hurried_steps", 0) and fact["steps"] == fact.get("planned_steps", fact["steps"]) else (
        "planned %d; the learning rate followed the clock because the machine was busy" % fact["planned_steps"])
    text = TEXT.format(
        total=sum(size.values()), **size, tokens=len(tokens), characters=sum(ord(t[0]) > 255 for t in tokens),
        english=len([t for t in load(bundle, "punc", "tokens.json") if t.isascii() and t.isalpha()]), speech_hours=sum(e["frames"] for e in speech) / 360000,
        asr_steps=recogniser["steps"], asr_minutes=recogniser["seconds"] / 60, asr_remark=late(recogniser),
        vad_steps=facts["vad"]["steps"], vad_minutes=facts["vad"]["seconds"] / 60,
        punc_steps=facts["punctuation"]["steps"], punc_minutes=facts["punctuation"]["seconds"] / 60,
        spk_steps=speakers["steps"], spk_minutes=speakers["seconds"] / 60, spk_remark=late(speakers),
        recogniser=table(spoken, [("zh", "zh"), ("en", "en"), ("all", "all"), ("exact_count", "token count exact"), ("time_error_ms", "time error ms"), ("words", "words")], "list"),
        silence=table(silent, [("sounds", "sounds"), ("with_text", "with any text"), ("tokens", "tokens in all")], "kind"),
        samples=table(results["samples"], [("zh", "zh"), ("en", "en"), ("error", "all"), ("speakers", "speakers"), ("sentences_right_speaker", "sentences with the right speaker"),
                                           ("der", "DER"), ("der_collar", "DER 0.25 s"), ("confidence", "confidence")], "sample"),
        vad_table=table(streams, [("missed", "speech missed %"), ("lost_utterances", "utterances lost"), ("covered_silence", "silence covered %"), ("start_early_ms", "start early ms"),
                                  ("end_late_ms", "end late ms"), ("start_error_ms", "mean start error ms"), ("end_error_ms", "mean end error ms"), ("worst_ms", "worst ms")], "between utterances"),
        vad_noise="Segments found in 10 s of: " + ", ".join("%s %d" % item for item in found.items()) + ".\n\nSeconds taken for speech: "
                  + ", ".join("%s %s" % item for item in taken.items()) + ".",
        punctuation=table(results["punctuation"], [("precision", "precision"), ("recall", "recall"), ("f1", "F1")], "mark"),
        speakers=table({label: row for label, row in results["speakers"].items() if "equal_error" in row},
                       [("equal_error", "equal error rate"), ("same", "cosine, same"), ("different", "cosine, different")], "windows") + "\n\n"
                 + table({label: row for label, row in results["speakers"].items() if "dialogues" in row},
                         [("dialogues", "dialogues"), ("wrong_windows_given", "wrong windows, 2 given"), ("two_found", "2 found automatically %"), ("found", "number found: dialogues"),
                          ("impure_windows_automatic", "impure windows, automatic")], "clustering"),
        threshold=manifest.get("out_of_domain_confidence"),
        confidence=table(confidence["confidence"], [("count", "count"), ("mean", "mean"), ("p5", "5 %"), ("p25", "25 %"), ("p50", "50 %"), ("p75", "75 %"), ("p95", "95 %"), ("whole_recording", "whole")], "speech"),
        checksums="\n".join("| `%s` | `%s` |" % (name, sum_) for name, sum_ in manifest["sha256"].items() if name.endswith(".onnx")))
    with open(os.path.join(bundle, "README.md"), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="work")
    arguments = parser.parse_args()
    write(arguments.work, os.path.dirname(HERE))
