"""The options of a third reader, and what is said before anything is sent to it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import click

from compare.cli import options as shared
from compare.cli.output import progress, remark
from compare.comparison.third_reader import (
    AT_HEAD,
    allow_for_good,
    inputs_of,
    is_allowed,
    load_third_reader,
    pairs_to_read,
)
from compare.export import counted
from compare.models import InputPair
from compare.models.endpoints import LOCAL_SERVERS, Endpoint
from compare.models.third_reader import ThirdReader
from compare.results import Positions, Result

_Found = TypeVar("_Found", Result, Positions)

third_reader = shared.together(
    shared.string(
        "--third-reader",
        help="Let a language model of yours read again what is listed first: the base URL of an "
        f"OpenAI-compatible endpoint, or {', '.join(LOCAL_SERVERS)}.",
    ),
    shared.string("--third-model", help="The name of that model."),
    shared.string(
        "--allow-host", help="Send pairs to this host, which is not this computer, without asking."
    ),
)

of_result = shared.together(
    third_reader,
    shared.number(
        "--third-candidates",
        0,
        "Let that model also read so many others, those likeliest to oppose",
        minimum=0,
    ),
)
"""The options of a third reader of a whole result."""


def open_third_reader(options: Mapping[str, Any]) -> ThirdReader | None:
    """Return the reader that the options name; None if they name none.

    On a terminal, the user is asked once for each host that is not this machine.
    """
    named, model, allowed = (
        options[name] for name in ("third_reader", "third_model", "allow_host")
    )
    if not named:
        if model or allowed or options.get("third_candidates"):
            raise click.UsageError(
                "--third-model, --third-candidates and --allow-host go with --third-reader."
            )
        return None
    if not model:
        raise click.UsageError("Name the model of --third-reader with --third-model.")
    endpoint = Endpoint.of(named)
    if allowed and allowed.lower() != endpoint.host:
        raise click.UsageError(f"--allow-host {allowed} is another host than {endpoint.host}.")
    is_asked = can_ask() and not (allowed or is_allowed(endpoint))
    if is_asked and click.confirm(
        f"Pairs of statements, with country and date, will be sent to {endpoint.in_words}, now and "
        "whenever you name it. Send them?",
        err=True,
    ):
        allow_for_good(endpoint)
    return load_third_reader(named, model, allow_host=allowed)


def refuse_third_reader(options: Mapping[str, Any], option: str) -> None:
    """Raise UsageError if a third reader is named together with `option`."""
    names = "third_reader", "third_model", "third_candidates", "allow_host"
    if any(options.get(name) for name in names):
        raise click.UsageError(f"--third-reader does not go with {option}: omit it.")


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


def with_third_reader(found: _Found, reader: ThirdReader | None, candidates: int) -> _Found:
    """Return a result or positions as the third reader reads them, if there is one."""
    if reader is None:
        return found
    result = found.result() if isinstance(found, Positions) else found
    pairs = pairs_to_read(result, candidates=candidates)
    say_what_is_sent(reader, inputs_of(result, pairs), 2 * AT_HEAD if result.placed else 0)
    with progress("Third reader") as on_progress:
        return found.read_again(reader, candidates=candidates, on_progress=on_progress)
