"""Write a review as CSV or JSONL, or as HTML for notebooks.

Each row is a pair, in reading order, with columns for the model's label, each reader's answer and
the decision. Answers and labels that may not be shown yet are empty; `answers_shown` says whose
answers a file holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare import __version__
from compare.export import VERDICT, Row, columns, counted, table_csv
from compare.export.dictionary import numbers
from compare.export.formats import csv_bytes, jsonl_bytes
from compare.export.notebook import page, side_html, stacked
from compare.export.rows import Value, side_cells
from compare.export.words import SIGN
from compare.files import write_whole
from compare.results import Stance
from compare.review.values import SKIP, ReviewOption, ReviewPair

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary
    from compare.review.review import Review

COLUMNS = columns("review")
"""The columns of an exported review, in order; their names are stable."""

NUMBERS = numbers("review")
"""The columns that hold numbers or None; all others hold text."""

_OF_READER = tuple(name for name in COLUMNS if name.endswith("_2"))


def is_number(name: str) -> bool:
    """Tell whether a column holds numbers, of any reader."""
    return name in NUMBERS or name.startswith("confidence_")


def _blank(readers: int) -> Row:
    """Return an empty row; the columns of a third reader and more follow those of the second."""
    end = COLUMNS.index(_OF_READER[-1]) + 1
    more = [name.replace("_2", f"_{n}") for n in range(3, readers + 1) for name in _OF_READER]
    names = (*COLUMNS[:end], *more, *COLUMNS[end:])
    return {name: None if is_number(name) else "" for name in names}


_MACHINE_COLUMNS = (
    *("machine", "p_agree", "p_oppose", "p_neither", "divergence", "label_source"),
    *("stratum", "weight"),
)
"""Columns that reveal the model's label, so empty while readers may not see it."""


class ReviewFormat(ReviewOption):
    """The formats in which a review can be written."""

    CSV = "csv"
    JSONL = "jsonl"
    HISTORY = "history"
    """All answers, decisions and undone steps, as CSV."""
    CODEBOOK = "codebook"
    """The readers' instructions, as text."""

    @property
    def suffix(self) -> str:
        """Return the suffix of a file in this format."""
        return {ReviewFormat.JSONL: ".jsonl", ReviewFormat.CODEBOOK: ".md"}.get(self, ".csv")


def export_review(
    review: Review,
    path: Path | str,
    format: ReviewFormat | str = ReviewFormat.CSV,
    *,
    library: OpenLibrary | None = None,
    seen_by: str | None = None,
    force: bool = False,
) -> Path:
    """Write a review to `path`, whole or not at all, and return the path.

    Args:
        library: Supplies which statements have changed or gone since.
        seen_by: The reader whose answers alone are written until all have handed in.

    Raises:
        ExportError: The file exists and `force` is not given, or it cannot be written.
        ReviewError: The format is unknown.
    """
    content = review_bytes(review, format, library=library, seen_by=seen_by)
    return write_whole(Path(path), content, force=force)


def review_bytes(
    review: Review,
    format: ReviewFormat | str = ReviewFormat.CSV,
    *,
    library: OpenLibrary | None = None,
    seen_by: str | None = None,
) -> bytes:
    """Return what `export_review` writes."""
    format = ReviewFormat(format)
    if format is ReviewFormat.HISTORY:
        return table_csv("review history", map(asdict, review.history(seen_by)))
    if format is ReviewFormat.CODEBOOK:
        return _codebook(review).encode("utf-8", "replace")
    rows = review_rows(review, library=library, seen_by=seen_by)
    return jsonl_bytes(rows) if format is ReviewFormat.JSONL else csv_bytes(tuple(rows[0]), rows)


def _codebook(review: Review) -> str:
    """Return the codebook, with a note on changes after the first answer."""
    if not (changes := review.codebook_changes):
        return review.codebook
    when = ", ".join(f"on {at} by {who or 'an unnamed person'}" for at, who in changes)
    return (
        f"{review.codebook.rstrip()}\n\n---\n\nChanged after the first answer {when}: the review's "
        "history holds the earlier text.\n"
    )


# -- Rows ----------------------------------------------------------------------------------------


def review_rows(
    review: Review, *, library: OpenLibrary | None = None, seen_by: str | None = None
) -> list[Row]:
    """Return the pairs of a review as rows of `COLUMNS`, and more if there are more readers."""
    answers, decisions = review.answers(seen_by), review.decisions()
    first = review.first_answers(seen_by)
    final = review.final_labels() if review.is_finished else {}
    pairs = list(review.pairs())
    states: Sequence[tuple[str, str]] = [("", "")] * len(pairs)
    if library is not None:
        states = review.statement_states(library, [pair for _, pair in pairs])
    shows_machine = {answered: review.shows_machine(answered) for answered in (False, True)}
    same = _blank(len(review.readers)) | _review_cells(review, seen_by)
    rows = []
    for (place, pair), (a_state, b_state) in zip(pairs, states, strict=True):
        row = same | _pair_cells(pair)
        row |= {"place": place, "a_state": a_state, "b_state": b_state}
        for number, (reader, given) in enumerate(answers.items(), start=1):
            row[f"reader_{number}"] = reader
            if answer := given.get(place):
                row |= {
                    f"answer_{number}": answer.label,
                    f"confidence_{number}": answer.confidence,
                    f"note_{number}": answer.note,
                    f"answered_{number}": answer.at,
                    f"first_answer_{number}": first[reader][pair.id].label,
                }
        if decision := decisions.get(place):
            row |= {
                "decision": decision.label,
                "decision_confidence": decision.confidence,
                "decision_note": decision.note,
                "decided": decision.at,
                "decided_by": decision.who,
            }
        if place in final:
            row["final"] = final[place] or SKIP
        if not shows_machine[any(place in given for given in answers.values())]:
            row |= {name: None if is_number(name) else "" for name in _MACHINE_COLUMNS}
        rows.append({name: _plain(value) for name, value in row.items()})
    return rows


def _review_cells(review: Review, seen_by: str | None) -> Row:
    """Return the cells that are the same in every row."""
    made = review.settings
    shown = "all" if review.is_finished else f"only of {seen_by}" if seen_by else "none yet"
    return {
        **{name: value for name, value in made.to_dict().items() if name in COLUMNS},
        "review": review.name,
        "answers_shown": shown,
        "chosen": made.choice,
        "chosen_from": "; ".join(f"{label} {count}" for label, count in made.of.items()),
        "filters": _compact(made.filters) if made.searched_on else "",
        "settings": _compact(made.search_settings) if made.searched_on else "",
        "library_digest": f"sha256:{made.library_digest}" if made.library_digest else "",
        "version": __version__,
    }


def _pair_cells(pair: ReviewPair) -> Row:
    cells: Row = {name: getattr(pair, name) for name in ReviewPair.__dataclass_fields__}
    cells |= side_cells("a", pair.a) | side_cells("b", pair.b)
    if probabilities := pair.probabilities:
        cells |= {f"p_{stance}": probabilities.of(stance) for stance in Stance}
    cells |= {"pair": pair.id, "machine": pair.machine or ""}
    return {name: cells[name] for name in COLUMNS if name in cells}


def _compact(data: Mapping[str, Any]) -> str:
    return json.dumps(dict(data), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _plain(value: Value) -> Value:
    """Return a value without needless digits, and a member of an enumeration as plain text."""
    if isinstance(value, float):
        return round(value, 6)
    return str(value) if isinstance(value, str) else value


# -- Notebooks -----------------------------------------------------------------------------------

_SHOWN = 10
"""Pairs of a review that a notebook shows."""


def review_html(review: Review) -> str:
    """Return the first pairs as HTML, with those answers and labels that everybody may see."""
    review.check_answers()
    made = review.settings
    shown = list(islice(review.pairs(), _SHOWN))
    return page(
        review.name,
        [
            f"{counted(len(review), 'pair')}, {made.choice.value}, in {made.order.value} order.",
            f"{'; '.join(_progress(review, reader) for reader in review.readers)}.",
        ],
        ("Pair", "A", "B"),
        [_cells(review, place, pair) for place, pair in shown],
        len(review) - len(shown),
    )


def _progress(review: Review, reader: str) -> str:
    progress = review.progress(reader)
    done = "handed in" if reader in review.handed_in else f"{progress.left:,} left"
    return f"{reader}: {progress.answered:,} answered, {progress.skipped:,} skipped, {done}"


def _cells(review: Review, place: int, pair: ReviewPair) -> tuple[str, list[str]]:
    """Return the kind and the cells of a row."""
    kind, lines = "neither", []
    if pair.machine and review.shows_machine(answered=False):
        kind = pair.machine.value
        lines.append(f"the model: {SIGN[pair.machine]} {VERDICT[pair.machine]}")
    if review.is_finished:
        for reader, given in review.answers().items():
            if answer := given.get(place):
                lines.append(f"{reader}: {answer.label}")
    sides = [side_html(side) for side in (pair.a, pair.b)]
    return kind, [stacked(f"{place:,}", *lines), *sides]
