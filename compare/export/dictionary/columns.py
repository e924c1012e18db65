"""The columns of every table that is written: CSV, JSONL, XLSX and data frames."""

from __future__ import annotations

from dataclasses import replace

from compare.export.dictionary.fields import Field, Kind, Table, count, date, share, text

_UNKNOWN = "where it is not known"
_NO_STATEMENT = "where the quote is in no corpus"
_PROBABILITY = "calibrated probability that the two"
_STANCES = ("agree", "oppose", "neither", "changed")

_MADE = (
    text("label_source", "who gave the label: the model’s name, `@`, 12 digits of its digest"),
    text("encoder", "the embedding model, likewise"),
    text("library_digest", "`sha256:` and the digest of the statements that were searched"),
    Field("searched_on", Kind.TIME, "when"),
    text("version", "of the program"),
)
_ABOUT = (
    text("subject", "what is compared, in words"),
    share("least_probability", "from which a pair counts as agreeing or as opposed"),
    share("least_similarity", "from which closeness on it does", least=-1),
    *_MADE,
)

_SIDE = (
    text("text", "the statement’s words, whole and verbatim"),
    text("passage", "the sentence of it that was compared"),
    text("context", "what completes a fragment; not part of the words", "where nothing is added"),
    text(
        "words",
        "the words that decide the verdict, joined by ` || `",
        "where they were not asked for (`--why`)",
    ),
    text("speaker", "who said it", _UNKNOWN),
    text("role", "in what office", _UNKNOWN),
    text("country", "countries as the corpus spells them, joined by `; `", _UNKNOWN),
    text(
        "country_code",
        "their codes in the same order (ISO 3166-1 alpha-3, or the program’s own for what has "
        "none), joined by `; `",
        "where there is no country; a country without a code leaves its place empty",
    ),
    date("date", "when it was said, as far as it is known"),
    text("venue", "where it was said", _UNKNOWN),
    text("title", "of the speech or document", _UNKNOWN),
    text("source", "where the words were found", _UNKNOWN),
    text("url", "its address", _UNKNOWN),
    text(
        "quotation",
        "whether the words are the speaker’s own or another’s account of them",
        _NO_STATEMENT,
        values=("direct", "reported", ""),
    ),
    text("id", "the statement’s id in the corpus", _NO_STATEMENT),
)


def _sides() -> list[Field]:
    """Return the columns of side a, then of side b, which is always a statement of the corpus."""
    always = "never in a pair that a library gave"
    b = [replace(field, empty=always) if field.empty == _NO_STATEMENT else field for field in _SIDE]
    sides = {"a": _SIDE, "b": b}
    return [
        replace(field, name=f"{side}_{field.name}", meaning=f"side {side}: {field.meaning}")
        for side, fields in sides.items()
        for field in fields
    ]


_VERDICT = (
    text("stance", "the list the pair stands in; `changed` is `oppose` over time", values=_STANCES),
    count("rank", "place in that list, the best first", 1),
    share("p_agree", f"{_PROBABILITY} agree; the three sum to 1, rounded to six digits"),
    share("p_oppose", f"{_PROBABILITY} oppose each other"),
    share("p_neither", f"{_PROBABILITY} do neither"),
    share(
        "similarity",
        "cosine of the two passages’ embeddings: closeness in topic and wording, no verdict",
        least=-1,
    ),
)

PAIRS = Table(
    "pairs",
    "Written by `search --out`, `sides --out`, `timeline --out` and `export` as CSV, JSONL and "
    "XLSX, by the app’s downloads, and given by `to_pandas()`, `to_arrow()` and `to_polars()`. One "
    "row is one pair: the quote, the first side or the earlier statement is side *a*.",
    (
        text("query", "the quote as it was searched, or what was compared, in words"),
        *_VERDICT,
        *_sides(),
        text(
            "b_also_said",
            "other statements with the same words as side b, each with its date and source, joined "
            "by ` || `",
            "where there are none, and in pairs of two sides",
        ),
        *_MADE,
    ),
)

FRAME = Table(
    "frame",
    "Stand behind the columns of the pairs in `to_pandas()`, `to_arrow()` and `to_polars()`, where "
    "`a_date` and `b_date` are dates: missing where a date is not known to the day.",
    (
        date("a_date_text", "the date of side a as the CSV has it"),
        date("b_date_text", "the date of side b as the CSV has it"),
    ),
)

CHECKED = Table(
    "checked sample",
    "Written by **Check a sample** in the app, as CSV. One row is one pair that was drawn at "
    "random from all that the model labels agree or oppose; the columns are those of the pairs "
    "(`rank` is the place in the draw) and these.",
    (
        text(
            "reader",
            "what the reader says",
            "where the reader skipped the pair",
            values=(*_STANCES, ""),
        ),
        text(
            "right",
            "whether the model says the same",
            "where the reader skipped the pair",
            values=("yes", "no", ""),
        ),
        count("seed", "of the draw: the same pairs come out of the same table with it"),
    ),
)


def _correction(side: str) -> list[Field]:
    told = {
        "text": text("text", "the words that were compared"),
        "context": text("context", "what completes them", "where nothing is added"),
        "speaker": text("speaker", "who said them", _UNKNOWN),
        "country": text("country", "whose", _UNKNOWN),
        "date": date("date", "when"),
        "id": text("id", "the statement’s id", "where it is in no corpus"),
    }
    return [
        replace(field, name=f"{side}_{field.name}", meaning=f"side {side}: {field.meaning}")
        for field in told.values()
    ]


CORRECTIONS = Table(
    "corrections",
    "“This verdict is wrong” in the app adds a row to `corrections.csv` beside your own library, "
    "or to the file that `COMPARE_CORRECTIONS` names.",
    (
        Field("noted", Kind.TIME, "when it was noted"),
        text("right", "what the reader says it is", values=("agree", "oppose", "neither")),
        text("stance", "what the model said", values=("agree", "oppose", "neither")),
        *_VERDICT[2:5],
        *_correction("a"),
        *_correction("b"),
        text("label_source", "the model, as in the pairs"),
        text("note", "what the reader added", "where nothing was added"),
    ),
)

_INTERVAL = "where no pair between the two agrees or opposes"

MATRIX = Table(
    "matrix",
    "Written by `matrix --out` and under **Who with whom** in the app, as CSV, and as `cells` by "
    "`matrix --json`. One row is two parties, those with most pairs first.",
    (
        text("a", "one party: a country, or a speaker"),
        text("b", "the other"),
        count("agree", "pairs between them that agree"),
        count("oppose", "pairs between them that oppose each other"),
        count("read", "pairs between them that were read, those that do neither included"),
        share("opposed", "share of `oppose` among the pairs that agree or oppose", _INTERVAL),
        share(
            "low", "lower end of its 95 % interval (Wilson 1927), as if pairs were drawn", _INTERVAL
        ),
        share("high", "upper end", _INTERVAL),
        *_ABOUT,
    ),
)

YEARS = Table(
    "years",
    "Written under **By year** and by the page **Timeline** in the app, as CSV, and as `by_year` "
    "by `pairs --json` and `timeline --json`, whose `--by-year` writes the CSV. One row is one "
    "year, that of the later statement of "
    "a pair; pairs of which one is undated are left out.",
    (
        Field("year", Kind.INTEGER, "the year", least=1, most=9999),
        count("agree", "pairs of that year that agree"),
        count("oppose", "pairs that oppose each other; over time: changes"),
        count("read", "pairs that were read, those that do neither included"),
        *_ABOUT,
    ),
)

BATCH = Table(
    "batch",
    "Written by `stance --batch FILE`, behind the columns of the file. One row is one pair of it.",
    (
        text("stance", "the likeliest of the three", values=("agree", "oppose", "neither")),
        *_VERDICT[2:5],
        text("model", "who gave the label, as `label_source` in the pairs"),
        *(
            text(
                f"decided_{side}",
                f"the sentence of side {side} that decides, verbatim",
                "where the pair fits the model’s window and was read whole",
            )
            for side in "ab"
        ),
    ),
)

TABLES = (PAIRS, FRAME, CHECKED, CORRECTIONS, MATRIX, YEARS, BATCH)
"""In the order of the documentation. What a table adds to another's columns is described alone."""
