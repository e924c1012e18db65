"""Find who agrees with a quote and who opposes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import exp, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from compare.comparison.retrieval import Retrieved, by_date, repetitions, retrieve
from compare.comparison.scoring import (
    explain_listed,
    opposite_notes,
    read_excerpts,
    score_both_ends,
    score_in_stages,
    top_of_lists,
)
from compare.defaults import CANDIDATES
from compare.library.actors import actor_keys
from compare.library.filters import PARTY, Filters, filters_in_force
from compare.models import ModelInput, SameActor, Use
from compare.models.stance import is_typed, softmax
from compare.results import (
    Excerpt,
    Kind,
    Pair,
    Probabilities,
    Result,
    Stance,
    Thresholds,
    Unjudged,
)
from compare.results.provenance import provenance
from compare.statements import Quote, speaker_key, words_key

if TYPE_CHECKING:
    from compare.library.index.base import Floats, Rows
    from compare.library.library import OpenLibrary
    from compare.models import StanceModel
    from compare.progress import Progress

_LEAST = 1e-6  # of a probability, before its logarithm

READ_AGAIN = 20, 30
"""Candidates at the top of the agree list and of the oppose list that the second stage scores. On
dev queries, the first five of either list are as good as if it scored 30 and 30."""

READ_AGAIN_WITH_OPPOSITE = 16, 24
"""The same with an opposite, since each of them is then compared with both ends."""


def search(
    library: OpenLibrary,
    quote: Quote | str,
    *,
    stance_model: StanceModel | None = None,
    filters: Filters | None = None,
    thresholds: Thresholds | None = None,
    candidates: int = CANDIDATES,
    why: bool = False,
    only: Rows | None = None,
    read_again: tuple[int, int] | None = None,
    same_actor: bool = True,
    on_progress: Progress | None = None,
) -> Result:
    """Search a library for statements that agree with a quote or oppose it.

    Candidates are the passages most similar to each sentence of the quote and those that share rare
    words with it. Each statement is represented by its pair with the strongest verdict.

    If the quote has an opposite, it gets as many candidates as a sentence of the quote, and a
    passage is compared with both: its probabilities are the calibrated mean of both readings, with
    agree and oppose exchanged in the second, and its similarity is the greater one. Of several
    sentences, this holds for the one most similar to the opposite.

    Args:
        library: The library to search.
        quote: The words, with the speaker if known.
        stance_model: None uses the shipped one.
        filters: Applied exactly, before candidates are chosen.
        thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
        candidates: Number of similar passages scored; up to 30 more that share words.
        why: Also find the rationale of all listed pairs.
        only: Rows of the passages that may be found, int64 [n]; None for all. If given, the quote's
            own statement is only that whose id the quote has.
        read_again: Candidates at the top of either list that the second stage scores; None for the
            usual numbers.
        same_actor: Whether each verdict is weighed with those on the same actor's other passages;
            `Pair.alone` has the probabilities without that.
        on_progress: Reports pairs scored.

    Raises:
        QueryError: The quote is empty or too long.
        ModelError: A model is missing or not the library's.
    """
    asked = (Quote(quote) if isinstance(quote, str) else quote).cleaned()
    model = stance_model or library.stance_model()
    retrieved = retrieve(library, asked, filters or Filters(), candidates, model.languages, only)
    model = model.for_use(_use_of(retrieved))
    calibrated = model.for_use(Use.BOTH_ENDS) if retrieved.quote.opposite else model
    same = calibrated.same_actor if same_actor else None
    depths = read_again or (READ_AGAIN_WITH_OPPOSITE if retrieved.quote.opposite else READ_AGAIN)
    scored = weigh_actors(_score(library, retrieved, model, depths, on_progress), same)
    last = [entry for entry in scored if not entry.pair.first_stage_only]
    result = Result(
        Kind.SEARCH,
        asked.text,
        _one_per_statement(library, retrieved, last),
        thresholds=thresholds or Thresholds(),
        provenance=provenance(
            library,
            model,
            filters_in_force(retrieved.filters),
            _settings(candidates, model, same, retrieved, depths),
        ),
        quote=retrieved.quote,
        source=next(iter(retrieved.sources), None),
        notes=(
            *retrieved.notes,
            *opposite_notes(retrieved.parts[retrieved.contested], retrieved.quote.opposite, model),
        ),
        passages_read=len({entry.row for entry in scored}),
        found_unjudged=_unjudged(library, retrieved),
    )
    return explain_listed(result, model, on_progress) if why else result


def _unjudged(library: OpenLibrary, retrieved: Retrieved) -> tuple[Unjudged, ...]:
    excerpts = read_excerpts(library, (row for row, _ in retrieved.unread))
    return tuple(Unjudged(excerpts[row], similarity) for row, similarity in retrieved.unread)


def _settings(
    candidates: int,
    model: StanceModel,
    same: SameActor | None,
    retrieved: Retrieved,
    depths: tuple[int, int],
) -> dict[str, float | str]:
    """Return what a result records; what does not apply is left out."""
    settings: dict[str, float | str] = {"candidates": candidates}
    if retrieved.quote.opposite:
        settings["opposite"] = retrieved.quote.opposite
    if retrieved.quote_language:
        settings["quote_language"] = retrieved.quote_language
    if same:
        settings["same_actor"] = same.weight
    if len(model.stages) > 1:
        settings["read_again_agree"], settings["read_again_oppose"] = depths
    return settings


def _use_of(retrieved: Retrieved) -> Use:
    """Return what a search with this quote reads for.

    A statement of the library is opposed more rarely than what is typed, which is a claim made for
    the search.
    """
    quote = retrieved.quote
    if retrieved.sources or quote.statement_id:
        return Use.STATEMENT
    typed = is_typed(Excerpt.of_quote(quote, quote.text).model_input)
    return Use.QUOTE if typed else Use.NAMED_QUOTE


class _Scored(NamedTuple):
    """A pair of a sentence of the quote with the passage in a row."""

    row: int
    pair: Pair

    @property
    def strength(self) -> tuple[bool, bool, float, float]:
        """Return the sort key by which a statement's strongest pair is chosen."""
        pair = self.pair
        return (
            not pair.first_stage_only,
            pair.similarity >= Thresholds().similarity,  # a pair too dissimilar is never listed
            max(pair.score(Stance.AGREE), pair.score(Stance.OPPOSE)),
            pair.similarity,
        )


def _score(
    library: OpenLibrary,
    retrieved: Retrieved,
    model: StanceModel,
    depths: tuple[int, int],
    on_progress: Progress | None,
) -> list[_Scored]:
    excerpts = read_excerpts(library, (row for _, row in retrieved.pairs))
    numbers = {row: n for n, row in enumerate(excerpts)}
    vectors = library.store.vectors(np.array([*excerpts], np.int64))
    cosines = np.clip(
        vectors @ retrieved.vectors.T, -1, 1
    )  # 16-bit vectors are not exactly of unit length
    own = words_key(retrieved.quote.opposite)
    both = [
        bool(retrieved.quote.opposite)
        and part == retrieved.contested
        # A passage that is the opposite itself would only confirm itself.
        and own not in map(words_key, (excerpts[row].read, excerpts[row].passage.completed))
        for part, row in retrieved.pairs
    ]
    similarities = [
        float(max(cosines[numbers[row], [part, -1] if ends else [part]]))
        for (part, row), ends in zip(retrieved.pairs, both, strict=True)
    ]
    asked = [Excerpt.of_quote(retrieved.quote, part).model_input for part in retrieved.parts]
    inputs = [(asked[part], excerpts[row].model_input) for part, row in retrieved.pairs]
    opposite = ModelInput(retrieved.quote.opposite)

    def score(stage: StanceModel, chosen: Rows, on_progress: Progress | None) -> Floats:
        read = [inputs[n] for n in chosen.tolist()]
        against = [opposite if both[n] else None for n in chosen.tolist()]
        return score_both_ends(stage, read, against, on_progress)

    choices = [top_of_lists(similarities, *depths)]
    scores = score_in_stages(model, len(inputs), score, choices, on_progress)
    source = next(iter(retrieved.sources), None)
    sentences = [Excerpt.of_quote(retrieved.quote, part, source) for part in retrieved.parts]
    return [
        _Scored(
            row,
            Pair(sentences[part], excerpts[row], probabilities, similarity, first_stage_only=only),
        )
        for (part, row), similarity, (probabilities, only) in zip(
            retrieved.pairs, similarities, scores.of_each(), strict=True
        )
    ]


def weigh_actors(scored: Sequence[_Scored], same: SameActor | None) -> list[_Scored]:
    """Adjust each verdict by the verdicts on the same actor's other passages.

    An actor rarely takes both sides. So the log odds of agree against oppose grow by
    `2 * weight * s`, where `s` is the sum of p_agree - p_oppose over the actor's other passages,
    divided by their number plus one. A clear reading never moves to the other side: at most, agree
    and oppose become equal. Only pairs that the last stage scored count or change; each keeps its
    probabilities by itself as `alone`.
    """
    if not same:
        return [*scored]
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    counts: Counter[tuple[str, ...]] = Counter()
    keys = [_actor(entry.pair) for entry in scored]
    for entry, key in zip(scored, keys, strict=True):
        if not entry.pair.first_stage_only:
            sums[key] += _polarity(entry.pair.probabilities)
            counts[key] += 1
    weighed = []
    for entry, key in zip(scored, keys, strict=True):
        pair, alone = entry.pair, entry.pair.probabilities
        if not pair.first_stage_only:
            others = (sums[key] - _polarity(alone)) / counts[key] if key else 0.0
            pair = replace(pair, probabilities=_weighed(alone, others, same), alone=alone)
        weighed.append(_Scored(entry.row, pair))
    return weighed


def _weighed(alone: Probabilities, others: float, same: SameActor) -> Probabilities:
    """Return the probabilities of a passage, weighed with `others`, the mean of the others."""
    read = np.array([[alone.of(stance) for stance in Stance]])
    agree, oppose, neither = softmax(np.log(np.maximum(read, _LEAST)), same.scale, same.shift)[0]
    by = same.weight * others
    parts = float(agree) * exp(by), float(oppose) * exp(-by), float(neither)
    if alone.stance is not Stance.NEITHER and (parts[0] - parts[1]) * _polarity(alone) < 0:
        parts = (sqrt(parts[0] * parts[1]),) * 2 + parts[2:]
    return Probabilities(*(part / sum(parts) for part in parts))


def _polarity(read: Probabilities) -> float:
    return read.agree - read.oppose


def _actor(pair: Pair) -> tuple[str, ...]:
    """Return the quote's sentence and the actor behind the passage; empty if the actor is unknown.

    The actor is the country, or the countries of a joint statement. Without one, and for a member
    of a party, it is the speaker.
    """
    statement = pair.b.statement
    countries = actor_keys(statement, "country")
    if countries and not PARTY.read(statement):
        return (pair.a.text, *sorted(countries))
    speaker = speaker_key(statement.speaker)
    return (pair.a.text, "", speaker) if speaker else ()


def _strongest(scored: Iterable[_Scored]) -> list[_Scored]:
    """Return the strongest pair of each statement; the first wins a tie."""
    best: dict[str, _Scored] = {}
    for entry in scored:
        held = best.setdefault(entry.pair.b.statement.id, entry)
        if entry.strength > held.strength:
            best[entry.pair.b.statement.id] = entry
    return list(best.values())


def _one_per_statement(
    library: OpenLibrary, retrieved: Retrieved, scored: Sequence[_Scored]
) -> tuple[Pair, ...]:
    """Return each statement's strongest pair; duplicates with the same verdict are merged."""
    strongest = _strongest(scored)
    repeated = repetitions(
        library, [entry.row for entry in strongest], retrieved.own, retrieved.within
    )
    groups: dict[tuple[int, Stance | None], list[_Scored]] = defaultdict(list)
    # By id, so that the result does not depend on the order of retrieval.
    for entry in sorted(strongest, key=lambda entry: entry.pair.b.statement.id):
        words = words_key(entry.pair.b.text, entry.pair.b.context)
        groups[words, Thresholds().stance_of(entry.pair)].append(entry)
    pairs = []
    for entries in groups.values():
        first, *others = sorted(entries, key=lambda entry: entry.strength, reverse=True)
        repeats = {entry.pair.b.statement.id: entry.pair.b.statement for entry in others}
        for entry in entries:
            repeats |= {other.id: other for other in repeated.get(entry.row, ())}
        repeats.pop(first.pair.b.statement.id, None)
        excerpt = replace(first.pair.b, repeats=by_date(repeats.values()))
        pairs.append(replace(first.pair, b=excerpt))
    return tuple(pairs)
