"""The form in which the stance model reads a side of a pair."""

from __future__ import annotations

import re

from compare.results.result import Side
from compare.statements.passages import complete

_YEAR = re.compile(
    r"(?<!\d)(?:(?:1[5-9]|20)\d\d(?!\d)|(?:19|20)\d\d(?=\d{4}(?!\d)))"  # 2022, or 20220318
)


def who_when_prefix(country: str, date: str) -> str:
    """Return "Country, year: ", as much of it as is known, or "" where neither is."""
    year = _YEAR.search(date or "")
    known = [part for part in (country.strip(), year.group() if year else "") if part]
    return ", ".join(known) + ": " if known else ""


def side_text(side: Side) -> str:
    """Return one side as the shipped model reads it: who and when, the words, their context."""
    return who_when_prefix(side.country, side.date) + complete(side.text, side.context)
