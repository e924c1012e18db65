"""Options that several commands share, and the values that commands get from them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from compare import models
from compare.cli.output import progress, remark, remark_notes, waiting
from compare.comparison.third_reader import (
    AT_HEAD,
    allow_for_good,
    inputs_of,
    is_allowed,
    load_third_reader,
    pairs_to_read,
)
from compare.corpus.values import listed
from compare.errors import QueryError
from compare.export import counted
from compare.facade import Library
from compare.files import why_unusable
from compare.library import FILTERS, Filters
from compare.library.backend import Backend, backend_at
from compare.library.filters import Filter, check_order
from compare.library.locations import LIBRARY_VARIABLE, resolve_library, user_library
from compare.models import LEAST_CALLED, InputPair, Stance, StanceModel
from compare.models.endpoints import LOCAL_SERVERS, Endpoint
from compare.models.loading import STANCE_MODELS
from compare.models.on_ray import Cluster, stance_on
from compare.models.third_reader import ThirdReader
from compare.results import Positions, Result, Thresholds
from compare.statements import Country, PartialDate, Quote, SentenceKind, parse_countries

_Found = TypeVar("_Found", Result, Positions)
Decorator = Callable[[Any], Any]
"""Gives a command its options, as `click.option` returns it."""


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


class WholeNumber(click.IntRange):
    """A whole number within limits, in the digits 0 to 9; `int` would take "１_０" for 10."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        given = str(value).strip()
        least, most = int(self.min or 0), self.max
        number = int(given) if re.fullmatch(r"[+-]?[0-9]{1,100}", given) else least - 1
        if number < least or (most is not None and number > most):
            limits = f"of at least {least}" if most is None else f"from {least} to {int(most):,}"
            self.fail(f"{given!r} is not a whole number {limits}.", param, ctx)
        return number


class OfQuote(click.Command):
    """A command whose options on the quote had no `quote-` in their names before version 0.2."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the old names as the new, and say which options filter."""
        end = args.index("--") if "--" in args else len(args)
        renamed = [_OF_QUOTE.sub(r"--quote-\1", arg) for arg in args[:end]] + args[end:]
        if renamed != args:
            remark(
                "Note: --speaker, --role, --country, --date and --context describe the quote, and "
                "are now called --quote-speaker, … To filter, use --only-speaker, --only-country, …"
            )
        return super().parse_args(ctx, renamed)


_OF_QUOTE = re.compile(r"\A--(speaker|role|country|date|context)(?=\Z|=)")


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


def together(*options: Decorator) -> Decorator:
    """Join options into one decorator; `--help` lists them in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):  # the last decorator applied is listed first
            command = option(command)
        return command

    return decorate


def as_one(
    name: str,
    make: Callable[..., Any],
    *options: Decorator,
    takes: Iterable[str] = (),
    prefix: str = "",
) -> Decorator:
    """Return options of which a command gets one value under `name`, made by `make`.

    `make` is called with the values of those of its parameters (or of `takes`) that are options;
    the names of the options begin with `prefix`.
    """
    wanted = list(takes or signature(make).parameters)

    def decorate(command: Callable[..., Any]) -> Any:
        @wraps(command)
        def run(**given: Any) -> Any:
            values = {one: given.pop(prefix + one) for one in wanted if prefix + one in given}
            return command(**given, **{name: make(**values)})

        return together(*options)(run)

    return decorate


def string(*names: str, help: str, several: bool = False, **more: Any) -> Decorator:
    """Return an option with a text, by default "", or with `several` texts."""
    kind: dict[str, Any] = {}
    if several:
        kind = {"multiple": True}
    elif not more.get("required"):  # a default would count as given
        kind = {"default": ""}
    return click.option(*names, type=text, help=help, **{**kind, **more})


def flag(*names: str, help: str) -> Decorator:
    """Return an option without a value."""
    return click.option(*names, is_flag=True, help=help)


def number(
    name: str, default: int | None, help: str, *, minimum: int = 1, maximum: int | None = None
) -> Decorator:
    """Return an option with an integer; its help ends in the default."""
    help = f"{help}." if default is None else f"{help} [{default}]."
    return click.option(name, type=WholeNumber(minimum, maximum), default=default, help=help)


def up_to_one(*names: str, default: object, help: str, lowest: float = 0) -> Decorator:
    """Return an option with a number up to 1; its help ends in the default, its value is None."""

    def number(value: str) -> float:
        try:
            given = float(value)
        except ValueError:
            given = float("nan")
        if not lowest <= given <= 1:  # click.FloatRange would let "nan" pass
            raise click.BadParameter(f"{value!r} is not a number from {lowest} to 1.")
        return given

    return click.option(*names, type=number, help=f"{help} [{default}].")


def _assignments(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    """Return what texts like COLUMN=FIELD or FIELD=VALUE assign."""
    found: dict[str, str] = {}
    for entry in given:
        # A column's name may contain "=", and so may a value.
        left, mark, right = entry.rpartition("=") if option.name == "map" else entry.partition("=")
        if not (left and mark):
            raise click.BadParameter(f"{entry!r} is not {option.make_metavar(context)}.")
        if left in found:
            raise click.BadParameter(f"{left!r} has two values: give one.")
        found[left] = right
    return found


of_tables = together(
    string(
        "--map",
        several=True,
        metavar="COLUMN=FIELD",
        callback=_assignments,
        help="What a column holds; COLUMN= ignores it.",
    ),
    click.option(
        "--dates",
        type=click.Choice(["day-first", "month-first"]),
        help="How to read 03/04/2022; without this, rows with such a date are skipped.",
    ),
    string(
        "--fill",
        several=True,
        metavar="FIELD=VALUE",
        callback=_assignments,
        help="The value of a field for statements that lack it.",
    ),
)
"""How the columns of tables are read."""


def minimums(probability: object, similarity: object) -> Decorator:
    """Return the options --min-probability, --min-similarity and --without-kind.

    Without a value they are None, None and (); their help names the defaults given.
    """
    return together(
        up_to_one(
            "--min-probability",
            "probability",
            default=probability,
            help="Minimum probability of agree or oppose",
            lowest=LEAST_CALLED,
        ),
        up_to_one(
            "--min-similarity",
            "similarity",
            default=similarity,
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


def thresholds(default: Thresholds) -> Decorator:
    """Return the options of `minimums`, of which a command gets `Thresholds`."""
    options = minimums(default.probability, default.similarity)
    return as_one("thresholds", default.with_values, options)


def choice(name: str, values: Iterable[str], help: str) -> Decorator:
    """Return an option with one of the values; the first is the default, and ends its help."""
    known = {str(value): value for value in values}
    first = next(iter(known))
    return click.option(
        name,
        type=click.Choice(list(known)),
        default=first,
        help=f"{help} [{first}].",
        callback=lambda _, option, given: known[given],
    )


def stances(name: str, help: str) -> Decorator:
    """Return an option that may be given several times, each time with a stance."""
    return click.option(
        name,
        "stances",
        type=click.Choice([stance.value for stance in Stance]),
        multiple=True,
        help=help,
        callback=lambda _, option, given: [Stance(name) for name in dict.fromkeys(given)],
    )


def file(*names: str, help: str, **more: Any) -> Decorator:
    """Return an option with the path of a file."""
    return click.option(*names, type=FILE, help=help, **more)


def out_or_stdout(default: str) -> Decorator:
    """Return the option --out of a command that may write to standard output."""
    return click.option(
        "--out",
        type=_Path(path_type=Path, dir_okay=False, allow_dash=True),
        help=f'The file to write [{default}]; "-" is standard output.',
    )


def who_and_when(of: str, letter: str = "") -> Decorator:
    """Return the options for the speaker, date and context of a quote, or of statement A or B."""
    mark, who = (letter, f"--who-{letter}") if letter else ("quote", "--who")
    return as_one(
        letter or "about",
        _quote_without_words,
        string(f"--{mark}-speaker", help=f"The speaker of {of}."),
        string(f"--{mark}-role", help=f"The office of the speaker of {of}."),
        string(f"--{mark}-country", help=f'The country of {of}, or several: "Russia; China".'),
        click.option(f"--{mark}-date", type=date, help=f"The date of {of}: YYYY, YYYY-MM, …"),
        string(f"--{mark}-context", help=f"The context that completes {of} if it is a fragment."),
        string(
            who,
            f"{mark}_who",
            metavar='"COUNTRY, DATE"',
            help=f"Country and date of {of}, in short.",
        ),
        *([] if letter else [string("--opposite", f"{mark}_opposite", help=_OPPOSITE)]),
        prefix=f"{mark}_",
    )


def _quote_without_words(
    speaker: str,
    role: str,
    country: str,
    date: PartialDate | None,
    context: str,
    who: str,
    opposite: str = "",
) -> Quote:
    """Return what the options of `who_and_when` say of a quote; `country` and `date` go first."""
    its_country, its_date = country_and_date(who)
    return Quote(
        text="",
        speaker=speaker,
        role=role,
        country=parse_countries(country) or its_country,
        date=date or its_date,
        context=context,
        opposite=opposite,
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


_OPPOSITE = "What someone who disagrees would say: passages are compared with both."


# --- options ---------------------------------------------------------------------------------

as_json = flag("--json", "as_json", help="Print JSON.")
force = flag("--force", help="Overwrite existing files.")
why = flag("--why", help="Find the deciding words of each pair.")
opposite = string("--opposite", help=_OPPOSITE)
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
ray = string("--ray", help="Read on a Ray cluster: its address, auto, or local.")
out = file(
    "--out", help="Keep the result (.json), or write its pairs in a format of `compare export`."
)


def filter_option(entry: Filter) -> Decorator:
    """Return the option of a filter, under the name of its field in `Filters`."""
    if entry.takes_values:
        return click.option(
            entry.option, entry.name, type=not_blank, metavar="TEXT", help=entry.help, multiple=True
        )
    if entry.name.startswith("date_"):
        return click.option(entry.option, entry.name, type=date, help=entry.help)
    return flag(entry.option, entry.name, help=entry.help)


def filters(name: str, ends: tuple[str, str], *options: Decorator) -> Decorator:
    """Return options that are fields of `Filters`, as one; `ends` are those of the period."""

    def make(**values: Any) -> Filters:
        made = Filters(**values)
        check_order(made.date_from, made.date_to, ends)
        return made

    return as_one(name, make, *options, takes=FILTERS)


filtering = filters("filters", ("--from", "--to"), *map(filter_option, FILTERS.values()))


def typed_options() -> dict[str, str]:
    """Return the options that were typed for this command, by the names of their parameters."""
    context = click.get_current_context()
    return {
        str(one.name): one.opts[0]
        for one in context.command.params
        if isinstance(one, click.Option)
        and context.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE
    }


# --- what a command reads with ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command's options name, as they were given; those that it does not have are empty."""

    library: Backend | None = None
    encoder: str = ""
    stance_model: str = ""
    ray: str = ""
    third_reader: str = ""
    third_model: str = ""
    allow_host: str = ""
    third_candidates: int = 0

    def open(self, *, writes: bool = False) -> tuple[Library, StanceModel]:
        """Open the library, and load the stance model."""
        return self.open_library(writes=writes), self.load_model()

    def open_library(self, *, writes: bool = False) -> Library:
        """Open the library with the encoder; see the function `open_library`."""
        return open_library(self.library, self.encoder, writes=writes)

    def load_model(self) -> StanceModel:
        """Load the stance model, the default one if none is named."""
        with waiting("Loading the stance model"):
            if self.ray:
                return stance_on(Cluster(self.ray), self.stance_model or None)
            return models.load_stance_model(self.stance_model or None)

    def named_model(self) -> StanceModel | None:
        """Load the stance model if one is named."""
        return self.load_model() if self.stance_model else None

    def open_third_reader(
        self, what: str = "Pairs of statements, with country and date,"
    ) -> ThirdReader | None:
        """Return the third reader, None if none is named; `what` is what it will be sent.

        On a terminal, the user is asked once for each host that is not this machine.
        """
        if not self.third_reader:
            if self._has_third_options:
                raise click.UsageError(
                    "--third-model, --third-candidates and --allow-host go with --third-reader."
                )
            return None
        if not self.third_model:
            raise click.UsageError("Name the model of --third-reader with --third-model.")
        endpoint, allowed = Endpoint.of(self.third_reader), self.allow_host
        if allowed and allowed.lower() != endpoint.host:
            raise click.UsageError(f"--allow-host {allowed} is another host than {endpoint.host}.")
        is_asked = can_ask() and not (allowed or is_allowed(endpoint))
        if is_asked and click.confirm(
            f"{what} will be sent to {endpoint.in_words}, now and whenever you name it. Send them?",
            err=True,
        ):
            allow_for_good(endpoint)
        return load_third_reader(self.third_reader, self.third_model, allow_host=allowed)

    def refuse_third_reader(self, option: str) -> None:
        """Raise UsageError if a third reader is named together with `option`."""
        if self.third_reader or self._has_third_options:
            raise click.UsageError(f"--third-reader does not go with {option}: omit it.")

    @property
    def _has_third_options(self) -> bool:
        return bool(self.third_model or self.allow_host or self.third_candidates)

    def read_again(self, found: _Found, reader: ThirdReader | None) -> _Found:
        """Return a result or positions as the third reader reads them, if there is one."""
        if reader is None:
            return found
        result = found.result() if isinstance(found, Positions) else found
        pairs = pairs_to_read(result, candidates=self.third_candidates)
        say_what_is_sent(reader, inputs_of(result, pairs), 2 * AT_HEAD if result.placed else 0)
        with progress("Third reader") as on_progress:
            return found.read_again(
                reader, candidates=self.third_candidates, on_progress=on_progress
            )


stance_model_name = string(
    "--stance-model",
    help=f"{', '.join(STANCE_MODELS)}, or an NLI cross-encoder by name or folder.",
)
_third_reader = together(
    string(
        "--third-reader",
        help="Let a language model of yours read again what is listed first: the base URL of an "
        f"OpenAI-compatible endpoint, or {', '.join(LOCAL_SERVERS)}.",
    ),
    string("--third-model", help="The name of that model."),
    string(
        "--allow-host", help="Send pairs to this host, which is not this computer, without asking."
    ),
)
_third_candidates = number(
    "--third-candidates",
    0,
    "Let that model also read so many others, those likeliest to oppose",
    minimum=0,
)
_models = together(library_option, encoder_name, stance_model_name)

reading_of_saved = as_one("reading", Reading, _models)
reading_on_ray = as_one("reading", Reading, _models, ray)
reading_of_quote = as_one("reading", Reading, _models, ray, _third_reader)
reading_of_result = as_one("reading", Reading, _models, ray, _third_reader, _third_candidates)
reading_of_texts = as_one("reading", Reading, _third_reader)
reading_of_pairs = as_one("reading", Reading, stance_model_name, _third_reader)


# --- libraries -------------------------------------------------------------------------------


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


# --- a third reader --------------------------------------------------------------------------


def can_ask() -> bool:
    """Tell whether a person can be asked a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say_what_is_sent(reader: ThirdReader, pairs: Sequence[InputPair], more: int = 0) -> None:
    """Say how many pairs will be sent where, before they are; `more` may follow from answers."""
    number = reader.to_send(pairs)
    known = len(pairs) - number
    others = f"; {known} of {len(pairs)} are known already, or address a reader" if known else ""
    then = f" Up to {more} pairs that its answers lead to may follow." if more else ""
    remark(
        f"Sending {counted(number, 'pair') if number else 'no pair'} of statements, with country "
        f"and date, to {reader.endpoint.in_words}, to be read by {reader.name}{others}.{then}"
    )
