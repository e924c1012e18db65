"""The deciding words that the program marks against those that a reader marked.

    python -m benchmarks.why --data DIR

Token F1 compares the words (`\\w+`) marked by program and reader, on both sides of a pair together;
the program marks about as large a share of the words as readers do. For comparison, the output has
the F1 of equally many words drawn at random, and how far the label's probability falls if the
marked words, or the drawn ones, are left out.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from compare.batch.tables import read_rows
from compare.models import ModelInput, StanceModel, load_stance_model
from compare.models.rationale import find_rationale, without
from compare.models.stance import shipped_manifests
from compare.results import Stance

_TOKEN = re.compile(r"\w+")
_SEED = 5

Offsets = tuple[int, int]


def pairs(data: Path) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Read the marked pairs: the two texts, and the words marked in each."""
    rows = [row.cells for row in read_rows(data / "pairs" / "officials.dev.why.tsv")]
    return [((row["a"], row["b"]), (row["words_a"], row["words_b"])) for row in rows]


def inside(text: str, spans: Iterable[Offsets]) -> set[Offsets]:
    """Return the tokens of a text that start within a span."""
    held = list(spans)
    tokens = (match.span() for match in _TOKEN.finditer(text))
    return {token for token in tokens if any(start <= token[0] < end for start, end in held)}


def marked_by_reader(text: str, words: str) -> set[Offsets]:
    """Return the tokens of the phrases that a reader marked."""
    phrases = [phrase for phrase in words.split(" || ") if phrase and phrase in text]
    return inside(text, ((text.index(p), text.index(p) + len(p)) for p in phrases))


def token_f1(ours: list[set[Offsets]], theirs: list[set[Offsets]]) -> float:
    """Return the F1 over both sides of a pair."""
    both = sum(len(a & b) for a, b in zip(ours, theirs, strict=True))
    return 2 * both / max(1, sum(map(len, ours)) + sum(map(len, theirs)))


def measure(model: StanceModel, data: Path) -> dict[str, float]:
    """Return the means over all marked pairs."""
    rng = random.Random(_SEED)
    found: dict[str, list[float]] = {"token F1": [], "by chance": [], "share marked": []}
    read: list[tuple[ModelInput, ModelInput]] = []
    columns = []
    for texts, words in pairs(data):
        verdict, why = find_rationale(model, ModelInput(texts[0]), ModelInput(texts[1]))
        spans = [[(span.start, span.end) for span in side] for side in (why.a, why.b)]
        ours = [inside(text, side) for text, side in zip(texts, spans, strict=True)]
        theirs = [marked_by_reader(text, side) for text, side in zip(texts, words, strict=True)]
        tokens = [sorted(inside(text, [(0, len(text))])) for text in texts]
        drawn = [set(rng.sample(t, len(o))) for t, o in zip(tokens, ours, strict=True)]
        found["token F1"].append(token_f1(ours, theirs))
        found["by chance"].append(token_f1(drawn, theirs))
        found["share marked"].append(sum(map(len, ours)) / sum(map(len, tokens)))
        sides = ModelInput(texts[0]), ModelInput(texts[1])
        columns.append(list(Stance).index(verdict.stance))
        for cut in ([[], []], spans, [sorted(d) for d in drawn]):
            a, b = (
                replace(side, text=without(side.text, c))
                for side, c in zip(sides, cut, strict=True)
            )
            read.append((a, b))
    scores = model.score(read).reshape(len(columns), 3, 3)
    whole, ours_out, drawn_out = scores[np.arange(len(columns)), :, columns].T
    means = {name: float(np.mean(values)) for name, values in found.items()}
    means["fall without the marked words"] = float((whole - ours_out).mean())
    means["fall without drawn words"] = float((whole - drawn_out).mean())
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    for tier in shipped_manifests():
        print(f"{tier}:")
        for name, value in measure(load_stance_model(tier), arguments.data).items():
            print(f"  {name}: {value:.3f}")


if __name__ == "__main__":
    main()
