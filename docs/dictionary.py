"""Write the tables of data-dictionary.md and the JSON Schemas: `python docs/dictionary.py`.

They are made from `compare/dictionary.tsv`; the sentences between the tables are written by
hand.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from compare.export import ExportFormat
from compare.export.dictionary import pair_schema, search_schema, table_markdown

FOLDER = Path(__file__).parent
PAGE = FOLDER / "data-dictionary.md"
_PLACE = re.compile(r"<!-- table: (.+?) -->\n.*?<!-- end -->", re.DOTALL)
_FORMATS = re.compile(r"(?<=<!-- formats -->\n).*(?=\n<!-- end -->)")


def written() -> dict[Path, str]:
    """Return each file with its text.

    Raises:
        KeyError: The page has a place for a table that does not exist.
    """

    def filled(place: re.Match[str]) -> str:
        return f"<!-- table: {place[1]} -->\n{table_markdown(place[1])}\n<!-- end -->"

    formats = ", ".join(f"`{format}` (`{format.suffix}`)" for format in ExportFormat)
    page = _FORMATS.sub(formats, PAGE.read_text(encoding="utf-8"))
    return {
        PAGE: _PLACE.sub(filled, page),
        FOLDER / "pair.schema.json": _json(pair_schema()),
        FOLDER / "search.schema.json": _json(search_schema()),
    }


def places() -> list[str]:
    """Return the names of the tables in the page, in order."""
    return [place[1] for place in _PLACE.finditer(PAGE.read_text(encoding="utf-8"))]


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
