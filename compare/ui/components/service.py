"""What pages share and cache: the library chosen, models, and results.

A library is cached under the name of its current generation, so that a library that was changed,
here or by another program, is opened anew. Results are frozen values and are shared by sessions.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import streamlit as st

from compare.comparison.explain import explain_pair
from compare.comparison.search import search
from compare.export.words import counted
from compare.library import locations
from compare.library.filters import Filters
from compare.library.generations import current_name, is_library
from compare.library.library import Library
from compare.models import StanceModel, load_stance_model
from compare.models.calibration import about_adaptation, adapted_to, read_adaptation
from compare.models.rationale import find_rationale
from compare.models.values import InputPair, ModelInput, Probabilities, Rationale
from compare.results.result import Pair, Result
from compare.statements.quotes import Quote
from compare.ui.components.layout import READ_FOR, progress, small

SWITCH_TO = "switch-to-library"
"""Session state: the place to go to on the next run."""

_LIBRARIES = 4
_RESULTS = 64
_EXPLAINED = 1024


# -- Libraries -----------------------------------------------------------------------------------


class Place(StrEnum):
    """Where a library can be; the values stand in the menu and in addresses."""

    NAMED = locations.LIBRARY_VARIABLE
    OWN = "My own"
    SAMPLE = "Sample"


@dataclass(frozen=True, slots=True)
class Choice:
    """A library that can be chosen."""

    place: Place
    folder: Path

    @property
    def key(self) -> str:
        """Return what stands in addresses."""
        return self.place.value


@st.cache_resource(show_spinner="Preparing the sample library…")
def _sample_folder(user: str) -> Path:
    return locations.sample_library().folder


def _choices() -> list[Choice]:
    """Return the libraries available; the first is the one that commands use, too."""
    found = []
    own = locations.user_library()
    if named := os.environ.get(locations.LIBRARY_VARIABLE):
        found.append(Choice(Place.NAMED, Path(named).expanduser()))
    if is_library(own):
        found.append(Choice(Place.OWN, own))
    return [*found, Choice(Place.SAMPLE, _sample_folder(str(own)))]


def choose_library() -> tuple[Choice, Library]:
    """Show the menu of libraries and open the one chosen; the stance model is adapted to it.

    Raises:
        LibraryError: It cannot be opened.
        ModelError: Its adaptation cannot be read.
    """
    choices = {choice.key: choice for choice in _choices()}
    if (wanted := st.session_state.pop(SWITCH_TO, None)) in choices:
        st.session_state["library"] = wanted
    key = st.selectbox(
        "Library", list(choices), key="library", bind="query-params", persist_state="session"
    )
    chosen = choices.get(key or "") or next(iter(choices.values()))
    library = open_library(chosen.folder)
    small(f"{counted(len(library), 'statement')}{', read-only' if library.read_only else ''}")
    st.session_state[READ_FOR] = str(library.folder)
    if read_adaptation(library.folder) is not None:  # otherwise the model is not loaded yet
        small(about_adaptation(stance_model(), library.folder))
    return chosen, library


@st.cache_resource(show_spinner="Opening the library…", max_entries=_LIBRARIES)
def _opened(folder: str, generation: str) -> Library:
    return Library.open(Path(folder))


def open_library(folder: Path) -> Library:
    """Return the library of a folder as it is now."""
    return _opened(str(folder), current_name(folder))


# -- Models and results --------------------------------------------------------------------------


@st.cache_resource(show_spinner="Loading the stance model…")
def _shipped_model() -> StanceModel:
    return load_stance_model()


def stance_model() -> StanceModel:
    """Return the shipped model, or what it was adapted to the page's library."""
    folder = st.session_state.get(READ_FOR)
    return adapted_to(_shipped_model(), Path(folder)) if folder else _shipped_model()


@st.cache_resource(show_spinner="Reading statements on the same point…", max_entries=_RESULTS)
def _searched(
    library_key: tuple[str, str], asked: str, _library: Library, _quote: Quote, _filters: Filters
) -> Result:
    return search(_library, _quote, stance_model=stance_model(), filters=_filters)


def search_library(library: Library, quote: Quote, filters: Filters) -> Result:
    """Return what was scored for a quote; what was scored once is not scored again."""
    key = (library.digest, stance_model().digest)
    return _searched(key, repr((quote, filters)), library, quote, filters)


@st.cache_resource(show_spinner=False, max_entries=_EXPLAINED)
def _explained(key: str, _pair: Pair, _quote: Quote | None) -> Rationale | None:
    return explain_pair(_pair, stance_model(), _quote).rationale


def explain_pairs(result: Result, pairs: Sequence[Pair]) -> dict[int, Pair]:
    """Return `pairs` of a result with their deciding words, by the identity of those given."""
    found = {}
    with progress("Finding the deciding words", "pairs explained") as on_progress:
        for number, pair in enumerate(pairs, start=1):
            which = (result.quote, *(side.passage for side in pair.excerpts), pair.first_stage_only)
            key = repr((result.provenance.library_digest, stance_model().digest, which))
            rationale = _explained(key, pair, result.quote)
            found[id(pair)] = replace(pair, rationale=rationale)
            on_progress(number, len(pairs))
    return found


@st.cache_resource(show_spinner="Reading the pair…", max_entries=_RESULTS)
def _pair(
    key: str, _side_a: ModelInput, _side_b: ModelInput
) -> tuple[Probabilities, Rationale, InputPair]:
    (read,) = stance_model().score_parts([(_side_a, _side_b)])[1]
    return *find_rationale(stance_model(), _side_a, _side_b), read


def explained_pair(
    side_a: ModelInput, side_b: ModelInput
) -> tuple[Probabilities, Rationale, InputPair]:
    """Return the verdict on a pair, its deciding words, and the sentences read of a long one."""
    return _pair(repr((stance_model().digest, side_a, side_b)), side_a, side_b)
