"""JSON Schemas (draft 2020-12) of what is exported, made from the dictionary."""

from __future__ import annotations

from typing import Any

from compare.export.dictionary import adaptation, positions
from compare.export.dictionary.columns import PAIRS, TABLES
from compare.export.dictionary.fields import Field, Kind, Table
from compare.export.dictionary.printed import OBJECTS, SEARCH

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"
_TYPES = {
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
    Kind.FLAG: "boolean",
    Kind.OBJECT: "object",
    Kind.MAP: "object",
    Kind.LIST: "array",
}
_ALL = {
    table.name: table
    for table in (
        *(*TABLES, *OBJECTS),
        *(*positions.TABLES, *positions.PRINTED, *adaptation.TABLES),
    )
}


def pair_schema() -> dict[str, Any]:
    """Return the schema of one pair: a line of the JSONL export."""
    return schema_of(PAIRS, "One pair of statements as `compare` exports it: a line of JSONL.")


def search_schema() -> dict[str, Any]:
    """Return the schema of what `compare search --json` prints."""
    return schema_of(SEARCH, "What `compare search --json` prints.")


def schema_of(table: Table, title: str = "") -> dict[str, Any]:
    """Return the schema of a table's row or of an object, with those that it holds."""
    definitions: dict[str, Any] = {}
    whole = _object(table, definitions)
    head = {"$schema": DRAFT, "title": title or table.name, **whole}
    return {**head, "$defs": definitions} if definitions else head


def _object(table: Table, definitions: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.name: _field(field, definitions) for field in table.fields},
        "required": list(table.names),
        "additionalProperties": False,
    }


def _field(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    told = field.meaning.replace("`", "")
    if field.empty != "never":
        told += f"; empty {field.empty.replace('`', '')}"
    if field.kind is Kind.OBJECT:
        of = _reference(field.of, definitions)
        return {
            "description": told,
            **({"anyOf": [of, {"type": "null"}]} if field.nullable else of),
        }
    kind: str | list[str] = _TYPES.get(field.kind, "string")
    made: dict[str, Any] = {
        "description": told,
        "type": [str(kind), "null"] if field.nullable else kind,
    }
    if field.values:
        made["enum"] = [*field.values, *([None] if field.nullable else [])]
    if field.least is not None:
        made["minimum"] = field.least
    if field.most is not None:
        made["maximum"] = field.most
    if field.kind is Kind.DATE:
        made["pattern"] = _DATE
    if field.kind is Kind.LIST:
        plain = field.of == "text"
        made["items"] = {"type": "string"} if plain else _reference(field.of, definitions)
    return made


def _reference(name: str, definitions: dict[str, Any]) -> dict[str, Any]:
    key = name.replace(" ", "_")
    if key not in definitions:
        definitions[key] = {}  # ahead of what it holds, which may hold it
        definitions[key] = _object(_ALL[name], definitions)
    return {"$ref": f"#/$defs/{key}"}
