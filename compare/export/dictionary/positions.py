"""The columns of positions on propositions, and what `positions --json` prints."""

from __future__ import annotations

from compare.export.dictionary.fields import (
    Field,
    Kind,
    Table,
    count,
    date,
    part,
    several,
    share,
    text,
)

_NO_PLACE = "where the party has no place"
_TOO_FEW = "where there is no place, or it stands on fewer than 3 passages"
_NO_PASSAGE = "where no passage is on that side"


def _side(name: str, verb: str) -> tuple[Field, ...]:
    strongest = f"strongest passage that {verb} the proposition"
    return (
        text(f"{name}_text", f"{strongest}, verbatim", _NO_PASSAGE),
        share(f"{name}_probability", f"calibrated probability that it {verb} it", _NO_PASSAGE),
        date(f"{name}_date", "when it was said", f"{_NO_PASSAGE}, or it is not known"),
        text(f"{name}_speaker", "who said it", f"{_NO_PASSAGE}, or it is not known"),
        text(f"{name}_id", "the statement’s id in the corpus", _NO_PASSAGE),
        text(f"{name}_source", "where it was found", f"{_NO_PASSAGE}, or it is not known"),
        text(f"{name}_url", "its address", f"{_NO_PASSAGE}, or it is not known"),
    )


_MADE_WITH = (
    share("least_probability", "from which a passage takes a side"),
    share("least_similarity", "least cosine at which one is near the proposition", least=-1),
    text("filters", "which statements, in words; `none` where all"),
    Field(
        "seed",
        Kind.INTEGER,
        "of the intervals",
        "where it was not recorded",
        least=0,
        nullable=True,
    ),
    text("label_source", "the model: name, `@`, 12 digits of the digest"),
    text("encoder", "the embedding model, likewise"),
    text("library_digest", "sha256 of the library’s statements"),
    Field("searched_on", Kind.TIME, "when"),
    text("version", "of the program"),
)

_PLACE = (
    share(
        "place",
        "mean of p(agree) - p(oppose) over the passages that take a side, one a statement, the "
        "same words once: -1 opposed, 1 agreeing",
        _NO_PLACE,
        least=-1,
    ),
    share(
        "low",
        "lower end of its 95 % interval (percentile bootstrap over those passages); what the model "
        "gets wrong is not in it",
        _TOO_FEW,
        least=-1,
    ),
    share("high", "upper end", _TOO_FEW, least=-1),
)

POSITIONS = Table(
    "positions",
    "Written by `positions PROPOSITION --out` and under **Download the places** in the app, as "
    "CSV, as `parties` by `positions --json`, and given by `to_pandas()`, `to_arrow()` and "
    "`to_polars()`. One row is one party: those with a place from opposed to agreeing, "
    "then those that take no side, then the silent.",
    (
        text("proposition", "the claim or demand"),
        text("by", "what a party is", values=("country", "speaker")),
        text("party", "its name"),
        text("key", "what is equal for all its spellings: a country’s code, where it has one"),
        text(
            "standing",
            "whether it has a place; `no side`: passages near the proposition and none that takes "
            "a side; `silent`: statements and no passage near it. Neither of the two is neutral",
            values=("placed", "no side", "silent"),
        ),
        *_PLACE,
        count("passages", "passages that the place stands on"),
        count("agree", "those of them that agree"),
        count("oppose", "those that oppose"),
        count("neither", "statements of which a passage was read and none takes a side"),
        count("screened", "passages of the place that only the fast model read"),
        count(
            "near",
            "passages with different words as near the proposition as the reading asked, read or "
            "not; a least closeness that was raised afterwards does not change it",
        ),
        count("statements", "statements under the filters"),
        date("first_date", "when it first took a side, repetitions included"),
        date("last_date", "when it last did"),
        *_side("agree", "agrees with"),
        *_side("oppose", "opposes"),
        *_MADE_WITH,
    ),
)

PERIODS = Table(
    "places by period",
    "Written under **By period** in the app, as CSV, and as `by_period` by `positions --period N "
    "--json`. One row is one party in one period in which it takes a side; what has no date is "
    "left out, and words that are said again count once in each period.",
    (
        text("proposition", "the claim or demand"),
        text("party", "its name"),
        text("key", "what is equal for all its spellings"),
        Field("start", Kind.INTEGER, "first year of the period", least=0, most=9999),
        Field("end", Kind.INTEGER, "last year", least=0, most=10998),
        *_PLACE,
        count("passages", "passages that the place stands on", least=1),
        *_MADE_WITH,
    ),
)

_FEW = "where the two share fewer than 5 propositions"

AGREEMENT = Table(
    "agreement",
    "Written by `positions PROPOSITION PROPOSITION … --agreement` and under **Who stands near "
    "whom** in the app, as CSV, and within `agreement` by `positions --json`. One row is two "
    "parties that take a side on a proposition both, in the order of the clusters; of more than "
    "300 parties those on most propositions, by most passages.",
    (
        text("a", "one party"),
        text("b", "the other"),
        share(
            "agreement",
            "1 - mean |place of a - place of b| / 2 over the propositions on which both take "
            "a side",
        ),
        share("low", "lower end of its 95 % interval, as if propositions were drawn", _FEW),
        share("high", "upper end", _FEW),
        count("propositions", "propositions on which both take a side", least=1),
        *_MADE_WITH,
    ),
)

SHOWN_POSITIONS = Table(
    "shown positions",
    "`positions --json`.",
    (
        several("propositions", "shown proposition", "in the order given"),
        part("agreement", "shown agreement", "of several propositions", "for one proposition"),
    ),
)
SHOWN_PROPOSITION = Table(
    "shown proposition",
    "One of them.",
    (
        text("proposition", "the claim or demand"),
        text("by", "what a party is", values=("country", "speaker")),
        several("parties", "positions", "rows of the table of positions"),
        several(
            "by_period", "places by period", "rows of the table by period",
            "where `--period` was not given, or nothing is dated",
        ),
        part("thresholds", "thresholds", "from where on a passage takes a side"),
        part("provenance", "provenance", "what it was made from"),
        several("notes", "text", "sentences the reader should see"),
    ),
)  # fmt: skip
SHOWN_AGREEMENT = Table(
    "shown agreement",
    "Which parties stand near each other.",
    (
        several("parties", "text", "names, in the order of the clusters", "where none has a place"),
        several("cells", "agreement", "rows of the table", "where no two share a proposition"),
    ),
)

TABLES = (POSITIONS, PERIODS, AGREEMENT)
PRINTED = (SHOWN_POSITIONS, SHOWN_PROPOSITION, SHOWN_AGREEMENT)
"""In the order of the documentation."""
