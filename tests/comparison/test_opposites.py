"""What someone who disagrees may say: the list of contested matters, and what is offered of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from compare.comparison import opposites as module
from compare.comparison.opposites import MATTERS, matters, opposites
from compare.errors import QueryError
from compare.facade import Library
from compare.models import StanceModel, load_stance_model
from compare.serve.api import create_app
from tests.fakes import runner

VETO = "The veto in the Security Council should be abolished."
KEPT = "The veto in the Security Council must be kept."


@pytest.fixture(scope="module")
def library(model_cache: Path) -> Library:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPARE_CACHE", str(model_cache))
        return Library.sample()


@pytest.fixture(scope="module")
def model() -> StanceModel:
    return load_stance_model()


def test_the_list_has_two_whole_sentences_for_each_of_two_thousand_matters() -> None:
    lines = matters()
    assert len(lines) >= 2000
    assert len({line.name for line in lines}) == len(lines)
    ends = [end for line in lines for end in (line.claim, line.opposite)]
    assert len({end.casefold() for end in ends}) == len(ends)
    for end in ends:
        assert end == " ".join(end.split())
        assert end.endswith(".")
        assert 5 <= len(end.split()) <= 30, end


def test_the_file_has_three_cells_in_each_line() -> None:
    with MATTERS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert rows[0] == ["matter", "claim", "opposite"]
    assert all(len(row) == 3 and all(row) for row in rows)


def test_either_end_is_offered_the_other(library: Library, model: StanceModel) -> None:
    for asked, wanted in ((VETO, "must remain"), (KEPT, "abolish")):
        found = opposites(library, asked, stance_model=model)
        assert wanted in found[0].text
        assert found[0].matter == "Veto in Security Council"
        assert all(offer.probability >= 0.6 for offer in found)
        assert [*found] == sorted(found, key=lambda offer: -offer.similarity)


def test_a_line_of_the_list_is_offered_its_other_end_and_never_itself(
    library: Library, model: StanceModel
) -> None:
    line = next(one for one in matters() if one.name == "Veto in Security Council")
    for asked, other in ((line.claim, line.opposite), (line.opposite, line.claim)):
        found = [offer.text for offer in opposites(library, asked, stance_model=model)]
        assert other in found
        assert asked not in found


def test_no_more_is_offered_than_wanted(library: Library, model: StanceModel) -> None:
    assert len(opposites(library, VETO, stance_model=model)) > 1
    assert len(opposites(library, VETO, most=1, stance_model=model)) == 1


@pytest.mark.parametrize(
    "asked",
    [
        "The cherry harvest of Port Meren was late.",
        "Zzyzx qwrtp.",
        "Das Vetorecht im Sicherheitsrat muss abgeschafft werden, denn es lähmt den Rat.",
    ],
)
def test_nothing_is_offered_for_what_no_line_is_about(
    asked: str, library: Library, model: StanceModel
) -> None:
    assert opposites(library, asked, stance_model=model) == ()


def test_the_library_asks_for_opposites_too(library: Library, model: StanceModel) -> None:
    assert library.opposites(VETO, stance_model=model) == opposites(
        library, VETO, stance_model=model
    )


@pytest.mark.parametrize(
    ("asked", "said"), [(" ", "empty"), ("word " * 20_000, "give a part of it")]
)
def test_an_empty_or_long_text_is_one_sentence(asked: str, said: str, library: Library) -> None:
    with pytest.raises(QueryError, match=said):
        opposites(library, asked)


def test_a_denial_is_offered_what_the_claim_says(library: Library, model: StanceModel) -> None:
    claim = "The United States embargo on Cuba must end."
    denial = "The United States embargo on Cuba must not end."
    for asked, end in ((claim, "opposite"), (denial, "claim")):
        found = opposites(library, asked, stance_model=model)
        lines = {one.name: one for one in matters()}
        assert found[0].text == getattr(lines[found[0].matter], end)


def test_of_a_long_quote_only_the_nearest_sentences_are_read(
    library: Library, model: StanceModel
) -> None:
    told: list[tuple[int, int]] = []
    long = f"{'The harvest was late this year. ' * 200}{VETO}"
    opposites(library, long, stance_model=model, on_progress=lambda *at: told.append(at))
    assert all(total <= module._MOST_READ for _, total in told)
    (first, *_) = opposites(library, f"The harvest was late. {VETO}", stance_model=model)
    assert first.matter == "Veto in Security Council"


def test_the_command_and_the_api_offer_the_same(
    model_cache: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMPARE_CACHE", str(model_cache))
    sample = Library.sample()
    run = runner(capfd)
    printed = run("opposites", VETO, "--json", "--library", sample.folder).json["opposites"]
    assert printed[0]["text"] == sample.opposites(VETO)[0].text
    assert f"“{printed[0]['text']}”" in run("opposites", VETO, "--library", sample.folder).out
    api = TestClient(create_app({"sample": sample.backend}), base_url="http://localhost")
    answer = api.get("/opposites", params={"q": VETO}).json()["opposites"]
    assert [one["text"] for one in answer] == [one["text"] for one in printed]
