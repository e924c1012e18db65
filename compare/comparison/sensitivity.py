"""Repeat a result with one change at a time: other settings, one end alone, another model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compare.comparison.reproduce import model_again, repeat
from compare.defaults import CANDIDATES_LIMIT, MOST_OF_SIDE_LIMIT, MOST_PER_ACTOR_LIMIT
from compare.errors import QueryError
from compare.library.actors import actor_keys
from compare.models import Stance
from compare.progress import Progress, within_total
from compare.results import Pair, Positions, PositionScore, Result
from compare.statements import Quote

if TYPE_CHECKING:
    from collections.abc import Hashable

    from compare.library.library import OpenLibrary
    from compare.models import StanceModel

PROBABILITIES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Minimum probabilities that are tried."""

_READ = {
    "candidates": ("at most {:,} similar passages read", CANDIDATES_LIMIT),
    "most_each": ("at most {:,} similar passages read of each", MOST_PER_ACTOR_LIMIT),
    "most_of_side": (
        "at most {:,} similar passages of a side read for each end",
        MOST_OF_SIDE_LIMIT,
    ),
}
"""Each setting that says how much is read: in words, and its maximum."""

_TURNED = {Stance.AGREE: Stance.OPPOSE, Stance.OPPOSE: Stance.AGREE}


@dataclass(frozen=True, slots=True)
class Variation:
    """What a result is after one change.

    Attributes:
        what: The change; "as it is" for the result itself.
        agree: How many agree; of countries and speakers, how many do on balance.
        oppose: How many oppose.
        same: How many of those that take a side in the result take the same side.
        other: How many of them take the other side; the rest take none, or were not read.
    """

    what: str
    agree: int
    oppose: int
    same: int
    other: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a result is after each of several changes; first, the result itself.

    Attributes:
        unit: The unit of the counts: "statement" in a search, "pair" for two sides and a
            timeline, "country" or "speaker" for positions.
    """

    unit: str
    variations: tuple[Variation, ...]


def by_probability(result: Result) -> Sensitivity:
    """Return what other minimum probabilities make of a result; nothing is read again.

    >>> [(one.what, one.oppose) for one in by_probability(result).variations[:2]]
    [('as it is', 1), ('minimum probability 0.6', 1)]
    """
    usual = _taken(result)
    rows = [_variation("as it is", usual, usual)]
    for least in PROBABILITIES:
        if least != result.thresholds.probability:
            found = _taken(result.rethreshold(probability=least))
            rows.append(_variation(f"minimum probability {least:g}", found, usual))
    unit = _actors(result) or ("statement" if result.quote else "pair")
    return Sensitivity(unit, tuple(rows))


def sensitivity(
    result: Result,
    library: OpenLibrary,
    *,
    stance_model: StanceModel | None = None,
    on_progress: Progress | None = None,
) -> Sensitivity:
    """Repeat a result with one change at a time, and count what takes which side.

    The changes are: another minimum probability; half and twice as many passages read; if there is
    an opposite, the claim alone and, unless the quote has a speaker, the opposite alone, with agree
    and oppose exchanged; and, if two models read, the first alone. A third reader reads nothing
    again, so that a line without it is added.

    >>> [one.what for one in sensitivity(result, library).variations[-2:]]
    ['at most 800 similar passages read', 'the fast model alone']

    Args:
        result: Of any kind, also that of `Positions.result`.
        library: The library that it was made from.
        stance_model: The model that made it; None loads the one that the result names.
        on_progress: Reports repetitions made.

    Raises:
        ModelError: The stance model that the result names is not installed, or was adapted.
        QueryError: The result is of another library or another model, or a side no longer has a
            passage.
        ExportError: The result's filters or settings cannot be read.
    """
    made = result.provenance
    model = stance_model or model_again(made)
    if (made.library_digest, made.stance_digest) != (library.digest, model.digest):
        what = "library" if made.library_digest != library.digest else "stance model"
        raise QueryError(
            f"The result is of another {what}, or of an older state of it: make the result again."
        )
    usual, first = _taken(result), by_probability(result)
    rows, others = [*first.variations], [*_others(result, model)]
    for number, (what, changed, reader, turned) in enumerate(others):
        found = repeat(changed, library, reader, None, None)
        taken = _taken(found.result() if isinstance(found, Positions) else found)
        rows.append(_variation(what, taken.turned() if turned else taken, usual))
        if part := within_total(on_progress, number, len(others)):
            part(1, 1)
    return Sensitivity(first.unit, tuple(rows))


# -- What takes a side ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Taken:
    """The sides of what a result lists, and of all that was read."""

    listed: Mapping[Hashable, Stance]
    read: Mapping[Hashable, Stance]

    def turned(self) -> _Taken:
        return _Taken(
            *(
                {of: _TURNED[side] for of, side in sides.items()}
                for sides in (self.listed, self.read)
            )
        )


def _actors(result: Result) -> str:
    """Return "country" or "speaker" for positions, "" for anything else."""
    return str(result.provenance.settings.get("by", ""))


def _taken(result: Result) -> _Taken:
    def name(pair: Pair) -> Hashable:
        return pair.b.statement.id if result.quote else pair.key

    sides = [(pair, side) for pair in result.pairs if (side := result.stance_of(pair)) in _TURNED]
    if by := _actors(result):
        said: dict[Hashable, list[Pair]] = defaultdict(list)
        for pair, _ in sides:
            for key in actor_keys(pair.b.statement, by):
                said[key].append(pair)
        means = {key: PositionScore.of(pairs).mean for key, pairs in said.items()}
        placed = {
            key: Stance.AGREE if mean > 0 else Stance.OPPOSE for key, mean in means.items() if mean
        }
        return _Taken(placed, placed)
    return _Taken(
        {name(pair): side for side in _TURNED for pair in result.sure(side)},
        {name(pair): side for pair, side in sides if side},
    )


def _variation(what: str, taken: _Taken, usual: _Taken) -> Variation:
    counts = Counter(taken.listed.values())
    same = sum(taken.read.get(name) is side for name, side in usual.listed.items())
    other = sum(taken.read.get(name) is _TURNED[side] for name, side in usual.listed.items())
    return Variation(what, counts[Stance.AGREE], counts[Stance.OPPOSE], same, other)


# -- The changes ---------------------------------------------------------------------------------


def _others(kept: Result, model: StanceModel) -> Iterator[tuple[str, Result, StanceModel, bool]]:
    """Yield each change, the result to repeat, its model, and whether sides are exchanged."""
    made = kept.provenance
    if made.third_reader:
        yield "without the third reader", kept, model, False
    for name, (in_words, most) in _READ.items():
        usual = made.settings.get(name)
        if isinstance(usual, int):
            for number in (max(usual // 2, 1), min(2 * usual, most)):
                if number != usual:
                    what = f"{in_words.format(number)} {_actors(kept)}".rstrip()
                    yield what, _with(kept, {name: number}), model, False
    if kept.opposite:
        asked = kept.quote.text if kept.quote else str(made.settings.get("proposition", ""))
        yield "the claim alone", _asking(kept, asked), model, False
        # An opponent's sentence is not the quote's speaker's, whom filters may leave out.
        if kept.quote is None:  # in pairs, both passages change sides
            yield "its opposite alone", _asking(kept, kept.opposite), model, False
        elif kept.quote == Quote(kept.quote.text, opposite=kept.opposite):
            what = "its opposite alone, agree and oppose exchanged"
            yield what, _asking(kept, kept.opposite), model, True
    if made.screening and len(model.stages) > 1:
        alone = _with(kept, {}, ("read_again_agree", "read_again_oppose"))
        yield "the fast model alone", alone, model.stages[0], False


def _with(kept: Result, settings: Mapping[str, int | str], without: Sequence[str] = ()) -> Result:
    made = kept.provenance
    changed = {**made.settings, **settings}
    for name in without:
        changed.pop(name, None)
    return replace(kept, provenance=replace(made, settings=changed))


def _asking(kept: Result, text: str) -> Result:
    """Return a result that asks for one end alone."""
    settings = {"proposition": text} if "proposition" in kept.provenance.settings else {}
    changed = _with(kept, settings, ("opposite",))
    if not kept.quote:
        return changed
    is_claim = text == kept.quote.text
    quote = replace(kept.quote, opposite="") if is_claim else Quote(text)
    return replace(changed, quote=quote, subject=text)
