"""Plan a review before anybody reads a pair, and say how many labels it takes.

A plan is a file to deposit as a pre-registration: which pairs could be drawn, how they will be
drawn, who reads them under which codebook, and what is expected. A review made from it draws
exactly the pairs that the plan names.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from compare import __version__
from compare.errors import ReviewError
from compare.export import counted
from compare.files import write_whole
from compare.models import CODEBOOK, Stance
from compare.results import Result, clustered_share
from compare.review.drawing import PairSelection, draw, frame_digest, review_pairs
from compare.review.review import Review
from compare.review.values import Choice, MachineShown, Order, check_seed, checked_readers
from compare.strict_json import read_json

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
        departed.append(f"{counted(unread, 'pair')} could not be judged or not decided")
    how = " and ".join(departed) or "the codebook is the planned one, and every pair has a label"
    return f"The pairs were drawn by the plan {review.settings.plan[:12]}; {how}."


def half_width(labels: int, pool: int | None = None, share: float = 0.5) -> float:
    """Return half the width of the 95 % interval of a share, from so many labels.

    >>> round(half_width(100), 2), round(half_width(100, pool=120), 2)
    (0.1, 0.04)
    """
    part = share * labels
    found = clustered_share([1.0] * round(part) + [0.0] * (labels - round(part)), pool=pool)
    return ((found.high or 0) - (found.low or 0)) / 2


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
