"""The dictionary as Markdown: a table for each table."""

from __future__ import annotations

from compare.export.dictionary.fields import Field, Kind, Table


def table_markdown(table: Table) -> str:
    """Return what writes a table, and its fields with type, meaning, scale and when empty."""
    rows = [_row(field) for field in table.fields]
    head = "| name | type | meaning | scale | empty |\n|---|---|---|---|---|"
    return f"{table.about}\n\n{head}\n" + "\n".join(rows)


def _row(field: Field) -> str:
    cells = (f"`{field.name}`", _kind(field), field.meaning, field.scale, _empty(field))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _kind(field: Field) -> str:
    if field.kind is Kind.OBJECT:
        return f"*{field.of}*"
    if field.kind is Kind.LIST:
        return "list of text" if field.of == "text" else f"list of *{field.of}*"
    return field.kind.value


def _empty(field: Field) -> str:
    return f"null {field.empty}" if field.nullable else field.empty
