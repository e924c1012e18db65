"""Downloads of results and charts, and what was searched and how."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from compare.export.methods import settings
from compare.export.pieces import facts_html
from compare.results.pairs import PairTable
from compare.results.result import SearchResult, Stance
from compare.ui.charts.vega import NO_RENDERER, Spec, can_draw, svg
from compare.ui.components.layout import small

FORMATS = (
    ("csv", "CSV", "text/csv"),
    ("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("jsonl", "JSONL", "application/x-ndjson"),
    ("html", "report", "text/html"),
    ("json", "all as JSON", "application/json"),
)
"""Endings, labels and types: those of `compare.export.formats`, and the kept result."""


SAVE = "The menu at the top right of the chart saves it as PNG."


def written(
    result: SearchResult | PairTable, ending: str, stances: Sequence[Stance]
) -> Callable[[], bytes]:
    """Return what writes the result when a button is pressed, on a thread without a session."""

    def write() -> bytes:
        from compare.export.formats import export_bytes
        from compare.export.saved import kept_bytes

        if ending == "json":
            return kept_bytes(result)
        return export_bytes(result, ending, stances=stances)

    return write


def download_buttons(
    result: SearchResult | PairTable, prefix: str = "", stances: Sequence[Stance] = tuple(Stance)
) -> None:
    """Offer the listed pairs of `stances` as files."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for ending, label, mime in FORMATS:
            st.download_button(
                f"Download {label}",
                data=written(result, ending, stances),
                file_name=f"compare-{result.provenance.date[:10]}.{ending}",
                mime=mime,
                on_click="ignore",
                key=f"{prefix}download-{ending}",
            )


def file_download(
    label: str,
    file_name: str,
    content: bytes | Callable[[], bytes],
    key: str,
    mime: str = "text/csv",
    help: str | None = None,
) -> None:
    """Offer one file; a function is called when the button is pressed."""
    st.download_button(label, content, file_name, mime, on_click="ignore", key=key, help=help)


def chart_downloads(name: str, numbers: bytes, figure: Spec, key: str) -> None:
    """Offer the numbers of a chart, and its figure: as SVG, or without the extra as Vega-Lite."""
    with st.container(horizontal=True, gap="small"):
        file_download("Download the numbers", f"{name}.csv", numbers, f"{key}-csv")
        if can_draw():
            draw = partial(svg, figure)
            file_download("Download SVG", f"{name}.svg", draw, f"{key}-svg", "image/svg+xml")
        else:
            spec = json.dumps(figure).encode()
            file_download(
                "Download Vega-Lite",
                f"{name}.vl.json",
                spec,
                f"{key}-vl",
                "application/json",
                NO_RENDERER,
            )


def provenance_block(result: SearchResult | PairTable) -> None:
    """Say what was searched and how."""
    near = "the two passages" if isinstance(result, PairTable) else "the quote and the passage"
    st.html(facts_html(settings(result)))
    small(
        "Rank is probability times the fourth root of closeness. Closeness is the cosine between "
        f"{near}; it chooses what is read and never decides the verdict."
    )
