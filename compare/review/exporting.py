"""Write a review: its pairs with all that was said of them, or its history.

A row is a pair, in the order of reading. What the machine says, what each reader says and what was
decided stand in columns of their own. Answers that may not be seen yet are empty, and
`answers_shown` says so; where a reader may not see the machine's label yet, that is empty, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.errors import ReviewError
from compare.export.formats import csv_bytes
from compare.export.rows import Record, side_record
from compare.files import write_whole
from compare.review.answers import Review
from compare.review.estimates import final_labels
from compare.review.independence import first_answers
from compare.review.states import State, states_of
from compare.review.values import SKIP, Answer, ReviewPair
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.library.library import Library

_SIDES = tuple(
    name
    for side in "ab"
    for name in side_record(side, Statement("", ""), "")
    if "words" not in name
)
_READER = ("reader", "answer", "confidence", "note", "answered")
_OF_MACHINE = (
    *("machine", "p_agree", "p_oppose", "p_neither", "divergence", "label_source"),
    *("stratum", "weight"),
)
"""Columns that tell the machine's label: empty where a reader may not see it yet."""

COLUMNS: tuple[str, ...] = (
    *("review", "place", "pair", "topic", "machine", "p_agree", "p_oppose", "p_neither"),
    *("similarity", "divergence", "label_source"),
    *_SIDES,
    *("a_state", "b_state"),
    *(f"{name}_{number}" for number in (1, 2) for name in (*_READER, "first_answer")),
    *("decision", "decision_confidence", "decision_note", "decided_by", "decided", "final"),
    *("answers_shown", "machine_shown", "chosen", "chosen_seed", "chosen_from", "left_out"),
    *("read_before", "stratum", "weight", "order", "order_seed", "subject"),
    *("least_probability", "least_similarity", "filters", "settings", "searched_on"),
    *("library_digest", "version"),
)
"""The columns of an exported review, in this order; the names are stable."""

HISTORY_COLUMNS = ("at", "who", "what", "pair", "before", "after")
"""The columns of an exported history; `before` and `after` are JSON, or empty."""

NUMBERS = frozenset(
    {
        *("place", "p_agree", "p_oppose", "p_neither", "similarity", "divergence", "weight"),
        *("confidence_1", "confidence_2", "decision_confidence", "chosen_seed", "order_seed"),
        *("least_probability", "least_similarity", "left_out", "read_before"),
    }
)
"""The columns that hold numbers, or nothing; all others hold text."""


class ReviewFormat(StrEnum):
    """What a review can be written as."""

    CSV = "csv"
    JSONL = "jsonl"
    HISTORY = "history"
    """All that was answered, taken back and decided, as CSV."""
    CODEBOOK = "codebook"
    """What the readers went by, as text."""
    LABEL_STUDIO = "label-studio"
    LABEL_STUDIO_CONFIG = "label-studio-config"
    """The labelling interface that the tasks of `LABEL_STUDIO` are for, as XML."""
    ARGILLA = "argilla"

    @property
    def suffix(self) -> str:
        """Return the ending of a file of this format."""
        return {
            ReviewFormat.CSV: ".csv",
            ReviewFormat.JSONL: ".jsonl",
            ReviewFormat.HISTORY: ".csv",
            ReviewFormat.CODEBOOK: ".md",
            ReviewFormat.LABEL_STUDIO_CONFIG: ".xml",
        }.get(self, ".json")


def export_review(
    review: Review,
    path: Path | str,
    format: ReviewFormat | str = ReviewFormat.CSV,
    *,
    library: Library | None = None,
    seen_by: str | None = None,
    force: bool = False,
) -> Path:
    """Write a review to `path`, whole or not at all; return the path.

    Args:
        review: What to write.
        path: Where to.
        format: One of `ReviewFormat`.
        library: Tells which statements were changed or removed since; None leaves it open.
        seen_by: Until all readers have handed in, only the answers of this one are written.
        force: Write over a file that is there.

    Raises:
        ExportError: The file is there already and `force` is not given, or cannot be written.
        ReviewError: The format is not known.
    """
    content = review_bytes(review, format, library=library, seen_by=seen_by)
    write_whole(Path(path), content, force=force)
    return Path(path)


def review_bytes(
    review: Review,
    format: ReviewFormat | str = ReviewFormat.CSV,
    *,
    library: Library | None = None,
    seen_by: str | None = None,
) -> bytes:
    """Return what `export_review` writes."""
    from compare.review import peers

    try:
        format = ReviewFormat(format)
    except ValueError:
        raise ReviewError(
            f"{format!r} is no format of a review: use one of {', '.join(ReviewFormat)}."
        ) from None
    if format is ReviewFormat.HISTORY:
        return csv_bytes(HISTORY_COLUMNS, history_records(review, seen_by))
    if format is ReviewFormat.CODEBOOK:
        return _codebook(review).encode("utf-8", "replace")
    if format is ReviewFormat.LABEL_STUDIO_CONFIG:
        return peers.LABEL_STUDIO_CONFIG.encode()
    rows = review_records(review, library=library, seen_by=seen_by)
    writers: Mapping[ReviewFormat, Callable[[list[Record]], bytes]] = {
        ReviewFormat.CSV: lambda rows: csv_bytes(COLUMNS, rows),
        ReviewFormat.JSONL: lambda rows: "".join(map(_line, rows)).encode("utf-8", "replace"),
        ReviewFormat.LABEL_STUDIO: lambda rows: _json(peers.label_studio(rows, review.codebook)),
        ReviewFormat.ARGILLA: lambda rows: _json(peers.argilla(rows)),
    }
    return writers[format](rows)


def _codebook(review: Review) -> str:
    """Return what the readers went by, and whether that was the same all the time."""
    changes = review.codebook_changes
    if not changes:
        return review.codebook
    told = ", ".join(f"on {at} by {who or 'nobody named'}" for at, who in changes)
    return (
        f"{review.codebook.rstrip()}\n\n---\n\nChanged after the first answer {told}: what the "
        "readers went by before stands in the review's history.\n"
    )


def _line(row: Record) -> str:
    """Return a row as JSON; a number that there is none of is null."""
    told = {name: None if value == "" and name in NUMBERS else value for name, value in row.items()}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def review_records(
    review: Review, *, library: Library | None = None, seen_by: str | None = None
) -> list[Record]:
    """Return the pairs of a review as they are exported; what there is none of is ""."""
    answers, decisions = review.answers(seen_by), review.decisions()
    first = first_answers(review, seen_by)
    final = final_labels(review) if review.is_open else {}
    same = _in_common(review, seen_by)
    since = review.settings.library_digest
    pairs = list(review.pairs())
    states: Sequence[tuple[State, State] | None] = [None] * len(pairs)
    if library is not None:
        states = states_of([pair for _, pair in pairs], library, since)
    machine = {seen: review.shows_machine(seen) for seen in (False, True)}
    rows: list[Record] = []
    for (place, pair), state in zip(pairs, states, strict=True):
        row: Record = {**dict.fromkeys(COLUMNS, ""), **same, **_pair(place, pair, state)}
        for number, (reader, of) in enumerate(answers.items(), start=1):
            row[f"reader_{number}"] = reader
            names = {name: f"{name}_{number}" for name in _READER[1:]}
            row |= _answer(of.get(place), names)
            if place in of:
                row[f"first_answer_{number}"] = first[reader][pair.id].label
        row |= _decision(decisions.get(place))
        if place in final:
            stance = final[place]
            row["final"] = stance.value if stance else SKIP
        if not machine[any(place in of for of in answers.values())]:
            row |= dict.fromkeys(_OF_MACHINE, "")
        rows.append(row)
    return rows


def history_records(review: Review, seen_by: str | None = None) -> list[Record]:
    """Return the history as it is exported, the oldest first."""
    return [asdict(event) for event in review.history(seen_by)]


def _in_common(review: Review, seen_by: str | None) -> Record:
    """Return what every row of a review has in common."""
    from compare import __version__

    made = review.settings
    shown = "all" if review.is_open else f"only of {seen_by}" if seen_by else "none yet"
    digest = f"sha256:{made.library_digest}" if made.library_digest else ""
    return {
        "review": review.name,
        "answers_shown": shown,
        "machine_shown": made.machine_shown.value,
        "chosen": made.choice.value,
        "chosen_seed": _or_nothing(made.chosen_seed),
        "chosen_from": "; ".join(f"{label} {count}" for label, count in made.of.items()),
        "left_out": made.left_out,
        "read_before": _or_nothing(made.read_before),
        "order": made.order.value,
        "order_seed": _or_nothing(made.order_seed),
        "subject": made.subject,
        "least_probability": _rounded(made.least_probability),
        "least_similarity": _rounded(made.least_similarity),
        "filters": _compact(made.filters) if made.searched_on else "",
        "settings": _compact(made.search_settings) if made.searched_on else "",
        "searched_on": made.searched_on,
        "library_digest": digest,
        "version": __version__,
    }


def _pair(place: int, pair: ReviewPair, states: tuple[State, State] | None) -> Record:
    odds = pair.probabilities
    sides = {
        **side_record("a", pair.a, pair.a_passage.text),
        **side_record("b", pair.b, pair.b_passage.text),
    }
    return {
        "place": place,
        "pair": pair.id,
        "topic": pair.topic,
        "machine": pair.machine.value if pair.machine else "",
        "p_agree": _rounded(odds.agree if odds else None),
        "p_oppose": _rounded(odds.oppose if odds else None),
        "p_neither": _rounded(odds.neither if odds else None),
        "similarity": _rounded(pair.similarity),
        "divergence": _rounded(pair.divergence),
        "label_source": pair.label_source,
        **{name: sides[name] for name in _SIDES},
        "a_state": states[0].value if states else "",
        "b_state": states[1].value if states else "",
        "stratum": pair.stratum,
        "weight": _rounded(pair.weight),
    }


def _answer(answer: Answer | None, names: Mapping[str, str]) -> Record:
    """Return an answer under the columns that `names` gives its parts."""
    if answer is None:
        return {}
    return {
        names["answer"]: answer.label,
        names["confidence"]: _or_nothing(answer.confidence),
        names["note"]: answer.note,
        names["answered"]: answer.at,
    }


def _decision(answer: Answer | None) -> Record:
    if answer is None:
        return {}
    names = ("decision", "decision_confidence", "decision_note", "decided")
    row = _answer(answer, dict(zip(_READER[1:], names, strict=True)))
    return {**row, "decided_by": answer.who}


def _compact(data: Mapping[str, Any]) -> str:
    return json.dumps(dict(data), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _or_nothing(value: int | None) -> int | str:
    return "" if value is None else value


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(float(value), 6)
