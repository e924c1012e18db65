"""What pages share and keep: libraries, models, results. Only calls; the work is elsewhere.

A library is kept under the name of its current generation, so that one that was changed, here or
by another program, is opened anew. Results are frozen values and are shared between sessions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from compare.comparison.explain import explain, explain_pair
from compare.comparison.search import search
from compare.library.filters import Filters
from compare.library.library import Library
from compare.models import StanceModel, deciding_words, load_stance_model
from compare.models.adapted import about_adaptation, adapted_to, read_adaptation
from compare.models.load import Pair
from compare.results.pairs import Pair as MinedPair
from compare.results.result import Match, Probabilities, SearchResult, Side, Why
from compare.statements.quotes import Quote
from compare.ui.components.layout import READ_FOR

_LIBRARIES = 4
_RESULTS = 64
_EXPLAINED = 1024


@st.cache_resource(show_spinner="Loading the stance model…")
def _shipped_model() -> StanceModel:
    return load_stance_model()


def stance_model() -> StanceModel:
    """Return what reads pairs: the shipped model, as adapted to the page's library where it is."""
    folder = st.session_state.get(READ_FOR)
    return adapted_to(_shipped_model(), Path(folder)) if folder else _shipped_model()


def read_for(library: Library) -> str:
    """Have `stance_model` read for this library; return a sentence where an adaptation is there.

    Raises:
        ModelError: The adaptation cannot be read.
    """
    st.session_state[READ_FOR] = str(library.folder)
    if read_adaptation(library.folder) is None:
        return ""  # ahead of the model's loading
    return about_adaptation(stance_model(), library.folder)


@st.cache_resource(show_spinner="Opening the library…", max_entries=_LIBRARIES)
def _opened(folder: str, generation: str) -> Library:
    return Library.open(Path(folder))


def open_library(folder: Path) -> Library:
    """Return the library of a folder as it is now."""
    from compare.library.generations import current_name

    return _opened(str(folder), current_name(folder))


@st.cache_resource(show_spinner="Reading statements on the same point…", max_entries=_RESULTS)
def _searched(
    library_key: tuple[str, str], asked: str, _library: Library, _quote: Quote, _filters: Filters
) -> SearchResult:
    return search(_library, _quote, stance_model=stance_model(), filters=_filters)


def search_library(library: Library, quote: Quote, filters: Filters) -> SearchResult:
    """Return what was scored for a quote; what was scored once is not scored again."""
    key = (library.digest, stance_model().digest)
    return _searched(key, repr((quote, filters)), library, quote, filters)


@st.cache_resource(show_spinner=False, max_entries=_EXPLAINED)
def _why(key: str, _match: Match, _quote: Quote) -> Why | None:
    return explain(_match, _quote, stance_model()).why


def explain_matches(
    result: SearchResult, matches: Sequence[Match], library_digest: str
) -> SearchResult:
    """Return the result with the deciding words of `matches`, found with a progress bar."""
    found: dict[str, Match] = {}
    bar = st.progress(0.0, text="Finding the words that decide")
    for number, match in enumerate(matches, start=1):
        which = (result.quote, match.quote_part, match.passage, match.screened)
        key = repr((library_digest, stance_model().digest, which))
        found[match.statement.id] = replace(match, why=_why(key, match, result.quote))
        bar.progress(number / len(matches), text="Finding the words that decide")
    bar.empty()
    return _with(result, found)


@st.cache_resource(show_spinner=False, max_entries=_EXPLAINED)
def _why_of_pair(key: str, _pair: MinedPair) -> Why | None:
    return explain_pair(_pair, stance_model()).why


def explain_pairs(pairs: Sequence[MinedPair], library_digest: str) -> dict[int, MinedPair]:
    """Return pairs with their deciding words by their identity, found with a progress bar."""
    found = {}
    bar = st.progress(0.0, text="Finding the words that decide")
    for number, pair in enumerate(pairs, start=1):
        which = (pair.a_passage, pair.b_passage, pair.screened)
        key = repr((library_digest, stance_model().digest, which))
        found[id(pair)] = replace(pair, why=_why_of_pair(key, pair))
        bar.progress(number / len(pairs), text="Finding the words that decide")
    bar.empty()
    return found


def _with(result: SearchResult, found: Mapping[str, Match]) -> SearchResult:
    scored = tuple(found.get(match.statement.id, match) for match in result.scored)
    return replace(result, scored=scored)


@st.cache_resource(show_spinner="Reading the pair…", max_entries=_RESULTS)
def _pair(key: str, _side_a: Side, _side_b: Side) -> tuple[Probabilities, Why, Pair]:
    (read,) = stance_model().score_parts([(_side_a, _side_b)])[1]
    return *deciding_words(stance_model(), _side_a, _side_b), read


def explained_pair(side_a: Side, side_b: Side) -> tuple[Probabilities, Why, Pair]:
    """Return the verdict on a pair, its deciding words, and the sentences read of a long one."""
    return _pair(repr((stance_model().digest, side_a, side_b)), side_a, side_b)
