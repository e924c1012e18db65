"""Cite the statements of a result: as references in words, BibTeX and RIS."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import PurePath

from compare.export.words import page_numbers, shortened, translated_from
from compare.results import Excerpt, Result, Stance
from compare.safe_text import one_line
from compare.statements import Quotation, Statement
from compare.statements.normalize import without_honorifics

# BibTeX counts braces even after a backslash, so no brace of the text may stay.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&#_%"},
    }
)
_IN_URL = {"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"}
_TITLE_LENGTH, _WORDS_LENGTH = 100, 1000


@dataclass(frozen=True, slots=True)
class Citation:
    """A statement to cite.

    Attributes:
        passages: Its listed passages, in the order of its text; none for other statements with the
            words of a listed one.
    """

    statement: Statement
    passages: tuple[Excerpt, ...] = ()

    @property
    def pages(self) -> str:
        """Return the pages of the passages: "3, 7–8"; "" if the source has none."""
        return ", ".join(
            dict.fromkeys(page_numbers(one.pages) for one in self.passages if one.pages)
        )

    @property
    def words(self) -> str:
        """Return the words of the passages, "[…]" between them; else the beginning of the text."""
        words = " […] ".join(dict.fromkeys(one_line(one.text) for one in self.passages))
        return words or shortened(one_line(self.statement.text), _WORDS_LENGTH)


def cited(result: Result, stances: Sequence[Stance], limit: int | None = None) -> list[Citation]:
    """Return the statements to cite: the quote's own, then those of the listed pairs, each once.

    With all the usual lists, those that no model judged follow.
    """
    statements: dict[str, Statement] = {}
    passages: dict[str, dict[int, Excerpt]] = defaultdict(dict)
    if result.asked and result.source:
        statements[result.asked.id] = result.asked
    for _, _, pair in result.ranked(stances, limit):
        for side in pair.excerpts[1:] if result.quote else pair.excerpts:
            for statement in (side.statement, *side.repeats):
                statements.setdefault(statement.id, statement)
            passages[side.statement.id][side.passage.start] = side
    if set(stances) >= set(result.usual_lists):
        for one in result.unjudged[:limit]:
            statements.setdefault(one.excerpt.statement.id, one.excerpt.statement)
            passages[one.excerpt.statement.id][one.excerpt.passage.start] = one.excerpt
    return [
        Citation(one, tuple(side for _, side in sorted(passages[one.id].items())))
        for one in statements.values()
    ]


def reference(citation: Citation) -> str:
    """Return a statement as a reference: who, what, where, when, found in, on which pages."""
    statement, pages = citation.statement, citation.pages
    who = ", ".join(filter(None, [statement.speaker, statement.role, statement.countries]))
    date = statement.date.in_words if statement.date else ""
    said = ", ".join(filter(None, [statement.venue, date]))
    reported = "Reported, not quoted" if statement.quotation is Quotation.REPORTED else ""
    found = ", ".join(filter(None, [_source(statement), pages and f"{_pages_word(pages)} {pages}"]))
    parts = [who or "Speaker not named", _title(statement), said, found, reported]
    lines = [one_line(part) for part in parts if part]
    return " ".join(map(_ended, lines))


def _ended(line: str) -> str:
    """Return a line with a full stop, unless it ends a sentence."""
    return line if line.rstrip("” ").endswith((*".…!?",)) else f"{line}."


def _pages_word(pages: str) -> str:
    return "page" if pages.isdecimal() else "pages"


def bibtex(citations: Iterable[Citation]) -> str:
    """Return an `@misc` entry for each statement; keys are made from the ids."""
    keys: set[str] = set()
    return "\n".join(_bibtex_entry(one, keys) for one in citations)


def _bibtex_entry(citation: Citation, keys: set[str]) -> str:
    statement, speaker = citation.statement, without_honorifics(citation.statement.speaker)
    date = statement.date
    fields = {
        "author": f"{{{_latex(speaker)}}}" if speaker else "",
        "title": f"{{{_latex(_title(statement))}}}",
        "year": f"{date.year:04}" if date else "",
        "month": date.iso[5:7] if date else "",
        "date": date.iso if date else "",
        "howpublished": _latex(statement.venue),
        "pages": citation.pages.replace("–", "--"),
        "note": _latex(_note(statement)),
        "annote": _latex(citation.words),
        "url": _url(statement.url),
        "langid": _latex(statement.language),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(statement.id, keys)},", *lines, "}", ""])


def _key(identifier: str, keys: set[str]) -> str:
    """Return a BibTeX key that is not yet in `keys`, ignoring case, and add it."""
    plain = re.sub(r"[^A-Za-z0-9._:-]+", "-", identifier) or "statement"
    numbered = (f"{plain}-{number}" for number in count(2))
    key = next(key for key in chain([plain], numbered) if key.lower() not in keys)
    keys.add(key.lower())
    return key


def ris(citations: Iterable[Citation]) -> str:
    """Return a record for each statement; lines end in CR LF, as the format demands."""
    return "\r\n".join(map(_ris_record, citations))


def _ris_record(citation: Citation) -> str:
    statement = citation.statement
    date = statement.date
    fields = {
        "TY": "GEN",
        "ID": statement.id,
        "AU": without_honorifics(statement.speaker),
        "TI": _title(statement),
        "PY": f"{date.year:04}" if date else "",
        "DA": date.iso.replace("-", "/") if date else "",
        "T2": statement.venue,
        "SP": citation.pages,
        "AB": citation.words,
        "N1": _note(statement),
        "UR": _url(statement.url),
        "LA": statement.language,
    }
    lines = [f"{tag}  - {one_line(value)}" for tag, value in fields.items() if value.strip()]
    return "\r\n".join([*lines, "ER  - ", ""])


def _title(statement: Statement) -> str:
    """Return the statement's title, or else the beginning of its words."""
    if statement.title:
        return statement.title
    words = shortened(one_line(statement.text), _TITLE_LENGTH)
    return f"“{words}”" if statement.quotation is Quotation.DIRECT else words


def _source(statement: Statement) -> str:
    """Return the source without the name of the file that a collection was read from."""
    file = PurePath(statement.extra.get("source_file", "")).name
    return statement.source.removesuffix(f", {file}")


def _note(statement: Statement) -> str:
    """Return role and countries, context, kind of quotation, source and who translated it."""
    who = ", ".join(filter(None, [statement.role, statement.countries]))
    found = f"In {source}" if (source := _source(statement)) else ""
    if statement.quotation is Quotation.REPORTED:
        found = " ".join(filter(None, ["Reported, not quoted,", found.replace("In", "in", 1)]))
    about = f"Context: {statement.context}" if statement.context else ""
    told = (who, about, found.rstrip(","), translated_from(statement))
    parts = [_ended(part) for part in told if part]
    return " ".join(parts).removesuffix(".")


def _latex(text: str) -> str:
    return one_line(text).translate(_LATEX)


def _url(url: str) -> str:
    return "".join(_IN_URL.get(sign, sign) for sign in one_line(url))
