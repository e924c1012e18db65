"""Write the model card from the manifests, so that its figures match the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compare import __version__
from compare.models.stance import WEIGHTS, model_digest, shipped_manifests
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

SHARE_ALIKE = ("SA", "Sharing")
"""What names a share-alike licence in `LICENCES`."""

_HEAD = """# Model card: the stance models

Two models read a pair of officials' statements and give the probabilities of *agree*, *oppose* and
*neither*. The fast model scores all candidates; the accurate one rescores those at the top of the lists.
This card has the sections that Mitchell and others (Model cards for model reporting, 2019) propose.
"""

_BODY = """
**Contact.** Open an issue in the repository. Report weaknesses in private, as `SECURITY.md` says.

**Citation.** Cite the program with its version (`CITATION.cff`), and the model by its name and digest.

**Licence.** The weights are part of the program and under its licence, MIT (`LICENSE`). The backbones are under the Apache
License 2.0. The models also learned from [general pairs](#sources-of-the-general-pairs-without-image-captions) whose
sources have licences of their own; {share_alike} are share-alike, at least in part. None of their text is part of this
program, and the card names every source. Whether weights are an adaptation of the texts that they learned
from, so that a share-alike licence extends to them, is not settled. For the sources marked "none found" or "none stated", no licence is known. If that
matters for your use, such as selling a model made from these weights, ask a lawyer, or train without these sources
(`training/recipes.py`).

## Use

The models find pairs worth reading; the program shows both statements verbatim. A label is a reading aid,
not a finding about a person. Read both statements before you cite a pair, and do not publish counts of
labels as facts. The models are not for judging people, for moderation, or for decisions about anyone.

They read English in the register of diplomacy. What is in another language gets no verdict unless it has an English
translation. A model of the fast one's size that learned from translations, too, was tried in Arabic, Chinese, French,
Russian and Spanish: its macro-F1 was 0.44 to 0.52 where the accurate model has 0.65 in English, and 22 to 37 % of what took a side was
called the other side, so it does not ship (`training/EXPERIMENTS.md`). The models have no knowledge of the world: they cannot say
which side is right, and do not know who "they" are unless the context says so.

Each side is read as "Country, year: words (context)". In a search, a pair is read
once, the shorter side first; a pair of statements is read in both orders, and the mean of the logits counts.
Pairs longer than 256 tokens are read sentence by sentence.

## Ethics

- **Living people.** The statements are those of named officials, many of them alive. A wrong label can make someone seem to
  hold a view that they reject. The program therefore never shows a label without the words, speaker, date and source.
- **Disputed territories.** Countries are spelled as the corpora spell them, and the model reads them. Many statements are
  about territories and governments that others do not recognise. A label takes no side on them. Training data can still
  carry the view of those who speak most often.
- **Misattribution.** A model cannot notice a wrong speaker, date or translation. It reads the country and the year, so a
  wrong one can change the label. Quoted and reported words of others are sometimes taken for the speaker's own.
- **Selection.** The models miss more opposition than agreement. A list is not a sample of what was said.

## Factors

The accurate model on groups of the dev pairs of [its section](#the-accurate-model-compare-stance-accurate):

| dev pairs | pairs | accuracy (95 %) | F1 agree | F1 oppose (pairs) | F1 neither |
| --- | --- | --- | --- | --- | --- |
| both UN General Debate | 1,364 | 0.81 (0.79 to 0.83) | 0.84 | 0.71 (201) | 0.82 |
| UN and White House | 267 | 0.81 (0.75 to 0.85) | 0.80 | 0.73 (41) | 0.83 |
| the later statement before 1980 | 235 | 0.72 (0.66 to 0.78) | 0.73 | 0.68 (55) | 0.73 |
| 1980 to 1989 | 198 | 0.84 (0.79 to 0.89) | 0.88 | 0.68 (28) | 0.85 |
| 1990 to 1999 | 184 | 0.84 (0.78 to 0.89) | 0.81 | 0.75 (14) | 0.86 |
| 2000 to 2009 | 230 | 0.81 (0.76 to 0.86) | 0.82 | 0.72 (31) | 0.83 |
| 2010 to 2019 | 321 | 0.83 (0.78 to 0.87) | 0.85 | 0.73 (41) | 0.84 |
| 2020 and later | 514 | 0.82 (0.78 to 0.85) | 0.85 | 0.72 (80) | 0.83 |
| one side is of the United States | 317 | 0.80 (0.75 to 0.84) | 0.80 | 0.71 (48) | 0.82 |
| neither is | 1,365 | 0.81 (0.79 to 0.83) | 0.84 | 0.71 (201) | 0.82 |

So the model is less accurate on statements before 1980. `compare evaluate` prints such a table for a file
with the column `mode`.

- **Country.** Other countries have too few dev pairs for a figure each: after the United States, the most frequent has 6 %.
- **Source.** There are 30 dev pairs with a Kremlin transcript, too few for a figure. Other sources were not tested:
  parliaments, ministries, the press.
- **Translated English.** The Kremlin's transcripts and many speeches in the General Debate are translations into English.
  The data does not mark them, so no figure tells them apart from English originals.

## Labels

**All labels are a language model's.** A large language model labelled the pairs of officials' statements, and the pairs of
a typed claim and a statement. Its name and version are not recorded. Its instruction was a codebook; the one for people
(`compare/models/codebook.md`) has the same three definitions in other words. The labels in `training/` were added between
26 November and 2 December 2026, those of the officials' pairs before that.

- "Readers" and "readings" in this card are such a model's, not people's. Nobody has compared them with people's labels.
- Of 501 pairs on which two readings agreed, 92 to 96 % got the same label from later readings. A second reading of 288
  passages under typed claims gave 97 % of them the same label. So two readings mostly repeat each other, mistakes included.
- Every dev pair was read twice. The figures below leave out pairs on which the two readings differ, which are hard ones,
  so the figures are higher than on all pairs.
- The other forms of claims, and the statements edited to say the opposite or the same, were written by a large language
  model, too. A second reading gave 0.994 of 1,320 edited pairs the expected label.

**How pairs were chosen.** The officials' dev pairs were drawn in three rounds, named A, B and C in the data; no pair was
drawn at random from all possible ones. Typed claims were written for contested matters, so they are disputed
more often than what officials usually say. The passages under them are those that models rank high, those
near the claim or its opposite, and a few drawn at random (the column `drawn` of `training/claim_readings.tsv`). The
passages of `training/document_test.tsv` were chosen by similarity alone, in documents that nothing else uses.

**Intervals** are of 95 %: exact (Clopper and Pearson) for accuracy, and bootstrapped for macro-F1 and figures of claims, where
whole claims are drawn. They show how much a figure depends on which pairs or claims were drawn, not on who labelled them.

| statements from | years | licence |
| --- | --- | --- |
| UN General Debate Corpus (doi:10.7910/DVN/0TJX8Y) | 1946-2024 | CC0 1.0 |
| White House transcripts | 2021-2022 | works of the US government: no copyright in the United States |
| Kremlin transcripts | 1999-2020 | CC BY 4.0 |

The texts of the sources are not part of this program.
"""

_DOCUMENTS = {
    "accurate": """The models are less accurate on typed claims and documents that no model learned from. There are 1,312 passages
under 152 propositions, from documents of which no sentence is labelled elsewhere (`python -m benchmarks.documents`;
two readings agree on 0.980). Of the 216 passages that take a side in both readings, 0.54 (0.43 to 0.64) get the right label and
0.03 the opposite one. The model labels 128 agree (precision 0.66, mean probability 0.73) and 42 oppose (0.74, 0.69).""",
    "fast": """On the 1,286 passages of other documents, 0.38 (0.28 to 0.49) of those that take a side get the right label and 0.03
the opposite one. The model labels 105 agree (precision 0.57, mean probability 0.66) and 34 oppose (0.65, 0.60).""",
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
    parts = [_HEAD, _version(manifests), _BODY.format(share_alike=_share_alike(manifests))]
    parts += [*(_tier(tier, manifest) for tier, manifest in manifests.items())]
    parts.append(_failures(manifests))
    parts.append(_general_sources(list(manifests.values())))
    parts.append(_digests(manifests))
    return "\n".join(parts)


def _version(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the models with their digests, as results and citations name them."""
    rows = [
        (manifest["name"], manifest["made"], f"`{model_digest(WEIGHTS / tier)}`")
        for tier, manifest in manifests.items()
    ]
    table = _table(("model", "made", "digest in results and citations"), rows)
    return f"**Version.** Part of compare {__version__}.\n\n{table}"


def _share_alike(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how many general sources have a share-alike licence, at least in part."""
    names = {name for manifest in manifests.values() for name in manifest["general_sources"]}
    found = sum(any(word in _licence(name) for word in SHARE_ALIKE) for name in names)
    return f"{found} of {len(names)}"


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
that is not on the point that was asked for counts as wrong:

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
    fast = manifests["fast"]["failure_modes"]["all"]["accuracy"]
    return f"""## What they get wrong

These are made-up pairs by made-up speakers; each tests one difficulty, and none was trained on. Trust a
verdict least where the accurate model is weakest (macro-F1):
{named}.
The fast model labels only {100 * fast:.0f} % of these pairs correctly; it chooses what the accurate one reads.

{table}

The models miss opposition more often than agreement, and mistake a shared topic for agreement. They are less
accurate on typed claims, which name no speaker or date, than on officials' sentences. In searches for 50 typed
claims, precision at 5 (empty ranks count as wrong) is 0.78 under Agree (95 % interval 0.65 to 0.87; 41 of 45 claims
have a correct result) and 0.56 under Oppose (0.44 to 0.69; 35 of 46; `python -m benchmarks.verdicts`).
Precision is 0.77 under Agree, at a mean
probability of 0.80, and 0.77 under Oppose, at 0.73. With an opponent's sentence as the opposite, precision at 5 is 0.77
under Agree and 0.68 under Oppose (41 of 45 and 42 of 46 claims), and precision 0.87 at 0.81 and 0.80 at 0.79. If the
claims are denied, 0.74 of the first ten under Agree are right and 0.07 are on the opposite side (0.43 and 0.45 before
the models learned claims in several forms). Ranking and probabilities were fitted on these claims. With an earlier
version, over deeper pools of other claims, precision under Oppose was 0.41.

The deciding words that the accurate model marks were compared with those that the language model marked in 150 dev
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
