"""Positions of actors whose passages are read against both ends of an axis."""

from __future__ import annotations

import pytest

from compare.comparison import position_table
from compare.comparison.positions import positions
from compare.errors import QueryError
from compare.export.rows import period_rows, position_rows
from compare.models.stance import CascadeStance
from tests.comparison.positions.conftest import ASKED, SHUT
from tests.fakes import Literal, WordJudge

pytestmark = pytest.mark.usefixtures("cache")

TOLLS = "Fishermen had a good year"


class Unsure(Literal):
    """Is less sure of opposition than of agreement, so that both ends matter."""

    opposed = (0.1, 0.6, 0.3)


def leanings(found):
    """p_agree - p_oppose of the passages of each actor that take a side."""
    odds = {one.name: [pair.probabilities for pair in one.passages] for one in found.placed}
    return {name: sorted(round(p.agree - p.oppose, 3) for p in of) for name, of in odds.items()}


def test_passages_are_read_against_both_ends(library):
    judge = Unsure()
    found = positions(library, ASKED, opposite=f"“{SHUT}”", stance_model=judge)
    assert {a.text for a, _ in judge.read} == {ASKED, SHUT}
    assert (found.proposition, found.opposite) == (ASKED, SHUT)
    assert found.provenance.settings["opposite"] == SHUT
    # Each end alone gives 0.7 or -0.5; turned round and averaged, both give 0.6 and -0.6.
    assert leanings(found)["Ostravia"] == [-0.6]
    assert leanings(found)["Lorn"] == [0.6]
    assert leanings(positions(library, ASKED, stance_model=Unsure()))["Ostravia"] == [-0.5]


def test_without_a_calibration_the_two_ends_are_those_of_one_axis(library):
    one = positions(library, ASKED, opposite=SHUT, stance_model=Unsure())
    other = positions(library, SHUT, opposite=ASKED, stance_model=Unsure())
    turned = {name: sorted(-value for value in of) for name, of in leanings(other).items()}
    assert leanings(one) == turned
    places = {found.name: found.score.mean for found in one.placed}
    assert places == {found.name: pytest.approx(-found.score.mean) for found in other.placed}


def test_passages_near_the_opposite_alone_are_read(library):
    alone = positions(library, TOLLS, stance_model=Unsure())
    both = positions(library, TOLLS, opposite=SHUT, stance_model=Unsure())
    read = {actor.name: len(actor.read) for actor in alone.actors}
    assert read["Ostravia"] == 0
    of_both = {actor.name: actor for actor in both.actors}
    assert {pair.b.statement.id for pair in of_both["Ostravia"].read} == {"o1"}
    pairs = [pair for actor in both.actors for pair in actor.read]
    assert len({pair.b.statement.id for pair in of_both["Valdoria"].read}) == 5
    assert all(pair.a.text == TOLLS for pair in pairs)


def test_a_stopped_run_resumes_with_both_ends_and_nothing_is_read_again(library):
    positions(library, ASKED, opposite=SHUT, stance_model=Unsure())
    judge = Unsure()
    turned = positions(library, SHUT, opposite=ASKED, stance_model=judge)
    assert turned.placed
    # All that is new is whether the two ends oppose each other.
    assert {(a.text, b.text) for a, b in judge.read} == {(SHUT, ASKED)}


def test_progress_reaches_the_end_once(library):
    told = []
    model = CascadeStance(Unsure(), Unsure())
    positions(
        library, ASKED, opposite=SHUT, stance_model=model,
        on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    assert len({total for _, total in told}) == 1


def test_exports_and_a_reproduced_result_keep_the_opposite(library):
    found = positions(library, ASKED, opposite=SHUT, stance_model=Unsure())
    assert {row["opposite"] for row in position_rows(found)} == {SHUT}
    assert {row["opposite"] for row in period_rows(found, 10)} == {SHUT}
    assert found.result().quote.opposite == SHUT


def test_several_propositions_have_opposites_of_their_own(library):
    table = position_table(
        library, [ASKED, TOLLS, ASKED], opposites=["", "", SHUT], stance_model=Unsure()
    )
    assert [(one.proposition, one.opposite) for one in table.positions] == [
        (ASKED, SHUT),
        (TOLLS, ""),
    ]


def test_an_opposite_that_agrees_is_warned_of(library):
    found = positions(library, ASKED, opposite=f"{ASKED}, always", stance_model=Unsure())
    assert "The opposite may not be one" in found.notes[0]


@pytest.mark.parametrize(
    ("opposites", "sentence"),
    [
        ([f"{ASKED}."], "The opposite has the words of the proposition"),
        (["!"], "The opposite"),
        ([SHUT, "No ship may pass", "Nor boat"], "1 more opposites than propositions"),
        ([SHUT, "No ship may pass"], "has two opposites"),
        (["", "!"], "The opposite"),
    ],
)
def test_bad_opposites_are_one_sentence_before_anything_is_read(library, opposites, sentence):
    judge = WordJudge()
    with pytest.raises(QueryError, match=sentence):
        position_table(library, [ASKED, ASKED], opposites=opposites, stance_model=judge)
    assert not judge.read


def test_an_opposite_that_only_denies_is_noted(library):
    canal, shut = "The canal must be open", "The canal must not be open"
    found = positions(library, canal, opposite=shut, stance_model=Unsure())
    assert "tells the model nothing new" in found.notes[0]
