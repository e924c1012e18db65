"""Which library: the sample, one's own, or the one that COMPARE_LIBRARY names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import streamlit as st

from compare.export.words import counted
from compare.library.generations import is_library
from compare.library.library import Library
from compare.library.locations import LIBRARY_VARIABLE, sample_library, user_library
from compare.ui.components.layout import small
from compare.ui.components.service import open_library, read_for

SWITCH_TO = "switch-to-library"
"""Session state: the place to go to when the page is run again."""


class Place(StrEnum):
    """Where a library can be; the values stand in the menu and in addresses."""

    NAMED = "COMPARE_LIBRARY"
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
    return sample_library().folder


def choices() -> list[Choice]:
    """Return the libraries there are, the one that commands use too first."""
    found = []
    if named := os.environ.get(LIBRARY_VARIABLE):
        found.append(Choice(Place.NAMED, Path(named).expanduser()))
    if is_library(user_library()):
        found.append(Choice(Place.OWN, user_library()))
    found.append(Choice(Place.SAMPLE, _sample_folder(str(user_library()))))
    return found


def choose_library() -> tuple[Choice, Library]:
    """Show the menu of libraries and open the one chosen.

    Raises:
        LibraryError: It cannot be opened.
        ModelError: Its adaptation cannot be read.
    """
    found = {choice.key: choice for choice in choices()}
    if (wanted := st.session_state.pop(SWITCH_TO, None)) in found:
        st.session_state["library"] = wanted
    key = st.selectbox(
        "Library",
        list(found),
        key="library",
        bind="query-params",
        persist_state="session",
    )
    chosen = found.get(key or "") or next(iter(found.values()))
    library = open_library(chosen.folder)
    small(f"{counted(len(library), 'statement')}{', read-only' if library.read_only else ''}")
    if sentence := read_for(library):
        small(sentence)
    return chosen, library
