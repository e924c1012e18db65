"""Rows become statements, or problems that say what to do."""

from __future__ import annotations

import hashlib
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.corpus import Corpus, Problem, Row, read_corpus
from compare.corpus.validate import QUOTATIONS, IdPlaces
from compare.errors import CorpusError
from compare.statements import Country, Quotation
from compare.statements.dates import DateOrder

Read = Callable[..., Corpus]


def one_problem(corpus: Corpus) -> str:
    (problem,) = corpus.problems
    return str(problem)


def test_a_row_with_everything(read: Read) -> None:
    (statement,) = read(
        "a.csv",
        "id,text,context,country,date,quotation\n"
        "v-1, words ,they: the rebels,Russian Federation; Valdoria,March 2022,Reported\n",
    ).statements
    assert statement.text == "words"
    assert statement.context == "they: the rebels"
    assert statement.country == (Country("Russian Federation", "RUS"), Country("Valdoria"))
    assert str(statement.date) == "2022-03"
    assert statement.quotation is Quotation.REPORTED


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("text,role", ",x", "a.csv, line 2, column \"text\", '': a statement needs words; fill the "
         "cell or remove the row."),
        ("body,role", '" \n ",x', "a.csv, line 2, column \"body\", ' \\n ': a statement needs "
         "words; fill the cell or remove the row."),
        ("text,Posted Date", "x,18/3/22", "a.csv, line 2, column \"Posted Date\", '18/3/22': this "
         "is not a date that can be read; write it as 2022, 2022-03 or 2022-03-18."),
        ("text,date", "x,04/03/2022", "a.csv, line 2, column \"date\", '04/03/2022': this can be "
         "read as two days; write 2022-04-03 or 2022-03-04."),
        ("text,quotation", "x,maybe", "a.csv, line 2, column \"quotation\", 'maybe': write "
         '"direct" or "reported", or leave it empty.'),
        ("text,link", "x,javascript:alert(1)", "a.csv, line 2, column \"link\", "
         "'javascript:alert(1)': a link starts with http:// or https:// and has no blanks; write "
         "it so or leave it empty."),
        ("text,date", "x," + "9" * 200, "a.csv, line 2, column \"date\", '" + "9" * 59 + "…': this "
         "is not a date that can be read; write it as 2022, 2022-03 or 2022-03-18."),
    ],
)  # fmt: skip
def test_a_bad_row(read: Read, header: str, row: str, message: str) -> None:
    content = f"{header}\n{row}\nfine,\n"
    corpus = read("a.csv", content)
    assert [statement.text for statement in corpus.statements] == ["fine"]
    assert one_problem(corpus) == message
    with pytest.raises(CorpusError) as caught:
        read("a.csv", content, strict=True)
    assert str(caught.value) == message


def test_a_whole_row_has_no_value_to_show() -> None:
    assert (
        str(Problem("a.csv", 3, "", "", "too long; cut it")) == "a.csv, line 3: too long; cut it."
    )
    assert str(Problem("a.csv", 0, "", "", "empty; fill it")) == "a.csv: empty; fill it."


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "file:///etc/passwd",
        "//example.org",
        "www.example.org",
        "https:",
        "https:///x",
        "http://[x",
        "https://example.org/a b",
    ],
)
def test_links_that_are_refused(read: Read, url: str) -> None:
    assert "a link starts with http:// or https://" in one_problem(
        read("a.tsv", f"text\turl\nx\t{url}")
    )


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=1&c=%20#d", "https://example.org/a?b=1&c=%20#d"),
        (" HTTP://example.org ", "HTTP://example.org"),
        ("NA", ""),
        ("", ""),
    ],
)
def test_links_that_are_kept(read: Read, url: str, kept: str) -> None:
    assert read("a.tsv", f"text\turl\nx\t{url}").statements[0].url == kept


@pytest.mark.parametrize(("said", "quotation"), list(QUOTATIONS.items()))
def test_quotation(read: Read, said: str, quotation: Quotation) -> None:
    given = f" {said.upper().replace(' ', '_')} "
    assert read("a.csv", f"text,quotation\nx,{given}").statements[0].quotation is quotation


def test_an_id_is_used_once_in_the_whole_corpus(read: Read) -> None:
    Path("b.csv").write_text("id,text\n7,x\n")
    read("a.csv", "id,text\n7,x\n7,y\n")
    corpus = read_corpus(["a.csv", "b.csv"])
    assert [statement.text for statement in corpus.statements] == ["x"]
    assert [str(problem) for problem in corpus.problems] == [
        "a.csv, line 3, column \"id\", '7': this id is already used at a.csv, line 2; "
        "give each its own.",
        "b.csv, line 2, column \"id\", '7': this id is already used at a.csv, line 2; "
        "give each its own.",
    ]


def test_an_id_of_a_bad_row_is_still_free(read: Read) -> None:
    corpus = read("a.csv", "id,text,date\n7,x,soon\n7,y,2022\n")
    assert [statement.text for statement in corpus.statements] == ["y"]


def test_a_statement_without_an_id_has_one_made_of_its_content(read: Read) -> None:
    content = ["x", "they", "Ana Veld", "Norway; Valdoria", "2022-03", "hall", "paper"]
    name = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
    (there,) = read(
        "a.csv",
        "text,context,speaker,country,date,venue,source,role\n"
        "x,they,Ana Veld,Norway ;Valdoria,March 2022,hall,paper,Minister\n",
    ).statements
    assert there.id == name
    (here,) = read(
        "b.jsonl",
        '\n{"source": "paper", "venue": "hall", "date": "2022-03", "country": ["Norway", '
        '"Valdoria"], "speaker": "Ana Veld", "context": "they", "text": " x", "title": "other"}',
    ).statements
    assert here.id == name


def test_the_same_statement_again_is_another_statement(read: Read) -> None:
    corpus = read("a.csv", "text,role\nx,1\nx,2\ny,\nx,3\n")
    first = corpus.statements[0].id
    assert [statement.id for statement in corpus.statements if statement.text == "x"] == [
        first,
        f"{first}-2",
        f"{first}-3",
    ]
    assert len(corpus) == 4


def test_a_made_id_steps_aside_for_a_given_one(read: Read) -> None:
    name = read("a.csv", "text\nx\n").statements[0].id
    corpus = read("a.csv", f"id,text\n{name}-2,y\n,x\n,x\n")
    assert [statement.id for statement in corpus.statements] == [f"{name}-2", name, f"{name}-3"]


def test_very_many_repeats_are_read_fast(read: Read) -> None:
    assert len(read("a.csv", "text\n" + "x\n" * 20_000)) == 20_000


def test_unknown_countries_are_told_once_with_their_number(read: Read) -> None:
    corpus = read("a.csv", "text,country\na,Valdoria\nb,Norway; Ostmark\nc,Valdoria\nd,Ostmark;\n")
    assert corpus.unknown_countries == {"Valdoria": 2, "Ostmark": 2}
    assert corpus.notes == (
        "Unknown countries, with their number of statements: 'Valdoria' (2), 'Ostmark' (2). "
        "They are kept as given and found only by that spelling; separate several countries in "
        'one cell by ";".',
    )


def test_only_some_of_many_unknown_countries_are_listed(read: Read) -> None:
    corpus = read("a.csv", "text,country\n" + "".join(f"{n},Island {n}\n" for n in range(20)))
    assert len(corpus.unknown_countries) == 20
    assert "'Island 7' (1) and 12 more." in corpus.notes[0]


def test_control_characters_are_blanks_and_line_ends_are_one_character(read: Read) -> None:
    corpus = read(
        "a.jsonl",
        '{"id": "a\\nb", "text": "a\\u0000b\\fc\\r\\nd\\re\\tf", "speaker": "Ana\\n Veld", '
        '"note": "x\\u0007"}\n{"text": "fine"}\n',
    )
    statement = corpus.statements[0]
    assert statement.text == "a b c\nd\ne\tf"
    assert statement.id == "a b"
    assert statement.speaker == "Ana Veld"
    assert statement.extra == {"note": "x "}
    assert corpus.notes == ("Control characters were read as blanks, in 1 of the statements.",)


def test_words_are_kept_as_they_are(read: Read) -> None:
    words = "<script>alert(1)</script> $x$ :red[y] ![](z) \u202eאבג  \u201ctwo  blanks\u201d"
    assert read("a.tsv", f"text\n{words}\n").statements[0].text == words


@given(st.text(), st.text(), st.text(), st.text())
def test_any_object_is_a_statement_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, text: str, date: str, country: str, url: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    row = {"text": text, "date": date, "country": country, "url": url, "speaker": country}
    path.write_text(json.dumps(row))
    corpus = read_corpus([path])
    assert len(corpus.statements) + len(corpus.problems) == 1
    for statement in corpus.statements:
        assert statement.text.strip() == statement.text != ""
        assert statement.content_hash


def test_cells_that_say_nothing_are_empty_and_counted(read: Read) -> None:
    corpus = read(
        "a.csv",
        "text,speaker,role,country,context,venue,date\n"
        "We stay here.,NA,NA,NA,NA,NA,NA\n"
        "We go now.,Ada Lorn,-,NA,,unknown,2020\n"
        "We wait.,Na Lorn,,Namibia,,,\n",
    )
    first, second, third = corpus.statements
    assert (first.speaker, first.role, first.country, first.context, first.venue) == (
        "", "", (), "", ""
    )  # fmt: skip
    assert (second.speaker, second.role, second.venue) == ("Ada Lorn", "", "")
    assert second.country == (Country("NA", "NAM"),)
    assert (third.speaker, third.country) == ("Na Lorn", (Country("Namibia", "NAM"),))
    (note,) = corpus.notes
    assert note.startswith(
        "In 2 of the statements, cells that mean “not known” (NA, -, unknown, …)"
    )
    exported = read(
        "r.csv",
        "id,text,speaker,country,date,quotation,language\n"
        "NA,We stay here.,Ada Lorn,NA,NA,NA,en\n"
        "NA,We go now.,Bren Tal,NA,2020,direct,NA\n",
    )
    assert not exported.problems
    assert [statement.country for statement in exported.statements] == [(), ()]
    assert len({statement.id for statement in exported.statements} - {"NA"}) == 2
    assert (
        read("b.csv", "text,language\nWe stay here and wait.,na\n").statements[0].language == "na"
    )


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("day-first", "2022-04-03"),
        ("month-first", "2022-03-04"),
        (DateOrder.DAY_FIRST, "2022-04-03"),
    ],
)
def test_which_number_is_the_day_can_be_told(read: Read, order: str, found: str) -> None:
    rows = "text,date\na,03/04/2022\nb,18/03/2022\nc,03/18/2022\nd,2022-05-06\n"
    statements = read("a.csv", rows, dates=order).statements
    told = [str(statement.date) for statement in statements]
    assert told == [found, "2022-03-18", "2022-03-18", "2022-05-06"]


def test_a_date_that_can_be_two_days_is_never_guessed(read: Read) -> None:
    corpus = read("a.csv", "text,date\na,03/04/2022\nb,05/06/2022\nc,2022\n")
    assert [statement.text for statement in corpus.statements] == ["c"]
    assert "write 2022-03-04 or 2022-04-03" in corpus.problems[0].message
    (note,) = corpus.notes
    assert note.startswith("2 of the rows were skipped for a date that can be read as two days")
    with pytest.raises(CorpusError, match="'backwards' does not say how dates are written"):
        read("a.csv", "text\nx\n", dates="backwards")


# -- ids -------------------------------------------------------------------------------------------


def test_each_id_has_its_place() -> None:
    places = IdPlaces()
    for number in range(5_000):
        assert f"id-{number}" not in places
        places.add(f"id-{number}", Row(f"{number // 2_500}.csv", number, {}))
    places.add("sheet", Row("a.xlsx", 7, {}, 'sheet "S", row'))
    assert all(f"id-{number}" in places for number in range(5_000))
    assert "id-5000" not in places
    assert places.place("id-4999") == "1.csv, line 4999"
    assert places.place("id-0") == "0.csv"
    assert places.place("sheet") == 'a.xlsx, sheet "S", row 7'


def test_an_id_takes_few_bytes() -> None:
    tracemalloc.start()
    places = IdPlaces()
    for number in range(40_000):
        places.add(f"an-id-that-is-as-long-as-most-of-them-{number}", Row("a.csv", number, {}))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 160 * 40_000


@pytest.mark.parametrize("words", ["\u200b\u200b", "\u202e \u00ad", "\u2060\ufeff"])
def test_words_have_to_be_visible(read: Read, words: str) -> None:
    (problem,) = read("a.csv", f"text\n{words}\n").problems
    assert problem.message == "a statement needs words; fill the cell or remove the row"


@pytest.mark.parametrize("blank", [" ", "\t", "\xa0", "\u2028"])
def test_a_cell_of_very_many_blanks_is_read_fast(read: Read, blank: str) -> None:
    cell = f"a{blank * 100_000}b"
    started = time.perf_counter()
    corpus = read("a.csv", f'text,speaker\n"{cell}","{cell}"\n')
    assert time.perf_counter() - started < 5
    assert corpus.statements[0].text == cell
    assert corpus.statements[0].speaker == ("a b" if blank == "\t" else cell)


def test_a_field_without_a_name_fills_no_other(read: Read) -> None:
    (found,) = read("a.jsonl", '{"id": "a", "text": "Yes.", "": "Ada Lorn"}\n').statements
    assert (found.speaker, found.role, found.source, found.country) == ("", "", "", ())
    assert found.extra == {"": "Ada Lorn"}
