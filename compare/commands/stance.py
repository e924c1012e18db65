"""`compare stance`: whether two statements agree, oppose, or neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from compare.commands import options as shared
from compare.commands.output import say, say_json, waiting
from compare.errors import QueryError
from compare.results import Probabilities, Quote, Side, Why


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
@click.argument("a", type=shared.text)
@click.argument("b", type=shared.text)
@_of_side("a")
@_of_side("b")
@shared.why
@shared.as_json
@shared.stance_model_name
def command(
    a: str, b: str, why: bool, as_json: bool, stance_model: str | None, **options: Any
) -> None:
    """Say how statements A and B relate, and how sure that is.

    \b
      compare stance "They attacked first." "We never attacked." --who-a "Russia, 2022"
    """
    from compare.stance import load_stance_model

    sides = _side("a", a, options), _side("b", b, options)
    with waiting("Reading the pair …"):
        model = load_stance_model(stance_model)
        verdict, reason = _read(model, *sides, why=why)
    label_source = f"{model.name}@{model.digest[:12]}"
    if as_json:
        say_json(_as_json(verdict, label_source, sides, reason))
        return
    say(f"{verdict.stance.value} (probability {verdict.of(verdict.stance):.2f})")
    say(f"agree {verdict.agree:.2f}  oppose {verdict.oppose:.2f}  neither {verdict.neither:.2f}")
    if reason is not None:
        from compare.commands.lines import why_lines

        for line in why_lines(reason, sides[0].text, sides[1].text, ("A", "B")):
            say(line)
    say(f"model {label_source}")


def _side(letter: str, text: str, options: dict[str, Any]) -> Side:
    from compare.quoting import clean_quote

    names = ("speaker", "role", "country", "date", "context")
    given = {name: options[f"{letter}_{name}"] for name in names}
    try:
        cleaned = clean_quote(text)
    except QueryError as error:
        raise QueryError(f"Statement {letter.upper()}: {error}") from error
    quote: Quote = shared.read_quote(cleaned, {**given, "who": options[f"who_{letter}"]})
    return shared.side_of(quote)


def _read(model: Any, a: Side, b: Side, *, why: bool) -> tuple[Probabilities, Why | None]:
    if why:
        from compare.stance import deciding_words

        return deciding_words(model, a, b)
    return Probabilities(*(float(value) for value in model.score([(a, b)])[0])), None


def _as_json(
    verdict: Probabilities, label_source: str, sides: tuple[Side, Side], reason: Why | None
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "stance": verdict.stance.value,
        "p_agree": verdict.agree,
        "p_oppose": verdict.oppose,
        "p_neither": verdict.neither,
        "model": label_source,
    }
    if reason is not None:
        from compare.kept import spans_json

        data["why"] = {
            "a": spans_json(reason.quote, sides[0].text),
            "b": spans_json(reason.passage, sides[1].text),
        }
    return data
