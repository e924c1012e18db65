"""Results as JSON: files that load as equal results, and the output of `search --json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.comparison import NOT_A_SAMPLE
from compare.errors import ExportError
from compare.export import rows
from compare.export.validation import SEARCH, SIDES, check_result, with_added_fields
from compare.export.words import page_numbers, what_was_read
from compare.models import LEAST_CALLED, InputPair
from compare.results import (
    Excerpt,
    Kind,
    Pair,
    Positions,
    Probabilities,
    Provenance,
    Rationale,
    Result,
    Span,
    Stance,
    ThirdReading,
    Thresholds,
    Unjudged,
)
from compare.results.provenance import OLDER
from compare.statements import Country, PartialDate, Passage, Quote, Statement
from compare.strict_json import DIGEST, digest_of, read_json

if TYPE_CHECKING:
    from compare.comparison.opposites import Offer

VERSION = 6
_SEALED = 4
"""The first version that had a digest."""

_LISTED_OTHERWISE = f"{OLDER}. It listed pairs below one half, which are unclear now."
_UNSEALED = (
    f"{OLDER}, without a digest, so that changes made to the file since would not be noticed; "
    "`compare reproduce` compares it with the library."
)
_REMEDY = (
    "save a result with `compare search QUOTE --out FILE.json`, or with `sides` or `timeline` and "
    "the same option."
)


# -- Files ---------------------------------------------------------------------------------------


def result_bytes(result: Result) -> bytes:
    """Return what `Result.save` writes."""
    text = json.dumps(result_to_json(result), ensure_ascii=False, allow_nan=False, indent=1)
    # Text from the web may hold half a surrogate pair, which strict UTF-8 refuses.
    return (text + "\n").encode("utf-8", "surrogatepass")


def load_result(path: Path | str) -> Result:
    """Read a result that `Result.save` wrote.

    Raises:
        ExportError: The file cannot be read, holds no result of this version, or was changed since.
    """
    path = Path(path)
    try:
        data = read_json(path.read_bytes())
    except OSError as error:
        raise ExportError(f"{path} cannot be read ({error.strerror}): check its name.") from error
    except ValueError as error:
        raise ExportError(f"{path} is not JSON ({error}): {_REMEDY}") from error
    try:
        return result_from_json(data)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error


def result_to_json(result: Result) -> dict[str, Any]:
    """Return a whole result as plain data, with a digest: every pair that was read."""
    data = _content(result)
    return {"format": data["format"], "version": VERSION, DIGEST: digest_of(data), **data}


def _content(result: Result) -> dict[str, Any]:
    made = {
        "thresholds": result.thresholds.to_dict(),
        "provenance": asdict(result.provenance),
        "notes": list(result.notes),
    }
    if result.quote:
        return {
            "format": SEARCH,
            "version": VERSION,
            "quote": result.quote.to_dict(),
            "source": result.source.to_dict() if result.source else None,
            **made,
            "passages_read": result.passages_read,
            "scored": [
                {
                    "statement": pair.b.statement.to_dict(),
                    "passage": pair.b.passage.to_dict(),
                    **_verdict_to_json(pair),
                    "quote_part": pair.a.text,
                    "before": pair.b.before,
                    "after": pair.b.after,
                    "also_said": [statement.to_dict() for statement in pair.b.repeats],
                }
                for pair in result.pairs
            ],
            **({"unjudged": unjudged_json(result.found_unjudged)} if result.found_unjudged else {}),
        }
    # A statement is in many pairs: write it once, and refer to passages by their index.
    statements: dict[str, Statement] = {}
    places: dict[Passage, int] = {}
    pairs = []
    for pair in result.pairs:
        for side in pair.excerpts:
            statements.setdefault(side.statement.id, side.statement)
        a, b = (places.setdefault(side.passage, len(places)) for side in pair.excerpts)
        pairs.append({"a": a, "b": b, **_verdict_to_json(pair)})
    placed = []
    for name, said in zip("ab", result.placed, strict=False):
        for pair in said:
            statements.setdefault(pair.b.statement.id, pair.b.statement)
            passage = places.setdefault(pair.b.passage, len(places))
            placed.append({"side": name, "passage": passage, **_verdict_to_json(pair)})
    return {
        "format": SIDES,
        "version": VERSION,
        "subject": result.subject,
        "over_time": result.over_time,
        "same_point": result.candidates,
        **made,
        "statements": [statement.to_dict() for statement in statements.values()],
        "passages": [passage.to_dict() for passage in places],
        "pairs": pairs,
        "placed": placed,
    }


def result_from_json(data: Any) -> Result:
    """Return the result of data that `result_to_json` made.

    Raises:
        ExportError: The data are no result, damaged, changed since, or of another version.
    """
    if not isinstance(data, Mapping) or data.get("format") not in (SEARCH, SIDES):
        raise ExportError(f"this is not a saved result: {_REMEDY}")
    version = data.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ExportError(
            f"the result has format version {str(version)[:20]!a}, this program reads {VERSION}: "
            "make it again, or use the version of the program that wrote it."
        )
    damage = ""
    try:
        result = _result(data, version)
    except ValueError as error:
        damage = str(error)
    if DIGEST in data and not _is_unchanged(data):
        where = f"; see {damage}" if damage else ""
        raise ExportError(
            "the saved result was changed after it was written (its digest does not fit its "
            f"content{where}): search or compare again for one to rely on."
        )
    if damage:
        raise ExportError(f"the saved result is damaged ({damage}): make it again.")
    return result


def _is_unchanged(data: Mapping[str, Any]) -> bool:
    try:
        return bool(data[DIGEST] == digest_of(data))
    except ValueError:
        return False


def _result(data: Mapping[str, Any], version: int) -> Result:
    if version < VERSION:
        data = {DIGEST: "", **with_added_fields(data), "version": VERSION}
    check_result(data)
    result = _search(data) if data["format"] == SEARCH else _sides(data)
    notes = [_UNSEALED] if version < _SEALED else []
    if data["thresholds"]["probability"] < LEAST_CALLED and any(map(_is_unclear, result.pairs)):
        notes.append(_LISTED_OTHERWISE)
    return replace(result, notes=(*result.notes, *notes)) if notes else result


_LISTED_FROM = 0.25  # the probability from which older versions filled lists


def _is_unclear(pair: Pair) -> bool:
    """Tell whether an older version may have listed a pair as agreeing or opposing."""
    return _LISTED_FROM <= pair.probabilities.of(pair.probabilities.side) < LEAST_CALLED


def _search(data: Mapping[str, Any]) -> Result:
    quote = _quote(data["quote"])
    source = Statement.from_dict(data["source"]) if data["source"] else None
    pairs = [
        _pair(
            Excerpt.of_quote(quote, entry["quote_part"], source),
            Excerpt(
                Statement.from_dict(entry["statement"]),
                Passage(**entry["passage"]),
                tuple(map(Statement.from_dict, entry["also_said"])),
            ),
            entry,
        )
        for entry in data["scored"]
    ]
    placed = {"most_each", "most_of_side"} & data["provenance"]["settings"].keys()
    return Result(
        Kind.POSITIONS if placed else Kind.SEARCH,
        quote.text,
        tuple(pairs),
        quote=quote,
        source=source,
        passages_read=data["passages_read"],
        found_unjudged=tuple(
            Unjudged(
                Excerpt(Statement.from_dict(entry["statement"]), Passage(**entry["passage"])),
                entry["similarity"],
            )
            for entry in data.get("unjudged", ())
        ),
        **_made(data),
    )


def _sides(data: Mapping[str, Any]) -> Result:
    found = map(Statement.from_dict, data["statements"])
    statements = {statement.id: statement for statement in found}
    passages = [Passage(**entry) for entry in data["passages"]]
    excerpts = [Excerpt(statements[passage.statement_id], passage) for passage in passages]
    settings = data["provenance"]["settings"]
    asked = Quote(str(settings.get("proposition", "")), opposite=str(settings.get("opposite", "")))
    claim = Excerpt.of_quote(asked, asked.text)
    placed: dict[str, list[Pair]] = {"a": []} if data["over_time"] else {"a": [], "b": []}
    for entry in data["placed"]:
        placed[entry["side"]].append(_pair(claim, excerpts[entry["passage"]], entry))
    return Result(
        Kind.TIMELINE if data["over_time"] else Kind.SIDES,
        data["subject"],
        tuple(_pair(excerpts[entry["a"]], excerpts[entry["b"]], entry) for entry in data["pairs"]),
        candidates=data["same_point"],
        placed=tuple(map(tuple, placed.values())) if asked.text else (),
        **_made(data),
    )


def _made(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "thresholds": Thresholds(**data["thresholds"]),
        "provenance": Provenance(**data["provenance"]),
        "notes": tuple(data["notes"]),
    }


def _pair(a: Excerpt, b: Excerpt, entry: Mapping[str, Any]) -> Pair:
    rationale = None
    if why := entry["why"]:
        marked = (tuple(Span(**span) for span in why[name]) for name in ("quote", "passage"))
        rationale = Rationale(*marked)
    return Pair(
        a,
        b,
        Probabilities(**entry["probabilities"]),
        float(entry["similarity"]),
        rationale,
        entry["screened"],
        ThirdReading(entry["third_reader"]),
        Probabilities(**entry["alone"]) if entry["alone"] else None,
    )


# Names in files are stable: "screened" is `first_stage_only`, "third_reader" is `third_reading`,
# "why" is `rationale`, "same_point" is `candidates`. Numbers may be NumPy's, which json refuses.


def _verdict_to_json(pair: Pair) -> dict[str, Any]:
    why = pair.rationale
    return {
        "probabilities": _by_name(pair.probabilities),
        "alone": pair.alone and _by_name(pair.alone),
        "similarity": float(pair.similarity),
        "screened": pair.first_stage_only,
        "third_reader": pair.third_reading.value,
        "why": why and {"quote": [*map(_span, why.a)], "passage": [*map(_span, why.b)]},
    }


def _by_name(probabilities: Probabilities) -> dict[str, float]:
    return {stance.value: float(probabilities.of(stance)) for stance in Stance}


def _span(span: Span) -> dict[str, Any]:
    return {"start": int(span.start), "end": int(span.end), "weight": float(span.weight)}


def _quote(data: Mapping[str, Any]) -> Quote:
    country = tuple(Country(**entry) for entry in data["country"])
    date = PartialDate(data["date"]) if data["date"] else None
    known = {"country": country, "date": date, "statement_id": data["statement_id"] or None}
    return Quote(**{**data, **known})


# -- What `search --json` prints -----------------------------------------------------------------


def public_json(result: Result) -> dict[str, Any]:
    """Return what `search --json` prints: the pairs that agree, then oppose, then neither."""
    made = result.provenance
    first_stage_only = [p.b.statement.id for _, _, p in result.ranked() if p.first_stage_only]
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
            "first_stage_only": {"model": made.screening, "statements": first_stage_only}
            if made.screening
            else None,
            "third_reader": dict(made.third_reader),
            "thresholds": result.thresholds.to_dict(),
            "filters": dict(made.filters),
            "settings": dict(made.settings),
            "library_digest": made.library_digest,
            "statements": made.statements,
            "passages": made.passages,
            "passages_read": result.passages_read,
            "date": made.date,
            "quote": result.quote.to_dict() if result.quote else None,
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
                "p_agree_alone": pair.alone and float(pair.alone.agree),
                "p_oppose_alone": pair.alone and float(pair.alone.oppose),
                "similarity": float(pair.similarity),
                "unsure": result.is_unsure(pair),
                "third_reader": pair.third_reading.value,
                "quote_part": pair.a.text,
                "passage": pair.b.text,
                "translation": pair.b.passage.translation,
                "read": what_was_read(pair.b),
                "pages": page_numbers(pair.b.pages),
                "statement": {
                    **pair.b.statement.to_dict(),
                    "also_said": [statement.to_dict() for statement in pair.b.repeats],
                },
                "why": pair.rationale
                and {
                    "quote_part": pair.a.text,
                    "quote": spans_json(pair.rationale.a, pair.a.read),
                    "passage": spans_json(pair.rationale.b, pair.b.read),
                },
            }
            for stance, rank, pair in result.ranked()
        ],
        "unjudged": unjudged_json(result.unjudged),
    }


def unjudged_json(found: Sequence[Unjudged]) -> list[dict[str, Any]]:
    """Return statements in languages that the stance model does not read."""
    return [
        {
            "statement": one.excerpt.statement.to_dict(),
            "passage": one.excerpt.passage.to_dict(),
            "similarity": float(one.similarity),
        }
        for one in found
    ]


def sides_json(result: Result) -> dict[str, Any]:
    """Return what `sides --json` and `timeline --json` print."""
    return {
        "subject": result.subject,
        "placed": [len(side) for side in result.placed],
        "read": len(result.pairs),
        "pairs": rows.pair_rows(result),
        "by_year": rows.year_rows(result),
        "provenance": asdict(result.provenance),
        "notes": [*result.notes, NOT_A_SAMPLE],
    }


def positions_json(found: Positions, period: int | None = None) -> dict[str, Any]:
    """Return what `positions --json` prints for a proposition; `period` is in years."""
    return {
        "proposition": found.proposition,
        "opposite": found.opposite,
        "by": found.by,
        "actors": rows.position_rows(found),
        "by_period": rows.period_rows(found, period) if period else [],
        "thresholds": found.thresholds.to_dict(),
        "provenance": asdict(found.provenance),
        "notes": list(found.notes),
    }


def opposites_json(found: Sequence[Offer]) -> dict[str, Any]:
    """Return what `opposites --json` prints."""
    return {"opposites": [offer._asdict() for offer in found]}


def stance_json(
    pair: InputPair,
    probabilities: Probabilities,
    read: InputPair,
    rationale: Rationale | None,
    model: str,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what `stance --json` prints.

    Args:
        pair: The two texts, cleaned.
        probabilities: Their probabilities.
        read: The sentences that decided; those of `pair` unless it is too long to read at once.
        rationale: The deciding words, with offsets in the texts of `pair`.
        model: What gave the verdict.
        notes: Notes to the reader.
    """
    data: dict[str, Any] = {
        "stance": probabilities.stance.value,
        "p_agree": probabilities.agree,
        "p_oppose": probabilities.oppose,
        "p_neither": probabilities.neither,
        "unsure": probabilities.is_unclear,
        "model": model,
    }
    if read != pair:
        data["decided_by"] = {"a": read[0].text, "b": read[1].text}
    if rationale is not None:
        a, b = (side.text for side in pair)
        spans = {"a": spans_json(rationale.a, a), "b": spans_json(rationale.b, b)}
        data["why"] = {"a_text": a, "b_text": b, **spans}
    return {**data, "notes": [*notes]} if notes else data


def spans_json(spans: Sequence[Span], text: str) -> list[dict[str, Any]]:
    """Return deciding words with their offsets and weights."""
    return [{**_span(span), "text": text[span.start : span.end]} for span in spans]
