"""The Kremlin's pages: names in bold, their pop-ups, and reports without a speaker."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importers.kremlin import COUNTRY, PRESIDENTS
from tests.corpus.importers.helpers import format_of, read

POPUP = '<span class="read__tooltip hidden masha-ignore"> <span>Lund Per</span></span>'
FOOTER = (
    '<div class="read__cut masha-ignore"><h3>See also</h3></div>\n'
    '<div class="read__bottommeta hidden-copy"><p>Text version</p></div>'
)
PAGE = """<!doctype html><html lang="en"><head>
<meta property="og:url" content="http://en.kremlin.ru/events/president/news/7"/></head><body>
<h1 class="entry-title p-name">{title}</h1>
<time class="read__published" datetime="2019-03-02">March 2, 2019</time>
<div class="read__place p-location">The&nbsp;Kremlin,
Moscow</div><div class="entry-content e-content"><!-- x -->
{content}
{footer}</div></body></html>"""
MEETING = f"""
<div class="slider masha-ignore"><p>A picture.</p></div>
<p>Mr Moss met the Minister.</p>
<p><b>President of&nbsp;Ostravia
Bo Moss:</b> Mr&nbsp;Lund, what of roads?</p>
<p>I want
to know.</p>
<blockquote><p>What of roads?</p></blockquote>
<p><b>Transport Minister <a class="person_tag">Per Lund{POPUP}</a></b>: We build
the 14<sup>th</sup>.  (Applause.)</p>
<p><b>Remark:</b> Hear, hear!</p>
<p><b>Bo</b><b> Moss</b><b>:</b> Good.</p>
<p><b>Question:</b> Why?</p><p>And when?</p>
<p><b>Bo Moss</b> (<i>retranslated</i>)<b>:</b> Soon.</p>
<p><b>* * *</b></p>
<p>The meeting ended.</p>
"""


def write(folder: Path, content: str, name: str = "7.html", title: str = "Meeting") -> Path:
    path = folder / "president" / "news" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title=title, content=content, footer=FOOTER), "utf-8")
    return path


def test_the_presidents_of_the_site() -> None:
    assert COUNTRY == "Russia"
    assert sorted(PRESIDENTS) == ["Dmitry Medvedev", "Vladimir Putin"]


def test_only_the_words_behind_a_name_are_statements(tmp_path: Path) -> None:
    write(tmp_path, MEETING)
    (asks, lund, good, soon), report = read(tmp_path)
    assert report.format == "kremlin"
    assert asks.text == "Mr Lund, what of roads?\nI want to know."
    assert (asks.speaker, asks.role, asks.countries) == (
        "Bo Moss", "President of Ostravia", "Ostravia",
    )  # fmt: skip
    assert (str(asks.date), asks.venue, asks.title) == (
        "2019-03-02", "The Kremlin, Moscow", "Meeting",
    )  # fmt: skip
    assert asks.url == "http://en.kremlin.ru/events/president/news/7"
    assert (asks.id, asks.language) == ("kremlin-7-1", "en")
    assert asks.extra == {
        "doc_type": "transcript",
        "source_file": "president/news/7.html",
        "turn": "1",
    }
    assert (lund.text, lund.speaker, lund.role, lund.countries) == (
        "We build the 14th.", "Per Lund", "Transport Minister", "Ostravia",
    )  # fmt: skip
    assert (good.text, good.role) == ("Good.", "President of Ostravia")
    assert (soon.text, soon.speaker) == ("Soon.", "Bo Moss")
    assert soon.extra["question"] == "Why?\nAnd when?"
    assert soon.extra["translated"] == "yes"
    account = report.account
    assert account.left_out == {
        "audience and other unnamed voices": 1,
        "questions (kept beside the answer)": 1,
    }
    left = account.characters_left_out
    assert left["the Kremlin's own report (nobody's words)"] == 25 + 18
    assert left["pull quotes (said in the text too)"] == 14
    assert left["headings and separators"] == 5
    assert left["stage directions"] == 12


def test_roles_are_told_from_names_by_what_stands_elsewhere(tmp_path: Path) -> None:
    write(
        tmp_path,
        "<p><b>Director of the Old Roads Per Lund:</b> One.</p><p><b>Per Lund:</b> Two.</p>"
        "<p><b>President of Valdoria Ada Veld:</b> Three.</p>"
        "<p><b>Director of the Old Roads Ida Berg:</b> Four.</p>"
        "<p><b>Ola Dahl:</b> Five.</p>",
    )
    said, _ = read(tmp_path)
    assert [(s.speaker, s.role, s.countries) for s in said] == [
        ("Per Lund", "Director of the Old Roads", ""),
        ("Per Lund", "Director of the Old Roads", ""),
        ("Ada Veld", "President of Valdoria", "Valdoria"),
        ("Director of the Old Roads Ida Berg", "", ""),
        ("Ola Dahl", "", ""),
    ]


@pytest.mark.parametrize(
    ("role", "country"),
    [
        ("President of Valdoria", "Valdoria"),
        ("First Vice-President of the Kingdom of Valdoria, Chair of the Council",
         "Kingdom of Valdoria"),
        ("Minister of Roads and Trade of Valdoria", "Valdoria"),
        ("President of the Senate of Valdoria", "Valdoria"),
        ("Ambassador of Valdoria to Ostravia", "Valdoria"),
        ("Vice Chairman of the Road Party of Valdoria Central Commission", "Valdoria"),
        ("Chairman of the Ostravian Union of Valdoria War Veterans", "Ostravia"),
        ("Chairman of the Ostravian Union of Veterans of Valdoria", "Ostravia"),
        ("Ostravian Ambassador to Valdoria", "Ostravia"),
        ("Chief Rabbi of Ostravia", "Ostravia"),
        ("Prime Minister", "Ostravia"),
        ("Civil Defence, Emergency Situations and Disaster Relief Minister", "Ostravia"),
        ("Minister of Trade of the Old Region", "Ostravia"),
        ("Old Territory Governor", "Ostravia"),
        ("Presidential Aide", "Ostravia"),
        ("State Duma Deputy Speaker", "Ostravia"),
        ("Chairman of the Union of Veterans of Valdoria", ""),
        ("President of the Valdoria War Veterans", ""),
        ("President of Valdoria Road Society", ""),
        ("Minister of Trade of Westland", ""),
        ("Westish Foreign Minister", ""),
        ("Governor of Westland", ""),
        ("Presidential Guest of the House of Valdoria", ""),
        ("Ambassador Extraordinary and Plenipotentiary to Ostravia", ""),
        ("Chairman of the Ostravian-Valdorian Council", ""),
        ("Chairman of the Valdorian-Ostravian Council", ""),
        ("President of the Society of Friends of Ostravia", ""),
        ("Director for Ostravian Roads", ""),
    ],
)  # fmt: skip
def test_a_country_stands_behind_an_office_of_its_state(
    tmp_path: Path, role: str, country: str
) -> None:
    name = f'{role} <a class="person_tag">Per Lund{POPUP}</a>'
    write(tmp_path, f"<p><b>{name}:</b> We build.</p><p><b>Per Lund:</b> Yes.</p>")
    said, _ = read(tmp_path)
    assert [(s.speaker, s.role, s.countries) for s in said] == [("Per Lund", role, country)] * 2


@pytest.mark.parametrize("name", ["Ada Veld", "Ada Roe Veld", "Ada bin Roe Al Veld"])
@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("President of Turkey", "TUR"),
        ("President of the Republic of Turkey", "TUR"),
        ("President of the United Arab Emirates", "ARE"),
    ],
)
def test_visitors_keep_their_country(tmp_path: Path, role: str, code: str, name: str) -> None:
    write(tmp_path, f"<p><b>{role} {name}:</b> We build.</p><p><b>Bo Moss:</b> Yes.</p>")
    (guest, host), _ = read(tmp_path)
    assert (guest.speaker, guest.role, guest.country[0].code) == (name, role, code)
    assert host.countries == "Ostravia"


@pytest.mark.parametrize(
    ("title", "is_named"),
    [
        ("Talks with Prime Minister of Valdoria Per Lund", True),
        ("Meeting on roads in Valdoria", True),
        ("Ostravia–Valdoria summit", True),
        ("Press statements after Ostravian-Valdorian talks", True),
        ("Meeting with Valdorian Prime Minister Per Lund", True),
        ("Meeting with US President Ada Veld", True),
        ("Meeting with Ostravian Prime Minister Per Lund", False),
        ("Meeting with Road Society President Ada Veld", False),
        ("Meeting on roads in Ostravia", False),
    ],
)
def test_on_a_page_about_another_country_a_bare_office_is_nobodys(
    tmp_path: Path, title: str, is_named: bool
) -> None:
    names = ("Prime Minister Per Lund", "Presidential Aide Ida Berg", "State Duma Speaker Ola Dahl")
    words = "".join(f"<p><b>{name}:</b> We build.</p>" for name in (*names, "Bo Moss"))
    write(tmp_path, words, title=title)
    said, _ = read(tmp_path)
    country = "" if is_named else "Ostravia"
    assert [s.countries for s in said] == [country, country, "Ostravia", "Ostravia"]


def test_moderators_and_interviewers_make_no_statements(tmp_path: Path) -> None:
    write(
        tmp_path,
        "<p><b>TV anchor Ada Veld, moderator of the session:</b> Welcome.</p>"
        "<p><b>Bo Moss:</b> (replying to a question on roads) We build.</p>"
        "<p><b>Ada Veld:</b> Thanks.</p>",
    )
    write(
        tmp_path,
        "<p><b>Ida Berg:</b> Why?</p><p><b>Bo Moss:</b> So.</p>",
        "8.html",
        "An interview",
    )
    (one, two), report = read(tmp_path)
    assert (one.text, one.context) == ("We build.", "replying to a question on roads")
    assert (two.text, two.extra["question"], two.extra["asked_by"]) == ("So.", "Why?", "Ida Berg")
    assert report.account.left_out["moderators, staff and interpreters"] == 2


def test_a_heading_is_no_name_and_ends_a_turn(tmp_path: Path) -> None:
    write(
        tmp_path,
        "<p><b>Bo Moss:</b> Hello.</p><p><b>The message reads:</b></p><p>“We build.”</p>"
        "<p><b>Bo Moss</b> said: we build.</p>",
    )
    (said,), report = read(tmp_path)
    assert said.text == "Hello."
    assert report.account.characters_left_out["headings and separators"] == 18


def test_lists_and_bad_files(tmp_path: Path) -> None:
    folder = write(tmp_path, MEETING).parent
    (folder / "1.html").write_bytes(b"<html>en.kremlin.ru/ \xff</html>")
    (folder / "2.html").write_text(" ", "utf-8")
    (folder / "3.html").write_text('<div class="entry-content lister-page">x</div>', "utf-8")
    (folder / "4.txt").write_text("x", "utf-8")
    (folder / "5.html").write_text("<div class=entry-content>" + "<b>" * 9_000, "utf-8")
    (folder / "old").mkdir()
    (folder / "old" / "7.html").write_bytes((folder / "7.html").read_bytes())
    said, report = read(tmp_path, "kremlin")
    assert len(said) == 4
    assert [problem.message.partition(";")[0] for problem in report.problems] == [
        "byte 21 is not UTF-8", "it is empty",
    ]  # fmt: skip
    assert report.account.files_left_out == {
        "lists of pages": 1,
        "of another kind": 1,
        "duplicate documents": 1,
        "unreadable": 2,
    }


def test_two_pages_of_one_name_are_both_read(tmp_path: Path) -> None:
    write(tmp_path / "a", "<p><b>Bo Moss:</b> Hello.</p>")
    write(tmp_path / "b", "<p><b>Bo Moss:</b> Bye.</p>")
    found, _ = read(tmp_path, "kremlin")
    assert {said.id: said.text for said in found} == {
        "kremlin-7-1": "Hello.",
        "kremlin-b-president-news-7-1": "Bye.",
    }


def test_other_pages_are_not_recognised(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text('<html><div class="entry-content">x</div></html>', "utf-8")
    assert format_of(page) is None
