"""Repeat a saved result with its settings, and compare the two.

Every pair is scored again. Changes of the program, the models or the library are listed as well,
since they may explain changed pairs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.comparison.nearest_pairs import LEAST_SIMILARITY
from compare.comparison.positions import positions
from compare.comparison.retrieval import CANDIDATES, MOST_PER_ACTOR
from compare.comparison.search import search
from compare.comparison.sides import MOST_READ, Comparison
from compare.errors import ExportError, QueryError
from compare.models.calibration import SUFFIX
from compare.models.protocols import CASCADE, STANCE_MODELS
from compare.results import Pair, Provenance, Result, Stance
from compare.results.provenance import filters_from

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.progress import Progress

TOLERANCE = 1e-3
"""Largest difference between probabilities that count as equal."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A model, library or program that changed; `was` and `now` include full digests."""

    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class PairId:
    """The ids of a pair's statements, and the offsets of their passages in characters.

    In a search, side a is the quote, whose id is "". A search lists each statement once, so both
    offsets are 0.
    """

    a: str
    a_start: int
    b: str
    b_start: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A pair whose label or probability changed.

    Attributes:
        was: The list that it was in, None for no list; `now` is its list in the new result.
        by: The largest change of its probabilities, 0 to 1.
    """

    pair: PairId
    was: Stance | None
    now: Stance | None
    by: float


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A repeated result, compared with the saved one.

    Attributes:
        result: The new result.
        kept: Number of pairs of the saved result.
        missing: Pairs that are only in the saved result.
        new: Pairs that are only in the new result.
        relabelled: Pairs that moved to another list.
        moved: Pairs in the same list with a probability that changed by more than the tolerance.
        differences: Other changes, such as models or the library.
    """

    result: Result
    kept: int
    missing: tuple[PairId, ...]
    new: tuple[PairId, ...]
    relabelled: tuple[Moved, ...]
    moved: tuple[Moved, ...]
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether both have the same pairs with the same labels and probabilities."""
        return not (self.missing or self.new or self.relabelled or self.moved)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the result as plain data."""
        return {
            "same": self.same,
            "kept": self.kept,
            "now": self.kept - len(self.missing) + len(self.new),
            "missing": [asdict(pair) for pair in self.missing],
            "new": [asdict(pair) for pair in self.new],
            "relabelled": [_moved_to_dict(entry) for entry in self.relabelled],
            "moved": [_moved_to_dict(entry) for entry in self.moved],
            "differences": [asdict(entry) for entry in self.differences],
        }


def reproduce(
    kept: Result,
    library: Library,
    *,
    stance_model: StanceModel | None = None,
    tolerance: float = TOLERANCE,
    on_progress: Progress | None = None,
) -> Reproduction:
    """Repeat a result with a library and compare the two.

    Args:
        kept: A saved result of any kind; its filters, thresholds and settings are used.
        library: The library to read; a change since the result is listed as a difference.
        stance_model: None loads the one that the result names.
        tolerance: See `TOLERANCE`.
        on_progress: Reports pairs scored.

    Raises:
        ModelError: The stance model that the result names is not installed.
        QueryError: A side no longer has a passage.
        ExportError: The result's filters or settings cannot be read.
    """
    model = stance_model or model_again(kept.provenance, library)
    try:
        with tempfile.TemporaryDirectory(prefix="compare-") as folder:
            now = _repeat(kept, library, model, Path(folder), on_progress)
    except QueryError as error:
        if kept.provenance.library_digest == library.digest:
            raise
        raise QueryError(
            f"{error} The library in {library.backend} is not the one that the result was made "
            "from, or has changed since: name another with --library."
        ) from error
    before, after = _by_pair(kept), _by_pair(now)
    both = [_moved(pair, kept, now, before[pair], after[pair]) for pair in before if pair in after]
    return Reproduction(
        result=now,
        kept=len(before),
        missing=tuple(pair for pair in before if pair not in after),
        new=tuple(pair for pair in after if pair not in before),
        relabelled=tuple(entry for entry in both if entry.was is not entry.now),
        moved=tuple(entry for entry in both if entry.was is entry.now and entry.by > tolerance),
        differences=tuple(_differences(kept.provenance, now.provenance)),
    )


def model_name(made: Provenance) -> str:
    """Return the name by which `load_stance_model` loads the model of a result."""
    from compare.models.stance import shipped_manifests

    name = made.stance_model.removesuffix(SUFFIX)
    if name in STANCE_MODELS:
        return name
    if made.screening:
        return CASCADE
    # the shipped models have other names in results than on the command line
    names = {manifest["name"]: tier for tier, manifest in shipped_manifests().items()}
    return names.get(name, name)


def model_again(made: Provenance, library: Library) -> StanceModel:
    """Load the model that a result was made with, adapted to this library if it was adapted."""
    from compare.models import load_stance_model

    model = load_stance_model(model_name(made))
    return library.stance_model(model) if made.stance_model.endswith(SUFFIX) else model


def _repeat(
    kept: Result,
    library: Library,
    model: StanceModel,
    empty_cache: Path,
    on_progress: Progress | None,
) -> Result:
    made, thresholds = kept.provenance, kept.thresholds
    if kept.quote is None:
        a, b = (made.filters.get(side, {}) for side in "ab")
        if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
            raise ExportError("The result's filters are of another kind: make the result again.")
        comparison = Comparison(
            library,
            filters_from(a),
            None if kept.over_time else filters_from(b),
            topic=str(made.filters.get("topic", "")),
            stance_model=model,
            least_similarity=_setting(made, "least_similarity", LEAST_SIMILARITY),
            most_read=int(_setting(made, "most_read", MOST_READ)),
            between=str(made.settings.get("between", "")),
            cache_folder=empty_cache,
        )
        return comparison.run(thresholds=thresholds, on_progress=on_progress)
    filters = filters_from(made.filters)
    if "most_each" not in made.settings:
        return search(
            library,
            kept.quote,
            stance_model=model,
            filters=filters,
            thresholds=thresholds,
            candidates=int(_setting(made, "candidates", CANDIDATES)),
            on_progress=on_progress,
        )
    found = positions(  # saved by `Positions.result`
        library,
        kept.subject,
        by=str(made.settings.get("by", "")),
        filters=filters,
        stance_model=model,
        thresholds=thresholds.with_values(
            None, _setting(made, "least_similarity", thresholds.similarity)
        ),
        most_each=int(_setting(made, "most_each", MOST_PER_ACTOR)),
        on_progress=on_progress,
        cache_folder=empty_cache,
    )
    return found.rethreshold(similarity=thresholds.similarity).result()


def _setting(made: Provenance, name: str, default: float) -> float:
    value = made.settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExportError(f"The result's setting {name} is {value!r}, not a number: make it again.")
    return value


def _by_pair(result: Result) -> dict[PairId, Pair]:
    if result.quote:
        return {PairId("", 0, pair.b.statement.id, 0): pair for pair in result.pairs}
    return {PairId(*pair.key): pair for pair in result.pairs}


def _moved(pair: PairId, kept: Result, now: Result, before: Pair, after: Pair) -> Moved:
    ours, theirs = asdict(before.probabilities), asdict(after.probabilities)
    by = max(abs(ours[name] - theirs[name]) for name in ours)
    return Moved(pair, kept.stance_of(before), now.stance_of(after), by)


def _moved_to_dict(entry: Moved) -> dict[str, Any]:
    was, now = (stance.value if stance else None for stance in (entry.was, entry.now))
    return {**asdict(entry.pair), "was": was, "now": now, "by": entry.by}


def _differences(was: Provenance, now: Provenance) -> Iterator[Difference]:
    for (what, before), after in zip(_made_with(was), dict(_made_with(now)).values(), strict=True):
        if before != after:
            yield Difference(what, before, after)
    if not was.settings:
        yield Difference("settings", "not recorded", "the usual ones")
    elif was.settings != now.settings:
        yield Difference("settings", *(_in_words(made.settings) for made in (was, now)))


def _in_words(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())


def _made_with(made: Provenance) -> list[tuple[str, str]]:
    """Return everything that the pairs depend on, as names and values."""
    return [
        ("program", f"compare {made.version}"),
        ("embedding model", f"{made.encoder} sha256 {made.encoder_digest}"),
        ("stance model", f"{made.stance_model} sha256 {made.stance_digest}"),
        ("model that reads first", made.screening or "none"),
        ("third reader", str(made.third_reader.get("model", "none"))),
        ("library", f"{made.statements:,} statements, sha256 {made.library_digest}"),
    ]
