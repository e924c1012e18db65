"""The pairs behind a number of a chart or a table: chosen by name, shown as cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from compare.comparison.counts import Cell, YearCount, between, by_year, of_year
from compare.export.pair_cards import verdict_word
from compare.export.pieces import section_html
from compare.results.pairs import Pair
from compare.results.result import Stance
from compare.ui.charts.charts import cell_name, years
from compare.ui.components.lists import widget_key
from compare.ui.components.pair_lists import ShownPairs, pair_cards
from compare.ui.components.shell import small

DECIDED = (Stance.AGREE, Stance.OPPOSE)
"""What a number counts."""


@dataclass(frozen=True, slots=True)
class Number:
    """What is counted: in the menu, at the head of its pairs, and the pairs themselves."""

    name: str
    title: str
    pairs: Callable[[], list[Pair]]


def years_and_pairs(shown: ShownPairs) -> None:
    """Show the pairs by year, and those of a year that is chosen."""
    table = shown.table
    counts = by_year(table)
    years(table, counts, shown.prefix)
    counted = [count for count in counts if count.agree or count.oppose]
    numbers = [
        Number(_year_name(shown, count), f"{count.year}", partial(of_year, table, count.year))
        for count in counted
    ]
    show_behind(shown, numbers, "Choose a year", "year")


def cells_and_pairs(shown: ShownPairs, cells: Sequence[Cell], by: str) -> None:
    """Show the pairs of two parties that are chosen."""
    numbers = [
        Number(
            cell_name(cell),
            f"{cell.a} and {cell.b}",
            partial(between, shown.table, cell.a, cell.b, by),
        )
        for cell in cells
    ]
    show_behind(shown, numbers, "Choose two parties", f"cell-{by}")


def show_behind(shown: ShownPairs, numbers: Sequence[Number], placeholder: str, key: str) -> None:
    """Let a number be chosen and list the pairs that it counts, those opposed first."""
    if not numbers:
        return
    # Other numbers, another menu: an index would choose something else among them.
    menu = widget_key(repr([number.name for number in numbers]))
    chosen = st.selectbox(
        "The pairs behind a number",
        range(len(numbers)),
        index=None,
        format_func=lambda n: numbers[n].name if n < len(numbers) else "",
        placeholder=placeholder,
        key=f"{shown.prefix}{key}-{menu}",
    )
    if chosen is None or chosen >= len(numbers):
        return
    stance_of = shown.table.stance_of
    pairs = [pair for pair in numbers[chosen].pairs() if stance_of(pair) in DECIDED]
    pairs.sort(key=lambda pair: (stance_of(pair) is Stance.AGREE, -pair.similarity))
    st.html(section_html(numbers[chosen].title))
    if not pairs:
        small("All pairs read there are read as neither.")
    pair_cards(shown, pairs, f"{shown.prefix}{key.partition('-')[0]}")


def _year_name(shown: ShownPairs, count: YearCount) -> str:
    agree, oppose = (verdict_word(shown.table, stance).lower() for stance in DECIDED)
    return f"{count.year}: {count.agree:,} {agree}, {count.oppose:,} {oppose}"
