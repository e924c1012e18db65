"""The JSON that `search` prints, and the deciding words as `stance` and it print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from compare.plain import quote_to_dict, span_to_dict
from compare.records import listed
from compare.results import SearchResult, Span, Why


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
            "settings": dict(made.settings),
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
    return [{**span_to_dict(span), "text": text[span.start : span.end]} for span in spans]
