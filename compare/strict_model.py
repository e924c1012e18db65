"""The fields of all files, and strict models that check what is read from one.

`dictionary.tsv` describes them. Each of its rows is a field: table, name, type, scale,
meaning, and when it is empty or null. A row without a name describes the table. A type "+other"
includes the fields of another table, with `name` and `meaning` put before theirs. "map of other"
is an object whose values are of that table, "list of other" a list of them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from compare.safe_text import one_line
from compare.statements import PartialDate
from compare.strict_json import read_json

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"
_DIGEST = r"^[0-9a-f]{64}$"
TYPES = {"text": str, "date": str, "time": str, "integer": int, "number": float}
TYPES |= {"true or false": bool, "map": dict[str, Any], "map of text": dict[str, str]}
TYPES |= {"digest": str}
"""The types of values that are no tables."""

SCALES = {"date": "YYYY, YYYY-MM or YYYY-MM-DD", "time": "ISO 8601, UTC"}
SCALES |= {"digest": "sha256 (64 hex digits)"}

_PATTERNS = {"date": _DATE, "time": None, "digest": _DIGEST}
_LIST, _MAP = "list of ", "map of "

_SHOWN = 120  # characters of a place in a message
_VALUE_SHOWN = 40  # of a value


class Field(NamedTuple):
    """A row of `dictionary.tsv`; without `empty`, a field is never empty."""

    table: str
    name: str
    type: str
    scale: str
    meaning: str
    empty: str

    @property
    def of(self) -> str:
        """The type of its value, or of the members of a list or map."""
        return self.type if self.type in TYPES else self.type.removeprefix(_LIST).removeprefix(_MAP)

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
def tables() -> dict[str, list[Field]]:
    """Return the rows of each table."""
    path = Path(__file__).with_name("dictionary.tsv")
    found: dict[str, list[Field]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            found.setdefault(row[0], []).append(Field(*row))
    return found


def fields(table: str) -> Iterator[Field]:
    """Yield the fields of a table in order."""
    for field in tables()[table]:
        if field.type.startswith("+"):
            for other in fields(field.type[1:]):
                name, meaning = f"{field.name}{other.name}", f"{field.meaning}{other.meaning}"
                yield other._replace(name=name, meaning=meaning)
        elif field.name:
            yield field


def about(table: str) -> str:
    """Return the description of a table; "" for fields that only other tables include."""
    return next((field.meaning for field in tables()[table] if not field.name), "")


# -- Models ----------------------------------------------------------------------------------------


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

    kind = field.of
    least, most = field.limits
    of: Any = Literal[field.choices] if field.choices else TYPES.get(kind) or model(kind)
    if kind in _PATTERNS:
        of = Annotated[of, Described(pattern=_PATTERNS[kind])]
    if field.type != kind:
        of = list[of] if field.type.startswith(_LIST) else dict[str, of]
    if field.type in ("date", "time"):
        of = Annotated[of, AfterValidator(_real_date if kind == "date" else _real_time)]
    of = Annotated[of, Described(ge=least, le=most)] if least is not None else of
    text = f"{field.meaning}; empty {field.empty}" if field.empty else field.meaning
    text = text.replace("empty null", "null").replace("empty left out", "left out")
    text = text.replace("`", "")
    described = Described(description=text)
    if field.is_optional:
        empty = list if field.type.startswith(_LIST) else TYPES[kind]
        described = Described(default_factory=empty, description=text)
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


def check(table: str, data: Any) -> Any:
    """Return data as the model of a table.

    Raises:
        ValueError: A field is missing, unknown, of another type or out of its range; the message
            begins with its place, as in "pairs.3.similarity: …".
    """
    from pydantic import ValidationError

    try:
        return model(table).model_validate(data, strict=True)
    except ValidationError as error:
        raise ValueError(first_problem(error)) from None


def first_problem(error: ValidationError) -> str:
    """Return the first problem that was found, after its place: "pairs.3.similarity: …"."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "the document"
    # The name of an unknown field can hold anything.
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] in ("model_type", "dict_type"):
        said = "Input should be an object"
    if first["type"] not in _NAMED_BY_PLACE:
        said += f", not {shown_value(first['input'])}"
    return f"{one_line(place)[:_SHOWN]}: {one_line(said)}"


_NAMED_BY_PLACE = ("missing", "extra_forbidden", "unexpected_keyword_argument", "value_error")
"""Errors whose messages need no value, or have it."""


def shown_value(value: Any) -> str:
    """Return a value as a short part of a sentence: its JSON, or what kind it is."""
    for kind, name in ((dict, "an object"), (list, "a list"), (bytes, "bytes")):
        if isinstance(value, kind):
            return name
    text = json.dumps(value)
    return text if len(text) <= _VALUE_SHOWN else f"{text[:_VALUE_SHOWN]}…"


def read(table: str, text: str | bytes) -> Any:
    """Return the JSON of an object as the model of its table.

    Raises:
        ValueError: It is not JSON as `read_json` accepts it, or `check` refuses it.
    """
    return check(table, read_json(text))
