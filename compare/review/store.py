"""Where reviews are stored, and all writing into it.

Reviews lie beside the library's generations and are never rebuilt: in a SQLite file, or in tables
of the library's database. Any number of programs and browser tabs may use them at once: each write
is one transaction, and on disk when it returns. Triggers keep events from being changed or removed,
except with their review.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from compare import __version__
from compare.errors import DamagedReviewError, ReviewError
from compare.files import home_path, is_file
from compare.review.stored import DECISION, SELECT_ANSWERS, StoredReview, hash_of
from compare.review.values import CONFIDENCE, Answer, AnswerChange, ReviewPair, Settings
from compare.safe_text import one_line

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary

REVIEWS_VARIABLE = "COMPARE_REVIEWS"
REVIEWS = "reviews.sqlite"

FORMAT = 3
"""Increased when older programs could no longer read the file."""

OLDEST = 1
"""The oldest readable format; creating a review or importing answers upgrades the file."""

APPLICATION = 0x434D5052
"""Marks a file as one of reviews ("CMPR"); files of older programs lack it."""

_MARK_FORMAT = f"PRAGMA user_version = {FORMAT}"
_MARK_APPLICATION = f"PRAGMA application_id = {APPLICATION}"

_WAIT = 30
"""Seconds to wait for another program's write."""

_LONGEST_NOTE = 5_000
_REASON = 80  # characters of an error of SQLite in a message
_HEADER = 100
"""Bytes of the header of an SQLite file."""

_TABLES = """
CREATE TABLE IF NOT EXISTS statements (hash TEXT PRIMARY KEY, id TEXT NOT NULL, data TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projects (
    project INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    codebook TEXT NOT NULL, settings TEXT NOT NULL, created TEXT NOT NULL, version TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS readers (
    project INTEGER, reader INTEGER, name TEXT NOT NULL, handed_in TEXT,
    PRIMARY KEY (project, reader)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (
    project INTEGER, place INTEGER, id TEXT NOT NULL,
    a_hash TEXT NOT NULL, a_start INTEGER NOT NULL, a_end INTEGER NOT NULL,
    b_hash TEXT NOT NULL, b_start INTEGER NOT NULL, b_end INTEGER NOT NULL,
    machine TEXT, p_agree REAL, p_oppose REAL, p_neither REAL, label_source TEXT NOT NULL,
    similarity REAL, divergence REAL, topic TEXT NOT NULL, stratum TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (project, place), UNIQUE (project, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    project INTEGER, reader INTEGER, place INTEGER, stance TEXT, confidence INTEGER,
    note TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL,
    PRIMARY KEY (project, reader, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    n INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL, reader INTEGER NOT NULL,
    place INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, before TEXT NOT NULL,
    after TEXT NOT NULL, undoes INTEGER, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of ON events (project, reader, n);
CREATE INDEX IF NOT EXISTS undone ON events (undoes);
CREATE TRIGGER IF NOT EXISTS events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS events_last BEFORE DELETE ON events
    WHEN EXISTS (SELECT 1 FROM projects WHERE project = OLD.project)
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""

_TABLE_NAMES = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", _TABLES))


class ReviewDatabase(Protocol):
    """A connection within a transaction; parameters are written as "?"."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run a statement and return its cursor."""

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Any:
        """Run a statement for each of several sets of parameters."""

    def mark_format(self) -> None:
        """Mark the reviews so that older programs, which would misread them, refuse them."""


class ReviewStore(Protocol):
    """A place for reviews; the first write creates it.

    Attributes:
        location: Where it is, in words.
    """

    location: str

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none if there is nothing yet."""

    def writing(self) -> AbstractContextManager[ReviewDatabase]:
        """Yield a connection in a transaction, committed at the end or rolled back on an error."""


def store_of(library: OpenLibrary | None = None) -> ReviewStore:
    """Return the store of a library's reviews: beside it, unless $COMPARE_REVIEWS names a file."""
    backend = library.backend if library else None
    named = os.environ.get(REVIEWS_VARIABLE)
    if backend is not None and backend.folder is None and not named and not backend.read_only:
        from compare.review.postgres import PostgresReviews

        return PostgresReviews(backend.address)
    return SqliteReviews(reviews_file(backend.folder if backend else None))


def reviews_file(folder: Path | None = None) -> Path:
    """Return the file of a library's reviews: $COMPARE_REVIEWS, else reviews.sqlite in its folder.

    Without a library, or with a read-only one such as the sample, it is beside the user's own.
    """
    if named := os.environ.get(REVIEWS_VARIABLE):
        return home_path(named, REVIEWS_VARIABLE)
    from compare.library.generations import is_read_only
    from compare.library.locations import user_library

    if folder is not None and not is_read_only(folder):
        return folder / REVIEWS
    return user_library().parent / REVIEWS


def reviews_inside(library: OpenLibrary) -> ReviewStore | None:
    """Return the store of the reviews that a read-only library brings along; None without any."""
    folder = library.backend.folder
    if folder is None or os.environ.get(REVIEWS_VARIABLE) or not library.read_only:
        return None
    return SqliteReviews(folder / REVIEWS, locked=True) if is_file(folder / REVIEWS) else None


class _Connection(sqlite3.Connection):
    """A connection that can mark the format of its file."""

    def mark_format(self) -> None:
        self.execute(_MARK_FORMAT)


class SqliteReviews:
    """A file, opened anew for each read and write; the first write creates it."""

    def __init__(self, path: Path, *, locked: bool = False) -> None:
        """Use the file at a path; if `locked`, only to read."""
        self.path, self._locked = path, locked
        self.location = str(path)

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none if there is no file yet."""
        with self._plain_errors():
            if not self._is_there():
                return []
            places = (self.path, self.path.parent)
            if self._locked or not all(os.access(place, os.W_OK) for place in places):
                with self._read_only() as database:
                    return database.execute(sql, parameters).fetchall()
            with self._open() as database:
                return database.execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self) -> Iterator[ReviewDatabase]:
        """Yield a connection in a transaction, committed at the end or rolled back on an error."""
        if self._locked:
            raise ReviewError(
                f"{self.path} belongs to a read-only library: create a review of your own, or name "
                f"a file with {REVIEWS_VARIABLE}."
            )
        with self._plain_errors():
            self._is_there()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as database:
                database.execute("BEGIN IMMEDIATE")
                try:
                    database.execute(_MARK_APPLICATION)  # an older program made the file
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and of the system into one sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise ReviewError(
                    f"{self.path} has been locked by another program for {_WAIT} seconds: close "
                    "it, then try again."
                ) from error
            # "no such table", or text that is not UTF-8: nothing that rights or space would mend.
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
                raise self._foreign(str(error)) from error
            raise self._unusable(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise self._foreign(str(error)) from error
        except UnicodeDecodeError as error:  # of the names in its schema
            raise self._foreign("it holds text that is not UTF-8") from error
        except OSError as error:
            raise self._unusable(error.strerror or type(error).__name__) from error

    def _is_there(self) -> bool:
        """Tell whether there is a file of reviews; nothing is written to find out.

        Raises:
            ReviewError: There is another file.
        """
        try:
            with self.path.open("rb") as file:
                head = file.read(_HEADER)
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not head:
            return True  # new, and about to be filled
        application = int.from_bytes(head[68:72], "big")
        if not head.startswith(b"SQLite format 3\0") or application not in (0, APPLICATION):
            raise self._foreign("it is of another kind")
        if application == 0:  # made by an older program, or another program is creating it now
            with self._read_only() as database:
                found = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
                names = {name for (name,) in found if not name.startswith("sqlite_")}
            if names not in (set(), _TABLE_NAMES):
                raise self._foreign("it holds other tables")
        return True

    @contextmanager
    def _read_only(self) -> Iterator[sqlite3.Connection]:
        """Open the file without writing anything into its folder."""
        log = self.path.with_name(f"{self.path.name}-wal")
        # Without a log of writes, SQLite need not share the file with other programs.
        how = "" if log.exists() and log.stat().st_size else "&immutable=1"
        uri = f"{self.path.absolute().as_uri()}?mode=ro{how}"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT)) as database:
            yield database

    @contextmanager
    def _open(self) -> Iterator[_Connection]:
        connection = sqlite3.connect(
            self.path, timeout=_WAIT, isolation_level=None, factory=_Connection
        )
        with closing(connection):
            connection.execute("PRAGMA secure_delete = ON")  # deleted answers leave no traces
            self._prepare(connection)
            yield connection

    def _prepare(self, database: sqlite3.Connection) -> None:
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
        if version == 0:  # new; IF NOT EXISTS, as other programs may create it now
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(
                f"BEGIN IMMEDIATE; {_MARK_APPLICATION}; {_TABLES} {_MARK_FORMAT}; COMMIT;"
            )
        elif not OLDEST <= version <= FORMAT:
            raise ReviewError(
                f"{self.path} has format {version}, this program reads {OLDEST} to {FORMAT}: use "
                "the version of the program that wrote it."
            )

    def _foreign(self, reason: str) -> ReviewError:
        shown = one_line(reason)[:_REASON]  # SQLite quotes text that is not UTF-8
        return DamagedReviewError(
            f"{self.path} is not a file of reviews, or is damaged ({shown}): move it away, or "
            f"name another with {REVIEWS_VARIABLE}."
        )

    def _unusable(self, reason: str) -> ReviewError:
        return ReviewError(
            f"{self.path} cannot be read or written ({reason}): check that it is yours and "
            f"the disk is not full, or name another file with {REVIEWS_VARIABLE}."
        )


# -- Reviews and pairs ---------------------------------------------------------------------------


def add_project(
    database: ReviewDatabase,
    name: str,
    readers: Sequence[str],
    pairs: Sequence[ReviewPair],
    settings: Settings,
    codebook: str,
) -> None:
    """Write a new review; ReviewError if its name is taken or two pairs have the same id."""
    taken = "SELECT 1 FROM projects WHERE lower(name) = lower(?)"
    if database.execute(taken, (name,)).fetchone():
        raise name_taken(name)
    for identity, number in Counter(pair.id for pair in pairs).items():
        if number > 1:
            raise ReviewError(f"Two pairs have the id {identity!r}: give each its own.")
    database.mark_format()
    created = datetime.now(UTC).isoformat(timespec="seconds")
    project = database.execute(
        "INSERT INTO projects (name, codebook, settings, created, version) VALUES (?, ?, ?, ?, ?) "
        "RETURNING project",
        (name, codebook, json.dumps(settings.to_dict(), ensure_ascii=False), created, __version__),
    ).fetchone()[0]
    database.executemany(
        "INSERT INTO readers VALUES (?, ?, ?, NULL)",
        [(project, number, reader) for number, reader in enumerate(readers, start=1)],
    )
    # Many pairs may share one statement object: hash each only once.
    statements = {id(s): s for pair in pairs for s in (pair.a.statement, pair.b.statement)}
    texts = {key: _encodable(statement.to_json()) for key, statement in statements.items()}
    hashes = {key: hash_of(text) for key, text in texts.items()}
    for key, statement in statements.items():
        row = (hashes[key], _encodable(statement.id), texts[key])
        database.execute("INSERT INTO statements VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
    for place, pair in enumerate(pairs, start=1):
        values = (
            *(project, place, pair.id),
            *(hashes[id(pair.a.statement)], pair.a.passage.start, pair.a.passage.end),
            *(hashes[id(pair.b.statement)], pair.b.passage.start, pair.b.passage.end),
            pair.machine,
            *(astuple(pair.probabilities) if pair.probabilities else (None, None, None)),
            *(pair.label_source, pair.similarity, pair.divergence),
            *(pair.topic, pair.stratum, pair.weight),
        )
        database.execute(f"INSERT INTO pairs VALUES ({', '.join('?' * len(values))})", values)


def name_taken(name: str) -> ReviewError:
    """Return the error for a name that another review has."""
    return ReviewError(f"There is already a review {name!r}: choose another name, or remove it.")


def remove_project(database: ReviewDatabase, project: int) -> None:
    """Remove a review with its answers, its history and statements that no other review uses."""
    for table in ("projects", "readers", "pairs", "answers", "events"):
        database.execute(f"DELETE FROM {table} WHERE project = ?", (project,))
    database.execute(
        "DELETE FROM statements WHERE hash NOT IN "
        "(SELECT a_hash FROM pairs UNION SELECT b_hash FROM pairs)"
    )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # SQLite refuses half a surrogate pair


# -- Answers and events --------------------------------------------------------------------------


def validated(answer: Answer) -> Answer:
    """Return an answer with its note stripped; ReviewError if note or confidence is invalid."""
    note = _encodable(answer.note.replace("\0", "").strip())
    if len(note) > _LONGEST_NOTE:
        raise ReviewError(
            f"The note has {len(note):,} characters; shorten it to {_LONGEST_NOTE:,}."
        )
    if answer.confidence is not None and answer.confidence not in CONFIDENCE:
        levels = ", ".join(f"{value} ({word})" for value, word in CONFIDENCE.items())
        raise ReviewError(f"{answer.confidence!r} is not a confidence: give {levels}.")
    return replace(answer, note=note)


def utc(time: datetime) -> str:
    """Return a time as the file stores it (ISO 8601, UTC, milliseconds)."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _now() -> str:
    return utc(datetime.now(UTC))


def review_removed() -> ReviewError:
    """Return the error for a review that another program has removed."""
    return ReviewError("The review has been removed: choose another.")


@dataclass(frozen=True, slots=True)
class ReviewWriter:
    """Writes one person's answers and events within the caller's transaction.

    Attributes:
        stored: Reads what is there.
        number: The reader's number, `DECISION` or `PROJECT`.
        who: The name recorded in the history.
    """

    database: ReviewDatabase
    stored: StoredReview
    project: int
    number: int
    who: str

    def _execute(self, sql: str, *more: Any) -> Any:
        """Run SQL whose first parameters are the project and the reader's number."""
        return self.database.execute(sql, (self.project, self.number, *more))

    def require_not_handed_in(self) -> None:
        """Raise ReviewError if the reader has handed in."""
        row = self._execute(
            "SELECT handed_in FROM readers WHERE project = ? AND reader = ?"
        ).fetchone()
        if row is None:
            raise review_removed()
        if row[0]:
            raise ReviewError(
                f"{self.who} has handed in, so the answers are final: decide the pairs on which "
                "the readers differ instead."
            )

    def current(self, place: int) -> Answer | None:
        """Return the current answer at a place."""
        row = self._execute(f"{SELECT_ANSWERS} AND place = ?", place).fetchone()
        return self.stored.answer(f"the answer to pair {place}", row) if row else None

    def write(self, place: int, answer: Answer, what: str = "answer") -> AnswerChange:
        """Write an answer, with the current time if it has none, and record it as `what`."""
        before, after = self.current(place), replace(answer, at=answer.at or _now())
        self._store(place, after)
        self._add_event(what, place, before.to_json() if before else "", after.to_json())
        return AnswerChange(place, before, after)

    def undo(self) -> AnswerChange | None:
        """Restore what this person's latest answer replaced; None if there is none."""
        # Skips answers that were undone, and decisions that somebody else has replaced since.
        found = self._execute(
            f"SELECT n, place, before FROM events e WHERE project = ? AND reader = ? AND "
            f"lower(who) = lower(?) AND {_effective('e')} AND NOT EXISTS (SELECT 1 FROM events l "
            "WHERE l.project = e.project AND l.reader = e.reader AND l.n > e.n AND "
            f"l.place = e.place AND {_effective('l')}) ORDER BY n DESC LIMIT 1",
            self.who,
        ).fetchone()
        if found is None:
            return None
        n, place, text = found
        restored = self.stored.answer_from_json(f"the history of pair {place}", text)
        undone = self.current(place)
        self._store(place, restored)
        what = "undo decision" if self.number == DECISION else "undo"
        self._add_event(what, place, undone.to_json() if undone else "", text, undoes=n)
        return AnswerChange(place, undone, restored)

    def hand_in(self) -> None:
        """Record that the reader is done."""
        sql = "UPDATE readers SET handed_in = ? WHERE project = ? AND reader = ?"
        self.database.execute(sql, (_now(), self.project, self.number))
        self._add_event("hand in")

    def change_codebook(self, old: str, new: str) -> None:
        """Replace the codebook; the history keeps the old one."""
        sql = "UPDATE projects SET codebook = ? WHERE project = ?"
        self.database.execute(sql, (new, self.project))
        before, after = (json.dumps(text, ensure_ascii=False) for text in (old, new))
        self._add_event("codebook", 0, before, after)

    def _add_event(
        self,
        what: str,
        place: int = 0,
        before: str = "",
        after: str = "",
        undoes: int | None = None,
    ) -> None:
        """Append a line to the history."""
        self._execute(
            "INSERT INTO events (project, reader, place, who, what, before, after, undoes, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(place, self.who, what, before, after, undoes, _now()),
        )

    def _store(self, place: int, answer: Answer | None) -> None:
        if answer is None:
            sql = "DELETE FROM answers WHERE project = ? AND reader = ? AND place = ?"
            self._execute(sql, place)
        else:
            columns = ("stance", "confidence", "note", "at", "who")
            self._execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (project, reader, place) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in columns),
                *(place, *astuple(answer)),
            )


def _effective(event: str) -> str:
    """Return the SQL condition that an event wrote an answer and was never undone."""
    return (
        f"{event}.what IN ('answer', 'import', 'decision') "
        f"AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = {event}.n)"
    )
