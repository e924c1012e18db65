"""Options that several commands share, and functions that read their values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from compare import models
from compare.cli.output import remark, remark_notes, waiting
from compare.cli.program import WholeNumber
from compare.corpus.values import listed
from compare.errors import QueryError
from compare.facade import Library
from compare.files import why_unusable
from compare.library import FILTERS, Filters
from compare.library.backend import Backend, backend_at
from compare.library.filters import Filter, check_order
from compare.library.locations import LIBRARY_VARIABLE, resolve_library, user_library
from compare.models import LEAST_CALLED, Encoder, Stance, StanceModel
from compare.models.loading import STANCE_MODELS
from compare.models.on_ray import Cluster, RayEncoder, stance_on
from compare.results import Thresholds
from compare.statements import Country, PartialDate, Quote, SentenceKind, parse_countries

Option = Callable[[Any], Any]
"""A decorator that gives a command an option, as `click.option` returns it."""


class _Path(click.Path):
    """A path that is refused at once if nothing can be read or written there, such as a pipe."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not str(value):
            self.fail("the path is empty: name a file or a folder.", param, ctx)
        if str(value) == "-" and not self.allow_dash:
            self.fail('"-" is not read or written here: name a file or a folder.', param, ctx)
        if _ADDRESS.match(str(value)):
            self.fail(
                f"{value} is an address on the web: download it first, and name the file "
                "(`compare import url` reads a page).",
                param,
                ctx,
            )
        if why := why_unusable(Path(value)):
            self.fail(f"{value} cannot be used ({why}): name another file or folder.", param, ctx)
        return super().convert(value, param, ctx)


_ADDRESS = re.compile("(?:https?|ftp)://", re.IGNORECASE)
PATH = _Path(path_type=Path)
FILE = _Path(path_type=Path, dir_okay=False)
STDOUT = Path("-")


class InOrder(click.Group):
    """A group that lists its commands in the order of their definition, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        return list(self.commands)


# --- kinds of options ------------------------------------------------------------------------


# `--help` shows the name of a type's function in capitals: TEXT, DATE, NUMBER.


def text(value: str) -> str:
    """Refuse an argument that is not UTF-8."""
    try:
        value.encode()  # Python decodes invalid bytes of an argument to lone surrogates
    except UnicodeEncodeError:
        raise click.BadParameter("the text is not UTF-8: convert it first.") from None
    return value


def not_blank(value: str) -> str:
    """Refuse a value that no statement can have."""
    if not value.strip():
        raise click.BadParameter("the value is empty: give one, or leave the option out.")
    return text(value)


def location(value: str) -> Backend:
    """Read the folder or the address of a library."""
    return backend_at(value)


def date(value: str) -> PartialDate:
    """Read a year, a month or a day."""
    try:
        return PartialDate(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a date: give YYYY, YYYY-MM or YYYY-MM-DD."
        ) from None


def together(*options: Option) -> Option:
    """Join options into one decorator; `--help` lists them in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):  # the last decorator applied is listed first
            command = option(command)
        return command

    return decorate


def string(*names: str, help: str, several: bool = False, **more: Any) -> Option:
    """Return an option with a text, by default "", or with `several` texts."""
    kind: dict[str, Any] = {}
    if several:
        kind = {"multiple": True}
    elif not more.get("required"):  # a default would count as given
        kind = {"default": ""}
    return click.option(*names, type=text, help=help, **{**kind, **more})


def flag(*names: str, help: str) -> Option:
    """Return an option without a value."""
    return click.option(*names, is_flag=True, help=help)


def number(
    name: str, default: int | None, help: str, *, minimum: int = 1, maximum: int | None = None
) -> Option:
    """Return an option with an integer; its help ends in the default."""
    help = f"{help}." if default is None else f"{help} [{default}]."
    return click.option(name, type=WholeNumber(minimum, maximum), default=default, help=help)


def up_to_one(*names: str, default: float, help: str, lowest: float = 0) -> Option:
    """Return an option with a number up to 1; its help ends in the default."""

    def number(value: str) -> float:
        try:
            given = float(value)
        except ValueError:
            given = float("nan")
        if not lowest <= given <= 1:  # click.FloatRange would let "nan" pass
            raise click.BadParameter(f"{value!r} is not a number from {lowest} to 1.")
        return given

    return click.option(*names, type=number, help=f"{help} [{default:g}].")


def thresholds_from(default: Thresholds) -> Option:
    """Return the options --min-probability and --min-similarity; their help names a default."""
    return together(
        up_to_one(
            "--min-probability",
            "probability",
            default=default.probability,
            help="Minimum probability of agree or oppose",
            lowest=LEAST_CALLED,
        ),
        up_to_one(
            "--min-similarity",
            "similarity",
            default=default.similarity,
            help="Minimum similarity to count as the same topic",
            lowest=-1,
        ),
        click.option(
            "--without-kind",
            "without_kinds",
            type=click.Choice([kind.value for kind in SentenceKind]),
            multiple=True,
            help="Do not list sentences of this kind, which a model may misread; repeatable.",
        ),
    )


def choice(name: str, values: Iterable[str], help: str) -> Option:
    """Return an option with one of the values; the first is the default, and ends its help."""
    names = [str(value) for value in values]
    help = f"{help} [{names[0]}]."
    return click.option(name, type=click.Choice(names), default=names[0], help=help)


def stances(name: str, help: str) -> Option:
    """Return an option that may be given several times, each time with a stance."""
    return click.option(
        name,
        "stances",
        type=click.Choice([stance.value for stance in Stance]),
        multiple=True,
        help=help,
        callback=lambda _, option, given: [Stance(name) for name in dict.fromkeys(given)],
    )


def file(*names: str, help: str, **more: Any) -> Option:
    """Return an option with the path of a file."""
    return click.option(*names, type=FILE, help=help, **more)


def out_or_stdout(default: str) -> Option:
    """Return the option --out of a command that may write to standard output."""
    return click.option(
        "--out",
        type=_Path(path_type=Path, dir_okay=False, allow_dash=True),
        help=f'The file to write [{default}]; "-" is standard output.',
    )


def who_and_when(of: str, letter: str = "") -> Option:
    """Return the options for the speaker, date and context of a quote, or of statement A or B."""
    mark, who = (f"{letter}-", f"--who-{letter}") if letter else ("", "--who")
    return together(
        string(f"--{mark}speaker", help=f"The speaker of {of}."),
        string(f"--{mark}role", help=f"The office of the speaker of {of}."),
        string(f"--{mark}country", help=f'The country of {of}, or several: "Russia; China".'),
        click.option(f"--{mark}date", type=date, help=f"The date of {of}: YYYY, YYYY-MM, …"),
        string(f"--{mark}context", help=f"The context that completes {of} if it is a fragment."),
        string(who, metavar='"COUNTRY, DATE"', help=f"Country and date of {of} in short."),
    )


opposite = string(
    "--opposite", help="What someone who disagrees would say: passages are compared with both."
)


def side(name: str, *, required: bool = False, help: str = "") -> Option:
    """Return an option that chooses statements by FIELD=VALUE; its value is a `Filters`."""
    return string(
        name,
        several=True,
        required=required,
        metavar="FIELD=VALUE",
        help=help,
        callback=lambda _, option, given: read_side(given),
    )


# --- options ---------------------------------------------------------------------------------

as_json = flag("--json", "as_json", help="Print JSON.")
force = flag("--force", help="Overwrite existing files.")
why = flag("--why", help="Find the deciding words of each pair.")
by = choice("--by", ("country", "speaker"), "Whom to compare")
lists = stances(
    "--stance", "Only this list; may be repeated [all; for two sides agree and oppose]."
)
own_library_option = click.option(
    "--library",
    type=location,
    help="Folder or address of a library [$COMPARE_LIBRARY, or your own].",
)
library_option = click.option(
    "--library",
    type=location,
    help="Folder or address of a library [$COMPARE_LIBRARY, your own, or the sample].",
)
encoder_name = string(
    "--encoder", help="A sentence-transformers model or folder in place of the shipped one."
)
stance_model_name = string(
    "--stance-model",
    help=f"{', '.join(STANCE_MODELS)}, or an NLI cross-encoder by name or folder.",
)
ray = string("--ray", help="Read on a Ray cluster: its address, auto, or local.")
reading = together(library_option, encoder_name, stance_model_name)
out = file(
    "--out", help="Keep the result (.json), or write its pairs in a format of `compare export`."
)
period = together(
    click.option("--since", type=date, help="Only statements since this date: YYYY, YYYY-MM, …"),
    click.option("--until", type=date, help="Only statements until this date."),
)
thresholds = thresholds_from(Thresholds())


def _filter(entry: Filter) -> Option:
    """Return the option of a filter, under the name of its field in `Filters`."""
    if entry.takes_values:
        return click.option(
            entry.option, entry.name, type=not_blank, metavar="TEXT", help=entry.help, multiple=True
        )
    if entry.name.startswith("date_"):
        return click.option(entry.option, entry.name, type=date, help=entry.help)
    return flag(entry.option, entry.name, help=entry.help)


filtering = together(*map(_filter, FILTERS.values()))
words = _filter(FILTERS["words"])


def given_options(*apart: str) -> list[str]:
    """Return the options that were typed for this command, apart from some, by parameter names."""
    context = click.get_current_context()
    apart = (*apart, "as_json")
    return [
        one.opts[0]
        for one in context.command.params
        if isinstance(one, click.Option)
        and one.name not in apart
        and context.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE
    ]


# --- their values ----------------------------------------------------------------------------


def read_filters(options: Mapping[str, Any]) -> Filters:
    """Return the filters that the options of `filtering` describe."""
    filters = Filters(**{field.name: options[field.name] for field in fields(Filters)})
    check_order(filters.date_from, filters.date_to, ("--from", "--to"))
    return filters


def read_period(options: Mapping[str, Any]) -> tuple[PartialDate | None, PartialDate | None]:
    """Return the dates that the options of `period` describe."""
    since, until = options["since"], options["until"]
    check_order(since, until, ("--since", "--until"))
    return since, until


SIDE_FIELDS = {entry.word: name for name, entry in FILTERS.items() if entry.takes_values}
SIDE_FIELDS |= {"since": "date_from", "until": "date_to"}
"""Each FIELD of a side, with the field of `Filters` that it sets."""


def read_side(given: Sequence[str]) -> Filters:
    """Return the filters that FIELD=VALUE texts describe."""
    values: dict[str, Any] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        field = SIDE_FIELDS.get(name.strip().casefold())
        if not equals or field is None or not value.strip():
            raise click.BadParameter(
                f"{entry!r} is not FIELD=VALUE with a field of {', '.join(SIDE_FIELDS)}."
            )
        values[field] = (*values.get(field, ()), value.strip())
    for field in ("date_from", "date_to"):
        if len(dates := values.pop(field, ())) > 1:
            raise click.BadParameter(f"{dates[1]!r} is a second date of one side.")
        if dates:
            values[field] = date(dates[0])
    check_order(values.get("date_from"), values.get("date_to"), ("since", "until"))
    return Filters(**values)


def read_quote(text: str, options: Mapping[str, Any], letter: str = "") -> Quote:
    """Return a quote with the speaker, date and context that `who_and_when` names."""
    mark, short = (f"{letter}_", f"who_{letter}") if letter else ("", "who")
    country, day = country_and_date(options[short])
    return Quote(
        text=text,
        speaker=options[f"{mark}speaker"],
        role=options[f"{mark}role"],
        # --country and --date override --who.
        country=parse_countries(options[f"{mark}country"]) or country,
        date=options[f"{mark}date"] or day,
        context=options[f"{mark}context"],
        opposite="" if letter else options["opposite"],
    )


_LIKE_A_DATE = re.compile(r"\A\s*\d|\d{4}")


def country_and_date(text: str) -> tuple[tuple[Country, ...], PartialDate | None]:
    """Read "China, 2022": a country, a date, or both."""
    if not text:
        return (), None
    # A country's name may hold commas, so only the last part can be the date.
    country, _, day = text.rpartition(",")
    try:
        return parse_countries(country), PartialDate(day.strip())
    except ValueError:
        pass
    if _LIKE_A_DATE.search(day):  # unlike the digits of "G77"
        raise QueryError(
            f"{text!r} does not end in a date: write a country, a comma and YYYY, YYYY-MM or "
            'YYYY-MM-DD, as in "China, 2022".'
        )
    return parse_countries(text), None


def read_thresholds(options: Mapping[str, Any], default: Thresholds | None = None) -> Thresholds:
    """Return the thresholds that the options name, else the default ones."""
    default = default or Thresholds()
    kinds = tuple(map(SentenceKind, options["without_kinds"]))
    return default.with_values(options["probability"], options["similarity"], kinds)


def open_library(
    given: Backend | str | None, encoder: str = "", *, writes: bool = False
) -> Library:
    """Open the library named by --library, else the default one.

    A deletion that was interrupted is finished if the command `writes`; otherwise it is only told.
    """
    with waiting("Opening the library"):
        chosen = resolve_library(given)
        library = Library.open(chosen, models.load_encoder(encoder) if encoder else None)
    if waits := library.about_deletion():
        if writes:
            finish_deletion(library)
            waits = library.about_deletion()
        remark_notes(filter(None, [waits]))
    return library


def finish_deletion(library: Library) -> frozenset[str]:
    """Finish an interrupted deletion before something is written, and say so; return its ids."""
    finished = library.finish_deletion()
    if finished:
        remark(f"Note: An interrupted deletion is finished now: {listed(sorted(finished))}.")
    return finished


def open_to_read(
    options: Mapping[str, Any], *, writes: bool = False
) -> tuple[Library, StanceModel]:
    """Open the library and load the model that the options of `reading` name."""
    library = open_library(options["library"], options["encoder"], writes=writes)
    return library, stance_model(options["stance_model"], options["ray"])


def encoder_for(where: Backend, options: Mapping[str, Any]) -> Encoder | None:
    """Return the encoder that --encoder and --ray name; None for the usual one.

    A cluster adds to a library with the encoder that the library was built with.
    """
    name = options["encoder"]
    if not options["ray"]:
        return models.load_encoder(name) if name else None
    if not name and options["add"] and where.exists():
        name = where.open().manifest.encoder
    return RayEncoder(name or None, Cluster(options["ray"]))


def stance_model(name: str, ray: str = "") -> StanceModel:
    """Load the model named, else the default one; `ray` is the address of a cluster to read on."""
    with waiting("Loading the stance model"):
        if ray:
            return stance_on(Cluster(ray), name or None)
        return models.load_stance_model(name or None)


def own_library(given: Backend | None) -> Backend:
    """Return the library to write to: --library, else $COMPARE_LIBRARY, else the user's own.

    Raises:
        LibraryError: Several are named.
    """
    from compare.library.merged import MergedBackend

    backend = backend_at(given or os.environ.get(LIBRARY_VARIABLE) or user_library())
    if isinstance(backend, MergedBackend):
        backend.refuse()
    return backend
