"""Two sides, and a timeline: the forms, the plan, the reading, the views, and a checked sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from compare.comparison.counts import Check, check, matrix, random_sample
from compare.comparison.sides import MOST_READ
from compare.export.dictionary import columns
from compare.export.formats import csv_bytes
from compare.export.html import facts_html, pair_card, section_html
from compare.export.rows import checked_rows
from compare.export.words import CHANGED, SAME, counted, duration, percent, verdict_word
from compare.library.filters import Facets, Filters
from compare.library.library import Library
from compare.models.protocols import signature
from compare.models.values import Stance
from compare.results.result import Pair, Result, Thresholds
from compare.statements.statement import PartialDate
from compare.ui.components.downloads import (
    download_buttons,
    file_download,
    link_and_provenance,
    other_library_notice,
)
from compare.ui.components.drilldown import matrix_view, years_view
from compare.ui.components.filter_panel import (
    ORDERS,
    SIDE_KEYS,
    TIMELINE_ORDERS,
    choose_period,
    choose_side,
    choose_thresholds,
)
from compare.ui.components.layout import (
    choose_one,
    notice,
    progress,
    sidebar_heading,
    small,
    widget_key,
)
from compare.ui.components.result_lists import SIDES, Shown, pair_list, pairs_table
from compare.ui.components.review_setup import SHOWN_TABLE, review_link
from compare.ui.components.service import choose_library, stance_model

if TYPE_CHECKING:
    from compare.comparison.sides import Comparison, Plan

_SIDES, _TIMELINE = "ab_", "t_"
"""Of the keys of the two pages' widgets; those of the sides begin with a_ and b_."""

_SHARED = ("topic", "from", "to", "most", "p", "s", "sort", "why", "view")
_KEYS = {
    _SIDES: (
        "library",
        *(f"{side}_{name}" for side in "ab" for name in (*SIDE_KEYS, "from", "to")),
        *(f"{_SIDES}{name}" for name in (*_SHARED, "by")),
    ),
    _TIMELINE: ("library", *(f"{_TIMELINE}{name}" for name in (*SIDE_KEYS, *_SHARED))),
}
"""The widgets of either page that its address holds."""

_MOST_AT_ALL = 200_000
_ACTORS = {"Countries": "country", "Speakers": "speaker"}

_View = Stance | Callable[[Shown], Shown | None]
"""A list, or what draws a view and returns what it shows if that is another result."""


# -- The pages -----------------------------------------------------------------------------------


def compare_sides() -> None:
    """Show the page that compares two sides."""

    def views(library: Library, asked: Asked, least: Thresholds) -> dict[str, _View]:
        return {
            "Opposed": Stance.OPPOSE,
            "Agree": Stance.AGREE,
            "Table": pairs_table,
            "By year": years_view,
            "Who agrees with whom": lambda shown: _matrix(shown, library, asked, least),
            "Check a sample": _check_sample,
        }

    _page("sides", _SIDES, ORDERS, _ask_sides, views)


def show_timeline() -> None:
    """Show the page that finds changes of position."""

    def views(library: Library, asked: Asked, least: Thresholds) -> dict[str, _View]:
        return {
            CHANGED: Stance.OPPOSE,
            SAME: Stance.AGREE,
            "Table": pairs_table,
            "By year": years_view,
            "Check a sample": _check_sample,
        }

    _page("timeline", _TIMELINE, TIMELINE_ORDERS, _ask_timeline, views)


def _page(
    name: str,
    prefix: str,
    orders: Sequence[str],
    ask: Callable[[Facets], tuple[Asked, bool]],
    views: Callable[[Library, Asked, Thresholds], Mapping[str, _View]],
) -> None:
    with st.sidebar:
        chosen, library = choose_library()
        sidebar_heading("Thresholds and order")
        least, order = choose_thresholds(prefix, pairs=True, orders=orders)
        label = "Show the deciding words"
        with_words = st.toggle(label, key=f"{prefix}why", bind="query-params")
    other_library_notice(library.digest)
    asked, pressed = ask(library.facets())
    result = _read_pairs(name, library, asked, pressed)
    if result is not None:
        shown = Shown(_at_thresholds(result, least), order, f"{name}-", chosen.key, with_words)
        _show_views(shown, library, views(library, asked, least), prefix)
    elif f"{name}-plan" not in st.session_state:
        small("An empty field allows everything. Nothing is read until you ask for it.")


# -- What is asked for ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared: the inputs of `comparison.sides.Comparison`; no b is over time.

    Attributes:
        period: Of both sides, each of which may have a narrower one of its own.
        between: Of which kind the actors of a pair have to differ; "" for none.
    """

    a: Filters
    b: Filters | None
    topic: str
    most: int
    period: tuple[PartialDate | None, PartialDate | None] = (None, None)
    between: str = ""


def _ask_sides(facets: Facets) -> tuple[Asked, bool]:
    """Show the form of two sides; return what it holds and whether it was just sent."""
    with st.form("sides", border=False):
        chosen = []
        for column, letter in zip(st.columns(2, gap="medium"), "AB", strict=True):
            with column:
                st.html(section_html(f"Side {letter}"))
                prefix = f"{letter.lower()}_"
                side = choose_side(facets, prefix, f" of {letter}")
                chosen.append(side.within(*choose_period(prefix, f", only {letter}")))
        topic, period, most = _topic_and_period(_SIDES)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="sides-go")
    a, b = (side.within(*period) for side in chosen)
    return Asked(a, b, topic, most, period), pressed


def _ask_timeline(facets: Facets) -> tuple[Asked, bool]:
    """Show the form of a timeline; return what it holds and whether it was just sent."""
    with st.form("timeline", border=False):
        who = choose_side(facets, _TIMELINE)
        topic, period, most = _topic_and_period(_TIMELINE)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="timeline-go")
    return Asked(who.within(*period), None, topic, most), pressed


def _topic_and_period(
    prefix: str,
) -> tuple[str, tuple[PartialDate | None, PartialDate | None], int]:
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
        MOST_READ,
        step=1000,
        key=f"{prefix}most",
        bind="query-params",
        help="The pairs most likely to oppose each other or to agree are read first.",
    )
    return topic or "", period, min(max(int(most or MOST_READ), 1), _MOST_AT_ALL)


# -- The plan and the reading --------------------------------------------------------------------


def _read_pairs(name: str, library: Library, asked: Asked, pressed: bool) -> Result | None:
    """Show the plan once it was asked for; return the pairs once they were read.

    `name` begins the keys of what the session keeps. The plan is asked for when `pressed`.
    """
    read, planned = (st.session_state.get(f"{name}-{kept}") for kept in ("table", "plan"))
    if not (pressed or read or planned):
        return None  # before the model is loaded
    key = repr((library.generation, signature(stance_model()), asked))
    if read is not None and read[0] == key:
        result: Result = read[1]
        return result
    if pressed:
        planned = key, *_planned(library, asked)
        st.session_state[f"{name}-plan"] = planned
    if planned is None or planned[0] != key:
        return None
    _, comparison, plan = planned
    _show_plan(plan, asked)
    if plan.to_read and st.button("Read the pairs", type="primary", key=f"{name}-read"):
        with progress("Reading the pairs", "read") as on_progress:
            st.session_state[f"{name}-table"] = key, comparison.run(on_progress=on_progress)
        del st.session_state[f"{name}-plan"]
        st.rerun()
    return None


def _planned(library: Library, asked: Asked) -> tuple[Comparison, Plan]:
    from compare.comparison.sides import Comparison

    comparison = Comparison(
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


def _show_plan(plan: Plan, asked: Asked) -> None:
    sides = counted(plan.a, "passage")
    if asked.b is not None:
        sides += f" of A, {plan.b:,} of B"
    known = f", {plan.known:,} of them with known scores" if plan.known else ""
    st.html(
        facts_html(
            [
                ("On the topic" if asked.topic else "To compare", sides),
                ("On the same point", counted(plan.same_point, "pair")),
                ("To be read", counted(plan.to_read, "pair") + known),
                ("Estimated time", duration(plan.seconds) if plan.to_read else ""),
            ]
        )
    )
    if plan.to_read:
        small("Scores are kept: you can leave, come back, and go on where the reading stopped.")
    else:
        notice(
            "No two passages are similar enough to be on the same point"
            + (" and were said at different times" if asked.b is None else "")
            + ": widen the filters, or use other words for the topic."
        )


# -- The views -----------------------------------------------------------------------------------


def _at_thresholds(result: Result, least: Thresholds) -> Result:
    """Return the result at these thresholds; nothing is read again. A review can be made of it."""
    cut = result.rethreshold(probability=least.probability, similarity=least.similarity)
    st.session_state[f"{SHOWN_TABLE}{'timeline' if result.over_time else 'sides'}"] = cut
    return cut


def _show_views(shown: Shown, library: Library, views: Mapping[str, _View], prefix: str) -> None:
    """Show what was compared, one of the views, and what can be taken away."""
    result = shown.result
    st.html(section_html(result.subject))
    read = f"{len(result.pairs):,} of {result.candidates:,} pairs on the same point were read"
    fast = sum(pair.first_stage_only for pair in result.pairs)
    small(f"{read}, {fast:,} of them by the fast model only." if fast else f"{read}.")
    if result.notes:
        notice(*result.notes)
    view = views[choose_one("Show", list(views), f"{prefix}view")]
    if isinstance(view, Stance):
        shown = replace(shown, result=pair_list(shown, view))
    else:
        shown = view(shown) or shown
    result = shown.result
    if result.agree or result.oppose:
        download_buttons(result, shown.prefix, SIDES)
        review_link(result, f"{shown.prefix}review")
    held = "It holds what was asked, not what was found: opening it reads the pairs again."
    link_and_provenance(result, library, _KEYS[prefix], held)


def _matrix(shown: Shown, library: Library, asked: Asked, least: Thresholds) -> Shown:
    """Show who agrees with whom: between the two sides, or between all who speak on the topic.

    Returns what the numbers are of.
    """
    by = _ACTORS[choose_one("Actors", list(_ACTORS), f"{_SIDES}by")]
    everyone = Filters().within(*asked.period)
    pressed = st.button(
        "Include everyone on this topic",
        key="everyone-go",
        help="Compares all who speak on the topic. You see the number of pairs before any is read.",
    )
    all_asked = Asked(everyone, everyone, asked.topic, asked.most, asked.period, by)
    result = _read_pairs("everyone", library, all_asked, pressed)
    if result is not None:
        st.html(section_html(result.subject))
        result = _at_thresholds(result, least)
        shown = replace(shown, result=result, prefix=f"{shown.prefix}all-")
    if cells := matrix(shown.result, by):
        matrix_view(shown, cells, by)
    else:
        small("No pair that was read is between two named actors.")
    return shown


# -- A checked sample ----------------------------------------------------------------------------


def _check_sample(shown: Shown) -> None:
    """Draw a sample, ask for a label of each pair, and say how many the model labels alike."""
    result, prefix = shown.result, shown.prefix
    small(
        "Pairs are drawn at random from all that the model labels as agreeing or opposed at these "
        "thresholds, whether or not a list shows them. Label each by its words; the model’s labels "
        "are shown at the end."
    )
    left, right = st.columns(2)
    size = left.number_input(
        "Pairs to draw", 1, 200, 20, key=f"{prefix}size", persist_state="session"
    )
    seed = right.number_input(
        "Seed of the draw", 0, 10**6, 0, key=f"{prefix}seed", persist_state="session"
    )
    sample = random_sample(result, int(size), int(seed))
    if not sample:
        small("The model labels no pair at these thresholds.")
        return
    labels: dict[str, Stance | None] = {verdict_word(result, stance): stance for stance in Stance}
    labels["Skip"] = None
    place = st.container()
    given = []
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
        given += [answer] if answer else []
    with place:
        small(f"{len(given)} of {counted(len(sample), 'pair')} answered, seed {int(seed)}.")
        if len(given) == len(sample):
            answers = [labels[answer] for answer in given]
            _show_check(result, sample, answers)
            rows = checked_rows(result, sample, answers, int(seed))
            file_download(
                "Download the checked sample",
                f"checked-sample-{len(sample)}-seed-{int(seed)}.csv",
                csv_bytes((*columns("pairs"), *columns("checked sample")), rows),
                f"{prefix}checked-csv",
            )


def _show_check(result: Result, sample: Sequence[Pair], answers: Sequence[Stance | None]) -> None:
    lines = [f"Of all labels, {_in_words(check(result, sample, answers))}"]
    for stance in SIDES:
        found = check(result, sample, answers, stance)
        lines.append(f"Of “{verdict_word(result, stance)}”, {_in_words(found)}")
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


def _in_words(found: Check) -> str:
    if found.share is None or found.low is None or found.high is None:
        return "none was answered."
    return (
        f"{found.right} of {found.answered} are right: {percent(found.share)} "
        f"(95 % interval {percent(found.low)} to {percent(found.high)})."
    )
