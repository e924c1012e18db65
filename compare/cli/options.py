"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compare.errors import QueryError
from compare.library.filters import Filters
from compare.results.result import Side, Stance, Thresholds
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate

if TYPE_CHECKING:
    from compare.export.rows import Result
    from compare.library.library import Library
    from compare.models import StanceModel

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False)
STDOUT = Path("-")


class InOrder(click.Group):
    """A group that lists its commands in the order of their definition."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        return list(self.commands)


def text(value: str) -> str:
    """Refuse text that is not whole Unicode, as an argument in another encoding is not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("the text is not UTF-8: convert it first.") from None
    return value


def date(value: str) -> PartialDate:
    """Read a year, a month or a day."""
    try:
        return PartialDate(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no date: give YYYY, YYYY-MM or YYYY-MM-DD."
        ) from None


def _number_from(least: float) -> Callable[[str], float]:
    """Return what reads a number from `least` to 1; "nan", which is in no range, is refused."""

    def number(value: str) -> float:
        try:
            given = float(value)
        except ValueError:
            given = float("nan")
        if not least <= given <= 1:
            raise click.BadParameter(f"{value!r} is no number from {least:g} to 1.")
        return given

    return number


def together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Make one decorator of several, which appear in `--help` in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def out_or_stdout(default: str) -> Callable[[Command], Command]:
    """Return the option --out of a command that may write to standard output."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        help=f'The file to write [{default}]; "-" is standard output.',
    )


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
force = click.option("--force", is_flag=True, help="Overwrite existing files.")
own_folder = click.option(
    "--library",
    type=click.Path(path_type=Path, file_okay=False),
    help="The library's folder. Else $COMPARE_LIBRARY, else your own.",
)
library_folder = click.option(
    "--library",
    type=click.Path(path_type=Path, file_okay=False),
    help="The library's folder. Else $COMPARE_LIBRARY, else your own, else the sample.",
)
encoder_name = click.option(
    "--encoder",
    type=text,
    metavar="NAME",
    help="A sentence-transformers model or folder in place of the shipped one.",
)
stance_model_name = click.option(
    "--stance-model",
    type=text,
    metavar="NAME",
    help="fast, accurate, cascade, or an NLI cross-encoder by name or folder.",
)
lists = click.option(
    "--stance",
    "stances",
    type=click.Choice([stance.value for stance in Stance]),
    multiple=True,
    help="Only this list; may be given twice [all; of two sides agree and oppose].",
)
why = click.option("--why", is_flag=True, help="Find the words that decide each verdict.")

who_and_when = together(
    click.option("--speaker", type=text, default="", help="Who said the quote."),
    click.option("--role", type=text, default="", help="The speaker's office."),
    click.option("--country", type=text, default="", help='Whose; several as "Russia; China".'),
    click.option("--date", type=date, help="When: YYYY, YYYY-MM or YYYY-MM-DD."),
    click.option("--context", type=text, default="", help="What completes a fragment."),
    click.option("--who", type=text, metavar='"COUNTRY, DATE"', help="Both in short."),
)

filtering = together(
    click.option("--only-speaker", type=text, multiple=True, help="Find only this speaker's."),
    click.option("--only-country", type=text, multiple=True, help="Find only this country's."),
    click.option("--only-role", type=text, multiple=True, help="Find only what this office said."),
    click.option("--party", type=text, multiple=True, help="Find only this political party's."),
    click.option("--venue", type=text, multiple=True, help="Find only what was said there."),
    click.option("--from", "date_from", type=date, help="Find nothing said before."),
    click.option("--to", "date_to", type=date, help="Find nothing said after."),
    click.option("--source", type=text, multiple=True, help="Find only what is from this source."),
    click.option("--language", type=text, multiple=True, help='Find only this language ("en").'),
    click.option("--only-id", type=text, multiple=True, help="Find only this statement."),
    click.option("--not-speaker", type=text, multiple=True, help="Leave out this speaker's."),
    click.option("--not-country", type=text, multiple=True, help="Leave out this country's."),
    click.option("--not-own-speaker", is_flag=True, help="Leave out the quote's own speaker."),
    click.option("--not-own-country", is_flag=True, help="Leave out the quote's own country."),
)

thresholds = together(
    click.option(
        "--min-probability",
        type=_number_from(0),
        metavar="P",
        help=f"Least probability of agree or oppose [{Thresholds().probability}].",
    ),
    click.option(
        "--min-similarity",
        type=_number_from(-1),
        metavar="S",
        help=f"Least closeness to count as the same topic [{Thresholds().similarity}].",
    ),
)


def read_filters(options: dict[str, Any]) -> Filters:
    """Take the options of `filtering` out of `options`."""
    filters = Filters(
        speakers=options.pop("only_speaker"),
        countries=options.pop("only_country"),
        date_from=options.pop("date_from"),
        date_to=options.pop("date_to"),
        sources=options.pop("source"),
        roles=options.pop("only_role"),
        parties=options.pop("party"),
        venues=options.pop("venue"),
        languages=options.pop("language"),
        statement_ids=options.pop("only_id"),
        not_speakers=options.pop("not_speaker"),
        not_countries=options.pop("not_country"),
        not_own_speaker=options.pop("not_own_speaker", False),
        not_own_country=options.pop("not_own_country", False),
    )
    first, last = filters.date_from, filters.date_to
    if first and last and first.first > last.last:
        raise QueryError(f"--from {first} is after --to {last}: swap them.")
    return filters


def read_quote(text: str, options: dict[str, Any]) -> Quote:
    """Take the options of `who_and_when` out of `options`."""
    country, day = who(options.pop("who"))
    spelled = options.pop("country")
    return Quote(
        text=text,
        speaker=options.pop("speaker"),
        role=options.pop("role"),
        country=countries(spelled) if spelled else country,
        date=options.pop("date") or day,
        context=options.pop("context"),
    )


_LIKE_A_DATE = re.compile(r"\A\s*\d|\d{4}")


def who(short: str | None) -> tuple[tuple[Country, ...], PartialDate | None]:
    """Read "China, 2022": a country, a date, or both."""
    if not short:
        return (), None
    ahead, _, behind = short.rpartition(",")
    try:
        return countries(ahead), PartialDate(behind.strip())
    except ValueError:
        pass
    if _LIKE_A_DATE.search(behind):  # "G77" is none
        raise QueryError(
            f"{short!r} ends in no date: write a country, a comma and YYYY, YYYY-MM or "
            'YYYY-MM-DD, as in "China, 2022".'
        )
    return countries(short), None


def countries(text: str) -> tuple[Country, ...]:
    """Read the spellings of one or several countries."""
    from compare.statements.countries import parse_countries

    return parse_countries(text)


def read_thresholds(options: dict[str, Any]) -> dict[str, float | None]:
    """Take the options of `thresholds` out of `options`: what `rethreshold` takes."""
    return {
        "probability": options.pop("min_probability"),
        "similarity": options.pop("min_similarity"),
    }


def read_lists(stances: Sequence[str], result: Result) -> Sequence[Stance]:
    """Return the lists that `lists` names, or the usual ones of the result."""
    from compare.export.rows import usual_stances

    return [Stance(name) for name in stances] or usual_stances(result)


def side_of(quote: Quote) -> Side:
    """Return a quote as the stance model reads it."""
    from compare.comparison.model_input import quote_side

    return quote_side(quote, quote.text)


def open_library(folder: Path | None, encoder: str | None = None) -> Library:
    """Open the library that the options, the environment or the platform name."""
    from compare.cli.output import waiting
    from compare.library.library import Library
    from compare.library.locations import resolve_library

    with waiting("Opening the library"):
        chosen = resolve_library(folder)
        if encoder is None:
            return Library.open(chosen)
        from compare.models.encoder import load_encoder

        return Library.open(chosen, load_encoder(encoder))


def stance_model(name: str | None, library: Library | None = None) -> StanceModel:
    """Load the model named; where none is, the usual one, as adapted to the library where it is.

    An adaptation that is not used is remarked.
    """
    from compare.cli.output import remark, waiting
    from compare.models import load_stance_model
    from compare.models.adapted import about_adaptation, adapted_to, is_adapted

    with waiting("Loading the stance model"):
        model = load_stance_model(name)
        if name or library is None:
            return model
        model = adapted_to(model, library.folder)
    if (sentence := about_adaptation(model, library.folder)) and not is_adapted(model):
        remark(f"Note: {sentence}")
    return model


def own_library(folder: Path | None) -> Path:
    """Return the folder to write to: the one named, else $COMPARE_LIBRARY, else the user's own."""
    from compare.library.locations import LIBRARY_VARIABLE, user_library

    named = os.environ.get(LIBRARY_VARIABLE)
    return (folder or (Path(named) if named else user_library())).expanduser()
