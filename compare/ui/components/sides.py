"""Compare sides: the form, and what was read as lists, table, charts and sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from compare.comparison.counts import matrix
from compare.comparison.sides import MOST_READ
from compare.export.pieces import section_html
from compare.library.facets import Facets
from compare.library.filters import Filters
from compare.library.library import Library
from compare.results.result import Result, Stance, Thresholds
from compare.statements.statement import PartialDate
from compare.ui.components.checking import check_sample
from compare.ui.components.downloads import download_buttons, link_and_provenance
from compare.ui.components.drilldown import DECIDED, matrix_view, years_view
from compare.ui.components.filter_panel import SIDE_KEYS, choose_period, choose_side
from compare.ui.components.layout import notice, small
from compare.ui.components.pair_lists import ShownPairs, pair_list, pairs_table
from compare.ui.components.reading import Asked, read_pairs
from compare.ui.components.review_setup import SHOWN_TABLE, review_link

PREFIX = "ab_"
"""Of the keys of the page's widgets; those of the sides begin with a_ and b_."""

SHARED = ("topic", "from", "to", "most", "p", "s", "sort", "why", "view")
"""Keys of widgets that the timeline has, too, behind a prefix of its own."""

_OF_SIDE = (*SIDE_KEYS, "from", "to")
KEYS = (
    "library",
    *(f"{side}_{name}" for side in "ab" for name in _OF_SIDE),
    *(f"{PREFIX}{name}" for name in (*SHARED, "by")),
)
"""The widgets of the page that its address holds."""

_MOST_AT_ALL = 200_000
_OPPOSED, _AGREE, _TABLE = "Opposed", "Agree", "Table"
_YEARS, _MATRIX, _SAMPLE = "By year", "Who with whom", "Check a sample"
_VIEWS = (_OPPOSED, _AGREE, _TABLE, _YEARS, _MATRIX, _SAMPLE)
_PARTIES = {"Countries": "country", "Speakers": "speaker"}


# -- What is asked for ---------------------------------------------------------------------------


def ask_sides(facets: Facets) -> tuple[Asked, bool]:
    """Show the form of two sides; return what it holds and whether it was just sent."""
    with st.form("sides", border=False):
        left, right = st.columns(2, gap="medium")
        with left:
            st.html(section_html("Side A"))
            a = choose_side(facets, "a_", " of A").within(*choose_period("a_", ", only A"))
        with right:
            st.html(section_html("Side B"))
            b = choose_side(facets, "b_", " of B").within(*choose_period("b_", ", only B"))
        topic, since, until, most = topic_and_period(PREFIX)
        pressed = st.form_submit_button("Find the pairs", type="primary", key="sides-go")
    both = (since, until)
    return Asked(a.within(*both), b.within(*both), topic, most, both), pressed


def topic_and_period(prefix: str) -> tuple[str, PartialDate | None, PartialDate | None, int]:
    """Show what both pages ask: the topic, the period and how much is read at most."""
    topic = st.text_input(
        "Topic",
        key=f"{prefix}topic",
        bind="query-params",
        placeholder="words or a sentence; all topics where empty",
        max_chars=500,
    )
    left, right = st.columns(2)
    with left:
        since, until = choose_period(prefix)
    with right:
        most = st.number_input(
            "Pairs to read at most",
            1,
            _MOST_AT_ALL,
            MOST_READ,
            step=1000,
            key=f"{prefix}most",
            bind="query-params",
            help="Those likeliest to oppose or to agree are read first.",
        )
    return topic or "", since, until, min(max(int(most or MOST_READ), 1), _MOST_AT_ALL)


def words_toggle(prefix: str) -> bool:
    """Ask whether the deciding words of what is on the page are found and marked."""
    return st.toggle("Show the deciding words", key=f"{prefix}why", bind="query-params")


# -- What was found ------------------------------------------------------------------------------


def cut_table(table: Result, least: Thresholds) -> Result:
    """Return the table at these thresholds, which a review is made at; nothing is read again."""
    cut = table.rethreshold(probability=least.probability, similarity=least.similarity)
    st.session_state[f"{SHOWN_TABLE}{'timeline' if table.over_time else 'sides'}"] = cut
    return cut


def choose_view(views: Sequence[str], prefix: str) -> str:
    """Show what can be looked at and return what was chosen."""
    chosen = st.segmented_control(
        "Show", views, default=views[0], required=True, key=f"{prefix}view", bind="query-params"
    )
    return chosen if chosen in views else views[0]


def show_sides(shown: ShownPairs, library: Library, asked: Asked, least: Thresholds) -> None:
    """Show the pairs of two sides in the view chosen."""
    table = shown.table
    begin_results(table)
    view = choose_view(_VIEWS, PREFIX)
    if view in (_OPPOSED, _AGREE):
        stance = Stance.OPPOSE if view == _OPPOSED else Stance.AGREE
        verb = "oppose each other" if stance is Stance.OPPOSE else "agree"
        shown = pair_list(
            shown, stance, f"No pair of those read is read to {verb} at these thresholds."
        )
    elif view == _TABLE:
        pairs_table(shown)
    elif view == _YEARS:
        years_view(shown)
    elif view == _MATRIX:
        shown = _matrix(shown, library, asked, least)
    else:
        check_sample(table, shown.prefix)
    end_results(shown, library, KEYS)


def begin_results(table: Result) -> None:
    """Head the results with what was compared and what the reader should know."""
    st.html(section_html(table.subject))
    read = f"{len(table.pairs):,} of {table.candidates:,} pairs on the same point were read"
    fast = sum(pair.first_stage_only for pair in table.pairs)
    small(f"{read}, {fast:,} of them by the fast model only." if fast else f"{read}.")
    if table.notes:
        notice(*table.notes)


def end_results(shown: ShownPairs, library: Library, keys: Sequence[str]) -> None:
    """Offer the lists as files, the address, and what was read and how."""
    if shown.table.agree or shown.table.oppose:
        download_buttons(shown.table, shown.prefix, DECIDED)
        review_link(shown.table, f"{shown.prefix}review")
    held = "It holds what was asked, not what was found: opening it reads the pairs again."
    link_and_provenance(shown.table, library, keys, held)


def _matrix(shown: ShownPairs, library: Library, asked: Asked, least: Thresholds) -> ShownPairs:
    """Show who agrees with whom: of the two sides, or of all who speak on the topic.

    Returns what the numbers are of.
    """
    by = st.segmented_control(
        "Parties",
        list(_PARTIES),
        default="Countries",
        required=True,
        key=f"{PREFIX}by",
        bind="query-params",
    )
    by = _PARTIES.get(by or "", "country")
    everyone = Filters().within(*asked.period)
    all_asked = Asked(everyone, everyone, asked.topic, asked.most, asked.period, by)
    pressed = st.button(
        "Who agrees with whom on this topic",
        key="everyone-go",
        help="Reads all who speak on the topic against each other; says first how much that is.",
    )
    table = read_pairs("everyone", library, all_asked, pressed)
    if table is not None:
        st.html(section_html(table.subject))
        shown = replace(shown, table=cut_table(table, least), prefix=f"{shown.prefix}all-")
    cells = matrix(shown.table, by)
    if not cells:
        small("No pair of those read is between two parties that are named.")
        return shown
    matrix_view(shown, cells, by)
    return shown
