from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ExportError
from compare.export.json_files import (
    VERSION,
    load_result,
    public_json,
    result_from_json,
    result_to_json,
)
from compare.results import Probabilities, Thresholds
from compare.statements import PartialDate, Quote, Statement
from compare.strict_json import DIGEST, digest_of
from tests.fabricate import (
    AGREEING,
    OPPOSED,
    QUOTE,
    VALDORIA,
    a_search,
    found_pair,
    of_version,
    on_a_topic,
    pair_of,
    resealed,
    two_sides,
)

UNSEALED = (
    "An older version of the program made this result, without a digest, so that changes made to "
    "the file since would not be noticed; `compare reproduce` compares it with the library."
)

# --- keeping ---------------------------------------------------------------------------------


def test_a_kept_result_is_read_back_equal(tmp_path: Path) -> None:
    quote = Quote(QUOTE, "Ana Prell", "Envoy", (VALDORIA,), PartialDate("2019-04"), "c", "val-1")
    result = a_search(quote=quote, source=OPPOSED).rethreshold(probability=0.8)
    result.save(tmp_path / "kept.json")
    back = load_result(tmp_path / "kept.json")
    assert back == result
    assert back.thresholds == Thresholds(0.8, 0.35)
    assert back.rethreshold(probability=0.5).agree[0].rationale == result.pairs[2].rationale


def test_an_empty_id_of_the_quotes_statement_is_none() -> None:
    result = a_search()
    data = result_to_json(result)
    data["quote"]["statement_id"] = ""
    data = {**data, DIGEST: digest_of(data)}
    assert result_from_json(data) == result


def test_the_number_of_passages_read_is_kept_and_may_be_missing() -> None:
    result = replace(a_search(), passages_read=90)
    data = result_to_json(result)
    assert result_from_json(data) == result
    assert public_json(result)["provenance"]["passages_read"] == 90
    del data["passages_read"]
    older = result_from_json(of_version(2, data))
    assert older == replace(result, passages_read=0, notes=(*result.notes, UNSEALED))


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
def test_any_text_and_number_is_kept(text: str, probability: float, similarity: float) -> None:
    statement = Statement(id="s", text=text, context=text, extra={text: text})
    numbers = (probability, 1 - probability, 0.0)
    result = a_search(found_pair(statement, numbers, similarity=similarity), quote=text)
    assert result_from_json(json.loads(json.dumps(result_to_json(result)))) == result


@pytest.mark.parametrize("over_time", [False, True])
def test_a_kept_table_is_read_back_equal(tmp_path: Path, over_time: bool) -> None:
    table = two_sides(over_time=over_time).rethreshold(probability=0.8)
    table.save(tmp_path / "kept.json")
    back = load_result(tmp_path / "kept.json")
    assert back == table
    assert back.rethreshold(probability=0.5).agree == table.rethreshold(probability=0.5).agree
    data = result_to_json(table)
    assert len(data["statements"]) == len(data["passages"]) == 3
    assert len(data["pairs"]) == 3
    assert len(data["placed"]) == (2 if over_time else 4)
    assert [back.said_by(n) for n in range(len(back.placed))] == [
        table.said_by(n) for n in range(len(table.placed))
    ]
    said = table.said_by()
    assert result_from_json(result_to_json(said)) == said


@given(st.text(), st.floats(0, 1), st.floats(-1, 1), st.booleans())
def test_any_table_is_kept(text: str, probability: float, similarity: float, both: bool) -> None:
    a, b = (Statement(id=name, text=text, context=text) for name in ("a", "b"))
    numbers = (probability, 1 - probability, 0.0)
    pair = pair_of(a, b, numbers, similarity=similarity, first_stage_only=both)
    table = two_sides(pair, over_time=both, subject=text)
    assert result_from_json(json.loads(json.dumps(result_to_json(table)))) == table


def test_a_result_of_a_program_that_recorded_no_settings_is_read() -> None:
    data = result_to_json(a_search())
    del data["provenance"]["settings"]
    assert result_from_json(of_version(1, data)).pairs == a_search().pairs


@pytest.mark.parametrize(
    "name",
    [
        "subject",
        "thresholds",
        "provenance",
        "statements",
        "passages",
        "pairs",
        "same_point",
        "placed",
    ],
)
def test_damage_of_a_table_is_said(name: str) -> None:
    for value in ([None], {"a": 1}, None):
        data = {**result_to_json(two_sides()), name: value}
        if name == "subject":
            data.pop(name)
        with pytest.raises(ExportError, match=rf"was changed after .*; see {name}"):
            result_from_json(data)
        with pytest.raises(ExportError, match=rf"is damaged \({name}"):
            result_from_json(resealed(data))
    lost = result_to_json(two_sides())
    lost["pairs"][0]["a"] = 99
    with pytest.raises(ExportError, match=r"is damaged \(pairs\.0\.a: there is no such passage\)"):
        result_from_json(resealed(lost))


@pytest.mark.parametrize(
    ("over_time", "changes", "sentence"),
    [
        (False, {"passage": 99}, r"placed\.1\.passage: there is no such passage"),
        (True, {"side": "b"}, r"placed\.1\.side: a timeline has one side, a"),
        (False, {"side": "c"}, r"placed\.1\.side"),
        (False, {"probabilities": {"agree": 0.9, "oppose": 0.9, "neither": 0}}, r"placed\.1"),
    ],
)
def test_damage_of_what_a_side_said_is_said(
    over_time: bool, changes: dict[str, Any], sentence: str
) -> None:
    data = result_to_json(two_sides(over_time=over_time))
    data["placed"][1] |= changes
    with pytest.raises(ExportError, match=sentence):
        result_from_json(resealed(data))


def test_a_side_without_filters_of_its_own_said_what_it_said() -> None:
    table = two_sides()
    table = replace(table, provenance=replace(table.provenance, filters={}))
    back = result_from_json(result_to_json(table))
    assert back.said_by(1).provenance.filters == {}
    assert [pair.b.statement.id for pair in back.said_by(1).oppose] == ["val-1"]


def test_passages_placed_on_nothing_are_refused() -> None:
    data = result_to_json(two_sides())
    del data["provenance"]["settings"]["proposition"]
    with pytest.raises(ExportError, match=r"placed\.0: the settings name no proposition"):
        result_from_json(resealed(data))


@pytest.mark.parametrize("over_time", [False, True])
def test_two_sides_of_the_format_before_are_read_and_written_anew(over_time: bool) -> None:
    before = on_a_topic(two_sides(over_time=over_time))
    data = result_to_json(before)
    assert data.pop("placed") == []
    back = result_from_json(resealed({**data, "version": 4}))
    assert back == before
    assert (back.placed, back.opposite) == ((), "")
    again = result_to_json(back)
    assert again["version"] == VERSION
    assert result_from_json(again) == before
    with pytest.raises(ExportError, match=r"is damaged .*placed"):  # version 5 has it
        result_from_json(resealed(data))


def test_text_no_file_can_hold_well_is_kept_all_the_same(tmp_path: Path) -> None:
    result = a_search(quote="half a pair: \ud83d")
    result.save(tmp_path / "kept.json")
    assert load_result(tmp_path / "kept.json") == result


def test_a_result_of_an_older_program_says_so() -> None:
    for result in (a_search(), two_sides()):
        older = result_from_json(of_version(2, result_to_json(result)))
        assert older == replace(result, notes=(*result.notes, UNSEALED))
        assert result_from_json(result_to_json(older)) == older  # saving it keeps the note


@pytest.mark.parametrize("odds", [(0.0625, 0.45, 0.4875), (0.0625, 0.3125, 0.625)])
@pytest.mark.parametrize("of", [a_search, two_sides])
def test_a_result_that_called_pairs_below_one_half_says_so(of: Any, odds: Any) -> None:
    made = of()
    unclear = replace(made, pairs=(replace(made.pairs[0], probabilities=Probabilities(*odds)),))
    for result, is_said in ((made, False), (unclear, True)):
        data = result_to_json(result)
        assert result_from_json(data) == result
        data["thresholds"]["probability"] = 0.4
        older = result_from_json(resealed(data))
        assert older.thresholds == result.thresholds
        assert ("pairs below one half, which are unclear now" in " ".join(older.notes)) is is_said


def test_a_cosine_that_an_older_program_rounded_up_is_1() -> None:
    data = of_version(3, result_to_json(a_search()))
    data["scored"][0]["similarity"] = 1.0000001192092896
    assert result_from_json(data).pairs[0].similarity == 1
    with pytest.raises(ExportError, match=r"scored\.0\.similarity: Input should be less than"):
        result_from_json(resealed({**data, "version": VERSION}))


def test_results_without_the_verdicts_by_the_words_alone_are_read() -> None:
    for before in (a_search(), two_sides(), two_sides(over_time=True)):
        data = result_to_json(before)
        for part in ("scored", "pairs", "placed"):
            for entry in data.get(part, ()):
                assert entry.pop("alone") is None
        assert result_from_json(resealed({**data, "version": 5})) == before
    pair = replace(before.pairs[0], alone=Probabilities(0.5, 0.25, 0.25))
    weighed = replace(before, pairs=(pair,))
    assert result_from_json(result_to_json(weighed)) == weighed


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_a_file_of_the_last_format_cannot_pose_as_an_older_one(version: int) -> None:
    with pytest.raises(ExportError, match="was changed after it was written"):
        result_from_json({**result_to_json(a_search()), "version": version})


def test_blanks_and_the_order_of_fields_do_not_count_as_changes(tmp_path: Path) -> None:
    data = result_to_json(a_search())
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(dict(reversed(data.items())), indent=7))
    assert load_result(path) == a_search()


@pytest.mark.parametrize("name", ["speaker", "text", "source", "date", "quotation"])
def test_a_statement_changed_by_hand_is_refused(tmp_path: Path, name: str) -> None:
    path = a_search().save(tmp_path / "kept.json")
    data = json.loads(path.read_text())
    data["scored"][0]["statement"][name] = "2024"
    path.write_text(json.dumps(data))
    with pytest.raises(ExportError, match=r"kept\.json: the saved result was changed after it was"):
        load_result(path)


def test_a_kept_result_is_not_written_over_without_force(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    a_search().save(path)
    with pytest.raises(ExportError, match="already exists"):
        a_search(quote="other").save(path)
    a_search(quote="other").save(path, force=True)
    assert load_result(path).quote.text == "other"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"kept\.json is not JSON \(.*\): save a result with `compare search QUOTE --out"),
        ("[" * 100_000, r"kept\.json is not JSON"),
        ("[1]", r"kept\.json: this is not a saved result: save a result with"),
        (json.dumps(public_json(a_search())), r"kept\.json: this is not a saved result"),
        ('{"format": "compare-result", "version": 9}', r"has format version '9', this program"),
        ('{"format": "compare-result", "version": true}', r"has format version 'True', this"),
        ('{"version": 4, "version": 4}', r"is not JSON \(an object has the field 'version' twice"),
        ('{"version": NaN}', r"is not JSON \(version: NaN is not a finite number\)"),
        ('{"version": 1e999}', r"is not JSON \(version: 1e999 is not a finite number\)"),
        (
            '{"format": "compare-result", "version": 1}',
            r"is damaged \(quote: Field required\): make",
        ),
    ],
)
def test_another_file_gets_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(content)
    with pytest.raises(ExportError, match=message):
        load_result(path)


def test_a_missing_or_binary_file_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"absent\.json cannot be read \(No such file"):
        load_result(tmp_path / "absent.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ExportError, match=r"binary\.json is not JSON"):
        load_result(tmp_path / "binary.json")


@pytest.mark.parametrize("name", ["quote", "thresholds", "provenance", "source", "scored"])
@pytest.mark.parametrize("value", [7, "x", [None], {"a": 1}])
def test_damage_anywhere_is_said(name: str, value: object) -> None:
    data = {**result_to_json(a_search()), name: value}
    with pytest.raises(ExportError, match=rf"changed after it was written .*; see {name}"):
        result_from_json(data)
    with pytest.raises(ExportError, match=rf"is damaged \({name}"):
        result_from_json(resealed(data))


# --- what search --json prints ---------------------------------------------------------------


def test_public_json_has_the_promised_shape() -> None:
    data = public_json(a_search())
    assert list(data) == ["query", "outcome", "model", "provenance", "results", "unjudged"]
    assert (data["query"], data["outcome"]) == (QUOTE, "found")
    assert data["model"] == "judge@555555555555"
    assert data["provenance"] == {
        "version": "0.1.0",
        "models": {
            "encoder": {"name": "tiny", "digest": "e" * 64},
            "stance": {"name": "judge", "digest": "5" * 64},
        },
        "first_stage_only": None,
        "third_reader": {},
        "thresholds": {"probability": 0.5, "similarity": 0.35},
        "filters": {"countries": ["OST"], "not_own_speaker": True},
        "settings": {},
        "library_digest": "1" * 64,
        "statements": 3,
        "passages": 4,
        "passages_read": 0,
        "date": "2024-05-06T07:08:09+00:00",
        "quote": {
            "text": QUOTE,
            "speaker": "",
            "role": "",
            "country": [],
            "date": "",
            "context": "",
            "statement_id": None,
        },
        "source": None,
        "notes": ["The quote has two sentences."],
    }
    first, second, third = data["results"]
    assert list(first) == [
        *("rank", "stance", "p_agree", "p_oppose", "p_neither"),
        *("p_agree_alone", "p_oppose_alone", "similarity"),
        *("unsure", "third_reader", "quote_part", "passage", "translation", "read", "pages"),
        *("statement", "why"),
    ]
    assert [entry["stance"] for entry in data["results"]] == ["agree", "oppose", "neither"]
    assert [entry["rank"] for entry in data["results"]] == [1, 1, 1]
    assert first["p_agree"] == 0.7654321987654321
    assert first["passage"] == "Valdoria arms the rebels, and it must stop."
    assert {**AGREEING.to_dict(), "also_said": first["statement"]["also_said"]} == first[
        "statement"
    ]
    assert [entry["id"] for entry in first["statement"]["also_said"]] == ["ost-2"]
    assert first["why"]["passage"] == [{"start": 9, "end": 13, "weight": 0.75, "text": "arms"}]
    assert second["why"] is None
    assert third["why"] is None
    json.dumps(data, allow_nan=False)


def test_public_json_says_which_sentence_a_verdict_is_about() -> None:
    matches = [
        found_pair(AGREEING, (0.9, 0.05, 0.05), quote="We deny it."),
        found_pair(OPPOSED, (0.05, 0.9, 0.05), quote=QUOTE),
    ]
    data = public_json(a_search(*matches, quote=f"We deny it. {QUOTE}"))
    assert [entry["quote_part"] for entry in data["results"]] == ["We deny it.", QUOTE]
    assert all(entry["why"] is None for entry in data["results"])


def test_public_json_says_nothing_found() -> None:
    far = found_pair(AGREEING, (0.9, 0.05, 0.05), similarity=0.1)
    data = public_json(a_search(far))
    assert (data["outcome"], data["results"]) == ("nothing", [])
