"""The buttons that take a result away, and what was searched and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from compare.pair_table import PairTable
from compare.results import SearchResult, Stance
from compare.ui.pieces import facts_html
from compare.ui.shell import small
from compare.ui.words import percent

FORMATS = (
    ("csv", "CSV", "text/csv"),
    ("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("jsonl", "JSONL", "application/x-ndjson"),
)


def _written(
    result: SearchResult | PairTable, ending: str, stances: Sequence[Stance]
) -> Callable[[], bytes]:
    """Return what writes the result when a button is pressed, on a thread without a session."""

    def write() -> bytes:
        from compare.export import export_bytes

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
                data=_written(result, ending, stances),
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


def _filters_in_words(result: SearchResult | PairTable) -> str:
    """Return the filters that were set, as they travel with the result."""
    kept = [f"{name}: {value}" for name, value in result.provenance.filters.items() if value]
    return "; ".join(kept) or "none"


def provenance_block(result: SearchResult | PairTable) -> None:
    """Say what was searched and how."""
    if isinstance(result, PairTable):
        read, near = f"{len(result.pairs):,} pairs", "the two passages"
    else:
        read, near = f"{len(result.scored):,} statements", "the quote and the passage"
    made = result.provenance
    least = result.thresholds
    st.html(
        facts_html(
            [
                ("Searched on", f"{made.date[:19].replace('T', ' ')} UTC"),
                ("Library", f"{made.statements:,} statements in {made.passages:,} passages"),
                ("Library digest", made.library_digest),
                ("Read closely", read),
                ("Embedding model", f"{made.encoder} ({made.encoder_digest[:12]})"),
                ("Stance model", f"{made.stance_model} ({made.stance_digest[:12]})"),
                ("Least probability", percent(least.probability)),
                ("Least closeness", f"{least.similarity:.2f}"),
                ("Filters", _filters_in_words(result)),
                ("Program", f"compare {made.version}"),
            ]
        )
    )
    small(
        "Rank is probability times the fourth root of closeness. Closeness is the cosine between "
        f"{near}; it chooses what is read and never decides the verdict."
    )
