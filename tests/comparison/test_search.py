import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from compare.comparison.reproduce import reproduce
from compare.comparison.scoring import explain_listed
from compare.comparison.search import _Scored, _strongest, _weighed, search, weigh_actors
from compare.defaults import CANDIDATES
from compare.errors import LibraryError, QueryError
from compare.export.json_files import public_json, result_from_json, result_to_json
from compare.export.rows import pair_rows
from compare.export.words import repeats_in_words
from compare.facade import Library
from compare.library import Filters
from compare.library.filters import filters_in_force
from compare.models import LEAST_CALLED, SameActor
from compare.models.stance import CascadeStance, shipped_manifests
from compare.results import Excerpt, Pair, Probabilities, Stance, Thresholds
from compare.statements import Country, PartialDate, Quote, split_statement
from compare.statements.quotes import LONGEST
from tests.fabricate import a_search, found_pair
from tests.fakes import HashingEncoder, WordJudge, all_vectors, statement

BLOCKADE = "The blockade of Port Meren must end"


STATEMENTS = [
    statement(
        "own",
        f"{BLOCKADE}. We said so before.",
        speaker="Ms. Ada Lorn",
        country="Valdoria=VLD",
        date="2021-05-03",
    ),
    statement(
        "agree-1",
        "We say that the blockade of Port Meren must end now.",
        speaker="Bren Tal",
        country="Ostravia=OST",
        date="2021-06",
    ),
    statement(
        "oppose-1",
        "Some background first of all today. The blockade of Port Meren will not end. "
        "Rain fell on the town all night.",
        speaker="Cor Vael",
        country="Norland=NOR",
        date="2022",
    ),
    statement(
        "copy-2",
        "We say that the blockade of Port Meren must end, now!",
        speaker="Dea Um",
        country="Sudland=SUD",
        date="2020-01-01",
    ),
    statement(
        "later",
        "Ada Lorn said the blockade of Port Meren must stay until May.",
        speaker="Ada Lorn",
        country="Valdoria=VLD",
        date="2023",
    ),
    statement(
        "other",
        "Trade in timber has doubled in ten years.",
        speaker="Bren Tal",
        country="Ostravia=OST",
    ),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    return Library.build(STATEMENTS, folder, HashingEncoder(dim=256))


def ids(matches):
    return [pair.b.statement.id for pair in matches]


def run(library, quote=BLOCKADE, **options):
    options.setdefault("thresholds", Thresholds(0.5, 0.2))
    return search(library, quote, stance_model=WordJudge(), **options)


def test_two_lists_and_the_rest_on_the_topic(library):
    result = run(library)
    assert public_json(result)["outcome"] == "found"
    assert set(ids(result.agree)) == {"agree-1", "later"}
    assert ids(result.oppose) == ["oppose-1"]
    assert "other" not in ids(result.agree + result.oppose + result.neither)


def test_lists_are_ranked_by_probability_times_the_fourth_root_of_similarity(library):
    scores = [pair.score(Stance.AGREE) for pair in run(library).agree]
    assert scores == sorted(scores, reverse=True)
    first = run(library).agree[0]
    expected = first.probabilities.agree * first.similarity**0.25
    assert first.score(Stance.AGREE) == pytest.approx(expected)


def test_the_quotes_own_statement_is_pinned_and_in_no_list(library):
    result = run(library)
    assert result.source.id == "own"
    assert "own" not in ids(result.pairs)
    assert result.quote.speaker == "Ms. Ada Lorn"
    assert "Ms. Ada Lorn, Valdoria (statement own)" in result.notes[0]


def test_the_same_words_of_a_known_other_speaker_are_a_match(library):
    result = run(library, Quote(BLOCKADE, speaker="Bren Tal"))
    assert result.source is None
    assert "own" in ids(result.agree)
    assert result.quote.speaker == "Bren Tal"


def test_a_quote_inside_another_sentence_is_not_taken_for_its_source(library):
    result = run(library, "the blockade of Port Meren must end now")
    assert result.source is None
    assert "agree-1" in ids(result.agree) + [
        entry.id for pair in result.agree for entry in pair.b.repeats
    ]


def test_one_speaker_is_taken_for_the_source_and_others_with_the_same_words_are_matches(
    tmp_path,
):
    said = [
        statement("a-1", f"{BLOCKADE}.", speaker="Ada Lorn", country="Valdoria=VLD", date="2021"),
        statement("a-2", f"{BLOCKADE}!", speaker="Ms. Ada Lorn", country="Valdoria", date="2022"),
        statement("b-1", f"{BLOCKADE}.", speaker="Bren Tal", country="Ostravia", date="2021"),
    ]
    result = run(Library.build(said, tmp_path / "three", HashingEncoder(dim=256)))
    assert result.source.id == "a-1"
    assert "The same words are in a-2, too." in result.notes
    assert ids(result.agree) == ["b-1"]


def test_a_fragment_of_the_library_is_read_with_its_context(tmp_path):
    said = [
        statement("f", "a slander", context="of the report that the blockade of Meren must end"),
        statement("g", "The blockade of Meren must not end."),
    ]
    library = Library.build(said, tmp_path / "two", HashingEncoder(dim=256))
    judge = WordJudge()
    result = search(library, "a slander", stance_model=judge)
    assert result.source.id == "f"
    assert judge.read[0][0].context == said[0].context
    alone = library.encoder.encode(["a slander"]) @ all_vectors(library).T
    (pair,) = result.pairs
    assert pair.similarity > 2 * max(float(alone[0, 1]), 0.1)


def test_honorifics_do_not_make_another_speaker(library):
    assert run(library, Quote(BLOCKADE, speaker="ADA LORN")).source.id == "own"


def test_a_statement_of_the_library_as_the_quote(library):
    own = library.statement("oppose-1")
    result = run(library, Quote.from_statement(own))
    assert result.source == own
    assert "oppose-1" not in ids(result.pairs)
    assert result.quote.date == PartialDate("2022")


def test_an_unknown_statement_id_is_one_clear_sentence(library):
    with pytest.raises(LibraryError, match="no statement 'nowhere'"):
        run(library, Quote(BLOCKADE, statement_id="nowhere"))


def test_the_best_passage_stands_for_a_statement_with_what_is_around_it(library):
    (pair,) = run(library).oppose
    assert pair.b.text == "The blockade of Port Meren will not end."
    assert pair.b.before.strip() == "Some background first of all today."
    assert pair.b.before + pair.b.text + pair.b.after == pair.b.statement.text


def test_the_same_words_are_shown_once_with_every_date_and_speaker(library):
    result = run(library)
    shown = next(pair for pair in result.agree if pair.b.repeats)
    everyone = {shown.b.statement.id, *(entry.id for entry in shown.b.repeats)}
    assert everyone == {"agree-1", "copy-2"}
    assert {entry.speaker for entry in (shown.b.statement, *shown.b.repeats)} == {
        "Bren Tal",
        "Dea Um",
    }


def test_rethreshold_reads_nothing_again(library):
    judge = WordJudge()
    result = search(library, BLOCKADE, stance_model=judge, thresholds=Thresholds(0.5, 0.2))
    read = len(judge.read)
    strict = result.rethreshold(probability=0.75)
    assert strict.agree == ()
    assert ids(strict.oppose) == ["oppose-1"]
    assert "agree-1" in ids(strict.neither)
    assert strict.rethreshold(probability=0.5) == result
    far = result.rethreshold(similarity=1.01)
    assert (far.agree, far.oppose, far.neither) == ((), (), ())
    assert public_json(far)["outcome"] == "nothing"
    assert len(judge.read) == read


def test_nothing_here_speaks_to_this(library):
    result = run(library, "Quantum chess federations rejoice", thresholds=Thresholds())
    assert public_json(result)["outcome"] == "nothing"
    assert result.agree == result.oppose == ()


def test_filters_are_applied_ahead_of_the_choice(library):
    filters = Filters(countries=("NOR",))
    result = run(library, filters=filters, candidates=1)
    assert result.passages_read >= len(result.pairs) > 0
    assert ids(result.pairs) == ["oppose-1"]
    assert result.provenance.filters == {"countries": ["NOR"]}


def test_not_the_quotes_own_speaker_or_country(library):
    quote = Quote(BLOCKADE, speaker="Ada Lorn", country=(Country("Valdoria", "VLD"),))
    assert "later" in ids(run(library, quote).pairs)
    for filters in (Filters(not_own_speaker=True), Filters(not_own_country=True)):
        found = ids(run(library, quote, filters=filters).pairs)
        assert "later" not in found
        assert "oppose-1" in found


def test_a_filter_on_what_is_not_known_of_the_quote_is_said_and_not_in_force(library):
    filters = Filters(not_own_speaker=True, not_own_country=True, countries=("VLD", "NOR"))
    asked = "The blockade of Port Meren is to end"
    result = run(library, Quote(asked, speaker="Ada Lorn"), filters=filters)
    no_country = "The quote's country is not known, so its own country could not be left out."
    assert result.notes == (no_country,)
    assert result.provenance.filters == {"countries": ["VLD", "NOR"], "not_own_speaker": True}
    assert ids(result.pairs) == ["oppose-1"]
    result = run(library, asked, filters=filters)
    assert result.notes[0].startswith("The quote's speaker is not known")
    assert result.notes[1:] == (no_country,)
    assert result.provenance.filters == {"countries": ["VLD", "NOR"]}
    known = run(library, filters=filters)  # its words stand in the library, which knows who said it
    assert len(known.notes) == 1
    assert known.provenance.filters["not_own_country"] is True


def test_the_model_reads_who_and_when_and_the_context(library):
    judge = WordJudge()
    quote = Quote(
        "it must end",
        context="the blockade of Port Meren",
        date=PartialDate("2020"),
        country=(Country("Sudland"), Country("Norland")),
    )
    search(library, quote, stance_model=judge)
    side, other = judge.read[0]
    assert (side.text, side.context, side.country, side.date) == (
        "it must end",
        "the blockade of Port Meren",
        "Sudland, Norland",
        "2020",
    )
    assert other.country


def test_each_sentence_of_a_paragraph_is_searched(library):
    text = "Our harvest was good this year. The blockade of Port Meren must end at once."
    result = run(library, text)
    pair = next(pair for pair in result.oppose if pair.b.statement.id == "oppose-1")
    assert pair.a.text == "The blockade of Port Meren must end at once."


def test_a_very_long_quote_is_searched_in_part_and_says_so(library):
    text = " ".join(f"The blockade of Port Meren number {n} must end now." for n in range(20))
    assert "The quote has 20 sentences; the first 12 were searched." in run(library, text).notes


def test_another_language_is_said(library):
    result = run(library, "Die Blockade des Hafens ist nicht hinnehmbar und muss enden.")
    assert any("The quote looks German." in note for note in result.notes)
    assert not result.pairs


def test_statements_in_other_languages_are_never_judged(tmp_path):
    said = [
        statement("en", f"{BLOCKADE} now.", language="English"),
        statement("none", f"We say: {BLOCKADE}."),
        statement("de", f"Wir sagen: {BLOCKADE} sofort.", language="de"),
    ]
    library = Library.build(said, tmp_path / "three", HashingEncoder(dim=256))
    result = run(library, "The blockade of Port Meren must end soon")
    assert sorted(ids(result.pairs)) == ["en", "none"]
    assert any("What is in German (1 statement) is not judged" in note for note in result.notes)
    asked = run(library, "The blockade of Port Meren must end", filters=Filters(languages=("de",)))
    assert not asked.pairs
    assert [one.excerpt.statement.id for one in asked.unjudged] == ["de"]


def test_a_sentence_said_again_and_again_is_one_result_that_says_when(tmp_path):
    said = [
        statement(
            f"v-{year}",
            f"We opened a school in {year} for all. We say that the blockade must end at once.",
            country="Valdoria=VLD",
            date=str(year),
        )
        for year in range(1991, 2021)
    ]
    said.append(statement("o", "Let the blockade of the port end at once.", date="1990"))
    library = Library.build(said, tmp_path / "years", HashingEncoder(dim=256))
    judge = WordJudge()
    result = search(library, "The blockade must end at once", stance_model=judge, candidates=12)
    (repeated,) = [pair for pair in result.pairs if pair.b.repeats]
    assert repeated.b.text == "We say that the blockade must end at once."
    assert len(repeated.b.repeats) == 29
    assert repeats_in_words(repeated.b.repeats) == "Said 29 times more, 1992 to 2020"
    assert "o" in ids(result.pairs)
    assert len([b for _, b in judge.read if b.text == repeated.b.text]) == 1
    later = search(
        library,
        "The blockade must end at once",
        stance_model=judge,
        filters=Filters(date_from=PartialDate("2015")),
    )
    (repeated,) = [pair for pair in later.pairs if pair.b.repeats]
    assert [entry.id for entry in repeated.b.repeats] == [f"v-{year}" for year in range(2016, 2021)]


def test_an_empty_quote_is_an_error(library):
    with pytest.raises(QueryError, match="The quote is empty"):
        run(library, " \n ")


def test_what_was_searched_and_how_travels_with_the_result(library):
    provenance = run(library).provenance
    assert provenance.library_digest == library.digest
    assert (provenance.encoder, provenance.stance_model) == ("hashing", "judge")
    assert provenance.label_source == "judge@555555555555"
    assert provenance.statements == len(STATEMENTS)
    assert provenance.date.endswith("+00:00")


class Doubter(WordJudge):
    """Agrees, hardly, with whatever it reads."""

    name = "doubter"
    digest = "6" * 64

    def score(self, pairs, on_progress=None):
        self.read.extend(pairs)
        return np.tile(np.array([[0.55, 0.15, 0.3]], np.float32), (len(pairs), 1))


def test_what_only_the_fast_model_read_is_left_out(library, monkeypatch):
    monkeypatch.setattr("compare.comparison.search.READ_AGAIN", (1, 1))
    cascade = CascadeStance(WordJudge(), Doubter())
    result = search(library, BLOCKADE, stance_model=cascade, thresholds=Thresholds(0.5, 0.2))
    assert len(cascade.stages[-1].read) == 2
    assert 1 <= len(result.pairs) <= 2 < result.passages_read
    assert not any(pair.first_stage_only for pair in result.pairs)
    made = result.provenance
    assert made.label_source_of(result.agree[0]) == f"doubter@{cascade.digest[:12]}"
    assert made.screening == "judge@555555555555"
    told = public_json(result)["provenance"]["first_stage_only"]
    assert told == {"model": made.screening, "statements": []}
    first = result.agree[
        0
    ]  # in a result of an older program, such pairs stand last, and are marked
    last = found_pair(statement("late", "Yes."), (0.99, 0.0, 0.01), first_stage_only=True)
    older = replace(result, pairs=(last, *result.pairs))
    assert older.agree[-1] == last
    assert last.score(Stance.AGREE) > first.score(Stance.AGREE)
    assert made.label_source_of(last) == made.screening
    sources = {row["b_id"]: row["label_source"] for row in pair_rows(older)}
    assert sources["late"] == made.screening
    told = public_json(older)["provenance"]["first_stage_only"]
    assert told == {"model": made.screening, "statements": ["late"]}
    kept = result_from_json(json.loads(json.dumps(result_to_json(result))))
    assert kept == result


def test_verdicts_are_weighed_with_those_on_the_same_actors_other_passages():
    agreeing, opposing = (0.9, 0.05, 0.05), (0.1, 0.6, 0.3)
    member = {"speaker": "Ada Lorn", "extra": {"party": "Reform"}}
    said = [
        (statement("a", "Yes.", country="Valdoria"), agreeing),
        (statement("b", "Yes again.", country="Valdoria"), agreeing),
        (statement("against", "No.", country="Valdoria"), opposing),
        (statement("other", "No.", country="Ostravia"), opposing),
        (statement("member", "No.", country="Valdoria", **member), opposing),
    ]
    scored = [_Scored(row, found_pair(*entry)) for row, entry in enumerate(said)]
    assert weigh_actors(scored, None) == scored
    weighed = weigh_actors(scored, SameActor(2.0))
    one, two, against, *others = [entry.pair.probabilities for entry in weighed]
    for found, entry in zip(others, scored[3:], strict=True):
        assert asdict(found) == pytest.approx(asdict(entry.pair.probabilities))
    assert [entry.pair.alone for entry in weighed] == [entry.pair.probabilities for entry in scored]
    assert one == two
    # The others' polarity is 2 * 0.85, divided by three: oppose loses exp(2 * 0.567) to neither.
    # That would take it to the other side, where a clear reading never goes.
    assert 2 * np.exp(-2 * 1.7 / 3) < np.exp(2 * 1.7 / 3) / 3
    assert against.agree == pytest.approx(against.oppose)
    assert against.agree < LEAST_CALLED
    assert sum(against.of(stance) for stance in Stance) == pytest.approx(1)
    alone = [replace(entry.pair, first_stage_only=True) for entry in scored]
    unread = [_Scored(row, pair) for row, pair in enumerate(alone)]
    assert weigh_actors(unread, SameActor(2.0)) == unread
    unclear = [*scored[:2], _Scored(9, found_pair(said[2][0], (0.2, 0.45, 0.35)))]
    found = weigh_actors(unclear, SameActor(2.0))[-1].pair.probabilities
    assert found.agree / found.neither == pytest.approx(np.exp(2 * 1.7 / 3) * 0.2 / 0.35)
    assert found.oppose / found.neither == pytest.approx(np.exp(-2 * 1.7 / 3) * 0.45 / 0.35)


def test_no_shipped_weight_moves_a_clear_reading_to_the_other_side():
    parts = [(a, o, 100 - a - o) for a in range(0, 101, 4) for o in range(0, 101 - a, 4)]
    for manifest in shipped_manifests().values():
        for calibration in manifest["calibrations"].values():
            if not (same := calibration["same_actor"]):
                continue
            weight = SameActor(same["weight"], tuple(same["scale"]), tuple(same["shift"]))
            for odds in parts:
                alone = Probabilities(*(part / 100 for part in odds))
                found = {_weighed(alone, others / 4, weight).stance for others in range(-4, 5)}
                assert alone.stance is Stance.NEITHER or found <= {alone.stance, Stance.NEITHER}


def test_the_weight_has_a_calibration_of_its_own():
    pair = found_pair(statement("a", "Yes.", country="Valdoria"), (0.6, 0.1, 0.3))
    [entry] = weigh_actors([_Scored(0, pair)], SameActor(2.0, (0.5, 1.0, 1.0), (0.1, 0.0, 0.0)))
    parts = np.array([0.6**0.5 * np.exp(0.1), 0.1, 0.3])
    found = entry.pair.probabilities
    assert (found.agree, found.oppose, found.neither) == pytest.approx(tuple(parts / parts.sum()))
    assert entry.pair.alone == pair.probabilities


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"country": "USA=USA"}, {"country": "United States=USA"}, True),
        ({"country": "USA=USA; France"}, {"country": "France; United States=USA"}, True),
        ({"country": "USA=USA; France"}, {"country": "France"}, False),
        ({"country": "USA", "speaker": "Ada Lorn"}, {"country": "USA", "speaker": "Bo"}, True),
        ({"speaker": "Ada Lorn"}, {"speaker": "Ms. Ada LORN"}, True),
        ({"speaker": "Ada Lorn"}, {"speaker": "Ada Lorn", "country": "USA"}, False),
        ({"country": "USA", "extra": {"Party": "X"}}, {"country": "USA"}, False),
        (
            {"country": "USA", "speaker": "Ada Lorn", "extra": {"Party": "X"}},
            {"country": "USA", "speaker": "Ada Lorn", "extra": {"party": "Y"}},
            True,
        ),
        ({}, {}, False),
    ],
)
def test_which_passages_have_the_same_actor(one, other, same):
    pairs = [
        found_pair(statement("one", "Yes.", **one), (0.9, 0.05, 0.05)),
        found_pair(statement("other", "No.", **other), (0.1, 0.6, 0.3)),
    ]
    scored = [_Scored(row, pair) for row, pair in enumerate(pairs)]
    agree = weigh_actors(scored, SameActor(2.0))[0].pair.probabilities.agree
    assert (agree != pytest.approx(0.9)) is same


def test_a_passage_counts_only_under_its_own_sentence_of_the_quote():
    said = statement("a", "Yes.", country="USA"), statement("b", "No.", country="USA")
    pairs = [
        found_pair(said[0], (0.9, 0.05, 0.05), quote="The first."),
        found_pair(said[1], (0.1, 0.6, 0.3), quote="The second."),
    ]
    scored = [_Scored(row, pair) for row, pair in enumerate(pairs)]
    found = [entry.pair.probabilities.agree for entry in weigh_actors(scored, SameActor(2.0))]
    assert found == pytest.approx([0.9, 0.1])


def test_a_search_weighs_verdicts_if_its_model_does(library):
    judge = WordJudge()
    plain, again = search(library, BLOCKADE, stance_model=judge), WordJudge()
    again.same_actor = SameActor(2.0)
    result = search(library, BLOCKADE, stance_model=CascadeStance(again))
    assert plain.provenance.settings == {"candidates": CANDIDATES}
    assert result.provenance.settings == {"candidates": CANDIDATES, "same_actor": 2.0}
    agrees, before = (
        {pair.b.statement.id: pair.probabilities.agree for pair in one.pairs}
        for one in (result, plain)
    )
    assert agrees["other"] > before["other"]  # "agree-1" is of the same country
    assert agrees["later"] == pytest.approx(before["later"])
    by_itself = search(library, BLOCKADE, stance_model=CascadeStance(again), same_actor=False)
    assert by_itself.pairs == plain.pairs
    assert by_itself.provenance.settings == {"candidates": CANDIDATES}
    alone = {pair.b.statement.id: pair.alone.agree for pair in result.pairs}
    assert alone == before
    for made in (result, by_itself):
        assert reproduce(made, library, stance_model=CascadeStance(again)).same


def test_progress_is_told(library):
    seen = []
    run(library, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0


def test_a_speech_longer_than_a_quote_is_asked_about_by_its_beginning():
    speech = "We shall open the canal. " * 1000
    asked = Quote.from_statement(statement("long", speech))
    assert len(asked.text) <= LONGEST
    assert speech.startswith(asked.text)
    assert asked.text.endswith("canal.")
    assert Quote.from_statement(statement("short", "Open it.")).text == "Open it."


def test_what_shares_rare_words_is_read_though_others_are_nearer(tmp_path):
    near = [statement(f"n{k}", f"We must open the canal {k}.") for k in range(40)]
    worded = statement("worded", "Zanzibarite cargo, others say, needs escorts by sea and not air.")
    library = Library.build([*near, worded], tmp_path / "library", HashingEncoder(256))
    quote = "We must open the canal to Zanzibarite."
    judge = WordJudge()
    result = search(library, quote, stance_model=judge, candidates=12)
    assert "worded" in {pair.b.statement.id for pair in result.pairs}
    assert len(judge.read) <= 12 + 6
    library.close()


def test_lists_weigh_the_verdict_against_similarity():
    def match(name, p, similarity):
        return found_pair(statement(name, name), (p, 0.0, 1 - p), similarity=similarity)

    result = a_search(match("a", 0.9, 0.36), match("b", 0.7, 0.99), match("c", 0.8, 0.5))
    assert ids(result.agree) == ["b", "a", "c"]  # by probability a c b, by similarity b c a


def test_why_is_found_for_what_is_listed(library):
    result = run(library, why=True)
    assert all(pair.rationale for pair in (*result.agree, *result.oppose))
    (pair,) = result.oppose
    words = [pair.b.text[span.start : span.end] for span in pair.rationale.b]
    assert any("not" in word for word in words)
    again = explain_listed(result, WordJudge())
    assert again == result


def test_filters_in_force_names_only_those_set():
    assert filters_in_force(Filters()) == {}
    given = Filters(date_from=PartialDate("2020"), not_own_country=True, speakers=("Ada",))
    assert filters_in_force(given) == {
        "date_from": "2020",
        "not_own_country": True,
        "speakers": ["Ada"],
    }


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        (((0.44, 0.04, 0.52), 0.6), ((0.45, 0.2, 0.35), 0.6)),
        (((0.02, 0.97, 0.01), 0.33), ((0.1, 0.8, 0.1), 0.55)),  # too far off to be listed
        (((0.1, 0.6, 0.3), 0.5), ((0.1, 0.8, 0.1), 0.5)),
    ],
)
def test_no_sentence_hides_one_of_its_statement_that_is_listed(hidden, shown):
    said = statement("s", "We close the port of Meren at once. We open the port of Meren today.")
    asked = Excerpt.of_quote(Quote("asked"), "asked")
    first, second = (
        _Scored(row, Pair(asked, Excerpt(said, passage), Probabilities(*likely), similarity))
        for row, (passage, (likely, similarity)) in enumerate(
            zip(split_statement(said), (hidden, shown), strict=True)
        )
    )
    assert _strongest([first, second]) == _strongest([second, first]) == [second]
