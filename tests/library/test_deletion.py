"""A deletion that is cut off anywhere is finished by the next program that writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.errors import LibraryError
from compare.library import generations
from compare.library.build import NOTE
from compare.library.library import Library
from tests.fakes import HashingEncoder, Ran, runner, sample_statements, statement

WORDS = b"blockade of Port Meren is lawful"


class Killed(BaseException):
    """Stands for a kill: nothing may catch it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Library.build(sample_statements(), tmp_path / "library", HashingEncoder()).close()
    return tmp_path / "library"


def on_disk(folder: Path) -> bool:
    return any(WORDS in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def cut_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete a statement, and be killed between publishing and pruning."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(generations, "_prune_for_good", killed)
        with pytest.raises(Killed):
            Library.open(folder, HashingEncoder()).delete(["ostrava-1"])
    assert on_disk(folder)
    assert (folder / NOTE).exists()
    assert len(Library.open(folder)) == 4


def test_a_deletion_leaves_neither_words_nor_a_note(folder: Path) -> None:
    after = Library.open(folder, HashingEncoder()).delete(["ostrava-1"])
    assert len(after) == 4
    assert not on_disk(folder)
    assert not (folder / NOTE).exists()
    assert after.finish_deletion() == frozenset()


def test_saying_it_again_finishes_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(folder, monkeypatch)
    after = Library.open(folder, HashingEncoder()).delete(["ostrava-1"])
    assert len(after) == 4
    assert not on_disk(folder)
    assert not (folder / NOTE).exists()


@pytest.mark.parametrize("write", ["update", "build", "delete"])
def test_the_next_write_finishes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    cut_off(folder, monkeypatch)
    opened = Library.open(folder, HashingEncoder())
    if write == "update":
        opened.update(add=[statement("new", "Something new was said here.")])
    elif write == "delete":
        opened.delete(["joint-1"])
    else:
        kept = opened.statements()
        Library.build(kept, folder, HashingEncoder())
    assert not on_disk(folder)
    assert not (folder / NOTE).exists()


def test_the_command_says_that_it_is_done_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cut_off(folder, monkeypatch)
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder())
    told: Ran = runner(capfd)("delete", "ostrava-1", "--library", folder)
    assert told.code == 0
    assert told.err == "Note: An interrupted deletion is finished now: ostrava-1.\n"
    assert told.out == f"{folder}: 1 deleted, 4 statements left.\n"
    assert not on_disk(folder)


def test_a_deletion_cut_off_before_it_is_published_deleted_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(generations, "publish", killed)
        with pytest.raises(Killed):
            Library.open(folder, HashingEncoder()).delete(["ostrava-1"])
    opened = Library.open(folder, HashingEncoder())
    assert opened.finish_deletion() == frozenset()
    assert len(opened.delete(["ostrava-1"])) == 4
    assert not on_disk(folder)


def test_an_unknown_id_is_refused_without_a_note(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(LibraryError, match="There is no statement 'absent'"):
            Library.open(folder, HashingEncoder()).delete(["ostrava-1", "absent"])
    assert not (folder / NOTE).exists()


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"ids": 5}', "\udcff"])
def test_a_note_that_was_edited_costs_only_the_generation_before(folder: Path, text: str) -> None:
    Library.open(folder, HashingEncoder()).update(remove=["joint-1"])
    (folder / NOTE).write_bytes(text.encode("utf-8", "replace"))
    opened = Library.open(folder, HashingEncoder())
    assert opened.finish_deletion() == frozenset()
    assert not (folder / NOTE).exists()
    assert len(list((folder / "generations").iterdir())) == 1
    assert len(Library.open(folder)) == 4


def test_what_cannot_be_removed_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(LibraryError, match="cannot be removed, and still holds what was"):
            Library.open(folder, HashingEncoder()).delete(["ostrava-1"])
    assert Library.open(folder, HashingEncoder()).finish_deletion() == {"ostrava-1"}
    assert not on_disk(folder)
