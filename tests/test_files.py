"""A file that cannot be written is refused before the work, not after it."""

import os
import sqlite3

import numpy as np
import pytest

from compare.cli.output import check_csv, check_out
from compare.comparison.scoring import ScoreCache
from compare.errors import ExportError, LibraryError
from compare.files import check_writable, exists, write_whole
from compare.library.locations import writable_cache


@pytest.mark.parametrize("check", [check_writable, check_out, check_csv])
def test_a_folder_that_is_not_there_is_said_ahead(tmp_path, check):
    options = {"force": False}
    check(tmp_path / "pairs.csv", **options)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ExportError, match=r"pairs.csv cannot be written \(No such file"):
        check(tmp_path / "absent" / "pairs.csv", **options)
    (tmp_path / "pairs.csv").write_text("")
    with pytest.raises(ExportError, match="already exists"):
        check(tmp_path / "pairs.csv", **options)
    check(tmp_path / "pairs.csv", force=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few users make links")
def test_a_link_that_leads_nowhere_exists(tmp_path):
    link = tmp_path / "pairs.csv"
    link.symlink_to(tmp_path / "moved.csv")
    assert exists(link)
    for refused in (check_writable, check_out, check_csv):
        with pytest.raises(ExportError, match="already exists"):
            refused(link, force=False)
    with pytest.raises(ExportError, match="already exists"):
        write_whole(link, b"new")
    assert link.is_symlink()
    write_whole(link, b"new", force=True)
    assert (link.is_symlink(), link.read_bytes()) == (False, b"new")
    assert list(tmp_path.iterdir()) == [link]


@pytest.mark.parametrize("letter", ["a", "é", "語", "𝄞"])
def test_the_longest_name_is_written(tmp_path, letter):
    longest = letter * (251 // len(letter.encode())) + ".csv"
    path = tmp_path / longest
    check_writable(path)
    write_whole(path, b"whole")
    assert path.read_bytes() == b"whole"
    with pytest.raises(ExportError, match="File name too long"):
        check_writable(tmp_path / f"{longest}{letter * 4}")
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def no_cache(tmp_path, monkeypatch):
    """A cache that nothing can be written into, and a temporary folder of the test's own."""
    (tmp_path / "file").write_text("")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path


def test_scores_are_kept_elsewhere_where_the_cache_cannot_be_written(no_cache):
    journal = ScoreCache({"library": "one"})
    rows = np.arange(3), np.arange(3, 6)
    scores = np.full((3, 3), 1 / 3, np.float32)
    journal.add(*rows, scores)
    assert np.array_equal(ScoreCache({"library": "one"}).known(*rows)[0], scores)
    assert list((no_cache / "tmp").glob("compare-statements-*/comparisons/*.sqlite"))


def test_nowhere_to_write_is_one_sentence(no_cache, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(no_cache / "file"))
    with pytest.raises(LibraryError, match="name another folder with COMPARE_CACHE"):
        writable_cache()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no such owners")
def test_a_temporary_folder_of_another_user_is_not_used(no_cache, monkeypatch):
    writable_cache()
    monkeypatch.setattr("compare.library.locations._user", lambda: str(os.getuid()))
    monkeypatch.setattr("os.getuid", lambda: 12345678)
    with pytest.raises(LibraryError, match="it is another user's"):
        writable_cache()


def test_a_disk_that_fills_is_one_sentence(tmp_path, monkeypatch):
    journal = ScoreCache({"library": "one"}, tmp_path)

    def full(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(LibraryError, match=r"disk is full\); those already saved are kept"):
        journal.add(np.arange(1), np.arange(1), np.zeros((1, 3), np.float32))


def test_a_damaged_journal_is_made_again_and_a_busy_one_is_not(tmp_path, monkeypatch):
    journal = ScoreCache({"library": "one"}, tmp_path)
    [path] = tmp_path.glob("*.sqlite")
    path.write_bytes(b"no database" * 100)
    rows = np.arange(1), np.arange(1, 2)
    ScoreCache({"library": "one"}, tmp_path).add(*rows, np.ones((1, 3), np.float32))
    monkeypatch.setattr(ScoreCache, "_create_table", _busy)
    with pytest.raises(LibraryError, match="locked"):
        ScoreCache({"library": "one"}, tmp_path)
    assert journal.known(*rows)[1].all()


def _busy(_):
    raise sqlite3.OperationalError("database is locked")
