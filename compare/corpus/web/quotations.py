"""Find the quotations of a web page; a person says who said them.

Who spoke is for a reader to see: "she" can be somebody else, and a title can be in quotation marks.
So nothing is proposed as a speaker, and no quotation becomes a statement without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from compare.corpus.columns import FIELDS
from compare.corpus.validate import Validator
from compare.corpus.values import Problem, Row
from compare.corpus.web.page import Page
from compare.errors import CorpusError
from compare.statements import Quotation, Statement
from compare.statements.passages import sentences

LEAST_WORDS = 4
"""With fewer words, a quotation is a term, not a statement."""

_WORD = re.compile(r"\w+(?:[’'‑-]\w+)*")
_AROUND = 400  # characters of the paragraph shown on each side of the words
_BETWEEN = re.compile(r"\s*+(?!(?:while|but|and|as|whereas)\b)[^.!?,;“”\"]{1,80},\s*")
"""Between two parts of one quotation: “The harbour,” said Bren Tal, “belongs to all of us.”"""

_OPENING = " \u00a0\"'“‘«„‹「『"
_REJECTS = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject|dismiss|refut|rebut|disput|doubt|disavow|repudiat|never"
    r"|not\b|\w+n[’']t\b|nor\b|neither\b|false|untrue|lies?\b|lying|nonsense|absurd|fabricat"
    r"|disinformation|slander|mock|if\b|whether\b|alleg|accus|called|calls)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A quotation of a page, not yet confirmed.

    Attributes:
        text: The words; the parts around an attribution are joined.
        context: The sentence around the words.
        paragraph: The index of the paragraph.
        start: The offset of the words in the paragraph.
        end: The offset after the words; an attribution can be in between.
    """

    text: str
    context: str
    paragraph: int
    start: int
    end: int

    def around(self, page: Page) -> str:
        """Return the paragraph around the words, in which a reader looks for the speaker."""
        paragraph = page.paragraphs[self.paragraph]
        first, last = max(0, self.start - _AROUND), self.end + _AROUND
        return f"{'…' * (first > 0)}{paragraph[first:last]}{'…' * (last < len(paragraph))}"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A quotation with its speaker, whom a person has named."""

    page: Page
    proposal: Proposal
    speaker: str
    role: str = ""
    country: str = ""


def propose(page: Page) -> list[Proposal]:
    """Return the quotations of a page in the order of the text."""
    following = (*page.paragraphs[1:], "")
    pairs = zip(page.paragraphs, following, strict=True)
    return [
        found
        for number, (text, after) in enumerate(pairs)
        for found in _in_paragraph(page, number, text, after)
    ]


def _in_paragraph(page: Page, number: int, text: str, after: str) -> Iterator[Proposal]:
    quoted = quotations(text)
    # an open quotation goes on in a paragraph that starts with the same mark
    if quoted and not quoted[-1].closed and text[quoted[-1].start - 1] != after[:1]:
        quoted.pop()
    spans = sentences(text, page.language) if quoted else []
    for group in _grouped(text, quoted):
        inner = [_inner_span(text, one) for one in group]
        words = " ".join(text[start:end] for start, end in inner)
        if len(_WORD.findall(words)) < LEAST_WORDS:
            continue
        start, end = inner[0][0], inner[-1][1]
        around = [span for span in spans if span[0] < end and span[1] > start]
        first, last = around[0][0], max(around[-1][1], group[-1].end + group[-1].closed)
        yield Proposal(words, text[first:last], number, start, end)


def confirmed_row(confirmed: Confirmed, on: date | None = None) -> Row:
    """Return the row of a confirmed quotation; `on` is the day of that, today if None.

    A fragment ("an act of war") gets its sentence as context, without its own words.
    """
    page, proposal = confirmed.page, confirmed.proposal
    day = on or datetime.now().astimezone().date()
    cells = {
        "text": proposal.text,
        "context": _context(proposal),
        **{name: getattr(confirmed, name) for name in ("speaker", "role", "country")},
        **{name: getattr(page, name) for name in ("date", "title", "url", "language")},
        "source": page.site,
        "quotation": Quotation.DIRECT.value,
        "confirmed_on": day.isoformat(),
    }
    name = page.url or page.title or "the page"
    return Row(name, proposal.paragraph + 1, cells, place="paragraph")


def statements_of(accepted: Sequence[Confirmed]) -> list[Statement]:
    """Return the statements of confirmed quotations.

    Raises:
        CorpusError: A speaker is missing, or a cell cannot be used.
    """
    validator, statements = Validator(), []
    for confirmed in accepted:
        row = confirmed_row(confirmed)
        if not confirmed.speaker.strip():
            raise CorpusError(str(row.problem("say who said these words", "speaker")))
        fields = {name: name for name in row.cells if name in FIELDS}
        statement = validator.statement(row, fields)
        if isinstance(statement, Problem):
            raise CorpusError(str(statement))
        statements.append(statement)
    return statements


def _context(proposal: Proposal) -> str:
    """Return the sentence around a quotation with "…" for its words, "" if it adds nothing.

    It completes a fragment and words that are part of the sentence ("denied that “…”"). If it
    denies, doubts or rejects the words, they would mean the opposite without it.
    """
    before, found, behind = proposal.context.partition(proposal.text)
    if not found:
        return ""
    ahead = before.rstrip(_OPENING)
    alone = not ahead or ahead[-1] in ",:—–"
    if alone and not proposal.text[:1].islower() and not _REJECTS.search(f"{ahead} {behind}"):
        return ""
    return f"{before}…{behind}"


# -- quotation marks -------------------------------------------------------------------------------


class Quoted(NamedTuple):
    """The span between quotation marks; not `closed` if the closing mark is missing."""

    start: int
    end: int
    closed: bool = True


_OPENER = r"(?<![^\s(\[{—–\-/:,;.!?…“„«‘])"
"""Required before an opening mark that could also be a closing mark or an apostrophe."""

_MARKED = re.compile(
    r"[“‟](?=\S)(?P<curly>[^“”‟]*)”"
    r"|„(?=\S)(?P<low>[^„“”]*)[“”]"
    r"|«(?P<angle>[^«»]*(?:«[^«»]*»[^«»]*)*)»"
    rf"|{_OPENER}»(?=\S)(?P<reverse>[^«»]*)«"
    # a mark inside a word is not a closing one
    rf'|{_OPENER}"(?=\S)(?P<straight>[^"]*(?:(?<=\w)"(?=\w)[^"]*)*)(?<!\s)"(?!\w)'
    # nor is an apostrophe, or that of "the ministers’ talks" if another mark follows
    rf"|{_OPENER}‘(?![\d\s])(?P<single>"
    r"(?:[^‘’]|(?<=\w)’(?=\w)|(?<=s)’(?= [^‘]*?\S’(?!\w)))*)(?<!\s)’(?!\w)"
    r"|[“„«](?=\S)(?P<open>[^“”„«»]*)\Z"
    rf'|{_OPENER}"(?=\S)(?P<open_straight>[^"]*)\Z'
)


def quotations(text: str) -> list[Quoted]:
    """Return the spans between quotation marks, only the outermost if they are nested.

    If a closing mark is missing, the next opening mark starts a new span.
    """
    return [
        Quoted(*found.span(kind), closed=not kind.startswith("open"))
        for found in _MARKED.finditer(text)
        if (kind := found.lastgroup)
    ]


def _inner_span(text: str, quoted: Quoted) -> tuple[int, int]:
    """Return the span of a quotation without blanks around it and a comma at its end."""
    inside = text[quoted.start : quoted.end]
    start = quoted.start + len(inside) - len(inside.lstrip())
    return start, quoted.start + len(inside.rstrip(" ,\u00a0"))


def _grouped(text: str, quoted: Sequence[Quoted]) -> list[list[Quoted]]:
    """Group quotations: parts around an attribution belong together."""
    groups: list[list[Quoted]] = []
    for one in quoted:
        last = groups[-1][-1] if groups else None
        if (
            last
            and text[: last.end].endswith(",")
            and _BETWEEN.fullmatch(text, last.end + 1, one.start - 1)
        ):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups
