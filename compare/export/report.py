"""A result as one page that is whole in itself: pairs side by side, method, limits, references.

The page fetches nothing and runs nothing; a policy in its head forbids it to.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from compare.export import citations
from compare.export.html import environment, list_head, pair_card, quote_card
from compare.export.methods import citation_of, limits, methods, settings
from compare.export.words import verdict_word
from compare.files import write_whole
from compare.models.values import Stance
from compare.results.result import Kind, Result
from compare.statements.statement import Statement

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
    """Write `report_html` to a file, whole or not at all, and return its path.

    Raises:
        ExportError: The file exists and `force` is not given, or it cannot be written.
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
        stances: Which lists; None: the usual ones of the result.
        title: The heading; what was asked if empty.
        limit: Most pairs shown of each list; None: all. The method counts them all.
    """
    stances = result.usual_lists if stances is None else stances
    statements = citations.cited(result, stances, limit)
    numbers = {statement.id: number for number, statement in enumerate(statements, start=1)}
    order = tuple(Stance) if result.quote else _OPPOSED_FIRST
    return (
        environment()
        .get_template("report.html")
        .render(
            result=result,
            heading=_heading(result, title),
            kind=_KINDS[result.kind],
            quote=quote_card(result.quote, result.source) if result.quote else "",
            lists=[_list(result, stance, numbers, limit) for stance in order if stance in stances],
            methods=methods(result),
            limits=limits(result),
            citation=citation_of(result),
            statements=statements,
            settings=settings(result),
        )
    )


def _heading(result: Result, title: str) -> str:
    if title := " ".join(title.split()):
        return title
    if not result.quote:
        return result.subject
    words = " ".join(result.subject.split())
    if len(words) > _TITLE_LENGTH:
        words = f"{words[:_TITLE_LENGTH].rsplit(' ', 1)[0]} …"
    return f"Who agrees with “{words}”, and who opposes it"


def _list(
    result: Result, stance: Stance, numbers: dict[str, int], limit: int | None
) -> tuple[Markup, list[Markup], int]:
    """Return the head of a list, its pairs as cards, and how many are left out."""

    def mark(statement: Statement) -> Markup:
        number = numbers.get(statement.id)
        link = Markup(' <a class="cp-ref" href="#s{0}">[{0}]</a>')
        return link.format(number) if number else Markup()

    listed = result.listed(stance)
    cards = [
        pair_card(result, pair, stance, notes=(mark(pair.a.statement), mark(pair.b.statement)))
        for pair in listed[:limit]
    ]
    name, what = ("", "statement") if result.quote else (verdict_word(result, stance), "pair")
    return list_head(stance, len(listed), name, what), cards, len(listed) - len(cards)
