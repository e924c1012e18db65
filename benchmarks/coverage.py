"""How often the program's 95 % intervals cover the truth, by simulation.

    python -m benchmarks.coverage [--draws 2000]

Every interval is tried where intervals usually fail: few values, shares near 0 or 1, and values
that come in clusters. It prints a line for each: the share of draws whose interval holds the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np

from compare.models import Stance
from compare.results import Excerpt, Figure, clustered_share, share_interval
from compare.review.accuracy import sample_estimates
from compare.review.reliability import ReaderLabels, alphas, kappas, reliability
from compare.review.values import ReviewPair
from compare.statements import Passage, Statement

Draw = Callable[[np.random.Generator], list[bool]]
"""Draws once; tells of each of its figures whether the interval holds the truth."""

Simulation = tuple[list[str], Draw]
"""The names of the figures, and the draw."""


def shares() -> Iterator[Simulation]:
    """Yield simulations of one share: of a fraction of a pool, and of a position."""
    for true in (0.5, 0.9, 0.98):
        for n in (5, 20, 100):

            def draw(source: np.random.Generator, true: float = true, n: int = n) -> list[bool]:
                return [_holds(share_interval(int(source.binomial(n, true)), n), true)]

            yield [f"a share of {true} in {n}"], draw


def positions() -> Iterator[Simulation]:
    """Yield simulations of a position: speeches of one to five passages, mostly on one side."""
    for lean in (0.5, 0.8, 0.95):
        for speeches in (5, 10, 20, 50):

            def draw(
                source: np.random.Generator, lean: float = lean, speeches: int = speeches
            ) -> list[bool]:
                own = source.beta(lean, 1 - lean, speeches)  # most speeches keep to one side
                sizes = source.integers(1, 6, speeches)
                agree = source.binomial(sizes, own) / sizes
                return [_holds(share_interval(float(agree.sum()), speeches), lean)]

            yield [f"a position, {speeches} speeches, {lean} agreeing"], draw


def clusters() -> Iterator[Simulation]:
    """Yield simulations of a share of pairs in clusters, as of claims, and of a finite pool."""
    for mean in (0.5, 0.9):
        for count in (5, 10, 30):

            def draw(
                source: np.random.Generator, mean: float = mean, count: int = count
            ) -> list[bool]:
                sizes = source.integers(1, 11, count)
                parts = source.binomial(sizes, source.beta(3 * mean, 3 * (1 - mean), count))
                return [_covers(clustered_share(parts.tolist(), sizes.tolist()), mean)]

            yield [f"a share of {mean} in {count} clusters"], draw

    def finite(source: np.random.Generator) -> list[bool]:
        pool = source.random(60) < 0.8
        drawn = source.choice(pool, 40, replace=False)
        found = clustered_share(drawn.astype(float).tolist(), pool=len(pool))
        return [_covers(found, float(pool.mean()))]

    yield ["a share of a pool of 60, of which 40 were drawn"], finite


def readers() -> Iterator[Simulation]:
    """Yield simulations of two readers of a stratified sample, whose strata differ in kappa."""
    pools = [_two_readers(0.85, (0.7, 0.1, 0.2)), _two_readers(0.7, (0.02, 0.03, 0.95))]
    sizes = (300, 3_000)
    whole = sum(size * shares for size, shares in zip(sizes, pools, strict=True))
    true = float(kappas(np.asarray(whole)[None])[0])
    for each in (25, 50, 100):

        def draw(source: np.random.Generator, each: int = each) -> list[bool]:
            cells = [source.choice(9, each, p=shares.ravel()) for shares in pools]
            labels = np.stack(np.divmod(np.concatenate(cells), 3), axis=1)
            alone = np.arange(len(labels))
            weights = np.repeat(sizes, each) / each
            given = ReaderLabels(labels, alone // each, weights, np.stack([alone, alone], axis=1))
            return [_covers(reliability(given).kappa, true)]

        yield [f"kappa {true:.2f} of a pool, {each} pairs of each of two strata"], draw


def speeches() -> Iterator[Simulation]:
    """Yield simulations of readers of whole speeches, some of which are hard to label."""

    def read(
        source: np.random.Generator, speeches: int, readers: int
    ) -> tuple[np.ndarray, np.ndarray]:
        of = np.arange(speeches).repeat(source.integers(1, 10, speeches))
        own, any_label = (source.choice(3, n, p=(0.2, 0.3, 0.5)) for n in (speeches, len(of)))
        right = np.where(source.random(len(of)) < 0.8, own[of], any_label)
        wrong = source.random((readers, len(of))) < source.beta(0.4, 1.6, speeches)[of]
        return np.where(wrong, source.integers(0, 3, wrong.shape), right).T, of

    for readers in (2, 3):
        labels, _ = read(np.random.default_rng(3), 20_000, readers)
        counts, cells = np.unique(
            np.stack([(labels == n).sum(axis=1) for n in range(3)], axis=1),
            axis=0,
            return_counts=True,
        )
        true = {
            "alpha": float(alphas(cells[None], counts)[0]),
            "alpha_ordinal": float(alphas(cells[None], counts, ordinal=True)[0]),
        }
        if readers == 2:
            table = np.zeros((1, 3, 3))
            np.add.at(table[0], tuple(labels.T), 1)
            true["kappa"] = float(kappas(table)[0])
        for number in (10, 40):

            def draw(
                source: np.random.Generator,
                readers: int = readers,
                number: int = number,
                true: dict[str, float] = true,
            ) -> list[bool]:
                labels, of = read(source, number, readers)
                given = ReaderLabels(labels, of * 0, of * 0 + 1.0, np.stack([of, of], axis=1))
                found = reliability(given)
                return [_covers(getattr(found, name), value) for name, value in true.items()]

            of_what = f"of {readers} readers, {number} speeches"
            yield [f"{name} {value:.2f} {of_what}" for name, value in true.items()], draw


def corrected() -> Iterator[Simulation]:
    """Yield simulations of corrected counts and recall from samples of a pool with known labels."""
    source = np.random.default_rng(7)
    sizes = {Stance.AGREE: 60, Stance.OPPOSE: 30, Stance.NEITHER: 410}
    right = {Stance.AGREE: (0.85, 0.03), Stance.OPPOSE: (0.1, 0.7), Stance.NEITHER: (0.04, 0.03)}
    pool = [
        (machine, label)
        for machine, size in sizes.items()
        for _ in range(size // 5)  # speeches of five pairs with one label
        for label in [[*Stance][source.choice(3, p=[*right[machine], 1 - sum(right[machine])])]] * 5
    ]
    people = np.array([[*Stance].index(label) for _, label in pool])
    truth = float((people == 1).mean())
    called = np.array([machine is Stance.OPPOSE for machine, _ in pool])
    recall = float(called[people == 1].mean())
    for size in (60, 150):

        def draw(source: np.random.Generator, size: int = size) -> list[bool]:
            rows = []
            for stance, of in sizes.items():
                places = [n for n, (machine, _) in enumerate(pool) if machine is stance]
                number = min(size // 3, of)
                for n in source.choice(places, number, replace=False).tolist():
                    rows.append((_pair(n // 5, stance, of / number), pool[n][1]))
            found = sample_estimates(rows, sizes).labels[Stance.OPPOSE]
            return [_covers(found.corrected, truth), _covers(found.recall, recall)]

        yield (
            [f"{what} share of opposing pairs, {size} labels" for what in ("corrected", "recall")],
            draw,
        )


def _two_readers(same: float, shares: tuple[float, ...]) -> np.ndarray:
    """Return the chances of two readers' labels, who agree by more than chance in `same`."""
    chance = np.asarray(shares)
    return same * np.diag(chance) + (1 - same) * np.outer(chance, chance)


def _pair(number: int, machine: Stance, weight: float) -> ReviewPair:
    sides = []
    for name in ("quote", f"s{number}"):
        said = Statement(name, "Yes.")
        sides.append(Excerpt(said, Passage(name, 0, 4, "Yes.", "")))
    return ReviewPair(str(number), *sides, machine=machine, stratum=machine.value, weight=weight)


def _holds(interval: tuple[float, float], true: float) -> bool:
    return interval[0] <= true <= interval[1]


def _covers(figure: Figure | None, true: float) -> bool:
    return bool(figure and figure.low is not None and figure.high is not None) and _holds(
        (figure.low, figure.high), true
    )


def covered(draw: Draw, draws: int, seed: int = 1) -> list[float]:
    """Return for each figure the share of draws whose interval holds the truth."""
    source = np.random.default_rng(seed)
    shares: list[float] = np.mean([draw(source) for _ in range(draws)], axis=0).tolist()
    return shares


def main() -> None:
    """Print the coverage of each interval."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2_000)
    draws = parser.parse_args().draws
    for simulations in (shares, positions, clusters, readers, speeches, corrected):
        for names, draw in simulations():
            for name, share in zip(names, covered(draw, draws), strict=True):
                print(f"{share:.3f}  {name}", flush=True)


if __name__ == "__main__":
    main()
