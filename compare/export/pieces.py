"""Notices, facts and tables as HTML, every word escaped."""

from __future__ import annotations

from collections.abc import Sequence

from compare.export.cards import text_html


def notice_html(sentences: Sequence[str], error: bool = False) -> str:
    """Return a notice. Streamlit's own alerts read Markdown, and these hold untrusted text."""
    rows = "".join(f'<p dir="auto">{text_html(sentence)}</p>' for sentence in sentences)
    kind, role = ("cp-notice cp-error", "alert") if error else ("cp-notice", "status")
    return f'<div class="{kind}" role="{role}">{rows}</div>'


def section_html(title: str, level: int = 2) -> str:
    """Return the heading of a part of the page."""
    return f'<div class="cp-section"><h{level}><bdi>{text_html(title)}</bdi></h{level}></div>'


def facts_html(facts: Sequence[tuple[str, str]]) -> str:
    """Return a list of names and values; a value that is empty is left out."""
    rows = "".join(
        f"<div><dt>{text_html(name)}</dt><dd>{text_html(value)}</dd></div>"
        for name, value in facts
        if value
    )
    return f'<dl class="cp-facts">{rows}</dl>'


def table_html(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, figures: bool = False
) -> str:
    """Return a table that scrolls within itself where the page is narrow.

    Args:
        caption: What it shows, for those who hear it.
        head: Of the columns.
        rows: Of cells.
        figures: Each row is headed by its first cell, and holds numbers, which are not broken.
    """
    top = "".join(f'<th scope="col">{text_html(cell)}</th>' for cell in head)
    body = "".join(f"<tr>{_cells_html(row, figures)}</tr>" for row in rows)
    label = text_html(caption)
    return (
        f'<div class="cp-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="cp-table"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cells_html(row: Sequence[str], figures: bool) -> str:
    cells = [text_html(cell) for cell in row]
    if not figures:
        return "".join(f"<td>{cell}</td>" for cell in cells)
    numbers = "".join(f'<td class="cp-figure">{cell}</td>' for cell in cells[1:])
    return f'<th scope="row">{cells[0]}</th>{numbers}'
