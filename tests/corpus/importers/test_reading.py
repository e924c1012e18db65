"""Files are read, left out or told, and each is counted once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from compare.corpus.importers.account import Account
from compare.corpus.importers.formats import Piece
from compare.corpus.importers.reading import LeftOutError, each
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.values import BadFileError, Problem, Row
from tests.corpus.importers.helpers import write


def read(entry: Entry, account: Account) -> Iterator[Piece]:
    if entry.base == "b.txt":
        raise LeftOutError("older versions")
    if entry.base == "f.txt":
        raise BadFileError("it is no text")
    yield Row(entry.label, 1, {})
    if entry.base == "c.txt":
        raise BadFileError("it ends here", 2)


def test_files_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    names = ("a.TXT", "b.txt", "c.txt", "d.csv", ".e.txt", "f.txt", "README.txt", "Index.txt")
    write(tmp_path, dict.fromkeys(names, ""))
    account = Account()
    found = list(each(Source([tmp_path]), account, {".txt"}, read, {"index.txt"}))
    assert found == [
        Row(str(tmp_path / "a.TXT"), 1, {}),
        Row(str(tmp_path / "c.txt"), 1, {}),
        Problem(str(tmp_path / "c.txt"), 2, "", "", "it ends here"),
        Problem(str(tmp_path / "f.txt"), 0, "", "", "it is no text"),
    ]
    assert account.files == 2
    assert account.files_left_out == {
        "older versions": 1,
        "of another kind": 3,
        "that cannot be read": 1,
    }
