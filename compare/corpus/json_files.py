"""Read JSON and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from compare.corpus.text_files import Readable, read_lines, read_text
from compare.corpus.values import BadFileError, Problem, Row

_SHAPE = 'a corpus in JSON is a list of objects, or an object with such a list under "statements"'

# Numbers stay as they are written: an id 007 or 1.10 is a text here.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda name: "")


def read_jsonl(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the objects of a file that has one on each line."""
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        here = Row(file, number, {})
        try:
            yield _row(_DECODER.decode(line.rstrip("\r\n")), here)
        except json.JSONDecodeError as error:
            yield here.problem(
                f"this is no JSON ({error.msg}, column {error.colno}); mend the line"
            )
        except RecursionError:
            yield here.problem("this is nested too deep; write a flat object")


def cells_of(line: str) -> dict[str, str]:
    """Return the cells that `read_jsonl` makes of a line.

    Raises:
        ValueError: It is no JSON object.
        RecursionError: It is nested too deep.
    """
    value = _DECODER.decode(line.rstrip("\r\n"))
    if not isinstance(value, dict):
        raise ValueError("this is no JSON object")
    return flat(value)


def read_json(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the objects of a JSON file, with the line on which each starts."""
    text = read_text(path)
    if not text.strip():
        return
    try:
        document = _DECODER.decode(text)
        start = _list_start(text, document)
    except json.JSONDecodeError as error:
        raise BadFileError(
            f"this is no JSON ({error.msg}, column {error.colno}); mend it there", error.lineno
        ) from None
    except RecursionError:
        raise BadFileError(f"this is nested too deep; {_SHAPE}") from None
    line, counted = 1, 0
    for position, value in _elements(text, start):
        line += text.count("\n", counted, position)
        counted = position
        here = Row(file, line, {})
        try:
            row = _row(value, here)
        except RecursionError:
            row = here.problem("this is nested too deep; write a flat object")
        yield row


def _list_start(text: str, document: Any) -> int:
    """Return where the list of statements starts."""
    if isinstance(document, list):
        return text.index("[")
    if not isinstance(document, dict) or not isinstance(document.get("statements"), list):
        raise BadFileError(_SHAPE)
    position, found = text.index("{") + 1, 0
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, _next(text, position))
        start = _next(text, _next(text, position) + 1)
        _, position = _DECODER.raw_decode(text, start)
        found = start if key == "statements" else found
        position = _next(text, position)
        position += text[position] == ","
        position = _next(text, position)
    return found


def _elements(text: str, start: int) -> Iterator[tuple[int, Any]]:
    """Yield what stands in the list that starts at `start`, and where."""
    position = _next(text, start + 1)
    while text[position] != "]":
        value, end = _DECODER.raw_decode(text, position)
        yield position, value
        position = _next(text, end)
        position = _next(text, position + 1) if text[position] == "," else position


def _next(text: str, position: int) -> int:
    while text[position] in " \t\r\n":
        position += 1
    return position


def _row(value: Any, here: Row) -> Row | Problem:
    if not isinstance(value, dict):
        return here.problem("this is no JSON object; write the fields of a statement as one")
    return Row(here.file, here.line, flat(value))


def flat(value: Mapping[str, Any]) -> dict[str, str]:
    """Return an object's values as texts.

    Lists become one text with ";" between their entries, of a country given as an object its
    name is taken, and the further columns that `Statement.to_dict` keeps apart come back.
    """
    cells = {str(name): _text(entry) for name, entry in value.items()}
    extra = value.get("extra")
    if isinstance(extra, dict):
        del cells["extra"]
        cells.pop("date_precision", None)
        cells = {str(name): _text(entry) for name, entry in extra.items()} | cells
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(_entry, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _entry(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return str(value["name"])
    return _text(value)
