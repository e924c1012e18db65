"""Results as plain data, from which equal ones are made: what a kept file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from compare.results.pairs import Pair, PairTable
from compare.results.provenance import Provenance
from compare.results.result import Match, Probabilities, SearchResult, Span, Thresholds, Why
from compare.statements.passages import Passage
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate, Statement


def search_to_dict(result: SearchResult) -> dict[str, Any]:
    """Return all of a search's result: every scored match, whatever its list."""
    return {
        "quote": quote_to_dict(result.quote),
        **_made(result.thresholds, result.provenance),
        "source": result.source.to_dict() if result.source else None,
        "notes": list(result.notes),
        "scored": [_match_to_dict(match) for match in result.scored],
    }


def search_from_dict(data: Mapping[str, Any]) -> SearchResult:
    """Return the result that `search_to_dict` was given."""
    return SearchResult(
        quote=_quote(data["quote"]),
        scored=tuple(_match(entry) for entry in data["scored"]),
        thresholds=Thresholds(**data["thresholds"]),
        provenance=Provenance(**data["provenance"]),
        source=Statement.from_dict(data["source"]) if data["source"] else None,
        notes=tuple(data["notes"]),
    )


def table_to_dict(table: PairTable) -> dict[str, Any]:
    """Return all of a table: every pair that was read, each statement and passage once.

    A pair names its passages by their places in `passages`.
    """
    statements: dict[str, Statement] = {}
    places: dict[Passage, int] = {}
    pairs = []
    for pair in table.pairs:
        for statement in (pair.a, pair.b):
            statements.setdefault(statement.id, statement)
        a, b = (places.setdefault(part, len(places)) for part in (pair.a_passage, pair.b_passage))
        verdict = {**_verdict(pair), "screened": pair.screened, "why": _why_to_dict(pair.why)}
        pairs.append({"a": a, "b": b, **verdict})
    return {
        "subject": table.subject,
        "over_time": table.over_time,
        **_made(table.thresholds, table.provenance),
        "same_point": table.same_point,
        "notes": list(table.notes),
        "statements": [statement.to_dict() for statement in statements.values()],
        "passages": [asdict(passage) for passage in places],
        "pairs": pairs,
    }


def table_from_dict(data: Mapping[str, Any]) -> PairTable:
    """Return the table that `table_to_dict` was given."""
    found = [Statement.from_dict(entry) for entry in data["statements"]]
    statements = {statement.id: statement for statement in found}
    passages = [Passage(**entry) for entry in data["passages"]]

    def pair(entry: Mapping[str, Any]) -> Pair:
        a, b = passages[entry["a"]], passages[entry["b"]]
        return Pair(
            statements[a.statement_id],
            a,
            statements[b.statement_id],
            b,
            Probabilities(**entry["probabilities"]),
            float(entry["similarity"]),
            bool(entry["screened"]),
            _why(entry.get("why")),
        )

    return PairTable(
        pairs=tuple(pair(entry) for entry in data["pairs"]),
        subject=data["subject"],
        thresholds=Thresholds(**data["thresholds"]),
        provenance=Provenance(**data["provenance"]),
        same_point=int(data["same_point"]),
        over_time=bool(data["over_time"]),
        notes=tuple(data["notes"]),
    )


def _made(thresholds: Thresholds, provenance: Provenance) -> dict[str, Any]:
    made = {**_fields(provenance), "filters": dict(provenance.filters)}
    return {
        "thresholds": asdict(thresholds),
        "provenance": {**made, "settings": dict(provenance.settings)},
    }


def _verdict(found: Match | Pair) -> dict[str, Any]:
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


def _match_to_dict(match: Match) -> dict[str, Any]:
    return {
        "statement": match.statement.to_dict(),
        "passage": asdict(match.passage),
        **_verdict(match),
        "quote_part": match.quote_part,
        "before": match.before,
        "after": match.after,
        "also_said": [statement.to_dict() for statement in match.also_said],
        "screened": match.screened,
        "why": _why_to_dict(match.why),
    }


def _why_to_dict(why: Why | None) -> dict[str, Any] | None:
    if why is None:
        return None
    return {name: [span_to_dict(span) for span in spans] for name, spans in _fields(why).items()}


def _why(data: Mapping[str, Any] | None) -> Why | None:
    if data is None:
        return None
    return Why(*(tuple(Span(**span) for span in data[name]) for name in ("quote", "passage")))


def _match(data: Mapping[str, Any]) -> Match:
    return Match(
        statement=Statement.from_dict(data["statement"]),
        passage=Passage(**data["passage"]),
        probabilities=Probabilities(**data["probabilities"]),
        similarity=float(data["similarity"]),
        quote_part=data["quote_part"],
        before=data["before"],
        after=data["after"],
        also_said=tuple(Statement.from_dict(entry) for entry in data["also_said"]),
        why=_why(data["why"]),
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
