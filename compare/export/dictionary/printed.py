"""The fields of the JSON that commands print."""

from __future__ import annotations

from compare.export.dictionary.columns import PAIRS
from compare.export.dictionary.fields import (
    Field,
    Kind,
    Table,
    count,
    flag,
    part,
    several,
    share,
    text,
)
from compare.export.dictionary.objects import (
    ALSO,
    DIGEST,
    FILTERS,
    KEPT,
    NOT_ASKED,
    NOTES,
    SEARCHED,
    SETTINGS,
    SIMILARITY,
    SOURCE,
    SPAN,
    STATEMENT,
    THREE,
    nullable,
)

MODEL = Table("model", "A model.", (text("name", "its name"), text("digest", DIGEST)))
MODELS = Table(
    "models",
    "The models of a search.",
    (
        part("encoder", "model", "embeds"),
        part("stance", "model", "reads pairs"),
    ),
)
ONLY_SCREENED = Table(
    "screened",
    "What only the fast model of a cascade read.",
    (
        text("model", "its name, `@`, 12 digits of its digest"),
        several("statements", "text", "ids of the statements listed that it alone read", "if none"),
    ),
)
SHOWN_PROVENANCE = Table(
    "shown provenance",
    "`provenance` in `search --json`.",
    (
        text("version", "of the program"),
        part("models", "models", "what read"),
        part("screened", "screened", "what the accurate model did not read", "without a cascade"),
        part("thresholds", "thresholds", "in force"),
        FILTERS,
        SETTINGS,
        *SEARCHED,
        Field("date", Kind.TIME, "when"),
        part("quote", "quote", "what was asked"),
        SOURCE,
        NOTES,
    ),
)
SHOWN_SPAN = Table(
    "shown span", "Words that decide a verdict.", (*SPAN.fields, text("text", "the words"))
)
SHOWN_WHY = Table(
    "shown why",
    "The deciding words in `search --json`.",
    (
        text("quote_part", "the sentence of the quote that the offsets are in"),
        several("quote", "shown span", "of the quote", "where none decides"),
        several("passage", "shown span", "of the passage", "where none decides"),
    ),
)
SHOWN_STATEMENT = Table(
    "shown statement", "A statement in `search --json`.", (*STATEMENT.fields, ALSO)
)
SHOWN_MATCH = Table(
    "shown match",
    "A statement that is listed.",
    (
        count("rank", "place in its list", 1),
        text("stance", "the list", values=THREE),
        share("p_agree", "probability that the two agree, in full"),
        share("p_oppose", "probability that they oppose each other"),
        share("p_neither", "probability that they do neither"),
        SIMILARITY,
        text("quote_part", "the sentence of the quote that it was read against"),
        text("passage", "the sentence that was compared"),
        part("statement", "shown statement", "what was found"),
        part("why", "shown why", "the deciding words", NOT_ASKED),
    ),
)
SEARCH = Table(
    "search",
    "`search --json` and `public_json`: what is listed, agree first, then oppose, then neither.",
    (
        text("query", "the quote"),
        text("outcome", "whether anything agrees or opposes", values=("found", "nothing")),
        text("model", "who gave the labels: name, `@`, 12 digits of the digest"),
        part("provenance", "shown provenance", "what it was made from"),
        several("results", "shown match", "what is listed, best first", "where nothing is"),
    ),
)
SHOWN_PAIRS = Table(
    "shown pairs",
    "`pairs --json` and `timeline --json`: the pairs that agree or oppose each other.",
    (
        text("subject", "what is compared, in words"),
        count("same_point", "pairs on the same point that were found"),
        count("read", "pairs that were read"),
        several("pairs", PAIRS.name, "rows of the table of pairs", "where none is listed"),
        several("by_year", "years", "rows of the table by year", "where no pair is dated"),
        part("provenance", "provenance", "what it was made from"),
        NOTES,
    ),
)
SHOWN_MATRIX = Table(
    "shown matrix",
    "`matrix --json`.",
    (
        text("subject", "what is compared, in words"),
        several("cells", "matrix", "rows of the matrix", "where no two parties were compared"),
        part("provenance", "provenance", "what it was made from"),
        text("note", "why the numbers estimate nothing by themselves"),
    ),
)
PAIR_ID = Table(
    "pair id",
    "A pair in `reproduce --json`.",
    (
        text("a", "id of side a’s statement", "in a search, where it is the quote"),
        count("a_start", "where its passage begins; 0 in a search"),
        text("b", "id of side b’s statement"),
        count("b_start", "where its passage begins; 0 in a search"),
    ),
)
MOVED = Table(
    "moved",
    "A pair with another label or other probabilities.",
    (
        *PAIR_ID.fields,
        nullable("was", "the list it stood in", "where it stood in none", THREE),
        nullable("now", "the list it stands in", "where it stands in none", THREE),
        share("by", "by how much the probability that moved most moved"),
    ),
)
DIFFERENCE = Table(
    "difference",
    "Something that the result was made with and that is another now.",
    (text("what", "in words"), text("was", "its value then"), text("now", "its value now")),
)
REPRODUCTION = Table(
    "reproduction",
    "`reproduce --json`: a kept result beside the same made again.",
    (
        flag("same", "the same pairs came out, with the same labels and probabilities"),
        count("kept", "pairs that were read for the kept result"),
        count("now", "pairs that were read now"),
        several("missing", "pair id", "pairs that were not read now", "where there are none"),
        several("new", "pair id", "pairs that were read now only", "where there are none"),
        several("relabelled", "moved", "pairs in another list now", "where there are none"),
        several("moved", "moved", "pairs of which a probability moved", "where there are none"),
        several("differences", "difference", "what it may come from", "where there are none"),
    ),
)

PRINTED = (
    *(SEARCH, SHOWN_MATCH, SHOWN_STATEMENT, SHOWN_PROVENANCE, MODELS, MODEL, ONLY_SCREENED),
    *(SHOWN_WHY, SHOWN_SPAN, SHOWN_PAIRS, SHOWN_MATRIX),
    *(REPRODUCTION, PAIR_ID, MOVED, DIFFERENCE),
)
"""In the order of the documentation."""

OBJECTS = (*KEPT, *PRINTED)
"""All that has fields."""
