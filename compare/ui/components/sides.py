"""Two sides, and a timeline: the reading and the views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import streamlit as st

from compare.comparison import by_year, compare_sides
from compare.export import (
    counted,
    section_html,
    table_csv,
    table_html,
    verdict_word,
)
from compare.export.rows import year_rows
from compare.export.words import left_out_note
from compare.facade import Library
from compare.models import signature
from compare.models.third_reader import ThirdReader
from compare.results import Result, Stance, Thresholds
from compare.ui.charts.counts import years_chart
from compare.ui.components.downloads import (
    chart_downloads,
    download_buttons,
    figure,
    link_and_provenance,
    show_sensitivity,
)
from compare.ui.components.layout import choose_one, notice, progress, small
from compare.ui.components.proposition_form import TIME, Asked
from compare.ui.components.result_lists import SIDES, Shown, pair_list, pairs_table, three_lists
from compare.ui.components.review_setup import SHOWN_TABLE, counts_note, review_link
from compare.ui.components.service import kept, read_with, stance_model

_YEARS_HEAD = ("Year", "Agree", "Oppose", "Read")


@dataclass(frozen=True, slots=True)
class Seen:
    """How pairs are seen."""

    thresholds: Thresholds
    order: str  # one of `filter_panel.ORDERS`
    with_words: bool  # whether the deciding words are marked
    reader: ThirdReader | None


def compare(library: Library, asked: Asked, pressed: bool, seen: Seen, held: Sequence[str]) -> bool:
    """Read what is asked if `pressed`, and show the pairs; return whether there was a result.

    `held` are the widgets whose values the page's link holds.
    """
    name = "timeline" if asked.who == TIME else "sides"  # begins keys, and names what is kept
    result = _read(name, library, asked, pressed, seen.thresholds)
    if result is None:
        return False
    result = read_with(seen.reader, result)
    st.session_state[f"{SHOWN_TABLE}{name}"] = result  # the review page offers it
    view = "t_view" if result.over_time else "ab_view"
    show_pairs(Shown(result, seen.order, f"{name}-", seen.with_words), library, view, (*held, view))
    return True


def _read(
    name: str, library: Library, asked: Asked, pressed: bool, thresholds: Thresholds
) -> Result | None:
    """Read the pairs if `pressed`, or return those read before; `name` begins the session’s key."""
    if not (asked.quote and (pressed or f"{name}-table" in st.session_state)):
        return None  # before the model is loaded
    key = repr((library.generation, signature(stance_model()), asked))
    result: Result | None = kept(f"{name}-table", key)
    if result is None and pressed:
        a, *b = asked.chosen
        with progress("Reading passages and pairs", "read") as on_progress:
            result = compare_sides(
                library,
                asked.quote.text,
                a,
                b[0] if b else None,
                opposite=asked.quote.opposite,
                stance_model=stance_model(),
                most_of_side=asked.most,
                on_progress=on_progress,
            )
        st.session_state[f"{name}-table"] = key, result
    return result and result.rethreshold(**asdict(thresholds))


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
    pairs: dict[str, Stance | Callable[[Shown], None]] = {
        verdict_word(result, stance): stance for stance in (Stance.OPPOSE, Stance.AGREE)
    }
    said: dict[str, Stance | Callable[[Shown], None]] = {
        f"What {who} said": partial(_show_said, side=side)
        for side, who in enumerate(("they",) if result.over_time else ("A", "B"))
    }
    said["By year"] = _show_years
    views = said | pairs if result.over_time else pairs | said
    views["Table"] = pairs_table
    view = views[choose_one("Show", list(views), view_key)]
    if isinstance(view, Stance):
        shown = replace(shown, result=pair_list(shown, view))
    else:
        view(shown)
    result = shown.result
    if result.agree or result.oppose:
        download_buttons(result, shown.prefix, SIDES)
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
        chart, key = (
            years_chart(of_side, result.thresholds.probability),
            f"{shown.prefix}years-{side}",
        )
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
