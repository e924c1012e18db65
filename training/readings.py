"""Pairs read for this project: labels beside ids, whose words are in the data, and made-up pairs.

`readings.tsv` holds no words: its sides are ids of passages of the search collection, or digests of
typed claims of the training set. `contrasts.tsv` holds pairs by made-up speakers of made-up states,
in sets that differ by little and by what decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from training import pairs as pair_files
from training.pairs import LABELS, LabelledPair

READINGS = Path(__file__).parent / "readings.tsv"
CONTRASTS = Path(__file__).parent / "contrasts.tsv"
CLAIM = "claim:"
WITHOUT = "-"
"""Behind a passage's id: it was read without who and when, as if it were typed."""

_SURE_OF_MADE_UP = 2


def claim_id(words: str) -> str:
    """Return what stands for a typed claim in `readings.tsv`."""
    return CLAIM + hashlib.sha256(words.encode()).hexdigest()[:12]


def readings(data: Path) -> list[LabelledPair]:
    """Return the pairs of `readings.tsv` with their words.

    Raises:
        SystemExit: The collection does not hold a passage that was read.
    """
    read = list(pair_files.rows(READINGS))
    passages = {entry["id"]: entry for entry in pair_files.collection(data / "search")}
    claims = {
        claim_id(row["a"]): row["a"] for row in pair_files.rows(data / "pairs" / "claims.train.tsv")
    }
    return [
        LabelledPair(
            *(_words(row[side], passages, claims) for side in ("a", "b")),
            *(_who(row[side], passages) for side in ("a", "b")),
            LABELS.index(row["label"]),
            int(row["confidence"]),
        )
        for row in read
    ]


def _words(
    side: str, passages: Mapping[str, Mapping[str, str | None]], claims: Mapping[str, str]
) -> str:
    try:
        if side.startswith(CLAIM):
            return claims[side]
        return str(passages[side.removesuffix(WITHOUT)]["text"])
    except KeyError:
        raise SystemExit(
            f"{READINGS.name}: {side} is not in the data: other passages or claims than were read."
        ) from None


def _who(side: str, passages: Mapping[str, Mapping[str, str | None]]) -> str:
    if side.startswith(CLAIM) or side.endswith(WITHOUT):
        return ""
    return pair_files.who_said(passages[side])


def contrasts() -> list[LabelledPair]:
    """Return the made-up pairs."""
    return [pair_files.labelled(row, _SURE_OF_MADE_UP) for row in pair_files.rows(CONTRASTS)]
