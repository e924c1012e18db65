"""Read JSON, JSON lines, and documents (Markdown or plain text with front matter)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from compare.corpus.text_files import Readable, read_lines, read_text
from compare.corpus.values import BadFileError, Problem, Row, shortened
from compare.strict_json import object_of

_SHAPE = 'a corpus in JSON is a list of objects, or an object with such a list under "statements"'
_NOT_FLAT = "this is nested too deep; write a flat object"
_FENCES = frozenset({"---", "..."})


def _object(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    try:
        return object_of(fields)
    except ValueError as error:
        raise ValueError(f"{error}; rename one") from None


# Numbers stay as written: an id can be 007 or 1.10. NaN is a missing value, as in a table.
_AS_WRITTEN: Any = {"parse_float": str, "parse_int": str, "parse_constant": str}
_DECODER = json.JSONDecoder(object_pairs_hook=_object, **_AS_WRITTEN)
_LENIENT = json.JSONDecoder(**_AS_WRITTEN)  # of a name that is there twice, the last counts


def read_jsonl(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the objects of a file that has one on each line."""
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            try:
                yield _row(file, number, _decoded(line))
            except ValueError as error:
                yield Row(file, number, {}).problem(str(error))
            except RecursionError:
                yield Row(file, number, {}).problem(_NOT_FLAT)


def cells_of(line: str) -> dict[str, str]:
    """Return the cells of a line of JSON lines; ValueError if it is not a flat object."""
    try:
        return _cells(_decoded(line))
    except RecursionError:
        raise ValueError(_NOT_FLAT) from None


def _decoded(line: str) -> Any:
    try:
        return _DECODER.decode(line.rstrip("\r\n"))
    except json.JSONDecodeError as error:
        message = f"this is not JSON ({error.msg}, column {error.colno}); correct the line"
        if line.lstrip()[:1] == "[":
            message = (
                "a list of objects begins here, and a .jsonl file has one object a line; end the "
                "name of the file in .json"
            )
        raise ValueError(message) from None


def _why_no_json(error: json.JSONDecodeError) -> str:
    here = error.doc[error.pos :].lstrip()
    if error.msg == "Extra data" and here.startswith("{") and error.doc.lstrip().startswith("{"):
        return (
            "another object begins here, and a .json file has one list; end the name of the file "
            "in .jsonl if it has one object a line"
        )
    return f"this is not JSON ({error.msg}, column {error.colno}); correct it there"


def read_json(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the objects of a JSON file, each with the line on which it starts."""
    text = read_text(path)
    if not text.strip():
        return
    try:
        document, start = _LENIENT.decode(text), _skip_blanks(text, 0)
        if isinstance(document, dict) and isinstance(document.get("statements"), list):
            *others, start = [at for key, at, _ in _entries(text, start) if key == "statements"]
            if others:
                line = text.count("\n", 0, start) + 1
                raise BadFileError('"statements" is named twice; make one list of the two', line)
        elif not isinstance(document, list):
            raise BadFileError(_SHAPE)
    except json.JSONDecodeError as error:
        raise BadFileError(_why_no_json(error), error.lineno) from None
    except RecursionError:
        raise BadFileError(f"this is nested too deep; {_SHAPE}") from None
    line, counted = 1, 0  # count line breaks up to each entry, not from the start each time
    for _, position, value in _entries(text, start):
        line += text.count("\n", counted, position)
        counted = position
        try:
            yield _row(file, line, value)
        except ValueError as error:
            yield Row(file, line, {}).problem(str(error))
        except RecursionError:
            yield Row(file, line, {}).problem(_NOT_FLAT)


def _entries(text: str, start: int) -> Iterator[tuple[str, int, Any]]:
    """Yield the key, position and value of each entry of the object or list at `start`.

    The text has to be valid JSON. The keys of a list are "". The value of an entry that names a
    field twice is the error that says so.
    """
    position = _skip_blanks(text, start + 1)
    while text[position] not in "]}":
        key = ""
        if text[start] == "{":
            key, position = _DECODER.raw_decode(text, position)
            position = _skip_blanks(text, _skip_blanks(text, position) + 1)  # after the colon
        try:
            value, end = _DECODER.raw_decode(text, position)
        except ValueError as error:
            value, (_, end) = error, _LENIENT.raw_decode(text, position)
        yield key, position, value
        position = _skip_blanks(text, end)
        if text[position] == ",":
            position = _skip_blanks(text, position + 1)


def _skip_blanks(text: str, position: int) -> int:
    while text[position] in " \t\r\n":
        position += 1
    return position


def _row(file: str, line: int, value: Any) -> Row:
    """Return an object as a row; a list under "pages" is that of `Statement.to_dict`."""
    if isinstance(value, ValueError):
        raise value
    pages = value.get("pages") if isinstance(value, dict) else None
    if not isinstance(pages, list):
        return Row(file, line, _cells(value), objects=_objects(value))
    value = {name: entry for name, entry in value.items() if name != "pages"}
    return Row(file, line, _cells(value), pages=pages, objects=_objects(value))


def _objects(fields: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in fields.items() if isinstance(value, dict))


def _cells(value: Any) -> dict[str, str]:
    """Return an object's values as text.

    The entries of a list are joined by "; ", a country given as an object becomes its name, and
    the `extra` of `Statement.to_dict` becomes columns again.
    """
    if not isinstance(value, dict):
        raise ValueError("this is not a JSON object; write the fields of a statement as one")
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
        names = (entry.get("name") if isinstance(entry, dict) else None for entry in value)
        return "; ".join(
            name if isinstance(name, str) else _text(entry)
            for name, entry in zip(names, value, strict=True)
        )
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# -- documents -----------------------------------------------------------------------------------


def read_document(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the one statement of a file: the body is its text, the front matter its fields.

    Without front matter, the source is the name of the file.
    """
    lines = list(read_lines(path))
    if not "".join(lines).strip():
        return
    if lines[0].rstrip() != "---":
        cells = {"text": "".join(lines), "source": PurePath(file).name}
        yield Row(file, 1, cells, fallbacks=frozenset({"source"}))
        return
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() in _FENCES), None)
    if end is None:
        raise BadFileError(
            'the front matter that starts here is never closed; end it with "---"', 1
        )
    fields, places = _front_matter("".join(lines[1:end]))
    cells, body = _cells(fields), "".join(lines[end + 1 :])
    row = Row(file, 1, cells, lines=places, objects=_objects(fields))
    if "text" not in cells:
        yield Row(file, 1, {**cells, "text": body}, lines={**places, "text": end + 2})
    elif body.strip():
        yield row.problem("the words are below too; keep one of the two", "text", cells["text"])
    else:
        yield row


def _front_matter(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the values as written (NO is Norway, not false), and their line numbers."""
    import yaml

    try:
        loader = _yaml_loader()(text)
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        if not isinstance(node, yaml.MappingNode):
            raise BadFileError('the front matter has to be lines like "speaker: Name"', 2)
        values = loader.construct_mapping(node, deep=True)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it holds a character that YAML does not allow"
        reason = reason.replace("'<stream end>'", "its end")
        raise BadFileError(
            f"the front matter is not YAML ({reason}); put the value in quotation marks",
            mark.line + 2 if mark else 2,
        ) from None
    except RecursionError:
        message = "the front matter is nested too deep; write one value a line"
        raise BadFileError(message, 2) from None
    places = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    known = {str(name): None if value in ("~", "null") else value for name, value in values.items()}
    return known, places


def _yaml_loader() -> Any:
    """Return a class that loads texts, lists and mappings, and refuses aliases and names twice."""
    import yaml

    class Loader(yaml.BaseLoader):
        """Loads only texts, lists and mappings, and refuses aliases."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):  # a few can expand to gigabytes
                raise yaml.MarkedYAMLError(
                    problem="an alias (*) is not read",
                    # PyYAML's types leave this method out
                    problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            names = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise BadFileError(
                        "in the front matter, a name is a list or a mapping; write a word",
                        key.start_mark.line + 2,
                    )
                if key.value in names:
                    raise BadFileError(
                        f"the front matter has {shortened(key.value)} twice; keep one of the two",
                        key.start_mark.line + 2,
                    )
                names.add(key.value)
            return super().construct_mapping(node, deep)

    return Loader
