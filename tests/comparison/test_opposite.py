"""Searches with an opposite, and what a search reads for."""

import pytest

from compare.comparison.reproduce import reproduce
from compare.comparison.search import READ_AGAIN, READ_AGAIN_WITH_OPPOSITE, search
from compare.errors import QueryError
from compare.export import ExportFormat, export_bytes
from compare.export.json_files import public_json, result_from_json, result_to_json
from compare.export.rows import pair_rows
from compare.facade import Library
from compare.models import Use
from compare.models.stance import CascadeStance
from compare.results import Thresholds
from compare.statements import Country, PartialDate, Quote
from compare.statements.quotes import LONGEST
from tests.comparison.test_search import BLOCKADE, STATEMENTS, ids, run
from tests.fakes import HashingEncoder, Literal, WordJudge


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return Library.build(STATEMENTS, tmp_path_factory.mktemp("library"), HashingEncoder(dim=256))


# --- with an opposite ---------------------------------------------------------------------------


STAYS = "The blockade of Port Meren will not end soon"


def test_passages_are_read_against_both_ends(library):
    judge = Literal()
    quote = Quote(BLOCKADE, opposite=STAYS)
    result = search(library, quote, stance_model=judge, thresholds=Thresholds(0.5, 0.2))
    assert {a.text for a, _ in judge.read} == {BLOCKADE, STAYS}
    assert "oppose-1" in ids(result.oppose)
    (pair,) = [pair for pair in result.oppose if pair.b.statement.id == "oppose-1"]
    assert pair.a.text == BLOCKADE
    alone = search(library, BLOCKADE, stance_model=judge, thresholds=Thresholds(0.5, 0.2))
    (before,) = [pair for pair in alone.pairs if pair.b.statement.id == "oppose-1"]
    assert pair.similarity > before.similarity  # that with the opposite


def test_the_mean_of_both_readings_decides(library):
    judge = WordJudge()  # hears the passage alone, so that the readings cancel out
    result = search(library, Quote(BLOCKADE, opposite="It must stay shut"), stance_model=judge)
    assert not result.agree
    assert not result.oppose
    assert {round(pair.probabilities.agree, 2) for pair in result.pairs} <= {0.1, 0.4, 0.45}


def test_a_passage_near_the_opposite_alone_is_found(library):
    few = {"candidates": 1, "thresholds": Thresholds(0.5, 0.2), "stance_model": Literal()}
    asked = "Trade in timber has doubled"
    alone = search(library, asked, **few)
    both = search(library, Quote(asked, opposite=STAYS), **few)
    assert "oppose-1" in {pair.b.statement.id for pair in both.pairs}
    assert len(both.pairs) >= len(alone.pairs)
    assert {pair.a.text for pair in both.pairs} == {asked}


def test_the_opposite_answers_one_sentence_of_a_quote(library):
    timber = "Trade in timber has doubled in ten years."
    judge = Literal()
    quote = Quote(f"{timber} {BLOCKADE}.", opposite=STAYS)
    result = search(library, quote, stance_model=judge, thresholds=Thresholds(0.5, 0.2))
    alone = [b.text for a, b in judge.read if a.text == timber]
    against = [b.text for a, b in judge.read if a.text == STAYS]
    assert timber in alone
    assert against
    (pair,) = [pair for pair in result.pairs if pair.b.statement.id == "other"]
    assert pair.probabilities.agree == pytest.approx(0.8)  # as without an opposite


def test_a_passage_is_not_read_against_itself(library):
    words = "The blockade of Port Meren will not end."
    judge = Literal()
    search(library, Quote(BLOCKADE, opposite=words), stance_model=judge)
    assert words in {b.text for a, b in judge.read if a.text == BLOCKADE}
    assert words not in {b.text for a, b in judge.read if a.text == words}


def test_the_result_keeps_the_opposite(library):
    result = search(library, Quote(BLOCKADE, opposite=f" “{STAYS}” "), stance_model=Literal())
    assert result.quote.opposite == STAYS
    assert result.provenance.settings["opposite"] == STAYS
    assert not any("opposite" in note for note in result.notes)
    assert result_from_json(result_to_json(result)) == result
    assert {row["opposite"] for row in pair_rows(result)} == {STAYS}
    assert public_json(result)["provenance"]["quote"]["opposite"] == STAYS
    assert result.reproduce(library, stance_model=Literal()).same
    for kind in (ExportFormat.HTML, ExportFormat.MARKDOWN):
        assert STAYS in export_bytes(result, kind).decode()


def test_without_an_opposite_nothing_is_said_of_one(library):
    result = run(library)
    assert "opposite" not in result_to_json(result)["quote"]
    assert "opposite" not in result.provenance.settings


@pytest.mark.parametrize(
    ("opposite", "said"),
    [
        (
            "The blockade of Port Meren has to end",
            "likelier to agree with it (0.80) than to oppose it (0.10)",
        ),
        (STAYS, ""),
    ],
)
def test_an_opposite_that_is_none_is_noted(library, opposite, said):
    result = search(library, Quote(BLOCKADE, opposite=opposite), stance_model=Literal())
    notes = [note for note in result.notes if note.startswith("The opposite may not be one")]
    assert len(notes) == bool(said)
    assert all(said in note for note in notes)


@pytest.mark.parametrize(
    ("opposite", "sentence"),
    [
        (f"{BLOCKADE.upper()}!", "The opposite has the words of the quote"),
        ("…", "The opposite has no words"),
        ("no " * LONGEST, "The opposite has 60,000 characters"),
    ],
)
def test_an_opposite_that_cannot_be_used_is_one_sentence(library, opposite, sentence):
    with pytest.raises(QueryError, match=sentence):
        search(library, Quote(BLOCKADE, opposite=opposite), stance_model=Literal())


def test_progress_counts_each_passage_once_with_an_opposite(library):
    seen = []
    search(
        library, Quote(BLOCKADE, opposite=STAYS), stance_model=Literal(),
        on_progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert seen[-1][0] == seen[-1][1]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


# --- what a search reads for --------------------------------------------------------------------


class OfUse(Literal):
    """Remembers what it was asked to read for."""

    def for_use(self, use):
        self.uses = [*getattr(self, "uses", []), use]
        return self


@pytest.mark.parametrize(
    ("quote", "use"),
    [
        (Quote("The blockade of a port must end"), Use.QUOTE),
        (Quote("The blockade of a port must end", country=(Country("Ostravia"),)), Use.NAMED_QUOTE),
        (Quote("The blockade of a port must end", date=PartialDate("2021")), Use.NAMED_QUOTE),
        (Quote(f"{BLOCKADE}."), Use.STATEMENT),  # its source is found
        (Quote("Other words", statement_id="own"), Use.STATEMENT),
    ],
)
def test_a_search_reads_for_its_kind_of_quote(library, quote, use):
    judge = OfUse()
    search(library, quote, stance_model=judge)
    assert judge.uses == [use]


def test_fewer_candidates_are_read_again_with_an_opposite_and_reproduced_so(library):
    model = CascadeStance(Literal(), Literal(either=True))
    alone = search(library, BLOCKADE, stance_model=model)
    both = search(library, Quote(BLOCKADE, opposite=STAYS), stance_model=model)
    names = "read_again_agree", "read_again_oppose"
    assert [alone.provenance.settings[name] for name in names] == [*READ_AGAIN]
    assert [both.provenance.settings[name] for name in names] == [*READ_AGAIN_WITH_OPPOSITE]
    older = search(library, Quote(BLOCKADE, opposite=STAYS), stance_model=model, read_again=(1, 2))
    again = reproduce(older, library, stance_model=model)
    assert not again.differences
