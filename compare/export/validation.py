"""Check a saved result beyond the types and ranges of its fields: does all of it fit together?

Texts, offsets, ids, dates and probabilities depend on each other. What does not fit was not written
by this program, or was changed since. Each error begins with the place of the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from compare.library.filters import parse_filters
from compare.statements import PartialDate
from compare.strict_model import check

SEARCH, SIDES = "compare-result", "compare-pairs"
"""Formats of saved results: of a search or positions, and of two sides or a timeline."""

_TOLERANCE = 1e-3
"""By how much the sum of three probabilities may differ from 1."""

_Object = Mapping[str, Any]


def check_result(data: _Object) -> None:
    """Refuse data of the current version that are not a whole and consistent result.

    Raises:
        ValueError: A field is invalid, or does not fit another one.
    """
    is_search = data["format"] == SEARCH
    check("kept search" if is_search else "kept pairs", data)
    _check_provenance(data["provenance"], is_search=is_search)
    if is_search:
        _check_search(data)
    else:
        _check_pairs(data)


def _check_provenance(made: _Object, *, is_search: bool) -> None:
    check_filters("provenance.filters", made["filters"], is_search=is_search)
    for name in ("settings", "third_reader"):
        check_plain(f"provenance.{name}", made[name])


def check_filters(place: str, given: _Object, *, is_search: bool) -> None:
    """Refuse what are not the filters of a search, or else of two sides.

    Raises:
        ValueError: There is no such filter, or its value is invalid.
    """
    filters = dict(given)
    if not is_search and not isinstance(filters.pop("topic", ""), str):
        _refuse(f"{place}.topic", "it is not a text")
    for side, entries in {"": filters}.items() if is_search else filters.items():
        if side not in ("", "a", "b") or not isinstance(entries, Mapping):
            _refuse(place, "they are not those of side a and of side b")
        try:
            parse_filters(entries)
        except ValueError as error:
            _refuse(f"{place}.{side}" if side else place, str(error))


def check_plain(place: str, given: _Object) -> None:
    """Refuse an object that holds more than texts and numbers.

    Raises:
        ValueError: It does.
    """
    if not all(isinstance(value, str | int | float) for value in given.values()):
        _refuse(place, "it holds more than texts and numbers")


def _check_search(data: _Object) -> None:
    statements = _Statements()
    if data["source"]:
        statements.add("source", data["source"])
    found = set()
    for number, entry in enumerate(data["scored"]):
        place, said = f"scored.{number}", entry["statement"]
        statements.add(f"{place}.statement", said)
        if said["id"] in found:
            _refuse(f"{place}.statement.id", "another entry has the same statement")
        found.add(said["id"])
        _check_passage(f"{place}.passage", entry["passage"], said)
        start, end = entry["passage"]["start"], entry["passage"]["end"]
        for name, text in (("before", said["text"][:start]), ("after", said["text"][end:])):
            if entry[name] != text:
                _refuse(f"{place}.{name}", "it is not the statement's text there")
        _check_verdict(place, entry, entry["quote_part"], _read(entry["passage"]))
        for other, repeat in enumerate(entry["also_said"]):
            statements.add(f"{place}.also_said.{other}", repeat)
    for number, entry in enumerate(data.get("unjudged", ())):
        statements.add(f"unjudged.{number}.statement", entry["statement"])
        _check_passage(f"unjudged.{number}.passage", entry["passage"], entry["statement"])


def _check_pairs(data: _Object) -> None:
    statements, passages = _Statements(), data["passages"]
    for number, said in enumerate(data["statements"]):
        if said["id"] in statements:
            _refuse(f"statements.{number}.id", "another statement has the same id")
        statements.add(f"statements.{number}", said)
    for number, passage in enumerate(passages):
        if (said := statements.get(passage["statement_id"])) is None:
            _refuse(f"passages.{number}.statement_id", "there is no such statement")
        _check_passage(f"passages.{number}", passage, said)
    found = set()
    for number, entry in enumerate(data["pairs"]):
        sides = entry["a"], entry["b"]
        for name, index in zip("ab", sides, strict=True):
            if index >= len(passages):
                _refuse(f"pairs.{number}.{name}", "there is no such passage")
        if sides in found:
            _refuse(f"pairs.{number}", "another pair has the same passages")
        found.add(sides)
        _check_verdict(f"pairs.{number}", entry, *(_read(passages[index]) for index in sides))
    _check_placed(data)


def _check_placed(data: _Object) -> None:
    asked, found = str(data["provenance"]["settings"].get("proposition", "")), set()
    for number, entry in enumerate(data["placed"]):
        place = f"placed.{number}"
        if entry["passage"] >= len(data["passages"]):
            _refuse(f"{place}.passage", "there is no such passage")
        if entry["side"] == "b" and data["over_time"]:
            _refuse(f"{place}.side", "a timeline has one side, a")
        if (of := (entry["side"], entry["passage"])) in found:
            _refuse(place, "another entry has the same side and passage")
        found.add(of)
        if not asked.strip():
            _refuse(place, "the settings name no proposition")
        _check_verdict(place, entry, asked, _read(data["passages"][entry["passage"]]))


class _Statements(dict[str, _Object]):
    """The statements of a result by id; each may be there several times, always the same."""

    def add(self, place: str, said: _Object) -> None:
        """Check a statement."""
        if self.setdefault(said["id"], said) != said:
            _refuse(f"{place}.id", "another statement has the same id")
        check_statement(place, said)


def check_statement(place: str, said: _Object) -> None:
    """Refuse a statement with a precision that is not of its date, or pages not of its text.

    Raises:
        ValueError: It is such a statement.
    """
    precision = PartialDate(said["date"]).precision if said["date"] else ""
    if said["date_precision"] != precision:
        _refuse(f"{place}.date_precision", "it is not that of the date")
    starts = [0, *said.get("pages", ()), len(said["text"])]
    if starts != sorted(starts):
        _refuse(f"{place}.pages", "they are not offsets in the text, in ascending order")


def _check_passage(place: str, passage: _Object, said: _Object) -> None:
    if passage["statement_id"] != said["id"]:
        _refuse(f"{place}.statement_id", "it is not the id of the statement")
    _check_offsets(place, passage, said["text"])
    if passage["text"] != said["text"][passage["start"] : passage["end"]]:
        _refuse(f"{place}.text", "it is not the statement's text from start to end")
    if passage["context"] != said["context"]:
        _refuse(f"{place}.context", "it is not that of the statement")
    if passage.get("reads_translation") and not passage.get("translation"):
        _refuse(f"{place}.reads_translation", "there is no translation to read")
    if passage.get("translation", "") not in said.get("translation", ""):
        _refuse(f"{place}.translation", "it is no part of the statement's translation")


def _read(passage: _Object) -> str:
    """Return the words of a passage that models read."""
    return str(passage["translation" if passage.get("reads_translation") else "text"])


def _check_verdict(place: str, entry: _Object, a: str, b: str) -> None:
    if abs(sum(entry["probabilities"].values()) - 1) > _TOLERANCE:
        _refuse(f"{place}.probabilities", "their sum is not 1")
    if why := entry["why"]:
        for name, text in (("quote", a), ("passage", b)):
            for number, span in enumerate(why[name]):
                _check_offsets(f"{place}.why.{name}.{number}", span, text)


def _check_offsets(place: str, of: _Object, text: str) -> None:
    if of["end"] > len(text):
        _refuse(f"{place}.end", f"the text has only {len(text):,} characters")
    if of["start"] > of["end"]:
        _refuse(f"{place}.start", "it is after the end")


def _refuse(place: str, why: str) -> NoReturn:
    raise ValueError(f"{place}: {why}")


# -- Older versions ------------------------------------------------------------------------------

_ADDED: dict[str, dict[str, Any]] = {
    "": {"passages_read": 0},
    "provenance": {"screening": "", "settings": {}, "third_reader": {}},
    "scored": {"alone": None, "screened": False, "third_reader": "", "why": None},
    "pairs": {"alone": None, "screened": False, "third_reader": "", "why": None},
    "placed": {"alone": None},
}
"""Fields that older versions did not write, with what they mean: of the result and of parts."""


def with_added_fields(data: _Object) -> dict[str, Any]:
    """Return data of an older version with the fields that were added since."""

    def filled(name: str, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        found = {**_ADDED[name], **value}
        cosine = found.get("similarity")
        if isinstance(cosine, float) and 1 < cosine < 1 + _TOLERANCE:  # rounded up, in positions
            found["similarity"] = 1.0
        return found

    is_search = data["format"] == SEARCH
    found: dict[str, Any] = filled("", data) if is_search else {"placed": [], **data}
    for name in _ADDED.keys() & found.keys():
        of = found[name]
        is_list = isinstance(of, list)
        found[name] = [filled(name, one) for one in of] if is_list else filled(name, of)
    return found
