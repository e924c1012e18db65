"""Rows of all exported tables: pairs, counts, positions and agreement.

A row is a dict with the columns of its table in `compare.export.dictionary`, in that order. A
missing number is None, a missing text "".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from compare.comparison import by_year
from compare.export.words import (
    JOINT,
    deciding_words,
    filters_in_words,
    page_numbers,
    what_was_read,
)
from compare.results import (
    SILENT,
    Actor,
    Excerpt,
    Pair,
    Position,
    Positions,
    PositionScore,
    Provenance,
    Result,
    Span,
    Stance,
)
from compare.results.positions import NO_SIDE, PLACED
from compare.statements import Statement

if TYPE_CHECKING:
    from compare.comparison import AgreementMatrix, PositionTable

Value = str | int | float | None
Row = dict[str, Value]

CHANGED = "changed"
"""The stance of a pair over time whose statements oppose each other."""

_DIGITS = 6  # of probabilities and similarities; JSON files have them in full


def rounded(value: float | None) -> float | None:
    """Return a probability or similarity as tables have it; None stays None."""
    return None if value is None else round(float(value), _DIGITS)


# -- Pairs ---------------------------------------------------------------------------------------


def pair_rows(result: Result, stances: Sequence[Stance] | None = None) -> list[Row]:
    """Return the listed pairs: those that agree first, then oppose, then neither, best first.

    Args:
        result: A result of any kind.
        stances: The lists to return; None for the result's usual ones.
    """
    return [_pair_row(result, pair, stance, rank) for stance, rank, pair in result.ranked(stances)]


def _pair_row(result: Result, pair: Pair, stance: Stance, rank: int) -> Row:
    changed = result.over_time and stance is Stance.OPPOSE
    probabilities = pair.probabilities
    return {
        "query": result.subject,
        "stance": CHANGED if changed else stance.value,
        "rank": rank,
        "unsure": "yes" if result.is_unsure(pair) else "",
        "p_agree": rounded(probabilities.agree),
        "p_oppose": rounded(probabilities.oppose),
        "p_neither": rounded(probabilities.neither),
        "p_agree_alone": rounded(pair.alone.agree) if pair.alone else None,
        "p_oppose_alone": rounded(pair.alone.oppose) if pair.alone else None,
        "similarity": rounded(pair.similarity),
        **side_cells("a", pair.a, pair.spans.a),
        **side_cells("b", pair.b, pair.spans.b),
        "b_also_said": JOINT.join(map(_named, pair.b.repeats)),
        "a_sentence_kind": "; ".join(pair.a.kinds),
        "b_sentence_kind": "; ".join(pair.b.kinds),
        "opposite": result.opposite,
        "label_source": result.provenance.label_source_of(pair),
        **made_with(result.provenance),
    }


def side_cells(side: str, excerpt: Excerpt, spans: Sequence[Span] = ()) -> Row:
    """Return the columns of side "a" or "b"; `spans` are the deciding words of the passage."""
    statement = excerpt.statement
    cells = {
        "text": statement.text,
        "passage": excerpt.text,
        "context": statement.context,
        "words": JOINT.join(deciding_words(excerpt.read, spans)),
        "speaker": statement.speaker,
        "role": statement.role,
        "country": statement.countries,
        "country_code": "; ".join(entry.code or "" for entry in statement.country),
        "date": statement.date.iso if statement.date else "",
        "venue": statement.venue,
        "title": statement.title,
        "source": statement.source,
        "pages": page_numbers(excerpt.pages),
        "url": statement.url,
        # Only a statement of the library says whether it is quoted; a typed quote has no id.
        "quotation": statement.quotation.value if statement.id else "",
        "translation": excerpt.passage.translation,
        "translation_language": statement.translation_language,
        "translated_by": statement.translated_by.value,
        "read": what_was_read(excerpt),
        "id": statement.id,
    }
    return {f"{side}_{name}": value for name, value in cells.items()}


def made_with(provenance: Provenance) -> Row:
    """Return the last columns of most tables: encoder, library, date and version."""
    return {
        "encoder": f"{provenance.encoder}@{provenance.encoder_digest[:12]}",
        "library_digest": f"sha256:{provenance.library_digest}",
        "searched_on": provenance.date,
        "version": provenance.version,
    }


def _named(statement: Statement) -> str:
    """Return a statement's id, with its date and source."""
    known = [statement.date.iso if statement.date else "", statement.source]
    details = ", ".join(filter(None, known))
    return f"{statement.id} ({details})" if details else statement.id


# -- Counts --------------------------------------------------------------------------------------


def year_rows(result: Result) -> list[Row]:
    """Return a row with what each side said on the proposition in each year."""
    made: Row = {
        "subject": result.subject,
        "least_probability": result.thresholds.probability,
        "least_similarity": result.thresholds.similarity,
        "without_kinds": "; ".join(result.thresholds.without_kinds),
        "label_source": result.provenance.label_source,
        **made_with(result.provenance),
    }
    return [asdict(count) | made for count in by_year(result)]


# -- Positions -----------------------------------------------------------------------------------


def position_rows(positions: Positions) -> list[Row]:
    """Return a row for each actor: from opposed to agreeing, then no side, then silent."""
    rows = [_position_row(positions, one.actor, one) for one in positions.placed]
    others = (*positions.undecided, *positions.silent)
    rows += [_position_row(positions, actor, None) for actor in others]
    last = _positions_made_with(positions)
    return [row | last for row in rows]


def _position_row(positions: Positions, actor: Actor, position: Position | None) -> Row:
    near = positions.near(actor)
    passages = position.passages if position else ()
    dates = [date.iso for date in (position and position.dates) or ()] or ["", ""]
    # Columns keep their names: "party" is an actor, "place" a score, "screened" `first_stage_only`.
    return {
        "proposition": positions.proposition,
        "opposite": positions.opposite,
        "by": positions.by,
        "party": actor.name,
        "key": actor.key,
        "standing": PLACED if passages else NO_SIDE if near else SILENT,
        **_score(position.score if position else None),
        "passages": len(passages),
        "speeches": position.score.speeches if position else 0,
        "agree": len(position.of(Stance.AGREE)) if position else 0,
        "oppose": len(position.of(Stance.OPPOSE)) if position else 0,
        "neither": len({pair.b.statement.id for pair in near}) - len(passages),
        "screened": position.first_stage_only if position else 0,
        "near": actor.near,
        "statements": actor.statements,
        "first_date": dates[0],
        "last_date": dates[1],
        **_strongest(position, Stance.AGREE),
        **_strongest(position, Stance.OPPOSE),
    }


def period_rows(positions: Positions, years: int) -> list[Row]:
    """Return a row for each actor and period."""
    last = _positions_made_with(positions)
    return [
        {
            "proposition": positions.proposition,
            "opposite": positions.opposite,
            "party": one.actor.name,
            "key": one.actor.key,
            "start": one.start,
            "end": one.end,
            **_score(one.score),
            **last,
        }
        for one in positions.by_period(years)
    ]


def proposition_rows(table: PositionTable) -> tuple[list[str], list[Row]]:
    """Return the columns and rows of actors beside several propositions.

    Each proposition has six columns: its words (the position), then its interval, the numbers of
    passages and speeches, and the actor's standing: placed, no side or silent.
    """
    last = _positions_made_with(table.positions[0])
    rows = []
    for actor, cells in table.rows.items():
        row: Row = {"party": actor}
        for one, cell in zip(table.positions, cells, strict=True):
            values = [*_score(cell.score if cell else None).values()]
            values.append(one.standings.get(actor, SILENT))
            row |= dict(zip(_proposition_columns(one.proposition), values, strict=True))
        rows.append(row | last)
    names = [name for text in table.propositions for name in _proposition_columns(text)]
    return ["party", *names, *last], rows


def _proposition_columns(text: str) -> list[str]:
    return [text, *(f"{text} ({name})" for name in ("low", "high", "n", "speeches", "standing"))]


def agreement_rows(agreements: AgreementMatrix) -> list[Row]:
    """Return a row for each pair of actors with a common proposition, in the clusters' order."""
    last = _positions_made_with(agreements)
    return [
        {
            "a": cell.a,
            "b": cell.b,
            "agreement": rounded(cell.agreement),
            "low": rounded(cell.low),
            "high": rounded(cell.high),
            "propositions": cell.propositions,
            **last,
        }
        for cell in agreements.cells
    ]


def _score(score: PositionScore | None) -> Row:
    if score is None:
        return dict.fromkeys(("place", "low", "high", "passages", "speeches"))
    return {
        "place": rounded(score.mean),
        "low": rounded(score.low),
        "high": rounded(score.high),
        "passages": score.passages,
        "speeches": score.speeches,
    }


def _strongest(position: Position | None, side: Stance) -> Row:
    values: Sequence[Value] = ("", None, "", "", "", "", "", "")
    if position and (pair := position.strongest(side)):
        said = pair.b.statement
        probability, date = rounded(pair.probabilities.of(side)), said.date.iso if said.date else ""
        origin = (said.speaker, said.id, said.source, page_numbers(pair.b.pages), said.url)
        values = (pair.b.text, probability, date, *origin)
    names = ("text", "probability", "date", "speaker", "id", "source", "pages", "url")
    return {f"{side}_{name}": value for name, value in zip(names, values, strict=True)}


def _positions_made_with(positions: Positions | AgreementMatrix) -> Row:
    made = positions.provenance
    return {
        "least_probability": positions.thresholds.probability,
        "least_similarity": positions.thresholds.similarity,
        "without_kinds": "; ".join(positions.thresholds.without_kinds),
        "filters": filters_in_words(made.filters),
        "label_source": made.label_source,
        **made_with(made),
    }
