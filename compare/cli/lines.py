"""A result as text: lines for a pipe, tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from compare.cli.output import console, on_terminal, say
from compare.export.public import read_against, what_was_read
from compare.export.rows import JOINT, deciding_words
from compare.export.words import repeats_in_words
from compare.results.result import (
    Pair,
    Rationale,
    Result,
    Span,
    Stance,
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


def show_result(result: Result, limit: int) -> None:
    """Print the quote and the lists, at most `limit` statements of each."""
    say(f"Quote: “{one_line(result.subject)}”")
    if result.asked and (known := attribution(result.asked)):
        say(f"       {known}")
    for note in result.notes:
        say(f"Note:  {one_line(note)}")
    if not (result.agree or result.oppose):
        say(f"\n{nothing_found(result)}")
    for stance, group in groupby(result.ranked(), key=lambda entry: entry[0]):
        pairs = [(rank, pair) for _, rank, pair in group]
        say()
        show = _show_table if on_terminal() else _show_lines
        show(result, stance, pairs[:limit])
        if len(pairs) > limit:
            say(f"{_INDENT}… and {len(pairs) - limit} more (--limit {len(pairs)})")


def nothing_found(result: Result) -> str:
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


def details(statement: Statement, repeats: Sequence[Statement]) -> list[str]:
    """Return the lines below a statement's words."""
    lines = [attribution(statement)]
    if statement.context:
        lines.append(f"context: {one_line(statement.context)}")
    if statement.url:
        lines.append(one_line(statement.url))
    if len(repeats) > _ALSO_SHOWN:
        lines.append(f"{repeats_in_words(repeats)}; the first of them:")
    lines += [f"also: {attribution(other)}" for other in repeats[:_ALSO_SHOWN]]
    return lines


def why_lines(
    why: Rationale | None, quote: str, passage: str, names: tuple[str, str] = ("quote", "statement")
) -> list[str]:
    """Return the deciding words of both sides, a line each."""
    if why is None:
        return []
    sides = ((names[0], quote, why.a), (names[1], passage, why.b))
    words = [(name, JOINT.join(deciding_words(text, spans))) for name, text, spans in sides]
    return [f"deciding in {name}: {one_line(found) or '(no words)'}" for name, found in words]


def words_shown(statement: Statement, words: str) -> str:
    """Return words in quotation marks where they are quoted, bare where they are reported."""
    words = one_line(words)
    return f"“{words}”" if statement.quotation is Quotation.DIRECT else words


def _unsure(stance: Stance, pair: Pair) -> list[str]:
    """Return how near a statement that does neither comes to doing one."""
    if stance is not Stance.NEITHER:
        return []
    return [f"agree {pair.probabilities.agree:.2f}, oppose {pair.probabilities.oppose:.2f}"]


def _screened(stance: Stance, pair: Pair) -> list[str]:
    """Say of a listed statement that the accurate model of a cascade did not read it."""
    if not pair.first_stage_only or stance is Stance.NEITHER:
        return []
    return ["read by the fast model only"]


def _against(result: Result, pair: Pair) -> list[str]:
    """Say which sentence of the quote a statement was read against, where it has several."""
    part = read_against(result, pair)
    return [f"read against: “{one_line(part)}”"] if part else []


def _show_lines(result: Result, stance: Stance, pairs: Sequence[tuple[int, Pair]]) -> None:
    say(TITLES[stance].upper())
    for rank, pair in pairs:
        probability = pair.probabilities.of(stance)
        say(f"{rank:3}. {probability:.2f} {words_shown(pair.b.statement, pair.b.text)}")
        below = [
            *_against(result, pair),
            *_screened(stance, pair),
            *_unsure(stance, pair),
            *details(pair.b.statement, pair.b.repeats),
        ]
        for line in [*below, *why_lines(pair.rationale, pair.a.text, pair.b.text)]:
            say(f"{_INDENT}{line}")


def _show_table(result: Result, stance: Stance, pairs: Sequence[tuple[int, Pair]]) -> None:
    from rich.table import Table
    from rich.text import Text

    colour = _COLOURS[stance]
    table = Table(title=TITLES[stance], title_justify="left", title_style=f"bold {colour}")
    table.add_column("#", justify="right")
    table.add_column(stance.value, justify="right")
    table.add_column("Words", ratio=3)
    table.add_column("Who, when, where", ratio=2)
    for rank, pair in pairs:
        said = [*details(pair.b.statement, pair.b.repeats), *_against(result, pair)]
        below = "\n".join([*said, *_unsure(stance, pair), *_screened(stance, pair)])
        probability = Text(f"{pair.probabilities.of(stance):.2f}", colour)
        table.add_row(Text(str(rank)), probability, _marked(pair.b.text, pair.spans.b), Text(below))
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
