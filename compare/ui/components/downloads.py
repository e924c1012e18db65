"""Downloads of results and charts, the link to a page, and provenance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import streamlit as st

from compare.comparison import NOT_A_SAMPLE
from compare.comparison.sensitivity import by_probability, sensitivity
from compare.export import ExportFormat, export_bytes, facts_html
from compare.export.report import sensitivity_table, settings
from compare.export.words import file_stem
from compare.facade import Library
from compare.results import Result, Stance
from compare.ui.charts.vega import NO_RENDERER, Chart, can_draw_svg
from compare.ui.components.layout import notice, progress, row, show_chart, small, widget_key
from compare.ui.components.quote_form import CHOSEN
from compare.ui.components.service import kept, stance_model

_DIGEST = "digest"  # in a link: the first digits of the digest of the library it was made with


def download_buttons(result: Result, prefix: str, stances: Sequence[Stance]) -> None:
    """Offer the listed pairs of `stances` as files."""
    with row():
        for format in _OFFERED:
            _download(lambda: result, format, prefix, stances)


_OFFERED = [format for format in ExportFormat if format.label]
_AT_HEAD = (ExportFormat.CSV, ExportFormat.XLSX, ExportFormat.HTML)


def result_actions(result: Callable[[], Result], keys: Sequence[str], held: str) -> None:
    """Show, in a row, what can be done with a result: link to it, download it.

    Args:
        result: Returns the result as it is at the press of a button.
        keys: The widgets whose values the link holds.
        held: Says what the link holds.
    """
    with st.popover("Show link", type="tertiary", icon=":material/link:"):
        _show_link(result().provenance.library_digest, keys, held)
    for format in _AT_HEAD:
        _download(result, format, as_link=True)
    with st.popover("More formats", type="tertiary"):
        for format in _OFFERED:
            if format not in _AT_HEAD:
                _download(result, format)


def _download(
    result: Callable[[], Result],
    format: ExportFormat,
    prefix: str = "",
    stances: Sequence[Stance] = tuple(Stance),
    *,
    as_link: bool = False,
) -> None:
    name = f"{file_stem(result())}{format.suffix}"
    label, key = f"Download {format.label}", f"{prefix}download-{format}"
    short = f"{format.label[0].upper()}{format.label[1:]}"
    file_download(
        short if as_link else label,
        name,
        lambda: export_bytes(result(), format, stances=stances),
        key,
        format.mime,
        label if as_link else None,
        as_link=as_link,
    )


def file_download(
    label: str,
    file_name: str,
    content: bytes | Callable[[], bytes],
    key: str,
    mime: str = "text/csv",
    help: str | None = None,
    *,
    as_link: bool = False,
) -> None:
    """Offer one file; a function is called when the button is pressed, outside the session."""
    st.download_button(
        label,
        content,
        file_name,
        mime,
        on_click="ignore",
        key=key,
        help=help,
        type="tertiary" if as_link else "secondary",
        icon=":material/download:" if as_link else None,
    )


def figure(
    chart: Chart, key: str, alt: str, *notes: str, on_select: Callable[[], None] | None = None
) -> None:
    """Show a chart with its notes; see `show_chart`."""
    show_chart(chart, key, alt, on_select)
    chart_notes(chart, *notes)


def chart_notes(chart: Chart, *notes: str) -> None:
    """Show a chart’s notes, and warn that its pairs are not a random sample."""
    small(*chart.notes, *notes, "To save the chart as PNG, use the menu at its top right.")
    notice(NOT_A_SAMPLE)


def chart_downloads(name: str, numbers: bytes | None, chart: Chart, key: str) -> None:
    """Offer the numbers of a chart, if any, and its figure (Vega-Lite without the extra)."""
    with row():
        if numbers is not None:
            file_download("Download the numbers", f"{name}.csv", numbers, f"{key}-csv")
        if can_draw_svg():
            mime = "image/svg+xml"
            file_download("Download SVG", f"{name}.svg", chart.svg, f"{key}-svg", mime)
        else:
            mime, label = "application/json", "Download Vega-Lite"
            file_download(label, f"{name}.json", chart.vega_lite, f"{key}-vl", mime, NO_RENDERER)


def permalink(base: str, state: Sequence[tuple[str, object]]) -> str:
    """Return an address with the full state of a page, including defaults."""
    pairs = [
        (key, str(value).lower() if isinstance(value, bool) else value)
        for key, value in state
        if value not in (None, "")
    ]
    query = urlencode(pairs, doseq=True)
    return base.partition("?")[0] + (f"?{query}" if query else "")


def other_library_notice(library: Library) -> None:
    """Say so if the address was made with another library."""
    made_with, digest = st.query_params.get(_DIGEST, ""), library.digest
    if made_with and not digest.startswith(made_with):
        notice(
            "The link was made with another library, or an older state of it "
            f"({made_with[:12]}); this is {digest[:12]}. The results may differ."
        )


def link_and_provenance(
    result: Result, library: Library, keys: Sequence[str], held: str, *notes: str
) -> None:
    """Show a link with the values of the widgets `keys`, and how the results were made."""
    with st.expander("Link to this page"):
        _show_link(library.digest, keys, held)
    show_provenance(result, *notes)


_ON_THIS_COMPUTER = ("http://localhost", "http://127.0.0.1")


def _show_link(digest: str, keys: Sequence[str], held: str) -> None:
    """Show a link with the values of the widgets `keys` and the library they were chosen with."""
    state = [(key, st.session_state.get(key)) for key in keys]
    state += [(CHOSEN, st.query_params.get(CHOSEN)), (_DIGEST, digest[:12])]
    link = permalink(st.context.url or "", state)
    st.code(link, language=None, wrap_lines=True)
    own = "It opens on this computer only: to share the results, send the report."
    small(held, own if link.startswith(_ON_THIS_COMPUTER) else "")


def show_sensitivity(result: Result, library: Library) -> None:
    """Show, folded, what a result would be after one change; nothing if it has no pairs."""
    if not result.pairs:
        return
    key = repr((result.provenance, result.quote, result.subject, result.thresholds))
    name = f"sensitivity-{widget_key(result.subject)}"
    tried = kept(name, key)
    with st.expander("How firm these counts are", expanded=tried is not None):
        small(
            "Each line makes one change. “Same side” counts those that take a side in this result "
            "and take the same side after the change."
        )
        st.html(sensitivity_table(tried or by_probability(result)))
        if tried is None and st.button(
            "Try other settings",
            key=f"{name}-try",
            help="Read half and twice as many passages, each end alone and, if two models read, by "
            "the fast one alone. Each may take as long as the result did.",
        ):
            with progress("Trying other settings", "settings tried") as on_progress:
                tried = sensitivity(
                    result, library, stance_model=stance_model(), on_progress=on_progress
                )
            st.session_state[name] = key, tried
            st.rerun()


def show_provenance(result: Result, *notes: str) -> None:
    """Show, folded, how a result was made."""
    compared = "the quote and the passage" if result.quote else "the two passages"
    with st.expander("How these results were made"):
        st.html(facts_html(settings(result)))
        small(
            "Rank is probability times the fourth root of similarity. Similarity is the cosine "
            f"between {compared}; it chooses what is read and never decides the verdict.",
            *notes,
        )
