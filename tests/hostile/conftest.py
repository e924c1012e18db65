"""A folder of files that nobody should have to read, for the commands in `inputs.tsv`."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.facade import Library
from compare.review import PairSelection, Reviews
from tests.fakes import HashingEncoder, WordJudge, runner, statement
from tests.review.conftest import pair

DEEP = "[" * 100_000
STATEMENTS = [
    statement("own", "The blockade of Port Meren must end.", country="Valdoria=VLD", date="2021"),
    statement(
        "agree-1", "We say that the blockade of Port Meren must end now.", country="Ostravia"
    ),
    statement("oppose-1", "The blockade of Port Meren will not end.", country="Norland=NOR"),
]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    library = Library.build(STATEMENTS, folder / "library", HashingEncoder(256))
    result = library.search("The blockade must end", stance_model=WordJudge())
    result.save(folder / "result.json")
    library.close()
    Reviews(folder / "library" / "reviews.sqlite").create(
        "canal", PairSelection.imported([pair(n) for n in range(3)]), ["Ada", "Bren"]
    )
    _write_tables(folder)
    _damage_libraries(folder)
    _make_what_is_no_file(folder)
    return folder


def _write_tables(folder: Path) -> None:
    saved = json.loads((folder / "result.json").read_text())
    texts = {
        "corpus.csv": "id,text,speaker\na,We agree to the plan.,Bren Tal\nb,We refuse.,Cor Vael\n",
        "again.csv": "id,text\na,We agree to the plan.\na,We refuse.\n",
        "header.csv": "id,text\n",
        "wordless.csv": "id,name\na,b\n",
        "open.csv": 'id,text\na,"We agree\n',
        "long-header.csv": f"{'x' * 140_000}\nWe agree.\n",
        "pairs.csv": "a,b,label\nThe lock must open.,It must not.,oppose\n",
        "unlabelled.csv": "a,b\nThe lock must open.,It must not.\n",
        "bad-label.csv": "a,b,label\nThe lock must open.,It must not.,perhaps\n",
        "quotes.csv": "quote\nThe blockade must end.\n",
        "there.jsonl": '{"text": "We agree."}\n',
        "one.csv": "x",
        "mark.csv": "\ufeff",
        "page.csv": "<!DOCTYPE html>\n<p>Not found\n",
        "json.csv": '[{"text": "We agree."}]\n',
        "same.csv": "text,text\nWe agree.,We refuse.\n",
        "short.csv": "id,text,speaker\na,We agree.\n",
        "pipes.csv": "id|text\na|We agree.\n",
        "headless.csv": "a,We agree.\nb,We refuse.\n",
        "unseen.csv": "text\n\u200b\u2060\n",
        "dates.csv": "text,date\nWe agree.,2024-02-30\n",
        "other-calendar.csv": "text,date\nWe agree.,۱۳۹۰\n",
        "two-days.csv": "text,date\nWe agree.,03/04/2022\n",
        "link-in.csv": "text,url\nWe agree.,javascript:alert(1)\n",
        "blanks.csv": f"text,speaker\n,a{' ' * 100_000}b\n",
        "lines.json": '{"text": "We agree."}\n{"text": "We refuse."}\n',
        "object.json": '{"text": "We agree."}',
        "comma.json": '[{"text": "We agree."},]',
        "half.json": '[{"text": "\\ud800"}]',
        "list.jsonl": '[\n{"text": "We agree."},\n{"text": "We refuse."}\n]\n',
        "line.jsonl": '{"text": "We agree."}\nnot JSON\n',
        "object.jsonl": '{"text": {"en": "We agree."}}\n',
        "words.jsonl": '{"words": "We agree."}\n',
        "open.md": "---\nspeaker: Ada Lorn\nWe agree.\n",
        "twice.md": "---\nspeaker: A\nspeaker: B\n---\nWe agree.\n",
        "alias.md": "---\na: &a [x]\nb: *a\n---\nWe agree.\n",
        "code.md": '---\n!!python/object/apply:os.system ["id"]\n---\nWe agree.\n',
        "old.xls": "Of another kind.",
        "packed.csv.gz": "Of another kind.",
        "empty.html": "",
        "no.html": "%PDF-1.4",
        "marks.txt": "The blockade must end.\n???\n",
        "no-words.csv": "a,b,label\nThe lock must open.,,oppose\n",
        "twice.csv": "a,a,b,label\nOne.,Two.,Three.,oppose\n",
        "twice.jsonl": '{"quote": "We agree.", "quote": "We refuse."}\n',
        "many.csv": f"{','.join(f'c{n}' for n in range(20_000))}\n{',' * 19_999}x\n",
        "deep.jsonl": '{"quote": ' + DEEP,
        "no.csv.gz": "a,b,label\nOne.,Two.,oppose\n",
        "answers.csv": "pair,answer\nnone,agree\n",
        "short.txt": "abc",
        "empty.csv": "",
        "blank.csv": " \n\n",
        "deep.json": DEEP,
        "deep-object.json": '{"format": ' + DEEP,
        "cut.json": (folder / "result.json").read_text()[:400],
        "infinite.json": json.dumps({**saved, "passages_read": float("inf")}),
        "nan.json": json.dumps({**saved, "thresholds": {"probability": float("nan")}}),
        "other.json": '{"format": "another"}',
        "null.json": "null",
        "number.json": "1e999",
        "page.html": "<p>“We agree,” said Ada Lorn.",
        "token.txt": "",
        "no.xlsx": "This is no workbook.",
        "no.pdf": "This is no PDF.",
        "no.zip": "This is no archive.",
        "no.tgz": "This is no archive.",
        "no.sqlite": "This is no database.",
        "notes.doc": "Of another kind.",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name in ("picture.csv", "picture.json", "picture.txt"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (folder / "wide.json").write_text((folder / "result.json").read_text(), "utf-16")
    (folder / "latin.csv").write_bytes(b"id,text\na,caf\xe9 is closed\n")
    (folder / "wide.csv").write_bytes("id,text\na,We agree.\n".encode("utf-32"))
    (folder / "odd.csv").write_bytes("id,text\na,We agree.".encode("utf-16")[:-1])
    for name, place, value in (("secret.zip", 8, 1), ("method.zip", 10, 99)):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("a.txt", "We agree.")
        content = bytearray((folder / name).read_bytes())
        content[content.index(b"PK\x01\x02") + place] = value
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "letter.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    (folder / "nul.csv").write_bytes(b"id,text\na,We \0 agree.\n")
    with sqlite3.connect(folder / "foreign.sqlite") as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()


def _damage_libraries(folder: Path) -> None:
    def copy(name: str) -> tuple[Path, Path]:
        made = Path(shutil.copytree(folder / "library", folder / name))
        (made / "reviews.sqlite").unlink()
        return made, next((made / "generations").iterdir())

    made, _ = copy("lib-current-folder")
    (made / "CURRENT").unlink()
    (made / "CURRENT").mkdir()
    made, _ = copy("lib-current-binary")
    (made / "CURRENT").write_bytes(b"\xff\x00")
    _, generation = copy("lib-manifest-folder")
    (generation / "manifest.json").unlink()
    (generation / "manifest.json").mkdir()
    for name, text in (("deep", DEEP), ("infinite", '{"format": Infinity}'), ("list", "[]")):
        _, generation = copy(f"lib-manifest-{name}")
        (generation / "manifest.json").write_text(text)
    for name in ("library.sqlite", "vectors.npy", "index.faiss"):
        _, generation = copy(f"lib-no-{name.partition('.')[0]}")
        (generation / name).unlink()
    made, _ = copy("lib-watches-deep")
    (made / "watches.json").write_text(DEEP)
    made, _ = copy("lib-reviews-foreign")
    shutil.copy(folder / "foreign.sqlite", made / "reviews.sqlite")
    made, _ = copy("lib-read-only")
    (made / "READ_ONLY").touch()


def _make_what_is_no_file(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "unfinished" / "generations").mkdir(parents=True)
    (folder / "folder.csv").mkdir()
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.csv")
    os.mkfifo(folder / "pipe.json")
    for name in ("loop.csv", "loop.json", "loop"):
        (folder / name).symlink_to(folder / name)
    (folder / "link.csv").symlink_to(folder / "corpus.csv")
    (folder / "link.jsonl").symlink_to(folder / "there.jsonl")
    (folder / "nowhere.csv").symlink_to(folder / "absent.csv")
    inside = folder / "with-pipe"
    inside.mkdir()
    os.mkfifo(inside / "a.csv")
    os.mkfifo(inside / "index.csv")
    (inside / "loop.csv").symlink_to(inside / "loop.csv")


@pytest.fixture
def run(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[object]:
    """Run a command in the folder, with small models."""
    monkeypatch.chdir(place)
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: WordJudge())
    monkeypatch.setenv("COMPARE_LIBRARY", "library")
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    return runner(capfd)


def digest(folder: Path) -> dict[str, str]:
    """What is in a folder: the kind and content of everything but locks."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        elif not path.is_file():
            found[name] = "special"
        elif path.suffix != ".lock":
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
