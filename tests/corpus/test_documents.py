"""Markdown and plain text with their fields on top."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.corpus import Corpus
from compare.corpus.documents import read_document
from compare.corpus.importers.sources import Entry
from compare.corpus.values import Row
from compare.errors import CorpusError
from compare.statements.statement import Country, PartialDate

Read = Callable[..., Corpus]


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.txt"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fields_on_top_and_the_words_below(read: Read, name: str, end: str) -> None:
    lines = [
        "---",
        "id: 007",
        "Speaker: 'Ana Veld'",
        "country: NO",
        "date: 2022-03-18",
        "source_url: https://example.org/a?b=1",
        "tags: [a, b]",
        "context: ~",
        "ok: yes",
        "---",
        "",
        "We want *peace*.",
        "",
        "---",
        "And bread.",
    ]
    (statement,) = read(name, end.join(lines), strict=True).statements
    assert statement.id == "007"
    assert statement.text == "We want *peace*.\n\n---\nAnd bread."
    assert statement.speaker == "Ana Veld"
    assert statement.country == (Country("NO", "NOR"),)
    assert statement.date == PartialDate("2022-03-18")
    assert statement.url == "https://example.org/a?b=1"
    assert statement.context == ""
    assert statement.source == ""
    assert statement.extra == {"tags": "a; b", "ok": "yes"}


def test_words_in_the_front_matter(read: Read) -> None:
    corpus = read("a.md", "---\ntext: peace\nspeaker: Ana Veld\n---\n")
    assert [(s.text, s.speaker) for s in corpus.statements] == [("peace", "Ana Veld")]


def test_words_twice(read: Read) -> None:
    corpus = read("a.md", "---\nspeaker: Ana Veld\ntext: peace\n---\nwar\n")
    assert [str(problem) for problem in corpus.problems] == [
        "a.md, line 3, column \"text\", 'peace': the words stand below too; keep one of the two."
    ]


def test_a_text_alone_has_its_file_as_source(read: Read) -> None:
    (statement,) = read("a folder/a.txt", "\ufeffPeace.\n\nBread.\n").statements
    assert statement.text == "Peace.\n\nBread."
    assert statement.source == "a.txt"
    assert statement.speaker == ""


def test_problems_name_the_line_of_the_field(read: Read) -> None:
    corpus = read("a.md", "---\nspeaker: x\ndate: soon\n---\nwords\n")
    assert [(problem.line, problem.column) for problem in corpus.problems] == [(3, "date")]
    corpus = read("a.md", "---\nspeaker: x\n---\n\n")
    assert [(problem.line, problem.column) for problem in corpus.problems] == [(4, "text")]


def test_an_empty_block(read: Read) -> None:
    assert [s.text for s in read("a.md", "---\n---\nwords").statements] == ["words"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("---\nspeaker: x\nwords\n", 'a.md, line 1: the front matter that starts here is never '
         'closed; end it with "---".'),
        ("---\nspeaker: a: b\n---\nwords", "a.md, line 2: the front matter is no YAML (mapping "
         "values are not allowed here); put the value in quotation marks."),
        ("---\nid: 1\nspeaker: [a\n---\nwords", "a.md, line 4: the front matter is no YAML ("),
        ("---\n- a\n---\nwords", 'a.md, line 2: the front matter has to be lines like "speaker: '
         'Name".'),
        ("---\na: &x [1]\nb: *x\n---\nwords", "a.md, line 3: the front matter is no YAML (an alias "
         "(*) is not read); put the value in quotation marks."),
        ("---\na: \x07\n---\nwords", "a.md, line 2: the front matter is no YAML (it holds a "
         "character that YAML does not allow)"),
        ("---\na: " + "[" * 20_000 + "\n---\nwords", "a.md, line 2: the front matter is nested too "
         "deep; write one value a line."),
    ],
)  # fmt: skip
def test_a_broken_block(read: Read, content: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read("a.md", content)
    assert str(caught.value).startswith(message)


def test_a_document_need_not_be_on_disk(tmp_path: Path) -> None:
    entry = Entry("a/b.md", "x.zip: a/b.md", tmp_path, b"Peace.\n")
    (row,) = read_document(entry, entry.label)
    assert isinstance(row, Row)
    assert row.cells == {"text": "Peace.\n", "source": "b.md"}
