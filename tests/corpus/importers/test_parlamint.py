"""ParlaMint: a speaker's house, party and offices on the day; texts with their tables."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from compare.corpus.importing import Import
from compare.errors import CorpusError
from compare.statements import Country, Statement
from tests.corpus.importers.helpers import column, format_of, tarred

NAMESPACE = 'xmlns="http://www.tei-c.org/ns/1.0"'
PERSONS = f"""<listPerson {NAMESPACE} xml:id="ParlaMint-BE-listPerson">
<person xml:id="AdaMadeUp">
 <persName to="2030-12-31"><surname>Former</surname><forename>Ada</forename></persName>
 <persName from="2031"><surname>Made-Up</surname><forename>Ada</forename><nameLink>van</nameLink>
 </persName>
 <affiliation role="member" ref="#parliament"/>
 <affiliation role="member" ref="#canal" from="2031-01-01" to="2031"/>
 <affiliation role="member" ref="#lock" to="2030-12-31"/>
 <affiliation role="minister" ref="#government" from="2031-02-01"><roleName xml:lang="nl">Minister
  van Kanalen</roleName><roleName xml:lang="en">Minister of Canals</roleName></affiliation>
 <affiliation role="deputyHead" ref="#government" from="2031-02-04"/>
</person>
<person xml:id="BanInvented"><persName>Ban Invented</persName>
 <affiliation role="representative" ref="party.Tolls"/>
 <affiliation role="member" ref="#parliament"/>
</person>
</listPerson>"""
ORGANISATIONS = f"""<listOrg {NAMESPACE}>
<org xml:id="parliament" role="parliament"><orgName full="yes" xml:lang="nl">De Kamer</orgName>
 <orgName full="yes" xml:lang="en">The Chamber</orgName></org>
<org xml:id="canal" role="parliamentaryGroup"><orgName full="abb">CP</orgName>
 <orgName full="yes">Canal Party</orgName></org>
<org xml:id="lock" role="politicalParty"><orgName>Lock Party</orgName></org>
<org xml:id="government" role="government"><orgName full="yes">Government</orgName></org>
</listOrg>"""
SITTING = f"""<?xml version="1.0" encoding="UTF-8"?>
<TEI {NAMESPACE} xml:lang="nl" xml:id="ParlaMint-BE_2031-02-03-plenary">
<teiHeader><fileDesc><titleStmt>
 <title type="main" xml:lang="nl">Corpus</title><title type="sub" xml:lang="nl">Zitting</title>
 <title type="sub" xml:lang="en">Sitting of 3 February 2031</title>
 <meeting n="1"/><meeting n="2" corresp="#parliament"/></titleStmt>
 <publicationStmt><date when="2032-01-01"/><idno type="URI">http://example.org/corpus</idno>
  <availability><licence>CC BY</licence></availability></publicationStmt>
 <sourceDesc><bibl><idno type="URI">https://example.org/day</idno></bibl></sourceDesc></fileDesc>
 <profileDesc><settingDesc><setting><name type="city">Brussel</name><date when="2031-02-03"/>
 </setting></settingDesc></profileDesc></teiHeader>
<text><body><div type="debateSection">
 <head>Canals</head><note type="speaker">The chair:</note>
 <u xml:id="ParlaMint-BE_2031-02-03-plenary.u1" who="#AdaMadeUp" ana="#chair #topic.other">
  <note>(Bell)</note><seg>We open
   the lock.</seg><kinesic type="applause"><desc>(Applause)</desc></kinesic>
  <seg>Thank<gap reason="inaudible"/>you.</seg></u>
 <u xml:id="ParlaMint-BE_2031-02-03-plenary.u2" who="BanInvented" ana="#regular">
  <seg xml:lang="fr">Nous n'ouvrons pas cette porte.</seg><seg xml:lang="nl">Nee.</seg></u>
 <u xml:id="ParlaMint-BE_2031-02-03-plenary.u3" who="#CyDevised" xml:lang="de"><seg>Nein.</seg></u>
 <u xml:id="ParlaMint-BE_2031-02-03-plenary.u4"><seg>So be it.</seg></u>
 <u xml:id="ParlaMint-BE_2031-02-03-plenary.u5"><vocal><desc>(Shouts)</desc></vocal></u>
</div></body></text></TEI>"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "ParlaMint-BE"
    (folder / "2031").mkdir(parents=True)
    (folder / "ParlaMint-BE-listPerson.xml").write_text(PERSONS, "utf-8")
    (folder / "ParlaMint-BE-listOrg.xml").write_text(ORGANISATIONS, "utf-8")
    (folder / "ParlaMint-BE.xml").write_text(f"<teiCorpus {NAMESPACE}/>", "utf-8")
    (folder / "ParlaMint-taxonomy-topic.xml").write_text("<taxonomy/>", "utf-8")
    (folder / "2031" / "ParlaMint-BE_2031-02-03-plenary.xml").write_text(SITTING, "utf-8")
    (folder / "2031" / "ParlaMint-BE_2031-02-03-plenary.ana.xml").write_text(SITTING, "utf-8")
    return folder


def told(reading: Import) -> dict[str, Statement]:
    return {statement.id.rpartition(".")[2]: statement for statement in reading.statements()}


def test_a_sitting(corpus: Path) -> None:
    reading = Import([corpus])
    found = told(reading)
    assert reading.format.name == "parlamint"
    chair = found["u1"]
    assert chair.id == "parlamint-BE_2031-02-03-plenary.u1"
    assert chair.text == "We open the lock.\nThank you."
    assert (chair.speaker, chair.role) == ("Ada van Made-Up", "Chair; Minister of Canals")
    assert chair.country == (Country("Belgium", "BEL"),)
    assert (str(chair.date), chair.venue) == ("2031-02-03", "The Chamber")
    assert chair.title == "Sitting of 3 February 2031"
    assert (chair.url, chair.language) == ("https://example.org/day", "nl")
    assert chair.source == "ParlaMint-BE, ParlaMint-BE_2031-02-03-plenary.xml"
    assert chair.extra == {
        "party": "Canal Party",
        "doc_type": "parliamentary speech",
        "licence": "CC BY",
        "topic": "Canals",
        "turn": "1",
        "speaker_id": "AdaMadeUp",
        "source_file": "2031/ParlaMint-BE_2031-02-03-plenary.xml",
    }
    member = found["u2"]
    assert (member.speaker, member.role) == ("Ban Invented", "Member, The Chamber")
    assert (member.extra["party"], member.language) == ("Tolls", "fr")
    assert (found["u3"].speaker, found["u3"].language) == ("CyDevised", "de")
    assert (found["u4"].speaker, found["u4"].role) == ("", "")
    account = reading.report.account
    assert account.left_out == {"utterances without words": 1}
    assert account.characters_left_out["notes, gaps and noises"] == len(
        "The chair:(Bell)(Applause)(Shouts)"
    )
    assert account.characters_left_out["headings and separators"] == len("Canals")
    assert account.notes == {
        "utterances whose speaker is known by an id only": 1,
        "utterances without a speaker": 1,
    }
    assert account.files == 4
    assert account.files_left_out == {
        "with linguistic annotation (.ana.xml)": 1,
        "not named like the files of this corpus": 1,
    }
    assert not reading.report.problems


def test_the_lists_are_found_above_a_sitting_and_in_an_archive(corpus: Path) -> None:
    path = corpus / "2031" / "ParlaMint-BE_2031-02-03-plenary.xml"
    for place in (path, path.parent):
        assert told(Import([place]))["u1"].speaker == "Ada van Made-Up"
    archive = corpus.parent / "a.tgz"
    with tarfile.open(archive, "w:gz") as packed:  # the list comes last
        for name in (path, corpus / "ParlaMint-BE-listPerson.xml"):
            packed.add(name, f"ParlaMint-BE.TEI/{name.name}")
    assert told(Import([archive]))["u1"].speaker == "Ada van Made-Up"


def test_without_lists_that_is_said(corpus: Path) -> None:
    for path in corpus.glob("ParlaMint-BE*.xml"):
        path.unlink()
    reading = Import([corpus])
    found = told(reading)
    assert (found["u1"].speaker, found["u1"].role) == ("AdaMadeUp", "Chair")
    assert found["u1"].venue == "Brussel"
    (problem,) = reading.report.problems
    assert str(problem).startswith("ParlaMint-BE-listPerson.xml: this list was not found")


def test_a_list_inside_the_header_of_an_old_corpus(corpus: Path) -> None:
    (corpus / "ParlaMint-BE-listPerson.xml").unlink()
    (corpus / "ParlaMint-BE.xml").write_text(
        f"<teiCorpus {NAMESPACE}><teiHeader>{PERSONS}</teiHeader></teiCorpus>", "utf-8"
    )
    assert told(Import([corpus]))["u1"].speaker == "Ada van Made-Up"


def test_broken_files_are_told_and_the_rest_is_read(corpus: Path) -> None:
    (corpus / "ParlaMint-BE-listOrg.xml").write_text("<listOrg>", "utf-8")
    (corpus / "2031" / "ParlaMint-BE_2031-02-04-plenary.xml").write_text("<div/>", "utf-8")
    (corpus / "2031" / "ParlaMint-BE_2031-02-05-plenary.xml").write_text(
        '<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/hostname">]><TEI>&x;</TEI>', "utf-8"
    )
    reading = Import([corpus])
    assert len(told(reading)) == 4
    said = [str(problem) for problem in reading.report.problems]
    assert ["well-formed XML" in said[0], "not with <TEI>" in said[1], "entities" in said[2]] == [
        True
    ] * 3


def test_only_annotated_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ParlaMint-SE-en_2031-02-03.ana.xml").write_text(SITTING, "utf-8")
    reading = Import([tmp_path])
    assert told(reading) == {}
    assert "name the plain .xml, or the .txt" in str(reading.report.problems[0])


COLUMNS = [
    "Text_ID", "ID", "Title", "Date", "Body", "Term", "Session", "Meeting", "Sitting", "Agenda",
    "Subcorpus", "Lang", "Speaker_role", "Speaker_MP", "Speaker_minister", "Speaker_party",
    "Speaker_party_name", "Party_status", "Party_orientation", "Speaker_ID", "Speaker_name",
    "Speaker_gender", "Speaker_birth",
]  # fmt: skip
UTTERANCE = {
    "Title": "Sitting of 3 February 2031",
    "Date": "2031-02-03",
    "Body": "Lower house",
    "Agenda": "Canals",
    "Lang": "Swedish",
    "Speaker_role": "Chairperson",
    "Speaker_MP": "MP",
    "Speaker_minister": "Minister",
    "Speaker_party": "CP",
    "Speaker_party_name": "Canal Party",
    "Party_status": "Coalition",
    "Speaker_ID": "AdaMadeUp",
    "Speaker_name": "Made-Up, Ada Eva",
}
TEXT = (
    "ParlaMint-SE_2031-02-03.u1\tWe open the lock. [[(Applause)]] Thank you.\n"
    "ParlaMint-SE_2031-02-03.u2\tNo.\n"
    "ParlaMint-SE_2031-02-03.u3\t[[(Shouts)]]\n\n"
    "without a tab\n"
)


def table(*utterances: dict[str, str], end: str = "") -> str:
    rows = [COLUMNS, *([row.get(name, "-") for name in COLUMNS] for row in utterances)]
    return "".join("\t".join(row) + end + "\n" for row in rows)


def texts(folder: Path, stem: str, **meta: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{stem}.txt").write_text(TEXT, "utf-8")
    for ending, lang in meta.items():
        first = UTTERANCE | {"ID": "ParlaMint-SE_2031-02-03.u1", "Lang": lang}
        second = {"ID": "ParlaMint-SE_2031-02-03.u2", "Speaker_name": "-"}
        unsaid = {"ID": "ParlaMint-SE_2031-02-03.u9"}
        name = f"{stem}-{ending.replace('_', '-')}.tsv"
        (folder / name).write_text(table(first, second, unsaid), "utf-8")
    return folder


def test_texts_with_their_tables(tmp_path: Path) -> None:
    folder = texts(tmp_path / "t", "ParlaMint-SE_2031-02-03", meta="Svenska", meta_en="Swedish")
    (folder / "ParlaMint-SE_2031-02-03-ana-meta.tsv").write_text("x")
    reading = Import([folder])
    found = told(reading)
    assert reading.format.name == "parlamint-text"
    first = found["u1"]
    assert (first.id, first.text) == (
        "parlamint-SE_2031-02-03.u1",
        "We open the lock. Thank you.",
    )
    assert first.speaker == "Ada Eva Made-Up"
    assert first.role == "Chair; Minister; Member of parliament"
    assert (first.country[0].code, first.language) == ("SWE", "sv")
    assert (str(first.date), first.venue) == ("2031-02-03", "Lower house")
    assert first.title == "Sitting of 3 February 2031"
    assert first.extra == {
        "doc_type": "parliamentary speech",
        "party": "Canal Party",
        "party_status": "Coalition",
        "topic": "Canals",
        "turn": "1",
        "speaker_id": "AdaMadeUp",
        "source_file": "ParlaMint-SE_2031-02-03.txt",
    }
    assert (found["u2"].speaker, found["u2"].role) == ("", "")
    account = reading.report.account
    assert account.left_out == {"utterances without words": 1}
    assert account.files_left_out == {
        "tables that exist in English too": 1,
        "not named like the files of this corpus": 1,
    }
    assert account.notes["table rows without words"] == 1
    assert account.characters_left_out["notes, gaps and noises"] == 15 + 12
    assert [problem.line for problem in reading.report.problems] == [5]


@pytest.mark.parametrize("mark", ["", "-en"])
def test_machine_translations_say_so(tmp_path: Path, mark: str) -> None:
    folder = texts(tmp_path / "t", "ParlaMint-SE-en_2031-02-03", meta="English")
    english = folder / "ParlaMint-SE-en_2031-02-03.txt"
    english.write_text(TEXT.replace("SE_", f"SE{mark}_"), "utf-8")
    found = told(Import([folder]))
    assert found["u1"].id == "parlamint-SE-en_2031-02-03.u1"
    assert (found["u1"].speaker, found["u1"].language) == ("Ada Eva Made-Up", "en")
    assert found["u1"].extra["translated"] == "by machine"
    assert found["u1"].extra["original_language"] == "sv"


@pytest.mark.parametrize("last", ["original", "translation", "table"])
@pytest.mark.parametrize("mark", ["", "-en"])
def test_a_text_and_its_machine_translation_are_one(tmp_path: Path, last: str, mark: str) -> None:
    original, translated = "ParlaMint-SE_2031-02-03", "ParlaMint-SE-en_2031-02-03"
    folder = texts(tmp_path / "t", original, meta="svenska")
    texts(folder, translated, meta="English")
    english = folder / f"{translated}.txt"
    english.write_text(TEXT.replace("SE_", f"SE{mark}_"), "utf-8")
    swedish = "".join(
        f"{original}.u{n}\t{words}\n" for n, words in ((1, "Vi bygger."), (2, "Nej."))
    )
    (folder / f"{original}.txt").write_text(swedish, "utf-8")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    late = {"original": f"{original}.txt", "translation": f"{translated}.txt",
            "table": f"{original}-meta.tsv"}[last]  # fmt: skip
    reading = Import([tarred(tmp_path / "a.tar", files | {late: files.pop(late)}, "w")])
    found = told(reading)
    first = found["u1"]
    assert sorted(said.id for said in found.values()) == [
        f"parlamint-SE_2031-02-03.u{n}" for n in (1, 2)
    ]
    assert (first.text, first.language, first.speaker) == ("Vi bygger.", "sv", "Ada Eva Made-Up")
    assert column(first, "translation") == "We open the lock. Thank you."
    assert column(first, "translation_language") == "en"
    assert column(first, "translated_by") == "machine"
    assert column(found["u2"], "translation") == "No."
    account = reading.report.account
    assert account.left_out["translations (kept beside the original)"] == 2
    assert account.files_left_out == {"tables of translations": 1}
    assert (account.files, account.balance) == (3, 0)


@pytest.mark.parametrize(
    ("corpus", "named", "language"),
    [
        ("FR", "français", "fr"),
        ("BE", "Français", "fr"),
        ("ES-CT", "Català", "ca"),
        ("ES-CT", "Castellà", "es"),
        ("ES-CT", "ca", "ca"),
        ("UA", "Українська", "uk"),
        ("UA", "Російська", "ru"),
        ("UA", "Russian", "ru"),
    ],
)
def test_a_table_may_name_languages_in_its_own(
    tmp_path: Path, corpus: str, named: str, language: str
) -> None:
    stem = f"ParlaMint-{corpus}_2031-02-03"
    (tmp_path / f"{stem}.txt").write_text(f"{stem}.u1\tOui.\n", "utf-8")
    row = UTTERANCE | {"ID": f"{stem}.u1", "Lang": named, "Speaker_role": "Président"}
    (tmp_path / f"{stem}-meta.tsv").write_text(table(row), "utf-8")
    said = told(Import([tmp_path]))["u1"]
    assert (said.language, said.role.partition(";")[0]) == (language, "Chair")


def test_a_table_can_come_behind_its_text(tmp_path: Path) -> None:
    folder = texts(tmp_path / "t", "ParlaMint-SE_2031-02-03", meta="Swedish")
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as packed:
        for name in ("ParlaMint-SE_2031-02-03.txt", "ParlaMint-SE_2031-02-03-meta.tsv"):
            content = (folder / name).read_bytes()
            member = tarfile.TarInfo(f"ParlaMint-SE.txt/2031/{name}")
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    assert told(Import([archive]))["u1"].speaker == "Ada Eva Made-Up"


def packed(path: Path, sittings: int, words: str = "We build.") -> Path:
    """An archive with all texts ahead of all tables but one, which is not there."""
    files = {}
    for number in range(sittings):
        stem = f"ParlaMint-SE_2031-02-{number + 1:02}"
        files[f"{stem}.txt"] = f"{stem}.u1\t{words} {number}\n"
    for number in range(1, sittings):
        stem = f"ParlaMint-SE_2031-02-{number + 1:02}"
        spoken = UTTERANCE | {"ID": f"{stem}.u1", "Speaker_name": f"Made-Up, Ada{number}"}
        files[f"{stem}-meta.tsv"] = table(spoken)
    return tarred(path, files, "w")


def test_texts_far_ahead_of_their_tables_are_kept_aside(tmp_path: Path) -> None:
    reading = Import([packed(tmp_path / "a.tar", 4)])
    found = [(said.speaker, said.text) for said in reading.statements()]
    assert found == [
        ("Ada1 Made-Up", "We build. 1"),
        ("Ada2 Made-Up", "We build. 2"),
        ("Ada3 Made-Up", "We build. 3"),
        ("", "We build. 0"),
    ]
    assert reading.report.account.files == 7
    assert "its table (-meta.tsv) was not found" in str(reading.report.problems[0])


def test_texts_ahead_of_their_tables_are_not_held_in_memory(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar", 20, "x" * 1_000_000)
    reading = Import([archive], "parlamint-text")
    tracemalloc.start()
    try:
        assert sum(1 for _ in reading.statements()) == 20
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000


def test_no_room_for_what_waits_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = packed(tmp_path / "a.tar", 2)
    monkeypatch.setattr(Path, "write_bytes", _fill_the_disk)
    with pytest.raises(CorpusError, match=r"a\.tar: ParlaMint-SE_2031-02-01\.txt .*\(No space"):
        list(Import([archive], "parlamint-text").statements())


def _fill_the_disk(path: Path, content: bytes) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_text_without_a_table_and_a_broken_table(tmp_path: Path) -> None:
    folder = texts(tmp_path / "t", "ParlaMint-SE_2031-02-03", meta="Swedish")
    table_file = folder / "ParlaMint-SE_2031-02-03-meta.tsv"
    table_file.write_bytes(b"ID\tTitle\n\xff\t\n")
    reading = Import([folder])
    assert told(reading)["u1"].speaker == ""
    assert "is not UTF-8" in str(reading.report.problems[0])
    table_file.unlink()
    reading = Import([folder])
    assert (told(reading)["u1"].country[0].code, reading.report.account.written) == ("SWE", 2)
    assert "its table (-meta.tsv) was not found" in str(reading.report.problems[0])


def test_rows_with_an_empty_cell_more_than_the_header_are_read(tmp_path: Path) -> None:
    folder = texts(tmp_path / "t", "ParlaMint-SE_2031-02-03")
    first = UTTERANCE | {"ID": "ParlaMint-SE_2031-02-03.u1"}
    lines = table(first).splitlines()
    (folder / "ParlaMint-SE_2031-02-03-meta.tsv").write_text(f"{lines[0]}\n{lines[1]}\t\n", "utf-8")
    assert told(Import([folder]))["u1"].speaker == "Ada Eva Made-Up"


@pytest.mark.parametrize("name", ["ParlaMint-SE.xml", "debates2031-02-03a.xml", "speaker.tsv"])
def test_other_files_are_not_taken_for_parlamint(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<x/>")
    assert format_of(tmp_path) is None
