"""Write the model card from the manifests, so that its figures match the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

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
"""Licences as the publishers state them; none was found for the other sources."""

_HEAD = """# Model card: the stance models

Two models read a pair of officials' statements and give the probabilities of *agree*, *oppose* and
*neither*. The fast model scores all candidates; the accurate one rescores those at the top of the lists.

## Use

The models find pairs worth reading; the program shows both statements verbatim. A label is a reading aid,
not a finding about a person. Read both statements before you cite a pair, and do not publish counts of
labels as facts. The models are not for judging people, for moderation, or for decisions about anyone.

They read English in the register of diplomacy. They have no knowledge of the world: they cannot say
which side is right, and do not know who "they" are unless the context says so.

Each side is read as "Country, year: words (context)". In a search, a pair is read
once, the shorter side first; a pair of statements is read in both orders, and the mean of the logits counts.
Pairs longer than 256 tokens are read sentence by sentence.

## Labels

A large language model labelled the pairs of officials' statements, and the pairs of a typed claim and a
statement, under a codebook. Against 501 pairs on which two readers agreed, such labels were right in
0.92 to 0.96; a second reading of 288 passages under typed claims agreed on 0.974. Every dev pair was read
twice, and the figures below leave out those on which the two readings differ. The other forms of claims, and the
statements edited to say the opposite or the same, were written by a large language model, too; a second
reader gave 0.994 of 1,320 edited pairs the expected label.

| statements from | years | licence |
| --- | --- | --- |
| UN General Debate Corpus (doi:10.7910/DVN/0TJX8Y) | 1946-2024 | CC0 1.0 |
| White House transcripts | 2021-2022 | works of the US government: no copyright in the United States |
| Kremlin transcripts | 1999-2020 | CC BY 4.0 |

The texts of the sources are not part of this program. Several of the general sources below are
share-alike.
"""


_DOCUMENTS = {
    "accurate": """Typed claims are read less well on documents that no model learned from. There are 1,312 passages
under 152 propositions, from documents of which no sentence is labelled elsewhere (`python -m benchmarks.documents`;
two readings agree on 0.980). Of the 216 of these that take a side in both readings, 0.59 (0.49 to 0.68) are called
rightly and 0.04 are on the wrong side; called agreeing 145, 0.63 right at 0.74; called opposing 50, 0.70 right at 0.69.""",
    "fast": """On the 1,286 passages of other documents: 0.40 (0.30 to 0.51) called rightly, 0.05 on the wrong side; called
agreeing 117, 0.54 right at 0.67; called opposing 38, 0.61 right at 0.62.""",
}
"""What `python -m benchmarks.documents` printed."""

_NOTES = {
    "accurate": """ Its vocabulary is reduced to the words and word
pieces that such statements use, 9,700 of 30,527. Rarer words are read in pieces; characters that it lacks
are replaced by plain spellings ("pounds" for "£", "o" for "ø"). Reducing the vocabulary of a trained model
of this kind to 10,000 changed its dev macro-F1 by 0.001. The stages after large-officials start from its
8-bit export, turned back into 32 bits.""",
    "fast": """ The unlabelled pairs are passages of a collection of
such statements, paired with each other and with typed claims. None of their text is part of this program.
Its last stages start from an 8-bit export of the stage before each, turned back into 32 bits; the last ends
with a mean of its weights (0.6) and those it began with (0.4).""",
}


def write_card() -> None:
    """Write MODEL_CARD.md beside the tiers' folders."""
    CARD.write_text(card(), encoding="utf-8")


def card() -> str:
    """Return the card's text."""
    manifests = shipped_manifests()
    parts = [_HEAD, *(_tier(tier, manifest) for tier, manifest in manifests.items())]
    parts.append(_failures(manifests))
    parts.append(_general_sources(list(manifests.values())))
    parts.append(_digests(manifests))
    return "\n".join(parts)


def _tier(tier: str, manifest: Mapping[str, Any]) -> str:
    dev = manifest["dev"]
    low, high = dev["macro_f1_interval_95"]
    f1 = dev["f1"]
    backbone = manifest["backbone"]
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
    return f"""## The {tier} model: {manifest["name"]}

A cross-encoder trained from {backbone["name"]} ({backbone["licence"]}, sha256 of its weights
`{backbone["sha256"]}`), in 8 bits for ONNX Runtime. Made {manifest["made"]}.{_NOTES[tier]}

{stages}

Measured on {dev["pairs"]:,} dev pairs; no sentence of theirs is in the training data. Recipes and
calibration were chosen on the same pairs, so the figures are slightly optimistic. Of the 1,819 pairs that were
read, 137 are left out because two readings differ, and 1,760 share a source document with training.
{_DOCUMENTS[tier]}

| accuracy (95 %) | macro-F1 (95 %) | F1 agree / oppose / neither | ECE | polarity AUC |
|---|---|---|---|---|
| {dev["accuracy"]:.3f} ({_interval(dev)}) | {dev["macro_f1"]:.3f} ({low:.3f} to {high:.3f}) | \
{f1["agree"]:.2f} / {f1["oppose"]:.2f} / {f1["neither"]:.2f} | {dev["ece"]:.3f} | \
{dev["polarity_auc"]:.3f} |

{confusion}

ECE is the mean gap between the probability of the top label and how often it is right, in ten bins.
Polarity AUC is how often an agreeing pair has a higher p(agree) - p(oppose) than an opposing one.

In 8 bits, {manifest["int8_same_label"]:.1%} of the pairs have the same label as in full precision.

{bins}

Each use has a calibration of its own, a scale and a shift for each logit; a search has a second one, fitted with the
weight of the verdicts on the same actor's other passages. Measured in ten folds that share no
claim, topic or document, on pairs that the model did not learn from; "called" are those with a probability of
one half or more, for propositions, two sides and timelines of 0.6 or more. For two sides and timelines, a pair
beside the point that was asked for is wrong:

{_uses(manifest)}
"""


def _uses(manifest: Mapping[str, Any]) -> str:
    """Return a table of the calibrations with their figures."""
    rows = []
    for use, figures in manifest["measured"].items():
        by_list = (figures[name] for name in ("agree", "oppose"))
        same = manifest["calibrations"][use]["same_actor"]
        rows.append(
            (
                use.replace("_", " "),
                figures["fitted_on"],
                f"{figures['pairs']:,}",
                figures["log_loss"],
                *(_called(one) for one in by_list),
                f"{same['weight']}, by itself {figures['log_loss_by_itself']}" if same else "none",
            )
        )
    few = f"Rows with fewer than {_FEW_CALLED} called pairs are too few to rely on."
    head = ("use", "fitted on", "pairs", "log loss", "agree called: right / shown")
    table = _table(
        (
            *head,
            "oppose called: right / shown",
            "weight of the same actor, and log loss without it",
        ),
        rows,
    )
    return f"{table}\n\n{few}"


_FEW_CALLED = 50


def _called(figures: Mapping[str, Any]) -> str:
    """Return how many pairs were called a side, and how many of them rightly."""
    if not figures["called"]:
        return "0: not measured"
    return f"{figures['called']:,}: {figures['right']} / {figures['shown']}"


def _interval(dev: Mapping[str, Any]) -> str:
    """Return the exact interval of the accuracy."""
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

These are made-up pairs by made-up speakers; each tests one difficulty, and none was trained on. Trust a
verdict least where the accurate model is weakest:
{named}.
The fast model gets half of these pairs right; it only chooses what the accurate one reads.

{table}

The models miss opposition more often than agreement, and mistake a shared topic for agreement. They read typed
claims, which name no speaker or date, less well than officials' sentences. Among the first five places of a search
for one of 50 typed claims, with missing ones counted as wrong, 0.77 under Agree hold a right passage (95 % interval
0.67 to 0.87; 41 of 45 claims get one) and 0.56 under Oppose (0.45 to 0.67; 36 of 46; `python -m
benchmarks.verdicts`). Of all that is called agreeing, 0.75 is right at a mean probability of 0.81, and of all that is
called opposing 0.76 at 0.75. With an opponent's sentence as the opposite, the five places hold 0.77 and 0.68 (41 of
45 and 42 of 46 claims), and of what is called agreeing 0.86 is right at 0.82, opposing 0.79 at 0.80. If the claims
are denied, 0.71 of the first ten under Agree is right and 0.06 is on the opposite side (0.43 and 0.45 before the
claims were trained in several forms; `python -m benchmarks.verdicts`). Ranking and probabilities were fitted on these
claims. With an earlier version, over deeper pools of other claims, 0.41 of what stood under Oppose was right.

The deciding words that the accurate model marks were compared with those that a reader marked in 150 dev
pairs, as many words each: token F1 0.69, 0.29 for random words (`python -m benchmarks.why`).
"""


def _general_sources(manifests: Sequence[Mapping[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for manifest in manifests:
        for name, count in manifest["general_sources"].items():
            counts[name] = max(count, counts.get(name, 0))
    rows = [(name, f"{count:,}", _licence(name)) for name, count in counts.items()]
    return "## Sources of the general pairs, without image captions\n\n" + _table(
        ("source", "pairs at most", "licence"), rows
    )


def _licence(source: str) -> str:
    for start, licence in LICENCES.items():
        if source.startswith(start):
            return licence
    return "none found"


def _of_mode(manifest: Mapping[str, Any], mode: str) -> str:
    """Return a tier's figure for a mode; a mode can be newer than the tier."""
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
