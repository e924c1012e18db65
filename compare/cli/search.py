"""`compare search` and `compare stance`: who agrees with a quote, and how two statements relate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    check_out,
    console,
    on_terminal,
    progress,
    quoted,
    rationale_lines,
    remark,
    say,
    say_json,
    waiting,
)
from compare.errors import QueryError
from compare.files import check_writable
from compare.models.values import Probabilities, Stance
from compare.results.result import Excerpt, Thresholds
from compare.safe_text import one_line, printable
from compare.statements.quotes import Quote

if TYPE_CHECKING:
    from rich.text import Text

    from compare.models import StanceModel
    from compare.models.values import ModelInput, Rationale, Span
    from compare.results.result import Pair, Result
    from compare.statements.statement import Statement

    Sides = tuple[ModelInput, ModelInput]

_SHOWN = 10
_REPEATS_SHOWN = 3
_INDENT = " " * 10
_TITLES = {
    Stance.AGREE: "Agree",
    Stance.OPPOSE: "Oppose",
    Stance.NEITHER: "Same topic, neither",
}
_COLOURS = {Stance.AGREE: "blue", Stance.OPPOSE: "red", Stance.NEITHER: "default"}


# --- search ----------------------------------------------------------------------------------


@click.command("search")
@click.argument("quote", type=shared.text, required=False)
@click.option("--id", "statement_id", type=shared.text, help="Search for a statement by its id.")
@shared.who_and_when
@shared.filtering
@shared.thresholds
@shared.number("--candidates", None, "Passages read for the quote", most=10_000)
@shared.why
@shared.number("--limit", None, f"Most shown of each list [{_SHOWN}]")
@shared.as_json
@shared.out
@shared.force
@shared.reading
def search(
    quote: str | None,
    statement_id: str | None,
    as_json: bool,
    limit: int | None,
    out: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Find who agrees with QUOTE and who opposes it; "-" reads it from standard input.

    \b
      compare search "We will not hesitate to impose costs." --who "United States, 2022"
      compare search --id blinken-1 --not-own-speaker --why
      pbpaste | compare search - --out pairs.csv
    """
    if quote is None and statement_id is None:
        raise click.UsageError("Give a quote, or a statement's id with --id.")
    check_out(out, force=force)
    words = _read_stdin() if quote == "-" else quote or ""
    asked = shared.read_quote(words, options)
    filters = shared.read_filters(options)
    thresholds = Thresholds().but(**shared.read_thresholds(options))
    library, model = shared.open_to_read(options)
    if statement_id:
        asked = _completed(asked, library.statement(statement_id))
    given = {"candidates": options["candidates"]} if options["candidates"] else {}
    with progress("Reading pairs") as on_progress:
        result = library.search(
            asked,
            stance_model=model,
            filters=filters,
            thresholds=thresholds,
            why=options["why"],
            on_progress=on_progress,
            **given,
        )
    if out is not None:
        result.export(out, force=force)
        remark(
            f"Wrote {out}: {len(result.agree)} agree, {len(result.oppose)} oppose, "
            f"{len(result.neither)} neither."
        )
    if as_json:
        from compare.export.json_files import public_json

        data = public_json(result)
        if limit is not None:
            data["results"] = [entry for entry in data["results"] if entry["rank"] <= limit]
        say_json(data)
    elif out is None:
        _show_result(result, limit or _SHOWN)


def _completed(asked: Quote, statement: Statement) -> Quote:
    """Return the quote of a library's statement; the command line's values override its own."""
    names = ("text", "speaker", "role", "country", "date", "context")
    given = {name: value for name in names if (value := getattr(asked, name))}
    return replace(Quote.from_statement(statement), **given)


def _read_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QueryError(
            f"Standard input is not UTF-8 text (byte {error.start + 1}): convert it, or give the "
            "quote as an argument."
        ) from error


def _show_result(result: Result, limit: int) -> None:
    """Print the quote and the lists, at most `limit` statements of each."""
    say(f"Quote: “{one_line(result.subject)}”")
    if result.asked and (known := attribution(result.asked)):
        say(f"       {known}")
    for note in result.notes:
        say(f"Note:  {one_line(note)}")
    if not (result.agree or result.oppose):
        say(f"\n{_nothing_found(result)}")
    show = _show_table if on_terminal() else _show_lines
    for stance in Stance:
        pairs = result.listed(stance)
        if pairs:
            say()
            show(result, stance, pairs[:limit])
        if len(pairs) > limit:
            say(f"{_INDENT}… and {len(pairs) - limit} more (--limit {len(pairs)})")


def _nothing_found(result: Result) -> str:
    least, made, near = result.thresholds, result.provenance, len(result.neither)
    of = f"{made.statements:,} statements{' (before filters)' * bool(made.filters)}"
    on_topic = {0: "none is", 1: "1 is"}.get(near, f"{near} are")
    return (
        f"Read {len(result.pairs):,} of {of}. None agrees with the quote or opposes it ({on_topic} "
        f"on its topic; least probability {least.probability:g}, least similarity "
        f"{least.similarity:g})."
    )


def _show_lines(result: Result, stance: Stance, pairs: Sequence[Pair]) -> None:
    say(_TITLES[stance].upper())
    for rank, pair in enumerate(pairs, start=1):
        said = quoted(pair.b.statement, pair.b.text)
        say(f"{rank:3}. {pair.probabilities.of(stance):.2f} {said}")
        why = rationale_lines(pair.rationale, pair.a.text, pair.b.text, ("quote", "statement"))
        for line in (*_details(result, stance, pair), *why):
            say(f"{_INDENT}{line}")


def _show_table(result: Result, stance: Stance, pairs: Sequence[Pair]) -> None:
    from rich.table import Table
    from rich.text import Text

    colour = _COLOURS[stance]
    table = Table(title=_TITLES[stance], title_justify="left", title_style=f"bold {colour}")
    table.expand = table.show_lines = True
    table.add_column("#", justify="right")
    table.add_column(stance.value, justify="right")
    table.add_column("Words", ratio=3)
    table.add_column("Who, when, where", ratio=2)
    for rank, pair in enumerate(pairs, start=1):
        probability = Text(f"{pair.probabilities.of(stance):.2f}", colour)
        details = Text("\n".join(_details(result, stance, pair)))
        table.add_row(str(rank), probability, _marked(pair.b.text, pair.spans.b), details)
    console().print(table)


def _details(result: Result, stance: Stance, pair: Pair) -> list[str]:
    """Return the lines below the words of a statement that was found."""
    from compare.export.words import read_against, repeats_in_words

    statement, repeats, lines = pair.b.statement, pair.b.repeats, []
    if part := read_against(result, pair):
        lines.append(f"read against: “{one_line(part)}”")
    if stance is Stance.NEITHER:
        likely = pair.probabilities
        lines.append(f"agree {likely.agree:.2f}, oppose {likely.oppose:.2f}")
    elif pair.first_stage_only:
        lines.append("read by the fast model only")
    lines.append(attribution(statement))
    if statement.context:
        lines.append(f"context: {one_line(statement.context)}")
    if statement.url:
        lines.append(one_line(statement.url))
    if len(repeats) > _REPEATS_SHOWN:
        lines.append(f"{repeats_in_words(repeats)}; the first of them:")
    return lines + [f"also: {attribution(other)}" for other in repeats[:_REPEATS_SHOWN]]


def _marked(text: str, spans: Sequence[Span]) -> Text:
    """Return the words with the deciding ones marked."""
    from rich.text import Text

    shown = Text("".join(printable(sign) for sign in text))  # one by one: no offset may move
    for span in spans:
        shown.stylize("bold underline", span.start, span.end)
    return shown


# --- stance ----------------------------------------------------------------------------------


def _about_side(letter: str) -> shared.Option:
    """Return the options that say who said one of the two statements, and when."""
    of = f"of {letter.upper()}"
    who = (f"--who-{letter}", f"{letter}_who")
    return shared.together(
        shared.words(f"--{letter}-speaker", help=f"The speaker {of}."),
        shared.words(f"--{letter}-role", help=f"The office of the speaker {of}."),
        shared.words(f"--{letter}-country", help=f"The country {of}."),
        click.option(f"--{letter}-date", type=shared.date, help=f"The date {of}."),
        shared.words(f"--{letter}-context", help=f"What completes a fragment {of}."),
        shared.words(*who, metavar='"COUNTRY, DATE"', help="Country and date in short."),
    )


@click.command("stance")
@click.argument("a", type=shared.text, required=False)
@click.argument("b", type=shared.text, required=False)
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE", help="A file of pairs.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --batch: the file to write [FILE.stance.csv for FILE.csv].",
)
@_about_side("a")
@_about_side("b")
@shared.why
@shared.as_json
@shared.stance_model_name
@click.option(
    "--library",
    type=shared.FOLDER,
    help="Use the model as adapted to this library (see `compare adapt`).",
)
def stance(
    a: str | None,
    b: str | None,
    batch: Path | None,
    out: Path | None,
    why: bool,
    as_json: bool,
    stance_model: str | None,
    library: Path | None,
    **about: Any,
) -> None:
    """Say how statements A and B relate, and how sure that is; or do so for a file of pairs.

    The file ends in .csv, .tsv or .jsonl. Its columns are a and b, or premise and hypothesis, and
    optionally a_country, a_date and a_context, and the same for b.

    \b
      compare stance "They attacked first." "We never attacked." --who-a "Russia, 2022"
      compare stance --batch pairs.csv
    """

    def load_model() -> StanceModel:
        opened = None if library is None or stance_model else shared.open_library(library)
        return shared.stance_model(stance_model, opened)

    if batch is None:
        if a is None:
            raise click.UsageError("Give statements A and B, or a file of pairs with --batch.")
        if b is None:
            raise click.UsageError("Give statement B, too, or a file of pairs with --batch.")
        if out is not None:
            raise click.UsageError("--out goes with --batch only: leave it out.")
        sides = _read_side("a", a, about), _read_side("b", b, about)
        _read_pair(sides, load_model(), why=why, as_json=as_json)
    elif a is not None:
        raise click.UsageError("Give statements A and B or a file with --batch, not both.")
    elif why or any(about.values()):
        raise click.UsageError(
            "--why and what is known of A and B do not go with --batch: write who and when into "
            "columns of the file (a_country, a_date, …)."
        )
    else:
        _read_batch(batch, out, load_model, as_json=as_json)


def _read_side(letter: str, text: str, about: dict[str, Any]) -> ModelInput:
    from compare.statements.quotes import clean_quote

    given = {
        name.removeprefix(f"{letter}_"): value
        for name, value in about.items()
        if name.startswith(f"{letter}_")
    }
    try:
        words = clean_quote(text)
    except QueryError as error:
        raise QueryError(f"Statement {letter.upper()}: {error}") from error
    return Excerpt.of_quote(shared.read_quote(words, given), words).model_input


def _read_pair(sides: Sides, model: StanceModel, *, why: bool, as_json: bool) -> None:
    from compare.models import signature
    from compare.models.rationale import find_rationale
    from compare.statements.quotes import language_notes

    with waiting("Reading the pair"):
        scores, (read,) = model.score_parts([sides])
        likely = Probabilities(*map(float, scores[0]))
        rationale = find_rationale(model, *sides)[1] if why else None
    texts = ("Statement A", sides[0].text), ("Statement B", sides[1].text)
    notes = language_notes(*texts, languages=model.languages)
    if as_json:
        data = _as_json(likely, signature(model), sides, read, rationale)
        say_json({**data, "notes": notes} if notes else data)
        return
    for note in notes:
        say(f"Note: {note}")
    say(f"{likely.stance.value} (probability {likely.of(likely.stance):.2f})")
    say(f"agree {likely.agree:.2f}  oppose {likely.oppose:.2f}  neither {likely.neither:.2f}")
    if read != sides:
        say("The pair is longer than the model reads at once. It was decided by these sentences:")
        say(f"  A: {read[0].text}")
        say(f"  B: {read[1].text}")
    for line in rationale_lines(rationale, sides[0].text, sides[1].text, ("A", "B")):
        say(line)
    say(f"model {signature(model)}")


def _as_json(
    likely: Probabilities, label_source: str, sides: Sides, read: Sides, rationale: Rationale | None
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "stance": likely.stance.value,
        "p_agree": likely.agree,
        "p_oppose": likely.oppose,
        "p_neither": likely.neither,
        "model": label_source,
    }
    if read != sides:
        data["decided_by"] = {"a": read[0].text, "b": read[1].text}
    if rationale is not None:
        from compare.export.json_files import spans_json

        a, b = sides[0].text, sides[1].text  # as they were cleaned: offsets count in these
        data["why"] = {
            "a_text": a,
            "b_text": b,
            "a": spans_json(rationale.a, a),
            "b": spans_json(rationale.b, b),
        }
    return data


def _read_batch(
    batch: Path, out: Path | None, load_model: Callable[[], StanceModel], *, as_json: bool
) -> None:
    from compare.evaluate.batch import read_batch, score_file, target_path

    target = target_path(batch, out)
    pairs = read_batch(batch)
    check_writable(target)
    model = load_model()
    with progress("Reading pairs") as on_progress:
        done = score_file(pairs, target, model, on_progress)
    if as_json:
        say_json({"written": str(done.written), "pairs": done.pairs, "model": done.model})
    else:
        remark(f"Wrote {done.written}: {done.pairs} pairs, model {done.model}.")
