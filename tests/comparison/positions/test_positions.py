from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compare.comparison import NOT_A_SAMPLE
from compare.comparison.positions import positions
from compare.comparison.retrieval import nearest_per_actor
from compare.errors import QueryError
from compare.export.rows import position_rows
from compare.facade import Library
from compare.library import Filters
from compare.library.index.base import RowSpans
from compare.models.stance import CascadeStance
from compare.results import (
    MOST_OF_STATEMENT,
    Actor,
    Positions,
    PositionScore,
    Probabilities,
    Stance,
    Thresholds,
    share_interval,
)
from compare.statements import PartialDate
from tests.comparison.positions.conftest import ASKED, OPEN, SHUT, STATEMENTS, said
from tests.fabricate import PROVENANCE
from tests.fabricate_positions import actor, passage
from tests.fakes import HashingEncoder, WordJudge

pytestmark = pytest.mark.usefixtures("cache")


def names(actors):
    return [one.name for one in actors]


def ids(matches):
    return [pair.b.statement.id for pair in matches]


# -- Places --------------------------------------------------------------------------------------


def test_parties_are_placed_and_the_silent_are_not_neutral(library):
    model = WordJudge()
    found = positions(library, f"“{ASKED}”", stance_model=model)
    assert found.proposition == ASKED
    assert names(found.placed) == ["Ostravia", "Valdoria", "Lorn"]
    assert names(found.undecided) == ["Karsenia"]
    assert [(actor.name, actor.statements) for actor in found.silent] == [("MRN", 2)]
    assert {side.text for side, _ in model.read} == {ASKED}
    ostravia, valdoria, _ = found.placed
    assert ostravia.score.mean == -1
    assert valdoria.score.mean == pytest.approx((4 - 1) / 5)
    assert (valdoria.score.passages, valdoria.neither, valdoria.actor.statements) == (5, 0, 5)
    assert valdoria.score.speeches == 5
    low, high = share_interval(4, 5)
    assert (valdoria.score.low, valdoria.score.high) == pytest.approx((2 * low - 1, 2 * high - 1))
    assert (ostravia.score.low, ostravia.score.high) == (None, None)
    assert found.notes[-1] == NOT_A_SAMPLE
    assert found.provenance.settings["by"] == "country"


def test_a_passage_of_several_countries_is_each_ones_and_is_read_once(library):
    model = WordJudge()
    found = positions(library, ASKED, stance_model=model)
    assert ids(found.position("lorn").passages) == ["j1"]
    assert "j1" in ids(found.position("valdoria").passages)
    assert len(set(model.read)) == len(model.read)


def test_the_same_words_count_once_and_all_their_dates_do(library):
    ostravia = positions(library, ASKED, stance_model=WordJudge()).position("ostravia")
    [pair] = ostravia.passages
    assert (pair.b.statement.id, ids_of(pair.b.repeats)) == ("o1", ["o2"])
    assert [date.iso for date in ostravia.dates] == ["2011-01-01", "2019-01-01"]


def ids_of(statements):
    return [one.id for one in statements]


def test_the_strongest_of_either_side_is_verbatim(library):
    valdoria = positions(library, ASKED, stance_model=WordJudge()).position("valdoria")
    opposed = valdoria.strongest(Stance.OPPOSE)
    assert opposed.b.text == f"{SHUT} today."
    agreeing = valdoria.strongest(Stance.AGREE)
    assert agreeing.similarity == max(m.similarity for m in valdoria.of(Stance.AGREE))
    assert valdoria.actor.name == "Valdoria"
    lorn = positions(library, ASKED, stance_model=WordJudge()).position("lorn")
    assert lorn.strongest(Stance.OPPOSE) is None


def test_other_thresholds_place_anew_without_reading(library):
    found = positions(library, ASKED, stance_model=WordJudge())
    strict = found.rethreshold(probability=0.75)
    assert names(strict.placed) == ["Ostravia", "Valdoria"]
    assert strict.position("valdoria").score.mean == -1
    assert strict.position("valdoria").neither == 4
    assert set(names(strict.undecided)) == {"Karsenia", "Lorn"}
    near = found.rethreshold(similarity=0.99)
    assert not near.placed
    assert set(names(near.silent)) == {"Karsenia", "Lorn", "MRN", "Ostravia", "Valdoria"}
    assert near.thresholds == Thresholds(0.6, 0.99)


def test_speakers_are_parties_too_and_honorifics_do_not_part_them(tmp_path):
    made = [
        said("1", f"{OPEN} one.", speaker="Ms. Ada Lorn"),
        said("2", f"{OPEN} two.", speaker="ADA LORN"),
        said("3", f"{SHUT} three.", speaker="Bren Tal"),
    ]
    with_speakers = Library.build(made, tmp_path / "speakers", HashingEncoder(256))
    found = positions(with_speakers, ASKED, by="speaker", stance_model=WordJudge())
    assert [(one.actor.key, one.score.passages) for one in found.placed] == [
        ("bren tal", 1), ("ada lorn", 2)
    ]  # fmt: skip


def test_filters_choose_the_parties_and_the_dates(library):
    only = Filters(countries=("valdoria",), date_from=PartialDate("2012"))
    found = positions(library, ASKED, filters=only, stance_model=WordJudge())
    assert names(found.actors) == ["Valdoria"]  # Lorn spoke only together with it
    assert set(ids(found.placed[0].passages)) == {"v2", "v3", "j1"}
    assert found.provenance.filters["countries"] == ["valdoria"]
    spoke = Filters(speakers=("H.E. ENVOY OF VALDORIA",))
    found = positions(library, ASKED, by="speaker", filters=spoke, stance_model=WordJudge())
    assert names(found.actors) == ["Envoy of Valdoria"]


def test_what_is_not_english_is_left_out_and_said(library):
    found = positions(library, ASKED, stance_model=WordJudge())
    assert any("What is in French" in note for note in found.notes)
    with pytest.raises(QueryError, match=r"No country can be placed.*What is in French"):
        positions(library, ASKED, filters=Filters(languages=("fr",)), stance_model=WordJudge())


def test_periods_hold_what_was_said_in_them(library):
    found = positions(library, ASKED, stance_model=WordJudge())
    counts = [
        (one.actor.name, one.start, one.end, one.score.passages) for one in found.by_period(5)
    ]
    assert counts == [
        ("Ostravia", 2010, 2014, 1), ("Ostravia", 2015, 2019, 1),
        ("Valdoria", 2010, 2014, 2), ("Valdoria", 2015, 2019, 1), ("Valdoria", 2020, 2024, 1),
        ("Lorn", 2020, 2024, 1),
    ]  # fmt: skip
    assert [one.start for one in found.by_period(1)][:2] == [2011, 2019]


def test_a_proposition_of_two_sentences_is_said_to_be(library):
    found = positions(
        library,
        f"{ASKED}. The fees of its pilots must fall by half this year.",
        stance_model=WordJudge(),
    )
    assert "2 sentences" in found.notes[0]
    with pytest.raises(QueryError, match="The proposition looks French"):
        positions(
            library, "Le canal de Meren doit être ouvert à tous les navires du monde entier.",
            stance_model=WordJudge(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "more", "sentence"),
    [
        ("  ", {}, "is empty"),
        ("x" * 30_000, {}, "more than"),
        (ASKED, {"by": "mood"}, "use country or speaker"),
        (ASKED, {"filters": Filters(countries=("Nowhere",))}, "No country can be placed"),
        (ASKED, {"filters": Filters(date_from=PartialDate("2031"))}, "Loosen the filters"),
        (ASKED, {"filters": Filters(statement_ids=("n1",)), "by": "speaker"}, "No speaker"),
    ],
)
def test_what_cannot_be_placed_is_one_sentence(library, asked, more, sentence):
    with pytest.raises(QueryError, match=sentence):
        positions(library, asked, stance_model=WordJudge(), **more)


# -- Which passages are read ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """One party that says it a hundred times, and one that says it once, less clearly."""
    made = [said(f"loud{n:03}", f"{OPEN} number {n}.", "Valdoria") for n in range(100)]
    made.append(said("quiet", "The canal of Meren, we hold, must be for ships.", "Ostravia"))
    speech = " ".join(f"{SHUT} on day {n}." for n in range(12))
    made += [said("speech", speech, "Marenia"), said("short", f"{OPEN} soon.", "Marenia")]
    folder = tmp_path_factory.mktemp("crowd") / "library"
    return Library.build(made, folder, HashingEncoder(256))


def near(library, **more):
    actors = library.store.actors("country")
    found, counts = nearest_per_actor(library, [ASKED], "country", least=0.35, **more)
    rows = {
        one.name: [row for row, actor in zip(found.row, found.actor, strict=True) if actor == n]
        for n, one in enumerate(actors)
    }
    return rows, dict(zip((one.name for one in actors), counts.tolist(), strict=True)), found


def test_who_speaks_much_does_not_crowd_out_who_speaks_little(crowd):
    rows, found, _ = near(crowd, most_each=4)
    assert [passage.statement_id for passage in crowd.passages(rows["Ostravia"])] == ["quiet"]
    assert 4 <= len(rows["Valdoria"]) <= 6
    assert found == {"Marenia": 13, "Ostravia": 1, "Valdoria": 100}


def test_one_long_speech_does_not_fill_the_room_of_its_party(crowd):
    rows, _, _ = near(crowd, most_each=5)
    told = [passage.statement_id for passage in crowd.passages(rows["Marenia"])]
    assert (told.count("speech"), told.count("short")) == (MOST_OF_STATEMENT, 1)


def test_the_nearest_are_those_of_the_library_itself(crowd):
    _, _, found = near(crowd, most_each=1000)
    all_rows = np.arange(crowd.manifest.passages)
    exact = crowd.store.nearest(crowd.encoder.encode([ASKED]), len(all_rows))
    score = dict(zip(exact.rows[0].tolist(), exact.scores[0].tolist(), strict=True))
    assert [score[row] for row in found.row.tolist()] == found.similarity.tolist()
    few = np.arange(0, len(all_rows), 3)
    _, _, part = near(crowd, most_each=1000, within=RowSpans.of(few))
    assert set(part.row.tolist()) <= set(few.tolist())


def test_a_note_says_that_more_is_similar_than_was_read(crowd):
    found = positions(crowd, ASKED, stance_model=WordJudge(), most_each=2)
    note = next(note for note in found.notes if "More passages are near" in note)
    assert "for example of Valdoria" in note
    assert "of 100" in note
    assert "passages of 6 of 103 statements were read" in note


# -- What reads them -----------------------------------------------------------------------------


class StoppedError(RuntimeError):
    """What ends a run in a test."""


def test_a_run_that_was_stopped_goes_on_without_reading_again(library, monkeypatch):
    monkeypatch.setattr("compare.models.StanceModel.at_once", 2)
    tired, fresh, told = WordJudge(), WordJudge(), []
    score = tired.score

    def tiring(pairs, on_progress=None):
        if len(tired.read) >= 4:
            raise StoppedError
        return score(pairs, on_progress)

    monkeypatch.setattr(tired, "score", tiring)
    with pytest.raises(StoppedError):
        positions(library, ASKED, stance_model=tired)
    positions(library, ASKED, stance_model=fresh, on_progress=lambda *done: told.append(done))
    assert len(tired.read) == 4
    assert not set(tired.read) & set(fresh.read)
    assert told[-1][0] == told[-1][1] == len(tired.read) + len(fresh.read)
    other = WordJudge()
    positions(library, f"{ASKED} today", stance_model=other)
    assert other.read  # another proposition is another reading
    again = WordJudge()
    positions(library, ASKED, stance_model=again)
    assert again.read == []


def test_a_cascade_reads_again_all_that_may_take_a_side(tmp_path):
    fast, accurate = WordJudge(), WordJudge(other=(0.05, 0.05, 0.9))
    fast.name, fast.digest = "fast", "6" * 64
    made = [said(f"v{n}", f"{OPEN} number {n}.", "Valdoria") for n in range(5)]
    made += [said(f"k{n}", f"The canal of Meren, all ships, {n}.", "Karsenia") for n in range(5)]
    library, told = Library.build(made, tmp_path / "two", HashingEncoder(256)), []
    found = positions(
        library, ASKED, stance_model=CascadeStance(fast, accurate),
        on_progress=lambda *done: told.append(done),
    )  # fmt: skip
    karsenia, valdoria = found.actors
    assert not any(pair.first_stage_only for pair in valdoria.read)
    assert [pair.first_stage_only for pair in karsenia.read].count(False) == 1
    assert (len(fast.read), len(accurate.read)) == (10, 6)
    (again,) = [pair for pair in karsenia.read if not pair.first_stage_only]
    assert again.probabilities.neither == pytest.approx(0.9)
    assert all(
        m.probabilities.neither == pytest.approx(0.8) for m in karsenia.read if m.first_stage_only
    )
    assert found.provenance.screening.startswith("fast@")
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_places_do_not_depend_on_the_order_of_the_library(library, tmp_path):
    turned = Library.build(STATEMENTS[::-1], tmp_path / "turned", HashingEncoder(256))
    one, other = (positions(it, ASKED, stance_model=WordJudge()) for it in (library, turned))
    assert [(p.name, p.score) for p in one.placed] == [(p.name, p.score) for p in other.placed]


def test_a_library_can_be_asked(library):
    found = library.positions(ASKED, since="2012", until="2016", stance_model=WordJudge())
    assert set(ids(found.position("valdoria").passages)) == {"v2", "v3"}
    assert found.to_pandas()["party"].iloc[0] == found.placed[0].name


# -- What of a statement counts -------------------------------------------------------------------


def of_one_statement(*odds: tuple[float, float, float]) -> Actor:
    """A party of one statement with a passage for each of the probabilities."""
    first = passage("X", 0, 0.0)
    return actor("X", *(replace(first, probabilities=Probabilities(*entry)) for entry in odds))


def placed_of(*actors: Actor) -> Positions:
    return Positions("Open it.", "country", actors, Thresholds(), PROVENANCE)


def test_a_passage_that_takes_a_side_counts_beside_a_stronger_one_that_takes_none():
    (weak,) = of_one_statement((0.46, 0.06, 0.48)).read
    (far,) = of_one_statement((0.52, 0.22, 0.26)).read
    pairs = replace(weak, similarity=0.95), replace(far, similarity=0.36)
    assert pairs[0].score(Stance.AGREE) > pairs[1].score(Stance.AGREE)
    found = placed_of(actor("X", *pairs))
    (position,) = found.placed
    assert (position.passages, position.neither) == ((pairs[1],), 0)
    assert (position.score.mean, position.score.passages) == (1, 1)
    assert found.result().pairs[0].probabilities.agree == 0.52
    assert found.undecided == ()


def scored(*sides: str) -> PositionScore:
    """The score of speeches by the sides of their passages: "++-" agrees twice, opposes once."""
    said = [
        passage("X", 10 * year + n, 0.8 if side == "+" else -0.8, f"{2000 + year}-05")
        for year, speech in enumerate(sides)
        for n, side in enumerate(speech)
    ]
    return PositionScore.of(said)


def test_the_passages_of_one_speech_count_once():
    score = scored("+++++", "-")
    assert (score.mean, score.passages, score.speeches) == (0, 6, 2)
    assert scored("++++-", "-").mean == pytest.approx(4 / 5 - 1)
    # (1 + 1/3 + 1/2) of 3 speeches agree, the others oppose.
    assert scored("++", "+--", "+-").mean == pytest.approx(2 * (11 / 6) / 3 - 1)


def test_a_passage_counts_by_its_side_however_sure_it_is():
    unsure, sure = passage("X", 0, 0.51, "2001"), passage("X", 1, -0.99, "2002")
    assert PositionScore.of([unsure, sure]).mean == 0
    assert PositionScore.of([unsure]).mean == PositionScore.of([passage("X", 0, 0.99)]).mean == 1


@pytest.mark.parametrize("speech", ["+", "+++"])
def test_fewer_than_five_speeches_have_no_interval(speech):
    four, five = scored(*[speech] * 4), scored(*[speech] * 5)
    assert (four.mean, four.low, four.high) == (1, None, None)
    # If the share that agrees is `low`, five of five agree in 2.5 % of samples: low**5 = 0.025.
    assert (five.mean, five.high) == (1, 1)
    assert five.low == pytest.approx(2 * 0.025 ** (1 / 5) - 1)


def test_both_sides_have_the_same_interval_turned_round():
    one, other = scored(*"++++++--"), scored(*"------++")
    assert (one.mean, one.low, one.high) == pytest.approx((-other.mean, -other.high, -other.low))
    assert one.mean == 0.5
    assert one.low < 0.5 < one.high


@pytest.mark.parametrize(
    ("more", "speeches"),
    [
        ({}, 1),
        ({"speaker": "Another envoy"}, 2),
        ({"date": PartialDate("2001-06")}, 2),
        ({"venue": "Meren Hall"}, 2),
        ({"source": "Lake Post"}, 2),
        ({"url": "https://example.org/2"}, 2),
    ],
)
def test_a_speech_is_what_one_said_at_a_time_and_place(more, speeches):
    first, second = passage("X", 0, 0.8, "2001-05"), passage("X", 1, 0.8, "2001-05")
    second = replace(second, b=replace(second.b, statement=replace(second.b.statement, **more)))
    assert PositionScore.of([first, second]).speeches == speeches


def test_statements_of_no_known_time_and_place_are_speeches_of_their_own():
    one, other = (said(id, OPEN, "Valdoria") for id in ("v1", "v2"))
    assert one.speech != other.speech


def test_the_passages_of_a_joint_statement_are_the_strongest_of_any_party():
    x = of_one_statement((0.9, 0.05, 0.05), (0.45, 0.2, 0.35))
    y = Actor("y", "Y", 9, 1, x.read[1:])
    for actors in ((x, y), (y, x)):
        (pair,) = placed_of(*actors).result().pairs
        assert pair.probabilities.agree == 0.9


def test_what_is_read_is_counted_at_the_similarity_threshold():
    near, far = passage("X", 0, 0.0, similarity=0.9), passage("X", 1, 0.0, similarity=0.4)
    found = placed_of(actor("X", near, far)).rethreshold(similarity=0.6)
    (row,) = position_rows(found)
    assert (row["standing"], row["neither"], row["near"]) == ("no side", 1, 2)
