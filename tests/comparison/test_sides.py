from __future__ import annotations

import numpy as np
import pytest

from compare.comparison import by_year, compare_sides
from compare.comparison.sides import joined, of_both
from compare.errors import QueryError
from compare.export import columns
from compare.export.json_files import load_result
from compare.export.rows import pair_rows
from compare.facade import Library
from compare.library import Filters
from compare.models import Use
from compare.models.stance import CascadeStance
from compare.results import OF_PLACEMENTS, Kind, Stance, Thresholds
from compare.statements import PartialDate
from tests.fakes import HashingEncoder, Literal, WordJudge, statement

pytestmark = pytest.mark.usefixtures("cache")

CLAIM = "The canal of Meren is open to all ships."
DENIAL = "The canal of Meren is not open to all ships."
OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"
VAL, OST, MAR = (Filters(countries=(name,)) for name in ("Valdoria", "Ostravia", "Marenia"))

COLUMNS = columns("pairs")


def said(id, words, country="", date="", **more):
    return statement(id, words, country=country, date=date, speaker=f"Envoy of {country}", **more)


STATEMENTS = [
    said("v1", f"{OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"Our fishermen had a good year. {OPEN} of the world.", "Valdoria", "2012"),
    said("v3", f"{SHUT} today.", "Valdoria", "2015-03"),
    said("v4", f"{OPEN}, we say.", "Valdoria"),
    said("v5", f"{SHUT} this month.", "Valdoria", "2015-03-20"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
    said("o2", f"{OPEN} at once.", "Ostravia", "2019-01-01"),
    said("o3", "Trade in timber has doubled since spring.", "Ostravia", "2013-01-01"),
    said("m1", f"{OPEN}, too, and soon.", "Marenia", "2014-01-01", language="fr"),
]
PASSAGES = 6 + 3  # of Valdoria and of Ostravia
PAIRS = 6 * 3 - 1  # v1 and o2 have the same words


def judge():
    return WordJudge(either=True)


def sides(library, a=VAL, b=OST, claim=CLAIM, *, model=None, **more):
    return compare_sides(library, claim, a, b, stance_model=model or judge(), **more)


def over_time(library, who=VAL, claim=CLAIM, **more):
    return library.timeline(who, claim, stance_model=judge(), **more)


def ids(pairs):
    return {pair.ids for pair in pairs}


def those(pairs):
    return {pair.b.statement.id for pair in pairs}


# -- Two sides -----------------------------------------------------------------------------------


def test_every_passage_is_placed_and_the_pairs_are_read_once_with_a_on_side_a(library):
    model = judge()
    table = sides(library, model=model)
    assert table.subject == f"Valdoria and Ostravia on “{CLAIM}”"
    assert ids(table.oppose) == {
        *((f"v{v}", "o1") for v in (1, 2, 4)), *((f"v{v}", "o2") for v in (3, 5))
    }  # fmt: skip
    assert ids(table.agree) == {("v2", "o2"), ("v4", "o2")}
    assert [len(side) for side in table.placed] == [6, 3]
    assert len(table.pairs) == table.candidates == PAIRS
    assert len(model.read) == len(set(model.read)) == PASSAGES + PAIRS
    for pair in table.pairs:
        assert pair.a.statement.text[pair.a.passage.start : pair.a.passage.end] == pair.a.text
        assert pair.probabilities.agree + pair.probabilities.oppose < 1
        assert not pair.first_stage_only
    assert table.thresholds == OF_PLACEMENTS


def test_pairs_are_held_to_the_point(library):
    table = sides(library)
    both_shut = [pair for pair in table.pairs if pair.ids in {("v3", "o1"), ("v5", "o1")}]
    beside = [pair for pair in table.pairs if "o3" in pair.ids]
    (one, other), direct = both_shut, (0.1, 0.8, 0.1)  # as the model reads "not" in either
    assert one.probabilities == other.probabilities
    assert one.probabilities.oppose < OF_PLACEMENTS.probability < direct[1]
    assert {table.stance_of(pair) for pair in both_shut} == {Stance.NEITHER}
    # To the model alone, what must be and the trade in timber agree.
    assert {pair.probabilities.stance for pair in beside} == {Stance.NEITHER}


def test_a_pair_is_opposed_if_its_passages_stand_on_different_ends():
    agrees, opposes, neither = np.eye(3, dtype=np.float32)
    a, b = (
        np.array([agrees, opposes, agrees, neither]),
        np.array([opposes, opposes, agrees, agrees]),
    )
    assert of_both(a, b).tolist() == [[0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert of_both(b, a).tolist() == of_both(a, b).tolist()
    odds = np.random.default_rng(0).dirichlet(np.ones(3), (2, 50)).astype(np.float32)
    assert of_both(*odds).sum(axis=1) == pytest.approx(1)
    assert (of_both(*odds) >= 0).all()


def test_both_readings_have_to_speak_for_a_verdict():
    sure, other = np.array([[0.05, 0.9, 0.05]], np.float32), np.array([[0, 0, 1]], np.float32)
    assert joined(sure, sure) == pytest.approx(sure)
    for one, two in ((sure, other), (other, sure)):
        assert joined(one, two)[0].argmax() == 2
        assert joined(one, two).sum() == pytest.approx(1)


def test_the_same_words_on_both_sides_are_no_pair(library):
    assert ("v1", "o2") not in ids(sides(library).pairs)


def test_the_sides_can_be_exchanged_and_nothing_is_read_again(library):
    other = judge()
    table, turned = sides(library), sides(library, OST, VAL, model=other)
    assert other.read == []
    found = {pair.ids: pair.probabilities for pair in table.pairs}
    assert {pair.ids[::-1]: pair.probabilities for pair in turned.pairs} == found
    assert turned.placed == table.placed[::-1]


@pytest.mark.parametrize(
    ("a", "b"), [(Filters(), Filters()), (VAL, Filters()), (Filters(), VAL)], ids=["all", "b", "a"]
)
def test_where_the_sides_overlap_each_two_statements_are_one_pair(library, a, b):
    pairs = [frozenset(pair.key) for pair in sides(library, a, b).pairs]
    assert len(pairs) == len(set(pairs))
    found = {frozenset(pair) for pair in ids(sides(library, a, b).pairs)}
    assert all(len(pair) == 2 for pair in found)
    assert {frozenset(("v2", "v3")), frozenset(("o1", "v2"))} <= found


def test_a_side_with_itself_is_called_that(library):
    table = sides(library, Filters(), Filters())
    assert table.subject == f"All statements among themselves on “{CLAIM}”"


def test_a_period_holds_for_the_side_it_is_of(library):
    since = Filters(countries=("Valdoria",), date_from=PartialDate("2014"))
    table = sides(library, since)
    assert {a for a, _ in ids(table.pairs)} == {"v3", "v5"}
    assert table.subject == f"Valdoria, from 2014 and Ostravia on “{CLAIM}”"
    assert table.provenance.filters["a"]["date_from"] == "2014"


def test_what_is_not_english_is_left_out_and_said(library, tmp_path):
    for b in (MAR, Filters(countries=("Marenia",), languages=("fr",))):
        with pytest.raises(
            QueryError, match=r"Side b \(Mar.*no statement.*What is in French"
        ) as told:
            sides(library, b=b)
        assert "which compare translate can add" in str(told.value)
    english = [said("m2", f"{OPEN} now.", "Marenia", "2014", language="en")]
    more = Library.build([*STATEMENTS, *english], tmp_path / "more", HashingEncoder(256))
    table = sides(more, b=MAR)
    assert those(table.pairs) == {"m2"}
    assert [note for note in table.notes if "What is in French" in note]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"a": Filters(countries=("Nowhere",))}, r"Side a \(Nowhere\) .* no statement matches"),
        ({"claim": " \n"}, "The proposition"),
        ({"claim": "Open! " * 4000}, "The proposition has 24,000 characters"),
        ({"opposite": "?"}, "The opposite"),
        ({"opposite": f"“{CLAIM.upper()}”"}, "The opposite has the words of the proposition"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(library, changes, sentence):
    model = judge()
    with pytest.raises(QueryError, match=sentence) as told:
        sides(library, model=model, **changes)
    assert "\n" not in str(told.value)
    assert model.read == []


def test_a_proposition_of_many_sentences_is_read_as_one_and_said(library):
    table = sides(
        library,
        claim=f"{CLAIM} It belongs to all of us.",
    )
    assert "The proposition has 2 sentences and is read as one" in " ".join(table.notes)


def test_a_proposition_that_the_model_does_not_read_places_nobody(library):
    with pytest.raises(QueryError, match="The opposite looks French"):
        sides(library, claim=CLAIM, opposite="Le canal est à nous depuis 1900.")


def test_a_side_off_the_point_is_an_empty_list(library):
    table = sides(library, b=Filters(statement_ids=("o3",)))
    assert (table.agree, table.oppose) == ((), ())
    assert (len(table.said_by(1).agree), len(table.said_by(1).oppose)) == (0, 0)
    none = sides(library, Filters(statement_ids=("o3",)), Filters(statement_ids=("o3",)))
    assert (none.pairs, none.candidates) == ((), 0)


# -- What each side said ---------------------------------------------------------------------------


def test_what_a_side_said_is_listed_as_a_search(library):
    table = sides(library, thresholds=Thresholds(0.75))
    a, b = table.said_by(0), table.said_by(1)
    assert (a.kind, a.subject, a.quote.text) == (Kind.POSITIONS, CLAIM, CLAIM)
    assert those(a.oppose) == {"v3", "v5"}
    assert those(b.oppose) == {"o1"}
    assert (a.agree, b.agree) == ((), ())
    lower = table.rethreshold(probability=0.6)
    assert those(lower.said_by().agree) == {"v1", "v2", "v4"}
    assert those(lower.said_by(1).agree) == {"o2"}
    assert those(lower.said_by(1).pairs) == {"o1", "o2", "o3"}
    assert [a.passages_read, b.passages_read] == [6, 3]
    (fishing,) = (pair for pair in table.placed[0] if "fishermen" in pair.b.text)
    assert fishing not in lower.said_by().pairs  # another passage of its statement takes a side
    assert all(pair.a.text == CLAIM for side in table.placed for pair in side)
    (once,) = (pair for pair in table.placed[0] if pair.b.statement.id == "v1")
    assert once.similarity == pytest.approx(
        float(np.dot(*library.encoder.encode([CLAIM, once.b.text]))), abs=1e-3
    )


def test_a_kept_comparison_tells_the_same_of_each_side(library, tmp_path):
    for table in (sides(library, opposite=DENIAL), over_time(library)):
        back = load_result(table.save(tmp_path / "kept.json", force=True))
        assert back == table
        for side in range(len(table.placed)):
            assert back.said_by(side) == table.said_by(side)
        assert back.opposite == table.opposite
        assert by_year(back) == by_year(table)


# -- Both ends -------------------------------------------------------------------------------------


def test_with_an_opposite_passages_are_read_against_both_ends(library):
    model = Literal()
    table = sides(library, model=model, opposite=f" {DENIAL} ")
    assert (model.read[0][0].text, model.read[0][1].text) == (CLAIM, DENIAL)  # is it an opposite?
    ends = [a.text for a, _ in model.read[1:]]
    assert [ends.count(CLAIM), ends.count(DENIAL)] == [PASSAGES] * 2
    assert len(ends) == 2 * PASSAGES + PAIRS
    assert those(table.said_by(0).oppose) == {"v3", "v5"}
    assert {"v1", "v2", "v4"} <= those(table.said_by(0).agree)
    assert table.opposite == table.said_by(1).quote.opposite == DENIAL
    assert table.provenance.settings == {
        "proposition": CLAIM, "opposite": DENIAL, "most_of_side": 120
    }  # fmt: skip
    assert sides(library).opposite == ""
    assert "opposite" not in sides(library).provenance.settings


def test_what_is_near_the_opposite_is_placed_too(library):
    other = "Trade in timber has doubled, and our fishermen had a good year."
    alone, both = (sides(library, most_of_side=1, opposite=end) for end in ("", other))
    assert [those(side) for side in alone.placed] == [{"v2"}, {"o1"}]
    assert [pair.b.text for pair in both.placed[0]] == [
        "Our fishermen had a good year.", f"{OPEN} of the world."
    ]  # fmt: skip
    assert those(both.placed[1]) == {"o1", "o3"}
    (timber,) = (pair for pair in both.placed[1] if pair.b.statement.id == "o3")
    assert timber.similarity > 0.4  # to the nearer end


class Telling(WordJudge):
    """Adds what each reading was for, and calibrates two sides and a timeline differently."""

    def __init__(self, uses=None, use=None):
        super().__init__(either=True)
        self.uses, self.use = [] if uses is None else uses, use

    def for_use(self, use):
        return Telling(self.uses, use)

    def score(self, pairs, on_progress=None):
        self.uses.extend([self.use] * len(pairs))
        return super().score(pairs, on_progress)

    def calibrate(self, mean):
        self.uses.append((self.use, len(mean)))
        return mean if self.use is Use.SIDES else mean[:, ::-1]


def test_each_reading_is_calibrated_for_its_use(library):
    model = Telling()
    plain = sides(library, model=model)
    assert model.uses == [
        *[Use.PROPOSITION] * PASSAGES, *[Use.PAIR] * PAIRS, (Use.SIDES, PAIRS)
    ]  # fmt: skip
    assert {pair.probabilities for pair in plain.pairs} == {
        pair.probabilities for pair in sides(library).pairs
    }
    model = Telling()
    sides(library, model=model, opposite=DENIAL)
    assert [use for use in model.uses if isinstance(use, tuple)] == [
        (Use.POLES, 6), (Use.POLES, 3), (Use.SIDES, PAIRS)
    ]  # fmt: skip
    model = Telling()
    timeline = library.timeline(VAL, CLAIM, stance_model=model)
    assert model.uses[-1] == (Use.TIMELINE, len(timeline.pairs))
    turned = {pair.key: pair.probabilities for pair in timeline.pairs}
    for pair in over_time(library).pairs:
        assert turned[pair.key].agree == pair.probabilities.neither


# -- What is read, and what is known -------------------------------------------------------------


def test_only_the_nearest_of_each_side_are_placed(library):
    part, whole = sides(library, most_of_side=2), sides(library)
    for side, all_of_it in zip(part.placed, whole.placed, strict=True):
        nearest = sorted(all_of_it, key=lambda pair: -pair.similarity)[:2]
        assert {pair.key for pair in side} == {pair.key for pair in nearest}
    assert len(part.pairs) == part.candidates == 4
    assert part.provenance.settings["most_of_side"] == 2


def test_passages_that_share_rare_words_are_placed_beside_the_nearest(library):
    table = sides(library, claim="Timber: the canal of Meren is open to all ships.", most_of_side=1)
    assert those(table.placed[1]) == {"o1"}
    table = sides(library, claim="Timber: the canal of Meren is open to all ships.", most_of_side=4)
    assert "o3" in those(table.placed[1])


def test_no_statement_has_more_than_three_passages_placed(library, tmp_path):
    long = said("long", " ".join(f"{OPEN} in port {n}." for n in range(9)), "Valdoria", "2010")
    more = Library.build([*STATEMENTS, long], tmp_path / "more", HashingEncoder(256))
    placed = [pair.b.statement.id for pair in sides(more).placed[0]]
    assert 3 <= placed.count("long") < 9  # by similarity and by words
    assert {*placed} == {"v1", "v2", "v3", "v4", "v5", "long"}


def test_the_likeliest_pairs_are_read_and_no_passage_fills_a_list(library, monkeypatch):
    whole = sides(library)
    monkeypatch.setattr("compare.comparison.sides.MOST_READ", 3)
    part = sides(library)
    assert part.candidates == PAIRS
    assert 3 <= len(part.pairs) <= 6
    assert {part.stance_of(pair) for pair in part.pairs} >= {Stance.AGREE, Stance.OPPOSE}
    known = {pair.key: pair.probabilities for pair in whole.pairs}
    assert all(known[pair.key] == pair.probabilities for pair in part.pairs)
    monkeypatch.setattr("compare.comparison.sides.MOST_READ", 100)
    monkeypatch.setattr("compare.comparison.sides.MOST_WITH_ONE", 1)
    few = sides(library)
    for rows in (0, 1):
        of_one = [pair.excerpts[rows].passage for pair in few.pairs]
        assert max(map(of_one.count, of_one)) <= 2  # once for each list


class StoppedError(RuntimeError):
    """What ends a run in a test."""


class Tiring(WordJudge):
    """Stops after some calls."""

    def __init__(self, calls):
        super().__init__(either=True)
        self.calls = calls

    def score(self, pairs, on_progress=None):
        if not self.calls:
            raise StoppedError
        self.calls -= 1
        return super().score(pairs, on_progress)


@pytest.mark.parametrize("calls", [2, 8])  # while passages are placed; while pairs are read
def test_a_run_that_was_stopped_goes_on_without_reading_again(library, monkeypatch, calls):
    monkeypatch.setattr("compare.models.StanceModel.at_once", 2)
    tired, fresh, told = Tiring(calls), judge(), []
    with pytest.raises(StoppedError):
        sides(library, model=tired)
    table = sides(library, model=fresh, on_progress=lambda *done: told.append(done))
    assert len(tired.read) + len(fresh.read) == PASSAGES + PAIRS
    assert not set(tired.read) & set(fresh.read)
    done, totals = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert (done[-1], {*totals}) == (totals[-1], {totals[-1]})
    again = judge()
    assert sides(library, model=again).pairs == table.pairs
    assert again.read == []


def test_scores_are_kept_for_one_library_and_one_model(library, tmp_path):
    sides(library)
    other, again = judge(), judge()
    other.digest = "6" * 64
    sides(library, model=other)
    assert len(other.read) == PASSAGES + PAIRS
    changed = Library.build(STATEMENTS[:-1], tmp_path / "other", HashingEncoder(256))
    sides(changed, model=again)
    assert len(again.read) == PASSAGES + PAIRS


def test_only_the_last_stage_of_a_cascade_reads(library):
    fast, accurate = WordJudge(other=(0.9, 0.05, 0.05)), judge()
    fast.name, fast.digest = "fast", "6" * 64
    table = sides(library, model=CascadeStance(fast, accurate))
    assert [len(stage.read) for stage in (fast, accurate)] == [0, PASSAGES + PAIRS]
    assert table.pairs == sides(library).pairs
    assert not any(pair.first_stage_only for pair in (*table.pairs, *table.placed[0]))
    assert (table.provenance.screening, table.provenance.stance_model) == ("", "judge")


# -- Over time -----------------------------------------------------------------------------------


def test_over_time_the_earlier_is_on_side_a_and_what_has_no_order_is_left_out(library):
    table = over_time(library)
    assert table.over_time
    assert table.subject == f"Valdoria over time on “{CLAIM}”"
    # v4 has no date; v3 (March 2015) and v5 (20 March 2015) may be of one day.
    assert ids(table.pairs) == {
        ("v1", "v2"), ("v1", "v3"), ("v1", "v5"), ("v2", "v3"), ("v2", "v5")
    }  # fmt: skip
    for pair in table.pairs:
        assert pair.a.statement.date.last < pair.b.statement.date.first
    assert ids(table.agree) == {("v1", "v2")}
    assert those(table.oppose) == {"v3", "v5"}
    (placed,) = table.placed
    assert those(placed) == {"v1", "v2", "v3", "v4", "v5"}
    assert those(table.said_by().agree) == {"v1", "v2", "v4"}


def test_over_time_is_the_same_whatever_the_order_of_the_library(library, tmp_path):
    turned = Library.build(STATEMENTS[::-1], tmp_path / "turned", HashingEncoder(256))
    one, other = over_time(library), over_time(turned)
    assert ids(one.pairs) == ids(other.pairs)
    assert ids(one.oppose) == ids(other.oppose)


def test_over_time_a_filter_that_leaves_nothing_is_one_sentence(library):
    with pytest.raises(QueryError, match=r"The statements chosen \(Nowhere\) cannot be compared"):
        over_time(library, Filters(countries=("Nowhere",)))


def test_a_side_over_time_has_deciding_words(library):
    table = over_time(library, why=1)
    assert [bool(pair.rationale) for pair in table.oppose] == [True, False, False, False]
    assert not any(pair.rationale for pair in over_time(library).pairs)


def test_who_returns_to_an_earlier_position_changed_twice(tmp_path):
    again = [
        said("t1", f"{OPEN}.", "Valdoria", "2010-05-01"),
        said("t2", f"{SHUT}.", "Valdoria", "2015-05-01"),
        said("t3", f"{OPEN}.", "Valdoria", "2020-05-01"),
    ]
    library = Library.build(again, tmp_path / "again", HashingEncoder(256))
    table = over_time(library, thresholds=Thresholds(0.5))
    assert {pair.ids for pair in table.oppose} == {("t1", "t2"), ("t2", "t3")}


@pytest.mark.parametrize("number", [0, -5, 501])
def test_too_few_or_too_many_passages_of_a_side_are_one_sentence(library, number):
    with pytest.raises(QueryError, match=f"a side are {number}: give a number from 1 to 500"):
        sides(library, most_of_side=number)


def test_the_opposite_is_a_column_of_the_pairs(library):
    table = sides(library, opposite=DENIAL, thresholds=Thresholds(0.5))
    assert {row["opposite"] for row in pair_rows(table)} == {DENIAL}
