"""A review as a notebook shows it: how it was made, how far it is, and its first pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.export.notebook import half_html, text, wrapped
from compare.export.words import SIGN, VERDICT, counted

if TYPE_CHECKING:
    from compare.review.answers import Review
    from compare.review.values import ReviewPair

MOST_SHOWN = 10


def review_html(review: Review, most: int = MOST_SHOWN) -> str:
    """Return at most `most` pairs as HTML; of answers and labels only what all may see.

    The model's label is shown where readers see it from the start, or all have handed in; what
    readers said once all have.
    """
    made = review.settings
    readers = "; ".join(_reader(review, reader) for reader in review.readers)
    head = (
        f"<p>{counted(len(review), 'pair')}, {made.choice.value}, in {made.order.value} order.</p>"
        f"<p>{readers}.</p>"
    )
    shown = [(place, pair) for (place, pair), _ in zip(review.pairs(), range(most), strict=False)]
    rows = "".join(_row(review, place, pair) for place, pair in shown)
    table = (
        "<table><thead><tr><th>Pair</th><th>A</th><th>B</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    left = len(review) - len(shown)
    more = f"<p>… and {left:,} more: <code>.to_pandas()</code> has them all.</p>" if left else ""
    return wrapped(review.name, f"{head}{table}{more}")


def _reader(review: Review, reader: str) -> str:
    progress = review.progress(reader)
    done = "handed in" if reader in review.handed_in else f"{progress.left:,} left"
    return f"{text(reader)}: {progress.answered:,} answered, {progress.skipped:,} skipped, {done}"


def _row(review: Review, place: int, pair: ReviewPair) -> str:
    kind, machine = "neither", ""
    if pair.machine and review.shows_machine(answered=False):
        kind = pair.machine.value
        machine = f"<small>the model: {SIGN[pair.machine]} {VERDICT[pair.machine]}</small>"
    said = ""
    if review.is_open:
        answers = ((reader, of.get(place)) for reader, of in review.answers().items())
        said = "".join(f"<small>{text(r)}: {a.label}</small>" for r, a in answers if a)
    a = half_html(pair.a, pair.a_passage.text)
    b = half_html(pair.b, pair.b_passage.text)
    return (
        f'<tr><td class="cp-nb-{kind}"><b>{place:,}</b>{machine}{said}</td>'
        f"<td>{a}</td><td>{b}</td></tr>"
    )
