"""Six languages: are translations found near their originals, and are they judged alike?

    python -m benchmarks.languages --data DIR [--stance-model NAME]

DIR holds the search collection and `translations.dev/LANGUAGE.tsv` (english, translation): the dev
claims and 694 of their judged passages, which no model learns from. The first table says how often
the English original is among the first of 60,000 English passages by similarity to its translation.
The second is for a stance model that reads several languages: its labels of the judged pairs with
the claim, the passage or both translated. In English they are those of a statement that is read in
a faithful translation.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare import load_encoder, load_stance_model
from compare.evaluate import report
from compare.models import InputPair, ModelInput, Stance, StanceModel, Use
from training.languages import english_sentences
from training.pairs import DEEP_JUDGEMENTS, judged_claims, on_one_line, rows

AMONG = 60_000
FIRST = (1, 20)

Translations = dict[str, dict[str, str]]
"""By language, then by the English text."""


def translations(data: Path) -> Translations:
    """Return the translations of the dev claims and passages."""
    return {
        path.stem: {row["english"]: row["translation"] for row in rows(path)}
        for path in sorted((data / "translations.dev").glob("*.tsv"))
    }


def show_retrieval(data: Path, known: Translations) -> None:
    """Print how often a translation finds its original."""
    encoder = load_encoder()
    english = dict.fromkeys(text for texts in known.values() for text in texts)
    every = map(on_one_line, english_sentences(data, AMONG))
    pool = [*dict.fromkeys((*english, *every))][:AMONG]
    vectors, place = encoder.encode(pool), {text: n for n, text in enumerate(pool)}
    print(f"{'':10}{'passages':>9}" + "".join(f"{f'first {k}':>10}" for k in FIRST) + "    cosine")
    for language, texts in known.items():
        similarity = encoder.encode([*texts.values()]) @ vectors.T
        own = similarity[np.arange(len(texts)), [place[text] for text in texts]]
        ranks = (similarity > own[:, None]).sum(1)
        shares = "".join(f"{(ranks < k).mean():10.3f}" for k in FIRST)
        print(f"{language:10}{len(texts):9,}{shares}{own.mean():10.3f}", flush=True)


def show_verdicts(data: Path, known: Translations, model: StanceModel) -> None:
    """Print a stance model's figures by language and direction."""
    translated = set.intersection(*map(set, known.values()))
    judged = [
        pair
        for _, pair in judged_claims(data / "search", DEEP_JUDGEMENTS)
        if {on_one_line(pair.a), on_one_line(pair.b)} <= translated
    ]
    gold = np.asarray([pair.label for pair in judged])
    print(f"\n{model.name}: {len(judged):,} judged pairs of a claim and a passage")
    print(f"{'claim':>8}{'passage':>9}{'macro-F1':>10}{'oppose F1':>11}{'wrong side':>12}")
    english = {text: text for text in translated}
    directions = [("en", english, "en", english)]
    for language, texts in known.items():
        directions += [("en", english, language, texts), (language, texts, "en", english)]
        directions += [(language, texts, language, texts)]
    for of_claim, claims, of_passage, passages in directions:
        read: list[InputPair] = [
            (
                ModelInput(claims[on_one_line(pair.a)]),
                ModelInput(passages[on_one_line(pair.b)], country=pair.who_b.removesuffix(": ")),
            )
            for pair in judged
        ]
        found = model.for_use(Use.QUOTE).score(read)
        figures = report(found, gold)
        print(
            f"{of_claim:>8}{of_passage:>9}{figures.macro_f1:10.3f}"
            f"{figures.per_class[Stance.OPPOSE].f1:11.3f}{wrong_side(found, gold):12.3f}",
            flush=True,
        )


def wrong_side(found: NDArray[np.float32], gold: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the share of the pairs that take a side which are called the other side."""
    polar = np.asarray(gold) < 2
    called = found.argmax(1)[polar]
    return float((called == 1 - np.asarray(gold)[polar]).mean())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--stance-model", help="one that reads the six languages")
    arguments = parser.parse_args()
    known = translations(arguments.data)
    show_retrieval(arguments.data, known)
    if arguments.stance_model:
        show_verdicts(arguments.data, known, load_stance_model(arguments.stance_model))


if __name__ == "__main__":
    main()
