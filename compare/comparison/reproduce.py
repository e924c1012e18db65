"""Repeat a saved result with its settings, and compare the two.

Every pair is scored again, and every statement compared with the library's, so that it shows what
was changed in a file. Changes of the program, the models or the library are listed as well, since
they may explain changed pairs.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.comparison.positions import positions
from compare.comparison.retrieval import without_added_languages
from compare.comparison.scoring import explain_pair
from compare.comparison.search import search
from compare.comparison.sides import compare_sides
from compare.defaults import CANDIDATES, MOST_OF_SIDE, MOST_PER_ACTOR
from compare.errors import ExportError, ModelError, QueryError
from compare.models.loading import CASCADE, STANCE_MODELS
from compare.results import Excerpt, Kind, Pair, Positions, Provenance, Result, Stance, ThirdReading
from compare.results.provenance import ADAPTED, OLDER, filters_from

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary
    from compare.models import StanceModel
    from compare.progress import Progress
    from compare.statements import Statement

TOLERANCE = 1e-3
"""Largest difference between probabilities that count as equal."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A model, library, program or other content that differs; digests are in full."""

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
        missing: Pairs that are only in the saved result. What a third reader read is not checked,
            here and below.
        new: Pairs that are only in the new result.
        relabelled: Pairs that moved to another list.
        moved: Pairs in the same list with a probability that changed by more than the tolerance.
        statements: Fields of statements that are not as in the library: `was` in the result, `now`
            in the library.
        contents: Everything else in the result that did not come out again, such as a passage.
        unchecked: What could not be compared, such as words that a third reader named.
        differences: Other changes, such as models or the library.
    """

    result: Result
    kept: int
    missing: tuple[PairId, ...]
    new: tuple[PairId, ...]
    relabelled: tuple[Moved, ...]
    moved: tuple[Moved, ...]
    differences: tuple[Difference, ...]
    statements: tuple[Difference, ...] = ()
    contents: tuple[Difference, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both have the same pairs, labels, probabilities, statements and contents."""
        pairs = self.missing or self.new or self.relabelled or self.moved
        return not (pairs or self.statements or self.contents)

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
            "statements": [asdict(entry) for entry in self.statements],
            "contents": [asdict(entry) for entry in self.contents],
            "unchecked": [*self.unchecked],
            "differences": [asdict(entry) for entry in self.differences],
        }


def reproduce(
    kept: Result,
    library: OpenLibrary,
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
        ModelError: The stance model that the result names is not installed, or was adapted.
        QueryError: A side no longer has a passage.
        ExportError: The result's filters or settings cannot be read, or the tolerance is no number
            from 0 to 1.
    """
    if not 0 <= tolerance <= 1:  # nor NaN, to which no difference would be too large
        raise ExportError(f"The tolerance is {tolerance}: give a number from 0 to 1.")
    model = stance_model or model_again(kept.provenance)
    try:
        with tempfile.TemporaryDirectory(prefix="compare-") as folder:
            found = repeat(kept, library, model, Path(folder), on_progress)
            now = found.result() if isinstance(found, Positions) else found
    except QueryError as error:
        if kept.provenance.library_digest == library.digest:
            raise
        raise QueryError(
            f"{error} The library in {library.backend} is not the one that the result was made "
            "from, or has changed since: name another with --library."
        ) from error
    before, after = _by_pair(kept), _by_pair(now)
    both = [_moved(pair, kept, now, before[pair], after[pair]) for pair in before if pair in after]
    third = {name for name, pair in before.items() if pair.third_reading is ThirdReading.READ}
    checked = [entry for entry in both if entry.pair not in third]
    contents = _Contents(kept, now, model, tolerance)
    for entry in both:
        contents.compare(entry, before[entry.pair], after[entry.pair])
    contents.compare_placed()
    return Reproduction(
        result=now,
        kept=len(before),
        missing=tuple(pair for pair in before if pair not in after and pair not in third),
        new=tuple(pair for pair in after if pair not in before),
        relabelled=tuple(entry for entry in checked if entry.was is not entry.now),
        moved=tuple(
            entry for entry in checked if entry.was is entry.now and not entry.by <= tolerance
        ),
        differences=tuple(_differences(kept.provenance, now.provenance)),
        statements=tuple(dict.fromkeys(_changed_statements(kept, library))),
        contents=tuple(contents.found),
        unchecked=tuple(contents.unchecked),
    )


def model_name(made: Provenance) -> str:
    """Return the name by which `load_stance_model` loads the model of a result.

    Of an adapted model it is that of the model as shipped, which marks the same words.
    """
    from compare.models.stance import shipped_manifests

    name = made.stance_model.removesuffix(ADAPTED)
    if name in STANCE_MODELS:
        return name
    if made.screening:
        return CASCADE
    # the shipped models have other names in results than on the command line
    names = {manifest["name"]: tier for tier, manifest in shipped_manifests().items()}
    return names.get(name, name)


def model_again(made: Provenance) -> StanceModel:
    """Load the model that a result was made with.

    Raises:
        ModelError: It is not installed, or an older version had adapted it to a library.
    """
    from compare.models import load_stance_model

    if made.stance_model.endswith(ADAPTED):
        raise ModelError(
            f"The result was made with an adapted model, {made.stance_model}, which this version "
            "does not have: search or compare again."
        )
    return load_stance_model(model_name(made))


def repeat(
    kept: Result,
    library: OpenLibrary,
    model: StanceModel,
    cache_folder: Path | None,
    on_progress: Progress | None,
) -> Result | Positions:
    """Make a result again, with its filters, thresholds and settings."""
    made, thresholds = kept.provenance, kept.thresholds
    if kept.quote is None:
        a, b = (made.filters.get(side, {}) for side in "ab")
        if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
            raise ExportError("The result's filters are of another kind: make the result again.")
        if "proposition" not in made.settings:
            raise ExportError(
                "The result is of a topic, as older versions of the program compared sides: "
                "compare them on a proposition instead."
            )
        return compare_sides(
            library,
            str(made.settings["proposition"]),
            filters_from(a),
            None if kept.over_time else filters_from(b),
            opposite=str(made.settings.get("opposite", "")),
            stance_model=model,
            thresholds=thresholds,
            most_of_side=int(_setting(made, "most_of_side", MOST_OF_SIDE)),
            on_progress=on_progress,
            cache_folder=cache_folder,
        )
    filters = filters_from(made.filters)
    filters = without_added_languages(library.store, filters, model.languages)
    if kept.kind is Kind.SEARCH:
        return search(
            library,
            kept.quote,
            stance_model=model,
            filters=filters,
            thresholds=thresholds,
            candidates=int(_setting(made, "candidates", CANDIDATES)),
            read_again=_read_again(made),
            same_actor=not made.settings or "same_actor" in made.settings,
            on_progress=on_progress,
        )
    if "most_of_side" in made.settings:
        raise ExportError(
            "The result is what one side said in a comparison: take the comparison instead."
        )
    found = positions(  # saved by `Positions.result`
        library,
        kept.subject,
        opposite=kept.quote.opposite if kept.quote else "",
        by=str(made.settings.get("by", "")),
        filters=filters,
        stance_model=model,
        thresholds=thresholds.with_values(
            None, _setting(made, "least_similarity", thresholds.similarity)
        ),
        most_each=int(_setting(made, "most_each", MOST_PER_ACTOR)),
        on_progress=on_progress,
        cache_folder=cache_folder,
    )
    return found.rethreshold(similarity=thresholds.similarity)


def _read_again(made: Provenance) -> tuple[int, int] | None:
    """Return how many candidates of either list were read again; None if there was one stage."""
    names = "read_again_agree", "read_again_oppose"
    if not any(name in made.settings for name in names):
        return None
    agree, oppose = (int(_setting(made, name, 1)) for name in names)
    return agree, oppose


def _setting(made: Provenance, name: str, default: float) -> float:
    value = made.settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExportError(f"The result's setting {name} is {value!r}, not a number: make it again.")
    least, most = (-1, 1) if name == "least_similarity" else (1, 10**9)
    if not least <= value <= most:
        raise ExportError(
            f"The result's setting {name} is {value}, not a number from {least} to {most}: make it "
            "again."
        )
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


# -- Contents ------------------------------------------------------------------------------------


def _changed_statements(kept: Result, library: OpenLibrary) -> Iterator[Difference]:
    """Yield the fields of the result's statements that are not as in the library."""
    sides = [pair.excerpts if kept.quote is None else (pair.b,) for pair in kept.pairs]
    sides += [(pair.b,) for placed in kept.placed for pair in placed]
    sides += [(one.excerpt,) for one in kept.found_unjudged]
    excerpts = [side for pair in sides for side in pair]
    found = {id(side.statement): side.statement for side in excerpts}
    found |= {id(other): other for side in excerpts for other in side.repeats}
    if kept.source:
        found[id(kept.source)] = kept.source
    held = library.store.statements({statement.id for statement in found.values()})
    for statement in found.values():
        what, theirs = f"statement {statement.id}", held.get(statement.id)
        if theirs is None:
            yield Difference(what, "there", "missing")
            continue
        was, now = statement.to_dict(), theirs.to_dict()
        for name in {**was, **now}:
            if was.get(name) != now.get(name) and name != "date_precision":
                values = (_as_text(data.get(name, "")) for data in (was, now))
                yield Difference(f"{what}: {name}", *values)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Contents:
    """Compare what a result says besides its statements and probabilities with the repeated one."""

    def __init__(self, kept: Result, now: Result, model: StanceModel, tolerance: float) -> None:
        self.found: list[Difference] = []
        self.unchecked: list[str] = []
        self._kept, self._now, self._model, self._tolerance = kept, now, model, tolerance
        made, again = kept.provenance, now.provenance
        self._compare("subject", kept.subject, now.subject)
        self._compare("quote's own statement", _id_of(kept.source), _id_of(now.source))
        self._compare_numbers("pairs of placed passages", kept.candidates, now.candidates)
        if kept.found_unjudged or made.version == again.version:
            self._compare("statements not judged", _unjudged_ids(kept), _unjudged_ids(now))
        if kept.passages_read or made.version == again.version:  # older versions did not record it
            self._compare_numbers("passages read", kept.passages_read, now.passages_read)
        if made.library_digest == again.library_digest:
            self._compare("passages in the library", made.passages, again.passages)
        if made.third_reader:
            self.unchecked.append("the third reader's verdicts and notes")
        else:
            self.unchecked += _notes(kept, now)
        if details := _own_details(kept):
            self.unchecked.append(f"the quote's {', '.join(details)}, as given with the quote")

    def compare(self, entry: Moved, before: Pair, after: Pair) -> None:
        """Compare a pair with the repeated one."""
        sides = [side for side in (entry.pair.a, entry.pair.b) if side]
        what = f"pair of {' and '.join(sides)}"
        if self._kept.quote:
            self._compare(f"{what}: sentence of the quote", before.a.text, after.a.text)
        else:
            self._compare(f"{what}: passage a", _place_of(before.a), _place_of(after.a))
        self._compare(f"{what}: passage b", _place_of(before.b), _place_of(after.b))
        for side, ours, theirs in zip("ab", before.excerpts, after.excerpts, strict=True):
            ids = [[other.id for other in one.repeats] for one in (ours, theirs)]
            self._compare(f"{what}: statements with the words of {side}", *ids)
        self._compare_reading(what, before, after)
        if before.rationale and before.third_reading is not ThirdReading.READ:
            self._compare_words(what, entry, before, after)

    def compare_placed(self) -> None:
        """Compare where passages were placed on the proposition with the repeated places."""
        for side, was, now in zip("ab", self._kept.placed, self._now.placed, strict=False):
            before, after = (
                {(pair.b.statement.id, pair.b.passage.start): pair for pair in placed}
                for placed in (was, now)
            )
            names = [[f"{id} from {start}" for id, start in sorted(of)] for of in (before, after)]
            self._compare(f"passages placed of side {side}", *names)
            for place in sorted(before.keys() & after.keys()):
                what = f"place of {place[0]} from {place[1]}"
                one, other = before[place], after[place]
                self._compare(f"{what}: passage", _place_of(one.b), _place_of(other.b))
                if one.third_reading is not ThirdReading.READ:
                    for name, ours in asdict(one.probabilities).items():
                        theirs = getattr(other.probabilities, name)
                        self._compare_numbers(f"{what}: {name}", ours, theirs)
                self._compare_reading(what, one, other)

    def _compare_reading(self, what: str, before: Pair, after: Pair) -> None:
        self._compare_numbers(f"{what}: similarity", before.similarity, after.similarity)
        self._compare(
            f"{what}: read by the fast model only", before.first_stage_only, after.first_stage_only
        )
        if not self._kept.provenance.third_reader:
            self._compare(
                f"{what}: third reader", before.third_reading.value, after.third_reading.value
            )

    def _compare_words(self, what: str, entry: Moved, before: Pair, after: Pair) -> None:
        # Where numbers differ a little, as on another processor, so may the words.
        if entry.by or self._model.digest != self._kept.provenance.stance_digest:
            why = "the deciding words of pairs whose probabilities differ"
            if why not in self.unchecked:
                self.unchecked.append(why)
            return
        again = explain_pair(after, self._model, self._kept.quote)
        self._compare(f"{what}: deciding words", _words(before), _words(again))

    def _compare_numbers(self, what: str, was: float, now: float) -> None:
        if not abs(was - now) <= self._tolerance * max(1, abs(was), abs(now)):
            self._compare(what, was, now)

    def _compare(self, what: str, was: Any, now: Any) -> None:
        if was != now:
            self.found.append(Difference(what, _as_text(was), _as_text(now)))


def _unjudged_ids(result: Result) -> str:
    return " ".join(one.excerpt.statement.id for one in result.found_unjudged)


def _id_of(statement: Statement | None) -> str:
    return statement.id if statement else ""


def _place_of(side: Excerpt) -> str:
    passage = side.passage
    read = f", read as: {passage.read}" if passage.reads_translation else ""
    return f"{passage.start} to {passage.end}: {passage.text} ({passage.context}){read}"


def _words(pair: Pair) -> list[str]:
    spans = (*pair.spans.a, *pair.spans.b)
    return [f"{one.start} to {one.end}, weight {one.weight:.6f}" for one in spans]


def _notes(kept: Result, now: Result) -> Iterator[str]:
    """Name the notes of one result that the other lacks.

    That may be right: a filter that a note says was left out is not among those used again.
    """
    # Counted, since a note that was written twice is not what came out either.
    theirs, ours = Counter(kept.notes), Counter(now.notes)
    for note in theirs - ours:
        if not note.startswith(OLDER):
            yield f"the note “{note}”, which did not come out again"
    for note in ours - theirs:
        yield f"the note “{note}”, which the result lacks"


def _own_details(kept: Result) -> list[str]:
    """Return the details of a quote that are not those of its statement in the library."""
    if kept.quote is None:
        return []
    names = ("speaker", "role", "country", "date", "context", "statement_id")
    source = {"statement_id": _id_of(kept.source)}
    given = {name: getattr(kept.quote, name) for name in names}
    return [
        name.replace("_", " ")
        for name, value in given.items()
        if value and value != source.get(name, getattr(kept.source, name, None))
    ]
