"""JSON, JSON lines and documents: shapes, positions, and values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.corpus import Corpus, Row
from compare.corpus.documents import read_document
from compare.corpus.importers.sources import Entry
from compare.errors import CorpusError
from compare.statements import Country, PartialDate, Quotation, Statement

Read = Callable[..., Corpus]

FULL = Statement(
    id="v-1",
    text="a plain lie",
    context="said of the report",
    speaker="Ana Veld",
    role="Prime Minister",
    country=(Country("Republic of Valdoria"), Country("Norway", "NOR")),
    date=PartialDate("2019-05"),
    venue="press conference",
    title="On the border",
    source="Valdoria Gazette",
    url="https://example.org/1",
    language="en",
    quotation=Quotation.REPORTED,
    extra={"original_language": "vd", "turn_no": "3"},
)


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_json_lines(read: Read, name: str) -> None:
    corpus = read(
        name, '{"id": "1", "text": "x"}\r\n\r\n{"body": "y", "date": "soon"}\n{"body": "z"}'
    )
    assert [statement.text for statement in corpus.statements] == ["x", "z"]
    assert [(problem.line, problem.column) for problem in corpus.problems] == [(3, "date")]


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": "1", "text": "x"},\n {"id": "2",\n "text": "y"}]',
        '{"statements": [{"id": "1", "text": "x"}, {"id": "2", "text": "y"}]}',
        '\n{"made": {"by": ["]", "}"]}, "statements": [{"id": "1", "text": "x"},{"id": "2", '
        '"text": "y"}] , "more": [{"text": "z"}]}\n',
        '{"more" : [ ] ,\t"statements" : [ {"id": 1, "text": "x"} , {"id": 2, "text": "y"} ] }',
    ],
)
def test_json(read: Read, content: str) -> None:
    corpus = read("a.json", content, strict=True)
    assert [(s.id, s.text) for s in corpus.statements] == [("1", "x"), ("2", "y")]


@pytest.mark.parametrize("content", ["[]", '{"statements": []}', ' {"a": 1, "statements": [ ] }'])
def test_an_empty_list(read: Read, content: str) -> None:
    assert read("a.json", content).notes == ("a.json holds no statements.",)


def test_the_line_is_that_where_the_object_starts(read: Read) -> None:
    corpus = read(
        "a.json",
        '{"note": "a\\nb",\n\n"statements": [\n{"text": "x"},\n\n{\n"text": ""}, 7, '
        '{"date": "soon",\n"text": "y"},\n{"speaker": "z"}]}',
    )
    assert [(problem.line, problem.message) for problem in corpus.problems] == [
        (6, "a statement needs words; fill the cell or remove the row"),
        (7, "this is not a JSON object; write the fields of a statement as one"),
        (7, "this is not a date that can be read; write it as 2022, 2022-03 or 2022-03-18"),
        (9, 'the object has no words; give it a "text"'),
    ]


@pytest.mark.parametrize("lines", [True, False])
def test_a_statement_written_as_plain_data_comes_back(read: Read, lines: bool) -> None:
    plain = json.dumps(FULL.to_dict())
    corpus = read("a.jsonl", plain) if lines else read("a.json", f"[{plain}]")
    assert corpus.statements == (FULL,)


def test_values_are_kept_as_they_are_written(read: Read) -> None:
    corpus = read(
        "a.jsonl",
        '{"id": 7.10, "text": "x", "date": 2022, "country": ["Norway", "Valdoria; Ostmark"], '
        '"speaker": null, "ok": true, "no": false, "big": 123456789012345678901234567890, '
        '"nan": NaN, "tags": ["a", "b"], "deep": {"a": [1]}, "nobody": []}',
    )
    (statement,) = corpus.statements
    assert statement.id == "7.10"
    assert statement.date == PartialDate("2022")
    assert [country.name for country in statement.country] == ["Norway", "Valdoria", "Ostmark"]
    assert statement.speaker == ""
    assert statement.extra == {
        "nan": "NaN",
        "ok": "true",
        "no": "false",
        "big": "123456789012345678901234567890",
        "tags": "a; b",
        "deep": '{"a": ["1"]}',
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "x"},\n {"text" "y"}]', "a.json, line 2: this is not JSON (Expecting ':' "
         "delimiter, column 10); correct it there."),
        ('[{"text": "x"}] []', "a.json, line 1: this is not JSON (Extra data, column 17); correct "
         "it there."),
        ('{"statements": [{"text": "x"}]};', "a.json, line 1: this is not JSON (Extra data, column "
         "32); correct it there."),
        ('{"statements": [],\n "statements": [{"text": "x"}]}', 'a.json, line 2: "statements" is '
         "named twice; make one list of the two."),
        ('"text"', "a.json: a corpus in JSON is a list of objects, or an object with such a list "
         'under "statements".'),
        ('{"speeches": [{"text": "x"}]}', "a.json: a corpus in JSON is a list of objects, or an "
         'object with such a list under "statements".'),
        ('{"statements": {"text": "x"}}', "a.json: a corpus in JSON is a list of objects, or an "
         'object with such a list under "statements".'),
        ("[" * 100_000, "a.json: this is nested too deep; a corpus in JSON is a list of objects, "
         'or an object with such a list under "statements".'),
    ],
)  # fmt: skip
def test_what_is_no_corpus(read: Read, content: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read("a.json", content)
    assert str(caught.value) == message


def test_a_bad_line_costs_one_line(read: Read) -> None:
    corpus = read(
        "a.jsonl", '{"text": "x"}\n{"text": \n[1]\n' + "[" * 100_000 + '\n{"text": "y"}\n'
    )
    assert [statement.text for statement in corpus.statements] == ["x", "y"]
    assert [str(problem) for problem in corpus.problems] == [
        "a.jsonl, line 2: this is not JSON (Expecting value, column 10); correct the line.",
        "a.jsonl, line 3: this is not a JSON object; write the fields of a statement as one.",
        "a.jsonl, line 4: this is nested too deep; write a flat object.",
    ]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_field_named_twice_costs_one_object(read: Read, name: str) -> None:
    lines = ['{"text": "x"}', '{"text": "y", "date": {"a": 1, "a": 2}}', '{"text": "z"}']
    joined = "\n".join(lines)
    if name == "a.json":
        joined = '{"made": {"by": 1, "by": 2}, "statements": [' + joined.replace("\n", ",\n") + "]}"
    corpus = read(name, joined)
    assert [statement.text for statement in corpus.statements] == ["x", "z"]
    assert [str(problem) for problem in corpus.problems] == [
        f"{name}, line 2: an object has the field 'a' twice; rename one."
    ]


def test_an_object_is_no_words_whatever_its_column_is_called(read: Read) -> None:
    for column in ("text", "Text", "statement", "Wortlaut"):
        mapping = {"Wortlaut": "text"} if column == "Wortlaut" else None
        content = json.dumps([{"id": {"$oid": "1"}, column: "x"}, {column: {"en": "y"}}])
        corpus = read("a.json", content, mapping=mapping)
        assert [(s.id, s.text) for s in corpus.statements] == [('{"$oid": "1"}', "x")]
        assert [(problem.column, problem.message) for problem in corpus.problems] == [
            (column, "this is an object; write the words as text")
        ]
    (problem,) = read("a.md", "---\nspeaker: Ana Veld\ntext: {en: peace}\n---\n").problems
    assert (problem.line, problem.column) == (3, "text")


def test_objects_without_words(read: Read) -> None:
    corpus = read("a.jsonl", '{"speaker": "a"}\n{"text": "x"}\n')
    assert [str(problem) for problem in corpus.problems] == [
        'a.jsonl, line 1: the object has no words; give it a "text".'
    ]
    with pytest.raises(CorpusError, match=r"^a.jsonl: no column holds the words .*speaker, role"):
        read("a.jsonl", '{"speaker": "a"}\n{"role": "b"}\n')


def test_half_a_character(read: Read) -> None:
    corpus = read("a.jsonl", '{"text": "a \\ud83d b"}\n{"text": "a \\ud83d\\ude00 b"}\n')
    assert [statement.text for statement in corpus.statements] == ["a \U0001f600 b"]
    assert [str(problem) for problem in corpus.problems] == [
        "a.jsonl, line 1, column \"text\", 'a \\\\ud83d b': '\\ud83d' is half a character; "
        "write the whole one."
    ]


# -- documents -------------------------------------------------------------------------------------


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
        "a.md, line 3, column \"text\", 'peace': the words are below too; keep one of the two."
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
        ("---\nspeaker: a: b\n---\nwords", "a.md, line 2: the front matter is not YAML (mapping "
         "values are not allowed here); put the value in quotation marks."),
        ("---\nid: 1\nspeaker: [a\n---\nwords", "a.md, line 4: the front matter is not YAML ("),
        ("---\n- a\n---\nwords", 'a.md, line 2: the front matter has to be lines like "speaker: '
         'Name".'),
        ("---\na: &x [1]\nb: *x\n---\nwords", "a.md, line 3: the front matter is not YAML (an "
         "alias (*) is not read); put the value in quotation marks."),
        ("---\nspeaker: a\nrole: b\nspeaker: c\n---\nwords", "a.md, line 4: the front matter has "
         "'speaker' twice; keep one of the two."),
        ("---\n? [a, b]\n: c\n---\nwords", "a.md, line 2: in the front matter, a name is a list or "
         "a mapping; write a word."),
        ("---\na: \x07\n---\nwords", "a.md, line 2: the front matter is not YAML (it holds a "
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


def test_json_and_json_lines_are_told_apart(read: Read) -> None:
    with pytest.raises(CorpusError, match=r"^a.json, line 2: another object .* name .* in .jsonl"):
        read("a.json", '{"text": "a"}\n{"text": "b"}\n')
    (first, *_) = read("a.jsonl", '[\n{"text": "a"}\n]\n').problems
    assert first.message.endswith("end the name of the file in .json")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_is_no_number_is_no_date_without_a_word(read: Read, name: str) -> None:
    entry = '{"id": "a", "text": "The canal is open.", "date": %s}'
    entries = [entry % "Infinity", entry.replace('"a"', '"b"') % "NaN"]
    corpus = read(name, "\n".join(entries) if name == "a.jsonl" else f"[{', '.join(entries)}]")
    assert [statement.id for statement in corpus.statements] == ["b"]
    assert [problem.value for problem in corpus.problems] == ["Infinity"]
    assert "were read as empty" in " ".join(corpus.notes)
