"""Split statements into passages: sentences with their offsets in the statement.

sentencex proposes the breaks by the rules of the language. `ABBREVIATIONS` rejoins what it split
after titles, abbreviations and initials, and only adds breaks behind units ("2022 г."). Then very
short sentences join a neighbour, and very long ones are cut into windows. Only blanks between
passages are left out.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sentencex import get_sentence_boundaries

from compare.statements.alignment import align
from compare.statements.languages import language_code
from compare.statements.normalize import UNSPACED

if TYPE_CHECKING:
    from compare.statements.statement import Statement

SHORT = 4
"""A sentence of fewer words joins a neighbour."""

LONG = 80
"""A sentence of more words is cut into windows."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence (or a window of one) of a statement, verbatim.

    Attributes:
        statement_id: The statement it is part of.
        start: Offset of its first character in the statement's text.
        end: Offset after its last character: `statement.text[start:end] == text`.
        text: The words shown.
        context: The statement's context, which completes the words if they are a fragment.
        translation: The part of the statement's translation that corresponds; "" if there is none.
        reads_translation: Whether models read the translation, not the words shown.
    """

    statement_id: str
    start: int
    end: int
    text: str
    context: str = ""
    translation: str = ""
    reads_translation: bool = False

    @property
    def read(self) -> str:
        """Return the words that models read: the translation, or those shown."""
        return self.translation if self.reads_translation else self.text

    @property
    def completed(self) -> str:
        """Return the words read with their context, as they are embedded and compared."""
        return complete(self.read, self.context)

    @property
    def searched(self) -> str:
        """Return the words that a search for words looks at: those shown and the translation."""
        return f"{self.text}\n{self.translation}" if self.translation else self.text

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `Passage` takes, without a translation if there is none."""
        data = asdict(self)
        if not self.translation:
            del data["translation"], data["reads_translation"]
        return data


def complete(text: str, context: str) -> str:
    """Return `text`, followed by its context in brackets if there is any."""
    return f"{text} ({context})" if context else text


class WordsRead(StrEnum):
    """What models read of statements that have a translation into English."""

    TRANSLATIONS = "translations"
    ORIGINALS = "originals"


def split_statement(
    statement: Statement, read: WordsRead = WordsRead.TRANSLATIONS
) -> list[Passage]:
    """Split a statement into passages in the order of the text, each with its translation."""
    parts = spans(statement.text, statement.language)
    translations = _translations(statement, parts)
    reads = read is WordsRead.TRANSLATIONS and statement.is_read_in_translation
    return [
        Passage(
            *(statement.id, start, end, statement.text[start:end], statement.context),
            *(translation, reads and bool(translation)),
        )
        for (start, end), translation in zip(parts, translations, strict=True)
    ]


def _translations(statement: Statement, parts: Sequence[tuple[int, int]]) -> list[str]:
    """Return the translation of each passage."""
    text = statement.translation
    if not text.strip():
        return [""] * len(parts)
    if len(parts) == 1:
        return [text]
    own = _by_paragraph(statement.text, parts)
    other = _by_paragraph(text, spans(text, statement.translation_language))
    found = align(own, other)
    # One without a part of its own shares that of its neighbour: no model reads other words.
    for places in (range(1, len(found)), range(len(found) - 2, -1, -1)):
        for n in places:
            found[n] = found[n] or found[n - places.step]
    return [text[slice(*span)] if span else "" for span in found]


def _by_paragraph(text: str, parts: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the passages that end in each paragraph."""
    breaks = [found.start() for found in _PARAGRAPH.finditer(text)]
    paragraphs: list[list[tuple[int, int]]] = [[] for _ in range(len(breaks) + 1)]
    for start, end in parts:
        paragraphs[bisect_left(breaks, end)].append((start, end))
    return [paragraph for paragraph in paragraphs if paragraph]


def split_quote(text: str, language: str) -> list[str]:
    """Split a quote as a statement in this language is split."""
    return [text[start:end] for start, end in spans(text, language)]


def spans(text: str, language: str) -> list[tuple[int, int]]:
    """Return the start and end of each passage of `text`; "" is read as English."""
    joined = _join_short(text, sentences(text, language))
    return [window for start, end in joined for window in _windows(text, start, end)]


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Return the start and end of each sentence of `text`; "" is read as English."""
    code = language_code(language)
    words = ABBREVIATIONS.get(code, ABBREVIATIONS["en"])
    whole = _merge_false_breaks(text, _sentences(text, code, words), words)
    found = (_TRIMMED.search(text, start, end) for start, end in whole)
    return [sentence.span() for sentence in found if sentence]


_TRIMMED = re.compile(r"\S(?:.*\S)?", re.S)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CLOSING = tuple("」』》）】")
_BLOCK = 8000
_BLOCK_ENDS = (re.compile(r".*\n[^\S\n]*\n", re.S), re.compile(r".*(?:[.!?؟।]\s|[。！？])", re.S))


def _sentences(text: str, code: str, words: Abbreviations) -> list[tuple[int, int]]:
    """Return the sentences of sentencex and behind units as spans without gaps, with blanks."""
    code = code if 2 <= len(code) <= 3 else "en"
    text = _SURROGATE.sub("\ufffd", text)
    # use only the starts: some ends of sentencex skip blanks
    starts = {0}
    for begin, end in _blocks(text):
        for piece in get_sentence_boundaries(code, text[begin:end]):
            start = begin + piece["start_index"]
            while text[start : start + 1] in _CLOSING:
                start += 1
            starts.add(start)
    for unit in _UNIT.finditer(text) if words.units else ():
        if unit[1].lower() in words.units and unit[2].lower() in words.starters:
            starts.add(unit.start(2))
    ordered = sorted(starts)
    return list(zip(ordered, [*ordered[1:], len(text)], strict=True))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Cut a long text at paragraphs, else sentences, else anywhere."""
    # sentencex takes time quadratic in the length
    begin = 0
    while len(text) - begin > _BLOCK:
        block = text[begin : begin + _BLOCK]
        ends = (pattern.match(block) for pattern in _BLOCK_ENDS)
        end = begin + next((found.end() for found in ends if found), _BLOCK)
        yield begin, end
        begin = end
    yield begin, len(text)


# -- false breaks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The words of a language that make a break wrong or right, in lower case.

    Attributes:
        titles: A word of the same sentence always follows these. Without their full stop.
        references: The sentence continues after these if a number or a symbol ("A/75") follows.
        units: The sentence continues after these ("2022 г.") unless a starter follows.
        starters: After "U.S.", an initial or a unit, these begin a sentence.
        going_on: Matches the last character and the following words if they go on.
    """

    titles: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()
    going_on: re.Pattern[str] = re.compile("(?!)")


_LOWER_CASE = r".(?:\s|[—–-])*[a-zà-ÿа-яё]"  # no sentence begins so
_GOING_ON = {
    "fr": _LOWER_CASE,
    "es": _LOWER_CASE,
    "ru": _LOWER_CASE,
    "ar": r"[»”\"]\s*(?:قال|سأل|أضاف|أجاب|رد|صرح|أكد)\b",
    "zh": r".——|[”」』][^，。！？；：“「『]{0,12}[说說道问問][。，：]",
}
"""By language: the last character of a sentence and what follows, where there is no break."""


def _abbreviations() -> dict[str, Abbreviations]:
    kinds: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    text = files("compare.statements").joinpath("abbreviations.csv").read_text("utf-8")
    for language, kind, words in list(csv.reader(text.splitlines()))[1:]:
        kinds[language][kind] = frozenset(words.split())
    return {
        language: Abbreviations(**its, going_on=re.compile(_GOING_ON.get(language, "(?!)"), re.S))
        for language, its in kinds.items()
    }


ABBREVIATIONS = _abbreviations()
"""By ISO 639-1 code, from `abbreviations.csv`; a language without an entry has the English ones."""

_LAST_WORD = re.compile(r"(?:^|[\s(\[\"'“‘«/–—-]|\b[dlDL]’)((?:[^\W\d_]+\.)*[^\W\d_]+)\.\s*\Z")
_UNIT = re.compile(r"(?<!\w)((?:[^\W\d_]\.)?[^\W\d_]+)\.\s+(?=([^\W\d_a-zà-ÿа-яё][^\W\d_]*))")
_FIRST_WORD = re.compile(r"[\s(\[\"'“‘«]*(\w+)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]\Z")
_REFERENCE = re.compile(r"\s*(?:\(?\d|[A-Z]+/|[IVXLC]+\b)")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n|\r[^\S\r]*\r|\r\n[^\S\n]*\r\n|\u2029")
_TATWEEL = "ـ"
_TAIL = 40  # characters before a break that decide about it


def _merge_false_breaks(
    text: str, sentences: Iterable[tuple[int, int]], words: Abbreviations
) -> list[tuple[int, int]]:
    """Remove the breaks after titles, abbreviations and initials."""
    merged: list[tuple[int, int]] = []
    for start, end in sentences:
        before, after = text[max(0, start - _TAIL) : start], text[start : end + 1]
        if merged and not _is_break(before, after, words):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _is_break(before: str, after: str, words: Abbreviations) -> bool:
    if words.going_on.match(before.rstrip()[-1:] + after) and not _PARAGRAPH.search(before):
        return False
    last = _LAST_WORD.search(before)
    if last is None or _PARAGRAPH.search(before[last.end(1) :]) or after.isspace():
        return True
    word = last[1].lower()
    first = _FIRST_WORD.match(after)
    follower = first[1] if first else ""
    if word in words.titles or follower[:1].islower():
        return False
    if word in words.references and _REFERENCE.match(after):
        return False
    initial = len(word.strip(_TATWEEL)) == 1 and not last[1].islower()
    if initial or word in words.units or _DOTTED.match(word):
        return follower.lower() in words.starters
    return True


# -- short and long ------------------------------------------------------------------------------

_UNSPACED_LONG = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORD = re.compile(
    rf"[{UNSPACED}]{{1,2}}|[{_UNSPACED_LONG}]{{1,5}}|[^\s{UNSPACED}{_UNSPACED_LONG}]{{1,40}}"
)
"""A word; in scripts without blanks between words, a word's average number of letters.

A word longer than 40 characters counts as several, so that an encoder can read every window.
"""


def _count_words(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def _join_short(text: str, sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a very short sentence to the previous one or, at a paragraph's start, to the next."""
    joined: list[tuple[int, int]] = []
    counts: list[int] = []
    for start, end in sentences:
        count = _count_words(text[start:end])
        if joined and _may_join(counts[-1], count):
            same_paragraph = not _PARAGRAPH.search(text, joined[-1][1], start)
            if counts[-1] < SHORT or (count < SHORT and same_paragraph):
                joined[-1] = (joined[-1][0], end)
                counts[-1] += count
                continue
        joined.append((start, end))
        counts.append(count)
    if len(joined) > 1 and counts[-1] < SHORT and _may_join(*counts[-2:]):
        last = joined.pop()
        joined[-1] = (joined[-1][0], last[1])
    return joined


def _may_join(before: int, after: int) -> bool:
    """Return whether joining sentences of these lengths does not force a cut."""
    return max(before, after) > LONG or before + after <= LONG


_STRONG = ";:—–.!?。！？；：؛؟"
_WEAK = ",、，،)）"


def _windows(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence of more than LONG words into windows of about equal length."""
    words = [(start + word.start(), start + word.end()) for word in _WORD.finditer(text[start:end])]
    windows = []
    first = 0
    while len(words) - first > LONG:
        cut = first + _window_size(text, words, first)
        windows.append((words[first][0], words[cut - 1][1]))
        first = cut
    if first == 0:
        return [(start, end)]
    return [*windows, (words[first][0], end)]


def _window_size(text: str, words: list[tuple[int, int]], first: int) -> int:
    """Return the size of the window that begins at word `first`.

    It ends at the strong mark nearest to the ideal length, else at a comma.
    """
    left = len(words) - first
    ideal = left / -(-left // LONG)  # as few windows as possible, of equal length
    # a mark is worth a window up to 40 % off the ideal length
    places = range(int(ideal * 0.6), min(LONG, int(ideal * 1.4)) + 1)
    for marks in (_STRONG, _WEAK):
        ends = [size for size in places if text[words[first + size - 1][1] - 1] in marks]
        if ends:
            return min(ends, key=lambda size: abs(size - ideal))
    return int(ideal)
