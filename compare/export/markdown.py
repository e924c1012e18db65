"""A result as a Markdown text in which no statement can act: no link, image, HTML or formula."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from compare.export.words import read_against, verdict_word
from compare.models.values import Span, Stance
from compare.results.result import Pair, Result
from compare.safe_text import one_line
from compare.statements.statement import Quotation, Statement

_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$^=:@>])")
_HEADINGS = {
    Stance.AGREE: "Agree",
    Stance.OPPOSE: "Oppose",
    Stance.NEITHER: "Same topic, neither",
}


def inert(text: str) -> str:
    """Return `text` on one line, with every sign that Markdown or HTML gives a meaning escaped."""
    return html.escape(_ACTIVE.sub(r"\\\1", one_line(text)).replace("\\>", ">"), quote=False)


def markdown(result: Result, stances: Sequence[Stance]) -> str:
    """Return what was asked, then the lists, each statement with who, when, where and how sure."""
    if result.asked:
        blocks = [f"> {inert(result.subject)}", *_attribution(result.asked)]
        lists = []
        for stance, rank, pair in result.ranked(stances):
            lists += [f"## {_HEADINGS[stance]}"] if rank == 1 else []
            lists += _card(result, rank, pair)
    else:
        blocks, lists = [f"# {inert(result.subject)}"], _pairs(result, stances)
    blocks += [inert(note) for note in result.notes]
    blocks += lists or ["Nothing found speaks to this."]
    return "\n\n".join([*blocks, "---", _provenance(result)]) + "\n"


def _pairs(table: Result, stances: Sequence[Stance]) -> list[str]:
    """Return the lists of a table, what opposes first, one statement of a pair above the other."""
    blocks = []
    for stance in (Stance.OPPOSE, Stance.AGREE, Stance.NEITHER):
        listed_ones = table.listed(stance) if stance in stances else ()
        blocks += [f"## {verdict_word(table, stance)}"] if listed_ones else []
        for rank, pair in enumerate(listed_ones, start=1):
            blocks += _pair(rank, pair)
    return blocks


def _pair(rank: int, pair: Pair) -> list[str]:
    return [
        f"### {rank}\\.",
        f"> {_marked(pair.a.text, pair.spans.a)}",
        *_attribution(pair.a.statement),
        f"> {_marked(pair.b.text, pair.spans.b)}",
        *_attribution(pair.b.statement),
        _verdict(pair),
    ]


def _card(result: Result, rank: int, pair: Pair) -> list[str]:
    part = read_against(result, pair)
    return [
        f"### {rank}\\. {inert(pair.b.statement.speaker) or 'Speaker not given'}",
        f"> {_marked(pair.b.text, pair.spans.b)}",
        *_attribution(pair.b.statement),
        *([f"Read against: “{inert(part)}”"] if part else []),
        _verdict(pair),
    ]


def _verdict(pair: Pair) -> str:
    of = pair.probabilities
    return (
        f"Agree {of.agree:.2f}, oppose {of.oppose:.2f}, neither {of.neither:.2f}; "
        f"similarity {pair.similarity:.2f}"
        + ("; read by the fast model only" if pair.first_stage_only else "")
    )


def _marked(text: str, spans: Sequence[Span]) -> str:
    """Return the passage with its deciding words in bold type."""
    pieces, done = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        words = inert(text[span.start : span.end])
        pieces += [_piece(text[done : span.start]), f"<strong>{words}</strong>"]
        done = span.end
    return "".join([*pieces, _piece(text[done:])]).strip()


def _piece(text: str) -> str:
    """Return inert text that keeps the blank at either end."""
    start = " " if text[:1].isspace() else ""
    end = " " if text.strip() and text[-1:].isspace() else ""
    return f"{start}{inert(text)}{end}"


def _attribution(statement: Statement) -> list[str]:
    """Return who, when and where as one paragraph, or none where nothing is known."""
    known = [
        statement.speaker,
        statement.role,
        statement.countries,
        statement.date.iso if statement.date else "",
        statement.venue,
        statement.title,
        statement.source,
        "reported, not quoted" if statement.quotation is Quotation.REPORTED else "",
        f"context: {statement.context}" if statement.context else "",
        f"id {statement.id}" if statement.id else "",
    ]
    parts = [inert(part) for part in known if part]
    if statement.url:
        parts.append(_link(statement.url))
    return ["— " + ", ".join(parts)] if parts else []


def _link(url: str) -> str:
    """Return a link to a web address; any other address stays plain text."""
    try:
        sound = urlsplit(url).scheme in ("http", "https") and not re.search(r"[\s<>\\]", url)
    except ValueError:
        sound = False
    return f"<{html.escape(url, quote=False)}>" if sound and url.isprintable() else inert(url)


def _provenance(result: Result) -> str:
    made = result.provenance
    fast = f" ({made.screening} where the fast model alone read)" if made.screening else ""
    return inert(
        f"Searched {made.statements} statements on {made.date} with compare {made.version}, "
        f"encoder {made.encoder}@{made.encoder_digest[:12]}, labels by {made.label_source}{fast}, "
        f"library {made.library_digest[:12]}, least probability {result.thresholds.probability:g}, "
        f"least similarity {result.thresholds.similarity:g}."
    )
