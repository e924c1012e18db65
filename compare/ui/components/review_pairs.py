"""A pair of a review as it is shown: without a verdict, or with the machine's."""

from __future__ import annotations

from collections.abc import Sequence

from compare.export.cards import Words, read_as, text_html, verdict_html
from compare.export.pair_cards import half_html
from compare.export.words import SIGN, VERDICT
from compare.library.library import Library
from compare.results.result import Probabilities, Stance
from compare.review.answers import Review
from compare.review.states import SINCE, State, states_of
from compare.review.values import CONFIDENCE, Answer, ReviewPair
from compare.statements.passages import Passage
from compare.statements.statement import Statement

SKIPPED = "Skipped"


def label_word(stance: Stance | None) -> str:
    """Return how an answer is called."""
    return SKIPPED if stance is None else VERDICT[stance]


def answer_in_words(answer: Answer) -> str:
    """Return an answer with how sure the reader was: "Opposes, fairly sure"."""
    sure = f", {CONFIDENCE[answer.confidence]}" if answer.confidence else ""
    return f"{label_word(answer.stance)}{sure}"


def signed(stance: Stance) -> str:
    """Return a stance's sign and word."""
    return f"{SIGN[stance]} {VERDICT[stance]}"


def machine_in_words(pair: ReviewPair, least: float | None) -> str:
    """Return what the machine says of a pair.

    Args:
        pair: The pair.
        least: The least probability that its list was cut at, None where that is not known.
    """
    from compare.export.words import likelihood, percent

    if pair.machine is None:
        return "The model has no label for it."
    if pair.probabilities is None:
        return f"The model says “{VERDICT[pair.machine]}”."
    verdict = _verdict(pair.machine, pair.probabilities, least)
    odds = pair.probabilities.of(verdict)
    below = "" if verdict is pair.machine else ", below the least probability"
    return f"The model says “{VERDICT[verdict]}”, {likelihood(odds)}, {percent(odds)}{below}."


def _verdict(machine: Stance, probabilities: Probabilities, least: float | None) -> Stance:
    """Return the verdict behind a label: of what fell short of the least probability its own."""
    found = read_as(machine, probabilities)
    return found if least is not None and probabilities.of(found) < least else machine


def review_card(
    review: Review, pair: ReviewPair, library: Library, *, machine: bool, level: int = 2
) -> str:
    """Return a pair as HTML, side a left and side b right.

    Args:
        review: Of the pair.
        pair: The pair.
        library: As it is now: what became of a statement since is said.
        machine: The machine's verdict stands above.
        level: Of the headings.
    """
    head, kind = "", "plain"
    if machine and pair.machine and pair.probabilities:
        kind = pair.machine.value
        verdict = _verdict(pair.machine, pair.probabilities, review.settings.least_probability)
        head = verdict_html(
            verdict,
            pair.probabilities,
            pair.similarity,
            f"The model: {VERDICT[verdict]}",
            short=verdict is not pair.machine,
        )
    elif machine:
        head = f'<p class="cp-note">{text_html(machine_in_words(pair, None))}</p>'
    states = states_of([pair], library, review.settings.library_digest)[0]
    halves = [
        _half(name, statement, passage, state, level)
        for name, statement, passage, state in zip(
            ("Side A", "Side B"),
            (pair.a, pair.b),
            (pair.a_passage, pair.b_passage),
            states,
            strict=True,
        )
    ]
    return (
        f'<article class="cp-card cp-{kind}">{head}'
        f'<div class="cp-halves">{"".join(halves)}</div></article>'
    )


def _half(name: str, statement: Statement, passage: Passage, state: State, level: int) -> str:
    before, after = statement.text[: passage.start], statement.text[passage.end :]
    note = f" · {text_html(SINCE[state])}" if state in SINCE else ""
    words = Words(passage.text, before=before, after=after)
    return half_html(name, statement, words, level, note)


def said_html(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return who said what of a pair, and their notes, as a list."""
    items = "".join(
        f"<div><dt><bdi>{text_html(who)}</bdi></dt><dd>{text_html(what)}"
        f"{f': <q><bdi>{text_html(note)}</bdi></q>' if note else ''}</dd></div>"
        for who, what, note in rows
    )
    return f'<dl class="cp-facts">{items}</dl>'
