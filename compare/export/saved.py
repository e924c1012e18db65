"""Keep a result in a JSON file and read it back, whole: of a search, or of two sides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compare.errors import ExportError
from compare.export.plain import search_from_dict, search_to_dict, sides_from_dict, sides_to_dict
from compare.files import write_whole
from compare.results.result import Result

FORMAT, SIDES_FORMAT = "compare-result", "compare-pairs"
VERSION = 1


def keep_result(result: Result, path: Path | str, *, force: bool = False) -> None:
    """Write a result to a JSON file, from which `load_result` makes an equal one.

    Raises:
        ExportError: The file is there already and `force` is not given, or it cannot be written.
    """
    write_whole(Path(path), kept_bytes(result), force=force)


def kept_bytes(result: Result) -> bytes:
    """Return what `keep_result` writes."""
    text = json.dumps(result_to_json(result), ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8", "surrogatepass")


def load_result(path: Path | str) -> Result:
    """Read a result that `keep_result` wrote.

    Raises:
        ExportError: The file cannot be read, or is no kept result of this version.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
    except OSError as error:
        raise ExportError(f"{path} cannot be read ({error.strerror}): check its name.") from error
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{path} is not JSON ({error}): {_REMEDY}") from error
    try:
        return result_from_json(data)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error


_REMEDY = (
    "keep a result by `compare search QUOTE --out FILE.json`, or by `sides` or `timeline` with "
    "the same option."
)


def result_to_json(result: Result) -> dict[str, Any]:
    """Return plain data that holds all of a result: whatever was read, listed or not."""
    if result.quote:
        return {"format": FORMAT, "version": VERSION, **search_to_dict(result, result.quote)}
    return {"format": SIDES_FORMAT, "version": VERSION, **sides_to_dict(result)}


def result_from_json(data: Any) -> Result:
    """Return the result that `result_to_json` was given.

    Raises:
        ExportError: The data is something else, damaged, or of another version.
    """
    if not isinstance(data, Mapping) or data.get("format") not in (FORMAT, SIDES_FORMAT):
        raise ExportError(f"this is no kept result: {_REMEDY}")
    if data.get("version") != VERSION:
        raise ExportError(
            f"the result has format version {data.get('version')!r}, this program reads {VERSION}: "
            "make it again, or use the program's version that wrote it."
        )
    try:
        if data["format"] == SIDES_FORMAT:
            return sides_from_dict(data)
        return search_from_dict(data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ExportError(f"the kept result is damaged ({error!r}): make it again.") from error
