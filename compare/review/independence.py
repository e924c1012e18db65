"""Which answers were given before the machine's label could be seen.

Where readers see the label of each pair once they have answered it, they may change the answer
then. What they said first is in the history.
"""

from __future__ import annotations

from compare.review.answers import Review
from compare.review.rows import answer_from_json
from compare.review.values import Answer, MachineShown


def first_answers(review: Review, seen_by: str | None = None) -> dict[str, dict[str, Answer]]:
    """Return what each reader said first of each pair, by its id, as far as it may be seen.

    An answer that was taken back is a first one, too: the label was shown after it.
    """
    found: dict[str, dict[str, Answer]] = {reader: {} for reader in review.readers}
    for event in review.history(seen_by):
        if event.what in ("answer", "import") and (given := answer_from_json(event.after)):
            found[event.who].setdefault(event.pair, given)
    return found


def changed_after_label(review: Review) -> dict[str, set[int]]:
    """Return the places that each reader labels otherwise than before they saw the machine's label.

    There are some only where the label of each pair is shown after its answer.

    Raises:
        ReviewError: A reader has not handed in.
    """
    review.must_be_open()
    found: dict[str, set[int]] = {reader: set() for reader in review.readers}
    if review.settings.machine_shown is not MachineShown.AFTER:
        return found
    first, answers = first_answers(review), review.answers()
    for place, pair in review.pairs():
        for reader, of in answers.items():
            if pair.machine and of[place].stance is not first[reader][pair.id].stance:
                found[reader].add(place)
    return found
