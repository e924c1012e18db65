"""Write the model card from the manifest, so that its figures are those of the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LICENCES = {
    "fever": "CC BY-SA 3.0 (Wikipedia text)",
    "ibm": "CC BY-SA 3.0 (IBM Debater)",
    "mnli": "OANC; parts CC BY 3.0, CC BY-SA 3.0",
    "wanli": "CC BY 4.0",
}
"""Licences that are known; the others' authors say what theirs are, which was not checked."""


def _licence(source: str) -> str:
    for start, licence in LICENCES.items():
        if source.startswith(start):
            return licence
    return "its authors' terms, not checked"


def card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    dev = manifest["dev"]
    low, high = dev["macro_f1_interval_95"]
    f1 = dev["f1"]
    rows = "\n".join(
        f"| {name} | {count:,} | {_licence(name)} |"
        for name, count in manifest["general_sources"].items()
    )
    stages = "\n".join(
        f"{n}. **{stage['stage']}**, from {stage['from']}: {stage['pairs']:,} pairs, "
        f"{stage['epochs']} epoch(s), learning rate {stage['learning_rate']}, "
        f"dev macro-F1 after it {stage['dev_macro_f1']:.2f}."
        for n, stage in enumerate(manifest["stages"], start=1)
    )
    confusion = "\n".join(
        f"| {name} | {' | '.join(map(str, counts))} |"
        for name, counts in zip(manifest["labels"], dev["confusion_rows_gold"], strict=True)
    )
    files = "\n".join(f"| `{name}` | `{digest}` |" for name, digest in manifest["files"].items())
    data = "\n".join(
        f"| `{name}` | `{digest}` |" for name, digest in manifest["data_files"].items()
    )
    backbone = manifest["backbone"]
    return f"""# Model card: {manifest["name"]}

Reads two statements by officials and gives the probabilities that they agree, that they oppose each
other, and that they do neither. Made {manifest["made"]}.

## Use

To show a reader pairs worth reading, with both statements verbatim. A label is a reading aid, not a
finding about a person: do not publish counts of labels as facts, and read both statements before you
cite a pair. It reads English of the register of diplomacy. It knows nothing of the world: it cannot
say which side is right, and it does not know who is meant by "they" unless the context says so.

## What it is

A cross-encoder of six layers ({backbone["name"]}, {backbone["licence"]}, weights with the sha256
`{backbone["sha256"]}`), in 8 bits for ONNX Runtime. Each side is read as "Country, year: words
(context)". Both orders of a pair are read and their logits averaged; the probabilities are calibrated
by one temperature, {1 / manifest["calibration"]["scale"][0]:.2f}, fitted on the dev pairs.

## Training

{stages}

The pairs of officials' statements (UN General Debate 1946-2024; White House; Kremlin) and the pairs of typed claims with such statements were labelled by a large
language model that read each pair under a codebook, and were checked by second readings: against 501
pairs on which two readers had agreed, readers reached 0.92 to 0.96; a second reading of 288 typed
pairs agreed on 0.974. Of the typed claims' pairs labelled "neither", half are used. The words of the
sources are not part of this program; several sources are share-alike.

General pairs of the first stage, image captions left out:

| source | pairs | licence |
|---|---|---|
{rows}

## Scores

On {dev["pairs"]:,} dev pairs of officials' statements on which two readings agree, none of whose
sentences was trained on. The temperature was fitted on the same pairs.

| accuracy | macro-F1 (95 %) | F1 agree / oppose / neither | ECE | polarity AUC |
|---|---|---|---|---|
| {dev["accuracy"]:.2f} | {dev["macro_f1"]:.2f} ({low:.2f} to {high:.2f}) | \
{f1["agree"]:.2f} / {f1["oppose"]:.2f} / {f1["neither"]:.2f} | {dev["ece"]:.3f} | \
{dev["polarity_auc"]:.2f} |

| read by people as | agree | oppose | neither |
|---|---|---|---|
{confusion}

In 8 bits the label is that of full precision on {manifest["int8_same_label"]:.1%} of them.

## What it gets wrong

- It misses opposition more often than agreement, and takes a shared topic for agreement.
- The denial of a reported claim ("the claim that … is disinformation") is often read as agreement with
  the claim.
- Claims as a user types them, without who and when, are read less well than officials' sentences.
- Plain negation ("we support", "we reject") where country and year are given, in single pairs tried.

## Digests

| file | sha256 |
|---|---|
{files}

| training data | sha256 |
|---|---|
{data}
"""
