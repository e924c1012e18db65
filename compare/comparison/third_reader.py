"""Let a language model of the user's own read the head of each list again.

Of two sides, and over time, it also places passages on the proposition. These placements lead to
pairs that the models did not choose, and hold its verdict on each pair to the point.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, replace
from typing import TYPE_CHECKING

import numpy as np

from compare.comparison.sides import joined, of_both, pairs_of_placed
from compare.errors import ModelError
from compare.files import write_whole
from compare.library.locations import user_settings, writable_cache
from compare.models import InputPair, Stance, StanceModel, signature
from compare.models.endpoints import Endpoint
from compare.models.third_reader import NOT_SENT, PROMPT_DIGEST, TIMEOUT, Reading, ThirdReader
from compare.progress import Progress, within_total
from compare.results import Excerpt, Pair, Probabilities, Provenance, Result, ThirdReading
from compare.results.pair import PairKey, Place
from compare.strict_json import read_json

if TYPE_CHECKING:
    from numpy.typing import NDArray


AT_HEAD = 20
"""Pairs at the head of each list that a third reader reads."""

_LEAST_BY_PLACEMENTS = 0.5  # of agree or oppose, for a pair that only the placements lead to

_IDS_SHOWN = 5
_ALLOWED = "allowed_origins"  # scheme and host: "https://models.example.org"

# -- Permission ----------------------------------------------------------------------------------


def load_third_reader(
    url_or_name: str, model: str, *, allow_host: str = "", timeout: float = TIMEOUT
) -> ThirdReader:
    """Return a language model that reads pairs; nothing is sent before it reads one.

    >>> reader = load_third_reader("ollama", "llama3.1:8b")  # doctest: +SKIP
    >>> result.read_again(reader).agree[0].third_reading  # doctest: +SKIP
    <ThirdReading.READ: 'read'>

    Args:
        url_or_name: The base URL of an OpenAI-compatible endpoint, or a name in
            `models.endpoints.LOCAL_SERVERS`.
        model: The model's name there.
        allow_host: The endpoint's host, if pairs may be sent there although it is not this machine
            and the user has not allowed it for good.
        timeout: Seconds to wait for an answer.

    Raises:
        ModelError: The endpoint is no address, its host is neither this machine nor allowed, or the
            package openai is not installed.
    """
    endpoint = Endpoint.of(url_or_name)
    if not is_allowed(endpoint) and allow_host.lower() != endpoint.host:
        raise ModelError(
            f"{endpoint.host} is not this computer, so nothing was sent to it: to send statements "
            f"there, allow it with --allow-host {endpoint.host}."
        )
    answers = writable_cache() / "third-reader" / "answers.sqlite"
    return ThirdReader(endpoint, model, answers=answers, timeout=timeout)


def is_allowed(endpoint: Endpoint) -> bool:
    """Tell whether pairs may be sent: to this machine, or to a host that the user allowed."""
    return endpoint.is_local or endpoint.origin in _allowed_origins()


def allow_for_good(endpoint: Endpoint) -> None:
    """Write into the user's settings that pairs may be sent to the host of an endpoint.

    Raises:
        ExportError: The settings cannot be written.
    """
    path = user_settings()
    origins = sorted({*_allowed_origins(), endpoint.origin})
    with suppress(OSError):  # `write_whole` says that the folder cannot be written
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{json.dumps({_ALLOWED: origins}, indent=1)}\n".encode(), force=True)


def _allowed_origins() -> set[str]:
    try:
        found = read_json(user_settings().read_text(encoding="utf-8"))[_ALLOWED]
    except (OSError, ValueError, LookupError, TypeError):
        return set()  # none is allowed unless the file says so
    return set(map(str, found)) if isinstance(found, list) else set()


# -- Reading -------------------------------------------------------------------------------------


def pairs_to_read(result: Result, most: int = AT_HEAD, candidates: int = 0) -> list[Pair]:
    """Return the pairs that a third reader is given.

    They are the first `most` of each list shown and, of the statements that none of these shows,
    the `candidates` passages likeliest to oppose. Of two sides, the latter are passages of each
    side, paired with the proposition; so are the first `most` that agree with it, the first `most`
    that oppose it, and both passages of each pair listed.
    """
    listed = [pair for _, _, pair in result.ranked(limit=most)]
    if result.placed:
        return [*_passages_to_read(result, listed, most, candidates), *listed]
    return listed + _candidates(result, listed, candidates)


def _passages_to_read(
    result: Result, listed: Sequence[Pair], most: int, candidates: int
) -> list[Pair]:
    of_pairs = {passage.place for pair in listed for passage in pair.excerpts}
    found: dict[PairKey, Pair] = {}  # a passage may be of both sides
    for side, placed in enumerate(result.placed):
        said = result.said_by(side)
        head = [pair for _, _, pair in said.ranked((Stance.AGREE, Stance.OPPOSE), most)]
        head += [pair for pair in placed if pair.b.place in of_pairs]
        found |= {pair.key: pair for pair in head + _candidates(said, head, candidates)}
    return [*found.values()]


def _candidates(result: Result, listed: Sequence[Pair], most: int) -> list[Pair]:
    """Return the pairs likeliest to oppose, of statements that none of those listed shows."""
    seen = {pair.ids for pair in listed}
    found: list[Pair] = []
    for pair in sorted(result.pairs, key=lambda pair: -pair.probabilities.oppose):
        if len(found) >= most:
            break
        if pair.ids not in seen and result.stance_of(pair):
            seen.add(pair.ids)
            found.append(pair)
    return found


def _pairs_to_add(
    result: Result,
    placed: Sequence[Sequence[Pair]],
    again: Mapping[PairKey, Pair],
    most: int,
) -> tuple[list[Pair], list[str]]:
    """Return pairs of passages that the reader placed, to be read as well, and a note if needed.

    They are the likeliest to agree, and to oppose each other, by its placements of both, without
    those read `again` before.
    """
    known = {frozenset((pair.a.place, pair.b.place)): pair for pair in result.pairs}
    chosen = pairs_of_placed(
        [list(filter(_is_read, side)) for side in placed],
        over_time=result.over_time,
        most=most,
        least=_LEAST_BY_PLACEMENTS,
        left_out={places for places, pair in known.items() if pair.key in again},
    )
    both = {frozenset((a.place, b.place)): (a, b) for a, b in chosen}
    found, new = [known[places] for places in both if places in known], both.keys() - known.keys()
    notes = []
    if new:
        try:
            found += _as_pairs(
                [both[places] for places in both if places in new], result.provenance
            )
        except ModelError as error:
            left = "a pair" if len(new) == 1 else f"{len(new)} pairs"
            notes = [f"Its placements led to {left} that could not be added. {error}"]
    return [pair for pair in found if result.stance_of(pair)], notes


def _as_pairs(chosen: Sequence[tuple[Excerpt, Excerpt]], made: Provenance) -> Iterator[Pair]:
    """Yield pairs that are still to be read, with their similarity by the encoder of a result.

    Raises:
        ModelError: The encoder is not on this machine, or has changed.
    """
    from compare.models import load_encoder

    encoder = load_encoder(made.encoder)
    if encoder.digest != made.encoder_digest:
        raise ModelError(f"The embedding model {made.encoder} has changed since: compare again.")
    vectors = encoder.encode([side.passage.completed for pair in chosen for side in pair])
    cosines = np.einsum("nd,nd->n", vectors[::2], vectors[1::2]).tolist()
    for (a, b), cosine in zip(chosen, cosines, strict=True):
        yield Pair(a, b, Probabilities(0.0, 0.0, 1.0), min(cosine, 1.0))  # rounding can exceed 1


def inputs_of(result: Result, pairs: Sequence[Pair]) -> list[InputPair]:
    """Return pairs as a model reads them; in a search it reads the quote, not its source."""

    def asked(pair: Pair) -> Excerpt:
        return Excerpt.of_quote(result.quote, pair.a.text) if result.quote else pair.a

    return [(asked(pair).model_input, pair.b.model_input) for pair in pairs]


def read_again(
    result: Result,
    reader: ThirdReader,
    *,
    most: int = AT_HEAD,
    candidates: int = 0,
    on_progress: Progress | None = None,
) -> Result:
    """Return the result with the third reader's verdicts on the pairs of `pairs_to_read`.

    Of two sides, up to `most` pairs for each list follow from where it placed passages, and are
    read as well; those that were not in the result are added to it. Its verdict on a pair combines
    its placements of both passages with its direct reading, as that of `compare_sides` does.

    The lists follow from the new verdicts: a pair may move to another list, and pairs that the
    third reader read come first. Where it gives no verdict, the one before stays, and a note says
    so. Pairs that it read have the words it named as rationale.

    Raises:
        ModelError: Another third reader read the result before; files could not tell them apart.
    """
    if (before := result.provenance.third_reader.get("model", signature(reader))) != signature(
        reader
    ):
        raise ModelError(
            f"{before} read this result already: let {reader.name} read it as it was before."
        )
    pairs = pairs_to_read(result, most, candidates)
    readings = reader.read(inputs_of(result, pairs), on_progress)
    again = {pair.key: _with(pair, one) for pair, one in zip(pairs, readings, strict=True)}
    placed = [[again.get(pair.key, pair) for pair in side] for side in result.placed]
    more, left_out = _pairs_to_add(result, placed, again, most) if placed else ([], [])
    part = within_total(on_progress, len(pairs), len(pairs) + len(more))
    of_more = reader.read(inputs_of(result, more), part)
    held = {pair.key: pair for side in (result.pairs, *result.placed) for pair in side}
    for pair in map(_with, more, of_more):
        if pair.key in held or _is_read(pair):  # there is no earlier verdict on a new pair
            again[pair.key] = pair
    places = {
        pair.b.place: pair.probabilities for side in placed for pair in side if _is_read(pair)
    }
    again = {key: _joined(pair, places) for key, pair in again.items()}
    read = [key for key, pair in again.items() if _is_read(pair)]
    added = [again[key] for key in read if key not in held]
    label = result.thresholds.stance_of  # of a passage placed, too
    moved = sum(label(held[key]) is not label(again[key]) for key in read if key in held)
    all_added = len(added) + result.provenance.third_reader.get("added", 0)
    made = {
        "model": signature(reader),
        "host": reader.endpoint.host,
        "prompt": PROMPT_DIGEST[:12],
        "pairs": len(pairs) + len(more),
        "read": len(read),
        **({"candidates": len(pairs) - len(pairs_to_read(result, most))} if candidates else {}),
        **({"added": all_added} if all_added else {}),
    }
    what = "passages and pairs" if result.placed else "pairs"
    where = "at the head of the lists"
    if candidates:
        where += ", or likeliest to oppose among the others,"
    labels = "1 label" if moved == 1 else f"{moved} labels"
    notes = [
        f"A third reader, {reader.name} at {reader.endpoint.host}, read {len(read)} of the "
        f"{len(pairs) + len(more)} {what} {where} and changed {labels}.",
        *_problem_notes([*readings, *of_more]),
        *left_out,
    ]
    if added:
        notes.append(f"By where it placed passages, it found {len(added)} of these pairs.")
    given = zip((*pairs, *more), (*readings, *of_more), strict=True)
    hostile = [pair for pair, reading in given if reading.problem == NOT_SENT]
    if ids := list(dict.fromkeys(name for pair in hostile for name in pair.ids if name)):
        rest = " …" if len(ids) > _IDS_SHOWN else ""
        notes.append(f"Look at the words of these: {', '.join(ids[:_IDS_SHOWN])}{rest}.")
    return replace(
        result,
        pairs=(*(again.get(pair.key, pair) for pair in result.pairs), *added),
        placed=tuple(map(tuple, placed)),
        provenance=replace(result.provenance, third_reader=made),
        notes=(*result.notes, *notes),
    )


def _with(pair: Pair, reading: Reading) -> Pair:
    if reading.probabilities is None:
        kind = ThirdReading.NOT_SENT if reading.problem == NOT_SENT else ThirdReading.UNANSWERED
        return replace(pair, third_reading=kind)
    return replace(
        pair,
        probabilities=reading.probabilities,
        rationale=reading.rationale,
        first_stage_only=False,
        third_reading=ThirdReading.READ,
        alone=None,
    )


def _is_read(pair: Pair) -> bool:
    return pair.third_reading is ThirdReading.READ


def _joined(pair: Pair, placed: Mapping[Place, Probabilities]) -> Pair:
    """Return a pair whose verdict, if it was read, combines that with both placements, if known."""
    both = [placed[passage.place] for passage in pair.excerpts if passage.place in placed]
    if len(both) < 2 or not _is_read(pair):
        return pair
    a, b, direct = (np.array([astuple(one)], np.float32) for one in (*both, pair.probabilities))
    return replace(pair, probabilities=Probabilities(*joined(of_both(a, b), direct)[0].tolist()))


def _problem_notes(readings: Sequence[Reading]) -> list[str]:
    problems = Counter(reading.problem for reading in readings if reading.problem)
    if not problems:
        return []
    why = ", ".join(f"{problem} ({number})" for problem, number in problems.most_common())
    return [
        f"It gave no verdict on {problems.total()}, whose labels, if any, stay as they were: {why}."
    ]


class WithThirdReader(StanceModel):
    """A third reader that reads every pair, and a stance model for those it gives no verdict on."""

    def __init__(self, reader: ThirdReader, otherwise: StanceModel) -> None:
        """Combine the two; name and digest are those of the reader."""
        self.reader, self.otherwise = reader, otherwise
        self.name, self.digest, self.languages = reader.name, reader.digest, reader.languages
        self.notes: list[str] = []
        """What went wrong in the last call of `score_parts`."""
        self.verdicts = 0
        """Pairs that the reader gave a verdict on in that call."""

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], list[InputPair]]:
        """Return the probabilities and the parts read: see `StanceModel.score_parts`."""
        readings = self.reader.read(pairs, on_progress)
        self.notes = [
            f"{note[:-1]}. The labels are of {signature(self.otherwise)}."
            for note in _problem_notes(readings)
        ]
        left = [n for n, reading in enumerate(readings) if reading.probabilities is None]
        self.verdicts = len(readings) - len(left)
        scores, parts = np.zeros((len(pairs), 3), np.float32), list(pairs)
        for n, reading in enumerate(readings):
            if found := reading.probabilities:
                scores[n] = [found.of(stance) for stance in Stance]
        if left:
            scores[left], others = self.otherwise.score_parts([pairs[n] for n in left])
            for n, part in zip(left, others, strict=True):
                parts[n] = part
        return scores, parts
