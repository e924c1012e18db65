from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from compare.errors import ReviewError
from compare.results import Stance
from compare.review import (
    FINAL,
    Answer,
    Choice,
    Estimates,
    PairSelection,
    Review,
    Reviews,
    agreement,
    draw,
    estimates,
)
from compare.review.accuracy import sample_estimates
from compare.statements import parse_countries
from tests.review.conftest import AGREE, NEITHER, OPPOSE, pair, read_by, table

MACHINE = [AGREE] * 60 + [OPPOSE] * 20 + [NEITHER] * 120


def truth(number: int) -> Stance:
    """People's label of the pair of statements `number`, independent of the model's."""
    source = random.Random(number)
    if source.random() < 0.7:
        return MACHINE[number]
    return source.choice(list(Stance))


TRUTH = [truth(number) for number in range(len(MACHINE))]
POOL = {stance: MACHINE.count(stance) for stance in Stance}


def checked(reviews: Reviews, size: int) -> Review:
    drawn = draw(table(MACHINE), Choice.RANDOM, size)
    review = reviews.create("canal", drawn, ["Ada"])
    read_by(review, "Ada", [TRUTH[int(entry.a.statement.id[1:])] for _, entry in review.pairs()])
    return review


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right)


def real(stance: Stance) -> tuple[float, float]:
    """Precision and recall of a label over all pairs."""
    both = list(zip(MACHINE, TRUTH, strict=True))
    return (
        share([people is stance for machine, people in both if machine is stance]),
        share([machine is stance for machine, people in both if people is stance]),
    )


def test_a_random_sample_of_all_gives_the_figures_of_all(reviews: Reviews) -> None:
    found = estimates(checked(reviews, 200))
    assert (found.pairs, found.left_out) == (200, 0)
    both = list(zip(MACHINE, TRUTH, strict=True))
    assert found.accuracy.value == pytest.approx(share([a is b for a, b in both]))
    assert found.pool == 200
    for stance in Stance:
        label = found.labels[stance]
        assert label.recall is not None
        assert (label.precision.value, label.recall.value) == pytest.approx(real(stance))
        assert label.precision.low == label.precision.value == label.precision.high  # all were read
        assert label.raw == pytest.approx(MACHINE.count(stance) / 200)
        assert label.corrected.value == label.corrected.low
        assert label.corrected.value == pytest.approx(TRUTH.count(stance) / 200)
        assert label.called == MACHINE.count(stance)
        assert label.found == TRUTH.count(stance)


def test_weights_undo_what_stratification_does() -> None:
    """Averaged over draws, weighted recall is that of all pairs; unweighted recall is not."""
    weighted, plain, covered, draws = [], [], 0, 40
    for seed in range(draws):
        drawn = draw(table(MACHINE), Choice.STRATIFIED, 60, seed).pairs
        rows = [(entry, TRUTH[int(entry.a.statement.id[1:])]) for entry in drawn]
        found = sample_estimates(rows, POOL)
        recall = found.labels[OPPOSE].recall
        assert recall is not None
        assert recall.value is not None
        weighted.append(recall.value)
        covered += recall.low <= real(OPPOSE)[1] <= recall.high
        plain.append(share([of.machine is OPPOSE for of, people in rows if people is OPPOSE]))
    _, recall_of_all = real(OPPOSE)
    assert sum(weighted) / draws == pytest.approx(recall_of_all, abs=0.06)
    assert sum(plain) / draws > recall_of_all + 0.15
    assert covered > 0.8 * draws


def counted(counts: Sequence[Sequence[int]], pool: Sequence[int]) -> Estimates:
    """Return the estimates of a stratified sample with these counts, the model's labels in rows."""
    rows = [
        (replace(pair(0, machine), weight=size / sum(row)), people)
        for machine, row, size in zip(Stance, counts, pool, strict=True)
        for people, number in zip(Stance, row, strict=True)
        for _ in range(number)
    ]
    return sample_estimates(rows, dict(zip(Stance, pool, strict=True)))


def test_a_miss_that_was_not_drawn_is_not_ruled_out() -> None:
    found = counted([[20, 0, 0], [0, 14, 6], [0, 0, 20]], [100, 100, 3000])
    recall = found.labels[OPPOSE].recall
    assert recall is not None
    assert (recall.value, recall.high) == (1, 1)
    assert recall.low < 0.5
    assert found.accuracy.low < found.accuracy.value < found.accuracy.high


@pytest.mark.parametrize("missed", [0.002, 0.01, 0.04])
def test_intervals_of_a_stratified_sample_cover_the_truth_as_often_as_they_say(
    missed: float,
) -> None:
    """34, 33 and 33 of 150, 100 and 5,000 pairs are read, many times."""
    source, draws, pool = np.random.default_rng(5), 150, np.array([150, 100, 5000])
    shares = [[0.8, 0.05, 0.15], [0.1, 0.7, 0.2], [missed, missed, 1 - 2 * missed]]
    truth = np.round(np.array(shares) * pool[:, None]).astype(int)
    recalls, accuracy = np.diag(truth) / truth.sum(axis=0), np.trace(truth) / truth.sum()
    held = np.zeros(4)
    for _ in range(draws):
        counts = [
            source.multivariate_hypergeometric(row, size)
            for row, size in zip(truth, (34, 33, 33), strict=True)
        ]
        found = counted(counts, pool)
        figures = [found.accuracy, *(label.recall for label in found.labels.values())]
        held += [
            f is not None and f.low is not None and f.low <= true <= f.high
            for f, true in zip(figures, (accuracy, *recalls), strict=True)
        ]
    assert (held > 0.9 * draws).all(), held / draws


def test_a_count_is_corrected_for_what_the_model_misses() -> None:
    found = counted([[18, 0, 2], [0, 15, 5], [1, 2, 17]], [100, 50, 850])
    opposing = found.labels[OPPOSE]
    assert opposing.raw == pytest.approx(0.05)
    # 15 of 20 of its 50, and 2 of 20 of the 850 that it took for neither
    assert opposing.corrected.value == pytest.approx((0.75 * 50 + 0.1 * 850) / 1000)
    assert 0.05 < opposing.corrected.low < opposing.corrected.value < opposing.corrected.high < 0.3


def test_pairs_that_were_all_read_are_certain_whatever_is_left_of_others() -> None:
    found = counted([[4, 0, 0], [0, 0, 1], [0, 0, 3]], [4, 1, 500])
    assert (found.labels[OPPOSE].precision.low, found.labels[OPPOSE].precision.high) == (0, 0)
    assert found.labels[AGREE].precision.low == 1
    assert found.labels[NEITHER].precision.low < 1


def test_the_model_is_measured_by_country_decade_and_source() -> None:
    rows = []
    for n in range(20):
        said = pair(n, AGREE)
        country = parse_countries("Lorn" if n < 12 else "Valdoria")
        statement = replace(said.b.statement, country=country, source="Gazette")
        right = n < 12 or n % 2
        drawn = replace(said, b=replace(said.b, statement=statement))
        rows.append((drawn, AGREE if right else OPPOSE))
    by = sample_estimates(rows, {AGREE: 20}).by
    assert [(one.name, one.pairs, one.accuracy.value) for one in by["country"]] == [
        ("Lorn", 12, 1.0),
        ("Valdoria", 8, 0.5),
    ]
    assert [one.name for one in by["source"]] == ["Gazette"]


def test_labels_outside_of_the_pool_get_no_estimate(reviews: Reviews) -> None:
    drawn = draw(table(MACHINE), Choice.RANDOM, 20, stances=[AGREE, OPPOSE])
    review = reviews.create("decided", drawn, ["Ada"])
    read_by(review, "Ada", [AGREE] * 20)
    found = estimates(review)
    assert set(found.labels) == {AGREE, OPPOSE}
    assert found.labels[AGREE].recall is None
    assert found.labels[OPPOSE].precision.value in (0, None)


def test_pairs_chosen_elsewhere_yield_no_estimates(reviews: Reviews) -> None:
    review = reviews.create("canal", PairSelection.imported([pair(1)]), ["Ada"])
    read_by(review, "Ada", [AGREE] * len(review))
    with pytest.raises(ReviewError, match=r"Only a random sample .* holds pairs chosen elsewhere"):
        estimates(review)
    assert "chosen elsewhere" in agreement(review).no_estimates


def test_a_list_that_was_read_in_full_is_certain(reviews: Reviews) -> None:
    review = reviews.create("canal", draw(table(MACHINE[:3]), Choice.WHOLE), ["Ada"])
    read_by(review, "Ada", [AGREE, AGREE, OPPOSE])
    found = estimates(review)
    assert found.accuracy.low == found.accuracy.high == pytest.approx(2 / 3)


def test_a_label_of_which_nobody_read_a_pair_leaves_counts_unknown() -> None:
    found = counted([[4, 0, 1], [0, 5, 0], [0, 0, 0]], [100, 100, 10_000])
    assert found.labels[AGREE].precision.value == pytest.approx(0.8)
    assert found.labels[AGREE].corrected.value is None
    assert found.labels[OPPOSE].recall.value is None
    assert found.accuracy.value is None


def test_estimates_wait_for_decisions(reviews: Reviews) -> None:
    review = reviews.create("canal", draw(table(MACHINE[:4]), size=4), ["Ada", "Bren"])
    read_by(review, "Ada", [AGREE, AGREE, None, None])
    with pytest.raises(ReviewError, match="Bren has not yet"):
        estimates(review)
    read_by(review, "Bren", [AGREE, OPPOSE, None, NEITHER])
    assert review.final_labels() == {1: AGREE, 3: None}
    with pytest.raises(ReviewError, match="differ on 2 pairs that are not decided yet"):
        estimates(review)
    review.decide(2, AGREE, "Cor")
    review.decide(4, None, "Cor")
    assert review.final_labels() == {1: AGREE, 2: AGREE, 3: None, 4: None}
    found = estimates(review)
    assert (found.pairs, found.left_out) == (2, 2)
    assert found.labels[AGREE].precision.value == 1


def test_a_sample_of_skipped_pairs_gives_no_estimates(reviews: Reviews) -> None:
    review = reviews.create("canal", draw(table(MACHINE[:2]), size=2), ["Ada"])
    read_by(review, "Ada", [None, None])
    with pytest.raises(ReviewError, match="all were skipped"):
        estimates(review)


# -- Agreement -----------------------------------------------------------------------------------


def test_agreement_holds_all_figures(reviews: Reviews) -> None:
    pairs = [pair(n, [AGREE, OPPOSE, None][n % 3], "locks" if n < 4 else "ships") for n in range(9)]
    review = reviews.create("canal", PairSelection.imported(pairs), ["Ada", "Bren"], order="given")
    read_by(review, "Ada", [AGREE, OPPOSE, NEITHER] * 3)
    read_by(review, "Bren", [AGREE, OPPOSE, NEITHER] * 2 + [AGREE, AGREE, None])
    review.decide(8, OPPOSE, "Cor")
    assert agreement(review).with_machine == {}  # who decides must not see it
    review.decide(9, None, "Cor")
    found = agreement(review)
    assert found.overall is not None
    assert (found.overall.pairs, found.overall.agreement.value) == (8, 7 / 8)
    (two,) = found.pairwise
    assert (two.first, two.second, two.figures) == ("Ada", "Bren", found.overall)
    assert two.table == ((3, 0, 0), (1, 2, 0), (0, 0, 2))
    assert (found.differ, found.decided) == (2, 2)
    assert found.by_label[OPPOSE].agreement.value == 7 / 8
    assert found.by_label[NEITHER].kappa.value == 1
    assert {name: of.pairs for name, of in found.by_topic.items()} == {"locks": 4, "ships": 4}
    assert found.with_machine["Ada"] == ((3, 0, 0), (0, 3, 0), (0, 0, 0))
    assert found.with_machine["Bren"] == ((3, 1, 0), (0, 2, 0), (0, 0, 0))
    assert found.with_machine[FINAL] == ((3, 0, 0), (0, 3, 0), (0, 0, 0))
    told = found.to_dict()
    assert told["by_label"]["oppose"]["agreement"]["value"] == 7 / 8
    assert told["readers"] == ("Ada", "Bren")


def test_three_readers_are_compared_two_by_two_and_all_together(reviews: Reviews) -> None:
    drawn = draw(table(MACHINE[:6]), Choice.WHOLE)
    review = reviews.create("canal", drawn, ["Ada", "Bren", "Cor"], order="given")
    read_by(review, "Ada", [AGREE] * 3 + [OPPOSE] * 3)
    read_by(review, "Bren", [AGREE] * 3 + [OPPOSE] * 2 + [None])
    assert review.answers() == {"Ada": {}, "Bren": {}, "Cor": {}}
    with pytest.raises(ReviewError, match="Cor has not yet"):
        agreement(review)
    read_by(review, "Cor", [AGREE] * 3 + [OPPOSE, NEITHER, OPPOSE])
    assert review.differences() == [5, 6]
    review.decide(5, OPPOSE, "Dov")
    review.decide(6, OPPOSE, "Dov")
    found = agreement(review)
    assert found.overall is not None
    assert (found.overall.pairs, found.overall.kappa.value) == (6, None)
    assert found.overall.agreement.value == pytest.approx(1 - 2 / 17)  # of 17 labels
    assert [(one.first, one.second) for one in found.pairwise] == [
        ("Ada", "Bren"),
        ("Ada", "Cor"),
        ("Bren", "Cor"),
    ]
    assert found.pairwise[0].figures.kappa.value == 1
    assert found.pairwise[0].figures.pairs == 5
    assert found.pairwise[1].figures.kappa.value < 1
    assert [*found.with_machine] == ["Ada", "Bren", "Cor", FINAL]
    assert found.estimates is not None


@pytest.mark.parametrize(
    ("shown", "changed", "said"),
    [
        ("after", {"Ada": 2, "Bren": 1}, "Ada changed 2 answers and Bren changed 1 answer after"),
        ("end", {"Ada": 0, "Bren": 0}, ""),
        ("before", {"Ada": 0, "Bren": 0}, "The readers saw the model's label before they answered"),
    ],
)
def test_answers_given_with_the_label_in_sight_are_cautioned_about(
    reviews: Reviews, shown: str, changed: dict[str, int], said: str
) -> None:
    pairs = [*(pair(n) for n in range(4)), pair(4, None)]
    review = reviews.create(
        "other", PairSelection.imported(pairs), ["Ada", "Bren"], order="given", machine_shown=shown
    )
    review.answer("Ada", 1, AGREE)  # changed
    review.answer("Ada", 2, NEITHER)  # taken back, then another one
    review.undo("Ada")
    review.answer("Ada", 3, OPPOSE)  # changed, and back
    review.answer("Ada", 3, AGREE)
    review.answer("Ada", 5, AGREE)  # the machine has no label
    review.answer("Bren", 4, None)  # first skipped
    review.answer("Bren", 3, OPPOSE, note="said again")
    for reader in review.readers:
        read_by(review, reader, [OPPOSE] * 5)
    found = agreement(review)
    assert found.changed == changed
    assert said in " ".join(found.cautions)
    assert "5 answers of Ada and 5 answers of Bren came from a file" in found.cautions[0]
    assert len(found.cautions) == 1 + bool(said)


def test_answers_that_were_imported_were_not_changed_with_the_label_in_sight(
    reviews: Reviews,
) -> None:
    review = reviews.create("other", PairSelection.imported([pair(0)]), ["Ada"], order="given")
    review.answer_many("Ada", {1: Answer(AGREE)})
    review.answer_many("Ada", {1: Answer(OPPOSE)})
    review.hand_in("Ada")
    assert review.changed_after_label() == {"Ada": set()}
    alone, from_file = agreement(review).cautions
    assert "One reader labelled these pairs alone" in alone
    assert "1 answer of Ada came from a file" in from_file


def test_who_skips_all_and_imports_the_labels_of_the_model_is_cautioned_about(
    reviews: Reviews,
) -> None:
    drawn = draw(table(MACHINE[:8]), size=8)
    review = reviews.create("canal", drawn, ["Ada", "Bren"], machine_shown="after")
    machine = {place: of.machine for place, of in review.pairs()}
    for place in machine:
        review.answer("Ada", place, None)
    review.answer_many("Ada", {place: Answer(label) for place, label in machine.items()})
    review.hand_in("Ada")
    read_by(review, "Bren", [NEITHER] * 8)
    told = " ".join(agreement(review).cautions)
    assert "8 answers of Ada and 8 answers of Bren came from a file" in told
    assert "Ada changed 8 answers after the model's label was shown" in told


def test_a_decision_that_was_changed_is_cautioned_about(reviews: Reviews) -> None:
    review = reviews.create("canal", PairSelection.imported([pair(0)]), ["Ada", "Bren"])
    read_by(review, "Ada", [AGREE])
    read_by(review, "Bren", [OPPOSE])
    review.decide(1, AGREE, "Cor")
    assert "decision" not in " ".join(agreement(review).cautions)
    review.decide(1, OPPOSE, "Cor")  # the labels are shown by now
    assert "1 decision changed; the model's label may have been" in agreement(review).cautions[-1]


def test_one_reader_has_no_agreement(reviews: Reviews) -> None:
    review = reviews.create("canal", PairSelection.imported([pair(1)]), ["Ada"])
    with pytest.raises(ReviewError, match="Ada has not yet"):
        agreement(review)
    read_by(review, "Ada", [OPPOSE])
    found = agreement(review)
    assert (found.overall, found.pairwise, found.by_label) == (None, (), {})
    assert found.with_machine == {"Ada": ((0,) * 3, (0, 1, 0), (0,) * 3)}
