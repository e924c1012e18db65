"""The columns and fields of all exports, read from `dictionary.tsv`.

The columns of tables, their row models, the JSON Schemas and `docs/data-dictionary.md` are made
from that file. Each of its rows is a field: table, name, type, scale, meaning, and when it is empty
or null. A row without a name describes the table. A type "+other" stands for the fields of another
table, whose names and meanings get `name` and `meaning` as prefixes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from compare.safe_text import one_line
from compare.statements import PartialDate

if TYPE_CHECKING:
    from pydantic import BaseModel

_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"
_DIGEST = r"^[0-9a-f]{64}$"
_TYPES = {"text": str, "date": str, "time": str, "integer": int, "number": float}
_TYPES |= {"true or false": bool, "map": dict[str, Any], "map of text": dict[str, str]}
_TYPES |= {"map of numbers": dict[str, float], "table of numbers": dict[str, dict[str, float]]}
_TYPES |= {"digest": str}
_PATTERNS = {"date": _DATE, "time": None, "digest": _DIGEST}
_LIST = "list of "
_SCALES = {"date": "YYYY, YYYY-MM or YYYY-MM-DD", "time": "ISO 8601, UTC"}
_SCALES |= {"digest": "sha256 (64 hex digits)"}

_SHOWN = 120  # characters of a value in a message


class Field(NamedTuple):
    """A row of `dictionary.tsv`; without `empty`, a field is never empty."""

    table: str
    name: str
    type: str
    scale: str
    meaning: str
    empty: str

    @property
    def is_number(self) -> bool:
        """Whether it holds a number."""
        return self.type in ("integer", "number")

    @property
    def is_nullable(self) -> bool:
        """Whether an empty value is null, not ""."""
        return self.empty.startswith("null")

    @property
    def is_optional(self) -> bool:
        """Whether an object has the field only if there is something in it."""
        return self.empty.startswith("left out")

    @property
    def choices(self) -> tuple[str, ...]:
        """All possible values, if there are only some: "agree|oppose|neither", or a constant."""
        is_constant = self.type == "text" and bool(self.scale)
        return tuple(self.scale.split("|")) if "|" in self.scale or is_constant else ()

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The least and the greatest number, as in "0 to 1" or "from 1"; None for no limit."""
        least, _, most = self.scale.removeprefix("from ").partition(" to ")
        if not self.is_number or not least:
            return None, None
        number = int if self.type == "integer" else float
        return number(least), number(most) if most else None


@cache
def _rows() -> dict[str, list[Field]]:
    path = Path(__file__).with_suffix(".tsv")
    found: dict[str, list[Field]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            found.setdefault(row[0], []).append(Field(*row))
    return found


def fields(table: str) -> Iterator[Field]:
    """Yield the fields of a table in order."""
    for field in _rows()[table]:
        if field.type.startswith("+"):
            for other in fields(field.type[1:]):
                name, meaning = f"{field.name}{other.name}", f"{field.meaning}{other.meaning}"
                yield other._replace(name=name, meaning=meaning)
        elif field.name:
            yield field


def columns(table: str) -> tuple[str, ...]:
    """Return the names of the columns of a table."""
    return tuple(field.name for field in fields(table))


def numbers(table: str) -> frozenset[str]:
    """Return the columns that hold numbers; all others hold text."""
    return frozenset(field.name for field in fields(table) if field.is_number)


def about(table: str) -> str:
    """Return the description of a table; "" for fields that only other tables include."""
    return next((field.meaning for field in _rows()[table] if not field.name), "")


def table_names() -> list[str]:
    """Return the names of all tables and objects, in the order of the documentation."""
    return [table for table in _rows() if about(table)]


# -- Models and schemas --------------------------------------------------------------------------


@cache
def model(table: str) -> type[BaseModel]:
    """Return the pydantic model of a table's row, or of an object."""
    from pydantic import ConfigDict, create_model

    made: type[BaseModel] = create_model(
        table,
        __config__=ConfigDict(title=table, extra="forbid", allow_inf_nan=False),
        __doc__=about(table),
        **{field.name: _annotation(field) for field in fields(table)},
    )
    return made


def _annotation(field: Field) -> Any:
    from pydantic import AfterValidator
    from pydantic import Field as Described

    kind = field.type.removeprefix(_LIST)
    least, most = field.limits
    of: Any = Literal[field.choices] if field.choices else _TYPES.get(kind) or model(kind)
    if kind in _PATTERNS:
        of = Annotated[of, Described(pattern=_PATTERNS[kind])]
    of = list[of] if field.type.startswith(_LIST) else of
    if kind in ("date", "time") and not field.type.startswith(_LIST):
        of = Annotated[of, AfterValidator(_real_date if kind == "date" else _real_time)]
    of = Annotated[of, Described(ge=least, le=most)] if least is not None else of
    text = f"{field.meaning}; empty {field.empty}" if field.empty else field.meaning
    text = text.replace("empty null", "null").replace("empty left out", "left out")
    text = text.replace("`", "")
    described = Described(description=text)
    if field.is_optional:
        described = Described(default_factory=list, description=text)
    return of | None if field.is_nullable else of, described


def _real_date(text: str) -> str:
    if text:
        PartialDate(text)  # raises ValueError for 2022-13
    return text


def _real_time(text: str) -> str:
    try:
        if not text or datetime.fromisoformat(text).tzinfo:
            return text
    except ValueError:
        pass
    raise ValueError(f"{text[:_SHOWN]!a} is not a time with its offset (ISO 8601)")


def check(table: str, data: Any) -> None:
    """Refuse data that are not an object as a table describes it.

    Raises:
        ValueError: A field is missing, unknown, of another type or out of its range; the message
            begins with its place, as in "pairs.3.similarity: …".
    """
    from pydantic import ValidationError

    try:
        model(table).model_validate(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        # The name of an unknown field can hold anything.
        said = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{one_line(place)[:_SHOWN]}: {one_line(said)}") from None


def schema_of(table: str, title: str = "") -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a row or object, nested objects included."""
    from pydantic.json_schema import GenerateJsonSchema

    class Untitled(GenerateJsonSchema):
        # Otherwise pydantic repeats each field's name as its title.
        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    made = model(table).model_json_schema(schema_generator=Untitled)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": title or table,
    }


def pair_schema() -> dict[str, Any]:
    """Return the JSON Schema of one pair: a line of the JSONL export."""
    return schema_of("pairs", "One pair of statements as `compare` exports it: a line of JSONL.")


def search_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `compare search --json` prints."""
    return schema_of("search", "What `compare search --json` prints.")


def table_markdown(table: str) -> str:
    """Return a description of a table and its fields, as Markdown."""
    lines = [about(table), "", "| name | type | meaning | scale | empty |", "|---|---|---|---|---|"]
    for field in fields(table):
        kind = field.type.removeprefix(_LIST)
        shown = field.type if kind in _TYPES else field.type.replace(kind, f"*{kind}*")
        values = ", ".join(f"`{value}`" if value else "empty" for value in field.choices)
        scale = values or field.scale or _SCALES.get(kind, "")
        cells = (f"`{field.name}`", shown, field.meaning, scale, field.empty or "never")
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)
