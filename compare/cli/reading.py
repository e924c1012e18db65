"""What a command reads with: a library, stance models, and perhaps a third reader."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import click

from compare import models
from compare.cli import options as shared
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
from compare.export import counted
from compare.library import Library
from compare.library.backend import Backend, backend_at
from compare.library.build import about_adaptation
from compare.library.locations import LIBRARY_VARIABLE, resolve_library, user_library
from compare.models import InputPair, StanceModel
from compare.models.endpoints import LOCAL_SERVERS, Endpoint
from compare.models.on_ray import Cluster, stance_on
from compare.models.protocols import STANCE_MODELS
from compare.models.third_reader import ThirdReader
from compare.results import Positions, Result

_Found = TypeVar("_Found", Result, Positions)


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

    def open_third_reader(self) -> ThirdReader | None:
        """Return the third reader, None if none is named.

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
            f"Pairs of statements, with country and date, will be sent to {endpoint.in_words}, now "
            "and whenever you name it. Send them?",
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


# --- options ---------------------------------------------------------------------------------

stance_model_name = shared.string(
    "--stance-model",
    help=f"{', '.join(STANCE_MODELS)}, or an NLI cross-encoder by name or folder.",
)
_third_reader = shared.together(
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
_third_candidates = shared.number(
    "--third-candidates",
    0,
    "Let that model also read so many others, those likeliest to oppose",
    minimum=0,
)
_models = shared.together(shared.library_option, shared.encoder_name, stance_model_name)

reading_of_saved = shared.as_one("reading", Reading, _models)
reading_on_ray = shared.as_one("reading", Reading, _models, shared.ray)
reading_of_quote = shared.as_one("reading", Reading, _models, shared.ray, _third_reader)
reading_of_result = shared.as_one(
    "reading", Reading, _models, shared.ray, _third_reader, _third_candidates
)
reading_of_pairs = shared.as_one("reading", Reading, stance_model_name, _third_reader)


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
    if sentence := about_adaptation(library.backend):
        remark(sentence)
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
        raise backend.refusal()
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
