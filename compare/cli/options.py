"""Options that several commands share, and functions that read their values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from compare import models
from compare.cli.output import remark, waiting
from compare.errors import QueryError
from compare.library.filters import FILTERS, Filter, Filters
from compare.library.locations import LIBRARY_VARIABLE, resolve_library, user_library
from compare.models.values import Stance
from compare.results.result import Thresholds
from compare.statements.countries import parse_countries
from compare.statements.quotes import Quote
from compare.statements.statement import Country, PartialDate

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.results.result import Result

Command = TypeVar("Command", bound=Callable[..., Any])


class Option(Protocol):
    """A decorator that gives a command an option, as `click.option` returns it."""

    def __call__(self, command: Command, /) -> Command:
        """Return the command with the option."""
        ...


FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
STDOUT = Path("-")


class InOrder(click.Group):
    """A group that lists its commands in the order of their definition."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        return list(self.commands)


def text(value: str) -> str:
    """Refuse text that is not Unicode, such as an argument in another encoding."""
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
            f"{value!r} is not a date: give YYYY, YYYY-MM or YYYY-MM-DD."
        ) from None


def _number_from(least: float) -> Callable[[str], float]:
    """Return a reader of numbers from `least` to 1, which refuses "nan"."""

    def number(value: str) -> float:
        try:
            given = float(value)
        except ValueError:
            given = float("nan")
        if not least <= given <= 1:
            raise click.BadParameter(f"{value!r} is not a number from {least:g} to 1.")
        return given

    return number


def together(*options: Option) -> Option:
    """Join options into one decorator; `--help` lists them in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def words(*names: str, help: str, **more: Any) -> Option:
    """Return an option with a text, "" unless given."""
    return click.option(*names, type=text, help=help, **{"default": "", **more})


def several(*names: str, help: str, **more: Any) -> Option:
    """Return an option with a text that may be given several times."""
    return click.option(*names, type=text, multiple=True, help=help, **more)


def number(
    name: str, default: int | None, help: str, *, least: int = 1, most: int | None = None
) -> Option:
    """Return an option with an integer, whose help ends in its default."""
    told = f"{help}." if default is None else f"{help} [{default}]."
    return click.option(name, type=click.IntRange(least, most), default=default, help=told)


def choice(name: str, values: Iterable[str], help: str, **more: Any) -> Option:
    """Return an option with one of the values, the first unless given; its help ends in that."""
    given = [str(value) for value in values]
    told = f"{help} [{given[0]}]."
    return click.option(name, type=click.Choice(given), default=given[0], help=told, **more)


def stances(name: str, help: str) -> Option:
    """Return an option with stances, which may be given several times."""
    values = [stance.value for stance in Stance]
    return click.option(name, "stances", type=click.Choice(values), multiple=True, help=help)


def file(*names: str, help: str, **more: Any) -> Option:
    """Return an option with the path of a file."""
    return click.option(*names, type=FILE, help=help, **more)


def out_or_stdout(default: str) -> Option:
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
    type=FOLDER,
    help="The library's folder [$COMPARE_LIBRARY, or your own].",
)
library_folder = click.option(
    "--library",
    type=FOLDER,
    help="The library's folder [$COMPARE_LIBRARY, your own, or the sample].",
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
out = file(
    "--out", help="Keep the result (.json), or write its pairs in a format of `compare export`."
)
reading = together(library_folder, encoder_name, stance_model_name)
lists = stances(
    "--stance", "Only this list; may be repeated [all; for two sides agree and oppose]."
)
why = click.option("--why", is_flag=True, help="Find the deciding words of each pair.")

who_and_when = together(
    words("--speaker", help="Who said the quote."),
    words("--role", help="The speaker's office."),
    words("--country", help='The speaker\'s country, or several: "Russia; China".'),
    click.option("--date", type=date, help="When: YYYY, YYYY-MM or YYYY-MM-DD."),
    words("--context", help="What completes a fragment."),
    words("--who", metavar='"COUNTRY, DATE"', help="Country and date in short."),
)


def _filter(entry: Filter) -> Option:
    """Return the option of a filter; its value has the name of the field of `Filters`."""
    if entry.attribute:
        return several(entry.option, entry.name, help=entry.help)
    more: dict[str, Any] = {"type": date} if entry.name.startswith("date_") else {"is_flag": True}
    return click.option(entry.option, entry.name, help=entry.help, **more)


filtering = together(*map(_filter, FILTERS.values()))

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
        help=f"Least similarity to count as the same topic [{Thresholds().similarity}].",
    ),
)


by = choice("--by", ("country", "speaker"), "Whom to compare")

period = together(
    click.option("--since", type=date, help="Only statements since this date: YYYY, YYYY-MM, …"),
    click.option("--until", type=date, help="Only statements until this date."),
)


def side(name: str, *, required: bool = False, help: str = "") -> Option:
    """Return an option that chooses statements by FIELD=VALUE (see `read_side`)."""
    return several(name, required=required, metavar="FIELD=VALUE", help=help)


def read_filters(options: dict[str, Any]) -> Filters:
    """Take the options of `filtering` out of `options`."""
    filters = Filters(**{field.name: options.pop(field.name) for field in fields(Filters)})
    first, last = filters.date_from, filters.date_to
    if first and last and first.first > last.last:
        raise QueryError(f"--from {first} is after --to {last}: swap them.")
    return filters


_FIELDS = {entry.word: name for name, entry in FILTERS.items() if entry.attribute}
_FIELDS |= {"since": "date_from", "until": "date_to"}


def read_side(
    given: Sequence[str], option: str, period: Mapping[str, Any] | None = None
) -> Filters:
    """Read the FIELD=VALUE texts of an option, within the period of `--since` and `--until`."""
    values: dict[str, Any] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        field = _FIELDS.get(name.strip().casefold())
        if not equals or field is None or not value.strip():
            raise click.BadParameter(
                f"{entry!r} is not FIELD=VALUE with a field of {', '.join(_FIELDS)}.",
                param_hint=option,
            )
        values[field] = (*values.get(field, ()), value.strip())
    for field in ("date_from", "date_to"):
        if len(dates := values.pop(field, ())) > 1:
            raise click.BadParameter(
                f"{dates[1]!r} is a second date of one side.", param_hint=option
            )
        if dates:
            values[field] = date(dates[0])
    filters = Filters(**values)
    return filters.within(period["since"], period["until"]) if period else filters


def read_quote(text: str, options: dict[str, Any]) -> Quote:
    """Take the options of `who_and_when` out of `options`."""
    country, day = who(options.pop("who"))
    spelled = options.pop("country")
    return Quote(
        text=text,
        speaker=options.pop("speaker"),
        role=options.pop("role"),
        country=parse_countries(spelled) if spelled else country,
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
        return parse_countries(ahead), PartialDate(behind.strip())
    except ValueError:
        pass
    if _LIKE_A_DATE.search(behind):  # "G77" is not
        raise QueryError(
            f"{short!r} does not end in a date: write a country, a comma and YYYY, YYYY-MM or "
            'YYYY-MM-DD, as in "China, 2022".'
        )
    return parse_countries(short), None


def read_thresholds(options: dict[str, Any]) -> dict[str, float | None]:
    """Take the options of `thresholds` out of `options`, as arguments of `rethreshold`."""
    return {
        "probability": options.pop("min_probability"),
        "similarity": options.pop("min_similarity"),
    }


def read_lists(stances: Sequence[str], result: Result) -> Sequence[Stance]:
    """Return the lists named by --stance, or the usual ones of the result."""
    return [Stance(name) for name in stances] or result.usual_lists


def open_library(folder: Path | None, encoder: str | None = None) -> Library:
    """Open the library named by --library, else the default one."""
    from compare.library.library import Library

    with waiting("Opening the library"):
        chosen = resolve_library(folder)
        return Library.open(chosen, models.load_encoder(encoder) if encoder else None)


def open_to_read(options: dict[str, Any]) -> tuple[Library, StanceModel]:
    """Take the options of `reading` out of `options`; open the library and load the model."""
    library = open_library(options.pop("library"), options.pop("encoder"))
    return library, stance_model(options.pop("stance_model"), library)


def stance_model(name: str | None, library: Library | None = None) -> StanceModel:
    """Load the model named, else the default one with the library's adaptation, if it has one.

    An adaptation that does not fit the model is reported.
    """
    from compare.models.calibration import about_adaptation, is_adapted

    with waiting("Loading the stance model"):
        if name or library is None:
            return models.load_stance_model(name)
        model = library.stance_model()
    if (sentence := about_adaptation(model, library.folder)) and not is_adapted(model):
        remark(f"Note: {sentence}")
    return model


def own_library(folder: Path | None) -> Path:
    """Return the folder to write to: --library, else $COMPARE_LIBRARY, else the user's own."""
    named = os.environ.get(LIBRARY_VARIABLE)
    return (folder or (Path(named) if named else user_library())).expanduser()
