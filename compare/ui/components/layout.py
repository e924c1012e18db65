"""What all pages share: style, heading, notices, charts, and errors as one sentence."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import streamlit as st

from compare.errors import CompareError
from compare.export.html import TEMPLATES, notice_html, text_html
from compare.progress import Progress
from compare.ui.charts.vega import COLOURS, Chart

_STYLES = (TEMPLATES / "cards.css", Path(__file__).parents[1] / "style.css")
_LOGO = Path(__file__).parents[1] / "logo.svg"
_ICON = Path(__file__).parents[1] / "icon.svg"


READ_FOR = "read-for"
"""Session state: the folder of the library that the page shows; none on a page without one."""


def begin_page(title: str, lede: str) -> None:
    """Set the style and write the head of a page.

    The icon is a file of our own: a named one would be fetched from the network.
    """
    st.session_state.pop(READ_FOR, None)
    st.set_page_config(page_title=f"{title} · Compare", page_icon=_ICON, layout="wide")
    st.logo(_LOGO, size="large", icon_image=_LOGO)
    for style in _STYLES:
        st.html(style)
    st.html(
        f'<header class="cp-head"><h1>{text_html(title)}</h1>'
        f'<p class="cp-lede">{text_html(lede)}</p></header>'
    )


def sidebar_heading(text: str) -> None:
    """Head a group of controls in the sidebar."""
    st.html(f'<h2 class="cp-side">{text_html(text)}</h2>')


def notice(*sentences: str, error: bool = False) -> None:
    """Show sentences in a box, exactly as written."""
    st.html(notice_html(sentences, error))


def small(*sentences: str) -> None:
    """Show sentences in small print, exactly as written."""
    rows = "".join(f"<p>{text_html(sentence)}</p>" for sentence in sentences)
    st.html(f'<div class="cp-small">{rows}</div>')


def show_chart(
    chart: Chart, key: str, alt: str, on_select: Callable[[], None] | None = None
) -> None:
    """Draw a chart in the theme's colours; `alt` describes it to people who cannot see it."""
    spec = chart.spec(COLOURS["dark" if st.context.theme.type == "dark" else "light"])
    st.vega_lite_chart(spec=spec, key=key, alt=alt, on_select=on_select or "ignore")


@contextlib.contextmanager
def progress(text: str, label: str) -> Iterator[Progress]:
    """Show a progress bar; yields what is told how much is done, of how much: "3 of 9 read"."""
    bar = st.progress(0.0, text=text)

    def on_progress(done: int, total: int) -> None:
        share = done / total if total else 1.0
        bar.progress(min(share, 1.0), text=f"{done:,} of {total:,} {label}")

    try:
        yield on_progress
    finally:
        bar.empty()


def choose_one(label: str, options: Sequence[str], key: str) -> str:
    """Show options side by side and return the one chosen, first the first; the address has it."""
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params"
    )
    return chosen if chosen in options else options[0]


def show_more_button(key: str, shown: int, total: int, step: int) -> None:
    """Offer more of a list; the session keeps under `key` how many are shown."""
    left = total - shown
    if left > 0:

        def show_more() -> None:
            st.session_state[key] = shown + step

        st.button(f"Show {min(left, step)} more of {left}", key=f"{key}-go", on_click=show_more)


def widget_key(text: str) -> str:
    """Return a short widget key for a text of any characters."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@contextlib.contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Show an error that the user can mend as its sentence, and end the page there."""
    try:
        yield
    except CompareError as error:
        notice(str(error), error=True)
        st.stop()
