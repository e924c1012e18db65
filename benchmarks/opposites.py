"""Is what the program offers as the opposite of a claim one?

    python -m benchmarks.opposites --data DIR

Asks for the opposites of the 50 dev claims and compares them with one reader's labels of the lines
that are most similar to each claim (`training/offer_judgements.tsv`). The list of matters was
written without the claims; `opposites` has nothing fitted to them but the model's calibration.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from compare.comparison.opposites import Matter, matters, opposites
from compare.facade import Library
from compare.models import load_stance_model
from compare.results.statistics import share_interval
from training.pairs import rows

JUDGED = Path(__file__).parents[1] / "training" / "offer_judgements.tsv"


def labels() -> dict[str, dict[str, str]]:
    """Return the reader's labels of the lines' ends, by the id of the claim and the words."""
    by_name = {matter.name: matter for matter in matters()}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows(JUDGED):
        matter: Matter = by_name[row["matter"]]
        found[row["query"]][getattr(matter, row["end"])] = row["label"]
    return found


def measure(data: Path) -> None:
    """Print how many claims get an offer, and how many of the offers oppose their claim."""
    judged, library, model = labels(), Library.sample(), load_stance_model()
    claims = {row["query_id"]: row["query"] for row in rows(data / "search" / "queries.dev.tsv")}
    first: list[str] = []
    every: Counter[str] = Counter()
    for query, known in judged.items():
        found = opposites(library, claims[query], stance_model=model)
        read = [known.get(offer.text, "not judged") for offer in found]
        every.update(read)
        first += read[:1]
    possible = sum("oppose" in known.values() for known in judged.values())
    print(f"claims with a line that opposes them among the nearest: {possible} of {len(claims)}")
    print(f"claims with an offer: {len(first)}")
    print(
        f"first offers: {dict(Counter(first))}; right {_share(first.count('oppose'), len(first))}"
    )
    total = every.total() - every["not judged"]
    print(f"all offers: {dict(every)}; right {_share(every['oppose'], total)}")


def _share(count: int, total: int) -> str:
    """Return a share of claims or offers with its 95 % interval."""
    low, high = share_interval(count, total)
    return f"{count / total:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    measure(parser.parse_args().data)


if __name__ == "__main__":
    main()
