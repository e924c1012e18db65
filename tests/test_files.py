"""A file that cannot be written is refused before the work, not after it."""

import errno
import os
import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest

from compare.cli.output import check_out
from compare.comparison.scoring import ScoreCache
from compare.errors import CompareError, ExportError, LibraryError
from compare.files import check_writable, exists, write_whole, writing
from compare.library import locations
from compare.library.locations import cache_dir, writable_cache
from compare.review.corrections import corrections_file
from compare.review.store import reviews_file


@pytest.mark.parametrize("check", [check_writable, check_out])
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
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_never_replaced(tmp_path, there):
    link, target = tmp_path / "pairs.csv", tmp_path / "moved.csv"
    link.symlink_to(target)
    if there:
        target.write_bytes(b"old")
    assert exists(link)
    for force in (False, True):
        for refused in (check_writable, check_out):
            with pytest.raises(ExportError, match="is a link, which is never replaced"):
                refused(link, force=force)
        with pytest.raises(ExportError, match="is a link, which is never replaced"):
            write_whole(link, b"new", force=force)
    assert link.is_symlink()
    assert target.exists() == there
    assert not there or target.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither")
def test_pipes_and_devices_are_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, kind in ((tmp_path / "pipe", "pipe"), (Path("/dev/null"), "device")):
        for refused in (check_writable, lambda path, force: write_whole(path, b"", force=force)):
            with pytest.raises(ExportError, match=f"is a {kind}, which is never replaced"):
                refused(path, force=True)
    assert Path("/dev/null").is_char_device()
    with pytest.raises(ExportError, match="is a folder, which is never replaced"):
        write_whole(tmp_path, b"", force=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_what_is_replaced_keeps_its_permissions_and_owner(tmp_path):
    path = tmp_path / "pairs.csv"
    for mode in (0o600, 0o640, 0o444):
        path.touch()
        path.chmod(mode)
        write_whole(path, b"new", force=True)
        assert stat.S_IMODE(path.stat().st_mode) == mode
    if os.geteuid() == 0:
        os.chown(path, 1234, 4321)
        write_whole(path, b"newer", force=True)
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other owners")
def test_a_file_of_another_user_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "pairs.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.geteuid", lambda: path.stat().st_uid + 1)
    for refused in (check_writable, lambda path, force: write_whole(path, b"", force=force)):
        with pytest.raises(ExportError, match="is another user's: choose another name"):
            refused(path, force=True)
    assert path.read_bytes() == b"old"


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
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    raise error


@pytest.mark.parametrize("variable", ["COMPARE_CACHE", "COMPARE_REVIEWS", "COMPARE_CORRECTIONS"])
def test_the_folder_of_an_unknown_user_is_one_sentence(monkeypatch, variable):
    monkeypatch.setenv(variable, "~nouser/x")
    find = {
        "COMPARE_CACHE": cache_dir,
        "COMPARE_REVIEWS": reviews_file,
        "COMPARE_CORRECTIONS": corrections_file,
    }[variable]
    with pytest.raises(CompareError, match=f"{variable}=~nouser/x is no path"):
        find()


def test_a_full_cache_gives_way_to_the_temporary_folder(tmp_path, monkeypatch):
    cache, other = tmp_path / "cache", tmp_path / "tmp"
    other.mkdir()
    monkeypatch.setenv("COMPARE_CACHE", str(cache))
    monkeypatch.setattr("tempfile.tempdir", str(other))
    probe = locations._probe

    def full(folder):
        if folder == cache:
            raise OSError(errno.ENOSPC, "No space left on device")
        probe(folder)

    monkeypatch.setattr(locations, "_probe", full)
    assert writable_cache().parent == other


def test_what_killed_programs_left_is_removed_and_what_is_in_use_stays(tmp_path):
    path = tmp_path / "pairs.csv"
    others = [".pairs.csv.abcdefgh.tmp.csv", ".pairs.csv.old.tmp", ".pairs.jsonl.abcdefgh.tmp"]
    for name in (".pairs.csv.abcdefgh.tmp", *others):
        (tmp_path / name).write_text("half")
    with writing(path) as file:
        file.write(b"first")
        in_use = {entry.name for entry in tmp_path.iterdir()} - set(others)
        assert len(in_use) == 1
        write_whole(path, b"second")
        assert in_use < {entry.name for entry in tmp_path.iterdir()}
        path.unlink()
    assert path.read_bytes() == b"first"
    assert {entry.name for entry in tmp_path.iterdir()} == {path.name, *others}
