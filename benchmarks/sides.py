"""Are pairs of two sides, and over time, right and on the point that was asked for?

    python -m benchmarks.sides --data DIR [--most N]

The questions of `training/sides_questions.tsv` are asked of the search collection at the default
settings, with the opposite and without it. No model learned from them and no calibration was fitted
on them. For the first ten pairs of each list it prints how many a reader judged
(`training/sides_judgements.tsv`), the share that is right, the share that is right and on the
point, and the mean probability shown. Intervals are over the questions. Pairs without
a judgement are left out.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from benchmarks.judged import open_collection
from compare.comparison import compare_sides
from compare.facade import Library
from compare.library import Filters
from compare.models import StanceModel, load_encoder, load_stance_model
from compare.results import Kind, Stance, clustered_share
from training.pairs import rows

FOLDER = Path(__file__).parents[1] / "training"
FIRST = 10
_LISTS = {
    (Kind.SIDES, Stance.OPPOSE): "two sides, Oppose",
    (Kind.SIDES, Stance.AGREE): "two sides, Agree",
    (Kind.TIMELINE, Stance.OPPOSE): "timeline, May have changed",
    (Kind.TIMELINE, Stance.AGREE): "timeline, Said the same again",
}


def main() -> None:
    """Print the figures of each list, with the opposite and without it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--most", type=int, help="Ask only the first questions.")
    arguments = parser.parse_args()
    collection = arguments.data / "search" / "collection.jsonl.gz"
    library, model = open_collection(collection, load_encoder()), load_stance_model()
    questions = [*rows(FOLDER / "sides_questions.tsv")][: arguments.most]
    for with_opposite in (True, False):
        print("with the opposite" if with_opposite else "without an opposite", flush=True)
        _ask(library, model, questions, with_opposite=with_opposite)


def _ask(
    library: Library, model: StanceModel, questions: list[dict[str, str]], *, with_opposite: bool
) -> None:
    known = {
        (row["asked"], row["a"], row["b"]): (row["label"], row["on_point"] == "yes")
        for row in rows(FOLDER / "sides_judgements.tsv")
    }
    found: dict[str, list[list[tuple[float, Stance, str, bool]]]] = defaultdict(list)
    shown: dict[str, int] = defaultdict(int)
    for question in questions:
        a, b = (Filters(countries=tuple(question[side].split(";"))) for side in "ab")
        result = compare_sides(
            library,
            question["proposition"],
            a,
            b if question["b"] else None,
            opposite=question["opposite"] if with_opposite else "",
            stance_model=model,
        )
        sides = filter(None, (question["a"], question["b"], question["proposition"]))
        asked = " | ".join(sides)
        for (kind, stance), name in _LISTS.items():
            if kind is not result.kind:
                continue
            pairs = result.listed(stance)[:FIRST]
            shown[name] += len(pairs)
            judged = [(pair, known.get((asked, *pair.ids))) for pair in pairs]
            found[name].append(
                [(pair.probabilities.of(stance), stance, *label) for pair, label in judged if label]
            )
    for name, by_question in found.items():
        _print(name, shown[name], by_question)


def _print(name: str, shown: int, by_question: list[list[tuple[float, Stance, str, bool]]]) -> None:
    wholes = [len(pairs) for pairs in by_question]
    if not sum(wholes):
        print(f"  {name}: {shown} shown for {len(by_question)} questions, none of them judged")
        return
    right = [sum(label == stance for _, stance, label, _ in pairs) for pairs in by_question]
    both = [sum(on and label == stance for _, stance, label, on in pairs) for pairs in by_question]
    point = clustered_share(both, wholes)
    mean = sum(one for pairs in by_question for one, *_ in pairs) / sum(wholes)
    print(
        f"  {name}: {shown} shown for {sum(map(bool, wholes))} of {len(by_question)} questions, "
        f"{sum(wholes)} judged; right {sum(right) / sum(wholes):.2f}, right and on the point "
        f"{point.value:.2f} ({point.low:.2f} to {point.high:.2f}), shown as {mean:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
