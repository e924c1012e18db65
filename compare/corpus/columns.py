"""Map the columns of a file to the fields of a statement."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from compare.corpus.values import SHOWN, listed
from compare.errors import CorpusError
from compare.statements import Statement

FIELDS: tuple[str, ...] = tuple(
    name for name in Statement.__dataclass_fields__ if name not in ("extra", "pages")
)
"""The fields that a column can hold."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    field: tuple(names.split(", "))
    for field, names in {
        "text": "body, statement, content, answer, fulltext, origtext, speechText, "
        "concatenated_speech",
        "speaker": "Name of Person Speaking, spokesperson, speakername, speaker_name, executive",
        "role": "post",
        "country": "ISO Code, country_org, speaker_country, iso3country",
        "date": "posted_date, publish_time, published_time, seendate, Year",
        "venue": "location",
        "title": "headline",
        "url": "source_url, link, href",
        "language": "lang",
        "translation": "english_translation, translated_text",
        "translation_language": "translation_lang",
    }.items()
}
"""Other names of columns. If a file has several for one field, the field's own name wins, then the
first of these. Any other column is kept in `Statement.extra`."""

_MOST_LISTED = 40  # columns that a message names


def resolve(columns: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Map columns to fields; `mapping` overrides all names.

    A column mapped to "" is not a field, whatever its name.
    """
    named: dict[str, list[str]] = {}
    for column in columns:
        named.setdefault(column_key(column), []).append(column)
    fields: dict[str, str] = {}
    for name, field in mapping.items():
        if (found := named.pop(column_key(name), None)) and field:
            fields[found[0]] = field
    for field in FIELDS:
        if field in fields.values():
            continue
        for name in (field, *ALIASES.get(field, ())):
            if found := named.pop(column_key(name), None):
                fields[found[0]] = field
                break
    return fields


def column_key(name: str) -> str:
    """Return a key that spellings of a column's name share: no case, blanks, "_" or "-"."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def check_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping with the exact names of fields, "" for none.

    Raises:
        CorpusError: A field does not exist, two columns are mapped to one, or a column is mapped
            twice.
    """
    known = {column_key(field): field for field in ("", *FIELDS)}
    checked: dict[str, str] = {}
    spellings: dict[str, str] = {}
    for column, name in mapping.items():
        if (other := spellings.setdefault(column_key(column), column)) != column:
            raise CorpusError(
                f"--map {column}={name}: {other} is the same column: give it one field."
            )
        field = known.get(column_key(name))
        if field is None:
            raise CorpusError(
                f"--map {column}={name}: a statement has no field {name!r}; "
                f"its fields are {', '.join(FIELDS)}."
            )
        if field and field in checked.values():
            raise CorpusError(f"--map {column}={name}: another column is mapped to {field} too.")
        checked[column] = field
    return checked


def missing_text(columns: Collection[str], mapping: Mapping[str, str], remedy: str = "") -> str:
    """Return the message for a file without a column of words; "" is the remedy of naming one."""
    absent = _missing(columns, mapping)
    also = f"; there is no column {absent!r}, which --map names" if absent else ""
    return (
        "no column holds the words of a statement "
        f"(found: {names_found(columns)}){also}; {remedy or 'name one with --map COLUMN=text'}"
    )


def check_found(columns: Collection[str], mapping: Mapping[str, str]) -> None:
    """Raise CorpusError if no file has a mapped column."""
    if columns and (absent := _missing(columns, mapping)):
        raise CorpusError(
            f"There is no column {absent!r}, which --map names: use one of those found "
            f"({names_found(columns)})."
        )


def names_found(columns: Collection[str]) -> str:
    """Return the columns of a file for a message, "none" if there are none."""
    names = [name if len(name) <= SHOWN else f"{name[:SHOWN]}…" for name in columns]
    return listed(names, _MOST_LISTED) or "none"


def _missing(columns: Iterable[str], mapping: Mapping[str, str]) -> str | None:
    """Return the first mapped column that does not exist."""
    have = {column_key(column) for column in columns}
    return next((name for name in mapping if column_key(name) not in have), None)
