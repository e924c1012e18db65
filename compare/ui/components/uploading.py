"""A file of one's own: what was read of it, row by row, and into one's own library."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import NamedTuple

import streamlit as st

from compare.corpus import SUFFIXES, Corpus, read_corpus
from compare.corpus.columns import FIELDS, resolve
from compare.corpus.importers.formats import formats
from compare.corpus.importing import read_public, recognised_format
from compare.corpus.read import READERS
from compare.corpus.values import BadFileError, Row
from compare.errors import CompareError, CorpusError
from compare.export.pieces import table_html
from compare.export.words import counted
from compare.library.generations import is_library
from compare.library.library import Library
from compare.library.locations import user_library
from compare.statements.statement import Statement
from compare.ui.components.choosing import SWITCH_TO, Place
from compare.ui.components.layout import notice, small

ADDED = "added-to-library"
"""Session state: how many statements were added on the last run."""

_BATCH = "batch-of-files"
"""Session state: how many batches were added; each has an empty field for files."""

_PROBLEMS_SHOWN = 200
_FROM_CONTENT = "Not in this file"
_PLAIN = "Tables or documents: a statement each row or file"


class Upload(NamedTuple):
    """An uploaded file: its name without folders, and its bytes."""

    name: str
    content: bytes


def uploads() -> list[Upload]:
    """Show the field for files and return those that were put there."""
    files = st.file_uploader(
        "Files of statements",
        accept_multiple_files=True,
        key=f"files-{st.session_state.get(_BATCH, 0)}",
    )
    return [Upload(PurePath(file.name).name or "file", file.getvalue()) for file in files or []]


def kinds() -> str:
    """Return the endings of the files that can be read."""
    return ", ".join(sorted(SUFFIXES))


def _written(files: Sequence[Upload], folder: Path) -> list[Path]:
    """Write the files into a folder that is gone afterwards; those of one name get a number."""
    paths = []
    for number, file in enumerate(files):
        path = folder / file.name
        if path.exists():
            path = folder / f"{number}-{file.name}"
        path.write_bytes(file.content)
        paths.append(path)
    return paths


def _key(files: Sequence[Upload]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(repr(file.name).encode("utf-8", "surrogatepass"))
        digest.update(hashlib.sha256(file.content).digest())
    return digest.hexdigest()


@st.cache_resource(show_spinner="Reading the files…", max_entries=4)
def _read(
    key: str,
    format_name: str,
    mapping: tuple[tuple[str, str], ...],
    dates: str | None,
    _files: Sequence[Upload],
) -> Corpus:
    with tempfile.TemporaryDirectory() as scratch:
        paths = _written(_files, Path(scratch))
        try:
            if format_name:
                corpus = read_public(paths, format_name)
            else:
                corpus = read_corpus(paths, mapping=dict(mapping), dates=dates)
        except CompareError as error:
            raise CorpusError(_without(scratch, str(error))) from None
        return replace(
            corpus,
            problems=tuple(
                replace(
                    problem,
                    file=PurePath(problem.file).name,
                    message=_without(scratch, problem.message),
                )
                for problem in corpus.problems
            ),
            notes=tuple(_without(scratch, note) for note in corpus.notes),
        )


def _without(scratch: str, sentence: str) -> str:
    """Return a sentence that names files as they were uploaded."""
    return sentence.replace(f"{scratch}/", "").replace(f"{scratch}\\", "")


@st.cache_resource(show_spinner=False, max_entries=4)
def _recognised(key: str, _files: Sequence[Upload]) -> str:
    """Return the name of the public format that the files look like, "" for none."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            found = recognised_format(_written(_files, Path(scratch)))
        except CompareError:
            return ""
    return found.name if found else ""


def _format(files: Sequence[Upload], key: str) -> str:
    """Let the user say what the files are; "" for tables and documents."""
    titles = {"": _PLAIN, **{name: entry.title for name, entry in formats().items()}}
    found = _recognised(key, files)
    chosen = st.selectbox(
        "What the files are",
        list(titles),
        index=list(titles).index(found),
        format_func=lambda name: titles[name],
        key=f"format-{key[:12]}",
        help="Public corpora are recognised by their layout; change it where that went wrong.",
    )
    return str(chosen)


@st.cache_resource(show_spinner=False, max_entries=4)
def _columns(key: str, _files: Sequence[Upload]) -> tuple[str, ...]:
    """Return the columns of the first row of each file, in order."""
    found: dict[str, None] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for path in _written(_files, Path(scratch)):
            reader = READERS.get(path.suffix.casefold())
            if reader is None:
                continue
            try:
                for item in reader(path, path.name):
                    if isinstance(item, Row):
                        found.update(dict.fromkeys(item.cells))
                        break
            except (BadFileError, OSError):
                continue
    return tuple(found)


def _mapping(columns: Sequence[str], key: str) -> dict[str, str]:
    """Show which column is which field and return what differs from what is known."""
    known = {field: column for column, field in resolve(columns, {}).items()}
    chosen: dict[str, str] = {}
    freed: dict[str, str] = {}
    with st.expander("Which column is what", expanded="text" not in known):
        small("Change what was not recognised. Columns that are no field are kept as they are.")
        with st.grid(3):
            for field in FIELDS:
                options = [_FROM_CONTENT, *columns]
                now = known.get(field)
                picked = st.selectbox(
                    field.capitalize(),
                    options,
                    index=options.index(now) if now in options else 0,
                    key=f"map-{key[:12]}-{field}",
                )
                if picked == now or (picked == _FROM_CONTENT and now is None):
                    continue
                if now is not None:
                    freed[now] = ""
                if picked == _FROM_CONTENT:
                    continue
                if picked in chosen:
                    raise CorpusError(
                        f"The column {picked!r} is chosen for {chosen[picked]} and for {field}: "
                        "choose another for one of them."
                    )
                chosen[str(picked)] = field
    return freed | chosen


def _dates(key: str) -> str | None:
    """Ask which number of 03/04/2022 is the day; None where nobody says."""
    told = {"Not told: such rows are skipped": None, "Day first": "day-first"}
    told["Month first"] = "month-first"
    chosen = st.selectbox("Dates such as 03/04/2022", list(told), key=f"dates-{key[:12]}")
    return told.get(str(chosen))


def read_uploads(files: Sequence[Upload]) -> Corpus | None:
    """Read the files and show the report; None where nothing could be read."""
    key = _key(files)
    format_name = _format(files, key)
    columns = () if format_name else _columns(key, files)
    mapping = _mapping(columns, key) if columns else {}
    dates = None if format_name else _dates(key)
    try:
        corpus = _read(key, format_name, tuple(mapping.items()), dates, files)
    except CompareError as error:
        sentence = str(error)
        if columns and "text" not in {*resolve(columns, {}).values(), *mapping.values()}:
            sentence = "No column holds the words of a statement: choose the one for Text above."
        notice(sentence, error=True)
        return None
    _report(corpus)
    return corpus


def _report(corpus: Corpus) -> None:
    """Say what was read and show each row that was not, with the remedy."""
    read = counted(len(corpus), "statement")
    skipped = counted(corpus.problem_count, "row was", "rows were")
    notice(f"{read} can be added; {skipped} skipped.", *corpus.notes)
    if not corpus.problems:
        return
    rows = [
        (
            problem.file,
            f"{problem.place} {problem.line}" if problem.line else "whole file",
            problem.column,
            problem.value[:80],
            problem.message,
        )
        for problem in corpus.problems[:_PROBLEMS_SHOWN]
    ]
    head = ("File", "Where", "Column", "Value", "What is wrong, and the remedy")
    st.html(table_html("Rows that were skipped", head, rows))
    if corpus.problem_count > _PROBLEMS_SHOWN:
        small(f"The first {_PROBLEMS_SHOWN} of {corpus.problem_count:,} are shown.")


def _add(statements: Sequence[Statement]) -> None:
    """Write the statements into the user's own library, with a progress bar."""
    bar = st.progress(0.0, text="Reading the statements into your library")

    def on_progress(done: int, total: int) -> None:
        share = done / total if total else 1.0
        bar.progress(min(share, 1.0), text=f"{done:,} of {total:,} passages read")

    folder = user_library()
    if is_library(folder):
        Library.open(folder).update(add=statements, on_progress=on_progress)
    else:
        Library.build(statements, folder, on_progress=on_progress)
    bar.empty()


def files_done() -> None:
    """Empty the field for files: what they held is in the library."""
    st.session_state[_BATCH] = st.session_state.get(_BATCH, 0) + 1


def offer_to_add(statements: Sequence[Statement], done: Callable[[], None]) -> None:
    """Show the button that adds the statements, and change to the library once they are in.

    Args:
        statements: What is added.
        done: Called once they are in.
    """
    if not statements:
        return
    label = f"Add {counted(len(statements), 'statement')} to my library"
    if st.button(label, type="primary", key="add-go"):
        _add(statements)
        done()
        st.session_state[ADDED] = len(statements)
        st.session_state[SWITCH_TO] = Place.OWN.value
        st.rerun()
