"""Statements as HTML. Every word that comes from a corpus or a person passes `text_html`.

Statements are untrusted: they are shown with `st.html`, built here from escaped pieces, and never
with Markdown, which would turn parts of them into formulas, colours or remote images.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from compare.export.words import (
    SIGN,
    VERDICT,
    counted,
    date_in_words,
    likelihood,
    percent,
    repeats_in_words,
)
from compare.results.result import Pair, Probabilities, Span, Stance
from compare.statements.quotes import Quote
from compare.statements.statement import PartialDate, Quotation, Statement

_RIGHT_TO_LEFT = {"ar", "fa", "he", "ps", "ur", "yi", "dv", "ckb", "sd", "ug"}
_AROUND = 1_500
"""Characters on either side of a passage that a card shows."""

_ALSO_OPEN = 3
"""Statements with the same words that a card lists; more are folded away."""


def text_html(text: str) -> str:
    """Return untrusted text as HTML that shows it as written; lone surrogates become "?"."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return html.escape(text, quote=True).replace("\r\n", "\n").replace("\n", "<br>")


def marked_html(text: str, spans: Sequence[Span]) -> str:
    """Return text with the words of `spans` in <mark>; spans beyond the text are cut."""
    pieces, at = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, at), min(span.end, len(text))
        if start >= end:
            continue
        marked = text_html(text[start:end])
        pieces += [text_html(text[at:start]), f"<mark>{marked}</mark>"]
        at = end
    return "".join([*pieces, text_html(text[at:])])


def link_html(url: str, label: str) -> str:
    """Return a link for an http(s) address and the bare label for anything else."""
    try:
        parts = urlsplit(url.strip())
        safe = parts.scheme in {"http", "https"} and bool(parts.netloc)
    except ValueError:
        safe = False
    if not safe:
        return f"<bdi>{text_html(label)}</bdi>"
    return (
        f'<a href="{html.escape(url.strip(), quote=True)}" target="_blank" '
        f'rel="noopener noreferrer"><bdi>{text_html(label)}</bdi></a>'
    )


def time_html(date: PartialDate) -> str:
    """Return a date in words with its machine-readable form."""
    return f'<time datetime="{date.iso}">{date_in_words(date)}</time>'


def sign_html(stance: Stance) -> str:
    """Return the sign of a stance, which the style puts in a shape; its word stands beside it."""
    return f'<span class="cp-sign" aria-hidden="true"><i>{SIGN[stance]}</i></span>'


def read_as(stance: Stance, probabilities: Probabilities) -> Stance:
    """Return the verdict on what stands in the list of `stance`.

    In the list of what does neither stands, too, what falls short of the least probability.
    """
    return probabilities.stance if stance is Stance.NEITHER else stance


def verdict_html(
    stance: Stance,
    probabilities: Probabilities,
    closeness: float | None,
    word: str = "",
    *,
    short: bool = False,
) -> str:
    """Return the verdict: shape, word, probability in words and number, closeness.

    Args:
        stance: The verdict.
        probabilities: Of the pair.
        closeness: Of the pair, if it is shown.
        word: For the verdict, if not the usual one.
        short: It falls short of the least probability, which is said.
    """
    probability = probabilities.of(stance)
    below = ", below the least probability" if short else ""
    near = "" if closeness is None else f'<span class="cp-near">closeness {closeness:.2f}</span>'
    return (
        f'<p class="cp-verdict">{sign_html(stance)}'
        f"<strong>{text_html(word or VERDICT[stance])}</strong> "
        f'<span class="cp-odds">{likelihood(probability)} '
        f"<b>{percent(probability)}</b>{below}</span>{near}</p>"
    )


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a statement as a card shows them."""

    text: str
    marks: tuple[Span, ...] = ()
    before: str = ""
    after: str = ""


def _language(statement: Statement) -> str:
    """Return the lang and dir attributes of a statement's words."""
    language = statement.language.strip()
    if not language or not language.replace("-", "").isalnum():
        return ' dir="auto"'
    side = "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "auto"
    return f' lang="{html.escape(language, quote=True)}" dir="{side}"'


def words_html(statement: Statement, words: Words) -> str:
    """Return the words: in quotation marks where quoted, and marked as reported where not."""
    reported = statement.quotation is Quotation.REPORTED
    kind = "cp-reported" if reported else "cp-quoted"
    note = '<p class="cp-note">Reported, not quoted</p>' if reported else ""
    return (
        f'{note}<blockquote class="cp-words {kind}"{_language(statement)}>'
        f"<p>{marked_html(words.text, words.marks)}</p></blockquote>"
    )


def context_html(context: str) -> str:
    """Return what completes a fragment, apart from the words and labelled; "" for none."""
    if not context:
        return ""
    return (
        f'<p class="cp-context"><span>Context</span> <bdi dir="auto">{text_html(context)}</bdi></p>'
    )


def who_html(statement: Statement, level: int = 3) -> str:
    """Return who, what for, when, where and the source; what is not known is left out."""
    name = text_html(statement.speaker or statement.countries) or "Speaker not named"
    office = [
        part for part in (statement.role, statement.countries if statement.speaker else "") if part
    ]
    where = [time_html(statement.date)] if statement.date else []
    if statement.venue:
        where.append(f"<bdi>{text_html(statement.venue)}</bdi>")
    source = statement.title or statement.source
    if source or statement.url:
        named = link_html(statement.url, source or statement.url)
        where.append(f"<cite>{named}</cite>")
    rows = [f'<h{level} class="cp-name"><bdi>{name}</bdi></h{level}>']
    if office:
        rows.append(f'<p class="cp-office"><bdi>{text_html(", ".join(office))}</bdi></p>')
    if where:
        rows.append(f'<p class="cp-where">{"<span> · </span>".join(where)}</p>')
    return f'<div class="cp-who">{"".join(rows)}</div>'


def around_html(words: Words, statement: Statement) -> str:
    """Return the sentences around the passage, folded away; "" where it stands alone."""
    if not (words.before.strip() or words.after.strip()):
        return ""
    before, after = words.before[-_AROUND:], words.after[:_AROUND]
    if len(before) < len(words.before):
        before = f"… {before.partition(' ')[2]}"
    if len(after) < len(words.after):
        after = f"{after.rpartition(' ')[0]} …"
    return (
        '<details class="cp-around"><summary>The sentences around it</summary>'
        f"<p{_language(statement)}>{text_html(before)} <b>{text_html(words.text)}</b> "
        f"{text_html(after)}</p></details>"
    )


def also_html(also_said: Sequence[Statement]) -> str:
    """Return the statements with the same words, with date and source; many are folded away."""
    if not also_said:
        return ""
    items = []
    for other in also_said:
        who = f"<bdi>{text_html(other.speaker or other.countries or 'Speaker not named')}</bdi>"
        parts = [who, *([time_html(other.date)] if other.date else [])]
        if other.source or other.url:
            named = link_html(other.url, other.source or other.url)
            parts.append(f"<cite>{named}</cite>")
        items.append(f"<li>{', '.join(parts)}</li>")
    listed = f"<ul>{''.join(items)}</ul>"
    if len(also_said) <= _ALSO_OPEN:
        return f'<div class="cp-also"><p>Also said:</p>{listed}</div>'
    said = text_html(repeats_in_words(also_said))
    return f'<details class="cp-also"><summary>{said}</summary>{listed}</details>'


def _against_html(pair: Pair, quote_text: str) -> str:
    """Return the part of the quote that was compared, where it is not the whole or has marks."""
    if pair.rationale is None and pair.a.text.strip() == quote_text.strip():
        return ""
    words = marked_html(pair.a.text, pair.spans.a)
    return f'<p class="cp-against"><span>Read against</span> <q dir="auto">{words}</q></p>'


def found_card(pair: Pair, stance: Stance, quote_text: str = "", level: int = 3) -> str:
    """Return the card of a statement found by a search, in the list of `stance`."""
    statement = pair.b.statement
    words = Words(pair.b.text, pair.spans.b, pair.b.before, pair.b.after)
    verdict = read_as(stance, pair.probabilities)
    short = verdict is not stance
    alone = '<p class="cp-note">Read by the fast model only</p>' if pair.first_stage_only else ""
    return (
        f'<article class="cp-card cp-{stance.value}">'
        f"{verdict_html(verdict, pair.probabilities, pair.similarity, short=short)}{alone}"
        f"{words_html(statement, words)}{context_html(statement.context)}"
        f"{_against_html(pair, quote_text)}"
        f"{who_html(statement, level)}{around_html(words, statement)}{also_html(pair.b.repeats)}"
        "</article>"
    )


def statement_card(statement: Statement, level: int = 3, kind: str = "plain") -> str:
    """Return a statement as it stands in the corpus, whole."""
    return (
        f'<article class="cp-card cp-{kind}">{words_html(statement, Words(statement.text))}'
        f"{context_html(statement.context)}{who_html(statement, level)}</article>"
    )


def quote_card(quote: Quote, source: Statement | None, marks: Sequence[Span] = ()) -> str:
    """Return the quote a person asked about, pinned, with who said it as it was asked and read.

    Where the corpus has the same words of others, or of another day, that stands below.
    """
    shown = quote.as_statement(source)
    words = quote.text if quote.text.strip() in shown.text else shown.text
    known = shown.speaker or shown.country or shown.date or shown.source
    who = who_html(shown, 2) if known else ""
    label, below = "Your quote", ""
    if source is not None and shown == source:
        label = "Your quote, and its source in the library"
    elif source is not None:
        below = f'<p class="cp-note">The same words stand in the library:</p>{who_html(source, 3)}'
    return (
        f'<article class="cp-card cp-asked" aria-label="Your quote"><p class="cp-note">{label}</p>'
        f"{words_html(shown, Words(words, tuple(marks)))}{context_html(shown.context)}{who}{below}"
        "</article>"
    )


def list_head(stance: Stance, number: int, name: str = "", what: str = "statement") -> str:
    """Return the heading of a list: shape, word and how many."""
    name = name or {Stance.AGREE: "Agree", Stance.OPPOSE: "Oppose"}.get(stance, "Neither")
    return (
        f'<div class="cp-list-head cp-{stance.value}">{sign_html(stance)}<h2>{name}</h2>'
        f'<span class="cp-count">{counted(number, what)}</span></div>'
    )


def bars_html(probabilities: Probabilities) -> str:
    """Return the three probabilities as labelled bars."""
    rows = []
    for stance in Stance:
        value = probabilities.of(stance)
        rows.append(
            f'<div class="cp-bar cp-{stance.value}"><dt>{sign_html(stance)}'
            f"<span>{VERDICT[stance]}</span></dt>"
            f'<dd class="cp-track"><b style="width:{value * 100:.1f}%"></b></dd>'
            f"<dd>{percent(value)}, {likelihood(value)}</dd></div>"
        )
    return f'<dl class="cp-bars">{"".join(rows)}</dl>'
