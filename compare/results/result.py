"""Results: all scored pairs, and the lists that thresholds select without scoring again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.errors import QueryError
from compare.files import write_whole
from compare.models import Stance
from compare.results.pair import Pair, PairKey, ThirdReading, Thresholds, Unjudged
from compare.statements import Quote, SentenceKind, Statement, words_key

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from compare.comparison.reproduce import Reproduction
    from compare.comparison.sensitivity import Sensitivity
    from compare.library.library import OpenLibrary
    from compare.models import StanceModel
    from compare.models.third_reader import ThirdReader
    from compare.progress import Progress
    from compare.results.provenance import Provenance

FILLED_TO = 10
"""Length to which a shorter list of a search is filled with unclear pairs."""

LEAST_UNSURE = 0.2
"""Minimum probability of a pair that fills a list; on dev queries, a third of them are right."""

MOST_OF_STATEMENT = 3
"""Most pairs with one statement in a list of two sides, so that no statement fills the list."""


class Kind(StrEnum):
    """The kind of comparison that made a result; `POSITIONS` holds what actors or a side said."""

    SEARCH = "search"
    POSITIONS = "positions"
    SIDES = "sides"
    TIMELINE = "timeline"


@dataclass(frozen=True)
class Result:
    """All scored pairs, and the lists that the thresholds select from them.

    >>> claim = "We are concerned that China is considering military aid to Russia."
    >>> result = library.search(claim)
    >>> result.kind, len(result.agree), len(result.oppose)
    (<Kind.SEARCH: 'search'>, 4, 1)

    Attributes:
        pairs: In a search one per statement, with its strongest passage; for two sides all that
            were scored, in no meaningful order.
        subject: The quote's words, or a description of the sides and the proposition.
        quote: The words searched for; None for two sides and for a timeline.
        source: The quote's own statement if the library holds it; it is in no list.
        candidates: For two sides, the number of pairs of passages that were placed, scored or not.
        notes: Sentences the reader should see ("The quote looks Russian. …").
        passages_read: For a search, the number of passages that were read; 0 if an older program
            made the result.
        placed: For two sides, the passages of each that were placed, paired with the proposition;
            for a timeline those of the one side. Empty if an older program made the result.
        found_unjudged: For a search, the passages most similar to the quote in languages that the
            stance model does not read, best first: see `unjudged`.
    """

    kind: Kind
    subject: str
    pairs: tuple[Pair, ...]
    thresholds: Thresholds
    provenance: Provenance
    quote: Quote | None = None
    source: Statement | None = None
    candidates: int = 0
    notes: tuple[str, ...] = ()
    passages_read: int = 0
    placed: tuple[tuple[Pair, ...], ...] = ()
    found_unjudged: tuple[Unjudged, ...] = ()

    @property
    def unjudged(self) -> tuple[Unjudged, ...]:
        """Return what a search found in languages that the stance model does not read.

        They are most similar to the quote first and reach the minimum similarity; whether they
        agree is not judged.

        >>> result.unjudged
        ()
        """
        least = self.thresholds.similarity
        return tuple(one for one in self.found_unjudged if one.similarity >= least)

    @property
    def quote_language(self) -> str:
        """Return the code of a quote's language that the stance model does not read; "" if it does.

        No verdicts were given then.
        """
        return str(self.provenance.settings.get("quote_language", ""))

    @property
    def over_time(self) -> bool:
        """Tell whether side a is always the earlier one; opposition may then be a change."""
        return self.kind is Kind.TIMELINE

    @property
    def asked(self) -> Statement | None:
        """Return the quote as a statement, completed from its source; None without a quote."""
        return self.quote.as_statement(self.source) if self.quote else None

    @property
    def opposite(self) -> str:
        """Return what someone who disagrees would say, if passages were compared with it, too."""
        made = self.provenance.settings.get("opposite", "")
        return self.quote.opposite if self.quote else str(made)

    def said_by(self, side: int = 0) -> Result:
        """Return what a side said on the proposition, in lists as those of a search.

        >>> claim = "China gives Russia military aid."
        >>> found = library.compare("United States", "China", claim, opposite="This is a lie.")
        >>> found.said_by(1).quote.text
        'China gives Russia military aid.'

        Args:
            side: 0 for side a, or for the one side of a timeline; 1 for side b.

        Raises:
            QueryError: The result has no such side, or an older program compared it on a topic.
        """
        if not 0 <= side < len(self.placed):
            raise QueryError("The result holds nothing that this side said: compare it again.")
        asked = str(self.provenance.settings["proposition"])
        pairs = tuple(strongest(self.placed[side], self.thresholds))
        given = [pair.third_reading for pair in pairs if pair.third_reading]
        read = {"pairs": len(given), "read": given.count(ThirdReading.READ)}
        third = {**self.provenance.third_reader, **read} if given else {}
        for of_all in ("candidates", "added"):
            third.pop(of_all, None)
        return Result(
            Kind.POSITIONS,
            asked,
            pairs,
            self.thresholds,
            replace(
                self.provenance,
                filters=self.provenance.filters.get("ab"[side], {}),
                third_reader=third,
            ),
            quote=Quote(asked, opposite=self.opposite),
            passages_read=len(self.placed[side]),
        )

    @property
    def usual_lists(self) -> tuple[Stance, ...]:
        """Return the lists shown by default: all three for a search, else agree and oppose."""
        return tuple(Stance) if self.quote else (Stance.AGREE, Stance.OPPOSE)

    def rethreshold(
        self,
        *,
        probability: float | None = None,
        similarity: float | None = None,
        without_kinds: Sequence[SentenceKind] | None = None,
    ) -> Result:
        """Return the same result at other thresholds; nothing is scored again.

        >>> len(result.rethreshold(probability=0.99).oppose)
        0
        """
        thresholds = self.thresholds.with_values(probability, similarity, without_kinds)
        return replace(self, thresholds=thresholds)

    @property
    def left_out(self) -> int:
        """Return how many pairs would agree or oppose but for the kinds that are not listed."""
        every = replace(self.thresholds, without_kinds=())
        sides = Stance.AGREE, Stance.OPPOSE
        verdicts = (every.stance_of(pair) for pair in self.pairs if self.stance_of(pair) is None)
        return sum(verdict in sides for verdict in verdicts)

    def stance_of(self, pair: Pair) -> Stance | None:
        """Return the verdict on a pair, None if it is on no common topic or of a kind left out."""
        if self.quote is None and self.thresholds.leave_out(pair.a):
            return None
        return self.thresholds.stance_of(pair)

    def column_of(self, pair: Pair) -> Stance | None:
        """Return the list that shows a pair: that of its verdict, or the one that it fills."""
        return self._filling.get(pair.key) or self.stance_of(pair)

    def is_unsure(self, pair: Pair) -> bool:
        """Tell whether a pair only fills a short list: its verdict is unclear, below one half."""
        return pair.key in self._filling

    def sure(self, stance: Stance) -> tuple[Pair, ...]:
        """Return one list without the unclear pairs that fill it: what totals count.

        >>> len(result.sure(Stance.OPPOSE)) <= len(result.listed(Stance.OPPOSE))
        True
        """
        return tuple(pair for pair in self.listed(stance) if not self.is_unsure(pair))

    def listed(self, stance: Stance, *, all_of_it: bool = False) -> tuple[Pair, ...]:
        """Return one list, best first.

        If fewer than ten statements found by a search agree with the quote, or oppose it, the
        likeliest others on that side stand at the end of the list, from a probability of 0.2 up.
        They are unclear and count in no total: see `is_unsure` and `sure`. They do not if the
        minimum probability is higher than usual.

        Unless `all_of_it` is set, a list of two sides holds pairs with the same words once, and no
        statement in more than `MOST_OF_STATEMENT` pairs.
        """
        if all_of_it or self.quote:
            return self._ranked[stance]
        if stance not in self._diverse:
            self._diverse[stance] = self._without_repeats(self._ranked[stance])
        return self._diverse[stance]

    @property
    def agree(self) -> tuple[Pair, ...]:
        """Return the pairs that agree, best first, without unclear ones.

        >>> result.agree[0].probabilities.agree > 0.5
        True
        """
        return self.sure(Stance.AGREE)

    @property
    def oppose(self) -> tuple[Pair, ...]:
        """Return the pairs that oppose each other, best first, without unclear ones.

        >>> result.oppose[0].b.statement.country[0].name
        'China'
        """
        return self.sure(Stance.OPPOSE)

    @property
    def neither(self) -> tuple[Pair, ...]:
        """Return the pairs near the topic that neither agree nor oppose, most similar first.

        >>> all(pair.similarity >= result.thresholds.similarity for pair in result.neither)
        True
        """
        return self.listed(Stance.NEITHER)

    def near(self, stance: Stance) -> tuple[Pair, ...]:
        """Return the likeliest pairs below a raised minimum probability, for a short list.

        >>> strict = result.rethreshold(probability=0.99)
        >>> len(strict.oppose), strict.near(Stance.OPPOSE)[0].b.text
        (0, 'malicious disinformation')

        Args:
            stance: Agree or oppose.
        """
        return () if self._is_filled or self.quote is None else self._nearest[stance]

    def below_similarity(self, stance: Stance) -> int:
        """Return how many pairs would be in a list but for the minimum similarity.

        >>> result.rethreshold(similarity=1.0).below_similarity(Stance.OPPOSE) > 0
        True
        """
        anywhere = replace(self.thresholds, similarity=-1.0)
        least = self.thresholds.similarity
        below = (pair for pair in self.pairs if pair.similarity < least)
        return sum(anywhere.stance_of(pair) is stance for pair in below)

    def ranked(
        self, stances: Iterable[Stance] | None = None, limit: int | None = None
    ) -> Iterator[tuple[Stance, int, Pair]]:
        """Yield (stance, rank in its list from 1, pair): agree, then oppose, then neither.

        Args:
            stances: Which lists; None for `usual_lists`.
            limit: Most pairs of each list; None for all.
        """
        wanted = set(self.usual_lists if stances is None else stances)
        for stance in Stance:
            if stance in wanted:
                for rank, pair in enumerate(self.listed(stance)[:limit], start=1):
                    yield stance, rank, pair

    def replacing(self, changed: Mapping[int, Pair]) -> Result:
        """Return the result with some pairs replaced; the keys of `changed` are their `id()`."""
        return replace(self, pairs=tuple(changed.get(id(pair), pair) for pair in self.pairs))

    def explain(
        self,
        stance_model: StanceModel | None = None,
        *,
        most: int | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Return the result with the deciding words of the pairs in the agree and oppose lists.

        >>> pair = result.explain(most=1).oppose[0]
        >>> [pair.b.text[span.start : span.end] for span in pair.rationale.b]
        ['disinformation']

        Args:
            stance_model: The model that gave the verdicts; None loads the one the result names.
            most: Explain only the first pairs of each list; None for all.
            on_progress: Reports the number of pairs explained.

        Raises:
            ModelError: The model that the result names is not installed.
        """
        from compare.comparison.reproduce import model_name
        from compare.comparison.scoring import explain_listed
        from compare.models import load_stance_model

        model = stance_model or load_stance_model(model_name(self.provenance))
        return explain_listed(self, model, on_progress, most=most)

    def read_again(
        self,
        reader: ThirdReader,
        *,
        most: int = 20,
        candidates: int = 0,
        on_progress: Progress | None = None,
    ) -> Result:
        """Return the result with a third reader's verdicts on the first pairs of each list.

        Of two sides, and over time, it also places passages on the proposition, and reads pairs
        that this leads to: see `compare.comparison.third_reader.read_again`.

        >>> reader = load_third_reader("ollama", "llama3.1")  # doctest: +SKIP
        >>> result.read_again(reader).notes[-1]  # doctest: +SKIP
        'A third reader, llama3.1 at localhost:11434, read 3 of the 3 pairs ...'

        Args:
            reader: See `compare.load_third_reader`.
            most: Pairs of each list that are sent to it.
            candidates: Pairs likeliest to oppose, of statements that these do not show, that are
                sent as well; of two sides, passages of each.
            on_progress: Reports the number of pairs read.
        """
        from compare.comparison.third_reader import read_again

        return read_again(self, reader, most=most, candidates=candidates, on_progress=on_progress)

    def save(self, path: Path | str, *, force: bool = False) -> Path:
        """Write the whole result to a JSON file, from which `load` restores an equal one.

        >>> result.save("result.json").name
        'result.json'

        Raises:
            ExportError: The file exists and `force` is not given, or it cannot be written.
        """
        from compare.export.json_files import result_bytes

        return write_whole(Path(path), result_bytes(self), force=force)

    @staticmethod
    def load(path: Path | str) -> Result:
        """Read a result that `save` wrote.

        >>> saved = result.save("saved.json")
        >>> Result.load(saved) == result
        True

        Raises:
            ExportError: The file is missing, or is not a saved result.
        """
        from compare.export.json_files import load_result

        return load_result(path)

    def reproduce(
        self,
        library: OpenLibrary,
        *,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Reproduction:
        """Score every pair again with the settings of this result, and compare the two.

        >>> result.reproduce(library).same
        True

        Args:
            library: Where the statements are; another library than the result's is reported.
            stance_model: None for the one that the result names.
            on_progress: Reports the number of pairs scored.

        Raises:
            ModelError: The stance model that the result names is not installed.
            QueryError: A side has no passages left in this library.
            ExportError: The result's filters or settings cannot be read.
        """
        from compare.comparison.reproduce import reproduce

        return reproduce(self, library, stance_model=stance_model, on_progress=on_progress)

    def sensitivity(
        self,
        library: OpenLibrary,
        *,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Sensitivity:
        """Repeat the result with one change at a time: another setting, end or model.

        >>> [(one.what, one.agree) for one in result.sensitivity(library).variations[:1]]
        [('as it is', 4)]

        See `compare.comparison.sensitivity.sensitivity`.
        """
        from compare.comparison.sensitivity import sensitivity

        return sensitivity(self, library, stance_model=stance_model, on_progress=on_progress)

    def export(
        self,
        path: Path | str,
        format: str | None = None,
        *,
        stances: Sequence[Stance] | None = None,
        force: bool = False,
    ) -> Path:
        """Write the listed pairs to a file, whole or not at all, and return its path.

        >>> result.export("pairs.csv").read_text().count("malicious disinformation") > 0
        True

        Args:
            path: The file.
            format: An `ExportFormat` or its name; None to go by the suffix of the path.
            stances: Which lists; None for `usual_lists`.
            force: Overwrite an existing file.

        Raises:
            ExportError: The file exists and `force` is not given, it cannot be written, or the
                format is unknown.
        """
        from compare.export.formats import ExportFormat, export_bytes

        chosen = ExportFormat.of(Path(path)) if format is None else format
        return write_whole(Path(path), export_bytes(self, chosen, stances=stances), force=force)

    def report(
        self,
        path: Path | str,
        *,
        stances: Sequence[Stance] | None = None,
        title: str = "",
        limit: int | None = None,
        sensitivity: Sensitivity | None = None,
        force: bool = False,
    ) -> Path:
        """Write the result as one HTML page that needs no network, and return its path.

        >>> result.report("report.html", title="On military aid").name
        'report.html'

        Args:
            path: The file.
            stances: Which lists; None for `usual_lists`.
            title: The heading; if empty, the quote or the sides.
            limit: Most pairs shown of each list; None for all.
            sensitivity: What other settings give, by `sensitivity`; None for what other minimum
                probabilities give.
            force: Overwrite an existing file.

        Raises:
            ExportError: The file exists and `force` is not given, or it cannot be written.
        """
        from compare.export.report import report_html

        page = report_html(self, stances, title=title, limit=limit, sensitivity=sensitivity)
        return write_whole(Path(path), page.encode("utf-8", "replace"), force=force)

    def to_arrow(self, stances: Sequence[Stance] | None = None) -> pa.Table:
        """Return the listed pairs as an Arrow table: see `compare.export.frames`."""
        from compare.export.frames import to_arrow

        return to_arrow(self, stances)

    def to_pandas(self, stances: Sequence[Stance] | None = None) -> pd.DataFrame:
        """Return the listed pairs as a frame; `frame.attrs["compare"]` describes their origin.

        >>> frame = result.to_pandas()
        >>> bool((frame.stance == "oppose").sum() == len(result.listed(Stance.OPPOSE)))
        True
        """
        from compare.export.frames import to_pandas

        return to_pandas(self, stances)

    def to_polars(self, stances: Sequence[Stance] | None = None) -> Any:
        """Return the listed pairs as a polars frame.

        Raises:
            ExportError: polars is not installed.
        """
        from compare.export.frames import arrow_to_polars

        return arrow_to_polars(self.to_arrow(stances))

    def _repr_html_(self) -> str:
        from compare.export.notebook import notebook_html

        return notebook_html(self)

    @cached_property
    def _ranked(self) -> dict[Stance, tuple[Pair, ...]]:
        lists = dict(self._at_thresholds)
        if self._is_filled:
            for stance, pairs in self._nearest.items():
                lists[stance] += pairs
            left = lists[Stance.NEITHER]
            lists[Stance.NEITHER] = tuple(pair for pair in left if not self.is_unsure(pair))
        return lists

    @cached_property
    def _at_thresholds(self) -> dict[Stance, tuple[Pair, ...]]:
        """Return the lists without what fills them."""
        lists: dict[Stance, list[Pair]] = {stance: [] for stance in Stance}
        for pair in self.pairs:
            if stance := self.stance_of(pair):
                lists[stance].append(pair)
        return {stance: tuple(_in_order(pairs, stance)) for stance, pairs in lists.items()}

    @property
    def _is_filled(self) -> bool:
        searched = self.kind is Kind.SEARCH
        return searched and self.thresholds.probability <= Thresholds().probability

    @cached_property
    def _filling(self) -> dict[PairKey, Stance]:
        """Return the list that each unsure pair fills, by the pair's key."""
        if not self._is_filled:
            return {}
        return {pair.key: stance for stance, pairs in self._nearest.items() for pair in pairs}

    @cached_property
    def _nearest(self) -> dict[Stance, tuple[Pair, ...]]:
        """Return the pairs below the minimum probability that fill each list, best first."""
        lists = self._at_thresholds
        filling = {}
        for stance in (Stance.AGREE, Stance.OPPOSE):
            said = set(map(_words, lists[stance][:FILLED_TO]))
            kept: list[Pair] = []
            for pair in _in_order(filter(_is_unsure, lists[Stance.NEITHER]), stance):
                has_room = len(lists[stance]) + len(kept) < FILLED_TO
                on_side = pair.probabilities.side is stance
                if has_room and on_side and _words(pair) not in said:
                    said.add(_words(pair))
                    kept.append(pair)
            filling[stance] = tuple(kept)
        return filling

    @cached_property
    def _diverse(self) -> dict[Stance, tuple[Pair, ...]]:
        return {}  # `listed` fills it on demand: few callers need the long list of neither

    def _without_repeats(self, pairs: Iterable[Pair]) -> tuple[Pair, ...]:
        kept, seen, times = [], set(), Counter[str]()
        for pair in pairs:
            words = [words_key(side.text, side.context) for side in pair.excerpts]
            # Over time, order matters: an actor that returns to an earlier position changed again.
            said = tuple(words if self.over_time else sorted(words))
            if said in seen or max(times[name] for name in pair.ids) >= MOST_OF_STATEMENT:
                continue
            seen.add(said)
            times.update(pair.ids)
            kept.append(pair)
        return tuple(kept)


def _is_unsure(pair: Pair) -> bool:
    # What a third reader takes for neither is neither.
    read = pair.third_reading is ThirdReading.READ
    return pair.probabilities.of(pair.probabilities.side) >= LEAST_UNSURE and not read


def _words(pair: Pair) -> int:
    return words_key(pair.b.text, pair.b.context)


def _in_order(pairs: Iterable[Pair], stance: Stance) -> list[Pair]:
    return sorted(pairs, key=lambda pair: pair.rank_key(stance))


def strongest(pairs: Iterable[Pair], thresholds: Thresholds) -> list[Pair]:
    """Return the strongest pair of each statement b, those that take a side first."""

    def order(pair: Pair) -> tuple[bool, bool, bool, float, float, str, int]:
        takes_no_side = thresholds.stance_of(pair) is Stance.NEITHER
        score = max(pair.score(Stance.AGREE), pair.score(Stance.OPPOSE))
        _, _, identifier, start = pair.key
        last = thresholds.leave_out(pair.b), takes_no_side, pair.first_stage_only
        return *last, -score, -pair.similarity, identifier, start

    best: dict[str, Pair] = {}
    for pair in sorted(pairs, key=order):
        best.setdefault(pair.b.statement.id, pair)  # keeps the first of each statement
    return list(best.values())
