"""Between the values of a review and the rows and texts that the file keeps of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from compare.errors import ReviewError
from compare.results.result import Probabilities, Stance
from compare.review.values import Answer, ReviewPair
from compare.statements.passages import Passage
from compare.statements.statement import Statement

ANSWER = "stance, confidence, note, at, who"
"""The columns that `answer_of_row` reads."""

PAIR = (
    "place, p.id, a.data, a_start, a_end, b.data, b_start, b_end, machine, p_agree, p_oppose, "
    "p_neither, label_source, similarity, divergence, topic, stratum, weight"
)
"""The columns that `pair_of_row` reads; `JOINED` is where they stand."""

JOINED = "pairs p JOIN statements a ON a.hash = p.a_hash JOIN statements b ON b.hash = p.b_hash"

_LONGEST_NOTE = 5_000


def pair_of_row(row: Sequence[Any]) -> ReviewPair:
    """Return the pair that a row holds."""
    _, pair_id, a_data, a_start, a_end, b_data, b_start, b_end, machine, *rest = row
    agree, oppose, neither, source, similarity, divergence, topic, stratum, weight = rest
    a, b = Statement.from_json(a_data), Statement.from_json(b_data)
    return ReviewPair(
        pair_id,
        a,
        _passage(a, a_start, a_end),
        b,
        _passage(b, b_start, b_end),
        Stance(machine) if machine else None,
        None if agree is None else Probabilities(agree, oppose, neither),
        source,
        similarity,
        divergence,
        topic,
        stratum,
        weight,
    )


def _passage(statement: Statement, start: int, end: int) -> Passage:
    return Passage(statement.id, start, end, statement.text[start:end], statement.context)


def answer_of_row(row: Sequence[Any]) -> Answer:
    """Return the answer that a row holds."""
    stance, *rest = row
    return Answer(Stance(stance) if stance else None, *rest)


def answer_to_json(answer: Answer | None) -> str:
    """Return an answer as the history keeps it, "" for none."""
    if answer is None:
        return ""
    told = {
        "answer": answer.label,
        "confidence": answer.confidence,
        "note": answer.note,
        "at": answer.at,
        "who": answer.who,
    }
    return json.dumps(told, ensure_ascii=False)


def answer_from_json(text: str) -> Answer | None:
    """Return the answer that `answer_to_json` was given."""
    if not text:
        return None
    told = json.loads(text)
    stance = next((stance for stance in Stance if stance.value == told["answer"]), None)
    return Answer(stance, told["confidence"], told["note"], told["at"], told["who"])


def checked_note(note: str) -> str:
    """Return a note without blanks around it.

    Raises:
        ReviewError: It is too long.
    """
    note = note.strip().encode("utf-8", "replace").decode()
    if len(note) > _LONGEST_NOTE:
        raise ReviewError(
            f"The note has {len(note):,} characters, {_LONGEST_NOTE:,} are kept: shorten it."
        )
    return note


def now() -> str:
    """Return the time (ISO 8601, UTC)."""
    return utc(datetime.now(UTC))


def utc(time: datetime) -> str:
    """Return a time as the file keeps it (ISO 8601, UTC)."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def removed() -> ReviewError:
    """Return what to say where a project is there no more."""
    return ReviewError("The review was removed meanwhile: choose another.")
