"""Whether the statements of a review still stand in the library as they were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from compare.library.filters import Filters
from compare.review.values import ReviewPair
from compare.statements.statement import PartialDate, Statement

if TYPE_CHECKING:
    from compare.library.library import Library

_AT_ONCE = 500


class State(StrEnum):
    """What became of a statement since a review was made of it."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    """Another statement has its id now; the review keeps the words that were read."""
    DETAILS = "details changed"
    """The same words, said for the same countries on the same day; something else of it changed."""
    GONE = "not in the library"
    FREE = "of no library"
    """It was typed in, or imported without an id."""


SINCE = {
    State.CHANGED: "the library holds other words, or another country or day, under its id now; "
    "these were read",
    State.DETAILS: "its words, country and day are as they were read; the library has other "
    "details of it now",
    State.GONE: "not in this library, or no more; these words were read",
}
"""What is said of a statement that is not as it was."""


def states_of(
    pairs: Sequence[ReviewPair], library: Library, since: str = ""
) -> list[tuple[State, State]]:
    """Return the state of both sides of each pair.

    Args:
        pairs: As the review keeps them.
        library: As it is now.
        since: The digest of the library that the pairs were chosen from; the statements of one
            that holds just the same are not looked at.
    """
    if since and since == library.digest:
        return [(_unseen(pair.a), _unseen(pair.b)) for pair in pairs]
    ids = {side.id for pair in pairs for side in (pair.a, pair.b)} - {""}
    now = {statement.id: statement for statement in found(library, sorted(ids))}
    return [(_state(pair.a, now), _state(pair.b, now)) for pair in pairs]


def found(library: Library, ids: Sequence[str]) -> Iterable[Statement]:
    """Yield the statements of a library with these ids, as far as there are any."""
    for start in range(0, len(ids), _AT_ONCE):
        part = tuple(ids[start : start + _AT_ONCE])
        yield from library.browse(Filters(statement_ids=part), limit=len(part))[0]


def _unseen(statement: Statement) -> State:
    return State.UNCHANGED if statement.id else State.FREE


def _state(statement: Statement, now: Mapping[str, Statement]) -> State:
    if not statement.id:
        return State.FREE
    if statement.id not in now:
        return State.GONE
    other = now[statement.id]
    if other.content_hash == statement.content_hash:
        return State.UNCHANGED
    return State.DETAILS if _read(other) == _read(statement) else State.CHANGED


def _read(statement: Statement) -> tuple[str, str, str, PartialDate | None]:
    """Return what the model reads of a statement, and what a reader judges."""
    return statement.text, statement.context, statement.countries, statement.date
