"""A deletion that is cut off anywhere is finished by the next program that writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from compare.cli.program import main
from compare.deletion import NOTE
from compare.errors import CompareError, LibraryError
from compare.facade import Library
from compare.library import generations
from tests.fakes import HashingEncoder, Ran, WordJudge, runner, sample_statements, statement

WORDS = b"blockade of Port Meren is lawful"


class Killed(BaseException):
    """Stands for a kill: nothing may catch it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    english = [replace(one, language="en") for one in sample_statements()]
    Library.build(english, tmp_path / "library", HashingEncoder()).close()
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


def watched(folder: Path) -> Library:
    """A library with a watch that lists the statement to be deleted."""
    library = Library.open(folder, HashingEncoder())
    result = library.search("The blockade of Port Meren must end.", stance_model=WordJudge())
    library.watches.add("port", result, stance_model=WordJudge())
    return library


def review_command(folder: Path) -> None:
    pairs = folder.with_name("pairs.csv")
    pairs.write_text("a,b\nThe lock must open.,It must not.\n")
    with pytest.raises(SystemExit) as ended:
        main(["review", "create", "port", "--pairs", str(pairs), "--reader", "Ada Lorn",
              "--order", "given", "--library", str(folder)])  # fmt: skip
    assert ended.value.code == 0


def test_a_review_is_made_before_it_is_finished(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cut_off(folder, monkeypatch)
    review_command(folder)  # it keeps statements of its own
    assert "The deletion of ostrava-1 is not finished" in capfd.readouterr().err
    assert (folder / NOTE).exists()


WRITES: dict[str, Callable[[Library], object]] = {
    "update": lambda library: library.update(add=[statement("new", "Something new was said.")]),
    "delete": lambda library: library.delete(["joint-1"]),
    "build": lambda library: Library.build(
        library.statements(), library.folder, library.encoder
    ),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_the_next_write_finishes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    watched(folder)
    cut_off(folder, monkeypatch)
    WRITES[write](Library.open(folder, HashingEncoder()))
    assert not on_disk(folder)
    assert not (folder / NOTE).exists()
    assert Library.open(folder).about_deletion() == ""


def test_a_command_that_changes_watches_finishes_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    watched(folder)
    cut_off(folder, monkeypatch)
    told: Ran = runner(capfd)("watch", "remove", "port", "--library", folder)
    assert "An interrupted deletion is finished now: ostrava-1." in told.err
    assert not on_disk(folder)


def test_the_command_says_that_it_is_done_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cut_off(folder, monkeypatch)
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder())
    told: Ran = runner(capfd)("delete", "ostrava-1", "--library", folder)
    assert told.code == 0
    assert told.err.splitlines() == [
        "Note: An interrupted deletion is finished now: ostrava-1.",
        "Note: Remove them from the files too, or the next build from these adds them again.",
    ]
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


DAMAGED = (
    "",
    "[]",
    "[" * 100_000,
    "{}",
    '{"ids": 5}',
    '{"ids": ["ostrava-1", null]}',
    '{"ids": [], "ids": []}',
    '{"ids": [], "more": 1}',
    "\udcff",
)


@pytest.mark.parametrize("text", DAMAGED)
def test_with_a_damaged_note_the_words_of_all_that_is_gone_are_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    watched(folder)
    cut_off(folder, monkeypatch)
    (folder / NOTE).write_bytes(text.encode("utf-8", "surrogateescape"))
    opened = Library.open(folder, HashingEncoder())
    assert f"{folder / NOTE}, which named the statements, is damaged" in opened.about_deletion()
    with pytest.raises(LibraryError, match="There is no statement 'absent'"):
        opened.delete(["absent"])
    assert opened.about_deletion() == ""
    assert not on_disk(folder)
    assert not (folder / NOTE).exists()
    assert len(Library.open(folder)) == 4


def test_another_deletion_keeps_the_note_of_one_that_deleted_nothing(folder: Path) -> None:
    (folder / NOTE).write_text('{"ids": ["ostrava-1"]}')
    after = Library.open(folder, HashingEncoder()).delete(["joint-1"])
    assert "The deletion of ostrava-1 has deleted nothing yet" in after.about_deletion()
    with pytest.raises(LibraryError, match="There is no statement 'absent'"):
        after.delete(["absent"])
    assert "ostrava-1" in after.about_deletion()
    assert after.delete(["ostrava-1"]).about_deletion() == ""
    assert len(Library.open(folder)) == 3


def test_a_note_without_ids_costs_only_the_generation_before(folder: Path) -> None:
    Library.open(folder, HashingEncoder()).update(remove=["joint-1"])
    (folder / NOTE).write_text('{"ids": []}')
    opened = Library.open(folder, HashingEncoder())
    assert opened.finish_deletion() == frozenset()
    assert not (folder / NOTE).exists()
    assert len(list((folder / "generations").iterdir())) == 1
    assert len(Library.open(folder)) == 4


def test_a_folder_in_place_of_the_note_is_one_sentence(folder: Path) -> None:
    (folder / NOTE).mkdir()
    opened = Library.open(folder, HashingEncoder())
    with pytest.raises(LibraryError, match=r"deletion\.json cannot be read \(Is a directory\)"):
        opened.update()
    with pytest.raises(CompareError, match=r"deletion\.json cannot be read \(Is a directory\)"):
        opened.delete(["ostrava-1"])


# --- what a person is told -----------------------------------------------------------------------


def test_commands_that_read_say_that_a_deletion_is_not_finished(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cut_off(folder, monkeypatch)
    run = runner(capfd)
    told: Ran = run("show", "--library", folder)
    assert told.code == 0
    assert "ostrava-1" not in told.out
    assert told.err == (
        "Note: The deletion of ostrava-1 is not finished, and the words may still be in the "
        f"library's files: `compare delete ostrava-1 --library {folder}` finishes it, and so does "
        "the next change to the library.\n"
    )
    Library.build([statement("z", "Timber.")], folder.parent / "other", HashingEncoder()).close()
    several = Library.open(f"{folder};{folder.parent / 'other'}")
    assert several.about_deletion() == Library.open(folder).about_deletion() != ""
    Library.open(folder).finish_deletion()
    told = run("show", "--library", folder)
    assert (told.code, told.err) == (0, "")


def test_commands_say_that_a_deletion_has_deleted_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / NOTE).write_text('{"ids": ["ostrava-1", "joint-1"]}')
    told: Ran = runner(capfd)("show", "--library", folder)
    assert told.code == 0
    assert told.err == (
        "Note: The deletion of joint-1 and 1 more has deleted nothing yet: if it was interrupted, "
        f"repeat it with `compare delete joint-1 ostrava-1 --library {folder}`.\n"
    )


def test_what_cannot_be_removed_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(LibraryError, match="cannot be removed, and still holds what was"):
            Library.open(folder, HashingEncoder()).delete(["ostrava-1"])
    assert Library.open(folder, HashingEncoder()).finish_deletion() == {"ostrava-1"}
    assert not on_disk(folder)
