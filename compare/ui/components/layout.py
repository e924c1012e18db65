"""Page frame, notices, cards, charts, progress, fields and widget keys for all pages."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import streamlit as st

from compare.comparison.turns import TURNS
from compare.errors import CompareError
from compare.export import counted
from compare.export.html import TEMPLATES, environment, notice_html
from compare.export.words import duration
from compare.library.locations import READ_ONLY_VARIABLE
from compare.ui.charts.vega import COLOURS, Chart

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_UI = Path(__file__).parents[1]
_Entry = TypeVar("_Entry")


@contextlib.contextmanager
def page(title: str, lede: str) -> Iterator[None]:
    """Write the head of a page; an error of the user’s input ends the page with its message."""
    # The icon is our own file: a named icon would be fetched from the network.
    st.set_page_config(page_title=f"{title} · Compare", page_icon=_UI / "icon.svg", layout="wide")
    st.logo(_UI / "logo.svg", size="large", icon_image=_UI / "logo.svg")
    for style in (TEMPLATES / "cards.css", _UI / "style.css"):
        st.html(style)
    show_html("head", title, lede)
    with errors_as_sentences():
        yield


def menu(groups: Mapping[str, Sequence[tuple[st.Page, str]]]) -> None:
    """Show the pages in the sidebar, in groups, each with its explanation.

    Streamlit's own menu puts headings into its list of links, where screen readers lose them.
    """
    with st.sidebar, st.container(key="menu", gap=None):
        for name, pages in groups.items():
            show_html("menu_heading", name)
            for page, explanation in pages:
                st.page_link(page, help=explanation)


@contextlib.contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Show an error of the user’s input as its message, and skip the rest of the block."""
    try:
        yield
    except CompareError as error:
        notice(str(error), error=True)


def show_html(name: str, *values: Any) -> None:
    """Show a macro of `app.html`, which escapes the values."""
    st.html(getattr(environment().get_template("app.html").module, name)(*values))


def notice(*sentences: str, error: bool = False) -> None:
    """Show sentences in a box, escaped; show nothing if there are none."""
    if sentences:
        st.html(notice_html(sentences, error))


def notice_next_run(name: str, sentence: str, *, error: bool = False) -> None:
    """Keep a notice until `show_kept_notice` is called with its name."""
    st.session_state[f"notice-{name}"] = sentence, error


def show_kept_notice(name: str) -> None:
    """Show the notice that the last run kept, if it did."""
    if kept := st.session_state.pop(f"notice-{name}", None):
        notice(kept[0], error=kept[1])


def is_read_only() -> bool:
    """Whether visitors can neither add nor delete anything."""
    return bool(os.environ.get(READ_ONLY_VARIABLE))


def small(*sentences: str) -> None:
    """Show sentences in small print, escaped."""
    show_html("small", sentences)


@contextlib.contextmanager
def card(key: str, html: str, *notes: str) -> Iterator[DeltaGenerator]:
    """Show a card with notes in small print; the block fills a row of actions below.

    Yields the place of the card, where other HTML can replace it.
    """
    with st.container(key=f"card-{key}", gap="xxsmall"):
        place = st.empty()
        place.html(html)
        if notes:
            small(*notes)
        with row(f"actions-{key}", gap="xsmall"):
            yield place


def row(key: str | None = None, gap: Literal["xsmall", "small"] = "small") -> DeltaGenerator:
    """Return a row of elements of their natural width, which wraps on a narrow page."""
    return st.container(key=key, horizontal=True, gap=gap, vertical_alignment="center")


def show_chart(
    chart: Chart, key: str, alt: str, on_select: Callable[[], None] | None = None
) -> None:
    """Draw a chart in the theme's colours; `alt` describes it to people who cannot see it."""
    st.vega_lite_chart(
        spec=chart.spec(COLOURS[theme()]), key=key, alt=alt, on_select=on_select or "ignore"
    )


def show_table(rows: Sequence[Mapping[str, Any]], alt: str, key: str = "", **formats: str) -> None:
    """Show rows as a table; `formats` are those of numbers, by column."""
    st.dataframe(
        rows,
        hide_index=True,
        key=f"{key}-{widget_key(rows)}" if key else None,
        column_config={
            name: st.column_config.NumberColumn(format=format) for name, format in formats.items()
        },
        alt=alt,
    )


def theme() -> str:
    """Return "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


@contextlib.contextmanager
def progress(
    text: str, label: str, *, reads: bool = True, writes: bool = False
) -> Iterator[Callable[..., None]]:
    """Show a progress bar: `text` first, then "3 of 9 {label}".

    For work in several parts, pass the part (from 0) and the number of parts. If a model `reads`,
    the work takes turns with that of other visitors; while it waits, the bar says so. Work
    that `writes` to a library keeps its turn to the end, because it holds the library's lock.
    """
    bar = st.progress(0.0, text=text)

    def on_wait(ahead: int, seconds: float) -> None:
        others = counted(ahead, "reading of another visitor is", "readings of other visitors are")
        bar.progress(0.0, text=f"{others} ahead: about {duration(seconds)}")

    def on_progress(done: int, total: int, part: int = 0, parts: int = 1, before: str = "") -> None:
        share = min(done / total, 1.0) if total else 0.0
        count = f"{done:,} of {total:,}" if total else f"{done:,}"  # the total may not be known
        bar.progress((part + share) / parts, text=f"{before}{count} {label}")
        if turn and not writes:
            turn.let_others_pass()

    try:
        with TURNS.take(on_wait) if reads else contextlib.nullcontext() as turn:
            bar.progress(0.0, text=text)
            yield on_progress
    finally:
        bar.empty()


DISAGREES = "What would someone who disagrees say? (optional)"
"""The label of the field for an opposite."""


def text_field(
    label: str, key: str, placeholder: str | None = None, help: str | None = None
) -> str:
    """Show a field for a line of text, which the address holds."""
    return (
        st.text_input(label, key=key, bind="query-params", placeholder=placeholder, help=help) or ""
    )


def choose_one(label: str, options: Sequence[str], key: str, *, show_label: bool = True) -> str:
    """Show options side by side; return the chosen one, which the address holds."""
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        label_visibility="visible" if show_label else "collapsed",
    )
    return chosen if chosen in options else options[0]


def with_more(entries: Sequence[_Entry], key: str, step: int) -> Iterator[_Entry]:
    """Yield the first `step` entries and those asked for, then offer more; `key` keeps how many."""
    number = int(st.session_state.get(key, step))
    yield from entries[:number]
    if (left := len(entries) - number) > 0:
        label, keep = f"Show {min(left, step)} more of {left}", st.session_state.__setitem__
        st.button(label, key=f"{key}-go", on_click=keep, args=(key, number + step))


def confirmed(label: str, warning: str, confirm: str, key: str) -> bool:
    """Offer what cannot be undone: a button that opens a warning with the button `confirm`."""
    with st.popover(label, type="tertiary"):
        small(warning)
        return st.button(confirm, key=key, type="primary")


def widget_key(value: object) -> str:
    """Return a short widget key for a text of any characters, or for the `repr` of a value."""
    text = value if isinstance(value, str) else repr(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
