"""Statements, pairs and pieces of pages as HTML, from the templates in `templates/`.

Statements are untrusted. Everything that a template shows is escaped, and shown as it is written;
Markdown is never used, since it would turn parts of a statement into formulas or remote images. In
a template, line breaks beside tags and all indentation are not part of the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from compare.export.citations import bibtex, reference
from compare.export.words import (
    SIDE_NAMES,
    SIGN,
    VERDICT,
    counted,
    likelihood,
    percent,
    read_as,
    repeats_in_words,
    verdict_word,
)
from compare.models.values import Probabilities, Span, Stance
from compare.results.result import Excerpt, Pair, Result
from compare.safe_text import printable
from compare.statements.quotes import Quote
from compare.statements.statement import Statement

TEMPLATES = Path(__file__).parent / "templates"
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ps", "ur", "yi", "dv", "ckb", "sd", "ug"}
_AROUND = 1_500
"""Characters on either side of a passage that a card shows."""

_ALSO_OPEN = 3
"""Statements with the same words that a card lists; more are folded away."""


def text_html(text: str) -> Markup:
    """Return untrusted text as HTML that shows it as written; lone surrogates become "?"."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return Markup(html.escape(text).replace("\r\n", "\n").replace("\n", "<br>"))


def marked_html(text: str, spans: Sequence[Span]) -> Markup:
    """Return text with the words of `spans` in <mark>; spans beyond the text are cut."""
    pieces, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, at), min(span.end, len(text))
        if start < end:
            mark = Markup("<mark>{}</mark>").format(text_html(text[start:end]))
            pieces += [text_html(text[at:start]), mark]
            at = end
    return Markup().join([*pieces, text_html(text[at:])])


def web_address(url: str) -> str:
    """Return an http(s) address without blanks around it, "" for anything else."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


# -- Templates -----------------------------------------------------------------------------------


_BREAK = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])|\A\s+|\s+\Z|(?<=\n)[ ]+")


class _Compact(Extension):
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return " ".join(_BREAK.sub("", source).split("\n"))


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) else text_html("" if value is None else str(value))


@cache
def environment() -> Environment:
    """Return what reads the templates."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        extensions=[_Compact],
    )
    filters = (bibtex, likelihood, percent, printable, reference, repeats_in_words, web_address)
    made.filters |= {filter.__name__: filter for filter in filters}
    made.filters |= {"marked": marked_html, "language": _language}
    made.filters |= {"first_words": _first_words, "last_words": _last_words}
    made.globals |= {"SIGN": SIGN, "VERDICT": VERDICT, "ALSO_OPEN": _ALSO_OPEN}
    return made


def _card(name: str, *values: Any) -> Markup:
    made: Markup = getattr(environment().get_template("cards.html").module, name)(*values)
    return made


def _language(statement: Statement) -> Markup:
    """Return the lang and dir attributes of a statement's words."""
    language = statement.language.strip()
    if not language or not language.replace("-", "").isalnum():
        return Markup(' dir="auto"')
    direction = "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "auto"
    return Markup(' lang="{}" dir="{}"').format(language, direction)


def _last_words(text: str) -> str:
    return text if len(text) <= _AROUND else f"… {text[-_AROUND:].partition(' ')[2]}"


def _first_words(text: str) -> str:
    return text if len(text) <= _AROUND else f"{text[:_AROUND].rpartition(' ')[0]} …"


# -- Cards ---------------------------------------------------------------------------------------


def statement_card(statement: Statement, level: int = 3, kind: str = "plain") -> Markup:
    """Return a statement as it stands in the corpus, whole."""
    return _card("statement_card", statement, level, kind)


def quote_card(quote: Quote, source: Statement | None, spans: Sequence[Span] = ()) -> Markup:
    """Return the quote that was asked about, with who said it as far as it was given.

    Other statements in the library with the same words stand below.
    """
    shown = quote.as_statement(source)
    words = quote.text if quote.text.strip() in shown.text else shown.text
    return _card("quote_card", shown, words, spans, source)


def found_card(pair: Pair, stance: Stance, quote_text: str = "", level: int = 3) -> Markup:
    """Return a statement found by a search, in the list of `stance`.

    The sentence of the quote that it was read against is shown unless it is the whole quote.
    """
    verdict = read_as(stance, pair.probabilities)
    head = verdict_html(verdict, pair.probabilities, pair.similarity, short=verdict is not stance)
    against = pair.rationale is not None or pair.a.text.strip() != quote_text.strip()
    return _card("found_card", pair, stance, head, against, level)


def pair_card(
    result: Result,
    pair: Pair,
    stance: Stance | None,
    level: int = 3,
    notes: tuple[str, str] = ("", ""),
) -> Markup:
    """Return a pair: the verdict above, side a left and side b right.

    Who said a quote stands once above the lists (`quote_card`), not in its pairs.

    Args:
        result: Of the pair.
        pair: The pair.
        stance: The list it is in; None shows no verdict.
        level: Of the headings.
        notes: HTML behind the name of each side.
    """
    head, dates = Markup(), []
    if stance:
        verdict = read_as(stance, pair.probabilities)
        word, short = verdict_word(result, verdict), verdict is not stance
        head = verdict_html(verdict, pair.probabilities, pair.similarity, word, short=short)
        if result.over_time and stance is Stance.OPPOSE:
            dates = [side.statement.date for side in pair.excerpts]
    names, spans = SIDE_NAMES[result.kind], (pair.spans.a, pair.spans.b)
    halves = [
        half_html(name, side, marked, level, note, only_words=result.quote is not None and not n)
        for n, (name, side, marked, note) in enumerate(
            zip(names, pair.excerpts, spans, notes, strict=True)
        )
    ]
    return _card("pair_card", stance or "plain", head, dates if all(dates) else [], pair, halves)


def half_html(
    name: str,
    side: Excerpt,
    spans: Sequence[Span] = (),
    level: int = 3,
    note: str = "",
    *,
    only_words: bool = False,
) -> Markup:
    """Return one side of a pair; `note` is text or `Markup` behind its name."""
    return _card("half", name, side, spans, level, note, only_words)


def verdict_html(
    stance: Stance,
    probabilities: Probabilities,
    similarity: float | None,
    word: str = "",
    *,
    short: bool = False,
) -> Markup:
    """Return a verdict: its sign, word, probability in words and number, and the similarity.

    Args:
        stance: The verdict.
        probabilities: Of the pair.
        similarity: Of the pair; None is not shown.
        word: For the verdict, if not the usual one.
        short: Say that it falls short of the least probability.
    """
    word = word or VERDICT[stance]
    return _card("verdict", stance, probabilities.of(stance), similarity, word, short)


def context_html(context: str) -> Markup:
    """Return what completes a fragment, apart from the words and labelled; "" for none."""
    return _card("context", context)


def list_head(stance: Stance, count: int, name: str = "", what: str = "statement") -> Markup:
    """Return the heading of a list: sign, name and length."""
    usual = {Stance.AGREE: "Agree", Stance.OPPOSE: "Oppose", Stance.NEITHER: "Neither"}
    return _card("list_head", stance, name or usual[stance], counted(count, what))


def bars_html(probabilities: Probabilities) -> Markup:
    """Return the three probabilities as labelled bars."""
    return _card("bars", probabilities)


# -- Pieces of pages -----------------------------------------------------------------------------


def notice_html(sentences: Sequence[str], error: bool = False) -> Markup:
    """Return a notice. Streamlit's own alerts read Markdown, and these hold untrusted text."""
    return _card("notice", sentences, error)


def section_html(title: str, level: int = 2) -> Markup:
    """Return the heading of a part of the page."""
    return _card("section", title, level)


def facts_html(facts: Sequence[tuple[str, str]]) -> Markup:
    """Return a list of names and values, without those that have no value."""
    return _card("facts", facts)


def table_html(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, figures: bool = False
) -> Markup:
    """Return a table that scrolls within itself on a narrow page.

    Args:
        caption: Its label for screen readers.
        head: Of the columns.
        rows: Of cells.
        figures: The first cell of a row is its heading, and the others are numbers.
    """
    return _card("table", caption, head, rows, figures)
