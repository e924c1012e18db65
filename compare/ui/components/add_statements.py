"""Statements from files, a web page or a public collection, added to the user's own library."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from compare.collections import (
    Collection,
    accept_licence,
    collections,
    get_collection,
    is_accepted,
    list_files,
)
from compare.corpus import SUFFIXES, BadFileError, Corpus, Row, read_corpus
from compare.corpus.columns import FIELDS, resolve
from compare.corpus.importers.registry import formats
from compare.corpus.importing import read_public, recognised_format
from compare.corpus.index_file import NAME as INDEX
from compare.corpus.read import DOCUMENTS, READERS
from compare.corpus.web import Confirmed, Page, Proposal, propose, statements_of
from compare.corpus.web.page import fetch_page, read_saved
from compare.errors import CompareError, CorpusError
from compare.export import counted, facts_html, table_html
from compare.export.html import statement_card
from compare.facade import Library
from compare.library import locations
from compare.library.backend import backend_at
from compare.progress import Progress
from compare.statements import Statement
from compare.ui.components.downloads import file_download
from compare.ui.components.layout import (
    card,
    notice,
    notice_next_run,
    progress,
    show_html,
    small,
    widget_key,
    with_more,
)
from compare.ui.components.service import OWN, SWITCH_TO

COLLECTION = "A public collection"
"""The way to add statements that `add_collection` shows."""

_BATCH = "batch"  # in the session: a number in the fields' keys; raising it empties the fields
_FETCHED = "fetched-page"  # in the session: the page that was fetched last
_PROBLEMS_SHOWN = 200
_PROPOSALS_AT_FIRST = 20
_NO_COLUMN = "Not in this file"
_TABLES = "Tables or documents: one statement per row or file"
_AMBIGUOUS = "Dates such as 03/04/2022"
_DATES_OPTION = "--dates day-first or month-first"  # in notes for the command line
_DATES = {"Unknown: skip such rows": None, "Day first": "day-first", "Month first": "month-first"}
_WHO = ("speaker", "role", "country")
_FILLED = {
    "speaker": "Speaker",
    "role": "Role",
    "country": "Country",
    "date": "Date",
    "venue": "Venue",
    "source": "Source",
    "url": "Address",
}
_OF_A_PDF = ("text", "source")  # its columns, which are known without reading it


# -- Files ---------------------------------------------------------------------------------------


@contextmanager
def on_disk(files: Sequence[UploadedFile]) -> Iterator[list[Path]]:
    """Write uploaded files into a folder that is deleted afterwards.

    Errors name the files as they were uploaded. Of two files with one name the second is numbered.

    Raises:
        CorpusError: Files have one name although there is an index, which could not tell which.
    """
    names = Counter((PurePath(file.name).name or "file").casefold() for file in files)
    if INDEX in names and (name := names.most_common(1)[0])[1] > 1:
        raise CorpusError(
            f"{name[1]} files are named {name[0]}: with an {INDEX}, each file needs its own name. "
            "Rename them, and join several indexes into one."
        )
    with tempfile.TemporaryDirectory() as folder:
        paths: list[Path] = []
        for number, file in enumerate(files):
            path = Path(folder) / (PurePath(file.name).name or "file")
            if path.exists():
                path = path.with_name(f"{number}-{path.name}")
            path.write_bytes(file.getvalue())
            paths.append(path)
        try:
            yield paths
        except CompareError as error:
            raise type(error)(_without(folder, str(error))) from None


def _without(folder: str, sentence: str) -> str:
    return sentence.replace(f"{folder}/", "").replace(f"{folder}\\", "")


def statements_from_files() -> list[Statement]:
    """Show the field for files, how they are read, and a report; return their statements."""
    files = st.file_uploader(
        "Files of statements", accept_multiple_files=True, key=f"files-{_batch()}"
    )
    show_html("about_files", sorted(SUFFIXES), locations.user_library())
    with st.expander("The columns of a file"):
        show_html("columns_of_a_file")
        template = locations.sample_corpus().with_name("template.csv")
        if template.is_file():
            label, content = "Download the template", template.read_bytes()
            file_download(label, template.name, content, "template", as_link=True)
    if not files:
        return []
    hashes = [(file.name, hashlib.sha256(file.getvalue()).hexdigest()) for file in files]
    key = widget_key(hashes)
    titles = {"": _TABLES, **{name: entry.title for name, entry in formats().items()}}
    format_name = st.selectbox(
        "Format of the files",
        list(titles),
        index=list(titles).index(_recognised(key, files)),
        format_func=lambda name: titles[name],
        key=f"format-{key}",
        help="Public corpora are recognised by their layout. Correct a wrong guess here.",
    )
    columns: tuple[str, ...] = ()
    mapping: dict[str, str] = {}
    fill: dict[str, str] = {}
    dates = None
    if not format_name:
        columns, is_open = _fields_of(key, files)
        if columns:
            mapping = _choose_columns(columns, key)
        dates = _DATES[st.selectbox(_AMBIGUOUS, list(_DATES), key=f"dates-{key}")]
        fill = _ask_what_is_missing(key) if is_open else {}
    try:
        filled = tuple(fill.items())
        corpus = _read(key, format_name, tuple(mapping.items()), filled, dates, files)
    except CompareError as error:
        sentence = str(error)
        if columns and "text" not in {*resolve(columns, {}).values(), *mapping.values()}:
            sentence = "No column holds the words of a statement: choose the one for Text above."
        notice(sentence, error=True)
        return []
    _report(corpus)
    return list(corpus.statements)


@st.cache_resource(show_spinner="Reading the files…", max_entries=4)
def _read(
    key: str,
    format_name: str,
    mapping: tuple[tuple[str, str], ...],
    fill: tuple[tuple[str, str], ...],
    dates: str | None,
    _files: Sequence[UploadedFile],
) -> Corpus:
    with on_disk(_files) as paths:
        if format_name:
            corpus = read_public(paths, format_name)
        else:
            corpus = read_corpus(paths, mapping=dict(mapping), fill=dict(fill), dates=dates)
        folder = str(paths[0].parent)
        problems = (
            replace(one, file=PurePath(one.file).name, message=_without(folder, one.message))
            for one in corpus.problems
        )
        notes = (_without(folder, note) for note in corpus.notes)
        return replace(corpus, problems=tuple(problems), notes=tuple(notes))


@st.cache_resource(show_spinner=False, max_entries=4)
def _recognised(key: str, _files: Sequence[UploadedFile]) -> str:
    """Return the name of the public format that the files look like, "" for none."""
    with suppress(CompareError), on_disk(_files) as paths:
        if public := recognised_format(paths):
            return public.name
    return ""


@st.cache_resource(show_spinner=False, max_entries=4)
def _fields_of(key: str, _files: Sequence[UploadedFile]) -> tuple[tuple[str, ...], bool]:
    """Return the columns of the files, and whether a document leaves a field of the form open.

    The columns are those of a table’s first row and of a document’s parts, in order.
    """
    columns: dict[str, None] = {}
    is_open = False
    with on_disk(_files) as paths:
        for path in paths:
            suffix = path.suffix.casefold()
            rows: list[Mapping[str, str]] = []
            if suffix == ".pdf":
                rows = [dict.fromkeys(_OF_A_PDF, "known")]
            elif reader := READERS.get(suffix):
                with suppress(BadFileError, OSError):
                    cells = (row.cells for row in reader(path, path.name) if isinstance(row, Row))
                    rows = list(cells if suffix in DOCUMENTS else islice(cells, 1))
            columns.update(dict.fromkeys(rows[0] if rows else ()))
            if suffix in DOCUMENTS:
                known = {f for one in rows for c, f in resolve(one, {}).items() if one[c]}
                is_open = is_open or not known >= _FILLED.keys()
    return tuple(columns), is_open


def _ask_what_is_missing(key: str) -> dict[str, str]:
    """Show a form for what documents do not say; return its values."""
    with st.expander("What the files do not say"), st.form(f"fill-{key}", border=False):
        small(
            "These values are for every statement whose file, or index.csv, does not give its own. "
            "Leave empty what you do not know."
        )
        with st.grid(3):
            values = {
                field: st.text_input(label, key=f"fill-{key}-{field}", max_chars=2000)
                for field, label in _FILLED.items()
            }
        st.form_submit_button("Use these values", key=f"fill-{key}-go")
    return {field: value.strip() for field, value in values.items() if value.strip()}


def _choose_columns(columns: Sequence[str], key: str) -> dict[str, str]:
    """Show the column of each field; return the user’s changes ("" for no field)."""
    known = {field: column for column, field in resolve(columns, {}).items()}
    options = [_NO_COLUMN, *columns]
    chosen: dict[str, str] = {}
    freed: dict[str, str] = {}
    with st.expander("Columns and fields", expanded="text" not in known):
        small("Choose the columns that were not recognised. Others are kept unchanged.")
        with st.grid(3):
            for field in FIELDS:
                guess = known.get(field, _NO_COLUMN)
                column = st.selectbox(
                    field.capitalize(), options, options.index(guess), key=f"map-{key}-{field}"
                )
                if column == guess:
                    continue
                freed[guess] = ""
                if column in chosen:
                    raise CorpusError(
                        f"The column {column!r} is chosen for {chosen[column]} and for {field}: "
                        "choose another for one of them."
                    )
                if column != _NO_COLUMN:
                    chosen[column] = field
    freed.pop(_NO_COLUMN, None)
    return freed | chosen


def _report(corpus: Corpus) -> None:
    read = counted(len(corpus), "statement")
    skipped = counted(corpus.problem_count, "row was", "rows were")
    notes = (note.replace(_DATES_OPTION, f"“{_AMBIGUOUS}” above") for note in corpus.notes)
    notice(f"{read} can be added; {skipped} skipped.", *notes)
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
    head = ("File", "Where", "Column", "Value", "Problem and remedy")
    st.html(table_html("Skipped rows", head, rows))
    if corpus.problem_count > _PROBLEMS_SHOWN:
        small(f"The first {_PROBLEMS_SHOWN} of {corpus.problem_count:,} are shown.")


def offer_to_add(statements: Sequence[Statement]) -> None:
    """Show the button that adds the statements; then empty the fields and open the library."""
    if not statements:
        return
    label = f"Add {counted(len(statements), 'statement')} to my library"
    if not st.button(label, type="primary", key="add-go"):
        return
    own, text = backend_at(locations.user_library()), "Adding the statements to your library"
    with progress(text, "passages read", writes=True) as on_progress:
        if own.exists():
            Library.open(own).update(add=statements, on_progress=on_progress)
        else:
            Library.build(statements, own, on_progress=on_progress)
    st.session_state.pop(_FETCHED, None)
    st.session_state[_BATCH] = _batch() + 1
    st.session_state[SWITCH_TO] = OWN
    notice_next_run(
        "added",
        f"{counted(len(statements), 'statement')} added. Your own library is open now: search it "
        "by quote, or browse it under Corpus.",
    )
    st.rerun()


def _batch() -> int:
    return int(st.session_state.get(_BATCH, 0))


# -- A web page ----------------------------------------------------------------------------------


def statements_from_page() -> list[Statement]:
    """Show a page's quotations; return the statements of those whose speaker the user names."""
    show_html("about_pages", locations.user_library())
    page = _ask_for_page()
    return _accepted(page) if page else []


def _ask_for_page() -> Page | None:
    """Show the fields for an address and for a saved page; return the latest page."""
    batch = _batch()
    with st.form(f"page-{batch}", border=False):
        address = st.text_input(
            "Address of the page", key=f"page-url-{batch}", placeholder="https://", max_chars=2000
        )
        pressed = st.form_submit_button("Fetch the page", key=f"page-go-{batch}")
    file = st.file_uploader(
        "Or a saved page (.html, or its text as .txt)",
        type=["html", "htm", "xhtml", "txt"],
        key=f"page-file-{batch}",
    )
    if pressed and address.strip():
        st.session_state.pop(_FETCHED, None)
        with st.spinner("Fetching the page…"):
            st.session_state[_FETCHED] = fetch_page(address.strip())
        st.session_state[_BATCH] = batch + 1  # drops a file that was chosen before
        st.rerun()
    if file is not None:
        return _saved(file.getvalue(), PurePath(file.name).name)
    page: Page | None = st.session_state.get(_FETCHED)
    return page


_saved = st.cache_resource(show_spinner="Reading the page…", max_entries=4)(read_saved)


@st.cache_resource(show_spinner="Looking for quotations…", max_entries=4)
def _proposals(key: str, _page: Page) -> tuple[Proposal, ...]:
    return tuple(propose(_page))


def _accepted(page: Page) -> list[Statement]:
    key = widget_key(page)
    proposals = _proposals(key, page)
    published = ", ".join(part for part in (page.site, page.date) if part)
    st.html(facts_html([("Page", page.title), ("Published", published), ("Address", page.url)]))
    if not proposals:
        notice("No quotation was found in this page.")
        return []
    small(f"{counted(len(proposals), 'quotation')} found. Type who said it, to take a quotation.")
    listed = enumerate(with_more(proposals, f"page-more-{key}", _PROPOSALS_AT_FIRST))
    asked = [_confirmed(page, entry, f"{key}-{number}") for number, entry in listed]
    return statements_of([confirmed for confirmed in asked if confirmed.speaker])


def _confirmed(page: Page, proposal: Proposal, key: str) -> Confirmed:
    """Show a quotation and fields for its speaker; return it with what the user typed."""
    speaker = str(st.session_state.get(f"page-speaker-{key}", ""))
    around = proposal.around(page)
    statement = Statement(id="", text=proposal.text, speaker=speaker, context=around)
    with card(f"page-{key}", statement_card(statement)), st.grid(3):
        who = {
            name: st.text_input(name.capitalize(), key=f"page-{name}-{key}", max_chars=300).strip()
            for name in _WHO
        }
    return Confirmed(page, proposal, **who)


# -- A public collection ---------------------------------------------------------------------------


def add_collection() -> None:
    """Show the public collections; fetch the chosen one and add it to the user's own library."""
    show_html("about_collections", locations.user_library())
    known = collections()
    name = st.selectbox(
        "Collection",
        list(known),
        format_func=lambda name: known[name].title if name in known else str(name),
        key="collection",
        bind="query-params",
    )
    collection = known.get(name) or next(iter(known.values()))
    st.html(facts_html(_facts(collection)))
    since = until = None
    if collection.since is not None:
        since, until = _ask_years(collection.since)
    accepted = is_accepted(collection)
    if not accepted:
        accepted = st.checkbox(
            f"I have read the licence ({collection.licence}) at {collection.page} and accept it",
            key=f"licence-{collection.name}",
        )
    if not st.button("Fetch and add", type="primary", key="collection-go", disabled=not accepted):
        return
    with st.spinner("Asking for the list of files…"):
        listing = list_files(collection, since, until)
    accept_licence(collection)
    library, report = get_collection(
        collection, locations.user_library(), listing, since=since, until=until, steps=_step
    )
    st.session_state[SWITCH_TO] = OWN
    notice_next_run(
        "added",
        f"{counted(report.account.written, 'statement')} of {collection.title} added. Your own "
        f"library is open now, with {counted(len(library), 'statement')}: search it by quote.",
    )
    st.rerun()


def _facts(collection: Collection) -> list[tuple[str, str]]:
    return [
        ("What it is", collection.about),
        ("Years", collection.years),
        ("Languages", collection.languages),
        ("Size", collection.size),
        ("Licence", collection.licence),
        ("Cite as", collection.cite),
        ("From", collection.page),
        ("Download", collection.last_known),
    ]


def _ask_years(first: int) -> tuple[int | None, int | None]:
    left, right = st.columns(2)
    since = left.number_input("First year", 1800, 2200, first, key="collection-since")
    until = right.number_input("Last year", 1800, 2200, None, key="collection-until")
    small("A file a day is fetched, so fewer years are faster.")
    return int(since), None if until is None else int(until)


@contextmanager
def _step(does: str, counts: str) -> Iterator[Progress]:
    """Show a bar for a step; the embedding takes its turn with the work of other visitors."""
    writes, unit = counts == "passages read", 1
    if counts == "bytes":
        counts, unit = "MB", 10**6
    with progress(f"{does}…", counts, reads=writes, writes=writes) as on_progress:
        yield lambda done, total: on_progress(done // unit, -(-total // unit))
