"""Time per answer in a review of many pairs, and the time of the steps around it.

    python -m benchmarks.review [--pairs 10000] [--answers 500] [--folder DIR]

Two readers answer in turn and open the file each time, as two browser tabs do. The goal is to store
an answer, or a decision on a difference, within 50 ms (median).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from compare.results import Excerpt, Probabilities, Stance
from compare.review import Answer, PairSelection, ReviewPair, Reviews, agreement, review_bytes
from compare.statements import Passage, Statement

LABELS = list(Stance)


def pair(number: int) -> ReviewPair:
    a = Statement(f"a{number}", f"We want lock {number} of the canal to be open to all. " * 3)
    b = Statement(f"b{number}", f"We shall keep lock {number} of the canal shut, as is our right.")
    odds = Probabilities(0.2, 0.5, 0.3)
    sides = (Excerpt(of, Passage(of.id, 0, len(of.text), of.text, "")) for of in (a, b))
    return ReviewPair(f"p{number}", *sides, Stance.OPPOSE, odds, "m@0", 0.6)


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds an action takes."""
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def say(what: str, times: list[float]) -> None:
    ranked = statistics.quantiles(times, n=20)
    print(f"{what}: median {ranked[9]:.1f} ms, 95 % within {ranked[18]:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=500)
    parser.add_argument(
        "--folder", type=Path, help="Where to create the file [a temporary folder]."
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        path = Path(folder) / "reviews.sqlite"
        drawn = PairSelection.imported([pair(number) for number in range(arguments.pairs)])
        made = timed(lambda: Reviews(path).create("canal", drawn, ["Ada", "Bren"]))
        print(f"{arguments.pairs:,} pairs: made in {made / 1000:.1f} s")
        kept, shown = [], []
        for turn in range(arguments.answers):
            review, reader = Reviews(path).open("canal"), ("Ada", "Bren")[turn % 2]
            place = turn // 2 + 1
            shown.append(timed(lambda r=review, who=reader: r.pair(r.next_place(who) or 1)))
            kept.append(timed(partial(review.answer, reader, place, Stance.OPPOSE, 3)))
        say("an answer is stored", kept)
        say("the next pair is found", shown)
        review = Reviews(path).open("canal")
        for number, reader in enumerate(review.readers):
            answers = {
                place: Answer(LABELS[(place // (7 + number)) % 3])
                for place in range(1, arguments.pairs + 1)
            }
            took = timed(partial(review.answer_many, reader, answers))
            print(f"all answers of {reader} imported in {took / 1000:.1f} s")
            review.hand_in(reader)
        review = Reviews(path).open("canal")
        differ = review.differences()[: arguments.answers]
        say(
            "a decision is stored",
            [timed(partial(review.decide, place, Stance.AGREE, "Cor")) for place in differ],
        )
        print(f"all figures: {timed(lambda: agreement(review)) / 1000:.1f} s")
        print(f"CSV: {timed(lambda: review_bytes(review)) / 1000:.1f} s")


if __name__ == "__main__":
    main()
