"""A result as text: lines for a pipe, tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from compare.cli.output import console, on_terminal, say
from compare.export.public import read_against, what_was_read
from compare.export.rows import JOINT, asked, deciding_words, listed
from compare.results.result import (
    Match,
    Outcome,
    SearchResult,
    Span,
    Stance,
    Why,
    also_said_in_words,
)
from compare.safe_text import one_line, printable
from compare.statements.statement import Quotation, Statement

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

TITLES = {
    Stance.AGREE: "Agree",
    Stance.OPPOSE: "Oppose",
    Stance.NEITHER: "Same topic, neither",
}
_COLOURS = {Stance.AGREE: "blue", Stance.OPPOSE: "red", Stance.NEITHER: "default"}
_INDENT = " " * 10
_ALSO_SHOWN = 3


def show_result(result: SearchResult, limit: int) -> None:
    """Print the quote and the lists, at most `limit` statements of each."""
    say(f"Quote: “{one_line(result.quote.text)}”")
    if known := attribution(asked(result)):
        say(f"       {known}")
    for note in result.notes:
        say(f"Note:  {one_line(note)}")
    if result.outcome is Outcome.NOTHING:
        say(f"\n{nothing_found(result)}")
    for stance, group in groupby(listed(result), key=lambda entry: entry[0]):
        matches = [(rank, match) for _, rank, match in group]
        say()
        show = _show_table if on_terminal() else _show_lines
        show(result, stance, matches[:limit])
        if len(matches) > limit:
            say(f"{_INDENT}… and {len(matches) - limit} more (--limit {len(matches)})")


def nothing_found(result: SearchResult) -> str:
    """Return the sentence for a search that found neither agreement nor opposition."""
    least = result.thresholds
    near = len(result.neither)
    about = {0: "none is on its topic", 1: "1 is on its topic"}.get(
        near, f"{near} are on its topic"
    )
    return (
        f"None of the {what_was_read(result)}, agrees with this or opposes it ({about}; "
        f"least probability {least.probability:g}, least similarity {least.similarity:g})."
    )


def attribution(statement: Statement) -> str:
    """Return who, when and where on one line, as far as it is known."""
    known = [
        statement.speaker,
        statement.role,
        statement.countries,
        statement.date.iso if statement.date else "",
        statement.venue,
        statement.title,
        statement.source,
        "reported, not quoted" if statement.quotation is Quotation.REPORTED else "",
        f"[{statement.id}]" if statement.id else "",
    ]
    return one_line(", ".join(filter(None, known)))


def details(statement: Statement, also_said: Sequence[Statement]) -> list[str]:
    """Return the lines below a statement's words."""
    lines = [attribution(statement)]
    if statement.context:
        lines.append(f"context: {one_line(statement.context)}")
    if statement.url:
        lines.append(one_line(statement.url))
    if len(also_said) > _ALSO_SHOWN:
        lines.append(f"{also_said_in_words(also_said)}; the first of them:")
    lines += [f"also: {attribution(other)}" for other in also_said[:_ALSO_SHOWN]]
    return lines


def why_lines(
    why: Why | None, quote: str, passage: str, names: tuple[str, str] = ("quote", "statement")
) -> list[str]:
    """Return the deciding words of both sides, a line each."""
    if why is None:
        return []
    sides = ((names[0], quote, why.quote), (names[1], passage, why.passage))
    words = [(name, JOINT.join(deciding_words(text, spans))) for name, text, spans in sides]
    return [f"deciding in {name}: {one_line(found) or '(no words)'}" for name, found in words]


def words_shown(statement: Statement, words: str) -> str:
    """Return words in quotation marks where they are quoted, bare where they are reported."""
    words = one_line(words)
    return f"“{words}”" if statement.quotation is Quotation.DIRECT else words


def _unsure(stance: Stance, match: Match) -> list[str]:
    """Return how near a statement that does neither comes to doing one."""
    if stance is not Stance.NEITHER:
        return []
    return [f"agree {match.probabilities.agree:.2f}, oppose {match.probabilities.oppose:.2f}"]


def _screened(stance: Stance, match: Match) -> list[str]:
    """Say of a listed statement that the accurate model of a cascade did not read it."""
    if not match.screened or stance is Stance.NEITHER:
        return []
    return ["read by the fast model only"]


def _against(result: SearchResult, match: Match) -> list[str]:
    """Say which sentence of the quote a statement was read against, where it has several."""
    part = read_against(result, match)
    return [f"read against: “{one_line(part)}”"] if part else []


def _show_lines(result: SearchResult, stance: Stance, matches: Sequence[tuple[int, Match]]) -> None:
    say(TITLES[stance].upper())
    for rank, match in matches:
        probability = match.probabilities.of(stance)
        say(f"{rank:3}. {probability:.2f} {words_shown(match.statement, match.passage.text)}")
        below = [
            *_against(result, match),
            *_screened(stance, match),
            *_unsure(stance, match),
            *details(match.statement, match.also_said),
        ]
        for line in [*below, *why_lines(match.why, match.quote_part, match.passage.text)]:
            say(f"{_INDENT}{line}")


def _show_table(result: SearchResult, stance: Stance, matches: Sequence[tuple[int, Match]]) -> None:
    from rich.table import Table
    from rich.text import Text

    colour = _COLOURS[stance]
    table = Table(title=TITLES[stance], title_justify="left", title_style=f"bold {colour}")
    table.add_column("#", justify="right")
    table.add_column(stance.value, justify="right")
    table.add_column("Words", ratio=3)
    table.add_column("Who, when, where", ratio=2)
    for rank, match in matches:
        spans = match.why.passage if match.why else ()
        said = [*details(match.statement, match.also_said), *_against(result, match)]
        below = "\n".join([*said, *_unsure(stance, match), *_screened(stance, match)])
        probability = Text(f"{match.probabilities.of(stance):.2f}", colour)
        table.add_row(Text(str(rank)), probability, _marked(match.passage.text, spans), Text(below))
    _draw(table)


def _marked(text: str, spans: Sequence[Span]) -> Text:
    """Return the words with the deciding ones in bold; offsets stay true, sign for sign."""
    from rich.text import Text

    shown = Text("".join(printable(sign) for sign in text))
    for span in spans:
        shown.stylize("bold underline", span.start, span.end)
    return shown


def _draw(table: Table) -> None:
    table.expand = True
    table.show_lines = True
    console().print(table)
