"""A column of a table or a field of an object, described."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "true or false"
    OBJECT = "object"
    LIST = "list"
    MAP = "map"


NEVER = "never"


@dataclass(frozen=True, slots=True)
class Field:
    """A column or a field.

    Attributes:
        meaning: In words; Markdown.
        empty: When it is empty or null, in words.
        values: All that it can hold, where that is a choice.
        least: The least number it can be; `most` the greatest.
        of: What an object, or each entry of a list, is: the name of a table, or "text".
        nullable: It is null where it is empty.
    """

    name: str
    kind: Kind
    meaning: str
    empty: str = NEVER
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    of: str = ""
    nullable: bool = False

    @property
    def scale(self) -> str:
        """Return the values it can have, in words; "" where any is allowed."""
        if self.values:
            return ", ".join(f"`{value}`" if value else "empty" for value in self.values)
        if self.least is not None:
            return (
                f"{self.least:g} to {self.most:g}"
                if self.most is not None
                else (f"from {self.least:g}")
            )
        return {
            Kind.DATE: "YYYY, YYYY-MM or YYYY-MM-DD",
            Kind.TIME: "ISO 8601, UTC",
        }.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a kind of object, with its fields in order.

    Attributes:
        about: What writes it and what one row or object is; Markdown.
    """

    name: str
    about: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the fields."""
        return tuple(field.name for field in self.fields)


def text(name: str, meaning: str, empty: str = NEVER, values: tuple[str, ...] = ()) -> Field:
    """Describe a text."""
    return Field(name, Kind.TEXT, meaning, empty, values)


def date(name: str, meaning: str, empty: str = "where it is not known") -> Field:
    """Describe a date as far as it is known."""
    return Field(name, Kind.DATE, meaning, empty)


def share(name: str, meaning: str, empty: str = NEVER, least: float = 0) -> Field:
    """Describe a number from `least` to 1."""
    return Field(name, Kind.NUMBER, meaning, empty, least=least, most=1, nullable=empty != NEVER)


def count(name: str, meaning: str, least: float = 0) -> Field:
    """Describe a whole number."""
    return Field(name, Kind.INTEGER, meaning, least=least)


def flag(name: str, meaning: str) -> Field:
    """Describe a yes or no."""
    return Field(name, Kind.FLAG, meaning)


def part(name: str, of: str, meaning: str, empty: str = NEVER) -> Field:
    """Describe an object within another."""
    return Field(name, Kind.OBJECT, meaning, empty, of=of, nullable=empty != NEVER)


def several(name: str, of: str, meaning: str, empty: str = NEVER) -> Field:
    """Describe a list; `empty` says when it has no entries."""
    return Field(name, Kind.LIST, meaning, empty, of=of)


def mapping(name: str, meaning: str, empty: str = NEVER) -> Field:
    """Describe an object with names of its own."""
    return Field(name, Kind.MAP, meaning, empty)
