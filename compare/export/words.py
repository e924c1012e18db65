"""Numbers, verdicts, filters and deciding words as they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compare.results import (
    FILLED_TO,
    Excerpt,
    Kind,
    Pair,
    Positions,
    Probabilities,
    Result,
    Span,
    Stance,
    ThirdReading,
)
from compare.statements import Quotation, SentenceKind, Statement, TranslatedBy
from compare.statements.languages import language_code, language_name, language_names
from compare.statements.normalize import fold
from compare.statements.sentence_kinds import PRECISION

JOINT = " || "
"""Separates deciding words, and statements with the same words."""

_NAME_LENGTH = 40  # characters of a subject in the name of a file

NO_BREAK = "\N{NO-BREAK SPACE}"

# The scale of the IPCC's guidance on uncertainty (Mastrandrea et al. 2010), each word with its
# minimum probability.
LIKELIHOOD = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.505, "more likely than not"),  # what is shown as 51 % or more
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)

RIGHT_OF_LISTED = {Stance.AGREE: 0.77, Stance.OPPOSE: 0.77}
FOUND_OF_KNOWN = {Stance.AGREE: 0.32, Stance.OPPOSE: 0.19}
"""What `python -m benchmarks.verdicts` measured for 50 claims: the share of the listed statements
that is right, and of the passages known to agree or oppose that the first ten hold; see the model
card."""

RIGHT_WITH_OPPOSITE = {Stance.AGREE: 0.87, Stance.OPPOSE: 0.80}
FOUND_WITH_OPPOSITE = {Stance.AGREE: 0.30, Stance.OPPOSE: 0.27}
"""The same shares with an opponent's sentence as the opposite of each claim."""

RIGHT_OF_STATEMENTS = {Stance.AGREE: 0.81, Stance.OPPOSE: 0.54}
"""Share right of what is listed for a statement of the library, in folds of 162 statements."""

VERDICT = {Stance.AGREE: "Agrees", Stance.OPPOSE: "Opposes", Stance.NEITHER: "Neither"}
UNCLEAR = "Unclear"
"""Of a verdict below one half, which is none."""

SIGN = {Stance.AGREE: "=", Stance.OPPOSE: "≠", Stance.NEITHER: "–"}
"""Shown in a disc, a diamond and a square, so that no verdict depends on its colour."""

LIST_TITLES = {
    Stance.AGREE: "Agree",
    Stance.OPPOSE: "Oppose",
    Stance.NEITHER: "Near the topic, neither",
}
"""Headings of the lists of a search."""

CHANGED, SAME = "May have changed", "Said the same again"
SIDE_NAMES = {
    Kind.SEARCH: ("The quote", "Found"),
    Kind.POSITIONS: ("The quote", "Found"),
    Kind.SIDES: ("Side A", "Side B"),
    Kind.TIMELINE: ("Before", "After"),
}
_VERDICTS = {
    Kind.SEARCH: VERDICT,
    Kind.POSITIONS: VERDICT,
    Kind.SIDES: {Stance.AGREE: "Agree", Stance.OPPOSE: "Opposed", Stance.NEITHER: "Neither"},
    Kind.TIMELINE: {Stance.AGREE: SAME, Stance.OPPOSE: CHANGED, Stance.NEITHER: "Neither"},
}


def verdict_word(result: Result, stance: Stance) -> str:
    """Return the word for a verdict in this kind of result."""
    return _VERDICTS[result.kind][stance]


def read_as(stance: Stance, probabilities: Probabilities) -> Stance:
    """Return the verdict on a pair in the list of `stance`."""
    # The list of neither also holds pairs whose verdict is below a raised minimum probability.
    return probabilities.stance if stance is Stance.NEITHER else stance


def unclear_words(stance: Stance, *, fills: bool = True) -> str:
    """Return the words for a verdict below one half: "Unclear filler: may oppose".

    `fills` tells whether it fills a short list of a search.
    """
    return f"{UNCLEAR}{' filler' if fills else ''}: may {stance.value}"


def likelihood(probability: float) -> str:
    """Return a probability in words (`LIKELIHOOD`)."""
    return next(words for least, words in LIKELIHOOD if probability >= least)


def sureness(probability: float) -> str:
    """Return the class of a probability in the style sheet: "sure", "fair" or "even"."""
    return "sure" if probability >= 0.9 else "fair" if probability >= 0.66 else "even"


def measured_note(result: Result, stance: Stance) -> str:
    """Return what was measured of the list of agree or oppose in such a search, for its head."""
    with_opposite = bool(result.quote and result.quote.opposite)
    if not with_opposite and (result.source or (result.quote and result.quote.statement_id)):
        right = 100 * RIGHT_OF_STATEMENTS[stance]
        return f"For 162 other statements as quotes, {right:.0f} % of this list was right."
    shares = RIGHT_OF_LISTED, FOUND_OF_KNOWN
    claims = "50 typed claims"
    if with_opposite:
        shares = RIGHT_WITH_OPPOSITE, FOUND_WITH_OPPOSITE
        claims += " with an opponent’s sentence each"
    right, found = (100 * share[stance] for share in shares)
    missed = "oppose" if stance is Stance.OPPOSE else "agree"
    return (
        f"For {claims}, on which it was fitted, {right:.0f} % of this list was right, and its "
        f"first ten held {found:.0f} % of the passages known to {missed}."
    )


def percent(probability: float) -> str:
    """Return whole percent, but "<1 %" and ">99 %" if only rounding gives 0 or 100."""
    rounded = round(probability * 100)
    if rounded == 100 and probability < 1:
        return f">99{NO_BREAK}%"
    if rounded == 0 and probability > 0:
        return f"<1{NO_BREAK}%"
    return f"{rounded}{NO_BREAK}%"


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 statement", "1,204 statements"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shortened(text: str, most: int) -> str:
    """Return a text, or its first words if it has more than `most` characters."""
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


def duration(seconds: float) -> str:
    """Return a rough duration: "2 minutes"."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return counted(round(seconds), "second")
    if seconds < 90 * 60:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3600), "hour")


def file_stem(result: Result) -> str:
    """Return a name for files of a result: its first words and its day."""
    words = "-".join(shortened(fold(result.subject), _NAME_LENGTH).removesuffix(" …").split())
    return f"{words or 'compare'}-{result.provenance.date[:10]}"


def repeats_in_words(repeats: Sequence[Statement]) -> str:
    """Return how often and when the words were repeated: "Said 3 times more, 1999 to 2004"."""
    times = "once more" if len(repeats) == 1 else f"{len(repeats)} times more"
    years = sorted(entry.date.year for entry in repeats if entry.date)
    if not years:
        return f"Said {times}"
    return f"Said {times}, {years[0]}" + (f" to {years[-1]}" if years[-1] > years[0] else "")


def deciding_words(text: str, spans: Sequence[Span]) -> list[str]:
    """Return the words that `spans` mark in `text`, in the order of the text."""
    return [text[span.start : span.end] for span in sorted(spans, key=lambda span: span.start)]


def marked_pieces(text: str, spans: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of `text` and whether `spans` mark them; overlaps are marked once."""
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, at), min(span.end, len(text))
        if start < end:
            yield text[at:start], False
            yield text[start:end], True
            at = end
    yield text[at:], False


def page_numbers(pages: Sequence[int]) -> str:
    """Return the page, or the first and the last page: "3", "3–4", "" without pages."""
    return "–".join(map(str, pages))


def pages_in_words(pages: Sequence[int]) -> str:
    """Return "page 3", "pages 3–4", or "" without pages."""
    name = "page" if len(pages) == 1 else "pages"
    return f"{name} {page_numbers(pages)}" if pages else ""


def attribution(statement: Statement, pages: Sequence[int] = ()) -> list[str]:
    """Return a statement's speaker, date, place, source and pages, without what is missing."""
    known = [
        statement.speaker,
        statement.role,
        statement.countries,
        statement.date.iso if statement.date else "",
        statement.venue,
        statement.title,
        statement.source,
        pages_in_words(pages),
        "reported, not quoted" if statement.quotation is Quotation.REPORTED else "",
    ]
    return [part for part in known if part]


def translated_by_words(statement: Statement) -> str:
    """Return "official translation", "translation by a person", … or "translation"."""
    return {
        TranslatedBy.UNKNOWN: "translation",
        TranslatedBy.OFFICIAL: "official translation",
        TranslatedBy.PERSON: "translation by a person",
        TranslatedBy.MACHINE: "machine translation",
    }[statement.translated_by]


def translated_from(statement: Statement) -> str:
    """Say who translated a statement: "Translated from Russian by machine"; "" without one."""
    if not statement.translation:
        return ""
    language = language_name(language_code(statement.language))
    start, end = {
        TranslatedBy.UNKNOWN: ("Translated", ""),
        TranslatedBy.OFFICIAL: ("Officially translated", ""),
        TranslatedBy.PERSON: ("Translated", " by a person"),
        TranslatedBy.MACHINE: ("Translated", " by machine"),
    }[statement.translated_by]
    return f"{start}{f' from {language}' if language else ''}{end}"


def what_was_read(side: Excerpt) -> str:
    """Return what models read of a passage: "translation" or "original", "" if it has only one."""
    if not side.passage.translation:
        return ""
    return "translation" if side.passage.reads_translation else "original"


def language_captions(side: Excerpt) -> tuple[str, str]:
    """Return what stands above the words and above their translation, "" without a translation.

    >>> language_captions(result.oppose[0].b)
    ('', '')
    """
    captions = [*statement_captions(side.statement)]
    if all(captions):
        captions[side.passage.reads_translation] += " · read by the models"
    return captions[0], captions[1]


def statement_captions(said: Statement) -> tuple[str, str]:
    """Return what stands above the words of a statement and above their translation."""
    if not said.translation:
        return "", ""
    names = [
        language_name(language_code(tag)) for tag in (said.language, said.translation_language)
    ]
    made = " · ".join(filter(None, [names[1], translated_by_words(said)]))
    return names[0] or "Original", made


def read_of(result: Result) -> str:
    """Return how much of the library a search read: "Read 90 of 106,086 passages"."""
    made, passages = result.provenance, result.passages_read
    number, of, what = (
        (len(result.pairs), made.statements, "statements")  # of an older program
        if result.pairs and not passages
        else (passages, made.passages, "passages")
    )
    # Without a filter of languages, these are the ones that the model reads.
    chosen = made.filters.get("languages", ())
    languages = dict.fromkeys(language_name(language_code(one)) for one in chosen if one)
    only = [f"those in {' or '.join(languages)}"] if languages else []
    only += ["with filters"] if made.filters.keys() - {"languages"} else []
    return ", ".join([f"Read {number:,} of {of:,} {what}", *only])


def below_note(result: Result, *stances: Stance) -> str:
    """Say how many results of these lists are left out for their similarity; "" if none is."""
    number = sum(map(result.below_similarity, stances))
    verbs = {Stance.AGREE: ("agrees", "agree"), Stance.OPPOSE: ("opposes", "oppose")}
    verb = " or ".join(verbs[stance][number > 1] for stance in stances)
    more = " more" if any(map(result.sure, stances)) else ""
    least = f"{result.thresholds.similarity:g}"
    return f"{number:,}{more} {verb} below the minimum similarity of {least}." if number else ""


def list_note(result: Result, stance: Stance) -> str:
    """Return the note below a short list of a search: how much was read, and what comes near."""
    verb = "agrees with" if stance is Stance.AGREE else "opposes"
    none = f"None {verb} the quote at these thresholds"
    listed, near = result.listed(stance), result.near(stance)
    unsure = [pair for pair in listed if result.is_unsure(pair)]
    below = below_note(result, stance) if len(listed) < FILLED_TO else ""
    if near:
        more, comes = "more " if listed else "", "comes" if len(near) == 1 else "come"
        come = f"{len(near)} {more}{comes} near"
        said = f"{come if listed else f'{none}; {come}'}:"
        return " ".join(filter(None, [f"{read_of(result)}.", below, said]))
    if not result.pairs:
        return f"{read_of(result)}."
    if not listed:
        said = f"{none}, and none comes near."
    elif unsure:
        every = {1: "this one", 2: "both of these"}.get(len(listed), "all of these")
        some = f"{len(unsure)} of these {len(listed)}"
        said = f"The verdict on {every if len(unsure) == len(listed) else some} is unclear."
    elif below:
        said = ""
    else:
        return ""
    return " ".join(filter(None, [f"{read_of(result)}.", said, below]))


def in_reading_order(result: Result, stances: Sequence[Stance]) -> list[Stance]:
    """Return the lists in the order of a document: for two sides, oppose comes first."""
    order = tuple(Stance) if result.quote else (Stance.OPPOSE, Stance.AGREE, Stance.NEITHER)
    return [stance for stance in order if stance in stances]


def reader_notes(pair: Pair) -> list[str]:
    """Say what gave a verdict if not the accurate model by the words alone, and what went wrong."""
    notes = {
        ThirdReading.READ: ["read by the third reader"],
        ThirdReading.UNANSWERED: ["the third reader gave no answer"],
        ThirdReading.NOT_SENT: ["words here address a reader: not sent to the third reader"],
    }.get(pair.third_reading, [])
    if pair.alone and pair.alone.stance is not pair.probabilities.stance:
        notes = [*notes, _alone_in_words(pair.alone)]
    return [*notes, *(["read by the fast model only"] if pair.first_stage_only else [])]


KIND_WORDS = {
    SentenceKind.QUESTION: "question",
    SentenceKind.CONDITION: "condition",
    SentenceKind.REPORT: "reports others’ words",
    SentenceKind.DENIAL: "rejects others’ words",
    SentenceKind.QUOTATION: "quotes others",
}
"""What marks a passage of each kind, in cards and on the terminal."""


def kind_help(kind: SentenceKind) -> str:
    """Say how often the mark of a kind is right, and what it means for the verdict."""
    right, of = PRECISION[kind]
    found = f"A rule on words finds this; on new passages, it was right {right} times in {of}."
    if share := {SentenceKind.CONDITION: 0.61, SentenceKind.QUESTION: 0.67}.get(kind):
        return f"{found} Of verdicts on such passages, {share} are right; on others, 0.75."
    return f"{found} The words may not be the speaker’s own position."


def kinds_in_words(side: Excerpt) -> str:
    """Return the marks of a passage: "question, quotes others"; "" if it asserts plainly."""
    return ", ".join(KIND_WORDS[kind] for kind in side.kinds)


def left_out_note(found: Result | Positions) -> str:
    """Say how many passages were left out for the kind of their sentence; "" if none was."""
    if not (number := found.left_out):
        return ""
    kinds = ", ".join(KIND_WORDS[kind] for kind in found.thresholds.without_kinds)
    return f"Left out for the kind of sentence ({kinds}): {number:,} read as agreeing or opposing."


def unjudged_title(result: Result) -> str:
    """Return the heading of the statements that no model judged: "Not judged, in Russian: 3"."""
    names = language_names(one.excerpt.statement.language for one in result.unjudged)
    shown = f", in {names}" if names and not result.quote_language else ""
    return f"Not judged{shown}: {len(result.unjudged)}"


def unjudged_note(result: Result) -> str:
    """Say why statements are listed without a verdict."""
    similar = (
        "These are the most similar in meaning to the quote. Whether they agree with it or oppose "
        "it is not judged: the stance model does not read"
    )
    if result.quote_language:
        return f"{similar} {language_name(result.quote_language)}, the language of the quote."
    return (
        f"{similar} their language. A statement with an English translation is judged; compare "
        "translate can add one."
    )


def _alone_in_words(alone: Probabilities) -> str:
    if alone.is_unclear:
        agree, oppose = percent(alone.agree), percent(alone.oppose)
        return f"by these words alone: unclear (agree {agree}, oppose {oppose})"
    return f"by these words alone: {alone.stance.value} {percent(alone.of(alone.stance))}"


def compared_with(result: Result, pair: Pair) -> str:
    """Return the sentence of the quote that a statement was compared with, "" for the whole."""
    part = pair.a.text.strip()
    return "" if part == result.subject.strip() else part


def filters_in_words(filters: Mapping[str, Any]) -> str:
    """Return the filters of a provenance in words: "side a: countries China; side b: none"."""
    parts = []
    for key, value in filters.items():
        name = key.replace("_", " ")
        if isinstance(value, Mapping):
            parts.append(f"side {name}: {filters_in_words(value)}")
        elif value is True:
            parts.append(name)
        elif value:
            # The language "" selects statements without a language.
            values = value if isinstance(value, list | tuple) else [value]
            parts.append(f"{name} {', '.join(str(entry) or 'not given' for entry in values)}")
    return "; ".join(parts) or "none"
