"""Two sides, and a timeline: the reading and the views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial

import streamlit as st

from compare.comparison import by_year, compare_sides
from compare.export import counted, section_html, table_csv, table_html, verdict_word
from compare.export.rows import year_rows
from compare.export.words import left_out_note
from compare.facade import Library
from compare.results import Result, Stance
from compare.ui.charts.counts import years_chart
from compare.ui.components.downloads import (
    chart_downloads,
    download_buttons,
    figure,
    link_and_provenance,
    show_sensitivity,
)
from compare.ui.components.layout import choose_one, notice, progress, small
from compare.ui.components.proposition_form import TIME, Asked, Seen, latest
from compare.ui.components.result_lists import LISTS, Shown, lists_table, pair_list, three_lists
from compare.ui.components.service import read_with, stance_model
from compare.ui.review.agreement import counts_note
from compare.ui.review.setup import SHOWN_TABLE, review_link

_YEARS_HEAD = ("Year", "Agree", "Oppose", "Read")


def compare(library: Library, asked: Asked, pressed: bool, seen: Seen) -> bool:
    """Score what is asked if `pressed`, and show the pairs; return whether there was a result."""
    name = "timeline" if asked.who == TIME else "sides"  # begins keys
    result = _score(library, asked, pressed)
    if result is None:
        return False
    result = read_with(seen.reader, result.rethreshold(**asdict(seen.thresholds)))
    st.session_state[f"{SHOWN_TABLE}{name}"] = result  # the review page offers it
    view = "t_view" if result.over_time else "ab_view"
    shown = Shown(result, seen.order, f"{name}-", seen.with_words)
    show_pairs(shown, library, view, (*seen.held, view))
    return True


def _score(library: Library, asked: Asked, pressed: bool) -> Result | None:
    """Score the pairs if `pressed`, or return those scored before."""
    quote = asked.quote
    if quote is None:
        return None

    def score() -> Result:
        a, *b = asked.chosen
        with progress("Reading passages and pairs", "read") as on_progress:
            return compare_sides(
                library,
                quote.text,
                a,
                b[0] if b else None,
                opposite=quote.opposite,
                stance_model=stance_model(),
                most_of_side=asked.most,
                on_progress=on_progress,
            )

    result: Result | None = latest(library, asked, pressed, score)
    return result


# -- The views -----------------------------------------------------------------------------------


def show_pairs(shown: Shown, library: Library, view_key: str, held: Sequence[str]) -> None:
    """Show what was compared, the view that was chosen under `view_key`, and the downloads."""
    result = shown.result
    st.html(section_html(result.subject))
    if result.opposite:
        small(f"Opposite: “{result.opposite}”")
    passages = counted(sum(map(len, result.placed)), "passage")
    small(f"{passages} and {counted(len(result.pairs), 'pair')} of them were read.")
    notice(*result.notes)
    if left := left_out_note(result):
        small(left)
    views: dict[str, Callable[[Shown], Result | None]] = {
        f"What {who} said": partial(_show_said, side=side)
        for side, who in enumerate(("they",) if result.over_time else ("A", "B"))
    }
    views["By year"] = _show_years
    lists: dict[str, Callable[[Shown], Result | None]] = {
        verdict_word(result, stance): partial(pair_list, stance=stance)
        for stance in (Stance.OPPOSE, Stance.AGREE)
    }
    views = views | lists if result.over_time else lists | views
    views["Table"] = lists_table
    view = views[choose_one("Show", list(views), view_key)]
    result = view(shown) or result
    if result.agree or result.oppose:
        download_buttons(result, shown.prefix, LISTS)
        counts_note(result, library)
        review_link(result, f"{shown.prefix}review")
    words = "It holds the question, not the results: whoever opens it reads the pairs again."
    show_sensitivity(result, library)
    link_and_provenance(result, library, held, words)


def _show_said(shown: Shown, side: int) -> None:
    """Show what a side said on the proposition: what agrees with it, and what opposes it."""
    said, prefix = shown.result.said_by(side), f"{shown.prefix}said-{side}-"
    if not (said.agree or said.oppose):
        small("Nothing that was read takes a side on the proposition at these thresholds.")
    three_lists(
        replace(shown, result=said, prefix=prefix),
        "statement",
        "on the proposition",
        lambda verb: f"Nothing that was read {verb} the proposition at these thresholds.",
    )


def _show_years(shown: Shown) -> None:
    """Show how many statements of each side and year agree with the proposition and oppose it."""
    result = shown.result
    counts = by_year(result)
    if not counts:
        small("No statement that was read has a date.")
        return
    numbers = table_csv("years", year_rows(result))
    for side in dict.fromkeys(one.side for one in counts):
        of_side = [one for one in counts if one.side == side]
        name = "" if result.over_time else f"Side {side.upper()}"
        if name:
            st.html(section_html(name, 3))
        chart = years_chart(of_side, result.thresholds.probability)
        key = f"{shown.prefix}years-{side}"
        agree, oppose = (sum(getattr(one, what) for one in of_side) for what in ("agree", "oppose"))
        span = f"{of_side[0].year} to {of_side[-1].year}"
        figure(chart, key, f"Statements by year, {span}: {agree:,} agree, {oppose:,} oppose.")
        with st.expander("The numbers", key=f"{key}-numbers"):
            rows = [
                (str(one.year), f"{one.agree:,}", f"{one.oppose:,}", f"{one.read:,}")
                for one in of_side
                if one.read
            ]
            st.html(table_html(f"{chart.title} {name}".strip(), _YEARS_HEAD, rows))
        chart_downloads(f"statements-by-year-{side}", numbers, chart, key)
