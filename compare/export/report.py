"""A result as one page that is whole in itself: pairs side by side, method, limits, references.

The page fetches nothing and runs nothing; a policy in its head forbids it to. Every word that comes
from a corpus or a person is escaped by the helpers of `compare.export.cards`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compare.export import citations
from compare.export.cards import link_html, list_head, quote_card, text_html
from compare.export.methods import citation_of, limits, methods, settings
from compare.export.pair_cards import pair_card, verdict_word
from compare.export.pieces import facts_html
from compare.files import write_whole
from compare.results.result import Kind, Result, Stance
from compare.safe_text import printable
from compare.statements.statement import Statement

_STYLES = ("cards.css", "report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_OPPOSED_FIRST = (Stance.OPPOSE, Stance.AGREE, Stance.NEITHER)
_TITLE_LENGTH = 120
_KINDS = {
    Kind.SEARCH: "Statements found for a quote",
    Kind.SIDES: "Two sides compared",
    Kind.TIMELINE: "One side over time",
}


def write_report(
    result: Result,
    path: Path | str,
    stances: Sequence[Stance] | None = None,
    *,
    title: str = "",
    limit: int | None = None,
    force: bool = False,
) -> Path:
    """Write `report_html` to a file, whole or not at all; return its path.

    Raises:
        ExportError: The file is there already and `force` is not given, or it cannot be written.
    """
    page = report_html(result, stances, title=title, limit=limit)
    write_whole(Path(path), page.encode("utf-8", "replace"), force=force)
    return Path(path)


def report_html(
    result: Result,
    stances: Sequence[Stance] | None = None,
    *,
    title: str = "",
    limit: int | None = None,
) -> str:
    """Return a result as one HTML page for reading, printing and passing on.

    Args:
        result: Of a search, of two sides or over time.
        stances: Which lists; None: all of a search, and of two sides those that agree or oppose.
        title: At the head; what was asked where it is empty.
        limit: Most pairs shown of each list; None: all. The method counts them all.
    """
    shown = result.usual_lists if stances is None else stances
    order = tuple(Stance) if result.quote else _OPPOSED_FIRST
    used = _Used(citations.cited(result, shown, limit))
    heading = _title(result, title)
    style = "\n".join(
        (Path(__file__).parents[1] / "ui" / name).read_text(encoding="utf-8") for name in _STYLES
    )
    body = "".join(
        [
            _head(result, heading),
            *(_list(result, stance, used, limit) for stance in order if stance in shown),
            _section("Method", _paragraphs(methods(result))),
            _section("Limits", _items(limits(result))),
            _section("How to cite", _citing(result)),
            _section("Statements used", _references(used)),
            _section("All that it was made with", facts_html(settings(result))),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text_html(printable(heading))}</title>\n<style>\n{style}</style>\n</head>\n"
        f'<body class="cp-report">\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )


class _Used:
    """The statements that a report cites, by the numbers they have in it."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self._numbers = {statement.id: n for n, statement in enumerate(statements, start=1)}

    def mark(self, statement: Statement) -> str:
        """Return the number of a statement as a link to its reference; "" for one without an id."""
        number = self._numbers.get(statement.id)
        return f' <a class="cp-ref" href="#s{number}">[{number}]</a>' if number else ""


def _title(result: Result, given: str) -> str:
    if title := " ".join(given.split()):
        return title
    if not result.quote:
        return result.subject
    words = " ".join(result.subject.split())
    if len(words) > _TITLE_LENGTH:
        words = f"{words[:_TITLE_LENGTH].rsplit(' ', 1)[0]} …"
    return f"Who agrees with “{words}”, and who opposes it"


def _head(result: Result, heading: str) -> str:
    made = result.provenance
    head = (
        f'<header class="cp-head"><p class="cp-eyebrow">{_KINDS[result.kind]}</p>'
        f'<h1><bdi>{text_html(heading)}</bdi></h1><p class="cp-lede">Made with compare '
        f"{text_html(made.version)} on {text_html(made.date[:10])}. The labels are a model’s; read "
        "both statements before you cite a pair.</p></header>"
    )
    if result.quote:
        return f'{head}<div class="cp-question">{quote_card(result.quote, result.source)}</div>'
    if heading == result.subject:
        return head
    compared = text_html(result.subject)
    return f'{head}<p class="cp-question"><b>Compared:</b> <bdi>{compared}</bdi></p>'


def _list(result: Result, stance: Stance, used: _Used, limit: int | None) -> str:
    """Return one list: its head, its pairs as cards, and how many are left out."""
    name = "" if result.quote else verdict_word(result, stance)
    cards = [
        pair_card(
            result, pair, stance, notes=(used.mark(pair.a.statement), used.mark(pair.b.statement))
        )
        for pair in result.listed(stance)
    ]
    shown = cards[:limit]
    body = "".join(shown) or '<p class="cp-small">None at these thresholds.</p>'
    if len(cards) > len(shown):
        body += f'<p class="cp-small">… and {len(cards) - len(shown):,} more, in the exports.</p>'
    what = "statement" if result.quote else "pair"
    return f'<section class="cp-list">{list_head(stance, len(cards), name, what)}{body}</section>'


def _section(title: str, body: str) -> str:
    return f'<section class="cp-section"><h2>{title}</h2>{body}</section>'


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f'<p dir="auto">{text_html(text)}</p>' for text in texts)


def _items(texts: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{text_html(text)}</li>' for text in texts)}</ul>"


def _citing(result: Result) -> str:
    """Return how to cite a statement and a verdict, and the statements as BibTeX."""
    return (
        "<p>Cite a statement by its own source, as the references below give it. Cite a verdict as "
        "the model’s, never as the speaker’s or a reader’s, with the model and the library it "
        f'comes from:</p><p class="cp-cite">{text_html(citation_of(result))}</p>'
    )


def _references(used: _Used) -> str:
    if not used.statements:
        return "<p>None.</p>"
    items = "".join(
        f'<li id="s{number}"><bdi dir="auto">{text_html(citations.reference(statement))}</bdi>'
        f"{_address(statement.url)} <code>{text_html(printable(statement.id))}</code></li>"
        for number, statement in enumerate(used.statements, start=1)
    )
    bibtex = text_html(printable(citations.bibtex(used.statements)))
    return (
        f'<ol class="cp-references">{items}</ol><details class="cp-bibtex">'
        f"<summary>The same as BibTeX</summary><pre>{bibtex}</pre></details>"
    )


def _address(url: str) -> str:
    return f' <span class="cp-url">{link_html(url, url)}</span>' if url else ""
