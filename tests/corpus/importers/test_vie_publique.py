"""Speeches of vie-publique.fr: one list in one file, several speakers, and a list without words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.corpus.importing import Import

SPEECH = {
    "title": "Un titre",
    "speakers": [
        {"name": "Ada Veld", "function": "Ministre"},
        {"name": "Bo Moss", "function": None},
        {"name": None, "function": None},
    ],
    "context": "Conférence à Ostravia",
    "keywords": ["un", "deux"],
    "thematics": ["trois"],
    "datetime": "2020-01-02T00:00:00Z",
    "readtime": "1 min",
    "kind": "Interview",
    "text": "Nous bâtissons.\n",
}


@pytest.mark.parametrize("name", ["speechs", "speeches"])
@pytest.mark.parametrize("indent", [None, 1])
def test_speeches(tmp_path: Path, name: str, indent: int | None) -> None:
    path = tmp_path / "dataset.json"
    silent = SPEECH | {"text": None, "speakers": []}
    path.write_text(json.dumps({name: [SPEECH, silent]}, indent=indent), "utf-8")
    reading = Import([path])
    (speech,) = reading.statements()
    assert reading.format.name == "vie-publique"
    assert (speech.text, speech.language, speech.countries) == ("Nous bâtissons.", "fr", "France")
    assert (speech.speaker, speech.role) == ("Ada Veld; Bo Moss", "Ministre")
    assert (str(speech.date), speech.venue) == ("2020-01-02", "Conférence à Ostravia")
    assert speech.title == "Un titre"
    assert speech.extra == {
        "doc_type": "Interview",
        "keywords": "un; deux",
        "topics": "trois",
        "source_file": "dataset.json",
    }
    account = reading.report.account
    assert account.notes == {
        "speeches of several speakers": 1,
        "speeches without a speaker": 1,
        "interviews, with the questions in the text": 2,
    }
    assert account.left_out == {"rows without words": 1}
    assert reading.report.foreign == 1


def test_what_stands_before_the_end_of_a_broken_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "dataset.json"
    whole = json.dumps({"speechs": [SPEECH, SPEECH]})
    path.write_text(whole[:-40], "utf-8")
    reading = Import([path])
    assert len(list(reading.statements())) == 1
    assert "cut short" in str(reading.report.problems[0])


def test_the_public_list_has_no_words(tmp_path: Path) -> None:
    path = tmp_path / "vp_discours.json"
    entry = {"id": "1", "titre": "Un titre", "prononciation": "2020-01-02", "intervenants": []}
    path.write_text(json.dumps([entry, entry]), "utf-8")
    reading = Import([path])
    assert not list(reading.statements())
    (problem,) = reading.report.problems
    assert "it has no 'text', which files of this corpus have" in str(problem)
