"""The fields of kept results."""

from __future__ import annotations

from compare.export.dictionary.fields import (
    Field,
    Kind,
    Table,
    count,
    date,
    flag,
    mapping,
    part,
    several,
    share,
    text,
)

_UNKNOWN = "where it is not known"
THREE = ("agree", "oppose", "neither")
_CODE = "ISO 3166-1 alpha-3, or the program’s own for what has none"


def nullable(name: str, meaning: str, empty: str, values: tuple[str, ...] = ()) -> Field:
    """Describe a text that is null where it is not there."""
    return Field(name, Kind.TEXT, meaning, empty, values=values, nullable=True)


_WHO = (
    text("speaker", "who said it", _UNKNOWN),
    text("role", "in what office", _UNKNOWN),
    several("country", "country", "for whom the words were spoken", _UNKNOWN),
    date("date", "when, as far as it is known"),
)

COUNTRY = Table(
    "country",
    "A country or organisation.",
    (
        text("name", "as the corpus spells it"),
        nullable("code", _CODE, "where it is not known"),
    ),
)
QUOTE = Table(
    "quote",
    "The quote that was asked about.",
    (
        text("text", "its words"),
        *_WHO,
        text("context", "what completes a fragment", "where nothing is added"),
        nullable("statement_id", "of the statement it was taken from", "where it was typed in"),
    ),
)
STATEMENT = Table(
    "statement",
    "A statement of the library, with all that is known of it.",
    (
        text("id", "unique in the library"),
        text("text", "the words, whole and verbatim"),
        text(
            "context", "what completes a fragment; not part of the words", "where nothing is added"
        ),
        *_WHO,
        text("venue", "where it was said", _UNKNOWN),
        text("title", "of the speech or document", _UNKNOWN),
        text("source", "where the words were found", _UNKNOWN),
        text("url", "its address", _UNKNOWN),
        text("language", "its language, as the corpus spells it", _UNKNOWN),
        text("quotation", "the speaker’s own words or an account", values=("direct", "reported")),
        mapping("extra", "every further column of the corpus, as given", "where there are none"),
        text(
            "date_precision",
            "how much of the date is known",
            _UNKNOWN,
            values=("day", "month", "year", ""),
        ),
    ),
)
PASSAGE = Table(
    "passage",
    "A sentence of a statement, or a window of a long one.",
    (
        text("statement_id", "the statement it stands in"),
        count("start", "offset of its first character in the statement’s text"),
        count("end", "offset behind its last character"),
        text("text", "its words"),
        text("context", "of the statement", "where nothing is added"),
    ),
)
PROBABILITIES = Table(
    "probabilities",
    "Calibrated, in full; they sum to 1.",
    (
        share("agree", "that the two agree"),
        share("oppose", "that they oppose each other"),
        share("neither", "that they do neither"),
    ),
)
THRESHOLDS = Table(
    "thresholds",
    "What a pair must reach to be listed.",
    (
        share("probability", "least probability of agree or of oppose"),
        share("similarity", "least cosine of the two passages", least=-1),
    ),
)
DIGEST = "its sha256 (hex)"
FILTERS = mapping(
    "filters",
    "the filters that were set, by their names in `compare.Filters`; of two sides under `a`, `b` "
    "and `topic`",
    "where none was set",
)
SETTINGS = mapping(
    "settings",
    "what else decides what is read: `candidates` of a search, `most_read` and `least_similarity` "
    "of two sides, `between` of a matrix (what kind of party had to differ), `by`, `most_each`, "
    "`least_similarity` and `seed` (of intervals) of positions. "
    "What is read is never drawn at random",
    "where an older program made the result",
)
SEARCHED = (
    text("library_digest", "sha256 (hex) of the statements that were searched"),
    count("statements", "in the library"),
    count("passages", "in the library"),
)
PROVENANCE = Table(
    "provenance",
    "What a result was made from and how.",
    (
        text("version", "of the program"),
        text("encoder", "name of the embedding model"),
        text("encoder_digest", DIGEST),
        text("stance_model", "name of the stance model"),
        text("stance_digest", DIGEST),
        *SEARCHED,
        FILTERS,
        Field("date", Kind.TIME, "when"),
        text(
            "screening",
            "the model that alone read what is marked `screened`: name, `@`, 12 digits",
            "where one model read all",
        ),
        SETTINGS,
    ),
)
SPAN = Table(
    "span",
    "Words that decide a verdict.",
    (
        count("start", "offset of the first character"),
        count("end", "offset behind the last"),
        Field("weight", Kind.NUMBER, "the more, the heavier", least=0),
    ),
)
WHY = Table(
    "why",
    "The deciding words of a match or a pair.",
    (
        several(
            "quote",
            "span",
            "of the quote, by offsets in `quote_part`; of a pair, by offsets in side a’s passage",
            "where none decides",
        ),
        several(
            "passage",
            "span",
            "of the passage, by offsets in it; of a pair, of side b’s",
            "where none decides",
        ),
    ),
)
NOT_ASKED = "where they were not asked for (`--why`)"
NOTES = several("notes", "text", "sentences the reader should see", "where there are none")
SCREENED = flag("screened", "only the fast model read it")
ALSO = several(
    "also_said", "statement", "other statements with nearly the same words", "where there are none"
)
SIMILARITY = share("similarity", "cosine of the two passages", least=-1)
MATCH = Table(
    "match",
    "A statement that was read with the quote, by its strongest passage.",
    (
        part("statement", "statement", "what was found"),
        part("passage", "passage", "the sentence that was compared"),
        part("probabilities", "probabilities", "of the pair"),
        SIMILARITY,
        text("quote_part", "the sentence of the quote it was compared with"),
        text("before", "the statement ahead of the passage", "where it begins the statement"),
        text("after", "the statement behind the passage", "where it ends the statement"),
        ALSO,
        SCREENED,
        part("why", "why", "the deciding words", NOT_ASKED),
    ),
)
SOURCE = part("source", "statement", "the quote’s own statement", "where the library has none")
_VERSION = Field("version", Kind.INTEGER, "of the format", least=1, most=1)
KEPT_SEARCH = Table(
    "kept search",
    "`search --out FILE.json`, `keep_result` and **Download all as JSON** in the app: everything "
    "that was read, listed or not, so that it can be exported later under other thresholds.",
    (
        text("format", "says what it is", values=("compare-result",)),
        _VERSION,
        part("quote", "quote", "what was asked"),
        part("thresholds", "thresholds", "in force"),
        part("provenance", "provenance", "what it was made from"),
        SOURCE,
        NOTES,
        several("scored", "match", "every statement that was read", "where none was"),
    ),
)
KEPT_PAIR = Table(
    "kept pair",
    "A pair that was read.",
    (
        count("a", "place of side a’s passage in `passages`, from 0"),
        count("b", "place of side b’s"),
        part("probabilities", "probabilities", "of the pair"),
        SIMILARITY,
        SCREENED,
        part("why", "why", "the deciding words", NOT_ASKED),
    ),
)
KEPT_PAIRS = Table(
    "kept pairs",
    "`sides --out FILE.json`, `timeline --out FILE.json`, `keep_result` and **Download all as "
    "JSON** in the app: every pair that was read, with each statement and passage once.",
    (
        text("format", "says what it is", values=("compare-pairs",)),
        _VERSION,
        text("subject", "what is compared, in words"),
        flag("over_time", "one side with its own past; a pair that is opposed is a change"),
        part("thresholds", "thresholds", "in force"),
        part("provenance", "provenance", "what it was made from"),
        count("same_point", "pairs on the same point that were found, read or not"),
        NOTES,
        several("statements", "statement", "every statement of a pair", "where no pair was read"),
        several("passages", "passage", "every passage of a pair", "where no pair was read"),
        several("pairs", "kept pair", "every pair", "where none was read"),
    ),
)
KEPT = (
    *(KEPT_SEARCH, KEPT_PAIRS, KEPT_PAIR, MATCH, PASSAGE, PROBABILITIES, WHY, SPAN),
    *(PROVENANCE, THRESHOLDS, QUOTE, STATEMENT, COUNTRY),
)
"""In the order of the documentation."""
