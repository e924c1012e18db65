"""What may not be read or written is named in one sentence; checked as a user without rights."""

from __future__ import annotations

import codecs
import importlib
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import compare
from compare.facade import Library
from compare.review import PairSelection, Reviews
from tests.fakes import HashingEncoder, Ran, WordJudge, runner
from tests.hostile.conftest import STATEMENTS
from tests.review.conftest import pair

NOBODY = 65_534

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a library that a user without rights owns."""
    folder = Path(tempfile.mkdtemp(prefix="compare-rights-", dir="/tmp"))
    library = Library.build(STATEMENTS, folder / "library", HashingEncoder(256))
    result = library.search("The blockade must end", stance_model=WordJudge())
    result.save(folder / "result.json")
    library.watches.add("port", result, stance_model=WordJudge())
    library.close()
    Reviews(folder / "library" / "reviews.sqlite").create(
        "canal", PairSelection.imported([pair(0)]), ["Ada"]
    )
    (folder / "closed").mkdir()
    (folder / "closed" / "a.csv").write_text("id,text\na,We agree.\n")
    (folder / "a.csv").write_text("id,text\na,We agree.\n")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    yield folder
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


@pytest.fixture
def run(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ran]]:
    monkeypatch.chdir(place)
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: WordJudge())
    monkeypatch.setenv("COMPARE_CACHE", str(place / "cache"))
    monkeypatch.setenv("HOME", str(place / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "home"))
    ran = runner(capfd)
    root = os.geteuid() == 0
    if root:
        _import_all()  # the other user may not read the modules
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield ran
    finally:
        if root:
            os.setresuid(0, 0, 0)


def _import_all() -> None:
    """Import what the commands import when they run."""
    for encoding in ("utf-8-sig", "utf-16", "idna"):
        codecs.lookup(encoding)
    for found in pkgutil.walk_packages(compare.__path__, "compare."):
        if not found.name.startswith(
            ("compare.ui", "compare.__main__", "compare.library.postgres")
        ):
            with suppress(ImportError):  # of an extra that is not installed
                importlib.import_module(found.name)


def closed(place: Path, name: str) -> None:
    for path in place.glob(name):
        path.chmod(0)


def one_sentence(told: Ran, *words: str) -> None:
    assert told.code == 2, told
    *_, last = told.err.rstrip("\n").split("\n")
    assert last.startswith("Error: ")
    assert told.err.count("Error: ") == 1
    assert "Traceback" not in told.err
    assert all(word in last for word in words), last


@pytest.mark.parametrize(
    "name",
    [
        "library",
        "library/CURRENT",
        "library/generations",
        "library/generations/*",
        "library/generations/*/manifest.json",
        "library/generations/*/library.sqlite",
        "library/generations/*/vectors.npy",
        "library/generations/*/index.faiss",
    ],
)
def test_a_part_of_a_library(place: Path, run: Callable[..., Ran], name: str) -> None:
    closed(place, name)
    for command in (
        ("info",),
        ("show",),
        ("search", "The blockade must end"),
        ("delete", "own"),
        ("build", "--corpus", "a.csv"),
        ("watch", "list"),
        ("review", "list"),
    ):
        told = run(*command, "--library", "library")
        one_sentence(told, "cannot be read (Permission denied): check that it is yours to read")


def test_reviews_and_watches(place: Path, run: Callable[..., Ran]) -> None:
    for document in ("watches.json", "reviews.sqlite"):
        (place / "library" / document).touch()
    closed(place, "library/reviews.sqlite")
    told = run("review", "list", "--library", "library")
    one_sentence(told, "reviews.sqlite cannot be read or written (Permission denied)")
    closed(place, "library/watches.json")
    for command in (("watch", "list"), ("watch", "run"), ("delete", "own")):
        one_sentence(run(*command, "--library", "library"), "watches.json", "Permission denied")


def test_files_below_a_folder_that_cannot_be_searched(place: Path, run: Callable[..., Ran]) -> None:
    closed(place, "closed")
    inside = "closed/a.csv"
    for command in (
        ("build", "--library", "new", "--corpus", inside),
        ("build", "--library", "new", "--corpus", "closed"),
        ("build", "--library", "closed/new", "--corpus", "a.csv"),
        ("import", "hansard", inside, "--out", "a.jsonl"),
        ("import", "hansard", "a.csv", "--out", "closed/a.jsonl"),
        ("search", "The blockade must end", "--library", "library", "--out", inside),
        ("search", "The blockade must end", "--library", "closed/library"),
        ("export", "closed/result.json", "--out", "b.csv"),
        ("export", "result.json", "--out", "closed/b.csv"),
        ("report", "result.json", "--out", "closed/b.html"),
        ("reproduce", "closed/result.json"),
        ("evaluate", inside),
        ("stance", "--batch", inside),
        ("info", "--library", "closed"),
    ):
        told = run(*command)
        one_sentence(told, "closed")
        assert "Permission denied" in told.err or "is not readable" in told.err


def test_an_unreadable_corpus(place: Path, run: Callable[..., Ran]) -> None:
    closed(place, "a.csv")
    for command in (
        ("build", "--library", "new", "--corpus", "a.csv"),
        ("evaluate", "a.csv"),
        ("import", "auto", "a.csv", "--out", "b.jsonl"),
    ):
        one_sentence(run(*command), "a.csv")


def test_the_reviews_of_a_library_made_read_only_can_be_read(
    place: Path, run: Callable[..., Ran]
) -> None:
    files = set((place / "library").iterdir())
    (place / "library" / "reviews.sqlite").chmod(0o444)
    (place / "library").chmod(0o555)
    told = run("review", "list", "--library", "library")
    assert told == Ran(0, "canal: 1 pair; Ada 0\n", "")
    told = run("review", "export", "canal", "--library", "library", "--out", "pairs.csv")
    assert told.code == 0
    told = run("review", "done", "canal", "--reader", "Ada", "--library", "library", "--yes")
    assert told.code == 2
    made = ("review", "create", "own", "--reader", "Ada", "--result", "result.json")
    assert run(*made, "--library", "library").code == 0
    told = run("review", "list", "--library", "library")
    assert [line.partition(":")[0] for line in told.out.splitlines()] == ["own", "canal"]
    assert set((place / "library").iterdir()) == files
