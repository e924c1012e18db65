"""Pairs of made-up statements, and reviews of them in a temporary folder."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from compare.results import (
    Excerpt,
    Kind,
    Pair,
    Probabilities,
    Provenance,
    Result,
    Stance,
    Thresholds,
)
from compare.review import Answer, PairSelection, Review, ReviewPair, Reviews
from compare.review.store import PostgresReviews
from compare.statements import Passage, Statement
from tests.fakes import statement

AGREE, OPPOSE, NEITHER = Stance
DAY = "2024-05-06T07:08:09+00:00"
ODDS = {
    AGREE: Probabilities(0.7, 0.1, 0.2),
    OPPOSE: Probabilities(0.1, 0.8, 0.1),
    NEITHER: Probabilities(0.1, 0.1, 0.8),
}


def said(number: int, side: str) -> Statement:
    country = {"a": "Valdoria=VLD", "b": "Ostravia"}[side]
    verb = {"a": "must", "b": "shall not"}[side]
    return statement(
        f"{side}{number}",
        f"We know it. Lock {number} of the canal {verb} be open.",
        country=country,
        date=f"2011-03-{number % 28 + 1:02}",
        speaker=f"Envoy of {country.partition('=')[0]}",
        source="Gazette",
    )


def passage(of: Statement) -> Passage:
    start = of.text.index("Lock")
    return Passage(of.id, start, len(of.text), of.text[start:], of.context)


def pair(number: int, machine: Stance | None = OPPOSE, topic: str = "") -> ReviewPair:
    a, b = said(number, "a"), said(number, "b")
    return ReviewPair(
        f"p{number}",
        Excerpt(a, passage(a)),
        Excerpt(b, passage(b)),
        machine,
        ODDS[machine] if machine else None,
        "judge@555555555555" if machine else "",
        0.75,
        topic=topic,
    )


def table(labels: Sequence[Stance]) -> Result:
    """A comparison of two sides with a pair for each label."""
    pairs = []
    for number, label in enumerate(labels):
        a, b = said(number, "a"), said(number, "b")
        pairs.append(Pair(Excerpt(a, passage(a)), Excerpt(b, passage(b)), ODDS[label], 0.75))
    provenance = Provenance(
        "0.1.0", "tiny", "e" * 64, "judge", "5" * 64, "1" * 64, 9, 9, {"topic": "canal"}, DAY
    )
    return Result(
        Kind.SIDES,
        "Valdoria and Ostravia",
        tuple(pairs),
        Thresholds(),
        provenance,
        candidates=len(pairs),
    )


@pytest.fixture(params=["file", "database"])
def reviews(tmp_path: Path, request: pytest.FixtureRequest) -> Reviews:
    if request.param == "file":
        return Reviews(tmp_path / "reviews.sqlite")
    server = request.getfixturevalue("postgres")
    name = f"r{zlib.crc32(str(tmp_path).encode())}"
    return Reviews(PostgresReviews(server.address(name)))


@pytest.fixture
def review(reviews: Reviews) -> Callable[..., Review]:
    """A review of three pairs, or of those given, with two readers."""

    def make(
        pairs: Sequence[ReviewPair] | None = None,
        readers: Sequence[str] = ("Ada", "Bren"),
        **more: object,
    ) -> Review:
        drawn = PairSelection.imported(pairs or [pair(number) for number in range(3)])
        return reviews.create("canal", drawn, readers, **{"order": "given", **more})

    return make


def read_by(review: Review, reader: str, labels: Sequence[Stance | None]) -> None:
    """Have a reader answer all pairs and hand in."""
    answers = {place: Answer(label) for place, label in enumerate(labels, start=1)}
    review.answer_many(reader, answers)
    review.hand_in(reader)
