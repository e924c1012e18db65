"""The Security Council Debates: speeches, the table of both versions, forms of address."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from compare.corpus.importers.un import Address, read_address
from compare.statements import Country
from tests.corpus.importers.helpers import format_of, read

COLUMNS = [
    "", "filename", "date", "day", "month", "year", "speaker", "speaker_undl", "speaker_country",
    "country_org", "role", "participanttype", "speech_number", "record_speech", "tokens", "types",
    "sentences", "topic", "agenda_item1", "agenda_item2", "agenda_item3", "agenda_item4",
    "agenda_item_manual", "document_symbol", "meeting_symbol", "speech_format",
]  # fmt: skip
AMBASSADOR = {
    "filename": "UNSC_2031_SPV.9999_spch0002.txt",
    "date": "2031-02-03",
    "speaker": "Mr. Ilves",
    "country_org": "Cote D''Ivoire",
    "role": "",
    "participanttype": "Mentioned",
    "speech_number": "2",
    "topic": 'The "canals" of Valdoria',
    "agenda_item1": "Thematic",
    "agenda_item3": "Canals\nand locks",
    "document_symbol": "S/PV.9999 (Resumption 1)",
    "meeting_symbol": "S/PV.9999",
    "speech_format": "VTC",
}
PRESIDENT = {
    "filename": "UNSC_2031_SPV.9999_spch0001.txt",
    "date": "2031-02-03",
    "country_org": "UN",
    "participanttype": "The PRESIDENT",
    "document_symbol": "S/PV.9999",
}
SPEECHES = {
    "UNSC_2031_SPV.9999_spch0001.txt": "The President: The meeting is open.\n",
    "UNSC_2031_SPV.9999_spch0002.txt": "Mr. Ilves (Côte d’Ivoire) (spoke in French): I thank you, "
    "Mr. President.\nWe agree: the lock must open.",
}


def table(*rows: dict[str, str], columns: list[str] = COLUMNS) -> str:
    lines = [columns, *([row.get(name, "NA") for name in columns] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "speeches").mkdir()
    for name, text in SPEECHES.items():
        (tmp_path / "speeches" / name).write_text(text, "utf-8")
    (tmp_path / "speaker.tsv").write_text(table(PRESIDENT, AMBASSADOR), "utf-8")
    (tmp_path / "meta.tsv").write_text("\tbasename\tdate\tspv\tnum_speeches\n", "utf-8")
    return tmp_path


def test_version_6(corpus: Path) -> None:
    (president, ambassador), report = read(corpus)
    assert report.format == "unsc"
    assert ambassador.id == "unsc-2031_SPV.9999_spch0002"
    assert ambassador.text == "I thank you, Mr. President.\nWe agree: the lock must open."
    assert (ambassador.speaker, ambassador.role) == ("Mr. Ilves", "")
    assert ambassador.country == (Country("Cote D'Ivoire", "CIV"),)
    assert (str(ambassador.date), ambassador.venue) == ("2031-02-03", "UN Security Council")
    assert ambassador.title == 'S/PV.9999 (Resumption 1), The "canals" of Valdoria'
    assert ambassador.source == (
        "UN Security Council Debates (Schoenfeld et al.), S/PV.9999 (Resumption 1), "
        "UNSC_2031_SPV.9999_spch0002.txt"
    )
    assert ambassador.language == "en"
    assert ambassador.extra == {
        "original_language": "French",
        "participanttype": "Mentioned",
        "topic": 'The "canals" of Valdoria',
        "agenda_item1": "Thematic",
        "agenda_item3": "Canals and locks",
        "speech_format": "VTC",
        "doc_type": "speech",
        "turn": "2",
        "licence": "CC0 1.0",
        "source_file": "speeches/UNSC_2031_SPV.9999_spch0002.txt",
    }
    assert president.text == "The meeting is open."
    assert (president.speaker, president.role) == (
        "The President",
        "President of the Security Council",
    )
    assert president.country[0].code == "UNO"
    account = report.account
    assert account.characters_left_out["forms of address"] == len(
        "The President: Mr. Ilves (Côte d’Ivoire) (spoke in French): "
    )
    assert account.notes == {"rows of the table joined from several lines": 1}
    assert (account.files, account.files_left_out) == (3, {"of another kind": 1})
    assert not report.problems


def test_version_5_in_an_archive_beside_its_table(tmp_path: Path) -> None:
    columns = [
        "", "speech", "country", "speaker", "participanttype", "role_in_un", "spv", "basename",
        "topic", "date", "filename",
    ]  # fmt: skip
    row = {
        "speech": "3",
        "country": "Lithuania",
        "speaker": "Ms. Devised",
        "role_in_un": "Envoy",
        "spv": "9999",
        "topic": "Canals",
        "date": "15 March 2031",
        "filename": "UNSC_2031_SPV.9999Resumption1_spch003.txt",
    }
    (tmp_path / "speaker.tsv").write_text(table(row, columns=columns), "utf-8")
    speech = tmp_path / row["filename"]
    speech.write_text("Ms. Devised: We agree.", "utf-8")
    with tarfile.open(tmp_path / "speeches.tar", "w") as packed:
        packed.add(speech, f"speeches/{speech.name}")
    speech.unlink()
    (statement,) = read(tmp_path / "speeches.tar")[0]
    assert (statement.text, statement.speaker, statement.role) == (
        "We agree.",
        "Ms. Devised",
        "Envoy",
    )
    assert (statement.country[0].code, str(statement.date)) == ("LTU", "2031-03-15")
    assert (statement.title, statement.extra["turn"]) == ("S/PV.9999, Canals", "3")


def test_without_the_table_name_and_first_words_tell(corpus: Path) -> None:
    (corpus / "speaker.tsv").unlink()
    (corpus / "speeches" / "UNSC_2031_SPV.9999_spch0001.txt").rename(
        corpus / "UNSC_2031_SPV.9998Resumption2_spch0001.txt"
    )
    (president, ambassador), report = read(corpus)
    assert (president.title, str(president.date)) == ("S/PV.9998 (Resumption 2)", "2031")
    assert (ambassador.speaker, ambassador.country[0].code) == ("Mr. Ilves", "CIV")
    assert "this table was not found" in str(report.problems[0])


def test_rows_without_speeches_and_speeches_without_rows(corpus: Path) -> None:
    (corpus / "speeches" / "UNSC_2031_SPV.9999_spch0001.txt").rename(
        corpus / "speeches" / "UNSC_2031_SPV.9999_spch0007.txt"
    )
    (corpus / "speeches" / "UNSC_2031_SPV.9999_spch0008.txt").write_text("Mr. Ilves: \n", "utf-8")
    (corpus / "speeches" / "UNSC_2031_SPV.9999_spch0009.txt").write_bytes(b"\xff")
    found, report = read(corpus)
    assert [one.extra["turn"] for one in found] == ["2", "7"]
    said = [str(problem) for problem in report.problems]
    assert "is not UTF-8" in said[0]
    assert "1 speeches have a row in the table but no text (this is the first)" in said[1]
    account = report.account
    assert account.notes["speeches without a row in the table"] == 3
    assert account.left_out == {"speeches without words": 1}


def test_broken_rows_do_not_swallow_others(corpus: Path) -> None:
    lines = table(PRESIDENT, AMBASSADOR | {"agenda_item3": "Canals"}).splitlines()
    for rows, line in (
        ([lines[0], "1\tcut short", "", lines[1], lines[2]], 2),
        ([lines[0], lines[1], lines[2], "3\tcut short"], 4),
        ([lines[0], f"{lines[1]}\tmore", lines[1], lines[2]], 2),
    ):
        (corpus / "speaker.tsv").write_text("\n".join(rows), "utf-8")
        found, report = read(corpus)
        assert [str(one.date) for one in found] == ["2031-02-03"] * 2
        assert [problem.line for problem in report.problems] == [line]
    (corpus / "speaker.tsv").write_text("a\tb\n1\t2\n", "utf-8")
    found, report = read(corpus)
    assert len(found) == 2
    assert "it has no 'filename' and no 'speaker' and no 'date'" in str(report.problems[0])


@pytest.mark.parametrize(
    ("start", "name", "country", "language"),
    [
        ("The PRESIDENT: ", "The PRESIDENT", "", ""),
        (" The President (interpretation from\nFrench): ", "The President", "", "French"),
        ("Mr. AL-ILVES (Chad) (interpretation fron Arabic) : ", "Mr. AL-ILVES", "Chad", "Arabic"),
        (
            "Prime Minister van der Devised (spoke in Spanish; English text provided by the "
            "delegation): ",
            "Prime Minister van der Devised",
            "",
            "Spanish",
        ),
        ("Dato’ Feigned (Malaysia): ", "Dato’ Feigned", "Malaysia", ""),
        ("Ban Invented: ", "Ban Invented", "", ""),
        ("Wisut Devised (Ostravia): ", "Wisut Devised", "Ostravia", ""),
    ],
)
def test_forms_of_address(start: str, name: str, country: str, language: str) -> None:
    expected = Address(len(start), name, country, language)
    assert read_address(f"{start}Yes: we agree.", "Mr. Invented", "Ostravia") == expected


@pytest.mark.parametrize(
    "text",
    [
        "We say this: open the lock.",
        "President Devised has said it clearly: open the lock.",
        "The matter (as I said): open the lock.",
        "I thank the speaker.\nMr. Ilves (Ostravia): Yes.",
        "",
    ],
)
def test_sentences_are_no_forms_of_address(text: str) -> None:
    assert read_address(text, "Mr. Invented", "Ostravia") == Address()


def test_other_files_are_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "UNSC_2031_SPV.9999_spch002_preproc_Ostravia.txt").write_text("We agree.")
    (tmp_path / "speaker.tsv").write_text("speaker\tdate\ttext\n")
    assert format_of(tmp_path) is None
