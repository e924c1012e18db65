"""EUSpeech: day first, tags between paragraphs."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.importers.helpers import read


def test_a_speech(tmp_path: Path) -> None:
    path = tmp_path / "collection.csv"
    path.write_text(
        "date,country,speaker,title,url,origtext,lang,lang_prob,nooflanguages,lenspeech_w,"
        "lenspeech_char\n05-06-2019,Valdoria,Ada Veld,A title,https://a.invalid/1,"
        "<p>Vi bygger.</p>,no,[no:0.99],1,2,10\n",
        "utf-8",
    )
    (speech,), report = read(path)
    assert report.format == "euspeech2"
    assert (speech.text, speech.speaker, speech.countries) == ("Vi bygger.", "Ada Veld", "Valdoria")
    assert (str(speech.date), speech.url) == ("2019-06-05", "https://a.invalid/1")
    assert speech.language == "no"
    assert report.foreign == 1
