"""A result for others: the JSON that `search` prints, and words that pages share with commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from compare.export.plain import quote_to_dict, span_to_dict
from compare.export.rows import listed
from compare.results.result import Match, SearchResult, Span, Why


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
                "quote_part": match.quote_part,
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


def read_against(result: SearchResult, match: Match) -> str:
    """Return the sentence of the quote that a match was read against, "" where it is the whole."""
    part = match.quote_part.strip()
    return "" if part == result.quote.text.strip() else part


def what_was_read(result: SearchResult) -> str:
    """Return "88 statements that were read, the nearest of 106,086"."""
    read, made = len(result.scored), result.provenance
    were = "statement that was" if read == 1 else "statements that were"
    of = f"those among {made.statements:,} that pass the filters"
    return f"{read:,} {were} read, the nearest of {of if made.filters else f'{made.statements:,}'}"


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
