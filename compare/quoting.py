"""Clean what a person pastes: page layout is undone, the words stay."""

from __future__ import annotations

import re

from compare.errors import QueryError

LONGEST = 20_000
"""Most characters of a quote: about ten pages."""

_HYPHEN_BREAK = re.compile(r"(\w+)[-\u00ad\u2010]\s*\n\s*([a-zà-ÿ]\w*)")
_PREFIXES = "all anti co cross ex far long multi non post pre pro self semi short well"
_KEPT_PREFIXES = frozenset(_PREFIXES.split())
_QUOTES = "\"'“”„‟«»‹›‘’‚‛"
_PAIRS = dict(zip("\"'“„«‹‘‚", "\"'””»›’’", strict=True))
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean_quote(text: str) -> str:
    """Return a pasted quote on one line, without the quotation marks around the whole of it.

    Words broken at a line's end are joined ("mili-⏎tary"), but for prefixes that keep their
    hyphen ("self-⏎determination"). Characters that show nothing are dropped.

    Raises:
        QueryError: Nothing is left, or it is longer than `LONGEST`.
    """
    if len(text) > LONGEST:
        raise QueryError(
            f"The quote has {len(text):,} characters, more than {LONGEST:,}: paste a part of it, "
            "or add the text as a statement."
        )
    text = _HYPHEN_BREAK.sub(_join, text.replace("\r\n", "\n").replace("\r", "\n"))
    text = " ".join(_INVISIBLE.sub("", text).split())
    text = _unquoted(text)
    if not re.search(r"\w", text):
        raise QueryError("The quote is empty: give the words to search for.")
    return text


def _join(match: re.Match[str]) -> str:
    first, second = match.groups()
    return f"{first}-{second}" if first.casefold() in _KEPT_PREFIXES else first + second


def _unquoted(text: str) -> str:
    """Take off a pair of quotation marks that stands around the whole text, or an unpaired one."""
    if len(text) > 1 and _PAIRS.get(text[0]) in (text[-1], text[-2:-1]):
        inner = text[1:].rstrip(_QUOTES) if text[-1] in _QUOTES else text[1:-2] + text[-1]
        if not any(mark in inner for mark in (text[0], _PAIRS[text[0]]) if mark not in "'’"):
            return inner.strip()
    if text[0] in _PAIRS and text[0] not in "'‘" and not any(m in text[1:] for m in _QUOTES[:10]):
        return text[1:].strip()
    return text
