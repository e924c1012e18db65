"""Write the model card from the manifests, so that its figures are those of the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compare.models.prefilter import FILE
from compare.models.runtime import file_sha256
from compare.models.stance import WEIGHTS, shipped_manifests
from compare.results.statistics import share_interval

CARD: Path = WEIGHTS / "MODEL_CARD.md"

LICENCES = {
    "climate_fever": "none stated by its authors",
    "fever_pairs": "terms of Wikipedia's articles, else CC BY-SA 3.0",
    "fever_symmetric": "MIT",
    "fm2": "Apache-2.0 (of its repository)",
    "ibm_argkp2021": "CDLA-Sharing-1.0",
    "ibm_argq30k": "CC BY-SA 3.0",
    "ibm_claim_stance": "CC BY-SA 3.0",
    "mnli": "mostly OANC; fiction CC BY-SA 3.0, CC BY 3.0 and public domain",
    "perspectrum": "CC BY-SA",
    "seminli": "none stated; its sources are Wikipedia's",
    "taxinli": "C-UDA 1.0",
    "valueeval23": "CC BY 4.0",
    "wanli": "CC BY 4.0",
}
"""Licences as the publishers state them; of the other sources none was found."""

_HEAD = """# Model card: the stance models

Two models read two statements by officials and give the probabilities that they agree, that they
oppose each other, and that they do neither: an accurate one, and a fast one that chooses what the
accurate one reads.

## Use

To show a reader pairs worth reading, with both statements verbatim. A label is a reading aid, not a
finding about a person: do not publish counts of labels as facts, and read both statements before you
cite a pair. Not for judging people, for moderation, or for decisions about anyone. The models read
English of the register of diplomacy. They know nothing of the world: they cannot say which side is
right, and do not know who is meant by "they" unless the context says so.

Each side is read as "Country, year: words (context)". Both orders of a pair are read and their logits
averaged. Pairs longer than 256 tokens are read sentence by sentence.

## Labels

The pairs of officials' statements and the pairs of typed claims with such statements were labelled by
a large language model that read each pair under a codebook. The labels were checked by second
readings: against 501 pairs on which two readers had agreed, readers reached 0.92 to 0.96; a second
reading of 288 passages under typed claims agreed on 0.974. The dev pairs were read twice, and those on
which the readings differ are left out of the figures below.

| statements of | years | licence |
| --- | --- | --- |
| UN General Debate Corpus (doi:10.7910/DVN/0TJX8Y) | 1946-2024 | CC0 1.0 |
| White House transcripts | 2021-2022 | works of the US government: no copyright in the United States |
| Kremlin transcripts | 1999-2020 | CC BY 4.0 |

The words of the sources are not part of this program; several of the general sources below are
share-alike.
"""


_NOTES = {
    "accurate": """ Its vocabulary is cut to the words and pieces that
such statements use, 9,700 of 30,527; rarer words are read in pieces, and signs and letters that it lacks
in a plain spelling ("pounds" for "£", "o" for "ø"). To cut a trained model of this kind to 10,000 changed
its dev macro-F1 by 0.001.""",
    "fast": """ The unlabelled pairs are passages of a collection of
such statements beside each other, and beside typed claims; none of their words is part of this program.""",
}

_FIRST_PASS = """
## What chooses pairs of two sides

`first_pass.npz` is no stance model: from the encoder's vectors of two passages it guesses whether they
agree or oppose each other, to choose which pairs of two sides the stance models read. It learnt the
fast model's probabilities of 60,000 pairs of two countries' passages on one point, and the accurate
model's of the fast model's pairs. `training/EXPERIMENTS.md` says how much it misses: of the thousand most
opposed of 124,000 pairs of two countries, of which it had learnt none, more than a quarter where a tenth
was read.
"""


def write_card() -> None:
    """Write MODEL_CARD.md beside the tiers' folders."""
    CARD.write_text(card(), encoding="utf-8")


def card() -> str:
    """Return the card's text."""
    manifests = shipped_manifests()
    parts = [_HEAD, *(_tier(tier, manifest) for tier, manifest in manifests.items())]
    parts += [*([_FIRST_PASS] if FILE.is_file() else []), _failures(manifests)]
    parts.append(_general_sources(list(manifests.values())))
    parts.append(_digests(manifests))
    return "\n".join(parts)


def _tier(tier: str, manifest: Mapping[str, Any]) -> str:
    dev = manifest["dev"]
    low, high = dev["macro_f1_interval_95"]
    f1 = dev["f1"]
    backbone = manifest["backbone"]
    calibration = manifest["calibration"]
    stages = "\n".join(
        f"{n}. **{stage['name']}** ({stage['what']}), from {stage['start']}: "
        f"{stage['pairs']:,} pairs, "
        f"{stage['epochs']} epoch(s), peak rate {stage['rate']}, {stage['minutes']} minutes; dev "
        f"macro-F1 after it {stage['macro_f1']:.3f}."
        for n, stage in enumerate(manifest["stages"], start=1)
    )
    confusion = _table(
        ("label, both readings", *manifest["labels"]),
        [
            (name, *counts)
            for name, counts in zip(manifest["labels"], dev["confusion_rows_gold"], strict=True)
        ],
    )
    bins = _table(
        ("mean probability of the top label", "share right", "pairs"),
        [(row["probability"], row["right"], row["pairs"]) for row in manifest["reliability"]],
    )
    losses = ", ".join(
        f"{name} {loss:.4f}" for name, loss in manifest["log_loss_of_calibrations"].items()
    )
    return f"""## The {tier} model: {manifest["name"]}

{backbone["name"]} ({backbone["licence"]}, weights with the sha256 `{backbone["sha256"]}`), trained as a
cross-encoder, in 8 bits for ONNX Runtime. Made {manifest["made"]}.{_NOTES[tier]}

{stages}

On {dev["pairs"]:,} dev pairs none of whose sentences was trained on. Recipes and calibration were
chosen on the same pairs, so the figures flatter a little.

| accuracy (95 %) | macro-F1 (95 %) | F1 agree / oppose / neither | ECE | polarity AUC |
|---|---|---|---|---|
| {dev["accuracy"]:.3f} ({_interval(dev)}) | {dev["macro_f1"]:.3f} ({low:.3f} to {high:.3f}) | \
{f1["agree"]:.2f} / {f1["oppose"]:.2f} / {f1["neither"]:.2f} | {dev["ece"]:.3f} | \
{dev["polarity_auc"]:.3f} |

{confusion}

ECE is how far the probability of the likeliest label is from how often it is right, in ten bins;
polarity AUC is how often a pair that agrees has the higher p(agree) - p(oppose) than one that opposes.

In 8 bits the label is that of full precision on {manifest["int8_same_label"]:.1%} of them.

Calibrated by {calibration["kind"]} scaling: scales {calibration["scale"]}, shifts
{calibration["shift"]}. Log loss in ten folds: {losses}.

{bins}
"""


def _interval(dev: Mapping[str, Any]) -> str:
    """Return Wilson's interval of the accuracy."""
    right = sum(row[n] for n, row in enumerate(dev["confusion_rows_gold"]))
    low, high = share_interval(right, dev["pairs"])
    return f"{low:.3f} to {high:.3f}"


_WEAKEST = 5


def _failures(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    tiers = list(manifests)
    modes = manifests[tiers[0]]["failure_modes"]
    rows = [
        (
            mode.replace("_", " "),
            modes[mode]["pairs"],
            *(_of_mode(manifests[tier], mode) for tier in tiers),
        )
        for mode in modes
    ]
    weakest = sorted(
        (mode for mode in modes if mode != "all"), key=lambda mode: modes[mode]["macro_f1"]
    )[:_WEAKEST]
    named = ", ".join(
        f"{mode.replace('_', ' ')} ({modes[mode]['macro_f1']:.2f})" for mode in weakest
    )
    table = _table(("mode", "pairs", *(f"macro-F1, {tier}" for tier in tiers)), rows)
    return f"""## What they get wrong

Made-up pairs by made-up speakers, each of which tests one difficulty; no model saw them. A verdict
deserves least trust where the accurate model is weakest:
{named}.
The fast model does little better than chance on them: it chooses what the accurate one reads.

{table}

They miss opposition more often than agreement, and take a shared topic for agreement. Typed claims,
without who and when, are read less well than officials' sentences. Of the first five passages that a search
for such a claim lists, as far as readers judged them, 0.86 agree (95 % interval 0.79 to 0.92, 34 claims) and
0.73 oppose (0.63 to 0.82, 22 claims) as they should (`python -m compare evaluate-search`; the ranking was
chosen on these claims, so this flatters a little).

Of the words that the models mark as deciding, against those that a reader marked in 150 dev pairs, as many
words each: token F1 0.50, of either model; words drawn by chance 0.29 (`python -m benchmarks.why`).
"""


def _general_sources(manifests: Sequence[Mapping[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for manifest in manifests:
        for name, count in manifest["general_sources"].items():
            counts[name] = max(count, counts.get(name, 0))
    rows = [(name, f"{count:,}", _licence(name)) for name, count in counts.items()]
    return "## General pairs, image captions left out\n\n" + _table(
        ("source", "pairs at most", "licence"), rows
    )


def _licence(source: str) -> str:
    for start, licence in LICENCES.items():
        if source.startswith(start):
            return licence
    return "none found"


def _of_mode(manifest: Mapping[str, Any], mode: str) -> str:
    """Return a tier's figure of a mode; it was shipped ahead of a mode that is newer."""
    found = manifest["failure_modes"].get(mode)
    return f"{found['macro_f1']:.2f}" if found else "not measured"


def _digests(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    files = [
        (f"`{tier}/{name}`", f"`{digest}`")
        for tier, manifest in manifests.items()
        for name, digest in manifest["files"].items()
    ]
    data = {
        name: digest
        for manifest in manifests.values()
        for name, digest in manifest["data_files"].items()
    }
    if FILE.is_file():
        files.append((f"`{FILE.name}`", f"`{file_sha256(FILE)}`"))
    return (
        "\n## Digests\n\n"
        + _table(("file", "sha256"), files)
        + "\n\n"
        + _table(("training data", "sha256"), [(f"`{n}`", f"`{d}`") for n, d in data.items()])
        + "\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
