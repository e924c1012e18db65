"""Files of a library that were edited or damaged: a right answer, or a sentence that names one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.deletion import NOTE
from compare.errors import CompareError
from compare.facade import Library
from compare.library import generations
from compare.watch.document import FILE as WATCHES
from tests.fakes import HashingEncoder, WordJudge, statement
from tests.hostile.test_kept_files import VALUES, at, edits, places, sentence_of

ENCODER = HashingEncoder(32)
OPEN = "The canal of Meren must be open to all ships"
STATEMENTS = [
    statement("v1", f"{OPEN} at once.", country="Valdoria", date="2010-05-01", speaker="Ada Lorn"),
    statement("v2", f"{OPEN}, we say. It is ours.", country="Valdoria", date="2016", source="Post"),
    statement("o1", "The canal shall not be open.", country="Ostravia", context="of the canal"),
]
LATER = statement("o2", f"{OPEN}, or not.", country="Ostravia", date="2019-01-01", venue="a pier")
GONE = "What was said in vain of the canal must not be kept."

_EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "0"))
"""Set it to try more than the suite does."""


def tried(number: int) -> settings:
    return settings(
        max_examples=_EXAMPLES or number,
        deadline=None,
        derandomize=not _EXAMPLES,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two generations, and watches that found something."""
    folder = tmp_path_factory.mktemp("whole") / "library"
    gone = statement("gone", GONE, country="Ostravia")
    with closing(Library.build([*STATEMENTS, gone], folder, ENCODER)) as first:
        found = first.search(OPEN, stance_model=WordJudge())
        first.watches.add("canal", found, stance_model=WordJudge())
        corrected = statement("v1", f"{OPEN} at once, or soon.", speaker="Ada Lorn")
        after = first.update([LATER, corrected], remove=["gone"])
    after.watches.run(stance_model=WordJudge())
    after.close()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The place of the copy that is damaged in each try."""
    return tmp_path / "library"


def copied(whole: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(whole, folder))


def current(folder: Path) -> Path:
    return folder / "generations" / (folder / "CURRENT").read_text().strip()


# --- what is asked -------------------------------------------------------------------------------


def searched(folder: Path) -> Any:
    with closing(Library.open(folder, ENCODER)) as library:
        result = library.search(OPEN, stance_model=WordJudge())
        return result.pairs, result.provenance.stance_digest, result.candidates


def shown(folder: Path) -> Any:
    with closing(Library.open(folder)) as library:
        every = library.statements()
        said = [library.passages(library.statement_rows(one.id)) for one in every]
        return every, said, library.browse(query="canal"), library.facets(), len(library)


def watched(folder: Path) -> Any:
    with closing(Library.open(folder)) as library:
        return library.watches.found()


def verified(folder: Path) -> Any:
    with closing(Library.open(folder)) as library:
        library.verify()


def run_watches(folder: Path) -> Any:
    with closing(Library.open(folder, ENCODER)) as library:
        found = library.watches.run(stance_model=WordJudge())
        return found.digest, [*found.entries], found.read


def updated(folder: Path) -> Any:
    with closing(Library.open(folder, ENCODER)) as library:
        added = statement("new", "The canal must be deep.")
        with closing(library.update([added])) as after:
            return after.statements()


def deleted(folder: Path) -> Any:
    with closing(Library.open(folder, ENCODER)) as library, closing(library.delete(["o1"])) as left:
        return left.statements()


ASKED: tuple[Callable[[Path], Any], ...] = (searched, shown, watched, verified)
CHANGES: tuple[Callable[[Path], Any], ...] = (run_watches, updated, deleted)


def answer(ask: Callable[[Path], Any], folder: Path, named: str) -> Any:
    """What is answered, or the error: one sentence that names a file."""
    try:
        return ask(folder)
    except CompareError as error:
        said = sentence_of(error)
        assert named in said, said
        assert len(said) < 1200
        return error


class Answers(dict[Any, Any]):
    """Answers by what asks for them; too long to print."""

    def __repr__(self) -> str:
        return "the right answers"


@pytest.fixture(scope="module")
def right(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    place = tmp_path_factory.mktemp("right") / "library"
    found = Answers()
    for ask in (*ASKED, *CHANGES):
        found[ask] = ask(copied(whole, place))
    return found


# --- edited documents ----------------------------------------------------------------------------


@st.composite
def texts(draw: st.DrawFn, data: dict[str, Any]) -> str:
    """The JSON of a document with one place edited, or with a field twice."""
    if draw(st.integers(0, 5)):
        edited, _ = draw(edits(data))
        return json.dumps(edited)
    data = json.loads(json.dumps(data))
    objects = [place for place in ((), *places(data)) if at(data, place) or place == ()]
    objects = [place for place in objects if isinstance(at(data, place), dict)]
    parent = at(data, draw(st.sampled_from(objects)))
    name = draw(st.sampled_from([*parent]))
    parent["\0"] = draw(VALUES)
    return json.dumps(data).replace('"\\u0000"', json.dumps(name))


def resealed(generation: Path) -> Path:
    """Name a generation after its manifest as it is now, and let CURRENT name it."""
    number = generation.name.partition("-")[0]
    content = (generation / "manifest.json").read_bytes()
    name = f"{number}-{hashlib.sha256(content).hexdigest()[:16]}"
    (generation.parents[1] / "CURRENT").write_text(f"{name}\n")
    return generation.rename(generation.with_name(name))


# No other file could contradict these, so they are as whoever names the folder anew says.
_TOLD_BY_MANIFEST = ("program", "encoder", "corpus_digest", "statements", "files")


@pytest.mark.parametrize("sealed", [False, True])
@given(st.data())
@tried(40)
def test_an_edited_manifest(
    whole: Path, folder: Path, right: Any, sealed: bool, data: st.DataObject
) -> None:
    path = current(copied(whole, folder)) / "manifest.json"
    before = json.loads(path.read_text())
    text = data.draw(texts(before))
    path.write_text(text)
    if sealed:
        path = resealed(path.parent) / path.name
    for ask in (searched, shown, verified, updated):
        found = answer(ask, folder, str(folder))
        if isinstance(found, CompareError) or found == right[ask]:
            continue
        assert sealed
        after = json.loads(text)
        changed = {name for name in before if after.get(name) != before[name]}
        assert changed <= set(_TOLD_BY_MANIFEST), changed


@pytest.mark.parametrize("name", [WATCHES, NOTE])
@given(st.data())
@tried(25)
def test_an_edited_document(
    whole: Path, folder: Path, right: Any, name: str, data: st.DataObject
) -> None:
    copied(whole, folder)
    if name == NOTE:
        (folder / NOTE).write_text('{"ids": ["gone", "o9"]}')
    path = folder / name
    text = data.draw(texts(json.loads(path.read_text())))
    path.write_text(text)
    for ask in ASKED:
        found = answer(ask, folder, path.name)
        assert found == right[ask] or ask not in (shown, verified)
        assert isinstance(found, CompareError) or found == right[ask] or ask is watched
    for ask in CHANGES:
        found = answer(ask, folder, path.name)
        if ask is not run_watches and not isinstance(found, CompareError):
            assert found == right[ask]
        copied(whole, folder)
        path.write_text(text)


# --- damaged bytes -------------------------------------------------------------------------------


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes of which some are cut, changed or added."""
    start = draw(st.integers(0, len(content)))
    if draw(st.booleans()):  # the files are mostly zeros or long texts: look where they begin
        start = min(start, draw(st.integers(0, 200)))
    how = draw(st.sampled_from(["cut", "flip", "put", "zeros"]))
    if how == "cut":
        return content[:start]
    if how == "flip":
        flipped = bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in content[start : start + 1])
        return content[:start] + flipped + content[start + 1 :]
    if how == "zeros":
        size = min(draw(st.sampled_from([1, 8, 512, 4096])), len(content) - start)
        return content[:start] + bytes(size) + content[start + size :]
    put = draw(st.binary(min_size=1, max_size=8))
    keeps = draw(st.booleans())
    return content[:start] + put + content[start + (len(put) if keeps else 0) :]


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@given(st.data())
@tried(60)
def test_damaged_bytes_of_any_file(
    whole: Path, folder: Path, right: Any, data: st.DataObject
) -> None:
    copied(whole, folder)
    name = data.draw(st.sampled_from(files(whole)))
    path = folder / name
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    for ask in ASKED:
        found = answer(ask, folder, name.name)
        if isinstance(found, CompareError) or found == right[ask]:
            continue
        assert path.name == WATCHES  # which has no digest
    ask = data.draw(st.sampled_from(CHANGES))
    found = answer(ask, folder, name.name)
    if not isinstance(found, CompareError) and not name.name.startswith("watches"):
        assert found == right[ask]


@pytest.mark.parametrize("name", ["library.sqlite", "vectors.npy", "index.faiss"])
@given(st.data())
@tried(25)
def test_damaged_bytes_of_a_file_too_large_to_check_when_it_is_opened(
    whole: Path, folder: Path, name: str, data: st.DataObject
) -> None:
    path = current(copied(whole, folder)) / name
    before = path.read_bytes()
    path.write_bytes(data.draw(damaged(before)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generations, "_CHECKED_AT_OPEN", -1)
        for ask in (searched, shown, watched):
            answer(ask, folder, "")
        if path.read_bytes() != before:
            for ask in (verified, updated):
                assert isinstance(answer(ask, folder, name), CompareError)
