"""Let a language model of the user's own read the head of each list again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from compare.errors import ModelError
from compare.files import write_whole
from compare.library.locations import user_settings, writable_cache
from compare.models import InputPair, Stance, StanceModel, signature
from compare.models.endpoints import Endpoint
from compare.models.third_reader import NOT_SENT, PROMPT_DIGEST, TIMEOUT, Reading, ThirdReader
from compare.results import Excerpt, Pair, Result, ThirdReading
from compare.strict_json import read_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.progress import Progress

AT_HEAD = 20
"""Pairs at the head of each list that a third reader reads."""

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
            f"{endpoint.host} is not this computer, so nothing was sent to it: to send pairs of "
            f"statements there, allow it with --allow-host {endpoint.host}."
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
    the `candidates` passages likeliest to oppose.
    """
    listed = [pair for _, _, pair in result.ranked(limit=most)]
    seen = {pair.ids for pair in listed}
    found: list[Pair] = []
    for pair in sorted(result.pairs, key=lambda pair: -pair.probabilities.oppose):
        if len(found) >= candidates:
            break
        if pair.ids not in seen and result.stance_of(pair):
            seen.add(pair.ids)
            found.append(pair)
    return listed + found


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
    again = {id(pair): _with(pair, one) for pair, one in zip(pairs, readings, strict=True)}
    read = [pair for pair in again.values() if pair.third_reading is ThirdReading.READ]
    changed = result.replacing(again)
    moved = sum(
        result.stance_of(pair) is not changed.stance_of(again[id(pair)])
        for pair in pairs
        if again[id(pair)].third_reading is ThirdReading.READ
    )
    made = {
        "model": signature(reader),
        "host": reader.endpoint.host,
        "prompt": PROMPT_DIGEST[:12],
        "pairs": len(pairs),
        "read": len(read),
        **({"candidates": len(pairs) - len(pairs_to_read(result, most))} if candidates else {}),
    }
    where = "at the head of the lists"
    if candidates:
        where += ", or likeliest to oppose among the others,"
    labels = "1 label" if moved == 1 else f"{moved} labels"
    notes = [
        f"A third reader, {reader.name} at {reader.endpoint.host}, read {len(read)} of the "
        f"{len(pairs)} pairs {where} and changed {labels}.",
        *_problem_notes(readings),
    ]
    hostile = [pair for pair in again.values() if pair.third_reading is ThirdReading.NOT_SENT]
    if ids := list(dict.fromkeys(name for pair in hostile for name in pair.ids if name)):
        more = " …" if len(ids) > _IDS_SHOWN else ""
        notes.append(f"Look at the words of these: {', '.join(ids[:_IDS_SHOWN])}{more}.")
    return replace(
        changed,
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


def _problem_notes(readings: Sequence[Reading]) -> list[str]:
    problems = Counter(reading.problem for reading in readings if reading.problem)
    if not problems:
        return []
    why = ", ".join(f"{problem} ({number})" for problem, number in problems.most_common())
    return [f"It gave no verdict on {problems.total()}, whose labels stay as they were: {why}."]


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
