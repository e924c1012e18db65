"""Kappa and alpha: against published examples, slow formulas and each other, on random tables."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from compare.review.accuracy import confusion
from compare.review.reliability import ReaderLabels, Reliability, alphas, kappas
from compare.review.reliability import reliability as reliability_of
from tests.review.conftest import AGREE, NEITHER, OPPOSE


def cohen_kappa(table: np.ndarray) -> float | None:
    """Kappa as scikit-learn computes it; None if undefined."""
    first, second = np.nonzero(table)
    if len(np.union1d(first, second)) < 2:
        return None
    return float(cohen_kappa_score(first, second, sample_weight=table[first, second]))


def krippendorff_alpha(counts: np.ndarray) -> float | None:
    """Alpha from the labels of each unit, pair by pair as it is defined; None if undefined.

    It is 1 - D_o / D_e: the share of different labels among the pairs within units, each unit's
    pairs weighed by 1 / (m - 1) for its m labels, and among the pairs of all pairable labels.
    """
    labels = [np.repeat(np.arange(len(unit)), unit).tolist() for unit in counts if unit.sum() > 1]
    pooled = [label for unit in labels for label in unit]
    expected = sum(a != b for a, b in permutations(pooled, 2))
    if not expected:
        return None
    observed = sum(
        Fraction(sum(a != b for a, b in permutations(unit, 2)), len(unit) - 1) for unit in labels
    )
    return float(1 - observed * (len(pooled) - 1) / expected)


def units_of(table: np.ndarray) -> np.ndarray:
    """The units of a confusion matrix of two readers: int64 [units, k]."""
    first, second = np.nonzero(table)
    ones = np.eye(len(table), dtype=np.int64)
    return np.repeat(ones[first] + ones[second], table[first, second], axis=0)


def counted(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.int64)


def readings(*strata: tuple[np.ndarray, float]) -> ReaderLabels:
    """The readings of tables of two readers, each with the weight of its pairs."""
    labels = [np.argwhere(np.ones_like(t)).repeat(t.ravel(), axis=0) for t, _ in strata]
    numbers = [len(of) for of in labels]
    pairs = np.arange(sum(numbers))
    return ReaderLabels(
        np.concatenate(labels),
        np.arange(len(strata)).repeat(numbers),
        np.array([weight for _, weight in strata]).repeat(numbers),
        np.stack([pairs, pairs], axis=1),
    )


def reliability(table: np.ndarray) -> Reliability:
    """The figures of pairs that were all drawn alike."""
    return reliability_of(readings((table, 1.0)), len(table))


def alphas_of(table: np.ndarray, *, ordinal: bool = False) -> np.ndarray:
    """Alpha of a confusion matrix of two readers."""
    ones = np.eye(len(table))
    counts = (ones[:, None] + ones[None]).reshape(-1, len(table))
    return alphas(table.reshape(1, -1), counts, ordinal=ordinal)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # J. Cohen (1968), Weighted kappa, Psychological Bulletin 70, table 1: 200 cases.
        (counted([88, 14, 18], [10, 40, 10], [2, 6, 12]), 0.492),
        # J. L. Fleiss, J. Cohen & B. S. Everitt (1969), Large sample standard errors of kappa and
        # weighted kappa, Psychological Bulletin 72, table 1: shares of 200.
        (counted([106, 10, 4], [22, 28, 10], [2, 12, 6]), 0.429),
        # J. L. Fleiss, B. Levin & M. C. Paik (2003), Statistical Methods for Rates and Proportions,
        # 3rd ed., table 18.1: 100 cases.
        (counted([75, 1, 4], [5, 4, 1], [0, 0, 10]), 0.676),
        # Wikipedia, Cohen's kappa: 50 grant proposals, and two tables of the same agreement.
        (counted([20, 5], [10, 15]), 0.400),
        (counted([45, 15], [25, 15]), 0.130),
        (counted([25, 35], [5, 35]), 0.259),
    ],
)
def test_kappa_of_published_examples(table: np.ndarray, kappa: float) -> None:
    assert cohen_kappa(table) == pytest.approx(kappa, abs=0.0005)
    assert kappas(table[None])[0] == pytest.approx(kappa, abs=0.0005)
    assert reliability(table).kappa.value == pytest.approx(cohen_kappa(table), abs=1e-12)


N = None


def counts_of(answers: Sequence[Sequence[Hashable | None]]) -> np.ndarray:
    """Count the readers that gave each unit each label, from one row per reader."""
    labels = list(dict.fromkeys(label for row in answers for label in row if label is not None))
    units = zip(*answers, strict=True)
    return np.array([[unit.count(label) for label in labels] for unit in units], np.int64)


@pytest.mark.parametrize(
    ("answers", "alpha"),
    [
        # K. Krippendorff (2011), Computing Krippendorff's alpha-reliability, section A: two
        # observers, two values, nothing missing.
        (["0100000010", "1110010000"], 0.095),
        # The same, section B: nominal data, two observers, nothing missing.
        (["aabbdcccedda", "babbbccceddd"], 0.692),
        # The same, section C: nominal data, four observers, some missing.
        (
            [
                [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
                [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
                [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
                [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
            ],
            0.743,
        ),
        # Wikipedia, Krippendorff's alpha: three observers, most missing.
        (
            [
                [N, N, N, N, N, 3, 4, 1, 2, 1, 1, 3, 3, N, 3],
                [1, N, 2, 1, 3, 3, 4, 3, N, N, N, N, N, N, N],
                [N, N, 2, 1, 3, 4, 4, N, 2, 1, 1, 3, 3, N, 4],
            ],
            0.691,
        ),
    ],
)
def test_alpha_of_published_examples(answers: list, alpha: float) -> None:
    counts = counts_of(answers)
    assert krippendorff_alpha(counts) == pytest.approx(alpha, abs=0.0005)
    found = np.unique(counts[counts.sum(axis=1) > 1], axis=0, return_counts=True)
    assert alphas(found[1][None], found[0])[0] == pytest.approx(alpha, abs=0.0005)
    if len(answers) == 2:
        labels = sorted(set(answers[0]) | set(answers[1]))
        table = np.zeros((1, len(labels), len(labels)), np.int64)
        for one, other in zip(*answers, strict=True):
            table[0, labels.index(one), labels.index(other)] += 1
        assert alphas_of(table[0])[0] == pytest.approx(alpha, abs=0.0005)


def test_ordinal_alpha_of_a_published_example() -> None:
    """Krippendorff (2011), section C, four observers: 0.815 for ordinal data."""
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
    units = [[label for label in unit if label] for unit in zip(*rows, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    n = [sum(unit.count(label) for unit in units) for label in range(1, 6)]
    assert n == [9, 13, 10, 5, 3]

    def apart(a: int, b: int) -> float:  # all labels from a to b, and half of a and b
        low, high = sorted((a, b))
        return (sum(n[low - 1 : high]) - (n[a - 1] + n[b - 1]) / 2) ** 2 if a != b else 0

    observed = sum(apart(a, b) / (len(of) - 1) for of in units for a, b in permutations(of, 2))
    expected = sum(apart(a, b) for a, b in permutations([a for of in units for a in of], 2))
    slow = 1 - observed * (sum(n) - 1) / expected
    assert slow == pytest.approx(0.815, abs=0.0005)
    labels = np.array(
        [[label - 1 if label else -1 for label in unit] for unit in zip(*rows, strict=True)]
    )
    alone = np.arange(len(labels))
    given = ReaderLabels(labels, alone * 0, alone * 0 + 1.0, np.stack([alone, alone], axis=1))
    found = reliability_of(given, 5)
    assert (found.pairs, found.kappa.value) == (11, None)
    assert found.alpha_ordinal.value == pytest.approx(slow)
    assert found.alpha.value == pytest.approx(0.743, abs=0.0005)
    assert found.alpha.low < found.alpha.value < found.alpha.high


def test_pairs_of_one_speech_count_as_fewer() -> None:
    table = counted([20, 0, 5], [0, 10, 5], [5, 5, 20])
    given = readings((table, 1.0))
    alike = np.arange(len(given.labels)) // 5  # of neighbours, whose labels are the same
    found = reliability_of(given), reliability_of(given._replace(speeches=np.stack([alike] * 2, 1)))
    for name in ("agreement", "kappa", "alpha", "alpha_ordinal"):
        one, other = (getattr(of, name) for of in found)
        assert one.value == other.value
        assert other.high - other.low > 1.3 * (one.high - one.low)


def test_two_readers_are_compared_label_by_label() -> None:
    first = [AGREE, AGREE, OPPOSE, NEITHER, NEITHER]
    second = [AGREE, OPPOSE, OPPOSE, NEITHER, AGREE]
    table = confusion(first, second)
    assert table.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]
    rest = readings((table, 1.0)).one_against_rest(0).labels
    assert np.unique(rest, axis=0, return_counts=True)[1].tolist() == [2, 1, 1, 1]
    found = reliability(table)
    assert (found.pairs, found.agreement.value) == (5, 0.6)
    assert found.agreement.low == pytest.approx(0.2, abs=0.05)
    assert found.agreement.high == pytest.approx(0.9, abs=0.05)
    units = units_of(table)
    assert units.sum(axis=1).tolist() == [2] * 5
    assert krippendorff_alpha(units) == pytest.approx(
        krippendorff_alpha(counts_of([[s.value for s in of] for of in (first, second)]))
    )


def test_intervals_hold_the_figure_and_narrow_with_more_pairs() -> None:
    few, many = (reliability(counted([8, 1, 1], [1, 6, 1], [1, 1, 10]) * n) for n in (1, 20))
    for name in ("agreement", "kappa", "alpha"):
        a, b = getattr(few, name), getattr(many, name)
        assert a.low <= a.value <= a.high
        assert b.high - b.low < (a.high - a.low) / 3
    assert few == reliability(counted([8, 1, 1], [1, 6, 1], [1, 1, 10]))


def test_the_interval_of_kappa_is_near_that_of_its_standard_error() -> None:
    # Fleiss, Cohen & Everitt (1969) give a standard error of 0.0535 or so for large samples of
    # their table: 0.429 ± 1.96 of it, which a bootstrap of 200 pairs has to come near.
    found = reliability(counted([106, 10, 4], [22, 28, 10], [2, 12, 6])).kappa
    assert found.low == pytest.approx(0.429 - 1.96 * 0.0535, abs=0.02)
    assert found.high == pytest.approx(0.429 + 1.96 * 0.0535, abs=0.02)


@pytest.mark.parametrize("same", [4, 0])
def test_undefined_figures_are_none(same: int) -> None:
    table = counted([same, 0, 0], [0] * 3, [0] * 3)
    found = reliability(table)
    assert found.kappa.value is None
    assert found.alpha.value is None
    assert found.kappa.low is None
    assert (found.agreement.value is None) == (found.pairs == 0)


def test_readers_who_never_differed_may_differ() -> None:
    found = reliability(counted([9, 0, 0], [0, 5, 0], [0, 0, 6]))
    for figure in (found.agreement, found.kappa, found.alpha):
        assert figure.value == figure.high == pytest.approx(1)
        assert figure.low is not None
        assert 0.5 < figure.low < 1


def test_each_pair_weighs_as_much_as_those_it_stands_for() -> None:
    """Half of the pairs are from a stratum of a tenth, on which readers agree by chance."""
    hard, easy = counted([25, 25], [25, 25]), counted([50, 0], [0, 50])
    plain = reliability(hard + easy)
    found = reliability_of(readings((hard, 1.0), (easy, 9.0)), 2)
    assert plain.kappa.value == pytest.approx(0.5)
    assert found.kappa.value == pytest.approx(0.9)
    assert found.agreement.value == pytest.approx(0.95)
    assert found.alpha.value == pytest.approx(1 - 0.1 * 399 / 400)
    assert found.kappa.low is not None
    assert found.kappa.low > plain.kappa.high


# -- On any table --------------------------------------------------------------------------------

tables = (
    st.lists(st.integers(0, 30), min_size=9, max_size=9)
    .map(lambda cells: np.array(cells, np.int64).reshape(3, 3))
    .filter(lambda table: table.sum() > 1)
)
quick = settings(max_examples=60)


@quick
@given(tables)
def test_figures_keep_their_bounds(table: np.ndarray) -> None:
    found = reliability(table)
    assert 0 <= found.agreement.low <= found.agreement.value <= found.agreement.high <= 1
    for figure in (found.kappa, found.alpha):
        if figure.value is not None:
            assert -1 - 1e-9 <= figure.value <= 1 + 1e-9
            assert figure.value == pytest.approx(1) or found.agreement.value < 1
        if figure.low is not None:
            assert -1 - 1e-9 <= figure.low <= figure.high <= 1 + 1e-9


@quick
@given(tables)
def test_the_order_of_readers_does_not_matter(table: np.ndarray) -> None:
    for figure in (lambda table: kappas(table[None]), alphas_of):
        assert figure(table) == pytest.approx(figure(table.T), nan_ok=True)


@quick
@given(tables, st.permutations(range(3)))
def test_the_order_of_labels_does_not_matter(table: np.ndarray, order: list[int]) -> None:
    renamed = table[np.ix_(order, order)]
    for figure in (lambda table: kappas(table[None]), alphas_of):
        assert figure(table) == pytest.approx(figure(renamed), nan_ok=True)


@quick
@given(tables)
def test_figures_equal_those_of_the_slow_formulas(table: np.ndarray) -> None:
    for one, many in (
        (cohen_kappa(table), kappas(table[None])[0]),
        (krippendorff_alpha(units_of(table)), alphas_of(table)[0]),
    ):
        assert many == pytest.approx(np.nan if one is None else one, nan_ok=True)


@quick
@given(tables)
def test_alpha_is_near_kappa_where_readers_use_labels_alike(table: np.ndarray) -> None:
    even = table + table.T
    kappa, alpha = cohen_kappa(even), krippendorff_alpha(units_of(even))
    if kappa is not None:
        # With equal margins they differ by the correction for small samples alone.
        n = 2 * even.sum()
        assert alpha == pytest.approx(1 - (1 - kappa) * (n - 1) / n)
