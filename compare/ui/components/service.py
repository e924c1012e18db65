"""What pages share and cache: the library chosen, models, and results.

A library is cached under the name of its current generation, so a change, here or by another
program, opens it again. Results are frozen values, shared by sessions.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from compare.comparison.opposites import Offer, opposites
from compare.comparison.scoring import explain_pair
from compare.comparison.search import search
from compare.comparison.third_reader import AT_HEAD, allow_for_good, is_allowed, load_third_reader
from compare.comparison.turns import TURNS
from compare.errors import ModelError
from compare.export import counted
from compare.export.markdown import inert
from compare.facade import Library
from compare.library import Filters, locations
from compare.library.backend import Backend, backend_at
from compare.library.library import OpenLibrary
from compare.models import InputPair, ModelInput, StanceModel, load_stance_model
from compare.models.endpoints import MODEL_VARIABLE, READER_VARIABLE, Endpoint
from compare.models.rationale import find_rationale
from compare.models.third_reader import ThirdReader
from compare.results import (
    Excerpt,
    Pair,
    Positions,
    Probabilities,
    Rationale,
    Result,
    ThirdReading,
    Thresholds,
)
from compare.statements import Quote, Statement
from compare.ui.components.layout import (
    confirmed,
    is_read_only,
    notice_next_run,
    progress,
    small,
    widget_key,
)

_Scored = TypeVar("_Scored", Result, Positions)

OWN, SAMPLE = "My own", "Sample"  # libraries, in the menu and in addresses
SWITCH_TO = "switch-to-library"  # in the session: the library to open on the next run
_OTHERS, _MOST_OTHERS = "third-others", 400
_THIRD_READ = "third-read"  # in the session, and what was asked: what a third reader read last
_WRITTEN = "written-opposite"  # in the session, and what was asked
_RESULTS = 64
_EXPLAINED = 1024  # pairs whose deciding words are kept
_Verdict = tuple[Probabilities, Rationale, InputPair]


@st.cache_resource(show_spinner="Preparing the sample library…")
def _sample(user: str) -> Backend:
    return locations.sample_library()


def _libraries() -> dict[str, Backend]:
    """Return where the libraries are; the first is the one that commands use, too."""
    libraries = {}
    own = backend_at(locations.user_library())
    if named := os.environ.get(locations.LIBRARY_VARIABLE):
        backend = backend_at(named)
        libraries[backend.name if backend.name not in (OWN, SAMPLE) else named] = backend
    if own.exists():
        libraries[OWN] = own
    return libraries | {SAMPLE: _sample(str(own))}


def choose_library() -> Library:
    """Show the menu of libraries in the sidebar, and open the chosen one."""
    libraries = _libraries()
    if (wanted := st.session_state.pop(SWITCH_TO, None)) in libraries:
        st.session_state["library"] = wanted
    with st.sidebar:
        name = st.selectbox(
            "Library", [*libraries], key="library", bind="query-params", persist_state="session"
        )
        library = open_library(libraries.get(name) or next(iter(libraries.values())))
        small(f"{counted(len(library), 'statement')}{', read-only' if library.read_only else ''}")
        if sentence := library.about_deletion():
            small(sentence)
    return library


def library_link(page: Path, label: str, **address: str | Sequence[str]) -> None:
    """Link to a page that opens the library shown here."""
    st.page_link(
        page, label=label, query_params={**address, "library": st.session_state["library"]}
    )


def may_change(library: OpenLibrary) -> bool:
    """Whether visitors can change a library, and the watches beside it."""
    return not (is_read_only() or library.read_only)


def delete_button(library: Library, statement: Statement, key: str) -> bool:
    """Show the button that deletes a statement, after asking; return whether that was done."""
    warning = "This deletes the statement from the library permanently."
    if not confirmed("Delete", warning, "Delete for good", key):
        return False
    library.delete([statement.id])
    notice_next_run("deleted", f"Statement {statement.id} was deleted from the library.")
    return True


@st.cache_resource(show_spinner="Opening the library…", max_entries=4)
def _opened(address: str, generation: str) -> Library:
    return Library.open(address)


def open_library(where: Backend | Path) -> Library:
    """Return a library as it is now."""
    backend = backend_at(where)
    return _opened(backend.address, backend.current())


def kept(name: str, key: str, make: Callable[[], Any] | None = None) -> Any:
    """Return what the session keeps under `name` if it was made for this key.

    If not, `make` it and keep it instead; without `make`, return None.
    """
    made_for, value = st.session_state.get(name) or ("", None)
    if made_for == key:
        return value
    if make is None:
        return None
    value = make()
    st.session_state[name] = key, value
    return value


@st.cache_resource(show_spinner="Loading the stance model…")
def stance_model() -> StanceModel:
    """Return the shipped model."""
    return load_stance_model()


@st.cache_resource(show_spinner=False)
def _searched() -> OrderedDict[str, Result]:
    return OrderedDict()  # by key, the last used last


def search_library(
    library: Library,
    quote: Quote,
    filters: Filters,
    thresholds: Thresholds,
    *,
    same_actor: bool = True,
) -> Result:
    """Return the result of a search at these thresholds; nothing is scored twice."""
    searched = _searched()
    key = repr((library.digest, stance_model().digest, quote, filters, same_actor))
    result = searched.pop(key, None)
    if result is None:
        with progress("Reading statements on the same point", "pairs read") as on_progress:
            result = searched.get(key)  # another visitor may have asked the same while this waited
            if result is None:
                result = search(
                    library,
                    quote,
                    stance_model=stance_model(),
                    filters=filters,
                    same_actor=same_actor,
                    on_progress=on_progress,
                )
    searched[key] = result
    while len(searched) > _RESULTS:
        searched.popitem(last=False)
    return result.rethreshold(**asdict(thresholds))


@st.cache_resource(show_spinner=False, max_entries=_RESULTS)
def _offered(key: str, _library: Library, _quote: Quote) -> tuple[Offer, ...]:
    with TURNS.take():
        return opposites(_library, _quote, stance_model=stance_model())


def offers_for(library: Library, quote: Quote) -> tuple[Offer, ...]:
    """Return what someone who disagrees with a quote may say; see `comparison.opposites`."""
    return _offered(repr((library.manifest.encoder, stance_model().digest, quote)), library, quote)


@st.cache_resource(show_spinner=False)
def _explained() -> OrderedDict[str, Rationale | None]:
    return OrderedDict()  # by key, the last found last


def _words_key(result: Result, pair: Pair) -> str:
    which = (result.quote, *(side.passage for side in pair.excerpts), pair.first_stage_only)
    return repr((result.provenance.library_digest, stance_model().digest, which))


def with_known_words(result: Result, pair: Pair) -> Pair | None:
    """Return a pair with its deciding words if they have been found before, else None."""
    if pair.rationale is not None:  # a third reader names its words
        return pair
    with suppress(KeyError):  # not `in`: another visitor's words may push these out meanwhile
        return replace(pair, rationale=_explained()[_words_key(result, pair)])
    return None


def explain_pairs(result: Result, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, Pair]]:
    """Find the deciding words of pairs; yield each as given, and with its words."""
    explained = _explained()
    with progress("Finding the deciding words", "pairs explained") as on_progress:
        for number, pair in enumerate(pairs, start=1):
            with_words = explain_pair(pair, stance_model(), result.quote)
            explained[_words_key(result, pair)] = with_words.rationale
            while len(explained) > _EXPLAINED:
                explained.popitem(last=False)
            yield pair, with_words
            on_progress(number, len(pairs))


def third_reader() -> ThirdReader | None:
    """Show the switch of the third reader if the app has one; return the reader if it is on.

    The switch is off at first and in no address: a link sends nothing.
    """
    named, model = (os.environ.get(name) for name in (READER_VARIABLE, MODEL_VARIABLE))
    if not (named and model):
        return None
    endpoint = Endpoint.of(named)
    with st.sidebar:
        is_on = st.toggle("Ask the third reader", key="third", persist_state="session")
        small(
            f"If on, the first {AT_HEAD} pairs of each list, and as many others as you choose, are "
            f"sent to {endpoint.in_words}, with country and date, and read by {model}. Of two "
            f"sides, or over time, so are passages with the proposition, and up to {2 * AT_HEAD} "
            "pairs that its answers lead to. Answers are kept: no pair is asked again."
        )
        if not is_on:
            return None
        st.number_input(
            "Others likeliest to oppose",
            0,
            _MOST_OTHERS,
            0,
            step=20,
            key=_OTHERS,
            persist_state="session",
            help="Pairs that do not stand first; of two sides, passages of each. Each pair is sent "
            "twice, in both orders.",
        )
        if not is_allowed(endpoint):
            if st.button(f"Allow sending to {endpoint.host}", key="third-allow"):
                allow_for_good(endpoint)
                st.rerun()
            return None
    return load_third_reader(named, model)


def read_with(reader: ThirdReader | None, scored: _Scored) -> _Scored:
    """Return a result or positions as the third reader reads them, if there is one.

    Nothing is asked twice.
    """
    if reader is None:
        return scored
    result = scored.result() if isinstance(scored, Positions) else scored
    others = int(st.session_state.get(_OTHERS) or 0)
    asked = type(scored), result.provenance, result.quote, result.subject, result.thresholds, others
    name = f"{_THIRD_READ}-{widget_key(f'{type(scored)} {result.subject}')}"

    def ask() -> _Scored:
        with progress("Asking the third reader", "pairs read", reads=False) as on_progress:
            return scored.read_again(reader, candidates=others, on_progress=on_progress)

    again: _Scored = kept(name, repr((reader.digest, asked)), ask)
    shown = again.result() if isinstance(again, Positions) else again
    pairs = chain(shown.pairs, *shown.placed)
    if any(pair.third_reading is ThirdReading.UNANSWERED for pair in pairs):
        forget, help = st.session_state.pop, f"On “{result.subject}”"
        label, key = "Ask the third reader again", f"{name}-again"
        st.button(label, key=key, on_click=forget, args=(name, None), help=help)
    return again


def ask_for_opposite(reader: ThirdReader, quote: Quote) -> str:
    """Show the button that asks what someone who disagrees would say; return the answer, if any.

    Nothing is asked unless it is pressed; the session keeps the last answer.
    """
    key = repr((reader.digest, quote))
    if not kept(_WRITTEN, key) and st.button(
        inert(f"Ask {reader.name} what someone who disagrees would say"),
        key="ask-opposite",
        type="tertiary",
        help=f"Sends the quote to {reader.endpoint.in_words}, with context, country and date.",
    ):
        try:
            with st.spinner(inert(f"Asking {reader.name}…")):
                said = reader.opposite_of(Excerpt.of_quote(quote, quote.text).model_input)
        except ModelError as error:
            small(str(error))
        else:
            st.session_state[_WRITTEN] = key, said
            st.rerun()
    return kept(_WRITTEN, key) or ""


# Streamlit cannot hash our values: the key says what they are, and "_" keeps them out of its hash.
@st.cache_resource(show_spinner="Reading the pair…", max_entries=_RESULTS)
def _verdict(key: str, _a: ModelInput, _b: ModelInput) -> _Verdict:
    (read,) = stance_model().score_parts([(_a, _b)])[1]
    return *find_rationale(stance_model(), _a, _b), read


def explained_pair(a: ModelInput, b: ModelInput) -> _Verdict:
    """Return the verdict on a pair, its deciding words, and the sentences read of a long one."""
    return _verdict(repr((stance_model().digest, a, b)), a, b)
