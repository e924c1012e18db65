"""Exports, and reading pairs and answers back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from compare.errors import CorpusError, ExportError, ReviewError
from compare.export import columns
from compare.export.dictionary import schema_of
from compare.facade import Library
from compare.results import Probabilities
from compare.review import (
    Answer,
    Choice,
    PairSelection,
    Review,
    ReviewFormat,
    Reviews,
    draw,
    export_review,
    read_answers,
    read_review_pairs,
    review_bytes,
)
from compare.review.exporting import COLUMNS, NUMBERS, review_rows
from tests.fakes import HashingEncoder
from tests.review.conftest import AGREE, DAY, NEITHER, OPPOSE, pair, read_by, said, table

Make = Callable[..., Review]


@pytest.fixture
def done(review: Make) -> Review:
    """Two readers who differ on the second pair, which is decided; both skipped the third."""
    made = review([replace(pair(1), topic="locks"), pair(2), pair(3, None)])
    made.answer("Ada", 2, AGREE, 1, "=HYPERLINK(1)\nnot sure")
    made.undo("Ada")
    read_by(made, "Ada", [AGREE, OPPOSE, None])
    read_by(made, "Bren", [AGREE, NEITHER, None])
    made.decide(2, OPPOSE, "Cor", 2, "it is denied")
    return made


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_row_holds_a_pair_with_its_answers_and_decision(done: Review) -> None:
    first, second, third = review_rows(done)
    assert tuple(first) == COLUMNS
    assert (first["review"], first["place"], first["pair"], first["topic"]) == (
        *("canal", 1, "p1", "locks"),
    )
    assert (first["machine"], first["p_oppose"], first["label_source"]) == (
        *("oppose", 0.8, "judge@555555555555"),
    )
    assert first["a_text"] == said(1, "a").text
    assert first["a_passage"] == "Lock 1 of the canal must be open."
    assert (first["b_speaker"], first["b_date"]) == ("Envoy of Ostravia", "2011-03-02")
    assert (second["reader_1"], second["answer_1"]) == ("Ada", "oppose")
    assert (second["reader_2"], second["answer_2"]) == ("Bren", "neither")
    assert (second["decision"], second["decided_by"], second["decision_confidence"]) == (
        *("oppose", "Cor", 2),
    )
    assert [row["final"] for row in (first, second, third)] == ["agree", "oppose", "skip"]
    assert (third["machine"], third["p_agree"], third["answer_1"]) == ("", None, "skip")
    assert (first["answers_shown"], first["machine_shown"]) == ("all", "end")
    assert (first["chosen"], first["order"], first["order_seed"]) == ("imported", "given", None)


def test_draw_order_and_seeds_are_exported(reviews: Reviews) -> None:
    drawn = draw(table([AGREE] * 4 + [OPPOSE] * 2), Choice.STRATIFIED, 4, 9)
    made = reviews.create("sample", drawn, ["Ada"], order="random", seed=8, machine_shown="before")
    rows = review_rows(made)
    assert {row["chosen"] for row in rows} == {"stratified"}
    assert {(row["chosen_seed"], row["order"], row["order_seed"]) for row in rows} == {
        (9, "random", 8)
    }
    assert {(row["stratum"], row["weight"]) for row in rows} == {("agree", 2), ("oppose", 1)}
    assert {row["library_digest"] for row in rows} == {"sha256:" + "1" * 64}
    assert {(row["filters"], row["settings"], row["searched_on"]) for row in rows} == {
        ('{"topic":"canal"}', "{}", DAY)
    }
    made = reviews.open("sample").settings
    assert (made.stance_model, made.stance_digest, made.encoder) == ("judge", "5" * 64, "tiny")


def test_withheld_answers_and_labels_are_not_exported(reviews: Reviews) -> None:
    drawn = draw(table([AGREE, OPPOSE]), Choice.STRATIFIED, 2)
    made = reviews.create("canal", drawn, ["Ada", "Bren"], machine_shown="after")
    made.answer("Ada", 1, AGREE, 3, "mine")
    nobody, ada, bren = (review_rows(made, seen_by=who) for who in (None, "Ada", "Bren"))
    assert [row["answers_shown"] for row in (nobody[0], ada[0])] == ["none yet", "only of Ada"]
    assert [row["answer_1"] for row in ada] == ["agree", ""]
    for rows in (nobody, bren):
        assert {row["answer_1"] for row in rows} == {row["note_1"] for row in rows} == {""}
        assert {row["machine"] for row in rows} == {row["stratum"] for row in rows} == {""}
        assert {row["weight"] for row in rows} == {None}
    assert ada[0]["machine"] != ""
    assert ada[1]["machine"] == ""
    assert b"mine" not in review_bytes(made, "history", seen_by="Bren")
    assert b"mine" in review_bytes(made, "history", seen_by="Ada")


def test_first_answers_are_exported_only_if_visible(review: Make) -> None:
    made = review()
    made.answer("Ada", 1, AGREE)
    made.answer("Ada", 1, OPPOSE)
    made.answer("Ada", 2, NEITHER)
    made.undo("Ada")
    made.answer("Bren", 1, None)
    columns = ("answer_1", "first_answer_1", "first_answer_2")
    for reader, said_of in (("Ada", ["oppose", "agree", ""]), ("Bren", ["", "", "skip"])):
        first, second, _ = review_rows(made, seen_by=reader)
        assert [first[name] for name in columns] == said_of
        assert {second[name] for name in columns} == {""}


def test_csv_and_jsonl_hold_the_same_and_are_safe_in_a_spreadsheet(done: Review) -> None:
    table_rows = rows_of(review_bytes(done))
    lines = [json.loads(line) for line in review_bytes(done, "jsonl").splitlines()]
    assert [tuple(row) for row in table_rows] == [COLUMNS] * 3
    assert lines == review_rows(done)
    for row, line in zip(table_rows, lines, strict=True):
        for name in COLUMNS:
            value = row[name]
            same = float(value) if name in NUMBERS and value else value
            assert same == ("" if line[name] is None else line[name]), name
    history = rows_of(review_bytes(done, ReviewFormat.HISTORY))
    assert tuple(history[0]) == columns("review history")
    ada, bren = ["import"] * 3 + ["hand in"], ["import"] * 3 + ["hand in"]
    assert [row["what"] for row in history] == ["answer", "undo", *ada, *bren, "decision"]
    assert json.loads(history[0]["after"])["note"] == "=HYPERLINK(1)\nnot sure"
    assert history[-1]["who"] == "Cor"


def test_the_dictionary_describes_what_is_written(done: Review, reviews: Reviews) -> None:
    drawn = draw(table([AGREE, OPPOSE]), Choice.STRATIFIED, 2)
    early = reviews.create("early", drawn, ["Ada"], order="uncertain")
    kept = table([AGREE, OPPOSE])
    settled = replace(kept.provenance, date="2024-05-01T10:00:00+00:00", settings={"most": 5})
    later = draw(replace(kept, provenance=settled), Choice.WHOLE)
    later_review = reviews.create("later", later, ["Ada"])
    for review in (done, early, later_review):
        for line in review_bytes(review, "jsonl").splitlines():
            Draft202012Validator(schema_of("review")).validate(json.loads(line))
        for row in rows_of(review_bytes(review, "history")):
            Draft202012Validator(schema_of("review history")).validate(row)


def test_a_frame_has_the_columns_of_the_csv(done: Review) -> None:
    frame = done.to_pandas()
    assert tuple(frame.columns) == COLUMNS
    assert frame["place"].tolist() == [1, 2, 3]
    assert frame["p_oppose"].isna().tolist() == [False, False, True]
    assert frame["answer_2"].tolist() == ["agree", "neither", "skip"]
    assert done.to_polars()["answer_2"].to_list() == ["agree", "neither", "skip"]
    assert done.to_arrow()["p_oppose"].to_pylist()[2] is None


def test_statement_states_are_exported(done: Review, tmp_path: Path) -> None:
    library = Library.build(
        [said(1, "a"), said(1, "b"), replace(said(2, "a"), text="Other words.")],
        tmp_path / "library",
        HashingEncoder(),
    )
    rows = review_rows(done, library=library)
    assert [(row["a_state"], row["b_state"]) for row in rows] == [
        ("unchanged", "unchanged"),
        ("changed", "not in the library"),
        ("not in the library", "not in the library"),
    ]
    assert rows[1]["a_text"] == said(2, "a").text


def test_a_file_is_written_whole_and_not_over_another(done: Review, tmp_path: Path) -> None:
    path = export_review(done, tmp_path / "canal.csv")
    assert path.read_bytes() == review_bytes(done)
    with pytest.raises(ExportError, match="already exists"):
        export_review(done, path)
    export_review(done, path, "jsonl", force=True)
    assert [entry.name for entry in tmp_path.glob("canal*")] == ["canal.csv"]
    with pytest.raises(ReviewError, match="'xml' is not one of csv, jsonl"):
        export_review(done, path, "xml", force=True)


def test_an_exported_codebook_says_when_it_was_changed(review: Make) -> None:
    made = review(codebook="Judge the words.\n")
    made.change_codebook("Judge both.\n", "Ada")
    assert review_bytes(made, "codebook") == b"Judge both.\n"
    made.answer("Ada", 1, AGREE)
    made.change_codebook("Judge all.\n", "Bren")
    changed = made.history()[-1].at
    assert review_bytes(made, "codebook").decode() == (
        f"Judge all.\n\n---\n\nChanged after the first answer on {changed} by Bren: the review's "
        "history holds the earlier text.\n"
    )


# -- Pairs from a file ---------------------------------------------------------------------------


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_own_exports_can_be_imported(done: Review, tmp_path: Path) -> None:
    again = read_review_pairs(export_review(done, tmp_path / "review.csv"))
    assert again.unread == ()
    for (_, kept), found in zip(done.pairs(), again.pairs, strict=True):
        plain = replace(found, a=kept.a, b=kept.b)
        assert plain == kept
        assert found.a.statement.text == kept.a.statement.text
        assert found.a.text == kept.a.text
    sides = table([AGREE, OPPOSE, OPPOSE])
    found = read_review_pairs(sides.export(tmp_path / "pairs.jsonl")).pairs
    assert sorted(entry.machine for entry in found) == ["agree", "oppose", "oppose"]
    assert found[0].similarity == 0.75
    assert found[0].a.statement.country[0].name == "Valdoria"


def test_two_columns_suffice_and_unread_ones_are_named(tmp_path: Path) -> None:
    path = write(
        tmp_path / "pairs.csv",
        "id,A,B,a_country,a_date,colour,label\n"
        "x1,Open the canal.,Keep it shut.,Valdoria,2011,red,agree\n"
        "x2,Open it.,Yes.,,,blue,\n",
    )
    found = read_review_pairs(path)
    assert [entry.id for entry in found.pairs] == ["x1", "x2"]
    assert found.unread == ("colour", "label")
    first = found.pairs[0]
    one = first.a.statement
    assert (one.text, first.b.text) == ("Open the canal.", "Keep it shut.")
    assert (one.countries, str(one.date), first.machine) == ("Valdoria", "2011", None)


def test_statements_of_the_library_are_taken_from_it(tmp_path: Path) -> None:
    library = Library.build([said(1, "a")], tmp_path / "library", HashingEncoder())
    path = write(
        tmp_path / "pairs.jsonl",
        json.dumps({"a": "Lock 1 of the canal must be open.", "a_id": "a1", "b": "No."})
        + "\n"
        + json.dumps({"a": "Other words.", "a_id": "a1", "b": "No."})
        + "\n",
    )
    first, second = read_review_pairs(path, library).pairs
    assert first.a.statement == said(1, "a")
    assert first.a.passage.start == len("We know it. ")
    assert (second.a.statement.id, second.a.statement.text) == ("a1", "Other words.")
    assert first.id != second.id


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    row = '{"a": "Open it.", "b": "Shut it.", "topic": "gate \\ud83d"}\n'
    path = write(tmp_path / "pairs.jsonl", row)
    with pytest.raises(ReviewError, match=r"'\\ud83d' is half a character; write the whole one"):
        read_review_pairs(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\nx,y\nx,y\n", r'line 3, column "pair", .*: the pair is also on line 2; remove'),
        ("pair,a,b\n1,x,y\n1,u,v\n", "line 3, column \"pair\", '1': the pair is also on line 2"),
        ("a,c\nx,y\n", 'there is no column "b" .*a file of pairs has the columns a_passage'),
        ("text\nx\n", 'there is no column "a_passage" .found: text.'),
        ("a,b,stance\nx,y,maybe\n", "column \"stance\", 'maybe': this is not a label; write agree"),
        ("a,b,p_agree\nx,y,5\n", "column \"p_agree\", '5': this is not a number from 0 to 1"),
        ("a,b,p_agree\nx,y,-0.5\n", "column \"p_agree\", '-0.5': this is not a number from 0 to 1"),
        ("a,b,similarity\nx,y,-2\n", "'-2': this is not a number from -1 to 1"),
        (
            "a,b,p_agree,p_oppose,p_neither\nx,y,.9,.9,.9\n",
            "do not add up to 1; correct or remove them",
        ),
        ("a,b,a_date\nx,y,May\n", "column \"a_date\", 'May': this is not a date; write YYYY"),
        ("a,b\nx, \n", 'line 2, column "b", .*: there are no words'),
        ("a,b\n", "there are no rows below the header"),
        ("a,b\nx,y,z\n", "the row has 3 cells and the header 2"),
    ],
)
def test_errors_in_a_file_of_pairs_name_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path / "pairs.csv", text)
    with pytest.raises((ReviewError, CorpusError)) as told:
        read_review_pairs(path)
    assert str(told.value).startswith(str(path))
    assert re.search(message, str(told.value)), told.value
    assert "\n" not in str(told.value)


# -- Answers from a file -------------------------------------------------------------------------


def test_answers_are_read_from_a_spreadsheet(review: Make, tmp_path: Path) -> None:
    made = review()
    path = write(
        tmp_path / "bren.csv",
        "pair;label;confidence;note\np2;Oppose;3;it is denied\np0;skip;;\np1;;;\n",
    )
    found = read_answers(path, made, "Bren")
    assert found == {3: Answer(OPPOSE, 3, "it is denied"), 1: Answer(None)}
    assert made.answer_many("Bren", found) == 2
    assert made.answer_many("Bren", found) == 0
    assert made.progress("Bren").left == 1


def test_answers_are_read_from_another_copy_of_the_review(review: Make, tmp_path: Path) -> None:
    made = review()
    sent = export_review(made, tmp_path / "canal.csv")
    other = Reviews(tmp_path / "other.sqlite").create(
        "of Bren", PairSelection.imported(read_review_pairs(sent).pairs), ["Bren"]
    )
    for place, entry in other.pairs():
        other.answer("Bren", place, AGREE if entry.id == "p1" else OPPOSE, 2)
    back = export_review(other, tmp_path / "bren.jsonl", "jsonl", seen_by="Bren")
    assert made.answer_many("Bren", read_answers(back, made, "bren")) == 3
    assert made.answer_of("Bren", 2) is not None
    assert made.answer_of("Bren", 2).label == "agree"
    assert made.progress("Ada").answered == 0


def test_answers_are_read_from_a_data_frame(review: Make, tmp_path: Path) -> None:
    made = review()
    made.answer_many("Ada", {1: Answer(AGREE, 3, "", "2024-05-01T10:00:00.000+00:00"), 2: NONE})
    frame = made.to_pandas(seen_by="Ada")
    frame.to_csv(tmp_path / "ada.csv")
    frame.to_json(tmp_path / "ada.jsonl", orient="records", lines=True)
    assert ",3.0," in (tmp_path / "ada.csv").read_text()
    for name in ("ada.csv", "ada.jsonl"):
        assert read_answers(tmp_path / name, made, "Ada") == made.answers("Ada")["Ada"]


NONE = Answer(None, None, "", "2024-05-01T10:02:00.000+00:00")


def test_the_history_marks_imported_answers(review: Make, tmp_path: Path) -> None:
    made = review()
    made.answer("Bren", 3, AGREE)
    path = write(
        tmp_path / "bren.csv",
        "pair,answer,answered\np0,agree,2024-05-01 12:00:00+02:00\np1,agree,in May\n"
        "p2,oppose,2024-05-01T12:00:00\n",
    )
    before = made.answer_of("Bren", 3).at
    assert made.answer_many("Bren", read_answers(path, made, "Bren")) == 3
    first, second, third = made.answers("Bren")["Bren"].values()
    assert first.at == "2024-05-01T10:00:00.000+00:00"
    assert min(second.at, third.at) >= before  # no time was told, or not of which zone
    history = made.history("Bren")
    assert [event.what for event in history] == ["answer", "import", "import", "import"]
    assert history[1].at >= before
    made.undo("Bren")
    assert made.answer_of("Bren", 3).stance == AGREE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "pair,answer\np1,perhaps\n",
            "this is not a label; write agree, oppose or neither, or skip",
        ),
        ("pair,answer\np1,agree\np1,agree\n", "the pair is also answered on line 2"),
        ("pair,answer\np9,agree\n", "the review 'canal' has no such pair"),
        ("pair,answer,confidence\np1,agree,7\n", "this is not a confidence; write 1, 2 or 3"),
        ("pair,said\np1,agree\n", 'there is no column "answer"'),
        ("answer\nagree\n", 'there is no column "pair"'),
    ],
)
def test_errors_in_a_file_of_answers_name_the_place(
    review: Make, tmp_path: Path, text: str, message: str
) -> None:
    made = review()
    path = write(tmp_path / "answers.csv", text)
    with pytest.raises((ReviewError, CorpusError)) as told:
        read_answers(path, made, "Ada")
    assert message in str(told.value)
    assert str(told.value).startswith(str(path))


def test_a_bad_set_of_answers_is_rejected_as_a_whole(review: Make) -> None:
    made = review()
    with pytest.raises(ReviewError, match="not a confidence"):
        made.answer_many("Ada", {1: Answer(AGREE), 2: Answer(AGREE, 9)})
    assert made.progress("Ada").left == 3
    assert made.history("Ada") == []


def test_incomplete_probabilities_are_ignored(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", "a,b,p_agree,p_oppose,p_neither\nx,y,0,1,0\nu,v,0.2,,\n")
    first, second = read_review_pairs(path).pairs
    assert (first.probabilities, second.probabilities) == (Probabilities(0, 1, 0), None)


def test_each_reader_of_three_has_columns_and_imports_from_them(review, tmp_path) -> None:
    made = review(readers=["Ada", "Bren", "Cor"])
    read_by(made, "Ada", [AGREE, OPPOSE, NEITHER])
    made.answer("Cor", 2, OPPOSE, 3)
    rows = review_rows(made, seen_by="Cor")
    names = list(rows[0])
    assert names[names.index("first_answer_2") + 1] == "reader_3"
    assert (rows[1]["answer_1"], rows[1]["answer_3"], rows[1]["confidence_3"]) == ("", "oppose", 3)
    path = export_review(made, tmp_path / "cor.csv", seen_by="Cor")
    assert read_answers(path, made, "Cor")[2].stance is OPPOSE
    assert not [name for name in read_review_pairs(path).unread if name.endswith("_3")]
    read_by(made, "Bren", [AGREE, OPPOSE, NEITHER])
    read_by(made, "Cor", [AGREE, OPPOSE, AGREE])
    assert made.differences() == [3]
    assert made.to_pandas()["confidence_3"].isna().all()
