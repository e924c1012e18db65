"""Map the columns of a file to the fields of a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from compare.corpus.values import listed
from compare.errors import CorpusError
from compare.statements.statement import Statement

FIELDS: tuple[str, ...] = tuple(name for name in Statement.__dataclass_fields__ if name != "extra")
"""The fields a column can hold; any other column is kept in `Statement.extra`."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "body",
        "statement",
        "content",
        "answer",
        "fulltext",
        "origtext",
        "speechText",
        "concatenated_speech",
    ),
    "speaker": (
        "Name of Person Speaking",
        "spokesperson",
        "speakername",
        "speaker_name",
        "executive",
    ),
    "role": ("post",),
    "country": ("ISO Code", "country_org", "speaker_country", "iso3country"),
    "date": ("posted_date", "publish_time", "published_time", "seendate", "Year"),
    "venue": ("location",),
    "title": ("headline",),
    "url": ("source_url", "link", "href"),
    "language": ("lang",),
}
"""Other names of columns. If a file has several for one field, the field's own name comes first,
then these in their order; the columns left over are kept in `Statement.extra`."""

MOST_LISTED = 40
"""Columns that a message lists."""


def resolve(columns: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the field of each column that has one; `mapping` overrides all names.

    A column that is mapped to "" is no field, whatever its name.
    """
    named: dict[str, list[str]] = {}
    for column in columns:
        named.setdefault(folded(column), []).append(column)
    fields: dict[str, str] = {}
    for name, field in mapping.items():
        if (found := named.pop(folded(name), None)) and field:
            fields[found[0]] = field
    for field in FIELDS:
        if field in fields.values():
            continue
        for name in (field, *ALIASES.get(field, ())):
            if found := named.pop(folded(name), None):
                fields[found[0]] = field
                break
    return fields


def folded(name: str) -> str:
    """Return a column's name without case, blanks, underscores and hyphens."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def check_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping with its fields in their own spelling, "" for none.

    Raises:
        CorpusError: A field does not exist, or two columns are mapped to one.
    """
    known = {folded(field): field for field in FIELDS}
    checked: dict[str, str] = {}
    for column, name in mapping.items():
        if not name.strip():
            checked[column] = ""
            continue
        field = known.get(folded(name))
        if field is None:
            raise CorpusError(
                f"--map {column}={name}: a statement has no field {name!r}; "
                f"its fields are {', '.join(FIELDS)}."
            )
        if field in checked.values():
            raise CorpusError(f"--map {column}={name}: another column is mapped to {field} too.")
        checked[column] = field
    return checked


def missing_text(columns: Iterable[str], mapping: Mapping[str, str]) -> str:
    """Return the message for a file in which no column holds the words."""
    found = list(columns)
    named = listed(found, MOST_LISTED) or "none"
    have = {folded(column) for column in found}
    absent = [name for name in mapping if folded(name) not in have]
    also = f"; there is no column {absent[0]!r}, which --map names" if absent else ""
    return (
        f"no column holds the words of a statement (found: {named}){also}; "
        "name one with --map COLUMN=text"
    )
