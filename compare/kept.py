"""Keep a result in a JSON file and read it back, whole; and the JSON that `search` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from compare.errors import ExportError
from compare.files import write_whole
from compare.passages import Passage
from compare.records import listed
from compare.results import (
    Match,
    Probabilities,
    Provenance,
    Quote,
    SearchResult,
    Span,
    Thresholds,
    Why,
)
from compare.statement import Country, PartialDate, Statement

FORMAT = "compare-result"
VERSION = 1


def keep_result(result: SearchResult, path: Path | str, *, force: bool = False) -> None:
    """Write a result to a JSON file, from which `load_result` makes an equal one."""
    text = json.dumps(result_to_json(result), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(Path(path), (text + "\n").encode("utf-8", "surrogatepass"), force=force)


def load_result(path: Path | str) -> SearchResult:
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


_REMEDY = "keep a result by `compare search QUOTE --out FILE.json`."


def result_to_json(result: SearchResult) -> dict[str, Any]:
    """Return plain data that holds all of the result: every scored match, whatever its list."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "quote": quote_to_dict(result.quote),
        "thresholds": asdict(result.thresholds),
        "provenance": {**_fields(result.provenance), "filters": dict(result.provenance.filters)},
        "source": result.source.to_dict() if result.source else None,
        "notes": list(result.notes),
        "scored": [_match_to_dict(match) for match in result.scored],
    }


def result_from_json(data: Any) -> SearchResult:
    """Return the result that `result_to_json` was given.

    Raises:
        ExportError: The data is something else, damaged, or of another version.
    """
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise ExportError(f"this is no kept result: {_REMEDY}")
    if data.get("version") != VERSION:
        raise ExportError(
            f"the result has format version {data.get('version')!r}, this program reads {VERSION}: "
            "search again, or use the program's version that wrote it."
        )
    try:
        return SearchResult(
            quote=_quote(data["quote"]),
            scored=tuple(_match(entry) for entry in data["scored"]),
            thresholds=Thresholds(**data["thresholds"]),
            provenance=Provenance(**data["provenance"]),
            source=Statement.from_dict(data["source"]) if data["source"] else None,
            notes=tuple(data["notes"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExportError(f"the kept result is damaged ({error!r}): search again.") from error


def public_json(result: SearchResult) -> dict[str, Any]:
    """Return what `search --json` prints: agree in order first, then oppose, then neither."""
    made = result.provenance
    return {
        "query": result.quote.text,
        "outcome": result.outcome.value,
        "model": made.label_source,
        "provenance": {
            "version": made.version,
            "models": {
                "encoder": {"name": made.encoder, "digest": made.encoder_digest},
                "stance": {"name": made.stance_model, "digest": made.stance_digest},
            },
            "screened": _screened(result),
            "thresholds": asdict(result.thresholds),
            "filters": dict(made.filters),
            "library_digest": made.library_digest,
            "statements": made.statements,
            "passages": made.passages,
            "date": made.date,
            "quote": quote_to_dict(result.quote),
            "source": result.source.to_dict() if result.source else None,
            "notes": list(result.notes),
        },
        "results": [
            {
                "rank": rank,
                "stance": stance.value,
                "p_agree": float(match.probabilities.agree),
                "p_oppose": float(match.probabilities.oppose),
                "p_neither": float(match.probabilities.neither),
                "similarity": float(match.similarity),
                "passage": match.passage.text,
                "statement": {
                    **match.statement.to_dict(),
                    "also_said": [statement.to_dict() for statement in match.also_said],
                },
                "why": why_json(match.why, match.quote_part, match.passage.text),
            }
            for stance, rank, match in listed(result)
        ],
    }


def _screened(result: SearchResult) -> dict[str, Any] | None:
    """Return which statements only the fast model of a cascade read, None without a cascade."""
    if not result.provenance.screening:
        return None
    ids = [match.statement.id for _, _, match in listed(result) if match.screened]
    return {"model": result.provenance.screening, "statements": ids}


def why_json(why: Why | None, quote: str, passage: str) -> dict[str, Any] | None:
    """Return the deciding words of both sides, each with its offsets and weight."""
    if why is None:
        return None
    return {
        "quote_part": quote,
        "quote": spans_json(why.quote, quote),
        "passage": spans_json(why.passage, passage),
    }


def spans_json(spans: Sequence[Span], text: str) -> list[dict[str, Any]]:
    """Return marked words with their offsets and weights."""
    return [{**_span(span), "text": text[span.start : span.end]} for span in spans]


def quote_to_dict(quote: Quote) -> dict[str, Any]:
    """Return a quote as plain data."""
    return {
        **_fields(quote),
        "country": [asdict(entry) for entry in quote.country],
        "date": quote.date.iso if quote.date else "",
    }


def _fields(value: Any) -> dict[str, Any]:
    """Return a dataclass's fields, one level deep."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _span(span: Span) -> dict[str, Any]:
    return {"start": int(span.start), "end": int(span.end), "weight": float(span.weight)}


def _match_to_dict(match: Match) -> dict[str, Any]:
    why = match.why
    return {
        "statement": match.statement.to_dict(),
        "passage": asdict(match.passage),
        "probabilities": {
            name: float(value) for name, value in asdict(match.probabilities).items()
        },
        "similarity": float(match.similarity),
        "quote_part": match.quote_part,
        "before": match.before,
        "after": match.after,
        "also_said": [statement.to_dict() for statement in match.also_said],
        "screened": match.screened,
        "why": why
        and {
            "quote": [_span(span) for span in why.quote],
            "passage": [_span(span) for span in why.passage],
        },
    }


def _match(data: Mapping[str, Any]) -> Match:
    why = data["why"]
    return Match(
        statement=Statement.from_dict(data["statement"]),
        passage=Passage(**data["passage"]),
        probabilities=Probabilities(**data["probabilities"]),
        similarity=float(data["similarity"]),
        quote_part=data["quote_part"],
        before=data["before"],
        after=data["after"],
        also_said=tuple(Statement.from_dict(entry) for entry in data["also_said"]),
        why=why
        and Why(
            tuple(Span(**span) for span in why["quote"]),
            tuple(Span(**span) for span in why["passage"]),
        ),
        screened=bool(data.get("screened", False)),
    )


def _quote(data: Mapping[str, Any]) -> Quote:
    return Quote(
        **{
            **data,
            "country": tuple(Country(**entry) for entry in data["country"]),
            "date": PartialDate(data["date"]) if data["date"] else None,
        }
    )
