"""`compare stance`: whether two statements agree, oppose, or neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import progress, remark, say, say_json, waiting
from compare.errors import QueryError
from compare.results.result import Probabilities, Rationale, Side
from compare.statements.quotes import Quote

if TYPE_CHECKING:
    from compare.models.load import Pair, StanceModel


def _of_side(letter: str) -> Callable[[shared.Command], shared.Command]:
    """Return the options that say who said one of the two, and when."""
    of = f"of {letter.upper()}"
    words: dict[str, Any] = {"type": shared.text, "default": ""}
    return shared.together(
        click.option(f"--{letter}-speaker", **words, help=f"The speaker {of}."),
        click.option(f"--{letter}-role", **words, help=f"The office of the speaker {of}."),
        click.option(f"--{letter}-country", **words, help=f"The country {of}."),
        click.option(f"--{letter}-date", type=shared.date, help=f"The date {of}."),
        click.option(f"--{letter}-context", **words, help=f"What completes a fragment {of}."),
        click.option(
            f"--who-{letter}", type=shared.text, metavar='"COUNTRY, DATE"', help="Both in short."
        ),
    )


@click.command("stance")
@click.argument("a", type=shared.text, required=False)
@click.argument("b", type=shared.text, required=False)
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE", help="A file of pairs.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the pairs of --batch go with their verdicts [FILE.stance.csv beside FILE.csv].",
)
@_of_side("a")
@_of_side("b")
@shared.why
@shared.as_json
@shared.stance_model_name
@click.option(
    "--library",
    type=click.Path(path_type=Path, file_okay=False),
    help="Read as the model is adapted to this library (see `compare adapt`).",
)
def command(
    a: str | None,
    b: str | None,
    batch: Path | None,
    out: Path | None,
    why: bool,
    as_json: bool,
    stance_model: str | None,
    library: Path | None,
    **options: Any,
) -> None:
    """Say how statements A and B relate, and how sure that is; or do so for a file of pairs.

    A file ends in .csv, .tsv or .jsonl. Its columns are a and b, or premise and hypothesis, and
    a_country, a_date, a_context and the same of b where they are known.

    \b
      compare stance "They attacked first." "We never attacked." --who-a "Russia, 2022"
      compare stance --batch pairs.csv
    """
    _check_form(a, b, batch, out, alone=why or any(options.values()))
    if batch is not None:
        _score_file(batch, out, stance_model, library, as_json=as_json)
        return
    from compare.models import signature
    from compare.statements.quotes import language_notes

    sides = _side("a", a or "", options), _side("b", b or "", options)
    model = _model(stance_model, library)
    with waiting("Reading the pair"):
        verdict, read, reason = _read(model, sides, why=why)
    label_source = signature(model)
    notes = language_notes(("Statement A", sides[0].text), ("Statement B", sides[1].text))
    if as_json:
        data = _as_json(verdict, label_source, sides, read, reason)
        say_json({**data, "notes": notes} if notes else data)
        return
    for note in notes:
        say(f"Note: {note}")
    say(f"{verdict.stance.value} (probability {verdict.of(verdict.stance):.2f})")
    say(f"agree {verdict.agree:.2f}  oppose {verdict.oppose:.2f}  neither {verdict.neither:.2f}")
    if read != sides:
        say("The pair is longer than the model reads at once. It was decided by these sentences:")
        say(f"  A: {read[0].text}")
        say(f"  B: {read[1].text}")
    if reason is not None:
        from compare.cli.lines import why_lines

        for line in why_lines(reason, sides[0].text, sides[1].text, ("A", "B")):
            say(line)
    say(f"model {label_source}")


def _check_form(
    a: str | None, b: str | None, batch: Path | None, out: Path | None, *, alone: bool
) -> None:
    """Refuse a mixture of the two forms; `alone`: what goes with A and B only is given."""
    if batch is None:
        if a is None:
            raise click.UsageError("Give statements A and B, or a file of pairs with --batch.")
        if b is None:
            raise click.UsageError("Give statement B, too, or a file of pairs with --batch.")
        if out is not None:
            raise click.UsageError("--out goes with --batch only: leave it out.")
    elif a is not None:
        raise click.UsageError("Give statements A and B or a file with --batch, not both.")
    elif alone:
        raise click.UsageError(
            "--why and what is known of A and B do not go with --batch: write who and when into "
            "columns of the file (a_country, a_date, …)."
        )


def _model(name: str | None, library: Path | None) -> StanceModel:
    """Load the model named, else the usual one, as adapted to the library that is named."""
    opened = None if library is None or name else shared.open_library(library)
    return shared.stance_model(name, opened)


def _score_file(
    batch: Path,
    out: Path | None,
    stance_model: str | None,
    library: Path | None,
    *,
    as_json: bool,
) -> None:
    from compare.evaluate.batch import read_batch, score_file, target_path
    from compare.files import check_writable

    target = target_path(batch, out)
    pairs = read_batch(batch)
    check_writable(target)
    model = _model(stance_model, library)
    with progress("Reading pairs") as on_progress:
        done = score_file(pairs, target, model, on_progress)
    if as_json:
        say_json({"written": str(done.written), "pairs": done.pairs, "model": done.model})
    else:
        remark(f"Wrote {done.written}: {done.pairs} pairs, model {done.model}.")


def _side(letter: str, text: str, options: dict[str, Any]) -> Side:
    from compare.statements.quotes import clean_quote

    names = ("speaker", "role", "country", "date", "context")
    given = {name: options[f"{letter}_{name}"] for name in names}
    try:
        cleaned = clean_quote(text)
    except QueryError as error:
        raise QueryError(f"Statement {letter.upper()}: {error}") from error
    quote: Quote = shared.read_quote(cleaned, {**given, "who": options[f"who_{letter}"]})
    return shared.side_of(quote)


def _read(
    model: StanceModel, sides: Pair, *, why: bool
) -> tuple[Probabilities, Pair, Rationale | None]:
    """Return the verdict, what it is of (sentences of a long pair), and the deciding words."""
    from compare.models import deciding_words

    scores, (read,) = model.score_parts([sides])
    verdict = Probabilities(*(float(value) for value in scores[0]))
    return verdict, read, deciding_words(model, *sides)[1] if why else None


def _as_json(
    verdict: Probabilities, label_source: str, sides: Pair, read: Pair, reason: Rationale | None
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "stance": verdict.stance.value,
        "p_agree": verdict.agree,
        "p_oppose": verdict.oppose,
        "p_neither": verdict.neither,
        "model": label_source,
    }
    if read != sides:
        data["decided_by"] = {"a": read[0].text, "b": read[1].text}
    if reason is not None:
        from compare.export.public import spans_json

        data["why"] = {
            "a_text": sides[0].text,  # as it was cleaned: offsets count in it
            "b_text": sides[1].text,
            "a": spans_json(reason.a, sides[0].text),
            "b": spans_json(reason.b, sides[1].text),
        }
    return data
