"""Check a random sample: the reader labels pairs, and learns how often the model was right."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.comparison.counts import (
    CHECKED_COLUMNS,
    Check,
    check,
    checked_records,
    random_sample,
)
from compare.export.pair_cards import pair_card, verdict_word
from compare.export.words import counted, percent
from compare.results.result import Pair, Result, Stance
from compare.ui.components.downloads import file_download
from compare.ui.components.layout import small
from compare.ui.components.pair_lists import pair_key

_SIZE = 20
_MOST = 200
_SKIP = "Skip"


def check_sample(table: Result, prefix: str) -> None:
    """Draw a sample, ask for a label of each pair, and say how many the model labels alike."""
    small(
        "Pairs are drawn at random from all that the model labels as agreeing or as opposed at "
        "these thresholds, shown in a list or not. Label each by its words; what the model says is "
        "shown at the end."
    )
    left, right = st.columns(2)
    with left:
        size = st.number_input(
            "Pairs to draw", 1, _MOST, _SIZE, key=f"{prefix}size", persist_state="session"
        )
    with right:
        seed = st.number_input(
            "Seed of the draw", 0, 10**6, 0, key=f"{prefix}seed", persist_state="session"
        )
    sample = random_sample(table, int(size), int(seed))
    if not sample:
        small("The model labels no pair at these thresholds.")
        return
    place = st.container()
    given = [_label(table, pair, number, prefix) for number, pair in enumerate(sample, start=1)]
    done = sum(answer is not None for answer in given)
    with place:
        small(f"{done} of {counted(len(sample), 'pair')} answered, seed {int(seed)}.")
    if done < len(sample):
        return
    answers = [None if answer == _SKIP else _stances(table)[answer or ""] for answer in given]
    with place:
        _outcome(table, sample, answers)
        rows = checked_records(table, sample, answers, int(seed))
        _download(rows, f"checked-sample-{len(sample)}-seed-{int(seed)}.csv", prefix)


def _stances(table: Result) -> dict[str, Stance]:
    return {verdict_word(table, stance): stance for stance in Stance}


def _label(table: Result, pair: Pair, number: int, prefix: str) -> str | None:
    """Show a pair without its verdict and return the reader's label of it, None for none yet."""
    key = f"{prefix}{pair_key(pair)}"
    with st.container(key=f"card-check-{key}", gap="xsmall"):
        st.html(pair_card(table, pair, None))
        answer: str | None = st.radio(
            f"Pair {number}: how do the two relate?",
            [*_stances(table), _SKIP],
            index=None,
            horizontal=True,
            key=f"label-{key}",
            persist_state="session",
        )
    return answer


def _outcome(table: Result, sample: Sequence[Pair], answers: Sequence[Stance | None]) -> None:
    lines = [f"Of all labels, {_in_words(check(table, sample, answers))}"]
    for stance in (Stance.AGREE, Stance.OPPOSE):
        found = check(table, sample, answers, stance)
        lines.append(f"Of “{verdict_word(table, stance)}”, {_in_words(found)}")
    if skipped := answers.count(None):
        lines.append(f"{counted(skipped, 'pair')} skipped.")
    small(*lines)
    wrong = [
        f"Pair {number}: the model says “{verdict_word(table, ours)}”, "
        f"you say “{verdict_word(table, answer)}”."
        for number, (pair, answer) in enumerate(zip(sample, answers, strict=True), start=1)
        if answer is not None and (ours := table.stance_of(pair)) and ours is not answer
    ]
    if wrong:
        small(*wrong)


def _in_words(found: Check) -> str:
    if found.share is None or found.low is None or found.high is None:
        return "none was answered."
    return (
        f"{found.right} of {found.answered} are right: {percent(found.share)} "
        f"(95 % interval {percent(found.low)} to {percent(found.high)})."
    )


def _download(rows: Sequence[dict[str, str | int | float]], name: str, prefix: str) -> None:
    from compare.export.formats import csv_bytes

    content = csv_bytes(CHECKED_COLUMNS, rows)
    file_download("Download the checked sample", name, content, key=f"{prefix}checked-csv")
