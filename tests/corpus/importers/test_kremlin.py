"""The Kremlin's pages: names in bold, their pop-ups, and reports without a speaker."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importers.kremlin import COUNTRY, PRESIDENTS, RUSSIAN_PRESIDENTS
from tests.corpus.importers.helpers import column, format_of, read, tarred

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


RUSSIAN = """
<p>Б.Мосс встретился с министром.</p>
<p><b>Президент Остравии Б. Мосс:</b> Здравствуйте. Что с дорогами?</p>
<p>Я хочу знать.</p>
<p><b>Министр дорог <a class="person_tag">П.Лунд<span class="hidden masha-ignore">
<span class="tooltip_title">Лунд Пер Олович</span></span></a></b>: Мы строим 14-ю.</p>
<p><b>Реплика:</b> Верно!</p>
<p><b>Б.Мосс:</b> Хорошо.</p>
<p><b>Вопрос (как переведено):</b> Почему?</p><p>И когда?</p>
<p><b>Б.Мосс</b> <i>(как переведено)</i><b>:</b> Скоро.</p>
"""


def write(
    folder: Path, content: str, name: str = "7.html", title: str = "Meeting", site: str = "en."
) -> Path:
    path = folder / "president" / "news" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    page = PAGE.format(title=title, content=content, footer=FOOTER)
    path.write_text(page.replace("http://en.", f"http://{site}"), "utf-8")
    return path


def test_the_presidents_of_the_site() -> None:
    assert COUNTRY == "Russia"
    assert sorted(PRESIDENTS) == ["Dmitry Medvedev", "Vladimir Putin"]
    assert sorted(RUSSIAN_PRESIDENTS) == ["В.Путин", "Д.Медведев"]


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


def test_a_page_in_russian(tmp_path: Path) -> None:
    write(tmp_path, RUSSIAN, title="Встреча", site="")
    (asks, lund, good, soon), report = read(tmp_path)
    assert report.format == "kremlin"
    assert (asks.id, asks.language, asks.title) == ("kremlin-ru-7-1", "ru", "Встреча")
    assert asks.source == "President of Russia, kremlin.ru, 7.html"
    assert asks.url == "http://kremlin.ru/events/president/news/7"
    assert asks.text == "Здравствуйте. Что с дорогами?\nЯ хочу знать."
    assert [(s.speaker, s.role, s.countries) for s in (asks, lund, good)] == [
        ("Бо Мосс", "Президент Остравии", "Ostravia"),
        ("Пер Лунд", "Министр дорог", ""),
        ("Бо Мосс", "Президент Остравии", "Ostravia"),
    ]
    assert (soon.text, soon.extra["translated"]) == ("Скоро.", "yes")
    assert soon.extra["question"] == "Почему?\nИ когда?"
    assert column(asks, "translation") == ""
    assert report.account.left_out == {
        "audience and other unnamed voices": 1,
        "questions (kept beside the answer)": 1,
    }


@pytest.mark.parametrize(
    ("label", "speaker", "role", "country"),
    [
        ("Президент Вальдории А.Вельд", "А.Вельд", "Президент Вальдории", "Вальдории"),
        ("Посол Остравии в Вальдории А.Б.Вельд", "А.Б.Вельд", "Посол Остравии в Вальдории", ""),
        ("Посол Вальдории в Остравии А.Вельд", "А.Вельд", "Посол Вальдории в Остравии", ""),
        ("Председатель Совета Остравии Ада Вельд", "Ада Вельд", "Председатель Совета Остравии",
         "Ostravia"),
        ("У. фон дер Вельд", "У.фон дер Вельд", "", ""),
        ("Ан Вель До", "Ан Вель До", "", ""),
        ("Губернатор края", "Губернатор края", "", ""),
        ("Премьер-министр Вальдории, министр дорог А.Вельд", "А.Вельд",
         "Премьер-министр Вальдории, министр дорог", ""),
        ("Президент Франции А.Вельд", "А.Вельд", "Президент Франции", "France"),
        ("Президент Демократической Республики Конго А.Вельд", "А.Вельд",
         "Президент Демократической Республики Конго", "Democratic Republic of the Congo"),
        ("Федеральный канцлер Германии А.Вельд", "А.Вельд", "Федеральный канцлер Германии",
         "Germany"),
        ("Президент Египта А.Вельд", "А.Вельд", "Президент Египта", "Egypt"),
        ("Президент Папуа – Новой Гвинеи А.Вельд", "А.Вельд", "Президент Папуа – Новой Гвинеи",
         "Papua New Guinea"),
        ("Президент Старой Гвинеи А.Вельд", "А.Вельд", "Президент Старой Гвинеи", ""),
        ("Посол Вальдории в Республике Конго А.Вельд", "А.Вельд",
         "Посол Вальдории в Республике Конго", ""),
    ],
)  # fmt: skip
def test_russian_labels(tmp_path: Path, label: str, speaker: str, role: str, country: str) -> None:
    write(tmp_path, f"<p><b>{label}:</b> Мы строим.</p>", site="")
    (said,), _ = read(tmp_path)
    assert (said.speaker, said.role, said.countries) == (speaker, role, country)


@pytest.mark.parametrize(
    ("label", "speaker", "role"),
    [
        ("Учитель школы А.Вельд", "А.Вельд", "Учитель школы"),
        ("участница форума Ада Вельд", "Ада Вельд", "участница форума"),
        ("А.Вельд, учитель школы", "А.Вельд", ""),
        ("Вельд", "Вельд", ""),
    ],
)
def test_any_name_in_bold_ends_a_turn(tmp_path: Path, label: str, speaker: str, role: str) -> None:
    write(tmp_path, f"<p><b>Б.Мосс:</b> Да.</p><p><b>{label}:</b> Нет.</p>", site="")
    (host, guest), _ = read(tmp_path)
    assert (host.text, guest.text, guest.speaker, guest.role) == ("Да.", "Нет.", speaker, role)


def test_a_heading_in_russian_is_no_name(tmp_path: Path) -> None:
    words = "<p><b>Ведущая интервью А.Вельд:</b> Да.</p><p><b>Б.Мосс:</b> Нет.</p>"
    write(tmp_path, words + "<p><b>В послании говорится:</b></p><p>«Строим».</p>", site="")
    (said,), report = read(tmp_path)
    assert said.text == "Нет."
    assert report.account.left_out == {"moderators, staff and interpreters": 1}


@pytest.mark.parametrize("first", ["en", "ru"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_page_in_both_languages_is_one_with_its_translation(
    tmp_path: Path, first: str, packed: bool
) -> None:
    folder = tmp_path / "pages"
    names = {"en": "a", "ru": "b"} if first == "en" else {"en": "b", "ru": "a"}
    pages = [
        write(folder / names["en"], MEETING),
        write(folder / names["ru"], RUSSIAN, title="Встреча", site=""),
        write(folder / names["en"], "<p><b>Bo Moss:</b> Alone.</p>", "8.html"),
    ]
    if packed:
        files = {str(page.relative_to(folder)): page.read_bytes() for page in pages}
        folder = tarred(tmp_path / "pages.tgz", files)
    found, report = read(folder, "kremlin")
    said = {statement.id: statement for statement in found}
    assert sorted(said) == ["kremlin-8-1", *(f"kremlin-ru-7-{turn}" for turn in (1, 2, 4, 6))]
    lund = said["kremlin-ru-7-2"]
    assert (lund.text, lund.language, lund.title) == ("Мы строим 14-ю.", "ru", "Встреча")
    assert (lund.speaker, lund.role, lund.countries) == (
        "Per Lund", "Transport Minister", "Ostravia",
    )  # fmt: skip
    assert column(lund, "translation") == "We build the 14th."
    assert column(lund, "translation_language") == "en"
    assert column(lund, "translated_by") == "official"
    assert lund.extra["translation_url"] == "http://en.kremlin.ru/events/president/news/7"
    account = report.account
    assert account.files == 3
    assert account.left_out["translations (kept beside the original)"] == 4
    assert (account.pieces, account.balance) == (5 + 4 + 2 * 2, 0)


@pytest.mark.parametrize(
    "english",
    [
        "<p><b>Bo Moss:</b> Good.</p>",
        "<p><b>Bo Moss:</b> Good.</p><p><b>Ada Veld:</b> Yes.</p><p><b>Bo Moss:</b> So.</p>",
        "<p><b>Per Lund:</b> Good.</p><p><b>Bo Moss:</b> Yes.</p><p><b>Per Lund:</b> So.</p>",
        "<p><b>Bo Moss:</b> Good.</p><p><b>Per Lund:</b> Yes.</p>"
        f"<p><b>Per Lund:</b> {'So. ' * 60}</p>",
    ],
)
def test_pages_whose_turns_differ_are_both_read(tmp_path: Path, english: str) -> None:
    russian = "<p><b>Б.Мосс:</b> Да.</p><p><b>П.Лунд:</b> Да.</p><p><b>П.Лунд:</b> Нет.</p>"
    write(tmp_path / "en", english)
    write(tmp_path / "ru", russian, site="")
    found, report = read(tmp_path, "kremlin")
    assert [s.language for s in found].count("ru") == 3
    assert {s.id.rpartition("-")[0] for s in found} == {"kremlin-7", "kremlin-ru-7"}
    assert not any(column(said, "translation") for said in found)
    assert report.account.notes == {"pages whose turns differ in both languages": 1}


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
