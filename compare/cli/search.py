"""`compare search` and `compare stance`: who agrees with a quote, and how two statements relate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compare.batch.pairs import read_batch, score_file, target_path
from compare.batch.quotes import (
    check_target,
    partial_path,
    read_quotes,
    search_file,
)
from compare.cli import options as shared
from compare.cli.output import (
    attribution,
    check_not_read,
    check_out,
    draw_table,
    on_terminal,
    progress,
    quoted,
    rationale_lines,
    remark,
    say,
    say_json,
    translation_lines,
    waiting,
)
from compare.comparison import sides_taken
from compare.corpus.values import listed
from compare.defaults import CANDIDATES, CANDIDATES_LIMIT
from compare.errors import QueryError
from compare.export import counted
from compare.export.json_files import opposites_json, public_json, stance_json
from compare.export.words import (
    LIST_TITLES,
    below_note,
    compared_with,
    kinds_in_words,
    left_out_note,
    list_note,
    read_of,
    reader_notes,
    repeats_in_words,
    unjudged_note,
    unjudged_title,
)
from compare.facade import Library
from compare.files import check_writable
from compare.library import Filters
from compare.models import InputPair, ModelInput, Probabilities, Stance, StanceModel, signature
from compare.models.rationale import find_rationale
from compare.models.third_reader import ThirdReader
from compare.results import Excerpt, Pair, Result, Thresholds
from compare.safe_text import for_terminal, one_line
from compare.statements import Quote, check_languages, clean_quote

if TYPE_CHECKING:
    from rich.text import Text

_SHOWN = 10
_REPEATS_SHOWN = 3
_NOTES_SHOWN = 10
_INDENT = " " * 10
_COLOURS = {Stance.AGREE: "blue", Stance.OPPOSE: "red", Stance.NEITHER: "default"}


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What the options of `searching` say; `about` is the quote without its words."""

    statement_id: str | None
    about: Quote
    filters: Filters
    thresholds: Thresholds
    candidates: int

    def search(
        self, library: Library, model: StanceModel, words: str, *, same_actor: bool = True
    ) -> Result:
        """Search for a quote, or for a statement whose fields the quote's override."""
        asked = replace(self.about, text=words)
        if self.statement_id is not None:
            given = {of.name: value for of in fields(asked) if (value := getattr(asked, of.name))}
            asked = replace(Quote.from_statement(library.statement(self.statement_id)), **given)
        with progress("Reading pairs") as on_progress:
            return library.search(
                asked,
                stance_model=model,
                filters=self.filters,
                thresholds=self.thresholds,
                candidates=self.candidates,
                same_actor=same_actor,
                on_progress=on_progress,
            )


searching = shared.as_one(
    "options",
    SearchOptions,
    click.option(
        "--id",
        "statement_id",
        type=shared.not_blank,
        metavar="ID",
        help="A statement's id in place of a quote.",
    ),
    shared.who_and_when("the quote"),
    shared.filtering,
    shared.thresholds(Thresholds()),
    shared.number(
        "--candidates", CANDIDATES, "Passages read for the quote", maximum=CANDIDATES_LIMIT
    ),
)


@click.command("search", cls=shared.OfQuote)
@click.argument("quote", type=shared.text, required=False)
@shared.file("--queries", help="Search for every quote of a .csv, .tsv, .jsonl or .txt file.")
@searching
@shared.why
@shared.flag(
    "--no-same-actor",
    help="Leave each verdict as it is by its own words: do not weigh it with those on the same "
    "actor's other passages.",
)
@shared.number("--limit", None, f"Most shown of each list [{_SHOWN}]")
@shared.as_json
@shared.out
@shared.force
@shared.reading_of_result
def search(
    quote: str | None,
    queries: Path | None,
    options: SearchOptions,
    why: bool,
    no_same_actor: bool,
    limit: int | None,
    as_json: bool,
    out: Path | None,
    force: bool,
    reading: shared.Reading,
) -> None:
    """Find who agrees with QUOTE and who opposes it; "-" reads it from standard input.

    \b
      compare search "We will not hesitate to impose costs." --who "United States, 2022"
      compare search "The canal must stay open." --opposite "The canal must be closed."
      compare search --id blinken-1 --not-own-speaker --why
      pbpaste | compare search - --out pairs.csv
      compare search --queries quotes.csv --out pairs.csv

    With --opposite, give the words of someone who disagrees: each passage is compared with both.

    A file of quotes has a column quote, query or text and, if you like, id, speaker, role, country,
    date, context and opposite; a .txt file has one quote a line. The pairs of all are written to
    one .csv or .jsonl file. If you interrupt the command, the same command continues after the last
    finished quote.
    """
    if (quote, options.statement_id, queries).count(None) != 2:
        raise click.UsageError(
            "Give one of a quote, a statement's id with --id, and a file with --queries."
        )
    if queries is not None:
        if limit is not None or options.about != Quote(""):
            raise click.UsageError(
                "--limit and the options about a quote do not go with --queries: write who and "
                "when, and an opposite, into columns of the file (speaker, country, date, …)."
            )
        reading.refuse_third_reader("--queries")
        more = {"why": why, "same_actor": not no_same_actor, "force": force}
        _search_file(queries, out, options, reading, as_json, more)
        return
    check_out(out, force=force)
    words = _read_stdin() if quote == "-" else quote or ""
    reader = reading.open_third_reader()
    library, model = reading.open()
    result = options.search(library, model, words, same_actor=not no_same_actor)
    result = reading.read_again(result, reader)
    if why:
        with progress("Finding the deciding words") as on_progress:
            result = result.explain(model, on_progress=on_progress)
    if out is not None:
        result.export(out, force=force)
        counts = [f"{len(result.sure(one))} {one.value}" for one in Stance]
        counts += [f"{number} not judged"] if (number := len(result.unjudged)) else []
        remark(f"Wrote {out}: {', '.join(counts)}.")
    if as_json:
        data = public_json(result)
        if limit is not None:
            data["results"] = [entry for entry in data["results"] if entry["rank"] <= limit]
        say_json(data)
    elif out is None:
        _show_result(result, limit or _SHOWN)


@click.command("opposites")
@click.argument("quote", type=shared.text)
@shared.as_json
@shared.reading_of_quote
def opposites(quote: str, as_json: bool, reading: shared.Reading) -> None:
    """Offer what someone who disagrees with QUOTE may say; "-" reads it from standard input.

    \b
      compare opposites "The embargo against Cuba must end."

    The words come from a list of contested matters that ships with the program; --third-reader has
    a language model of yours write one more. Choose one, or write your own, for the option
    --opposite of search, sides, timeline and positions.
    """
    quote = _read_stdin() if quote == "-" else quote
    reader = reading.open_third_reader()
    library, model = reading.open()
    if reader:
        remark(
            f"Sending the quote to {reader.endpoint.in_words}, unless the answer of {reader.name} "
            "is known already."
        )
    found = library.opposites(quote, stance_model=model, third_reader=reader)
    if as_json:
        say_json(opposites_json(found))
        return
    for offer in found:
        say(f"{offer.probability:.2f} “{offer.text}”")
        say(f"     {offer.matter or f'written by {offer.written_by}'}")
    if not found:
        remark(
            "No matter of the list, which is English, is on this point: write what someone who "
            "disagrees says."
        )


def _search_file(
    queries: Path,
    out: Path | None,
    options: SearchOptions,
    reading: shared.Reading,
    as_json: bool,
    more: dict[str, bool],
) -> None:
    """Search for the quotes of a file, and write the listed pairs of all."""
    if out is None:
        raise click.UsageError("--queries needs a file to write: name it with --out.")
    # Check the files before loading a model, which takes seconds.
    check_not_read(out, queries)
    check_target(out, force=more["force"])
    quotes = read_quotes(queries)
    library, model = reading.open()
    try:
        with progress("Searching") as on_progress:
            found = search_file(
                library,
                quotes,
                out,
                stance_model=model,
                filters=options.filters,
                thresholds=options.thresholds,
                candidates=options.candidates,
                on_progress=on_progress,
                **more,
            )
    except KeyboardInterrupt:
        if (partial := partial_path(out)).exists():
            remark(f"{partial} keeps the finished quotes: the same command continues after them.")
        raise
    pairs = sum(found.pairs.values())
    without = [name for name, number in found.pairs.items() if not number]
    if as_json:
        data = {"path": str(out), "quotes": len(found.pairs), "pairs": pairs}
        say_json({**data, "without_pairs": without, "notes": found.notes})
        return
    for note, names in list(found.notes.items())[:_NOTES_SHOWN]:
        remark(f"Note on {listed(names)}: {one_line(note)}")
    if (others := len(found.notes) - _NOTES_SHOWN) > 0:
        remark(f"… and {counted(others, 'more note', 'more notes')} (--json has all)")
    none = f"; none for {listed(without)}" if without else ""
    remark(f"Wrote {out}: {counted(pairs, 'pair')} of {counted(len(found.pairs), 'quote')}{none}.")


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
    _show_quote(result)
    if note := _in_short(result):
        say(f"\n{note}")
    any_found = any(
        result.listed(stance) or result.near(stance) for stance in (Stance.AGREE, Stance.OPPOSE)
    )
    if note := left_out_note(result):
        say(f"\n{note}")
    show = _show_table if on_terminal() else _show_lines
    for stance in Stance:
        if pairs := result.listed(stance):
            say()
            show(result, stance, pairs[:limit])
        _say_more(len(pairs), limit)
        if stance is Stance.NEITHER or not any_found:
            continue
        if note := list_note(result, stance):
            say(f"\n{note}")
        if near := result.near(stance):
            show(result, stance, near, below_minimum=True)
    if result.unjudged:
        _show_unjudged(result, limit)


def _show_unjudged(result: Result, limit: int) -> None:
    say(f"\n{unjudged_title(result).upper()}\n{unjudged_note(result)}")
    for rank, one in enumerate(result.unjudged[:limit], start=1):
        said = one.excerpt
        say(f"{rank:3}. {quoted(said)}")
        about = f"similarity {one.similarity:.2f}; {attribution(said.statement, said.pages)}"
        for line in (*translation_lines(said), about, one_line(said.statement.url)):
            if line:
                say(f"{_INDENT}{line}")
    _say_more(len(result.unjudged), limit)


def _say_more(number: int, limit: int) -> None:
    if number > limit:
        say(f"{_INDENT}… and {number - limit} more (--limit {number})")


def _in_short(result: Result) -> str:
    """Return which countries agree or oppose; if none does, how much was read, if anything was."""
    if result.quote_language:
        return ""
    if result.agree or result.oppose:
        return one_line(sides_taken(result).in_words())
    if result.provenance.filters and not result.pairs:
        return f"{read_of(result)}."
    minimum, neither = result.thresholds, len(result.neither)
    below = below_note(result, Stance.AGREE, Stance.OPPOSE)
    near = {0: "none is", 1: "1 is"}.get(neither, f"{neither} are")
    return (
        f"{read_of(result)}. None agrees with the quote or opposes it ({near} near its topic; "
        f"minimum probability {minimum.probability:g}, minimum similarity {minimum.similarity:g})."
        f" {below}".rstrip()
    )


def _show_quote(result: Result) -> None:
    say(f"Quote: “{one_line(result.subject)}”")
    if result.asked and (known := attribution(result.asked)):
        say(f"       {known}")
    if result.quote and result.quote.opposite:
        say(f"Opposite: “{one_line(result.quote.opposite)}”")
    for note in result.notes:
        say(f"Note:  {one_line(note)}")


def _show_lines(
    result: Result, stance: Stance, pairs: Sequence[Pair], *, below_minimum: bool = False
) -> None:
    say(_title(stance, below_minimum=below_minimum).upper())
    for rank, pair in enumerate(pairs, start=1):
        say(f"{rank:3}. {pair.probabilities.of(stance):.2f} {quoted(pair.b)}")
        why = rationale_lines(
            pair.rationale, pair.a.read, pair.b.read, names=("quote", "statement")
        )
        shown = translation_lines(pair.b)
        for line in (*shown, *_details(result, stance, pair, below_minimum=below_minimum), *why):
            say(f"{_INDENT}{line}")


def _title(stance: Stance, *, below_minimum: bool) -> str:
    below = ", below the minimum probability" if below_minimum else ""
    return f"{LIST_TITLES[stance]}{below}"


def _show_table(
    result: Result, stance: Stance, pairs: Sequence[Pair], *, below_minimum: bool = False
) -> None:
    from rich.text import Text

    def marked(pair: Pair) -> Text:
        # Made printable character by character, so that the offsets of the spans stay right.
        shown = Text("".join(map(for_terminal, pair.b.read)))
        for span in pair.spans.b:
            shown.stylize("bold underline", span.start, span.end)
        return (
            shown + Text(f"\n{for_terminal(pair.b.text)}") if pair.b.read != pair.b.text else shown
        )

    def details(pair: Pair) -> Text:
        lines = _details(result, stance, pair, below_minimum=below_minimum)
        return Text("\n".join(map(for_terminal, lines)))

    colour = _COLOURS[Stance.NEITHER if below_minimum else stance]
    columns = (
        ("#", {"justify": "right"}),
        (stance.value, {"justify": "right"}),
        ("Words", {"ratio": 3}),
        ("Who, when, where", {"ratio": 2}),
    )
    rows = [
        (
            str(rank),
            Text(
                f"{pair.probabilities.of(stance):.2f}",
                _COLOURS[Stance.NEITHER] if result.is_unsure(pair) else colour,
            ),
            marked(pair),
            details(pair),
        )
        for rank, pair in enumerate(pairs, start=1)
    ]
    style = f"bold {colour}"
    title = _title(stance, below_minimum=below_minimum)
    draw_table(title, columns, rows, title_style=style, expand=True, show_lines=True)


def _details(result: Result, stance: Stance, pair: Pair, *, below_minimum: bool) -> list[str]:
    """Return the lines below the words of a statement."""
    statement, repeats, lines = pair.b.statement, pair.b.repeats, []
    if part := compared_with(result, pair):
        lines.append(f"compared with: “{one_line(part)}”")
    p = pair.probabilities
    if below_minimum or result.is_unsure(pair):
        three = f"agree {p.agree:.2f}, oppose {p.oppose:.2f}, neither {p.neither:.2f}"
        lines.append(three if below_minimum else f"unclear: {three}")
    elif stance is Stance.NEITHER:
        lines.append(f"agree {p.agree:.2f}, oppose {p.oppose:.2f}")
    lines += filter(None, [kinds_in_words(pair.b)])
    lines += reader_notes(pair)
    lines.append(attribution(statement, pair.b.pages))
    if statement.context:
        lines.append(f"context: {one_line(statement.context)}")
    if statement.url:
        lines.append(one_line(statement.url))
    if len(repeats) > _REPEATS_SHOWN:
        lines.append(f"{repeats_in_words(repeats)}; the first of them:")
    return lines + [f"also: {attribution(other)}" for other in repeats[:_REPEATS_SHOWN]]


@click.command("stance")
@click.argument("first", type=shared.text, required=False, metavar="[A]")
@click.argument("second", type=shared.text, required=False, metavar="[B]")
@click.option("--batch", type=shared.PATH, metavar="FILE", help="A file of pairs.")
@click.option("--out", type=shared.PATH, help="With --batch: the file to write [FILE.stance.csv].")
@shared.who_and_when("A", "a")
@shared.who_and_when("B", "b")
@shared.why
@shared.as_json
@shared.reading_of_pairs
def stance(
    first: str | None,
    second: str | None,
    batch: Path | None,
    out: Path | None,
    a: Quote,
    b: Quote,
    why: bool,
    as_json: bool,
    reading: shared.Reading,
) -> None:
    """Say how statements A and B relate, and how likely that is; or do so for a file of pairs.

    The file ends in .csv, .tsv or .jsonl. Its columns are a and b, or premise and hypothesis, and
    optionally a_country, a_date and a_context, and the same for b.

    \b
      compare stance "They attacked first." "We never attacked." --who-a "Russia, 2022"
      compare stance --batch pairs.csv
    """
    if batch is None:
        if first is None or second is None:
            missing = "statements A and B" if first is None else "statement B, too"
            raise click.UsageError(f"Give {missing}, or a file of pairs with --batch.")
        if out is not None:
            raise click.UsageError("--out goes with --batch only: leave it out.")
        pair = _model_input("A", first, a), _model_input("B", second, b)
        reader = reading.open_third_reader()
        _show_stance(pair, reading.load_model(), reader, why=why, as_json=as_json)
        return
    if first is not None:
        raise click.UsageError("Give statements A and B or a file with --batch, not both.")
    reading.refuse_third_reader("--batch")
    if why or (a, b) != (Quote(""), Quote("")):
        raise click.UsageError(
            "--why and the options about A and B do not go with --batch: write who and when into "
            "columns of the file (a_country, a_date, …)."
        )
    # Check the files before loading a model, which takes seconds.
    target, pairs = target_path(batch, out), read_batch(batch)
    check_writable(target)
    model = reading.load_model()
    with progress("Reading pairs") as on_progress:
        judged = score_file(pairs, target, model, on_progress)
    if as_json:
        told = {"written": str(target), "pairs": len(pairs), "judged": judged}
        say_json({**told, "model": signature(model)})
    else:
        remark(f"Wrote {target}: {counted(len(pairs), 'pair')}, model {signature(model)}.")
    if unread := len(pairs) - judged:
        remark(
            f"{counted(unread, 'pair')} not judged: a side is in a language that the stance model "
            "does not read, so the cells are empty."
        )


def _model_input(name: str, text: str, about: Quote) -> ModelInput:
    words = clean_quote(text, f"Statement {name}")
    return Excerpt.of_quote(replace(about, text=words), words).model_input


def _show_stance(
    pair: InputPair, model: StanceModel, reader: ThirdReader | None, *, why: bool, as_json: bool
) -> None:
    a, b = (side.text for side in pair)
    notes: list[str] = []
    reading = rationale = None
    if reader:
        shared.say_what_is_sent(reader, [pair])
        with waiting(f"Waiting for {reader.name}"):
            (reading,) = reader.read([pair])
        if reading.problem:
            notes.append(f"{reader.name} gave no verdict: {reading.problem}.")
    if reader and reading and reading.probabilities:
        p, read, rationale, model = reading.probabilities, pair, reading.rationale, reader
    else:
        check_languages(("Statement A", a), ("Statement B", b), languages=model.languages)
        with waiting("Reading the pair"):
            scores, (read,) = model.score_parts([pair])
            p = Probabilities(*map(float, scores[0]))
            rationale = find_rationale(model, *pair)[1] if why else None
    if as_json:
        say_json(stance_json(pair, p, read, rationale, signature(model), notes))
        return
    for note in notes:
        say(f"Note: {note}")
    called = f"{p.stance.value} (probability {p.of(p.stance):.2f})"
    say("unclear" if p.is_unclear else called)
    say(f"agree {p.agree:.2f}  oppose {p.oppose:.2f}  neither {p.neither:.2f}")
    if read != pair:
        say("The pair is longer than the model reads at once. It was decided by these sentences:")
        say(f"  A: {read[0].text}")
        say(f"  B: {read[1].text}")
    for line in rationale_lines(rationale, a, b):
        say(line)
    say(f"model {signature(model)}")
