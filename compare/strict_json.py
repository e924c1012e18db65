"""Read JSON that a person may have edited, and tell whether it was changed since it was written."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn

from compare.safe_text import one_line

DIGEST = "digest"
"""Field of an object that holds the `digest_of` the others."""

_LARGEST = 2**53  # of the integers that every program reads exactly
_DIGITS = 17  # with its sign; more would be slow to read
_SHOWN = 120  # characters of a place in a message
_NESTED = "it is nested too deeply"


def read_json(text: str | bytes) -> Any:
    """Return the data of a JSON text.

    Raises:
        ValueError: It is not JSON in UTF-8, holds a number that is not finite or an integer beyond
            2**53, names a field of an object twice, or is nested too deeply.
    """
    if isinstance(text, bytes):
        text = _decoded(text)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ValueError("it is empty")
    try:
        return json.loads(
            text,
            parse_constant=_refuse_number,
            parse_float=_number,
            parse_int=_integer,
            object_pairs_hook=object_of,
        )
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise ValueError(f"line {error.lineno}, column {error.colno}: {what}") from None
    except RecursionError:
        raise ValueError(_NESTED) from None
    except _NumberError as error:
        place = _place_of_number(text)
        raise ValueError(f"{place}: {error}" if place else str(error)) from None


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("it is UTF-16: save it as UTF-8")
    try:
        # Text from the web may hold half a surrogate pair.
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is not UTF-8") from None


def object_of(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of an object as a dictionary; ValueError if it names one twice."""
    found = dict(fields)
    if len(found) < len(fields):
        # A reader may see the first of the two values, and the program the last.
        (name, _), *_ = Counter(name for name, _ in fields).most_common(1)
        raise ValueError(f"an object has the field {name[:40]!a} twice")
    return found


def digest_of(data: Mapping[str, Any]) -> str:
    """Return the sha256 (hex) of an object without its digest.

    The text that is hashed has its names sorted, no blanks and no escapes but JSON's own, so that
    neither line breaks nor the order of fields count.

    Raises:
        ValueError: The object holds a number that is not finite, or is nested too deeply.
    """
    content = {name: value for name, value in data.items() if name != DIGEST}
    try:
        text = json.dumps(
            content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        )
    except RecursionError:
        raise ValueError(_NESTED) from None
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _NumberError(ValueError):
    """A number that is not finite, or too large."""


def _number(text: str) -> float:
    return number if isfinite(number := float(text)) else _refuse_number(text)


def _integer(text: str) -> int:
    if len(text) > _DIGITS or abs(number := int(text)) > _LARGEST:
        raise _NumberError(f"{text[:40]} is too large a number")
    return number


def _refuse_number(text: str) -> NoReturn:
    raise _NumberError(f"{text[:40]} is not a finite number")


def _place_of_number(text: str | bytes) -> str:
    """Return the place of the first number that is refused, as in "pairs.3.similarity"."""
    refused = object()

    def or_refused(text: str) -> object:
        try:
            return _integer(text) if text.lstrip("-").isdecimal() else _number(text)
        except _NumberError:
            return refused

    try:
        data = json.loads(
            text, parse_constant=or_refused, parse_float=or_refused, parse_int=or_refused
        )
    except (ValueError, RecursionError):  # something else is wrong after it
        return ""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        place, value = waiting.pop()
        if value is refused:
            return one_line(place)[1:_SHOWN]
        members: Iterable[tuple[Any, Any]] = ()
        if isinstance(value, dict | list):
            members = value.items() if isinstance(value, dict) else enumerate(value)
        waiting += reversed([(f"{place}.{name}", member) for name, member in members])
    return ""
