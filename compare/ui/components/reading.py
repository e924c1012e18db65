"""Say what a comparison would read, read it when that is asked for, and keep what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from compare.export.pieces import facts_html
from compare.export.words import counted, duration
from compare.library.filters import Filters
from compare.library.library import Library
from compare.models.load import signature
from compare.results.result import Result
from compare.statements.statement import PartialDate
from compare.ui.components.layout import notice, small
from compare.ui.components.service import stance_model

if TYPE_CHECKING:
    from compare.comparison.sides import Comparison, Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared: the inputs of `comparison.sides.Comparison`; no b is "over time".

    Attributes:
        period: Of both sides, each of which may have a narrower one of its own.
        between: Of which kind parties have to differ; "" for none.
    """

    a: Filters
    b: Filters | None
    topic: str
    most: int
    period: tuple[PartialDate | None, PartialDate | None] = (None, None)
    between: str = ""


def read_pairs(name: str, library: Library, asked: Asked, pressed: bool) -> Result | None:
    """Show the plan once it was asked for; return the pairs once they were read.

    Args:
        name: Of the place on the page; begins the keys of what is kept in the session.
        library: Where both sides are.
        asked: As the fields hold it now.
        pressed: The plan is asked for in this run.

    Raises:
        QueryError: A side holds nothing, or nothing on the topic.
    """
    read, planned = (st.session_state.get(f"{name}-{kept}") for kept in ("table", "plan"))
    if not (pressed or read or planned):
        return None  # ahead of the model's loading
    key = repr((library.generation, signature(stance_model()), asked))
    if read is not None and read[0] == key:
        table: Result = read[1]
        return table
    if pressed:
        planned = key, *_planned(library, asked)
        st.session_state[f"{name}-plan"] = planned
    if planned is None or planned[0] != key:
        return None
    _, comparison, plan = planned
    _show_plan(plan, asked)
    if plan.to_read and st.button("Read the pairs", type="primary", key=f"{name}-read"):
        st.session_state[f"{name}-table"] = key, _read(comparison)
        del st.session_state[f"{name}-plan"]
        st.rerun()
    return None


def _planned(library: Library, asked: Asked) -> tuple[Comparison, Plan]:
    from compare.comparison.sides import Comparison

    bar = st.progress(0.0, text="Finding pairs on the same point")
    try:
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
        about = f"; all takes about {duration(seconds)}" if seconds else ""

        def on_progress(done: int, total: int) -> None:
            bar.progress(done / total, text=f"{done:,} of {total:,} passages compared{about}")

        return comparison, comparison.plan(on_progress)
    finally:
        bar.empty()


def _show_plan(plan: Plan, asked: Asked) -> None:
    sides = (
        counted(plan.a, "passage")
        if asked.b is None
        else f"{counted(plan.a, 'passage')} of A, {plan.b:,} of B"
    )
    known = f", {plan.known:,} of them known from before" if plan.known else ""
    st.html(
        facts_html(
            [
                ("On the topic" if asked.topic else "To compare", sides),
                ("On the same point", counted(plan.same_point, "pair")),
                ("To be read", counted(plan.to_read, "pair") + known),
                ("That takes about", duration(plan.seconds) if plan.to_read else ""),
            ]
        )
    )
    if not plan.to_read:
        notice(
            "No two passages are near enough to be on the same point"
            + (" and said at different times" if asked.b is None else "")
            + ": widen the filters, or take other words for the topic."
        )
    else:
        small("What is read is kept: you can leave, come back, and go on where it stopped.")


def _read(comparison: Comparison) -> Result:
    bar = st.progress(0.0, text="Reading the pairs")

    def on_progress(done: int, total: int) -> None:
        bar.progress(min(done / total, 1.0) if total else 1.0, text=f"{done:,} of {total:,} read")

    table = comparison.run(on_progress=on_progress)
    bar.empty()
    return table
