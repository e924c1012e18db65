"""Choose the pairs of a review and their reading order, or plan to before anybody reads one.

A plan is a file to deposit as a pre-registration: which pairs could be drawn, how they will be
drawn, who reads them under which codebook, and what is expected. A review made from it draws
exactly the pairs that the plan names.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare import __version__
from compare.errors import ReviewError
from compare.export import counted
from compare.files import write_whole
from compare.models import CODEBOOK
from compare.progress import Progress, within_total
from compare.results import Excerpt, Provenance, Result, Stance, Thresholds, clustered_share
from compare.review.values import (
    Choice,
    MachineShown,
    Order,
    ReviewPair,
    check_seed,
    checked_readers,
    excerpt_of,
    pair_id,
)
from compare.strict_json import read_json

if TYPE_CHECKING:
    from compare.models import StanceModel
    from compare.review.review import Review


@dataclass(frozen=True)
class PairSelection:
    """The pairs chosen for a review, and where they come from.

    Attributes:
        pool: Number of pairs of each label that could be chosen.
        seed: Seed of the draw; None if nothing was drawn.
        subject: Description of the search or comparison.
        left_out: Number of pairs with the requested labels that were excluded.
        frame: Digest of all pairs of the result and their labels: see `frame_digest`.
    """

    pairs: tuple[ReviewPair, ...]
    choice: Choice
    pool: dict[str, int] = field(default_factory=dict)
    seed: int | None = None
    subject: str = ""
    provenance: Provenance | None = None
    thresholds: Thresholds | None = None
    left_out: int = 0
    frame: str = ""

    @classmethod
    def imported(cls, pairs: Sequence[ReviewPair], subject: str = "") -> PairSelection:
        """Return a selection of pairs that were chosen elsewhere."""
        return cls(tuple(pairs), Choice.IMPORTED, subject=subject)


def draw(
    result: Result,
    choice: Choice | str = Choice.RANDOM,
    size: int = 100,
    seed: int = 0,
    stances: Iterable[Stance] = tuple(Stance),
    exclude: Collection[str] = (),
) -> PairSelection:
    """Choose pairs of a result by their labels at its thresholds.

    The pool is every scored pair with one of the labels, including duplicates that the lists leave
    out. A search contributes one passage per statement, the one that decides its label.

    Args:
        size: Pairs to draw; WHOLE ignores it.
        stances: Labels of the pool. Without "neither" recall cannot be estimated.
        exclude: Ids of pairs not to draw, such as `Reviews.finished_pairs()`. Estimates then
            hold only for the other pairs.

    Raises:
        ReviewError: The pool is empty, or the choice is IMPORTED.
    """
    choice, requested = Choice(choice), set(stances)
    wanted = [stance for stance in Stance if stance in requested]
    every = [pair for pair in review_pairs(result) if pair.machine in wanted]
    pool = [pair for pair in every if pair.id not in exclude]
    if not pool:
        message = f"No pair is labelled {' or '.join(wanted) or 'so'} at these thresholds"
        if not every:
            raise ReviewError(f"{message}: lower them, or choose other labels.")
        raise ReviewError(
            f"{message} except for {len(every):,} that were read before: draw from another search "
            "or comparison."
        )
    counts = Counter(pair.machine for pair in pool)
    return PairSelection(
        tuple(_chosen(pool, choice, size, random.Random(seed))),
        choice,
        pool={stance.value: counts[stance] for stance in wanted},
        seed=None if choice is Choice.WHOLE else seed,
        subject=result.subject,
        provenance=result.provenance,
        thresholds=result.thresholds,
        left_out=len(every) - len(pool),
        frame=frame_digest(result),
    )


def _chosen(
    pool: list[ReviewPair], choice: Choice, size: int, source: random.Random
) -> list[ReviewPair]:
    if size < 1:
        raise ReviewError(f"{size} pairs cannot be drawn: draw at least one.")
    if choice is Choice.WHOLE:
        return pool
    if choice is Choice.RANDOM:
        drawn = source.sample(pool, min(size, len(pool)))
        return [replace(pair, weight=len(pool) / len(drawn)) for pair in drawn]
    if choice is not Choice.STRATIFIED:
        raise ReviewError("Pairs are drawn from a search or a comparison, or imported from a file.")
    strata = {stance: [pair for pair in pool if pair.machine is stance] for stance in Stance}
    found: list[ReviewPair] = []
    available = {stance: len(pairs) for stance, pairs in strata.items()}
    for stance, number in _allocation(size, available).items():
        weight = len(strata[stance]) / number
        found += [
            replace(pair, stratum=stance.value, weight=weight)
            for pair in source.sample(strata[stance], number)
        ]
    source.shuffle(found)  # the order of drawing would reveal the labels
    return found


def _allocation(size: int, available: dict[Stance, int]) -> dict[Stance, int]:
    """Return how many pairs to draw from each stratum: equally many, if it has enough."""
    # At least one of each, even beyond `size`: a stratum without a pair could not be weighted.
    taken = {stance: min(1, number) for stance, number in available.items()}
    while sum(taken.values()) < size and (free := [s for s in taken if taken[s] < available[s]]):
        taken[min(free, key=taken.__getitem__)] += 1
    return {stance: number for stance, number in taken.items() if number}


# -- Pairs ---------------------------------------------------------------------------------------


def review_pairs(result: Result) -> list[ReviewPair]:
    """Return all scored pairs of a result, sorted by their statements' ids."""
    made = result.provenance  # older versions compared two sides on a topic
    topic = str(made.settings.get("proposition") or made.filters.get("topic") or "")
    found = []
    for pair in result.pairs:
        a, b = _as_scored(result, pair.a), replace(pair.b, repeats=())
        found.append(
            ReviewPair(
                pair_id(a, b),
                a,
                b,
                # None if it is in no list; what only fills a short list counts as neither.
                machine=result.stance_of(pair),
                probabilities=pair.probabilities,
                label_source=result.provenance.label_source_of(pair),
                similarity=pair.similarity,
                topic=topic,
            )
        )
    return sorted(
        found,
        key=lambda pair: [(side.statement.id, side.passage.start) for side in (pair.a, pair.b)],
    )


def _as_scored(result: Result, a: Excerpt) -> Excerpt:
    """Return side a as the model read it; readers see the same words."""
    if result.quote is None:
        return replace(a, repeats=())
    quote = a.statement
    # If the words or the speaker differ from the library's statement, the quote is a statement of
    # its own, without an id.
    if a.text not in quote.text:
        quote = replace(quote, id="", text=result.quote.text, translation="")
    elif quote != result.source:
        quote = replace(quote, id="")
    return excerpt_of(quote, a.text)


def frame_digest(result: Result) -> str:
    """Return the sha256 of the pairs of a result that can be drawn, and of their labels."""
    rows = [[pair.id, pair.machine] for pair in review_pairs(result)]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


# -- Order ---------------------------------------------------------------------------------------


def in_reading_order(pairs: Sequence[ReviewPair], order: Order, seed: int = 0) -> list[ReviewPair]:
    """Return the pairs in reading order; ties keep the given order."""
    if order is Order.GIVEN:
        return list(pairs)
    if order is Order.RANDOM:
        mixed = sorted(pairs, key=lambda pair: pair.id)  # so that only the seed decides
        random.Random(seed).shuffle(mixed)
        return mixed
    return sorted(pairs, key=_top_probability if order is Order.UNCERTAIN else _negative_divergence)


def _top_probability(pair: ReviewPair) -> float:
    if pair.probabilities is None:
        raise _unordered(pair, "has no probabilities: give p_agree, p_oppose and p_neither")
    return float(max(astuple(pair.probabilities)))


def _negative_divergence(pair: ReviewPair) -> float:
    if pair.divergence is None:
        how = "was not scored by both models: score the pairs with both (`with_divergence`)"
        raise _unordered(pair, how)
    return -pair.divergence


def _unordered(pair: ReviewPair, why: str) -> ReviewError:
    return ReviewError(f"Pair {pair.id} {why}, or choose another order.")


def with_divergence(
    pairs: Sequence[ReviewPair],
    fast: StanceModel,
    accurate: StanceModel,
    on_progress: Progress | None = None,
) -> list[ReviewPair]:
    """Return the pairs with the `divergence` between both models' scores."""
    sides = [(pair.a.model_input, pair.b.model_input) for pair in pairs]
    first = fast.score(sides, within_total(on_progress, 0, 2 * len(pairs)))
    second = accurate.score(sides, within_total(on_progress, len(pairs), 2 * len(pairs)))
    distances = np.abs(first.astype(np.float64) - second).sum(axis=1) / 2
    return [
        replace(pair, divergence=float(distance))
        for pair, distance in zip(pairs, distances, strict=True)
    ]


# -- Plans --------------------------------------------------------------------------------------

_KIND = "compare review plan 1"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a review will be made.

    Attributes:
        subject: The quote or the comparison, and `settings` and `thresholds` with which it was
            read.
        frame: Digest of the pairs that can be drawn and their labels, and `pool` their numbers by
            label.
        hypotheses: What the planner expects, in their own words.
        made: When it was written (ISO 8601, UTC), by `version` of the program.
    """

    subject: str
    settings: dict[str, Any]
    thresholds: dict[str, Any]
    library: str
    stance_model: str
    frame: str
    pool: dict[str, int]
    choice: Choice
    size: int
    seed: int
    order: Order
    machine_shown: MachineShown
    readers: tuple[str, ...]
    codebook: str
    hypotheses: tuple[str, ...]
    made: str
    version: str

    @property
    def digest(self) -> str:
        """Return the sha256 of the plan's file."""
        return hashlib.sha256(self._bytes()).hexdigest()

    def _bytes(self) -> bytes:
        data = {"kind": _KIND, **asdict(self)}
        check = hashlib.sha256(json.dumps(data).encode()).hexdigest()
        return f"{json.dumps({**data, 'check': check}, indent=1, ensure_ascii=False)}\n".encode()

    def save(self, path: Path, *, force: bool = False) -> Path:
        """Write the plan as JSON."""
        return write_whole(path, self._bytes(), force=force)

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read a plan that `save` wrote.

        Raises:
            ReviewError: The file cannot be read, or is no plan, or was edited.
        """
        try:
            kept = path.read_bytes()
            data = read_json(kept.decode("utf-8"))
            if data.pop("kind") != _KIND or not data.pop("check"):
                raise ValueError
            kinds = {"choice": Choice, "order": Order, "machine_shown": MachineShown}
            lists = {name: tuple(data[name]) for name in ("readers", "hypotheses")}
            found = cls(**data | lists | {name: kind(data[name]) for name, kind in kinds.items()})
        except OSError as error:
            raise ReviewError(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ReviewError(f"{path} is no plan: make one with `review plan`.") from error
        if found._bytes() != kept:
            raise ReviewError(f"{path} was edited after it was made: make the plan anew.")
        return found

    def selection(self, result: Result) -> PairSelection:
        """Draw the planned pairs of a result.

        Raises:
            ReviewError: Other pairs, or pairs with other labels, could be drawn from it.
        """
        if frame_digest(result) != self.frame:
            raise ReviewError(
                f"The plan is for other pairs (of “{self.subject}”, {sum(self.pool.values()):,} "
                "pairs), so nothing was drawn: name the result that it was made from."
            )
        return draw(result, self.choice, self.size, self.seed)


def plan(
    result: Result,
    readers: Sequence[str],
    *,
    choice: Choice | str = Choice.RANDOM,
    size: int = 100,
    seed: int = 0,
    order: Order | str = Order.RANDOM,
    machine_shown: MachineShown | str = MachineShown.END,
    codebook: str = CODEBOOK,
    hypotheses: Sequence[str] = (),
) -> Plan:
    """Return the plan of a review of a result; nothing is drawn.

    Raises:
        ReviewError: The result has no pair, or a value is invalid.
    """
    names = checked_readers(readers)
    check_seed(seed)
    made = result.provenance
    pool = Counter(pair.machine for pair in review_pairs(result))
    draw(result, choice, size, seed)  # raises what a review would
    return Plan(
        subject=result.subject,
        settings=dict(made.settings),
        thresholds=result.thresholds.to_dict(),
        library=made.library_digest,
        stance_model=f"{made.stance_model}@{made.stance_digest[:12]}",
        frame=frame_digest(result),
        pool={stance.value: pool[stance] for stance in Stance},
        choice=Choice(choice),
        size=size,
        seed=seed,
        order=Order(order),
        machine_shown=MachineShown(machine_shown),
        readers=names,
        codebook=codebook,
        hypotheses=tuple(hypotheses),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
    )


def followed(review: Review) -> str:
    """Return a sentence that says whether a review departed from the plan it was made from."""
    departed, final = [], review.final_labels()
    if changes := sum(event.what == "codebook" for event in review.history()):
        departed.append(f"the codebook was changed {counted(changes, 'time')}")
    if unread := len(review) - sum(label is not None for label in final.values()):
        pairs = f"{counted(unread, 'pair has', 'pairs have')} no label"
        departed.append(f"{pairs} (not to be judged, or not decided yet)")
    how = " and ".join(departed) or "the codebook is the planned one, and every pair has a label"
    return f"The pairs were drawn by the plan {review.settings.plan[:12]}; {how}."


def half_width(labels: int, pool: int | None = None) -> float:
    """Return half the width of the 95 % interval of a share of one half, the widest, of labels.

    >>> round(half_width(100), 2), round(half_width(100, pool=120), 2)
    (0.1, 0.04)
    """
    half = round(labels / 2)
    share = clustered_share([1.0] * half + [0.0] * (labels - half), pool=pool)
    return ((share.high or 0) - (share.low or 0)) / 2


def labels_for(width: float, pool: int) -> int:
    """Return how many labels give every share of a pool to ± `width`, at most all of the pool.

    >>> labels_for(0.1, 10_000), labels_for(0.05, 10_000)
    (104, 387)
    """
    low, high = 1, pool
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(middle, pool) <= width else (middle + 1, high)
    return low
