"""What other settings, either end alone and another model make of a result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compare.comparison import sensitivity as module
from compare.comparison.sensitivity import Variation, by_probability, sensitivity
from compare.errors import QueryError
from compare.facade import Library
from compare.models.stance import CascadeStance
from compare.statements import Quote
from tests.fakes import HashingEncoder, WordJudge, runner, statement

pytestmark = pytest.mark.usefixtures("cache")

OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
DENIAL = "The canal of Meren is closed to all ships."
STATEMENTS = [
    statement("v1", f"{OPEN} at once.", country="Valdoria", date="2010-05-01"),
    statement("v2", f"{OPEN}, we say.", country="Valdoria", date="2016"),
    statement("o1", f"{SHUT}.", country="Ostravia", date="2011-01-01"),
    statement("o2", f"{SHUT} ever.", country="Ostravia", date="2019-01-01"),
    statement("n1", "The canal of Meren is a canal with ships.", country="Norland", date="2018"),
]


def rows(found: module.Sensitivity) -> dict[str, tuple[int, int, int, int]]:
    return {one.what: (one.agree, one.oppose, one.same, one.other) for one in found.variations}


class Credulous(WordJudge):
    """A fast model that takes everything for agreement."""

    def score(self, pairs, on_progress=None):
        scores = super().score(pairs, on_progress)
        scores[:] = (0.9, 0.05, 0.05)
        return scores


def test_other_minimum_probabilities_need_no_reading(library: Library) -> None:
    model = WordJudge()
    result = library.search(OPEN, stance_model=model)
    read = len(model.read)
    found = by_probability(result)
    assert found.unit == "statement"
    assert found.variations[0] == Variation("as it is", 2, 2, 4, 0)
    told = rows(found)
    assert told["minimum probability 0.6"] == (2, 2, 4, 0)
    assert told["minimum probability 0.8"] == (0, 2, 2, 0)  # it agrees with 0.7, opposes with 0.8
    assert told["minimum probability 0.9"] == (0, 0, 0, 0)
    assert len(model.read) == read


def test_a_search_is_repeated_with_one_thing_otherwise_at_a_time(library: Library) -> None:
    model = CascadeStance(Credulous(), WordJudge())
    result = library.search(Quote(OPEN, opposite=DENIAL), stance_model=model, candidates=4)
    done: list[tuple[int, int]] = []
    found = sensitivity(
        result, library, stance_model=model, on_progress=lambda *of: done.append(of)
    )
    told = rows(found)
    assert list(told)[-5:] == [
        "at most 2 similar passages read",
        "at most 8 similar passages read",
        "the claim alone",
        "its opposite alone, agree and oppose exchanged",
        "the fast model alone",
    ]
    assert done[-1] == (5, 5)
    assert told["the claim alone"][:2] == (2, 2)
    # This judge hears the passage only, so that what agrees with one end agrees with the other.
    assert told["its opposite alone, agree and oppose exchanged"][:2] == (2, 2)
    assert told["the fast model alone"] == (0, 0, 0, 0)  # it agrees with both ends

    result = library.search(OPEN, stance_model=model)
    told = rows(sensitivity(result, library, stance_model=model))
    assert not {what for what in told if "alone" in what} - {"the fast model alone"}
    agree, oppose, same, other = told["the fast model alone"]
    assert (agree > 2, oppose, same, other) == (True, 0, 2, 2)


def test_pairs_and_actors_are_counted_where_these_are_what_a_result_holds(library: Library) -> None:
    model = WordJudge(either=True)
    pairs = library.compare("Valdoria", "Ostravia", f"{OPEN}.", stance_model=model)
    found = sensitivity(pairs, library, stance_model=model)
    assert found.unit == "pair"
    assert rows(found)["as it is"][1] > 0
    assert "at most 60 similar passages of a side read for each end" in rows(found)
    assert rows(found)["as it is"][1] == len(pairs.oppose)
    positions = library.positions(f"{OPEN}.", stance_model=WordJudge())
    found = sensitivity(positions.result(), library, stance_model=WordJudge())
    assert found.unit == "country"
    assert rows(found)["as it is"] == (1, 1, 2, 0)
    assert rows(found)["at most 12 similar passages read of each country"] == (1, 1, 2, 0)
    assert by_probability(positions.result()).variations[0] == found.variations[0]


def test_only_what_was_made_from_this_library_by_this_model_is_repeated(library: Library) -> None:
    result = library.search(OPEN, stance_model=WordJudge())
    other = WordJudge()
    other.digest = "6" * 64
    with pytest.raises(QueryError, match="of another stance model"):
        sensitivity(result, library, stance_model=other)
    moved = replace(result, provenance=replace(result.provenance, library_digest="0" * 64))
    with pytest.raises(QueryError, match="of another library"):
        sensitivity(moved, library, stance_model=WordJudge())


def test_an_opposite_is_no_words_of_the_quotes_speaker(library: Library) -> None:
    quote = Quote(OPEN, opposite=DENIAL, speaker="Ada Lorn")
    model = WordJudge()
    told = rows(sensitivity(library.search(quote, stance_model=model), library, stance_model=model))
    assert "the claim alone" in told
    assert not any(what.startswith("its opposite") for what in told)


def test_the_command_and_the_report_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: WordJudge())
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    folder = tmp_path / "library"
    library = Library.build(STATEMENTS, folder, HashingEncoder(256))
    kept = library.search(OPEN, stance_model=WordJudge()).save(tmp_path / "kept.json")
    library.close()
    run = runner(capfd)
    told = run("sensitivity", kept, "--library", folder)
    assert (told.code, "as it is" in told.out) == (0, True), told
    told = run("sensitivity", kept, "--library", folder, "--json")
    assert told.json["unit"] == "statement"
    assert told.json["variations"][0] == {
        "what": "as it is",
        "agree": 2,
        "oppose": 2,
        "same": 4,
        "other": 0,
    }
    page = tmp_path / "page.html"
    assert run("report", kept, "--out", page).code == 0
    text = page.read_text()
    assert "How firm the counts are" in text
    assert "minimum probability 0.9" in text
    assert "800 similar passages" not in text
    told = run("report", kept, "--out", page, "--force", "--sensitivity", "--library", folder)
    assert told.code == 0, told
    assert "at most 800 similar passages read" in page.read_text()
