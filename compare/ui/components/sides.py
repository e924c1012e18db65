"""Two sides, and a timeline: the plan, the reading, the views, and a checked sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from compare.comparison import counts, sides
from compare.comparison.counts import Check
from compare.export import (
    columns,
    counted,
    csv_bytes,
    facts_html,
    percent,
    section_html,
    verdict_word,
)
from compare.export.html import pair_card
from compare.export.rows import checked_rows
from compare.export.words import duration
from compare.library import Facets, Filters
from compare.library.library import Library
from compare.models import signature
from compare.results import Pair, Result, Stance, Thresholds
from compare.ui.components.counted_views import COUNTED_VIEWS, CountedView, show_counts
from compare.ui.components.downloads import (
    download_buttons,
    file_download,
    link_and_provenance,
    other_library_notice,
)
from compare.ui.components.filter_panel import (
    Period,
    choose_order,
    choose_period,
    choose_thresholds,
    show_words_toggle,
)
from compare.ui.components.layout import (
    choose_one,
    notice,
    progress,
    small,
    widget_key,
)
from compare.ui.components.result_lists import SIDES, Shown, pair_list, pairs_table
from compare.ui.components.review_setup import SHOWN_TABLE, review_link
from compare.ui.components.service import (
    choose_library,
    kept,
    read_with,
    stance_model,
    third_reader,
)

# The widgets of both pages, without their prefix.
SHARED_KEYS = ("topic", "from", "to", "most", "p", "s", "sort", "why", "view")

_MOST_AT_ALL = 200_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The inputs of `comparison.sides.Comparison`; without b, a is compared over time."""

    a: Filters
    b: Filters | None
    topic: str
    most: int
    period: Period = (None, None)  # of both sides, which may have narrower ones of their own
    between: str = ""  # "country" or "speaker": the two of a pair have to differ


def ask_and_read(
    name: str, prefix: str, orders: Sequence[str], ask: Callable[[Facets], tuple[Asked, bool]]
) -> tuple[Library, Asked, Thresholds, Shown | None]:
    """Show the sidebar and the form; return the library, the question, and the pairs once read."""
    library = choose_library()
    thresholds = choose_thresholds(prefix)
    with st.sidebar:
        order = choose_order(prefix, orders)
    with_words = show_words_toggle(prefix)
    reader = third_reader()
    other_library_notice(library)
    asked, pressed = ask(library.facets())
    result = read_pairs(name, library, asked, pressed, thresholds)
    if result is None and f"{name}-plan" not in st.session_state:
        small("Empty fields do not filter. Nothing is read until you ask for it.")
    shown = None
    if result:
        result = read_with(reader, result)
        shown = Shown(result, order, f"{name}-", with_words)
        # The review page offers it for a new review.
        st.session_state[f"{SHOWN_TABLE}{'timeline' if result.over_time else 'sides'}"] = result
    return library, asked, thresholds, shown


def topic_and_period(prefix: str) -> tuple[str, Period, int]:
    """Show the fields of both pages; return the topic, the period and the maximum of pairs."""
    topic = st.text_input(
        "Topic",
        key=f"{prefix}topic",
        bind="query-params",
        placeholder="words or a sentence; leave empty for all topics",
        max_chars=500,
    )
    left, right = st.columns(2)
    with left:
        period = choose_period(prefix)
    most = right.number_input(
        "Maximum pairs to read",
        1,
        _MOST_AT_ALL,
        sides.MOST_READ,
        step=1000,
        key=f"{prefix}most",
        bind="query-params",
        help="The pairs most likely to oppose each other or to agree are read first.",
    )
    return topic or "", period, min(max(int(most or sides.MOST_READ), 1), _MOST_AT_ALL)


def read_pairs(
    name: str, library: Library, asked: Asked, pressed: bool, thresholds: Thresholds
) -> Result | None:
    """Show the plan if `pressed`; return the pairs at the thresholds once they are read.

    `name` begins the session’s keys.
    """
    if not (pressed or {f"{name}-table", f"{name}-plan"} & set(st.session_state)):
        return None  # before the model is loaded
    key = repr((library.generation, signature(stance_model()), asked))
    result: Result | None = kept(f"{name}-table", key)
    if result is not None:
        return result.rethreshold(
            probability=thresholds.probability, similarity=thresholds.similarity
        )
    if pressed:
        st.session_state[f"{name}-plan"] = key, _planned(library, asked)
    if not (planned := kept(f"{name}-plan", key)):
        return None
    comparison, plan = planned
    _show_plan(plan, asked)
    if plan.to_read and st.button("Read the pairs", type="primary", key=f"{name}-read"):
        with progress("Reading the pairs", "read") as on_progress:
            st.session_state[f"{name}-table"] = key, comparison.run(on_progress=on_progress)
        del st.session_state[f"{name}-plan"]
        st.rerun()
    return None


def _planned(library: Library, asked: Asked) -> tuple[sides.Comparison, sides.Plan]:
    comparison = sides.Comparison(
        library,
        asked.a,
        asked.b,
        topic=asked.topic,
        stance_model=stance_model(),
        most_read=asked.most,
        between=asked.between,
    )
    seconds = comparison.seconds_to_find()
    label = "passages compared" + (f"; about {duration(seconds)} in all" if seconds else "")
    with progress("Finding pairs on the same point", label) as on_progress:
        return comparison, comparison.plan(on_progress)


def _show_plan(plan: sides.Plan, asked: Asked) -> None:
    on_topic = counted(plan.a, "passage")
    if asked.b is not None:
        on_topic += f" of A, {plan.b:,} of B"
    known = f", {plan.known:,} of them with known scores" if plan.known else ""
    facts = [
        ("On the topic" if asked.topic else "To compare", on_topic),
        ("On the same point", counted(plan.same_point, "pair")),
        ("To be read", counted(plan.to_read, "pair") + known),
        ("Estimated time", duration(plan.seconds) if plan.to_read else ""),
    ]
    st.html(facts_html(facts))
    if plan.to_read:
        small("Scores are saved: you can leave, come back, and resume where reading stopped.")
    else:
        notice(
            "No two passages are similar enough to be on the same point"
            + (" and were said at different times" if asked.b is None else "")
            + ": widen the filters, or use other words for the topic."
        )


# -- The views -----------------------------------------------------------------------------------


def show_pairs(
    shown: Shown,
    library: Library,
    prefix: str,
    keys: Sequence[str],
    choose_actors: Callable[[Shown], tuple[Shown, str]] | None = None,
) -> None:
    """Show what was compared, one of the views, and the downloads.

    Args:
        shown: The pairs.
        library: Where they are from.
        prefix: Begins the keys of the page's widgets.
        keys: The widgets whose values the page's link holds.
        choose_actors: Lets the user choose which pairs to count, and by "country" or "speaker".
            Without it, there are no views of actors.
    """
    result = shown.result
    st.html(section_html(result.subject))
    read = f"{len(result.pairs):,} of {result.candidates:,} pairs on the same point were read"
    fast = sum(pair.first_stage_only for pair in result.pairs)
    small(f"{read}, {fast:,} of them by the fast model only." if fast else f"{read}.")
    notice(*result.notes)
    views: dict[str, Stance | CountedView[Any] | Callable[[Shown], None]] = {
        **{verdict_word(result, stance): stance for stance in (Stance.OPPOSE, Stance.AGREE)},
        "Table": pairs_table,
        **{view.name: view for view in COUNTED_VIEWS if choose_actors or not view.of_actors},
        "Check a sample": check_sample,
    }
    view = views[choose_one("Show", list(views), f"{prefix}view")]
    if isinstance(view, Stance):
        shown = replace(shown, result=pair_list(shown, view))
    elif isinstance(view, CountedView):
        by = ""
        if view.of_actors and choose_actors:
            shown, by = choose_actors(shown)
        show_counts(view, shown, by)
    else:
        view(shown)
    result = shown.result
    if result.agree or result.oppose:
        download_buttons(result, shown.prefix, SIDES)
        review_link(result, f"{shown.prefix}review")
    held = "It holds the question, not the results: whoever opens it reads the pairs again."
    link_and_provenance(result, library, keys, held)


# -- A checked sample ----------------------------------------------------------------------------


def check_sample(shown: Shown) -> None:
    """Draw a sample, ask for a label of each pair, and say how often the model agrees."""
    result, prefix = shown.result, shown.prefix
    small(
        "Pairs are drawn at random from all that the model labels as agreeing or opposed at these "
        "thresholds, listed or not. Label each by its words; the model’s labels are shown at the "
        "end."
    )
    left, right = st.columns(2)
    size = int(
        left.number_input("Pairs to draw", 1, 200, 20, key=f"{prefix}size", persist_state="session")
    )
    seed = int(
        right.number_input(
            "Seed of the draw", 0, 10**6, 0, key=f"{prefix}seed", persist_state="session"
        )
    )
    sample = counts.random_sample(result, size, seed)
    if not sample:
        small("The model labels no pair as agreeing or opposed at these thresholds.")
        return
    labels: dict[str, Stance | None] = {verdict_word(result, stance): stance for stance in Stance}
    labels["Skip"] = None
    top = st.container()  # filled below, once the answers are counted
    answers = []
    for number, pair in enumerate(sample, start=1):
        key = f"{prefix}{widget_key(repr(pair.key))}"
        with st.container(key=f"card-check-{key}", gap="xsmall"):
            st.html(pair_card(result, pair, None))
            answer = st.radio(
                f"Pair {number}: how do the two relate?",
                list(labels),
                index=None,
                horizontal=True,
                key=f"label-{key}",
                persist_state="session",
            )
        answers += [labels[answer]] if answer else []
    with top:
        small(f"{len(answers)} of {counted(len(sample), 'pair')} answered, seed {seed}.")
        if len(answers) == len(sample):
            _show_check(result, sample, answers)
            rows = checked_rows(result, sample, answers, seed)
            file_download(
                "Download the checked sample",
                f"checked-sample-{len(sample)}-seed-{seed}.csv",
                csv_bytes((*columns("pairs"), *columns("checked sample")), rows),
                f"{prefix}checked-csv",
            )


def _show_check(result: Result, sample: Sequence[Pair], answers: Sequence[Stance | None]) -> None:
    check = partial(counts.check, result, sample, answers)
    lines = [f"Of all labels, {_share_right(check())}"]
    lines += [f"Of “{verdict_word(result, of)}”, {_share_right(check(of))}" for of in SIDES]
    if skipped := answers.count(None):
        lines.append(f"{counted(skipped, 'pair')} skipped.")
    small(*lines)
    wrong = [
        f"Pair {number}: the model says “{verdict_word(result, ours)}”, "
        f"you say “{verdict_word(result, answer)}”."
        for number, (pair, answer) in enumerate(zip(sample, answers, strict=True), start=1)
        if answer is not None and (ours := result.stance_of(pair)) and ours is not answer
    ]
    if wrong:
        small(*wrong)


def _share_right(found: Check) -> str:
    if found.share is None or found.low is None or found.high is None:
        return "none was checked."
    return (
        f"{found.right} of {found.answered} are right: {percent(found.share)} "
        f"(95 % interval {percent(found.low)} to {percent(found.high)})."
    )
