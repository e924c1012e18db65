"""Bad input in every format: one clear sentence, and exit code 2 if there is nothing to read."""

from __future__ import annotations

import io
import os
import random
import stat
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from compare.corpus import text_files
from compare.corpus.importers.registry import formats
from compare.corpus.importers.sources import Source
from compare.corpus.importing import Import
from compare.errors import CorpusError
from tests.corpus.importers.helpers import read, table, tarred, workbook, write, zipped
from tests.corpus.importers.samples import SAMPLES, build
from tests.fakes import Ran

Run = Callable[..., Ran]
HANSARD = str(SAMPLES["hansard"]["debates2031-02-03a.xml"])
FREE_FORM = {"eeas", "whitehouse"}  # what is named as one of these can be any text
BOMB = '<!DOCTYPE a [<!ENTITY x "laughing"><!ENTITY y "&x;&x;&x;">]>'
JUNK: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\r\n\t",
    "a mark": b"\xef\xbb\xbf",
    "NULs": bytes(5_000),
    "no UTF-8": b"caf\xe9, na\xefve\n" * 50,
    "UTF-16 without a mark": "text,speaker\nx,y\n".encode("utf-16-le"),
    "half of UTF-16": b"\xff\xfet\0e\0x",
    "UTF-32": "text".encode("utf-32"),
    "noise": random.Random(7).randbytes(3_000),
    "brackets": b"[" * 50_000,
    "braces": b'{"a":' * 50_000,
    "quotation marks": b'"' * 4_001,
    "tags": b"<a>" * 3_000,
    "a line": b"Words and nothing else.\n",
    "a table": b"a,b\n1,2\n3\n",
    "an object": b'{"a": 1}\n',
    "a page": b"<html><body><p>Words.</p></body></html>",
    "archive's start": b"PK\x03\x04" + bytes(100),
}


def one_sentence(told: Ran, out: Path) -> str:
    """Check that a command failed in one sentence and wrote nothing; return it."""
    assert told.code == 2
    *_, last = told.err.splitlines()
    assert last.startswith("Error: ")
    assert last.endswith(".")
    assert "Traceback" not in told.err + told.out
    assert not list(out.parent.glob(f"*{out.name}*"))  # nor its temporary file
    return last


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "out.jsonl"


@pytest.mark.parametrize("name", SAMPLES)
def test_junk_in_the_place_of_any_file(tmp_path: Path, name: str) -> None:
    for file in SAMPLES[name]:
        path = build(tmp_path / file.replace("/", "-"), name)
        for junk in JUNK.values():
            (path / file).write_bytes(junk)
            found, report = read(path, name)  # an account that does not balance is an error
            assert all(str(problem).endswith(".") for problem in report.problems)
            counted = report.account.files + sum(report.account.files_left_out.values())
            assert counted == len(SAMPLES[name])
            if not found and name not in FREE_FORM:
                account = report.account
                told = (*account.files_left_out, *account.left_out, *account.notes)
                assert report.problems or told


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_is_cut_short_anywhere(tmp_path: Path, name: str) -> None:
    for file in SAMPLES[name]:
        path = build(tmp_path / file.replace("/", "-"), name)
        whole = (path / file).read_bytes()
        for end in range(0, len(whole), max(1, len(whole) // 25)):
            (path / file).write_bytes(whole[:end])
            read(path, name)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in FREE_FORM])
def test_files_of_none_of_the_formats(run: Run, tmp_path: Path, out: Path, name: str) -> None:
    kinds = ("csv", "tsv", "json", "jsonl", "xlsx", "parquet", "txt", "html", "xml", "md", "js")
    write(tmp_path / "a", {f"a.{kind}": "Words, and no more.\n" for kind in kinds})
    told = run("import", name, tmp_path / "a", "--out", out)
    assert formats()[name].title in one_sentence(told, out)


def test_what_is_not_recognised_or_not_there(run: Run, tmp_path: Path, out: Path) -> None:
    for path in (write(tmp_path / "a", {"a.txt": "Words."}), write(tmp_path / "b", {})):
        path.mkdir(exist_ok=True)
        told = run("import", "auto", path, "--out", out)
        assert "is not recognised: name it" in one_sentence(told, out)
    told = run("import", "auto", tmp_path / "missing", "--out", out)
    assert "There is no file or folder" in one_sentence(told, out)
    told = run("build", "--corpus", tmp_path / "a", "--format", "x", "--library", out)
    assert "There is no format 'x'" in one_sentence(told, out)


@pytest.mark.parametrize("command", ["import", "build"])
def test_an_archive_that_is_cut_short(run: Run, tmp_path: Path, out: Path, command: str) -> None:
    noise = random.Random(1)
    files = {
        f"debates2031-02-{n:02}a.xml": HANSARD.replace("-03a", f"-{n:02}a").replace(
            "lock", noise.randbytes(9_000).hex()
        )
        for n in range(1, 20)
    }
    path = tarred(tmp_path / "a.tgz", files)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    told = (
        run("import", "hansard", path, "--out", out)
        if command == "import"
        else run("build", "--corpus", path, "--library", out)
    )
    assert "a.tgz is truncated or damaged after" in one_sentence(told, out)


def test_archives_that_unpack_to_too_much(
    run: Run, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "SMALL", 1_000_000)
    bomb = {f"{n}.xml": HANSARD + " " * 900_000 for n in range(9)}
    for path in (tarred(tmp_path / "a.tgz", bomb), zipped(tmp_path / "a.zip", bomb)):
        told = run("import", "hansard", path, "--out", out)
        assert "unpacks to more than" in one_sentence(told, out)
    book = io.BytesIO(workbook(["x"]))
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/1.png", bytes(20_000_000))
    write(tmp_path, {"a.xlsx": book.getvalue()})
    told = run("import", "cmfa", tmp_path / "a.xlsx", "--out", out)
    assert "this unpacks to more than" in one_sentence(told, out)


def test_links_and_names_in_a_zip_reach_nothing(tmp_path: Path) -> None:
    (tmp_path / "debates2031-02-03a.xml").write_text(HANSARD)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(tmp_path / "debates2031-02-03a.xml"))
        archive.writestr("../../debates2031-02-04a.xml", HANSARD.replace("-03a", "-04a"))
    before = sorted(tmp_path.rglob("*"))
    (said,), _ = read(path)
    assert str(said.date) == "2031-02-04"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_workbook_that_is_half_written(run: Run, tmp_path: Path, out: Path) -> None:
    cmfa = SAMPLES["cmfa"]["CMFA_PressCon_v4.xlsx"]
    assert isinstance(cmfa, bytes)
    for half in (
        cmfa[: len(cmfa) // 2],
        cmfa[:-10],
        cmfa.replace(b"xl/worksheets/", b"xl/nothing000/"),
    ):
        write(tmp_path, {"a.xlsx": half})
        told = run("import", "cmfa", tmp_path / "a.xlsx", "--out", out)
        assert "this workbook cannot be read" in one_sentence(told, out)
    path = build(tmp_path, "ungdc")
    (path / "Speakers_by_session.xlsx").write_bytes(cmfa[: len(cmfa) // 2])
    (said,), report = read(path)  # the speeches are read, without their speakers
    assert (said.speaker, said.country[0].code) == ("", "ISL")
    assert "this workbook cannot be read" in str(report.problems[0])


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    path = build(tmp_path, "hansard")
    write(path, {"debates2031-02-04a.xml": f"{BOMB}{HANSARD.replace('lock', '&y;')}"})
    found, report = read(path)
    assert len(found) == 1
    assert "it declares entities" in str(report.problems[0])
    path = build(tmp_path, "parlamint")
    people = path / "ParlaMint-BE-listPerson.xml"
    people.write_text(BOMB + people.read_text().replace("Made-Up", "&y;"))
    (said,), report = read(path)
    assert said.speaker == "Ada"  # by the id
    assert "it declares entities" in str(report.problems[0])
    good, bad = (
        io.BytesIO(workbook(["id_split", "question", "answer", "spokesperson"])),
        io.BytesIO(),
    )
    with zipfile.ZipFile(good) as whole, zipfile.ZipFile(bad, "w") as broken:
        for part in whole.namelist():
            entities = BOMB.encode() if part.endswith("sheet1.xml") else b""
            text = whole.read(part)
            broken.writestr(part, entities + text.replace(b"<sheetData>", b"<sheetData>&y;"))
    write(tmp_path, {"a.xlsx": bad.getvalue()})
    found, report = read(tmp_path / "a.xlsx", "cmfa")
    assert not found
    assert report.problems


LONG = 100_000_000
LONG_LINES = {
    "us-china": ("a.json", '[{"content": "', '"}]'),
    "euspeech2": ("a.csv", 'speaker,origtext\n,"', '"'),
    "unsc": ("UNSC_2031_SPV.9999_spch0002.txt", "Ms. Made-Up: ", ""),
    "parlamint-text": ("ParlaMint-SE_2031-02-03.txt", "ParlaMint-SE_2031-02-03.u1\t", ""),
    "hansard": ("a.xml", '<publicwhip><speech speakername="Ada"><p>', "</p></speech></publicwhip>"),
    "whitehouse": ("a.md", "---\ntitle: a\n---\n", ""),
    "nato": ("a.txt", "by NATO Secretary General Ada Made-Up\n", ""),
    "kremlin": ("7.html", '<div class="entry-content"><p><b>Ada:</b> ', "</p></div>"),
}


@pytest.mark.parametrize("name", LONG_LINES)
def test_a_line_of_100_megabytes(tmp_path: Path, name: str) -> None:
    file, start, end = LONG_LINES[name]
    path = tmp_path / file
    with path.open("wb") as written:
        written.write(start.encode())
        for _ in range(LONG // 1_000_000):
            written.write(b"words and " * 100_000)
        written.write(end.encode())
    tracemalloc.start()
    began = time.monotonic()
    found, report = read(tmp_path, name)
    taken, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    path.unlink()
    assert not found
    (told,) = (str(problem) for problem in report.problems if "was not found" not in str(problem))
    assert any(said in told for said in ("longer than", "larger than", "download it again"))
    assert peak < LONG
    assert taken < 30


def test_encodings_can_be_mixed_in_a_set(tmp_path: Path) -> None:
    speech = "Hlið skipastigans er opið."
    codes = {"DNK": "utf-8-sig", "FIN": "utf-16", "ISL": "utf-8", "NOR": "latin-1", "SWE": "cp1252"}
    write(tmp_path, {f"{code}_76_2021.txt": speech.encode(codes[code]) for code in sorted(codes)})
    found, report = read(tmp_path)
    assert {said.id: said.text for said in found} == dict.fromkeys(
        ("ungdc-DNK-76-2021", "ungdc-FIN-76-2021", "ungdc-ISL-76-2021"), speech
    )
    assert [
        (problem.file.rpartition("/")[2], "is not UTF-8: save it" in problem.message)
        for problem in report.problems[1:]
    ] == [("NOR_76_2021.txt", True), ("SWE_76_2021.txt", True)]


def test_xml_can_be_in_the_encoding_it_names(tmp_path: Path) -> None:
    text = HANSARD.replace("We open", "Þið opnið")
    for day, encoding in (("03", "utf-8"), ("04", "utf-16"), ("05", "latin-1")):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>' + text.replace("-03a", f"-{day}a")
        (tmp_path / f"debates2031-02-{day}a.xml").write_bytes(declared.encode(encoding))
    found, report = read(tmp_path, "hansard")
    assert [said.text for said in found] == ["Þið opnið the lock."] * 3
    assert not report.problems


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "cmfa"])
def test_a_piece_without_words_is_counted(tmp_path: Path, name: str) -> None:
    files = {
        file: content if isinstance(content, bytes) else without_words(content)
        for file, content in SAMPLES[name].items()
    }
    found, report = read(write(tmp_path, files), name)
    assert not found
    assert report.account.left_out


def without_words(content: str) -> str:
    for words in ("We open the lock", "Today", "Thank you.", "We open the lock ."):  # fmt: skip
        content = content.replace(f"{words}.", " ").replace(words, " ")
    return content


DATES = {
    "2031-02-03": "2031-02-03",
    "2031-02": "2031-02",
    "2031": "2031",
    "20310203T001500Z": "2031-02-03",
    "2031-02-03 09:14:11": "2031-02-03",
    "3 February 2031": "2031-02-03",
    "February 3, 2031": "2031-02-03",
    "Monday, 3 Feb. 2031": "2031-02-03",
    "2031/02/03": "2031-02-03",
    "23.02.2031": "2031-02-23",
    "02/23/2031": "2031-02-23",
    "NA": None,
}
AMBIGUOUS = {
    "03/02/2031": "this can be read as two days; write 2031-03-02 or 2031-02-03",
    "3.2.2031": "this can be read as two days; write 2031-03-02 or 2031-02-03",
    "45000": "this is a spreadsheet's day number",
    "30 February 2031": "there is no such month or day",
    "last Monday": "this is not a date that can be read",
}


def test_dates_are_read_or_reported_and_never_guessed(tmp_path: Path) -> None:
    columns = ["publish_time", "type", "title", "content", "source_url"]
    dates = [*DATES, *AMBIGUOUS]
    rows = ([date, "", "", f"Number {n}.", ""] for n, date in enumerate(dates))
    found, report = read(write(tmp_path, {"a.csv": table(columns, *rows)}))
    assert [said.date and said.date.iso for said in found] == list(DATES.values())
    for problem, (date, said) in zip(report.problems, AMBIGUOUS.items(), strict=True):
        assert (problem.column, problem.value) == ("date", date)
        assert said in problem.message
    assert report.account.left_out == {"with a bad cell": len(AMBIGUOUS)}


@pytest.fixture(params=["by the system", "by what opens it"])
def locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make a file unreadable: by its mode, and for a superuser by what opens it."""
    closed: list[Path] = []
    if request.param == "by the system" and os.geteuid() == 0:
        pytest.skip("a superuser can read everything")
    opening = Path.open

    def open_file(path: Path, *arguments: Any, **options: Any) -> IO[Any]:
        if path in closed:
            raise PermissionError(13, "Permission denied", str(path))
        return opening(path, *arguments, **options)

    def lock(path: Path) -> None:
        if request.param == "by the system":
            path.chmod(0)
        else:
            closed.append(path)
            monkeypatch.setattr(Path, "open", open_file)

    yield lock
    for path in closed:
        path.chmod(0o600)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_may_not_be_read(
    run: Run, tmp_path: Path, out: Path, name: str, locked: Callable[[Path], None]
) -> None:
    path = build(tmp_path, name)
    for file in SAMPLES[name]:
        locked(path / file)
    told = run("import", name, path, "--out", out)
    assert one_sentence(told, out)
    assert "cannot be read (Permission denied)" in told.err


def test_one_file_of_many_may_not_be_read(tmp_path: Path, locked: Callable[[Path], None]) -> None:
    path = build(tmp_path, "hansard")
    locked(path / "debates2031-02-03a.xml")
    write(path, {"debates2031-02-04a.xml": HANSARD.replace("-03a", "-04a")})
    (said,), report = read(path)  # it is recognised by the other
    assert str(said.date) == "2031-02-04"
    assert "cannot be read (Permission denied); check that" in str(report.problems[0])
    with pytest.raises(CorpusError, match="Permission denied"):
        list(Import([path], "hansard", strict=True).statements())


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("a superuser can read everything")
    path = build(tmp_path, "ungdc") / "TXT"
    path.chmod(0)
    try:
        with pytest.raises(CorpusError, match="cannot be read"):
            list(Source([path.parent]).entries())
    finally:
        path.chmod(0o700)


def test_strict_stops_at_the_first_problem(run: Run, tmp_path: Path, out: Path) -> None:
    path = build(tmp_path, "hansard")
    write(path, {"debates2031-02-04a.xml": HANSARD[:-5].replace("-03a", "-04a")})
    told = run("import", "hansard", path, "--out", out, "--strict")
    assert "debates2031-02-04a.xml: this is not well-formed XML" in one_sentence(told, out)
    assert run("import", "hansard", path, "--out", out).code == 0


def test_a_corpus_is_not_written_over(run: Run, tmp_path: Path, out: Path) -> None:
    path = build(tmp_path, "hansard")
    out.write_text("mine")
    told = run("import", "hansard", path, "--out", out)
    assert (told.code, out.read_text()) == (2, "mine")
    assert "already exists" in told.err
    told = run("import", "hansard", path, "--out", tmp_path / "no" / "a.jsonl")
    assert (told.code, "cannot be written" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "file", "word", "many"),
    [
        ("parlamint-text", "ParlaMint-SE-en_2031-02-03.txt", "We open", " "),
        ("parlamint-text", "ParlaMint-SE-en_2031-02-03.txt", "We open", "["),
        ("unscon", "conflict_annotations_sentences.csv", "open", " "),
        ("euspeech2", "collection.csv", "open", " "),
        ("whitehouse", "press-briefings/2022-02/2022-02-03-a.md", "open", "!["),
        ("whitehouse", "press-briefings/2022-02/2022-02-03-a.md", "open", "<!--"),
        ("whitehouse", "press-briefings/2022-02/2022-02-03-a.md", "open", " "),
        ("kremlin", "7.html", "Ada", "A"),
        ("russian-mfa", "a.txt", "Ada", "Mr. "),
        ("russian-mfa", "a.txt", "We open", "Ada Ada-"),
        ("nato", "a.txt", "We open", "Ada Ada, "),
        ("eeas", "a.txt", "A title", "Ada: "),
        ("eeas", "a.txt", "A title", "statement by "),
        ("govuk", "a.txt", "Statement by", "Ambassador "),
        ("govuk", "a.txt", "Thank", "\n"),
        ("state-department", "a.txt", "We open", "Ada "),
        ("unsc", "speaker.tsv", "Made-Up", "a\n"),
    ],
)
def test_very_many_of_a_character_are_read_fast(
    tmp_path: Path, name: str, file: str, word: str, many: str
) -> None:
    path = build(tmp_path, name)
    content = (path / file).read_text()
    assert word in content
    (path / file).write_text(content.replace(word, f"{many * (60_000 // len(many))} {word}", 1))
    started = time.perf_counter()
    read(path, name)
    assert time.perf_counter() - started < 3
