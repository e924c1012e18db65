"""The General Debate's files as they are published: stray files, odd codes, page layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from compare.cli.program import cli
from compare.corpus import importing, read_corpus
from compare.corpus.importing import Import, import_corpus, read_public
from compare.errors import CorpusError, ExportError
from compare.statements import Country, Statement
from tests.corpus.importers.helpers import read, workbook, write

HEADER = ["Year", "Session", "ISO Code", "Country", "Name of Person Speaking", "Post", None]
ROWS: list[list[object]] = [
    [1995, 50, "FRA", "France ", "Ms. Ada Made-Up ", "Minister for  Foregn Affairs", None],
    [1995, 50, "FRA", "France", "ADA MADE-UP", None, None],
    [1970, 25, "CSK", "Republic of Co", "Ban Invented", None, "=C1+C2"],
]
SPEECHES = {
    "Session 50 - 1995/FRA_50_1995.txt": "\ufeffWe hold to the multi-\nlateral order, and to self"
    "-\ndetermination. This multilateral order\nis ours.\nWe thank you.\n",
    "Session 25 - 1970/CSK_25_1970.txt": "33: May we begin.\n34.\tThe canal is open.\n35. It is.\n",
    "Session 25 - 1970/.Rhistory": "x <- 1",
    "Session 79 - 2024/EU_79_2024.txt": "The Union speaks.",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write(tmp_path / "TXT", SPEECHES)
    return write(tmp_path, {"Speakers_by_session.xlsx": workbook(HEADER, *ROWS)})


def test_speeches_are_joined_with_who_spoke(corpus: Path) -> None:
    reading = Import([corpus])
    found = {statement.id: statement for statement in reading.statements()}
    assert sorted(found) == ["ungdc-CSK-25-1970", "ungdc-EU-79-2024", "ungdc-FRA-50-1995"]
    france = found["ungdc-FRA-50-1995"]
    assert france.text == (
        "We hold to the multilateral order, and to self-determination. This multilateral order "
        "is ours.\nWe thank you."
    )
    assert (france.speaker, france.role) == ("Ms. Ada Made-Up", "Minister for Foregn Affairs")
    assert france.country == (Country("France", "FRA"),)
    assert france.date is not None
    assert france.date.iso == "1995"
    assert france.extra["source_file"] == "TXT/Session 50 - 1995/FRA_50_1995.txt"
    old = found["ungdc-CSK-25-1970"]
    assert old.text == "May we begin.\nThe canal is open.\nIt is."
    assert old.country[0].code == "CSK"  # the workbook's spelling is cut short: the code counts
    assert old.speaker == "Ban Invented"
    assert found["ungdc-EU-79-2024"].country[0].code == "EUU"


def test_the_account_adds_up(corpus: Path) -> None:
    reading = Import([corpus])
    list(reading.statements())
    account = reading.report.account
    assert account.balance == 0
    assert account.characters == sum(
        len(text.lstrip("\ufeff")) for text in list(SPEECHES.values())[:2]
    ) + len("The Union speaks.")
    assert account.characters_left_out["paragraph numbers"] == 12
    assert account.files_left_out == {"of another kind": 1}
    assert (account.pieces, account.written) == (3, 3)
    assert account.notes == {
        "further workbook rows for the same speech": 1,
        "speeches without a speaker": 1,
    }
    assert not reading.report.problems


SEVERAL = (
    "speeches without a speaker because the workbook names several people, "
    "whose speeches may stand in one file"
)
ELSEWHERE = "speeches whose workbook row has another code or country than the file"

Told = tuple[int, str, str, str]
"""Session, code, country and name of a row of the workbook."""


def who_spoke(
    folder: Path, rows: list[Told], *speeches: str
) -> tuple[dict[str, tuple[str, str | None]], dict[str, int]]:
    """Speaker and country of each speech ("FRA-50"), and the notes of the account."""
    cells = [[1945 + row[0], *row, "Envoy"] for row in rows]
    write(folder, {"Speakers_by_session.xlsx": workbook(HEADER[:-1], *cells)})
    for speech in speeches:
        code, session = speech.split("-")
        write(folder, {f"{code}_{session}_{1945 + int(session)}.txt": "The lock stays open."})
    found, report = read(folder, "ungdc")
    for said in found:
        assert said.role == ("Envoy" if said.speaker else "")
    by_speech = {said.id.removeprefix("ungdc-")[:-5]: said for said in found}
    return (
        {name: (said.speaker, said.country[0].code) for name, said in by_speech.items()},
        report.account.notes,
    )


def test_of_several_people_none_is_the_speaker(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [1959, 14, "ISL", "Iceland", "Mr. Ban Invented", "Prime Minister"],
        [1959, 14, "ISL", "Iceland", "Ms. Ada Made-Up", None],
        [1959, 14, "NOR", "Norway", "Mr. Cid Unreal", None],
        [1959, 14, "NOR", "Norway", "H.E. Mr. CID  UNREAL", "Minister"],
        [1959, 14, "FIN", "Finland", None, None],
        [1959, 14, "FIN", "Finland", "Mrs. Dot Figment", "Minister"],
    ]
    write(tmp_path, {"Speakers_by_session.xlsx": workbook(HEADER[:-1], *rows)})
    for code in ("ISL", "NOR", "FIN"):
        write(tmp_path, {f"{code}_14_1959.txt": "We open the lock.\nWe close the lock."})
    found, report = read(tmp_path, "ungdc")
    finland, iceland, norway = found
    assert (iceland.speaker, iceland.role) == ("", "")
    assert iceland.country == (Country("Iceland", "ISL"),)
    assert iceland.extra["speakers"] == "Mr. Ban Invented; Ms. Ada Made-Up"
    assert norway.speaker == "Mr. Cid Unreal"
    assert (finland.speaker, finland.role) == ("Mrs. Dot Figment", "Minister")
    assert "speakers" not in norway.extra | finland.extra
    assert report.account.notes == {"further workbook rows for the same speech": 3, SEVERAL: 1}


CROSSED: dict[str, tuple[list[Told], dict[str, tuple[str, str]]]] = {
    "two rows have each other's code": (
        [(41, "ISL", "Norway", "Ada"), (41, "NOR", "Iceland", "Ban")],
        {"ISL-41": ("Ban", "ISL"), "NOR-41": ("Ada", "NOR")},
    ),
    "a row in the place of another": (
        [
            (56, "CHE", "Finland", "Ada"),
            (56, "FIN", "Fiji", "Ban"),
            (57, "FJI", "Fiji", "Cid"),
        ],
        {"FIN-56": ("Ada", "FIN"), "FJI-56": ("Ban", "FJI"), "FJI-57": ("Cid", "FJI")},
    ),
    "a country that another row has": (
        [(15, "AUS", "Austria", "Ada"), (15, "AUT", "Austria", "Ban")],
        {"AUS-15": ("Ada", "AUS"), "AUT-15": ("Ban", "AUT")},
    ),
    "a country that never speaks": (
        [(46, "WSM", "Western Sahara", "Ada")],
        {"WSM-46": ("Ada", "WSM")},
    ),
    "a row of another speech": (
        [(46, "FIN", "Fiji", "Ada"), (47, "FJI", "Fiji", "Ban")],
        {"FIN-46": ("", "FIN"), "FJI-46": ("Ada", "FJI")},
    ),
    "codes that no country has": (
        [
            (17, "POR", "Portugal", "Ada"),
            (18, "PRT", "Portugal", "Ban"),
            (66, "EC", "European Council", "Cid"),
            (66, "ECU", "Ecuador", "Dot"),
        ],
        {"PRT-17": ("Ada", "PRT"), "EU-66": ("Cid", "EUU"), "ECU-66": ("Dot", "ECU")},
    ),
    "rows of the German States that name each other": (
        [(41, "DDR", "FDR", "Ada"), (41, "DEU", "GDR", "Ban")],
        {"DDR-41": ("Ban", "DDR"), "DEU-41": ("Ada", "DEU")},
    ),
    "rows of the German States that name one": (
        [(45, "DDR", "FDR", "Ada"), (45, "DEU", "Germany", "Ban"), (45, "FIN", "Finland", "Cid")],
        {"DDR-45": ("", "DEU"), "DEU-45": ("", "DEU"), "FIN-45": ("Cid", "FIN")},
    ),
    "a row of one German State that names the other": (
        [(45, "DDR", "FDR", "Ada")],
        {"DDR-45": ("", "DDR"), "DEU-45": ("Ada", "DEU")},
    ),
}


@pytest.mark.parametrize("name", CROSSED)
def test_rows_that_stand_under_another_country(tmp_path: Path, name: str) -> None:
    rows, expected = CROSSED[name]
    assert who_spoke(tmp_path, rows, *expected)[0] == expected


def test_countries_that_have_another_code_than_their_file(tmp_path: Path) -> None:
    rows = [
        (40, "RUS", "USSR", "Ada"),
        (47, "RUS", "Russian Federation", "Ban"),
        (59, "YUG", "Serbia and Montenegro", "Cid"),
        (59, "COL", "Republic of Co", "Dot"),
        (60, "YMD", "Democratic Yemen", "Eva"),
    ]
    found, notes = who_spoke(tmp_path, rows, "RUS-40", "RUS-47", "YUG-59", "COL-59", "YMD-60")
    assert found == {
        "RUS-40": ("Ada", "SUN"),
        "RUS-47": ("Ban", "RUS"),
        "YUG-59": ("Cid", "SCG"),
        "COL-59": ("Dot", "COL"),
        "YMD-60": ("Eva", "YMD"),
    }
    assert not notes


def test_the_account_tells_of_rows_elsewhere(tmp_path: Path) -> None:
    rows = [
        (45, "AUS", "Austria", "Ada"),
        (45, "AUT", "Austria", "Ban"),
        (45, "DDR", "FDR", "Cid"),
        (45, "DEU", "Germany", "Dot"),
    ]
    _, notes = who_spoke(tmp_path, rows, "AUS-45", "AUT-45", "DDR-45", "DEU-45", "ISL-45")
    assert notes == {ELSEWHERE: 3, SEVERAL: 2, "speeches without a speaker": 1}


def test_what_is_written_is_what_is_read_again(corpus: Path) -> None:
    out = corpus / "out.jsonl"
    report = import_corpus([corpus], out)
    assert report.recognised
    again = read_corpus([out]).statements
    assert again == tuple(
        Statement.from_dict(json.loads(line)) for line in out.read_text("utf-8").splitlines()
    )
    assert len(again) == 3
    with pytest.raises(ExportError, match="already exists"):
        import_corpus([corpus], out)


def test_an_unreadable_speech_is_told_and_the_rest_is_read(corpus: Path) -> None:
    (corpus / "TXT" / "Session 79 - 2024" / "EU_79_2024.txt").write_bytes(b"\xff\xfeA\xd8")
    reading = Import([corpus], "ungdc")
    assert len(list(reading.statements())) == 2
    assert "EU_79_2024.txt" in str(reading.report.problems[0])
    with pytest.raises(CorpusError, match=r"EU_79_2024.txt"):
        list(Import([corpus], "ungdc", strict=True).statements())


def test_without_the_workbook_that_is_said(corpus: Path) -> None:
    reading = Import([corpus / "TXT" / "Session 50 - 1995"])
    (statement,) = reading.statements()
    assert (statement.speaker, statement.country[0].code) == ("", "FRA")
    assert "this workbook was not found" in str(reading.report.problems[0])


def test_the_error_names_what_kept_a_file_from_being_read(tmp_path: Path) -> None:
    path = tmp_path / "FRA_50_1995.txt"
    path.write_bytes(b"\xff")
    with pytest.raises(CorpusError, match=r"first problem: \S+FRA_50_1995\.txt: byte 0 \(0xFF\)"):
        import_corpus([path], tmp_path / "out.jsonl", "ungdc")


def test_what_was_skipped_is_counted_where_only_the_first_is_listed(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PROBLEMS_KEPT", 2)
    for code in ("NOR", "FIN", "DNK"):
        (corpus / "TXT" / f"{code}_50_1995.txt").write_bytes(b"\xff")
    (corpus / "Speakers_by_session.xlsx").unlink()
    read = read_public([corpus])
    assert len(read) == 3
    assert [Path(problem.file).name for problem in read.problems] == ["DNK_50_1995.txt"]
    assert read.problem_count == 3
    assert "this workbook was not found" in read.notes[0]
    assert "3 unreadable" in read.notes[1]


def test_what_is_no_known_format(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("A note.")
    with pytest.raises(CorpusError, match="is not recognised: name it"):
        Import([tmp_path])
    with pytest.raises(CorpusError, match="There is no format 'ungcd'; there are"):
        Import([tmp_path], "ungcd")
    with pytest.raises(CorpusError, match="No statement was found in"):
        import_corpus([tmp_path], tmp_path / "out.jsonl", "ungdc")
    assert not (tmp_path / "out.jsonl").exists()


def test_the_command(corpus: Path) -> None:
    out = corpus / "out.jsonl"
    done = CliRunner().invoke(cli, ["import", "auto", str(corpus), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "Recognised as UN General Debate Corpus (--format ungdc)." in done.output
    assert "Pieces: 3 read = 3 written." in done.output
    done = CliRunner().invoke(
        cli, ["import", "ungdc", str(corpus), "--out", str(out), "--force", "--json"]
    )
    assert json.loads(done.stdout)["pieces"] == {"read": 3, "written": 3, "left_out": {}}


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("1. One.\n\r2. Two\n\rand more.\r\r3. Three.\n\r", "One.\nTwo and more.\n\nThree."),
        ("the locks \n  \n \n31-52265 38 \n \n are open", "the locks are open"),
        ("the Lock-\n \n37 31-05512 \n\nKeeper", "the Lock-Keeper"),
        ("They are open.\n\n31-52265 38\n\n So we say", "They are open.\nSo we say"),
        ("what we\nA/93/PV.13  \n \n31-53122 10 \n \nhold", "what we hold"),
        ("what we\n31-29431 17/51\n\x0c\nA/93/PV.16 29/09/2031\nhold", "what we hold"),
        ("what we\n62/91\n31-00394\n13/01/2031\nA/93/592/Add.8\nhold", "what we hold"),
        ("what we\n31-29281 15/24 hold", "what we hold"),
        ("what we\n24\n\n\nhold", "what we hold"),
        ("We open.\n24\n \nWe close.\n25", "We open.\nWe close.\n25"),
        ("what, \n\n we\n \n\nhold\n\nHere", "what, we hold\n\nHere"),
        ("(A/93/PV.13, p. 4)\nin 31-52265", "(A/93/PV.13, p. 4) in 31-52265"),
        ("A/93/PV.13\nWe open.\n31-52265\n", "We open."),
    ],
)
def test_what_a_page_puts_between_the_words(tmp_path: Path, page: str, expected: str) -> None:
    write(tmp_path, {"FRA_50_1995.txt": page})
    (statement,), _ = read(tmp_path, "ungdc")  # whose account is checked to balance
    assert statement.text == expected
