"""All formats together: each is recognised, and not mistaken for another or for own files."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from compare.corpus import Row, read_corpus
from compare.corpus.importers import registry
from compare.corpus.importers.registry import GROUP, Format, formats, glimpse
from compare.corpus.importers.sources import Account, Entry, Piece, Source, each_file
from compare.corpus.importing import Import
from compare.facade import Library
from compare.statements import Statement
from tests.corpus.importers.helpers import format_of, read, table, tarred, workbook, write, zipped
from tests.corpus.importers.samples import SAMPLES, build
from tests.fakes import HashingEncoder, Ran

Run = Callable[..., Ran]
ROOT = Path(__file__).parents[3]
OWN = ["text", "speaker", "country", "date", "title", "url"]
ROW = ["We open the lock.", "Ada Made-Up", "Valdoria", "2031-02-03", "A title", "https://a.invalid"]


def test_there_is_a_sample_of_every_format() -> None:
    assert set(SAMPLES) == set(formats())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_is_recognised_as_no_other(tmp_path: Path, name: str) -> None:
    seen = glimpse(Source([build(tmp_path, name)]))
    assert [each.name for each in formats().values() if each.recognises(seen)] == [name]


@pytest.mark.parametrize("name", SAMPLES)
def test_its_statements_are_read_and_accounted_for(tmp_path: Path, name: str) -> None:
    found, report = read(build(tmp_path, name))
    assert report.recognised
    assert not report.problems
    assert all(statement.text and statement.source for statement in found)
    assert {statement.extra["source_file"] for statement in found} <= set(SAMPLES[name])
    account = report.account
    assert account.balance == 0
    assert len(found) == account.written == account.pieces - sum(account.left_out.values()) > 0
    assert account.files + sum(account.files_left_out.values()) == len(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_archives_hold_the_same(tmp_path: Path, name: str) -> None:
    loose, _ = read(build(tmp_path, name))
    for path in (
        tarred(tmp_path / "a.tgz", SAMPLES[name]),
        zipped(tmp_path / "a.zip", SAMPLES[name]),
    ):
        found, report = read(path)
        assert (report.format, report.problems) == (name, [])
        assert {s.id: s for s in found} == {s.id: s for s in loose}


@pytest.mark.parametrize("name", [name for name, files in SAMPLES.items() if len(files) == 1])
def test_a_packed_file_is_recognised_by_what_is_in_it(tmp_path: Path, name: str) -> None:
    loose, _ = read(build(tmp_path, name))
    ((file, content),) = SAMPLES[name].items()
    if file.endswith(".xlsx"):
        pytest.skip("a workbook is packed already")
    data = content.encode() if isinstance(content, str) else content
    for ending, pack in ((".gz", gzip.compress), (".bz2", bz2.compress)):
        folder = write(tmp_path / ending, {file + ending: pack(data)})
        found, report = read(folder)
        assert (report.format, report.problems) == (name, [])
        assert [(s.id, s.text) for s in found] == [(s.id, s.text) for s in loose]


def test_a_workbook_is_recognised_by_its_header(tmp_path: Path) -> None:
    header = str(SAMPLES["us-china"]["corpus.csv"]).splitlines()[0].split(",")
    write(tmp_path, {"a.xlsx": workbook(header, header)})
    assert format_of(tmp_path) == "us-china"


def test_what_a_format_is_can_be_read() -> None:
    for name, entry in formats().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert entry.name == name
        assert entry.title.strip() == entry.title != ""
        assert entry.files.strip() == entry.files != ""
    assert len({entry.title for entry in formats().values()}) == len(formats())


def test_the_help_lists_all(run: Run) -> None:
    told = run("import", "--help")
    assert told.code == 0
    listed = re.findall(r"^  ([a-z0-9-]+) ", told.out, re.MULTILINE)
    assert {*formats(), "auto"} <= set(listed)
    for name, entry in formats().items():
        assert entry.title in " ".join(run("import", name, "--help").out.split())


def test_the_page_on_formats_lists_all() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8").replace("\\*", "*")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    listed = {name.strip("`"): (title, files) for name, title, files, *_ in rows}
    assert listed == {name: (entry.title, entry.files) for name, entry in formats().items()}
    assert all(len(row) == 7 and all(row) for row in rows)


OWN_FILES = {
    "table": {"a.csv": table(OWN, ROW)},
    "table in another order": {
        "a.csv": table(["speaker", "date", "title", "text", "url"], ["A", "2031", "B", "So.", ""])
    },
    "table with names that corpora have": {
        "a.csv": table(["spokesperson", "answer", "question"], ["Ada", "Yes.", "So?"])
    },
    "table of executives": {"a.csv": table(["executive", "country", "text"], ["A", "ISL", "So."])},
    "table of a press office": {
        "a.csv": table(["link", "headline", "date", "body"], ["https://a.invalid", "A", "", "B"])
    },
    "table of a website": {
        "a.csv": table(["title", "date", "href", "speechText"], ["A", "2031", "", "So."])
    },
    "tab-separated": {"a.tsv": "\t".join(OWN) + "\n" + "\t".join(ROW) + "\n"},
    "workbook": {"a.xlsx": workbook(OWN, ROW)},
    "objects": {"a.json": json.dumps([dict(zip(OWN, ROW, strict=True))])},
    "objects with the keys of a page": {
        "a.json": json.dumps(
            [dict.fromkeys(("source", "type", "title", "content"), "A") | {"date": "", "url": ""}]
        )
    },
    "lines": {"a.jsonl": json.dumps(dict(zip(OWN, ROW, strict=True)))},
    "documents": {
        "press-briefings/2031-02-03-a.md": "---\nspeaker: Ada Made-Up\n---\nWe open the lock.\n",
        "press-briefings/b.txt": "---\nspeaker: Ban Invented\n---\nMS. ROE: No.\n\nQUESTION: Why?",
    },
    "a plain speech": {"a.txt": "Statement\n\nForeign Minister Ada Made-Up spoke of it.\n"},
    "a briefing of another government": {"a.txt": "MS ROE: Good day.\n\nQUESTION: Why?\n"},
    "a briefing of another ministry": {
        "a.txt": "Briefing by Foreign Ministry Spokeswoman Ada Roe, Reykjavik, May 3, 2031\n\nSo.\n"
    },
    "remarks of another ministry": {
        "a.txt": "Foreign Ministry Spokesperson Ada Roe’s Remarks on the Lock\n\nIt is open.\n"
    },
    "files that are dated": {"US_05_2021.txt": "One.", "UK_06_2021.txt": "Two."},
}


def kept(folder: Path) -> list[Statement]:
    with closing(Library.open(folder, HashingEncoder(32))) as library:
        return library.statements()


@pytest.mark.parametrize("files", OWN_FILES.values(), ids=OWN_FILES)
def test_people_s_own_files_are_no_public_corpus(tmp_path: Path, files: dict[str, str]) -> None:
    assert format_of(write(tmp_path, files)) is None
    corpus = read_corpus([tmp_path], strict=True)
    assert len(corpus) == len(files)


def test_what_the_project_hands_out_is_no_public_corpus() -> None:
    for path in [*(ROOT / "corpora").glob("*.csv"), ROOT / "corpora"]:
        assert format_of(path) is None


def test_a_filled_template_is_read_as_it_stands(tmp_path: Path) -> None:
    header = (ROOT / "corpora" / "template.csv").read_text("utf-8-sig").strip().split(",")
    path = tmp_path / "own.csv"
    path.write_text(table([name.strip('"') for name in header], ["" for _ in header]), "utf-8")
    assert format_of(path) is None


def test_build_reads_own_files_as_they_are(run: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "own", OWN_FILES["table"] | OWN_FILES["documents"])
    told = run("build", "--corpus", folder, "--library", tmp_path / "library")
    assert (told.code, "Recognised" in told.err) == (0, False)
    assert {said.speaker for said in kept(tmp_path / "library")} == {"Ada Made-Up", "Ban Invented"}


def test_build_recognises_a_public_corpus_and_says_so(run: Run, tmp_path: Path) -> None:
    path = build(tmp_path, "hansard")
    told = run("build", "--corpus", path, "--library", tmp_path / "library")
    assert told.code == 0
    title = formats()["hansard"].title
    assert f"Note: Recognised as {title} (--format hansard)." in told.err
    assert "Pieces: 1 read = 1 written." in told.err
    named = run("build", "--corpus", path, "--library", tmp_path / "b", "--format", "hansard")
    assert f"Note: Read as {title} (--format hansard)." in named.err
    data = run("build", "--corpus", path, "--library", tmp_path / "library", "--json").json
    assert (data["read"], data["notes"][0]) == (1, f"Recognised as {title} (--format hansard).")


def test_plain_reads_a_public_corpus_as_plain_files(run: Run, tmp_path: Path) -> None:
    path = build(tmp_path, "us-china")
    told = run("build", "--corpus", path, "--library", tmp_path / "plain", "--format", "plain")
    assert (told.code, "Read as" in told.err) == (0, False)
    (said,) = kept(tmp_path / "plain")
    assert (said.text, said.country) == ("We open the lock.", ())  # which the importer adds


def test_a_map_makes_a_corpus_plain(run: Run, tmp_path: Path) -> None:
    path = build(tmp_path, "us-china")
    to = ["--corpus", path, "--library", tmp_path / "library", "--map", "content=text"]
    assert "Recognised" not in run("build", *to).err
    told = run("build", *to, "--format", "us-china")
    assert (told.code, "a public format has no columns to map" in told.err) == (2, True)


def rows(name: str, count: int) -> Iterator[str]:
    """Yield a corpus of statements of 20,000 characters, part by part."""
    words = [f"{number} " + "locks. " * 2_850 for number in range(count)]
    if name == "us-china":
        documents = (json.dumps({"title": "A", "type": "", "content": text}) for text in words)
        yield f"[{next(documents)}"
        yield from (f", {document}" for document in documents)
        yield "]"
    elif name == "euspeech2":
        header, row = csv.reader(str(SAMPLES[name]["collection.csv"]).splitlines())
        yield table(header, *([*row[:5], text, *row[6:]] for text in words))
    else:
        yield "<publicwhip>"
        for number, text in enumerate(words):
            speaker = f'id="debate/2031-02-03a.1.{number}" speakername="Ada"'
            yield f"<speech {speaker}><p>{text}</p></speech>"
        yield "</publicwhip>"


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("us-china", "json", 1_200),
        ("euspeech2", "csv", 600),
        ("hansard", "xml", 600),
    ],
)
def test_memory_does_not_grow_with_the_corpus(
    tmp_path: Path, name: str, kind: str, count: int
) -> None:
    path = tmp_path / f"a.{kind}"
    with path.open("w") as file:
        file.writelines(rows(name, count))
    size = path.stat().st_size
    assert size > count * 19_000
    next(Import([path], name).statements())  # loads what tells languages
    tracemalloc.start()
    reading = Import([path], name)
    assert sum(1 for _ in reading.statements()) == count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 3


def read_lock(entry: Entry, account: Account) -> Iterator[Piece]:
    yield Row(entry.label, 1, {"text": account.take(entry.text()), "speaker": "Ada Made-Up"})


FORMATS = (
    Format(
        "locks",
        "Notes on locks",
        "*.lock",
        lambda seen: seen.kind == ".lock",
        each_file({".lock"}, read_lock),
    ),
    Format("hansard", "Another Hansard", "*.lock", lambda seen: True, each_file((), read_lock)),
)


@pytest.fixture
def other_packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two packages offer formats: this module, and one that is not there."""
    points = [EntryPoint(name, value, GROUP) for name, value in OFFERED.items()]
    asked: list[str] = []
    monkeypatch.setattr(registry, "entry_points", lambda group: asked.append(group) or points)
    formats.cache_clear()
    yield
    assert set(asked) == {"compare.importers"}
    formats.cache_clear()


OFFERED = {"tests": f"{__name__}:FORMATS", "broken": "no_such_package:FORMATS"}


def test_other_packages_add_formats(
    tmp_path: Path, other_packages: None, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, {"a.lock": "We open the lock."})
    (said,), report = read(tmp_path)
    assert (said.text, said.speaker) == ("We open the lock.", "Ada Made-Up")
    assert (report.format, report.recognised) == ("locks", True)
    assert formats()["hansard"].title == "Hansard in the XML of TheyWorkForYou (parlparse)"
    assert "'no_such_package:FORMATS' cannot be loaded" in caplog.text
    assert "offers formats that exist: hansard" in caplog.text
    assert "Notes on locks: *.lock." in run("import", "locks", "--help").out
