from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compare.corpus import read_corpus
from compare.errors import LibraryError
from compare.facade import Library
from compare.library import locations
from compare.library.backend import backend_at
from compare.library.locations import (
    cache_dir,
    resolve_library,
    sample_corpus,
    sample_library,
    user_library,
)
from tests.fakes import HashingEncoder, sample_statements

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for every test."""
    monkeypatch.setattr(locations, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    monkeypatch.setattr(locations, "user_cache_dir", lambda *_, **__: str(tmp_path / "platform"))
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COMPARE_LIBRARY", raising=False)
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder())
    return tmp_path


def test_the_library_that_is_named_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "from-environment"))
    Library.build(sample_statements(), user_library(), HashingEncoder())
    assert resolve_library(home / "named") == backend_at(home / "named")
    assert resolve_library(Path("~/named")) == backend_at(Path.home() / "named")


def test_then_the_one_of_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Library.build(sample_statements(), user_library(), HashingEncoder())
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "from-environment"))
    assert resolve_library() == backend_at(home / "from-environment")
    monkeypatch.setenv("COMPARE_LIBRARY", "")
    assert resolve_library() == backend_at(user_library())


def test_then_the_users_own_if_there_is_one(home: Path) -> None:
    assert user_library() == home / "data" / "library"
    Library.build(sample_statements(), user_library(), HashingEncoder())
    assert resolve_library() == backend_at(user_library())


def test_else_the_sample_which_is_read_only(home: Path) -> None:
    sample = resolve_library(None)
    assert sample.folder.parent == home / "cache"
    library = Library.open(sample)
    assert library.read_only
    assert library.statements() == sorted(
        read_corpus([sample_corpus()]).statements, key=lambda entry: entry.id
    )
    with pytest.raises(LibraryError, match=r"is read-only: build one of your own"):
        library.delete([library.statements()[0].id])


def sample(encoder: HashingEncoder) -> Library:
    return Library.open(sample_library(encoder), encoder)


def test_the_sample_is_built_once(home: Path) -> None:
    first = sample(HashingEncoder())
    encoder = HashingEncoder()
    again = sample(encoder)
    assert (again.folder, again.generation) == (first.folder, first.generation)
    assert encoder.encoded == []


def test_another_encoder_has_a_sample_of_its_own() -> None:
    other = sample(HashingEncoder(seed="another"))
    assert other.folder != sample(HashingEncoder()).folder
    assert other.digest == sample(HashingEncoder()).digest


def test_a_damaged_sample_is_made_again() -> None:
    first = sample(HashingEncoder())
    for path in (first.folder / "generations" / first.generation).iterdir():
        path.write_bytes(b"damaged")
    again = sample(HashingEncoder())
    again.verify()
    assert again.read_only
    assert again.digest == first.digest


def test_several_programs_may_ask_for_the_sample_at_once() -> None:
    with ThreadPoolExecutor(6) as pool:
        libraries = list(pool.map(lambda _: sample(HashingEncoder()), range(6)))
    assert len({library.generation for library in libraries}) == 1


def test_a_home_that_cannot_be_written_does_not_matter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("COMPARE_CACHE", str(home / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(home))
    library = sample(HashingEncoder())
    assert library.folder.parent.parent == home
    assert library.folder.parent.name.startswith("compare-statements-")


def test_the_cache_is_where_the_environment_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache_dir() == home / "cache"
    monkeypatch.delenv("COMPARE_CACHE")
    assert cache_dir() == home / "platform"


def test_the_sample_corpus_is_beside_the_package(home: Path) -> None:
    assert sample_corpus() == ROOT / "corpora" / "sample.csv"


def test_an_installed_program_finds_the_corpus_it_brought(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        locations, "__file__", str(home / "site-packages/compare/library/locations.py")
    )
    monkeypatch.setattr(sys, "prefix", str(home / "env"))
    with pytest.raises(
        LibraryError,
        match=r"^The sample corpus is neither at .*site-packages.corpora.sample\.csv nor at "
        r".*env.share.compare.corpora.sample\.csv: install the program again, or name a library "
        r"with --library\.$",
    ):
        sample_corpus()
    installed = home / "env" / "share" / "compare" / "corpora" / "sample.csv"
    installed.parent.mkdir(parents=True)
    installed.write_text("id,text\n")
    assert sample_corpus() == installed


def test_looking_for_a_library_loads_little(home: Path) -> None:
    script = (
        "import sys, compare.library.locations as locations\nlocations.resolve_library(None)\n"
        "print([name for name in ('numpy', 'faiss', 'torch', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"COMPARE_LIBRARY": str(home)},
    )
    assert done.stdout == "[]\n", done.stderr
