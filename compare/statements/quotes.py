"""Clean what a person pastes: page layout is undone, the words stay."""

from __future__ import annotations

import re

from compare.errors import QueryError
from compare.statements.languages import foreign_language

LONGEST = 20_000
"""Most characters of a quote: about ten pages."""

_HYPHEN_BREAK = re.compile(r"(?<!\w)(\w+)[-\u00ad\u2010]\s*\n\s*([a-zà-ÿ]\w*)")
_PREFIXES = "all anti co cross ex far long multi non post pre pro self semi short well"
_KEPT_PREFIXES = frozenset(_PREFIXES.split())
_QUOTED = re.compile(r'(?:"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|‘([^‘]*)’)([.,]?)\Z')
_HALF_QUOTED = re.compile(r'["“„«]([^"“”„«»]*)\Z')
_LINE_END = re.compile("\r\n?|[\x0b\x0c]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")


def clean_quote(text: str) -> str:
    """Return a pasted quote on one line, without the quotation marks around the whole of it.

    Words broken at a line's end are joined ("mili-⏎tary"), but for prefixes that keep their
    hyphen ("self-⏎determination"). Characters that show nothing are dropped, and control characters
    become blanks: vertical tabs and form feeds end lines and pages.

    Raises:
        QueryError: Nothing is left, or it is longer than `LONGEST`.
    """
    if len(text) > LONGEST:
        raise QueryError(
            f"The quote has {len(text):,} characters, more than {LONGEST:,}: paste a part of it, "
            "or add the text as a statement."
        )
    text = _HYPHEN_BREAK.sub(_join, _LINE_END.sub("\n", text))
    text = " ".join(_CONTROL.sub(" ", _INVISIBLE.sub("", text)).split())
    while (inner := _unquoted(text)) != text:
        text = inner
    if not re.search(r"\w", text):
        raise QueryError("The quote is empty: give the words to search for.")
    return text


def about_language(text: str, name: str) -> list[str]:
    """Return what the reader should know of words that are plainly not English, called `name`."""
    if language := foreign_language(text):
        return [
            f"{name} does not look English (detected: {language}). The stance model reads English: "
            "take its verdicts as guesses, or paste a translation."
        ]
    return []


def about_languages(a: str, b: str) -> list[str]:
    """Do as `about_language` of two statements."""
    return about_language(a, "Statement A") + about_language(b, "Statement B")


def _join(match: re.Match[str]) -> str:
    first, second = match.groups()
    return f"{first}-{second}" if first.casefold() in _KEPT_PREFIXES else first + second


def _unquoted(text: str) -> str:
    """Take off quotation marks that stand around the whole text, or one that is never closed."""
    if match := _QUOTED.match(text):
        *bodies, point = match.groups()
        return ("".join(body or "" for body in bodies) + point).strip()
    if match := _HALF_QUOTED.match(text):
        return match[1].strip()
    return text
