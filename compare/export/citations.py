"""Cite the statements of a result: as references in words, BibTeX and RIS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count

from compare.export.words import page_numbers, shortened
from compare.results import Result, Stance
from compare.safe_text import one_line
from compare.statements import Quotation, Statement

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
_TITLE_LENGTH = 100


def cited(result: Result, stances: Sequence[Stance], limit: int | None = None) -> list[Statement]:
    """Return the statements to cite: the quote's own, then those of the listed pairs, each once."""
    used = [result.asked] if result.asked and result.source else []
    for _, _, pair in result.ranked(stances, limit):
        used += [] if result.quote else [pair.a.statement]
        used += [pair.b.statement, *pair.b.repeats]
    return list({statement.id: statement for statement in used}.values())


def cited_pages(
    result: Result, stances: Sequence[Stance], limit: int | None = None
) -> dict[str, str]:
    """Map the ids of cited statements to the pages of their listed passages: "3, 7–8"."""
    pages: dict[str, set[tuple[int, ...]]] = {}
    for _, _, pair in result.ranked(stances, limit):
        for side in pair.excerpts:
            if side.pages:
                pages.setdefault(side.statement.id, set()).add(side.pages)
    return {name: ", ".join(map(page_numbers, sorted(found))) for name, found in pages.items()}


def reference(statement: Statement, pages: str = "") -> str:
    """Return a statement as a reference: who, what, where, when, found in, on which pages."""
    who = ", ".join(filter(None, [statement.speaker, statement.role, statement.countries]))
    date = statement.date.in_words if statement.date else ""
    said = ", ".join(filter(None, [statement.venue, date]))
    reported = "Reported, not quoted" if statement.quotation is Quotation.REPORTED else ""
    found = ", ".join(filter(None, [statement.source, pages and f"{_pages_word(pages)} {pages}"]))
    parts = [who or "Speaker not named", _title(statement), said, found, reported]
    lines = [one_line(part) for part in parts if part]
    return " ".join(line if line.endswith((".", "…", "!", "?")) else f"{line}." for line in lines)


def _pages_word(pages: str) -> str:
    return "page" if pages.isdecimal() else "pages"


def bibtex(statements: Iterable[Statement], pages: Mapping[str, str] | None = None) -> str:
    """Return an `@misc` entry for each statement; keys are made from the ids.

    `pages` are those to cite, by id.
    """
    keys: set[str] = set()
    pages = pages or {}
    return "\n".join(_bibtex_entry(one, keys, pages.get(one.id, "")) for one in statements)


def _bibtex_entry(statement: Statement, keys: set[str], pages: str) -> str:
    date = statement.date
    fields = {
        "author": f"{{{_latex(statement.speaker)}}}" if statement.speaker else "",
        "title": f"{{{_latex(_title(statement))}}}",
        "year": f"{date.year:04}" if date else "",
        "month": date.iso[5:7] if date else "",
        "date": date.iso if date else "",
        "howpublished": _latex(statement.venue),
        "pages": pages.replace("–", "--"),
        "note": _latex(_note(statement)),
        "annote": _latex(statement.text),
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


def ris(statements: Iterable[Statement], pages: Mapping[str, str] | None = None) -> str:
    """Return a record for each statement; lines end in CR LF, as the format demands.

    `pages` are those to cite, by id.
    """
    pages = pages or {}
    return "\r\n".join(_ris_record(one, pages.get(one.id, "")) for one in statements)


def _ris_record(statement: Statement, pages: str) -> str:
    date = statement.date
    fields = {
        "TY": "GEN",
        "ID": statement.id,
        "AU": statement.speaker,
        "TI": _title(statement),
        "PY": f"{date.year:04}" if date else "",
        "DA": date.iso.replace("-", "/") if date else "",
        "T2": statement.venue,
        "SP": pages,
        "AB": statement.text,
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


def _note(statement: Statement) -> str:
    """Return the role and countries, the context, the kind of quotation and the source."""
    who = ", ".join(filter(None, [statement.role, statement.countries]))
    kind = {Quotation.DIRECT: "Quoted directly", Quotation.REPORTED: "Reported, not quoted"}
    found = f" in {statement.source}" if statement.source else ""
    about = f"Context: {statement.context}" if statement.context else ""
    return ". ".join(filter(None, [who, about, kind[statement.quotation] + found]))


def _latex(text: str) -> str:
    return one_line(text).translate(_LATEX)


def _url(url: str) -> str:
    return "".join(_IN_URL.get(sign, sign) for sign in one_line(url))
