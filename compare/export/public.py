"""A result for others: the JSON that `search` prints, and words that pages share with commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from compare.export.plain import quote_to_dict, span_to_dict
from compare.results.result import Pair, Rationale, Result, Span


def public_json(result: Result) -> dict[str, Any]:
    """Return what `search --json` prints: agree in order first, then oppose, then neither."""
    made = result.provenance
    return {
        "query": result.subject,
        "outcome": "found" if result.agree or result.oppose else "nothing",
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
            "quote": quote_to_dict(result.quote) if result.quote else None,
            "source": result.source.to_dict() if result.source else None,
            "notes": list(result.notes),
        },
        "results": [
            {
                "rank": rank,
                "stance": stance.value,
                "p_agree": float(pair.probabilities.agree),
                "p_oppose": float(pair.probabilities.oppose),
                "p_neither": float(pair.probabilities.neither),
                "similarity": float(pair.similarity),
                "quote_part": pair.a.text,
                "passage": pair.b.text,
                "statement": {
                    **pair.b.statement.to_dict(),
                    "also_said": [statement.to_dict() for statement in pair.b.repeats],
                },
                "why": why_json(pair.rationale, pair.a.text, pair.b.text),
            }
            for stance, rank, pair in result.ranked()
        ],
    }


def read_against(result: Result, pair: Pair) -> str:
    """Return the sentence of the quote that was read with a statement, "" for the whole."""
    part = pair.a.text.strip()
    return "" if part == result.subject.strip() else part


def what_was_read(result: Result) -> str:
    """Return "88 statements that were read, the nearest of 106,086"."""
    read, made = len(result.pairs), result.provenance
    were = "statement that was" if read == 1 else "statements that were"
    of = f"those among {made.statements:,} that pass the filters"
    return f"{read:,} {were} read, the nearest of {of if made.filters else f'{made.statements:,}'}"


def _screened(result: Result) -> dict[str, Any] | None:
    """Return which statements only the fast model of a cascade read, None without a cascade."""
    if not result.provenance.screening:
        return None
    ids = [pair.b.statement.id for _, _, pair in result.ranked() if pair.first_stage_only]
    return {"model": result.provenance.screening, "statements": ids}


def why_json(why: Rationale | None, quote: str, passage: str) -> dict[str, Any] | None:
    """Return the deciding words of both sides, each with its offsets and weight."""
    if why is None:
        return None
    return {
        "quote_part": quote,
        "quote": spans_json(why.a, quote),
        "passage": spans_json(why.b, passage),
    }


def spans_json(spans: Sequence[Span], text: str) -> list[dict[str, Any]]:
    """Return marked words with their offsets and weights."""
    return [{**span_to_dict(span), "text": text[span.start : span.end]} for span in spans]
