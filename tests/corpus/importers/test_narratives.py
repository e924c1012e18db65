"""Narratives on conflicts: tables of speeches, and an index that names their country."""

from __future__ import annotations

from pathlib import Path

from compare.corpus.importing import Import
from tests.corpus.importers.helpers import read, table


def write(path: Path, header: str, *rows: list[str]) -> Path:
    path.write_bytes(table(header.split(","), *rows).encode())
    return path


def test_narratives_take_the_country_from_the_index(tmp_path: Path) -> None:
    write(
        tmp_path / "valdoria.csv",
        "speaker,date,title,text,url",
        ["Ada Veld", "February 23, 2022", "A title", "We build.", "https://a.invalid/1"],
        ["Bo Moss", "NA", "Untitled", "Мы строим дом для всех людей.", "https://a.invalid/2"],
        ["Bo Moss", "NA", "Untitled", "It rains.", "NA"],
    )
    write(
        tmp_path / "corpus_index.csv",
        "speaker,date,title,url,country,conflict",
        ["Ada Veld", "NA", "A title", "https://a.invalid/1", "Ostmark", "valdoria_war"],
        ["Bo Moss", "NA", "Untitled", "NA", "Ostmark", "valdoria_war"],
    )
    (one, two, three), report = read(tmp_path)
    assert report.format == "narratives"
    assert (one.speaker, one.countries, str(one.date)) == ("Ada Veld", "Ostmark", "2022-02-23")
    assert one.extra["conflict"] == "valdoria_war"
    assert (two.countries, two.date, two.language) == ("", None, "ru")
    assert (three.countries, three.url) == ("", "")
    assert (report.account.files, report.account.files_left_out) == (2, {})
    assert report.account.notes == {"speeches that the index does not have, without a country": 2}
    (tmp_path / "corpus_index.csv").write_bytes(b"")
    reading = Import([tmp_path])
    assert len(list(reading.statements())) == 3
    assert "it is empty" in str(reading.report.problems[0])
