"""Reviews whose file was edited by hand or damaged: a sentence, and no figure over nonsense."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.errors import CompareError
from compare.facade import Library
from compare.review import (
    Answer,
    Choice,
    PairSelection,
    Review,
    ReviewFormat,
    Reviews,
    agreement,
    draw,
    read_answers,
    read_review_pairs,
    review_bytes,
)
from compare.review.exporting import review_html
from compare.review.store import PostgresReviews
from tests.fakes import HashingEncoder, runner, sample_statements
from tests.postgres_server import Server
from tests.review.conftest import AGREE, NEITHER, OPPOSE, pair, read_by, table

READERS = ("Ada", "Bren")
_SEEN: dict[str, Any] = {}


def make(path: Path) -> Path:
    """A finished review with all that a history can hold, and one that is being read."""
    reviews = Reviews(path)
    drawn = draw(table([AGREE] * 3 + [OPPOSE] * 3 + [NEITHER] * 4), Choice.STRATIFIED, 6)
    done = reviews.create("canal", drawn, READERS)
    done.change_codebook("Judge the words.\n", "Ada")
    done.answer("Ada", 1, AGREE, 2, "not sure")
    done.answer("Ada", 1, NEITHER, 3)
    done.undo("Ada")
    read_by(done, "Ada", [AGREE, OPPOSE, None, NEITHER, AGREE, OPPOSE])
    read_by(done, "Bren", [AGREE, OPPOSE, None, AGREE, OPPOSE, OPPOSE])
    done.decide(4, NEITHER, "Cor", 3, "a denial")
    done.decide(5, AGREE, "Cor")
    done.undo_decision("Cor")
    done.decide(5, OPPOSE, "Dov")
    pairs = [pair(1), pair(2, AGREE, "fees"), pair(3, None)]
    open_ = reviews.create("lake", PairSelection.imported(pairs), READERS, order="given")
    open_.answer_many("Ada", {1: Answer(AGREE, 1, "clear"), 2: Answer(None)})
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("reviews") / "reviews.sqlite")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("beside") / "library"
    with closing(Library.build(sample_statements(), folder, HashingEncoder())) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file that is damaged anew in each try."""
    return tmp_path / "reviews.sqlite"


# --- what commands and the page ask --------------------------------------------------------------


def _progress(review: Review) -> Any:
    return [(review.progress(name), review.next_place(name)) for name in review.readers]


def _own(review: Review) -> Any:
    return [review.answer_of(name, 1) for name in review.readers] + [review.answers("Ada")]


ASKED: dict[str, Callable[[Review], Any]] = {
    "settings": lambda review: review.settings,
    "progress": _progress,
    "own": _own,
    "codebook": lambda review: (review.codebook, review.codebook_changes),
    "pairs": lambda review: list(review.pairs()),
    "place": lambda review: [review.place_of(found.id) for _, found in review.pairs()],
    "history": lambda review: review.history("Ada"),
    "decisions": lambda review: review.decisions(),
    "differences": lambda review: review.differences() if review.is_finished else None,
    "figures": lambda review: agreement(review).to_dict() if review.is_finished else None,
    "notebook": review_html,
    **{
        f"as {format}": lambda review, format=format: review_bytes(review, format, seen_by="Ada")
        for format in ReviewFormat
    },
}
CHANGES: dict[str, Callable[[Reviews, str], Any]] = {
    "answer": lambda reviews, name: reviews.open(name).answer("Bren", 1, OPPOSE, 2),
    "import": lambda reviews, name: reviews.open(name).answer_many("Bren", {2: Answer(AGREE)}),
    "undo": lambda reviews, name: reviews.open(name).undo("Ada"),
    "decide": lambda reviews, name: reviews.open(name).decide(4, AGREE, "Cor"),
    "undo decision": lambda reviews, name: reviews.open(name).undo_decision("Dov"),
    "codebook": lambda reviews, name: reviews.open(name).change_codebook("New.\n", "Ada"),
    "create": lambda reviews, name: reviews.create(
        "sea", PairSelection.imported([pair(9)]), ["Ada"]
    ),
    "delete": lambda reviews, name: reviews.delete(name),
}


def sentence_of(error: CompareError) -> str:
    """The message of an error, which is one sentence that can be shown."""
    said = str(error)
    assert "\n" not in said
    assert said.endswith(".")
    assert len(said) < 900
    return said


def told(ask: Callable[[], Any]) -> Any:
    """What is answered; None if it was refused in a sentence."""
    try:
        return ask()
    except CompareError as error:
        sentence_of(error)
        return None


def everything(path: Path) -> dict[str, Any]:
    """What every question about both reviews is answered with, None where it is refused."""
    listed = told(lambda: Reviews(path).each(lambda one: (one.name, one.readers)))
    found = {"list": listed[0] if listed and not listed[1] else None}
    for name in ("canal", "lake"):
        review = told(lambda name=name: Reviews(path).open(name))
        for what, ask in ASKED.items():
            found[f"{name}: {what}"] = (
                told(lambda review=review, ask=ask: ask(review)) if review else None
            )
    return found


def right_answers(whole: Path) -> dict[str, Any]:
    if not _SEEN:
        _SEEN.update(everything(whole))
    return _SEEN


def change(path: Path, how: str) -> None:
    """Change both reviews in one of the `CHANGES`: it works, or is refused in a sentence."""
    for name in ("canal", "lake"):
        told(lambda name=name: CHANGES[how](Reviews(path), name))


def unlocked(path: Path) -> sqlite3.Connection:
    """Open a file so that its history can be edited, too."""
    database = sqlite3.connect(path, isolation_level=None)
    for trigger in ("events_stay", "events_last"):
        database.execute(f"DROP TRIGGER {trigger}")
    return database


# --- edits by name -------------------------------------------------------------------------------


def _rows() -> list[tuple[str, str]]:
    lines = Path(__file__).with_name("review_edits.tsv").read_text("utf-8").splitlines()[1:]
    return [(command, sentence) for command, sentence in (line.split("\t") for line in lines)]


COMMANDS = [
    ("list",),
    ("status", "canal"),
    ("answer", "canal", "--reader", "Ada"),
    ("answer", "canal", "--reader", "Ada", "--undo"),
    ("done", "canal", "--reader", "Ada"),
    ("decide", "canal"),
    ("decide", "canal", "--by", "Cor", "--pair", "x", "--label", "agree"),
    ("import", "canal", "answers.csv", "--reader", "Ada"),
    ("agreement", "canal"),
    ("agreement", "canal", "--json"),
    ("create", "sea", "--pairs", "pairs.csv", "--reader", "Ada"),
    *(("export", "canal", "--to", format.value, "--out", "-") for format in ReviewFormat),
]


def everything_of(reviews: Reviews) -> Iterator[Any]:
    """Ask all there is to ask about a review until something is refused."""
    review = reviews.open("canal")
    for ask in ASKED.values():
        yield ask(review)


def altered(whole: Path, path: Path, command: str) -> Path:
    shutil.copy(whole, path)
    with closing(unlocked(path)) as database:
        database.execute(command)
    return path


@pytest.mark.parametrize(("command", "sentence"), _rows(), ids=lambda text: text[:40])
def test_an_edit_is_refused_with_its_place(
    whole: Path, path: Path, command: str, sentence: str
) -> None:
    altered(whole, path, command)
    with pytest.raises(CompareError) as refused:
        list(everything_of(Reviews(path)))
    said = sentence_of(refused.value)
    assert sentence in said
    assert said.startswith(f"{path} is damaged or was edited: in the review 'canal', ")
    assert said.endswith("or remove the review with `compare review delete`.")
    Reviews(path).delete("Canal")
    assert [one.name for one in Reviews(path).all()] == ["lake"]


def test_a_name_that_is_no_text_is_named_as_it_is_shown(whole: Path, path: Path) -> None:
    reviews = Reviews(altered(whole, path, "UPDATE projects SET name = x'ff' WHERE project = 1"))
    with pytest.raises(CompareError, match="There is no review 'canal'") as refused:
        reviews.open("canal")
    assert "name an existing one (lake, x'ff')" in str(refused.value)
    with pytest.raises(CompareError, match="review \"x'ff'\", the review itself, name: input"):
        reviews.open("x'ff'")
    reviews.delete("x'ff'")
    assert [one.name for one in reviews.all()] == ["lake"]


def test_a_damaged_review_blocks_no_other(
    whole: Path,
    path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COMPARE_REVIEWS", str(path))
    monkeypatch.chdir(path.parent)
    Path("pairs.csv").write_text("a,b\nThe lock must open.,It must not.\n")
    altered(whole, path, "UPDATE projects SET settings = 'no' WHERE project = 1")
    run = runner(capfd)
    listed = run("review", "list")
    assert listed.out == "lake: 3 pairs; Ada 2, Bren 0\n"
    assert listed.err.startswith(f"Note: {path} is damaged or was edited: in the review 'canal', ")
    made = run("review", "create", "sea", "--pairs", "pairs.csv", "--reader", "Ada")
    assert (made.code, made.out) == (0, "sea: 1 pair for Ada.\n")
    taken = run("review", "create", "CANAL", "--pairs", "pairs.csv", "--reader", "Ada")
    assert (taken.code, "There is already a review 'CANAL'" in taken.err) == (2, True)
    with pytest.raises(CompareError, match="in the review 'canal', the settings"):
        Reviews(path).finished_pairs()


@pytest.mark.parametrize("number", [0, 5, 8, 16, 18, 22, 26, 29])
def test_no_command_shows_a_traceback(
    whole: Path,
    path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    monkeypatch.setenv("COMPARE_REVIEWS", str(path))
    monkeypatch.chdir(path.parent)
    Path("answers.csv").write_text("pair,answer\nx,agree\n")
    Path("pairs.csv").write_text("a,b\nThe lock must open.,It must not.\n")
    altered(whole, path, _rows()[number][0])
    run = runner(capfd)
    for command in COMMANDS:
        done = run("review", *command)
        assert "Traceback" not in done.err
        assert done.code == 0 or (done.code, done.out, done.err.count("\n")) == (2, "", 1), command
    assert run("review", "delete", "canal", "--yes").code == 0


@pytest.mark.parametrize("ask", ["status", "done"])
def test_status_and_hand_in_check_all_answers(
    whole: Path,
    path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    ask: str,
) -> None:
    monkeypatch.setenv("COMPARE_REVIEWS", str(path))
    edit = "UPDATE answers SET note = 'x' WHERE project = 2 AND place = 1"
    review = Reviews(altered(whole, path, edit)).open("lake")
    assert review.progress("Ada").answered == 1
    told = runner(capfd)("review", ask, "lake", *(["--reader", "Ada"] if ask == "done" else []))
    assert (told.code, "to pair 1 is agree: the history has another" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("UPDATE answers SET stance = 'maybe' WHERE place = 2", "or 'skip', not \"maybe\""),
        (
            "UPDATE pairs SET p_agree = 'NaN' WHERE place = 1",
            "p_agree: input should be a finite number, not NaN",
        ),
        ("DELETE FROM answers WHERE place = 1", "the answer of Ada to pair 1: it is missing"),
        ("UPDATE projects SET settings = 'no'", "the settings: it cannot be read"),
        ("DELETE FROM readers WHERE reader = 1", "their numbers are [2]"),
        ("DELETE FROM format", "have format none, this program reads"),
    ],
)
def test_an_edit_in_a_database_is_refused_with_its_place(
    postgres: Server, command: str, sentence: str
) -> None:
    library = f"e{zlib.crc32(command.encode())}"
    address = postgres.address(library)
    review = Reviews(PostgresReviews(address)).create(
        "canal", PairSelection.imported([pair(number) for number in range(3)]), READERS
    )
    read_by(review, "Ada", [AGREE, OPPOSE, None])
    postgres.sql(f"SET search_path = {library}_reviews; {command}")
    with pytest.raises(CompareError) as refused:
        list(everything_of(Reviews(PostgresReviews(address))))
    assert sentence in sentence_of(refused.value)


# --- imported files ------------------------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(["", "agree", "skip", "maybe", "p1", "nan", "inf", "-1", "5", "3.0", "1e400"]),
    st.sampled_from(["2022-13", "0001-01-01T00:00:00+14:00", "x" * 6_000, "\0", "\u202e", "=1+1"]),
    st.text(max_size=4),
)
_IMPORTED = ("pair", "answer", "label", "confidence", "note", "answered", "a", "b", "p_agree",
             "p_oppose", "p_neither", "similarity", "machine", "topic", "a_date", "a_country",
             "reader_1", "answer_1")  # fmt: skip


_FAST = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(_IMPORTED), CELLS, min_size=1), min_size=1, max_size=3
    ),
    st.booleans(),
)
@settings(_FAST, max_examples=30)
def test_any_imported_file_is_read_or_refused_in_a_sentence(
    whole: Path, path: Path, rows: list[dict[str, str]], as_csv: bool
) -> None:
    shutil.copy(whole, path)
    file, reviews = path.with_name("rows.csv" if as_csv else "rows.jsonl"), Reviews(path)
    with file.open("w", encoding="utf-8", errors="replace", newline="") as lines:
        if as_csv:
            names = sorted({name for row in rows for name in row})
            writer = csv.DictWriter(lines, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
        else:
            lines.writelines(f"{json.dumps(row)}\n" for row in rows)
    review = reviews.open("lake")
    told(lambda: review.answer_many("Bren", read_answers(file, review, "Bren")))
    if pairs := told(lambda: read_review_pairs(file)):
        review = reviews.create("sea", PairSelection.imported(pairs.pairs), ["Ada"])
        assert len([*review.pairs()]) == len(pairs.pairs)
    assert [review_bytes(review, format) for format in ReviewFormat]


# --- edits at random ----------------------------------------------------------------------------

COLUMNS = {
    "statements": ("hash", "id", "data"),
    "projects": ("project", "name", "codebook", "settings", "created", "version"),
    "readers": ("project", "reader", "name", "handed_in"),
    "pairs": ("project", "place", "id", "a_hash", "a_start", "a_end", "b_hash", "b_start", "b_end",
              "machine", "p_agree", "p_oppose", "p_neither", "label_source", "similarity",
              "divergence", "topic", "stratum", "weight"),
    "answers": ("project", "reader", "place", "stance", "confidence", "note", "at", "who"),
    "events": ("n", "project", "reader", "place", "who", "what", "before", "after", "undoes", "at"),
}  # fmt: skip
FREE = {
    "statements": {"id"},  # a copy that nothing reads
    "projects": {"name", "codebook", "settings", "created", "version"},
    "readers": {"project", "name", "handed_in"},
    "pairs": {"id", "a_start", "a_end", "a_hash", "b_hash", "b_start", "b_end", "machine",
              "p_agree", "p_oppose", "p_neither", "label_source", "similarity", "divergence",
              "topic", "stratum", "weight", "place", "project"},
    "answers": set(),
    "events": {"n", "at", "who", "undoes"},
}  # fmt: skip
"""Columns whose value may be another of the same kind, as nothing else in the file contradicts it.

Everything that people answered is in the file twice, and so are the words of statements.
"""
_ALONE = ("projects", "readers", "pairs")  # a reader without answers, or the last pair, may go
VALUES = st.one_of(
    st.sampled_from(
        [None, 0, 1, 2, 3, -1, 5, 2**62, 0.5, 5.0, -0.1, float("inf"), float("nan"), b"", b"\xff"]
    ),
    st.sampled_from(["", "agree", "oppose", "maybe", "skip", "banana", "2022-13", "x" * 20_000]),
    st.sampled_from(["null", "{}", "[]", '{"answer": "agree"}', "[" * 90_000, "1e999", '""']),
    st.sampled_from(["answer", "undo", "hand in", "codebook", "2024-05-06T07:08:09.000+00:00"]),
    st.text(max_size=5),
)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str, str, Any, int, int]:
    table = draw(st.sampled_from(sorted(COLUMNS)))
    column = draw(st.sampled_from(COLUMNS[table]))
    how = draw(st.sampled_from(["value", "value", "value", "other", "json", "delete", "invalid"]))
    return table, column, how, draw(VALUES), draw(st.integers(0, 60)), draw(st.integers(0, 60))


def edit(path: Path, table: str, column: str, how: str, value: Any, row: int, other: int) -> None:
    """Change one value, or delete one row; what SQLite itself refuses is not done."""
    with closing(unlocked(path)) as database:
        keys = [name for _, name, *_, is_key in database.execute(f"PRAGMA table_info({table})")
                if is_key]  # fmt: skip
        rows = database.execute(f"SELECT {', '.join(keys)} FROM {table}").fetchall()
        key = rows[row % len(rows)]
        where = " AND ".join(f"{name} = ?" for name in keys)
        values = [old for (old,) in database.execute(f"SELECT {column} FROM {table}")]
        try:
            if how == "delete":
                database.execute(f"DELETE FROM {table} WHERE {where}", key)
                return
            old = database.execute(f"SELECT {column} FROM {table} WHERE {where}", key).fetchone()[0]
            if how == "other":
                value = values[other % len(values)]
            elif how == "json" and isinstance(old, str) and old.startswith("{"):
                data = json.loads(old)
                data[sorted(data)[other % len(data)]] = None if isinstance(value, bytes) else value
                value = json.dumps(data)
            new = "CAST(X'61FF62' AS TEXT)" if how == "invalid" else "?"
            parameters = key if how == "invalid" else (value, *key)
            database.execute(f"UPDATE {table} SET {column} = {new} WHERE {where}", parameters)
        except (sqlite3.Error, OverflowError, UnicodeEncodeError):
            pass


@given(edits(), st.sampled_from(sorted(CHANGES)))
@_FAST
def test_any_edit_is_refused_or_changes_nothing(
    path: Path, whole: Path, edited: tuple[str, str, str, Any, int, int], changes: str
) -> None:
    shutil.copy(whole, path)
    edit(path, *edited)
    right, found = right_answers(whole), everything(path)
    table, column, how, *_ = edited
    is_free = column in FREE[table] or (how == "delete" and table in _ALONE)
    for what, answer in found.items():
        # Nothing tells that the codebook was changed but the entry that may have been removed.
        # The progress is counted, not checked.
        may_differ = is_free or what.endswith(": progress")
        may_differ |= table == "events" and ("codebook" in what or "history" in what)
        assert answer is None or answer == right[what] or may_differ, what
    change(path, changes)


@given(st.data())
@_FAST
def test_any_damage_to_the_bytes_is_a_sentence(
    path: Path, whole: Path, data: st.DataObject
) -> None:
    content = bytearray(whole.read_bytes())
    how = data.draw(st.sampled_from(["flip", "flip", "header", "cut", "zeros"]))
    start = data.draw(st.integers(0, 99 if how == "header" else len(content) - 1))
    if how == "cut":
        del content[start:]
    elif how == "zeros":
        content[start : start + 512] = bytes(len(content[start : start + 512]))
    else:
        content[start] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    everything(path)
    change(path, data.draw(st.sampled_from(sorted(CHANGES))))
