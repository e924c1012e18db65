"""Results made by hand, of made-up speakers of made-up States."""

from __future__ import annotations

from dataclasses import replace

from compare.results.pairs import Pair, PairTable
from compare.results.provenance import Provenance
from compare.results.result import Match, Probabilities, SearchResult, Span, Thresholds, Why
from compare.statements.passages import Passage
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate, Quotation, Statement

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


def match_of(
    statement: Statement,
    probabilities: tuple[float, float, float],
    *,
    words: str | None = None,
    similarity: float = 0.75,
    quote: str = QUOTE,
    why: Why | None = None,
    also_said: tuple[Statement, ...] = (),
) -> Match:
    """A match by the passage `words`, or by the whole text."""
    words = statement.text if words is None else words
    start = statement.text.index(words)
    end = start + len(words)
    return Match(
        statement=statement,
        passage=Passage(statement.id, start, end, words, statement.context),
        probabilities=Probabilities(*probabilities),
        similarity=similarity,
        quote_part=quote,
        before=statement.text[:start],
        after=statement.text[end:],
        also_said=also_said,
        why=why,
    )


def a_result(
    *matches: Match, quote: Quote | str = QUOTE, source: Statement | None = None
) -> SearchResult:
    """A result with one match in each list, or with `matches`."""
    again = Statement(id="ost-2", text=AGREEING.text, date=PartialDate("2020"), source="Lake Post")
    why = Why((Span(9, 19, 0.5), Span(0, 8, 0.25)), (Span(9, 13, 0.75),))
    return SearchResult(
        quote=Quote(quote) if isinstance(quote, str) else quote,
        scored=matches
        or (
            match_of(UNRELATED, (0.125, 0.125, 0.75), similarity=0.5),
            match_of(OPPOSED, (0.0625, 0.875, 0.0625)),
            match_of(
                AGREEING,
                (0.7654321987654321, 0.2, 0.0345678012345679),
                words="Valdoria arms the rebels, and it must stop.",
                why=why,
                also_said=(again,),
            ),
        ),
        thresholds=Thresholds(),
        provenance=PROVENANCE,
        source=source,
        notes=("The quote has two sentences.",),
    )


WHY = Why((Span(8, 13, 0.5), Span(0, 7, 0.25)), (Span(0, 8, 0.75),))
"""Words that decide a pair of `a_table`."""


def pair_of(
    a: Statement,
    b: Statement,
    probabilities: tuple[float, float, float],
    *,
    similarity: float = 0.75,
    screened: bool = False,
    why: Why | None = None,
) -> Pair:
    """A pair by the whole texts."""
    passages = [Passage(one.id, 0, len(one.text), one.text, one.context) for one in (a, b)]
    chances = Probabilities(*probabilities)
    return Pair(a, passages[0], b, passages[1], chances, similarity, screened, why)


def a_table(
    *pairs: Pair, over_time: bool = False, subject: str = "Ostmark and Valdoria"
) -> PairTable:
    """A table with one pair in each list, or with `pairs`; what decides one of them is known."""
    provenance = replace(
        PROVENANCE,
        filters={"a": {"countries": ["OST"]}, "b": {"date_from": "2019"}, "topic": "arms"},
        settings={"most_read": 20000, "least_similarity": 0.4},
        screening="fast@666666666666",
    )
    return PairTable(
        pairs=pairs
        or (
            pair_of(AGREEING, UNRELATED, (0.125, 0.125, 0.75), similarity=0.5),
            pair_of(AGREEING, OPPOSED, (0.0625, 0.875, 0.0625), why=WHY),
            pair_of(UNRELATED, OPPOSED, (0.7654321987654321, 0.2, 0.0345678), screened=True),
        ),
        subject=subject,
        thresholds=Thresholds(),
        provenance=provenance,
        same_point=7,
        over_time=over_time,
        notes=("Pairs with the same words on both sides were left out: 2.",),
    )
