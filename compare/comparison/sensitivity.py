"""How firm a result is: what it would be with other settings, either end alone or another model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compare.comparison.reproduce import model_again, repeat
from compare.comparison.sides import MOST_AT_ALL
from compare.models import Stance
from compare.progress import within_total
from compare.results import Positions, Result
from compare.statements import Quote

if TYPE_CHECKING:
    from collections.abc import Hashable

    from compare.library.library import Library
    from compare.models import StanceModel
    from compare.progress import Progress

PROBABILITIES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Minimum probabilities that are tried."""

_MOST = {"candidates": 10_000, "most_each": 1000, "most_of_side": MOST_AT_ALL}
"""Maximum of each setting that says how much is read."""

_TURNED = {Stance.AGREE: Stance.OPPOSE, Stance.OPPOSE: Stance.AGREE}
_Sides = Mapping["Hashable", Stance]


@dataclass(frozen=True, slots=True)
class Variation:
    """What a result is if one thing is otherwise.

    Attributes:
        what: What is otherwise; "as it is" for the result itself.
        agree: How many agree.
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
    """What a result is with one thing otherwise at a time, the result itself first.

    Attributes:
        unit: What is counted: "statement" in a search, "pair" for two sides and a timeline,
            "country" or "speaker" for positions.
    """

    unit: str
    variations: tuple[Variation, ...]


def by_probability(found: Result | Positions) -> Sensitivity:
    """Return what other minimum probabilities make of a result; nothing is read again.

    >>> [(one.what, one.oppose) for one in by_probability(result).variations[:2]]
    [('as it is', 1), ('minimum probability 0.6', 1)]
    """
    usual = _sides(found)
    tried = [("as it is", usual)]
    for least in PROBABILITIES:
        if least != found.thresholds.probability:
            sides = _sides(found.rethreshold(probability=least))
            tried.append((f"minimum probability {least:g}", sides))
    unit = found.by if isinstance(found, Positions) else "statement" if found.quote else "pair"
    return Sensitivity(unit, tuple(_variation(what, sides, usual) for what, sides in tried))


def sensitivity(
    kept: Result,
    library: Library,
    *,
    stance_model: StanceModel | None = None,
    on_progress: Progress | None = None,
) -> Sensitivity:
    """Repeat a result with one thing otherwise at a time, and count what takes which side.

    These are: the minimum probability; half and twice as many passages read; if there is an
    opposite, the claim alone and the opposite alone, with agree and oppose exchanged; and, if two
    models read, the first alone. A third reader reads nothing again.

    >>> [one.what for one in sensitivity(result, library).variations[-2:]]
    ['800 passages read, not 400', 'the fast model alone']

    Args:
        kept: A result of any kind, also that of `Positions.result`.
        library: The library that it was made from.
        stance_model: None loads the one that the result names.
        on_progress: Reports repetitions made.

    Raises:
        ModelError: The stance model that the result names is not installed, or was adapted.
        QueryError: A side no longer has a passage.
        ExportError: The result's filters or settings cannot be read.
    """
    model = stance_model or model_again(kept.provenance)
    others = [*_others(kept, model)]

    def again(number: int, changed: Result, reader: StanceModel) -> Result | Positions:
        part = within_total(on_progress, number, 1 + len(others))
        found = repeat(changed, library, reader, None, None)
        if part:
            part(1, 1)
        return found

    found = again(0, kept, model)
    usual, first = _sides(found), by_probability(found)
    rows = [*first.variations]
    for number, (what, changed, reader, turned) in enumerate(others, start=1):
        sides = _sides(again(number, changed, reader))
        if turned:
            sides = {name: _TURNED[side] for name, side in sides.items()}
        rows.append(_variation(what, sides, usual))
    return Sensitivity(first.unit, tuple(rows))


def _sides(found: Result | Positions) -> _Sides:
    """Return the side of each statement, pair or actor that takes one."""
    if isinstance(found, Positions):
        means = {position.actor.key: position.score.mean for position in found.placed}
        return {
            key: Stance.AGREE if mean > 0 else Stance.OPPOSE for key, mean in means.items() if mean
        }
    return {
        pair.b.statement.id if found.quote else pair.key: stance
        for pair in found.pairs
        for stance in [found.stance_of(pair)]
        if stance in _TURNED
    }


def _variation(what: str, sides: _Sides, usual: _Sides) -> Variation:
    counts = Counter(sides.values())
    same = sum(sides.get(name) is side for name, side in usual.items())
    other = sum(sides.get(name) is _TURNED[side] for name, side in usual.items())
    return Variation(what, counts[Stance.AGREE], counts[Stance.OPPOSE], same, other)


def _others(kept: Result, model: StanceModel) -> Iterator[tuple[str, Result, StanceModel, bool]]:
    """Yield what is otherwise, the result to repeat, its model, and whether sides are exchanged."""
    settings = kept.provenance.settings
    for name, most in _MOST.items():
        usual = settings.get(name)
        if isinstance(usual, int):
            for number in (max(usual // 2, 1), min(2 * usual, most)):
                if number != usual:
                    what = f"{number:,} passages read, not {usual:,}"
                    yield what, _with(kept, {name: number}), model, False
    if kept.opposite:
        asked = kept.quote.text if kept.quote else str(settings.get("proposition", ""))
        yield "the claim alone", _asking(kept, asked), model, False
        turned = kept.quote is not None  # in pairs, both passages change sides
        yield "its opposite alone, turned round", _asking(kept, kept.opposite), model, turned
    if len(model.stages) > 1:
        first = model.stages[0]
        alone = _with(kept, {}, ("read_again_agree", "read_again_oppose"))
        yield "the fast model alone", alone, first, False


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
