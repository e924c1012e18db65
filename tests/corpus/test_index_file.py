"""Who spoke, when and where: by an `index.csv` beside the documents, and by `fill`."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus import read_corpus
from compare.corpus.read import Reading
from compare.errors import CorpusError
from tests.pdf_files import write_pdf


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = Path("c")
    (made / "sub").mkdir(parents=True)
    write_pdf(made / "a.pdf", "We welcome the canal.", "We object to the ferry.")
    (made / "sub" / "b.md").write_text("---\nspeaker: Bo\nrole: Envoy\n---\nWe agree.")
    (made / "d.txt").write_text("We are silent.")
    return made


def index(*lines: str, head: str = "file,name of person speaking,country,posted_date") -> None:
    Path("c/index.csv").write_text("\n".join([head, *lines]) + "\n")


def test_a_row_gives_the_fields_of_its_file() -> None:
    head = "File,speaker,role,country,posted_date,venue,source,link,Pages in all,id"
    index(
        "a.pdf,Ada Made-Up,Minister,Merenia,2024-03-05,Ostia,The Gazette,https://meren.example/a,2,x1",
        r"sub\b.md,Bo Other,,,,,,,,",
        "d.txt,-,,NA,,,,,,",
        head=head,
    )
    corpus = read_corpus(["c"], strict=True)
    a, d, b = corpus.statements
    assert (a.id, a.speaker, a.role, a.countries) == ("x1", "Ada Made-Up", "Minister", "Merenia")
    assert (str(a.date), a.venue, a.source) == ("2024-03-05", "Ostia", "The Gazette")
    assert (a.url, a.extra) == ("https://meren.example/a", {"Pages in all": "2"})
    assert a.pages == (0, 23)
    assert (b.speaker, b.role) == ("Bo Other", "Envoy")  # an empty cell does not win
    assert (d.speaker, d.source, d.country[0].code) == ("", "d.txt", "NAM")


def test_each_row_without_a_file_and_each_file_without_a_row_is_reported() -> None:
    Path("secret.txt").write_text("We know.")
    Path("c/link.txt").symlink_to(Path("secret.txt").resolve())
    Path("c/table.csv").write_text("text\nWe vote.\n")
    outside = [r"..\secret.txt", "sub/../../secret.txt", str(Path("secret.txt").resolve())]
    outside += ["C:secret.txt", "link.txt"]
    others = ["none.pdf", "", "sub", "table.csv", "a.pdf", "a.pdf", "x" * 999, "sub/../a.pdf"]
    index(*(f"{name},Ada,," for name in [*outside, *others]))
    corpus = read_corpus(["c"])
    told = [(problem.line, problem.message.split(";")[0]) for problem in corpus.problems]
    refused = "an index names only files in its own folder"
    missing = "there is no such file in the folder of the index"
    assert told == [
        *((line, refused) for line in (2, 3, 4, 5, 6)),
        (7, missing),
        (8, "the row names no file"),
        (9, missing),
        (10, "only documents (.markdown, .md, .pdf, .txt) have a row in an index"),
        (12, "this file has line 11 already"),
        (13, missing),
        (14, refused),
    ]
    assert str(corpus.problems[5]) == (
        "c/index.csv, line 7, column \"file\", 'none.pdf': there is no such file in the folder of "
        "the index; correct it or remove the row."
    )
    assert "2 documents have no row in c/index.csv: c/d.txt, c/sub/b.md." in corpus.notes
    assert "We vote." in [statement.text for statement in corpus.statements]


def test_a_bad_cell_is_reported_where_it_stands() -> None:
    index("d.txt,Ada,,2024-13-01")
    corpus = read_corpus(["c"])
    (problem,) = corpus.problems
    assert str(problem).startswith("c/index.csv, line 2, column \"posted_date\", '2024-13-01': ")
    with pytest.raises(CorpusError, match=r"index\.csv, line 2"):
        read_corpus(["c"], strict=True)


def test_named_files_with_their_index_and_an_index_alone() -> None:
    index("a.pdf,Ada,,", "sub/b.md,,Ostia,")
    for paths in (["c/a.pdf", "c/sub/b.md", "c/index.csv"], ["c/index.csv"]):
        found = read_corpus(paths, strict=True).statements
        assert {(one.speaker, one.countries) for one in found} == {("Ada", ""), ("Bo", "Ostia")}


def test_a_table_of_that_name_is_a_table() -> None:
    index("a.pdf,Ada,We object.", head="file,speaker,text")
    statements = read_corpus(["c"]).statements
    assert {one.extra.get("file", "") for one in statements} == {"", "a.pdf"}
    index("Ada,We vote.", head="speaker,words")
    corpus = read_corpus(["c"], mapping={"words": "text"})
    assert "We vote." in [one.text for one in corpus.statements]


@pytest.mark.parametrize("name", ["filename", "File name", "path"])
def test_other_names_of_the_column_of_files(name: str) -> None:
    index("a.pdf,Ada", head=f"{name},speaker")
    (a,) = (one for one in read_corpus(["c"]).statements if one.pages)
    assert (a.speaker, a.extra) == ("Ada", {})


def test_an_index_without_files_says_how_to_name_them() -> None:
    index("a.pdf,Ada", head="document,speaker")
    (problem,) = read_corpus(["c"]).problems
    assert problem.message.endswith(
        "name one with --map COLUMN=text, or name the column of the files `file`"
    )


def test_files_without_their_folders_are_found_by_name() -> None:
    index("2023/a.pdf,Ada,,", r"x\d.txt,Cy,,", "y/d.txt,Bo,,", "sub/a.pdf,Di,,")
    corpus = read_corpus(["c"])
    assert [one.speaker for one in corpus.statements] == ["", "", "Bo"]
    told = [problem.message.split(";")[0] for problem in corpus.problems]
    assert told[:3] == ["the folder is not there, and other rows have such a file"] * 3
    index("2023/a.pdf,Ada,,", r"x\d.txt,Cy,,")
    corpus = read_corpus(["c"])
    assert [one.speaker for one in corpus.statements] == ["Ada", "Cy", "Bo"]
    assert corpus.problems == ()


def test_columns_of_an_index_can_be_mapped() -> None:
    index("a.pdf,Ada", head="file,redner")
    corpus = read_corpus(["c"], mapping={"redner": "speaker"})
    assert corpus.statements[0].speaker == "Ada"


# -- Values for all statements -------------------------------------------------------------------


def test_fill_gives_what_the_files_and_the_index_lack() -> None:
    index("a.pdf,Ada,,")
    fill = {"Speaker": "Cy", "date": "2024-05", "source": "The Gazette", "country": " "}
    a, d, b = read_corpus(["c"], fill=fill, strict=True).statements
    assert [one.speaker for one in (a, b, d)] == ["Ada", "Bo", "Cy"]
    assert {str(one.date) for one in (a, b, d)} == {"2024-05"}
    assert {one.source for one in (a, b, d)} == {"The Gazette"}
    assert a.country == ()
    assert list(Reading(["c"], fill=fill).statements()) == [a, d, b]


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        ({"speker": "x"}, "'speker' is no field that can be filled in: use one of context, "),
        ({"id": "x"}, "'id' is no field that can be filled in"),
        ({"text": "x"}, "'text' is no field that can be filled in"),
        ({"pages": "0"}, "'pages' is no field that can be filled in"),
        ({"date": "soon"}, "'soon' cannot be filled in as the date: "),
        ({"date": "03/04/2022"}, "'03/04/2022' cannot be filled in as the date: "),
        (
            {"url": "meren"},
            "'meren' cannot be filled in as the url: a link starts with http:// or https:// and "
            "has no blanks; write it so or leave it out.",
        ),
        ({"Speaker": "A", "speaker": "B"}, "The speaker is to be filled in twice: give it one"),
        ({"speaker": "\ud800"}, "'\\ud800' cannot be filled in as the speaker: "),
    ],
)
def test_a_bad_value_is_told_once(fill: dict[str, str], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read_corpus(["c"], fill=fill)
    assert str(caught.value).startswith(message)
    assert str(caught.value).endswith(".")


def test_a_value_to_fill_in_that_means_not_known_is_empty() -> None:
    fill = {"speaker": "NA", "venue": "-", "country": "NA"}
    (statement,) = read_corpus(["c/d.txt"], fill=fill).statements
    assert (statement.speaker, statement.venue) == ("", "")
    assert statement.country[0].code == "NAM"


def test_dates_to_fill_in_are_read_as_all_dates() -> None:
    corpus = read_corpus(["c/d.txt"], fill={"date": "03/04/2022"}, dates="day-first")
    assert str(corpus.statements[0].date) == "2022-04-03"
