"""Plans: what they hold, that a review draws just their pairs, and how many labels it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from compare.errors import ReviewError
from compare.results import Probabilities, clustered_share
from compare.review import (
    Choice,
    Plan,
    Reviews,
    agreement,
    corrected,
    draw,
    followed,
    half_width,
    labels_for,
    plan,
)
from tests.review.conftest import AGREE, NEITHER, OPPOSE, read_by, table

LABELS = [AGREE] * 30 + [OPPOSE] * 10 + [NEITHER] * 60
HYPOTHESIS = "Fewer than a tenth oppose."


@pytest.fixture
def planned() -> Plan:
    return plan(
        table(LABELS),
        ["Ada", "Bren"],
        choice="stratified",
        size=30,
        seed=4,
        hypotheses=[HYPOTHESIS],
    )


def test_a_plan_holds_all_that_decides_what_is_read(planned: Plan, tmp_path: Path) -> None:
    kept = json.loads(planned.save(tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert kept["pool"] == {"agree": 30, "oppose": 10, "neither": 60}
    assert (kept["choice"], kept["size"], kept["seed"]) == ("stratified", 30, 4)
    assert (kept["readers"], kept["hypotheses"]) == (["Ada", "Bren"], [HYPOTHESIS])
    assert "oppose" in kept["codebook"]
    found = Plan.load(tmp_path / "plan.json")
    assert found == planned
    assert found.digest == planned.digest


def test_a_review_by_a_plan_has_its_pairs_and_says_so(planned: Plan, reviews: Reviews) -> None:
    drawn = planned.selection(table(LABELS))
    assert drawn == draw(table(LABELS), Choice.STRATIFIED, 30, 4)
    review = reviews.create("canal", drawn, planned.readers, plan=planned.digest)
    assert reviews.open("canal").settings.plan == planned.digest
    for reader in review.readers:
        read_by(review, reader, [AGREE] * 29 + [None])
    assert followed(review) == (
        f"The pairs were drawn by the plan {planned.digest[:12]}; 1 pair has no "
        "label (not to be judged, or not decided yet)."
    )


def test_a_changed_codebook_departs_from_a_plan(planned: Plan, reviews: Reviews) -> None:
    drawn = planned.selection(table(LABELS))
    review = reviews.create("canal", drawn, planned.readers, plan=planned.digest)
    review.answer("Ada", 1, AGREE)
    review.change_codebook("All is neither.", "Ada")
    for reader in review.readers:
        read_by(review, reader, [AGREE] * 30)
    assert "the codebook was changed 1 time." in followed(review)


@pytest.mark.parametrize(
    "other",
    [table(LABELS[1:]), table([OPPOSE, *LABELS[1:]]), table(LABELS).rethreshold(probability=0.75)],
)
def test_a_plan_is_for_its_pairs_alone(planned: Plan, other) -> None:
    with pytest.raises(ReviewError, match=r"The plan is for other pairs .*100 pairs"):
        planned.selection(other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"seed": 4', '"seed": 5'), "was edited after it was made"),
        (lambda text: text.replace("review plan 1", "result"), "is no plan"),
        (lambda text: "[]", "is no plan"),
        (lambda text: "{", "is no plan"),
        (lambda text: text.replace('"order": "random"', '"order": "best"'), "is not one of"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(planned: Plan, tmp_path: Path, change, said) -> None:
    path = planned.save(tmp_path / "plan.json")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ReviewError, match=said):
        Plan.load(path)
    with pytest.raises(ReviewError, match="cannot be read"):
        Plan.load(tmp_path / "none.json")


def test_a_plan_names_its_readers() -> None:
    with pytest.raises(ReviewError, match="1 to 10 readers, not 0"):
        plan(table(LABELS), [])
    with pytest.raises(ReviewError, match="0 pairs cannot be drawn"):
        plan(table(LABELS), ["Ada"], size=0)
    with pytest.raises(ReviewError, match="Two readers are called 'ada'"):
        plan(table(LABELS), ["Ada", "ADA"])
    with pytest.raises(ReviewError, match="is not a seed"):
        plan(table(LABELS), ["Ada"], seed=2**60)


@pytest.mark.parametrize("pool", [20, 500, 100_000])
@pytest.mark.parametrize("width", [0.2, 0.1, 0.05])
def test_so_many_labels_give_the_width_and_fewer_do_not(pool: int, width: float) -> None:
    labels = labels_for(width, pool)
    assert half_width(labels, pool) <= width
    assert half_width(labels - 2, pool) > width
    assert half_width(pool, pool) == 0
    found = clustered_share([1.0, 0.0] * 50)
    assert half_width(100) == pytest.approx((found.high - found.low) / 2)


def test_the_review_of_a_result_corrects_its_counts(reviews: Reviews) -> None:
    result = table(LABELS)
    assert corrected(reviews, result) is None
    drawn = draw(result, Choice.STRATIFIED, 30)
    review = reviews.create("canal", drawn, ["Ada"])
    assert corrected(reviews, result) is None  # it has no labels yet
    read_by(review, "Ada", [pair.machine for _, pair in review.pairs()])
    found, of_sample = corrected(reviews, result)
    assert found.name == "canal"
    assert of_sample.labels[OPPOSE].corrected.value == pytest.approx(0.1)
    assert corrected(reviews, result.rethreshold(probability=0.75)) is None
    assert agreement(review).estimates == of_sample
    pair = result.pairs[0]
    other = replace(pair, probabilities=Probabilities(0.1, 0.1, 0.8))  # as a third reader may say
    assert corrected(reviews, result.replacing({id(pair): other})) is None
    reviews.delete("canal")
    part = draw(result, Choice.STRATIFIED, 30, exclude={drawn.pairs[0].id})
    again = reviews.create("part", part, ["Ada"])
    read_by(again, "Ada", [of.machine for _, of in again.pairs()])
    assert corrected(reviews, result) is None  # of fewer pairs
