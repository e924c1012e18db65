"""Results as plain data, from which equal ones are made: what a kept file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from compare.results.provenance import Provenance
from compare.results.result import (
    Excerpt,
    Kind,
    Pair,
    Probabilities,
    Rationale,
    Result,
    Span,
    Thresholds,
)
from compare.statements.passages import Passage
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate, Statement


def search_to_dict(result: Result, quote: Quote) -> dict[str, Any]:
    """Return all of a search's result: every scored pair, whatever its list."""
    return {
        "quote": quote_to_dict(quote),
        **_made(result.thresholds, result.provenance),
        "source": result.source.to_dict() if result.source else None,
        "notes": list(result.notes),
        "scored": [
            {
                "statement": pair.b.statement.to_dict(),
                "passage": asdict(pair.b.passage),
                **_verdict(pair),
                "quote_part": pair.a.text,
                "before": pair.b.before,
                "after": pair.b.after,
                "also_said": [statement.to_dict() for statement in pair.b.repeats],
                "screened": pair.first_stage_only,
                "why": _why_to_dict(pair.rationale),
            }
            for pair in result.pairs
        ],
    }


def search_from_dict(data: Mapping[str, Any]) -> Result:
    """Return the result that `search_to_dict` was given."""
    quote = _quote(data["quote"])
    source = Statement.from_dict(data["source"]) if data["source"] else None

    def pair(entry: Mapping[str, Any]) -> Pair:
        repeats = tuple(Statement.from_dict(other) for other in entry["also_said"])
        found = Excerpt(
            Statement.from_dict(entry["statement"]), Passage(**entry["passage"]), repeats
        )
        return _pair(Excerpt.of_quote(quote, entry["quote_part"], source), found, entry)

    return Result(
        Kind.SEARCH,
        quote.text,
        tuple(pair(entry) for entry in data["scored"]),
        Thresholds(**data["thresholds"]),
        Provenance(**data["provenance"]),
        quote=quote,
        source=source,
        notes=tuple(data["notes"]),
    )


def sides_to_dict(result: Result) -> dict[str, Any]:
    """Return all pairs of two sides that were read, each statement and passage once.

    A pair names its passages by their places in `passages`.
    """
    statements: dict[str, Statement] = {}
    places: dict[Passage, int] = {}
    pairs = []
    for pair in result.pairs:
        for side in pair.excerpts:
            statements.setdefault(side.statement.id, side.statement)
        a, b = (places.setdefault(side.passage, len(places)) for side in pair.excerpts)
        why = _why_to_dict(pair.rationale)
        verdict = {**_verdict(pair), "screened": pair.first_stage_only, "why": why}
        pairs.append({"a": a, "b": b, **verdict})
    return {
        "subject": result.subject,
        "over_time": result.over_time,
        **_made(result.thresholds, result.provenance),
        "same_point": result.candidates,
        "notes": list(result.notes),
        "statements": [statement.to_dict() for statement in statements.values()],
        "passages": [asdict(passage) for passage in places],
        "pairs": pairs,
    }


def sides_from_dict(data: Mapping[str, Any]) -> Result:
    """Return the result that `sides_to_dict` was given."""
    found = [Statement.from_dict(entry) for entry in data["statements"]]
    statements = {statement.id: statement for statement in found}
    passages = [Passage(**entry) for entry in data["passages"]]
    excerpts = [Excerpt(statements[passage.statement_id], passage) for passage in passages]
    return Result(
        Kind.TIMELINE if data["over_time"] else Kind.SIDES,
        data["subject"],
        tuple(_pair(excerpts[entry["a"]], excerpts[entry["b"]], entry) for entry in data["pairs"]),
        Thresholds(**data["thresholds"]),
        Provenance(**data["provenance"]),
        candidates=int(data["same_point"]),
        notes=tuple(data["notes"]),
    )


def _pair(a: Excerpt, b: Excerpt, entry: Mapping[str, Any]) -> Pair:
    return Pair(
        a,
        b,
        Probabilities(**entry["probabilities"]),
        float(entry["similarity"]),
        _why(entry.get("why")),
        bool(entry.get("screened", False)),
    )


def _made(thresholds: Thresholds, provenance: Provenance) -> dict[str, Any]:
    made = {**_fields(provenance), "filters": dict(provenance.filters)}
    return {
        "thresholds": asdict(thresholds),
        "provenance": {**made, "settings": dict(provenance.settings)},
    }


def _verdict(found: Pair) -> dict[str, Any]:
    probabilities = asdict(found.probabilities)
    return {
        "probabilities": {name: float(value) for name, value in probabilities.items()},
        "similarity": float(found.similarity),
    }


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


def span_to_dict(span: Span) -> dict[str, Any]:
    """Return marked words as plain data."""
    return {"start": int(span.start), "end": int(span.end), "weight": float(span.weight)}


def _why_to_dict(why: Rationale | None) -> dict[str, Any] | None:
    if why is None:
        return None
    return {
        name: [span_to_dict(span) for span in spans]
        for name, spans in (("quote", why.a), ("passage", why.b))
    }


def _why(data: Mapping[str, Any] | None) -> Rationale | None:
    if data is None:
        return None
    return Rationale(*(tuple(Span(**span) for span in data[name]) for name in ("quote", "passage")))


def _quote(data: Mapping[str, Any]) -> Quote:
    return Quote(
        **{
            **data,
            "country": tuple(Country(**entry) for entry in data["country"]),
            "date": PartialDate(data["date"]) if data["date"] else None,
        }
    )
