"""The buttons that take a result away, and what was searched and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from compare.export.methods import settings
from compare.export.pieces import facts_html
from compare.results.pairs import PairTable
from compare.results.result import SearchResult, Stance
from compare.ui.components.shell import small

FORMATS = (
    ("csv", "CSV", "text/csv"),
    ("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("jsonl", "JSONL", "application/x-ndjson"),
    ("html", "report", "text/html"),
    ("json", "all as JSON", "application/json"),
)
"""Endings, labels and types: those of `compare.export.formats`, and the kept result."""


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
    label: str, file_name: str, content: bytes, key: str, mime: str = "text/csv"
) -> None:
    """Offer one file."""
    st.download_button(label, content, file_name, mime, on_click="ignore", key=key)


def provenance_block(result: SearchResult | PairTable) -> None:
    """Say what was searched and how."""
    near = "the two passages" if isinstance(result, PairTable) else "the quote and the passage"
    st.html(facts_html(settings(result)))
    small(
        "Rank is probability times the fourth root of closeness. Closeness is the cosine between "
        f"{near}; it chooses what is read and never decides the verdict."
    )
