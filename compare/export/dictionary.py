"""The columns of all exports, their JSON Schemas and documentation, from `dictionary.tsv`.

`compare.strict_model` reads that file, which also describes what is read. The columns of tables,
the JSON Schemas and `docs/data-dictionary.md` are made from it.
"""

from __future__ import annotations

from typing import Any

from compare.strict_model import SCALES, TYPES, about, fields, model, tables


def columns(table: str) -> tuple[str, ...]:
    """Return the names of the columns of a table."""
    return tuple(field.name for field in fields(table))


def numbers(table: str) -> frozenset[str]:
    """Return the columns that hold numbers; all others hold text."""
    return frozenset(field.name for field in fields(table) if field.is_number)


def table_names() -> list[str]:
    """Return the names of all tables and objects, in the order of the documentation."""
    return [table for table in tables() if about(table)]


# -- Schemas and documentation -------------------------------------------------------------------


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
        kind = field.of
        shown = field.type if kind in TYPES else field.type.replace(kind, f"*{kind}*")
        values = ", ".join(f"`{value}`" if value else "empty" for value in field.choices)
        scale = values or field.scale or SCALES.get(kind, "")
        cells = (f"`{field.name}`", shown, field.meaning, scale, field.empty or "never")
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)
