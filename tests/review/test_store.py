from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compare.errors import ReviewError
from compare.facade import Library
from compare.library.generations import mark_read_only
from compare.review import PairSelection, Reviews
from compare.review.store import APPLICATION, SqliteReviews, reviews_file
from tests.fakes import HashingEncoder, sample_statements, statement
from tests.review.conftest import AGREE, OPPOSE, pair

WRITER = """
import sys
from compare.models.values import Stance
from compare.review import Reviews
review = Reviews(sys.argv[1]).open("canal")
print("ready", flush=True)
sys.stdin.readline()
for place in range(1, len(review) + 1):
    review.answer(sys.argv[2], place, Stance.OPPOSE, 3, sys.argv[2])
    print(place, flush=True)
"""


@pytest.fixture
def reviews(tmp_path: Path) -> Reviews:
    return Reviews(tmp_path / "reviews.sqlite")


def writer(path: Path, reader: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_programs_at_once_lose_nothing(reviews: Reviews) -> None:
    review = reviews.create(
        "canal", PairSelection.imported([pair(n) for n in range(25)]), ["Ada", "Bren"]
    )
    running = [writer(reviews.location, reader) for reader in ("Ada", "Bren")]
    for process in running:
        go(process)
    for process in running:
        process.communicate()
        assert process.returncode == 0
    for reader in ("Ada", "Bren"):
        assert review.progress(reader).answered == 25
        review.hand_in(reader)
    answers = [event for event in review.history() if event.what == "answer"]
    assert len(answers) == 50
    assert {event.pair for event in answers if event.who == "Ada"} == {f"p{n}" for n in range(25)}


def test_two_windows_of_one_reader_lose_nothing(reviews: Reviews) -> None:
    reviews.create("canal", PairSelection.imported([pair(n) for n in range(8)]), ["Ada"])

    def window(label: object) -> None:
        other = Reviews(reviews.location).open("canal")
        for place in range(1, 9):
            other.answer("Ada", place, label)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(window, (AGREE, OPPOSE)))
    review = reviews.open("canal")
    history = [event for event in review.history("Ada") if event.what == "answer"]
    assert len(history) == 16
    for place in range(1, 9):
        first, second = (event for event in history if event.pair == review.pair(place).id)
        assert first.before == ""
        assert second.before == first.after
        stands = review.answer_of("Ada", place)
        assert stands is not None
        assert f'"{stands.label}"' in second.after


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
@pytest.mark.parametrize("after", [1, 7])
def test_answers_stored_before_a_kill_survive(reviews: Reviews, after: int) -> None:
    review = reviews.create("canal", PairSelection.imported([pair(n) for n in range(400)]), ["Ada"])
    process = writer(reviews.location, "Ada")
    go(process)
    assert process.stdout is not None
    for _ in range(after):
        kept = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    found = review.progress("Ada").answered
    assert kept <= found < 400
    events = review.history("Ada")
    assert [event.pair for event in events] == [review.pair(n + 1).id for n in range(found)]
    database = sqlite3.connect(reviews.location)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    review.answer("Ada", found + 1, AGREE)
    assert review.progress("Ada").answered == found + 1


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    store = SqliteReviews(tmp_path / "reviews.sqlite")

    def fail() -> None:
        with store.writing() as database:
            database.execute("INSERT INTO statements VALUES ('h', 'i', 'd')")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.all("SELECT * FROM statements") == []


def test_the_history_is_append_only(reviews: Reviews) -> None:
    review = reviews.create("canal", PairSelection.imported([pair(0)]), ["Ada"])
    review.answer("Ada", 1, AGREE)
    database = sqlite3.connect(reviews.location)
    for command in ("UPDATE events SET who = 'Cor'", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(command)
    database.close()
    reviews.delete("canal")
    assert reviews.all() == []
    assert SqliteReviews(Path(reviews.location)).all("SELECT * FROM statements") == []
    assert SqliteReviews(Path(reviews.location)).all("SELECT * FROM events") == []


def test_building_and_changing_the_library_never_touches_reviews(tmp_path: Path) -> None:
    folder, encoder = tmp_path / "library", HashingEncoder()
    library = Library.build(sample_statements(), folder, encoder)
    reviews = Reviews.of(library)
    assert reviews.location == str(folder / "reviews.sqlite")
    assert not Path(reviews.location).exists()
    assert reviews.all() == []
    assert not Path(reviews.location).exists()
    reviews.create("canal", PairSelection.imported([pair(0)]), ["Ada"]).answer("Ada", 1, AGREE)
    before = Path(reviews.location).read_bytes()
    library.update(add=[statement("new-1", "We say that it must end.")], remove=["joint-1"])
    Library.build(sample_statements()[:2], folder, encoder)
    assert Path(reviews.location).read_bytes() == before
    assert reviews.open("canal").progress("Ada").answered == 1
    assert Library.open(folder).review("canal").progress("Ada").answered == 1
    assert not list(folder.glob("reviews.sqlite-*"))


def test_reviews_of_a_read_only_library_lie_beside_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "compare.library.locations.user_library", lambda: tmp_path / "own" / "library"
    )
    Library.build(sample_statements(), tmp_path / "sample", HashingEncoder()).close()
    assert reviews_file(tmp_path / "sample") == tmp_path / "sample" / "reviews.sqlite"
    mark_read_only(tmp_path / "sample")
    assert reviews_file(tmp_path / "sample") == tmp_path / "own" / "reviews.sqlite"
    assert reviews_file() == tmp_path / "own" / "reviews.sqlite"
    monkeypatch.setenv("COMPARE_REVIEWS", str(tmp_path / "elsewhere.sqlite"))
    assert reviews_file(tmp_path / "sample") == tmp_path / "elsewhere.sqlite"


def test_another_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "reviews.sqlite"
    path.write_text("This is no database, but a note that somebody left here. " * 50)
    with pytest.raises(ReviewError, match="is not a file of reviews, or is damaged"):
        Reviews(path).all()
    path.unlink()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ReviewError, match="have format 99, this program reads 1 to 3"):
        Reviews(path).all()
    with pytest.raises(ReviewError, match="cannot be read or written"):
        Reviews(path / "deeper" / "reviews.sqlite").create(
            "c", PairSelection.imported([pair(0)]), ["Ada"]
        )


def test_an_older_file_is_read_and_extended(reviews: Reviews) -> None:
    reviews.create("canal", PairSelection.imported([pair(0)]), ["Ada"])
    database = sqlite3.connect(reviews.location)
    database.execute(
        "UPDATE projects SET settings = ?",
        ('{"choice": "imported", "order": "given", "machine_shown": "end", "of": {}}',),
    )
    database.execute("PRAGMA user_version = 1")
    database.commit()
    settings = Reviews(reviews.location).open("canal").settings
    assert (settings.filters, settings.searched_on, settings.left_out) == ({}, "", 0)
    reviews.open("canal").answer("Ada", 1, AGREE)
    assert database.execute("PRAGMA user_version").fetchone() == (3,)
    database.close()


def test_a_locked_file_is_one_sentence(reviews: Reviews, monkeypatch: pytest.MonkeyPatch) -> None:
    review = reviews.create("canal", PairSelection.imported([pair(0)]), ["Ada"])
    monkeypatch.setattr("compare.review.store._WAIT", 0.05)
    other = sqlite3.connect(reviews.location, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ReviewError, match="has been locked by another program"):
        review.answer("Ada", 1, AGREE)
    other.close()
    review.answer("Ada", 1, AGREE)


def test_another_program_s_database_is_neither_read_nor_changed(tmp_path: Path) -> None:
    library = Library.build(sample_statements(), tmp_path / "library", HashingEncoder())
    [store] = (tmp_path / "library").glob("generations/*/library.sqlite")
    paths = [tmp_path / name for name in ("plain.sqlite", "wal.sqlite", "marked.sqlite")]
    for path, pragma in zip(paths, ("user_version = 2", "journal_mode = WAL", "application_id = 7"),
                            strict=True):  # fmt: skip
        database = sqlite3.connect(path)
        database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE projects (name TEXT)")
        database.commit()
        database.close()
    for path in (*paths, store):
        before = path.read_bytes()
        reviews = Reviews(path)
        for use in (
            reviews.all,
            lambda r=reviews: r.create("canal", PairSelection.imported([pair(1)]), ["Ada"]),
        ):
            with pytest.raises(ReviewError, match="is not a file of reviews, or is damaged"):
                use()
        assert path.read_bytes() == before
        assert not [other for other in path.parent.iterdir() if "-wal" in other.name]
    library.verify()


def test_a_database_in_use_by_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE recipes (name TEXT)")  # only in the log of writes so far
    database.commit()
    with pytest.raises(ReviewError, match="it holds other tables"):
        Reviews(path).all()
    database.close()


def test_a_file_of_an_older_program_is_marked_at_the_next_write(reviews: Reviews) -> None:
    path = Path(reviews.location)

    def application() -> int:
        return int.from_bytes(path.read_bytes()[68:72], "big")

    review = reviews.create("canal", PairSelection.imported([pair(1)]), ["Ada"])
    assert application() == APPLICATION
    database = sqlite3.connect(path)
    database.execute("PRAGMA application_id = 0")
    database.commit()
    database.close()
    assert [one.name for one in reviews.all()] == ["canal"]
    assert application() == 0
    review.answer("Ada", 1, OPPOSE)
    assert application() == APPLICATION


def test_a_library_made_read_only_still_shows_its_reviews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.library.locations.user_library", lambda: tmp_path / "own" / "lib")
    library = Library.build(sample_statements(), tmp_path / "library", HashingEncoder())
    made = Reviews.of(library).create("canal", PairSelection.imported([pair(1)]), ["Ada"])
    made.answer("Ada", 1, OPPOSE)
    mark_read_only(tmp_path / "library")
    there = Reviews.of(library)
    assert there.open("canal").answers("Ada")["Ada"][1].stance is OPPOSE
    for change in (
        lambda: there.open("canal").answer("Ada", 1, AGREE),
        lambda: there.delete("canal"),
    ):
        with pytest.raises(ReviewError, match="belongs to a read-only library: create a review of"):
            change()
    there.create("own", PairSelection.imported([pair(2)]), ["Ada"])
    assert [review.name for review in there.all()] == ["own", "canal"]
    assert there.location == str(tmp_path / "own" / "reviews.sqlite")
    assert (tmp_path / "own" / "reviews.sqlite").exists()
    with pytest.raises(ReviewError, match="There is already a review 'Canal'"):
        there.create("Canal", PairSelection.imported([pair(2)]), ["Ada"])
