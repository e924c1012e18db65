"""Files are read, left out or told, and each is counted once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from compare.corpus.imports.account import Account
from compare.corpus.imports.formats import Piece
from compare.corpus.imports.reading import LeftOutError, each
from compare.corpus.imports.sources import Entry, Source
from compare.corpus.values import BadFileError, Problem, Row
from tests.corpus.imports.helpers import write


def read(entry: Entry, account: Account) -> Iterator[Piece]:
    if entry.base == "b.txt":
        raise LeftOutError("older versions")
    yield Row(entry.label, 1, {})
    if entry.base == "c.txt":
        raise BadFileError("it ends here", 2)


def test_files_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    names = ("a.TXT", "b.txt", "c.txt", "d.csv", ".e.txt", "README.txt", "Index.txt")
    write(tmp_path, dict.fromkeys(names, ""))
    account = Account()
    found = list(each(Source([tmp_path]), account, {".txt"}, read, {"index.txt"}))
    assert found == [
        Row(str(tmp_path / "a.TXT"), 1, {}),
        Row(str(tmp_path / "c.txt"), 1, {}),
        Problem(str(tmp_path / "c.txt"), 2, "", "", "it ends here"),
    ]
    assert account.files == 2
    assert account.files_left_out == {"older versions": 1, "of another kind": 3}
