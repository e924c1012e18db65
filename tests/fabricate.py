"""Handmade results of made-up speakers and States."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from compare.results import (
    Excerpt,
    Kind,
    Pair,
    Probabilities,
    Provenance,
    Rationale,
    Result,
    Span,
    Thresholds,
)
from compare.statements import Country, PartialDate, Passage, Quotation, Quote, Statement
from compare.strict_json import DIGEST, digest_of

VALDORIA = Country("Republic of Valdoria", "VLD")
QUOTE = "Valdoria sends arms to the rebels of Ostmark."
AGREEING = Statement(
    id="ost-1",
    text="We have proof. Valdoria arms the rebels, and it must stop.",
    speaker="Mira Tollen",
    role="Foreign Minister",
    country=(Country("Ostmark", "OST"),),
    date=PartialDate("2019-04-02"),
    venue="press conference",
    title="Remarks to the press",
    source="Ostmark Gazette",
    url="https://example.org/ostmark?id=1&lang=en",
    language="en",
    extra={"coder": "7"},
)
OPPOSED = Statement(
    id="val-1",
    text="baseless slander",
    context="dismissing the charge that Valdoria armed rebels in Ostmark",
    speaker="Embassy of Valdoria",
    country=(VALDORIA, Country("Union of Lakes")),
    date=PartialDate("2019-04"),
)
UNRELATED = Statement(
    id="lak-1",
    text="Trade between Valdoria and Ostmark has doubled.",
    speaker="Statistics Office",
    quotation=Quotation.REPORTED,
)
PROVENANCE = Provenance(
    version="0.1.0",
    encoder="tiny",
    encoder_digest="e" * 64,
    stance_model="judge",
    stance_digest="5" * 64,
    library_digest="1" * 64,
    statements=3,
    passages=4,
    filters={"countries": ["OST"], "not_own_speaker": True},
    date="2024-05-06T07:08:09+00:00",
)


def excerpt(
    statement: Statement, words: str | None = None, repeats: tuple[Statement, ...] = ()
) -> Excerpt:
    """The passage `words` of a statement, or its whole text."""
    words = statement.text if words is None else words
    start = statement.text.index(words)
    passage = Passage(statement.id, start, start + len(words), words, statement.context)
    return Excerpt(statement, passage, repeats)


def found_pair(
    statement: Statement,
    probabilities: tuple[float, float, float],
    *,
    words: str | None = None,
    similarity: float = 0.75,
    quote: str = QUOTE,
    rationale: Rationale | None = None,
    repeats: tuple[Statement, ...] = (),
    first_stage_only: bool = False,
) -> Pair:
    """A statement found for a quote, by the passage `words`, or by the whole text."""
    return Pair(
        Excerpt.of_quote(Quote(quote), quote),
        excerpt(statement, words, repeats),
        Probabilities(*probabilities),
        similarity,
        rationale,
        first_stage_only,
    )


def a_search(*pairs: Pair, quote: Quote | str = QUOTE, source: Statement | None = None) -> Result:
    """A search with one pair in each list, or with `pairs`, as its quote's."""
    again = Statement(id="ost-2", text=AGREEING.text, date=PartialDate("2020"), source="Lake Post")
    rationale = Rationale((Span(9, 19, 0.5), Span(0, 8, 0.25)), (Span(9, 13, 0.75),))
    asked = Quote(quote) if isinstance(quote, str) else quote
    found = pairs or (
        found_pair(UNRELATED, (0.125, 0.125, 0.75), similarity=0.5),
        found_pair(OPPOSED, (0.0625, 0.875, 0.0625)),
        found_pair(
            AGREEING,
            (0.7654321987654321, 0.2, 0.0345678012345679),
            words="Valdoria arms the rebels, and it must stop.",
            rationale=rationale,
            repeats=(again,),
        ),
    )
    return Result(
        Kind.SEARCH,
        asked.text,
        tuple(replace(pair, a=Excerpt.of_quote(asked, pair.a.text, source)) for pair in found),
        Thresholds(),
        PROVENANCE,
        quote=asked,
        source=source,
        notes=("The quote has two sentences.",),
    )


OPPOSITE = "Valdoria sends no arms to anyone."

RATIONALE = Rationale((Span(8, 13, 0.5), Span(0, 7, 0.25)), (Span(0, 8, 0.75),))
"""Words that decide a pair and a place of `two_sides`."""


def pair_of(
    a: Statement,
    b: Statement,
    probabilities: tuple[float, float, float],
    *,
    similarity: float = 0.75,
    rationale: Rationale | None = None,
    first_stage_only: bool = False,
) -> Pair:
    """A pair by the whole texts."""
    return Pair(
        excerpt(a),
        excerpt(b),
        Probabilities(*probabilities),
        similarity,
        rationale,
        first_stage_only,
    )


def two_sides(
    *pairs: Pair, over_time: bool = False, subject: str = "Ostmark and Valdoria"
) -> Result:
    """Two sides, placed on `QUOTE`, with one pair in each list, or with `pairs`.

    What decides one pair and one place is known.
    """
    asked = Quote(QUOTE, opposite=OPPOSITE)
    claim = Excerpt.of_quote(asked, QUOTE)
    neither = Probabilities(0.125, 0.125, 0.75)
    provenance = replace(
        PROVENANCE,
        filters={"a": {"countries": ["OST"]}, "b": {"date_from": "2019"}},
        settings={"proposition": QUOTE, "most_of_side": 120, "opposite": asked.opposite},
        screening="fast@666666666666",
    )
    placed = (
        (
            Pair(claim, excerpt(AGREEING), Probabilities(0.875, 0.0625, 0.0625), 0.75),
            Pair(claim, excerpt(UNRELATED), neither, 0.5),
        ),
        (
            Pair(claim, excerpt(OPPOSED), Probabilities(0.125, 0.75, 0.125), 0.625, RATIONALE),
            Pair(claim, excerpt(UNRELATED), neither, 0.5),
        ),
    )
    return Result(
        Kind.TIMELINE if over_time else Kind.SIDES,
        subject,
        pairs
        or (
            pair_of(AGREEING, UNRELATED, (0.125, 0.125, 0.75), similarity=0.5),
            pair_of(AGREEING, OPPOSED, (0.0625, 0.875, 0.0625), rationale=RATIONALE),
            pair_of(
                UNRELATED, OPPOSED, (0.7654321987654321, 0.2, 0.0345678), first_stage_only=True
            ),
        ),
        Thresholds(),
        provenance,
        candidates=7,
        notes=("The proposition has two sentences.",),
        placed=placed[:1] if over_time else placed,
    )


def on_a_topic(result: Result) -> Result:
    """Two sides as an older program compared them: on a topic, with no passage placed."""
    made = replace(
        result.provenance,
        filters={**result.provenance.filters, "topic": "arms"},
        settings={"most_read": 20000, "least_similarity": 0.4},
    )
    return replace(result, provenance=made, placed=())


# --- files -----------------------------------------------------------------------------------


def resealed(data: dict[str, Any]) -> dict[str, Any]:
    """A saved result with the digest that fits it, as whoever changed it can make."""
    return {**data, DIGEST: digest_of(data)}


def of_version(version: int, data: dict[str, Any]) -> dict[str, Any]:
    """A saved result as an older version wrote it, without a digest."""
    return {name: value for name, value in data.items() if name != DIGEST} | {"version": version}
