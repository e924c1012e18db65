"""Tables of single presidents: speeches, press releases, transcripts on one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importers.presidents import SPEAKERS
from compare.corpus.importers.sources import Reason
from tests.corpus.importers.helpers import read, table


def write(path: Path, header: str, *rows: list[str]) -> Path:
    path.write_bytes(table(header.split(","), *rows).encode())
    return path


def test_whose_words_the_sites_publish() -> None:
    assert SPEAKERS == {
        "narendramodi.in": ("Narendra Modi", "India"),
        "kremlin.ru": ("Vladimir Putin", "Russia"),
        "president.gov.ua": ("Volodymyr Zelenskyy", "Ukraine"),
    }


def test_speeches_of_one_speaker(tmp_path: Path) -> None:
    path = write(
        tmp_path / "data_en.csv",
        "href,title,date,img,youtubeURL,speechText",
        ["https://a.invalid/1", "Rain &amp; wind", "January 02, 2023", "i", "v", "We build."],
        ["https://a.invalid/2", "Silent", "January 02, 2023", "", "", ""],
    )
    (speech,), report = read(path)
    assert report.format == "modi"
    assert (speech.text, speech.speaker) == ("We build.", "Ada Veld")
    assert (speech.countries, str(speech.date)) == ("Valdoria", "2023-01-02")
    assert (speech.title, speech.url) == ("Rain & wind", "https://a.invalid/1")
    assert speech.extra == {"doc_type": "speech", "video": "v", "source_file": "data_en.csv"}
    assert report.account.left_out == {"rows without words": 1}


RELEASE = "link,headline,date,location,summary,body"
KREMLIN = "http://en.kremlin.ru/events/president/news/1"


def test_a_transcript_on_one_line(tmp_path: Path) -> None:
    body = (
        "The meeting took place at the fort. President of Ostravia Bo Moss: Good day. I say "
        "this: we build. Minister of Rain and Wind Per Lund: Thank you. Please. Ola al-Dahl "
        "(retranslated): “It rains.” Question: And now? Bo Moss: We stay. <…> Chris Host: "
        "Do you sleep? Bo Moss: (laughing) No."
    )
    path = write(
        tmp_path / "putin.csv",
        RELEASE,
        [KREMLIN, "Meeting on rain", "2022-01-02T14:00:00Z", "The Fort", "A summary.", body],
    )
    found, report = read(path)
    assert report.format == "putin-zelensky"
    assert [(s.speaker, s.text, s.countries) for s in found] == [
        ("Bo Moss", "Good day. I say this: we build.", "Ostravia"),
        ("Minister of Rain and Wind Per Lund", "Thank you. Please.", ""),
        ("Ola al-Dahl", "“It rains.”", ""),
        ("Bo Moss", "We stay. <…>", "Ostravia"),
        ("Bo Moss", "(laughing) No.", "Ostravia"),
    ]
    assert found[3].extra["question"] == "And now?"
    assert (found[4].extra["question"], found[4].extra["asked_by"]) == (
        "Do you sleep?",
        "Chris Host",
    )
    assert (str(found[0].date), found[0].venue) == ("2022-01-02", "The Fort")
    assert (found[0].title, found[0].url) == ("Meeting on rain", KREMLIN)
    account = report.account
    assert account.left_out == {"questions (kept beside the answer)": 2}
    assert account.characters_left_out["words before the first turn"] == 35


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Moderator", Reason.MODERATORS),
        ("Host", Reason.MODERATORS),
        ("Moderator Per Lund", Reason.MODERATORS),
        ("Forum Moderator", Reason.MODERATORS),
        ("Journalist", Reason.QUESTIONS),
        ("Reporter", Reason.QUESTIONS),
        ("Correspondent", Reason.QUESTIONS),
        ("Anchor", Reason.QUESTIONS),
        ("Presenter", Reason.QUESTIONS),
        ("Voice", Reason.QUESTIONS),
        ("Remarks", Reason.QUESTIONS),
        ("Questions (retranslated)", Reason.QUESTIONS),
        ("Presenter Per Lund", Reason.QUESTIONS),
        ("Lund", Reason.UNIDENTIFIED),
        ("Tal-Øst", Reason.UNIDENTIFIED),
        ("Roads", Reason.UNIDENTIFIED),
        ("Spokesman for the President of Ostravia Bo Moss", Reason.UNIDENTIFIED),
        ("Press Secretary of Bo Moss", Reason.UNIDENTIFIED),
    ],
)
def test_who_else_speaks_ends_the_presidents_turn(tmp_path: Path, label: str, reason: str) -> None:
    body = f"Bo Moss: Good evening. {label}: It snows. It rains. Bo Moss: We stay."
    path = write(tmp_path / "a.csv", RELEASE, [KREMLIN, "A title", "2022", "", "", body])
    found, report = read(path)
    assert [(s.text, s.speaker) for s in found] == [
        ("Good evening.", "Bo Moss"),
        ("We stay.", "Bo Moss"),
    ]
    assert report.account.left_out == {reason: 1}


@pytest.mark.parametrize(
    "words",
    [
        "First: It rains.",
        "Second Point: It rains.",
        "I say this: It rains.",
        "Roads: they stay.",
        "It is 10:30.",
        "Moss: It rains.",
    ],
)
def test_a_colon_in_the_presidents_words(tmp_path: Path, words: str) -> None:
    body = f"Bo Moss: Good evening. {words} Question: So? Bo Moss: Yes."
    path = write(tmp_path / "a.csv", RELEASE, [KREMLIN, "A title", "2022", "", "", body])
    found, _ = read(path)
    assert {said.speaker for said in found} == {"Bo Moss"}
    assert " ".join(said.text for said in found) == (
        f"Good evening. {words.removeprefix('Moss: ')} Yes."
    )


@pytest.mark.parametrize(
    ("before", "label", "speaker"),
    [
        ("Beginning of the meeting", "Bo Moss", "Bo Moss"),
        ("Beginning of the meeting", "President of Ostravia Bo Moss", "Bo Moss"),
        ("Beginning of the meeting", "President of Norland Ida Berg",
         "President of Norland Ida Berg"),
        ("Good evening.", "Ida Berg", "Ida Berg"),
        ("I say to", "Ida Berg", None),
        ("I say to the", "President of Norland Ida Berg", None),
        ("I remember", "Ida Berg", None),
        ("They said of", "Bo Moss", None),
    ],
)  # fmt: skip
def test_a_presidents_name_in_a_sentence_is_no_label(
    tmp_path: Path, before: str, label: str, speaker: str | None
) -> None:
    body = f"Per Lund: It snows. {before} {label}: It rains. Bo Moss: We stay."
    path = write(tmp_path / "a.csv", RELEASE, [KREMLIN, "A title", "2022", "", "", body])
    found, report = read(path)
    said = {statement.text: statement.speaker for statement in found}
    assert said.get("It rains.") == speaker
    assert (Reason.UNIDENTIFIED in report.account.left_out) is (speaker is None)
    assert all(s.countries == ("Ostravia" if s.speaker == "Bo Moss" else "") for s in found)


def test_an_address_that_somebody_leads_through_is_nobodys(tmp_path: Path) -> None:
    body = "Good evening. Moderator: It rains."
    title = "Speech by President of Ostravia Bo Moss"
    path = write(tmp_path / "a.csv", RELEASE, [KREMLIN, title, "2022", "", "", body])
    (said,), _ = read(path)
    assert (said.text, said.speaker) == (body, "")


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("We build - address by the President of Norland", "Ida Berg"),
        ("Speech by President of Norland Ida Berg", "Ida Berg"),
        ("Statement by the President of Valdoria", ""),
        ("The President met the Prime Minister of Valdoria", ""),
    ],
)
def test_a_press_release_has_a_speaker_where_its_headline_says_so(
    tmp_path: Path, title: str, speaker: str
) -> None:
    link = "https://www.president.gov.ua/en/news/1"
    path = write(
        tmp_path / "zelenskyy.csv",
        "link,headline,date,body",
        [link, title, "2022-01-02T14:00:00Z", "We build."],
    )
    (statement,), report = read(path)
    assert report.format == "putin-zelensky"
    assert (statement.speaker, statement.countries) == (speaker, "Norland")
    assert statement.extra["doc_type"] == ("speech" if speaker else "press release")


def test_a_statement_by_the_president_of_another_country(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        RELEASE,
        [KREMLIN, "Statement by the President of Norland", "2022", "", "", "It rains."],
    )
    (statement,), _ = read(path)
    assert (statement.speaker, statement.countries) == ("", "Ostravia")


def test_a_site_that_is_no_presidents(tmp_path: Path) -> None:
    body = "Bo Moss: Good day."
    path = write(
        tmp_path / "a.csv", RELEASE, ["https://notkremlin.ru/1", "A title", "2022", "", "", body]
    )
    (statement,), _ = read(path, "putin-zelensky")
    assert (statement.text, statement.speaker, statement.countries) == (body, "", "")
