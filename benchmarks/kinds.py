"""How often do rules on words name the kind of a sentence rightly?

    python -m benchmarks.kinds --data DIR

`training/sentence_kinds.tsv` labels passages of a collection that the rules had named, drawn at
random for each kind and not seen while the rules were written, and 60 that they had not named. One
reading by a large language model labelled them, under this rule:

- question: the passage asks, even if it expects no answer;
- condition: what it says is held to be so only if something else is ("if", "unless");
- report: it says what somebody else, by name or in the third person, says or believes, and that may
  be another person of the speaker's own government;
- denial: it calls what others say untrue;
- quotation: it holds a phrase of others in quotation marks, no title, theme or term.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from compare.statements import SentenceKind, sentence_kinds
from training.pairs import collection, rows

LABELS = Path(__file__).parents[1] / "training" / "sentence_kinds.tsv"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the precision of each rule, and which kinds it misses among the passages not named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with search/")
    data = parser.parse_args(arguments).data
    texts = {entry["id"]: entry["text"] for entry in collection(data / "search")}
    labelled = [*rows(LABELS)]
    for kind in SentenceKind:
        drawn = [row for row in labelled if row["flagged"] == kind]
        named = [row for row in drawn if kind in sentence_kinds(texts[row["passage"]])]
        right = sum(row["is"] == kind for row in named)
        gone = f" ({len(drawn) - len(named)} no longer named)" if len(named) < len(drawn) else ""
        print(f"{kind:14} named {len(named)}, right {right}: {right / len(named):.2f}{gone}")
    others = [row for row in labelled if not row["flagged"]]
    missed = Counter(row["is"] for row in others if row["is"])
    each = ", ".join(f"{number} {kind}" for kind, number in missed.items())
    print(f"not named      {len(others)}, of a kind {missed.total()} ({each})")
    every = Counter(kind for text in texts.values() for kind in sentence_kinds(text))
    counts = ", ".join(f"{every[kind]:,} {kind}" for kind in SentenceKind)
    print(f"of {len(texts):,} passages: {counts}")


if __name__ == "__main__":
    main()
