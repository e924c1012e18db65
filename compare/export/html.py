"""Statements, pairs and parts of pages as HTML, from the templates in `templates/`.

Statements are untrusted: templates escape everything they show. Markdown is never used, since it
could turn parts of a statement into formulas or remote images.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape

from compare.export.citations import bibtex, reference
from compare.export.words import (
    KIND_WORDS,
    SIDE_NAMES,
    SIGN,
    UNCLEAR,
    VERDICT,
    counted,
    kind_help,
    language_captions,
    likelihood,
    marked_pieces,
    pages_in_words,
    percent,
    read_as,
    reader_notes,
    repeats_in_words,
    shortened,
    statement_captions,
    sureness,
    translated_by_words,
    unclear_words,
    verdict_word,
)
from compare.results import (
    Excerpt,
    Pair,
    Probabilities,
    Result,
    Span,
    Stance,
    Thresholds,
    Unjudged,
)
from compare.safe_text import printable
from compare.statements import Quote, Statement, split_statement
from compare.statements.languages import language_names

TEMPLATES = Path(__file__).parent / "templates"
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ps", "ur", "yi", "dv", "ckb", "sd", "ug"}
_AROUND = 1_500
"""Characters on either side of a passage that a card shows."""

_ALSO_OPEN = 3
"""Most statements with the same words that a card lists; more are folded away."""


def text_html(text: str) -> Markup:
    """Return untrusted text as HTML that shows it as written; lone surrogates become "?"."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return Markup(html.escape(text).replace("\r\n", "\n").replace("\n", "<br>"))


def marked_html(text: str, spans: Sequence[Span]) -> Markup:
    """Return text with the words of `spans` in <mark>."""
    mark = Markup("<mark>{}</mark>")
    return Markup().join(
        mark.format(text_html(piece)) if is_marked else text_html(piece)
        for piece, is_marked in marked_pieces(text, spans)
    )


def web_address(url: str) -> str:
    """Return an http(s) address without blanks around it, "" for anything else."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


# -- Templates -----------------------------------------------------------------------------------

# Line breaks beside tags, and indentation, are for readers of a template and not for the page.
_BREAK = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])|\A\s+|\s+\Z|(?<=\n)[ ]+")


class _Compact(Extension):
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return " ".join(_BREAK.sub("", source).split("\n"))


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) else text_html("" if value is None else str(value))


@cache
def environment() -> Environment:
    """Return the environment of all templates."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        extensions=[_Compact],
    )
    filters = (
        bibtex,
        kind_help,
        likelihood,
        pages_in_words,
        percent,
        printable,
        reference,
        repeats_in_words,
        sureness,
        translated_by_words,
        web_address,
    )
    made.filters |= {filter.__name__: filter for filter in filters}
    made.filters |= {"captions": language_captions, "translation_language": _translation_language}
    made.filters["statement_captions"] = statement_captions
    made.filters |= {"marked": marked_html, "language": _language, "last_words": _last_words}
    made.filters["first_words"] = lambda text: shortened(text, _AROUND)
    made.filters["reader_notes"] = reader_notes
    made.globals |= {"SIGN": SIGN, "VERDICT": VERDICT, "SIDE_NAMES": SIDE_NAMES}
    made.globals |= {"ALSO_OPEN": _ALSO_OPEN, "KIND_WORDS": KIND_WORDS}
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


def _translation_language(statement: Statement) -> Markup:
    """Return the lang and dir attributes of a statement's translation."""
    return _language(replace(statement, language=statement.translation_language))


def _last_words(text: str) -> str:
    return text if len(text) <= _AROUND else f"… {text[-_AROUND:].partition(' ')[2]}"


# -- Cards ---------------------------------------------------------------------------------------


def statement_card(
    statement: Statement,
    level: int = 3,
    kind: str = "plain",
    marked: tuple[int, int] | None = None,
    note: str = "",
) -> Markup:
    """Return a statement, whole or, if words are marked by their offsets, their paragraph."""
    if marked is None:
        words = statement.text, (), statement.translation, note
        return _card("statement_card", statement, level, kind, *words)
    (start, end), text = marked, statement.text
    until = text.find("\n", end)
    before = _last_words(text[text.rfind("\n", 0, start) + 1 : start])
    after = shortened(text[end : None if until < 0 else until], _AROUND)
    spans = (Span(len(before), len(before) + end - start, 1.0),)
    own = [passage for passage in split_statement(statement) if start < passage.end <= end]
    translation = " ".join(dict.fromkeys(passage.translation for passage in own))
    shown = before + text[start:end] + after
    return _card("statement_card", statement, level, kind, shown, spans, translation, note)


def quote_card(quote: Quote, source: Statement | None) -> Markup:
    """Return the quote with its speaker and opposite, if given, and the library's statement."""
    shown = quote.as_statement(source)
    words = quote.text if quote.text.strip() in shown.text else shown.text
    return _card("quote_card", shown, words, source, quote.opposite)


def listed_card(
    result: Result, pair: Pair, stance: Stance, notes: tuple[str, str] = ("", "")
) -> Markup:
    """Return a pair of a result in the list of `stance`; of a search, what was found.

    `notes` are text or `Markup` after the name of each side.
    """
    if not result.quote:
        return pair_card(result, pair, stance, notes)
    if result.is_unsure(pair):
        return unsure_card(pair, stance, result.thresholds, result.subject, notes[1])
    return found_card(pair, stance, result.subject, notes[1])


def found_card(pair: Pair, stance: Stance, quote_text: str, note: str = "") -> Markup:
    """Return a statement found by a search, in the list of `stance`; `note` follows “Found”."""
    verdict = read_as(stance, pair.probabilities)
    head = verdict_html(verdict, pair.probabilities, pair.similarity, short=verdict is not stance)
    return _card("found_card", pair, stance, head, _shows_quote(pair, quote_text), note)


def unsure_card(
    pair: Pair, stance: Stance, thresholds: Thresholds, quote_text: str, note: str = ""
) -> Markup:
    """Return a statement that fills the list of `stance`, or comes near a raised minimum."""
    probability = pair.probabilities.of(stance)
    short = probability < thresholds.probability
    word = VERDICT[stance]
    if probability < Thresholds().probability:
        word = unclear_words(stance, fills=thresholds.probability <= Thresholds().probability)
    head = verdict_html(stance, pair.probabilities, pair.similarity, word, short=short)
    return _card("found_card", pair, Stance.NEITHER, head, _shows_quote(pair, quote_text), note)


def unjudged_card(found: Unjudged, mark: Markup | None = None) -> Markup:
    """Return a statement that no model judged, with the similar passage marked."""
    said, passage = found.excerpt.statement, found.excerpt.passage
    language = language_names([said.language])
    note = " · ".join(filter(None, [language, f"similarity {found.similarity:.2f}"]))
    marked = passage.start, passage.end
    return statement_card(said, marked=marked, note=escape(note) + (mark or Markup()))


def _shows_quote(pair: Pair, quote_text: str) -> bool:
    # The whole quote stands above the lists; repeat it only if part was read or words are marked.
    return pair.rationale is not None or pair.a.text.strip() != quote_text.strip()


def pair_card(
    result: Result, pair: Pair, stance: Stance | None, notes: tuple[str, str] = ("", "")
) -> Markup:
    """Return a pair: the verdict above, side a left and side b right.

    Args:
        result: The result that holds the pair.
        pair: The pair.
        stance: The list that holds the pair; None shows no verdict.
        notes: Text or `Markup` after the name of each side.
    """
    head = Markup()
    if stance:
        verdict = read_as(stance, pair.probabilities)
        word, short = verdict_word(result, verdict), verdict is not stance
        head = verdict_html(verdict, pair.probabilities, pair.similarity, word, short=short)
    is_change = result.over_time and stance is Stance.OPPOSE
    return _card("pair_card", result, pair, stance or "plain", head, is_change, notes)


def half_html(name: str, side: Excerpt, note: str = "") -> Markup:
    """Return one side of a pair; `note` is text or `Markup` after its name."""
    return _card("half", name, side, (), note)


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
        probabilities: Those of the pair.
        similarity: That of the pair; None shows none.
        word: The word for the verdict; "" for the usual one. If none has a probability of one half,
            it is "Unclear" instead of "Neither".
        short: Whether to say that it is below the minimum probability.
    """
    if stance is Stance.NEITHER and probabilities.is_unclear:
        return _card("verdict", stance, None, similarity, UNCLEAR, False)
    return _card("verdict", stance, probabilities.of(stance), similarity, word, short)


def list_head(stance: Stance, count: int, name: str = "", what: str = "statement") -> Markup:
    """Return the heading of a list: sign, name and length."""
    return _card("list_head", stance, name or stance.capitalize(), counted(count, what))


def bars_html(probabilities: Probabilities) -> Markup:
    """Return the three probabilities as labelled bars."""
    return _card("bars", probabilities)


# -- Parts of pages ------------------------------------------------------------------------------


def notice_html(sentences: Sequence[str], error: bool = False) -> Markup:
    """Return a notice, for untrusted text: Streamlit's own alerts read Markdown."""
    return _card("notice", sentences, error)


def section_html(title: str, level: int = 2) -> Markup:
    """Return the heading of a section."""
    return _card("section", title, level)


def facts_html(facts: Sequence[tuple[str, str]]) -> Markup:
    """Return a list of names and values, without names whose value is empty."""
    return _card("facts", facts)


def table_html(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, figures: bool = False
) -> Markup:
    """Return a table that scrolls on a narrow page; the caption is for screen readers.

    With `figures` the first cell of a row is its heading and the others are numbers.
    """
    return _card("table", caption, head, rows, figures)
