"""A result as Markdown in which no statement can act: no link, image, HTML or formula."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from compare.export.html import web_address
from compare.export.words import (
    LIST_TITLES,
    attribution,
    compared_with,
    in_reading_order,
    language_captions,
    left_out_note,
    marked_pieces,
    reader_notes,
    unjudged_note,
    unjudged_title,
    verdict_word,
)
from compare.results import Excerpt, Pair, Result, Span, Stance
from compare.safe_text import one_line
from compare.statements import Statement

# ">" becomes "&gt;"; a hyphen within a word or a date does not act.
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+.!|~$^=:@]|(?<!\w)-|-(?!\w))")


def inert(text: str) -> str:
    """Return `text` on one line, with every sign escaped that Markdown or HTML interprets."""
    return html.escape(_ACTIVE.sub(r"\\\1", one_line(text)), quote=False)


def markdown(result: Result, stances: Sequence[Stance]) -> str:
    """Return the quote or the sides, then the lists: each statement with its source and verdict."""
    quote = result.asked
    blocks = [f"{'>' if quote else '#'} {inert(result.subject)}"]
    blocks += _attribution(quote) if quote else []
    if result.opposite:
        blocks += [f"Opposite: “{inert(result.opposite)}”"]
    blocks += [inert(note) for note in (*result.notes, left_out_note(result)) if note]
    lists: list[str] = []
    for stance in in_reading_order(result, stances):
        heading = LIST_TITLES[stance] if quote else verdict_word(result, stance)
        for rank, pair in enumerate(result.listed(stance), start=1):
            lists += [f"## {heading}"] if rank == 1 else []
            lists += _pair(result, rank, pair)
    if not lists and not result.quote_language:
        lists = ["Nothing found at these thresholds."]
    blocks += lists
    blocks += _unjudged(result)
    return "\n\n".join([*blocks, "---", _provenance(result)]) + "\n"


def _unjudged(result: Result) -> list[str]:
    """Return the statements in languages that the stance model does not read."""
    found = result.unjudged
    blocks = [f"## {inert(unjudged_title(result))}", inert(unjudged_note(result))] if found else []
    for one in found:
        said = one.excerpt
        blocks += [*_words(said, ()), *_attribution(said.statement, said.pages)]
        blocks += [f"Similarity {one.similarity:.2f}"]
    return blocks


def _pair(result: Result, rank: int, pair: Pair) -> list[str]:
    """Return one statement above the other; in a search, only the statement found."""
    found, p = pair.b.statement, pair.probabilities
    b = [*_words(pair.b, pair.spans.b), *_attribution(found, pair.b.pages)]
    if result.quote:
        part = compared_with(result, pair)
        blocks = [f"### {rank}\\. {inert(found.speaker) or 'Speaker not given'}", *b]
        blocks += [f"Compared with: “{inert(part)}”"] if part else []
    else:
        a = [
            *_words(pair.a, pair.spans.a),
            *_attribution(pair.a.statement, pair.a.pages),
        ]
        blocks = [f"### {rank}\\.", *a, *b]
    verdict = (
        f"Agree {p.agree:.2f}, oppose {p.oppose:.2f}, neither {p.neither:.2f}; "
        f"similarity {pair.similarity:.2f}"
    )
    unsure = ["unclear"] if result.is_unsure(pair) else []
    return [*blocks, "; ".join([verdict, *unsure, *reader_notes(pair)])]


def _words(side: Excerpt, spans: Sequence[Span]) -> list[str]:
    """Return the words and, below them, their translation; the ones read have the marks."""
    if not side.passage.translation:
        return [f"> {_marked(side.text, spans)}"]
    texts = (side.text, side.passage.translation)
    blocks = []
    for number, (caption, text) in enumerate(zip(language_captions(side), texts, strict=True)):
        marks = spans if number == side.passage.reads_translation else ()
        blocks += [f"{inert(caption)}:", f"> {_marked(text, marks)}"]
    return blocks


def _marked(text: str, spans: Sequence[Span]) -> str:
    """Return the passage with its deciding words in bold."""
    return "".join(
        f"<strong>{inert(piece)}</strong>" if is_marked else _spaced(piece)
        for piece, is_marked in marked_pieces(text, spans)
    ).strip()


def _spaced(text: str) -> str:
    """Return inert text that keeps a blank at either end, which `inert` strips."""
    start = " " if text[:1].isspace() else ""
    end = " " if text.strip() and text[-1:].isspace() else ""
    return f"{start}{inert(text)}{end}"


def _attribution(statement: Statement, pages: Sequence[int] = ()) -> list[str]:
    """Return speaker, date and place as a paragraph; no paragraph if all are missing."""
    parts = [
        *attribution(statement, pages),
        f"context: {statement.context}" if statement.context else "",
        f"id {statement.id}" if statement.id else "",
    ]
    parts = [*(inert(part) for part in parts if part), _link(statement.url)]
    known = ", ".join(filter(None, parts))
    return [f"— {known}"] if known else []


def _link(url: str) -> str:
    """Return a link to a web address; any other address stays plain text."""
    if web_address(url) == url and url.isprintable() and not re.search(r"[\s<>\\]", url):
        return f"<{html.escape(url, quote=False)}>" if url else ""
    return inert(url)


def _provenance(result: Result) -> str:
    made = result.provenance
    others = f" ({found})" if (found := made.other_label_sources) else ""
    return inert(
        f"Searched {made.statements} statements on {made.date} with compare {made.version}, "
        f"encoder {made.encoder}@{made.encoder_digest[:12]}, "
        f"labels by {made.label_source}{others}, library {made.library_digest[:12]}, "
        f"minimum probability {result.thresholds.probability:g}, minimum similarity "
        f"{result.thresholds.similarity:g}."
    )
