"""What the shipped models find in the sample corpus, with the shipped thresholds."""

from __future__ import annotations

import pytest

from compare.corpus import read_corpus
from compare.facade import Library
from compare.library.locations import sample_corpus
from compare.models import load_stance_model
from compare.results import Result, Stance
from compare.statements import Quotation

QUOTE = (
    "EU leaders have very reliable evidence that China is considering providing military aid to "
    "Russia"
)
MIRROR = "The claim that Russia asked China for military aid is malicious disinformation"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    corpus = read_corpus([sample_corpus()], strict=True)
    assert len(corpus) == 11
    return Library.build(corpus.statements, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def result(library: Library) -> Result:
    return library.search(QUOTE, why=True)


def ids(pairs) -> list[str]:
    return [pair.b.statement.id for pair in pairs]


def test_the_quotes_own_statement_is_pinned(result: Result) -> None:
    assert result.agree or result.oppose
    assert result.source is not None
    assert result.source.id == "eu-official-1"
    assert "eu-official-1" not in ids(result.pairs)


def test_the_secretary_of_state_is_the_first_other_speaker_quoted_as_agreeing(
    result: Result,
) -> None:
    quoted = [
        pair
        for pair in result.agree
        if pair.b.statement.quotation is Quotation.DIRECT
        and pair.b.statement.speaker != result.quote.speaker
    ]
    assert ids(quoted)[0] == "blinken-1"


def test_the_embassys_denial_is_opposed(result: Result) -> None:
    assert "embassy-1" in ids(result.oppose)


def test_both_governments_denial_is_likelier_to_oppose(result: Result) -> None:
    assert "russia-china-denial" in ids(result.listed(Stance.OPPOSE))


def test_what_is_beside_the_point_stands_in_neither_list(result: Result) -> None:
    listed = ids(result.agree + result.oppose)
    assert "xi-1" not in ids(result.agree)
    assert "ukraine-mfa-1" not in listed


def test_every_listed_verdict_is_explained_in_words_of_both_sides(result: Result) -> None:
    for pair in (*result.agree, *result.oppose):
        assert pair.rationale is not None
        assert pair.rationale.a or pair.rationale.b
        for span in pair.rationale.b:
            assert pair.b.text[span.start : span.end].strip()
        for span in pair.rationale.a:
            assert pair.a.text[span.start : span.end].strip()


def test_the_mirror_is_likelier_to_agree_with_the_denials_than_with_the_evidence(
    library: Library,
) -> None:
    mirrored = library.search(MIRROR)
    found = {pair.b.statement.id: pair.probabilities for pair in mirrored.pairs}
    for denial in ("embassy-1", "russia-china-denial"):
        assert found[denial].agree > found[denial].oppose
        assert denial in ids(mirrored.listed(Stance.AGREE))
    for evidence in ("eu-official-1", "blinken-1", "us-officials-1"):
        assert found[evidence].oppose > found[evidence].agree
    assert "eu-official-1" in ids(mirrored.listed(Stance.OPPOSE))
    assert "ukraine-mfa-1" not in ids(mirrored.agree + mirrored.oppose)


def test_the_cascade_shows_what_the_accurate_model_says(library: Library, result: Result) -> None:
    alone = library.search(QUOTE, stance_model=load_stance_model("accurate"))
    said = {pair.b.statement.id: pair.probabilities for pair in alone.pairs}
    assert not any(pair.first_stage_only for pair in result.pairs)
    assert {pair.b.statement.id: pair.probabilities for pair in result.pairs} == said
